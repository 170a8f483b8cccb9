/* redact.h - a record's copy that may leave the house: which openings go, and what is shown in their place. The rules are those of
 * recordings (scrub_rules.c), the same value by the same token in every line; an answer is looked at as a whole, and dropped line by line.
 * Room session/. Pure but for the files named. */
#ifndef RA_SESSION_REDACT_H
#define RA_SESSION_REDACT_H

#include "journal/redact.h"
#include "session/kept.h"

/* A site's own words, which no rule can know. */
struct ra_also;
/* Read them: one a line, or a pattern between slashes; an empty line and one that begins with # say nothing.
 * Owner: ra_also_free. Errors: RA_E_INVALID with NAME:LINE:COLUMN, RA_E_LIMIT, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_also_read(const char *name, const char *text, struct ra_also **out, struct ra_errs *errs);
struct ra_also *ra_also_free(struct ra_also *also);
RA_DEFINE_AUTO(struct ra_also, ra_also_free);

/* What is asked for, and what was done. */
struct ra_redaction_wish {
	const char *path, *to;
	const struct ra_also *also; /* NULL: none */
	const cJSON *map;           /* of an earlier redaction, {"rule": {"value": "token"}}; NULL: none */
};
struct ra_redaction_told {
	struct ra_redacted copy;
	struct ra_scrubbed scrubbed; /* its map goes on from that of the wish */
	size_t hard;                 /* answers no rule could look through: all of them is withheld */
	int64_t remains;             /* entry whose body, which cannot be taken out, names what a rule found; -1: none */
	char remains_in[40];         /* its member */
	bool sealed;                 /* whoever makes the copy sets it: a seal of the original stands beside it */
};
/* Write the copy. Owner: ra_redaction_clear, after an error as well. Errors: as ra_journal_redact; RA_E_INVALID for a map that is none. */
RA_MUST_USE ra_err ra_session_redact(const struct ra_redaction_wish *wish, struct ra_redaction_told *told, struct ra_errs *errs);
/* A text, in which everything that a map knows stands for another, and what the rules find besides. Errors: RA_E_NOMEM, RA_E_LIMIT,
 * RA_E_INVALID. */
RA_MUST_USE ra_err ra_redact_text(const cJSON *map, const char *text, struct ra_buf *out, struct ra_errs *errs);
void ra_redaction_clear(struct ra_redaction_told *told);
/* Is a fact a name, a number or an address, so that what a copy shows for it may stand in its place? Of no other fact may it: no hash covers
 * what is shown. */
bool ra_redact_names(const char *fact);
#endif
