/* lint_action.c - rules 3 and 4: what an action touches is behind its gate, said in its text, verified, and can be
 * undone or recovered. */
#include "config.h"

#include "flow/cond_tree.h"
#include "flow/lint_rules.h"

#include "base/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct context {
	struct ra_linter *lint;
	const struct ra_graph *graphs; /* all of the set */
	const struct ra_graph *graph;
	const struct ra_flow *flow;
	const struct ra_step *step;
};

static void say(const struct context *at, int rule, const char *key, const char *sentence)
{
	const cJSON *node = key ? ra_json_get(at->step->node, key) : NULL;

	ra_lint_say(at->lint, rule, at->flow->doc, node ? node : at->step->node, "step %s: %s", at->step->id, sentence);
}

static bool list_has(const cJSON *list, const char *id)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, list) {
		if (strcmp(item->valuestring, id) == 0)
			return true;
	}
	return false;
}

static bool touches(const struct ra_step *step, const char *class)
{
	return list_has(step->action.touches, class);
}

/* Every one of these gates is one of the class. */
static bool gates_of(const cJSON *gates, const struct ra_class *class)
{
	const cJSON *gate;

	cJSON_ArrayForEach (gate, gates) {
		if (!list_has(class->gate, gate->valuestring))
			return false;
	}
	return gates && gates->child;
}

/* A walk over the flow that does not take the opened way of a gate of the class. */
struct walk {
	const struct ra_graph *graph;
	const struct ra_class *class;
	size_t from;
	size_t *queue, *parent, count;
};

static void walk_on(void *payload, const struct ra_step *step, const struct ra_way *way)
{
	struct walk *walk = payload;
	size_t to = ra_graph_index(walk->graph, way->go);

	if (to == walk->graph->count || walk->parent[to] != SIZE_MAX ||
	    (way->opens && gates_of(step->gates, walk->class)))
		return;
	walk->parent[to] = walk->from;
	walk->queue[walk->count++] = to;
}

/* Write the way from an entry to a step: "start -> a -> b". */
static void write_way(const struct walk *walk, size_t to, char *out, size_t cap)
{
	size_t len;

	if (walk->parent[to] != to)
		write_way(walk, walk->parent[to], out, cap);
	len = strlen(out);
	(void)snprintf(out + len, cap - len, "%s%s", walk->parent[to] != to ? " -> " : "",
		       walk->graph->flow->steps[to].id);
}

/* A way to the action that passes no gate of the class. Out: false when there is none. */
static bool way_around(const struct context *at, const struct ra_class *class, char *out, size_t cap)
{
	size_t n = at->graph->count, target = (size_t)(at->step - at->flow->steps);
	struct walk walk = {.graph = at->graph, .class = class};
	bool found = false;

	walk.queue = calloc(2 * n + 1, sizeof(*walk.queue));
	if (!walk.queue) {
		at->lint->blind = true;
		return false;
	}
	walk.parent = walk.queue + n;
	for (size_t i = 0; i < n; i++) {
		walk.parent[i] = ra_graph_enters(at->graph, i) ? i : SIZE_MAX;
		if (walk.parent[i] == i)
			walk.queue[walk.count++] = i;
	}
	for (size_t i = 0; i < walk.count && !found; i++) {
		walk.from = walk.queue[i];
		found = walk.from == target;
		if (!found)
			ra_step_ways(&at->flow->steps[walk.from], walk_on, &walk);
	}
	if (found)
		write_way(&walk, target, out, cap);
	free(walk.queue);
	return found;
}

/* Rule 3 for one class the action touches. */
static void check_class(const struct context *at, const struct ra_class *class)
{
	const struct ra_action *action = &at->step->action;
	char way[300] = "";

	if (action->restore && strcmp(class->id, "tpm_clear") == 0)
		say(at, 3, "toward", "a TPM clear restores nothing: expected \"toward\": \"change\"");
	if (action->restore || !class->gate || !class->gate->child || gates_of(action->gate, class))
		return;
	if (action->gate && action->gate->child)
		ra_lint_say(at->lint, 3, at->flow->doc, ra_json_get(at->step->node, "gate"),
			    "step %s: a gate is named that is none of %s in danger.json", at->step->id, class->id);
	else if (way_around(at, class, way, sizeof(way)))
		ra_lint_say(at->lint, 3, at->flow->doc, at->step->node,
			    "step %s: changes %s, and a way leads here that passes no gate of it: %s", at->step->id,
			    class->id, way);
	else
		ra_lint_say(at->lint, 3, at->flow->doc, at->step->node,
			    "step %s: changes %s: expected \"gate\" (the pass of a gate before dies with age, a "
			    "restart, a step back)",
			    at->step->id, class->id);
}

/* Words that announce a change, and a part of the class's name that must be touched then. */
static const struct {
	const char *word, *pattern;
	const char *stems[3];
} words[] = {
    {"clear", "(?i)\\bclear(s|ed|ing)?\\b", {"clear", "reset"}},
    {"default", "(?i)\\bdefaults?\\b", {"default", "secure_boot"}},
    {"Secure Boot", "(?i)\\bsecure boot\\b", {"secure_boot"}},
};
/* A sentence that forbids or reminds announces nothing. */
static const char denial[] = "(?i)\\b(not|never|no|nothing|without|cannot|don't|another|stays|as before|if it was)\\b";

static bool finds(struct ra_linter *lint, const char *pattern, const char *text, size_t len)
{
	RA_AUTO(ra_pattern_free) struct ra_pattern *compiled = NULL;
	bool found = false;

	if (ra_pattern_compile(pattern, &compiled, NULL) != RA_OK ||
	    ra_pattern_find(compiled, text, len, 0, &found, NULL) != RA_OK)
		lint->blind = true;
	return found;
}

static bool touches_stem(const struct ra_step *step, const char *const stems[3])
{
	const cJSON *class;

	cJSON_ArrayForEach (class, step->action.touches) {
		for (size_t i = 0; i < 3 && stems[i]; i++) {
			if (strstr(class->valuestring, stems[i]))
				return true;
		}
	}
	return false;
}

/* One text of an action, sentence by sentence. */
static void check_words(const struct context *at, const struct ra_json *doc, const cJSON *text)
{
	const cJSON *item;

	if (cJSON_IsArray(text)) {
		cJSON_ArrayForEach (item, text) {
			check_words(at, doc, item);
		}
	}
	for (const char *from = cJSON_IsString(text) ? text->valuestring : ""; *from;) {
		size_t len = strcspn(from, ".;!?\n");

		for (size_t i = 0; i < RA_LEN(words); i++) {
			if (!touches_stem(at->step, words[i].stems) && finds(at->lint, words[i].pattern, from, len) &&
			    !finds(at->lint, denial, from, len))
				ra_lint_say(at->lint, 3, doc, text,
					    "step %s: the text says \"%s\", but the action touches nothing of that",
					    at->step->id, words[i].word);
		}
		from += len + strspn(from + len, ".;!?\n");
	}
}

/* All that a maker may have said with an action: his directions, those of his generations, what is known beside them. */
static void check_directions(const struct context *at, const struct ra_vendor *vendor, const char *id)
{
	check_words(at, vendor->doc, ra_json_get(vendor->texts, id));
	for (size_t i = 0; i < vendor->generation_count; i++)
		check_words(at, vendor->doc, ra_json_get(vendor->generations[i].texts, id));
	for (size_t i = 0; i < vendor->quirk_count; i++) {
		const cJSON *text;

		cJSON_ArrayForEach (text, vendor->quirks[i].texts) {
			if (strcmp(text->valuestring, id) == 0)
				check_words(at, vendor->doc, vendor->quirks[i].say);
		}
	}
}

static void check_texts(const struct context *at)
{
	const struct ra_vendor *vendors = at->lint->set->vendors.items;
	const char *id = ra_json_str(at->step->text, "id", NULL);

	check_words(at, at->flow->doc, ra_json_get(at->step->node, "title"));
	check_words(at, at->flow->doc, at->step->say);
	for (size_t i = 0; id && i < at->lint->set->vendors.count; i++)
		check_directions(at, &vendors[i], id);
}

/* `boot time > the action's start`, or later than it was then. */
static bool is_restart(const struct ra_cond *cond)
{
	bool later = cond->form == RA_FORM_GT || cond->form == RA_FORM_GE;
	const struct ra_operand *right = &cond->right;

	if (!later || cond->left.as_of_start || strcmp(cond->left.fact, RA_FACT_BOOT_TIME) != 0)
		return false;
	return right->kind == RA_OP_START ||
	       (right->kind == RA_OP_FACT && right->ref.as_of_start && cond->form == RA_FORM_GT &&
		strcmp(right->ref.fact, RA_FACT_BOOT_TIME) == 0);
}

/* True when the condition cannot be true (every: on any branch; else: on all branches) without a restart. */
bool ra_lint_sees_restart(const struct ra_cond *cond, bool every)
{
	bool all = cond->form == RA_FORM_ALL, any = cond->form == RA_FORM_ANY;

	if (!all && !any)
		return cond->form > RA_FORM_NOT && is_restart(cond);
	for (size_t i = 0; i < cond->kid_count; i++) {
		bool kid = ra_lint_sees_restart(&cond->kids[i], every);

		if (kid && (all || !every))
			return true;
		if (!kid && any && every)
			return false;
	}
	return any && every && cond->kid_count > 0;
}

/* What `until` looks at: is anything of it newer than the action? */
struct newer {
	const struct context *at;
	bool any;
};

static void check_newer(void *payload, const struct ra_cond_use *use)
{
	struct newer *newer = payload;
	const struct ra_flowset *set = newer->at->lint->set;

	if (use->of_start)
		return;
	newer->any = true;
	if (!ra_fact_is_built_in(use->fact) && !ra_checks_give(set, newer->at->step->action.verify_checks, use->fact))
		ra_lint_say(
		    newer->at->lint, 4, newer->at->flow->doc, use->node,
		    "step %s: no check of \"verify\" gives %s, so nothing newer than the action can be seen of it",
		    newer->at->step->id, use->fact);
}

static void check_verify(const struct context *at)
{
	const struct ra_action *action = &at->step->action;
	struct newer newer = {at, false};
	const cJSON *class;
	bool cannot_return = false;

	if (!action->until || !action->verify_checks->child) {
		say(at, 4, "verify",
		    "expected \"verify\" with at least one check: what was done is seen, not believed");
		return;
	}
	ra_cond_facts(action->until, check_newer, &newer);
	if (!newer.any)
		say(at, 4, "verify", "\"until\" looks at nothing that is newer than the action");
	if (action->guard && ra_cond_implies(action->guard, action->until))
		say(at, 4, "verify", "the guard already says what \"until\" asks: nothing would be verified");
	cJSON_ArrayForEach (class, action->touches) {
		const struct ra_class *found = ra_flowset_class(at->lint->set, class->valuestring);

		cannot_return = cannot_return || (found && found->danger == RA_IRREVERSIBLE);
	}
	/* After an irreversible change the host may stop at its console: that, too, shows that it was done. */
	if (action->restarts && !ra_lint_sees_restart(action->until, !cannot_return))
		say(at, 4, "verify",
		    "it restarts the host: expected a boot time after the action's start in \"until\" "
		    "({\"fact\": \"host.boot_time\", \"gt\": {\"action\": \"start\"}})");
}

/* Facts read as of the action's start. */
static void note_sealed(void *payload, const struct ra_cond_use *use)
{
	bool *found = payload;

	*found = *found || (use->of_start && strcmp(use->fact, "encryption.mode") == 0);
}

static void check_sealed_split(const struct context *at)
{
	static const char *const classes[] = {"tpm_clear", "tpm_swap", "board"};
	const struct ra_step *next = ra_flow_step(at->flow, at->step->action.ok);
	bool unseals = false, splits = false;

	for (size_t i = 0; i < RA_LEN(classes); i++)
		unseals = unseals || touches(at->step, classes[i]);
	/* A sealed host does not start after this: it stops at its console. */
	if (unseals && at->step->action.until && ra_lint_sees_restart(at->step->action.until, true))
		say(at, 4, "verify",
		    "a sealed host stops at its console after this: expected an \"any\" in \"until\" with a way that needs no "
		    "start of the host (what its console or its BMC says)");
	for (size_t i = 0; next && i < next->edge_count; i++)
		ra_cond_facts(next->edges[i].when, note_sealed, &splits);
	if (unseals && splits)
		ra_lint_recovery(at->lint, at->graphs, at->graph, at->step);
	if (unseals && !splits)
		say(at, 4, "ok",
		    "after this a sealed host needs its recovery key: expected \"ok\" to lead to a step with an edge "
		    "on "
		    "encryption.mode \"as_of\": {\"action\": \"start\"}");
}

static bool same_ids(const cJSON *a, const cJSON *b)
{
	const cJSON *id;

	cJSON_ArrayForEach (id, a) {
		if (!list_has(b, id->valuestring))
			return false;
	}
	return cJSON_GetArraySize(a) == cJSON_GetArraySize(b);
}

static bool is_filled(const cJSON *ids)
{
	return ids && ids->child;
}

/* What the wizard offers as an undo takes the same back, toward what was: it may be entered from any step, past every gate on the way. */
static void check_undo(const struct context *at)
{
	const struct ra_action *action = &at->step->action;
	const struct ra_step *undo = action->undoes && action->undo_step ? ra_flow_step(at->flow, action->undo_step) : NULL;

	if (!undo || undo->kind != RA_STEP_ACTION || action->temporary)
		return;
	if (!same_ids(action->touches, undo->action.touches) || !undo->action.restore || undo->action.temporary)
		say(at, 4, "undo", "expected the action that \"undo\" names to touch the same, toward \"restore\", and not to be temporary");
}

/* What is owed can be paid: the undo step does the same back, and nothing shuts it. */
static void check_temporary(const struct context *at)
{
	const struct ra_action *action = &at->step->action;
	const struct ra_step *undo = action->undo_step ? ra_flow_step(at->flow, action->undo_step) : NULL;

	if (!action->temporary)
		return;
	if (!action->undoes || !undo || undo->kind != RA_STEP_ACTION) {
		say(at, 4, "temporary", "it is temporary: expected \"undo\" to name the action that ends it");
		return;
	}
	if (!same_ids(action->touches, undo->action.touches) || !undo->action.restore)
		say(at, 4, "undo", "it is temporary: expected its \"undo\" to touch the same, toward \"restore\"");
	if (undo->action.temporary || is_filled(undo->action.gate) || is_filled(undo->action.only_for))
		say(at, 4, "undo", "it is temporary: its \"undo\" must be neither temporary, nor behind a gate, nor only for causes");
}

static void check_action(const struct context *at)
{
	const struct ra_action *action = &at->step->action;
	const cJSON *class;

	cJSON_ArrayForEach (class, action->touches) {
		const struct ra_class *found = ra_flowset_class(at->lint->set, class->valuestring);

		if (found)
			check_class(at, found);
	}
	if (touches(at->step, "tpm_clear") && !(action->only_for && action->only_for->child))
		say(at, 3, NULL, "clears the TPM: expected \"only_for\" with the causes it is a remedy for");
	check_texts(at);
	check_verify(at);
	if (!action->undo_step && !action->undo_text)
		say(at, 4, NULL, "expected \"undo\" or \"recovery\": a step, or a text");
	check_sealed_split(at);
	check_temporary(at);
	check_undo(at);
}

void ra_lint_actions(struct ra_linter *lint, const struct ra_graph *graphs, const struct ra_graph *graph)
{
	struct context at = {.lint = lint, .graphs = graphs, .graph = graph, .flow = graph->flow};

	for (size_t i = 0; i < graph->count; i++) {
		at.step = &graph->flow->steps[i];
		if (at.step->kind == RA_STEP_ACTION)
			check_action(&at);
	}
}
