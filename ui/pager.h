/* pager.h - a long text to read: scrolled, searched, its place told. Pure.
 * Invariants: the text is clean and shown as it is, a line longer than the page going on below; scrolling costs the
 * same at 10 bytes and at 10 MB (lines are indexed once for a width); a search says where it is and starts over at the
 * end. */
#ifndef RA_UI_PAGER_H
#define RA_UI_PAGER_H

#include "ui/grid.h"
#include "ui/keytable.h"

#define RA_NEEDLE_MAX 200

/* Owner: ra_pager_free (the content). Zero-initialised is closed. */
struct ra_pager {
	char *title, *text; /* owned; text NULL: closed */
	size_t *lines;      /* offset of each shown line */
	size_t line_count, line_room;
	int cols;      /* the lines are for this width */
	bool at_words; /* lines are broken at words, not where the page ends */
	size_t top;
	int shown;
	char needle[RA_NEEDLE_MAX];
	size_t found, found_len; /* offset and length of what was found; found_len 0: nothing */
};
/* Open on a text, wrapped at words or shown to the letter. Owner: text becomes the pager's, on error too. Errors:
 * RA_E_NOMEM. */
RA_MUST_USE ra_err ra_pager_open(struct ra_pager *pager, const char *title, char *text, bool at_words);
/* Free the content; closed after. */
void ra_pager_free(struct ra_pager *pager);
/* Scroll; other actions do nothing. */
void ra_pager_act(struct ra_pager *pager, enum ra_act act);
/* Look for a text, capitals not minded; "" looks for the last one again. Out: false when it is nowhere. Shape: forward
 * from the place found last (or the top of the page), or backward. */
bool ra_pager_find(struct ra_pager *pager, const char *needle, bool forward);
/* Paint into area: a title with the place, then the text. Errors: RA_E_NOMEM (nothing is painted). */
RA_MUST_USE ra_err ra_pager_paint(struct ra_pager *pager, struct ra_grid *grid, struct ra_area area);

#endif
