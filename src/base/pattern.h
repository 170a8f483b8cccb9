/* pattern.h - regular expressions with limits (PCRE2). Knows no domain.
 * Invariants: matching foreign bytes is bounded (steps, depth, memory, and for long subjects time); a pattern that runs
 * into a limit is an error, never "no match". For subjects up to RA_PATTERN_PURE_LEN the outcome depends on the bytes
 * alone, so a replay decides as the first run did; longer ones may also run out of time on a slow machine.
 * Patterns are UTF-8 in flows, subjects are bytes: compiled without UTF checking, so '.' and a class match one byte. */
#ifndef RA_BASE_PATTERN_H
#define RA_BASE_PATTERN_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define RA_PATTERN_GROUPS_MAX 10 /* the whole match and nine groups */
#define RA_PATTERN_TEXT_MAX 4096 /* bytes of a pattern */
#define RA_PATTERN_PURE_LEN 8192 /* bytes of a subject */

struct ra_pattern;
/* A match: byte offsets into the subject; start == end == SIZE_MAX for a group that took no part. */
struct ra_match {
	int groups;
	size_t start[RA_PATTERN_GROUPS_MAX];
	size_t end[RA_PATTERN_GROUPS_MAX];
};

/* Compile. Shape: multiline mode (^ and $ at line ends: LF, CR LF or CR); (?i) and friends in the text; \G has no use.
 * Out: *out is NULL on error. Owner: ra_pattern_free.
 * Errors: RA_E_INVALID with PCRE2's words and offset, or for more than nine groups; RA_E_NOMEM. */
RA_MUST_USE ra_err ra_pattern_compile(const char *text, struct ra_pattern **out, struct ra_errs *errs);
/* Search from an offset. Out: *found says whether; match is filled when it is (match may be NULL).
 * Errors: RA_E_LIMIT when a limit was reached; RA_E_NOMEM. */
RA_MUST_USE ra_err ra_pattern_find(const struct ra_pattern *pattern, const char *subject, size_t len, size_t from,
				   bool *found, struct ra_match *match);
/* The version of the PCRE2 that is loaded. Out: out[cap], cut at cap; returns out. */
const char *ra_pattern_library(char *out, size_t cap);
struct ra_pattern *ra_pattern_free(struct ra_pattern *pattern);
RA_DEFINE_AUTO(struct ra_pattern, ra_pattern_free);

#endif
