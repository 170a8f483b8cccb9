/* lint_graph.c - rule 1: every step leads to an end and can be reached, nothing turns in a circle without an operator.
 */
#include "config.h"

#include "flow/lint_rules.h"

#include "base/near.h"

#include <stdlib.h>
#include <string.h>

struct context {
	struct ra_linter *lint;
	const struct ra_graph *graph;
};

static void check_target(void *payload, const struct ra_step *step, const struct ra_way *way)
{
	const struct context *at = payload;

	struct ra_near near = {.word = way->go};
	char ask[100];

	if (ra_flow_step(at->graph->flow, way->go))
		return;
	for (size_t i = 0; i < at->graph->count; i++)
		ra_near_try(&near, at->graph->flow->steps[i].id);
	ra_lint_say(at->lint, 1, at->graph->flow->doc, way->node,
		    "step %s: \"%s\" leads to \"%s\", which is no step of this flow%s", step->id, way->label, way->go,
		    ra_near_ask(&near, ask, sizeof(ask)));
}

static void check_entries(const struct context *at)
{
	const struct ra_flow *flow = at->graph->flow;
	const cJSON *entry;

	if (!ra_flow_step(flow, flow->start))
		ra_lint_say(at->lint, 1, flow->doc, ra_json_get(ra_json_root(flow->doc), "start"),
			    "the flow starts at \"%s\", which is no step of it", flow->start);
	cJSON_ArrayForEach (entry, flow->entries) {
		const char *go = ra_json_str(entry, "go", "");

		if (!ra_flow_step(flow, go))
			ra_lint_say(at->lint, 1, flow->doc, entry,
				    "an entry leads to \"%s\", which is no step of this flow", go);
	}
}

/* What a check, a question and a call must say besides their edges. */
static void check_leaves(const struct context *at, const struct ra_step *step)
{
	const struct {
		const char *name, *why, *go;
		bool needed;
	} ways[] = {
	    {"else", "the step to go to when no edge is true", step->go_else,
	     step->kind == RA_STEP_CHECK || step->kind == RA_STEP_QUESTION || step->kind == RA_STEP_CALL},
	    {"unknown", "the step to go to when a fact is not known", step->go_unknown, step->kind == RA_STEP_CHECK || step->kind == RA_STEP_QUESTION},
	    {"error", "the step to go to when the request for a fact failed", step->go_error, step->kind == RA_STEP_CHECK || step->kind == RA_STEP_QUESTION},
	};

	for (size_t i = 0; i < RA_LEN(ways); i++) {
		if (ways[i].needed && !ways[i].go)
			ra_lint_say(at->lint, 1, at->graph->flow->doc, step->node, "step %s: expected \"%s\": %s", step->id,
				    ways[i].name, ways[i].why);
	}
}

static void check_reach(const struct context *at, size_t index)
{
	const struct ra_graph *graph = at->graph;
	const struct ra_step *step = &graph->flow->steps[index];
	bool reached = ra_graph_enters(graph, index), ends = step->kind == RA_STEP_END;

	for (size_t i = 0; i < graph->count; i++) {
		const struct ra_step *other = &graph->flow->steps[i];

		reached = reached || (ra_graph_enters(graph, i) && ra_graph_reaches(graph, i, index));
		ends = ends || (other->kind == RA_STEP_END && ra_graph_reaches(graph, index, i));
	}
	if (!reached)
		ra_lint_say(at->lint, 1, graph->flow->doc, step->node,
			    "step %s: no way leads here from the start or an entry", step->id);
	if (!ends)
		ra_lint_say(at->lint, 1, graph->flow->doc, step->node, "step %s: no way leads from here to an end",
			    step->id);
}

/* A step where a person stops the circle: what only machines answer does not. */
static bool is_operators(const struct ra_flowset *set, const struct ra_step *step)
{
	const cJSON *id;

	if (step->kind != RA_STEP_CHECK)
		return step->kind == RA_STEP_QUESTION || step->kind == RA_STEP_GATE || step->kind == RA_STEP_ACTION;
	cJSON_ArrayForEach (id, step->checks) {
		const struct ra_check *check = ra_flowset_check(set, id->valuestring);

		if (check && check->plane_count == 0 && ra_flowset_manual(set, check))
			return true;
	}
	return false;
}

/* Depth first over the machine's steps. mark: 0 new, 1 on the way, 2 done. */
static bool circle_from(const struct context *at, size_t index, unsigned char *mark)
{
	const struct ra_graph *graph = at->graph;

	mark[index] = 1;
	for (size_t next = 0; next < graph->count; next++) {
		if (!ra_graph_leads(graph, index, next) || is_operators(at->lint->set, &graph->flow->steps[next]) ||
		    mark[next] == 2)
			continue;
		if (mark[next] == 1) {
			ra_lint_say(at->lint, 1, graph->flow->doc, graph->flow->steps[next].node,
				    "step %s: the way back here from %s passes no question, gate or action: it would "
				    "turn forever",
				    graph->flow->steps[next].id, graph->flow->steps[index].id);
			return true;
		}
		if (circle_from(at, next, mark))
			return true;
	}
	mark[index] = 2;
	return false;
}

static void check_circles(const struct context *at)
{
	unsigned char *mark = calloc(at->graph->count + 1, 1);

	for (size_t i = 0; mark && i < at->graph->count; i++) {
		if (mark[i] == 0 && !is_operators(at->lint->set, &at->graph->flow->steps[i]) &&
		    circle_from(at, i, mark))
			break;
	}
	at->lint->blind = at->lint->blind || !mark;
	free(mark);
}

void ra_lint_graph(struct ra_linter *lint, const struct ra_graph *graph)
{
	struct context at = {lint, graph};

	check_entries(&at);
	for (size_t i = 0; i < graph->count; i++) {
		ra_step_ways(&graph->flow->steps[i], check_target, &at);
		check_leaves(&at, &graph->flow->steps[i]);
		check_reach(&at, i);
	}
	check_circles(&at);
}

/* True when flow, or what it calls, calls target. */
static bool calls(const struct ra_flowset *set, const struct ra_flow *flow, const char *target, size_t depth)
{
	for (size_t i = 0; flow && depth > 0 && i < flow->step_count; i++) {
		const char *called = flow->steps[i].call_flow;

		if (called &&
		    (strcmp(called, target) == 0 || calls(set, ra_flowset_flow(set, called), target, depth - 1)))
			return true;
	}
	return false;
}

void ra_lint_calls(struct ra_linter *lint)
{
	struct ra_flow *const *flows = lint->set->flows.items;

	for (size_t i = 0; i < lint->set->flows.count; i++) {
		for (size_t k = 0; k < flows[i]->step_count; k++) {
			const struct ra_step *step = &flows[i]->steps[k];
			const struct ra_flow *called =
			    step->call_flow ? ra_flowset_flow(lint->set, step->call_flow) : NULL;

			if (called &&
			    (called == flows[i] || calls(lint->set, called, flows[i]->id, lint->set->flows.count)))
				ra_lint_say(lint, 1, flows[i]->doc, step->node,
					    "step %s: calls %s, which calls %s again", step->id, called->id,
					    flows[i]->id);
		}
	}
}
