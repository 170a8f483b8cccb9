/* internal.h - the inside of the door: what the files of session/ share. Not for other rooms.
 * A session is its journal and its fold; everything else here (links, tickets, needs, a gate's dialogue) may be lost at any moment
 * and is asked for again. */
#ifndef RA_SESSION_INTERNAL_H
#define RA_SESSION_INTERNAL_H

#include "base/clock.h"
#include "base/text.h"
#include "flow/engine.h"
#include "journal/journal.h"
#include "link/link.h"
#include "session/session.h"

#define RA_TICKETS_MAX 64
#define RA_LINKS_MAX (RA_HUB_PARALLEL_MAX * 3) /* a walk has SSH, vCenter and BMC */
#define RA_SESSIONS_MAX 1024
#define RA_GATE_STATEMENTS_MAX 24
#define RA_GATE_GROUP_COUNT 4         /* groups of a recovery key that are typed where it cannot be pasted */
#define RA_GATE_TYPE_GROUPS "groups" /* what is typed to be asked for them */
#define RA_ONLY_REASON "checks" /* why a run of single checks ended */
#define RA_POLL_MAX_MS 5000 /* while something is on its way a caller is told to come back within that */
#define RA_UNCHECKED "certificate not checked (--insecure)"

enum ra_ticket_kind { RA_TICKET_FREE, RA_TICKET_CHECK, RA_TICKET_ACTION, RA_TICKET_KEY };
/* A request on its way. */
struct ra_flight {
	enum ra_ticket_kind kind;
	enum ra_plane plane;
	uint64_t id;
	struct ra_want want;
	ra_utc_ms since;
	int percent;          /* ACTION: how far it is, -1: not told */
	bool may_cancel;      /* ACTION: its machine takes a cancel now */
	bool cancel_asked;
	bool doubtful;        /* nobody served its link for a while, or it went over one that may be gone: not to be answered says nothing */
};

/* A link, shared by the sessions of one endpoint and user. */
struct ra_hub_link {
	char *key;
	struct ra_link *link;
	int users;
	struct ra_event told; /* its last word on its state, for those who join later */
	int credential;       /* index into the hub's credentials, -1: none */
	bool password_offered;
	bool was_up;
	ra_mono_ms doubt_until; /* till then what does not answer over it is asked again; 0: it answers */
	bool renewing;          /* it connects anew since it is in doubt */
	bool left; /* a walk tries another in its place: none joins it any more */
};
/* One password and how hosts have taken it: two refusals anywhere stop it everywhere. */
struct ra_credential {
	struct ra_secret *password;
	enum ra_plane plane; /* the same word for SSH and for vCenter is two */
	int refusals;
	bool accepted;
	const struct ra_hub_link *trying; /* the host that goes first alone */
};

struct ra_session_plane {
	bool given;
	struct ra_hub_link *hub_link; /* NULL until first used */
	enum ra_link_state state;
	enum ra_link_why why;
	bool ever_up, told_up, told_down;
	char say[RA_LINK_SAY_MAX], peer[160];
	bool need_open;
	bool withheld; /* its password was not offered here, after two hosts refused it */
	bool spent;    /* the password given beforehand did not open this host: over a new link it is not offered by itself */
	bool offering; /* a password is on its way to the host */
	int refused;   /* passwords offered since it last let us in, and not accepted */
	bool answered, asked_again; /* the last need was; and it is the same question now */
	unsigned asked;             /* needs so far */
	struct ra_need need;
};

/* The way in to the vCenter, or to the BMC, as it was settled (wayin.c). */
struct ra_way_in {
	char *url, *user, *ca_files, *known_hosts, *proxy;
	struct ra_secret *password;
	bool insecure, no_esxcli;
	bool ambient;    /* the environment alone named it */
	char place[300]; /* "vc.example", for people; "" without a url */
	char before[300]; /* the vCenter the record went to, when this is another; "" */
	char key[420];   /* of its link: all hosts behind one vCenter and user share it; a BMC is one host's */
};

enum ra_gate_stage { RA_GATE_IDLE, RA_GATE_CHOOSE, RA_GATE_STATEMENTS, RA_GATE_PROOF, RA_GATE_GROUPS, RA_GATE_FETCH, RA_GATE_TYPE };
/* The dialogue before a gate. Never in the journal until it is over. */
struct ra_gate_talk {
	enum ra_gate_stage stage;
	const struct ra_gate *gate;
	int64_t seq; /* the visit it began in: what was said there does not count at another step */
	size_t statement;
	const char *affirmed[RA_GATE_STATEMENTS_MAX + 1];
	size_t affirmed_count;
	bool key_tried;
	struct ra_key_match key;
	struct ra_secret *pasted;
	unsigned groups; /* of the key, that are typed instead of all: bit 0 is group 1; 0: the whole key */
	size_t typed;    /* so many of them were */
	char say[RA_LINK_SAY_MAX + 64]; /* why the last try did not open it */
};

#define RA_WATCH_ROWS_MAX 32
#define RA_WATCH_FACTS 4
enum ra_watch_mark { RA_WATCH_AWAY, RA_WATCH_ON, RA_WATCH_OFF, RA_WATCH_POST, RA_WATCH_SETUP, RA_WATCH_STARTED };
/* One plane of a check that a change is verified by. */
struct ra_watch_row {
	const struct ra_check_plane *plane;
	ra_utc_ms looked, recorded; /* the newest look; the newest that stands in the record */
	int same;    /* looks since then that said the same */
	int boots;   /* starts of the host seen by then */
	bool again;  /* due now: what was passed over is of before a start */
	cJSON *said; /* the body of the reply that is recorded */
};
/* What was last seen of a plane. Not in the journal but by the replies there. */
struct ra_watch_seen {
	char values[RA_WATCH_FACTS][48];
	ra_utc_ms boot; /* the newest boot time it told, RA_UTC_NONE */
	char say[160];
	enum ra_watch_mark mark;
	ra_utc_ms since, at; /* it says so since; newest look. RA_UTC_NONE: not looked yet */
};
/* Waiting for a change to show (watch.c). Lost with the process: another begins with nothing seen, and looks at once. */
struct ra_watch {
	int64_t seq; /* the action that is waited for, 0: none */
	struct ra_watch_row rows[RA_WATCH_ROWS_MAX];
	size_t count;
	int boots;
	struct ra_watch_seen seen[RA_PLANE_COUNT];
	ra_utc_ms not_before; /* it is not given up earlier: this machine slept. RA_UTC_NONE */
	ra_utc_ms woke;       /* ... until then, RA_UTC_NONE: it did not */
	int64_t slept_ms;
};

struct ra_session {
	struct ra_hub *hub;
	const struct ra_flowset *flows;
	struct ra_recording *recording;
	struct ra_clock clock;
	struct ra_journal *journal;
	struct ra_state *state;
	struct ra_entry *entries; /* every entry, for the view */
	size_t entry_count, entry_room;
	bool *found; /* by cause, in the set's order: it was likely when an action began; NULL: none began */

	char *named; /* the host as it was named; NULL: by a record or a recording */
	char *host, *user, *flow, *entry, *known_hosts, *host_key, *operator_name, *change_id, *case_id, *taken_from, *taken_at, *taken_by;
	char **identities, **answers;
	int port, timeout_ms;
	bool no_ssh_config, interactive, all_checks, only_given_planes, dry_run, read_only, firmware_changes, reading, syslog;
	ra_utc_ms until;
	struct ra_secret *password, *key;
	struct ra_way_in vcenter, bmc;
	char **only;     /* check: these alone; NULL */
	cJSON *given[2]; /* what the site gives, until the walk begins */

	bool manual; /* no link at all */
	struct ra_session_plane planes[RA_PLANE_COUNT];
	struct ra_flight flights[RA_TICKETS_MAX];
	struct ra_gate_talk talk;
	struct ra_watch watch;
	unsigned key_groups; /* of the recovery key, asked for where it is typed in part: picked once, as talk.groups; 0: not yet */
	bool active;      /* has a place among the hub's parallel ones */
	bool held;        /* a check step is decided and waits for the operator */
	bool pass_hold;   /* the operator said go on */
	bool again;       /* of what was wanted last something is read again because it is old */
	bool reads;       /* ... and the operator is told so: no change begins until it is there */
	bool unready;     /* at a step that changes something: the journal could not take what would come of it */
	bool owe_ask;     /* resumed: what is owed is offered before all else */
	bool ended, told_end, all_done;
	bool retired;     /* ended, and everything it held of others was given back */
	int64_t sent_seq; /* the intent whose request this process has sent */
	uint64_t version, told_version, driven_version;
	ra_mono_ms driven_at;
	uint64_t told_prompt;
	ra_utc_ms wake_at;   /* next poll of a verification, RA_UTC_NONE */
	struct ra_errs fault;
	char head[65]; /* of the record, as far as it was taken in: reading, as it was verified */
	int64_t withheld; /* reading: values that a redacted copy lacks, -1 for an original */
	char *path;    /* reading: the file */
};

struct ra_hub {
	struct ra_session *sessions[RA_SESSIONS_MAX];
	size_t session_count;
	struct ra_hub_link links[RA_LINKS_MAX];
	size_t link_count;
	struct ra_credential credentials[16];
	size_t credential_count;
	char program_sha256[65]; /* of the file that runs; "": not asked yet, or not known */
	uint64_t next_ticket;
	ra_mono_ms stepped_at; /* 0: not yet */
	int parallel;
	size_t turn;
};

/* session.c: a walk from its options, not begun and in no hub yet. Errors: as ra_session_new. Owner: ra_session_close. */
RA_MUST_USE ra_err ra_session_make(struct ra_hub *hub, const struct ra_session_options *options, struct ra_session **out,
				   struct ra_errs *errs);
/* Write what the site gave into the record. Errors: as ra_session_append. */
RA_MUST_USE ra_err ra_session_put_given(struct ra_session *session, struct ra_errs *errs);
/* Take another name for the host. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_session_rename(struct ra_session *session, const char *host, struct ra_errs *errs);
/* The fold takes an entry in, then the session keeps it. Owner: takes entry's content. Errors: as ra_state_apply. */
RA_MUST_USE ra_err ra_session_fold(struct ra_session *session, struct ra_entry *entry, struct ra_errs *errs);
/* The journal's head is that of what was taken in. */
void ra_session_take_head(struct ra_session *session);
/* The one way an entry comes to be: journal first, then the fold, then the view. Takes body. */
RA_MUST_USE ra_err ra_session_append(struct ra_session *session, const char *kind, cJSON *body, bool sync,
				     struct ra_errs *errs);
ra_utc_ms ra_session_now(const struct ra_session *session);
/* A walk that cannot go on: nothing more happens in it, its view says why. */
void ra_session_fault(struct ra_session *session, const struct ra_errs *errs);
/* Mark the view as changed. */
void ra_session_touch(struct ra_session *session);
struct ra_planes ra_session_planes(const struct ra_session *session);
/* Where the walk stands, for somebody who may be there to answer. */
struct ra_now ra_session_stand(const struct ra_session *session);
/* Append the start entry. entry: a step, an entry's words, or NULL for the flow's start. */
RA_MUST_USE ra_err ra_session_begin(struct ra_session *session, const char *entry, struct ra_errs *errs);
/* End with a reason; the end entry carries the outcome when there is one. */
RA_MUST_USE ra_err ra_session_end(struct ra_session *session, const char *reason, const char *outcome,
				  struct ra_errs *errs);

/* drive.c: do all that can be done without the operator. */
RA_MUST_USE ra_err ra_session_drive(struct ra_session *session, struct ra_errs *errs);
/* Take one event of a plane's link. */
RA_MUST_USE ra_err ra_session_event(struct ra_session *session, enum ra_plane plane, struct ra_event *event,
				    struct ra_errs *errs);
/* Send a request over a plane. Shape: with no place free nothing is sent; the wish stands and is tried again. */
RA_MUST_USE ra_err ra_session_send(struct ra_session *session, enum ra_ticket_kind kind, const struct ra_want *want,
				   struct ra_errs *errs);
/* Tell a simulated host what the operator did. */
RA_MUST_USE ra_err ra_session_hint(struct ra_session *session, const char *what, struct ra_errs *errs);
bool ra_session_flying(const struct ra_session *session, enum ra_ticket_kind kind, const struct ra_check_plane *plane);

/* watch.c: waiting for a change to show. Begin with what is waited for now, or end. */
void ra_watch_begin(struct ra_session *session);
void ra_watch_clear(struct ra_session *session);
/* When a check is due again. Out: RA_UTC_NONE: now. */
ra_utc_ms ra_watch_due(struct ra_session *session, const struct ra_want *want);
/* Take in what a look brought. body: of its reply entry. Out: true when it says nothing new and is not written down; else body tells how
 * many looks before it were not. */
bool ra_watch_take(struct ra_session *session, const struct ra_want *want, const struct ra_reply *reply, cJSON *body);
/* This machine stood still for so long. */
void ra_watch_slept(struct ra_session *session, int64_t real_ms);
/* The deadline of the wait; later where this machine has just slept. */
ra_utc_ms ra_watch_deadline(const struct ra_session *session, const struct ra_now *now);
/* What was seen, into the prompt of a wait for a restart. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_watch_put(const struct ra_session *session, const struct ra_now *now, struct ra_view_prompt *out);

/* gatetalk.c: the dialogue before a gate. */
void ra_gate_talk_reset(struct ra_session *session);
/* The group of the recovery key that is to be typed next, from 1; 0 none. */
int ra_gate_talk_group(const struct ra_gate_talk *talk);
/* Begin or go on without the operator. */
RA_MUST_USE ra_err ra_gate_talk_drive(struct ra_session *session, struct ra_errs *errs);
RA_MUST_USE ra_err ra_gate_talk_word(struct ra_session *session, const struct ra_word *word, struct ra_errs *errs);
/* The answer to the secret request. */
RA_MUST_USE ra_err ra_gate_talk_key(struct ra_session *session, const struct ra_reply *reply, struct ra_errs *errs);
#define RA_HELD_MAX (RA_ERR_TEXT_MAX + 80)
/* Why the action of this step cannot begin now, and what to do; NULL when it can. Out: in room[cap] where it names a time or a file. */
const char *ra_held_back(const struct ra_session *session, char *room, size_t cap);
/* The check whose secret plane lists recovery keys; NULL when the flow set has none. Out: of its planes the first that is given and
 * not down, SSH before vCenter; else its first. */
const struct ra_check *ra_gate_key_check(const struct ra_session *session, const struct ra_check_plane **plane);

/* Why none of these gates can be opened by a proof in this walk, and what is left; NULL: one can, or none wants one. */
const char *ra_gate_unproven(const struct ra_session *session, const cJSON *gates);

/* wayin.c: settle the ways in to vCenter and BMC, from the options, else from the record, else (vCenter's) from the environment. Errors: RA_E_ARG (a url that is
 * none), RA_E_NOMEM. */
RA_MUST_USE ra_err ra_way_in_take(struct ra_session *session, const struct ra_session_options *options, struct ra_errs *errs);
/* The way in of a plane; NULL for one that has none. */
struct ra_way_in *ra_way_in_of(struct ra_session *session, enum ra_plane plane);
/* Free and wipe. */
void ra_way_in_clear(struct ra_way_in *in);
/* Write into a start or resume entry by whom and where this walk goes in. Out: false without memory. */
RA_MUST_USE bool ra_way_in_put(const struct ra_session *session, cJSON *body);
/* The operator typed by whom a plane is asked. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_way_in_user(struct ra_way_in *in, const char *typed);
/* Write into a plane entry whom vCenter or the BMC let in. Out: false without memory. */
RA_MUST_USE bool ra_way_in_put_user(const struct ra_session *session, enum ra_plane plane, cJSON *body);
/* Was vCenter's certificate not looked at in any part of this walk? */
bool ra_way_in_unchecked(const struct ra_session *session);

/* shed.c: drop from an entry of a record that is only read what no view looks at, now that it is folded. Shape: `out` and `err` of a reply
 * are texts then. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_session_shed(struct ra_entry *entry);

/* owe.c: what was changed for the walk alone. Does the question for it stand now? */
bool ra_owe_asks(const struct ra_session *session);
RA_MUST_USE ra_err ra_owe_prompt(const struct ra_session *session, struct ra_view_prompt *out);
RA_MUST_USE ra_err ra_owe_word(struct ra_session *session, const struct ra_word *word, struct ra_errs *errs);

/* hub.c */
RA_MUST_USE ra_err ra_hub_link_get(struct ra_session *session, enum ra_plane plane, struct ra_errs *errs);
void ra_hub_link_drop(struct ra_session *session, enum ra_plane plane);
/* Drop it for good: whoever needs one of its key from now on opens a new one; walks that still hold it keep it. */
void ra_hub_link_leave(struct ra_session *session, enum ra_plane plane);
enum ra_offer {
	RA_OFFER_YES,
	RA_OFFER_WAIT,     /* another host goes first */
	RA_OFFER_WITHHELD, /* never: two hosts refused it, and this one was not asked */
	RA_OFFER_NEVER     /* it was offered here, or there is no room to keep count of it */
};
/* May this password be offered by this link now? */
enum ra_offer ra_hub_may_offer(struct ra_hub *hub, struct ra_hub_link *link, enum ra_plane plane, const struct ra_secret *password);

/* awake.c: the hub is stepped: did it stand still for long? Then everything on its way is in doubt. */
void ra_hub_awake(struct ra_hub *hub);
/* Is anything on its way? */
bool ra_hub_flies(const struct ra_hub *hub);
/* A link said something: what that tells of it. */
void ra_hub_heard(struct ra_hub_link *link, const struct ra_event *event);
/* Is this failure none of the host, because nobody listened when it would have answered? Then it is asked again. */
bool ra_flight_in_doubt(const struct ra_flight *flight, const struct ra_reply *reply);

/* renew.c: leave the links of this walk that were refused or never came up, so that what is asked next goes over new ones; one that was up
 * and was lost tries again by itself. Only on the operator's word. */
void ra_session_renew(struct ra_session *session);
/* May the checks of this step be run again, by somebody who is there? */
bool ra_session_may_again(const struct ra_session *session, const struct ra_now *now);

/* only.c: single checks. Does --only name this check? */
bool ra_only_has(const struct ra_session *session, const char *check);
/* Are they checks, and may they be run? Errors: RA_E_ARG, RA_E_DENIED, RA_E_LIMIT. */
RA_MUST_USE ra_err ra_only_ok(const struct ra_session *session, struct ra_errs *errs);
/* Ask what they need, and end when all of it is answered. */
RA_MUST_USE ra_err ra_only_drive(struct ra_session *session, struct ra_errs *errs);
/* Did a machine, the operator or the site say anything to it? */
bool ra_only_answered(const struct ra_session *session, const char *check);

/* Words of the operator as they may stand in the record: without what could be a recovery key. Errors: RA_E_ARG (no text), RA_E_NOMEM. */
RA_MUST_USE ra_err ra_session_words(const char *text, struct ra_buf *out, struct ra_errs *errs);

/* program.c: SHA-256 of the running program's file, for a record that is kept; "": not known, or none is kept. Borrowed from the hub. */
const char *ra_session_program(const struct ra_session *session);

/* recording.c: the bytes of an answer again, its pieces joined by line feeds; one that is withheld is empty. Errors: RA_E_NOMEM, RA_E_LIMIT,
 * RA_E_INVALID. */
RA_MUST_USE ra_err ra_session_join(const cJSON *pieces, struct ra_buf *out);

/* say.c: words. Clean texts; owner: caller frees; NULL without memory. */
RA_MUST_USE char *ra_say_fill(const struct ra_session *session, const char *text);
/* A text or list of paragraphs as one text with empty lines between. */
RA_MUST_USE char *ra_say_paragraphs(const struct ra_session *session, const cJSON *say);
/* The current step's words: its `say`, or its vendor text for this host. NULL when it has none is "". */
RA_MUST_USE char *ra_say_step(const struct ra_session *session, const struct ra_step *step);
/* What the firmware of this server says of the settings a step is about, and the line that leads over to the maker's directions; the warning of
 * a clear before it. "" where a step names no settings, or nothing is told of them. */
RA_MUST_USE char *ra_say_directions(const struct ra_session *session, const struct ra_step *step);
/* Why a change is as dangerous as it is: a sentence of each class that makes it so. "" where it puts back what was (it leads away from
 * the danger), or nothing is said. */
RA_MUST_USE char *ra_say_danger(const struct ra_session *session, const struct ra_action *action);
/* Whether and how an action can be undone. flow: its own. */
RA_MUST_USE char *ra_say_undo(const struct ra_session *session, const struct ra_flow *flow, const struct ra_step *step);
/* A fact's value for people in VMware's words; NULL when unknown. */
RA_MUST_USE char *ra_say_fact(const struct ra_session *session, const char *name);
/* The same for a value of it. */
RA_MUST_USE char *ra_say_value(const struct ra_session *session, const char *name, const struct ra_value *value);

/* shown.c: the words a person saw, as the member `words` of the entry of what they said; while the prompt still stands. Errors: RA_E_NOMEM.
 * Of the step's own prompt. */
RA_MUST_USE ra_err ra_shown_put(const struct ra_session *session, cJSON *body);
/* Of the dialogue before a gate, or of the choice that left it closed. */
RA_MUST_USE ra_err ra_shown_gate(const struct ra_session *session, cJSON *body);
/* Of the outcome, of a session that has ended. */
RA_MUST_USE ra_err ra_shown_end(const struct ra_session *session, cJSON *body);

/* prompt.c: what the walk wants from the operator now. Owner: caller clears with the view. */
RA_MUST_USE ra_err ra_prompt_make(const struct ra_session *session, struct ra_view_prompt *out);
/* The same without what a link needs or is owed: what the step itself asks. */
RA_MUST_USE ra_err ra_prompt_of_step(const struct ra_session *session, struct ra_view_prompt *out);
/* Add an option. Owner: takes say (NULL: without memory). Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_prompt_option(struct ra_view_prompt *prompt, const char *id, char *say, bool safe);
void ra_prompt_clear(struct ra_view_prompt *prompt);
/* A number that changes when another prompt stands. */
uint64_t ra_prompt_identity(const struct ra_session *session);

/* viewexit.c: the exit code of cli.md. */
int ra_view_exit(const struct ra_session *session, const struct ra_view *view);

#endif
