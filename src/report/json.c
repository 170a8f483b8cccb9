/* json.c - the result as an object. Its schema is flows/schema/result.schema.json. */
#include "config.h"

#include "base/json.h"
#include "report/parts.h"

#include <stdlib.h>
#include <string.h>

static bool text(cJSON *obj, const char *key, const char *value)
{
	return (value ? cJSON_AddStringToObject(obj, key, value) : cJSON_AddNullToObject(obj, key)) != NULL;
}

static bool time_of(cJSON *obj, const char *key, ra_utc_ms utc)
{
	char at[RA_UTC_TEXT_LEN];

	return utc == RA_UTC_NONE ? cJSON_AddNullToObject(obj, key) != NULL : text(obj, key, ra_utc_format(utc, at));
}

static bool texts(cJSON *obj, const char *key, const struct ra_texts *list)
{
	cJSON *array = cJSON_AddArrayToObject(obj, key);

	for (size_t i = 0; array && i < list->count; i++)
		if (!cJSON_AddItemToArray(array, cJSON_CreateString(list->items[i])))
			return false;
	return array;
}

/* A new object at the end of an array; NULL without memory. */
static cJSON *row(cJSON *array)
{
	cJSON *made = cJSON_CreateObject();

	if (array && made && cJSON_AddItemToArray(array, made))
		return made;
	cJSON_Delete(made);
	return NULL;
}

static bool put_head(cJSON *root, const struct ra_view *v)
{
	cJSON *flow = cJSON_AddObjectToObject(root, "flow"), *target = cJSON_AddObjectToObject(root, "target");
	cJSON *planes = target ? cJSON_AddArrayToObject(target, "planes") : NULL;
	bool ok = flow && planes && text(root, "reattest", v->program) && text(flow, "id", v->flow) &&
		  text(flow, "version", v->flow_version) && text(flow, "sha256", v->flow_sha256) &&
		  text(target, "host", v->host) && text(target, "source", v->source) &&
		  text(target, "esxi", *v->esxi_version ? v->esxi_version : NULL);

	for (size_t i = 0; ok && i < v->plane_count; i++) {
		cJSON *plane = row(planes);

		ok = plane && text(plane, "plane", v->planes[i].name) && text(plane, "state", v->planes[i].state) &&
		     text(plane, "say", v->planes[i].say) && text(plane, "peer", v->planes[i].peer);
	}
	ok = ok && (!v->redacted || cJSON_AddNumberToObject(root, "withheld", (double)v->withheld));
	ok = ok && text(root, "change", *v->change_id ? v->change_id : NULL) && text(root, "case", *v->case_id ? v->case_id : NULL) &&
	     text(root, "until", *v->until ? v->until : NULL);
	return ok && time_of(root, "began", v->started) && time_of(root, "at", v->now) &&
	       text(root, "operator", *v->operator_name ? v->operator_name : NULL) &&
	       text(root, "outcome", *v->outcome ? v->outcome : NULL) && text(root, "outcome_title", v->outcome_title) &&
	       text(root, "attestation", v->attestation) &&
	       cJSON_AddNumberToObject(root, "exit", v->exit_code) && text(root, "end_reason", v->end_reason);
}

/* Print a value behind what is there; with open, without its last bracket, so that more of it can follow. */
static ra_err print(struct ra_buf *out, const cJSON *node, bool open)
{
	RA_AUTO(ra_mem_free) char *bytes = ra_json_print(node);

	return bytes ? ra_buf_add(out, bytes, strlen(bytes) - open) : RA_E_NOMEM;
}

static ra_err print_observation(struct ra_buf *out, const struct ra_view_obs *o)
{
	RA_AUTO(ra_cjson_free) cJSON *made = cJSON_CreateObject();
	bool ok = made && text(made, "plane", o->plane) && text(made, "check", o->check) && time_of(made, "at", o->at) &&
		  text(made, "value", o->value) && text(made, "reason", o->reason) && cJSON_AddBoolToObject(made, "current", o->current) &&
		  cJSON_AddNumberToObject(made, "entry", (double)o->seq) && text(made, "evidence", o->evidence);

	return ok ? print(out, made, false) : RA_E_NOMEM;
}

/* The value in its own JSON type. */
static bool put_value(cJSON *fact, const struct ra_view_fact *from)
{
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;

	if (!from->known)
		return cJSON_AddNullToObject(fact, "value") != NULL;
	if (ra_json_parse("value", from->json, strlen(from->json), NULL, &doc, NULL))
		return false;
	return cJSON_AddItemToObject(fact, "value", cJSON_Duplicate(ra_json_root(doc), true));
}

static ra_err print_fact(struct ra_buf *out, const struct ra_view_fact *from)
{
	RA_AUTO(ra_cjson_free) cJSON *fact = cJSON_CreateObject();
	bool ok = fact && put_value(fact, from) && cJSON_AddBoolToObject(fact, "known", from->known) && text(fact, "reason", from->reason) &&
		  text(fact, "type", from->type) && cJSON_AddBoolToObject(fact, "required", from->required);
	ra_err err = ok ? print(out, fact, true) : RA_E_NOMEM;

	err = err ? err : ra_buf_text(out, ",\"observations\":[");
	for (size_t i = 0; i < from->obs_count && !err; i++) {
		err = i ? ra_buf_text(out, ",") : RA_OK;
		err = err ? err : print_observation(out, &from->obs[i]);
	}
	return err ? err : ra_buf_text(out, "]}");
}

/* A long record has more observations than anything else: each is printed as it is made. */
static ra_err print_facts(struct ra_buf *out, const struct ra_view *v)
{
	ra_err err = ra_buf_text(out, "{");

	for (size_t i = 0; i < v->fact_count && !err; i++) { /* a name is words and dots: it needs no escapes */
		err = ra_buf_printf(out, "%s\"%s\":", i ? "," : "", v->facts[i].name);
		err = err ? err : print_fact(out, &v->facts[i]);
	}
	return err ? err : ra_buf_text(out, "}");
}

/* The rows of the template, where there is one. */
static bool put_template(cJSON *root, const struct ra_view *v)
{
	cJSON *list = v->drift_count ? cJSON_AddArrayToObject(root, "template") : NULL;
	bool ok = list || !v->drift_count;

	for (size_t i = 0; ok && i < v->drift_count; i++) {
		const struct ra_view_drift *d = &v->drift[i];
		bool known = strcmp(d->state, "unknown") != 0;
		cJSON *made = row(list);

		ok = made && text(made, "name", d->name) && text(made, "of", d->firmware ? "firmware" : "fact") && text(made, "state", d->state) &&
		     text(made, "wanted", *d->wanted ? d->wanted : NULL) && text(made, "is", known ? d->is : NULL) &&
		     text(made, "next", *d->next ? d->next : NULL) && text(made, "reason", *d->reason ? d->reason : NULL);
	}
	return ok;
}

static bool put_results(cJSON *root, const struct ra_view *v)
{
	cJSON *list = cJSON_AddArrayToObject(root, "results");
	bool ok = list != NULL;

	for (size_t i = 0; ok && i < v->result_count; i++) {
		const struct ra_view_result *r = &v->results[i];
		cJSON *made = row(list);

		ok = made && text(made, "check", r->check) && text(made, "title", r->title) &&
		     text(made, "verdict", r->verdict_id) && text(made, "why", r->why) && text(made, "planes", r->planes) &&
		     time_of(made, "at", r->at) && (!r->disputed.count || texts(made, "disputed", &r->disputed));
	}
	return ok;
}

/* What is known about this server; nothing where no directions of its maker were come to. */
static bool put_quirks(cJSON *root, const struct ra_view *v)
{
	cJSON *list = v->quirk_count ? cJSON_AddArrayToObject(root, "quirks") : NULL;
	bool ok = list || !v->quirk_count;

	for (size_t i = 0; ok && i < v->quirk_count; i++) {
		cJSON *made = row(list);

		ok = made && text(made, "id", v->quirks[i].id) && text(made, "title", v->quirks[i].title) &&
		     text(made, "say", v->quirks[i].say) && text(made, "source", v->quirks[i].source);
	}
	return ok;
}

static bool put_causes(cJSON *root, const struct ra_view *v)
{
	cJSON *list = cJSON_AddArrayToObject(root, "causes");
	bool ok = list != NULL;

	for (size_t i = 0; ok && i < v->cause_count; i++) {
		const struct ra_view_cause *c = &v->causes[i];
		cJSON *made = row(list), *evidence = made ? cJSON_AddArrayToObject(made, "evidence") : NULL;

		ok = evidence && text(made, "id", c->id) && text(made, "title", c->title) &&
		     text(made, "status", c->status) && cJSON_AddNumberToObject(made, "rank", c->rank) &&
		     cJSON_AddBoolToObject(made, "found", c->found) && texts(made, "guide", &c->guide) && text(made, "fix_by", c->fix_by) &&
		     text(made, "resolution", c->resolution) && texts(made, "references", &c->references);
		for (size_t k = 0; ok && k < c->rule_count; k++) {
			cJSON *rule = row(evidence);

			ok = rule && text(rule, "kind", c->rules[k].kind) && text(rule, "value", c->rules[k].value) &&
			     text(rule, "confidence", c->rules[k].confidence) &&
			     text(rule, "because", c->rules[k].because) && text(rule, "source", c->rules[k].source);
		}
	}
	return ok;
}

static bool put_side(cJSON *change, const char *key, const struct ra_view_side *side)
{
	cJSON *made = cJSON_AddObjectToObject(change, key);

	return made && text(made, "value", side->value) && text(made, "plane", side->value ? side->plane : NULL) && time_of(made, "at", side->at);
}

static bool put_changes(cJSON *action, const struct ra_view_action *from)
{
	cJSON *list = cJSON_AddArrayToObject(action, "changes");
	bool ok = list != NULL;

	for (size_t i = 0; ok && i < from->change_count; i++) {
		const struct ra_view_change *c = &from->changes[i];
		cJSON *made = row(list);

		ok = made && text(made, "fact", c->fact) && text(made, "title", c->title) && cJSON_AddBoolToObject(made, "in_verification", c->named) &&
		     put_side(made, "before", &c->before) && put_side(made, "after", &c->after);
	}
	return ok;
}

static bool put_actions(cJSON *root, const struct ra_view *v)
{
	cJSON *actions = cJSON_AddArrayToObject(root, "actions"), *gates = cJSON_AddArrayToObject(root, "gates");
	bool ok = actions && gates;

	for (size_t i = 0; ok && i < v->action_count; i++) {
		cJSON *made = row(actions);

		ok = made && text(made, "step", v->actions[i].step) && text(made, "title", v->actions[i].title) &&
		     text(made, "danger", v->actions[i].danger) && texts(made, "touches", &v->actions[i].touches) &&
		     text(made, "result", v->actions[i].result) && time_of(made, "began", v->actions[i].began) &&
		     time_of(made, "ended", v->actions[i].ended) && text(made, "said", v->actions[i].said ? v->actions[i].said : "") &&
		     text(made, "undo", v->actions[i].undo ? v->actions[i].undo : "") &&
		     text(made, "undo_step", v->actions[i].undo_step ? v->actions[i].undo_step : "") &&
		     text(made, "undone", v->actions[i].undone ? v->actions[i].undone : "") &&
		     put_changes(made, &v->actions[i]);
	}
	for (size_t i = 0; ok && i < v->gate_count; i++) {
		cJSON *made = row(gates);

		ok = made && text(made, "gate", v->gates[i].gate) && text(made, "step", v->gates[i].step) &&
		     cJSON_AddBoolToObject(made, "opened", v->gates[i].opened) && text(made, "why", v->gates[i].why) &&
		     time_of(made, "at", v->gates[i].at);
	}
	return ok;
}

/* What was put to somebody at a step, and what they said to it. */
static bool put_shown(cJSON *step, const struct ra_view_step *from)
{
	cJSON *list = cJSON_AddArrayToObject(step, "shown");
	bool ok = list != NULL;

	for (size_t i = 0; ok && i < from->shown_count; i++) {
		const struct ra_view_shown *w = &from->shown[i];
		cJSON *made = row(list);

		ok = made && text(made, "kind", w->kind) && cJSON_AddNumberToObject(made, "entry", (double)w->seq) && time_of(made, "at", w->at) &&
		     cJSON_AddBoolToObject(made, "recorded", w->recorded) && text(made, "title", w->title) && text(made, "text", w->text) &&
		     text(made, "hint", w->hint) && text(made, "type", w->type) && text(made, "danger", w->danger) &&
		     texts(made, "offered", &w->offered) && texts(made, "said", &w->said);
	}
	return ok;
}

/* The way, step by step, with what the operator stepped back over. */
static bool put_steps(cJSON *root, const struct ra_view *v)
{
	static const char *const marks[] = {[RA_MARK_DONE] = "done", [RA_MARK_NOW] = "now", [RA_MARK_SKIP] = "skip", [RA_MARK_BACK] = "back"};
	cJSON *list = cJSON_AddArrayToObject(root, "way");
	bool ok = list != NULL;

	for (size_t i = 0; ok && i < v->step_count; i++) {
		const struct ra_view_step *s = &v->steps[i];
		cJSON *made = row(list);

		ok = made && text(made, "flow", s->flow) && text(made, "step", s->id) && text(made, "title", s->title) && time_of(made, "at", s->at) &&
		     text(made, "mark", marks[s->mark]) && text(made, "left_by", s->left_by) && text(made, "because", s->because) &&
		     put_shown(made, s);
	}
	return ok;
}

static bool put_way(cJSON *root, const struct ra_view *v)
{
	cJSON *path = cJSON_AddArrayToObject(root, "path"), *missing = cJSON_AddArrayToObject(root, "not_checked");
	bool ok = path && missing;

	for (size_t i = 0; ok && i < v->step_count; i++)
		ok = v->steps[i].mark == RA_MARK_BACK || cJSON_AddItemToArray(path, cJSON_CreateString(v->steps[i].id));
	for (size_t i = 0; ok && i < v->unseen_count; i++) {
		cJSON *made = row(missing);

		ok = made && text(made, "what", v->unseen[i].what) && text(made, "why", v->unseen[i].why);
	}
	return ok && put_steps(root, v) && texts(root, "next", &v->next) && texts(root, "notes", &v->notes);
}

static bool put_record(cJSON *root, const struct ra_view *v)
{
	cJSON *journal = cJSON_AddObjectToObject(root, "journal");

	return journal && text(journal, "path", *v->journal_path ? v->journal_path : NULL) &&
	       cJSON_AddNumberToObject(journal, "entries", (double)v->entry_count) && text(journal, "head", v->head);
}

ra_err ra_report_json(const struct ra_view *v, struct ra_buf *out)
{
	RA_AUTO(ra_cjson_free) cJSON *head = cJSON_CreateObject();
	RA_AUTO(ra_cjson_free) cJSON *rest = cJSON_CreateObject();
	bool ok = head && rest && put_head(head, v) && put_results(rest, v) && put_template(rest, v) && put_causes(rest, v) && put_way(rest, v) &&
		  put_actions(rest, v) && put_quirks(rest, v) && put_record(rest, v);
	RA_AUTO(ra_mem_free) char *more = ok ? ra_json_print(rest) : NULL;
	ra_err err = more ? print(out, head, true) : RA_E_NOMEM;

	err = err ? err : ra_buf_text(out, ",\"facts\":");
	err = err ? err : print_facts(out, v);
	err = err ? err : ra_buf_text(out, ",");
	err = err ? err : ra_buf_text(out, more + 1); /* one object: its bracket is there already */
	return err ? err : ra_buf_text(out, "\n");
}
