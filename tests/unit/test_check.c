/* Check files: what loads, and the sentence for what does not. */
#include "config.h"

#include "tests/unit/check_unit.h"

#include "base/io.h"

#define HEAD "{\"format\":1,\"id\":\"k\",\"title\":\"t\",\"why\":\"w\","
#define PLANE(rest) HEAD "\"planes\":[{\"via\":\"ssh\"," rest "}]}"
#define RUN_ENC "\"run\":[\"esxcli\",\"system\",\"settings\",\"encryption\",\"get\"]"
#define FACTS "\"parse\":\"keyvalue\",\"facts\":{\"a.b\":{\"type\":\"text\",\"key\":\"Mode\"}}"
#define MANUAL "\"manual\":{\"ask\":\"q\",\"answers\":[{\"id\":\"a\",\"say\":\"s\",\"set\":{\"a.b\":\"v\"}}]}"

struct load_case {
	const char *json;
	ra_err err;
	const char *says; /* with its place in front */
};

static const struct load_case cases[] = {
	{PLANE(RUN_ENC "," FACTS), RA_OK, ""},
	{HEAD "\"x_source\":\"s\",\"since\":\"7.0.2\",\"prefer\":\"ssh\",\"judge\":[]," MANUAL ",\"planes\":[]}", RA_OK, ""},
	{PLANE(RUN_ENC ",\"x_note\":1,\"since\":\"8.0\",\"timeout_s\":60,\"cap_kib\":4," FACTS), RA_OK, ""},
	{PLANE("\"log\":{\"files\":[\"vmkernel\"]},\"parse\":\"signatures\",\"facts\":{}"), RA_OK, ""},
	{PLANE("\"log\":{\"files\":[\"vmkernel\"]},\"parse\":\"signatures\""), RA_OK, ""},
	{PLANE("\"run\":[\"esxcli\",\"--formatter=json\",\"system\",\"settings\",\"encryption\",\"recovery\",\"list\"],\"secret\":true,\"parse\":\"builtin:recovery-list\",\"facts\":{\"recovery.id\":{\"type\":\"text\"}}"), RA_OK, ""},
	/* the point of it all */
	{PLANE("\"run\":[\"esxcli\",\"system\",\"settings\",\"encryption\",\"set\",\"--mode=TPM\"]," FACTS), RA_E_DENIED, "1:73: refused: \"esxcli system settings encryption set --mode=TPM\": it changes what the host's configuration is sealed to"},
	{PLANE("\"run\":[\"esxcli\",\"system\",\"maintenanceMode\",\"set\",\"--enable\",\"true\"]," FACTS), RA_E_DENIED, "only an action may send it"},
	{PLANE("\"run\":[\"/sbin/auto-backup.sh\"]," FACTS), RA_E_DENIED, "only an action may send it"},
	{PLANE("\"run\":[\"sh\",\"-c\",\"id\"]," FACTS), RA_E_DENIED, "shell"},
	{PLANE(FACTS), RA_E_DENIED, "exactly one of run, log, property"},
	{PLANE(RUN_ENC ",\"property\":\"name\"," FACTS), RA_E_DENIED, "exactly one of run, log, property"},
	{HEAD "\"planes\":[{\"via\":\"vcenter\"," RUN_ENC "," FACTS "}]}", RA_E_DENIED, "ssh only"},
	{HEAD "\"planes\":[{\"via\":\"bmc\"," RUN_ENC "," FACTS "}]}", RA_E_DENIED, "ssh only"},
	/* secrets */
	{PLANE("\"run\":[\"esxcli\",\"system\",\"settings\",\"encryption\",\"recovery\",\"list\"],\"parse\":\"builtin:recovery-list\",\"facts\":{\"recovery.id\":{\"type\":\"text\"}}"), RA_E_INVALID, "the plane needs \"secret\": true"},
	{PLANE("\"run\":[\"esxcli\",\"system\",\"settings\",\"encryption\",\"recovery\",\"list\"],\"secret\":true,\"parse\":\"lines\",\"facts\":{\"recovery.id\":{\"type\":\"list\"}}"), RA_E_INVALID, "a secret answer is read by builtin:recovery-list"},
	{PLANE(RUN_ENC ",\"secret\":true," FACTS), RA_E_INVALID, "is no secret"},
	{PLANE(RUN_ENC ",\"parse\":\"builtin:recovery-list\",\"facts\":{\"recovery.id\":{\"type\":\"text\"}}"), RA_E_INVALID, "nothing else is"},
	/* vCenter's shapes; a secret has its plane everywhere */
	{HEAD "\"planes\":[{\"via\":\"ssh\",\"run\":[\"esxcli\",\"--formatter=json\",\"system\",\"settings\",\"encryption\",\"recovery\",\"list\"],\"secret\":true,\"parse\":\"builtin:recovery-list\",\"facts\":{\"recovery.id\":{\"type\":\"text\"}}},{\"via\":\"vcenter\",\"esxcli\":[\"system\",\"settings\",\"encryption\",\"recovery\",\"list\"],\"secret\":true,\"parse\":\"builtin:recovery-list\",\"facts\":{\"recovery.id\":{\"type\":\"text\"}}}]}", RA_OK, ""},
	{HEAD "\"planes\":[{\"via\":\"vcenter\",\"call\":\"QueryTpmAttestationReport\",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"\"}}}]}", RA_OK, ""},
	{HEAD "\"planes\":[{\"via\":\"vcenter\",\"since\":\"8.0.0.1\",\"rest\":\"tpm\",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"\"}}}]}", RA_OK, ""},
	{HEAD "\"planes\":[{\"via\":\"vcenter\",\"since\":\"new\",\"rest\":\"tpm\",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"\"}}}]}", RA_E_INVALID, "a version such as"},
	{HEAD "\"planes\":[{\"via\":\"vcenter\",\"esxcli\":[\"software\",\"acceptance\",\"get\"],\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"\"}}}]}", RA_OK, ""},
	{HEAD "\"planes\":[{\"via\":\"vcenter\",\"esxcli\":[\"system\",\"settings\",\"encryption\",\"recovery\",\"list\"],\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"\"}}}]}", RA_E_INVALID, "the plane needs \"secret\": true"},
	{HEAD "\"planes\":[{\"via\":\"vcenter\",\"call\":\"RebootHost\",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"\"}}}]}", RA_E_DENIED, "\"call RebootHost\": it changes the host: only an action may send it"},
	{HEAD "\"planes\":[{\"via\":\"vcenter\",\"call\":\"StopService\",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"\"}}}]}", RA_E_DENIED, "TSM-SSH"},
	{HEAD "\"planes\":[{\"via\":\"vcenter\",\"call\":\"StopService\",\"service\":\"TSM-SSH\",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"\"}}}]}", RA_E_INVALID, "unknown key \"service\""},
	{HEAD "\"planes\":[{\"via\":\"ssh\",\"rest\":\"tpm\",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"\"}}}]}", RA_E_DENIED, "vcenter only"},
	/* keys and words */
	{"{\"format\":1,\n \"id\":\"k\",\"title\":\"t\",\"why\":\"w\",\n  \"plains\":[]}", RA_E_INVALID, "checks/x.json:3:12: unknown key \"plains\""},
	{PLANE(RUN_ENC ",\"retry\":3," FACTS), RA_E_INVALID, "unknown key \"retry\""},
	{PLANE(RUN_ENC ",\"parse\":\"keyvalue\",\"facts\":{\"a.b\":{\"type\":\"text\",\"kee\":\"Mode\"}}"), RA_E_INVALID, "unknown key \"kee\""},
	{PLANE(RUN_ENC ",\"parse\":\"keyvalue\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"/Mode\"}}"), RA_E_INVALID, "unknown key \"pointer\""},
	{PLANE(RUN_ENC ",\"parse\":\"keyvalue\",\"facts\":{\"a.b\":{\"type\":\"text\"}}"), RA_E_INVALID, "\"key\" is missing"},
	{PLANE(RUN_ENC ",\"parse\":\"keyvalue\",\"facts\":{\"a.b\":{\"type\":\"number\",\"key\":\"Mode\"}}"), RA_E_INVALID, "\"type\" must be"},
	{PLANE(RUN_ENC ",\"parse\":\"keyvalue\",\"facts\":{\"A.b\":{\"type\":\"text\",\"key\":\"Mode\"}}"), RA_E_INVALID, "no fact name"},
	{PLANE(RUN_ENC ",\"parse\":\"keyvalue\",\"facts\":{\"mode\":{\"type\":\"text\",\"key\":\"Mode\"}}"), RA_E_INVALID, "no fact name"},
	{PLANE(RUN_ENC ",\"parse\":\"keyvalue\",\"facts\":{\"sig.x\":{\"type\":\"text\",\"key\":\"Mode\"}}"), RA_E_INVALID, "come by themselves"},
	{PLANE(RUN_ENC ",\"parse\":\"keyvalue\",\"facts\":{}"), RA_E_INVALID, "facts are missing"},
	{PLANE(RUN_ENC ",\"parse\":\"xml\",\"facts\":{\"a.b\":{\"type\":\"text\"}}"), RA_E_INVALID, "no way to parse"},
	{PLANE(RUN_ENC ",\"parse\":\"builtin:magic\",\"facts\":{\"a.b\":{\"type\":\"text\"}}"), RA_E_INVALID, "no such builtin"},
	{PLANE(RUN_ENC ",\"parse\":\"signatures\""), RA_E_INVALID, "in a log"},
	{PLANE("\"log\":{\"files\":[\"hostd\"]},\"parse\":\"signatures\",\"facts\":{\"a.b\":{\"type\":\"bool\"}}"), RA_E_INVALID, "of their own"},
	{PLANE("\"run\":[\"vmware\",\"-v\"],\"parse\":\"builtin:clock\",\"facts\":{\"a.b\":{\"type\":\"text\"}}"), RA_E_INVALID, "one fact of type int"},
	{PLANE("\"run\":[\"vmware\",\"-v\"],\"parse\":\"builtin:clock\",\"facts\":{\"a.b\":{\"type\":\"int\",\"absent\":5}}"), RA_E_INVALID, "does not go with a builtin"},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"Mode\"}}"), RA_E_INVALID, "begins with '/'"},
	{PLANE(RUN_ENC ",\"parse\":\"lines\",\"facts\":{\"a.b\":{\"type\":\"text\"}}"), RA_E_INVALID, "\"line\" is missing"},
	{PLANE(RUN_ENC ",\"parse\":\"lines\",\"facts\":{\"a.b\":{\"type\":\"text\",\"line\":-1}}"), RA_E_INVALID, "from 0"},
	{PLANE(RUN_ENC ",\"parse\":\"regex\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pattern\":\"(\"}}"), RA_E_INVALID, "checks/x.json:1:"},
	{PLANE(RUN_ENC ",\"parse\":\"regex\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pattern\":\"x\",\"present\":true}}"), RA_E_INVALID, "for a bool only"},
	{PLANE(RUN_ENC ",\"parse\":\"table\",\"facts\":{\"a.b\":{\"type\":\"text\",\"column\":\"N\",\"where\":{\"M\":1}}}"), RA_E_INVALID, "where holds texts"},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"/*/a\",\"where\":{\"b\":\"x\"}}}"), RA_OK, ""},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"/l/*/a\",\"where\":{\"b\":[\"x\",7,true,null],\"c\":{\"not\":[\"x\"]}}}}"), RA_OK, ""},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"bool\",\"pointer\":\"/a\",\"exists\":true}}"), RA_OK, ""},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"list\",\"pointer\":\"/a\",\"named\":true}}"), RA_OK, ""},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"/a\",\"where\":{\"b\":\"x\"}}}"), RA_E_INVALID, "one \"*\""},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"list\",\"pointer\":\"/*/a/*\",\"where\":{\"b\":\"x\"}}}"), RA_E_INVALID, "one \"*\""},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"/*a/b\",\"where\":{\"b\":\"x\"}}}"), RA_E_INVALID, "one \"*\""},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"/*/a\",\"where\":{}}}"), RA_E_INVALID, "where must be an object"},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"/*/a\",\"where\":\"x\"}}"), RA_E_INVALID, "where must be an object"},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"/*/a\",\"where\":{\"b\":[]}}}"), RA_E_INVALID, "a list of values"},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"/*/a\",\"where\":{\"b\":[[\"x\"]]}}}"), RA_E_INVALID, "a list of values"},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"/*/a\",\"where\":{\"b\":{}}}}"), RA_E_INVALID, "a list of values"},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"/*/a\",\"where\":{\"b\":{\"nor\":\"x\"}}}}"), RA_E_INVALID, "a list of values"},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"/*/a\",\"where\":{\"b\":{\"not\":\"x\",\"in\":\"y\"}}}}"), RA_E_INVALID, "a list of values"},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"/*/a\",\"where\":{\"b\":{\"not\":{\"not\":\"x\"}}}}}"), RA_E_INVALID, "a list of values"},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"/a\",\"exists\":true}}"), RA_E_INVALID, "for a bool only"},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"text\",\"pointer\":\"/a\",\"named\":true}}"), RA_E_INVALID, "for a list only"},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"list\",\"pointer\":\"/a\",\"named\":false}}"), RA_E_INVALID, "for a list only"},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"list\",\"pointer\":\"/*\",\"named\":true}}"), RA_E_INVALID, "one object"},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"bool\",\"pointer\":\"/a\",\"exists\":false}}"), RA_E_INVALID, "for a bool only"},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"bool\",\"pointer\":\"/a\",\"exists\":true,\"absent\":false}}"), RA_E_INVALID, "does not go with exists"},
	{PLANE(RUN_ENC ",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"bool\",\"pointer\":\"/a\",\"exists\":true,\"map\":{\"x\":true}}}"), RA_E_INVALID, "does not go with exists"},
	{PLANE(RUN_ENC ",\"parse\":\"x509\",\"facts\":{\"a.b\":{\"type\":\"int\",\"field\":\"days_left\",\"of\":\"earliest\"}}"), RA_OK, ""},
	{PLANE(RUN_ENC ",\"parse\":\"x509\",\"facts\":{\"a.b\":{\"type\":\"text\",\"field\":\"days_left\"}}"), RA_E_INVALID, "field is subject"},
	{PLANE(RUN_ENC ",\"parse\":\"x509\",\"facts\":{\"a.b\":{\"type\":\"time\",\"field\":\"not_after\"}}"), RA_E_INVALID, "field is subject"},
	{PLANE(RUN_ENC ",\"parse\":\"x509\",\"facts\":{\"a.b\":{\"type\":\"text\",\"field\":\"serial\"}}"), RA_E_INVALID, "field is subject"},
	{PLANE(RUN_ENC ",\"parse\":\"x509\",\"facts\":{\"a.b\":{\"type\":\"int\",\"field\":\"days_left\",\"of\":\"last\"}}"), RA_E_INVALID, "of is"},
	{PLANE(RUN_ENC ",\"parse\":\"x509\",\"facts\":{\"a.b\":{\"type\":\"int\",\"of\":\"first\"}}"), RA_E_INVALID, "\"field\" is missing"},
	{PLANE(RUN_ENC ",\"parse\":\"keyvalue\",\"facts\":{\"a.b\":{\"type\":\"bool\",\"key\":\"M\",\"map\":{\"x\":\"yes\"}}}"), RA_E_INVALID, "a value of type bool"},
	{PLANE(RUN_ENC ",\"parse\":\"keyvalue\",\"facts\":{\"a.b\":{\"type\":\"int\",\"key\":\"M\",\"in\":[1,\"2\"]}}"), RA_E_INVALID, "a value of type int"},
	{PLANE(RUN_ENC ",\"parse\":\"keyvalue\",\"facts\":{\"a.b\":{\"type\":\"int\",\"key\":\"M\",\"absent\":\"0\"}}"), RA_E_INVALID, "a value of type int"},
	{PLANE(RUN_ENC ",\"parse\":\"keyvalue\",\"facts\":{\"a.b\":{\"type\":\"int\",\"key\":\"M\",\"absent\":{\"unknown\":\"later\"}}}"), RA_E_INVALID, "REASON"},
	{PLANE(RUN_ENC ",\"parse\":\"keyvalue\",\"facts\":{\"a.b\":{\"type\":\"int\",\"key\":\"M\",\"absent\":{\"unknown\":\"known\"}}}"), RA_E_INVALID, "REASON"},
	{PLANE(RUN_ENC ",\"parse\":\"keyvalue\",\"facts\":{\"a.b\":{\"type\":\"list\",\"key\":\"M\",\"in\":[]}}"), RA_E_INVALID, "do not go with a list"},
	{PLANE(RUN_ENC "," FACTS ",\"fails\":[{\"match\":\"x\"}]"), RA_E_INVALID, "either unknown or set"},
	{PLANE(RUN_ENC "," FACTS ",\"fails\":[{\"match\":\"x\",\"unknown\":\"later\"}]"), RA_E_INVALID, "no reason"},
	{PLANE(RUN_ENC "," FACTS ",\"fails\":[{\"match\":\"[\",\"unknown\":\"refused\"}]"), RA_E_INVALID, "checks/x.json:1:"},
	{PLANE(RUN_ENC "," FACTS ",\"fails\":[{\"match\":\"x\",\"set\":{\"a.c\":\"v\"}}]"), RA_E_INVALID, "no fact of this plane"},
	{PLANE(RUN_ENC "," FACTS ",\"fails\":[{\"match\":\"x\",\"set\":{\"a.b\":5}}]"), RA_E_INVALID, "a value of type text"},
	{PLANE(RUN_ENC ",\"timeout_s\":0," FACTS), RA_E_INVALID, "from 1 to 600"},
	{PLANE(RUN_ENC ",\"timeout_s\":\"30\"," FACTS), RA_E_INVALID, "from 1 to 600"},
	{PLANE(RUN_ENC ",\"cap_kib\":99999," FACTS), RA_E_INVALID, "from 1 to 16384"},
	{PLANE(RUN_ENC ",\"since\":7," FACTS), RA_E_INVALID, "a version such as"},
	{HEAD "\"planes\":[{\"via\":\"moon\"," RUN_ENC "," FACTS "}]}", RA_E_INVALID, "no plane to ask"},
	{HEAD "\"planes\":[{\"via\":\"operator\"," RUN_ENC "," FACTS "}]}", RA_E_INVALID, "no plane to ask"},
	{HEAD "\"planes\":[{\"via\":\"ssh\"," RUN_ENC "," FACTS "},{\"via\":\"ssh\"," RUN_ENC "," FACTS "}]}", RA_E_INVALID, "stands twice"},
	{HEAD "\"planes\":[{\"via\":\"ssh\"," RUN_ENC "," FACTS "},{\"via\":\"vcenter\",\"property\":\"name\",\"parse\":\"json\",\"facts\":{\"a.b\":{\"type\":\"bool\",\"pointer\":\"\"}}}]}", RA_E_INVALID, "another type"},
	{HEAD "\"planes\":{}}", RA_E_INVALID, "planes must be a list"},
	{HEAD "\"planes\":[]}", RA_E_INVALID, "planes or a manual form"},
	{HEAD "\"planes\":[7]}", RA_E_INVALID, "expected an object"},
	{HEAD "\"prefer\":\"operator\"," MANUAL "}", RA_E_INVALID, "prefer names a plane"},
	{HEAD "\"judge\":{}," MANUAL "}", RA_E_INVALID, "judge must be a list"},
	{HEAD "\"disputed\":{}," MANUAL "}", RA_E_INVALID, "a list of at least two sources"},
	{HEAD "\"disputed\":[{\"says\":\"on\",\"source\":\"s\"}]," MANUAL "}", RA_E_INVALID, "a list of at least two sources"},
	{HEAD "\"disputed\":[{\"says\":\"on\",\"source\":\"s\"},{\"says\":\"off\"}]," MANUAL "}", RA_E_INVALID, "\"source\" is missing"},
	{HEAD "\"disputed\":[{\"says\":\"on\",\"source\":\"s\"},{\"says\":\"\",\"source\":\"s\"}]," MANUAL "}", RA_E_INVALID, "not empty"},
	{HEAD "\"disputed\":[{\"says\":\"on\",\"source\":\"s\"},{\"say\":\"off\",\"source\":\"s\"}]," MANUAL "}", RA_E_INVALID, "say"},
	{HEAD "\"disputed\":[{\"says\":\"on\",\"source\":\"s\"},{\"says\":\"off\",\"source\":\"t\"}]," MANUAL "}", RA_OK, ""},
	{HEAD "\"manual\":{\"ask\":\"q\",\"answers\":[]}}", RA_E_INVALID, "not empty"},
	{HEAD "\"manual\":{\"ask\":\"q\",\"answers\":[{\"id\":\"a\",\"set\":{}}]}}", RA_E_INVALID, "\"say\" is missing"},
	{"{\"format\":2,\"id\":\"k\",\"title\":\"t\",\"why\":\"w\"}", RA_E_INVALID, "\"format\" must be 1"},
	{"{\"id\":\"k\",\"title\":\"t\",\"why\":\"w\"}", RA_E_INVALID, "\"format\" must be 1"},
	{"{\"format\":1,\"title\":\"t\",\"why\":\"w\"}", RA_E_INVALID, "\"id\" is missing"},
	{"{\"format\":1,\"id\":\"\",\"title\":\"t\",\"why\":\"w\"}", RA_E_INVALID, "not empty"},
	{"[]", RA_E_INVALID, "expected an object"},
	{"7", RA_E_INVALID, "expected an object"},
};

static void test_load(void **state)
{
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_check *check;
		char line[1024];
		ra_err err = check_from(cases[i].json, &check, line);

		if (err != cases[i].err || !strstr(line, cases[i].says))
			fail_msg("%s\n%d \"%s\", expected %d \"%s\"", cases[i].json, err, line, cases[i].err, cases[i].says);
		assert_true(err == RA_OK || strncmp(line, "checks/x.json:", 14) == 0);
		assert_int_equal(check != NULL, err == RA_OK);
		ra_check_free(check);
	}
}

static void test_fields(void **state)
{
	struct ra_check *check;
	char line[1024];

	assert_int_equal(check_from(HEAD "\"since\":\"7.0.2\",\"prefer\":\"vcenter\",\"planes\":[{\"via\":\"ssh\",\"since\":\"8.0\"," RUN_ENC
				    ",\"timeout_s\":7,\"cap_kib\":2," FACTS "}]}", &check, line), RA_OK);
	assert_string_equal(check->id, "k");
	assert_string_equal(check->since, "7.0.2");
	assert_int_equal(check->prefer, RA_PLANE_VCENTER);
	assert_int_equal(check->plane_count, 1);
	assert_int_equal(check->planes[0].timeout_ms, 7000);
	assert_int_equal(check->planes[0].cap_len, 2048);
	assert_string_equal(check->planes[0].since, "8.0");
	assert_string_equal(check->planes[0].request, "{" RUN_ENC "}");
	assert_string_equal(check->planes[0].words, "esxcli system settings encryption get");
	assert_false(check->planes[0].secret);
	assert_int_equal(check->planes[0].fact_count, 1);
	assert_string_equal(check->planes[0].facts[0].name, "a.b");
	ra_check_free(check);
}

static void set_version(struct ra_facts *facts, enum ra_plane plane, const char *version)
{
	struct ra_obs obs = {.name = RA_FACT_ESXI_VERSION, .plane = plane, .at = CHECK_T0,
			     .value = {.type = RA_VERSION, .as.text = strdup(version)}};

	assert_int_equal(ra_facts_add(facts, &obs), RA_OK);
}

/* Only a machine's word proves that a host is too old for a check. */
static void test_too_new(void **state)
{
	static const struct { enum ra_plane plane; const char *version; bool too_new; } rows[] = {
		{RA_PLANE_SSH, "6.7.0", true}, {RA_PLANE_SSH, "7.0.1", true}, {RA_PLANE_SSH, "7.0.2", false}, {RA_PLANE_SSH, "7.0.10", false},
		{RA_PLANE_VCENTER, "6.7.0", true}, {RA_PLANE_OPERATOR, "6.7.0", false}, {RA_PLANE_OPERATOR, "8.0.0", false},
	};
	struct ra_check *check, *always;
	struct ra_facts *facts = ra_facts_new();
	char line[1024];

	assert_int_equal(check_from(HEAD "\"since\":\"7.0.2\"," MANUAL "}", &check, line), RA_OK);
	assert_int_equal(check_from(HEAD MANUAL "}", &always, line), RA_OK);
	assert_false(ra_check_too_new(check, facts));
	ra_facts_free(facts);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		facts = ra_facts_new();
		set_version(facts, rows[i].plane, rows[i].version);
		assert_int_equal(ra_check_too_new(check, facts), rows[i].too_new);
		assert_false(ra_check_too_new(always, facts));
		ra_facts_free(facts);
	}
	facts = ra_facts_new(); /* machines that disagree prove nothing */
	set_version(facts, RA_PLANE_SSH, "6.7.0");
	set_version(facts, RA_PLANE_VCENTER, "8.0.0");
	assert_false(ra_check_too_new(check, facts));
	ra_facts_free(facts);
	ra_check_free(check);
	ra_check_free(always);
}

/* Every check of the shipped set loads: its requests are in the table, its words are right. */
static void test_shipped(void **state)
{
	RA_AUTO(ra_mem_free) char *dir = ra_path_join(unit_dir("RA_SRCDIR"), "flows/checks");
	struct ra_errs errs;
	char **names, line[1024];
	size_t count;

	ra_errs_clear(&errs);
	assert_int_equal(ra_list_dir(dir, ".json", &names, &count, &errs), RA_OK);
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		RA_AUTO(ra_mem_free) char *path = ra_path_join(dir, names[i]);
		struct ra_buf bytes = {0};
		struct ra_json *doc = NULL;
		struct ra_check *check = NULL;

		if (ra_read_file(path, &bytes, &errs) || ra_json_parse(names[i], bytes.data, bytes.len, NULL, &doc, &errs) ||
		    ra_check_load(doc, &check, &errs))
			fail_msg("%s", ra_errs_line(&errs, line, sizeof(line)));
		ra_check_free(check);
		ra_buf_free(&bytes);
	}
	ra_names_free(names, count);
}

static void test_builtin_names(void **state)
{
	static const char *const expected[] = {"clock", "uptime-us", "secureboot-state", "secureboot-check", "recovery-list"};
	const char *const *names = ra_builtin_names();

	for (size_t i = 0; i < RA_LEN(expected); i++)
		assert_string_equal(names[i], expected[i]);
	assert_null(names[RA_LEN(expected)]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_too_new),
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_builtin_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
