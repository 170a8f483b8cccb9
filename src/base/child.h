/* child.h - another program, run without a shell and without waiting for it. Knows no domain.
 * Invariants: a child leads a session and a process group of its own, so it has no terminal to ask on, unless it is
 * started to ask on this one's; it starts with every signal at its default and with no descriptor but 0, 1 and 2; it takes nothing of this process with it but the
 * environment. Nothing here waits for a child but ra_child_finish, and that no longer than it says. */
#ifndef RA_BASE_CHILD_H
#define RA_BASE_CHILD_H

#include "base/buf.h"
#include "base/clock.h"

#include <stdbool.h>
#include <sys/types.h>

#define RA_CHILD_GRACE_MS 500 /* between the request to end and the end */

/* What to run. Shape: argv[0] is a path; env holds "NAME=value", which replace those of this process or add to them,
 * NULL: none. in, out and err become descriptors 0, 1, 2; -1: /dev/null. asks: it stays in this process' session and
 * group, whose terminal it may ask on. */
struct ra_child_spec {
	const char *const *argv;
	const char *const *env;
	int in, out, err;
	bool asks;
};
/* A child; zero-initialised is none. */
struct ra_child {
	pid_t pid;          /* 0: none, or over */
	int status;         /* as waitpid(2) tells it, once over; -1: not told */
	ra_mono_ms kill_at; /* 0: not asked to end */
};

/* An executable of the search path $PATH. Owner: caller frees. Out: NULL when there is none (or no memory). */
char *ra_find_program(const char *name);
/* A pipe whose reading end does not block; both ends close on exec. Out: ends[2]. Errors: RA_E_IO. */
RA_MUST_USE ra_err ra_child_pipe(int *ends, struct ra_errs *errs);
/* Start. A program that cannot be executed ends with status 127. Errors: RA_E_NOMEM, RA_E_IO. */
RA_MUST_USE ra_err ra_child_start(const struct ra_child_spec *spec, struct ra_child *out, struct ra_errs *errs);
/* True when there is no child (any more). What an ended one left in its process group is told to end. */
bool ra_child_over(struct ra_child *child);
/* Tell it to end: SIGTERM to its group at the first call, SIGKILL once RA_CHILD_GRACE_MS have passed. Call until true:
 * it is over. */
bool ra_child_end(struct ra_child *child, ra_mono_ms now);
/* End it now: SIGTERM, then SIGKILL. Waits at most wait_ms in all, mostly a few. */
void ra_child_finish(struct ra_child *child, int wait_ms);
/* Run one to its end and keep what it writes. Shape: of spec argv, env, in and asks count; err too where said is NULL.
 * Units: wait_ms real ms it is given; negative: as long as it takes. Out: appended to *out and *said, as much of each as
 * its cap takes; *child is over, with its status (-1 when it was ended because it took too long). Errors: RA_E_IO,
 * RA_E_NOMEM: it was not run. */
RA_MUST_USE ra_err ra_child_run(const struct ra_child_spec *spec, int wait_ms, struct ra_buf *out, struct ra_buf *said,
				struct ra_child *child, struct ra_errs *errs);
/* How it ended, in words: "ended with status 255", "was ended by signal 9". Out: out[cap]; returns out. */
const char *ra_child_words(const struct ra_child *child, char *out, size_t cap);

#endif
