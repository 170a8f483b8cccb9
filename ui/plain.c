#include "config.h"

#include "ui/plain.h"
#include "base/text.h"
#include "ui/lines.h"
#include "ui/tell.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define WATCH_MS 60000 /* all of it is told so often while a restart is waited for */
#define WATCH_MAX 3

struct plain {
	struct ra_lines lines;
	struct ra_errs *errs;
	ra_err err; /* of the first line that could not be written */
	const struct ra_walk *walk;
	struct ra_view *view;
	uint64_t version, prompt;
	bool prompt_shown, over, changed;
	int64_t told_seq; /* of the last command that was told */
	char ran[64]; /* the check that was asked for alone, "" */
	ra_utc_ms ran_was;
	char told_change[48]; /* what was last told of a change under way */
	char watch[WATCH_MAX][160], watch_hint[256]; /* what was last told while a restart is waited for */
	ra_utc_ms watch_told; /* when all of it was, 0 not yet */
	enum ra_left left;
};

static void put(struct plain *plain, const char *fmt, ...) RA_PRINTF(2, 3);
static void put(struct plain *plain, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (!plain->err)
		plain->err = ra_lines_vprint(&plain->lines, plain->errs, fmt, args);
	va_end(args);
}

static void put_doc(struct plain *plain, const struct ra_doc *doc)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};

	if (ra_doc_text(doc, &text))
		plain->err = ra_fail(plain->errs, RA_E_NOMEM, "no memory");
	put(plain, "%s", ra_buf_str(&text));
}

/* The rows of the prompt alone: results stand in the text. Out: the first of them. */
static int prompt_rows(const struct ra_view *view, struct ra_rows *rows)
{
	int first = 0;

	ra_rows_make(view, rows);
	while (first < rows->count && rows->rows[first].kind == RA_ROW_RESULT)
		first++;
	return first;
}

/* Results as they are, then the rows of the prompt with numbers. */
static void put_rows(struct plain *plain)
{
	RA_AUTO(ra_doc_free) struct ra_doc doc = {.cols = RA_DOC_UNWRAPPED};
	struct ra_rows rows;
	int first = prompt_rows(plain->view, &rows), last = -1;

	ra_tell_rows(plain->view, &rows, 0, false, &doc);
	for (size_t i = 0; i < doc.count; i++) {
		RA_AUTO(ra_buf_free) struct ra_buf text = {0};
		int row = doc.lines[i].row;

		if (ra_doc_line_text(&doc, i, &text))
			plain->err = ra_fail(plain->errs, RA_E_NOMEM, "no memory");
		if (row < first)
			put(plain, "%s\n", ra_buf_str(&text));
		else if (row != last && rows.rows[row].kind == RA_ROW_OPTION) /* without the marks of a screen */
			put(plain, "  %d. %s\n", row - first + 1,
			    plain->view->prompt.options[rows.rows[row].index].say);
		else if (row != last && rows.rows[row].kind != RA_ROW_DONE)
			put(plain, "  %d. %s\n", row - first + 1, ra_buf_str(&text));
		last = row;
	}
}

static void put_page(struct plain *plain)
{
	RA_AUTO(ra_doc_free) struct ra_doc doc = {.cols = RA_DOC_UNWRAPPED};

	if (plain->view->prompt.kind == RA_ASK_END)
		ra_tell_outcome(plain->view, &doc);
	else
		ra_tell_walk(plain->view, &doc);
	put(plain, "\n");
	put_doc(plain, &doc);
	put_rows(plain);
}

static void put_ask(struct plain *plain)
{
	static const char *const asks[] = {
	    [RA_ASK_NOTHING] = "",
	    [RA_ASK_GO_ON] = "An empty line goes on",
	    [RA_ASK_CHOICE] = "Choose a number",
	    [RA_ASK_MANY] = "Choose one or more numbers",
	    [RA_ASK_YES_NO] = "Choose a number",
	    [RA_ASK_TYPED] = "Choose a number",
	    [RA_ASK_SECRET] = "Choose a number",
	    [RA_ASK_WAIT] = "Choose a number, or wait",
	    [RA_ASK_END] = "Choose a number",
	};

	put(plain, "%s (? help): ", asks[plain->view->prompt.kind]);
}

/* What was asked of the host since last time. */
static void put_progress(struct plain *plain)
{
	for (size_t i = 0; i < plain->view->command_count; i++) {
		const struct ra_view_command *command = &plain->view->commands[i];
		char span[RA_SPAN_MAX];

		if (command->running || command->seq <= plain->told_seq)
			continue;
		plain->told_seq = command->seq;
		put(plain, "%s $ %s (%s%s%s)\n", ra_tell_plane(command->plane), command->words,
		    ra_tell_span(command->took_ms, span), strcmp(command->why, "answered") ? ", " : "",
		    strcmp(command->why, "answered") ? command->why : "");
	}
}

/* How far a change is that was sent: each tenth, and when it can be cancelled. */
static void put_change(struct plain *plain)
{
	const struct ra_view_prompt *prompt = &plain->view->prompt;
	bool sent = prompt->scene == RA_SCENE_ACT && prompt->kind == RA_ASK_NOTHING && prompt->since != RA_UTC_NONE;
	char told[sizeof(plain->told_change)] = "";

	if (sent)
		snprintf(told, sizeof(told), "%ld %d", prompt->progress ? strtol(prompt->progress, NULL, 10) / 10 : 0, prompt->may_cancel);
	if (!strcmp(told, plain->told_change))
		return;
	snprintf(plain->told_change, sizeof(plain->told_change), "%s", told);
	if (sent)
		put(plain, "%s%s%s. %s\n", prompt->title, prompt->progress && *prompt->progress ? ": " : "",
		    prompt->progress ? prompt->progress : "", prompt->hint);
}

/* A restart that is waited for: a line when a plane says something else, and all of them each minute. */
static void put_watch(struct plain *plain)
{
	const struct ra_view *view = plain->view;
	const struct ra_view_prompt *prompt = &view->prompt;
	bool all = prompt->watch_count && view->now - plain->watch_told >= WATCH_MS;
	char line[RA_WATCH_LINE_MAX], span[RA_SPAN_MAX];

	for (size_t i = 0; i < RA_LEN(plain->watch); i++) {
		const struct ra_view_watch *watch = i < prompt->watch_count ? &prompt->watch[i] : NULL;

		if (watch && watch->at != RA_UTC_NONE && (all || strcmp(watch->say, plain->watch[i])))
			put(plain, "%s\n", ra_tell_watch(view, watch, line));
		snprintf(plain->watch[i], sizeof(plain->watch[i]), "%s", watch ? watch->say : "");
	}
	if (all && prompt->since != RA_UTC_NONE && plain->watch_told)
		put(plain, "Waiting for %s.\n", ra_tell_span(view->now - prompt->since, span));
	if (prompt->watch_count && *prompt->hint && strcmp(prompt->hint, plain->watch_hint))
		put(plain, "%s\n", prompt->hint);
	snprintf(plain->watch_hint, sizeof(plain->watch_hint), "%s", prompt->watch_count ? prompt->hint : "");
	plain->watch_told = !prompt->watch_count ? 0 : all ? view->now : plain->watch_told;
}

static void say_errs(struct plain *plain, const struct ra_errs *errs)
{
	char line[RA_ERRS_MAX * RA_ERR_TEXT_MAX];
	RA_AUTO(ra_mem_free) char *clean = ra_text_clean_dup(ra_errs_line(errs, line, sizeof(line)), false);

	put(plain, "%s\n", clean ? clean : "no memory");
}

static void leave(struct plain *plain, enum ra_left left)
{
	plain->over = true;
	plain->left = plain->view->prompt.kind == RA_ASK_END && left == RA_LEFT_OPERATOR ? RA_LEFT_END : left;
	ra_err err = ra_session_stop(plain->walk->session, left == RA_LEFT_SIGNAL ? "signal" : "operator", plain->errs);

	if (!plain->err && left != RA_LEFT_SIGNAL)
		plain->err = err;
}

static void quit(struct plain *plain)
{
	char why[RA_QUIT_MAX];
	bool over = plain->view->prompt.kind == RA_ASK_END;

	/* At the end the document was offered in a row of its own; a record in memory is not asked about again. */
	if (!plain->walk->demo && *ra_tell_quit(plain->view, why) && (!over || plain->view->owed.count)) {
		put(plain, "%s Leave? y leaves: ", why);
		if (ra_lines_read(&plain->lines, false) && strcasecmp(ra_lines_text(&plain->lines), "y"))
			return;
	}
	leave(plain, RA_LEFT_OPERATOR);
}

static void answer(struct plain *plain, struct ra_word word)
{
	struct ra_errs own;

	ra_errs_clear(&own);
	word.prompt = plain->view->prompt.id;
	if (ra_session_answer(plain->walk->session, &word, &own))
		say_errs(plain, &own);
	plain->prompt_shown = false;
}

/* What is typed for the prompt's field. */
static void answer_field(struct plain *plain)
{
	const struct ra_view_prompt *prompt = &plain->view->prompt;
	bool secret = prompt->kind == RA_ASK_SECRET;

	if (secret)
		put(plain, "Type or paste it, in one line; nothing is shown: ");
	else if (ra_row_types_yes(prompt))
		put(plain, "Type yes to do it: ");
	else
		put(plain, "Type %s%s", *prompt->hint ? prompt->hint : "the answer",
		    *prompt->hint ? " to do it: " : ": ");
	bool whole = ra_lines_read(&plain->lines, secret);
	const char *typed = ra_lines_text(&plain->lines);

	if (secret)
		put(plain, "\n");
	plain->prompt_shown = false;
	if (!whole)
		return;
	if (!*typed)
		put(plain, "Nothing was typed.\n");
	else if (secret)
		answer(plain, (struct ra_word){.kind = RA_WORD_SECRET, .secret = plain->lines.line});
	else if (prompt->kind != RA_ASK_YES_NO)
		answer(plain, (struct ra_word){.kind = RA_WORD_TYPED, .typed = typed});
	else if (!strcasecmp(typed, "yes"))
		answer(plain, (struct ra_word){.kind = RA_WORD_YES});
	else
		put(plain, "That was not yes: nothing is done.\n");
}

static void export_to(struct plain *plain, const char *format)
{
	char say[RA_ERR_TEXT_MAX] = "";
	struct ra_errs own;

	ra_errs_clear(&own);
	if (plain->walk->export_to(plain->walk->payload, plain->walk->session, *format ? format : "md", say,
				   sizeof(say), &own))
		say_errs(plain, &own);
	else
		put(plain, "%s\n", say);
}

static void session_word(struct plain *plain, ra_err (*ask)(struct ra_session *, const char *, struct ra_errs *),
			 const char *text)
{
	struct ra_errs own;

	ra_errs_clear(&own);
	if (ask(plain->walk->session, text, &own))
		say_errs(plain, &own);
	plain->prompt_shown = false;
}

static ra_err go_back(struct ra_session *session, const char *text, struct ra_errs *errs)
{
	(void)text;
	return ra_session_back(session, errs);
}

/* Leave what the prompt asks for, with a reason where it wants one. */
static void pass_over(struct plain *plain, struct ra_word word)
{
	if (plain->view->prompt.skip_why) {
		put(plain, "Why, in a few words for the record: ");
		bool whole = ra_lines_read(&plain->lines, false);
		const char *why = ra_lines_text(&plain->lines);

		plain->prompt_shown = false;
		if (!whole)
			return;
		if (!why[strspn(why, " \t")]) {
			put(plain, "Without a reason it is not left; nothing was done.\n");
			return;
		}
		word = (struct ra_word){.kind = RA_WORD_SKIP, .typed = why};
	}
	answer(plain, word);
}

static void do_row(struct plain *plain, struct ra_row row)
{
	const struct ra_view_prompt *prompt = &plain->view->prompt;
	const char *ids[] = {NULL, NULL};

	switch (row.kind) {
	case RA_ROW_OPTION:
		ids[0] = prompt->options[row.index].id;
		answer(plain, (struct ra_word){.kind = RA_WORD_CHOOSE, .ids = ids});
		break;
	case RA_ROW_GO:
		answer(plain, (struct ra_word){.kind = RA_WORD_GO});
		break;
	case RA_ROW_YES:
		answer(plain, (struct ra_word){.kind = RA_WORD_YES});
		break;
	case RA_ROW_NO:
		pass_over(plain, (struct ra_word){.kind = RA_WORD_NO});
		break;
	case RA_ROW_SKIP:
		pass_over(plain, (struct ra_word){.kind = RA_WORD_SKIP});
		break;
	case RA_ROW_FIELD:
		answer_field(plain);
		break;
	case RA_ROW_BACK:
		session_word(plain, go_back, NULL);
		break;
	case RA_ROW_EXPORT:
		export_to(plain, "md");
		break;
	case RA_ROW_LEAVE:
		quit(plain);
		break;
	case RA_ROW_DONE:
		put(plain, "Choose the numbers of what is so, with blanks between.\n");
		break;
	case RA_ROW_RESULT:
	case RA_ROW_KEEP_WAITING:
	case RA_ROW_NONE:
		break;
	}
}

/* "1 3" or "1,3". Out: false when it is no list of options. */
static bool answer_many(struct plain *plain, const char *line)
{
	const struct ra_view_prompt *prompt = &plain->view->prompt;
	const char *ids[RA_OPTIONS_MAX + 1] = {NULL};
	char *end;
	size_t count = 0;

	for (; *line; line = end) {
		line += strspn(line, " ,\t");
		long number = strtol(line, &end, 10);

		if (!*line)
			break;
		if (end == line || number < 1 || (size_t)number > prompt->option_count || count == RA_OPTIONS_MAX)
			return false;
		ids[count++] = prompt->options[number - 1].id;
	}
	if (count)
		answer(plain, (struct ra_word){.kind = RA_WORD_CHOOSE, .ids = ids});
	return count > 0;
}

static void put_board(struct plain *plain, enum ra_board board)
{
	RA_AUTO(ra_doc_free) struct ra_doc doc = {.cols = RA_DOC_UNWRAPPED};
	int last = -1;

	ra_tell_board(plain->view, board, &doc);
	put(plain, "%s\n", ra_tell_board_title(board));
	for (size_t i = 0; i < doc.count; i++) {
		RA_AUTO(ra_buf_free) struct ra_buf text = {0};
		int row = doc.lines[i].row;

		if (ra_doc_line_text(&doc, i, &text))
			plain->err = ra_fail(plain->errs, RA_E_NOMEM, "no memory");
		if (row >= 0 && row != last)
			put(plain, "  %d. %s\n", row + 1, ra_buf_str(&text));
		else
			put(plain, "     %s\n", ra_buf_str(&text));
		last = row;
	}
}

/* The flow map, or all that is known of one of its rows. */
static void put_map(struct plain *plain, const char *which)
{
	RA_AUTO(ra_doc_free) struct ra_doc doc = {.cols = RA_DOC_UNWRAPPED};
	int row = *which ? ra_line_number(which, (int)plain->view->map_count) : 0;

	if (!*which) {
		put_board(plain, RA_BOARD_MAP);
		return;
	}
	if (row)
		ra_tell_detail(plain->view, RA_BOARD_MAP, (size_t)row - 1, &doc);
	else
		ra_doc_say(&doc, RA_LOOK_PLAIN, "there is no such row in the map");
	put_doc(plain, &doc);
}

/* The whole output of a request, by its number in the list of requests; the last one without a number. */
static void put_output(struct plain *plain, const char *which)
{
	struct ra_view *view = NULL;
	struct ra_errs own;

	ra_errs_clear(&own);
	if (ra_session_view(plain->walk->session, true, &view, &own)) {
		say_errs(plain, &own);
		return;
	}
	size_t at = *which ? (size_t)ra_line_number(which, (int)view->command_count) : view->command_count;
	RA_AUTO(ra_mem_free) char *text = at ? ra_tell_output(&view->commands[at - 1]) : NULL;

	put(plain, "%s\n", text ? text : "there is no such request");
	ra_view_free(view);
}

/* "7" or "trustedboot". Out: NULL when there is none. */
static const struct ra_view_check *check_named(const struct plain *plain, const char *which)
{
	int number = ra_line_number(which, (int)plain->view->palette_count);

	return number ? &plain->view->palette[number - 1] : ra_tell_palette_row(plain->view, which);
}

/* One check alone; without a name all there are. */
static void run_check(struct plain *plain, const char *which)
{
	const struct ra_view_check *check = *which ? check_named(plain, which) : NULL;
	struct ra_errs own;

	ra_errs_clear(&own);
	if (!*which)
		put_board(plain, RA_BOARD_PALETTE);
	else if (!check)
		put(plain, "There is no such check; t alone names them.\n");
	else if (ra_session_run(plain->walk->session, check->check, &own))
		say_errs(plain, &own);
	if (!check || own.count)
		return;
	snprintf(plain->ran, sizeof(plain->ran), "%s", check->check);
	plain->ran_was = check->at;
}

/* Its answer has come: verdict and output. */
static void put_ran(struct plain *plain)
{
	const struct ra_view_check *check = *plain->ran ? ra_tell_palette_row(plain->view, plain->ran) : NULL;
	struct ra_view *view = NULL;
	struct ra_errs own;

	ra_errs_clear(&own);
	if (!check || check->running || check->at == RA_UTC_NONE || check->at == plain->ran_was)
		return;
	if (ra_session_view(plain->walk->session, true, &view, &own)) {
		say_errs(plain, &own);
	} else {
		RA_AUTO(ra_mem_free) char *text = ra_tell_check(view, plain->ran);

		put(plain, "\n%s\n", text ? text : "no memory");
	}
	ra_view_free(view);
	plain->ran[0] = '\0';
	if (plain->prompt_shown)
		put_ask(plain);
}

/* A page of help; without a number all there are. */
static void put_topic(struct plain *plain, const char *which)
{
	int number = ra_line_number(which, (int)plain->view->topic_count);
	RA_AUTO(ra_doc_free) struct ra_doc doc = {.cols = RA_DOC_UNWRAPPED};

	if (!number) {
		put_board(plain, RA_BOARD_TOPICS);
		put(plain, "i NUMBER shows a page.\n");
		return;
	}
	ra_tell_topic(&plain->view->topics[number - 1], &doc);
	put_doc(plain, &doc);
}

/* What was done; with a number, go to the step that undoes it. */
static void undo(struct plain *plain, const char *which)
{
	int number = *which ? ra_line_number(which, (int)plain->view->action_count) : 0;
	const struct ra_view_action *action = number ? &plain->view->actions[number - 1] : NULL;

	if (!*which) {
		put_board(plain, RA_BOARD_DONE);
		if (plain->view->action_count)
			put(plain, "u NUMBER goes to the step that undoes it; that step asks before it does anything.\n");
	} else if (!action) {
		put(plain, "There is no such row; u alone shows them.\n");
	} else if (!strcmp(action->undone, "open")) {
		session_word(plain, ra_session_undo, action->undo_step);
	} else {
		put(plain, "%s\n", !strcmp(action->undone, "undone") ? "That was undone already." : "No step of this flow undoes that.");
	}
}

static void put_help(struct plain *plain)
{
	put(plain, "A number does what its row says. Letters, each in a line of its own:\n"
		   "  b  one step back\n"
		   "  c  every request that was sent, word for word; v NUMBER shows what came back for one\n"
		   "  a  the causes   f  what is known   s  the steps so far\n"
		   "  m  the flow map: the way taken and what can still come; m NUMBER shows one row\n"
		   "  r  run the checks of this step again; tries what is down, too\n"
		   "  t  all checks; t NUMBER or t NAME runs one alone\n"
		   "  i  what the words mean; i NUMBER shows a page\n"
		   "  u  what was done, and whether it can be undone; u NUMBER goes to the step that does\n"
		   "  n TEXT  a note into the record\n"
		   "  e md, e html, e txt, e json  write the transcript to a file\n"
		   "  p  this page again\n"
		   "  q  leave; the end of input leaves, too\n");
}

/* A letter, and what stands behind it. Out: false when it is none. */
static bool do_letter(struct plain *plain, const char *line)
{
	const char *rest = *line ? line + 1 : line;

	if (*rest && *rest != ' ')
		return false;
	rest += strspn(rest, " \t");
	switch (tolower((unsigned char)*line)) {
	case 'b':
		session_word(plain, go_back, NULL);
		return true;
	case 'c':
		put_board(plain, RA_BOARD_COMMANDS);
		return true;
	case 'a':
		put_board(plain, RA_BOARD_CAUSES);
		return true;
	case 'f':
		put_board(plain, RA_BOARD_FACTS);
		return true;
	case 's':
		put_board(plain, RA_BOARD_STEPS);
		return true;
	case 'm':
		put_map(plain, rest);
		return true;
	case 't':
		run_check(plain, rest);
		return true;
	case 'u':
		undo(plain, rest);
		return true;
	case 'i':
		put_topic(plain, rest);
		return true;
	case 'v':
		put_output(plain, rest);
		return true;
	case 'r':
		session_word(plain, ra_session_again, "");
		return true;
	case 'n':
		if (*rest)
			session_word(plain, ra_session_note, rest);
		else
			put(plain, "n TEXT writes a note.\n");
		return true;
	case 'e':
		export_to(plain, rest);
		return true;
	case 'p':
		plain->prompt_shown = false;
		return true;
	case '?':
		put_help(plain);
		return true;
	case 'q':
		quit(plain);
		return true;
	default:
		return false;
	}
}

static void do_line(struct plain *plain)
{
	const struct ra_view_prompt *prompt = &plain->view->prompt;
	RA_AUTO(ra_mem_free)
	char *line = strdup(ra_lines_text(&plain->lines)); /* an answer read on the way takes its place */
	struct ra_rows rows;
	int first = prompt_rows(plain->view, &rows), number;

	if (!line) {
		plain->err = ra_fail(plain->errs, RA_E_NOMEM, "no memory");
		return;
	}
	if (!line[strspn(line, " \t")]) {
		if (prompt->kind == RA_ASK_GO_ON)
			answer(plain, (struct ra_word){.kind = RA_WORD_GO});
		return;
	}
	if (do_letter(plain, line))
		return;
	if (prompt->kind == RA_ASK_MANY && answer_many(plain, line))
		return;
	number = ra_line_number(line, rows.count - first);
	if (number)
		do_row(plain, rows.rows[first + number - 1]);
	else
		put(plain, "That is none of the numbers or letters here.\n");
}

static void refresh(struct plain *plain)
{
	enum ra_happened happened = RA_HAPPENED_CHANGE;
	struct ra_session *which;
	struct ra_errs own;

	while (happened != RA_HAPPENED_NOTHING) {
		ra_errs_clear(&own);
		ra_err err = ra_hub_step(plain->walk->hub, &happened, &which, &own);

		if (err)
			say_errs(plain, &own);
		if (err == RA_E_NOMEM)
			plain->err = err;
		if (err)
			break;
	}
	uint64_t version = ra_session_version(plain->walk->session);
	struct ra_view *view = NULL;

	plain->changed = !plain->view || version != plain->version;
	if (!plain->changed || plain->err)
		return;
	plain->err = ra_session_view(plain->walk->session, false, &view, plain->errs);
	if (plain->err)
		return;
	ra_view_free(plain->view);
	plain->view = view;
	plain->version = version;
}

/* Ctrl-C asks for a change to be cancelled where that is offered; every other signal ends the walk. Out: whether it ended. */
static bool take_signal(struct plain *plain)
{
	if (plain->lines.signal_number != SIGINT || !plain->view->prompt.may_cancel) {
		leave(plain, RA_LEFT_SIGNAL);
		return true;
	}
	plain->lines.signal_number = 0;
	ra_session_cancel(plain->walk->session);
	return false;
}

/* Wait for the hub, a signal, or a line. A line is read only when a question stands; while the walk waits for a change,
 * only from a terminal: a script's next line answers the next question. */
static void wait_for_more(struct plain *plain)
{
	struct pollfd fds[2 + RA_HUB_FDS_MAX];
	enum ra_prompt_kind kind = plain->view->prompt.kind;
	bool reading = kind != RA_ASK_NOTHING && (kind != RA_ASK_WAIT || plain->lines.tty);
	int timeout_ms = -1, count = ra_hub_poll(plain->walk->hub, fds + 2, RA_HUB_FDS_MAX, &timeout_ms);

	/* The end of input may have been seen already, behind a last line that was not ended. */
	if (reading && plain->lines.ended) {
		leave(plain, RA_LEFT_OPERATOR);
		return;
	}
	ra_lines_poll(&plain->lines, fds, reading);
	if (poll(fds, (nfds_t)(2 + count), timeout_ms) < 0) {
		if (errno != EINTR)
			plain->err = ra_fail(plain->errs, RA_E_IO, "waiting for a line failed: %s", strerror(errno));
		return;
	}
	bool whole = ra_lines_take(&plain->lines, fds);

	if (plain->lines.signal_number)
		take_signal(plain);
	else if (whole)
		do_line(plain);
	else if (reading && plain->lines.ended)
		leave(plain, RA_LEFT_OPERATOR);
	if (whole && !plain->over && plain->prompt_shown)
		put_ask(plain);
}

static void walk_run(struct plain *plain)
{
	while (!plain->over && !plain->err) {
		refresh(plain);
		if (plain->err)
			break;
		if (plain->changed) {
			put_progress(plain);
			put_change(plain);
			put_watch(plain);
			put_ran(plain);
		}
		if (plain->lines.signal_number && take_signal(plain))
			break;
		if (plain->view->prompt.kind != RA_ASK_NOTHING &&
		    (!plain->prompt_shown || plain->prompt != plain->view->prompt.id)) {
			plain->prompt = plain->view->prompt.id;
			plain->prompt_shown = true;
			put_page(plain);
			put_ask(plain);
		}
		if (!plain->err)
			wait_for_more(plain);
	}
}

ra_err ra_plain_walk(void *payload, const struct ra_walk *walk, enum ra_left *left, int *signal_number,
		     struct ra_errs *errs)
{
	const struct ra_plain_options *options = payload;
	struct plain plain = {.walk = walk, .left = RA_LEFT_OPERATOR, .told_seq = -1, .errs = errs};
	ra_err err = ra_lines_begin(&plain.lines, options->ascii, errs);

	if (err)
		return err;
	walk_run(&plain);
	if (!plain.err)
		put(&plain, "\n");
	*left = plain.left;
	*signal_number = plain.lines.signal_number;
	ra_lines_end(&plain.lines);
	ra_view_free(plain.view);
	return plain.err;
}
