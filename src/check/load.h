/* load.h - a check file while it is read: where errors are told, and whether a fact's place can be meant. Private to
 * check/. Invariants: what these accept the parsers can work on without another look. */
#ifndef RA_CHECK_LOAD_H
#define RA_CHECK_LOAD_H

#include "check/parse.h"

/* A file being loaded. */
struct ra_check_loading {
	const struct ra_json *doc;
	struct ra_errs *errs;
};
#define BAD(load, node, ...) ra_json_fail((load)->doc, node, (load)->errs, RA_E_INVALID, __VA_ARGS__)

/* A node that must be a pattern. Errors: RA_E_INVALID, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_place_pattern_ok(const struct ra_check_loading *load, const cJSON *node);
/* The place a parser needs: its own keys, rightly typed. Shape: parser NULL: a builtin. Errors: RA_E_INVALID,
 * RA_E_NOMEM. */
RA_MUST_USE ra_err ra_place_ok(const struct ra_check_loading *load, const struct ra_parser *parser,
			       const struct ra_extract *fact);

#endif
