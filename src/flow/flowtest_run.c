/* flowtest_run.c - tests inside flows: what each expects, and which edges all of them together took. */
#include "config.h"

#include "flow/cond_tree.h"
#include "flow/flowtest.h"
#include "flow/lint_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One way out of a step a test can take. */
struct edge {
	const struct ra_flow *flow;
	const struct ra_step *step;
	char label[24];
	const cJSON *node;
	bool taken;
};
struct coverage {
	struct ra_list edges;       /* struct edge */
	const struct ra_flow *flow; /* while collecting */
	struct ra_errs errs;
	/* of the walk that is on */
	const struct ra_flowset *set;
	struct {
		const char *flow, *step;
	} calls[16];
	size_t depth;
};
struct run {
	const struct ra_flowset *set;
	struct ra_linter *lint;
	struct coverage *coverage;
	const struct ra_flow *flow;
	const cJSON *test;
	bool failed;
};

/* Whether a condition can be unknown at all, and by a fact a machine tells: what `known` guards in the same `all`
 * cannot. */
struct doubt {
	const struct ra_flowset *set;
	const char *guarded[16];
	size_t count;
	bool any, by_machine;
};

static bool is_guarded(const struct doubt *doubt, const char *fact)
{
	for (size_t i = 0; i < doubt->count; i++) {
		if (strcmp(doubt->guarded[i], fact) == 0)
			return true;
	}
	return false;
}

static void doubt_fact(struct doubt *doubt, const struct ra_cond *cond, const char *fact)
{
	const struct ra_fact_decl *decl = ra_decl_find(doubt->set, fact);
	bool measured = decl && decl->type == RA_TIME && cond->form <= RA_FORM_WITHIN; /* a clock, a margin */

	if (is_guarded(doubt, fact) && !measured)
		return;
	doubt->any = true;
	doubt->by_machine = doubt->by_machine ||
			    (decl && (decl->by_check || strncmp(fact, "sig.", 4) == 0) && !is_guarded(doubt, fact));
}

static void doubt_cond(struct doubt *doubt, const struct ra_cond *cond)
{
	size_t outer = doubt->count;

	for (size_t i = 0; cond->form == RA_FORM_ALL && i < cond->kid_count; i++) {
		const struct ra_cond *kid = &cond->kids[i];

		if (kid->form == RA_FORM_KNOWN && kid->want && doubt->count < RA_LEN(doubt->guarded))
			doubt->guarded[doubt->count++] = kid->left.fact;
	}
	for (size_t i = 0; i < cond->kid_count; i++)
		doubt_cond(doubt, &cond->kids[i]);
	doubt->count = outer;
	if (cond->form <= RA_FORM_NOT || cond->form >= RA_FORM_KNOWN)
		return;
	doubt_fact(doubt, cond, cond->left.fact);
	if (cond->right.kind == RA_OP_FACT)
		doubt_fact(doubt, cond, cond->right.ref.fact);
}

static bool flow_ends(const struct ra_flow *flow, const char *outcome)
{
	for (size_t i = 0; flow && i < flow->step_count; i++) {
		if (flow->steps[i].kind == RA_STEP_END && strcmp(ra_outcome_name(flow->steps[i].outcome), outcome) == 0)
			return true;
	}
	return false;
}

/* True when every end of the called flow is named in `return`. */
static bool returns_all(const struct ra_flow *flow, const struct ra_step *call)
{
	for (size_t i = 0; flow && i < flow->step_count; i++) {
		if (flow->steps[i].kind == RA_STEP_END &&
		    !ra_json_get(call->returns, ra_outcome_name(flow->steps[i].outcome)))
			return false;
	}
	return true;
}

/* True when a walk can take this way: `unknown` only where something can be unknown, a `return` only with an outcome
 * there is. */
static bool can_be_taken(const struct ra_flowset *set, const struct ra_step *step, const char *label)
{
	struct doubt doubt = {.set = set};
	const struct ra_flow *called = step->call_flow ? ra_flowset_flow(set, step->call_flow) : NULL;

	if (step->kind == RA_STEP_CALL)
		return strcmp(label, "else") == 0 ? !returns_all(called, step) : flow_ends(called, label);
	for (size_t i = 0; i < step->edge_count; i++)
		doubt_cond(&doubt, step->edges[i].when);
	if (strcmp(label, "unknown") == 0)
		return doubt.any;
	return strcmp(label, "error") != 0 || doubt.by_machine;
}

/* Actions are not walked by tests: their ways belong to walks over simulated hosts. */
static void add_edge(void *payload, const struct ra_step *step, const struct ra_way *way)
{
	struct coverage *coverage = payload;
	struct edge *edge = NULL;

	if (step->kind == RA_STEP_ACTION || !can_be_taken(coverage->set, step, way->label))
		return;
	edge = ra_list_add(&coverage->edges, sizeof(*edge), &coverage->errs);
	if (!edge)
		return;
	*edge = (struct edge){.flow = coverage->flow, .step = step, .node = way->node};
	snprintf(edge->label, sizeof(edge->label), "%s", way->label);
}

static void collect_edges(struct coverage *coverage, const struct ra_flow *flow)
{
	coverage->flow = flow;
	for (size_t i = 0; i < flow->step_count; i++)
		ra_step_ways(&flow->steps[i], add_edge, coverage);
}

static void take(struct coverage *coverage, const char *flow, const char *step, const char *label)
{
	struct edge *edges = coverage->edges.items;

	for (size_t i = 0; i < coverage->edges.count; i++) {
		if (strcmp(edges[i].flow->id, flow) == 0 && strcmp(edges[i].step->id, step) == 0 &&
		    strcmp(edges[i].label, label) == 0)
			edges[i].taken = true;
	}
}

/* A called flow came back: its outcome names the way out of the call. */
static void take_return(struct coverage *coverage, const char *flow, const char *end)
{
	const struct ra_flow *ended = ra_flowset_flow(coverage->set, flow), *caller;
	const struct ra_step *step = ended ? ra_flow_step(ended, end) : NULL, *call;
	const char *outcome = step ? ra_outcome_name(step->outcome) : "";

	if (!coverage->depth)
		return;
	coverage->depth--;
	caller = ra_flowset_flow(coverage->set, coverage->calls[coverage->depth].flow);
	call = caller ? ra_flow_step(caller, coverage->calls[coverage->depth].step) : NULL;
	if (call)
		take(coverage, caller->id, call->id, ra_json_get(call->returns, outcome) ? outcome : "else");
}

static void on_edge(void *payload, const cJSON *body)
{
	struct coverage *coverage = payload;
	const char *by = ra_json_str(body, "by", ""), *flow = ra_json_str(body, "flow", ""),
		   *from = ra_json_str(body, "from", "");
	char label[24];

	if (strcmp(by, "call") == 0 && coverage->depth < RA_LEN(coverage->calls)) {
		coverage->calls[coverage->depth].flow = flow;
		coverage->calls[coverage->depth++].step = from;
	} else if (strcmp(by, "return") == 0) {
		take_return(coverage, flow, from);
	} else {
		snprintf(label, sizeof(label), "edge %d", (int)ra_json_int(body, "index", -1) + 1);
		take(coverage, flow, from, strcmp(by, "edge") == 0 ? label : by);
	}
}

static void fail(struct run *run, const cJSON *at, const char *what, const char *text)
{
	ra_lint_say(run->lint, 7, run->flow->doc, at ? at : run->test, "test \"%.80s\": %s%s",
		    ra_json_str(run->test, "name", ""), what, text);
	run->failed = true;
}

/* The steps walked, "a > b > other/c". */
static void write_path(const struct ra_flow_walk *walk, char *out, size_t cap)
{
	const struct ra_visit *visits = NULL;
	size_t count = ra_state_path(walk->state, &visits), len = 0;

	*out = '\0';
	for (size_t i = walk->jumped; i < count && len < cap; i++) {
		bool called = visits[i].flow != walk->flow;

		len += (size_t)snprintf(out + len, cap - len, "%s%s%s%s", i > walk->jumped ? " > " : "",
					called ? visits[i].flow->id : "", called ? "/" : "", visits[i].step->id);
	}
}

static void check_path(struct run *run, const struct ra_flow_walk *walk)
{
	const cJSON *path = ra_json_get(run->test, "path"), *step;
	char went[2000], expected[2000] = "";
	size_t len = 0;

	write_path(walk, went, sizeof(went));
	cJSON_ArrayForEach (step, path) {
		if (len < sizeof(expected))
			len += (size_t)snprintf(expected + len, sizeof(expected) - len, "%s%s", len ? " > " : "",
						step->valuestring);
	}
	if (path && strcmp(went, expected) != 0)
		fail(run, path, "went ", went);
}

static void check_never(struct run *run, const struct ra_flow_walk *walk)
{
	const struct ra_visit *visits = NULL;
	size_t count = ra_state_path(walk->state, &visits);
	const cJSON *never;

	cJSON_ArrayForEach (never, ra_json_get(run->test, "never")) {
		for (size_t i = walk->jumped; i < count; i++) {
			if (strcmp(visits[i].step->id, never->valuestring) == 0)
				fail(run, never, "must never come to ", never->valuestring);
		}
	}
}

static void check_causes(struct run *run, const struct ra_flow_walk *walk)
{
	struct ra_cond_env env = ra_state_env(walk->state, walk->now);
	const cJSON *expected;

	cJSON_ArrayForEach (expected, ra_json_get(run->test, "causes")) {
		const struct ra_cause *cause = ra_flowset_cause(run->set, expected->string);
		const char *status = cause ? ra_cause_status_name(ra_cause_judge(cause, &env, NULL)) : "not there";
		char text[160];

		snprintf(text, sizeof(text), "%.64s is %s", expected->string, status);
		if (!cJSON_IsString(expected) || strcmp(expected->valuestring, status) != 0)
			fail(run, expected, "the cause ", text);
	}
}

static void check_outcome(struct run *run, const struct ra_flow_walk *walk)
{
	const cJSON *expected = ra_json_get(run->test, "outcome");
	const char *outcome = ra_outcome_name(ra_state_now(walk->state, &walk->planes).outcome);

	if (expected && strcmp(expected->valuestring, outcome) != 0)
		fail(run, expected, "the outcome is ", outcome);
}

static ra_err run_test(struct run *run)
{
	struct ra_flow_walk walk = {
	    .set = run->set, .flow = run->flow, .test = run->test, .on_edge = on_edge, .payload = run->coverage};
	char line[RA_ERR_TEXT_MAX];
	ra_err err;

	run->failed = false;
	run->coverage->depth = 0;
	err = ra_flow_walk_run(&walk);
	if (err == RA_OK) {
		check_path(run, &walk);
		check_never(run, &walk);
		check_causes(run, &walk);
		check_outcome(run, &walk);
	} else if (err != RA_E_NOMEM) {
		fail(run, NULL, "", ra_errs_line(&walk.errs, line, sizeof(line)));
		err = RA_OK;
	}
	ra_flow_walk_clear(&walk);
	return err;
}

static void count_edges(struct run *run, struct ra_flow_tests *out)
{
	const struct edge *edges = run->coverage->edges.items;

	for (size_t i = 0; i < run->coverage->edges.count; i++) {
		out->edges++;
		out->edges_taken += edges[i].taken;
		if (!edges[i].taken)
			ra_lint_say(run->lint, RA_RULE_COVERAGE, edges[i].flow->doc, edges[i].node,
				    "step %s: no test takes \"%s\"", edges[i].step->id, edges[i].label);
	}
}

static ra_err test_fleet(struct ra_linter *lint, struct ra_flow_tests *out)
{
	const struct ra_fleet_rule *rules;
	size_t count = ra_flowset_fleet(lint->set, &rules);
	const cJSON *test;
	ra_err err = RA_OK;

	for (size_t i = 0; i < count; i++) {
		cJSON_ArrayForEach (test, rules[i].tests) {
			bool passed = false;

			if (err == RA_OK)
				err = ra_fleet_test(lint, &rules[i], test, &passed);
			out->passed += passed;
			out->failed += !passed;
		}
	}
	return err;
}

ra_err ra_flowset_test(const struct ra_flowset *set, struct ra_flow_tests *out, struct ra_finding *findings,
		       size_t *finding_count)
{
	struct coverage coverage = {.set = set};
	struct ra_linter lint = {.set = set, .out = findings};
	struct run run = {.set = set, .lint = &lint, .coverage = &coverage};
	struct ra_flow *const *flows = set->flows.items;
	ra_err err = RA_OK;

	*out = (struct ra_flow_tests){0};
	for (size_t i = 0; i < set->flows.count; i++)
		collect_edges(&coverage, flows[i]);
	if (coverage.errs.count)
		err = coverage.errs.code;
	for (size_t i = 0; err == RA_OK && i < set->flows.count; i++) {
		run.flow = flows[i];
		cJSON_ArrayForEach (run.test, flows[i]->tests) {
			if (err == RA_OK)
				err = run_test(&run);
			out->failed += run.failed;
			out->passed += !run.failed;
		}
	}
	if (err == RA_OK)
		err = test_fleet(&lint, out);
	if (err == RA_OK)
		count_edges(&run, out);
	free(coverage.edges.items);
	*finding_count = lint.count;
	return err;
}
