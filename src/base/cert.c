#include "config.h"

#include "base/cert.h"
#include "base/own.h"
#include "base/text.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END "-----END CERTIFICATE-----"

/* As RFC 2253 writes it, but UTF-8 stays what it is: who reads it escapes for the screen. */
static ra_err name_of(const X509_NAME *name, char out[RA_CERT_NAME_MAX])
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	ra_err err = bio ? RA_E_INVALID : RA_E_NOMEM;
	long len;

	if (bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0) {
		len = BIO_get_mem_data(bio, &text);
		if (len >= RA_CERT_NAME_MAX)
			err = RA_E_LIMIT;
		else if (len >= 0 &&
			 (len == 0 || (!memchr(text, '\0', (size_t)len) && ra_utf8_valid(text, (size_t)len)))) {
			memcpy(out, len ? text : "", (size_t)len);
			out[len] = '\0';
			err = RA_OK;
		}
	}
	BIO_free(bio);
	return err;
}

static ra_err time_of(const ASN1_TIME *time, ra_utc_ms *out)
{
	struct tm tm = {0};
	time_t seconds;

	if (!time || ASN1_TIME_to_tm(time, &tm) != 1)
		return RA_E_INVALID;
	seconds = timegm(&tm);
	*out = (ra_utc_ms)seconds * 1000;
	return RA_OK;
}

static ra_err read_cert(const X509 *x509, struct ra_cert *out)
{
	ra_err err = name_of(X509_get_subject_name(x509), out->subject);

	if (!err)
		err = name_of(X509_get_issuer_name(x509), out->issuer);
	if (!err)
		err = time_of(X509_get0_notBefore(x509), &out->not_before);
	return err ? err : time_of(X509_get0_notAfter(x509), &out->not_after);
}

ra_err ra_cert_from_der(const void *der, size_t len, struct ra_cert *out)
{
	const unsigned char *at = der;
	X509 *x509;
	ra_err err = RA_E_INVALID;

	memset(out, 0, sizeof(*out));
	if (len > RA_CERT_DER_MAX)
		return RA_E_LIMIT;
	ERR_set_mark();
	x509 = len ? d2i_X509(NULL, &at, (long)len) : NULL;
	if (x509 && at == (const unsigned char *)der + len)
		err = read_cert(x509, out);
	X509_free(x509);
	ERR_pop_to_mark(); /* a bad certificate is no error of the next who asks OpenSSL */
	if (!err)
		err = ra_sha256_hex(der, len, out->sha256);
	if (err)
		memset(out, 0, sizeof(*out));
	return err;
}

/* The base64 between two marks, without its line ends. Errors: RA_E_INVALID, RA_E_LIMIT, RA_E_NOMEM. */
static ra_err from_body(const char *body, size_t len, struct ra_cert *out)
{
	RA_AUTO(ra_mem_free) char *text = NULL;
	RA_AUTO(ra_mem_free) char *der = NULL;
	size_t text_len = 0, der_len = 0;
	ra_err err;

	if (len > 2 * RA_CERT_DER_MAX)
		return RA_E_LIMIT;
	text = malloc(len + 1);
	if (!text)
		return RA_E_NOMEM;
	for (size_t i = 0; i < len; i++)
		if (!memchr(" \t\r\n", body[i], 4))
			text[text_len++] = body[i];
	text[text_len] = '\0';
	if (memchr(text, '\0', text_len))
		return RA_E_INVALID;
	err = ra_base64_decode(text, &der, &der_len);
	return err ? err : ra_cert_from_der(der, der_len, out);
}

ra_err ra_certs_from_pem(const char *pem, size_t len, struct ra_cert *out, size_t room, size_t *count)
{
	size_t found = 0;
	ra_err err = RA_OK;

	*count = 0;
	while (!err && len) {
		const char *begin = memmem(pem, len, PEM_BEGIN, strlen(PEM_BEGIN)), *body, *end;

		if (!begin)
			break;
		body = begin + strlen(PEM_BEGIN);
		len -= (size_t)(body - pem);
		end = len ? memmem(body, len, PEM_END, strlen(PEM_END)) : NULL;
		if (!end)
			return RA_E_INVALID;
		if (found == room || found == RA_CERTS_MAX)
			return RA_E_LIMIT;
		err = from_body(body, (size_t)(end - body), &out[found++]);
		pem = end + strlen(PEM_END);
		len -= (size_t)(pem - body);
	}
	if (!err && !found)
		err = RA_E_INVALID;
	*count = err ? 0 : found;
	return err;
}
