/* sessions.c - `reattest sessions`: what is kept, how each stands, and letting the old ones go. */
#include "config.h"

#include "base/io.h"
#include "base/json.h"
#include "base/text.h"
#include "journal/seal.h"
#include "verb/common.h"
#include "verb/standing.h"
#include "verb/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS 79

/* What stands beside a record and goes with it. A map of what was masked is not among them: it is named by whoever had it written, and
 * serves other records, too. */
static const char *const companions[] = {RA_JOURNAL_TORN, RA_JOURNAL_EVIDENCE, RA_SEAL_HEAD, RA_SEAL_SSH, RA_SEAL_CMS};

/* "30d", "12h", "90m" as seconds; -1 when it is no age. */
static long age_s(const char *text)
{
	char *end = NULL;
	long number = strtol(text, &end, 10);

	if (end == text || number < 0 || number > 36500 || !*end || end[1])
		return -1;
	return *end == 'd' ? number * 86400 : *end == 'h' ? number * 3600 : *end == 'm' ? number * 60 : -1;
}

/* One line that fits 80 columns; what is cut ends with "..". */
static ra_err put_line(struct ra_buf *out, int indent, const char *text)
{
	RA_AUTO(ra_mem_free) char *clean = ra_text_clean_dup(text, false);
	int room = COLUMNS - indent;

	if (!clean)
		return RA_E_NOMEM;
	if (ra_text_width(clean) <= room)
		return ra_buf_printf(out, "%*s%s\n", indent, "", clean);
	size_t len = strlen(clean);

	while (len && (ra_text_width(clean) > room - 2 || ((unsigned char)clean[len] & 0xc0) == 0x80)) {
		clean[--len] = '\0';
		while (len && ((unsigned char)clean[len - 1] & 0xc0) == 0x80 && !ra_utf8_valid(clean, len))
			clean[--len] = '\0';
	}
	return ra_buf_printf(out, "%*s%s..\n", indent, "", clean);
}

static ra_err put_row(struct ra_buf *out, const struct ra_kept_row *row, ra_utc_ms now)
{
	const struct ra_standing *is = &row->is;
	char line[600], words[100], age[16];
	ra_err err = put_line(out, 2, row->name);

	snprintf(line, sizeof(line), "%s, %s ago, %lld KiB%s%s", ra_standing_words(is, words, sizeof(words)), ra_standing_age(is->last, now, age),
		 (long long)(is->len + 1023) / 1024, *is->host ? ", host " : "", is->host);
	err = err ? err : put_line(out, 6, line);
	snprintf(line, sizeof(line), "at: %s", is->title);
	if (*is->title && (is->resumable || is->state == RA_KEPT_OPEN || (is->no_flows && is->state != RA_KEPT_ENDED)))
		err = err ? err : put_line(out, 6, line);
	for (size_t i = 0; i < is->half_count && !err; i++) {
		snprintf(line, sizeof(line), "NOTE: %s", is->half[i]);
		err = put_line(out, 6, line);
	}
	return err;
}

static bool add_text(cJSON *row, const char *key, const char *text)
{
	RA_AUTO(ra_mem_free) char *clean = ra_text_clean_dup(text, false);

	return clean && (*clean ? cJSON_AddStringToObject(row, key, clean) : cJSON_AddNullToObject(row, key));
}

static bool add_half(cJSON *row, const struct ra_standing *is)
{
	cJSON *list = cJSON_AddArrayToObject(row, "half_done");

	for (size_t i = 0; list && i < is->half_count; i++) {
		RA_AUTO(ra_mem_free) char *clean = ra_text_clean_dup(is->half[i], false);
		cJSON *text = clean ? cJSON_CreateString(clean) : NULL;

		if (!text || !cJSON_AddItemToArray(list, text)) {
			cJSON_Delete(text);
			return false;
		}
	}
	return list != NULL;
}

/* Its schema is flows/schema/sessions.schema.json. */
static cJSON *row_json(const char *dir, const struct ra_kept_row *from, ra_utc_ms now)
{
	RA_AUTO(ra_mem_free) char *path = ra_path_join(dir, from->name);
	const struct ra_standing *is = &from->is;
	cJSON *row = cJSON_CreateObject();
	char last[RA_UTC_TEXT_LEN];

	if (row && path && add_text(row, "name", from->name) && add_text(row, "path", path) && add_text(row, "host", is->host) &&
	    add_text(row, "state", ra_kept_name(is->state)) && add_text(row, "outcome", is->outcome) && add_text(row, "step", is->step) &&
	    add_text(row, "title", is->title) && add_half(row, is) && add_text(row, "last", ra_utc_format(is->last, last)) &&
	    cJSON_AddNumberToObject(row, "age_s", (double)(now > is->last ? (now - is->last) / 1000 : 0)) &&
	    cJSON_AddNumberToObject(row, "bytes", (double)is->len) && cJSON_AddNumberToObject(row, "entries", (double)is->entries) &&
	    cJSON_AddBoolToObject(row, "resumable", is->resumable) && cJSON_AddBoolToObject(row, "owes", is->owes) &&
	    cJSON_AddBoolToObject(row, "redacted", is->redacted) && cJSON_AddBoolToObject(row, "sealed", is->sealed))
		return row;
	cJSON_Delete(row);
	return NULL;
}

static ra_err put_json(const struct ra_kept_list *list, ra_utc_ms now, struct ra_buf *out)
{
	RA_AUTO(ra_cjson_free) cJSON *all = cJSON_CreateArray();

	for (size_t i = 0; i < list->count; i++) {
		cJSON *row = row_json(list->dir, &list->rows[i], now);

		if (!row || !all || !cJSON_AddItemToArray(all, row)) {
			cJSON_Delete(row);
			return RA_E_NOMEM;
		}
	}
	RA_AUTO(ra_mem_free) char *bytes = all ? ra_json_print(all) : NULL;

	return bytes ? ra_buf_printf(out, "%s\n", bytes) : RA_E_NOMEM;
}

static ra_err put_text(const struct ra_kept_list *list, ra_utc_ms now, struct ra_buf *out)
{
	RA_AUTO(ra_mem_free) char *dir = ra_text_clean_dup(list->dir ? list->dir : "", false);
	ra_err err = !dir ? RA_E_NOMEM : list->count ? ra_buf_printf(out, "%s:\n", dir) : RA_OK;

	for (size_t i = 0; i < list->count && !err; i++)
		err = put_row(out, &list->rows[i], now);
	return err;
}

/* Delete one with all that belongs to it: the record last, so that what is left of an attempt is found again. */
static bool delete_one(const char *dir, const char *name)
{
	RA_AUTO(ra_mem_free) char *path = ra_path_join(dir, name);
	RA_AUTO(ra_buf_free) struct ra_buf beside = {0};
	bool gone = path != NULL;

	for (size_t i = 0; gone && i < RA_LEN(companions); i++) {
		ra_buf_reset(&beside);
		gone = !ra_buf_printf(&beside, "%s%s", path, companions[i]) && (!unlink(ra_buf_str(&beside)) || errno == ENOENT);
	}
	if (gone && !unlink(path))
		return true;
	ra_say("cannot delete %s/%s: %s", dir, name, strerror(errno));
	return false;
}

/* Why an old one stays all the same; NULL: it goes. */
static const char *stays(const struct ra_standing *is)
{
	return is->state == RA_KEPT_OPEN ? "it is open in another reattest" : is->owes ? is->half[0] : NULL;
}

static int prune(const struct ra_kept_list *list, long older_s, ra_utc_ms now)
{
	size_t gone = 0;
	int code = RA_EXIT_OK;

	for (size_t i = 0; i < list->count; i++) {
		const struct ra_kept_row *row = &list->rows[i];
		const char *why = stays(&row->is);

		if (now - row->is.last <= older_s * INT64_C(1000))
			continue;
		if (why) {
			ra_say("%s is kept: %s", row->name, why);
			continue;
		}
		if (delete_one(list->dir, row->name))
			gone++;
		else
			code = RA_EXIT_CANTWRITE;
	}
	ra_say("%zu of %zu sessions deleted", gone, list->count);
	return code;
}

int ra_verb_sessions(const struct ra_context *context)
{
	const char *format = context->options->format ? context->options->format : "text", *age = context->options->prune;
	long prune_s = age ? age_s(age) : -1;
	bool json = !strcmp(format, "json");
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};
	struct ra_kept_list list;
	struct ra_errs errs;
	int code = RA_EXIT_OK;

	ra_errs_clear(&errs);
	if (context->argc) {
		ra_say("sessions takes no operand; `reattest help sessions` shows what there is");
		return RA_EXIT_USAGE;
	}
	if (age && prune_s < 0) {
		ra_say("--prune wants an age like 30d or 12h, not \"%s\"", age);
		return RA_EXIT_USAGE;
	}
	if (!json && strcmp(format, "text")) {
		ra_say("sessions has the formats text and json");
		return RA_EXIT_USAGE;
	}
	if (ra_kept_list_read(context, &list, &errs))
		code = ra_say_errs(&errs);
	else if (age)
		code = prune(&list, prune_s, ra_utc_now());
	else if (json ? put_json(&list, ra_utc_now(), &out) : put_text(&list, ra_utc_now(), &out))
		code = ra_say_errs(&(struct ra_errs){.code = RA_E_NOMEM});
	else if (out.len && fwrite(out.data, 1, out.len, stdout) != out.len)
		code = RA_EXIT_CANTWRITE;
	ra_kept_list_clear(&list);
	return code == RA_EXIT_OK && fflush(stdout) ? RA_EXIT_CANTWRITE : code;
}
