/* record.c - transcripts of kept sessions. */
#include "config.h"

#include "flow/flowset.h"
#include "report/report.h"
#include "verb/common.h"
#include "verb/verbs.h"

#include <stdio.h>
#include <string.h>

int ra_verb_export(const struct ra_context *context)
{
	const char *name = context->options->format ? context->options->format : "md";
	const struct ra_report_format *format = ra_report_format(name);
	RA_AUTO(ra_buf_free) struct ra_buf document = {0};
	RA_AUTO(ra_flowset_free) struct ra_flowset *flows = NULL;
	RA_AUTO(ra_view_free) struct ra_view *view = NULL;
	struct ra_session *session = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (context->argc != 1 || !format) {
		ra_say(format ? "export takes one journal" : "there is no format \"%s\" (md, html, json, junit, txt)", name);
		return RA_EXIT_USAGE;
	}
	ra_err err = ra_verb_flows(context, &flows, &errs);

	if (!err)
		err = ra_session_read(flows, context->argv[0], &session, &errs);
	if (!err)
		err = ra_session_view(session, true, &view, &errs);
	if (!err && ra_report_render(format, context->options->full, view, &document))
		err = ra_fail(&errs, RA_E_NOMEM, "no memory for the transcript");
	ra_session_close(session);
	return err ? ra_say_errs(&errs) : ra_verb_write(context->options, &document);
}
