/* What the vCenter link makes of text: an operator's address, a server's XML, its faults. */
#include "unit.h"

#include "link/link.h"
#include "link/vsphere_xml.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define XSI_SPACE "http://www.w3.org/2001/XMLSchema-instance"
#define ENVELOPE "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:xsi=\"" XSI_SPACE "\">"
#define SOAP(body) ENVELOPE "<soapenv:Body>" body "</soapenv:Body></soapenv:Envelope>"
#define X10 "xxxxxxxxxx"
#define X50 X10 X10 X10 X10 X10
#define X120 X50 X50 X10 X10
#define X250 X120 X120 X10

static void test_addresses(void **state)
{
	static const struct {
		const char *text, *host, *user, *path;
		int port;
	} rows[] = {
	    {"vc.example", "vc.example", "", "/sdk", 443},
	    {"https://vc.example", "vc.example", "", "/sdk", 443},
	    {"HTTPS://vc.example/", "vc.example", "", "/sdk", 443},
	    {"https://vc.example/sdk", "vc.example", "", "/sdk", 443},
	    {"vc.example/other", "vc.example", "", "/other", 443},
	    {"vc.example:9443", "vc.example", "", "/sdk", 9443},
	    {"https://vc.example:1/sdk", "vc.example", "", "/sdk", 1},
	    {"vc.example:65535", "vc.example", "", "/sdk", 65535},
	    {"administrator@vsphere.local@vc.example", "vc.example", "administrator@vsphere.local", "/sdk", 443},
	    {"https://administrator%40vsphere.local@vc.example:443/sdk", "vc.example", "administrator@vsphere.local", "/sdk", 443},
	    {"LAB\\joe@vc.example", "vc.example", "LAB\\joe", "/sdk", 443},
	    {"a%3ab@vc.example", "vc.example", "a:b", "/sdk", 443},
	    {"@vc.example", "vc.example", "", "/sdk", 443},
	    {"2001:db8::1", "2001:db8::1", "", "/sdk", 443},
	    {"[2001:db8::1]", "2001:db8::1", "", "/sdk", 443},
	    {"https://root@[2001:db8::1]:8443/sdk", "2001:db8::1", "root", "/sdk", 8443},
	    {"192.0.2.7:444", "192.0.2.7", "", "/sdk", 444},
	    {X250 "12345", X250 "12345", "", "/sdk", 443},
	    {X120 "1234567@vc", "vc", X120 "1234567", "/sdk", 443},
	    {"vc/" X50 X10 "12", "vc", "", "/" X50 X10 "12", 443},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_vsphere_url url;
		struct ra_errs errs = {0};

		if (ra_vsphere_url_parse(rows[i].text, &url, &errs))
			fail_msg("%s: %s", rows[i].text, errs.text[0]);
		assert_string_equal(url.host, rows[i].host);
		assert_string_equal(url.user, rows[i].user);
		assert_string_equal(url.path, rows[i].path);
		assert_int_equal(url.port, rows[i].port);
	}
}

static void test_addresses_refused(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
	    {"", "is no address"},
	    {"https://", "is no address"},
	    {"https:///sdk", "is no address"},
	    {"http://vc.example", "https:// only"},
	    {"ssh://vc.example", "https:// only"},
	    {"://vc.example", "https:// only"},
	    {"a://", "https:// only"},
	    {"httpsx://vc.example", "https:// only"},
	    {"vc.example?x=1", "no ? and no #"},
	    {"vc.example/sdk#top", "no ? and no #"},
	    {"vc.example#", "no ? and no #"},
	    {"vc.example:", "is no address"},
	    {"vc.example:0", "is no address"},
	    {"vc.example:65536", "is no address"},
	    {"vc.example:123456", "is no address"},
	    {"vc.example:+443", "is no address"},
	    {"vc.example:https", "is no address"},
	    {"[2001:db8::1", "is no address"},
	    {"[2001:db8::1]443", "is no address"},
	    {"[2001:db8::1]:", "is no address"},
	    {"[2001:db8::1]:x", "is no address"},
	    {"[]", "is no address"},
	    {"-vc.example", "is no address"},
	    {"vc example", "is no address"},
	    {"vc\"example", "is no address"},
	    {"vc<example>", "is no address"},
	    {"vc\nexample", "is no address"},
	    {"vc\x7f", "is no address"},
	    {"joe@", "is no address"},
	    {"joe%4@vc", "user's name"},
	    {"joe%zz@vc", "user's name"},
	    {"joe%@vc", "user's name"},
	    {"joe%00@vc", "user's name"},
	    {"joe%0a@vc", "user's name"},
	    {X250 "123456", "is no address"},
	    {X120 "12345678@vc", "user's name"},
	    {"vc/" X50 X10 "123", "path"},
	    {"vc/a\tb", "path"},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_vsphere_url url;
		struct ra_errs errs = {0};
		ra_err err = ra_vsphere_url_parse(rows[i].text, &url, &errs);

		if (err != RA_E_ARG || !strstr(errs.text[0], rows[i].words))
			fail_msg("%s: %d: %s", rows[i].text, err, errs.text[0]);
	}
}

/* Whatever else is wrong with it, a password in an address is not repeated. */
static void test_password_is_not_repeated(void **state)
{
	static const char *const rows[] = {
	    "root:s3cret@vc.example",	     "https://root:s3cret@vc.example/sdk", "http://root:s3cret@vc.example", "root:s3cret/x@vc.example",
	    "https://root:s3cret?x@vc.example", "https://root:s3cret#x@vc.example",   "https://root:@s3cret@vc.example",  "ftp://root:a/s3cret@vc",
	    "https://:s3cret@vc.example",
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_vsphere_url url;
		struct ra_errs errs = {0};

		assert_int_equal(ra_vsphere_url_parse(rows[i], &url, &errs), RA_E_ARG);
		if (!strstr(errs.text[0], "holds a password"))
			fail_msg("%s: %s", rows[i], errs.text[0]);
		for (int at = 0; at < errs.count; at++)
			assert_null(strstr(errs.text[at], "s3cret"));
	}
}

/* Parse and forget. Out: the error; errs holds its sentence. */
static ra_err parse(const char *bytes, size_t len, struct ra_errs *errs)
{
	xmlDoc *doc = NULL;
	ra_err err;

	ra_errs_clear(errs);
	err = ra_xml_parse(bytes, len, &doc, errs);
	assert_true((err == RA_OK) == (doc != NULL));
	xmlFreeDoc(doc);
	return err;
}

static void expect_refused(const char *bytes, size_t len, const char *words)
{
	struct ra_errs errs;
	ra_err err = parse(bytes, len, &errs);

	if (err != RA_E_INVALID || !strstr(errs.text[0], words))
		fail_msg("%.60s: %d: %s, not %s", bytes, err, errs.count ? errs.text[0] : "", words);
}

static void test_xml_refused(void **state)
{
#define ROW(text, words) {text, sizeof(text) - 1, words}
	static const struct {
		const char *bytes;
		size_t len;
		const char *words;
	} rows[] = {
	    ROW("", "no XML"),
	    ROW("   \n", "no XML"),
	    ROW("HTTP error", "no XML"),
	    ROW("{\"a\":1}", "no XML"),
	    ROW("<!DOCTYPE a><a/>", "DOCTYPE"),
	    ROW("<?xml version=\"1.0\"?>\n<!-- x --><!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "DOCTYPE"),
	    ROW("<!DOCTYPE a SYSTEM \"http://127.0.0.1:9/x.dtd\"><a/>", "DOCTYPE"),
	    ROW("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>", "DOCTYPE"),
	    ROW("<!DOCTYPE a [<!ENTITY % b SYSTEM \"file:///etc/passwd\"> %b;]><a/>", "DOCTYPE"),
	    ROW("<!DOCTYPE z [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]><z>&c;</z>", "DOCTYPE"),
	    ROW("<a>&undeclared;</a>", "well-formed"),
	    ROW("<a b=\"&undeclared;\"/>", "well-formed"),
	    ROW("<a b='1' b='2'/>", "well-formed"),
	    ROW("<a></b>", "well-formed"),
	    ROW("<a/><a/>", "well-formed"),
	    ROW("<a/>text", "well-formed"),
	    ROW("<a>\x01</a>", "well-formed"),
	    ROW("<a>&#0;</a>", "well-formed"),
	    ROW("<a b=\"<\"/>", "well-formed"),
	    ROW("<a>\xff\xfe</a>", "well-formed"),
	    ROW("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9</a>", "well-formed"),
	    ROW("<a><?php echo 1 ?></a>", "processing instruction"),
	    ROW("<?php echo 1 ?><a/>", "processing instruction"),
	    ROW("<a>x\0y</a>", "no XML in UTF-8"),
	    ROW("<a/>\0", "no XML in UTF-8"),
	    ROW("\xff\xfe<\0a\0/\0>\0", "no XML in UTF-8"),
	    ROW("\xfe\xff\0<\0a\0/\0>", "no XML in UTF-8"),
	    ROW("<\0a\0/\0>\0", "no XML in UTF-8"),
	    ROW("\x4c\x6f\xa7\x94\x93", "no XML in UTF-8"),
	    ROW("+ADw-a/+AD4-", "no XML in UTF-8"),
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++)
		expect_refused(rows[i].bytes, rows[i].len, rows[i].words);
}

/* A declared encoding is not believed: all of them are read as UTF-8. */
static void test_xml_read(void **state)
{
	static const char *const rows[] = {
	    "<a/>",
	    "\xef\xbb\xbf<a/>",
	    "\n<a/>",
	    "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>\xc3\xa9</a>",
	    "<?xml version=\"1.0\" encoding=\"no-such-code\"?><a/>",
	    "<?xml version=\"1.0\" encoding=\"UTF-7\"?><a>+ADw-</a>",
	    "<a>&lt;&amp;&gt;&quot;&apos;&#65;</a>",
	    "<a b='>' c=\"'=======================================\"/>",
	    "<a><!-- < \" ' > --><b c=\"1\"/><![CDATA[<d e=\"' ]]></a>",
	    "<no:where xmlns:x=\"y\"/>",
	};
	struct ra_errs errs;

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++)
		if (parse(rows[i], strlen(rows[i]), &errs))
			fail_msg("%s: %s", rows[i], errs.text[0]);
}

static void test_torn_at_every_byte(void **state)
{
	static const char whole[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" SOAP(
	    "<R xmlns=\"urn:vim25\"><returnval type=\"HostSystem\">host-1</returnval><!-- c --><t><![CDATA[x]]>&amp;\xc3\xa9</t></R>") ;
	struct ra_errs errs;

	(void)state;
	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		/* A block of its own, so that a sanitizer sees the first byte read past it. */
		char *torn = malloc(len ? len : 1);

		assert_non_null(torn);
		memcpy(torn, whole, len);
		assert_int_equal(parse(torn, len, &errs), RA_E_INVALID);
		free(torn);
	}
	assert_int_equal(parse(whole, sizeof(whole) - 1, &errs), RA_OK);
}

/* What a pattern ("%d" is its number, if it has one) makes, count times, between head and tail. */
static struct ra_buf many(const char *head, const char *pattern, int count, const char *tail)
{
	struct ra_buf out = {0};
	const char *number = strstr(pattern, "%d");

	assert_int_equal(ra_buf_text(&out, head), RA_OK);
	for (int i = 0; i < count; i++) {
		ra_err err = ra_buf_add(&out, pattern, number ? (size_t)(number - pattern) : strlen(pattern));

		err = err || !number ? err : ra_buf_printf(&out, "%d%s", i, number + 2);
		assert_int_equal(err, RA_OK);
	}
	assert_int_equal(ra_buf_text(&out, tail), RA_OK);
	return out;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

#define BOUND_S 20 /* of the processor's time; without the limits each of these takes minutes */

static void test_more_than_any_vcenter_sends(void **state)
{
	static const struct {
		const char *head, *pattern;
		int count;
		const char *tail, *words; /* "": it is read */
	} rows[] = {
	    {"<r>", "<a%d/>", 800000, "</r>", "too many different names"},
	    {"<r>", "<a b%d=\"\"/>", 500000, "</r>", "too many different names"},
	    {"<r", " a%d=\"\"", 1000000, "/>", "too many attributes"},
	    {"<r", " a%d='>'", 1000000, "/>", "too many attributes"},
	    {"<r><!-- ' --><![CDATA[<\"]]><s", " a%d='>'", 1000000, "/></r>", "too many attributes"},
	    {"<r", " xmlns:a%d=\"u\"", 300000, "/>", "too many attributes"},
	    {"", "<r xmlns:a%d='u' xmlns:b='u'>", 200, "", "too many namespaces"},
	    {"<r>", "&a%d;", 1000000, "</r>", "well-formed"},
	    {"<r></s>", "<a%d>", 1000000, "", "well-formed"},
	    {"<r>", "<?a%d?>", 1000000, "</r>", "processing instruction"},
	    {"<r>", "x%d<![CDATA[y]]>", 500000, "</r>", ""},
	    {"<r>", "<!--%d-->x", 500000, "</r>", ""},
	    {"<r>", "<objects><obj type=\"HostSystem\">host-%d</obj></objects>", 200000, "</r>", ""},
	    {"<r b=\"", "&#65;", 500000, "\"/>", ""},
	    {"<r>", "<a/>", 3000001, "</r>", "too many elements"},
	};
	struct ra_errs errs;

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char tail[8000] = "";
		struct ra_buf bytes;
		double began;
		ra_err err;

		for (int k = 0; !*rows[i].tail && !*rows[i].head && k < rows[i].count; k++)
			memcpy(tail + 4 * k, "</r>", 5);
		bytes = many(rows[i].head, rows[i].pattern, rows[i].count, *tail ? tail : rows[i].tail);
		began = seconds();
		err = parse(ra_buf_str(&bytes), bytes.len, &errs);
		if ((err == RA_OK) != !*rows[i].words || (err && (err != RA_E_INVALID || !strstr(errs.text[0], rows[i].words))))
			fail_msg("%s: %d: %s", rows[i].pattern, err, errs.count ? errs.text[0] : "");
		if (seconds() - began > BOUND_S)
			fail_msg("%s: %.1f s", rows[i].pattern, seconds() - began);
		ra_buf_free(&bytes);
	}
}

static void test_depth(void **state)
{
	static const struct {
		int depth;
		bool read;
	} rows[] = {{1, true}, {64, true}, {65, false}, {300, false}, {200000, false}};
	struct ra_errs errs;

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_buf bytes = many("", "<a>", rows[i].depth, "");

		for (int k = 0; k < rows[i].depth; k++)
			assert_int_equal(ra_buf_text(&bytes, "</a>"), RA_OK);
		assert_int_equal(parse(ra_buf_str(&bytes), bytes.len, &errs), rows[i].read ? RA_OK : RA_E_INVALID);
		ra_buf_free(&bytes);
	}
}

static void test_body(void **state)
{
	static const struct {
		const char *text, *name; /* NULL: none */
	} rows[] = {
	    {SOAP("<LoginResponse/>"), "LoginResponse"},
	    {SOAP("\n <!-- x --> <A/><B/>"), "A"},
	    {SOAP(""), NULL},
	    {SOAP("text"), NULL},
	    {ENVELOPE "<soapenv:Header><H/></soapenv:Header><soapenv:Body><A/></soapenv:Body></soapenv:Envelope>", "A"},
	    {"<Envelope><Body><A/></Body></Envelope>", "A"},
	    {"<Envelope/>", NULL},
	    {"<html><Body><A/></Body></html>", NULL},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		xmlDoc *doc = NULL;
		const xmlNode *body;

		assert_int_equal(ra_xml_parse(rows[i].text, strlen(rows[i].text), &doc, NULL), RA_OK);
		body = ra_vs_body(doc);
		assert_true(rows[i].name ? ra_vs_is(body, rows[i].name) : !body);
		xmlFreeDoc(doc);
	}
	assert_null(ra_vs_body(NULL));
}

/* xsi:type is what its namespace makes it, whatever the prefix; the value's own prefix goes. */
static void test_types(void **state)
{
	static const struct {
		const char *text, *type;
	} rows[] = {
	    {"<a xmlns:xsi=\"" XSI_SPACE "\" xsi:type=\"HostSystem\"/>", "HostSystem"},
	    {"<a xmlns:XMLSchema-instance=\"" XSI_SPACE "\" XMLSchema-instance:type=\"T\"/>", "T"},
	    {"<a xmlns:_XMLSchema-instance=\"" XSI_SPACE "\" _XMLSchema-instance:type=\"T\"/>", "T"},
	    {"<a xmlns:xsi=\"" XSI_SPACE "\" xmlns:xsd=\"s\" xsi:type=\"xsd:string\"/>", "string"},
	    {"<a xmlns=\"" XSI_SPACE "\" type=\"T\"/>", ""}, /* an attribute has no default namespace */
	    {"<a xmlns:xsi=\"urn:other\" xsi:type=\"T\"/>", ""},
	    {"<a xsi:type=\"T\"/>", ""}, /* nobody said what xsi is */
	    {"<a type=\"T\"/>", ""},
	    {"<a xmlns:xsi=\"" XSI_SPACE "\" type=\"MoRef\" xsi:type=\"T\"/>", "T"},
	    {"<a xmlns:xsi=\"" XSI_SPACE "\" xsi:type=\"\"/>", ""},
	    {"<a xmlns:xsi=\"" XSI_SPACE "\" xsi:type=\"x:\"/>", ""},
	    {"<a xmlns:xsi=\"" XSI_SPACE "\" xsi:type=\"&lt;T&gt;\"/>", "<T>"},
	    {"<a xmlns:xsi=\"" XSI_SPACE "\" xsi:type=\"" X50 X10 X10 "123456789\"/>", X50 X10 X10 "123456789"},
	    {"<a xmlns:xsi=\"" XSI_SPACE "\" xsi:type=\"" X50 X10 X10 "1234567890\"/>", ""}, /* too long for any */
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char type[RA_VS_NAME_MAX] = "left over";
		xmlDoc *doc = NULL;

		assert_int_equal(ra_xml_parse(rows[i].text, strlen(rows[i].text), &doc, NULL), RA_OK);
		ra_vs_xsi_type(xmlDocGetRootElement(doc), type, sizeof(type));
		assert_string_equal(type, rows[i].type);
		xmlFreeDoc(doc);
	}
}

static void test_references_and_texts(void **state)
{
	static const struct {
		const char *text, *type, *id; /* NULL: no reference */
	} rows[] = {
	    {"<a type=\"HostSystem\">host-37</a>", "HostSystem", "host-37"},
	    {"<a type=\"HostSystem\">ho<!-- -->st<![CDATA[-37]]></a>", "HostSystem", "host-37"},
	    {"<a type=\"HostSystem\"/>", NULL, NULL},
	    {"<a type=\"\">host-37</a>", NULL, NULL},
	    {"<a>host-37</a>", NULL, NULL},
	    {"<a type=\"HostSystem\"><b/>host-37</a>", NULL, NULL},
	    {"<a type=\"" X50 "\">host-37</a>", NULL, NULL},
	    {"<a type=\"HostSystem\">" X50 X10 X10 X10 "</a>", NULL, NULL},
	};
	char text[8];

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_vs_ref ref;
		xmlDoc *doc = NULL;

		assert_int_equal(ra_xml_parse(rows[i].text, strlen(rows[i].text), &doc, NULL), RA_OK);
		assert_int_equal(ra_vs_ref_of(xmlDocGetRootElement(doc), &ref), rows[i].id != NULL);
		if (rows[i].id) {
			assert_string_equal(ref.type, rows[i].type);
			assert_string_equal(ref.id, rows[i].id);
		}
		xmlFreeDoc(doc);
	}
	assert_false(ra_vs_ref_of(NULL, &(struct ra_vs_ref){0}));
	assert_false(ra_vs_text(NULL, text, sizeof(text)));
	assert_false(ra_vs_kid_text(NULL, "a", text, sizeof(text)));
	assert_null(ra_vs_kid(NULL, NULL));
	assert_null(ra_vs_next(NULL, NULL));
}

static void test_faults(void **state)
{
#define FAULT(detail) SOAP("<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>it says so</faultstring>" detail "</soapenv:Fault>")
	static const struct {
		const char *text, *name, *say, *detail;
	} rows[] = {
	    {FAULT("<detail><InvalidLoginFault xmlns=\"urn:vim25\" xsi:type=\"InvalidLogin\"/></detail>"), "InvalidLogin", "it says so", ""},
	    {FAULT("<detail><InvalidLoginFault xmlns=\"urn:vim25\"/></detail>"), "InvalidLogin", "it says so", ""},
	    {FAULT("<detail><NoPermissionFault xsi:type=\"NoPermission\"><object type=\"Folder\">group-d1</object>"
		   "<privilegeId>System.Read</privilegeId></NoPermissionFault></detail>"),
	     "NoPermission", "it says so", "System.Read"},
	    {FAULT("<detail><InvalidPropertyFault xsi:type=\"InvalidProperty\"><name>summary.x</name></InvalidPropertyFault></detail>"),
	     "InvalidProperty", "it says so", "summary.x"},
	    {FAULT("<detail><Fault/></detail>"), "Fault", "it says so", ""},
	    {FAULT("<detail/>"), "Fault", "it says so", ""},
	    {FAULT(""), "Fault", "it says so", ""},
	    {FAULT("<detail><" X250 "/></detail>"), "Fault", "it says so", ""},
	    {SOAP("<soapenv:Fault/>"), "Fault", "", ""},
	    {SOAP("<soapenv:Fault><faultstring>" X250 X50 "</faultstring></soapenv:Fault>"), "Fault", "", ""},
	    /* A task's error, and what a missingSet says. */
	    {SOAP("<error><fault xsi:type=\"HostNotConnected\"/><localizedMessage>no contact</localizedMessage></error>"),
	     "HostNotConnected", "no contact", ""},
	    {SOAP("<fault><fault xsi:type=\"NoPermission\"><privilegeId>System.View</privilegeId></fault><localizedMessage/></fault>"),
	     "NoPermission", "", "System.View"},
	    {SOAP("<fault xsi:type=\"NotAuthenticated\"/>"), "NotAuthenticated", "", ""},
	    {SOAP("<Fault2/>"), "Fault2", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_vs_fault fault;
		xmlDoc *doc = NULL;

		assert_int_equal(ra_xml_parse(rows[i].text, strlen(rows[i].text), &doc, NULL), RA_OK);
		ra_vs_fault_of(ra_vs_body(doc), &fault);
		if (strcmp(fault.name, rows[i].name) != 0 || strcmp(fault.text, rows[i].say) != 0 || strcmp(fault.detail, rows[i].detail) != 0)
			fail_msg("%s: \"%s\" \"%s\" \"%s\"", rows[i].text, fault.name, fault.text, fault.detail);
		xmlFreeDoc(doc);
	}
	struct ra_vs_fault none;

	ra_vs_fault_of(NULL, &none);
	assert_string_equal(none.name, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_addresses_refused),
	    cmocka_unit_test(test_password_is_not_repeated),
	    cmocka_unit_test(test_xml_refused),
	    cmocka_unit_test(test_xml_read),
	    cmocka_unit_test(test_torn_at_every_byte),
	    cmocka_unit_test(test_more_than_any_vcenter_sends),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_body),
	    cmocka_unit_test(test_types),
	    cmocka_unit_test(test_references_and_texts),
	    cmocka_unit_test(test_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
