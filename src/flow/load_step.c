/* load_step.c - steps of a flow file: the outline of each kind, and its members. */
#include "config.h"

#include "flow/flowset_build.h"
#include "flow/shape.h"

#include <stdlib.h>
#include <string.h>

/* Keys of every step; those of its kind follow. */
#define STEP_KEYS                                                                                                      \
	{"kind", RA_SHAPE_TEXT, true}, {"title", RA_SHAPE_TEXT, true}, {"guide", RA_SHAPE_TEXTS, false},               \
	{"help", RA_SHAPE_IDS, false},                                                                                 \
	{                                                                                                              \
		"say", RA_SHAPE_TEXTS, false                                                                           \
	}
/* How a check or a question is left. The linter, not the loader, misses them: it can name them all at once. */
#define LEAVE_KEYS                                                                                                     \
	{"next", RA_SHAPE_OBJECTS, false}, {"else", RA_SHAPE_STEP, false}, {"unknown", RA_SHAPE_STEP, false},          \
	{                                                                                                              \
		"error", RA_SHAPE_STEP, false                                                                          \
	}

static const struct ra_shape_key check_keys[] = {
    STEP_KEYS, LEAVE_KEYS, {"checks", RA_SHAPE_IDS, true}, {"text", RA_SHAPE_OBJECT, false}, {NULL, RA_SHAPE_ANY, false}};
static const struct ra_shape_key question_keys[] = {STEP_KEYS,
						    LEAVE_KEYS,
						    {"ask", RA_SHAPE_TEXT, true},
						    {"answers", RA_SHAPE_OBJECTS, true},
						    {"many", RA_SHAPE_BOOL, false},
						    {"lasting", RA_SHAPE_BOOL, false},
						    {NULL, RA_SHAPE_ANY, false}};
static const struct ra_shape_key gate_keys[] = {STEP_KEYS,
						{"gate", RA_SHAPE_IDS, true},
						{"open", RA_SHAPE_STEP, true},
						{"closed", RA_SHAPE_STEP, true},
						{NULL, RA_SHAPE_ANY, false}};
static const struct ra_shape_key action_keys[] = {
    STEP_KEYS,
    {"by", RA_SHAPE_TEXT, true},
    {"do", RA_SHAPE_OBJECT, false},
    {"text", RA_SHAPE_OBJECT, false},
    {"danger", RA_SHAPE_TEXT, true},
    {"touches", RA_SHAPE_IDS, true},
    {"toward", RA_SHAPE_TEXT, true},
    {"gate", RA_SHAPE_IDS, false},
    {"only_for", RA_SHAPE_IDS, false},
    {"guard", RA_SHAPE_OBJECT, false},
    {"confirm", RA_SHAPE_OBJECT, false},
    {"verify", RA_SHAPE_OBJECT, false},
    {"ok", RA_SHAPE_STEP, true},
    {"fail", RA_SHAPE_STEP, true},
    {"skip", RA_SHAPE_STEP, true},
    {"blocked", RA_SHAPE_STEP, false},
    {"undo", RA_SHAPE_TEXT, false},
    {"recovery", RA_SHAPE_TEXT, false},
    {"temporary", RA_SHAPE_BOOL, false},
    {NULL, RA_SHAPE_ANY, false},
};
static const struct ra_shape_key call_keys[] = {STEP_KEYS,
						{"flow", RA_SHAPE_TEXT, true},
						{"return", RA_SHAPE_OBJECT, true},
						{"else", RA_SHAPE_STEP, false},
						{NULL, RA_SHAPE_ANY, false}};
static const struct ra_shape_key end_keys[] = {
    STEP_KEYS, {"outcome", RA_SHAPE_TEXT, true}, {"next", RA_SHAPE_IDS, false}, {NULL, RA_SHAPE_ANY, false}};
static const struct ra_shape_key edge_keys[] = {{"when", RA_SHAPE_OBJECT, true},
						{"go", RA_SHAPE_STEP, true},
						{"because", RA_SHAPE_TEXT, false},
						{NULL, RA_SHAPE_ANY, false}};
static const struct ra_shape_key choice_keys[] = {{"id", RA_SHAPE_STEP, true},
						  {"say", RA_SHAPE_TEXT, true},
						  {"set", RA_SHAPE_OBJECT, false},
						  {"not_checked", RA_SHAPE_TEXT, false},
						  {NULL, RA_SHAPE_ANY, false}};

/* In the order of enum ra_outcome from RESOLVED on. */
static const char *const outcomes[] = {"resolved", "not_a_fault", "escalated", "security_review",
				       "rebuild",  "stopped",     NULL};

const char *ra_outcome_name(enum ra_outcome outcome)
{
	return outcome > RA_OUT_NONE && outcome <= RA_OUT_STOPPED ? outcomes[outcome - 1] : "none";
}

ra_err ra_outcome_read(const struct ra_json *doc, const cJSON *node, enum ra_outcome *out, struct ra_errs *errs)
{
	int word = 0;
	ra_err err = ra_shape_word(doc, node, outcomes, &word, errs);

	if (out)
		*out = (enum ra_outcome)(word + 1);
	return err;
}

static ra_err read_edges(const struct ra_json *doc, const cJSON *next, struct ra_step *step, struct ra_errs *errs)
{
	const cJSON *at;

	step->edges = calloc((size_t)cJSON_GetArraySize(next) + 1, sizeof(*step->edges));
	if (!step->edges)
		return ra_fail(errs, RA_E_NOMEM, "out of memory");
	cJSON_ArrayForEach (at, next) {
		struct ra_edge *edge = &step->edges[step->edge_count];
		ra_err err = ra_shape_check(doc, at, edge_keys, errs);

		if (err == RA_OK)
			err = ra_cond_compile(doc, ra_json_get(at, "when"), &edge->when, errs);
		if (err != RA_OK)
			return err;
		edge->go = ra_json_str(at, "go", NULL);
		edge->because = ra_json_str(at, "because", NULL);
		step->edge_count++;
	}
	return RA_OK;
}

static bool is_list_of_texts(const cJSON *node)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, node) {
		if (!cJSON_IsString(item))
			return false;
	}
	return cJSON_IsArray(node);
}

/* A value of `set`: a plain one, {"unknown": reason} or {"time": "now"|"before"}. */
ra_err ra_set_read(const struct ra_json *doc, const cJSON *set, struct ra_errs *errs)
{
	const cJSON *at;

	cJSON_ArrayForEach (at, set) {
		const cJSON *only = cJSON_IsObject(at) && at->child && !at->child->next ? at->child : NULL;
		bool fits = cJSON_IsBool(at) || cJSON_IsString(at) || ra_is_whole(at) || is_list_of_texts(at);

		if (!ra_fact_name_ok(at->string))
			return ra_json_fail(doc, at, errs, RA_E_INVALID, "expected a fact name, found \"%s\"",
					    at->string);
		if (only && cJSON_IsString(only) && strcmp(only->string, "time") == 0)
			fits = strcmp(only->valuestring, "now") == 0 || strcmp(only->valuestring, "before") == 0;
		else if (only && cJSON_IsString(only) && strcmp(only->string, "unknown") == 0)
			fits = ra_reason_parse(only->valuestring) > RA_KNOWN;
		if (!fits)
			return ra_json_fail(doc, at, errs, RA_E_INVALID,
					    "expected a value, {\"unknown\": reason} or {\"time\": \"now\" or \"before\"} for %s",
					    at->string);
	}
	return RA_OK;
}

int ra_answer_type(const cJSON *value)
{
	if (cJSON_IsBool(value))
		return RA_BOOL;
	if (cJSON_IsNumber(value))
		return RA_INT;
	if (cJSON_IsString(value))
		return RA_TEXT;
	if (cJSON_IsArray(value))
		return RA_LIST;
	return ra_json_get(value, "time") ? RA_TIME : -1;
}

static ra_err sets_nothing_given(const struct ra_json *doc, const cJSON *set, struct ra_errs *errs)
{
	const cJSON *at;

	cJSON_ArrayForEach (at, set) {
		if (ra_fact_is_given(at->string))
			return ra_json_fail(doc, at, errs, RA_E_INVALID, "%s comes from what the site gave; no answer sets it", at->string);
	}
	return RA_OK;
}

ra_err ra_choices_read(const struct ra_json *doc, const cJSON *answers, struct ra_question *out, struct ra_errs *errs)
{
	const cJSON *at;

	if (!cJSON_IsArray(answers) || !answers->child)
		return ra_json_fail(doc, answers, errs, RA_E_INVALID, "expected a list of at least one answer");
	out->choices = calloc((size_t)cJSON_GetArraySize(answers), sizeof(*out->choices));
	if (!out->choices)
		return ra_fail(errs, RA_E_NOMEM, "out of memory");
	cJSON_ArrayForEach (at, answers) {
		struct ra_choice *choice = &out->choices[out->count];
		ra_err err = ra_shape_check(doc, at, choice_keys, errs);

		choice->id = ra_json_str(at, "id", "");
		choice->say = ra_json_str(at, "say", "");
		choice->set = ra_json_get(at, "set");
		choice->not_checked = ra_json_str(at, "not_checked", NULL);
		if (err == RA_OK)
			err = ra_set_read(doc, choice->set, errs);
		if (err == RA_OK)
			err = sets_nothing_given(doc, choice->set, errs);
		for (size_t i = 0; err == RA_OK && i < out->count; i++) {
			if (strcmp(out->choices[i].id, choice->id) == 0)
				err = ra_json_fail(doc, at, errs, RA_E_INVALID, "the answer id \"%s\" is taken",
						   choice->id);
		}
		if (err != RA_OK)
			return err;
		out->count++;
	}
	return RA_OK;
}

/* What a row of settings may want: the words a check gives for a value, whatever the firmware calls it. */
static const char *const setting_words[] = {"on",   "off", "sha1", "sha256", "sha384", "several", "fifo",
					    "crb",  "uefi", "legacy", "clear",  "none",   NULL};

static ra_err read_wanted(const struct ra_json *doc, const cJSON *node, struct ra_errs *errs)
{
	const cJSON *item;
	ra_err err = RA_OK;
	int word;

	if (!cJSON_IsArray(node))
		return node ? ra_shape_word(doc, node, setting_words, &word, errs) : RA_OK;
	cJSON_ArrayForEach (item, node)
		err = err != RA_OK ? err : ra_shape_word(doc, item, setting_words, &word, errs);
	return err;
}

/* Which settings of the firmware the directions are about, and what each is to be; a row that wants nothing is looked at. */
static ra_err read_settings(const struct ra_json *doc, const cJSON *list, struct ra_errs *errs)
{
	static const struct ra_shape_key setting_keys[] = {{"setting", RA_SHAPE_STEP, true},
							   {"to", RA_SHAPE_TEXTS, false},
							   {"is", RA_SHAPE_TEXT, false},
							   {"instead", RA_SHAPE_BOOL, false},
							   {NULL, RA_SHAPE_ANY, false}};
	ra_err err = ra_shape_list(doc, list, setting_keys, errs);
	const cJSON *row;

	cJSON_ArrayForEach (row, list) {
		const cJSON *to = ra_json_get(row, "to"), *is = ra_json_get(row, "is");

		if (err == RA_OK && to && is)
			err = ra_json_fail(doc, is, errs, RA_E_INVALID, "expected \"to\" or \"is\", not both");
		err = err != RA_OK ? err : read_wanted(doc, to, errs);
		err = err != RA_OK ? err : read_wanted(doc, is, errs);
	}
	return err;
}

/* Which text of the vendors' files a step shows, if any: what to do in an action, where to look in a check. */
static ra_err read_text(const struct ra_json *doc, const cJSON *node, struct ra_step *step, struct ra_errs *errs)
{
	static const struct ra_shape_key text_keys[] = {{"variants", RA_SHAPE_TEXT, true},
							{"id", RA_SHAPE_TEXT, true},
							{"settings", RA_SHAPE_OBJECTS, false},
							{NULL, RA_SHAPE_ANY, false}};
	static const char *const variants[] = {"vendor", NULL};
	ra_err err;
	int word;

	step->text = ra_json_get(node, "text");
	if (!step->text)
		return RA_OK;
	err = ra_shape_check(doc, step->text, text_keys, errs);
	err = err != RA_OK ? err : ra_shape_word(doc, ra_json_get(step->text, "variants"), variants, &word, errs);
	return err != RA_OK ? err : read_settings(doc, ra_json_get(step->text, "settings"), errs);
}

static ra_err read_check(const struct ra_json *doc, const cJSON *node, struct ra_step *step, struct ra_errs *errs)
{
	ra_err err = read_text(doc, node, step, errs);

	step->checks = ra_json_get(node, "checks");
	return err != RA_OK ? err : read_edges(doc, ra_json_get(node, "next"), step, errs);
}

static ra_err read_question(const struct ra_json *doc, const cJSON *node, struct ra_step *step, struct ra_errs *errs)
{
	ra_err err;

	step->question.ask = ra_json_str(node, "ask", "");
	step->question.many = ra_json_bool(node, "many", false);
	step->question.lasting = ra_json_bool(node, "lasting", false);
	err = ra_choices_read(doc, ra_json_get(node, "answers"), &step->question, errs);
	return err != RA_OK ? err : read_edges(doc, ra_json_get(node, "next"), step, errs);
}

static ra_err read_gate(const struct ra_json *doc, const cJSON *node, struct ra_step *step, struct ra_errs *errs)
{
	step->gates = ra_json_get(node, "gate");
	step->go_open = ra_json_str(node, "open", NULL);
	step->go_closed = ra_json_str(node, "closed", NULL);
	return RA_OK;
}

static ra_err read_action(const struct ra_json *doc, const cJSON *node, struct ra_step *step, struct ra_errs *errs)
{
	ra_err err = read_text(doc, node, step, errs);

	if (err == RA_OK && !step->text && !step->say)
		err = ra_json_fail(doc, node, errs, RA_E_INVALID,
				   "expected \"say\" or \"text\": what an action does is told");
	return err == RA_OK ? ra_action_read(doc, node, &step->action, errs) : err;
}

static ra_err read_call(const struct ra_json *doc, const cJSON *node, struct ra_step *step, struct ra_errs *errs)
{
	const cJSON *at;

	step->call_flow = ra_json_str(node, "flow", NULL);
	step->returns = ra_json_get(node, "return");
	cJSON_ArrayForEach (at, step->returns) {
		cJSON name = {.type = cJSON_String, .valuestring = at->string};

		if (ra_outcome_read(doc, &name, NULL, NULL) != RA_OK)
			return ra_json_fail(doc, at, errs, RA_E_INVALID, "expected an outcome, found \"%s\"",
					    at->string);
		if (!cJSON_IsString(at) || !ra_is_step_name(at->valuestring))
			return ra_json_fail(doc, at, errs, RA_E_INVALID, "expected a step name");
	}
	return RA_OK;
}

static ra_err read_end(const struct ra_json *doc, const cJSON *node, struct ra_step *step, struct ra_errs *errs)
{
	step->next = ra_json_get(node, "next");
	return ra_outcome_read(doc, ra_json_get(node, "outcome"), &step->outcome, errs);
}

/* In the order of enum ra_step_kind. */
static const struct {
	const struct ra_shape_key *keys;
	ra_err (*read)(const struct ra_json *doc, const cJSON *node, struct ra_step *step, struct ra_errs *errs);
} kinds[] = {
    {check_keys, read_check},   {question_keys, read_question}, {gate_keys, read_gate},
    {action_keys, read_action}, {call_keys, read_call},         {end_keys, read_end},
};

ra_err ra_step_read(const struct ra_json *doc, const cJSON *node, struct ra_step *step, struct ra_errs *errs)
{
	static const char *const names[] = {"check", "question", "gate", "action", "call", "end", NULL};
	const cJSON *kind_node = ra_json_get(node, "kind");
	int kind;
	ra_err err;

	step->id = node->string;
	step->node = node;
	if (!ra_is_step_name(step->id))
		return ra_json_fail(doc, node, errs, RA_E_INVALID,
				    "expected a step name (lower-case words joined by -), found \"%s\"", step->id);
	err = ra_shape_word(doc, kind_node ? kind_node : node, names, &kind, errs);
	if (err == RA_OK)
		err = ra_shape_check(doc, node, kinds[kind].keys, errs);
	if (err != RA_OK)
		return err;
	step->kind = (enum ra_step_kind)kind;
	step->title = ra_json_str(node, "title", "");
	step->say = ra_json_get(node, "say");
	step->guide = ra_json_get(node, "guide");
	step->help = ra_json_get(node, "help");
	step->go_else = ra_json_str(node, "else", NULL);
	step->go_unknown = ra_json_str(node, "unknown", NULL);
	step->go_error = ra_json_str(node, "error", NULL);
	return kinds[kind].read(doc, node, step, errs);
}

void ra_step_clear(struct ra_step *step)
{
	for (size_t i = 0; i < step->edge_count; i++)
		ra_cond_free(step->edges[i].when);
	free(step->edges);
	free(step->question.choices);
	free(step->action.request);
	ra_cond_free(step->action.guard);
	ra_cond_free(step->action.until);
}
