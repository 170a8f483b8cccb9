/* document.c - the transcript and the check's result as a document. One order, two ways of writing (Markdown, plain). */
#include "config.h"

#include "base/text.h"
#include "report/parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A document being written. The first failure is kept, what follows is dropped. */
struct doc {
	struct ra_buf *out;
	struct ra_buf line; /* the one being put together */
	bool md;
	ra_err err;
};

/* A line of any length. Out: borrowed until the next one. */
static const char *line(struct doc *d, const char *fmt, ...) RA_PRINTF(2, 3);
static const char *line(struct doc *d, const char *fmt, ...)
{
	va_list args, again;

	va_start(args, fmt);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, fmt, args);
	char *text = len < 0 ? NULL : malloc((size_t)len + 1);

	ra_buf_reset(&d->line);
	if (text)
		vsnprintf(text, (size_t)len + 1, fmt, again);
	va_end(again);
	va_end(args);
	if (!d->err)
		d->err = text ? ra_buf_add(&d->line, text, (size_t)len) : RA_E_NOMEM;
	free(text);
	return ra_buf_str(&d->line);
}

static void raw(struct doc *d, const char *text)
{
	if (!d->err)
		d->err = ra_buf_text(d->out, text);
}

/* Foreign text in Markdown: nothing in it marks anything up. */
static void words(struct doc *d, const char *text)
{
	for (; *text && !d->err; text++) {
		if (d->md && strchr("\\`*_{}[]<>#|~&", *text))
			raw(d, "\\");
		d->err = d->err ? d->err : ra_buf_add(d->out, *text == '\n' ? " " : text, 1);
	}
}

static void heading(struct doc *d, int level, const char *text)
{
	raw(d, d->out->len ? "\n" : ""); /* no empty line at the top */
	if (d->md) {
		raw(d, level == 1 ? "# " : level == 2 ? "## " : "### ");
		words(d, text);
		raw(d, "\n\n");
		return;
	}
	raw(d, text);
	raw(d, "\n");
	for (int i = ra_text_width(text); i > 0 && level < 3; i--)
		raw(d, level == 1 ? "=" : "-");
	raw(d, level < 3 ? "\n" : "");
}

/* What stands before a line's text: bold with a mark after it, or a column of this width where the document is plain. */
static void put_lead(struct doc *d, int width, const char *lead, const char *mark)
{
	if (d->md && *lead) {
		raw(d, "**");
		words(d, lead);
		raw(d, mark);
		raw(d, "** ");
	}
	if (d->md || (!*lead && !width))
		return;
	words(d, lead);
	for (int i = ra_text_width(lead); i < width; i++)
		raw(d, " ");
	raw(d, "  ");
}

/* One line of a list. */
static void row(struct doc *d, int width, const char *lead, const char *text)
{
	raw(d, d->md ? "- " : "  ");
	put_lead(d, width, lead, "");
	words(d, text);
	raw(d, "\n");
}

static void item(struct doc *d, const char *lead, const char *text)
{
	row(d, 0, lead, text);
}

/* A labelled value; one without a label goes with the one above it. */
static void pair(struct doc *d, const char *label, const char *value)
{
	if (!*value)
		return;
	raw(d, !d->md ? "  " : *label ? "- " : "  - ");
	put_lead(d, 14, label, ":");
	words(d, value);
	raw(d, "\n");
}

static void paragraph(struct doc *d, const char *text)
{
	words(d, text);
	raw(d, "\n");
}

static void fence(struct doc *d, size_t count)
{
	for (size_t i = 0; i < count; i++)
		raw(d, "`");
	raw(d, "\n");
}

/* Output to the letter: fenced by more backticks than it holds, or indented. */
static void code(struct doc *d, const char *text)
{
	size_t longest = 2, run = 0;

	for (const char *at = text; *at; at++) {
		run = *at == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	if (d->md)
		fence(d, longest + 1);
	for (const char *at = text; *at && !d->err;) {
		size_t len = strcspn(at, "\n");

		raw(d, d->md ? "" : "    | ");
		d->err = d->err ? d->err : ra_buf_add(d->out, at, len);
		raw(d, "\n");
		at += len + (at[len] == '\n');
	}
	if (d->md)
		fence(d, longest + 1);
}

static const char *when(ra_utc_ms utc, char *out)
{
	return utc == RA_UTC_NONE ? "" : ra_utc_format(utc, out);
}

/* The name of a plane for people; an unknown one as it is. */
static const char *plane_word(const char *name)
{
	static const char *const words[][2] = {{"ssh", "SSH"}, {"vcenter", "vCenter"}, {"bmc", "BMC"}};

	for (size_t i = 0; i < RA_LEN(words); i++)
		if (!strcmp(words[i][0], name))
			return words[i][1];
	return name;
}

static void put_summary(struct doc *d, const struct ra_view *v)
{
	char at[RA_UTC_TEXT_LEN], to[RA_UTC_TEXT_LEN];

	pair(d, "REDACTED", !v->redacted ? "" : line(d, "a redacted copy: %lld values are withheld, and names and addresses shown stand for others. "
						       "The same value has the same name everywhere.", (long long)v->withheld));
	pair(d, "Outcome", *v->outcome ? v->outcome : "not finished");
	pair(d, "", v->outcome_title);
	pair(d, "Attestation", v->attestation);
	pair(d, "ESXi", v->esxi_version);
	pair(d, "WARNING", v->unchecked ? "the certificate of vCenter was NOT CHECKED (--insecure)" : "");
	pair(d, "Source", v->source);
	pair(d, "Time", line(d, "%s to %s", when(v->started, at), when(v->now, to)));
	pair(d, "Operator", v->operator_name);
	pair(d, "Change", v->change_id);
	pair(d, "Case", v->case_id);
	pair(d, "Until", *v->until ? line(d, "%s: no disruptive step begins later", v->until) : "");
	pair(d, "Flow", line(d, "%s %s, set %.16s", v->flow, v->flow_version, v->flow_sha256));
	for (size_t i = 0; i < v->plane_count; i++) {
		const struct ra_view_plane *p = &v->planes[i];

		pair(d, i ? "" : "Planes",
		     line(d, "%s %s%s%s%s%s", plane_word(p->name), p->state, *p->say ? ": " : "", p->say,
			  !*p->peer ? "" : strcmp(p->name, "vcenter") ? ", key " : ", certificate ", p->peer));
	}
}

/* A line that belongs to the one above it. */
static void below(struct doc *d, const char *text)
{
	raw(d, d->md ? "  - " : "           ");
	words(d, text);
	raw(d, "\n");
}

static void put_results(struct doc *d, const struct ra_view *v)
{
	if (!v->result_count)
		return;
	heading(d, 2, "Checks");
	for (size_t i = 0; i < v->result_count; i++) {
		const struct ra_view_result *r = &v->results[i];

		row(d, 7, r->verdict,
		    line(d, "%s%s%s%s%s%s", r->title, *r->why ? ": " : "", r->why, *r->planes ? " [" : "", r->planes,
			 *r->planes ? "]" : ""));
		for (size_t k = 0; k < r->disputed.count; k++)
			below(d, r->disputed.items[k]);
	}
}

static void put_cause(struct doc *d, const struct ra_view_cause *c)
{
	RA_AUTO(ra_buf_free) struct ra_buf title = {0};
	ra_err err = ra_buf_text(&title, c->title);

	for (size_t i = 0; i < c->guide.count && !err; i++)
		err = ra_buf_printf(&title, "%s%s", i ? ", " : " (guide ", c->guide.items[i]);
	if (!err && c->guide.count)
		err = ra_buf_text(&title, ")");
	d->err = d->err ? d->err : err;
	heading(d, 3, ra_buf_str(&title));
	for (size_t i = 0; i < c->rule_count; i++) {
		const struct ra_view_rule *rule = &c->rules[i];
		char kind[32];

		if (strcmp(rule->value, "true"))
			continue;
		snprintf(kind, sizeof(kind), "%s%s%s", rule->kind, *rule->confidence ? ", " : "", rule->confidence);
		item(d, kind, *rule->source ? line(d, "%s (%s)", rule->because, rule->source) : rule->because);
	}
	if (*c->impact)
		item(d, "means", c->impact);
	if (*c->resolution)
		item(d, "to do", c->resolution);
}

static void put_causes(struct doc *d, const struct ra_view *v)
{
	bool also = false;
	size_t counts[3] = {0};
	static const char *const names[] = {"likely", "open", "ruled_out"};

	for (size_t i = 0; i < v->cause_count; i++)
		for (size_t k = 0; k < RA_LEN(names); k++)
			counts[k] += !strcmp(v->causes[i].status, names[k]);
	if (!v->cause_count)
		return;
	heading(d, 2, "Causes");
	paragraph(d, line(d, "%zu likely, %zu open, %zu ruled out of %zu.", counts[0], counts[1], counts[2], v->cause_count));
	for (size_t i = 0; i < v->cause_count; i++)
		if (!strcmp(v->causes[i].status, "likely"))
			put_cause(d, &v->causes[i]);
	for (size_t i = 0; i < v->cause_count; i++)
		if (v->causes[i].found && strcmp(v->causes[i].status, "likely"))
			item(d, "found", line(d, "%s. It was likely when a change began, and is not any more.", v->causes[i].title));
	for (size_t i = 0; i < v->cause_count; i++) {
		if (!v->causes[i].sign)
			continue;
		if (!also)
			heading(d, 2, "Not called likely, but worth knowing");
		also = true;
		put_cause(d, &v->causes[i]);
	}
}

static void put_way(struct doc *d, const struct ra_view *v)
{
	char at[RA_UTC_TEXT_LEN];

	if (!v->step_count)
		return;
	heading(d, 2, "The way");
	for (size_t i = 0; i < v->step_count; i++) {
		const struct ra_view_step *s = &v->steps[i];

		item(d, when(s->at, at),
		     line(d, "%s%s%s%s", s->title, s->mark == RA_MARK_BACK ? " (stepped back)" : "", *s->because ? ": " : "",
			  s->because));
	}
}

/* One side of a change. Out: appended to line. */
static ra_err add_side(struct ra_buf *out, const struct ra_view_side *side)
{
	char at[RA_UTC_TEXT_LEN];

	if (!side->value)
		return ra_buf_text(out, "not known");
	return ra_buf_printf(out, "%s (%s %s)", *side->value ? side->value : "nothing", plane_word(side->plane), when(side->at, at));
}

/* What it changed: each fact before and after. */
static void put_changes(struct doc *d, const struct ra_view_action *a)
{
	for (size_t i = 0; i < a->change_count; i++) {
		RA_AUTO(ra_buf_free) struct ra_buf text = {0};
		ra_err err = ra_buf_printf(&text, "%s: ", a->changes[i].title);

		err = err ? err : add_side(&text, &a->changes[i].before);
		err = err ? err : ra_buf_text(&text, " -> ");
		err = err ? err : add_side(&text, &a->changes[i].after);
		d->err = d->err ? d->err : err;
		below(d, ra_buf_str(&text));
	}
}

static void put_actions(struct doc *d, const struct ra_view *v)
{
	char at[RA_UTC_TEXT_LEN];

	if (!v->action_count && !v->gate_count)
		return;
	heading(d, 2, "Done");
	for (size_t i = 0; i < v->gate_count; i++) {
		const struct ra_view_gate *g = &v->gates[i];

		item(d, when(g->at, at),
		     line(d, "gate %s: %s%s%s", g->gate, g->opened ? "opened" : "not opened", *g->why ? ", " : "", g->why));
	}
	for (size_t i = 0; i < v->action_count; i++) {
		const struct ra_view_action *a = &v->actions[i];

		item(d, when(a->began, at),
		     line(d, "%s (%s): %s%s%s", a->title, a->danger, a->result, a->said && *a->said ? ". " : "", a->said ? a->said : ""));
		put_changes(d, a);
	}
}

static void put_quirks(struct doc *d, const struct ra_view *v)
{
	if (!v->quirk_count)
		return;
	heading(d, 2, line(d, "About this server: %s", v->maker));
	for (size_t i = 0; i < v->quirk_count; i++)
		item(d, "", line(d, "%s: %s (%s)", v->quirks[i].title, v->quirks[i].say, v->quirks[i].source));
}

static void put_unseen(struct doc *d, const struct ra_view *v)
{
	heading(d, 2, "Not checked");
	for (size_t i = 0; i < v->unseen_count; i++)
		item(d, "", line(d, "%s: %s", v->unseen[i].what, v->unseen[i].why));
	if (!v->unseen_count)
		item(d, "", "nothing was left out");
}

static void put_next(struct doc *d, const struct ra_view *v)
{
	if (!v->next.count)
		return;
	heading(d, 2, "Next");
	for (size_t i = 0; i < v->next.count; i++)
		item(d, "", v->next.items[i]);
}

static void put_facts(struct doc *d, const struct ra_view *v)
{
	char at[RA_UTC_TEXT_LEN];

	heading(d, 2, "Facts");
	for (size_t i = 0; i < v->fact_count; i++) {
		const struct ra_view_fact *f = &v->facts[i];
		const struct ra_view_obs *o = f->obs_count ? &f->obs[f->obs_count - 1] : NULL;

		row(d, 28, f->name,
		    line(d, "%s%s%s%s%s%s%s", f->known ? "" : "unknown: ", f->known ? f->value : f->reason, o ? " (" : "",
			 o ? plane_word(o->plane) : "", o ? " " : "", o ? when(o->at, at) : "", o ? ")" : ""));
	}
}

static void put_evidence(struct doc *d, const struct ra_view *v)
{
	char at[RA_UTC_TEXT_LEN];

	heading(d, 2, "Evidence");
	for (size_t i = 0; i < v->command_count; i++) {
		const struct ra_view_command *c = &v->commands[i];

		heading(d, 3, line(d, "%lld: %s", (long long)c->seq, c->words));
		paragraph(d, !strcmp(c->why, "answered")
				     ? line(d, "%s, %s, %lld ms, status %d%s", plane_word(c->plane), when(c->at, at), (long long)c->took_ms,
					    c->status, c->truncated ? ", cut at its cap" : "")
				     : line(d, "%s, %s, %s", plane_word(c->plane), when(c->at, at), c->why));
		if (c->out && *c->out)
			code(d, c->out);
		if (c->err && *c->err)
			code(d, c->err);
	}
}

static void put_record(struct doc *d, const struct ra_view *v)
{
	heading(d, 2, "Record");
	item(d, "", line(d, "%lld entries, head %s", (long long)v->entry_count, v->head));
	if (*v->journal_path)
		item(d, "", v->journal_path);
	item(d, "", "Answers given by the host itself are not proof of its integrity.");
}

static ra_err write_document(const struct ra_view *v, struct ra_buf *out, bool md, bool brief)
{
	struct doc d = {.out = out, .md = md};

	if (*v->seen_words)
		paragraph(&d, v->seen_words);
	heading(&d, 1, line(&d, "reattest %s: %s", v->program, v->named && *v->named ? v->named : *v->host ? v->host : "no host"));
	put_summary(&d, v);
	put_results(&d, v);
	put_causes(&d, v);
	put_way(&d, v);
	put_actions(&d, v);
	put_quirks(&d, v);
	put_unseen(&d, v);
	put_next(&d, v);
	if (v->notes.count)
		heading(&d, 2, "Notes");
	for (size_t i = 0; i < v->notes.count; i++)
		item(&d, "", v->notes.items[i]);
	if (!brief) {
		put_facts(&d, v);
		put_evidence(&d, v);
	}
	put_record(&d, v);
	ra_buf_free(&d.line);
	return d.err;
}

ra_err ra_report_lines(const struct ra_report_format *format, const struct ra_report_line *lines, size_t count, struct ra_buf *out)
{
	struct doc d = {.out = out, .md = format->md};

	if (format->part)
		return ra_report_html_lines(lines, count, out);
	for (size_t i = 0; i < count; i++) {
		const struct ra_report_line *at = &lines[i];

		if (at->kind == RA_LINE_TITLE || at->kind == RA_LINE_HEADING)
			heading(&d, at->kind == RA_LINE_TITLE ? 1 : 2, at->text);
		else if (at->kind == RA_LINE_ITEM)
			row(&d, *at->lead ? 10 : 0, at->lead, at->text);
		else
			below(&d, at->text);
	}
	ra_buf_free(&d.line);
	return d.err;
}

ra_err ra_report_md(const struct ra_view *v, struct ra_buf *out)
{
	return write_document(v, out, true, false);
}

ra_err ra_report_txt(const struct ra_view *v, struct ra_buf *out)
{
	return write_document(v, out, false, false);
}

ra_err ra_report_text(const struct ra_view *v, struct ra_buf *out)
{
	return write_document(v, out, false, true);
}
