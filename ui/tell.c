#include "config.h"

#include "ui/tell.h"

#include <inttypes.h>
#include <stdio.h>

#define SECOND_MS 1000
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define TAIL_MAX 128

const char *ra_tell_plane(const char *name)
{
	static const char *const words[][2] = {
	    {"ssh", "SSH"}, {"vcenter", "vCenter"}, {"bmc", "BMC"}, {"operator", "operator"}};

	for (size_t i = 0; i < RA_LEN(words); i++)
		if (!strcmp(words[i][0], name))
			return words[i][1];
	return name;
}

const char *ra_tell_danger(const char *danger)
{
	static const char *const words[][2] = {
	    {"", ""},
	    {"readonly", ""},
	    {"reversible", "This changes something; it can be taken back."},
	    {"disruptive", "DISRUPTIVE: interrupts the host or its management."},
	    {"irreversible", "IRREVERSIBLE: this can NOT be taken back."},
	};

	for (size_t i = 0; i < RA_LEN(words); i++)
		if (!strcmp(words[i][0], danger))
			return words[i][1];
	return danger;
}

enum ra_look ra_tell_look(const char *word)
{
	static const struct {
		const char *word;
		enum ra_look look;
	} looks[] = {
	    {"PASS", RA_LOOK_GOOD},     {"FAIL", RA_LOOK_BAD},      {"WARN", RA_LOOK_WARN},
	    {"UNKNOWN", RA_LOOK_ODD},   {"ERROR", RA_LOOK_ODD},     {"N/A", RA_LOOK_DIM},
	    {"likely", RA_LOOK_BAD},    {"possible", RA_LOOK_WARN}, {"open", RA_LOOK_ODD},
	    {"ruled out", RA_LOOK_DIM}, {"verified", RA_LOOK_GOOD}, {"unverified", RA_LOOK_BAD},
	    {"unknown", RA_LOOK_ODD},
	};

	for (size_t i = 0; i < RA_LEN(looks); i++)
		if (!strcmp(looks[i].word, word))
			return looks[i].look;
	return RA_LOOK_PLAIN;
}

const char *ra_tell_span(int64_t ms, char *out)
{
	if (ms < 0)
		ms = 0;
	if (ms < SECOND_MS / 10)
		snprintf(out, RA_SPAN_MAX, "<0.1 s");
	else if (ms < 10 * SECOND_MS)
		snprintf(out, RA_SPAN_MAX, "%" PRId64 ".%" PRId64 " s", ms / SECOND_MS, ms % SECOND_MS / 100);
	else if (ms < MINUTE_MS)
		snprintf(out, RA_SPAN_MAX, "%" PRId64 " s", ms / SECOND_MS);
	else if (ms < HOUR_MS)
		snprintf(out, RA_SPAN_MAX, "%" PRId64 " min %" PRId64 " s", ms / MINUTE_MS, ms % MINUTE_MS / SECOND_MS);
	else
		snprintf(out, RA_SPAN_MAX, "%" PRId64 " h %" PRId64 " min", ms / HOUR_MS, ms % HOUR_MS / MINUTE_MS);
	return out;
}

const char *ra_tell_clock(ra_utc_ms at, char *out)
{
	char text[RA_UTC_TEXT_LEN];

	out[0] = '\0';
	if (at == RA_UTC_NONE)
		return out;
	ra_utc_format(at - ((at % SECOND_MS) + SECOND_MS) % SECOND_MS, text);
	const char *clock = strchr(text, 'T');

	if (clock)
		snprintf(out, RA_SPAN_MAX, "%s", clock + 1);
	return out;
}

const char *ra_tell_when(ra_utc_ms at, ra_utc_ms now, char *out)
{
	char text[RA_UTC_TEXT_LEN];

	if (at == RA_UTC_NONE || now - at < 12 * (int64_t)HOUR_MS)
		return ra_tell_clock(at, out);
	snprintf(out, RA_SPAN_MAX, "%.10s %.5sZ", ra_utc_format(at, text), text + 11);
	return out;
}

bool ra_tell_busy(const struct ra_view *view)
{
	if (view->prompt.kind == RA_ASK_WAIT || view->prompt.scene == RA_SCENE_ACT)
		return true;
	for (size_t i = 0; i < view->command_count; i++)
		if (view->commands[i].running)
			return true;
	for (size_t i = 0; i < view->action_count; i++)
		if (view->actions[i].ended == RA_UTC_NONE)
			return true;
	return false;
}

const char *ra_tell_cancelled(const struct ra_view *view)
{
	if (view->prompt.may_cancel)
		return "asked for the change to be cancelled; its end tells whether it was";
	for (size_t i = 0; i < view->action_count; i++)
		if (view->actions[i].ended == RA_UTC_NONE)
			return "cancelled what was running; a change that was sent goes on";
	return "cancelled what was running";
}

const char *ra_tell_quit(const struct ra_view *view, char *out)
{
	bool over = view->prompt.kind == RA_ASK_END, unsaved = !*view->journal_path;

	out[0] = '\0';
	if (!over && ra_tell_busy(view))
		snprintf(out, RA_QUIT_MAX, "Something is under way.");
	else if (view->owed.count)
		snprintf(out, RA_QUIT_MAX, "%.400s", view->owed.items[0]);
	else if (unsaved)
		snprintf(out, RA_QUIT_MAX, "The record is not on disk.");
	return out;
}

static void tell_planes(const struct ra_view *view, bool only_down, struct ra_doc *doc)
{
	for (size_t i = 0; i < view->plane_count; i++) {
		const struct ra_view_plane *plane = &view->planes[i];
		bool down = !strcmp(plane->state, "down");

		/* Loud wherever the walk stands: what it says may be somebody else's word. */
		if (view->unchecked && !strcmp(plane->name, "vcenter") && !strcmp(plane->state, "up"))
			ra_doc_say(doc, RA_LOOK_WARN, "vCenter: its certificate is NOT CHECKED (--insecure).");
		if (!strcmp(plane->state, "up") || !strncmp(plane->state, "not ", 4) || (only_down && !down))
			continue;
		enum ra_look look = down ? RA_LOOK_WARN : RA_LOOK_PLAIN;

		ra_doc_printf(doc, &(struct ra_item){.look = look, .row = RA_DOC_NO_ROW}, "%s %s%s%s",
			      ra_tell_plane(plane->name), plane->state, *plane->say ? ": " : "", plane->say);
	}
}

/* Behind why a plane is down: how it is tried again, where it can be. Lines are typed one by one where nothing is wrapped. */
static void tell_mended(const struct ra_view *view, struct ra_doc *doc)
{
	char names[80] = "";
	size_t len = 0;

	for (size_t i = 0; i < view->plane_count && len < sizeof(names); i++)
		if (!strcmp(view->planes[i].state, "down")) {
			int n = snprintf(names + len, sizeof(names) - len, "%s%s", len ? " and " : "", ra_tell_plane(view->planes[i].name));

			len += n > 0 ? (size_t)n : 0;
		}
	if (*names && view->prompt.may_again)
		ra_doc_printf(doc, &(struct ra_item){.look = RA_LOOK_PLAIN, .row = RA_DOC_NO_ROW}, "Mended? %s tries %s again.",
			      doc->cols == RA_DOC_UNWRAPPED ? "r in a line of its own" : "r", names);
}

/* Why the last change was not done, until there is a newer one. */
static void tell_refused(const struct ra_view *view, struct ra_doc *doc)
{
	const struct ra_view_action *last = view->action_count ? &view->actions[view->action_count - 1] : NULL;

	if (last && last->ended != RA_UTC_NONE && last->said && *last->said)
		ra_doc_printf(doc, &(struct ra_item){.look = RA_LOOK_WARN, .row = RA_DOC_NO_ROW}, "%s: %s. %s", last->title, last->result,
			      last->said);
}

static void tell_running(const struct ra_view *view, struct ra_doc *doc)
{
	char line[RA_SPAN_MAX + 32], span[RA_SPAN_MAX];

	for (size_t i = 0; i < view->command_count; i++) {
		const struct ra_view_command *command = &view->commands[i];

		if (!command->running)
			continue;
		snprintf(line, sizeof(line), "%s  %s", ra_tell_plane(command->plane),
			 ra_tell_span(view->now - command->at, span));
		ra_doc_item(doc, &(struct ra_item){.lead = "running",
						   .lead_look = RA_LOOK_DIM,
						   .text = command->words,
						   .tail = line,
						   .row = RA_DOC_NO_ROW,
						   .verbatim = true});
	}
}

const char *ra_tell_watch(const struct ra_view *view, const struct ra_view_watch *watch, char *out)
{
	char span[RA_SPAN_MAX], ago[RA_SPAN_MAX];
	int64_t ms = watch->at != RA_UTC_NONE && view->now > watch->at ? view->now - watch->at : 0; /* RA_UTC_NONE: the least there is */

	if (ms < 60000) /* a tenth of a second is of no use here */
		snprintf(ago, sizeof(ago), "%d s", (int)(ms / 1000));
	else
		(void)ra_tell_span(ms, ago);
	if (watch->at == RA_UTC_NONE)
		snprintf(out, RA_WATCH_LINE_MAX, "%s: %s", ra_tell_plane(watch->plane), watch->say);
	else if (watch->at - watch->since < 1000)
		snprintf(out, RA_WATCH_LINE_MAX, "%s: %s (%s ago)", ra_tell_plane(watch->plane), watch->say, ago);
	else
		snprintf(out, RA_WATCH_LINE_MAX, "%s: %s for %s (%s ago)", ra_tell_plane(watch->plane), watch->say,
			 ra_tell_span((view->now - watch->since) / 1000 * 1000, span), ago);
	return out;
}

/* A restart that is waited for, as each plane saw it last. */
static void tell_watch(const struct ra_view *view, struct ra_doc *doc)
{
	const struct ra_view_prompt *prompt = &view->prompt;
	char line[RA_WATCH_LINE_MAX], span[RA_SPAN_MAX], woke[RA_SPAN_MAX];

	for (size_t i = 0; i < prompt->watch_count; i++)
		ra_doc_say(doc, RA_LOOK_PLAIN, ra_tell_watch(view, &prompt->watch[i], line));
	if (prompt->slept_ms) {
		snprintf(line, sizeof(line), "This machine stood still for %s, until %s. Everything is read anew since.",
			 ra_tell_span(prompt->slept_ms, span), ra_tell_clock(prompt->woke, woke));
		ra_doc_say(doc, RA_LOOK_WARN, line);
	}
}

static void tell_wait(const struct ra_view *view, struct ra_doc *doc)
{
	const struct ra_view_prompt *prompt = &view->prompt;
	char line[TAIL_MAX], span[RA_SPAN_MAX], until[RA_SPAN_MAX];

	if (prompt->since != RA_UTC_NONE) {
		snprintf(line, sizeof(line), "Waiting for %s.", ra_tell_span(view->now - prompt->since, span));
		ra_doc_say(doc, RA_LOOK_PLAIN, line);
	}
	if (prompt->deadline == RA_UTC_NONE)
		return;
	snprintf(line, sizeof(line), "It is given up at %s, in %s.", ra_tell_clock(prompt->deadline, until),
		 ra_tell_span(prompt->deadline - view->now, span));
	ra_doc_say(doc, RA_LOOK_PLAIN, line);
}

/* A change that was sent: how far it is, and for how long it is under way. */
static void tell_sent(const struct ra_view *view, struct ra_doc *doc)
{
	const struct ra_view_prompt *prompt = &view->prompt;
	bool told = prompt->progress && *prompt->progress;
	char line[TAIL_MAX], span[RA_SPAN_MAX];

	if (prompt->scene != RA_SCENE_ACT || prompt->since == RA_UTC_NONE)
		return;
	snprintf(line, sizeof(line), "%s%s for %s.", told ? prompt->progress : "", told ? " done, under way" : "Under way",
		 ra_tell_span(view->now - prompt->since, span));
	ra_doc_gap(doc);
	ra_doc_say(doc, RA_LOOK_TITLE, line);
}

static const char *step_title(const struct ra_view *view)
{
	for (size_t i = view->step_count; i-- > 0;)
		if (view->steps[i].mark == RA_MARK_NOW)
			return view->steps[i].title;
	return view->flow_title;
}

/* What is asked is more pressing than the step's words, which were read before: a wait, and a check asked by hand
 * (it has a title of its own). */
static bool prompt_first(const struct ra_view *view)
{
	const struct ra_view_prompt *prompt = &view->prompt;
	bool question = prompt->kind == RA_ASK_CHOICE || prompt->kind == RA_ASK_MANY;

	return prompt->kind == RA_ASK_WAIT ||
	       (question && prompt->scene == RA_SCENE_WALK && *prompt->title && strcmp(prompt->title, step_title(view)));
}

static void tell_prompt(const struct ra_view_prompt *prompt, struct ra_doc *doc)
{
	if (*prompt->text) {
		ra_doc_gap(doc);
		ra_doc_say(doc, RA_LOOK_PLAIN, prompt->text);
	}
	if (*prompt->hint && prompt->kind != RA_ASK_TYPED) {
		ra_doc_gap(doc);
		ra_doc_say(doc, RA_LOOK_PLAIN, prompt->hint);
	}
}

void ra_tell_walk(const struct ra_view *view, struct ra_doc *doc)
{
	const struct ra_view_prompt *prompt = &view->prompt;

	ra_doc_say(doc, RA_LOOK_TITLE, *prompt->title ? prompt->title : step_title(view));
	ra_doc_say(doc, RA_LOOK_DANGER, ra_tell_danger(prompt->danger));
	for (size_t i = 0; prompt->scene != RA_SCENE_CONNECT && i < view->since.count; i++)
		ra_doc_say(doc, RA_LOOK_WARN, view->since.items[i]);
	/* Who is asked by hand, or reads what is not known, learns first that nobody answered, and why. */
	if (prompt->scene == RA_SCENE_WALK && prompt->kind != RA_ASK_NOTHING) {
		tell_planes(view, true, doc);
		tell_mended(view, doc);
	}
	tell_refused(view, doc);
	if (prompt_first(view))
		tell_prompt(prompt, doc);
	if (prompt->kind == RA_ASK_WAIT) {
		ra_doc_gap(doc);
		tell_wait(view, doc);
		if (prompt->watch_count)
			ra_doc_gap(doc);
		tell_watch(view, doc);
	}
	/* A key, a certificate, a password: the question alone, for it is read to the letter. */
	for (size_t i = 0; prompt->scene != RA_SCENE_CONNECT && i < view->say.count; i++) {
		if (strstr(prompt->text, view->say.items[i])) /* a confirmation repeats the step's words */
			continue;
		ra_doc_gap(doc);
		ra_doc_say(doc, RA_LOOK_PLAIN, view->say.items[i]);
	}
	tell_sent(view, doc);
	if (!prompt_first(view))
		tell_prompt(prompt, doc);
	ra_doc_gap(doc);
	if (prompt->kind == RA_ASK_NOTHING)
		tell_planes(view, false, doc);
	tell_running(view, doc);
	ra_doc_trim(doc);
}

/* True when no later request of the same check went to the same plane. */
static bool is_newest(const struct ra_view *view, size_t at)
{
	for (size_t i = at + 1; i < view->command_count; i++)
		if (!strcmp(view->commands[i].check, view->commands[at].check) &&
		    !strcmp(view->commands[i].plane, view->commands[at].plane))
			return false;
	return true;
}

/* What was asked for a check, word for word, once for each plane. */
static void tell_commands(const struct ra_view *view, const char *check, struct ra_item item, struct ra_doc *doc)
{
	char tail[TAIL_MAX], span[RA_SPAN_MAX];

	for (size_t i = 0; i < view->command_count; i++) {
		const struct ra_view_command *command = &view->commands[i];

		if (strcmp(command->check, check) || !is_newest(view, i))
			continue;
		snprintf(tail, sizeof(tail), "%s  %s", ra_tell_plane(command->plane),
			 command->running ? "running" : ra_tell_span(command->took_ms, span));
		item.tail = tail;
		ra_doc_printf(doc, &item, "$ %s", command->words);
	}
}

static void tell_result(const struct ra_view *view, const struct ra_view_result *result, int row, bool brief,
			struct ra_doc *doc)
{
	const char *verdict = result->running ? "..." : result->verdict;
	char tail[TAIL_MAX], clock[RA_SPAN_MAX];
	int indent = (int)strlen(verdict) + 2;

	snprintf(tail, sizeof(tail), "%s%s%s", result->planes, *result->planes ? "  " : "",
		 result->running ? "running" : ra_tell_when(result->at, view->now, clock));
	ra_doc_item(doc, &(struct ra_item){.lead = verdict,
					   .lead_look = ra_tell_look(verdict),
					   .text = *result->title ? result->title : result->check,
					   .tail = tail,
					   .row = row});
	if (brief && (!strcmp(result->verdict, "PASS") || !strcmp(result->verdict, "INFO")))
		return;
	if (*result->shown)
		ra_doc_item(doc, &(struct ra_item){.text = result->shown, .indent = indent, .row = row});
	if (*result->why && strcmp(result->verdict, "PASS"))
		ra_doc_item(doc, &(struct ra_item){.text = result->why, .indent = indent, .row = row});
	for (size_t i = 0; i < result->disputed.count; i++)
		ra_doc_item(doc, &(struct ra_item){.text = result->disputed.items[i], .indent = indent, .row = row});
	tell_commands(view, result->check,
		      (struct ra_item){.look = RA_LOOK_DIM, .indent = indent, .row = row, .verbatim = true}, doc);
}

static void tell_field(const struct ra_view_prompt *prompt, int row, struct ra_doc *doc)
{
	const struct ra_item label = {.row = row};

	if (ra_row_types_yes(prompt))
		ra_doc_printf(doc, &label, "To do it, type  yes  here, then Enter:");
	else if (prompt->kind == RA_ASK_SECRET)
		ra_doc_printf(doc, &label, "Type or paste it here, then Enter:");
	else if (*prompt->hint)
		ra_doc_printf(doc, &label, "To do it, type  %s  here, then Enter:", prompt->hint);
	else
		ra_doc_printf(doc, &label, "Type the answer here, then Enter:");
	ra_doc_item(doc, &label); /* where it is typed */
}

static void tell_option(const struct ra_view_prompt *prompt, size_t index, uint64_t marks, int row, struct ra_doc *doc)
{
	const char *lead = NULL;

	if (prompt->kind == RA_ASK_MANY)
		lead = marks >> index & 1 ? "[x]" : "[ ]";
	ra_doc_item(doc, &(struct ra_item){.lead = lead, .text = prompt->options[index].say, .row = row});
}

void ra_tell_rows(const struct ra_view *view, const struct ra_rows *rows, uint64_t marks, bool brief,
		  struct ra_doc *doc)
{
	for (int i = 0; i < rows->count; i++) {
		struct ra_row row = rows->rows[i];

		if (i && rows->rows[i - 1].kind == RA_ROW_RESULT && row.kind != RA_ROW_RESULT)
			ra_doc_gap(doc);
		if (row.kind == RA_ROW_RESULT)
			tell_result(view, &view->results[row.index], i, brief, doc);
		else if (row.kind == RA_ROW_OPTION)
			tell_option(&view->prompt, row.index, marks, i, doc);
		else if (row.kind == RA_ROW_FIELD)
			tell_field(&view->prompt, i, doc);
		else
			ra_doc_item(doc, &(struct ra_item){.text = ra_row_words(&view->prompt, row.kind), .row = i});
	}
}
