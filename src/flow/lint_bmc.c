/* lint_bmc.c - rules 3 and 4, what a BMC is told to change: it names the class of that very change, asks first whose server it is, and is seen by the
 * BMC itself. A setting of the firmware is allowed, confirmed by name, and withdrawn by its own undo until the next start. */
#include "config.h"

#include "flow/cond_tree.h"
#include "flow/lint_rules.h"

#include <string.h>

struct place {
	struct ra_linter *lint;
	const struct ra_flow *flow;
	const struct ra_step *step;
};

/* What each change is, in danger.json, and what has to be true before it. */
static const struct kind {
	const char *name, *setting, *to; /* NULL: whatever it is */
	const char *class;
	bool maintenance, named, withdrawn;
} kinds[] = {
    {"set", "tpm", NULL, "tpm_enable", true, true, true},
    {"set", "algorithm", NULL, "pcr_bank", true, true, true},
    {"set", "sha256-bank", NULL, "pcr_bank", true, true, true},
    {"set", "hierarchy", NULL, "hierarchy", true, true, true},
    {"set", "interface", NULL, "tpm_interface", true, true, true},
    {"set", "secure-boot", NULL, "secure_boot_on", true, true, true},
    {"unset", "tpm", NULL, "tpm_enable", false, false, false},
    {"unset", "algorithm", NULL, "pcr_bank", false, false, false},
    {"unset", "sha256-bank", NULL, "pcr_bank", false, false, false},
    {"unset", "hierarchy", NULL, "hierarchy", false, false, false},
    {"unset", "interface", NULL, "tpm_interface", false, false, false},
    {"unset", "secure-boot", NULL, "secure_boot_on", false, false, false},
    {"next-boot", NULL, "setup", "next_boot_setup", true, false, false},
    {"next-boot", NULL, "none", "next_boot_setup", false, false, false},
    {"power", NULL, "on", "power", false, true, false},
    {"power", NULL, "restart", "reboot", true, true, false},
    {"power", NULL, "off", "power", true, true, false},
};

static bool fits(const cJSON *request, const char *key, const char *word)
{
	return !word || strcmp(ra_json_str(request, key, ""), word) == 0;
}

static const struct kind *kind_of(const struct ra_step *step)
{
	const cJSON *request = ra_json_get(step->node, "do");

	for (size_t i = 0; i < RA_LEN(kinds); i++)
		if (fits(request, "redfish", kinds[i].name) && fits(request, "setting", kinds[i].setting) && fits(request, "to", kinds[i].to))
			return &kinds[i];
	return NULL;
}

static void say(const struct place *at, int rule, const char *key, const char *sentence, const char *more)
{
	const cJSON *node = ra_json_get(at->step->node, key);

	ra_lint_say(at->lint, rule, at->flow->doc, node ? node : at->step->node, "step %s: %s%s", at->step->id, sentence, more);
}

typedef bool (*leaf_fn)(const struct ra_cond *leaf, const char *fact);

/* True when the condition cannot be true without such a leaf being so. */
static bool demands(const struct ra_cond *cond, leaf_fn is_it, const char *fact)
{
	bool all = cond->form == RA_FORM_ALL, any = cond->form == RA_FORM_ANY;

	if (!all && !any)
		return cond->form == RA_FORM_IS && !cond->left.as_of_start && is_it(cond, fact);
	for (size_t i = 0; i < cond->kid_count; i++) {
		if (demands(&cond->kids[i], is_it, fact) == all)
			return all;
	}
	return any && cond->kid_count > 0;
}

static bool is_true(const struct ra_cond *leaf, const char *fact)
{
	return strcmp(leaf->left.fact, fact) == 0 && leaf->right.kind == RA_OP_VALUE && cJSON_IsTrue(leaf->right.value);
}

/* Some makers have what ESXi calls the serial number as SKU. */
static bool is_same_server(const struct ra_cond *leaf, const char *fact)
{
	return (strcmp(leaf->left.fact, "bmc.serial") == 0 || strcmp(leaf->left.fact, "bmc.sku") == 0) && leaf->right.kind == RA_OP_FACT &&
	       !leaf->right.ref.as_of_start && strcmp(leaf->right.ref.fact, fact) == 0;
}

static void check_guard(const struct place *at, const struct kind *kind)
{
	const struct ra_cond *guard = at->step->action.guard;

	if (!guard || !demands(guard, is_same_server, "host.serial"))
		say(at, 3, "guard", "changes a server by its BMC: expected a \"guard\" that is true only where ",
		    "{\"fact\": \"bmc.serial\", \"is\": {\"fact\": \"host.serial\"}} is");
	if (kind->maintenance && (!guard || !demands(guard, is_true, "host.maintenance")))
		say(at, 3, "guard", "expected a \"guard\" that is true only where ", "{\"fact\": \"host.maintenance\", \"is\": true} is");
	if (kind->withdrawn && (!guard || !demands(guard, is_true, RA_FACT_FIRMWARE_CHANGES)))
		say(at, 3, "guard", "changes a setting of the firmware: expected a \"guard\" that is true only where ",
		    "{\"fact\": \"" RA_FACT_FIRMWARE_CHANGES "\", \"is\": true} is");
}

static bool touches(const struct ra_action *action, const char *class)
{
	const cJSON *id;

	cJSON_ArrayForEach (id, action->touches) {
		if (strcmp(id->valuestring, class) == 0)
			return true;
	}
	return false;
}

/* Its undo takes the same setting back, by the BMC, and the walk owes it until the next start. */
static void check_withdrawn(const struct place *at)
{
	const struct ra_action *action = &at->step->action;
	const struct ra_step *undo = action->undoes && action->undo_step ? ra_flow_step(at->flow, action->undo_step) : NULL;
	const cJSON *back = undo ? ra_json_get(undo->node, "do") : NULL;
	const char *setting = ra_json_str(ra_json_get(at->step->node, "do"), "setting", "");

	if (!fits(back, "redfish", "unset") || !fits(back, "setting", setting))
		say(at, 4, "undo", "expected \"undo\" to name the action by which the BMC withdraws the same setting", "");
	if (!action->temporary)
		say(at, 4, "temporary", "a setting that waits is withdrawn when the walk ends before the next start: expected \"temporary\": true", "");
}

static bool bmc_gives(const struct ra_check *check, const char *fact)
{
	for (size_t p = 0; check && p < check->plane_count; p++) {
		const struct ra_check_plane *plane = &check->planes[p];

		for (size_t i = 0; plane->plane == RA_PLANE_BMC && i < plane->fact_count; i++)
			if (strcmp(plane->facts[i].name, fact) == 0)
				return true;
	}
	return false;
}

struct seen {
	const struct place *at;
	bool by_bmc;
};

static void note_seen(void *payload, const struct ra_cond_use *use)
{
	struct seen *seen = payload;
	const cJSON *id;

	cJSON_ArrayForEach (id, seen->at->step->action.verify_checks) {
		if (!use->of_start && bmc_gives(ra_flowset_check(seen->at->lint->set, id->valuestring), use->fact))
			seen->by_bmc = true;
	}
}

static void check_step(const struct place *at)
{
	const struct ra_action *action = &at->step->action;
	const struct kind *kind = kind_of(at->step);
	struct seen seen = {.at = at};

	if (!kind) /* a change the table of requests has and this one has not */
		say(at, 3, "do", "no class of danger.json is known for this change", "");
	if (!kind)
		return;
	if (!touches(action, kind->class))
		say(at, 3, "touches", "expected this change to touch ", kind->class);
	check_guard(at, kind);
	if (kind->named && strcmp(action->confirm_type ? action->confirm_type->valuestring : "", "host.name") != 0)
		say(at, 3, "confirm", "expected it to be confirmed by the host's name", " ({\"type\": \"host.name\"})");
	if (kind->withdrawn)
		check_withdrawn(at);
	if (action->until)
		ra_cond_facts(action->until, note_seen, &seen);
	if (!seen.by_bmc)
		say(at, 4, "verify", "expected \"verify\" to look at what the BMC itself says after it", "");
}

void ra_lint_bmc(struct ra_linter *lint)
{
	struct ra_flow *const *flows = lint->set->flows.items;

	for (size_t i = 0; i < lint->set->flows.count; i++) {
		for (size_t k = 0; k < flows[i]->step_count; k++) {
			const struct place at = {lint, flows[i], &flows[i]->steps[k]};

			if (at.step->kind == RA_STEP_ACTION && !at.step->action.by_human && at.step->action.plane == RA_PLANE_BMC)
				check_step(&at);
		}
	}
}
