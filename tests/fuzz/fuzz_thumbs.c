/* Any bytes as a file of known servers: the verdict keeps its promises, and a good line behind them is always found. */
#include "link/thumbs.h"

#include <stdlib.h>
#include <string.h>

#define SHA1 "AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA"
#define SHA256 SHA1 ":BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void look(const char *bytes, size_t len, const char *host, struct ra_thumb_found *found)
{
	const struct ra_thumb_query query = {.host = host, .port = 443, .sha256 = SHA256, .sha1 = SHA1};
	size_t known_len;

	memset(found, 0, sizeof(*found));
	ra_thumbs_look("kh", bytes, len, &query, found);
	known_len = strlen(found->known);
	if ((found->verdict == RA_THUMB_NEW) != (found->line == 0) || (found->line == 0) != (found->file[0] == '\0') ||
	    found->line < 0 || (known_len != 0 && known_len != 59 && known_len != 95))
		abort();
	if ((found->verdict == RA_THUMB_MATCH) !=
	    (strcmp(found->known, SHA256) == 0 || strcmp(found->known, SHA1) == 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char good[] = "\nvc.lab " SHA256;
	struct ra_thumb_found found;
	char *with = malloc(len + sizeof(good));

	if (!with)
		abort();
	if (len)
		memcpy(with, bytes, len);
	memcpy(with + len, good, sizeof(good) - 1);
	look(with, len, "2001:db8::1", &found);
	look(with, len, "vc.lab", &found);
	look(with, len + sizeof(good) - 1, "vc.lab", &found);
	if (found.verdict != RA_THUMB_MATCH)
		abort();
	free(with);
	return 0;
}
