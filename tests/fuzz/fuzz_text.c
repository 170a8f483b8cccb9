/* What the sanitiser gives is UTF-8 of known width, and cleaning it again changes nothing. */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	RA_AUTO(ra_buf_free) struct ra_buf once = {0}, twice = {0};
	bool keep_lines = len > 0 && bytes[0] & 1;

	if (ra_text_clean((const char *)bytes, len, keep_lines, &once) ||
	    ra_text_clean(once.data, once.len, keep_lines, &twice) || !ra_utf8_valid(once.data, once.len) ||
	    once.len != twice.len || memcmp(once.data, twice.data, once.len) != 0 || ra_text_width(once.data) < 0)
		abort();
	return 0;
}
