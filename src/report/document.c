/* document.c - the transcript and the check's result as a document. One order, two ways of writing (Markdown, plain). */
#include "config.h"

#include "report/draft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOME_MAX 3 /* texts of a list in one line of the summary */
#define RECORD_MAX 4000 /* bytes kept for the last section where a document is cut off */

static const struct ra_draft_limits all = {0};
/* Of the summary, and of the last section of a document that is cut off. */
static const struct ra_draft_limits summary = {.text = 300, .rows = 10, .lines = 1, .brief = true};

const char *ra_report_heading(enum ra_section section)
{
	static const char *const headings[RA_SECTION_COUNT] = {
		"Checks", "Against the template", "Causes", "Not called likely, but worth knowing", "The way", "Done", "About this server: ", "Not checked",
		"Next", "Notes", "Facts", "Evidence", "Record",
	};

	return headings[section];
}

static void put_heading(struct ra_draft *d, enum ra_section section)
{
	ra_draft_heading(d, 2, ra_report_heading(section));
}

static const char *when(ra_utc_ms utc, char *out)
{
	return utc == RA_UTC_NONE ? "" : ra_utc_format(utc, out);
}

const char *ra_report_plane(const char *name)
{
	static const char *const words[][2] = {{"ssh", "SSH"}, {"vcenter", "vCenter"}, {"bmc", "BMC"}};

	for (size_t i = 0; i < RA_LEN(words); i++)
		if (!strcmp(words[i][0], name))
			return words[i][1];
	return name;
}

/* Up to so many texts in one line, and how many more there are. Out: RA_E_NOMEM. */
static ra_err add_some(struct ra_buf *out, size_t *count, const char *text)
{
	return (*count)++ < SOME_MAX ? ra_buf_printf(out, "%s%s", out->len ? "; " : "", text) : RA_OK;
}

static void put_some(struct ra_draft *d, const char *label, const struct ra_buf *some, size_t count)
{
	ra_draft_pair(d, label, count <= SOME_MAX ? ra_buf_str(some) : ra_draft_line(d, "%s; and %zu more", ra_buf_str(some), count - SOME_MAX));
}

/* What a ticket's comment must say, before all else: it is short whatever the record holds. */
static void put_ticket(struct ra_draft *d, const struct ra_view *v)
{
	RA_AUTO(ra_buf_free) struct ra_buf causes = {0}, done = {0}, unseen = {0}, next = {0};
	const struct ra_draft_limits *outside = d->limits;
	size_t counts[4] = {0};

	d->limits = &summary;
	for (size_t i = 0; i < v->cause_count && !d->err; i++)
		if (!strcmp(v->causes[i].status, "likely") || v->causes[i].found)
			d->err = add_some(&causes, &counts[0], v->causes[i].title);
	for (size_t i = 0; i < v->action_count && !d->err; i++)
		d->err = add_some(&done, &counts[1], ra_draft_line(d, "%s (%s)", v->actions[i].title, v->actions[i].result));
	for (size_t i = 0; i < v->next.count && !d->err; i++)
		d->err = add_some(&next, &counts[2], v->next.items[i]);
	for (size_t i = 0; i < v->unseen_count && !d->err; i++)
		d->err = add_some(&unseen, &counts[3], v->unseen[i].what);
	put_some(d, "Cause", &causes, counts[0]);
	put_some(d, "Done", &done, counts[1]);
	put_some(d, "Not checked", &unseen, counts[3]);
	put_some(d, "Next", &next, counts[2]);
	ra_draft_pair(d, "Record", ra_draft_line(d, "%lld entries, head %s", (long long)v->entry_count, v->head));
	d->limits = outside;
}

static void put_summary(struct ra_draft *d, const struct ra_view *v)
{
	char at[RA_UTC_TEXT_LEN], to[RA_UTC_TEXT_LEN];

	ra_draft_pair(d, "REDACTED",
		      !v->redacted ? "" : ra_draft_line(d, "a redacted copy: %lld values are withheld, and names and addresses shown stand for others. "
							   "The same value has the same name everywhere; no hash covers what is shown.", (long long)v->withheld));
	ra_draft_pair(d, "Outcome", *v->outcome ? v->outcome : "not finished");
	ra_draft_pair(d, "", v->outcome_title);
	ra_draft_pair(d, "Attestation", v->attestation);
	ra_draft_pair(d, "ESXi", v->esxi_version);
	ra_draft_pair(d, "WARNING", v->unchecked ? "the certificate of vCenter was NOT CHECKED (--insecure)" : "");
	if (d->md)
		put_ticket(d, v);
	ra_draft_pair(d, "Source", v->source);
	ra_draft_pair(d, "Time", ra_draft_line(d, "%s to %s", when(v->started, at), when(v->now, to)));
	ra_draft_pair(d, "Operator", v->operator_name);
	ra_draft_pair(d, "Change", v->change_id);
	ra_draft_pair(d, "Case", v->case_id);
	ra_draft_pair(d, "Until", *v->until ? ra_draft_line(d, "%s: no disruptive step begins later", v->until) : "");
	ra_draft_pair(d, "Flow", ra_draft_line(d, "%s %s, set %.16s", v->flow, v->flow_version, v->flow_sha256));
	for (size_t i = 0; i < v->plane_count; i++) {
		const struct ra_view_plane *p = &v->planes[i];

		ra_draft_pair(d, i ? "" : "Asked over",
		     ra_draft_line(d, "%s %s%s%s%s%s", ra_report_plane(p->name), p->state, *p->say ? ": " : "", p->say,
			  !*p->peer ? "" : strcmp(p->name, "ssh") ? ", certificate " : ", key ", p->peer));
	}
}

static void put_results(struct ra_draft *d, const struct ra_view *v)
{
	if (!v->result_count)
		return;
	put_heading(d, RA_SECTION_CHECKS);
	for (size_t i = 0; i < v->result_count && !ra_draft_full(d, i, v->result_count); i++) {
		const struct ra_view_result *r = &v->results[i];

		ra_draft_row(d, 7, r->verdict,
		    ra_draft_line(d, "%s%s%s%s%s%s", r->title, *r->why ? ": " : "", r->why, *r->planes ? " [" : "", r->planes,
			 *r->planes ? "]" : ""));
		for (size_t k = 0; k < r->disputed.count && !ra_draft_full(d, k, r->disputed.count); k++)
			ra_draft_below(d, r->disputed.items[k]);
	}
}

/* Each row of the template: whether the host is so, and what was wanted, is, and waits for the next start. */
static void put_template(struct ra_draft *d, const struct ra_view *v)
{
	if (!v->drift_count)
		return;
	put_heading(d, RA_SECTION_TEMPLATE);
	for (size_t i = 0; i < v->drift_count && !ra_draft_full(d, i, v->drift_count); i++) {
		bool same = !strcmp(v->drift[i].state, "same");

		ra_draft_row(d, 7, same ? "same" : !strcmp(v->drift[i].state, "differs") ? "DIFFERS" : "UNKNOWN",
			     same ? ra_draft_line(d, "%s: %s", v->drift[i].name, v->drift[i].is) : v->drift[i].say);
	}
}

static void put_cause(struct ra_draft *d, const struct ra_view_cause *c)
{
	RA_AUTO(ra_buf_free) struct ra_buf title = {0};
	ra_err err = ra_buf_text(&title, c->title);

	for (size_t i = 0; i < c->guide.count && !err; i++)
		err = ra_buf_printf(&title, "%s%s", i ? ", " : " (guide ", c->guide.items[i]);
	if (!err && c->guide.count)
		err = ra_buf_text(&title, ")");
	d->err = d->err ? d->err : err;
	ra_draft_heading(d, 3, ra_buf_str(&title));
	for (size_t i = 0; i < c->rule_count && !ra_draft_full(d, i, c->rule_count); i++) {
		const struct ra_view_rule *rule = &c->rules[i];
		char kind[32];

		if (strcmp(rule->value, "true"))
			continue;
		snprintf(kind, sizeof(kind), "%s%s%s", rule->kind, *rule->confidence ? ", " : "", rule->confidence);
		ra_draft_item(d, kind, *rule->source ? ra_draft_line(d, "%s (%s)", rule->because, rule->source) : rule->because);
	}
	if (*c->impact)
		ra_draft_item(d, "means", c->impact);
	if (*c->resolution)
		ra_draft_item(d, "to do", c->resolution);
}

static void put_causes(struct ra_draft *d, const struct ra_view *v)
{
	bool also = false;
	size_t counts[3] = {0};
	static const char *const names[] = {"likely", "open", "ruled_out"};

	for (size_t i = 0; i < v->cause_count; i++)
		for (size_t k = 0; k < RA_LEN(names); k++)
			counts[k] += !strcmp(v->causes[i].status, names[k]);
	if (!v->cause_count)
		return;
	put_heading(d, RA_SECTION_CAUSES);
	ra_draft_paragraph(d, ra_draft_line(d, "%zu likely, %zu open, %zu ruled out of %zu.", counts[0], counts[1], counts[2], v->cause_count));
	for (size_t i = 0; i < v->cause_count; i++)
		if (!strcmp(v->causes[i].status, "likely"))
			put_cause(d, &v->causes[i]);
	for (size_t i = 0; i < v->cause_count; i++)
		if (v->causes[i].found && strcmp(v->causes[i].status, "likely"))
			ra_draft_item(d, "found", ra_draft_line(d, "%s. It was likely when a change began, and is not any more.", v->causes[i].title));
	for (size_t i = 0; i < v->cause_count; i++) {
		if (!v->causes[i].sign)
			continue;
		if (!also)
			put_heading(d, RA_SECTION_SIGNS);
		also = true;
		put_cause(d, &v->causes[i]);
	}
}

/* The answers offered in one line, the statements of a gate each in its own. */
static void put_offered(struct ra_draft *d, const struct ra_view_shown *w, bool gate)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};

	for (size_t i = 0; i < w->offered.count; i++) {
		if (gate)
			ra_draft_below(d, ra_draft_line(d, "put: %s", w->offered.items[i]));
		else if (!d->err)
			d->err = ra_buf_printf(&text, "%s%s", text.len ? " / " : "offered: ", w->offered.items[i]);
	}
	if (text.len)
		ra_draft_below(d, ra_buf_str(&text));
}

const struct ra_report_said *ra_report_said(const char *kind)
{
	static const struct ra_report_said kinds[] = {
		{"start", "asked", "answered", true},	{"answer", "asked", "answered", true}, {"gate", NULL, "affirmed", true},
		{"intent", NULL, "confirmed", false},	{"done", "directions", "told", false}, {"end", "outcome", "said", false}, {"", "shown", "said", false},
	};
	const struct ra_report_said *as = kinds;

	while (*as->kind && strcmp(as->kind, kind))
		as++;
	return as;
}

/* What was put to somebody, and what they said to it. */
static void put_shown(struct ra_draft *d, const struct ra_view_shown *w)
{
	const struct ra_report_said *as = ra_report_said(w->kind);

	if (!d->limits->brief && *w->text)
		ra_draft_below(d, ra_draft_line(d, "%s: %s", as->shown ? as->shown : *w->danger ? w->danger : w->title, w->text));
	if (!d->limits->brief && *w->type)
		ra_draft_below(d, ra_draft_line(d, "to be typed: %s", w->type));
	if (!d->limits->brief && as->offers)
		put_offered(d, w, !as->shown);
	for (size_t i = 0; i < w->said.count && !ra_draft_full(d, i, w->said.count); i++)
		ra_draft_below(d, ra_draft_line(d, "%s: %s", as->said, w->said.items[i]));
}

static void put_way(struct ra_draft *d, const struct ra_view *v)
{
	char at[RA_UTC_TEXT_LEN];

	if (!v->step_count)
		return;
	put_heading(d, RA_SECTION_WAY);
	for (size_t i = 0; i < v->step_count && !ra_draft_full(d, i, v->step_count); i++) {
		const struct ra_view_step *s = &v->steps[i];

		ra_draft_item(d, when(s->at, at),
			    ra_draft_line(d, "%s%s%s%s", s->title, s->mark == RA_MARK_BACK ? " (stepped back)" : "",
					*s->because ? ": " : "", s->because));
		for (size_t k = 0; k < s->shown_count && !ra_draft_full(d, k, s->shown_count); k++)
			put_shown(d, &s->shown[k]);
	}
}

/* One side of a change. Out: appended to line. */
static ra_err add_side(struct ra_buf *out, const struct ra_view_side *side)
{
	char at[RA_UTC_TEXT_LEN];

	if (!side->value)
		return ra_buf_text(out, "not known");
	return ra_buf_printf(out, "%s (%s %s)", *side->value ? side->value : "nothing", ra_report_plane(side->plane), when(side->at, at));
}

/* What it changed: each fact before and after. */
static void put_changes(struct ra_draft *d, const struct ra_view_action *a)
{
	for (size_t i = 0; i < a->change_count && !ra_draft_full(d, i, a->change_count); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf text = {0};
		ra_err err = ra_buf_printf(&text, "%s: ", a->changes[i].title);

		err = err ? err : add_side(&text, &a->changes[i].before);
		err = err ? err : ra_buf_text(&text, " -> ");
		err = err ? err : add_side(&text, &a->changes[i].after);
		d->err = d->err ? d->err : err;
		ra_draft_below(d, ra_buf_str(&text));
	}
}

static void put_actions(struct ra_draft *d, const struct ra_view *v)
{
	char at[RA_UTC_TEXT_LEN];

	if (!v->action_count && !v->gate_count)
		return;
	put_heading(d, RA_SECTION_DONE);
	for (size_t i = 0; i < v->gate_count && !ra_draft_full(d, i, v->gate_count); i++) {
		const struct ra_view_gate *g = &v->gates[i];

		ra_draft_item(d, when(g->at, at),
		     ra_draft_line(d, "gate of \"%s\" (%s): %s%s%s", g->title, g->gate, g->opened ? "opened" : "not opened", *g->why ? ", " : "", g->why));
	}
	for (size_t i = 0; i < v->action_count && !ra_draft_full(d, i, v->action_count); i++) {
		const struct ra_view_action *a = &v->actions[i];

		ra_draft_item(d, when(a->began, at),
		     ra_draft_line(d, "%s (%s): %s%s%s", a->title, a->danger, a->result, a->said && *a->said ? ". " : "", a->said ? a->said : ""));
		put_changes(d, a);
		if (a->undo && *a->undo)
			ra_draft_below(d, a->undo);
	}
}

static void put_quirks(struct ra_draft *d, const struct ra_view *v)
{
	if (!v->quirk_count)
		return;
	ra_draft_heading(d, 2, ra_draft_line(d, "%s%s", ra_report_heading(RA_SECTION_ABOUT), v->maker));
	for (size_t i = 0; i < v->quirk_count && !ra_draft_full(d, i, v->quirk_count); i++)
		ra_draft_item(d, "", ra_draft_line(d, "%s: %s (%s)", v->quirks[i].title, v->quirks[i].say, v->quirks[i].source));
}

static void put_unseen(struct ra_draft *d, const struct ra_view *v)
{
	put_heading(d, RA_SECTION_UNSEEN);
	for (size_t i = 0; i < v->unseen_count && !ra_draft_full(d, i, v->unseen_count); i++)
		ra_draft_item(d, "", ra_draft_line(d, "%s: %s", v->unseen[i].what, v->unseen[i].why));
	if (!v->unseen_count)
		ra_draft_item(d, "", "nothing was left out");
}

static void put_next(struct ra_draft *d, const struct ra_view *v)
{
	if (!v->next.count)
		return;
	put_heading(d, RA_SECTION_NEXT);
	for (size_t i = 0; i < v->next.count && !ra_draft_full(d, i, v->next.count); i++)
		ra_draft_item(d, "", v->next.items[i]);
}

static void put_facts(struct ra_draft *d, const struct ra_view *v)
{
	char at[RA_UTC_TEXT_LEN];

	put_heading(d, RA_SECTION_FACTS);
	for (size_t i = 0; i < v->fact_count && !ra_draft_full(d, i, v->fact_count); i++) {
		const struct ra_view_fact *f = &v->facts[i];
		const struct ra_view_obs *o = f->obs_count ? &f->obs[f->obs_count - 1] : NULL;

		ra_draft_row(d, 28, f->name,
		    ra_draft_line(d, "%s%s%s%s%s%s%s", f->known ? "" : "unknown: ", f->known ? f->value : f->reason, o ? " (" : "",
			 o ? ra_report_plane(o->plane) : "", o ? " " : "", o ? when(o->at, at) : "", o ? ")" : ""));
	}
}

static void put_evidence(struct ra_draft *d, const struct ra_view *v)
{
	char at[RA_UTC_TEXT_LEN];

	put_heading(d, RA_SECTION_EVIDENCE);
	for (size_t i = 0; i < v->command_count && !ra_draft_full(d, i, v->command_count); i++) {
		const struct ra_view_command *c = &v->commands[i];

		ra_draft_heading(d, 3, ra_draft_line(d, "%lld: %s", (long long)c->seq, c->words));
		ra_draft_paragraph(d, !strcmp(c->why, "answered")
				     ? ra_draft_line(d, "%s, %s, %lld ms, status %d%s", ra_report_plane(c->plane), when(c->at, at), (long long)c->took_ms,
					    c->status, c->truncated ? ", cut at its cap" : "")
				     : ra_draft_line(d, "%s, %s, %s", ra_report_plane(c->plane), when(c->at, at), c->why));
		if (c->out && *c->out && !d->limits->brief)
			ra_draft_code(d, c->out);
		if (c->err && *c->err && !d->limits->brief)
			ra_draft_code(d, c->err);
	}
}

static void put_record(struct ra_draft *d, const struct ra_view *v)
{
	put_heading(d, RA_SECTION_RECORD);
	ra_draft_item(d, "", ra_draft_line(d, "%lld entries, head %s", (long long)v->entry_count, v->head));
	if (*v->journal_path)
		ra_draft_item(d, "", v->journal_path);
	ra_draft_item(d, "", "Answers given by the host itself are not proof of its integrity.");
}

static void put_body(struct ra_draft *d, const struct ra_view *v)
{
	put_results(d, v);
	put_template(d, v);
	put_causes(d, v);
	put_way(d, v);
	put_actions(d, v);
	put_quirks(d, v);
	put_unseen(d, v);
	put_next(d, v);
	if (v->notes.count)
		put_heading(d, RA_SECTION_NOTES);
	for (size_t i = 0; i < v->notes.count && !ra_draft_full(d, i, v->notes.count); i++)
		ra_draft_item(d, "", v->notes.items[i]);
}

static ra_err write_document(const struct ra_view *v, struct ra_buf *out, const struct ra_draft_limits *limits, bool md, bool brief)
{
	struct ra_draft d = {.out = out, .md = md, .limits = limits == &all ? limits : &summary};

	if (*v->seen_words)
		ra_draft_paragraph(&d, v->seen_words);
	ra_draft_heading(&d, 1, ra_draft_line(&d, "reattest %s: %s", v->program, v->named && *v->named ? v->named : *v->host ? v->host : "no host"));
	if (md && limits != &all)
		ra_draft_pair(&d, "Shortened", "to fit a ticket; `reattest export --full` leaves nothing out");
	put_summary(&d, v);
	d.limits = limits;
	put_body(&d, v);
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
	struct ra_draft d = {.out = out, .md = format->md, .limits = &all};

	if (format->part)
		return ra_report_html_lines(lines, count, out);
	for (size_t i = 0; i < count; i++) {
		const struct ra_report_line *at = &lines[i];

		if (at->kind == RA_LINE_TITLE || at->kind == RA_LINE_HEADING)
			ra_draft_heading(&d, at->kind == RA_LINE_TITLE ? 1 : 2, at->text);
		else if (at->kind == RA_LINE_ITEM)
			ra_draft_row(&d, *at->lead ? 10 : 0, at->lead, at->text);
		else
			ra_draft_below(&d, at->text);
	}
	ra_buf_free(&d.line);
	return d.err;
}

/* From all there is to what always fits: each is tried until the document does. */
static const struct ra_draft_limits shorter[] = {
	{.text = 2000, .lines = 100},
	{.text = 1000, .lines = 40},
	{.text = 600, .lines = 12, .rows = 200},
	{.text = 400, .lines = 4, .rows = 100},
	{.text = 400, .lines = 1, .rows = 60, .brief = true},
	{.text = 200, .lines = 1, .rows = 30, .brief = true},
	{.text = 120, .lines = 1, .rows = 10, .brief = true},
	{.text = 60, .lines = 1, .rows = 4, .brief = true},
};

static void cut_to(struct ra_buf *out, size_t len)
{
	out->len = len;
	out->data[len] = '\0';
}

/* Nothing is short enough: it ends at a line, and the last section follows. The shortest form has no fence that could be left open. */
static ra_err cut_off(const struct ra_view *v, struct ra_buf *out, size_t begins)
{
	struct ra_draft d = {.out = out, .md = true, .limits = &summary};
	size_t len = begins + RA_REPORT_MD_MAX - RECORD_MAX;

	while (len > begins && out->data[len - 1] != '\n')
		len--;
	cut_to(out, len);
	ra_draft_raw(&d, "\n");
	ra_draft_paragraph(&d, "The rest is in the record.");
	put_record(&d, v);
	ra_buf_free(&d.line);
	return d.err;
}

/* Try one form, no further than it fits. Out: *fits; without it nothing is added. */
static ra_err try_form(const struct ra_view *v, const struct ra_draft_limits *limits, struct ra_buf *out, bool *fits)
{
	size_t begins = out->len, cap = out->max_len;

	out->max_len = begins + RA_REPORT_MD_MAX;
	ra_err err = write_document(v, out, limits, true, false);

	out->max_len = cap;
	*fits = err != RA_E_LIMIT;
	if (!*fits && out->len > begins)
		cut_to(out, begins);
	return *fits ? err : RA_OK;
}

ra_err ra_report_md(const struct ra_view *v, struct ra_buf *out)
{
	size_t begins = out->len;
	bool fits;
	ra_err err = try_form(v, &all, out, &fits);

	for (size_t i = 0; i < RA_LEN(shorter) && !err && !fits; i++)
		err = try_form(v, &shorter[i], out, &fits);
	if (err || fits)
		return err;
	err = write_document(v, out, &shorter[RA_LEN(shorter) - 1], true, false);
	return err ? err : cut_off(v, out, begins);
}

ra_err ra_report_md_full(const struct ra_view *v, struct ra_buf *out)
{
	return write_document(v, out, &all, true, false);
}

ra_err ra_report_txt(const struct ra_view *v, struct ra_buf *out)
{
	return write_document(v, out, &all, false, false);
}

ra_err ra_report_text(const struct ra_view *v, struct ra_buf *out)
{
	return write_document(v, out, &all, false, true);
}
