/* report.h - a view as a document. Pure: view in, bytes out. Same order in every format. Room report/: session/view.h and base/. */
#ifndef RA_REPORT_REPORT_H
#define RA_REPORT_REPORT_H

#include "base/buf.h"
#include "session/view.h"

/* Formats in one table: "text" (a check's result), "txt", "md", "html", "json", "junit". */
struct ra_report_format {
	const char *name, *what;
	ra_err (*render)(const struct ra_view *view, struct ra_buf *out);
	bool list;     /* several results are a list of a program's values: nothing is put beside them */
	bool md;       /* Markdown */
	bool evidence; /* it tells what came back of commands: the view wants its output */
	/* Where several results are one page: one of them, number from 1 of count (ra_report_page puts it together); else NULL. */
	ra_err (*part)(const struct ra_view *view, size_t number, size_t count, struct ra_buf *out);
	ra_err (*full)(const struct ra_view *view, struct ra_buf *out); /* the same with nothing left out; NULL: render leaves nothing out */
};
/* No ticket takes more: JIRA's fields hold 32767 characters, GitHub's comments 65536. Bytes, so never fewer characters. */
#define RA_REPORT_MD_MAX 30000
/* The formats of `check` and of `export`. Out: count. */
size_t ra_report_formats(const struct ra_report_format **out);
/* By name; NULL when there is none. */
const struct ra_report_format *ra_report_format(const char *name);
/* Write a view in a format; with full nothing is left out. Errors: RA_E_NOMEM, RA_E_LIMIT. */
RA_MUST_USE ra_err ra_report_render(const struct ra_report_format *format, bool full, const struct ra_view *view, struct ra_buf *out);
/* Several rendered results as one document: of a list format a list, others follow each other. Errors: RA_E_NOMEM, RA_E_LIMIT. */
RA_MUST_USE ra_err ra_report_join(const struct ra_report_format *format, const char *const *results, size_t count, struct ra_buf *out);
/* Several parts as one page: first what they say together (of ra_report_lines), then each. Shape: of a format with parts. Errors:
 * RA_E_NOMEM, RA_E_LIMIT. */
RA_MUST_USE ra_err ra_report_page(const char *summary, const char *const *parts, size_t count, struct ra_buf *out);
/* A line of what many results say together. Texts are clean; lead "": none. */
struct ra_report_line {
	enum { RA_LINE_TITLE, RA_LINE_HEADING, RA_LINE_ITEM, RA_LINE_BELOW } kind; /* BELOW belongs to the ITEM above it; it has no lead */
	const char *lead, *text;
	size_t part; /* the result it is about, from 1, where the document can lead there; 0: none */
};
/* Append such lines to a document. Shape: not for a list format. Errors: RA_E_NOMEM, RA_E_LIMIT. */
RA_MUST_USE ra_err ra_report_lines(const struct ra_report_format *format, const struct ra_report_line *lines, size_t count,
				   struct ra_buf *out);

#endif
