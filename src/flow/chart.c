/* chart.c - the steps of a flow, its arcs, and the layers they stand in. */
#include "config.h"

#include "flow/chart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ra_chart *ra_chart_free(struct ra_chart *chart)
{
	if (!chart)
		return NULL;
	for (size_t i = 0; i < chart->arc_count; i++) {
		free(chart->arcs[i].label);
		free(chart->arcs[i].because);
		free(chart->arcs[i].taken);
	}
	for (size_t i = 0; chart->nodes && i < chart->count; i++)
		free(chart->nodes[i].taken);
	free(chart->arcs);
	free(chart->nodes);
	free(chart);
	return NULL;
}

size_t ra_chart_find(const struct ra_chart *chart, const char *step)
{
	const struct ra_step *found = step ? ra_flow_step(chart->flow, step) : NULL;

	return found ? (size_t)(found - chart->flow->steps) : RA_CHART_NONE;
}

/* Append to a text of the chart, with a separator between. Out: false without memory. */
static bool join(char **at, const char *separator, const char *more)
{
	char *joined = NULL;
	bool first = !*at || !**at;

	if (asprintf(&joined, "%s%s%s", first ? "" : *at, first ? "" : separator, more) < 0)
		return false;
	free(*at);
	*at = joined;
	return true;
}

/* The arcs while they are made. */
struct making {
	struct ra_chart *chart;
	size_t node, room;
	bool failed;
};

static struct ra_chart_arc *arc_to(struct making *at, size_t to)
{
	struct ra_chart *chart = at->chart;
	struct ra_chart_node *node = &chart->nodes[at->node];

	for (size_t i = node->arc; i < chart->arc_count; i++)
		if (chart->arcs[i].to == to)
			return &chart->arcs[i];
	if (chart->arc_count == at->room) {
		size_t room = at->room ? 2 * at->room : 64;
		struct ra_chart_arc *arcs = realloc(chart->arcs, room * sizeof(*arcs));

		if (!arcs)
			return NULL;
		chart->arcs = arcs;
		at->room = room;
	}
	struct ra_chart_arc *arc = &chart->arcs[chart->arc_count++];

	*arc = (struct ra_chart_arc){.from = at->node, .to = to, .aside = true};
	node->arc_count++;
	return arc;
}

static bool is_aside(const char *label)
{
	static const char *const words[] = {"fail", "skip", "blocked", "closed", "unknown", "error"};

	for (size_t i = 0; i < RA_LEN(words); i++)
		if (!strcmp(words[i], label))
			return true;
	return false;
}

/* Where there are several ways, it is said which of them a reason belongs to. Out: false without memory. */
static bool name_because(struct ra_chart_arc *arc)
{
	char *named = NULL;

	if (!arc->because)
		return true;
	if (asprintf(&named, "%s: %s", arc->label, arc->because) < 0)
		return false;
	free(arc->because);
	arc->because = named;
	return true;
}

static void add_way(void *payload, const struct ra_step *step, const struct ra_way *way)
{
	struct making *at = payload;
	size_t to = ra_chart_find(at->chart, way->go);
	const char *label = strncmp(way->label, "edge ", 5) ? way->label : way->label + 5;

	(void)step;
	if (to == RA_CHART_NONE || at->failed)
		return;
	struct ra_chart_arc *arc = arc_to(at, to);

	if (!arc || (arc->ways == 1 && !name_because(arc)) || !join(&arc->label, ", ", label)) {
		at->failed = true;
		return;
	}
	arc->ways++;
	arc->aside = arc->aside && is_aside(label);
	if (!way->because)
		return;
	at->failed = !join(&arc->because, "; ", arc->ways > 1 ? label : "") || !join(&arc->because, arc->ways > 1 ? ": " : "", way->because);
}

static bool make_arcs(struct ra_chart *chart)
{
	struct making at = {.chart = chart};

	for (; at.node < chart->count && !at.failed; at.node++) {
		chart->nodes[at.node].arc = chart->arc_count;
		ra_step_ways(&chart->flow->steps[at.node], add_way, &at);
	}
	for (size_t i = 0; i < chart->arc_count && !at.failed; i++) {
		struct ra_chart_arc *arc = &chart->arcs[i];

		if (!arc->because)
			arc->because = strdup("");
		arc->taken = strdup("");
		at.failed = !arc->label || !arc->because || !arc->taken;
	}
	return !at.failed;
}

static void find_entries(struct ra_chart *chart)
{
	size_t start = ra_chart_find(chart, chart->flow->start);
	const cJSON *entry;

	if (start != RA_CHART_NONE)
		chart->nodes[start].entries++;
	cJSON_ArrayForEach (entry, chart->flow->entries) {
		size_t at = ra_chart_find(chart, ra_json_str(entry, "go", ""));

		if (at != RA_CHART_NONE)
			chart->nodes[at].entries++;
	}
}

/* Which steps are in a circle with each other, by two walks of the chart (Kosaraju, without recursion). */
struct circles {
	size_t *order, *stack, *next, *group; /* count each */
	size_t *in_at, *in;                   /* arcs by their target */
};

static bool circles_begin(const struct ra_chart *chart, struct circles *c)
{
	size_t n = chart->count + 1;

	c->order = calloc(4 * n, sizeof(*c->order));
	c->in_at = calloc(n + 1, sizeof(*c->in_at));
	c->in = calloc(chart->arc_count + 1, sizeof(*c->in));
	if (!c->order || !c->in_at || !c->in)
		return false;
	c->stack = c->order + n;
	c->next = c->stack + n;
	c->group = c->next + n;
	for (size_t i = 0; i < chart->arc_count; i++)
		c->in_at[chart->arcs[i].to + 1]++;
	for (size_t i = 0; i < chart->count; i++)
		c->in_at[i + 1] += c->in_at[i];
	for (size_t i = 0; i < chart->arc_count; i++)
		c->in[c->in_at[chart->arcs[i].to] + c->next[chart->arcs[i].to]++] = i;
	return true;
}

/* Steps in the order they are done with. */
static void circles_out(const struct ra_chart *chart, struct circles *c)
{
	size_t done = 0;

	memset(c->next, 0, chart->count * sizeof(*c->next));
	for (size_t root = 0; root < chart->count; root++) {
		size_t depth = 0;

		if (c->group[root])
			continue;
		c->stack[depth++] = root;
		c->group[root] = 1;
		while (depth) {
			size_t at = c->stack[depth - 1];
			const struct ra_chart_node *node = &chart->nodes[at];

			if (c->next[at] == node->arc_count) {
				c->order[done++] = at;
				depth--;
				continue;
			}
			size_t to = chart->arcs[node->arc + c->next[at]++].to;

			if (!c->group[to]) {
				c->group[to] = 1;
				c->stack[depth++] = to;
			}
		}
	}
}

/* Steps that reach each other get one number. */
static void circles_in(const struct ra_chart *chart, struct circles *c)
{
	size_t groups = 0;

	memset(c->group, 0, chart->count * sizeof(*c->group));
	for (size_t i = chart->count; i-- > 0;) {
		size_t depth = 0;

		if (c->group[c->order[i]])
			continue;
		c->group[c->order[i]] = ++groups;
		c->stack[depth++] = c->order[i];
		while (depth) {
			size_t at = c->stack[--depth];

			for (size_t k = c->in_at[at]; k < c->in_at[at + 1]; k++) {
				size_t from = chart->arcs[c->in[k]].from;

				if (c->group[from])
					continue;
				c->group[from] = groups;
				c->stack[depth++] = from;
			}
		}
	}
}

static bool cut_circles(struct ra_chart *chart)
{
	struct circles c = {0};
	bool ok = circles_begin(chart, &c);

	if (ok) {
		circles_out(chart, &c);
		circles_in(chart, &c);
		for (size_t i = 0; i < chart->arc_count; i++) {
			struct ra_chart_arc *arc = &chart->arcs[i];

			arc->back = c.group[arc->from] == c.group[arc->to] && arc->to <= arc->from;
		}
	}
	free(c.order);
	free(c.in_at);
	free(c.in);
	return ok;
}

/* An end stands beside the first step that leads to it. */
static void find_beside(struct ra_chart *chart)
{
	for (size_t i = 0; i < chart->arc_count; i++) {
		struct ra_chart_node *to = &chart->nodes[chart->arcs[i].to];

		if (chart->flow->steps[chart->arcs[i].to].kind == RA_STEP_END && to->beside == RA_CHART_NONE && !to->entries)
			to->beside = chart->arcs[i].from;
	}
}

/* Steps so that every arc that is not back leads on in the order. Out: NULL without memory. Owner: caller. */
static size_t *in_order(const struct ra_chart *chart)
{
	size_t *order = calloc(2 * chart->count + 2, sizeof(*order)), *waits = order ? order + chart->count + 1 : NULL;
	size_t done = 0, found = 0;

	if (!order)
		return NULL;
	for (size_t i = 0; i < chart->arc_count; i++)
		waits[chart->arcs[i].to] += !chart->arcs[i].back;
	for (size_t i = 0; i < chart->count; i++)
		if (!waits[i])
			order[found++] = i;
	while (done < found) {
		const struct ra_chart_node *node = &chart->nodes[order[done++]];

		for (size_t i = node->arc; i < node->arc + node->arc_count; i++)
			if (!chart->arcs[i].back && --waits[chart->arcs[i].to] == 0)
				order[found++] = chart->arcs[i].to;
	}
	return order;
}

static void layer_all(struct ra_chart *chart, const size_t *order)
{
	for (size_t i = 0; i < chart->count; i++) {
		const struct ra_chart_node *node = &chart->nodes[order[i]];

		for (size_t k = node->arc; k < node->arc + node->arc_count; k++) {
			struct ra_chart_node *to = &chart->nodes[chart->arcs[k].to];

			if (!chart->arcs[k].back && to->beside == RA_CHART_NONE && to->layer <= node->layer)
				to->layer = node->layer + 1;
		}
	}
	for (size_t i = chart->count; i-- > 0;) {
		struct ra_chart_node *node = &chart->nodes[order[i]];

		for (size_t k = node->arc; k < node->arc + node->arc_count; k++) {
			const struct ra_chart_node *to = &chart->nodes[chart->arcs[k].to];

			if (!chart->arcs[k].back && to->beside == RA_CHART_NONE && to->below >= node->below)
				node->below = to->below + 1;
		}
	}
	for (size_t i = 0; i < chart->count; i++) {
		struct ra_chart_node *node = &chart->nodes[i];

		if (node->beside != RA_CHART_NONE)
			node->layer = chart->nodes[node->beside].layer;
		if (node->layer >= chart->layers)
			chart->layers = node->layer + 1;
	}
}

/* The longest way from the start, one layer at a time: of equals the one that is written first. */
static void find_main(struct ra_chart *chart)
{
	size_t at = ra_chart_find(chart, chart->flow->start);

	while (at != RA_CHART_NONE) {
		const struct ra_chart_node *node = &chart->nodes[at];
		size_t next = RA_CHART_NONE;

		chart->nodes[at].main = true;
		for (size_t i = node->arc; i < node->arc + node->arc_count; i++) {
			const struct ra_chart_node *to = &chart->nodes[chart->arcs[i].to];

			if (!chart->arcs[i].back && to->beside == RA_CHART_NONE &&
			    (next == RA_CHART_NONE || to->below > chart->nodes[next].below))
				next = chart->arcs[i].to;
		}
		at = next;
	}
}

/* The step all ways to both lead through. */
static size_t meet(const struct ra_chart *chart, const size_t *number, size_t a, size_t b)
{
	while (a != b) {
		if (a == RA_CHART_NONE || b == RA_CHART_NONE)
			return RA_CHART_NONE;
		if (number[a] > number[b])
			a = chart->nodes[a].parent;
		else
			b = chart->nodes[b].parent;
	}
	return a;
}

/* Immediate dominators of the chart without its back arcs, so one pass in order will do. */
static bool find_parents(struct ra_chart *chart, const size_t *order)
{
	size_t *number = calloc(chart->count + 1, sizeof(*number));
	bool *seen = calloc(chart->count + 1, sizeof(*seen));
	bool ok = number && seen;

	for (size_t i = 0; ok && i < chart->count; i++) {
		number[order[i]] = i;
		seen[order[i]] = chart->nodes[order[i]].entries > 0; /* it hangs on nothing but the beginning */
	}
	for (size_t i = 0; ok && i < chart->count; i++) {
		const struct ra_chart_node *node = &chart->nodes[order[i]];

		for (size_t k = node->arc; k < node->arc + node->arc_count; k++) {
			size_t to = chart->arcs[k].to;

			if (chart->arcs[k].back)
				continue;
			chart->nodes[to].parent = seen[to] ? meet(chart, number, chart->nodes[to].parent, order[i]) : order[i];
			seen[to] = true;
		}
	}
	free(number);
	free(seen);
	return ok;
}

struct ra_chart *ra_chart_new(const struct ra_flow *flow)
{
	RA_AUTO(ra_chart_free) struct ra_chart *chart = calloc(1, sizeof(*chart));
	struct ra_chart *made = chart;

	if (!chart)
		return NULL;
	chart->flow = flow;
	chart->count = flow->step_count;
	chart->nodes = calloc(chart->count + 1, sizeof(*chart->nodes));
	for (size_t i = 0; chart->nodes && i < chart->count; i++) {
		chart->nodes[i].beside = chart->nodes[i].parent = RA_CHART_NONE;
		chart->nodes[i].taken = strdup("");
		if (!chart->nodes[i].taken)
			return NULL;
	}
	if (!chart->nodes || !make_arcs(chart) || !cut_circles(chart))
		return NULL;
	find_entries(chart);
	find_beside(chart);
	RA_AUTO(ra_mem_free) size_t *order = in_order(chart);

	if (!order)
		return NULL;
	layer_all(chart, order);
	find_main(chart);
	if (!find_parents(chart, order))
		return NULL;
	chart = NULL;
	return made;
}
