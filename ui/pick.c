#include "config.h"

#include "ui/pick.h"
#include "base/text.h"
#include "ui/frame.h"

#include <stdio.h>
#include <stdlib.h>

void ra_small_list(struct ra_small *small, const char *title, const struct ra_pick_item *items, size_t count)
{
	*small = (struct ra_small){.title = title, .items = items, .count = count};
}

ra_err ra_small_form(struct ra_small *small, const char *title, struct ra_form_field *fields, size_t count)
{
	ra_err err = RA_OK;

	*small = (struct ra_small){.title = title, .fields = fields, .count = count};
	if (count > RA_FORM_FIELDS_MAX)
		return RA_E_ARG;
	for (size_t i = 0; i < count && !err; i++)
		if (fields[i].value)
			err = ra_text_clean(fields[i].value, strlen(fields[i].value), false, &small->inputs[i].text);
	return err;
}

void ra_small_free(struct ra_small *small)
{
	for (size_t i = 0; i < RA_FORM_FIELDS_MAX; i++)
		ra_input_free(&small->inputs[i]);
	ra_pager_free(&small->help);
}

ra_err ra_small_values(struct ra_small *small)
{
	for (size_t i = 0; i < small->count; i++) {
		char *value = strdup(ra_input_text(&small->inputs[i]));

		if (!value)
			return RA_E_NOMEM;
		free(small->fields[i].value);
		small->fields[i].value = value;
	}
	return RA_OK;
}

static int row_count(const struct ra_small *small)
{
	return (int)small->count + (small->items ? 0 : 2);
}

static unsigned place(const struct ra_small *small)
{
	if (small->help.text)
		return RA_IN_TEXT;
	return !small->items && small->row < (int)small->count ? RA_IN_FIELD : RA_IN_LIST;
}

static void tell(const struct ra_small *small, struct ra_doc *doc)
{
	for (int i = 0; i < (int)small->count; i++) {
		const char *title = small->items ? small->items[i].title : small->fields[i].label;
		const char *more = small->items ? small->items[i].more : small->fields[i].hint;

		ra_doc_item(doc, &(struct ra_item){.text = title, .row = i});
		if (*more)
			ra_doc_item(doc, &(struct ra_item){.text = more, .look = RA_LOOK_DIM, .indent = 2, .row = i});
		if (!small->items)
			ra_doc_item(doc, &(struct ra_item){.row = i}); /* where it is typed */
	}
	if (small->items)
		return;
	ra_doc_gap(doc);
	ra_doc_item(doc, &(struct ra_item){.text = "Go on", .row = (int)small->count});
	ra_doc_item(doc, &(struct ra_item){.text = "Leave", .row = (int)small->count + 1});
}

static void paint_inputs(struct ra_small *small, struct ra_grid *grid, struct ra_area area, const struct ra_doc *doc)
{
	for (size_t i = 0; i < doc->count; i++) {
		int row = doc->lines[i].row, at = (int)i - small->scroll.top;
		bool last = i + 1 == doc->count || doc->lines[i + 1].row != row;

		if (row < 0 || row >= (int)small->count || !last || at < 0 || at >= area.rows)
			continue;
		ra_input_paint(grid, (struct ra_area){area.row + at, area.col + 4, 1, area.cols - 6},
			       &small->inputs[row], small->row == row);
	}
}

static void paint_rows(struct ra_small *small, struct ra_grid *grid)
{
	struct ra_area body = ra_frame_body(grid);
	RA_AUTO(ra_doc_free) struct ra_doc doc = {.cols = body.cols - 3};

	body.row++;
	body.rows--;
	tell(small, &doc);
	if (!doc.count)
		ra_doc_say(&doc, RA_LOOK_DIM, "There is nothing to pick from.");
	ra_scroll_clamp(&small->scroll, (int)doc.count, body.rows);
	ra_scroll_to_row(&small->scroll, &doc, small->row);
	ra_doc_paint(grid, body, &doc, &small->scroll, small->row);
	if (!small->items)
		paint_inputs(small, grid, body, &doc);
}

void ra_small_paint(struct ra_small *small, struct ra_grid *grid)
{
	struct ra_area body = ra_frame_body(grid);

	ra_grid_clear(grid);
	small->too_small = ra_frame_too_small(grid);
	if (small->too_small)
		return;
	body.col = 1;
	body.cols -= 2;
	if (small->help.text && ra_pager_paint(&small->help, grid, body))
		ra_pager_free(&small->help);
	if (!small->help.text)
		paint_rows(small, grid);
	ra_frame_title(grid, small->title);
	ra_frame_bar(grid, place(small));
	ra_frame_message(grid, small->message);
}

static void help_act(struct ra_small *small, enum ra_act act)
{
	if (act == RA_ACT_CLOSE)
		ra_pager_free(&small->help);
	else
		ra_pager_act(&small->help, act);
}

static void move(struct ra_small *small, enum ra_act act)
{
	int page = small->scroll.shown > 2 ? small->scroll.shown / 2 : 1, last = row_count(small) - 1, row = small->row;

	if (act == RA_ACT_UP || act == RA_ACT_DOWN)
		row += act == RA_ACT_UP ? -1 : 1;
	else if (act == RA_ACT_PAGE_UP || act == RA_ACT_PAGE_DOWN)
		row += act == RA_ACT_PAGE_UP ? -page : page;
	else if (act == RA_ACT_TOP || act == RA_ACT_BOTTOM)
		row = act == RA_ACT_TOP ? 0 : last;
	else if (act == RA_ACT_NEXT_ROW)
		row = row < last ? row + 1 : 0;
	row = row > last ? last : row;
	small->row = row < 0 ? 0 : row;
}

static enum ra_small_end go(struct ra_small *small)
{
	if (small->items)
		return small->count ? RA_SMALL_DONE : RA_SMALL_LEFT;
	if (small->row < (int)small->count)
		small->row++;
	else
		return small->row == (int)small->count ? RA_SMALL_DONE : RA_SMALL_LEFT;
	return RA_SMALL_GOES_ON;
}

static void type(struct ra_small *small, const struct ra_key_event *event, const struct ra_secret *pasted)
{
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (ra_input_key(&small->inputs[small->row], event, pasted, &errs))
		snprintf(small->message, sizeof(small->message), "%s", errs.text[0]);
}

enum ra_small_end ra_small_key(struct ra_small *small, const struct ra_key_event *event, const struct ra_secret *pasted)
{
	enum ra_act act = ra_key_act(place(small), event);

	small->message[0] = '\0';
	if (act == RA_ACT_SUSPEND)
		return RA_SMALL_SUSPEND;
	if (act == RA_ACT_REPAINT)
		return RA_SMALL_REPAINT;
	if (act == RA_ACT_CANCEL || act == RA_ACT_QUIT)
		return RA_SMALL_LEFT;
	if (small->too_small)
		return RA_SMALL_GOES_ON;
	if (act == RA_ACT_HELP) {
		if (ra_pager_open(&small->help, "Keys", ra_frame_help(), true))
			snprintf(small->message, sizeof(small->message), "no memory for this page");
	} else if (small->help.text) {
		help_act(small, act);
	} else if (act == RA_ACT_GO) {
		return go(small);
	} else if (act == RA_ACT_CLOSE) {
		small->row = (int)small->count;
	} else if (act != RA_ACT_NONE && act != RA_ACT_ERASE && act != RA_ACT_CLEAR) {
		move(small, act);
	} else if (place(small) == RA_IN_FIELD) {
		type(small, event, pasted);
	}
	return RA_SMALL_GOES_ON;
}
