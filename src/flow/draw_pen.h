/* draw_pen.h - what the drawing files share: a buffer that remembers its first error, and texts escaped for a format. Private to draw*.c. */
#ifndef RA_FLOW_DRAW_PEN_H
#define RA_FLOW_DRAW_PEN_H

#include "flow/draw.h"

struct ra_pen {
	struct ra_buf *out;
	ra_err err; /* of the first append that failed: nothing is added after it */
};
/* Append formatted text. */
void ra_pen_printf(struct ra_pen *pen, const char *fmt, ...) RA_PRINTF(2, 3);
/* Characters that do not stand for themselves in a format. */
struct ra_escape {
	const char *from;      /* characters (ASCII) that do not stand for themselves */
	const char *const *to; /* what does, in the same order */
};
/* Append a foreign text: cleaned in one line, then escaped. NULL is "". */
void ra_pen_text(struct ra_pen *pen, const struct ra_escape *escape, const char *text);
/* Append what a step is (ra_step_words), escaped. */
void ra_pen_words(struct ra_pen *pen, const struct ra_escape *escape, const struct ra_step *step);

/* The three formats. */
ra_err ra_draw_svg(const struct ra_drawing *drawing, struct ra_buf *out);
/* As ra_draw_svg. */
ra_err ra_draw_dot(const struct ra_drawing *drawing, struct ra_buf *out);
/* As ra_draw_svg. */
ra_err ra_draw_mermaid(const struct ra_drawing *drawing, struct ra_buf *out);
/* The chart of a called flow among those drawn; NULL when it is none of them. */
const struct ra_chart *ra_drawn_call(const struct ra_drawing *drawing, const struct ra_step *step);

#endif
