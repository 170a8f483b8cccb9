/* fleet.h - rules over many checked hosts: what the affected ones share, told before any one of them is touched.
 * Invariants: pure. A host that was not reached, or of which a thing is not known, is neither affected nor spared, and one whose group is
 * not known counts against every rule that it could gainsay. What a rule says is a comparison of what was seen, never a proof.
 * Room flow/, above check/. */
#ifndef RA_FLOW_FLEET_H
#define RA_FLOW_FLEET_H

#include "base/buf.h"
#include "flow/flowset.h"

/* What hosts are told apart by: the fact, and its word for people. */
struct ra_fleet_key {
	const char *fact, *say;
	size_t index; /* among ra_flowset_fleet_facts */
};
/* One file of fleet/. Borrowed from the set. */
struct ra_fleet_rule {
	const char *id, *title;
	int rank;
	const char *check;    /* affected: this check fails; NULL: it looks at how hosts are reached */
	const cJSON *reach;   /* ... for one of these reasons; NULL: by any */
	const char *plane;    /* ... over this plane; NULL: over none */
	struct ra_fleet_key *by; /* one group for each of their values; none: all hosts are one group */
	size_t by_count;
	struct ra_fleet_key among, differ; /* fact NULL: none */
	int64_t affected;        /* at least so many of the group */
	int64_t spared;          /* at most so many of the group; -1: any number */
	int64_t others_affected; /* at most so many of the others; -1: any number */
	int64_t others_spared;   /* at least so many of the others */
	const cJSON *unless;     /* ids of rules: not told where one of them is */
	const cJSON *say, *next, *sources, *tests, *node;
	const struct ra_json *doc;
};
/* By rank, then id. */
size_t ra_flowset_fleet(const struct ra_flowset *set, const struct ra_fleet_rule **out);
/* The facts that the rules tell hosts apart by, each once. */
size_t ra_flowset_fleet_facts(const struct ra_flowset *set, const char *const **out);

/* One host, as far as rules see it. Borrowed. */
struct ra_fleet_host {
	const char *name;
	const enum ra_tri *rules;  /* is it affected, for each rule of the set */
	const char *const *facts;  /* the value of each fact of ra_flowset_fleet_facts; NULL: not known */
};
/* Is a host affected by a verdict of the check a rule looks at ("fail", "pass", ...)? Shape: verdict NULL: it was not run. */
enum ra_tri ra_fleet_of_verdict(const char *verdict);
/* ... by how a plane of it stands: state "up" or "down" and, down, why ("refused", "unreachable", ...). */
enum ra_tri ra_fleet_of_reach(const struct ra_fleet_rule *rule, const char *state, const char *why);

/* A group of hosts, and the others it is held against. */
struct ra_fleet_group {
	const struct ra_fleet_rule *rule; /* whose `by` and `among` make the group */
	const struct ra_fleet_host *host; /* one of the group: it names it */
	size_t affected, spared, others_affected, others_spared;
	size_t unknown;                   /* neither, or of no group that is known */
};
/* Which rules hold, by rank. Out: *out for the caller to free. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_fleet_judge(const struct ra_flowset *set, const struct ra_fleet_host *hosts, size_t count, struct ra_fleet_group **out,
				  size_t *out_count);
/* One rule alone, whatever else holds. Shape: affected has one for each host. Out: appended to *out. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_fleet_judge_rule(const struct ra_fleet_rule *rule, const struct ra_fleet_host *hosts, const enum ra_tri *affected,
				       size_t count, struct ra_fleet_group **out, size_t *out_count);
/* Where hosts with something in common gather: of each way the rules group hosts, the group with most of the affected, if it has two at least
 * and more of them in proportion than all others. Shape: affected has one for each host. Out and Errors: as ra_fleet_judge. */
RA_MUST_USE ra_err ra_fleet_gather(const struct ra_flowset *set, const struct ra_fleet_host *hosts, const enum ra_tri *affected, size_t count,
				   struct ra_fleet_group **out, size_t *out_count);
/* "model PowerEdge R650, BIOS 1.6.5", or "all hosts". Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_fleet_name(const struct ra_fleet_group *group, struct ra_buf *out);

#endif
