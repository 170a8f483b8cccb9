/* draw.c - the table of formats, and what they share. */
#include "config.h"

#include "flow/draw_pen.h"
#include "flow/words.h"

#include <string.h>

const struct ra_draw_format *ra_draw_format(const char *name)
{
	static const struct ra_draw_format formats[] = {
		{"svg", ra_draw_svg}, {"dot", ra_draw_dot}, {"mermaid", ra_draw_mermaid}};

	for (size_t i = 0; i < RA_LEN(formats); i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}

void ra_pen_words(struct ra_pen *pen, const struct ra_escape *escape, const struct ra_step *step)
{
	RA_AUTO(ra_buf_free) struct ra_buf words = {0};
	ra_err err = ra_step_words(step, &words);

	if (err && !pen->err)
		pen->err = err;
	ra_pen_text(pen, escape, ra_buf_str(&words));
}

const struct ra_chart *ra_drawn_call(const struct ra_drawing *drawing, const struct ra_step *step)
{
	for (size_t i = 0; i < drawing->count && step->kind == RA_STEP_CALL; i++)
		if (!strcmp(drawing->charts[i]->flow->id, step->call_flow))
			return drawing->charts[i];
	return NULL;
}
