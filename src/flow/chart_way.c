/* chart_way.c - the way a walk took through a chart, and the order in which a chart is read. */
#include "config.h"

#include "flow/chart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Add a number to a list of them. Out: false without memory. */
static bool number(char **list, size_t value)
{
	char *joined = NULL;

	if (asprintf(&joined, "%s%s%zu", *list, **list ? ", " : "", value) < 0)
		return false;
	free(*list);
	*list = joined;
	return true;
}

static bool take_arc(struct ra_chart *chart, size_t from, size_t to, size_t value)
{
	const struct ra_chart_node *node = &chart->nodes[from];

	for (size_t i = node->arc; i < node->arc + node->arc_count; i++)
		if (chart->arcs[i].to == to)
			return number(&chart->arcs[i].taken, value);
	return true; /* an aside, or a step gone back to */
}

/* What can still come: all that is led to from where the walk is. */
static bool look_ahead(struct ra_chart *chart, size_t from)
{
	size_t *stack = calloc(chart->count + 1, sizeof(*stack)), depth = 0;

	if (!stack)
		return false;
	stack[depth++] = from;
	while (depth) {
		const struct ra_chart_node *node = &chart->nodes[stack[--depth]];

		for (size_t i = node->arc; i < node->arc + node->arc_count; i++) {
			struct ra_chart_node *to = &chart->nodes[chart->arcs[i].to];

			if (to->ahead)
				continue;
			to->ahead = true;
			stack[depth++] = chart->arcs[i].to;
		}
	}
	free(stack);
	return true;
}

ra_err ra_chart_trace(struct ra_chart *chart, const struct ra_trod *way, size_t count)
{
	size_t ordinal = 0, before = RA_CHART_NONE, before_ordinal = 0, stands = RA_CHART_NONE;
	bool ok = true;

	for (size_t i = 0; i < count && ok; i++) {
		bool here = !strcmp(way[i].flow, chart->flow->id);
		size_t at = here ? ra_chart_find(chart, way[i].step) : RA_CHART_NONE;

		ordinal += !way[i].back;
		if (at == RA_CHART_NONE) {
			/* In another flow: here the walk stands at the call, or it has left this flow. */
			if (!way[i].back && before != RA_CHART_NONE)
				stands = chart->flow->steps[before].kind == RA_STEP_CALL ? before : RA_CHART_NONE;
			continue;
		}
		if (way[i].back) {
			chart->nodes[at].back = true;
			continue;
		}
		if (before != RA_CHART_NONE)
			ok = take_arc(chart, before, at, before_ordinal);
		ok = ok && number(&chart->nodes[at].taken, ordinal);
		chart->nodes[at].skip = !strcmp(way[i].by, "skip") || !strcmp(way[i].by, "blocked");
		before = stands = at;
		before_ordinal = ordinal;
	}
	if (stands != RA_CHART_NONE) {
		chart->nodes[stands].now = true;
		ok = ok && look_ahead(chart, stands);
	}
	return ok ? RA_OK : RA_E_NOMEM;
}

/* The rows while they are made. */
struct reading {
	const struct ra_chart *chart;
	struct ra_chart_row *rows;
	size_t count, room;
	size_t *child, *next; /* first step that hangs on a step (count: on nothing), and the one after it; in layers, then as written */
	size_t *weight; /* how many steps hang on a step, itself included */
	bool *told;
};

static bool put_row(struct reading *r, size_t node, size_t arc, int depth)
{
	if (r->count == r->room)
		return false;
	r->rows[r->count++] = (struct ra_chart_row){.node = node, .arc = arc, .depth = depth};
	return true;
}

/* The step that goes on from here at the same depth: the one most hangs on, of equals the last. */
static size_t goes_on(const struct reading *r, size_t node)
{
	size_t best = RA_CHART_NONE;

	for (size_t at = r->child[node]; at != RA_CHART_NONE; at = r->next[at])
		if (r->chart->nodes[at].beside == RA_CHART_NONE && (best == RA_CHART_NONE || r->weight[at] >= r->weight[best]))
			best = at;
	return best;
}

/* A step, what branches off it, and then what goes on from it. Steps that go on are a loop, branches a call: the depth of calls is that of
 * the branches. */
static bool tell(struct reading *r, size_t node, int depth)
{
	const struct ra_chart *chart = r->chart;

	while (node != RA_CHART_NONE) {
		const struct ra_chart_node *at = &chart->nodes[node];
		size_t on = goes_on(r, node);

		if (!put_row(r, node, RA_CHART_NONE, depth))
			return false;
		r->told[node] = true;
		for (size_t i = at->arc; i < at->arc + at->arc_count; i++) {
			size_t to = chart->arcs[i].to;

			if (to == on)
				continue;
			if (chart->nodes[to].parent != node || r->told[to] ? !put_row(r, to, i, depth + 1)
									   : !tell(r, to, depth + 1))
				return false;
		}
		for (size_t to = r->child[node]; to != RA_CHART_NONE; to = r->next[to])
			if (to != on && !r->told[to] && !tell(r, to, depth + 1))
				return false;
		node = on;
	}
	return true;
}

/* Before all others that hang on the same step. */
static void hang_one(struct reading *r, size_t node)
{
	size_t parent = r->chart->nodes[node].parent, *first = &r->child[parent == RA_CHART_NONE ? r->chart->count : parent];

	r->next[node] = *first;
	*first = node;
}

/* Hang every step on the one all ways lead through, in the order of layers, then as written; ends come last. */
static void hang(struct reading *r)
{
	const struct ra_chart *chart = r->chart;

	for (size_t i = 0; i <= chart->count; i++)
		r->child[i] = r->next[i] = RA_CHART_NONE;
	for (size_t i = chart->count; i-- > 0;)
		if (chart->nodes[i].beside != RA_CHART_NONE)
			hang_one(r, i);
	for (int layer = chart->layers; layer-- > 0;)
		for (size_t i = chart->count; i-- > 0;)
			if (chart->nodes[i].layer == layer && chart->nodes[i].beside == RA_CHART_NONE)
				hang_one(r, i);
}

/* What hangs on nothing but the beginning: the longest way first. */
static bool tell_all(struct reading *r)
{
	const struct ra_chart *chart = r->chart;

	for (int turn = 0; turn < 2; turn++)
		for (size_t at = r->child[chart->count]; at != RA_CHART_NONE; at = r->next[at])
			if (!r->told[at] && (turn == 1 || chart->nodes[at].main) && !tell(r, at, 0))
				return false;
	return true;
}

/* A step hangs on one of a layer before its own; an end may stand in the same, but nothing hangs on an end. */
static void weigh(struct reading *r)
{
	const struct ra_chart *chart = r->chart;

	for (size_t i = 0; i < chart->count; i++)
		r->weight[i]++;
	for (size_t i = 0; i < chart->count; i++)
		if (chart->nodes[i].beside != RA_CHART_NONE && chart->nodes[i].parent != RA_CHART_NONE)
			r->weight[chart->nodes[i].parent]++;
	for (int layer = chart->layers; layer-- > 0;)
		for (size_t i = 0; i < chart->count; i++)
			if (chart->nodes[i].layer == layer && chart->nodes[i].beside == RA_CHART_NONE && chart->nodes[i].parent != RA_CHART_NONE)
				r->weight[chart->nodes[i].parent] += r->weight[i];
}

ra_err ra_chart_rows(const struct ra_chart *chart, struct ra_chart_row **out, size_t *count)
{
	struct reading r = {.chart = chart, .room = chart->count + chart->arc_count};

	r.rows = calloc(r.room + 1, sizeof(*r.rows));
	r.child = calloc(3 * (chart->count + 1), sizeof(*r.child));
	r.told = calloc(chart->count + 1, sizeof(*r.told));
	bool ok = r.rows && r.child && r.told;

	if (ok) {
		r.next = r.child + chart->count + 1;
		r.weight = r.next + chart->count + 1;
		hang(&r);
		weigh(&r);
		ok = tell_all(&r);
	}
	free(r.child);
	free(r.told);
	*out = ok ? r.rows : ra_mem_free(r.rows);
	*count = ok ? r.count : 0;
	return ok ? RA_OK : RA_E_NOMEM;
}
