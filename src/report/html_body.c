/* html_body.c - the way, what was done, and what is left to say. */
#include "config.h"

#include "report/html.h"

#include <inttypes.h>
#include <string.h>

static const char *mark_word(const struct ra_view *v, size_t step)
{
	switch (v->steps[step].mark) {
	case RA_MARK_SKIP:
		return "left undone";
	case RA_MARK_BACK:
		return "stepped back";
	case RA_MARK_NOW:
		return *v->outcome ? "ended here" : "here now";
	default:
		return "";
	}
}

/* "called: text" in a line of its own; nothing without a text. */
static void put_word(struct html *h, const char *called, const char *text)
{
	if (!*text)
		return;
	ra_pen_raw(&h->pen, "<li>");
	ra_html_reason(h, called);
	ra_pen_raw(&h->pen, ": ");
	ra_html_text(h, text);
	ra_pen_raw(&h->pen, "</li>\n");
}

/* What was put to somebody at a step, and what they said to it. */
static void put_words(struct html *h, const struct ra_view_step *s)
{
	ra_pen_raw(&h->pen, s->shown_count ? "<ul>\n" : "");
	for (size_t i = 0; i < s->shown_count; i++) {
		const struct ra_view_shown *w = &s->shown[i];
		const struct ra_report_said *as = ra_report_said(w->kind);

		put_word(h, as->shown ? as->shown : *w->danger ? w->danger : w->title, w->text);
		put_word(h, "to be typed", w->type);
		for (size_t k = 0; k < w->offered.count && as->offers; k++)
			put_word(h, as->shown ? "offered" : "put", w->offered.items[k]);
		for (size_t k = 0; k < w->said.count; k++)
			put_word(h, as->said, w->said.items[k]);
	}
	ra_pen_raw(&h->pen, s->shown_count ? "</ul>" : "");
}

void ra_html_way(struct html *h)
{
	const struct ra_view *v = h->v;

	if (!v->step_count)
		return;
	ra_html_section(h, "way", ra_report_heading(RA_SECTION_WAY));
	ra_html_svg(h);
	ra_pen_raw(&h->pen, "<details><summary>The way in words: what was asked, and what was answered</summary>\n<ol class=\"way\">\n");
	for (size_t i = 0; i < v->step_count; i++) {
		const struct ra_view_step *s = &v->steps[i];

		ra_pen_raw(&h->pen, "<li><strong>");
		ra_html_text(h, s->title);
		ra_pen_raw(&h->pen, "</strong>");
		ra_pen_printf(&h->pen, "%s%s%s", *mark_word(v, i) ? " (" : "", mark_word(v, i), *mark_word(v, i) ? ")" : "");
		ra_pen_raw(&h->pen, *s->because ? ": " : "");
		ra_html_text(h, s->because);
		ra_pen_raw(&h->pen, " <span class=\"dim\">");
		ra_html_time(h, s->at);
		ra_pen_raw(&h->pen, "</span>");
		put_words(h, s);
		ra_pen_raw(&h->pen, "</li>\n");
	}
	ra_pen_raw(&h->pen, "</ol></details>\n");
	ra_html_section_end(h);
}

static void put_gates(struct html *h)
{
	const struct ra_view *v = h->v;

	if (!v->gate_count)
		return;
	ra_pen_raw(&h->pen, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table of gates\">\n<table>\n<caption>Gates: what had to be "
			    "proven or confirmed before a change</caption>\n<thead><tr><th scope=\"col\">Gate</th><th scope=\"col\">Opened</th>"
			    "<th scope=\"col\">Why</th><th scope=\"col\">At</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < v->gate_count; i++) {
		const struct ra_view_gate *g = &v->gates[i];

		ra_pen_raw(&h->pen, "<tr><th scope=\"row\">");
		ra_html_text(h, g->title);
		ra_pen_raw(&h->pen, " <span class=\"dim\">");
		ra_html_text(h, g->gate);
		ra_pen_raw(&h->pen, "</span>");
		ra_pen_raw(&h->pen, "</th><td>");
		ra_html_badge(h, g->opened ? "opened" : "not opened");
		ra_pen_raw(&h->pen, "</td><td>");
		ra_html_text(h, g->why);
		ra_pen_raw(&h->pen, "</td><td class=\"when\">");
		ra_html_time(h, g->at);
		ra_pen_raw(&h->pen, "</td></tr>\n");
	}
	ra_pen_raw(&h->pen, "</tbody></table></div>\n");
}

static void put_side(struct html *h, const struct ra_view_side *side)
{
	ra_pen_raw(&h->pen, "<td>");
	if (side->value)
		ra_html_short(h, *side->value ? side->value : "nothing", 1024);
	else
		ra_pen_raw(&h->pen, "<span class=\"dim\">not known");
	if (side->value) {
		ra_pen_raw(&h->pen, "<br/><span class=\"dim\">");
		ra_html_text(h, ra_report_plane(side->plane));
		ra_pen_raw(&h->pen, " ");
		ra_html_time(h, side->at);
	}
	ra_pen_raw(&h->pen, "</span></td>");
}

/* What it changed: each fact before and after. */
static void put_changes(struct html *h, const struct ra_view_action *a)
{
	if (!a->change_count)
		return;
	ra_pen_raw(&h->pen, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Before and after: ");
	ra_html_text(h, a->title);
	ra_pen_raw(&h->pen, "\">\n<table>\n<caption>Before and after</caption>\n<thead><tr><th scope=\"col\">What</th><th scope=\"col\">Before</th>"
			    "<th scope=\"col\">After</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < a->change_count; i++) {
		ra_pen_raw(&h->pen, "<tr><th scope=\"row\">");
		ra_html_text(h, a->changes[i].title);
		ra_pen_raw(&h->pen, "</th>");
		put_side(h, &a->changes[i].before);
		put_side(h, &a->changes[i].after);
		ra_pen_raw(&h->pen, "</tr>\n");
	}
	ra_pen_raw(&h->pen, "</tbody></table></div>\n");
}

/* Whether and how it can be undone, and whether it was. */
static void put_undo(struct html *h, const struct ra_view_action *a)
{
	static const char *const words[][2] = {{"open", "can still be undone"}, {"undone", "undone"}, {"nothing", "nothing to undo"}};

	if (!a->undo || !*a->undo)
		return;
	ra_pen_raw(&h->pen, "<p><strong class=\"name\">Undo</strong> ");
	ra_html_text(h, a->undo);
	for (size_t i = 0; i < RA_LEN(words) && a->undone; i++) {
		if (strcmp(a->undone, words[i][0]))
			continue;
		ra_pen_raw(&h->pen, " ");
		ra_html_badge(h, words[i][1]);
	}
	ra_pen_raw(&h->pen, "</p>\n");
}

static void put_action(struct html *h, const struct ra_view_action *a)
{
	char took[RA_SPAN_LEN];

	ra_pen_printf(&h->pen, "<article class=\"deed %s\">\n", ra_html_tone(a->result));
	ra_html_heading(h);
	ra_html_text(h, a->title);
	ra_pen_raw(&h->pen, " ");
	ra_html_badge(h, a->result);
	ra_html_heading_end(h);
	ra_pen_raw(&h->pen, "<p class=\"dim\">");
	ra_html_reason(h, a->danger);
	for (size_t i = 0; i < a->touches.count; i++) {
		ra_pen_raw(&h->pen, i ? ", " : "; touches ");
		ra_html_reason(h, a->touches.items[i]);
	}
	ra_pen_raw(&h->pen, "; began ");
	ra_html_time(h, a->began);
	if (a->ended == RA_UTC_NONE)
		ra_pen_raw(&h->pen, "; its end is not in the record");
	else
		ra_pen_printf(&h->pen, ", took %s", ra_html_span(a->ended - a->began, took));
	ra_pen_raw(&h->pen, "</p>\n");
	if (a->said && *a->said) {
		ra_pen_raw(&h->pen, "<p><strong class=\"name\">It said</strong> ");
		ra_html_text(h, a->said);
		ra_pen_raw(&h->pen, "</p>\n");
	}
	put_changes(h, a);
	put_undo(h, a);
	ra_pen_raw(&h->pen, "</article>\n");
}

void ra_html_done(struct html *h)
{
	const struct ra_view *v = h->v;

	if (!v->action_count && !v->gate_count)
		return;
	ra_html_section(h, "done", ra_report_heading(RA_SECTION_DONE));
	put_gates(h);
	for (size_t i = 0; i < v->action_count; i++)
		put_action(h, &v->actions[i]);
	ra_html_section_end(h);
}

static void put_quirks(struct html *h)
{
	const struct ra_view *v = h->v;

	if (!v->quirk_count)
		return;
	ra_html_section(h, "server", "About this server");
	ra_pen_raw(&h->pen, "<p>");
	ra_html_text(h, v->maker);
	ra_pen_raw(&h->pen, "</p>\n<ul>\n");
	for (size_t i = 0; i < v->quirk_count; i++) {
		ra_pen_raw(&h->pen, "<li><strong>");
		ra_html_text(h, v->quirks[i].title);
		ra_pen_raw(&h->pen, ":</strong> ");
		ra_html_text(h, v->quirks[i].say);
		ra_pen_raw(&h->pen, " <span class=\"dim\">(");
		ra_html_link(h, v->quirks[i].source);
		ra_pen_raw(&h->pen, ")</span></li>\n");
	}
	ra_pen_raw(&h->pen, "</ul>\n");
	ra_html_section_end(h);
}

static void put_unseen(struct html *h)
{
	const struct ra_view *v = h->v;

	ra_html_section(h, "not-checked", ra_report_heading(RA_SECTION_UNSEEN));
	ra_pen_raw(&h->pen, v->unseen_count ? "<ul>\n" : "<p>nothing was left out</p>\n");
	for (size_t i = 0; i < v->unseen_count; i++) {
		ra_pen_raw(&h->pen, "<li><strong>");
		ra_html_text(h, v->unseen[i].what);
		ra_pen_raw(&h->pen, ":</strong> ");
		ra_html_text(h, v->unseen[i].why);
		ra_pen_raw(&h->pen, "</li>\n");
	}
	ra_pen_raw(&h->pen, v->unseen_count ? "</ul>\n" : "");
	ra_html_section_end(h);
}

static void put_next(struct html *h)
{
	const struct ra_view *v = h->v;

	if (!v->next.count)
		return;
	ra_html_section(h, "next", ra_report_heading(RA_SECTION_NEXT));
	ra_pen_raw(&h->pen, "<ol class=\"next\">\n");
	for (size_t i = 0; i < v->next.count; i++) {
		ra_pen_raw(&h->pen, "<li>");
		ra_html_text(h, v->next.items[i]);
		ra_pen_raw(&h->pen, "</li>\n");
	}
	ra_pen_raw(&h->pen, "</ol>\n");
	ra_html_section_end(h);
}

static void put_notes(struct html *h)
{
	const struct ra_view *v = h->v;

	if (!v->notes.count)
		return;
	ra_html_section(h, "notes", ra_report_heading(RA_SECTION_NOTES));
	for (size_t i = 0; i < v->notes.count; i++) {
		ra_pen_raw(&h->pen, "<blockquote>");
		ra_html_short(h, v->notes.items[i], 16384);
		ra_pen_raw(&h->pen, "</blockquote>\n");
	}
	ra_html_section_end(h);
}

void ra_html_rest(struct html *h)
{
	put_quirks(h);
	put_unseen(h);
	put_next(h);
	put_notes(h);
}

void ra_html_record(struct html *h)
{
	const struct ra_view *v = h->v;

	ra_html_section(h, "record", ra_report_heading(RA_SECTION_RECORD));
	ra_pen_printf(&h->pen, "<dl class=\"about\">\n<div><dt>Entries</dt><dd>%" PRId64 "</dd></div>\n<div class=\"wide\"><dt>Head</dt><dd><code>", v->entry_count);
	ra_html_text(h, v->head);
	ra_pen_raw(&h->pen, "</code></dd></div>\n");
	if (*v->journal_path) {
		ra_pen_raw(&h->pen, "<div class=\"wide\"><dt>File</dt><dd><code>");
		ra_html_text(h, v->journal_path);
		ra_pen_raw(&h->pen, "</code></dd></div>\n");
	}
	ra_pen_raw(&h->pen, "</dl>\n<p class=\"dim\"><code>reattest verify</code> says whether the record is whole and unchanged, and whose seal it bears. "
			    "Answers given by the host itself are not proof of its integrity.</p>\n");
	ra_html_section_end(h);
}
