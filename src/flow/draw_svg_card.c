/* draw_svg_card.c - a step as a card: what it is, its title, and a line for each way out of it, so that no text stands on a line of the
 * drawing. */
#include "config.h"

#include "base/text.h"
#include "flow/draw_svg.h"
#include "flow/words.h"

#include <stdlib.h>
#include <string.h>

/* How a paragraph is set. */
struct setting {
	const char *class;
	int step, cols; /* line height, cells that fit */
	int x;
};
static const struct setting as_kind = {"k", 14, 46, 12}, as_title = {"t", 19, 34, 12}, as_id = {"i", 14, 46, 12}, as_way = {"w", 15, 44, 12},
			    as_to = {"o", 15, 41, 28}, as_end_title = {"e", 15, 25, 14}, as_end = {"k", 13, 30, 14};

struct ra_card *ra_cards_free(struct ra_card *cards, const struct ra_chart *chart)
{
	for (size_t i = 0; cards && i < chart->count; i++) {
		ra_buf_free(&cards[i].text);
		free(cards[i].lines);
	}
	free(cards);
	return NULL;
}

int ra_card_arc_y(const struct ra_card *card, size_t arc)
{
	for (size_t i = 0; i < card->count; i++)
		if (card->lines[i].arc == arc)
			return card->lines[i].y - 4;
	return card->height / 2;
}

static struct ra_card_line *line_new(struct ra_card *card)
{
	if (card->count == card->room) {
		size_t room = card->room ? 2 * card->room : 8;
		struct ra_card_line *lines = realloc(card->lines, room * sizeof(*lines));

		if (!lines)
			return NULL;
		card->lines = lines;
		card->room = room;
	}
	return &card->lines[card->count++];
}

/* Add a clean text, wrapped; the first `bold` bytes are bold. Out: false without memory. */
static bool add_text(struct ra_card *card, const struct setting *how, const char *text, size_t bold, size_t arc)
{
	do {
		size_t len = ra_text_fit(text, how->cols);
		struct ra_card_line *line = line_new(card);

		if (!line)
			return false;
		card->height += how->step;
		*line = (struct ra_card_line){.class = how->class,
					      .at = card->text.len,
					      .bold = bold < len ? bold : len,
					      .x = how->x,
					      .y = card->height - 4,
					      .arc = arc};
		if (ra_buf_add(&card->text, text, len) || ra_buf_add(&card->text, "", 1))
			return false;
		bold -= line->bold;
		text += len;
		text += strspn(text, " ");
	} while (*text);
	return true;
}

/* The same for a foreign text, with a word before it. */
static bool add_foreign(struct ra_card *card, const struct setting *how, const char *before, const char *text, size_t arc)
{
	RA_AUTO(ra_buf_free) struct ra_buf line = {0};

	return !ra_buf_text(&line, before) && !ra_text_clean(text, strlen(text), false, &line) &&
	       add_text(card, how, ra_buf_str(&line), 0, arc);
}

/* Where an arc leads, with a sign: down the page, back up, or to an end. */
static const char *sign(const struct ra_chart *chart, const struct ra_chart_arc *arc)
{
	if (chart->flow->steps[arc->to].kind == RA_STEP_END)
		return "\xe2\x96\xa0 "; /* a square */
	if (arc->back)
		return "\xe2\x86\x91 back to: ";
	return ra_chart_is_line(chart, arc) ? "\xe2\x86\x93 " : "\xe2\x86\x93 far below: ";
}

static bool add_arc(struct ra_card *card, const struct ra_chart *chart, size_t at)
{
	const struct ra_chart_arc *arc = &chart->arcs[at];
	RA_AUTO(ra_buf_free) struct ra_buf line = {0};
	const char *title = chart->flow->steps[arc->to].title;
	bool told = chart->nodes[arc->to].beside == arc->from; /* its end stands beside the line */

	if ((*arc->taken && ra_buf_printf(&line, "#%s: ", arc->taken)) || ra_buf_text(&line, arc->label))
		return false;
	size_t bold = line.len;

	bool several = arc->ways > 1;

	if (*arc->because && (ra_buf_text(&line, several ? "  (" : "  ") || ra_text_clean(arc->because, strlen(arc->because), false, &line) ||
			      ra_buf_text(&line, several ? ")" : "")))
		return false;
	if (!*arc->because && !told) { /* room for both in one line */
		told = true;
		if (ra_buf_text(&line, "  ") || ra_buf_text(&line, sign(chart, arc)) || ra_text_clean(title, strlen(title), false, &line))
			return false;
	}
	card->height += 4;
	if (!add_text(card, &as_way, ra_buf_str(&line), bold, at))
		return false;
	return told || add_foreign(card, &as_to, sign(chart, arc), title, at);
}

/* What stands before the title: what the step is, and whatever must not be overlooked of it. */
static bool add_head(struct ra_card *card, const struct ra_chart *chart, size_t node, bool over)
{
	const struct ra_step *step = &chart->flow->steps[node];
	const struct ra_chart_node *at = &chart->nodes[node];
	RA_AUTO(ra_buf_free) struct ra_buf words = {0}, gates = {0}, taken = {0};
	bool end = step->kind == RA_STEP_END, irreversible = step->kind == RA_STEP_ACTION && step->action.danger == RA_IRREVERSIBLE;

	if (*at->taken &&
	    (ra_buf_printf(&taken, "#%s%s%s", at->taken, !at->now ? "" : over ? "   ENDED HERE" : "   NOW HERE", at->skip ? "   left undone" : "") ||
	     !add_text(card, &(struct setting){"n", 17, 40, 12}, ra_buf_str(&taken), 0, RA_CHART_NONE)))
		return false;
	if (at->back && !*at->taken && !add_text(card, &as_kind, "stepped back from here", 0, RA_CHART_NONE))
		return false;
	if (irreversible && !add_text(card, &(struct setting){"x", 18, 34, 12}, "CANNOT BE UNDONE", 0, RA_CHART_NONE))
		return false;
	if (ra_step_words(step, &words) || !add_text(card, end ? &as_end : &as_kind, ra_buf_str(&words), 0, RA_CHART_NONE))
		return false;
	if (step->kind != RA_STEP_ACTION || !step->action.gate || !step->action.gate->child)
		return true;
	return !ra_buf_text(&gates, "only behind the gate ") && !ra_words_list(step->action.gate, " or ", &gates) &&
	       add_text(card, &as_kind, ra_buf_str(&gates), 0, RA_CHART_NONE);
}

static bool add_entries(struct ra_card *card, const struct ra_chart *chart, size_t node)
{
	const cJSON *entry;

	if (chart->nodes[node].entries && ra_chart_find(chart, chart->flow->start) == node &&
	    !add_text(card, &(struct setting){"b", 15, 40, 12}, "\xe2\x96\xb6 the flow begins here", 0, RA_CHART_NONE))
		return false;
	cJSON_ArrayForEach (entry, chart->flow->entries)
		if (ra_chart_find(chart, ra_json_str(entry, "go", "")) == node &&
		    !add_foreign(card, &(struct setting){"b", 15, 42, 12}, "\xe2\x96\xb6 from: ", ra_json_str(entry, "say", ""), RA_CHART_NONE))
			return false;
	return true;
}

static bool make_card(struct ra_card *card, const struct ra_chart *chart, size_t node, bool over)
{
	const struct ra_step *step = &chart->flow->steps[node];
	const struct ra_chart_node *at = &chart->nodes[node];
	bool end = step->kind == RA_STEP_END;

	card->width = end ? RA_END_WIDTH : RA_CARD_WIDTH;
	card->height = 6;
	if (!add_head(card, chart, node, over))
		return false;
	card->head = card->height + 3;
	card->height += end ? 2 : 6;
	if (!add_entries(card, chart, node))
		return false;
	card->height += at->entries ? 5 : 0;
	if (!add_foreign(card, end ? &as_end_title : &as_title, "", step->title, RA_CHART_NONE))
		return false;
	if (!end && !add_foreign(card, &as_id, "", step->id, RA_CHART_NONE))
		return false;
	card->height += at->arc_count ? 4 : 0;
	for (size_t i = at->arc; i < at->arc + at->arc_count; i++)
		if (!add_arc(card, chart, i))
			return false;
	card->height += 8;
	card->cell = card->height;
	return true;
}

/* Ends stand beside their step, each as near to its line as the one above allows. */
static void stack_ends(struct ra_card *cards, const struct ra_chart *chart, size_t node)
{
	const struct ra_chart_node *at = &chart->nodes[node];
	struct ra_card *card = &cards[node];
	int free_from = 0;

	for (size_t i = at->arc; i < at->arc + at->arc_count; i++) {
		struct ra_card *end = &cards[chart->arcs[i].to];

		if (chart->nodes[chart->arcs[i].to].beside != node)
			continue;
		end->top = ra_card_arc_y(card, i) - end->height / 2;
		end->top = end->top < free_from ? free_from : end->top;
		free_from = end->top + end->height + 8;
		if (end->top + end->height > card->cell)
			card->cell = end->top + end->height;
	}
}

struct ra_card *ra_cards_new(const struct ra_chart *chart, bool over)
{
	struct ra_card *cards = calloc(chart->count + 1, sizeof(*cards));

	for (size_t i = 0; cards && i < chart->count; i++)
		if (!make_card(&cards[i], chart, i, over))
			cards = ra_cards_free(cards, chart);
	for (size_t i = 0; cards && i < chart->count; i++)
		stack_ends(cards, chart, i);
	return cards;
}
