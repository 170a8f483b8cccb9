/* place.c - is the place where a fact stands one that its parser can find? Asked once, when a check file is loaded. */
#include "config.h"

#include "check/load.h"

#include "base/pattern.h"

#include <string.h>

typedef ra_err (*place_fn)(const struct ra_check_loading *load, const struct ra_extract *fact);

ra_err ra_place_pattern_ok(const struct ra_check_loading *load, const cJSON *node)
{
	struct ra_errs why;
	struct ra_pattern *pattern = NULL;
	char line[RA_ERR_TEXT_MAX];
	ra_err err;

	ra_errs_clear(&why);
	if (!cJSON_IsString(node) || !node->valuestring[0])
		return BAD(load, node, "expected a pattern (text, not empty)");
	err = ra_pattern_compile(node->valuestring, &pattern, &why);
	if (err)
		return err == RA_E_NOMEM ? err : BAD(load, node, "%s", ra_errs_line(&why, line, sizeof(line)));
	ra_pattern_free(pattern);
	return RA_OK;
}

static ra_err lines_ok(const struct ra_check_loading *load, const struct ra_extract *fact)
{
	const cJSON *line = ra_json_get(fact->spec, "line");

	return !line || ra_json_int(fact->spec, "line", -1) >= 0 ? RA_OK : BAD(load, line, "line is a number from 0");
}

static ra_err table_ok(const struct ra_check_loading *load, const struct ra_extract *fact)
{
	const cJSON *entry;

	cJSON_ArrayForEach (entry, ra_json_get(fact->spec, "where")) {
		if (!cJSON_IsString(entry))
			return BAD(load, entry, "where holds texts: {column: value}");
	}
	return RA_OK;
}

static ra_err regex_ok(const struct ra_check_loading *load, const struct ra_extract *fact)
{
	const cJSON *present = ra_json_get(fact->spec, "present");

	if (present && (!cJSON_IsBool(present) || (cJSON_IsTrue(present) && fact->type != RA_BOOL)))
		return BAD(load, present, "present is true for a bool only");
	return ra_place_pattern_ok(load, ra_json_get(fact->spec, "pattern"));
}

/* A value a member may be held against. */
static bool is_plain_value(const cJSON *value)
{
	return cJSON_IsString(value) || cJSON_IsNumber(value) || cJSON_IsBool(value) || cJSON_IsNull(value);
}

static bool is_value_or_list(const cJSON *value)
{
	const cJSON *item;

	if (!cJSON_IsArray(value))
		return is_plain_value(value);
	cJSON_ArrayForEach (item, value) {
		if (!is_plain_value(item))
			return false;
	}
	return value->child != NULL;
}

/* How many of a pointer's tokens are a star. */
static int stars_of(const char *pointer)
{
	int stars = 0;

	for (const char *at = strstr(pointer, "/*"); at; at = strstr(at + 2, "/*"))
		stars += at[2] == '\0' || at[2] == '/';
	return stars;
}

static ra_err where_ok(const struct ra_check_loading *load, const struct ra_extract *fact, const cJSON *where)
{
	const cJSON *want;

	if (!cJSON_IsObject(where) || !where->child)
		return BAD(load, where, "where must be an object: {member: value}");
	if (stars_of(ra_json_str(fact->spec, "pointer", "")) != 1)
		return BAD(load, where,
			   "where goes with a pointer that has one \"*\": it says which elements are meant");
	cJSON_ArrayForEach (want, where) {
		const cJSON *not = ra_json_get(want, "not");

		if (cJSON_IsObject(want) ? !not || want->child->next || !is_value_or_list(not )
					 : !is_value_or_list(want))
			return BAD(load, want, "expected a value, a list of values, or {\"not\": one of these}");
	}
	return RA_OK;
}

static ra_err exists_ok(const struct ra_check_loading *load, const struct ra_extract *fact, const cJSON *exists)
{
	static const char *const beside[] = {"map", "in", "absent", NULL};

	if (!cJSON_IsTrue(exists) || fact->type != RA_BOOL)
		return BAD(load, exists, "exists is true, for a bool only");
	for (const char *const *key = beside; *key; key++)
		if (ra_json_get(fact->spec, *key))
			return BAD(load, ra_json_get(fact->spec, *key), "\"%s\" does not go with exists", *key);
	return RA_OK;
}

static ra_err named_ok(const struct ra_check_loading *load, const struct ra_extract *fact, const cJSON *named)
{
	if (!cJSON_IsTrue(named) || fact->type != RA_LIST)
		return BAD(load, named, "named is true, for a list only");
	return ra_json_get(fact->spec, "where") || stars_of(ra_json_str(fact->spec, "pointer", ""))
		       ? BAD(load, named, "named goes with a pointer to one object, and without where")
		       : RA_OK;
}

static ra_err json_ok(const struct ra_check_loading *load, const struct ra_extract *fact)
{
	const cJSON *where = ra_json_get(fact->spec, "where"), *exists = ra_json_get(fact->spec, "exists");
	const cJSON *pattern = ra_json_get(fact->spec, "pattern");
	const cJSON *named = ra_json_get(fact->spec, "named");
	const char *pointer = ra_json_str(fact->spec, "pointer", "");
	ra_err err = pattern ? ra_place_pattern_ok(load, pattern) : RA_OK;

	if (!err && pattern && (fact->type == RA_LIST || exists))
		return BAD(load, pattern, "pattern cuts a part out of one text: not for a list, not with exists");
	if (err)
		return err;
	if (pointer[0] && pointer[0] != '/')
		return BAD(load, ra_json_get(fact->spec, "pointer"), "a pointer is empty or begins with '/'");
	if (where)
		err = where_ok(load, fact, where);
	if (!err && named)
		err = named_ok(load, fact, named);
	return err || !exists ? err : exists_ok(load, fact, exists);
}

static ra_err x509_ok(const struct ra_check_loading *load, const struct ra_extract *fact)
{
	const cJSON *of = ra_json_get(fact->spec, "of");

	if (!ra_x509_fits(fact))
		return BAD(load, ra_json_get(fact->spec, "field"),
			   "field is subject, issuer, sha256 or not_after (text), not_before (time), days_left (int)");
	if (of && (!cJSON_IsString(of) ||
		   (strcmp(of->valuestring, "first") != 0 && strcmp(of->valuestring, "earliest") != 0)))
		return BAD(load, of, "of is \"first\" or \"earliest\"");
	return RA_OK;
}

/* What else a parser's places must be. */
static const struct {
	ra_parse_fn parser;
	place_fn ok;
} places[] = {
    {ra_parse_lines, lines_ok}, {ra_parse_table, table_ok}, {ra_parse_regex, regex_ok},
    {ra_parse_json, json_ok},   {ra_parse_x509, x509_ok},
};

ra_err ra_place_ok(const struct ra_check_loading *load, const struct ra_parser *parser, const struct ra_extract *fact)
{
	const cJSON *first = parser ? ra_json_get(fact->spec, parser->keys[0]) : NULL;

	if (!parser)
		return RA_OK;
	if (!first && !(parser->optional && fact->type == RA_LIST))
		return BAD(load, fact->spec, "\"%s\" is missing (parse \"%s\")", parser->keys[0], parser->name);
	if (first && parser->parse != ra_parse_lines && !cJSON_IsString(first))
		return BAD(load, first, "\"%s\" must be a text", parser->keys[0]);
	/* Only a pointer may be empty: it is the whole answer. */
	if (first && parser->parse != ra_parse_json && cJSON_IsString(first) && !first->valuestring[0])
		return BAD(load, first, "\"%s\" must be a text that is not empty", parser->keys[0]);
	for (size_t i = 0; i < RA_LEN(places); i++)
		if (places[i].parser == parser->parse)
			return places[i].ok(load, fact);
	return RA_OK;
}
