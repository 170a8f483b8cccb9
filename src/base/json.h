/* json.h - strict JSON with positions. A scanner of our own checks the bytes first (cJSON accepts what a
 * strict format must not), then cJSON builds the tree. Knows no domain.
 * Invariants: what parses here is RFC 8259 JSON, valid UTF-8, without duplicate keys, trailing bytes, U+0000,
 * or numbers outside the exact range; every node of the tree has a line and a column. */
#ifndef RA_BASE_JSON_H
#define RA_BASE_JSON_H

#include "base/buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

/* Limits of one document; zero fields mean the defaults.
 * Units: bytes; levels of nesting. */
struct ra_json_limits {
	size_t len_max;   /* default 1 MiB */
	int depth_max;    /* default 32 */
	bool placeless;   /* nobody will ask where a node stands: ra_json_pos says 0:0. What is wrong is told with its place all the same */
};

/* A parsed document: tree plus positions. */
struct ra_json;

/* Parse bytes.
 * Shape:  name is what error sentences call the source (a file path, "journal line 7").
 *         Numbers: integers within +-(2^53-1), or decimals that are finite and of at most 63 characters.
 *         The nesting limit is at most 512 whatever is asked.
 * Out:    *out is the document, NULL on error.
 * Owner:  caller frees with ra_json_free.
 * Errors: RA_E_INVALID with "name:line:col: expected ..., found ...", RA_E_LIMIT, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_json_parse(const char *name, const char *bytes, size_t len,
				 const struct ra_json_limits *limits, struct ra_json **out, struct ra_errs *errs);
/* The root; borrowed, lives as long as the document. */
const cJSON *ra_json_root(const struct ra_json *doc);
/* The root, to take parts out of it; they are the caller's then, and have no place any more. */
cJSON *ra_json_tree(struct ra_json *doc);
/* Where a node stands. Units: line and column from 1, column in bytes. Out: 0:0 for a node not of this document. */
void ra_json_pos(const struct ra_json *doc, const cJSON *node, int *line, int *col);
/* The name given to ra_json_parse. */
const char *ra_json_name(const struct ra_json *doc);
struct ra_json *ra_json_free(struct ra_json *doc);
RA_DEFINE_AUTO(struct ra_json, ra_json_free);

/* Fail with the node's place in front: "name:line:col: ...". Out: returns code. */
ra_err ra_json_fail(const struct ra_json *doc, const cJSON *node, struct ra_errs *errs, ra_err code,
		    const char *fmt, ...) RA_PRINTF(5, 6);

/* Member of an object by exact key (cJSON's own lookup folds case). NULL when absent or obj is no object. */
const cJSON *ra_json_get(const cJSON *obj, const char *key);
/* Member as text, or fallback when absent or not a string. Borrowed. */
const char *ra_json_str(const cJSON *obj, const char *key, const char *fallback);
/* Member as whole number, or fallback when absent or not a whole number. */
int64_t ra_json_int(const cJSON *obj, const char *key, int64_t fallback);
/* Member as bool, or fallback when absent or not a bool. */
bool ra_json_bool(const cJSON *obj, const char *key, bool fallback);
/* Node at an RFC 6901 pointer ("" is the node itself), NULL when absent. Keys match exactly. */
const cJSON *ra_json_pointer(const cJSON *root, const char *pointer);
/* The tree as compact bytes: no spaces, member order as in the tree, whole numbers without exponent, decimals in the
 * fewest digits that read back the same, only '"', '\' and control characters escaped. What it prints of a parsed
 * tree parses back to the same tree. In a tree built by hand, bytes that are not UTF-8 become U+FFFD, and what JSON
 * cannot hold (infinity, no number, raw nodes) becomes null.
 * Owner: caller frees. Out: NULL without memory. */
RA_MUST_USE char *ra_json_print(const cJSON *node);

/* cJSON nodes for RA_AUTO. */
cJSON *ra_cjson_free(cJSON *node);
RA_DEFINE_AUTO(cJSON, ra_cjson_free);

#endif
