/* draw.c - the table of formats, and what they share. */
#include "config.h"

#include "base/text.h"
#include "flow/draw_pen.h"
#include "flow/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

void ra_pen_printf(struct ra_pen *pen, const char *fmt, ...)
{
	RA_AUTO(ra_mem_free) char *text = NULL;
	va_list args;

	if (pen->err)
		return;
	va_start(args, fmt);
	int len = vasprintf(&text, fmt, args);

	va_end(args);
	if (len < 0)
		text = NULL;
	pen->err = text ? ra_buf_add(pen->out, text, (size_t)len) : RA_E_NOMEM;
}

void ra_pen_text(struct ra_pen *pen, const struct ra_escape *escape, const char *text)
{
	RA_AUTO(ra_mem_free) char *clean = ra_text_clean_dup(text ? text : "", false);

	if (!clean && !pen->err)
		pen->err = RA_E_NOMEM;
	for (const char *at = clean; at && *at && !pen->err; at++) {
		const char *found = strchr(escape->from, *at);

		pen->err = found ? ra_buf_text(pen->out, escape->to[found - escape->from]) : ra_buf_add(pen->out, at, 1);
	}
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
