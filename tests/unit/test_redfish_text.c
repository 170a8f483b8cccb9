/* What BMCs say, case by case: errors of every shape, the links in bodies, and which resource is found by which. */
#include "unit.h"

#include "link/redfish.h"

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

#define INFO(inner) "{\"error\":{\"code\":\"Base.1.8.GeneralError\",\"message\":\"See @Message.ExtendedInfo.\",\"@Message.ExtendedInfo\":[" inner "]}}"

/* Sources: DSP0266 13.6 (the envelope); bodies of iLO 4, iLO 5 (messages without a text), iDRAC 2 (message as an object) and iDRAC 9. */
static void test_errors(void **state)
{
	static const struct {
		const char *body;
		int status;
		bool is_error;
		const char *key, *text;
		enum ra_link_why why;
	} rows[] = {
	    {INFO("{\"MessageId\":\"Base.1.8.InsufficientPrivilege\",\"Message\":\"No right.\"}"), 403, true, "InsufficientPrivilege", "No right.",
	     RA_LINK_REFUSED},
	    {INFO("{\"MessageId\":\"iLO.2.14.UnauthorizedLoginAttempt\"}"), 400, true, "UnauthorizedLoginAttempt",
	     "The login was not successful, because the supplied credentials could not be authorized.", RA_LINK_REFUSED},
	    {INFO("{\"MessageId\":\"Base.1.4.PropertyValueNotInList\",\"MessageArgs\":[\"On\",\"TpmState\"]}"), 400, true, "PropertyValueNotInList",
	     "The value On for the property TpmState is not valid.", RA_LINK_ANSWERED},
	    {INFO("{\"MessageId\":\"Base.1.4.PropertyUnknown\"}"), 400, true, "PropertyUnknown", "The property ? is not valid for this resource.",
	     RA_LINK_ANSWERED},
	    {INFO("{\"MessageId\":\"Base.1.4.PropertyUnknown\",\"MessageArgs\":[7]}"), 400, true, "PropertyUnknown",
	     "The property ? is not valid for this resource.", RA_LINK_ANSWERED},
	    {INFO("{\"MessageId\":\"Maker.1.0.OfItsOwn\"}"), 400, true, "OfItsOwn", "Maker.1.0.OfItsOwn", RA_LINK_ANSWERED},
	    {INFO("{\"MessageId\":\"IDRAC.1.6.SYS444\",\"Message\":\"It depends\\non others.\"}"), 200, true, "SYS444", "It depends on others.",
	     RA_LINK_ANSWERED},
	    /* a message that says that others follow; more than one; more than are told */
	    {INFO("{\"MessageId\":\"Base.1.0.GeneralError\",\"Message\":\"General.\"},{\"MessageId\":\"Base.1.0.ResourceMissingAtURI\",\"Message\":\"Gone.\"}"),
	     404, true, "ResourceMissingAtURI", "Gone.", RA_LINK_NO_REQUEST},
	    {INFO("{\"MessageId\":\"A.A\",\"Message\":\"1\"},{\"MessageId\":\"A.B\",\"Message\":\"2\"},{\"MessageId\":\"A.C\",\"Message\":\"3\"},"
		  "{\"MessageId\":\"A.D\",\"Message\":\"4\"}"),
	     500, true, "A", "1 2 3", RA_LINK_ANSWERED},
	    {INFO(""), 404, true, "", "See @Message.ExtendedInfo.", RA_LINK_NO_REQUEST},
	    {INFO("7,null,{},[]"), 503, true, "", "See @Message.ExtendedInfo.", RA_LINK_UNREACHABLE},
	    /* without the envelope, without the list, under other names */
	    {"{\"error\":{\"message\":{\"lang\":\"en-us\",\"value\":\"failed: invalid\"},\"code\":\"1\"}}", 404, true, "1", "failed: invalid",
	     RA_LINK_NO_REQUEST},
	    {"{\"error\":{\"code\":\"Base.1.0.NoValidSession\",\"message\":\"Log in.\"}}", 401, true, "NoValidSession", "Log in.", RA_LINK_REFUSED},
	    {"{\"error\":{\"code\":\"Base.1.0.NoValidSession\"}}", 401, true, "NoValidSession", "Base.1.0.NoValidSession", RA_LINK_REFUSED},
	    {"{\"error\":{\"@Message.ExtendedInfo\":{\"MessageId\":\"A.B\",\"Message\":\"Alone.\"}}}", 400, true, "B", "Alone.", RA_LINK_ANSWERED},
	    {"{\"error\":\"not so\"}", 400, true, "", "not so", RA_LINK_ANSWERED},
	    {"{\"error\":null}", 403, true, "", "", RA_LINK_REFUSED},
	    {"{\"error\":{\"message\":[1]}}", 400, true, "", "", RA_LINK_ANSWERED},
	    {"{\"Messages\":[{\"MessageID\":\"Base.0.10.ResourceNotFound\",\"MessageArgs\":[\"Bios\",\"1\"]}],\"Type\":\"ExtendedError.1.0.0\"}", 404, true,
	     "ResourceNotFound", "The requested resource of type Bios named 1 was not found.", RA_LINK_NO_REQUEST},
	    {"{\"@Message.ExtendedInfo\":[{\"MessageId\":\"Base.1.0.InternalError\"}]}", 200, true, "InternalError",
	     "The request failed due to an internal service error. The service is still operational.", RA_LINK_ANSWERED},
	    /* no error: a resource with a word about itself */
	    {"{\"@odata.id\":\"/redfish/v1/Systems/1\",\"@Message.ExtendedInfo\":[{\"MessageId\":\"A.B\",\"Message\":\"Note.\"}]}", 200, false, "", "",
	     RA_LINK_ANSWERED},
	    {"{\"@odata.id\":\"/x\",\"error\":{\"code\":\"x\"}}", 200, false, "", "", RA_LINK_ANSWERED},
	    {"{}", 200, false, "", "", RA_LINK_ANSWERED},
	    {"[]", 404, false, "", "", RA_LINK_NO_REQUEST},
	    {"\"error\"", 429, false, "", "", RA_LINK_UNREACHABLE},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_json_free) struct ra_json *json = parse(rows[i].body);
		struct ra_rf_said said;

		ra_rf_said_of(ra_json_root(json), &said);
		if (said.is_error != rows[i].is_error || strcmp(said.key, rows[i].key) || strcmp(said.text, rows[i].text))
			fail_msg("%s: %d, \"%s\", \"%s\"", rows[i].body, said.is_error, said.key, said.text);
		assert_int_equal(ra_rf_why(rows[i].status, &said), rows[i].why);
	}
	struct ra_rf_said said;

	ra_rf_said_of(NULL, &said);
	assert_false(said.is_error);
	assert_int_equal(ra_rf_why(401, &said), RA_LINK_REFUSED);
}

/* Longer than there is room: cut between characters. */
static void test_long_errors(void **state)
{
	char body[2000] = "{\"error\":{\"@Message.ExtendedInfo\":[{\"MessageId\":\"A.", *at = body + strlen(body);
	struct ra_rf_said said;

	(void)state;
	for (int i = 0; i < 100; i++, at += 2)
		memcpy(at, "\xc3\xa9", 3);
	at += sprintf(at, "\",\"Message\":\"x");
	for (int i = 0; i < 300; i++, at += 2)
		memcpy(at, "\xc3\xa9", 3);
	sprintf(at, "\"}]}}");
	RA_AUTO(ra_json_free) struct ra_json *json = parse(body);

	ra_rf_said_of(ra_json_root(json), &said);
	assert_int_equal(strlen(said.key), RA_RF_KEY_MAX - 2); /* two bytes each, and no half */
	assert_int_equal(strlen(said.text), RA_RF_TEXT_MAX - 1);
}

/* Only a place on the same server is a link. */
static void test_links(void **state)
{
	static const struct {
		const char *json, *uri; /* uri NULL: none */
	} rows[] = {
	    {"{\"@odata.id\":\"/redfish/v1/Systems/1\"}", "/redfish/v1/Systems/1"},
	    {"\"/redfish/v1/Systems/1/\"", "/redfish/v1/Systems/1/"},
	    {"\"/redfish/v1/Chassis/1/Power#/PowerControl/0\"", "/redfish/v1/Chassis/1/Power"},
	    {"\"/redfish/v1/Systems/System.Embedded.1\"", "/redfish/v1/Systems/System.Embedded.1"},
	    {"\"/redfish/v1/Systems/1?x=1\"", "/redfish/v1/Systems/1?x=1"},
	    {"\"//198.51.100.1/x\"", NULL},
	    {"\"https://198.51.100.1/x\"", NULL},
	    {"\"redfish/v1\"", NULL},
	    {"\"\"", NULL},
	    {"\"#/x\"", NULL},
	    {"\"/a b\"", NULL},
	    {"\"/a\\r\\nX: y\"", NULL},
	    {"\"/a\\u00e9\"", NULL},
	    {"\"/a\\\\b\"", NULL},
	    {"\"/redfish/../etc\"", NULL},
	    {"\"/redfish/./x\"", NULL},
	    {"\"/redfish/..\"", NULL},
	    {"\"/redfish/.\"", NULL},
	    {"{\"@odata.id\":7}", NULL},
	    {"{\"href\":\"/x\"}", NULL},
	    {"null", NULL},
	};
	char long_path[RA_RF_URI_MAX + 8], out[RA_RF_URI_MAX];

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_json_free) struct ra_json *json = parse(rows[i].json);
		bool good = ra_rf_uri_of(ra_json_root(json), out);

		if (good != (rows[i].uri != NULL) || strcmp(out, good ? rows[i].uri : ""))
			fail_msg("%s: %d \"%s\"", rows[i].json, good, out);
	}
	memset(long_path, 'a', sizeof(long_path));
	long_path[0] = '/';
	long_path[RA_RF_URI_MAX] = '\0';
	assert_false(ra_rf_location(long_path, "bmc", 443, out));
	long_path[RA_RF_URI_MAX - 1] = '\0';
	assert_true(ra_rf_location(long_path, "bmc", 443, out));
}

static void test_locations(void **state)
{
	static const struct {
		const char *location, *uri;
	} rows[] = {
	    {"/redfish/v1/SessionService/Sessions/1", "/redfish/v1/SessionService/Sessions/1"},
	    {"https://bmc.example/redfish/v1/x", "/redfish/v1/x"},
	    {"https://BMC.example:443/redfish/v1/x", "/redfish/v1/x"},
	    {"https://bmc.example", "/"},
	    {"https://bmc.example:8443/x", NULL},
	    {"https://bmc.example.net/x", NULL},
	    {"https://bmc.example@evil.example/x", NULL},
	    {"https://user@bmc.example/x", NULL},
	    {"http://bmc.example/x", NULL},
	    {"//bmc.example/x", NULL},
	    {"x", NULL},
	    {"", NULL},
	    {"https://bmc.example/a b", NULL},
	    {"https://bmc.example?x", NULL},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char out[RA_RF_URI_MAX];
		bool good = ra_rf_location(rows[i].location, "bmc.example", 443, out);

		if (good != (rows[i].uri != NULL) || (good && strcmp(out, rows[i].uri)))
			fail_msg("%s: %d \"%s\"", rows[i].location, good, out);
	}
	char out[RA_RF_URI_MAX];

	assert_true(ra_rf_location("https://[2001:db8::1]:8443/x", "2001:db8::1", 8443, out));
	assert_false(ra_rf_location("https://[2001:db8::2]:8443/x", "2001:db8::1", 8443, out));
}

/* A service as pairs of path and body; the way to a resource is walked through it, each read written down. */
static void walk(const char *const *service, enum ra_rf_what aim, char *reads, size_t cap)
{
	struct ra_rf_way *ways = calloc(RA_RF_COUNT, sizeof(*ways));
	char say[200] = "";
	size_t len = 0;

	assert_non_null(ways);
	reads[0] = '\0';
	for (int i = 0; i < 40; i++) {
		enum ra_rf_what from;
		bool of_member;
		const char *path = ra_rf_next(ways, aim, &from, &of_member, say, sizeof(say)), *body = NULL;

		len += (size_t)snprintf(reads + len, cap - len, "%s%s", i ? " " : "", path ? path : say);
		if (!path || (from == aim && !of_member))
			break;
		for (const char *const *pair = service; *pair; pair += 2)
			body = strcmp(pair[0], path) == 0 ? pair[1] : body;
		RA_AUTO(ra_json_free) struct ra_json *json = body ? parse(body) : NULL;

		ra_rf_learn(ways, from, of_member, json ? ra_json_root(json) : NULL);
		assert_true(i < 39);
	}
	free(ways);
}

#define ROOT "/redfish/v1/"
#define ID(path) "{\"@odata.id\":\"" path "\"}"
static void test_ways(void **state)
{
	static const char *const plain[] = {ROOT, "{\"Systems\":" ID("/s") ",\"Managers\":" ID("/m") ",\"Chassis\":" ID("/c") "}",
					    "/s", "{\"Members\":[" ID("/s/1") "]}",
					    "/s/1", "{\"Bios\":" ID("/s/1/b") ",\"Links\":{\"ManagedBy\":[" ID("/m/1") "]}}",
					    "/s/1/b", "{\"@Redfish.Settings\":{\"SettingsObject\":" ID("/s/1/p") "}}",
					    "/c", "{\"Members\":[" ID("/c/1") "," ID("/c/2") "]}",
					    "/c/1", "{\"ChassisType\":\"Enclosure\"}",
					    "/c/2", "{\"ChassisType\":\"RackMount\"}", NULL};
	static const char *const empty[] = {ROOT, "{\"Systems\":" ID("/s") ",\"Managers\":" ID("/m") "}", "/s", "{\"Members\":[]}",
					    "/m", "{\"Members\":[" ID("/m/9") "]}", NULL};
	static const char *const more[] = {ROOT, "{\"Systems\":" ID("/s") "}", "/s",
					   "{\"Members\":[" ID("/s/1") "," ID("/s/2") "],\"Members@odata.nextLink\":\"/s?page=2\"}",
					   "/s/1", "{\"Bios\":" ID("/s/1/b") "}", "/s/2", "{}", NULL};
	static const char *const one_of_page[] = {ROOT, "{\"Systems\":" ID("/s") "}", "/s",
						  "{\"Members\":[" ID("/s/1") "],\"Members@odata.nextLink\":\"/s?page=2\"}", NULL};
	static const char *const nothing[] = {NULL};
	/* trusted components: by the system, by the chassis, among others, or none that is a TPM; jobs: a maker's own, else the standard's */
	static const char *const linked[] = {ROOT, "{\"Systems\":" ID("/s") ",\"JobService\":" ID("/j") ",\"Tasks\":" ID("/t") "}",
					     "/s", "{\"Members\":[" ID("/s/1") "]}",
					     "/s/1", "{\"Links\":{\"TrustedComponents\":[" ID("/k/TPM") "],\"ManagedBy\":[" ID("/m/1") "]}}",
					     "/k/TPM", "{\"Id\":\"TPM\"}",
					     "/m/1", "{\"Links\":{\"Oem\":{\"Dell\":{\"Jobs\":" ID("/m/1/jobs") "}}}}",
					     "/j", "{\"Jobs\":" ID("/j/jobs") "}", NULL};
	static const char *const in_case[] = {ROOT, "{\"Systems\":" ID("/s") ",\"Tasks\":" ID("/t") "}", "/s", "{\"Members\":[" ID("/s/1") "]}",
					      "/s/1", "{\"Links\":{\"Chassis\":[" ID("/c/1") "],\"ManagedBy\":[" ID("/m/1") "]}}",
					      "/c/1", "{\"TrustedComponents\":" ID("/c/1/k") "}",
					      "/c/1/k", "{\"Members\":[" ID("/k/BMC") "," ID("/k/2") "]}",
					      "/k/BMC", "{\"Id\":\"BMC_RoT\"}", "/k/2", "{\"Id\":\"2\",\"TPM\":{\"CapabilitiesVendorID\":\"SIM0\"}}",
					      "/m/1", "{}", "/t", "{\"Tasks\":" ID("/t/tasks") "}", NULL};
	static const char *const no_tpm[] = {ROOT, "{\"Systems\":" ID("/s") ",\"JobService\":" ID("/j") "}", "/s", "{\"Members\":[" ID("/s/1") "]}",
					     "/s/1", "{\"Links\":{\"TrustedComponents\":[" ID("/k/BMC") "],\"ManagedBy\":[" ID("/m/1") "]}}",
					     "/k/BMC", "{\"Id\":\"BMC_RoT\"}", "/m/1", "{}", "/j", "{\"Jobs\":" ID("/j/jobs") "}", NULL};
	static const struct {
		const char *const *service;
		enum ra_rf_what aim;
		const char *reads;
	} rows[] = {
	    {plain, RA_RF_ROOT, ROOT},
	    {plain, RA_RF_SYSTEM, ROOT " /s /s/1"},
	    {plain, RA_RF_BIOS, ROOT " /s /s/1 /s/1/b"},
	    {plain, RA_RF_PENDING, ROOT " /s /s/1 /s/1/b /s/1/p"},
	    {more, RA_RF_PENDING, ROOT " /s /s/1 /s/2 it shows several computer systems, and which of them is meant cannot be told"},
	    {plain, RA_RF_SECUREBOOT, ROOT " /s /s/1 it shows no Secure Boot of the system"},
	    {plain, RA_RF_MANAGER, ROOT " /s /s/1 /m/1"},
	    {plain, RA_RF_CHASSIS, ROOT " /s /s/1 /c /c/1 /c/2 /c/2"},
	    {empty, RA_RF_SYSTEM, ROOT " /s it shows no computer system"},
	    {empty, RA_RF_MANAGER, ROOT " /s /m /m/9"},
	    {empty, RA_RF_CHASSIS, ROOT " /s it shows no computer system"},
	    {more, RA_RF_BIOS, ROOT " /s /s/1 /s/2 it shows several computer systems, and which of them is meant cannot be told"},
	    {one_of_page, RA_RF_SYSTEM, ROOT " /s it shows several computer systems, and which of them is meant cannot be told"},
	    {nothing, RA_RF_SYSTEM, ROOT " it names no computer systems"},
	    {nothing, RA_RF_MANAGER, ROOT " it names no computer systems"},
	    {linked, RA_RF_TRUSTED, ROOT " /s /s/1 /k/TPM /k/TPM"},
	    {in_case, RA_RF_TRUSTED, ROOT " /s /s/1 /c/1 /c/1/k /k/BMC /k/2 /k/2"},
	    {no_tpm, RA_RF_TRUSTED, ROOT " /s /s/1 /k/BMC it names no chassis"},
	    {plain, RA_RF_TRUSTED, ROOT " /s /s/1 /c /c/1 /c/2 /c/2 it names no trusted components"},
	    {linked, RA_RF_JOBS, ROOT " /s /s/1 /m/1 /m/1/jobs"},
	    {no_tpm, RA_RF_JOBS, ROOT " /s /s/1 /m/1 /j /j/jobs"},
	    {in_case, RA_RF_JOBS, ROOT " /s /s/1 /m/1 /t /t/tasks"},
	    {empty, RA_RF_JOBS, ROOT " /s /m /m/9 it shows no computer system"},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char reads[800];

		walk(rows[i].service, rows[i].aim, reads, sizeof(reads));
		if (strcmp(reads, rows[i].reads))
			fail_msg("row %zu: %s", i, reads);
	}
}

/* Jobs of Dell (its own list and the standard's) and tasks: about what, how they stand, and which failure is history. */
static void test_jobs(void **state)
{
#define DELL(id, state, start, more) "{\"Id\":\"" id "\",\"Name\":\"Configure: BIOS.Setup.1-1\",\"JobType\":\"BIOSConfiguration\",\"JobState\":\"" state "\"," \
	"\"StartTime\":\"" start "\"" more "}"
#define TASK(id, state, uri, more) "{\"Id\":\"" id "\",\"Name\":\"Task\",\"TaskState\":\"" state "\",\"Payload\":{\"TargetUri\":\"" uri "\"}" more "}"
#define BIOS "/redfish/v1/Systems/1/Bios/Settings"
	static const struct {
		const char *members, *told;
	} rows[] = {
	    {"[]", ""},
	    {"null", ""},
	    {"[7,null,\"x\",{},[]]", ""},
	    {"[" DELL("JID_1", "Scheduled", "2026-01-02T03:04:05", ",\"Message\":\"Task successfully scheduled.\"") "]",
	     "settings waiting JID_1, Configure: BIOS.Setup.1-1: Scheduled: Task successfully scheduled."},
	    {"[" DELL("JID_1", "ReadyForExecution", "TIME_NOW", "") "]", "settings waiting JID_1, Configure: BIOS.Setup.1-1: ReadyForExecution"},
	    {"[" DELL("JID_1", "Running", "TIME_NOW", "") "]", "settings running JID_1, Configure: BIOS.Setup.1-1: Running"},
	    {"[" DELL("JID_1", "Failed", "2026-01-02T03:04:05", "") "]", "settings failed JID_1, Configure: BIOS.Setup.1-1: Failed"},
	    {"[" DELL("JID_1", "NewWord", "TIME_NA", "") "]", "settings unknown JID_1, Configure: BIOS.Setup.1-1: NewWord"},
	    /* a younger one about the same came after it: by the start, by the number where no start is told; the order in the list tells nothing */
	    {"[" DELL("JID_2", "Completed", "2026-02-02T03:04:05", "") "," DELL("JID_1", "Failed", "2026-01-02T03:04:05", "") "]",
	     "settings done JID_2, Configure: BIOS.Setup.1-1: Completed|settings past JID_1, Configure: BIOS.Setup.1-1: Failed"},
	    {"[" DELL("JID_1", "Failed", "TIME_NOW", "") "," DELL("JID_2", "Completed", "TIME_NOW", "") "]",
	     "settings past JID_1, Configure: BIOS.Setup.1-1: Failed|settings done JID_2, Configure: BIOS.Setup.1-1: Completed"},
	    {"[" DELL("JID_2", "Failed", "2026-02-02T03:04:05", "") "," DELL("JID_1", "Completed", "2026-01-02T03:04:05", "") "]",
	     "settings failed JID_2, Configure: BIOS.Setup.1-1: Failed|settings done JID_1, Configure: BIOS.Setup.1-1: Completed"},
	    /* about something else */
	    {"[{\"Id\":\"JID_1\",\"JobType\":\"RAIDConfiguration\",\"JobState\":\"Failed\"}]", ""},
	    {"[{\"Id\":\"JID_1\",\"Name\":\"Firmware Update: BIOS\",\"JobType\":\"FirmwareUpdate\",\"JobState\":\"RebootPending\"}]",
	     "firmware waiting JID_1, Firmware Update: BIOS: RebootPending"},
	    /* the standard's */
	    {"[{\"Id\":\"JID_1\",\"JobState\":\"Pending\",\"Oem\":{\"Dell\":{\"JobType\":\"BIOSConfiguration\"}}}]", "settings waiting JID_1: Pending"},
	    {"[" TASK("9", "Exception", BIOS, ",\"Messages\":[{\"Message\":\"First.\"},{\"MessageId\":\"A.1.B\"}]") "]", "settings failed 9, Task: Exception: A.1.B"},
	    {"[" TASK("9", "Completed", BIOS, ",\"TaskStatus\":\"Critical\"") "]", "settings failed 9, Task: Completed"},
	    {"[" TASK("9", "Completed", BIOS, ",\"TaskStatus\":\"OK\"") "]", "settings done 9, Task: Completed"},
	    {"[" TASK("9", "Exception", BIOS, "") "," TASK("10", "Completed", BIOS, "") "]", "settings past 9, Task: Exception|settings done 10, Task: Completed"},
	    {"[" TASK("9", "Exception", BIOS, "") "," TASK("10", "Completed", "/redfish/v1/UpdateService", "") "]",
	     "settings failed 9, Task: Exception|firmware done 10, Task: Completed"},
	    {"[" TASK("9", "Running", "/redfish/v1/systems/1/secureboot", "") "]", "settings running 9, Task: Running"},
	    {"[" TASK("9", "Running", "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset", "") "]", ""},
	    {"[" TASK("9\\n\xc3\xa9", "Running", BIOS, "") "]", "settings running 9???, Task: Running"},
	    {"[{\"Id\":9,\"JobState\":[],\"JobType\":\"BIOSConfiguration\",\"Messages\":{}}]", "settings unknown : no state"},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_json_free) struct ra_json *json = parse(rows[i].members);
		cJSON *jobs = ra_rf_jobs_of(ra_json_root(json), 3);
		const cJSON *job;
		char told[600] = "";

		assert_non_null(jobs);
		assert_true(cJSON_GetNumberValue(ra_json_get(jobs, "left")) == 3);
		cJSON_ArrayForEach (job, ra_json_get(jobs, "jobs"))
			snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s%s %s %s", told[0] ? "|" : "", ra_json_str(job, "about", ""),
				 ra_json_str(job, "state", ""), ra_json_str(job, "say", ""));
		if (strcmp(told, rows[i].told))
			fail_msg("%s: %s", rows[i].members, told);
		cJSON_Delete(jobs);
	}
}

/* Members that are only linked are read by themselves, the last of them; those that stand in the collection are not. */
static void test_jobs_unread(void **state)
{
	static const struct {
		const char *collection;
		int count, left;
		const char *first;
	} rows[] = {
	    {"{\"Members\":[" ID("/j/1") "," ID("/j/2") "]}", 2, 0, "/j/1"},
	    {"{\"Members\":[{\"@odata.id\":\"/j/1\",\"JobState\":\"Completed\"}]}", 0, 0, ""},
	    {"{\"Members\":[{\"@odata.id\":\"/j/1\",\"TaskState\":\"New\"}]}", 0, 0, ""},
	    {"{\"Members\":[]}", 0, 0, ""},
	    {"{}", 0, 0, ""},
	    {"{\"Members\":[7,{},\"https://198.51.100.9/x\"," ID("/j/2") "],\"Members@odata.nextLink\":\"/j?page=2\"}", 1, 1, "/j/2"},
	};
	char(*uris)[RA_RF_URI_MAX] = calloc(RA_RF_JOBS_MAX, sizeof(*uris)), many[4000] = "{\"Members\":[";
	int left = 9;

	(void)state;
	assert_non_null(uris);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_json_free) struct ra_json *json = parse(rows[i].collection);

		assert_int_equal(ra_rf_jobs_unread(ra_json_root(json), uris, &left), rows[i].count);
		assert_int_equal(left, rows[i].left);
		if (rows[i].count)
			assert_string_equal(uris[0], rows[i].first);
	}
	for (int i = 0; i < 20; i++)
		sprintf(many + strlen(many), "%s{\"@odata.id\":\"/j/%d\"}", i ? "," : "", i);
	RA_AUTO(ra_json_free) struct ra_json *json = parse(strcat(many, "]}"));

	assert_int_equal(ra_rf_jobs_unread(ra_json_root(json), uris, &left), RA_RF_JOBS_MAX);
	assert_int_equal(left, 20 - RA_RF_JOBS_MAX);
	assert_string_equal(uris[0], "/j/4");
	assert_string_equal(uris[RA_RF_JOBS_MAX - 1], "/j/19");
	free(uris);
}

static void test_requests(void **state)
{
	static const struct {
		const char *request;
		enum ra_rf_what what;
	} rows[] = {
	    {"{\"redfish\":\"root\"}", RA_RF_ROOT},	      {"{\"redfish\":\"system\"}", RA_RF_SYSTEM},
	    {"{\"redfish\":\"pending\"}", RA_RF_PENDING},     {"{\"redfish\":\"settings\"}", RA_RF_COUNT},
	    {"{\"redfish\":\"bios\"}", RA_RF_BIOS},	      {"{\"redfish\":\"secureboot\"}", RA_RF_SECUREBOOT},
	    {"{\"redfish\":\"manager\"}", RA_RF_MANAGER},     {"{\"redfish\":\"chassis\"}", RA_RF_CHASSIS},
	    {"{\"redfish\":\"trusted\"}", RA_RF_TRUSTED},     {"{\"redfish\":\"jobs\"}", RA_RF_JOBS},
	    {"{\"redfish\":\"Systems\"}", RA_RF_COUNT},       {"{\"redfish\":\"\"}", RA_RF_COUNT},
	    {"{\"redfish\":[\"system\"]}", RA_RF_COUNT},      {"{\"rest\":\"system\"}", RA_RF_COUNT},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_json_free) struct ra_json *json = parse(rows[i].request);

		assert_int_equal(ra_rf_what_of(ra_json_root(json)), rows[i].what);
	}
}

static void test_addresses(void **state)
{
	static const struct {
		const char *text, *host, *user, *words; /* words: refused so */
		int port;
	} rows[] = {
	    {"bmc.example", "bmc.example", "", NULL, 443},
	    {"https://joe@bmc.example:8443/", "bmc.example", "joe", NULL, 8443},
	    {"https://bmc.example/redfish/v1/", "bmc.example", "", NULL, 443},
	    {"https://bmc.example/redfish", "bmc.example", "", NULL, 443},
	    {"[2001:db8::1]:8443", "2001:db8::1", "", NULL, 8443},
	    {"bmc.example/sdk", NULL, NULL, "a BMC is named without a path", 0},
	    {"https://bmc.example/redfish/v1/Systems/1", NULL, NULL, "a BMC is named without a path", 0},
	    {"http://bmc.example", NULL, NULL, "a BMC is reached by https:// only", 0},
	    {"root:calvin@bmc.example", NULL, NULL, "holds a password; leave it out (it is asked for, or --bmc-password-fd)", 0},
	    {"", NULL, NULL, "is no address of a BMC", 0},
	    {"bmc.example?x", NULL, NULL, "the address of a BMC has no ?", 0},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_vsphere_url url;
		struct ra_errs errs = {0};
		ra_err err = ra_bmc_url_parse(rows[i].text, &url, &errs);

		if (rows[i].words) {
			assert_int_equal(err, RA_E_ARG);
			if (!strstr(errs.text[0], rows[i].words) || strstr(errs.text[0], "calvin"))
				fail_msg("%s: %s", rows[i].text, errs.text[0]);
			continue;
		}
		assert_int_equal(err, RA_OK);
		assert_string_equal(url.host, rows[i].host);
		assert_string_equal(url.user, rows[i].user);
		assert_int_equal(url.port, rows[i].port);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_errors),    cmocka_unit_test(test_long_errors), cmocka_unit_test(test_links),
					   cmocka_unit_test(test_locations), cmocka_unit_test(test_ways),	 cmocka_unit_test(test_requests),
					   cmocka_unit_test(test_jobs), cmocka_unit_test(test_jobs_unread),
					   cmocka_unit_test(test_addresses)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
