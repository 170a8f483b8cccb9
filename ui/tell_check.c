#include "config.h"

#include "ui/tell.h"

#include <stdio.h>

const struct ra_view_check *ra_tell_palette_row(const struct ra_view *view, const char *check)
{
	for (size_t i = 0; i < view->palette_count; i++)
		if (!strcmp(view->palette[i].check, check))
			return &view->palette[i];
	return NULL;
}

void ra_tell_palette(const struct ra_view *view, size_t at, int row, struct ra_doc *doc)
{
	const struct ra_view_check *check = &view->palette[at];
	const char *word = check->running ? "runs" : *check->verdict ? check->verdict : "-";
	char lead[16], tail[2 * RA_SPAN_MAX] = "", span[RA_SPAN_MAX];

	snprintf(lead, sizeof(lead), "%-7s", word);
	if (check->at != RA_UTC_NONE)
		snprintf(tail, sizeof(tail), "%s ago", ra_tell_span(view->now > check->at ? view->now - check->at : 0, span));
	ra_doc_printf(doc,
		      &(struct ra_item){.lead = lead,
					.lead_look = *check->verdict ? ra_tell_look(check->verdict) : RA_LOOK_DIM,
					.tail = tail,
					.row = row},
		      "%s, %s (%s)", check->title, check->check, check->planes);
}

void ra_tell_topic_row(const struct ra_view *view, size_t at, int row, struct ra_doc *doc)
{
	const struct ra_view_topic *topic = &view->topics[at];

	ra_doc_item(doc, &(struct ra_item){.text = topic->title,
					   .tail = topic->in_step ? "this step" : "",
					   .look = topic->in_step ? RA_LOOK_TITLE : RA_LOOK_PLAIN,
					   .row = row});
}

void ra_tell_topic(const struct ra_view_topic *topic, struct ra_doc *doc)
{
	ra_doc_say(doc, RA_LOOK_TITLE, topic->title);
	ra_doc_gap(doc);
	ra_doc_say(doc, RA_LOOK_PLAIN, topic->text);
	ra_doc_gap(doc);
	ra_doc_say(doc, RA_LOOK_TITLE, "Sources");
	for (size_t i = 0; i < topic->sources.count; i++)
		ra_doc_say_in(doc, 2, RA_LOOK_DIM, topic->sources.items[i]);
}

/* The last answer of every plane to a check, the newest last. */
static ra_err add_outputs(const struct ra_view *view, const char *check, struct ra_buf *text)
{
	ra_err err = RA_OK;
	bool any = false;

	for (size_t i = 0; i < view->command_count && !err; i++) {
		const struct ra_view_command *command = &view->commands[i];
		bool last = !strcmp(command->check, check) && !command->running;

		for (size_t k = i + 1; k < view->command_count && last; k++)
			last = view->commands[k].running || strcmp(view->commands[k].check, check) ||
			       strcmp(view->commands[k].plane, command->plane);
		if (!last)
			continue;
		RA_AUTO(ra_mem_free) char *output = ra_tell_output(command);

		any = true;
		err = output ? ra_buf_printf(text, "\n%s\n", output) : RA_E_NOMEM;
	}
	return err || any ? err : ra_buf_text(text, "\nNo request was sent for it.\n");
}

char *ra_tell_check(const struct ra_view *view, const char *check)
{
	const struct ra_view_check *row = ra_tell_palette_row(view, check);
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};
	ra_err err = row ? ra_buf_printf(&text, "%s: %s%s%s\n%s\n", *row->verdict ? row->verdict : "no verdict", row->title,
					 *row->verdict_why ? ": " : "", row->verdict_why, row->why)
			 : RA_E_NOTFOUND;

	for (size_t i = 0; i < view->result_count && !err; i++)
		if (!strcmp(view->results[i].check, check) && *view->results[i].shown)
			err = ra_buf_printf(&text, "%s\n", view->results[i].shown);
	if (!err)
		err = add_outputs(view, check, &text);
	return err ? NULL : ra_buf_take(&text);
}
