/* grid.h - cells in memory: what every screen paints into, and the only thing that ui/term.c shows. Pure.
 * Invariants: a cell holds one grapheme (a base and the marks on it) of the width base/text.h gives it; a wide one is
 * followed by its right half, and what overwrites one half blanks the other; nothing is drawn outside of the grid.
 * Texts are clean (base/text.h). With `ascii` set nothing outside of ASCII gets in: each cell of it becomes '?', lines
 * are drawn with - | +. */
#ifndef RA_UI_GRID_H
#define RA_UI_GRID_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* How a cell looks, by what it means; ui/term.c alone knows colours. X(name, word) */
#define RA_LOOKS(X)                                                                                                    \
	X(PLAIN, "plain")                                                                                              \
	X(DIM, "dim")                                                                                                  \
	X(TITLE, "title")                                                                                              \
	X(HEAD, "head")                                                                                                \
	X(GOOD, "good")                                                                                                \
	X(BAD, "bad")                                                                                                  \
	X(WARN, "warn")                                                                                                \
	X(ODD, "odd")                                                                                                  \
	X(DANGER, "danger")                                                                                            \
	X(FIELD, "field")                                                                                              \
	X(FOUND, "found")
#define RA_LOOK_ENUM(name, word) RA_LOOK_##name,
enum ra_look { RA_LOOKS(RA_LOOK_ENUM) RA_LOOK_COUNT };

#define RA_CELL_MARKS                                                                                                  \
	4 /* combining marks of one cell; more are dropped. Source: ncursesw CCHARW_MAX 5, one of them the base */
#define RA_GRID_SIDE_MAX 1000

/* Lines, as the bases of cells. Source: Unicode 15, Box Drawing. */
#define RA_LINE_H 0x2500
#define RA_LINE_V 0x2502

/* Shape: base 0 is the right half of the wide cell before it. */
struct ra_cell {
	uint32_t base;
	uint32_t marks[RA_CELL_MARKS];
	uint16_t width;
	uint16_t look;
};
/* Owner: ra_grid_free. The cursor stands where a screen reader should read. */
struct ra_grid {
	int rows, cols;
	int cursor_row, cursor_col;
	bool ascii;
	struct ra_cell *cells;
};
/* A rectangle; a place in a row has rows 1. */
struct ra_area {
	int row, col, rows, cols;
};

/* Out: a grid of blanks, NULL without memory; sides are clamped to 1..RA_GRID_SIDE_MAX. */
struct ra_grid *ra_grid_new(int rows, int cols, bool ascii);
struct ra_grid *ra_grid_free(struct ra_grid *grid);
RA_DEFINE_AUTO(struct ra_grid, ra_grid_free);
/* All cells blank, the cursor at the top left. */
void ra_grid_clear(struct ra_grid *grid);
/* The cell at a place; NULL outside. */
const struct ra_cell *ra_grid_cell(const struct ra_grid *grid, int row, int col);
/* Blank an area in one look. */
void ra_grid_fill(struct ra_grid *grid, struct ra_area area, enum ra_look look);
/* Draw one line of text from area's first cell, at most area.cols wide (area.rows plays no part); ends at LF. What does
 * not fit is cut, and the cut shown by '>' in the last cell when it fell into the area. Out: cells used. */
int ra_grid_put(struct ra_grid *grid, struct ra_area area, enum ra_look look, const char *text);
/* The same for len bytes of a text. */
int ra_grid_put_len(struct ra_grid *grid, struct ra_area area, enum ra_look look, const char *text, size_t len);
/* Draw text wrapped at words into area. Out: rows used; the rest is left out. */
int ra_grid_wrap(struct ra_grid *grid, struct ra_area area, enum ra_look look, const char *text);
/* A line along area's first row (cols > 1) or first column. */
void ra_grid_line(struct ra_grid *grid, struct ra_area area, enum ra_look look);

/* Cut the next line of at most cols cells off *text: at an LF, else at the last blank that fits, else within the word.
 * Blanks at the break are dropped, an indent at the start of a line is kept. A cut never parts a mark from its base.
 * Out: false at the end; *line and *len the line's bytes; *text moves behind it. */
bool ra_wrap_next(const char **text, int cols, const char **line, size_t *len);

/* The same, cut where the line is full and nowhere else; a heap of marks on one letter ends a line, too. */
bool ra_cut_next(const char **text, int cols, const char **line, size_t *len);

/* The text of the grid, rows without trailing blanks, each with LF; with looks, the runs that are not plain and the
 * cursor follow. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_grid_text(const struct ra_grid *grid, bool with_looks, struct ra_buf *out);

#endif
