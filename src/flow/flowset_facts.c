/* flowset_facts.c - which facts a set knows of, of which type, and who wins a conflict. */
#include "config.h"

#include "flow/flowset_build.h"

#include <stdlib.h>
#include <string.h>

/* Facts that need no check. */
static const struct ra_fact_decl built_in[] = {
    {.name = "host.name", .type = RA_TEXT, .prefer = RA_PLANE_ANY},
    {.name = "plane.ssh.state", .type = RA_TEXT, .prefer = RA_PLANE_ANY},
    {.name = "plane.ssh.error", .type = RA_TEXT, .prefer = RA_PLANE_ANY},
    {.name = "plane.vcenter.state", .type = RA_TEXT, .prefer = RA_PLANE_ANY},
    {.name = "plane.vcenter.error", .type = RA_TEXT, .prefer = RA_PLANE_ANY},
    {.name = "plane.bmc.state", .type = RA_TEXT, .prefer = RA_PLANE_ANY},
    {.name = "plane.bmc.error", .type = RA_TEXT, .prefer = RA_PLANE_ANY},
    {.name = RA_FACT_FIRMWARE_CHANGES, .type = RA_BOOL, .prefer = RA_PLANE_ANY},
    {.name = "site.date", .type = RA_TEXT, .prefer = RA_PLANE_ANY},
    {.name = "site.bios", .type = RA_TEXT, .prefer = RA_PLANE_ANY},
    {.name = "site.tpm_firmware", .type = RA_TEXT, .prefer = RA_PLANE_ANY},
    {.name = "site.esxi", .type = RA_VERSION, .prefer = RA_PLANE_ANY},
    {.name = "site.vcenter", .type = RA_VERSION, .prefer = RA_PLANE_ANY},
    {.name = "site.drift", .type = RA_LIST, .prefer = RA_PLANE_ANY},
    {.name = "site.unknown", .type = RA_LIST, .prefer = RA_PLANE_ANY},
    {.name = "template.title", .type = RA_TEXT, .prefer = RA_PLANE_ANY},
    {.name = "template.drift", .type = RA_LIST, .prefer = RA_PLANE_ANY},
    {.name = "template.unknown", .type = RA_LIST, .prefer = RA_PLANE_ANY},
};
static const struct ra_fact_decl signature_seen = {.name = "sig.", .type = RA_BOOL, .prefer = RA_PLANE_ANY};
/* Facts the program itself reads: their type is fixed. */
static const struct {
	const char *name;
	enum ra_type type;
} fixed[] = {{RA_FACT_BOOT_TIME, RA_TIME}, {RA_FACT_ESXI_VERSION, RA_VERSION}};

static int by_name(const void *a, const void *b)
{
	const struct ra_fact_decl *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return order ? order : left->order < right->order ? -1 : left->order > right->order;
}

static int find_name(const void *name, const void *decl)
{
	return strcmp(name, ((const struct ra_fact_decl *)decl)->name);
}

static const struct ra_fact_decl *find(const struct ra_list *facts, size_t count, const char *name)
{
	return count ? bsearch(name, facts->items, count, sizeof(struct ra_fact_decl), find_name) : NULL;
}

static ra_err clash(const struct ra_fact_decl *first, const struct ra_fact_decl *second, struct ra_errs *errs)
{
	int line = 0, col = 0;

	ra_json_pos(first->doc, first->node, &line, &col);
	return ra_json_fail(second->doc, second->node, errs, RA_E_INVALID, "%s is %s here, but %s at %s:%d:%d",
			    second->name, ra_type_name(second->type), ra_type_name(first->type),
			    ra_json_name(first->doc), line, col);
}

/* Sort, and make one of several that agree. */
static ra_err merge(struct ra_list *facts, struct ra_errs *errs)
{
	struct ra_fact_decl *items = facts->items;
	size_t kept = 0;

	if (!facts->count)
		return RA_OK;
	qsort(items, facts->count, sizeof(*items), by_name);
	for (size_t i = 1; i < facts->count; i++) {
		if (strcmp(items[kept].name, items[i].name) != 0)
			items[++kept] = items[i];
		else if (items[kept].type != items[i].type)
			return clash(&items[kept], &items[i], errs);
		else if (items[kept].prefer == RA_PLANE_ANY)
			items[kept].prefer = items[i].prefer;
	}
	facts->count = kept + 1;
	return RA_OK;
}

/* A fact looked for among those a condition names. */
struct wanted {
	const char *fact;
	bool found;
};

static void on_use(void *payload, const struct ra_cond_use *use)
{
	struct wanted *wanted = payload;

	wanted->found = wanted->found || strcmp(use->fact, wanted->fact) == 0;
}

/* True for a fact that decides whether a gate opens: its condition names it, or every reading hangs on it. */
static bool is_of_gates(const struct ra_flowset *set, const char *fact)
{
	const struct ra_gate *gates = set->gates.items;
	struct wanted wanted = {.fact = fact, .found = strcmp(fact, RA_FACT_CONNECTION) == 0};

	for (size_t i = 0; i < RA_LEN(fixed); i++)
		wanted.found = wanted.found || strcmp(fixed[i].name, fact) == 0;
	for (size_t i = 0; i < set->gates.count; i++) {
		if (gates[i].open_if)
			ra_cond_facts(gates[i].open_if, on_use, &wanted);
	}
	return wanted.found;
}

/* Gates belong to the installed set, and so does what tells them whether to open. */
static ra_err leaves_gates_alone(const struct ra_flowset *set, const struct ra_checked *checked, struct ra_errs *errs)
{
	const struct ra_check *check = checked->check;

	for (size_t p = 0; !checked->shipped && p < check->plane_count; p++) {
		for (size_t i = 0; i < check->planes[p].fact_count; i++) {
			const struct ra_extract *extract = &check->planes[p].facts[i];

			if (is_of_gates(set, extract->name))
				return ra_json_fail(check->doc, extract->spec, errs, RA_E_DENIED,
						    "gates hang on %s: only a check of the installed set may tell it",
						    extract->name);
		}
	}
	return RA_OK;
}

static ra_err collect_check(struct ra_list *facts, const struct ra_check *check, struct ra_errs *errs)
{
	for (size_t p = 0; p < check->plane_count; p++) {
		for (size_t i = 0; i < check->planes[p].fact_count; i++) {
			const struct ra_extract *extract = &check->planes[p].facts[i];
			struct ra_fact_decl *decl = ra_list_add(facts, sizeof(*decl), errs);

			if (!decl)
				return RA_E_NOMEM;
			*decl = (struct ra_fact_decl){.name = extract->name,
						      .type = extract->type,
						      .prefer = check->prefer,
						      .by_check = true,
						      .order = facts->count,
						      .doc = check->doc,
						      .node = extract->spec};
			for (size_t k = 0; k < RA_LEN(fixed); k++) {
				if (strcmp(fixed[k].name, decl->name) == 0 && fixed[k].type != decl->type)
					return ra_json_fail(check->doc, extract->spec, errs, RA_E_INVALID,
							    "expected %s to be a %s", decl->name,
							    ra_type_name(fixed[k].type));
			}
		}
	}
	return RA_OK;
}

/* Answers: a fact that checks know takes their type, and the value must fit it. */
static ra_err collect_answers(struct ra_list *facts, size_t checked, const struct ra_json *doc,
			      const struct ra_question *question, struct ra_errs *errs)
{
	for (size_t i = 0; i < question->count; i++) {
		const cJSON *at;

		cJSON_ArrayForEach (at, question->choices[i].set) {
			const struct ra_fact_decl *known = find(facts, checked, at->string);
			int type = ra_answer_type(at);
			struct ra_value value = {.type = RA_BOOL};
			struct ra_fact_decl *decl;

			if (type < 0)
				continue;
			if (known) {
				bool is_now = cJSON_IsObject(at);
				ra_err err = is_now ? RA_OK : ra_value_from_json(known->type, at, &value);

				if (err == RA_E_NOMEM)
					return ra_fail(errs, err, "out of memory");
				if (is_now ? known->type != RA_TIME : err != RA_OK)
					return ra_json_fail(doc, at, errs, RA_E_INVALID,
							    "expected a %s, the type of %s", ra_type_name(known->type),
							    at->string);
				ra_value_clear(&value);
				continue;
			}
			decl = ra_list_add(facts, sizeof(*decl), errs);
			if (!decl)
				return RA_E_NOMEM;
			*decl = (struct ra_fact_decl){.name = at->string,
						      .type = (enum ra_type)type,
						      .prefer = RA_PLANE_ANY,
						      .order = facts->count,
						      .doc = doc,
						      .node = at};
		}
	}
	return RA_OK;
}

ra_err ra_decl_collect(struct ra_flowset *set, struct ra_errs *errs)
{
	struct ra_checked *checked = set->checked.items;
	struct ra_flow **flows = set->flows.items;
	size_t by_checks;
	ra_err err = RA_OK;

	for (size_t i = 0; err == RA_OK && i < set->checked.count; i++)
		err = leaves_gates_alone(set, &checked[i], errs);
	for (size_t i = 0; err == RA_OK && i < set->checked.count; i++)
		err = collect_check(&set->facts, checked[i].check, errs);
	if (err == RA_OK)
		err = merge(&set->facts, errs);
	by_checks = set->facts.count;
	for (size_t i = 0; err == RA_OK && i < set->checked.count; i++)
		err = collect_answers(&set->facts, by_checks, checked[i].check->doc, &checked[i].manual, errs);
	for (size_t i = 0; err == RA_OK && i < set->flows.count; i++) {
		for (size_t k = 0; err == RA_OK && k < flows[i]->step_count; k++)
			err =
			    collect_answers(&set->facts, by_checks, flows[i]->doc, &flows[i]->steps[k].question, errs);
	}
	return err == RA_OK ? merge(&set->facts, errs) : err;
}

static const struct ra_fact_decl *find_built_in(const char *name)
{
	for (size_t i = 0; i < RA_LEN(built_in); i++) {
		if (strcmp(built_in[i].name, name) == 0)
			return &built_in[i];
	}
	return NULL;
}

bool ra_fact_is_given(const char *name)
{
	return strncmp(name, "site.", 5) == 0 || strncmp(name, "template.", 9) == 0;
}

bool ra_fact_is_built_in(const char *name)
{
	return find_built_in(name) != NULL;
}

const struct ra_fact_decl *ra_decl_find(const struct ra_flowset *set, const char *name)
{
	const struct ra_fact_decl *decl = find_built_in(name);

	if (decl)
		return decl;
	if (strncmp(name, signature_seen.name, strlen(signature_seen.name)) == 0) {
		for (size_t i = 0; i < set->signatures.count; i++) {
			if (set->signatures.items[i].logs &&
			    strcmp(set->signatures.items[i].id, name + strlen(signature_seen.name)) == 0)
				return &signature_seen;
		}
	}
	return find(&set->facts, set->facts.count, name);
}

int ra_flowset_fact_type(const struct ra_flowset *set, const char *fact)
{
	const struct ra_fact_decl *decl = ra_decl_find(set, fact);

	return decl ? (int)decl->type : -1;
}

int ra_flowset_prefer(const void *set, const char *fact)
{
	const struct ra_fact_decl *decl = ra_decl_find(set, fact);

	return decl ? decl->prefer : RA_PLANE_ANY;
}
