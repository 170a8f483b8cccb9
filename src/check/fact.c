/* fact.c - the store of observations. What they amount to is reading.c's business. */
#include "config.h"

#include "check/store.h"

#include <stdlib.h>
#include <string.h>

void ra_obs_clear(struct ra_obs *obs)
{
	ra_value_clear(&obs->value);
	memset(obs, 0, sizeof(*obs));
}

struct ra_facts *ra_facts_new(void)
{
	struct ra_facts *facts = calloc(1, sizeof(*facts));

	if (!facts)
		return NULL;
	facts->clocks[RA_PLANE_SESSION].measured = true;
	facts->clocks[RA_PLANE_OPERATOR].measured = true;
	facts->edge = ra_facts_edge(facts, 0);
	return facts;
}

struct ra_facts *ra_facts_free(struct ra_facts *facts)
{
	if (!facts)
		return NULL;
	for (size_t i = 0; i < facts->count; i++) {
		for (size_t j = 0; j < facts->items[i].count; j++)
			ra_obs_clear(&facts->items[i].obs[j]);
		free(facts->items[i].obs);
	}
	free(facts->items);
	free(facts->voids);
	free(facts);
	return NULL;
}

/* Where a name stands or would stand. */
static size_t place_of(const struct ra_facts *facts, const char *name, bool *found)
{
	size_t low = 0, high = facts->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(facts->items[mid].name, name);

		if (order == 0) {
			*found = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*found = false;
	return low;
}

const struct ra_fact *ra_facts_find(const struct ra_facts *facts, const char *name)
{
	bool found;
	size_t at = place_of(facts, name, &found);

	return found ? &facts->items[at] : NULL;
}

/* Room for one more element of size bytes. */
static ra_err grow(void **items, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 8;
	void *moved;

	if (count < *room)
		return RA_OK;
	moved = more > SIZE_MAX / size ? NULL : realloc(*items, more * size);
	if (!moved)
		return RA_E_NOMEM;
	*items = moved;
	*room = more;
	return RA_OK;
}

static struct ra_fact *fact_for(struct ra_facts *facts, const char *name)
{
	bool found;
	size_t at = place_of(facts, name, &found);
	void *items = facts->items;

	if (found)
		return &facts->items[at];
	if (grow(&items, facts->count, &facts->room, sizeof(*facts->items)))
		return NULL;
	facts->items = items;
	memmove(&facts->items[at + 1], &facts->items[at], (facts->count - at) * sizeof(*facts->items));
	facts->items[at] = (struct ra_fact){0};
	memcpy(facts->items[at].name, name, strlen(name) + 1);
	facts->count++;
	return &facts->items[at];
}

static int entry_order(const struct ra_obs *a, const struct ra_obs *b)
{
	if (a->seq != b->seq)
		return a->seq < b->seq ? -1 : 1;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->plane != b->plane)
		return a->plane < b->plane ? -1 : 1;
	return strcmp(a->check, b->check);
}

ra_err ra_facts_add(struct ra_facts *facts, struct ra_obs *obs)
{
	struct ra_fact *fact;
	void *list;
	size_t at;
	ra_err err = RA_E_ARG;

	if (memchr(obs->name, '\0', sizeof(obs->name)) && ra_fact_name_ok(obs->name) &&
	    (unsigned)obs->plane < RA_PLANE_COUNT && (unsigned)obs->reason < RA_REASON_COUNT) {
		fact = fact_for(facts, obs->name);
		list = fact ? fact->obs : NULL;
		err = fact ? grow(&list, fact->count, &fact->room, sizeof(*fact->obs)) : RA_E_NOMEM;
		if (list)
			fact->obs = list;
	}
	if (err) {
		ra_value_clear(&obs->value);
		return err;
	}
	for (at = fact->count; at > 0 && entry_order(obs, &fact->obs[at - 1]) < 0; at--)
		continue;
	memmove(&fact->obs[at + 1], &fact->obs[at], (fact->count - at) * sizeof(*fact->obs));
	fact->obs[at] = *obs;
	fact->count++;
	memset(&obs->value, 0, sizeof(obs->value));
	if (strcmp(fact->name, RA_FACT_BOOT_TIME) == 0)
		facts->edge = ra_facts_edge(facts, 0);
	return RA_OK;
}

void ra_facts_set_clock(struct ra_facts *facts, enum ra_plane plane, int64_t offset_ms, int64_t margin_ms)
{
	if ((unsigned)plane >= RA_PLANE_COUNT || plane == RA_PLANE_SESSION || plane == RA_PLANE_OPERATOR)
		return;
	facts->clocks[plane] = (struct ra_plane_clock){true, offset_ms, margin_ms < 0 ? 0 : margin_ms};
	facts->edge = ra_facts_edge(facts, 0);
}

bool ra_facts_clock(const struct ra_facts *facts, enum ra_plane plane, int64_t *offset_ms, int64_t *margin_ms)
{
	const struct ra_plane_clock *clock = (unsigned)plane < RA_PLANE_COUNT ? &facts->clocks[plane] : NULL;

	if (!clock || !clock->measured)
		return false;
	*offset_ms = clock->offset_ms;
	*margin_ms = clock->margin_ms;
	return true;
}

static ra_err add_void(struct ra_facts *facts, const struct ra_void *mark)
{
	void *list = facts->voids;
	ra_err err = grow(&list, facts->void_count, &facts->void_room, sizeof(*facts->voids));

	facts->voids = list;
	if (!err)
		facts->voids[facts->void_count++] = *mark;
	return err;
}

ra_err ra_facts_void_before(struct ra_facts *facts, ra_utc_ms at, int64_t seq)
{
	return add_void(facts, &(struct ra_void){.at = at, .seq = seq});
}

ra_err ra_facts_again(struct ra_facts *facts, const char *check, ra_utc_ms at, int64_t seq)
{
	struct ra_void mark = {.at = at, .seq = seq};
	size_t len = strlen(check);

	if (len == 0 || len >= sizeof(mark.check))
		return RA_E_ARG;
	memcpy(mark.check, check, len + 1);
	return add_void(facts, &mark);
}

size_t ra_facts_count(const struct ra_facts *facts)
{
	return facts->count;
}

const char *ra_facts_name(const struct ra_facts *facts, size_t index)
{
	return index < facts->count ? facts->items[index].name : NULL;
}

size_t ra_facts_obs_count(const struct ra_facts *facts, const char *name)
{
	const struct ra_fact *fact = ra_facts_find(facts, name);

	return fact ? fact->count : 0;
}

const struct ra_obs *ra_facts_obs(const struct ra_facts *facts, const char *name, size_t index)
{
	const struct ra_fact *fact = ra_facts_find(facts, name);

	return fact && index < fact->count ? &fact->obs[index] : NULL;
}
