/* test_cause.c - what the facts say of a cause. */
#include "unit.h"

#include "flow_rig.h"

#include <stdio.h>
#include <string.h>

static struct ra_flowset *the_set;

/* "fact=json" or "fact!reason", said by ssh. */
static void say(struct ra_facts *facts, const char *text)
{
	struct ra_obs obs = {.plane = RA_PLANE_SSH, .at = RIG_START, .seq = 1};
	const char *at = text + strcspn(text, "=!");

	snprintf(obs.name, sizeof(obs.name), "%.*s", (int)(at - text), text);
	if (*at == '!') {
		obs.reason = (enum ra_reason)ra_reason_parse(at + 1);
	} else {
		cJSON *value = cJSON_Parse(at + 1);

		assert_int_equal(ra_value_from_json(cJSON_IsBool(value) ? RA_BOOL : RA_TEXT, value, &obs.value), RA_OK);
		cJSON_Delete(value);
	}
	assert_int_equal(ra_facts_add(facts, &obs), RA_OK);
}

static void test_judge(void **unused)
{
	static const struct {
		const char *cause, *facts[3];
		enum ra_cause_status status;
	} cases[] = {
	    {"sb-off", {"secureboot.on=false"}, RA_CAUSE_LIKELY},
	    {"sb-off", {"secureboot.on=true"}, RA_CAUSE_RULED_OUT},
	    {"sb-off", {"secureboot.on!timeout"}, RA_CAUSE_OPEN},
	    {"sb-off", {NULL}, RA_CAUSE_OPEN},
	    /* one of two is enough, and a doubt about the other does not matter then */
	    {"stale-seal", {"attestation.status=\"notAccepted\""}, RA_CAUSE_LIKELY},
	    {"stale-seal", {"attestation.status=\"accepted\""}, RA_CAUSE_OPEN},
	    {"stale-seal", {"attestation.status=\"accepted\"", "console.text=\"running\""}, RA_CAUSE_POSSIBLE},
	    {"stale-seal", {"attestation.status=\"accepted\"", "console.text=\"violation\""}, RA_CAUSE_LIKELY},
	    /* low confidence makes nothing likely, and what speaks against it is shown, not counted */
	    {"rumour", {"hist.what=\"board\""}, RA_CAUSE_POSSIBLE},
	    {"rumour", {"hist.what=\"other\"", "secureboot.on!refused"}, RA_CAUSE_POSSIBLE},
	    {"rumour", {"secureboot.on=true"}, RA_CAUSE_OPEN},
	};

	(void)unused;
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		const struct ra_cause *cause = ra_flowset_cause(the_set, cases[i].cause);
		RA_AUTO(ra_facts_free) struct ra_facts *facts = ra_facts_new();
		struct ra_cond_env env = {.facts = facts, .now = RIG_START, .action_start = RA_UTC_NONE};
		enum ra_cause_status status;

		assert_non_null(cause);
		for (size_t k = 0; k < RA_LEN(cases[i].facts) && cases[i].facts[k]; k++)
			say(facts, cases[i].facts[k]);
		status = ra_cause_judge(cause, &env, NULL);
		if (status != cases[i].status)
			fail_msg("case %zu: %s is %s, expected %s", i, cause->id, ra_cause_status_name(status),
				 ra_cause_status_name(cases[i].status));
	}
}

/* Every rule tells its value, in the order of the cause, against or not. */
static void test_fired(void **unused)
{
	const struct ra_cause *cause = ra_flowset_cause(the_set, "rumour");
	RA_AUTO(ra_facts_free) struct ra_facts *facts = ra_facts_new();
	struct ra_cond_env env = {.facts = facts, .now = RIG_START, .action_start = RA_UTC_NONE};
	enum ra_tri fired[8];

	(void)unused;
	assert_int_equal(cause->rule_count, 2);
	say(facts, "secureboot.on=true");
	assert_int_equal(ra_cause_judge(cause, &env, fired), RA_CAUSE_OPEN);
	for (size_t i = 0; i < cause->rule_count; i++)
		assert_int_equal(fired[i], cause->rules[i].kind == RA_RULE_AGAINST ? RA_TRUE : RA_UNKNOWN);
}

static void test_names(void **unused)
{
	(void)unused;
	assert_string_equal(ra_cause_status_name(RA_CAUSE_RULED_OUT), "ruled_out");
	assert_string_equal(ra_cause_status_name(RA_CAUSE_LIKELY), "likely");
	assert_string_equal(ra_cause_status_name(RA_CAUSE_OPEN), "open");
	assert_string_equal(ra_cause_status_name(RA_CAUSE_POSSIBLE), "possible");
}

static int load(void **unused)
{
	(void)unused;
	the_set = rig_load("tests/unit/walkset");
	return the_set ? 0 : -1;
}

static int unload(void **unused)
{
	(void)unused;
	the_set = ra_flowset_free(the_set);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_judge), cmocka_unit_test(test_fired),
					   cmocka_unit_test(test_names)};

	return cmocka_run_group_tests(tests, load, unload);
}
