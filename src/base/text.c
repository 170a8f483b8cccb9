#include "config.h"

#include "base/text.h"

#include <stdio.h>

#define REPLACEMENT "\xef\xbf\xbd"   /* U+FFFD */
#define DOTTED_CIRCLE "\xe2\x97\x8c" /* U+25CC, Unicode's own base for a mark that stands alone */

/* Code points that draw nothing and change how their neighbours read: they are shown by number.
 * Source: Unicode 15 UnicodeData.txt, general categories Cc (C1), Cf without those that are drawn (soft hyphen, Arabic
 * number signs) or needed inside words (U+200C, U+200D), Zl, Zp. */
static const struct {
	uint32_t first, last;
} hidden[] = {
    {0x80, 0x9f},       {0x61c, 0x61c},     {0x180e, 0x180e},   {0x200b, 0x200b}, {0x200e, 0x200f},
    {0x2028, 0x202e},   {0x2060, 0x206f},   {0xfeff, 0xfeff},   {0xfff9, 0xfffb}, {0x13430, 0x1343f},
    {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe007f},
};

static bool is_hidden(uint32_t cp)
{
	for (size_t i = 0; i < RA_LEN(hidden); i++)
		if (cp >= hidden[i].first && cp <= hidden[i].last)
			return true;
	return false;
}

static bool is_plain(char byte)
{
	return byte >= 0x20 && byte < 0x7f;
}

/* One code point of n bytes at `at` that is not plain ASCII. begins: it stands first in its line. */
static ra_err clean_wide(const char *at, int n, uint32_t cp, bool begins, struct ra_buf *out)
{
	int width = ra_cp_width(cp);
	ra_err err = RA_OK;

	if (is_hidden(cp))
		return ra_buf_printf(out, "<U+%04X>", (unsigned)cp);
	if (width < 0)
		return ra_buf_text(out, REPLACEMENT);
	if (width == 0 && begins)
		err = ra_buf_text(out, DOTTED_CIRCLE);
	return err ? err : ra_buf_add(out, at, (size_t)n);
}

struct cleaner {
	const char *bytes;
	size_t len;
	size_t at;
	bool keep_lines;
	bool begins; /* nothing of this line has been put out yet */
};

/* Take bytes at c->at that are a line end or a TAB. Out: 0 when they are not; else the byte they stand for. */
static char take_space(struct cleaner *c)
{
	char byte = c->bytes[c->at];

	if (byte == '\r' && c->at + 1 < c->len && c->bytes[c->at + 1] == '\n') {
		c->at += 2;
		return '\n';
	}
	if (byte != '\n' && byte != '\t')
		return 0;
	c->at++;
	return byte;
}

static ra_err clean_one(struct cleaner *c, struct ra_buf *out)
{
	const char *at = c->bytes + c->at;
	bool begins = c->begins;
	uint32_t cp = 0;
	char space = take_space(c);
	int n;

	c->begins = space != 0;
	if (space)
		return ra_buf_add(out, c->keep_lines ? &space : " ", 1);
	n = ra_utf8_next(at, c->len - c->at, &cp);
	c->at += n < 0 ? 1 : (size_t)n;
	if (n < 0 || cp < 0x20 || cp == 0x7f)
		return ra_buf_printf(out, "<%02x>", (unsigned)cp);
	return clean_wide(at, n, cp, begins, out);
}

ra_err ra_text_clean(const char *bytes, size_t len, bool keep_lines, struct ra_buf *out)
{
	struct cleaner c = {.bytes = bytes, .len = len, .keep_lines = keep_lines, .begins = true};
	ra_err err = ra_buf_add(out, "", 0);

	while (!err && c.at < len) {
		size_t start = c.at;

		while (c.at < len && is_plain(bytes[c.at]))
			c.at++;
		if (c.at > start) {
			c.begins = false;
			err = ra_buf_add(out, bytes + start, c.at - start);
		} else {
			err = clean_one(&c, out);
		}
	}
	return err;
}

char *ra_text_clean_dup(const char *text, bool keep_lines)
{
	struct ra_buf out = {0};
	size_t len = 0;
	char *clean = NULL;

	while (is_plain(text[len]))
		len++;
	if (!text[len])
		return strdup(text);
	if (ra_text_clean(text, strlen(text), keep_lines, &out) == RA_OK)
		clean = ra_buf_take(&out);
	ra_buf_free(&out);
	return clean;
}
