/* vsphere_json.c - vim25 data as canonical JSON. What the wire leaves open (a list of one, a number without a type) is settled by the
 * names of the members, in tables. */
#include "config.h"

#include "link/vsphere_xml.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 24
#define MEMBERS_MAX 20000 /* of one object or list */
#define NAMES_MAX 400     /* of the members of one object: each is looked for among the others */
#define BYTES_MAX (1 << 20)

/* Members that are a list even when one came. */
static const char *const lists[] = {
    "address", "arg", "config", "dnsServer", "ipAddress", "kmipServers", "messages", "net", "searchDomain", "server", "servers",
    "service", "tpmEvents", "tpmPcrValues", "vnic",
};
/* Members that are byte[]: one element a byte, or one text. */
static const char *const byte_lists[] = {"bootOptions", "certificate", "dataHash", "digestValue"};
/* Members that are whole numbers; all other scalars without an xsi:type are texts, but for true and false. */
static const char *const numbers[] = {"numCpuCores", "numCpuPkgs", "numEffectiveHosts", "numHosts", "pcrIndex", "pcrNumber", "port", "progress"};

static bool is_named(const char *const *names, size_t count, const xmlNode *node)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], (const char *)node->name) == 0)
			return true;
	return false;
}
#define IS_NAMED(table, node) is_named(table, RA_LEN(table), node)

/* One signed byte of a byte[]. Source: xsd:byte, -128 to 127; up to 255 as some servers write them. Out: -1 when it is none. */
static int byte_of(const xmlNode *node)
{
	char text[8], *end;
	long value;

	if (!ra_vs_text(node, text, sizeof(text)) || !text[0])
		return -1;
	value = strtol(text, &end, 10);
	return *end || value < -128 || value > 255 ? -1 : (int)(value & 0xff);
}

/* The run of elements named as first, as bytes; *past is the element behind them. */
static ra_err bytes_of(const xmlNode *first, bool as_text, cJSON **out, const xmlNode **past)
{
	static const char digits[] = "0123456789abcdef";
	struct ra_buf bytes = {.max_len = BYTES_MAX};
	const xmlNode *at = first;
	ra_err err = RA_OK;

	for (; at && ra_vs_is(at, (const char *)first->name) && !err; at = ra_vs_next(at, NULL)) {
		int byte = byte_of(at);
		const char pair[2] = {as_text ? (char)byte : digits[(byte >> 4) & 15], digits[byte & 15]};

		err = byte < 0 || (as_text && byte == 0) ? RA_E_INVALID : ra_buf_add(&bytes, pair, as_text ? 1 : 2);
	}
	*past = at;
	*out = err ? NULL : cJSON_CreateString(ra_buf_str(&bytes));
	ra_buf_free(&bytes);
	return err ? err == RA_E_LIMIT ? RA_E_INVALID : err : *out ? RA_OK : RA_E_NOMEM;
}

static ra_err number_of(const char *text, cJSON **out)
{
	char *end;
	double value = strtod(text, &end);

	if (!*text || *end || !(value >= -9007199254740991.0 && value <= 9007199254740991.0))
		*out = cJSON_CreateString(text);
	else
		*out = cJSON_CreateNumber(value);
	return *out ? RA_OK : RA_E_NOMEM;
}

static ra_err text_of(const xmlNode *node, const char *type, cJSON **out)
{
	static const char *const number_types[] = {"byte", "short", "int", "long", "float", "double"};
	xmlChar *content = xmlNodeGetContent(node);
	const char *text = content ? (const char *)content : "";
	bool number = IS_NAMED(numbers, node);
	ra_err err = RA_OK;

	for (size_t i = 0; i < RA_LEN(number_types); i++)
		number = number || strcmp(type, number_types[i]) == 0;
	if ((!*type || strcmp(type, "boolean") == 0) && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
		*out = cJSON_CreateBool(*text == 't');
	else if (number)
		err = number_of(text, out);
	else
		*out = cJSON_CreateString(text);
	xmlFree(content);
	return err ? err : *out ? RA_OK : RA_E_NOMEM;
}

static ra_err ref_json(const struct ra_vs_ref *ref, cJSON **out)
{
	*out = cJSON_CreateObject();
	return *out && cJSON_AddStringToObject(*out, "type", ref->type) && cJSON_AddStringToObject(*out, "id", ref->id) ? RA_OK
														      : RA_E_NOMEM;
}

static ra_err any(const xmlNode *node, bool text_bytes, int depth, cJSON **out);

/* The list a member's items stand in, made from the one item it was until now. Out: NULL without memory. */
static cJSON *as_list(cJSON *object, const char *name, cJSON *had)
{
	cJSON *list = cJSON_CreateArray();

	if (!list || !cJSON_AddItemToObject(object, name, list)) {
		cJSON_Delete(list);
		return NULL;
	}
	/* Until the list stands there are two of one name; the item goes over without a moment in which it has no owner. */
	if (had && !cJSON_AddItemToArray(list, cJSON_DetachItemViaPointer(object, had)))
		return NULL;
	return list;
}

/* Put item under the member's name; a second one makes it a list. Out: *names counts different ones. Owner: takes item. */
static ra_err put(cJSON *object, const xmlNode *node, cJSON *item, int *names)
{
	const char *name = (const char *)node->name;
	cJSON *had = cJSON_GetObjectItemCaseSensitive(object, name);
	bool list = had ? true : IS_NAMED(lists, node);
	cJSON *to = !list ? object : cJSON_IsArray(had) ? had : as_list(object, name, had);
	bool done = to && (list ? cJSON_AddItemToArray(to, item) : cJSON_AddItemToObject(object, name, item));

	*names += !had;
	if (!done)
		cJSON_Delete(item);
	return !done ? RA_E_NOMEM : *names > NAMES_MAX ? RA_E_INVALID : RA_OK;
}

static ra_err object_of(const xmlNode *node, const char *type, int depth, cJSON **out)
{
	ra_err err = RA_OK;
	int members = 0, names = 0;

	*out = cJSON_CreateObject();
	if (!*out || (depth > 0 && *type && !cJSON_AddStringToObject(*out, "_type", type)))
		return RA_E_NOMEM;
	for (const xmlNode *at = ra_vs_kid(node, NULL), *past; at && !err; at = past) {
		cJSON *item = NULL;

		past = ra_vs_next(at, NULL);
		if (IS_NAMED(byte_lists, at) && !ra_vs_kid(at, NULL))
			err = bytes_of(at, strcmp((const char *)at->name, "certificate") == 0, &item, &past);
		else
			err = any(at, false, depth + 1, &item);
		err = err ? err : put(*out, at, item, &names);
		if (++members > MEMBERS_MAX)
			err = RA_E_INVALID;
	}
	return err;
}

static ra_err array_of(const xmlNode *node, int depth, cJSON **out)
{
	ra_err err = RA_OK;
	int items = 0;

	*out = cJSON_CreateArray();
	if (!*out)
		return RA_E_NOMEM;
	for (const xmlNode *at = ra_vs_kid(node, NULL); at && !err; at = ra_vs_next(at, NULL)) {
		cJSON *item = NULL;

		err = any(at, false, depth + 1, &item);
		if (!err && !cJSON_AddItemToArray(*out, item))
			err = RA_E_NOMEM;
		if (err)
			cJSON_Delete(item);
		if (!err && ++items > MEMBERS_MAX)
			err = RA_E_INVALID;
	}
	return err;
}

/* An element without content: a data object all of whose members are optional (a fault, often), unless its type is one of XML's own. */
static bool is_empty_object(const xmlNode *node, const char *type)
{
	static const char *const simple[] = {"anyType", "anyURI", "base64Binary", "boolean", "byte", "dateTime", "double", "float", "int", "long", "short", "string"};

	for (size_t i = 0; i < RA_LEN(simple); i++)
		if (strcmp(simple[i], type) == 0)
			return false;
	return *type && !node->children;
}

static ra_err any(const xmlNode *node, bool text_bytes, int depth, cJSON **out)
{
	char type[RA_VS_NAME_MAX];
	const xmlNode *past;
	struct ra_vs_ref ref;
	ra_err err;

	*out = NULL;
	ra_vs_xsi_type(node, type, sizeof(type));
	if (depth > DEPTH_MAX)
		return RA_E_INVALID;
	if (strcmp(type, "ArrayOfByte") == 0 || strcmp(type, "ByteSlice") == 0) {
		if (ra_vs_kid(node, NULL))
			return bytes_of(ra_vs_kid(node, NULL), text_bytes, out, &past);
		*out = cJSON_CreateString("");
		return *out ? RA_OK : RA_E_NOMEM;
	}
	if (strncmp(type, "ArrayOf", 7) == 0)
		err = array_of(node, depth, out);
	else if (!ra_vs_kid(node, NULL) && ra_vs_ref_of(node, &ref))
		err = ref_json(&ref, out);
	else if (ra_vs_kid(node, NULL) || is_empty_object(node, type))
		err = object_of(node, type, depth, out);
	else
		err = text_of(node, type, out);
	if (err)
		*out = ra_cjson_free(*out);
	return err;
}

ra_err ra_vs_json(const xmlNode *node, bool text_bytes, cJSON **out)
{
	return any(node, text_bytes, 0, out);
}

bool ra_vs_put_copy(cJSON *object, const char *key, const cJSON *value)
{
	cJSON *copy = value ? cJSON_Duplicate(value, true) : NULL;

	if (!value || (copy && cJSON_AddItemToObject(object, key, copy)))
		return true;
	cJSON_Delete(copy);
	return false;
}
