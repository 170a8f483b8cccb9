/* load_flow.c - a flow file and a cause file. */
#include "config.h"

#include "flow/flowset_build.h"
#include "flow/shape.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 512
#define RANK_MAX 10000

static const struct ra_shape_key flow_keys[] = {
    RA_SHAPE_FILE,
    {"id", RA_SHAPE_STEP, true},
    {"version", RA_SHAPE_TEXT, true},
    {"title", RA_SHAPE_TEXT, true},
    {"start", RA_SHAPE_STEP, true},
    {"entries", RA_SHAPE_OBJECTS, false},
    {"required", RA_SHAPE_FACTS, false},
    {"covers", RA_SHAPE_IDS, false},
    {"steps", RA_SHAPE_OBJECT, true},
    {"tests", RA_SHAPE_OBJECTS, false},
    {NULL, RA_SHAPE_ANY, false},
};
static const struct ra_shape_key entry_keys[] = {
    {"say", RA_SHAPE_TEXT, true}, {"go", RA_SHAPE_STEP, true}, {NULL, RA_SHAPE_ANY, false}};
static const struct ra_shape_key test_keys[] = {
    {"name", RA_SHAPE_TEXT, true},  {"given", RA_SHAPE_OBJECT, false},  {"answers", RA_SHAPE_OBJECT, false},
    {"path", RA_SHAPE_IDS, false},  {"causes", RA_SHAPE_OBJECT, false}, {"outcome", RA_SHAPE_TEXT, false},
    {"never", RA_SHAPE_IDS, false}, {"entry", RA_SHAPE_STEP, false},    {NULL, RA_SHAPE_ANY, false}};
static const struct ra_shape_key cause_keys[] = {
    RA_SHAPE_FILE,
    {"id", RA_SHAPE_STEP, true},
    {"title", RA_SHAPE_TEXT, true},
    {"rank", RA_SHAPE_COUNT, true},
    {"guide", RA_SHAPE_TEXTS, false},
    {"why", RA_SHAPE_TEXT, true},
    {"impact", RA_SHAPE_TEXT, true},
    {"resolution", RA_SHAPE_TEXT, true},
    {"fix_by", RA_SHAPE_TEXT, true},
    {"references", RA_SHAPE_IDS, false},
    {"versions", RA_SHAPE_TEXT, false},
    {"hint", RA_SHAPE_BOOL, false},
    {"rules", RA_SHAPE_OBJECT, false},
    {NULL, RA_SHAPE_ANY, false},
};
static const struct ra_shape_key rules_keys[] = {{"for", RA_SHAPE_OBJECTS, false},
						 {"against", RA_SHAPE_OBJECTS, false},
						 {"rules_out", RA_SHAPE_OBJECTS, false},
						 {NULL, RA_SHAPE_ANY, false}};
static const struct ra_shape_key rule_keys[] = {{"when", RA_SHAPE_OBJECT, true},
						{"confidence", RA_SHAPE_TEXT, true},
						{"because", RA_SHAPE_TEXT, true},
						{"source", RA_SHAPE_TEXT, false},
						{NULL, RA_SHAPE_ANY, false}};
static const struct ra_shape_key out_keys[] = {{"when", RA_SHAPE_OBJECT, true},
					       {"because", RA_SHAPE_TEXT, true},
					       {"source", RA_SHAPE_TEXT, false},
					       {NULL, RA_SHAPE_ANY, false}};

static ra_err read_steps(struct ra_flow *flow, const struct ra_json *doc, const cJSON *steps, struct ra_errs *errs)
{
	const cJSON *at;

	if (cJSON_GetArraySize(steps) > STEPS_MAX)
		return ra_json_fail(doc, steps, errs, RA_E_LIMIT, "expected at most %d steps in a flow", STEPS_MAX);
	flow->steps = calloc((size_t)cJSON_GetArraySize(steps) + 1, sizeof(*flow->steps));
	if (!flow->steps)
		return ra_fail(errs, RA_E_NOMEM, "out of memory");
	cJSON_ArrayForEach (at, steps) {
		ra_err err = ra_step_read(doc, at, &flow->steps[flow->step_count++], errs);

		if (err != RA_OK)
			return err;
	}
	return RA_OK;
}

/* The closed lists of a test: what a walk ends with, what a cause is. */
static ra_err read_test(const struct ra_json *doc, const cJSON *test, struct ra_errs *errs)
{
	static const char *const statuses[] = {"likely", "possible", "open", "ruled_out", NULL};
	const cJSON *outcome = ra_json_get(test, "outcome"), *at;
	ra_err err = outcome ? ra_outcome_read(doc, outcome, NULL, errs) : RA_OK;
	int word;

	if (err == RA_OK)
		err = ra_set_read(doc, ra_json_get(test, "given"), errs);
	cJSON_ArrayForEach (at, ra_json_get(test, "causes")) {
		if (err == RA_OK)
			err = ra_shape_word(doc, at, statuses, &word, errs);
	}
	return err == RA_OK ? ra_shape_each(doc, ra_json_get(test, "answers"), RA_SHAPE_TEXTS, errs) : err;
}

ra_err ra_flow_read(struct ra_json *doc, struct ra_flow **out, struct ra_errs *errs)
{
	const cJSON *root = ra_json_root(doc), *test;
	struct ra_flow *flow;
	ra_err err = ra_shape_check(doc, root, flow_keys, errs);

	if (err == RA_OK)
		err = ra_shape_list(doc, ra_json_get(root, "entries"), entry_keys, errs);
	if (err == RA_OK)
		err = ra_shape_list(doc, ra_json_get(root, "tests"), test_keys, errs);
	cJSON_ArrayForEach (test, ra_json_get(root, "tests")) {
		if (err == RA_OK)
			err = read_test(doc, test, errs);
	}
	if (err != RA_OK)
		return err;
	flow = calloc(1, sizeof(*flow));
	if (!flow)
		return ra_fail(errs, RA_E_NOMEM, "out of memory");
	flow->id = ra_json_str(root, "id", "");
	flow->version = ra_json_str(root, "version", "");
	flow->title = ra_json_str(root, "title", "");
	flow->start = ra_json_str(root, "start", "");
	flow->entries = ra_json_get(root, "entries");
	flow->required = ra_json_get(root, "required");
	flow->covers = ra_json_get(root, "covers");
	flow->tests = ra_json_get(root, "tests");
	err = read_steps(flow, doc, ra_json_get(root, "steps"), errs);
	if (err == RA_OK)
		flow->doc = doc;
	else
		flow = ra_flow_free(flow);
	*out = flow;
	return err;
}

struct ra_flow *ra_flow_free(struct ra_flow *flow)
{
	if (!flow)
		return NULL;
	for (size_t i = 0; i < flow->step_count; i++)
		ra_step_clear(&flow->steps[i]);
	free(flow->steps);
	ra_json_free(flow->doc);
	free(flow);
	return NULL;
}

static ra_err read_rule(const struct ra_json *doc, const cJSON *at, struct ra_rule *rule, struct ra_errs *errs)
{
	static const char *const levels[] = {"low", "medium", "high", NULL};
	int level = 2;
	ra_err err = ra_shape_check(doc, at, rule->kind == RA_RULE_OUT ? out_keys : rule_keys, errs);

	if (err == RA_OK && rule->kind != RA_RULE_OUT)
		err = ra_shape_word(doc, ra_json_get(at, "confidence"), levels, &level, errs);
	if (err == RA_OK)
		err = ra_cond_compile(doc, ra_json_get(at, "when"), &rule->when, errs);
	rule->confidence = level + 1;
	rule->because = ra_json_str(at, "because", "");
	rule->source = ra_json_str(at, "source", "");
	return err;
}

static ra_err read_rules(struct ra_cause *cause, const struct ra_json *doc, const cJSON *rules, struct ra_errs *errs)
{
	static const char *const lists[] = {
	    [RA_RULE_FOR] = "for", [RA_RULE_AGAINST] = "against", [RA_RULE_OUT] = "rules_out"};
	size_t total = 0;
	ra_err err = rules ? ra_shape_check(doc, rules, rules_keys, errs) : RA_OK;

	if (err != RA_OK)
		return err;
	for (size_t i = 0; i < RA_LEN(lists); i++)
		total += (size_t)cJSON_GetArraySize(ra_json_get(rules, lists[i]));
	cause->rules = calloc(total + 1, sizeof(*cause->rules));
	if (!cause->rules)
		return ra_fail(errs, RA_E_NOMEM, "out of memory");
	for (size_t i = 0; i < RA_LEN(lists); i++) {
		const cJSON *at;

		cJSON_ArrayForEach (at, ra_json_get(rules, lists[i])) {
			struct ra_rule *rule = &cause->rules[cause->rule_count++];

			rule->kind = (int)i;
			err = read_rule(doc, at, rule, errs);
			if (err != RA_OK)
				return err;
		}
	}
	return RA_OK;
}

ra_err ra_cause_read(struct ra_json *doc, struct ra_cause **out, struct ra_errs *errs)
{
	static const char *const fixers[] = {"firmware", "vendor", "esxi", "vcenter", "nobody", NULL};
	const cJSON *root = ra_json_root(doc);
	int64_t rank = ra_json_int(root, "rank", 0);
	struct ra_cause *cause;
	int fixer = 0;
	ra_err err = ra_shape_check(doc, root, cause_keys, errs);

	if (err == RA_OK && (rank < 1 || rank > RANK_MAX))
		err = ra_json_fail(doc, ra_json_get(root, "rank"), errs, RA_E_INVALID,
				   "\"rank\": expected a whole number from 1 (looked at first) to %d", RANK_MAX);
	if (err == RA_OK)
		err = ra_shape_word(doc, ra_json_get(root, "fix_by"), fixers, &fixer, errs);
	if (err != RA_OK)
		return err;
	cause = calloc(1, sizeof(*cause));
	if (!cause)
		return ra_fail(errs, RA_E_NOMEM, "out of memory");
	cause->id = ra_json_str(root, "id", "");
	cause->title = ra_json_str(root, "title", "");
	cause->why = ra_json_str(root, "why", "");
	cause->impact = ra_json_str(root, "impact", "");
	cause->resolution = ra_json_str(root, "resolution", "");
	cause->fix_by = fixers[fixer];
	cause->rank = (int)rank;
	cause->hint = ra_json_bool(root, "hint", false);
	cause->guide = ra_json_get(root, "guide");
	cause->references = ra_json_get(root, "references");
	err = read_rules(cause, doc, ra_json_get(root, "rules"), errs);
	if (err == RA_OK)
		cause->doc = doc;
	else
		cause = ra_cause_free(cause);
	*out = cause;
	return err;
}

struct ra_cause *ra_cause_free(struct ra_cause *cause)
{
	if (!cause)
		return NULL;
	for (size_t i = 0; i < cause->rule_count; i++)
		ra_cond_free(cause->rules[i].when);
	free(cause->rules);
	ra_json_free(cause->doc);
	free(cause);
	return NULL;
}
