/* parts.h - the renderers, and the order every document keeps. Not for other rooms. */
#ifndef RA_REPORT_PARTS_H
#define RA_REPORT_PARTS_H

#include "report/report.h"

/* The headings of a document, in the order every format keeps; the one of what is known about a server ends with its maker. */
enum ra_section {
	RA_SECTION_CHECKS, RA_SECTION_TEMPLATE, RA_SECTION_CAUSES, RA_SECTION_SIGNS, RA_SECTION_WAY, RA_SECTION_DONE, RA_SECTION_ABOUT, RA_SECTION_UNSEEN,
	RA_SECTION_NEXT, RA_SECTION_NOTES, RA_SECTION_FACTS, RA_SECTION_EVIDENCE, RA_SECTION_RECORD, RA_SECTION_COUNT
};
const char *ra_report_heading(enum ra_section section);

/* The name of a plane for people; an unknown one as it is. */
const char *ra_report_plane(const char *name);
/* How what was shown with an entry of a kind, and what was said to it, are called. */
struct ra_report_said {
	const char *kind, *shown, *said; /* shown: NULL where its danger or title says it better */
	bool offers;
};
const struct ra_report_said *ra_report_said(const char *kind);

/* One renderer a format. Errors: RA_E_NOMEM, RA_E_LIMIT. */
ra_err ra_report_text(const struct ra_view *view, struct ra_buf *out);
ra_err ra_report_json(const struct ra_view *view, struct ra_buf *out);
/* At most RA_REPORT_MD_MAX bytes: what does not fit is cut where it is longest, and told. */
ra_err ra_report_md(const struct ra_view *view, struct ra_buf *out);
ra_err ra_report_md_full(const struct ra_view *view, struct ra_buf *out);
ra_err ra_report_junit(const struct ra_view *view, struct ra_buf *out);
/* Several such documents as one. */
ra_err ra_report_junit_join(const char *const *results, size_t count, struct ra_buf *out);
ra_err ra_report_txt(const struct ra_view *view, struct ra_buf *out);
ra_err ra_report_html(const struct ra_view *view, struct ra_buf *out);
/* One of several hosts of an HTML page; the page of them; and lines of a summary in it. Shape: number from 1 of count; summary and parts are
 * HTML. */
ra_err ra_report_html_part(const struct ra_view *view, size_t number, size_t count, struct ra_buf *out);
ra_err ra_report_html_page(const char *title, const char *summary, const char *const *parts, size_t count, struct ra_buf *out);
ra_err ra_report_html_lines(const struct ra_report_line *lines, size_t count, struct ra_buf *out);

#endif
