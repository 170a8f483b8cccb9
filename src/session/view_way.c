/* view_way.c - the way through the tree: planes, steps, gates, actions. */
#include "config.h"

#include "session/viewmake.h"

#include <string.h>

static const char *plane_state(const struct ra_session_plane *plane)
{
	static const char *const names[] = {
		[RA_LINK_IDLE] = "not used yet", [RA_LINK_CONNECTING] = "connecting", [RA_LINK_WAITING] = "waiting",
		[RA_LINK_UP] = "up",		 [RA_LINK_DOWN] = "down",
	};

	return plane->given ? names[plane->state] : "not given";
}

static ra_err put_planes(const struct ra_session *s, struct ra_view *v)
{
	for (int i = 0; i <= RA_PLANE_BMC; i++) {
		struct ra_view_plane *at = ra_view_grow(&v->planes, &v->plane_count, sizeof(*at));

		if (!at || ra_view_put(&at->name, ra_plane_name(i)) ||
		    ra_view_put(&at->state, plane_state(&s->planes[i])) || ra_view_put(&at->say, s->planes[i].say) ||
		    ra_view_put(&at->peer, s->planes[i].peer))
			return RA_E_NOMEM;
		at->unasked = s->planes[i].withheld && s->planes[i].state == RA_LINK_DOWN;
	}
	return RA_OK;
}

static ra_utc_ms time_of(const struct ra_session *s, int64_t seq)
{
	return seq >= 0 && (size_t)seq < s->entry_count ? s->entries[seq].t : RA_UTC_NONE;
}

/* Why the walk went on from there; where somebody left it out, in their words; where it went aside, for which step's change. */
static ra_err put_because(const struct ra_visit *visit, char **at)
{
	RA_AUTO(ra_buf_free) struct ra_buf line = {0};
	bool aside = !strcmp(visit->by, "undo") || !strcmp(visit->by, "owed");
	const char *first = !*visit->because ? "" : !strcmp(visit->by, "skip") ? "left out by the operator: " : aside ? "left for now, to undo: " : "";

	if (ra_buf_printf(&line, "%s%s", first, visit->because))
		return RA_E_NOMEM;
	return ra_view_put(at, ra_buf_str(&line));
}

/* Was a step left with nothing done there? One that was left to undo something is come back to, and stands in the way once more. */
static bool undone(const struct ra_visit *visit)
{
	return !strcmp(visit->by, "skip") || !strcmp(visit->by, "blocked") || !strcmp(visit->by, "undo");
}

static ra_err put_steps(const struct ra_session *s, struct ra_view *v)
{
	const struct ra_visit *visits;
	size_t count = ra_state_path(s->state, &visits);

	for (size_t i = 0; i < count; i++) {
		struct ra_view_step *at = ra_view_grow(&v->steps, &v->step_count, sizeof(*at));
		const struct ra_visit *visit = &visits[i];

		if (!at || ra_view_put(&at->flow, visit->flow->id) || ra_view_put(&at->id, visit->step->id) ||
		    ra_view_put(&at->title, visit->step->title) || put_because(visit, &at->because) ||
		    ra_view_put(&at->left_by, visit->by))
			return RA_E_NOMEM;
		at->at = time_of(s, visit->seq);
		at->mark = visit->taken_back ? RA_MARK_BACK : i + 1 == count ? RA_MARK_NOW : undone(visit) ? RA_MARK_SKIP : RA_MARK_DONE;
	}
	return RA_OK;
}

/* The title of a step of the way. */
static const char *title_of(const struct ra_view *v, const char *id)
{
	for (size_t i = 0; i < v->step_count; i++)
		if (!strcmp(v->steps[i].id, id))
			return v->steps[i].title;
	return id;
}

static ra_err put_gates(const struct ra_session *s, struct ra_view *v)
{
	for (size_t i = 0; i < s->entry_count; i++) {
		const cJSON *body = s->entries[i].body;

		if (strcmp(s->entries[i].kind, "gate"))
			continue;
		struct ra_view_gate *at = ra_view_grow(&v->gates, &v->gate_count, sizeof(*at));

		if (!at || ra_view_put(&at->gate, ra_json_str(body, "gate", "left closed")) ||
		    ra_view_put(&at->step, ra_json_str(body, "step", "")) || ra_view_put(&at->title, title_of(v, at->step)) ||
		    ra_view_put(&at->why, ra_json_str(body, "why", "")))
			return RA_E_NOMEM;
		at->opened = ra_json_bool(body, "opened", false);
		at->at = s->entries[i].t;
	}
	return RA_OK;
}

/* What the machine answered to a deed that it did not do: of all that is known of a failure, the operator needs this most. Where nobody
 * waited for it to show, why not. */
static const char *said_of(const struct ra_session *s, const struct ra_deed *deed)
{
	const char *why = deed->outcome_seq >= 0 && (size_t)deed->outcome_seq < s->entry_count
				  ? ra_json_str(s->entries[deed->outcome_seq].body, "why", NULL)
				  : NULL;

	if (why)
		return why;
	for (size_t i = 0; i < s->entry_count; i++) {
		const struct ra_entry *entry = &s->entries[i];

		if (entry->seq > deed->intent_seq && (deed->outcome_seq < 0 || entry->seq < deed->outcome_seq) &&
		    !strcmp(entry->kind, "done") && !strcmp(ra_json_str(entry->body, "step", ""), deed->step->id))
			return ra_json_str(entry->body, "say", "");
	}
	return "";
}

static ra_err put_actions(const struct ra_session *s, struct ra_view *v)
{
	const struct ra_deed *deeds;
	size_t count = ra_state_deeds(s->state, &deeds);

	for (size_t i = 0; i < count; i++) {
		struct ra_view_action *at = ra_view_grow(&v->actions, &v->action_count, sizeof(*at));

		if (!at || ra_view_put(&at->step, deeds[i].step->id) || ra_view_put(&at->title, deeds[i].step->title) ||
		    ra_view_put(&at->danger, ra_danger_name(deeds[i].step->action.danger)) ||
		    ra_view_put(&at->result, deeds[i].result) || ra_view_put(&at->said, said_of(s, &deeds[i])) ||
		    ra_view_texts(&at->touches, deeds[i].step->action.touches) || ra_view_undo(s, &deeds[i], at))
			return RA_E_NOMEM;
		at->began = deeds[i].began;
		at->ended = deeds[i].outcome_seq < 0 ? RA_UTC_NONE : deeds[i].ended;
	}
	return RA_OK;
}

ra_err ra_view_way(const struct ra_session *s, bool turns, struct ra_view *v)
{
	return put_planes(s, v) || (!s->only && (put_steps(s, v) || (turns && ra_view_turns(s, v)))) || put_gates(s, v) || put_actions(s, v) ? RA_E_NOMEM : RA_OK;
}
