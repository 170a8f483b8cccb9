/* view_lead.c - what a check says first: what was and was not seen, and what it would take to see the rest. Pure over session and view. */
#include "config.h"

#include "session/viewmake.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Was anything found that is not as it should be, although no check failed? */
static bool found_something(const struct ra_view *v)
{
	for (size_t i = 0; i < v->result_count; i++)
		if (!strcmp(v->results[i].verdict_id, "warn"))
			return true;
	for (size_t i = 0; i < v->cause_count; i++)
		if (!strcmp(v->causes[i].status, "likely"))
			return true;
	return false;
}

/* Has any check a verdict on the host? Of nothing seen nothing can be said. */
static bool saw_something(const struct ra_view *v)
{
	static const char *const seen[] = {"pass", "fail", "warn", "info"};

	for (size_t i = 0; i < v->result_count; i++)
		for (size_t k = 0; k < RA_LEN(seen); k++)
			if (!strcmp(v->results[i].verdict_id, seen[k]))
				return true;
	return false;
}

static ra_err put_planes(const struct ra_view *v, struct ra_buf *words)
{
	ra_err err = ra_buf_text(words, "nothing was seen: ");

	for (size_t i = 0; i < v->plane_count && !err; i++)
		err = ra_buf_printf(words, "%s%s %s", i ? ", " : "", ra_plane_word((enum ra_plane)i), v->planes[i].state);
	return err;
}

static ra_err put_seen(const struct ra_session *s, struct ra_view *v)
{
	RA_AUTO(ra_buf_free) struct ra_buf words = {0};

	if (v->exit_code != 12 || s->interactive)
		return ra_view_put(&v->seen_words, "");
	if (!saw_something(v))
		return put_planes(v, &words) ? RA_E_NOMEM : ra_view_put(&v->seen_words, ra_buf_str(&words));
	ra_err err = ra_buf_text(&words, found_something(v) ? "no check failed in what could be seen; not seen: "
							    : "nothing wrong found in what could be seen; not seen: ");

	for (size_t i = 0; i < v->unseen_count && !err; i++)
		err = ra_buf_printf(&words, "%s%s", i ? ", " : "", v->unseen[i].what);
	return err ? err : ra_view_put(&v->seen_words, ra_buf_str(&words));
}

/* Does this check read the fact, and over which planes? Out: a bit for each plane. */
static unsigned told_by(const struct ra_check *check, const char *fact)
{
	unsigned planes = 0;

	for (size_t i = 0; i < check->plane_count; i++)
		for (size_t k = 0; k < check->planes[i].fact_count; k++)
			if (!strcmp(check->planes[i].facts[k].name, fact))
				planes |= 1u << check->planes[i].plane;
	return planes;
}

/* How to have it told: by a plane that was not given. "" where every plane that could tell it was asked. */
static const char *way_to(const struct ra_session *s, unsigned planes)
{
	static const struct {
		enum ra_plane plane;
		const char *say;
	} ways[] = {{RA_PLANE_VCENTER, "; name a vCenter (--vcenter)"}, {RA_PLANE_SSH, "; leave out --no-ssh"},
		    {RA_PLANE_BMC, "; name the server's BMC (--bmc)"}};

	for (size_t i = 0; i < RA_LEN(ways); i++)
		if ((planes & (1u << ways[i].plane)) && s->planes[ways[i].plane].given)
			return "";
	for (size_t i = 0; i < RA_LEN(ways); i++)
		if ((planes & (1u << ways[i].plane)) && !s->recording)
			return ways[i].say;
	return "";
}

/* A walk that stopped because a fact it requires was not told has no fault to tell of: that fact stands first, then where it stopped. */
static ra_err put_missing(const struct ra_session *s, struct ra_view *v)
{
	const char *fact = ra_view_missing(s);
	const struct ra_check *const *checks;
	size_t count = ra_flowset_checks(s->flows, &checks);
	RA_AUTO(ra_buf_free) struct ra_buf words = {0};

	if (s->interactive || s->only || !fact || v->exit_code != 12 || strcmp(v->outcome, "stopped") || v->fault || found_something(v))
		return RA_OK;
	for (size_t i = 0; i < count; i++) {
		const char *title = checks[i]->title;
		unsigned planes = told_by(checks[i], fact);

		if (!planes)
			continue;
		/* "Attestation status" within a sentence, but "TPM version" as it is. */
		bool lower = *title && !isupper((unsigned char)title[1]);
		ra_err err = ra_buf_printf(&words, "the %c%s is not known%s", lower ? tolower((unsigned char)*title) : *title, title + (*title != '\0'),
					   way_to(s, planes));

		if (!err && *v->outcome_title)
			err = ra_buf_printf(&words, ". Without it the walk stopped at \"%s\"", v->outcome_title);
		return err ? err : ra_view_put(&v->outcome_title, ra_buf_str(&words));
	}
	return RA_OK;
}

ra_err ra_view_lead(const struct ra_session *s, struct ra_view *v)
{
	return put_seen(s, v) || put_missing(s, v) ? RA_E_NOMEM : RA_OK;
}
