/* summary.c - what the hosts of a check say together: what to look at first, how many ended how, where causes gather, who was not reached. */
#include "config.h"

#include "verb/tally.h"
#include "verb/verb.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 8 /* of hosts in one line */

/* Lines being made. The first failure is kept, what follows is dropped. */
struct lines {
	const struct ra_tally *tally;
	struct ra_fleet_host *hosts; /* as rules see them */
	enum ra_tri *affected;       /* room for one of each host */
	struct ra_report_line *items;
	size_t count;
	ra_err err;
};

static void lines_clear(struct lines *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free((char *)l->items[i].lead);
		free((char *)l->items[i].text);
	}
	free(l->items);
	free(l->hosts);
	free(l->affected);
}

/* Append a line. Takes what is in text. */
static void put(struct lines *l, int kind, const char *lead, struct ra_buf *text)
{
	struct ra_report_line *more = l->err ? NULL : reallocarray(l->items, l->count + 1, sizeof(*more));
	char *own_lead = more ? strdup(lead) : NULL, *own_text = own_lead ? ra_buf_take(text) : NULL;

	if (more)
		l->items = more;
	if (!own_text) {
		free(own_lead);
		l->err = l->err ? l->err : RA_E_NOMEM;
	} else {
		l->items[l->count].kind = kind;
		l->items[l->count].part = 0;
		l->items[l->count].lead = own_lead;
		l->items[l->count++].text = own_text;
	}
	ra_buf_free(text);
}

static void say(struct lines *l, int kind, const char *text)
{
	struct ra_buf own = {0};

	l->err = l->err ? l->err : ra_buf_text(&own, text);
	put(l, kind, "", &own);
}

static void put_number(struct lines *l, struct ra_buf *out, const char *before, size_t number, const char *after)
{
	l->err = l->err ? l->err : ra_buf_printf(out, "%s%zu%s", before, number, after);
}

static void put_hosts(struct lines *l, struct ra_buf *out, size_t count)
{
	put_number(l, out, "", count, count == 1 ? " host" : " hosts");
}

/* Which rows a line is about. */
typedef bool (*picks_fn)(const struct lines *l, size_t row, const void *payload);

/* ": esx01, esx02 and 3 more", after how many they are. */
static void put_names(struct lines *l, struct ra_buf *out, picks_fn picks, const void *payload)
{
	size_t seen = 0;

	for (size_t i = 0; i < l->tally->count && !l->err; i++) {
		if (!picks(l, i, payload) || seen++ >= NAMES_MAX)
			continue;
		l->err = ra_buf_printf(out, "%s%s", seen == 1 ? ": " : ", ", l->tally->rows[i].host);
	}
	if (seen > NAMES_MAX)
		put_number(l, out, " and ", seen - NAMES_MAX, " more");
}

static size_t count_of(const struct lines *l, picks_fn picks, const void *payload)
{
	size_t count = 0;

	for (size_t i = 0; i < l->tally->count; i++)
		count += picks(l, i, payload);
	return count;
}

static bool has_code(const struct lines *l, size_t row, const void *payload)
{
	const struct ra_tally_row *at = &l->tally->rows[row];

	return !at->unfinished && at->result.code == *(const int *)payload;
}

static bool is_unfinished(const struct lines *l, size_t row, const void *payload RA_UNUSED)
{
	return l->tally->rows[row].unfinished;
}

static void put_outcomes(struct lines *l)
{
#define RA_EXIT_CODE(name, number, text) number,
	static const int codes[] = {RA_EXITS(RA_EXIT_CODE)};
	size_t unfinished = count_of(l, is_unfinished, NULL);

	for (size_t i = 0; i < RA_LEN(codes); i++) {
		size_t count = count_of(l, has_code, &codes[i]);
		struct ra_buf text = {0};

		if (!count)
			continue;
		put_hosts(l, &text, count);
		if (codes[i] == RA_EXIT_UNREACHED && !l->err)
			l->err = ra_buf_text(&text, " not reached or not let in");
		put_names(l, &text, has_code, &codes[i]);
		put(l, RA_LINE_ITEM, ra_tally_word(codes[i]), &text);
	}
	if (unfinished) {
		struct ra_buf text = {0};

		put_hosts(l, &text, unfinished);
		put_names(l, &text, is_unfinished, NULL);
		put(l, RA_LINE_ITEM, "STOPPED", &text); /* before its end, by a signal */
	}
}

static bool is_unasked(const struct lines *l, size_t row, const void *payload RA_UNUSED)
{
	return l->tally->rows[row].unasked;
}

/* "5 of 6; others: 0 of 12; not known: 2; 3 not asked". Of a host that was not asked nothing is known, whatever the rule. */
static void put_counts(struct lines *l, const struct ra_fleet_group *g, struct ra_buf *text)
{
	size_t others = g->others_affected + g->others_spared;

	if (!l->err)
		l->err = ra_buf_printf(text, ": %zu of %zu", g->affected, g->affected + g->spared);
	if (others && !l->err)
		l->err = ra_buf_printf(text, "; others: %zu of %zu", g->others_affected, others);
	size_t unasked = g->rule->by_count ? 0 : count_of(l, is_unasked, NULL);

	if (g->unknown > unasked)
		put_number(l, text, "; not known: ", g->unknown - unasked, "");
	if (unasked)
		put_number(l, text, "; ", unasked, " not asked");
}

static void put_group(struct lines *l, int kind, const struct ra_fleet_group *g, const char *title)
{
	struct ra_buf text = {0};

	if (*title && !l->err)
		l->err = ra_buf_printf(&text, "%s%s", title, g->rule->by_count ? ": " : "");
	if (g->rule->by_count && !l->err)
		l->err = ra_fleet_name(g, &text);
	put_counts(l, g, &text);
	put(l, kind, "", &text);
}

static void put_texts(struct lines *l, const char *before, const cJSON *texts)
{
	const cJSON *text;

	cJSON_ArrayForEach(text, texts)
	{
		struct ra_buf own = {0};

		if (!l->err)
			l->err = ra_buf_printf(&own, "%s%s", before, text->valuestring);
		put(l, RA_LINE_BELOW, "", &own);
	}
}

static void put_first(struct lines *l)
{
	struct ra_fleet_group *groups = NULL;
	size_t count = 0;

	if (!l->err)
		l->err = ra_fleet_judge(l->tally->flows, l->hosts, l->tally->count, &groups, &count);
	if (count)
		say(l, RA_LINE_HEADING, "Look here first");
	for (size_t i = 0; i < count; i++) {
		put_group(l, RA_LINE_ITEM, &groups[i], groups[i].rule->title);
		put_texts(l, "", groups[i].rule->say);
		put_texts(l, "To do: ", groups[i].rule->next);
		put_texts(l, "Source: ", groups[i].rule->sources);
	}
	free(groups);
}

static bool is_affected(const struct lines *l, size_t row, const void *payload RA_UNUSED)
{
	return l->affected[row] == RA_TRUE;
}

static bool is_judged(const struct lines *l, size_t row, const void *payload RA_UNUSED)
{
	return l->affected[row] != RA_UNKNOWN;
}

/* A cause: whose it is, and where they gather. */
static void put_cause(struct lines *l, const struct ra_cause *cause, size_t count)
{
	struct ra_fleet_group *groups = NULL;
	size_t found = 0, judged = count_of(l, is_judged, NULL);
	struct ra_buf text = {0};

	if (!l->err)
		l->err = ra_buf_printf(&text, "%s: %zu of %zu", cause->title, count, judged);
	put_names(l, &text, is_affected, NULL);
	if (judged < l->tally->count)
		put_number(l, &text, "; not known: ", l->tally->count - judged, "");
	put(l, RA_LINE_ITEM, "", &text);
	if (!l->err)
		l->err = ra_fleet_gather(l->tally->flows, l->hosts, l->affected, l->tally->count, &groups, &found);
	for (size_t i = 0; i < found; i++)
		put_group(l, RA_LINE_BELOW, &groups[i], "");
	free(groups);
}

static size_t take_cause(struct lines *l, size_t cause)
{
	for (size_t i = 0; i < l->tally->count; i++)
		l->affected[i] = l->tally->rows[i].causes[cause];
	return count_of(l, is_affected, NULL);
}

/* Those of most hosts first. */
static void put_causes(struct lines *l)
{
	const struct ra_cause *const *causes;
	size_t count = ra_flowset_causes(l->tally->flows, &causes), most = 0;

	for (size_t i = 0; i < count; i++) {
		size_t of = take_cause(l, i);

		most = of > most ? of : most;
	}
	if (most)
		say(l, RA_LINE_HEADING, "Causes");
	for (size_t of = most; of && !l->err; of--)
		for (size_t i = 0; i < count; i++)
			if (take_cause(l, i) == of)
				put_cause(l, causes[i], of);
}

static bool has_way(const struct lines *l, size_t row, const void *payload)
{
	const char *way = l->tally->rows[row].way;

	return way && !strcmp(way, payload);
}

static void put_unreached(struct lines *l)
{
	bool any = false;

	for (size_t i = 0; i < l->tally->count; i++) {
		const char *way = l->tally->rows[i].way;
		bool first = way != NULL;
		struct ra_buf text = {0};

		for (size_t k = 0; first && k < i; k++)
			first = !has_way(l, k, way);
		if (!first)
			continue;
		if (!any)
			say(l, RA_LINE_HEADING, "Not reached or not let in");
		any = true;
		size_t count = count_of(l, has_way, way);

		say(l, RA_LINE_ITEM, way);
		put_hosts(l, &text, count);
		put_names(l, &text, has_way, way);
		put(l, RA_LINE_BELOW, "", &text);
	}
}

/* Each host, in a document that can lead to what it says of it. */
static void put_each(struct lines *l)
{
	say(l, RA_LINE_HEADING, "Hosts");
	for (size_t i = 0; i < l->tally->count && !l->err; i++) {
		const struct ra_tally_row *row = &l->tally->rows[i];
		struct ra_buf text = {0};

		l->err = ra_buf_printf(&text, "%s%s%s", row->host, row->said && *row->said ? ": " : "", row->said ? row->said : "");
		put(l, RA_LINE_ITEM, row->unfinished ? "STOPPED" : ra_tally_word(row->result.code), &text);
		if (!l->err)
			l->items[l->count - 1].part = i + 1;
	}
}

static void see_hosts(struct lines *l)
{
	l->hosts = calloc(l->tally->count + 1, sizeof(*l->hosts));
	l->affected = calloc(l->tally->count + 1, sizeof(*l->affected));
	l->err = l->hosts && l->affected ? RA_OK : RA_E_NOMEM;
	for (size_t i = 0; !l->err && i < l->tally->count; i++) {
		const struct ra_tally_row *row = &l->tally->rows[i];

		l->hosts[i] = (struct ra_fleet_host){.name = row->host, .rules = row->rules, .facts = (const char *const *)row->facts};
	}
}

ra_err ra_tally_summary(const struct ra_tally *tally, const struct ra_report_format *format, struct ra_buf *out)
{
	struct lines l = {.tally = tally};
	struct ra_buf title = {0};

	see_hosts(&l);
	if (l.err) {
		lines_clear(&l);
		return l.err;
	}
	put_number(&l, &title, "reattest " PACKAGE_VERSION ": ", tally->count, " hosts");
	put(&l, RA_LINE_TITLE, "", &title);
	put_outcomes(&l);
	put_first(&l);
	put_causes(&l);
	put_unreached(&l);
	if (format->part)
		put_each(&l);
	ra_err err = l.err ? l.err : ra_report_lines(format, l.items, l.count, out);

	lines_clear(&l);
	return err;
}
