/* say.c - words: texts of flows filled with facts, in the vendor's own directions, made clean once. */
#include "config.h"

#include "session/internal.h"

#include <stdlib.h>
#include <string.h>

char *ra_say_fact(const struct ra_session *s, const char *name)
{
	struct ra_query query = {.plane = RA_PLANE_ANY, .prefer = ra_flowset_prefer(s->flows, name)};
	struct ra_reading reading = ra_facts_read(ra_state_facts(s->state), name, &query);

	return reading.reason == RA_KNOWN ? ra_say_value(s, name, reading.value) : NULL;
}

char *ra_say_value(const struct ra_session *s, const char *name, const struct ra_value *value)
{
	RA_AUTO(ra_mem_free) char *text = ra_value_text(value);
	/* The glossary spells a bool as JSON does. */
	const char *key = value->type != RA_BOOL ? text : value->as.yes ? "true" : "false";
	const char *word = text ? ra_flowset_word(s->flows, name, key) : NULL;

	return word ? ra_text_clean_dup(word == key ? text : word, false) : NULL;
}

char *ra_say_fill(const struct ra_session *s, const char *text)
{
	RA_AUTO(ra_mem_free) char *filled = ra_state_fill(s->state, text, NULL);

	return filled ? ra_text_clean_dup(filled, true) : NULL;
}

char *ra_say_paragraphs(const struct ra_session *s, const cJSON *say)
{
	RA_AUTO(ra_buf_free) struct ra_buf all = {0};
	const cJSON *item;
	bool first = true;

	if (cJSON_IsString(say))
		return ra_say_fill(s, say->valuestring);
	cJSON_ArrayForEach(item, say)
	{
		RA_AUTO(ra_mem_free) char *one = cJSON_IsString(item) ? ra_say_fill(s, item->valuestring) : NULL;

		if (!one || (!first && ra_buf_text(&all, "\n\n")) || ra_buf_text(&all, one))
			return NULL;
		first = false;
	}
	return strdup(ra_buf_str(&all));
}

/* What is known about this server and belongs to these directions, before them: on a small screen the end of a text is on another page. */
static ra_err add_quirks(const struct ra_session *s, const struct ra_maker *maker, const char *id, struct ra_buf *out)
{
	const struct ra_quirk *quirk = NULL;

	while ((quirk = ra_maker_quirk(maker, id, quirk))) {
		RA_AUTO(ra_mem_free) char *say = ra_say_paragraphs(s, quirk->say);

		if (!say || ra_buf_printf(out, "%sAbout this server: %s", out->len ? "\n\n" : "", say))
			return RA_E_NOMEM;
	}
	return RA_OK;
}

char *ra_say_step(const struct ra_session *s, const struct ra_step *step)
{
	const char *id = ra_json_str(step->text, "id", NULL);

	if (!id)
		return ra_say_paragraphs(s, step->say);
	struct ra_maker maker = ra_state_maker(s->state);
	RA_AUTO(ra_mem_free) char *own = ra_say_paragraphs(s, ra_maker_text(&maker, id));
	RA_AUTO(ra_mem_free) char *say = ra_say_paragraphs(s, step->say);
	RA_AUTO(ra_mem_free) char *machine = ra_say_directions(s, step);
	RA_AUTO(ra_buf_free) struct ra_buf all = {0};

	/* What this server tells comes first: on a small screen the end of a text is on another page. */
	if (!own || !say || !machine || ra_buf_text(&all, say) || (all.len && *machine && ra_buf_text(&all, "\n\n")) ||
	    ra_buf_text(&all, machine) || add_quirks(s, &maker, id, &all) || (all.len && *own && ra_buf_text(&all, "\n\n")) ||
	    ra_buf_text(&all, own))
		return NULL;
	return strdup(ra_buf_str(&all));
}

char *ra_say_danger(const struct ra_session *s, const struct ra_action *action)
{
	RA_AUTO(ra_buf_free) struct ra_buf all = {0};
	const cJSON *id;

	cJSON_ArrayForEach(id, (action->restore ? NULL : action->touches))
	{
		const struct ra_class *class = ra_flowset_class(s->flows, id->valuestring);

		if (class && class->why && class->danger == action->danger &&
		    ra_buf_printf(&all, "%s%s: %s", all.len ? "\n\n" : "", class->title, class->why))
			return NULL;
	}
	return ra_text_clean_dup(ra_buf_str(&all), true);
}
