/* draw_svg.c - charts as one SVG file: cards in layers, lines down the page, ends beside their step. What leads back, or far down, is a line
 * of words in its card, with a link. Source: SVG 2; XML 1.0. */
#include "config.h"

#include "base/text.h"
#include "flow/draw_svg.h"
#include "flow/words.h"

#include <stdlib.h>
#include <string.h>

#define MARGIN 30
#define WIDTH_MIN 900
#define GAP 34
#define LAYER_GAP 62
#define TITLE_HEIGHT 52 /* above each chart */
#define PORT_GAP 26

/* One chart being drawn. */
struct sheet {
	struct ra_pen *pen;
	const struct ra_drawing *drawing;
	const struct ra_chart *chart;
	struct ra_card *cards;
	struct ra_chart_places places;
	int x, y; /* of the chart's corner in the document */
};

static void put(struct sheet *s, const char *text)
{
	ra_pen_text(s->pen, &ra_pen_xml, text);
}

static int card_x(const struct sheet *s, size_t node)
{
	size_t beside = s->chart->nodes[node].beside;

	if (beside != RA_CHART_NONE)
		return card_x(s, beside) + RA_CARD_WIDTH + RA_END_GAP;
	return s->x + s->places.x[node] - s->cards[node].width / 2;
}

static int card_y(const struct sheet *s, size_t node)
{
	return s->y + s->places.layer_y[s->chart->nodes[node].layer] + s->cards[node].top;
}

/* The outline of a card: a shape for each kind of step. */
static void put_shape(struct sheet *s, size_t node)
{
	const struct ra_step *step = &s->chart->flow->steps[node];
	const struct ra_card *card = &s->cards[node];
	const char *taken = *s->chart->nodes[node].taken ? " taken" : "";
	int w = card->width, h = card->height;

	switch (step->kind) {
	case RA_STEP_GATE:
		ra_pen_printf(s->pen, "<path class=\"c gate%s\" d=\"M16 0H%dL%d 16V%dL%d %dH16L0 %dV16Z\"/>", taken, w - 16, w, h - 16, w - 16, h, h - 16);
		break;
	case RA_STEP_QUESTION:
	case RA_STEP_END:
		ra_pen_printf(s->pen, "<rect class=\"c %s%s\" width=\"%d\" height=\"%d\" rx=\"%d\"/>", step->kind == RA_STEP_END ? "end" : "question",
			      taken, w, h, step->kind == RA_STEP_END ? 20 : 16);
		break;
	default:
		ra_pen_printf(s->pen, "<rect class=\"c %s%s\" width=\"%d\" height=\"%d\"/>",
			      step->kind != RA_STEP_ACTION		   ? ra_step_kind_name(step->kind)
			      : step->action.danger == RA_IRREVERSIBLE ? "irreversible"
								       : "action",
			      taken, w, h);
	}
	if (step->kind == RA_STEP_ACTION && step->action.danger == RA_IRREVERSIBLE)
		ra_pen_printf(s->pen, "<rect class=\"hazard\" x=\"3\" y=\"3\" width=\"%d\" height=\"%d\"/>", w - 6, card->head - 3);
	if (step->kind == RA_STEP_ACTION)
		ra_pen_printf(s->pen, "<path class=\"bar\" d=\"M4 3V%d\"/>", h - 3);
	if (step->kind == RA_STEP_CALL)
		ra_pen_printf(s->pen, "<path class=\"f\" d=\"M6 0V%dM%d 0V%d\"/>", h, w - 6, h);
	if (*taken)
		ra_pen_printf(s->pen, "<rect class=\"twin\" x=\"-6\" y=\"-6\" width=\"%d\" height=\"%d\" rx=\"%d\"/>", w + 12, h + 12,
			      step->kind == RA_STEP_END ? 24 : 8);
}

static void put_line(struct sheet *s, const struct ra_card *card, const struct ra_card_line *line)
{
	const char *text = ra_buf_str(&card->text) + line->at;
	const struct ra_chart_arc *arc = line->arc == RA_CHART_NONE ? NULL : &s->chart->arcs[line->arc];
	bool link = arc != NULL;

	if (link) {
		ra_pen_printf(s->pen, "<a href=\"#");
		put(s, s->chart->flow->id);
		ra_pen_printf(s->pen, ".");
		put(s, s->chart->flow->steps[arc->to].id);
		ra_pen_printf(s->pen, "\">");
	}
	ra_pen_printf(s->pen, "<text class=\"%s%s\" x=\"%d\" y=\"%d\">", line->class, arc && *arc->taken ? " tk" : "", line->x, line->y);
	if (line->bold) {
		RA_AUTO(ra_mem_free) char *bold = strndup(text, line->bold);

		if (!bold)
			s->pen->err = RA_E_NOMEM;
		ra_pen_printf(s->pen, "<tspan class=\"l\">");
		put(s, bold);
		ra_pen_printf(s->pen, "</tspan>");
	}
	put(s, text + line->bold);
	ra_pen_printf(s->pen, "</text>%s\n", link ? "</a>" : "");
}

/* What the pointer, or a reader of screens, finds with a card: its name, and the first words it says. */
static void put_tip(struct sheet *s, const struct ra_step *step)
{
	const cJSON *say = cJSON_IsArray(step->say) ? step->say->child : step->say;

	ra_pen_printf(s->pen, "<title>");
	put(s, step->id);
	ra_pen_printf(s->pen, ": ");
	put(s, step->title);
	if (cJSON_IsString(say)) {
		ra_pen_printf(s->pen, " - ");
		put(s, say->valuestring);
	}
	if (step->kind == RA_STEP_QUESTION && step->question.ask) {
		ra_pen_printf(s->pen, " - ");
		put(s, step->question.ask);
	}
	ra_pen_printf(s->pen, "</title>");
}

static void put_card(struct sheet *s, size_t node)
{
	const struct ra_card *card = &s->cards[node];
	const struct ra_step *step = &s->chart->flow->steps[node];
	const struct ra_chart *called = ra_drawn_call(s->drawing, step);

	ra_pen_printf(s->pen, "<g id=\"");
	put(s, s->chart->flow->id);
	ra_pen_printf(s->pen, ".");
	put(s, step->id);
	ra_pen_printf(s->pen, "\" transform=\"translate(%d %d)\">", card_x(s, node), card_y(s, node));
	put_tip(s, step);
	put_shape(s, node);
	ra_pen_printf(s->pen, "\n");
	if (called) {
		ra_pen_printf(s->pen, "<a href=\"#flow.");
		put(s, called->flow->id);
		ra_pen_printf(s->pen, "\">");
	}
	for (size_t i = 0; i < card->count; i++) {
		if (called && card->lines[i].arc != RA_CHART_NONE) {
			ra_pen_printf(s->pen, "</a>");
			called = NULL;
		}
		put_line(s, card, &card->lines[i]);
	}
	ra_pen_printf(s->pen, "%s</g>\n", called ? "</a>" : "");
}

/* A line of the drawing; what was taken is drawn double. */
static void put_path(struct sheet *s, const struct ra_chart_arc *arc, const char *path)
{
	if (*arc->taken)
		ra_pen_printf(s->pen, "<path class=\"f ft\" d=\"%s\"/><path class=\"f fi\" d=\"%s\"/>", path, path);
	ra_pen_printf(s->pen, "<path class=\"f%s%s\" d=\"%s\"%s><title>", *arc->taken ? " fh" : "", arc->aside && !*arc->taken ? " fd" : "", path,
		      " marker-end=\"url(#a)\"");
	put(s, s->chart->flow->steps[arc->from].title);
	ra_pen_printf(s->pen, ", ");
	put(s, arc->label);
	ra_pen_printf(s->pen, "%s", *arc->because ? " (" : "");
	put(s, arc->because);
	ra_pen_printf(s->pen, "%s: ", *arc->because ? ")" : "");
	put(s, s->chart->flow->steps[arc->to].title);
	ra_pen_printf(s->pen, "</title></path>\n");
}

static void put_beside(struct sheet *s, size_t at)
{
	const struct ra_chart_arc *arc = &s->chart->arcs[at];
	const struct ra_card *end = &s->cards[arc->to];
	int x = card_x(s, arc->from) + RA_CARD_WIDTH, y = card_y(s, arc->from) + ra_card_arc_y(&s->cards[arc->from], at);
	int to_x = card_x(s, arc->to) - (*s->chart->nodes[arc->to].taken ? 7 : 1), to_y = card_y(s, arc->to) + end->height / 2;
	RA_AUTO(ra_buf_free) struct ra_buf path = {0};

	if (ra_buf_printf(&path, "M%d %dC%d %d %d %d %d %d", x, y, x + RA_END_GAP / 2, y, to_x - RA_END_GAP / 2, to_y, to_x, to_y))
		s->pen->err = RA_E_NOMEM;
	put_path(s, arc, ra_buf_str(&path));
}

/* Where an arc goes next from a layer: its bend there, or its end. */
static int next_x(const struct sheet *s, size_t at, int layer, int end_x)
{
	for (size_t i = 0; i < s->places.bend_count; i++)
		if (s->places.bends[i].arc == at && s->places.bends[i].layer == layer)
			return s->x + s->places.bends[i].x;
	return end_x;
}

/* The port of an arc on a card's edge: those of one card side by side, in the order of where they lead (or come from). */
static int port_x(const struct sheet *s, size_t at, bool leaves)
{
	const struct ra_chart *chart = s->chart;
	const struct ra_chart_arc *arc = &chart->arcs[at];
	size_t node = leaves ? arc->from : arc->to, before = 0, count = 0;
	int layer = leaves ? chart->nodes[node].layer + 1 : chart->nodes[node].layer - 1, gap = PORT_GAP;
	int own = next_x(s, at, layer, s->x + s->places.x[leaves ? arc->to : arc->from]);

	for (size_t i = 0; i < chart->arc_count; i++) {
		const struct ra_chart_arc *other = &chart->arcs[i];

		if ((leaves ? other->from : other->to) != node || !ra_chart_is_line(chart, other))
			continue;
		int x = next_x(s, i, layer, s->x + s->places.x[leaves ? other->to : other->from]);

		count++;
		before += x < own || (x == own && i < at);
	}
	if ((int)count * gap > RA_CARD_WIDTH - 40)
		gap = (RA_CARD_WIDTH - 40) / (int)count;
	return s->x + s->places.x[node] + (int)before * gap - (int)(count - 1) * gap / 2;
}

static void put_down(struct sheet *s, size_t at)
{
	const struct ra_chart *chart = s->chart;
	const struct ra_chart_arc *arc = &chart->arcs[at];
	RA_AUTO(ra_buf_free) struct ra_buf path = {0};
	int x = port_x(s, at, true), end_x = port_x(s, at, false), layer = chart->nodes[arc->from].layer;
	ra_err err = ra_buf_printf(&path, "M%d %d", x, card_y(s, arc->from) + s->cards[arc->from].height);

	for (; layer < chart->nodes[arc->to].layer && !err; layer++) {
		bool last = layer + 1 == chart->nodes[arc->to].layer;
		int to_x = last ? end_x : next_x(s, at, layer + 1, end_x);
		int from_y = s->y + s->places.layer_y[layer] + s->places.layer_high[layer];
		int to_y = s->y + s->places.layer_y[layer + 1] - (!last ? 0 : *chart->nodes[arc->to].taken ? 8 : 2);

		err = ra_buf_printf(&path, "V%dC%d %d %d %d %d %d", from_y, x, from_y + LAYER_GAP / 2, to_x, to_y - LAYER_GAP / 2, to_x, to_y);
		x = to_x;
	}
	if (err)
		s->pen->err = err;
	put_path(s, arc, ra_buf_str(&path));
}

static void put_lines(struct sheet *s)
{
	for (size_t i = 0; i < s->chart->arc_count; i++) {
		const struct ra_chart_arc *arc = &s->chart->arcs[i];

		if (s->chart->nodes[arc->to].beside == arc->from)
			put_beside(s, i);
		else if (ra_chart_is_line(s->chart, arc))
			put_down(s, i);
	}
}

static void put_chart(struct sheet *s)
{
	ra_pen_printf(s->pen, "<g id=\"flow.");
	put(s, s->chart->flow->id);
	ra_pen_printf(s->pen, "\">\n<text class=\"h2\" x=\"%d\" y=\"%d\">", MARGIN, s->y - 26);
	put(s, s->chart->flow->title);
	ra_pen_printf(s->pen, "<tspan class=\"i\" dx=\"12\">");
	put(s, s->chart->flow->id);
	ra_pen_printf(s->pen, " ");
	put(s, s->chart->flow->version);
	ra_pen_printf(s->pen, "</tspan></text>\n");
	put_lines(s);
	for (size_t i = 0; i < s->chart->count; i++)
		put_card(s, i);
	ra_pen_printf(s->pen, "</g>\n");
}

/* Cards and places of one chart. Out: false without memory. */
static bool sheet_begin(struct sheet *s)
{
	RA_AUTO(ra_mem_free) struct ra_chart_size *sizes = calloc(s->chart->count + 1, sizeof(*sizes));

	s->cards = ra_cards_new(s->chart, s->drawing->over);
	if (!sizes || !s->cards)
		return false;
	for (size_t i = 0; i < s->chart->count; i++) {
		const struct ra_chart_node *node = &s->chart->nodes[i];

		sizes[i] = (struct ra_chart_size){s->cards[i].width / 2, s->cards[i].width / 2, s->cards[i].cell};
		for (size_t k = node->arc; k < node->arc + node->arc_count; k++)
			if (s->chart->nodes[s->chart->arcs[k].to].beside == i)
				sizes[i].right = s->cards[i].width / 2 + RA_END_GAP + RA_END_WIDTH;
	}
	return !ra_chart_place(s->chart, sizes, GAP, LAYER_GAP, &s->places);
}

static void put_begin(struct ra_pen *pen, const struct ra_drawing *drawing, int width, int height)
{
	size_t steps = 0;

	for (size_t i = 0; i < drawing->count; i++)
		steps += drawing->charts[i]->count;
	ra_pen_printf(pen,
		      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		      "viewBox=\"0 0 %d %d\" role=\"graphics-document\" aria-labelledby=\"title desc\">\n<title id=\"title\">",
		      width, height, width, height);
	for (size_t i = 0; i < drawing->count; i++) {
		ra_pen_printf(pen, "%s", i ? "; " : "");
		ra_pen_text(pen, &ra_pen_xml, drawing->charts[i]->flow->title);
	}
	ra_pen_printf(pen,
		      "</title>\n<desc id=\"desc\">%zu steps as cards, from the top down. Each card says what the step is and where each way out of it "
		      "leads; ends stand beside the step that leads to them. ",
		      steps);
	ra_pen_text(pen, &ra_pen_xml, drawing->note);
	ra_pen_printf(pen, "</desc>\n%s<rect class=\"page\" width=\"%d\" height=\"%d\"/>\n", ra_svg_style(), width, height);
}

ra_err ra_draw_svg(const struct ra_drawing *drawing, struct ra_buf *out)
{
	RA_AUTO(ra_buf_free) struct ra_buf body = {0};
	struct ra_pen inner = {.out = &body}, pen = {.out = out};
	struct sheet *sheets = calloc(drawing->count + 1, sizeof(*sheets));
	int width = WIDTH_MIN, height = ra_svg_head(&inner, drawing);

	if (!sheets)
		return RA_E_NOMEM;
	for (size_t i = 0; i < drawing->count; i++) {
		sheets[i] = (struct sheet){.pen = &inner, .drawing = drawing, .chart = drawing->charts[i]};
		if (!sheet_begin(&sheets[i]))
			inner.err = RA_E_NOMEM;
		if (sheets[i].places.width + 2 * MARGIN > width)
			width = sheets[i].places.width + 2 * MARGIN;
	}
	for (size_t i = 0; i < drawing->count && !inner.err; i++) {
		sheets[i].x = (width - sheets[i].places.width) / 2;
		sheets[i].y = height + TITLE_HEIGHT;
		height = sheets[i].y + sheets[i].places.height + MARGIN;
		put_chart(&sheets[i]);
	}
	for (size_t i = 0; i < drawing->count; i++) {
		ra_cards_free(sheets[i].cards, drawing->charts[i]);
		ra_chart_places_free(&sheets[i].places);
	}
	free(sheets);
	put_begin(&pen, drawing, width, height);
	ra_pen_printf(&pen, "%s</svg>\n", ra_buf_str(&body));
	return inner.err ? inner.err : pen.err;
}
