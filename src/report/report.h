/* report.h - a view as a document. Pure: view in, bytes out. Same order in every format. Room report/: session/view.h and base/. */
#ifndef RA_REPORT_REPORT_H
#define RA_REPORT_REPORT_H

#include "base/buf.h"
#include "session/view.h"

/* Formats in one table: "text" (a check's result), "txt", "md", "json". */
struct ra_report_format {
	const char *name, *what;
	ra_err (*render)(const struct ra_view *view, struct ra_buf *out);
};
/* The formats of `check` and of `export`. Out: count. */
size_t ra_report_formats(const struct ra_report_format **out);
/* By name; NULL when there is none. */
const struct ra_report_format *ra_report_format(const char *name);
/* Several results as one document: json is a list; others follow each other. Errors: RA_E_NOMEM, RA_E_LIMIT. */
RA_MUST_USE ra_err ra_report_many(const struct ra_report_format *format, const struct ra_view *const *views, size_t count,
				  struct ra_buf *out);

#endif
