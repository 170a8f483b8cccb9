/* html_top.c - what is seen first: the outcome, of whom, by whom and when; then the checks and the causes. */
#include "config.h"

#include "report/html.h"

#include <stdio.h>
#include <string.h>

static void pair(struct html *h, const char *name, const char *value)
{
	if (!*value)
		return;
	ra_pen_printf(&h->pen, "<div><dt>%s</dt><dd>", name);
	ra_html_text(h, value);
	ra_pen_raw(&h->pen, "</dd></div>\n");
}

static void put_planes(struct html *h)
{
	const struct ra_view *v = h->v;

	if (!v->plane_count)
		return;
	ra_pen_raw(&h->pen, "<div class=\"wide\"><dt>Asked over</dt><dd><ul>\n");
	for (size_t i = 0; i < v->plane_count; i++) {
		const struct ra_view_plane *p = &v->planes[i];

		ra_pen_raw(&h->pen, "<li>");
		ra_html_text(h, ra_report_plane(p->name));
		ra_pen_raw(&h->pen, " ");
		ra_html_text(h, p->state);
		ra_pen_raw(&h->pen, *p->say ? ": " : "");
		ra_html_text(h, p->say);
		ra_pen_raw(&h->pen, !*p->peer ? "" : strcmp(p->name, "vcenter") ? ", key <code>" : ", certificate <code>");
		ra_html_text(h, p->peer);
		ra_pen_raw(&h->pen, *p->peer ? "</code></li>\n" : "</li>\n");
	}
	ra_pen_raw(&h->pen, "</ul></dd></div>\n");
}

static void put_times(struct html *h)
{
	char took[RA_SPAN_LEN];

	ra_pen_raw(&h->pen, "<div><dt>Began</dt><dd>");
	ra_html_time(h, h->v->started);
	ra_pen_raw(&h->pen, "</dd></div>\n<div><dt>Ended</dt><dd>");
	ra_html_time(h, h->v->now);
	ra_pen_printf(&h->pen, " <span class=\"dim\">after %s</span></dd></div>\n", ra_html_span(h->v->now - h->v->started, took));
}

/* How many checks had which verdict. */
static void put_counts(struct html *h)
{
	static const char *const words[] = {"FAIL", "WARN", "ERROR", "UNKNOWN", "PASS", "INFO", "N/A"};
	bool any = false;

	for (size_t k = 0; k < RA_LEN(words); k++) {
		size_t count = 0;

		for (size_t i = 0; i < h->v->result_count; i++)
			count += !strcmp(h->v->results[i].verdict, words[k]);
		if (!count)
			continue;
		ra_pen_raw(&h->pen, any ? "" : "<ul class=\"counts\" aria-label=\"Verdicts of the checks\">\n");
		any = true;
		ra_pen_printf(&h->pen, "<li><span class=\"badge %s\">%zu %s</span></li>\n", ra_html_tone(words[k]), count, words[k]);
	}
	ra_pen_raw(&h->pen, any ? "</ul>\n" : "");
}

/* Causes by their titles: those that are likely, or those that were and are not any more. */
static void put_titles(struct html *h, const char *lead, bool likely)
{
	size_t count = 0;

	for (size_t i = 0; i < h->v->cause_count; i++) {
		const struct ra_view_cause *c = &h->v->causes[i];
		bool now = !strcmp(c->status, "likely");

		if (likely ? !now : now || !c->found)
			continue;
		if (!count++)
			ra_pen_printf(&h->pen, "<p class=\"likely\"><span class=\"dim\">%s:</span> ", lead);
		else
			ra_pen_raw(&h->pen, "; ");
		ra_html_text(h, c->title);
	}
	ra_pen_raw(&h->pen, count ? "</p>\n" : "");
}

static void put_outcome(struct html *h)
{
	const struct ra_view *v = h->v;
	const char *outcome = *v->outcome ? v->outcome : "not finished";

	ra_pen_printf(&h->pen, "<div class=\"hero %s\">\n", ra_html_tone(outcome));
	ra_pen_raw(&h->pen, h->part ? "<h2>" : "<h1>");
	ra_html_text(h, ra_html_host(v));
	ra_pen_raw(&h->pen, h->part ? "</h2>\n" : "</h1>\n");
	if (*v->seen_words) {
		ra_pen_raw(&h->pen, "<p class=\"lead\">");
		ra_html_text(h, v->seen_words);
		ra_pen_raw(&h->pen, "</p>\n");
	}
	ra_pen_raw(&h->pen, "<p class=\"outcome\">");
	ra_html_badge(h, outcome);
	ra_pen_raw(&h->pen, " ");
	ra_html_text(h, v->outcome_title);
	ra_pen_raw(&h->pen, "</p>\n");
	if (v->fault) {
		ra_pen_raw(&h->pen, "<p>");
		ra_html_text(h, v->end_reason);
		ra_pen_raw(&h->pen, "</p>\n");
	}
	put_titles(h, "Likely cause", true);
	put_titles(h, "Found, and not likely any more", false);
	put_counts(h);
	ra_pen_raw(&h->pen, "</div>\n");
}

void ra_html_top(struct html *h)
{
	const struct ra_view *v = h->v;
	char set[17];

	put_outcome(h);
	if (v->redacted)
		ra_pen_printf(&h->pen,
			      "<p class=\"alert note\"><strong>REDACTED</strong> a redacted copy: %lld values are withheld, and names and addresses "
			      "shown stand for others. The same value has the same name everywhere; no hash covers what is shown.</p>\n",
			      (long long)v->withheld);
	if (v->unchecked)
		ra_pen_raw(&h->pen, "<p class=\"alert\"><strong>WARNING</strong> the certificate of vCenter was NOT CHECKED (--insecure)</p>\n");
	ra_pen_raw(&h->pen, "<dl class=\"about\">\n");
	pair(h, "Attestation", v->attestation);
	pair(h, "ESXi", v->esxi_version);
	pair(h, "Source", v->source);
	put_times(h);
	pair(h, "Operator", v->operator_name);
	pair(h, "Change", v->change_id);
	pair(h, "Case", v->case_id);
	if (*v->until) {
		ra_pen_raw(&h->pen, "<div><dt>Until</dt><dd>");
		ra_html_text(h, v->until);
		ra_pen_raw(&h->pen, ": no disruptive step begins later</dd></div>\n");
	}
	ra_pen_raw(&h->pen, "<div><dt>Flow</dt><dd>");
	ra_html_text(h, v->flow);
	ra_pen_raw(&h->pen, " ");
	ra_html_text(h, v->flow_version);
	snprintf(set, sizeof(set), "%s", v->flow_sha256);
	ra_pen_raw(&h->pen, " <span class=\"dim\">set <code>");
	ra_html_text(h, set);
	ra_pen_raw(&h->pen, "</code></span></dd></div>\n");
	put_planes(h);
	ra_pen_raw(&h->pen, "</dl>\n");
}

/* Each source a check was answered by last. */
static void put_sources(struct html *h, const struct ra_view_result *r)
{
	const struct ra_view *v = h->v;
	size_t put = 0;

	for (size_t i = 0; i < v->command_count; i++) {
		const struct ra_view_command *c = &v->commands[i];
		bool newest = !c->running && !strcmp(c->check, r->check);

		for (size_t k = i + 1; k < v->command_count && newest; k++)
			newest = strcmp(v->commands[k].check, r->check) || strcmp(v->commands[k].plane, c->plane);
		if (!newest)
			continue;
		ra_pen_raw(&h->pen, put++ ? ", " : "");
		ra_html_told_by(h, c->plane, c->seq);
	}
	if (!put)
		ra_html_text(h, r->planes);
}

static bool to_look_at(const struct ra_view_result *r)
{
	return strcmp(r->verdict, "PASS") && strcmp(r->verdict, "INFO") && strcmp(r->verdict, "N/A");
}

static void put_result(struct html *h, const struct ra_view_result *r)
{
	ra_pen_raw(&h->pen, "<tr><td>");
	ra_html_badge(h, r->verdict);
	ra_pen_raw(&h->pen, "</td><th scope=\"row\">");
	ra_html_text(h, r->title);
	ra_pen_raw(&h->pen, "</th><td>");
	ra_html_text(h, r->why);
	if (to_look_at(r) && *r->shown) {
		ra_pen_raw(&h->pen, *r->why ? "<br/><span class=\"dim\">" : "<span class=\"dim\">");
		ra_html_short(h, r->shown, 600);
		ra_pen_raw(&h->pen, "</span>");
	}
	ra_html_list(h, "", &r->disputed);
	ra_pen_raw(&h->pen, "</td><td class=\"by\">");
	put_sources(h, r);
	ra_pen_raw(&h->pen, "</td><td class=\"when\">");
	ra_html_time(h, r->at);
	ra_pen_raw(&h->pen, "</td></tr>\n");
}

static void put_results(struct html *h, bool look, const char *title)
{
	bool any = false;

	for (size_t i = 0; i < h->v->result_count; i++) {
		if (to_look_at(&h->v->results[i]) != look)
			continue;
		if (!any)
			ra_pen_printf(&h->pen, "<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"5\">%s</th></tr>\n", title);
		any = true;
		put_result(h, &h->v->results[i]);
	}
	ra_pen_raw(&h->pen, any ? "</tbody>\n" : "");
}

void ra_html_checks(struct html *h)
{
	if (!h->v->result_count)
		return;
	ra_html_section(h, "checks", ra_report_heading(RA_SECTION_CHECKS));
	ra_pen_raw(&h->pen, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table of checks\">\n<table class=\"checks\">\n"
			    "<caption>What each check found, and who was asked. A link leads to what came back.</caption>\n"
			    "<thead><tr><th scope=\"col\">Verdict</th><th scope=\"col\">Check</th><th scope=\"col\">Found</th>"
			    "<th scope=\"col\">Told by</th><th scope=\"col\">At</th></tr></thead>\n");
	put_results(h, true, "To look at");
	put_results(h, false, "In order, or to know");
	ra_pen_raw(&h->pen, "</table>\n</div>\n");
	ra_html_section_end(h);
}

static void put_cell(struct html *h, const char *text)
{
	ra_pen_raw(&h->pen, "<td>");
	ra_html_text(h, text);
	ra_pen_raw(&h->pen, "</td>");
}

static void put_drift(struct html *h, const struct ra_view_drift *row)
{
	static const struct {
		const char *state, *badge, *word;
	} states[] = {{"same", "good", "Same"}, {"differs", "warn", "Differs"}, {"unknown", "note", "Unknown"}};

	for (size_t i = 0; i < RA_LEN(states); i++)
		if (!strcmp(row->state, states[i].state))
			ra_pen_printf(&h->pen, "<tr><td><span class=\"badge %s\">%s</span></td><th scope=\"row\">", states[i].badge, states[i].word);
	ra_html_text(h, row->name);
	ra_pen_raw(&h->pen, "</th>");
	put_cell(h, row->wanted);
	if (*row->is || !*row->reason) {
		put_cell(h, row->is);
	} else {
		ra_pen_raw(&h->pen, "<td class=\"dim\">not told: ");
		ra_html_reason(h, row->reason);
		ra_pen_raw(&h->pen, "</td>");
	}
	put_cell(h, row->next);
	ra_pen_raw(&h->pen, "</tr>\n");
}

void ra_html_template(struct html *h)
{
	if (!h->v->drift_count)
		return;
	ra_html_section(h, "template", ra_report_heading(RA_SECTION_TEMPLATE));
	ra_pen_raw(&h->pen, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table of what is wanted\">\n<table class=\"facts\">\n"
			    "<caption>What the site's template wants, and what this host has.</caption>\n"
			    "<thead><tr><th scope=\"col\">State</th><th scope=\"col\">Fact or setting</th><th scope=\"col\">Wanted</th>"
			    "<th scope=\"col\">Is</th><th scope=\"col\">Next start</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < h->v->drift_count; i++)
		put_drift(h, &h->v->drift[i]);
	ra_pen_raw(&h->pen, "</tbody></table>\n</div>\n");
	ra_html_section_end(h);
}

/* The rules of a cause that speak for or against it now, or those that do not. Out: how many. */
static size_t put_rules(struct html *h, const struct ra_view_cause *c, bool against, bool fired)
{
	size_t count = 0;

	for (size_t i = 0; i < c->rule_count; i++) {
		const struct ra_view_rule *rule = &c->rules[i];

		if (!strcmp(rule->kind, "for") == against || !strcmp(rule->value, "true") != fired)
			continue;
		ra_pen_raw(&h->pen, count++ ? "<li>" : "<ul>\n<li>");
		if (!strcmp(rule->kind, "rules out") || *rule->confidence) {
			ra_pen_raw(&h->pen, "<span class=\"weight\">");
			ra_html_text(h, !strcmp(rule->kind, "rules out") ? rule->kind : rule->confidence);
			ra_pen_raw(&h->pen, "</span> ");
		}
		if (!fired)
			ra_pen_raw(&h->pen, strcmp(rule->value, "unknown") ? "<strong>not so:</strong> " : "<strong>not known:</strong> ");
		ra_html_text(h, rule->because);
		if (*rule->source) {
			ra_pen_raw(&h->pen, " <span class=\"dim\">(");
			ra_html_link(h, rule->source);
			ra_pen_raw(&h->pen, ")</span>");
		}
		ra_pen_raw(&h->pen, "</li>\n");
	}
	ra_pen_raw(&h->pen, count ? "</ul>\n" : "");
	return count;
}

static void put_side(struct html *h, const struct ra_view_cause *c, bool against)
{
	ra_pen_printf(&h->pen, "<div class=\"%s\"><p class=\"side\">%s</p>\n", against ? "against" : "for", against ? "Against" : "For");
	if (!put_rules(h, c, against, true))
		ra_pen_raw(&h->pen, "<p class=\"dim\">nothing that was seen</p>\n");
	ra_pen_raw(&h->pen, "</div>\n");
}

static void named(struct html *h, const char *name, const char *text)
{
	if (!*text)
		return;
	ra_pen_printf(&h->pen, "<p><strong class=\"name\">%s</strong> ", name);
	ra_html_text(h, text);
	ra_pen_raw(&h->pen, "</p>\n");
}

static void put_cause(struct html *h, const struct ra_view_cause *c)
{
	size_t silent = 0;

	for (size_t i = 0; i < c->rule_count; i++)
		silent += strcmp(c->rules[i].value, "true") != 0;
	ra_pen_printf(&h->pen, "<article class=\"cause %s\">\n", strcmp(c->status, "likely") ? "calm" : "bad");
	ra_html_heading(h);
	ra_html_text(h, c->title);
	ra_pen_raw(&h->pen, " ");
	ra_html_badge(h, c->status);
	ra_html_heading_end(h);
	named(h, "Why it matters", c->why);
	ra_pen_raw(&h->pen, "<div class=\"sides\">\n");
	put_side(h, c, false);
	put_side(h, c, true);
	ra_pen_raw(&h->pen, "</div>\n");
	named(h, "Means", c->impact);
	named(h, "To do", c->resolution);
	if (c->guide.count) {
		ra_pen_raw(&h->pen, "<p><strong class=\"name\">Guide</strong> ");
		for (size_t i = 0; i < c->guide.count; i++) {
			ra_pen_raw(&h->pen, i ? ", " : "");
			ra_html_text(h, c->guide.items[i]);
		}
		ra_pen_raw(&h->pen, "</p>\n");
	}
	if (silent) {
		ra_pen_printf(&h->pen, "<details><summary>%zu more sign%s looked for</summary>\n", silent, silent == 1 ? "" : "s");
		put_rules(h, c, false, false);
		put_rules(h, c, true, false);
		ra_pen_raw(&h->pen, "</details>\n");
	}
	ra_html_list(h, "<p class=\"side\">Read</p>\n", &c->references);
	ra_pen_raw(&h->pen, "</article>\n");
}

/* Every cause that was weighed, in a line each. */
static void put_weighed(struct html *h)
{
	const struct ra_view *v = h->v;

	ra_pen_printf(&h->pen,
		      "<details><summary>All %zu causes that were weighed</summary>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" "
		      "aria-label=\"Table of causes\"><table>\n<caption>Causes, the likelier and more common first</caption>\n"
		      "<thead><tr><th scope=\"col\">Standing</th><th scope=\"col\">Cause</th><th scope=\"col\">Mended by</th></tr></thead>\n<tbody>\n",
		      v->cause_count);
	for (size_t i = 0; i < v->cause_count; i++) {
		ra_pen_raw(&h->pen, "<tr><td>");
		ra_html_badge(h, v->causes[i].status);
		ra_pen_raw(&h->pen, "</td><th scope=\"row\">");
		ra_html_text(h, v->causes[i].title);
		ra_pen_raw(&h->pen, "</th><td>");
		ra_html_text(h, v->causes[i].fix_by);
		ra_pen_raw(&h->pen, "</td></tr>\n");
	}
	ra_pen_raw(&h->pen, "</tbody></table></div></details>\n");
}

void ra_html_causes(struct html *h)
{
	static const char *const names[] = {"likely", "open", "ruled_out"};
	const struct ra_view *v = h->v;
	size_t counts[3] = {0}, also = 0;

	for (size_t i = 0; i < v->cause_count; i++)
		for (size_t k = 0; k < RA_LEN(names); k++)
			counts[k] += !strcmp(v->causes[i].status, names[k]);
	if (!v->cause_count)
		return;
	ra_html_section(h, "causes", ra_report_heading(RA_SECTION_CAUSES));
	ra_pen_printf(&h->pen, "<p>%zu likely, %zu open, %zu ruled out of %zu.</p>\n", counts[0], counts[1], counts[2], v->cause_count);
	for (size_t i = 0; i < v->cause_count; i++)
		if (!strcmp(v->causes[i].status, "likely"))
			put_cause(h, &v->causes[i]);
	for (size_t i = 0; i < v->cause_count; i++) {
		if (!v->causes[i].found || !strcmp(v->causes[i].status, "likely"))
			continue;
		ra_pen_raw(&h->pen, "<p><strong>Found:</strong> ");
		ra_html_text(h, v->causes[i].title);
		ra_pen_raw(&h->pen, ". It was likely when a change began, and is not any more.</p>\n");
	}
	for (size_t i = 0; i < v->cause_count; i++) {
		if (!v->causes[i].sign)
			continue;
		if (!also++)
			ra_pen_printf(&h->pen, "<p class=\"also\">%s:</p>\n", ra_report_heading(RA_SECTION_SIGNS));
		put_cause(h, &v->causes[i]);
	}
	put_weighed(h);
	ra_html_section_end(h);
}
