#include "config.h"

#include "check/check.h"
#include "session/internal.h"

#include "check/mask.h"
#include "journal/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Copy a text that may be absent. Out: false without memory. */
static bool lend(char **at, const char *text)
{
	*at = text ? strdup(text) : NULL;
	return *at || !text;
}

/* Names given from outside of the program (an environment of another encoding, a pasted ticket) are kept as text.
 * Out: false without memory. */
static bool lend_name(char **at, const char *name)
{
	*at = name && *name ? ra_text_clean_dup(name, false) : NULL;
	return *at || !name || !*name;
}

/* Copy a list that may be absent. Out: false without memory. */
static bool lend_list(char ***at, const char *const *list)
{
	size_t count = 0;
	bool whole = true;

	while (list && list[count])
		count++;
	*at = list ? calloc(count + 1, sizeof(**at)) : NULL;
	for (size_t i = 0; *at && i < count && whole; i++)
		whole = lend(&(*at)[i], list[i]);
	return whole && (*at || !list);
}

static size_t list_count(char *const *list)
{
	size_t count = 0;

	while (list && list[count])
		count++;
	return count;
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

void ra_session_fault(struct ra_session *session, const struct ra_errs *errs)
{
	if (!session->fault.code)
		session->fault = *errs;
	session->ended = true;
	ra_session_touch(session);
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

/* What an action finds when it begins: after it the causes are others, and what was repaired would have no name. */
static ra_err find(struct ra_session *session, const struct ra_entry *entry)
{
	struct ra_cond_env env = ra_state_env(session->state, entry->t);
	const struct ra_cause *const *causes;
	size_t count = ra_flowset_causes(session->flows, &causes);

	if (!session->found)
		session->found = calloc(count + 1, sizeof(*session->found));
	if (!session->found)
		return RA_E_NOMEM;
	for (size_t i = 0; i < count; i++)
		session->found[i] = session->found[i] || ra_cause_judge(causes[i], &env, NULL) == RA_CAUSE_LIKELY;
	return RA_OK;
}

ra_err ra_session_fold(struct ra_session *session, struct ra_entry *entry, struct ra_errs *errs)
{
	struct ra_fold_entry folded = {entry->seq, entry->t, entry->kind, entry->body};
	ra_err err = strcmp(entry->kind, "intent") ? RA_OK : find(session, entry);

	if (err)
		ra_fail(errs, err, "no memory for the causes of this walk");
	if (!err)
		err = ra_state_apply(session->state, &folded, errs);

	if (err) {
		ra_entry_clear(entry);
		return err;
	}
	ra_session_touch(session);
	if (keep(session, entry))
		return ra_fail(errs, RA_E_NOMEM, "no memory for the entries of this walk");
	return RA_OK;
}

/* What goes to the system's log, where it was asked for: a head that its holder cannot change any more. That of an intent goes there before
 * the first byte of the change leaves. */
static void tell_head(const struct ra_session *s, const char *kind)
{
	static const char *const told[] = {"start", "resume", "intent", "end"};
	struct ra_head head = {.count = ra_journal_count(s->journal)};
	bool tells = false;

	for (size_t i = 0; i < RA_LEN(told); i++)
		tells = tells || !strcmp(told[i], kind);
	if (!s->syslog || !tells)
		return;
	/* Entry 1 names the hash of entry 0. */
	snprintf(head.head, sizeof(head.head), "%s", ra_journal_head(s->journal));
	snprintf(head.session, sizeof(head.session), "%s", s->entry_count > 1 ? ra_json_str(s->entries[1].body, "prev", "") : head.head);
	ra_heads_syslog(kind, &head);
}

void ra_session_take_head(struct ra_session *session)
{
	snprintf(session->head, sizeof(session->head), "%s", ra_journal_head(session->journal));
}

/* What could not begin leaves no file behind. */
static void drop_empty(const struct ra_session *s)
{
	const char *path = s->journal && !s->entry_count ? ra_journal_path(s->journal) : NULL;

	if (path)
		(void)unlink(path);
}

ra_err ra_session_append(struct ra_session *session, const char *kind, cJSON *body, bool sync, struct ra_errs *errs)
{
	const char *path = ra_journal_path(session->journal);
	struct ra_entry entry = {0};
	struct ra_errs own;

	if (!body)
		return ra_fail(errs, RA_E_NOMEM, "no memory for an entry");
	ra_errs_clear(&own);
	ra_err err = ra_journal_append(session->journal, ra_session_now(session), kind, body, &entry, &own);

	if (err && err != RA_E_IO && err != RA_E_STATE) {
		if (errs)
			*errs = own;
		return ra_fail(errs, err, "the entry \"%s\" does not go into the journal; it was not done", kind);
	}
	if (!err && sync)
		err = ra_journal_sync(session->journal, &own);
	if (err) {
		ra_entry_clear(&entry);
		ra_fail(&own, err, "the journal %s takes no more entries; nothing was done without it%s", path ? path : "(in memory)",
			path ? ". Once it can be written again, `reattest resume` goes on with it" : "");
	} else {
		if (!strcmp(kind, "edge"))
			session->pass_hold = false;
		err = ra_session_fold(session, &entry, &own);
		ra_session_take_head(session);
		if (!err)
			tell_head(session, kind);
	}
	/* From here on the journal and what is shown would part: the walk is over. */
	if (err) {
		drop_empty(session);
		ra_session_fault(session, &own);
	}
	if (err && errs)
		*errs = own;
	return err;
}

ra_err ra_session_end(struct ra_session *session, const char *reason, const char *outcome, struct ra_errs *errs)
{
	if (session->ended)
		return RA_OK;
	cJSON *body = cJSON_CreateObject();

	session->ended = true;
	ra_session_touch(session);
	if (!body || !cJSON_AddStringToObject(body, "reason", reason) ||
	    !cJSON_AddStringToObject(body, "outcome", outcome) || !ra_state_put_owed(session->state, body) || ra_shown_end(session, body) ||
	    !cJSON_AddNumberToObject(body, "count", (double)ra_journal_count(session->journal)) ||
	    !cJSON_AddStringToObject(body, "head", ra_journal_head(session->journal))) {
		cJSON_Delete(body);
		return ra_fail(errs, RA_E_NOMEM, "no memory for the end entry");
	}
	return ra_session_append(session, "end", body, true, errs);
}

ra_err ra_session_rename(struct ra_session *s, const char *host, struct ra_errs *errs)
{
	free(s->host);
	s->host = strdup(host);
	return s->host ? RA_OK : ra_fail(errs, RA_E_NOMEM, "no memory");
}

/* Copy what the options lend. */
static ra_err adopt(struct ra_session *s, const struct ra_session_options *o)
{
	const char *recorded = o->recording ? ra_json_str(ra_recording_root(o->recording), "flow", NULL) : NULL;
	const struct {
		char **to;
		const char *from;
	} texts[] = {
		{&s->host, o->host},
		{&s->named, o->host},
		{&s->flow, o->flow ? o->flow : recorded ? recorded : "tpm-attestation"},
		{&s->entry, o->entry},
		{&s->known_hosts, o->known_hosts},
		{&s->host_key, o->host_key},
	};
	bool whole = lend_list(&s->identities, o->identities) && lend_list(&s->answers, o->answers) && lend_list(&s->only, o->only) &&
		     lend_name(&s->operator_name, o->operator_name) && lend_name(&s->change_id, o->change_id) &&
		     lend_name(&s->case_id, o->case_id) && lend_name(&s->taken_from, o->taken_from) &&
		     lend_name(&s->taken_at, o->taken_at) && lend_name(&s->taken_by, o->taken_by);

	for (size_t i = 0; i < RA_LEN(texts) && whole; i++)
		whole = lend(texts[i].to, texts[i].from);
	for (size_t i = 0; i < RA_LEN(s->given) && whole; i++) {
		s->given[i] = o->given[i] ? cJSON_Duplicate(o->given[i], true) : NULL;
		whole = s->given[i] || !o->given[i];
	}
	s->flows = o->flows;
	s->recording = o->recording;
	s->timeout_ms = o->timeout_ms;
	s->no_ssh_config = o->no_ssh_config;
	s->interactive = o->interactive;
	s->manual = o->manual;
	s->all_checks = o->all_checks;
	s->only_given_planes = o->only_given_planes;
	s->dry_run = o->dry_run;
	s->read_only = o->read_only;
	s->firmware_changes = o->firmware_changes;
	s->syslog = o->syslog;
	s->until = o->until;
	return whole ? RA_OK : RA_E_NOMEM;
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

ra_err ra_session_host(const char *text, struct ra_errs *errs)
{
	struct ra_ssh_target target;

	return ra_ssh_target_parse(text, &target, errs);
}

ra_err ra_session_bmc(const char *text, struct ra_errs *errs)
{
	struct ra_vsphere_url url;

	return ra_bmc_url_parse(text, &url, errs);
}

/* "root@esx01:2222" names user and port too; an option of its own outranks it. */
static ra_err set_target(struct ra_session *s, const struct ra_session_options *o, struct ra_errs *errs)
{
	struct ra_ssh_target target = {0};
	ra_err err = o->host ? ra_ssh_target_parse(o->host, &target, errs) : RA_OK;

	if (err)
		return err;
	s->port = o->port ? o->port : target.port;
	if (!lend(&s->user, o->user ? o->user : target.user[0] ? target.user : NULL))
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	return o->host ? ra_session_rename(s, target.host, errs) : RA_OK;
}

/* Which planes this walk has, and its clock. */
static ra_err set_sources(struct ra_session *s, const struct ra_session_options *o, struct ra_errs *errs)
{
	if (!o->recording) {
		s->clock = ra_clock_make(RA_UTC_NONE, 1);
		s->planes[RA_PLANE_SSH].given = !o->no_ssh && !o->manual && o->host;
		return RA_OK;
	}
	const cJSON *root = ra_recording_root(o->recording);
	const char *host = ra_json_str(root, "host", NULL);
	const cJSON *name;
	ra_utc_ms start = RA_UTC_NONE;

	if (ra_utc_parse(ra_json_str(root, "clock", ""), &start))
		return ra_fail(errs, RA_E_INVALID, "the recording's clock is not a time");
	s->clock = ra_clock_make(start, (int)ra_json_int(root, "speed", 1));
	if (host && ra_session_rename(s, host, errs))
		return RA_E_NOMEM;
	cJSON_ArrayForEach(name, ra_json_get(root, "planes"))
	{
		int plane = cJSON_IsString(name) ? ra_plane_parse(name->valuestring) : RA_PLANE_ANY;

		if (plane != RA_PLANE_ANY && !(plane == RA_PLANE_SSH && o->no_ssh))
			s->planes[plane].given = true;
	}
	return RA_OK;
}

ra_err ra_session_make(struct ra_hub *hub, const struct ra_session_options *o, struct ra_session **out,
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
	if (!err && o->manual && o->recording)
		err = ra_fail(errs, RA_E_ARG, "by hand there is no link, so no simulated host either: give one of the two");
	if (!err && !s->recording && !s->manual)
		err = ra_way_in_take(s, o, errs);
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

/* The step an entry names, by its step or its words; NULL when the flow has no such entry, and the sentence says which it has. */
static const char *entry_step(const struct ra_flow *flow, const char *entry, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf known = {0};
	const cJSON *row;
	ra_err err = ra_buf_text(&known, flow->start);

	if (!strcmp(flow->start, entry))
		return flow->start;
	cJSON_ArrayForEach(row, flow->entries)
	{
		const char *go = ra_json_str(row, "go", "");

		if (!strcmp(ra_json_str(row, "say", ""), entry) || !strcmp(go, entry))
			return go;
		if (!err && strcmp(go, flow->start))
			err = ra_buf_printf(&known, ", %s", go);
	}
	ra_fail(errs, RA_E_ARG, "flow \"%s\" has no entry \"%s\"; it has: %s", flow->id, entry, ra_buf_str(&known));
	return NULL;
}

static const struct ra_flow *own_flow(const struct ra_session *s, struct ra_errs *errs)
{
	const struct ra_flow *flow = ra_flowset_flow(s->flows, s->flow);

	if (!flow)
		ra_fail(errs, RA_E_NOTFOUND, "there is no flow \"%s\"; `reattest flow show` names them", s->flow);
	return flow;
}

/* With several symptoms and somebody to ask, the walk begins with that question. */
static bool asks_entry(const struct ra_session *s, const struct ra_flow *flow)
{
	return s->interactive && !s->entry && cJSON_GetArraySize(flow->entries) > 1;
}

ra_err ra_session_begin(struct ra_session *s, const char *entry, struct ra_errs *errs)
{
	char planes[64], until[RA_UTC_TEXT_LEN];
	const struct ra_flow *flow = own_flow(s, errs);
	const char *step = flow && entry ? entry_step(flow, entry, errs) : NULL;

	if (!flow || (entry && !step))
		return flow ? RA_E_ARG : RA_E_NOTFOUND;
	struct ra_start_info info = {
		.flow = s->flow,
		.entry_step = step,
		.host = s->host ? s->host : "",
		.source = s->recording ? ra_json_str(ra_recording_root(s->recording), "id", "recording")
			  : s->manual	 ? RA_SOURCE_MANUAL
					 : "live",
		.operator_name = s->operator_name,
		.change_id = s->change_id,
		.case_id = s->case_id,
		.until = s->until == RA_UTC_NONE ? NULL : ra_utc_format(s->until, until),
		.firmware_changes = s->firmware_changes,
		.planes = plane_list(s, planes, sizeof(planes)),
		.version = PACKAGE_VERSION,
		.program_sha256 = ra_session_program(s),
	};
	cJSON *body = NULL;
	ra_err err = ra_make_start(s->state, &info, &body, errs);

	/* How it was begun and the ways in, so that it can go on the same way. */
	cJSON *only = !err && s->only ? cJSON_CreateStringArray((const char *const *)s->only, (int)list_count(s->only)) : NULL;

	if (!err && (!cJSON_AddStringToObject(body, "mode", s->interactive ? "walk" : "check") || !ra_way_in_put(s, body) ||
		     (s->only && !(only && cJSON_AddItemToObject(body, "only", only))))) {
		cJSON_Delete(body);
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	}
	if (!err && asks_entry(s, flow) && ra_shown_put(s, body)) {
		cJSON_Delete(body);
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	}
	if (!err)
		err = ra_session_append(s, "start", body, true, errs);
	return err ? err : ra_session_put_given(s, errs);
}

ra_err ra_session_put_given(struct ra_session *s, struct ra_errs *errs)
{
	ra_err err = RA_OK;

	for (size_t i = 0; i < RA_LEN(s->given) && !err; i++) {
		cJSON *body = s->given[i];

		s->given[i] = NULL;
		if (body)
			err = ra_session_append(s, "given", body, true, errs);
	}
	return err;
}

ra_err ra_session_new(struct ra_hub *hub, const struct ra_session_options *o, struct ra_session **out,
		      struct ra_errs *errs)
{
	struct ra_session *s = NULL;
	ra_err err = ra_session_make(hub, o, &s, errs);

	if (err)
		return err;
	const struct ra_flow *flow = own_flow(s, errs);

	/* What cannot begin leaves no file behind. */
	if (!flow || (s->entry && !entry_step(flow, s->entry, errs)))
		err = flow ? RA_E_ARG : RA_E_NOTFOUND;
	else if (ra_only_ok(s, errs))
		err = RA_E_ARG;
	else
		err = ra_journal_create(o->journal_path, &s->journal, errs);
	if (!err)
		ra_session_take_head(s);
	bool ask = !err && asks_entry(s, flow);

	if (!err && !ask)
		err = ra_session_begin(s, s->entry, errs);
	if (err) {
		drop_empty(s);
		ra_session_close(s);
		return err;
	}
	hub->sessions[hub->session_count++] = s;
	*out = s;
	return RA_OK;
}

ra_err ra_session_stop(struct ra_session *s, const char *reason, struct ra_errs *errs)
{
	if (s->ended)
		return RA_OK;
	ra_gate_talk_reset(s);
	if (!s->entry_count) { /* left at the first question: nothing has begun, so nothing is written, and no empty file stays */
		s->ended = true;
		ra_session_touch(s);
		drop_empty(s);
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
	if (ra_session_may_again(s, &now))
		ra_session_renew(s);
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

ra_err ra_session_words(const char *text, struct ra_buf *out, struct ra_errs *errs)
{
	if (!ra_utf8_valid(text, strlen(text)))
		return ra_fail(errs, RA_E_ARG, "what goes into the record in words is text");
	/* A key is pasted into the wrong field sooner or later. */
	return ra_mask_secrets(RA_MASK_PIECE, text, strlen(text), out) ? ra_fail(errs, RA_E_NOMEM, "no memory") : RA_OK;
}

ra_err ra_session_note(struct ra_session *s, const char *text, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf open = {0};

	if (!s->entry_count) /* a record begins with its start */
		return ra_fail(errs, RA_E_STATE, "the walk has not begun; a note can be written from its first step on");
	if (s->ended)
		return ra_fail(errs, RA_E_STATE, "the walk is over");
	ra_err err = ra_session_words(text, &open, errs);

	if (err)
		return err;
	cJSON *body = cJSON_CreateObject(), *note = ra_journal_sensitive(cJSON_CreateString(ra_buf_str(&open)));

	if (!body || !note || !cJSON_AddItemToObject(body, "text", note)) {
		cJSON_Delete(body);
		cJSON_Delete(note);
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	}
	return ra_session_append(s, "note", body, true, errs);
}

void ra_session_cancel(struct ra_session *s)
{
	for (size_t i = 0; i < RA_TICKETS_MAX; i++) {
		struct ra_flight *flight = &s->flights[i];

		if (flight->kind == RA_TICKET_FREE || (flight->kind == RA_TICKET_ACTION && (!flight->may_cancel || flight->cancel_asked)))
			continue;
		struct ra_hub_link *at = s->planes[flight->plane].hub_link;

		if (!at)
			continue;
		flight->cancel_asked = flight->kind == RA_TICKET_ACTION;
		ra_session_touch(s);
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
	ra_watch_clear(s);
	for (size_t i = 0; i < s->entry_count; i++)
		ra_entry_clear(&s->entries[i]);
	free(s->entries);
	free(s->found);
	ra_journal_free(s->journal);
	ra_state_free(s->state);
	ra_secret_free(s->password);
	ra_secret_free(s->key);
	ra_way_in_clear(&s->vcenter);
	ra_way_in_clear(&s->bmc);
	char *texts[] = {s->named, s->host,     s->user,		s->flow,      s->entry,	  s->known_hosts,
			 s->host_key, s->operator_name, s->change_id, s->case_id, s->path,
			 s->taken_from, s->taken_at, s->taken_by};

	for (size_t i = 0; i < RA_LEN(texts); i++)
		free(texts[i]);
	for (size_t i = 0; i < RA_LEN(s->given); i++)
		cJSON_Delete(s->given[i]);
	free_list(s->identities);
	free_list(s->answers);
	free_list(s->only);
	free(s);
	return NULL;
}
