/* words.c - steps and conditions in words. */
#include "config.h"

#include "base/text.h"
#include "flow/cond_tree.h"
#include "flow/words.h"

#include <inttypes.h>
#include <string.h>

const char *ra_step_kind_name(enum ra_step_kind kind)
{
	static const char *const kinds[] = {"check", "question", "gate", "action", "call", "end"};

	return kinds[kind];
}

static ra_err clean(struct ra_buf *out, const char *text)
{
	return ra_text_clean(text, strlen(text), false, out);
}

ra_err ra_words_list(const cJSON *list, const char *between, struct ra_buf *out)
{
	const cJSON *item;
	ra_err err = RA_OK;

	cJSON_ArrayForEach (item, list) {
		if (!err && item != list->child)
			err = ra_buf_text(out, between);
		if (!err && cJSON_IsString(item))
			err = clean(out, item->valuestring);
	}
	return err;
}

ra_err ra_step_words(const struct ra_step *step, struct ra_buf *out)
{
	ra_err err = ra_buf_text(out, ra_step_kind_name(step->kind));

	if (!err && step->kind == RA_STEP_ACTION) {
		err = ra_buf_printf(out, " by %s, %s", step->action.by_human ? "a human" : ra_plane_name(step->action.plane),
				    ra_danger_name(step->action.danger));
		if (!err && step->action.touches && step->action.touches->child)
			err = ra_buf_text(out, ": ");
		return err ? err : ra_words_list(step->action.touches, ", ", out);
	}
	if (!err && step->kind == RA_STEP_GATE) {
		err = ra_buf_text(out, ": ");
		return err ? err : ra_words_list(step->gates, " or ", out);
	}
	if (!err && step->kind == RA_STEP_END)
		return ra_buf_printf(out, ": %s", ra_outcome_name(step->outcome));
	if (!err && step->kind == RA_STEP_CALL)
		err = ra_buf_text(out, " of ");
	return err || step->kind != RA_STEP_CALL ? err : clean(out, step->call_flow);
}

/* A value as it is written: texts in quotes, lists with commas. */
static ra_err value_words(const cJSON *value, struct ra_buf *out)
{
	RA_AUTO(ra_mem_free) char *text = value ? ra_json_print(value) : strdup("nothing");

	return text ? clean(out, text) : RA_E_NOMEM;
}

static ra_err ref_words(const struct ra_cond_ref *ref, struct ra_buf *out)
{
	ra_err err = clean(out, ref->fact);

	if (!err && ref->plane != RA_PLANE_ANY)
		err = ra_buf_printf(out, " (by %s)", ra_plane_name((enum ra_plane)ref->plane));
	return err || !ref->as_of_start ? err : ra_buf_text(out, " as it was when the action began");
}

static ra_err operand_words(const struct ra_operand *right, struct ra_buf *out)
{
	switch (right->kind) {
	case RA_OP_FACT:
		return ref_words(&right->ref, out);
	case RA_OP_START:
		return ra_buf_text(out, "the start of the action");
	case RA_OP_NOW:
		return ra_buf_text(out, "now");
	default:
		return value_words(right->value, out);
	}
}

static ra_err joined(const struct ra_cond *cond, const char *between, const char *none, struct ra_buf *out)
{
	ra_err err = cond->kid_count ? RA_OK : ra_buf_text(out, none);

	for (size_t i = 0; i < cond->kid_count && !err; i++) {
		const struct ra_cond *kid = &cond->kids[i];
		bool group = cond->kid_count > 1 && kid->kid_count > 1 && (kid->form == RA_FORM_ALL || kid->form == RA_FORM_ANY);

		if (i)
			err = ra_buf_text(out, between);
		err = err || !group ? err : ra_buf_text(out, "(");
		err = err ? err : ra_cond_words(kid, out);
		err = err || !group ? err : ra_buf_text(out, ")");
	}
	return err;
}

/* "is at most 60 s before now" and its kind. */
static ra_err span_words(const struct ra_cond *cond, struct ra_buf *out)
{
	ra_err err = ra_buf_printf(out, cond->form == RA_FORM_OLDER ? " is more than %" PRId64 " s before " : " is within %" PRId64 " s of ",
				   cond->by_ms / 1000);

	return err ? err : operand_words(&cond->right, out);
}

/* Of the forms that hold a left side against a right one. */
static const char *order_words(enum ra_form form)
{
	static const char *const words[] = {
		[RA_FORM_IS] = "is",	     [RA_FORM_IN] = "is one of", [RA_FORM_LT] = "is less than", [RA_FORM_LE] = "is at most",
		[RA_FORM_GT] = "is more than", [RA_FORM_GE] = "is at least", [RA_FORM_MATCH] = "matches", [RA_FORM_HAS] = "holds",
		[RA_FORM_HAS_ANY] = "holds one of", [RA_FORM_ONLY] = "holds nothing but",
	};

	return words[form];
}

ra_err ra_cond_words(const struct ra_cond *cond, struct ra_buf *out)
{
	ra_err err;

	switch (cond->form) {
	case RA_FORM_ALL:
		return joined(cond, " and ", "always", out);
	case RA_FORM_ANY:
		return joined(cond, " or ", "never", out);
	case RA_FORM_NOT:
		err = ra_buf_text(out, "not (");
		err = err ? err : ra_cond_words(&cond->kids[0], out);
		return err ? err : ra_buf_text(out, ")");
	default:
		break;
	}
	err = ref_words(&cond->left, out);
	if (err)
		return err;
	switch (cond->form) {
	case RA_FORM_COUNT:
		return ra_buf_printf(out, " has a number of items that %s %" PRId64, order_words(cond->count_form), cond->count);
	case RA_FORM_OLDER:
	case RA_FORM_WITHIN:
		return span_words(cond, out);
	case RA_FORM_KNOWN:
		return ra_buf_text(out, cond->want ? " is known" : " is not known");
	case RA_FORM_NA:
		return ra_buf_text(out, cond->want ? " does not apply" : " applies");
	case RA_FORM_CONFLICT:
		return ra_buf_text(out, cond->want ? " is told differently by planes" : " is not told differently by planes");
	case RA_FORM_MATCH:
		err = ra_buf_printf(out, " %s ", order_words(cond->form));
		return err ? err : value_words(ra_json_get(cond->node, "match"), out);
	default:
		err = ra_buf_printf(out, " %s ", order_words(cond->form));
		return err ? err : operand_words(&cond->right, out);
	}
}
