/* The exit code of a walk and of a check: what outranks what. */
#include "config.h"

#include "tests/unit/unit.h"

#include "tests/unit/session_rig.h"

#include <stdio.h>
#include <string.h>

#define T(text) ((char *)(text))

/* One walk in words: verdicts, actions ("step=result"), how SSH stands ("up", "down", "lost": was up, "-": not given). */
struct row {
	bool walk;
	ra_err fault;
	const char *outcome, *verdicts, *actions, *ssh;
	bool name_known; /* the fact the flow requires */
	bool only_given;
	int code;
};

static const struct row rows[] = {
	/* A walk with somebody to ask. */
	{true, 0, "resolved", "", "", "up", true, false, 0},
	{true, 0, "not_a_fault", "fail", "", "up", true, false, 0},
	{true, 0, "security_review", "", "a=verified", "up", true, false, 10},
	{true, 0, "rebuild", "", "a=unverified", "up", true, false, 10},
	{true, 0, "stopped", "fail", "", "up", true, false, 13},
	{true, 0, "escalated", "unknown", "", "up", false, false, 13},
	{true, 0, "stopped", "", "a=verified", "up", true, false, 13},
	{true, 0, "stopped", "", "a=not_done", "up", true, false, 13},
	{true, 0, "stopped", "", "a=unverified", "up", true, false, 14},
	{true, 0, "stopped", "", "a=refused", "up", true, false, 14},
	{true, 0, "stopped", "", "a=unknown", "up", true, false, 14},
	{true, 0, "stopped", "", "a=unverified b=verified", "up", true, false, 14},
	{true, 0, "stopped", "", "a=unverified a=verified", "up", true, false, 13},
	{true, 0, "resolved", "", "a=unverified b=verified", "up", true, false, 0},
	{true, 0, "stopped", "", "", "down", true, false, 20},
	{true, 0, "stopped", "", "", "lost", true, false, 13},
	{true, RA_E_IO, "stopped", "", "a=unverified", "up", true, false, 73},
	{true, RA_E_STATE, "stopped", "", "", "up", true, false, 73},
	{true, RA_E_INVALID, "stopped", "", "", "up", true, false, 65},
	{true, RA_E_NOMEM, "stopped", "", "", "up", true, false, 70},
	/* A check, from what outranks to what is outranked. */
	{false, RA_E_IO, "stopped", "fail", "", "down", false, false, 73},
	{false, 0, "stopped", "fail unknown warn", "", "down", false, false, 20},
	{false, 0, "stopped", "fail unknown warn", "", "up", false, false, 10},
	{false, 0, "security_review", "pass", "", "up", true, false, 10},
	{false, 0, "rebuild", "pass", "", "up", true, false, 10},
	{false, 0, "stopped", "warn unknown", "", "up", true, false, 12},
	{false, 0, "stopped", "warn error", "", "up", true, false, 12},
	{false, 0, "stopped", "warn", "", "up", false, false, 12},
	{false, 0, "stopped", "warn", "", "lost", true, false, 12},
	{false, 0, "stopped", "warn", "", "up", true, false, 11},
	{false, 0, "stopped", "pass info not_applicable", "", "up", true, false, 13},
	{false, 0, "escalated", "pass", "", "up", true, false, 13},
	{false, 0, "resolved", "pass", "", "up", true, false, 0},
	{false, 0, "not_a_fault", "", "", "up", true, false, 0},
	/* A required fact nobody told: missing, unless only planes that were not given could tell it. */
	{false, 0, "resolved", "pass", "", "up", false, true, 12},
	{false, 0, "resolved", "pass", "", "-", false, false, 12},
	{false, 0, "resolved", "pass", "", "-", false, true, 0},
};

static size_t split(const char *words, char *room, char **out)
{
	char *save = NULL;
	size_t count = 0;

	strcpy(room, words);
	for (char *word = strtok_r(room, " ", &save); word; word = strtok_r(NULL, " ", &save))
		out[count++] = word;
	return count;
}

/* Fold in the name of the host, as a reply would tell it. */
static void tell_name(struct ra_session *s)
{
	static const char body[] = "{\"check\":\"name\",\"plane\":\"ssh\",\"request\":\"{}\",\"why\":\"answered\",\"status\":0,"
				   "\"complete\":true,\"truncated\":false,\"took_ms\":1,\"sha256\":\"\",\"out\":[],\"err\":[],"
				   "\"facts\":[{\"name\":\"host.name\",\"plane\":\"ssh\",\"type\":\"text\",\"value\":\"esx01\",\"at\":\"2026-03-02T01:00:00Z\",\"asked\":\"2026-03-02T01:00:00Z\"}]}";
	struct ra_json *doc = NULL;
	struct ra_errs errs;
	char line[1024];

	ra_errs_clear(&errs);
	assert_int_equal(ra_json_parse("body", body, strlen(body), NULL, &doc, &errs), RA_OK);
	struct ra_fold_entry entry = {1, 1772413200000, "reply", ra_json_root(doc)};

	if (ra_state_apply(s->state, &entry, &errs))
		fail_msg("%s", ra_errs_line(&errs, line, sizeof(line)));
	ra_json_free(doc);
}

static void begin(struct ra_session *s)
{
	struct ra_start_info info = {.flow = "t", .host = "esx01", .planes = "ssh"};
	cJSON *body = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	assert_int_equal(ra_make_start(s->state, &info, &body, &errs), RA_OK);
	struct ra_fold_entry entry = {0, 1, "start", body};

	assert_int_equal(ra_state_apply(s->state, &entry, &errs), RA_OK);
	cJSON_Delete(body);
}

static int code_of(const struct ra_flowset *flows, const struct row *row)
{
	char verdict_room[64], action_room[64], *verdicts[8], *actions[8];
	struct ra_view_result results[8] = {{0}};
	struct ra_view_action done[8] = {{0}};
	struct ra_view_plane planes[1] = {{.name = T("ssh")}};
	struct ra_session s = {.flows = flows, .flow = T("t"), .interactive = row->walk, .only_given_planes = row->only_given,
			       .state = ra_state_new(flows)};
	struct ra_view v = {.outcome = T(row->outcome), .results = results, .actions = done, .planes = planes, .plane_count = 1};
	struct ra_session_plane *ssh = &s.planes[RA_PLANE_SSH];
	bool down = !strcmp(row->ssh, "down") || !strcmp(row->ssh, "lost");

	assert_non_null(s.state);
	begin(&s);
	if (row->name_known)
		tell_name(&s);
	s.fault.code = row->fault;
	ssh->given = strcmp(row->ssh, "-") != 0;
	ssh->ever_up = !strcmp(row->ssh, "up") || !strcmp(row->ssh, "lost");
	ssh->state = down ? RA_LINK_DOWN : ssh->given ? RA_LINK_UP : RA_LINK_IDLE;
	planes[0].state = T(down ? "down" : ssh->given ? "up" : "not given");
	v.result_count = split(row->verdicts, verdict_room, verdicts);
	for (size_t i = 0; i < v.result_count; i++)
		results[i].verdict_id = verdicts[i];
	v.action_count = split(row->actions, action_room, actions);
	for (size_t i = 0; i < v.action_count; i++) {
		done[i].step = strtok(actions[i], "=");
		done[i].result = strtok(NULL, "=");
	}
	int code = ra_view_exit(&s, &v);

	ra_state_free(s.state);
	return code;
}

static void test_exit_codes(void **state)
{
	struct ra_flowset *flows = session_flows();

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		int code = code_of(flows, &rows[i]);

		if (code != rows[i].code)
			fail_msg("row %zu (%s; %s; %s; %s): %d, expected %d", i, rows[i].outcome, rows[i].verdicts,
				 rows[i].actions, rows[i].ssh, code, rows[i].code);
	}
	ra_flowset_free(flows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_exit_codes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
