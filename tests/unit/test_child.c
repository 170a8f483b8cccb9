/* Children: how they start, what they inherit, and that none is left, however they behave. */
#include "unit.h"

#include "base/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BOUND_MS 20000

static struct ra_child start(const char *script, const char *const *env, int out)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	const struct ra_child_spec spec = {.argv = argv, .env = env, .in = -1, .out = out, .err = -1};
	struct ra_child child;
	assert_int_equal(ra_child_start(&spec, &child, NULL), RA_OK);
	assert_true(child.pid > 0);
	return child;
}

static void wait_over(struct ra_child *child)
{
	const ra_mono_ms end = ra_mono_now() + BOUND_MS;
	while (!ra_child_over(child)) {
		assert_true(ra_mono_now() < end);
		poll(NULL, 0, 5);
	}
	assert_int_equal(child->pid, 0);
}

/* What a script writes. Owner: static. */
static const char *written(const char *script, const char *const *env)
{
	static char text[4096];
	int ends[2];
	size_t len = 0;
	assert_int_equal(ra_child_pipe(ends, NULL), RA_OK);
	struct ra_child child = start(script, env, ends[1]);
	close(ends[1]);
	for (ssize_t n = 1; n;) {
		struct pollfd ready = {.fd = ends[0], .events = POLLIN};
		assert_int_equal(poll(&ready, 1, BOUND_MS), 1);
		n = read(ends[0], text + len, sizeof(text) - 1 - len);
		assert_true(n >= 0);
		len += (size_t)n;
	}
	text[len] = '\0';
	close(ends[0]);
	wait_over(&child);
	return text;
}

static void test_ends(void **state)
{
	static const struct {
		const char *script, *words;
	} rows[] = {
	    {"exit 0", "ended with status 0"},
	    {"exit 9", "ended with status 9"},
	    {"kill -KILL $$", "was ended by signal 9"},
	};
	char words[64];
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_child child = start(rows[i].script, NULL, -1);
		wait_over(&child);
		assert_string_equal(ra_child_words(&child, words, sizeof(words)), rows[i].words);
	}
	struct ra_child none = {0};
	assert_true(ra_child_over(&none));
	assert_true(ra_child_end(&none, 0));
	ra_child_finish(&none, 100);
	/* A program that is not there. */
	const char *const argv[] = {"/nonexistent/program", NULL};
	const struct ra_child_spec spec = {.argv = argv, .in = -1, .out = -1, .err = -1};
	assert_int_equal(ra_child_start(&spec, &none, NULL), RA_OK);
	wait_over(&none);
	assert_string_equal(ra_child_words(&none, words, sizeof(words)), "ended with status 127");
}

static void test_inherits(void **state)
{
	static const char *const env[] = {"RA_TEST_NEW=new", "RA_TEST_OLD=replaced", NULL};
	/* An open descriptor that does not close on exec, an ignored signal, a blocked one: none goes along. */
	int extra = fcntl(2, F_DUPFD, 50);
	sigset_t block, before;
	struct sigaction ignore = {.sa_handler = SIG_IGN}, was;
	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, &before);
	sigaction(SIGPIPE, &ignore, &was);
	setenv("RA_TEST_OLD", "old", 1);
	setenv("RA_TEST_KEPT", "kept", 1);
	assert_string_equal(written("echo $RA_TEST_NEW $RA_TEST_OLD $RA_TEST_KEPT", env), "new replaced kept\n");
	assert_int_equal(extra, 50);
	assert_string_equal(written("[ ! -e /proc/$$/fd/50 ] && [ -e /proc/$$/fd/2 ] && echo none", NULL), "none\n");
	/* 32 and 33 are libc's own, and stay as they were before this program. */
	assert_string_equal(written("sed -n 's/[01][08]0000000$/000000000/; s/^Sig\\(Blk\\|Ign\\):.//p' /proc/$$/status | sort -u", NULL),
			    "0000000000000000\n");
	/* It has no terminal and leads its own session. */
	assert_string_equal(
	    written("read -r p n s pp group session tty rest </proc/self/stat; [ $group = $session ] && echo own $tty",
		    NULL),
	    "own 0\n");
	assert_string_equal(written("read -r line; echo \"[$line]\"", NULL), "[]\n");
	sigaction(SIGPIPE, &was, NULL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(extra);
}

static bool is_gone(pid_t pid)
{
	const ra_mono_ms end = ra_mono_now() + BOUND_MS;
	while (kill(pid, 0) == 0 && ra_mono_now() < end)
		poll(NULL, 0, 5);
	return kill(pid, 0) != 0;
}

/* Polite, stubborn, and with children of their own. */
static void test_ended(void **state)
{
	static const char *const scripts[] = {"sleep 600", "trap '' TERM; while :; do sleep 600 & wait; done",
					      "sleep 600 & sleep 600 & wait"};
	for (size_t i = 0; i < RA_LEN(scripts); i++) {
		struct ra_child child = start(scripts[i], NULL, -1);
		const pid_t pid = child.pid;
		const ra_mono_ms end = ra_mono_now() + BOUND_MS;
		while (!ra_child_end(&child, ra_mono_now())) {
			assert_true(ra_mono_now() < end);
			poll(NULL, 0, 10);
		}
		assert_true(is_gone(pid));
		child = start(scripts[i], NULL, -1);
		const pid_t second = child.pid;
		ra_child_finish(&child, BOUND_MS / 10);
		assert_int_equal(child.pid, 0);
		assert_true(is_gone(second));
	}
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* What an ended child left in its group ends with it. */
static void test_left_behind(void **state)
{
	int ends[2];
	char text[32] = "";
	assert_int_equal(ra_child_pipe(ends, NULL), RA_OK);
	struct ra_child child = start("sleep 600 >/dev/null & echo $!", NULL, ends[1]);
	struct pollfd ready = {.fd = ends[0], .events = POLLIN};
	close(ends[1]);
	assert_int_equal(poll(&ready, 1, BOUND_MS), 1);
	assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
	close(ends[0]);
	wait_over(&child);
	assert_true(is_gone(atoi(text)));
}

/* Where the program ignores SIGCHLD nobody is told how a child ended; that it ended is. */
static void test_untold(void **state)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, was;
	char words[64];
	sigaction(SIGCHLD, &ignore, &was);
	struct ra_child child = start("exit 9", NULL, -1);
	wait_over(&child);
	sigaction(SIGCHLD, &was, NULL);
	assert_string_equal(ra_child_words(&child, words, sizeof(words)), "ended");
}

static void test_find(void **state)
{
	RA_AUTO(ra_mem_free) char *shell = ra_find_program("sh"), *none = ra_find_program("no-such-program-anywhere");
	assert_non_null(shell);
	assert_int_equal(access(shell, X_OK), 0);
	assert_null(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ends),        cmocka_unit_test(test_inherits), cmocka_unit_test(test_ended),
	    cmocka_unit_test(test_left_behind), cmocka_unit_test(test_untold),   cmocka_unit_test(test_find),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
