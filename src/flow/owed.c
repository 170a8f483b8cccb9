/* owed.c - what was done and can be undone; of it, what a temporary change owes: its undo, until that is verified.
 *
 * The walk goes aside to the undo of a temporary change and comes back to where it was, so nothing of the way depends on it. What the
 * operator chose to take back was part of the way: what came after it may depend on it, so the walk comes back to before it. Everything
 * here is read off the deeds and visits, so a walk that is resumed owes what it owed. */
#include "config.h"

#include "flow/state.h"

#include <string.h>

/* The action that takes a deed back; NULL: none, or the deed took something back itself. */
static const struct ra_step *undo_of(const struct ra_deed *deed)
{
	const struct ra_action *action = &deed->step->action;
	const struct ra_step *undo = action->undoes && action->undo_step && !deed->aside ? ra_flow_step(deed->flow, action->undo_step) : NULL;

	return undo && undo->kind == RA_STEP_ACTION ? undo : NULL;
}

/* Refused and not done changed nothing; all else was or may have been done. */
static bool may_be_done(const struct ra_deed *deed)
{
	return strcmp(deed->result, "refused") != 0 && strcmp(deed->result, "not_done") != 0;
}

/* Where the change that this step takes back was confirmed; otherwise where the walk went aside. */
static size_t before_change(const struct ra_state *state, size_t from)
{
	size_t at = state->deed;

	while (at-- > 0 && (state->deeds[at].flow != state->flow || undo_of(&state->deeds[at]) != state->step))
		;
	for (size_t i = at < state->deed ? from + 1 : 0; i-- > 0;) {
		if (state->visits[i].seq < state->deeds[at].intent_seq)
			return i;
	}
	return from;
}

const struct ra_visit *ra_aside_of(const struct ra_state *state)
{
	const struct ra_visit_more *more = state->more_count ? &state->more[state->more_count - 1] : NULL;

	if (!more || more->aside_from == RA_ASIDE_NONE)
		return NULL;
	if (!more->chosen || state->deed == RA_DEED_NONE || !may_be_done(&state->deeds[state->deed]))
		return &state->visits[more->aside_from];
	return &state->visits[before_change(state, more->aside_from)];
}

static bool same_classes(const cJSON *a, const cJSON *b)
{
	return cJSON_GetArraySize(a) == cJSON_GetArraySize(b) && cJSON_Compare(a, b, true);
}

/* What is owed is paid by its own step; all else is undone by whatever brings the same back. */
static bool is_undone(const struct ra_state *state, size_t deed, const struct ra_step *undo)
{
	const struct ra_action *action = &state->deeds[deed].step->action;

	for (size_t i = deed + 1; i < state->deed_count; i++) {
		const struct ra_action *later = &state->deeds[i].step->action;
		bool back = !action->temporary && later->restore && same_classes(later->touches, action->touches);

		if ((state->deeds[i].step == undo || back) && strcmp(state->deeds[i].result, "verified") == 0)
			return true;
	}
	return false;
}

/* A start that was seen after it has taken in what waited for it: there is nothing to be withdrawn any more. */
static bool is_taken_in(const struct ra_state *state, size_t deed)
{
	const struct ra_deed *at = &state->deeds[deed];

	for (size_t i = deed + 1; at->step->action.waits && i < state->deed_count; i++) {
		if (state->deeds[i].step->action.restarts && strcmp(state->deeds[i].result, "verified") == 0)
			return true;
	}
	return false;
}

static size_t collect(const struct ra_state *state, bool temporary, struct ra_owed *out)
{
	size_t count = 0;

	for (size_t i = state->deed_count; i-- > 0 && count < RA_OWED_MAX;) {
		const struct ra_deed *deed = &state->deeds[i];
		const struct ra_step *undo = deed->step->action.temporary || !temporary ? undo_of(deed) : NULL;
		bool known = false;

		for (size_t k = 0; k < count; k++)
			known = known || out[k].undo == undo;
		if (undo && !known && may_be_done(deed) && !is_undone(state, i, undo) && !is_taken_in(state, i))
			out[count++] = (struct ra_owed){deed->flow, deed->step, undo, deed->intent_seq};
	}
	return count;
}

size_t ra_state_owed(const struct ra_state *state, struct ra_owed *out)
{
	return collect(state, true, out);
}

size_t ra_state_undoable(const struct ra_state *state, struct ra_owed *out)
{
	return collect(state, false, out);
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

static bool holds(const struct ra_owed *list, size_t count, const struct ra_step *undo)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].undo == undo)
			return true;
	}
	return false;
}

bool ra_is_owed(const struct ra_state *state, const struct ra_step *undo)
{
	struct ra_owed owed[RA_OWED_MAX];

	return holds(owed, ra_state_owed(state, owed), undo);
}

bool ra_is_undoable(const struct ra_state *state, const struct ra_step *undo)
{
	struct ra_owed all[RA_OWED_MAX];

	return holds(all, ra_state_undoable(state, all), undo);
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

	/* What the operator chose to take back was part of the way: what was read since may hang on it. */
	bool chosen = state->more[state->more_count - 1].chosen;

	if (!deed->step->action.beside_host && (!deed->aside || chosen || deed->step->action.restarts))
		return ra_facts_void_before(state->facts, entry->t, entry->seq);
	cJSON_ArrayForEach (id, deed->step->action.verify_checks) {
		if (err == RA_OK)
			err = ra_facts_again(state->facts, id->valuestring, entry->t, entry->seq);
	}
	return err == RA_E_ARG ? RA_E_INVALID : err;
}

/* Why the walk cannot go aside now; NULL: it can. */
static const char *stays(const struct ra_state *state)
{
	if (!state->started)
		return "the walk has not begun";
	if (state->ended)
		return "the walk has ended; resume it first";
	if (state->deed != RA_DEED_NONE)
		return "an action has begun here: only what it leads to comes next";
	return ra_aside_of(state) ? "the walk stands before what is taken back already" : NULL;
}

static ra_err aside_to(const struct ra_state *state, const struct ra_owed *to, const char *by, cJSON **out)
{
	RA_AUTO(ra_cjson_free) cJSON *body = cJSON_CreateObject();

	if (!body || !ra_put_text(body, "flow", state->flow->id) || !ra_put_text(body, "from", state->step->id) ||
	    !ra_put_text(body, "to", to->undo->id) || !ra_put_text(body, "to_flow", to->flow->id) || !ra_put_text(body, "by", by) ||
	    !ra_put_text(body, "because", to->step->title))
		return RA_E_NOMEM;
	*out = body;
	body = NULL;
	return RA_OK;
}

ra_err ra_make_owed(const struct ra_state *state, const char **kind, cJSON **out, struct ra_errs *errs)
{
	const char *why = stays(state);
	struct ra_owed owed[RA_OWED_MAX];

	*kind = NULL;
	*out = NULL;
	if (why)
		return ra_fail(errs, RA_E_STATE, "%s", why);
	if (ra_state_owed(state, owed) == 0)
		return ra_fail(errs, RA_E_STATE, "nothing is owed");
	if (aside_to(state, &owed[0], "owed", out))
		return ra_fail(errs, RA_E_NOMEM, "out of memory");
	*kind = ra_entry_name(RA_ENTRY_EDGE);
	return RA_OK;
}

ra_err ra_make_undo(const struct ra_state *state, const char *undo, const char **kind, cJSON **out, struct ra_errs *errs)
{
	const char *why = stays(state);
	struct ra_owed all[RA_OWED_MAX];
	size_t count = why ? 0 : ra_state_undoable(state, all), at = 0;

	*kind = NULL;
	*out = NULL;
	while (at < count && strcmp(all[at].undo->id, undo) != 0)
		at++;
	if (why)
		return ra_fail(errs, RA_E_STATE, "%s", why);
	if (at == count)
		return ra_fail(errs, RA_E_ARG, "nothing that was done is taken back by \"%s\"", undo);
	if (aside_to(state, &all[at], ra_is_owed(state, all[at].undo) ? "owed" : "undo", out))
		return ra_fail(errs, RA_E_NOMEM, "out of memory");
	*kind = ra_entry_name(RA_ENTRY_EDGE);
	return RA_OK;
}
