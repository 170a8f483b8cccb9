/* Each allocation of reading a vCenter's answer refused in turn: it is no memory or the right answer, never another one; nothing crashes
 * and (under a sanitizer) nothing leaks. */
#include "unit.h"

#include "link/vsphere_xml.h"
#include "tests/unit/refuse.h"

#include <libxml/xmlerror.h>
#include <string.h>

#define X50 "01234567890123456789012345678901234567890123456789"
#define ANSWER(inner)                                                                                                                       \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" "                    \
	"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><s:Body><R xmlns=\"urn:vim25\">" inner "</R></s:Body></s:Envelope>"

static const struct {
	const char *xml, *json;
} rows[] = {
    {ANSWER("<a xsi:type=\"xsd:int\">1</a><b type=\"HostSystem\">host-1</b><t>" X50 X50 "&amp;" X50 "</t>"),
     "{\"a\":1,\"b\":{\"type\":\"HostSystem\",\"id\":\"host-1\"},\"t\":\"" X50 X50 "&" X50 "\"}"},
    {ANSWER("<tpmEvents><pcrIndex>2</pcrIndex><eventDetails xsi:type=\"T\"><dataHash>-1</dataHash><dataHash>2</dataHash></eventDetails>"
	    "</tpmEvents><x>1</x><x>2</x><n xsi:nil=\"true\"/>"),
     "{\"tpmEvents\":[{\"pcrIndex\":2,\"eventDetails\":{\"_type\":\"T\",\"dataHash\":\"ff02\"}}],\"x\":[\"1\",\"2\"],\"n\":null}"},
    {ANSWER("<v xsi:type=\"ArrayOfString\"><string>a</string><string><![CDATA[b]]></string></v><w xsi:type=\"ArrayOfByte\"/>"),
     "{\"v\":[\"a\",\"b\"],\"w\":\"\"}"},
};

/* The whole way of an answer. Errors: RA_E_INTERNAL when what comes is not what should. */
static ra_err read_answer(const char *xml, const char *want)
{
	struct ra_vs_fault fault;
	cJSON *json = NULL;
	char *text = NULL;
	xmlDoc *doc = NULL;
	ra_err err = ra_xml_parse(xml, strlen(xml), &doc, NULL);

	if (!err) {
		ra_vs_fault_of(ra_vs_body(doc), &fault);
		err = ra_vs_json(ra_vs_body(doc), false, &json);
	}
	if (!err) {
		text = ra_json_print(json);
		err = !text ? RA_E_NOMEM : strcmp(text, want) != 0 ? RA_E_INTERNAL : RA_OK;
	}
	free(text);
	cJSON_Delete(json);
	xmlFreeDoc(doc);
	return err;
}

static void be_silent(void *context RA_UNUSED, const char *format RA_UNUSED, ...)
{
}

static void every_allocation_may_fail(void **state)
{
	cJSON_Hooks hooks = {.malloc_fn = __wrap_malloc, .free_fn = free};

	(void)state;
	fail_at = -1;
	xmlSetGenericErrorFunc(NULL, be_silent);
	cJSON_InitHooks(&hooks);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		int total;

		assert_int_equal(read_answer(rows[i].xml, rows[i].json), RA_OK); /* the library sets itself up */
		allocations = 0;
		assert_int_equal(read_answer(rows[i].xml, rows[i].json), RA_OK);
		total = allocations;
		assert_true(total > 30);
		for (int at = 0; at < total; at++) {
			ra_err err;

			allocations = 0;
			fail_at = at;
			err = read_answer(rows[i].xml, rows[i].json);
			fail_at = -1;
			/* What the library can do without it does without. */
			if (err != RA_E_NOMEM && err != RA_OK)
				fail_msg("answer %zu, allocation %d of %d refused: %d", i, at, total, err);
		}
	}
	cJSON_InitHooks(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
