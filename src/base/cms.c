/* cms.c - a CMS signature made. */
#include "config.h"

#include "base/cms.h"
#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/pem.h> /* cms.h declares its PEM functions only behind it */

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLAGS (CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP | CMS_CADES)

/* Read a file that may hold a key. */
static ra_err read_guarded(const char *path, struct ra_secret *out, struct ra_errs *errs)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	char piece[1024];
	ssize_t got = 1;
	ra_err err = RA_OK;

	if (fd < 0)
		return ra_fail(errs, errno == ENOENT ? RA_E_NOTFOUND : RA_E_IO, "%s cannot be read: %s", path, strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		err = ra_fail(errs, RA_E_ARG, "%s is no plain file", path);
	while (!err && got) {
		got = read(fd, piece, sizeof(piece));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			err = ra_fail(errs, RA_E_IO, "%s cannot be read: %s", path, strerror(errno));
		else if (ra_secret_add(out, piece, (size_t)got))
			err = ra_fail(errs, RA_E_ARG, "%s is larger than a file with a certificate or a key is", path);
	}
	ra_wipe(piece, sizeof(piece));
	close(fd);
	return err;
}

/* What OpenSSL asks for a passphrase with, and what came of it. */
struct asking {
	const struct ra_cms_signer *signer;
	struct ra_errs *errs;
	ra_err err;
	bool asked;
};

static int give_passphrase(char *out, int cap, int writing, void *payload)
{
	RA_AUTO(ra_secret_free) struct ra_secret *typed = ra_secret_new();
	struct asking *asking = payload;
	size_t len = 0;

	(void)writing;
	asking->asked = true;
	asking->err = typed ? asking->signer->ask(asking->signer->payload, typed, asking->errs)
			    : ra_fail(asking->errs, RA_E_NOMEM, "no memory");
	if (asking->err)
		return -1;
	const char *bytes = ra_secret_bytes(typed, &len);

	if (len > (size_t)cap)
		return -1;
	if (len)
		memcpy(out, bytes, len);
	return (int)len;
}

/* What is signed with, as OpenSSL holds it. */
struct kit {
	X509 *cert;
	STACK_OF(X509) *others;
	EVP_PKEY *key;
};

static void kit_clear(struct kit *kit)
{
	X509_free(kit->cert);
	sk_X509_pop_free(kit->others, X509_free);
	EVP_PKEY_free(kit->key);
	ERR_clear_error();
}

static ra_err take_certs(const char *path, const struct ra_secret *file, struct kit *kit, struct ra_errs *errs)
{
	size_t len = 0;
	const char *bytes = ra_secret_bytes(file, &len);
	BIO *bio = BIO_new_mem_buf(bytes, (int)len);
	X509 *cert = NULL;
	int kept = 1;

	kit->others = sk_X509_new_null();
	kit->cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	while (kit->cert && kit->others && kept && (cert = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		kept = sk_X509_num(kit->others) < RA_CERTS_MAX && sk_X509_push(kit->others, cert);
		if (!kept)
			X509_free(cert);
	}
	BIO_free(bio);
	if (!bio || !kit->others)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	if (!kit->cert)
		return ra_fail(errs, RA_E_ARG, "%s holds no certificate in PEM form", path);
	return kept ? RA_OK : ra_fail(errs, RA_E_ARG, "%s holds more than %d certificates", path, RA_CERTS_MAX);
}

static ra_err take_key(const struct ra_cms_signer *signer, const struct ra_secret *file, struct kit *kit, struct ra_errs *errs)
{
	const char *path = signer->key ? signer->key : signer->cert;
	struct asking asking = {.signer = signer, .errs = errs};
	size_t len = 0;
	const char *bytes = ra_secret_bytes(file, &len);
	BIO *bio = BIO_new_mem_buf(bytes, (int)len);

	if (!bio)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	kit->key = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, &asking);
	BIO_free(bio);
	if (asking.err)
		return asking.err;
	if (!kit->key && asking.asked)
		return ra_fail(errs, RA_E_ARG, "that passphrase does not open the key in %s", path);
	if (!kit->key)
		return ra_fail(errs, RA_E_ARG, "%s holds no private key in PEM form%s", path,
			       signer->key ? "" : "; name the file that does with --cms-key");
	if (X509_check_private_key(kit->cert, kit->key) != 1)
		return ra_fail(errs, RA_E_ARG, "the key in %s is not the one of the certificate in %s", path, signer->cert);
	return RA_OK;
}

/* A seal by a certificate that has expired is one that nobody takes. */
static ra_err check_time(const struct ra_cms_signer *signer, const struct kit *kit, struct ra_errs *errs)
{
	if (X509_cmp_current_time(X509_get0_notAfter(kit->cert)) < 0)
		return ra_fail(errs, RA_E_ARG, "the certificate in %s has expired: nobody would take its signature", signer->cert);
	if (X509_cmp_current_time(X509_get0_notBefore(kit->cert)) > 0)
		return ra_fail(errs, RA_E_ARG, "the certificate in %s is not valid yet by this clock", signer->cert);
	return RA_OK;
}

static ra_err take_kit(const struct ra_cms_signer *signer, struct kit *kit, struct ra_errs *errs)
{
	RA_AUTO(ra_secret_free) struct ra_secret *cert = ra_secret_new();
	RA_AUTO(ra_secret_free) struct ra_secret *key = ra_secret_new();

	if (!cert || !key)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	ra_err err = read_guarded(signer->cert, cert, errs);

	if (!err)
		err = take_certs(signer->cert, cert, kit, errs);
	if (!err)
		err = check_time(signer, kit, errs);
	if (!err && signer->key)
		err = read_guarded(signer->key, key, errs);
	return err ? err : take_key(signer, signer->key ? key : cert, kit, errs);
}

/* The text of a signature. */
static ra_err put_pem(CMS_ContentInfo *cms, struct ra_buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	ra_err err = RA_E_NOMEM;

	if (bio && PEM_write_bio_CMS(bio, cms) == 1) {
		long len = BIO_get_mem_data(bio, &text);

		err = len > 0 ? ra_buf_add(out, text, (size_t)len) : RA_E_NOMEM;
	}
	BIO_free(bio);
	return err;
}

ra_err ra_cms_sign(const struct ra_cms_signer *signer, const void *bytes, size_t len, struct ra_buf *out, struct ra_errs *errs)
{
	struct kit kit = {0};
	char why[160] = "";
	ra_err err = take_kit(signer, &kit, errs);

	if (!err) {
		BIO *in = BIO_new_mem_buf(bytes, (int)len);
		CMS_ContentInfo *cms = in ? CMS_sign(kit.cert, kit.key, kit.others, in, FLAGS) : NULL;

		ERR_error_string_n(ERR_peek_error(), why, sizeof(why));
		err = cms ? put_pem(cms, out) ? ra_fail(errs, RA_E_NOMEM, "no memory for a signature") : RA_OK
			  : ra_fail(errs, RA_E_ARG, "OpenSSL does not sign with the certificate in %s: %s", signer->cert, why);
		CMS_ContentInfo_free(cms);
		BIO_free(in);
	}
	kit_clear(&kit);
	return err;
}
