/* load_fleet.c - a rule over many hosts: what it looks at, how it groups, when it holds, and its tests. */
#include "config.h"

#include "check/fact.h"
#include "flow/flowset_build.h"
#include "flow/shape.h"

#include <stdlib.h>
#include <string.h>

#define TEST_HOSTS_MAX 2000

/* Out: where the fact stands in the set's list; SIZE_MAX without memory. */
static size_t fact_index(struct ra_flowset *set, const char *fact, struct ra_errs *errs)
{
	const char *const *facts = set->fleet_facts.items;

	for (size_t i = 0; i < set->fleet_facts.count; i++)
		if (!strcmp(facts[i], fact))
			return i;
	const char **slot = ra_list_add(&set->fleet_facts, sizeof(*slot), errs);

	if (!slot)
		return SIZE_MAX;
	*slot = fact;
	return set->fleet_facts.count - 1;
}

static ra_err read_key(struct ra_flowset *set, const char *fact, const char *say, struct ra_fleet_key *out, struct ra_errs *errs)
{
	*out = (struct ra_fleet_key){fact, say, fact ? fact_index(set, fact, errs) : 0};
	return out->index == SIZE_MAX ? RA_E_NOMEM : RA_OK;
}

/* {fact: its word}. */
static ra_err read_by(struct ra_flowset *set, const struct ra_json *doc, const cJSON *by, struct ra_fleet_rule *rule, struct ra_errs *errs)
{
	const cJSON *at;
	ra_err err = ra_shape_each(doc, by, RA_SHAPE_TEXT, errs);

	rule->by = calloc((size_t)cJSON_GetArraySize(by) + 1, sizeof(*rule->by));
	if (!rule->by)
		return ra_fail(errs, RA_E_NOMEM, "out of memory");
	cJSON_ArrayForEach(at, by)
	{
		if (err || ra_is_own_key(at->string))
			continue;
		if (!ra_fact_name_ok(at->string))
			return ra_json_fail(doc, at, errs, RA_E_INVALID, "expected a fact name, found \"%s\"", at->string);
		err = read_key(set, at->string, at->valuestring, &rule->by[rule->by_count++], errs);
	}
	return err;
}

/* A list with something in it. */
static ra_err filled(const struct ra_json *doc, const cJSON *list, const char *of, struct ra_errs *errs)
{
	return !list || list->child ? RA_OK : ra_json_fail(doc, list, errs, RA_E_INVALID, "expected at least one %s", of);
}

static ra_err read_look(const struct ra_json *doc, const cJSON *look, struct ra_fleet_rule *rule, struct ra_errs *errs)
{
	static const struct ra_shape_key check_keys[] = {{"check", RA_SHAPE_STEP, true}, {NULL, RA_SHAPE_ANY, false}};
	static const struct ra_shape_key reach_keys[] = {{"reach", RA_SHAPE_IDS, true}, {"plane", RA_SHAPE_TEXT, false}, {NULL, RA_SHAPE_ANY, false}};
	static const char *const names[] = {"ssh", "vcenter", "bmc", NULL}, *const words[] = {"refused", "unreachable", "timeout", NULL};
	const cJSON *plane = ra_json_get(look, "plane"), *reason;
	int word;
	ra_err err = ra_shape_check(doc, look, ra_json_get(look, "reach") ? reach_keys : check_keys, errs);

	if (!err)
		err = filled(doc, ra_json_get(look, "reach"), "reason", errs);
	cJSON_ArrayForEach(reason, ra_json_get(look, "reach"))
	{
		if (!err)
			err = ra_shape_word(doc, reason, words, &word, errs);
	}
	if (!err && plane)
		err = ra_shape_word(doc, plane, names, &word, errs);
	rule->check = ra_json_str(look, "check", NULL);
	rule->reach = ra_json_get(look, "reach");
	rule->plane = ra_json_str(look, "plane", NULL);
	return err;
}

static ra_err read_when(struct ra_flowset *set, const struct ra_json *doc, const cJSON *when, struct ra_fleet_rule *rule, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {{"affected", RA_SHAPE_COUNT, true},	       {"spared", RA_SHAPE_COUNT, false},
						   {"others_affected", RA_SHAPE_COUNT, false}, {"others_spared", RA_SHAPE_COUNT, false},
						   {"differ", RA_SHAPE_FACT, false},	       {NULL, RA_SHAPE_ANY, false}};
	ra_err err = ra_shape_check(doc, when, keys, errs);

	rule->affected = ra_json_int(when, "affected", 0);
	rule->spared = ra_json_int(when, "spared", -1);
	rule->others_affected = ra_json_int(when, "others_affected", -1);
	rule->others_spared = ra_json_int(when, "others_spared", 0);
	if (!err && rule->affected < 1)
		err = ra_json_fail(doc, ra_json_get(when, "affected"), errs, RA_E_INVALID, "\"affected\": expected a whole number from 1");
	return err ? err : read_key(set, ra_json_str(when, "differ", NULL), NULL, &rule->differ, errs);
}

static ra_err read_host(const struct ra_json *doc, const cJSON *host, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {{"is", RA_SHAPE_TEXT, true}, {"facts", RA_SHAPE_OBJECT, false}, {"count", RA_SHAPE_COUNT, false},
						   {NULL, RA_SHAPE_ANY, false}};
	static const char *const words[] = {"affected", "spared", "unknown", NULL};
	const cJSON *at;
	int word;
	ra_err err = ra_shape_check(doc, host, keys, errs);

	if (!err)
		err = ra_shape_word(doc, ra_json_get(host, "is"), words, &word, errs);
	if (!err && (ra_json_int(host, "count", 1) < 1 || ra_json_int(host, "count", 1) > 1000))
		err = ra_json_fail(doc, ra_json_get(host, "count"), errs, RA_E_INVALID, "\"count\": expected a whole number from 1 to 1000");
	cJSON_ArrayForEach(at, ra_json_get(host, "facts"))
	{
		if (!err && !ra_is_own_key(at->string) && !ra_fact_name_ok(at->string))
			err = ra_json_fail(doc, at, errs, RA_E_INVALID, "expected a fact name, found \"%s\"", at->string);
	}
	return err ? err : ra_shape_each(doc, ra_json_get(host, "facts"), RA_SHAPE_TEXT, errs);
}

static ra_err read_tests(const struct ra_json *doc, const cJSON *tests, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {{"title", RA_SHAPE_TEXT, true}, {"hosts", RA_SHAPE_OBJECTS, true}, {"fires", RA_SHAPE_IDS, true},
						   {NULL, RA_SHAPE_ANY, false}};
	const cJSON *test, *host;
	ra_err err = ra_shape_list(doc, tests, keys, errs);

	cJSON_ArrayForEach(test, tests)
	{
		int64_t count = 0;

		if (!err)
			err = filled(doc, ra_json_get(test, "hosts"), "host", errs);
		cJSON_ArrayForEach(host, ra_json_get(test, "hosts"))
		{
			if (!err)
				err = read_host(doc, host, errs);
			count += ra_json_int(host, "count", 1);
			if (!err && count > TEST_HOSTS_MAX)
				err = ra_json_fail(doc, host, errs, RA_E_LIMIT, "expected at most %d hosts in a test", TEST_HOSTS_MAX);
		}
	}
	return err;
}

static ra_err read_words(const struct ra_json *doc, const cJSON *root, struct ra_errs *errs)
{
	static const struct {
		const char *key, *of;
	} lists[] = {{"say", "text"}, {"next", "text"}, {"sources", "source"}};
	ra_err err = RA_OK;

	for (size_t i = 0; i < RA_LEN(lists) && !err; i++)
		err = filled(doc, ra_json_get(root, lists[i].key), lists[i].of, errs);
	if (!err && ra_json_int(root, "rank", 0) < 1)
		err = ra_json_fail(doc, ra_json_get(root, "rank"), errs, RA_E_INVALID, "\"rank\": expected a whole number from 1 (told first)");
	return err ? err : read_tests(doc, ra_json_get(root, "tests"), errs);
}

static ra_err is_taken(const struct ra_flowset *set, const struct ra_json *doc, const char *id, struct ra_errs *errs)
{
	const struct ra_fleet_rule *rules = set->fleet.items;

	for (size_t i = 0; i < set->fleet.count; i++)
		if (!strcmp(rules[i].id, id))
			return ra_json_fail(doc, ra_json_get(ra_json_root(doc), "id"), errs, RA_E_DENIED,
					    "the id \"%s\" is that of another rule over hosts", id);
	return RA_OK;
}

ra_err ra_flowset_read_fleet(struct ra_flowset *set, const struct ra_json *doc, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {
		RA_SHAPE_FILE,
		{"id", RA_SHAPE_STEP, true},
		{"title", RA_SHAPE_TEXT, true},
		{"rank", RA_SHAPE_COUNT, true},
		{"look", RA_SHAPE_OBJECT, true},
		{"by", RA_SHAPE_OBJECT, false},
		{"among", RA_SHAPE_FACT, false},
		{"when", RA_SHAPE_OBJECT, true},
		{"unless", RA_SHAPE_IDS, false},
		{"say", RA_SHAPE_IDS, true},
		{"next", RA_SHAPE_IDS, true},
		{"sources", RA_SHAPE_IDS, true},
		{"tests", RA_SHAPE_OBJECTS, true},
		{NULL, RA_SHAPE_ANY, false},
	};
	const cJSON *root = ra_json_root(doc);
	ra_err err = ra_shape_check(doc, root, keys, errs);

	err = err ? err : read_words(doc, root, errs);
	err = err ? err : is_taken(set, doc, ra_json_str(root, "id", ""), errs);
	if (err)
		return err;
	struct ra_fleet_rule *rule = ra_list_add(&set->fleet, sizeof(*rule), errs);

	if (!rule)
		return RA_E_NOMEM;
	*rule = (struct ra_fleet_rule){
		.id = ra_json_str(root, "id", ""),
		.title = ra_json_str(root, "title", ""),
		.rank = (int)ra_json_int(root, "rank", 0),
		.unless = ra_json_get(root, "unless"),
		.say = ra_json_get(root, "say"),
		.next = ra_json_get(root, "next"),
		.sources = ra_json_get(root, "sources"),
		.tests = ra_json_get(root, "tests"),
		.node = root,
		.doc = doc,
	};
	err = read_look(doc, ra_json_get(root, "look"), rule, errs);
	err = err ? err : read_by(set, doc, ra_json_get(root, "by"), rule, errs);
	err = err ? err : read_key(set, ra_json_str(root, "among", NULL), NULL, &rule->among, errs);
	return err ? err : read_when(set, doc, ra_json_get(root, "when"), rule, errs);
}
