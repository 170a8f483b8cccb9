/* apply.c - one entry folded in: which may follow, and those that need few words. */
#include "config.h"

#include "flow/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ra_err ra_cannot_follow(const struct ra_fold_entry *entry, struct ra_errs *errs, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return ra_fail(errs, RA_E_INVALID, "entry %lld (%s): %s", (long long)entry->seq, entry->kind, text);
}

/* The agreed time, where the entry says one. */
static ra_err take_until(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	const char *until = ra_json_str(entry->body, "until", NULL);

	return until && ra_utc_parse(until, &state->until) ? ra_cannot_follow(entry, errs, "\"until\" is no time") : RA_OK;
}

static ra_err apply_start(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	const char *flow_id = ra_json_str(entry->body, "flow", ""), *step_id = ra_json_str(entry->body, "step", "");
	const struct ra_flow *flow = ra_flowset_flow(state->set, flow_id);
	const struct ra_step *step = flow ? ra_flow_step(flow, step_id) : NULL;

	if (!step)
		return ra_cannot_follow(entry, errs, "the flow set has no step \"%s\" in a flow \"%s\"", step_id, flow_id);
	if (take_until(state, entry, errs))
		return RA_E_INVALID;
	state->host = strdup(ra_json_str(entry->body, "host", ""));
	state->started = true;
	state->began = entry->t;
	if (!state->host || ra_apply_agreed(state, entry))
		return RA_E_NOMEM;
	return ra_enter(state, flow, step, entry->seq);
}

static ra_err apply_again(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	const char *check = ra_json_str(entry->body, "check", "");
	ra_err err;

	if (!ra_flowset_check(state->set, check))
		return ra_cannot_follow(entry, errs, "the flow set has no check \"%s\"", check);
	err = ra_facts_again(state->facts, check, entry->t, entry->seq);
	state->edges_alone = 0;
	return err == RA_E_ARG ? ra_cannot_follow(entry, errs, "not the name of a check") : err;
}

static ra_err apply_note(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	(void)state;
	(void)entry;
	(void)errs;
	return RA_OK;
}

/* What machines said before may be old now: it still counts until it was asked for again, which whoever needs it does. */
static ra_err apply_resume(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	if (take_until(state, entry, errs))
		return RA_E_INVALID;
	if (ra_apply_agreed(state, entry))
		return RA_E_NOMEM;
	for (size_t i = 0; i < state->asked_count; i++)
		state->asked[i].stale = state->asked[i].plane != RA_PLANE_OPERATOR;
	ra_passes_void(state);
	state->ended = false;
	state->edges_alone = 0;
	state->more[state->more_count - 1].arrival = entry->seq; /* what is owed is offered again */
	if (ra_deed_open(state) && (!state->how || ra_verifying(state))) {
		state->lost = true;
		state->verify_t = entry->t;
		state->verify_seq = entry->seq;
	}
	return RA_OK;
}

static enum ra_outcome outcome_of(const char *name)
{
	for (int i = RA_OUT_RESOLVED; i <= RA_OUT_STOPPED; i++) {
		if (strcmp(ra_outcome_name((enum ra_outcome)i), name) == 0)
			return (enum ra_outcome)i;
	}
	return RA_OUT_STOPPED;
}

static ra_err apply_end(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	(void)errs;
	free(state->end_reason);
	state->end_reason = strdup(ra_json_str(entry->body, "reason", ""));
	state->outcome = outcome_of(ra_json_str(entry->body, "outcome", ""));
	state->ended = true;
	ra_passes_void(state);
	return state->end_reason ? RA_OK : RA_E_NOMEM;
}

typedef ra_err (*apply_fn)(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs);

/* By kind: what takes it in, and whether it may come after an end. */
static const struct {
	apply_fn apply;
	bool after_end;
} kinds[RA_ENTRY_COUNT] = {
    [RA_ENTRY_START] = {apply_start, false},
    [RA_ENTRY_GIVEN] = {ra_apply_given, false},
    [RA_ENTRY_PLANE] = {ra_apply_plane, false},
    [RA_ENTRY_REPLY] = {ra_apply_reply, false},
    [RA_ENTRY_ANSWER] = {ra_apply_answer, false},
    [RA_ENTRY_GATE] = {ra_apply_gate, false},
    [RA_ENTRY_INTENT] = {ra_apply_intent, false},
    [RA_ENTRY_DONE] = {ra_apply_done, false},
    [RA_ENTRY_OUTCOME] = {ra_apply_outcome, false},
    [RA_ENTRY_EDGE] = {ra_apply_edge, false},
    [RA_ENTRY_BACK] = {ra_apply_back, true},
    [RA_ENTRY_AGAIN] = {apply_again, false},
    [RA_ENTRY_NOTE] = {apply_note, true},
    [RA_ENTRY_RESUME] = {apply_resume, true},
    [RA_ENTRY_TORN] = {apply_note, true},
    [RA_ENTRY_END] = {apply_end, false},
};

static ra_err may_follow(const struct ra_state *state, const struct ra_fold_entry *entry, int kind, struct ra_errs *errs)
{
	if (entry->seq <= state->last_seq)
		return ra_cannot_follow(entry, errs, "it does not come after entry %lld", (long long)state->last_seq);
	if (state->last_t != RA_UTC_NONE && entry->t < state->last_t)
		return ra_cannot_follow(entry, errs, "its time is before that of the entry before it");
	if ((kind == RA_ENTRY_START) == state->started)
		return ra_cannot_follow(entry, errs, state->started ? "the walk has begun already" : "the walk has not begun");
	if (state->ended && !kinds[kind].after_end)
		return ra_cannot_follow(entry, errs, "the walk has ended");
	return RA_OK;
}

ra_err ra_state_apply(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	int kind = ra_entry_parse(entry->kind);
	ra_err err;

	if (kind < 0)
		return ra_cannot_follow(entry, errs, "a kind of entry this program does not know");
	err = may_follow(state, entry, kind, errs);
	if (err != RA_OK)
		return err;
	err = kinds[kind].apply(state, entry, errs);
	if (err == RA_OK)
		err = ra_derive(state, entry);
	if (err == RA_E_NOMEM)
		return ra_fail(errs, err, "entry %lld (%s): out of memory", (long long)entry->seq, entry->kind);
	if (err != RA_OK)
		return err;
	state->last_seq = entry->seq;
	state->last_t = entry->t;
	return RA_OK;
}
