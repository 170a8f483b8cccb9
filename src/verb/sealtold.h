/* sealtold.h - the seal beside a record, as `reattest verify` tells it. Not for other rooms. */
#ifndef RA_VERB_SEALTOLD_H
#define RA_VERB_SEALTOLD_H

#include "journal/seal.h"

/* What a seal makes of a record whose chain holds; what stands further down outweighs. */
enum ra_seal_verdict {
	RA_SEALED_NOT,       /* there is none, or nothing of it could be examined */
	RA_SEALED_UNKNOWN,   /* it holds, by a key nobody vouches for */
	RA_SEALED_IN_PART,   /* vouched for, and there are entries after it */
	RA_SEALED,           /* vouched for, up to the last entry */
	RA_SEALED_BROKEN     /* a signature does not hold, or its head is not this record's */
};
/* Shape: heads has come to the end of the chain and claims seal->head. */
enum ra_seal_verdict ra_seal_judge(const struct ra_seal *seal, const struct ra_heads *heads);
/* A line on stdout for each part of it, foreign bytes cleaned; nothing without any. Shape: as ra_seal_judge. */
void ra_seal_print(const struct ra_seal *seal, const struct ra_heads *heads);

/* A head kept elsewhere. Shape: text is what --head gave: 64 hex digits, or a file. */
struct ra_kept_head {
	char head[65];
	int64_t count; /* where a file says so; 0 */
};
/* Shape: session is the hash of the record's entry 0. Out: of a file with lines of the system's log the last one of that session.
 * Errors: RA_E_NOTFOUND, RA_E_IO, RA_E_ARG: no head is in it. */
RA_MUST_USE ra_err ra_kept_head_read(const char *text, const char *session, struct ra_kept_head *out, struct ra_errs *errs);

#endif
