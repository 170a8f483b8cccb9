#include "config.h"

#include "ui/tell.h"

#include <stdio.h>

static const struct ra_item title = {.look = RA_LOOK_TITLE, .row = RA_DOC_NO_ROW};

/* The order in which causes are looked at. */
static const char *const statuses[][2] = {
    {"likely", "likely"}, {"possible", "possible"}, {"open", "open"}, {"ruled_out", "ruled out"}};

static const char *status_words(const char *status)
{
	for (size_t i = 0; i < RA_LEN(statuses); i++)
		if (!strcmp(statuses[i][0], status))
			return statuses[i][1];
	return status;
}

const char *ra_tell_board_title(enum ra_board board)
{
	static const char *const titles[] = {
	    [RA_BOARD_NONE] = "",
	    [RA_BOARD_CAUSES] = "Causes",
	    [RA_BOARD_COMMANDS] = "Every request that was sent",
	    [RA_BOARD_FACTS] = "What is known",
	    [RA_BOARD_STEPS] = "The steps so far",
	    [RA_BOARD_MAP] = "The flow map ([ ] can still come)",
	    [RA_BOARD_PALETTE] = "One check alone: Enter runs it",
	    [RA_BOARD_TOPICS] = "What the words mean",
	    [RA_BOARD_DONE] = "What was done; stepping back undoes none of it",
	};

	return titles[board];
}

/* The index of the cause in this row: the causes by status, in the view's order within one. */
static size_t cause_at(const struct ra_view *view, int row)
{
	for (size_t s = 0; s < RA_LEN(statuses); s++)
		for (size_t i = 0; i < view->cause_count; i++)
			if (!strcmp(view->causes[i].status, statuses[s][0]) && row-- == 0)
				return i;
	for (size_t i = 0; i < view->cause_count; i++) {
		bool known = false;

		for (size_t s = 0; s < RA_LEN(statuses); s++)
			known = known || !strcmp(view->causes[i].status, statuses[s][0]);
		if (!known && row-- == 0)
			return i;
	}
	return 0;
}

size_t ra_tell_board_at(const struct ra_view *view, enum ra_board board, int row)
{
	return board == RA_BOARD_CAUSES ? cause_at(view, row) : (size_t)row;
}

static void cause_row(const struct ra_view *view, size_t at, int row, struct ra_doc *doc)
{
	const char *status = status_words(view->causes[at].status);
	char lead[16];

	snprintf(lead, sizeof(lead), "%-9s", status);
	ra_doc_item(doc,
		    &(struct ra_item){
			.lead = lead, .lead_look = ra_tell_look(status), .text = view->causes[at].title, .row = row});
}

static void command_row(const struct ra_view *view, size_t at, int row, struct ra_doc *doc)
{
	const struct ra_view_command *command = &view->commands[at];
	char lead[32], tail[2 * RA_SPAN_MAX + 4], clock[RA_SPAN_MAX], span[RA_SPAN_MAX];

	snprintf(lead, sizeof(lead), "%-7s", ra_tell_plane(command->plane));
	snprintf(tail, sizeof(tail), "%s  %s", ra_tell_clock(command->at, clock),
		 command->running ? "running" : ra_tell_span(command->took_ms, span));
	ra_doc_item(doc, &(struct ra_item){.lead = lead,
					   .lead_look = command->change ? RA_LOOK_WARN : RA_LOOK_DIM,
					   .text = command->words,
					   .tail = tail,
					   .row = row,
					   .verbatim = true});
	if (command->running)
		return;
	const struct ra_item below = {.look = RA_LOOK_ODD, .indent = 9, .row = row};

	if (strcmp(command->why, "answered"))
		ra_doc_printf(doc, &below, "no answer: %s", command->why);
	else if (command->status)
		ra_doc_printf(doc, &below, "ended with status %d", command->status);
}

static void fact_row(const struct ra_view *view, size_t at, int row, struct ra_doc *doc)
{
	const struct ra_view_fact *fact = &view->facts[at];
	const struct ra_item item = {.look = fact->known ? RA_LOOK_PLAIN : RA_LOOK_ODD, .row = row};

	if (fact->known)
		ra_doc_printf(doc, &item, "%s = %s", fact->name, fact->value ? fact->value : "");
	else
		ra_doc_printf(doc, &item, "%s is not known: %s", fact->name, fact->reason);
}

static void step_row(const struct ra_view *view, size_t at, int row, struct ra_doc *doc)
{
	static const char *const marks[] = {
	    [RA_MARK_DONE] = "[done]", [RA_MARK_NOW] = "[now] ", [RA_MARK_SKIP] = "[skip]", [RA_MARK_BACK] = "[back]"};
	const struct ra_view_step *step = &view->steps[at];
	char clock[RA_SPAN_MAX];

	ra_doc_item(doc, &(struct ra_item){.lead = marks[step->mark],
					   .lead_look = RA_LOOK_DIM,
					   .text = step->title,
					   .tail = ra_tell_clock(step->at, clock),
					   .look = step->mark == RA_MARK_NOW ? RA_LOOK_TITLE : RA_LOOK_PLAIN,
					   .row = row});
	if (*step->because)
		ra_doc_item(doc,
			    &(struct ra_item){.text = step->because, .look = RA_LOOK_DIM, .indent = 8, .row = row});
}

/* What was done, and whether it can be undone. */
static void done_row(const struct ra_view *view, size_t at, int row, struct ra_doc *doc)
{
	static const struct {
		const char *undone, *lead;
	} leads[] = {{"open", "can be undone"}, {"undone", "undone"}, {"nothing", "not done"}};
	const struct ra_view_action *action = &view->actions[at];
	const char *lead = action->ended == RA_UTC_NONE ? "under way" : action->result;
	char clock[RA_SPAN_MAX];

	for (size_t i = 0; i < RA_LEN(leads) && action->ended != RA_UTC_NONE; i++)
		lead = !strcmp(leads[i].undone, action->undone) ? leads[i].lead : lead;
	ra_doc_item(doc, &(struct ra_item){.lead = lead,
					   .lead_look = RA_LOOK_DIM,
					   .text = action->title,
					   .tail = ra_tell_clock(action->began, clock),
					   .row = row});
	ra_doc_item(doc, &(struct ra_item){.text = action->undo, .look = RA_LOOK_DIM, .indent = 4, .row = row});
}

int ra_tell_board(const struct ra_view *view, enum ra_board board, struct ra_doc *doc)
{
	static void (*const tell[])(const struct ra_view *, size_t, int, struct ra_doc *) = {
	    [RA_BOARD_CAUSES] = cause_row,
	    [RA_BOARD_COMMANDS] = command_row,
	    [RA_BOARD_FACTS] = fact_row,
	    [RA_BOARD_STEPS] = step_row,
	    [RA_BOARD_MAP] = ra_tell_map_row,
	    [RA_BOARD_PALETTE] = ra_tell_palette,
	    [RA_BOARD_TOPICS] = ra_tell_topic_row,
	    [RA_BOARD_DONE] = done_row,
	};
	const size_t counts[] = {0,		    view->cause_count,	 view->command_count, view->fact_count,
				 view->step_count, view->map_count, view->palette_count, view->topic_count, view->action_count};
	int count = (int)counts[board];

	for (int row = 0; row < count; row++)
		tell[board](view, ra_tell_board_at(view, board, row), row, doc);
	if (!count)
		ra_doc_say(doc, RA_LOOK_DIM, "There is nothing here yet.");
	return count;
}

void ra_tell_part(struct ra_doc *doc, const char *heading, const char *text)
{
	if (!text || !*text)
		return;
	ra_doc_gap(doc);
	ra_doc_say(doc, RA_LOOK_TITLE, heading);
	ra_doc_say_in(doc, 2, RA_LOOK_PLAIN, text);
}

void ra_tell_parts(struct ra_doc *doc, const char *heading, const struct ra_texts *texts)
{
	if (!texts->count)
		return;
	ra_doc_gap(doc);
	ra_doc_say(doc, RA_LOOK_TITLE, heading);
	for (size_t i = 0; i < texts->count; i++)
		ra_doc_say_in(doc, 2, RA_LOOK_PLAIN, texts->items[i]);
}

static void cause_detail(const struct ra_view_cause *cause, struct ra_doc *doc)
{
	ra_doc_printf(doc, &title, "%s: %s", status_words(cause->status), cause->title);
	ra_tell_part(doc, "Why", cause->why);
	ra_tell_part(doc, "What it means", cause->impact);
	ra_tell_part(doc, "What to do", cause->resolution);
	ra_tell_part(doc, "Who can mend it", cause->fix_by);
	if (cause->rule_count) {
		ra_doc_gap(doc);
		ra_doc_say(doc, RA_LOOK_TITLE, "What speaks for and against it");
	}
	for (size_t i = 0; i < cause->rule_count; i++) {
		const struct ra_view_rule *rule = &cause->rules[i];
		char lead[32];

		snprintf(lead, sizeof(lead), "%s%s%s", rule->kind, *rule->confidence ? ", " : "", rule->confidence);
		ra_doc_printf(doc, &(struct ra_item){.lead = lead, .indent = 2, .row = RA_DOC_NO_ROW},
			      "%s (%s)%s%s", rule->because, rule->value, *rule->source ? "; " : "", rule->source);
	}
	ra_tell_parts(doc, "Sections of the guide", &cause->guide);
	ra_tell_parts(doc, "References", &cause->references);
}

static void fact_detail(const struct ra_view_fact *fact, struct ra_doc *doc)
{
	char clock[RA_UTC_TEXT_LEN];

	ra_doc_printf(doc, &title, "%s (%s)", fact->name, fact->type);
	ra_tell_part(doc, "Value", fact->known ? fact->value : NULL);
	ra_tell_part(doc, "Not known, because", fact->known ? NULL : fact->reason);
	ra_tell_parts(doc, "The sources disagree on it", &fact->disputed);
	ra_doc_gap(doc);
	ra_doc_say(doc, RA_LOOK_TITLE, "Observations");
	for (size_t i = 0; i < fact->obs_count; i++) {
		const struct ra_view_obs *obs = &fact->obs[i];

		ra_doc_printf(doc, &(struct ra_item){.indent = 2, .row = RA_DOC_NO_ROW}, "%s %s: %s%s%s",
			      ra_utc_format(obs->at, clock), ra_tell_plane(obs->plane),
			      obs->value ? obs->value : "not known: ", obs->value ? "" : obs->reason,
			      obs->current ? "" : " (no longer counts)");
		ra_doc_say_in(doc, 4, RA_LOOK_DIM, obs->evidence);
	}
	if (!fact->obs_count)
		ra_doc_say_in(doc, 2, RA_LOOK_PLAIN, "None.");
}

static void step_detail(const struct ra_view_step *step, struct ra_doc *doc)
{
	char clock[RA_UTC_TEXT_LEN];

	ra_doc_say(doc, RA_LOOK_TITLE, step->title);
	ra_tell_part(doc, "Step", step->id);
	ra_tell_part(doc, "Flow", step->flow);
	ra_tell_part(doc, "Entered at", ra_utc_format(step->at, clock));
	ra_tell_part(doc, "Left by", step->left_by);
	ra_tell_part(doc, "Because", step->because);
}

void ra_tell_detail(const struct ra_view *view, enum ra_board board, size_t at, struct ra_doc *doc)
{
	if (board == RA_BOARD_CAUSES && at < view->cause_count)
		cause_detail(&view->causes[at], doc);
	if (board == RA_BOARD_FACTS && at < view->fact_count)
		fact_detail(&view->facts[at], doc);
	if (board == RA_BOARD_STEPS && at < view->step_count)
		step_detail(&view->steps[at], doc);
	if (board == RA_BOARD_MAP && at < view->map_count)
		ra_tell_map_detail(view, at, doc);
	if (board == RA_BOARD_TOPICS && at < view->topic_count)
		ra_tell_topic(&view->topics[at], doc);
}

char *ra_tell_output(const struct ra_view_command *command)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};
	char clock[RA_UTC_TEXT_LEN], span[RA_SPAN_MAX];
	ra_err err = ra_buf_printf(&text, "%s $ %s\n%s, took %s", ra_tell_plane(command->plane), command->words,
				   ra_utc_format(command->at, clock), ra_tell_span(command->took_ms, span));

	if (!err && strcmp(command->why, "answered"))
		err = ra_buf_printf(&text, "; no answer: %s\n\n", command->why);
	else if (!err)
		err = ra_buf_printf(&text, "; status %d\n\n", command->status);
	if (!err && command->out)
		err = ra_buf_text(&text, command->out);
	if (!err && command->err && *command->err)
		err = ra_buf_printf(&text, "%s\nwhat it said on its error output:\n%s",
				    text.len && text.data[text.len - 1] == '\n' ? "" : "\n", command->err);
	if (!err && command->running)
		err = ra_buf_text(&text, "(still running)\n");
	else if (!err && !(command->out && *command->out) && !(command->err && *command->err))
		err = ra_buf_text(&text, "(nothing came back)\n");
	if (!err && command->truncated)
		err = ra_buf_text(&text, "\n(more came; it was cut here)\n");
	return err ? NULL : ra_buf_take(&text);
}
