#include "config.h"

#include "ui/pager.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define PLACE_MAX 80

void ra_pager_free(struct ra_pager *pager)
{
	free(pager->title);
	free(pager->text);
	free(pager->lines);
	*pager = (struct ra_pager){0};
}

ra_err ra_pager_open(struct ra_pager *pager, const char *title, char *text, bool at_words)
{
	ra_pager_free(pager);
	pager->text = text;
	pager->at_words = at_words;
	pager->title = strdup(title);
	if (pager->text && pager->title)
		return RA_OK;
	ra_pager_free(pager);
	return RA_E_NOMEM;
}

static ra_err add_line(struct ra_pager *pager, size_t at)
{
	if (pager->line_count == pager->line_room) {
		size_t room = pager->line_room ? 2 * pager->line_room : 256;
		size_t *lines = realloc(pager->lines, room * sizeof(*lines));

		if (!lines)
			return RA_E_NOMEM;
		pager->lines = lines;
		pager->line_room = room;
	}
	pager->lines[pager->line_count++] = at;
	return RA_OK;
}

/* Bytes of a shown line, without what ends it. */
static size_t shown_len(const struct ra_pager *pager, size_t line)
{
	size_t at = pager->lines[line], len;

	if (line + 1 == pager->line_count)
		len = strlen(pager->text + at);
	else
		len = pager->lines[line + 1] - at;
	while (len && (pager->text[at + len - 1] == '\n' || (pager->at_words && pager->text[at + len - 1] == ' ')))
		len--;
	return len;
}

/* The last shown line that begins at or before an offset. */
static size_t line_of(const struct ra_pager *pager, size_t at)
{
	size_t low = 0, high = pager->line_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (pager->lines[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Where the lines of a wrapped paragraph go on: under its second column of text, if it has one. */
static int hang_of(const char *text, int cols)
{
	size_t indent = strspn(text, " "), len = strcspn(text, "\n");
	int hang = (int)indent;

	for (size_t i = indent + 1; i + 2 < len; i++)
		if (text[i] == ' ' && text[i + 1] == ' ')
			hang = (int)(i + strspn(text + i, " "));
	return hang > cols / 2 ? (int)indent < cols / 2 ? (int)indent : 0 : hang;
}

static ra_err index_lines(struct ra_pager *pager, int cols)
{
	size_t kept = pager->line_count ? pager->lines[pager->top] : 0;
	const char *at = pager->text, *line;
	bool more = true;
	int hang = 0;
	size_t len;
	ra_err err = RA_OK;

	pager->line_count = 0;
	for (const char *begin = at; more && !err; begin = at) {
		bool first = begin == pager->text || begin[-1] == '\n';

		if (pager->at_words && first)
			hang = hang_of(begin, cols);
		if (pager->at_words)
			more = ra_wrap_next(&at, first ? cols : cols - hang, &line, &len);
		else
			more = ra_cut_next(&at, cols, &line, &len);
		if (more)
			err = add_line(pager, (size_t)(begin - pager->text));
	}
	pager->cols = cols;
	pager->top = pager->line_count ? line_of(pager, kept) : 0;
	return err;
}

static size_t last_top(const struct ra_pager *pager)
{
	size_t shown = pager->shown > 0 ? (size_t)pager->shown : 1;

	return pager->line_count > shown ? pager->line_count - shown : 0;
}

static void move(struct ra_pager *pager, long lines)
{
	if (lines < 0 && (size_t)-lines > pager->top)
		pager->top = 0;
	else
		pager->top = (size_t)((long)pager->top + lines);
	if (pager->top > last_top(pager))
		pager->top = last_top(pager);
}

void ra_pager_act(struct ra_pager *pager, enum ra_act act)
{
	long page = pager->shown > 1 ? pager->shown - 1 : 1;

	if (act == RA_ACT_UP || act == RA_ACT_DOWN)
		move(pager, act == RA_ACT_UP ? -1 : 1);
	else if (act == RA_ACT_PAGE_UP || act == RA_ACT_PAGE_DOWN)
		move(pager, act == RA_ACT_PAGE_UP ? -page : page);
	else if (act == RA_ACT_TOP)
		pager->top = 0;
	else if (act == RA_ACT_BOTTOM)
		pager->top = last_top(pager);
}

static const char *find_forward(const char *text, const char *end, const char *needle, size_t len)
{
	for (; text + len <= end; text++)
		if (!strncasecmp(text, needle, len))
			return text;
	return NULL;
}

static const char *find_backward(const char *text, const char *from, const char *needle, size_t len)
{
	while (from-- > text)
		if (!strncasecmp(from, needle, len))
			return from;
	return NULL;
}

bool ra_pager_find(struct ra_pager *pager, const char *needle, bool forward)
{
	const char *text = pager->text, *end = text + strlen(text), *hit;

	if (*needle) {
		snprintf(pager->needle, sizeof(pager->needle), "%s", needle);
		pager->found_len = 0;
	}
	size_t len = strlen(pager->needle), from = pager->line_count ? pager->lines[pager->top] : 0;

	if (!len)
		return false;
	if (pager->found_len)
		from = pager->found + (forward ? 1 : 0);
	hit = forward ? find_forward(text + from, end, pager->needle, len)
		      : find_backward(text, text + from, pager->needle, len);
	if (!hit)
		hit = forward ? find_forward(text, end, pager->needle, len)
			      : find_backward(text, end, pager->needle, len);
	pager->found_len = hit ? len : 0;
	if (!hit)
		return false;
	pager->found = (size_t)(hit - text);
	size_t line = pager->line_count ? line_of(pager, pager->found) : 0;

	if (line < pager->top || line >= pager->top + (size_t)pager->shown)
		pager->top = line;
	move(pager, 0);
	return true;
}

/* Columns before a line of a paragraph that goes on. */
static int hang_at(const struct ra_pager *pager, size_t line)
{
	if (!pager->at_words || !line || pager->text[pager->lines[line] - 1] == '\n')
		return 0;
	while (line && pager->text[pager->lines[line] - 1] != '\n')
		line--;
	return hang_of(pager->text + pager->lines[line], pager->cols);
}

/* The part of what was found that stands in this line. */
static void paint_found(const struct ra_pager *pager, struct ra_grid *grid, struct ra_area area, size_t line)
{
	size_t at = pager->lines[line], len = shown_len(pager, line);
	size_t from = pager->found > at ? pager->found : at, to = pager->found + pager->found_len;
	RA_AUTO(ra_buf_free) struct ra_buf before = {0};

	if (!pager->found_len || from >= at + len || to <= at)
		return;
	if (to > at + len)
		to = at + len;
	if (ra_buf_add(&before, pager->text + at, from - at))
		return;
	int skip = ra_text_width(ra_buf_str(&before));

	ra_grid_put_len(grid, (struct ra_area){area.row, area.col + skip, 1, area.cols - skip}, RA_LOOK_FOUND,
			pager->text + from, to - from);
}

static void paint_title(const struct ra_pager *pager, struct ra_grid *grid, struct ra_area area)
{
	size_t last = pager->top + (size_t)(area.rows - 1);
	char place[PLACE_MAX];

	if (last > pager->line_count)
		last = pager->line_count;
	snprintf(place, sizeof(place), "%zu-%zu of %zu (%zu%%)", pager->line_count ? pager->top + 1 : 0, last,
		 pager->line_count, pager->line_count ? last * 100 / pager->line_count : 100);
	int width = ra_text_width(place);

	ra_grid_put(grid, (struct ra_area){area.row, area.col, 1, area.cols - width - 2}, RA_LOOK_TITLE, pager->title);
	ra_grid_put(grid, (struct ra_area){area.row, area.col + area.cols - width, 1, width}, RA_LOOK_DIM, place);
}

ra_err ra_pager_paint(struct ra_pager *pager, struct ra_grid *grid, struct ra_area area)
{
	if (pager->cols != area.cols && index_lines(pager, area.cols))
		return RA_E_NOMEM;
	pager->shown = area.rows - 1;
	move(pager, 0);
	paint_title(pager, grid, area);
	for (int i = 0; i < pager->shown && pager->top + (size_t)i < pager->line_count; i++) {
		struct ra_area row = {area.row + 1 + i, area.col, 1, area.cols};
		size_t line = pager->top + (size_t)i;

		row.col += hang_at(pager, line);
		row.cols = area.col + area.cols - row.col;
		ra_grid_put_len(grid, row, RA_LOOK_PLAIN, pager->text + pager->lines[line], shown_len(pager, line));
		paint_found(pager, grid, row, line);
	}
	grid->cursor_row = area.row + 1;
	grid->cursor_col = area.col;
	return RA_OK;
}
