/* Tests inside flows: what they say when a flow goes otherwise, and what they count. */
#include "tests/unit/flow_fixture.h"

#include "flow/lint.h"

#define FLEET_TESTS 4 /* of the rules over hosts in the fixture: they pass */

#define MAIN "main.flow.json"
#define OLD_TESTS                                                                                                      \
	"[{'name':'walks','given':{'hist.board':true},'path':['look'],'never':['clear'],'causes':{'taken':'open'}}]"
#define T0 "'host.boot_time':'2026-03-01T00:00:00Z'"

/* One test in place of the fixture's, and what it says: "" when it passes. */
static const struct {
	const char *test, *says;
} cases[] = {
    /* a machine's fact, an answer, an action that ends it */
    {"{'name':'a','given':{'sig.nosha256':true},'answers':{'ask':'board'},'path':['look','ask','restart'],'never':['"
     "clear'],"
     "'causes':{'taken':'ruled_out'}}",
     ""},
    {"{'name':'a','given':{'sig.nosha256':true},'path':['look','ask','side','side/look','side/"
     "fine','maintain'],'causes':{'taken':'likely'}}",
     ""},
    /* nothing given: nothing known, but no request failed; the answer is "I do not know" */
    {"{'name':'a','path':['look','ask','side','side/look','side/fine','maintain'],'causes':{'taken':'open'}}", ""},
    {"{'name':'a','given':{'sig.nosha256':{'unknown':'timeout'}},'answers':{'ask':['none']},'path':['look','ask','gate'"
     ",'restart']}",
     ""},
    /* gates: left closed, opened by what was read, by its statements, by a text to type */
    {"{'name':'a','given':{'encryption.mode':'TPM'},'answers':{'ask':'none'},'path':['look','ask','gate','restart']}",
     ""},
    {"{'name':'a','given':{'encryption.mode':'NONE'},'answers':{'ask':'none'},'path':['look','ask','gate','clear']}",
     ""},
    {"{'name':'a','given':{'encryption.mode':'TPM'},'answers':{'ask':'none','gate':'key-proven'},'path':['look','ask','"
     "gate','clear']}",
     ""},
    {"{'name':'a','given':{'encryption.mode':'TPM'},'answers':{'ask':'none','gate':'rebuild'},'path':['look','ask','"
     "gate','restart']}",
     "test \"a\": \"rebuild\" is no gate of step \"gate\""},
    /* actions: done and seen, done and not seen, not done, not allowed */
    {"{'name':'a','given':{'encryption.mode':'TPM','sig.nosha256':true},'answers':{'ask':'none','gate':'key-proven','"
     "clear':['rebuild','ok']},"
     "'path':['look','ask','gate','clear','sealed','stop'],'outcome':'stopped'}",
     ""},
    {"{'name':'a','given':{'encryption.mode':'TPM','sig.nosha256':true},'answers':{'ask':'none','gate':'key-proven','"
     "clear':['key-proven','fail']},"
     "'path':['look','ask','gate','clear','stop'],'outcome':'stopped'}",
     ""},
    {"{'name':'a','given':{'encryption.mode':'TPM'},'answers':{'ask':'board','restart':'skip'},'path':['look','ask','"
     "restart','stop']}",
     ""},
    {"{'name':'a','given':{'encryption.mode':'NONE','sig.nosha256':false},'answers':{'ask':'none','clear':'ok'},"
     "'path':['look','ask','gate','clear','stop']}",
     ""},
    {"{'name':'a','answers':{'ask':'board','restart':'ok','maintain':'ok'},'path':['look','ask','restart','side','side/"
     "look','side/fine','maintain','stop']}",
     ""},
    /* begun elsewhere */
    {"{'name':'a','entry':'sealed','given':{'encryption.mode':'TPM'},'path':['sealed','stop'],'outcome':'stopped'}",
     ""},
    {"{'name':'a','entry':'look','answers':{'ask':'board'},'path':['look','ask','restart']}", ""},
    /* facts only answers set can be given too; a plane can be down */
    {"{'name':'a','entry':'ask','given':{'hist.board':true},'path':['ask','restart']}", ""},
    {"{'name':'a','given':{'plane.ssh.state':'down','plane.ssh.error':'refused'},'answers':{'ask':'board'},'path':['"
     "look','ask','restart']}",
     ""},
    /* what goes otherwise */
    {"{'name':'a','answers':{'ask':'board'},'path':['look','ask','gate']}",
     "main.flow.json:30:55: test \"a\": went look > ask > restart"},
    {"{'name':'a','answers':{'ask':'board'},'never':['restart']}", "test \"a\": must never come to restart"},
    {"{'name':'a','given':{'sig.nosha256':true},'causes':{'taken':'open'}}", "test \"a\": the cause taken is likely"},
    {"{'name':'a','entry':'sealed','outcome':'resolved'}", "test \"a\": the outcome is stopped"},
    {"{'name':'a','answers':{'ask':'board'},'outcome':'stopped'}", "test \"a\": the outcome is none"},
    {"{'name':'a','given':{'host.boot_time':'soon'}}", "test \"a\": the given host.boot_time is no time"},
    {"{'name':'a','given':{'sig.nosha256':'maybe'}}", "test \"a\": the given sig.nosha256 is no bool"},
    {"{'name':'a','answers':{'ask':'bored'}}", "test \"a\": "},
    {"{'name':'a','entry':'nowhere'}", "test \"a\": "},
};

static void run(const char *tests, struct ra_flow_tests *counts, struct ra_finding *findings, size_t *count)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	struct flow_change change = {MAIN, OLD_TESTS, tests};
	struct ra_errs errs;

	if (flow_fixture(&change, 1, &set, &errs) != RA_OK)
		fail_msg("%s: %s", tests, errs.text[0]);
	assert_int_equal(ra_flowset_test(set, counts, findings, count), RA_OK);
}

static void each_says(void **state)
{
	static struct ra_finding findings[RA_FINDINGS_MAX];
	size_t missed = 0;

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_flow_tests counts;
		char tests[600];
		size_t count = 0;
		const char *said = "";

		snprintf(tests, sizeof(tests), "[%s]", cases[i].test);
		run(tests, &counts, findings, &count);
		if (count && findings[0].rule == 7)
			said = findings[0].text;
		assert_int_equal(counts.passed + counts.failed, 1 + FLEET_TESTS);
		if (counts.failed == (*cases[i].says != '\0') &&
		    (*cases[i].says ? strstr(said, cases[i].says) != NULL : !*said))
			continue;
		print_error("%s: \"%s\", not \"%s\"\n", cases[i].test, said, cases[i].says);
		missed++;
	}
	assert_int_equal(missed, 0);
}

/* What is owed is walked to, too: the test ends there unless it says how that goes. */
static void what_is_owed(void **state)
{
	static const struct flow_change temporary = {
	    MAIN, "'ok':'stop','fail':'stop','skip':'stop','undo':'Leave maintenance mode.'",
	    "'ok':'stop','fail':'stop','skip':'stop','temporary':true,'undo':'leave'},\n"
	    "'leave':{'kind':'action','title':'Leave','by':'human','danger':'disruptive','touches':['maintenance'],'toward':"
	    "'restore','say':'Leave it.','verify':{'checks':['encryption'],'until':{'fact':'encryption.mode','known':true}},"
	    "'ok':'restart','fail':'restart','skip':'restart','recovery':'By hand.'"};
	static const struct {
		const char *answers, *path;
	} rows[] = {
	    {"'restart':'ok','maintain':'ok'", "'maintain','stop','leave'"},
	    {"'restart':'ok','maintain':'ok','leave':'ok'", "'maintain','stop','leave','stop'"},
	    {"'restart':'ok','maintain':'ok','leave':'skip'", "'maintain','stop','leave','stop'"},
	    {"'restart':'ok','maintain':'ok','leave':'fail'", "'maintain','stop','leave','stop'"},
	    {"'restart':'ok','maintain':'fail','leave':'ok'", "'maintain','stop','leave','stop'"},
	    {"'restart':'ok','maintain':'skip','leave':'ok'", "'maintain','stop'"},
	};
	static struct ra_finding findings[RA_FINDINGS_MAX];

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
		char tests[600];
		struct flow_change changes[2] = {temporary, {MAIN, OLD_TESTS, tests}};
		struct ra_flow_tests counts;
		struct ra_errs errs;
		size_t count = 0;

		snprintf(tests, sizeof(tests),
			 "[{'name':'a','answers':{'ask':'board',%s},'path':['look','ask','restart','side','side/look','side/fine',%s]}]",
			 rows[i].answers, rows[i].path);
		if (flow_fixture(changes, 2, &set, &errs) != RA_OK)
			fail_msg("%s: %s", tests, errs.text[0]);
		assert_int_equal(ra_flowset_test(set, &counts, findings, &count), RA_OK);
		if (counts.passed != 1 + FLEET_TESTS)
			fail_msg("%s: %s", rows[i].answers, findings[0].text);
	}
}

/* Ways that nobody can take are not asked for; of the others each is named until a test takes it. */
static void what_is_covered(void **state)
{
	static struct ra_finding findings[RA_FINDINGS_MAX];
	static const char all[] =
	    "[{'name':'a','given':{'sig.nosha256':true,'encryption.mode':'TPM'},'answers':{'ask':'board'}},"
	    "{'name':'b','given':{'sig.nosha256':false},'answers':{'ask':'none','gate':'key-proven'}},"
	    "{'name':'c','answers':{'ask':'none'}},{'name':'d','given':{'sig.nosha256':{'unknown':'timeout'}}},"
	    "{'name':'e','entry':'sealed'},{'name':'f','given':{'encryption.mode':'TPM','sig.nosha256':true},"
	    "'answers':{'ask':'none','gate':'key-proven','clear':['rebuild','ok']}},"
	    "{'name':'g','given':{'encryption.mode':'NONE','sig.nosha256':true},'answers':{'ask':'none','clear':'ok'}}"
	    "]";
	struct ra_flow_tests none, some;
	size_t count = 0, named = 0;

	run("[]", &none, findings, &count);
	assert_int_equal(none.edges_taken, 0);
	assert_int_equal(count, none.edges);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(findings[i].rule, RA_RULE_COVERAGE);
		named += strstr(findings[i].text, "step look: no test takes \"edge 1\"") != NULL;
		/* hist.board comes from answers alone: no request of it can fail; side.flow's look has no condition at
		 * all */
		assert_null(strstr(findings[i].text, "step ask: no test takes \"error\""));
		assert_null(strstr(findings[i].text, "side.flow.json:2:78"));
		assert_null(strstr(findings[i].text, "step side: no test takes \"else\""));
	}
	assert_int_equal(named, 1);
	run(all, &some, findings, &count);
	assert_int_equal(some.edges, none.edges);
	assert_int_equal(some.failed, 0);
	/* The clear's guard keeps out who does not know the mode: so no test gets there. */
	assert_int_equal(some.edges_taken + 1, some.edges);
	assert_int_equal(count, 1);
	assert_non_null(strstr(findings[0].text, "step sealed: no test takes \"error\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_says),
	    cmocka_unit_test(what_is_owed),
	    cmocka_unit_test(what_is_covered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
