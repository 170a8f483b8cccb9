/* vim25 data as canonical JSON. */
#include "unit.h"

#include "base/io.h"
#include "link/vsphere_xml.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HEAD "<v xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""
/* A value with a type; one without. */
#define TYPED(type, inner) HEAD " xsi:type=\"" type "\">" inner "</v>"
#define PLAIN(inner) HEAD ">" inner "</v>"

/* Out: the JSON as text, NULL when it is refused. Owner: caller frees. */
static char *json_of(const char *xml, size_t len, bool text_bytes)
{
	xmlDoc *doc = NULL;
	cJSON *json = NULL;
	char *text = NULL;
	ra_err err;

	assert_int_equal(ra_xml_parse(xml, len, &doc, NULL), RA_OK);
	err = ra_vs_json(xmlDocGetRootElement(doc), text_bytes, &json);
	if (err)
		assert_int_equal(err, RA_E_INVALID);
	assert_true((err == RA_OK) == (json != NULL));
	if (json) {
		text = ra_json_print(json);
		assert_non_null(text);
	}
	cJSON_Delete(json);
	xmlFreeDoc(doc);
	return text;
}

static void test_values(void **state)
{
	static const struct {
		const char *xml, *json; /* NULL: refused */
	} rows[] = {
	    /* Scalars. */
	    {TYPED("xsd:string", "esx01"), "\"esx01\""},
	    {TYPED("xsd:string", "true"), "\"true\""},
	    {TYPED("xsd:string", "12"), "\"12\""},
	    {TYPED("xsd:string", ""), "\"\""},
	    {TYPED("xsd:boolean", "true"), "true"},
	    {TYPED("xsd:boolean", "false"), "false"},
	    {TYPED("xsd:boolean", "1"), "\"1\""},
	    {PLAIN("true"), "true"},
	    {PLAIN("12"), "\"12\""},
	    {PLAIN(""), "\"\""},
	    {TYPED("xsd:int", "-12"), "-12"},
	    {TYPED("xsd:short", "7"), "7"},
	    {TYPED("xsd:double", "1.5"), "1.5"},
	    {TYPED("xsd:double", "1e3"), "1000"},
	    {TYPED("xsd:long", "9007199254740991"), "9007199254740991"},
	    {TYPED("xsd:long", "9007199254740993"), "\"9007199254740993\""},
	    {TYPED("xsd:long", "-9223372036854775808"), "\"-9223372036854775808\""},
	    {TYPED("xsd:int", ""), "\"\""},
	    {TYPED("xsd:int", "0x10"), "\"0x10\""},
	    {TYPED("xsd:int", " 1"), "\" 1\""},
	    {TYPED("xsd:int", "1x"), "\"1x\""},
	    {TYPED("xsd:double", "NaN"), "\"NaN\""},
	    {TYPED("xsd:double", "INF"), "\"INF\""},
	    {TYPED("xsd:double", "1e999"), "\"1e999\""},
	    {TYPED("xsd:dateTime", "2026-03-02T09:00:00.123456Z"), "\"2026-03-02T09:00:00.123456Z\""},
	    {TYPED("HostSystemConnectionState", "connected"), "\"connected\""},
	    {TYPED("xsd:string", "a&lt;b&amp;c\"\\<![CDATA[<d>]]>"), "\"a<b&c\\\"\\\\<d>\""},
	    {HEAD " xsi:nil=\"true\"/>", "null"},
	    {HEAD " xsi:nil=\"1\" xsi:type=\"xsd:string\"/>", "null"},
	    {HEAD " xsi:nil=\"false\" xsi:type=\"xsd:string\"/>", "\"\""},
	    {HEAD " nil=\"true\" xsi:type=\"xsd:string\"/>", "\"\""},
	    /* References. */
	    {HEAD " type=\"HostSystem\" xsi:type=\"ManagedObjectReference\">host-37</v>", "{\"type\":\"HostSystem\",\"id\":\"host-37\"}"},
	    {TYPED("ArrayOfManagedObjectReference", "<ManagedObjectReference type=\"Task\">task-1</ManagedObjectReference>"
						    "<ManagedObjectReference type=\"Task\">task-2</ManagedObjectReference>"),
	     "[{\"type\":\"Task\",\"id\":\"task-1\"},{\"type\":\"Task\",\"id\":\"task-2\"}]"},
	    /* Lists. */
	    {TYPED("ArrayOfString", ""), "[]"},
	    {TYPED("ArrayOfString", "<string>a</string>"), "[\"a\"]"},
	    {TYPED("ArrayOfInt", "<int xsi:type=\"xsd:int\">1</int><int xsi:type=\"xsd:int\">2</int>"), "[1,2]"},
	    {TYPED("ArrayOfAnyType", "<anyType xsi:type=\"ArrayOfString\"><string>x</string></anyType>"), "[[\"x\"]]"},
	    {PLAIN("<a>1</a>"), "{\"a\":\"1\"}"},
	    {PLAIN("<a>1</a><a>2</a><a>3</a>"), "{\"a\":[\"1\",\"2\",\"3\"]}"},
	    {PLAIN("<a>1</a><b>x</b><a>2</a>"), "{\"b\":\"x\",\"a\":[\"1\",\"2\"]}"},
	    {PLAIN("<dnsServer>10.0.0.1</dnsServer>"), "{\"dnsServer\":[\"10.0.0.1\"]}"},
	    {PLAIN("<dnsServer>10.0.0.1</dnsServer><dnsServer>10.0.0.2</dnsServer>"), "{\"dnsServer\":[\"10.0.0.1\",\"10.0.0.2\"]}"},
	    {PLAIN("<A>1</A><a>2</a>"), "{\"A\":\"1\",\"a\":\"2\"}"},
	    /* Objects: a type below the first level, members that are left out, numbers by their names. */
	    {TYPED("HostTpmAttestationInfo", "<time>2026-03-02T09:00:00Z</time><status>accepted</status>"),
	     "{\"time\":\"2026-03-02T09:00:00Z\",\"status\":\"accepted\"}"},
	    {PLAIN("<m xsi:type=\"LocalizableMessage\"><key>k</key></m>"), "{\"m\":{\"_type\":\"LocalizableMessage\",\"key\":\"k\"}}"},
	    {PLAIN("<fault xsi:type=\"HostNotConnected\"/>"), "{\"fault\":{\"_type\":\"HostNotConnected\"}}"},
	    {TYPED("HostNotConnected", ""), "{}"},
	    {PLAIN("<a><b><c xsi:type=\"xsd:int\">1</c></b></a>"), "{\"a\":{\"b\":{\"c\":1}}}"},
	    {PLAIN("<pcrNumber>7</pcrNumber><port>443</port><other>7</other>"), "{\"pcrNumber\":7,\"port\":443,\"other\":\"7\"}"},
	    {PLAIN("<a xsi:nil=\"true\"/><b>1</b>"), "{\"a\":null,\"b\":\"1\"}"},
	    {PLAIN("\n <a>1</a>\n <!-- x -->\n <b>2</b>\n"), "{\"a\":\"1\",\"b\":\"2\"}"},
	    /* Bytes. */
	    {PLAIN("<dataHash>-1</dataHash><dataHash>0</dataHash><dataHash>127</dataHash><dataHash>-128</dataHash>"),
	     "{\"dataHash\":\"ff007f80\"}"},
	    {PLAIN("<dataHash>255</dataHash><dataHash>128</dataHash>"), "{\"dataHash\":\"ff80\"}"},
	    {PLAIN("<dataHash>1</dataHash>"), "{\"dataHash\":\"01\"}"},
	    {PLAIN("<dataHash>256</dataHash>"), NULL},
	    {PLAIN("<dataHash>-129</dataHash>"), NULL},
	    {PLAIN("<dataHash/>"), NULL},
	    {PLAIN("<dataHash>x</dataHash>"), NULL},
	    {PLAIN("<dataHash>1.5</dataHash>"), NULL},
	    {PLAIN("<dataHash>12345678</dataHash>"), NULL},
	    {PLAIN("<dataHash>1</dataHash><dataHash><x/></dataHash>"), NULL},
	    {PLAIN("<a>1</a><dataHash>1</dataHash><dataHash>zz</dataHash>"), NULL},
	    {TYPED("ArrayOfByte", "<byte>-1</byte><byte>16</byte>"), "\"ff10\""},
	    {TYPED("ByteSlice", "<byte>1</byte>"), "\"01\""},
	    {TYPED("ArrayOfByte", ""), "\"\""},
	    {TYPED("ArrayOfByte", "<byte>300</byte>"), NULL},
	    {PLAIN("<certificate>65</certificate><certificate>66</certificate>"), "{\"certificate\":\"AB\"}"},
	    {PLAIN("<certificate>0</certificate>"), NULL},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char *json = json_of(rows[i].xml, strlen(rows[i].xml), false);

		if (!json != !rows[i].json || (json && strcmp(json, rows[i].json) != 0))
			fail_msg("%s: %s, not %s", rows[i].xml, json ? json : "refused", rows[i].json ? rows[i].json : "refused");
		free(json);
	}
}

static void test_a_certificate_is_text(void **state)
{
	static const char good[] = TYPED("ArrayOfByte", "<byte>45</byte><byte>45</byte><byte>10</byte>");
	static const char zero[] = TYPED("ArrayOfByte", "<byte>45</byte><byte>0</byte>");
	char *json = json_of(good, sizeof(good) - 1, true);

	(void)state;
	assert_string_equal(json, "\"--\\n\"");
	free(json);
	assert_null(json_of(zero, sizeof(zero) - 1, true));
}

/* A digest of a bank nobody extends is zero bytes, and stays a digest. */
static void test_zero_bytes(void **state)
{
	struct ra_buf xml = {0};
	char want[100] = "{\"digestValue\":\"", *json;

	(void)state;
	assert_int_equal(ra_buf_text(&xml, "<v>"), RA_OK);
	for (int i = 0; i < 40; i++) {
		assert_int_equal(ra_buf_text(&xml, "<digestValue>0</digestValue>"), RA_OK);
		memcpy(want + strlen(want), "00", 3);
	}
	assert_int_equal(ra_buf_text(&xml, "</v>"), RA_OK);
	memcpy(want + strlen(want), "\"}", 3);
	json = json_of(ra_buf_str(&xml), xml.len, false);
	assert_string_equal(json, want);
	free(json);
	ra_buf_free(&xml);
}

/* head, then count times the pattern with its number, then tail. Out: is it read? */
static bool is_read(const char *head, const char *name, int count, const char *tail)
{
	struct ra_buf xml = {0};
	ra_err err = ra_buf_text(&xml, head);
	char *json;

	for (int i = 0; i < count && !err; i++)
		err = *name == '#' ? ra_buf_printf(&xml, "<m%d/>", i) : ra_buf_text(&xml, name);
	err = err ? err : ra_buf_text(&xml, tail);
	assert_int_equal(err, RA_OK);
	json = json_of(ra_buf_str(&xml), xml.len, false);
	ra_buf_free(&xml);
	free(json);
	return json != NULL;
}

static void test_limits(void **state)
{
	static const struct {
		const char *head, *name;
		int count;
		const char *tail;
		bool read;
	} rows[] = {
	    {"<v>", "<a/>", 20000, "</v>", true},	/* a list's items are members of its object */
	    {"<v>", "<a/>", 20001, "</v>", false},
	    {HEAD " xsi:type=\"ArrayOfString\">", "<a/>", 20000, "</v>", true},
	    {HEAD " xsi:type=\"ArrayOfString\">", "<a/>", 20001, "</v>", false},
	    {"<v>", "#", 256, "</v>", true},		/* different ones */
	    {"<v>", "#", 257, "</v>", false},
	    {"<v>", "<dataHash>1</dataHash>", 524288, "</v>", true}, /* bytes are not: 1 MiB of hexadecimal digits */
	    {"<v>", "<dataHash>1</dataHash>", 524289, "</v>", false},
	    {"", "<a>", 25, "<b/></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>", false},
	    {"", "<a>", 24, "<b/></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>", true},
	    {"<v>", "0123456789abcdef", 262144, "</v>", true}, /* 4 MiB of text */
	    {"<v>", "0123456789abcdef", 262145, "</v>", false},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++)
		if (is_read(rows[i].head, rows[i].name, rows[i].count, rows[i].tail) != rows[i].read)
			fail_msg("%d times %s: %s", rows[i].count, rows[i].name, rows[i].read ? "refused" : "read");
}

/* 20 MB of text: refused, by the parser (its newer versions) or after it. */
static void test_a_text_of_20_mb(void **state)
{
	size_t len = 20u << 20;
	char *xml = malloc(len + 8);
	xmlDoc *doc = NULL;
	cJSON *json = NULL;

	(void)state;
	assert_non_null(xml);
	memcpy(xml, "<v>", 3);
	memset(xml + 3, 'x', len);
	memcpy(xml + 3 + len, "</v>", 5);
	if (ra_xml_parse(xml, len + 7, &doc, NULL) == RA_OK)
		assert_int_equal(ra_vs_json(xmlDocGetRootElement(doc), false, &json), RA_E_INVALID);
	assert_null(json);
	xmlFreeDoc(doc);
	free(xml);
}

/* A kind of event this program never heard of keeps its name and all its members. */
static void test_unknown_event(void **state)
{
	static const char xml[] = PLAIN(
	    "<tpmPcrValues><pcrNumber>0</pcrNumber><digestMethod>SHA256</digestMethod><digestValue>-1</digestValue><digestValue>2</digestValue>"
	    "</tpmPcrValues><tpmEvents><pcrIndex>20</pcrIndex><eventDetails xsi:type=\"HostTpmMoonPhaseEventDetails\"><dataHash>1</dataHash>"
	    "<dataHash>-2</dataHash><dataHashMethod>SHA256</dataHashMethod><phase>waning</phase><names>a</names><names>b</names>"
	    "</eventDetails></tpmEvents><tpmLogReliable>false</tpmLogReliable>");
	char *json = json_of(xml, sizeof(xml) - 1, false);

	(void)state;
	assert_string_equal(json,
			    "{\"tpmPcrValues\":[{\"pcrNumber\":0,\"digestMethod\":\"SHA256\",\"digestValue\":\"ff02\"}],\"tpmEvents\":[{\"pcrIndex\":20,"
			    "\"eventDetails\":{\"_type\":\"HostTpmMoonPhaseEventDetails\",\"dataHash\":\"01fe\",\"dataHashMethod\":\"SHA256\","
			    "\"phase\":\"waning\",\"names\":[\"a\",\"b\"]}}],\"tpmLogReliable\":false}");
	free(json);
}

static int digits_of(const char *method)
{
	return strcmp(method, "SHA1") == 0 ? 40 : strcmp(method, "SHA256") == 0 ? 64 : strcmp(method, "SHA384") == 0 ? 96 : 128;
}

static void look_at_values(const cJSON *values)
{
	const cJSON *row;
	int number = 0, sane = 0;

	assert_true(cJSON_IsArray(values));
	assert_int_equal(cJSON_GetArraySize(values), 24);
	cJSON_ArrayForEach (row, values) {
		const char *digest = ra_json_str(row, "digestValue", "");

		assert_int_equal(ra_json_int(row, "pcrNumber", -1), number++);
		assert_int_equal(strspn(digest, "0123456789abcdef"), strlen(digest));
		sane += (int)strlen(digest) == digits_of(ra_json_str(row, "digestMethod", ""));
	}
	/* The sample's authors made its last two rows claim other banks than their bytes are of. */
	assert_true(sane >= 22);
}

static void look_at_events(const cJSON *events)
{
	const cJSON *row;

	assert_true(cJSON_IsArray(events));
	assert_true(cJSON_GetArraySize(events) > 20);
	cJSON_ArrayForEach (row, events) {
		const cJSON *details = ra_json_get(row, "eventDetails");
		const char *type = ra_json_str(details, "_type", ""), *hash = ra_json_str(details, "dataHash", "");

		assert_in_range(ra_json_int(row, "pcrIndex", -1), 0, 23);
		assert_int_equal(strncmp(type, "HostTpm", 7), 0);
		assert_non_null(strstr(type, "EventDetails"));
		assert_in_range(strlen(hash), 40, 128);
		assert_int_equal(strspn(hash, "0123456789abcdef"), strlen(hash));
	}
}

/* A whole report of a real host, where it lies beside the source tree. */
static void test_a_real_report(void **state)
{
	RA_AUTO(ra_mem_free) char *path =
	    ra_path_join(unit_dir("RA_SRCDIR"), "../shared/samples/attestation/esxi-6.7.0-10302608_tpm20_QueryTpmAttestationReport.xml");
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	RA_AUTO(ra_cjson_free) cJSON *json = NULL;
	xmlDoc *doc = NULL;

	(void)state;
	assert_non_null(path);
	if (access(path, R_OK) != 0) {
		print_message("there is no sample of a real report beside this tree\n");
		path = ra_mem_free(path); /* skip does not come back */
		skip();
	}
	assert_int_equal(ra_read_file(path, &bytes, NULL), RA_OK);
	assert_int_equal(ra_xml_parse(ra_buf_str(&bytes), bytes.len, &doc, NULL), RA_OK);
	assert_int_equal(ra_vs_json(ra_vs_kid(xmlDocGetRootElement(doc), "returnval"), false, &json), RA_OK);
	xmlFreeDoc(doc);
	look_at_values(ra_json_get(json, "tpmPcrValues"));
	look_at_events(ra_json_get(json, "tpmEvents"));
	assert_true(ra_json_bool(json, "tpmLogReliable", false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values),	  cmocka_unit_test(test_a_certificate_is_text), cmocka_unit_test(test_zero_bytes),
	    cmocka_unit_test(test_limits),	  cmocka_unit_test(test_a_text_of_20_mb),	cmocka_unit_test(test_unknown_event),
	    cmocka_unit_test(test_a_real_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
