#include "config.h"

#include "base/text.h"

/* Lead bytes and what may follow. Source: RFC 3629 section 4 (the UTF8-2..4 productions): the narrowed second byte is
 * what shuts out overlong forms, surrogates and code points past U+10FFFF. */
static const struct lead {
	unsigned char first, last; /* range of the lead byte */
	unsigned char low, high;   /* range of the second byte */
	unsigned char len;
	unsigned char mask; /* payload bits of the lead byte */
} leads[] = {
    {0xc2, 0xdf, 0x80, 0xbf, 2, 0x1f}, {0xe0, 0xe0, 0xa0, 0xbf, 3, 0x0f}, {0xe1, 0xec, 0x80, 0xbf, 3, 0x0f},
    {0xed, 0xed, 0x80, 0x9f, 3, 0x0f}, {0xee, 0xef, 0x80, 0xbf, 3, 0x0f}, {0xf0, 0xf0, 0x90, 0xbf, 4, 0x07},
    {0xf1, 0xf3, 0x80, 0xbf, 4, 0x07}, {0xf4, 0xf4, 0x80, 0x8f, 4, 0x07},
};

static int decode(const struct lead *lead, const unsigned char *at, size_t len, uint32_t *cp)
{
	uint32_t value = at[0] & lead->mask;

	if (len < lead->len || at[1] < lead->low || at[1] > lead->high)
		return -1;
	for (int i = 1; i < lead->len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return -1;
		value = value << 6 | (at[i] & 0x3fu);
	}
	*cp = value;
	return lead->len;
}

int ra_utf8_next(const char *bytes, size_t len, uint32_t *cp)
{
	const unsigned char *at = (const unsigned char *)bytes;

	if (len == 0)
		return 0;
	*cp = at[0];
	if (at[0] < 0x80)
		return 1;
	for (size_t i = 0; i < RA_LEN(leads); i++)
		if (at[0] >= leads[i].first && at[0] <= leads[i].last)
			return decode(&leads[i], at, len, cp);
	return -1;
}

int ra_utf8_put(uint32_t cp, char *out)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		if (cp >= 0xd800 && cp <= 0xdfff)
			return 0;
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	if (cp > 0x10ffff)
		return 0;
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

bool ra_utf8_valid(const char *bytes, size_t len)
{
	uint32_t cp;
	int n;

	for (; len > 0; bytes += n, len -= (size_t)n) {
		n = ra_utf8_next(bytes, len, &cp);
		if (n < 0 || cp == 0)
			return false;
	}
	return true;
}
