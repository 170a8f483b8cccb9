#include "config.h"

#include "ui/frame.h"
#include "ui/screen.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What is at hand while one key is taken. */
struct hand {
	struct ra_screen *screen;
	const struct ra_view *view;
	const struct ra_key_event *event;
	const struct ra_secret *pasted;
	struct ra_rows rows;
	struct ra_wish *wish;
};

static void wish(struct hand *hand, enum ra_wish_kind kind, const char *text)
{
	hand->wish->kind = kind;
	hand->wish->text = text;
}

static void answer(struct hand *hand, int kind)
{
	hand->wish->kind = RA_WISH_ANSWER;
	hand->wish->word.prompt = hand->view->prompt.id;
	hand->wish->word.kind = kind;
	hand->wish->word.ids = hand->wish->ids;
}

static void open_asking(struct hand *hand, enum ra_asking asking)
{
	ra_err err = ra_input_begin(&hand->screen->line, false);

	(void)err; /* a plain field needs no memory to begin */
	hand->screen->asking = asking;
}

/* Leave what the prompt asks for, with a reason where it wants one. */
static void pass_over(struct hand *hand, int kind)
{
	if (!hand->view->prompt.skip_why) {
		answer(hand, kind);
		return;
	}
	hand->screen->leaving = hand->view->prompt.id;
	open_asking(hand, RA_ASKING_WHY);
}

static void leave(struct hand *hand)
{
	char question[RA_QUIT_MAX];

	if (hand->screen->demo || !*ra_tell_quit(hand->view, question))
		wish(hand, RA_WISH_LEAVE, NULL);
	else
		open_asking(hand, RA_ASKING_QUIT);
}

static bool is_running(const struct ra_view *view)
{
	for (size_t i = 0; i < view->command_count; i++)
		if (view->commands[i].running)
			return true;
	return false;
}

static void cancel(struct hand *hand)
{
	if (is_running(hand->view) || hand->view->prompt.may_cancel)
		wish(hand, RA_WISH_CANCEL, NULL);
	else
		leave(hand);
}

/* Ask for one check alone. */
static void run_check(struct hand *hand, const struct ra_view_check *check)
{
	struct ra_screen *screen = hand->screen;

	snprintf(screen->ran, sizeof(screen->ran), "%s", check->check);
	screen->ran_was = check->at;
	wish(hand, RA_WISH_RUN, check->check);
}

/* Go to the step that undoes it; nothing is done by that. */
static void take_back(struct hand *hand, const struct ra_view_action *action)
{
	if (strcmp(action->undone, "open")) {
		ra_screen_say(hand->screen, !strcmp(action->undone, "undone") ? "that was undone already" : "no step of this flow undoes that");
		return;
	}
	hand->screen->board = RA_BOARD_NONE;
	wish(hand, RA_WISH_UNDO, action->undo_step);
}

static void show_detail(struct hand *hand)
{
	struct ra_screen *screen = hand->screen;
	RA_AUTO(ra_doc_free) struct ra_doc doc = {.cols = RA_DOC_UNWRAPPED};
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};
	size_t at = ra_tell_board_at(hand->view, screen->board, screen->board_row);

	if (!screen->board_count)
		return;
	if (screen->board == RA_BOARD_COMMANDS) {
		hand->wish->kind = RA_WISH_OUTPUT;
		hand->wish->seq = hand->view->commands[at].seq;
		return;
	}
	if (screen->board == RA_BOARD_DONE) {
		take_back(hand, &hand->view->actions[at]);
		return;
	}
	if (screen->board == RA_BOARD_PALETTE) {
		run_check(hand, &hand->view->palette[at]);
		return;
	}
	ra_tell_detail(hand->view, screen->board, at, &doc);
	if (doc.broken || ra_doc_text(&doc, &text) ||
	    ra_pager_open(&screen->text, ra_tell_board_title(screen->board), ra_buf_take(&text), true))
		ra_screen_say(screen, "no memory for this page");
}

static void show_help(struct hand *hand)
{
	if (ra_pager_open(&hand->screen->help, "Keys", ra_frame_help(), true))
		ra_screen_say(hand->screen, "no memory for this page");
}

static void show_output(struct hand *hand)
{
	const struct ra_view *view = hand->view;
	struct ra_row row = hand->screen->selected;
	const char *check = row.kind == RA_ROW_RESULT ? view->results[row.index].check : NULL;

	for (size_t i = view->command_count; i-- > 0;)
		if (!check || !strcmp(view->commands[i].check, check)) {
			hand->wish->kind = RA_WISH_OUTPUT;
			hand->wish->seq = view->commands[i].seq;
			return;
		}
	ra_screen_say(hand->screen, check ? "no request was sent for this row" : "no request was sent yet");
}

static void select_row(struct hand *hand, int at)
{
	if (at < 0 || at >= hand->rows.count)
		return;
	hand->screen->selected = hand->rows.rows[at];
	hand->screen->moved = true;
}

static void mark(struct hand *hand)
{
	struct ra_row row = hand->screen->selected;
	const struct ra_view_prompt *prompt = &hand->view->prompt;
	uint64_t *marks = &hand->screen->marks, alone = 0;

	if (row.kind != RA_ROW_OPTION || prompt->kind != RA_ASK_MANY)
		return;
	for (size_t i = 0; i < prompt->option_count && i < RA_OPTIONS_MAX; i++)
		alone |= prompt->options[i].safe ? UINT64_C(1) << i : 0; /* "I do not know" goes with nothing else */
	*marks ^= UINT64_C(1) << row.index;
	if (prompt->options[row.index].safe)
		*marks &= UINT64_C(1) << row.index;
	else
		*marks &= ~alone;
}

static void answer_marked(struct hand *hand)
{
	const struct ra_view_prompt *prompt = &hand->view->prompt;
	size_t count = 0;

	for (size_t i = 0; i < prompt->option_count && i < RA_OPTIONS_MAX; i++)
		if (hand->screen->marks >> i & 1)
			hand->wish->ids[count++] = prompt->options[i].id;
	hand->wish->ids[count] = NULL;
	if (count)
		answer(hand, RA_WORD_CHOOSE);
	else
		ra_screen_say(hand->screen, "mark at least one row first (x)");
}

static void answer_field(struct hand *hand)
{
	struct ra_screen *screen = hand->screen;
	const struct ra_view_prompt *prompt = &hand->view->prompt;
	const char *typed = ra_input_text(&screen->input);

	if (ra_input_empty(&screen->input)) {
		ra_screen_say(screen, "nothing is typed yet");
	} else if (prompt->kind == RA_ASK_SECRET) {
		answer(hand, RA_WORD_SECRET);
		hand->wish->word.secret = screen->input.secret;
	} else if (prompt->kind == RA_ASK_YES_NO && strcasecmp(typed, "yes")) {
		ra_screen_say(screen, "type  yes  to do it, or leave it");
	} else {
		answer(hand, prompt->kind == RA_ASK_YES_NO ? RA_WORD_YES : RA_WORD_TYPED);
		hand->wish->word.typed = typed;
	}
}

static void back(struct hand *hand)
{
	if (hand->view->prompt.may_back)
		wish(hand, RA_WISH_BACK, NULL);
	else
		ra_screen_say(hand->screen, "there is no step back from here");
}

static void do_row(struct hand *hand)
{
	struct ra_row row = hand->screen->selected;
	const struct ra_view_prompt *prompt = &hand->view->prompt;

	switch (row.kind) {
	case RA_ROW_RESULT:
		show_output(hand);
		break;
	case RA_ROW_OPTION:
		if (prompt->kind == RA_ASK_MANY && !(prompt->options[row.index].safe && !hand->screen->marks)) {
			mark(hand);
			break;
		}
		hand->wish->ids[0] = prompt->options[row.index].id;
		hand->wish->ids[1] = NULL;
		answer(hand, RA_WORD_CHOOSE);
		break;
	case RA_ROW_DONE:
		answer_marked(hand);
		break;
	case RA_ROW_GO:
		answer(hand, RA_WORD_GO);
		break;
	case RA_ROW_YES:
		answer(hand, RA_WORD_YES);
		break;
	case RA_ROW_NO:
		pass_over(hand, RA_WORD_NO);
		break;
	case RA_ROW_FIELD:
		answer_field(hand);
		break;
	case RA_ROW_SKIP:
		pass_over(hand, RA_WORD_SKIP);
		break;
	case RA_ROW_BACK:
		back(hand);
		break;
	case RA_ROW_EXPORT:
		open_asking(hand, RA_ASKING_EXPORT);
		break;
	case RA_ROW_LEAVE:
		leave(hand);
		break;
	case RA_ROW_KEEP_WAITING:
	case RA_ROW_NONE:
		break;
	}
}

static void leave_field(struct hand *hand)
{
	for (int i = 0; i < hand->rows.count; i++)
		if (hand->rows.rows[i].kind != RA_ROW_FIELD && hand->rows.rows[i].kind != RA_ROW_RESULT) {
			select_row(hand, i);
			return;
		}
}

/* Actions that are the same on every page. Out: true when it was one. */
static bool act_everywhere(struct hand *hand, enum ra_act act)
{
	switch (act) {
	case RA_ACT_HELP:
		show_help(hand);
		return true;
	case RA_ACT_CANCEL:
		cancel(hand);
		return true;
	case RA_ACT_REPAINT:
		wish(hand, RA_WISH_REPAINT, NULL);
		return true;
	case RA_ACT_SUSPEND:
		wish(hand, RA_WISH_SUSPEND, NULL);
		return true;
	default:
		return false;
	}
}

static void open_board(struct hand *hand, enum ra_board board)
{
	hand->screen->board = board;
	hand->screen->board_row = 0;
	hand->screen->board_scroll = (struct ra_scroll){0};
	hand->screen->needle[0] = '\0';
	if (board == RA_BOARD_COMMANDS || board == RA_BOARD_STEPS) /* the newest stand last */
		hand->screen->board_row =
		    (int)(board == RA_BOARD_COMMANDS ? hand->view->command_count : hand->view->step_count) - 1;
	if (board == RA_BOARD_DONE)
		hand->screen->board_row = (int)hand->view->action_count - 1;
	if (board == RA_BOARD_MAP)
		hand->screen->board_row = ra_tell_map_now(hand->view);
	if (hand->screen->board_row < 0)
		hand->screen->board_row = 0;
}

static bool open_page(struct hand *hand, enum ra_act act)
{
	switch (act) {
	case RA_ACT_CAUSES:
		open_board(hand, RA_BOARD_CAUSES);
		return true;
	case RA_ACT_COMMANDS:
		open_board(hand, RA_BOARD_COMMANDS);
		return true;
	case RA_ACT_FACTS:
		open_board(hand, RA_BOARD_FACTS);
		return true;
	case RA_ACT_STEPS:
		open_board(hand, RA_BOARD_STEPS);
		return true;
	case RA_ACT_MAP:
		open_board(hand, RA_BOARD_MAP);
		return true;
	case RA_ACT_PALETTE:
		open_board(hand, RA_BOARD_PALETTE);
		return true;
	case RA_ACT_UNDO:
		open_board(hand, RA_BOARD_DONE);
		return true;
	case RA_ACT_TOPICS:
		open_board(hand, RA_BOARD_TOPICS);
		return true;
	case RA_ACT_VIEW:
		show_output(hand);
		return true;
	case RA_ACT_NOTE:
		open_asking(hand, RA_ASKING_NOTE);
		return true;
	case RA_ACT_EXPORT:
		open_asking(hand, RA_ASKING_EXPORT);
		return true;
	default:
		return false;
	}
}

static void again(struct hand *hand)
{
	struct ra_row row = hand->screen->selected;

	wish(hand, RA_WISH_AGAIN, row.kind == RA_ROW_RESULT ? hand->view->results[row.index].check : "");
}

/* Is this a letter beside a field? Somebody may be typing what is asked for without having gone there: no letter of it leaves the step out. */
static bool typed_beside(const struct hand *hand)
{
	return hand->event->key == RA_KEY_CHAR && ra_rows_find(&hand->rows, (struct ra_row){.kind = RA_ROW_FIELD}) >= 0;
}

static void walk_act(struct hand *hand, enum ra_act act)
{
	struct ra_screen *screen = hand->screen;
	int at = ra_rows_find(&hand->rows, screen->selected),
	    page = screen->text_scroll.shown > 1 ? screen->text_scroll.shown - 1 : 1;

	if (open_page(hand, act))
		return;
	switch (act) {
	case RA_ACT_UP:
		select_row(hand, at - 1);
		break;
	case RA_ACT_DOWN:
		select_row(hand, at + 1);
		break;
	case RA_ACT_NEXT_ROW:
		select_row(hand, at + 1 < hand->rows.count ? at + 1 : 0);
		break;
	case RA_ACT_TOP:
		select_row(hand, 0);
		break;
	case RA_ACT_BOTTOM:
		select_row(hand, hand->rows.count - 1);
		break;
	case RA_ACT_PAGE_UP:
	case RA_ACT_PAGE_DOWN:
		ra_scroll_by(&screen->text_scroll, act == RA_ACT_PAGE_UP ? -page : page);
		break;
	case RA_ACT_GO:
		if (typed_beside(hand))
			ra_screen_say(screen, "Tab goes to the line where it is typed; Enter does what this one says");
		else
			do_row(hand);
		break;
	case RA_ACT_MARK:
		mark(hand);
		break;
	case RA_ACT_BACK:
		back(hand);
		break;
	case RA_ACT_AGAIN:
		again(hand);
		break;
	case RA_ACT_QUIT:
		leave(hand);
		break;
	default:
		break;
	}
}

/* A number chooses among the rows of the prompt, and does nothing else. */
static bool number_key(struct hand *hand)
{
	int first = 0, number = (int)hand->event->cp - '1';

	if (hand->event->key != RA_KEY_CHAR || hand->event->cp < '1' || hand->event->cp > '9')
		return false;
	while (first < hand->rows.count && hand->rows.rows[first].kind == RA_ROW_RESULT)
		first++;
	select_row(hand, first + number);
	return true;
}

static void field_key(struct hand *hand, enum ra_act act)
{
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (act == RA_ACT_CLOSE)
		leave_field(hand);
	else if (act == RA_ACT_UP || act == RA_ACT_NEXT_ROW || act == RA_ACT_GO || act == RA_ACT_PAGE_UP || act == RA_ACT_PAGE_DOWN)
		walk_act(hand, act);
	else if (hand->view->prompt.kind == RA_ASK_SECRET && !hand->screen->input.secret)
		ra_screen_say(hand->screen, "no memory for a secret"); /* never into a field that is shown */
	else if (ra_input_key(&hand->screen->input, hand->event, hand->pasted, &errs))
		ra_screen_say(hand->screen, errs.text[0]);
}

static bool contains(const struct ra_doc *doc, int row, const char *needle)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};

	for (size_t i = 0; i < doc->count; i++)
		if (doc->lines[i].row == row && (ra_doc_line_text(doc, i, &text) || ra_buf_text(&text, " ")))
			return false;
	return strcasestr(ra_buf_str(&text), needle) != NULL;
}

static void board_find(struct hand *hand, bool forward)
{
	struct ra_screen *screen = hand->screen;
	RA_AUTO(ra_doc_free) struct ra_doc doc = {.cols = RA_DOC_UNWRAPPED};
	int count = ra_tell_board(hand->view, screen->board, &doc);

	for (int step = 1; *screen->needle && step <= count; step++) {
		int row = (screen->board_row + (forward ? step : count - step)) % count;

		if (contains(&doc, row, screen->needle)) {
			screen->board_row = row;
			return;
		}
	}
	ra_screen_say(screen, "not found");
}

static void board_act(struct hand *hand, enum ra_act act)
{
	struct ra_screen *screen = hand->screen;
	int page = screen->board_scroll.shown > 1 ? screen->board_scroll.shown - 1 : 1, row = screen->board_row;

	switch (act) {
	case RA_ACT_UP:
	case RA_ACT_DOWN:
		row += act == RA_ACT_UP ? -1 : 1;
		break;
	case RA_ACT_PAGE_UP:
	case RA_ACT_PAGE_DOWN:
		row += act == RA_ACT_PAGE_UP ? -page : page;
		break;
	case RA_ACT_TOP:
		row = 0;
		break;
	case RA_ACT_BOTTOM:
		row = screen->board_count - 1;
		break;
	case RA_ACT_GO:
		show_detail(hand);
		break;
	case RA_ACT_CLOSE:
		screen->board = RA_BOARD_NONE;
		break;
	case RA_ACT_SEARCH:
		open_asking(hand, RA_ASKING_SEARCH);
		break;
	case RA_ACT_FIND_NEXT:
	case RA_ACT_FIND_LAST:
		board_find(hand, act == RA_ACT_FIND_NEXT);
		return;
	default:
		break;
	}
	if (row >= screen->board_count)
		row = screen->board_count - 1;
	screen->board_row = row < 0 ? 0 : row;
}

static void text_act(struct hand *hand, enum ra_act act)
{
	struct ra_screen *screen = hand->screen;
	struct ra_pager *page = screen->help.text ? &screen->help : &screen->text;

	if (act == RA_ACT_CLOSE)
		ra_pager_free(page);
	else if (act == RA_ACT_SEARCH)
		open_asking(hand, RA_ASKING_SEARCH);
	else if ((act == RA_ACT_FIND_NEXT || act == RA_ACT_FIND_LAST) &&
		 !ra_pager_find(page, "", act == RA_ACT_FIND_NEXT))
		ra_screen_say(screen, *page->needle ? "not found" : "search first (/)");
	else
		ra_pager_act(page, act);
}

static void search(struct hand *hand, const char *needle)
{
	struct ra_screen *screen = hand->screen;
	struct ra_pager *page = screen->help.text ? &screen->help : screen->text.text ? &screen->text : NULL;

	if (page) {
		if (!ra_pager_find(page, needle, true))
			ra_screen_say(screen, "not found");
	} else if (screen->board) {
		snprintf(screen->needle, sizeof(screen->needle), "%s", needle);
		board_find(hand, true);
	}
}

/* The reason for what is left; without one it is not. */
static void say_why(struct hand *hand, bool done)
{
	const char *why = ra_input_text(&hand->screen->line);

	if (!done || !why[strspn(why, " ")]) {
		ra_screen_say(hand->screen, "without a reason it is not left; nothing was done");
		return;
	}
	answer(hand, RA_WORD_SKIP);
	hand->wish->word.prompt = hand->screen->leaving;
	hand->wish->word.typed = why;
}

static void line_key(struct hand *hand, enum ra_act act)
{
	struct ra_screen *screen = hand->screen;
	enum ra_asking asking = screen->asking;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (act == RA_ACT_GO || act == RA_ACT_CLOSE) {
		screen->asking = RA_ASKING_NOTHING;
		if (asking == RA_ASKING_WHY)
			say_why(hand, act == RA_ACT_GO);
		else if (act == RA_ACT_GO && asking == RA_ASKING_SEARCH)
			search(hand, ra_input_text(&screen->line));
		else if (act == RA_ACT_GO && !ra_input_empty(&screen->line))
			wish(hand, RA_WISH_NOTE, ra_input_text(&screen->line));
	} else if (ra_input_key(&screen->line, hand->event, hand->pasted, &errs)) {
		ra_screen_say(screen, errs.text[0]);
	}
}

/* Questions of one key. */
static void asking_key(struct hand *hand)
{
	static const char *const formats[][2] = {{"m", "md"}, {"h", "html"}, {"t", "txt"}, {"j", "json"}};
	enum ra_asking asking = hand->screen->asking;
	uint32_t cp = hand->event->key == RA_KEY_CHAR ? hand->event->cp : 0;

	hand->screen->asking = RA_ASKING_NOTHING;
	if (asking == RA_ASKING_QUIT && (cp == 'y' || cp == 'Y'))
		wish(hand, RA_WISH_LEAVE, NULL);
	for (size_t i = 0; asking == RA_ASKING_EXPORT && i < RA_LEN(formats); i++)
		if (cp < 0x80 && tolower((int)cp) == formats[i][0][0])
			wish(hand, RA_WISH_EXPORT, formats[i][1]);
}

static void small_key(struct hand *hand)
{
	enum ra_act act = ra_key_act(RA_IN_WALK, hand->event);

	if (hand->screen->asking == RA_ASKING_QUIT)
		asking_key(hand);
	else if (act == RA_ACT_QUIT || act == RA_ACT_CANCEL)
		leave(hand);
	else if (act == RA_ACT_SUSPEND || act == RA_ACT_REPAINT)
		act_everywhere(hand, act);
}

void ra_screen_key(struct ra_screen *screen, const struct ra_view *view, const struct ra_key_event *event,
		   const struct ra_secret *pasted, struct ra_wish *out)
{
	struct hand hand = {.screen = screen, .view = view, .event = event, .pasted = pasted, .wish = out};
	unsigned place = ra_screen_place(screen, view);
	enum ra_act act = ra_key_act(place, event);

	*out = (struct ra_wish){.kind = RA_WISH_NOTHING};
	screen->message[0] = '\0';
	ra_rows_make(view, &hand.rows);
	if (screen->small) {
		small_key(&hand);
	} else if (screen->asking == RA_ASKING_EXPORT || screen->asking == RA_ASKING_QUIT) {
		asking_key(&hand);
	} else if (act_everywhere(&hand, act)) {
		return;
	} else if (screen->asking) {
		line_key(&hand, act);
	} else if (place == RA_IN_FIELD) {
		field_key(&hand, act);
	} else if (event->key == RA_KEY_PASTE) {
		ra_screen_say(screen, "what was pasted is not taken as keys");
	} else if (place == RA_IN_TEXT) {
		text_act(&hand, act);
	} else if (place == RA_IN_BOARD) {
		board_act(&hand, act);
	} else if (!number_key(&hand)) {
		walk_act(&hand, act);
	}
}
