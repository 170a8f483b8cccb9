#include "config.h"

#include "base/cert.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

/* Times before 1970 and far ones are a certificate's too: ASN1_TIME_adj counts days and seconds from a moment. */
static bool set_time(ASN1_TIME *at, ra_utc_ms utc)
{
	int64_t seconds = utc / 1000;

	return ASN1_TIME_adj(at, 0, (int)(seconds / 86400), (long)(seconds % 86400)) != NULL;
}

static bool set_name(X509_NAME *name, const char *cn)
{
	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0) == 1;
}

static bool fill(X509 *x509, const struct ra_cert_wish *wish, EVP_PKEY *key)
{
	return X509_set_version(x509, 2) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(x509), wish->serial) == 1 &&
	       set_time(X509_getm_notBefore(x509), wish->not_before) &&
	       set_time(X509_getm_notAfter(x509), wish->not_after) &&
	       set_name(X509_get_subject_name(x509), wish->subject) &&
	       set_name(X509_get_issuer_name(x509), wish->issuer) && X509_set_pubkey(x509, key) == 1 &&
	       X509_sign(x509, key, EVP_sha256()) > 0;
}

ra_err ra_cert_make(const struct ra_cert_wish *wish, struct ra_buf *out, struct ra_errs *errs)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x509 = X509_new();
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem = NULL;
	ra_err err = RA_E_INTERNAL;

	if (key && x509 && bio && fill(x509, wish, key) && PEM_write_bio_X509(bio, x509) == 1) {
		long len = BIO_get_mem_data(bio, &pem);

		err = len > 0 ? ra_buf_add(out, pem, (size_t)len) : RA_E_INTERNAL;
	}
	BIO_free(bio);
	X509_free(x509);
	EVP_PKEY_free(key);
	return err == RA_E_INTERNAL ? ra_fail(errs, err, "OpenSSL does not make a certificate") : err;
}
