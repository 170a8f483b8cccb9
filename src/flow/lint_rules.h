/* lint_rules.h - the inside of the linter: how a finding is told, the graph of a flow, and one function for each family
 * of rules. Private to lint*.c. */
#ifndef RA_FLOW_LINT_RULES_H
#define RA_FLOW_LINT_RULES_H

#include "flow/flowset_build.h"
#include "flow/lint.h"

struct ra_linter {
	const struct ra_flowset *set;
	struct ra_finding *out; /* room for RA_FINDINGS_MAX */
	size_t count;
	bool blind; /* something could not be examined: out of memory */
};
/* Tell a finding at a node. Past RA_FINDINGS_MAX it is dropped. */
void ra_lint_say(struct ra_linter *lint, int rule, const struct ra_json *doc, const cJSON *node, const char *fmt, ...)
    RA_PRINTF(5, 6);

/* Which step can be reached from which. Rows are bit sets over steps in file order. */
struct ra_graph {
	const struct ra_flow *flow;
	size_t count, words;
	uint64_t *next;  /* one way */
	uint64_t *reach; /* any number of ways, at least one */
	uint64_t *enter; /* one row: the start and every entry point */
};
/* Out: false without memory. Owner: ra_graph_clear. */
bool ra_graph_make(const struct ra_flow *flow, struct ra_graph *out);
/* Free what the graph holds. */
void ra_graph_clear(struct ra_graph *graph);
/* Out: count when the flow has no such step. */
size_t ra_graph_index(const struct ra_graph *graph, const char *step);
/* True when to can be reached from from by at least one way. */
bool ra_graph_reaches(const struct ra_graph *graph, size_t from, size_t to);
/* True when one way leads from from to to. */
bool ra_graph_leads(const struct ra_graph *graph, size_t from, size_t to);
/* True for the start and every entry point. */
bool ra_graph_enters(const struct ra_graph *graph, size_t step);

/* Rule 1 on one flow. */
void ra_lint_graph(struct ra_linter *lint, const struct ra_graph *graph);
/* Rule 1 between flows: no flow calls itself by a detour. */
void ra_lint_calls(struct ra_linter *lint);
/* Rule 2: every reference exists. */
void ra_lint_refs(struct ra_linter *lint);
/* Rule 2 on signatures; a part of ra_lint_refs. */
void ra_lint_signatures(struct ra_linter *lint);
/* Rules 2 and 3 on the settings beside a step's directions; a part of ra_lint_refs. */
void ra_lint_settings(struct ra_linter *lint, const struct ra_flow *flow, const struct ra_step *step);
/* Rule 2 on rules over many hosts; a part of ra_lint_refs. */
void ra_lint_fleet(struct ra_linter *lint);
struct ra_fleet_rule;
/* One test inside such a rule: a finding (rule 7) when the rule holds for other groups than it says. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_fleet_test(struct ra_linter *lint, const struct ra_fleet_rule *rule, const cJSON *test, bool *passed);
/* Rule 2: facts can have been produced, with a fitting type. graphs: one for each flow of the set, in its order. */
void ra_lint_facts(struct ra_linter *lint, const struct ra_graph *graphs);
/* Rule 3: a TPM is switched off or hidden only where Mode NONE was read. */
void ra_lint_off(struct ra_linter *lint);
/* Rules 3 and 4: what a BMC is told to change is named, guarded, withdrawn and seen by it. */
void ra_lint_bmc(struct ra_linter *lint);
/* Rules 3 and 4 on one flow. graphs: all of the set, in its order. */
void ra_lint_actions(struct ra_linter *lint, const struct ra_graph *graphs, const struct ra_graph *graph);
/* Rule 4 after an action that unseals: a host that was sealed is resolved only behind a start that was seen. */
void ra_lint_recovery(struct ra_linter *lint, const struct ra_graph *graphs, const struct ra_graph *graph, const struct ra_step *step);
/* True when the condition cannot be true (every: on any branch; else: on all branches) without a start of the host. */
bool ra_lint_sees_restart(const struct ra_cond *cond, bool every);
struct ra_near;
/* Try the name of every fact of the set. */
void ra_lint_tell_facts(const struct ra_flowset *set, struct ra_near *near);
/* True when an answer to this check can hold the fact (planes, by-hand form, signatures of its logs). */
bool ra_check_gives(const struct ra_flowset *set, const struct ra_check *check, const char *fact);
/* True when one of a list of check ids can. */
bool ra_checks_give(const struct ra_flowset *set, const cJSON *ids, const char *fact);
/* True when an answer of a plane to this check can: its by-hand form does not count. */
bool ra_check_reads(const struct ra_flowset *set, const struct ra_check *check, const char *fact);

#endif
