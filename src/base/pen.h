/* pen.h - documents for other programs to read: a buffer that remembers its first error, and foreign texts escaped for a format. Knows no
 * domain.
 * Invariants: what ra_pen_text and ra_pen_lines write is clean (text.h) and then escaped, whatever they are given. */
#ifndef RA_BASE_PEN_H
#define RA_BASE_PEN_H

#include "base/buf.h"

struct ra_pen {
	struct ra_buf *out;
	ra_err err; /* of the first append that failed: nothing is added after it */
};
/* Append formatted text. */
void ra_pen_printf(struct ra_pen *pen, const char *fmt, ...) RA_PRINTF(2, 3);
/* Append a text as it is. */
void ra_pen_raw(struct ra_pen *pen, const char *text);
/* Characters that do not stand for themselves in a format. */
struct ra_escape {
	const char *from;      /* characters (ASCII) that do not stand for themselves */
	const char *const *to; /* what does, in the same order */
};
/* The escapes of XML and HTML, in texts and in attributes between quotes of either kind. Source: XML 1.0 2.4; HTML 13.1.2.3. */
extern const struct ra_escape ra_pen_xml;
/* Append a foreign text: cleaned in one line, then escaped. NULL is "". */
void ra_pen_text(struct ra_pen *pen, const struct ra_escape *escape, const char *text);
/* The same for the first len bytes of a text of several lines. */
void ra_pen_lines(struct ra_pen *pen, const struct ra_escape *escape, const char *text, size_t len);

#endif
