/* fuzz_soap.c - any bytes as an answer of a vCenter: what parses is walked for faults, references and types, and every element of it made
 * JSON. What is made is whole: it prints, and reads back as it was. */
#include "config.h"

#include "base/text.h"
#include "link/vsphere_xml.h"

#include <stdlib.h>
#include <string.h>

#define ELEMENTS_MAX 200
#define LEN_MAX (1 << 16)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void ends(const char *text, size_t cap)
{
	const char *end = memchr(text, '\0', cap);

	if (!end || !ra_utf8_valid(text, (size_t)(end - text)))
		abort();
}

static void said(const xmlNode *node)
{
	struct ra_vs_fault fault;
	struct ra_vs_ref ref;
	char type[RA_VS_NAME_MAX], text[16];

	ra_vs_fault_of(node, &fault);
	if (node && !fault.name[0])
		abort();
	ends(fault.name, sizeof(fault.name));
	ends(fault.text, sizeof(fault.text));
	ends(fault.detail, sizeof(fault.detail));
	ra_vs_xsi_type(node, type, sizeof(type));
	ends(type, sizeof(type));
	if (ra_vs_ref_of(node, &ref)) {
		ends(ref.type, sizeof(ref.type));
		ends(ref.id, sizeof(ref.id));
	}
	(void)ra_vs_text(node, text, sizeof(text));
	ends(text, sizeof(text));
}

static void made(const xmlNode *node, bool text_bytes)
{
	RA_AUTO(ra_cjson_free) cJSON *json = NULL;
	RA_AUTO(ra_mem_free) char *text = NULL;
	RA_AUTO(ra_mem_free) char *again = NULL;
	cJSON *back;
	ra_err err = ra_vs_json(node, text_bytes, &json);

	if ((err == RA_OK) != (json != NULL) || (err && err != RA_E_INVALID))
		abort();
	if (!json)
		return;
	text = ra_json_print(json);
	back = text ? cJSON_Parse(text) : NULL;
	again = back ? ra_json_print(back) : NULL;
	cJSON_Delete(back);
	if (!again || strcmp(text, again) != 0)
		abort();
}

static void walk(const xmlNode *node, int *left)
{
	for (const xmlNode *at = node; at && *left > 0; at = ra_vs_next(at, NULL)) {
		--*left;
		said(at);
		made(at, *left % 2);
		walk(ra_vs_kid(at, NULL), left);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	int left = ELEMENTS_MAX;
	xmlDoc *doc = NULL;
	ra_err err;

	if (len > LEN_MAX)
		return 0;
	err = ra_xml_parse((const char *)bytes, len, &doc, NULL);
	if ((err == RA_OK) != (doc != NULL) || (err && err != RA_E_INVALID))
		abort();
	if (doc && ra_vs_body(doc))
		said(ra_vs_body(doc));
	if (doc)
		walk(xmlDocGetRootElement(doc), &left);
	xmlFreeDoc(doc);
	return 0;
}
