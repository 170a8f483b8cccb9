/* test_drift.c - settings of the firmware against a template: what of a template is refused, which settings of a machine are read, and what
 * follows from them, for each maker. */
#include "unit.h"

#include "flow/drift.h"
#include "flow/given.h"
#include "flow/state.h"
#include "flow_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ra_flowset *the_set;

static ra_err read_text(const char *text, cJSON **out, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};

	ra_errs_clear(errs);
	assert_int_equal(ra_buf_text(&bytes, text), RA_OK);
	return ra_given_read(the_set, RA_GIVEN_TEMPLATE, "f", &bytes, out, errs);
}

#define WANT(rest) "{\"format\":1,\"title\":\"t\"," rest "}"
#define FIRMWARE(rest) WANT("\"firmware\":{" rest "}")

static void refused(void **state)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
	    {WANT("\"x_a\":1"), "f:1:1: expected \"wanted\" facts, \"firmware\" settings, or both"},
	    {WANT("\"firmware\":[]"), "f:1:36: \"firmware\": expected"},
	    {FIRMWARE(""), "f:1:36: expected 1 to 32 makers"},
	    {FIRMWARE("\"del\":{\"A\":1}"), "f:1:43: no file of a maker \"del\"; there are cisco, dell, fujitsu, hpe, lenovo, supermicro"},
	    {FIRMWARE("\"other\":{\"A\":1}"), "f:1:45: no file of a maker \"other\""},
	    {FIRMWARE("\"dell/99g\":{\"A\":1}"), "f:1:48: dell has no generation \"99g\""},
	    {FIRMWARE("\"dell/\":{\"A\":1}"), "f:1:45: dell has no generation \"\""},
	    {FIRMWARE("\"/15g\":{\"A\":1}"), "f:1:44: no file of a maker \"\""},
	    {FIRMWARE("\"dell\":[1]"), "f:1:44: expected 1 to 64 settings"},
	    {FIRMWARE("\"dell\":{}"), "f:1:44: expected 1 to 64 settings"},
	    {FIRMWARE("\"dell\":{\"A\":null}"), "f:1:49: expected a text, true, false or a number"},
	    {FIRMWARE("\"dell\":{\"A\":{\"b\":1}}"), "f:1:49: expected a text, true, false or a number"},
	    {FIRMWARE("\"dell\":{\"A b\":1}"), "f:1:51: expected the name of a BIOS attribute"},
	    {FIRMWARE("\"dell\":{\"\":1}"), "expected the name of a BIOS attribute"},
	    {FIRMWARE("\"dell\":{\"SetupPassword\":\"\"}"), "f:1:61: \"SetupPassword\" may be a password"},
	    {FIRMWARE("\"dell\":{\"sha256setuppASSWORDx\":\"\"}"), "may be a password"},
	    {FIRMWARE("\"dell\":{\"SHA256SystemSalt\":\"\"}"), "may be a password"},
	    {FIRMWARE("\"dell\":{\"A\":1,\"A\":2}"), "A"},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		cJSON *body = NULL;
		struct ra_errs errs;
		char line[RA_ERRS_MAX * RA_ERR_TEXT_MAX];

		if (read_text(cases[i].text, &body, &errs) != RA_E_INVALID || body ||
		    !strstr(ra_errs_line(&errs, line, sizeof(line)), cases[i].sentence))
			fail_msg("%s: %s", cases[i].text, ra_errs_line(&errs, line, sizeof(line)));
	}
}

static void names(void **state)
{
	static const struct {
		const char *wanted, *member;
		bool is;
	} rows[] = {
	    {"SHA256PCRBank", "SHA256PCRBank", true},	  {"SHA256PCRBank", "SHA256PCRBank_0065", true}, {"SHA256PCRBank", "SHA256PCRBank_", false},
	    {"SHA256PCRBank", "SHA256PCRBank_00G5", false}, {"SHA256PCRBank", "SHA256PCRBank0065", false}, {"SHA256PCRBank", "SHA256PCRBan", false},
	    {"TpmSecurity", "tpmsecurity", false},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++)
		if (ra_named_is(rows[i].wanted, rows[i].member) != rows[i].is)
			fail_msg("%s and %s", rows[i].wanted, rows[i].member);
}

static void give(struct rig *rig, const char *text)
{
	struct ra_errs errs;
	cJSON *body = NULL;

	assert_int_equal(read_text(text, &body, &errs), RA_OK);
	assert_int_equal(rig_append(rig, "given", body), RA_OK);
}

/* The BMC answers a check with this body, read as the session reads it. */
static void told(struct rig *rig, const char *check_id, const char *bytes)
{
	struct ra_want want = {.check = ra_flowset_check(the_set, check_id)};
	struct ra_plane_answer answer = {.complete = true, .out = bytes, .out_len = strlen(bytes), .err = "", .sent = rig->now, .came = rig->now};
	struct ra_errs errs;
	cJSON *body = NULL;

	for (size_t i = 0; i < want.check->plane_count; i++)
		if (want.check->planes[i].plane == RA_PLANE_BMC)
			want.plane = &want.check->planes[i];
	assert_non_null(want.plane);
	ra_errs_clear(&errs);
	assert_int_equal(ra_make_reply(rig->state, &want, &answer, &body, &errs), RA_OK);
	assert_int_equal(rig_append(rig, "reply", body), RA_OK);
}

static const char *fact(const struct ra_state *state, const char *name, char *out, size_t cap)
{
	struct ra_query query = RA_QUERY_NOW;
	struct ra_reading reading = ra_facts_read(ra_state_facts(state), name, &query);
	RA_AUTO(ra_mem_free) char *text = reading.value ? ra_value_text(reading.value) : NULL;

	snprintf(out, cap, "%s%s", reading.reason == RA_KNOWN ? "= " : ra_reason_name(reading.reason), text ? text : "");
	return out;
}

static void is_fact(const struct ra_state *state, const char *name, const char *want)
{
	char text[1600];

	if (strcmp(fact(state, name, text, sizeof(text)), want))
		fail_msg("%s is \"%s\", not \"%s\"", name, text, want);
}

#define SYSTEM(maker, model) "{\"Manufacturer\":\"" maker "\",\"Model\":\"" model "\"}"
#define BIOS(rest) "{\"Attributes\":{" rest "}}"
#define ALL \
	FIRMWARE("\"dell\":{\"TpmSecurity\":\"On\",\"Tpm2Algorithm\":\"SHA256\"},\"dell/16g\":{\"Tpm2Algorithm\":\"SHA384\"}," \
		 "\"hpe\":{\"TpmActivePcrs\":\"Sha256\",\"x_why\":\"w\"},\"supermicro\":{\"SHA256PCRBank\":\"Enabled\",\"SecureBootEnable\":true,\"Delay\":5}," \
		 "\"x_remark\":\"r\"")
#define NO_SETTING " (not told: this machine shows no setting of that name)"

/* What is read, what waits for the next start, and what the walk says of it. NULL: the BMC did not tell. */
static const struct row {
	const char *title, *system, *bios, *next, *settings, *drift, *unknown;
} rows[] = {
    {"as wanted; what is not named is not read", SYSTEM("Dell Inc.", "PowerEdge R750"),
     BIOS("\"TpmSecurity\":\"On\",\"Tpm2Algorithm\":\"SHA256\",\"AssetTag\":\"A1\",\"SetupPassword\":\"\""), BIOS(""),
     "= TpmSecurity=On, Tpm2Algorithm=SHA256", "= ", "= "},
    {"drift", SYSTEM("Dell Inc.", "PowerEdge R750"), BIOS("\"TpmSecurity\":\"Off\",\"Tpm2Algorithm\":\"SHA1\""), BIOS(""),
     "= TpmSecurity=Off, Tpm2Algorithm=SHA1", "= TpmSecurity: wanted On, is Off; Tpm2Algorithm: wanted SHA256, is SHA1", "= "},
    {"the wanted value waits", SYSTEM("Dell Inc.", "PowerEdge R750"), BIOS("\"TpmSecurity\":\"On\",\"Tpm2Algorithm\":\"SHA1\""),
     BIOS("\"Tpm2Algorithm\":\"SHA256\""), "= TpmSecurity=On, Tpm2Algorithm=SHA1",
     "= Tpm2Algorithm: wanted SHA256, is SHA1, will be SHA256 after the next start", "= "},
    {"another one waits", SYSTEM("Dell Inc.", "PowerEdge R750"), BIOS("\"TpmSecurity\":\"On\",\"Tpm2Algorithm\":\"SHA256\""),
     BIOS("\"TpmSecurity\":\"Off\""), "= TpmSecurity=On, Tpm2Algorithm=SHA256",
     "= TpmSecurity: wanted On, is On, will be Off after the next start", "= "},
    {"what waits is not told", SYSTEM("Dell Inc.", "PowerEdge R750"), BIOS("\"TpmSecurity\":\"On\",\"Tpm2Algorithm\":\"SHA256\""), NULL,
     "= TpmSecurity=On, Tpm2Algorithm=SHA256", "= ", "= "},
    {"a generation goes before", SYSTEM("Dell Inc.", "PowerEdge R760"), BIOS("\"TpmSecurity\":\"On\",\"Tpm2Algorithm\":\"SHA256\""), BIOS(""),
     "= TpmSecurity=On, Tpm2Algorithm=SHA256", "= Tpm2Algorithm: wanted SHA384, is SHA256", "= "},
    {"no setting of that name: unknown, not in order", SYSTEM("Dell Inc.", "PowerEdge R750"), BIOS("\"TpmSecurity\":\"On\""), BIOS(""),
     "= TpmSecurity=On", "withheld", "= Tpm2Algorithm" NO_SETTING},
    {"null is no value", SYSTEM("Dell Inc.", "PowerEdge R750"), BIOS("\"TpmSecurity\":\"Off\",\"Tpm2Algorithm\":null"), BIOS(""),
     "= TpmSecurity=Off", "= TpmSecurity: wanted On, is Off", "= Tpm2Algorithm" NO_SETTING},
    {"a full copy waits for nothing", SYSTEM("HPE", "ProLiant DL385 Gen10 Plus v2"), BIOS("\"TpmActivePcrs\":\"Sha256\""),
     BIOS("\"TpmActivePcrs\":\"Sha256\""), "= TpmActivePcrs=Sha256", "= ", "= "},
    {"names with the board's number, a bool and a number", SYSTEM("Supermicro", "SYS-821GE-TNHR"),
     BIOS("\"SHA256PCRBank_0065\":\"Disabled\",\"SecureBootEnable_0122\":true,\"Delay_00A1\":5"), "{\"@odata.id\":\"/x\"}",
     "= SHA256PCRBank_0065=Disabled, SecureBootEnable_0122=true, Delay_00A1=5", "= SHA256PCRBank_0065: wanted Enabled, is Disabled", "= "},
    {"two of a name", SYSTEM("Supermicro", "SYS-821GE-TNHR"),
     BIOS("\"SHA256PCRBank_0065\":\"Enabled\",\"SHA256PCRBank_0066\":\"Disabled\",\"SecureBootEnable\":true,\"SecureBootEnable_0122\":false,\"Delay\":6"),
     BIOS("\"Delay\":5"),
     "= SHA256PCRBank_0065=Enabled, SHA256PCRBank_0066=Disabled, SecureBootEnable=true, SecureBootEnable_0122=false, Delay=6",
     "= SHA256PCRBank_0066: wanted Enabled, is Disabled; Delay: wanted 5, is 6, will be 5 after the next start", "= "},
    {"a maker the template does not name", SYSTEM("Lenovo", "ThinkSystem SR670 V2"), BIOS("\"TpmSecurity\":\"On\""), BIOS(""), "= TpmSecurity=On",
     "not_applicable", "= settings of the firmware: the template names none for Lenovo ThinkSystem"},
    {"a maker nobody knows", SYSTEM("Acme", "One"), BIOS("\"TpmSecurity\":\"On\""), BIOS(""), "= TpmSecurity=On", "not_applicable",
     "= settings of the firmware: the template names none for Acme"},
    {"no attributes at all", SYSTEM("Dell Inc.", "PowerEdge R750"), "{}", BIOS(""), "withheld", "withheld", "= settings of the firmware (withheld)"},
    {"attributes that are none", SYSTEM("Dell Inc.", "PowerEdge R750"), "{\"Attributes\":[1]}", BIOS(""), "malformed", "malformed",
     "= settings of the firmware (malformed)"},
    {"no JSON", SYSTEM("Dell Inc.", "PowerEdge R750"), "<html>", NULL, "malformed", "malformed", "= settings of the firmware (malformed)"},
};

static void compared(void **state)
{
	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct rig rig;

		print_message("%s\n", rows[i].title);
		rig_begin(&rig, the_set, "tpm-attestation", NULL, "bmc");
		give(&rig, ALL);
		is_fact(rig.state, "template.drift", "not_asked");
		is_fact(rig.state, "template.unknown", "= settings of the firmware (not_asked)");
		told(&rig, "bmc-system", rows[i].system);
		told(&rig, "bmc-bios", rows[i].bios);
		if (rows[i].next)
			told(&rig, "bmc-pending", rows[i].next);
		struct ra_state *again = rig_refold(&rig);
		const struct ra_state *const folds[] = {rig.state, again};

		for (size_t k = 0; k < RA_LEN(folds); k++) {
			is_fact(folds[k], "firmware.settings", rows[i].settings);
			is_fact(folds[k], "template.drift", rows[i].drift);
			is_fact(folds[k], "template.unknown", rows[i].unknown);
		}
		ra_state_free(again);
		rig_end(&rig);
	}
}

/* Without a template no setting becomes a fact; with one that wants none of the firmware neither. */
static void nothing_named(void **state)
{
	struct rig rig;

	(void)state;
	rig_begin(&rig, the_set, "tpm-attestation", NULL, "bmc");
	told(&rig, "bmc-bios", BIOS("\"TpmSecurity\":\"On\""));
	assert_int_equal(ra_facts_obs_count(ra_state_facts(rig.state), "firmware.settings"), 0);
	give(&rig, WANT("\"wanted\":{\"bios.tpm_security\":\"On\"}"));
	told(&rig, "bmc-bios", BIOS("\"TpmSecurity\":\"On\""));
	assert_int_equal(ra_facts_obs_count(ra_state_facts(rig.state), "firmware.settings"), 0);
	is_fact(rig.state, "template.drift", "= ");
	rig_end(&rig);
}

/* Very many settings, very long ones, and what may be a secret. */
static void bounded(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf bios = {0};
	struct rig rig;

	(void)state;
	rig_begin(&rig, the_set, "tpm-attestation", NULL, "bmc");
	give(&rig, FIRMWARE("\"supermicro\":{\"A\":\"1\",\"Setup\":\"x\"}"));
	told(&rig, "bmc-system", SYSTEM("Supermicro", "SYS-821GE-TNHR"));
	assert_int_equal(ra_buf_text(&bios, "{\"Attributes\":{"), RA_OK);
	for (int i = 0; i < 300; i++)
		assert_int_equal(ra_buf_printf(&bios, "%s\"A_%04X\":\"1\"", i ? "," : "", (unsigned)i), RA_OK);
	assert_int_equal(ra_buf_text(&bios, "}}"), RA_OK);
	told(&rig, "bmc-bios", ra_buf_str(&bios));
	is_fact(rig.state, "firmware.settings", "truncated");
	is_fact(rig.state, "template.drift", "truncated");
	ra_buf_free(&bios);
	assert_int_equal(ra_buf_text(&bios, "{\"Attributes\":{\"A\":\""), RA_OK);
	for (int i = 0; i < RA_NAMED_VALUE_MAX + 1; i++)
		assert_int_equal(ra_buf_text(&bios, "v"), RA_OK);
	assert_int_equal(ra_buf_text(&bios, "\",\"Setup\":\"x\"}}"), RA_OK);
	told(&rig, "bmc-bios", ra_buf_str(&bios));
	is_fact(rig.state, "firmware.settings", "= Setup=x");
	is_fact(rig.state, "template.unknown", "= A" NO_SETTING);
	rig_end(&rig);
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
	    cmocka_unit_test(refused), cmocka_unit_test(names), cmocka_unit_test(compared), cmocka_unit_test(nothing_named), cmocka_unit_test(bounded),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
