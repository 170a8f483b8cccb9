#include "config.h"

#include "journal/journal.h"
#include "journal/line.h"
#include "base/digest.h"

#include <string.h>

void ra_line_clear(struct ra_line *line)
{
	line->doc = ra_json_free(line->doc);
	line->away_doc = ra_json_free(line->away_doc);
	line->sha256 = ra_sha256_free(line->sha256);
	memset(line, 0, sizeof(*line));
}

/* What is still to be read of a line. */
struct cursor {
	const char *bytes;
	size_t len;
};

static bool take_text(struct cursor *at, const char *text)
{
	size_t len = strlen(text);

	if (at->len < len || memcmp(at->bytes, text, len) != 0)
		return false;
	at->bytes += len;
	at->len -= len;
	return true;
}

/* Length of the string that bytes begin with, its quotes included; 0 without an end. */
static size_t string_len(const char *bytes, size_t len)
{
	for (size_t i = 1; i < len; i++) {
		if (bytes[i] == '\\')
			i++;
		else if (bytes[i] == '"')
			return i + 1;
	}
	return 0;
}

size_t ra_line_nest_len(const char *bytes, size_t len)
{
	size_t depth = 0, i = 0, step;

	if (len == 0 || (bytes[0] != '{' && bytes[0] != '['))
		return 0;
	while (i < len) {
		char c = bytes[i];

		step = c == '"' ? string_len(bytes + i, len - i) : 1;
		i += step;
		if (step == 0)
			return 0;
		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		if (depth == 0)
			return i;
	}
	return 0;
}

/* Step over one object or array that begins with first. */
static bool take_nest(struct cursor *at, char first, struct ra_span *out)
{
	size_t len = at->len && at->bytes[0] == first ? ra_line_nest_len(at->bytes, at->len) : 0;

	*out = (struct ra_span){at->bytes, len};
	at->bytes += len;
	at->len -= len;
	return len > 0;
}

static bool take_hash(struct cursor *at, char *out)
{
	if (at->len < 64)
		return false;
	memcpy(out, at->bytes, 64);
	out[64] = '\0';
	at->bytes += 64;
	at->len -= 64;
	return ra_is_sha256_hex(out);
}

/* The openings and what follows them. The bracket before the first one is already taken. */
static bool take_open(struct cursor *at, struct ra_span *out, int64_t *count)
{
	const char *from = at->bytes;
	struct ra_span opening;

	*out = (struct ra_span){from, 0};
	if (take_text(at, "]"))
		return true;
	do {
		if (!take_nest(at, '[', &opening))
			return false;
		out->len = (size_t)(at->bytes - from);
		++*count;
	} while (take_text(at, ","));
	return take_text(at, "]");
}

static bool take_frame(struct cursor *at, struct ra_line *out, int64_t *openings)
{
	struct ra_span shown;
	bool is_shown;

	if (!take_text(at, "{\"body\":") || !take_nest(at, '{', &out->body))
		return false;
	if (!take_text(at, ",\"hash\":\"") || !take_hash(at, out->hash) || !take_text(at, "\",\"open\":["))
		return false;
	if (!take_open(at, &out->open, openings))
		return false;
	is_shown = take_text(at, ",\"shown\":");
	if (is_shown && !take_nest(at, '{', &shown))
		return false;
	return take_text(at, "}") && at->len == 0;
}

bool ra_line_frame(struct ra_span bytes, struct ra_line *out, int64_t *openings)
{
	struct cursor at = {bytes.bytes, bytes.len};
	int64_t count = 0;

	return take_frame(&at, out, openings ? openings : &count);
}

static ra_err parse(const char *name, struct ra_span bytes, struct ra_line *out, struct ra_errs *errs)
{
	const struct ra_json_limits limits = {.len_max = RA_JOURNAL_LINE_MAX, .depth_max = RA_LINE_DEPTH_MAX, .placeless = true};
	struct ra_errs own;
	const cJSON *open;
	ra_err err;

	ra_errs_clear(&own);
	err = ra_json_parse("JSON", bytes.bytes, bytes.len, &limits, &out->doc, &own);
	if (err)
		return ra_fail(errs, err == RA_E_INVALID || err == RA_E_LIMIT ? RA_E_BROKEN : err, "%s: %s", name,
			       own.count ? own.text[0] : ra_err_name(err));
	out->body_node = ra_json_get(ra_json_root(out->doc), "body");
	open = ra_json_get(ra_json_root(out->doc), "open");
	if (!cJSON_IsObject(out->body_node) || !cJSON_IsArray(open))
		return ra_fail(errs, RA_E_BROKEN, "%s: the line has not the form of a journal line", name);
	out->open_node = open->child;
	out->shown = ra_json_get(ra_json_root(out->doc), "shown");
	return RA_OK;
}

ra_err ra_line_split(const char *name, struct ra_span bytes, struct ra_line *out, struct ra_errs *errs)
{
	int64_t openings = 0;
	struct cursor at = {bytes.bytes, bytes.len};
	char hash[RA_SHA256_HEX_LEN];
	ra_err err;

	memset(out, 0, sizeof(*out));
	if (!take_frame(&at, out, &openings))
		return ra_fail(errs, RA_E_BROKEN, "%s: the line has not the form of a journal line", name);
	out->sha256 = ra_sha256_new();
	err = out->sha256 ? ra_sha256_next(out->sha256, out->body.bytes, out->body.len, hash) : RA_E_INTERNAL;
	if (err)
		ra_fail(errs, err, "%s: cannot compute a SHA-256", name);
	else if (strcmp(hash, out->hash) != 0)
		err = ra_fail(errs, RA_E_BROKEN, "%s: the body does not have the hash that stands beside it", name);
	else
		err = parse(name, bytes, out, errs);
	if (err)
		ra_line_clear(out);
	return err;
}

ra_err ra_line_add_piece(const char *name, struct ra_span piece, int64_t count, struct ra_line *line, struct ra_errs *errs)
{
	const struct ra_json_limits limits = {.len_max = piece.len, .depth_max = RA_LINE_DEPTH_MAX, .placeless = true};
	struct cursor at = {piece.bytes, piece.len};
	int64_t openings = 0;
	ra_err err;

	if (!take_text(&at, "[") || !take_open(&at, &line->away, &openings) || !take_text(&at, "\n") || at.len > 0)
		return ra_fail(errs, RA_E_BROKEN, "%s: its piece of the evidence file has not the form of one", name);
	err = ra_json_parse("JSON", piece.bytes, piece.len, &limits, &line->away_doc, NULL);
	if (err)
		return ra_fail(errs, err == RA_E_INVALID || err == RA_E_LIMIT ? RA_E_BROKEN : err,
			       "%s: its piece of the evidence file cannot be read", name);
	line->away_node = ra_json_root(line->away_doc)->child;
	if (cJSON_GetArraySize(ra_json_root(line->away_doc)) != count)
		return ra_fail(errs, RA_E_BROKEN, "%s: its piece of the evidence file has another number of openings", name);
	return RA_OK;
}

ra_err ra_line_build(const cJSON *body, const struct ra_buf *open, struct ra_buf *out)
{
	RA_AUTO(ra_mem_free) char *text = ra_json_print(body);
	char hash[RA_SHA256_HEX_LEN];
	ra_err err;

	if (!text)
		return RA_E_NOMEM;
	err = ra_sha256_hex(text, strlen(text), hash);
	if (!err)
		err = ra_buf_text(out, "{\"body\":");
	if (!err)
		err = ra_buf_text(out, text);
	if (!err)
		err = ra_buf_printf(out, ",\"hash\":\"%s\",\"open\":[", hash);
	if (!err)
		err = ra_buf_add(out, ra_buf_str(open), open->len);
	if (!err)
		err = ra_buf_text(out, "]}\n");
	return err;
}
