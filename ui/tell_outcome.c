#include "config.h"

#include "ui/tell.h"

static void heading(struct ra_doc *doc, const char *text)
{
	ra_doc_gap(doc);
	ra_doc_say(doc, RA_LOOK_TITLE, text);
}

static void bullet(struct ra_doc *doc, const char *lead, const char *text)
{
	ra_doc_item(
	    doc, &(struct ra_item){
		     .lead = lead, .lead_look = ra_tell_look(lead), .text = text, .indent = 2, .row = RA_DOC_NO_ROW});
}

static void tell_wrong(const struct ra_view *view, struct ra_doc *doc)
{
	bool any = false;

	heading(doc, "What was wrong");
	for (size_t i = 0; i < view->cause_count; i++) {
		const struct ra_view_cause *cause = &view->causes[i];

		bool likely = !strcmp(cause->status, "likely");

		if (!likely && !cause->found)
			continue;
		any = any || likely;
		bullet(doc, likely ? "likely" : "found", cause->title);
		ra_doc_say_in(doc, 10, RA_LOOK_PLAIN, cause->why);
	}
	bool over = view->action_count && !strcmp(view->outcome, "resolved");

	if (*view->seen_words)
		ra_doc_say_in(doc, 2, RA_LOOK_PLAIN, view->seen_words);
	else if (!any)
		ra_doc_say_in(doc, 2, RA_LOOK_PLAIN,
			      over ? "No known cause is likely any more." : "By what is known now no cause is likely.");
	bool sign = false;

	for (size_t i = 0; i < view->cause_count; i++) {
		if (!view->causes[i].sign)
			continue;
		if (!sign)
			ra_doc_say_in(doc, 2, RA_LOOK_PLAIN, "Not called likely, but worth knowing:");
		sign = true;
		bullet(doc, "possible", view->causes[i].title);
	}
}

/* Whether it can be undone; of what was not done there is nothing to say. */
static void tell_undo(const struct ra_view_action *action, struct ra_doc *doc)
{
	if (!strcmp(action->result, "not_done") || !strcmp(action->result, "refused"))
		return;
	ra_doc_say_in(doc, 10, RA_LOOK_DIM, !strcmp(action->undone, "undone") ? "It was undone since, and that was seen." : action->undo);
}

static void tell_done(const struct ra_view *view, struct ra_doc *doc)
{
	heading(doc, "What was done");
	for (size_t i = 0; i < view->action_count; i++) {
		bullet(doc, !strcmp(view->actions[i].result, "not_done") ? "not done" : view->actions[i].result, view->actions[i].title);
		if (view->actions[i].said && *view->actions[i].said)
			ra_doc_say_in(doc, 10, RA_LOOK_PLAIN, view->actions[i].said);
		tell_undo(&view->actions[i], doc);
	}
	for (size_t i = 0; i < view->gate_count; i++)
		ra_doc_printf(doc,
			      &(struct ra_item){.lead = view->gates[i].opened ? "opened" : "closed",
						.indent = 2,
						.row = RA_DOC_NO_ROW},
			      "%s: %s", view->gates[i].title,
			      *view->gates[i].why ? view->gates[i].why : view->gates[i].gate);
	if (!view->action_count)
		ra_doc_say_in(doc, 2, RA_LOOK_PLAIN, "Nothing was changed.");
}

void ra_tell_outcome(const struct ra_view *view, struct ra_doc *doc)
{
	const struct ra_item plain = {.row = RA_DOC_NO_ROW}, dim = {.look = RA_LOOK_DIM, .row = RA_DOC_NO_ROW};

	ra_doc_say(doc, RA_LOOK_TITLE, *view->outcome_title ? view->outcome_title : "The walk has stopped");
	if (*view->outcome)
		ra_doc_printf(doc, &plain, "Outcome: %s", view->outcome);
	else
		ra_doc_printf(doc, &plain, "Stopped: %s", view->end_reason);
	for (size_t i = 0; i < view->say.count; i++)
		ra_doc_say(doc, RA_LOOK_PLAIN, view->say.items[i]);
	tell_wrong(view, doc);
	tell_done(view, doc);
	heading(doc, "What was not checked");
	for (size_t i = 0; i < view->unseen_count; i++)
		ra_doc_printf(doc, &(struct ra_item){.lead = "-", .indent = 2, .row = RA_DOC_NO_ROW}, "%s: %s",
			      view->unseen[i].what, view->unseen[i].why);
	if (!view->unseen_count)
		ra_doc_say_in(doc, 2, RA_LOOK_PLAIN, "Nothing was left out.");
	heading(doc, "What to do next");
	for (size_t i = 0; i < view->next.count; i++)
		bullet(doc, "-", view->next.items[i]);
	if (!view->next.count)
		ra_doc_say_in(doc, 2, RA_LOOK_PLAIN, "Nothing.");
	ra_doc_gap(doc);
	if (*view->journal_path)
		ra_doc_printf(doc, &dim, "The record is kept in %s", view->journal_path);
	else
		ra_doc_printf(doc, &dim, "The record is in memory alone; the transcript can be written to a file.");
}
