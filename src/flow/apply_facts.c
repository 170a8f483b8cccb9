/* apply_facts.c - what machines and the operator said, taken from the entries. No bytes are parsed here: the facts are in the entry. */
#include "config.h"

#include "flow/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A value whose opening is missing ({"$w":true}) is unknown, and that is its reason. */
static cJSON *withheld(const cJSON *item)
{
	const cJSON *value = ra_json_get(item, "value");
	cJSON *copy;

	if (!value || !ra_json_get(value, "$w"))
		return NULL;
	copy = cJSON_Duplicate(item, true);
	if (!copy)
		return NULL;
	cJSON_DeleteItemFromObjectCaseSensitive(copy, "value");
	return ra_put_text(copy, "unknown", ra_reason_name(RA_WITHHELD)) ? copy : ra_cjson_free(copy);
}

static void copy_name(char *to, size_t cap, const char *from)
{
	snprintf(to, cap, "%s", from);
}

/* A machine may tell another boot than before: no gate that was opened for the old one holds. */
static void heed_boot(struct ra_state *state, const struct ra_obs *obs)
{
	struct ra_plane_told *told = &state->told[obs->plane];
	ra_utc_ms asked = obs->asked ? obs->asked : obs->at, value = obs->value.as.time;
	int64_t apart;

	if (strcmp(obs->name, RA_FACT_BOOT_TIME) != 0 || obs->reason != RA_KNOWN || obs->value.type != RA_TIME)
		return;
	if (told->booted && (__builtin_sub_overflow(value, told->boot, &apart) || apart > RA_BOOT_AGREE_MS ||
			     apart < -RA_BOOT_AGREE_MS))
		ra_passes_void(state);
	if (told->booted && asked < told->boot_asked)
		return;
	told->booted = true;
	told->boot = value;
	told->boot_asked = asked;
}

static ra_err add_obs(struct ra_state *state, const struct ra_fold_entry *entry, const cJSON *item, struct ra_obs *seen,
		      struct ra_errs *errs)
{
	RA_AUTO(ra_cjson_free) cJSON *without = withheld(item);
	struct ra_obs obs = {0};
	ra_err err = ra_obs_from_json(without ? without : item, &obs);

	if (err != RA_OK)
		return err == RA_E_NOMEM ? err : ra_cannot_follow(entry, errs, "a fact in it is not whole");
	if (obs.plane != seen->plane) {
		ra_obs_clear(&obs);
		return ra_cannot_follow(entry, errs, "a fact in it is of another plane");
	}
	obs.seq = entry->seq;
	copy_name(obs.check, sizeof(obs.check), seen->check);
	copy_name(obs.evidence, sizeof(obs.evidence), seen->evidence);
	heed_boot(state, &obs);
	seen->lasting = seen->lasting && obs.lasting && obs.reason == RA_KNOWN;
	if (obs.asked ? obs.asked < seen->asked : obs.at < seen->asked)
		seen->asked = obs.asked ? obs.asked : obs.at;
	err = ra_facts_add(state->facts, &obs);
	return err == RA_E_ARG ? ra_cannot_follow(entry, errs, "a fact in it has no proper name") : err;
}

/* All facts of an entry. In: *seen holds plane, check, evidence. Out: seen->asked and seen->lasting of them together. */
static ra_err add_all(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_obs *seen, struct ra_errs *errs)
{
	const cJSON *facts = ra_json_get(entry->body, "facts"), *item;
	ra_err err = RA_OK;

	seen->asked = entry->t;
	cJSON_ArrayForEach (item, facts) {
		if (err == RA_OK)
			err = add_obs(state, entry, item, seen, errs);
	}
	return err;
}

/* Keep the newest time a check was asked by a plane. */
static ra_err record(struct ra_state *state, const struct ra_asked *asked)
{
	struct ra_asked *at = NULL;
	int64_t never_seq, said_seq;

	for (size_t i = 0; i < state->asked_count; i++) {
		if (state->asked[i].check == asked->check && state->asked[i].plane == asked->plane)
			at = &state->asked[i];
	}
	if (!at)
		at = RA_STATE_ADD(state->asked, state->asked_count, state->asked_room);
	if (!at)
		return RA_E_NOMEM;
	never_seq = asked->never_seq ? asked->never_seq : at->never_seq;
	said_seq = asked->said_seq ? asked->said_seq : at->said_seq;
	if (!at->check || at->stale || at->asked <= asked->asked)
		*at = *asked;
	at->never_seq = never_seq;
	at->said_seq = said_seq;
	return RA_OK;
}

static void set_clock(struct ra_state *state, const cJSON *clock, const struct ra_obs *seen)
{
	struct ra_plane_told *told = &state->told[seen->plane];

	if (!clock || (told->measured && told->measured_asked > seen->asked))
		return;
	told->measured = true;
	told->measured_asked = seen->asked;
	ra_facts_set_clock(state->facts, seen->plane, ra_json_int(clock, "offset_ms", 0), ra_json_int(clock, "margin_ms", 0));
}

ra_err ra_apply_reply(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	const char *plane_name = ra_json_str(entry->body, "plane", ""), *id = ra_json_str(entry->body, "check", "");
	const struct ra_check *check = ra_flowset_check(state->set, id);
	int plane = ra_plane_parse(plane_name);
	bool never = !ra_json_get(entry->body, "request");
	struct ra_obs seen = {.lasting = true};
	ra_err err;

	if (plane < 0 || plane == RA_PLANE_OPERATOR || plane == RA_PLANE_SESSION)
		return ra_cannot_follow(entry, errs, "\"%s\" is no plane that replies", plane_name);
	seen.plane = (enum ra_plane)plane;
	copy_name(seen.check, sizeof(seen.check), id);
	copy_name(seen.evidence, sizeof(seen.evidence), ra_json_str(entry->body, "sha256", ""));
	err = add_all(state, entry, &seen, errs);
	if (err != RA_OK)
		return err;
	set_clock(state, ra_json_get(entry->body, "clock"), &seen);
	if (!check)
		return RA_OK;
	return record(state, &(struct ra_asked){.check = check,
						.plane = seen.plane,
						.asked = seen.asked,
						.seq = entry->seq,
						.lasting = seen.lasting && cJSON_GetArraySize(ra_json_get(entry->body, "facts")),
						.never_seq = never ? entry->seq : 0,
						.said_seq = never ? 0 : entry->seq});
}

ra_err ra_apply_answer(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	const char *id = ra_json_str(entry->body, "check", NULL), *step = ra_json_str(entry->body, "step", "");
	const struct ra_check *check = id ? ra_flowset_check(state->set, id) : NULL;
	const struct ra_question *question = check ? ra_flowset_manual(state->set, check) : NULL;
	struct ra_obs seen = {.plane = RA_PLANE_OPERATOR};
	ra_err err;

	if (strcmp(step, state->step->id) != 0)
		return ra_cannot_follow(entry, errs, "it answers step \"%s\", but the walk is at \"%s\"", step, state->step->id);
	if (!id && state->step->kind != RA_STEP_QUESTION)
		return ra_cannot_follow(entry, errs, "step \"%s\" asks nothing", step);
	ra_answer_source(state->step, id, seen.check, sizeof(seen.check));
	err = add_all(state, entry, &seen, errs);
	if (err != RA_OK)
		return err;
	state->edges_alone = 0;
	if (!id) {
		state->answered = true;
		return RA_OK;
	}
	state->more[state->more_count - 1].by_hand = true;
	if (!check)
		return RA_OK;
	return record(state, &(struct ra_asked){.check = check,
						.plane = RA_PLANE_OPERATOR,
						.asked = entry->t,
						.seq = entry->seq,
						.lasting = question && question->lasting});
}

/* A fact the session itself knows: it outlives boots and actions. */
static ra_err add_own(struct ra_state *state, const struct ra_fold_entry *entry, const char *name, const char *text)
{
	struct ra_obs obs = {.plane = RA_PLANE_SESSION,
			     .at = entry->t,
			     .seq = entry->seq,
			     .lasting = true,
			     .reason = text ? RA_KNOWN : RA_NOT_APPLICABLE,
			     .value = {.type = RA_TEXT}};

	copy_name(obs.name, sizeof(obs.name), name);
	if (text)
		obs.value.as.text = strdup(text);
	return text && !obs.value.as.text ? RA_E_NOMEM : ra_facts_add(state->facts, &obs);
}

ra_err ra_apply_agreed(struct ra_state *state, const struct ra_fold_entry *entry)
{
	struct ra_obs obs = {.plane = RA_PLANE_SESSION,
			     .at = entry->t,
			     .seq = entry->seq,
			     .lasting = true,
			     .reason = RA_KNOWN,
			     .value = {.type = RA_BOOL, .as.yes = ra_json_bool(entry->body, "firmware_changes", false)}};

	copy_name(obs.name, sizeof(obs.name), RA_FACT_FIRMWARE_CHANGES);
	return ra_facts_add(state->facts, &obs);
}

ra_err ra_apply_plane(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	const char *plane = ra_json_str(entry->body, "plane", ""), *said = ra_json_str(entry->body, "state", "");
	bool down = strcmp(said, "down") == 0;
	char name[RA_FACT_NAME_MAX];
	ra_err err;

	if (ra_plane_parse(plane) < 0 || (!down && strcmp(said, "up") != 0))
		return ra_cannot_follow(entry, errs, "expected a plane that is up or down");
	if (down)
		ra_passes_void(state);
	snprintf(name, sizeof(name), "plane.%s.state", plane);
	err = add_own(state, entry, name, said);
	if (err != RA_OK)
		return err;
	snprintf(name, sizeof(name), "plane.%s.error", plane);
	return add_own(state, entry, name, down ? ra_json_str(entry->body, "why", "") : NULL);
}
