/* flow_rig.c - see flow_rig.h. */
#include "flow_rig.h"

#include "unit.h"

#include "base/buf.h"
#include "flow/state.h"

#include <stdio.h>
#include <string.h>

struct ra_flowset *rig_load(const char *dir_under_source)
{
	char path[4096];
	const char *dirs[] = {path, NULL};
	struct ra_flow_sources sources = {.dirs = dirs, .trust_anyone = true};
	struct ra_flowset *set = NULL;
	struct ra_errs errs;
	char line[2048];

	ra_errs_clear(&errs);
	snprintf(path, sizeof(path), "%s/%s", unit_dir("RA_SRCDIR"), dir_under_source);
	if (ra_flowset_load(&sources, &set, &errs) != RA_OK)
		fprintf(stderr, "%s\n", ra_errs_line(&errs, line, sizeof(line)));
	return set;
}

void rig_give(struct rig *rig, const char *planes)
{
	for (int i = 0; i < RA_PLANE_COUNT; i++)
		rig->planes.given[i] = strstr(planes, ra_plane_name((enum ra_plane)i)) != NULL;
}

void rig_begin(struct rig *rig, const struct ra_flowset *set, const char *flow, const char *step, const char *planes)
{
	struct ra_start_info info = {.flow = flow, .entry_step = step, .host = "esx01", .source = "test", .planes = planes, .version = "0"};
	cJSON *body = NULL;

	*rig = (struct rig){.set = set, .interactive = true, .now = RIG_START, .world = cJSON_CreateObject()};
	rig->state = ra_state_new(set);
	assert_non_null(rig->state);
	rig_give(rig, planes);
	assert_int_equal(ra_make_start(rig->state, &info, &body, &rig->errs), RA_OK);
	assert_int_equal(rig_append(rig, "start", body), RA_OK);
}

void rig_end(struct rig *rig)
{
	for (size_t i = 0; i < rig->count; i++)
		cJSON_Delete(rig->entries[i].body);
	free(rig->entries);
	cJSON_Delete(rig->world);
	ra_state_free(rig->state);
	*rig = (struct rig){0};
}

/* As the journal gives it back: what was marked is a value. */
static void resolve(cJSON *node)
{
	cJSON *next;

	for (cJSON *at = node->child; at; at = next) {
		next = at->next;
		if (!ra_marked(at)) {
			resolve(at);
			continue;
		}
		cJSON *value = cJSON_DetachItemViaPointer(at, at->child);

		if (cJSON_IsArray(node))
			cJSON_ReplaceItemViaPointer(node, at, value);
		else
			cJSON_ReplaceItemInObjectCaseSensitive(node, at->string, value);
	}
}

ra_err rig_append(struct rig *rig, const char *kind, cJSON *body)
{
	struct rig_entry *entry;

	if (rig->count == rig->room) {
		rig->room = rig->room ? rig->room * 2 : 64;
		rig->entries = realloc(rig->entries, rig->room * sizeof(*rig->entries));
		assert_non_null(rig->entries);
	}
	entry = &rig->entries[rig->count];
	*entry = (struct rig_entry){.seq = (int64_t)rig->count,
				    .t = rig->now,
				    .kind = ra_entry_name((enum ra_entry_kind)ra_entry_parse(kind)),
				    .body = body ? body : cJSON_CreateObject()};
	resolve(entry->body);
	ra_errs_clear(&rig->errs);
	rig->err = ra_state_apply(rig->state, &(struct ra_fold_entry){entry->seq, entry->t, entry->kind, entry->body}, &rig->errs);
	if (rig->err == RA_OK)
		rig->count++;
	else
		cJSON_Delete(entry->body);
	return rig->err;
}

static void add_fact(cJSON *array, const struct rig *rig, const struct ra_extract *fact, enum ra_plane plane, const cJSON *facts,
		     int64_t asked_ago_ms)
{
	const cJSON *value = facts ? ra_json_get(facts, fact->name) : NULL;
	struct ra_obs obs = {.plane = plane,
			     .at = rig->now,
			     .asked = rig->now - asked_ago_ms,
			     .lasting = fact->lasting,
			     .value = {.type = fact->type}};
	const char *unknown = ra_json_str(value, "unknown", value ? NULL : facts ? "malformed" : "unreachable");

	snprintf(obs.name, sizeof(obs.name), "%s", fact->name);
	if (unknown)
		obs.reason = (enum ra_reason)ra_reason_parse(unknown);
	else
		assert_int_equal(ra_value_from_json(fact->type, value, &obs.value), RA_OK);
	cJSON_AddItemToArray(array, ra_obs_to_json(&obs));
	ra_obs_clear(&obs);
}

void rig_reply(struct rig *rig, const struct ra_check *check, const struct ra_check_plane *plane, const cJSON *facts,
	       int64_t asked_ago_ms)
{
	cJSON *body = cJSON_CreateObject(), *array = cJSON_AddArrayToObject(body, "facts");
	cJSON *clock;

	cJSON_AddStringToObject(body, "check", check->id);
	cJSON_AddStringToObject(body, "plane", ra_plane_name(plane->plane));
	cJSON_AddStringToObject(body, "request", plane->request);
	for (size_t i = 0; i < plane->fact_count; i++)
		add_fact(array, rig, &plane->facts[i], plane->plane, facts, asked_ago_ms);
	/* what was found in a log has no place of its own in the check */
	for (const cJSON *at = facts ? facts->child : NULL; at && plane->parse && strcmp(plane->parse, "signatures") == 0; at = at->next) {
		struct ra_extract found = {.type = RA_BOOL};

		snprintf(found.name, sizeof(found.name), "%s", at->string);
		if (strncmp(at->string, "sig.", 4) == 0)
			add_fact(array, rig, &found, plane->plane, facts, asked_ago_ms);
	}
	clock = facts ? cJSON_AddObjectToObject(body, "clock") : NULL;
	if (clock) {
		cJSON_AddNumberToObject(clock, "offset_ms", 0);
		cJSON_AddNumberToObject(clock, "margin_ms", 0);
	}
	assert_int_equal(rig_append(rig, "reply", body), RA_OK);
}

void rig_world(struct rig *rig, const char *plane, const char *fact, const char *value)
{
	cJSON *facts = cJSON_GetObjectItemCaseSensitive(rig->world, plane), *node;

	if (!fact) {
		cJSON_DeleteItemFromObjectCaseSensitive(rig->world, plane);
		return;
	}
	if (!facts)
		facts = cJSON_AddObjectToObject(rig->world, plane);
	node = cJSON_Parse(value);
	assert_non_null(node);
	cJSON_DeleteItemFromObjectCaseSensitive(facts, fact);
	cJSON_AddItemToObject(facts, fact, node);
}

bool rig_decide(struct rig *rig)
{
	struct ra_decide_options options = {.planes = rig->planes, .interactive = rig->interactive};
	struct ra_decision decision;

	ra_errs_clear(&rig->errs);
	rig->err = ra_state_decide(rig->state, &options, rig->now, &decision, &rig->errs);
	if (rig->err != RA_OK || !decision.kind)
		return false;
	assert_int_equal(rig_append(rig, decision.kind, decision.body), RA_OK);
	return true;
}

/* Answer all wants that are due. Out: whether there was one. */
static bool answer(struct rig *rig)
{
	struct ra_want wants[RA_WANTS_MAX];
	size_t count = ra_state_wants(rig->state, &rig->planes, false, rig->now, wants);
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		if (wants[i].not_before != RA_UTC_NONE && wants[i].not_before > rig->now)
			continue;
		rig_reply(rig, wants[i].check, wants[i].plane, ra_json_get(rig->world, ra_plane_name(wants[i].plane->plane)), 0);
		any = true;
	}
	return any;
}

void rig_run(struct rig *rig)
{
	for (int i = 0; i < 5000; i++) {
		if (!rig_decide(rig) && (rig->err != RA_OK || !answer(rig)))
			return;
	}
	fail_msg("the walk does not come to rest");
}

const char *rig_wants(struct rig *rig, char *out, size_t cap)
{
	struct ra_want wants[RA_WANTS_MAX];
	size_t count = ra_state_wants(rig->state, &rig->planes, false, rig->now, wants), len = 0;
	bool ahead = false;

	*out = '\0';
	for (size_t i = 0; i < count; i++) {
		len += (size_t)snprintf(out + len, cap - len, "%s%s%s@%s", i ? " " : "", !wants[i].needed && !ahead ? "| " : "",
					wants[i].check->id, ra_plane_name(wants[i].plane->plane));
		ahead = ahead || !wants[i].needed;
	}
	return out;
}

const char *rig_path(const struct rig *rig, char *out, size_t cap)
{
	const struct ra_visit *visits;
	size_t count = ra_state_path(rig->state, &visits), len = 0;

	*out = '\0';
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(out + len, cap - len, visits[i].taken_back ? "%s(%s)" : "%s%s", i ? ">" : "",
					visits[i].step->id);
	return out;
}

const char *rig_phase(const struct rig *rig)
{
	static const char *const names[] = {"new", "checks", "manual", "question", "gate", "confirm", "acting", "verify", "end"};

	return names[ra_state_now(rig->state, &rig->planes).phase];
}

static void digest_facts(const struct ra_state *state, struct ra_buf *out)
{
	const struct ra_facts *facts = ra_state_facts(state);

	for (size_t i = 0; i < ra_facts_count(facts); i++) {
		const char *name = ra_facts_name(facts, i);
		struct ra_reading reading = ra_facts_read(facts, name, NULL);
		char *text = reading.reason == RA_KNOWN ? ra_value_text(reading.value) : NULL;

		(void)!ra_buf_printf(out, "%s=%s %s\n", name, ra_reason_name(reading.reason), text ? text : "");
		free(text);
	}
}

static void digest_now(const struct ra_state *state, const struct ra_planes *planes, ra_utc_ms at, struct ra_buf *out)
{
	struct ra_now now = ra_state_now(state, planes);
	struct ra_decide_options options = {.planes = *planes, .interactive = true};
	struct ra_decision decision;
	ra_err err = ra_state_decide(state, &options, at, &decision, NULL);
	char *body = decision.body ? ra_json_print(decision.body) : NULL;

	(void)!ra_buf_printf(out, "phase %d %s %s check %s manual %d unknown %d start %lld seq %lld deadline %lld out %d %s\n",
			     (int)now.phase, now.flow ? now.flow->id : "-", now.step ? now.step->id : "-",
			     now.check ? now.check->id : "-", now.manual_start, now.outcome_unknown, (long long)now.action_start,
			     (long long)now.action_seq, (long long)now.deadline, (int)now.outcome,
			     now.end_reason ? now.end_reason : "-");
	(void)!ra_buf_printf(out, "next %d %s %s\n", err, decision.kind ? decision.kind : "-", body ? body : "");
	free(body);
	cJSON_Delete(decision.body);
}

char *rig_digest(const struct ra_state *state, const struct ra_planes *planes, ra_utc_ms now)
{
	struct ra_buf out = {0};
	const struct ra_visit *visits;
	const struct ra_deed *deeds;
	struct ra_want wants[RA_WANTS_MAX];
	size_t count = ra_state_path(state, &visits);

	digest_now(state, planes, now, &out);
	for (size_t i = 0; i < count; i++)
		(void)!ra_buf_printf(&out, "%s/%s %lld %s %s %d\n", visits[i].flow->id, visits[i].step->id, (long long)visits[i].seq,
				     visits[i].by, visits[i].because, visits[i].taken_back);
	count = ra_state_deeds(state, &deeds);
	for (size_t i = 0; i < count; i++)
		(void)!ra_buf_printf(&out, "deed %s %lld %lld %s\n", deeds[i].step->id, (long long)deeds[i].intent_seq,
				     (long long)deeds[i].outcome_seq, deeds[i].result);
	digest_facts(state, &out);
	count = ra_state_wants(state, planes, true, now, wants);
	for (size_t i = 0; i < count; i++)
		(void)!ra_buf_printf(&out, "want %s %d %d %lld\n", wants[i].check->id, (int)wants[i].plane->plane, wants[i].needed,
				     (long long)wants[i].not_before);
	return ra_buf_take(&out);
}

struct ra_state *rig_refold(const struct rig *rig)
{
	struct ra_state *state = ra_state_new(rig->set);

	for (size_t i = 0; state && i < rig->count; i++) {
		const struct rig_entry *entry = &rig->entries[i];

		if (ra_state_apply(state, &(struct ra_fold_entry){entry->seq, entry->t, entry->kind, entry->body}, NULL) != RA_OK)
			return ra_state_free(state);
	}
	return state;
}

ra_err rig_gate(struct rig *rig, const char *gate, bool honest)
{
	const struct ra_gate *known = gate ? ra_flowset_gate(rig->set, gate) : NULL;
	const char *affirmed[64] = {NULL};
	struct ra_gate_case gate_case = {.gate = gate, .affirmed = affirmed, .key_tried = true, .now = rig->now};
	char *typed = known && known->type ? ra_state_fill(rig->state, known->type, NULL) : NULL;
	const cJSON *statements = known ? known->statements : NULL, *statement;
	size_t count = 0;
	cJSON *body = NULL;
	ra_err err;

	cJSON_ArrayForEach (statement, statements)
		affirmed[count++] = ra_json_str(statement, "id", "");
	gate_case.key.all = honest;
	gate_case.key.differs_at = honest ? 0 : 3;
	snprintf(gate_case.key.id, sizeof(gate_case.key.id), "{00000000-0000-0000-0000-000000000001}");
	gate_case.typed = honest ? typed : "REBUILD something";
	err = ra_make_gate(rig->state, &gate_case, &body, &rig->errs);
	free(typed);
	return err == RA_OK ? rig_append(rig, "gate", body) : err;
}

static ra_err do_answer(struct rig *rig, char *ids)
{
	const char *list[16] = {NULL};
	size_t count = 0;
	cJSON *body = NULL;
	struct ra_now now = ra_state_now(rig->state, &rig->planes);
	ra_err err;

	for (char *id = strtok(ids, ","); id; id = strtok(NULL, ","))
		list[count++] = id;
	err = ra_make_answer(rig->state, now.check, list, rig->now, &body, &rig->errs);
	return err == RA_OK ? rig_append(rig, "answer", body) : err;
}

static ra_err do_intent(struct rig *rig, bool right)
{
	cJSON *body = NULL;
	char *typed = ra_state_fill(rig->state, "{host.name}", NULL);
	ra_err err = ra_make_intent(rig->state, right ? typed : "esx99", rig->now, &body, &rig->errs);

	free(typed);
	return err == RA_OK ? rig_append(rig, "intent", body) : err;
}

static ra_err do_simple(struct rig *rig, char what, const char *arg)
{
	const char *kind = what == 'd' ? "done" : "back";
	cJSON *body = NULL;
	ra_err err = what == 'd'   ? ra_make_done(rig->state, arg, "", &body, &rig->errs)
		     : what == 's' ? ra_make_skip(rig->state, arg, &kind, &body, &rig->errs)
				   : ra_make_back(rig->state, &body, &rig->errs);

	return err == RA_OK ? rig_append(rig, kind, body) : err;
}

static ra_err do_owed(struct rig *rig)
{
	const char *kind = NULL;
	cJSON *body = NULL;
	ra_err err = ra_make_owed(rig->state, &kind, &body, &rig->errs);

	return err == RA_OK ? rig_append(rig, kind, body) : err;
}

static ra_err do_undo(struct rig *rig, const char *step)
{
	const char *kind = NULL;
	cJSON *body = NULL;
	ra_err err = ra_make_undo(rig->state, step, &kind, &body, &rig->errs);

	return err == RA_OK ? rig_append(rig, kind, body) : err;
}

static ra_err do_plane(struct rig *rig, const char *plane, bool up)
{
	cJSON *body = cJSON_CreateObject();

	cJSON_AddStringToObject(body, "plane", plane);
	cJSON_AddStringToObject(body, "state", up ? "up" : "down");
	cJSON_AddStringToObject(body, "why", up ? "" : "unreachable");
	rig->planes.down[ra_plane_parse(plane)] = !up;
	return rig_append(rig, "plane", body);
}

static ra_err do_world(struct rig *rig, char *arg)
{
	char *fact = strchr(arg, '.'), *value = fact ? strchr(fact, '=') : NULL;

	if (value) {
		*fact++ = '\0';
		*value++ = '\0';
	}
	rig_world(rig, arg, value ? fact : NULL, value);
	return RA_OK;
}

static ra_err do_again(struct rig *rig, const char *check)
{
	cJSON *body = cJSON_CreateObject();

	cJSON_AddStringToObject(body, "check", check);
	return rig_append(rig, "again", body);
}

static ra_err do_resume(struct rig *rig, bool stopped)
{
	cJSON *body = cJSON_CreateObject();

	cJSON_AddStringToObject(body, "reason", "operator");
	cJSON_AddStringToObject(body, "outcome", "stopped");
	if (stopped && ra_state_now(rig->state, NULL).phase != RA_PH_END)
		assert_int_equal(rig_append(rig, "end", body), RA_OK);
	else
		cJSON_Delete(body);
	return rig_append(rig, "resume", NULL);
}

static ra_err do_word(struct rig *rig, char *word)
{
	char *arg = word[1] == ':' ? word + 2 : word + 1;

	switch (word[0]) {
	case 'a':
		return do_answer(rig, arg);
	case 'g':
	case 'G':
		return rig_gate(rig, strcmp(arg, "-") == 0 ? NULL : arg, word[0] == 'g');
	case 'i':
	case 'I':
		return do_intent(rig, word[0] == 'i');
	case 'd':
	case 's':
	case 'b':
		return do_simple(rig, word[0], arg);
	case 'n':
		return do_again(rig, arg);
	case 'o':
		return do_owed(rig);
	case 'u':
		return do_undo(rig, arg);
	case 't':
		rig->now += strtoll(arg, NULL, 10) * 1000;
		return RA_OK;
	case 'p':
	case 'P':
		return do_plane(rig, arg, word[0] == 'P');
	case 'r':
	case 'k':
		return do_resume(rig, word[0] == 'r');
	case 'w':
		return do_world(rig, arg);
	default:
		return RA_OK;
	}
}

ra_err rig_do(struct rig *rig, const char *word)
{
	char copy[256];
	ra_err err;

	snprintf(copy, sizeof(copy), "%s", word);
	ra_errs_clear(&rig->errs);
	err = do_word(rig, copy);
	if (err == RA_OK && word[0] != 'x')
		rig_run(rig);
	return err;
}
