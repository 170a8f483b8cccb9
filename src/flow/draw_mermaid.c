/* draw_mermaid.c - charts as a Mermaid flowchart. Each flow is a subgraph; a call leads by a dotted link to the start of the flow it calls.
 * Names are numbers, so that no id of a step can be a word of the language (`end`); every text stands in quotes, with each character that
 * means something in quotes, in Markdown, in HTML or in a directive as an entity.
 * Source: mermaid.js.org, Flowcharts, "Special characters that break syntax" and "Entity codes to escape characters". */
#include "config.h"

#include "flow/draw_pen.h"

static const struct ra_escape escape = {
	"\"#<>&`%{}[]|\\_*~$",
	(const char *const[]){"#quot;", "#35;", "#lt;", "#gt;", "#amp;", "#96;", "#37;", "#123;", "#125;", "#91;", "#93;", "#124;",
			      "#92;", "#95;", "#42;", "#126;", "#36;"}};

static void put_node(struct ra_pen *pen, const struct ra_drawing *drawing, size_t flow, size_t i)
{
	static const char *const shapes[][2] = {
		[RA_STEP_CHECK] = {"[", "]"},	[RA_STEP_QUESTION] = {"(", ")"}, [RA_STEP_GATE] = {"{{", "}}"},
		[RA_STEP_ACTION] = {"[/", "/]"}, [RA_STEP_CALL] = {"[[", "]]"},	 [RA_STEP_END] = {"([", "])"},
	};
	const struct ra_chart *chart = drawing->charts[flow];
	const struct ra_chart_node *node = &chart->nodes[i];
	const struct ra_step *step = &chart->flow->steps[i];

	ra_pen_printf(pen, "    f%zus%zu%s\"", flow, i, shapes[step->kind][0]);
	if (node->entries)
		ra_pen_printf(pen, "begins here<br/>");
	if (*node->taken)
		ra_pen_printf(pen, "No. %s%s<br/>", node->taken, !node->now ? "" : drawing->over ? ", ended here" : ", now");
	ra_pen_text(pen, &escape, step->title);
	ra_pen_printf(pen, "<br/>");
	ra_pen_words(pen, &escape, step);
	if (step->kind == RA_STEP_ACTION && step->action.gate && step->action.gate->child)
		ra_pen_printf(pen, "<br/>behind a gate");
	ra_pen_printf(pen, "\"%s\n", shapes[step->kind][1]);
	if (step->kind == RA_STEP_ACTION && step->action.danger == RA_IRREVERSIBLE)
		ra_pen_printf(pen, "    class f%zus%zu irreversible\n", flow, i);
	else if (step->kind == RA_STEP_GATE)
		ra_pen_printf(pen, "    class f%zus%zu gate\n", flow, i);
	if (*node->taken)
		ra_pen_printf(pen, "    class f%zus%zu taken\n", flow, i);
}

static void put_arc(struct ra_pen *pen, size_t flow, const struct ra_chart_arc *arc)
{
	ra_pen_printf(pen, "    f%zus%zu %s|\"", flow, arc->from, *arc->taken ? "==>" : arc->aside ? "-.->" : "-->");
	if (*arc->taken)
		ra_pen_printf(pen, "No. %s: ", arc->taken);
	ra_pen_text(pen, &escape, arc->label);
	ra_pen_printf(pen, "\"| f%zus%zu\n", flow, arc->to);
}

static void put_calls(struct ra_pen *pen, const struct ra_drawing *drawing, size_t flow)
{
	const struct ra_chart *chart = drawing->charts[flow];

	for (size_t i = 0; i < chart->count; i++) {
		const struct ra_chart *called = ra_drawn_call(drawing, &chart->flow->steps[i]);
		size_t start = called ? ra_chart_find(called, called->flow->start) : RA_CHART_NONE, other = 0;

		while (other < drawing->count && drawing->charts[other] != called)
			other++;
		if (start != RA_CHART_NONE)
			ra_pen_printf(pen, "  f%zus%zu -.->|\"calls\"| f%zus%zu\n", flow, i, other, start);
	}
}

ra_err ra_draw_mermaid(const struct ra_drawing *drawing, struct ra_buf *out)
{
	struct ra_pen pen = {.out = out};

	ra_pen_printf(&pen, "flowchart TB\n");
	if (drawing->note) {
		ra_pen_printf(&pen, "  walk[\"");
		ra_pen_text(&pen, &escape, drawing->note);
		ra_pen_printf(&pen, "\"]\n");
	}
	for (size_t i = 0; i < drawing->count; i++) {
		const struct ra_chart *chart = drawing->charts[i];

		ra_pen_printf(&pen, "  subgraph f%zu[\"", i);
		ra_pen_text(&pen, &escape, chart->flow->title);
		ra_pen_printf(&pen, "<br/>");
		ra_pen_text(&pen, &escape, chart->flow->id);
		ra_pen_printf(&pen, " ");
		ra_pen_text(&pen, &escape, chart->flow->version);
		ra_pen_printf(&pen, "\"]\n");
		for (size_t k = 0; k < chart->count; k++)
			put_node(&pen, drawing, i, k);
		for (size_t k = 0; k < chart->arc_count; k++)
			put_arc(&pen, i, &chart->arcs[k]);
		ra_pen_printf(&pen, "  end\n");
	}
	for (size_t i = 0; i < drawing->count; i++)
		put_calls(&pen, drawing, i);
	ra_pen_printf(&pen, "  classDef gate stroke-width:3px,stroke-dasharray:2 2\n"
			    "  classDef irreversible stroke:#b00020,stroke-width:5px\n"
			    "  classDef taken stroke-width:4px\n");
	return pen.err;
}
