/* redfish_do.h - changes through a BMC: what is sent, and what became of it. Private to link/.
 *
 * redfish_plan.c: from what was just read to the one call, or to why there is none; redfish_verdict.c: from what was read after it to the
 * answer; both pure. redfish_do.c: the way from one to the other. Invariants: a change is one call, sent once, behind a fresh read of what
 * it changes; only what is in the table of redfish_plan.c is ever sent; what others have waiting for the next start is never touched. */
#ifndef RA_LINK_REDFISH_DO_H
#define RA_LINK_REDFISH_DO_H

#include "link/redfish.h"

#define RA_RF_ITEMS_MAX 4
#define RA_RF_NAME_MAX 96
#define RA_RF_READS_MAX 6

/* One change of the table. */
struct ra_rf_row {
	const char *name, *setting, *to;      /* of the request; NULL: it has none */
	enum ra_rf_what reads[RA_RF_READS_MAX]; /* what is read before, in this order; RA_RF_COUNT ends it */
};
/* The row of a request; NULL: it is no change. */
const struct ra_rf_row *ra_rf_row_of(const cJSON *request);

/* What was read. Borrowed; body NULL: it has none. */
struct ra_rf_seen {
	const cJSON *body[RA_RF_COUNT];
	const char *etag[RA_RF_COUNT]; /* ""; NULL */
	const char *path[RA_RF_COUNT]; /* where it was read; of those with a body */
};

/* One value that is to change: a member of a resource's object ("Attributes", "Boot"; "": of the resource itself). */
struct ra_rf_item {
	enum ra_rf_what at;
	const char *object;
	char name[RA_RF_NAME_MAX];
	cJSON *wanted, *now;
};
/* The one call of a change. Owner: ra_rf_plan_clear. */
struct ra_rf_plan {
	char refused[RA_LINK_SAY_MAX]; /* why nothing is sent; "" */
	const char *method;	       /* "PATCH", "POST" */
	char path[RA_RF_URI_MAX];
	char *body;
	char if_match[128];	       /* "": without */
	struct ra_rf_item items[RA_RF_ITEMS_MAX];
	int item_count;
	bool waits;   /* what is set takes hold at the next start; else at once, or it is asked for */
	bool by_job;  /* a job has to carry it out, or it will not be */
	bool again_after[RA_RF_COUNT]; /* what is read after it */
};
/* Make the plan of a change. Shape: ours: names of attributes this link set before, NULL-terminated. Out: *plan; refused when nothing is to be
 * sent. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_rf_plan(const struct ra_rf_row *row, const struct ra_rf_seen *seen, const char *const *ours, struct ra_rf_plan *plan);
void ra_rf_plan_clear(struct ra_rf_plan *plan);
/* The list of what a reset may be, of a system or an ActionInfo; NULL: not told. */
const cJSON *ra_rf_reset_types(const cJSON *system, const cJSON *info);

/* How far a job is, or a task. */
enum ra_rf_job { RA_RF_JOB_GOES_ON, RA_RF_JOB_SCHEDULED, RA_RF_JOB_FAILED };
enum ra_rf_job ra_rf_job_of(const cJSON *body);
/* What it says of itself, on one line; "". */
void ra_rf_job_says(const cJSON *body, char *out, size_t cap);

/* What the call brought. */
struct ra_rf_took {
	int status;
	const cJSON *body;   /* borrowed; NULL */
	struct ra_rf_said said;
	const char *job;     /* its name; "" */
	enum ra_rf_job job_is; /* with a job */
	const char *job_says;
};
/* What became of a change. Owner: ra_rf_verdict_clear. */
struct ra_rf_verdict {
	bool doubtful; /* nobody can say: the outcome is unknown */
	bool early;    /* it may only not show yet */
	int status;    /* 0: done as wanted */
	char *out;     /* {"attributes":[...],"job":"..."} */
	char say[RA_LINK_SAY_MAX];
};
/* Shape: seen: as read after the call. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_rf_judge(const struct ra_rf_plan *plan, const struct ra_rf_seen *seen, const struct ra_rf_took *took,
			       struct ra_rf_verdict *out);
/* The answer where nothing was sent. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_rf_judge_refused(const struct ra_rf_plan *plan, struct ra_rf_verdict *out);
void ra_rf_verdict_clear(struct ra_rf_verdict *verdict);

/* A change under way (redfish_do.c). */
/* Begin a change. Owner: the job stays rf's. */
void ra_rf_do(struct ra_rf *rf, struct ra_job *job);
/* A resource it waited for came, as text, or (NULL) why and say tell why not. */
void ra_rf_do_came(struct ra_rf *rf, const char *text, enum ra_link_why why, const char *say);
/* The call of the change itself was answered, or lost. */
void ra_rf_do_took(struct ra_rf *rf, const struct ra_http_answer *answer, const struct ra_rf_got *got);
/* Its pause is over. */
void ra_rf_do_on(struct ra_rf *rf);
/* It is over: forget it. */
void ra_rf_do_drop(struct ra_rf *rf);
/* Was its call sent? */
bool ra_rf_do_is_sent(const struct ra_rf *rf);
const struct ra_job *ra_rf_do_job(const struct ra_rf *rf);

/* What redfish.c lends to it. */
/* Read a resource for the change under way; RA_RF_PLACE: the place path. */
void ra_rf_fetch(struct ra_rf *rf, enum ra_rf_what what, const char *path);

#endif
