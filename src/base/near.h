/* near.h - which of the words there are is meant by one that is not: for messages. Room base/.
 * Invariants: words of any length are bounded; no allocation. */
#ifndef RA_BASE_NEAR_H
#define RA_BASE_NEAR_H

#include <stddef.h>

/* How many letters apart two words are: changed, added, left out, or two neighbours swapped. Out: a large number when one is longer than
 * words are. */
size_t ra_near_distance(const char *a, const char *b);

/* One search. Set word, leave the rest zero. */
struct ra_near {
	const char *word;
	const char *best; /* borrowed from what was tried; NULL: none is near */
	size_t off;       /* how many letters apart */
};
/* Hold a candidate against the word: the nearest is kept, the first of equals. Shape: candidate NULL is none. */
void ra_near_try(struct ra_near *near, const char *candidate);
/* "; is \"else\" meant?", or "" when nothing is near. Out: buf, which is also returned. */
const char *ra_near_ask(const struct ra_near *near, char *buf, size_t cap);

#endif
