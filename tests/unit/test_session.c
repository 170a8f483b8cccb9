/* The door on a small flow: when it wakes, how it begins a change, how a journal that takes no more ends a walk. */
#include "config.h"

#include "tests/unit/unit.h"

#include "tests/unit/session_rig.h"

#include "base/io.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* A walk on the simulated host. */
struct bench {
	struct ra_flowset *flows;
	struct ra_recording *recording;
	struct ra_hub *hub;
	struct ra_session *session;
	struct ra_session_options options;
	struct ra_errs errs;
};

static void set_up(struct bench *b, const struct rig_host *host)
{
	*b = (struct bench){.flows = session_flows(), .recording = session_recording(host), .hub = ra_hub_new(4)};
	b->options = (struct ra_session_options){.flows = b->flows, .recording = b->recording, .flow = "t", .entry = "look",
						 .interactive = true, .until = RA_UTC_NONE};
	ra_errs_clear(&b->errs);
}

static void begin(struct bench *b)
{
	char line[1024];

	if (ra_session_new(b->hub, &b->options, &b->session, &b->errs))
		fail_msg("%s", ra_errs_line(&b->errs, line, sizeof(line)));
}

static void tear_down(struct bench *b)
{
	ra_hub_free(b->hub);
	ra_source_free(b->recording);
	ra_flowset_free(b->flows);
}

static int timeout_of(struct ra_hub *hub)
{
	struct pollfd fds[RA_HUB_FDS_MAX];
	int timeout_ms = 0;

	assert_int_equal(ra_hub_poll(hub, fds, RA_HUB_FDS_MAX, &timeout_ms), 0);
	return timeout_ms;
}

/* A wizard that waits for its operator sleeps; one that waits for a change wakes for its polls and its deadline, and while the last
 * answer is on its way past the deadline it sleeps again. */
static void test_wakes_only_for_a_reason(void **state)
{
	struct bench b;

	set_up(&b, &(struct rig_host){.speed = 1000, .stays = true, .took_ms = 90000});
	begin(&b);
	session_until(b.hub, b.session, RA_ASK_GO_ON);
	assert_int_equal(timeout_of(b.hub), -1);
	assert_int_equal(session_say(b.session, RA_WORD_GO, NULL, &b.errs), RA_OK);
	session_until(b.hub, b.session, RA_ASK_YES_NO);
	assert_int_equal(timeout_of(b.hub), -1);
	assert_int_equal(session_say(b.session, RA_WORD_YES, NULL, &b.errs), RA_OK);
	/* Polls of 20 s that take 90 s each in 600 s: at most 8 questions, 8 answers, a deadline. */
	int polls = session_until(b.hub, b.session, RA_ASK_END);

	if (polls > 60)
		fail_msg("woke %d times", polls);
	struct ra_view *view = session_look(b.session);

	assert_string_equal(view->outcome, "stopped");
	assert_int_equal(view->exit_code, 14);
	ra_view_free(view);
	tear_down(&b);
}

/* The intent stands in the journal before the request leaves, and a walk without a free place does not forget to send it. */
static void test_change_waits_for_a_place(void **state)
{
	struct bench b;

	set_up(&b, &(struct rig_host){.speed = 1000});
	begin(&b);
	session_until(b.hub, b.session, RA_ASK_GO_ON);
	session_say(b.session, RA_WORD_GO, NULL, &b.errs);
	session_until(b.hub, b.session, RA_ASK_YES_NO);
	for (size_t i = 0; i < RA_TICKETS_MAX; i++)
		b.session->flights[i] = (struct ra_flight){.kind = RA_TICKET_CHECK, .id = UINT64_MAX - i};
	assert_int_equal(session_say(b.session, RA_WORD_YES, NULL, &b.errs), RA_OK);
	assert_string_equal(b.session->entries[b.session->entry_count - 1].kind, "intent");
	session_settle(b.hub);
	assert_string_equal(b.session->entries[b.session->entry_count - 1].kind, "intent");
	memset(b.session->flights, 0, sizeof(b.session->flights));
	ra_session_touch(b.session);
	session_until(b.hub, b.session, RA_ASK_END);
	struct ra_view *view = session_look(b.session);

	assert_string_equal(view->outcome, "resolved");
	assert_int_equal(view->exit_code, 0);
	ra_view_free(view);
	tear_down(&b);
}

/* A journal that takes no more ends its own walk and no other: nothing is done, the view says why, the exit is 73. */
static void test_full_disk_ends_one_walk(void **state)
{
	char path[] = "/tmp/reattest-full-XXXXXX";
	struct rlimit was, less;
	struct bench b;
	struct ra_session *other = NULL;

	assert_true(mkstemp(path) >= 0);
	unlink(path);
	set_up(&b, &(struct rig_host){.speed = 1000});
	begin(&b);
	other = b.session;
	b.options.journal_path = path;
	begin(&b);
	session_until(b.hub, b.session, RA_ASK_GO_ON);
	session_say(b.session, RA_WORD_GO, NULL, &b.errs);
	session_until(b.hub, b.session, RA_ASK_YES_NO);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	less = was;
	less.rlim_cur = 16;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &less), 0);
	ra_err err = session_say(b.session, RA_WORD_YES, NULL, &b.errs);

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_int_equal(err, RA_E_IO);
	session_settle(b.hub);
	struct ra_view *view = session_look(b.session);

	assert_int_equal(view->prompt.kind, RA_ASK_END);
	assert_true(view->fault);
	assert_non_null(strstr(view->end_reason, path));
	assert_int_equal(view->exit_code, 73);
	assert_int_equal(view->action_count, 0);
	ra_view_free(view);
	session_until(b.hub, other, RA_ASK_GO_ON);
	unlink(path);
	tear_down(&b);
}

/* The same while a reply comes in: found by the loop, not by a word. */
static void test_full_disk_in_the_loop(void **state)
{
	char path[] = "/tmp/reattest-full-XXXXXX";
	struct rlimit was, less;
	struct bench b;

	assert_true(mkstemp(path) >= 0);
	unlink(path);
	set_up(&b, &(struct rig_host){.speed = 1000});
	b.options.journal_path = path;
	begin(&b);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	less = was;
	less.rlim_cur = 16;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &less), 0);
	session_until(b.hub, b.session, RA_ASK_END);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	struct ra_view *view = session_look(b.session);

	assert_true(view->fault);
	assert_int_equal(view->exit_code, 73);
	ra_view_free(view);
	unlink(path);
	tear_down(&b);
}

/* What begins and what does not: entry by step or by its words; a wrong one says what there is and leaves no file behind. */
static void test_entries(void **state)
{
	static const struct {
		const char *flow, *entry;
		ra_err err;
		const char *step;
	} rows[] = {
		{"t", "act", RA_OK, "act"},
		{"t", "It must rest", RA_OK, "act"},
		{"t", "stop", RA_E_ARG, "look, act"},
		{"t", "nonsense", RA_E_ARG, "look, act"},
		{"nothere", NULL, RA_E_NOTFOUND, "nothere"},
	};
	char path[] = "/tmp/reattest-entry-XXXXXX", line[1024];
	struct bench b;

	assert_true(mkstemp(path) >= 0);
	unlink(path);
	set_up(&b, &(struct rig_host){.speed = 1000});
	b.options.journal_path = path;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		b.options.flow = rows[i].flow;
		b.options.entry = rows[i].entry;
		ra_errs_clear(&b.errs);
		ra_err err = ra_session_new(b.hub, &b.options, &b.session, &b.errs);

		assert_int_equal(err, rows[i].err);
		assert_int_equal(access(path, F_OK), err ? -1 : 0);
		unlink(path);
		if (err) {
			ra_errs_line(&b.errs, line, sizeof(line));
			if (!strstr(line, rows[i].step))
				fail_msg("%s", line);
			continue;
		}
		struct ra_view *view = session_look(b.session);

		assert_string_equal(view->steps[0].id, rows[i].step);
		ra_view_free(view);
	}
	tear_down(&b);
}

/* Answers given beforehand: all of a line is taken, or it is said that it is not. */
static void test_answers_beforehand(void **state)
{
	static char many[2000] = "ask=a";
	static const struct {
		const char *line, *outcome;
		bool fault;
	} rows[] = {
		{"ask=a,b", "resolved", false}, {"ask=a", "stopped", false},   {"other=a", "stopped", false},
		{"ask=c", "stopped", true},     {many, "stopped", true},
	};

	for (size_t i = 0; i < 900; i++)
		strcat(many, ",b");
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		const char *lines[] = {rows[i].line, NULL};
		struct bench b;

		set_up(&b, &(struct rig_host){.speed = 1000});
		b.options.entry = "What?";
		b.options.interactive = false;
		b.options.answers = lines;
		begin(&b);
		session_until(b.hub, b.session, RA_ASK_END);
		struct ra_view *view = session_look(b.session);

		assert_string_equal(view->outcome, rows[i].outcome);
		assert_int_equal(view->fault, rows[i].fault);
		if (rows[i].fault)
			assert_non_null(strstr(view->end_reason, "ask"));
		ra_view_free(view);
		tear_down(&b);
	}
}

/* Left at the first question, a walk leaves nothing behind. */
static void test_left_at_the_first_question(void **state)
{
	char path[] = "/tmp/reattest-left-XXXXXX";
	struct bench b;

	assert_true(mkstemp(path) >= 0);
	unlink(path);
	set_up(&b, &(struct rig_host){.speed = 1000});
	b.options.journal_path = path;
	b.options.entry = NULL;
	begin(&b);
	session_until(b.hub, b.session, RA_ASK_CHOICE);
	assert_int_equal(timeout_of(b.hub), -1);
	/* What belongs into a walk is refused before it, and nothing is broken by that. */
	assert_int_equal(ra_session_note(b.session, "too early", &b.errs), RA_E_STATE);
	assert_int_equal(ra_session_back(b.session, &b.errs), RA_E_STATE);
	assert_int_equal(ra_session_again(b.session, "", &b.errs), RA_E_STATE);
	session_until(b.hub, b.session, RA_ASK_CHOICE);
	assert_int_equal(ra_session_stop(b.session, "operator", &b.errs), RA_OK);
	session_until(b.hub, b.session, RA_ASK_END);
	assert_int_equal(access(path, F_OK), -1);
	tear_down(&b);
}

/* A key that was pasted into the wrong field is not in the record. */
static void test_no_key_in_a_note(void **state)
{
#define GROUPS4 "478269-039194-473926-430939"
	struct bench b;

	set_up(&b, &(struct rig_host){.speed = 1000});
	b.options.entry = "act";
	begin(&b);
	session_until(b.hub, b.session, RA_ASK_YES_NO);
	assert_int_equal(ra_session_note(b.session, "key " GROUPS4 "-" GROUPS4 "-" GROUPS4 "-" GROUPS4 " ok", &b.errs), RA_OK);
	assert_int_equal(ra_session_note(b.session, "ticket 478269-1", &b.errs), RA_OK);
	const struct ra_entry *last = &b.session->entries[b.session->entry_count - 1];

	assert_string_equal(ra_json_str(last->body, "text", ""), "ticket 478269-1");
	assert_string_equal(ra_json_str(last[-1].body, "text", ""), "key [removed] ok");
	tear_down(&b);
}

/* Where a change is offered: not in a walk that reads only, that shows only, or past its time. */
static void test_held_back(void **state)
{
	static const struct {
		bool read_only, dry_run;
		ra_utc_ms until;
		enum ra_prompt_kind kind;
	} rows[] = {
		{false, false, RA_UTC_NONE, RA_ASK_YES_NO}, {true, false, RA_UTC_NONE, RA_ASK_CHOICE},
		{false, true, RA_UTC_NONE, RA_ASK_CHOICE},  {false, false, 1000, RA_ASK_CHOICE},
		{false, false, 253402300799000, RA_ASK_YES_NO}, /* the end of the year 9999 */
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct bench b;

		set_up(&b, &(struct rig_host){.speed = 1000});
		b.options.entry = "act";
		b.options.read_only = rows[i].read_only;
		b.options.dry_run = rows[i].dry_run;
		b.options.until = rows[i].until;
		begin(&b);
		session_until(b.hub, b.session, rows[i].kind);
		ra_err err = session_say(b.session, RA_WORD_YES, NULL, &b.errs);

		assert_int_equal(err, rows[i].kind == RA_ASK_YES_NO ? RA_OK : RA_E_DENIED);
		for (size_t k = 0; k < b.session->entry_count; k++)
			if (strcmp(b.session->entries[k].kind, "intent") == 0)
				assert_int_equal(rows[i].kind, RA_ASK_YES_NO);
		tear_down(&b);
	}
}

/* Only so many walks hold links at once, however many are asked for; the others have their turn. */
static void test_many_walks_take_turns(void **state)
{
	enum { MANY = 150 };
	static struct ra_session *all[MANY];
	struct bench b;

	set_up(&b, &(struct rig_host){.speed = 1000, .status = "accepted"});
	ra_hub_free(b.hub);
	b.hub = ra_hub_new(100000);
	b.options.interactive = false;
	b.options.all_checks = true;
	for (size_t i = 0; i < MANY; i++) {
		begin(&b);
		all[i] = b.session;
	}
	for (size_t i = 0; i < MANY; i++) {
		session_until(b.hub, all[i], RA_ASK_END);
		struct ra_view *view = session_look(all[i]);

		if (view->fault)
			fail_msg("walk %zu: %s", i, view->end_reason);
		ra_view_free(view);
	}
	assert_true(b.hub->link_count <= RA_LINKS_MAX);
	tear_down(&b);
}

/* A record that was read shows what the walk showed: planes, exit code, outcome. */
static void test_read_is_as_it_was(void **state)
{
	for (int check = 0; check < 2; check++) {
		char path[] = "/tmp/reattest-read-XXXXXX";
		struct ra_session *read = NULL;
		struct bench b;

		assert_true(mkstemp(path) >= 0);
		unlink(path);
		set_up(&b, &(struct rig_host){.speed = 1000});
		b.options.journal_path = path;
		b.options.interactive = !check;
		begin(&b);
		if (!check) {
			session_until(b.hub, b.session, RA_ASK_GO_ON);
			session_say(b.session, RA_WORD_GO, NULL, &b.errs);
			session_until(b.hub, b.session, RA_ASK_YES_NO);
			session_say(b.session, RA_WORD_YES, NULL, &b.errs);
		}
		session_until(b.hub, b.session, RA_ASK_END);
		struct ra_view *was = session_look(b.session);

		assert_int_equal(ra_session_read(b.flows, path, &read, &b.errs), RA_OK);
		struct ra_view *is = session_look(read);

		assert_string_equal(is->outcome, was->outcome);
		assert_int_equal(is->exit_code, was->exit_code);
		for (size_t i = 0; i < was->plane_count; i++)
			assert_string_equal(is->planes[i].state, was->planes[i].state);
		assert_int_equal(is->unseen_count, was->unseen_count);
		assert_string_equal(is->head, was->head);
		ra_view_free(is);
		ra_view_free(was);
		ra_session_close(read);
		unlink(path);
		tear_down(&b);
	}
}

/* Going on: not while another holds the journal, not after an outcome, not on another flow set; and each says so. */
/* What was shown stands in the record: a flow set with other words does not change it, and one without words, as older programs wrote
 * them, folds to the same and has those of the flow set for what was answered. */
static void test_words_are_the_records(void **state)
{
	static const struct {
		const char *file, *asked, *entry_said, *said;
		bool recorded;
	} rows[] = {
		{"walk-1-words.jsonl", "What was it?", "What?", "A, as it was worded then", true},
		{"walk-1.jsonl", "", NULL, "A", false},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char path[512];
		struct ra_session *read = NULL;
		struct bench b;

		set_up(&b, &(struct rig_host){.speed = 1000});
		snprintf(path, sizeof(path), "%s/tests/unit/data/%s", unit_dir("RA_SRCDIR"), rows[i].file);
		assert_int_equal(ra_session_read(b.flows, path, &read, &b.errs), RA_OK);
		struct ra_view *view = session_look(read);

		assert_string_equal(view->outcome, "stopped");
		assert_int_equal(view->step_count, 2);
		const struct ra_view_step *step = &view->steps[0];

		assert_string_equal(step->id, "ask");
		assert_int_equal(step->shown_count, rows[i].entry_said ? 2 : 1);
		if (rows[i].entry_said)
			assert_string_equal(step->shown[0].said.items[0], rows[i].entry_said);
		const struct ra_view_shown *shown = &step->shown[step->shown_count - 1];

		assert_string_equal(shown->kind, "answer");
		assert_string_equal(shown->text, rows[i].asked);
		assert_int_equal(shown->said.count, 1);
		assert_string_equal(shown->said.items[0], rows[i].said);
		assert_int_equal(shown->recorded, rows[i].recorded);
		ra_view_free(view);
		ra_session_close(read);
		tear_down(&b);
	}
}

/* Every word a person gives has beside it what it was given to; what they typed is in none. */
static void test_words_are_written(void **state)
{
	static const struct {
		const char *kind, *key, *text;
	} rows[] = {
		{"start", "title", "What do you see?"}, {"intent", "title", "Maintenance"}, {"intent", "danger", "disruptive"},
		{"intent", "text", "Enter it."},	{"end", "title", "Well"},
	};
	struct bench b;

	set_up(&b, &(struct rig_host){.speed = 1000});
	b.options.entry = NULL;
	begin(&b);
	session_until(b.hub, b.session, RA_ASK_CHOICE);
	assert_int_equal(session_say(b.session, RA_WORD_CHOOSE, "act", &b.errs), RA_OK);
	session_until(b.hub, b.session, RA_ASK_YES_NO);
	assert_int_equal(session_say(b.session, RA_WORD_YES, NULL, &b.errs), RA_OK);
	session_until(b.hub, b.session, RA_ASK_END);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		const cJSON *words = NULL;

		for (size_t k = 0; k < b.session->entry_count; k++)
			if (!strcmp(b.session->entries[k].kind, rows[i].kind))
				words = ra_json_get(b.session->entries[k].body, "words");
		assert_non_null(words);
		assert_non_null(strstr(ra_json_str(words, rows[i].key, ""), rows[i].text));
	}
	tear_down(&b);
}

static void test_resume_refusals(void **state)
{
	char path[] = "/tmp/reattest-again-XXXXXX", line[1024];
	struct ra_session *again = NULL;
	struct bench b;

	assert_true(mkstemp(path) >= 0);
	unlink(path);
	set_up(&b, &(struct rig_host){.speed = 1000});
	b.options.journal_path = path;
	begin(&b);
	session_until(b.hub, b.session, RA_ASK_GO_ON);
	b.options.journal_path = NULL;
	assert_int_equal(ra_session_resume(b.hub, &b.options, path, &again, &b.errs), RA_E_BUSY);
	assert_non_null(strstr(ra_errs_line(&b.errs, line, sizeof(line)), path));
	tear_down(&b);

	/* Another set of flows: said before any entry is found not to fit it. */
	set_up(&b, &(struct rig_host){.speed = 1000});
	ra_flowset_free(b.flows);
	char dir[512];
	const char *dirs[] = {dir, NULL};
	struct ra_flow_sources sources = {.dirs = dirs, .trust_anyone = true};

	snprintf(dir, sizeof(dir), "%s/tests/unit/walkset", unit_dir("RA_SRCDIR"));
	assert_int_equal(ra_flowset_load(&sources, &b.flows, &b.errs), RA_OK);
	b.options.flows = b.flows;
	assert_int_equal(ra_session_resume(b.hub, &b.options, path, &again, &b.errs), RA_E_STATE);
	assert_non_null(strstr(ra_errs_line(&b.errs, line, sizeof(line)), "another flow set"));
	tear_down(&b);

	set_up(&b, &(struct rig_host){.speed = 1000});
	assert_int_equal(ra_session_resume(b.hub, &b.options, path, &again, &b.errs), RA_OK);
	session_until(b.hub, again, RA_ASK_GO_ON);
	session_say(again, RA_WORD_GO, NULL, &b.errs);
	session_until(b.hub, again, RA_ASK_YES_NO);
	session_say(again, RA_WORD_YES, NULL, &b.errs);
	session_until(b.hub, again, RA_ASK_END);
	ra_hub_free(b.hub);
	b.hub = ra_hub_new(1);
	ra_errs_clear(&b.errs);
	assert_int_equal(ra_session_resume(b.hub, &b.options, path, &again, &b.errs), RA_E_STATE);
	assert_non_null(strstr(ra_errs_line(&b.errs, line, sizeof(line)), "resolved"));
	unlink(path);
	tear_down(&b);
}

/* "look now, act ahead, ..." of the steps of a walk's map, in its order. */
static void check_map(const struct ra_session *session, const char *expected)
{
	static const char *const states[] = {"gone", "ahead", "done", "skip", "back", "now"};
	struct ra_view *view = session_look(session);
	RA_AUTO(ra_buf_free) struct ra_buf got = {0};

	for (size_t i = 0; i < view->map_count; i++) {
		const struct ra_view_map_row *row = &view->map[i];

		assert_int_equal(ra_buf_printf(&got, "%s%s%s %s", i ? ", " : "", row->kind == RA_MAP_STEP ? "" : "->", row->id, states[row->state]),
				 RA_OK);
	}
	assert_string_equal(ra_buf_str(&got), expected);
	ra_view_free(view);
}

/* The map follows the walk; nobody's walk has none. */
static void test_map_follows(void **state)
{
	struct bench b;

	set_up(&b, &(struct rig_host){.speed = 1000});
	begin(&b);
	session_until(b.hub, b.session, RA_ASK_GO_ON);
	check_map(b.session, "look now, ->act ahead, ->stop ahead, act ahead, ->well ahead, ->stop ahead, ask gone, ->well ahead, ->stop ahead, well ahead, stop ahead");
	session_say(b.session, RA_WORD_GO, NULL, &b.errs);
	session_until(b.hub, b.session, RA_ASK_YES_NO);
	check_map(b.session, "look done, ->act now, ->stop ahead, act now, ->well ahead, ->stop ahead, ask gone, ->well ahead, ->stop ahead, well ahead, stop ahead");
	session_say(b.session, RA_WORD_YES, NULL, &b.errs);
	session_until(b.hub, b.session, RA_ASK_END);
	check_map(b.session, "look done, ->act done, ->stop gone, act done, ->well now, ->stop gone, ask gone, ->well now, ->stop gone, well now, stop gone");
	tear_down(&b);
	set_up(&b, &(struct rig_host){.speed = 1000});
	b.options.interactive = false;
	begin(&b);
	session_settle(b.hub);
	check_map(b.session, "");
	tear_down(&b);
}

/* A recording in a directory; base NULL: it stands on its own. */
static void put_recording(const char *dir, const char *id, const char *base)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s.json", dir, id);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fprintf(file, "{\"$schema\":\"s\",\"format\":1,\"id\":\"%s\",\"title\":\"T\",\"host\":\"h\",\"clock\":\"2026-03-02T01:00:00Z\",", id);
	if (base)
		fprintf(file, "\"base\":\"%s\",", base);
	fprintf(file, "\"planes\":[\"ssh\"],\"start\":\"%s\",\"states\":{\"%s\":{}}}", id, id);
	assert_int_equal(fclose(file), 0);
}

/* A base is found beside its recording, by its id and nothing else; a chain of them is short, so a circle ends. */
static void test_bases(void **state)
{
	static const struct {
		const char *id, *base, *says; /* NULL: it loads */
	} rows[] = {
	    {"one", NULL, NULL},
	    {"two", "one", NULL},
	    {"three", "two", NULL},
	    {"four", "three", NULL},
	    {"five", "four", "at most 4"},
	    {"round", "again", "at most 4"},
	    {"again", "round", "at most 4"},
	    {"self", "self", "at most 4"},
	    {"alone", "nobody", "there is no recording \"nobody\""},
	    {"up", "../one", "the id of a recording"},
	    {"rooted", "/etc/passwd", "the id of a recording"},
	    {"empty", "", "the id of a recording"},
	};
	char dir[] = "/tmp/reattest-base-XXXXXX", path[128], line[1024];
	struct ra_errs errs;

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < RA_LEN(rows); i++)
		put_recording(dir, rows[i].id, rows[i].base);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_recording *recording = NULL;

		ra_errs_clear(&errs);
		snprintf(path, sizeof(path), "%s/%s.json", dir, rows[i].id);
		ra_err err = ra_source_load(path, &recording, &errs);

		assert_int_equal(err == RA_OK, rows[i].says == NULL);
		assert_int_equal(recording != NULL, rows[i].says == NULL);
		if (rows[i].says && !strstr(ra_errs_line(&errs, line, sizeof(line)), rows[i].says))
			fail_msg("%s: \"%s\" does not say \"%s\"", rows[i].id, line, rows[i].says);
		ra_source_free(recording);
	}
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		snprintf(path, sizeof(path), "%s/%s.json", dir, rows[i].id);
		unlink(path);
	}
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_map_follows),
		cmocka_unit_test(test_wakes_only_for_a_reason),
		cmocka_unit_test(test_change_waits_for_a_place),
		cmocka_unit_test(test_full_disk_ends_one_walk),
		cmocka_unit_test(test_full_disk_in_the_loop),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_answers_beforehand),
		cmocka_unit_test(test_left_at_the_first_question),
		cmocka_unit_test(test_no_key_in_a_note),
		cmocka_unit_test(test_held_back),
		cmocka_unit_test(test_many_walks_take_turns),
		cmocka_unit_test(test_read_is_as_it_was),
		cmocka_unit_test(test_words_are_the_records),
		cmocka_unit_test(test_words_are_written),
		cmocka_unit_test(test_resume_refusals),
		cmocka_unit_test(test_bases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
