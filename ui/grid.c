#include "config.h"

#include "ui/grid.h"
#include "base/text.h"

#include <stdlib.h>

#define TAB_STOP 8
#define BLANK_CP 0x20
#define UTF8_LEN_MAX 4
#define CUT_BYTES_PER_COL 32

static struct ra_cell *cell_at(struct ra_grid *grid, int row, int col)
{
	if (row < 0 || col < 0 || row >= grid->rows || col >= grid->cols)
		return NULL;
	return &grid->cells[(size_t)row * (size_t)grid->cols + (size_t)col];
}

const struct ra_cell *ra_grid_cell(const struct ra_grid *grid, int row, int col)
{
	if (row < 0 || col < 0 || row >= grid->rows || col >= grid->cols)
		return NULL;
	return &grid->cells[(size_t)row * (size_t)grid->cols + (size_t)col];
}

static int clamp(int value)
{
	return value < 1 ? 1 : value > RA_GRID_SIDE_MAX ? RA_GRID_SIDE_MAX : value;
}

struct ra_grid *ra_grid_new(int rows, int cols, bool ascii)
{
	struct ra_grid *grid = calloc(1, sizeof(*grid));

	if (!grid)
		return NULL;
	grid->rows = clamp(rows);
	grid->cols = clamp(cols);
	grid->ascii = ascii;
	grid->cells = calloc((size_t)grid->rows * (size_t)grid->cols, sizeof(*grid->cells));
	if (!grid->cells)
		return ra_grid_free(grid);
	ra_grid_clear(grid);
	return grid;
}

struct ra_grid *ra_grid_free(struct ra_grid *grid)
{
	if (grid)
		free(grid->cells);
	free(grid);
	return NULL;
}

static const struct ra_cell blank = {.base = BLANK_CP, .width = 1, .look = RA_LOOK_PLAIN};

void ra_grid_clear(struct ra_grid *grid)
{
	for (size_t i = 0; i < (size_t)grid->rows * (size_t)grid->cols; i++)
		grid->cells[i] = blank;
	grid->cursor_row = grid->cursor_col = 0;
}

/* Make room for a cell of this width: halves of wide cells that lose their other half become blanks. */
static void clear_halves(struct ra_grid *grid, int row, int col, int width)
{
	struct ra_cell *first = cell_at(grid, row, col), *after = cell_at(grid, row, col + width);

	if (first && first->width == 0 && col > 0) {
		first[-1].base = BLANK_CP;
		first[-1].width = 1;
		memset(first[-1].marks, 0, sizeof(first[-1].marks));
	}
	if (after && after->width == 0) {
		after->base = BLANK_CP;
		after->width = 1;
	}
}

static void set_cell(struct ra_grid *grid, int row, int col, struct ra_cell value)
{
	struct ra_cell *cell = cell_at(grid, row, col);

	if (!cell || !cell_at(grid, row, col + value.width - 1))
		return;
	clear_halves(grid, row, col, value.width);
	*cell = value;
	if (value.width == 2)
		cell[1] = (struct ra_cell){.look = value.look};
}

void ra_grid_fill(struct ra_grid *grid, struct ra_area area, enum ra_look look)
{
	struct ra_cell value = blank;

	value.look = (uint16_t)look;
	for (int row = area.row; row < area.row + area.rows; row++)
		for (int col = area.col; col < area.col + area.cols; col++)
			set_cell(grid, row, col, value);
}

static void add_mark(struct ra_grid *grid, int row, int col, uint32_t mark)
{
	struct ra_cell *cell = cell_at(grid, row, col);

	if (cell && cell->width == 0)
		cell = cell_at(grid, row, col - 1);
	if (!cell || grid->ascii)
		return;
	for (int i = 0; i < RA_CELL_MARKS; i++)
		if (!cell->marks[i]) {
			cell->marks[i] = mark;
			return;
		}
}

/* One code point of a text, as it is drawn at this cell of its line. */
struct glyph {
	uint32_t cp;
	int bytes, width;
};

static struct glyph glyph_next(const char *text, size_t len, int at)
{
	struct glyph glyph = {0};

	if (len && *text >= 0x20 && *text < 0x7f)
		return (struct glyph){(uint32_t)*text, 1, 1};
	int n = ra_utf8_next(text, len, &glyph.cp);

	if (n == 0)
		return glyph;
	glyph.bytes = n < 0 ? 1 : n;
	if (n < 0)
		glyph.cp = 0xfffd;
	if (glyph.cp == '\n')
		return glyph;
	glyph.width = glyph.cp == '\t' ? TAB_STOP - at % TAB_STOP : ra_cp_width(glyph.cp);
	if (glyph.width < 0) { /* a text that was not cleaned: still nothing that a terminal obeys */
		glyph.cp = 0xfffd;
		glyph.width = 1;
	}
	return glyph;
}

static void draw_glyph(struct ra_grid *grid, int row, int col, struct glyph glyph, enum ra_look look)
{
	struct ra_cell value = {.base = glyph.cp, .width = (uint16_t)glyph.width, .look = (uint16_t)look};

	if (glyph.width == 0) {
		add_mark(grid, row, col - 1, glyph.cp);
	} else if (glyph.cp == '\t' || (grid->ascii && glyph.cp >= 0x80)) {
		value.base = glyph.cp == '\t' ? BLANK_CP : '?';
		value.width = 1;
		for (int i = 0; i < glyph.width; i++)
			set_cell(grid, row, col + i, value);
	} else {
		set_cell(grid, row, col, value);
	}
}

int ra_grid_put_len(struct ra_grid *grid, struct ra_area area, enum ra_look look, const char *text, size_t len)
{
	int used = 0, room = area.cols;
	struct glyph glyph;

	if (room > grid->cols - area.col)
		room = grid->cols - area.col;
	for (; (glyph = glyph_next(text, len, used)).bytes && glyph.cp != '\n';
	     text += glyph.bytes, len -= (size_t)glyph.bytes) {
		if (used + glyph.width > room) {
			if (room > 0) {
				ra_grid_fill(grid, (struct ra_area){area.row, area.col + used, 1, room - used}, look);
				draw_glyph(grid, area.row, area.col + room - 1, (struct glyph){'>', 1, 1}, look);
			}
			return room > 0 ? room : 0;
		}
		if (used || glyph.width) /* a mark at the start would reach into what stands before */
			draw_glyph(grid, area.row, area.col + used, glyph, look);
		used += glyph.width;
	}
	return used;
}

int ra_grid_put(struct ra_grid *grid, struct ra_area area, enum ra_look look, const char *text)
{
	return ra_grid_put_len(grid, area, look, text, strlen(text));
}

bool ra_wrap_next(const char **text, int cols, const char **line, size_t *len)
{
	const char *at = *text;
	size_t cut = 0, after = 0;
	bool text_seen = false;
	struct glyph glyph;
	int used = 0;

	*line = at;
	if (!*at)
		return false;
	for (size_t done = 0;; done += (size_t)glyph.bytes, used += glyph.width) {
		if (!at[done] || at[done] == '\n') {
			*len = done;
			*text = at + done + (at[done] ? 1 : 0);
			return true;
		}
		glyph = glyph_next(at + done, UTF8_LEN_MAX, used); /* the NUL ends a sequence that is cut off */
		bool is_blank = glyph.cp == ' ' || glyph.cp == '\t';

		if (is_blank && text_seen) {
			cut = !cut || done > after ? done : cut;
			after = done + (size_t)glyph.bytes;
		}
		text_seen = text_seen || !is_blank;
		if (used + glyph.width <= cols || used == 0)
			continue;
		*len = cut ? cut : done;
		at += cut ? after : done;
		while (cut && (*at == ' ' || *at == '\t'))
			at++;
		*text = cut && *at == '\n' ? at + 1 : at;
		return true;
	}
}

bool ra_cut_next(const char **text, int cols, const char **line, size_t *len)
{
	const char *at = *text;
	size_t done = 0, most = (size_t)cols * CUT_BYTES_PER_COL;
	struct glyph glyph;

	*line = at;
	if (!*at)
		return false;
	for (int used = 0; at[done] && at[done] != '\n' && done < most;
	     done += (size_t)glyph.bytes, used += glyph.width) {
		glyph = glyph_next(at + done, UTF8_LEN_MAX, used);
		if (used + glyph.width > cols && done)
			break;
	}
	*len = done;
	*text = at + done + (at[done] == '\n');
	return true;
}

int ra_grid_wrap(struct ra_grid *grid, struct ra_area area, enum ra_look look, const char *text)
{
	const char *line;
	size_t len;
	int used = 0;

	for (; used < area.rows && ra_wrap_next(&text, area.cols, &line, &len); used++)
		ra_grid_put_len(grid, (struct ra_area){area.row + used, area.col, 1, area.cols}, look, line, len);
	return used;
}

void ra_grid_line(struct ra_grid *grid, struct ra_area area, enum ra_look look)
{
	bool across = area.cols > 1;
	struct ra_cell value = {.base = across ? RA_LINE_H : RA_LINE_V, .width = 1, .look = (uint16_t)look};

	if (grid->ascii)
		value.base = across ? '-' : '|';
	for (int i = 0; i < (across ? area.cols : area.rows); i++)
		set_cell(grid, area.row + (across ? 0 : i), area.col + (across ? i : 0), value);
}

static ra_err row_text(const struct ra_grid *grid, int row, struct ra_buf *out)
{
	char bytes[4];
	int last = grid->cols - 1;
	ra_err err = RA_OK;

	while (last >= 0 && ra_grid_cell(grid, row, last)->base == BLANK_CP && !ra_grid_cell(grid, row, last)->marks[0])
		last--;
	for (int col = 0; col <= last && !err; col++) {
		const struct ra_cell *cell = ra_grid_cell(grid, row, col);

		if (cell->width)
			err = ra_buf_add(out, bytes, (size_t)ra_utf8_put(cell->base, bytes));
		for (int i = 0; i < RA_CELL_MARKS && cell->marks[i] && !err; i++)
			err = ra_buf_add(out, bytes, (size_t)ra_utf8_put(cell->marks[i], bytes));
	}
	return err ? err : ra_buf_text(out, "\n");
}

static ra_err row_looks(const struct ra_grid *grid, int row, struct ra_buf *out)
{
#define LOOK_WORD(name, word) word,
	static const char *const words[] = {RA_LOOKS(LOOK_WORD)};
#undef LOOK_WORD
	ra_err err = RA_OK;
	int from = 0;

	for (int col = 1; col <= grid->cols && !err; col++) {
		int look = ra_grid_cell(grid, row, from)->look;

		if (col < grid->cols && ra_grid_cell(grid, row, col)->look == look)
			continue;
		if (look != RA_LOOK_PLAIN)
			err = ra_buf_printf(out, "%d: %d+%d %s\n", row, from, col - from, words[look]);
		from = col;
	}
	return err;
}

ra_err ra_grid_text(const struct ra_grid *grid, bool with_looks, struct ra_buf *out)
{
	ra_err err = RA_OK;

	for (int row = 0; row < grid->rows && !err; row++)
		err = row_text(grid, row, out);
	if (err || !with_looks)
		return err;
	err = ra_buf_printf(out, "cursor %d %d\n", grid->cursor_row, grid->cursor_col);
	for (int row = 0; row < grid->rows && !err; row++)
		err = row_looks(grid, row, out);
	return err;
}
