#include "config.h"

#include "ui/doc.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_COLS_MIN 16 /* with less room beside it the tail goes below */
#define MARK_COLS 2      /* "> " before the rows */

void ra_doc_free(struct ra_doc *doc)
{
	ra_buf_free(&doc->text);
	free(doc->lines);
	*doc = (struct ra_doc){.cols = doc->cols};
}

static struct ra_doc_line *line_new(struct ra_doc *doc, int row)
{
	if (doc->count == doc->room) {
		size_t room = doc->room ? 2 * doc->room : 32;
		struct ra_doc_line *lines = realloc(doc->lines, room * sizeof(*lines));

		if (!lines) {
			doc->broken = true;
			return NULL;
		}
		doc->lines = lines;
		doc->room = room;
	}
	if (!doc->text.len && ra_buf_add(&doc->text, "", 1)) { /* offset 0 is the empty text */
		doc->broken = true;
		return NULL;
	}
	doc->lines[doc->count] = (struct ra_doc_line){.row = row};
	return &doc->lines[doc->count++];
}

static size_t keep(struct ra_doc *doc, const char *text, size_t len)
{
	size_t at = doc->text.len;

	if (!len)
		return 0;
	if (ra_buf_add(&doc->text, text, len) || ra_buf_add(&doc->text, "", 1)) {
		doc->broken = true;
		return 0;
	}
	return at;
}

void ra_doc_item(struct ra_doc *doc, const struct ra_item *item)
{
	const char *text = item->text && *item->text ? item->text : " ", *tail = item->tail ? item->tail : "", *part;
	int lead_cols = item->lead && *item->lead ? ra_text_width(item->lead) + 2 : 0;
	int tail_cols = *tail ? ra_text_width(tail) + 2 : 0;
	int col = item->indent + lead_cols, room = doc->cols - col - tail_cols;
	bool below = tail_cols && room < TEXT_COLS_MIN;
	size_t len, first = doc->count;

	if (below)
		room += tail_cols;
	room = room < 1 ? 1 : room;
	while (item->verbatim ? ra_cut_next(&text, room, &part, &len) : ra_wrap_next(&text, room, &part, &len)) {
		struct ra_doc_line *line = line_new(doc, item->row);

		if (!line)
			return;
		line->indent = item->indent;
		line->text_col = col;
		line->look = item->look;
		line->text_at = keep(doc, part, len);
		if (doc->count != first + 1)
			continue;
		line->lead_look = item->lead_look;
		line->lead_at = lead_cols ? keep(doc, item->lead, strlen(item->lead)) : 0;
		line->tail_at = below ? 0 : keep(doc, tail, strlen(tail));
	}
	if (below)
		ra_doc_item(doc, &(struct ra_item){.text = tail, .look = RA_LOOK_DIM, .indent = col, .row = item->row});
}

void ra_doc_printf(struct ra_doc *doc, const struct ra_item *item, const char *fmt, ...)
{
	struct ra_item made = *item;
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	int len = vasprintf(&text, fmt, args);

	va_end(args);
	if (len < 0) {
		doc->broken = true;
		return;
	}
	made.text = text;
	ra_doc_item(doc, &made);
	free(text);
}

void ra_doc_say_in(struct ra_doc *doc, int indent, enum ra_look look, const char *text)
{
	if (text && *text)
		ra_doc_item(doc, &(struct ra_item){.text = text, .look = look, .indent = indent, .row = RA_DOC_NO_ROW});
}

void ra_doc_say(struct ra_doc *doc, enum ra_look look, const char *text)
{
	ra_doc_say_in(doc, 0, look, text);
}

static bool is_empty(const struct ra_doc_line *line)
{
	return !line->lead_at && !line->tail_at && line->row == RA_DOC_NO_ROW && !line->text_at;
}

void ra_doc_gap(struct ra_doc *doc)
{
	if (doc->count && !is_empty(&doc->lines[doc->count - 1]))
		line_new(doc, RA_DOC_NO_ROW);
}

void ra_doc_trim(struct ra_doc *doc)
{
	while (doc->count && is_empty(&doc->lines[doc->count - 1]))
		doc->count--;
}

void ra_scroll_clamp(struct ra_scroll *scroll, int count, int shown)
{
	scroll->count = count;
	scroll->shown = shown;
	if (scroll->top > count - shown)
		scroll->top = count - shown;
	if (scroll->top < 0)
		scroll->top = 0;
}

void ra_scroll_by(struct ra_scroll *scroll, int lines)
{
	scroll->top += lines;
	ra_scroll_clamp(scroll, scroll->count, scroll->shown);
}

void ra_scroll_to_row(struct ra_scroll *scroll, const struct ra_doc *doc, int row)
{
	int first = -1, last = -1;

	for (size_t i = 0; i < doc->count; i++)
		if (doc->lines[i].row == row) {
			first = first < 0 ? (int)i : first;
			last = (int)i;
		}
	if (first < 0)
		return;
	if (last >= scroll->top + scroll->shown)
		scroll->top = last - scroll->shown + 1;
	if (first < scroll->top)
		scroll->top = first;
	ra_scroll_clamp(scroll, (int)doc->count, scroll->shown);
}

static void paint_line(struct ra_grid *grid, struct ra_area area, const struct ra_doc *doc,
		       const struct ra_doc_line *line)
{
	const char *texts = ra_buf_str(&doc->text);
	int tail = line->tail_at ? ra_text_width(texts + line->tail_at) : 0;

	if (line->lead_at)
		ra_grid_put(grid, (struct ra_area){area.row, area.col + line->indent, 1, area.cols - line->indent},
			    line->lead_look, texts + line->lead_at);
	if (line->text_at)
		ra_grid_put(grid, (struct ra_area){area.row, area.col + line->text_col, 1, area.cols - line->text_col},
			    line->look, texts + line->text_at);
	if (tail)
		ra_grid_put(grid, (struct ra_area){area.row, area.col + area.cols - tail, 1, tail}, RA_LOOK_DIM,
			    texts + line->tail_at);
}

void ra_doc_paint(struct ra_grid *grid, struct ra_area area, const struct ra_doc *doc, struct ra_scroll *scroll,
		  int selected)
{
	bool marked = false;

	ra_scroll_clamp(scroll, (int)doc->count, area.rows);
	for (int i = 0; i < area.rows && (size_t)(scroll->top + i) < doc->count; i++) {
		const struct ra_doc_line *line = &doc->lines[scroll->top + i];
		struct ra_area at = {area.row + i, area.col, 1, area.cols};

		if (line->row != RA_DOC_NO_ROW && line->row == selected && !marked) {
			marked = true;
			ra_grid_put(grid, at, RA_LOOK_PLAIN, ">");
			grid->cursor_row = at.row;
			grid->cursor_col = at.col;
		}
		at.col += MARK_COLS;
		at.cols -= MARK_COLS + 1;
		paint_line(grid, at, doc, line);
	}
	struct ra_area edge = {area.row, area.col + area.cols - 1, 1, 1};

	if (scroll->top > 0)
		ra_grid_put(grid, edge, RA_LOOK_TITLE, "^");
	edge.row += area.rows - 1;
	if (scroll->top + area.rows < (int)doc->count)
		ra_grid_put(grid, edge, RA_LOOK_TITLE, "v");
}

ra_err ra_doc_line_text(const struct ra_doc *doc, size_t i, struct ra_buf *out)
{
	const struct ra_doc_line *line = &doc->lines[i];
	const char *texts = ra_buf_str(&doc->text);
	ra_err err = RA_OK;

	if (line->lead_at || line->text_at)
		err = ra_buf_printf(out, "%*s", line->lead_at ? line->indent : line->text_col, "");
	if (!err && line->lead_at)
		err = ra_buf_printf(out, "%s%s", texts + line->lead_at, line->text_at ? "  " : "");
	if (!err)
		err = ra_buf_text(out, texts + line->text_at);
	if (!err && line->tail_at)
		err = ra_buf_printf(out, "  (%s)", texts + line->tail_at);
	return err;
}

ra_err ra_doc_text(const struct ra_doc *doc, struct ra_buf *out)
{
	ra_err err = RA_OK;

	for (size_t i = 0; i < doc->count && !err; i++) {
		err = ra_doc_line_text(doc, i, out);
		if (!err)
			err = ra_buf_text(out, "\n");
	}
	return err;
}
