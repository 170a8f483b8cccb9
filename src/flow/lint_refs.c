/* lint_refs.c - rule 2, references: every check, gate, cause, flow, text and fact that is named exists. */
#include "config.h"

#include "flow/lint_rules.h"
#include "flow/shape.h"

#include "base/near.h"
#include "base/pattern.h"

#include <stdio.h>
#include <string.h>

struct place {
	struct ra_linter *lint;
	const struct ra_json *doc;
	const char *where;
	bool next; /* what is next at an end: {resume} may stand there */
};

static bool is_check(const struct ra_flowset *set, const char *id)
{
	return ra_flowset_check(set, id) != NULL;
}

static bool is_gate(const struct ra_flowset *set, const char *id)
{
	return ra_flowset_gate(set, id) != NULL;
}

static bool is_cause(const struct ra_flowset *set, const char *id)
{
	return ra_flowset_cause(set, id) != NULL;
}

static bool is_fact(const struct ra_flowset *set, const char *id)
{
	return ra_flowset_fact_type(set, id) >= 0;
}

static void tell_checks(const struct ra_flowset *set, struct ra_near *near)
{
	const struct ra_checked *checked = set->checked.items;

	for (size_t i = 0; i < set->checked.count; i++)
		ra_near_try(near, checked[i].check->id);
}

static void tell_gates(const struct ra_flowset *set, struct ra_near *near)
{
	const struct ra_gate *gate = set->gates.items;

	for (size_t i = 0; i < set->gates.count; i++)
		ra_near_try(near, gate[i].id);
}

static void tell_causes(const struct ra_flowset *set, struct ra_near *near)
{
	struct ra_cause *const *cause = set->causes.items;

	for (size_t i = 0; i < set->causes.count; i++)
		ra_near_try(near, cause[i]->id);
}

void ra_lint_tell_facts(const struct ra_flowset *set, struct ra_near *near)
{
	const struct ra_fact_decl *decls = set->facts.items;

	for (size_t i = 0; i < set->facts.count; i++)
		ra_near_try(near, decls[i].name);
}

/* The kinds of things that are named by id. */
struct named {
	const char *what;
	bool (*exists)(const struct ra_flowset *set, const char *id);
	void (*tell)(const struct ra_flowset *set, struct ra_near *near); /* all there are */
};
static const struct named checks = {"check", is_check, tell_checks}, gates = {"gate", is_gate, tell_gates},
			  causes = {"cause", is_cause, tell_causes}, facts = {"fact", is_fact, ra_lint_tell_facts};

/* One id, or a list of them. */
static void check_ids(const struct place *at, const struct named *kind, const cJSON *ids)
{
	const cJSON *item;

	if (cJSON_IsString(ids) && !kind->exists(at->lint->set, ids->valuestring)) {
		struct ra_near near = {.word = ids->valuestring};
		char ask[100];

		kind->tell(at->lint->set, &near);
		ra_lint_say(at->lint, 2, at->doc, ids, "%s: there is no %s \"%s\"%s", at->where, kind->what,
			    ids->valuestring, ra_near_ask(&near, ask, sizeof(ask)));
	}
	if (cJSON_IsArray(ids)) {
		cJSON_ArrayForEach (item, ids) {
			check_ids(at, kind, item);
		}
	}
}

/* The text of `other`, which every vendor's stands on; NULL: there is none. */
static const cJSON *other_text(const struct ra_linter *lint, const char *id)
{
	struct ra_maker any = ra_flowset_maker(lint->set, NULL, NULL);

	return ra_maker_text(&any, id);
}

/* {bmc}: what stands there for a server of no known maker. */
static void check_bmc(const struct place *at, const cJSON *text)
{
	struct ra_maker any = ra_flowset_maker(at->lint->set, NULL, NULL);

	if (!ra_maker_bmc(&any))
		ra_lint_say(at->lint, 2, at->doc, text, "%s: the text names {bmc}, and vendors/other.json has no \"bmc\"", at->where);
}

/* The facts between braces in a text, or in each of a list of texts. */
static void check_text(const struct place *at, const cJSON *text)
{
	const cJSON *item;
	char name[RA_FACT_NAME_MAX];

	if (cJSON_IsArray(text)) {
		cJSON_ArrayForEach (item, text) {
			check_text(at, item);
		}
	}
	if (!cJSON_IsString(text))
		return;
	for (const char *open = strchr(text->valuestring, '{'); open; open = strchr(open + 1, '{')) {
		size_t len = strcspn(open + 1, "}");

		if (open[1 + len] != '}' || len >= sizeof(name))
			continue;
		memcpy(name, open + 1, len);
		name[len] = '\0';
		if (strcmp(name, RA_FILL_BMC) == 0) {
			check_bmc(at, text);
			continue;
		}
		if (at->next && strcmp(name, RA_FILL_RESUME) == 0)
			continue;
		if (ra_fact_name_ok(name) && !is_fact(at->lint->set, name))
			ra_lint_say(at->lint, 2, at->doc, text, "%s: the text names {%s}, which is no fact", at->where,
				    name);
	}
}

/* Where the record is, no flow knows. */
static void check_resume(const struct place *at, const cJSON *texts)
{
	const cJSON *text;

	cJSON_ArrayForEach (text, texts) {
		if (cJSON_IsString(text) && strstr(text->valuestring, "reattest resume"))
			ra_lint_say(at->lint, 2, at->doc, text, "%s: expected {resume}, which stands for the command that goes on", at->where);
	}
}

static void check_vendor_text(const struct place *at, const struct ra_step *step)
{
	const cJSON *id = ra_json_get(step->text, "id");

	if (cJSON_IsString(id) && !other_text(at->lint, id->valuestring))
		ra_lint_say(at->lint, 2, at->doc, id, "%s: vendors/other.json has no text \"%s\"", at->where,
			    id->valuestring);
}

static void check_help(const struct place *at, const cJSON *ids)
{
	const struct ra_topic *topics = NULL;
	size_t count = ra_flowset_topics(at->lint->set, &topics);
	const cJSON *id;

	cJSON_ArrayForEach (id, ids) {
		bool there = false;

		for (size_t i = 0; i < count; i++)
			there = there || strcmp(topics[i].id, id->valuestring) == 0;
		if (!there)
			ra_lint_say(at->lint, 2, at->doc, id, "%s: there is no page of help \"%s\"", at->where, id->valuestring);
	}
}

static void check_question(const struct place *at, const struct ra_step *step)
{
	const cJSON *choice;

	check_text(at, ra_json_get(step->node, "ask"));
	cJSON_ArrayForEach (choice, ra_json_get(step->node, "answers")) {
		check_text(at, ra_json_get(choice, "say"));
	}
}

/* A hint is never likely, so an action that is for nothing else is never done. */
static void check_only_for(const struct place *at, const cJSON *ids)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, ids) {
		const struct ra_cause *cause = ra_flowset_cause(at->lint->set, item->valuestring);

		if (cause && cause->hint)
			ra_lint_say(at->lint, 2, at->doc, item, "%s: only_for names \"%s\", which is a hint and never likely",
				    at->where, item->valuestring);
	}
}

static void check_step(const struct place *base, const struct ra_step *step)
{
	struct place here = *base, *at = &here;
	const struct ra_action *action = &step->action;
	char where[RA_FACT_NAME_MAX + 8];

	snprintf(where, sizeof(where), "step %.*s", RA_FACT_NAME_MAX, step->id);
	at->where = where;
	check_ids(at, &checks, step->checks);
	check_ids(at, &checks, action->verify_checks);
	check_ids(at, &gates, step->gates);
	check_ids(at, &gates, action->gate);
	check_ids(at, &causes, action->only_for);
	check_only_for(at, action->only_for);
	check_ids(at, &facts, action->confirm_type);
	check_text(at, step->say);
	here.next = true;
	check_text(at, step->next);
	check_resume(at, step->next);
	here.next = false;
	check_question(at, step);
	check_vendor_text(at, step);
	check_help(at, step->help);
	if (step->call_flow && !ra_flowset_flow(at->lint->set, step->call_flow))
		ra_lint_say(at->lint, 2, at->doc, ra_json_get(step->node, "flow"), "%s: there is no flow \"%s\"",
			    at->where, step->call_flow);
}

static void check_step_ids(const struct place *at, const struct ra_flow *flow, const cJSON *ids)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, ids) {
		if (!ra_flow_step(flow, item->valuestring))
			ra_lint_say(at->lint, 2, at->doc, item, "%s: there is no step \"%s\"", at->where,
				    item->valuestring);
	}
}

/* A check, or a step of any flow: a test walks into called flows, too. */
static bool is_answered(const struct ra_flowset *set, const char *id)
{
	struct ra_flow *const *flows = set->flows.items;
	bool found = is_check(set, id) || ra_is_own_key(id);

	for (size_t i = 0; i < set->flows.count && !found; i++)
		found = ra_flow_step(flows[i], id) != NULL;
	return found;
}

/* A test of a flow: an answer goes to a question, a gate, an action or to a check's by-hand form. */
static void check_test(const struct place *base, const struct ra_flow *flow, const cJSON *test)
{
	struct place here = *base, *at = &here;
	const cJSON *item, *path = ra_json_get(test, "path"), *entry = ra_json_get(test, "entry");
	char where[128];

	snprintf(where, sizeof(where), "test \"%.100s\"", ra_json_str(test, "name", ""));
	at->where = where;
	check_step_ids(at, flow, ra_json_get(test, "never"));
	cJSON_ArrayForEach (item, path) {
		const char *step =
		    strchr(item->valuestring, '/') ? NULL : item->valuestring; /* flow/step: of a called flow */

		if (step && !ra_flow_step(flow, step))
			ra_lint_say(at->lint, 2, at->doc, item, "%s: there is no step \"%s\"", where, step);
	}
	if (entry && !ra_flow_step(flow, entry->valuestring))
		ra_lint_say(at->lint, 2, at->doc, entry, "%s: there is no step \"%s\"", where, entry->valuestring);
	cJSON_ArrayForEach (item, ra_json_get(test, "answers")) {
		if (!is_answered(at->lint->set, item->string))
			ra_lint_say(at->lint, 2, at->doc, item, "%s: there is no step or check \"%s\" to answer", where,
				    item->string);
	}
	cJSON_ArrayForEach (item, ra_json_get(test, "given")) {
		if (!is_fact(at->lint->set, item->string))
			ra_lint_say(at->lint, 2, at->doc, item, "%s: there is no fact \"%s\"", where, item->string);
	}
	cJSON_ArrayForEach (item, ra_json_get(test, "causes")) {
		if (!is_cause(at->lint->set, item->string))
			ra_lint_say(at->lint, 2, at->doc, item, "%s: there is no cause \"%s\"", where, item->string);
	}
}

/* `guide` is a text or a list of texts. */
static bool names_section(const cJSON *guide, const char *section)
{
	const cJSON *item;

	if (cJSON_IsString(guide))
		return strcmp(guide->valuestring, section) == 0;
	cJSON_ArrayForEach (item, guide) {
		if (strcmp(item->valuestring, section) == 0)
			return true;
	}
	return false;
}

static bool is_covered(const struct ra_flowset *set, const char *section)
{
	struct ra_flow *const *flows = set->flows.items;
	struct ra_cause *const *set_causes = set->causes.items;
	bool found = false;

	for (size_t i = 0; i < set->flows.count && !found; i++) {
		for (size_t k = 0; k < flows[i]->step_count && !found; k++)
			found = names_section(flows[i]->steps[k].guide, section);
	}
	for (size_t i = 0; i < set->causes.count && !found; i++)
		found = names_section(set_causes[i]->guide, section);
	return found;
}

/* Rule 5: what a flow claims to cover of the guide, a step or a cause of the set does. */
static void check_covers(struct ra_linter *lint, const struct ra_flow *flow)
{
	const cJSON *section;

	cJSON_ArrayForEach (section, flow->covers) {
		if (!is_covered(lint->set, section->valuestring))
			ra_lint_say(lint, 5, flow->doc, section,
				    "covers: no step and no cause names section \"%s\" in its \"guide\"", section->valuestring);
	}
}

static void check_flow(struct ra_linter *lint, const struct ra_flow *flow)
{
	struct place at = {lint, flow->doc, "required", false};
	const cJSON *test;

	check_ids(&at, &facts, flow->required);
	check_covers(lint, flow);
	for (size_t i = 0; i < flow->step_count; i++) {
		check_step(&at, &flow->steps[i]);
		ra_lint_settings(at.lint, flow, &flow->steps[i]);
	}
	cJSON_ArrayForEach (test, flow->tests) {
		check_test(&at, flow, test);
	}
}

static void check_danger(struct ra_linter *lint)
{
	struct place at = {lint, lint->set->danger, NULL, false};
	const struct ra_class *class = lint->set->classes.items;
	const struct ra_gate *gate = lint->set->gates.items;

	for (size_t i = 0; i < lint->set->classes.count; i++) {
		at.where = class[i].id;
		check_ids(&at, &gates, class[i].gate);
	}
	for (size_t i = 0; i < lint->set->gates.count; i++) {
		const cJSON *node = ra_json_get(ra_json_get(ra_json_root(at.doc), "gates"), gate[i].id), *statement;

		at.where = gate[i].id;
		check_ids(&at, &checks, gate[i].fresh);
		check_text(&at, ra_json_get(node, "type"));
		cJSON_ArrayForEach (statement, gate[i].statements) {
			check_text(&at, ra_json_get(statement, "say"));
		}
	}
}

/* Directions of a maker or of a generation of his: `other` has each, for the server nobody knows. */
static void check_directions(const struct place *at, const cJSON *texts)
{
	const cJSON *text;

	cJSON_ArrayForEach (text, texts) {
		check_text(at, text);
		if (text->string && !ra_is_own_key(text->string) && !other_text(at->lint, text->string))
			ra_lint_say(at->lint, 2, at->doc, text, "vendor %s: vendors/other.json has no text \"%s\"", at->where,
				    text->string);
	}
}

static bool has_generation(const struct ra_vendor *vendor, const char *id, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(vendor->generations[i].id, id) == 0)
			return true;
	}
	return false;
}

/* A quirk: seen with directions that are there, and of a generation that is there. */
static void check_quirk(const struct place *at, const struct ra_vendor *vendor, size_t index)
{
	const struct ra_quirk *quirk = &vendor->quirks[index];
	const cJSON *id;

	check_text(at, quirk->say);
	cJSON_ArrayForEach (id, quirk->texts) {
		if (!other_text(at->lint, id->valuestring))
			ra_lint_say(at->lint, 2, at->doc, id, "vendor %s: quirk %s: vendors/other.json has no text \"%s\"",
				    at->where, quirk->id, id->valuestring);
	}
	if (quirk->generation && !has_generation(vendor, quirk->generation, vendor->generation_count))
		ra_lint_say(at->lint, 2, at->doc, quirk->say, "vendor %s: quirk %s: there is no generation \"%s\"", at->where,
			    quirk->id, quirk->generation);
	for (size_t i = 0; i < index; i++) {
		if (strcmp(vendor->quirks[i].id, quirk->id) == 0)
			ra_lint_say(at->lint, 2, at->doc, quirk->say, "vendor %s: the quirk id \"%s\" is used twice", at->where,
				    quirk->id);
	}
}

static void check_vendor(const struct place *at, const struct ra_vendor *vendor)
{
	check_directions(at, vendor->texts);
	for (size_t i = 0; i < vendor->generation_count; i++) {
		check_directions(at, vendor->generations[i].texts);
		if (has_generation(vendor, vendor->generations[i].id, i))
			ra_lint_say(at->lint, 2, at->doc, vendor->node, "vendor %s: the generation id \"%s\" is used twice",
				    at->where, vendor->generations[i].id);
	}
	for (size_t i = 0; i < vendor->quirk_count; i++)
		check_quirk(at, vendor, i);
}

static void check_vendors(struct ra_linter *lint)
{
	const struct ra_vendor *vendors = lint->set->vendors.items;

	for (size_t i = 0; i < lint->set->vendors.count; i++) {
		struct place at = {lint, vendors[i].doc, vendors[i].id, false};

		check_vendor(&at, &vendors[i]);
	}
}

void ra_lint_refs(struct ra_linter *lint)
{
	struct ra_flow *const *flows = lint->set->flows.items;

	for (size_t i = 0; i < lint->set->flows.count; i++)
		check_flow(lint, flows[i]);
	if (lint->set->danger)
		check_danger(lint);
	ra_lint_signatures(lint);
	check_vendors(lint);
	ra_lint_fleet(lint);
}
