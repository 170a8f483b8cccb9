/* esxcli.c - what esxcli prints, as one tree, whatever form it has. A fact's pointer then finds its place in JSON, XML, key and value
 * lines, the text of a `get` and the table of a `list` alike; labels are compared without blanks and case.
 *
 * Source: forms as esxcli 6.x to 8.x prints them. Formatters xml, csv and keyvalue are in its help, json is not and works.
 * XML: output > root > (structure | list | scalar); structure > field[name] > (scalar | list | structure).
 * Keyvalue: "VersionGet.Version.string=8.0.1"; in a list "structure[0].Nic.Name.string=vmnic0". */
#include "config.h"

#include "check/parse.h"

#include "base/xml.h"

#include <stdlib.h>
#include <string.h>

#define MEMBERS_MAX 1024
#define WORD_MAX 65536

void ra_esxcli_clear(struct ra_esxcli *esxcli)
{
	esxcli->doc = ra_json_free(esxcli->doc);
	cJSON_Delete(esxcli->tree);
	*esxcli = (struct ra_esxcli){0};
}

/* Errors: RA_E_NOMEM; RA_E_INVALID for one that is too long. */
static ra_err text_node(struct ra_span text, cJSON **out)
{
	char *word = text.len < WORD_MAX ? strndup(text.len ? text.at : "", text.len) : NULL;

	*out = NULL;
	if (text.len >= WORD_MAX)
		return RA_E_INVALID;
	if (word)
		*out = cJSON_CreateString(word);
	free(word);
	return *out ? RA_OK : RA_E_NOMEM;
}

/* Put a member. The same text once more is no news; anything else told twice is a doubt: an empty object takes its place. Takes value.
 * Errors: RA_E_NOMEM, RA_E_INVALID. */
static ra_err put(cJSON *object, const char *label, cJSON *value)
{
	cJSON *had = NULL, *doubt;
	int count = 0;

	for (cJSON *member = object->child; member && !had; member = member->next, count++)
		if (strcmp(member->string, label) == 0)
			had = member;
	if (had && cJSON_IsString(had) && cJSON_IsString(value) && strcmp(had->valuestring, value->valuestring) == 0) {
		cJSON_Delete(value);
		return RA_OK;
	}
	if (!had && count < MEMBERS_MAX && cJSON_AddItemToObject(object, label, value))
		return RA_OK;
	cJSON_Delete(value);
	if (!had)
		return count < MEMBERS_MAX ? RA_E_NOMEM : RA_E_INVALID;
	doubt = cJSON_CreateObject();
	if (doubt && cJSON_ReplaceItemInObjectCaseSensitive(object, label, doubt))
		return RA_OK;
	cJSON_Delete(doubt);
	return RA_E_NOMEM;
}

/* A text under a label, which need not end with a NUL. Errors: as put. */
static ra_err put_text(cJSON *object, struct ra_span label, struct ra_span text)
{
	RA_AUTO(ra_mem_free) char *name = strndup(label.at, label.len);
	cJSON *value = NULL;
	ra_err err = name ? text_node(text, &value) : RA_E_NOMEM;

	return err ? err : put(object, name, value);
}

/* Takes item. */
static ra_err append(cJSON *list, cJSON *item)
{
	if (item && cJSON_AddItemToArray(list, item))
		return RA_OK;
	cJSON_Delete(item);
	return RA_E_NOMEM;
}

/* --- XML --- */

static const xmlNode *kid(const xmlNode *node)
{
	while (node && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

static bool named(const xmlNode *node, const char *name)
{
	return strcmp((const char *)node->name, name) == 0;
}

static ra_err xml_value(const xmlNode *node, cJSON **out);

static ra_err xml_list(const xmlNode *node, cJSON *list)
{
	for (const xmlNode *at = kid(node->children); at; at = kid(at->next)) {
		cJSON *item = NULL;
		ra_err err = xml_value(at, &item);

		if (!err)
			err = append(list, item);
		if (err)
			return err;
	}
	return RA_OK;
}

static ra_err xml_fields(const xmlNode *node, cJSON *object)
{
	for (const xmlNode *at = kid(node->children); at; at = kid(at->next)) {
		xmlChar *label = named(at, "field") ? xmlGetNoNsProp(at, (const xmlChar *)"name") : NULL;
		const xmlNode *inner = kid(at->children);
		cJSON *value = NULL;
		ra_err err = label && inner && !kid(inner->next) ? xml_value(inner, &value) : RA_E_INVALID;

		if (!err)
			err = put(object, (const char *)label, value);
		xmlFree(label);
		if (err)
			return err;
	}
	return RA_OK;
}

static ra_err xml_scalar(const xmlNode *node, cJSON **out)
{
	xmlChar *text = kid(node->children) ? NULL : xmlNodeGetContent(node);
	ra_err err = RA_E_INVALID;

	if (text)
		err = text_node(ra_span_trim((struct ra_span){(const char *)text, strlen((const char *)text)}), out);
	xmlFree(text);
	return err;
}

/* The parser's guard holds the depth. */
static ra_err xml_value(const xmlNode *node, cJSON **out)
{
	bool list = named(node, "list"), structure = named(node, "structure");
	ra_err err;

	if (!list && !structure)
		return xml_scalar(node, out);
	*out = list ? cJSON_CreateArray() : cJSON_CreateObject();
	if (!*out)
		return RA_E_NOMEM;
	err = list ? xml_list(node, *out) : xml_fields(node, *out);
	if (err) {
		cJSON_Delete(*out);
		*out = NULL;
	}
	return err;
}

static ra_err read_xml(struct ra_span text, cJSON **out)
{
	xmlDoc *doc = NULL;
	const xmlNode *node;
	ra_err err = ra_xml_parse(text.at, text.len, &doc, NULL);

	if (err)
		return err == RA_E_NOMEM ? err : RA_E_INVALID;
	node = xmlDocGetRootElement(doc);
	node = node && named(node, "output") ? kid(node->children) : NULL;
	if (node && named(node, "root") && !kid(node->next))
		node = kid(node->children);
	err = node && !kid(node->next) ? xml_value(node, out) : RA_E_INVALID;
	xmlFreeDoc(doc);
	return err;
}

/* --- key and value --- */

/* One line: "structure[N].Type.Field.kind=value", without "structure[N]." when it is no list. */
struct pair {
	int index; /* -1: no list */
	struct ra_span field, value;
	bool inner; /* of something inside a field, or one of a field's several values: no fact is read from it */
};

static bool is_kind(struct ra_span word)
{
	static const char *const kinds[] = {"string", "boolean", "bool", "integer", "int", "long", "short", "byte", "double", "float"};

	for (size_t i = 0; i < RA_LEN(kinds); i++)
		if (word.len == strlen(kinds[i]) && memcmp(word.at, kinds[i], word.len) == 0)
			return true;
	return false;
}

/* What stands behind the last dot; *rest keeps what is before it. */
static struct ra_span last_word(struct ra_span *rest)
{
	size_t at = rest->len;
	struct ra_span word;

	while (at > 0 && rest->at[at - 1] != '.')
		at--;
	word = (struct ra_span){rest->at + at, rest->len - at};
	rest->len = at ? at - 1 : 0;
	return word;
}

/* "[12]" at the end of a word, cut off. Out: -1 without one. */
static int cut_index(struct ra_span *word)
{
	size_t digits = 0, end = word->len;
	int index = 0;

	if (end < 3 || word->at[end - 1] != ']')
		return -1;
	for (end--; end > 0 && word->at[end - 1] >= '0' && word->at[end - 1] <= '9'; end--)
		digits++;
	if (digits == 0 || digits > 6 || end == 0 || word->at[end - 1] != '[')
		return -1;
	for (size_t i = end; i < end + digits; i++)
		index = index * 10 + (word->at[i] - '0');
	word->len = end - 1;
	return index;
}

static bool read_pair(struct ra_span line, struct pair *out)
{
	static const char list[] = "structure[";
	const char *equals = memchr(line.at, '=', line.len);
	struct ra_span left = {line.at, equals ? (size_t)(equals - line.at) : 0}, kind;

	*out = (struct pair){.index = -1};
	if (!left.len || memchr(left.at, ' ', left.len) || memchr(left.at, ':', left.len))
		return false;
	out->value = ra_span_trim((struct ra_span){equals + 1, line.len - left.len - 1});
	kind = last_word(&left);
	out->inner = cut_index(&kind) >= 0;
	if (!is_kind(kind))
		return false;
	if (left.len > sizeof(list) - 1 && memcmp(left.at, list, sizeof(list) - 1) == 0) {
		const char *dot = memchr(left.at, '.', left.len);
		struct ra_span head = {left.at, dot ? (size_t)(dot - left.at) : left.len};

		out->index = cut_index(&head);
		if (out->index < 0)
			return false;
		left = dot ? (struct ra_span){dot + 1, left.len - (size_t)(dot - left.at) - 1} : (struct ra_span){left.at, 0};
	}
	out->field = last_word(&left);
	out->inner = cut_index(&out->field) >= 0 || out->inner || (left.len && memchr(left.at, '.', left.len));
	return true;
}

/* The object a pair belongs to: the answer itself, or the list's element of its number, which are told in their order. */
static ra_err object_for(cJSON *root, const struct pair *pair, int *count, cJSON **out)
{
	bool is_list = cJSON_IsArray(root);

	*out = is_list ? (root->child ? root->child->prev : NULL) : root;
	if (is_list != (pair->index >= 0) || pair->index > *count || (is_list && pair->index + 1 < *count))
		return RA_E_INVALID;
	if (!is_list || pair->index + 1 == *count)
		return RA_OK;
	*out = cJSON_CreateObject();
	++*count;
	return append(root, *out);
}

static ra_err read_pairs(struct ra_span text, cJSON **out)
{
	struct ra_span line;
	struct pair pair;
	int count = 0;
	ra_err err = RA_OK;

	while (!err && ra_span_line(&text, &line)) {
		cJSON *object = NULL;

		line = ra_span_trim(line);
		if (!line.len)
			continue;
		if (!read_pair(line, &pair))
			return RA_E_INVALID;
		if (!*out)
			*out = pair.index >= 0 ? cJSON_CreateArray() : cJSON_CreateObject();
		if (!*out)
			return RA_E_NOMEM;
		/* "string=PartnerSupported": a bare word */
		if (!pair.field.len) {
			if (pair.index >= 0 || (*out)->child)
				return RA_E_INVALID;
			cJSON_Delete(*out);
			err = text_node(pair.value, out);
			return err || !ra_span_trim(text).len ? err : RA_E_INVALID;
		}
		err = object_for(*out, &pair, &count, &object);
		if (!err && !pair.inner)
			err = put_text(object, pair.field, pair.value);
	}
	return err;
}

/* --- text --- */

static ra_err read_rows(struct ra_table *table, cJSON **out)
{
	struct ra_span line;
	ra_err err = RA_OK;

	*out = cJSON_CreateArray();
	if (!*out)
		return RA_E_NOMEM;
	while (!err && ra_span_line(&table->rows, &line)) {
		cJSON *row;

		if (!ra_span_trim(line).len)
			continue; /* the blank line a shell adds */
		if (!ra_table_row_fits(table, line))
			return RA_E_INVALID;
		row = cJSON_CreateObject();
		err = append(*out, row);
		for (int i = 0; !err && i < table->count; i++) {
			struct ra_span label = ra_table_cell(table, table->header, i);

			if (label.len)
				err = put_text(row, label, ra_table_cell(table, line, i));
		}
	}
	return err;
}

/* "   Label: value" lines, under a title or not. */
static ra_err read_labels(struct ra_span text, cJSON **out)
{
	struct ra_span line;
	ra_err err = RA_OK;

	*out = cJSON_CreateObject();
	if (!*out)
		return RA_E_NOMEM;
	while (!err && ra_span_line(&text, &line)) {
		const char *colon = memchr(line.at, ':', line.len);
		struct ra_span label = ra_span_trim((struct ra_span){line.at, colon ? (size_t)(colon - line.at) : 0});

		if (label.len)
			err = put_text(*out, label, ra_span_trim((struct ra_span){colon + 1, line.len - (size_t)(colon + 1 - line.at)}));
	}
	return err;
}

/* No label and no table: one bare word, or a list of them, a line each. */
static ra_err read_words(struct ra_span text, cJSON **out)
{
	struct ra_span line, rest = text;
	ra_err err = RA_OK;

	(void)ra_span_line(&rest, &line);
	if (!ra_span_trim(rest).len)
		return text_node(ra_span_trim(line), out);
	*out = cJSON_CreateArray();
	if (!*out)
		return RA_E_NOMEM;
	while (!err && ra_span_line(&text, &line)) {
		cJSON *word = NULL;

		line = ra_span_trim(line);
		if (line.len)
			err = text_node(line, &word);
		if (!err && word)
			err = append(*out, word);
	}
	return err;
}

static ra_err read_text(struct ra_span text, cJSON **out)
{
	struct ra_table table;
	struct ra_span line, rest = text;
	struct pair pair;

	if (!text.len) {
		*out = cJSON_CreateArray(); /* esxcli prints nothing for an empty list */
		return *out ? RA_OK : RA_E_NOMEM;
	}
	(void)ra_span_line(&rest, &line);
	if (read_pair(ra_span_trim(line), &pair))
		return read_pairs(text, out);
	if (ra_table_find(text, &table))
		return read_rows(&table, out);
	return memchr(text.at, ':', text.len) ? read_labels(text, out) : read_words(text, out);
}

/* Blanks and line ends at both ends. */
static struct ra_span trim_lines(struct ra_span text)
{
	while (text.len && strchr("\r\n", text.at[text.len - 1]))
		text.len--;
	while (text.len && strchr("\r\n", text.at[0])) {
		text.at++;
		text.len--;
	}
	return ra_span_trim(text).len ? text : (struct ra_span){text.at, 0};
}

ra_err ra_esxcli_read(const struct ra_plane_answer *answer, size_t cap_len, struct ra_esxcli *out)
{
	const struct ra_json_limits limits = {.len_max = cap_len};
	struct ra_span text = {answer->out ? answer->out : "", answer->out_len}, start;
	ra_err err = RA_E_INVALID;

	*out = (struct ra_esxcli){0};
	if (text.len && memchr(text.at, '\0', text.len))
		return RA_OK;
	text = trim_lines(text);
	start = ra_span_trim(text);
	if (start.len && strchr("{[\"", start.at[0])) {
		err = ra_json_parse("answer", start.at, start.len, &limits, &out->doc, NULL);
		out->root = err ? NULL : ra_json_root(out->doc);
	} else {
		err = start.len && start.at[0] == '<' ? read_xml(start, &out->tree) : read_text(text, &out->tree);
		out->root = err ? NULL : out->tree;
	}
	return err == RA_E_NOMEM ? err : RA_OK;
}
