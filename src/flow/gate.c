/* gate.c - when a gate holds.
 *
 * A gate's own condition is judged on what machines said within its age and nothing else: a word of the operator is a statement, and
 * statements have their own way. A pass dies with every event that may have changed what it was given for. */
#include "config.h"

#include "flow/state.h"

#include <string.h>

const cJSON *ra_step_gates(const struct ra_step *step)
{
	const cJSON *gates = step->kind == RA_STEP_GATE ? step->gates : step->kind == RA_STEP_ACTION ? step->action.gate : NULL;

	return gates && gates->child ? gates : NULL;
}

const struct ra_pass *ra_pass_find(const struct ra_state *state)
{
	const cJSON *id;

	cJSON_ArrayForEach (id, ra_step_gates(state->step)) {
		for (size_t i = 0; i < state->pass_count; i++) {
			const struct ra_pass *pass = &state->passes[i];

			if (!pass->dead && strcmp(pass->gate->id, id->valuestring) == 0)
				return pass;
		}
	}
	return NULL;
}

void ra_passes_void(struct ra_state *state)
{
	for (size_t i = 0; i < state->pass_count; i++)
		state->passes[i].dead = true;
}

const char *ra_pass_lapsed(const struct ra_state *state, const struct ra_pass *pass, ra_utc_ms now)
{
	struct ra_obs probe = {.name = "pass", .plane = RA_PLANE_SESSION, .at = pass->t, .asked = pass->t, .seq = pass->seq};

	now = ra_state_time(state, now);
	if (now < pass->t || now - pass->t > pass->gate->max_age_ms)
		return "it was opened too long ago";
	if (!ra_facts_current(state->facts, &probe))
		return "the host has restarted or something was done since it was opened";
	if (pass->by_condition && !ra_gate_condition(state, pass->gate, now))
		return "what it was opened for no longer holds, or was not read again in time";
	return NULL;
}

/* The facts a gate may look at, as they are copied. */
struct copy {
	const struct ra_facts *from;
	struct ra_facts *to;
	ra_utc_ms since;
	ra_err err;
};

static void copy_obs(struct copy *copy, const struct ra_obs *obs)
{
	struct ra_obs mine = *obs;

	mine.value = (struct ra_value){0};
	if (copy->err == RA_OK && obs->reason == RA_KNOWN)
		copy->err = ra_value_copy(&obs->value, &mine.value);
	if (copy->err == RA_OK)
		copy->err = ra_facts_add(copy->to, &mine);
}

static ra_utc_ms asked_at(const struct ra_obs *obs)
{
	return obs->asked ? obs->asked : obs->at;
}

/* What is made of the site's list and template may be made of an operator's word, too: it opens nothing. */
static void copy_fresh(struct copy *copy, const char *fact)
{
	if (ra_fact_is_given(fact))
		return;
	for (size_t i = 0; i < ra_facts_obs_count(copy->from, fact); i++) {
		const struct ra_obs *obs = ra_facts_obs(copy->from, fact, i);
		bool fresh = obs->plane == RA_PLANE_SESSION || asked_at(obs) >= copy->since;

		if (obs->plane != RA_PLANE_OPERATOR && fresh && ra_facts_current(copy->from, obs))
			copy_obs(copy, obs);
	}
}

static void on_use(void *payload, const struct ra_cond_use *use)
{
	struct copy *copy = payload;

	if (ra_facts_obs_count(copy->to, use->fact) == 0)
		copy_fresh(copy, use->fact);
}

/* That vCenter has lost the host stays said, however old: it can only make things unknown. */
static void copy_lost_contact(struct copy *copy)
{
	const struct ra_obs *newest = NULL;

	for (size_t i = 0; i < ra_facts_obs_count(copy->from, RA_FACT_CONNECTION); i++) {
		const struct ra_obs *obs = ra_facts_obs(copy->from, RA_FACT_CONNECTION, i);

		if (obs->plane == RA_PLANE_VCENTER && obs->reason == RA_KNOWN &&
		    (!newest || asked_at(obs) >= asked_at(newest)))
			newest = obs;
	}
	if (newest && !(newest->value.type == RA_TEXT && strcmp(newest->value.as.text, "connected") == 0))
		copy_obs(copy, newest);
}

static bool fresh_read(const struct ra_state *state, const struct ra_gate *gate, ra_utc_ms since)
{
	const cJSON *id;

	cJSON_ArrayForEach (id, gate->fresh) {
		bool read = false;

		for (size_t i = 0; i < state->asked_count; i++) {
			const struct ra_asked *asked = &state->asked[i];

			read = read || (asked->plane != RA_PLANE_OPERATOR && asked->asked >= since &&
					strcmp(asked->check->id, id->valuestring) == 0 && ra_asked_counts(state, asked));
		}
		if (!read)
			return false;
	}
	return true;
}

bool ra_gate_condition(const struct ra_state *state, const struct ra_gate *gate, ra_utc_ms now)
{
	struct ra_cond_env env = ra_state_env(state, now);
	RA_AUTO(ra_facts_free) struct ra_facts *fresh = NULL;
	struct copy copy = {.from = state->facts, .since = env.now - gate->max_age_ms};

	if (!gate->open_if || ra_cond_eval(gate->open_if, &env).tri != RA_TRUE || !fresh_read(state, gate, copy.since))
		return false;
	copy.to = fresh = ra_facts_new();
	if (!fresh)
		return false;
	for (int plane = 0; plane < RA_PLANE_COUNT; plane++) {
		int64_t offset, margin;

		if (ra_facts_clock(state->facts, (enum ra_plane)plane, &offset, &margin))
			ra_facts_set_clock(fresh, (enum ra_plane)plane, offset, margin);
	}
	ra_cond_facts(gate->open_if, on_use, &copy);
	copy_lost_contact(&copy);
	env.facts = fresh;
	return copy.err == RA_OK && ra_cond_eval(gate->open_if, &env).tri == RA_TRUE;
}

void ra_gate_need(const struct ra_state *state, const struct ra_gate *gate, struct ra_need *need)
{
	const cJSON *id;

	cJSON_ArrayForEach (id, gate->fresh)
		ra_need_add(need, ra_flowset_check(state->set, id->valuestring));
	ra_need_add_cond(state, need, gate->open_if);
	ra_need_add_fact(state, need, RA_FACT_BOOT_TIME);
}

bool ra_gate_must_ask(const struct ra_state *state, const struct ra_planes *planes, const struct ra_gate *gate,
		      const struct ra_want *want, ra_utc_ms now)
{
	const struct ra_asked *asked = ra_asked_find(state, want->check, want->plane->plane);

	if (want->plane->secret || !planes->given[want->plane->plane] || ra_check_too_new(want->check, state->facts))
		return false;
	return !asked || !ra_asked_counts(state, asked) || asked->asked < now - gate->max_age_ms;
}
