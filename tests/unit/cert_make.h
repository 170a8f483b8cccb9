/* cert_make.h - certificates for tests, made on the spot. Invariants: a key of P-256, signed by itself, nothing kept. */
#ifndef RA_TESTS_CERT_MAKE_H
#define RA_TESTS_CERT_MAKE_H

#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/clock.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

/* A certificate valid from one time to another, as PEM. Shape: name is its CN, UTF-8. Owner: caller frees. */
static inline char *cert_make(const char *name, ra_utc_ms from, ra_utc_ms to)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x509 = X509_new();
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL, *copy;
	long len;

	assert_true(key && x509 && bio);
	X509_set_version(x509, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), 7);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)(from / 1000)));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(x509), (time_t)(to / 1000)));
	assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "O", MBSTRING_UTF8, (const unsigned char *)"Lab", -1, -1, 0), 1);
	assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0), 1);
	X509_set_issuer_name(x509, X509_get_subject_name(x509));
	X509_set_pubkey(x509, key);
	assert_true(X509_sign(x509, key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509(bio, x509), 1);
	len = BIO_get_mem_data(bio, &text);
	copy = strndup(text, (size_t)len);
	assert_non_null(copy);
	BIO_free(bio);
	X509_free(x509);
	EVP_PKEY_free(key);
	return copy;
}

/* A text as it stands in JSON, quotes included. Owner: caller frees. */
static inline char *cert_json(const char *pem)
{
	struct ra_buf text = {0};

	assert_int_equal(ra_buf_text(&text, "\""), RA_OK);
	for (; *pem; pem++)
		assert_int_equal(*pem == '\n' ? ra_buf_text(&text, "\\n") : ra_buf_add(&text, pem, 1), RA_OK);
	assert_int_equal(ra_buf_text(&text, "\""), RA_OK);
	return ra_buf_take(&text);
}

#endif
