/* html_facts.c - facts with who told them and when, and what came back of every request. */
#include "config.h"

#include "report/html.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define VALUE_MAX 2048              /* bytes of a value */
#define ROWS_MAX 6                  /* of a fact */
#define OUTPUT_MAX (64 * 1024)      /* bytes of one output, its beginning and its end; with several hosts less */
#define OUTPUT_PART_MAX (8 * 1024)
#define SAME_MIN 40                 /* bytes from which on an output is worth a link to the same one before */
#define SAME_BACK 256               /* commands that are looked at for it */
#define COMMANDS_MAX 4000           /* of a page */
#define COMMANDS_PART_MAX 500
#define ALL_MAX (4 * 1024 * 1024)   /* bytes of all outputs of a host */
#define ALL_PART_MAX (128 * 1024)

/* The first command that is told of: of very many the newest are. */
static size_t first_command(const struct html *h)
{
	size_t most = h->brief ? 0 : h->part ? COMMANDS_PART_MAX : COMMANDS_MAX;

	return h->v->command_count > most ? h->v->command_count - most : 0;
}

/* True when an entry is a command that is told of. Commands stand in the order of their entries, those that run at the end. */
static bool is_command(const struct html *h, int64_t seq)
{
	const struct ra_view *v = h->v;
	size_t low = first_command(h), high = v->command_count;

	while (high && v->commands[high - 1].running)
		high--;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (v->commands[middle].seq == seq)
			return true;
		if (v->commands[middle].seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

void ra_html_told_by(struct html *h, const char *plane, int64_t seq)
{
	bool link = is_command(h, seq);
	char name[32];

	snprintf(name, sizeof(name), "e%" PRId64, seq);
	ra_pen_raw(&h->pen, link ? "<a href=\"#" : "");
	if (link)
		ra_html_name(h, name);
	ra_pen_raw(&h->pen, link ? "\">" : "");
	ra_html_text(h, ra_report_plane(plane));
	ra_pen_raw(&h->pen, link ? "</a>" : "");
}

static bool says(const struct ra_view_obs *o, const char *value)
{
	return o->value && !strcmp(o->value, value);
}

/* What a source says now: its newest reading, where that still counts. */
static bool speaks(const struct ra_view_fact *f, size_t at)
{
	for (size_t i = at + 1; i < f->obs_count; i++)
		if (!strcmp(f->obs[i].plane, f->obs[at].plane))
			return false;
	return f->obs[at].current;
}

/* Two sources say different things now. */
static bool in_conflict(const struct ra_view_fact *f)
{
	const char *first = NULL;

	for (size_t i = 0; i < f->obs_count; i++) {
		const struct ra_view_obs *o = &f->obs[i];

		if (!o->value || !speaks(f, i))
			continue;
		if (first && strcmp(first, o->value))
			return true;
		first = o->value;
	}
	return false;
}

static void put_when(struct html *h, ra_utc_ms at)
{
	char age[RA_SPAN_LEN];

	ra_pen_raw(&h->pen, "</td><td class=\"when\">");
	ra_html_time(h, at);
	ra_pen_printf(&h->pen, "</td><td class=\"when\">%s</td></tr>\n", at == RA_UTC_NONE ? "" : ra_html_span(h->v->now - at, age));
}

/* The value that counts, and all who say so now. */
static void put_reading(struct html *h, const struct ra_view_fact *f)
{
	ra_utc_ms at = RA_UTC_NONE;
	size_t put = 0;

	ra_pen_raw(&h->pen, "<td>");
	if (f->known)
		ra_html_short(h, *f->value ? f->value : "(empty)", VALUE_MAX);
	else
		ra_pen_raw(&h->pen, "<span class=\"dim\">unknown: ");
	if (!f->known)
		ra_html_reason(h, f->reason);
	ra_pen_raw(&h->pen, f->known ? "" : "</span>");
	if (in_conflict(f)) {
		ra_pen_raw(&h->pen, " ");
		ra_html_badge(h, "conflict");
	}
	ra_html_list(h, "<p class=\"side\">The sources do not agree on it</p>\n", &f->disputed);
	ra_pen_raw(&h->pen, "</td><td class=\"by\">");
	for (size_t i = 0; i < f->obs_count; i++) {
		const struct ra_view_obs *o = &f->obs[i];

		if (!speaks(f, i) || (f->known ? !says(o, f->value) : o->value != NULL))
			continue;
		ra_pen_raw(&h->pen, put++ ? ", " : "");
		ra_html_told_by(h, o->plane, o->seq);
		at = o->at > at ? o->at : at;
	}
	put_when(h, at);
}

/* What else was said of a fact: by another source now, or before something else was. */
static bool is_other(const struct ra_view_fact *f, size_t at)
{
	const char *value = f->obs[at].value;

	if (speaks(f, at))
		return value ? !f->known || !says(&f->obs[at], f->value) : f->known;
	for (size_t i = at + 1; i < f->obs_count && value; i++)
		if (f->obs[i].value)
			return strcmp(f->obs[i].value, value) != 0;
	return value && !(f->known && says(&f->obs[at], f->value));
}

static void put_other(struct html *h, const struct ra_view_obs *o, bool now)
{
	ra_pen_printf(&h->pen, "<tr class=\"%s\"><td>%s", now ? "also" : "past", now ? "" : "<span class=\"dim\">earlier:</span> ");
	if (o->value)
		ra_html_short(h, *o->value ? o->value : "(empty)", VALUE_MAX);
	else
		ra_pen_raw(&h->pen, "<span class=\"dim\">unknown: ");
	if (!o->value)
		ra_html_reason(h, o->reason);
	ra_pen_raw(&h->pen, o->value ? "</td><td class=\"by\">" : "</span></td><td class=\"by\">");
	ra_html_told_by(h, o->plane, o->seq);
	put_when(h, o->at);
}

static void put_fact(struct html *h, const struct ra_view_fact *f)
{
	size_t others = 0, put = 0;

	for (size_t i = 0; i < f->obs_count; i++)
		others += is_other(f, i);
	size_t shown = others < ROWS_MAX ? others : ROWS_MAX - 1;

	ra_pen_printf(&h->pen, "<tr><th scope=\"row\" rowspan=\"%zu\">", 1 + shown + (shown < others));
	ra_html_text(h, f->name);
	ra_pen_raw(&h->pen, "</th>");
	put_reading(h, f);
	for (size_t i = f->obs_count; i-- > 0 && put < shown;) {
		if (!is_other(f, i))
			continue;
		put_other(h, &f->obs[i], speaks(f, i));
		put++;
	}
	if (shown < others)
		ra_pen_printf(&h->pen, "<tr class=\"past\"><td colspan=\"4\" class=\"cut\">%zu more readings are in the record</td></tr>\n", others - shown);
}

void ra_html_facts(struct html *h)
{
	const struct ra_view *v = h->v;

	ra_html_section(h, "facts", ra_report_heading(RA_SECTION_FACTS));
	if (v->fact_count)
		ra_pen_raw(&h->pen, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table of facts\">\n<table class=\"facts\">\n"
				    "<caption>What is known, who told it, and how old that was at the end. A link leads to what came back.</caption>\n"
				    "<thead><tr><th scope=\"col\">Fact</th><th scope=\"col\">Value</th><th scope=\"col\">Told by</th>"
				    "<th scope=\"col\">Read at</th><th scope=\"col\">Age</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < v->fact_count; i++)
		put_fact(h, &v->facts[i]);
	ra_pen_raw(&h->pen, v->fact_count ? "</tbody></table></div>\n" : "<p>none</p>\n");
	ra_html_section_end(h);
}

/* The newest command before this one that asked the same and was answered the same at some length; NULL: none. A walk reads again what it
 * read before, and a page that held it each time would be long for nothing. */
static const struct ra_view_command *same_before(const struct html *h, const struct ra_view_command *c)
{
	const struct ra_view *v = h->v;
	size_t at = (size_t)(c - v->commands), first = first_command(h), end = at < first + SAME_BACK ? first : at - SAME_BACK;

	if (!c->out || strlen(c->out) < SAME_MIN)
		return NULL;
	for (size_t i = at; i-- > end;) {
		const struct ra_view_command *b = &v->commands[i];

		if (b->out && b->status == c->status && !strcmp(b->words, c->words) && !strcmp(b->plane, c->plane) && !strcmp(b->out, c->out) &&
		    !strcmp(b->err ? b->err : "", c->err ? c->err : ""))
			return b;
	}
	return NULL;
}

/* Out: true when it was told before. */
static bool put_same(struct html *h, const struct ra_view_command *c)
{
	const struct ra_view_command *before = same_before(h, c);
	char name[32];

	if (!before)
		return false;
	snprintf(name, sizeof(name), "e%" PRId64, before->seq);
	ra_pen_raw(&h->pen, "<p>The same came back as in <a href=\"#");
	ra_html_name(h, name);
	ra_pen_printf(&h->pen, "\">entry %" PRId64 "</a>.</p>\n", before->seq);
	return true;
}

/* What came back, as far as the page has room: left, in bytes. */
static void put_outputs(struct html *h, const struct ra_view_command *c, size_t *left)
{
	if (put_same(h, c))
		return;
	size_t most = h->part ? OUTPUT_PART_MAX : OUTPUT_MAX, out = c->out ? strlen(c->out) : 0, err = c->err ? strlen(c->err) : 0;
	size_t need = (out < most ? out : most) + (err < most ? err : most);

	if (!need)
		ra_pen_printf(&h->pen, "<p class=\"dim\">%s</p>\n", c->running ? "it is running" : c->change ? "a change: what came of it is in the record" : "nothing came back");
	else if (need > *left)
		ra_pen_printf(&h->pen, "<p class=\"cut\">%zu bytes came back; this page has no room for more. The record has them.</p>\n", out + err);
	if (need > *left)
		return;
	*left -= need;
	ra_html_output(h, "Output", c->seq, out ? c->out : "", most);
	ra_html_output(h, "Error output", c->seq, err ? c->err : "", most);
}

/* The time of day; the day as well where the walk has come to another. */
static void put_clock(struct html *h, ra_utc_ms at)
{
	char time[RA_UTC_TEXT_LEN], began[RA_UTC_TEXT_LEN];

	if (at == RA_UTC_NONE)
		return;
	ra_utc_format(at, time);
	ra_utc_format(h->v->started, began);
	ra_pen_printf(&h->pen, "%.*s%.8sZ, ", strncmp(time, began, 10) ? 11 : 0, time, time + 11);
}

/* A request, and folded what came back. */
static void put_command(struct html *h, const struct ra_view_command *c, size_t *left)
{
	char name[32], took[RA_SPAN_LEN];

	snprintf(name, sizeof(name), "e%" PRId64, c->seq);
	ra_pen_printf(&h->pen, "<details class=\"command%s\"><summary><code>", c->change ? " change" : "");
	ra_html_text(h, c->words);
	ra_pen_raw(&h->pen, "</code> <span class=\"meta\">");
	ra_pen_printf(&h->pen, "%s%" PRId64 ", ", c->change ? "change, entry " : "entry ", c->seq);
	ra_html_text(h, ra_report_plane(c->plane));
	ra_pen_raw(&h->pen, ", ");
	put_clock(h, c->at);
	if (!strcmp(c->why, "answered"))
		ra_pen_printf(&h->pen, "%s, status %d%s", ra_html_span(c->took_ms, took), c->status, c->truncated ? ", cut at its cap" : "");
	else
		ra_html_reason(h, c->why);
	ra_pen_raw(&h->pen, c->running ? "</span></summary>\n<div>\n" : "</span></summary>\n<div id=\"");
	if (!c->running) {
		ra_html_name(h, name);
		ra_pen_raw(&h->pen, "\">\n");
	}
	put_outputs(h, c, left);
	ra_pen_raw(&h->pen, "</div></details>\n");
}

void ra_html_evidence(struct html *h)
{
	const struct ra_view *v = h->v;
	size_t left = h->part ? ALL_PART_MAX : ALL_MAX, first = first_command(h);

	ra_html_section(h, "evidence", ra_report_heading(RA_SECTION_EVIDENCE));
	ra_pen_raw(&h->pen, v->command_count ? "<p>Each request as it was sent; unfolded, what came back.</p>\n"
						"<p class=\"print\">Printed without what came back, but for what was unfolded before printing.</p>\n"
					      : "<p>nothing was asked</p>\n");
	if (first)
		ra_pen_printf(&h->pen, "<p class=\"cut\">%zu earlier requests are in the record.</p>\n", first);
	for (size_t i = first; i < v->command_count; i++)
		put_command(h, &v->commands[i], &left);
	ra_html_section_end(h);
}
