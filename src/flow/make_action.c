/* make_action.c - bodies of the entries that lead to an action and away from it. ra_make_intent is the one place where an action may
 * begin, and it takes nobody's word for what it can look at itself. */
#include "config.h"

#include "flow/state.h"

#include <stdlib.h>
#include <string.h>

static ra_err no_memory(struct ra_errs *errs)
{
	return ra_fail(errs, RA_E_NOMEM, "out of memory");
}

ra_err ra_gate_body(const struct ra_state *state, const char *gate, const char *by, bool opened, const char *why, cJSON **out)
{
	RA_AUTO(ra_cjson_free) cJSON *body = cJSON_CreateObject();

	*out = NULL;
	if (!body || !ra_put_text(body, "step", state->step->id) || (gate && !ra_put_text(body, "gate", gate)) ||
	    !ra_put(body, "opened", cJSON_CreateBool(opened)) || !ra_put_text(body, "why", why) ||
	    (*by && !ra_put_text(body, "by", by)))
		return RA_E_NOMEM;
	*out = body;
	body = NULL;
	return RA_OK;
}

static bool listed(const cJSON *ids, const char *id)
{
	const cJSON *at;

	cJSON_ArrayForEach (at, ids) {
		if (strcmp(at->valuestring, id) == 0)
			return true;
	}
	return false;
}

static bool is_affirmed(const struct ra_gate_case *gate_case, const char *id)
{
	for (const char *const *at = gate_case->affirmed; at && *at; at++) {
		if (strcmp(*at, id) == 0)
			return true;
	}
	return false;
}

/* What the case lacks for the gate to open by statements; NULL: nothing. Owner: *room holds a text made for it. */
static const char *lacking(const struct ra_state *state, const struct ra_gate *gate, const struct ra_gate_case *gate_case,
			   struct ra_buf *room)
{
	RA_AUTO(ra_mem_free) char *type = NULL;
	const cJSON *statement;
	bool complete = false;

	if (!gate->needs_key && !gate->type && !(gate->statements && gate->statements->child))
		return "it opens by its condition alone, which is not proven true";
	cJSON_ArrayForEach (statement, gate->statements) {
		const char *id = ra_json_str(statement, "id", "");

		if (is_affirmed(gate_case, id))
			continue;
		return ra_buf_printf(room, "not affirmed: %s: %s", id, ra_json_str(statement, "say", "")) == RA_OK
			       ? ra_buf_str(room)
			       : "a statement is not affirmed";
	}
	if (gate->needs_key && !gate_case->key_tried)
		return "the recovery key was not proven";
	if (gate->needs_key && !gate_case->key.all && !gate_case->key.part) {
		if (gate_case->key.differs_at > 0 &&
		    ra_buf_printf(room, "group %d of the recovery key differs", gate_case->key.differs_at) == RA_OK)
			return ra_buf_str(room);
		return "the recovery key does not match";
	}
	type = gate->type ? ra_state_fill(state, gate->type, &complete) : NULL;
	if (gate->type && !type)
		return "out of memory";
	if (gate->type && !complete)
		return "what is to be typed names a fact that is not known";
	if (gate->type && (!gate_case->typed || strcmp(gate_case->typed, type) != 0))
		return "what was typed is not what is asked for";
	return NULL;
}

static bool put_affirmed(cJSON *body, const struct ra_gate *gate, const struct ra_gate_case *gate_case)
{
	cJSON *array = cJSON_CreateArray();
	const cJSON *statement;

	cJSON_ArrayForEach (statement, gate->statements) {
		const char *id = ra_json_str(statement, "id", "");
		cJSON *item = is_affirmed(gate_case, id) ? cJSON_CreateString(id) : NULL;

		if (item && (!array || !cJSON_AddItemToArray(array, item))) {
			cJSON_Delete(item);
			cJSON_Delete(array);
			return false;
		}
	}
	return ra_put(body, "affirmed", array);
}

/* What opened a gate, in words. A key of which only some groups were typed is proven in part, and that stays said. */
static const char *proven(const struct ra_gate *gate, const struct ra_gate_case *gate_case, struct ra_buf *room)
{
	const char *comma = "";
	ra_err err;

	if (!gate->needs_key)
		return "every statement and proof was given";
	if (gate_case->key.all)
		return "every statement was affirmed; all 16 groups of the recovery key match";
	err = ra_buf_text(room, "every statement was affirmed; the recovery key is partly proven: groups ");
	for (int group = 0; !err && group < RA_KEY_GROUPS; group++) {
		if (!(gate_case->key.groups >> group & 1))
			continue;
		err = ra_buf_printf(room, "%s%d", comma, group + 1);
		comma = ", ";
	}
	if (!err)
		err = ra_buf_printf(room, " of %d match", RA_KEY_GROUPS);
	return err ? "every statement was affirmed; the recovery key is partly proven" : ra_buf_str(room);
}

static ra_err judge_gate(const struct ra_state *state, const struct ra_gate *gate, const struct ra_gate_case *gate_case,
			 cJSON **out)
{
	bool condition = ra_gate_condition(state, gate, gate_case->now);
	struct ra_buf room = {0};
	const char *why = condition ? NULL : lacking(state, gate, gate_case, &room);
	const char *opened_why = why ? "" : condition ? "its condition is true on what was just read" : proven(gate, gate_case, &room);
	RA_AUTO(ra_cjson_free) cJSON *body = NULL;
	ra_err err = ra_gate_body(state, gate->id, why ? "" : condition ? "condition" : "statements", !why,
				  why ? why : opened_why, &body);

	ra_buf_free(&room);
	*out = NULL;
	if (err != RA_OK || (!condition && !put_affirmed(body, gate, gate_case)))
		return RA_E_NOMEM;
	if (!condition && !why && gate->needs_key && !ra_put_text(body, "key", gate_case->key.all ? "proven" : "partly proven"))
		return RA_E_NOMEM;
	if (!condition && gate_case->key_tried && gate_case->key.id[0] &&
	    !ra_put(body, "recovery_id", ra_sensitive(cJSON_CreateString(gate_case->key.id))))
		return RA_E_NOMEM;
	*out = body;
	body = NULL;
	return RA_OK;
}

ra_err ra_make_gate(const struct ra_state *state, const struct ra_gate_case *gate_case, cJSON **out, struct ra_errs *errs)
{
	struct ra_now now = ra_state_now(state, NULL);
	const struct ra_gate *gate;
	ra_err err;

	*out = NULL;
	if (now.phase != RA_PH_GATE)
		return ra_fail(errs, RA_E_STATE, "the walk does not stand before a gate");
	if (!gate_case->gate) {
		err = ra_gate_body(state, NULL, "", false, "it was left closed", out);
		return err == RA_OK ? err : no_memory(errs);
	}
	gate = ra_flowset_gate(state->set, gate_case->gate);
	if (!gate || !listed(now.gates, gate_case->gate))
		return ra_fail(errs, RA_E_ARG, "\"%s\" is no gate of step \"%s\"", gate_case->gate, state->step->id);
	err = judge_gate(state, gate, gate_case, out);
	return err == RA_OK ? err : no_memory(errs);
}

/* A change of a gated class takes a pass of one of that class's gates, whatever the step says. */
static ra_err check_classes(const struct ra_state *state, const struct ra_pass *pass, struct ra_errs *errs)
{
	const struct ra_action *action = &state->step->action;
	const cJSON *id;

	if (action->restore)
		return RA_OK;
	cJSON_ArrayForEach (id, action->touches) {
		const struct ra_class *class = ra_flowset_class(state->set, id->valuestring);

		if (!class)
			return ra_fail(errs, RA_E_DENIED, "\"%s\" is no class of change this program knows", id->valuestring);
		if (class->gate && class->gate->child && (!pass || !listed(class->gate, pass->gate->id)))
			return ra_fail(errs, RA_E_DENIED, "\"%s\" is changed only behind its own gate", class->title);
	}
	return RA_OK;
}

static ra_err check_gate(const struct ra_state *state, ra_utc_ms now, const struct ra_pass **pass, struct ra_errs *errs)
{
	const char *lapsed;

	*pass = ra_pass_find(state);
	if (!ra_step_gates(state->step))
		return check_classes(state, NULL, errs);
	if (!*pass)
		return ra_fail(errs, RA_E_DENIED, "the gate before step \"%s\" is not open", state->step->id);
	lapsed = ra_pass_lapsed(state, *pass, now);
	if (lapsed)
		return ra_fail(errs, RA_E_DENIED, "the gate \"%s\" has closed again: %s", (*pass)->gate->title, lapsed);
	return check_classes(state, *pass, errs);
}

static ra_err check_typed(const struct ra_state *state, const char *typed, struct ra_errs *errs)
{
	const cJSON *fact = state->step->action.confirm_type;
	RA_AUTO(ra_mem_free) char *wanted = NULL;
	struct ra_buf mark = {0};
	bool complete = false;

	if (!fact)
		return RA_OK;
	if (ra_buf_printf(&mark, "{%s}", fact->valuestring) == RA_OK)
		wanted = ra_state_fill(state, ra_buf_str(&mark), &complete);
	ra_buf_free(&mark);
	if (!wanted)
		return no_memory(errs);
	if (!complete)
		return ra_fail(errs, RA_E_DENIED, "%s is not known, so it cannot be confirmed", fact->valuestring);
	if (!typed || strcmp(typed, wanted) != 0)
		return ra_fail(errs, RA_E_DENIED, "what was typed is not %s", wanted);
	return RA_OK;
}

/* Everything that must hold for the action to begin now. Out: *pass it begins under, NULL when no gate is asked for. */
static ra_err check_intent(const struct ra_state *state, const char *typed, ra_utc_ms now, const struct ra_pass **pass,
			   struct ra_errs *errs)
{
	const struct ra_action *action = &state->step->action;
	struct ra_cond_result doubt;
	const char *why;
	ra_err err;

	if (!action->by_human && (action->danger >= RA_IRREVERSIBLE || !action->request))
		return ra_fail(errs, RA_E_DENIED, "an irreversible action is done by a human, never by the program");
	if (ra_state_too_late(state, now))
		return ra_fail(errs, RA_E_DENIED, "the agreed time is over: no disruptive or irreversible step begins now");
	if (!ra_action_allowed(state, now, &doubt, &why))
		return ra_fail(errs, RA_E_DENIED, "step \"%s\" must not be done now: %s%s%s", state->step->id, why,
			       doubt.fact[0] ? ": " : "", doubt.fact);
	err = check_gate(state, now, pass, errs);
	return err != RA_OK ? err : check_typed(state, typed, errs);
}

static cJSON *likely_causes(const struct ra_state *state, ra_utc_ms now)
{
	struct ra_cond_env env = ra_state_env(state, now);
	const struct ra_cause *const *causes = NULL;
	size_t count = ra_flowset_causes(state->set, &causes);
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < count && array; i++) {
		cJSON *id;

		if (ra_cause_judge(causes[i], &env, NULL) != RA_CAUSE_LIKELY)
			continue;
		id = cJSON_CreateString(causes[i]->id);
		if (id && cJSON_AddItemToArray(array, id))
			continue;
		cJSON_Delete(id);
		array = ra_cjson_free(array);
	}
	return array;
}

static bool put_intent(const struct ra_state *state, cJSON *body, const struct ra_pass *pass, ra_utc_ms now)
{
	const struct ra_action *action = &state->step->action;

	return ra_put_text(body, "step", state->step->id) && ra_put_text(body, "danger", ra_danger_name(action->danger)) &&
	       (!action->touches || ra_put(body, "touches", cJSON_Duplicate(action->touches, true))) &&
	       ra_put_text(body, "by", action->by_human ? "human" : ra_plane_name(action->plane)) &&
	       (action->by_human || ra_put_text(body, "request", action->request)) &&
	       (!pass || ra_put_text(body, "gate", pass->gate->id)) && ra_put(body, "causes", likely_causes(state, now));
}

ra_err ra_make_intent(const struct ra_state *state, const char *typed, ra_utc_ms now, cJSON **out, struct ra_errs *errs)
{
	enum ra_phase phase = ra_state_now(state, NULL).phase;
	RA_AUTO(ra_cjson_free) cJSON *body = NULL;
	const struct ra_pass *pass = NULL;
	ra_err err;

	*out = NULL;
	if (phase == RA_PH_GATE && state->step->kind == RA_STEP_ACTION)
		return ra_fail(errs, RA_E_DENIED, "the gate before step \"%s\" is not open", state->step->id);
	if (ra_deed_open(state))
		return ra_fail(errs, RA_E_DENIED, "the action of step \"%s\" has begun already", state->step->id);
	if (phase != RA_PH_CONFIRM)
		return ra_fail(errs, RA_E_STATE, "the walk does not stand before an action");
	now = ra_state_time(state, now);
	err = check_intent(state, typed, now, &pass, errs);
	if (err != RA_OK)
		return err;
	body = cJSON_CreateObject();
	if (!body || !put_intent(state, body, pass, now))
		return no_memory(errs);
	*out = body;
	body = NULL;
	return RA_OK;
}

ra_err ra_make_done(const struct ra_state *state, const char *how, const char *say, cJSON **out, struct ra_errs *errs)
{
	static const char *const words[] = {"done", "not_done", "refused", "unknown"};
	bool human = ra_deed_open(state) && state->step->action.by_human, fits = false;
	RA_AUTO(ra_cjson_free) cJSON *body = NULL;

	*out = NULL;
	if (!ra_deed_open(state) || state->how || state->ended)
		return ra_fail(errs, RA_E_STATE, "no action is being done");
	if (state->lost && !human)
		return ra_fail(errs, RA_E_STATE, "nobody knows whether the command ran: only its verification leads on");
	for (size_t i = 0; i < RA_LEN(words); i++)
		fits = fits || strcmp(words[i], how) == 0;
	if (!fits)
		return ra_fail(errs, RA_E_ARG, "\"%s\" is not how an action ends", how);
	body = cJSON_CreateObject();
	if (!body || !ra_put_text(body, "step", state->step->id) || !ra_put_text(body, "how", how) ||
	    (say && *say && !ra_put(body, "say", ra_sensitive(cJSON_CreateString(say)))))
		return no_memory(errs);
	*out = body;
	body = NULL;
	return RA_OK;
}

/* The operator's reason, where one was given. */
static bool put_why(cJSON *body, const char *why)
{
	return !why || !*why || ra_put(body, "why", ra_sensitive(cJSON_CreateString(why)));
}

static cJSON *skip_edge(const struct ra_state *state, const char *why)
{
	const struct ra_action *action = &state->step->action;
	const struct ra_visit *aside = ra_aside_of(state);
	const char *skip = action->skip ? action->skip : action->blocked;
	RA_AUTO(ra_cjson_free) cJSON *body = cJSON_CreateObject();
	cJSON *out = body;

	if (!body || !ra_put_text(body, "flow", state->flow->id) || !ra_put_text(body, "from", state->step->id) ||
	    !ra_put_text(body, "to", aside ? aside->step->id : skip) ||
	    !ra_put_text(body, "to_flow", aside ? aside->flow->id : state->flow->id) ||
	    !ra_put_text(body, "by", aside ? "unpaid" : "skip") || !put_why(body, why))
		return NULL;
	body = NULL;
	return out;
}

static cJSON *skip_outcome(const struct ra_state *state, const char *why)
{
	RA_AUTO(ra_cjson_free) cJSON *body = cJSON_CreateObject();
	cJSON *out = body;

	if (!body || !ra_put_text(body, "step", state->step->id) || !ra_put_text(body, "result", "unverified") ||
	    !ra_put_text(body, "because", "the operator stopped waiting for it") || !put_why(body, why))
		return NULL;
	body = NULL;
	return out;
}

ra_err ra_make_skip(const struct ra_state *state, const char *why, const char **kind, cJSON **out, struct ra_errs *errs)
{
	enum ra_phase phase = ra_state_now(state, NULL).phase;
	bool action = state->step && state->step->kind == RA_STEP_ACTION;

	*out = NULL;
	*kind = NULL;
	if (phase == RA_PH_VERIFY) {
		*kind = ra_entry_name(RA_ENTRY_OUTCOME);
		*out = skip_outcome(state, why);
	} else if (phase == RA_PH_CONFIRM || (phase == RA_PH_GATE && action)) {
		*kind = ra_entry_name(RA_ENTRY_EDGE);
		*out = skip_edge(state, why);
	} else {
		return ra_fail(errs, RA_E_STATE, "there is nothing to skip here");
	}
	return *out ? RA_OK : no_memory(errs);
}

/* Steps an operator can do otherwise: what was asked, what was opened or left closed, what was not begun. */
static bool can_differ(const struct ra_visit *visit, const struct ra_visit_more *more)
{
	switch (visit->step->kind) {
	case RA_STEP_QUESTION:
	case RA_STEP_GATE:
		return true;
	case RA_STEP_ACTION:
		return strcmp(visit->by, "blocked") != 0;
	default:
		return more->by_hand;
	}
}

/* The last step before this one that may come out otherwise; NULL when there is none, or it lies before what was done.
 * checks: what was only read counts too. Out: *owed whether something that was owed stands between. */
static const struct ra_visit *last_open(const struct ra_state *state, bool checks, bool *owed)
{
	int64_t barrier = state->deed_count ? state->deeds[state->deed_count - 1].intent_seq : -1;

	*owed = ra_aside_of(state) != NULL;
	for (size_t i = state->visit_count - 1; i-- > 0;) {
		const struct ra_visit *visit = &state->visits[i];

		*owed = *owed || state->more[i].aside_from != RA_ASIDE_NONE;
		if (*owed || visit->seq < barrier)
			return NULL;
		if (!visit->taken_back && (can_differ(visit, &state->more[i]) || (checks && visit->step->kind == RA_STEP_CHECK)))
			return visit;
	}
	return NULL;
}

static ra_err back_to(const struct ra_state *state, const struct ra_visit *to, cJSON **out, struct ra_errs *errs)
{
	RA_AUTO(ra_cjson_free) cJSON *body = cJSON_CreateObject();

	if (!body || !ra_put_text(body, "from", state->step->id) || !ra_put_text(body, "to", to->step->id) ||
	    !ra_put_text(body, "to_flow", to->flow->id))
		return no_memory(errs);
	*out = body;
	body = NULL;
	return RA_OK;
}

ra_err ra_make_back(const struct ra_state *state, cJSON **out, struct ra_errs *errs)
{
	const struct ra_visit *to;
	bool owed;

	*out = NULL;
	if (!state->started || ra_deed_open(state))
		return ra_fail(errs, RA_E_STATE, state->started ? "an action is open: only its verification leads on"
								: "the walk has not begun");
	if (state->ended && strcmp(state->end_reason, "outcome") != 0)
		return ra_fail(errs, RA_E_STATE, "the walk was stopped; resume it first");
	to = last_open(state, false, &owed);
	if (!to)
		return ra_fail(errs, RA_E_STATE, "there is no step to go back to%s",
			       owed || state->deed_count ? ": what was done is not undone by going back" : "");
	return back_to(state, to, out, errs);
}

ra_err ra_make_reopen(const struct ra_state *state, cJSON **out, struct ra_errs *errs)
{
	const struct ra_visit *to = NULL;
	bool owed;

	*out = NULL;
	if (state->started && !state->ended && state->step->kind == RA_STEP_END && state->step->outcome == RA_OUT_STOPPED &&
	    state->frame == RA_FRAME_NONE)
		to = last_open(state, true, &owed);
	return to ? back_to(state, to, out, errs) : RA_OK;
}
