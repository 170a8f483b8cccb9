/* redfish.h - the insides of the BMC link, shared by its files. Private to link/.
 *
 * redfish_said.c: what a body says instead of a resource, and where it leads; redfish_find.c: which resource is found by which, and which of
 * several is meant; redfish_book.h, redfish_setup.h: the settings of the firmware in its own words; redfish_do.h: changes;
 * redfish_jobs.c: what it has to do yet; redfish_reply.c: ends of jobs; redfish_call.c: one call and what it
 * brought; redfish.c: life of the link, from the first call to the log out.
 * Invariants: nothing blocks; one read is under way at a time (BMCs are slow, and have few connections); every session that was begun is
 * ended, whatever happened; password and token are in wiped memory and in no sentence; no id of a resource is assumed: all but the root is
 * found by links, and no link leads to another server. Source: DMTF DSP0266 1.20, DSP2046. */
#ifndef RA_LINK_REDFISH_H
#define RA_LINK_REDFISH_H

#include "link/http.h"
#include "link/queue.h"

#define RA_RF_ROOT_URI "/redfish/v1/"
#define RA_RF_SESSIONS_URI "/redfish/v1/SessionService/Sessions" /* where the root names none */
#define RA_RF_URI_MAX 512
#define RA_RF_ANSWER_MAX ((size_t)8 << 20)   /* of a registry */
#define RA_RF_RESOURCE_MAX ((size_t)2 << 20) /* of any other; several are kept, and as a tree one may take forty times as much */
#define RA_RF_MEMBERS_MAX 8 /* of a collection that are looked at */
#define RA_RF_JOBS_MAX 16   /* the last of a collection of jobs, where each must be read by itself */
#define RA_RF_JOB_MAX ((size_t)64 << 10)
#define RA_RF_HOPS_MAX 3    /* redirects of one read */
#define RA_RF_LEAVE ((uint64_t)1 << 63) /* in the id of a call: it is a log out */
#define RA_RF_OURS_MAX 8
#define RA_RF_KEY_MAX 64
#define RA_RF_TEXT_MAX 400

/* What a body says that is no resource (redfish_said.c). Foreign bytes, on one line. */
struct ra_rf_said {
	bool is_error; /* the body is an error, whatever the status says */
	char key[RA_RF_KEY_MAX];   /* of its first message that tells something: "InsufficientPrivilege"; "" */
	char text[RA_RF_TEXT_MAX]; /* its messages; "" */
};
/* Read a body. Shape: body may be NULL or anything JSON has. The envelope of DSP0266 ("error" with @Message.ExtendedInfo), messages without
 * a text (a table of ours has it), "message" as an object (old iDRAC), Messages with MessageID (old iLO). */
void ra_rf_said_of(const cJSON *body, struct ra_rf_said *out);
/* The same of the messages alone that name a property of the request. Out: is_error: there are some. */
void ra_rf_said_about(const cJSON *body, const char *property, struct ra_rf_said *out);
/* Why an answer brought no resource: by its message, else by its status. Out: ANSWERED: it is an answer, but not a usable one. */
enum ra_link_why ra_rf_why(int status, const struct ra_rf_said *said);
/* A link in a body: the text of member @odata.id of an object, or of the text itself. Out: false where it is no place on the same server
 * (a path that begins with one slash, no blank or control byte, no dot segment); a fragment is left off. */
bool ra_rf_uri_of(const cJSON *link, char out[RA_RF_URI_MAX]);
/* A Location header as a path on this server. Shape: host and port are the server's. Out: false when it leads elsewhere. */
bool ra_rf_location(const char *location, const char *host, int port, char out[RA_RF_URI_MAX]);

/* The resources, parents first. */
enum ra_rf_what {
	RA_RF_ROOT,
	RA_RF_SYSTEMS,
	RA_RF_SYSTEM,
	RA_RF_BIOS,
	RA_RF_PENDING, /* settings of the firmware that wait for the next start */
	RA_RF_SECUREBOOT,
	RA_RF_MANAGERS,
	RA_RF_MANAGER,
	RA_RF_CHASSES,
	RA_RF_CHASSIS,
	RA_RF_TRUSTEDS,
	RA_RF_TRUSTED, /* the TPM as a trusted component */
	RA_RF_JOBSERVICE,
	RA_RF_TASKSERVICE,
	RA_RF_JOBS, /* a collection, its members read, too */
	RA_RF_REGISTRIES,
	RA_RF_PLACE, /* what a body named; no way leads there */
	RA_RF_SETUP, /* no resource: what several say of the firmware's settings, redfish_setup.h */
	RA_RF_COUNT
};
/* The resource a request names; RA_RF_COUNT for none. */
enum ra_rf_what ra_rf_what_of(const cJSON *request);
/* What is known of the way to each resource (redfish_find.c). Zeroed: nothing but the root. */
struct ra_rf_way {
	char uri[RA_RF_URI_MAX];                         /* "": not known */
	char members[RA_RF_MEMBERS_MAX][RA_RF_URI_MAX]; /* several it may be */
	int member_count, member; /* member: looked at now, while uri is "" */
	int fitting, chosen;      /* members that fit, and the last of them */
	bool more;                /* there are more members than were looked at */
	bool several;             /* a way ended at several, and none of them alone fits */
	int missed;               /* ways to it that led nowhere */
};
/* What to read next on the way to a resource. Shape: *from is the resource whose body it will be, or RA_RF_COUNT with *of_member set when
 * it is a member of what may be the resource. Out: the path; NULL: there is no way, and say[cap] tells why
 * (it is "" before). */
const char *ra_rf_next(struct ra_rf_way ways[RA_RF_COUNT], enum ra_rf_what aim, enum ra_rf_what *from, bool *of_member, char *say,
		       size_t cap);
/* Forget ways that led nowhere, or (all) every way but the root's: they are looked for anew. */
void ra_rf_forget(struct ra_rf_way ways[RA_RF_COUNT], bool all);
/* Learn from the body of a resource (NULL: it cannot be had) where others are. of_member: it is the member looked at of `from`. */
void ra_rf_learn(struct ra_rf_way ways[RA_RF_COUNT], enum ra_rf_what from, bool of_member, const cJSON *body);

/* Are the members of a collection wanted with it, and not only linked? */
bool ra_rf_is_whole(enum ra_rf_what what);

/* The members of a collection that must be read one by one, for it has only linked them. Shape: uris has RA_RF_JOBS_MAX rows. Out: how many;
 * *left: older ones that are left out. */
int ra_rf_jobs_unread(const cJSON *collection, char (*uris)[RA_RF_URI_MAX], int *left);
/* Jobs or tasks in words of ours: {"jobs": [{"about": "settings" or "firmware" (what is about neither is left out), "state": "waiting",
 * "running", "failed", "past" (failed, and a younger one about the same came after it), "done", "unknown", "say": one line}], "left": N}.
 * Owner: cJSON_Delete. Out: NULL without memory. */
cJSON *ra_rf_jobs_of(const cJSON *members, int left);

struct ra_rf_doing;
struct ra_rf_book;
enum ra_rf_phase {
	RA_RF_IDLE,
	RA_RF_GREET,  /* what server is this */
	RA_RF_ASKING, /* the operator is asked */
	RA_RF_LOGIN,
	RA_RF_READY
};
struct ra_rf {
	struct ra_link head; /* first: the caller's pointer */
	struct ra_queue queue;
	struct ra_job *jobs;
	struct ra_http *http;
	struct ra_vsphere_url url;
	char place[300]; /* "bmc.example:443", for sentences */
	char user[128];
	bool may_ask;
	enum ra_rf_phase phase;
	enum ra_need_kind asked; /* in ASKING */
	struct ra_secret *password, *token;
	bool basic;       /* it has no sessions, or none left: the password goes with each read */
	char session[RA_RF_URI_MAX];  /* to be ended; "": none */
	char sessions[RA_RF_URI_MAX]; /* where one is begun */
	char version[24]; /* RedfishVersion; "" */
	int lost_logins;  /* in a row (api.h) */
	bool final;       /* login or certificate refused: never tried again by this link */
	char final_say[RA_LINK_SAY_MAX];

	struct ra_rf_way ways[RA_RF_COUNT];
	enum ra_rf_what aim;  /* what is being read for the jobs that are taken; RA_RF_COUNT: nothing */
	struct ra_rf_book *book; /* redfish_book.h; NULL: never asked for */
	enum ra_rf_what from; /* whose body the call under way brings */
	bool of_member;
	bool expands;   /* it puts the members into a collection when it is asked to */
	struct {
		char (*uris)[RA_RF_URI_MAX];
		cJSON *bodies; /* NULL: nothing is gathered */
		int count, at, left;
	} gather;     /* members of the aim that are read one by one */
	bool retraced; /* the way was found anew for this aim, because what was known of it is gone */
	bool renewed;  /* the login was renewed for this read */
	char path[RA_RF_URI_MAX]; /* of the read under way */
	int hops, tries;
	char etag[128];		  /* of what the last read brought; "" */
	int64_t patience_ms;	  /* so long a BMC that is busy is waited for yet */
	ra_mono_ms wake_at;	  /* before it nothing is sent */
	struct ra_rf_doing *doing; /* the change under way, NULL; what is read is for it */
	bool changing;		  /* the call under way is the change itself */
	char ours[RA_RF_OURS_MAX][96]; /* settings this link has set */
	uint64_t call, next_call; /* call: the read, greeting or login under way; 0: none */
	int leaving;              /* log outs under way */
	ra_mono_ms now;
	bool again; /* more can be done at once */
};
/* A job's own. */
struct ra_rf_want {
	enum ra_rf_what what;
	bool change; /* of redfish_do.h; what is RA_RF_COUNT */
	bool taken; /* belongs to the aim */
};

/* The ends of a job (redfish_reply.c): its reply is handed over, and the job is gone; a change it was is let go. */
void ra_rf_answer_why(struct ra_rf *rf, struct ra_job *job, enum ra_link_why why, const char *say);
/* An answer, but not what was asked for: it stands in err. */
void ra_rf_answer_no(struct ra_rf *rf, struct ra_job *job, const char *say);
void ra_rf_answer_text(struct ra_rf *rf, struct ra_job *job, const char *text);
/* An answer with a status of its own: out, and what is to be said of it in err. */
void ra_rf_answer_done(struct ra_rf *rf, struct ra_job *job, int status, const char *out, const char *say);
void ra_rf_answer_all(struct ra_rf *rf, enum ra_link_why why, const char *say);
/* Without a reply, because nobody is there any more to take it. */
void ra_rf_job_drop(struct ra_rf *rf, struct ra_job *job);

/* What a call brought, read (redfish_call.c). Owner: ra_json_free of json. */
struct ra_rf_got {
	enum ra_link_why why; /* ANSWERED and no json: an answer that cannot be used, and say tells why */
	int status;
	int retry_s;	      /* after so many seconds it may be asked again; 0: not told */
	struct ra_json *json; /* a resource; NULL */
	struct ra_rf_said said;
	char say[RA_LINK_SAY_MAX];
};
void ra_rf_read(const struct ra_rf *rf, const struct ra_http_answer *answer, struct ra_rf_got *out);
/* Read a path, with what lets us in. Out: false without memory. */
bool ra_rf_get(struct ra_rf *rf, const char *path);
/* Send a change: once. Shape: if_match may be "". Out: false without memory. */
bool ra_rf_send(struct ra_rf *rf, const char *method, const char *path, const char *body, const char *if_match);
/* Begin a session. Out: false without memory. */
bool ra_rf_login(struct ra_rf *rf);
/* The session an answer to a login began. Out: false when it began none. */
bool ra_rf_take_session(struct ra_rf *rf, const struct ra_http_answer *answer, const struct ra_json *json);
/* End the session, if there is one: asked for, its answer of no interest. */
void ra_rf_logout(struct ra_rf *rf);
/* A read that was answered by "look there": go there. Out: false when it is none, or leads to another server, or in circles. */
bool ra_rf_follow(struct ra_rf *rf, const struct ra_http_answer *answer);

#endif
