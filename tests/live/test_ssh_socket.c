/* A whole login with a reading request and a changing one, over a socket that misbehaves: it gives and takes one byte at a time, blocks at
 * the n-th call, breaks at the n-th call, for each n of a run; and the operator gives up after the n-th step. Whatever happens: one reply
 * for each ticket, a change is sent at most once, and the link serves the next request. send() and recv() of the link come here (--wrap).
 *
 * Runs are bounded: of more calls than RUNS_MAX (RA_LIVE_RUNS) only every k-th is tried, beginning with the first. Run by ssh-socket.sh. */
#include "config.h"

#include "live.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define RUNS_MAX 16

enum mode { AS_IT_IS, ONE_BYTE, BLOCKS, BREAKS };

static struct {
	enum mode mode;
	int at, calls;
} trouble;

ssize_t __real_send(int fd, const void *bytes, size_t len, int flags);
ssize_t __real_recv(int fd, void *bytes, size_t len, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t len, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t len, int flags);

/* Out: true when this call fails, with errno. */
static bool fails(int fd)
{
	bool now = trouble.calls++ == trouble.at;
	if (!now || trouble.mode < BLOCKS)
		return false;
	if (trouble.mode == BREAKS)
		(void)shutdown(fd, SHUT_RDWR); /* and stays broken */
	errno = trouble.mode == BREAKS ? ECONNRESET : EAGAIN;
	return true;
}

ssize_t __wrap_send(int fd, const void *bytes, size_t len, int flags)
{
	if (fails(fd))
		return -1;
	return __real_send(fd, bytes, trouble.mode == ONE_BYTE && len > 1 ? 1 : len, flags);
}

ssize_t __wrap_recv(int fd, void *bytes, size_t len, int flags)
{
	if (fails(fd))
		return -1;
	return __real_recv(fd, bytes, trouble.mode == ONE_BYTE && len > 1 ? 1 : len, flags);
}

/* How a run ended. */
struct run {
	enum ra_link_why reads, changes; /* why of the two requests */
	bool change_sent;
	int steps;
	char say[RA_LINK_SAY_MAX]; /* of one not answered */
};

/* What the changes of all runs did: a line with its number each. */
static int run_number;
static char done_path[200];

static int times_done(int number)
{
	char line[32];
	int count = 0;
	FILE *file = fopen(done_path, "r");
	while (file && fgets(line, sizeof(line), file))
		count += atoi(line) == number;
	if (file)
		fclose(file);
	return count;
}

static struct ra_link *begin(const struct live_want *want, enum mode mode, int at)
{
	char change[400];
	trouble.mode = AS_IT_IS;
	struct ra_link *link = live_open_link(want);
	trouble.mode = mode;
	trouble.at = at;
	trouble.calls = 0;
	snprintf(done_path, sizeof(done_path), "%s/done", live_host.dir);
	snprintf(change, sizeof(change), RUN("\"sh\",\"-c\",\"echo %d >>%s; echo changed\""), ++run_number, done_path);
	live_submit(link, 1, ECHO, (struct ra_ticket){0});
	live_submit(link, 2, change, (struct ra_ticket){.change = true});
	return link;
}

/* Wait for both replies. */
static void finish(struct ra_link *link, struct run *run)
{
	bool seen[3] = {false};
	for (int i = 0; i < 2; i++) {
		struct ra_event event = live_wait_for(link, RA_EV_REPLY);
		const struct ra_reply *reply = &event.reply;
		assert_in_range(reply->ticket, 1, 2);
		assert_false(seen[reply->ticket]);
		seen[reply->ticket] = true;
		run->steps += live_steps;
		if (reply->why == RA_LINK_ANSWERED)
			assert_string_equal(ra_buf_str(&reply->out), reply->ticket == 1 ? "hi\n" : "changed\n");
		else
			snprintf(run->say, sizeof(run->say), "%s", reply->say);
		if (reply->ticket == 1)
			run->reads = reply->why;
		else
			run->changes = reply->why;
		if (reply->ticket == 2)
			run->change_sent = reply->sent;
		ra_event_clear(&event);
	}
}

/* The change was made as often as its reply says. */
static void expect_done_once(const struct run *run, const char *what, int at)
{
	int times = times_done(run_number);
	if (times > 1 || (run->changes == RA_LINK_ANSWERED && times != 1) || (!run->change_sent && times != 0))
		fail_msg("%s at %d: the change was made %d times, why %d, sent %d", what, at, times, run->changes, run->change_sent);
}

/* The link is of use afterwards; there is no second reply of before. */
static void expect_next(struct ra_link *link, const char *what, int at)
{
	trouble.mode = AS_IT_IS;
	live_submit(link, 9, ECHO, (struct ra_ticket){0});
	struct ra_event event = live_wait_for(link, RA_EV_REPLY);
	if (event.reply.ticket != 9 || event.reply.why != RA_LINK_ANSWERED)
		fail_msg("%s at %d: then ticket %d: why %d %s", what, at, (int)event.reply.ticket, event.reply.why, event.reply.say);
	live_expect_out(&event, "hi\n");
}

static const struct {
	const char *name;
	struct live_want want;
} logins[] = {
    {"by file", {.identity = "id_rsa"}},
    {"by agent", {.identity = "", .use_agent = true}},
};

/* A run without trouble, for its numbers: calls stand in trouble.calls. */
static struct run clean(const struct live_want *want, enum mode mode)
{
	struct run run = {0};
	struct ra_link *link = begin(want, mode, -1);
	finish(link, &run);
	if (run.reads != RA_LINK_ANSWERED || run.changes != RA_LINK_ANSWERED)
		fail_msg("without trouble: %d, %d: %s", run.reads, run.changes, run.say);
	expect_done_once(&run, "clean", 0);
	link = ra_link_free(link);
	return run;
}

static int stride(int count)
{
	const char *wanted = getenv("RA_LIVE_RUNS");
	int runs = wanted && atoi(wanted) > 0 ? atoi(wanted) : RUNS_MAX;
	return (count + runs - 1) / runs;
}

static void test_one_byte(void **state)
{
	for (size_t i = 0; i < RA_LEN(logins); i++) {
		(void)clean(&logins[i].want, AS_IT_IS);
		int calls = trouble.calls;
		(void)clean(&logins[i].want, ONE_BYTE);
		assert_true(trouble.calls > 10 * calls);
	}
}

static void test_blocks(void **state)
{
	for (size_t i = 0; i < RA_LEN(logins); i++) {
		(void)clean(&logins[i].want, AS_IT_IS);
		int calls = trouble.calls;
		assert_in_range(calls, 20, 1000);
		for (int at = 0; at < calls; at += stride(calls)) {
			struct run run = {0};
			struct ra_link *link = begin(&logins[i].want, BLOCKS, at);
			finish(link, &run);
			if (run.reads != RA_LINK_ANSWERED || run.changes != RA_LINK_ANSWERED)
				fail_msg("%s, EAGAIN at %d of %d: %d, %d", logins[i].name, at, calls, run.reads, run.changes);
			expect_done_once(&run, "EAGAIN", at);
			link = ra_link_free(link);
		}
	}
}

static void test_breaks(void **state)
{
	static const struct live_want want = {.identity = "id_rsa", .use_agent = true};
	(void)clean(&want, AS_IT_IS);
	const int calls = trouble.calls, first_run = run_number;
	live_skip_pauses = true;
	for (int at = 0; at < calls; at += stride(calls)) {
		struct run run = {0};
		struct ra_link *link = begin(&want, BREAKS, at);
		finish(link, &run);
		if ((run.reads != RA_LINK_ANSWERED && run.reads != RA_LINK_UNREACHABLE) ||
		    (run.changes != RA_LINK_ANSWERED && run.changes != RA_LINK_UNREACHABLE))
			fail_msg("reset at %d of %d: %d, %d", at, calls, run.reads, run.changes);
		expect_next(link, "reset", at);
		expect_done_once(&run, "reset", at);
		link = ra_link_free(link);
	}
	for (int number = first_run; number <= run_number; number++)
		assert_in_range(times_done(number), 0, 1);
}

/* Step the link n times, waiting for it as its owner would. */
static void step_times(struct ra_link *link, int times)
{
	for (int i = 0; i < times; i++) {
		struct pollfd fds[RA_LINK_FDS_MAX];
		ra_mono_ms deadline;
		int count = link->ops->poll(link, fds, &deadline);
		poll(fds, (nfds_t)count, deadline <= ra_mono_now() ? 0 : 20);
		link->ops->step(link, ra_mono_now());
	}
}

static void test_cancel(void **state)
{
	for (size_t i = 0; i < RA_LEN(logins); i++) {
		int steps = clean(&logins[i].want, AS_IT_IS).steps;
		assert_in_range(steps, 5, 500);
		for (int at = 0; at < steps; at += stride(steps)) {
			struct run run = {0};
			struct ra_link *link = begin(&logins[i].want, AS_IT_IS, -1);
			step_times(link, at);
			link->ops->cancel(link, 1);
			link->ops->cancel(link, 2);
			finish(link, &run);
			if ((run.reads != RA_LINK_ANSWERED && run.reads != RA_LINK_CANCELLED) ||
			    run.changes != (run.change_sent ? RA_LINK_ANSWERED : RA_LINK_CANCELLED))
				fail_msg("%s, given up after %d steps: %d, %d sent %d", logins[i].name, at, run.reads, run.changes,
					 run.change_sent);
			expect_next(link, "cancel", at);
			expect_done_once(&run, "cancel", at);
			link = ra_link_free(link);
		}
	}
}

static void test_let_go(void **state)
{
	for (size_t i = 0; i < RA_LEN(logins); i++) {
		int steps = clean(&logins[i].want, AS_IT_IS).steps;
		for (int at = 0; at < steps; at += stride(steps)) {
			struct ra_link *link = begin(&logins[i].want, AS_IT_IS, -1);
			step_times(link, at);
			ra_mono_ms began = ra_mono_now();
			link = ra_link_free(link);
			assert_in_range(ra_mono_now() - began, 0, 2000);
			assert_in_range(times_done(run_number), 0, 1);
		}
	}
}

/* Given up while the operator is asked: the reply comes at once, the question stays answerable. */
static void test_cancel_while_asked(void **state)
{
	static const struct {
		struct live_want want;
		enum ra_need_kind kind;
	} rows[] = {
	    {{.known_hosts = "", .may_ask = true}, RA_NEED_HOST_KEY}, /* one of no entries */
	    {{.identity = "id_locked", .may_ask = true}, RA_NEED_PASSPHRASE},
	};
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		for (int answered = 0; answered < 2; answered++) {
			struct live_want want = rows[i].want;
			char none[200];
			snprintf(none, sizeof(none), "%s/known_%d", live_host.dir, answered);
			want.known_hosts = want.known_hosts ? none : NULL;
			struct ra_link *link = begin(&want, AS_IT_IS, -1);
			struct run run = {0};
			struct ra_event event = live_wait_for(link, RA_EV_NEED);
			assert_int_equal(event.need.kind, rows[i].kind);
			ra_event_clear(&event);
			link->ops->cancel(link, 1);
			link->ops->cancel(link, 2);
			finish(link, &run);
			assert_int_equal(run.reads, RA_LINK_CANCELLED);
			assert_int_equal(run.changes, RA_LINK_CANCELLED);
			assert_int_equal(link->state, RA_LINK_WAITING);
			expect_done_once(&run, "asked", (int)i);
			if (answered && rows[i].kind == RA_NEED_HOST_KEY)
				link->ops->answer(link, true, NULL);
			else if (answered)
				live_answer_text(link, "open sesame");
			if (answered)
				expect_next(link, "asked", (int)i);
			link = ra_link_free(link);
		}
	}
}

static int no_trouble(void **state)
{
	live_skip_pauses = false;
	trouble.mode = AS_IT_IS;
	return 0;
}

/* A host with room for many who break off before their login: it counts them for a while longer. */
static int start_patient_host(void **state)
{
	live_start_host("MaxStartups 200");
	live_agent_start();
	live_shell("ssh-add -q %s/id_rsa 2>/dev/null", live_host.dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(test_one_byte, no_trouble),
	    cmocka_unit_test_teardown(test_blocks, no_trouble),
	    cmocka_unit_test_teardown(test_breaks, no_trouble),
	    cmocka_unit_test_teardown(test_cancel, no_trouble),
	    cmocka_unit_test_teardown(test_let_go, no_trouble),
	    cmocka_unit_test_teardown(test_cancel_while_asked, no_trouble),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("ssh socket", tests, start_patient_host, live_group_teardown);
}
