/* undo.c - whether and how what is done can be undone: in words, and offered. Stepping back is not undoing. */
#include "config.h"

#include "session/viewmake.h"

#include <string.h>

char *ra_say_undo(const struct ra_session *s, const struct ra_flow *flow, const struct ra_step *step)
{
	const struct ra_action *action = &step->action;
	const struct ra_step *to = action->undo_step ? ra_flow_step(flow, action->undo_step) : NULL;
	RA_AUTO(ra_mem_free) char *text = action->undo_text ? ra_say_fill(s, action->undo_text) : NULL;
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};
	ra_err err = action->undo_text && !text ? RA_E_NOMEM : RA_OK;

	if (!err && action->undoes)
		err = to ? ra_buf_printf(&out, to->kind == RA_STEP_ACTION ? "To undo it: the step \"%s\"." : "To undo it: \"%s\" has the way.", to->title)
			 : ra_buf_printf(&out, "To undo it: %s", text ? text : "");
	else if (!err)
		err = to     ? ra_buf_printf(&out, "Cannot be undone. If it goes wrong, the walk goes on at \"%s\".", to->title)
		      : text ? ra_buf_printf(&out, "Cannot be undone. If it goes wrong: %s", text)
			     : ra_buf_text(&out, "Cannot be undone.");
	return err ? NULL : ra_text_clean_dup(ra_buf_str(&out), true);
}

/* Is this undo still to be done? */
static bool is_open(const struct ra_session *s, const struct ra_step *undo)
{
	struct ra_owed all[RA_OWED_MAX];
	size_t count = ra_state_undoable(s->state, all);

	for (size_t i = 0; i < count; i++)
		if (all[i].undo == undo)
			return true;
	return false;
}

ra_err ra_view_undo(const struct ra_session *s, const struct ra_deed *deed, struct ra_view_action *out)
{
	const struct ra_action *action = &deed->step->action;
	const struct ra_step *undo = action->undoes && action->undo_step && !deed->aside ? ra_flow_step(deed->flow, action->undo_step) : NULL;
	RA_AUTO(ra_mem_free) char *words = ra_say_undo(s, deed->flow, deed->step);
	bool nothing = !strcmp(deed->result, "refused") || !strcmp(deed->result, "not_done");

	undo = undo && undo->kind == RA_STEP_ACTION ? undo : NULL;
	return !words || ra_view_put(&out->undo, words) || ra_view_put(&out->undo_step, undo ? undo->id : "") ||
			       ra_view_put(&out->undone, !undo ? "" : nothing ? "nothing" : is_open(s, undo) ? "open" : "undone")
		       ? RA_E_NOMEM
		       : RA_OK;
}

ra_err ra_session_undo(struct ra_session *s, const char *undo_step, struct ra_errs *errs)
{
	const char *kind = NULL;
	cJSON *body = NULL;

	if (s->ended || !s->interactive)
		return ra_fail(errs, RA_E_STATE, "the walk is over");
	if (s->read_only || s->dry_run)
		return ra_fail(errs, RA_E_DENIED, "nothing is changed in this walk, so nothing is taken back either");
	ra_err err = ra_make_undo(s->state, undo_step, &kind, &body, errs);

	if (err)
		return err;
	ra_gate_talk_reset(s);
	s->owe_ask = false;
	return ra_session_append(s, kind, body, true, errs);
}
