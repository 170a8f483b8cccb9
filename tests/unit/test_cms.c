/* CMS signatures: what they are made by, whose word they have, and that no bit of one changes unseen. */
#include "unit.h"

#include "base/cms.h"
#include "base/io.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DOC "{\"session\":\"ab\",\"count\":3,\"head\":\"cd\"}\n"
#define DAY 86400L

/* Who signs, and who vouches. */
struct one {
	EVP_PKEY *key;
	X509 *cert;
};
struct world {
	char dir[64];
	struct one root, other, middle, rsa, ec, old, deep;
};

static const char *file(const struct world *w, const char *name)
{
	static char path[8][128];
	static int at;

	at = (at + 1) % 8;
	snprintf(path[at], sizeof(path[at]), "%s/%s", w->dir, name);
	return path[at];
}

static void extend(X509 *cert, int nid, const char *value)
{
	X509V3_CTX context;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, cert, cert, NULL, NULL, 0);
	X509_EXTENSION *row = X509V3_EXT_nconf_nid(NULL, &context, nid, value);

	assert_non_null(row);
	assert_int_equal(X509_add_ext(cert, row, -1), 1);
	X509_EXTENSION_free(row);
}

/* by NULL: itself. */
static struct one make(const char *name, EVP_PKEY *key, const struct one *by, bool ca, long from, long to)
{
	static long serial = 1;
	struct one made = {key, X509_new()};
	X509_NAME *subject = X509_get_subject_name(made.cert);

	assert_non_null(key);
	assert_int_equal(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0), 1);
	assert_int_equal(X509_set_version(made.cert, 2), 1);
	ASN1_INTEGER_set(X509_get_serialNumber(made.cert), serial++);
	X509_gmtime_adj(X509_getm_notBefore(made.cert), from);
	X509_gmtime_adj(X509_getm_notAfter(made.cert), to);
	X509_set_issuer_name(made.cert, by ? X509_get_subject_name(by->cert) : subject);
	X509_set_pubkey(made.cert, key);
	if (ca)
		extend(made.cert, NID_basic_constraints, "critical,CA:TRUE");
	assert_true(X509_sign(made.cert, by ? by->key : key, EVP_sha256()) > 0);
	return made;
}

/* Certificates and a key in one file; passphrase NULL: the key is open. */
static void write_pem(const struct world *w, const char *name, X509 *const *certs, EVP_PKEY *key, const char *passphrase)
{
	FILE *out = fopen(file(w, name), "w");

	assert_non_null(out);
	for (; *certs; certs++)
		assert_int_equal(PEM_write_X509(out, *certs), 1);
	if (key)
		assert_int_equal(PEM_write_PKCS8PrivateKey(out, key, passphrase ? EVP_aes_256_cbc() : NULL, passphrase,
							   passphrase ? (int)strlen(passphrase) : 0, NULL, NULL),
				 1);
	assert_int_equal(fclose(out), 0);
}

static int build(void **state)
{
	static struct world w = {.dir = "/tmp/reattest-cms-XXXXXX"};

	if (!mkdtemp(w.dir))
		return -1;
	w.root = make("Root", EVP_EC_gen("P-256"), NULL, true, -DAY, DAY);
	w.other = make("Other", EVP_EC_gen("P-256"), NULL, true, -DAY, DAY);
	w.middle = make("Middle", EVP_EC_gen("P-256"), &w.root, true, -DAY, DAY);
	w.rsa = make("rsa", EVP_RSA_gen(2048), &w.root, false, -DAY, DAY);
	w.ec = make("ec", EVP_EC_gen("P-384"), &w.root, false, -DAY, DAY);
	w.old = make("old", EVP_EC_gen("P-256"), &w.root, false, -3 * DAY, -DAY);
	w.deep = make("deep", EVP_EC_gen("P-256"), &w.middle, false, -DAY, DAY);
	write_pem(&w, "root.pem", (X509 *[]){w.root.cert, NULL}, NULL, NULL);
	write_pem(&w, "other.pem", (X509 *[]){w.other.cert, NULL}, NULL, NULL);
	write_pem(&w, "rsa.pem", (X509 *[]){w.rsa.cert, NULL}, w.rsa.key, NULL);
	write_pem(&w, "ec.pem", (X509 *[]){w.ec.cert, NULL}, w.ec.key, NULL);
	write_pem(&w, "rsa.cert", (X509 *[]){w.rsa.cert, NULL}, NULL, NULL);
	write_pem(&w, "ec.key", (X509 *[]){NULL}, w.ec.key, NULL);
	write_pem(&w, "old.pem", (X509 *[]){w.old.cert, NULL}, w.old.key, NULL);
	write_pem(&w, "deep.pem", (X509 *[]){w.deep.cert, w.middle.cert, NULL}, w.deep.key, NULL);
	write_pem(&w, "stray.pem", (X509 *[]){w.ec.cert, w.other.cert, NULL}, w.ec.key, NULL);
	write_pem(&w, "shut.pem", (X509 *[]){w.ec.cert, NULL}, w.ec.key, "open sesame");
	write_pem(&w, "none.pem", (X509 *[]){NULL}, NULL, NULL);
	*state = &w;
	return 0;
}

static int raze(void **state)
{
	struct world *w = *state;
	struct one *all[] = {&w->root, &w->other, &w->middle, &w->rsa, &w->ec, &w->old, &w->deep};
	char command[96];

	for (size_t i = 0; i < RA_LEN(all); i++) {
		EVP_PKEY_free(all[i]->key);
		X509_free(all[i]->cert);
	}
	snprintf(command, sizeof(command), "rm -rf %s", w->dir);
	return system(command);
}

static ra_err answer(void *payload, struct ra_secret *out, struct ra_errs *errs)
{
	const char *says = payload;

	if (!says)
		return ra_fail(errs, RA_E_STATE, "nobody is there");
	return ra_secret_set(out, says, strlen(says));
}

static ra_err sign(const struct world *w, const char *cert, const char *key, const char *says, struct ra_buf *out, struct ra_errs *errs)
{
	struct ra_cms_signer signer = {file(w, cert), key ? file(w, key) : NULL, answer, (void *)says};

	ra_errs_clear(errs);
	ra_buf_reset(out);
	return ra_cms_sign(&signer, DOC, strlen(DOC), out, errs);
}

static struct ra_cms_found check(const struct world *w, const struct ra_buf *pem, const char *doc, const char *ca)
{
	struct ra_buf bytes = {.data = (char *)doc, .len = strlen(doc)};
	struct ra_cms_found found;

	assert_int_equal(ra_cms_check(pem, &bytes, ca ? file(w, ca) : NULL, &found, NULL), RA_OK);
	return found;
}

/* A file to sign with, the authority, and what comes of it. */
static const struct {
	const char *with, *ca;
	enum ra_cms_trust trust;
	const char *subject, *why;
} trusts[] = {
	{"rsa.pem", "root.pem", RA_CMS_VOUCHED, "CN=rsa", ""},
	{"ec.pem", "root.pem", RA_CMS_VOUCHED, "CN=ec", ""},
	{"deep.pem", "root.pem", RA_CMS_VOUCHED, "CN=deep", ""},
	{"ec.pem", NULL, RA_CMS_UNKNOWN, "CN=ec", "no authorities are given"},
	{"ec.pem", "other.pem", RA_CMS_UNKNOWN, "CN=ec", "unable to get local issuer certificate"},
	{"stray.pem", "root.pem", RA_CMS_UNKNOWN, "CN=ec", "it brings a certificate that no authority given vouches for"},
};

static void whose_word(void **state)
{
	const struct world *w = *state;
	RA_AUTO(ra_buf_free) struct ra_buf pem = {0};
	struct ra_errs errs;

	for (size_t i = 0; i < RA_LEN(trusts); i++) {
		assert_int_equal(sign(w, trusts[i].with, NULL, NULL, &pem, &errs), RA_OK);
		struct ra_cms_found found = check(w, &pem, DOC, trusts[i].ca);

		assert_int_equal(found.trust, trusts[i].trust);
		assert_string_equal(found.signer.subject, trusts[i].subject);
		assert_string_equal(found.why, trusts[i].why);
		assert_true(found.signed_at > 0 && found.signed_at <= ra_utc_now());
		assert_int_equal(check(w, &pem, DOC " ", trusts[i].ca).trust, RA_CMS_BAD);
	}
	assert_int_equal(ra_cms_check(&pem, &pem, file(w, "none.pem"), &(struct ra_cms_found){0}, &errs), RA_E_NOTFOUND);
}

/* A certificate that expires after it signed is told, and is no word any more. */
static void expired_since(void **state)
{
	const struct world *w = *state;
	RA_AUTO(ra_buf_free) struct ra_buf pem = {0};
	struct one brief = make("brief", EVP_EC_gen("P-256"), &w->root, false, -DAY, 2);
	struct ra_errs errs;
	struct ra_cms_found found;
	const ra_mono_ms until = ra_mono_now() + 20000;

	write_pem(w, "brief.pem", (X509 *[]){brief.cert, NULL}, brief.key, NULL);
	assert_int_equal(sign(w, "brief.pem", NULL, NULL, &pem, &errs), RA_OK);
	do {
		found = check(w, &pem, DOC, "root.pem");
		poll(NULL, 0, 20);
	} while (found.trust == RA_CMS_VOUCHED && ra_mono_now() < until);
	assert_int_equal(found.trust, RA_CMS_UNKNOWN);
	assert_string_equal(found.why, "certificate has expired");
	EVP_PKEY_free(brief.key);
	X509_free(brief.cert);
}

/* What cannot be signed with, and what is said of it. */
static const struct {
	const char *cert, *key, *says;
	ra_err err;
	const char *why;
} refused[] = {
	{"rsa.cert", NULL, NULL, RA_E_ARG, "holds no private key in PEM form; name the file that does with --cms-key"},
	{"rsa.cert", "ec.key", NULL, RA_E_ARG, "is not the one of the certificate in"},
	{"none.pem", NULL, NULL, RA_E_ARG, "holds no certificate"},
	{"old.pem", NULL, NULL, RA_E_ARG, "has expired"},
	{"missing.pem", NULL, NULL, RA_E_NOTFOUND, "cannot be read"},
	{"rsa.cert", "missing.key", NULL, RA_E_NOTFOUND, "cannot be read"},
	{".", NULL, NULL, RA_E_ARG, "is no plain file"},
	{"shut.pem", NULL, "open barley", RA_E_ARG, "that passphrase does not open the key"},
	{"shut.pem", NULL, "", RA_E_ARG, "that passphrase does not open the key"},
	{"shut.pem", NULL, NULL, RA_E_STATE, "nobody is there"},
};

static void refusals(void **state)
{
	const struct world *w = *state;
	RA_AUTO(ra_buf_free) struct ra_buf pem = {0};
	struct ra_errs errs;
	char line[2048];

	for (size_t i = 0; i < RA_LEN(refused); i++) {
		assert_int_equal(sign(w, refused[i].cert, refused[i].key, refused[i].says, &pem, &errs), refused[i].err);
		assert_non_null(strstr(ra_errs_line(&errs, line, sizeof(line)), refused[i].why));
		assert_int_equal(pem.len, 0);
	}
	assert_int_equal(sign(w, "shut.pem", NULL, "open sesame", &pem, &errs), RA_OK);
	assert_int_equal(check(w, &pem, DOC, "root.pem").trust, RA_CMS_VOUCHED);
}

/* Put DER back into the one spelling of its text, so that only the bit is other. */
static void spell(const unsigned char *der, size_t len, struct ra_buf *out)
{
	RA_AUTO(ra_mem_free) char *text = ra_base64(der, len);

	ra_buf_reset(out);
	assert_int_equal(ra_buf_text(out, "-----BEGIN CMS-----\n"), RA_OK);
	for (size_t at = 0; at < strlen(text); at += 64)
		assert_int_equal(ra_buf_printf(out, "%.64s\n", text + at), RA_OK);
	assert_int_equal(ra_buf_text(out, "-----END CMS-----\n"), RA_OK);
}

static void every_bit(void **state)
{
	static const char *const with[] = {"ec.pem", "rsa.pem"};
	const struct world *w = *state;
	RA_AUTO(ra_buf_free) struct ra_buf pem = {0}, again = {0};
	struct ra_errs errs;

	for (size_t k = 0; k < RA_LEN(with); k++) {
		assert_int_equal(sign(w, with[k], NULL, NULL, &pem, &errs), RA_OK);
		unsigned char *der = NULL;
		char *name = NULL, *header = NULL;
		long len = 0;
		BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);

		assert_int_equal(PEM_read_bio(bio, &name, &header, &der, &len), 1);
		BIO_free(bio);
		spell(der, (size_t)len, &again);
		assert_string_equal(again.data, pem.data);
		for (long bit = 0; bit < len * 8; bit++) {
			der[bit / 8] ^= (unsigned char)(1 << bit % 8);
			spell(der, (size_t)len, &again);
			if (check(w, &again, DOC, "root.pem").trust == RA_CMS_VOUCHED)
				fail_msg("%s: bit %ld of byte %ld can change unseen", with[k], bit % 8, bit / 8);
			der[bit / 8] ^= (unsigned char)(1 << bit % 8);
		}
		for (size_t bit = 0; k == 0 && bit < pem.len * 8; bit++) {
			pem.data[bit / 8] ^= (char)(1 << bit % 8);
			assert_int_not_equal(check(w, &pem, DOC, "root.pem").trust, RA_CMS_VOUCHED);
			pem.data[bit / 8] ^= (char)(1 << bit % 8);
		}
		for (size_t cut = 0; cut < pem.len; cut++) {
			struct ra_buf less = {.data = pem.data, .len = cut};

			assert_int_equal(check(w, &less, DOC, "root.pem").trust, RA_CMS_BAD);
		}
		OPENSSL_free(der);
		OPENSSL_free(name);
		OPENSSL_free(header);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whose_word),
		cmocka_unit_test(expired_since),
		cmocka_unit_test(refusals),
		cmocka_unit_test(every_bit),
	};

	return cmocka_run_group_tests(tests, build, raze);
}
