/* cond_tree.h - a compiled condition, for cond.c (compile, visit, compare), cond_eval.c and the linter, which asks what a condition
 * demands. Private to these. */
#ifndef RA_FLOW_COND_TREE_H
#define RA_FLOW_COND_TREE_H

#include "base/pattern.h"
#include "flow/cond.h"

enum ra_form {
	RA_FORM_ALL,
	RA_FORM_ANY,
	RA_FORM_NOT,
	RA_FORM_IS,
	RA_FORM_IN,
	RA_FORM_LT,
	RA_FORM_LE,
	RA_FORM_GT,
	RA_FORM_GE,
	RA_FORM_MATCH,
	RA_FORM_HAS,
	RA_FORM_HAS_ANY,
	RA_FORM_ONLY,
	RA_FORM_COUNT,
	RA_FORM_OLDER,
	RA_FORM_WITHIN,
	RA_FORM_KNOWN,
	RA_FORM_NA,
	RA_FORM_CONFLICT
};

/* A fact as a condition reads it. */
struct ra_cond_ref {
	const char *fact; /* borrowed */
	int plane;        /* RA_PLANE_ANY or the pinned one */
	bool as_of_start; /* as it stood when the action began */
};
/* What a fact is held against. */
struct ra_operand {
	enum { RA_OP_VALUE, RA_OP_FACT, RA_OP_START, RA_OP_NOW } kind;
	const cJSON *value;     /* VALUE */
	struct ra_cond_ref ref; /* FACT */
};

struct ra_cond {
	enum ra_form form;
	const cJSON *node;
	struct ra_cond *kids; /* ALL, ANY, NOT: owned */
	size_t kid_count;
	struct ra_cond_ref left;
	struct ra_operand right;
	bool want;               /* KNOWN, NA, CONFLICT */
	int64_t by_ms;           /* OLDER, WITHIN */
	enum ra_form count_form; /* COUNT: IS, LT, LE, GT, GE */
	int64_t count;
	struct ra_pattern *pattern; /* MATCH: owned */
};

#endif
