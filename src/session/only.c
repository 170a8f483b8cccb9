/* only.c - single checks: run alone instead of a walk (`check --only`), or beside one (the palette). What comes back is an entry like any
 * other; where the walk stands changes by nothing here. */
#include "config.h"

#include "session/viewmake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ONLY_MAX 64

bool ra_only_has(const struct ra_session *s, const char *check)
{
	for (size_t i = 0; s->only && s->only[i]; i++)
		if (!strcmp(s->only[i], check))
			return true;
	return false;
}

ra_err ra_only_ok(const struct ra_session *s, struct ra_errs *errs)
{
	for (size_t i = 0; s->only && s->only[i]; i++) {
		const struct ra_check *check = ra_flowset_check(s->flows, s->only[i]);

		if (!check)
			return ra_fail(errs, RA_E_ARG, "there is no check \"%s\"; `reattest flow show checks` names them", s->only[i]);
		if (ra_check_is_secret(check))
			return ra_fail(errs, RA_E_ARG, "what check \"%s\" reads is a secret: only a gate has it read", check->id);
		if (i == ONLY_MAX)
			return ra_fail(errs, RA_E_LIMIT, "more than %d checks; without --only all are run", ONLY_MAX);
	}
	return RA_OK;
}

/* Send what is open, as far as it can go now. */
static ra_err send_open(struct ra_session *s, const struct ra_want *wants, size_t count, struct ra_errs *errs)
{
	ra_err err = RA_OK;

	for (size_t i = 0; i < count && !err; i++)
		if (!ra_session_flying(s, RA_TICKET_CHECK, wants[i].plane))
			err = ra_session_send(s, RA_TICKET_CHECK, &wants[i], errs);
	return err;
}

ra_err ra_only_drive(struct ra_session *s, struct ra_errs *errs)
{
	const struct ra_check *checks[ONLY_MAX];
	struct ra_planes planes = ra_session_planes(s);
	struct ra_want *wants = calloc(RA_WANTS_MAX, sizeof(*wants));
	size_t count = 0;

	if (!wants)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	for (; s->only[count] && count < ONLY_MAX; count++)
		checks[count] = ra_flowset_check(s->flows, s->only[count]);
	size_t open = ra_state_wants_of(s->state, &planes, checks, count, wants);
	ra_err err = send_open(s, wants, open, errs);

	free(wants);
	if (err || open || ra_session_flying(s, RA_TICKET_CHECK, NULL))
		return err;
	return ra_session_end(s, RA_ONLY_REASON, "stopped", errs);
}

ra_err ra_session_run(struct ra_session *s, const char *id, struct ra_errs *errs)
{
	const struct ra_check *check = ra_flowset_check(s->flows, id);
	struct ra_planes planes = ra_session_planes(s);

	if (s->ended || !s->entry_count)
		return ra_fail(errs, RA_E_STATE, s->ended ? "the walk is over; a check can be run while it goes" : "the walk has not begun");
	if (!check)
		return ra_fail(errs, RA_E_NOTFOUND, "there is no check \"%s\"", id);
	if (ra_check_is_secret(check))
		return ra_fail(errs, RA_E_DENIED, "what this check reads is a secret: only a gate has it read");
	struct ra_want *wants = calloc(RA_WANTS_MAX, sizeof(*wants));

	if (!wants)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	size_t count = ra_state_wants_now(s->state, &planes, check, wants);
	ra_err err = send_open(s, wants, count, errs);

	free(wants);
	if (!err && !count)
		return ra_fail(errs, RA_E_STATE, check->plane_count ? "no plane that is given can tell this, or the host is too old for it"
								    : "no machine is asked for this");
	return err;
}

/* "SSH, vCenter": whom a check can ask. */
static ra_err put_askable(const struct ra_check *check, struct ra_view_check *at)
{
	static const char *const words[] = {"SSH", "vCenter", "BMC"};
	char line[64] = "";
	size_t len = 0;

	for (size_t p = 0; p < RA_LEN(words); p++)
		for (size_t i = 0; i < check->plane_count; i++)
			if ((size_t)check->planes[i].plane == p) {
				len += (size_t)snprintf(line + len, sizeof(line) - len, "%s%s", len ? ", " : "", words[p]);
				break;
			}
	return ra_view_put(&at->planes, len ? line : ra_check_is_secret(check) || check->manual ? "by hand" : "what was given");
}

static ra_err put_last(const struct ra_view *v, const char *check, struct ra_view_check *at)
{
	at->at = RA_UTC_NONE;
	for (size_t i = 0; i < v->result_count; i++) {
		const struct ra_view_result *result = &v->results[i];

		if (strcmp(result->check, check))
			continue;
		at->at = result->at;
		at->running = result->running;
		return ra_view_put(&at->verdict, result->running && result->at == RA_UTC_NONE ? "" : result->verdict) ||
				       ra_view_put(&at->verdict_why, result->why)
			       ? RA_E_NOMEM
			       : RA_OK;
	}
	return ra_view_put(&at->verdict, "") || ra_view_put(&at->verdict_why, "") ? RA_E_NOMEM : RA_OK;
}

ra_err ra_view_palette(const struct ra_session *s, struct ra_view *v)
{
	const struct ra_check *const *checks;
	size_t count = ra_flowset_checks(s->flows, &checks);

	for (size_t i = 0; i < count; i++) {
		if (ra_check_is_secret(checks[i]))
			continue;
		struct ra_view_check *at = ra_view_grow(&v->palette, &v->palette_count, sizeof(*at));

		if (!at || ra_view_put(&at->check, checks[i]->id) || ra_view_put(&at->title, checks[i]->title) ||
		    ra_view_put(&at->why, checks[i]->why) || put_askable(checks[i], at) || put_last(v, checks[i]->id, at))
			return RA_E_NOMEM;
	}
	return RA_OK;
}

static ra_err put_topic(const struct ra_session *s, const struct ra_topic *topic, bool own, struct ra_view *v)
{
	struct ra_view_topic *at = ra_view_grow(&v->topics, &v->topic_count, sizeof(*at));
	RA_AUTO(ra_mem_free) char *text = at ? ra_say_paragraphs(s, topic->text) : NULL;

	if (!text)
		return RA_E_NOMEM;
	at->in_step = own;
	at->text = ra_text_clean_dup(text, true);
	return !at->text || ra_view_put(&at->id, topic->id) || ra_view_put(&at->title, topic->title) ||
			       ra_view_texts(&at->sources, topic->sources)
		       ? RA_E_NOMEM
		       : RA_OK;
}

/* What the step names stands first. */
ra_err ra_view_topics(const struct ra_session *s, const struct ra_step *step, struct ra_view *v)
{
	const struct ra_topic *topics;
	size_t count = ra_flowset_topics(s->flows, &topics);

	for (int own = 1; own >= 0; own--)
		for (size_t i = 0; i < count; i++) {
			const cJSON *id;
			bool named = false;

			cJSON_ArrayForEach(id, (step ? step->help : NULL)) named = named || !strcmp(id->valuestring, topics[i].id);
			if (named == (own == 1) && put_topic(s, &topics[i], named, v))
				return RA_E_NOMEM;
		}
	return RA_OK;
}

bool ra_only_answered(const struct ra_session *s, const char *check)
{
	for (size_t i = 0; i < s->entry_count; i++) {
		const cJSON *body = s->entries[i].body;
		const char *why = ra_json_str(body, "why", "");
		bool own = !strcmp(ra_json_str(body, "check", ""), check) || !strcmp(ra_json_str(body, "what", ""), check);

		if (own && (!strcmp(s->entries[i].kind, "given") || !strcmp(s->entries[i].kind, "answer") ||
			    (!strcmp(s->entries[i].kind, "reply") && (!strcmp(why, "answered") || !strcmp(why, ra_reason_name(RA_NOT_APPLICABLE))))))
			return true;
	}
	return false;
}
