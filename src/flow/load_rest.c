/* load_rest.c - what stands beside flows: the judge and by-hand form of a check, signatures, vendors, danger, glossary.
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

ra_err ra_checked_read(struct ra_checked *checked, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {{"ask", RA_SHAPE_TEXT, true},        {"look", RA_SHAPE_TEXT, false},
						   {"answers", RA_SHAPE_OBJECTS, true}, {"many", RA_SHAPE_BOOL, false},
						   {"lasting", RA_SHAPE_BOOL, false},   {"without_links", RA_SHAPE_BOOL, false},
						   {NULL, RA_SHAPE_ANY, false}};
	const struct ra_json *doc = checked->check->doc;
	const cJSON *manual = checked->check->manual;
	ra_err err = read_judge(doc, checked->check->judge, checked, errs);

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

static ra_err read_pattern(const struct ra_json *doc, const cJSON *node, struct ra_pattern **out, struct ra_errs *errs)
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

ra_err ra_flowset_read_signatures(struct ra_flowset *set, const struct ra_json *doc, struct ra_errs *errs)
{
	static const struct ra_shape_key file_keys[] = {
	    RA_SHAPE_FILE, {"signatures", RA_SHAPE_OBJECTS, true}, {NULL, RA_SHAPE_ANY, false}};
	static const struct ra_shape_key keys[] = {{"id", RA_SHAPE_STEP, true},      {"log", RA_SHAPE_IDS, true},
						   {"literal", RA_SHAPE_TEXT, true}, {"pattern", RA_SHAPE_TEXT, true},
						   {"sample", RA_SHAPE_TEXT, true},  {"cause", RA_SHAPE_TEXT, false},
						   {"source", RA_SHAPE_TEXT, true},  {NULL, RA_SHAPE_ANY, false}};
	const cJSON *root = ra_json_root(doc), *at;
	ra_err err = ra_shape_check(doc, root, file_keys, errs);

	if (err == RA_OK)
		err = ra_shape_list(doc, ra_json_get(root, "signatures"), keys, errs);
	if (err != RA_OK)
		return err;
	cJSON_ArrayForEach (at, ra_json_get(root, "signatures")) {
		struct ra_signature *sig;
		const cJSON **node;

		node = ra_list_add(&set->sig_nodes, sizeof(*node), errs);
		sig = node ? ra_list_add(&set->sigs, sizeof(*sig), errs) : NULL;
		if (!sig)
			return RA_E_NOMEM;
		*node = at;
		sig->id = ra_json_str(at, "id", "");
		sig->literal = ra_json_str(at, "literal", "");
		sig->cause = ra_json_str(at, "cause", NULL);
		sig->sample = ra_json_str(at, "sample", "");
		sig->source = ra_json_str(at, "source", "");
		sig->logs = ra_json_get(at, "log");
		err = read_pattern(doc, ra_json_get(at, "pattern"), &sig->pattern, errs);
		if (err != RA_OK)
			return err;
	}
	return err;
}

ra_err ra_flowset_read_vendor(struct ra_flowset *set, const struct ra_json *doc, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {
	    RA_SHAPE_FILE,
	    {"id", RA_SHAPE_STEP, true},
	    {"title", RA_SHAPE_TEXT, true},
	    {"match", RA_SHAPE_TEXT, false},
	    {"texts", RA_SHAPE_OBJECT, true},
	    {NULL, RA_SHAPE_ANY, false},
	};
	const cJSON *root = ra_json_root(doc);
	struct ra_vendor *vendor;
	ra_err err = ra_shape_check(doc, root, keys, errs);
	bool other = strcmp(ra_json_str(root, "id", ""), "other") == 0;

	if (err != RA_OK)
		return err;
	if (other == (ra_json_get(root, "match") != NULL))
		return ra_json_fail(
		    doc, root, errs, RA_E_INVALID,
		    "expected \"match\" (a regular expression for host.vendor) in every vendor but \"other\"");
	err = ra_shape_each(doc, ra_json_get(root, "texts"), RA_SHAPE_TEXTS, errs);
	if (err != RA_OK)
		return err;
	vendor = ra_list_add(&set->vendors, sizeof(*vendor), errs);
	if (!vendor)
		return RA_E_NOMEM;
	vendor->id = ra_json_str(root, "id", "");
	vendor->title = ra_json_str(root, "title", "");
	vendor->texts = ra_json_get(root, "texts");
	vendor->node = root;
	vendor->doc = doc;
	return other ? RA_OK : read_pattern(doc, ra_json_get(root, "match"), &vendor->match, errs);
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
		if (err == RA_OK)
			err = ra_shape_each(doc, at, RA_SHAPE_TEXT, errs);
	}
	if (err == RA_OK)
		err = ra_shape_list(doc, ra_json_get(root, "terms"), term_keys, errs);
	set->words = ra_json_get(root, "words");
	return err;
}
