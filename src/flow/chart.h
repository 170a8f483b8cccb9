/* chart.h - a flow as a chart: its steps, one arc for all ways between two steps, layers from the top down, the tree it is read in, and
 * the way a walk took through it. Pure; what draws (draw.h) and what a screen shows of the map read this and nothing else of a flow.
 *
 * Invariants: every step stands in it once, at its own index in the flow; arcs of one step stand together, in the order they are written.
 * An arc is `back` when it closes a circle and leads to a step that is written at or before its own; every other arc leads down: to a
 * higher layer, but for an end, which stands beside the first step that leads to it. The same flow gives the same chart, to the byte.
 * A target that is no step of the flow (the linter names it) is left out. */
#ifndef RA_FLOW_CHART_H
#define RA_FLOW_CHART_H

#include "base/buf.h"
#include "flow/flowset.h"

#define RA_CHART_NONE SIZE_MAX

/* All ways from one step to another. */
struct ra_chart_arc {
	size_t from, to;
	char *label;   /* "2", "2, 5, else", "ok", "recovery" */
	size_t ways;   /* how many */
	char *because; /* what they say of why: "the log says so", of several "2: the log says so; 5: .."; "" */
	char *taken;   /* when the walk went here: "3", "3, 9"; "" never */
	bool back;     /* closes a circle */
	bool aside;    /* only when it did not go as hoped: fail, skip, blocked, closed, unknown, error */
};
struct ra_chart_node {
	size_t arc, arc_count;  /* its first arc */
	size_t entries;         /* the start, and the entries that begin here */
	size_t beside;          /* an end: the step it stands beside; RA_CHART_NONE */
	int layer;              /* from 0 */
	int below;              /* layers that hang on it */
	size_t parent;          /* reading order: the step every way to it leads through, RA_CHART_NONE at the root */
	bool main;              /* on the longest way from the start */
	char *taken;            /* when the walk was here: "3", "3, 9"; "" never */
	bool now, back, skip;   /* it stands or ended here; it stepped back from here; it left this undone */
	bool ahead;             /* can still come after what is now */
};
struct ra_chart {
	const struct ra_flow *flow;
	struct ra_chart_node *nodes; /* flow->step_count */
	struct ra_chart_arc *arcs;
	size_t count, arc_count;
	int layers;
};
/* Make the chart of a flow, which outlives it. Owner: ra_chart_free. Out: NULL without memory. */
struct ra_chart *ra_chart_new(const struct ra_flow *flow);
struct ra_chart *ra_chart_free(struct ra_chart *chart);
RA_DEFINE_AUTO(struct ra_chart, ra_chart_free);
/* The index of a step by its id; RA_CHART_NONE when it is none of this flow. */
size_t ra_chart_find(const struct ra_chart *chart, const char *step);

/* One step of a walk, in order. Borrowed. */
struct ra_trod {
	const char *flow, *step;
	const char *by; /* how it was left: "skip", "blocked", ...; "" while here */
	bool back;      /* the operator stepped back over it */
};
/* Mark the way of a walk. Steps of other flows are counted, so that numbers are those of the whole walk; steps this flow does not know are
 * passed over. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_chart_trace(struct ra_chart *chart, const struct ra_trod *way, size_t count);

/* One line of the chart as a tree to be read from the top: a step, or where else a step leads. */
struct ra_chart_row {
	size_t node;
	size_t arc;  /* the arc that is told of, RA_CHART_NONE: the row is the step itself */
	int depth;   /* the longest way stands at depth 0, what branches off it deeper */
};
/* The reading order: every step once, below it where else it leads ("-> step"), what is told in full hanging on the step every way to it
 * leads through. Owner: caller frees the array. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_chart_rows(const struct ra_chart *chart, struct ra_chart_row **out, size_t *count);

/* What there is to place: how far a step reaches from its own middle line, and how high it is. Units: whole drawing units. */
struct ra_chart_size {
	int left, right, height;
};
/* A point an arc goes through between its ends, in a layer it only passes. */
struct ra_chart_bend {
	size_t arc;
	int layer, x;
};
struct ra_chart_places {
	int *x;          /* of each node: its middle line; ends beside a step: 0 */
	int *layer_y;    /* of each layer: its top */
	int *layer_high; /* its height */
	struct ra_chart_bend *bends; /* by arc, then layer */
	size_t bend_count;
	int width, height;
};
#define RA_CHART_SPAN_MAX 4

/* Where steps stand: each layer in an order with few crossings, the longest way straight, no two steps nearer than gap. Arcs over more
 * than RA_CHART_SPAN_MAX layers are not drawn as lines and bend nothing. Shape: sizes for each node; those beside a step are in the
 * size of that step. Owner: ra_chart_places_free. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_chart_place(const struct ra_chart *chart, const struct ra_chart_size *sizes, int gap, int layer_gap,
				  struct ra_chart_places *out);
/* Free the content. */
void ra_chart_places_free(struct ra_chart_places *places);
/* True when an arc is drawn as a line down the page. */
bool ra_chart_is_line(const struct ra_chart *chart, const struct ra_chart_arc *arc);

#endif
