/* document.c - the transcript and the check's result as a document. One order, two ways of writing (Markdown, plain). */
#include "config.h"

#include "base/text.h"
#include "report/parts.h"

#include <stdio.h>
#include <string.h>

/* A document being written. The first failure is kept, what follows is dropped. */
struct doc {
	struct ra_buf *out;
	bool md;
	ra_err err;
};

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

static void item(struct doc *d, const char *lead, const char *text)
{
	raw(d, d->md ? "- " : "  ");
	if (*lead) {
		raw(d, d->md ? "**" : "");
		words(d, lead);
		raw(d, d->md ? "** " : "  ");
	}
	words(d, text);
	raw(d, "\n");
}

/* A labelled value; one without a label goes with the one above it. */
static void pair(struct doc *d, const char *label, const char *value)
{
	char lead[64];

	if (!*value)
		return;
	if (d->md && !*label) {
		raw(d, "  ");
		item(d, "", value);
		return;
	}
	snprintf(lead, sizeof(lead), d->md ? "%s:" : "%-14s", label);
	item(d, lead, value);
}

static void paragraph(struct doc *d, const char *text)
{
	words(d, text);
	raw(d, "\n");
}

/* Output to the letter: fenced by more backticks than it holds, or indented. */
static void code(struct doc *d, const char *text)
{
	size_t longest = 2, run = 0;
	char fence[64];

	for (const char *at = text; *at; at++) {
		run = *at == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	longest = longest + 1 < sizeof(fence) ? longest + 1 : sizeof(fence) - 1;
	memset(fence, '`', longest);
	fence[longest] = '\0';
	raw(d, d->md ? fence : "");
	raw(d, d->md ? "\n" : "");
	for (const char *line = text; *line && !d->err;) {
		size_t len = strcspn(line, "\n");

		raw(d, d->md ? "" : "    | ");
		d->err = d->err ? d->err : ra_buf_add(d->out, line, len);
		raw(d, "\n");
		line += len + (line[len] == '\n');
	}
	raw(d, d->md ? fence : "");
	raw(d, d->md ? "\n" : "");
}

static const char *when(ra_utc_ms utc, char *out)
{
	return utc == RA_UTC_NONE ? "" : ra_utc_format(utc, out);
}

static void put_summary(struct doc *d, const struct ra_view *v)
{
	char at[RA_UTC_TEXT_LEN], to[RA_UTC_TEXT_LEN], line[256];

	pair(d, "Outcome", *v->outcome ? v->outcome : "not finished");
	pair(d, "", v->outcome_title);
	pair(d, "Attestation", v->attestation);
	pair(d, "ESXi", v->esxi_version);
	pair(d, "Source", v->source);
	snprintf(line, sizeof(line), "%s to %s", when(v->started, at), when(v->now, to));
	pair(d, "Time", line);
	pair(d, "Operator", v->operator_name);
	pair(d, "Change", v->change_id);
	pair(d, "Case", v->case_id);
	snprintf(line, sizeof(line), "%s %s, set %.16s", v->flow, v->flow_version, v->flow_sha256);
	pair(d, "Flow", line);
	for (size_t i = 0; i < v->plane_count; i++) {
		const struct ra_view_plane *p = &v->planes[i];

		snprintf(line, sizeof(line), "%s %s%s%s%s%s", p->name, p->state, *p->say ? ": " : "", p->say,
			 *p->peer ? ", key " : "", p->peer);
		pair(d, i ? "" : "Planes", line);
	}
}

static void put_results(struct doc *d, const struct ra_view *v)
{
	if (!v->result_count)
		return;
	heading(d, 2, "Checks");
	for (size_t i = 0; i < v->result_count; i++) {
		const struct ra_view_result *r = &v->results[i];
		char lead[16], line[2048];

		snprintf(lead, sizeof(lead), d->md ? "%s" : "%-7s", r->verdict);
		snprintf(line, sizeof(line), "%s%s%s%s%s%s", r->title, *r->why ? ": " : "", r->why, *r->planes ? " [" : "",
			 r->planes, *r->planes ? "]" : "");
		item(d, lead, line);
	}
}

static void put_cause(struct doc *d, const struct ra_view_cause *c)
{
	char line[512], guide[64] = "";

	for (size_t i = 0; i < c->guide.count && strlen(guide) < 48; i++)
		snprintf(guide + strlen(guide), sizeof(guide) - strlen(guide), "%s%.10s", i ? ", " : " (guide ",
			 c->guide.items[i]);
	snprintf(line, sizeof(line), "%s%s%s", c->title, guide, *guide ? ")" : "");
	heading(d, 3, line);
	for (size_t i = 0; i < c->rule_count; i++) {
		if (strcmp(c->rules[i].value, "true"))
			continue;
		snprintf(line, sizeof(line), "%s (%s)", c->rules[i].because, c->rules[i].source);
		item(d, c->rules[i].kind, *c->rules[i].source ? line : c->rules[i].because);
	}
	if (*c->impact)
		item(d, "means", c->impact);
	if (*c->resolution)
		item(d, "to do", c->resolution);
}

static void put_causes(struct doc *d, const struct ra_view *v)
{
	size_t counts[3] = {0};
	static const char *const names[] = {"likely", "open", "ruled_out"};
	char line[128];

	for (size_t i = 0; i < v->cause_count; i++)
		for (size_t k = 0; k < RA_LEN(names); k++)
			counts[k] += !strcmp(v->causes[i].status, names[k]);
	if (!v->cause_count)
		return;
	heading(d, 2, "Causes");
	snprintf(line, sizeof(line), "%zu likely, %zu open, %zu ruled out of %zu.", counts[0], counts[1], counts[2],
		 v->cause_count);
	paragraph(d, line);
	for (size_t i = 0; i < v->cause_count; i++)
		if (!strcmp(v->causes[i].status, "likely"))
			put_cause(d, &v->causes[i]);
}

static void put_way(struct doc *d, const struct ra_view *v)
{
	char at[RA_UTC_TEXT_LEN], line[1024];

	heading(d, 2, "The way");
	for (size_t i = 0; i < v->step_count; i++) {
		const struct ra_view_step *s = &v->steps[i];

		snprintf(line, sizeof(line), "%s%s%s%s", s->title, s->mark == RA_MARK_BACK ? " (stepped back)" : "",
			 *s->because ? ": " : "", s->because);
		item(d, when(s->at, at), line);
	}
}

static void put_actions(struct doc *d, const struct ra_view *v)
{
	char at[RA_UTC_TEXT_LEN], line[1024];

	if (!v->action_count && !v->gate_count)
		return;
	heading(d, 2, "Done");
	for (size_t i = 0; i < v->gate_count; i++) {
		snprintf(line, sizeof(line), "gate %s: %s%s%s", v->gates[i].gate, v->gates[i].opened ? "opened" : "not opened",
			 *v->gates[i].why ? ", " : "", v->gates[i].why);
		item(d, when(v->gates[i].at, at), line);
	}
	for (size_t i = 0; i < v->action_count; i++) {
		const struct ra_view_action *a = &v->actions[i];

		snprintf(line, sizeof(line), "%s (%s): %s", a->title, a->danger, a->result);
		item(d, when(a->began, at), line);
	}
}

static void put_unseen(struct doc *d, const struct ra_view *v)
{
	heading(d, 2, "Not checked");
	for (size_t i = 0; i < v->unseen_count; i++) {
		char line[1024];

		snprintf(line, sizeof(line), "%s: %s", v->unseen[i].what, v->unseen[i].why);
		item(d, "", line);
	}
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
	char at[RA_UTC_TEXT_LEN], lead[96], line[1024];

	heading(d, 2, "Facts");
	for (size_t i = 0; i < v->fact_count; i++) {
		const struct ra_view_fact *f = &v->facts[i];
		const struct ra_view_obs *o = f->obs_count ? &f->obs[f->obs_count - 1] : NULL;

		snprintf(lead, sizeof(lead), d->md ? "%s" : "%-28s", f->name);
		snprintf(line, sizeof(line), "%s%s%s%s%s%s", f->known ? "" : "unknown: ", f->known ? f->value : f->reason,
			 o ? " (" : "", o ? o->plane : "", o ? " " : "", o ? when(o->at, at) : "");
		if (o)
			snprintf(line + strlen(line), sizeof(line) - strlen(line), ")");
		item(d, lead, line);
	}
}

static void put_evidence(struct doc *d, const struct ra_view *v)
{
	char at[RA_UTC_TEXT_LEN], line[1024];

	heading(d, 2, "Evidence");
	for (size_t i = 0; i < v->command_count; i++) {
		const struct ra_view_command *c = &v->commands[i];

		snprintf(line, sizeof(line), "%lld: %s", (long long)c->seq, c->words);
		heading(d, 3, line);
		if (!strcmp(c->why, "answered"))
			snprintf(line, sizeof(line), "%s, %s, %lld ms, status %d%s", c->plane, when(c->at, at),
				 (long long)c->took_ms, c->status, c->truncated ? ", cut at its cap" : "");
		else
			snprintf(line, sizeof(line), "%s, %s, %s", c->plane, when(c->at, at), c->why);
		paragraph(d, line);
		if (c->out && *c->out)
			code(d, c->out);
		if (c->err && *c->err)
			code(d, c->err);
	}
}

static void put_record(struct doc *d, const struct ra_view *v)
{
	char line[256];

	heading(d, 2, "Record");
	snprintf(line, sizeof(line), "%lld entries, head %s", (long long)v->entry_count, v->head);
	item(d, "", line);
	if (*v->journal_path)
		item(d, "", v->journal_path);
	item(d, "", "Answers given by the host itself are not proof of its integrity.");
}

static ra_err write_document(const struct ra_view *v, struct ra_buf *out, bool md, bool brief)
{
	struct doc d = {.out = out, .md = md};
	char title[300];

	snprintf(title, sizeof(title), "reattest %s: %s", v->program, *v->host ? v->host : "no host");
	if (*v->seen_words)
		paragraph(&d, v->seen_words);
	heading(&d, 1, title);
	put_summary(&d, v);
	put_results(&d, v);
	put_causes(&d, v);
	put_way(&d, v);
	put_actions(&d, v);
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
