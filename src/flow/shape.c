/* shape.c - outlines of objects. */
#include "config.h"

#include "flow/shape.h"

#include "base/near.h"
#include "check/fact.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WORDS "abcdefghijklmnopqrstuvwxyz0123456789"

bool ra_is_whole(const cJSON *node)
{
	return cJSON_IsNumber(node) && fabs(node->valuedouble) <= 9007199254740991.0 &&
	       (double)(int64_t)node->valuedouble == node->valuedouble;
}

bool ra_is_own_key(const char *key)
{
	return strncmp(key, "x_", 2) == 0;
}

bool ra_is_step_name(const char *text)
{
	for (;;) {
		size_t len = strspn(text, WORDS);

		if (len == 0 || (text[len] != '\0' && text[len] != '-'))
			return false;
		if (text[len] == '\0')
			return true;
		text += len + 1;
	}
}

static bool every(const cJSON *list, bool (*fits)(const cJSON *item))
{
	const cJSON *item;

	if (!cJSON_IsArray(list))
		return false;
	cJSON_ArrayForEach (item, list) {
		if (!fits(item))
			return false;
	}
	return true;
}

static bool is_text(const cJSON *node)
{
	return cJSON_IsString(node) && *node->valuestring;
}

static bool is_fact(const cJSON *node)
{
	return cJSON_IsString(node) && ra_fact_name_ok(node->valuestring);
}

static bool is_object(const cJSON *node)
{
	return cJSON_IsObject(node);
}

static bool fits(const cJSON *node, enum ra_shape shape, const char **expected)
{
	switch (shape) {
	case RA_SHAPE_ANY:
		return true;
	case RA_SHAPE_TEXT:
		*expected = "a text";
		return is_text(node);
	case RA_SHAPE_TEXTS:
		*expected = "a text or a list of texts";
		return is_text(node) || (every(node, is_text) && node->child);
	case RA_SHAPE_IDS:
		*expected = "a list of texts";
		return every(node, is_text);
	case RA_SHAPE_STEP:
		*expected = "a name (lower-case words joined by -)";
		return is_text(node) && ra_is_step_name(node->valuestring);
	case RA_SHAPE_FACT:
		*expected = "a fact name";
		return is_fact(node);
	case RA_SHAPE_FACTS:
		*expected = "a list of fact names";
		return every(node, is_fact);
	case RA_SHAPE_BOOL:
		*expected = "true or false";
		return cJSON_IsBool(node);
	case RA_SHAPE_COUNT:
		*expected = "a whole number, not negative";
		return ra_is_whole(node) && node->valuedouble >= 0;
	case RA_SHAPE_OBJECT:
		*expected = "an object";
		return is_object(node);
	case RA_SHAPE_OBJECTS:
		*expected = "a list of objects";
		return every(node, is_object);
	case RA_SHAPE_FORMAT:
		*expected = "1, the format this program reads";
		return ra_is_whole(node) && node->valuedouble == 1;
	}
	return false;
}

static const struct ra_shape_key *find(const struct ra_shape_key *keys, const char *name)
{
	for (; keys->name; keys++) {
		if (strcmp(keys->name, name) == 0)
			return keys;
	}
	return NULL;
}

static ra_err unknown_key(const struct ra_json *doc, const cJSON *at, const struct ra_shape_key *keys,
			  struct ra_errs *errs)
{
	struct ra_near near = {.word = at->string};
	char list[320] = "", ask[100];
	size_t len = 0;

	for (; keys->name && len < sizeof(list); keys++) {
		ra_near_try(&near, keys->name);
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s", len ? ", " : "", keys->name);
	}
	return ra_json_fail(doc, at, errs, RA_E_INVALID, "unknown key \"%s\", expected one of %s (or x_...)%s",
			    at->string, list, ra_near_ask(&near, ask, sizeof(ask)));
}

ra_err ra_shape_check(const struct ra_json *doc, const cJSON *node, const struct ra_shape_key *keys,
		      struct ra_errs *errs)
{
	const cJSON *at;

	if (!cJSON_IsObject(node))
		return ra_json_fail(doc, node, errs, RA_E_INVALID, "expected an object");
	cJSON_ArrayForEach (at, node) {
		const struct ra_shape_key *key = find(keys, at->string);
		const char *expected = "";

		if (ra_is_own_key(at->string))
			continue;
		if (!key)
			return unknown_key(doc, at, keys, errs);
		if (!fits(at, key->shape, &expected))
			return ra_json_fail(doc, at, errs, RA_E_INVALID, "\"%s\": expected %s", key->name, expected);
	}
	for (; keys->name; keys++) {
		if (keys->must && !ra_json_get(node, keys->name))
			return ra_json_fail(doc, node, errs, RA_E_INVALID, "expected the key \"%s\"", keys->name);
	}
	return RA_OK;
}

ra_err ra_shape_list(const struct ra_json *doc, const cJSON *list, const struct ra_shape_key *keys,
		     struct ra_errs *errs)
{
	const cJSON *at;

	cJSON_ArrayForEach (at, list) {
		ra_err err = ra_shape_check(doc, at, keys, errs);

		if (err != RA_OK)
			return err;
	}
	return RA_OK;
}

ra_err ra_shape_each(const struct ra_json *doc, const cJSON *node, enum ra_shape shape, struct ra_errs *errs)
{
	const char *expected = "";
	const cJSON *at;

	cJSON_ArrayForEach (at, node) {
		if (!(at->string && ra_is_own_key(at->string)) && !fits(at, shape, &expected))
			return ra_json_fail(doc, at, errs, RA_E_INVALID, "expected %s", expected);
	}
	return RA_OK;
}

ra_err ra_shape_word(const struct ra_json *doc, const cJSON *node, const char *const *words, int *out,
		     struct ra_errs *errs)
{
	struct ra_near near = {.word = cJSON_IsString(node) ? node->valuestring : ""};
	char list[200] = "", ask[100];
	size_t len = 0;

	for (int i = 0; words[i]; i++) {
		if (cJSON_IsString(node) && strcmp(node->valuestring, words[i]) == 0) {
			*out = i;
			return RA_OK;
		}
	}
	for (int i = 0; words[i]; i++) {
		ra_near_try(&near, words[i]);
		if (len < sizeof(list))
			len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s", len ? ", " : "", words[i]);
	}
	return ra_json_fail(doc, node, errs, RA_E_INVALID, "expected one of %s, found \"%s\"%s", list,
			    cJSON_IsString(node) ? node->valuestring : "something else", ra_near_ask(&near, ask, sizeof(ask)));
}
