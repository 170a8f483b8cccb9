/* view.c - the snapshot put together. The parts stand in view_*.c. */
#include "config.h"

#include "session/viewmake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *ra_view_grow(void *array_at, size_t *count, size_t size)
{
	void **array = array_at;
	void *more = *count % 16 ? *array : realloc(*array, (*count + 16) * size);

	if (!more)
		return NULL;
	*array = more;
	char *made = (char *)more + *count * size;

	memset(made, 0, size);
	(*count)++;
	return made;
}

ra_err ra_view_put(char **at, const char *text)
{
	free(*at);
	*at = ra_text_clean_dup(text ? text : "", false);
	return *at ? RA_OK : RA_E_NOMEM;
}

ra_err ra_view_text(struct ra_texts *texts, const char *text)
{
	char **at = ra_view_grow(&texts->items, &texts->count, sizeof(*texts->items));

	if (!at || !text)
		return RA_E_NOMEM;
	*at = ra_text_clean_dup(text, true);
	return *at ? RA_OK : RA_E_NOMEM;
}

ra_err ra_view_texts(struct ra_texts *texts, const cJSON *list)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list) if (cJSON_IsString(item) && ra_view_text(texts, item->valuestring)) return RA_E_NOMEM;
	return RA_OK;
}

ra_utc_ms ra_view_time(const struct ra_session *s)
{
	if (!s->reading)
		return ra_session_now(s);
	return s->entry_count ? s->entries[s->entry_count - 1].t : 0;
}

static const cJSON *start_body(const struct ra_session *s)
{
	return s->entry_count && !strcmp(s->entries[0].kind, "start") ? s->entries[0].body : NULL;
}

/* What the newest entry that begins or goes on with the walk says under a key. Out: fallback when none does; borrowed. */
static const char *agreed(const struct ra_session *s, const char *key, const char *fallback)
{
	for (size_t i = s->entry_count; i-- > 0;) {
		const char *kind = s->entries[i].kind;
		const char *said = !strcmp(kind, "start") || !strcmp(kind, "resume") ? ra_json_str(s->entries[i].body, key, NULL) : NULL;

		if (said)
			return said;
	}
	return s->entry_count ? "" : fallback;
}

/* What the start entry says of the walk; a walk that has not begun says what it was given. */
static ra_err put_start(const struct ra_session *s, struct ra_view *v)
{
	const cJSON *start = start_body(s);
	char until[RA_UTC_TEXT_LEN];
	const struct ra_flow *flow = ra_flowset_flow(s->flows, s->flow);
	const struct {
		char **at;
		const char *key, *fallback;
	} rows[] = {
		{&v->flow, "flow", s->flow},
		{&v->flow_version, "flow_version", flow ? flow->version : ""},
		{&v->flow_sha256, "flow_sha256", ra_flowset_sha256(s->flows)},
		{&v->program, "program", ""},
		{&v->host, "host", s->host},
		{&v->source, "source", ""},
		{&v->operator_name, "operator", s->operator_name},
	};
	const struct {
		char **at;
		const char *key, *given;
	} agreements[] = {
		{&v->change_id, "change", s->change_id},
		{&v->case_id, "case", s->case_id},
		{&v->until, "until", s->until == RA_UTC_NONE ? NULL : ra_utc_format(s->until, until)},
	};

	for (size_t i = 0; i < RA_LEN(agreements); i++)
		if (ra_view_put(agreements[i].at, agreed(s, agreements[i].key, agreements[i].given)))
			return RA_E_NOMEM;

	for (size_t i = 0; i < RA_LEN(rows); i++)
		if (ra_view_put(rows[i].at, ra_json_str(start, rows[i].key, rows[i].fallback)))
			return RA_E_NOMEM;
	v->started = start ? s->entries[0].t : ra_view_time(s);
	v->now = ra_view_time(s);
	v->unchecked = ra_way_in_unchecked(s);
	return ra_view_put(&v->named, s->named ? s->named : v->host) || ra_view_put(&v->flow_title, flow ? flow->title : "") ? RA_E_NOMEM : RA_OK;
}

static ra_err put_record(const struct ra_session *s, struct ra_view *v)
{
	const char *path = s->journal ? ra_journal_path(s->journal) : s->path;

	v->entry_count = (int64_t)s->entry_count;
	v->redacted = s->reading && s->withheld >= 0;
	v->withheld = v->redacted ? s->withheld : 0;
	const char *name = path && v->redacted ? strrchr(path, '/') : NULL; /* where a copy lies is nobody's who reads it */

	if (ra_view_put(&v->journal_path, name ? name + 1 : path))
		return RA_E_NOMEM;
	return ra_view_put(&v->head, s->head);
}

/* What must stand beside a status, so that no header says Passed of what was not seen: that it is of an earlier boot, that this
 * cannot be told, or that vCenter only remembers it. */
static const char *status_limits(const struct ra_session *s)
{
	const struct ra_facts *facts = ra_state_facts(s->state);
	struct ra_query query = RA_QUERY_NOW;
	struct ra_reading status = ra_facts_read(facts, "attestation.time", &query);
	struct ra_reading boot = ra_facts_read(facts, RA_FACT_BOOT_TIME, &query);
	struct ra_reading contact = ra_facts_read(facts, "host.connection", &query);
	ra_utc_ms told = 0, booted = 0;
	int64_t told_margin = 0, boot_margin = 0;

	if (contact.reason == RA_KNOWN && contact.value->type == RA_TEXT && strcmp(contact.value->as.text, "connected"))
		return ", as of last contact";
	if (!status.obs || !boot.obs || status.reason != RA_KNOWN || boot.reason != RA_KNOWN ||
	    !ra_facts_session_time(facts, status.obs, &told, &told_margin) ||
	    !ra_facts_session_time(facts, boot.obs, &booted, &boot_margin))
		return ", of which boot is not known";
	return told < booted ? ", before this boot" : "";
}

/* The two facts the header shows. */
static ra_err put_header(const struct ra_session *s, struct ra_view *v)
{
	RA_AUTO(ra_mem_free) char *version = ra_say_fact(s, RA_FACT_ESXI_VERSION);
	RA_AUTO(ra_mem_free) char *status = ra_say_fact(s, "attestation.status");
	RA_AUTO(ra_mem_free) char *time = ra_say_fact(s, "attestation.time");
	RA_AUTO(ra_buf_free) struct ra_buf line = {0};
	ra_err err = status ? ra_buf_printf(&line, "%s%s%s%s%s", status, time ? " (" : "", time ? time : "", time ? ")" : "",
					    status_limits(s))
			    : ra_buf_text(&line, "not known");

	return err || ra_view_put(&v->esxi_version, version) || ra_view_put(&v->attestation, ra_buf_str(&line)) ? RA_E_NOMEM
														 : RA_OK;
}

/* Put a text that is not there yet. */
static ra_err put_once(struct ra_texts *texts, const char *text)
{
	for (size_t i = 0; i < texts->count; i++)
		if (!strcmp(texts->items[i], text))
			return RA_OK;
	return *text ? ra_view_text(texts, text) : RA_OK;
}

/* The end of a called flow that led straight to the end the walk is at, or NULL. It knows more than the caller's end does ("Do not
 * restart the host"), so its words stand first. */
static const struct ra_step *called_end(const struct ra_session *s, const struct ra_now *now)
{
	const struct ra_visit *visits;
	size_t count = ra_state_path(s->state, &visits);

	if (!now->step || now->step->kind != RA_STEP_END || count < 2 || visits[count - 2].taken_back ||
	    visits[count - 2].flow == visits[count - 1].flow || visits[count - 2].step->kind != RA_STEP_END)
		return NULL;
	return visits[count - 2].step;
}

static ra_err put_say(const struct ra_session *s, const struct ra_now *now, struct ra_view *v)
{
	const struct ra_step *steps[] = {called_end(s, now), now->step};

	for (size_t i = 0; i < RA_LEN(steps); i++) {
		RA_AUTO(ra_mem_free) char *say = steps[i] ? ra_say_step(s, steps[i]) : strdup("");

		if (!say || put_once(&v->say, say))
			return RA_E_NOMEM;
	}
	return RA_OK;
}

/* A text with {resume} replaced by how the walk is gone on with: with its record where there is one, else from the start. A copy is gone on
 * with by nobody. The command stands in backquotes, for a sentence may end behind it. */
static char *go_on(const struct ra_session *s, const struct ra_view *v, const char *text)
{
	static const char mark[] = "{" RA_FILL_RESUME "}";
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};
	bool kept = *v->journal_path;
	const char *words = v->redacted ? "`reattest resume` with the original of this record" : !kept && s->recording ? "a new walk" : NULL;
	ra_err err = RA_OK;

	for (const char *at; !err && (at = strstr(text, mark)); text = at + strlen(mark)) {
		err = ra_buf_printf(&out, "%.*s", (int)(at - text), text);
		err = err ? err : words ? ra_buf_text(&out, words)
					: ra_buf_printf(&out, "`reattest %s%s`", kept ? "resume " : "", kept ? v->journal_path : v->named);
	}
	return err || ra_buf_text(&out, text) ? NULL : ra_buf_take(&out);
}

static ra_err put_next(const struct ra_session *s, const struct ra_step *step, struct ra_view *v)
{
	const cJSON *text;

	cJSON_ArrayForEach(text, (step ? step->next : NULL))
	{
		RA_AUTO(ra_mem_free) char *filled = cJSON_IsString(text) ? ra_say_fill(s, text->valuestring) : NULL;
		RA_AUTO(ra_mem_free) char *told = filled ? go_on(s, v, filled) : NULL;

		if (!told || put_once(&v->next, told))
			return RA_E_NOMEM;
	}
	return RA_OK;
}

static ra_err put_end(const struct ra_session *s, const struct ra_now *now, struct ra_view *v)
{
	bool at_end = now->step && now->step->kind == RA_STEP_END;
	const struct ra_step *called = called_end(s, now);
	char fault[RA_ERRS_MAX * RA_ERR_TEXT_MAX] = "", person[256] = "";

	if (!s->ended && now->phase != RA_PH_END)
		return ra_view_put(&v->outcome, "") || ra_view_put(&v->outcome_title, "") || ra_view_put(&v->end_reason, "")
			       ? RA_E_NOMEM
			       : RA_OK;
	enum ra_outcome outcome = now->outcome == RA_OUT_NONE ? RA_OUT_STOPPED : now->outcome;

	v->fault = s->fault.code != RA_OK;
	if (v->fault)
		ra_errs_line(&s->fault, fault, sizeof(fault));
	if (put_next(s, called, v) || (at_end && put_next(s, now->step, v)))
		return RA_E_NOMEM;
	const char *reason = now->end_reason ? now->end_reason : "";
	bool only = !strcmp(reason, RA_ONLY_REASON);

	if (!strcmp(reason, "action") && now->step) /* nobody was asked, and a change needs somebody */
		snprintf(person, sizeof(person), "before \"%s\": what changes a host needs a person", now->step->title);
	return ra_view_put(&v->outcome, ra_outcome_name(outcome)) ||
			       ra_view_put(&v->outcome_title, only     ? "These checks were run, and nothing else"
							      : called ? called->title
							      : at_end ? now->step->title
								       : person) ||
			       ra_view_put(&v->end_reason, v->fault ? fault : now->end_reason)
		       ? RA_E_NOMEM
		       : RA_OK;
}

/* Who took the session over from whom, as a note. */
static ra_err put_taken(const cJSON *body, struct ra_view *v)
{
	RA_AUTO(ra_buf_free) struct ra_buf line = {0};
	const char *from = ra_json_str(body, "taken_from", NULL);
	ra_err err = from ? ra_buf_printf(&line, "Taken over by %s from %s, who handed it over at %s.", ra_json_str(body, "taken_by", "somebody"), from,
					  ra_json_str(body, "taken_at", "an unknown time"))
			  : RA_OK;

	return err || !from ? err : ra_view_text(&v->notes, ra_buf_str(&line));
}

static ra_err put_notes(const struct ra_session *s, struct ra_view *v)
{
	for (size_t i = 0; i < s->entry_count; i++)
		if (!strcmp(s->entries[i].kind, "resume") && put_taken(s->entries[i].body, v))
			return RA_E_NOMEM;
	for (size_t i = 0; i < s->entry_count; i++)
		if (!strcmp(s->entries[i].kind, "note") &&
		    ra_view_text(&v->notes, ra_json_str(s->entries[i].body, "text", "(withheld)")))
			return RA_E_NOMEM;
	return RA_OK;
}

/* Somebody walks: a document of a check or of a record has no use for a map, a palette or help, and many hosts would each hold them. */
static bool is_walked(const struct ra_session *s)
{
	return s->interactive && !s->reading;
}

static ra_err put_walked(const struct ra_session *s, const struct ra_now *now, struct ra_view *v)
{
	ra_err err = ra_view_map(s, v);

	err = err ? err : ra_view_palette(s, v);
	return err ? err : ra_view_topics(s, now->step, v);
}

static ra_err fill(const struct ra_session *s, bool with_output, struct ra_view *v)
{
	struct ra_now now = ra_session_stand(s);
	ra_err err = put_start(s, v);

	err = err ? err : put_record(s, v);
	err = err ? err : put_header(s, v);
	err = err ? err : ra_view_way(s, with_output, v);
	err = err ? err : ra_view_said(s, v);
	err = err ? err : ra_view_changes(s, v);
	err = err ? err : ra_view_results(s, v);
	err = err || !is_walked(s) ? err : put_walked(s, &now, v);
	err = err ? err : ra_view_commands(s, with_output, v);
	err = err ? err : ra_view_facts(s, v);
	err = err ? err : ra_view_causes(s, v);
	err = err ? err : ra_view_quirks(s, v);
	err = err ? err : ra_view_unseen(s, v);
	err = err ? err : ra_view_drift(s, v);
	err = err ? err : put_notes(s, v);
	err = err ? err : put_say(s, &now, v);
	err = err ? err : put_end(s, &now, v);
	err = err ? err : ra_view_owed(s, v);
	err = err ? err : ra_view_since(s, v);
	if (err)
		return err;
	v->exit_code = ra_view_exit(s, v);
	err = ra_view_lead(s, v);
	return err ? err : ra_prompt_make(s, &v->prompt);
}

ra_err ra_session_view(const struct ra_session *s, bool with_output, struct ra_view **out, struct ra_errs *errs)
{
	struct ra_view *v = calloc(1, sizeof(*v));

	*out = NULL;
	if (!v || fill(s, with_output, v)) {
		ra_view_free(v);
		return ra_fail(errs, RA_E_NOMEM, "no memory for the view of this walk");
	}
	*out = v;
	return RA_OK;
}
