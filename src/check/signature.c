/* signature.c - known log lines. Seen is a fact wherever it stands; not seen only where the log was read whole and back
 * far enough. */
#include "config.h"

#include "check/parse.h"

#include "base/pattern.h"

#include <stdio.h>
#include <string.h>

#define FILES_MAX 8
#define STAMP_MAX 36
#define LINES_BACK 50 /* an entry's further lines carry no time; this many are looked over for the one that does */

/* The part of an answer that is one file. */
struct section {
	const char *file;
	struct ra_span text;
	ra_utc_ms oldest; /* RA_UTC_NONE: no line tells its time */
	bool there;
	bool turned; /* its times go back: the host's clock was set, and an early time does not tell that a line is of
			an earlier boot */
};
/* An answer cut into its files. */
struct log {
	struct section sections[FILES_MAX];
	size_t count;
	bool doubt; /* which line is of which file is not certain */
};

ra_utc_ms ra_line_stamp(struct ra_span line)
{
	char text[STAMP_MAX];
	const char *blank = memchr(line.at, ' ', line.len < STAMP_MAX ? line.len : STAMP_MAX);
	ra_utc_ms at;

	if (!blank)
		return RA_UTC_NONE;
	if (blank > line.at && blank[-1] == ':')
		blank--;
	memcpy(text, line.at, (size_t)(blank - line.at));
	text[blank - line.at] = '\0';
	return ra_utc_parse(text, &at) ? RA_UTC_NONE : at;
}

/* The file a line "==> NAME <==" begins. Out: -1 for any other line. */
static int marked_file(const struct log *log, struct ra_span line)
{
	for (size_t i = 0; i < log->count; i++) {
		size_t len = strlen(log->sections[i].file);

		if (line.len == len + 8 && memcmp(line.at, "==> ", 4) == 0 &&
		    memcmp(line.at + 4, log->sections[i].file, len) == 0 && memcmp(line.at + 4 + len, " <==", 4) == 0)
			return (int)i;
	}
	return -1;
}

static void close_section(struct section *section, const char *end)
{
	ra_utc_ms newest = RA_UTC_NONE;
	struct ra_span rest, line;

	section->text.len = (size_t)(end - section->text.at);
	section->oldest = RA_UTC_NONE;
	section->turned = false;
	rest = section->text;
	while (ra_span_line(&rest, &line)) {
		ra_utc_ms at = ra_line_stamp(line);

		if (at == RA_UTC_NONE)
			continue;
		if (section->oldest == RA_UTC_NONE)
			section->oldest = at;
		section->turned = section->turned || (newest != RA_UTC_NONE && at < newest - RA_BOOT_AGREE_MS);
		newest = newest == RA_UTC_NONE || at > newest ? at : newest;
	}
}

/* Cut the answer at its marks. Marks stand in the request's order, each once; anything else is a doubt. */
static void cut(struct log *log, struct ra_span text)
{
	struct ra_span rest = text, line;
	int open = -1;

	while (ra_span_line(&rest, &line)) {
		int file = marked_file(log, line);

		if (file < 0)
			continue;
		if (file <= open || (open < 0 && line.at != text.at))
			log->doubt = true;
		if (open >= 0)
			close_section(&log->sections[open], line.at);
		log->sections[file].text.at = rest.at;
		log->sections[file].there = true;
		open = file;
	}
	if (open < 0) {
		log->doubt = log->count > 1;
		for (size_t i = 0; i < log->count; i++) {
			log->sections[i].text.at = text.at;
			log->sections[i].there = true;
			close_section(&log->sections[i], text.at + text.len);
		}
		return;
	}
	close_section(&log->sections[open], text.at + text.len);
}

static struct log read_log(const cJSON *files, const struct ra_plane_answer *answer)
{
	static const char none[] = "";
	struct log log = {0};
	const cJSON *file;

	cJSON_ArrayForEach (file, files) {
		if (log.count < FILES_MAX && cJSON_IsString(file))
			log.sections[log.count++] =
			    (struct section){.file = file->valuestring, .text = {none, 0}, .oldest = RA_UTC_NONE};
	}
	cut(&log, (struct ra_span){answer->out ? answer->out : none, answer->out_len});
	return log;
}

/* What the search for one signature brought. */
struct search {
	bool seen, stuck, timeless;
	ra_utc_ms last;
};

/* The time of the line at `at`, or of the nearest line above it that tells one. */
static ra_utc_ms time_at(struct ra_span text, const char *at)
{
	ra_utc_ms time = RA_UTC_NONE;

	for (int back = 0; back < LINES_BACK; back++) {
		const char *begin = at;

		while (begin > text.at && begin[-1] != '\n')
			begin--;
		time = ra_line_stamp((struct ra_span){begin, text.len - (size_t)(begin - text.at)});
		if (time != RA_UTC_NONE || begin == text.at)
			break;
		at = begin - 1;
	}
	return time;
}

static void note_hit(struct search *search, ra_utc_ms time)
{
	search->seen = true;
	if (time == RA_UTC_NONE)
		search->timeless = true;
	else if (search->last == RA_UTC_NONE || time > search->last)
		search->last = time;
}

static void search_section(const struct ra_signature *signature, struct ra_span text, struct search *search)
{
	size_t len = strlen(signature->literal);

	while (len && text.len >= len) {
		const char *hit = memmem(text.at, text.len, signature->literal, len), *begin, *end;
		bool found = true;

		if (!hit)
			return;
		for (begin = hit; begin > text.at && begin[-1] != '\n';)
			begin--;
		end = memchr(hit, '\n', text.len - (size_t)(hit - text.at));
		end = end ? end : text.at + text.len;
		if (signature->pattern &&
		    ra_pattern_find(signature->pattern, begin, (size_t)(end - begin), 0, &found, NULL)) {
			search->stuck = true; /* such bytes would do it again on every line */
			return;
		}
		if (found)
			note_hit(search, time_at(text, begin));
		text.len -= (size_t)(end - text.at);
		text.at = end;
	}
}

static const struct section *section_named(const struct log *log, const cJSON *name)
{
	for (size_t i = 0; cJSON_IsString(name) && i < log->count; i++)
		if (strcmp(log->sections[i].file, name->valuestring) == 0)
			return &log->sections[i];
	return NULL;
}

/* Back to where all the signature's files were read. Out: RA_UTC_NONE when that cannot be said. */
static ra_utc_ms covered_from(const struct ra_signature *signature, const struct log *log)
{
	ra_utc_ms from = RA_UTC_NONE;
	const cJSON *name;

	cJSON_ArrayForEach (name, signature->logs) {
		const struct section *section = section_named(log, name);

		if (!section || section->oldest == RA_UTC_NONE || section->turned || log->doubt)
			return RA_UTC_NONE;
		if (section->oldest > from)
			from = section->oldest;
	}
	return from;
}

static void conclude(struct ra_obs *obs, const struct search *search, enum ra_reason lacking, bool since_boot)
{
	if (search->seen) {
		obs->reason = RA_KNOWN;
		obs->value = (struct ra_value){.type = RA_BOOL, .as.yes = true};
		obs->last_seen = since_boot && !search->timeless ? search->last : RA_UTC_NONE;
		return;
	}
	obs->reason = search->stuck ? RA_MALFORMED : lacking;
	if (obs->reason == RA_KNOWN && obs->covers_from == RA_UTC_NONE)
		obs->reason = RA_TRUNCATED;
	if (obs->reason == RA_KNOWN)
		obs->value = (struct ra_value){.type = RA_BOOL};
}

/* Why not finding a line would say nothing. RA_KNOWN: it would. */
static enum ra_reason lacking_of(const struct ra_plane_answer *answer)
{
	if (answer->failed != RA_KNOWN)
		return answer->failed;
	return answer->complete && !answer->truncated && answer->status == 0 ? RA_KNOWN : RA_TRUNCATED;
}

static ra_err read_one(const struct ra_signature *signature, const struct log *log,
		       const struct ra_plane_answer *answer, bool since_boot, struct ra_found *found)
{
	struct search search = {.last = RA_UTC_NONE};
	enum ra_reason lacking = lacking_of(answer);
	const cJSON *name;
	struct ra_obs *obs;
	bool shares = false;
	int len;

	cJSON_ArrayForEach (name, signature->logs) {
		const struct section *section = section_named(log, name);

		shares = shares || section;
		if (section && section->there)
			search_section(signature, section->text, &search);
	}
	if (!shares)
		return RA_OK;
	obs = ra_found_add(found);
	if (!obs)
		return RA_E_NOMEM;
	len = snprintf(obs->name, sizeof(obs->name), "sig.%s", signature->id);
	if (len < 0 || (size_t)len >= sizeof(obs->name))
		return RA_E_INTERNAL;
	obs->covers_from = lacking == RA_KNOWN ? covered_from(signature, log) : RA_UTC_NONE;
	conclude(obs, &search, lacking, since_boot);
	return RA_OK;
}

ra_err ra_signatures_read(const struct ra_check_plane *plane, const struct ra_signatures *signatures,
			  const struct ra_plane_answer *answer, struct ra_found *found)
{
	const cJSON *request = ra_json_get(plane->spec, "log");
	struct log log = read_log(ra_json_get(request, "files"), answer);
	bool since_boot = ra_json_bool(request, "since_boot", false);
	ra_err err = RA_OK;

	for (size_t i = 0; !err && signatures && i < signatures->count; i++)
		err = read_one(&signatures->items[i], &log, answer, since_boot, found);
	return err;
}
