/* need.c - what a step must know before it can be decided, and whether it was asked.
 *
 * A step needs its own checks and every check that gives a fact its conditions name. Waiting for all of them is what makes the walk the
 * same whichever answer comes first; asking anew what no longer counts is what lets a condition after an action speak of the host as
 * it is now. */
#include "config.h"

#include "flow/flowset_build.h"
#include "flow/setting.h"
#include "flow/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIG "sig."

static int giver_order(const void *a, const void *b)
{
	const struct ra_giver *left = a, *right = b;
	int order = strcmp(left->fact, right->fact);

	return order ? order : strcmp(left->check->id, right->check->id);
}

/* Facts of log lines all stand under the one name "sig.". */
static ra_err collect_plane(struct ra_state *state, const struct ra_check *check, const struct ra_check_plane *plane)
{
	bool log = plane->parse && strcmp(plane->parse, "signatures") == 0;

	for (size_t i = 0; i < plane->fact_count + log; i++) {
		struct ra_giver *giver = RA_STATE_ADD(state->givers, state->giver_count, state->giver_room);

		if (!giver)
			return RA_E_NOMEM;
		giver->fact = i < plane->fact_count ? plane->facts[i].name : SIG;
		giver->check = check;
	}
	return RA_OK;
}

ra_err ra_givers_collect(struct ra_state *state)
{
	const struct ra_check *const *checks = NULL;
	size_t count = ra_flowset_checks(state->set, &checks);
	ra_err err = RA_OK;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < checks[i]->plane_count && err == RA_OK; j++)
			err = collect_plane(state, checks[i], &checks[i]->planes[j]);
	}
	if (state->giver_count)
		qsort(state->givers, state->giver_count, sizeof(*state->givers), giver_order);
	return err;
}

void ra_need_add(struct ra_need *need, const struct ra_check *check)
{
	for (size_t i = 0; i < need->count; i++) {
		if (need->checks[i] == check)
			return;
	}
	if (check && need->count < RA_NEED_MAX)
		need->checks[need->count++] = check;
}

void ra_need_add_fact(const struct ra_state *state, struct ra_need *need, const char *fact)
{
	const struct ra_giver *givers = state->givers;
	size_t low = 0, high = state->giver_count;

	ra_need_of_given(state, need, fact);
	if (strncmp(fact, SIG, strlen(SIG)) == 0)
		fact = SIG;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(givers[mid].fact, fact) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < state->giver_count && strcmp(givers[low].fact, fact) == 0; low++)
		ra_need_add(need, givers[low].check);
}

/* Where a condition's facts go. */
struct gather {
	const struct ra_state *state;
	struct ra_need *need;
};

static void on_use(void *payload, const struct ra_cond_use *use)
{
	const struct gather *gather = payload;

	ra_need_add_fact(gather->state, gather->need, use->fact);
}

void ra_need_add_cond(const struct ra_state *state, struct ra_need *need, const struct ra_cond *cond)
{
	struct gather gather = {state, need};

	if (cond)
		ra_cond_facts(cond, on_use, &gather);
}

void ra_need_of_verdict(const struct ra_state *state, struct ra_need *need, const struct ra_check *check)
{
	const struct ra_checked *checked = state->set->checked.items;

	for (size_t i = 0; i < state->set->checked.count; i++) {
		for (size_t k = 0; checked[i].check == check && k < checked[i].rule_count; k++)
			ra_need_add_cond(state, need, checked[i].rules[k].when);
	}
	if (check->since)
		ra_need_add_fact(state, need, RA_FACT_ESXI_VERSION);
}

static void add_ids(const struct ra_state *state, struct ra_need *need, const cJSON *ids)
{
	const cJSON *id;

	cJSON_ArrayForEach (id, ids)
		ra_need_add(need, ra_flowset_check(state->set, id->valuestring));
}

/* Whether a check fits a host at all hangs on the host's version. */
static void add_version(const struct ra_state *state, struct ra_need *need)
{
	for (size_t i = 0; i < need->count; i++) {
		if (need->checks[i]->since) {
			ra_need_add_fact(state, need, RA_FACT_ESXI_VERSION);
			return;
		}
	}
}

static void add_action(const struct ra_state *state, struct ra_need *need, const struct ra_action *action)
{
	const cJSON *id;

	ra_need_add_fact(state, need, RA_FACT_BOOT_TIME); /* what guard and gate look at is of this boot, or it is nothing */
	ra_need_add_cond(state, need, action->guard);
	cJSON_ArrayForEach (id, action->only_for) {
		const struct ra_cause *cause = ra_flowset_cause(state->set, id->valuestring);

		for (size_t i = 0; cause && i < cause->rule_count; i++) {
			if (cause->rules[i].kind != RA_RULE_AGAINST)
				ra_need_add_cond(state, need, cause->rules[i].when);
		}
	}
}

/* What the directions of a step tell of the firmware's settings, and whether it is this server that told it. */
static void add_settings(const struct ra_state *state, struct ra_need *need, const cJSON *settings)
{
	const cJSON *row;

	cJSON_ArrayForEach (row, settings) {
		char fact[RA_FACT_NAME_MAX];

		if (ra_setting_fact(ra_json_str(row, "setting", ""), "value", fact))
			ra_need_add_fact(state, need, fact);
	}
	if (settings && settings->child)
		ra_need_add_fact(state, need, RA_FACT_BMC_SERIAL);
}

void ra_need_of_step(const struct ra_state *state, struct ra_need *need)
{
	const struct ra_step *step = state->step;

	need->count = 0;
	add_ids(state, need, step->kind == RA_STEP_CHECK ? step->checks : NULL);
	need->own = need->count;
	for (size_t i = 0; i < step->edge_count; i++)
		ra_need_add_cond(state, need, step->edges[i].when);
	if (step->kind == RA_STEP_ACTION)
		add_action(state, need, &step->action);
	add_settings(state, need, ra_json_get(step->text, "settings"));
	add_version(state, need);
}

const struct ra_asked *ra_asked_find(const struct ra_state *state, const struct ra_check *check, enum ra_plane plane)
{
	for (size_t i = 0; i < state->asked_count; i++) {
		if (state->asked[i].check == check && state->asked[i].plane == plane)
			return &state->asked[i];
	}
	return NULL;
}

/* The record is held against boots, actions and `again` as an observation of that moment would be. */
bool ra_asked_counts(const struct ra_state *state, const struct ra_asked *asked)
{
	struct ra_obs probe = {.name = "asked",
			       .plane = asked->plane,
			       .at = asked->asked,
			       .asked = asked->asked,
			       .seq = asked->seq,
			       .lasting = asked->lasting};

	snprintf(probe.check, sizeof(probe.check), "%s", asked->check->id);
	return !asked->stale && ra_facts_current(state->facts, &probe);
}

bool ra_asked_old(const struct ra_asked *asked, ra_utc_ms now)
{
	return asked->plane != RA_PLANE_OPERATOR && (asked->stale || (!asked->lasting && now - asked->asked > RA_READ_AGE_MS));
}

bool ra_must_ask(const struct ra_state *state, const struct ra_planes *planes, const struct ra_check *check,
		 const struct ra_check_plane *plane, ra_utc_ms now)
{
	const struct ra_asked *asked;

	if (plane->secret || !planes->given[plane->plane] || ra_check_too_new(check, state->facts))
		return false;
	asked = ra_asked_find(state, check, plane->plane);
	return !asked || !ra_asked_counts(state, asked) || ra_asked_old(asked, now);
}

/* True when a fact the check can give, by a plane or by hand, is not known. */
static bool leaves_open(const struct ra_state *state, const struct ra_check *check, const struct ra_question *by_hand)
{
	const cJSON *set;

	for (size_t i = 0; i < check->plane_count; i++) {
		for (size_t j = 0; j < check->planes[i].fact_count; j++) {
			if (ra_facts_read(state->facts, check->planes[i].facts[j].name, NULL).reason != RA_KNOWN)
				return true;
		}
	}
	for (size_t i = 0; i < by_hand->count; i++) {
		cJSON_ArrayForEach (set, by_hand->choices[i].set) {
			if (ra_facts_read(state->facts, set->string, NULL).reason != RA_KNOWN)
				return true;
		}
	}
	return false;
}

static bool gives(const struct ra_check *check, const struct ra_question *by_hand, const char *fact)
{
	for (size_t i = 0; i < check->plane_count; i++) {
		for (size_t j = 0; j < check->planes[i].fact_count; j++) {
			if (strcmp(check->planes[i].facts[j].name, fact) == 0)
				return true;
		}
	}
	for (size_t i = 0; i < by_hand->count; i++) {
		if (ra_json_get(by_hand->choices[i].set, fact))
			return true;
	}
	return false;
}

/* A fact looked for among those the conditions of a step name. */
struct named {
	const struct ra_check *check;
	const struct ra_question *by_hand;
	bool found;
};

static void on_named(void *payload, const struct ra_cond_use *use)
{
	struct named *named = payload;

	named->found = named->found || gives(named->check, named->by_hand, use->fact);
}

bool ra_need_informs(const struct ra_check *check, const struct ra_question *by_hand, const struct ra_cond *cond)
{
	struct named named = {check, by_hand, false};

	ra_cond_facts(cond, on_named, &named);
	return named.found;
}

static void name_guard(const struct ra_state *state, const char *go, struct named *named)
{
	const struct ra_step *to = go ? ra_flow_step(state->flow, go) : NULL;

	if (to && to->action.guard)
		ra_cond_facts(to->action.guard, on_named, named);
}

/* True when the way out of the step, or whether the action there may begin, hangs on what the check gives. */
static bool is_decisive(const struct ra_state *state, const struct ra_check *check, const struct ra_question *by_hand)
{
	struct named named = {check, by_hand, false};

	for (size_t i = 0; i < state->step->edge_count; i++) {
		ra_cond_facts(state->step->edges[i].when, on_named, &named);
		name_guard(state, state->step->edges[i].go, &named);
	}
	name_guard(state, state->step->go_else, &named);
	return named.found;
}

bool ra_planes_none(const struct ra_planes *planes)
{
	for (int i = 0; i < RA_PLANE_COUNT; i++) {
		if (planes->given[i])
			return false;
	}
	return true;
}

/* A person is not asked for what only a machine would be read for: where no machine is there at all, nothing is asked that does not
 * decide the step. */
static bool is_by_hand(const struct ra_state *state, const struct ra_planes *planes, const struct ra_check *check)
{
	const struct ra_question *by_hand = ra_flowset_manual(state->set, check);
	const struct ra_asked *asked = ra_asked_find(state, check, RA_PLANE_OPERATOR);

	if (!by_hand || (asked && ra_asked_counts(state, asked)) || ra_check_too_new(check, state->facts))
		return false;
	if (ra_planes_none(planes) ? !is_decisive(state, check, by_hand) : by_hand->without_links)
		return false;
	for (size_t i = 0; i < check->plane_count; i++) {
		if (planes->given[check->planes[i].plane] && !planes->down[check->planes[i].plane])
			return false;
	}
	return leaves_open(state, check, by_hand);
}

const struct ra_check *ra_by_hand_next(const struct ra_state *state, const struct ra_planes *planes)
{
	for (size_t i = 0; i < state->need.own; i++) {
		if (is_by_hand(state, planes, state->need.checks[i]))
			return state->need.checks[i];
	}
	return NULL;
}
