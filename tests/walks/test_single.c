/* Single checks: beside a walk, which stays where it is, and alone instead of one; and what a site gives, in the record. */
#include "config.h"

#include "flow/given.h"
#include "tests/unit/unit.h"
#include "tests/walks/walker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct ra_view *look(const struct ra_session *session)
{
	struct ra_view *view = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	assert_int_equal(ra_session_view(session, false, &view, &errs), RA_OK);
	return view;
}

static const struct ra_view_check *row(const struct ra_view *view, const char *check)
{
	for (size_t i = 0; i < view->palette_count; i++)
		if (!strcmp(view->palette[i].check, check))
			return &view->palette[i];
	return NULL;
}

/* Step until the check of the palette has an answer newer than before. */
static void until_answered(struct walker *w, const char *check, ra_utc_ms before)
{
	for (int turn = 0; turn < 5000; turn++) {
		enum ra_happened happened = RA_HAPPENED_CHANGE;
		struct ra_session *which;
		struct ra_errs errs;

		ra_errs_clear(&errs);
		while (happened != RA_HAPPENED_NOTHING)
			assert_int_equal(ra_hub_step(w->hub, &happened, &which, &errs), RA_OK);
		struct ra_view *view = look(w->session);
		bool over = !row(view, check)->running && row(view, check)->at != RA_UTC_NONE && row(view, check)->at != before;

		ra_view_free(view);
		if (over)
			return;
		walker_wait(w);
	}
	fail_msg("%s: no answer", check);
}

static void test_beside_a_walk(void **state)
{
	static const struct {
		const char *check;
		ra_err err;
	} cases[] = {
		{"trustedboot", RA_OK},	       {"trustedboot", RA_OK /* again, though its answer is current */},
		{"bios-version", RA_OK},       {"recovery-key", RA_E_DENIED}, {"nope", RA_E_NOTFOUND},
		{"console-text", RA_E_STATE}, {"template", RA_E_STATE},
	};
	char journal[] = "/tmp/reattest-single-XXXXXX";
	struct walker w = {0};

	assert_non_null(mkdtemp(journal));
	char path[64];

	snprintf(path, sizeof(path), "%s/j.jsonl", journal);
	walker_begin(&w, "secure-boot-off", path, false);
	walker_until(&w, "device");
	struct ra_view *before = look(w.session);

	assert_null(row(before, "recovery-key"));
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_view *view = look(w.session);
		ra_utc_ms was = row(view, cases[i].check) ? row(view, cases[i].check)->at : RA_UTC_NONE;
		struct ra_errs errs;

		ra_view_free(view);
		ra_errs_clear(&errs);
		walker_answer_took();
		assert_int_equal(ra_session_run(w.session, cases[i].check, &errs), cases[i].err);
		if (!cases[i].err)
			until_answered(&w, cases[i].check, was);
	}
	struct ra_view *after = look(w.session);

	assert_string_equal(row(after, "trustedboot")->verdict, "PASS");
	assert_string_equal(row(after, "bios-version")->verdict, "INFO");
	assert_string_equal(row(after, "console-text")->verdict, "");
	assert_true(after->command_count >= before->command_count + 4); /* twice over two planes */
	assert_int_equal(after->step_count, before->step_count);
	assert_string_equal(after->steps[after->step_count - 1].id, before->steps[before->step_count - 1].id);
	ra_view_free(before);
	ra_view_free(after);
	/* The walk goes on to where it would have gone, and its record is whole. */
	struct ra_view *end = walker_run(&w);

	assert_string_equal(end->outcome, "resolved");
	struct ra_errs errs;

	ra_errs_clear(&errs);
	assert_int_equal(ra_session_run(w.session, "trustedboot", &errs), RA_E_STATE);
	ra_view_free(end);
	struct ra_session *read = NULL;

	w.hub = ra_hub_free(w.hub);
	assert_int_equal(ra_session_read(w.flows, path, &read, &errs), RA_OK);
	ra_session_close(read);
	walker_end(&w);
	unlink(path);
	rmdir(journal);
}

/* Alone: their verdicts, the exit code of these, no step, no cause; and what was given is judged as a check. */
static void test_alone(void **state)
{
	static const struct {
		const char *demo;
		bool wanted;
		const char *only[4];
		int exit;
		const char *verdicts;
	} cases[] = {
		{"healthy", false, {"trustedboot"}, 0, "PASS "},
		{"healthy", false, {"bios-version", "secure-boot-state"}, 0, "INFO PASS "},
		{"secure-boot-off", false, {"trustedboot", "secure-boot-state"}, 10, "FAIL PASS "},
		{"healthy", false, {"console-text"}, 12, "UNKNOWN "},
		{"healthy", false, {"template"}, 12, "UNKNOWN "},
		{"healthy", true, {"template"}, 11, "WARN "},
		{"prevention-drift", false, {"host-certificate", "vcenter-certificate"}, 11, "WARN PASS "},
		{"not-responding", false, {"secure-boot-can-enable"}, 20, "ERROR "},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct walker w = {.flows = walker_flows(), .recording = walker_recording(cases[i].demo, NULL, 0), .hub = ra_hub_new(1)};
		RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
		RA_AUTO(ra_cjson_free) cJSON *given = NULL;
		char verdicts[64] = "";
		struct ra_errs errs;

		ra_errs_clear(&errs);
		assert_int_equal(ra_buf_text(&bytes, "{\"format\":1,\"title\":\"t\",\"wanted\":{\"secureboot.on\":false}}"), RA_OK);
		assert_int_equal(ra_given_read(w.flows, RA_GIVEN_TEMPLATE, "t", &bytes, &given, &errs), RA_OK);
		struct ra_session_options options = {.flows = w.flows, .recording = w.recording, .all_checks = true, .until = RA_UTC_NONE,
						     .only = cases[i].only, .given = {NULL, cases[i].wanted ? given : NULL}};

		assert_int_equal(ra_session_new(w.hub, &options, &w.session, &errs), RA_OK);
		struct ra_view *view = walker_run(&w);

		for (size_t k = 0; k < view->result_count; k++)
			snprintf(verdicts + strlen(verdicts), sizeof(verdicts) - strlen(verdicts), "%s ", view->results[k].verdict);
		if (strcmp(verdicts, cases[i].verdicts) || view->exit_code != cases[i].exit)
			fail_msg("%s %s: %s exit %d", cases[i].demo, cases[i].only[0], verdicts, view->exit_code);
		assert_int_equal(view->step_count, 0);
		assert_int_equal(view->cause_count, 0);
		assert_string_equal(view->outcome, "stopped");
		ra_view_free(view);
		walker_end(&w);
	}
}

static void test_not_alone(void **state)
{
	static const char *const bad[][2] = {{"nope", NULL}, {"recovery-key", NULL}};

	for (size_t i = 0; i < RA_LEN(bad); i++) {
		struct walker w = {.flows = walker_flows(), .recording = walker_recording("healthy", NULL, 0), .hub = ra_hub_new(1)};
		struct ra_session_options options = {.flows = w.flows, .recording = w.recording, .until = RA_UTC_NONE, .only = bad[i]};
		struct ra_errs errs;

		ra_errs_clear(&errs);
		assert_int_equal(ra_session_new(w.hub, &options, &w.session, &errs), RA_E_ARG);
		walker_end(&w);
	}
}

/* The pages of help: those the step names first, each with a source. */
static void test_topics(void **state)
{
	struct walker w = {0};

	walker_begin(&w, "prevention-in-order", NULL, false);
	walker_until(&w, "certificates");
	struct ra_view *view = look(w.session);

	assert_true(view->topic_count >= 8);
	assert_string_equal(view->topics[0].id, "certificates");
	assert_true(view->topics[0].in_step);
	assert_false(view->topics[1].in_step);
	for (size_t i = 0; i < view->topic_count; i++)
		assert_true(*view->topics[i].text && view->topics[i].sources.count);
	ra_view_free(view);
	walker_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_beside_a_walk), cmocka_unit_test(test_alone), cmocka_unit_test(test_not_alone),
					   cmocka_unit_test(test_topics)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
