/* apply_walk.c - the way through the steps, and what is done on it. No edge is judged here: where it went is in the entry. */
#include "config.h"

#include "flow/state.h"

#include <string.h>

ra_err ra_enter(struct ra_state *state, const struct ra_flow *flow, const struct ra_step *step, int64_t seq)
{
	struct ra_visit *visit = RA_STATE_ADD(state->visits, state->visit_count, state->visit_room);
	struct ra_visit_more *more = RA_STATE_ADD(state->more, state->more_count, state->more_room);

	if (!visit || !more)
		return RA_E_NOMEM;
	*visit = (struct ra_visit){.flow = flow, .step = step, .seq = seq, .by = "", .because = ""};
	more->frame = state->frame;
	more->aside_from = RA_ASIDE_NONE;
	more->arrival = seq;
	state->flow = flow;
	state->step = step;
	state->answered = state->closed = state->lost = false;
	state->deed = RA_DEED_NONE;
	state->how = NULL;
	ra_need_of_step(state, &state->need);
	return RA_OK;
}

/* The word of `by` as a text that lives for ever; NULL for one that is none. */
static const char *by_word(const char *by)
{
	static const char *const words[] = {"edge", "else", "unknown", "error", "ok",	"fail", "skip",
					    "blocked", "open", "closed", "call", "return", "owed", "undo", "paid", "unpaid"};

	for (size_t i = 0; i < RA_LEN(words); i++) {
		if (strcmp(words[i], by) == 0)
			return words[i];
	}
	return NULL;
}

static bool leads_aside(const char *by)
{
	return strcmp(by, "owed") == 0 || strcmp(by, "undo") == 0;
}

static bool leads_back(const char *by)
{
	return strcmp(by, "paid") == 0 || strcmp(by, "unpaid") == 0;
}

/* Aside goes only to what is owed or can be undone, and from there only back. */
static ra_err check_aside(const struct ra_state *state, const struct ra_fold_entry *entry, const struct ra_step *to,
			  const char *by, struct ra_errs *errs)
{
	const struct ra_visit *from = ra_aside_of(state);

	if (leads_back(by) != (from != NULL) || (from && from->step != to))
		return ra_cannot_follow(entry, errs, "\"%s\" does not lead back to where the walk went aside", by);
	bool chosen = strcmp(by, "undo") == 0;

	if (leads_aside(by) && (state->deed != RA_DEED_NONE || !(chosen ? ra_is_undoable(state, to) : ra_is_owed(state, to))))
		return ra_cannot_follow(entry, errs, "step \"%s\" is not %s here", to->id, chosen ? "an undo" : "owed");
	return RA_OK;
}

/* The frame a walk stands in behind this edge. */
static ra_err next_frame(struct ra_state *state, const struct ra_fold_entry *entry, const struct ra_flow *to_flow,
			 const char *by, size_t *out, struct ra_errs *errs)
{
	struct ra_frame *frame;

	*out = leads_back(by) ? state->more[ra_aside_of(state) - state->visits].frame : state->frame;
	if (leads_aside(by) || leads_back(by))
		return RA_OK; /* an end or a call does not come of it: the frame waits */
	if (strcmp(by, "call") == 0) {
		if (state->step->kind != RA_STEP_CALL)
			return ra_cannot_follow(entry, errs, "step \"%s\" calls no flow", state->step->id);
		frame = RA_STATE_ADD(state->frames, state->frame_count, state->frame_room);
		if (!frame)
			return RA_E_NOMEM;
		*frame = (struct ra_frame){state->flow, state->step, state->frame};
		*out = state->frame_count - 1;
		return RA_OK;
	}
	if (strcmp(by, "return") == 0) {
		frame = state->frame == RA_FRAME_NONE ? NULL : &state->frames[state->frame];
		if (!frame || frame->flow != to_flow)
			return ra_cannot_follow(entry, errs, "no flow \"%s\" to return to", to_flow->id);
		*out = frame->up;
		return RA_OK;
	}
	if (to_flow != state->flow)
		return ra_cannot_follow(entry, errs, "an edge does not lead into another flow");
	return RA_OK;
}

ra_err ra_apply_edge(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	const char *from = ra_json_str(entry->body, "from", ""), *flow_id = ra_json_str(entry->body, "flow", "");
	const char *to = ra_json_str(entry->body, "to", ""), *to_flow_id = ra_json_str(entry->body, "to_flow", "");
	const struct ra_flow *to_flow = ra_flowset_flow(state->set, to_flow_id);
	const struct ra_step *step = to_flow ? ra_flow_step(to_flow, to) : NULL;
	const char *by = by_word(ra_json_str(entry->body, "by", ""));
	struct ra_visit *visit = &state->visits[state->visit_count - 1];
	size_t from_index;
	ra_err err;

	if (strcmp(from, state->step->id) != 0 || strcmp(flow_id, state->flow->id) != 0)
		return ra_cannot_follow(entry, errs, "it leaves \"%s\", but the walk is at \"%s\"", from, state->step->id);
	if (!step || !by)
		return ra_cannot_follow(entry, errs, "the flow set has no step \"%s\" in a flow \"%s\"", to, to_flow_id);
	if (ra_deed_open(state))
		return ra_cannot_follow(entry, errs, "the action of \"%s\" has no outcome yet", from);
	err = check_aside(state, entry, step, by, errs);
	if (err != RA_OK)
		return err;
	visit->because = ra_state_keep(state, ra_json_str(entry->body, "why", ra_json_str(entry->body, "because", "")));
	if (!visit->because)
		return RA_E_NOMEM;
	visit->by = by;
	err = next_frame(state, entry, to_flow, by, &state->frame, errs);
	if (err != RA_OK)
		return err;
	state->edges_alone = strcmp(by, "skip") == 0 ? 0 : state->edges_alone + 1;
	from_index = state->more_count - 1;
	err = ra_enter(state, to_flow, step, entry->seq);
	if (err != RA_OK || !(leads_aside(by) || leads_back(by)))
		return err;
	if (leads_aside(by)) {
		state->more[state->more_count - 1].aside_from = from_index;
		state->more[state->more_count - 1].chosen = strcmp(by, "undo") == 0;
	}
	state->more[state->more_count - 1].arrival = state->more[from_index].arrival;
	return RA_OK;
}

ra_err ra_apply_back(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	const char *to = ra_json_str(entry->body, "to", ""), *to_flow = ra_json_str(entry->body, "to_flow", "");
	size_t i = state->visit_count - 1;
	struct ra_visit target;

	if (ra_deed_open(state))
		return ra_cannot_follow(entry, errs, "the action of \"%s\" has no outcome yet", state->step->id);
	do {
		if (i == 0 || state->more[i].aside_from != RA_ASIDE_NONE)
			return ra_cannot_follow(entry, errs, "the walk did not come by \"%s\"", to);
		i--;
		target = state->visits[i];
	} while (target.taken_back || strcmp(target.step->id, to) != 0 || strcmp(target.flow->id, to_flow) != 0);
	if (state->more[i].aside_from != RA_ASIDE_NONE)
		return ra_cannot_follow(entry, errs, "\"%s\" was owed: nothing goes back to it", to);
	for (size_t k = i; k < state->visit_count; k++)
		state->visits[k].taken_back = true;
	state->visits[state->visit_count - 1].by = "back";
	/* What was answered by hand from there on may be answered otherwise; the facts stay until it is. */
	for (size_t k = 0; k < state->asked_count; k++)
		state->asked[k].stale = state->asked[k].stale ||
					(state->asked[k].plane == RA_PLANE_OPERATOR && state->asked[k].seq > target.seq);
	ra_passes_void(state);
	state->ended = false;
	state->edges_alone = 0;
	state->frame = state->more[i].frame;
	return ra_enter(state, target.flow, target.step, entry->seq);
}

static ra_err at_step(const struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	const char *step = ra_json_str(entry->body, "step", "");

	if (strcmp(step, state->step->id) == 0)
		return RA_OK;
	return ra_cannot_follow(entry, errs, "it is of step \"%s\", but the walk is at \"%s\"", step, state->step->id);
}

ra_err ra_apply_gate(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	const char *id = ra_json_str(entry->body, "gate", NULL);
	const struct ra_gate *gate = id ? ra_flowset_gate(state->set, id) : NULL;
	struct ra_pass *pass;
	ra_err err = at_step(state, entry, errs);

	if (err != RA_OK)
		return err;
	if (!ra_step_gates(state->step) || state->deed != RA_DEED_NONE)
		return ra_cannot_follow(entry, errs, "step \"%s\" stands before no gate", state->step->id);
	if (id && !gate)
		return ra_cannot_follow(entry, errs, "the flow set has no gate \"%s\"", id);
	if (!gate) {
		state->closed = true;
		state->edges_alone = 0;
		return RA_OK;
	}
	for (size_t i = 0; i < state->pass_count; i++)
		state->passes[i].dead = state->passes[i].dead || state->passes[i].gate == gate;
	if (!ra_json_bool(entry->body, "opened", false))
		return RA_OK;
	pass = RA_STATE_ADD(state->passes, state->pass_count, state->pass_room);
	if (!pass)
		return RA_E_NOMEM;
	*pass = (struct ra_pass){.gate = gate,
				 .t = entry->t,
				 .seq = entry->seq,
				 .by_condition = strcmp(ra_json_str(entry->body, "by", ""), "condition") == 0};
	if (!pass->by_condition)
		state->edges_alone = 0;
	return RA_OK;
}

ra_err ra_apply_intent(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	struct ra_deed *deed;
	ra_err err = at_step(state, entry, errs);

	if (err != RA_OK)
		return err;
	if (state->step->kind != RA_STEP_ACTION || state->deed != RA_DEED_NONE)
		return ra_cannot_follow(entry, errs, "step \"%s\" has no action that could begin", state->step->id);
	deed = RA_STATE_ADD(state->deeds, state->deed_count, state->deed_room);
	if (!deed)
		return RA_E_NOMEM;
	*deed = (struct ra_deed){.flow = state->flow,
				 .step = state->step,
				 .aside = ra_aside_of(state) != NULL,
				 .intent_seq = entry->seq,
				 .outcome_seq = -1,
				 .began = entry->t,
				 .ended = RA_UTC_NONE,
				 .result = "unknown"};
	state->deed = state->deed_count - 1;
	state->how = NULL;
	state->edges_alone = 0;
	ra_passes_void(state);
	return ra_void_for_deed(state, deed, entry);
}

ra_err ra_apply_done(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	static const char *const words[] = {"done", "not_done", "refused", "unknown"};
	const char *how = ra_json_str(entry->body, "how", "");
	ra_err err = at_step(state, entry, errs);

	if (err != RA_OK)
		return err;
	if (!ra_deed_open(state) || state->how)
		return ra_cannot_follow(entry, errs, "no action of \"%s\" is being done", state->step->id);
	for (size_t i = 0; i < RA_LEN(words); i++) {
		if (strcmp(words[i], how) == 0)
			state->how = words[i];
	}
	if (!state->how)
		return ra_cannot_follow(entry, errs, "\"%s\" is not how an action ends", how);
	state->edges_alone = 0;
	if (!ra_verifying(state))
		return RA_OK;
	state->verify_t = entry->t;
	state->verify_seq = entry->seq;
	/* What was read while it was being done may be of before it was. */
	return ra_void_for_deed(state, ra_deed_open(state), entry);
}

ra_err ra_apply_outcome(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	static const char *const words[] = {"verified", "unverified", "not_done", "refused"};
	const char *result = ra_json_str(entry->body, "result", ""), *word = NULL;
	ra_err err = at_step(state, entry, errs);
	struct ra_deed *deed;

	if (err != RA_OK)
		return err;
	for (size_t i = 0; i < RA_LEN(words); i++) {
		if (strcmp(words[i], result) == 0)
			word = words[i];
	}
	if (!ra_deed_open(state) || !word)
		return ra_cannot_follow(entry, errs, "no action of \"%s\" could have the outcome \"%s\"", state->step->id, result);
	deed = &state->deeds[state->deed];
	deed->result = word;
	deed->outcome_seq = entry->seq;
	deed->ended = entry->t;
	state->edges_alone = 0;
	ra_passes_void(state);
	return RA_OK;
}
