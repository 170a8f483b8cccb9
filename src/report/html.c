/* html.c - a report as one HTML file: the page around it, and what its parts are written with. */
#include "config.h"

#include "base/digest.h"
#include "base/text.h"
#include "report/html.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BADGE_MAX 40 /* bytes of a word on a ground of its own */
#define WHOLE_MAX 50 /* hosts of a page that is to tell all of each: a browser has to hold it */

void ra_html_text(struct html *h, const char *text)
{
	ra_pen_text(&h->pen, &ra_pen_xml, text);
}

/* The first bytes of a text that end with a whole code point, no more than max. */
static size_t whole(const char *text, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

void ra_html_short(struct html *h, const char *text, size_t max)
{
	size_t len = strlen(text), kept = whole(text, len, max);

	ra_pen_lines(&h->pen, &ra_pen_xml, text, kept);
	if (kept < len)
		ra_pen_printf(&h->pen, " <span class=\"cut\">(%zu more bytes are in the record)</span>", len - kept);
}

void ra_html_link(struct html *h, const char *text)
{
	bool link = !strncmp(text, "https://", 8);

	for (const char *at = text; *at && link; at++)
		link = isgraph((unsigned char)*at);
	if (link)
		ra_pen_raw(&h->pen, "<a rel=\"noreferrer noopener\" href=\"");
	ra_html_text(h, link ? text : "");
	ra_pen_raw(&h->pen, link ? "\">" : "");
	ra_html_text(h, text);
	ra_pen_raw(&h->pen, link ? "</a>" : "");
}

const char *ra_html_host(const struct ra_view *v)
{
	return v->named && *v->named ? v->named : *v->host ? v->host : "no host";
}

/* The opening of an output's block. HTML drops a line feed that follows the tag: this one, not one of the output. */
static void put_pre(struct html *h, const char *name, int64_t seq)
{
	ra_pen_printf(&h->pen, "<pre tabindex=\"0\" role=\"region\" aria-label=\"%s of entry %" PRId64, name, seq);
	if (h->part)
		ra_pen_printf(&h->pen, ", host %zu: ", h->part);
	ra_html_text(h, h->part ? ra_html_host(h->v) : "");
	ra_pen_raw(&h->pen, "\">\n");
}

void ra_html_output(struct html *h, const char *name, int64_t seq, const char *text, size_t max)
{
	size_t len = strlen(text), head = whole(text, len, len <= max ? len : max - max / 4), tail = len <= max ? len : len - max / 4;

	if (!len)
		return;
	while (tail < len && ((unsigned char)text[tail] & 0xc0) == 0x80)
		tail++;
	put_pre(h, name, seq);
	ra_pen_lines(&h->pen, &ra_pen_xml, text, head);
	ra_pen_raw(&h->pen, "</pre>\n");
	if (head == len)
		return;
	ra_pen_printf(&h->pen, "<p class=\"cut\">%zu bytes are left out here; the record has them. What follows is the end.</p>\n", tail - head);
	put_pre(h, !strcmp(name, "Output") ? "End of the output" : "End of the error output", seq);
	ra_pen_lines(&h->pen, &ra_pen_xml, text + tail, len - tail);
	ra_pen_raw(&h->pen, "</pre>\n");
}

void ra_html_time(struct html *h, ra_utc_ms utc)
{
	char at[RA_UTC_TEXT_LEN];

	if (utc == RA_UTC_NONE)
		return;
	ra_utc_format(utc, at);
	ra_pen_printf(&h->pen, "<time>%.10s %.8sZ</time>", at, at + 11);
}

const char *ra_html_span(int64_t ms, char *out)
{
	int64_t s = ms / 1000, min = s / 60, hours = min / 60;

	if (ms < 100)
		snprintf(out, RA_SPAN_LEN, "under 0.1 s");
	else if (s < 10)
		snprintf(out, RA_SPAN_LEN, "%" PRId64 ".%d s", s, (int)(ms % 1000 / 100));
	else if (s < 120)
		snprintf(out, RA_SPAN_LEN, "%" PRId64 " s", s);
	else if (min < 120)
		snprintf(out, RA_SPAN_LEN, "%" PRId64 " min", min);
	else if (hours < 48)
		snprintf(out, RA_SPAN_LEN, "%" PRId64 " h %" PRId64 " min", hours, min % 60);
	else
		snprintf(out, RA_SPAN_LEN, "%" PRId64 " days", hours / 24);
	return out;
}

const char *ra_html_tone(const char *word)
{
	static const char *const tones[][2] = {
		{"PASS", "good"},     {"FAIL", "bad"},	      {"WARN", "warn"},	       {"INFO", "note"},	    {"ERROR", "warn"},
		{"UNKNOWN", "warn"},  {"resolved", "good"},   {"not_a_fault", "good"}, {"stopped", "warn"},	    {"escalated", "warn"},
		{"rebuild", "warn"},  {"security_review", "bad"}, {"verified", "good"}, {"unverified", "warn"},     {"not done", "warn"},
		{"refused", "bad"},   {"unknown", "warn"},    {"irreversible", "bad"}, {"disruptive", "warn"},	    {"likely", "bad"},
		{"conflict", "warn"}, {"UNREACHED", "bad"},   {"OK", "good"},	       {"not opened", "warn"},	    {"opened", "good"},
		{"STOPPED", "warn"},  {"not finished", "note"},
	};

	for (size_t i = 0; i < RA_LEN(tones); i++)
		if (!strcmp(tones[i][0], word))
			return tones[i][1];
	return "calm";
}

void ra_html_badge(struct html *h, const char *word)
{
	bool badge = strlen(word) <= BADGE_MAX; /* it is on one line */

	if (badge)
		ra_pen_printf(&h->pen, "<span class=\"badge %s\">", ra_html_tone(word));
	ra_html_reason(h, word);
	ra_pen_raw(&h->pen, badge ? "</span>" : "");
}

void ra_html_name(struct html *h, const char *name)
{
	if (h->part)
		ra_pen_printf(&h->pen, "h%zu-", h->part);
	ra_pen_raw(&h->pen, name);
}

void ra_html_section(struct html *h, const char *name, const char *title)
{
	/* One host of several is a part of the page by its own heading; each of its sections as well would be a crowd of the same names. */
	ra_pen_raw(&h->pen, h->part ? "<section>\n<h3 id=\"" : "<section aria-labelledby=\"");
	if (!h->part) {
		ra_pen_raw(&h->pen, name);
		ra_pen_raw(&h->pen, "\">\n<h2 id=\"");
	}
	ra_html_name(h, name);
	ra_pen_raw(&h->pen, "\">");
	ra_html_text(h, title);
	ra_pen_raw(&h->pen, h->part ? "</h3>\n" : "</h2>\n");
}

void ra_html_section_end(struct html *h)
{
	ra_pen_raw(&h->pen, "</section>\n");
}

void ra_html_heading(struct html *h)
{
	ra_pen_raw(&h->pen, h->part ? "<h4>" : "<h3>");
}

void ra_html_heading_end(struct html *h)
{
	ra_pen_raw(&h->pen, h->part ? "</h4>\n" : "</h3>\n");
}

void ra_html_list(struct html *h, const char *title, const struct ra_texts *texts)
{
	if (!texts->count)
		return;
	ra_pen_printf(&h->pen, "%s<ul>\n", title);
	for (size_t i = 0; i < texts->count; i++) {
		ra_pen_raw(&h->pen, "<li>");
		ra_html_link(h, texts->items[i]);
		ra_pen_raw(&h->pen, "</li>\n");
	}
	ra_pen_raw(&h->pen, "</ul>\n");
}

void ra_html_reason(struct html *h, const char *reason)
{
	RA_AUTO(ra_mem_free) char *words = strdup(reason);

	if (!words && !h->pen.err)
		h->pen.err = RA_E_NOMEM;
	for (char *at = words; at && *at; at++)
		*at = *at == '_' ? ' ' : *at;
	ra_html_text(h, words);
}

/* The style sheet's own digest stands in the policy: no other style is taken, and no script, picture, frame or form at all. */
static void put_policy(struct ra_pen *pen, const char *style)
{
	char hex[65] = "";
	unsigned char digest[32] = {0};
	ra_err err = ra_sha256_hex(style, strlen(style), hex);

	for (size_t i = 0; i < sizeof(digest) && !err; i++) {
		const char byte[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

		digest[i] = (unsigned char)strtoul(byte, NULL, 16);
	}
	RA_AUTO(ra_mem_free) char *base64 = err ? NULL : ra_base64(digest, sizeof(digest));

	if (!pen->err && !base64)
		pen->err = err ? err : RA_E_NOMEM;
	ra_pen_printf(pen,
		      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; "
		      "form-action 'none'\"/>\n",
		      base64 ? base64 : "");
}

/* The page up to its main part. The title is followed by nothing of the house. */
static void page_begin(struct ra_pen *pen, const char *program, const char *title)
{
	const char *style = ra_html_style();

	ra_pen_raw(pen, "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"utf-8\"/>\n");
	put_policy(pen, style);
	ra_pen_raw(pen, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<meta name=\"color-scheme\" content=\"light dark\"/>\n"
			"<meta name=\"referrer\" content=\"no-referrer\"/>\n<title>");
	ra_pen_text(pen, &ra_pen_xml, title);
	ra_pen_printf(pen, " - host attestation report</title>\n<style>%s</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n", style);
	ra_pen_raw(pen, "<header class=\"top\"><p>Host attestation report</p><p>reattest ");
	ra_pen_text(pen, &ra_pen_xml, program);
	ra_pen_raw(pen, "</p></header>\n<main id=\"main\">\n");
}

static void page_end(struct ra_pen *pen)
{
	ra_pen_raw(pen, "</main>\n</body>\n</html>\n");
}

static void put_contents(struct html *h)
{
	static const struct {
		const char *name;
		enum ra_section section;
	} links[] = {{"checks", RA_SECTION_CHECKS}, {"template", RA_SECTION_TEMPLATE}, {"causes", RA_SECTION_CAUSES}, {"way", RA_SECTION_WAY}, {"done", RA_SECTION_DONE}, {"not-checked", RA_SECTION_UNSEEN},
		     {"next", RA_SECTION_NEXT}, {"facts", RA_SECTION_FACTS}, {"evidence", RA_SECTION_EVIDENCE}, {"record", RA_SECTION_RECORD}};
	const struct ra_view *v = h->v;
	const bool there[] = {v->result_count, v->drift_count, v->cause_count, v->step_count, v->action_count || v->gate_count, true, v->next.count, !h->brief, !h->brief, true};

	ra_pen_raw(&h->pen, "<nav class=\"contents\" aria-label=\"");
	if (h->part)
		ra_pen_printf(&h->pen, "Host %zu: ", h->part);
	ra_html_text(h, h->part ? ra_html_host(v) : "Contents");
	ra_pen_raw(&h->pen, "\"><ul>");
	for (size_t i = 0; i < RA_LEN(links); i++) {
		if (!there[i])
			continue;
		ra_pen_raw(&h->pen, "<li><a href=\"#");
		ra_html_name(h, links[i].name);
		ra_pen_printf(&h->pen, "\">%s</a></li>", ra_report_heading(links[i].section));
	}
	ra_pen_raw(&h->pen, "</ul></nav>\n");
}

static void put_all(struct html *h)
{
	ra_html_top(h);
	put_contents(h);
	ra_html_checks(h);
	ra_html_template(h);
	ra_html_causes(h);
	ra_html_way(h);
	ra_html_done(h);
	ra_html_rest(h);
	if (!h->brief) {
		ra_html_facts(h);
		ra_html_evidence(h);
	}
	ra_html_record(h);
}

ra_err ra_report_html(const struct ra_view *v, struct ra_buf *out)
{
	struct html h = {.pen = {.out = out}, .v = v};

	page_begin(&h.pen, v->program, ra_html_host(v));
	put_all(&h);
	page_end(&h.pen);
	return h.pen.err;
}

ra_err ra_report_html_part(const struct ra_view *v, size_t number, size_t count, struct ra_buf *out)
{
	struct html h = {.pen = {.out = out}, .v = v, .part = number, .brief = count > WHOLE_MAX};

	ra_pen_printf(&h.pen, "<article class=\"host\" id=\"h%zu\">\n", number);
	put_all(&h);
	ra_pen_raw(&h.pen, "</article>\n");
	return h.pen.err;
}

ra_err ra_report_html_page(const char *title, const char *summary, const char *const *parts, size_t count, struct ra_buf *out)
{
	struct ra_pen pen = {.out = out};

	page_begin(&pen, PACKAGE_VERSION, title);
	ra_pen_raw(&pen, summary);
	if (count > WHOLE_MAX)
		ra_pen_raw(&pen, "<p class=\"cut\">Of so many hosts facts and evidence are left out; a check of fewer, or the record of one, has them.</p>\n");
	for (size_t i = 0; i < count; i++)
		ra_pen_raw(&pen, parts[i]);
	page_end(&pen);
	return pen.err;
}

/* A line of a list. Below it may stand others: they are a list in it. */
static void put_item(struct html *h, const struct ra_report_line *line)
{
	ra_pen_raw(&h->pen, "<li>");
	if (*line->lead)
		ra_html_badge(h, line->lead);
	ra_pen_raw(&h->pen, *line->lead ? " " : "");
	if (line->part)
		ra_pen_printf(&h->pen, "<a href=\"#h%zu\">", line->part);
	ra_html_link(h, line->text);
	ra_pen_raw(&h->pen, line->part ? "</a>" : "");
}

ra_err ra_report_html_lines(const struct ra_report_line *lines, size_t count, struct ra_buf *out)
{
	struct html h = {.pen = {.out = out}};
	int depth = 0; /* of lists that are open */

	for (size_t i = 0; i < count; i++) {
		int want = lines[i].kind == RA_LINE_ITEM ? 1 : lines[i].kind == RA_LINE_BELOW ? 2 : 0;

		for (; depth > want; depth--)
			ra_pen_raw(&h.pen, "</li></ul>\n");
		if (depth == want && depth)
			ra_pen_raw(&h.pen, "</li>\n");
		for (; depth < want; depth++)
			ra_pen_raw(&h.pen, depth ? "<ul>" : "<ul class=\"sum\">\n");
		if (want) {
			put_item(&h, &lines[i]);
			continue;
		}
		ra_pen_raw(&h.pen, lines[i].kind == RA_LINE_TITLE ? "<h1>" : "<h2>");
		ra_html_text(&h, lines[i].text);
		ra_pen_raw(&h.pen, lines[i].kind == RA_LINE_TITLE ? "</h1>\n" : "</h2>\n");
	}
	for (; depth; depth--)
		ra_pen_raw(&h.pen, "</li></ul>\n");
	return h.pen.err;
}
