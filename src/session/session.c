#include "config.h"

#include "session/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RA_PROGRAM_VERSION PACKAGE_VERSION

static char *dup_or_null(const char *text)
{
	return text ? strdup(text) : NULL;
}

/* Names given from outside of the program (an environment of another encoding, a pasted ticket) are kept as text. */
static ra_err take_name(char **to, const char *name)
{
	*to = name && *name ? ra_text_clean_dup(name, false) : NULL;
	return name && *name && !*to ? RA_E_NOMEM : RA_OK;
}

static char **dup_list(const char *const *list)
{
	size_t count = 0;

	while (list && list[count])
		count++;
	if (!list)
		return NULL;
	char **copy = calloc(count + 1, sizeof(*copy));

	for (size_t i = 0; copy && i < count; i++)
		copy[i] = strdup(list[i]);
	return copy;
}

static void free_list(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

ra_utc_ms ra_session_now(const struct ra_session *session)
{
	return ra_clock_utc(&session->clock, ra_mono_now());
}

void ra_session_touch(struct ra_session *session)
{
	session->version++;
}

uint64_t ra_session_version(const struct ra_session *session)
{
	return session->version;
}

struct ra_planes ra_session_planes(const struct ra_session *session)
{
	struct ra_planes planes = {0};

	for (int i = 0; i < RA_PLANE_COUNT; i++) {
		planes.given[i] = session->planes[i].given;
		planes.down[i] = session->planes[i].given && session->planes[i].state == RA_LINK_DOWN;
	}
	return planes;
}

struct ra_now ra_session_stand(const struct ra_session *session)
{
	struct ra_planes planes = ra_session_planes(session);

	return ra_state_now(session->state, session->interactive && !session->reading ? &planes : NULL);
}

/* Keep the entry for the view. Takes entry. */
static ra_err keep(struct ra_session *session, struct ra_entry *entry)
{
	if (session->entry_count == session->entry_room) {
		size_t room = session->entry_room ? session->entry_room * 2 : 64;
		struct ra_entry *more = realloc(session->entries, room * sizeof(*more));

		if (!more) {
			ra_entry_clear(entry);
			return RA_E_NOMEM;
		}
		session->entries = more;
		session->entry_room = room;
	}
	session->entries[session->entry_count++] = *entry;
	return RA_OK;
}

/* The fold takes an entry in, then the session keeps it. Takes entry. */
static ra_err fold(struct ra_session *session, struct ra_entry *entry, struct ra_errs *errs)
{
	struct ra_fold_entry folded = {entry->seq, entry->t, entry->kind, entry->body};
	ra_err err = ra_state_apply(session->state, &folded, errs);

	if (err) {
		ra_entry_clear(entry);
		return err;
	}
	ra_session_touch(session);
	if (keep(session, entry))
		return ra_fail(errs, RA_E_NOMEM, "no memory for the entries of this walk");
	return RA_OK;
}

ra_err ra_session_append(struct ra_session *session, const char *kind, cJSON *body, bool sync, struct ra_errs *errs)
{
	struct ra_entry entry = {0};

	if (!body)
		return ra_fail(errs, RA_E_NOMEM, "no memory for an entry");
	ra_err err = ra_journal_append(session->journal, ra_session_now(session), kind, body, &entry, errs);

	if (!err && sync)
		err = ra_journal_sync(session->journal, errs);
	if (err) {
		ra_entry_clear(&entry);
		return ra_fail(errs, err, "the journal %s takes no more entries; nothing was done without it",
			       ra_journal_path(session->journal) ? ra_journal_path(session->journal) : "(in memory)");
	}
	if (!strcmp(kind, "edge"))
		session->pass_hold = false;
	return fold(session, &entry, errs);
}

ra_err ra_session_end(struct ra_session *session, const char *reason, const char *outcome, struct ra_errs *errs)
{
	cJSON *body = cJSON_CreateObject();

	if (session->ended) {
		cJSON_Delete(body);
		return RA_OK;
	}
	session->ended = true;
	if (!body || !cJSON_AddStringToObject(body, "reason", reason) ||
	    !cJSON_AddStringToObject(body, "outcome", outcome) ||
	    !cJSON_AddNumberToObject(body, "count", (double)ra_journal_count(session->journal)) ||
	    !cJSON_AddStringToObject(body, "head", ra_journal_head(session->journal))) {
		cJSON_Delete(body);
		return ra_fail(errs, RA_E_NOMEM, "no memory for the end entry");
	}
	return ra_session_append(session, "end", body, true, errs);
}

/* Copy what the options lend. */
static ra_err adopt(struct ra_session *s, const struct ra_session_options *o)
{
	s->flows = o->flows;
	s->recording = o->recording;
	s->host = dup_or_null(o->host);
	s->flow = strdup(o->flow ? o->flow : "tpm-attestation");
	s->entry = dup_or_null(o->entry);
	s->known_hosts = dup_or_null(o->known_hosts);
	s->host_key = dup_or_null(o->host_key);
	s->identities = dup_list(o->identities);
	s->answers = dup_list(o->answers);
	s->timeout_ms = o->timeout_ms;
	s->interactive = o->interactive;
	s->all_checks = o->all_checks;
	s->only_given_planes = o->only_given_planes;
	s->dry_run = o->dry_run;
	s->read_only = o->read_only;
	s->until = o->until;
	if (take_name(&s->operator_name, o->operator_name) || take_name(&s->change_id, o->change_id) ||
	    take_name(&s->case_id, o->case_id))
		return RA_E_NOMEM;
	return s->flow && (!o->host || s->host) ? RA_OK : RA_E_NOMEM;
}

static ra_err adopt_secrets(struct ra_session *s, const struct ra_session_options *o)
{
	const struct ra_secret *from[] = {o->password, o->key};
	struct ra_secret **to[] = {&s->password, &s->key};

	for (size_t i = 0; i < RA_LEN(from); i++) {
		size_t len = 0;
		const char *bytes = from[i] ? ra_secret_bytes(from[i], &len) : NULL;

		if (!bytes)
			continue;
		*to[i] = ra_secret_new();
		if (!*to[i] || ra_secret_set(*to[i], bytes, len))
			return RA_E_NOMEM;
	}
	return RA_OK;
}

/* "root@esx01:2222" names user and port too; an option of its own outranks it. */
static ra_err set_target(struct ra_session *s, const struct ra_session_options *o, struct ra_errs *errs)
{
	struct ra_ssh_target target = {0};
	ra_err err = o->host ? ra_ssh_target_parse(o->host, &target, errs) : RA_OK;

	if (err)
		return err;
	if (o->host) {
		free(s->host);
		s->host = strdup(target.host);
	}
	const char *user = o->user ? o->user : target.user[0] ? target.user : NULL;

	s->user = dup_or_null(user);
	s->port = o->port ? o->port : target.port;
	return (user && !s->user) || (o->host && !s->host) ? ra_fail(errs, RA_E_NOMEM, "no memory") : RA_OK;
}

/* Which planes this walk has, and its clock. */
static ra_err set_sources(struct ra_session *s, const struct ra_session_options *o, struct ra_errs *errs)
{
	if (!o->recording) {
		s->clock = ra_clock_make(RA_UTC_NONE, 1);
		s->planes[RA_PLANE_SSH].given = !o->no_ssh && o->host;
		return RA_OK;
	}
	const cJSON *root = ra_recording_root(o->recording);
	const char *host = ra_json_str(root, "host", NULL);
	const cJSON *name;
	ra_utc_ms start = RA_UTC_NONE;

	if (ra_utc_parse(ra_json_str(root, "clock", ""), &start))
		return ra_fail(errs, RA_E_INVALID, "the recording's clock is not a time");
	s->clock = ra_clock_make(start, (int)ra_json_int(root, "speed", 1));
	if (host) {
		free(s->host);
		s->host = strdup(host);
	}
	cJSON_ArrayForEach(name, ra_json_get(root, "planes"))
	{
		int plane = cJSON_IsString(name) ? ra_plane_parse(name->valuestring) : RA_PLANE_ANY;

		if (plane != RA_PLANE_ANY && !(plane == RA_PLANE_SSH && o->no_ssh))
			s->planes[plane].given = true;
	}
	return RA_OK;
}

static ra_err make(struct ra_hub *hub, const struct ra_session_options *o, struct ra_session **out,
		   struct ra_errs *errs)
{
	if (hub && hub->session_count == RA_SESSIONS_MAX)
		return ra_fail(errs, RA_E_LIMIT, "more than %d walks at once", RA_SESSIONS_MAX);
	struct ra_session *s = calloc(1, sizeof(*s));

	if (!s)
		return ra_fail(errs, RA_E_NOMEM, "no memory for a walk");
	s->hub = hub;
	s->until = s->wake_at = RA_UTC_NONE;
	s->state = ra_state_new(o->flows);
	ra_err err = !s->state || adopt(s, o) || adopt_secrets(s, o) ? ra_fail(errs, RA_E_NOMEM, "no memory for a walk")
								     : set_target(s, o, errs);

	if (!err)
		err = set_sources(s, o, errs);

	if (err) {
		ra_session_close(s);
		return err;
	}
	*out = s;
	return RA_OK;
}

/* The names of the planes given, "ssh,vcenter". */
static const char *plane_list(const struct ra_session *s, char *out, size_t cap)
{
	size_t len = 0;

	out[0] = '\0';
	for (int i = 0; i < RA_PLANE_COUNT; i++)
		if (s->planes[i].given && len + 12 < cap)
			len += (size_t)snprintf(out + len, cap - len, "%s%s", len ? "," : "", ra_plane_name(i));
	return out;
}

/* The step an entry names: a step id, an entry's words, or NULL for the flow's start. */
static const char *entry_step(const struct ra_flow *flow, const char *entry)
{
	const cJSON *row;

	if (!entry)
		return NULL;
	if (ra_flow_step(flow, entry))
		return entry;
	cJSON_ArrayForEach(row, flow->entries) if (!strcmp(ra_json_str(row, "say", ""), entry)) return ra_json_str(
		row, "go", NULL);
	return "";
}

ra_err ra_session_begin(struct ra_session *s, const char *entry, struct ra_errs *errs)
{
	char planes[64];
	const struct ra_flow *flow = ra_flowset_flow(s->flows, s->flow);

	if (!flow)
		return ra_fail(errs, RA_E_NOTFOUND, "there is no flow \"%s\"; `reattest flow show` names them", s->flow);
	const char *step = entry_step(flow, entry);

	if (step && !*step)
		return ra_fail(errs, RA_E_NOTFOUND, "flow \"%s\" has no entry or step \"%s\"", s->flow, entry);
	struct ra_start_info info = {
		.flow = s->flow,
		.entry_step = step,
		.host = s->host ? s->host : "",
		.source = s->recording ? ra_json_str(ra_recording_root(s->recording), "id", "recording") : "live",
		.operator_name = s->operator_name,
		.change_id = s->change_id,
		.case_id = s->case_id,
		.planes = plane_list(s, planes, sizeof(planes)),
		.version = RA_PROGRAM_VERSION,
	};
	cJSON *body = NULL;
	ra_err err = ra_make_start(s->state, &info, &body, errs);

	return err ? err : ra_session_append(s, "start", body, true, errs);
}

static void join_hub(struct ra_hub *hub, struct ra_session *s)
{
	hub->sessions[hub->session_count++] = s;
}

ra_err ra_session_new(struct ra_hub *hub, const struct ra_session_options *o, struct ra_session **out,
		      struct ra_errs *errs)
{
	struct ra_session *s = NULL;
	ra_err err = make(hub, o, &s, errs);

	if (err)
		return err;
	const struct ra_flow *flow = ra_flowset_flow(s->flows, s->flow);

	if (!flow)
		err = ra_fail(errs, RA_E_NOTFOUND, "there is no flow \"%s\"; `reattest flow show` names them", s->flow);
	else
		err = ra_journal_create(o->journal_path, &s->journal, errs);
	/* With several symptoms and somebody to ask, the walk begins with that question. */
	bool ask = !err && s->interactive && !s->entry && cJSON_GetArraySize(flow->entries) > 1;

	if (!err && !ask)
		err = ra_session_begin(s, s->entry, errs);
	if (err) {
		ra_session_close(s);
		return err;
	}
	join_hub(hub, s);
	*out = s;
	return RA_OK;
}

static ra_err fold_stored(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	struct ra_session *s = payload;
	struct ra_entry copy = *entry;

	copy.body = cJSON_Duplicate(entry->body, true);
	if (!copy.body)
		return ra_fail(errs, RA_E_NOMEM, "no memory for the entries of this walk");
	copy.kind = ra_json_str(copy.body, "kind", "");
	return fold(s, &copy, errs);
}

/* Flow, host and the names come from the journal's start entry. */
static ra_err take_start(struct ra_session *s, struct ra_errs *errs)
{
	const cJSON *start = s->entry_count ? s->entries[0].body : NULL;
	const char *host = ra_json_str(start, "host", NULL), *flow = ra_json_str(start, "flow", NULL);

	if (!start || !flow)
		return ra_fail(errs, RA_E_STATE, "this journal holds no begun walk; start anew with `reattest HOST`");
	const char *set = ra_json_str(start, "flow_sha256", "");

	if (!s->reading && strcmp(set, ra_flowset_sha256(s->flows)))
		return ra_fail(errs, RA_E_STATE,
			       "the walk ran on another flow set (%.12s, here %.12s); export it, then start a new walk", set,
			       ra_flowset_sha256(s->flows));
	free(s->flow);
	s->flow = strdup(flow);
	if (host && *host) {
		free(s->host);
		s->host = strdup(host);
	}
	return s->flow ? RA_OK : ra_fail(errs, RA_E_NOMEM, "no memory");
}

static ra_err append_resume(struct ra_session *s, struct ra_errs *errs)
{
	cJSON *body = cJSON_CreateObject();
	bool ok = body && cJSON_AddStringToObject(body, "program", RA_PROGRAM_VERSION);

	if (ok && s->operator_name) {
		cJSON *name = ra_journal_sensitive(cJSON_CreateString(s->operator_name));

		ok = name && cJSON_AddItemToObject(body, "operator", name);
	}
	if (!ok) {
		cJSON_Delete(body);
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	}
	return ra_session_append(s, "resume", body, true, errs);
}

/* A simulated host begins anew with the process: tell it what the operator had done, each at its own time, then let it be now. */
static ra_err replay_deeds(struct ra_session *s, struct ra_errs *errs)
{
	int scale = s->clock.scale;
	ra_err err = RA_OK;

	for (size_t i = 0; s->recording && i < s->entry_count && !err; i++) {
		const struct ra_entry *entry = &s->entries[i];
		bool deed = !strcmp(entry->kind, "done") && !strcmp(ra_json_str(entry->body, "how", ""), "done");
		char what[RA_FACT_NAME_MAX + 16];

		if (!deed && i + 1 < s->entry_count)
			continue;
		s->clock = ra_clock_make(entry->t, scale);
		snprintf(what, sizeof(what), "action:%s", deed ? ra_json_str(entry->body, "step", "") : "");
		err = ra_session_hint(s, what, errs);
	}
	return err;
}

ra_err ra_session_resume(struct ra_hub *hub, const struct ra_session_options *o, const char *path,
			 struct ra_session **out, struct ra_errs *errs)
{
	struct ra_session *s = NULL;
	ra_err err = make(hub, o, &s, errs);

	if (!err)
		err = ra_journal_open(path, fold_stored, s, &s->journal, errs);
	if (!err)
		err = take_start(s, errs);
	if (!err && !s->recording && !o->no_ssh)
		s->planes[RA_PLANE_SSH].given = s->host && *s->host;
	struct ra_now now = ra_session_stand(s);

	if (!err && now.phase == RA_PH_END && now.outcome != RA_OUT_NONE && now.outcome != RA_OUT_STOPPED)
		err = ra_fail(errs, RA_E_STATE, "this walk ended (%s); `reattest export` shows it",
			      ra_outcome_name(now.outcome));
	if (!err)
		err = replay_deeds(s, errs);
	if (!err)
		err = append_resume(s, errs);
	if (err) {
		ra_session_close(s);
		return err;
	}
	join_hub(hub, s);
	*out = s;
	return RA_OK;
}

ra_err ra_session_read(const struct ra_flowset *flows, const char *path, struct ra_session **out, struct ra_errs *errs)
{
	struct ra_session *s = NULL;
	struct ra_session_options o = {.flows = flows, .until = RA_UTC_NONE};
	struct ra_verify verify;
	ra_err err = make(NULL, &o, &s, errs);

	if (err)
		return err;
	s->reading = s->ended = true;
	err = ra_journal_verify(path, fold_stored, s, &verify, errs);
	if (!err && verify.verdict == RA_VERIFY_BROKEN)
		err = ra_fail(errs, RA_E_BROKEN, "%s: entry %lld: %s", path, (long long)verify.first_bad, verify.why);
	if (!err)
		err = take_start(s, errs);
	if (err) {
		ra_session_close(s);
		return err;
	}
	memcpy(s->head, verify.head, sizeof(s->head));
	s->path = strdup(path);
	*out = s;
	return RA_OK;
}

ra_err ra_session_stop(struct ra_session *s, const char *reason, struct ra_errs *errs)
{
	if (s->ended)
		return RA_OK;
	ra_gate_talk_reset(s);
	if (!s->entry_count) { /* left at the first question: nothing has begun, so nothing is to be written */
		s->ended = true;
		ra_session_touch(s);
		return RA_OK;
	}
	return ra_session_end(s, reason, "stopped", errs);
}

ra_err ra_session_back(struct ra_session *s, struct ra_errs *errs)
{
	cJSON *body = NULL;

	if (s->ended)
		return ra_fail(errs, RA_E_STATE, "the walk is over");
	ra_gate_talk_reset(s);
	ra_err err = ra_make_back(s->state, &body, errs);

	return err ? err : ra_session_append(s, "back", body, true, errs);
}

ra_err ra_session_again(struct ra_session *s, const char *check, struct ra_errs *errs)
{
	struct ra_now now = ra_session_stand(s);
	const cJSON *id;
	ra_err err = RA_OK;

	if (s->ended || !now.step || now.step->kind != RA_STEP_CHECK)
		return ra_fail(errs, RA_E_STATE, "only a check can be run again");
	cJSON_ArrayForEach(id, now.step->checks)
	{
		if (err || !cJSON_IsString(id) || (*check && strcmp(check, id->valuestring)))
			continue;
		cJSON *body = cJSON_CreateObject();

		if (!body || !cJSON_AddStringToObject(body, "check", id->valuestring))
			err = ra_fail(errs, RA_E_NOMEM, "no memory");
		else
			err = ra_session_append(s, "again", body, false, errs);
	}
	return err;
}

ra_err ra_session_note(struct ra_session *s, const char *text, struct ra_errs *errs)
{
	cJSON *body = cJSON_CreateObject(), *note = ra_journal_sensitive(cJSON_CreateString(text));

	if (s->ended || !ra_utf8_valid(text, strlen(text))) {
		cJSON_Delete(body);
		cJSON_Delete(note);
		return ra_fail(errs, s->ended ? RA_E_STATE : RA_E_ARG, s->ended ? "the walk is over" : "a note is text");
	}
	if (!body || !note || !cJSON_AddItemToObject(body, "text", note)) {
		cJSON_Delete(body);
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	}
	return ra_session_append(s, "note", body, true, errs);
}

void ra_session_cancel(struct ra_session *s)
{
	for (size_t i = 0; i < RA_TICKETS_MAX; i++) {
		struct ra_flight *flight = &s->flights[i];

		if (flight->kind != RA_TICKET_CHECK && flight->kind != RA_TICKET_KEY)
			continue;
		struct ra_hub_link *at = s->planes[flight->want.plane->plane].hub_link;

		if (at)
			at->link->ops->cancel(at->link, flight->id);
	}
}

struct ra_session *ra_session_close(struct ra_session *s)
{
	if (!s)
		return NULL;
	for (int i = 0; i < RA_PLANE_COUNT; i++)
		if (s->planes[i].hub_link)
			ra_hub_link_drop(s, i);
	ra_gate_talk_reset(s);
	for (size_t i = 0; i < s->entry_count; i++)
		ra_entry_clear(&s->entries[i]);
	free(s->entries);
	ra_journal_free(s->journal);
	ra_state_free(s->state);
	ra_secret_free(s->password);
	ra_secret_free(s->key);
	char *texts[] = {s->host,     s->user,		s->flow,      s->entry,	  s->known_hosts,
			 s->host_key, s->operator_name, s->change_id, s->case_id, s->path};

	for (size_t i = 0; i < RA_LEN(texts); i++)
		free(texts[i]);
	free_list(s->identities);
	free_list(s->answers);
	free(s);
	return NULL;
}
