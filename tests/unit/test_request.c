/* The table of requests: what may be sent, and above all what may not. */
#include "config.h"

#include "tests/unit/unit.h"

#include "check/check.h"

#include <string.h>

#define SSH RA_PLANE_SSH
#define VC RA_PLANE_VCENTER
#define READ RA_REQ_READ
#define CHANGE RA_REQ_CHANGE
#define NO RA_REQ_REFUSED
#define RUN(words) "{\"run\":[" words "]}"

struct request_case {
	enum ra_plane plane;
	const char *json;
	enum ra_req_class class;
	const char *why; /* a part of the reason when refused */
};

static const struct request_case cases[] = {
	/* reads */
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\""), READ, NULL},
	{SSH, RUN("\"esxcli\",\"--formatter=json\",\"system\",\"version\",\"get\""), READ, NULL},
	{SSH, RUN("\"esxcli\",\"--formatter=csv\",\"software\",\"vib\",\"list\""), READ, NULL},
	{SSH, RUN("\"esxcli\",\"hardware\",\"trustedboot\",\"get\""), READ, NULL},
	{SSH, RUN("\"esxcli\",\"system\",\"settings\",\"encryption\",\"get\""), READ, NULL},
	{SSH, RUN("\"esxcli\",\"system\",\"settings\",\"kernel\",\"list\""), READ, NULL},
	{SSH, RUN("\"esxcli\",\"system\",\"settings\",\"kernel\",\"list\",\"-o\",\"execInstalledOnly\""), READ, NULL},
	{SSH, RUN("\"esxcli\",\"system\",\"maintenanceMode\",\"get\""), READ, NULL},
	{SSH, RUN("\"/usr/lib/vmware/secureboot/bin/secureBoot.py\",\"-s\""), READ, NULL},
	{SSH, RUN("\"/usr/lib/vmware/secureboot/bin/secureBoot.py\",\"-c\""), READ, NULL},
	{SSH, RUN("\"vmware\",\"-vl\""), READ, NULL},
	{SSH, RUN("\"vsish\",\"-e\",\"get\",\"/vmkModules/tpmdriver/vendor\""), READ, NULL},
	{SSH, RUN("\"date\",\"-u\",\"+%Y-%m-%dT%H:%M:%SZ\""), READ, NULL},
	{SSH, "{\"log\":{\"files\":[\"vmkernel\",\"vmkwarning\",\"hostd\",\"esxupdate\",\"vobd\"],\"since_boot\":true,\"lines_max\":2000}}", READ, NULL},
	{SSH, "{\"log\":{\"files\":[\"hostd\"]}}", READ, NULL},
	{VC, "{\"property\":\"summary.tpmAttestation\"}", READ, NULL},
	{VC, "{\"property\":\"CurrentTime\"}", READ, NULL},
	{VC, "{\"property\":\"runtime.bootTime\"}", READ, NULL},
	/* changes, to the letter */
	{SSH, RUN("\"esxcli\",\"system\",\"maintenanceMode\",\"set\",\"--enable\",\"true\""), CHANGE, NULL},
	{SSH, RUN("\"esxcli\",\"system\",\"maintenanceMode\",\"set\",\"--enable\",\"false\",\"-t\",\"600\""), CHANGE, NULL},
	{SSH, RUN("\"/sbin/auto-backup.sh\""), CHANGE, NULL},
	{SSH, RUN("\"esxcli\",\"system\",\"maintenanceMode\",\"set\",\"--enable\",\"maybe\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"system\",\"maintenanceMode\",\"set\",\"--enable\",\"true\",\"-t\",\"0600\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"system\",\"maintenanceMode\",\"set\",\"--enable\",\"true\",\"-t\",\"99999\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"system\",\"maintenanceMode\",\"set\",\"--enable\",\"true\",\"-t\",\"-1\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"system\",\"maintenanceMode\",\"set\",\"--enable\",\"true\",\"--vsanmode\",\"noAction\""), NO, "not with these arguments"},
	{SSH, RUN("\"/bin/auto-backup.sh\""), NO, "not in the table"},
	{SSH, RUN("\"/sbin/auto-backup.sh\",\"x\""), NO, "not with these arguments"},
	/* what must never go out */
	{SSH, RUN("\"esxcli\",\"system\",\"settings\",\"encryption\",\"set\",\"--mode=TPM\""), NO, "cannot be undone"},
	{SSH, RUN("\"esxcli\",\"--formatter=json\",\"system\",\"settings\",\"encryption\",\"set\",\"--require-secure-boot=F\""), NO, "cannot be undone"},
	{SSH, RUN("\"esxcli\",\"system\",\"settings\",\"encryption\",\"recovery\",\"rotate\""), NO, "stale"},
	{SSH, RUN("\"localcli\",\"system\",\"settings\",\"encryption\",\"set\",\"--mode=TPM\""), NO, "cannot be undone"},
	{SSH, RUN("\"esxcli\",\"system\",\"security\",\"keypersistence\",\"disable\",\"--remove-all-stored-keys\""), NO, "erase"},
	{SSH, RUN("\"esxcli\",\"system\",\"shutdown\",\"reboot\",\"-r\",\"x\""), NO, "restarting"},
	{SSH, RUN("\"reboot\""), NO, "restarting"},
	{SSH, RUN("\"/bin/reboot\""), NO, "restarting"},
	{SSH, RUN("\"rm\",\"-rf\",\"/bootbank\""), NO, "removes"},
	{SSH, RUN("\"/bin/rm\",\"/bootbank/state.tgz\""), NO, "removes"},
	{SSH, RUN("\"sh\",\"-c\",\"reboot\""), NO, "restarting"},
	{SSH, RUN("\"sh\",\"-c\",\"id\""), NO, "shell"},
	{SSH, RUN("\"cat\",\"/etc/shadow\""), NO, "not in the table"},
	/* shells, tricks with names, one argument too many or too few */
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get;reboot\""), NO, "a shell would read"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\",\"$(id)\""), NO, "a shell would read"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\",\"|\",\"sh\""), NO, "a shell would read"},
	{SSH, RUN("\"esxcli system version get\""), NO, "a shell would read"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\\n\""), NO, "a shell would read"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\",\"`id`\""), NO, "a shell would read"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\",\"*\""), NO, "a shell would read"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\",\"&\""), NO, "a shell would read"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\",\">/tmp/x\""), NO, "a shell would read"},
	{SSH, RUN("\"/bin/esxcli\",\"system\",\"version\",\"get\""), NO, "not in the table"},
	{SSH, RUN("\"./esxcli\",\"system\",\"version\",\"get\""), NO, "not in the table"},
	{SSH, RUN("\"../bin/esxcli\",\"system\",\"version\",\"get\""), NO, "not in the table"},
	{SSH, RUN("\"ESXCLI\",\"system\",\"version\",\"get\""), NO, "not in the table"},
	{SSH, RUN("\"secureBoot.py\",\"-s\""), NO, "not in the table"},
	{SSH, RUN("\"/usr/lib/vmware/secureboot/bin/../bin/secureBoot.py\",\"-s\""), NO, "not in the table"},
	{SSH, RUN("\"/usr/lib/vmware/secureboot/bin//secureBoot.py\",\"-s\""), NO, "not in the table"},
	{SSH, RUN("\"/tmp/secureBoot.py\",\"-s\""), NO, "not in the table"},
	{SSH, RUN("\"/usr/lib/vmware/secureboot/bin/secureBoot.py\""), NO, "not with these arguments"},
	{SSH, RUN("\"/usr/lib/vmware/secureboot/bin/secureBoot.py\",\"-s\",\"-c\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\",\"-x\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"--formatter=json\",\"--formatter=json\",\"system\",\"version\",\"get\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"--formatter=jsonx\",\"system\",\"version\",\"get\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"--server=evil\",\"system\",\"version\",\"get\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"system\",\"settings\",\"kernel\",\"list\",\"-o\",\"anything\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"system\",\"settings\",\"kernel\",\"list\",\"-o\""), NO, "not with these arguments"},
	{SSH, RUN("\"vsish\",\"-e\",\"set\",\"/vmkModules/tpmdriver/vendor\",\"x\""), NO, "not with these arguments"},
	{SSH, RUN("\"vsish\",\"-e\",\"get\",\"/vmkModules/tpmdriver/other\""), NO, "not with these arguments"},
	{SSH, RUN("\"date\",\"-s\",\"2020-01-01\""), NO, "not with these arguments"},
	{SSH, RUN("\"@formatter\",\"system\",\"version\",\"get\""), NO, "a shell would read"},
	{SSH, RUN(""), NO, "1 to 32 texts"},
	{SSH, RUN("\"\""), NO, "1 to 32 texts"},
	{SSH, RUN("\"esxcli\",\"\",\"system\",\"version\",\"get\""), NO, "1 to 32 texts"},
	{SSH, RUN("[\"esxcli\",\"system\",\"version\",\"get\"]"), NO, "1 to 32 texts"},
	{SSH, RUN("\"esxcli\",[\"system\"],\"version\",\"get\""), NO, "1 to 32 texts"},
	{SSH, RUN("\"esxcli\",7"), NO, "1 to 32 texts"},
	{SSH, "{\"run\":\"esxcli system version get\"}", NO, "1 to 32 texts"},
	{SSH, "{\"run\":null}", NO, "1 to 32 texts"},
	/* shapes */
	{SSH, "{}", NO, "exactly one"},
	{SSH, "[]", NO, "exactly one"},
	{SSH, "\"run\"", NO, "exactly one"},
	{SSH, "{\"shell\":\"id\"}", NO, "exactly one"},
	{SSH, "{\"Run\":[\"vmware\",\"-v\"]}", NO, "exactly one"},
	{SSH, "{\"run\":[\"vmware\",\"-v\"],\"property\":\"name\"}", NO, "exactly one"},
	{SSH, "{\"run\":[\"vmware\",\"-v\"],\"env\":{}}", NO, "exactly one"},
	{VC, RUN("\"vmware\",\"-v\""), NO, "ssh only"},
	{RA_PLANE_BMC, RUN("\"vmware\",\"-v\""), NO, "ssh only"},
	{RA_PLANE_OPERATOR, RUN("\"vmware\",\"-v\""), NO, "ssh only"},
	{SSH, "{\"property\":\"name\"}", NO, "vcenter only"},
	{VC, "{\"property\":\"config.certificate\"}", NO, "not in the table"},
	{VC, "{\"property\":\"\"}", NO, "not in the table"},
	{VC, "{\"property\":[\"name\"]}", NO, "not in the table"},
	{VC, "{\"property\":\"summary.tpmAttestation \"}", NO, "not in the table"},
	{SSH, "{\"log\":{\"files\":[\"vmkernel\",\"vmkernel\"]}}", NO, "at most once"},
	{SSH, "{\"log\":{\"files\":[\"/etc/shadow\"]}}", NO, "log files are"},
	{SSH, "{\"log\":{\"files\":[\"../vmkernel\"]}}", NO, "log files are"},
	{SSH, "{\"log\":{\"files\":[]}}", NO, "log files are"},
	{SSH, "{\"log\":{\"files\":\"vmkernel\"}}", NO, "log files are"},
	{SSH, "{\"log\":{}}", NO, "log files are"},
	{SSH, "{\"log\":[\"vmkernel\"]}", NO, "log must be"},
	{SSH, "{\"log\":{\"files\":[\"hostd\"],\"match\":\"x\"}}", NO, "log must be"},
	{SSH, "{\"log\":{\"files\":[\"hostd\"],\"lines_max\":0}}", NO, "lines_max"},
	{SSH, "{\"log\":{\"files\":[\"hostd\"],\"lines_max\":\"5; id\"}}", NO, "lines_max"},
	{SSH, "{\"log\":{\"files\":[\"hostd\"],\"lines_max\":20001}}", NO, "lines_max"},
	{SSH, "{\"log\":{\"files\":[\"hostd\"],\"since_boot\":\"yes\"}}", NO, "since_boot"},
};

static void test_class(void **state)
{
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		cJSON *json = cJSON_Parse(cases[i].json);
		const char *why = "untouched";
		bool secret = true;
		enum ra_req_class class;

		assert_non_null(json);
		class = ra_request_class(cases[i].plane, json, &secret, &why);
		if (class != cases[i].class)
			fail_msg("%s: class %d, expected %d (%s)", cases[i].json, class, cases[i].class, why ? why : "");
		if (class == NO && !strstr(why, cases[i].why))
			fail_msg("%s: refused because \"%s\", expected \"%s\"", cases[i].json, why, cases[i].why);
		assert_false(secret);
		cJSON_Delete(json);
	}
}

static void test_secret(void **state)
{
	cJSON *json = cJSON_Parse(RUN("\"esxcli\",\"--formatter=json\",\"system\",\"settings\",\"encryption\",\"recovery\",\"list\""));
	const char *why;
	bool secret = false;

	assert_int_equal(ra_request_class(SSH, json, &secret, &why), READ);
	assert_true(secret);
	cJSON_Delete(json);
}

/* 32 arguments are read, 33 are not, whatever they are. */
static void test_many_arguments(void **state)
{
	cJSON *json = cJSON_CreateObject(), *run = cJSON_AddArrayToObject(json, "run");
	const char *why;
	bool secret;

	for (int i = 0; i < 32; i++)
		cJSON_AddItemToArray(run, cJSON_CreateString("esxcli"));
	assert_int_equal(ra_request_class(SSH, json, &secret, &why), NO);
	assert_non_null(strstr(why, "not with these"));
	cJSON_AddItemToArray(run, cJSON_CreateString("esxcli"));
	assert_int_equal(ra_request_class(SSH, json, &secret, &why), NO);
	assert_non_null(strstr(why, "1 to 32"));
	cJSON_Delete(json);
}

static void test_text_and_words(void **state)
{
	static const struct { const char *json, *text, *words; } rows[] = {
		{"{ \"run\": [ \"vmware\", \"-v\" ] }", "{\"run\":[\"vmware\",\"-v\"]}", "vmware -v"},
		{"{\"property\":\"name\"}", "{\"property\":\"name\"}", "name"},
		{"{\"log\":{\"lines_max\":5,\"files\":[\"hostd\",\"vobd\"]}}", "{\"log\":{\"files\":[\"hostd\",\"vobd\"],\"lines_max\":5}}", "log: hostd vobd"},
		{"{\"log\":{\"since_boot\":true,\"lines_max\":5,\"files\":[\"hostd\"]}}", "{\"log\":{\"files\":[\"hostd\"],\"since_boot\":true,\"lines_max\":5}}", "log: hostd"},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		cJSON *json = cJSON_Parse(rows[i].json);
		char *text = ra_request_text(json), *words = ra_request_words(json);

		assert_string_equal(text, rows[i].text);
		assert_string_equal(words, rows[i].words);
		free(text);
		free(words);
		cJSON_Delete(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_class),
		cmocka_unit_test(test_secret),
		cmocka_unit_test(test_many_arguments),
		cmocka_unit_test(test_text_and_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
