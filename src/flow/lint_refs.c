/* lint_refs.c - rule 2, references: every check, gate, cause, flow, text and fact that is named exists. */
#include "config.h"

#include "flow/lint_rules.h"

#include "base/pattern.h"

#include <stdio.h>
#include <string.h>

struct place {
	struct ra_linter *lint;
	const struct ra_json *doc;
	const char *where;
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

/* The kinds of things that are named by id. */
struct named {
	const char *what;
	bool (*exists)(const struct ra_flowset *set, const char *id);
};
static const struct named checks = {"check", is_check}, gates = {"gate", is_gate}, causes = {"cause", is_cause},
			  facts = {"fact", is_fact};

/* One id, or a list of them. */
static void check_ids(const struct place *at, const struct named *kind, const cJSON *ids)
{
	const cJSON *item;

	if (cJSON_IsString(ids) && !kind->exists(at->lint->set, ids->valuestring))
		ra_lint_say(at->lint, 2, at->doc, ids, "%s: there is no %s \"%s\"", at->where, kind->what,
			    ids->valuestring);
	if (cJSON_IsArray(ids)) {
		cJSON_ArrayForEach (item, ids) {
			check_ids(at, kind, item);
		}
	}
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
		if (ra_fact_name_ok(name) && !is_fact(at->lint->set, name))
			ra_lint_say(at->lint, 2, at->doc, text, "%s: the text names {%s}, which is no fact", at->where,
				    name);
	}
}

static void check_vendor_text(const struct place *at, const struct ra_step *step)
{
	const cJSON *id = ra_json_get(step->text, "id");

	if (cJSON_IsString(id) && !ra_flowset_vendor_text(at->lint->set, NULL, id->valuestring))
		ra_lint_say(at->lint, 2, at->doc, id, "%s: vendors/other.json has no text \"%s\"", at->where,
			    id->valuestring);
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
	check_text(at, step->next);
	check_vendor_text(at, step);
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

/* A test of a flow: an answer goes to a question, a gate, an action or to a check's by-hand form. */
static void check_test(const struct place *base, const struct ra_flow *flow, const cJSON *test)
{
	struct place here = *base, *at = &here;
	const cJSON *item, *path = ra_json_get(test, "path");
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
	cJSON_ArrayForEach (item, ra_json_get(test, "given")) {
		if (!is_fact(at->lint->set, item->string))
			ra_lint_say(at->lint, 2, at->doc, item, "%s: there is no fact \"%s\"", where, item->string);
	}
	cJSON_ArrayForEach (item, ra_json_get(test, "causes")) {
		if (!is_cause(at->lint->set, item->string))
			ra_lint_say(at->lint, 2, at->doc, item, "%s: there is no cause \"%s\"", where, item->string);
	}
}

static void check_flow(struct ra_linter *lint, const struct ra_flow *flow)
{
	struct place at = {lint, flow->doc, "required"};
	const cJSON *test;

	check_ids(&at, &facts, flow->required);
	for (size_t i = 0; i < flow->step_count; i++)
		check_step(&at, &flow->steps[i]);
	cJSON_ArrayForEach (test, flow->tests) {
		check_test(&at, flow, test);
	}
}

static void check_danger(struct ra_linter *lint)
{
	struct place at = {lint, lint->set->danger, NULL};
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

static const struct ra_json *doc_of(const struct ra_flowset *set, const cJSON *node)
{
	struct ra_json *const *docs = set->docs.items;
	int line = 0, col = 0;

	for (size_t i = 0; i < set->docs.count; i++) {
		ra_json_pos(docs[i], node, &line, &col);
		if (line)
			return docs[i];
	}
	return set->danger;
}

/* A signature: its own sample shows that it works, some check looks for it, its cause exists. */
static void check_signature(struct ra_linter *lint, const struct ra_signature *sig, const cJSON *node)
{
	struct place at = {lint, doc_of(lint->set, node), sig->id};
	const struct ra_checked *checked = lint->set->checked.items;
	char fact[RA_FACT_NAME_MAX];
	bool found = false, asked = false;

	check_ids(&at, &causes, ra_json_get(node, "cause"));
	if (!strstr(sig->sample, sig->literal))
		ra_lint_say(lint, 2, at.doc, node, "signature %s: its sample does not hold its literal", sig->id);
	if (ra_pattern_find(sig->pattern, sig->sample, strlen(sig->sample), 0, &found, NULL) != RA_OK || !found)
		ra_lint_say(lint, 2, at.doc, node, "signature %s: its pattern does not match its sample", sig->id);
	snprintf(fact, sizeof(fact), "sig.%.*s", RA_FACT_NAME_MAX - 5, sig->id);
	for (size_t i = 0; i < lint->set->checked.count && !asked; i++)
		asked = ra_check_gives(lint->set, checked[i].check, fact);
	if (!asked)
		ra_lint_say(lint, 2, at.doc, node, "signature %s: no check reads a log it is looked for in", sig->id);
}

static void check_vendors(struct ra_linter *lint)
{
	const struct ra_vendor *vendors = lint->set->vendors.items;

	for (size_t i = 0; i < lint->set->vendors.count; i++) {
		struct place at = {lint, vendors[i].doc, vendors[i].id};
		const cJSON *text;

		cJSON_ArrayForEach (text, vendors[i].texts) {
			check_text(&at, text);
			if (vendors[i].match && !ra_flowset_vendor_text(lint->set, NULL, text->string))
				ra_lint_say(lint, 2, at.doc, text, "vendor %s: vendors/other.json has no text \"%s\"",
					    vendors[i].id, text->string);
		}
	}
}

void ra_lint_refs(struct ra_linter *lint)
{
	struct ra_flow *const *flows = lint->set->flows.items;
	const struct ra_signature *sigs = lint->set->sigs.items;
	const cJSON *const *nodes = lint->set->sig_nodes.items;

	for (size_t i = 0; i < lint->set->flows.count; i++)
		check_flow(lint, flows[i]);
	if (lint->set->danger)
		check_danger(lint);
	for (size_t i = 0; i < lint->set->sigs.count; i++)
		check_signature(lint, &sigs[i], nodes[i]);
	check_vendors(lint);
}
