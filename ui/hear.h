/* hear.h - signals as something to read: while it listens they are blocked and come from a descriptor, so that no
 * handler runs at a bad time. Invariants: a signal that was ignored before (nohup) is neither blocked nor heard; the
 * mask is as it was after ra_hear_end. Source: signalfd(2). */
#ifndef RA_UI_HEAR_H
#define RA_UI_HEAR_H

#include "base/err.h"

#include <signal.h>
#include <stddef.h>

/* Owner: whoever declares it calls ra_hear_end; fd is -1 before and after. */
struct ra_hear {
	sigset_t mask_before;
	int fd; /* to poll */
};
/* Listen. Errors: RA_E_IO. */
RA_MUST_USE ra_err ra_hear_begin(struct ra_hear *hear, const int *signals, size_t count, struct ra_errs *errs);
/* The next signal that came, 0 when none did. */
int ra_hear_next(const struct ra_hear *hear);
/* Stop here as SIGTSTP does, the whole job; returns when it goes on. Shape: SIGTSTP is one of those heard. */
void ra_hear_stop_job(const struct ra_hear *hear);
/* Stop listening; signals that wait are delivered. */
void ra_hear_end(struct ra_hear *hear);

#endif
