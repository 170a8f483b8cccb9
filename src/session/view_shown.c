/* view_shown.c - what was shown at each step and what was said to it, as the record holds it. A record without words (an older one) has
 * those of the flow set for what was answered. */
#include "config.h"

#include "session/viewmake.h"

#include <stdlib.h>
#include <string.h>

/* The step an entry belongs to: the last one come to; an edge leads on from the one before. at: where the last entry was, for entries
 * and steps are both in order. NULL: none. */
static struct ra_view_step *step_of(const struct ra_session *s, const struct ra_entry *entry, struct ra_view *v, size_t *at)
{
	const struct ra_visit *visits;
	size_t count = ra_state_path(s->state, &visits);
	int64_t last = strcmp(entry->kind, "edge") ? entry->seq : entry->seq - 1;

	while (*at + 1 < count && visits[*at + 1].seq <= last)
		(*at)++;
	return *at < count && *at < v->step_count && visits[*at].seq <= last ? &v->steps[*at] : NULL;
}

/* The words of an id among options; NULL when it is not there. */
static const char *option(const cJSON *options, const char *id)
{
	const cJSON *row;

	cJSON_ArrayForEach(row, options) if (!strcmp(ra_json_str(row, "id", ""), id)) return ra_json_str(row, "text", "");
	return NULL;
}

static ra_err put_offered(const cJSON *options, struct ra_view_shown *at)
{
	const cJSON *row;
	ra_err err = RA_OK;

	cJSON_ArrayForEach(row, options) err = err ? err : ra_view_text(&at->offered, ra_json_str(row, "text", ""));
	return err;
}

/* The question an answer is to, in the flow set; NULL when it has none. */
static const struct ra_question *question_of(const struct ra_session *s, const cJSON *body, const struct ra_view_step *step)
{
	const struct ra_check *check = ra_flowset_check(s->flows, ra_json_str(body, "check", ""));
	const struct ra_flow *flow = ra_flowset_flow(s->flows, step->flow);
	const struct ra_step *own = flow ? ra_flow_step(flow, step->id) : NULL;

	if (check)
		return ra_flowset_manual(s->flows, check);
	return own && own->kind == RA_STEP_QUESTION ? &own->question : NULL;
}

/* The words of what was chosen: as they were shown, else as the flow set has them, else the id. */
static ra_err put_chosen(const struct ra_question *question, const cJSON *options, const cJSON *ids, struct ra_view_shown *at)
{
	const cJSON *id;
	ra_err err = cJSON_IsArray(ids) && !ids->child ? ra_view_text(&at->said, "I do not know") : RA_OK;

	cJSON_ArrayForEach(id, ids)
	{
		const char *own = cJSON_IsString(id) ? id->valuestring : "(withheld)", *say = option(options, own);

		for (size_t i = 0; !say && question && i < question->count; i++)
			if (!strcmp(question->choices[i].id, own))
				say = question->choices[i].say;
		err = err ? err : ra_view_text(&at->said, say ? say : own);
	}
	return err;
}

/* What an entry that no option was chosen for says of the person. */
static ra_err put_word(const struct ra_entry *entry, const cJSON *options, struct ra_view_shown *at)
{
	static const char *const words[][2] = {{"intent", "yes"}, {"edge", "left out"}, {"outcome", "not waited for any longer"}};
	const char *id = !strcmp(entry->kind, "start") ? ra_json_str(entry->body, "step", "") : ra_json_str(entry->body, "how", "");
	const char *say = option(options, id);

	for (size_t i = 0; !say && i < RA_LEN(words); i++)
		say = strcmp(words[i][0], entry->kind) ? NULL : words[i][1];
	if (!strcmp(entry->kind, "intent") && *at->type)
		say = "typed it";
	return say ? ra_view_text(&at->said, say) : RA_OK;
}

static ra_err put_said(const struct ra_session *s, const struct ra_entry *entry, const cJSON *options, const struct ra_view_step *step,
		       struct ra_view_shown *at)
{
	if (!strcmp(entry->kind, "answer"))
		return put_chosen(question_of(s, entry->body, step), options, ra_json_get(entry->body, "ids"), at);
	if (!strcmp(entry->kind, "gate"))
		return put_chosen(NULL, options, ra_json_get(entry->body, "affirmed"), at);
	return put_word(entry, options, at);
}

static ra_err put_text(char **at, const char *text)
{
	free(*at);
	*at = ra_text_clean_dup(text, true);
	return *at ? RA_OK : RA_E_NOMEM;
}

static ra_err put_shown(const struct ra_session *s, const struct ra_entry *entry, const cJSON *words, struct ra_view_step *step)
{
	struct ra_view_shown *at = ra_view_grow(&step->shown, &step->shown_count, sizeof(*at));
	const cJSON *masked = ra_json_get(words, "$w");
	const cJSON *from = masked ? masked : words, *options = ra_json_get(from, "options");
	const struct {
		char **at;
		const char *key;
	} texts[] = {{at ? &at->title : NULL, "title"}, {at ? &at->text : NULL, "text"}, {at ? &at->hint : NULL, "hint"},
		     {at ? &at->type : NULL, "type"}, {at ? &at->danger : NULL, "danger"}};
	ra_err err = at ? ra_view_put(&at->kind, entry->kind) : RA_E_NOMEM;

	for (size_t i = 0; i < RA_LEN(texts) && !err; i++)
		err = put_text(texts[i].at, ra_json_str(from, texts[i].key, ""));
	if (err)
		return err;
	at->at = entry->t;
	at->seq = entry->seq;
	at->recorded = words != NULL;
	err = put_offered(options, at);
	return err ? err : put_said(s, entry, options, step, at);
}

ra_err ra_view_said(const struct ra_session *s, struct ra_view *v)
{
	size_t at = 0;

	for (size_t i = 0; i < s->entry_count; i++) {
		const struct ra_entry *entry = &s->entries[i];

		if (!strcmp(entry->kind, "reply")) /* nobody was shown anything by it; most entries are */
			continue;
		const cJSON *words = ra_json_get(entry->body, "words");
		bool answer = !strcmp(entry->kind, "answer");
		struct ra_view_step *step = words || answer ? step_of(s, entry, v, &at) : NULL;

		if (step && put_shown(s, entry, words, step))
			return RA_E_NOMEM;
	}
	return RA_OK;
}
