/* view_evidence.c - what was asked, what came back, and the verdict of each check. */
#include "config.h"

#include "session/viewmake.h"

#include "base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool in_step(const struct ra_now *now, const char *check)
{
	const cJSON *lists[] = {
		now->step && now->step->kind == RA_STEP_CHECK ? now->step->checks : NULL,
		now->step && now->step->kind == RA_STEP_ACTION ? now->step->action.verify_checks : NULL,
	};
	const cJSON *id;

	for (size_t i = 0; i < RA_LEN(lists); i++)
		cJSON_ArrayForEach(id, lists[i]) if (cJSON_IsString(id) && !strcmp(id->valuestring, check)) return true;
	return false;
}

/* What the record holds of a check: when it last had an answer (RA_UTC_NONE: never), and who answered, in the order of the first time. */
struct told {
	ra_utc_ms at;
	enum ra_plane planes[RA_PLANE_COUNT];
	size_t plane_count;
};

static void tell(struct told *told, const struct ra_entry *entry, int plane)
{
	told->at = entry->t;
	if (plane == RA_PLANE_ANY)
		return;
	for (size_t i = 0; i < told->plane_count; i++)
		if (told->planes[i] == (enum ra_plane)plane)
			return;
	told->planes[told->plane_count++] = (enum ra_plane)plane;
}

/* One way through the record for all checks: a long walk has thousands of entries, and a view is made for every frame.
 * Out: told[count], in the order of checks. */
static void told_of(const struct ra_session *s, const struct ra_check *const *checks, size_t count, struct told *told)
{
	for (size_t k = 0; k < count; k++)
		told[k] = (struct told){.at = RA_UTC_NONE};
	for (size_t i = 0; i < s->entry_count; i++) {
		const struct ra_entry *entry = &s->entries[i];
		bool reply = !strcmp(entry->kind, "reply"), answer = !strcmp(entry->kind, "answer");

		/* What the site gave is judged by the check of its name. */
		if (!reply && !answer && strcmp(entry->kind, "given"))
			continue;
		const char *id = ra_json_str(entry->body, reply || answer ? "check" : "what", "");
		int plane = reply    ? ra_plane_parse(ra_json_str(entry->body, "plane", ""))
			    : answer ? RA_PLANE_OPERATOR
				     : RA_PLANE_ANY;

		for (size_t k = 0; k < count && *id; k++)
			if (!strcmp(checks[k]->id, id)) {
				tell(&told[k], entry, plane);
				break;
			}
	}
}

static bool check_flies(const struct ra_session *s, const struct ra_check *check)
{
	for (size_t i = 0; i < check->plane_count; i++)
		if (ra_session_flying(s, RA_TICKET_CHECK, &check->planes[i]))
			return true;
	return false;
}

/* The facts of a check in words, as they are gathered. */
struct shown {
	struct ra_buf words, names; /* names: "|host.model|host.vendor|" */
	size_t count, label_len;
};

/* Two machines that disagree about a fact: what each of them says, by name. NULL when they do not. */
static char *say_conflict(const struct ra_session *s, const char *name)
{
	static const struct {
		enum ra_plane plane;
		const char *word;
	} machines[] = {{RA_PLANE_SSH, "SSH"}, {RA_PLANE_VCENTER, "vCenter"}, {RA_PLANE_BMC, "BMC"}};
	RA_AUTO(ra_buf_free) struct ra_buf line = {0};
	struct ra_query query = RA_QUERY_NOW;
	ra_err err = RA_OK;

	if (ra_facts_read(ra_state_facts(s->state), name, &query).reason != RA_CONFLICT)
		return NULL;
	for (size_t i = 0; i < RA_LEN(machines) && !err; i++) {
		query.plane = machines[i].plane;
		struct ra_reading one = ra_facts_read(ra_state_facts(s->state), name, &query);
		RA_AUTO(ra_mem_free) char *value = one.reason == RA_KNOWN ? ra_say_value(s, name, one.value) : NULL;

		if (value)
			err = ra_buf_printf(&line, "%s%s says %s", line.len ? ", " : "", machines[i].word, value);
	}
	return err ? NULL : ra_buf_take(&line);
}

/* Add a fact that is known, or disagreed about, and not there yet. Its label is its name without the first part ("status" for
 * "attestation.status"): the check's title has said what it is about. */
static ra_err add_shown(const struct ra_session *s, const char *name, struct shown *shown)
{
	RA_AUTO(ra_mem_free) char *known = ra_say_fact(s, name);
	RA_AUTO(ra_mem_free) char *both = known ? NULL : say_conflict(s, name);
	const char *value = known ? known : both, *dot = strchr(name, '.');
	char token[RA_FACT_NAME_MAX + 3], label[RA_FACT_NAME_MAX + 3];

	snprintf(token, sizeof(token), "|%s|", name);
	snprintf(label, sizeof(label), "%s: ", dot ? dot + 1 : name);
	for (char *at = label; *at; at++)
		*at = *at == '_' || *at == '.' ? ' ' : *at;
	if (!value || !*value || strstr(ra_buf_str(&shown->names), token))
		return RA_OK;
	shown->label_len = strlen(label);
	shown->count++;
	ra_err err = ra_buf_text(&shown->names, token);

	return err ? err : ra_buf_printf(&shown->words, "%s%s%s", shown->words.len ? "; " : "", label, value);
}

/* The facts machines give, and those only a person can. */
static ra_err add_all_shown(const struct ra_session *s, const struct ra_check *check, struct shown *shown)
{
	const struct ra_question *manual = ra_flowset_manual(s->flows, check);
	const cJSON *set;
	ra_err err = RA_OK;

	for (size_t i = 0; i < check->plane_count; i++)
		for (size_t k = 0; k < check->planes[i].fact_count && !err; k++)
			if (!check->planes[i].facts[k].aside)
				err = add_shown(s, check->planes[i].facts[k].name, shown);
	for (size_t i = 0; manual && i < manual->count; i++)
		cJSON_ArrayForEach(set, manual->choices[i].set)
			err = err ? err : add_shown(s, set->string, shown);
	return err;
}

/* "model: PowerEdge R750; vendor: ...": the known facts of a check in words, each once. The only one of a check stands
 * without its name: the check's title has said it. What the verdict's why says in the same words is not said twice. */
static ra_err put_shown(const struct ra_session *s, const struct ra_check *check, struct ra_view_result *at)
{
	struct shown all = {.words = {.max_len = 4096}};
	ra_err err = add_all_shown(s, check, &all);

	if (err == RA_E_LIMIT) {
		all.words.max_len = 0;
		err = ra_buf_printf(&all.words, "%smore than fits here", all.words.len ? "; " : "");
	}
	const char *words = ra_buf_str(&all.words) + (all.count == 1 ? all.label_len : 0);

	if (!err)
		err = ra_view_put(&at->shown, at->why && !strcmp(words, at->why) ? "" : words);
	ra_buf_free(&all.words);
	ra_buf_free(&all.names);
	return err;
}

const char *ra_plane_word(enum ra_plane plane)
{
	static const char *const words[] = {"SSH", "vCenter", "BMC", "operator", "session"};

	return words[plane];
}

static ra_err put_planes(const struct told *told, struct ra_view_result *at)
{
	char line[128] = "";
	size_t len = 0;

	for (size_t i = 0; i < told->plane_count; i++)
		len += (size_t)snprintf(line + len, sizeof(line) - len, "%s%s", len ? ", " : "", ra_plane_word(told->planes[i]));
	return ra_view_put(&at->planes, line);
}

static const char *verdict_word(enum ra_check_verdict verdict)
{
	static const char *const words[] = {
		[RA_V_PASS] = "PASS",	    [RA_V_FAIL] = "FAIL",   [RA_V_WARN] = "WARN",	   [RA_V_INFO] = "INFO",
		[RA_V_UNKNOWN] = "UNKNOWN", [RA_V_ERROR] = "ERROR", [RA_V_NOT_APPLICABLE] = "N/A",
	};

	return words[verdict];
}

/* Every plane that was given for this check is down: the plane is one line under "not checked", not one line a check. */
static bool plane_down(const struct ra_check *check, const struct ra_view *v)
{
	bool down = false;

	for (size_t i = 0; i < check->plane_count; i++) {
		size_t plane = (size_t)check->planes[i].plane;
		const char *state = plane < v->plane_count ? v->planes[plane].state : "not given";

		if (strcmp(state, "down") && strcmp(state, "not given"))
			return false;
		down = down || !strcmp(state, "down");
	}
	return down;
}

static ra_err put_result(const struct ra_session *s, const struct ra_check *check, const struct told *told, struct ra_view *v)
{
	struct ra_now now = ra_session_stand(s);
	ra_utc_ms at = told->at;
	/* "now" in a verdict is the time of the answer it judges: a clock that was right stays right while somebody reads. */
	struct ra_cond_env env = ra_state_env(s->state, ra_view_time(s));
	bool flies = check_flies(s, check);
	const char *why = "";

	if (s->only ? !ra_only_has(s, check->id) : at == RA_UTC_NONE && !flies)
		return RA_OK;
	if (at != RA_UTC_NONE)
		env.now = at;
	enum ra_check_verdict verdict = ra_flowset_judge(s->flows, check, &env, &why);
	if (s->only && !flies && !ra_only_answered(s, check->id)) { /* run alone it has a verdict in any case */
		verdict = at == RA_UTC_NONE ? RA_V_UNKNOWN : RA_V_ERROR;
		why = at == RA_UTC_NONE ? "nobody who could tell it was asked" : "its request failed";
	} else if ((verdict == RA_V_UNKNOWN || verdict == RA_V_ERROR) && plane_down(check, v) && !s->only) {
		return RA_OK;
	}
	struct ra_view_result *made = ra_view_grow(&v->results, &v->result_count, sizeof(*made));

	if (!made)
		return RA_E_NOMEM;
	RA_AUTO(ra_mem_free) char *filled = ra_say_fill(s, why ? why : "");

	made->at = at;
	made->running = flies;
	made->in_step = in_step(&now, check->id);
	return !filled || ra_view_put(&made->check, check->id) || ra_view_put(&made->title, check->title) ||
			       ra_view_put(&made->verdict, verdict_word(verdict)) ||
			       ra_view_put(&made->verdict_id, ra_check_verdict_name(verdict)) ||
			       ra_view_put(&made->why, filled) || put_shown(s, check, made) ||
			       put_planes(told, made) || ra_view_disputed(check, &made->disputed)
		       ? RA_E_NOMEM
		       : RA_OK;
}

ra_err ra_view_results(const struct ra_session *s, struct ra_view *v)
{
	const struct ra_check *const *checks;
	size_t count = ra_flowset_checks(s->flows, &checks);
	RA_AUTO(ra_mem_free) struct told *told = calloc(count ? count : 1, sizeof(*told));

	if (!told)
		return RA_E_NOMEM;
	told_of(s, checks, count, told);
	for (size_t i = 0; i < count; i++)
		if (put_result(s, checks[i], &told[i], v))
			return RA_E_NOMEM;
	return RA_OK;
}

char *ra_view_joined(const cJSON *lines)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};
	const cJSON *line;
	bool gone = false;
	ra_err err = RA_OK;

	if (cJSON_IsString(lines))
		err = ra_text_clean(lines->valuestring, strlen(lines->valuestring), true, &text);
	cJSON_ArrayForEach(line, lines)
	{
		const char *base64 = ra_json_str(line, "base64", NULL);
		bool before = gone;

		gone = !cJSON_IsString(line) && !base64;
		if (gone && before) /* one word for all of them: an answer's evidence can be missing whole */
			continue;
		RA_AUTO(ra_mem_free) char *bytes = NULL;
		size_t len = 0;

		if (text.len && !err)
			err = ra_buf_text(&text, "\n");
		if (cJSON_IsString(line) && !err)
			err = ra_text_clean(line->valuestring, strlen(line->valuestring), true, &text);
		else if (base64 && !err && !ra_base64_decode(base64, &bytes, &len))
			err = ra_text_clean(bytes, len, true, &text);
		else if (!err)
			err = ra_buf_text(&text, "(withheld)");
	}
	return err ? NULL : ra_buf_take(&text);
}

/* Words of a request, and for esxcli through vCenter what kind of interface that is: in full once, with the first of them. */
static ra_err put_marked(struct ra_view *v, const char *request, const char *words, struct ra_view_command *at)
{
	static const char through[] = " (through vCenter, an interface VMware does not document for others)", mark[] = " (through vCenter)";
	const char *end = strstr(words, mark); /* the words of the request may have it */
	int len = end ? (int)(end - words) : (int)strlen(words);
	bool marked = !strncmp(request, "{\"esxcli\"", strlen("{\"esxcli\"")), told = false;
	RA_AUTO(ra_buf_free) struct ra_buf line = {0};

	for (size_t i = 0; i < v->command_count && marked && !told; i++)
		told = v->commands[i].words && strstr(v->commands[i].words, through);
	ra_err err = marked ? ra_buf_printf(&line, "%.*s%s", len, words, told ? mark : through) : ra_buf_text(&line, words);

	return err ? err : ra_view_put(&at->words, ra_buf_str(&line));
}

/* The request for people: as the check words it, or as it stands in the entry. */
static ra_err put_words(const struct ra_session *s, const cJSON *body, struct ra_view *v, struct ra_view_command *at)
{
	const struct ra_check *check = ra_flowset_check(s->flows, ra_json_str(body, "check", ""));
	const char *plane = ra_json_str(body, "plane", ""), *request = ra_json_str(body, "request", "");

	for (size_t i = 0; check && i < check->plane_count; i++)
		if (!strcmp(ra_plane_name(check->planes[i].plane), plane) && (!*request || !strcmp(request, check->planes[i].request)))
			return put_marked(v, check->planes[i].request, check->planes[i].words, at);
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;

	if (ra_json_parse("request", request, strlen(request), NULL, &doc, NULL))
		return ra_view_put(&at->words, request);
	RA_AUTO(ra_mem_free) char *words = ra_request_words(ra_json_root(doc));

	return put_marked(v, request, words ? words : request, at);
}

static ra_err put_reply(const struct ra_session *s, const struct ra_entry *entry, bool with_output, struct ra_view *v)
{
	struct ra_view_command *at = ra_view_grow(&v->commands, &v->command_count, sizeof(*at));
	const cJSON *body = entry->body;

	if (!at)
		return RA_E_NOMEM;
	at->seq = entry->seq;
	at->at = entry->t;
	at->status = (int)ra_json_int(body, "status", -1);
	at->took_ms = ra_json_int(body, "took_ms", 0);
	at->truncated = ra_json_bool(body, "truncated", false);
	if (ra_view_put(&at->plane, ra_json_str(body, "plane", "")) || ra_view_put(&at->check, ra_json_str(body, "check", "")) ||
	    ra_view_put(&at->why, ra_json_str(body, "why", "")) || put_words(s, body, v, at))
		return RA_E_NOMEM;
	if (!with_output)
		return RA_OK;
	at->out = ra_view_joined(ra_json_get(body, "out"));
	at->err = ra_view_joined(ra_json_get(body, "err"));
	return at->out && at->err ? RA_OK : RA_E_NOMEM;
}

static ra_err put_intent(const struct ra_session *s, const struct ra_entry *entry, struct ra_view *v)
{
	struct ra_view_command *at = ra_view_grow(&v->commands, &v->command_count, sizeof(*at));

	if (!at)
		return RA_E_NOMEM;
	at->seq = entry->seq;
	at->at = entry->t;
	at->change = true;
	at->status = -1;
	return ra_view_put(&at->plane, ra_json_str(entry->body, "by", "")) || ra_view_put(&at->check, "") ||
			       ra_view_put(&at->why, "sent") || put_words(s, entry->body, v, at)
		       ? RA_E_NOMEM
		       : RA_OK;
}

static ra_err put_running(const struct ra_session *s, const struct ra_flight *flight, struct ra_view *v)
{
	struct ra_view_command *at = ra_view_grow(&v->commands, &v->command_count, sizeof(*at));

	if (!at)
		return RA_E_NOMEM;
	at->seq = -1;
	at->at = flight->since;
	at->running = true;
	at->status = -1;
	return ra_view_put(&at->plane, ra_plane_name(flight->want.plane->plane)) ||
			       ra_view_put(&at->check, flight->want.check->id) ||
			       put_marked(v, flight->want.plane->request, flight->want.plane->words, at) ||
			       ra_view_put(&at->why, "running")
		       ? RA_E_NOMEM
		       : RA_OK;
}

ra_err ra_view_commands(const struct ra_session *s, bool with_output, struct ra_view *v)
{
	for (size_t i = 0; i < s->entry_count; i++) {
		const struct ra_entry *entry = &s->entries[i];
		ra_err err = RA_OK;

		if (!strcmp(entry->kind, "reply"))
			err = put_reply(s, entry, with_output, v);
		else if (!strcmp(entry->kind, "intent") && ra_json_get(entry->body, "request"))
			err = put_intent(s, entry, v);
		if (err)
			return err;
	}
	for (size_t i = 0; i < RA_TICKETS_MAX; i++)
		if (s->flights[i].want.plane && put_running(s, &s->flights[i], v))
			return RA_E_NOMEM;
	return RA_OK;
}
