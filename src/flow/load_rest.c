/* load_rest.c - what stands beside flows: the judge and by-hand form of a check, danger, glossary.
 */
#include "config.h"

#include "flow/flowset_build.h"
#include "flow/shape.h"

#include "base/pattern.h"

#include <stdlib.h>
#include <string.h>

#define MAX_AGE_S 900

/* Words of a judge in the order of enum ra_check_verdict; unknown and error are the program's own. */
static const char *const verdicts[] = {"pass", "fail", "warn", "info", "unknown", "error", "not_applicable"};

const char *ra_check_verdict_name(enum ra_check_verdict verdict)
{
	return verdict <= RA_V_NOT_APPLICABLE ? verdicts[verdict] : "unknown";
}

static ra_err read_judge(const struct ra_json *doc, const cJSON *judge, struct ra_checked *checked,
			 struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {{"when", RA_SHAPE_OBJECT, true},
						   {"verdict", RA_SHAPE_TEXT, true},
						   {"why", RA_SHAPE_TEXT, false},
						   {NULL, RA_SHAPE_ANY, false}};
	static const char *const words[] = {"pass", "fail", "warn", "info", "not_applicable", NULL};
	static const enum ra_check_verdict of_word[] = {RA_V_PASS, RA_V_FAIL, RA_V_WARN, RA_V_INFO,
							RA_V_NOT_APPLICABLE};
	const cJSON *at;

	if (judge && !cJSON_IsArray(judge))
		return ra_json_fail(doc, judge, errs, RA_E_INVALID, "expected a list of rules");
	checked->rules = calloc((size_t)cJSON_GetArraySize(judge) + 1, sizeof(*checked->rules));
	if (!checked->rules)
		return ra_fail(errs, RA_E_NOMEM, "out of memory");
	cJSON_ArrayForEach (at, judge) {
		struct ra_judge_rule *rule = &checked->rules[checked->rule_count++];
		int word = 0;
		ra_err err = ra_shape_check(doc, at, keys, errs);

		if (err == RA_OK)
			err = ra_shape_word(doc, ra_json_get(at, "verdict"), words, &word, errs);
		if (err == RA_OK)
			err = ra_cond_compile(doc, ra_json_get(at, "when"), &rule->when, errs);
		if (err != RA_OK)
			return err;
		rule->verdict = of_word[word];
		rule->why = ra_json_str(at, "why", "");
	}
	return RA_OK;
}

static void find_other(void *payload, const struct ra_cond_use *use)
{
	const char **other = payload;

	if (!ra_fact_is_given(use->fact))
		*other = use->fact;
}

/* A check that asks nobody judges only what the site gave. */
static ra_err judges_given(const struct ra_checked *checked, struct ra_errs *errs)
{
	const char *other = NULL;

	if (checked->check->plane_count || checked->check->manual)
		return RA_OK;
	for (size_t i = 0; i < checked->rule_count && !other; i++)
		ra_cond_facts(checked->rules[i].when, find_other, &other);
	return other ? ra_json_fail(checked->check->doc, checked->check->judge, errs, RA_E_INVALID,
				    "expected planes or a manual form: a check without them judges only site. and template. facts, not %s",
				    other)
		     : RA_OK;
}

/* What every file opens with, and a list of planes even where only a person can look. */
static ra_err check_opens(const struct ra_json *doc, struct ra_errs *errs)
{
	const cJSON *root = ra_json_root(doc), *schema = ra_json_get(root, "$schema");

	if (!*ra_json_str(root, "$schema", ""))
		return ra_json_fail(doc, schema ? schema : root, errs, RA_E_INVALID,
				    "expected the key \"$schema\": a text, \"../schema/check.schema.json\"");
	return ra_json_get(root, "planes") ? RA_OK
					   : ra_json_fail(doc, root, errs, RA_E_INVALID,
							  "expected the key \"planes\": a list, empty where only a person can look");
}

ra_err ra_checked_read(struct ra_checked *checked, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {{"ask", RA_SHAPE_TEXT, true},        {"look", RA_SHAPE_TEXT, false},
						   {"answers", RA_SHAPE_OBJECTS, true}, {"many", RA_SHAPE_BOOL, false},
						   {"lasting", RA_SHAPE_BOOL, false},   {"without_links", RA_SHAPE_BOOL, false},
						   {NULL, RA_SHAPE_ANY, false}};
	const struct ra_json *doc = checked->check->doc;
	const cJSON *manual = checked->check->manual;
	ra_err err = check_opens(doc, errs);

	if (err == RA_OK)
		err = read_judge(doc, checked->check->judge, checked, errs);
	if (err == RA_OK)
		err = judges_given(checked, errs);
	if (err != RA_OK || !manual)
		return err;
	err = ra_shape_check(doc, manual, keys, errs);
	if (err != RA_OK)
		return err;
	checked->manual.ask = ra_json_str(manual, "ask", "");
	checked->manual.look = ra_json_str(manual, "look", NULL);
	checked->manual.many = ra_json_bool(manual, "many", false);
	checked->manual.lasting = ra_json_bool(manual, "lasting", false);
	checked->manual.without_links = ra_json_bool(manual, "without_links", false);
	return ra_choices_read(doc, ra_json_get(manual, "answers"), &checked->manual, errs);
}

void ra_checked_clear(struct ra_checked *checked)
{
	for (size_t i = 0; i < checked->rule_count; i++)
		ra_cond_free(checked->rules[i].when);
	free(checked->rules);
	free(checked->manual.choices);
	ra_check_free(checked->check);
}

ra_err ra_flowset_read_pattern(const struct ra_json *doc, const cJSON *node, struct ra_pattern **out, struct ra_errs *errs)
{
	struct ra_errs why;
	ra_err err;

	ra_errs_clear(&why);
	err = ra_pattern_compile(node->valuestring, out, &why);
	if (err == RA_E_NOMEM)
		return ra_fail(errs, err, "out of memory");
	return err == RA_OK
		   ? RA_OK
		   : ra_json_fail(doc, node, errs, RA_E_INVALID, "expected a regular expression: %s", why.text[0]);
}

static ra_err read_gate(struct ra_flowset *set, const struct ra_json *doc, const cJSON *at, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {
	    {"title", RA_SHAPE_TEXT, true},      {"why", RA_SHAPE_TEXT, true},
	    {"open_if", RA_SHAPE_OBJECT, false}, {"proof", RA_SHAPE_TEXT, false},
	    {"fresh", RA_SHAPE_IDS, false},      {"statements", RA_SHAPE_OBJECTS, true},
	    {"type", RA_SHAPE_TEXT, false},      {"max_age_s", RA_SHAPE_COUNT, false},
	    {NULL, RA_SHAPE_ANY, false}};
	static const struct ra_shape_key statement_keys[] = {
	    {"id", RA_SHAPE_STEP, true}, {"say", RA_SHAPE_TEXT, true}, {NULL, RA_SHAPE_ANY, false}};
	static const char *const proofs[] = {"none", "recovery-key", NULL};
	const cJSON *open_if = ra_json_get(at, "open_if"), *proof = ra_json_get(at, "proof");
	struct ra_gate *gate;
	int word = 0;
	ra_err err = ra_shape_check(doc, at, keys, errs);

	if (err == RA_OK && proof)
		err = ra_shape_word(doc, proof, proofs, &word, errs);
	if (err == RA_OK)
		err = ra_shape_list(doc, ra_json_get(at, "statements"), statement_keys, errs);
	if (err != RA_OK)
		return err;
	gate = ra_list_add(&set->gates, sizeof(*gate), errs);
	if (!gate)
		return RA_E_NOMEM;
	gate->id = at->string;
	gate->title = ra_json_str(at, "title", "");
	gate->why = ra_json_str(at, "why", "");
	gate->needs_key = word == 1;
	gate->fresh = ra_json_get(at, "fresh");
	gate->statements = ra_json_get(at, "statements");
	gate->type = ra_json_str(at, "type", NULL);
	gate->max_age_ms = ra_json_int(at, "max_age_s", MAX_AGE_S) * 1000;
	if (gate->max_age_ms < 1000)
		return ra_json_fail(doc, ra_json_get(at, "max_age_s"), errs, RA_E_INVALID, "expected at least one second");
	/* A gate that nothing proves and nobody vouches for is no gate. */
	if (!gate->needs_key && !gate->type && !(gate->statements && gate->statements->child))
		return ra_json_fail(doc, at, errs, RA_E_INVALID,
				    "expected a proof, a text to type or at least one statement in a gate");
	return open_if ? ra_cond_compile(doc, open_if, &gate->open_if, errs) : RA_OK;
}

static ra_err read_class(struct ra_flowset *set, const struct ra_json *doc, const cJSON *at, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {{"title", RA_SHAPE_TEXT, true},     {"danger", RA_SHAPE_TEXT, true},
						   {"gate", RA_SHAPE_IDS, false},      {"why", RA_SHAPE_TEXT, false},
						   {"source", RA_SHAPE_TEXT, false},
						   {"restarts", RA_SHAPE_BOOL, false}, {"beside_host", RA_SHAPE_BOOL, false},
						   {NULL, RA_SHAPE_ANY, false}};
	static const char *const dangers[] = {"readonly", "reversible", "disruptive", "irreversible", NULL};
	struct ra_class *class;
	int word = 0;
	ra_err err = ra_shape_check(doc, at, keys, errs);

	if (err == RA_OK)
		err = ra_shape_word(doc, ra_json_get(at, "danger"), dangers, &word, errs);
	if (err != RA_OK)
		return err;
	class = ra_list_add(&set->classes, sizeof(*class), errs);
	if (!class)
		return RA_E_NOMEM;
	class->id = at->string;
	class->title = ra_json_str(at, "title", "");
	class->danger = (enum ra_danger)word;
	class->why = ra_json_str(at, "why", NULL);
	class->gate = ra_json_get(at, "gate");
	class->restarts = ra_json_bool(at, "restarts", false);
	class->beside_host = ra_json_bool(at, "beside_host", false);
	if (class->beside_host && (class->restarts || class->danger > RA_REVERSIBLE))
		return ra_json_fail(doc, at, errs, RA_E_INVALID, "what stays beside the host is reversible and restarts nothing");
	return RA_OK;
}

ra_err ra_flowset_read_danger(struct ra_flowset *set, const struct ra_json *doc, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {RA_SHAPE_FILE,
						   {"classes", RA_SHAPE_OBJECT, true},
						   {"gates", RA_SHAPE_OBJECT, true},
						   {NULL, RA_SHAPE_ANY, false}};
	const cJSON *root = ra_json_root(doc), *at;
	ra_err err = ra_shape_check(doc, root, keys, errs);

	cJSON_ArrayForEach (at, ra_json_get(root, "gates")) {
		if (err == RA_OK && !ra_is_own_key(at->string))
			err = read_gate(set, doc, at, errs);
	}
	cJSON_ArrayForEach (at, ra_json_get(root, "classes")) {
		if (err == RA_OK && !ra_is_own_key(at->string))
			err = read_class(set, doc, at, errs);
	}
	set->danger = doc;
	return err;
}

ra_err ra_flowset_read_glossary(struct ra_flowset *set, const struct ra_json *doc, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {RA_SHAPE_FILE,
						   {"words", RA_SHAPE_OBJECT, true},
						   {"terms", RA_SHAPE_OBJECTS, false},
						   {NULL, RA_SHAPE_ANY, false}};
	static const struct ra_shape_key term_keys[] = {{"say", RA_SHAPE_TEXT, true},
							{"for", RA_SHAPE_TEXT, false},
							{"never", RA_SHAPE_IDS, false},
							{NULL, RA_SHAPE_ANY, false}};
	const cJSON *root = ra_json_root(doc), *at;
	ra_err err = ra_shape_check(doc, root, keys, errs);

	if (err == RA_OK)
		err = ra_shape_each(doc, ra_json_get(root, "words"), RA_SHAPE_OBJECT, errs);
	cJSON_ArrayForEach (at, ra_json_get(root, "words")) {
		if (err == RA_OK && !ra_is_own_key(at->string) && !ra_fact_name_ok(at->string))
			err = ra_json_fail(doc, at, errs, RA_E_INVALID, "expected a fact name, found \"%s\"", at->string);
		if (err == RA_OK)
			err = ra_shape_each(doc, at, RA_SHAPE_TEXT, errs);
	}
	if (err == RA_OK)
		err = ra_shape_list(doc, ra_json_get(root, "terms"), term_keys, errs);
	set->words = ra_json_get(root, "words");
	return err;
}

ra_err ra_flowset_read_help(struct ra_flowset *set, const struct ra_json *doc, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {RA_SHAPE_FILE,
						   {"id", RA_SHAPE_STEP, true},
						   {"title", RA_SHAPE_TEXT, true},
						   {"rank", RA_SHAPE_COUNT, true},
						   {"guide", RA_SHAPE_TEXTS, false},
						   {"text", RA_SHAPE_IDS, true},
						   {"sources", RA_SHAPE_IDS, true},
						   {NULL, RA_SHAPE_ANY, false}};
	const cJSON *root = ra_json_root(doc);
	ra_err err = ra_shape_check(doc, root, keys, errs);
	const struct ra_topic *topics = set->topics.items;
	struct ra_topic *topic;

	if (err != RA_OK)
		return err;
	if (!ra_json_get(root, "text")->child || !ra_json_get(root, "sources")->child)
		return ra_json_fail(doc, root, errs, RA_E_INVALID, "expected text, and a source for it");
	if (ra_json_int(root, "rank", 0) < 1)
		return ra_json_fail(doc, ra_json_get(root, "rank"), errs, RA_E_INVALID,
				    "\"rank\": expected a whole number from 1 (stands first)");
	for (size_t i = 0; i < set->topics.count; i++) {
		if (strcmp(topics[i].id, ra_json_str(root, "id", "")) == 0)
			return ra_json_fail(doc, ra_json_get(root, "id"), errs, RA_E_DENIED, "the id \"%s\" is that of another page of help",
					    topics[i].id);
	}
	topic = ra_list_add(&set->topics, sizeof(*topic), errs);
	if (!topic)
		return RA_E_NOMEM;
	topic->id = ra_json_str(root, "id", "");
	topic->title = ra_json_str(root, "title", "");
	topic->rank = (int)ra_json_int(root, "rank", 0);
	topic->text = ra_json_get(root, "text");
	topic->sources = ra_json_get(root, "sources");
	return RA_OK;
}
