/* state.h - the inside of the fold's state, for the files that fill it (apply*.c), read it (state.c, need.c, wants.c, gate.c,
 * decide.c) and build on it (make*.c). Only apply*.c change it. Private to flow/.
 * Invariants: everything here follows from the entries and the flow set alone; at most one deed is open, and it is the visit's own. */
#ifndef RA_FLOW_STATE_H
#define RA_FLOW_STATE_H

#include "flow/engine.h"
#include "flow/entries.h"

#define RA_FRAME_NONE SIZE_MAX
#define RA_DEED_NONE SIZE_MAX
#define RA_ASIDE_NONE SIZE_MAX
#define RA_EDGES_ALONE_MAX 1000 /* edges in a row without an operator's word: more is a flow that goes round */
#define RA_NEED_MAX 64
#define RA_READ_AGE_MS 3600000 /* what a machine said longer ago is read again before a step is judged by it; reattest-flow(5) says so */

/* A flow that called another. Frames are never changed, so a step back finds them as they were. */
struct ra_frame {
	const struct ra_flow *flow;
	const struct ra_step *step; /* the call */
	size_t up;
};
/* What a visit holds beside what everybody may see. */
struct ra_visit_more {
	size_t frame;
	bool by_hand;      /* a check of it was answered by the operator */
	size_t aside_from; /* the visit that led aside to this undo, RA_ASIDE_NONE for a step of the way itself */
	bool chosen;       /* the operator chose that undo; else it was owed */
	int64_t arrival;   /* entry since which an undo counts as offered here: what led aside and back is one arrival */
};
/* The newest time a plane (or the operator) was asked a check. */
struct ra_asked {
	const struct ra_check *check;
	enum ra_plane plane;
	ra_utc_ms asked;
	int64_t seq;
	bool lasting; /* it knew all, and all of it outlives a boot */
	int64_t never_seq; /* newest entry that says the host is too old for it (nothing was sent); 0: none */
	int64_t said_seq;  /* newest entry with an answer of the host; 0: none */
	bool stale;   /* the walk was resumed since */
};
/* A gate that was opened. */
struct ra_pass {
	const struct ra_gate *gate;
	ra_utc_ms t;
	int64_t seq;
	bool by_condition;
	bool dead;
};
/* A check that gives a fact. Sorted by fact, then check id. */
struct ra_giver {
	const char *fact;
	const struct ra_check *check;
};
/* A plane's newest word on the boot time, and when its clock was last measured. */
struct ra_plane_told {
	bool booted;
	ra_utc_ms boot, boot_asked;
	bool measured;
	ra_utc_ms measured_asked;
};
/* The checks a step needs, its own first. */
struct ra_need {
	const struct ra_check *checks[RA_NEED_MAX];
	size_t count;
	size_t own; /* so many of them are named by the step */
};

struct ra_state {
	const struct ra_flowset *set;
	struct ra_facts *facts;
	char *host; /* the name the walk began with */
	ra_utc_ms until; /* the end of the agreed time, RA_UTC_NONE: none */
	int64_t last_seq;
	ra_utc_ms last_t;
	bool started, ended;
	enum ra_outcome outcome; /* of the end entry */
	char *end_reason;

	const struct ra_flow *flow;
	const struct ra_step *step;
	size_t frame;
	struct ra_need need; /* of the step */
	bool answered;       /* the step's question has an answer */
	bool closed;         /* the step's gate was left closed */
	size_t deed;         /* the step's action, RA_DEED_NONE before its intent */
	const char *how;     /* how the doing ended, NULL while nobody said */
	bool lost;           /* resumed between intent and its outcome */
	ra_utc_ms verify_t;
	int64_t verify_seq;  /* entry since which it is verified */
	int edges_alone;

	ra_utc_ms began; /* the walk itself */
	struct ra_frame *frames;
	size_t frame_count, frame_room;
	struct ra_visit *visits;
	size_t visit_count, visit_room;
	struct ra_visit_more *more;
	size_t more_count, more_room;
	struct ra_deed *deeds;
	size_t deed_count, deed_room;
	struct ra_asked *asked;
	size_t asked_count, asked_room;
	struct ra_pass *passes;
	size_t pass_count, pass_room;
	struct ra_giver *givers;
	size_t giver_count, giver_room;
	char **texts; /* owned texts that visits and deeds borrow */
	size_t text_count, text_room;
	struct ra_plane_told told[RA_PLANE_COUNT];
	cJSON *site, *wanted; /* what the site gave: its list, its template; NULL */
	cJSON *named;         /* settings of the firmware the template wants to know of some maker; NULL: none */
};

/* Make room for one more item in the list whose pointer stands at list_at (items of size bytes) and zero it.
 * Out: the item, NULL without memory. */
void *ra_state_more(void *list_at, size_t *count, size_t *room, size_t size);
#define RA_STATE_ADD(list, count, room) ((__typeof__(list))ra_state_more(&(list), &(count), &(room), sizeof(*(list))))
/* A copy of a text that lives as long as the state. Out: NULL without memory. */
const char *ra_state_keep(struct ra_state *state, const char *text);

/* The steps and needs (need.c). */
RA_MUST_USE ra_err ra_givers_collect(struct ra_state *state);
/* The checks the state's step needs, without those of its gates. */
void ra_need_of_step(const struct ra_state *state, struct ra_need *need);
/* Add the checks that give the facts a condition names (NULL: none). */
void ra_need_add_cond(const struct ra_state *state, struct ra_need *need, const struct ra_cond *cond);
/* Add the checks that give a fact. */
void ra_need_add_fact(const struct ra_state *state, struct ra_need *need, const char *fact);
/* Add the checks a site.* or template.* fact is made of (derive.c). */
void ra_need_of_given(const struct ra_state *state, struct ra_need *need, const char *fact);
/* Add the checks whose facts a check's verdict hangs on. */
void ra_need_of_verdict(const struct ra_state *state, struct ra_need *need, const struct ra_check *check);
/* True when a condition names a fact that the check gives, by a plane or by hand. */
bool ra_need_informs(const struct ra_check *check, const struct ra_question *by_hand, const struct ra_cond *cond);
/* Add one check, once (NULL: none). */
void ra_need_add(struct ra_need *need, const struct ra_check *check);

/* The newest record of a plane being asked a check; NULL: never. */
const struct ra_asked *ra_asked_find(const struct ra_state *state, const struct ra_check *check, enum ra_plane plane);
/* True when what was answered then still counts (known or not). */
bool ra_asked_counts(const struct ra_state *state, const struct ra_asked *asked);
/* True when this plane of the check must be asked now for the first time or anew. */
bool ra_must_ask(const struct ra_state *state, const struct ra_planes *planes, const struct ra_check *check,
		 const struct ra_check_plane *plane, ra_utc_ms now);
/* True when what was answered then is to be read again before anything is judged by it: it is of before a resume, or old. */
bool ra_asked_old(const struct ra_asked *asked, ra_utc_ms now);
/* True while a check the step needs is still to be asked. */
bool ra_need_open(const struct ra_state *state, const struct ra_planes *planes, ra_utc_ms now);
/* True when no plane is given: whatever is known, a person said it. */
bool ra_planes_none(const struct ra_planes *planes);
/* The next own check of a check step that only the operator can answer; NULL: none. */
const struct ra_check *ra_by_hand_next(const struct ra_state *state, const struct ra_planes *planes);

/* Gates (gate.c). The gates that stand before the step: a gate step's, an action's, NULL when none. */
const cJSON *ra_step_gates(const struct ra_step *step);
/* The recorded pass of the step (dead ones do not count); NULL: none. */
const struct ra_pass *ra_pass_find(const struct ra_state *state);
/* Why a recorded pass does not hold at this time; NULL: it does. */
const char *ra_pass_lapsed(const struct ra_state *state, const struct ra_pass *pass, ra_utc_ms now);
/* True when the gate's open_if is true on what machines said within its age, in this boot. */
bool ra_gate_condition(const struct ra_state *state, const struct ra_gate *gate, ra_utc_ms now);
/* True when this plane of a check must be read (again) for a gate. */
bool ra_gate_must_ask(const struct ra_state *state, const struct ra_planes *planes, const struct ra_gate *gate,
		      const struct ra_want *want, ra_utc_ms now);
/* The checks a gate wants read. */
void ra_gate_need(const struct ra_state *state, const struct ra_gate *gate, struct ra_need *need);

/* Actions (action.c). What forbids the state's action at this time, judged on guard and causes alone.
 * Out: false and *result (the doubt) when something does; *why a static sentence. */
bool ra_action_allowed(const struct ra_state *state, ra_utc_ms now, struct ra_cond_result *result, const char **why);
/* The open deed; NULL: none. */
const struct ra_deed *ra_deed_open(const struct ra_state *state);
/* True while the open deed can only be verified. */
bool ra_verifying(const struct ra_state *state);

/* What temporary changes owe (owed.c). The visit the walk comes back to from the undo it stands at: the one that led aside to it, or, once
 * what the operator chose to take back may be taken back, the one where that was confirmed; NULL on the way itself. */
const struct ra_visit *ra_aside_of(const struct ra_state *state);
/* The undo to be offered before this end by outcome: owed, and not offered since the walk arrived. Out: false when there is none. */
bool ra_owed_next(const struct ra_state *state, struct ra_owed *out);
/* True when the step is an undo that is owed now. */
bool ra_is_owed(const struct ra_state *state, const struct ra_step *undo);
/* True when the step is an undo that can be done now. */
bool ra_is_undoable(const struct ra_state *state, const struct ra_step *undo);
/* What was observed before the deed that stands at an entry no longer counts: after one that was owed and restarts nothing only
 * what its own verification asks, for the way goes on as if it were not; so after one that stays beside the host. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_void_for_deed(struct ra_state *state, const struct ra_deed *deed, const struct ra_fold_entry *entry);

/* A time not before the last entry's. */
static inline ra_utc_ms ra_state_time(const struct ra_state *state, ra_utc_ms now)
{
	return state->started && now < state->last_t ? state->last_t : now;
}

/* Build the body of a reply from observations (make_reply.c). request NULL: it was never asked. */
RA_MUST_USE ra_err ra_reply_never(const struct ra_state *state, const struct ra_check *check,
				  const struct ra_check_plane *plane, ra_utc_ms now, cJSON **out);
/* The body of a gate entry (make_action.c): opened, why, by ("" none). */
RA_MUST_USE ra_err ra_gate_body(const struct ra_state *state, const char *gate, const char *by, bool opened, const char *why,
				cJSON **out);
/* {"$s": value}. Owner: takes value. Out: NULL without memory. */
cJSON *ra_sensitive(cJSON *value);
/* What a mark for the journal holds, {"$s": value} or {"$e": value}; NULL for a node that is none. */
cJSON *ra_marked(const cJSON *node);
/* Add a text, number or node under a key. Out: false without memory (the node is freed). */
bool ra_put_text(cJSON *body, const char *key, const char *text);
/* As ra_put_text. */
bool ra_put_number(cJSON *body, const char *key, int64_t number);
/* As ra_put_text. Owner: takes node. */
bool ra_put(cJSON *body, const char *key, cJSON *node);
/* What stands as `check` in the facts of an answer: the check answered by hand, or "step:" and the question's step. */
void ra_answer_source(const struct ra_step *step, const char *check, char *out, size_t cap);
/* An array of observations as entries hold them. Out: NULL without memory. */
cJSON *ra_obs_array(const struct ra_obs *obs, size_t count);

/* The parts of apply (apply_*.c); each takes the entry of its kind. */
ra_err ra_apply_reply(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs);
/* As ra_apply_reply. */
ra_err ra_apply_given(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs);
/* Whether settings of the firmware may be changed from this entry on (a start's or a resume's): what it does not say is no, so that a walk
 * somebody goes on with has not got what another was given. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_apply_agreed(struct ra_state *state, const struct ra_fold_entry *entry);
/* The facts that follow from what the site gave and what is known after this entry (derive.c). Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_derive(struct ra_state *state, const struct ra_fold_entry *entry);
/* As ra_apply_reply. */
ra_err ra_apply_answer(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs);
/* As ra_apply_reply. */
ra_err ra_apply_plane(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs);
/* As ra_apply_reply. */
ra_err ra_apply_gate(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs);
/* As ra_apply_reply. */
ra_err ra_apply_intent(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs);
/* As ra_apply_reply. */
ra_err ra_apply_done(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs);
/* As ra_apply_reply. */
ra_err ra_apply_outcome(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs);
/* As ra_apply_reply. */
ra_err ra_apply_edge(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs);
/* As ra_apply_reply. */
ra_err ra_apply_back(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs);
/* Begin at a step (start entry). */
ra_err ra_enter(struct ra_state *state, const struct ra_flow *flow, const struct ra_step *step, int64_t seq);
/* Every recorded pass is void from here on. */
void ra_passes_void(struct ra_state *state);
/* "entry 12 (edge): ..." Out: RA_E_INVALID. */
ra_err ra_cannot_follow(const struct ra_fold_entry *entry, struct ra_errs *errs, const char *fmt, ...) RA_PRINTF(3, 4);

#endif
