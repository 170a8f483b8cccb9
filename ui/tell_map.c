#include "config.h"

#include "ui/tell.h"

#include <stdio.h>

#define DEPTH_COLS 2
#define DEPTH_PART 12 /* one step deeper for so many columns there are, and no more */

static const char *const marks[] = {
    [RA_MAP_GONE] = "      ", [RA_MAP_AHEAD] = "[ ]   ", [RA_MAP_DONE] = "[done]",
    [RA_MAP_SKIP] = "[skip]", [RA_MAP_BACK] = "[back]",	 [RA_MAP_NOW] = "[now] ",
};

static enum ra_look look_of(const struct ra_view_map_row *row)
{
	if (row->kind == RA_MAP_FLOW || row->state == RA_MAP_NOW)
		return RA_LOOK_TITLE;
	if (row->kind != RA_MAP_STEP || row->state == RA_MAP_GONE)
		return RA_LOOK_DIM;
	return RA_LOOK_PLAIN;
}

/* The marks stand in one column; how deep a row is shows in the blanks behind them. */
static void lead_of(const struct ra_view_map_row *row, int cols, char *out, size_t cap)
{
	int depth = row->depth > cols / DEPTH_PART ? cols / DEPTH_PART : row->depth;
	const char *mark = row->kind == RA_MAP_STEP ? marks[row->state] : marks[RA_MAP_GONE];

	snprintf(out, cap, "%s%*s", mark, depth * DEPTH_COLS, "");
}

void ra_tell_map_row(const struct ra_view *view, size_t at, int row, struct ra_doc *doc)
{
	const struct ra_view_map_row *own = &view->map[at];
	const struct ra_item item = {.look = look_of(own), .row = row};
	char lead[RA_DOC_UNWRAPPED / DEPTH_PART * DEPTH_COLS + 16], tail[80];
	struct ra_item made = item;

	if (own->kind == RA_MAP_FLOW) {
		ra_doc_printf(doc, &item, "Flow: %s", own->title);
		return;
	}
	lead_of(own, doc->cols, lead, sizeof(lead));
	made.lead = lead;
	made.lead_look = own->state == RA_MAP_NOW ? RA_LOOK_TITLE : RA_LOOK_DIM;
	if (own->kind != RA_MAP_STEP) {
		ra_doc_printf(doc, &made, "%s -> %s (%s)%s%s", own->label, own->title, own->kind == RA_MAP_ABOVE ? "above" : "below",
			      *own->taken ? ", taken as step " : "", own->taken);
		return;
	}
	snprintf(tail, sizeof(tail), "%s%s%s%.40s", own->sign, *own->sign && *own->taken ? " " : "", *own->taken ? "#" : "", own->taken);
	made.tail = tail;
	made.text = own->title;
	ra_doc_item(doc, &made);
}

int ra_tell_map_now(const struct ra_view *view)
{
	for (size_t i = view->map_count; i-- > 0;)
		if (view->map[i].kind == RA_MAP_STEP && view->map[i].state == RA_MAP_NOW)
			return (int)i;
	return 0;
}

/* The row of the step itself; at where it is none. */
static const struct ra_view_map_row *step_of(const struct ra_view *view, size_t at)
{
	for (size_t i = 0; i < view->map_count; i++)
		if (view->map[i].kind == RA_MAP_STEP && !strcmp(view->map[i].flow, view->map[at].flow) &&
		    !strcmp(view->map[i].id, view->map[at].id))
			return &view->map[i];
	return &view->map[at];
}

void ra_tell_map_detail(const struct ra_view *view, size_t at, struct ra_doc *doc)
{
	static const char *const states[] = {
	    [RA_MAP_GONE] = "Not taken, and it can no longer come.",
	    [RA_MAP_AHEAD] = "Not taken; it can still come.",
	    [RA_MAP_DONE] = "Done.",
	    [RA_MAP_SKIP] = "Left undone.",
	    [RA_MAP_BACK] = "The walk stepped back from here.",
	    [RA_MAP_NOW] = "The walk stands here.",
	};
	const struct ra_view_map_row *row = step_of(view, at);

	ra_doc_say(doc, RA_LOOK_TITLE, row->title);
	if (row->kind == RA_MAP_FLOW) {
		ra_tell_part(doc, "Flow", row->flow);
		return;
	}
	ra_doc_printf(doc, &(struct ra_item){.row = RA_DOC_NO_ROW}, "%s%s%s", states[row->state], *row->taken ? " Step number " : "", row->taken);
	ra_tell_part(doc, "What it is", row->is);
	ra_tell_parts(doc, "What it says", &row->say);
	ra_tell_parts(doc, "Ways out", &row->ways);
	ra_tell_part(doc, "Step", row->id);
	ra_tell_part(doc, "Flow", row->flow);
}
