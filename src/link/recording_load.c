#include "config.h"

#include "link/recording.h"

#include <string.h>

/* A recording comes from strangers: more than a host has is refused before it is compared with itself. */
#define STATES_MAX 256
#define REPLIES_MAX 1000

enum { BOOL = cJSON_True | cJSON_False, OBJECT = cJSON_Object, ARRAY = cJSON_Array, STRING = cJSON_String, NUMBER = cJSON_Number, ANY = 0xff };
/* Flags beside the types. */
#define NEEDED 0x1000
#define NAME 0x2000 /* a text: lower-case words joined by - */
#define FULL 0x4000 /* a text or a list that is not empty */

/* A member an object may have. */
struct rule {
	const char *key;
	int types;
};

static const struct rule root_rules[] = {
    {"$schema", STRING | FULL | NEEDED},
    {"format", NUMBER | NEEDED},
    {"id", STRING | NAME | NEEDED},
    {"title", STRING | FULL | NEEDED},
    {"story", STRING | ARRAY},
    {"host", STRING | FULL | NEEDED},
    {"clock", STRING | NEEDED},
    {"speed", NUMBER},
    {"flow", STRING | NAME},
    {"planes", ARRAY | FULL | NEEDED},
    {"start", STRING | NEEDED},
    {"states", OBJECT | NEEDED},
    {"moves", ARRAY},
    {"expect", OBJECT},
    {"answers", OBJECT},
    {"key", STRING},
    {"base", STRING | NAME},
    {NULL, 0},
};
static const struct rule state_rules[] = {
    {"like", STRING}, {"ssh", OBJECT}, {"vcenter", OBJECT}, {"bmc", OBJECT}, {NULL, 0},
};
static const struct rule plane_rules[] = {
    {"state", STRING}, {"why", STRING}, {"say", STRING}, {"replies", ARRAY}, {NULL, 0},
};
static const struct rule reply_rules[] = {
    {"request", OBJECT | NEEDED}, {"out", STRING | ARRAY}, {"json", ANY},     {"err", STRING | ARRAY},
    {"status", NUMBER},           {"took_ms", NUMBER},     {"fault", STRING}, {NULL, 0},
};
static const struct rule move_rules[] = {
    {"from", STRING | NEEDED},
    {"on", OBJECT | NEEDED},
    {"to", STRING | NEEDED},
    {NULL, 0},
};
static const struct rule on_rules[] = {
    {"action", STRING | NAME},
    {"request", OBJECT},
    {"after_s", NUMBER},
    {NULL, 0},
};
static const struct rule request_rules[] = {
    {"run", ARRAY | FULL},
    {"log", OBJECT},
    {"property", STRING | FULL},
    {"call", STRING | FULL},
    {"esxcli", ARRAY | FULL},
    {"service", STRING | FULL},
    {"rest", STRING | FULL},
    {"redfish", STRING | FULL},
    {"setting", STRING | FULL},
    {"to", STRING | FULL},
    {NULL, 0},
};
static const struct rule log_rules[] = {
    {"files", ARRAY | FULL | NEEDED}, {"since_boot", BOOL}, {"lines_max", NUMBER}, {NULL, 0},
};
static const struct rule expect_rules[] = {
    {"check", OBJECT},
    {"walk", OBJECT},
    {NULL, 0},
};
static const struct rule expected_rules[] = {
    {"exit", NUMBER | NEEDED},
    {"likely", ARRAY},
    {"outcome", STRING},
    {"path", ARRAY | FULL},
    {NULL, 0},
};
static const char *const planes[] = {"ssh", "vcenter", "bmc", NULL};
static const char *const log_files[] = {"vmkernel", "vmkwarning", "hostd", "esxupdate", "vobd", NULL};
static const char *const outcomes[] = {"resolved", "not_a_fault", "escalated", "security_review", "rebuild", "stopped", NULL};

#define TRY(call)                                                                                                      \
	do {                                                                                                           \
		ra_err try_err = (call);                                                                               \
		if (try_err)                                                                                           \
			return try_err;                                                                                \
	} while (0)

/* What the walk over a document carries. */
struct load {
	const struct ra_json *doc;
	struct ra_errs *errs;
	const cJSON *states;
};

static const char *types_words(int types)
{
	switch (types & ANY) {
	case OBJECT:
		return "an object";
	case ARRAY:
		return "a list";
	case STRING:
		return "a text";
	case NUMBER:
		return "a number";
	case STRING | ARRAY:
		return "a text or a list of texts";
	case BOOL:
		return "true or false";
	default:
		return "another type";
	}
}

static bool is_name_part(const char *text, size_t len)
{
	return len && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") >= len && text[0] != '-' && text[len - 1] != '-' &&
	       !memmem(text, len, "--", 2);
}

static bool is_name(const char *text)
{
	return is_name_part(text, strlen(text));
}

static bool is_key(const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if (i % 7 == 6 ? text[i] != '-' : text[i] < '0' || text[i] > '9')
			return false;
	return len == 16 * 7 - 1;
}

static bool is_empty(const cJSON *node)
{
	return cJSON_IsString(node) ? !node->valuestring[0] : cJSON_IsArray(node) && !node->child;
}

/* Every item is a text of the words, and there is none twice. */
static ra_err check_words(const struct load *load, const cJSON *list, const char *const *words, const char *what)
{
	for (const cJSON *item = list ? list->child : NULL; item; item = item->next) {
		size_t i = 0;
		while (cJSON_IsString(item) && words[i] && strcmp(words[i], item->valuestring) != 0)
			i++;
		if (!cJSON_IsString(item) || !words[i])
			return ra_json_fail(load->doc, item, load->errs, RA_E_INVALID, "expected %s", what);
		for (const cJSON *other = list->child; other != item; other = other->next)
			if (strcmp(other->valuestring, item->valuestring) == 0)
				return ra_json_fail(load->doc, item, load->errs, RA_E_INVALID, "\"%s\" stands twice",
						    item->valuestring);
	}
	return RA_OK;
}

/* Members as the rules say, nothing else but x_...; a list of texts where a rule allows text or list. */
static ra_err check_object(const struct load *load, const cJSON *node, const struct rule *rules, const char *what)
{
	if (!cJSON_IsObject(node))
		return ra_json_fail(load->doc, node, load->errs, RA_E_INVALID, "%s is an object", what);
	for (const cJSON *item = node->child; item; item = item->next) {
		const struct rule *rule = rules;
		while (rule->key && strcmp(rule->key, item->string) != 0)
			rule++;
		if (!rule->key && strncmp(item->string, "x_", 2) == 0)
			continue;
		if (!rule->key)
			return ra_json_fail(load->doc, item, load->errs, RA_E_INVALID, "%s has no \"%s\"", what,
					    item->string);
		if (!(item->type & rule->types & ANY))
			return ra_json_fail(load->doc, item, load->errs, RA_E_INVALID, "\"%s\" is %s", item->string,
					    types_words(rule->types));
		if (rule->types & FULL && is_empty(item))
			return ra_json_fail(load->doc, item, load->errs, RA_E_INVALID, "\"%s\" is %s that is not empty",
					    item->string, types_words(rule->types));
		if (rule->types & NAME && !is_name(item->valuestring))
			return ra_json_fail(load->doc, item, load->errs, RA_E_INVALID,
					    "\"%s\" is a name: lower-case words joined by -", item->string);
	}
	for (const struct rule *rule = rules; rule->key; rule++)
		if ((rule->types & NEEDED) && !ra_json_get(node, rule->key))
			return ra_json_fail(load->doc, node, load->errs, RA_E_INVALID, "%s lacks \"%s\"", what,
					    rule->key);
	return RA_OK;
}

/* A member that is a whole number in a range, where present. */
static ra_err check_int(const struct load *load, const cJSON *node, const char *key, int64_t low, int64_t high)
{
	const cJSON *item = ra_json_get(node, key);
	int64_t value = ra_json_int(node, key, low - 1);
	if (item && (value < low || value > high))
		return ra_json_fail(load->doc, item, load->errs, RA_E_INVALID,
				    "\"%s\" is a whole number from %lld to %lld", key, (long long)low, (long long)high);
	return RA_OK;
}

static ra_err check_texts(const struct load *load, const cJSON *list, const char *what)
{
	for (const cJSON *item = cJSON_IsArray(list) ? list->child : NULL; item; item = item->next)
		if (!cJSON_IsString(item))
			return ra_json_fail(load->doc, item, load->errs, RA_E_INVALID, "%s is a list of texts", what);
	return RA_OK;
}

/* Every time mark in a node's texts can be filled in. */
static ra_err check_fill(const struct load *load, const cJSON *node)
{
	const struct ra_recording_times epoch = {.states = load->states};
	RA_AUTO(ra_buf_free) struct ra_buf scratch = {0};
	if (cJSON_IsString(node) && ra_recording_fill(node->valuestring, &epoch, &scratch) != RA_OK)
		return ra_json_fail(
		    load->doc, node, load->errs, RA_E_INVALID,
		    "expected ${start-60}, ${move+60}, ${now}, ${entered STATE-60}, ${since start-60} after ${ (a plain ${ is written $${)");
	if (!cJSON_IsObject(node) && !cJSON_IsArray(node))
		return RA_OK;
	for (const cJSON *item = node->child; item; item = item->next)
		TRY(check_fill(load, item));
	return RA_OK;
}

/* What may stand beside a request's own name. Out: how many do; one alone is no request. */
static int count_beside(const cJSON *request)
{
	static const char *const pairs[][2] = {{"call", "service"}, {"redfish", "setting"}, {"redfish", "to"}};
	int count = 0;

	for (size_t i = 0; i < RA_LEN(pairs); i++)
		if (ra_json_get(request, pairs[i][1]))
			count += ra_json_get(request, pairs[i][0]) ? 1 : -1;
	return count;
}

static ra_err check_request(const struct load *load, const cJSON *request)
{
	TRY(check_object(load, request, request_rules, "a request"));
	const cJSON *run = ra_json_get(request, "run");
	const cJSON *log = ra_json_get(request, "log");
	if (cJSON_GetArraySize(request) != 1 + count_beside(request))
		return ra_json_fail(load->doc, request, load->errs, RA_E_INVALID,
				    "a request is one of run, log, property, call (with service), esxcli, rest, redfish (with setting, to)");
	TRY(check_texts(load, run, "\"run\""));
	TRY(check_texts(load, ra_json_get(request, "esxcli"), "\"esxcli\""));
	if (!log)
		return RA_OK;
	TRY(check_object(load, log, log_rules, "\"log\""));
	for (const cJSON *item = log->child; item; item = item->next)
		if (strncmp(item->string, "x_", 2) == 0)
			return ra_json_fail(load->doc, item, load->errs, RA_E_INVALID, "a request is what is sent: no x_ in it");
	TRY(check_int(load, log, "lines_max", 1, 20000));
	return check_words(load, ra_json_get(log, "files"), log_files,
			   "one of vmkernel, vmkwarning, hostd, esxupdate, vobd in \"files\"");
}

static ra_err check_reply(const struct load *load, const cJSON *reply)
{
	enum ra_link_why why;
	TRY(check_object(load, reply, reply_rules, "a reply"));
	TRY(check_request(load, ra_json_get(reply, "request")));
	TRY(check_int(load, reply, "status", 0, 255));
	TRY(check_int(load, reply, "took_ms", 0, 86400000));
	TRY(check_texts(load, ra_json_get(reply, "out"), "\"out\""));
	TRY(check_texts(load, ra_json_get(reply, "err"), "\"err\""));
	TRY(check_fill(load, ra_json_get(reply, "out")));
	TRY(check_fill(load, ra_json_get(reply, "json")));
	TRY(check_fill(load, ra_json_get(reply, "err")));
	const cJSON *fault = ra_json_get(reply, "fault");
	if (fault && strcmp(fault->valuestring, "truncated") != 0 && !ra_recording_why(fault->valuestring, &why))
		return ra_json_fail(load->doc, fault, load->errs, RA_E_INVALID,
				    "\"fault\" is timeout, unreachable, refused or truncated");
	if (ra_json_get(reply, "out") && ra_json_get(reply, "json"))
		return ra_json_fail(load->doc, reply, load->errs, RA_E_INVALID,
				    "a reply has \"out\" or \"json\", not both");
	return RA_OK;
}

static ra_err check_plane(const struct load *load, const cJSON *plane)
{
	enum ra_link_why why;
	TRY(check_object(load, plane, plane_rules, "a plane"));
	const cJSON *state = ra_json_get(plane, "state");
	if (state && strcmp(state->valuestring, "up") != 0 && strcmp(state->valuestring, "down") != 0)
		return ra_json_fail(load->doc, state, load->errs, RA_E_INVALID, "\"state\" is up or down");
	const cJSON *reason = ra_json_get(plane, "why");
	if (reason && !ra_recording_why(reason->valuestring, &why))
		return ra_json_fail(load->doc, reason, load->errs, RA_E_INVALID,
				    "\"why\" is refused, unreachable or timeout");
	const cJSON *replies = ra_json_get(plane, "replies");
	if (cJSON_GetArraySize(replies) > REPLIES_MAX)
		return ra_json_fail(load->doc, replies, load->errs, RA_E_INVALID, "a plane has at most %d replies",
				    REPLIES_MAX);
	for (const cJSON *reply = replies ? replies->child : NULL; reply; reply = reply->next) {
		TRY(check_reply(load, reply));
		for (const cJSON *other = replies->child; other != reply; other = other->next)
			if (cJSON_Compare(ra_json_get(other, "request"), ra_json_get(reply, "request"), true))
				return ra_json_fail(load->doc, reply, load->errs, RA_E_INVALID,
						    "this request has a reply above, which would always win");
	}
	return RA_OK;
}

static ra_err check_state_name(const struct load *load, const cJSON *name)
{
	if (name && !ra_json_get(load->states, name->valuestring))
		return ra_json_fail(load->doc, name, load->errs, RA_E_INVALID, "there is no state \"%s\"",
				    name->valuestring);
	return RA_OK;
}

static ra_err check_state(const struct load *load, const cJSON *state)
{
	TRY(check_object(load, state, state_rules, "a state"));
	for (size_t i = 0; planes[i]; i++) {
		const cJSON *plane = ra_json_get(state, planes[i]);
		if (plane)
			TRY(check_plane(load, plane));
	}
	int steps = cJSON_GetArraySize(load->states);
	for (const cJSON *at = state; at && ra_json_get(at, "like");) {
		TRY(check_state_name(load, ra_json_get(at, "like")));
		at = ra_json_get(load->states, ra_json_str(at, "like", ""));
		if (steps-- == 0)
			return ra_json_fail(load->doc, ra_json_get(state, "like"), load->errs, RA_E_INVALID,
					    "\"like\" goes round in a circle");
	}
	return RA_OK;
}

static ra_err check_move(const struct load *load, const cJSON *move)
{
	TRY(check_object(load, move, move_rules, "a move"));
	TRY(check_state_name(load, ra_json_get(move, "from")));
	TRY(check_state_name(load, ra_json_get(move, "to")));
	const cJSON *on = ra_json_get(move, "on");
	TRY(check_object(load, on, on_rules, "\"on\""));
	if (cJSON_GetArraySize(on) != 1)
		return ra_json_fail(load->doc, on, load->errs, RA_E_INVALID,
				    "\"on\" is one of action, request, after_s");
	if (ra_json_get(on, "request"))
		TRY(check_request(load, ra_json_get(on, "request")));
	return check_int(load, on, "after_s", 1, 1000000000);
}

/* A name, or a list of them. */
static ra_err check_names(const struct load *load, const cJSON *node, const char *what)
{
	for (const cJSON *item = cJSON_IsArray(node) ? node->child : node; item; item = cJSON_IsArray(node) ? item->next : NULL)
		if (!cJSON_IsString(item) || !is_name(item->valuestring))
			return ra_json_fail(load->doc, item, load->errs, RA_E_INVALID, "%s (lower-case words joined by -)", what);
	return RA_OK;
}

/* The steps of a way, those of a called flow as flow/step. */
static ra_err check_way(const struct load *load, const cJSON *list)
{
	for (const cJSON *item = list ? list->child : NULL; item; item = item->next) {
		const char *step = cJSON_IsString(item) ? item->valuestring : "", *slash = strchr(step, '/');
		if (!is_name(slash ? slash + 1 : step) || (slash && !is_name_part(step, (size_t)(slash - step))))
			return ra_json_fail(load->doc, item, load->errs, RA_E_INVALID,
					    "\"path\" is a list of steps (lower-case words joined by -), of a called flow as flow/step");
	}
	return RA_OK;
}

static ra_err check_outcome(const struct load *load, const cJSON *node)
{
	for (size_t i = 0; node && outcomes[i]; i++)
		if (strcmp(outcomes[i], node->valuestring) == 0)
			return RA_OK;
	return node ? ra_json_fail(load->doc, node, load->errs, RA_E_INVALID,
				   "\"outcome\" is resolved, not_a_fault, escalated, security_review, rebuild or stopped")
		    : RA_OK;
}

static ra_err check_expect(const struct load *load, const cJSON *expect)
{
	TRY(check_object(load, expect, expect_rules, "\"expect\""));
	for (const cJSON *item = expect->child; item; item = item->next) {
		if (strncmp(item->string, "x_", 2) == 0)
			continue;
		TRY(check_object(load, item, expected_rules, "what is expected"));
		TRY(check_int(load, item, "exit", 0, 255));
		TRY(check_names(load, ra_json_get(item, "likely"), "\"likely\" is a list of causes"));
		TRY(check_way(load, ra_json_get(item, "path")));
		TRY(check_outcome(load, ra_json_get(item, "outcome")));
	}
	return RA_OK;
}

static ra_err check_answers(const struct load *load, const cJSON *answers)
{
	for (const cJSON *item = answers->child; item; item = item->next) {
		if (!is_name(item->string) && strncmp(item->string, "x_", 2) != 0)
			return ra_json_fail(load->doc, item, load->errs, RA_E_INVALID,
					    "\"%s\" is no name of a step or check", item->string);
		if (!cJSON_IsString(item) && !cJSON_IsArray(item))
			return ra_json_fail(load->doc, item, load->errs, RA_E_INVALID,
					    "an answer is an id or a list of ids");
		TRY(check_names(load, item, "an answer is an id or a list of ids"));
	}
	return RA_OK;
}

ra_err ra_recording_states(const struct ra_json *doc, const cJSON *base, cJSON **out, struct ra_errs *errs)
{
	const cJSON *own = ra_json_get(ra_json_root(doc), "states");
	const cJSON *name = ra_json_get(ra_json_root(doc), "base");

	*out = NULL;
	if (name && !base)
		return ra_json_fail(doc, name, errs, RA_E_INVALID, "its base is not here");
	if (cJSON_GetArraySize(own) + cJSON_GetArraySize(base) > STATES_MAX)
		return ra_json_fail(doc, own, errs, RA_E_INVALID, "a recording has at most %d states, its base's among them",
				    STATES_MAX);
	cJSON *states = cJSON_CreateObject();
	bool ok = states != NULL;
	for (const cJSON *state = base ? base->child : NULL; ok && state; state = state->next)
		ok = cJSON_AddItemReferenceToObject(states, state->string, (cJSON *)state);
	for (const cJSON *state = cJSON_IsObject(own) ? own->child : NULL; ok && state; state = state->next) {
		if (ra_json_get(base, state->string)) {
			cJSON_Delete(states);
			return ra_json_fail(doc, state, errs, RA_E_INVALID,
					    "its base has a state \"%s\"; a state that is like it has another name",
					    state->string);
		}
		ok = cJSON_AddItemReferenceToObject(states, state->string, (cJSON *)state);
	}
	if (!ok) {
		cJSON_Delete(states);
		return ra_fail(errs, RA_E_NOMEM, "no memory for the recording");
	}
	*out = states;
	return RA_OK;
}

ra_err ra_recording_check(const struct ra_json *doc, const cJSON *states, struct ra_errs *errs)
{
	const cJSON *root = ra_json_root(doc);
	struct load load = {.doc = doc, .errs = errs, .states = states};
	ra_utc_ms start;
	TRY(check_object(&load, root, root_rules, "a recording"));
	TRY(check_int(&load, root, "format", 1, 1));
	TRY(check_int(&load, root, "speed", 1, 100000));
	TRY(check_texts(&load, ra_json_get(root, "story"), "\"story\""));
	TRY(check_words(&load, ra_json_get(root, "planes"), planes, "a plane: ssh, vcenter or bmc"));
	if (ra_utc_parse(ra_json_str(root, "clock", ""), &start) != RA_OK)
		return ra_json_fail(doc, ra_json_get(root, "clock"), errs, RA_E_INVALID,
				    "\"clock\" is a time like 2026-03-02T01:00:00Z");
	/* The record and the report name a walk's source by it, and "live" is no recording. */
	if (strcmp(ra_json_str(root, "id", ""), "live") == 0)
		return ra_json_fail(doc, ra_json_get(root, "id"), errs, RA_E_INVALID,
				    "a recording is not called \"live\"");
	if (ra_json_get(root, "key") && !is_key(ra_json_str(root, "key", "")))
		return ra_json_fail(doc, ra_json_get(root, "key"), errs, RA_E_INVALID,
				    "\"key\" is a recovery key: 16 groups of 6 digits joined by -");
	if (cJSON_GetArraySize(ra_json_get(root, "states")) > STATES_MAX)
		return ra_json_fail(doc, ra_json_get(root, "states"), errs, RA_E_INVALID, "a recording has at most %d states",
				    STATES_MAX);
	for (const cJSON *state = ra_json_get(root, "states")->child; state; state = state->next)
		TRY(check_state(&load, state));
	TRY(check_state_name(&load, ra_json_get(root, "start")));
	const cJSON *moves = ra_json_get(root, "moves");
	for (const cJSON *move = moves ? moves->child : NULL; move; move = move->next)
		TRY(check_move(&load, move));
	if (ra_json_get(root, "expect"))
		TRY(check_expect(&load, ra_json_get(root, "expect")));
	return ra_json_get(root, "answers") ? check_answers(&load, ra_json_get(root, "answers")) : RA_OK;
}
