/* A whole walk of a simulated host whose process is killed, or whose disk fails, at every call that touches its record: what was shown
 * is in the record, the record verifies and goes on, and no change is made twice. write(2), fsync(2) and ftruncate(2) are counted and
 * answered here. */
#include "config.h"

#include "tests/walks/walker.h"

#include "journal/journal.h"
#include "session/view.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEMO "left-disconnected"
#define ENTRY_LEN_MAX 1500 /* bytes of the file, per entry of that walk */
#define SHOWN_MAX (1u << 20)

/* Under the sanitizers a walk takes much longer: there a part of the places is enough. */
#if defined(__SANITIZE_ADDRESS__)
#define STRIDE 13
#else
#define STRIDE 1
#endif

enum fault {
	NOTHING,
	KILL_BEFORE, /* the call */
	KILL_HALF,   /* way through it */
	KILL_AFTER,  /* it, and before it returns */
	SHORT_WRITE, /* half of it is written, which is no error */
	NO_SPACE,    /* once */
	QUOTA,       /* from then on */
	BROKEN_DISK, /* from then on, after half of a write: not even cutting off works */
	FAULT_COUNT
};
static const struct {
	const char *name;
	int error;
	bool lasts, half;
} faults[FAULT_COUNT] = {
	[NOTHING] = {"nothing", 0, false, false},
	[KILL_BEFORE] = {"killed before", 0, false, false},
	[KILL_HALF] = {"killed half way", 0, false, true},
	[KILL_AFTER] = {"killed after", 0, false, false},
	[SHORT_WRITE] = {"short write", 0, false, true},
	[NO_SPACE] = {"no space", ENOSPC, false, false},
	[QUOTA] = {"quota", EDQUOT, true, false},
	[BROKEN_DISK] = {"broken disk", EIO, true, true},
};

/* In memory that a killed process leaves to its parent. */
static struct shared {
	int calls;       /* that touched the record */
	int64_t entries; /* of the last view that was shown */
	char shown[SHOWN_MAX]; /* that view */
	int exit_code;
	char fault[2048];
} *shared;

static struct {
	enum fault fault;
	int at;      /* the call it happens at, from 1 */
	bool counts; /* from the beginning of the walk to its end */
} plan;

ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_ftruncate(int fd, off_t len);
int __wrap_ftruncate(int fd, off_t len);

/* One more call. Out: whether the fault is at it. */
static bool struck(void)
{
	if (!plan.counts)
		return false;
	shared->calls++;
	return plan.fault != NOTHING && (shared->calls == plan.at || (faults[plan.fault].lasts && shared->calls > plan.at));
}

/* The disk fails at this call; a write that is to be half done before that, at the next one. */
static bool fails(bool writes)
{
	errno = faults[plan.fault].error;
	return errno && !(writes && faults[plan.fault].half && shared->calls == plan.at);
}

static void die(enum fault when)
{
	if (plan.fault == when)
		raise(SIGKILL);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
	if (!struck())
		return __real_write(fd, bytes, len);
	die(KILL_BEFORE);
	if (fails(true))
		return -1;
	ssize_t got = __real_write(fd, bytes, faults[plan.fault].half && len > 1 ? len / 2 : len);

	die(KILL_HALF);
	die(KILL_AFTER);
	return got;
}

int __wrap_fsync(int fd)
{
	if (!struck())
		return __real_fsync(fd);
	die(KILL_BEFORE);
	int rc = fails(false) ? -1 : __real_fsync(fd);

	die(KILL_HALF);
	die(KILL_AFTER);
	return rc;
}

int __wrap_ftruncate(int fd, off_t len)
{
	if (!struck())
		return __real_ftruncate(fd, len);
	die(KILL_BEFORE);
	int rc = fails(false) ? -1 : __real_ftruncate(fd, len);

	die(KILL_HALF);
	die(KILL_AFTER);
	return rc;
}

/* What a view says that is in the record, as text. */
static void tell(const struct ra_view *v, struct ra_buf *out)
{
	ra_err err = ra_buf_printf(out, "%s %s %s %s\n", v->head, v->flow_sha256, v->host, v->attestation);

	for (size_t i = 0; i < v->step_count && !err; i++)
		err = ra_buf_printf(out, "step %s %s %s %s\n", v->steps[i].id, v->steps[i].title, v->steps[i].left_by, v->steps[i].because);
	for (size_t i = 0; i < v->fact_count && !err; i++)
		err = ra_buf_printf(out, "fact %s %s %s\n", v->facts[i].name, v->facts[i].value ? v->facts[i].value : "-", v->facts[i].reason);
	for (size_t i = 0; i < v->command_count && !err; i++)
		if (!v->commands[i].running)
			err = ra_buf_printf(out, "command %s %s %s %s %s\n", v->commands[i].plane, v->commands[i].words, v->commands[i].why,
					    v->commands[i].out ? v->commands[i].out : "-", v->commands[i].err ? v->commands[i].err : "-");
	for (size_t i = 0; i < v->cause_count && !err; i++)
		err = ra_buf_printf(out, "cause %s %s\n", v->causes[i].id, v->causes[i].status);
	for (size_t i = 0; i < v->gate_count && !err; i++)
		err = ra_buf_printf(out, "gate %s %d %s\n", v->gates[i].gate, v->gates[i].opened, v->gates[i].why);
	for (size_t i = 0; i < v->action_count && !err; i++)
		err = ra_buf_printf(out, "action %s %s\n", v->actions[i].step, v->actions[i].ended == RA_UTC_NONE ? "open" : v->actions[i].result);
	assert_int_equal(err, RA_OK);
}

static void tell_session(const struct ra_session *session, char *out, int64_t *entries)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {.max_len = SHOWN_MAX - 1};
	struct ra_view *view = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	assert_int_equal(ra_session_view(session, true, &view, &errs), RA_OK);
	tell(view, &text);
	memcpy(out, ra_buf_str(&text), text.len + 1);
	*entries = view->entry_count;
	ra_view_free(view);
}

/* What a front end is shown leaves the process here, whenever there is something new. */
static void show(struct walker *w, const struct ra_view *view)
{
	if (view->entry_count != shared->entries)
		tell_session(w->session, shared->shown, &shared->entries);
}

/* In a child: the walk under the plan. */
static void walk(const char *journal, bool resume)
{
	struct walker w = {.show = show, .may_fault = true};

	plan.counts = true;
	shared->exit_code = 73;
	walker_begin(&w, DEMO, journal, resume);
	struct ra_view *view = w.session ? walker_run(&w) : NULL;

	plan.counts = false;
	snprintf(shared->fault, sizeof(shared->fault), "%s", !view ? w.fault : view->fault ? view->end_reason : "");
	if (view)
		shared->exit_code = view->exit_code;
	ra_view_free(view);
	walker_end(&w);
	_exit(0);
}

/* Out: whether it was killed. */
static bool walk_in_child(const char *journal, bool resume)
{
	int status = 0;

	memset(shared, 0, offsetof(struct shared, shown) + 1);
	shared->fault[0] = '\0';
	fflush(NULL);
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child)
		walk(journal, resume);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status) ? WTERMSIG(status) != SIGKILL : WEXITSTATUS(status))
		fail_msg("%s at %d: status %d", faults[plan.fault].name, plan.at, status);
	return WIFSIGNALED(status);
}

static ra_err count_intents(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	(void)errs;
	*(int *)payload += !strcmp(entry->kind, "intent");
	return RA_OK;
}

static struct ra_verify verified(const char *journal, int *intents)
{
	struct ra_verify found;

	*intents = 0;
	assert_int_equal(ra_journal_verify(journal, count_intents, intents, &found, NULL), RA_OK);
	if (found.verdict == RA_VERIFY_BROKEN)
		fail_msg("%s at %d: %s", faults[plan.fault].name, plan.at, found.why);
	return found;
}

/* The record up to the entry that was shown last, read back, says the same. */
static void nothing_shown_is_lost(const char *journal)
{
	static char again[SHOWN_MAX];
	char part[96], line[2048];
	struct ra_session *session = NULL;
	struct ra_errs errs;
	int64_t lines = 0, entries = 0;
	FILE *from = fopen(journal, "rb"), *to;

	if (!from || !shared->entries) {
		assert_int_equal(shared->entries, 0);
		if (from)
			fclose(from);
		return;
	}
	snprintf(part, sizeof(part), "%s.part", journal);
	to = fopen(part, "wb");
	assert_non_null(to);
	for (int c; lines < shared->entries && (c = getc(from)) != EOF; lines += c == '\n')
		putc(c, to);
	fclose(from);
	assert_int_equal(fclose(to), 0);
	ra_errs_clear(&errs);
	if (ra_session_read(walker_flows(), part, &session, &errs))
		fail_msg("%s at %d: %s", faults[plan.fault].name, plan.at, ra_errs_line(&errs, line, sizeof(line)));
	tell_session(session, again, &entries);
	ra_session_close(session);
	unlink(part);
	assert_int_equal(entries, shared->entries);
	if (strcmp(again, shared->shown)) {
		size_t same = 0;

		while (again[same] == shared->shown[same])
			same++;
		fail_msg("%s at %d: shown \"%.200s\", in the record \"%.200s\"", faults[plan.fault].name, plan.at, shared->shown + same,
			 again + same);
	}
}

/* The walk without any fault. */
struct plain {
	int calls, intents, exit_code;
};

/* It goes on to the same end, with the same changes made. */
static void it_goes_on(const char *journal, const struct plain *plain)
{
	struct ra_verify found;
	int made;
	enum fault fault = plan.fault;

	plan.fault = NOTHING;
	assert_false(walk_in_child(journal, shared->entries || !access(journal, F_OK)));
	plan.fault = fault;
	found = verified(journal, &made);
	if (*shared->fault || shared->exit_code != plain->exit_code || found.verdict != RA_VERIFY_WHOLE || made != plain->intents)
		fail_msg("%s at %d, gone on: exit %d, verdict %d, %d changes begun (wanted %d), %s", faults[plan.fault].name, plan.at,
			 shared->exit_code, (int)found.verdict, made, plain->intents, shared->fault);
}

/* What has to hold after a fault of a disk: told with the file and what to do, and the exit is 73. */
static void it_is_told(const char *journal)
{
	if (shared->exit_code != 73 || !strstr(shared->fault, journal) ||
	    (shared->entries && !strstr(shared->fault, "reattest resume")))
		fail_msg("%s at %d: exit %d, %s", faults[plan.fault].name, plan.at, shared->exit_code, shared->fault);
}

static void forget(const char *journal)
{
	char torn[96];

	unlink(journal);
	snprintf(torn, sizeof(torn), "%s.torn", journal);
	unlink(torn);
}

/* A record of nothing yet: its process was killed at the first question, or before. */
static bool is_begun(const char *journal)
{
	struct ra_verify found;
	int intents;

	if (access(journal, F_OK))
		return false;
	found = verified(journal, &intents);
	return found.count > 0;
}

static void strike(const char *journal, enum fault fault, int at, const struct plain *plain)
{
	int made = 0;

	plan.fault = fault;
	plan.at = at;
	bool killed = walk_in_child(journal, false);

	nothing_shown_is_lost(journal);
	if (fault == SHORT_WRITE) {
		assert_false(killed);
		assert_int_equal(shared->exit_code, plain->exit_code);
		assert_int_equal(verified(journal, &made).verdict, RA_VERIFY_WHOLE);
		assert_int_equal(made, plain->intents);
	} else if (faults[fault].error) {
		assert_false(killed);
		it_is_told(journal);
	} else {
		assert_true(killed);
	}
	if (is_begun(journal) && verified(journal, &made).verdict == RA_VERIFY_INCOMPLETE)
		it_goes_on(journal, plain);
	forget(journal);
}

/* What an entry of a plain walk takes in the file, with what it commits to: a gate, so that growth is a decision. */
static void entries_are_small(const char *journal)
{
	struct stat st;
	int intents;
	int64_t count = verified(journal, &intents).count;

	assert_int_equal(stat(journal, &st), 0);
	print_message("%lld bytes an entry\n", (long long)(st.st_size / count));
	if (st.st_size / count > ENTRY_LEN_MAX)
		fail_msg("%lld bytes an entry, and at most %d are wanted", (long long)(st.st_size / count), ENTRY_LEN_MAX);
}

static void test_every_fault_at_every_call(void **state)
{
	char on_disk[] = "/tmp/reattest-fault-XXXXXX", in_memory[] = "/dev/shm/reattest-fault-XXXXXX", journal[64];
	const char *dir = mkdtemp(in_memory);
	struct plain plain = {0};

	(void)state;
	if (!dir)
		dir = mkdtemp(on_disk);
	assert_non_null(dir);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	snprintf(journal, sizeof(journal), "%s/j.jsonl", dir);
	walker_flows();
	assert_false(walk_in_child(journal, false));
	assert_string_equal(shared->fault, "");
	assert_int_equal(verified(journal, &plain.intents).verdict, RA_VERIFY_WHOLE);
	nothing_shown_is_lost(journal);
	entries_are_small(journal);
	forget(journal);
	plain.calls = shared->calls;
	plain.exit_code = shared->exit_code;
	assert_true(plain.calls > 60 && plain.intents >= 2);
	/* The faults take turns at neighbouring calls, which are much alike; the last calls have all of them. */
	for (int at = 1; at <= plain.calls; at += STRIDE)
		for (int fault = KILL_BEFORE; fault < FAULT_COUNT; fault++)
			if (at + 4 > plain.calls || fault == KILL_BEFORE + at / STRIDE % (FAULT_COUNT - 1))
				strike(journal, (enum fault)fault, at, &plain);
	print_message("%d calls touched the record\n", plain.calls);
	munmap(shared, sizeof(*shared));
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_fault_at_every_call)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
