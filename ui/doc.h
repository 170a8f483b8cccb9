/* doc.h - lines of text with looks, made by the screens' words and shown by the terminal (painted) or plain mode
 * (printed). Pure.
 * Invariants: texts are clean; a doc that ran out of memory is `broken` and holds what was added before; lines keep
 * their order. */
#ifndef RA_UI_DOC_H
#define RA_UI_DOC_H

#include "ui/grid.h"

#define RA_DOC_NO_ROW (-1)
#define RA_DOC_UNWRAPPED RA_GRID_SIDE_MAX

/* What is added. Shape: lead, text and tail are clean texts or NULL; text is wrapped; the tail stands at the right end
 * of the first line, or on a line of its own where there is no room; row: the selectable row it belongs to, or
 * RA_DOC_NO_ROW. */
struct ra_item {
	const char *lead, *text, *tail;
	enum ra_look lead_look, look;
	int indent, row;
	bool verbatim; /* broken where the line is full, not at words */
};
/* One line as it will stand. Offsets are into doc.text. */
struct ra_doc_line {
	size_t lead_at, text_at, tail_at; /* each NUL-terminated */
	enum ra_look lead_look, look;
	int indent, text_col, row;
};
/* Owner: ra_doc_free (the content). Zero-initialised with cols set is empty. */
struct ra_doc {
	int cols;
	struct ra_buf text;
	struct ra_doc_line *lines;
	size_t count, room;
	bool broken;
};

/* Add an item. */
void ra_doc_item(struct ra_doc *doc, const struct ra_item *item);
/* Add an item whose text is formatted; item->text plays no part. */
void ra_doc_printf(struct ra_doc *doc, const struct ra_item *item, const char *fmt, ...) RA_PRINTF(3, 4);
/* Add a paragraph that belongs to no row. */
void ra_doc_say(struct ra_doc *doc, enum ra_look look, const char *text);
/* The same, at an indent. */
void ra_doc_say_in(struct ra_doc *doc, int indent, enum ra_look look, const char *text);
/* An empty line, unless there is one or the doc is empty. */
void ra_doc_gap(struct ra_doc *doc);
/* Take away empty lines at the end. */
void ra_doc_trim(struct ra_doc *doc);
/* Free the content; the doc is empty after, with the same cols. */
void ra_doc_free(struct ra_doc *doc);
static inline void ra_doc_free_auto(struct ra_doc *doc)
{
	ra_doc_free(doc);
}

/* Where lines are seen. */
struct ra_scroll {
	int top;   /* first line shown */
	int shown; /* lines that fitted when last painted */
	int count; /* lines there were */
};
/* Keep top inside. */
void ra_scroll_clamp(struct ra_scroll *scroll, int count, int shown);
/* Move by lines. */
void ra_scroll_by(struct ra_scroll *scroll, int lines);
/* Make the lines of a row visible, as many as fit. */
void ra_scroll_to_row(struct ra_scroll *scroll, const struct ra_doc *doc, int row);
/* Paint lines from scroll->top; the selected row (or RA_DOC_NO_ROW) is marked by '>' in the first column, where the
 * cursor goes. Arrows in the last column say that there is more. */
void ra_doc_paint(struct ra_grid *grid, struct ra_area area, const struct ra_doc *doc, struct ra_scroll *scroll,
		  int selected);
/* Line number i without marks, as text. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_doc_line_text(const struct ra_doc *doc, size_t i, struct ra_buf *out);
/* All lines, each with LF. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_doc_text(const struct ra_doc *doc, struct ra_buf *out);

#endif
