/* parse_json.c - facts out of a JSON answer by RFC 6901 pointer. */
#include "config.h"

#include "check/named.h"
#include "check/parse.h"

#include "base/pattern.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_MAX 128

/* The next reference token of a pointer, unescaped (~1 is '/', ~0 is '~'). Out: past it; NULL when it is too long. */
static const char *next_token(const char *pointer, char *out)
{
	size_t len = 0;

	for (pointer++; *pointer && *pointer != '/'; pointer++) {
		char c = *pointer;

		if (len + 1 >= TOKEN_MAX)
			return NULL;
		if (c == '~' && (pointer[1] == '0' || pointer[1] == '1'))
			c = *++pointer == '0' ? '~' : '/';
		out[len++] = c;
	}
	out[len] = '\0';
	return pointer;
}

/* A member by its key to the letter, else by the one that differs only as labels do. Out: *doubt when two do. */
static const cJSON *member_like(const cJSON *object, const char *key, bool *doubt)
{
	const cJSON *exact = ra_json_get(object, key), *like = NULL, *member;

	if (exact)
		return exact;
	cJSON_ArrayForEach (member, object) {
		if (!ra_span_label((struct ra_span){member->string, strlen(member->string)}, key))
			continue;
		*doubt = like != NULL;
		like = member;
		if (*doubt)
			return NULL;
	}
	return like;
}

static const cJSON *element(const cJSON *array, const char *token)
{
	size_t len = strspn(token, "0123456789");

	if (len == 0 || len > 6 || token[len] || (len > 1 && token[0] == '0'))
		return NULL;
	return cJSON_GetArrayItem(array, atoi(token));
}

/* The word of a scalar node. Out: false when it is none. */
static bool word_of(const cJSON *node, struct ra_raw *raw, struct ra_span *word)
{
	if (cJSON_IsString(node)) {
		*word = (struct ra_span){node->valuestring, strlen(node->valuestring)};
	} else if (cJSON_IsBool(node)) {
		*word = cJSON_IsTrue(node) ? (struct ra_span){"true", 4} : (struct ra_span){"false", 5};
	} else if (cJSON_IsNumber(node)) {
		double number = node->valuedouble;
		bool integral =
		    number >= -9007199254740991.0 && number <= 9007199254740991.0 && number == (double)(int64_t)number;
		int len = integral ? snprintf(raw->number, sizeof(raw->number), "%" PRId64, (int64_t)number)
				   : snprintf(raw->number, sizeof(raw->number), "%.17g", number);

		*word = (struct ra_span){raw->number, (size_t)len};
	} else {
		return false;
	}
	return true;
}

static ra_err take_item(const cJSON *node, struct ra_raw *out)
{
	struct ra_span word;

	if (word_of(node, out, &word))
		return ra_raw_add(out, word);
	out->reason = RA_MALFORMED;
	return RA_OK;
}

static ra_err take(const cJSON *node, const struct ra_extract *fact, struct ra_raw *out)
{
	const cJSON *item;
	ra_err err = RA_OK;

	if (cJSON_IsNull(node))
		return RA_OK;
	if (fact->type != RA_LIST) {
		out->reason = word_of(node, out, &out->item) ? RA_KNOWN : RA_MALFORMED;
		return RA_OK;
	}
	out->is_list = true;
	if (out->reason == RA_NOT_ASKED)
		out->reason = RA_KNOWN;
	if (!cJSON_IsArray(node))
		return take_item(node, out);
	cJSON_ArrayForEach (item, node) {
		if (!err && out->reason == RA_KNOWN)
			err = take_item(item, out);
	}
	return err;
}

/* Is a member one of the values? A member that is not there, or null, is null. Out: -1 for a doubt. */
static int is_one_of(const cJSON *member, const cJSON *want)
{
	const cJSON *value = cJSON_IsArray(want) ? want->child : want;

	if (cJSON_IsArray(member) || cJSON_IsObject(member))
		return -1;
	for (; value; value = cJSON_IsArray(want) ? value->next : NULL)
		if (cJSON_IsNull(value) ? !member || cJSON_IsNull(member)
					: member && cJSON_Compare(member, value, true))
			return 1;
	return 0;
}

/* Do an element's members have the values? One that is not there has none, so it is not "not" one of them either.
 * Out: 1 it is meant, 0 it is not, -1 for a doubt. */
static int is_meant(const cJSON *element, const cJSON *where)
{
	const cJSON *want;
	int meant = 1;

	cJSON_ArrayForEach (want, where) {
		const cJSON *not = ra_json_get(want, "not"), *member;
		bool doubt = false;
		int is;

		if (!cJSON_IsObject(element))
			return -1;
		member = member_like(element, want->string, &doubt);
		is = doubt ? -1 : is_one_of(member, not ? not : want);
		if (is < 0)
			return -1;
		if (not ? is || !member || cJSON_IsNull(member) : !is)
			meant = 0;
	}
	return meant;
}

/* Walk a pointer. What is not there leaves out as it is; a scalar where the pointer goes on is a doubt. */
static ra_err walk(const cJSON *node, const char *pointer, const struct ra_extract *fact, struct ra_raw *out);

/* A scalar in the elements that are meant: in all of them the same, or it is a doubt. */
static ra_err walk_same(const cJSON *array, const char *pointer, const struct ra_extract *fact, struct ra_raw *out)
{
	const cJSON *where = ra_json_get(fact->spec, "where"), *child;
	bool any = false;

	cJSON_ArrayForEach (child, array) {
		struct ra_raw one = {.reason = RA_NOT_ASKED}, *raw = any ? &one : out;
		int meant = is_meant(child, where);
		ra_err err = meant > 0 ? walk(child, pointer, fact, raw) : RA_OK;

		if (err)
			return err;
		if (meant < 0 || (any && meant > 0 &&
				  (one.reason != out->reason || one.item.len != out->item.len ||
				   (one.item.len && memcmp(one.item.at, out->item.at, one.item.len) != 0))))
			out->reason = RA_MALFORMED;
		if (out->reason == RA_MALFORMED)
			return RA_OK;
		any = any || meant > 0;
	}
	return RA_OK;
}

/* The elements of a list that are meant, one after the other. */
static ra_err walk_list(const cJSON *array, const char *pointer, const struct ra_extract *fact, struct ra_raw *out)
{
	const cJSON *where = ra_json_get(fact->spec, "where"), *child;
	ra_err err = RA_OK;

	out->is_list = true;
	out->reason = RA_KNOWN;
	cJSON_ArrayForEach (child, array) {
		int meant = is_meant(child, where);

		if (meant < 0)
			out->reason = RA_MALFORMED;
		if (meant > 0 && !err && out->reason == RA_KNOWN)
			err = walk(child, pointer, fact, out);
	}
	return err;
}

static ra_err walk(const cJSON *node, const char *pointer, const struct ra_extract *fact, struct ra_raw *out)
{
	char token[TOKEN_MAX];
	const cJSON *child;
	bool doubt = false;

	if (!node || (*pointer && cJSON_IsNull(node)))
		return RA_OK;
	if (!*pointer)
		return take(node, fact, out);
	pointer = next_token(pointer, token);
	if (pointer && cJSON_IsArray(node) && fact->type == RA_LIST && strcmp(token, "*") == 0)
		return walk_list(node, pointer, fact, out);
	if (pointer && cJSON_IsArray(node) && strcmp(token, "*") == 0)
		return walk_same(node, pointer, fact, out);
	if (pointer && cJSON_IsArray(node) && strspn(token, "0123456789") == strlen(token))
		return walk(element(node, token), pointer, fact, out);
	if (pointer && cJSON_IsObject(node)) {
		child = member_like(node, token, &doubt);
		if (!doubt)
			return walk(child, pointer, fact, out);
	}
	out->reason = RA_MALFORMED;
	return RA_OK;
}

/* Is there anything at a place? Stars stand for any element that is meant. Out: 1, 0, or -1 for a doubt. */
static int is_there(const cJSON *node, const char *pointer, const cJSON *where)
{
	char token[TOKEN_MAX];
	const cJSON *child;
	bool doubt = false;
	int there = 0;

	if (!node || cJSON_IsNull(node))
		return 0;
	if (!*pointer)
		return 1;
	pointer = next_token(pointer, token);
	if (!pointer || (strcmp(token, "*") == 0 && !cJSON_IsArray(node)))
		return -1;
	if (cJSON_IsObject(node)) {
		child = member_like(node, token, &doubt);
		return doubt ? -1 : is_there(child, pointer, where);
	}
	if (!cJSON_IsArray(node))
		return -1;
	if (strcmp(token, "*") != 0)
		return is_there(element(node, token), pointer, where);
	cJSON_ArrayForEach (child, node) {
		int meant = is_meant(child, where), one = meant > 0 ? is_there(child, pointer, where) : meant;

		if (one < 0)
			return -1;
		there = there || one;
	}
	return there;
}

static void take_there(int there, struct ra_raw *out)
{
	out->reason = there < 0 ? RA_MALFORMED : RA_KNOWN;
	out->item = there > 0 ? (struct ra_span){"true", 4} : (struct ra_span){"false", 5};
}

/* A part of the text at the place: the pattern's first group. What does not match is another text than was meant. Errors: RA_E_NOMEM. */
static ra_err cut_out(const char *regex, struct ra_raw *out)
{
	RA_AUTO(ra_pattern_free) struct ra_pattern *pattern = NULL;
	struct ra_match match;
	bool found = false;
	ra_err err = ra_pattern_compile(regex, &pattern, NULL);

	if (!err)
		err = ra_pattern_find(pattern, out->item.at, out->item.len, 0, &found, &match);
	if (err == RA_E_NOMEM)
		return err;
	if (err || !found)
		out->reason = RA_MALFORMED;
	else
		out->item = ra_match_part(out->item, &match);
	return RA_OK;
}

/* The one node at a place without stars; NULL where there is none, or a doubt. */
static const cJSON *object_at(const cJSON *node, const char *pointer)
{
	char token[TOKEN_MAX];
	bool doubt = false;

	while (node && pointer && *pointer) {
		pointer = next_token(pointer, token);
		node = pointer && cJSON_IsObject(node) ? member_like(node, token, &doubt) : NULL;
	}
	return node;
}

static bool is_named(const cJSON *named, const char *member)
{
	const cJSON *name;

	cJSON_ArrayForEach (name, named)
		if (cJSON_IsString(name) && ra_named_is(name->valuestring, member))
			return true;
	return false;
}

/* "NAME=VALUE" of every member that is named and has a value; what has none, or one that is no setting's, was not told. */
static ra_err take_named(const cJSON *object, const cJSON *named, struct ra_raw *out)
{
	char item[RA_NAMED_LEN_MAX + RA_NAMED_VALUE_MAX + 2];
	const cJSON *member;
	ra_err err = RA_OK;

	if (!object || cJSON_IsNull(object))
		return RA_OK;
	out->is_list = true;
	out->reason = cJSON_IsObject(object) ? RA_KNOWN : RA_MALFORMED;
	for (member = object->child; member && !err && out->reason == RA_KNOWN; member = member->next) {
		struct ra_span word;

		if (!ra_named_ok(member->string) || ra_named_secret(member->string) || !is_named(named, member->string) ||
		    !word_of(member, out, &word) || word.len > RA_NAMED_VALUE_MAX)
			continue;
		int len = snprintf(item, sizeof(item), "%s=%.*s", member->string, (int)word.len, word.at);

		err = ra_raw_add(out, (struct ra_span){item, (size_t)len});
	}
	return err;
}

ra_err ra_parse_json(const struct ra_parse_in *in, const struct ra_extract *fact, struct ra_raw *out)
{
	if (!in->tree) {
		out->reason = RA_MALFORMED;
		return RA_OK;
	}
	if (ra_json_bool(fact->spec, "exists", false)) {
		take_there(is_there(in->tree, ra_json_str(fact->spec, "pointer", ""),
				    ra_json_get(fact->spec, "where")),
			   out);
		return RA_OK;
	}
	if (ra_json_bool(fact->spec, "named", false))
		return take_named(object_at(in->tree, ra_json_str(fact->spec, "pointer", "")), in->answer->named, out);
	const char *pattern = ra_json_str(fact->spec, "pattern", NULL);
	ra_err err = walk(in->tree, ra_json_str(fact->spec, "pointer", ""), fact, out);

	return err || !pattern || out->reason != RA_KNOWN ? err : cut_out(pattern, out);
}
