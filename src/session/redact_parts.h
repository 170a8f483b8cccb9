/* redact_parts.h - the inside of redaction. Private to session/. */
#ifndef RA_SESSION_REDACT_PARTS_H
#define RA_SESSION_REDACT_PARTS_H

#include "session/redact.h"
#include "session/scrub.h"

#define RA_ALSO_MAX 1000

struct ra_also_row {
	char *word; /* or: */
	struct ra_pattern *pattern;
};
struct ra_also {
	struct ra_also_row rows[RA_ALSO_MAX];
	size_t count;
};
/* The words of a site are words. Errors: RA_E_NOMEM, RA_E_LIMIT. */
RA_MUST_USE ra_err ra_also_words(const struct ra_also *also, struct ra_scrubbing *s);
/* So is what its patterns find in a text. Errors: as ra_also_words; RA_E_LIMIT too for a text that is too hard. */
RA_MUST_USE ra_err ra_also_collect(const struct ra_also *also, struct ra_scrubbing *s, const char *text);

/* A value that is withheld by what it is: a member of an entry, or a fact. */
struct ra_redact_row {
	const char *name;
	struct ra_scrub_rule rule;
	const char *key; /* under which the rules look at its text */
};
/* The row of a part; NULL: only what a rule finds in it goes. */
const struct ra_redact_row *ra_redact_row(const struct ra_redact_part *part);

#endif
