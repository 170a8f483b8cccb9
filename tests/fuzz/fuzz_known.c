/* Any bytes as a known_hosts file and as one of its host lists: verdicts keep their promises, a good line behind them is always found,
 * and a revoked one outranks all. */
#include "config.h"

#include "base/digest.h"
#include "link/knownhosts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define KEY "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAABMQ=="
#define GOOD "\nesx01.lab ecdsa-sha2-nistp256 " KEY "\n"
#define REVOKED "@revoked * ecdsa-sha2-nistp256 " KEY

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void look(const char *text, size_t len, int port, struct ra_known_found *found)
{
	char *key = NULL;
	size_t key_len = 0;

	if (ra_base64_decode(KEY, &key, &key_len) != RA_OK)
		abort();
	const struct ra_known_query query = {.host = "esx01.LAB", .port = port, .key = key, .key_len = key_len};

	memset(found, 0, sizeof(*found));
	if (ra_known_look("kh", text, len, &query, found) != RA_OK)
		abort();
	if ((found->verdict == RA_HOST_NEW) != (found->line == 0) || (found->line == 0) != (found->file[0] == '\0') || found->line < 0)
		abort();
	if (found->line && strncmp(found->fingerprint, "SHA256:", 7) != 0)
		abort();
	free(key);
}

/* A list that is denied its name means it no longer, and one that is given it does. */
static void pattern(const uint8_t *bytes, size_t len)
{
	static const char deny[] = ",!esx01.lab", allow[] = ",esx01.lab";
	char *list = malloc(len + sizeof(deny));

	if (!list)
		abort();
	if (len)
		memcpy(list, bytes, len);
	bool plain = ra_known_pattern(list, len, "esx01.lab"), hashed = len > 3 && memcmp(list, "|1|", 3) == 0;

	memcpy(list + len, deny, sizeof(deny) - 1);
	if (!hashed && ra_known_pattern(list, len + sizeof(deny) - 1, "esx01.lab"))
		abort();
	memcpy(list + len, allow, sizeof(allow) - 1);
	if (!hashed && plain && !ra_known_pattern(list, len + sizeof(allow) - 1, "esx01.lab"))
		abort();
	free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ra_known_found found;
	char *with = malloc(len + sizeof(GOOD REVOKED));

	if (!with)
		abort();
	if (len)
		memcpy(with, bytes, len);
	memcpy(with + len, GOOD REVOKED, sizeof(GOOD REVOKED));
	look(with, len, 22, &found);
	look(with, len, 2222, &found);
	look(with, len + sizeof(GOOD) - 1, 22, &found);
	if (found.verdict < RA_HOST_MATCH)
		abort();
	look(with, len + sizeof(GOOD REVOKED) - 1, 2222, &found);
	if (found.verdict != RA_HOST_REVOKED)
		abort();
	free(with);
	pattern(bytes, len);
	return 0;
}
