#include "config.h"

#include "link/recording.h"

#include <stdlib.h>
#include <string.h>

struct ra_recording {
	struct ra_json *doc;
	struct ra_recording *base; /* NULL: none */
	const cJSON *root;
	cJSON *states;      /* the base's and its own */
	const cJSON *state; /* the current one */
	ra_utc_ms start, moved;
	ra_utc_ms *entered; /* when each state was last entered, in the order of states */
};

static const struct {
	const char *name;
	enum ra_link_why why;
} reasons[] = {
    {"timeout", RA_LINK_TIMEOUT},
    {"unreachable", RA_LINK_UNREACHABLE},
    {"refused", RA_LINK_REFUSED},
};

bool ra_recording_why(const char *name, enum ra_link_why *why)
{
	for (size_t i = 0; i < RA_LEN(reasons); i++) {
		if (strcmp(name, reasons[i].name) != 0)
			continue;
		*why = reasons[i].why;
		return true;
	}
	return false;
}

/* Fill in what a checked document says. */
static ra_err begin(struct ra_recording *recording, struct ra_errs *errs)
{
	size_t count = (size_t)cJSON_GetArraySize(recording->states);
	recording->state = ra_json_get(recording->states, ra_json_str(recording->root, "start", ""));
	ra_err err = ra_utc_parse(ra_json_str(recording->root, "clock", ""), &recording->start);
	if (err)
		return ra_fail(errs, err, "clock is no time");
	recording->moved = recording->start;
	recording->entered = calloc(count, sizeof(*recording->entered));
	if (!recording->entered)
		return ra_fail(errs, RA_E_NOMEM, "no memory for the recording");
	for (size_t i = 0; i < count; i++)
		recording->entered[i] = recording->start;
	return RA_OK;
}

ra_err ra_recording_load(struct ra_json *doc, struct ra_recording *base, struct ra_recording **out, struct ra_errs *errs)
{
	*out = NULL;
	RA_AUTO(ra_recording_free) struct ra_recording *recording = calloc(1, sizeof(*recording));
	if (!recording) {
		ra_json_free(doc);
		ra_recording_free(base);
		return ra_fail(errs, RA_E_NOMEM, "no memory for the recording");
	}
	recording->doc = doc;
	recording->base = base;
	recording->root = ra_json_root(doc);
	ra_err err = ra_recording_states(doc, base ? base->states : NULL, &recording->states, errs);
	if (!err)
		err = ra_recording_check(doc, recording->states, errs);
	if (!err)
		err = begin(recording, errs);
	if (err)
		return err;
	*out = recording;
	recording = NULL;
	return RA_OK;
}

const cJSON *ra_recording_root(const struct ra_recording *recording)
{
	return recording->root;
}

struct ra_recording *ra_recording_free(struct ra_recording *recording)
{
	if (!recording)
		return NULL;
	cJSON_Delete(recording->states);
	ra_json_free(recording->doc);
	ra_recording_free(recording->base);
	free(recording->entered);
	free(recording);
	return NULL;
}

bool ra_recording_has_plane(const struct ra_recording *recording, const char *plane)
{
	for (const cJSON *item = ra_json_get(recording->root, "planes")->child; item; item = item->next)
		if (strcmp(item->valuestring, plane) == 0)
			return true;
	return false;
}

static const cJSON *first(const cJSON *list)
{
	return list ? list->child : NULL;
}

/* The state this one is like; the loader has refused circles. */
static const cJSON *like(const struct ra_recording *recording, const cJSON *state)
{
	const char *name = ra_json_str(state, "like", NULL);
	return name ? ra_json_get(recording->states, name) : NULL;
}

bool ra_recording_is_up(const struct ra_recording *recording, const char *plane, enum ra_link_why *why,
			const char **say)
{
	for (const cJSON *state = recording->state; state; state = like(recording, state)) {
		const cJSON *side = ra_json_get(state, plane);
		const char *is = ra_json_str(side, "state", NULL);
		if (!is)
			continue;
		*why = RA_LINK_UNREACHABLE;
		(void)ra_recording_why(ra_json_str(side, "why", ""), why);
		*say = ra_json_str(side, "say", "the recording says this plane does not answer now");
		return strcmp(is, "up") == 0;
	}
	return true;
}

const cJSON *ra_recording_reply(const struct ra_recording *recording, const char *plane, const cJSON *request)
{
	for (const cJSON *state = recording->state; state; state = like(recording, state)) {
		const cJSON *reply = first(ra_json_get(ra_json_get(state, plane), "replies"));
		for (; reply; reply = reply->next)
			if (cJSON_Compare(ra_json_get(reply, "request"), request, true))
				return reply;
	}
	return NULL;
}

/* The first move out of the current state whose `on` has this member with this value (NULL: any value). */
static const cJSON *find_move(const struct ra_recording *recording, const char *member, const cJSON *value)
{
	for (const cJSON *move = first(ra_json_get(recording->root, "moves")); move; move = move->next) {
		const cJSON *on = ra_json_get(ra_json_get(move, "on"), member);
		if (ra_json_get(recording->states, ra_json_str(move, "from", "")) != recording->state || !on)
			continue;
		if (!value || cJSON_Compare(on, value, true))
			return move;
	}
	return NULL;
}

static void make_move(struct ra_recording *recording, const cJSON *move, ra_utc_ms at)
{
	if (!move)
		return;
	recording->state = ra_json_get(recording->states, ra_json_str(move, "to", ""));
	recording->moved = at;
	int index = 0;
	for (const cJSON *state = recording->states->child; state && state != recording->state; state = state->next)
		index++;
	recording->entered[index] = at;
}

ra_utc_ms ra_recording_next_move(const struct ra_recording *recording)
{
	const cJSON *move = find_move(recording, "after_s", NULL);
	if (!move)
		return RA_UTC_NONE;
	return recording->moved + ra_json_int(ra_json_get(move, "on"), "after_s", 1) * 1000;
}

void ra_recording_advance(struct ra_recording *recording, ra_utc_ms now)
{
	/* Each move happens when it was due, not when somebody looked: a late look must not shift the ones after it. */
	for (ra_utc_ms due = ra_recording_next_move(recording); due != RA_UTC_NONE && due <= now;
	     due = ra_recording_next_move(recording))
		make_move(recording, find_move(recording, "after_s", NULL), due);
}

void ra_recording_hint(struct ra_recording *recording, const char *what, ra_utc_ms now)
{
	static const char action[] = "action:";
	if (strncmp(what, action, sizeof(action) - 1) != 0)
		return;
	cJSON step = {.type = cJSON_String, .valuestring = (char *)(what + sizeof(action) - 1)};
	ra_recording_advance(recording, now);
	make_move(recording, find_move(recording, "action", &step), now);
}

void ra_recording_asked(struct ra_recording *recording, const cJSON *request, ra_utc_ms now)
{
	make_move(recording, find_move(recording, "request", request), now);
}

struct ra_recording_times ra_recording_times(const struct ra_recording *recording, ra_utc_ms now)
{
	return (struct ra_recording_times){.start = recording->start,
					   .move = recording->moved,
					   .now = now,
					   .states = recording->states,
					   .entered = recording->entered};
}
