/* cond.h - conditions: data in, true, false or unknown out. Three-valued after Kleene.
 * Invariants: evaluating never fails and never guesses: a fact that is not known, types that do not fit, a time inside the clock margin,
 * a pattern that ran into its limits are all unknown. reattest-flow(5) lists the forms. Room flow/, above check/. */
#ifndef RA_FLOW_COND_H
#define RA_FLOW_COND_H

#include "check/fact.h"

enum ra_tri { RA_FALSE, RA_TRUE, RA_UNKNOWN };
/* The Kleene table. */
enum ra_tri ra_tri_and(enum ra_tri a, enum ra_tri b);
enum ra_tri ra_tri_or(enum ra_tri a, enum ra_tri b);
enum ra_tri ra_tri_not(enum ra_tri a);

struct ra_cond;
/* Compile. Shape: node belongs to doc, which outlives the condition.
 * Errors: RA_E_INVALID with file:line:col (unknown form or key, bad pattern, wrong type of operand). */
RA_MUST_USE ra_err ra_cond_compile(const struct ra_json *doc, const cJSON *node, struct ra_cond **out,
				   struct ra_errs *errs);
struct ra_cond *ra_cond_free(struct ra_cond *cond);
RA_DEFINE_AUTO(struct ra_cond, ra_cond_free);

/* What a condition is held against. */
struct ra_cond_env {
	const struct ra_facts *facts;
	ra_utc_ms now;            /* time of the entry being decided */
	ra_utc_ms action_start;   /* RA_UTC_NONE outside an action */
	int64_t action_seq;       /* entry of the action's intent */
	int64_t seq_min;          /* only observations from here on count (verify); 0: all */
	int (*prefer)(const void *payload, const char *fact); /* plane that wins a conflict; NULL: none */
	const void *payload;
};
/* The value, and for unknown the fact that made it so and its reason ("" and RA_KNOWN otherwise). */
struct ra_cond_result {
	enum ra_tri tri;
	char fact[RA_FACT_NAME_MAX];
	enum ra_reason reason; /* of a known fact: malformed (types do not fit, a pattern ran into its limits), not_asked (a clock never
				* measured, no action), conflict (inside the clocks' margin) */
	bool transport; /* some fact it needed is unknown because its request failed on the way; fact and reason are that one's */
};
struct ra_cond_result ra_cond_eval(const struct ra_cond *cond, const struct ra_cond_env *env);

/* One mention of a fact in a condition. */
struct ra_cond_use {
	const char *fact;
	unsigned types;   /* bit 1 << enum ra_type for each type the form can be true of */
	const char *with; /* the other fact of a comparison of two, else NULL */
	const cJSON *node; /* the condition it stands in, for its place and its values */
	bool of_start;    /* read as it stood when the action began */
	bool asked;       /* false: known, na, conflict (the value itself does not matter) */
};
/* Visit every fact a condition names (both sides). */
typedef void (*ra_cond_fact_fn)(void *payload, const struct ra_cond_use *use);
void ra_cond_facts(const struct ra_cond *cond, ra_cond_fact_fn fn, void *payload);
/* True when a implies b for certain by structure: equal; through all and any; `is` implies `in` and `known`. The linter's
 * question whether a verification says more than the guard. */
bool ra_cond_implies(const struct ra_cond *a, const struct ra_cond *b);

#endif
