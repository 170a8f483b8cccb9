/* lint_facts.c - rule 2, facts: what a condition names can have been produced before, and can have the value it asks
 * for. */
#include "config.h"

#include "flow/cond_tree.h"
#include "flow/lint_rules.h"

#include "base/near.h"

#include <stdio.h>
#include <string.h>

struct context {
	struct ra_linter *lint;
	const struct ra_graph *graphs;                 /* in the order of the set's flows */
	const struct ra_json *doc;                     /* where the condition stands */
	const char *where;                             /* whose condition, for sentences */
	enum { AT_STEP, IN_A_WALK, IN_THE_SET } scope; /* how near a fact must be given */
	size_t flow, step;                             /* AT_STEP: where in the walk */
};

static bool choices_give(const struct ra_question *question, const char *fact)
{
	for (size_t i = 0; i < question->count; i++) {
		if (ra_json_get(question->choices[i].set, fact))
			return true;
	}
	return false;
}

static bool lists_share(const cJSON *a, const cJSON *b)
{
	const cJSON *x, *y;

	cJSON_ArrayForEach (x, a) {
		cJSON_ArrayForEach (y, b) {
			if (cJSON_IsString(x) && cJSON_IsString(y) && strcmp(x->valuestring, y->valuestring) == 0)
				return true;
		}
	}
	return false;
}

/* sig.<id>: given by a plane that parses signatures of a log the signature is looked for in. */
static bool plane_gives_signature(const struct ra_flowset *set, const struct ra_check_plane *plane, const char *fact)
{
	const cJSON *files = ra_json_get(ra_json_get(plane->spec, "log"), "files");

	if (!plane->parse || strcmp(plane->parse, "signatures") != 0 || strncmp(fact, "sig.", 4) != 0)
		return false;
	for (size_t i = 0; i < set->signatures.count; i++) {
		if (strcmp(set->signatures.items[i].id, fact + 4) == 0)
			return lists_share(set->signatures.items[i].logs, files);
	}
	return false;
}

bool ra_check_reads(const struct ra_flowset *set, const struct ra_check *check, const char *fact)
{
	for (size_t p = 0; p < check->plane_count; p++) {
		for (size_t i = 0; i < check->planes[p].fact_count; i++) {
			if (strcmp(check->planes[p].facts[i].name, fact) == 0)
				return true;
		}
		if (plane_gives_signature(set, &check->planes[p], fact))
			return true;
	}
	return false;
}

bool ra_check_gives(const struct ra_flowset *set, const struct ra_check *check, const char *fact)
{
	const struct ra_question *manual = ra_flowset_manual(set, check);

	return ra_check_reads(set, check, fact) || (manual && choices_give(manual, fact));
}

bool ra_checks_give(const struct ra_flowset *set, const cJSON *ids, const char *fact)
{
	const cJSON *id;

	cJSON_ArrayForEach (id, ids) {
		const struct ra_check *check = ra_flowset_check(set, id->valuestring);

		if (check && ra_check_gives(set, check, fact))
			return true;
	}
	return false;
}

static bool gates_give(const struct ra_flowset *set, const cJSON *ids, const char *fact)
{
	const cJSON *id;

	cJSON_ArrayForEach (id, ids) {
		const struct ra_gate *gate = ra_flowset_gate(set, id->valuestring);

		if (gate && ra_checks_give(set, gate->fresh, fact))
			return true;
	}
	return false;
}

static bool flow_gives(const struct ra_flowset *set, const struct ra_flow *flow, const char *fact, size_t depth);

static bool step_gives(const struct ra_flowset *set, const struct ra_step *step, const char *fact, size_t depth)
{
	if (step->call_flow)
		return depth > 0 && flow_gives(set, ra_flowset_flow(set, step->call_flow), fact, depth - 1);
	return ra_checks_give(set, step->checks, fact) || choices_give(&step->question, fact) ||
	       ra_checks_give(set, step->action.verify_checks, fact) || gates_give(set, step->gates, fact) ||
	       gates_give(set, step->action.gate, fact);
}

static bool flow_gives(const struct ra_flowset *set, const struct ra_flow *flow, const char *fact, size_t depth)
{
	for (size_t i = 0; flow && i < flow->step_count; i++) {
		if (step_gives(set, &flow->steps[i], fact, depth))
			return true;
	}
	return false;
}

/* True when the fact can be there as the walk stands at a step: told there, on a way to it, or before the flow was
 * called. */
static bool given_at(const struct context *at, size_t flow, size_t step, const char *fact, size_t depth)
{
	const struct ra_flowset *set = at->lint->set;
	const struct ra_graph *graph = &at->graphs[flow];

	for (size_t i = 0; i < graph->count; i++) {
		if ((i == step || ra_graph_reaches(graph, i, step)) &&
		    step_gives(set, &graph->flow->steps[i], fact, set->flows.count))
			return true;
	}
	for (size_t f = 0; depth > 0 && f < set->flows.count; f++) {
		for (size_t i = 0; i < at->graphs[f].count; i++) {
			const char *called = at->graphs[f].flow->steps[i].call_flow;

			if (called && strcmp(called, graph->flow->id) == 0 && given_at(at, f, i, fact, depth - 1))
				return true;
		}
	}
	return false;
}

static bool is_given(const struct context *at, const char *fact)
{
	const struct ra_flowset *set = at->lint->set;

	if (ra_fact_is_built_in(fact) || at->scope == IN_THE_SET)
		return true;
	if (at->scope == AT_STEP)
		return given_at(at, at->flow, at->step, fact, set->flows.count);
	for (size_t f = 0; f < set->flows.count; f++) {
		if (flow_gives(set, at->graphs[f].flow, fact, set->flows.count))
			return true;
	}
	return false;
}

/* True when a closed list of values holds this one. */
static bool holds(const cJSON *list, const cJSON *value)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, list) {
		if (cJSON_Compare(item, value, 1))
			return true;
	}
	return false;
}

/* True when the fact can have the value, as far as its checks and answers say: every plane must close its list (`in`).
 */
static bool can_be(const struct ra_flowset *set, const char *fact, const cJSON *value)
{
	const struct ra_checked *checked = set->checked.items;
	bool told = false;

	for (size_t c = 0; c < set->checked.count; c++) {
		const struct ra_check *check = checked[c].check;

		for (size_t i = 0; i < checked[c].manual.count; i++) {
			if (cJSON_Compare(ra_json_get(checked[c].manual.choices[i].set, fact), value, 1))
				return true;
		}
		for (size_t p = 0; p < check->plane_count; p++) {
			for (size_t i = 0; i < check->planes[p].fact_count; i++) {
				const struct ra_extract *extract = &check->planes[p].facts[i];
				const cJSON *in = ra_json_get(extract->spec, "in"), *rule;

				if (strcmp(extract->name, fact) != 0)
					continue;
				told = true;
				if (!in || holds(in, value) ||
				    cJSON_Compare(ra_json_get(extract->spec, "absent"), value, 1))
					return true;
				cJSON_ArrayForEach (rule, ra_json_get(check->planes[p].spec, "fails")) {
					if (cJSON_Compare(ra_json_get(ra_json_get(rule, "set"), fact), value, 1))
						return true;
				}
			}
		}
	}
	return !told;
}

/* The values a form compares with. */
static void check_values(const struct context *at, const struct ra_cond_use *use)
{
	const cJSON *is = ra_json_get(use->node, "is"), *in = ra_json_get(use->node, "in"), *item;

	if (cJSON_IsString(is) && !can_be(at->lint->set, use->fact, is))
		ra_lint_say(at->lint, 2, at->doc, is, "%s: %s is never \"%s\" by its checks", at->where, use->fact,
			    is->valuestring);
	cJSON_ArrayForEach (item, in) {
		if (cJSON_IsString(item) && !can_be(at->lint->set, use->fact, item))
			ra_lint_say(at->lint, 2, at->doc, item, "%s: %s is never \"%s\" by its checks", at->where,
				    use->fact, item->valuestring);
	}
}

/* What goes with a fact of each type. */
static const char *const fitting[RA_TYPE_COUNT] = {
    [RA_BOOL] = "a bool is held against true or false",
    [RA_INT] = "an int is held against a whole number",
    [RA_TEXT] = "a text is held against texts (is, in, match)",
    [RA_VERSION] = "a version is held against a text such as \"7.0.2\"",
    [RA_TIME] = "a time is held against a time, {\"fact\": ..}, {\"action\": \"start\"} or \"now\"",
    [RA_LIST] = "a list is asked with has, has_any, only, count, match or a list",
};

static void check_use(void *payload, const struct ra_cond_use *use)
{
	const struct context *at = payload;
	int type = ra_flowset_fact_type(at->lint->set, use->fact);
	int other = use->with ? ra_flowset_fact_type(at->lint->set, use->with) : type;

	if (type < 0) {
		struct ra_near near = {.word = use->fact};
		char ask[100];

		ra_lint_tell_facts(at->lint->set, &near);
		ra_lint_say(at->lint, 2, at->doc, use->node, "%s: no check, answer or signature gives the fact %s%s",
			    at->where, use->fact, ra_near_ask(&near, ask, sizeof(ask)));
		return;
	}
	if (!is_given(at, use->fact))
		ra_lint_say(at->lint, 2, at->doc, use->node, "%s: no step on the way gives the fact %s", at->where,
			    use->fact);
	if (!(use->types >> type & 1) || (other >= 0 && other != type))
		ra_lint_say(at->lint, 2, at->doc, use->node, "%s: %s is %s, which this form cannot compare%s%s; %s",
			    at->where, use->fact, ra_type_name((enum ra_type)type), use->with ? " with " : "",
			    use->with ? use->with : "", fitting[type]);
	else
		check_values(at, use);
}

/* A gate decides on facts read again: each must be given by one of its fresh checks. */
static void check_fresh(void *payload, const struct ra_cond_use *use)
{
	const struct context *at = payload;
	const struct ra_gate *gate = ra_flowset_gate(at->lint->set, at->where);

	check_use(payload, use);
	if (gate && !ra_checks_give(at->lint->set, gate->fresh, use->fact))
		ra_lint_say(at->lint, 2, at->doc, use->node, "gate %s: none of its \"fresh\" checks gives %s",
			    at->where, use->fact);
}

#define BY_HAND_MAX 32
/* The checks a step decides by, and of them those that no person can be asked for. */
struct by_hand {
	const struct ra_flowset *set;
	const struct ra_step *step;
	const struct ra_check *without[BY_HAND_MAX];
	size_t count;
};

static void add_without(struct by_hand *found, const struct ra_check *check)
{
	for (size_t i = 0; i < found->count; i++) {
		if (found->without[i] == check)
			return;
	}
	if (found->count < BY_HAND_MAX)
		found->without[found->count++] = check;
}

/* Of the checks of a step that give a fact its way out hangs on, one must be one that a person can be asked. */
static void find_by_hand(void *payload, const struct ra_cond_use *use)
{
	struct by_hand *found = payload;
	const struct ra_check *without = NULL;
	const cJSON *id;

	cJSON_ArrayForEach (id, found->step->checks) {
		const struct ra_check *check = ra_flowset_check(found->set, id->valuestring);

		if (!check || !ra_check_gives(found->set, check, use->fact))
			continue;
		if (ra_flowset_manual(found->set, check))
			return;
		without = check;
	}
	if (without)
		add_without(found, without);
}

/* `plane.<p>.state` is up. */
static bool is_link_up(const struct ra_cond *cond)
{
	const char *fact = cond->left.fact, *last = strrchr(fact, '.');

	return cond->form == RA_FORM_IS && !cond->left.as_of_start && strncmp(fact, "plane.", 6) == 0 && last && strcmp(last, ".state") == 0 &&
	       cond->right.kind == RA_OP_VALUE && cJSON_IsString(cond->right.value) && strcmp(cond->right.value->valuestring, "up") == 0;
}

/* True when the condition cannot be true without a link that is up: nobody has to be able to say by hand what it asks beside that. */
static bool needs_link(const struct ra_cond *cond)
{
	bool all = cond->form == RA_FORM_ALL, any = cond->form == RA_FORM_ANY;

	if (!all && !any)
		return cond->form > RA_FORM_NOT && is_link_up(cond);
	for (size_t i = 0; i < cond->kid_count; i++) {
		if (needs_link(&cond->kids[i]) == all)
			return all;
	}
	return any && cond->kid_count > 0;
}

static void check_by_hand(const struct context *at, const struct ra_step *step)
{
	struct by_hand found = {.set = at->lint->set, .step = step};

	for (size_t i = 0; step->kind == RA_STEP_CHECK && i < step->edge_count; i++) {
		if (!needs_link(step->edges[i].when))
			ra_cond_facts(step->edges[i].when, find_by_hand, &found);
	}
	for (size_t i = 0; i < found.count; i++)
		ra_lint_say(at->lint, 2, at->doc, step->checks,
			    "%s decides by %s, which has no \"manual\" form: without a link nobody can answer it",
			    at->where, found.without[i]->id);
}

static void check_step(const struct context *base, const struct ra_step *step)
{
	char where[RA_FACT_NAME_MAX + 8];
	struct context at = *base;

	snprintf(where, sizeof(where), "step %.*s", RA_FACT_NAME_MAX, step->id);
	at.where = where;
	for (size_t i = 0; i < step->edge_count; i++)
		ra_cond_facts(step->edges[i].when, check_use, &at);
	check_by_hand(&at, step);
	if (step->action.guard)
		ra_cond_facts(step->action.guard, check_use, &at);
	if (step->action.until)
		ra_cond_facts(step->action.until, check_use, &at);
}

/* Collects what stands against a rule ever firing. */
struct firing {
	const struct context *at;
	bool possible;
};

static void can_fire(void *payload, const struct ra_cond_use *use)
{
	struct firing *firing = payload;

	firing->possible = firing->possible && is_given(firing->at, use->fact);
}

/* A cause needs a rule that can make it likely, of facts a walk can bring; a hint one of any confidence. */
static void check_cause(const struct context *base, const struct ra_cause *cause)
{
	char where[RA_FACT_NAME_MAX + 8];
	struct context at = *base;
	bool strong = false, reachable = false;

	snprintf(where, sizeof(where), "cause %.*s", RA_FACT_NAME_MAX, cause->id);
	at.where = where;
	at.doc = cause->doc;
	for (size_t i = 0; i < cause->rule_count; i++) {
		struct firing firing = {&at, true};

		ra_cond_facts(cause->rules[i].when, check_use, &at);
		if (cause->rules[i].kind != RA_RULE_FOR || (cause->rules[i].confidence < 2 && !cause->hint))
			continue;
		strong = strong || cause->rules[i].confidence >= 2;
		ra_cond_facts(cause->rules[i].when, can_fire, &firing);
		reachable = reachable || firing.possible;
	}
	if (!strong && !cause->hint)
		ra_lint_say(at.lint, 2, cause->doc, ra_json_root(cause->doc),
			    "%s: no rule \"for\" of medium or high confidence: it can never be likely", where);
	else if (!reachable)
		ra_lint_say(at.lint, 2, cause->doc, ra_json_root(cause->doc),
			    "%s: no walk gives the facts of any of its rules", where);
}

void ra_lint_facts(struct ra_linter *lint, const struct ra_graph *graphs)
{
	struct context at = {.lint = lint, .graphs = graphs};
	struct ra_cause *const *causes = lint->set->causes.items;
	const struct ra_checked *checked = lint->set->checked.items;
	const struct ra_gate *gates = lint->set->gates.items;

	for (size_t f = 0; f < lint->set->flows.count; f++) {
		at.flow = f;
		at.doc = graphs[f].flow->doc;
		for (at.step = 0; at.step < graphs[f].count; at.step++)
			check_step(&at, &graphs[f].flow->steps[at.step]);
	}
	at.scope = IN_A_WALK;
	for (size_t i = 0; i < lint->set->causes.count; i++)
		check_cause(&at, causes[i]);
	at.scope = IN_THE_SET;
	at.doc = lint->set->danger;
	for (size_t i = 0; i < lint->set->gates.count; i++) {
		at.where = gates[i].id;
		if (gates[i].open_if)
			ra_cond_facts(gates[i].open_if, check_fresh, &at);
	}
	for (size_t i = 0; i < lint->set->checked.count; i++) {
		at.doc = checked[i].check->doc;
		at.where = checked[i].check->id;
		for (size_t k = 0; k < checked[i].rule_count; k++)
			ra_cond_facts(checked[i].rules[k].when, check_use, &at);
	}
}
