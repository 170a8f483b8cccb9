/* lint.h - what is wrong with a flow set, before anybody walks it. Rules 1-4 and 6 of the flow format. Room flow/. */
#ifndef RA_FLOW_LINT_H
#define RA_FLOW_LINT_H

#include "flow/flowset.h"

/* One finding. rule: 1..7; text begins with file:line:col. */
struct ra_finding {
	int rule;
	char text[512];
};
#define RA_FINDINGS_MAX 200
/* Examine a loaded set (what does not load is told by the loader). Out: count, at most RA_FINDINGS_MAX. */
size_t ra_flowset_lint(const struct ra_flowset *set, struct ra_finding *out);
/* Run the tests inside the flows. Out: counts; failures as findings of rule 7. Errors: RA_E_NOMEM. */
struct ra_flow_tests {
	size_t passed, failed;
	size_t edges, edges_taken; /* coverage over all flows */
};
RA_MUST_USE ra_err ra_flowset_test(const struct ra_flowset *set, struct ra_flow_tests *out, struct ra_finding *findings,
				   size_t *finding_count);

#endif
