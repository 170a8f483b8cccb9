/* vsphere.h - the insides of the vCenter link, shared by its files. Private to link/.
 *
 * vsphere_xml.c: what nodes say; vsphere_json.c: nodes as JSON;
 * vsphere.c: life of the link, from the first call to the login; vsphere_call.c: one SOAP call and what it brought; vsphere_fetch.c:
 * properties of many objects, page by page; vsphere_find.c: which host is meant; vsphere_read.c: joined property reads;
 * vsphere_more.c: what no property tells by itself (alarms' names, the cluster, the virtual machines, siblings, key providers);
 * vsphere_ask.c: single reads (attestation report, esxcli, TPM by REST); vsphere_do.c: changes and their tasks.
 * Invariants: nothing blocks; a conversation (op) has one call under way at most; a call that changes something is sent once and never
 * again, whatever came of it; a read may be sent once more after a lost connection or an expired login; user, password and session ids
 * are in wiped memory and in no sentence; manager ids are the server's own. */
#ifndef RA_LINK_VSPHERE_H
#define RA_LINK_VSPHERE_H

#include "link/http.h"
#include "link/queue.h"
#include "link/vsphere_xml.h"

#define RA_VS_JOBS_MAX 16384 /* open tickets: a check of many hosts asks them all at once */
#define RA_VS_ANSWER_MAX ((size_t)64 << 20)
#define RA_VS_PATHS_MAX 64
#define RA_VS_OPS_MAX 6 /* conversations at a time; more jobs wait */
#define RA_VS_API_MAX "8.0.3.0" /* the newest API this program was written against */
#define RA_VS_READ_TRIES 2
#define RA_VS_ALARM "Host TPM attestation alarm"

struct ra_vs;
struct ra_vs_op;

/* What a call brought. Borrowed by `take`. */
struct ra_vs_said {
	enum ra_link_why why; /* ANSWERED: result stands, or a fault does */
	bool sent;
	const char *say;          /* a sentence when not ANSWERED */
	struct ra_vs_fault fault; /* name "" when there is none */
	xmlNode *result;          /* the ...Response element */
	const struct ra_http_answer *http; /* for REST calls, which have no result */
};
typedef void (*ra_vs_take)(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said);

/* What was read of one object. */
struct ra_vs_item {
	struct ra_vs_ref ref;
	cJSON *values;  /* {path: value} */
	cJSON *missing; /* {path: fault name} */
};
/* Properties of many objects in one question, with all its pages. */
struct ra_vs_fetch {
	char paths[RA_VS_PATHS_MAX][RA_VS_NAME_MAX];
	bool dropped[RA_VS_PATHS_MAX];      /* the server does not know it */
	size_t path_count;
	char type[RA_VS_REF_TYPE_MAX];
	const struct ra_vs_ref *refs; /* NULL: every HostSystem from the root folder on. Borrowed */
	size_t ref_count;
	char token[RA_VS_NAME_MAX]; /* of the next page */
	int pages;
	ra_mono_ms began; /* the first of them came */
	size_t bytes; /* of the pages so far */
	bool restarted; /* the login expired between two pages */
	struct ra_vs_item *items; /* sorted by id once all are there */
	size_t item_count, item_room;
	void (*done)(struct ra_vs *vs, struct ra_vs_op *op);
};

/* One conversation with the server: a joined read, a question, a change. */
struct ra_vs_op {
	struct ra_vs_op *next;
	uint64_t call;   /* under way, 0: none */
	const char *method;
	struct ra_buf body; /* of a read, to send it once more */
	int tries;
	bool change;     /* the call under way changes something */
	uint64_t login;  /* the session it went out in: vs->logins then */
	bool resend;     /* waits for a new login */
	bool over;       /* to be swept */
	ra_vs_take take;
	ra_mono_ms wake_at; /* RA_DEADLINE_NONE; a pause between two looks at a task */
	void (*wake)(struct ra_vs *vs, struct ra_vs_op *op);
	/* What the op was for cannot be had: answer its jobs. */
	void (*fail)(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said);
	void (*drop)(struct ra_vs_op *op); /* free own */
	void *own;
	struct ra_vs_fetch fetch;
	ra_utc_ms sent_at; /* of its first call */
};

/* What a ticket wants; a job's own. */
enum ra_vs_kind {
	RA_VS_HOST_PROPERTY,
	RA_VS_HOST,      /* which host is it */
	RA_VS_TIME,
	RA_VS_ABOUT,
	RA_VS_CERT,
	RA_VS_ALARMS,
	RA_VS_PARENT,
	RA_VS_TASKS,
	RA_VS_VMS,
	RA_VS_SIBLINGS,
	RA_VS_KEYS,
	RA_VS_REPORT,
	RA_VS_REST,
	RA_VS_ESXCLI,
	RA_VS_CHANGE
};
struct ra_vs_want {
	enum ra_vs_kind kind;
	const char *path;  /* the HostSystem property it is read from; static or the request's own */
	char *target;      /* owned; NULL: the server itself */
	bool taken;        /* belongs to an op */
	bool again;        /* its host was looked for a second time */
	char *since;       /* owned; API version that brought it, NULL */
};

/* How the host a ticket names was found. */
enum ra_vs_found { RA_VS_NONE, RA_VS_ONE, RA_VS_MANY };
struct ra_vs_host {
	char *target;
	enum ra_vs_found found;
	struct ra_vs_ref ref;
	char *name;         /* in the inventory */
	const char *by;     /* "name", "address", "uuid" */
	cJSON *matches;     /* MANY: names */
	ra_mono_ms at;
	bool doubted;       /* looked for again before it is used again; what is under way goes on with it */
};

enum ra_vs_phase {
	RA_VS_IDLE,
	RA_VS_GREET,    /* what server is this */
	RA_VS_ASKING,   /* the operator is asked (certificate, user, password) */
	RA_VS_LOGIN,
	RA_VS_READY
};

struct ra_vs {
	struct ra_link head; /* first: the caller's pointer */
	struct ra_queue queue;
	struct ra_job *jobs;
	struct ra_http *http;
	struct ra_vsphere_url url;
	char place[300]; /* "vc.example:443", for sentences */
	char user[128];
	bool may_ask, no_esxcli;
	enum ra_vs_phase phase;
	enum ra_need_kind asked; /* in ASKING */
	struct ra_secret *password, *cookie, *rest; /* rest: the REST session's id */
	bool logged_in;
	uint64_t logins; /* that were let in */
	int renewals;   /* logins since something last succeeded */
	int lost_logins; /* in a row (api.h) */
	bool old;       /* greet in the words of an old server */
	bool final;     /* login or certificate refused: never tried again by this link */
	char final_say[RA_LINK_SAY_MAX];

	cJSON *about;
	char api[24];   /* what we speak: the server's, not newer than we know */
	char server_api[24];
	bool is_esxi;
	struct ra_vs_ref root, collector, sessions, search, crypto, alarms;

	struct ra_vs_op *ops;
	struct ra_vs_host *hosts; /* sorted by target */
	size_t host_count;
	bool finding;   /* the index of hosts is being read */
	bool opening;   /* a REST session is being asked for */
	uint64_t next_call;
	ra_mono_ms now;
	bool again;     /* more can be done at once */
};

/* The life (vsphere.c). End the connection; every job is answered, the link is DOWN. */
void ra_vs_down(struct ra_vs *vs, enum ra_link_why why, const char *say);
/* The same, for good: certificate or login refused. */
void ra_vs_refuse(struct ra_vs *vs, const char *fmt, ...) RA_PRINTF(2, 3);
/* The session is over although nobody ended it: log in again, then send what waits. Out: false when that was done already. */
bool ra_vs_renew(struct ra_vs *vs);
/* The session's UTC now. */
ra_utc_ms ra_vs_utc(const struct ra_vs *vs);

/* Calls (vsphere_call.c). A new conversation. Out: NULL without memory. */
struct ra_vs_op *ra_vs_op_new(struct ra_vs *vs);
/* End it; it goes at the next sweep. */
void ra_vs_op_end(struct ra_vs_op *op);
/* Free every op that is over. */
void ra_vs_sweep(struct ra_vs *vs);
/* Free all ops, their jobs unanswered. */
void ra_vs_ops_free(struct ra_vs *vs);
/* Text with the five characters of XML escaped. Errors: RA_E_NOMEM, RA_E_LIMIT. */
RA_MUST_USE ra_err ra_vs_escape(struct ra_buf *out, const char *text);
/* Append <name>text</name>, escaped. Errors: as ra_vs_escape. */
RA_MUST_USE ra_err ra_vs_put(struct ra_buf *out, const char *name, const char *text);
/* Append <name type="T">id</name>. Errors: as ra_vs_escape. */
RA_MUST_USE ra_err ra_vs_put_ref(struct ra_buf *out, const char *name, const struct ra_vs_ref *ref);
/* One SOAP call of an op. Shape: method is static; inner is XML or ""; change: it is sent once and never again. */
struct ra_vs_soap {
	const char *method;
	const struct ra_vs_ref *self;
	const char *inner;
	const char *space; /* "urn:vim25" when NULL */
	bool change;
};
/* Send it; `take` is called with what it brought, also when it could not be sent. */
void ra_vs_soap(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_soap *soap, ra_vs_take take);
/* One REST call of an op, without a body. */
void ra_vs_rest(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_http_call *call, ra_vs_take take);
/* Send the login (its body is a secret). */
void ra_vs_login(struct ra_vs *vs);
/* Take an HTTP answer to the op it is for. */
void ra_vs_take_answer(struct ra_vs *vs, const struct ra_http_answer *answer);
/* Send again what waits for a login. */
void ra_vs_send_again(struct ra_vs *vs);
/* Why a fault means no answer: a reason for its name, and a sentence about it. Out: say[cap]. */
enum ra_link_why ra_vs_fault_why(const struct ra_vs *vs, const struct ra_vs_fault *fault, char *say, size_t cap);

/* Jobs. */
static inline struct ra_vs_want *ra_vs_want_of(const struct ra_job *job)
{
	return job->own;
}
/* Answer a job with JSON (borrowed), status 0. */
void ra_vs_answer(struct ra_vs *vs, struct ra_job *job, const cJSON *json);
/* Answer a job with text in err and a status. */
void ra_vs_answer_no(struct ra_vs *vs, struct ra_job *job, int status, const char *say);
/* Answer a job without an answer. */
void ra_vs_answer_why(struct ra_vs *vs, struct ra_job *job, enum ra_link_why why, const char *say);
/* Answer a job from what a call brought instead of a result: a fault or why there is no answer. */
void ra_vs_answer_said(struct ra_vs *vs, struct ra_job *job, const struct ra_vs_said *said);
/* Note when a job's question left. */
void ra_vs_sent(struct ra_vs *vs, struct ra_job *job);
/* Forget a job that was answered. */
void ra_vs_job_drop(struct ra_vs *vs, struct ra_job *job);

/* Properties (vsphere_fetch.c). Add a path, once. */
void ra_vs_fetch_path(struct ra_vs_fetch *fetch, const char *path);
/* Ask; op->fetch.done is called when all pages are there, op->fail otherwise. */
void ra_vs_fetch(struct ra_vs *vs, struct ra_vs_op *op);
/* What was read of an object; NULL when the server did not speak of it. */
const struct ra_vs_item *ra_vs_item(const struct ra_vs_fetch *fetch, const char *id);
/* A value; NULL when it is not there. */
const cJSON *ra_vs_value(const struct ra_vs_fetch *fetch, const char *id, const char *path);
/* The fault a path of an object is missing for, "" for none. */
const char *ra_vs_missing(const struct ra_vs_fetch *fetch, const char *id, const char *path);
/* Forget what was fetched, to fetch something else. */
void ra_vs_fetch_reset(struct ra_vs_fetch *fetch);

/* Hosts (vsphere_find.c). What is known of a target; NULL: not looked for yet. */
const struct ra_vs_host *ra_vs_host(const struct ra_vs *vs, const char *target);
/* Look for every target of the waiting jobs that is not known. Out: true while that goes on. */
bool ra_vs_find(struct ra_vs *vs);
/* An object is gone: look for every host again. */
void ra_vs_hosts_doubt(struct ra_vs *vs);
/* Forget what is known of hosts. */
void ra_vs_hosts_forget(struct ra_vs *vs);

/* Jobs that are answered together, and what their answers are made from; a read op's own. */
struct ra_vs_batch {
	struct ra_job **jobs;
	size_t count;
	struct ra_vs_ref *hosts; /* of the jobs, each once */
	size_t host_count;
	struct ra_vs_fetch main; /* the hosts' own properties */
	struct ra_vs_fetch more[6]; /* by stage (vsphere_more.c) */
	struct ra_vs_ref *refs;  /* of the running stage */
	size_t ref_count;
	size_t stage;
};
/* Take the waiting jobs of these kinds (bits 1 << kind) into an op. Out: NULL when there are none, or no memory. */
struct ra_vs_op *ra_vs_batch_new(struct ra_vs *vs, unsigned kinds);
/* Answer all jobs of a batch alike and end its op. */
void ra_vs_batch_fail(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said);
/* Answer a job whose property is missing, for this fault's name. */
void ra_vs_answer_missing(struct ra_vs *vs, struct ra_job *job, const char *name, const char *path);
/* Answer one job from what a fetch brought for a path. */
void ra_vs_answer_value(struct ra_vs *vs, struct ra_job *job, const struct ra_vs_fetch *fetch, const char *id);

/* Take the waiting jobs that read properties and begin (vsphere_read.c). */
void ra_vs_read(struct ra_vs *vs);
/* What follows a joined read (vsphere_more.c): resolve references, then answer the jobs and end the op. */
void ra_vs_more(struct ra_vs *vs, struct ra_vs_op *op);
/* One question of a job (vsphere_ask.c). */
void ra_vs_ask(struct ra_vs *vs, struct ra_job *job);
/* One change (vsphere_do.c), and vCenter asked to cancel its task. */
void ra_vs_do(struct ra_vs *vs, struct ra_job *job);
/* As ra_vs_do. */
void ra_vs_do_cancel(struct ra_vs *vs, struct ra_job *job);
#endif
