/* view_maker.c - what is known beside the machine's own answers: of servers of this maker, and where the sources disagree. */
#include "config.h"

#include "session/viewmake.h"

#include <string.h>

ra_err ra_view_disputed(const struct ra_check *check, struct ra_texts *texts)
{
	const cJSON *row;

	cJSON_ArrayForEach(row, (check ? check->disputed : NULL))
	{
		RA_AUTO(ra_buf_free) struct ra_buf line = {0};

		if (ra_buf_printf(&line, "%s: %s", ra_json_str(row, "source", ""), ra_json_str(row, "says", "")) ||
		    ra_view_text(texts, ra_buf_str(&line)))
			return RA_E_NOMEM;
	}
	return RA_OK;
}

static bool is_there(const struct ra_view *v, const struct ra_quirk *quirk)
{
	for (size_t i = 0; i < v->quirk_count; i++)
		if (!strcmp(v->quirks[i].id, quirk->id))
			return true;
	return false;
}

static ra_err put_quirk(const struct ra_session *s, const struct ra_quirk *quirk, struct ra_view *v)
{
	RA_AUTO(ra_mem_free) char *say = ra_say_paragraphs(s, quirk->say);
	struct ra_view_quirk *at = say ? ra_view_grow(&v->quirks, &v->quirk_count, sizeof(*at)) : NULL;

	if (!at)
		return RA_E_NOMEM;
	at->say = say; /* clean already, its paragraphs kept */
	say = NULL;
	return ra_view_put(&at->id, quirk->id) || ra_view_put(&at->title, quirk->title) || ra_view_put(&at->source, quirk->source)
		       ? RA_E_NOMEM
		       : RA_OK;
}

ra_err ra_view_quirks(const struct ra_session *s, struct ra_view *v)
{
	const struct ra_maker maker = ra_state_maker(s->state);
	const struct ra_visit *visits;
	size_t count = ra_state_path(s->state, &visits);

	for (size_t i = 0; i < count; i++) {
		const char *id = ra_json_str(visits[i].step->text, "id", NULL);
		const struct ra_quirk *quirk = NULL;

		while (id && (quirk = ra_maker_quirk(&maker, id, quirk)))
			if (!is_there(v, quirk) && put_quirk(s, quirk, v))
				return RA_E_NOMEM;
	}
	return ra_view_put(&v->maker, v->quirk_count ? ra_maker_title(&maker) : "");
}
