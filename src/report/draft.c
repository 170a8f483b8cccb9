/* draft.c - what a document is written with. One set of rules for foreign text, in Markdown and plain. */
#include "config.h"

#include "base/text.h"
#include "report/draft.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LINE_MAX_BYTES 2000 /* of one line of output, in a document with limits */

const char *ra_draft_line(struct ra_draft *d, const char *fmt, ...)
{
	va_list args, again;

	if (d->err)
		return "";
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

static void add(struct ra_draft *d, const char *bytes, size_t len)
{
	if (!d->err)
		d->err = ra_buf_add(d->out, bytes, len);
}

void ra_draft_raw(struct ra_draft *d, const char *text)
{
	add(d, text, strlen(text));
}

/* The first bytes of a text, a whole number of characters, no more than max; 0: all. */
static size_t kept(const char *text, size_t len, size_t max)
{
	if (!max || len <= max)
		return len;
	while (max && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* ":ab:", which some show as a picture: in a fingerprint it would be none. Of digits alone there are two, and times must stay whole. */
static bool is_emoji(const char *at)
{
	size_t len = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz0123456789_+-"), digits = strspn(at + 1, "0123456789");

	if (!len || at[1 + len] != ':')
		return false;
	return digits < len || !strncmp(at + 1, "100:", 4) || !strncmp(at + 1, "1234:", 5);
}

/* What must not be read as a list or a rule where it begins a line. Out: how many bytes of it are written. */
static size_t put_first(struct ra_draft *d, const char *at)
{
	size_t digits = strspn(at, "0123456789");

	if (*at == '-' || *at == '+' || *at == '=')
		digits = 0;
	else if (!digits || (at[digits] != '.' && at[digits] != ')'))
		return 0;
	add(d, at, digits);
	ra_draft_raw(d, "\\");
	return digits;
}

/* One character of foreign text in Markdown. A backslash takes away what marks up; where a page is made of it, names (@a), numbers (#1,
 * !1) and pictures (:a:) are looked for in what is left: a comment, which shows as nothing, parts them. */
static void put_char(struct ra_draft *d, const char *text, const char *at)
{
	bool begins = at == text || !is_name(at[-1]);

	if (strchr("\\`*_{}[]<>#|~&$!", *at) || (*at == ':' && at[1] == '/') ||
	    (*at == '.' && at - text >= 3 && !strncasecmp(at - 3, "www", 3)))
		ra_draft_raw(d, "\\");
	add(d, *at == '\n' || *at == '\t' ? " " : at, 1);
	if ((strchr("@#!%$&~", *at) && is_name(at[1])) || (*at == ':' && is_emoji(at)))
		ra_draft_raw(d, "<!-- -->");
	if (begins && !strncasecmp(at, "gh-", 3) && isdigit((unsigned char)at[3]))
		ra_draft_raw(d, "<!-- -->");
}

static void put_words(struct ra_draft *d, const char *text, bool begins)
{
	size_t len = strlen(text), max = kept(text, len, d->limits->text);
	const char *at = text;

	if (d->err)
		return;
	if (begins && d->md) {
		at += strspn(at, " \n\t");
		at += put_first(d, at);
	}
	for (; at < text + max; at++) {
		if (*at == '\n' && at[1] == '\n') /* an empty line between paragraphs: one space in a line, not two */
			continue;
		if (d->md)
			put_char(d, text, at);
		else
			add(d, *at == '\n' ? " " : at, 1);
	}
	if (max == len)
		return;
	d->cut = true;
	char more[64];

	snprintf(more, sizeof(more), " (%zu bytes more in the record)", len - max);
	ra_draft_raw(d, more);
}

void ra_draft_words(struct ra_draft *d, const char *text)
{
	put_words(d, text, false);
}

void ra_draft_heading(struct ra_draft *d, int level, const char *text)
{
	bool apart = !d->out->len || (d->out->len > 1 && !strcmp(d->out->data + d->out->len - 2, "\n\n"));

	ra_draft_raw(d, apart ? "" : "\n"); /* one empty line, and none at the top */
	if (d->md) {
		ra_draft_raw(d, level == 1 ? "# " : level == 2 ? "## " : "### ");
		ra_draft_words(d, text);
		ra_draft_raw(d, "\n\n");
		return;
	}
	ra_draft_raw(d, text);
	ra_draft_raw(d, "\n");
	for (int i = ra_text_width(text); i > 0 && level < 3; i--)
		ra_draft_raw(d, level == 1 ? "=" : "-");
	ra_draft_raw(d, level < 3 ? "\n" : "");
}

/* What stands before a line's text: bold with a mark after it, or a column of this width where the document is plain. */
static void put_lead(struct ra_draft *d, int width, const char *lead, const char *mark)
{
	if (d->md && *lead) {
		ra_draft_raw(d, "**");
		ra_draft_words(d, lead);
		ra_draft_raw(d, mark);
		ra_draft_raw(d, "** ");
	}
	if (d->md || (!*lead && !width))
		return;
	ra_draft_words(d, lead);
	for (int i = ra_text_width(lead); i < width; i++)
		ra_draft_raw(d, " ");
	ra_draft_raw(d, "  ");
}

void ra_draft_row(struct ra_draft *d, int width, const char *lead, const char *text)
{
	ra_draft_raw(d, d->md ? "- " : "  ");
	put_lead(d, width, lead, "");
	put_words(d, text, !*lead);
	ra_draft_raw(d, "\n");
}

void ra_draft_item(struct ra_draft *d, const char *lead, const char *text)
{
	ra_draft_row(d, 0, lead, text);
}

void ra_draft_below(struct ra_draft *d, const char *text)
{
	ra_draft_raw(d, d->md ? "  - " : "           ");
	put_words(d, text, true);
	ra_draft_raw(d, "\n");
}

void ra_draft_pair(struct ra_draft *d, const char *label, const char *value)
{
	if (!*value)
		return;
	ra_draft_raw(d, !d->md ? "  " : *label ? "- " : "  - ");
	put_lead(d, 14, label, ":");
	put_words(d, value, !*label);
	ra_draft_raw(d, "\n");
}

void ra_draft_paragraph(struct ra_draft *d, const char *text)
{
	put_words(d, text, true);
	ra_draft_raw(d, "\n");
}

static void fence(struct ra_draft *d, size_t count)
{
	for (size_t i = 0; i < count; i++)
		ra_draft_raw(d, "`");
	ra_draft_raw(d, "\n");
}

/* Out: of how many backticks the fence around a text must be. */
static size_t fence_len(const char *text)
{
	size_t longest = 2, run = 0;

	for (const char *at = text; *at; at++) {
		run = *at == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest + 1;
}

void ra_draft_code(struct ra_draft *d, const char *text)
{
	size_t ticks = fence_len(text), shown = 0, left = 0;

	if (d->md)
		fence(d, ticks);
	for (const char *at = text; *at && !d->err;) {
		size_t len = strcspn(at, "\n");
		size_t max = d->limits->lines ? kept(at, len, LINE_MAX_BYTES) : len;

		if (d->limits->lines && shown == d->limits->lines) {
			left++;
		} else {
			ra_draft_raw(d, d->md ? "" : "    | ");
			add(d, at, max);
			ra_draft_raw(d, max < len ? " [...]\n" : "\n");
			d->cut = d->cut || max < len;
			shown++;
		}
		at += len + (at[len] == '\n');
	}
	if (d->md)
		fence(d, ticks);
	if (!left)
		return;
	d->cut = true;
	ra_draft_paragraph(d, ra_draft_line(d, "%zu lines more in the record", left));
}

bool ra_draft_full(struct ra_draft *d, size_t at, size_t count)
{
	if (d->err)
		return true;
	if (!d->limits->rows || at < d->limits->rows || at >= count)
		return false;
	d->cut = true;
	ra_draft_item(d, "", ra_draft_line(d, "%zu more in the record", count - at));
	return true;
}
