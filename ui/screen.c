#include "config.h"

#include "ui/screen.h"
#include "base/text.h"
#include "ui/frame.h"

#include <stdio.h>

#define WAY_COLS 25      /* the left column */
#define WAY_COLS_WIDE 45 /* the same, from WIDE_COLS on */
#define WIDE_COLS 120
#define WAY_FROM_COLS 70 /* narrower windows have none */

void ra_screen_free(struct ra_screen *screen)
{
	ra_input_free(&screen->input);
	ra_input_free(&screen->line);
	ra_pager_free(&screen->text);
	ra_pager_free(&screen->help);
	*screen = (struct ra_screen){0};
}

void ra_screen_say(struct ra_screen *screen, const char *text)
{
	RA_AUTO(ra_mem_free) char *clean = ra_text_clean_dup(text, false);

	snprintf(screen->message, sizeof(screen->message), "%s", clean ? clean : "no memory");
}

void ra_screen_answered(struct ra_screen *screen, bool taken)
{
	if (taken)
		screen->prompt_seen = false; /* the next view begins anew, with an empty field */
	if (screen->input.secret)
		ra_secret_wipe(screen->input.secret);
}

void ra_screen_update(struct ra_screen *screen, const struct ra_view *view)
{
	struct ra_rows rows;

	ra_rows_make(view, &rows);
	if (!screen->prompt_seen || screen->prompt != view->prompt.id) {
		screen->prompt = view->prompt.id;
		screen->prompt_seen = true;
		screen->moved = false;
		screen->marks = 0;
		screen->text_scroll = screen->result_scroll = screen->row_scroll = (struct ra_scroll){0};
		if (ra_input_begin(&screen->input, view->prompt.kind == RA_ASK_SECRET))
			ra_screen_say(screen, "no memory for a secret");
	}
	if (rows.count && (!screen->moved || ra_rows_find(&rows, screen->selected) < 0))
		screen->selected = rows.rows[rows.safe];
	else if (!rows.count)
		screen->selected = (struct ra_row){RA_ROW_NONE, 0};
}

unsigned ra_screen_place(const struct ra_screen *screen, const struct ra_view *view)
{
	if (screen->asking == RA_ASKING_NOTE || screen->asking == RA_ASKING_SEARCH || screen->asking == RA_ASKING_WHY)
		return RA_IN_FIELD;
	if (screen->help.text || screen->text.text)
		return RA_IN_TEXT;
	if (screen->board)
		return RA_IN_BOARD;
	if (screen->selected.kind == RA_ROW_FIELD)
		return RA_IN_FIELD;
	if (view->prompt.kind == RA_ASK_END)
		return RA_IN_END;
	return view->prompt.kind == RA_ASK_MANY ? RA_IN_MANY : RA_IN_WALK;
}

ra_err ra_screen_output(struct ra_screen *screen, const struct ra_view *view, int64_t seq)
{
	for (size_t i = 0; i < view->command_count; i++)
		if (view->commands[i].seq == seq)
			return ra_pager_open(&screen->text, view->commands[i].words, ra_tell_output(&view->commands[i]),
					     false);
	return RA_E_NOTFOUND;
}

bool ra_screen_ran(const struct ra_screen *screen, const struct ra_view *view)
{
	const struct ra_view_check *row = *screen->ran ? ra_tell_palette_row(view, screen->ran) : NULL;

	return row && !row->running && row->at != RA_UTC_NONE && row->at != screen->ran_was;
}

ra_err ra_screen_ran_show(struct ra_screen *screen, const struct ra_view *view)
{
	const struct ra_view_check *row = ra_tell_palette_row(view, screen->ran);
	char line[RA_ERR_TEXT_MAX];
	ra_err err = RA_OK;

	if (row && screen->board == RA_BOARD_PALETTE && !screen->text.text && !screen->help.text && !screen->asking) {
		err = ra_pager_open(&screen->text, row->title, ra_tell_check(view, screen->ran), false);
		screen->message[0] = '\0';
	} else if (row) {
		snprintf(line, sizeof(line), "%s: %.200s", *row->verdict ? row->verdict : "no verdict", row->title);
		ra_screen_say(screen, line);
	}
	screen->ran[0] = '\0';
	return err;
}

/* A page: the words, the results, and the rows of the prompt, which are always in sight. Each scrolls where it does not
 * fit. */
struct page {
	struct ra_area text, results, rows;
};

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

static int larger(int a, int b)
{
	return a > b ? a : b;
}

static struct page page_split(struct ra_area area, int text, int results, int rows)
{
	if (text + 1 + results + rows > area.rows) {
		rows = smaller(rows, larger(area.rows / 2, area.rows - text - 1 - results));
		int left = area.rows - rows - 1;

		results = smaller(results, larger(left / 2, left - text));
		text = left - results;
	}
	return (struct page){
	    .text = {area.row, area.col, text, area.cols},
	    .results = {area.row + text + 1, area.col, results, area.cols},
	    .rows = {area.row + text + 1 + results, area.col, rows, area.cols},
	};
}

/* The lines of a doc from one to before another, borrowed. */
static struct ra_doc doc_part(const struct ra_doc *doc, size_t from, size_t to)
{
	struct ra_doc part = *doc;

	if (from) /* an empty doc has no array to move in */
		part.lines += from;
	part.count = to - from;
	return part;
}

/* Where the rows of the prompt begin, with the empty line before them. */
static size_t first_prompt_line(const struct ra_doc *doc, const struct ra_rows *rows)
{
	size_t i = 0;

	while (i < doc->count &&
	       (doc->lines[i].row == RA_DOC_NO_ROW || rows->rows[doc->lines[i].row].kind == RA_ROW_RESULT))
		i++;
	while (i > 0 && i < doc->count && doc->lines[i - 1].row == RA_DOC_NO_ROW)
		i--;
	return i;
}

/* That there is more, and how it is turned: a letter goes into the field that has the focus. */
static void paint_more(struct ra_grid *grid, struct ra_area area, const struct ra_scroll *scroll, bool typing)
{
	int from = scroll->top + 1, to = scroll->top + scroll->shown, room = area.cols - 3;
	char text[80];

	if (scroll->count <= scroll->shown)
		return;
	snprintf(text, sizeof(text), "-- lines %d-%d of %d; %s turn the page --", from, to, scroll->count,
		 typing ? "PgUp and PgDn" : "d and u");
	if (ra_text_width(text) > room) /* the short one says the same, with its end */
		snprintf(text, sizeof(text), "-- %d-%d of %d; %s: page --", from, to, scroll->count, typing ? "PgUp, PgDn" : "d, u");
	ra_grid_put(grid, (struct ra_area){area.row + area.rows, area.col + 2, 1, room}, RA_LOOK_DIM, text);
}

/* The line that was left free under a field's label. */
static void paint_input(struct ra_grid *grid, struct ra_area area, const struct ra_doc *doc,
			const struct ra_screen *screen, const struct ra_rows *rows)
{
	int last = -1;

	for (size_t i = 0; i < doc->count; i++)
		if (doc->lines[i].row >= 0 && rows->rows[doc->lines[i].row].kind == RA_ROW_FIELD)
			last = (int)i;
	last -= screen->row_scroll.top;
	if (last >= 0 && last < area.rows)
		ra_input_paint(grid, (struct ra_area){area.row + last, area.col + 2, 1, area.cols - 4}, &screen->input,
			       screen->selected.kind == RA_ROW_FIELD);
}

static void paint_rows(struct ra_screen *screen, struct ra_grid *grid, const struct page *page,
		       const struct ra_doc *doc, const struct ra_rows *rows)
{
	size_t first = first_prompt_line(doc, rows);
	struct ra_doc results = doc_part(doc, 0, first), below = doc_part(doc, first, doc->count);
	int selected = ra_rows_find(rows, screen->selected);

	ra_scroll_clamp(&screen->result_scroll, (int)results.count, page->results.rows);
	ra_scroll_to_row(&screen->result_scroll, &results, selected);
	ra_doc_paint(grid, page->results, &results, &screen->result_scroll, selected);
	ra_scroll_clamp(&screen->row_scroll, (int)below.count, page->rows.rows);
	ra_scroll_to_row(&screen->row_scroll, &below, rows->count - 1); /* the field below a row is in sight with it */
	ra_scroll_to_row(&screen->row_scroll, &below, selected);
	ra_doc_paint(grid, page->rows, &below, &screen->row_scroll, selected);
	paint_input(grid, page->rows, &below, screen, rows);
}

static void paint_page(struct ra_screen *screen, const struct ra_view *view, struct ra_grid *grid, struct ra_area area)
{
	RA_AUTO(ra_doc_free) struct ra_doc text = {.cols = area.cols - 3};
	RA_AUTO(ra_doc_free) struct ra_doc below = {.cols = area.cols - 3};
	struct ra_rows rows;

	ra_rows_make(view, &rows);
	if (view->prompt.kind == RA_ASK_END)
		ra_tell_outcome(view, &text);
	else
		ra_tell_walk(view, &text);
	ra_tell_rows(view, &rows, screen->marks, false, &below);
	if (text.count + 1 + below.count > (size_t)area.rows) {
		ra_doc_free(&below);
		ra_tell_rows(view, &rows, screen->marks, true, &below);
	}
	size_t results = first_prompt_line(&below, &rows);
	struct page page = page_split(area, (int)text.count, (int)results, (int)(below.count - results));

	ra_doc_paint(grid, page.text, &text, &screen->text_scroll, RA_DOC_NO_ROW);
	paint_more(grid, page.text, &screen->text_scroll, screen->selected.kind == RA_ROW_FIELD);
	grid->cursor_row = area.row;
	grid->cursor_col = area.col;
	paint_rows(screen, grid, &page, &below, &rows);
}

static void paint_walk(struct ra_screen *screen, const struct ra_view *view, struct ra_grid *grid)
{
	struct ra_area body = ra_frame_body(grid);

	if (grid->cols >= WAY_FROM_COLS) {
		/* Room to spare goes to the titles of steps and causes, too. */
		int way = grid->cols >= WIDE_COLS ? WAY_COLS_WIDE : WAY_COLS;

		ra_frame_way(grid, (struct ra_area){body.row, 1, body.rows, way - 2}, view);
		ra_grid_line(grid, (struct ra_area){body.row, way, body.rows, 1}, RA_LOOK_DIM);
		body.col = way + 1;
		body.cols -= way + 1;
	}
	if (*screen->message && !screen->asking) /* what is said takes a row of its own: it covers none that can be chosen */
		body.rows--;
	paint_page(screen, view, grid, body);
}

static void paint_board(struct ra_screen *screen, const struct ra_view *view, struct ra_grid *grid)
{
	struct ra_area body = ra_frame_body(grid);
	RA_AUTO(ra_doc_free) struct ra_doc doc = {.cols = body.cols - 3};

	screen->board_count = ra_tell_board(view, screen->board, &doc);
	if (screen->board_row >= screen->board_count)
		screen->board_row = screen->board_count ? screen->board_count - 1 : 0;
	ra_grid_put(grid, (struct ra_area){body.row, 1, 1, body.cols - 1}, RA_LOOK_TITLE,
		    ra_tell_board_title(screen->board));
	body.row++;
	body.rows--;
	ra_scroll_clamp(&screen->board_scroll, (int)doc.count, body.rows);
	ra_scroll_to_row(&screen->board_scroll, &doc, screen->board_row);
	ra_doc_paint(grid, body, &doc, &screen->board_scroll, screen->board_row);
}

static const char *quit_question(const struct ra_view *view, char *out)
{
	char why[RA_QUIT_MAX];

	snprintf(out, RA_QUIT_MAX, "%.400s Leave? y leaves, all else stays", ra_tell_quit(view, why));
	return out;
}

static void paint_asking(struct ra_screen *screen, const struct ra_view *view, struct ra_grid *grid)
{
	static const char *const labels[] = {
	    [RA_ASKING_NOTHING] = "",
	    [RA_ASKING_NOTE] = "Note:",
	    [RA_ASKING_SEARCH] = "Search:",
	    [RA_ASKING_EXPORT] = "Write: m Markdown  h HTML  t text  j JSON",
	    [RA_ASKING_QUIT] = "",
	    [RA_ASKING_WHY] = "Why (for the record):",
	};
	struct ra_area row = {grid->rows - 2, 1, 1, grid->cols - 1};
	char question[RA_QUIT_MAX];

	if (screen->asking == RA_ASKING_QUIT) {
		ra_frame_message(grid, quit_question(view, question));
		return;
	}
	ra_frame_message(grid, labels[screen->asking]);
	if (screen->asking == RA_ASKING_EXPORT)
		return;
	row.col += (int)strlen(labels[screen->asking]) + 1;
	row.cols -= (int)strlen(labels[screen->asking]) + 2;
	ra_input_paint(grid, row, &screen->line, true);
}

void ra_screen_paint(struct ra_screen *screen, const struct ra_view *view, struct ra_grid *grid)
{
	struct ra_pager *page = screen->help.text ? &screen->help : screen->text.text ? &screen->text : NULL;
	struct ra_area body = ra_frame_body(grid);

	ra_grid_clear(grid);
	screen->small = ra_frame_too_small(grid);
	if (screen->small) {
		if (screen->asking == RA_ASKING_QUIT) {
			char question[RA_QUIT_MAX];

			ra_grid_clear(grid);
			ra_grid_wrap(grid, (struct ra_area){0, 0, grid->rows, grid->cols}, RA_LOOK_TITLE,
				     quit_question(view, question));
		}
		return;
	}
	body.col = 1;
	body.cols -= 2;
	if (page && ra_pager_paint(page, grid, body)) {
		ra_pager_free(page);
		ra_screen_say(screen, "no memory for this page");
	}
	if (!page && screen->board)
		paint_board(screen, view, grid);
	else if (!page)
		paint_walk(screen, view, grid);
	ra_frame_head(grid, view);
	ra_frame_bar(grid, ra_screen_place(screen, view));
	if (screen->asking)
		paint_asking(screen, view, grid);
	else
		ra_frame_message(grid, screen->message);
}
