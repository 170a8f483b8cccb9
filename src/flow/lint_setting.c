/* lint_setting.c - rules 2 and 3 on the rows of settings beside a maker's directions: the settings exist, and what they change is touched. */
#include "config.h"

#include "flow/lint_rules.h"
#include "flow/setting.h"

#include "base/near.h"

#include <string.h>

struct place {
	struct ra_linter *lint;
	const struct ra_json *doc;
	const struct ra_step *step;
};

/* Rule 2: a check gives what is told of it. */
static void check_exists(const struct place *at, const cJSON *row)
{
	const cJSON *setting = ra_json_get(row, "setting");
	char fact[RA_FACT_NAME_MAX], ask[100];

	if (ra_setting_fact(setting->valuestring, "value", fact) && ra_flowset_fact_type(at->lint->set, fact) >= 0)
		return;
	struct ra_near near = {.word = fact};

	ra_lint_tell_facts(at->lint->set, &near);
	ra_lint_say(at->lint, 2, at->doc, setting, "step %s: there is no setting \"%s\": no check gives %s%s", at->step->id,
		    setting->valuestring, fact, ra_near_ask(&near, ask, sizeof(ask)));
}

static bool touches(const struct ra_step *step, const char *class)
{
	const cJSON *id;

	cJSON_ArrayForEach (id, step->action.touches) {
		if (strcmp(id->valuestring, class) == 0)
			return true;
	}
	return false;
}

/* Rule 3: what is to be set is a change, and the action says which. */
static void check_change(const struct place *at, const cJSON *row)
{
	const cJSON *to = ra_json_get(row, "to");
	const char *setting = ra_json_str(row, "setting", ""), *word = ra_setting_to(row);
	const char *class = word ? ra_setting_class(setting, word) : NULL;

	if (word && at->step->kind != RA_STEP_ACTION)
		ra_lint_say(at->lint, 3, at->doc, to, "step %s: a check sets nothing: expected \"is\", or no word for %s", at->step->id,
			    setting);
	else if (word && !class)
		ra_lint_say(at->lint, 3, at->doc, to, "step %s: %s is not set to \"%s\" by anybody", at->step->id, setting, word);
	else if (word && !touches(at->step, class))
		ra_lint_say(at->lint, 3, at->doc, to, "step %s: %s is to be \"%s\", but the action does not touch %s", at->step->id,
			    setting, word, class);
}

static void check_order(const struct place *at, const cJSON *rows, const cJSON *row)
{
	if (row == rows->child && ra_json_bool(row, "instead", false))
		ra_lint_say(at->lint, 2, at->doc, row, "step %s: the first setting stands instead of none", at->step->id);
	for (const cJSON *other = rows->child; other != row; other = other->next) {
		if (strcmp(ra_json_str(other, "setting", ""), ra_json_str(row, "setting", "")) == 0)
			ra_lint_say(at->lint, 2, at->doc, row, "step %s: the setting \"%s\" stands there twice", at->step->id,
				    ra_json_str(row, "setting", ""));
	}
}

void ra_lint_settings(struct ra_linter *lint, const struct ra_flow *flow, const struct ra_step *step)
{
	const struct place at = {lint, flow->doc, step};
	const cJSON *rows = ra_json_get(step->text, "settings"), *row;

	cJSON_ArrayForEach (row, rows) {
		check_exists(&at, row);
		check_change(&at, row);
		check_order(&at, rows, row);
	}
}
