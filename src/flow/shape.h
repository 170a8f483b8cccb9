/* shape.h - the outline of an object in a flow file: which keys, of which kind. Strict: a key that is not listed is an
 * error (x_ excepted), with its place and what was expected. Knows JSON, not what the keys mean. Room flow/. */
#ifndef RA_FLOW_SHAPE_H
#define RA_FLOW_SHAPE_H

#include "base/json.h"

#include <stdbool.h>

enum ra_shape {
	RA_SHAPE_ANY,
	RA_SHAPE_TEXT,  /* not empty */
	RA_SHAPE_TEXTS, /* a text or a list of texts */
	RA_SHAPE_IDS,   /* a list of texts */
	RA_SHAPE_STEP,  /* a step name: lower-case words joined by - */
	RA_SHAPE_FACT,  /* a fact name */
	RA_SHAPE_FACTS, /* a list of fact names */
	RA_SHAPE_BOOL,
	RA_SHAPE_COUNT, /* a whole number, not negative */
	RA_SHAPE_OBJECT,
	RA_SHAPE_OBJECTS, /* a list of objects */
	RA_SHAPE_FORMAT   /* the number 1 */
};
/* One key; lists end with a name NULL. */
struct ra_shape_key {
	const char *name;
	enum ra_shape shape;
	bool must;
};
/* What every file opens with. */
#define RA_SHAPE_FILE                                                                                                  \
	{"$schema", RA_SHAPE_TEXT, true},                                                                              \
	{                                                                                                              \
		"format", RA_SHAPE_FORMAT, true                                                                        \
	}

/* Hold an object against its keys. Errors: RA_E_INVALID with file:line:col. */
RA_MUST_USE ra_err ra_shape_check(const struct ra_json *doc, const cJSON *node, const struct ra_shape_key *keys,
				  struct ra_errs *errs);
/* Hold every member of an object (or list) against one shape, whatever its key. Errors: RA_E_INVALID with
 * file:line:col. */
RA_MUST_USE ra_err ra_shape_each(const struct ra_json *doc, const cJSON *node, enum ra_shape shape,
				 struct ra_errs *errs);
/* Hold every object of a list (NULL: none) against the same keys. Errors: RA_E_INVALID with file:line:col. */
RA_MUST_USE ra_err ra_shape_list(const struct ra_json *doc, const cJSON *list, const struct ra_shape_key *keys,
				 struct ra_errs *errs);
/* Read a word of a closed list (NULL-terminated). Out: *out its index. Errors: RA_E_INVALID naming the list. */
RA_MUST_USE ra_err ra_shape_word(const struct ra_json *doc, const cJSON *node, const char *const *words, int *out,
				 struct ra_errs *errs);
/* True for a number without a fraction within the exact range. */
bool ra_is_whole(const cJSON *node);
/* True for a step name: lower-case words and digits joined by single -. */
bool ra_is_step_name(const char *text);
/* True for a key that belongs to the author (x_). */
bool ra_is_own_key(const char *key);

#endif
