/* input.h - a line that is typed: plain text, or a secret that goes straight into its slot. Pure.
 * Invariants: a secret is in no other memory than its slot and is never painted, nor is its length; what is pasted is
 * text, never a key, and is cut at a cap; a plain text holds no control characters. */
#ifndef RA_UI_INPUT_H
#define RA_UI_INPUT_H

#include "ui/grid.h"
#include "ui/keys.h"

#define RA_INPUT_MAX 2000 /* bytes of a plain text */

/* Owner: ra_input_free (the content). Zero-initialised is an empty plain text. */
struct ra_input {
	struct ra_buf text;
	struct ra_secret *secret; /* not NULL: a secret is typed */
};
/* Forget the content; the next one is a secret or not. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_input_begin(struct ra_input *input, bool secret);
/* Take a character, a paste (pasted its text) or Backspace, Ctrl-U; other events do nothing.
 * Errors: RA_E_LIMIT (cut), RA_E_NOMEM; the sentence is for the operator. */
RA_MUST_USE ra_err ra_input_key(struct ra_input *input, const struct ra_key_event *event,
				const struct ra_secret *pasted, struct ra_errs *errs);
/* True when nothing was typed. */
bool ra_input_empty(const struct ra_input *input);
/* The plain text, "" for a secret. Borrowed. */
const char *ra_input_text(const struct ra_input *input);
/* Paint it into the first row of area: the end of a text that is too long, or for a secret words that do not tell its
 * length. The cursor goes behind it when focused. */
void ra_input_paint(struct ra_grid *grid, struct ra_area area, const struct ra_input *input, bool focused);
/* Free and wipe the content; empty and plain after. */
void ra_input_free(struct ra_input *input);

#endif
