/* lint_recovery.c - rule 4, after what unseals a host: it has recovered when it started once more, and somebody saw that. No way of a
 * host that may have been sealed comes to "resolved" before an action that was verified by a start of the host. */
#include "config.h"

#include "flow/lint_rules.h"

#include <stdlib.h>
#include <string.h>

/* What is known of a called flow: each is searched once, however often it is called. One that is searched just now calls itself. */
enum { NOT_SEARCHED, UNSEEN, SEEN };

/* One search. seen: a byte for each step of the flow it is in. */
struct search {
	const struct ra_flowset *set;
	const struct ra_graph *graphs;
	const struct ra_graph *graph;
	unsigned char *seen;
	unsigned char *calls;        /* of each flow of the set, shared by all searches: does it resolve without such a start? */
	const struct ra_step *found; /* the end it came to, NULL */
};

static void visit(struct search *search, const char *id);

/* Can the called flow end as resolved from its start without such a start of the host? */
static bool resolves_unseen(const struct search *outer, const char *flow)
{
	struct search inner = {.set = outer->set, .graphs = outer->graphs, .calls = outer->calls};
	size_t at = 0;

	while (at < outer->set->flows.count && strcmp(outer->graphs[at].flow->id, flow) != 0)
		at++;
	if (at == outer->set->flows.count)
		return true;
	if (outer->calls[at] != NOT_SEARCHED)
		return outer->calls[at] == UNSEEN;
	outer->calls[at] = UNSEEN;
	inner.graph = &outer->graphs[at];
	inner.seen = calloc(inner.graph->count + 1, 1);
	if (inner.seen)
		visit(&inner, inner.graph->flow->start);
	outer->calls[at] = !inner.seen || inner.found ? UNSEEN : SEEN;
	free(inner.seen);
	return outer->calls[at] == UNSEEN;
}

static void follow(void *payload, const struct ra_step *step, const struct ra_way *way)
{
	struct search *search = payload;

	if (step->kind == RA_STEP_ACTION && strcmp(way->label, "ok") == 0 && step->action.until &&
	    ra_lint_sees_restart(step->action.until, true))
		return;
	if (step->kind == RA_STEP_CALL && strcmp(way->label, "resolved") == 0 && !resolves_unseen(search, step->call_flow))
		return;
	visit(search, way->go);
}

static void visit(struct search *search, const char *id)
{
	const struct ra_step *step = ra_flow_step(search->graph->flow, id);
	size_t at = step ? (size_t)(step - search->graph->flow->steps) : 0;

	if (!step || search->seen[at] || search->found)
		return;
	search->seen[at] = 1;
	if (step->kind == RA_STEP_END && step->outcome == RA_OUT_RESOLVED)
		search->found = step;
	else
		ra_step_ways(step, follow, search);
}

static void note_unsealed(void *payload, const struct ra_cond_use *use)
{
	bool *found = payload;

	*found = *found || (use->of_start && strcmp(use->fact, "encryption.mode") == 0 &&
			    strcmp(ra_json_str(use->node, "is", ""), "NONE") == 0);
}

/* The ways of a step that splits on the sealing, but for those of a host that was not sealed. */
static void visit_sealed(struct search *search, const struct ra_step *split)
{
	const char *const others[] = {split->go_else, split->go_unknown, split->go_error};

	for (size_t i = 0; i < split->edge_count; i++) {
		bool unsealed = false;

		ra_cond_facts(split->edges[i].when, note_unsealed, &unsealed);
		if (!unsealed)
			visit(search, split->edges[i].go);
	}
	for (size_t i = 0; i < RA_LEN(others); i++) {
		if (others[i])
			visit(search, others[i]);
	}
}

void ra_lint_recovery(struct ra_linter *lint, const struct ra_graph *graphs, const struct ra_graph *graph, const struct ra_step *step)
{
	const struct ra_step *split = ra_flow_step(graph->flow, step->action.ok);
	struct search search = {.set = lint->set, .graphs = graphs, .graph = graph};

	if (!split || split->kind != RA_STEP_CHECK)
		return; /* told by another rule */
	search.seen = calloc(graph->count + 1, 1);
	search.calls = calloc(lint->set->flows.count + 1, 1);
	if (search.seen && search.calls)
		visit_sealed(&search, split);
	else
		lint->blind = true;
	if (search.found)
		ra_lint_say(lint, 4, graph->flow->doc, ra_json_get(step->node, "ok"),
			    "step %s: a host that was sealed comes from here to \"resolved\" (step %s) without an action that is "
			    "verified by its start: the last start of a recovery is seen, not believed",
			    step->id, search.found->id);
	free(search.seen);
	free(search.calls);
}
