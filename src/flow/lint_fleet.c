/* lint_fleet.c - rule 2 on rules over many hosts: what they name exists, and each has tests that show both sides of it. */
#include "config.h"

#include "flow/fleet.h"
#include "flow/lint_rules.h"

#include "base/near.h"

#include <string.h>

static void check_key(struct ra_linter *lint, const struct ra_fleet_rule *rule, const char *fact, const cJSON *node)
{
	struct ra_near near = {.word = fact};
	char ask[100];

	if (!fact || ra_flowset_fact_type(lint->set, fact) == RA_TEXT)
		return;
	ra_lint_tell_facts(lint->set, &near);
	ra_lint_say(lint, 2, rule->doc, node, "rule %s: no check gives a text that is called %s%s", rule->id, fact,
		    ra_near_ask(&near, ask, sizeof(ask)));
}

/* The check it looks at is there and can fail: else the rule never holds. */
static void check_look(struct ra_linter *lint, const struct ra_fleet_rule *rule)
{
	const cJSON *node = ra_json_get(ra_json_get(rule->node, "look"), "check");
	const struct ra_checked *checked = lint->set->checked.items;
	bool there = false, fails = false;

	for (size_t i = 0; rule->check && i < lint->set->checked.count; i++) {
		bool meant = !strcmp(checked[i].check->id, rule->check);

		there = there || meant;
		for (size_t k = 0; meant && k < checked[i].rule_count; k++)
			fails = fails || checked[i].rules[k].verdict == RA_V_FAIL;
	}
	if (rule->check && !there)
		ra_lint_say(lint, 2, rule->doc, node, "rule %s: there is no check \"%s\"", rule->id, rule->check);
	else if (rule->check && !fails)
		ra_lint_say(lint, 2, rule->doc, node, "rule %s: the check \"%s\" never fails", rule->id, rule->check);
}

static void check_groups(struct ra_linter *lint, const struct ra_fleet_rule *rule)
{
	const cJSON *by = ra_json_get(rule->node, "by"), *among = ra_json_get(rule->node, "among");

	for (size_t i = 0; i < rule->by_count; i++)
		check_key(lint, rule, rule->by[i].fact, ra_json_get(by, rule->by[i].fact));
	check_key(lint, rule, rule->differ.fact, ra_json_get(ra_json_get(rule->node, "when"), "differ"));
	if (among && !ra_json_get(by, rule->among.fact))
		ra_lint_say(lint, 2, rule->doc, among, "rule %s: \"among\" is one of the facts of \"by\"", rule->id);
	if (!rule->by_count && (rule->others_affected >= 0 || rule->others_spared))
		ra_lint_say(lint, 2, rule->doc, rule->node, "rule %s: without \"by\" all hosts are one group, and there are no others", rule->id);
}

/* What is told in its place is told before it. */
static void check_unless(struct ra_linter *lint, const struct ra_fleet_rule *rule)
{
	const struct ra_fleet_rule *rules;
	size_t count = ra_flowset_fleet(lint->set, &rules);
	const cJSON *id;

	cJSON_ArrayForEach(id, rule->unless)
	{
		bool before = false;

		for (size_t i = 0; i < count && &rules[i] != rule; i++)
			before = before || !strcmp(rules[i].id, id->valuestring);
		if (!before)
			ra_lint_say(lint, 2, rule->doc, id, "rule %s: no rule \"%s\" stands before it", rule->id, id->valuestring);
	}
}

static void check_tests(struct ra_linter *lint, const struct ra_fleet_rule *rule)
{
	bool fires = false, silent = false;
	const cJSON *test;

	cJSON_ArrayForEach(test, rule->tests)
	{
		bool any = ra_json_get(test, "fires")->child;

		fires = fires || any;
		silent = silent || !any;
	}
	if (!fires || !silent)
		ra_lint_say(lint, 2, rule->doc, ra_json_get(rule->node, "tests"), "rule %s: expected a test in which it holds and one in which it does not",
			    rule->id);
}

void ra_lint_fleet(struct ra_linter *lint)
{
	const struct ra_fleet_rule *rules;
	size_t count = ra_flowset_fleet(lint->set, &rules);

	for (size_t i = 0; i < count; i++) {
		check_look(lint, &rules[i]);
		check_groups(lint, &rules[i]);
		check_unless(lint, &rules[i]);
		check_tests(lint, &rules[i]);
	}
}
