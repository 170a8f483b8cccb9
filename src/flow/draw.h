/* draw.h - charts as documents: DOT for Graphviz, a Mermaid flowchart, or one SVG file.
 * Invariants: a document holds no script and refers to nothing outside itself; every text of a flow is cleaned and escaped for its format, so
 * no title can end a label or begin markup; what cannot be undone and what stands behind a gate is told in words and by shape, not by
 * colour alone; the same charts give the same bytes. Room flow/. */
#ifndef RA_FLOW_DRAW_H
#define RA_FLOW_DRAW_H

#include "flow/chart.h"

/* What to draw. Borrowed. */
struct ra_drawing {
	const struct ra_chart *const *charts;
	size_t count;
	const char *note; /* what walk is marked in them, NULL: none is */
	bool over;        /* that walk has ended */
};
struct ra_draw_format {
	const char *name; /* "svg", "dot", "mermaid" */
	/* Append the document. Errors: RA_E_NOMEM, RA_E_LIMIT. */
	ra_err (*draw)(const struct ra_drawing *drawing, struct ra_buf *out);
};
/* By name; NULL when there is no such format. */
const struct ra_draw_format *ra_draw_format(const char *name);

#endif
