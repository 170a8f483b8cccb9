/* cond.c - conditions compiled from JSON; what they name, and which follows from which. */
#include "config.h"

#include "flow/cond_tree.h"
#include "flow/shape.h"

#include <stdlib.h>
#include <string.h>

#define BIT(type) (1u << (type))
#define TYPES_ORDERED (BIT(RA_INT) | BIT(RA_VERSION) | BIT(RA_TIME))
#define TYPES_TEXTUAL (BIT(RA_TEXT) | BIT(RA_VERSION))
#define TYPES_ALL ((1u << RA_TYPE_COUNT) - 1)
#define BY_S_MAX 315360000 /* ten years */

struct form_row;
typedef ra_err (*form_fn)(const struct ra_json *doc, const cJSON *at, struct ra_cond *cond, struct ra_errs *errs);
/* The forms: one row each. */
struct form_row {
	const char *key;
	form_fn parse;
	unsigned types; /* of the left fact, before the operand narrows it */
};

static ra_err compile_into(const struct ra_json *doc, const cJSON *node, struct ra_cond *cond, struct ra_errs *errs);

static ra_err bad(const struct ra_json *doc, const cJSON *at, struct ra_errs *errs, const char *expected)
{
	return ra_json_fail(doc, at, errs, RA_E_INVALID, "expected %s", expected);
}

/* {"action": "start"} and nothing else. */
static bool is_action_start(const cJSON *node)
{
	const char *action = cJSON_IsObject(node) ? ra_json_str(node, "action", NULL) : NULL;

	return action && strcmp(action, "start") == 0 && cJSON_GetArraySize(node) == 1;
}

/* The keys fact, plane, as_of of an object; skip is the form's own key (NULL on a right side). */
static ra_err parse_ref(const struct ra_json *doc, const cJSON *node, const char *const *skip, struct ra_cond_ref *ref,
			struct ra_errs *errs)
{
	ref->plane = RA_PLANE_ANY;
	for (const cJSON *at = node->child; at; at = at->next) {
		bool skipped = ra_is_own_key(at->string);

		for (const char *const *s = skip; s && *s; s++)
			skipped = skipped || strcmp(at->string, *s) == 0;
		if (skipped)
			continue;
		if (strcmp(at->string, "fact") == 0) {
			if (!cJSON_IsString(at) || !ra_fact_name_ok(at->valuestring))
				return bad(doc, at, errs, "a fact name");
			ref->fact = at->valuestring;
		} else if (strcmp(at->string, "plane") == 0) {
			ref->plane = cJSON_IsString(at) ? ra_plane_parse(at->valuestring) : RA_PLANE_ANY;
			if (ref->plane == RA_PLANE_ANY)
				return bad(doc, at, errs, "a plane: ssh, vcenter, bmc, operator or session");
		} else if (strcmp(at->string, "as_of") == 0) {
			if (!is_action_start(at))
				return bad(doc, at, errs, "{\"action\": \"start\"}");
			ref->as_of_start = true;
		} else {
			return ra_json_fail(doc, at, errs, RA_E_INVALID, "unknown key \"%s\" in a condition",
					    at->string);
		}
	}
	return ref->fact ? RA_OK : bad(doc, node, errs, "\"fact\" with a fact name");
}

/* A scalar, {"fact": ..} or {"action": "start"}. */
static ra_err parse_operand(const struct ra_json *doc, const cJSON *at, struct ra_operand *out, struct ra_errs *errs)
{
	if (is_action_start(at)) {
		out->kind = RA_OP_START;
		return RA_OK;
	}
	if (cJSON_IsObject(at)) {
		out->kind = RA_OP_FACT;
		return parse_ref(doc, at, NULL, &out->ref, errs);
	}
	out->kind = RA_OP_VALUE;
	out->value = at;
	if (cJSON_IsBool(at) || cJSON_IsString(at) || ra_is_whole(at))
		return RA_OK;
	return bad(doc, at, errs,
		   "a value (true, false, a whole number, a text), {\"fact\": ..} or {\"action\": \"start\"}");
}

static bool is_list_of_texts(const cJSON *at)
{
	const cJSON *item;

	if (!cJSON_IsArray(at))
		return false;
	cJSON_ArrayForEach (item, at) {
		if (!cJSON_IsString(item))
			return false;
	}
	return true;
}

static ra_err parse_is(const struct ra_json *doc, const cJSON *at, struct ra_cond *cond, struct ra_errs *errs)
{
	if (!is_list_of_texts(at))
		return parse_operand(doc, at, &cond->right, errs);
	cond->right.value = at;
	return RA_OK;
}

static ra_err parse_in(const struct ra_json *doc, const cJSON *at, struct ra_cond *cond, struct ra_errs *errs)
{
	const cJSON *item;

	if (!cJSON_IsArray(at) || !at->child)
		return bad(doc, at, errs, "a list of at least one value");
	cJSON_ArrayForEach (item, at) {
		if (!cJSON_IsBool(item) && !cJSON_IsString(item) && !ra_is_whole(item))
			return bad(doc, item, errs, "true, false, a whole number or a text");
		if ((item->type & 0xff) != (at->child->type & 0xff) && !(cJSON_IsBool(item) && cJSON_IsBool(at->child)))
			return bad(doc, item, errs, "a value of the same type as the first of the list");
	}
	cond->right.value = at;
	return RA_OK;
}

static ra_err parse_order(const struct ra_json *doc, const cJSON *at, struct ra_cond *cond, struct ra_errs *errs)
{
	if (cJSON_IsBool(at))
		return bad(doc, at, errs, "something with an order: a whole number, a version or a time");
	return parse_operand(doc, at, &cond->right, errs);
}

static ra_err parse_match(const struct ra_json *doc, const cJSON *at, struct ra_cond *cond, struct ra_errs *errs)
{
	struct ra_errs why;
	ra_err err;

	ra_errs_clear(&why);
	if (!cJSON_IsString(at) || !*at->valuestring)
		return bad(doc, at, errs, "a regular expression, not empty");
	err = ra_pattern_compile(at->valuestring, &cond->pattern, &why);
	if (err == RA_E_NOMEM)
		return ra_fail(errs, err, "out of memory");
	return err == RA_OK
		   ? RA_OK
		   : ra_json_fail(doc, at, errs, RA_E_INVALID, "expected a regular expression: %s", why.text[0]);
}

static ra_err parse_has(const struct ra_json *doc, const cJSON *at, struct ra_cond *cond, struct ra_errs *errs)
{
	cond->right.value = at;
	return cJSON_IsString(at) ? RA_OK : bad(doc, at, errs, "a text");
}

static ra_err parse_has_any(const struct ra_json *doc, const cJSON *at, struct ra_cond *cond, struct ra_errs *errs)
{
	cond->right.value = at;
	return is_list_of_texts(at) && at->child ? RA_OK : bad(doc, at, errs, "a list of at least one text");
}

/* Like the left side of `has`: a text, or a fact that holds one. */
static ra_err parse_only(const struct ra_json *doc, const cJSON *at, struct ra_cond *cond, struct ra_errs *errs)
{
	if (cJSON_IsObject(at) && !is_action_start(at))
		return parse_operand(doc, at, &cond->right, errs);
	cond->right.value = at;
	return cJSON_IsString(at) ? RA_OK : bad(doc, at, errs, "a text or {\"fact\": ..}");
}

static ra_err parse_count(const struct ra_json *doc, const cJSON *at, struct ra_cond *cond, struct ra_errs *errs)
{
	static const struct {
		const char *key;
		enum ra_form form;
	} orders[] = {{"lt", RA_FORM_LT}, {"le", RA_FORM_LE}, {"gt", RA_FORM_GT}, {"ge", RA_FORM_GE}};
	const cJSON *number = at;

	cond->count_form = RA_FORM_IS;
	if (cJSON_IsObject(at) && at->child && !at->child->next) {
		for (size_t i = 0; i < RA_LEN(orders); i++) {
			if (strcmp(at->child->string, orders[i].key) == 0) {
				cond->count_form = orders[i].form;
				number = at->child;
			}
		}
	}
	if (!ra_is_whole(number) || number->valuedouble < 0)
		return bad(doc, at, errs, "a number of items, or one of {\"lt\"/\"le\"/\"gt\"/\"ge\": number}");
	cond->count = (int64_t)number->valuedouble;
	return RA_OK;
}

static ra_err parse_span(const struct ra_json *doc, const cJSON *at, struct ra_cond *cond, struct ra_errs *errs)
{
	const cJSON *by = ra_json_get(cond->node, "by_s");

	if (!ra_is_whole(by) || by->valuedouble < 0 || by->valuedouble > BY_S_MAX)
		return bad(doc, by ? by : cond->node, errs, "\"by_s\" with a number of seconds");
	cond->by_ms = (int64_t)by->valuedouble * 1000;
	if (cJSON_IsString(at) && strcmp(at->valuestring, "now") == 0) {
		cond->right.kind = RA_OP_NOW;
		return RA_OK;
	}
	if (!cJSON_IsObject(at))
		return bad(doc, at, errs, "{\"fact\": ..}, \"now\" or {\"action\": \"start\"}");
	return parse_operand(doc, at, &cond->right, errs);
}

static ra_err parse_bool(const struct ra_json *doc, const cJSON *at, struct ra_cond *cond, struct ra_errs *errs)
{
	cond->want = cJSON_IsTrue(at);
	return cJSON_IsBool(at) ? RA_OK : bad(doc, at, errs, "true or false");
}

static ra_err parse_kids(const struct ra_json *doc, const cJSON *at, struct ra_cond *cond, struct ra_errs *errs)
{
	const cJSON *item;
	int size = cJSON_GetArraySize(at);

	if (cond->form == RA_FORM_NOT ? !cJSON_IsObject(at) : !cJSON_IsArray(at))
		return bad(doc, at, errs, cond->form == RA_FORM_NOT ? "a condition" : "a list of conditions");
	if (cond->form == RA_FORM_NOT)
		size = 1;
	cond->kids = calloc(size ? (size_t)size : 1, sizeof(*cond->kids));
	if (!cond->kids)
		return ra_fail(errs, RA_E_NOMEM, "out of memory");
	if (cond->form == RA_FORM_NOT) {
		cond->kid_count = 1;
		return compile_into(doc, at, &cond->kids[0], errs);
	}
	cJSON_ArrayForEach (item, at) {
		ra_err err = compile_into(doc, item, &cond->kids[cond->kid_count++], errs);

		if (err != RA_OK)
			return err;
	}
	return RA_OK;
}

/* In the order of enum ra_form. */
static const struct form_row forms[] = {
    {"all", parse_kids, 0},
    {"any", parse_kids, 0},
    {"not", parse_kids, 0},
    {"is", parse_is, TYPES_ALL},
    {"in", parse_in, TYPES_ALL & ~BIT(RA_LIST)},
    {"lt", parse_order, TYPES_ORDERED},
    {"le", parse_order, TYPES_ORDERED},
    {"gt", parse_order, TYPES_ORDERED},
    {"ge", parse_order, TYPES_ORDERED},
    {"match", parse_match, TYPES_TEXTUAL | BIT(RA_LIST)},
    {"has", parse_has, BIT(RA_LIST)},
    {"has_any", parse_has_any, BIT(RA_LIST)},
    {"only", parse_only, BIT(RA_LIST)},
    {"count", parse_count, BIT(RA_LIST)},
    {"older_than", parse_span, BIT(RA_TIME)},
    {"within", parse_span, BIT(RA_TIME)},
    {"known", parse_bool, TYPES_ALL},
    {"na", parse_bool, TYPES_ALL},
    {"conflict", parse_bool, TYPES_ALL},
};

/* The one form key of the object. */
static ra_err find_form(const struct ra_json *doc, const cJSON *node, const cJSON **at, enum ra_form *form,
			struct ra_errs *errs)
{
	*at = NULL;
	for (const cJSON *key = node->child; key; key = key->next) {
		for (size_t i = 0; i < RA_LEN(forms); i++) {
			if (strcmp(key->string, forms[i].key) != 0)
				continue;
			if (*at)
				return ra_json_fail(doc, key, errs, RA_E_INVALID,
						    "expected one form in a condition, found \"%s\" and \"%s\"",
						    (*at)->string, key->string);
			*at = key;
			*form = (enum ra_form)i;
		}
	}
	if (*at)
		return RA_OK;
	return bad(doc, node, errs,
		   "a condition: all, any, not, or a fact with is, in, lt, le, gt, ge, match, has, has_any, only, count, "
		   "older_than, within, "
		   "known, na or conflict");
}

static ra_err compile_into(const struct ra_json *doc, const cJSON *node, struct ra_cond *cond, struct ra_errs *errs)
{
	const cJSON *at;
	const char *own[] = {NULL, NULL, NULL};
	ra_err err;

	cond->node = node;
	if (!cJSON_IsObject(node))
		return bad(doc, node, errs, "a condition (an object)");
	err = find_form(doc, node, &at, &cond->form, errs);
	if (err != RA_OK)
		return err;
	own[0] = at->string;
	if (cond->form <= RA_FORM_NOT) {
		for (const cJSON *key = node->child; key; key = key->next) {
			if (key != at && !ra_is_own_key(key->string))
				return ra_json_fail(doc, key, errs, RA_E_INVALID, "unknown key \"%s\" beside \"%s\"",
						    key->string, at->string);
		}
	} else {
		own[1] = cond->form == RA_FORM_OLDER || cond->form == RA_FORM_WITHIN ? "by_s" : NULL;
		err = parse_ref(doc, node, own, &cond->left, errs);
		if (err != RA_OK)
			return err;
	}
	return forms[cond->form].parse(doc, at, cond, errs);
}

ra_err ra_cond_compile(const struct ra_json *doc, const cJSON *node, struct ra_cond **out, struct ra_errs *errs)
{
	RA_AUTO(ra_cond_free) struct ra_cond *cond = calloc(1, sizeof(*cond));
	ra_err err;

	*out = NULL;
	if (!cond)
		return ra_fail(errs, RA_E_NOMEM, "out of memory");
	err = compile_into(doc, node, cond, errs);
	if (err != RA_OK)
		return err;
	*out = cond;
	cond = NULL;
	return RA_OK;
}

static void clear(struct ra_cond *cond)
{
	for (size_t i = 0; i < cond->kid_count; i++)
		clear(&cond->kids[i]);
	free(cond->kids);
	cond->pattern = ra_pattern_free(cond->pattern);
}

struct ra_cond *ra_cond_free(struct ra_cond *cond)
{
	if (cond) {
		clear(cond);
		free(cond);
	}
	return NULL;
}

/* The types a literal can be compared with. */
static unsigned literal_types(const cJSON *value)
{
	ra_utc_ms time;

	if (cJSON_IsArray(value))
		return BIT(RA_LIST);
	if (cJSON_IsBool(value))
		return BIT(RA_BOOL);
	if (cJSON_IsNumber(value))
		return BIT(RA_INT);
	return TYPES_TEXTUAL | (ra_utc_parse(value->valuestring, &time) == RA_OK ? BIT(RA_TIME) : 0);
}

static unsigned left_types(const struct ra_cond *cond)
{
	unsigned types = forms[cond->form].types;

	if (cond->form < RA_FORM_IS || cond->form > RA_FORM_GE)
		return types;
	if (cond->right.kind == RA_OP_START)
		return BIT(RA_TIME);
	if (cond->right.kind == RA_OP_FACT)
		return types;
	return types & literal_types(cond->form == RA_FORM_IN ? cond->right.value->child : cond->right.value);
}

void ra_cond_facts(const struct ra_cond *cond, ra_cond_fact_fn fn, void *payload)
{
	bool two = cond->right.kind == RA_OP_FACT;
	struct ra_cond_use use = {.node = cond->node, .asked = cond->form < RA_FORM_KNOWN};

	for (size_t i = 0; i < cond->kid_count; i++)
		ra_cond_facts(&cond->kids[i], fn, payload);
	if (cond->form <= RA_FORM_NOT)
		return;
	use.fact = cond->left.fact;
	use.of_start = cond->left.as_of_start;
	use.types = left_types(cond);
	use.with = two && cond->form != RA_FORM_ONLY ? cond->right.ref.fact : NULL;
	fn(payload, &use);
	if (two) {
		if (cond->form == RA_FORM_ONLY) /* a list is held against a text */
			use.types = TYPES_TEXTUAL;
		use.fact = cond->right.ref.fact;
		use.of_start = cond->right.ref.as_of_start;
		use.with = cond->form == RA_FORM_ONLY ? NULL : cond->left.fact;
		fn(payload, &use);
	}
}

static bool same_ref(const struct ra_cond_ref *a, const struct ra_cond_ref *b)
{
	return strcmp(a->fact, b->fact) == 0 && a->plane == b->plane && a->as_of_start == b->as_of_start;
}

static bool list_holds(const cJSON *list, const cJSON *value)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, list) {
		if (cJSON_Compare(item, value, 1))
			return true;
	}
	return false;
}

/* What `F is V` and `F in [..]` say beyond themselves. */
static bool leaf_implies(const struct ra_cond *a, const struct ra_cond *b)
{
	const cJSON *item;

	if (a->form <= RA_FORM_NOT || b->form <= RA_FORM_NOT || !same_ref(&a->left, &b->left))
		return false;
	if (b->form == RA_FORM_KNOWN && b->want)
		return a->form < RA_FORM_KNOWN; /* a form that looks at the value is true of known facts only */
	if (b->form != RA_FORM_IN)
		return false;
	if (a->form == RA_FORM_IS)
		return a->right.kind == RA_OP_VALUE && list_holds(b->right.value, a->right.value);
	if (a->form != RA_FORM_IN)
		return false;
	cJSON_ArrayForEach (item, a->right.value) {
		if (!list_holds(b->right.value, item))
			return false;
	}
	return true;
}

bool ra_cond_implies(const struct ra_cond *a, const struct ra_cond *b)
{
	bool every_a = a->form == RA_FORM_ANY, every_b = b->form == RA_FORM_ALL;

	if (cJSON_Compare(a->node, b->node, 1))
		return true;
	if (every_a || every_b) {
		const struct ra_cond *split = every_a ? a : b;

		for (size_t i = 0; i < split->kid_count; i++) {
			if (every_a ? !ra_cond_implies(&a->kids[i], b) : !ra_cond_implies(a, &b->kids[i]))
				return false;
		}
		return true;
	}
	for (size_t i = 0; a->form == RA_FORM_ALL && i < a->kid_count; i++) {
		if (ra_cond_implies(&a->kids[i], b))
			return true;
	}
	for (size_t i = 0; b->form == RA_FORM_ANY && i < b->kid_count; i++) {
		if (ra_cond_implies(a, &b->kids[i]))
			return true;
	}
	return leaf_implies(a, b);
}
