/* owed.c - what a temporary change owes: its undo, until that is verified.
 *
 * The walk goes aside to the undo and comes back to where it was, so nothing of the way depends on it. Everything here is read off the
 * deeds and visits, so a walk that is resumed owes what it owed. */
#include "config.h"

#include "flow/state.h"

#include <string.h>

const struct ra_visit *ra_aside_of(const struct ra_state *state)
{
	size_t from = state->more_count ? state->more[state->more_count - 1].aside_from : RA_ASIDE_NONE;

	return from == RA_ASIDE_NONE ? NULL : &state->visits[from];
}

/* The step that ends a deed's change; NULL: it changed nothing for the walk only. */
static const struct ra_step *undo_of(const struct ra_deed *deed)
{
	const struct ra_action *action = &deed->step->action;
	const struct ra_step *undo =
	    action->temporary && action->undo_step && !deed->aside ? ra_flow_step(deed->flow, action->undo_step) : NULL;

	return undo && undo->kind == RA_STEP_ACTION ? undo : NULL;
}

/* Refused and not done changed nothing; all else was or may have been done. */
static bool may_be_done(const struct ra_deed *deed)
{
	return strcmp(deed->result, "refused") != 0 && strcmp(deed->result, "not_done") != 0;
}

static bool is_paid(const struct ra_state *state, size_t deed, const struct ra_step *undo)
{
	for (size_t i = deed + 1; i < state->deed_count; i++) {
		if (state->deeds[i].step == undo && strcmp(state->deeds[i].result, "verified") == 0)
			return true;
	}
	return false;
}

size_t ra_state_owed(const struct ra_state *state, struct ra_owed *out)
{
	size_t count = 0;

	for (size_t i = state->deed_count; i-- > 0 && count < RA_OWED_MAX;) {
		const struct ra_deed *deed = &state->deeds[i];
		const struct ra_step *undo = undo_of(deed);
		bool known = false;

		for (size_t k = 0; k < count; k++)
			known = known || out[k].undo == undo;
		if (undo && !known && may_be_done(deed) && !is_paid(state, i, undo))
			out[count++] = (struct ra_owed){deed->flow, deed->step, undo, deed->intent_seq};
	}
	return count;
}

bool ra_state_put_owed(const struct ra_state *state, cJSON *body)
{
	struct ra_owed owed[RA_OWED_MAX];
	size_t count = ra_state_owed(state, owed);
	cJSON *array = count ? cJSON_CreateArray() : NULL;

	for (size_t i = 0; i < count && array; i++) {
		cJSON *id = cJSON_CreateString(owed[i].step->id);

		if (id && cJSON_AddItemToArray(array, id))
			continue;
		cJSON_Delete(id);
		array = ra_cjson_free(array);
	}
	return count == 0 || ra_put(body, "owed", array);
}

bool ra_is_owed(const struct ra_state *state, const struct ra_step *undo)
{
	struct ra_owed owed[RA_OWED_MAX];
	size_t count = ra_state_owed(state, owed);

	for (size_t i = 0; i < count; i++) {
		if (owed[i].undo == undo)
			return true;
	}
	return false;
}

static bool was_offered(const struct ra_state *state, const struct ra_step *undo)
{
	int64_t arrival = state->more[state->more_count - 1].arrival;

	for (size_t i = state->visit_count; i-- > 0 && state->visits[i].seq > arrival;) {
		if (state->visits[i].step == undo && state->more[i].aside_from != RA_ASIDE_NONE)
			return true;
	}
	return false;
}

bool ra_owed_next(const struct ra_state *state, struct ra_owed *out)
{
	struct ra_owed owed[RA_OWED_MAX];
	size_t count = 0;

	if (state->step->kind == RA_STEP_END && state->frame == RA_FRAME_NONE)
		count = ra_state_owed(state, owed);
	for (size_t i = 0; i < count; i++) {
		if (was_offered(state, owed[i].undo))
			continue;
		*out = owed[i];
		return true;
	}
	return false;
}

ra_err ra_void_for_deed(struct ra_state *state, const struct ra_deed *deed, const struct ra_fold_entry *entry)
{
	const cJSON *id;
	ra_err err = RA_OK;

	if (!deed->step->action.beside_host && (!deed->aside || deed->step->action.restarts))
		return ra_facts_void_before(state->facts, entry->t, entry->seq);
	cJSON_ArrayForEach (id, deed->step->action.verify_checks) {
		if (err == RA_OK)
			err = ra_facts_again(state->facts, id->valuestring, entry->t, entry->seq);
	}
	return err == RA_E_ARG ? RA_E_INVALID : err;
}

ra_err ra_make_owed(const struct ra_state *state, const char **kind, cJSON **out, struct ra_errs *errs)
{
	struct ra_owed owed[RA_OWED_MAX];
	RA_AUTO(ra_cjson_free) cJSON *body = NULL;

	*kind = NULL;
	*out = NULL;
	if (!state->started || state->ended)
		return ra_fail(errs, RA_E_STATE, state->ended ? "the walk has ended; resume it first" : "the walk has not begun");
	if (state->deed != RA_DEED_NONE)
		return ra_fail(errs, RA_E_STATE, "an action has begun here: only what it leads to comes next");
	if (ra_aside_of(state))
		return ra_fail(errs, RA_E_STATE, "the walk stands before what is owed already");
	if (ra_state_owed(state, owed) == 0)
		return ra_fail(errs, RA_E_STATE, "nothing is owed");
	body = cJSON_CreateObject();
	if (!body || !ra_put_text(body, "flow", state->flow->id) || !ra_put_text(body, "from", state->step->id) ||
	    !ra_put_text(body, "to", owed[0].undo->id) || !ra_put_text(body, "to_flow", owed[0].flow->id) ||
	    !ra_put_text(body, "by", "owed") || !ra_put_text(body, "because", owed[0].step->title))
		return ra_fail(errs, RA_E_NOMEM, "out of memory");
	*kind = ra_entry_name(RA_ENTRY_EDGE);
	*out = body;
	body = NULL;
	return RA_OK;
}
