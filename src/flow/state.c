/* state.c - the state of a walk: made, freed, and what may be seen of it. */
#include "config.h"

#include "flow/state.h"

#include <stdlib.h>
#include <string.h>

#define RA_ENTRY_NAME(name, text, members) [RA_ENTRY_##name] = text,
static const char *const entry_names[] = {RA_ENTRY_KINDS(RA_ENTRY_NAME)};

const char *ra_entry_name(enum ra_entry_kind kind)
{
	return (unsigned)kind < RA_ENTRY_COUNT ? entry_names[kind] : "unknown";
}

int ra_entry_parse(const char *name)
{
	for (int i = 0; i < RA_ENTRY_COUNT; i++) {
		if (strcmp(entry_names[i], name) == 0)
			return i;
	}
	return -1;
}

void *ra_state_more(void *list_at, size_t *count, size_t *room, size_t size)
{
	size_t wanted = *room ? *room * 2 : 8;
	char *items;

	memcpy(&items, list_at, sizeof(items)); /* a pointer of any type: copying keeps to the aliasing rules */
	if (*count == *room) {
		items = wanted > SIZE_MAX / size ? NULL : realloc(items, wanted * size);
		if (!items)
			return NULL;
		memcpy(list_at, &items, sizeof(items));
		*room = wanted;
	}
	memset(items + *count * size, 0, size);
	return items + (*count)++ * size;
}

const char *ra_state_keep(struct ra_state *state, const char *text)
{
	char **slot;

	if (!*text)
		return "";
	slot = RA_STATE_ADD(state->texts, state->text_count, state->text_room);
	if (!slot)
		return NULL;
	*slot = strdup(text);
	return *slot;
}

struct ra_state *ra_state_new(const struct ra_flowset *set)
{
	struct ra_state *state = calloc(1, sizeof(*state));

	if (!state)
		return NULL;
	state->set = set;
	state->last_seq = -1;
	state->last_t = state->until = RA_UTC_NONE;
	state->frame = RA_FRAME_NONE;
	state->deed = RA_DEED_NONE;
	state->facts = ra_facts_new();
	if (!state->facts || ra_givers_collect(state) != RA_OK)
		return ra_state_free(state);
	return state;
}

struct ra_state *ra_state_free(struct ra_state *state)
{
	if (!state)
		return NULL;
	for (size_t i = 0; i < state->text_count; i++)
		free(state->texts[i]);
	free(state->texts);
	free(state->frames);
	free(state->visits);
	free(state->more);
	free(state->deeds);
	free(state->asked);
	free(state->passes);
	free(state->givers);
	free(state->host);
	free(state->end_reason);
	cJSON_Delete(state->site);
	cJSON_Delete(state->wanted);
	cJSON_Delete(state->named);
	ra_facts_free(state->facts);
	free(state);
	return NULL;
}

const struct ra_facts *ra_state_facts(const struct ra_state *state)
{
	return state->facts;
}

const struct ra_flowset *ra_state_set(const struct ra_state *state)
{
	return state->set;
}

size_t ra_state_path(const struct ra_state *state, const struct ra_visit **out)
{
	*out = state->visits;
	return state->visit_count;
}

size_t ra_state_deeds(const struct ra_state *state, const struct ra_deed **out)
{
	*out = state->deeds;
	return state->deed_count;
}

/* The steps after an action still ask how things stood when it began: the last deed's start holds until the next one. What was done
 * aside is no deed of the way. */
struct ra_cond_env ra_state_env(const struct ra_state *state, ra_utc_ms now)
{
	const struct ra_deed *last = NULL;

	for (size_t i = state->deed_count; i-- > 0 && !last;) {
		if (!state->deeds[i].aside || i == state->deed)
			last = &state->deeds[i];
	}
	return (struct ra_cond_env){
	    .facts = state->facts,
	    .now = ra_state_time(state, now),
	    .action_start = last ? last->began : RA_UTC_NONE,
	    .action_seq = last ? last->intent_seq : 0,
	    .prefer = ra_flowset_prefer,
	    .payload = state->set,
	};
}

const struct ra_deed *ra_deed_open(const struct ra_state *state)
{
	const struct ra_deed *deed = state->deed == RA_DEED_NONE ? NULL : &state->deeds[state->deed];

	return deed && deed->outcome_seq < 0 ? deed : NULL;
}

bool ra_verifying(const struct ra_state *state)
{
	bool told = state->how && (strcmp(state->how, "done") == 0 || strcmp(state->how, "unknown") == 0);

	return ra_deed_open(state) && (told || (state->lost && !state->how));
}

/* A check to be verified by that no plane answers: never answered before those answered long ago, and those whose planes are only
 * down now last. */
static const struct ra_check *verify_by_hand(const struct ra_state *state, const struct ra_planes *planes)
{
	const struct ra_check *best = NULL;
	int64_t best_seq = 0;
	const cJSON *id;

	cJSON_ArrayForEach (id, state->step->action.verify_checks) {
		const struct ra_check *check = ra_flowset_check(state->set, id->valuestring);
		const struct ra_asked *asked = check ? ra_asked_find(state, check, RA_PLANE_OPERATOR) : NULL;
		int64_t seq = asked && asked->seq > state->verify_seq ? asked->seq : 0;
		bool up = false;

		for (size_t i = 0; check && i < check->plane_count; i++) {
			enum ra_plane plane = check->planes[i].plane;

			up = up || (planes->given[plane] && !planes->down[plane]);
			if (planes->given[plane])
				seq = INT64_MAX;
		}
		const struct ra_question *by_hand = check ? ra_flowset_manual(state->set, check) : NULL;

		/* What is only looked at beside it is nobody's to answer. */
		if (!by_hand || up || !ra_need_informs(check, by_hand, state->step->action.until) || (by_hand->without_links && !ra_planes_none(planes)) || (best && seq >= best_seq))
			continue;
		best = check;
		best_seq = seq;
	}
	return best;
}

static enum ra_phase deed_phase(const struct ra_state *state)
{
	if (!ra_deed_open(state))
		return RA_PH_CHECKS;
	if (ra_verifying(state))
		return RA_PH_VERIFY;
	return state->how ? RA_PH_CHECKS : RA_PH_ACTING;
}

static enum ra_phase phase_of(const struct ra_state *state, const struct ra_planes *planes, const struct ra_check **by_hand)
{
	struct ra_owed owed;

	if (!state->started)
		return RA_PH_NEW;
	if (state->ended || (state->step->kind == RA_STEP_END && state->frame == RA_FRAME_NONE && !ra_owed_next(state, &owed)))
		return RA_PH_END;
	if (state->deed != RA_DEED_NONE)
		return deed_phase(state);
	switch (state->step->kind) {
	case RA_STEP_QUESTION:
		return state->answered ? RA_PH_CHECKS : RA_PH_QUESTION;
	case RA_STEP_GATE:
	case RA_STEP_ACTION:
		if (state->closed)
			return RA_PH_CHECKS;
		if (ra_step_gates(state->step) && !ra_pass_find(state))
			return RA_PH_GATE;
		return state->step->kind == RA_STEP_GATE ? RA_PH_CHECKS : RA_PH_CONFIRM;
	case RA_STEP_CHECK:
		*by_hand = planes && !ra_need_open(state, planes, state->last_t) ? ra_by_hand_next(state, planes) : NULL;
		return *by_hand ? RA_PH_MANUAL : RA_PH_CHECKS;
	default:
		return RA_PH_CHECKS;
	}
}

static void now_of_deed(const struct ra_state *state, const struct ra_planes *planes, struct ra_now *now)
{
	const struct ra_deed *deed = ra_deed_open(state);

	if (!deed || now->phase == RA_PH_END)
		return;
	now->manual_start = state->step->action.by_human;
	now->action_start = deed->began;
	now->action_seq = deed->intent_seq;
	if (now->phase != RA_PH_VERIFY)
		return;
	now->outcome_unknown = !state->how || strcmp(state->how, "unknown") == 0;
	now->deadline = state->verify_t + state->step->action.for_ms;
	now->check = planes ? verify_by_hand(state, planes) : NULL;
}

struct ra_now ra_state_now(const struct ra_state *state, const struct ra_planes *planes)
{
	struct ra_now now = {.flow = state->flow, .step = state->step};

	now.action_start = now.deadline = RA_UTC_NONE;
	now.phase = phase_of(state, planes, &now.check);
	if (now.phase == RA_PH_GATE)
		now.gates = ra_step_gates(state->step);
	if (now.phase == RA_PH_QUESTION)
		now.question = &state->step->question;
	if (now.phase == RA_PH_END) {
		now.outcome = state->ended ? state->outcome : state->step->outcome;
		now.end_reason = state->ended ? state->end_reason : "outcome";
	}
	now_of_deed(state, planes, &now);
	if (now.check)
		now.question = ra_flowset_manual(state->set, now.check);
	return now;
}
