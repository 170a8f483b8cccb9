/* A change that could not be recorded is not offered, and none is begun; a record that cannot begin leaves nothing. */
#include "tests/unit/session_rig.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct bench {
	struct ra_flowset *flows;
	struct ra_recording *recording;
	struct ra_hub *hub;
	struct ra_session *session;
	char dir[64], journal[96], aside[96];
	struct ra_errs errs;
};

static ra_err try_begin(struct bench *b)
{
	struct ra_session_options options = {.flows = b->flows, .recording = b->recording, .flow = "t", .entry = "act", .interactive = true,
					     .until = RA_UTC_NONE, .journal_path = b->journal};

	ra_errs_clear(&b->errs);
	return ra_session_new(b->hub, &options, &b->session, &b->errs);
}

static void set_up(struct bench *b)
{
	const struct rig_host host = {.speed = 1000};

	*b = (struct bench){.flows = session_flows(), .recording = session_recording(&host), .hub = ra_hub_new(4),
			    .dir = "/tmp/reattest-ready-XXXXXX"};
	assert_non_null(mkdtemp(b->dir));
	snprintf(b->journal, sizeof(b->journal), "%s/j.jsonl", b->dir);
	snprintf(b->aside, sizeof(b->aside), "%s/aside", b->dir);
}

static void tear_down(struct bench *b)
{
	ra_hub_free(b->hub);
	ra_source_free(b->recording);
	ra_flowset_free(b->flows);
	unlink(b->journal);
	unlink(b->aside);
	assert_int_equal(rmdir(b->dir), 0);
}

static void expect_hint(const struct bench *b, const char *words)
{
	struct ra_view *view = session_look(b->session);

	if (!strstr(view->prompt.hint, words))
		fail_msg("\"%s\" is not in: %s", words, view->prompt.hint);
	ra_view_free(view);
}

/* Gone when it is entered, or between the offer and the answer: said at the step, refused, and offered again once it is back. */
static void test_no_change_without_its_record(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	assert_int_equal(try_begin(&b), RA_OK);
	assert_int_equal(rename(b.journal, b.aside), 0);
	session_until(b.hub, b.session, RA_ASK_CHOICE);
	expect_hint(&b, "could not be recorded: ");
	expect_hint(&b, "deleted, moved or replaced");
	assert_int_equal(session_say(b.session, RA_WORD_YES, NULL, &b.errs), RA_E_DENIED);

	assert_int_equal(rename(b.aside, b.journal), 0);
	session_until(b.hub, b.session, RA_ASK_YES_NO); /* by itself */

	int fd = open(b.journal, O_WRONLY | O_APPEND);

	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	ra_errs_clear(&b.errs);
	assert_int_equal(session_say(b.session, RA_WORD_YES, NULL, &b.errs), RA_E_DENIED);
	assert_non_null(strstr(b.errs.text[0], "changed by somebody else"));
	session_settle(b.hub);
	expect_hint(&b, "changed by somebody else");
	assert_int_equal(session_say(b.session, RA_WORD_CHOOSE, "skip", &b.errs), RA_OK);
	for (size_t i = 0; i < b.session->entry_count; i++)
		assert_string_not_equal(b.session->entries[i].kind, "intent");
	tear_down(&b);
}

/* Where no file can be made, or nothing goes into one: said before anything begins, and nothing is left. */
static void test_a_record_that_cannot_begin(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	snprintf(b.journal, sizeof(b.journal), "%s/none/j.jsonl", b.dir);
	assert_int_equal(try_begin(&b), RA_E_IO);
	assert_non_null(strstr(b.errs.text[0], b.journal));
	snprintf(b.journal, sizeof(b.journal), "%s/j.jsonl", b.dir);

	pid_t child = fork();
	int status = 0;

	assert_true(child >= 0);
	if (!child) {
		struct rlimit none = {0, RLIM_INFINITY};

		signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &none))
			_exit(1);
		_exit(try_begin(&b) == RA_E_IO && strstr(b.errs.text[1], b.journal) && access(b.journal, F_OK) ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	tear_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_change_without_its_record),
		cmocka_unit_test(test_a_record_that_cannot_begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
