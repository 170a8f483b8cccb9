/* draw_pen.h - what the drawing files share. Private to draw*.c. */
#ifndef RA_FLOW_DRAW_PEN_H
#define RA_FLOW_DRAW_PEN_H

#include "base/pen.h"
#include "flow/draw.h"

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
