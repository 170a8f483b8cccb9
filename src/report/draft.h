/* draft.h - a document as it is written, Markdown or plain: headings, lists, output, and how much of each. Not for other rooms.
 * Invariants: foreign text marks nothing up, links nothing, names nobody, whatever it holds; what a limit leaves out is said where it
 * was. The first failure is kept, what follows is dropped. */
#ifndef RA_REPORT_DRAFT_H
#define RA_REPORT_DRAFT_H

#include "report/parts.h"

/* How much of each thing; 0: all of it. */
struct ra_draft_limits {
	size_t text;  /* bytes of one text */
	size_t rows;  /* of one list */
	size_t lines; /* of one command's output */
	bool brief;   /* no output at all, and of what was shown only what was said to it */
};
struct ra_draft {
	struct ra_buf *out;
	struct ra_buf line; /* the one being put together */
	bool md;
	const struct ra_draft_limits *limits;
	bool cut; /* Out: something was left out */
	ra_err err;
};

/* A line of any length. Out: borrowed until the next one. */
const char *ra_draft_line(struct ra_draft *doc, const char *fmt, ...) RA_PRINTF(2, 3);
/* As it is, and foreign text. */
void ra_draft_raw(struct ra_draft *doc, const char *text);
void ra_draft_words(struct ra_draft *doc, const char *text);
/* level 1 to 3. */
void ra_draft_heading(struct ra_draft *doc, int level, const char *text);
/* A line of a list, its lead in bold or in a column of this width. */
void ra_draft_row(struct ra_draft *doc, int width, const char *lead, const char *text);
void ra_draft_item(struct ra_draft *doc, const char *lead, const char *text);
/* A line that belongs to the one above it. */
void ra_draft_below(struct ra_draft *doc, const char *text);
/* A labelled value; nothing where it is "". One without a label goes with the one above it. */
void ra_draft_pair(struct ra_draft *doc, const char *label, const char *value);
void ra_draft_paragraph(struct ra_draft *doc, const char *text);
/* Output to the letter. */
void ra_draft_code(struct ra_draft *doc, const char *text);
/* Before row `at` of a list of `count`: is that all there is room for? Then it says how many more there are. After
 * a failure: true. */
bool ra_draft_full(struct ra_draft *doc, size_t at, size_t count);

#endif
