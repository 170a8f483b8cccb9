/* queue.h - what every link keeps: its tickets as jobs, and the events the caller has not taken yet. Private to link/.
 * Invariants: a job carries the room for its own REPLY from the start, so that answering never needs memory; states and
 * needs use a fixed set of slots (when all are taken the newest state overwrites the last one queued). */
#ifndef RA_LINK_QUEUE_H
#define RA_LINK_QUEUE_H

#include "link/link.h"

#define RA_QUEUE_SLOTS 16
#define RA_QUEUE_PROGRESS 8 /* of them, at most, say how far a change is */
#define RA_JOBS_MAX 256 /* open tickets of one link */
#define RA_ERR_CAP_LEN 65536

struct ra_slot {
	struct ra_slot *next;
	struct ra_event event;
	bool of_job; /* freed when taken */
	bool used;
};
struct ra_queue {
	struct ra_slot *head, *tail;
	struct ra_slot fixed[RA_QUEUE_SLOTS];
};

/* A ticket on its way. request is owned. Links hang their own state behind `own`. */
struct ra_job {
	struct ra_job *next;
	struct ra_slot *slot; /* its reply in the making; NULL once answered */
	uint64_t id;
	struct ra_json *request;
	int timeout_ms;
	size_t cap_len;
	bool change, secret;
	bool cancelled;
	char since[24]; /* "": any */
	ra_mono_ms deadline; /* RA_DEADLINE_NONE until sent */
	void *own;
};

/* Copy a ticket.
 * Out:    *out on RA_OK. Owner: ra_job_free.
 * Errors: RA_E_NOMEM; RA_E_INVALID when the request is no JSON object. */
RA_MUST_USE ra_err ra_job_new(const struct ra_ticket *ticket, struct ra_job **out, struct ra_errs *errs);
/* Free a job and, if it was never answered, its reply. `own` must be gone before. */
struct ra_job *ra_job_free(struct ra_job *job);
/* The reply in the making; NULL once answered. */
struct ra_reply *ra_job_reply(struct ra_job *job);
/* Append to / count a list of jobs. */
void ra_jobs_add(struct ra_job **list, struct ra_job *job);
int ra_jobs_count(const struct ra_job *list);
/* Unlink job from the list (it must be in it). */
void ra_jobs_remove(struct ra_job **list, struct ra_job *job);

/* Hand a job's reply to the caller. Shape: say may be NULL (kept as it is); once per job. */
void ra_queue_reply(struct ra_queue *queue, struct ra_job *job, enum ra_link_why why, const char *say);
/* Tell a change of state. Shape: say and peer may be NULL. */
void ra_queue_state(struct ra_queue *queue, enum ra_link_state state, enum ra_link_why why, const char *say,
		    const char *peer);
/* Ask the operator. */
void ra_queue_need(struct ra_queue *queue, const struct ra_need *need);
/* Tell how far a change is. One that was not taken yet is overwritten: only the newest matters. When those of many other changes wait
 * to be taken it is left out. */
void ra_queue_progress(struct ra_queue *queue, const struct ra_progress_told *told);
/* Take the next event; kind NONE when empty. */
void ra_queue_next(struct ra_queue *queue, struct ra_event *out);
bool ra_queue_is_empty(const struct ra_queue *queue);
void ra_queue_free(struct ra_queue *queue);

#endif
