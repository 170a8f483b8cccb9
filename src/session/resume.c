/* resume.c - walks that began before: going on with one, reading one. */
#include "config.h"

#include "session/internal.h"
#include "session/redact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A walk goes on only with the flows it began with: said before an entry is found not to fit them. */
static ra_err check_set(const struct ra_session *s, const cJSON *start, struct ra_errs *errs)
{
	const char *set = ra_json_str(start, "flow_sha256", "");

	if (s->reading || !strcmp(set, ra_flowset_sha256(s->flows)))
		return RA_OK;
	return ra_fail(errs, RA_E_STATE,
		       "the walk ran on another flow set (%.12s, here %.12s); export it with that set, then start a new walk", set,
		       ra_flowset_sha256(s->flows));
}

static bool fits(const char *type, const cJSON *shown)
{
	const cJSON *item;

	if (strcmp(type, "list"))
		return !strcmp(type, "text") && cJSON_IsString(shown);
	cJSON_ArrayForEach(item, shown) if (!cJSON_IsString(item)) return false;
	return cJSON_IsArray(shown);
}

/* May what a copy shows stand in the place of this value? No hash covers what is shown: where people read it, it may, and of facts where
 * it is a name, that is only held against others. Every other fact stays withheld. */
static bool may_show(const cJSON *within, const cJSON *value)
{
	const char *fact = cJSON_IsObject(within) ? ra_json_str(within, "name", NULL) : NULL, *key = value->string ? value->string : "";

	if (!strcmp(key, "value") && fact)
		return ra_redact_names(fact) && fits(ra_json_str(within, "type", ""), ra_json_get(value, "$w"));
	return strcmp(key, "content") && strcmp(key, "facts");
}

static ra_err show_withheld(cJSON *node)
{
	ra_err err = RA_OK;

	for (cJSON *child = node->child, *next; child && !err; child = next) {
		const cJSON *shown = ra_json_get(child, "$w");

		next = child->next;
		/* One word stands for all lines of an answer whose evidence is missing: who joins them says it. */
		if (!shown || !may_show(node, child) || (!child->string && cJSON_IsTrue(shown))) {
			err = shown ? RA_OK : show_withheld(child);
			continue;
		}
		cJSON *put = cJSON_IsTrue(shown) ? cJSON_CreateString("(withheld)") : cJSON_Duplicate(shown, true);
		bool done = put && (child->string ? cJSON_ReplaceItemInObjectCaseSensitive(node, child->string, put)
						  : cJSON_ReplaceItemViaPointer(node, child, put));

		err = done ? RA_OK : RA_E_NOMEM;
	}
	return err;
}

static ra_err fold_stored(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	struct ra_session *s = payload;
	struct ra_entry copy = *entry;

	if (!s->entry_count && !strcmp(entry->kind, "start") && check_set(s, entry->body, errs))
		return RA_E_STATE;
	/* Its members move here: a long record is not held twice. */
	copy.body = cJSON_CreateObject();
	if (copy.body) {
		copy.body->child = entry->body->child;
		entry->body->child = NULL;
	}
	if (!copy.body || (s->reading && show_withheld(copy.body))) {
		cJSON_Delete(copy.body);
		return ra_fail(errs, RA_E_NOMEM, "no memory for the entries of this walk");
	}
	copy.kind = ra_json_str(copy.body, "kind", "");
	ra_err err = ra_session_fold(s, &copy, errs);

	if (!err && s->reading && ra_session_shed(&s->entries[s->entry_count - 1]))
		err = ra_fail(errs, RA_E_NOMEM, "no memory for the entries of this walk");
	return err;
}

/* Flow, host and the names come from the journal's start entry. */
static ra_err take_start(struct ra_session *s, const struct ra_session_options *o, struct ra_errs *errs)
{
	const cJSON *start = s->entry_count ? s->entries[0].body : NULL;
	const char *host = ra_json_str(start, "host", NULL), *flow = ra_json_str(start, "flow", NULL);

	if (!start || !flow)
		return ra_fail(errs, RA_E_STATE, "this journal holds no begun walk; start anew with `reattest HOST`");
	free(s->flow);
	s->flow = strdup(flow);
	/* The way in as it was, unless it is said anew; what opens it (keys, a password) is always asked anew. */
	const char *user = ra_json_str(start, "user", NULL);

	if (!s->user && user)
		s->user = strdup(user);
	if (!s->port)
		s->port = (int)ra_json_int(start, "port", 0);
	if (!s->flow || (user && !s->user))
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	ra_err err = host && *host ? ra_session_rename(s, host, errs) : RA_OK;

	/* Begun by hand, it goes on by hand: what was answered is not mixed with what a machine would say of another moment. */
	s->manual = s->manual || !strcmp(ra_json_str(start, "source", ""), RA_SOURCE_MANUAL);
	return err || s->reading || s->recording || s->manual ? err : ra_way_in_take(s, o, errs);
}

/* Who goes on may go on under another change, another case, for another time; what is not said anew stays as it was. */
static bool put_agreed(const struct ra_session *s, cJSON *body)
{
	const char *const texts[][2] = {{"operator", s->operator_name}, {"change", s->change_id},	{"case", s->case_id},
					{"taken_from", s->taken_from},	{"taken_by", s->taken_by}};
	char until[RA_UTC_TEXT_LEN];

	for (size_t i = 0; i < RA_LEN(texts); i++) {
		cJSON *text = texts[i][1] ? ra_journal_sensitive(cJSON_CreateString(texts[i][1])) : NULL;

		if (texts[i][1] && (!text || !cJSON_AddItemToObject(body, texts[i][0], text))) {
			cJSON_Delete(text);
			return false;
		}
	}
	if (s->taken_at && !cJSON_AddStringToObject(body, "taken_at", s->taken_at))
		return false;
	if (s->firmware_changes && !cJSON_AddTrueToObject(body, "firmware_changes"))
		return false;
	return s->until == RA_UTC_NONE || cJSON_AddStringToObject(body, "until", ra_utc_format(s->until, until));
}

static ra_err append_resume(struct ra_session *s, struct ra_errs *errs)
{
	const char *sha256 = ra_session_program(s);
	cJSON *body = cJSON_CreateObject();

	if (!body || !cJSON_AddStringToObject(body, "program", PACKAGE_VERSION) ||
	    (*sha256 && !cJSON_AddStringToObject(body, "program_sha256", sha256)) || !put_agreed(s, body) || !ra_way_in_put(s, body)) {
		cJSON_Delete(body);
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	}
	return ra_session_append(s, "resume", body, true, errs);
}

/* A simulated host begins anew with the process: tell it what the operator had done and what was sent to it, each at its own time, then let
 * it be now. */
static ra_err replay_deeds(struct ra_session *s, struct ra_errs *errs)
{
	int scale = s->clock.scale;
	ra_err err = RA_OK;

	for (size_t i = 0; s->recording && i < s->entry_count && !err; i++) {
		const struct ra_entry *entry = &s->entries[i];
		bool done = !strcmp(entry->kind, "done") && !strcmp(ra_json_str(entry->body, "how", ""), "done");
		bool deed = done || (!strcmp(entry->kind, "intent") && ra_json_get(entry->body, "request"));
		char what[RA_FACT_NAME_MAX + 16];

		if (!deed && i + 1 < s->entry_count)
			continue;
		s->clock = ra_clock_make(entry->t, scale);
		snprintf(what, sizeof(what), "action:%s", deed ? ra_json_str(entry->body, "step", "") : "");
		err = ra_session_hint(s, what, errs);
	}
	return err;
}

/* A clock that was set back meanwhile: the walk's own time never goes back. It goes on from the last entry, or what is read now would count
 * as older than what was done before, until that hour is over. */
static void go_on_in_time(struct ra_session *s)
{
	ra_utc_ms last = s->entry_count ? s->entries[s->entry_count - 1].t : RA_UTC_NONE;

	if (!s->recording && last != RA_UTC_NONE && ra_session_now(s) < last)
		s->clock = ra_clock_make(last, 1);
}

static bool in_list(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = strstr(list, word); at; at = strstr(at + len, word))
		if ((at == list || at[-1] == ',') && (!at[len] || at[len] == ','))
			return true;
	return false;
}

/* Who resumes a walk that stopped at one of its ends wants to go on from there, not to read the end again. */
static ra_err reopen(struct ra_session *s, struct ra_errs *errs)
{
	cJSON *body = NULL;
	ra_err err = ra_make_reopen(s->state, &body, errs);

	return err || !body ? err : ra_session_append(s, "back", body, true, errs);
}

/* Was its end written down? A process that died before it leaves a record that is to be closed. */
static bool is_closed(const struct ra_session *s)
{
	size_t last = s->entry_count;

	while (last && !strcmp(s->entries[last - 1].kind, "torn"))
		last--;
	return last && !strcmp(s->entries[last - 1].kind, "end");
}

ra_err ra_session_resume(struct ra_hub *hub, const struct ra_session_options *o, const char *path,
			 struct ra_session **out, struct ra_errs *errs)
{
	struct ra_session *s = NULL;
	ra_err err = ra_session_make(hub, o, &s, errs);

	if (!err)
		err = ra_journal_open(path, fold_stored, s, &s->journal, errs);
	if (!err)
		ra_session_take_head(s);
	if (!err)
		err = take_start(s, o, errs);
	/* SSH as it was: a walk begun without it does not go there by itself. */
	if (!err && !s->recording && !o->no_ssh && !s->manual)
		s->planes[RA_PLANE_SSH].given =
			s->host && *s->host && in_list(ra_json_str(s->entries[0].body, "planes", ""), ra_plane_name(RA_PLANE_SSH));
	struct ra_now now = err ? (struct ra_now){0} : ra_session_stand(s);

	struct ra_owed owed[RA_OWED_MAX];
	bool owes = !err && ra_state_owed(s->state, owed) > 0;

	bool closed = !err && is_closed(s);

	/* An end is an end, unless something is still to be taken back, or it is not in the record yet. */
	if (!err && closed && !owes && now.phase == RA_PH_END && now.outcome != RA_OUT_NONE && now.outcome != RA_OUT_STOPPED)
		err = ra_fail(errs, RA_E_STATE, "this walk ended (%s); `reattest export` shows it",
			      ra_outcome_name(now.outcome));
	if (!err)
		go_on_in_time(s);
	if (!err)
		err = replay_deeds(s, errs);
	if (!err)
		err = append_resume(s, errs);
	if (!err)
		err = ra_session_put_given(s, errs);
	if (!err && closed)
		err = reopen(s, errs);
	s->owe_ask = owes && s->interactive && !s->read_only && !s->dry_run;
	if (err) {
		ra_session_close(s);
		return err;
	}
	hub->sessions[hub->session_count++] = s;
	*out = s;
	return RA_OK;
}

static enum ra_link_why why_of(const char *reason)
{
	return !strcmp(reason, ra_reason_name(RA_TIMEOUT))   ? RA_LINK_TIMEOUT
	       : !strcmp(reason, ra_reason_name(RA_REFUSED)) ? RA_LINK_REFUSED
							     : RA_LINK_UNREACHABLE;
}

/* How the planes stood when the record ended, and whether there was somebody to ask. */
static void take_standing(struct ra_session *s)
{
	const cJSON *start = s->entries[0].body;

	s->interactive = !strcmp(ra_json_str(start, "mode", ""), "walk");
	for (int i = 0; i < RA_PLANE_COUNT; i++)
		s->planes[i].given = in_list(ra_json_str(start, "planes", ""), ra_plane_name((enum ra_plane)i));
	for (size_t i = 0; i < s->entry_count; i++) {
		const cJSON *body = s->entries[i].body;

		s->interactive = s->interactive || !strcmp(s->entries[i].kind, "resume");
		if (strcmp(s->entries[i].kind, "plane"))
			continue;
		int plane = ra_plane_parse(ra_json_str(body, "plane", ""));

		if (plane == RA_PLANE_ANY)
			continue;
		struct ra_session_plane *at = &s->planes[plane];
		bool up = !strcmp(ra_json_str(body, "state", ""), "up");

		at->given = true; /* it may have been given when the walk went on */
		at->state = up ? RA_LINK_UP : RA_LINK_DOWN;
		at->why = up ? RA_LINK_ANSWERED : why_of(ra_json_str(body, "why", ""));
		at->ever_up = at->ever_up || up;
		snprintf(at->say, sizeof(at->say), "%s", ra_json_str(body, "say", ""));
		snprintf(at->peer, sizeof(at->peer), "%s", ra_json_str(body, "peer", ""));
	}
}

/* A record of single checks is read as such. */
static ra_err take_only(struct ra_session *s, struct ra_errs *errs)
{
	const cJSON *only = ra_json_get(s->entries[0].body, "only"), *id;
	size_t count = 0;

	if (!cJSON_IsArray(only))
		return RA_OK;
	s->only = calloc((size_t)cJSON_GetArraySize(only) + 1, sizeof(*s->only));
	if (!s->only)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	cJSON_ArrayForEach(id, only) if (cJSON_IsString(id) && !(s->only[count++] = strdup(id->valuestring)))
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	return RA_OK;
}

ra_err ra_session_read(const struct ra_flowset *flows, const char *path, struct ra_session **out, struct ra_errs *errs)
{
	struct ra_session *s = NULL;
	struct ra_session_options o = {.flows = flows, .until = RA_UTC_NONE};
	struct ra_verify verify;
	ra_err err = ra_session_make(NULL, &o, &s, errs);

	if (err)
		return err;
	s->reading = s->ended = true;
	err = ra_journal_verify(path, fold_stored, s, &verify, errs);
	if (!err && verify.verdict == RA_VERIFY_BROKEN)
		err = ra_fail(errs, RA_E_BROKEN, "%s is broken: %s", path, verify.why);
	if (!err)
		err = take_start(s, &o, errs);
	if (!err)
		err = take_only(s, errs);
	if (!err && !(s->path = strdup(path)))
		err = ra_fail(errs, RA_E_NOMEM, "no memory");
	if (err) {
		ra_session_close(s);
		return err;
	}
	take_standing(s);
	memcpy(s->head, verify.head, sizeof(s->head));
	s->withheld = verify.redacted ? verify.withheld : -1;
	*out = s;
	return RA_OK;
}
