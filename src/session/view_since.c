/* view_since.c - a walk that was gone on with: what its operator must know before the step is shown. */
#include "config.h"

#include "session/viewmake.h"

#include <inttypes.h>
#include <string.h>

/* Entries that do not lead the walk on: while no other follows the resume, the operator has not taken a step yet. */
static bool is_quiet(const char *kind)
{
	static const char *const kinds[] = {"plane", "reply", "given", "note", "again", "back"};

	for (size_t i = 0; i < RA_LEN(kinds); i++)
		if (!strcmp(kinds[i], kind))
			return true;
	return false;
}

/* The index of the resume that was just done; 0: none. */
static size_t just_resumed(const struct ra_session *s)
{
	for (size_t i = s->entry_count; i-- > 1;) {
		if (!strcmp(s->entries[i].kind, "resume"))
			return i;
		if (!is_quiet(s->entries[i].kind))
			return 0;
	}
	return 0;
}

static ra_err put_span(int64_t ms, struct ra_buf *out)
{
	int64_t min = ms / 60000;

	return min < 1		? ra_buf_text(out, "less than a minute")
	       : min < 120	? ra_buf_printf(out, "%" PRId64 " min", min)
	       : min < 48 * 60 ? ra_buf_printf(out, "%" PRId64 " h %" PRId64 " min", min / 60, min % 60)
				: ra_buf_printf(out, "%" PRId64 " days", min / 1440);
}

static ra_err put_left(const struct ra_session *s, size_t at, struct ra_view *v)
{
	RA_AUTO(ra_buf_free) struct ra_buf line = {0};
	char when[RA_UTC_TEXT_LEN];
	ra_utc_ms left = s->entries[at - 1].t;
	ra_err err = ra_buf_printf(&line, "The walk of %s goes on. It was left at %s, ", *v->host ? v->host : "the host", ra_utc_format(left, when));

	err = err ? err : put_span(s->entries[at].t - left, &line);
	err = err ? err : ra_buf_text(&line, " before.");
	return err ? err : ra_view_text(&v->since, ra_buf_str(&line));
}

/* What became of a change that was under way, and what can still be taken back. */
static ra_err put_changes(const struct ra_session *s, struct ra_view *v)
{
	ra_err err = RA_OK;

	for (size_t i = 0; i < v->owed.count && !err; i++)
		err = ra_view_text(&v->since, v->owed.items[i]);
	for (size_t i = 0; i < v->action_count && !err; i++) {
		const struct ra_view_action *a = &v->actions[i];
		RA_AUTO(ra_buf_free) struct ra_buf line = {0};

		if (a->ended == RA_UTC_NONE)
			err = ra_buf_printf(&line, "\"%s\" was begun, and it is not known what became of it.", a->title);
		else if (!strcmp(a->undone, "open"))
			err = ra_buf_printf(&line, "Done before: %s. %s", a->title, a->undo);
		if (!err && line.len)
			err = ra_view_text(&v->since, ra_buf_str(&line));
	}
	return err || !s->reads ? err : ra_view_text(&v->since, "All that was read before is read again now, before this step is judged.");
}

ra_err ra_view_since(const struct ra_session *s, struct ra_view *v)
{
	size_t at = s->reading || s->ended ? 0 : just_resumed(s);
	ra_err err = at ? put_left(s, at, v) : RA_OK;

	return err || !at ? err : put_changes(s, v);
}
