/* What is kept of each host of a check, the line that tells it, and what all of them say together. */
#include "config.h"

#include "tests/unit/unit.h"

#include "tests/unit/refuse.h"
#include "verb/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T(text) ((char *)(text))

static struct ra_flowset *flows;

static int load_flows(void **state)
{
	const char *top = getenv("RA_SRCDIR");
	char dir[600];
	struct ra_errs errs;

	snprintf(dir, sizeof(dir), "%s/flows", top ? top : ".");
	const char *dirs[] = {dir, NULL};
	struct ra_flow_sources sources = {.dirs = dirs, .trust_anyone = true};

	ra_errs_clear(&errs);
	return ra_flowset_load(&sources, &flows, &errs);
}

static int free_flows(void **state)
{
	flows = ra_flowset_free(flows);
	return 0;
}

/* A host in a few words. */
struct host {
	const char *host;
	int code;
	const char *status;              /* of vcenter-attestation: "fail", "pass", "unknown"; NULL: not run */
	const char *model, *bios;        /* NULL: not known */
	const char *cause;               /* likely; "a sign": one of sha1-bank, too weak to name it; NULL */
	const char *down, *why;          /* what SSH says when it is down, and its reason; NULL: it is up */
	const char *end;                 /* its end's reason; NULL */
};

static ra_err take(struct ra_tally *tally, size_t index, const struct host *h)
{
	struct ra_view_plane planes[] = {{.name = T("ssh"), .state = T(h->down ? "down" : "up"), .say = T(h->down ? h->down : ""), .peer = T(""),
					  .unasked = h->down && strstr(h->down, "was not asked") != NULL},
					 {.name = T("vcenter"), .state = T("not given"), .say = T(""), .peer = T("")}};
	struct ra_view_result results[] = {{.check = T("vcenter-attestation"), .title = T("Attestation status"), .why = T("attestation is Failed"),
					    .verdict_id = T(h->status ? h->status : "unknown")}};
	struct ra_view_fact facts[] = {{.name = T("host.model"), .value = T(h->model), .known = h->model != NULL},
				       {.name = T("host.bios"), .value = T(h->bios), .known = h->bios != NULL},
				       {.name = T("plane.ssh.error"), .value = T(h->why), .known = h->why != NULL}};
	struct ra_view_cause causes[] = {
		{.id = T("secure-boot-off"), .title = T("Secure Boot is off"),
		 .status = T(h->cause && !strcmp(h->cause, "secure-boot-off") ? "likely" : h->cause ? "ruled_out" : "open")},
		{.id = T("sha1-bank"), .title = T("SHA-1 only"), .status = T(h->cause && !strcmp(h->cause, "sha1-bank") ? "likely" : "possible"), .sign = h->cause && !strcmp(h->cause, "a sign")}};
	struct ra_view_unseen unseen[] = {{T("everything the BMC knows"), T("it was not asked")},
					  {T("attestation.status"), T(RA_UNSEEN_REQUIRED "; not asked")}};
	struct ra_view v = {.unseen = unseen, .unseen_count = 2, .host = T(h->host), .outcome_title = T("Nothing to repair"), .end_reason = T(h->end ? h->end : "outcome"),
			    .planes = planes, .plane_count = 2, .results = results, .result_count = h->status ? 1 : 0, .facts = facts,
			    .fact_count = 3, .causes = causes, .cause_count = 2, .exit_code = h->code};

	return ra_tally_take(tally, index, h->host, &v);
}

static void a_line(void **state)
{
	static const struct {
		struct host host;
		const char *line;
	} cases[] = {
		{{"esx01", 10, "fail", NULL, NULL, "secure-boot-off", NULL, NULL, NULL}, "1 of 2: esx01: FAIL: Secure Boot is off"},
		{{"esx01", 10, "fail", NULL, NULL, NULL, NULL, NULL, NULL}, "1 of 2: esx01: FAIL: Attestation status: attestation is Failed"},
		{{"esx01", 0, "pass", NULL, NULL, NULL, NULL, NULL, NULL}, "1 of 2: esx01: OK: Nothing to repair"},
		{{"esx01", 12, NULL, NULL, NULL, NULL, NULL, NULL, NULL}, "1 of 2: esx01: UNKNOWN: attestation.status: a fact this flow requires; not asked"},
		{{"esx01", 12, NULL, NULL, NULL, NULL, "esx01 was lost", "unreachable", NULL}, "1 of 2: esx01: UNKNOWN: esx01 was lost"},
		{{"esx01", 20, NULL, NULL, NULL, NULL, "esx01 port 22: No route", "unreachable", NULL}, "1 of 2: esx01: UNREACHED: esx01 port 22: No route"},
		{{"esx01", 12, NULL, NULL, NULL, NULL, NULL, NULL, "signal"}, "1 of 2: esx01: STOPPED: not finished: the run was stopped"},
		{{"esx\033[31m01", 20, NULL, NULL, NULL, NULL, "no", "timeout", NULL}, "1 of 2: esx<1b>[31m01: UNREACHED: no"},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf line = {0};
		struct ra_tally tally;

		assert_true(ra_tally_make(&tally, flows, 2));
		assert_int_equal(take(&tally, 1, &cases[i].host), RA_OK);
		assert_int_equal(ra_tally_line(&tally, 1, &line), RA_OK);
		assert_string_equal(ra_buf_str(&line), cases[i].line);
		ra_tally_clear(&tally);
	}
}

/* A host with a weak sign of a cause is none that was spared by it. */
static void a_weak_sign(void **state)
{
	static const struct {
		const char *cause;
		enum ra_tri tri;
	} cases[] = {{NULL, RA_FALSE}, {"a sign", RA_UNKNOWN}, {"sha1-bank", RA_TRUE}};
	const struct ra_cause *const *causes;
	size_t count = ra_flowset_causes(flows, &causes), at = 0;

	while (at < count && strcmp(causes[at]->id, "sha1-bank"))
		at++;
	assert_true(at < count);
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		const struct host host = {.host = "esx01", .code = 10, .status = "fail", .cause = cases[i].cause};
		struct ra_tally tally;

		assert_true(ra_tally_make(&tally, flows, 1));
		assert_int_equal(take(&tally, 0, &host), RA_OK);
		assert_int_equal(tally.rows[0].causes[at], cases[i].tri);
		ra_tally_clear(&tally);
	}
}

/* Why a host was not reached reads the same of every host; a name within another is none. */
static void the_way_without_the_name(void **state)
{
	static const char *const cases[][3] = {
		{"esx1", "esx1 port 22: No route", "port 22: No route"},
		{"esx1", "nobody let esx1 in. esx1 is shut.", "nobody let the host in. the host is shut."},
		{"esx1", "esx10 and esx1.lab and my-esx1 are others", "esx10 and esx1.lab and my-esx1 are others"},
		{"10.0.0.1", "10.0.0.1: refused, 10.0.0.11 is another", "refused, 10.0.0.11 is another"},
		{"esx1", "esx1: Name or service not known.", "Name or service not known."},
		{"esx1", "esx1 (192.0.2.1) port 22: No route", "port 22: No route"},
		{"esx1", "esx1 (SSH-2.0-x): no SSH handshake", "no SSH handshake"},
		{"esx1", "esx1 (odd port 22: No route", "The host (odd port 22: No route"},
		{"esx1", "esx1 does not let root in. Tried: root@esx1.", "The host does not let root in. Tried: root@esx1."},
		{"esx1", "THE SSH KEY OF esx1 HAS CHANGED: ssh-keygen -R 'esx1' or -R '[esx1]:22'", "THE SSH KEY OF THE HOST HAS CHANGED: ssh-keygen -R 'esx1' or -R '[esx1]:22'"},
		{"esx1", "nobody let IT in. A esx1 is shut.", "nobody let IT in. A the host is shut."},
		{"esx1", "esx1", "The host"},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct host host = {cases[i][0], 20, NULL, NULL, NULL, NULL, cases[i][1], "unreachable", NULL};
		struct ra_tally tally;

		assert_true(ra_tally_make(&tally, flows, 1));
		assert_int_equal(take(&tally, 0, &host), RA_OK);
		assert_string_equal(tally.rows[0].way, cases[i][2]);
		ra_tally_clear(&tally);
	}
}

static char *summary(const struct host *hosts, size_t count, const char *format)
{
	struct ra_buf out = {0};
	struct ra_tally tally;

	assert_true(ra_tally_make(&tally, flows, count));
	for (size_t i = count; i-- > 0;) /* they end in another order than they were given */
		assert_int_equal(take(&tally, i, &hosts[i]), RA_OK);
	assert_int_equal(ra_tally_summary(&tally, ra_report_format(format), &out), RA_OK);
	ra_tally_clear(&tally);
	return ra_buf_take(&out);
}

#define NO_ROUTE(host) {host, 20, NULL, NULL, NULL, NULL, host " port 22: No route", "unreachable", NULL}

static void a_summary(void **state)
{
	static const struct host hosts[] = {
		{"esx01", 10, "fail", "R650", "1.6.5", "secure-boot-off", NULL, NULL, NULL},
		{"esx02", 10, "fail", "R650", "1.6.5", "secure-boot-off", NULL, NULL, NULL},
		NO_ROUTE("esx03"),
		{"esx04", 0, "pass", "R750", "1.6.5", "none", NULL, NULL, NULL},
		{"esx05", 0, "pass", "R750", "2.0", "none", NULL, NULL, NULL},
		NO_ROUTE("esx06"),
		{"esx07", 12, NULL, "R650", NULL, NULL, NULL, NULL, NULL},
		{"esx08", 12, NULL, NULL, NULL, NULL, NULL, NULL, "signal"},
	};
	RA_AUTO(ra_mem_free) char *text = summary(hosts, RA_LEN(hosts), "text");
	RA_AUTO(ra_mem_free) char *md = summary(hosts, RA_LEN(hosts), "md");
	static const char *const lines[] = {
		"reattest " PACKAGE_VERSION ": 8 hosts\n====",
		"  OK          2 hosts: esx04, esx05\n",
		"  FAIL        2 hosts: esx01, esx02\n",
		"  UNKNOWN     1 host: esx07\n",
		"  UNREACHED   2 hosts not reached or not let in: esx03, esx06\n",
		"  STOPPED     1 host: esx08\n",
		"Look here first\n---",
		"hosts of other models are Passed: model R650: 2 of 2; others: 0 of 2; not known: 4\n",
		"To do: Compare BIOS version, TPM firmware and settings over the model.",
		"Source: diagnosis row D30 (inference)\n",
		"  Secure Boot is off: 2 of 4: esx01, esx02; not known: 4\n",
		"model R650, BIOS 1.6.5: 2 of 2; others: 0 of 2; not known: 4\n",
		"Not reached or not let in\n---",
		"  port 22: No route\n           2 hosts: esx03, esx06\n",
	};

	for (size_t i = 0; i < RA_LEN(lines); i++)
		if (!strstr(text, lines[i]))
			fail_msg("no \"%s\" in:\n%s", lines[i], text);
	assert_null(strstr(text, "Not one host that was tried answered"));
	assert_non_null(strstr(md, "# reattest " PACKAGE_VERSION ": 8 hosts\n"));
	assert_non_null(strstr(md, "- **FAIL** 2 hosts: esx01, esx02\n"));
	assert_non_null(strstr(md, "## Look here first\n"));
}

static void long_lists_are_capped(void **state)
{
	struct host hosts[11];
	char names[11][8];

	for (size_t i = 0; i < RA_LEN(hosts); i++) {
		snprintf(names[i], sizeof(names[i]), "h%zu", i);
		hosts[i] = (struct host){names[i], 20, NULL, NULL, NULL, NULL, "nobody let it in", "refused", NULL};
	}
	RA_AUTO(ra_mem_free) char *text = summary(hosts, RA_LEN(hosts), "text");

	assert_non_null(strstr(text, "UNREACHED   11 hosts not reached or not let in: h0, h1, h2, h3, h4, h5, h6, h7 and 3 more\n"));
	assert_non_null(strstr(text, "Every host that answered refused to let this user in, or was refused for its key: 11 of 11\n"));
	assert_null(strstr(text, "Causes\n"));
}

/* Reached over one plane is reached; what was not given says nothing. */
static void how_it_was_reached(void **state)
{
	static const struct host up = {"a", 12, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
				 lost = {"b", 12, NULL, NULL, NULL, NULL, "lost", "unreachable", NULL}, shut = NO_ROUTE("c"),
				 no = {"d", 20, NULL, NULL, NULL, NULL, "no", "refused", NULL};
	static const struct {
		const struct host *hosts[3];
		size_t count;
		bool told;
	} cases[] = {{{&shut, &shut}, 2, true}, {{&shut, &up, &shut}, 3, false}, {{&shut, &lost, &shut}, 3, false}, {{&up, &up}, 2, false},
		     {{&shut, &no, &shut}, 3, false}, {{&no, &no}, 2, false}, {{&shut}, 1, false}};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct host hosts[3];

		for (size_t k = 0; k < cases[i].count; k++)
			hosts[k] = *cases[i].hosts[k];
		RA_AUTO(ra_mem_free) char *text = summary(hosts, cases[i].count, "text");

		if ((strstr(text, "Not one host that was tried answered") != NULL) != cases[i].told)
			fail_msg("%zu: %s", i, text);
	}
}

/* A host to which the password was not offered has refused nobody: it is told apart from those that did, and spoils no rule. */
static void not_asked_is_not_refused(void **state)
{
	static const struct host no = {"a", 20, NULL, NULL, NULL, NULL, "a refuses the password", "refused", NULL},
				 no_more = {"b", 20, NULL, NULL, NULL, NULL, "b was not asked", "refused", NULL}, shut = NO_ROUTE("c");
	static const struct {
		const struct host *hosts[5];
		const char *says; /* NULL: the rule does not hold */
	} cases[] = {
		{{&no, &no_more, &no, &no_more}, "or was refused for its key: 2 of 2; 2 not asked\n"},
		{{&no, &no_more, &shut, &no}, "or was refused for its key: 2 of 2; not known: 1; 1 not asked\n"},
		{{&no, &no_more, &no_more}, NULL},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct host hosts[5];
		size_t count = 0;

		for (; cases[i].hosts[count]; count++)
			hosts[count] = *cases[i].hosts[count];
		RA_AUTO(ra_mem_free) char *text = summary(hosts, count, "text");

		if (cases[i].says ? !strstr(text, cases[i].says) : strstr(text, "refused to let this user in") != NULL)
			fail_msg("%zu: %s", i, text);
	}
}

static ra_err all_of_it(const struct host *hosts, size_t count)
{
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};
	struct ra_tally tally;
	ra_err err = ra_tally_make(&tally, flows, count) ? RA_OK : RA_E_NOMEM;

	for (size_t i = 0; i < count && !err; i++) {
		err = take(&tally, i, &hosts[i]);
		err = err ? err : ra_tally_line(&tally, i, &out);
	}
	err = err ? err : ra_tally_summary(&tally, ra_report_format("text"), &out);
	ra_tally_clear(&tally);
	return err;
}

/* No allocation that is refused goes unsaid. */
static void without_memory(void **state)
{
	static const struct host hosts[] = {{"a", 10, "fail", "R650", "1.6.5", "secure-boot-off", NULL, NULL, NULL},
					    {"b", 10, "fail", "R650", "1.6.5", "secure-boot-off", NULL, NULL, NULL},
					    {"c", 0, "pass", "R750", "2.0", "none", NULL, NULL, NULL}, NO_ROUTE("d")};
	int total;

	allocations = 0;
	assert_int_equal(all_of_it(hosts, RA_LEN(hosts)), RA_OK);
	total = allocations;
	assert_true(total > 100);
	for (int at = 0; at < total; at++) {
		allocations = 0;
		fail_at = at;
		ra_err err = all_of_it(hosts, RA_LEN(hosts));

		fail_at = -1;
		if (err != RA_E_NOMEM)
			fail_msg("allocation %d of %d refused: %d", at, total, err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_line), cmocka_unit_test(a_weak_sign),	 cmocka_unit_test(the_way_without_the_name), cmocka_unit_test(a_summary),
					   cmocka_unit_test(long_lists_are_capped), cmocka_unit_test(how_it_was_reached),
					   cmocka_unit_test(not_asked_is_not_refused), cmocka_unit_test(without_memory)};

	return cmocka_run_group_tests(tests, load_flows, free_flows);
}
