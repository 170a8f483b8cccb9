#include "config.h"

#include "journal/chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NAME_CAP 32

void ra_chain_start(struct ra_chain *chain)
{
	memset(chain, 0, sizeof(*chain));
	memset(chain->head, '0', sizeof(chain->head) - 1);
	chain->t = RA_UTC_NONE;
}

void ra_entry_clear(struct ra_entry *entry)
{
	entry->body = ra_cjson_free(entry->body);
	memset(entry, 0, sizeof(*entry));
}

static ra_err check_place(const struct ra_chain *chain, const char *name, const cJSON *body, struct ra_errs *errs)
{
	int64_t format = ra_json_int(body, "v", -1);

	if (format > RA_JOURNAL_FORMAT)
		return ra_fail(errs, RA_E_BROKEN,
			       "%s: written in format %" PRId64 ", newer than the %d this program reads", name, format,
			       RA_JOURNAL_FORMAT);
	if (format != RA_JOURNAL_FORMAT)
		return ra_fail(errs, RA_E_BROKEN, "%s: v is not a format number", name);
	if (ra_json_int(body, "seq", -1) != chain->count)
		return ra_fail(errs, RA_E_BROKEN,
			       "%s: seq is not %" PRId64 ": an entry is missing, doubled or out of place", name,
			       chain->count);
	if (strcmp(ra_json_str(body, "prev", ""), chain->head) != 0)
		return ra_fail(errs, RA_E_BROKEN,
			       "%s: prev is not the hash of the entry before: that one was changed or replaced", name);
	return RA_OK;
}

/* t in the one spelling this program writes, and not before the entry before. */
static ra_err check_time(const struct ra_chain *chain, const char *name, const cJSON *body, ra_utc_ms *out,
			 struct ra_errs *errs)
{
	const char *text = ra_json_str(body, "t", "");
	char again[RA_UTC_TEXT_LEN];

	if (ra_utc_parse(text, out) || strcmp(ra_utc_format(*out, again), text) != 0)
		return ra_fail(errs, RA_E_BROKEN, "%s: t is not a time in UTC such as 2026-11-23T07:32:44Z", name);
	if (chain->t != RA_UTC_NONE && *out < chain->t)
		return ra_fail(errs, RA_E_BROKEN, "%s: t is before that of the entry before", name);
	return RA_OK;
}

static ra_err check_end(const struct ra_chain *chain, const char *name, const cJSON *body, struct ra_errs *errs)
{
	if (ra_json_int(body, "count", -1) != chain->count || strcmp(ra_json_str(body, "head", ""), chain->head) != 0)
		return ra_fail(errs, RA_E_BROKEN,
			       "%s: the end entry's count or head is not that of the entries before it", name);
	return RA_OK;
}

static ra_err check(const struct ra_chain *chain, const char *name, struct ra_entry *entry, struct ra_errs *errs)
{
	ra_err err = check_place(chain, name, entry->body, errs);

	if (!err)
		err = check_time(chain, name, entry->body, &entry->t, errs);
	if (err)
		return err;
	entry->seq = chain->count;
	entry->kind = ra_json_str(entry->body, "kind", "");
	if (!entry->kind[0])
		return ra_fail(errs, RA_E_BROKEN, "%s: kind is not a name", name);
	return strcmp(entry->kind, "end") == 0 ? check_end(chain, name, entry->body, errs) : RA_OK;
}

/* A count of bytes as an entry states it; hostile ones count as nothing. */
static int64_t stated_len(const cJSON *body)
{
	int64_t len = ra_json_int(body, "bytes", 0);

	return len > 0 && len <= (int64_t)RA_JOURNAL_FILE_MAX ? len : 0;
}

/* The piece that the line's body names. Out: *missing counts its openings when it is not there. */
static ra_err take_piece(struct ra_chain *chain, const char *name, struct ra_line *line, struct ra_piece *piece,
			 int64_t *missing, struct ra_errs *errs)
{
	bool named, there = false;
	ra_err err = ra_piece_of(name, line->body_node, &named, piece, errs);

	if (err || !named)
		return err;
	if (piece->at < chain->evidence_len)
		return ra_fail(errs, RA_E_BROKEN, "%s: its piece of the evidence file overlaps that of an entry before", name);
	if (chain->evidence)
		err = ra_evidence_read(chain->evidence, name, piece, &there, errs);
	if (!err && there)
		err = ra_line_add_piece(name, (struct ra_span){chain->evidence->piece.data, (size_t)piece->len}, piece->count, line, errs);
	*missing = there ? 0 : piece->count;
	return err;
}

static void advance(struct ra_chain *chain, const struct ra_line *line, const struct ra_entry *entry, int64_t withheld,
		    int64_t missing)
{
	memcpy(chain->head, line->hash, sizeof(chain->head));
	chain->count++;
	chain->t = entry->t;
	chain->ended = strcmp(entry->kind, "end") == 0;
	chain->withheld += withheld;
	chain->missing += withheld < missing ? withheld : missing;
	/* Without its piece exactly the openings in it are withheld; else somebody dropped some, or moved them. */
	chain->redacted = chain->redacted || withheld != missing || line->shown != NULL;
	if (strcmp(entry->kind, "torn") == 0)
		chain->torn_len += stated_len(entry->body);
}

/* The line as it stands, once it is known to be good: what was resolved was taken apart. */
static ra_err tell_line(struct ra_chain *chain, const char *name, struct ra_span line, struct ra_errs *errs)
{
	RA_AUTO(ra_line_clear) struct ra_line parts = {0};
	struct ra_piece piece = {0};
	int64_t missing = 0;
	ra_err err = ra_line_split(name, line, &parts, errs);

	if (!err)
		err = take_piece(chain, name, &parts, &piece, &missing, errs);
	return err ? err : chain->line_fn(chain->line_payload, &parts, errs);
}

ra_err ra_chain_take(struct ra_chain *chain, struct ra_span line, struct ra_entry *out, struct ra_errs *errs)
{
	RA_AUTO(ra_line_clear) struct ra_line parts = {0};
	struct ra_piece piece = {0};
	int64_t withheld = 0, missing = 0;
	char name[NAME_CAP];
	ra_err err;

	memset(out, 0, sizeof(*out));
	snprintf(name, sizeof(name), "entry %" PRId64, chain->count);
	err = ra_line_split(name, line, &parts, errs);
	if (!err)
		err = take_piece(chain, name, &parts, &piece, &missing, errs);
	if (!err)
		err = ra_line_resolve(name, &parts, &out->body, &withheld, errs);
	if (!err)
		err = check(chain, name, out, errs);
	if (!err && chain->line_fn)
		err = tell_line(chain, name, line, errs);
	if (err) {
		ra_entry_clear(out);
		return err;
	}
	if (piece.len)
		chain->evidence_len = piece.at + piece.len;
	advance(chain, &parts, out, withheld, missing);
	return RA_OK;
}
