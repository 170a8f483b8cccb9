/* reattest verify: what it prints and with which code it ends, for every kind of file. */
#include "tests/unit/journal_make.h"

#include "verb/common.h"
#include "verb/verbs.h"

#include <fcntl.h>
#include <sys/stat.h>

/* The verb with one operand (NULL: none), its output in files. */
static int run(void **state, const char *operand, struct ra_buf *out, struct ra_buf *err)
{
	const char *paths[2] = {path_in(state, "out"), path_in(state, "err")};
	char *argv[2] = {(char *)operand, NULL};
	const struct ra_options options = {.signers = NULL};
	struct ra_context context = {.options = &options, .argc = operand ? 1 : 0, .argv = argv};
	int kept[2], code;

	fflush(NULL);
	for (int i = 0; i < 2; i++) {
		int fd = open(paths[i], O_WRONLY | O_CREAT | O_TRUNC, 0600);

		kept[i] = dup(i + 1);
		assert_int_equal(dup2(fd, i + 1), i + 1);
		close(fd);
	}
	code = ra_verb_verify(&context);
	fflush(NULL);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(dup2(kept[i], i + 1), i + 1);
		close(kept[i]);
	}
	get(paths[0], out);
	get(paths[1], err);
	return code;
}

#define HEAD "7e83059c931b0cd52aad10e058b948d2afc8342fcd240036ae931ce916ae9824"
#define HEAD_7 "e0abc06a5ba427e74a410bc8590ddb2cb6483bf8813735597d97810f36bd4dc7"
#define HEAD_1 "178032113a9137fa11c57ed3dab25e501f03dad6f0bccd2edf783c0cf9984e0d"

/* A kept journal, a byte of it to change (-1: none), the code and the output after the file's name. */
static const struct {
	const char *file;
	long change;
	int code;
	const char *out;
} kept[] = {
    {"journal-1.jsonl", -1, 3,
     ": whole, not sealed\n"
     "  entries  9, 2026-11-23T07:32:44Z to 2026-11-23T08:32:44.200Z\n"
     "  head     " HEAD "\n"
     "No entry was changed, lost or added in between. Without a seal this does not say who wrote it:\n"
     "compare the head with one kept where the holder of this file cannot change it.\n"},
    {"journal-1-redacted.jsonl", -1, 3,
     ": whole, not sealed\n"
     "  entries  9, 2026-11-23T07:32:44Z to 2026-11-23T08:32:44.200Z\n"
     "  head     " HEAD "\n"
     "  withheld 3 values: a redacted copy\n"
     "No entry was changed, lost or added in between. Without a seal this does not say who wrote it:\n"
     "compare the head with one kept where the holder of this file cannot change it.\n"
     "What a redacted copy shows in place of a withheld value is no part of the record: no hash and no seal covers it.\n"},
    {"journal-1-torn.jsonl", -1, 4,
     ": incomplete\n"
     "  entries  8, 2026-11-23T07:32:44Z to 2026-11-23T08:32:44.123Z\n"
     "  head     " HEAD_7 "\n"
     "  torn     326 bytes of an entry that was never finished\n"
     "The entries it holds verify, but the last is no end entry: the session died, still runs, or the file was cut.\n"
     "`reattest resume` goes on where it stopped.\n"},
    {"journal-1.jsonl", 1250, 65,
     ": broken at entry 2 (line 3)\n"
     "  why      entry 2: the body does not have the hash that stands beside it\n"
     "  entries  2, 2026-11-23T07:32:44Z to 2026-11-23T07:32:45.500Z\n"
     "  head     " HEAD_1 "\n"
     "Up to there it is unchanged; nothing from there on can be relied on.\n"},
    {"journal-1.jsonl", 0, 65,
     ": broken at entry 0 (line 1)\n"
     "  why      entry 0: the line has not the form of a journal line\n"
     "Nothing in it can be relied on.\n"},
};

static void verdicts(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};
	RA_AUTO(ra_buf_free) struct ra_buf err = {0};
	const char *path = path_in(state, "journal");

	for (size_t i = 0; i < RA_LEN(kept); i++) {
		char from[512];

		snprintf(from, sizeof(from), "%s/tests/unit/data/%s", unit_dir("RA_SRCDIR"), kept[i].file);
		get(from, &bytes);
		if (kept[i].change >= 0)
			bytes.data[kept[i].change] ^= 1;
		put(path, bytes.data, bytes.len);
		assert_int_equal(run(state, path, &out, &err), kept[i].code);
		assert_memory_equal(out.data, path, strlen(path));
		assert_string_equal(out.data + strlen(path), kept[i].out);
		assert_string_equal(ra_buf_str(&err), "");
	}
}

static void missing_or_no_journal(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};
	RA_AUTO(ra_buf_free) struct ra_buf err = {0};

	assert_int_equal(run(state, path_in(state, "none\x1b[2J"), &out, &err), 66);
	assert_string_equal(ra_buf_str(&out), "");
	assert_non_null(strstr(err.data, "cannot open "));
	assert_null(strchr(err.data, '\x1b'));
	assert_int_equal(run(state, *state, &out, &err), 66);
	assert_non_null(strstr(err.data, " is not a file\n"));
	assert_int_equal(run(state, NULL, &out, &err), 64);
	assert_string_equal(err.data, "usage: reattest verify JOURNAL\n");
	put(path_in(state, "empty"), "", 0);
	assert_int_equal(run(state, path_in(state, "empty"), &out, &err), 4);
	put(path_in(state, "text"), "hello\n", 6);
	assert_int_equal(run(state, path_in(state, "text"), &out, &err), 65);
}

/* A document that could not be written is no verdict. */
static void output_is_full(void **state)
{
	char *argv[] = {(char *)path_in(state, "sample"), NULL};
	const struct ra_options options = {.signers = NULL};
	struct ra_context context = {.options = &options, .argc = 1, .argv = argv};
	int kept_out, code, full = open("/dev/full", O_WRONLY);

	if (full < 0)
		skip();
	make_sample(argv[0]);
	fflush(NULL);
	kept_out = dup(1);
	dup2(full, 1);
	close(full);
	code = ra_verb_verify(&context);
	dup2(kept_out, 1);
	close(kept_out);
	clearerr(stdout);
	assert_int_equal(code, 73);
}

/* What stands among the records and is none is not held, nor waited for. */
static void only_files_are_held(void **state)
{
	const char *pipe = path_in(state, "pipe");
	int fd = 0;

	assert_int_equal(mkfifo(pipe, 0600), 0);
	alarm(60);
	assert_int_equal(ra_verb_lock(pipe, &fd, NULL), RA_E_IO);
	assert_int_equal(fd, -1);
	assert_int_equal(ra_verb_lock(*state, &fd, NULL), RA_E_IO);
	assert_int_equal(ra_verb_lock(path_in(state, "nothing"), &fd, NULL), RA_E_NOTFOUND);
	alarm(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verdicts),
	    cmocka_unit_test(missing_or_no_journal),
	    cmocka_unit_test(output_is_full),
	    cmocka_unit_test(only_files_are_held),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
