/* Where one answer ends and the next begins: by table, cut at every byte, and as real shells write it. */
#include "unit.h"

#include "base/clock.h"
#include "link/quote.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N0 "00000000000000000000000000000000"
#define N1 "1111111111111111111111111111111f"
#define N2 "22222222222222222222222222222222"
#define FRAMES_MAX 32

static const char *const three[] = {N0, N1, N2, NULL};

/* What a stream said: the body of each frame, each that ended with its trailer. */
struct heard {
	struct ra_buf body[FRAMES_MAX + 1];
	int status[FRAMES_MAX];
	bool stopped[FRAMES_MAX];
	size_t ended;
};

static void hear(struct ra_frames *frames, const char *const *nonces, const char *bytes, size_t len,
		 struct heard *heard)
{
	while (len > 0 && nonces[heard->ended]) {
		struct ra_piece piece;
		size_t used = ra_frames_take(frames, nonces[heard->ended], bytes, len, &piece);
		assert_in_range(used, 1, len);
		if (piece.kind == RA_PIECE_NONE)
			assert_int_equal(used, len);
		if (piece.kind == RA_PIECE_BODY)
			assert_int_equal(ra_buf_add(&heard->body[heard->ended], piece.bytes, piece.len), RA_OK);
		if (piece.kind == RA_PIECE_END) {
			heard->status[heard->ended] = piece.status;
			heard->stopped[heard->ended++] = piece.stopped;
		}
		bytes += used;
		len -= used;
	}
}

static void forget(struct heard *heard)
{
	for (size_t i = 0; i <= FRAMES_MAX; i++)
		ra_buf_free(&heard->body[i]);
	*heard = (struct heard){0};
}

struct stream_case {
	const char *name, *bytes;
	size_t len;
	bool err;
	size_t ended;
	struct {
		const char *body;
		size_t len;
		int status;
		bool stopped;
	} frames[3];
};
#define STREAM(text) text, sizeof(text) - 1
#define BODY(text, ...)                                                                                                \
	{                                                                                                              \
		text, sizeof(text) - 1, __VA_ARGS__                                                                    \
	}

static const struct stream_case streams[] = {
    {"one after the other",
     STREAM("a\n\n" N0 " 0\nb\n\n" N1 " 7\n\n" N2 " 255\n"),
     false,
     3,
     {BODY("a\n", 0, false), BODY("b\n", 7, false), BODY("", 255, false)}},
    {"no line feed at the end",
     STREAM("a\n" N0 " 0\nb\n" N1 " 1\n"),
     false,
     2,
     {BODY("a", 0, false), BODY("b", 1, false)}},
    {"stopped by the timer",
     STREAM("half\n" N0 " 143 t\nb\n" N1 " 143\n"),
     false,
     2,
     {BODY("half", 143, true), BODY("b", 143, false)}},
    {"the nonce of another frame, early and late",
     STREAM("x\n" N1 " 0\ny\n" N0 " 0\n\n" N0 " 0\nz\n" N1 " 3\n"),
     false,
     2,
     {BODY("x\n" N1 " 0\ny", 0, false), BODY("\n" N0 " 0\nz", 3, false)}},
    {"a trailer that is none",
     STREAM(N0 " 0\n\n" N0 "\n\n" N0 " \n\n" N0 " x\n\n" N0 " 1000\n\n" N0 " 1 \n\n" N0 " 1 tt\n\n" N0 "0 0\n\n" N0
	       " 4\n"),
     false,
     1,
     {BODY(N0 " 0\n\n" N0 "\n\n" N0 " \n\n" N0 " x\n\n" N0 " 1000\n\n" N0 " 1 \n\n" N0 " 1 tt\n\n" N0 "0 0\n", 4,
	   false)}},
    {"line feeds before it", STREAM("\n\n\n\n\n" N0 " 0\n"), false, 1, {BODY("\n\n\n\n", 0, false)}},
    {"half of it and then all of it", STREAM("\n000000\n" N0 " 0\n"), false, 1, {BODY("\n000000", 0, false)}},
    {"NUL bytes",
     STREAM("a\0\n\0" N0 " 0\n\n" N0 " 0\n\n\0\n" N1 " 9\n"),
     false,
     2,
     {BODY("a\0\n\0" N0 " 0\n", 0, false), BODY("\n\0", 9, false)}},
    {"not whole", STREAM("a\n" N0 " 0"), false, 0, {BODY("a", 0, false)}},
    {"nothing", STREAM(""), false, 0, {BODY("", 0, false)}},
    {"stderr",
     STREAM("err\n\n" N0 "\n\n" N1 "\nmore\n" N2 "\n"),
     true,
     3,
     {BODY("err\n", 0, false), BODY("", 0, false), BODY("more", 0, false)}},
    {"a trailer of stdout on stderr", STREAM("\n" N0 " 0\n\n" N0 "\n"), true, 1, {BODY("\n" N0 " 0\n", 0, false)}},
};

static void expect(const struct stream_case *want, const struct heard *heard, size_t cut)
{
	if (heard->ended != want->ended)
		fail_msg("%s, cut at %zu: %zu frames, expected %zu", want->name, cut, heard->ended, want->ended);
	for (size_t i = 0; i < RA_LEN(want->frames) && i <= want->ended && want->frames[i].body; i++) {
		const struct ra_buf *body = &heard->body[i];
		if (body->len != want->frames[i].len || memcmp(ra_buf_str(body), want->frames[i].body, body->len) != 0)
			fail_msg("%s, cut at %zu: frame %zu is \"%s\"", want->name, cut, i, ra_buf_str(body));
		if (i < want->ended && !want->err)
			assert_int_equal(heard->status[i], want->frames[i].status);
		if (i < want->ended)
			assert_int_equal(heard->stopped[i], want->frames[i].stopped);
	}
}

static void test_streams(void **state)
{
	for (size_t i = 0; i < RA_LEN(streams); i++) {
		const struct stream_case *at = &streams[i];
		for (size_t cut = 0; cut <= at->len; cut++) {
			struct ra_frames frames = {.with_status = !at->err};
			struct heard heard = {0};
			hear(&frames, three, at->bytes, cut, &heard);
			hear(&frames, three, at->bytes + cut, at->len - cut, &heard);
			expect(at, &heard, cut);
			forget(&heard);
		}
		struct ra_frames frames = {.with_status = !at->err};
		struct heard heard = {0};
		for (size_t byte = 0; byte < at->len; byte++)
			hear(&frames, three, at->bytes + byte, 1, &heard);
		expect(at, &heard, SIZE_MAX);
		forget(&heard);
	}
}

/* At the end of a stream what might have become a trailer is the command's. */
static void test_rest(void **state)
{
	static const char *const ends[] = {"\n", "\n0000", "\n" N0, "\n" N0 " 14", "\n" N0 " 143 t"};
	struct ra_piece piece;
	for (size_t i = 0; i < RA_LEN(ends); i++) {
		struct ra_frames frames = {.with_status = true};
		assert_int_equal(ra_frames_take(&frames, N0, ends[i], strlen(ends[i]), &piece), strlen(ends[i]));
		assert_int_equal(piece.kind, RA_PIECE_NONE);
		assert_true(ra_frames_rest(&frames, &piece));
		assert_int_equal(piece.len, strlen(ends[i]));
		assert_memory_equal(piece.bytes, ends[i], piece.len);
		assert_false(ra_frames_rest(&frames, &piece));
	}
}

/* Real shells: what a host has, and what a workstation has. */
static const char *const shells[][4] = {
    {"busybox", "ash", "-c", NULL}, {"dash", "-c", NULL}, {"bash", "-c", NULL}, {"sh", "-c", NULL}};

static void child(const char *const *shell, const char *line, FILE *out, FILE *err, bool leads)
{
	const char *argv[6] = {0};
	size_t count = 0;
	for (; shell[count]; count++)
		argv[count] = shell[count];
	argv[count] = line;
	if (leads && setsid() < 0)
		_exit(126);
	if (dup2(fileno(out), 1) < 0 || dup2(fileno(err), 2) < 0)
		_exit(126);
	execvp(argv[0], (char *const *)argv);
	_exit(errno == ENOENT ? 125 : 126);
}

static void slurp(FILE *file, struct ra_buf *out)
{
	char bytes[4096];
	rewind(file);
	for (size_t n; (n = fread(bytes, 1, sizeof(bytes), file)) > 0;)
		assert_int_equal(ra_buf_add(out, bytes, n), RA_OK);
	fclose(file);
}

/* Run a line as a host's sshd would. leads: as the leader of a process group of its own. Out: false when there is no
 * such shell. */
static bool run(const char *const *shell, const struct ra_buf *line, bool leads, struct ra_buf *out, struct ra_buf *err)
{
	FILE *out_file = tmpfile(), *err_file = tmpfile();
	assert_true(out_file && err_file);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		child(shell, ra_buf_str(line), out_file, err_file, leads);
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	slurp(out_file, out);
	slurp(err_file, err);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 125)
		return false;
	/* What the commands left running went with them. */
	for (int i = 0; leads && kill(-pid, 0) == 0; i++) {
		if (i == 500)
			fail_msg("%s: something of the group %d still runs", shell[0], (int)pid);
		usleep(10000);
	}
	return true;
}

struct shell_case {
	const char *command, *out;
	size_t out_len;
	const char *err;     /* NULL: the shell's own words */
	int limit_s, status; /* -1: not 0 */
	bool stopped;
};
#define OUT(text) text, sizeof(text) - 1
static const struct shell_case cases[] = {
    {"echo hi", OUT("hi\n"), "", 20, 0, false},
    {"printf hi", OUT("hi"), "", 20, 0, false},
    {"cat", OUT(""), "", 20, 0, false}, /* reads nothing: its input is empty */
    {"false", OUT(""), "", 20, 1, false},
    {"sh -c 'echo out; echo err >&2; exit 7'", OUT("out\n"), "err\n", 20, 7, false},
    {"sh -c 'echo part; exec sleep 600'", OUT("part\n"), "", 1, -1, true},
    {"sh -c 'exit 143'", OUT(""), "", 20, 143, false},
    {"sh -c 'kill -9 $$'", OUT(""), "", 20, 137, false},
    {"no-such-command-here", OUT(""), NULL, 20, 127, false},
    {"printf 'a\\000b\\n\\000'", OUT("a\0b\n\0"), "", 20, 0, false},
    {"sh -c '{ sleep 600; echo late; } & echo parent'", OUT("parent\n"), "", 20, 0, false},
    {"eval '( echo one; sleep 600 | cat; echo never )'", OUT("one\n"), "", 1, -1, true},
    {"eval '( cat </dev/null | tail -n 1; exit 3 )'", OUT(""), "", 20, 3, false},
    {"sh -c 'echo mine >&3'", OUT(""), NULL, 20, -1, false}, /* what the others write to is not in its hands */
    {"printf 'x\n" N1 " 0\n'", OUT("x\n" N1 " 0\n"), "", 20, 0, false},
    {"echo last", OUT("last\n"), "", 20, 0, false},
};

/* Nonces that stand in no case: a, b, c, ... */
static void make_nonces(char rooms[][RA_NONCE_LEN], const char **list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		memset(rooms[i], 'a' + (int)i, RA_NONCE_LEN - 1);
		rooms[i][RA_NONCE_LEN - 1] = '\0';
		list[i] = rooms[i];
	}
	list[count] = NULL;
}

/* Join commands, run them, and hear both streams. Out: false when there is no such shell. */
static bool ask(const char *const *shell, const struct shell_case *asked, size_t count, bool leads, struct heard *out,
		struct heard *err)
{
	static char rooms[FRAMES_MAX][RA_NONCE_LEN];
	const char *nonces[FRAMES_MAX + 1];
	struct ra_buf line = {0}, out_bytes = {0}, err_bytes = {0};
	struct ra_frames out_frames = {.with_status = true}, err_frames = {0};
	make_nonces(rooms, nonces, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(ra_quote_join(asked[i].command, nonces[i], asked[i].limit_s, &line), RA_OK);
	bool ran = run(shell, &line, leads, &out_bytes, &err_bytes);
	hear(&out_frames, nonces, ra_buf_str(&out_bytes), out_bytes.len, out);
	hear(&err_frames, nonces, ra_buf_str(&err_bytes), err_bytes.len, err);
	ra_buf_free(&line);
	ra_buf_free(&out_bytes);
	ra_buf_free(&err_bytes);
	return ran;
}

static void expect_case(const char *shell, const struct shell_case *want, const struct heard *out,
			const struct heard *err, size_t i)
{
	const struct ra_buf *body = &out->body[i];
	if (body->len != want->out_len || memcmp(ra_buf_str(body), want->out, body->len) != 0)
		fail_msg("%s: %s says \"%s\"", shell, want->command, ra_buf_str(body));
	if (want->err && strcmp(ra_buf_str(&err->body[i]), want->err) != 0)
		fail_msg("%s: %s says \"%s\" on stderr", shell, want->command, ra_buf_str(&err->body[i]));
	if (want->stopped != out->stopped[i] ||
	    (want->status >= 0 ? out->status[i] != want->status : out->status[i] == 0))
		fail_msg("%s: %s: status %d%s", shell, want->command, out->status[i],
			 out->stopped[i] ? " stopped" : "");
}

/* All in one exec; two of them stall, which costs their second and nothing else. */
static void test_shells(void **state)
{
	int ran = 0;
	for (size_t s = 0; s < RA_LEN(shells); s++) {
		struct heard out = {0}, err = {0};
		const ra_mono_ms began = ra_mono_now();
		if (ask(shells[s], cases, RA_LEN(cases), true, &out, &err)) {
			ran++;
			assert_in_range(ra_mono_now() - began, 2000, 60000);
			assert_int_equal(out.ended, RA_LEN(cases));
			assert_int_equal(err.ended, RA_LEN(cases));
			for (size_t i = 0; i < RA_LEN(cases); i++)
				expect_case(shells[s][0], &cases[i], &out, &err, i);
		}
		forget(&out);
		forget(&err);
	}
	assert_in_range(ran, 1, RA_LEN(shells));
}

/* The shell dies in the middle: what was whole stays so, and nothing is made up for the rest. */
static void test_shell_killed(void **state)
{
	static const struct shell_case asked[] = {
	    {"echo first", OUT("first\n"), "", 3, 0, false},
	    {"sh -c 'echo half; kill -9 $PPID; exit 0'", OUT(""), "", 3, 0, false},
	    {"echo never", OUT(""), "", 3, 0, false},
	};
	for (size_t s = 0; s < RA_LEN(shells); s++) {
		struct heard out = {0}, err = {0};
		if (ask(shells[s], asked, RA_LEN(asked), false, &out, &err)) {
			assert_int_equal(out.ended, 1);
			expect_case(shells[s][0], &asked[0], &out, &err, 0);
			assert_int_equal(out.body[2].len, 0);
		}
		forget(&out);
		forget(&err);
	}
}

/* No process group of its own: what a stopped command left cannot be ended, so no other writes behind it. */
static void test_no_group(void **state)
{
	static const struct shell_case asked[] = {
	    {"echo first", OUT("first\n"), "", 1, 0, false},
	    {"sh -c 'exec sleep 600'", OUT(""), "", 1, -1, true},
	    {"echo never", OUT(""), "", 1, 0, false},
	};
	for (size_t s = 0; s < RA_LEN(shells); s++) {
		struct heard out = {0}, err = {0};
		if (ask(shells[s], asked, RA_LEN(asked), false, &out, &err)) {
			assert_int_equal(out.ended, 2);
			assert_int_equal(err.ended, 2);
			expect_case(shells[s][0], &asked[0], &out, &err, 0);
			expect_case(shells[s][0], &asked[1], &out, &err, 1);
		}
		forget(&out);
		forget(&err);
	}
}

/* A command alone in its exec, without a timer: a change, a secret. */
static void test_alone(void **state)
{
	static const struct shell_case asked[] = {
	    {"echo hi", OUT("hi\n"), "", 0, 0, false},
	    {"printf hi", OUT("hi"), "", 0, 0, false},
	    {"cat", OUT(""), "", 0, 0, false},
	    {"false", OUT(""), "", 0, 1, false},
	    {"sh -c 'exit 255'", OUT(""), "", 0, 255, false},
	    {"sh -c 'kill -9 $$'", OUT(""), NULL, 0, 137, false},
	    {"sh -c 'echo err >&2'", OUT(""), "err\n", 0, 0, false},
	};
	for (size_t i = 0; i < RA_LEN(asked); i++) {
		struct ra_buf line = {0}, out_bytes = {0}, err_bytes = {0};
		struct ra_frames out_frames = {.with_status = true}, err_frames = {0};
		struct heard out = {0}, err = {0};
		assert_int_equal(ra_quote_frame(asked[i].command, N0, &line), RA_OK);
		assert_true(run(shells[3], &line, true, &out_bytes, &err_bytes));
		hear(&out_frames, three, ra_buf_str(&out_bytes), out_bytes.len, &out);
		hear(&err_frames, three, ra_buf_str(&err_bytes), err_bytes.len, &err);
		assert_int_equal(out.ended, 1);
		assert_int_equal(err.ended, 1);
		expect_case("sh", &asked[i], &out, &err, 0);
		forget(&out);
		forget(&err);
		ra_buf_free(&line);
		ra_buf_free(&out_bytes);
		ra_buf_free(&err_bytes);
	}
}

/* The words of the exec: what runs once stands once, and a frame is short. */
static void test_line(void **state)
{
	struct ra_buf line = {0};
	assert_int_equal(ra_quote_join("echo a", N0, 30, &line), RA_OK);
	const size_t head_len = line.len;
	assert_int_equal(ra_quote_join("echo 'b c'", N1, 5, &line), RA_OK);
	assert_string_equal(line.data + head_len, "; f " N1 " 5 echo 'b c'");
	assert_in_range(head_len, 1, 600);
	ra_buf_free(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_streams), cmocka_unit_test(test_rest),         cmocka_unit_test(test_line),
	    cmocka_unit_test(test_shells),  cmocka_unit_test(test_shell_killed), cmocka_unit_test(test_no_group),
	    cmocka_unit_test(test_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
