/* cond_eval.c - a condition held against facts. Kleene's logic; a doubt of any kind is unknown with a reason. */
#include "config.h"

#include "flow/cond_tree.h"

#include <string.h>

enum ra_tri ra_tri_and(enum ra_tri a, enum ra_tri b)
{
	if (a == RA_FALSE || b == RA_FALSE)
		return RA_FALSE;
	return a == RA_TRUE && b == RA_TRUE ? RA_TRUE : RA_UNKNOWN;
}

enum ra_tri ra_tri_or(enum ra_tri a, enum ra_tri b)
{
	if (a == RA_TRUE || b == RA_TRUE)
		return RA_TRUE;
	return a == RA_FALSE && b == RA_FALSE ? RA_FALSE : RA_UNKNOWN;
}

enum ra_tri ra_tri_not(enum ra_tri a)
{
	if (a == RA_UNKNOWN)
		return RA_UNKNOWN;
	return a == RA_TRUE ? RA_FALSE : RA_TRUE;
}

static struct ra_cond_result decided(bool yes)
{
	return (struct ra_cond_result){.tri = yes ? RA_TRUE : RA_FALSE, .reason = RA_KNOWN};
}

static struct ra_cond_result unknown(const char *fact, enum ra_reason reason)
{
	struct ra_cond_result result = {
	    .tri = RA_UNKNOWN, .reason = reason, .transport = ra_reason_is_transport(reason)};

	memcpy(result.fact, fact, strnlen(fact, sizeof(result.fact) - 1));
	return result;
}

static struct ra_reading read_ref(const struct ra_cond_ref *ref, const struct ra_cond_env *env)
{
	struct ra_query query = {.plane = ref->plane, .prefer = RA_PLANE_ANY, .seq_min = env->seq_min};

	if (ref->as_of_start) {
		if (env->action_start == RA_UTC_NONE)
			return (struct ra_reading){.reason = RA_NOT_ASKED};
		query.seq_min = 0;
		query.seq_max = env->action_seq;
	}
	if (env->prefer)
		query.prefer = env->prefer(env->payload, ref->fact);
	return ra_facts_read(env->facts, ref->fact, &query);
}

/* A time to compare: of a reading, or of the session (now, the action's start, a time written in a flow). */
struct moment {
	const struct ra_reading *reading; /* NULL: at holds */
	ra_utc_ms at;
};

/* The moment on the session's clock. */
static bool session_time(const struct ra_facts *facts, const struct moment *moment, ra_utc_ms *at, int64_t *margin)
{
	*at = moment->at;
	*margin = 0;
	return !moment->reading || ra_facts_session_time(facts, moment->reading->obs, at, margin);
}

/* left - right in ms of real time, and how wrong that may be. Times read off one machine's clock need no measure of it.
 */
static bool distance(const struct ra_facts *facts, const struct moment *left, const struct moment *right, int64_t *diff,
		     int64_t *margin)
{
	ra_utc_ms left_at, right_at;
	int64_t left_margin, right_margin;

	*margin = 0;
	if (left->reading && right->reading && left->reading->clock == right->reading->clock &&
	    left->reading->clock != RA_PLANE_SESSION)
		return !__builtin_sub_overflow(left->reading->value->as.time, right->reading->value->as.time, diff);
	return session_time(facts, left, &left_at, &left_margin) &&
	       session_time(facts, right, &right_at, &right_margin) &&
	       !__builtin_sub_overflow(left_at, right_at, diff) &&
	       !__builtin_add_overflow(left_margin, right_margin, margin);
}

/* Is diff, known to +-margin, below (or at) zero? */
static enum ra_tri below(int64_t diff, int64_t margin, bool or_equal)
{
	if (margin < 0 || diff > INT64_MAX / 2 || diff < INT64_MIN / 2 || margin > INT64_MAX / 4)
		return RA_UNKNOWN;
	if (diff + margin < 0 || (or_equal && diff + margin == 0))
		return RA_TRUE;
	if (diff - margin > 0 || (!or_equal && diff - margin == 0))
		return RA_FALSE;
	return RA_UNKNOWN;
}

/* The form's question about two times. */
static enum ra_tri times(enum ra_form form, int64_t diff, int64_t margin, int64_t by_ms)
{
	switch (form) {
	case RA_FORM_LT:
		return below(diff, margin, false);
	case RA_FORM_LE:
		return below(diff, margin, true);
	case RA_FORM_GT:
		return ra_tri_not(below(diff, margin, true));
	case RA_FORM_GE:
		return ra_tri_not(below(diff, margin, false));
	case RA_FORM_OLDER:
		return __builtin_add_overflow(diff, by_ms, &diff) ? RA_UNKNOWN : below(diff, margin, true);
	case RA_FORM_WITHIN:
		if (diff < INT64_MIN / 2)
			return RA_UNKNOWN;
		return below((diff < 0 ? -diff : diff) - by_ms, margin, true);
	default: /* equal */
		return ra_tri_and(below(diff, margin, true), ra_tri_not(below(diff, margin, false)));
	}
}

static struct ra_cond_result compare_times(const struct ra_cond *cond, const struct ra_cond_env *env,
					   const struct moment *left, const struct moment *right)
{
	int64_t diff, margin;
	enum ra_tri tri;

	if (!distance(env->facts, left, right, &diff, &margin))
		return unknown(cond->left.fact, RA_NOT_ASKED);
	tri = times(cond->form, diff, margin, cond->by_ms);
	return tri == RA_UNKNOWN ? unknown(cond->left.fact, RA_CONFLICT) : decided(tri == RA_TRUE);
}

static struct ra_cond_result compare_values(const struct ra_cond *cond, const struct ra_value *left,
					    const struct ra_value *right)
{
	bool ok = true;
	int order;

	if (left->type != right->type)
		return unknown(cond->left.fact, RA_MALFORMED);
	if (left->type == RA_BOOL || left->type == RA_TEXT || left->type == RA_LIST) {
		if (cond->form != RA_FORM_IS && cond->form != RA_FORM_IN)
			return unknown(cond->left.fact, RA_MALFORMED);
		return decided(ra_value_equal(left, right));
	}
	order = ra_value_order(left, right, &ok);
	if (!ok)
		return unknown(cond->left.fact, RA_MALFORMED);
	switch (cond->form) {
	case RA_FORM_LT:
		return decided(order < 0);
	case RA_FORM_LE:
		return decided(order <= 0);
	case RA_FORM_GT:
		return decided(order > 0);
	case RA_FORM_GE:
		return decided(order >= 0);
	default:
		return decided(order == 0);
	}
}

static struct ra_cond_result compare_literal(const struct ra_cond *cond, const struct ra_cond_env *env,
					     const struct ra_reading *left, const cJSON *literal)
{
	struct ra_value value = {.type = left->value->type};
	struct ra_cond_result result;

	if (ra_value_from_json(left->value->type, literal, &value) != RA_OK)
		return unknown(cond->left.fact, RA_MALFORMED);
	if (value.type == RA_TIME)
		result =
		    compare_times(cond, env, &(struct moment){.reading = left}, &(struct moment){.at = value.as.time});
	else
		result = compare_values(cond, left->value, &value);
	ra_value_clear(&value);
	return result;
}

static struct ra_cond_result eval_compare(const struct ra_cond *cond, const struct ra_cond_env *env,
					  const struct ra_reading *left)
{
	const struct ra_operand *op = &cond->right;
	struct moment right = {.at = env->now};
	struct ra_reading other;

	if (op->kind == RA_OP_VALUE)
		return compare_literal(cond, env, left, op->value);
	if (op->kind == RA_OP_FACT) {
		other = read_ref(&op->ref, env);
		if (other.reason != RA_KNOWN)
			return unknown(op->ref.fact, other.reason);
		if (left->value->type != RA_TIME || other.value->type != RA_TIME) {
			if (cond->form == RA_FORM_OLDER || cond->form == RA_FORM_WITHIN)
				return unknown(cond->left.fact, RA_MALFORMED);
			return compare_values(cond, left->value, other.value);
		}
		right.reading = &other;
	}
	if (op->kind == RA_OP_START)
		right.at = env->action_start;
	if (left->value->type != RA_TIME)
		return unknown(cond->left.fact, RA_MALFORMED);
	if (!right.reading && right.at == RA_UTC_NONE)
		return unknown(cond->left.fact, RA_NOT_ASKED);
	return compare_times(cond, env, &(struct moment){.reading = left}, &right);
}

/* True if one of the list is equal for certain; unknown if none is, but one may be. */
static struct ra_cond_result eval_in(const struct ra_cond *cond, const struct ra_cond_env *env,
				     const struct ra_reading *left)
{
	struct ra_cond_result result = decided(false);
	const cJSON *item;

	cJSON_ArrayForEach (item, cond->right.value) {
		struct ra_cond_result one = compare_literal(cond, env, left, item);

		if (one.tri == RA_TRUE)
			return one;
		if (one.tri == RA_UNKNOWN)
			result = one;
	}
	return result;
}

static struct ra_cond_result eval_match(const struct ra_cond *cond, const struct ra_value *value)
{
	char *const *items = &value->as.text;
	size_t count = 1;
	bool limit = false;

	if (value->type == RA_LIST) {
		items = value->as.list.items;
		count = value->as.list.count;
	} else if (value->type != RA_TEXT && value->type != RA_VERSION) {
		return unknown(cond->left.fact, RA_MALFORMED);
	}
	for (size_t i = 0; i < count; i++) {
		bool found = false;

		if (ra_pattern_find(cond->pattern, items[i], strlen(items[i]), 0, &found, NULL) != RA_OK)
			limit = true;
		else if (found)
			return decided(true);
	}
	return limit ? unknown(cond->left.fact, RA_MALFORMED) : decided(false);
}

static bool holds(const struct ra_value *list, const cJSON *text)
{
	for (size_t i = 0; i < list->as.list.count; i++) {
		if (strcmp(list->as.list.items[i], text->valuestring) == 0)
			return true;
	}
	return false;
}

/* Every item is the text, which a fact may hold. Of no item that is true. */
static struct ra_cond_result eval_only(const struct ra_cond *cond, const struct ra_cond_env *env, const struct ra_value *list)
{
	const char *text = cond->right.kind == RA_OP_FACT ? NULL : cond->right.value->valuestring;
	struct ra_reading other = {0};

	if (!text) {
		other = read_ref(&cond->right.ref, env);
		if (other.reason != RA_KNOWN)
			return unknown(cond->right.ref.fact, other.reason);
		if (other.value->type != RA_TEXT && other.value->type != RA_VERSION)
			return unknown(cond->right.ref.fact, RA_MALFORMED);
		text = other.value->as.text;
	}
	if (list->type != RA_LIST)
		return unknown(cond->left.fact, RA_MALFORMED);
	for (size_t i = 0; i < list->as.list.count; i++) {
		if (strcmp(list->as.list.items[i], text) != 0)
			return decided(false);
	}
	return decided(true);
}

static struct ra_cond_result eval_list(const struct ra_cond *cond, const struct ra_value *value)
{
	struct ra_value have = {.type = RA_INT}, want = {.type = RA_INT, .as.number = cond->count};
	struct ra_cond order = {.form = cond->count_form, .left = cond->left};
	const cJSON *item;

	if (value->type != RA_LIST)
		return unknown(cond->left.fact, RA_MALFORMED);
	if (cond->form == RA_FORM_HAS)
		return decided(holds(value, cond->right.value));
	if (cond->form == RA_FORM_COUNT) {
		have.as.number = (int64_t)value->as.list.count;
		return compare_values(&order, &have, &want);
	}
	cJSON_ArrayForEach (item, cond->right.value) {
		if (holds(value, item))
			return decided(true);
	}
	return decided(false);
}

static struct ra_cond_result eval_leaf(const struct ra_cond *cond, const struct ra_cond_env *env)
{
	struct ra_reading left = read_ref(&cond->left, env);

	switch (cond->form) {
	case RA_FORM_KNOWN:
		return decided((left.reason == RA_KNOWN) == cond->want);
	case RA_FORM_NA:
		return decided((left.reason == RA_NOT_APPLICABLE) == cond->want);
	case RA_FORM_CONFLICT:
		return decided((left.reason == RA_CONFLICT) == cond->want);
	default:
		break;
	}
	if (left.reason != RA_KNOWN)
		return unknown(cond->left.fact, left.reason);
	switch (cond->form) {
	case RA_FORM_IN:
		return eval_in(cond, env, &left);
	case RA_FORM_MATCH:
		return eval_match(cond, left.value);
	case RA_FORM_ONLY:
		return eval_only(cond, env, left.value);
	case RA_FORM_HAS:
	case RA_FORM_HAS_ANY:
	case RA_FORM_COUNT:
		return eval_list(cond, left.value);
	default:
		return eval_compare(cond, env, &left);
	}
}

/* `all` and `any`: the first member that decides ends it; else the doubt is told by the first failed request, or the
 * first doubt. */
static struct ra_cond_result eval_group(const struct ra_cond *cond, const struct ra_cond_env *env)
{
	enum ra_tri deciding = cond->form == RA_FORM_ALL ? RA_FALSE : RA_TRUE;
	struct ra_cond_result result = decided(deciding == RA_FALSE);

	for (size_t i = 0; i < cond->kid_count; i++) {
		struct ra_cond_result one = ra_cond_eval(&cond->kids[i], env);

		if (one.tri == deciding)
			return one;
		if (one.tri == RA_UNKNOWN && (result.tri != RA_UNKNOWN || (one.transport && !result.transport)))
			result = one;
	}
	return result;
}

struct ra_cond_result ra_cond_eval(const struct ra_cond *cond, const struct ra_cond_env *env)
{
	struct ra_cond_result result;

	if (cond->form == RA_FORM_ALL || cond->form == RA_FORM_ANY)
		return eval_group(cond, env);
	if (cond->form != RA_FORM_NOT)
		return eval_leaf(cond, env);
	result = ra_cond_eval(&cond->kids[0], env);
	result.tri = ra_tri_not(result.tri);
	return result;
}
