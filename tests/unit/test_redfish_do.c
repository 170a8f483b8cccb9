/* Changes through a BMC, without one: what is planned from what was read, what a job says, and what is judged from what was read back. The
 * makers' ways against a service: tests/live/test_redfish_do.c. */
#include "unit.h"

#include "link/redfish_do.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ra_json *parse(const char *text)
{
	struct ra_json *json = NULL;

	if (ra_json_parse("body", text, strlen(text), NULL, &json, NULL))
		fail_msg("no JSON: %s", text);
	return json;
}

/* The bodies of a case; NULL: there is none. */
struct bodies {
	const char *system, *bios, *pending, *secureboot;
};
struct read_set {
	struct ra_json *json[RA_RF_COUNT];
	struct ra_rf_seen seen;
};

static void read_all(const struct bodies *bodies, const char *etag, struct read_set *set)
{
	const struct {
		enum ra_rf_what what;
		const char *text, *path;
	} rows[] = {{RA_RF_SYSTEM, bodies->system, "/s"}, {RA_RF_BIOS, bodies->bios, "/b"}, {RA_RF_PENDING, bodies->pending, "/p"},
		    {RA_RF_SECUREBOOT, bodies->secureboot, "/x"}};

	*set = (struct read_set){0};
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		set->json[rows[i].what] = rows[i].text ? parse(rows[i].text) : NULL;
		set->seen.body[rows[i].what] = rows[i].text ? ra_json_root(set->json[rows[i].what]) : NULL;
		set->seen.path[rows[i].what] = rows[i].path;
		set->seen.etag[rows[i].what] = etag;
	}
}

static void free_all(struct read_set *set)
{
	for (size_t i = 0; i < RA_RF_COUNT; i++)
		ra_json_free(set->json[i]);
}

static const struct ra_rf_row *row_of(const char *request)
{
	RA_AUTO(ra_json_free) struct ra_json *json = parse(request);
	const struct ra_rf_row *row = ra_rf_row_of(ra_json_root(json));

	return row;
}

#define SET(setting, to) "{\"redfish\":\"set\",\"setting\":\"" setting "\",\"to\":\"" to "\"}"
#define UNSET(setting) "{\"redfish\":\"unset\",\"setting\":\"" setting "\"}"
#define ATTRIBUTES(inner) "{\"@odata.id\":\"/b\",\"Attributes\":{" inner "}}"
#define DELL "{\"Manufacturer\":\"Dell Inc.\"}"
#define OTHER "{\"Manufacturer\":\"ACME\"}"
#define STARTS(power)                                                                                                                    \
	"{\"PowerState\":\"" power "\",\"Actions\":{\"#ComputerSystem.Reset\":{\"target\":\"/r\",\"ResetType@Redfish.AllowableValues\":[\"On\"," \
	"\"GracefulRestart\"]}}}"
#define POWER(to) "{\"redfish\":\"power\",\"to\":\"" to "\"}"
#define IS(state) \
	"{\"PowerState\":\"" state "\",\"Actions\":{\"#ComputerSystem.Reset\":{\"target\":\"/r\"," \
	"\"ResetType@Redfish.AllowableValues\":[\"On\",\"GracefulRestart\",\"GracefulShutdown\"]}}}"

/* What is sent, to where, by which tag; or why not. */
static void test_plans(void **state)
{
	static const struct {
		const char *request;
		struct bodies bodies;
		const char *etag, *path, *body, *if_match, *refused;
	} rows[] = {
	    {SET("tpm", "on"), {OTHER, ATTRIBUTES("\"SecurityDeviceSupport_005A\":\"Disabled\""), ATTRIBUTES(""), NULL}, "\"7\"", "/p",
	     "{\"Attributes\":{\"SecurityDeviceSupport_005A\":\"Enabled\"}}", "\"7\"", NULL},
	    {SET("tpm", "on"), {"{\"Manufacturer\":\"Lenovo\"}", ATTRIBUTES("\"TPMControl\":\"Disabled\""), ATTRIBUTES(""), NULL}, "", "/p", NULL, "*", NULL},
	    {SET("tpm", "on"), {"{\"Manufacturer\":\"Lenovo\"}", ATTRIBUTES("\"TPMControl\":\"Disabled\""), ATTRIBUTES(""), NULL}, "W/\"a\"", "/p", NULL,
	     "W/\"a\"", NULL},
	    {SET("tpm", "on"), {OTHER, ATTRIBUTES("\"TPMControl\":\"Disabled\""), ATTRIBUTES(""), NULL}, "", "/p", NULL, "", NULL},
	    {SET("tpm", "on"), {"{\"Manufacturer\":\"Supermicro\"}", ATTRIBUTES("\"SecurityDeviceSupport_1\":\"Disable\""), "{}", NULL}, "t", "/b",
	     "{\"Attributes\":{\"SecurityDeviceSupport_1\":\"Enable\"}}", "t", NULL},
	    /* a bool stays one; what only tells says it is so; a null waits for nothing */
	    {SET("secure-boot", "on"), {DELL, ATTRIBUTES("\"SecureBoot\":false"), ATTRIBUTES("\"X\":null"), NULL}, "", "/p",
	     "{\"@Redfish.SettingsApplyTime\":{\"ApplyTime\":\"OnReset\"},\"Attributes\":{\"SecureBoot\":true}}", "", NULL},
	    {SET("interface", "fifo"),
	     {OTHER, ATTRIBUTES("\"Tpm20SoftwareInterfaceStatus\":\"Fifo\",\"Tpm20SoftwareInterfaceOperation\":\"NoAction\""), ATTRIBUTES(""), NULL}, "", NULL,
	     NULL, NULL, "interface is fifo already"},
	    {SET("tpm", "on"), {OTHER, ATTRIBUTES("\"TPMControl\":\"Disabled\",\"AdminPassword\":\"\""), ATTRIBUTES("\"AdminPassword\":null"), NULL}, "", "/p",
	     NULL, "", NULL},
	    /* one of two hierarchies is on already */
	    {SET("hierarchy", "on"), {OTHER, ATTRIBUTES("\"TPM2StorageDisable\":\"Enabled\",\"TPM2EndorsementDisable\":\"Disabled\""), ATTRIBUTES(""), NULL},
	     "", "/p", "{\"Attributes\":{\"TPM2EndorsementDisable\":\"Enabled\"}}", "", NULL},
	    {SET("hierarchy", "on"), {OTHER, ATTRIBUTES("\"Tpm2Hierarchy\":\"Clear\""), ATTRIBUTES(""), NULL}, "", "/p", NULL, "", NULL},
	    /* nothing to see */
	    {SET("tpm", "on"), {OTHER, NULL, NULL, NULL}, "", NULL, NULL, NULL, "shows no settings that wait"},
	    {SET("tpm", "on"), {OTHER, "{}", "{}", NULL}, "", NULL, NULL, NULL, "shows no setting for tpm"},
	    {SET("tpm", "on"), {OTHER, ATTRIBUTES("\"TPMControl\":{}"), "{}", NULL}, "", NULL, NULL, NULL, "is not known"},
	    {SET("tpm", "on"), {"[]", ATTRIBUTES("\"TPMControl\":[1]"), "[]", NULL}, "", NULL, NULL, NULL, "is not known"},
	    /* others' work */
	    {SET("tpm", "on"), {OTHER, ATTRIBUTES("\"TPMControl\":\"Disabled\",\"A\":1,\"B\":1,\"C\":1,\"D\":1"), ATTRIBUTES("\"A\":2,\"B\":2,\"C\":2,\"D\":2"), NULL},
	     "", NULL, NULL, NULL, "4 settings already wait for the next start (A, B, C, ...)"},
	    {SET("tpm", "on"),
	     {OTHER, ATTRIBUTES("\"TPMControl\":\"Disabled\",\"PendingOperation_0069\":\"None\""), ATTRIBUTES("\"PendingOperation_0069\":\"TPM Clear\""), NULL},
	     "", NULL, NULL, NULL, "A CLEAR OF THE TPM waits for the next start (PendingOperation_0069)"},
	    /* a clear waits, also where the settings of this start do not show its attribute, or show it so already */
	    {SET("tpm", "on"), {OTHER, ATTRIBUTES("\"TPMControl\":\"Disabled\""), ATTRIBUTES("\"Tpm2Operation\":\"Clear\""), NULL}, "", NULL, NULL, NULL,
	     "A CLEAR OF THE TPM waits for the next start (Tpm2Operation)"},
	    {"{\"redfish\":\"power\",\"to\":\"restart\"}", {STARTS("On"), ATTRIBUTES("\"Tpm2Hierarchy\":\"Enabled\""), ATTRIBUTES("\"Tpm2Hierarchy\":\"Clear\""), NULL},
	     "", NULL, NULL, NULL, "A CLEAR OF THE TPM waits for the next start (Tpm2Hierarchy)"},
	    {"{\"redfish\":\"power\",\"to\":\"restart\"}", {STARTS("On"), ATTRIBUTES("\"Tpm2Hierarchy\":\"Clear\""), NULL, NULL}, "", NULL, NULL, NULL,
	     "A CLEAR OF THE TPM waits for the next start (Tpm2Hierarchy)"},
	    {"{\"redfish\":\"power\",\"to\":\"on\"}", {STARTS("Off"), ATTRIBUTES(""), ATTRIBUTES("\"PendingOperation_0069\":\"TPM Clear\""), NULL}, "", NULL,
	     NULL, NULL, "A CLEAR OF THE TPM waits for the next start (PendingOperation_0069)"},
	    {"{\"redfish\":\"power\",\"to\":\"restart\"}", {STARTS("On"), ATTRIBUTES("\"Tpm2Operation\":\"NoAction\""), ATTRIBUTES("\"Tpm2Operation\":\"NoAction\""), NULL},
	     "", "/r", "{\"ResetType\":\"GracefulRestart\"}", NULL, NULL},
	    {"{\"redfish\":\"power\",\"to\":\"on\"}", {STARTS("Off"), NULL, NULL, NULL}, "", "/r", "{\"ResetType\":\"On\"}", NULL, NULL},
	    /* Secure Boot's own resource */
	    {SET("secure-boot", "on"), {OTHER, NULL, NULL, "{\"SecureBootEnable\":false,\"SecureBootCurrentBoot\":\"Disabled\"}"}, "", "/x",
	     "{\"SecureBootEnable\":true}", "", NULL},
	    {SET("secure-boot", "on"), {OTHER, NULL, NULL, "{\"SecureBootCurrentBoot\":\"Disabled\"}"}, "", NULL, NULL, NULL, "SecureBootEnable"},
	    {SET("secure-boot", "on"), {OTHER, NULL, NULL, "{\"SecureBootEnable\":false}"}, "", NULL, NULL, NULL, "SecureBootCurrentBoot"},
	    {SET("secure-boot", "on"), {OTHER, NULL, NULL, "{\"SecureBootEnable\":false,\"SecureBootCurrentBoot\":\"Enabled\"}"}, "", NULL, NULL, NULL,
	     "on now and off at the next start"},
	    {SET("secure-boot", "on"), {OTHER, NULL, NULL, "{\"SecureBootEnable\":true,\"SecureBootCurrentBoot\":\"Disabled\"}"}, "", NULL, NULL, NULL,
	     "already waits"},
	    {SET("secure-boot", "on"), {OTHER, NULL, NULL, NULL}, "", NULL, NULL, NULL, "SecureBootEnable"},
	    {UNSET("secure-boot"), {OTHER, NULL, NULL, "{\"SecureBootEnable\":true,\"SecureBootCurrentBoot\":\"Enabled\"}"}, "", NULL, NULL, NULL,
	     "nothing of secure-boot waits"},
	    {UNSET("tpm"), {OTHER, ATTRIBUTES("\"TPMControl\":\"Disabled\""), ATTRIBUTES("\"TPMControl\":\"Enabled\""), NULL}, "", "/p",
	     "{\"Attributes\":{\"TPMControl\":\"Disabled\"}}", "", NULL},
	    /* a clear by another spelling, type or place is none that may be overlooked */
	    {SET("tpm", "on"), {OTHER, ATTRIBUTES("\"TPMControl\":\"Disabled\""), ATTRIBUTES("\"Tpm2Operation\":\"CLEAR\""), NULL}, "", NULL, NULL, NULL,
	     "A CLEAR OF THE TPM waits for the next start (Tpm2Operation)"},
	    {SET("tpm", "on"), {OTHER, ATTRIBUTES("\"TPMControl\":\"Disabled\""), ATTRIBUTES("\"Tpm2Operation\":[\"Clear\"]"), NULL}, "", NULL, NULL, NULL,
	     "may be a clear of the TPM"},
	    {SET("secure-boot", "on"),
	     {OTHER, ATTRIBUTES(""), ATTRIBUTES("\"TpmCommand\":\"Clear\""), "{\"SecureBootEnable\":false,\"SecureBootCurrentBoot\":\"Disabled\"}"}, "", NULL, NULL,
	     NULL, "A CLEAR OF THE TPM waits"},
	    /* no start with a clear; switching off carries out nothing */
	    {POWER("restart"), {IS("On"), ATTRIBUTES("\"Tpm2Hierarchy\":\"Enabled\""), ATTRIBUTES("\"Tpm2Hierarchy\":\"Clear\""), NULL}, "", NULL, NULL, NULL,
	     "A CLEAR OF THE TPM waits for the next start (Tpm2Hierarchy)"},
	    {POWER("on"), {IS("Off"), ATTRIBUTES("\"Tpm2Operation\":\"Clear\""), ATTRIBUTES(""), NULL}, "", NULL, NULL, NULL, "A CLEAR OF THE TPM waits"},
	    {POWER("on"), {IS("Off"), ATTRIBUTES("\"Tpm2Operation\":\"Clear\""), NULL, NULL}, "", NULL, NULL, NULL, "A CLEAR OF THE TPM waits"},
	    {POWER("on"), {IS("Off"), ATTRIBUTES("\"Tpm2Operation\":\"Clear\""), ATTRIBUTES("\"Tpm2Operation\":\"NoAction\""), NULL}, "", "/r",
	     "{\"ResetType\":\"On\"}", "", NULL},
	    {POWER("restart"), {IS("On"), ATTRIBUTES("\"Tpm2Operation\":\"NoAction\""), ATTRIBUTES("\"Tpm2Operation\":7"), NULL}, "", NULL, NULL, NULL,
	     "may be a clear of the TPM"},
	    {POWER("restart"), {IS("On"), ATTRIBUTES("\"TpmSecurity\":\"Off\""), ATTRIBUTES("\"TpmSecurity\":\"On\""), NULL}, "", "/r",
	     "{\"ResetType\":\"GracefulRestart\"}", "", NULL},
	    {POWER("restart"), {IS("On"), NULL, NULL, NULL}, "", "/r", "{\"ResetType\":\"GracefulRestart\"}", "", NULL},
	    {POWER("off"), {IS("On"), NULL, ATTRIBUTES("\"Tpm2Operation\":\"Clear\""), NULL}, "", "/r", "{\"ResetType\":\"GracefulShutdown\"}", "", NULL},
	    /* one of two of a name; a tag that would begin another header; what cannot be brought back */
	    {SET("tpm", "on"), {OTHER, ATTRIBUTES("\"SecurityDeviceSupport_1\":\"Disable\",\"SecurityDeviceSupport_2\":\"Disable\""), "{}", NULL}, "", NULL, NULL,
	     NULL, "2 settings of this firmware are called SecurityDeviceSupport"},
	    {SET("tpm", "on"), {OTHER, ATTRIBUTES("\"TPMControl\":\"Disabled\""), ATTRIBUTES(""), NULL}, "\"a\"\r\nX: y", NULL, NULL, NULL,
	     "bytes that cannot be sent"},
	    {UNSET("tpm"), {OTHER, ATTRIBUTES("\"TPMControl\":{\"a\":1}"), ATTRIBUTES("\"TPMControl\":\"Enabled\""), NULL}, "", NULL, NULL, NULL,
	     "cannot be told"},
	    /* next boot, power: only what is offered */
	    {"{\"redfish\":\"next-boot\",\"to\":\"setup\"}", {"{\"Boot\":{\"BootSourceOverrideEnabled\":\"Disabled\"}}", NULL, NULL, NULL}, "", NULL, NULL, NULL,
	     "does not offer firmware setup"},
	    {"{\"redfish\":\"next-boot\",\"to\":\"setup\"}",
	     {"{\"Boot\":{\"BootSourceOverrideEnabled\":\"Once\",\"BootSourceOverrideTarget\":\"Pxe\",\"BootSourceOverrideTarget@Redfish.AllowableValues\":"
	      "[\"BiosSetup\"]}}",
	      NULL, NULL, NULL},
	     "", NULL, NULL, NULL, "goes to Pxe already (Once), by somebody else"},
	    {"{\"redfish\":\"next-boot\",\"to\":\"none\"}",
	     {"{\"Boot\":{\"BootSourceOverrideEnabled\":\"Continuous\",\"BootSourceOverrideTarget\":\"Pxe\"}}", NULL, NULL, NULL}, "", NULL, NULL, NULL,
	     "goes to Pxe (Continuous), by somebody else"},
	    {"{\"redfish\":\"power\",\"to\":\"off\"}",
	     {"{\"PowerState\":\"On\",\"Actions\":{\"#ComputerSystem.Reset\":{\"target\":\"/r\",\"ResetType@Redfish.AllowableValues\":[\"ForceOff\"]}}}", NULL, NULL,
	      NULL},
	     "", NULL, NULL, NULL, "does not offer GracefulShutdown"},
	    {"{\"redfish\":\"power\",\"to\":\"off\"}", {"{\"PowerState\":\"On\"}", NULL, NULL, NULL}, "", NULL, NULL, NULL, "does not tell whether it offers"},
	    {"{\"redfish\":\"power\",\"to\":\"off\"}", {"{}", NULL, NULL, NULL}, "", NULL, NULL, NULL, "power is not told now"},
	    {"{\"redfish\":\"power\",\"to\":\"off\"}",
	     {"{\"PowerState\":\"On\",\"Actions\":{\"#ComputerSystem.Reset\":{\"target\":\"https://other.example/r\","
	      "\"ResetType@Redfish.AllowableValues\":[\"GracefulShutdown\"]}}}",
	      NULL, NULL, NULL},
	     "", NULL, NULL, NULL, "does not say where a reset"},
	};
	const char *const none[] = {NULL};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct read_set set;
		struct ra_rf_plan plan;

		read_all(&rows[i].bodies, rows[i].etag, &set);
		assert_int_equal(ra_rf_plan(row_of(rows[i].request), &set.seen, none, &plan), RA_OK);
		if (rows[i].refused ? !strstr(plan.refused, rows[i].refused) : plan.refused[0] != '\0')
			fail_msg("row %zu %s: refused \"%s\"", i, rows[i].request, plan.refused);
		if (rows[i].refused)
			assert_non_null(strstr(plan.refused, "othing was sent"));
		if (rows[i].path)
			assert_string_equal(plan.path, rows[i].path);
		if (rows[i].body)
			assert_string_equal(plan.body, rows[i].body);
		if (rows[i].if_match)
			assert_string_equal(plan.if_match, rows[i].if_match);
		ra_rf_plan_clear(&plan);
		free_all(&set);
	}
}

/* What this link set before is no reason against another setting, but where one job carries all of them. */
static void test_ours(void **state)
{
	static const char *const ours[] = {"TPMControl", NULL};
	static const struct bodies plain = {OTHER, ATTRIBUTES("\"TPMControl\":\"Disabled\",\"SHA256PCRBank\":\"Disabled\""),
					    ATTRIBUTES("\"TPMControl\":\"Enabled\""), NULL};
	struct bodies dell = plain;
	struct read_set set;
	struct ra_rf_plan plan;

	(void)state;
	read_all(&plain, "", &set);
	assert_int_equal(ra_rf_plan(row_of(SET("sha256-bank", "on")), &set.seen, ours, &plan), RA_OK);
	assert_string_equal(plan.refused, "");
	ra_rf_plan_clear(&plan);
	free_all(&set);
	dell.system = DELL;
	read_all(&dell, "", &set);
	assert_int_equal(ra_rf_plan(row_of(SET("sha256-bank", "on")), &set.seen, ours, &plan), RA_OK);
	assert_non_null(strstr(plan.refused, "1 setting already waits for the next start (TPMControl)"));
	ra_rf_plan_clear(&plan);
	free_all(&set);
}

/* Of several of one name the one the setup shows is set. */
static void test_one_of_several(void **state)
{
	static const struct bodies two = {OTHER, ATTRIBUTES("\"SHA256PCRBank_1\":\"Disabled\",\"SHA256PCRBank_2\":\"Disabled\""), ATTRIBUTES(""), NULL};
	struct ra_json *shown = parse("{\"settings\":{\"sha256-bank\":{\"attribute\":\"SHA256PCRBank_2\",\"value\":\"Disabled\"}}}");
	struct ra_json *split = parse("{\"settings\":{\"sha256-bank\":{\"attribute\":\"SHA256PCRBank_2\"}}}");
	const char *const none[] = {NULL};
	struct read_set set;
	struct ra_rf_plan plan;

	(void)state;
	read_all(&two, "", &set);
	set.seen.body[RA_RF_SETUP] = ra_json_root(shown);
	assert_int_equal(ra_rf_plan(row_of(SET("sha256-bank", "on")), &set.seen, none, &plan), RA_OK);
	assert_string_equal(plan.refused, "");
	assert_string_equal(plan.body, "{\"Attributes\":{\"SHA256PCRBank_2\":\"Enabled\"}}");
	ra_rf_plan_clear(&plan);
	set.seen.body[RA_RF_SETUP] = ra_json_root(split);
	assert_int_equal(ra_rf_plan(row_of(SET("sha256-bank", "on")), &set.seen, none, &plan), RA_OK);
	assert_non_null(strstr(plan.refused, "2 settings of this firmware are called SHA256PCRBank"));
	ra_rf_plan_clear(&plan);
	free_all(&set);
	ra_json_free(shown);
	ra_json_free(split);
}

/* A machine that shows very much of itself holds nobody up for long. */
static void test_very_much(void **state)
{
	enum { COUNT = 40000 };
	RA_AUTO(ra_buf_free) struct ra_buf bios = {0}, pending = {0};
	const char *const none[] = {NULL};
	struct bodies much = {OTHER, NULL, NULL, NULL};
	struct read_set set;
	struct ra_rf_plan plan;
	ra_mono_ms begun;

	(void)state;
	assert_int_equal(ra_buf_text(&bios, "{\"Attributes\":{\"TPMControl\":\"Disabled\""), RA_OK);
	assert_int_equal(ra_buf_text(&pending, "{\"Attributes\":{\"TPMControl\":\"Disabled\""), RA_OK);
	for (int i = 0; i < COUNT; i++) {
		assert_int_equal(ra_buf_printf(&bios, ",\"A%d\":{\"a\":1}", i), RA_OK);
		assert_int_equal(ra_buf_printf(&pending, ",\"A%d\":2", i), RA_OK);
	}
	assert_int_equal(ra_buf_text(&bios, "}}"), RA_OK);
	assert_int_equal(ra_buf_text(&pending, "}}"), RA_OK);
	much.bios = ra_buf_str(&bios);
	much.pending = ra_buf_str(&pending);
	read_all(&much, "", &set);
	begun = ra_mono_now();
	assert_int_equal(ra_rf_plan(row_of(SET("tpm", "on")), &set.seen, none, &plan), RA_OK);
	assert_non_null(strstr(plan.refused, "40000 settings already wait"));
	if (ra_mono_now() - begun > 3000)
		fail_msg("%ld ms", (long)(ra_mono_now() - begun));
	ra_rf_plan_clear(&plan);
	free_all(&set);
}

static void test_jobs(void **state)
{
	static const struct {
		const char *body;
		enum ra_rf_job is;
		const char *says;
	} rows[] = {
	    {"{\"JobState\":\"New\",\"Message\":\"New\"}", RA_RF_JOB_GOES_ON, "New"},
	    {"{\"JobState\":\"Scheduled\",\"Message\":\"Task successfully scheduled.\"}", RA_RF_JOB_SCHEDULED, "Task successfully scheduled."},
	    {"{\"JobState\":\"Failed\",\"Message\":\"a\\nb\"}", RA_RF_JOB_FAILED, "a b"},
	    {"{\"JobState\":\"CompletedWithErrors\"}", RA_RF_JOB_FAILED, ""},
	    {"{\"TaskState\":\"Starting\",\"Messages\":[{\"Message\":\"Task successfully scheduled.\"}]}", RA_RF_JOB_SCHEDULED, "Task successfully scheduled."},
	    {"{\"TaskState\":\"Running\",\"Messages\":[]}", RA_RF_JOB_GOES_ON, ""},
	    {"{\"TaskState\":\"Exception\",\"Messages\":[{\"Message\":\"no\"}]}", RA_RF_JOB_FAILED, "no"},
	    {"{\"JobState\":7,\"Messages\":\"x\"}", RA_RF_JOB_GOES_ON, ""},
	    {"[]", RA_RF_JOB_GOES_ON, ""},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_json *json = parse(rows[i].body);
		char says[40];

		assert_int_equal(ra_rf_job_of(ra_json_root(json)), rows[i].is);
		ra_rf_job_says(ra_json_root(json), says, sizeof(says));
		assert_string_equal(says, rows[i].says);
		ra_json_free(json);
	}
}

/* What is judged: by what is read back, whatever was said. */
static void test_judged(void **state)
{
	static const struct {
		const char *system, *pending;
		int http;
		const char *body;
		int status;
		bool doubtful, early;
		const char *out;
	} rows[] = {
	    {OTHER, ATTRIBUTES("\"TPMControl\":\"Enabled\""), 200, NULL, 0, false, false, "\"result\":\"waits\""},
	    {OTHER, ATTRIBUTES("\"TPMControl\":\"Enabled\""), 500, NULL, 0, false, false, "\"result\":\"waits\""},
	    {OTHER, ATTRIBUTES("\"TPMControl\":\"Disabled\""), 200, NULL, 1, false, false, "\"next\":\"Disabled\",\"result\":\"unchanged\""},
	    {OTHER, ATTRIBUTES(""), 202, NULL, 1, false, true, "\"result\":\"unchanged\""},
	    {OTHER, ATTRIBUTES(""), 500, NULL, 1, true, false, "\"result\":\"unknown\""},
	    {OTHER, ATTRIBUTES(""), 503, NULL, 1, false, false, "\"result\":\"refused\""},
	    {OTHER, ATTRIBUTES(""), 302, NULL, 1, false, false, "\"result\":\"refused\""},
	    {OTHER, NULL, 200, NULL, 1, true, false, "\"result\":\"unknown\""},
	    {OTHER, ATTRIBUTES(""), 400,
	     "{\"error\":{\"@Message.ExtendedInfo\":[{\"MessageId\":\"A.B\",\"Message\":\"About another.\",\"MessageArgs\":[\"Other\"]},"
	     "{\"MessageId\":\"A.C\",\"Message\":\"About it.\",\"RelatedProperties\":[\"#/Attributes/TPMControl\"]}]}}",
	     1, false, false, "\"result\":\"refused\",\"why\":\"About it.\""},
	    {OTHER, ATTRIBUTES(""), 412, NULL, 1, false, false, "somebody changed it in the meantime"},
	    {DELL, ATTRIBUTES("\"TPMControl\":\"Enabled\""), 200, NULL, 1, false, false, "\"result\":\"unknown\",\"why\":\"it waits, but"},
	};
	const char *const none[] = {NULL};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		const struct bodies before = {rows[i].system, ATTRIBUTES("\"TPMControl\":\"Disabled\""), ATTRIBUTES(""), NULL};
		const struct bodies after = {rows[i].system, NULL, rows[i].pending, NULL};
		struct ra_json *body = rows[i].body ? parse(rows[i].body) : NULL;
		struct ra_rf_took took = {.status = rows[i].http, .body = body ? ra_json_root(body) : NULL, .job = "", .job_says = ""};
		struct ra_rf_verdict verdict;
		struct read_set set, then;
		struct ra_rf_plan plan;

		ra_rf_said_of(took.body, &took.said);
		read_all(&before, "", &set);
		assert_int_equal(ra_rf_plan(row_of(SET("tpm", "on")), &set.seen, none, &plan), RA_OK);
		assert_string_equal(plan.refused, "");
		read_all(&after, "", &then);
		assert_int_equal(ra_rf_judge(&plan, &then.seen, &took, &verdict), RA_OK);
		if (verdict.status != rows[i].status || verdict.doubtful != rows[i].doubtful || verdict.early != rows[i].early ||
		    !strstr(verdict.out, rows[i].out))
			fail_msg("row %zu: status %d doubtful %d early %d: %s", i, verdict.status, verdict.doubtful, verdict.early, verdict.out);
		assert_int_equal(verdict.say[0] == '\0', verdict.status == 0);
		ra_rf_verdict_clear(&verdict);
		ra_rf_plan_clear(&plan);
		free_all(&set);
		free_all(&then);
		ra_json_free(body);
	}
}

/* Only what stands in the table is a change. */
static void test_rows(void **state)
{
	static const char *const no[] = {SET("tpm", "off"),   SET("operation", "clear"), SET("boot-mode", "uefi"), UNSET("operation"),
					 "{\"redfish\":\"power\",\"to\":\"ForceOff\"}", "{\"redfish\":\"power\"}", "{\"redfish\":\"system\"}",
					 "{\"redfish\":\"unset\",\"setting\":\"tpm\",\"to\":\"on\"}", "{}"};

	(void)state;
	for (size_t i = 0; i < RA_LEN(no); i++)
		assert_null(row_of(no[i]));
	assert_non_null(row_of(SET("tpm", "on")));
	assert_string_equal(row_of(UNSET("interface"))->name, "unset");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_plans), cmocka_unit_test(test_ours), cmocka_unit_test(test_one_of_several), cmocka_unit_test(test_very_much),
	    cmocka_unit_test(test_jobs),
	    cmocka_unit_test(test_judged), cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
