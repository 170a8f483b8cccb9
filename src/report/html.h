/* html.h - what the files of the HTML report share. Private to html*.c.
 * Invariants: a page is one file without script that asks nobody for anything; every foreign text goes through ra_html_text,
 * ra_html_link or ra_html_output, which clean and escape it; ids are made of house words and numbers alone; the page is well-formed
 * XML as well as HTML, so that a test can prove it; colour says nothing that a word does not say. Source: HTML, 13.1; WCAG 2.2; CSP 3. */
#ifndef RA_REPORT_HTML_H
#define RA_REPORT_HTML_H

#include "base/pen.h"
#include "report/parts.h"

/* A page, or the part of one that tells of one host. */
struct html {
	struct ra_pen pen;
	const struct ra_view *v;
	size_t part; /* which of several, from 1; 0: the page is about this one alone */
	bool brief;  /* one of so many that facts and evidence are left out */
};

/* What this host is called. */
const char *ra_html_host(const struct ra_view *v);
/* A text of anybody, in one line. NULL is "". */
void ra_html_text(struct html *h, const char *text);
/* The same with no more than so many bytes of it, and how many are left out. */
void ra_html_short(struct html *h, const char *text, size_t max);
/* A source or reference of the flow set: a link where it is nothing but an https address. */
void ra_html_link(struct html *h, const char *text);
/* What came back of a command, to the letter, its lines kept. Shape: name says what it is and is of the house; seq is its entry. */
void ra_html_output(struct html *h, const char *name, int64_t seq, const char *text, size_t max);
/* A point in time, to the second, in the form HTML lets a time element hold; nothing for RA_UTC_NONE. */
void ra_html_time(struct html *h, ra_utc_ms utc);
/* How long something took, or how old it is: "0.4 s", "3 min", "2 h 5 min", "12 days". Out: out. Shape: out holds RA_SPAN_LEN. */
#define RA_SPAN_LEN 32
const char *ra_html_span(int64_t ms, char *out);
/* A word on a ground of its colour; what class it has follows from the word. */
void ra_html_badge(struct html *h, const char *word);
/* Which colour a word has: "good", "bad", "warn", "note" or "calm". */
const char *ra_html_tone(const char *word);
/* An id or the target of a link: the name, with the part before it where there are several. */
void ra_html_name(struct html *h, const char *name);
/* Begin and end a section with its heading. */
void ra_html_section(struct html *h, const char *name, const char *title);
void ra_html_section_end(struct html *h);
/* A heading below a section's. Foreign text may follow before ra_html_heading_end. */
void ra_html_heading(struct html *h);
void ra_html_heading_end(struct html *h);
/* "a, b: " before a list, or nothing when it is empty; then its items. */
void ra_html_list(struct html *h, const char *title, const struct ra_texts *texts);
/* A reason of the house as words: "not_applicable" is "not applicable". */
void ra_html_reason(struct html *h, const char *reason);

/* The parts, in the order of every document. */
void ra_html_top(struct html *h);
void ra_html_checks(struct html *h);
void ra_html_template(struct html *h);
void ra_html_causes(struct html *h);
void ra_html_way(struct html *h);
void ra_html_done(struct html *h);
void ra_html_rest(struct html *h); /* the server, not checked, next, notes */
void ra_html_facts(struct html *h);
void ra_html_evidence(struct html *h);
void ra_html_record(struct html *h);
/* The way as a drawing. */
void ra_html_svg(struct html *h);
/* Links to what told a check or fact: the command of this entry; just the plane's name where the entry is none. */
void ra_html_told_by(struct html *h, const char *plane, int64_t seq);
/* The style sheet. */
const char *ra_html_style(void);

#endif
