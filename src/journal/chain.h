/* chain.h - which line may follow which: the state of a chain and the one step that takes a line into it. Inside of
 * journal/. Invariants: writer, reader and verifier take lines through this one step; a line that fails leaves the
 * chain as it was. */
#ifndef RA_JOURNAL_CHAIN_H
#define RA_JOURNAL_CHAIN_H

#include "journal/evidence.h"
#include "journal/journal.h"
#include "journal/line.h"

/* Where a chain stands. Zero-initialise, then ra_chain_start. */
struct ra_chain {
	int64_t count;    /* entries taken */
	char head[65];    /* hash of the last, 64 zeros before the first */
	ra_utc_ms t;      /* of the last entry, RA_UTC_NONE before the first */
	bool ended;       /* the last is an end entry */
	int64_t withheld; /* values without opening */
	int64_t missing;  /* of them: those whose piece of the evidence file is missing */
	bool redacted;    /* some value is withheld whose piece is not missing, or some line shows masked text */
	int64_t torn_len; /* bytes that the torn entries name */
	int64_t evidence_len; /* behind the last piece that an entry names */
	struct ra_evidence *evidence; /* where pieces are; NULL: every one is missing. Borrowed */
	/* Each good line taken apart, its piece with it; an error of it is that of the line. NULL: nobody. */
	ra_err (*line_fn)(void *payload, const struct ra_line *line, struct ra_errs *errs);
	void *line_payload;
};

/* A chain without entries. */
void ra_chain_start(struct ra_chain *chain);

/* Take the next line (without its LF).
 * Out:    *out is the entry; the caller clears it.
 * Errors: RA_E_BROKEN with one sentence that begins "entry N: ", RA_E_NOMEM, RA_E_INTERNAL. */
RA_MUST_USE ra_err ra_chain_take(struct ra_chain *chain, struct ra_span line, struct ra_entry *out,
				 struct ra_errs *errs);

#endif
