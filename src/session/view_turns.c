/* view_turns.c - where else each step of the way would have led: what a drawing of the way shows beside it. */
#include "config.h"

#include "flow/chart.h"
#include "session/viewmake.h"

#include <stdlib.h>
#include <string.h>

/* The charts of the flows the walk went through, each made once. */
struct charts {
	struct ra_chart **items;
	size_t count;
};

static void charts_free(struct charts *c)
{
	for (size_t i = 0; i < c->count; i++)
		ra_chart_free(c->items[i]);
	free(c->items);
}

/* Out: borrowed; NULL without memory. */
static const struct ra_chart *chart_of(struct charts *c, const struct ra_flow *flow)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i]->flow == flow)
			return c->items[i];
	struct ra_chart **at = ra_view_grow(&c->items, &c->count, sizeof(struct ra_chart *));

	if (at && !(*at = ra_chart_new(flow)))
		c->count--;
	return at ? *at : NULL;
}

/* The step the walk went to from this one in the same flow, past what it called; NULL: none. */
static const struct ra_step *next_in_flow(const struct ra_visit *visits, size_t count, size_t at)
{
	for (size_t i = at + 1; i < count; i++)
		if (!visits[i].taken_back && visits[i].flow == visits[at].flow)
			return visits[i].step;
	return NULL;
}

static ra_err put_turn(const struct ra_chart *chart, const struct ra_chart_arc *arc, const struct ra_step *next, struct ra_view_step *step)
{
	struct ra_view_turn *turn = ra_view_grow(&step->turns, &step->turn_count, sizeof(*turn));
	const struct ra_step *to = &chart->flow->steps[arc->to];

	if (!turn || ra_view_put(&turn->label, arc->label) || ra_view_put(&turn->because, arc->because) || ra_view_put(&turn->to, to->id) ||
	    ra_view_put(&turn->title, to->title))
		return RA_E_NOMEM;
	turn->taken = to == next;
	turn->end = to->kind == RA_STEP_END;
	return RA_OK;
}

/* How deep a flow stands among those that called each other, the first at 0. A flow that is there already was returned to. */
static int depth_of(const struct ra_flow **stack, int *depth, const struct ra_flow *flow)
{
	for (int i = *depth; i >= 0; i--)
		if (stack[i] == flow)
			return *depth = i;
	stack[++*depth] = flow;
	return *depth;
}

ra_err ra_view_turns(const struct ra_session *s, struct ra_view *v)
{
	const struct ra_visit *visits;
	size_t count = ra_state_path(s->state, &visits);
	RA_AUTO(ra_mem_free) const struct ra_flow **stack = calloc(count + 1, sizeof(*stack));
	struct charts charts = {0};
	ra_err err = stack ? RA_OK : RA_E_NOMEM;
	int depth = -1; /* before the first */

	for (size_t i = 0; i < count && i < v->step_count && !err; i++) {
		const struct ra_chart *chart = chart_of(&charts, visits[i].flow);
		size_t node = chart ? ra_chart_find(chart, visits[i].step->id) : RA_CHART_NONE;

		err = chart ? RA_OK : RA_E_NOMEM;
		v->steps[i].depth = depth_of(stack, &depth, visits[i].flow);
		if (err || visits[i].taken_back || node == RA_CHART_NONE)
			continue;
		const struct ra_step *next = next_in_flow(visits, count, i);
		const struct ra_chart_node *at = &chart->nodes[node];

		for (size_t k = at->arc; k < at->arc + at->arc_count && !err; k++)
			err = put_turn(chart, &chart->arcs[k], next, &v->steps[i]);
	}
	charts_free(&charts);
	return err;
}
