/* flowtest.c - the tests inside flows, walked by the engine itself: a world of given facts, answers for who would be
 * asked. */
#include "config.h"

#include "flow/engine.h"
#include "flow/entries.h"
#include "flow/flowtest.h"
#include "flow/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOON 1772452800000 /* 2026-03-02T12:00:00Z: when all tests happen */
#define ENTRIES_MAX 4000
#define STEP_MS 10 /* between entries */

/* Members of an entry that the journal would commit to stand as marks: here they are just values. In place, without an
 * allocation that could fail half way. */
static void unmark(cJSON *node)
{
	for (cJSON *at = node ? node->child : NULL; at; at = at->next) {
		cJSON *value = ra_marked(at);

		if (value) {
			at->type = value->type;
			at->child = value->child;
			at->valuestring = value->valuestring;
			at->valueint = value->valueint;
			at->valuedouble = value->valuedouble;
			value->child = NULL;
			value->valuestring = NULL;
			cJSON_Delete(value);
		}
		unmark(at);
	}
}

/* Take a body in as the next entry. Owner: body is taken in every case. */
static ra_err append(struct ra_flow_walk *walk, const char *kind, cJSON *body)
{
	cJSON **slot = body ? ra_list_add(&walk->bodies, sizeof(*slot), &walk->errs) : NULL;
	struct ra_fold_entry entry = {
	    .seq = (int64_t)walk->bodies.count - 1, .t = walk->now, .kind = kind, .body = body};

	if (!slot) {
		cJSON_Delete(body);
		return ra_fail(&walk->errs, RA_E_NOMEM, "out of memory");
	}
	*slot = body;
	unmark(body);
	walk->now += STEP_MS;
	if (walk->bodies.count > ENTRIES_MAX)
		return ra_fail(&walk->errs, RA_E_LIMIT, "the walk does not come to rest");
	if (strcmp(kind, ra_entry_name(RA_ENTRY_EDGE)) == 0 && walk->begun && walk->on_edge)
		walk->on_edge(walk->payload, body);
	return ra_state_apply(walk->state, &entry, &walk->errs);
}

/* One observation of a given fact. Out: false without memory, or when the value does not fit the type. */
static bool observe(struct ra_flow_walk *walk, cJSON *facts, const struct ra_extract *fact, enum ra_plane plane)
{
	const cJSON *given = ra_json_get(ra_json_get(walk->test, "given"), fact->name);
	struct ra_obs obs = {.plane = plane, .at = walk->now, .lasting = fact->lasting, .value = {.type = fact->type}};
	const char *unknown = ra_json_str(given, "unknown", given ? NULL : ra_reason_name(RA_NOT_ASKED));
	int reason = unknown ? ra_reason_parse(unknown) : RA_KNOWN;
	cJSON *node;

	if (reason < 0 || (reason == RA_KNOWN && ra_value_from_json(fact->type, given, &obs.value) != RA_OK)) {
		(void)ra_fail(&walk->errs, RA_E_INVALID, "the given %s is no %s", fact->name, ra_type_name(fact->type));
		return false;
	}
	obs.reason = (enum ra_reason)reason;
	memcpy(obs.name, fact->name, sizeof(obs.name));
	node = ra_obs_to_json(&obs);
	ra_obs_clear(&obs);
	if (node && cJSON_AddItemToArray(facts, node))
		return true;
	cJSON_Delete(node);
	(void)ra_fail(&walk->errs, RA_E_NOMEM, "out of memory");
	return false;
}

static cJSON *new_reply(const char *check, enum ra_plane plane, const char *request)
{
	RA_AUTO(ra_cjson_free) cJSON *body = cJSON_CreateObject();
	cJSON *clock = body ? cJSON_AddObjectToObject(body, "clock") : NULL, *whole = body;

	if (!clock || !cJSON_AddNumberToObject(clock, "offset_ms", 0) ||
	    !cJSON_AddNumberToObject(clock, "margin_ms", 0) || !cJSON_AddStringToObject(body, "check", check) ||
	    !cJSON_AddStringToObject(body, "plane", ra_plane_name(plane)) ||
	    !cJSON_AddStringToObject(body, "request", request) || !cJSON_AddArrayToObject(body, "facts"))
		return NULL;
	body = NULL;
	return whole;
}

static cJSON *facts_of(cJSON *body)
{
	return cJSON_GetObjectItemCaseSensitive(body, "facts");
}

/* Every signature of the set: given, or not asked. */
static bool observe_signatures(struct ra_flow_walk *walk, cJSON *facts, enum ra_plane plane)
{
	const struct ra_signatures *signatures = ra_flowset_signatures(walk->set);

	for (size_t i = 0; i < signatures->count; i++) {
		struct ra_extract fact = {.type = RA_BOOL};

		if (!signatures->items[i].logs)
			continue;
		snprintf(fact.name, sizeof(fact.name), "sig.%.*s", RA_FACT_NAME_MAX - 5, signatures->items[i].id);
		if (!observe(walk, facts, &fact, plane))
			return false;
	}
	return true;
}

/* A plane answers a check with what is given; what is not given was not asked. */
static ra_err reply(struct ra_flow_walk *walk, const struct ra_want *want)
{
	RA_AUTO(ra_cjson_free) cJSON *body = new_reply(want->check->id, want->plane->plane, want->plane->request);
	cJSON *whole = body;
	bool ok = body != NULL;

	for (size_t i = 0; ok && i < want->plane->fact_count; i++)
		ok = observe(walk, facts_of(body), &want->plane->facts[i], want->plane->plane);
	if (ok && want->plane->parse && strcmp(want->plane->parse, "signatures") == 0)
		ok = observe_signatures(walk, facts_of(body), want->plane->plane);
	if (!ok)
		return walk->errs.count ? walk->errs.code : ra_fail(&walk->errs, RA_E_NOMEM, "out of memory");
	body = NULL;
	return append(walk, ra_entry_name(RA_ENTRY_REPLY), whole);
}

static ra_err reply_all(struct ra_flow_walk *walk, bool *any)
{
	struct ra_want wants[RA_WANTS_MAX];
	size_t count = ra_state_wants(walk->state, &walk->planes, false, walk->now, wants);
	ra_err err = RA_OK;

	*any = count > 0;
	for (size_t i = 0; err == RA_OK && i < count; i++)
		err = reply(walk, &wants[i]);
	return err;
}

/* Given facts that no check brings are there from the beginning, from every plane. */
static ra_err give_rest(struct ra_flow_walk *walk, enum ra_plane plane)
{
	RA_AUTO(ra_cjson_free) cJSON *body = new_reply("", plane, "given");
	const cJSON *given;
	cJSON *whole = body;

	if (!body)
		return ra_fail(&walk->errs, RA_E_NOMEM, "out of memory");
	cJSON_ArrayForEach (given, ra_json_get(walk->test, "given")) {
		const struct ra_fact_decl *decl = ra_decl_find(walk->set, given->string);
		struct ra_extract fact = {.type = decl ? decl->type : RA_TEXT, .lasting = true};

		if (!decl || decl->by_check || (decl->doc == NULL && strcmp(given->string, "host.name") != 0 && !ra_fact_is_given(given->string)))
			continue;
		snprintf(fact.name, sizeof(fact.name), "%.*s", RA_FACT_NAME_MAX - 1, given->string);
		if (!observe(walk, facts_of(body), &fact, plane))
			return walk->errs.code;
	}
	body = NULL;
	return append(walk, ra_entry_name(RA_ENTRY_REPLY), whole);
}

/* Every plane answers; whether the session found it up or down is known only if the test says so. */
static ra_err begin_plane(struct ra_flow_walk *walk, enum ra_plane plane)
{
	const cJSON *given = ra_json_get(walk->test, "given"), *state;
	RA_AUTO(ra_cjson_free) cJSON *body = NULL;
	char name[RA_FACT_NAME_MAX];
	cJSON *whole;
	bool down;
	ra_err err;

	walk->planes.given[plane] = true;
	snprintf(name, sizeof(name), "plane.%s.state", ra_plane_name(plane));
	state = ra_json_get(given, name);
	if (!cJSON_IsString(state))
		return give_rest(walk, plane);
	snprintf(name, sizeof(name), "plane.%s.error", ra_plane_name(plane));
	down = strcmp(state->valuestring, "down") == 0;
	walk->planes.down[plane] = down;
	body = whole = cJSON_CreateObject();
	if (!body || !cJSON_AddStringToObject(body, "plane", ra_plane_name(plane)) ||
	    !cJSON_AddStringToObject(body, "state", state->valuestring) ||
	    (down && !cJSON_AddStringToObject(body, "why", ra_json_str(given, name, "unreachable"))))
		return ra_fail(&walk->errs, RA_E_NOMEM, "out of memory");
	body = NULL;
	err = append(walk, ra_entry_name(RA_ENTRY_PLANE), whole);
	return err == RA_OK && !down ? give_rest(walk, plane) : err;
}

/* Go from the flow's start straight to a step that is no entry, as a walk does that came there some other way. */
static ra_err jump(struct ra_flow_walk *walk, const char *step)
{
	RA_AUTO(ra_cjson_free) cJSON *body = cJSON_CreateObject();
	cJSON *whole = body;

	if (!body || !cJSON_AddStringToObject(body, "flow", walk->flow->id) ||
	    !cJSON_AddStringToObject(body, "from", walk->flow->start) || !cJSON_AddStringToObject(body, "to", step) ||
	    !cJSON_AddStringToObject(body, "to_flow", walk->flow->id) || !cJSON_AddStringToObject(body, "by", "else"))
		return ra_fail(&walk->errs, RA_E_NOMEM, "out of memory");
	body = NULL;
	walk->jumped = 1;
	return append(walk, ra_entry_name(RA_ENTRY_EDGE), whole);
}

static bool is_entry(const struct ra_flow *flow, const char *step)
{
	const cJSON *entry;

	cJSON_ArrayForEach (entry, flow->entries) {
		if (strcmp(ra_json_str(entry, "go", ""), step) == 0)
			return true;
	}
	return strcmp(flow->start, step) == 0;
}

static ra_err begin(struct ra_flow_walk *walk)
{
	const char *entry = ra_json_str(walk->test, "entry", walk->flow->start);
	const cJSON *given = ra_json_get(walk->test, "given");
	bool bmc = ra_json_get(given, "plane.bmc.state") != NULL;
	struct ra_start_info info = {.flow = walk->flow->id,
				     .entry_step = is_entry(walk->flow, entry) ? entry : NULL,
				     .host = ra_json_str(given, "host.name", "host"),
				     .firmware_changes = ra_json_bool(given, RA_FACT_FIRMWARE_CHANGES, false),
				     .source = "test",
				     .planes = bmc ? "ssh,vcenter,bmc" : "ssh,vcenter",
				     .version = "test"};
	cJSON *body = NULL;
	ra_err err = ra_make_start(walk->state, &info, &body, &walk->errs);

	if (err == RA_OK)
		err = append(walk, ra_entry_name(RA_ENTRY_START), body);
	if (err == RA_OK && !info.entry_step)
		err = jump(walk, entry);
	if (err == RA_OK)
		err = begin_plane(walk, RA_PLANE_VCENTER);
	if (err == RA_OK && bmc)
		err = begin_plane(walk, RA_PLANE_BMC);
	return err == RA_OK ? begin_plane(walk, RA_PLANE_SSH) : err;
}

#define IDS_MAX 32
/* The answers a test gives to a step or a check. Out: how many. */
static size_t answers_to(const struct ra_flow_walk *walk, const char *id, const char **out)
{
	const cJSON *answers = ra_json_get(ra_json_get(walk->test, "answers"), id), *item;
	size_t count = 0;

	if (cJSON_IsString(answers))
		out[count++] = answers->valuestring;
	if (cJSON_IsArray(answers)) {
		cJSON_ArrayForEach (item, answers) {
			if (cJSON_IsString(item) && count < IDS_MAX)
				out[count++] = item->valuestring;
		}
	}
	out[count] = NULL;
	return count;
}

static ra_err answer(struct ra_flow_walk *walk, const struct ra_now *now)
{
	const char *ids[IDS_MAX + 1];
	cJSON *body = NULL;
	ra_err err;

	(void)answers_to(walk, now->check ? now->check->id : now->step->id, ids);
	err = ra_make_answer(walk->state, now->check, ids, walk->now, &body, &walk->errs);
	return err == RA_OK ? append(walk, ra_entry_name(RA_ENTRY_ANSWER), body) : err;
}

/* A gate is left closed unless the test names it; then all it asks for is there. */
static ra_err pass_gate(struct ra_flow_walk *walk, const struct ra_now *now)
{
	struct ra_gate_case gate_case = {.now = walk->now, .key_tried = true, .key = {.id = "{test}", .all = true}};
	const char *ids[IDS_MAX + 1], *affirmed[IDS_MAX + 1] = {NULL};
	const struct ra_gate *gate = answers_to(walk, now->step->id, ids) ? ra_flowset_gate(walk->set, ids[0]) : NULL;
	RA_AUTO(ra_mem_free) char *typed = gate && gate->type ? ra_state_fill(walk->state, gate->type, NULL) : NULL;
	const cJSON *statements = gate ? gate->statements : NULL, *statement;
	cJSON *body = NULL;
	size_t count = 0;
	ra_err err;

	cJSON_ArrayForEach (statement, statements) {
		if (count < IDS_MAX)
			affirmed[count++] = ra_json_str(statement, "id", "");
	}
	gate_case.gate = gate ? gate->id : NULL;
	gate_case.affirmed = affirmed;
	gate_case.typed = typed;
	err = ra_make_gate(walk->state, &gate_case, &body, &walk->errs);
	return err == RA_OK ? append(walk, ra_entry_name(RA_ENTRY_GATE), body) : err;
}

/* How a test lets an action end: its last answer, "ok", "fail" or "skip"; NULL: the test ends at the action. */
static const char *result_of(const struct ra_flow_walk *walk, const struct ra_step *step)
{
	static const char *const results[] = {"ok", "fail", "skip"};
	const char *ids[IDS_MAX + 1];
	size_t count = answers_to(walk, step->id, ids);

	for (size_t i = 0; count && i < RA_LEN(results); i++) {
		if (strcmp(ids[count - 1], results[i]) == 0)
			return results[i];
	}
	return NULL;
}

static ra_err skip(struct ra_flow_walk *walk)
{
	const char *kind = NULL;
	cJSON *body = NULL;
	ra_err err = ra_make_skip(walk->state, NULL, &kind, &body, &walk->errs);

	return err == RA_OK ? append(walk, kind, body) : err;
}

/* The test says how the verification ended: what is given does not change by an action. */
static ra_err conclude(struct ra_flow_walk *walk, const struct ra_step *step, const char *result)
{
	RA_AUTO(ra_cjson_free) cJSON *body = cJSON_CreateObject();
	cJSON *whole = body;

	if (!body || !cJSON_AddStringToObject(body, "step", step->id) ||
	    !cJSON_AddStringToObject(body, "result", strcmp(result, "ok") == 0 ? "verified" : "unverified") ||
	    !cJSON_AddStringToObject(body, "because", "the test says so"))
		return ra_fail(&walk->errs, RA_E_NOMEM, "out of memory");
	body = NULL;
	return append(walk, ra_entry_name(RA_ENTRY_OUTCOME), whole);
}

/* Do the action: the engine still asks for guard, causes, gate and confirmation. */
static ra_err act(struct ra_flow_walk *walk, const struct ra_step *step, const char *result)
{
	const cJSON *type = step->action.confirm_type;
	RA_AUTO(ra_mem_free) char *typed = NULL;
	char text[RA_FACT_NAME_MAX + 2];
	cJSON *body = NULL;
	ra_err err;

	snprintf(text, sizeof(text), "{%s}", type ? type->valuestring : "host.name");
	typed = ra_state_fill(walk->state, text, NULL);
	err = ra_make_intent(walk->state, typed, walk->now, &body, &walk->errs);
	if (err == RA_OK)
		err = append(walk, ra_entry_name(RA_ENTRY_INTENT), body);
	if (err == RA_OK)
		err = ra_make_done(walk->state, "done", NULL, &body, &walk->errs);
	if (err == RA_OK)
		err = append(walk, ra_entry_name(RA_ENTRY_DONE), body);
	return err == RA_OK ? conclude(walk, step, result) : err;
}

/* What comes next when nothing follows by itself. Out: *over when the test is at its end. */
static ra_err go_on(struct ra_flow_walk *walk, bool *over)
{
	struct ra_now now;
	const char *result;
	bool any = false;
	ra_err err = reply_all(walk, &any);

	if (err != RA_OK || any)
		return err;
	now = ra_state_now(walk->state, &walk->planes);
	result = now.step && now.step->kind == RA_STEP_ACTION ? result_of(walk, now.step) : NULL;
	if (now.phase == RA_PH_MANUAL || now.phase == RA_PH_QUESTION)
		return answer(walk, &now);
	if (result && strcmp(result, "skip") == 0)
		return skip(walk);
	if (now.phase == RA_PH_GATE)
		return pass_gate(walk, &now);
	if (result && now.phase == RA_PH_CONFIRM)
		return act(walk, now.step, result);
	*over = true;
	return RA_OK;
}

/* An action ends the test, unless the test says how it ends. */
static bool stops_here(const struct ra_flow_walk *walk)
{
	struct ra_now now = ra_state_now(walk->state, &walk->planes);

	if (now.phase == RA_PH_END || !now.step || now.step->kind != RA_STEP_ACTION)
		return now.phase == RA_PH_END;
	return !result_of(walk, now.step);
}

ra_err ra_flow_walk_run(struct ra_flow_walk *walk)
{
	ra_err err;
	bool over = false;

	walk->now = NOON;
	walk->state = ra_state_new(walk->set);
	err = walk->state ? begin(walk) : ra_fail(&walk->errs, RA_E_NOMEM, "out of memory");
	walk->begun = true;
	while (err == RA_OK && !over && !stops_here(walk)) {
		struct ra_decide_options options = {.planes = walk->planes, .interactive = true};
		struct ra_decision decision;

		err = ra_state_decide(walk->state, &options, walk->now, &decision, &walk->errs);
		if (err == RA_OK && decision.kind)
			err = append(walk, decision.kind, decision.body);
		else if (err == RA_OK)
			err = go_on(walk, &over);
	}
	return err;
}

void ra_flow_walk_clear(struct ra_flow_walk *walk)
{
	cJSON **bodies = walk->bodies.items;

	ra_state_free(walk->state);
	for (size_t i = 0; i < walk->bodies.count; i++)
		cJSON_Delete(bodies[i]);
	free(bodies);
}
