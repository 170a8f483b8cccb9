/* plain.h - the front end of numbered prompts: lines in, lines out, no cursor movement, no boxes, no colour. For screen
 * readers, serial lines, TERM=dumb and scripts. Invariants: the same rows and words as the screens; nothing is done by
 * an empty line but reading on; end of input is a stop; a secret is read with the echo off and is in no other memory
 * than its slot. */
#ifndef RA_UI_PLAIN_H
#define RA_UI_PLAIN_H

#include "session/frontend.h"

struct ra_plain_options {
	bool ascii;
};

/* The functions of struct ra_frontend; payload is a const struct ra_plain_options. */
ra_err ra_plain_pick(void *payload, const char *title, const struct ra_pick_item *items, size_t count, int *picked,
		     struct ra_errs *errs);
/* As above. */
ra_err ra_plain_form(void *payload, const char *title, struct ra_form_field *fields, size_t count, bool *done,
		     struct ra_errs *errs);
/* As above. */
ra_err ra_plain_walk(void *payload, const struct ra_walk *walk, enum ra_left *left, int *signal_number,
		     struct ra_errs *errs);

#endif
