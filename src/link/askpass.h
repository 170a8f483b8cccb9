/* askpass.h - what an ssh child asks, brought to the link: this very program, started by ssh under another name as its
 * SSH_ASKPASS, hands the question over a socket and writes the answer. Private to link/. Invariants: the socket lies in
 * a directory of this user alone (0700) that goes with it; only this user's processes are listened to, one at a time;
 * neither question nor answer stands in an argument list of ours or in the environment; an answer is in wiped memory,
 * and goes to the one that asked. Source: ssh(1), SSH_ASKPASS; ssh's readpass.c. */
#ifndef RA_LINK_ASKPASS_H
#define RA_LINK_ASKPASS_H

#include "base/secret.h"

#include <poll.h>

#define RA_ASKPASS_TEXT_MAX 1024

enum ra_askpass_state {
	RA_ASKPASS_QUIET,
	RA_ASKPASS_ASKS,  /* a question waits for its answer */
	RA_ASKPASS_TELLS, /* something is told that needs none ("touch the key"); until the next step it is new */
	RA_ASKPASS_LEFT   /* whoever asked is gone; once, then QUIET */
};

struct ra_askpass;
/* Make the place. Errors: RA_E_IO, RA_E_NOTFOUND (this program's file is not there any more), RA_E_NOMEM. Owner:
 * ra_askpass_free. */
RA_MUST_USE ra_err ra_askpass_open(struct ra_askpass **out, struct ra_errs *errs);
struct ra_askpass *ra_askpass_free(struct ra_askpass *askpass);
/* The file for SSH_ASKPASS. Borrowed. */
const char *ra_askpass_program(const struct ra_askpass *askpass);
/* Descriptors to poll. Out: count, at most 1. */
int ra_askpass_poll(const struct ra_askpass *askpass, struct pollfd *fds);
/* Do what can be done now. */
enum ra_askpass_state ra_askpass_step(struct ra_askpass *askpass);
/* The question (foreign bytes), and whether the answer may be seen while it is typed. Borrowed until the next step. */
const char *ra_askpass_text(const struct ra_askpass *askpass, bool *echo);
/* Answer the question; NULL: it is refused. Errors: RA_E_IO when it did not get there. */
RA_MUST_USE ra_err ra_askpass_answer(struct ra_askpass *askpass, const struct ra_secret *answer);

/* The other end. Is this process started as ssh's askpass? Shape: argv[0] of main. */
bool ra_askpass_is(const char *argv0);
/* Bring the question to the link and write the answer to standard output. Shape: text is what ssh gave. Out: the exit
 * code. */
int ra_askpass_run(const char *argv0, const char *text);

#endif
