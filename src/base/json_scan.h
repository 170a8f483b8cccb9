/* json_scan.h - the strict scanner inside base/json: says whether bytes are JSON as this program reads it and where
 * each value stands. Only json.c includes it. Knows no domain.
 * Invariants: what passes here cJSON parses too, into exactly as many nodes, in the same (pre-)order. */
#ifndef RA_BASE_JSON_SCAN_H
#define RA_BASE_JSON_SCAN_H

#include "base/json.h"

/* Where a value begins, and its key when it is a member of an object (0:0 otherwise). Units: as ra_json_pos. */
struct ra_json_place {
	int line, col;
	int key_line, key_col;
};
/* The places of a document, in pre-order. */
struct ra_json_places {
	struct ra_json_place *at; /* NULL with limits that are placeless */
	size_t count;             /* of values */
};

/* Scan a whole document.
 * Shape:  limits with no zero fields.
 * Out:    *out holds a place for each value; NULL and 0 on error.
 * Owner:  caller frees out->at.
 * Errors: as ra_json_parse, but duplicate keys and the range of decimals are left to the tree. */
RA_MUST_USE ra_err ra_json_scan(const char *name, const char *bytes, size_t len, const struct ra_json_limits *limits,
				struct ra_json_places *out, struct ra_errs *errs);

#endif
