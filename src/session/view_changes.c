/* view_changes.c - what an action changed: the facts its verification names, and those known before and after it that differ. */
#include "config.h"

#include "session/viewmake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One action, and the entries it is held against: up to its intent, and from there to the next action's. */
struct span {
	const struct ra_session *s;
	struct ra_view_action *action;
	int64_t intent, next; /* next 0: none began after it */
	ra_err err;
};

static bool told_already(const struct ra_view_action *action, const char *fact)
{
	for (size_t i = 0; i < action->change_count; i++)
		if (!strcmp(action->changes[i].fact, fact))
			return true;
	return false;
}

/* "Secure Boot: status": the title of the check that gives it, and which of its facts where it gives several. */
static ra_err put_title(const struct ra_session *s, const struct ra_obs *obs, const char *name, char **at)
{
	const struct ra_check *check = obs ? ra_flowset_check(s->flows, obs->check) : NULL;
	const char *dot = strchr(name, '.');
	RA_AUTO(ra_buf_free) struct ra_buf line = {0};
	size_t most = 0;

	for (size_t i = 0; check && i < check->plane_count; i++)
		most = check->planes[i].fact_count > most ? check->planes[i].fact_count : most;
	if (!check)
		return ra_view_put(at, name);
	ra_err err = ra_buf_text(&line, check->title);

	if (!err && most > 1)
		err = ra_buf_printf(&line, ": %s", dot ? dot + 1 : name);
	for (size_t i = strlen(check->title); i < line.len; i++)
		line.data[i] = (line.data[i] == '_' || line.data[i] == '.') ? ' ' : line.data[i];
	return err ? err : ra_view_put(at, ra_buf_str(&line));
}

/* One side: the value in words, who told it and when. Not known: value stays NULL. */
static ra_err put_side(const struct ra_session *s, const char *name, const struct ra_reading *reading, struct ra_view_side *at)
{
	at->at = RA_UTC_NONE;
	if (reading->reason != RA_KNOWN || !reading->obs)
		return ra_view_put(&at->plane, "");
	RA_AUTO(ra_mem_free) char *words = ra_say_value(s, name, reading->value);

	at->at = reading->at;
	return !words || ra_view_put(&at->value, words) || ra_view_put(&at->plane, ra_plane_name(reading->plane)) ? RA_E_NOMEM : RA_OK;
}

static void compare(struct span *span, const char *name, bool named)
{
	const struct ra_facts *facts = ra_state_facts(span->s->state);
	struct ra_query query = {.plane = RA_PLANE_ANY, .prefer = ra_flowset_prefer(span->s->flows, name), .seq_max = span->intent};
	struct ra_reading before = ra_facts_read(facts, name, &query);

	query.seq_min = span->intent + 1;
	query.seq_max = span->next;
	struct ra_reading after = ra_facts_read(facts, name, &query);
	bool both = before.reason == RA_KNOWN && after.reason == RA_KNOWN;

	if (span->err || told_already(span->action, name) || (!named && (!both || ra_value_equal(before.value, after.value))))
		return;
	struct ra_view_change *at = ra_view_grow(&span->action->changes, &span->action->change_count, sizeof(*at));

	if (!at) {
		span->err = RA_E_NOMEM;
		return;
	}
	at->named = named;
	span->err = ra_view_put(&at->fact, name) || put_title(span->s, after.obs ? after.obs : before.obs, name, &at->title) ||
				    put_side(span->s, name, &before, &at->before) || put_side(span->s, name, &after, &at->after)
			    ? RA_E_NOMEM
			    : RA_OK;
}

static void compare_named(void *payload, const struct ra_cond_use *use)
{
	compare(payload, use->fact, true);
}

ra_err ra_view_changes(const struct ra_session *s, struct ra_view *v)
{
	const struct ra_facts *facts = ra_state_facts(s->state);
	const struct ra_deed *deeds;
	size_t count = ra_state_deeds(s->state, &deeds);

	for (size_t i = 0; i < count && i < v->action_count; i++) {
		struct span span = {
			.s = s,
			.action = &v->actions[i],
			.intent = deeds[i].intent_seq,
			.next = i + 1 < count ? deeds[i + 1].intent_seq : 0,
		};

		if (deeds[i].step->action.until)
			ra_cond_facts(deeds[i].step->action.until, compare_named, &span);
		for (size_t k = 0; k < ra_facts_count(facts); k++)
			compare(&span, ra_facts_name(facts, k), false);
		if (span.err)
			return span.err;
	}
	return RA_OK;
}
