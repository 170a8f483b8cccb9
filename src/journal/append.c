#include "config.h"

#include "journal/writer.h"
#include "base/digest.h"
#include "base/io.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static ra_err random_nonce(void *payload, char *out)
{
	return ra_random_hex(RA_NONCE_LEN, out);
}

void ra_journal_set_nonce(struct ra_journal *journal, ra_nonce_fn nonce, void *payload)
{
	journal->nonce = nonce ? nonce : random_nonce;
	journal->nonce_payload = payload;
}

/* The members every body begins with. Owner: the result is the caller's. */
static cJSON *frame(const struct ra_chain *chain, ra_utc_ms t, const char *kind)
{
	RA_AUTO(ra_cjson_free) cJSON *body = cJSON_CreateObject();
	char text[RA_UTC_TEXT_LEN];
	cJSON *whole;

	if (t == RA_UTC_NONE)
		t = chain->t == RA_UTC_NONE ? ra_utc_now() : chain->t;
	if (chain->t != RA_UTC_NONE && t < chain->t)
		t = chain->t;
	if (!cJSON_AddNumberToObject(body, "v", RA_JOURNAL_FORMAT) ||
	    !cJSON_AddNumberToObject(body, "seq", (double)chain->count) ||
	    !cJSON_AddStringToObject(body, "prev", chain->head) ||
	    !cJSON_AddStringToObject(body, "t", ra_utc_format(t, text)) || !cJSON_AddStringToObject(body, "kind", kind))
		return NULL;
	whole = body;
	body = NULL;
	return whole;
}

/* Move the members of an object behind those of another. Owner: takes from. */
static void move_members(cJSON *to, cJSON *from)
{
	cJSON *last = to->child->prev;

	if (from->child) {
		cJSON *first = from->child;

		to->child->prev = first->prev;
		first->prev = last;
		last->next = first;
		from->child = NULL;
	}
	cJSON_Delete(from);
}

static bool is_text(const char *text)
{
	return ra_utf8_valid(text, strlen(text));
}

/* True when the printed tree holds what the tree holds. The printer puts U+FFFD or null where it cannot; a record may
 * not. */
static bool is_faithful(const cJSON *node)
{
	if (node->string && !is_text(node->string))
		return false;
	if (cJSON_IsString(node) && !is_text(node->valuestring))
		return false;
	if (cJSON_IsInvalid(node) || cJSON_IsRaw(node) || (cJSON_IsNumber(node) && !isfinite(node->valuedouble)))
		return false;
	for (const cJSON *child = node->child; child; child = child->next)
		if (!is_faithful(child))
			return false;
	return true;
}

/* Put commitments in the place of marks. Where the marks that may go have much, their openings become the piece at hand
 * of the evidence file, and the body says so. */
static ra_err commit(struct ra_journal *journal, cJSON *body, struct ra_buf *open)
{
	bool goes = ra_line_bulk_len(body) > journal->inline_max;
	struct ra_away far = {.text = {.max_len = RA_EVIDENCE_PIECE_MAX}};
	struct ra_piece piece;
	ra_err err = ra_line_commit(body, journal->nonce, journal->nonce_payload, open, goes ? &far : NULL);

	if (!err && goes)
		err = ra_evidence_draft(&journal->evidence, journal->chain.evidence_len, &far, &piece);
	ra_buf_free(&far.text);
	return err || !goes || ra_piece_put(&piece, body) ? err : RA_E_NOMEM;
}

/* The line of an entry, and the entry as a reader of that line sees it: a line that does not read back is never
 * written. */
static ra_err compose(struct ra_journal *journal, cJSON *body, struct ra_chain *chain, struct ra_buf *line,
		      struct ra_entry *out, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf open = {.max_len = RA_JOURNAL_LINE_MAX};
	struct ra_errs own;
	ra_err err;

	ra_errs_clear(&own);
	line->max_len = RA_JOURNAL_LINE_MAX;
	if (!is_faithful(body))
		return ra_fail(errs, RA_E_ARG,
			       "an entry cannot be written: it holds bytes that are not UTF-8, or no number");
	err = commit(journal, body, &open);
	if (!err)
		err = ra_line_build(body, &open, line);
	if (err == RA_E_LIMIT)
		return ra_fail(errs, err, "an entry is longer than a line of the journal may be (%u MiB)",
			       RA_JOURNAL_LINE_MAX >> 20);
	if (err)
		return ra_fail(errs, err, "an entry cannot be made: %s", ra_err_name(err));
	err = ra_chain_take(chain, (struct ra_span){line->data, line->len - 1}, out, &own);
	if (!err && chain->withheld != journal->chain.withheld) {
		ra_entry_clear(out);
		err = ra_fail(&own, RA_E_BROKEN, "the body holds a commitment that is not the journal's");
	}
	if (err)
		return ra_fail(errs, err == RA_E_BROKEN ? RA_E_ARG : err, "an entry cannot be written: %s",
			       own.text[0]);
	return RA_OK;
}

/* One line into the file, or none of it. */
static ra_err write_line(struct ra_journal *journal, const struct ra_buf *line, struct ra_errs *errs)
{
	ra_err err;

	if (journal->fd < 0)
		return RA_OK;
	err = ra_write_all(journal->fd, line->data, line->len, errs);
	if (!err) {
		journal->len += (int64_t)line->len;
		return RA_OK;
	}
	journal->failed = true;
	if (ftruncate(journal->fd, (off_t)journal->len))
		return ra_fail(errs, RA_E_IO,
			       "%s: an entry could not be written, and its beginning not be cut off again (%s); "
			       "`reattest resume` sets it aside",
			       journal->path, strerror(errno));
	return ra_fail(errs, RA_E_IO, "%s: an entry could not be written; the journal ends with the one before",
		       journal->path);
}

static ra_err append(struct ra_journal *journal, cJSON *body, struct ra_entry *out, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf line = {0};
	struct ra_chain next = journal->chain;
	ra_err err = compose(journal, body, &next, &line, out, errs);

	if (!err && journal->len + (int64_t)line.len > (int64_t)RA_JOURNAL_FILE_MAX)
		err = ra_fail(errs, RA_E_LIMIT, "the journal would grow over %u MiB", RA_JOURNAL_FILE_MAX >> 20);
	if (!err && next.evidence_len > journal->chain.evidence_len) {
		err = ra_evidence_write(&journal->evidence, errs);
		journal->failed = err != RA_OK;
	}
	if (!err)
		err = write_line(journal, &line, errs);
	if (err)
		ra_entry_clear(out);
	else
		journal->chain = next;
	return err;
}

ra_err ra_journal_append(struct ra_journal *journal, ra_utc_ms t, const char *kind, cJSON *body, struct ra_entry *out,
			 struct ra_errs *errs)
{
	RA_AUTO(ra_cjson_free) cJSON *whole = NULL;

	memset(out, 0, sizeof(*out));
	whole = journal->failed || !cJSON_IsObject(body) ? NULL : frame(&journal->chain, t, kind);
	if (!whole) {
		bool is_object = cJSON_IsObject(body);

		cJSON_Delete(body);
		if (journal->failed)
			return ra_fail(errs, RA_E_STATE,
				       "the journal takes no more entries since one could not be written");
		return is_object ? ra_fail(errs, RA_E_NOMEM, "not enough memory for an entry")
				 : ra_fail(errs, RA_E_ARG, "the body of an entry is not an object");
	}
	move_members(whole, body);
	return append(journal, whole, out, errs);
}

ra_err ra_journal_end(struct ra_journal *journal, ra_utc_ms t, const char *reason, struct ra_entry *out,
		      struct ra_errs *errs)
{
	cJSON *body = cJSON_CreateObject();
	ra_err err;

	memset(out, 0, sizeof(*out));
	if (!cJSON_AddStringToObject(body, "reason", reason) ||
	    !cJSON_AddNumberToObject(body, "count", (double)journal->chain.count) ||
	    !cJSON_AddStringToObject(body, "head", journal->chain.head)) {
		cJSON_Delete(body);
		return ra_fail(errs, RA_E_NOMEM, "not enough memory for the end entry");
	}
	err = ra_journal_append(journal, t, "end", body, out, errs);
	if (!err)
		err = ra_journal_sync(journal, errs);
	if (err)
		ra_entry_clear(out);
	return err;
}

ra_err ra_journal_sync(struct ra_journal *journal, struct ra_errs *errs)
{
	if (journal->fd < 0 || fsync(journal->fd) == 0)
		return RA_OK;
	journal->failed = true;
	return ra_fail(errs, RA_E_IO, "%s: fsync: %s; it is not certain that the last entries are on the disk",
		       journal->path, strerror(errno));
}

int64_t ra_journal_count(const struct ra_journal *journal)
{
	return journal->chain.count;
}

const char *ra_journal_head(const struct ra_journal *journal)
{
	return journal->chain.head;
}

const char *ra_journal_path(const struct ra_journal *journal)
{
	return journal->path;
}
