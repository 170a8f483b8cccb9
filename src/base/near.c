/* near.c - the distance of two words: letters to change, add or drop, or neighbours to swap. */
#include "config.h"

#include "base/near.h"

#include <stdio.h>
#include <string.h>

#define LEN_MAX 63 /* longer words are not misspelt, they are others */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Three rows of the table of distances of all beginnings. */
size_t ra_near_distance(const char *a, const char *b)
{
	size_t len_a = strlen(a), len_b = strlen(b), rows[3][LEN_MAX + 1];

	if (len_a > LEN_MAX || len_b > LEN_MAX)
		return LEN_MAX;
	for (size_t i = 0; i <= len_a; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

		for (size_t k = 0; k <= len_b; k++) {
			if (i == 0 || k == 0) {
				row[k] = i + k;
				continue;
			}
			row[k] = least(above[k - 1] + (a[i - 1] != b[k - 1]), 1 + least(above[k], row[k - 1]));
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				row[k] = least(row[k], before[k - 2] + 1);
		}
	}
	return rows[len_a % 3][len_b];
}

void ra_near_try(struct ra_near *near, const char *candidate)
{
	size_t off = candidate ? ra_near_distance(near->word, candidate) : LEN_MAX;

	/* One letter in three may be wrong, or two words share nothing but letters. */
	if (!candidate || off * 3 > strlen(near->word) || (near->best && off >= near->off))
		return;
	near->best = candidate;
	near->off = off;
}

const char *ra_near_ask(const struct ra_near *near, char *buf, size_t cap)
{
	(void)snprintf(buf, cap, near->best ? "; is \"%.80s\" meant?" : "%s", near->best ? near->best : "");
	return buf;
}
