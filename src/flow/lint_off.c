/* lint_off.c - rule 3, a TPM that is switched off or hidden: on a host whose configuration is bound to it, it is gone with that. So it is
 * advised nowhere but in an action that touches it, and such an action has to have read that the host is not bound (Mode NONE).
 */
#include "config.h"

#include "flow/cond_tree.h"
#include "flow/lint_rules.h"

#include <string.h>

/* An imperative, or a setting given with the value to choose. */
static const char advice[] = "(?i)\\b(?:disable|hide|turn off|switch off|deactivate) (?:the )?(?:server's )?tpm\\b|"
			     "\\b(?:switch|turn|set) (?:the )?tpm (?:2\\.0 )?(?:off|to (?:off|hidden|disabled))\\b|"
			     "\\btpm (?:security|visibility|control|state|support): (?:off|hidden|disabled?)\\b|"
			     "\\bsecurity device support: disabled?\\b";
static const char denial[] = "(?i)\\b(?:not|never|no|nothing|without|cannot|don't)\\b";

struct watch {
	struct ra_linter *lint;
	struct ra_pattern *advice, *denial;
};
struct place {
	const struct watch *watch;
	const struct ra_json *doc;
	const char *kind, *id;
};

static bool finds(const struct watch *watch, const struct ra_pattern *pattern, const char *text, size_t len)
{
	bool found = false;

	if (ra_pattern_find(pattern, text, len, 0, &found, NULL) != RA_OK)
		watch->lint->blind = true;
	return found;
}

/* A text, a list of texts, or an object of either; what is the author's own (x_) is no text of the flow. */
static void check_text(const struct place *at, const cJSON *text)
{
	const cJSON *item;

	if (cJSON_IsArray(text) || cJSON_IsObject(text)) {
		cJSON_ArrayForEach (item, text) {
			if (!item->string || strncmp(item->string, "x_", 2) != 0)
				check_text(at, item);
		}
	}
	/* A sentence ends with a mark and what follows it: the point of "2.0" ends none. */
	for (const char *from = cJSON_IsString(text) ? text->valuestring : ""; *from;) {
		size_t len = strcspn(from, ";!?\n");
		const char *stop = strstr(from, ". ");

		if (stop && (size_t)(stop - from) < len)
			len = (size_t)(stop - from) + 1;
		if (finds(at->watch, at->watch->advice, from, len) && !finds(at->watch, at->watch->denial, from, len))
			ra_lint_say(at->watch->lint, 3, at->doc, text,
				    "%s %s: the text advises to switch the TPM off or to hide it, and nothing here has read Mode NONE",
				    at->kind, at->id);
		from += len + strspn(from + len, " ;!?\n");
	}
}

static bool touches_off(const struct ra_action *action)
{
	const cJSON *class;

	cJSON_ArrayForEach (class, action->touches) {
		if (strcmp(class->valuestring, "tpm_disable") == 0 || strcmp(class->valuestring, "tpm_hide") == 0)
			return true;
	}
	return false;
}

/* True when the condition cannot be true unless Mode NONE was read. */
static bool reads_none(const struct ra_cond *cond)
{
	bool all = cond->form == RA_FORM_ALL, any = cond->form == RA_FORM_ANY;

	if (!all && !any)
		return cond->form == RA_FORM_IS && !cond->left.as_of_start && cond->left.plane != RA_PLANE_OPERATOR &&
		       strcmp(cond->left.fact, "encryption.mode") == 0 && cJSON_IsString(cond->right.value) &&
		       strcmp(cond->right.value->valuestring, "NONE") == 0;
	for (size_t i = 0; i < cond->kid_count; i++) {
		if (reads_none(&cond->kids[i]) == all)
			return all;
	}
	return any && cond->kid_count > 0;
}

static void check_step(const struct place *at, const struct ra_step *step)
{
	const char *id = ra_json_str(step->text, "id", NULL);
	bool off = step->kind == RA_STEP_ACTION && touches_off(&step->action);

	if (off && !(step->action.guard && reads_none(step->action.guard)))
		ra_lint_say(at->watch->lint, 3, at->doc, ra_json_get(step->node, step->action.guard ? "guard" : "touches"),
			    "step %s: takes the TPM away: expected a \"guard\" that is true only where "
			    "{\"fact\": \"encryption.mode\", \"is\": \"NONE\"} is",
			    step->id);
	if (off)
		return;
	static const char *const shown[] = {"title", "say", "ask", "next", "undo", "recovery"};

	for (size_t i = 0; i < RA_LEN(shown); i++) {
		const cJSON *text = ra_json_get(step->node, shown[i]);

		/* The `next` of a check are edges, whose texts say why and not what to do. */
		if (strcmp(shown[i], "next") != 0 || step->kind == RA_STEP_END)
			check_text(at, text);
	}
	const struct ra_vendor *vendors = at->watch->lint->set->vendors.items;

	for (size_t i = 0; id && i < at->watch->lint->set->vendors.count; i++) {
		const struct place there = {at->watch, vendors[i].doc, at->kind, at->id};

		check_text(&there, ra_json_get(vendors[i].texts, id));
		for (size_t k = 0; k < vendors[i].generation_count; k++)
			check_text(&there, ra_json_get(vendors[i].generations[k].texts, id));
	}
}

static void check_all(const struct watch *watch)
{
	const struct ra_flowset *set = watch->lint->set;
	struct ra_flow *const *flows = set->flows.items;
	struct ra_cause *const *causes = set->causes.items;
	const struct ra_vendor *vendors = set->vendors.items;

	for (size_t i = 0; i < set->flows.count; i++) {
		for (size_t k = 0; k < flows[i]->step_count; k++)
			check_step(&(struct place){watch, flows[i]->doc, "step", flows[i]->steps[k].id}, &flows[i]->steps[k]);
	}
	for (size_t i = 0; i < set->causes.count; i++) {
		const struct place at = {watch, causes[i]->doc, "cause", causes[i]->id};

		check_text(&at, ra_json_get(ra_json_root(causes[i]->doc), "resolution"));
	}
	for (size_t i = 0; i < set->vendors.count; i++) {
		const struct place at = {watch, vendors[i].doc, "vendor", vendors[i].id};

		for (size_t k = 0; k < vendors[i].quirk_count; k++)
			check_text(&at, vendors[i].quirks[k].say);
	}
}

void ra_lint_off(struct ra_linter *lint)
{
	struct watch watch = {.lint = lint};

	if (ra_pattern_compile(advice, &watch.advice, NULL) == RA_OK && ra_pattern_compile(denial, &watch.denial, NULL) == RA_OK)
		check_all(&watch);
	else
		lint->blind = true;
	ra_pattern_free(watch.advice);
	ra_pattern_free(watch.denial);
}
