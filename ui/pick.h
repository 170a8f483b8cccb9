/* pick.h - the two small screens before a walk: a list to pick from, a form to fill. Pure, like screen.h.
 * Invariants: leaving is always possible and does nothing; what was typed survives a resize. */
#ifndef RA_UI_PICK_H
#define RA_UI_PICK_H

#include "session/frontend.h"
#include "ui/doc.h"
#include "ui/input.h"
#include "ui/pager.h"

#define RA_FORM_FIELDS_MAX 16

enum ra_small_end { RA_SMALL_GOES_ON, RA_SMALL_DONE, RA_SMALL_LEFT, RA_SMALL_SUSPEND, RA_SMALL_REPAINT };
/* A list, or a form: then items is NULL. Owner: ra_small_free (the content); title, items and fields are borrowed. */
struct ra_small {
	const char *title;
	const struct ra_pick_item *items;
	struct ra_form_field *fields;
	size_t count;
	int row; /* of a form: the fields, then "Go on", then "Leave" */
	struct ra_scroll scroll;
	struct ra_input inputs[RA_FORM_FIELDS_MAX];
	struct ra_pager help;
	char message[RA_ERR_TEXT_MAX];
	bool too_small;
};
/* A list to pick from. */
void ra_small_list(struct ra_small *small, const char *title, const struct ra_pick_item *items, size_t count);
/* A form, its fields holding their values. Errors: RA_E_ARG (too many fields), RA_E_NOMEM. */
RA_MUST_USE ra_err ra_small_form(struct ra_small *small, const char *title, struct ra_form_field *fields, size_t count);
/* Paint it. */
void ra_small_paint(struct ra_small *small, struct ra_grid *grid);
/* Take a key. Out: whether it is over, and how; row is the picked one. */
enum ra_small_end ra_small_key(struct ra_small *small, const struct ra_key_event *event,
			       const struct ra_secret *pasted);
/* Hand what was typed to the fields. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_small_values(struct ra_small *small);
/* Free the content. */
void ra_small_free(struct ra_small *small);

#endif
