/* Any bytes as what a host says first: lists that are found lie inside of it, and the sentence about them ends where it must. */
#include "config.h"

#include "base/own.h"
#include "link/kexinit.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const struct ra_kex_ours ours = {
    .allowed = {"curve25519-sha256,ecdh-sha2-nistp256", "ssh-ed25519,rsa-sha2-256", "aes256-gcm@openssh.com,aes256-ctr",
		"aes256-gcm@openssh.com,aes256-ctr", "hmac-sha2-256", "hmac-sha2-256"},
    .have = {"ecdh-sha2-nistp256", "ssh-ed25519", "aes256-gcm@openssh.com", "aes256-ctr", "hmac-sha2-256", "hmac-sha2-256"},
    .version = "1.10.0",
};

/* A list whose first name is whole meets itself. */
static void meets_itself(const char *names, size_t len)
{
	size_t first_len = 0;

	while (first_len < len && names[first_len] != ',')
		first_len++;
	char *first = strndup(names, first_len);

	if (!first)
		abort();
	if (strlen(first) == first_len && first_len && !ra_kex_meet(first, names, len))
		abort();
	free(first);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const size_t caps[] = {1, 7, 640};
	const char *first = (const char *)bytes, *end = first + len;
	struct ra_kexinit found;

	if (!ra_kexinit_find(first, len, &found))
		return 0;
	for (int i = 0; i < RA_KEX_LISTS; i++) {
		if (found.names[i] < first || found.names[i] > end || found.len[i] > (size_t)(end - found.names[i]))
			abort();
		meets_itself(found.names[i], found.len[i]);
	}
	for (size_t i = 0; i < RA_LEN(caps); i++) {
		char *say = malloc(caps[i]);

		if (!say)
			abort();
		ra_kex_gap(&found, &ours, say, caps[i]);
		if (!memchr(say, '\0', caps[i]))
			abort();
		free(say);
	}
	return 0;
}
