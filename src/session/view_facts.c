/* view_facts.c - facts with where they are from, causes with what speaks for and against them, and what was not seen. */
#include "config.h"

#include "session/viewmake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ra_err put_obs(const struct ra_session *s, const char *name, const struct ra_obs *obs, struct ra_view_fact *fact)
{
	struct ra_view_obs *at = ra_view_grow(&fact->obs, &fact->obs_count, sizeof(*at));

	if (!at)
		return RA_E_NOMEM;
	at->at = obs->at;
	at->seq = obs->seq;
	at->current = ra_facts_current(ra_state_facts(s->state), obs);
	if (obs->reason == RA_KNOWN) {
		RA_AUTO(ra_mem_free) char *text = ra_value_text(&obs->value);

		if (!text || ra_view_put(&at->value, text))
			return RA_E_NOMEM;
	}
	return ra_view_put(&at->plane, ra_plane_name(obs->plane)) || ra_view_put(&at->reason, ra_reason_name(obs->reason)) ||
			       ra_view_put(&at->check, obs->check) || ra_view_put(&at->evidence, obs->evidence)
		       ? RA_E_NOMEM
		       : RA_OK;
}

/* The value as JSON, texts in it cleaned like every other. */
static ra_err put_json(const struct ra_value *value, struct ra_view_fact *at)
{
	RA_AUTO(ra_cjson_free) cJSON *json = ra_value_to_json(value);
	cJSON *node = json;

	if (json && cJSON_IsArray(json))
		node = json->child;
	for (; node; node = node->next) {
		RA_AUTO(ra_mem_free) char *clean =
			cJSON_IsString(node) ? ra_text_clean_dup(node->valuestring, true) : NULL;

		if (cJSON_IsString(node) && (!clean || !cJSON_SetValuestring(node, clean)))
			return RA_E_NOMEM;
	}
	at->json = json ? ra_json_print(json) : NULL;
	return at->json ? RA_OK : RA_E_NOMEM;
}

static bool is_required(const struct ra_session *s, const char *name)
{
	const struct ra_flow *flow = s->only ? NULL : ra_flowset_flow(s->flows, s->flow);
	const cJSON *one;

	cJSON_ArrayForEach(one, (flow ? flow->required : NULL)) if (!strcmp(one->valuestring, name)) return true;
	return false;
}

static ra_err put_fact(const struct ra_session *s, const char *name, struct ra_view *v)
{
	const struct ra_facts *facts = ra_state_facts(s->state);
	struct ra_query query = {.plane = RA_PLANE_ANY, .prefer = ra_flowset_prefer(s->flows, name)};
	struct ra_reading reading = ra_facts_read(facts, name, &query);
	struct ra_view_fact *at = ra_view_grow(&v->facts, &v->fact_count, sizeof(*at));
	int type = reading.value ? (int)reading.value->type : ra_flowset_fact_type(s->flows, name);

	if (!at)
		return RA_E_NOMEM;
	at->known = reading.reason == RA_KNOWN;
	at->required = is_required(s, name);
	if (at->known) {
		RA_AUTO(ra_mem_free) char *text = ra_value_text(reading.value);

		if (!text || ra_view_put(&at->value, text) || put_json(reading.value, at))
			return RA_E_NOMEM;
	}
	if (ra_view_put(&at->name, name) || ra_view_put(&at->reason, ra_reason_name(reading.reason)) ||
	    ra_view_put(&at->type, type < 0 ? "" : ra_type_name((enum ra_type)type)))
		return RA_E_NOMEM;
	for (size_t i = 0; i < ra_facts_obs_count(facts, name); i++)
		if (put_obs(s, name, ra_facts_obs(facts, name, i), at))
			return RA_E_NOMEM;
	return at->obs_count ? ra_view_disputed(ra_flowset_check(s->flows, at->obs[0].check), &at->disputed) : RA_OK;
}

ra_err ra_view_facts(const struct ra_session *s, struct ra_view *v)
{
	const struct ra_facts *facts = ra_state_facts(s->state);

	for (size_t i = 0; i < ra_facts_count(facts); i++)
		if (put_fact(s, ra_facts_name(facts, i), v))
			return RA_E_NOMEM;
	return RA_OK;
}

static ra_err put_rule(const struct ra_rule *rule, enum ra_tri tri, struct ra_view_cause *at)
{
	static const char *const kinds[] = {
		[RA_RULE_FOR] = "for", [RA_RULE_AGAINST] = "against", [RA_RULE_OUT] = "rules out"};
	static const char *const values[] = {[RA_FALSE] = "false", [RA_TRUE] = "true", [RA_UNKNOWN] = "unknown"};
	static const char *const levels[] = {"", "low", "medium", "high"};
	struct ra_view_rule *made = ra_view_grow(&at->rules, &at->rule_count, sizeof(*made));

	if (!made)
		return RA_E_NOMEM;
	return ra_view_put(&made->kind, kinds[rule->kind]) || ra_view_put(&made->value, values[tri]) ||
			       ra_view_put(&made->because, rule->because) || ra_view_put(&made->source, rule->source) ||
			       ra_view_put(&made->confidence, levels[rule->kind == RA_RULE_OUT ? 0 : rule->confidence])
		       ? RA_E_NOMEM
		       : RA_OK;
}

static ra_err put_cause(const struct ra_session *s, const struct ra_cause *cause, bool found, struct ra_view *v)
{
	struct ra_cond_env env = ra_state_env(s->state, ra_view_time(s));
	enum ra_tri *fired = calloc(cause->rule_count + 1, sizeof(*fired));
	struct ra_view_cause *at = fired ? ra_view_grow(&v->causes, &v->cause_count, sizeof(*at)) : NULL;
	ra_err err = at ? RA_OK : RA_E_NOMEM;

	if (!err) {
		enum ra_cause_status status = ra_cause_judge(cause, &env, fired);

		at->rank = cause->rank;
		at->found = found;
		err = ra_view_put(&at->status, ra_cause_status_name(status)) || ra_view_put(&at->id, cause->id) ||
				      ra_view_put(&at->title, cause->title) || ra_view_put(&at->why, cause->why) ||
				      ra_view_put(&at->impact, cause->impact) ||
				      ra_view_put(&at->resolution, cause->resolution) ||
				      ra_view_put(&at->fix_by, cause->fix_by) || ra_view_texts(&at->guide, cause->guide) ||
				      ra_view_texts(&at->references, cause->references)
			      ? RA_E_NOMEM
			      : RA_OK;
	}
	for (size_t i = 0; i < cause->rule_count && !err; i++) {
		bool weak = strcmp(at->status, "likely") && strcmp(at->status, "ruled_out");

		err = put_rule(&cause->rules[i], fired[i], at);
		at->sign = at->sign || (weak && cause->rules[i].kind == RA_RULE_FOR && fired[i] == RA_TRUE);
	}
	free(fired);
	return err;
}

ra_err ra_view_causes(const struct ra_session *s, struct ra_view *v)
{
	const struct ra_cause *const *causes;
	size_t count = s->only ? 0 : ra_flowset_causes(s->flows, &causes); /* a few checks weigh no cause */

	for (size_t i = 0; i < count; i++)
		if (put_cause(s, causes[i], s->found && s->found[i], v))
			return RA_E_NOMEM;
	return RA_OK;
}

static ra_err unseen(struct ra_view *v, const char *what, const char *why)
{
	struct ra_view_unseen *at = ra_view_grow(&v->unseen, &v->unseen_count, sizeof(*at));

	return !at || ra_view_put(&at->what, what) || ra_view_put(&at->why, why) ? RA_E_NOMEM : RA_OK;
}

static bool plane_used(const struct ra_session *s, enum ra_plane plane)
{
	const struct ra_check *const *checks;
	size_t count = ra_flowset_checks(s->flows, &checks);

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < checks[i]->plane_count; k++)
			if (checks[i]->planes[k].plane == plane)
				return true;
	return false;
}

static ra_err unseen_planes(const struct ra_session *s, struct ra_view *v)
{
	static const char *const what[] = {"everything over SSH", "everything vCenter knows", "everything the BMC knows"};
	static const char *const gone[] = {"SSH, which answered for a part of the walk only", "vCenter, which answered for a part of the walk only",
					   "the BMC, which answered for a part of the walk only"};

	for (size_t i = 0; i < v->plane_count && i < RA_LEN(what); i++) {
		const struct ra_view_plane *plane = &v->planes[i];

		if (!strcmp(plane->state, "not given") && plane_used(s, (enum ra_plane)i)) {
			if (unseen(v, what[i], "it was not asked"))
				return RA_E_NOMEM;
		} else if (!strcmp(plane->state, "down") && s->planes[i].ever_up) {
			if (unseen(v, gone[i], plane->say))
				return RA_E_NOMEM;
		} else if (!strcmp(plane->state, "down") && unseen(v, what[i], plane->say)) {
			return RA_E_NOMEM;
		}
	}
	return RA_OK;
}

static ra_err unseen_required(const struct ra_session *s, struct ra_view *v)
{
	const struct ra_flow *flow = ra_flowset_flow(s->flows, s->flow);
	const cJSON *name;
	char why[96];

	cJSON_ArrayForEach(name, (flow ? flow->required : NULL))
	{
		struct ra_query query = {.plane = RA_PLANE_ANY, .prefer = ra_flowset_prefer(s->flows, name->valuestring)};
		struct ra_reading reading = ra_facts_read(ra_state_facts(s->state), name->valuestring, &query);

		snprintf(why, sizeof(why), RA_UNSEEN_REQUIRED "; %s", ra_reason_name(reading.reason));
		for (char *c = why; *c; c++) /* a sentence, not a name for programs */
			*c = *c == '_' ? ' ' : *c;
		if (reading.reason != RA_KNOWN && reading.reason != RA_NOT_APPLICABLE && unseen(v, name->valuestring, why))
			return RA_E_NOMEM;
	}
	return RA_OK;
}

/* What the site's list and template name and nobody told: never in order. */
static ra_err unseen_given(const struct ra_session *s, struct ra_view *v)
{
	static const char *const lists[][2] = {{"site.unknown", "in the site's list"}, {"template.unknown", "in the template"}};

	for (size_t i = 0; i < RA_LEN(lists); i++) {
		struct ra_query query = RA_QUERY_NOW;
		struct ra_reading open = ra_facts_read(ra_state_facts(s->state), lists[i][0], &query);

		for (size_t k = 0; open.reason == RA_KNOWN && open.value->type == RA_LIST && k < open.value->as.list.count; k++)
			if (unseen(v, open.value->as.list.items[k], lists[i][1]))
				return RA_E_NOMEM;
	}
	return RA_OK;
}

/* Steps left because something was not known, and questions nobody answered. */
static ra_err unseen_steps(struct ra_view *v)
{
	for (size_t i = 0; i < v->step_count; i++) {
		const struct ra_view_step *step = &v->steps[i];
		bool unknown = !strcmp(step->left_by, "unknown"), error = !strcmp(step->left_by, "error");

		if (!unknown && !error && strcmp(step->left_by, "skip"))
			continue;
		if (unseen(v, step->title, *step->because ? step->because
					   : unknown	  ? "not known"
					   : error	  ? "its request failed"
							  : "skipped"))
			return RA_E_NOMEM;
	}
	return RA_OK;
}

/* What an answer leaves unseen, by the question's own words. The last answer at a visit counts. */
static ra_err unseen_choice(struct ra_view *v, const struct ra_step *step, const cJSON *ids)
{
	const cJSON *id;
	bool matters = false;

	for (size_t i = 0; i < step->question.count; i++)
		matters = matters || step->question.choices[i].not_checked;
	if (matters && cJSON_IsArray(ids) && !ids->child)
		return unseen(v, step->title, "nobody knew");
	cJSON_ArrayForEach(id, ids)
	{
		for (size_t i = 0; i < step->question.count; i++) {
			const struct ra_choice *choice = &step->question.choices[i];

			if (choice->not_checked && cJSON_IsString(id) && !strcmp(choice->id, id->valuestring) &&
			    unseen(v, step->title, choice->not_checked))
				return RA_E_NOMEM;
		}
	}
	return RA_OK;
}

static ra_err unseen_answers(const struct ra_session *s, struct ra_view *v)
{
	const struct ra_visit *visits;
	size_t count = ra_state_path(s->state, &visits);

	for (size_t i = 0; i < count; i++) {
		int64_t end = i + 1 < count ? visits[i + 1].seq : INT64_MAX;
		const cJSON *ids = NULL;

		if (visits[i].taken_back || !visits[i].step || visits[i].step->kind != RA_STEP_QUESTION)
			continue;
		for (size_t k = 0; k < s->entry_count; k++)
			if (s->entries[k].seq > visits[i].seq && s->entries[k].seq < end && !strcmp(s->entries[k].kind, "answer") &&
			    !ra_json_get(s->entries[k].body, "check"))
				ids = ra_json_get(s->entries[k].body, "ids");
		if (unseen_choice(v, visits[i].step, ids))
			return RA_E_NOMEM;
	}
	return RA_OK;
}

/* Stopped on the way by somebody: that nothing was left out would not be true. */
static ra_err unseen_rest(const struct ra_session *s, struct ra_view *v)
{
	struct ra_now now = ra_session_stand(s);

	if (!s->ended || !now.step || now.step->kind == RA_STEP_END || !now.end_reason ||
	    (strcmp(now.end_reason, "operator") && strcmp(now.end_reason, "signal")))
		return RA_OK;
	return unseen(v, now.step->title, "the walk was stopped here; what comes after it was not looked at");
}

ra_err ra_view_unseen(const struct ra_session *s, struct ra_view *v)
{
	if (v->unchecked && unseen(v, "whether it was this vCenter that answered",
				   RA_UNCHECKED "; who stood in between could read the password and change every answer"))
		return RA_E_NOMEM;
	if (unseen_given(s, v) || (!s->only && (unseen_planes(s, v) || unseen_required(s, v) || unseen_steps(v) || unseen_answers(s, v) || unseen_rest(s, v))))
		return RA_E_NOMEM;
	for (size_t i = 0; i < v->result_count; i++) {
		const struct ra_view_result *result = &v->results[i];
		bool open = !strcmp(result->verdict_id, "unknown") || !strcmp(result->verdict_id, "error");

		const char *plain = !strcmp(result->verdict_id, "error") ? "a request it needs failed" : "not told, or not read since the last change";

		if (open && !result->running && unseen(v, result->title, *result->why ? result->why : plain))
			return RA_E_NOMEM;
	}
	return RA_OK;
}
