/* grams.h - where any of many words stands in many bytes, without a look at every byte. Knows no domain.
 * Every word lends a window as long as the shortest word; of the text only every so manieth place is looked at, so that
 * one of them falls into each window that stands there, and is held against a bit table of what the windows have there.
 * Invariants: each occurrence that lies wholly within the bytes is found exactly once, whatever the bytes are; occurrences
 * come in no certain order. Memory depends on the words alone. */
#ifndef RA_BASE_GRAMS_H
#define RA_BASE_GRAMS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RA_GRAMS_WORD_MIN 6 /* bytes of a word */
#define RA_GRAMS_WORDS_MAX 65535

struct ra_grams;
/* Prepare for these words (copied).
 * Out: *out, NULL on error. Owner: ra_grams_free.
 * Errors: RA_E_ARG for a word that is too short, or too many of them; RA_E_NOMEM. */
RA_MUST_USE ra_err ra_grams_new(const char *const *words, size_t count, struct ra_grams **out, struct ra_errs *errs);

/* A search. Shape: bytes and len are set, all else is 0. Borrowed bytes. */
struct ra_grams_hunt {
	const char *bytes;
	size_t len;
	size_t at;     /* the next place to look at */
	size_t seen;   /* the place looked at last */
	uint32_t next; /* what else may begin there; 0: nothing */
};
/* The next occurrence. Out: the word's index, and where it begins; false when there is none left. */
bool ra_grams_next(const struct ra_grams *grams, struct ra_grams_hunt *hunt, size_t *word, size_t *where);
/* How often an LF stands in the bytes. */
size_t ra_count_lines(const char *bytes, size_t len);

struct ra_grams *ra_grams_free(struct ra_grams *grams);
RA_DEFINE_AUTO(struct ra_grams, ra_grams_free);

#endif
