/* fleet.c - groups of hosts, counted and held against each other. */
#include "config.h"

#include "flow/fleet.h"

#include <stdlib.h>
#include <string.h>

#define NO_GROUP SIZE_MAX

/* The hosts as one rule groups them. */
struct grouping {
	const struct ra_fleet_rule *rule;
	const struct ra_fleet_host *hosts;
	const enum ra_tri *affected;
	size_t count;
	bool among;    /* a group is held only against those the rule's `among` leaves */
	size_t *group; /* for each host: the first host of its group, or NO_GROUP */
};

enum ra_tri ra_fleet_of_verdict(const char *verdict)
{
	if (verdict && !strcmp(verdict, "fail"))
		return RA_TRUE;
	return verdict && !strcmp(verdict, "pass") ? RA_FALSE : RA_UNKNOWN;
}

enum ra_tri ra_fleet_of_reach(const struct ra_fleet_rule *rule, const char *state, const char *why)
{
	const cJSON *reason;

	if (!strcmp(state, "up"))
		return RA_FALSE;
	cJSON_ArrayForEach(reason, rule->reach)
	{
		if (!strcmp(state, "down") && !strcmp(reason->valuestring, why))
			return RA_TRUE;
	}
	/* Who refuses has answered. */
	return !strcmp(state, "down") && !strcmp(why, "refused") ? RA_FALSE : RA_UNKNOWN;
}

static const char *value(const struct ra_fleet_host *host, const struct ra_fleet_key *key)
{
	const char *known = host->facts[key->index];

	return known && *known ? known : NULL;
}

static bool has_all(const struct grouping *g, const struct ra_fleet_host *host)
{
	for (size_t i = 0; i < g->rule->by_count; i++)
		if (!value(host, &g->rule->by[i]))
			return false;
	return true;
}

static bool alike(const struct grouping *g, const struct ra_fleet_host *a, const struct ra_fleet_host *b)
{
	for (size_t i = 0; i < g->rule->by_count; i++)
		if (strcmp(value(a, &g->rule->by[i]), value(b, &g->rule->by[i])))
			return false;
	return true;
}

/* Out: false without memory. */
static bool make_groups(struct grouping *g)
{
	g->group = calloc(g->count + 1, sizeof(*g->group));
	for (size_t i = 0; g->group && i < g->count; i++) {
		size_t first = 0;

		g->group[i] = NO_GROUP;
		if (!has_all(g, &g->hosts[i]))
			continue;
		while (first < i && (g->group[first] != first || !alike(g, &g->hosts[first], &g->hosts[i])))
			first++;
		g->group[i] = first;
	}
	return g->group;
}

/* Are hosts like this one held against the group at all? One of which that is not known may be. */
static bool in_scope(const struct grouping *g, size_t first, size_t host)
{
	const struct ra_fleet_key *among = &g->rule->among;
	const char *here = g->among && among->fact ? value(&g->hosts[host], among) : NULL, *there = here ? value(&g->hosts[first], among) : NULL;

	return !there || !strcmp(here, there);
}

/* One group, held against the others. Out: *strays: affected and spared hosts that could belong to any group. */
static struct ra_fleet_group count_group(const struct grouping *g, size_t first, size_t strays[2])
{
	struct ra_fleet_group made = {.rule = g->rule, .host = &g->hosts[first]};

	strays[0] = strays[1] = 0;
	for (size_t i = 0; i < g->count; i++) {
		bool in = g->group[i] == first, stray = g->group[i] == NO_GROUP;

		if (!in_scope(g, first, i))
			continue;
		made.unknown += stray || g->affected[i] == RA_UNKNOWN;
		if (g->affected[i] == RA_UNKNOWN)
			continue;
		bool hit = g->affected[i] == RA_TRUE;

		if (stray)
			strays[hit ? 0 : 1]++;
		else if (in)
			*(hit ? &made.affected : &made.spared) += 1;
		else
			*(hit ? &made.others_affected : &made.others_spared) += 1;
	}
	return made;
}

/* Have the affected hosts of a group two values of this fact? */
static bool differs(const struct grouping *g, size_t first)
{
	const char *seen = NULL;

	for (size_t i = 0; i < g->count; i++) {
		const char *here = g->group[i] == first && g->affected[i] == RA_TRUE ? value(&g->hosts[i], &g->rule->differ) : NULL;

		if (here && seen && strcmp(here, seen))
			return true;
		seen = here ? here : seen;
	}
	return false;
}

/* What is "at least" counts what is known to be so, what is "at most" also what may be. */
static bool holds(const struct grouping *g, size_t first, struct ra_fleet_group *out)
{
	const struct ra_fleet_rule *rule = g->rule;
	size_t strays[2];

	*out = count_group(g, first, strays);
	return (int64_t)out->affected >= rule->affected && (rule->spared < 0 || (int64_t)(out->spared + strays[1]) <= rule->spared) &&
	       (rule->others_affected < 0 || (int64_t)(out->others_affected + strays[0]) <= rule->others_affected) &&
	       (int64_t)out->others_spared >= rule->others_spared && (!rule->differ.fact || differs(g, first));
}

static bool told(const cJSON *unless, const struct ra_fleet_group *groups, size_t count)
{
	const cJSON *id;

	cJSON_ArrayForEach(id, unless)
	{
		for (size_t i = 0; i < count; i++)
			if (!strcmp(groups[i].rule->id, id->valuestring))
				return true;
	}
	return false;
}

static ra_err add(struct ra_fleet_group **list, size_t *count, const struct ra_fleet_group *made)
{
	struct ra_fleet_group *more = reallocarray(*list, *count + 1, sizeof(*more));

	if (!more)
		return RA_E_NOMEM;
	*list = more;
	more[(*count)++] = *made;
	return RA_OK;
}

ra_err ra_fleet_judge_rule(const struct ra_fleet_rule *rule, const struct ra_fleet_host *hosts, const enum ra_tri *affected, size_t count,
			   struct ra_fleet_group **out, size_t *out_count)
{
	struct grouping g = {rule, hosts, affected, count, true, NULL};
	ra_err err = make_groups(&g) ? RA_OK : RA_E_NOMEM;

	for (size_t i = 0; i < count && !err; i++) {
		struct ra_fleet_group made;

		if (g.group[i] == i && holds(&g, i, &made))
			err = add(out, out_count, &made);
	}
	free(g.group);
	return err;
}

ra_err ra_fleet_judge(const struct ra_flowset *set, const struct ra_fleet_host *hosts, size_t count, struct ra_fleet_group **out,
		      size_t *out_count)
{
	const struct ra_fleet_rule *rules;
	size_t rule_count = ra_flowset_fleet(set, &rules);
	enum ra_tri *affected = calloc(count + 1, sizeof(*affected));
	ra_err err = affected ? RA_OK : RA_E_NOMEM;

	*out = NULL;
	*out_count = 0;
	for (size_t r = 0; r < rule_count && !err; r++) {
		if (told(rules[r].unless, *out, *out_count))
			continue;
		for (size_t i = 0; i < count; i++)
			affected[i] = hosts[i].rules[r];
		err = ra_fleet_judge_rule(&rules[r], hosts, affected, count, out, out_count);
	}
	free(affected);
	return err;
}

/* Do two rules group hosts the same way? */
static bool same_ways(const struct ra_fleet_rule *a, const struct ra_fleet_rule *b)
{
	bool same = a->by_count == b->by_count;

	for (size_t i = 0; same && i < a->by_count; i++)
		same = a->by[i].index == b->by[i].index;
	return same;
}

/* The group with most of the affected hosts. Out: false when they do not gather anywhere. */
static bool densest(const struct grouping *g, struct ra_fleet_group *out)
{
	size_t strays[2];

	*out = (struct ra_fleet_group){0};
	for (size_t i = 0; i < g->count; i++) {
		struct ra_fleet_group made = {0};

		if (g->group[i] == i)
			made = count_group(g, i, strays);
		if (made.affected > out->affected)
			*out = made;
	}
	size_t in = out->affected + out->spared, others = out->others_affected + out->others_spared;

	return out->affected >= 2 && others && out->affected * others > out->others_affected * in;
}

ra_err ra_fleet_gather(const struct ra_flowset *set, const struct ra_fleet_host *hosts, const enum ra_tri *affected, size_t count,
		       struct ra_fleet_group **out, size_t *out_count)
{
	const struct ra_fleet_rule *rules;
	size_t rule_count = ra_flowset_fleet(set, &rules);
	ra_err err = RA_OK;

	*out = NULL;
	*out_count = 0;
	for (size_t r = 0; r < rule_count && !err; r++) {
		struct grouping g = {&rules[r], hosts, affected, count, false, NULL};
		struct ra_fleet_group made;
		bool seen = !rules[r].by_count;

		for (size_t k = 0; k < r && !seen; k++)
			seen = same_ways(&rules[k], &rules[r]);
		if (seen)
			continue;
		err = !make_groups(&g) ? RA_E_NOMEM : densest(&g, &made) ? add(out, out_count, &made) : RA_OK;
		free(g.group);
	}
	return err;
}

ra_err ra_fleet_name(const struct ra_fleet_group *group, struct ra_buf *out)
{
	ra_err err = group->rule->by_count ? RA_OK : ra_buf_text(out, "all hosts");

	for (size_t i = 0; i < group->rule->by_count && !err; i++)
		err = ra_buf_printf(out, "%s%s %s", i ? ", " : "", group->rule->by[i].say, value(group->host, &group->rule->by[i]));
	return err;
}
