/* tally.c - a finished host in a few texts. */
#include "config.h"

#include "base/text.h"
#include "verb/tally.h"
#include "verb/verb.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool ra_tally_make(struct ra_tally *tally, const struct ra_flowset *flows, size_t count)
{
	*tally = (struct ra_tally){.flows = flows, .rows = calloc(count + 1, sizeof(*tally->rows)), .count = count};
	return tally->rows;
}

void ra_tally_clear(struct ra_tally *tally)
{
	const char *const *names;
	size_t facts = tally->flows ? ra_flowset_fleet_facts(tally->flows, &names) : 0;

	for (size_t i = 0; tally->rows && i < tally->count; i++) {
		struct ra_tally_row *row = &tally->rows[i];

		for (size_t k = 0; row->facts && k < facts; k++)
			free(row->facts[k]);
		free(row->facts);
		free(row->rules);
		free(row->causes);
		free(row->host);
		free(row->said);
		free(row->way);
	}
	free(tally->rows);
	*tally = (struct ra_tally){0};
}

const char *ra_tally_word(int code)
{
#define RA_EXIT_WORD(name, number, text) {number, #name},
	static const struct {
		int code;
		const char *word;
	} words[] = {RA_EXITS(RA_EXIT_WORD)};

	for (size_t i = 0; i < RA_LEN(words); i++)
		if (words[i].code == code)
			return words[i].word;
	return "?";
}

static const struct ra_view_fact *fact_of(const struct ra_view *v, const char *name)
{
	for (size_t i = 0; i < v->fact_count; i++)
		if (!strcmp(v->facts[i].name, name))
			return v->facts[i].known ? &v->facts[i] : NULL;
	return NULL;
}

static const struct ra_view_plane *down_plane(const struct ra_view *v)
{
	for (size_t i = 0; i < v->plane_count; i++)
		if (!strcmp(v->planes[i].state, "down"))
			return &v->planes[i];
	return NULL;
}

static const struct ra_view_result *with_verdict(const struct ra_view *v, const char *verdict)
{
	for (size_t i = 0; i < v->result_count; i++)
		if (!strcmp(v->results[i].verdict_id, verdict))
			return &v->results[i];
	return NULL;
}

/* A check and why it ended so. */
static char *result_words(const struct ra_view_result *r)
{
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};

	return ra_buf_printf(&out, "%s%s%s", r->title, *r->why ? ": " : "", r->why) ? NULL : ra_buf_take(&out);
}

/* A fact the flow requires and nobody told; NULL: none. */
static const struct ra_view_unseen *required(const struct ra_view *v)
{
	for (size_t i = 0; i < v->unseen_count; i++)
		if (!strncmp(v->unseen[i].why, RA_UNSEEN_REQUIRED, strlen(RA_UNSEEN_REQUIRED)))
			return &v->unseen[i];
	return NULL;
}

/* The first thing to know of a host. Owner: caller; NULL without memory. */
static char *first_word(const struct ra_view *v)
{
	static const struct {
		int code;
		const char *verdict;
	} of_verdict[] = {{RA_EXIT_FAIL, "fail"}, {RA_EXIT_WARN, "warn"}, {RA_EXIT_UNKNOWN, "error"}, {RA_EXIT_UNKNOWN, "unknown"}};
	const struct ra_view_plane *down = down_plane(v);

	if (v->fault)
		return strdup(v->end_reason);
	if (v->exit_code == RA_EXIT_UNREACHED && down)
		return strdup(down->say);
	for (size_t i = 0; i < v->cause_count && v->exit_code != RA_EXIT_OK; i++)
		if (!strcmp(v->causes[i].status, "likely"))
			return strdup(v->causes[i].title);
	if (v->exit_code == RA_EXIT_UNKNOWN && down && *down->say)
		return strdup(down->say);
	for (size_t i = 0; i < RA_LEN(of_verdict); i++) {
		const struct ra_view_result *r = v->exit_code == of_verdict[i].code ? with_verdict(v, of_verdict[i].verdict) : NULL;

		if (r)
			return result_words(r);
	}
	const struct ra_view_unseen *missing = v->exit_code == RA_EXIT_UNKNOWN ? required(v) : NULL;
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};

	return ra_buf_printf(&out, "%s%s%s", missing ? missing->what : v->outcome_title, missing ? ": " : "", missing ? missing->why : "")
		       ? NULL
		       : ra_buf_take(&out);
}

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_';
}

/* Does the name of a host stand here as a whole? A dot after it may end the sentence. */
static bool stands_here(const char *text, const char *at, const char *name)
{
	const char *after = at + strlen(name);

	return !(at > text && (in_name(at[-1]) || at[-1] == '.')) && !in_name(after[0]) && !(after[0] == '.' && in_name(after[1]));
}

/* The length of a leading name that the reason can do without: "esx1: refused", "esx1 port 22: refused", "esx1 (192.0.2.1) port 22: ...". */
static size_t lead_of(const char *say, size_t len)
{
	static const char port[] = " port ";
	const char *after = say + len;

	if (after[0] == ' ' && after[1] == '(' && strchr(after, ')'))
		after = strchr(after, ')') + 1;
	if (!strncmp(after, ": ", 2))
		return (size_t)(after + 2 - say);
	return strncmp(after, port, strlen(port)) ? 0 : (size_t)(after + 1 - say);
}

/* What stands for the name: as the words about it are written. What is quoted is to be typed or was said, and stays. */
static const char *stand_in(const char *say, const char *at, size_t len)
{
	bool loud = at - say >= 2 && at[-1] == ' ' && isupper((unsigned char)at[-2]) && at[len] == ' ' && isupper((unsigned char)at[len + 1]);

	if (at > say && strchr("'\"`[@", at[-1]))
		return NULL;
	return at == say ? "The host" : loud ? "THE HOST" : "the host";
}

/* Why a host was not reached, so that it reads the same of every host. Owner: caller; NULL without memory. */
static char *way_of(const char *say, const char *host)
{
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};
	size_t len = strlen(host);
	bool leads = len && !strncmp(say, host, len) && stands_here(say, say, host);
	const char *at = say + (leads ? lead_of(say, len) : 0);
	ra_err err = ra_buf_text(&out, "");

	while (*at && !err) {
		bool here = len && !strncmp(at, host, len) && stands_here(say, at, host);
		const char *instead = here ? stand_in(say, at, len) : NULL;

		err = instead ? ra_buf_text(&out, instead) : ra_buf_add(&out, at, 1);
		at += instead ? len : 1;
	}
	return err ? NULL : ra_buf_take(&out);
}

static enum ra_tri reach_by(const struct ra_fleet_rule *rule, const struct ra_view *v, const struct ra_view_plane *p)
{
	char name[32];

	if (p->unasked)
		return RA_UNKNOWN;
	snprintf(name, sizeof(name), "plane.%.10s.error", p->name);
	const struct ra_view_fact *why = fact_of(v, name);

	return ra_fleet_of_reach(rule, p->state, why ? why->value : "");
}

/* How a host was reached: over the plane the rule names, or over any. Reached by one is reached, and who was lost later was, too. */
static enum ra_tri reach_of(const struct ra_fleet_rule *rule, const struct ra_view *v, bool unfinished)
{
	bool met = down_plane(v) && v->exit_code != RA_EXIT_UNREACHED && !v->fault && !unfinished;
	enum ra_tri seen = met && !rule->plane ? RA_FALSE : RA_UNKNOWN;

	for (size_t i = 0; i < v->plane_count && seen != RA_FALSE; i++) {
		if (rule->plane && strcmp(rule->plane, v->planes[i].name))
			continue;
		enum ra_tri tri = reach_by(rule, v, &v->planes[i]);

		seen = tri == RA_UNKNOWN ? seen : tri;
	}
	return seen;
}

static bool put_rules(const struct ra_tally *tally, struct ra_tally_row *row, const struct ra_view *v)
{
	const struct ra_fleet_rule *rules;
	size_t count = ra_flowset_fleet(tally->flows, &rules);

	row->rules = calloc(count + 1, sizeof(*row->rules));
	for (size_t i = 0; row->rules && i < count; i++) {
		const char *verdict = NULL;

		for (size_t k = 0; rules[i].check && k < v->result_count && !verdict; k++)
			verdict = strcmp(v->results[k].check, rules[i].check) ? NULL : v->results[k].verdict_id;
		row->rules[i] = rules[i].check ? ra_fleet_of_verdict(verdict) : reach_of(&rules[i], v, row->unfinished);
	}
	return row->rules;
}

/* What a host says of a cause: open where a fact it needs is not known, and where a sign of it was found that is too weak to name it. */
static enum ra_tri of_cause(const struct ra_view_cause *cause)
{
	if (!strcmp(cause->status, "likely"))
		return RA_TRUE;
	return !strcmp(cause->status, "ruled_out") || (!strcmp(cause->status, "possible") && !cause->sign) ? RA_FALSE : RA_UNKNOWN;
}

/* Of a host that was not reached nothing is known. */
static bool put_causes(const struct ra_tally *tally, struct ra_tally_row *row, const struct ra_view *v)
{
	const struct ra_cause *const *causes;
	size_t count = ra_flowset_causes(tally->flows, &causes);
	bool seen = v->exit_code != RA_EXIT_UNREACHED && !v->fault && !row->unfinished;

	row->causes = calloc(count + 1, sizeof(*row->causes));
	for (size_t i = 0; row->causes && i < count; i++) {
		row->causes[i] = RA_UNKNOWN;
		for (size_t k = 0; seen && k < v->cause_count; k++)
			if (!strcmp(v->causes[k].id, causes[i]->id))
				row->causes[i] = of_cause(&v->causes[k]);
	}
	return row->causes;
}

static bool put_facts(const struct ra_tally *tally, struct ra_tally_row *row, const struct ra_view *v)
{
	const char *const *names;
	size_t count = ra_flowset_fleet_facts(tally->flows, &names);

	row->facts = calloc(count + 1, sizeof(*row->facts));
	for (size_t i = 0; row->facts && i < count; i++) {
		const struct ra_view_fact *fact = fact_of(v, names[i]);

		row->facts[i] = fact && *fact->value ? strdup(fact->value) : NULL;
		if (fact && *fact->value && !row->facts[i])
			return false;
	}
	return row->facts;
}

ra_err ra_tally_take(struct ra_tally *tally, size_t index, const char *host, const struct ra_view *v)
{
	struct ra_tally_row *row = &tally->rows[index];
	const struct ra_view_plane *down = down_plane(v);

	row->unfinished = !strcmp(v->end_reason, "signal");
	row->result = (struct ra_check_result){.code = v->exit_code, .warns = with_verdict(v, "warn") != NULL};
	row->host = ra_text_clean_dup(host ? host : v->host, false);
	row->said = row->unfinished ? strdup("not finished: the run was stopped") : first_word(v);
	row->unasked = v->exit_code == RA_EXIT_UNREACHED && down && down->unasked;
	row->way = v->exit_code == RA_EXIT_UNREACHED && down ? way_of(down->say, v->host) : NULL;
	if (!row->host || !row->said || (v->exit_code == RA_EXIT_UNREACHED && down && !row->way) || !put_rules(tally, row, v) ||
	    !put_causes(tally, row, v) || !put_facts(tally, row, v))
		return RA_E_NOMEM;
	row->taken = true;
	tally->taken++;
	return RA_OK;
}

ra_err ra_tally_line(const struct ra_tally *tally, size_t index, struct ra_buf *out)
{
	const struct ra_tally_row *row = &tally->rows[index];

	const char *word = ra_tally_word(row->unfinished ? RA_EXIT_STOPPED : row->result.code);

	return ra_buf_printf(out, "%zu of %zu: %s: %s%s%s", tally->taken, tally->count, row->host, word, *row->said ? ": " : "", row->said);
}
