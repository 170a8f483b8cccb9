/* wordbook.h - the values a flow set compares its facts with: what random worlds are made of. Invariants: borrowed from the set. */
#ifndef RA_TESTS_WORDBOOK_H
#define RA_TESTS_WORDBOOK_H

#include "flow/flowset.h"

#include <string.h>

#define FACTS_MAX 256
#define VALUES_MAX 12

/* The values that conditions compare a fact with: what a random world is made of. */
struct wordbook {
	struct {
		const char *fact;
		const cJSON *values[VALUES_MAX];
		size_t count;
	} facts[FACTS_MAX];
	size_t count;
};
static inline void learn_value(struct wordbook *book, size_t at, const cJSON *value)
{
	if (!cJSON_IsBool(value) && !cJSON_IsString(value) && !cJSON_IsNumber(value))
		return;
	if (book->facts[at].count < VALUES_MAX)
		book->facts[at].values[book->facts[at].count++] = value;
}

static inline void learn(void *payload, const struct ra_cond_use *use)
{
	static const char *const forms[] = {"is", "in", "has", "has_any", "lt", "le", "gt", "ge"};
	struct wordbook *book = payload;
	size_t at = 0;

	while (at < book->count && strcmp(book->facts[at].fact, use->fact) != 0)
		at++;
	if (at == FACTS_MAX)
		return;
	if (at == book->count)
		book->facts[book->count++].fact = use->fact;
	for (size_t i = 0; i < RA_LEN(forms); i++) {
		const cJSON *value = ra_json_get(use->node, forms[i]), *item;

		if (!cJSON_IsArray(value)) {
			learn_value(book, at, value);
			continue;
		}
		cJSON_ArrayForEach (item, value)
			learn_value(book, at, item);
	}
}

static inline void learn_cond(struct wordbook *book, const struct ra_cond *cond)
{
	if (cond)
		ra_cond_facts(cond, learn, book);
}

static inline void learn_set(struct wordbook *book, const struct ra_flowset *set)
{
	const struct ra_flow *const *flows;
	const struct ra_cause *const *causes;
	size_t count = ra_flowset_flows(set, &flows);

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < flows[i]->step_count; k++) {
			const struct ra_step *step = &flows[i]->steps[k];

			for (size_t e = 0; e < step->edge_count; e++)
				learn_cond(book, step->edges[e].when);
			learn_cond(book, step->action.guard);
			learn_cond(book, step->action.until);
		}
	}
	count = ra_flowset_causes(set, &causes);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < causes[i]->rule_count; k++)
			learn_cond(book, causes[i]->rules[k].when);
	}
	learn_cond(book, ra_flowset_gate(set, "key-proven")->open_if);
}

#endif
