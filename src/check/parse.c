/* parse.c - the declarative parsers: key and value lines, lines, patterns, esxcli tables. */
#include "config.h"

#include "check/parse.h"
#include "check/value.h"

#include "base/pattern.h"

#include <stdlib.h>
#include <string.h>

static const char *const keyvalue_keys[] = {"key", NULL};
static const char *const json_keys[] = {"pointer", "where", "exists", "pattern", "named", NULL};
static const char *const x509_keys[] = {"field", "of", NULL};
static const char *const table_keys[] = {"column", "where", NULL};
static const char *const lines_keys[] = {"line", NULL};
static const char *const regex_keys[] = {"pattern", "present", NULL};

static const struct ra_parser parsers[] = {
    {"keyvalue", keyvalue_keys, false, ra_parse_keyvalue}, {"json", json_keys, false, ra_parse_json},
    {"table", table_keys, false, ra_parse_table},          {"lines", lines_keys, true, ra_parse_lines},
    {"regex", regex_keys, false, ra_parse_regex},          {"x509", x509_keys, false, ra_parse_x509},
    {"esxcli", json_keys, false, ra_parse_json},
};

const struct ra_parser *ra_parser_find(const char *name)
{
	for (size_t i = 0; i < RA_LEN(parsers); i++)
		if (strcmp(parsers[i].name, name) == 0)
			return &parsers[i];
	return NULL;
}

ra_err ra_raw_add(struct ra_raw *raw, struct ra_span item)
{
	ra_err err = ra_value_list_add(&raw->list, item.at, item.len);

	raw->is_list = true;
	if (err == RA_E_INVALID)
		raw->reason = RA_MALFORMED;
	else if (err == RA_E_LIMIT)
		raw->reason = RA_TRUNCATED;
	return err == RA_E_NOMEM ? err : RA_OK;
}

static struct ra_span whole(const struct ra_parse_in *in)
{
	return (struct ra_span){in->answer->out, in->answer->out_len};
}

/* A scalar found once more: the same word again is no news, another one is a doubt. */
static void found_scalar(struct ra_raw *out, struct ra_span item)
{
	if (out->reason == RA_NOT_ASKED) {
		out->reason = RA_KNOWN;
		out->item = item;
	} else if (out->item.len != item.len || (item.len && memcmp(out->item.at, item.at, item.len) != 0)) {
		out->reason = RA_MALFORMED;
	}
}

/* "a, b, c" as items. */
static ra_err split_list(struct ra_span text, struct ra_raw *out)
{
	ra_err err = RA_OK;

	out->reason = RA_KNOWN;
	out->is_list = true;
	while (!err && text.len && out->reason == RA_KNOWN) {
		const char *comma = memchr(text.at, ',', text.len);
		size_t len = comma ? (size_t)(comma - text.at) : text.len;
		struct ra_span item = ra_span_trim((struct ra_span){text.at, len});

		if (item.len)
			err = ra_raw_add(out, item);
		text.at += len + (comma != NULL);
		text.len -= len + (comma != NULL);
	}
	return err;
}

ra_err ra_parse_keyvalue(const struct ra_parse_in *in, const struct ra_extract *fact, struct ra_raw *out)
{
	const char *key = ra_json_str(fact->spec, "key", "");
	struct ra_span rest = whole(in), line;
	bool any = false;

	while (ra_span_line(&rest, &line)) {
		const char *colon = memchr(line.at, ':', line.len);
		size_t len = colon ? (size_t)(colon - line.at) : 0;

		any = any || len > 0;
		if (!colon || !ra_span_label((struct ra_span){line.at, len}, key))
			continue;
		found_scalar(out, ra_span_trim((struct ra_span){colon + 1, line.len - len - 1}));
	}
	if (!any)
		out->reason = RA_MALFORMED; /* some other text: it does not say that the key is not there */
	if (out->reason == RA_KNOWN && fact->type == RA_LIST)
		return split_list(out->item, out);
	return RA_OK;
}

ra_err ra_parse_lines(const struct ra_parse_in *in, const struct ra_extract *fact, struct ra_raw *out)
{
	int64_t wanted = ra_json_int(fact->spec, "line", -1), number = 0;
	struct ra_span rest = whole(in), line;
	ra_err err = RA_OK;

	if (fact->type == RA_LIST) {
		out->reason = RA_KNOWN;
		out->is_list = true;
	}
	for (; !err && ra_span_line(&rest, &line); number++) {
		line = ra_span_trim(line);
		if (fact->type != RA_LIST && number == wanted) {
			out->reason = RA_KNOWN;
			out->item = line;
		} else if (fact->type == RA_LIST && (wanted < 0 || number == wanted) && line.len &&
			   out->reason == RA_KNOWN) {
			err = ra_raw_add(out, line);
		}
	}
	return err;
}

struct ra_span ra_match_part(struct ra_span text, const struct ra_match *match)
{
	int group = match->groups > 1 ? 1 : 0;

	if (match->start[group] == SIZE_MAX)
		return (struct ra_span){text.at, 0};
	return (struct ra_span){text.at + match->start[group], match->end[group] - match->start[group]};
}

ra_err ra_parse_regex(const struct ra_parse_in *in, const struct ra_extract *fact, struct ra_raw *out)
{
	RA_AUTO(ra_pattern_free) struct ra_pattern *pattern = NULL;
	struct ra_span text = whole(in);
	struct ra_match match;
	bool found = false;
	size_t from = 0;
	ra_err err = ra_pattern_compile(ra_json_str(fact->spec, "pattern", ""), &pattern, NULL);

	while (!err && from <= text.len) {
		err = ra_pattern_find(pattern, text.at ? text.at : "", text.len, from, &found, &match);
		if (err || !found)
			break;
		if (ra_json_bool(fact->spec, "present", false) || fact->type != RA_LIST) {
			out->reason = RA_KNOWN;
			out->item = ra_match_part(text, &match);
			break;
		}
		out->reason = RA_KNOWN;
		err = ra_raw_add(out, ra_match_part(text, &match));
		if (out->reason != RA_KNOWN)
			break;
		from = match.end[0] > from ? match.end[0] : from + 1;
	}
	if (ra_json_bool(fact->spec, "present", false) && !err) {
		out->reason = RA_KNOWN;
		out->item = found ? (struct ra_span){"true", 4} : (struct ra_span){"false", 5};
	}
	if (err && err != RA_E_NOMEM) {
		out->reason = RA_MALFORMED;
		err = RA_OK;
	}
	return err;
}

/* Out: 1 the row is meant, 0 it is not, -1 `where` names a column the table lacks. */
static int row_meant(const struct ra_table *table, struct ra_span line, const cJSON *where)
{
	const cJSON *want;

	cJSON_ArrayForEach (want, where) {
		int column = ra_table_column(table, want->string);
		struct ra_span got;

		if (column < 0)
			return -1;
		got = ra_table_cell(table, line, column);
		if (!cJSON_IsString(want) || strlen(want->valuestring) != got.len ||
		    (got.len && memcmp(want->valuestring, got.at, got.len) != 0))
			return 0;
	}
	return 1;
}

ra_err ra_parse_table(const struct ra_parse_in *in, const struct ra_extract *fact, struct ra_raw *out)
{
	const cJSON *where = ra_json_get(fact->spec, "where");
	struct ra_table table;
	struct ra_span line;
	int column = ra_table_find(whole(in), &table) ? ra_table_column(&table, ra_json_str(fact->spec, "column", "")) : -1;
	ra_err err = RA_OK;

	if (column < 0) {
		/* esxcli prints nothing for an empty table; any other text does not say that the row is not there. */
		out->reason = ra_span_trim(whole(in)).len ? RA_MALFORMED : RA_NOT_ASKED;
		return RA_OK;
	}
	if (fact->type == RA_LIST) {
		out->reason = RA_KNOWN;
		out->is_list = true;
	}
	while (!err && out->reason != RA_MALFORMED && out->reason != RA_TRUNCATED && ra_span_line(&table.rows, &line)) {
		int meant = ra_table_row_fits(&table, line) ? row_meant(&table, line, where) : -1;

		if (ra_span_trim(line).len == 0)
			continue; /* the blank line a shell adds */
		if (meant < 0)
			out->reason = RA_MALFORMED;
		else if (meant > 0 && fact->type == RA_LIST)
			err = ra_raw_add(out, ra_table_cell(&table, line, column));
		else if (meant > 0)
			found_scalar(out, ra_table_cell(&table, line, column));
	}
	return err;
}
