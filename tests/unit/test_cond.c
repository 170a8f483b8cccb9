/* Conditions: Kleene's tables in full, every form against true, false and every reason of unknown, times against
 * clocks. */
#include "tests/unit/unit.h"

#include "flow/cond.h"

#include <stdio.h>
#include <string.h>

#define NOON 1772452800000 /* 2026-03-02T12:00:00Z */
#define START (NOON - 600000)
#define START_SEQ 10

/* Observations: {"f": name, "p": plane, "t": type, "v": value or "u": reason, "q": seq, "s": margin of a session-clock
 * time}. */
static void observe(struct ra_facts *facts, const char *list)
{
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	const cJSON *at;

	assert_int_equal(ra_json_parse("facts", list, strlen(list), NULL, &doc, NULL), RA_OK);
	cJSON_ArrayForEach (at, ra_json_root(doc)) {
		struct ra_obs obs = {.at = NOON - 1000, .asked = NOON - 1000, .reason = RA_KNOWN};
		int plane = ra_plane_parse(ra_json_str(at, "p", "ssh"));
		int64_t margin = ra_json_int(at, "s", -1);

		assert_true(plane >= 0);
		snprintf(obs.name, sizeof(obs.name), "%s", ra_json_str(at, "f", "x"));
		obs.plane = (enum ra_plane)plane;
		obs.seq = ra_json_int(at, "q", 5);
		obs.session_clock = margin >= 0;
		obs.margin_ms = margin >= 0 ? margin : 0;
		if (ra_json_get(at, "u"))
			obs.reason = (enum ra_reason)ra_reason_parse(ra_json_str(at, "u", ""));
		else
			assert_int_equal(ra_value_from_json((enum ra_type)ra_type_parse(ra_json_str(at, "t", "text")),
							    ra_json_get(at, "v"), &obs.value),
					 RA_OK);
		assert_int_equal(ra_facts_add(facts, &obs), RA_OK);
	}
}

static int prefer_vcenter(const void *payload, const char *fact)
{
	return strcmp(fact, payload) == 0 ? RA_PLANE_VCENTER : RA_PLANE_ANY;
}

static struct ra_cond_result eval(const struct ra_cond_env *env, const char *text)
{
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	RA_AUTO(ra_cond_free) struct ra_cond *cond = NULL;
	struct ra_errs errs;
	char line[600];

	ra_errs_clear(&errs);
	if (ra_json_parse("cond", text, strlen(text), NULL, &doc, &errs) != RA_OK ||
	    ra_cond_compile(doc, ra_json_root(doc), &cond, &errs) != RA_OK)
		fail_msg("%s: %s", text, ra_errs_line(&errs, line, sizeof(line)));
	return ra_cond_eval(cond, env);
}

static void kleene_tables(void **state)
{
	static const enum ra_tri and_table[3][3] = {
	    [RA_FALSE] = {[RA_FALSE] = RA_FALSE, [RA_TRUE] = RA_FALSE, [RA_UNKNOWN] = RA_FALSE},
	    [RA_TRUE] = {[RA_FALSE] = RA_FALSE, [RA_TRUE] = RA_TRUE, [RA_UNKNOWN] = RA_UNKNOWN},
	    [RA_UNKNOWN] = {[RA_FALSE] = RA_FALSE, [RA_TRUE] = RA_UNKNOWN, [RA_UNKNOWN] = RA_UNKNOWN},
	};
	static const enum ra_tri or_table[3][3] = {
	    [RA_FALSE] = {[RA_FALSE] = RA_FALSE, [RA_TRUE] = RA_TRUE, [RA_UNKNOWN] = RA_UNKNOWN},
	    [RA_TRUE] = {[RA_FALSE] = RA_TRUE, [RA_TRUE] = RA_TRUE, [RA_UNKNOWN] = RA_TRUE},
	    [RA_UNKNOWN] = {[RA_FALSE] = RA_UNKNOWN, [RA_TRUE] = RA_TRUE, [RA_UNKNOWN] = RA_UNKNOWN},
	};

	for (int a = 0; a < 3; a++) {
		for (int b = 0; b < 3; b++) {
			assert_int_equal(ra_tri_and(a, b), and_table[a][b]);
			assert_int_equal(ra_tri_or(a, b), or_table[a][b]);
		}
	}
	assert_int_equal(ra_tri_not(RA_FALSE), RA_TRUE);
	assert_int_equal(ra_tri_not(RA_TRUE), RA_FALSE);
	assert_int_equal(ra_tri_not(RA_UNKNOWN), RA_UNKNOWN);
}

/* all, any and their negations of 0 to 3 operands over all values. */
static void groups_exhaustively(void **state)
{
	static const char *const leaf[] = {[RA_FALSE] = "{\"fact\":\"f\",\"is\":true}",
					   [RA_TRUE] = "{\"fact\":\"t\",\"is\":true}",
					   [RA_UNKNOWN] = "{\"fact\":\"u\",\"is\":true}"};
	RA_AUTO(ra_facts_free) struct ra_facts *facts = ra_facts_new();
	struct ra_cond_env env = {.facts = facts, .now = NOON, .action_start = RA_UTC_NONE};

	observe(facts, "[{\"f\":\"f\",\"t\":\"bool\",\"v\":false},{\"f\":\"t\",\"t\":\"bool\",\"v\":true},{\"f\":\"u\","
		       "\"u\":\"malformed\"}]");
	for (int size = 0, total = 1; size <= 3; size++, total *= 3) {
		for (int code = 0; code < total; code++) {
			int falses = 0, trues = 0, rest = code;
			char list[256] = "", text[300];
			enum ra_tri all, any;

			for (int i = 0; i < size; i++, rest /= 3) {
				falses += rest % 3 == RA_FALSE;
				trues += rest % 3 == RA_TRUE;
				snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", i ? "," : "",
					 leaf[rest % 3]);
			}
			all = falses ? RA_FALSE : trues == size ? RA_TRUE : RA_UNKNOWN;
			any = trues ? RA_TRUE : falses == size ? RA_FALSE : RA_UNKNOWN;
			snprintf(text, sizeof(text), "{\"all\":[%s]}", list);
			assert_int_equal(eval(&env, text).tri, all);
			snprintf(text, sizeof(text), "{\"any\":[%s]}", list);
			assert_int_equal(eval(&env, text).tri, any);
			snprintf(text, sizeof(text), "{\"not\":{\"all\":[%s]}}", list);
			assert_int_equal(eval(&env, text).tri, all == RA_UNKNOWN ? RA_UNKNOWN : !all);
			snprintf(text, sizeof(text), "{\"not\":{\"any\":[%s]}}", list);
			assert_int_equal(eval(&env, text).tri, any == RA_UNKNOWN ? RA_UNKNOWN : !any);
		}
	}
}

/* Every form that looks at a value: what is true of it, what is false, and the type. */
static const struct {
	const char *form, *type, *yes, *no;
} forms[] = {
    {"\"is\":true", "bool", "true", "false"},
    {"\"is\":7", "int", "7", "8"},
    {"\"is\":\"a\"", "text", "\"a\"", "\"A\""},
    {"\"is\":\"8.0\"", "version", "\"8.0.0\"", "\"8.0.1\""},
    {"\"is\":\"2026-03-02T12:00:00Z\"", "time", "\"2026-03-02T13:00:00+01:00\"", "\"2026-03-02T12:00:01Z\""},
    {"\"is\":[\"a\",\"b\"]", "list", "[\"a\",\"b\"]", "[\"a\"]"},
    {"\"is\":{\"fact\":\"y\"}", "text", "\"a\"", "\"b\""},
    {"\"in\":[1,2]", "int", "2", "3"},
    {"\"in\":[\"a\",\"b\"]", "text", "\"b\"", "\"c\""},
    {"\"in\":[\"7.0\",\"8.0\"]", "version", "\"8.0\"", "\"9.0\""},
    {"\"in\":[true]", "bool", "true", "false"},
    {"\"lt\":7", "int", "6", "7"},
    {"\"le\":7", "int", "7", "8"},
    {"\"gt\":7", "int", "8", "7"},
    {"\"ge\":7", "int", "7", "6"},
    {"\"lt\":\"7.0.10\"", "version", "\"7.0.9\"", "\"7.0.10\""},
    {"\"le\":\"7.0.2\"", "version", "\"7.0.2\"", "\"7.0.10\""},
    {"\"gt\":\"7.0.2\"", "version", "\"7.0.10\"", "\"7.0.2\""},
    {"\"ge\":\"7.0.2\"", "version", "\"7.0.2\"", "\"6.7.0\""},
    {"\"lt\":\"2026-03-02T12:00:00Z\"", "time", "\"2026-03-02T11:59:59Z\"", "\"2026-03-02T12:00:00Z\""},
    {"\"match\":\"(?i)secure b\"", "text", "\"no SECURE BOOT\"", "\"insecure\""},
    {"\"match\":\"^8[.]\"", "version", "\"8.0.2\"", "\"7.8.0\""},
    {"\"match\":\"^b\"", "list", "[\"a\",\"bc\"]", "[\"ab\"]"},
    {"\"has\":\"b\"", "list", "[\"a\",\"b\"]", "[\"ab\"]"},
    {"\"has_any\":[\"x\",\"b\"]", "list", "[\"a\",\"b\"]", "[]"},
    {"\"only\":\"a\"", "list", "[\"a\",\"a\"]", "[\"a\",\"b\"]"},
    {"\"only\":{\"fact\":\"y\"}", "list", "[]", "[\"b\"]"},
    {"\"count\":2", "list", "[\"a\",\"b\"]", "[\"a\"]"},
    {"\"count\":{\"lt\":2}", "list", "[\"a\"]", "[\"a\",\"b\"]"},
    {"\"count\":{\"le\":1}", "list", "[\"a\"]", "[\"a\",\"b\"]"},
    {"\"count\":{\"gt\":1}", "list", "[\"a\",\"b\"]", "[\"a\"]"},
    {"\"count\":{\"ge\":2}", "list", "[\"a\",\"b\"]", "[\"a\"]"},
    {"\"older_than\":\"now\",\"by_s\":60", "time", "\"2026-03-02T11:59:00Z\"", "\"2026-03-02T11:59:01Z\""},
    {"\"older_than\":{\"action\":\"start\"},\"by_s\":0", "time", "\"2026-03-02T11:50:00Z\"",
     "\"2026-03-02T11:50:01Z\""},
    {"\"within\":\"now\",\"by_s\":60", "time", "\"2026-03-02T12:01:00Z\"", "\"2026-03-02T11:58:59Z\""},
    {"\"gt\":{\"action\":\"start\"}", "time", "\"2026-03-02T11:50:01Z\"", "\"2026-03-02T11:50:00Z\""},
};

/* A fact x with a value, or a reason, on the operator's plane: its clock needs no measure. */
static struct ra_cond_result eval_x(const char *form, const char *type, const char *value, const char *reason)
{
	RA_AUTO(ra_facts_free) struct ra_facts *facts = ra_facts_new();
	struct ra_cond_env env = {.facts = facts, .now = NOON, .action_start = START, .action_seq = START_SEQ};
	char text[400];

	observe(facts, "[{\"f\":\"y\",\"v\":\"a\"}]");
	if (reason && strcmp(reason, "conflict") == 0)
		observe(facts, "[{\"p\":\"ssh\",\"v\":\"one\"},{\"p\":\"vcenter\",\"v\":\"two\"}]");
	else if (reason && strcmp(reason, "not_asked") != 0)
		snprintf(text, sizeof(text), "[{\"p\":\"ssh\",\"u\":\"%s\"}]", reason), observe(facts, text);
	else if (!reason)
		snprintf(text, sizeof(text), "[{\"p\":\"operator\",\"t\":\"%s\",\"v\":%s}]", type, value),
		    observe(facts, text);
	snprintf(text, sizeof(text), "{\"fact\":\"x\",%s}", form);
	return eval(&env, text);
}

static void every_form_with_every_value(void **state)
{
	for (size_t i = 0; i < RA_LEN(forms); i++) {
		struct ra_cond_result yes = eval_x(forms[i].form, forms[i].type, forms[i].yes, NULL);
		struct ra_cond_result no = eval_x(forms[i].form, forms[i].type, forms[i].no, NULL);

		if (yes.tri != RA_TRUE || no.tri != RA_FALSE)
			fail_msg("%s: %d for %s, %d for %s", forms[i].form, yes.tri, forms[i].yes, no.tri, forms[i].no);
		assert_string_equal(yes.fact, "");
		assert_int_equal(yes.reason, RA_KNOWN);
		assert_false(yes.transport || no.transport);
		for (int reason = RA_NOT_ASKED; reason < RA_REASON_COUNT; reason++) {
			struct ra_cond_result doubt =
			    eval_x(forms[i].form, forms[i].type, NULL, ra_reason_name(reason));

			assert_int_equal(doubt.tri, RA_UNKNOWN);
			assert_string_equal(doubt.fact, "x");
			assert_int_equal(doubt.reason, reason);
			assert_int_equal(doubt.transport, reason == RA_REFUSED || reason == RA_UNREACHABLE ||
							      reason == RA_TIMEOUT || reason == RA_TRUNCATED);
		}
	}
}

/* A value of the wrong type is a doubt, never a no. */
static void types_that_do_not_fit(void **state)
{
	static const char *const values[RA_TYPE_COUNT] = {"true",   "7", "\"a\"", "\"8.0\"", "\"2026-03-02T12:00:00Z\"",
							  "[\"a\"]"};

	for (size_t i = 0; i < RA_LEN(forms); i++) {
		for (int type = 0; type < RA_TYPE_COUNT; type++) {
			const char *name = ra_type_name(type);
			bool fits = strcmp(name, forms[i].type) == 0, textual = type == RA_TEXT || type == RA_VERSION;
			struct ra_cond_result result;

			/* what else the form is made for: a pattern for any text, a text literal for text and version
			 */
			if (strstr(forms[i].form, "match") && (textual || type == RA_LIST))
				fits = true;
			if (textual && (strstr(forms[i].form, "is\":\"") || strstr(forms[i].form, "in\":[\"")))
				fits = true;
			if (type == RA_VERSION && strstr(forms[i].form, "t\":\"") && !strstr(forms[i].form, "match"))
				fits = true;
			if (fits)
				continue;
			result = eval_x(forms[i].form, name, values[type], NULL);
			if (result.tri != RA_UNKNOWN || result.reason != RA_MALFORMED || result.transport)
				fail_msg("%s of a %s is %d", forms[i].form, name, result.tri);
			assert_string_equal(result.fact, "x");
		}
	}
}

/* known, na, conflict: never unknown, of every reason. */
static void forms_about_knowing(void **state)
{
	for (int reason = RA_KNOWN; reason < RA_REASON_COUNT; reason++) {
		const char *name = reason == RA_KNOWN ? NULL : ra_reason_name(reason);

		for (int want = 0; want < 2; want++) {
			char form[40];

			snprintf(form, sizeof(form), "\"known\":%s", want ? "true" : "false");
			assert_int_equal(eval_x(form, "text", "\"a\"", name).tri, (reason == RA_KNOWN) == want);
			snprintf(form, sizeof(form), "\"na\":%s", want ? "true" : "false");
			assert_int_equal(eval_x(form, "text", "\"a\"", name).tri,
					 (reason == RA_NOT_APPLICABLE) == want);
			snprintf(form, sizeof(form), "\"conflict\":%s", want ? "true" : "false");
			assert_int_equal(eval_x(form, "text", "\"a\"", name).tri, (reason == RA_CONFLICT) == want);
		}
	}
}

/* A host whose clock is a minute ahead (+-2 s), a vCenter in time (+-1 s), a BMC nobody measured. All of t.* are about
 * 11:00. */
static struct ra_facts *clocks(void)
{
	struct ra_facts *facts = ra_facts_new();

	ra_facts_set_clock(facts, RA_PLANE_SSH, 60000, 2000);
	ra_facts_set_clock(facts, RA_PLANE_VCENTER, 0, 1000);
	observe(facts, "[{\"f\":\"ssh\",\"t\":\"time\",\"v\":\"2026-03-02T11:01:00Z\"},"
		       "{\"f\":\"ssh1\",\"t\":\"time\",\"v\":\"2026-03-02T11:01:01Z\"},"
		       "{\"f\":\"age\",\"s\":5000,\"t\":\"time\",\"v\":\"2026-03-02T11:00:00Z\"},"
		       "{\"f\":\"vc\",\"p\":\"vcenter\",\"t\":\"time\",\"v\":\"2026-03-02T11:00:00Z\"},"
		       "{\"f\":\"vc3\",\"p\":\"vcenter\",\"t\":\"time\",\"v\":\"2026-03-02T11:00:03Z\"},"
		       "{\"f\":\"vc4\",\"p\":\"vcenter\",\"t\":\"time\",\"v\":\"2026-03-02T11:00:04Z\"},"
		       "{\"f\":\"bmc\",\"p\":\"bmc\",\"t\":\"time\",\"v\":\"2026-03-02T11:00:00Z\"},"
		       "{\"f\":\"bmc1\",\"p\":\"bmc\",\"t\":\"time\",\"v\":\"2026-03-02T11:00:01Z\"},"
		       "{\"f\":\"op\",\"p\":\"operator\",\"t\":\"time\",\"v\":\"2026-03-02T11:00:00Z\"}]");
	return facts;
}

static void times_against_clocks(void **state)
{
	static const struct {
		const char *cond;
		enum ra_tri tri;
		enum ra_reason reason;
	} cases[] = {
	    /* one clock: no measure needed, no margin */
	    {"{\"fact\":\"ssh\",\"lt\":{\"fact\":\"ssh1\"}}", RA_TRUE, RA_KNOWN},
	    {"{\"fact\":\"ssh\",\"ge\":{\"fact\":\"ssh1\"}}", RA_FALSE, RA_KNOWN},
	    {"{\"fact\":\"ssh\",\"is\":{\"fact\":\"ssh\"}}", RA_TRUE, RA_KNOWN},
	    {"{\"fact\":\"bmc\",\"lt\":{\"fact\":\"bmc1\"}}", RA_TRUE, RA_KNOWN},
	    {"{\"fact\":\"bmc1\",\"within\":{\"fact\":\"bmc\"},\"by_s\":0}", RA_FALSE, RA_KNOWN},
	    /* two clocks: the margins add up to 3 s */
	    {"{\"fact\":\"ssh\",\"lt\":{\"fact\":\"vc\"}}", RA_UNKNOWN, RA_CONFLICT},
	    {"{\"fact\":\"ssh\",\"is\":{\"fact\":\"vc\"}}", RA_UNKNOWN, RA_CONFLICT},
	    {"{\"fact\":\"ssh\",\"lt\":{\"fact\":\"vc3\"}}", RA_UNKNOWN, RA_CONFLICT},
	    {"{\"fact\":\"ssh\",\"le\":{\"fact\":\"vc3\"}}", RA_TRUE, RA_KNOWN},
	    {"{\"fact\":\"ssh\",\"gt\":{\"fact\":\"vc3\"}}", RA_FALSE, RA_KNOWN},
	    {"{\"fact\":\"ssh\",\"lt\":{\"fact\":\"vc4\"}}", RA_TRUE, RA_KNOWN},
	    {"{\"fact\":\"vc4\",\"gt\":{\"fact\":\"ssh\"}}", RA_TRUE, RA_KNOWN},
	    {"{\"fact\":\"ssh\",\"is\":{\"fact\":\"vc4\"}}", RA_FALSE, RA_KNOWN},
	    {"{\"fact\":\"ssh\",\"older_than\":{\"fact\":\"vc4\"},\"by_s\":1}", RA_TRUE, RA_KNOWN},
	    {"{\"fact\":\"ssh\",\"older_than\":{\"fact\":\"vc4\"},\"by_s\":2}", RA_UNKNOWN, RA_CONFLICT},
	    {"{\"fact\":\"ssh\",\"older_than\":{\"fact\":\"vc4\"},\"by_s\":8}", RA_FALSE, RA_KNOWN},
	    {"{\"fact\":\"ssh\",\"within\":{\"fact\":\"vc4\"},\"by_s\":7}", RA_TRUE, RA_KNOWN},
	    {"{\"fact\":\"ssh\",\"within\":{\"fact\":\"vc4\"},\"by_s\":6}", RA_UNKNOWN, RA_CONFLICT},
	    {"{\"fact\":\"vc4\",\"within\":{\"fact\":\"ssh\"},\"by_s\":0}", RA_FALSE, RA_KNOWN},
	    /* a time known by its age carries its own margin */
	    {"{\"fact\":\"age\",\"lt\":\"2026-03-02T11:00:05Z\"}", RA_UNKNOWN, RA_CONFLICT},
	    {"{\"fact\":\"age\",\"lt\":\"2026-03-02T11:00:06Z\"}", RA_TRUE, RA_KNOWN},
	    {"{\"fact\":\"age\",\"gt\":{\"fact\":\"vc\"}}", RA_UNKNOWN, RA_CONFLICT},
	    {"{\"fact\":\"age\",\"is\":{\"fact\":\"age\"}}", RA_UNKNOWN, RA_CONFLICT},
	    /* the session's own times: now, the action's start, what a flow says, what the operator says */
	    {"{\"fact\":\"ssh\",\"older_than\":\"now\",\"by_s\":3598}", RA_TRUE, RA_KNOWN},
	    {"{\"fact\":\"ssh\",\"older_than\":\"now\",\"by_s\":3600}", RA_UNKNOWN, RA_CONFLICT},
	    {"{\"fact\":\"ssh\",\"older_than\":\"now\",\"by_s\":3603}", RA_FALSE, RA_KNOWN},
	    {"{\"fact\":\"ssh\",\"gt\":{\"action\":\"start\"}}", RA_FALSE, RA_KNOWN},
	    {"{\"fact\":\"ssh\",\"is\":\"2026-03-02T11:00:00Z\"}", RA_UNKNOWN, RA_CONFLICT},
	    {"{\"fact\":\"ssh\",\"in\":[\"2026-03-02T11:00:00Z\",\"2026-03-02T12:00:00Z\"]}", RA_UNKNOWN, RA_CONFLICT},
	    {"{\"fact\":\"op\",\"is\":\"2026-03-02T11:00:00Z\"}", RA_TRUE, RA_KNOWN},
	    {"{\"fact\":\"op\",\"le\":{\"fact\":\"ssh\"}}", RA_UNKNOWN, RA_CONFLICT},
	    {"{\"fact\":\"op\",\"lt\":{\"fact\":\"vc4\"}}", RA_TRUE, RA_KNOWN},
	    /* never measured: nothing is said, however far apart */
	    {"{\"fact\":\"bmc\",\"lt\":{\"fact\":\"vc4\"}}", RA_UNKNOWN, RA_NOT_ASKED},
	    {"{\"fact\":\"vc4\",\"gt\":{\"fact\":\"bmc\"}}", RA_UNKNOWN, RA_NOT_ASKED},
	    {"{\"fact\":\"bmc\",\"older_than\":\"now\",\"by_s\":0}", RA_UNKNOWN, RA_NOT_ASKED},
	    {"{\"fact\":\"bmc\",\"gt\":{\"action\":\"start\"}}", RA_UNKNOWN, RA_NOT_ASKED},
	    {"{\"fact\":\"bmc\",\"lt\":\"2030-01-01T00:00:00Z\"}", RA_UNKNOWN, RA_NOT_ASKED},
	};
	RA_AUTO(ra_facts_free) struct ra_facts *facts = clocks();
	struct ra_cond_env env = {.facts = facts, .now = NOON, .action_start = START, .action_seq = START_SEQ};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_cond_result result = eval(&env, cases[i].cond);

		if (result.tri != cases[i].tri || result.reason != cases[i].reason || result.transport)
			fail_msg("%s: %d (%s)", cases[i].cond, result.tri, ra_reason_name(result.reason));
	}
}

/* Which observation is read: pins, preferences, the past, and what is young enough. */
static void which_observation(void **state)
{
	static const struct {
		const char *cond;
		enum ra_tri tri;
	} cases[] = {
	    {"{\"fact\":\"mode\",\"is\":\"TPM\"}", RA_UNKNOWN},
	    {"{\"fact\":\"mode\",\"conflict\":true}", RA_TRUE},
	    {"{\"fact\":\"mode\",\"is\":\"TPM\",\"plane\":\"ssh\"}", RA_TRUE},
	    {"{\"fact\":\"mode\",\"is\":\"TPM\",\"plane\":\"vcenter\"}", RA_FALSE},
	    {"{\"fact\":\"mode\",\"is\":\"TPM\",\"plane\":\"bmc\"}", RA_UNKNOWN},
	    {"{\"fact\":\"mode\",\"conflict\":true,\"plane\":\"ssh\"}", RA_FALSE},
	    {"{\"fact\":\"liked\",\"is\":\"NONE\"}", RA_TRUE},
	    {"{\"fact\":\"sealed\",\"is\":\"NONE\"}", RA_TRUE},
	    {"{\"fact\":\"sealed\",\"is\":\"TPM\",\"as_of\":{\"action\":\"start\"}}", RA_TRUE},
	    {"{\"fact\":\"sealed\",\"is\":{\"fact\":\"sealed\",\"as_of\":{\"action\":\"start\"}}}", RA_FALSE},
	    {"{\"fact\":\"mode\",\"is\":{\"fact\":\"mode\",\"plane\":\"ssh\"},\"plane\":\"ssh\"}", RA_TRUE},
	    {"{\"fact\":\"late\",\"known\":true,\"as_of\":{\"action\":\"start\"}}", RA_FALSE},
	    {"{\"fact\":\"late\",\"known\":true}", RA_TRUE},
	};
	RA_AUTO(ra_facts_free) struct ra_facts *facts = ra_facts_new();
	struct ra_cond_env env = {.facts = facts,
				  .now = NOON,
				  .action_start = START,
				  .action_seq = START_SEQ,
				  .prefer = prefer_vcenter,
				  .payload = "liked"};

	observe(facts, "[{\"f\":\"mode\",\"v\":\"TPM\"},{\"f\":\"mode\",\"p\":\"vcenter\",\"v\":\"NONE\"},"
		       "{\"f\":\"liked\",\"v\":\"TPM\"},{\"f\":\"liked\",\"p\":\"vcenter\",\"v\":\"NONE\"},"
		       "{\"f\":\"sealed\",\"v\":\"TPM\",\"q\":9},{\"f\":\"sealed\",\"v\":\"NONE\",\"q\":11},"
		       "{\"f\":\"late\",\"v\":\"a\",\"q\":11}]");
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		if (eval(&env, cases[i].cond).tri != cases[i].tri)
			fail_msg("%s: %d", cases[i].cond, eval(&env, cases[i].cond).tri);
	}
	/* A verification sees what is younger than the action, and what was before only where it asks for it. */
	env.seq_min = START_SEQ + 2;
	assert_int_equal(eval(&env, "{\"fact\":\"late\",\"known\":true}").tri, RA_FALSE);
	assert_int_equal(eval(&env, "{\"fact\":\"mode\",\"plane\":\"ssh\",\"is\":\"TPM\"}").tri, RA_UNKNOWN);
	assert_int_equal(eval(&env, "{\"fact\":\"sealed\",\"as_of\":{\"action\":\"start\"},\"is\":\"TPM\"}").tri,
			 RA_TRUE);
	/* Outside an action there is no start. */
	env.seq_min = 0;
	env.action_start = RA_UTC_NONE;
	assert_int_equal(eval(&env, "{\"fact\":\"sealed\",\"as_of\":{\"action\":\"start\"},\"is\":\"TPM\"}").reason,
			 RA_NOT_ASKED);
	assert_int_equal(eval(&env, "{\"fact\":\"sealed\",\"as_of\":{\"action\":\"start\"},\"known\":false}").tri,
			 RA_TRUE);
}

/* Who is named for a doubt: the first, but a failed request before any other; nobody when the value is certain. */
static void the_doubt_is_told(void **state)
{
	static const struct {
		const char *cond;
		enum ra_tri tri;
		const char *fact;
		bool transport;
	} cases[] = {
	    {"{\"all\":[{\"fact\":\"m\",\"is\":1},{\"fact\":\"n\",\"is\":1}]}", RA_UNKNOWN, "m", false},
	    {"{\"all\":[{\"fact\":\"m\",\"is\":1},{\"fact\":\"r\",\"is\":1},{\"fact\":\"s\",\"is\":1}]}", RA_UNKNOWN,
	     "r", true},
	    {"{\"any\":[{\"fact\":\"m\",\"is\":1},{\"fact\":\"r\",\"is\":1}]}", RA_UNKNOWN, "r", true},
	    {"{\"not\":{\"fact\":\"r\",\"is\":1}}", RA_UNKNOWN, "r", true},
	    {"{\"fact\":\"one\",\"is\":{\"fact\":\"r\"}}", RA_UNKNOWN, "r", true},
	    {"{\"fact\":\"r\",\"is\":{\"fact\":\"m\"}}", RA_UNKNOWN, "r", true},
	    {"{\"any\":[{\"fact\":\"r\",\"is\":1},{\"fact\":\"one\",\"is\":1}]}", RA_TRUE, "", false},
	    {"{\"all\":[{\"fact\":\"r\",\"is\":1},{\"fact\":\"one\",\"is\":2}]}", RA_FALSE, "", false},
	    {"{\"all\":[{\"fact\":\"r\",\"known\":true},{\"fact\":\"r\",\"is\":1}]}", RA_FALSE, "", false},
	};
	RA_AUTO(ra_facts_free) struct ra_facts *facts = ra_facts_new();
	struct ra_cond_env env = {.facts = facts, .now = NOON, .action_start = RA_UTC_NONE};

	observe(facts, "[{\"f\":\"one\",\"t\":\"int\",\"v\":1},{\"f\":\"m\",\"u\":\"malformed\"},{\"f\":\"n\",\"u\":"
		       "\"not_applicable\"},"
		       "{\"f\":\"r\",\"u\":\"refused\"},{\"f\":\"s\",\"u\":\"timeout\"}]");
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_cond_result result = eval(&env, cases[i].cond);

		if (result.tri != cases[i].tri || result.transport != cases[i].transport)
			fail_msg("%s: %d %d", cases[i].cond, result.tri, result.transport);
		assert_string_equal(result.fact, cases[i].fact);
	}
}

/* A pattern that runs away is a doubt. */
static void a_pattern_without_end(void **state)
{
	RA_AUTO(ra_facts_free) struct ra_facts *facts = ra_facts_new();
	struct ra_cond_env env = {.facts = facts, .now = NOON, .action_start = RA_UTC_NONE};
	char list[200];

	snprintf(list, sizeof(list), "[{\"v\":\"%.*s!\"}]", 60,
		 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	observe(facts, list);
	assert_int_equal(eval(&env, "{\"fact\":\"x\",\"match\":\"^(a+)+$\"}").reason, RA_MALFORMED);
	assert_int_equal(eval(&env, "{\"fact\":\"x\",\"match\":\"^(a+)+$\"}").tri, RA_UNKNOWN);
}

/* What does not compile: the place and the sentence. */
static void refused_conditions(void **state)
{
	static const struct {
		const char *cond, *sentence;
	} cases[] = {
	    {"[]", "c:1:1: expected a condition (an object)"},
	    {"{}", "c:1:1: expected a condition: all, any, not, or a fact with is, in"},
	    {"{\"fact\":\"x\"}", "c:1:1: expected a condition: all, any, not, or a fact"},
	    {"{\"fact\":\"x\",\"is\":1,\"in\":[1]}", "expected one form in a condition, found \"is\" and \"in\""},
	    {"{\"fact\":\"x\",\"equals\":1}", "c:1:1: expected a condition"},
	    {"{\"fact\":\"x\",\"is\":1,\"note\":1}", "unknown key \"note\" in a condition"},
	    {"{\"fact\":\"x\",\"is\":1,\"by_s\":1}", "unknown key \"by_s\" in a condition"},
	    {"{\"all\":[],\"fact\":\"x\"}", "unknown key \"fact\" beside \"all\""},
	    {"{\"is\":1}", "expected \"fact\" with a fact name"},
	    {"{\"fact\":\"X\",\"is\":1}", "expected a fact name"},
	    {"{\"fact\":7,\"is\":1}", "expected a fact name"},
	    {"{\"fact\":\"x\",\"is\":null}", "expected a value"},
	    {"{\"fact\":\"x\",\"is\":1.5}", "expected a value"},
	    {"{\"fact\":\"x\",\"is\":{\"action\":\"end\"}}", "unknown key \"action\""},
	    {"{\"fact\":\"x\",\"in\":[]}", "expected a list of at least one value"},
	    {"{\"fact\":\"x\",\"in\":[1,\"a\"]}", "expected a value of the same type"},
	    {"{\"fact\":\"x\",\"in\":[[]]}", "expected true, false, a whole number or a text"},
	    {"{\"fact\":\"x\",\"lt\":true}", "expected something with an order"},
	    {"{\"fact\":\"x\",\"match\":\"(\"}", "expected a regular expression: "},
	    {"{\"fact\":\"x\",\"match\":1}", "expected a regular expression"},
	    {"{\"fact\":\"x\",\"has\":1}", "expected a text"},
	    {"{\"fact\":\"x\",\"has_any\":[]}", "expected a list of at least one text"},
	    {"{\"fact\":\"x\",\"only\":[\"a\"]}", "expected a text or {\"fact\": ..}"},
    {"{\"fact\":\"x\",\"count\":-1}", "expected a number of items"},
	    {"{\"fact\":\"x\",\"count\":{\"is\":1}}", "expected a number of items"},
	    {"{\"fact\":\"x\",\"older_than\":\"now\"}", "expected \"by_s\" with a number of seconds"},
	    {"{\"fact\":\"x\",\"older_than\":\"then\",\"by_s\":1}",
	     "expected {\"fact\": ..}, \"now\" or {\"action\": \"start\"}"},
	    {"{\"fact\":\"x\",\"within\":7,\"by_s\":1}", "expected {\"fact\": ..}"},
	    {"{\"fact\":\"x\",\"known\":1}", "expected true or false"},
	    {"{\"fact\":\"x\",\"is\":1,\"plane\":\"moon\"}", "expected a plane"},
	    {"{\"fact\":\"x\",\"is\":1,\"as_of\":\"start\"}", "expected {\"action\": \"start\"}"},
	    {"{\"not\":[]}", "expected a condition"},
	    {"{\"all\":{}}", "expected a list of conditions"},
	    {"{\"any\":[{\"all\":[\n {\"fact\":\"x\",\"is\":{}}]}]}", "c:2:"},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
		struct ra_cond *cond = NULL;
		struct ra_errs errs;

		ra_errs_clear(&errs);
		assert_int_equal(ra_json_parse("c", cases[i].cond, strlen(cases[i].cond), NULL, &doc, &errs), RA_OK);
		assert_int_equal(ra_cond_compile(doc, ra_json_root(doc), &cond, &errs), RA_E_INVALID);
		assert_null(cond);
		if (!strstr(errs.text[0], cases[i].sentence) || strncmp(errs.text[0], "c:", 2) != 0)
			fail_msg("%s: %s", cases[i].cond, errs.text[0]);
	}
}

static void note_use(void *payload, const struct ra_cond_use *use)
{
	char *out = payload;

	snprintf(out + strlen(out), 400 - strlen(out), "%s:", use->fact);
	for (int type = 0; type < RA_TYPE_COUNT; type++) {
		if (use->types & (1u << type))
			snprintf(out + strlen(out), 400 - strlen(out), "%c", ra_type_name(type)[0]);
	}
	snprintf(out + strlen(out), 400 - strlen(out), "%s%s ", use->asked ? "" : "?", use->with ? use->with : "");
}

/* bool, int, text, version, time (t twice), list by their first letters; ? for knowing only. */
static void facts_named(void **state)
{
	static const struct {
		const char *cond, *uses;
	} cases[] = {
	    {"{\"fact\":\"x\",\"is\":true}", "x:b "},
	    {"{\"fact\":\"x\",\"is\":\"a\"}", "x:tv "},
	    {"{\"fact\":\"x\",\"is\":\"2026-01-01T00:00:00Z\"}", "x:tvt "},
	    {"{\"fact\":\"x\",\"lt\":\"7.0\"}", "x:v "},
	    {"{\"fact\":\"x\",\"lt\":3}", "x:i "},
	    {"{\"fact\":\"x\",\"gt\":{\"action\":\"start\"}}", "x:t "},
	    {"{\"fact\":\"x\",\"older_than\":{\"fact\":\"y\"},\"by_s\":1}", "x:ty y:tx "},
	    {"{\"not\":{\"any\":[{\"fact\":\"x\",\"known\":true},{\"fact\":\"z\",\"count\":1}]}}", "x:bitvtl? z:l "},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
		RA_AUTO(ra_cond_free) struct ra_cond *cond = NULL;
		char uses[400] = "";

		assert_int_equal(ra_json_parse("c", cases[i].cond, strlen(cases[i].cond), NULL, &doc, NULL), RA_OK);
		assert_int_equal(ra_cond_compile(doc, ra_json_root(doc), &cond, NULL), RA_OK);
		ra_cond_facts(cond, note_use, uses);
		assert_string_equal(uses, cases[i].uses);
	}
}

static void what_follows_from_what(void **state)
{
#define X "{\"fact\":\"x\",\"is\":1}"
#define Y "{\"fact\":\"y\",\"is\":1}"
	static const struct {
		const char *a, *b;
		bool implies;
	} cases[] = {
	    {X, X, true},
	    {X, "{\"is\":1,\"fact\":\"x\"}", true},
	    {X, Y, false},
	    {X, "{\"any\":[" Y "," X "]}", true},
	    {"{\"any\":[" Y "," X "]}", X, false},
	    {"{\"any\":[" X "," X "]}", X, true},
	    {"{\"all\":[" X "," Y "]}", Y, true},
	    {Y, "{\"all\":[" X "," Y "]}", false},
	    {"{\"all\":[" X "," Y "]}", "{\"all\":[" Y "," X "]}", true},
	    {"{\"all\":[" X "," Y "]}", "{\"any\":[{\"all\":[" Y "]}]}", true},
	    {X, "{\"fact\":\"x\",\"in\":[1,2]}", true},
	    {X, "{\"fact\":\"x\",\"in\":[2,3]}", false},
	    {"{\"fact\":\"x\",\"in\":[1,2]}", "{\"fact\":\"x\",\"in\":[2,3,1]}", true},
	    {"{\"fact\":\"x\",\"in\":[1,4]}", "{\"fact\":\"x\",\"in\":[2,3,1]}", false},
	    {X, "{\"fact\":\"x\",\"known\":true}", true},
	    {X, "{\"fact\":\"x\",\"known\":false}", false},
	    {X, "{\"fact\":\"x\",\"plane\":\"ssh\",\"known\":true}", false},
	    {"{\"fact\":\"x\",\"na\":true}", "{\"fact\":\"x\",\"known\":true}", false},
	    {"{\"not\":" X "}", "{\"not\":" X "}", true},
	    {"{\"not\":" X "}", X, false},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		RA_AUTO(ra_json_free) struct ra_json *doc_a = NULL, *doc_b = NULL;
		RA_AUTO(ra_cond_free) struct ra_cond *a = NULL, *b = NULL;

		assert_int_equal(ra_json_parse("a", cases[i].a, strlen(cases[i].a), NULL, &doc_a, NULL), RA_OK);
		assert_int_equal(ra_json_parse("b", cases[i].b, strlen(cases[i].b), NULL, &doc_b, NULL), RA_OK);
		assert_int_equal(ra_cond_compile(doc_a, ra_json_root(doc_a), &a, NULL), RA_OK);
		assert_int_equal(ra_cond_compile(doc_b, ra_json_root(doc_b), &b, NULL), RA_OK);
		if (ra_cond_implies(a, b) != cases[i].implies)
			fail_msg("%s -> %s", cases[i].a, cases[i].b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(kleene_tables),
	    cmocka_unit_test(groups_exhaustively),
	    cmocka_unit_test(every_form_with_every_value),
	    cmocka_unit_test(types_that_do_not_fit),
	    cmocka_unit_test(forms_about_knowing),
	    cmocka_unit_test(times_against_clocks),
	    cmocka_unit_test(which_observation),
	    cmocka_unit_test(the_doubt_is_told),
	    cmocka_unit_test(a_pattern_without_end),
	    cmocka_unit_test(refused_conditions),
	    cmocka_unit_test(facts_named),
	    cmocka_unit_test(what_follows_from_what),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
