/* parts.h - the renderers, and the order every document keeps. Not for other rooms. */
#ifndef RA_REPORT_PARTS_H
#define RA_REPORT_PARTS_H

#include "report/report.h"

/* One renderer a format. Errors: RA_E_NOMEM, RA_E_LIMIT. */
ra_err ra_report_text(const struct ra_view *view, struct ra_buf *out);
ra_err ra_report_json(const struct ra_view *view, struct ra_buf *out);
ra_err ra_report_md(const struct ra_view *view, struct ra_buf *out);
ra_err ra_report_txt(const struct ra_view *view, struct ra_buf *out);
ra_err ra_report_html(const struct ra_view *view, struct ra_buf *out);
/* One of several hosts of an HTML page; the page of them; and lines of a summary in it. Shape: number from 1; summary and parts are HTML. */
ra_err ra_report_html_part(const struct ra_view *view, size_t number, struct ra_buf *out);
ra_err ra_report_html_page(const char *title, const char *summary, const char *const *parts, size_t count, struct ra_buf *out);
ra_err ra_report_html_lines(const struct ra_report_line *lines, size_t count, struct ra_buf *out);

#endif
