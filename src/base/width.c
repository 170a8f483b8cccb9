#include "config.h"

#include "base/text.h"
#include "base/width_table.h"

#define TAB_STOP 8

int ra_cp_width(uint32_t cp)
{
	size_t low = 0, high = RA_LEN(width_changes);

	if (cp >= 0x20 && cp < 0x7f)
		return 1;
	if (cp > 0x10ffff)
		return -1;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (width_changes[middle] >> 2 <= cp)
			low = middle;
		else
			high = middle;
	}
	return (int)(width_changes[low] & 3) - 1;
}

int ra_text_width(const char *text)
{
	size_t len = strlen(text);
	int cells = 0, n;
	uint32_t cp;

	for (; (n = ra_utf8_next(text, len, &cp)) != 0 && cp != '\n'; text += n, len -= (size_t)n) {
		int width = n < 0 ? 1 : ra_cp_width(cp);

		if (n < 0)
			n = 1;
		if (cp == '\t')
			width = TAB_STOP - cells % TAB_STOP;
		cells += width < 0 ? 1 : width;
	}
	return cells;
}

size_t ra_text_fit(const char *text, int cells)
{
	size_t len = strlen(text), at = 0, blank = 0;
	int used = 0;

	while (at < len) {
		uint32_t cp;
		int bytes = ra_utf8_next(text + at, len - at, &cp), width = ra_cp_width(cp);

		if (bytes < 1)
			bytes = 1;
		if (text[at] == ' ')
			blank = at;
		used += width > 0 ? width : 0;
		if (used > cells)
			return blank ? blank : at ? at : (size_t)bytes;
		at += (size_t)bytes;
	}
	return len;
}
