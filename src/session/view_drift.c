/* view_drift.c - the template held against this host, row by row. */
#include "config.h"

#include "flow/drift.h"
#include "session/viewmake.h"

#include <stdlib.h>

static ra_err put_row(const struct ra_drift *row, struct ra_view *v)
{
	struct ra_view_drift *at = ra_view_grow(&v->drift, &v->drift_count, sizeof(*at));
	char say[RA_DRIFT_SAY_MAX];

	if (!at)
		return RA_E_NOMEM;
	ra_drift_say(row, say, sizeof(say));
	at->firmware = row->firmware;
	at->state = row->reason != RA_KNOWN ? "unknown" : row->differs ? "differs" : "same";
	at->reason = row->reason == RA_KNOWN ? "" : ra_reason_name(row->reason);
	return ra_view_put(&at->name, row->name) || ra_view_put(&at->wanted, row->wanted) || ra_view_put(&at->is, row->is) ||
			       ra_view_put(&at->next, row->next) || ra_view_put(&at->say, say)
		       ? RA_E_NOMEM
		       : RA_OK;
}

ra_err ra_view_drift(const struct ra_session *s, struct ra_view *v)
{
	RA_AUTO(ra_mem_free) struct ra_drift *rows = NULL;
	size_t count = 0;
	ra_err err = ra_drift_rows(s->state, &rows, &count);

	for (size_t i = 0; i < count && !err; i++)
		err = put_row(&rows[i], v);
	return err;
}
