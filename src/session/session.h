/* session.h - THE DOOR. A walk, and a hub of walks in one loop that the caller owns.
 *
 * The caller polls what ra_hub_poll names, calls ra_hub_step, and looks at what happened; it shows ra_session_view and brings the
 * operator's word by ra_session_answer. Nothing blocks, nothing calls back, nothing draws.
 * Invariants: every entry is in the journal before a view shows it; an intent is fsynced before its first byte leaves; secrets live in
 * ra_secret slots and leave by wiping; a password goes to one host first, and after two refusals nowhere; a change is never sent twice.
 * Room session/: above flow, check, link, journal, base. */
#ifndef RA_SESSION_SESSION_H
#define RA_SESSION_SESSION_H

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/secret.h"
#include "session/view.h"

#include <poll.h>

struct ra_flowset;
struct ra_recording;

#define RA_HUB_PARALLEL_MAX 64 /* walks of one hub that hold links at once */
#define RA_HUB_FDS_MAX 768     /* what those may give to poll */

/* A recording (a simulated host) as a source of walks. Shape: path is a file of at most 8 MiB.
 * Owner: ra_source_free, after the sessions on it. Errors: RA_E_NOTFOUND, RA_E_INVALID with file:line:col. */
RA_MUST_USE ra_err ra_source_load(const char *path, struct ra_recording **out, struct ra_errs *errs);
/* What it says of itself (id, title, host, expect, ...); borrowed. */
const cJSON *ra_source_root(const struct ra_recording *recording);
struct ra_recording *ra_source_free(struct ra_recording *recording);
/* Is this where a vCenter can be? Shape: as ra_vcenter_access.url. Out: place for people, "vc.example" or "vc.example:8443".
 * Errors: RA_E_ARG with what is wrong (text may stand in the sentence). */
RA_MUST_USE ra_err ra_source_vcenter(const char *text, char *place, size_t cap, struct ra_errs *errs);

/* A way in to a vCenter, or to a server's BMC (url: "bmc.example", "https://user@bmc.example:443"). Shape: url is "vc.example", "https://user@vc.example:443/sdk", without a password. NULL: not said. */
struct ra_vcenter_access {
	const char *url, *user; /* user "": asked for, whatever the record and the environment say */
	const struct ra_secret *password;
};

/* How a walk is to be made. Borrowed until ra_session_new returns; flow set and recording outlive the session. */
struct ra_session_options {
	const struct ra_flowset *flows;
	struct ra_recording *recording; /* NULL: live */
	const char *host;               /* NULL with a recording */
	const char *flow;               /* NULL: the recording's own, or tpm-attestation */
	const char *entry;              /* an entry's step or its words; NULL: ask when interactive and there are several */
	const char *user;               /* NULL: root */
	int port;
	const char *const *identities;  /* NULL: default */
	const char *known_hosts;
	const char *host_key;           /* "ask", "yes", "accept-new"; NULL: as the ssh configuration says, else ask */
	bool no_ssh;
	bool no_ssh_config;             /* the operator's own ssh configuration is not used: nothing is run for it */
	struct ra_vcenter_access vcenter; /* url "": none, whatever the record and the environment say */
	struct ra_vcenter_access govc;    /* found in the environment: counts for what nobody said and no record holds, and its user and
					   * password only at its own place and for its own user */
	struct ra_vcenter_access bmc;     /* the server's management controller; as vcenter */
	const char *ca_files;             /* PEM files separated by ':', instead of the system's; NULL */
	const char *tls_known_hosts;      /* govc's files separated by ':'; NULL: default */
	const char *proxy;                /* to vCenter, never to a BMC; NULL: none */
	bool insecure;                    /* vCenter's certificate is not looked at: said in the record and in every report */
	bool no_esxcli;                   /* esxcli is not run through vCenter */
	const struct ra_secret *password; /* SSH: from --password-fd; NULL */
	const struct ra_secret *key;      /* from --key-fd; NULL */
	bool interactive;               /* false: check */
	bool manual;                    /* no link at all: every check is asked by hand; the record says so and goes on that way. Not with a recording */
	bool all_checks;                /* check: every read-only check first, then the fold */
	const char *const *only;        /* check: these checks alone, no fold; NULL */
	bool only_given_planes;
	bool dry_run, read_only;        /* read_only: no action is offered; dry_run: actions are shown, none begins */
	const char *journal_path;       /* NULL: in memory */
	bool syslog;                    /* the record's head goes to the system's log: at the start, with each change, at the end */
	const char *operator_name, *change_id, *case_id;
	ra_utc_ms until;                /* RA_UTC_NONE: no limit */
	bool firmware_changes;          /* settings of the firmware may be changed by the BMC, each confirmed; interactive only, neither read_only
					   nor dry_run, no answers; a resumed walk has it only when it is said anew */
	/* resume: the session was handed over. From whom ("ops1 on jump01") and when, and to whom; NULL: it was not */
	const char *taken_from, *taken_at, *taken_by;
	int timeout_ms;                 /* 0: as the checks say */
	const cJSON *given[2];          /* what the site gives: bodies of ra_given_load; NULL */
	const char *const *answers;     /* --answers: "step=id,id" lines, NULL-terminated; NULL */
};

struct ra_session;
struct ra_hub;

/* Units: parallel walks at once, 0: 16, never more than RA_HUB_PARALLEL_MAX; the others wait for a place.
 * Owner: ra_hub_free, which ends its sessions (end entry "signal" unless ended). Out: NULL without memory. */
struct ra_hub *ra_hub_new(int parallel);
struct ra_hub *ra_hub_free(struct ra_hub *hub);
RA_DEFINE_AUTO(struct ra_hub, ra_hub_free);

/* Is this how a host can be named ("esx01", "root@esx01:22", "[2001:db8::1]:22")? Errors: RA_E_ARG with what is wrong. */
RA_MUST_USE ra_err ra_session_host(const char *text, struct ra_errs *errs);
/* The same of a BMC's URL. */
RA_MUST_USE ra_err ra_session_bmc(const char *text, struct ra_errs *errs);
/* Begin a walk. Errors: RA_E_ARG, RA_E_IO (journal), RA_E_BUSY. Owner: the hub. */
RA_MUST_USE ra_err ra_session_new(struct ra_hub *hub, const struct ra_session_options *options, struct ra_session **out,
				  struct ra_errs *errs);
/* Go on with a journal. options give access anew (planes, password, recording); flow and host come from the journal.
 * Errors: RA_E_BROKEN, RA_E_BUSY, RA_E_STATE (the walk ended with an outcome), RA_E_DENIED (redacted). */
RA_MUST_USE ra_err ra_session_resume(struct ra_hub *hub, const struct ra_session_options *options, const char *path,
				     struct ra_session **out, struct ra_errs *errs);
/* Fold a journal for reading (export): no link, nothing written. Owner: ra_session_close. */
RA_MUST_USE ra_err ra_session_read(const struct ra_flowset *flows, const char *path, struct ra_session **out,
				   struct ra_errs *errs);

/* Give back all that an ended walk still holds (its record in memory above all): it is gone from the hub. Shape: a walk that has not ended
 * is stopped ("signal"). */
void ra_hub_release(struct ra_hub *hub, struct ra_session *session);

/* Descriptors and the nearest deadline as a poll timeout in real ms (-1: none). Out: count, at most cap. */
int ra_hub_poll(struct ra_hub *hub, struct pollfd *fds, int cap, int *timeout_ms);

enum ra_happened {
	RA_HAPPENED_NOTHING,
	RA_HAPPENED_CHANGE, /* a view changed */
	RA_HAPPENED_ASK,    /* a prompt stands */
	RA_HAPPENED_END     /* a walk ended */
};
/* Do what can be done now. Out: what happened and to which session; call until NOTHING, then poll.
 * A walk that cannot go on (its journal takes no more, no memory, a flow that leads nowhere) ends by itself: it happened END, its
 * view is marked as a fault and says why; the others go on. Errors: none today. */
RA_MUST_USE ra_err ra_hub_step(struct ra_hub *hub, enum ra_happened *happened, struct ra_session **which,
			       struct ra_errs *errs);

/* The operator's word. Borrowed. */
struct ra_word {
	uint64_t prompt;                /* the prompt it answers */
	enum { RA_WORD_GO, RA_WORD_CHOOSE, RA_WORD_YES, RA_WORD_NO, RA_WORD_TYPED, RA_WORD_SECRET, RA_WORD_SKIP } kind;
	const char *const *ids;         /* CHOOSE: option ids, NULL-terminated */
	const char *typed;              /* TYPED; SKIP: why, in words, where the prompt asks for it (NULL: no reason was given) */
	const struct ra_secret *secret;
};
/* Errors: RA_E_STATE (another prompt stands now), RA_E_ARG (does not fit; the sentence says what is expected), RA_E_DENIED,
 * RA_E_IO (the journal takes no more: the walk is over). */
RA_MUST_USE ra_err ra_session_answer(struct ra_session *session, const struct ra_word *word, struct ra_errs *errs);
/* One step back. Errors: RA_E_STATE. */
RA_MUST_USE ra_err ra_session_back(struct ra_session *session, struct ra_errs *errs);
/* Go aside to the undo of something that was done (ra_view_action.undo_step where undone is "open"): nothing is done by this, its step is
 * confirmed as any action. Errors: RA_E_STATE (an action is open, the walk is over), RA_E_ARG, RA_E_DENIED (read-only). */
RA_MUST_USE ra_err ra_session_undo(struct ra_session *session, const char *undo_step, struct ra_errs *errs);
/* Run a check of the current step again ("": all of them). This is the operator's word that what is down is tried again, too: over new links,
 * which ask anew for what they need; a password that did not open the host is not offered to it again by itself. */
RA_MUST_USE ra_err ra_session_again(struct ra_session *session, const char *check, struct ra_errs *errs);
/* Run one read-only check now, on the planes given, whatever step the walk is at: its reply is an entry as any other.
 * Errors: RA_E_STATE (over, not begun, nobody to ask), RA_E_NOTFOUND, RA_E_DENIED (its answer is a secret). */
RA_MUST_USE ra_err ra_session_run(struct ra_session *session, const char *check, struct ra_errs *errs);
/* A note into the record, without what could be a recovery key in it. */
RA_MUST_USE ra_err ra_session_note(struct ra_session *session, const char *text, struct ra_errs *errs);
/* The vCenter of a walk, for one line to the operator. */
struct ra_vcenter_told {
	const char *place; /* "vc.example"; NULL: none */
	const char *before; /* the vCenter the walk went to until now, when it is another; NULL */
	bool ambient;      /* the environment alone named it */
	bool unchecked;    /* its certificate is not looked at */
};
struct ra_vcenter_told ra_session_vcenter(const struct ra_session *session);
/* The settings of a host's firmware that are known by name, as a template (flows/schema/template.schema.json) under its maker.
 * Owner: caller. Errors: RA_E_NOTFOUND (no BMC told any, or no maker's file fits), RA_E_NOMEM. */
RA_MUST_USE ra_err ra_session_template(const struct ra_session *session, cJSON **out, struct ra_errs *errs);
/* Cancel what is running (read-only requests). A change that was sent goes on, unless its machine said that it may be cancelled: then
 * that is asked of it, once, and how it ended comes as always. */
void ra_session_cancel(struct ra_session *session);
/* Stop here: an end entry with this reason ("operator", "signal"); resumable. Idempotent. */
RA_MUST_USE ra_err ra_session_stop(struct ra_session *session, const char *reason, struct ra_errs *errs);
/* The snapshot now. with_output: commands carry what came back (out, err), which may be megabytes; else these are NULL.
 * Owner: ra_view_free. */
RA_MUST_USE ra_err ra_session_view(const struct ra_session *session, bool with_output, struct ra_view **out,
				   struct ra_errs *errs);
/* A counter that grows whenever a view would differ in more than its clock. */
uint64_t ra_session_version(const struct ra_session *session);
/* Owner: only for what ra_session_read gave; a hub closes its own. */
struct ra_session *ra_session_close(struct ra_session *session);

#endif
