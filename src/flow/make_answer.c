/* make_answer.c - the operator's choice among closed answers, and the facts it sets. */
#include "config.h"

#include "flow/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SET_MAX 64

void ra_answer_source(const struct ra_step *step, const char *check, char *out, size_t cap)
{
	snprintf(out, cap, "%s%s", check ? "" : "step:", check ? check : step->id);
}

/* The facts of an answer as they come together. */
struct set {
	struct ra_obs obs[SET_MAX];
	size_t count;
};

static void clear(struct set *set)
{
	for (size_t i = 0; i < set->count; i++)
		ra_obs_clear(&set->obs[i]);
}

static const struct ra_choice *choice_of(const struct ra_question *question, const char *id)
{
	for (size_t i = 0; i < question->count; i++) {
		if (strcmp(question->choices[i].id, id) == 0)
			return &question->choices[i];
	}
	return NULL;
}

/* The type of a value nobody else types. */
static enum ra_type own_type(const cJSON *value)
{
	if (cJSON_IsBool(value))
		return RA_BOOL;
	if (cJSON_IsNumber(value))
		return RA_INT;
	if (cJSON_IsArray(value))
		return RA_LIST;
	return cJSON_IsObject(value) ? RA_TIME : RA_TEXT;
}

/* Two answers that both add to one list: the list of both. Any other fact is what the later one says. */
static ra_err merge(struct ra_value *into, struct ra_value *more)
{
	size_t count = into->as.list.count;
	char **items;

	if (into->type != RA_LIST || more->type != RA_LIST || into->as.list.count + more->as.list.count > RA_LIST_MAX) {
		ra_value_clear(into);
		*into = *more;
		memset(more, 0, sizeof(*more));
		return RA_OK;
	}
	items = realloc(into->as.list.items, (count + more->as.list.count + 1) * sizeof(*items));
	if (!items)
		return RA_E_NOMEM;
	into->as.list.items = items;
	for (size_t i = 0; i < more->as.list.count; i++) {
		items[into->as.list.count++] = more->as.list.items[i];
		more->as.list.items[i] = NULL;
	}
	return RA_OK;
}

/* A person knows no times, but whether something was before what they just did: the newest time that is certainly before the last
 * action of the way, or before the walk. */
static ra_utc_ms before(const struct ra_state *state, ra_utc_ms now)
{
	ra_utc_ms action = ra_state_env(state, now).action_start;

	return (action == RA_UTC_NONE ? state->began : action) - 1;
}

static ra_err value_of(const struct ra_state *state, const cJSON *value, ra_utc_ms now, struct ra_obs *obs)
{
	int type = ra_flowset_fact_type(state->set, value->string);
	const char *unknown = ra_json_str(value, "unknown", NULL);

	if (unknown) {
		int reason = ra_reason_parse(unknown);

		obs->reason = reason > RA_KNOWN ? (enum ra_reason)reason : RA_NOT_ASKED;
		obs->value.type = type < 0 ? RA_TEXT : (enum ra_type)type;
		return RA_OK;
	}
	if (ra_json_get(value, "time")) {
		obs->value.type = RA_TIME;
		obs->value.as.time = strcmp(ra_json_str(value, "time", ""), "before") == 0 ? before(state, now) : now;
		return RA_OK;
	}
	return ra_value_from_json(type < 0 ? own_type(value) : (enum ra_type)type, value, &obs->value);
}

static ra_err add_fact(const struct ra_state *state, const struct ra_question *question, const cJSON *value, ra_utc_ms now,
		       struct set *set)
{
	struct ra_obs obs = {.plane = RA_PLANE_OPERATOR, .at = now, .lasting = question->lasting};
	ra_err err;

	snprintf(obs.name, sizeof(obs.name), "%s", value->string);
	err = value_of(state, value, now, &obs);
	for (size_t i = 0; i < set->count && err == RA_OK; i++) {
		if (strcmp(set->obs[i].name, obs.name) != 0)
			continue;
		set->obs[i].reason = obs.reason;
		err = merge(&set->obs[i].value, &obs.value);
		ra_obs_clear(&obs);
		return err;
	}
	if (err != RA_OK || set->count == SET_MAX) {
		ra_obs_clear(&obs);
		return err != RA_OK ? err : RA_E_LIMIT;
	}
	set->obs[set->count++] = obs;
	return RA_OK;
}

static bool is_set(const struct set *set, const char *fact)
{
	for (size_t i = 0; i < set->count; i++) {
		if (strcmp(set->obs[i].name, fact) == 0)
			return true;
	}
	return false;
}

/* True when the operator's newest word on a fact is an answer to this very question. */
static bool said_here(const struct ra_state *state, const char *fact, const char *source)
{
	const struct ra_obs *newest = NULL;

	for (size_t i = 0; i < ra_facts_obs_count(state->facts, fact); i++) {
		const struct ra_obs *obs = ra_facts_obs(state->facts, fact, i);

		if (obs->plane == RA_PLANE_OPERATOR)
			newest = obs;
	}
	return newest && newest->reason == RA_KNOWN && strcmp(newest->check, source) == 0;
}

/* A question answered again takes back what its answer before set and this one does not. */
static ra_err take_back(const struct ra_state *state, const struct ra_question *question, const char *source, ra_utc_ms now,
			struct set *set)
{
	for (size_t i = 0; i < question->count; i++) {
		const cJSON *value;

		cJSON_ArrayForEach (value, question->choices[i].set) {
			int type = ra_flowset_fact_type(state->set, value->string);
			struct ra_obs *obs = &set->obs[set->count];

			if (is_set(set, value->string) || !said_here(state, value->string, source))
				continue;
			if (set->count == SET_MAX)
				return RA_E_LIMIT;
			*obs = (struct ra_obs){.plane = RA_PLANE_OPERATOR, .at = now, .lasting = question->lasting,
					       .reason = RA_NOT_ASKED, .value = {.type = type < 0 ? own_type(value) : (enum ra_type)type}};
			snprintf(obs->name, sizeof(obs->name), "%s", value->string);
			set->count++;
		}
	}
	return RA_OK;
}

static ra_err gather(const struct ra_state *state, const struct ra_question *question, const char *const *ids, ra_utc_ms now,
		     struct set *set, struct ra_errs *errs)
{
	for (size_t i = 0; ids[i]; i++) {
		const struct ra_choice *choice = choice_of(question, ids[i]);
		const cJSON *value;

		if (!choice)
			return ra_fail(errs, RA_E_ARG, "\"%s\" is none of the answers", ids[i]);
		if (i > 0 && !question->many)
			return ra_fail(errs, RA_E_ARG, "only one answer can be chosen");
		cJSON_ArrayForEach (value, choice->set) {
			ra_err err = add_fact(state, question, value, now, set);

			if (err != RA_OK)
				return ra_fail(errs, err, "answer \"%s\": %s cannot be set", choice->id, value->string);
		}
	}
	return RA_OK;
}

/* The question that stands, and only it. */
static const struct ra_question *asked_now(const struct ra_state *state, const struct ra_check *check)
{
	const cJSON *ids, *id;

	if (!state->started || state->ended)
		return NULL;
	if (!check)
		return state->step->kind == RA_STEP_QUESTION && !state->answered ? &state->step->question : NULL;
	ids = state->step->kind == RA_STEP_CHECK ? state->step->checks
	      : ra_verifying(state)		 ? state->step->action.verify_checks
						 : NULL;
	cJSON_ArrayForEach (id, ids) {
		if (strcmp(id->valuestring, check->id) == 0)
			return ra_flowset_manual(state->set, check);
	}
	return NULL;
}

static cJSON *answer_body(const struct ra_state *state, const struct ra_check *check, const char *const *ids,
			  const struct set *set)
{
	RA_AUTO(ra_cjson_free) cJSON *body = cJSON_CreateObject();
	cJSON *chosen = cJSON_CreateArray(), *out = body;
	bool whole = body && chosen;

	for (size_t i = 0; ids[i] && whole; i++) {
		cJSON *id = cJSON_CreateString(ids[i]);

		whole = id && cJSON_AddItemToArray(chosen, id);
	}
	if (!whole || !ra_put_text(body, "step", state->step->id) || (check && !ra_put_text(body, "check", check->id))) {
		cJSON_Delete(chosen);
		return NULL;
	}
	if (!ra_put(body, "ids", ra_sensitive(chosen)) || !ra_put(body, "facts", ra_obs_array(set->obs, set->count)))
		return NULL;
	body = NULL;
	return out;
}

ra_err ra_make_answer(const struct ra_state *state, const struct ra_check *check, const char *const *ids, ra_utc_ms now,
		      cJSON **out, struct ra_errs *errs)
{
	const struct ra_question *question = asked_now(state, check);
	char source[RA_FACT_NAME_MAX];
	struct set *set;
	ra_err err;

	*out = NULL;
	if (!question)
		return ra_fail(errs, RA_E_STATE, "nothing is asked here");
	set = calloc(1, sizeof(*set));
	if (!set)
		return ra_fail(errs, RA_E_NOMEM, "out of memory");
	ra_answer_source(state->step, check ? check->id : NULL, source, sizeof(source));
	now = ra_state_time(state, now);
	err = gather(state, question, ids, now, set, errs);
	if (err == RA_OK && take_back(state, question, source, now, set) != RA_OK)
		err = ra_fail(errs, RA_E_LIMIT, "too many facts in one answer");
	if (err == RA_OK) {
		*out = answer_body(state, check, ids, set);
		err = *out ? RA_OK : ra_fail(errs, RA_E_NOMEM, "out of memory");
	}
	clear(set);
	free(set);
	return err;
}
