/* vsphere_xml.c - SOAP read from nodes: names, texts, references, faults. */
#include "config.h"

#include "link/vsphere_xml.h"

#include <string.h>

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

bool ra_vs_is(const xmlNode *node, const char *name)
{
	return node && node->type == XML_ELEMENT_NODE && (!name || strcmp((const char *)node->name, name) == 0);
}

static xmlNode *from(xmlNode *node, const char *name)
{
	while (node && !ra_vs_is(node, name))
		node = node->next;
	return node;
}

xmlNode *ra_vs_kid(const xmlNode *node, const char *name)
{
	return node ? from(node->children, name) : NULL;
}

xmlNode *ra_vs_next(const xmlNode *node, const char *name)
{
	return node ? from(node->next, name) : NULL;
}

xmlNode *ra_vs_body(xmlDoc *doc)
{
	xmlNode *root = xmlDocGetRootElement(doc);

	return ra_vs_is(root, "Envelope") ? ra_vs_kid(ra_vs_kid(root, "Body"), NULL) : NULL;
}

/* The text nodes from first on, as one text. Out: out[cap]; false (and "") when it does not fit. */
static bool join(const xmlNode *first, char *out, size_t cap)
{
	size_t len = 0;

	out[0] = '\0';
	for (const xmlNode *at = first; at; at = at->next) {
		size_t more = at->content ? strlen((const char *)at->content) : 0;

		if (!more || (at->type != XML_TEXT_NODE && at->type != XML_CDATA_SECTION_NODE))
			continue;
		if (len + more >= cap) {
			out[0] = '\0';
			return false;
		}
		memcpy(out + len, at->content, more);
		len += more;
	}
	out[len] = '\0';
	return true;
}

bool ra_vs_text(const xmlNode *node, char *out, size_t cap)
{
	out[0] = '\0';
	return node && !ra_vs_kid(node, NULL) && join(node->children, out, cap);
}

bool ra_vs_kid_text(const xmlNode *node, const char *name, char *out, size_t cap)
{
	return ra_vs_text(ra_vs_kid(node, name), out, cap);
}

/* Copy an attribute's value (space NULL: one without a namespace). Out: false when it is not there or does not fit. */
static bool attribute(const xmlNode *node, const char *name, const char *space, char *out, size_t cap)
{
	out[0] = '\0';
	for (const xmlAttr *at = node->properties; at; at = at->next) {
		bool here = space ? at->ns && at->ns->href && strcmp((const char *)at->ns->href, space) == 0 : !at->ns;

		if (here && strcmp((const char *)at->name, name) == 0)
			return join(at->children, out, cap);
	}
	return false;
}

void ra_vs_xsi_type(const xmlNode *node, char *out, size_t cap)
{
	const char *colon;

	(void)attribute(node, "type", XSI, out, cap);
	colon = strrchr(out, ':');
	if (colon)
		memmove(out, colon + 1, strlen(colon));
}

bool ra_vs_is_nil(const xmlNode *node)
{
	char text[8];

	return attribute(node, "nil", XSI, text, sizeof(text)) && (strcmp(text, "true") == 0 || strcmp(text, "1") == 0);
}

bool ra_vs_ref_of(const xmlNode *node, struct ra_vs_ref *out)
{
	return node && attribute(node, "type", NULL, out->type, sizeof(out->type)) && out->type[0] &&
	       ra_vs_text(node, out->id, sizeof(out->id)) && out->id[0];
}

/* The words behind a fault's name: of its own children, or of the fault it was caused by. */
static void fault_detail(const xmlNode *node, struct ra_vs_fault *out)
{
	static const char *const names[] = {"privilegeId", "name"};

	for (size_t i = 0; i < RA_LEN(names) && !out->detail[0]; i++)
		(void)ra_vs_kid_text(node, names[i], out->detail, sizeof(out->detail));
}

/* A fault's name from its xsi:type, else from its element ("InvalidLoginFault"). */
static void fault_name(const xmlNode *node, struct ra_vs_fault *out)
{
	size_t len;

	ra_vs_xsi_type(node, out->name, sizeof(out->name));
	if (out->name[0])
		return;
	len = strlen((const char *)node->name);
	if (len > 5 && strcmp((const char *)node->name + len - 5, "Fault") == 0)
		len -= 5;
	if (len < sizeof(out->name)) {
		memcpy(out->name, node->name, len);
		out->name[len] = '\0';
	}
}

void ra_vs_fault_of(const xmlNode *node, struct ra_vs_fault *out)
{
	const xmlNode *inner;

	*out = (struct ra_vs_fault){0};
	if (!node)
		return;
	if (ra_vs_is(node, "Fault")) {
		(void)ra_vs_kid_text(node, "faultstring", out->text, sizeof(out->text));
		inner = ra_vs_kid(ra_vs_kid(node, "detail"), NULL);
	} else {
		(void)ra_vs_kid_text(node, "localizedMessage", out->text, sizeof(out->text));
		inner = ra_vs_kid(node, "fault");
		inner = inner ? inner : node;
	}
	if (inner) {
		fault_name(inner, out);
		fault_detail(inner, out);
	}
	if (!out->name[0])
		memcpy(out->name, "Fault", sizeof("Fault"));
}
