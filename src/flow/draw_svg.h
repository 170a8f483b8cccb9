/* draw_svg.h - what the files of the SVG drawing share: cards, which are steps as they will stand. Private to draw_svg*.c.
 * Units: SVG user units, one for a pixel at full size. Widths of texts are estimated from above, for no font is at hand. */
#ifndef RA_FLOW_DRAW_SVG_H
#define RA_FLOW_DRAW_SVG_H

#include "flow/draw_pen.h"

#define RA_CARD_WIDTH 310
#define RA_END_WIDTH 200
#define RA_END_GAP 40
#define RA_CARD_PAD 12

/* One line of a card. Offsets are into the card's text. */
struct ra_card_line {
	const char *class; /* of the style sheet */
	size_t at, bold;   /* NUL-terminated; so many bytes of it are bold */
	int x, y;          /* base line, from the card's corner */
	size_t arc;        /* the arc it tells of, RA_CHART_NONE */
};
/* A step with what it says, and for each of its arcs the height it leaves at. */
struct ra_card {
	struct ra_buf text;
	struct ra_card_line *lines;
	size_t count, room;
	int width, height;
	int head;  /* height of the head: what the step is */
	int cell;  /* height with the ends beside it */
	int top;   /* of an end beside a step: from that step's own top */
};
/* The cards of a chart. Owner: ra_cards_free. Out: NULL without memory. */
struct ra_card *ra_cards_new(const struct ra_chart *chart, bool over);
/* Free them. Out: NULL. */
struct ra_card *ra_cards_free(struct ra_card *cards, const struct ra_chart *chart);
/* Where the first line about an arc stands in its step's card; the card's middle when it says nothing of it. */
int ra_card_arc_y(const struct ra_card *card, size_t arc);

/* Append the style sheet, the legend and what stands above the charts. Out: the height they take. */
int ra_svg_head(struct ra_pen *pen, const struct ra_drawing *drawing);
/* The style sheet of every drawing. */
const char *ra_svg_style(void);

#endif
