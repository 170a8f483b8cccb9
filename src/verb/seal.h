/* seal.h - records sealed from the command line: by `reattest seal`, and at the end of a run with --seal. Not for other rooms. */
#ifndef RA_VERB_SEAL_H
#define RA_VERB_SEAL_H

#include "verb/verb.h"

struct ra_secret;
/* What seals: the options, and a passphrase that was asked for once. Owner: ra_sealer_clear. */
struct ra_sealer {
	const struct ra_options *options;
	struct ra_secret *passphrase; /* NULL: not asked for yet */
};
void ra_sealer_clear(struct ra_sealer *sealer);
/* Before a run begins: do the options name a seal, a record it is for, and what there is to seal with? Shape: kept: this run keeps a record.
 * Errors: RA_E_ARG, RA_E_NOTFOUND. */
RA_MUST_USE ra_err ra_sealer_ready(const struct ra_options *options, bool kept, struct ra_errs *errs);
/* At its end: seal a record where --seal is given, and say how it went. Shape: code is the run's exit code so far; a run that a signal
 * stopped is not sealed. Out: the exit code now: a seal that failed makes it CANTWRITE, unless it says worse already. */
int ra_sealer_end(struct ra_sealer *sealer, const char *path, int code);

#endif
