/* Answers to facts: a case is a plane's object, the answer and the one fact "a.b" that must come of it. */
#include "config.h"

#include "tests/unit/cert_make.h"
#include "tests/unit/check_unit.h"

struct extract_case {
	const char *title;
	const char *parse; /* `parse` and the facts of the plane, as in a check file */
	const char *out;
	const char *word; /* "known:text" or a reason */
	int status;
	const char *err;
};
#define FACT(parse, spec) "\"parse\":\"" parse "\",\"facts\":{\"a.b\":{" spec "}}"

/* esxcli system settings encryption get, to the letter */
#define ENC "   Mode: TPM\n   Require Executables Only From Installed VIBs: false\n   Require Secure Boot: true\n"
#define VERSION_GET "   Product: VMware ESXi\n   Version: 8.0.1\n   Build: Releasebuild-21495797\n   Update: 1\n   Patch: 0\n"
#define PLATFORM "Platform Information\n   UUID: 0x4c 0x4c\n   Product Name: PowerEdge R750xs\n   Vendor Name: Dell Inc.\n   Serial Number: \n   IPMI Supported: true\n"
#define VIBS "Name       Version                              Vendor  Acceptance Level    Install Date\n" \
	     "---------  -----------------------------------  ------  ------------------  ------------\n" \
	     "bnxtnet    218.0.38.0-1OEM.700.1.0.15843807     BCM     VMwareCertified     2021-06-15\n"    \
	     "tpmdriver  1.0.0-1vmw.703                       VMW     VMwareCertified     2021-06-16\n"    \
	     "homemade   0.1                                          CommunitySupported  2021-06-17\n"
#define ENC_JSON "{\"Mode\": \"TPM\", \"RequireSecureBoot\": true, \"N\": 7, \"L\": [\"x\", \"y\"], \"O\": [{\"k\": \"p\"}, {\"k\": \"q\"}], \"Z\": null}\n"

static const struct extract_case cases[] = {
	{"keyvalue text", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Mode\",\"in\":[\"TPM\",\"NONE\"]"), ENC, "known:TPM", 0, NULL},
	{"keyvalue bool", FACT("keyvalue", "\"type\":\"bool\",\"key\":\"Require Secure Boot\""), ENC, "known:yes", 0, NULL},
	{"keyvalue label without blanks", FACT("keyvalue", "\"type\":\"bool\",\"key\":\"RequireSecureBoot\""), ENC, "known:yes", 0, NULL},
	{"keyvalue label with underscores", FACT("keyvalue", "\"type\":\"bool\",\"key\":\"require_secure_boot\""), ENC, "known:yes", 0, NULL},
	{"keyvalue version", FACT("keyvalue", "\"type\":\"version\",\"key\":\"Version\""), VERSION_GET, "known:8.0.1", 0, NULL},
	{"keyvalue int", FACT("keyvalue", "\"type\":\"int\",\"key\":\"Update\""), VERSION_GET, "known:1", 0, NULL},
	{"keyvalue empty", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Serial Number\""), PLATFORM, "known:", 0, NULL},
	{"keyvalue under a title", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Vendor Name\""), PLATFORM, "known:Dell Inc.", 0, NULL},
	{"keyvalue CR LF", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Mode\""), "   Mode: TPM\r\n", "known:TPM", 0, NULL},
	{"keyvalue list", FACT("keyvalue", "\"type\":\"list\",\"key\":\"L\""), "L: a, b,c\n", "known:a, b, c", 0, NULL},
	{"keyvalue not there", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Moode\""), ENC, "malformed", 0, NULL},
	{"keyvalue absent", FACT("keyvalue", "\"type\":\"int\",\"key\":\"Patchy\",\"absent\":0"), VERSION_GET, "known:0", 0, NULL},
	{"keyvalue absent is not said by another text", FACT("keyvalue", "\"type\":\"int\",\"key\":\"Patch\",\"absent\":0"), "Connection lost\n", "malformed", 0, NULL},
	{"keyvalue absent is not said by nothing", FACT("keyvalue", "\"type\":\"int\",\"key\":\"Patch\",\"absent\":0"), "", "malformed", 0, NULL},
	{"keyvalue twice the same", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Mode\""), "Mode: TPM\nMode: TPM\n", "known:TPM", 0, NULL},
	{"keyvalue twice another", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Mode\""), "Mode: TPM\nMode: NONE\n", "malformed", 0, NULL},
	{"not in the list", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Mode\",\"in\":[\"NONE\"]"), ENC, "malformed", 0, NULL},
	{"not of the type", FACT("keyvalue", "\"type\":\"bool\",\"key\":\"Mode\""), ENC, "malformed", 0, NULL},
	{"map", FACT("keyvalue", "\"type\":\"bool\",\"key\":\"Mode\",\"map\":{\"TPM\":true,\"NONE\":false}"), ENC, "known:yes", 0, NULL},
	{"a map is closed", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Mode\",\"map\":{\"NONE\":\"none\"}"), ENC, "malformed", 0, NULL},
	{"a map is closed but for in", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Mode\",\"map\":{\"NONE\":\"none\"},\"in\":[\"none\",\"TPM\"]"), ENC, "known:TPM", 0, NULL},
	{"a mapped value is held against in", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Mode\",\"map\":{\"TPM\":\"x\"},\"in\":[\"y\"]"), ENC, "malformed", 0, NULL},

	{"json text", FACT("json", "\"type\":\"text\",\"pointer\":\"/Mode\",\"in\":[\"TPM\",\"NONE\"]"), ENC_JSON, "known:TPM", 0, NULL},
	{"json bool, label with blanks", FACT("json", "\"type\":\"bool\",\"pointer\":\"/Require Secure Boot\""), ENC_JSON, "known:yes", 0, NULL},
	{"json bool spelled as text", FACT("json", "\"type\":\"bool\",\"pointer\":\"/X\""), "{\"X\":\"True\"}", "known:yes", 0, NULL},
	{"json int", FACT("json", "\"type\":\"int\",\"pointer\":\"/N\""), ENC_JSON, "known:7", 0, NULL},
	{"json int spelled as text", FACT("json", "\"type\":\"int\",\"pointer\":\"/N\""), "{\"N\":\"7\"}", "known:7", 0, NULL},
	{"json number as text", FACT("json", "\"type\":\"text\",\"pointer\":\"/N\""), "{\"N\":19482537}", "known:19482537", 0, NULL},
	{"json number with a fraction", FACT("json", "\"type\":\"int\",\"pointer\":\"/N\""), "{\"N\":7.5}", "malformed", 0, NULL},
	{"json list", FACT("json", "\"type\":\"list\",\"pointer\":\"/L\""), ENC_JSON, "known:x, y", 0, NULL},
	{"json list by star", FACT("json", "\"type\":\"list\",\"pointer\":\"/O/*/k\""), ENC_JSON, "known:p, q", 0, NULL},
	{"json list by star over nothing", FACT("json", "\"type\":\"list\",\"pointer\":\"/*/k\""), "[]", "known:", 0, NULL},
	{"json list of objects", FACT("json", "\"type\":\"list\",\"pointer\":\"/O\""), ENC_JSON, "malformed", 0, NULL},
	{"json element", FACT("json", "\"type\":\"text\",\"pointer\":\"/O/1/k\""), ENC_JSON, "known:q", 0, NULL},
	{"json star in no list fact, all alike", FACT("json", "\"type\":\"text\",\"pointer\":\"/*/k\""), "[{\"k\":\"p\"},{\"k\":\"p\"}]", "known:p", 0, NULL},
	{"json star in no list fact, one without", FACT("json", "\"type\":\"text\",\"pointer\":\"/*/k\""), "[{\"k\":\"p\"},{}]", "malformed", 0, NULL},
	{"json star in no list fact over nothing", FACT("json", "\"type\":\"text\",\"pointer\":\"/*/k\",\"absent\":\"none\""), "[]", "known:none", 0, NULL},
	{"json star in no list fact", FACT("json", "\"type\":\"text\",\"pointer\":\"/O/*/k\""), ENC_JSON, "malformed", 0, NULL},
	{"json whole", FACT("json", "\"type\":\"text\",\"pointer\":\"\""), "\"connected\"", "known:connected", 0, NULL},
	{"json whole unset", FACT("json", "\"type\":\"text\",\"pointer\":\"\",\"absent\":\"none\""), "null", "known:none", 0, NULL},
	{"json member unset", FACT("json", "\"type\":\"text\",\"pointer\":\"/status\",\"absent\":\"unset\""), "null", "known:unset", 0, NULL},
	{"json null", FACT("json", "\"type\":\"text\",\"pointer\":\"/Z\",\"absent\":\"z\""), ENC_JSON, "known:z", 0, NULL},
	{"json not there", FACT("json", "\"type\":\"text\",\"pointer\":\"/Q\""), ENC_JSON, "malformed", 0, NULL},
	{"json absent with a reason", FACT("json", "\"type\":\"time\",\"pointer\":\"/time\",\"absent\":{\"unknown\":\"not_applicable\"}"), "{}", "not_applicable", 0, NULL},
	{"json not there, and the machine keeps it to itself", FACT("json", "\"type\":\"text\",\"pointer\":\"/status\",\"absent\":{\"unknown\":\"withheld\"}"), "null", "withheld", 0, NULL},
	{"json pointer through a text", FACT("json", "\"type\":\"text\",\"pointer\":\"/Mode/x\",\"absent\":\"no\""), ENC_JSON, "malformed", 0, NULL},
	{"json object where a text is meant", FACT("json", "\"type\":\"text\",\"pointer\":\"\""), "{}", "malformed", 0, NULL},
	{"json two labels alike", FACT("json", "\"type\":\"text\",\"pointer\":\"/ab c\""), "{\"a b c\":\"1\",\"abC\":\"2\"}", "malformed", 0, NULL},
	{"json exact label first", FACT("json", "\"type\":\"text\",\"pointer\":\"/abc\""), "{\"a b c\":\"1\",\"abc\":\"2\"}", "known:2", 0, NULL},
	{"json escapes of pointers", FACT("json", "\"type\":\"text\",\"pointer\":\"/a~1b~0c\""), "{\"a/b~c\":\"1\"}", "known:1", 0, NULL},
	{"json time", FACT("json", "\"type\":\"time\",\"pointer\":\"/t\""), "{\"t\":\"2026-03-02T01:00:00.25Z\"}", "known:2026-03-02T01:00:00.250Z", 0, NULL},
	{"json broken", FACT("json", "\"type\":\"text\",\"pointer\":\"/Mode\",\"absent\":\"no\""), "{\"Mode\": \"TPM\"", "malformed", 0, NULL},
	{"json nothing", FACT("json", "\"type\":\"text\",\"pointer\":\"/Mode\",\"absent\":\"no\""), "", "malformed", 0, NULL},
	{"json and more", FACT("json", "\"type\":\"text\",\"pointer\":\"/Mode\""), "{\"Mode\":\"TPM\"} x", "malformed", 0, NULL},
	{"json keys twice", FACT("json", "\"type\":\"text\",\"pointer\":\"/Mode\""), "{\"Mode\":\"TPM\",\"Mode\":\"NONE\"}", "malformed", 0, NULL},
	{"json text with a NUL", FACT("json", "\"type\":\"text\",\"pointer\":\"/Mode\""), "{\"Mode\":\"T\\u0000M\"}", "malformed", 0, NULL},

	{"json where, a bool", FACT("json", "\"type\":\"bool\",\"pointer\":\"/*/running\",\"where\":{\"key\":\"TSM-SSH\"}"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:yes", 0, NULL},
	{"json where, labels alike", FACT("json", "\"type\":\"bool\",\"pointer\":\"/*/Running\",\"where\":{\"Key\":\"TSM-SSH\"}"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:yes", 0, NULL},
	{"json where, an int", FACT("json", "\"type\":\"int\",\"pointer\":\"/*/n\",\"where\":{\"key\":\"TSM-SSH\"}"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:7", 0, NULL},
	{"json where below", FACT("json", "\"type\":\"text\",\"pointer\":\"/service/*/policy\",\"where\":{\"key\":\"TSM\"}"), "{\"service\":[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]}", "known:off", 0, NULL},
	{"json where none", FACT("json", "\"type\":\"bool\",\"pointer\":\"/*/running\",\"where\":{\"key\":\"slpd\"}"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "malformed", 0, NULL},
	{"json where none, absent", FACT("json", "\"type\":\"bool\",\"pointer\":\"/*/running\",\"where\":{\"key\":\"slpd\"},\"absent\":false"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:no", 0, NULL},
	{"json where none in nothing", FACT("json", "\"type\":\"bool\",\"pointer\":\"/*/running\",\"where\":{\"key\":\"slpd\"},\"absent\":false"), "[]", "known:no", 0, NULL},
	{"json where of null", FACT("json", "\"type\":\"bool\",\"pointer\":\"/*/running\",\"where\":{\"key\":\"slpd\"},\"absent\":false"), "null", "known:no", 0, NULL},
	{"json where the place is not there", FACT("json", "\"type\":\"text\",\"pointer\":\"/*/policy\",\"where\":{\"key\":\"ntpd\"},\"absent\":\"none\""), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:none", 0, NULL},
	{"json where several, one value", FACT("json", "\"type\":\"bool\",\"pointer\":\"/*/running\",\"where\":{\"key\":[\"TSM-SSH\",\"ntpd\"]}"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:yes", 0, NULL},
	{"json where several, two values", FACT("json", "\"type\":\"bool\",\"pointer\":\"/*/running\",\"where\":{\"key\":[\"TSM-SSH\",\"TSM\"]},\"absent\":false"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "malformed", 0, NULL},
	{"json where several, one without", FACT("json", "\"type\":\"text\",\"pointer\":\"/*/policy\",\"where\":{\"running\":true},\"absent\":\"none\""), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "malformed", 0, NULL},
	{"json where several, the first without", FACT("json", "\"type\":\"text\",\"pointer\":\"/*/policy\",\"where\":{\"key\":[\"ntpd\",\"TSM\"]},\"absent\":\"none\""), "[{\"key\":\"ntpd\"},{\"key\":\"TSM\",\"policy\":\"off\"}]", "malformed", 0, NULL},
	{"json where several numbers, one value", FACT("json", "\"type\":\"int\",\"pointer\":\"/*/n\",\"where\":{\"k\":1}"), "[{\"k\":1,\"n\":7},{\"k\":1,\"n\":7}]", "known:7", 0, NULL},
	{"json where several numbers, two values", FACT("json", "\"type\":\"int\",\"pointer\":\"/*/n\",\"where\":{\"k\":1}"), "[{\"k\":1,\"n\":7},{\"k\":1,\"n\":8}]", "malformed", 0, NULL},
	{"json where two members", FACT("json", "\"type\":\"text\",\"pointer\":\"/*/policy\",\"where\":{\"running\":true,\"key\":\"TSM-SSH\"}"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:on", 0, NULL},
	{"json where is of one type", FACT("json", "\"type\":\"text\",\"pointer\":\"/*/policy\",\"where\":{\"running\":\"true\"},\"absent\":\"none\""), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:none", 0, NULL},
	{"json where by number", FACT("json", "\"type\":\"text\",\"pointer\":\"/*/d\",\"where\":{\"p\":7}"), "[{\"p\":7,\"d\":\"x\"},{\"p\":17,\"d\":\"y\"}]", "known:x", 0, NULL},
	{"json where in a list", FACT("json", "\"type\":\"list\",\"pointer\":\"/*/key\",\"where\":{\"running\":true}"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:TSM-SSH, ntpd", 0, NULL},
	{"json where not", FACT("json", "\"type\":\"list\",\"pointer\":\"/*/key\",\"where\":{\"policy\":{\"not\":\"off\"}}"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:TSM-SSH", 0, NULL},
	{"json where not one of", FACT("json", "\"type\":\"list\",\"pointer\":\"/*/key\",\"where\":{\"key\":{\"not\":[\"TSM\",\"ntpd\"]}}"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:TSM-SSH", 0, NULL},
	{"json where not null", FACT("json", "\"type\":\"list\",\"pointer\":\"/*/key\",\"where\":{\"policy\":{\"not\":null}}"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:TSM, TSM-SSH", 0, NULL},
	{"json where null", FACT("json", "\"type\":\"list\",\"pointer\":\"/*/key\",\"where\":{\"policy\":null}"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:ntpd", 0, NULL},
	{"json where null or a value", FACT("json", "\"type\":\"list\",\"pointer\":\"/*/key\",\"where\":{\"policy\":[null,\"off\"]}"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:TSM, ntpd", 0, NULL},
	{"json where a member is no plain value", FACT("json", "\"type\":\"list\",\"pointer\":\"/*/key\",\"where\":{\"policy\":\"off\"}"), "[{\"key\":\"x\",\"policy\":{}}]", "malformed", 0, NULL},
	{"json where two labels alike", FACT("json", "\"type\":\"list\",\"pointer\":\"/*/key\",\"where\":{\"a b\":\"1\"}"), "[{\"key\":\"x\",\"ab\":\"1\",\"a_b\":\"1\"}]", "malformed", 0, NULL},
	{"json where over texts", FACT("json", "\"type\":\"list\",\"pointer\":\"/*\",\"where\":{\"a\":\"1\"}"), "[\"x\"]", "malformed", 0, NULL},
	{"json where, no list", FACT("json", "\"type\":\"text\",\"pointer\":\"/*/a\",\"where\":{\"a\":\"1\"},\"absent\":\"none\""), "7", "malformed", 0, NULL},
	{"json where, the first is the doubt", FACT("json", "\"type\":\"text\",\"pointer\":\"/*/a\",\"where\":{\"k\":1},\"absent\":\"none\""), "[{\"k\":1,\"a\":{}},{\"k\":1,\"a\":\"x\"}]", "malformed", 0, NULL},
	{"json exists", FACT("json", "\"type\":\"bool\",\"pointer\":\"/Mode\",\"exists\":true"), "{\"Mode\":{}}", "known:yes", 0, NULL},
	{"json exists not", FACT("json", "\"type\":\"bool\",\"pointer\":\"/Moode\",\"exists\":true"), "{\"Mode\":\"TPM\"}", "known:no", 0, NULL},
	{"json exists not: null", FACT("json", "\"type\":\"bool\",\"pointer\":\"/Mode\",\"exists\":true"), "{\"Mode\":null}", "known:no", 0, NULL},
	{"json exists not: of null", FACT("json", "\"type\":\"bool\",\"pointer\":\"/Mode\",\"exists\":true"), "null", "known:no", 0, NULL},
	{"json exists: the whole", FACT("json", "\"type\":\"bool\",\"pointer\":\"\",\"exists\":true"), "{}", "known:yes", 0, NULL},
	{"json exists not: the whole", FACT("json", "\"type\":\"bool\",\"pointer\":\"\",\"exists\":true"), "null", "known:no", 0, NULL},
	{"json exists: an element", FACT("json", "\"type\":\"bool\",\"pointer\":\"/*\",\"exists\":true,\"where\":{\"key\":\"TSM\"}"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:yes", 0, NULL},
	{"json exists not: no element", FACT("json", "\"type\":\"bool\",\"pointer\":\"/*\",\"exists\":true,\"where\":{\"key\":\"slpd\"}"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:no", 0, NULL},
	{"json exists: in any element", FACT("json", "\"type\":\"bool\",\"pointer\":\"/*/n\",\"exists\":true"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:yes", 0, NULL},
	{"json exists not: in no element", FACT("json", "\"type\":\"bool\",\"pointer\":\"/*/m\",\"exists\":true"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:no", 0, NULL},
	{"json exists: by number", FACT("json", "\"type\":\"bool\",\"pointer\":\"/0/key\",\"exists\":true"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:yes", 0, NULL},
	{"json exists not: past the end", FACT("json", "\"type\":\"bool\",\"pointer\":\"/3/key\",\"exists\":true"), "[{\"key\":\"TSM\",\"running\":false,\"policy\":\"off\"},{\"key\":\"TSM-SSH\",\"running\":true,\"policy\":\"on\",\"n\":7},{\"key\":\"ntpd\",\"running\":true}]", "known:no", 0, NULL},
	{"json exists through a text", FACT("json", "\"type\":\"bool\",\"pointer\":\"/Mode/x\",\"exists\":true"), "{\"Mode\":\"TPM\"}", "malformed", 0, NULL},
	{"json exists: a star over no list", FACT("json", "\"type\":\"bool\",\"pointer\":\"/*/x\",\"exists\":true"), "{\"Mode\":\"TPM\"}", "malformed", 0, NULL},
	{"json exists: not JSON", FACT("json", "\"type\":\"bool\",\"pointer\":\"/Mode\",\"exists\":true"), "", "malformed", 0, NULL},
	{"json exists: in doubt", FACT("json", "\"type\":\"bool\",\"pointer\":\"/ab c\",\"exists\":true"), "{\"a b c\":\"1\",\"abC\":\"2\"}", "malformed", 0, NULL},

	{"table where", FACT("table", "\"type\":\"text\",\"column\":\"Version\",\"where\":{\"Name\":\"tpmdriver\"}"), VIBS, "known:1.0.0-1vmw.703", 0, NULL},
	{"table where not", FACT("table", "\"type\":\"text\",\"column\":\"Version\",\"where\":{\"Name\":\"tpm\"},\"absent\":\"none\""), VIBS, "known:none", 0, NULL},
	{"table two conditions", FACT("table", "\"type\":\"text\",\"column\":\"Name\",\"where\":{\"Vendor\":\"VMW\",\"Acceptance Level\":\"VMwareCertified\"}"), VIBS, "known:tpmdriver", 0, NULL},
	{"table empty cell", FACT("table", "\"type\":\"text\",\"column\":\"Vendor\",\"where\":{\"Name\":\"homemade\"}"), VIBS, "known:", 0, NULL},
	{"table list", FACT("table", "\"type\":\"list\",\"column\":\"Acceptance Level\""), VIBS, "known:VMwareCertified, VMwareCertified, CommunitySupported", 0, NULL},
	{"table last column", FACT("table", "\"type\":\"list\",\"column\":\"Install Date\",\"where\":{\"Name\":\"bnxtnet\"}"), VIBS, "known:2021-06-15", 0, NULL},
	{"table several rows, one value", FACT("table", "\"type\":\"text\",\"column\":\"Acceptance Level\",\"where\":{\"Acceptance Level\":\"VMwareCertified\"}"), VIBS, "known:VMwareCertified", 0, NULL},
	{"table several rows, two values", FACT("table", "\"type\":\"text\",\"column\":\"Name\",\"where\":{\"Acceptance Level\":\"VMwareCertified\"}"), VIBS, "malformed", 0, NULL},
	{"table no such column", FACT("table", "\"type\":\"text\",\"column\":\"Colour\",\"absent\":\"none\""), VIBS, "malformed", 0, NULL},
	{"table where no such column", FACT("table", "\"type\":\"text\",\"column\":\"Name\",\"where\":{\"Colour\":\"red\"},\"absent\":\"none\""), VIBS, "malformed", 0, NULL},
	{"table with no rows", FACT("table", "\"type\":\"list\",\"column\":\"Name\""), "Name  Is Loaded\n----  ---------\n", "known:", 0, NULL},
	{"table that is none", FACT("table", "\"type\":\"text\",\"column\":\"Name\",\"absent\":\"none\""), "No connection to hostd\n", "malformed", 0, NULL},
	{"table of nothing", FACT("table", "\"type\":\"text\",\"column\":\"Name\",\"absent\":\"none\""), "\n", "known:none", 0, NULL},
	{"table with a torn row", FACT("table", "\"type\":\"list\",\"column\":\"Name\""), "Name  Is Loaded\n----  ---------\ntpmdriverx true\n", "malformed", 0, NULL},
	{"table bool", FACT("table", "\"type\":\"bool\",\"column\":\"Is Loaded\",\"where\":{\"Name\":\"tpmdriver\"},\"absent\":false"), "Name       Is Loaded  Is Enabled\n---------  ---------  ----------\ntpmdriver       true        true\n", "known:yes", 0, NULL},

	{"lines one", FACT("lines", "\"type\":\"text\",\"line\":0,\"in\":[\"PartnerSupported\"]"), "PartnerSupported\n", "known:PartnerSupported", 0, NULL},
	{"lines another", FACT("lines", "\"type\":\"text\",\"line\":1"), "VMware ESXi 7.0.3 build-19482537\nVMware ESXi 7.0 Update 3\n", "known:VMware ESXi 7.0 Update 3", 0, NULL},
	{"lines too few", FACT("lines", "\"type\":\"text\",\"line\":2"), "a\nb\n", "malformed", 0, NULL},
	{"lines as a list", FACT("lines", "\"type\":\"list\""), " a \n\nb", "known:a, b", 0, NULL},
	{"lines bool by map", FACT("lines", "\"type\":\"bool\",\"line\":0,\"map\":{\"Enabled\":true,\"Disabled\":false}"), "Disabled\n", "known:no", 0, NULL},

	{"regex group", FACT("regex", "\"type\":\"version\",\"pattern\":\"ESXi ([0-9.]+) build\""), "VMware ESXi 7.0.3 build-19482537\n", "known:7.0.3", 0, NULL},
	{"regex whole", FACT("regex", "\"type\":\"text\",\"pattern\":\"b.ild\""), "VMware ESXi 7.0.3 build-19482537\n", "known:build", 0, NULL},
	{"regex none", FACT("regex", "\"type\":\"text\",\"pattern\":\"nothing\""), "x\n", "malformed", 0, NULL},
	{"regex list", FACT("regex", "\"type\":\"list\",\"pattern\":\"v=(\\\\w)\""), "v=a v=b\nv=c\n", "known:a, b, c", 0, NULL},
	{"regex present", FACT("regex", "\"type\":\"bool\",\"pattern\":\"^x$\",\"present\":true"), "a\nx\n", "known:yes", 0, NULL},
	{"regex not present", FACT("regex", "\"type\":\"bool\",\"pattern\":\"^x$\",\"present\":true"), "a\n", "known:no", 0, NULL},
	{"regex of nothing in nothing", FACT("regex", "\"type\":\"list\",\"pattern\":\"x*\""), "", "known:", 0, NULL},
	{"regex that runs away", FACT("regex", "\"type\":\"bool\",\"pattern\":\"(a+)+$\",\"present\":true"), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab!", "malformed", 0, NULL},

	{"a no without words for it", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Mode\""), ENC, "malformed", 1, NULL},
	{"a no that says permission", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Mode\""), "", "refused", 1, "Permission to perform this operation was denied."},
	{"a no that says access denied", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Mode\""), "Access denied\n", "refused", 1, NULL},
	{"a no with words for it", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Mode\"") ",\"fails\":[{\"match\":\"^Unable\",\"unknown\":\"not_asked\"},{\"match\":\"Unknown command or namespace\",\"unknown\":\"not_applicable\"}]", "Error: Unknown command or namespace system settings encryption get\n", "not_applicable", 1, NULL},
	{"a no with words for it on stderr", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Mode\"") ",\"fails\":[{\"match\":\"(?i)unknown command\",\"unknown\":\"not_applicable\"}]", "", "not_applicable", 1, "Error: Unknown command or namespace x"},
	{"a no that sets", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Mode\"") ",\"fails\":[{\"match\":\"Unable\",\"set\":{\"a.b\":\"silent\"}}]", "Unable to get the encryption mode and policy.\n", "known:silent", 1, NULL},
	{"fails speaks only of a no", FACT("keyvalue", "\"type\":\"text\",\"key\":\"Mode\"") ",\"fails\":[{\"match\":\"Mode\",\"unknown\":\"not_applicable\"}]", ENC, "known:TPM", 0, NULL},

	{"secureBoot.py -s on", FACT("builtin:secureboot-state", "\"type\":\"bool\""), "Enabled\n", "known:yes", 0, NULL},
	{"secureBoot.py -s off", FACT("builtin:secureboot-state", "\"type\":\"bool\""), "Disabled\n", "known:no", 0, NULL},
	{"secureBoot.py -s off, with a status", FACT("builtin:secureboot-state", "\"type\":\"bool\""), "Disabled\n", "known:no", 1, NULL},
	{"secureBoot.py -s says more", FACT("builtin:secureboot-state", "\"type\":\"bool\""), "Secure Boot: ENABLED\n", "malformed", 0, NULL},
	{"secureBoot.py -s fails", FACT("builtin:secureboot-state", "\"type\":\"bool\""), "Traceback\n", "malformed", 1, NULL},
	{"secureBoot.py -s may not", FACT("builtin:secureboot-state", "\"type\":\"bool\""), "", "refused", 126, "sh: secureBoot.py: Permission denied"},
	{"secureBoot.py -c can", FACT("builtin:secureboot-check", "\"type\":\"bool\""), "Secure boot can be enabled: All vib signatures verified. All tardisks validated. All acceptance levels validated\n", "known:yes", 0, NULL},
	{"secureBoot.py -c cannot", FACT("builtin:secureboot-check", "\"type\":\"bool\""), "Secure boot CANNOT be enabled: Failed to verify signatures of the following vib(s): [x]\n", "known:no", 1, NULL},
	{"secureBoot.py -c says both", FACT("builtin:secureboot-check", "\"type\":\"bool\""), "Secure boot can be enabled\nSecure boot CANNOT be enabled\n", "malformed", 0, NULL},
	{"secureBoot.py -c says neither", FACT("builtin:secureboot-check", "\"type\":\"bool\""), "I think Secure boot can be enabled\n", "malformed", 0, NULL},
	{"clock", FACT("builtin:clock", "\"type\":\"int\""), "2026-03-02T01:00:05Z\n", "known:4", 0, NULL},
	{"clock in seconds", FACT("builtin:clock", "\"type\":\"int\""), "1772413205\n", "known:4", 0, NULL},
	{"clock as JSON", FACT("builtin:clock", "\"type\":\"int\""), "\"2026-03-02T01:00:05.5Z\"", "known:5", 0, NULL},
	{"clock a year behind", FACT("builtin:clock", "\"type\":\"int\""), "2025-03-02T01:00:00Z\n", "known:-31536000", 0, NULL},
	{"clock of words", FACT("builtin:clock", "\"type\":\"int\""), "Mon Mar  2 01:00:05 UTC 2026\n", "malformed", 0, NULL},
	{"uptime", FACT("builtin:uptime-us", "\"type\":\"time\""), "3600500000\n", "known:2026-03-02T00:00:00Z", 0, NULL},
	{"uptime of words", FACT("builtin:uptime-us", "\"type\":\"time\""), "up 1 day\n", "malformed", 0, NULL},
	{"uptime below zero", FACT("builtin:uptime-us", "\"type\":\"time\""), "-1\n", "malformed", 0, NULL},
	{"uptime longer than time", FACT("builtin:uptime-us", "\"type\":\"time\""), "1900000000000000\n", "malformed", 0, NULL},
};

static struct ra_check *check_for(const char *plane)
{
	char text[4096], line[1024];
	struct ra_check *check = NULL;

	snprintf(text, sizeof(text),
		 "{\"format\":1,\"id\":\"k\",\"title\":\"t\",\"why\":\"w\",\"planes\":[{\"via\":\"ssh\",\"run\":[\"vmware\",\"-v\"],%s}]}", plane);
	if (check_from(text, &check, line))
		fail_msg("%s: %s", text, line);
	return check;
}

static void test_cases(void **state)
{
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		const struct extract_case *c = &cases[i];
		struct ra_check *check = check_for(c->parse);
		struct ra_plane_answer answer = answer_of(c->out);
		struct ra_found found;
		char word[256];

		answer.status = c->status;
		answer.err = c->err;
		answer.err_len = c->err ? strlen(c->err) : 0;
		assert_int_equal(ra_extract_facts(check, &check->planes[0], NULL, &answer, &found), RA_OK);
		assert_int_equal(found.count, 1);
		assert_string_equal(found.obs[0].name, "a.b");
		assert_string_equal(found.obs[0].check, "k");
		assert_true(found.obs[0].at == CHECK_T0 + 1000 && found.obs[0].asked == CHECK_T0);
		if (strcmp(obs_word(&found.obs[0], word), c->word) != 0)
			fail_msg("%s: %s, expected %s", c->title, word, c->word);
		ra_found_free(&found);
		ra_check_free(check);
	}
}

/* What failed on its way fails for every fact; half an answer is none. */
static void test_transport(void **state)
{
	static const enum ra_reason reasons[] = {RA_REFUSED, RA_UNREACHABLE, RA_TIMEOUT, RA_TRUNCATED, RA_WITHHELD};
	struct ra_check *check = check_for("\"parse\":\"keyvalue\",\"facts\":{\"a.a\":{\"type\":\"text\",\"key\":\"Mode\"},"
					   "\"a.b\":{\"type\":\"bool\",\"key\":\"Require Secure Boot\",\"lasting\":true}}");
	struct ra_plane_answer answer;
	struct ra_found found;

	for (size_t i = 0; i < RA_LEN(reasons) + 2; i++) {
		enum ra_reason expected = i < RA_LEN(reasons) ? reasons[i] : RA_TRUNCATED;

		answer = answer_of(ENC);
		answer.failed = i < RA_LEN(reasons) ? reasons[i] : RA_KNOWN;
		answer.complete = i != RA_LEN(reasons);
		answer.truncated = i == RA_LEN(reasons) + 1;
		assert_int_equal(ra_extract_facts(check, &check->planes[0], NULL, &answer, &found), RA_OK);
		assert_int_equal(found.count, 2);
		assert_int_equal(found.obs[0].reason, expected);
		assert_int_equal(found.obs[1].reason, expected);
		assert_true(!found.obs[0].lasting && found.obs[1].lasting);
		ra_found_free(&found);
	}
	assert_int_equal(ra_extract_reason(check, &check->planes[0], RA_NOT_APPLICABLE, CHECK_T0, &found), RA_OK);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.obs[1].reason, RA_NOT_APPLICABLE);
	assert_true(found.obs[1].at == CHECK_T0 && found.obs[1].asked == CHECK_T0);
	ra_found_free(&found);
	ra_check_free(check);
}

static void test_clock_is_measured(void **state)
{
	static const struct { const char *out; bool measured; int64_t offset_ms, margin_ms; } rows[] = {
		/* sent at 0 s, came at 1 s: the middle is 0.5 s; half the way and the second the text was cut to */
		{"2026-03-02T01:00:00Z\n", true, -500, 1500},
		{"2026-03-02T02:00:00Z\n", true, 3599500, 1500},
		{"\"2026-03-02T01:00:00.250Z\"", true, -250, 501},
		{"nonsense", false, 0, 0},
	};
	struct ra_check *check = check_for(FACT("builtin:clock", "\"type\":\"int\""));

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_plane_answer answer = answer_of(rows[i].out);
		struct ra_found found;

		assert_int_equal(ra_extract_facts(check, &check->planes[0], NULL, &answer, &found), RA_OK);
		assert_int_equal(found.clock_measured, rows[i].measured);
		assert_true(found.clock_offset_ms == rows[i].offset_ms && found.clock_margin_ms == rows[i].margin_ms);
		assert_false(found.obs[0].session_clock);
		ra_found_free(&found);
	}
	ra_check_free(check);
}

static void test_uptime_is_of_the_session(void **state)
{
	struct ra_check *check = check_for(FACT("builtin:uptime-us", "\"type\":\"time\""));
	struct ra_plane_answer answer = answer_of("60000000\n");
	struct ra_found found;

	assert_int_equal(ra_extract_facts(check, &check->planes[0], NULL, &answer, &found), RA_OK);
	assert_true(found.obs[0].session_clock && found.obs[0].margin_ms == 501);
	assert_true(found.obs[0].value.as.time == CHECK_T0 + 500 - 60000);
	ra_found_free(&found);
	answer.came = answer.sent - 1; /* a clock that ran backwards between: no boot time comes of that */
	assert_int_equal(ra_extract_facts(check, &check->planes[0], NULL, &answer, &found), RA_OK);
	assert_int_equal(found.obs[0].reason, RA_MALFORMED);
	ra_found_free(&found);
	ra_check_free(check);
}

/* A reply of a megabyte, of binary, of depth: a reason, never a crash, and never a known value that a journal could not hold. */
static void test_hostile(void **state)
{
	static const char *const planes[] = {
		FACT("keyvalue", "\"type\":\"text\",\"key\":\"Mode\",\"absent\":\"none\""),
		FACT("json", "\"type\":\"text\",\"pointer\":\"/Mode\",\"absent\":\"none\""),
		FACT("table", "\"type\":\"list\",\"column\":\"Mode\""),
		FACT("lines", "\"type\":\"text\",\"line\":0"),
		FACT("lines", "\"type\":\"list\""),
		FACT("regex", "\"type\":\"text\",\"pattern\":\"Mode: (.*)\""),
		FACT("builtin:secureboot-check", "\"type\":\"bool\""),
		FACT("builtin:clock", "\"type\":\"int\""),
		FACT("builtin:uptime-us", "\"type\":\"time\""),
		FACT("x509", "\"type\":\"text\",\"field\":\"subject\",\"absent\":\"\""),
	};
	size_t len = 1 << 20;
	char *bytes = malloc(len);

	for (size_t fill = 0; fill < 6; fill++) {
		static const char seeds[] = {'A', '\0', '\377', '[', '\n', '-'};

		memset(bytes, seeds[fill], len);
		if (fill == 0)
			memcpy(bytes, "Mode: ", 6);
		for (size_t i = 0; i < RA_LEN(planes); i++) {
			struct ra_check *check = check_for(planes[i]);
			struct ra_plane_answer answer = answer_of("");
			struct ra_found found;

			answer.out = bytes;
			answer.out_len = len;
			assert_int_equal(ra_extract_facts(check, &check->planes[0], NULL, &answer, &found), RA_OK);
			assert_int_equal(found.count, 1);
			if (found.obs[0].reason == RA_KNOWN)
				assert_true(found.obs[0].value.type == RA_LIST || strlen(found.obs[0].value.as.text) == 0);
			ra_found_free(&found);
			ra_check_free(check);
		}
	}
	free(bytes);
}

/* More than a list holds is truncated, not a shorter list. */
static void test_list_too_long(void **state)
{
	struct ra_check *check = check_for(FACT("lines", "\"type\":\"list\""));
	char text[3 * (RA_LIST_MAX + 1)];
	struct ra_found found;

	for (size_t rows = RA_LIST_MAX; rows <= RA_LIST_MAX + 1; rows++) {
		struct ra_plane_answer answer = answer_of("");

		for (size_t i = 0; i < rows; i++)
			memcpy(text + 2 * i, "a\n", 2);
		answer.out = text;
		answer.out_len = 2 * rows;
		assert_int_equal(ra_extract_facts(check, &check->planes[0], NULL, &answer, &found), RA_OK);
		assert_int_equal(found.obs[0].reason, rows == RA_LIST_MAX ? RA_KNOWN : RA_TRUNCATED);
		ra_found_free(&found);
	}
	ra_check_free(check);
}

#define DAY INT64_C(86400000)
/* Certificates: %1 and %2 stand for a text of one as it is, "%1" in JSON. The first ends in 90 days, the second ended a day ago. */
static void test_certificates(void **state)
{
	static const struct { const char *spec, *out, *word; } rows[] = {
		{"\"type\":\"int\",\"field\":\"days_left\"", "%1", "known:89"},
		{"\"type\":\"int\",\"field\":\"days_left\"", "%2", "known:-2"},
		{"\"type\":\"int\",\"field\":\"days_left\"", "\"%1\"", "known:89"},
		{"\"type\":\"int\",\"field\":\"days_left\"", "[\"%1\",\"%2\"]", "known:89"},
		{"\"type\":\"int\",\"field\":\"days_left\",\"of\":\"first\"", "[\"%1\",\"%2\"]", "known:89"},
		{"\"type\":\"int\",\"field\":\"days_left\",\"of\":\"earliest\"", "[\"%1\",\"%2\"]", "known:-2"},
		{"\"type\":\"int\",\"field\":\"days_left\",\"of\":\"earliest\"", "%1%2", "known:-2"},
		{"\"type\":\"text\",\"field\":\"subject\",\"of\":\"earliest\"", "[\"%1\",\"%2\"]", "known:CN=two,O=Lab"},
		{"\"type\":\"text\",\"field\":\"subject\"", "%1", "known:CN=one,O=Lab"},
		{"\"type\":\"text\",\"field\":\"issuer\"", "%1", "known:CN=one,O=Lab"},
		{"\"type\":\"text\",\"field\":\"not_after\"", "%1", "known:2026-05-31T01:00:00Z"},
		{"\"type\":\"time\",\"field\":\"not_before\"", "%1", "known:2026-02-28T01:00:00Z"},
		{"\"type\":\"int\",\"field\":\"days_left\",\"absent\":{\"unknown\":\"withheld\"}", "null", "withheld"},
		{"\"type\":\"int\",\"field\":\"days_left\",\"absent\":{\"unknown\":\"withheld\"}", "[]", "withheld"},
		{"\"type\":\"int\",\"field\":\"days_left\"", "null", "malformed"},
		{"\"type\":\"int\",\"field\":\"days_left\",\"absent\":0", "", "malformed"},
		{"\"type\":\"int\",\"field\":\"days_left\",\"absent\":0", "\"\"", "malformed"},
		{"\"type\":\"int\",\"field\":\"days_left\",\"absent\":0", "[\"%1\",\"x\"]", "malformed"},
		{"\"type\":\"int\",\"field\":\"days_left\",\"absent\":0", "[\"%1\",7]", "malformed"},
		{"\"type\":\"int\",\"field\":\"days_left\",\"absent\":0", "{\"a\":\"%1\"}", "malformed"},
		{"\"type\":\"int\",\"field\":\"days_left\",\"absent\":0", "7", "malformed"},
	};
	char *pem[2] = {cert_make("one", CHECK_T0 - 2 * DAY, CHECK_T0 + 90 * DAY), cert_make("two", CHECK_T0 - 9 * DAY, CHECK_T0 - DAY)};
	char *json[2] = {cert_json(pem[0]), cert_json(pem[1])};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char plane[1024], word[256];
		struct ra_buf out = {0};
		struct ra_plane_answer answer;
		struct ra_check *check;
		struct ra_found found;

		snprintf(plane, sizeof(plane), "\"parse\":\"x509\",\"facts\":{\"a.b\":{%s}}", rows[i].spec);
		check = check_for(plane);
		for (const char *at = rows[i].out; *at; at++) {
			bool quoted = at[0] == '"' && at[1] == '%', mark = quoted || *at == '%';
			const char *text = quoted ? json[at[2] - '1'] : mark ? pem[at[1] - '1'] : at;

			assert_int_equal(ra_buf_add(&out, text, mark ? strlen(text) : 1), RA_OK);
			at += quoted ? 3 : mark;
		}
		answer = answer_of(ra_buf_str(&out));
		assert_int_equal(ra_extract_facts(check, &check->planes[0], NULL, &answer, &found), RA_OK);
		assert_int_equal(found.count, 1);
		if (strcmp(obs_word(&found.obs[0], word), rows[i].word) != 0)
			fail_msg("%s of %s: %s, expected %s", rows[i].spec, rows[i].out, word, rows[i].word);
		/* the times of certificates are no machine's clock's */
		assert_true(found.obs[0].reason != RA_KNOWN || (found.obs[0].value.type == RA_TIME) == found.obs[0].session_clock);
		ra_found_free(&found);
		ra_buf_free(&out);
		ra_check_free(check);
	}
	for (int i = 0; i < 2; i++) {
		free(pem[i]);
		free(json[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),		  cmocka_unit_test(test_transport),
		cmocka_unit_test(test_clock_is_measured), cmocka_unit_test(test_uptime_is_of_the_session),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_hostile),		  cmocka_unit_test(test_list_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
