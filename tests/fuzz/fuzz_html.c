/* Whatever a machine says, the page is well-formed and holds no element that a report has not. */
#include "config.h"

#include "base/xml.h"
#include "report/report.h"
#include "tests/unit/view_all.h"

#include <stdlib.h>
#include <string.h>

/* Elements by name that would be a way out of the page. */
static void look(const xmlNode *node)
{
	static const char *const never[] = {"script", "img", "iframe", "object", "embed", "link", "base", "form", "input", "video", "use", "image"};

	for (; node; node = node->next) {
		for (size_t i = 0; node->type == XML_ELEMENT_NODE && i < RA_LEN(never); i++)
			if (!strcmp((const char *)node->name, never[i]))
				abort();
		for (const xmlAttr *at = node->type == XML_ELEMENT_NODE ? node->properties : NULL; at; at = at->next)
			if (!strncmp((const char *)at->name, "on", 2) || !strcmp((const char *)at->name, "style") || !strcmp((const char *)at->name, "src"))
				abort();
		look(node->children);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {0}, page = {0};
	xmlDoc *doc = NULL;

	if (len > 4096 || ra_buf_add(&text, bytes, len))
		return 0;
	struct ra_view view = view_all(ra_buf_str(&text));

	if (ra_report_format("html")->render(&view, &page))
		abort();
	const char *from = strchr(ra_buf_str(&page), '\n');

	if (!from || ra_xml_parse(from, strlen(from), &doc, NULL))
		abort();
	look(xmlDocGetRootElement(doc));
	xmlFreeDoc(doc);
	return 0;
}
