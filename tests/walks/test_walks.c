/* Every simulated host walks to the end its recording expects, with the exit code of the manual. */
#include "config.h"

#include "base/io.h"
#include "journal/journal.h"
#include "tests/unit/unit.h"
#include "tests/walks/walker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A sanitized walk takes several times as long: there every seventh entry does. */
#ifdef __SANITIZE_ADDRESS__
#define STRIDE 7
#else
#define STRIDE 1
#endif

/* Every recording of flows/demo. */
static char **demos;
static size_t demo_count;

static int find_demos(void **state)
{
	const char *top = getenv("RA_SRCDIR");
	char dir[512];
	struct ra_errs errs;

	(void)state;
	ra_errs_clear(&errs);
	snprintf(dir, sizeof(dir), "%s/flows/demo", top ? top : ".");
	if (ra_list_dir(dir, ".json", &demos, &demo_count, &errs) || demo_count < 25)
		return -1;
	for (size_t i = 0; i < demo_count; i++)
		demos[i][strlen(demos[i]) - strlen(".json")] = '\0';
	return 0;
}

static int forget_demos(void **state)
{
	(void)state;
	ra_names_free(demos, demo_count);
	return 0;
}

/* The last steps of the walk, "flow/step" in a called flow, are those of "path". */
static void check_path(const char *demo, const struct walker *w, const struct ra_view *view)
{
	const cJSON *path = ra_json_pointer(ra_source_root(w->recording), "/expect/walk/path"), *step;
	size_t count = (size_t)cJSON_GetArraySize(path), at = view->step_count - count;
	char went[160];

	if (count > view->step_count)
		fail_msg("%s: the way has %zu steps, expected %zu at its end", demo, view->step_count, count);
	cJSON_ArrayForEach(step, path)
	{
		const struct ra_view_step *here = &view->steps[at++];
		bool own = !strcmp(here->flow, "tpm-attestation");

		snprintf(went, sizeof(went), "%s%s%s", own ? "" : here->flow, own ? "" : "/", here->id);
		if (strcmp(went, step->valuestring))
			fail_msg("%s: step %zu is %s, expected %s", demo, at, went, step->valuestring);
	}
}

static void check_expectation(const char *demo, const struct walker *w, const struct ra_view *view)
{
	const cJSON *expect = ra_json_pointer(ra_source_root(w->recording), "/expect/walk");

	if (strcmp(view->outcome, ra_json_str(expect, "outcome", "")) || view->exit_code != ra_json_int(expect, "exit", -1)) {
		for (size_t i = 0; i < view->step_count; i++)
			print_message("  %s (%s) %s\n", view->steps[i].id, view->steps[i].left_by, view->steps[i].because);
		fail_msg("%s: %s (exit %d), expected %s (exit %d)", demo, view->outcome, view->exit_code,
			 ra_json_str(expect, "outcome", ""), (int)ra_json_int(expect, "exit", -1));
	}
}

static void test_every_demo_walks(void **state)
{
	for (size_t i = 0; i < demo_count; i++) {
		struct walker w = {0};

		walker_begin(&w, demos[i], NULL, false);
		struct ra_view *view = walker_run(&w);

		check_expectation(demos[i], &w, view);
		check_path(demos[i], &w, view);
		ra_view_free(view);
		walker_end(&w);
	}
}

static bool likely(const struct ra_view *view, const char *cause)
{
	for (size_t i = 0; i < view->cause_count; i++)
		if (!strcmp(view->causes[i].id, cause))
			return !strcmp(view->causes[i].status, "likely");
	return false;
}

/* Every row of the diagnosis table that facts can tell has a host. D27 has none: nothing replays the log of measurements yet. */
static void test_every_row_has_a_host(void **state)
{
	bool seen[33] = {false};

	(void)state;
	seen[27] = true;
	for (size_t i = 0; i < demo_count; i++) {
		struct ra_recording *recording = walker_recording(demos[i], NULL, 0);
		const char *row = ra_json_str(ra_source_root(recording), "x_row", "D00");

		assert_true(row[0] == 'D' && atoi(row + 1) <= 32);
		seen[atoi(row + 1)] = true;
		ra_source_free(recording);
	}
	for (int n = 1; n <= 32; n++)
		if (!seen[n])
			fail_msg("no simulated host for row D%02d", n);
}

static bool is_in(const cJSON *list, const char *text)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list) if (!strcmp(item->valuestring, text)) return true;
	return false;
}

/* What a check shows stands in VMware's words, a bool's too; the only fact of a check without its name, an empty text not at all. */
static void test_words(void **state)
{
	static const struct {
		const char *check, *shown;
	} rows[] = {
	    {"secure-boot-state", "Disabled"},
	    {"maintenance-mode", ""}, /* its why says so in the same words */
	    {"vcenter-attestation",
	     "recorded: yes; status: Failed; time: 2026-02-28T23:05:10Z; message: Host secure boot was disabled"},
	};
	struct walker w = {0};
	size_t seen = 0;

	walker_begin_check(&w, "secure-boot-off", NULL);
	struct ra_view *view = walker_run(&w);

	for (size_t i = 0; i < view->result_count; i++)
		for (size_t k = 0; k < RA_LEN(rows); k++)
			if (!strcmp(view->results[i].check, rows[k].check)) {
				assert_string_equal(view->results[i].shown, rows[k].shown);
				seen++;
			}
	assert_int_equal(seen, RA_LEN(rows));
	ra_view_free(view);
	walker_end(&w);
}

/* Headless: the exit code and exactly the likely causes that the recording expects. */
static void test_every_demo_checks(void **state)
{
	for (size_t i = 0; i < demo_count; i++) {
		struct walker w = {0};
		size_t found = 0;

		walker_begin_check(&w, demos[i], NULL);
		const cJSON *expect = ra_json_pointer(ra_source_root(w.recording), "/expect/check"), *cause;
		struct ra_view *view = walker_run(&w);

		if (view->exit_code != ra_json_int(expect, "exit", -1))
			fail_msg("%s: exit %d, expected %d", demos[i], view->exit_code, (int)ra_json_int(expect, "exit", -1));
		cJSON_ArrayForEach(cause, ra_json_get(expect, "likely"))
		{
			if (!likely(view, cause->valuestring))
				fail_msg("%s: %s is not likely", demos[i], cause->valuestring);
		}
		for (size_t k = 0; k < view->cause_count; k++) {
			if (strcmp(view->causes[k].status, "likely"))
				continue;
			found++;
			if (!is_in(ra_json_get(expect, "likely"), view->causes[k].id))
				fail_msg("%s: %s is likely", demos[i], view->causes[k].id);
		}
		assert_int_equal(found, cJSON_GetArraySize(ra_json_get(expect, "likely")));
		if (ra_json_get(expect, "outcome"))
			assert_string_equal(view->outcome, ra_json_str(expect, "outcome", ""));
		ra_view_free(view);
		walker_end(&w);
	}
}

/* Whether a status is of this boot cannot be told without the boot's time: no end then says that attestation passed. */
static void test_unknown_boot_time_is_never_passed(void **state)
{
	static const char *const silent[] = {"uptime", "bootTime"};
	struct walker w = {0};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	walker_begin_check(&w, "healthy", NULL);
	struct ra_view *view = walker_run(&w);

	assert_string_equal(view->outcome, "not_a_fault");
	ra_view_free(view);
	walker_end(&w);
	for (size_t i = 0; i < RA_LEN(silent); i++) {
		walker_begin_check(&w, "healthy", silent[i]);
		view = walker_run(&w);
		/* One plane still tells it: the other's silence shows, and takes nothing away. */
		assert_int_not_equal(view->exit_code, 10);
		ra_view_free(view);
		walker_end(&w);
	}
	walker_begin_check(&w, "healthy", "ime\"");
	view = walker_run(&w);
	assert_string_not_equal(view->outcome, "not_a_fault");
	assert_string_not_equal(view->outcome, "resolved");
	assert_int_equal(view->exit_code, 12);
	ra_view_free(view);
	walker_end(&w);
}

/* Much time may lie between an answer and its reading: a clock that was right then stays right. The pause is six session minutes,
 * longer than the five the verdict allows. */
static void test_verdict_does_not_age(void **state)
{
	const struct timespec pause = {.tv_sec = 1, .tv_nsec = 800000000};
	struct walker w = {.speed = 200};
	struct ra_view *view = NULL;
	struct ra_errs errs;
	bool seen = false;

	ra_errs_clear(&errs);
	walker_begin(&w, "secure-boot-off", NULL, false);
	walker_until(&w, "changed");
	nanosleep(&pause, NULL);
	assert_int_equal(ra_session_note(w.session, "later", &errs), RA_OK); /* the record has a later time now */
	assert_int_equal(ra_session_view(w.session, false, &view, &errs), RA_OK);
	for (size_t i = 0; i < view->result_count; i++) {
		if (strcmp(view->results[i].check, "host-clock"))
			continue;
		seen = true;
		assert_string_equal(view->results[i].verdict_id, "pass");
	}
	assert_true(seen);
	ra_view_free(view);
	walker_end(&w);
}

static bool holds(const struct ra_texts *texts, const char *words)
{
	for (size_t i = 0; i < texts->count; i++)
		if (strstr(texts->items[i], words))
			return true;
	return false;
}

/* Whoever can only type proves four groups picked at random: the gate opens, and the record says that it is partly proven; one wrong digit
 * leaves it shut, and the sentence names the group alone. Who tries again is asked for the same groups. */
static void test_key_typed_in_part(void **state)
{
	for (int how = 1; how <= 3; how++) {
		struct walker w = {.type_groups = how};
		size_t opened = 0, shut = 0;

		walker_begin(&w, "cleared-sealed", NULL, false);
		struct ra_view *view = walker_run(&w);

		for (size_t i = 0; i < view->gate_count; i++) {
			const struct ra_view_gate *gate = &view->gates[i];

			assert_null(strpbrk(gate->why, "{}"));
			opened += gate->opened && strstr(gate->why, "partly proven: groups ") != NULL;
			shut += !gate->opened && strstr(gate->why, " of the recovery key differs") != NULL;
			assert_true(!gate->opened || strcmp(gate->gate, "key-proven") || strstr(gate->why, "partly proven"));
		}
		assert_true(how != 2 ? opened > 0 : !opened);
		assert_true(how != 1 ? shut > 0 : !shut);
		assert_string_equal(view->outcome, how != 2 ? "resolved" : "stopped");
		assert_true(w.groups_asked[1] == (how == 3 ? w.groups_asked[0] : 0));
		ra_view_free(view);
		walker_end(&w);
	}
}

/* A walk that is over names what it repaired: likely when the change began, and not any more. Resume tells the same. */
static void test_what_was_found(void **state)
{
	char journal[] = "/tmp/found-XXXXXX";
	int fd = mkstemp(journal);
	struct walker w = {0}, again = {0};
	size_t found = 0;

	assert_true(fd >= 0 && !close(fd) && !unlink(journal));
	walker_begin(&w, "secure-boot-off", journal, false);
	walker_until(&w, "leave-maintenance");
	walker_end(&w);
	walker_begin(&again, "secure-boot-off", journal, true);
	struct ra_view *view = walker_run(&again);

	for (size_t i = 0; i < view->cause_count; i++) {
		found += !strcmp(view->causes[i].id, "secure-boot-off") && view->causes[i].found;
		assert_true(!view->causes[i].found || strcmp(view->causes[i].status, "likely"));
	}
	assert_int_equal(found, 1);
	ra_view_free(view);
	walker_end(&again);
	unlink(journal);
}

/* Evidence that was not kept stands under what was not checked, whether it was left out or nobody knew. */
static void test_left_out_is_told(void **state)
{
	static const struct {
		const char *answer, *why;
	} rows[] = {{"taken", NULL}, {"skipped", "no bundle was taken"}, {"unknown", "nobody knew"}};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct walker w = {.instead = {"bundle", rows[i].answer}};
		bool told = false;

		walker_begin(&w, "secure-boot-off", NULL, false);
		struct ra_view *view = walker_run(&w);

		for (size_t k = 0; k < view->unseen_count; k++)
			told = told || (!strcmp(view->unseen[k].what, "Support bundle") && rows[i].why && strstr(view->unseen[k].why, rows[i].why));
		assert_int_equal(told, rows[i].why != NULL);
		ra_view_free(view);
		walker_end(&w);
	}
}

/* The end of a called flow knows more than the caller's: its words are not lost, and nothing is said twice. */
static void test_called_end_is_told(void **state)
{
	struct walker w = {.instead = {"key-listed", "not-yet"}};

	walker_begin(&w, "cleared-sealed", NULL, false);
	struct ra_view *view = walker_run(&w);

	assert_string_equal(view->outcome, "stopped");
	assert_string_equal(view->outcome_title, "Store the key first");
	assert_true(holds(&view->say, "It is not restarted before its recovery key is stored and proven."));
	assert_true(holds(&view->next, "Store Recovery ID and key outside the host."));
	for (size_t i = 0; i < view->next.count; i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(view->next.items[i], view->next.items[k]);
	ra_view_free(view);
	walker_end(&w);
}

/* Who stops on the way is not told that nothing was left out. */
static void test_stopped_on_the_way(void **state)
{
	struct walker w = {0};
	struct ra_view *view = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	walker_begin(&w, "healthy", NULL, false);
	walker_until(&w, "changed");
	assert_int_equal(ra_session_stop(w.session, "operator", &errs), RA_OK);
	assert_int_equal(ra_session_view(w.session, false, &view, &errs), RA_OK);
	assert_string_equal(view->outcome, "stopped");
	assert_true(view->unseen_count > 0);
	assert_string_equal(view->unseen[view->unseen_count - 1].what, "What changed");
	ra_view_free(view);
	walker_end(&w);
}

/* What only a person can see is shown in words, too; over a gate's statements its title stands as what it is: to be proven. */
static void test_said_as_it_is(void **state)
{
	struct walker w = {0};
	struct ra_view *view = NULL;
	struct ra_errs errs;
	bool seen = false;

	ra_errs_clear(&errs);
	walker_begin(&w, "cleared-sealed", NULL, false);
	walker_until(&w, "plain-start-gate");
	assert_int_equal(ra_session_view(w.session, false, &view, &errs), RA_OK);
	assert_string_equal(view->prompt.title, "Gate: start without the key");
	ra_view_free(view);
	view = walker_run(&w);
	walker_end(&w);
	ra_view_free(view);

	w = (struct walker){0};
	walker_begin(&w, "cleared-sealed", NULL, false);
	walker_until(&w, "what-happened");
	assert_int_equal(ra_session_view(w.session, false, &view, &errs), RA_OK);
	for (size_t i = 0; i < view->result_count; i++)
		if (!strcmp(view->results[i].check, "console-text")) {
			seen = true;
			assert_string_equal(view->results[i].shown,
					    "Unable to restore system configuration. A security violation was detected.");
		}
	assert_true(seen);
	ra_view_free(view);
	walker_end(&w);
}

struct deed {
	const char *step, *result;
};

static void check_deeds(const char *demo, const struct deed *deeds, size_t count)
{
	struct walker w = {0};

	walker_begin(&w, demo, NULL, false);
	struct ra_view *view = walker_run(&w);

	assert_int_equal(view->action_count, count);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(view->actions[i].step, deeds[i].step);
		assert_string_equal(view->actions[i].result, deeds[i].result);
	}
	ra_view_free(view);
	walker_end(&w);
}

/* What vCenter did not manage is told as it was, and a person's way out of it is walked; what was switched on for the walk is off again. */
static void test_deeds(void **state)
{
	static const struct deed left[] = {{"reattest", "refused"}, {"reconnect-again", "refused"}, {"connect-by-hand", "verified"}},
				 ssh[] = {{"ssh-on", "verified"}, {"ssh-off", "verified"}}, cured[] = {{"reattest", "verified"}};

	check_deeds("left-disconnected", left, RA_LEN(left));
	check_deeds("ssh-off", ssh, RA_LEN(ssh));
	check_deeds("reconnect-cures", cured, RA_LEN(cured));
}

static const struct ra_view_change *change_of(const struct ra_view *view, const char *step, const char *fact)
{
	for (size_t i = 0; i < view->action_count; i++)
		for (size_t k = 0; !strcmp(view->actions[i].step, step) && k < view->actions[i].change_count; k++)
			if (!strcmp(view->actions[i].changes[k].fact, fact))
				return &view->actions[i].changes[k];
	return NULL;
}

/* What an action changed stands with it: before and after, by whom and when; what its verification names first. */
static void test_before_and_after(void **state)
{
	static const struct {
		const char *step, *fact, *title, *before, *after, *plane;
		bool named;
	} rows[] = {
		{"enable-secure-boot", "host.boot_time", "Last start of the host", "2026-02-28T23:00:00Z", "2026-03-02T01:05:24Z", "vcenter", true},
		{"enable-secure-boot", "secureboot.on", "Secure Boot in this boot: on", "Disabled", "Enabled", "ssh", true},
		{"reattest", "host.connection", "Contact with vCenter", "connected", "connected", "vcenter", true},
		{"reattest", "attestation.status", "Attestation status: status", "Failed", "Passed", "vcenter", false},
		{"reset-alarm", "alarm.triggered", "Attestation alarm", "red Host TPM attestation alarm", "", "vcenter", true},
	};
	struct walker w = {0};

	walker_begin(&w, "secure-boot-off", NULL, false);
	struct ra_view *view = walker_run(&w);

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		const struct ra_view_change *change = change_of(view, rows[i].step, rows[i].fact);

		assert_non_null(change);
		assert_string_equal(change->title, rows[i].title);
		assert_string_equal(change->before.value, rows[i].before);
		assert_string_equal(change->after.value, rows[i].after);
		assert_string_equal(change->before.plane, rows[i].plane);
		assert_string_equal(change->after.plane, rows[i].plane);
		assert_true(change->before.at < change->after.at);
		assert_int_equal(change->named, rows[i].named);
	}
	assert_null(change_of(view, "enter-maintenance", "attestation.status")); /* it did not change there, and is not asked for */
	for (size_t i = 0; i < view->action_count; i++)
		for (size_t k = 1; k < view->actions[i].change_count; k++)
			assert_false(view->actions[i].changes[k].named && !view->actions[i].changes[k - 1].named);
	ra_view_free(view);
	walker_end(&w);
}

/* Stepping back appends, takes nothing away, closes the gate, and leads to the same end; an action that began is not stepped over. */
static void test_step_back(void **state)
{
	struct walker w = {0};
	struct ra_errs errs;
	size_t back = 0, opened = 0;

	ra_errs_clear(&errs);
	walker_begin(&w, "secure-boot-off", NULL, false);
	walker_until(&w, "enter-maintenance");
	assert_int_equal(ra_session_back(w.session, &errs), RA_OK);
	walker_until(&w, "enable-secure-boot");
	assert_int_equal(ra_session_back(w.session, &errs), RA_OK);
	struct ra_view *view = walker_run(&w);

	check_expectation("secure-boot-off, stepped back", &w, view);
	for (size_t i = 0; i < view->step_count; i++)
		back += view->steps[i].mark == RA_MARK_BACK;
	for (size_t i = 0; i < view->gate_count; i++)
		opened += view->gates[i].opened;
	assert_true(back >= 2);
	assert_true(opened >= 2); /* the pass before the step back did not last */
	ra_view_free(view);
	walker_end(&w);

	walker_begin(&w, "secure-boot-off", NULL, false);
	walker_until(&w, "status-new");
	for (int i = 0; i < 20 && !ra_session_back(w.session, &errs); i++)
		;
	view = NULL;
	assert_int_equal(ra_session_view(w.session, false, &view, &errs), RA_OK);
	assert_int_equal(view->action_count, 2);
	for (size_t i = 0; i < view->action_count; i++)
		assert_string_equal(view->actions[i].result, "verified");
	ra_view_free(view);
	walker_end(&w);
}

static int64_t entries_of(const char *demo, const char *journal)
{
	struct walker w = {0};

	walker_begin(&w, demo, journal, false);
	struct ra_view *view = walker_run(&w);
	int64_t count = view->entry_count;

	check_expectation(demo, &w, view);
	ra_view_free(view);
	walker_end(&w);
	return count;
}

/* A process that walks and is killed once its journal holds n entries. Out: false when the walk ended before. */
static bool walk_and_die(const char *demo, const char *journal, int64_t n)
{
	pid_t child = fork();
	int status = 0;

	assert_true(child >= 0);
	if (!child) {
		struct walker w = {.die_at = n};

		walker_begin(&w, demo, journal, false);
		walker_run(&w);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) || WTERMSIG(status) == SIGKILL);
	return WIFSIGNALED(status);
}

/* A walk that stopped at one of its ends goes on at the last step that may come out otherwise, not at the end it stopped at. */
static void test_resume_after_an_end(void **state)
{
	static const struct {
		const char *demo, *instead[2], *step;
	} rows[] = {
		{"sealed-without-key", {NULL, NULL}, "clear-rebuild-gate"},
	};
	char dir[] = "/tmp/reattest-end-XXXXXX", journal[64];

	assert_non_null(mkdtemp(dir));
	snprintf(journal, sizeof(journal), "%s/j.jsonl", dir);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct walker w = {.instead = {rows[i].instead[0], rows[i].instead[1]}};

		walker_begin(&w, rows[i].demo, journal, false);
		struct ra_view *view = walker_run(&w);

		assert_string_equal(view->outcome, "stopped");
		ra_view_free(view);
		walker_end(&w);
		walker_begin(&w, rows[i].demo, journal, true);
		walker_until(&w, rows[i].step);
		walker_end(&w);
		unlink(journal);
	}
	rmdir(dir);
}

/* Out: false when the walk had ended before it could be killed. */
static bool resume_and_finish(const char *demo, const char *journal, int64_t n)
{
	struct ra_verify verify;
	struct walker w = {0};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	assert_int_equal(ra_journal_verify(journal, NULL, NULL, &verify, &errs), RA_OK);
	if (verify.verdict == RA_VERIFY_WHOLE)
		return false;
	assert_int_equal(verify.verdict, RA_VERIFY_INCOMPLETE);
	walker_begin(&w, demo, journal, true);
	struct ra_view *view = walker_run(&w);

	if (strcmp(view->outcome, ra_json_str(ra_json_pointer(ra_source_root(w.recording), "/expect/walk"), "outcome", "")))
		print_message("killed after entry %lld\n", (long long)n);
	check_expectation(demo, &w, view);
	for (size_t i = 0; i < view->action_count; i++)
		assert_string_not_equal(view->actions[i].result, "unknown");
	ra_view_free(view);
	walker_end(&w);
	assert_int_equal(ra_journal_verify(journal, NULL, NULL, &verify, &errs), RA_OK);
	assert_int_equal(verify.verdict, RA_VERIFY_WHOLE);
	return true;
}

/* kill -9 after any entry, the one between an intent and its outcome among them: the walk goes on to the same end, and no change
 * is made twice. */
static void test_killed_anywhere(void **state)
{
	static const char demo[] = "secure-boot-off";
	/* A killed process leaves what it wrote, on a disk or not: where there is memory for files, no time goes into fsync. */
	char on_disk[] = "/tmp/reattest-kill-XXXXXX", in_memory[] = "/dev/shm/reattest-kill-XXXXXX", journal[64];
	const char *dir = mkdtemp(in_memory);

	if (!dir)
		dir = mkdtemp(on_disk);
	assert_non_null(dir);
	snprintf(journal, sizeof(journal), "%s/j.jsonl", dir);
	int64_t count = entries_of(demo, journal);

	unlink(journal);
	assert_true(count > 20);
	bool more = true;

	for (int64_t n = 1; n < count && more; n += STRIDE) {
		more = walk_and_die(demo, journal, n) && resume_and_finish(demo, journal, n);
		unlink(journal);
	}
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_demo_walks),
		cmocka_unit_test(test_every_demo_checks),
		cmocka_unit_test(test_every_row_has_a_host),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_unknown_boot_time_is_never_passed),
		cmocka_unit_test(test_verdict_does_not_age),
		cmocka_unit_test(test_key_typed_in_part),
		cmocka_unit_test(test_what_was_found),
		cmocka_unit_test(test_left_out_is_told),
		cmocka_unit_test(test_called_end_is_told),
		cmocka_unit_test(test_stopped_on_the_way),
		cmocka_unit_test(test_said_as_it_is),
		cmocka_unit_test(test_deeds),
		cmocka_unit_test(test_before_and_after),
		cmocka_unit_test(test_step_back),
		cmocka_unit_test(test_resume_after_an_end),
		cmocka_unit_test(test_killed_anywhere),
	};

	return cmocka_run_group_tests(tests, find_demos, forget_demos);
}
