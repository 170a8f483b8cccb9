/* cause.c - what the facts say of a cause. */
#include "config.h"

#include "flow/engine.h"

#define LIKELY_FROM 2 /* confidence: medium */

const char *ra_cause_status_name(enum ra_cause_status status)
{
	static const char *const names[] = {"ruled_out", "likely", "open", "possible"};

	return (unsigned)status < RA_LEN(names) ? names[status] : "open";
}

enum ra_cause_status ra_cause_judge(const struct ra_cause *cause, const struct ra_cond_env *env, enum ra_tri *fired)
{
	bool out = false, likely = false, open = false;

	for (size_t i = 0; i < cause->rule_count; i++) {
		const struct ra_rule *rule = &cause->rules[i];
		enum ra_tri tri = ra_cond_eval(rule->when, env).tri;

		if (fired)
			fired[i] = tri;
		if (rule->kind == RA_RULE_AGAINST)
			continue;
		open = open || tri == RA_UNKNOWN;
		out = out || (rule->kind == RA_RULE_OUT && tri == RA_TRUE);
		likely = likely || (rule->kind == RA_RULE_FOR && tri == RA_TRUE && rule->confidence >= LIKELY_FROM);
	}
	if (out)
		return RA_CAUSE_RULED_OUT;
	if (likely && !cause->hint)
		return RA_CAUSE_LIKELY;
	return open ? RA_CAUSE_OPEN : RA_CAUSE_POSSIBLE;
}
