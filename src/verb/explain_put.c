/* explain_put.c - what known lines say, as a text and as JSON. */
#include "config.h"

#include "base/json.h"
#include "base/text.h"
#include "verb/common.h"
#include "verb/explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define INDENT 12

static const char *const weights[] = {"FAIL", "WARN", "NOTE"};

static const char *plural(int64_t count, const char *one, const char *more)
{
	return count == 1 ? one : more;
}

/* "cause   text", wrapped. Nothing for NULL. */
static ra_err put_row(struct ra_buf *out, const char *label, const char *text)
{
	ra_err err = text ? ra_buf_printf(out, "      %-6s", label) : RA_OK;

	return err || !text ? err : ra_verb_wrap(out, text, INDENT);
}

static ra_err put_place(const struct ra_explained *explained, const struct ra_known_place *place, struct ra_buf *out)
{
	char at[RA_UTC_TEXT_LEN];
	ra_err err = ra_buf_printf(out, "%s:%" PRId64, explained->files[place->file].name, place->line);

	if (!err && place->at != RA_UTC_NONE)
		err = ra_buf_printf(out, " at %s", ra_utc_format(place->at, at));
	return err;
}

/* How often and where. */
static ra_err put_seen(const struct ra_explained *explained, const struct ra_known_line *line, struct ra_buf *out)
{
	ra_err err = line->count == 1 ? ra_buf_text(out, "      seen  once, ")
				      : ra_buf_printf(out, "      seen  %" PRId64 " times\n      first ", line->count);

	if (!err)
		err = put_place(explained, &line->first, out);
	if (!err && line->count > 1)
		err = ra_buf_text(out, "\n      last  ");
	if (!err && line->count > 1)
		err = put_place(explained, &line->last, out);
	return err ? err : ra_buf_text(out, "\n");
}

static ra_err put_line(const struct ra_explained *explained, const struct ra_known_line *line, struct ra_buf *out)
{
	const struct ra_signature *sig = line->signature;
	ra_err err = ra_buf_printf(out, "%-6s", weights[sig->weight]);

	if (!err)
		err = ra_verb_wrap(out, sig->means, 6);
	if (!err && line->cause) {
		RA_AUTO(ra_buf_free) struct ra_buf cause = {0};

		err = ra_buf_printf(&cause, "%s (%s)", line->cause->title, line->cause->id);
		if (!err)
			err = put_row(out, "cause", ra_buf_str(&cause));
	}
	if (!err)
		err = put_row(out, "do", sig->what_to_do);
	if (!err)
		err = put_seen(explained, line, out);
	if (!err) /* whole, in one line: it is there to be searched for */
		err = ra_buf_printf(out, "      line  %s%s\n      name  %s\n\n", line->sample, line->cut ? " [...]" : "", sig->id);
	return err;
}

static ra_err put_files(const struct ra_explained *explained, struct ra_buf *out)
{
	int64_t bytes = 0, lines = 0, long_lines = 0, whole = 0;
	ra_err err;

	for (size_t i = 0; i < explained->file_count; i++) {
		const struct ra_explain_file *file = &explained->files[i];

		bytes += file->read.bytes;
		lines += file->read.lines;
		long_lines += file->read.long_lines;
		whole += !file->error;
	}
	err = ra_buf_printf(out, "Read %" PRId64 " of %zu %s: %" PRId64 " %s, %" PRId64 " %s.\n", whole, explained->file_count,
			    plural((int64_t)explained->file_count, "file", "files"), lines, plural(lines, "line", "lines"), bytes,
			    plural(bytes, "byte", "bytes"));
	for (size_t i = 0; !err && i < explained->file_count; i++) {
		if (explained->files[i].error)
			err = ra_buf_printf(out, "Not whole: %s (%" PRId64 " lines of it were read).\n", explained->files[i].error,
					    explained->files[i].read.lines);
	}
	if (!err && long_lines)
		err = ra_buf_printf(out, "%" PRId64 " %s longer than %d bytes, looked at in parts of that length: what stands across a cut was not found.\n",
				    long_lines, plural(long_lines, "line is", "lines are"), ra_known_line_max());
	return err;
}

static ra_err put_end(const struct ra_explained *explained, size_t count, struct ra_buf *out)
{
	const struct ra_signature *sig;
	ra_err err = put_files(explained, out);

	for (size_t i = 0; !err && (sig = ra_known_stuck(explained->known, i)); i++)
		err = ra_buf_printf(out, "Lines like \"%s\" (%s) were not looked for to the end: its pattern ran into its limits.\n",
				    sig->literal, sig->id);
	if (!err && !count)
		err = ra_buf_text(out, "Nothing known was found. That is no proof of health: only lines that are known are recognised, and\n"
				       "what tells of a fault may stand in another log, or in one that was rotated away.\n");
	return err;
}

ra_err ra_explain_text(const struct ra_explained *explained, struct ra_buf *out)
{
	RA_AUTO(ra_buf_free) struct ra_buf raw = {0};
	const struct ra_known_line *lines;
	size_t count = ra_known_lines(explained->known, &lines);
	ra_err err = RA_OK;

	for (size_t i = 0; i < count && !err; i++)
		err = put_line(explained, &lines[i], &raw);
	if (!err)
		err = put_end(explained, count, &raw);
	return err ? err : ra_text_clean(ra_buf_str(&raw), raw.len, true, out);
}

/* Members of an object; false without memory. */
static bool add_text(cJSON *object, const char *name, const char *text)
{
	return (text ? cJSON_AddStringToObject(object, name, text) : cJSON_AddNullToObject(object, name)) != NULL;
}

static bool add_number(cJSON *object, const char *name, int64_t number)
{
	return cJSON_AddNumberToObject(object, name, (double)number) != NULL;
}

static cJSON *add_object(cJSON *list)
{
	cJSON *object = cJSON_CreateObject();

	if (object && cJSON_AddItemToArray(list, object))
		return object;
	cJSON_Delete(object);
	return NULL;
}

static bool add_files(cJSON *root, const struct ra_explained *explained)
{
	cJSON *list = cJSON_AddArrayToObject(root, "files");
	bool good = list != NULL;

	for (size_t i = 0; good && i < explained->file_count; i++) {
		const struct ra_explain_file *file = &explained->files[i];
		cJSON *row = add_object(list);

		good = row && add_text(row, "name", file->name) && add_number(row, "lines", file->read.lines) &&
		       add_number(row, "bytes", file->read.bytes) && cJSON_AddBoolToObject(row, "gzip", file->packed) &&
		       add_number(row, "long_lines", file->read.long_lines) && add_text(row, "error", file->error);
	}
	return good;
}

static bool add_place(cJSON *row, const char *name, const struct ra_explained *explained, const struct ra_known_place *place)
{
	cJSON *object = cJSON_AddObjectToObject(row, name);
	char at[RA_UTC_TEXT_LEN];

	return object && add_text(object, "file", explained->files[place->file].name) && add_number(object, "line", place->line) &&
	       add_text(object, "time", place->at == RA_UTC_NONE ? NULL : ra_utc_format(place->at, at));
}

static bool add_cause(cJSON *row, const struct ra_cause *cause)
{
	cJSON *object;

	if (!cause)
		return add_text(row, "cause", NULL);
	object = cJSON_AddObjectToObject(row, "cause");
	return object && add_text(object, "id", cause->id) && add_text(object, "title", cause->title);
}

static bool add_where(cJSON *row, unsigned places)
{
	cJSON *list = cJSON_AddArrayToObject(row, "where");
	bool good = list != NULL;

	for (int i = 0; good && i < RA_LINE_PLACE_COUNT; i++) {
		cJSON *word = places & 1u << i ? cJSON_CreateString(ra_line_place_word((enum ra_line_place)i)) : NULL;

		good = !(places & 1u << i) || (word && cJSON_AddItemToArray(list, word));
	}
	return good;
}

static bool add_found(cJSON *root, const struct ra_explained *explained)
{
	const struct ra_known_line *lines;
	size_t count = ra_known_lines(explained->known, &lines);
	cJSON *list = cJSON_AddArrayToObject(root, "found");
	bool good = list != NULL;

	for (size_t i = 0; good && i < count; i++) {
		const struct ra_signature *sig = lines[i].signature;
		cJSON *row = add_object(list);

		good = row && add_text(row, "id", sig->id) && add_text(row, "weight", ra_line_weight_word(sig->weight)) &&
		       add_where(row, sig->places) && add_text(row, "means", sig->means) && add_cause(row, lines[i].cause) &&
		       add_text(row, "do", sig->what_to_do) && add_number(row, "count", lines[i].count) &&
		       add_place(row, "first", explained, &lines[i].first) && add_place(row, "last", explained, &lines[i].last) &&
		       add_text(row, "line", lines[i].sample) && cJSON_AddBoolToObject(row, "cut", lines[i].cut) &&
		       add_text(row, "source", sig->source);
	}
	return good;
}

/* The ids of signatures that were not looked for to the end. */
static bool add_stuck(cJSON *root, const struct ra_explained *explained)
{
	cJSON *list = cJSON_AddArrayToObject(root, "not_searched");
	const struct ra_signature *sig;
	bool good = list != NULL;

	for (size_t i = 0; good && (sig = ra_known_stuck(explained->known, i)); i++) {
		cJSON *id = cJSON_CreateString(sig->id);

		good = id && cJSON_AddItemToArray(list, id);
	}
	return good;
}

ra_err ra_explain_json(const struct ra_explained *explained, struct ra_buf *out)
{
	RA_AUTO(ra_cjson_free) cJSON *root = cJSON_CreateObject();
	bool good = root && add_text(root, "reattest", PACKAGE_VERSION) &&
		    add_text(root, "flows_sha256", ra_flowset_sha256(explained->set)) && add_number(root, "exit", explained->exit_code) &&
		    add_files(root, explained) && add_found(root, explained) && add_stuck(root, explained);
	RA_AUTO(ra_mem_free) char *text = good ? ra_json_print(root) : NULL;

	return text ? ra_buf_printf(out, "%s\n", text) : RA_E_NOMEM;
}
