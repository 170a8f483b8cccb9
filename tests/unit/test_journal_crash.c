/* What is on disk when a process dies or the disk fails: always a journal that verifies as incomplete or whole, opens,
 * and goes on; nobody else writes while it is open. */
#include "tests/unit/journal_make.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__)
#define MEMORY_IS_COUNTED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MEMORY_IS_COUNTED 0
#endif
#endif
#ifndef MEMORY_IS_COUNTED
#define MEMORY_IS_COUNTED 1
#endif

struct heard {
	int count;
	int torn;
	int64_t bytes;
	char sha256[65];
};

static ra_err hear(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	struct heard *heard = payload;

	assert_int_equal(entry->seq, heard->count);
	heard->count++;
	if (strcmp(entry->kind, "torn") == 0) {
		heard->torn++;
		heard->bytes = ra_json_int(entry->body, "bytes", -1);
		snprintf(heard->sha256, sizeof(heard->sha256), "%.64s", ra_json_str(entry->body, "sha256", ""));
	}
	return RA_OK;
}

/* Open, expect so many entries and torn ones among them, go on to an end, and leave a whole journal. */
static struct heard open_and_go_on(const char *path, int count, int torn)
{
	struct heard heard = {0};
	struct ra_journal *journal;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (ra_journal_open(path, hear, &heard, &journal, &errs))
		fail_msg("%s", errs.text[0]);
	assert_int_equal(heard.count, count);
	assert_int_equal(heard.torn, torn);
	assert_int_equal(ra_journal_count(journal), count);
	append(journal, T0 + 60000, "resume", "{}");
	end(journal, T0 + 60001, "stopped");
	ra_journal_free(journal);
	assert_int_equal(verify_file(path).verdict, RA_VERIFY_WHOLE);
	assert_int_equal(verify_file(path).count, count + 2);
	return heard;
}

static int entries_before(const struct ra_buf *bytes, size_t len)
{
	int count = 0;

	for (size_t i = 0; i < len; i++)
		count += bytes->data[i] == '\n';
	return count;
}

static size_t tail_of(const struct ra_buf *bytes, size_t len)
{
	size_t tail = 0;

	while (tail < len && bytes->data[len - tail - 1] != '\n')
		tail++;
	return tail;
}

/* The process dies after any byte. */
static void cut_anywhere(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf whole = {0};
	RA_AUTO(ra_buf_free) struct ra_buf torn = {0};
	const char *path = path_in(state, "cut"), *beside = path_in(state, "cut.torn");

	make_sample(path);
	get(path, &whole);
	for (size_t len = 0; len <= whole.len; len++) {
		size_t tail = tail_of(&whole, len);
		int count = entries_before(&whole, len);
		char hash[RA_SHA256_HEX_LEN];
		struct heard heard;

		unlink(beside);
		put(path, whole.data, len);
		heard = open_and_go_on(path, count + (tail > 0), tail > 0);
		assert_int_equal(access(beside, F_OK) == 0, tail > 0);
		if (tail == 0)
			continue;
		get(beside, &torn);
		assert_int_equal(torn.len, tail);
		assert_memory_equal(torn.data, whole.data + len - tail, tail);
		assert_int_equal(heard.bytes, tail);
		assert_int_equal(ra_sha256_hex(torn.data, tail, hash), RA_OK);
		assert_string_equal(heard.sha256, hash);
	}
}

/* The mending itself is interrupted: what stands in the two files, and what the next opening records. */
static void mending_is_interrupted(void **state)
{
	static const struct {
		const char *name, *tail, *torn;
		int recorded;
		int64_t bytes; /* -1: nothing recorded */
		const char *torn_after;
	} cases[] = {
	    {"before the first step", "{\"bo", "", 1, 4, "{\"bo"},
	    {"the tail is half set aside", "{\"bo", "{\"", 1, 6, "{\"{\"bo"},
	    {"the tail is set aside, not cut off", "{\"bo", "{\"bo", 1, 8, "{\"bo{\"bo"},
	    {"the tail is cut off, not recorded", "", "{\"bo", 1, 4, "{\"bo"},
	    {"nothing happened", "", "", 0, -1, ""},
	};
	RA_AUTO(ra_buf_free) struct ra_buf whole = {0};
	RA_AUTO(ra_buf_free) struct ra_buf torn = {0};
	const char *path = path_in(state, "mend"), *beside = path_in(state, "mend.torn");

	make_sample(path);
	get(path, &whole);
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		size_t len = whole.len;
		struct heard heard;

		assert_int_equal(ra_buf_text(&whole, cases[i].tail), RA_OK);
		put(path, whole.data, whole.len);
		put(beside, cases[i].torn, strlen(cases[i].torn));
		whole.len = len;
		heard = open_and_go_on(path, 6 + cases[i].recorded, cases[i].recorded);
		if (cases[i].recorded)
			assert_int_equal(heard.bytes, cases[i].bytes);
		get(beside, &torn);
		assert_string_equal(ra_buf_str(&torn), cases[i].torn_after);
		open_and_go_on(path, 8 + cases[i].recorded, cases[i].recorded); /* and it is recorded once */
	}
}

/* Torn more than once: each tail is appended and recorded by itself, and a .torn file that was moved away is not
 * missed. */
static void torn_again(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf torn = {0};
	const char *path = path_in(state, "again"), *beside = path_in(state, "again.torn");
	static const char *const tails[] = {"one", "three", "{}"};
	struct heard heard;
	struct stat st;
	FILE *file;

	make_sample(path);
	for (int i = 0; i < 3; i++) {
		if (i == 2)
			assert_int_equal(unlink(beside), 0);
		file = fopen(path, "ab");
		fputs(tails[i], file);
		fclose(file);
		heard = open_and_go_on(path, 6 + 3 * i + 1, i + 1);
		assert_int_equal(heard.bytes, strlen(tails[i]));
		get(beside, &torn);
		assert_string_equal(torn.data, i == 0 ? "one" : i == 1 ? "onethree" : "{}");
	}
	assert_int_equal(stat(beside, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void torn_file_is_no_trap(void **state)
{
	const char *path = path_in(state, "trap"), *beside = path_in(state, "trap.torn");
	struct ra_journal *journal;
	struct ra_errs errs;
	FILE *file;

	make_sample(path);
	file = fopen(path, "ab");
	fputs("tail", file);
	fclose(file);
	assert_int_equal(symlink("/dev/null", beside), 0);
	ra_errs_clear(&errs);
	assert_int_equal(ra_journal_open(path, NULL, NULL, &journal, &errs), RA_E_IO);
	assert_int_equal(verify_file(path).torn_len, 4);
	assert_int_equal(unlink(beside), 0);
	open_and_go_on(path, 7, 1);
}

/* Run in a child; what it returns is its exit status. */
static int in_child(int (*run)(const char *path), const char *path)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0)
		_exit(run(path));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int try_open(const char *path)
{
	struct ra_journal *journal;

	return -ra_journal_open(path, NULL, NULL, &journal, NULL);
}

static void one_writer(void **state)
{
	const char *path = path_in(state, "writer");
	struct ra_journal *journal, *second;
	struct ra_errs errs;

	assert_int_equal(ra_journal_create(path, &journal, NULL), RA_OK);
	assert_int_equal(in_child(try_open, path), -RA_E_BUSY);
	ra_journal_free(journal);
	assert_int_equal(ra_journal_open(path, NULL, NULL, &journal, NULL), RA_OK);
	assert_int_equal(in_child(try_open, path), -RA_E_BUSY);
	ra_errs_clear(&errs);
	assert_int_equal(ra_journal_open(path, NULL, NULL, &second, &errs),
			 RA_E_BUSY); /* the same process is no better */
	assert_null(second);
	append(journal, T0, "k", "{}");
	assert_int_equal(verify_file(path).count, 1); /* a verifier asks for no lock */
	ra_journal_free(journal);
	assert_int_equal(in_child(try_open, path), RA_OK);
}

/* The disk takes only the beginning of an entry: it is cut off again, and the journal takes nothing more. */
static int write_past_limit(const char *path)
{
	struct ra_journal *journal;
	struct ra_entry entry;
	struct rlimit limit;
	struct stat st;
	ra_err first, second;

	signal(SIGXFSZ, SIG_IGN);
	if (ra_journal_open(path, NULL, NULL, &journal, NULL) || stat(path, &st))
		return 100;
	limit.rlim_cur = limit.rlim_max = (rlim_t)st.st_size + 50;
	if (setrlimit(RLIMIT_FSIZE, &limit))
		return 101;
	first = ra_journal_append(journal, T0, "k", cJSON_CreateObject(), &entry, NULL);
	if (entry.body || ra_journal_count(journal) != 6)
		return 102;
	second = ra_journal_append(journal, T0, "k", cJSON_CreateObject(), &entry, NULL);
	ra_journal_free(journal);
	return first == RA_E_IO && second == RA_E_STATE ? 0 : 103;
}

static void short_write(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf before = {0};
	RA_AUTO(ra_buf_free) struct ra_buf after = {0};
	const char *path = path_in(state, "short");

	make_sample(path);
	get(path, &before);
	assert_int_equal(in_child(write_past_limit, path), 0);
	get(path, &after);
	assert_int_equal(after.len, before.len);
	assert_memory_equal(after.data, before.data, before.len);
	open_and_go_on(path, 6, 0);
}

static int descriptor_to(int of, const char *path, int flags)
{
	int fd = open(path, flags);

	return fd >= 0 && dup2(fd, of) == of && close(fd) == 0 ? 0 : -1;
}

/* Under the journal's descriptor stands a device without room: not even cutting off works. */
static void no_room_at_all(void **state)
{
	const char *path = path_in(state, "full");
	struct ra_journal *journal;
	struct ra_entry entry;
	struct ra_errs errs;

	assert_int_equal(ra_journal_create(path, &journal, NULL), RA_OK);
	append(journal, T0, "k", "{}");
	if (descriptor_to(journal->fd, "/dev/full", O_RDWR)) {
		ra_journal_free(journal);
		skip();
	}
	ra_errs_clear(&errs);
	assert_int_equal(ra_journal_append(journal, T0, "k", body_of(sample[1].body), &entry, &errs), RA_E_IO);
	assert_int_equal(errs.code, RA_E_IO);
	assert_int_equal(ra_journal_append(journal, T0, "k", body_of("{}"), &entry, NULL), RA_E_STATE);
	assert_int_equal(ra_journal_end(journal, T0, "stopped", &entry, NULL), RA_E_STATE);
	assert_null(entry.body);
	assert_int_equal(ra_journal_count(journal), 1);
	ra_journal_free(journal);
	open_and_go_on(path, 1, 0);
}

/* After a failed fsync nobody knows what is on the disk: no entry may follow. */
static void failed_sync(void **state)
{
	const char *path = path_in(state, "sync");
	struct ra_journal *journal;
	struct ra_entry entry;
	int pipes[2];

	assert_int_equal(ra_journal_create(path, &journal, NULL), RA_OK);
	append(journal, T0, "k", "{}");
	assert_int_equal(ra_journal_sync(journal, NULL), RA_OK);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(dup2(pipes[1], journal->fd), journal->fd); /* fsync of a pipe is EINVAL */
	assert_int_equal(ra_journal_sync(journal, NULL), RA_E_IO);
	assert_int_equal(ra_journal_append(journal, T0, "k", body_of("{}"), &entry, NULL), RA_E_STATE);
	ra_journal_free(journal);
	close(pipes[0]);
	close(pipes[1]);
	open_and_go_on(path, 1, 0);
}

/* One write(2) per entry: the size of the file is that of whole lines whenever it is looked at. Entries of very
 * different length, some longer than any buffer on the way. */
static int append_until_killed(const char *path)
{
	struct ra_journal *journal;
	char *text = calloc(1, 400001);

	if (!text || ra_journal_open(path, NULL, NULL, &journal, NULL))
		return 100;
	memset(text, 'x', 400000);
	for (int i = 0;; i++) {
		cJSON *body = cJSON_CreateObject();
		struct ra_entry entry;

		cJSON_AddItemToObject(body, "a",
				      ra_journal_sensitive(cJSON_CreateString(text + 400000 - i * 7919 % 400000)));
		if (ra_journal_append(journal, RA_UTC_NONE, "k", body, &entry, NULL))
			return 101;
		ra_entry_clear(&entry);
		if (i % 5 == 0 && ra_journal_sync(journal, NULL))
			return 102;
	}
}

/* Wait until the file is longer than it was, for at most 20 s. */
static bool grows(const char *path, off_t than)
{
	const struct timespec moment = {.tv_nsec = 200000};
	struct stat st;

	for (int i = 0; i < 100000; i++) {
		if (stat(path, &st) == 0 && st.st_size > than)
			return true;
		nanosleep(&moment, NULL);
	}
	return false;
}

static void killed_at_any_moment(void **state)
{
	const char *path = path_in(state, "killed"), *beside = path_in(state, "killed.torn");
	struct ra_journal *journal;
	unsigned seed = 20261123;
	int64_t count = 0;
	int torn = 0;

	assert_int_equal(ra_journal_create(path, &journal, NULL), RA_OK);
	ra_journal_free(journal);
	for (int round = 0; round < 50; round++) {
		struct ra_verify found;
		struct stat st;
		int status;
		pid_t pid;

		assert_int_equal(stat(path, &st), 0);
		fflush(NULL);
		pid = fork();
		assert_int_not_equal(pid, -1);
		if (pid == 0)
			_exit(append_until_killed(path));
		seed = seed * 1103515245 + 12345;
		assert_true(grows(path, st.st_size + (off_t)(seed >> 8) % 300000));
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		found = verify_file(path);
		if (found.verdict == RA_VERIFY_BROKEN)
			fail_msg("round %d: %s", round, found.why);
		assert_int_equal(found.verdict, RA_VERIFY_INCOMPLETE);
		assert_true(found.count > count);
		torn += found.torn_len > 0;
		count = found.count;
		if (st.st_size > 8 << 20) { /* begin anew: fifty rounds on one growing file only repeat the reading */
			assert_int_equal(unlink(path), 0);
			unlink(beside);
			assert_int_equal(ra_journal_create(path, &journal, NULL), RA_OK);
			ra_journal_free(journal);
			count = 0;
		}
	}
	assert_int_equal(ra_journal_open(path, NULL, NULL, &journal, NULL), RA_OK);
	end(journal, RA_UTC_NONE, "stopped");
	ra_journal_free(journal);
	assert_int_equal(verify_file(path).verdict, RA_VERIFY_WHOLE);
	print_message("killed 50 times, %d in the middle of a line\n", torn);
}

static int verify_in_little_memory(const char *path)
{
	struct ra_verify found;
	struct rusage before, after;

	if (getrusage(RUSAGE_SELF, &before) || ra_journal_verify(path, NULL, NULL, &found, NULL) ||
	    getrusage(RUSAGE_SELF, &after) || found.verdict != RA_VERIFY_WHOLE)
		return 100;
	return after.ru_maxrss - before.ru_maxrss > 4096 ? 1 : 0; /* KiB; the journal has 16 MiB */
}

static void constant_memory(void **state)
{
	const char *path = path_in(state, "long");
	struct ra_journal *journal;
	unsigned nonce = 0;
	char text[2000];

	if (!MEMORY_IS_COUNTED)
		skip();
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(ra_journal_create(path, &journal, NULL), RA_OK);
	ra_journal_set_nonce(journal, numbered_nonce, &nonce);
	for (int i = 0; i < 8000; i++) {
		cJSON *body = cJSON_CreateObject();
		struct ra_entry entry;

		assert_true(cJSON_AddItemToObject(body, "a", ra_journal_sensitive(cJSON_CreateString(text))));
		assert_int_equal(ra_journal_append(journal, T0, "k", body, &entry, NULL), RA_OK);
		ra_entry_clear(&entry);
	}
	end(journal, T0, "stopped");
	ra_journal_free(journal);
	assert_int_equal(in_child(verify_in_little_memory, path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cut_anywhere),         cmocka_unit_test(mending_is_interrupted),
	    cmocka_unit_test(torn_again),           cmocka_unit_test(torn_file_is_no_trap),
	    cmocka_unit_test(one_writer),           cmocka_unit_test(short_write),
	    cmocka_unit_test(no_room_at_all),       cmocka_unit_test(failed_sync),
	    cmocka_unit_test(killed_at_any_moment), cmocka_unit_test(constant_memory),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
