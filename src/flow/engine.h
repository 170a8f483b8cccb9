/* engine.h - a walk as a fold: state = fold(apply, flow set, entries). No clock, file or socket.
 *
 * Two kinds of functions: ra_state_apply takes in what is in the journal (live and on resume alike); the ra_make_* functions build the
 * body of the entry that would come next, and refuse what must not be. So nothing happens that is not an entry, and the one place
 * that lets an action begin (ra_make_intent) is the one place that looks at guard, gate and confirmation.
 * Invariants: apply never runs a parser or evaluates an edge (facts and edges are in the entries); a state whose last action has an
 * intent and no outcome can only be verified, never sent again; a gate's pass dies with age, step back, lost link, new boot, resume. */
#ifndef RA_FLOW_ENGINE_H
#define RA_FLOW_ENGINE_H

#include "flow/flowset.h"

/* An entry of the journal as the fold sees it (commitments resolved). Borrowed. */
struct ra_fold_entry {
	int64_t seq;
	ra_utc_ms t;
	const char *kind;
	const cJSON *body;
};

/* What the walk stands before. */
enum ra_phase {
	RA_PH_NEW,      /* no start entry yet */
	RA_PH_CHECKS,   /* wants are open, or what follows can be decided without anybody's word */
	RA_PH_MANUAL,   /* a check nobody but the operator can answer */
	RA_PH_QUESTION,
	RA_PH_GATE,     /* a gate (of a gate step or an action) must be opened or left closed */
	RA_PH_CONFIRM,  /* an action may begin: show it, confirm, write the intent */
	RA_PH_ACTING,   /* intent written, outcome not: send it (once) or let the operator do it */
	RA_PH_VERIFY,   /* done or unknown: only its verification leads on */
	RA_PH_END
};

struct ra_state;
/* An empty state. The set outlives it. Out: NULL without memory. */
struct ra_state *ra_state_new(const struct ra_flowset *set);
struct ra_state *ra_state_free(struct ra_state *state);
RA_DEFINE_AUTO(struct ra_state, ra_state_free);
/* Fold one entry in. Entry kinds and their members: src/flow/entries.h.
 * Errors: RA_E_INVALID for an entry that cannot follow (names seq and kind), RA_E_NOMEM. */
RA_MUST_USE ra_err ra_state_apply(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs);

/* Which planes there are to ask. */
struct ra_planes {
	bool given[RA_PLANE_COUNT];
	bool down[RA_PLANE_COUNT]; /* given, but known not to answer now */
};
/* Where the walk stands. Borrowed. */
struct ra_now {
	enum ra_phase phase;
	const struct ra_flow *flow;
	const struct ra_step *step;
	const struct ra_check *check;    /* MANUAL: the check asked for. VERIFY: one the operator may answer, again and again */
	const struct ra_question *question; /* MANUAL, QUESTION; VERIFY with a check */
	const cJSON *gates;              /* GATE: ids that may open it */
	bool manual_start;               /* ACTING, VERIFY: the operator does it */
	bool outcome_unknown;            /* VERIFY: nobody knows whether it was done (the process died after the intent, ...) */
	ra_utc_ms action_start;          /* RA_UTC_NONE outside an action */
	int64_t action_seq;
	ra_utc_ms deadline;              /* VERIFY: `for_s` after it was done (or the walk resumed); RA_UTC_NONE otherwise */
	enum ra_outcome outcome;         /* END */
	const char *end_reason;          /* END: "outcome", "operator", "action", "signal", ... */
};
/* Shape: planes NULL: no check is ever the operator's to answer (MANUAL does not occur). */
struct ra_now ra_state_now(const struct ra_state *state, const struct ra_planes *planes);
const struct ra_facts *ra_state_facts(const struct ra_state *state);
const struct ra_flowset *ra_state_set(const struct ra_state *state);
/* The end of the time agreed for the walk (--until of the start or the newest resume that has one); RA_UTC_NONE: no end. */
ra_utc_ms ra_state_until(const struct ra_state *state);
/* Is the agreed time over for the action of this step? Then it does not begin. What is reversible may, and what only brings back what was
 * changed without restarting the host: a host is not left disconnected or in maintenance mode because the hour is past. */
bool ra_state_too_late(const struct ra_state *state, ra_utc_ms now);
/* The environment conditions are held against, at a time. */
struct ra_cond_env ra_state_env(const struct ra_state *state, ra_utc_ms now);
/* A text of a flow with every {fact.name} replaced by its value ({host.name}, where not known: the name the walk began with).
 * {bmc} is what this maker's management controller is called; {resume} stays for whoever knows where the record is.
 * Out: what is not known stands as "(unknown)"; *complete (may be NULL) false then. Owner: caller frees; NULL without memory. */
RA_MUST_USE char *ra_state_fill(const struct ra_state *state, const char *text, bool *complete);

/* Whose directions fit this host, by what is known of it now. */
struct ra_maker ra_state_maker(const struct ra_state *state);
/* The same of the server whose BMC was read: what that tells itself goes before. */
struct ra_maker ra_state_bmc_maker(const struct ra_state *state);

/* One step of the way, in order. */
struct ra_visit {
	const struct ra_flow *flow;
	const struct ra_step *step;
	int64_t seq;          /* entry that led here */
	const char *by;       /* how it was left: a word of `by` in the edge entry, "back", "" while here */
	const char *because;  /* borrowed, ""; where it was skipped the operator's reason */
	bool taken_back;      /* the operator stepped back over it */
};
size_t ra_state_path(const struct ra_state *state, const struct ra_visit **out);
/* One action that began. */
struct ra_deed {
	const struct ra_flow *flow;
	const struct ra_step *step;
	bool aside; /* the undo of a temporary change, done beside the way */
	int64_t intent_seq, outcome_seq; /* outcome_seq -1: none yet */
	ra_utc_ms began, ended;
	const char *result; /* "verified", "unverified", "not_done", "refused", "unknown" */
};
size_t ra_state_deeds(const struct ra_state *state, const struct ra_deed **out);

/* A temporary change that was or may have been done and is not verified to be undone. */
struct ra_owed {
	const struct ra_flow *flow;
	const struct ra_step *step, *undo; /* the change, and the step that ends it */
	int64_t intent_seq;                /* of the change */
};
#define RA_OWED_MAX 16
/* What was or may have been done, has an undo step of its own and is not verified to be undone, the newest first, each undo once: what is owed
 * and all else. Shape: out has room for RA_OWED_MAX. Out: count. */
size_t ra_state_undoable(const struct ra_state *state, struct ra_owed *out);
/* What is owed now, the newest first, each undo once. While the change itself is open it counts: it may have been done.
 * Shape: out has room for RA_OWED_MAX. Out: count. */
size_t ra_state_owed(const struct ra_state *state, struct ra_owed *out);
/* Write into an end entry's body the steps that are owed still; nothing where there are none. Out: false without memory. */
RA_MUST_USE bool ra_state_put_owed(const struct ra_state *state, cJSON *body);

enum ra_cause_status { RA_CAUSE_RULED_OUT, RA_CAUSE_LIKELY, RA_CAUSE_OPEN, RA_CAUSE_POSSIBLE };
/* "ruled_out", "likely", "open", "possible". */
const char *ra_cause_status_name(enum ra_cause_status status);
/* Judge one cause against facts. fired[i] (may be NULL) receives each rule's value; room for cause->rule_count. */
enum ra_cause_status ra_cause_judge(const struct ra_cause *cause, const struct ra_cond_env *env, enum ra_tri *fired);

/* One wish: run this plane of this check. */
struct ra_want {
	const struct ra_check *check;
	const struct ra_check_plane *plane;
	bool needed;          /* the step waits for it; else read ahead */
	ra_utc_ms not_before; /* verify polls; RA_UTC_NONE: now */
	bool again;           /* it was read before a resume, or long ago: nothing is judged by that any more */
};
#define RA_WANTS_MAX 256
/* The set of checks to run now: what the step needs first, then every read-only check reachable without operator, action or reboot,
 * in a fixed order. Never a secret request; never a check whose answer is current, known or not, until the operator asks again, an
 * action begins, the host restarts or the walk is resumed. A step needs its own checks and those that give a fact its conditions name
 * (so that no decision hangs on which answer came first); an action those of its guard, causes and gates.
 * A needed check is wanted of a plane that is down too: try it anew, or answer at once with why it is down. all: every check of the
 * set (verb check). Out: count, at most RA_WANTS_MAX. */
size_t ra_state_wants(const struct ra_state *state, const struct ra_planes *planes, bool all, ra_utc_ms now,
		      struct ra_want *out);
/* The planes of some checks alone that are still to be asked, with those of the checks their verdicts hang on. Never a secret request.
 * Shape: out has room for RA_WANTS_MAX. Out: count. */
size_t ra_state_wants_of(const struct ra_state *state, const struct ra_planes *planes, const struct ra_check *const *checks, size_t check_count,
			 struct ra_want *out);
/* The planes of one check, asked before or not: for somebody who wants it run now. Shape, out: as ra_state_wants_of. */
size_t ra_state_wants_now(const struct ra_state *state, const struct ra_planes *planes, const struct ra_check *check, struct ra_want *out);

/* What decides when there is nobody to ask. */
struct ra_decide_options {
	struct ra_planes planes;
	bool interactive; /* false: questions take `unknown`, an action or gate ends the walk as stopped */
	bool hold;        /* do not leave a check step whose edge is decided: the operator reads first */
	bool all;         /* as for ra_state_wants */
	ra_utc_ms not_before; /* a verification is not given up earlier, whatever its deadline; 0, RA_UTC_NONE: no matter */
};
/* An entry that follows by itself. */
struct ra_decision {
	const char *kind; /* static; NULL: the walk waits */
	cJSON *body;      /* the caller's; NULL with kind */
	bool ready;       /* a held edge is decided */
};
/* The entry that follows without anybody's word: an edge, an outcome by verification, a gate that opens by its condition or whose pass
 * has lapsed, a check the host is too old for (a reply that was never asked), an end. Call until it waits.
 * Verification ends as unverified only after every plane given was asked once more past the deadline.
 * Errors: RA_E_NOMEM, RA_E_INVALID (the flow does not say where to go, or goes round without an operator). */
RA_MUST_USE ra_err ra_state_decide(const struct ra_state *state, const struct ra_decide_options *options, ra_utc_ms now,
				   struct ra_decision *out, struct ra_errs *errs);

/* The ra_make_* builders. Each gives the body of one entry (owner: caller), sensitive values marked {"$s":..} as the journal expects.
 * Errors: RA_E_STATE (not what the walk stands before), RA_E_DENIED (a safety rule; the sentence says which), RA_E_ARG. */
struct ra_start_info {
	const char *flow, *entry_step; /* entry_step NULL: the flow's start */
	const char *host, *source;     /* source: "live" or the recording's id */
	const char *operator_name, *change_id, *case_id; /* NULL */
	const char *until;             /* RFC 3339; NULL: no end */
	bool firmware_changes;         /* settings of the firmware may be changed */
	const char *planes;            /* "ssh,vcenter" */
	const char *version;           /* the program's */
	const char *program_sha256;    /* of its file; NULL or "": not known */
};
RA_MUST_USE ra_err ra_make_start(const struct ra_state *state, const struct ra_start_info *info, cJSON **out,
				 struct ra_errs *errs);
/* A reply: its bytes line by line, and the facts extracted from it now. */
RA_MUST_USE ra_err ra_make_reply(const struct ra_state *state, const struct ra_want *want,
				 const struct ra_plane_answer *answer, cJSON **out, struct ra_errs *errs);
/* The operator's answer to a question step (check NULL) or to the by-hand form of ra_now.check.
 * Shape:  ids NULL-terminated; empty: "I do not know". */
RA_MUST_USE ra_err ra_make_answer(const struct ra_state *state, const struct ra_check *check, const char *const *ids,
				  ra_utc_ms now, cJSON **out, struct ra_errs *errs);
/* What the operator and the proof brought for a gate. */
struct ra_gate_case {
	const char *gate;              /* id, or NULL: leave it closed */
	const char *const *affirmed;   /* statement ids, NULL-terminated */
	const char *typed;             /* NULL when the gate asks for none */
	bool key_tried;
	struct ra_key_match key;
	ra_utc_ms now;
};
/* Opens only if its open_if is true on what machines said within its age in this boot (an operator's word does not open it that way),
 * or every statement is affirmed, the key proven and the text typed. Out: body with opened true or false and why. */
RA_MUST_USE ra_err ra_make_gate(const struct ra_state *state, const struct ra_gate_case *gate_case, cJSON **out,
				struct ra_errs *errs);
/* Begin the action. Errors: RA_E_DENIED when guard, only_for, gate or confirmation is not there, or an action is open. */
RA_MUST_USE ra_err ra_make_intent(const struct ra_state *state, const char *typed, ra_utc_ms now, cJSON **out,
				  struct ra_errs *errs);
/* How the doing ended: "done" (the operator says so, or the command answered 0), "not_done", "refused" (answered not 0), "unknown".
 * What a person did may still be told after a resume, while the outcome is unknown; what the program sent may not. */
RA_MUST_USE ra_err ra_make_done(const struct ra_state *state, const char *how, const char *say, cJSON **out,
				struct ra_errs *errs);
/* Do not do the action (an edge), or stop waiting for its verification (an outcome). A gate is not skipped: it is left closed. why: the
 * operator's reason in words, NULL. Out: *kind of the entry (static). */
RA_MUST_USE ra_err ra_make_skip(const struct ra_state *state, const char *why, const char **kind, cJSON **out, struct ra_errs *errs);
/* Go aside to the newest undo that is owed (an edge), from any step where no action has begun; the walk then comes back to that step, which
 * begins anew (a question is asked again). By itself the walk goes there before it ends by an outcome; this is for resume.
 * Out: *kind of the entry (static). Errors: RA_E_STATE when nothing is owed, an action has begun here (let ra_state_decide lead on
 * first), or the walk stands aside already or has ended. */
RA_MUST_USE ra_err ra_make_owed(const struct ra_state *state, const char **kind, cJSON **out, struct ra_errs *errs);
/* Go aside to an undo that can be done now (a step of ra_state_undoable), as to one that is owed: through its guard, gate, confirmation and
 * verification as any action, then back: to this step where nothing was taken back, else to the step whose change was.
 * Out: *kind of the entry (static). Errors: as ra_make_owed; RA_E_ARG for another step. */
RA_MUST_USE ra_err ra_make_undo(const struct ra_state *state, const char *undo, const char **kind, cJSON **out, struct ra_errs *errs);
/* One step back to the last step an operator can do otherwise; never past an action that began, nor past an undo
 * that was owed. Possible after an end by outcome too.
 * Errors: RA_E_STATE when there is none, or while an action is open. */
RA_MUST_USE ra_err ra_make_back(const struct ra_state *state, cJSON **out, struct ra_errs *errs);
/* A walk that stopped at an end of its flow and was resumed goes on at the last step before it that may come out otherwise: a question, a
 * gate, an action that did not begin, a check. Never before an action that began. Out: a `back` entry's body; NULL when the walk stands
 * elsewhere or there is no such step. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_make_reopen(const struct ra_state *state, cJSON **out, struct ra_errs *errs);

#endif
