/* flowtest.h - one test of a flow as a walk: no machine, no operator, no clock. For flowtest.c (walks) and flowtest_run.c (judges them
 * and counts the edges). Private to flow/. */
#ifndef RA_FLOW_FLOWTEST_H
#define RA_FLOW_FLOWTEST_H

#include "flow/engine.h"
#include "flow/flowset_build.h"

struct ra_flow_walk {
	const struct ra_flowset *set;
	const struct ra_flow *flow;
	const cJSON *test;
	void (*on_edge)(void *payload, const cJSON *edge); /* every edge entry, before it is applied; NULL: none */
	void *payload;
	/* filled by the walk */
	struct ra_state *state;
	struct ra_planes planes;
	struct ra_list bodies; /* cJSON *, the entries */
	ra_utc_ms now;
	bool begun;    /* what comes now is the test's */
	size_t jumped; /* visits in front that are not: 1 when the test begins at a step that is no entry */
	struct ra_errs errs;
};
/* Walk until an end or an action (or what the test does not answer).
 * Errors: what the engine says; RA_E_INVALID for a given value that does not fit; RA_E_LIMIT for a walk without rest. */
RA_MUST_USE ra_err ra_flow_walk_run(struct ra_flow_walk *walk);
/* Free what the walk holds, not the walk itself. */
void ra_flow_walk_clear(struct ra_flow_walk *walk);

#endif
