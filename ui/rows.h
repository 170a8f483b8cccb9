/* rows.h - what can be chosen in a walk now: the results of the step, worst first, and one row for each answer the
 * prompt takes. Pure. Invariants: the same rows for terminal and plain mode; `safe` is the row that has the focus at
 * first, and doing it changes nothing outside; a dangerous yes is never a row to press Enter on but a field to type
 * into. */
#ifndef RA_UI_ROWS_H
#define RA_UI_ROWS_H

#include "session/view.h"

#define RA_ROWS_MAX 256
#define RA_OPTIONS_MAX 64 /* options of one prompt that can be marked */

enum ra_row_kind {
	RA_ROW_NONE,
	RA_ROW_RESULT, /* index: of view.results; shows its output */
	RA_ROW_OPTION, /* index: of prompt.options */
	RA_ROW_DONE,   /* the marked options are the answer */
	RA_ROW_GO,
	RA_ROW_YES,
	RA_ROW_NO,
	RA_ROW_FIELD, /* typed text, a secret, or the word yes */
	RA_ROW_KEEP_WAITING,
	RA_ROW_SKIP,
	RA_ROW_BACK,
	RA_ROW_EXPORT,
	RA_ROW_LEAVE
};
struct ra_row {
	enum ra_row_kind kind;
	size_t index;
};
struct ra_rows {
	struct ra_row rows[RA_ROWS_MAX];
	int count;
	int safe; /* -1 when there is none */
};
/* The rows of a view. */
void ra_rows_make(const struct ra_view *view, struct ra_rows *out);
/* Where a row stands in rows, -1 when it is not there. */
int ra_rows_find(const struct ra_rows *rows, struct ra_row row);
/* True when the prompt's field is answered by typing the word yes. */
bool ra_row_types_yes(const struct ra_view_prompt *prompt);
/* What a row that is no result, option or field says. */
const char *ra_row_words(const struct ra_view_prompt *prompt, enum ra_row_kind kind);

#endif
