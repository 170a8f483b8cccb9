/* recording.c - a walk's entries as a recording: what was asked, what came back, and what the flow made of it. */
#include "config.h"

#include "base/digest.h"
#include "check/mask.h"
#include "session/internal.h"
#include "session/kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLY_KEPT_MAX ((size_t)1 << 20) /* bytes of one answer; escapes may double them */
#define ALL_KEPT_MAX ((size_t)3 << 20)   /* of all together */
#define SPEED 10 /* waits of a replay pass so much faster; with it shrink the deadlines of its requests: a busy machine must not miss them */

/* What the walk over the entries carries. */
struct keeping {
	const struct ra_session *s;
	struct ra_kept *told;
	ra_utc_ms start; /* the recording's clock, the first whole second: what was past then is past in a replay */
	size_t room;     /* bytes that may still be kept */
};

static bool put(cJSON *object, const char *key, cJSON *node)
{
	if (node && cJSON_AddItemToObject(object, key, node))
		return true;
	cJSON_Delete(node);
	return false;
}

static bool put_text(cJSON *object, const char *key, const char *text)
{
	return put(object, key, cJSON_CreateString(text));
}

ra_err ra_session_join(const cJSON *pieces, struct ra_buf *out)
{
	const cJSON *piece;
	ra_err err = RA_OK;

	cJSON_ArrayForEach (piece, pieces) {
		const char *coded = ra_json_str(piece, "base64", NULL);
		RA_AUTO(ra_mem_free) char *bytes = NULL;
		size_t len = 0;

		err = piece == pieces->child ? RA_OK : ra_buf_text(out, "\n");
		if (!err && coded)
			err = ra_base64_decode(coded, &bytes, &len);
		if (!err)
			err = coded ? ra_buf_add(out, bytes, len)
				    : ra_buf_text(out, cJSON_IsString(piece) ? piece->valuestring : "");
		if (err)
			return err;
	}
	return RA_OK;
}

/* Text that a recording can hold, every ${ written as it must be there. Out: *odd when bytes were no text. */
static ra_err as_text(const struct ra_buf *bytes, struct ra_buf *out, bool *odd)
{
	const char *at = ra_buf_str(bytes), *end = at + bytes->len;
	ra_err err = RA_OK;

	while (at < end && !err) {
		uint32_t cp;
		int len = ra_utf8_next(at, (size_t)(end - at), &cp);
		bool bad = len <= 0 || cp == 0;

		*odd = *odd || bad;
		if (bad)
			err = ra_buf_text(out, "\xef\xbf\xbd");
		else if (cp == '$' && end - at > 1 && at[1] == '{')
			err = ra_buf_text(out, "$$");
		else
			err = ra_buf_add(out, at, (size_t)len);
		at += bad ? 1 : len;
	}
	return err;
}

/* As lines where every line is ended, else as one text. Out: NULL without memory. */
static cJSON *as_lines(const char *text)
{
	size_t len = strlen(text);

	if (!len || text[len - 1] != '\n')
		return cJSON_CreateString(text);
	cJSON *lines = cJSON_CreateArray();

	for (const char *at = text; lines && *at;) {
		const char *end = strchr(at, '\n');
		RA_AUTO(ra_mem_free) char *line = strndup(at, (size_t)(end - at));
		cJSON *item = line ? cJSON_CreateString(line) : NULL;

		if (!item || !cJSON_AddItemToArray(lines, item)) {
			cJSON_Delete(item);
			return ra_cjson_free(lines);
		}
		at = end + 1;
	}
	return lines;
}

/* Canonical JSON as JSON, if it replays to the same bytes. */
static cJSON *as_json(const char *text)
{
	const struct ra_json_limits limits = {.len_max = REPLY_KEPT_MAX * 2};
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	size_t len = strlen(text);

	if (ra_json_parse("answer", text, len, &limits, &doc, NULL) || cJSON_IsNull(ra_json_root(doc)))
		return NULL;
	RA_AUTO(ra_mem_free) char *again = ra_json_print(ra_json_root(doc));

	if (!again || strlen(again) + 1 != len || strncmp(again, text, len - 1) || text[len - 1] != '\n')
		return NULL;
	return cJSON_Duplicate(ra_json_root(doc), true);
}

static int64_t round_s(int64_t ms)
{
	return (ms + (ms < 0 ? -500 : 500)) / 1000;
}

/* A clock's answer holds the moment it is asked, ahead or behind as it was; within what can be told it was right. */
static bool clock_mark(const cJSON *body, char *out, size_t cap)
{
	const cJSON *clock = ra_json_get(body, "clock");
	int64_t offset = ra_json_int(clock, "offset_ms", 0), margin = ra_json_int(clock, "margin_ms", 0);
	int64_t ahead_s = llabs(offset) <= margin ? 0 : round_s(offset);

	if (!clock)
		return false;
	snprintf(out, cap, ahead_s ? "${now%+lld}" : "${now}", (long long)ahead_s);
	return true;
}

/* An age holds the time since the boot whenever it is asked. The boot lay half the way of the question before what was
 * worked out. */
static bool uptime_mark(const struct keeping *k, const cJSON *body, char *out, size_t cap)
{
	const cJSON *fact = cJSON_GetArrayItem(ra_json_get(body, "facts"), 0);
	int64_t since, half = (ra_json_int(body, "took_ms", 0) + 1) / 2;
	ra_utc_ms boot;

	if (ra_utc_parse(ra_json_str(fact, "value", ""), &boot))
		return false;
	since = boot - half - 1 - k->start;
	since = since / 1000 + (since > 0 && since % 1000);
	snprintf(out, cap, "${since start%+lld}", (long long)since);
	return true;
}

/* Answers that are a time of their own kind replay with the replay's time, not with the time of the recording. */
static bool time_mark(const struct keeping *k, const cJSON *body, char *out, size_t cap)
{
	const struct ra_check *check = ra_flowset_check(k->s->flows, ra_json_str(body, "check", ""));

	for (size_t i = 0; check && i < check->plane_count; i++) {
		const struct ra_check_plane *plane = &check->planes[i];

		if (strcmp(ra_plane_name(plane->plane), ra_json_str(body, "plane", "")) ||
		    strcmp(plane->request, ra_json_str(body, "request", "")) || !plane->parse)
			continue;
		if (!strcmp(plane->parse, "builtin:clock"))
			return clock_mark(body, out, cap);
		return !strcmp(plane->parse, "builtin:uptime-us") && uptime_mark(k, body, out, cap);
	}
	return false;
}

/* Put the output of an answer under its key: a mark of time, JSON, or lines. */
static bool put_output(struct keeping *k, const cJSON *body, cJSON *reply, const char *text)
{
	char mark[64];

	if (time_mark(k, body, mark, sizeof(mark) - 1)) {
		bool json = *text == '"';

		snprintf(mark + strlen(mark), 2, json ? "" : "\n");
		return json ? put_text(reply, "json", mark) : put(reply, "out", as_lines(mark));
	}
	cJSON *json = strstr(text, "$${") ? NULL : as_json(text);

	return json ? put(reply, "json", json) : !*text || put(reply, "out", as_lines(text));
}

/* No more of an answer than there is room for, up to a line's end. Out: true when it was cut. */
static bool cut(struct keeping *k, struct ra_buf *bytes)
{
	size_t max = k->room < REPLY_KEPT_MAX ? k->room : REPLY_KEPT_MAX, len = max;

	if (bytes->len <= max) {
		k->room -= bytes->len;
		return false;
	}
	while (len && bytes->data[len - 1] != '\n')
		len--;
	bytes->len = len;
	if (bytes->data)
		bytes->data[len] = '\0';
	k->room -= len;
	return true;
}

/* One stream of an answer, masked and as text. Out: *whole false when it was cut. */
static ra_err stream(struct keeping *k, const cJSON *pieces, struct ra_buf *out, bool *whole)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};
	bool odd = false;
	ra_err err = ra_session_join(pieces, &bytes);

	if (err)
		return err;
	if (cut(k, &bytes))
		*whole = false;
	err = as_text(&bytes, &text, &odd);
	k->told->odd += odd;
	if (!err) /* again: an older program may have kept it as it came */
		err = ra_mask_secrets(RA_MASK_ANSWER, ra_buf_str(&text), text.len, out);
	for (const char *at = ra_buf_str(out); (at = strstr(at, RA_MASKED)) != NULL; at += strlen(RA_MASKED))
		k->told->secrets++;
	return err;
}

static bool is_fault(const char *why)
{
	static const char *const faults[] = {"timeout", "unreachable", "refused", "truncated"};

	for (size_t i = 0; i < RA_LEN(faults); i++)
		if (!strcmp(faults[i], why))
			return true;
	return false;
}

static const char *fault_of(const cJSON *body, bool whole)
{
	const char *why = ra_json_str(body, "why", "");

	if (strcmp(why, "answered"))
		return why;
	return whole && !ra_json_bool(body, "truncated", false) && !ra_json_get(body, "kept_len") ? NULL : "truncated";
}

/* What an answer holds besides its request. */
static ra_err fill_reply(struct keeping *k, const cJSON *body, cJSON *reply)
{
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};
	RA_AUTO(ra_buf_free) struct ra_buf err_text = {0};
	int64_t status = ra_json_int(body, "status", 0), took_ms = ra_json_int(body, "took_ms", 0);
	bool whole = true, ok = true;
	ra_err err = stream(k, ra_json_get(body, "out"), &out, &whole);

	if (!err)
		err = stream(k, ra_json_get(body, "err"), &err_text, &whole);
	if (err)
		return err;
	const char *fault = fault_of(body, whole);

	k->told->cut += fault && !strcmp(fault, "truncated");
	if (!fault || !strcmp(fault, "truncated"))
		ok = put_output(k, body, reply, ra_buf_str(&out)) &&
		     (!err_text.len || put(reply, "err", as_lines(ra_buf_str(&err_text)))) &&
		     (status < 1 || status > 255 || put(reply, "status", cJSON_CreateNumber((double)status)));
	if (ok && took_ms >= 1000 && took_ms <= 86400000 && (!fault || strcmp(fault, "timeout")))
		ok = put(reply, "took_ms", cJSON_CreateNumber((double)took_ms));
	return ok && (!fault || put_text(reply, "fault", fault)) ? RA_OK : RA_E_NOMEM;
}

/* Was this asked of the plane before? One answer to a request is what a recording can give. */
static bool is_kept(const cJSON *replies, const cJSON *request)
{
	const cJSON *reply;

	cJSON_ArrayForEach (reply, replies) {
		if (cJSON_Compare(ra_json_get(reply, "request"), request, true))
			return true;
	}
	return false;
}

static ra_err keep_reply(struct keeping *k, const cJSON *body, cJSON *replies)
{
	const char *request = ra_json_str(body, "request", NULL), *why = ra_json_str(body, "why", "");
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	RA_AUTO(ra_cjson_free) cJSON *reply = NULL;

	/* What was never sent has no answer: replayed, it is not sent either. */
	if (!request || (strcmp(why, "answered") && !is_fault(why)) ||
	    ra_json_parse("request", request, strlen(request), NULL, &doc, NULL) || is_kept(replies, ra_json_root(doc)))
		return RA_OK;
	reply = cJSON_CreateObject();
	if (!reply || !put(reply, "request", cJSON_Duplicate(ra_json_root(doc), true)))
		return RA_E_NOMEM;
	ra_err err = fill_reply(k, body, reply);

	if (err)
		return err;
	if (!cJSON_AddItemToArray(replies, reply))
		return RA_E_NOMEM;
	reply = NULL;
	k->told->replies++;
	return RA_OK;
}

/* A plane that never was up is down, and says why in the same words. */
static bool put_standing(const struct ra_session_plane *plane, cJSON *side)
{
	static const char *const whys[] = {
	    [RA_LINK_REFUSED] = "refused",
	    [RA_LINK_UNREACHABLE] = "unreachable",
	    [RA_LINK_TIMEOUT] = "timeout",
	    [RA_LINK_NO_REQUEST] = NULL,
	};
	bool down = plane->state == RA_LINK_DOWN && !plane->ever_up;

	if (!put_text(side, "state", down ? "down" : "up") || !down)
		return !down;
	return put_text(side, "why", whys[plane->why] ? whys[plane->why] : "unreachable") &&
	       (!*plane->say || put_text(side, "say", plane->say));
}

/* Was this plane of a check not asked because the host has no such thing? */
static bool never_asked(const struct ra_session *s, const char *check, const char *plane)
{
	for (size_t i = 0; i < s->entry_count; i++) {
		const cJSON *body = s->entries[i].body;

		if (!strcmp(s->entries[i].kind, "reply") && !ra_json_get(body, "request") &&
		    !strcmp(ra_json_str(body, "check", ""), check) && !strcmp(ra_json_str(body, "plane", ""), plane))
			return true;
	}
	return false;
}

/* A plane that was lost on the way: what could not be asked any more is unreachable, not unknown to the host. */
static ra_err keep_lost(const struct keeping *k, enum ra_plane plane, cJSON *replies)
{
	const struct ra_check *const *checks = NULL;
	size_t count = ra_flowset_checks(k->s->flows, &checks);

	for (size_t i = 0; i < count; i++) {
		for (size_t p = 0; p < checks[i]->plane_count; p++) {
			const struct ra_check_plane *at = &checks[i]->planes[p];
			RA_AUTO(ra_json_free) struct ra_json *doc = NULL;

			if (at->plane != plane || at->secret || never_asked(k->s, checks[i]->id, ra_plane_name(plane)) ||
			    ra_json_parse("request", at->request, strlen(at->request), NULL, &doc, NULL) ||
			    is_kept(replies, ra_json_root(doc)))
				continue;
			cJSON *reply = cJSON_CreateObject();

			if (!reply || !put(reply, "request", cJSON_Duplicate(ra_json_root(doc), true)) ||
			    !put_text(reply, "fault", "unreachable") || !cJSON_AddItemToArray(replies, reply)) {
				cJSON_Delete(reply);
				return RA_E_NOMEM;
			}
		}
	}
	return RA_OK;
}

static ra_err keep_plane(struct keeping *k, enum ra_plane plane, cJSON *state)
{
	const struct ra_session_plane *stood = &k->s->planes[plane];
	cJSON *side = cJSON_AddObjectToObject(state, ra_plane_name(plane));
	bool ok = side && put_standing(&k->s->planes[plane], side);
	cJSON *replies = ok ? cJSON_AddArrayToObject(side, "replies") : NULL;
	ra_err err = replies ? RA_OK : RA_E_NOMEM;

	for (size_t i = 0; i < k->s->entry_count && !err; i++) {
		const struct ra_entry *entry = &k->s->entries[i];

		if (!strcmp(entry->kind, "reply") &&
		    !strcmp(ra_json_str(entry->body, "plane", ""), ra_plane_name(plane)))
			err = keep_reply(k, entry->body, replies);
	}
	return !err && stood->ever_up && stood->state == RA_LINK_DOWN ? keep_lost(k, plane, replies) : err;
}

/* What the flow made of it: a recording is a test. */
static bool put_expect(cJSON *root, const struct ra_view *view)
{
	cJSON_DeleteItemFromObjectCaseSensitive(root, "expect");
	cJSON *expect = cJSON_AddObjectToObject(root, "expect"),
	      *check = expect ? cJSON_AddObjectToObject(expect, "check") : NULL;
	cJSON *likely = check && put(check, "exit", cJSON_CreateNumber(view->exit_code))
			    ? cJSON_AddArrayToObject(check, "likely")
			    : NULL;

	for (size_t i = 0; likely && i < view->cause_count; i++)
		if (!strcmp(view->causes[i].status, "likely") &&
		    !cJSON_AddItemToArray(likely, cJSON_CreateString(view->causes[i].id)))
			return false;
	return likely && (!*view->outcome || put_text(check, "outcome", view->outcome));
}

static bool put_head(const struct keeping *k, const char *id, cJSON *root)
{
	char at[RA_UTC_TEXT_LEN], title[300], story[400];

	snprintf(title, sizeof(title), "Recording of %.200s", k->s->host ? k->s->host : "a host");
	snprintf(story, sizeof(story), "What this host answered at %s, recorded by reattest %s with flow set %.12s.",
		 ra_utc_format(k->start, at), PACKAGE_VERSION, ra_flowset_sha256(k->s->flows));
	return put_text(root, "$schema", "../schema/recording.schema.json") &&
	       put(root, "format", cJSON_CreateNumber(1)) && put_text(root, "id", id) &&
	       put_text(root, "title", title) && put_text(root, "story", story) &&
	       put_text(root, "host", k->s->host && *k->s->host ? k->s->host : "host") && put_text(root, "clock", at) &&
	       put_text(root, "flow", k->s->flow) && put(root, "speed", cJSON_CreateNumber(SPEED));
}

static ra_err keep(struct keeping *k, const char *id, const struct ra_view *view, cJSON *root)
{
	cJSON *planes = put_head(k, id, root) ? cJSON_AddArrayToObject(root, "planes") : NULL;
	cJSON *states = planes && put_text(root, "start", "recorded") ? cJSON_AddObjectToObject(root, "states") : NULL;
	cJSON *state = states ? cJSON_AddObjectToObject(states, "recorded") : NULL;
	ra_err err = state ? RA_OK : RA_E_NOMEM;

	for (int i = 0; i < RA_PLANE_COUNT && !err; i++) {
		if (!k->s->planes[i].given)
			continue;
		if (!cJSON_AddItemToArray(planes, cJSON_CreateString(ra_plane_name((enum ra_plane)i))))
			return RA_E_NOMEM;
		err = keep_plane(k, (enum ra_plane)i, state);
	}
	return err || put_expect(root, view) ? err : RA_E_NOMEM;
}

ra_err ra_session_keep(const struct ra_session *s, const char *id, struct ra_kept *told, cJSON **out,
		       struct ra_errs *errs)
{
	RA_AUTO(ra_cjson_free) cJSON *root = cJSON_CreateObject();
	RA_AUTO(ra_view_free) struct ra_view *view = NULL;
	struct keeping k = {.s = s, .told = told, .start = (s->clock.start_utc + 999) / 1000 * 1000, .room = ALL_KEPT_MAX};

	*out = NULL;
	*told = (struct ra_kept){0};
	if (!s->entry_count)
		return ra_fail(errs, RA_E_STATE, "the walk has not begun");
	ra_err err = ra_session_view(s, false, &view, errs);

	if (!err)
		err = root ? keep(&k, id, view, root) : RA_E_NOMEM;
	if (err)
		return ra_fail(errs, err, "no memory for the recording");
	*out = root;
	root = NULL;
	return RA_OK;
}

ra_err ra_kept_expect(cJSON *tree, const struct ra_view *view)
{
	return put_expect(tree, view) ? RA_OK : RA_E_NOMEM;
}
