/* lint.h - what is wrong with a flow set, before anybody walks it. Rules 1-5 of the flow format; the loader proves 6, the tests 7. Room flow/. */
#ifndef RA_FLOW_LINT_H
#define RA_FLOW_LINT_H

#include "flow/flowset.h"

/* One finding. rule: 1..7, RA_RULE_COVERAGE; text begins with file:line:col. */
#define RA_RULE_COVERAGE 0 /* no fault: an edge that no test of the flow takes */
struct ra_finding {
	int rule;
	char text[512];
};
#define RA_FINDINGS_MAX 200
/* Examine a loaded set (what does not load is told by the loader). Out: count, at most RA_FINDINGS_MAX. */
size_t ra_flowset_lint(const struct ra_flowset *set, struct ra_finding *out);
/* Tests inside flows, and the ways out of steps they took together (those of actions are walked over simulated hosts, not here). */
struct ra_flow_tests {
	size_t passed, failed;
	size_t edges, edges_taken;
};
/* Run the tests inside the flows by the engine itself. Out: counts; findings (room for RA_FINDINGS_MAX): failures as rule 7, then edges
 * never taken as RA_RULE_COVERAGE. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_flowset_test(const struct ra_flowset *set, struct ra_flow_tests *out, struct ra_finding *findings,
				   size_t *finding_count);

#endif
