/* xml.c - bytes as nodes, in time that grows with their number and no faster.
 * The parser's own limits leave room for answers that keep it busy for hours (attributes of one tag, names and namespaces are compared
 * each with each), so what no machine sends is refused before or while it is read. */
#include "config.h"

#include "base/xml.h"

#include "base/secret.h"

#include <errno.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/xmlmemory.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define ATTRIBUTES_MAX 32   /* of one tag, namespaces among them */
#define DEPTH_MAX 64        /* of the envelope and all in it */
#define SPACES_MAX 64       /* namespaces in scope at one place */
#define NAMES_MAX 20000     /* different names, and texts of up to three letters, which the parser keeps with them */
#define ELEMENTS_MAX 3000000

/* What is watched while the parser runs; its _private. */
struct guard {
	xmlParserCtxt *parser;
	const char *why; /* it was stopped by us */
	bool no_memory;
	int elements;
};

static void wiping_free(void *mem)
{
	if (mem)
		ra_wipe(mem, malloc_usable_size(mem));
	free(mem);
}

/* The library overlooks some refusals and goes on without a node or an attribute; errno keeps them all until the end. */
static void *telling_malloc(size_t len)
{
	void *mem = malloc(len);

	if (!mem)
		errno = ENOMEM;
	return mem;
}

static char *telling_strdup(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		errno = ENOMEM;
	return copy;
}

static void *wiping_realloc(void *mem, size_t len)
{
	size_t had = mem ? malloc_usable_size(mem) : 0;
	void *more = mem && len <= had ? mem : telling_malloc(len);

	if (!more || more == mem)
		return more;
	if (mem)
		memcpy(more, mem, had);
	wiping_free(mem);
	return more;
}

static struct guard *guard_of(void *context)
{
	xmlParserCtxt *parser = context;

	return parser->_private;
}

static void stop(struct guard *guard, const char *why)
{
	guard->why = guard->why ? guard->why : why;
	xmlStopParser(guard->parser);
}

/* Runs before anything of a DTD is read. */
static void on_doctype(void *context, const xmlChar *name RA_UNUSED, const xmlChar *external RA_UNUSED, const xmlChar *system RA_UNUSED)
{
	stop(guard_of(context), "it holds a DOCTYPE, which no machine sends: not read");
}

static void on_instruction(void *context, const xmlChar *target RA_UNUSED, const xmlChar *data RA_UNUSED)
{
	stop(guard_of(context), "it holds a processing instruction, which no machine sends: not read");
}

/* The end is near after the first error: what follows it is not looked at. */
#if LIBXML_VERSION >= 21200
static void on_error(void *context, const xmlError *error)
#else
static void on_error(void *context, xmlError *error)
#endif
{
	struct guard *guard = guard_of(context);

	if (error->code == XML_ERR_NO_MEMORY)
		guard->no_memory = true;
	if (guard->no_memory || error->level == XML_ERR_FATAL)
		xmlStopParser(guard->parser);
}

/* Where the parser stands: too deep, or among too many namespaces? Out: NULL when neither. */
static const char *place_of(const xmlNode *node)
{
	int depth = 0, spaces = 0;

	for (const xmlNode *at = node; at && at->type == XML_ELEMENT_NODE; at = at->parent) {
		if (++depth > DEPTH_MAX)
			return "it is nested too deep";
		for (const xmlNs *space = at->nsDef; space; space = space->next)
			if (++spaces > SPACES_MAX)
				return "it holds too many namespaces";
	}
	return NULL;
}

/* Every element comes by here, the innermost first. */
static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct guard *guard = guard_of(context);
	const char *why = place_of(guard->parser->node);

	if (++guard->elements > ELEMENTS_MAX)
		why = "it holds too many elements";
	else if (xmlDictSize(guard->parser->dict) > NAMES_MAX)
		why = "it holds too many different names";
	xmlSAX2EndElementNs(context, name, prefix, uri);
	if (why)
		stop(guard, why);
}

/* Behind the first of these words, which end with '>', from at on; NULL: they do not come. */
static const char *behind(const char *at, const char *end, const char *words)
{
	size_t len = strlen(words);

	for (const char *found = at; (found = memchr(found, '>', (size_t)(end - found))) != NULL;) {
		found++;
		if ((size_t)(found - at) >= len && memcmp(found - len, words, len) == 0)
			return found;
	}
	return NULL;
}

/* Behind a tag that begins at `at`. Out: NULL when it does not end; *count: its attributes. */
static const char *behind_tag(const char *at, const char *end, int *count)
{
	char quote = '\0';

	for (*count = 0; at < end && *count <= ATTRIBUTES_MAX; at++) {
		if (quote)
			quote = *at == quote ? '\0' : quote;
		else if (*at == '"' || *at == '\'')
			quote = *at;
		else if (*at == '>')
			return at + 1;
		else
			*count += *at == '=';
	}
	return NULL;
}

/* Look over the bytes before the parser does. Where they stop being XML this stops, too: the parser will say so. Out: NULL when they
 * may be parsed. */
static const char *look_over(const char *at, size_t len)
{
	static const struct {
		const char *begin, *end;
	} kinds[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};
	const char *end = at + len;
	int count = 0;

	/* One encoding: what is looked at here is what the parser reads. */
	if (len >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	while (at < end && strchr(" \t\r\n", *at) && *at)
		at++;
	if (at == end || *at != '<' || memchr(at, '\0', (size_t)(end - at)))
		return "it is no XML in UTF-8";
	while (at && (at = memchr(at, '<', (size_t)(end - at))) != NULL) {
		size_t kind = 0, left = (size_t)(end - at);

		while (kind < RA_LEN(kinds) && (left < strlen(kinds[kind].begin) || memcmp(at, kinds[kind].begin, strlen(kinds[kind].begin)) != 0))
			kind++;
		if (kind < RA_LEN(kinds))
			at = behind(at + strlen(kinds[kind].begin), end, kinds[kind].end);
		else if (left > 1 && at[1] == '!')
			return NULL;
		else
			at = behind_tag(at + 1, end, &count);
		if (count > ATTRIBUTES_MAX)
			return "a tag in it holds too many attributes";
	}
	return NULL;
}

static void watch(struct guard *guard)
{
	xmlSAXHandler *sax = guard->parser->sax;

	guard->parser->_private = guard;
	sax->internalSubset = on_doctype;
	sax->processingInstruction = on_instruction;
	sax->endElementNs = on_end;
	sax->serror = on_error;
	sax->comment = NULL;
}

ra_err ra_xml_parse(const char *bytes, size_t len, xmlDoc **out, struct ra_errs *errs)
{
	struct guard guard = {0};
	bool whole;
	int line;

	*out = NULL;
	if (len > INT32_MAX)
		return ra_fail(errs, RA_E_LIMIT, "the answer is too large");
	guard.why = look_over(bytes, len);
	if (guard.why)
		return ra_fail(errs, RA_E_INVALID, "%s", guard.why);
	(void)xmlMemSetup(wiping_free, telling_malloc, wiping_realloc, telling_strdup);
	errno = 0;
	guard.parser = xmlNewParserCtxt();
	if (!guard.parser)
		return ra_fail(errs, RA_E_NOMEM, "no memory for the answer");
	watch(&guard);
	*out = xmlCtxtReadMemory(guard.parser, bytes, (int)len, NULL, NULL,
				 XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS | XML_PARSE_NOCDATA |
				     XML_PARSE_IGNORE_ENC);
	line = guard.parser->lastError.line;
	guard.no_memory = guard.no_memory || errno == ENOMEM;
	whole = *out && guard.parser->wellFormed && !guard.why && !guard.no_memory;
	xmlFreeParserCtxt(guard.parser);
	if (whole)
		return RA_OK;
	xmlFreeDoc(*out);
	*out = NULL;
	if (guard.why)
		return ra_fail(errs, RA_E_INVALID, "%s", guard.why);
	return guard.no_memory ? ra_fail(errs, RA_E_NOMEM, "no memory for the answer")
			       : ra_fail(errs, RA_E_INVALID, "it is no well-formed XML (line %d)", line);
}
