/* draw_dot.c - charts in Graphviz's language. Each flow is a cluster; a call leads by a dotted edge to the start of the flow it calls.
 * Source: graphviz.org, "DOT Language" (quoted strings: only \" is escaped; a label's own escapes begin with a backslash). */
#include "config.h"

#include "flow/draw_pen.h"

/* A backslash would begin an escape of the label; angle brackets, ampersands stay: a quoted label is no HTML, but entities are read. */
static const struct ra_escape escape = {"\"\\&", (const char *const[]){"\\\"", "\\\\", "&amp;"}};

static void put_name(struct ra_pen *pen, const struct ra_chart *chart, size_t node)
{
	ra_pen_printf(pen, "\"");
	ra_pen_text(pen, &escape, chart->flow->id);
	ra_pen_printf(pen, "/");
	ra_pen_text(pen, &escape, chart->flow->steps[node].id);
	ra_pen_printf(pen, "\"");
}

static void put_look(struct ra_pen *pen, const struct ra_step *step)
{
	static const char *const looks[] = {
		[RA_STEP_CHECK] = "shape=box",	  [RA_STEP_QUESTION] = "shape=box, style=rounded",
		[RA_STEP_GATE] = "shape=hexagon, style=filled, fillcolor=\"#ffe9a8\"",
		[RA_STEP_ACTION] = "shape=cds",	  [RA_STEP_CALL] = "shape=component",
		[RA_STEP_END] = "shape=oval",
	};

	if (step->kind == RA_STEP_ACTION && step->action.danger == RA_IRREVERSIBLE)
		ra_pen_printf(pen, "shape=doubleoctagon, style=filled, fillcolor=\"#ffc9c9\", color=\"#b00020\"");
	else
		ra_pen_printf(pen, "%s", looks[step->kind]);
}

static void put_node(struct ra_pen *pen, const struct ra_drawing *drawing, const struct ra_chart *chart, size_t i)
{
	const struct ra_chart_node *node = &chart->nodes[i];
	const struct ra_step *step = &chart->flow->steps[i];

	ra_pen_printf(pen, "    ");
	put_name(pen, chart, i);
	ra_pen_printf(pen, " [");
	put_look(pen, step);
	if (*node->taken)
		ra_pen_printf(pen, ", penwidth=3");
	ra_pen_printf(pen, ", label=\"");
	if (node->entries)
		ra_pen_printf(pen, "begins here\\n");
	if (*node->taken)
		ra_pen_printf(pen, "#%s%s\\n", node->taken, !node->now ? "" : drawing->over ? " ended here" : " now");
	ra_pen_text(pen, &escape, step->title);
	ra_pen_printf(pen, "\\n");
	ra_pen_words(pen, &escape, step);
	if (step->kind == RA_STEP_ACTION && step->action.gate && step->action.gate->child)
		ra_pen_printf(pen, "\\nbehind a gate");
	ra_pen_printf(pen, "\", tooltip=\"");
	ra_pen_text(pen, &escape, step->id);
	ra_pen_printf(pen, "\"];\n");
}

static void put_arc(struct ra_pen *pen, const struct ra_chart *chart, const struct ra_chart_arc *arc)
{
	ra_pen_printf(pen, "    ");
	put_name(pen, chart, arc->from);
	ra_pen_printf(pen, " -> ");
	put_name(pen, chart, arc->to);
	ra_pen_printf(pen, " [label=\"%s%s", *arc->taken ? "#" : "", arc->taken);
	ra_pen_printf(pen, "%s", *arc->taken ? ": " : "");
	ra_pen_text(pen, &escape, arc->label);
	ra_pen_printf(pen, "\"");
	if (*arc->because) {
		ra_pen_printf(pen, ", tooltip=\"");
		ra_pen_text(pen, &escape, arc->because);
		ra_pen_printf(pen, "\"");
	}
	if (*arc->taken)
		ra_pen_printf(pen, ", color=\"black:white:black\", penwidth=2");
	else if (arc->aside)
		ra_pen_printf(pen, ", style=dashed");
	ra_pen_printf(pen, "%s];\n", arc->back ? ", constraint=false, arrowhead=empty" : "");
}

static void put_chart(struct ra_pen *pen, const struct ra_drawing *drawing, size_t at)
{
	const struct ra_chart *chart = drawing->charts[at];

	ra_pen_printf(pen, "  subgraph cluster_%zu {\n    label=\"", at);
	ra_pen_text(pen, &escape, chart->flow->title);
	ra_pen_printf(pen, "\\n");
	ra_pen_text(pen, &escape, chart->flow->id);
	ra_pen_printf(pen, " ");
	ra_pen_text(pen, &escape, chart->flow->version);
	ra_pen_printf(pen, "\";\n");
	for (size_t i = 0; i < chart->count; i++)
		put_node(pen, drawing, chart, i);
	for (size_t i = 0; i < chart->arc_count; i++)
		put_arc(pen, chart, &chart->arcs[i]);
	ra_pen_printf(pen, "  }\n");
}

static void put_call(struct ra_pen *pen, const struct ra_drawing *drawing, const struct ra_chart *chart, size_t i)
{
	const struct ra_chart *called = ra_drawn_call(drawing, &chart->flow->steps[i]);
	size_t start = called ? ra_chart_find(called, called->flow->start) : RA_CHART_NONE;

	if (start == RA_CHART_NONE)
		return;
	ra_pen_printf(pen, "  ");
	put_name(pen, chart, i);
	ra_pen_printf(pen, " -> ");
	put_name(pen, called, start);
	ra_pen_printf(pen, " [label=\"calls\", style=dotted];\n");
}

ra_err ra_draw_dot(const struct ra_drawing *drawing, struct ra_buf *out)
{
	struct ra_pen pen = {.out = out};

	ra_pen_printf(&pen, "digraph reattest {\n  graph [fontname=\"sans-serif\", newrank=true");
	if (drawing->note) {
		ra_pen_printf(&pen, ", labelloc=t, label=\"");
		ra_pen_text(&pen, &escape, drawing->note);
		ra_pen_printf(&pen, "\"");
	}
	ra_pen_printf(&pen, "];\n  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n");
	for (size_t i = 0; i < drawing->count; i++)
		put_chart(&pen, drawing, i);
	for (size_t i = 0; i < drawing->count; i++)
		for (size_t k = 0; k < drawing->charts[i]->count; k++)
			put_call(&pen, drawing, drawing->charts[i], k);
	ra_pen_printf(&pen, "}\n");
	return pen.err;
}
