/* fuzz_recovery.c - any bytes as a recovery key list and, after a line "%%", as what an operator pasted. */
#include "config.h"

#include "check/check.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *text = (const char *)bytes;
	const char *cut = len ? memmem(text, len, "\n%%\n", 4) : NULL;
	size_t list_len = cut ? (size_t)(cut - text) : len;
	const struct ra_key_typed typed = {cut ? cut + 4 : "", cut ? len - list_len - 4 : 0};
	struct ra_key_match match;

	if (ra_recovery_compare_part(text, list_len, 0x8421, &typed, &match, NULL) == RA_OK && (match.all || match.part != (match.differs_at == 0)))
		abort();
	if (ra_recovery_compare(text, list_len, cut ? cut + 4 : "", cut ? len - list_len - 4 : 0, &match, NULL)) {
		if (match.all || match.differs_at || match.id[0])
			abort();
		return 0;
	}
	if (match.all != (match.differs_at == 0) || match.differs_at > 16 || strlen(match.id) != 38)
		abort();
	return 0;
}
