/* store.h - how the fact store holds observations. Private to check/: fact.c fills it, reading.c reads it.
 * Invariants: names sorted bytewise; observations of one name sorted by entry, then time, plane and check, so that the
 * store is the same whatever the order of arrival. */
#ifndef RA_CHECK_STORE_H
#define RA_CHECK_STORE_H

#include "check/fact.h"

struct ra_fact {
	char name[RA_FACT_NAME_MAX];
	struct ra_obs *obs;
	size_t count, room;
};

/* From here on older observations do not count. */
struct ra_void {
	ra_utc_ms at;
	int64_t seq;
	char check[RA_FACT_NAME_MAX]; /* "": of every check */
};

struct ra_plane_clock {
	bool measured;
	int64_t offset_ms, margin_ms;
};

struct ra_facts {
	struct ra_fact *items;
	size_t count, room;
	struct ra_void *voids;
	size_t void_count, void_room;
	struct ra_plane_clock clocks[RA_PLANE_COUNT];
	ra_utc_ms edge; /* ra_facts_edge of all there is; kept by whoever changes a boot time or a clock */
};

/* The observations of a name, NULL when there are none. */
const struct ra_fact *ra_facts_find(const struct ra_facts *facts, const char *name);
/* The session time from which on an answer is of this boot for certain, by entries up to seq_max (0: all). Out: INT64_MIN when nobody
 * told a boot time. */
ra_utc_ms ra_facts_edge(const struct ra_facts *facts, int64_t seq_max);
/* When an observation was asked for. */
static inline ra_utc_ms ra_obs_asked(const struct ra_obs *obs)
{
	return obs->asked ? obs->asked : obs->at;
}

#endif
