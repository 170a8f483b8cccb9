#include "config.h"

#include "base/json.h"
#include "base/json_scan.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEN_DEFAULT (1024 * 1024)
#define DEPTH_DEFAULT 32
#define DEPTH_CEILING 512 /* the scanner, cJSON and the printer recurse; this keeps them off the stack's end */
#define INT_ABS_MAX 9007199254740991.0

struct spot {
	const cJSON *node;
	struct ra_json_place place;
};

/* Where nodes stand: in pre-order until somebody asks, then by address. Most documents are never asked; those that are placeless hold none. */
struct spots {
	struct spot *at;
	size_t count;
	bool sorted;
};

struct ra_json {
	char *name;
	cJSON *root;
	struct spots *spots;
};

static int by_address(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)((const struct spot *)a)->node;
	uintptr_t y = (uintptr_t)((const struct spot *)b)->node;

	return (x > y) - (x < y);
}

static const struct ra_json_place *place_of(const struct ra_json *doc, const cJSON *node)
{
	struct spot key = {.node = node};
	struct spots *all = doc->spots;

	if (!all)
		return NULL;
	if (!all->sorted)
		qsort(all->at, all->count, sizeof(*all->at), by_address);
	all->sorted = true;
	const struct spot *spot = node ? bsearch(&key, all->at, all->count, sizeof(key), by_address) : NULL;

	return spot ? &spot->place : NULL;
}

/* Pair the tree with the scanner's places: both are in pre-order. Out: false when their counts differ. */
static bool pair(struct ra_json *doc, const cJSON *node, const struct ra_json_place *places, size_t *at)
{
	const cJSON *child;

	if (*at == doc->spots->count)
		return false;
	doc->spots->at[*at].node = node;
	doc->spots->at[*at].place = places[*at];
	(*at)++;
	cJSON_ArrayForEach (child, node)
		if (!pair(doc, child, places, at))
			return false;
	return true;
}

/* Nodes of a tree. */
static size_t node_count(const cJSON *node)
{
	size_t count = 1;

	for (const cJSON *child = node->child; child; child = child->next)
		count += node_count(child);
	return count;
}

/* The tree of bytes in which the scanner met so many values. */
static ra_err build(struct ra_json *doc, const char *bytes, size_t len, size_t count, struct ra_errs *errs)
{
	doc->root = cJSON_ParseWithLength(bytes, len);
	if (!doc->root)
		return ra_fail(errs, RA_E_NOMEM, "%s: not enough memory", doc->name);
	if (node_count(doc->root) != count)
		return ra_fail(errs, RA_E_INTERNAL, "%s: the scanner and cJSON read different trees", doc->name);
	return RA_OK;
}

/* Give the nodes their places. */
static ra_err place(struct ra_json *doc, const struct ra_json_places *places, struct ra_errs *errs)
{
	size_t at = 0;

	doc->spots = calloc(1, sizeof(*doc->spots));
	if (doc->spots)
		doc->spots->at = calloc(places->count, sizeof(*doc->spots->at));
	if (!doc->spots || !doc->spots->at)
		return ra_fail(errs, RA_E_NOMEM, "%s: not enough memory", doc->name);
	doc->spots->count = places->count;
	return pair(doc, doc->root, places->at, &at) ? RA_OK : ra_fail(errs, RA_E_INTERNAL, "%s: a value has no place", doc->name);
}

struct member {
	const char *key;
	const struct ra_json_place *place;
};

static int by_key(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	if (order)
		return order;
	if (x->place->key_line != y->place->key_line)
		return x->place->key_line - y->place->key_line;
	return x->place->key_col - y->place->key_col;
}

static bool stands_before(const struct ra_json_place *a, const struct ra_json_place *b)
{
	return a->key_line < b->key_line || (a->key_line == b->key_line && a->key_col < b->key_col);
}

/* Of sorted members, tell the second use of a key that comes first in the text. */
static ra_err tell_duplicate(const struct ra_json *doc, const struct member *members, size_t count,
			     struct ra_errs *errs)
{
	const struct member *worst = NULL;

	for (size_t i = 1; i < count; i++)
		if (strcmp(members[i].key, members[i - 1].key) == 0 &&
		    (!worst || stands_before(members[i].place, worst->place)))
			worst = &members[i];
	if (!worst)
		return RA_OK;
	return ra_fail(errs, RA_E_INVALID,
		       "%s:%d:%d: expected a key not used yet, found \"%.80s\" again (first at %d:%d)", doc->name,
		       worst->place->key_line, worst->place->key_col, worst->key, worst[-1].place->key_line,
		       worst[-1].place->key_col);
}

/* Few keys are held against each other as they stand: most objects are small, and sorting costs more than that. */
static bool has_few_and_different(const cJSON *obj, size_t count)
{
	if (count > 32)
		return false;
	for (const cJSON *child = obj->child; child; child = child->next)
		for (const cJSON *other = child->next; other; other = other->next)
			if (child->string[0] == other->string[0] && strcmp(child->string, other->string) == 0)
				return false;
	return true;
}

static ra_err check_keys(const struct ra_json *doc, const cJSON *obj, struct ra_errs *errs)
{
	static const struct ra_json_place nowhere = {0};
	size_t count = (size_t)cJSON_GetArraySize(obj), i = 0;
	RA_AUTO(ra_mem_free) struct member *members = NULL;
	const cJSON *child;

	if (has_few_and_different(obj, count))
		return RA_OK;
	members = calloc(count, sizeof(*members));
	if (!members)
		return ra_fail(errs, RA_E_NOMEM, "%s: not enough memory", doc->name);
	cJSON_ArrayForEach (child, obj)
		members[i++] = (struct member){child->string, doc->spots ? place_of(doc, child) : &nowhere};
	qsort(members, count, sizeof(*members), by_key);
	return tell_duplicate(doc, members, count, errs);
}

/* What only the tree can tell: keys after their escapes are read, numbers after conversion. */
static ra_err check_tree(const struct ra_json *doc, const cJSON *node, struct ra_errs *errs)
{
	const cJSON *child;
	ra_err err = RA_OK;

	if (cJSON_IsNumber(node) && !isfinite(node->valuedouble))
		return ra_json_fail(doc, node, errs, RA_E_INVALID,
				    "expected a number up to 1.7976931348623157e308, found a larger one");
	if (cJSON_IsObject(node))
		err = check_keys(doc, node, errs);
	if (err)
		return err;
	cJSON_ArrayForEach (child, node) {
		err = check_tree(doc, child, errs);
		if (err)
			return err;
	}
	return RA_OK;
}

static struct ra_json_limits with_defaults(const struct ra_json_limits *limits)
{
	struct ra_json_limits out = limits ? *limits : (struct ra_json_limits){0};

	if (out.len_max == 0)
		out.len_max = LEN_DEFAULT;
	if (out.depth_max <= 0)
		out.depth_max = DEPTH_DEFAULT;
	if (out.depth_max > DEPTH_CEILING)
		out.depth_max = DEPTH_CEILING;
	return out;
}

static ra_err parse(const char *name, const char *bytes, size_t len, const struct ra_json_limits *limits, struct ra_json **out,
		    struct ra_errs *errs)
{
	struct ra_json_places places;
	RA_AUTO(ra_mem_free) struct ra_json_place *owned = NULL;
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	ra_err err = ra_json_scan(name, bytes, len, limits, &places, errs);

	if (err)
		return err;
	owned = places.at;
	doc = calloc(1, sizeof(*doc));
	if (!doc || !(doc->name = strdup(name)))
		return ra_fail(errs, RA_E_NOMEM, "%s: not enough memory", name);
	err = build(doc, bytes, len, places.count, errs);
	if (!err && !limits->placeless)
		err = place(doc, &places, errs);
	if (!err)
		err = check_tree(doc, doc->root, errs);
	if (err)
		return err;
	*out = doc;
	doc = NULL;
	return RA_OK;
}

ra_err ra_json_parse(const char *name, const char *bytes, size_t len, const struct ra_json_limits *limits,
		     struct ra_json **out, struct ra_errs *errs)
{
	struct ra_json_limits all = with_defaults(limits);
	ra_err err;

	*out = NULL;
	if (!all.placeless)
		return parse(name, bytes, len, &all, out, errs);
	err = parse(name, bytes, len, &all, out, NULL);
	if (!err)
		return RA_OK;
	all.placeless = false; /* once more, to say where it stands */
	err = parse(name, bytes, len, &all, out, errs);
	if (!err)
		*out = ra_json_free(*out);
	return err ? err : ra_fail(errs, RA_E_INTERNAL, "%s: read twice, it is not the same", name);
}

const cJSON *ra_json_root(const struct ra_json *doc)
{
	return doc->root;
}

cJSON *ra_json_tree(struct ra_json *doc)
{
	return doc->root;
}

void ra_json_pos(const struct ra_json *doc, const cJSON *node, int *line, int *col)
{
	const struct ra_json_place *place = place_of(doc, node);

	*line = place ? place->line : 0;
	*col = place ? place->col : 0;
}

const char *ra_json_name(const struct ra_json *doc)
{
	return doc->name;
}

struct ra_json *ra_json_free(struct ra_json *doc)
{
	if (!doc)
		return NULL;
	cJSON_Delete(doc->root);
	if (doc->spots)
		free(doc->spots->at);
	free(doc->spots);
	free(doc->name);
	free(doc);
	return NULL;
}

ra_err ra_json_fail(const struct ra_json *doc, const cJSON *node, struct ra_errs *errs, ra_err code, const char *fmt,
		    ...)
{
	const struct ra_json_place *place = place_of(doc, node);
	char text[RA_ERR_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	if (vsnprintf(text, sizeof(text), fmt, args) < 0)
		text[0] = '\0';
	va_end(args);
	if (!place)
		return ra_fail(errs, code, "%s: %s", doc->name, text);
	return ra_fail(errs, code, "%s:%d:%d: %s", doc->name, place->line, place->col, text);
}

const cJSON *ra_json_get(const cJSON *obj, const char *key)
{
	const cJSON *child;

	if (!cJSON_IsObject(obj))
		return NULL;
	cJSON_ArrayForEach (child, obj)
		if (strcmp(child->string, key) == 0)
			return child;
	return NULL;
}

const char *ra_json_str(const cJSON *obj, const char *key, const char *fallback)
{
	const cJSON *node = ra_json_get(obj, key);

	return cJSON_IsString(node) ? node->valuestring : fallback;
}

int64_t ra_json_int(const cJSON *obj, const char *key, int64_t fallback)
{
	const cJSON *node = ra_json_get(obj, key);
	double value;

	if (!cJSON_IsNumber(node))
		return fallback;
	value = node->valuedouble;
	if (!(value >= -INT_ABS_MAX && value <= INT_ABS_MAX) || (double)(int64_t)value != value)
		return fallback;
	return (int64_t)value;
}

bool ra_json_bool(const cJSON *obj, const char *key, bool fallback)
{
	const cJSON *node = ra_json_get(obj, key);

	return cJSON_IsBool(node) ? cJSON_IsTrue(node) != 0 : fallback;
}

/* Compare a key with a pointer's token, in which ~0 is ~ and ~1 is /. */
static bool token_is(const char *token, size_t len, const char *key)
{
	for (size_t i = 0; i < len; i++, key++) {
		char c = token[i];

		if (c == '~') {
			if (++i == len || (token[i] != '0' && token[i] != '1'))
				return false;
			c = token[i] == '0' ? '~' : '/';
		}
		if (*key != c)
			return false;
	}
	return *key == '\0';
}

/* An index has no sign and no leading zeros. Out: -1 when the token is none. */
static int token_index(const char *token, size_t len)
{
	int value = 0;

	if (len == 0 || len > 9 || (token[0] == '0' && len > 1))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (token[i] < '0' || token[i] > '9')
			return -1;
		value = value * 10 + (token[i] - '0');
	}
	return value;
}

static const cJSON *child_at(const cJSON *node, const char *token, size_t len)
{
	int index = cJSON_IsArray(node) ? token_index(token, len) : -1;
	const cJSON *child;

	if (cJSON_IsArray(node))
		return index < 0 ? NULL : cJSON_GetArrayItem(node, index);
	if (!cJSON_IsObject(node))
		return NULL;
	cJSON_ArrayForEach (child, node)
		if (token_is(token, len, child->string))
			return child;
	return NULL;
}

const cJSON *ra_json_pointer(const cJSON *root, const char *pointer)
{
	while (root && *pointer) {
		size_t len;

		if (*pointer != '/')
			return NULL;
		len = strcspn(++pointer, "/");
		root = child_at(root, pointer, len);
		pointer += len;
	}
	return root;
}

cJSON *ra_cjson_free(cJSON *node)
{
	cJSON_Delete(node);
	return NULL;
}
