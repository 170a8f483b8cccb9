#include "config.h"

#include "report/parts.h"

#include <stdio.h>
#include <string.h>

static const struct ra_report_format formats[] = {
	{"text", "the result of a check, for a terminal", ra_report_text, false, false, false, NULL, NULL},
	{"json", "the result as one object, for programs", ra_report_json, true, false, false, NULL, NULL},
	{"junit", "the result as JUnit XML, for CI systems", ra_report_junit, true, false, false, NULL, NULL},
	{"md", "the transcript as Markdown, sized for a ticket", ra_report_md, false, true, true, NULL, ra_report_md_full},
	{"html", "the report as one page for a browser, to hand over", ra_report_html, false, false, true, ra_report_html_part, NULL},
	{"txt", "the transcript as plain text", ra_report_txt, false, false, true, NULL, NULL},
};

size_t ra_report_formats(const struct ra_report_format **out)
{
	*out = formats;
	return RA_LEN(formats);
}

const struct ra_report_format *ra_report_format(const char *name)
{
	for (size_t i = 0; i < RA_LEN(formats); i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}

ra_err ra_report_render(const struct ra_report_format *format, bool full, const struct ra_view *view, struct ra_buf *out)
{
	return full && format->full ? format->full(view, out) : format->render(view, out);
}

ra_err ra_report_join(const struct ra_report_format *format, const char *const *results, size_t count, struct ra_buf *out)
{
	if (format->render == ra_report_junit && count != 1)
		return ra_report_junit_join(results, count, out);
	bool list = format->list && count != 1;
	ra_err err = list ? ra_buf_text(out, "[") : RA_OK;

	for (size_t i = 0; i < count && !err; i++) {
		if (i)
			err = ra_buf_text(out, list ? "," : "\n");
		if (!err)
			err = ra_buf_text(out, results[i]);
		if (list && !err && out->len && out->data[out->len - 1] == '\n')
			out->data[--out->len] = '\0';
	}
	return err || !list ? err : ra_buf_text(out, "]\n");
}

ra_err ra_report_page(const char *summary, const char *const *parts, size_t count, struct ra_buf *out)
{
	char title[48];

	snprintf(title, sizeof(title), "%zu hosts", count);
	return ra_report_html_page(title, summary, parts, count, out);
}
