/* gatetalk.c - the dialogue before a gate: which gate, each statement, the proof, the typed words. The engine judges the whole case;
 * nothing said here is in the journal before that. The recovery key is compared in wiped memory and never leaves it. */
#include "config.h"

#include "session/internal.h"

#include "base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void ra_gate_talk_reset(struct ra_session *s)
{
	char say[sizeof(s->talk.say)];

	memcpy(say, s->talk.say, sizeof(say));
	ra_secret_free(s->talk.pasted);
	s->talk = (struct ra_gate_talk){0};
	memcpy(s->talk.say, say, sizeof(say));
	ra_session_touch(s);
}

/* May the list be read over this plane now? */
static bool way_open(const struct ra_session *s, enum ra_plane plane)
{
	const struct ra_session_plane *at = &s->planes[plane];

	return at->given && at->state != RA_LINK_DOWN && !(plane == RA_PLANE_VCENTER && s->vcenter.no_esxcli);
}

const struct ra_check *ra_gate_key_check(const struct ra_session *s, const struct ra_check_plane **plane)
{
	const struct ra_check *const *checks, *found = NULL;
	size_t count = ra_flowset_checks(s->flows, &checks);

	for (size_t i = 0; i < count && !found; i++)
		for (size_t k = 0; k < checks[i]->plane_count; k++) {
			const struct ra_check_plane *at = &checks[i]->planes[k];

			if (!at->secret || strcmp(at->parse, "builtin:recovery-list"))
				continue;
			/* The planes of a check stand in no order that means anything; those of the enum do. */
			if (!found || (way_open(s, at->plane) && (!way_open(s, (*plane)->plane) || at->plane < (*plane)->plane)))
				*plane = at;
			found = checks[i];
		}
	return found;
}

const char *ra_gate_unproven(const struct ra_session *s, const cJSON *gates)
{
	const cJSON *id;

	if (!s->manual)
		return NULL;
	cJSON_ArrayForEach(id, gates)
	{
		const struct ra_gate *gate = ra_flowset_gate(s->flows, id->valuestring);

		if (gate && gate->needs_key)
			return "By hand no copy of the recovery key can be proven: that takes a link over which the host's own list is "
			       "read, and a statement is no proof. Leave it closed and walk again with a link to the host, unless the "
			       "host is given up.";
	}
	return NULL;
}

/* Lay the case before the engine and write down what it says. */
static ra_err judge(struct ra_session *s, const char *gate, const char *typed, struct ra_errs *errs)
{
	struct ra_gate_case gate_case = {
		.gate = gate,
		.affirmed = s->talk.affirmed,
		.typed = typed,
		.key_tried = s->talk.key_tried,
		.key = s->talk.key,
		.now = ra_session_now(s),
	};
	cJSON *body = NULL;
	ra_err err = ra_make_gate(s->state, &gate_case, &body, errs);

	if (!err && ra_shown_gate(s, body)) {
		cJSON_Delete(body);
		err = ra_fail(errs, RA_E_NOMEM, "no memory for the words of an entry");
	}
	if (err)
		return err;
	bool opened = ra_json_bool(body, "opened", false);

	snprintf(s->talk.say, sizeof(s->talk.say), "%s", opened ? "" : ra_json_str(body, "why", ""));
	ra_gate_talk_reset(s);
	return ra_session_append(s, "gate", body, true, errs);
}

/* The next thing this gate asks for, or the judgement. */
static ra_err advance(struct ra_session *s, struct ra_errs *errs)
{
	struct ra_gate_talk *talk = &s->talk;
	const struct ra_gate *gate = talk->gate;

	ra_session_touch(s);
	if (talk->statement < (size_t)cJSON_GetArraySize(gate->statements)) {
		talk->stage = RA_GATE_STATEMENTS;
		return RA_OK;
	}
	if (gate->needs_key && !talk->key_tried) {
		talk->stage = talk->pasted || s->key ? RA_GATE_FETCH : RA_GATE_PROOF;
		return RA_OK;
	}
	if (gate->type && !(gate->needs_key && !talk->key.all && !talk->key.part)) {
		talk->stage = RA_GATE_TYPE;
		return RA_OK;
	}
	return judge(s, gate->id, NULL, errs);
}

/* Ask the host for its list of recovery keys, for this comparison only. */
static ra_err fetch(struct ra_session *s, struct ra_errs *errs)
{
	struct ra_want want = {.needed = true, .not_before = RA_UTC_NONE};

	want.check = ra_gate_key_check(s, &want.plane);
	if (!want.check || !s->planes[want.plane->plane].given) {
		snprintf(s->talk.say, sizeof(s->talk.say),
			 "the key cannot be compared: the host's own list is read over %s, and that was not given",
			 want.check ? ra_plane_name(want.plane->plane) : "a plane this flow set does not have");
		ra_gate_talk_reset(s);
		return RA_OK;
	}
	return ra_session_flying(s, RA_TICKET_KEY, NULL) ? RA_OK : ra_session_send(s, RA_TICKET_KEY, &want, errs);
}

/* The entry that led to where the walk is. */
static int64_t visit_seq(const struct ra_session *s)
{
	const struct ra_visit *visits;
	size_t count = ra_state_path(s->state, &visits);

	return count ? visits[count - 1].seq : -1;
}

ra_err ra_gate_talk_drive(struct ra_session *s, struct ra_errs *errs)
{
	struct ra_now now = ra_session_stand(s);

	if (now.phase != RA_PH_GATE || (s->talk.stage != RA_GATE_IDLE && s->talk.seq != visit_seq(s))) {
		s->talk.say[0] = '\0';
		if (s->talk.stage != RA_GATE_IDLE)
			ra_gate_talk_reset(s);
	}
	if (now.phase != RA_PH_GATE)
		return RA_OK;
	if (s->talk.stage == RA_GATE_FETCH)
		return fetch(s, errs);
	if (s->talk.stage != RA_GATE_IDLE)
		return RA_OK;
	s->talk.stage = RA_GATE_CHOOSE;
	s->talk.seq = visit_seq(s);
	ra_session_touch(s);
	return RA_OK;
}

static ra_err choose(struct ra_session *s, const struct ra_word *word, struct ra_errs *errs)
{
	const char *id = word->kind == RA_WORD_CHOOSE && word->ids ? word->ids[0] : NULL;
	struct ra_now now = ra_session_stand(s);
	const cJSON *one;

	if (!id)
		return ra_fail(errs, RA_E_ARG, "choose a gate, or leave it closed");
	if (!strcmp(id, "closed"))
		return judge(s, NULL, NULL, errs);
	s->talk.gate = NULL;
	cJSON_ArrayForEach(one, now.gates) if (!strcmp(one->valuestring, id)) s->talk.gate = ra_flowset_gate(s->flows, id);
	if (!s->talk.gate)
		return ra_fail(errs, RA_E_ARG, "there is no gate \"%s\" here", id);
	s->talk.say[0] = '\0';
	/* Nobody is led through ten statements to a proof that cannot come. */
	if (s->manual && s->talk.gate->needs_key)
		return ra_fail(errs, RA_E_DENIED, "%s", ra_gate_unproven(s, now.gates));
	return advance(s, errs);
}

static ra_err statement(struct ra_session *s, const struct ra_word *word, struct ra_errs *errs)
{
	const cJSON *row = cJSON_GetArrayItem(s->talk.gate->statements, (int)s->talk.statement);

	if (word->kind == RA_WORD_NO)
		return judge(s, s->talk.gate->id, NULL, errs);
	if (word->kind != RA_WORD_YES)
		return ra_fail(errs, RA_E_ARG, "answer yes or no");
	if (s->talk.affirmed_count == RA_GATE_STATEMENTS_MAX)
		return ra_fail(errs, RA_E_LIMIT, "a gate has at most %d statements", RA_GATE_STATEMENTS_MAX);
	s->talk.affirmed[s->talk.affirmed_count++] = ra_json_str(row, "id", "");
	s->talk.affirmed[s->talk.affirmed_count] = NULL;
	s->talk.statement++;
	return advance(s, errs);
}

/* Four groups that nobody can know before: whoever has only part of the key does not get through by luck. For the whole walk they are the
 * same: nor by trying until those are asked for that he has. */
static ra_err draw_groups(unsigned *groups, struct ra_errs *errs)
{
	for (int picked = 0; picked < RA_GATE_GROUP_COUNT;) {
		char hex[3];
		unsigned group;

		if (ra_random_hex(1, hex))
			return ra_fail(errs, RA_E_INTERNAL, "no random numbers: the groups cannot be picked");
		group = (unsigned)strtoul(hex, NULL, 16) % RA_KEY_GROUPS;
		picked += !(*groups >> group & 1);
		*groups |= 1u << group;
	}
	return RA_OK;
}

static ra_err pick_groups(struct ra_session *s, struct ra_errs *errs)
{
	unsigned groups = s->key_groups;
	ra_err err = groups ? RA_OK : draw_groups(&groups, errs);

	if (err)
		return err;
	s->talk.pasted = ra_secret_new();
	if (!s->talk.pasted)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	s->key_groups = s->talk.groups = groups;
	s->talk.typed = 0;
	s->talk.stage = RA_GATE_GROUPS;
	ra_session_touch(s);
	return RA_OK;
}

int ra_gate_talk_group(const struct ra_gate_talk *talk)
{
	size_t left = talk->typed;

	for (int group = 0; group < RA_KEY_GROUPS; group++)
		if ((talk->groups >> group & 1) && left-- == 0)
			return group + 1;
	return 0;
}

/* One group, typed. */
static ra_err group(struct ra_session *s, const struct ra_word *word, struct ra_errs *errs)
{
	size_t len = 0;
	const char *bytes = word->kind == RA_WORD_SECRET && word->secret ? ra_secret_bytes(word->secret, &len) : NULL;

	bool digits = bytes && len == RA_KEY_GROUP_DIGITS;

	for (size_t i = 0; digits && i < len; i++)
		digits = bytes[i] >= '0' && bytes[i] <= '9';
	if (!digits)
		return ra_fail(errs, RA_E_ARG, "a group of the recovery key is %d digits", RA_KEY_GROUP_DIGITS);
	if (ra_secret_add(s->talk.pasted, bytes, len))
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	s->talk.typed++;
	if (s->talk.typed == RA_GATE_GROUP_COUNT)
		s->talk.stage = RA_GATE_FETCH;
	ra_session_touch(s);
	return RA_OK;
}

static ra_err proof(struct ra_session *s, const struct ra_word *word, struct ra_errs *errs)
{
	size_t len = 0;
	const char *bytes = word->kind == RA_WORD_SECRET && word->secret ? ra_secret_bytes(word->secret, &len) : NULL;

	if (!bytes || !len)
		return ra_fail(errs, RA_E_ARG, "paste the whole stored recovery key");
	if (len == strlen(RA_GATE_TYPE_GROUPS) && !strncasecmp(bytes, RA_GATE_TYPE_GROUPS, len))
		return pick_groups(s, errs);
	s->talk.pasted = ra_secret_new();
	if (!s->talk.pasted || ra_secret_set(s->talk.pasted, bytes, len))
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	s->talk.stage = RA_GATE_FETCH;
	ra_session_touch(s);
	return RA_OK;
}

ra_err ra_gate_talk_word(struct ra_session *s, const struct ra_word *word, struct ra_errs *errs)
{
	switch (s->talk.stage) {
	case RA_GATE_CHOOSE:
		return choose(s, word, errs);
	case RA_GATE_STATEMENTS:
		return statement(s, word, errs);
	case RA_GATE_PROOF:
		if (word->kind == RA_WORD_SKIP)
			return judge(s, s->talk.gate->id, NULL, errs);
		return proof(s, word, errs);
	case RA_GATE_GROUPS:
		if (word->kind == RA_WORD_SKIP)
			return judge(s, s->talk.gate->id, NULL, errs);
		return group(s, word, errs);
	case RA_GATE_TYPE:
		return judge(s, s->talk.gate->id, word->kind == RA_WORD_TYPED ? word->typed : "", errs);
	case RA_GATE_IDLE:
	case RA_GATE_FETCH:
		break;
	}
	return ra_fail(errs, RA_E_STATE, "the gate asks nothing now");
}

ra_err ra_gate_talk_key(struct ra_session *s, const struct ra_reply *reply, struct ra_errs *errs)
{
	struct ra_gate_talk *talk = &s->talk;
	const struct ra_secret *pasted = talk->pasted ? talk->pasted : s->key;
	struct ra_errs own;
	size_t list_len = 0, pasted_len = 0;

	if (talk->stage != RA_GATE_FETCH)
		return RA_OK;
	ra_errs_clear(&own);
	if (reply->why != RA_LINK_ANSWERED || reply->status || !reply->secret) {
		snprintf(talk->say, sizeof(talk->say), "the host did not show its list of recovery keys: %s",
			 reply->why == RA_LINK_ANSWERED ? "the command says no" : reply->say);
		ra_gate_talk_reset(s);
		return RA_OK;
	}
	const char *list = ra_secret_bytes(reply->secret, &list_len);
	const char *bytes = ra_secret_bytes(pasted, &pasted_len);
	const struct ra_key_typed typed = {bytes, pasted_len};
	ra_err err = talk->groups ? ra_recovery_compare_part(list, list_len, talk->groups, &typed, &talk->key, &own)
				  : ra_recovery_compare(list, list_len, bytes, pasted_len, &talk->key, &own);

	talk->pasted = ra_secret_free(talk->pasted);
	if (err || (!talk->key.all && !talk->groups))
		s->key = ra_secret_free(s->key);
	if (err) {
		ra_errs_line(&own, talk->say, sizeof(talk->say));
		ra_gate_talk_reset(s);
		return RA_OK;
	}
	talk->key_tried = true;
	return advance(s, errs);
}
