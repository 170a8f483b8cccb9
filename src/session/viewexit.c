/* viewexit.c - the exit code of a walk as it stands, by the precedence of the manual. Pure over the session and its view. */
#include "config.h"

#include "session/viewmake.h"

#include <string.h>

static bool has_verdict(const struct ra_view *v, const char *verdict)
{
	for (size_t i = 0; i < v->result_count; i++)
		if (!v->results[i].running && !strcmp(v->results[i].verdict_id, verdict))
			return true;
	return false;
}

/* No plane that was given ever answered. */
static bool unreached(const struct ra_session *s)
{
	bool given = false;

	for (int i = 0; i < RA_PLANE_COUNT; i++) {
		if (s->planes[i].ever_up)
			return false;
		given = given || (s->planes[i].given && s->planes[i].state == RA_LINK_DOWN);
	}
	return given;
}

static bool plane_fact_given(const struct ra_session *s, const char *fact)
{
	const struct ra_check *const *checks;
	size_t count = ra_flowset_checks(s->flows, &checks);

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < checks[i]->plane_count; k++)
			for (size_t f = 0; f < checks[i]->planes[k].fact_count; f++)
				if (!strcmp(checks[i]->planes[k].facts[f].name, fact) &&
				    s->planes[checks[i]->planes[k].plane].given)
					return true;
	return false;
}

const char *ra_view_missing(const struct ra_session *s)
{
	const struct ra_flow *flow = ra_flowset_flow(s->flows, s->flow);
	const cJSON *name;

	cJSON_ArrayForEach(name, (flow ? flow->required : NULL))
	{
		struct ra_query query = {.plane = RA_PLANE_ANY, .prefer = ra_flowset_prefer(s->flows, name->valuestring)};
		enum ra_reason reason = ra_facts_read(ra_state_facts(s->state), name->valuestring, &query).reason;

		if (reason != RA_KNOWN && reason != RA_NOT_APPLICABLE &&
		    (!s->only_given_planes || plane_fact_given(s, name->valuestring)))
			return name->valuestring;
	}
	return NULL;
}

/* Was the same step done again later, and seen to be done? */
static bool made_good(const struct ra_view *v, size_t action)
{
	for (size_t i = action + 1; i < v->action_count; i++)
		if (!strcmp(v->actions[i].step, v->actions[action].step) && !strcmp(v->actions[i].result, "verified"))
			return true;
	return false;
}

static bool unverified(const struct ra_view *v)
{
	for (size_t i = 0; i < v->action_count; i++)
		if (strcmp(v->actions[i].result, "verified") && strcmp(v->actions[i].result, "not_done") && !made_good(v, i))
			return true;
	return false;
}

static int walk_exit(const struct ra_session *s, const struct ra_view *v)
{
	static const struct {
		const char *outcome;
		int code;
	} rows[] = {{"resolved", 0}, {"not_a_fault", 0}, {"security_review", 10}, {"rebuild", 10}};

	for (size_t i = 0; i < RA_LEN(rows); i++)
		if (!strcmp(v->outcome, rows[i].outcome))
			return rows[i].code;
	if (unreached(s))
		return 20;
	return unverified(v) ? 14 : 13;
}

static bool plane_failed(const struct ra_view *v)
{
	for (size_t i = 0; i < v->plane_count; i++)
		if (!strcmp(v->planes[i].state, "down"))
			return true;
	return false;
}

/* By the verdicts of the checks that were run alone, and nothing else. */
static int only_exit(const struct ra_session *s, const struct ra_view *v)
{
	if (unreached(s))
		return 20;
	if (has_verdict(v, "fail"))
		return 10;
	if (has_verdict(v, "unknown") || has_verdict(v, "error"))
		return 12;
	return has_verdict(v, "warn") ? 11 : strcmp(v->end_reason, RA_ONLY_REASON) ? 13 : 0;
}

static int check_exit(const struct ra_session *s, const struct ra_view *v)
{
	if (unreached(s))
		return 20;
	if (has_verdict(v, "fail") || !strcmp(v->outcome, "security_review") || !strcmp(v->outcome, "rebuild"))
		return 10;
	if (has_verdict(v, "unknown") || has_verdict(v, "error") || plane_failed(v) || ra_view_missing(s))
		return 12;
	if (has_verdict(v, "warn"))
		return 11;
	return !strcmp(v->outcome, "stopped") || !strcmp(v->outcome, "escalated") ? 13 : 0;
}

int ra_view_exit(const struct ra_session *s, const struct ra_view *v)
{
	if (s->fault.code)
		return s->fault.code == RA_E_IO || s->fault.code == RA_E_STATE || s->fault.code == RA_E_LIMIT ? 73
		       : s->fault.code == RA_E_INVALID							       ? 65
		       : s->fault.code == RA_E_ARG							       ? 64
													       : 70;
	return s->only ? only_exit(s, v) : s->interactive ? walk_exit(s, v) : check_exit(s, v);
}
