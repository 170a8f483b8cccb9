#include "config.h"

#include "ui/pager.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define TAB_STOP 8
#define PLACE_MAX 80
#define UTF8_LEN_MAX 4
#define LINE_BYTES_PER_COL 32

void ra_pager_free(struct ra_pager *pager)
{
	free(pager->title);
	free(pager->text);
	free(pager->lines);
	*pager = (struct ra_pager){0};
}

ra_err ra_pager_open(struct ra_pager *pager, const char *title, char *text)
{
	ra_pager_free(pager);
	pager->text = text;
	pager->title = strdup(title);
	if (pager->text && pager->title)
		return RA_OK;
	ra_pager_free(pager);
	return RA_E_NOMEM;
}

/* Bytes of the line that begins here and fits into cols. A heap of marks on one letter ends a line, too: no line costs
 * more than a page. */
static size_t line_len(const char *text, int cols)
{
	size_t done = 0, most = (size_t)cols * LINE_BYTES_PER_COL;
	int used = 0, width;
	uint32_t cp;

	while (text[done] && text[done] != '\n' && done < most) {
		unsigned char byte = (unsigned char)text[done];
		int n = 1;

		if (byte >= 0x20 && byte < 0x7f) {
			width = 1;
		} else {
			n = ra_utf8_next(text + done, UTF8_LEN_MAX, &cp); /* the NUL ends a sequence that is cut off */
			width = n < 0 ? 1 : cp == '\t' ? TAB_STOP - used % TAB_STOP : ra_cp_width(cp);
			n = n < 0 ? 1 : n;
		}
		if (used + width > cols && done)
			break;
		used += width < 0 ? 1 : width;
		done += (size_t)n;
	}
	return done;
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

static ra_err index_lines(struct ra_pager *pager, int cols)
{
	size_t len = strlen(pager->text), at = 0, kept = pager->line_count ? pager->lines[pager->top] : 0;
	ra_err err = RA_OK;

	pager->line_count = 0;
	while (at < len && !err) {
		err = add_line(pager, at);
		at += line_len(pager->text + at, cols);
		if (at < len && pager->text[at] == '\n')
			at++;
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

/* The part of what was found that stands in the line from `at`, len bytes long. */
static void paint_found(const struct ra_pager *pager, struct ra_grid *grid, struct ra_area area, size_t at)
{
	size_t len = line_len(pager->text + at, pager->cols);
	size_t from = pager->found > at ? pager->found : at, to = pager->found + pager->found_len;

	if (!pager->found_len || from >= at + len || to <= at)
		return;
	if (to > at + len)
		to = at + len;
	struct ra_buf before = {0};

	if (!ra_buf_add(&before, pager->text + at, from - at)) {
		int skip = ra_text_width(ra_buf_str(&before));

		ra_grid_put_len(grid, (struct ra_area){area.row, area.col + skip, 1, area.cols - skip}, RA_LOOK_FOUND,
				pager->text + from, to - from);
	}
	ra_buf_free(&before);
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
		size_t at = pager->lines[pager->top + (size_t)i];
		size_t len = line_len(pager->text + at, area.cols);

		ra_grid_put_len(grid, row, RA_LOOK_PLAIN, pager->text + at, len);
		paint_found(pager, grid, row, at);
	}
	grid->cursor_row = area.row + 1;
	grid->cursor_col = area.col;
	return RA_OK;
}
