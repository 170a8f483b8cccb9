/* Rules over many hosts: what is affected, which groups are held against which others, and where the hosts of one cause gather. */
#include "tests/unit/flow_fixture.h"

#include "flow/fleet.h"
#include "flow/lint.h"

#include <stdlib.h>

/* The fixture with another second rule: what it groups by and when it holds, and a test in front of its own. */
static struct ra_flowset *load_rule(const char *by_and_when, const char *tests)
{
	struct ra_flowset *set = NULL;
	struct ra_errs errs;
	char rule[2000];
	struct flow_change changes[] = {{"fleet/two.json", "'when':{'affected':1},'unless':['one']", rule},
					{"fleet/two.json", "'tests':[", tests}};

	snprintf(rule, sizeof(rule), "%s", by_and_when);
	if (flow_fixture(changes, tests ? 2 : 1, &set, &errs))
		fail_msg("%s: %s", by_and_when, errs.text[0]);
	return set;
}

static void verdicts_and_ways(void **state)
{
	static const struct {
		const char *verdict;
		enum ra_tri tri;
	} verdicts[] = {{"fail", RA_TRUE},     {"pass", RA_FALSE},	      {"warn", RA_UNKNOWN},  {"info", RA_UNKNOWN},
			{"unknown", RA_UNKNOWN}, {"error", RA_UNKNOWN}, {"not_applicable", RA_UNKNOWN}, {NULL, RA_UNKNOWN}};
	static const struct {
		size_t rule;
		const char *state, *why;
		enum ra_tri tri;
	} ways[] = {{0, "up", "", RA_FALSE},	      {0, "down", "refused", RA_TRUE},	    {0, "down", "timeout", RA_TRUE},
		    {0, "down", "unreachable", RA_UNKNOWN}, {0, "not given", "", RA_UNKNOWN}, {0, "connecting", "refused", RA_UNKNOWN},
		    {1, "down", "refused", RA_FALSE} /* who refuses has answered */, {1, "down", "timeout", RA_TRUE}, {1, "down", "", RA_UNKNOWN}};
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	const struct ra_fleet_rule *rules;
	struct ra_errs errs;

	assert_int_equal(flow_fixture((struct flow_change[]){{"fleet/two.json", "{'reach':['refused']}", "{'reach':['timeout']}"}}, 1, &set, &errs), RA_OK);
	assert_int_equal(ra_flowset_fleet(set, &rules), 2);
	assert_string_equal(rules[0].id, "one");
	assert_string_equal(rules[0].plane, "ssh");
	for (size_t i = 0; i < RA_LEN(verdicts); i++)
		assert_int_equal(ra_fleet_of_verdict(verdicts[i].verdict), verdicts[i].tri);
	for (size_t i = 0; i < RA_LEN(ways); i++)
		assert_int_equal(ra_fleet_of_reach(&rules[ways[i].rule], ways[i].state, ways[i].why), ways[i].tri);
}

#define A "{'is':'affected','facts':{'encryption.mode':'a'}}"
#define A_FREE "{'is':'spared','facts':{'encryption.mode':'a'}}"
#define A_OPEN "{'is':'unknown','facts':{'encryption.mode':'a'}}"
#define B "{'is':'affected','facts':{'encryption.mode':'b'}}"
#define B_FREE "{'is':'spared','facts':{'encryption.mode':'b'}}"
#define LOST "{'is':'affected'}"
#define LOST_FREE "{'is':'spared'}"
#define LOST_OPEN "{'is':'unknown'}"
#define BY "'by':{'encryption.mode':'mode'},'when':"
/* Hosts, a rule, and the groups it holds for. */
static const struct {
	const char *rule, *hosts, *fires;
} rows[] = {
	/* at least */
	{BY "{'affected':2}", A "," A, "'mode a'"},
	{BY "{'affected':2}", A "," B, ""},
	{BY "{'affected':2}", A "," LOST, ""}, /* who may be of it is not at least of it */
	{BY "{'affected':1}", A "," B, "'mode a','mode b'"},
	{BY "{'affected':1}", LOST, ""},
	{"'when':{'affected':2}", A "," LOST, "'all hosts'"},
	/* at most: who may be of it counts */
	{BY "{'affected':1,'spared':0}", A "," A_FREE, ""},
	{BY "{'affected':1,'spared':1}", A "," A_FREE, "'mode a'"},
	{BY "{'affected':1,'spared':0}", A "," LOST_FREE, ""},
	{BY "{'affected':1,'spared':0}", A "," B_FREE, "'mode a'"},
	{BY "{'affected':1,'spared':0}", A "," A_OPEN "," LOST_OPEN, "'mode a'"},
	{BY "{'affected':1,'others_affected':0}", A "," B, ""},
	{BY "{'affected':1,'others_affected':1}", A "," B, "'mode a','mode b'"},
	{BY "{'affected':1,'others_affected':0}", A "," LOST, ""},
	{BY "{'affected':1,'others_affected':0}", A "," LOST_OPEN, "'mode a'"},
	/* the others */
	{BY "{'affected':1,'others_spared':1}", A, ""},
	{BY "{'affected':1,'others_spared':1}", A "," B_FREE, "'mode a'"},
	{BY "{'affected':1,'others_spared':1}", A "," LOST_FREE, ""},
	{BY "{'affected':1,'others_spared':1}", A "," A_FREE, ""},
	{BY "{'affected':1,'others_spared':1}", A "," A_OPEN, ""},
	/* two values at least */
	{BY "{'affected':1,'differ':'console.text'}", "{'is':'affected','facts':{'encryption.mode':'a','console.text':'x'}},"
						      "{'is':'affected','facts':{'encryption.mode':'a','console.text':'y'}}",
	 "'mode a'"},
	{BY "{'affected':1,'differ':'console.text'}", "{'is':'affected','facts':{'encryption.mode':'a','console.text':'x'}},"
						      "{'is':'affected','facts':{'encryption.mode':'a','console.text':'x'}}",
	 ""},
	{BY "{'affected':1,'differ':'console.text'}", "{'is':'affected','facts':{'encryption.mode':'a','console.text':'x'}}," A, ""},
	{BY "{'affected':1,'differ':'console.text'}", "{'is':'affected','facts':{'encryption.mode':'a','console.text':'x'}},"
						      "{'is':'spared','facts':{'encryption.mode':'a','console.text':'y'}}",
	 ""},
	/* only among those that are alike in something */
	{"'by':{'encryption.mode':'mode','console.text':'text'},'among':'encryption.mode','when':{'affected':1,'others_spared':1}",
	 "{'is':'affected','facts':{'encryption.mode':'a','console.text':'x'}},{'is':'spared','facts':{'encryption.mode':'b','console.text':'x'}}", ""},
	{"'by':{'encryption.mode':'mode','console.text':'text'},'among':'encryption.mode','when':{'affected':1,'others_spared':1}",
	 "{'is':'affected','facts':{'encryption.mode':'a','console.text':'x'}},{'is':'spared','facts':{'encryption.mode':'a','console.text':'y'}}",
	 "'mode a, text x'"},
	{"'by':{'encryption.mode':'mode','console.text':'text'},'among':'encryption.mode','when':{'affected':1,'others_affected':0}",
	 "{'is':'affected','facts':{'encryption.mode':'a','console.text':'x'}},{'is':'affected','facts':{'encryption.mode':'b','console.text':'x'}}",
	 "'mode a, text x','mode b, text x'"},
	{"'by':{'encryption.mode':'mode','console.text':'text'},'among':'encryption.mode','when':{'affected':1,'others_affected':0}",
	 "{'is':'affected','facts':{'encryption.mode':'a','console.text':'x'}}," A, ""},
	{"'by':{'encryption.mode':'mode','console.text':'text'},'among':'encryption.mode','when':{'affected':1,'others_affected':0}",
	 "{'is':'affected','facts':{'encryption.mode':'a','console.text':'x'}}," B, "'mode a, text x'"},
};

static void rules(void **state)
{
	static struct ra_finding findings[RA_FINDINGS_MAX];
	int missed = 0;

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char test[1200];
		struct ra_flow_tests counts;
		size_t count = 0;

		snprintf(test, sizeof(test), "'tests':[{'title':'t','hosts':[%s],'fires':[%s]},", rows[i].hosts, rows[i].fires);
		RA_AUTO(ra_flowset_free) struct ra_flowset *set = load_rule(rows[i].rule, test);

		assert_int_equal(ra_flowset_test(set, &counts, findings, &count), RA_OK);
		/* The fixture's own tests of this rule may fail: they are of another. */
		for (size_t k = 0; k < count; k++) {
			if (!strstr(findings[k].text, "test \"t\""))
				continue;
			print_error("%s on %s: %s, not [%s]\n", rows[i].rule, rows[i].hosts, findings[k].text, rows[i].fires);
			missed++;
		}
	}
	assert_int_equal(missed, 0);
}

/* Hosts in letters: the mode, then + affected, - not, ? not known; "." no mode. */
static size_t make_hosts(const char *letters, struct ra_fleet_host *hosts, enum ra_tri *affected, const char *(*facts)[2])
{
	size_t count = 0;

	for (; *letters; letters += 3, count++) {
		facts[count][0] = letters[0] == 'a' ? "a" : letters[0] == 'b' ? "b" : NULL;
		facts[count][1] = NULL;
		hosts[count] = (struct ra_fleet_host){.name = "h", .facts = facts[count]};
		affected[count] = letters[1] == '+' ? RA_TRUE : letters[1] == '-' ? RA_FALSE : RA_UNKNOWN;
	}
	return count;
}

static void gathering(void **state)
{
	static const struct {
		const char *hosts, *group;
		size_t counts[5]; /* affected, spared, the others', unknown */
	} cases[] = {
		{"a+ a+ a- b- b- ", "mode a", {2, 1, 0, 2, 0}},
		{"a+ a+ b+ b- b- ", "mode a", {2, 0, 1, 2, 0}},
		{"a+ a+ b- a? .+ ", "mode a", {2, 0, 0, 1, 2}},
		{"a+ b+ b+ a- b- ", "mode b", {2, 1, 1, 1, 0}},
		{"a+ a+ b+ b+ a- b- ", NULL, {0}}, /* as many of the others */
		{"a+ b- b- ", NULL, {0}},	   /* one is no gathering */
		{"a+ a+ ", NULL, {0}},		   /* no others */
		{"a+ a+ b? .- ", NULL, {0}},	   /* none that is known to be one */
		{"", NULL, {0}},
	};
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	struct ra_errs errs;

	/* `among` bounds what a rule says; where hosts gather is seen against all. */
	assert_int_equal(flow_fixture(NULL, 0, &set, &errs), RA_OK);
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_fleet_host hosts[8];
		enum ra_tri affected[8];
		const char *facts[8][2];
		struct ra_fleet_group *groups = NULL;
		RA_AUTO(ra_buf_free) struct ra_buf name = {0};
		size_t count = make_hosts(cases[i].hosts, hosts, affected, facts), found = 0;

		assert_int_equal(ra_fleet_gather(set, hosts, affected, count, &groups, &found), RA_OK);
		if (found != (cases[i].group != NULL))
			fail_msg("%s: %zu groups", cases[i].hosts, found);
		if (found) {
			const size_t *want = cases[i].counts;

			assert_int_equal(ra_fleet_name(groups, &name), RA_OK);
			assert_string_equal(ra_buf_str(&name), cases[i].group);
			if (groups->affected != want[0] || groups->spared != want[1] || groups->others_affected != want[2] ||
			    groups->others_spared != want[3] || groups->unknown != want[4])
				fail_msg("%s: %zu %zu %zu %zu %zu", cases[i].hosts, groups->affected, groups->spared, groups->others_affected,
					 groups->others_spared, groups->unknown);
		}
		free(groups);
	}
}

/* In their order, and one that is told takes the place of those that name it. */
static void told_first(void **state)
{
	static const enum ra_tri both[] = {RA_TRUE, RA_TRUE}, second[] = {RA_UNKNOWN, RA_TRUE}, none[] = {RA_FALSE, RA_FALSE};
	static const char *const facts[] = {"a", NULL};
	static const struct {
		const enum ra_tri *host[2];
		const char *told;
	} cases[] = {{{both, both}, "one"}, {{second, second}, "two"}, {{both, second}, "two"}, {{none, none}, NULL}};
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	struct ra_errs errs;

	assert_int_equal(flow_fixture(NULL, 0, &set, &errs), RA_OK);
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_fleet_host hosts[] = {{"h1", cases[i].host[0], facts}, {"h2", cases[i].host[1], facts}};
		struct ra_fleet_group *groups = NULL;
		size_t count = 0;

		assert_int_equal(ra_fleet_judge(set, hosts, 2, &groups, &count), RA_OK);
		assert_int_equal(count, cases[i].told != NULL);
		if (count)
			assert_string_equal(groups[0].rule->id, cases[i].told);
		free(groups);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(verdicts_and_ways), cmocka_unit_test(rules), cmocka_unit_test(gathering),
					   cmocka_unit_test(told_first)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
