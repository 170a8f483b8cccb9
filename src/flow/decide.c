/* decide.c - the entry that follows without anybody's word. */
#include "config.h"

#include "flow/state.h"

#include <stddef.h>
#include <string.h>

/* Where a step is left, and why. */
struct way {
	const char *by, *go;
	const char *because; /* NULL: none */
	int index;           /* of the edge, -1 */
	struct ra_cond_result doubt;
};

static ra_err no_memory(struct ra_errs *errs)
{
	return ra_fail(errs, RA_E_NOMEM, "out of memory");
}

static ra_err give(struct ra_decision *out, enum ra_entry_kind kind, cJSON *body, struct ra_errs *errs)
{
	if (!body)
		return no_memory(errs);
	out->kind = ra_entry_name(kind);
	out->body = body;
	return RA_OK;
}

static bool put_way(cJSON *body, const struct way *way)
{
	if (way->index >= 0 && !ra_put_number(body, "index", way->index))
		return false;
	if (way->doubt.tri == RA_UNKNOWN && way->doubt.fact[0] &&
	    (!ra_put_text(body, "fact", way->doubt.fact) || !ra_put_text(body, "reason", ra_reason_name(way->doubt.reason))))
		return false;
	return !way->because || ra_put_text(body, "because", way->because);
}

static ra_err edge_to(const struct ra_state *state, const struct way *way, const struct ra_flow *to_flow,
		      struct ra_decision *out, struct ra_errs *errs)
{
	RA_AUTO(ra_cjson_free) cJSON *body = NULL;

	if (!to_flow || !way->go || !ra_flow_step(to_flow, way->go))
		return ra_fail(errs, RA_E_INVALID, "flow \"%s\", step \"%s\": it does not say where to go by \"%s\"",
			       state->flow->id, state->step->id, way->by);
	if (state->edges_alone >= RA_EDGES_ALONE_MAX)
		return ra_fail(errs, RA_E_INVALID, "flow \"%s\" goes round without an operator at step \"%s\"; tell its author",
			       state->flow->id, state->step->id);
	body = cJSON_CreateObject();
	if (!body || !ra_put_text(body, "flow", state->flow->id) || !ra_put_text(body, "from", state->step->id) ||
	    !ra_put_text(body, "to", way->go) || !ra_put_text(body, "to_flow", to_flow->id) ||
	    !ra_put_text(body, "by", way->by) || !put_way(body, way))
		return no_memory(errs);
	out->kind = ra_entry_name(RA_ENTRY_EDGE);
	out->body = body;
	body = NULL;
	return RA_OK;
}

static ra_err edge(const struct ra_state *state, const char *by, const char *go, struct ra_decision *out,
		   struct ra_errs *errs)
{
	return edge_to(state, &(struct way){.by = by, .go = go, .index = -1}, state->flow, out, errs);
}

/* Leave an action. One aside leads back, whatever its step says of its ways. */
static ra_err leave(const struct ra_state *state, const struct way *way, struct ra_decision *out, struct ra_errs *errs)
{
	const struct ra_visit *from = ra_aside_of(state);
	struct way back = *way;

	if (!from)
		return edge_to(state, way, state->flow, out, errs);
	back.by = strcmp(way->by, "ok") == 0 ? "paid" : "unpaid";
	back.go = from->step->id;
	return edge_to(state, &back, from->flow, out, errs);
}

static ra_err leave_by(const struct ra_state *state, const char *by, const char *go, struct ra_decision *out,
		       struct ra_errs *errs)
{
	return leave(state, &(struct way){.by = by, .go = go, .index = -1}, out, errs);
}

static ra_err end(const struct ra_state *state, const char *reason, enum ra_outcome outcome, struct ra_decision *out,
		  struct ra_errs *errs)
{
	RA_AUTO(ra_cjson_free) cJSON *body = cJSON_CreateObject();
	cJSON *whole = body;

	if (!body || !ra_put_text(body, "reason", reason) || !ra_put_text(body, "outcome", ra_outcome_name(outcome)) ||
	    !ra_state_put_owed(state, body))
		return no_memory(errs);
	body = NULL;
	return give(out, RA_ENTRY_END, whole, errs);
}

/* The first condition that is not false decides; an unknown one ends the search. */
static struct way search(const struct ra_state *state, ra_utc_ms now)
{
	const struct ra_step *step = state->step;
	struct ra_cond_env env = ra_state_env(state, now);

	for (size_t i = 0; i < step->edge_count; i++) {
		struct ra_cond_result result = ra_cond_eval(step->edges[i].when, &env);

		if (result.tri == RA_TRUE)
			return (struct way){.by = "edge", .go = step->edges[i].go, .because = step->edges[i].because,
					    .index = (int)i};
		if (result.tri == RA_UNKNOWN && result.transport)
			return (struct way){.by = "error", .go = step->go_error, .index = (int)i, .doubt = result};
		if (result.tri == RA_UNKNOWN)
			return (struct way){.by = "unknown", .go = step->go_unknown, .index = (int)i, .doubt = result};
	}
	return (struct way){.by = "else", .go = step->go_else, .index = -1};
}

static ra_err decide_check(const struct ra_state *state, const struct ra_decide_options *options, ra_utc_ms now,
			   struct ra_decision *out, struct ra_errs *errs)
{
	struct way way;

	if (ra_need_open(state, &options->planes, now) ||
	    (options->interactive && ra_by_hand_next(state, &options->planes)))
		return RA_OK;
	if (options->hold) {
		out->ready = true;
		return RA_OK;
	}
	way = search(state, now);
	return edge_to(state, &way, state->flow, out, errs);
}

static ra_err decide_question(const struct ra_state *state, const struct ra_decide_options *options, ra_utc_ms now,
			      struct ra_decision *out, struct ra_errs *errs)
{
	struct way way;

	if (!state->answered)
		return options->interactive ? RA_OK : edge(state, "unknown", state->step->go_unknown, out, errs);
	if (ra_need_open(state, &options->planes, now))
		return RA_OK;
	way = search(state, now);
	return edge_to(state, &way, state->flow, out, errs);
}

static ra_err gate_entry(const struct ra_state *state, const struct ra_gate *gate, const char *why, struct ra_decision *out,
			 struct ra_errs *errs)
{
	cJSON *body = NULL;
	bool opened = why == NULL;

	if (ra_gate_body(state, gate->id, opened ? "condition" : "", opened,
			 opened ? "its condition is true on what was just read" : why, &body) != RA_OK)
		return no_memory(errs);
	return give(out, RA_ENTRY_GATE, body, errs);
}

/* Before a gate: it opens by its own condition, or a pass it gave is over. Nothing to say: *out stays empty. */
static ra_err decide_gates(const struct ra_state *state, ra_utc_ms now, struct ra_decision *out, struct ra_errs *errs)
{
	const struct ra_pass *pass = ra_pass_find(state);
	const cJSON *id;

	if (pass) {
		const char *lapsed = ra_pass_lapsed(state, pass, now);

		return lapsed ? gate_entry(state, pass->gate, lapsed, out, errs) : RA_OK;
	}
	cJSON_ArrayForEach (id, ra_step_gates(state->step)) {
		const struct ra_gate *gate = ra_flowset_gate(state->set, id->valuestring);

		if (gate && ra_gate_condition(state, gate, now))
			return gate_entry(state, gate, NULL, out, errs);
	}
	return RA_OK;
}

static ra_err decide_gate(const struct ra_state *state, const struct ra_decide_options *options, ra_utc_ms now,
			  struct ra_decision *out, struct ra_errs *errs)
{
	ra_err err;

	if (state->closed)
		return edge(state, "closed", state->step->go_closed, out, errs);
	if (!options->interactive)
		return end(state, "action", RA_OUT_STOPPED, out, errs);
	if (ra_need_open(state, &options->planes, now))
		return RA_OK;
	err = decide_gates(state, now, out, errs);
	if (err != RA_OK || out->kind || !ra_pass_find(state))
		return err;
	return edge(state, "open", state->step->go_open, out, errs);
}

static ra_err outcome(const struct ra_state *state, const char *result, const char *because, struct ra_decision *out,
		      struct ra_errs *errs)
{
	RA_AUTO(ra_cjson_free) cJSON *body = cJSON_CreateObject();
	cJSON *whole = body;

	if (!body || !ra_put_text(body, "step", state->step->id) || !ra_put_text(body, "result", result) ||
	    !ra_put_text(body, "because", because))
		return no_memory(errs);
	body = NULL;
	return give(out, RA_ENTRY_OUTCOME, whole, errs);
}

/* True when every plane given has been asked once more since a time: a workstation that slept looks again before it gives up. */
static bool looked_since(const struct ra_state *state, const struct ra_planes *planes, ra_utc_ms since)
{
	const cJSON *id;

	cJSON_ArrayForEach (id, state->step->action.verify_checks) {
		const struct ra_check *check = ra_flowset_check(state->set, id->valuestring);

		for (size_t i = 0; check && i < check->plane_count; i++) {
			const struct ra_check_plane *plane = &check->planes[i];
			const struct ra_asked *asked = ra_asked_find(state, check, plane->plane);

			if (!plane->secret && planes->given[plane->plane] && (!asked || asked->asked < since))
				return false;
		}
	}
	return true;
}

static ra_err decide_verify(const struct ra_state *state, const struct ra_decide_options *options, ra_utc_ms now,
			    struct ra_decision *out, struct ra_errs *errs)
{
	const struct ra_action *action = &state->step->action;
	struct ra_cond_env env = ra_state_env(state, now);

	env.seq_min = ra_deed_open(state)->intent_seq + 1;
	if (action->until && ra_cond_eval(action->until, &env).tri == RA_TRUE)
		return outcome(state, "verified", "what was read after the action shows it", out, errs);
	ra_utc_ms deadline = state->verify_t + action->for_ms;

	deadline = options->not_before > deadline ? options->not_before : deadline;
	if (env.now < deadline || !looked_since(state, &options->planes, deadline))
		return RA_OK;
	return outcome(state, "unverified", "the time to wait for it is over, and nothing read since shows it", out, errs);
}

static ra_err decide_deed(const struct ra_state *state, const struct ra_decide_options *options, ra_utc_ms now,
			  struct ra_decision *out, struct ra_errs *errs)
{
	static const struct {
		const char *result, *by;
		size_t go;
	} ways[] = {
	    {"verified", "ok", offsetof(struct ra_action, ok)},
	    {"unverified", "fail", offsetof(struct ra_action, fail)},
	    {"refused", "fail", offsetof(struct ra_action, fail)},
	    {"not_done", "skip", offsetof(struct ra_action, skip)},
	};
	const struct ra_deed *deed = &state->deeds[state->deed];
	const struct ra_action *action = &state->step->action;

	if (ra_verifying(state))
		return decide_verify(state, options, now, out, errs);
	if (deed->outcome_seq < 0) {
		if (!state->how)
			return RA_OK;
		return outcome(state, state->how,
			       strcmp(state->how, "refused") == 0 ? "the machine refused it" : "it was not done", out, errs);
	}
	for (size_t i = 0; i < RA_LEN(ways); i++) {
		if (strcmp(deed->result, ways[i].result) == 0)
			return leave_by(state, ways[i].by, *(const char *const *)((const char *)action + ways[i].go), out, errs);
	}
	return ra_fail(errs, RA_E_INVALID, "step \"%s\" has no way on for \"%s\"", state->step->id, deed->result);
}

static ra_err decide_action(const struct ra_state *state, const struct ra_decide_options *options, ra_utc_ms now,
			    struct ra_decision *out, struct ra_errs *errs)
{
	const struct ra_action *action = &state->step->action;
	struct way way = {.by = "blocked", .go = action->blocked, .index = -1};

	if (state->deed != RA_DEED_NONE)
		return decide_deed(state, options, now, out, errs);
	if (state->closed)
		return leave_by(state, "closed", action->blocked, out, errs);
	if (!options->interactive)
		return end(state, "action", RA_OUT_STOPPED, out, errs);
	if (ra_need_open(state, &options->planes, now))
		return RA_OK;
	if (!ra_action_allowed(state, now, &way.doubt, &way.because))
		return leave(state, &way, out, errs);
	return decide_gates(state, now, out, errs);
}

static ra_err decide_call(const struct ra_state *state, const struct ra_decide_options *options, ra_utc_ms now,
			  struct ra_decision *out, struct ra_errs *errs)
{
	const struct ra_flow *called = ra_flowset_flow(state->set, state->step->call_flow);
	struct way way = {.by = "call", .go = called ? called->start : NULL, .index = -1};

	(void)options;
	(void)now;
	return edge_to(state, &way, called, out, errs);
}

static ra_err decide_end(const struct ra_state *state, const struct ra_decide_options *options, ra_utc_ms now,
			 struct ra_decision *out, struct ra_errs *errs)
{
	const struct ra_frame *frame = state->frame == RA_FRAME_NONE ? NULL : &state->frames[state->frame];
	const char *name = ra_outcome_name(state->step->outcome);
	struct way way = {.by = "return", .index = -1};
	struct ra_owed owed;

	(void)now;
	if (options->interactive && ra_owed_next(state, &owed)) {
		way = (struct way){.by = "owed", .go = owed.undo->id, .because = owed.step->title, .index = -1};
		return edge_to(state, &way, owed.flow, out, errs);
	}
	if (!frame)
		return end(state, "outcome", state->step->outcome, out, errs);
	way.go = ra_json_str(frame->step->returns, name, frame->step->go_else);
	way.because = state->step->title;
	return edge_to(state, &way, frame->flow, out, errs);
}

/* A check the host is provably too old for is answered without being asked. */
static ra_err never_of(const struct ra_state *state, const struct ra_check *check, ra_utc_ms since, ra_utc_ms now,
		       struct ra_decision *out, struct ra_errs *errs)
{
	if (!ra_check_too_new(check, state->facts))
		return RA_OK;
	for (size_t i = 0; i < check->plane_count && !out->kind; i++) {
		const struct ra_asked *asked = ra_asked_find(state, check, check->planes[i].plane);
		cJSON *body = NULL;

		/* An answer that was on its way when the version became known does not outlast what the version proves. */
		if (asked && asked->never_seq > asked->said_seq && ra_asked_counts(state, asked) && asked->asked >= since)
			continue;
		if (ra_reply_never(state, check, &check->planes[i], now, &body) != RA_OK)
			return no_memory(errs);
		return give(out, RA_ENTRY_REPLY, body, errs);
	}
	return RA_OK;
}

static ra_err decide_never(const struct ra_state *state, const struct ra_decide_options *options, ra_utc_ms now,
			   struct ra_decision *out, struct ra_errs *errs)
{
	const struct ra_check *const *checks = NULL;
	size_t count = options->all ? ra_flowset_checks(state->set, &checks) : 0;
	ra_err err = RA_OK;
	const cJSON *id;

	for (size_t i = 0; i < state->need.count && err == RA_OK && !out->kind; i++)
		err = never_of(state, state->need.checks[i], RA_UTC_NONE, now, out, errs);
	for (size_t i = 0; i < state->asked_count && err == RA_OK && !out->kind; i++) {
		const struct ra_asked *asked = &state->asked[i];

		if (asked->never_seq && asked->said_seq > asked->never_seq)
			err = never_of(state, asked->check, RA_UTC_NONE, now, out, errs);
	}
	for (size_t i = 0; i < count && err == RA_OK && !out->kind; i++)
		err = never_of(state, checks[i], RA_UTC_NONE, now, out, errs);
	if (state->deed != RA_DEED_NONE || !options->interactive || ra_pass_find(state))
		return err;
	cJSON_ArrayForEach (id, ra_step_gates(state->step)) {
		const struct ra_gate *gate = ra_flowset_gate(state->set, id->valuestring);
		struct ra_need need = {0};

		if (gate)
			ra_gate_need(state, gate, &need);
		for (size_t i = 0; i < need.count && err == RA_OK && !out->kind; i++)
			err = never_of(state, need.checks[i], now - gate->max_age_ms, now, out, errs);
	}
	return err;
}

ra_err ra_state_decide(const struct ra_state *state, const struct ra_decide_options *options, ra_utc_ms now,
		       struct ra_decision *out, struct ra_errs *errs)
{
	/* In the order of enum ra_step_kind. */
	static ra_err (*const kinds[])(const struct ra_state *state, const struct ra_decide_options *options, ra_utc_ms now,
				       struct ra_decision *out, struct ra_errs *errs) = {
	    decide_check, decide_question, decide_gate, decide_action, decide_call, decide_end,
	};
	ra_err err = RA_OK;

	*out = (struct ra_decision){0};
	if (!state->started || state->ended)
		return RA_OK;
	now = ra_state_time(state, now);
	if (!ra_deed_open(state))
		err = decide_never(state, options, now, out, errs);
	if (err != RA_OK || out->kind)
		return err;
	return kinds[state->step->kind](state, options, now, out, errs);
}
