/* shown.c - the words a person saw, for the entry of what they said to them: so that a record tells what was asked without the flow set.
 * One commitment an entry: facts stand in the words, host names with them. Nothing that is typed without echo is in any. */
#include "config.h"

#include "session/viewmake.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 6000 /* bytes of one text; directions are shorter, and an entry stays small whatever a flow file says */

/* A text under a key, cut at a character where it is very long; nothing where there is none. */
static bool put(cJSON *words, const char *key, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (len <= TEXT_MAX)
		return !len || cJSON_AddStringToObject(words, key, text);
	len = TEXT_MAX;
	while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	RA_AUTO(ra_buf_free) struct ra_buf cut = {0};

	return !ra_buf_printf(&cut, "%.*s [...]", (int)len, text) && cJSON_AddStringToObject(words, key, ra_buf_str(&cut));
}

/* One more {id, text} of a list. */
static bool put_row(cJSON *list, const char *id, const char *text)
{
	cJSON *row = cJSON_CreateObject();

	if (row && cJSON_AddStringToObject(row, "id", id) && put(row, "text", text) && cJSON_AddItemToArray(list, row))
		return true;
	cJSON_Delete(row);
	return false;
}

/* A list under a key. Owner: takes it. */
static bool put_list(cJSON *words, const char *key, cJSON *list)
{
	if (list && (list->child ? cJSON_AddItemToObject(words, key, list) : true)) {
		if (!list->child)
			cJSON_Delete(list);
		return true;
	}
	cJSON_Delete(list);
	return false;
}

/* Owner: takes words. */
static ra_err commit(cJSON *body, cJSON *words, bool ok)
{
	cJSON *mark = NULL;

	if (ok)
		mark = ra_journal_sensitive(words);
	else
		cJSON_Delete(words);
	if (mark && cJSON_AddItemToObject(body, "words", mark))
		return RA_OK;
	cJSON_Delete(mark);
	return RA_E_NOMEM;
}

static bool put_options(cJSON *words, const struct ra_view_prompt *prompt)
{
	cJSON *list = cJSON_CreateArray();
	bool ok = list != NULL;

	for (size_t i = 0; i < prompt->option_count && ok; i++)
		ok = put_row(list, prompt->options[i].id, prompt->options[i].say);
	if (ok)
		return put_list(words, "options", list);
	cJSON_Delete(list);
	return false;
}

ra_err ra_shown_put(const struct ra_session *s, cJSON *body)
{
	struct ra_view_prompt prompt;
	ra_err err = ra_prompt_of_step(s, &prompt);
	cJSON *words = err ? NULL : cJSON_CreateObject();
	bool typed = prompt.kind == RA_ASK_TYPED;

	err = words ? commit(body, words, put(words, "title", prompt.title) && put(words, "danger", prompt.danger) &&
						  put(words, "text", prompt.text) && put(words, typed ? "type" : "hint", prompt.hint) &&
						  put_options(words, &prompt))
		    : RA_E_NOMEM;
	ra_prompt_clear(&prompt);
	return err;
}

/* The statements that were put, the one that was not affirmed with them. */
static bool put_statements(const struct ra_session *s, cJSON *words)
{
	const cJSON *row;
	cJSON *list = cJSON_CreateArray();
	size_t at = 0;
	bool ok = list != NULL;

	cJSON_ArrayForEach(row, s->talk.gate->statements)
	{
		RA_AUTO(ra_mem_free) char *say = ok && at <= s->talk.statement ? ra_say_fill(s, ra_json_str(row, "say", "")) : NULL;

		if (at++ <= s->talk.statement)
			ok = ok && say && put_row(list, ra_json_str(row, "id", ""), say);
	}
	if (ok)
		return put_list(words, "options", list);
	cJSON_Delete(list);
	return false;
}

ra_err ra_shown_gate(const struct ra_session *s, cJSON *body)
{
	const struct ra_gate *gate = s->talk.gate;

	if (!gate)
		return ra_shown_put(s, body);
	bool typed = s->talk.stage == RA_GATE_TYPE && gate->type;
	RA_AUTO(ra_mem_free) char *title = ra_say_fill(s, gate->title);
	RA_AUTO(ra_mem_free) char *why = ra_say_fill(s, gate->why ? gate->why : "");
	RA_AUTO(ra_mem_free) char *type = ra_say_fill(s, typed ? gate->type : "");
	cJSON *words = title && why && type ? cJSON_CreateObject() : NULL;

	return words ? commit(body, words, put(words, "title", title) && put(words, "text", why) && put(words, "type", type) &&
						   put_statements(s, words))
		     : RA_E_NOMEM;
}

static bool put_texts(cJSON *words, const char *key, const struct ra_texts *texts)
{
	cJSON *list = cJSON_CreateArray();
	bool ok = list != NULL;

	for (size_t i = 0; i < texts->count && ok; i++)
		ok = put_row(list, "", texts->items[i]);
	if (ok)
		return put_list(words, key, list);
	cJSON_Delete(list);
	return false;
}

/* What was found, as the screen of the outcome and the result of a check say it: verdicts that are not good, and causes that are likely. */
static bool put_found(cJSON *words, const struct ra_view *v)
{
	cJSON *checks = cJSON_CreateArray(), *causes = cJSON_CreateArray();
	bool ok = checks && causes;

	for (size_t i = 0; i < v->result_count && ok; i++) {
		const struct ra_view_result *r = &v->results[i];
		RA_AUTO(ra_buf_free) struct ra_buf line = {0};

		if (strcmp(r->verdict_id, "pass") && strcmp(r->verdict_id, "info") && strcmp(r->verdict_id, "not_applicable"))
			ok = !ra_buf_printf(&line, "%s %s%s%s", r->verdict, r->title, *r->why ? ": " : "", r->why) &&
			     put_row(checks, r->check, ra_buf_str(&line));
	}
	for (size_t i = 0; i < v->cause_count && ok; i++)
		if (!strcmp(v->causes[i].status, "likely"))
			ok = put_row(causes, v->causes[i].id, v->causes[i].title);
	if (ok && put_list(words, "checks", checks))
		return put_list(words, "causes", causes);
	if (!ok)
		cJSON_Delete(checks);
	cJSON_Delete(causes);
	return false;
}

ra_err ra_shown_end(const struct ra_session *s, cJSON *body)
{
	RA_AUTO(ra_view_free) struct ra_view *v = NULL;
	ra_err err = ra_session_view(s, false, &v, NULL);
	cJSON *words = err ? NULL : cJSON_CreateObject();
	RA_AUTO(ra_buf_free) struct ra_buf say = {0};

	for (size_t i = 0; words && i < v->say.count && !err; i++)
		err = ra_buf_printf(&say, "%s%s", i ? "\n\n" : "", v->say.items[i]);
	return words ? commit(body, words, !err && put(words, "title", v->outcome_title) && put(words, "text", ra_buf_str(&say)) &&
						   put_found(words, v) && put_texts(words, "next", &v->next))
		     : RA_E_NOMEM;
}
