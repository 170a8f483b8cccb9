/* fleettest.c - the tests inside rules over many hosts: hosts as they were found, and the groups the rule is told of. */
#include "config.h"

#include "flow/fleet.h"
#include "flow/lint_rules.h"

#include <stdlib.h>
#include <string.h>

/* The hosts of one test, spelled out. */
struct fleet {
	struct ra_fleet_host *hosts;
	enum ra_tri *affected;
	const char **facts; /* of all hosts, one after the other */
	size_t count;
};

static void fleet_clear(struct fleet *fleet)
{
	free(fleet->hosts);
	free(fleet->affected);
	free(fleet->facts);
}

static enum ra_tri tri_of(const char *word)
{
	return !strcmp(word, "affected") ? RA_TRUE : !strcmp(word, "spared") ? RA_FALSE : RA_UNKNOWN;
}

static void put_host(struct fleet *fleet, const char *const *names, size_t name_count, const cJSON *host)
{
	const cJSON *facts = ra_json_get(host, "facts");
	const char **at = &fleet->facts[fleet->count * name_count];

	for (size_t i = 0; i < name_count; i++)
		at[i] = ra_json_str(facts, names[i], NULL);
	fleet->hosts[fleet->count] = (struct ra_fleet_host){.name = "", .facts = at};
	fleet->affected[fleet->count++] = tri_of(ra_json_str(host, "is", ""));
}

/* Out: false without memory; what was made is to be cleared all the same. */
static bool fleet_make(const struct ra_flowset *set, const cJSON *hosts, struct fleet *out)
{
	const char *const *names;
	size_t name_count = ra_flowset_fleet_facts(set, &names), count = 0;
	const cJSON *host;

	cJSON_ArrayForEach(host, hosts) count += (size_t)ra_json_int(host, "count", 1);
	*out = (struct fleet){.hosts = calloc(count + 1, sizeof(*out->hosts)),
			      .affected = calloc(count + 1, sizeof(*out->affected)),
			      .facts = calloc(count * name_count + 1, sizeof(*out->facts))};
	if (!out->hosts || !out->affected || !out->facts)
		return false;
	cJSON_ArrayForEach(host, hosts)
	{
		for (int64_t i = ra_json_int(host, "count", 1); i > 0; i--)
			put_host(out, names, name_count, host);
	}
	return true;
}

/* Does the rule hold for these groups and no other, in their order? Out: in said the groups it holds for. */
static ra_err compare(const struct ra_fleet_group *groups, size_t count, const cJSON *fires, bool *same, struct ra_buf *said)
{
	const cJSON *name = fires->child;
	ra_err err = RA_OK;

	*same = true;
	for (size_t i = 0; i < count && !err; i++) {
		size_t before = said->len;

		err = ra_fleet_name(&groups[i], said);
		*same = *same && !err && name && !strcmp(ra_buf_str(said) + before, name->valuestring);
		name = name ? name->next : NULL;
		err = err ? err : ra_buf_text(said, "; ");
	}
	*same = *same && !name;
	return err;
}

ra_err ra_fleet_test(struct ra_linter *lint, const struct ra_fleet_rule *rule, const cJSON *test, bool *passed)
{
	struct ra_fleet_group *groups = NULL;
	size_t count = 0;
	struct fleet fleet;
	RA_AUTO(ra_buf_free) struct ra_buf said = {0};
	ra_err err = fleet_make(lint->set, ra_json_get(test, "hosts"), &fleet) ? RA_OK : RA_E_NOMEM;

	*passed = false;
	err = err ? err : ra_fleet_judge_rule(rule, fleet.hosts, fleet.affected, fleet.count, &groups, &count);
	err = err ? err : compare(groups, count, ra_json_get(test, "fires"), passed, &said);
	if (!err && !*passed)
		ra_lint_say(lint, 7, rule->doc, test, "test \"%.80s\": the rule holds for %s", ra_json_str(test, "title", ""),
			    count ? ra_buf_str(&said) : "no group");
	free(groups);
	fleet_clear(&fleet);
	return err;
}
