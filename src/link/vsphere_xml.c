/* vsphere_xml.c - SOAP read as nodes. */
#include "config.h"

#include "base/secret.h"
#include "link/vsphere_xml.h"

#include <libxml/parser.h>
#include <libxml/xmlmemory.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define MARKS_MAX 4000000 /* a thousand hosts with a certificate of a byte an element have three quarters of that */
#define XSI "http://www.w3.org/2001/XMLSchema-instance"

static void wiping_free(void *mem)
{
	if (mem)
		ra_wipe(mem, malloc_usable_size(mem));
	free(mem);
}

static void *wiping_realloc(void *mem, size_t len)
{
	size_t had = mem ? malloc_usable_size(mem) : 0;
	void *more = mem && len <= had ? mem : malloc(len);

	if (!more || more == mem)
		return more;
	if (mem)
		memcpy(more, mem, had);
	wiping_free(mem);
	return more;
}

/* Runs before anything of a DTD is read. */
static void on_doctype(void *payload, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	xmlParserCtxt *parser = payload;

	(void)name;
	(void)external;
	(void)system;
	parser->_private = parser;
	xmlStopParser(parser);
}

/* Four bytes of an answer can be a node of a hundred and more. Each has a '<', each attribute a '='. */
static bool is_lean(const char *bytes, size_t len)
{
	size_t marks = 0;

	for (size_t i = 0; i < len; i++)
		marks += bytes[i] == '<' || bytes[i] == '=';
	return marks <= MARKS_MAX;
}

ra_err ra_vs_parse(const char *bytes, size_t len, xmlDoc **out, struct ra_errs *errs)
{
	xmlParserCtxt *parser;
	bool doctype;
	int line;

	*out = NULL;
	if (len > INT32_MAX)
		return ra_fail(errs, RA_E_LIMIT, "the answer is too large");
	if (!is_lean(bytes, len))
		return ra_fail(errs, RA_E_LIMIT, "it holds more elements than this program reads");
	(void)xmlMemSetup(wiping_free, malloc, wiping_realloc, strdup);
	parser = xmlNewParserCtxt();
	if (!parser)
		return ra_fail(errs, RA_E_NOMEM, "no memory for the answer");
	parser->sax->internalSubset = on_doctype;
	*out = xmlCtxtReadMemory(parser, bytes, (int)len, NULL, "UTF-8", XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS);
	doctype = parser->_private != NULL;
	line = parser->lastError.line;
	if (*out && (!parser->wellFormed || doctype)) {
		xmlFreeDoc(*out);
		*out = NULL;
	}
	xmlFreeParserCtxt(parser);
	if (*out)
		return RA_OK;
	return doctype ? ra_fail(errs, RA_E_INVALID, "it holds a DOCTYPE, which no vCenter sends: not read")
		       : ra_fail(errs, RA_E_INVALID, "it is no well-formed XML (line %d)", line);
}

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

bool ra_vs_text(const xmlNode *node, char *out, size_t cap)
{
	size_t len = 0;

	out[0] = '\0';
	if (!node || ra_vs_kid(node, NULL))
		return false;
	for (const xmlNode *at = node->children; at; at = at->next) {
		size_t more = at->content ? strlen((const char *)at->content) : 0;

		if (at->type != XML_TEXT_NODE && at->type != XML_CDATA_SECTION_NODE)
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

bool ra_vs_kid_text(const xmlNode *node, const char *name, char *out, size_t cap)
{
	return ra_vs_text(ra_vs_kid(node, name), out, cap);
}

/* Copy an attribute's value (ns NULL: one without a namespace). Out: false when it is not there or does not fit. */
static bool attribute(const xmlNode *node, const char *name, const char *ns, char *out, size_t cap)
{
	xmlChar *value = ns ? xmlGetNsProp(node, (const xmlChar *)name, (const xmlChar *)ns)
			    : xmlGetNoNsProp(node, (const xmlChar *)name);
	size_t len = value ? strlen((const char *)value) : 0;
	bool fits = value && len < cap;

	memcpy(out, fits ? (const char *)value : "", fits ? len + 1 : 1);
	xmlFree(value);
	return fits;
}

void ra_vs_xsi_type(const xmlNode *node, char *out, size_t cap)
{
	const char *colon;

	(void)attribute(node, "type", XSI, out, cap);
	colon = strrchr(out, ':');
	if (colon)
		memmove(out, colon + 1, strlen(colon));
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
