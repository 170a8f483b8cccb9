/* ssh_exec.h - requests over an SSH session, shared by the files that run them. Private to link/.
 *
 * ssh_join.c: which requests share an exec, and what becomes of those it leaves unanswered; ssh_exec.c: the life of a channel;
 * ssh_read.c: its two streams become replies.
 * What is queued when a channel opens and only reads goes into one exec, up to RA_JOIN_MAX requests and about RA_JOIN_LEN bytes of
 * command line; the rest over further channels beside it. A change or a secret has an exec of its own.
 * Invariants: a change is in at most one exec, ever. A request that only reads is in at most two: when a joined exec ends before its
 * frames did, each of its requests that is still unanswered is asked again alone, and what comes of that is the answer. So are those
 * whose turn has not come in beside_ms (real, from the start), where there is a channel for them: one after the other is slower there. An
 * exec of such requests that libssh2 fails to start is started once more. A reply is handed over as soon as its own frame is whole. */
#ifndef RA_LINK_SSH_EXEC_H
#define RA_LINK_SSH_EXEC_H

#include "link/frames.h"
#include "link/ssh.h"

#define RA_JOIN_MAX 16
#define RA_JOIN_LEN 16384
#define RA_STOP_MARGIN_MS 2000 /* the host's timer goes first, the link's deadline only when that does not */

enum ra_exec_stage { RA_EXEC_OPENING, RA_EXEC_STARTING, RA_EXEC_ENDING_INPUT, RA_EXEC_READING, RA_EXEC_OVER };

/* What hangs behind a job (ra_job.own). */
struct ra_ask {
	struct ra_buf command; /* shell words */
	struct ra_exec *exec;  /* that carries it; NULL while it waits */
	bool alone;            /* change, secret, or it was joined to others once */
	bool sent;             /* it was in an exec, be it one that came to nothing */
	bool lost;             /* the connection was lost while its command ran */
	bool restarted;        /* the one retry of an exec that libssh2 failed to start */
};
/* One command of an exec, in their order. */
struct ra_exec_frame {
	char nonce[RA_NONCE_LEN];
	int64_t limit_ms;     /* real, from the trailer before it to its own */
	struct ra_job *job;   /* NULL once it is gone; its frame is skipped then */
	ra_mono_ms came_at;   /* its trailer on stdout */
	bool stopped;         /* by the host's timer */
};
struct ra_exec {
	struct ra_exec *next;
	enum ra_exec_stage stage;
	LIBSSH2_CHANNEL *channel;
	struct ra_buf line; /* what the host's shell gets */
	struct ra_exec_frame frames[RA_JOIN_MAX];
	size_t count;      /* of frames; 0 while the channel opens */
	size_t at, err_at; /* the frame whose trailer is awaited, on stdout and on stderr */
	struct ra_frames out, err;
	size_t dropped_len; /* of the frame at, past its cap */
	bool secret, change; /* it carries one, alone */
	ra_mono_ms started_at, began_at; /* the first frame, the frame at */
};

/* A job's part. */
static inline struct ra_ask *ra_ask_of(const struct ra_job *job)
{
	return job->own;
}
/* The reply in the making of a frame; NULL when its job is gone or answered. */
struct ra_reply *ra_exec_reply(const struct ra_exec *exec, size_t frame);
/* Is any frame's job still without its answer? */
bool ra_exec_is_awaited(const struct ra_exec *exec);

/* ssh_join.c. The job that has waited longest for a channel; NULL when none does. */
const struct ra_job *ra_join_next(const struct ra_ssh *ssh);
/* Fill an exec whose channel is open with what waits; count stays 0 when nothing does. Shape: quiet: nothing else runs, so a change may be
 * in it. Errors: RA_E_NOMEM, RA_E_INTERNAL. */
RA_MUST_USE ra_err ra_join_fill(struct ra_ssh *ssh, struct ra_exec *exec, bool quiet);
/* The exec ends here: frames before `from` keep what they have, the jobs of the others wait again. alone: each for an exec of its own;
 * false: as they were. */
void ra_join_release(struct ra_exec *exec, size_t from, bool alone);
/* Answer a frame's job, if it still wants one. Shape: say NULL, or the part behind the host's name. */
void ra_join_answer(struct ra_ssh *ssh, const struct ra_exec *exec, size_t frame, enum ra_link_why why, const char *say);
/* Answer every job that waits. Shape: as above. */
void ra_join_answer_waiting(struct ra_ssh *ssh, enum ra_link_why why, const char *say);

/* ssh_read.c. Drain both streams into the replies; those whose frames are whole are handed over. Out: DONE when something came, FAILED
 * when the session is lost. */
enum ra_progress ra_exec_read(struct ra_ssh *ssh, struct ra_exec *exec);
/* Hand over replies whose trailer came. all: nothing more comes, so also those whose end of stderr has not. */
void ra_exec_settle(struct ra_ssh *ssh, struct ra_exec *exec, bool all);
/* When the grace of a frame that only lacks the end of stderr is over; RA_DEADLINE_NONE when there is none. */
ra_mono_ms ra_exec_grace_until(const struct ra_exec *exec);
/* Did the frame at bring so much past its cap that its end is not waited for? */
bool ra_exec_is_flooded(const struct ra_exec *exec);

#endif
