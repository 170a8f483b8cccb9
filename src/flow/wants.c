/* wants.c - the set of checks to run now, in a fixed order. */
#include "config.h"

#include "flow/state.h"

#include <string.h>

#define AHEAD_STEPS_MAX 512

/* Wishes as they are gathered. */
struct list {
	const struct ra_state *state;
	const struct ra_planes *planes;
	ra_utc_ms now;
	struct ra_want *out;
	size_t count;
};

static void add(struct list *list, const struct ra_want *want)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->out[i].plane == want->plane)
			return;
	}
	if (list->count < RA_WANTS_MAX)
		list->out[list->count++] = *want;
}

static bool is_old(const struct list *list, const struct ra_check *check, const struct ra_check_plane *plane)
{
	const struct ra_asked *asked = ra_asked_find(list->state, check, plane->plane);

	return asked && ra_asked_old(asked, list->now);
}

static void add_check(struct list *list, const struct ra_check *check, bool needed, bool even_down)
{
	for (size_t i = 0; i < check->plane_count; i++) {
		const struct ra_check_plane *plane = &check->planes[i];

		if ((even_down || !list->planes->down[plane->plane]) &&
		    ra_must_ask(list->state, list->planes, check, plane, list->now))
			add(list, &(struct ra_want){check, plane, needed, RA_UTC_NONE, is_old(list, check, plane)});
	}
}

/* Before a gate: what it reads, within its age. */
static void add_gates(struct list *list)
{
	const cJSON *id;

	if (list->state->closed || ra_pass_find(list->state))
		return;
	cJSON_ArrayForEach (id, ra_step_gates(list->state->step)) {
		const struct ra_gate *gate = ra_flowset_gate(list->state->set, id->valuestring);
		struct ra_need need = {0};

		if (gate)
			ra_gate_need(list->state, gate, &need);
		for (size_t i = 0; i < need.count; i++) {
			for (size_t j = 0; j < need.checks[i]->plane_count; j++) {
				struct ra_want want = {need.checks[i], &need.checks[i]->planes[j], true, RA_UTC_NONE, false};

				if (ra_gate_must_ask(list->state, list->planes, gate, &want, list->now))
					add(list, &want);
			}
		}
	}
}

/* After an action: look again and again, also by a plane that is down, for it may come back. */
static void add_verify(struct list *list)
{
	const struct ra_state *state = list->state;
	const cJSON *id;

	cJSON_ArrayForEach (id, state->step->action.verify_checks) {
		const struct ra_check *check = ra_flowset_check(state->set, id->valuestring);

		for (size_t i = 0; check && i < check->plane_count; i++) {
			const struct ra_check_plane *plane = &check->planes[i];
			const struct ra_asked *asked = ra_asked_find(state, check, plane->plane);
			struct ra_want want = {check, plane, true, RA_UTC_NONE, false};

			if (plane->secret || !list->planes->given[plane->plane])
				continue;
			if (asked && asked->seq > state->verify_seq && ra_asked_counts(state, asked))
				want.not_before = asked->asked + state->step->action.every_ms;
			add(list, &want);
		}
	}
}

/* What was read before the walk was resumed, or long ago, is read again at once, whatever the step needs of it: causes are judged by all of it. */
static void add_old(struct list *list)
{
	for (size_t i = 0; i < list->state->asked_count; i++) {
		const struct ra_asked *asked = &list->state->asked[i];

		for (size_t k = 0; k < asked->check->plane_count && ra_asked_old(asked, list->now); k++) {
			const struct ra_check_plane *plane = &asked->check->planes[k];

			if (plane->plane == asked->plane && !list->planes->down[plane->plane] &&
			    ra_must_ask(list->state, list->planes, asked->check, plane, list->now))
				add(list, &(struct ra_want){asked->check, plane, true, RA_UTC_NONE, true});
		}
	}
}

static void add_needed(struct list *list)
{
	const struct ra_state *state = list->state;

	if (ra_deed_open(state)) {
		if (ra_verifying(state))
			add_verify(list);
		return;
	}
	if (state->deed != RA_DEED_NONE || state->closed)
		return;
	for (size_t i = 0; i < state->need.count; i++)
		add_check(list, state->need.checks[i], true, true);
	add_old(list);
	add_gates(list);
}

bool ra_need_open(const struct ra_state *state, const struct ra_planes *planes, ra_utc_ms now)
{
	struct ra_want room[RA_WANTS_MAX];
	struct list list = {.state = state, .planes = planes, .now = ra_state_time(state, now), .out = room};

	add_needed(&list);
	return list.count > 0;
}

/* A step to be looked at when reading ahead. */
struct place {
	const struct ra_flow *flow;
	const struct ra_step *step;
};
struct queue {
	struct place at[AHEAD_STEPS_MAX];
	size_t count;
};

static void visit(struct queue *queue, const struct ra_flow *flow, const char *step_id)
{
	const struct ra_step *step = flow && step_id ? ra_flow_step(flow, step_id) : NULL;

	for (size_t i = 0; i < queue->count; i++) {
		if (queue->at[i].step == step)
			return;
	}
	if (step && queue->count < AHEAD_STEPS_MAX)
		queue->at[queue->count++] = (struct place){flow, step};
}

/* The steps behind a step that nobody has to be asked for: questions, gates, actions and ends are where it stops. */
static void visit_behind(struct queue *queue, const struct ra_state *state, const struct place *place)
{
	const struct ra_step *step = place->step;

	if (step->kind == RA_STEP_CALL) {
		const struct ra_flow *called = ra_flowset_flow(state->set, step->call_flow);

		visit(queue, called, called ? called->start : NULL);
	}
	if (step->kind != RA_STEP_CHECK)
		return;
	for (size_t i = 0; i < step->edge_count; i++)
		visit(queue, place->flow, step->edges[i].go);
	visit(queue, place->flow, step->go_else);
	visit(queue, place->flow, step->go_unknown);
	visit(queue, place->flow, step->go_error);
}

/* Breadth first, so that what comes soon is read soon. */
static void add_ahead(struct list *list)
{
	struct queue queue = {.count = 1};
	const cJSON *id;

	if (list->state->deed != RA_DEED_NONE)
		return;
	queue.at[0] = (struct place){list->state->flow, list->state->step};
	for (size_t i = 0; i < queue.count; i++) {
		struct place place = queue.at[i];
		const cJSON *ids = place.step->kind == RA_STEP_CHECK ? place.step->checks : NULL;

		cJSON_ArrayForEach (id, ids) {
			const struct ra_check *check = ra_flowset_check(list->state->set, id->valuestring);

			if (check)
				add_check(list, check, false, false);
		}
		visit_behind(&queue, list->state, &place);
	}
}

size_t ra_state_wants(const struct ra_state *state, const struct ra_planes *planes, bool all, ra_utc_ms now,
		      struct ra_want *out)
{
	struct list list = {.state = state, .planes = planes, .now = ra_state_time(state, now), .out = out};
	const struct ra_check *const *checks = NULL;
	size_t count = all ? ra_flowset_checks(state->set, &checks) : 0;

	if (!state->started || state->ended)
		return 0;
	add_needed(&list);
	if (ra_deed_open(state))
		return list.count;
	add_ahead(&list);
	for (size_t i = 0; i < count; i++)
		add_check(&list, checks[i], false, true);
	return list.count;
}

size_t ra_state_wants_of(const struct ra_state *state, const struct ra_planes *planes, const struct ra_check *const *checks, size_t check_count,
			 struct ra_want *out)
{
	struct list list = {.state = state, .planes = planes, .out = out};

	if (!state->started || state->ended)
		return 0;
	for (size_t i = 0; i < check_count; i++) {
		struct ra_need need = {0};

		add_check(&list, checks[i], true, true);
		ra_need_of_verdict(state, &need, checks[i]);
		for (size_t k = 0; k < need.count; k++)
			add_check(&list, need.checks[k], true, true);
	}
	return list.count;
}

size_t ra_state_wants_now(const struct ra_state *state, const struct ra_planes *planes, const struct ra_check *check, struct ra_want *out)
{
	struct list list = {.state = state, .planes = planes, .out = out};

	if (!state->started || state->ended || ra_check_too_new(check, state->facts))
		return 0;
	for (size_t i = 0; i < check->plane_count; i++) {
		const struct ra_check_plane *plane = &check->planes[i];

		if (!plane->secret && planes->given[plane->plane])
			add(&list, &(struct ra_want){check, plane, true, RA_UTC_NONE, false});
	}
	return list.count;
}
