/* Questions of ssh, from a process that ssh would start (this program, by its other name) to the link and back. */
#include "unit.h"

#include "base/child.h"
#include "link/askpass.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BOUND_MS 20000

/* A place of this test's own, and in it the questions. */
static char place[] = "/tmp/reattest-askpass-XXXXXX";

static int make_place(void **state)
{
	if (!mkdtemp(place))
		return -1;
	return setenv("XDG_RUNTIME_DIR", place, 1);
}

static int drop_place(void **state)
{
	return rmdir(place); /* nothing was left in it */
}

static struct ra_askpass *open_here(void)
{
	struct ra_askpass *askpass = NULL;
	struct ra_errs errs;
	ra_errs_clear(&errs);
	if (ra_askpass_open(&askpass, &errs) != RA_OK)
		fail_msg("%s", errs.text[0]);
	return askpass;
}

/* What ssh does: start the program with the question. */
static struct ra_child ask(const struct ra_askpass *askpass, const char *text, const char *kind, int *out)
{
	char set[64];
	const char *const argv[] = {ra_askpass_program(askpass), text, NULL}, *const env[] = {set, NULL};
	int ends[2];
	struct ra_child child;
	snprintf(set, sizeof(set), "SSH_ASKPASS_PROMPT=%s", kind);
	assert_int_equal(ra_child_pipe(ends, NULL), RA_OK);
	const struct ra_child_spec spec = {.argv = argv, .env = env, .in = -1, .out = ends[1], .err = 2};
	assert_int_equal(ra_child_start(&spec, &child, NULL), RA_OK);
	close(ends[1]);
	*out = ends[0];
	return child;
}

/* Step until it is in this state. */
static void until(struct ra_askpass *askpass, enum ra_askpass_state wanted)
{
	const ra_mono_ms end = ra_mono_now() + BOUND_MS;
	while (ra_askpass_step(askpass) != wanted) {
		struct pollfd fds[1];
		assert_true(ra_mono_now() < end);
		assert_int_equal(ra_askpass_poll(askpass, fds), 1);
		poll(fds, 1, 50);
	}
}

/* How it ended, and what it wrote. Owner: static. */
static const char *ended(struct ra_child *child, int out)
{
	static char text[512];
	char words[64], got[256];
	const ra_mono_ms end = ra_mono_now() + BOUND_MS;
	while (!ra_child_over(child)) {
		assert_true(ra_mono_now() < end);
		poll(NULL, 0, 5);
	}
	ssize_t n = read(out, got, sizeof(got) - 1);
	close(out);
	got[n > 0 ? n : 0] = '\0';
	snprintf(text, sizeof(text), "%s, %s", ra_child_words(child, words, sizeof(words)), got);
	return text;
}

static void answer(struct ra_askpass *askpass, const char *text)
{
	RA_AUTO(ra_secret_free) struct ra_secret *secret = text ? ra_secret_new() : NULL;
	if (text)
		assert_int_equal(ra_secret_set(secret, text, strlen(text)), RA_OK);
	assert_int_equal(ra_askpass_answer(askpass, secret), RA_OK);
}

static void test_questions(void **state)
{
	static const struct {
		const char *text, *kind, *answer; /* answer NULL: refused */
		bool echo;
		const char *ended;
	} rows[] = {
	    {"Password: ", "", "open sesame", false, "ended with status 0, open sesame\n"},
	    {"Password: ", "", "", false, "ended with status 0, \n"},
	    {"Password: ", "", NULL, false, "ended with status 1, "},
	    {"Are you sure (yes/no/[fingerprint])? ", "", "yes", false, "ended with status 0, yes\n"},
	    {"The authenticity of host 'b (10.0.0.1)' can't be established. Continue (yes/no)? ", "", "yes", true, "ended with status 0, yes\n"},
	    /* What a server asks does not decide whether its password is seen. */
	    {"(root@b) Password (answer 'yes' (yes/no) next): ", "", "hush", false, "ended with status 0, hush\n"},
	    {"Please type 'yes', 'no' or the fingerprint: ", "", "no", true, "ended with status 0, no\n"},
	    {"Allow use of the key?", "confirm", "yes", true, "ended with status 0, yes\n"},
	    {"Allow use of the key?", "confirm", "maybe", true, "ended with status 1, "},
	    {"Allow use of the key?", "confirm", NULL, true, "ended with status 1, "},
	    {"", "", "x", false, "ended with status 0, x\n"},
	};
	struct ra_askpass *askpass = open_here();
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		int out;
		bool echo;
		struct ra_child child = ask(askpass, rows[i].text, rows[i].kind, &out);
		until(askpass, RA_ASKPASS_ASKS);
		assert_int_equal(ra_askpass_step(askpass), RA_ASKPASS_ASKS); /* it stands until it is answered */
		assert_string_equal(ra_askpass_text(askpass, &echo), rows[i].text);
		assert_int_equal(echo, rows[i].echo);
		answer(askpass, rows[i].answer);
		assert_string_equal(ended(&child, out), rows[i].ended);
		assert_int_equal(ra_askpass_step(askpass), RA_ASKPASS_QUIET);
	}
	askpass = ra_askpass_free(askpass);
}

/* What is only told, what is too long, and who leaves before the answer. */
static void test_odd(void **state)
{
	struct ra_askpass *askpass = open_here();
	char text[3 * RA_ASKPASS_TEXT_MAX];
	bool echo;
	int out;
	struct ra_child child = ask(askpass, "Touch the key", "none", &out);
	until(askpass, RA_ASKPASS_TELLS);
	assert_string_equal(ra_askpass_text(askpass, &echo), "Touch the key");
	assert_int_equal(ra_askpass_step(askpass), RA_ASKPASS_QUIET); /* told once */
	assert_false(ra_child_over(&child));
	ra_child_finish(&child, BOUND_MS / 10);
	close(out);
	until(askpass, RA_ASKPASS_LEFT);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	child = ask(askpass, text, "", &out);
	until(askpass, RA_ASKPASS_ASKS);
	assert_int_equal(strlen(ra_askpass_text(askpass, &echo)), RA_ASKPASS_TEXT_MAX);
	ra_child_finish(&child, BOUND_MS / 10);
	close(out);
	until(askpass, RA_ASKPASS_LEFT);
	assert_int_equal(ra_askpass_step(askpass), RA_ASKPASS_QUIET);
	assert_int_equal(ra_askpass_answer(askpass, NULL), RA_E_IO);
	/* The link goes while it is asked: the one who asked hears a no. */
	child = ask(askpass, "Password: ", "", &out);
	until(askpass, RA_ASKPASS_ASKS);
	askpass = ra_askpass_free(askpass);
	assert_string_equal(ended(&child, out), "ended with status 1, ");
}

/* Whoever comes to the socket and is none of ssh's. */
static void test_strangers(void **state)
{
	struct ra_askpass *askpass = open_here();
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	const char *program = ra_askpass_program(askpass);
	struct stat st;
	bool echo;
	snprintf(at.sun_path, sizeof(at.sun_path), "%.*s/socket", (int)(strrchr(program, '/') - program), program);
	*strrchr(at.sun_path, '/') = '\0';
	assert_int_equal(stat(at.sun_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	at.sun_path[strlen(at.sun_path)] = '/';
	/* Says nothing and goes; says half; sends without end. */
	static const char flood[100000] = "q";
	static const size_t lens[] = {0, 1, sizeof(flood)};
	for (size_t i = 0; i < RA_LEN(lens); i++) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
		if (lens[i])
			assert_true(send(fd, flood, lens[i], MSG_NOSIGNAL) > 0);
		if (lens[i] == sizeof(flood)) {
			until(askpass, RA_ASKPASS_ASKS);
			assert_true(strlen(ra_askpass_text(askpass, &echo)) <= RA_ASKPASS_TEXT_MAX);
			answer(askpass, NULL);
		} else {
			assert_int_equal(ra_askpass_step(askpass), RA_ASKPASS_QUIET);
		}
		close(fd);
		assert_int_equal(ra_askpass_step(askpass), RA_ASKPASS_QUIET);
	}
	/* Another user does not get that far. */
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (geteuid() == 0 && seteuid(65534) == 0) {
		assert_int_not_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
		assert_int_equal(seteuid(0), 0);
		/* And where it does, it is not listened to. */
		at.sun_path[strlen(at.sun_path) - strlen("/socket")] = '\0';
		assert_int_equal(chmod(at.sun_path, 0711), 0);
		at.sun_path[strlen(at.sun_path)] = '/';
		assert_int_equal(chmod(at.sun_path, 0666), 0);
		assert_int_equal(chmod(place, 0711), 0);
		assert_int_equal(seteuid(65534), 0);
		assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
		assert_int_equal(send(fd, "qfrom another\0", 14, MSG_NOSIGNAL), 14);
		assert_int_equal(seteuid(0), 0);
		assert_int_equal(ra_askpass_step(askpass), RA_ASKPASS_QUIET);
		char byte;
		assert_true(recv(fd, &byte, 1, 0) <= 0);
	}
	close(fd);
	askpass = ra_askpass_free(askpass);
}

static void test_role(void **state)
{
	assert_true(ra_askpass_is("/run/user/0/reattest-ssh-x/reattest-askpass"));
	assert_false(ra_askpass_is("reattest-askpass"));
	assert_false(ra_askpass_is("/usr/bin/reattest"));
	assert_false(ra_askpass_is("/usr/bin/reattest-askpass/reattest"));
	assert_false(ra_askpass_is(""));
	assert_false(ra_askpass_is(NULL));
	assert_int_equal(ra_askpass_run("/nonexistent/reattest-askpass", "Password: "), 1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_questions),
	    cmocka_unit_test(test_odd),
	    cmocka_unit_test(test_strangers),
	    cmocka_unit_test(test_role),
	};
	if (argc > 0 && ra_askpass_is(argv[0]))
		return ra_askpass_run(argv[0], argc > 1 ? argv[1] : "");
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, make_place, drop_place);
}
