#include "config.h"

#include "ui/frame.h"
#include "base/text.h"
#include "ui/tell.h"

#include <stdio.h>
#include <string.h>

#define HEAD_PARTS 5
#define PART_MAX 160
#define CAUSE_LINES_MAX 3

struct ra_area ra_frame_body(const struct ra_grid *grid)
{
	return (struct ra_area){1, 0, grid->rows - 2, grid->cols};
}

static void planes_up(const struct ra_view *view, char *out, size_t cap)
{
	bool by_hand = !strcmp(view->source, RA_SOURCE_MANUAL);
	size_t len = (size_t)snprintf(out, cap, "%s", by_hand ? RA_SOURCE_MANUAL : "");

	for (size_t i = 0; i < view->plane_count; i++) {
		const struct ra_view_plane *plane = &view->planes[i];
		const char *after = !strcmp(plane->state, "up") ? "" : !strcmp(plane->state, "down") ? " down" : NULL;

		if (!after || len >= cap)
			continue;
		/* The page says what the mark means. */
		bool unchecked = view->unchecked && !strcmp(plane->name, "vcenter");
		int n = snprintf(out + len, cap - len, "%s%s%s%s", len ? "  " : "", ra_tell_plane(plane->name),
				 unchecked ? "!" : "", after);

		len += n > 0 ? (size_t)n : 0;
	}
}

static int steps_seen(const struct ra_view *view)
{
	int count = 0;

	for (size_t i = 0; i < view->step_count; i++)
		count += view->steps[i].mark != RA_MARK_BACK;
	return count;
}

/* "Attestation Failed (12:01Z), before this boot" without its time: how far it can be trusted is the last to go. */
static void drop_time(char *part)
{
	char *from = strstr(part, " ("), *to = from ? strchr(from, ')') : NULL;

	if (to)
		memmove(from, to + 1, strlen(to + 1) + 1);
}

static int width_of(char parts[HEAD_PARTS][PART_MAX])
{
	int width = 1;

	for (int i = 0; i < HEAD_PARTS; i++)
		width += *parts[i] ? ra_text_width(parts[i]) + 3 : 0;
	return width;
}

/* Put the parts from left to right, leaving out the least needed ones until they fit. */
static void put_head(struct ra_grid *grid, char parts[HEAD_PARTS][PART_MAX], int room)
{
	static const int drop[] = {0, 4, 2, 3}; /* name, planes, version, attestation; the host stays */
	int col = 1;

	for (size_t i = 0; i < RA_LEN(drop) && width_of(parts) > room; i++) {
		if (drop[i] == 3)
			drop_time(parts[3]);
		if (width_of(parts) > room)
			parts[drop[i]][0] = '\0';
	}
	for (int i = 0; i < HEAD_PARTS; i++)
		if (*parts[i])
			col += ra_grid_put(grid, (struct ra_area){0, col, 1, room - col}, RA_LOOK_HEAD, parts[i]) + 3;
}

void ra_frame_head(struct ra_grid *grid, const struct ra_view *view)
{
	char parts[HEAD_PARTS][PART_MAX], step[RA_SPAN_MAX];
	int room = grid->cols;

	snprintf(parts[0], PART_MAX, "reattest");
	snprintf(parts[1], PART_MAX, "%s", view->host);
	snprintf(parts[2], PART_MAX, "%s%s", *view->esxi_version ? "ESXi " : "", view->esxi_version);
	snprintf(parts[3], PART_MAX, "Attestation %s", view->attestation);
	planes_up(view, parts[4], PART_MAX);
	snprintf(step, sizeof(step), " step %d ", steps_seen(view));
	ra_grid_fill(grid, (struct ra_area){0, 0, 1, grid->cols}, RA_LOOK_HEAD);
	if (view->step_count)
		room -= ra_grid_put(grid, (struct ra_area){0, grid->cols - (int)strlen(step), 1, (int)strlen(step)},
				    RA_LOOK_HEAD, step);
	put_head(grid, parts, room);
}

void ra_frame_title(struct ra_grid *grid, const char *title)
{
	ra_grid_fill(grid, (struct ra_area){0, 0, 1, grid->cols}, RA_LOOK_HEAD);
	int used = ra_grid_put(grid, (struct ra_area){0, 1, 1, grid->cols}, RA_LOOK_HEAD, "reattest");

	ra_grid_put(grid, (struct ra_area){0, used + 4, 1, grid->cols - used - 4}, RA_LOOK_HEAD, title);
}

static bool is_last(enum ra_act act)
{
	return act == RA_ACT_HELP || act == RA_ACT_QUIT;
}

void ra_frame_bar(struct ra_grid *grid, unsigned place)
{
	const struct ra_key_row *rows;
	size_t count = ra_key_rows(&rows);
	int row = grid->rows - 1, col = 1, room = grid->cols;

	ra_grid_fill(grid, (struct ra_area){row, 0, 1, grid->cols}, RA_LOOK_HEAD);
	for (size_t i = 0; i < count; i++)
		if (rows[i].bar && rows[i].places & place && is_last(rows[i].act))
			room -= (int)strlen(rows[i].bar) + 2;
	for (int last = 0; last < 2; last++) {
		for (size_t i = 0; i < count; i++) {
			if (!rows[i].bar || !(rows[i].places & place) || is_last(rows[i].act) != last)
				continue;
			if (!last && col + (int)strlen(rows[i].bar) > room)
				break;
			col += ra_grid_put(grid, (struct ra_area){row, col, 1, grid->cols - col}, RA_LOOK_HEAD,
					   rows[i].bar) +
			       2;
		}
	}
}

void ra_frame_message(struct ra_grid *grid, const char *message)
{
	struct ra_area row = {grid->rows - 2, 0, 1, grid->cols};

	if (!*message)
		return;
	ra_grid_fill(grid, row, RA_LOOK_PLAIN);
	row.col = 1;
	row.cols -= 1;
	ra_grid_put(grid, row, RA_LOOK_TITLE, message);
}

bool ra_frame_too_small(struct ra_grid *grid)
{
	char text[120];

	if (grid->rows >= RA_ROWS_MIN && grid->cols >= RA_COLS_MIN)
		return false;
	snprintf(text, sizeof(text), "This window is %d x %d; reattest needs %d x %d. Make it larger, or q quits.",
		 grid->cols, grid->rows, RA_COLS_MIN, RA_ROWS_MIN);
	ra_grid_clear(grid);
	ra_grid_wrap(grid, (struct ra_area){0, 0, grid->rows, grid->cols}, RA_LOOK_PLAIN, text);
	return true;
}

static int put_causes(struct ra_grid *grid, struct ra_area area, const struct ra_view *view)
{
	int likely = 0, open = 0, ruled_out = 0, row = area.row;
	char line[RA_SPAN_MAX];

	ra_grid_put(grid, (struct ra_area){row++, area.col, 1, area.cols}, RA_LOOK_TITLE, "Causes");
	for (size_t i = 0; i < view->cause_count; i++) {
		const struct ra_view_cause *cause = &view->causes[i];
		struct ra_area at = {row, area.col + 1, 1, area.cols - 1};

		ruled_out += !strcmp(cause->status, "ruled_out");
		open += !strcmp(cause->status, "open") || !strcmp(cause->status, "possible");
		if (strcmp(cause->status, "likely") || ++likely > CAUSE_LINES_MAX)
			continue;
		int used = ra_grid_put(grid, at, RA_LOOK_BAD, "likely ");

		ra_grid_put(grid, (struct ra_area){row++, at.col + used, 1, at.cols - used}, RA_LOOK_PLAIN,
			    cause->title);
	}
	if (likely > CAUSE_LINES_MAX)
		snprintf(line, sizeof(line), "+%d likely  open %d", likely - CAUSE_LINES_MAX, open);
	else
		snprintf(line, sizeof(line), "open %d  ruled out %d", open, ruled_out);
	ra_grid_put(grid, (struct ra_area){row++, area.col + 1, 1, area.cols - 1}, RA_LOOK_PLAIN, line);
	return row - area.row;
}

static int likely_lines(const struct ra_view *view)
{
	int likely = 0;

	for (size_t i = 0; i < view->cause_count; i++)
		likely += !strcmp(view->causes[i].status, "likely");
	return likely > CAUSE_LINES_MAX ? CAUSE_LINES_MAX : likely;
}

static void put_step(struct ra_grid *grid, struct ra_area at, const struct ra_view_step *step)
{
	static const char *const marks[] = {
	    [RA_MARK_DONE] = "[done]", [RA_MARK_NOW] = "[now]", [RA_MARK_SKIP] = "[skip]", [RA_MARK_BACK] = ""};
	bool now = step->mark == RA_MARK_NOW;

	ra_grid_put(grid, at, now ? RA_LOOK_TITLE : RA_LOOK_DIM, marks[step->mark]);
	at.col += 7;
	at.cols -= 7;
	ra_grid_put(grid, at, now ? RA_LOOK_TITLE : RA_LOOK_PLAIN, step->title);
}

void ra_frame_way(struct ra_grid *grid, struct ra_area area, const struct ra_view *view)
{
	int foot = 3 + likely_lines(view), room = area.rows - foot - 1, skip = steps_seen(view) - room, row = area.row;

	ra_grid_put(grid, (struct ra_area){row++, area.col, 1, area.cols}, RA_LOOK_TITLE, "Where you are");
	for (size_t i = 0; i < view->step_count; i++) {
		if (view->steps[i].mark == RA_MARK_BACK || skip-- > 0)
			continue;
		put_step(grid, (struct ra_area){row++, area.col, 1, area.cols}, &view->steps[i]);
	}
	put_causes(grid, (struct ra_area){row < area.row + area.rows - foot ? row + 1 : row, area.col, foot, area.cols},
		   view);
}

static ra_err help_place(struct ra_buf *text, unsigned place, const char *title)
{
	const struct ra_key_row *rows;
	size_t count = ra_key_rows(&rows);
	ra_err err = ra_buf_printf(text, "%s%s\n", text->len ? "\n" : "", title);

	for (size_t i = 0; i < count && !err; i++)
		if (rows[i].places & place)
			err = ra_buf_printf(text, "  %-20s %s\n", rows[i].name, rows[i].help);
	return err;
}

char *ra_frame_help(void)
{
	static const struct {
		unsigned place;
		const char *title;
	} places[] = {
	    {RA_IN_WALK, "In a walk"},
	    {RA_IN_MANY, "Where several rows may be marked"},
	    {RA_IN_FIELD, "Where something is typed"},
	    {RA_IN_BOARD, "In causes, commands, facts, steps, checks and words"},
	    {RA_IN_TEXT, "In a text"},
	    {RA_IN_LIST, "In a list"},
	};
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};
	ra_err err = RA_OK;

	for (size_t i = 0; i < RA_LEN(places) && !err; i++)
		err = help_place(&text, places[i].place, places[i].title);
	if (!err)
		err = ra_buf_text(&text,
				  "\nA number chooses a row and does not do it. What is pasted is text, never keys.\n");
	return err ? NULL : ra_buf_take(&text);
}
