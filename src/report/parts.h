/* parts.h - the renderers, and the order every document keeps. Not for other rooms. */
#ifndef RA_REPORT_PARTS_H
#define RA_REPORT_PARTS_H

#include "report/report.h"

/* One renderer a format. Errors: RA_E_NOMEM, RA_E_LIMIT. */
ra_err ra_report_text(const struct ra_view *view, struct ra_buf *out);
ra_err ra_report_json(const struct ra_view *view, struct ra_buf *out);
ra_err ra_report_md(const struct ra_view *view, struct ra_buf *out);
ra_err ra_report_txt(const struct ra_view *view, struct ra_buf *out);

#endif
