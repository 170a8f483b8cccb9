/* link.h - reach one machine on one plane and bring back bytes. No meaning, no retries of changes, no UI.
 *
 * Every link is a state machine in the caller's loop: submit tickets, poll its descriptors, step it, take its events. It never blocks,
 * never sleeps, never calls back. Time: ra_mono_ms for deadlines; the session's UTC only for stamps. Room link/, above base/.
 * A link whose login or host key was refused stays so: every later ticket is REFUSED with the same sentence, and nothing is offered to
 * the host a second time. Trying again is a new link, on the operator's word.
 * Invariants: exactly one REPLY per ticket, whatever happens; a request marked `change` is sent at most once in the life of the link;
 * bytes are capped when read; a password is offered only to a machine whose key is known. */
#ifndef RA_LINK_LINK_H
#define RA_LINK_LINK_H

#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"

#include <poll.h>

#define RA_LINK_FDS_MAX 4
#define RA_LINK_SAY_MAX 768

/* Why a request brought no answer. The names agree with the reasons of unknown one to one. */
enum ra_link_why {
	RA_LINK_ANSWERED,
	RA_LINK_REFUSED,     /* login or permission refused, host key changed */
	RA_LINK_UNREACHABLE, /* no connection, or lost */
	RA_LINK_TIMEOUT,
	RA_LINK_CUT,         /* ended without its trailer: incomplete */
	RA_LINK_CANCELLED,
	RA_LINK_NO_REQUEST   /* this link cannot send such a request */
};

/* One request. Owner: request and the rest are copied by submit. */
struct ra_ticket {
	uint64_t id;         /* chosen by the caller, unique in the link */
	const char *request; /* canonical JSON text: {"run":[argv]}, {"log":{...}}, {"property":"..."}, {"call":"..."}, ... */
	const char *target;  /* which host of many is meant, as the operator names it (a link to vCenter); NULL: the link's own machine */
	const char *since;   /* the API version that brought what is asked; below it the answer is NO_REQUEST unasked. NULL: any */
	int timeout_ms;      /* session ms from sending to the trailer */
	size_t cap_len;      /* bytes of stdout kept; stderr is capped at 64 KiB */
	bool change;         /* changes state: never cancelled once sent, never sent twice */
	bool secret;         /* reply bytes are handed over in `secret`, never in out/err */
};

/* What came back. Owner: ra_reply_clear. */
struct ra_reply {
	uint64_t ticket;
	enum ra_link_why why;
	bool sent;       /* the first byte of the request may have left: for a change, the outcome is unknown unless ANSWERED */
	int status;      /* exit status from the trailer; -1 when it was not seen (not ANSWERED, or cut at the cap) */
	bool truncated;  /* more came than cap_len */
	struct ra_buf out, err;
	struct ra_secret *secret; /* out bytes of a secret ticket, else NULL */
	ra_utc_ms sent_at, came_at; /* session clock; one that shares its sending with others: from the end of the one before it */
	char say[RA_LINK_SAY_MAX]; /* one sentence when not ANSWERED: host, plane, what to do */
};
void ra_reply_clear(struct ra_reply *reply);

enum ra_link_state { RA_LINK_IDLE, RA_LINK_CONNECTING, RA_LINK_WAITING, RA_LINK_UP, RA_LINK_DOWN };

enum ra_event_kind {
	RA_EV_NONE,
	RA_EV_STATE, /* state changed; say explains */
	RA_EV_REPLY, /* reply is filled */
	RA_EV_NEED,  /* need is filled: the link waits (state WAITING) for ra_link_ops.answer */
	RA_EV_PROGRESS /* progress is filled: a change that was sent is getting on */
};
enum ra_need_kind {
	RA_NEED_HOST_KEY,
	RA_NEED_CERT, /* first sight of a certificate that does not verify: answered by yes or no, like a host key */
	RA_NEED_USER, /* a user's name, echoed */
	RA_NEED_PASSWORD,
	RA_NEED_PASSPHRASE,
	RA_NEED_PROMPT
};
/* How far a change is. */
struct ra_progress_told {
	uint64_t ticket;
	int percent;     /* -1: the machine does not say */
	bool may_cancel; /* the machine would take a cancel now (ra_link_ops.cancel of the ticket asks for it; its REPLY tells how it ended) */
};
/* Something only the operator can say. */
struct ra_need {
	enum ra_need_kind kind;
	bool echo;              /* the answer may be shown while typed */
	bool on_the_way;        /* PROMPT: a jump host asks, not the host. No password of the host's is for it */
	char subject[256];      /* host, user, or file */
	char text[1024];        /* the question: fingerprint and key type, or the server's prompt (foreign bytes) */
};
/* Links keep some of these in store, for each host: only what belongs to the kind has room. */
struct ra_event {
	enum ra_event_kind kind;
	enum ra_link_state state;
	enum ra_link_why why; /* for DOWN */
	union {
		struct { /* STATE */
			char say[RA_LINK_SAY_MAX]; /* foreign bytes possible */
			char peer[160]; /* for UP: host key fingerprint "SHA256:..." or certificate thumbprint, "" */
		};
		struct ra_reply reply;
		struct ra_need need;
		struct ra_progress_told progress;
	};
};
void ra_event_clear(struct ra_event *event);

struct ra_link;
/* The plane's own functions. All take the link; none blocks. */
struct ra_link_ops {
	const char *name; /* "ssh", "vsphere", "replay" */
	/* Queue a ticket; connects when idle. Errors: RA_E_NOMEM, RA_E_LIMIT. */
	ra_err (*submit)(struct ra_link *link, const struct ra_ticket *ticket, struct ra_errs *errs);
	/* Give up a ticket: its REPLY says CANCELLED (or what came first). A change already sent goes on, unless the machine itself offers
	 * to cancel it: then that is asked for, once, and its REPLY comes when the machine says how it ended. Never between two
	 * halves of one: the second is not given up. */
	void (*cancel)(struct ra_link *link, uint64_t ticket);
	/* Answer a need. yes: for HOST_KEY and CERT; secret (borrowed, may be NULL = refused) for the others. */
	void (*answer)(struct ra_link *link, bool yes, const struct ra_secret *secret);
	/* Tell a simulated machine that the operator acted ("action:<step>"); real links ignore it. The links of one recording
	 * share its state: tell one of them. */
	void (*hint)(struct ra_link *link, const char *what);
	/* Descriptors to poll (at most RA_LINK_FDS_MAX) and the nearest deadline (RA_DEADLINE_NONE: none). Out: count. */
	int (*poll)(const struct ra_link *link, struct pollfd *fds, ra_mono_ms *deadline);
	/* Do what can be done now. */
	void (*step)(struct ra_link *link, ra_mono_ms now);
	/* Take the next event; kind NONE when there is none. Owner: caller clears. */
	void (*next)(struct ra_link *link, struct ra_event *out);
	/* Close in bounded time (never waits more than it may) and free. */
	void (*free)(struct ra_link *link);
};
/* The head every link begins with. */
struct ra_link {
	const struct ra_link_ops *ops;
	enum ra_link_state state;
	struct ra_clock clock; /* the session's */
};
struct ra_link *ra_link_free(struct ra_link *link);

/* Where an operator means: "esx01", "root@esx01:2222", "ssh://root@[2001:db8::1]:22", "2001:db8::1". */
struct ra_ssh_target {
	char host[256];
	char user[64]; /* "" when not said */
	int port;      /* 0 when not said */
};
/* Errors: RA_E_ARG with what is wrong (an empty part, a port out of range, blanks, a leading '-'). */
RA_MUST_USE ra_err ra_ssh_target_parse(const char *text, struct ra_ssh_target *out, struct ra_errs *errs);

/* How to reach a host by SSH. Borrowed until ra_link_ssh_new returns. What is not said here is as the operator's ssh configuration has it,
 * where that is used. */
struct ra_ssh_options {
	const char *host, *user; /* user NULL: root */
	int port;                /* 0: 22 */
	const char *const *identities; /* key files, NULL-terminated; NULL: default names under ~/.ssh */
	bool use_agent;
	const char *known_hosts; /* NULL: $HOME/.ssh/known_hosts */
	enum { RA_HOSTKEY_ASK, RA_HOSTKEY_YES, RA_HOSTKEY_ACCEPT_NEW, RA_HOSTKEY_UNSAID /* ask */ } host_key;
	bool use_config;         /* run `ssh -G` for the host, and go through its ProxyJump or ProxyCommand */
	bool may_ask;            /* false: a need fails the link instead of waiting */
	bool jump_may_ask;       /* a jump host may ask the operator; false: its ssh is told to ask nobody */
	int connect_ms, handshake_ms, auth_ms; /* 0: 10 s, 10 s, 20 s */
	int beside_ms;           /* requests that share an exec and have not had their turn by then are asked beside it; 0: 3 s */
};
/* Owner: ra_link_free. Errors: RA_E_ARG (a name that another program could take for an option included), RA_E_NOMEM. */
RA_MUST_USE ra_err ra_link_ssh_new(const struct ra_ssh_options *options, const struct ra_clock *clock,
				   struct ra_link **out, struct ra_errs *errs);

/* How to reach a vCenter, or an ESXi host's own API. Borrowed until ra_link_vsphere_new returns. */
struct ra_vsphere_options {
	const char *url;         /* "vc.example", "https://user@vc.example:443/sdk" (a password in it is refused) */
	const char *user;        /* outranks the url's; NULL: ask */
	const char *ca_files;    /* PEM files separated by ':', instead of the system's; NULL */
	const char *known_hosts; /* govc's files separated by ':', the first is written to; NULL: $HOME/.govmomi/known_hosts */
	const char *proxy;       /* NULL: none */
	bool insecure;           /* the certificate is not looked at */
	bool no_esxcli;          /* esxcli is not run through the API */
	bool may_ask;            /* false: a need fails the link instead of waiting */
};
/* Owner: ra_link_free. Errors: RA_E_ARG (a url that is none), RA_E_NOMEM. */
RA_MUST_USE ra_err ra_link_vsphere_new(const struct ra_vsphere_options *options, const struct ra_clock *clock,
				       struct ra_link **out, struct ra_errs *errs);
/* Where an operator means a vCenter. Shape: as in ra_vsphere_options. */
struct ra_vsphere_url {
	char host[256];
	char user[128]; /* "" when not said; unescaped */
	int port;
	char path[64];  /* "/sdk" when not said */
};
/* Errors: RA_E_ARG with what is wrong: another scheme than https, a password, an empty host, a port out of range. */
RA_MUST_USE ra_err ra_vsphere_url_parse(const char *text, struct ra_vsphere_url *out, struct ra_errs *errs);

/* How to reach a server's BMC by Redfish. Borrowed until ra_link_redfish_new returns. */
struct ra_redfish_options {
	const char *url;         /* "bmc.example", "https://user@bmc.example:443" (a password in it is refused) */
	const char *user;        /* outranks the url's; NULL: ask */
	const char *ca_files;    /* as in ra_vsphere_options, the next three too */
	const char *known_hosts;
	const char *proxy;
	bool insecure;
	bool may_ask;            /* false: a need fails the link instead of waiting */
};
/* A link for requests {"redfish":NAME}, NAME one of: root, system, bios, pending, secureboot, manager, chassis. What comes back is the resource, as
 * compact JSON; what the BMC says instead of it stands in err, with status 1. A ticket's target is not looked at: a BMC is one server's.
 * For changes: {"redfish":"set","setting":S,"to":W}, {"redfish":"unset","setting":S}, {"redfish":"next-boot","to":..}, {"redfish":"power","to":..}
 * (redfish_plan.c). What comes back was read back: {"attributes":[{"attribute":A,"wanted":V,"now":V,"next":V,"result":R,"why":S}],"job":ID}; R is
 * waits (for the next start), none (nothing waits any more), taken (a reset: whether it came about, others see), refused, unchanged, unknown;
 * status 0 when all are one of the first three, else err tells in words. A change that was sent and whose end nobody knows is not ANSWERED.
 * Owner: ra_link_free. Errors: RA_E_ARG (a url that is none), RA_E_NOMEM. Source: DMTF DSP0266. */
RA_MUST_USE ra_err ra_link_redfish_new(const struct ra_redfish_options *options, const struct ra_clock *clock, struct ra_link **out,
				       struct ra_errs *errs);
/* Where an operator means a BMC. Out: path is of no meaning. Errors: as ra_vsphere_url_parse, and for a path that is not Redfish's own. */
RA_MUST_USE ra_err ra_bmc_url_parse(const char *text, struct ra_vsphere_url *out, struct ra_errs *errs);
/* The name of a setting of a maker's firmware that is known, without the number its board gives it, if value is one it may be left at: never
 * something to be done, or a clear. NULL: none. */
const char *ra_bmc_setting(const char *attribute, const cJSON *value);
/* Does a value of a setting ("secure-boot", as {"redfish":"setup"} names them), as a firmware writes or shows it, mean this word ("on"), by
 * whatever maker's spelling? */
bool ra_bmc_means(const char *setting, const char *value, const char *word);

/* A recording: a simulated host with states and moves (reattest-flow(5), RECORDINGS). Shared by the links of its planes. */
struct ra_recording;
/* Take a parsed recording. Shape: base is the recording its "base" names, whose states it has beside its own; NULL without one.
 * Owner: takes doc and base in every case. Errors: RA_E_INVALID with file:line:col. */
RA_MUST_USE ra_err ra_recording_load(struct ra_json *doc, struct ra_recording *base, struct ra_recording **out,
				     struct ra_errs *errs);
const cJSON *ra_recording_root(const struct ra_recording *recording);
struct ra_recording *ra_recording_free(struct ra_recording *recording);
RA_DEFINE_AUTO(struct ra_recording, ra_recording_free);
/* A link that answers from one plane of a recording. The recording outlives it. Errors: RA_E_NOTFOUND when it has no such plane. */
RA_MUST_USE ra_err ra_link_replay_new(struct ra_recording *recording, const char *plane, const struct ra_clock *clock,
				      struct ra_link **out, struct ra_errs *errs);

#endif
