/* Any bytes give the same keys whole and split in two, and every paste stays under its cap. */
#include "ui/keys.h"

#include <stdlib.h>

#define EVENTS_MAX 512

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static size_t decode(const uint8_t *bytes, size_t len, size_t split, struct ra_key_event *events)
{
	RA_AUTO(ra_keys_free) struct ra_keys *keys = ra_keys_new(0);
	size_t at = 0, count = 0, pasted;

	if (!keys)
		abort();
	while (at < len && count < EVENTS_MAX) {
		size_t end = at < split ? split : len;
		size_t used = ra_keys_take(keys, (const char *)bytes + at, end - at, 0, &events[count]);

		if (!used || used > end - at || (events[count].key == RA_KEY_NONE && used != end - at))
			abort();
		ra_secret_bytes(ra_keys_pasted(keys), &pasted);
		if (pasted > RA_SECRET_MAX)
			abort();
		count += events[count].key != RA_KEY_NONE;
		at += used;
	}
	ra_keys_expire(keys, RA_PASTE_STALE_MS, &events[count]);
	if (ra_keys_deadline(keys) != RA_DEADLINE_NONE)
		abort();
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ra_key_event whole[EVENTS_MAX + 1], split[EVENTS_MAX + 1];
	size_t at = len > 1 ? bytes[0] % len : 0, count = decode(bytes, len, 0, whole);

	if (decode(bytes, len, at, split) != count)
		abort();
	for (size_t i = 0; i < count; i++)
		if (whole[i].key != split[i].key || whole[i].cp != split[i].cp)
			abort();
	return 0;
}
