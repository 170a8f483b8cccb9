/* flowset.c - a set filled, finished and asked. */
#include "config.h"

#include "flow/flowset_build.h"
#include "flow/shape.h"

#include "base/pattern.h"

#include <stdlib.h>
#include <string.h>

void *ra_list_add(struct ra_list *list, size_t size, struct ra_errs *errs)
{
	void *item;

	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 16;
		void *items = reallocarray(list->items, room, size);

		if (!items) {
			(void)ra_fail(errs, RA_E_NOMEM, "out of memory");
			return NULL;
		}
		list->items = items;
		list->room = room;
	}
	item = (char *)list->items + list->count++ * size;
	memset(item, 0, size);
	return item;
}

struct ra_flowset *ra_flowset_new(void)
{
	return calloc(1, sizeof(struct ra_flowset));
}

/* Every list of a set ends here; items have the list's own type. */
#define EACH(list, type, at) for (type *at = (list).items; at && at < (type *)(list).items + (list).count; at++)

struct ra_flowset *ra_flowset_free(struct ra_flowset *set)
{
	if (!set)
		return NULL;
	EACH(set->flows, struct ra_flow *, flow)
	{
		ra_flow_free(*flow);
	}
	EACH(set->checked, struct ra_checked, checked)
	{
		ra_checked_clear(checked);
	}
	EACH(set->causes, struct ra_cause *, cause)
	{
		ra_cause_free(*cause);
	}
	EACH(set->sigs, struct ra_signature, sig)
	{
		ra_pattern_free(sig->pattern);
	}
	EACH(set->vendors, struct ra_vendor, vendor)
	{
		ra_vendor_clear(vendor);
	}
	EACH(set->gates, struct ra_gate, gate)
	{
		ra_cond_free(gate->open_if);
	}
	EACH(set->fleet, struct ra_fleet_rule, rule)
	{
		free(rule->by);
	}
	EACH(set->docs, struct ra_json *, doc)
	{
		ra_json_free(*doc);
	}
	EACH(set->files, struct ra_flow_file, file)
	{
		free(file->name);
		free(file->path);
	}
	free(set->flows.items);
	free(set->checked.items);
	free(set->checks.items);
	free(set->causes.items);
	free(set->sigs.items);
	free(set->sig_nodes.items);
	free(set->vendors.items);
	free(set->gates.items);
	free(set->classes.items);
	free(set->facts.items);
	free(set->topics.items);
	free(set->fleet.items);
	free(set->fleet_facts.items);
	free(set->docs.items);
	free(set->files.items);
	free(set->dir);
	free(set);
	return NULL;
}

static ra_err taken(const struct ra_json *doc, const char *what, const char *id, struct ra_errs *errs)
{
	return ra_json_fail(doc, ra_json_get(ra_json_root(doc), "id"), errs, RA_E_DENIED,
			    "the id \"%s\" is that of another %s", id, what);
}

/* A flow whose id is taken: a second one in the same set is an error, one named by --flow takes its place. */
static ra_err add_flow(struct ra_flowset *set, struct ra_flow *flow, enum ra_flow_origin origin, struct ra_errs *errs)
{
	struct ra_flow **slot;

	flow->shipped = origin == RA_FROM_INSTALLED;
	EACH(set->flows, struct ra_flow *, at)
	{
		if (strcmp((*at)->id, flow->id) != 0)
			continue;
		if (origin != RA_FROM_FILE)
			return ra_json_fail(
			    flow->doc, ra_json_get(ra_json_root(flow->doc), "id"), errs, RA_E_DENIED,
			    "the id \"%s\" is that of another flow (%s); name this file with --flow to walk it instead",
			    flow->id, ra_json_name((*at)->doc));
		ra_flow_free(*at);
		*at = flow;
		return RA_OK;
	}
	slot = ra_list_add(&set->flows, sizeof(*slot), errs);
	if (!slot)
		return RA_E_NOMEM;
	*slot = flow;
	return RA_OK;
}

static ra_err take_flow(struct ra_flowset *set, enum ra_flow_origin origin, struct ra_json *doc, struct ra_errs *errs)
{
	struct ra_flow *flow = NULL;
	ra_err err = ra_flow_read(doc, &flow, errs);

	if (err != RA_OK) {
		ra_json_free(doc);
		return err;
	}
	err = add_flow(set, flow, origin, errs);
	if (err != RA_OK)
		ra_flow_free(flow);
	return err;
}

static ra_err take_check(struct ra_flowset *set, enum ra_flow_origin origin, struct ra_json *doc, struct ra_errs *errs)
{
	struct ra_checked checked = {.shipped = origin == RA_FROM_INSTALLED}, *slot;
	ra_err err = ra_check_load(doc, &checked.check, errs);

	if (err != RA_OK)
		return err;
	err = ra_checked_read(&checked, errs);
	EACH(set->checked, struct ra_checked, at)
	{
		if (err == RA_OK && strcmp(at->check->id, checked.check->id) == 0)
			err = taken(checked.check->doc, "check", at->check->id, errs);
	}
	slot = err == RA_OK ? ra_list_add(&set->checked, sizeof(*slot), errs) : NULL;
	if (!slot) {
		ra_checked_clear(&checked);
		return err != RA_OK ? err : RA_E_NOMEM;
	}
	*slot = checked;
	return RA_OK;
}

static ra_err take_cause(struct ra_flowset *set, struct ra_json *doc, struct ra_errs *errs)
{
	struct ra_cause *cause = NULL, **slot;
	ra_err err = ra_cause_read(doc, &cause, errs);

	if (err != RA_OK) {
		ra_json_free(doc);
		return err;
	}
	EACH(set->causes, struct ra_cause *, at)
	{
		if (err == RA_OK && strcmp((*at)->id, cause->id) == 0)
			err = taken(doc, "cause", cause->id, errs);
	}
	slot = err == RA_OK ? ra_list_add(&set->causes, sizeof(*slot), errs) : NULL;
	if (!slot) {
		ra_cause_free(cause);
		return err != RA_OK ? err : RA_E_NOMEM;
	}
	*slot = cause;
	return RA_OK;
}

/* Files the set keeps the document of. */
static ra_err take_kept(struct ra_flowset *set, enum ra_flow_kind kind, enum ra_flow_origin origin, struct ra_json *doc,
			struct ra_errs *errs)
{
	struct ra_json **slot = ra_list_add(&set->docs, sizeof(*slot), errs);

	if (!slot) {
		ra_json_free(doc);
		return RA_E_NOMEM;
	}
	*slot = doc;
	if (kind == RA_KIND_SIGNATURES)
		return ra_flowset_read_signatures(set, doc, errs);
	if (kind == RA_KIND_VENDOR)
		return ra_flowset_read_vendor(set, doc, errs);
	if (kind == RA_KIND_HELP)
		return ra_flowset_read_help(set, doc, errs);
	if (kind == RA_KIND_FLEET)
		return ra_flowset_read_fleet(set, doc, errs);
	if (origin != RA_FROM_INSTALLED)
		return ra_json_fail(doc, ra_json_root(doc), errs, RA_E_DENIED,
				    "dangers, gates and words belong to the installed set");
	return kind == RA_KIND_DANGER ? ra_flowset_read_danger(set, doc, errs)
				      : ra_flowset_read_glossary(set, doc, errs);
}

ra_err ra_flowset_take(struct ra_flowset *set, enum ra_flow_kind kind, enum ra_flow_origin origin, struct ra_json *doc,
		       struct ra_errs *errs)
{
	set->foreign = set->foreign || origin != RA_FROM_INSTALLED;
	switch (kind) {
	case RA_KIND_FLOW:
		return take_flow(set, origin, doc, errs);
	case RA_KIND_CHECK:
		return take_check(set, origin, doc, errs);
	case RA_KIND_CAUSE:
		return take_cause(set, doc, errs);
	default:
		return take_kept(set, kind, origin, doc, errs);
	}
}

static int by_flow(const void *a, const void *b)
{
	return strcmp((*(struct ra_flow *const *)a)->id, (*(struct ra_flow *const *)b)->id);
}

static int by_check(const void *a, const void *b)
{
	return strcmp(((const struct ra_checked *)a)->check->id, ((const struct ra_checked *)b)->check->id);
}

static int by_cause(const void *a, const void *b)
{
	const struct ra_cause *left = *(struct ra_cause *const *)a, *right = *(struct ra_cause *const *)b;

	if (left->rank != right->rank)
		return left->rank < right->rank ? -1 : 1;
	return strcmp(left->id, right->id);
}

static int by_vendor(const void *a, const void *b)
{
	return strcmp(((const struct ra_vendor *)a)->id, ((const struct ra_vendor *)b)->id);
}

static int by_topic(const void *a, const void *b)
{
	const struct ra_topic *left = a, *right = b;

	if (left->rank != right->rank)
		return left->rank < right->rank ? -1 : 1;
	return strcmp(left->id, right->id);
}

static int by_fleet(const void *a, const void *b)
{
	const struct ra_fleet_rule *left = a, *right = b;

	if (left->rank != right->rank)
		return left->rank < right->rank ? -1 : 1;
	return strcmp(left->id, right->id);
}

static void sort(struct ra_list *list, size_t size, int (*order)(const void *, const void *))
{
	if (list->count)
		qsort(list->items, list->count, size, order);
}

/* What an action touches must be in danger.json, and its danger at least the worst of it. */
static ra_err finish_action(const struct ra_flowset *set, const struct ra_flow *flow, struct ra_step *step,
			    struct ra_errs *errs)
{
	const cJSON *request = ra_json_get(step->node, "do"), *at;
	bool waits = ra_request_waits(request);

	step->action.waits = waits;
	step->action.beside_host = step->action.touches && step->action.touches->child;
	cJSON_ArrayForEach (at, step->action.touches) {
		const struct ra_class *class = ra_flowset_class(set, at->valuestring);

		if (!class)
			return ra_json_fail(flow->doc, at, errs, RA_E_INVALID,
					    "expected a class of danger.json, found \"%s\"", at->valuestring);
		if (step->action.danger < class->danger)
			return ra_json_fail(flow->doc, ra_json_get(step->node, "danger"), errs, RA_E_INVALID,
					    "expected at least \"%s\", the danger of %s", ra_danger_name(class->danger),
					    class->id);
		step->action.restarts = step->action.restarts || (class->restarts && !waits);
		step->action.beside_host = step->action.beside_host && (class->beside_host || waits);
	}
	if (ra_request_restarts(request) && !step->action.restarts)
		return ra_json_fail(flow->doc, step->action.touches, errs, RA_E_DENIED,
				    "what it does restarts the host: expected a class of danger.json that \"restarts\"");
	return RA_OK;
}

static ra_err finish_ids(const struct ra_flowset *set, struct ra_errs *errs)
{
	const struct ra_vendor *vendors = set->vendors.items;

	for (size_t i = 1; i < set->vendors.count; i++) {
		if (strcmp(vendors[i - 1].id, vendors[i].id) == 0)
			return taken(vendors[i].doc, "vendor", vendors[i].id, errs);
	}
	return RA_OK;
}

ra_err ra_flowset_finish(struct ra_flowset *set, struct ra_errs *errs)
{
	ra_err err;

	sort(&set->flows, sizeof(struct ra_flow *), by_flow);
	sort(&set->checked, sizeof(struct ra_checked), by_check);
	sort(&set->causes, sizeof(struct ra_cause *), by_cause);
	sort(&set->vendors, sizeof(struct ra_vendor), by_vendor);
	sort(&set->topics, sizeof(struct ra_topic), by_topic);
	sort(&set->fleet, sizeof(struct ra_fleet_rule), by_fleet);
	EACH(set->checked, struct ra_checked, checked)
	{
		const struct ra_check **slot = ra_list_add(&set->checks, sizeof(*slot), errs);

		if (!slot)
			return RA_E_NOMEM;
		*slot = checked->check;
	}
	set->signatures = (struct ra_signatures){.items = set->sigs.items, .count = set->sigs.count};
	err = finish_ids(set, errs);
	EACH(set->flows, struct ra_flow *, flow)
	{
		for (size_t i = 0; err == RA_OK && i < (*flow)->step_count; i++) {
			if ((*flow)->steps[i].kind == RA_STEP_ACTION)
				err = finish_action(set, *flow, &(*flow)->steps[i], errs);
		}
	}
	return err == RA_OK ? ra_decl_collect(set, errs) : err;
}

size_t ra_flowset_topics(const struct ra_flowset *set, const struct ra_topic **out)
{
	*out = set->topics.items;
	return set->topics.count;
}

size_t ra_flowset_fleet(const struct ra_flowset *set, const struct ra_fleet_rule **out)
{
	*out = set->fleet.items;
	return set->fleet.count;
}

size_t ra_flowset_fleet_facts(const struct ra_flowset *set, const char *const **out)
{
	*out = set->fleet_facts.items;
	return set->fleet_facts.count;
}

const struct ra_flow *ra_flowset_flow(const struct ra_flowset *set, const char *id)
{
	EACH(set->flows, struct ra_flow *, flow)
	{
		if (strcmp((*flow)->id, id) == 0)
			return *flow;
	}
	return NULL;
}

const struct ra_step *ra_flow_step(const struct ra_flow *flow, const char *id)
{
	for (size_t i = 0; id && i < flow->step_count; i++) {
		if (strcmp(flow->steps[i].id, id) == 0)
			return &flow->steps[i];
	}
	return NULL;
}

static int find_check(const void *id, const void *checked)
{
	return strcmp(id, ((const struct ra_checked *)checked)->check->id);
}

static const struct ra_checked *checked_of(const struct ra_flowset *set, const char *id)
{
	if (!set->checked.count)
		return NULL;
	return bsearch(id, set->checked.items, set->checked.count, sizeof(struct ra_checked), find_check);
}

const struct ra_check *ra_flowset_check(const struct ra_flowset *set, const char *id)
{
	const struct ra_checked *checked = checked_of(set, id);

	return checked ? checked->check : NULL;
}

const struct ra_cause *ra_flowset_cause(const struct ra_flowset *set, const char *id)
{
	EACH(set->causes, struct ra_cause *, cause)
	{
		if (strcmp((*cause)->id, id) == 0)
			return *cause;
	}
	return NULL;
}

const struct ra_gate *ra_flowset_gate(const struct ra_flowset *set, const char *id)
{
	EACH(set->gates, struct ra_gate, gate)
	{
		if (strcmp(gate->id, id) == 0)
			return gate;
	}
	return NULL;
}

const struct ra_class *ra_flowset_class(const struct ra_flowset *set, const char *id)
{
	EACH(set->classes, struct ra_class, class)
	{
		if (strcmp(class->id, id) == 0)
			return class;
	}
	return NULL;
}

size_t ra_flowset_flows(const struct ra_flowset *set, const struct ra_flow *const **out)
{
	*out = set->flows.items;
	return set->flows.count;
}

size_t ra_flowset_checks(const struct ra_flowset *set, const struct ra_check *const **out)
{
	*out = set->checks.items;
	return set->checks.count;
}

size_t ra_flowset_causes(const struct ra_flowset *set, const struct ra_cause *const **out)
{
	*out = set->causes.items;
	return set->causes.count;
}

const struct ra_signatures *ra_flowset_signatures(const struct ra_flowset *set)
{
	return &set->signatures;
}

const char *ra_flowset_sha256(const struct ra_flowset *set)
{
	return set->sha256;
}

bool ra_flowset_part(const struct ra_flowset *set, size_t index, struct ra_flow_part *out)
{
	const struct ra_flow_file *files = set->files.items;

	if (index >= set->files.count)
		return false;
	*out = (struct ra_flow_part){files[index].name, files[index].path, files[index].digest};
	return true;
}

const char *ra_flowset_dir(const struct ra_flowset *set)
{
	return set->dir;
}

const char *ra_flowset_word(const struct ra_flowset *set, const char *fact, const char *value)
{
	return ra_json_str(ra_json_get(set->words, fact), value, value);
}

const struct ra_question *ra_flowset_manual(const struct ra_flowset *set, const struct ra_check *check)
{
	const struct ra_checked *checked = checked_of(set, check->id);

	return checked && checked->manual.count ? &checked->manual : NULL;
}

enum ra_check_verdict ra_flowset_judge(const struct ra_flowset *set, const struct ra_check *check,
				       const struct ra_cond_env *env, const char **why)
{
	const struct ra_checked *checked = checked_of(set, check->id);

	*why = "";
	for (size_t i = 0; checked && i < checked->rule_count; i++) {
		struct ra_cond_result result = ra_cond_eval(checked->rules[i].when, env);

		if (result.tri == RA_FALSE)
			continue;
		if (result.tri == RA_UNKNOWN)
			return result.transport ? RA_V_ERROR : RA_V_UNKNOWN;
		*why = checked->rules[i].why;
		return checked->rules[i].verdict;
	}
	return RA_V_INFO;
}
