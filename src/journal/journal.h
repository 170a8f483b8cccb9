/* journal.h - the record of a walk: a chain of lines that shows every later change.
 *
 * A line is {"body":B,"hash":"H","open":[O,...]} and LF. H is the lower-case hex SHA-256 of the bytes of B as written.
 * B holds v (format), seq (from 0), prev (hash of the line before, 64 zeros for the first), t (UTC, RFC 3339), kind,
 * and the kind's own members. A value that came from a machine or an operator stands in B as {"$c":C}; C is the SHA-256
 * of the bytes of its opening O as written, O = ["<32 random hex digits>",value]. Openings can be dropped (redaction)
 * without breaking a hash; a line may then carry "shown" (an object, covered by no hash) as a fourth key. line.h has
 * the rules to the letter, reattest-journal(5) publishes them.
 *
 * Invariants: one write(2) per line; 0600; nobody else writes while it is open (flock); an entry is in the file before
 * anyone sees it; fsync before an intent is acted on and after every decision; a torn tail is set aside in JOURNAL.torn
 * and recorded, never glued onto. This room knows bytes, chain and commitments, not what entries mean. Above base/,
 * used by session/ and verb/. */
#ifndef RA_JOURNAL_JOURNAL_H
#define RA_JOURNAL_JOURNAL_H

#include "base/clock.h"
#include "base/json.h"

#define RA_JOURNAL_FORMAT 1
#define RA_JOURNAL_LINE_MAX (8u << 20) /* bytes of one line */
#define RA_JOURNAL_FILE_MAX (1u << 30) /* bytes of a whole journal, and of its evidence file */
#define RA_JOURNAL_ROOM_LEN (8u << 20) /* bytes that must be free before a change may begin */
#define RA_JOURNAL_INLINE_MAX (256u << 10) /* bytes of openings that may go into the evidence file and still stand in the line */
#define RA_JOURNAL_TORN ".torn" /* behind a journal's name: the file of tails that were set aside */
#define RA_JOURNAL_EVIDENCE ".evidence" /* behind a journal's name: the file of openings of large replies */

/* Mark a value as a machine's or an operator's: {"$s": value}. ra_journal_append turns it into a commitment and
 * opening. Shape: marks may stand anywhere below a body; one inside of a marked value adds nothing. Other keys that
 * begin with $ are the journal's own: an entry with one is refused. Bytes that are not UTF-8 text go in as base64.
 * Owner: takes value; the caller owns the result. Out: NULL without memory (value is freed). */
RA_MUST_USE cJSON *ra_journal_sensitive(cJSON *value);
/* The same, {"$e": value}: its opening stands in JOURNAL.evidence when those of the entry have more than
 * RA_JOURNAL_INLINE_MAX bytes. For what a fold does not need: a record without that file goes on. */
RA_MUST_USE cJSON *ra_journal_bulk(cJSON *value);

/* A journal open for appending. */
struct ra_journal;

/* Create a journal, exclusively. Shape: path must not exist; NULL path counts and chains entries but keeps none (check
 * without
 * --journal).
 * Owner: ra_journal_close / ra_journal_free. Errors: RA_E_IO, RA_E_BUSY, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_journal_create(const char *path, struct ra_journal **out, struct ra_errs *errs);

/* One entry as the fold sees it: the body with every commitment replaced by its value.
 * A value whose opening is missing stands as {"$w":masked} (withheld): the masked text that a redacted copy shows for it, or
 * true. */
struct ra_entry {
	int64_t seq;
	ra_utc_ms t;
	const char *kind; /* borrowed from body */
	cJSON *body;      /* resolved; owned by the entry */
};
void ra_entry_clear(struct ra_entry *entry);

/* Called for each entry in order; it may take the members out of the body. Returning an error ends the reading with it. */
typedef ra_err (*ra_entry_fn)(void *payload, const struct ra_entry *entry, struct ra_errs *errs);

/* Open an existing journal to go on with it: verify the whole chain, give every entry to fn, set a torn tail aside (and
 * append a `torn` entry {bytes, sha256} that fn sees too). Shape:  fn (may be NULL) has seen entries when a later one
 * turns out to be bad; what it built is to be thrown away then. Errors: RA_E_BROKEN (named entry), RA_E_DENIED for a
 * redacted journal, RA_E_BUSY when another process has it open, RA_E_STATE when JOURNAL.evidence is only partly there,
 * RA_E_NOTFOUND, RA_E_IO, RA_E_LIMIT, RA_E_NOMEM, what fn returns. */
RA_MUST_USE ra_err ra_journal_open(const char *path, ra_entry_fn fn, void *payload, struct ra_journal **out,
				   struct ra_errs *errs);

/* Append one entry: body's members (an object without v, seq, prev, t, kind) with sensitive marks.
 * Shape:  t is the session's time; never before the entry before (then that one's is used, as for RA_UTC_NONE). An end
 * entry's count and head are those of the entries before it (ra_journal_end writes them). Out:    *out is the entry as
 * the fold must see it (exactly as a reader of the file would). Owner:  takes body in every case; caller clears *out.
 * Errors: RA_E_IO: the line is not in the file (a part is cut off again), the journal takes no more; RA_E_STATE for
 * every entry after that. RA_E_LIMIT, RA_E_ARG (a body no reader would take), RA_E_NOMEM: nothing was written, the
 * journal goes on. */
RA_MUST_USE ra_err ra_journal_append(struct ra_journal *journal, ra_utc_ms t, const char *kind, cJSON *body,
				     struct ra_entry *out, struct ra_errs *errs);
/* Append the end entry {reason, count, head} and fsync. Out, Errors: as ra_journal_append. */
RA_MUST_USE ra_err ra_journal_end(struct ra_journal *journal, ra_utc_ms t, const char *reason, struct ra_entry *out,
				  struct ra_errs *errs);
/* fsync; nothing to do in memory. Errors: RA_E_IO, and the journal takes no more (what reached the disk is not known).
 */
RA_MUST_USE ra_err ra_journal_sync(struct ra_journal *journal, struct ra_errs *errs);
/* Can what comes now be relied on to reach the disk? The files are still those of their names and as they were left, there
 * is room, and some of it is kept for this journal until it is freed. To be asked before a change of a machine is offered
 * and again before it begins; nothing to ask in memory.
 * Errors: RA_E_STATE (deleted, moved, replaced, changed by somebody else, or it takes no more entries), RA_E_IO (no room). */
RA_MUST_USE ra_err ra_journal_ready(struct ra_journal *journal, struct ra_errs *errs);
/* Count of entries, hash of the last, path (NULL in memory). Borrowed. */
int64_t ra_journal_count(const struct ra_journal *journal);
const char *ra_journal_head(const struct ra_journal *journal);
const char *ra_journal_path(const struct ra_journal *journal);
/* Close and free. An end entry is the caller's to append before. */
struct ra_journal *ra_journal_free(struct ra_journal *journal);
RA_DEFINE_AUTO(struct ra_journal, ra_journal_free);

enum ra_verdict {
	RA_VERIFY_WHOLE,      /* chain holds, last entry is an end entry whose count and head agree */
	RA_VERIFY_INCOMPLETE, /* chain holds, but the process died: no end entry last, or the last line lacks its LF */
	RA_VERIFY_BROKEN      /* something was changed; first_bad says where */
};
/* What a verification found. */
struct ra_verify {
	enum ra_verdict verdict;
	int64_t count;     /* good entries */
	int64_t first_bad; /* seq of the first bad entry (its line from 0), -1 */
	int64_t withheld;  /* values whose opening is missing */
	int64_t missing;   /* of them: those that stand in JOURNAL.evidence, which is not there or not all of it */
	int64_t torn_len;  /* bytes after the last LF */
	bool redacted;     /* openings are missing that are not counted in missing, or a line shows masked text */
	char head[65];
	char why[256]; /* one sentence about the first bad entry, foreign bytes in it */
};
/* Verify a journal file: strict JSON of every line, hash, prev, seq, format, every opening against its commitment, no
 * opening without commitment, the pieces of JOURNAL.evidence that are there. Reads line by line in constant memory; never writes. fn (may be NULL) sees every good
 * entry. Errors: RA_E_NOTFOUND, RA_E_IO, RA_E_LIMIT, RA_E_NOMEM, what fn returns; a broken journal is not an error of
 * this call. */
RA_MUST_USE ra_err ra_journal_verify(const char *path, ra_entry_fn fn, void *payload, struct ra_verify *out,
				     struct ra_errs *errs);

/* A quick look at a journal, for a list of many: each line's frame, the hash of its body and its place in the chain, and the entries of these
 * kinds (NULL-terminated), resolved, to fn. What is wrong is wrong for ra_journal_verify as well; that one looks at more (the JSON of every
 * line, every opening, the evidence file). Out: as of ra_journal_verify; withheld and missing are not counted. Errors: as there. */
RA_MUST_USE ra_err ra_journal_glance(const char *path, const char *const *kinds, ra_entry_fn fn, void *payload, struct ra_verify *out,
				     struct ra_errs *errs);

#endif
