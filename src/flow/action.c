/* action.c - what forbids an action, judged on the facts alone. */
#include "config.h"

#include "flow/state.h"

#include <string.h>

static bool is_likely(const struct ra_state *state, const struct ra_cond_env *env, const cJSON *causes)
{
	const cJSON *id;

	cJSON_ArrayForEach (id, causes) {
		const struct ra_cause *cause = ra_flowset_cause(state->set, id->valuestring);

		if (cause && ra_cause_judge(cause, env, NULL) == RA_CAUSE_LIKELY)
			return true;
	}
	return false;
}

bool ra_action_allowed(const struct ra_state *state, ra_utc_ms now, struct ra_cond_result *result, const char **why)
{
	const struct ra_action *action = &state->step->action;
	struct ra_cond_env env = ra_state_env(state, now);

	*result = (struct ra_cond_result){.tri = RA_TRUE};
	*why = NULL;
	if (action->guard) {
		*result = ra_cond_eval(action->guard, &env);
		if (result->tri != RA_TRUE) {
			*why = result->tri == RA_UNKNOWN ? "what must be true before it is not known"
							 : "what must be true before it is not";
			return false;
		}
	}
	if (action->only_for && !is_likely(state, &env, action->only_for)) {
		*why = "none of the causes it helps against is likely";
		return false;
	}
	return true;
}

ra_utc_ms ra_state_until(const struct ra_state *state)
{
	return state->until;
}

bool ra_state_too_late(const struct ra_state *state, ra_utc_ms now)
{
	const struct ra_action *action = &state->step->action;

	if (state->until == RA_UTC_NONE || ra_state_time(state, now) <= state->until || action->danger < RA_DISRUPTIVE)
		return false;
	return !action->restore || action->restarts || action->danger >= RA_IRREVERSIBLE;
}
