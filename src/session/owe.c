/* owe.c - what was changed for the walk alone and is not changed back: told in the view, and offered first when a walk goes on. */
#include "config.h"

#include "session/viewmake.h"

#include <stdio.h>
#include <string.h>

bool ra_owe_asks(const struct ra_session *s)
{
	const char *kind = NULL;
	cJSON *body = NULL;

	/* At an end the engine goes there by itself. */
	if (!s->owe_ask || s->ended || ra_session_stand(s).phase == RA_PH_END)
		return false;
	/* Not while a change of this step is open: the engine leads on from there first. */
	ra_err err = ra_make_owed(s->state, &kind, &body, NULL);

	cJSON_Delete(body);
	return !err;
}

ra_err ra_owe_prompt(const struct ra_session *s, struct ra_view_prompt *out)
{
	struct ra_owed owed[RA_OWED_MAX];
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};

	if (!ra_state_owed(s->state, owed))
		return RA_OK;
	const char *host = s->host ? s->host : "the host", *title = owed[0].step->title;
	ra_err err = owed[0].step->action.waits
			     ? ra_buf_printf(&text, "This waits for the next start of %s, whoever begins it, or may wait: %s. It is not withdrawn.", host, title)
			     : ra_buf_printf(&text, "For this walk alone this was done on %s, or may have been: %s. It is not taken back yet.", host, title);

	err = err ? err : ra_buf_printf(&text, "\n\nDo that first: %s?", owed[0].undo->title);

	out->kind = RA_ASK_CHOICE;
	out->scene = RA_SCENE_CONFIRM;
	out->title = strdup("Something is to be taken back first");
	out->text = err ? NULL : ra_text_clean_dup(ra_buf_str(&text), true);
	err = err ? err : ra_prompt_option(out, "do-it", ra_text_clean_dup(owed[0].undo->title, false), true);
	return err || !out->title || !out->text ? RA_E_NOMEM : ra_prompt_option(out, "later", strdup("Later: go on with the walk"), false);
}

ra_err ra_owe_word(struct ra_session *s, const struct ra_word *word, struct ra_errs *errs)
{
	const char *id = word->kind == RA_WORD_CHOOSE && word->ids ? word->ids[0] : NULL, *kind = NULL;
	cJSON *body = NULL;
	bool later = word->kind == RA_WORD_SKIP || (id && !strcmp(id, "later"));

	if (!later && (!id || strcmp(id, "do-it")))
		return ra_fail(errs, RA_E_ARG, "do it now, or leave it for later");
	ra_err err = later ? RA_OK : ra_make_owed(s->state, &kind, &body, errs);

	if (err)
		return err;
	if (!later && ra_shown_put(s, body)) {
		cJSON_Delete(body);
		return ra_fail(errs, RA_E_NOMEM, "no memory for the words of an entry");
	}
	s->owe_ask = false;
	ra_session_touch(s);
	return later ? RA_OK : ra_session_append(s, kind, body, true, errs);
}

ra_err ra_view_owed(const struct ra_session *s, struct ra_view *v)
{
	struct ra_owed owed[RA_OWED_MAX];
	size_t count = ra_state_owed(s->state, owed);
	ra_err err = RA_OK;

	for (size_t i = 0; i < count && !err; i++) {
		RA_AUTO(ra_buf_free) struct ra_buf line = {0};

		err = owed[i].step->action.waits
			      ? ra_buf_printf(&line, "Waits for the next start, or may: %s. Still to be done: %s.", owed[i].step->title, owed[i].undo->title)
			      : ra_buf_printf(&line, "Still to be done: %s.", owed[i].undo->title);
		err = err ? err : ra_view_text(&v->owed, ra_buf_str(&line));
		if (err || !*v->outcome)
			continue;
		ra_buf_reset(&line);
		err = ra_buf_printf(&line,
				    owed[i].step->action.waits ? "%s: \"%s\" waits for the next start, and `reattest resume` withdraws it."
							       : "%s: \"%s\" was for this walk alone, and `reattest resume` takes it back.",
				    owed[i].undo->title, owed[i].step->title);
		err = err ? err : ra_view_text(&v->next, ra_buf_str(&line));
	}
	return err;
}
