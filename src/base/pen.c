#include "config.h"

#include "base/own.h"
#include "base/pen.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct ra_escape ra_pen_xml = {"&<>\"'", (const char *const[]){"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"}};

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

void ra_pen_raw(struct ra_pen *pen, const char *text)
{
	if (!pen->err)
		pen->err = ra_buf_text(pen->out, text);
}

static void put_clean(struct ra_pen *pen, const struct ra_escape *escape, const char *text, size_t len, bool keep_lines)
{
	RA_AUTO(ra_buf_free) struct ra_buf clean = {0};

	if (!pen->err)
		pen->err = ra_text_clean(text, len, keep_lines, &clean);
	for (const char *at = ra_buf_str(&clean); *at && !pen->err;) {
		size_t plain = strcspn(at, escape->from);

		pen->err = ra_buf_add(pen->out, at, plain);
		at += plain;
		if (*at && !pen->err)
			pen->err = ra_buf_text(pen->out, escape->to[strchr(escape->from, *at++) - escape->from]);
	}
}

void ra_pen_text(struct ra_pen *pen, const struct ra_escape *escape, const char *text)
{
	put_clean(pen, escape, text ? text : "", text ? strlen(text) : 0, false);
}

void ra_pen_lines(struct ra_pen *pen, const struct ra_escape *escape, const char *text, size_t len)
{
	put_clean(pen, escape, text, len, true);
}
