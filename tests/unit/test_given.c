/* test_given.c - a site's list and a template: what is refused when read, and which facts follow from them. */
#include "unit.h"

#include "flow/given.h"
#include "flow/state.h"
#include "flow_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ra_flowset *the_set;

static ra_err read_text(enum ra_given_kind kind, const char *text, cJSON **out, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};

	ra_errs_clear(errs);
	assert_int_equal(ra_buf_text(&bytes, text), RA_OK);
	return ra_given_read(the_set, kind, "f", &bytes, out, errs);
}

#define LIST(rest) "{\"format\":1,\"date\":\"2026-02-15\"," rest "}"
#define WANT(rest) "{\"format\":1,\"title\":\"t\",\"wanted\":{" rest "}}"

static void refused(void **state)
{
	static const struct {
		enum ra_given_kind kind;
		const char *text, *sentence;
	} cases[] = {
	    {RA_GIVEN_SITE_LIST, "[]", "f:1:1: expected an object"},
	    {RA_GIVEN_SITE_LIST, "{\"format\":1,\"models\":[]}", "date"},
	    {RA_GIVEN_SITE_LIST, "{\"format\":2,\"date\":\"2026-02-15\",\"models\":[]}", "f:1:11: \"format\": expected 1"},
	    {RA_GIVEN_SITE_LIST, "{\"format\":1,\"date\":\"15.2.2026\",\"models\":[]}", "f:1:20: expected a date like"},
	    {RA_GIVEN_SITE_LIST, "{\"format\":1,\"date\":\"2026-02-31\",\"models\":[]}", "expected a date like"},
	    {RA_GIVEN_SITE_LIST, LIST("\"models\":[{\"model\":\"A\",\"tpm\":\"1\"}]"), "\"tpm\""},
	    {RA_GIVEN_SITE_LIST, LIST("\"models\":[{\"bios\":\"1\"}]"), "model"},
	    {RA_GIVEN_SITE_LIST, LIST("\"models\":[{\"model\":\"A\",\"esxi\":\"eight\"}]"), "expected a version like"},
	    {RA_GIVEN_SITE_LIST, LIST("\"vcenter\":\"new\",\"models\":[]"), ": expected a version like"},
	    {RA_GIVEN_SITE_LIST, LIST("\"models\":[{\"model\":\"A\"},{\"model\":\"A\"}]"), "the model \"A\" stands here twice"},
	    {RA_GIVEN_SITE_LIST, LIST("\"models\":[],\"models\":[]"), "models"},
	    {RA_GIVEN_TEMPLATE, "{\"format\":1,\"wanted\":{\"secureboot.on\":true}}", "title"},
	    {RA_GIVEN_TEMPLATE, WANT(""), "expected 1 to 64 facts"},
	    {RA_GIVEN_TEMPLATE, WANT("\"secure.boot\":true"), ": no check gives a fact \"secure.boot\""},
	    {RA_GIVEN_TEMPLATE, WANT("\"template.drift\":[]"), "no check gives a fact \"template.drift\""},
	    {RA_GIVEN_TEMPLATE, WANT("\"site.bios\":\"1\""), "no check gives a fact \"site.bios\""},
	    {RA_GIVEN_TEMPLATE, WANT("\"secureboot.on\":\"yes\""), "expected a bool, the type of secureboot.on"},
	    {RA_GIVEN_TEMPLATE, WANT("\"host.boot_time\":\"2026-03-02T12:00:00Z\""), "it is never the same on two hosts"},
	    {RA_GIVEN_TEMPLATE, WANT("\"network.dns\":[1]"), "expected a list, the type of network.dns"},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		cJSON *body = NULL;
		struct ra_errs errs;
		char line[RA_ERRS_MAX * RA_ERR_TEXT_MAX];

		if (read_text(cases[i].kind, cases[i].text, &body, &errs) != RA_E_INVALID || body ||
		    !strstr(ra_errs_line(&errs, line, sizeof(line)), cases[i].sentence))
			fail_msg("%s: %s", cases[i].text, ra_errs_line(&errs, line, sizeof(line)));
	}
}

/* A fact as "known: text" or its reason. */
static const char *fact(const struct rig *rig, const char *name, char *out, size_t cap)
{
	struct ra_query query = RA_QUERY_NOW;
	struct ra_reading reading = ra_facts_read(ra_state_facts(rig->state), name, &query);
	RA_AUTO(ra_mem_free) char *text = reading.value ? ra_value_text(reading.value) : NULL;

	snprintf(out, cap, "%s%s", reading.reason == RA_KNOWN ? "= " : ra_reason_name(reading.reason), text ? text : "");
	return out;
}

static void is_fact(const struct rig *rig, const char *name, const char *want)
{
	char text[800];

	if (strcmp(fact(rig, name, text, sizeof(text)), want))
		fail_msg("%s is \"%s\", not \"%s\"", name, text, want);
}

static void give(struct rig *rig, enum ra_given_kind kind, const char *text)
{
	struct ra_errs errs;
	cJSON *body = NULL;

	assert_int_equal(read_text(kind, text, &body, &errs), RA_OK);
	assert_int_equal(rig_append(rig, "given", body), RA_OK);
}

/* A plane of a check answers with these facts. */
static void told(struct rig *rig, const char *check_id, const char *plane, const char *facts)
{
	const struct ra_check *check = ra_flowset_check(the_set, check_id);
	RA_AUTO(ra_cjson_free) cJSON *world = cJSON_Parse(facts);

	assert_non_null(check);
	assert_non_null(world);
	for (size_t i = 0; i < check->plane_count; i++)
		if (check->planes[i].plane == (enum ra_plane)ra_plane_parse(plane))
			rig_reply(rig, check, &check->planes[i], world, 0);
	assert_int_equal(rig->err, RA_OK);
}

#define MODEL "{\"host.vendor\":\"Dell Inc.\",\"host.model\":\"PowerEdge R750\",\"host.serial\":\"X\"}"

static void site_list(void **state)
{
	struct rig rig;

	(void)state;
	rig_begin(&rig, the_set, "tpm-attestation", NULL, "ssh,vcenter");
	is_fact(&rig, "site.date", "not_asked");
	is_fact(&rig, "site.drift", "not_asked");
	give(&rig, RA_GIVEN_SITE_LIST,
	     LIST("\"vcenter\":\"8.0.2\",\"models\":[{\"model\":\"PowerEdge R750\",\"bios\":\"1.13.2\",\"esxi\":\"8.0.2\"}]"));
	is_fact(&rig, "site.date", "= 2026-02-15");
	is_fact(&rig, "site.bios", "not_asked"); /* which model this is nobody said */
	is_fact(&rig, "site.drift", "not_asked");
	told(&rig, "host-identity", "vcenter", MODEL);
	is_fact(&rig, "site.bios", "= 1.13.2");
	is_fact(&rig, "site.tpm_firmware", "not_applicable");
	is_fact(&rig, "site.drift", "not_asked"); /* nobody told the host's own yet: that is not "the same" */
	told(&rig, "bios-version", "vcenter", "{\"host.bios\":\"1.13.2\"}");
	told(&rig, "esxi-version", "vcenter", "{\"host.version\":\"8.0.2\",\"host.build\":\"1\"}");
	is_fact(&rig, "site.drift", "not_asked");
	is_fact(&rig, "site.unknown", "= vCenter (not_asked)");
	told(&rig, "vcenter-version", "vcenter", "{\"vcenter.version\":\"8.0.2\",\"vcenter.build\":\"1\",\"vcenter.api\":\"8.0.2.0\",\"vcenter.kind\":\"VirtualCenter\"}");
	is_fact(&rig, "site.drift", "= ");
	is_fact(&rig, "site.unknown", "= ");
	told(&rig, "bios-version", "vcenter", "{\"host.bios\":\"1.12.1\"}");
	is_fact(&rig, "site.drift", "= BIOS: the list has 1.13.2, the host 1.12.1");
	rig_end(&rig);
}

static void other_model(void **state)
{
	struct rig rig;

	(void)state;
	rig_begin(&rig, the_set, "tpm-attestation", NULL, "ssh,vcenter");
	give(&rig, RA_GIVEN_SITE_LIST, LIST("\"models\":[{\"model\":\"PowerEdge R740\",\"bios\":\"1\"}]"));
	told(&rig, "host-identity", "vcenter", MODEL);
	is_fact(&rig, "site.bios", "not_applicable");
	is_fact(&rig, "site.drift", "not_applicable");
	is_fact(&rig, "site.unknown", "= this model is not in the list");
	rig_end(&rig);
}

/* What a template wants, is and is not; the newest given one counts; and the fold of the same entries says the same. */
static void template(void **state)
{
	struct rig rig;
	char text[800];

	(void)state;
	rig_begin(&rig, the_set, "tpm-attestation", NULL, "ssh,vcenter");
	give(&rig, RA_GIVEN_TEMPLATE, WANT("\"secureboot.on\":true,\"network.dns\":[\"192.0.2.1\"]"));
	is_fact(&rig, "template.title", "= t");
	is_fact(&rig, "template.drift", "not_asked");
	told(&rig, "secure-boot-state", "ssh", "{\"secureboot.on\":true}");
	is_fact(&rig, "template.drift", "not_asked");
	is_fact(&rig, "template.unknown", "= network.dns (not_asked)");
	told(&rig, "name-resolution", "vcenter", "{\"network.dns\":{\"unknown\":\"refused\"}}");
	is_fact(&rig, "template.drift", "refused");
	told(&rig, "name-resolution", "vcenter", "{\"network.dns\":[\"192.0.2.1\"],\"network.host_name\":\"esx01\"}");
	is_fact(&rig, "template.drift", "= ");
	told(&rig, "secure-boot-state", "ssh", "{\"secureboot.on\":false}");
	is_fact(&rig, "template.drift", "= secureboot.on: wanted Enabled, is Disabled");
	struct ra_state *again = rig_refold(&rig);
	struct ra_query query = RA_QUERY_NOW;

	assert_non_null(again);
	struct ra_reading reading = ra_facts_read(ra_state_facts(again), "template.drift", &query);

	assert_int_equal(reading.reason, RA_KNOWN);
	assert_int_equal(reading.value->as.list.count, 1);
	ra_state_free(again);
	give(&rig, RA_GIVEN_TEMPLATE, WANT("\"secureboot.on\":false"));
	assert_string_equal(fact(&rig, "template.drift", text, sizeof(text)), "= ");
	rig_end(&rig);
}

/* What a template says may be made of an operator's word: a gate is judged on what machines said, and this is not that. */
static void opens_no_gate(void **state)
{
	static const char condition[] = "{\"fact\":\"template.drift\",\"count\":{\"le\":0}}";
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	RA_AUTO(ra_cond_free) struct ra_cond *open_if = NULL;
	struct ra_gate gate = {.id = "g", .max_age_ms = 600000};
	struct rig rig;

	(void)state;
	assert_int_equal(ra_json_parse("c", condition, strlen(condition), NULL, &doc, NULL), RA_OK);
	assert_int_equal(ra_cond_compile(doc, ra_json_root(doc), &open_if, NULL), RA_OK);
	gate.open_if = open_if;
	rig_begin(&rig, the_set, "tpm-attestation", NULL, "ssh,vcenter");
	give(&rig, RA_GIVEN_TEMPLATE, WANT("\"secureboot.on\":true"));
	told(&rig, "secure-boot-state", "ssh", "{\"secureboot.on\":true}");
	is_fact(&rig, "template.drift", "= ");
	struct ra_cond_env env = ra_state_env(rig.state, rig.now);

	assert_int_equal(ra_cond_eval(open_if, &env).tri, RA_TRUE);
	assert_false(ra_gate_condition(rig.state, &gate, rig.now));
	rig_end(&rig);
}

/* Entries that no program of this kind writes, and a copy from which the content was taken. */
static void odd_entries(void **state)
{
	static const char *const bad[] = {"{}", "{\"what\":\"moon\",\"content\":{}}", "{\"what\":\"template\"}",
					  "{\"what\":\"template\",\"content\":[]}"};
	struct rig rig;

	(void)state;
	rig_begin(&rig, the_set, "tpm-attestation", NULL, "ssh,vcenter");
	for (size_t i = 0; i < RA_LEN(bad); i++)
		assert_int_equal(rig_append(&rig, "given", cJSON_Parse(bad[i])), RA_E_INVALID);
	assert_int_equal(rig_append(&rig, "given", cJSON_Parse("{\"what\":\"template\",\"content\":{\"$w\":true}}")), RA_OK);
	assert_int_equal(rig_append(&rig, "given", cJSON_Parse("{\"what\":\"site-list\",\"content\":{\"$w\":true}}")), RA_OK);
	is_fact(&rig, "template.drift", "withheld");
	is_fact(&rig, "site.bios", "withheld");
	is_fact(&rig, "site.drift", "withheld");
	rig_end(&rig);
}

/* What only the author or an editor reads does not go into the record, which keeps some keys for itself. */
static void own_keys_stay_out(void **state)
{
	cJSON *body = NULL;
	struct ra_errs errs;

	(void)state;
	assert_int_equal(read_text(RA_GIVEN_SITE_LIST,
				   "{\"$schema\":\"s\",\"format\":1,\"x_a\":{\"$s\":1},\"date\":\"2026-02-15\",\"x_b\":2,"
				   "\"models\":[{\"x_c\":{\"$w\":true},\"model\":\"A\"}]}",
				   &body, &errs),
			 RA_OK);
	RA_AUTO(ra_mem_free) char *text = ra_json_print(body);

	assert_non_null(strstr(text, "{\"$s\":{\"format\":1,\"date\":\"2026-02-15\",\"models\":[{\"model\":\"A\"}]}}"));
	assert_null(strstr(text, "x_"));
	cJSON_Delete(body);
}

static int load(void **state)
{
	(void)state;
	the_set = rig_load("flows");
	return !the_set;
}

static int unload(void **state)
{
	(void)state;
	the_set = ra_flowset_free(the_set);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(refused),	cmocka_unit_test(site_list),   cmocka_unit_test(other_model),
	    cmocka_unit_test(template), cmocka_unit_test(odd_entries), cmocka_unit_test(own_keys_stay_out), cmocka_unit_test(opens_no_gate),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
