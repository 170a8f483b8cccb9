/* fuzz_cert.c - any bytes as a PEM text and as one certificate's DER. What is read is whole: names that end, a fingerprint,
 * and the same again for the same bytes. */
#include "config.h"

#include "base/cert.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void whole(const struct ra_cert *cert)
{
	const char *names[] = {cert->subject, cert->issuer};

	for (size_t i = 0; i < RA_LEN(names); i++)
		if (!memchr(names[i], '\0', RA_CERT_NAME_MAX) || !ra_utf8_valid(names[i], strlen(names[i])))
			abort();
	if (!ra_is_sha256_hex(cert->sha256))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ra_cert certs[RA_CERTS_MAX], one, again;
	size_t count;

	if (ra_certs_from_pem((const char *)bytes, len, certs, RA_LEN(certs), &count) ? count != 0 : count == 0)
		abort();
	for (size_t i = 0; i < count; i++)
		whole(&certs[i]);
	if (ra_cert_from_der(bytes, len, &one) == RA_OK) {
		whole(&one);
		if (ra_cert_from_der(bytes, len, &again) || memcmp(&one, &again, sizeof(one)) != 0)
			abort();
	}
	return 0;
}
