/* html_svg.c - the way as a drawing: the steps down the page, where each was left for, and lightly where else it would have led. Each step is
 * a drawing of its own that joins the one above, so that paper can break between two.
 * Units: of the drawing, one for a pixel at full size. Widths of texts are estimated from above, for no font is at hand. Source: SVG 2. */
#include "config.h"

#include "base/text.h"
#include "report/html.h"

#include <stdio.h>
#include <string.h>

#define WIDTH 860
#define SPINE 24       /* x of the line of steps, in the first flow */
#define INDENT 22      /* a called flow stands to the right */
#define DEPTH_MAX 4
#define CARD 30        /* x of a card, from its step's place on the line */
#define CARD_WIDTH 440
#define TURN_GAP 44
#define TITLE_CELLS 50 /* that fit into a card */
#define SAY_CELLS 62
#define TURN_CELLS 42
#define TURNS_MAX 4
#define STEPS_MAX 200
#define GAP 16         /* above each card */

/* Where a step stands. */
struct spot {
	int x, y, height; /* of its card: y its top; x its place on the line */
};

/* How a text is set. */
struct setting {
	const char *class;
	int cells;  /* that fit into a line */
	size_t max; /* lines */
	int step;   /* height of a line */
};
static const struct setting as_title = {"t", TITLE_CELLS, 2, 19}, as_say = {"w", SAY_CELLS, 3, 16}, as_answer = {"k", SAY_CELLS, 2, 16}, as_turn = {"s", TURN_CELLS, 1, 17};

/* The height it takes. */
static int height_of_text(const struct setting *how, const char *text)
{
	int height = 0;

	for (size_t i = 0; *text && i < how->max; i++) {
		text += ra_text_fit(text, how->cells);
		text += strspn(text, " ");
		height += how->step;
	}
	return height;
}

/* Put a text; what does not fit ends in three dots. Out: the height it takes. */
static int put_lines(struct html *h, const struct setting *how, const char *text, int x, int y)
{
	int from = y;

	for (size_t i = 0; *text && i < how->max; i++) {
		size_t len = ra_text_fit(text, how->cells);
		char part[512];

		snprintf(part, sizeof(part), "%.*s", (int)(len < sizeof(part) ? len : sizeof(part) - 1), text);
		text += len;
		text += strspn(text, " ");
		ra_pen_printf(&h->pen, "<text class=\"%s\" x=\"%d\" y=\"%d\">", how->class, x, y + how->step - 4);
		ra_html_text(h, part);
		ra_pen_raw(&h->pen, *text && i + 1 == how->max ? "...</text>\n" : "</text>\n");
		y += how->step;
	}
	return y - from;
}

/* The ways not taken that are told: not those that say the same. Out: how many. */
static size_t turns_of(const struct ra_view_step *s)
{
	size_t count = 0;

	for (size_t i = 0; i < s->turn_count; i++)
		count += !s->turns[i].taken;
	return count;
}

/* What was answered at a step, in a line: that a card says. Errors: RA_E_NOMEM. */
static ra_err add_answers(const struct ra_view_step *s, struct ra_buf *out)
{
	ra_err err = RA_OK;

	for (size_t i = 0; i < s->shown_count && !err; i++) {
		const struct ra_texts *said = &s->shown[i].said;

		if (said->count)
			err = ra_buf_printf(out, "%s%s: ", out->len ? "; " : "", ra_report_said(s->shown[i].kind)->said);
		for (size_t k = 0; k < said->count && !err; k++)
			err = ra_buf_printf(out, "%s%s", k ? ", " : "", said->items[k]);
	}
	return err;
}

static int height_of(const struct ra_view_step *s)
{
	RA_AUTO(ra_buf_free) struct ra_buf said = {0};
	bool known = !add_answers(s, &said); /* without memory the card is written without it, and the page fails there */
	size_t turns = turns_of(s), told = turns > TURNS_MAX ? TURNS_MAX + 1 : turns;
	int left = 34 + height_of_text(&as_title, s->title) + height_of_text(&as_say, s->because) + height_of_text(&as_answer, known ? ra_buf_str(&said) : "");
	int right = 12 + (int)told * as_turn.step;

	return left > right ? left : right;
}

static const char *class_of(const struct ra_view *v, size_t at)
{
	static const char *const names[] = {[RA_MARK_DONE] = "done", [RA_MARK_NOW] = "now", [RA_MARK_SKIP] = "skip", [RA_MARK_BACK] = "back"};

	return names[v->steps[at].mark];
}

/* Its number, and in words what colour and form say. */
static void put_head(struct html *h, size_t at, size_t number, int x, int y)
{
	static const char *const words[] = {[RA_MARK_DONE] = "", [RA_MARK_NOW] = "", [RA_MARK_SKIP] = "left undone", [RA_MARK_BACK] = "stepped back"};
	const struct ra_view *v = h->v;
	const struct ra_view_step *s = &v->steps[at];
	char time[RA_UTC_TEXT_LEN] = "";

	if (s->at != RA_UTC_NONE)
		ra_utc_format(s->at, time);
	ra_pen_printf(&h->pen, "<text class=\"k\" x=\"%d\" y=\"%d\">", x, y);
	if (s->mark != RA_MARK_BACK)
		ra_pen_printf(&h->pen, "step %zu   ", number);
	ra_pen_printf(&h->pen, "%.10s %.8s%s", time, *time ? time + 11 : "", *time ? "Z" : "");
	const char *word = s->mark == RA_MARK_NOW ? *v->outcome ? "ended here: " : "here now" : words[s->mark];

	if (*word)
		ra_pen_printf(&h->pen, "<tspan class=\"kw\" dx=\"10\">%s", word);
	if (s->mark == RA_MARK_NOW && *v->outcome)
		ra_html_reason(h, v->outcome);
	ra_pen_raw(&h->pen, *word ? "</tspan></text>\n" : "</text>\n");
}

/* Where else it would have led, beside it. */
static void put_turns(struct html *h, const struct ra_view_step *s, const struct spot *spot)
{
	int from = spot->x + CARD + CARD_WIDTH, y = spot->y + 6, x = from + TURN_GAP;
	size_t put = 0, all = turns_of(s);
	char more[48];

	for (size_t i = 0; i < s->turn_count && put < TURNS_MAX; i++) {
		const struct ra_view_turn *turn = &s->turns[i];

		if (turn->taken)
			continue;
		ra_pen_printf(&h->pen, "<path class=\"b\" d=\"M%d %dH%dV%dH%d\"/>\n", from, spot->y + 18, from + 16, y + 10, x - 8);
		ra_pen_printf(&h->pen, turn->end ? "<rect class=\"bd\" x=\"%d\" y=\"%d\" width=\"6\" height=\"6\"/>\n" : "<circle class=\"bd\" cx=\"%d\" cy=\"%d\" r=\"3\"/>\n",
			      turn->end ? x - 9 : x - 6, turn->end ? y + 7 : y + 10);
		put_lines(h, &as_turn, turn->title, x + 3, y);
		y += as_turn.step;
		put++;
	}
	if (all <= put)
		return;
	snprintf(more, sizeof(more), "and %zu other ways", all - put);
	put_lines(h, &as_turn, more, x + 3, y);
}

static void put_card(struct html *h, size_t at, size_t number, const struct spot *spot)
{
	const struct ra_view *v = h->v;
	const struct ra_view_step *s = &v->steps[at];
	const char *class = class_of(v, at);
	int x = spot->x + CARD + 14, y = spot->y + 26;
	RA_AUTO(ra_buf_free) struct ra_buf said = {0};
	bool over = s->mark == RA_MARK_NOW && *v->outcome;

	put_turns(h, s, spot);
	ra_pen_printf(&h->pen, "<rect class=\"c %s%s%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/>\n", class, over ? " " : "",
		      over ? ra_html_tone(v->outcome) : "", spot->x + CARD, spot->y, CARD_WIDTH, spot->height);
	ra_pen_printf(&h->pen, "<circle class=\"n %s%s%s\" cx=\"%d\" cy=\"%d\" r=\"%d\"/>\n", class, over ? " " : "", over ? ra_html_tone(v->outcome) : "",
		      spot->x, spot->y + 18, s->mark == RA_MARK_BACK ? 6 : 9);
	put_head(h, at, number, x, spot->y + 20);
	y += put_lines(h, &as_title, s->title, x, y);
	y += put_lines(h, &as_say, s->because, x, y);
	ra_err err = add_answers(s, &said);

	h->pen.err = h->pen.err ? h->pen.err : err;
	put_lines(h, &as_answer, ra_buf_str(&said), x, y);
}

static struct spot spot_of(const struct ra_view_step *s)
{
	int depth = s->depth < DEPTH_MAX ? s->depth : DEPTH_MAX;

	return (struct spot){.x = SPINE + depth * INDENT, .y = GAP, .height = height_of(s)};
}

/* The line from the step above to this one, and on to the one below. */
static void put_spine(struct html *h, size_t at, const struct spot *spot, size_t count)
{
	const struct ra_view_step *steps = h->v->steps;
	int from = at ? spot_of(&steps[at - 1]).x : 0;
	bool back = steps[at].mark == RA_MARK_BACK;

	if (at)
		ra_pen_printf(&h->pen, "<path class=\"l%s\" d=\"M%d 0V%dH%dV%d\"/>\n", back || steps[at - 1].mark == RA_MARK_BACK ? " back" : "", from, GAP / 2,
			      spot->x, spot->y + 18);
	if (at + 1 < count)
		ra_pen_printf(&h->pen, "<path class=\"l%s\" d=\"M%d %dV%d\"/>\n", back || steps[at + 1].mark == RA_MARK_BACK ? " back" : "", spot->x, spot->y + 18,
			      spot->y + spot->height + 1);
}

void ra_html_svg(struct html *h)
{
	const struct ra_view *v = h->v;
	size_t count = v->step_count < STEPS_MAX ? v->step_count : STEPS_MAX, number = 0;

	ra_pen_printf(&h->pen,
		      "<figure><div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Drawing of the way\">\n<div class=\"maps\" role=\"img\" "
		      "aria-label=\"The way: %zu steps from the top down, each with why the walk went on from it; to the right, where else each would have led. "
		      "The list below says the same.\">\n",
		      v->step_count);
	for (size_t i = 0; i < count; i++) {
		struct spot spot = spot_of(&v->steps[i]);
		int height = spot.y + spot.height;

		number += v->steps[i].mark != RA_MARK_BACK;
		ra_pen_printf(&h->pen, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"map\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" aria-hidden=\"true\">\n",
			      WIDTH, height, WIDTH, height);
		put_spine(h, i, &spot, count);
		put_card(h, i, number, &spot);
		ra_pen_raw(&h->pen, "</svg>\n");
	}
	ra_pen_raw(&h->pen, "</div></div>\n<figcaption>Each card is a step, with why the walk went on from it. Beside it stands where it would have led "
			    "otherwise; a square is an end.");
	if (count < v->step_count)
		ra_pen_printf(&h->pen, " The first %zu of %zu steps are drawn; the list has all.", count, v->step_count);
	ra_pen_raw(&h->pen, "</figcaption></figure>\n");
}
