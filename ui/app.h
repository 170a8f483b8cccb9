/* app.h - the front end on a terminal: one loop over keys, signals and the hub's descriptors.
 * Invariants: 0 wake-ups while nothing runs; a view is made anew only when the session changed, or once a second while
 * something runs or waits; every key sees the view its predecessor led to; on every way out the terminal is as it was
 * and the session stopped. */
#ifndef RA_UI_APP_H
#define RA_UI_APP_H

#include "session/frontend.h"
#include "ui/term.h"

/* The functions of struct ra_frontend; payload is a const struct ra_term_options. */
ra_err ra_app_pick(void *payload, const char *title, const struct ra_pick_item *items, size_t count, int *picked,
		   struct ra_errs *errs);
/* As above. */
ra_err ra_app_form(void *payload, const char *title, struct ra_form_field *fields, size_t count, bool *done,
		   struct ra_errs *errs);
/* As above. */
ra_err ra_app_walk(void *payload, const struct ra_walk *walk, enum ra_left *left, int *signal_number,
		   struct ra_errs *errs);

#endif
