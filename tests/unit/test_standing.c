/* How a kept session stands, by what its record says. */
#include "config.h"

#include "tests/unit/journal_make.h"

#include "flow/flowset.h"
#include "verb/standing.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct ra_flowset *flows;

#define START "start", "{\"flow\":\"tpm-attestation\",\"step\":\"kind\",\"source\":\"live\",\"host\":{\"$s\":\"esx01\"}}"
#define ELSEWHERE "start", "{\"flow\":\"tpm-attestation\",\"step\":\"kind\",\"source\":\"live\",\"host\":{\"$s\":\"esx01\"},\"flow_sha256\":" \
	"\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}"
#define TO(step) "edge", "{\"flow\":\"tpm-attestation\",\"from\":\"x\",\"to_flow\":\"tpm-attestation\",\"to\":\"" step "\",\"by\":\"ok\"}"
#define INTENT(step) "intent", "{\"step\":\"" step "\"}"
#define RESULT(word) "outcome", "{\"result\":\"" word "\"}"
#define DONE(step) INTENT(step), RESULT("verified")

static const struct {
	const char *name;
	const char *entries[20]; /* kind, body, ... */
	const char *end;         /* its outcome; NULL: it broke off */
	const char *words, *title, *half;
	bool owes;
} rows[] = {
	{"begun", {START}, NULL, "broke off; resumable", "Kind of host", "", false},
	{"stopped", {START, TO("changed")}, "stopped", "stopped; resumable", "What changed", "", false},
	{"ended", {START, TO("healthy")}, "not_a_fault", "ended: not_a_fault", "Nothing to repair", "", false},
	{"stepped back", {START, TO("changed"), "back", "{\"from\":\"changed\",\"to\":\"kind\",\"to_flow\":\"tpm-attestation\"}"}, "stopped",
	 "stopped; resumable", "Kind of host", "", false},
	{"a step that is not known here", {START, TO("nowhere")}, "stopped", "stopped; resumable", "nowhere", "", false},
	{"another flow set", {ELSEWHERE, TO("changed")}, "stopped", "stopped; other flow set", "What changed", "", false},
	{"another flow set, ended", {ELSEWHERE, TO("changed")}, "resolved", "ended: resolved", "What changed", "", false},
	{"in maintenance mode", {START, DONE("enter-maintenance")}, "stopped", "stopped; resumable", "Kind of host",
	 "the host is in maintenance mode;", false},
	{"perhaps in it", {START, INTENT("enter-maintenance"), RESULT("unverified")}, "stopped", "stopped; resumable", "Kind of host",
	 "the host may be in maintenance mode;", false},
	{"left again", {START, DONE("enter-maintenance"), DONE("leave-maintenance-by-hand")}, "stopped", "stopped; resumable", "Kind of host", "", false},
	{"perhaps left", {START, DONE("enter-maintenance"), INTENT("leave-maintenance"), RESULT("refused")}, "stopped", "stopped; resumable",
	 "Kind of host", "the host may be in maintenance mode;", false},
	{"refused: not entered", {START, INTENT("enter-maintenance"), RESULT("refused")}, "stopped", "stopped; resumable", "Kind of host", "", false},
	{"SSH on", {START, DONE("ssh-on")}, NULL, "broke off; resumable", "Kind of host", "still to be done: Switch the SSH service off again;", true},
	{"SSH off again", {START, DONE("ssh-on"), DONE("ssh-off")}, NULL, "broke off; resumable", "Kind of host", "", false},
	{"SSH was refused", {START, INTENT("ssh-on"), RESULT("refused")}, NULL, "broke off; resumable", "Kind of host", "", false},
	{"an end that owes can be gone on with", {START, DONE("ssh-on"), TO("healthy")}, "resolved", "ended: resolved; resumable", "Nothing to repair",
	 "still to be done: Switch the SSH service off again;", true},
	{"left disconnected", {START, INTENT("reattest"), RESULT("refused")}, "stopped", "stopped; resumable", "Kind of host",
	 "the host may be disconnected from vCenter;", false},
	{"connected again", {START, INTENT("reattest"), RESULT("refused"), DONE("reconnect-again")}, "stopped", "stopped; resumable", "Kind of host", "",
	 false},
	{"nobody knows", {START, INTENT("restart-host")}, NULL, "broke off; resumable", "Kind of host",
	 "begun, and what became of it is not known: Restart the host;", true},
};

static int load_flows(void **state)
{
	const char *top = getenv("RA_SRCDIR");
	char dir[600];
	struct ra_errs errs;

	snprintf(dir, sizeof(dir), "%s/flows", top ? top : ".");
	const char *dirs[] = {dir, NULL};
	struct ra_flow_sources sources = {.dirs = dirs, .trust_anyone = true};

	ra_errs_clear(&errs);
	return make_dir(state) || ra_flowset_load(&sources, &flows, &errs);
}

static int free_flows(void **state)
{
	flows = ra_flowset_free(flows);
	return drop_dir(state);
}

static void write_row(const char *path, size_t row)
{
	struct ra_journal *journal = NULL;
	char body[64];

	(void)unlink(path);
	assert_int_equal(ra_journal_create(path, &journal, NULL), RA_OK);
	for (size_t i = 0; rows[row].entries[i]; i += 2)
		append(journal, T0 + (ra_utc_ms)i, rows[row].entries[i], rows[row].entries[i + 1]);
	if (rows[row].end) {
		snprintf(body, sizeof(body), "{\"reason\":\"r\",\"outcome\":\"%s\",\"count\":%lld", rows[row].end, (long long)ra_journal_count(journal));
		RA_AUTO(ra_buf_free) struct ra_buf whole = {0};

		assert_int_equal(ra_buf_printf(&whole, "%s,\"head\":\"%s\"}", body, ra_journal_head(journal)), RA_OK);
		append(journal, T0 + 100, "end", ra_buf_str(&whole));
	}
	ra_journal_free(journal);
}

static void stands_as_it_says(void **state)
{
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		const char *path = path_in(state, "s.jsonl");
		RA_AUTO(ra_buf_free) struct ra_buf half = {0};
		struct ra_standing is;
		char words[100];

		write_row(path, i);
		ra_standing_read(path, flows, &is);
		for (size_t k = 0; k < is.half_count; k++)
			assert_int_equal(ra_buf_printf(&half, "%s;", is.half[k]), RA_OK);
		ra_standing_words(&is, words, sizeof(words));
		if (strcmp(words, rows[i].words) || strcmp(is.title, rows[i].title) || strcmp(ra_buf_str(&half), rows[i].half) ||
		    is.owes != rows[i].owes)
			fail_msg("%s: %s | %s | %s | %d", rows[i].name, words, is.title, ra_buf_str(&half), is.owes);
		assert_string_equal(is.host, "esx01");
		assert_true(is.last >= T0 && is.last < T0 + 200);
		assert_false(is.sealed || is.redacted);
	}
}

static void what_stands_beside(void **state)
{
	const char *path = path_in(state, "t.jsonl");
	struct ra_standing is;
	char words[100];

	write_row(path, 1);
	put(path_in(state, "t.jsonl.head"), "x", 1);
	ra_standing_read(path, flows, &is);
	assert_false(is.sealed); /* a head without a signature seals nothing */
	put(path_in(state, "t.jsonl.head.p7s"), "x", 1);
	ra_standing_read(path, NULL, &is);
	assert_true(is.sealed);
	assert_string_equal(is.title, "changed");
	assert_string_equal(ra_standing_words(&is, words, sizeof(words)), "stopped; resumable; sealed");

	struct ra_journal *journal = NULL;

	assert_int_equal(ra_journal_open(path, NULL, NULL, &journal, NULL), RA_OK);
	ra_standing_read(path, flows, &is);
	assert_int_equal(is.state, RA_KEPT_OPEN);
	assert_false(is.resumable);
	ra_journal_free(journal);
	assert_int_equal(mkfifo(path_in(state, "pipe.jsonl"), 0600), 0); /* nobody writes into it: it is not waited for */
	ra_standing_read(path_in(state, "pipe.jsonl"), flows, &is);
	assert_int_equal(is.state, RA_KEPT_UNREADABLE);
	ra_standing_read(path_in(state, "nothing"), flows, &is);
	assert_int_equal(is.state, RA_KEPT_UNREADABLE);
}

static void ages(void **unused)
{
	static const struct {
		int64_t s;
		const char *age;
	} cases[] = {{0, "0 min"}, {59, "0 min"}, {60, "1 min"}, {3599, "59 min"}, {3600, "1 h"}, {172799, "47 h"}, {172800, "2 d"}, {-5, "0 min"}};
	char out[16];

	for (size_t i = 0; i < RA_LEN(cases); i++)
		assert_string_equal(ra_standing_age(T0 - cases[i].s * 1000, T0, out), cases[i].age);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stands_as_it_says),
		cmocka_unit_test(what_stands_beside),
		cmocka_unit_test(ages),
	};

	return cmocka_run_group_tests(tests, load_flows, free_flows);
}
