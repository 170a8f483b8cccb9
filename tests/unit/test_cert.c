/* Certificates: what is read, and what is refused. */
#include "config.h"

#include "tests/unit/cert_make.h"

#include "base/cert.h"

#define T0 INT64_C(1772413200000) /* 2026-03-02T01:00:00Z */
#define DAY INT64_C(86400000)

static void test_reads(void **state)
{
	static const struct { const char *name, *subject; } names[] = {
		{"esx01.lab", "CN=esx01.lab,O=Lab"},
		{"Gr\303\266\303\237e", "CN=Gr\303\266\303\237e,O=Lab"},
		{"a,b=c+d", "CN=a\\,b=c\\+d,O=Lab"},
		{"bell\007", "CN=bell\\07,O=Lab"},
	};

	for (size_t i = 0; i < RA_LEN(names); i++) {
		char *pem = cert_make(names[i].name, T0, T0 + 90 * DAY);
		struct ra_cert cert;
		size_t count;

		assert_int_equal(ra_certs_from_pem(pem, strlen(pem), &cert, 1, &count), RA_OK);
		assert_int_equal(count, 1);
		assert_string_equal(cert.subject, names[i].subject);
		assert_string_equal(cert.issuer, names[i].subject);
		assert_true(ra_is_sha256_hex(cert.sha256));
		assert_true(cert.not_before == T0 && cert.not_after == T0 + 90 * DAY);
		free(pem);
	}
}

/* The fingerprint is that of the DER bytes, as openssl x509 -fingerprint -sha256 has it. */
static void test_fingerprint(void **state)
{
	char *pem = cert_make("x", T0, T0 + DAY), sum[RA_SHA256_HEX_LEN];
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	unsigned char *der = NULL;
	int len = i2d_X509(x509, &der);
	struct ra_cert cert, again;
	size_t count;

	assert_true(len > 0);
	assert_int_equal(ra_sha256_hex(der, (size_t)len, sum), RA_OK);
	assert_int_equal(ra_certs_from_pem(pem, strlen(pem), &cert, 1, &count), RA_OK);
	assert_string_equal(cert.sha256, sum);
	assert_int_equal(ra_cert_from_der(der, (size_t)len, &again), RA_OK);
	assert_memory_equal(&cert, &again, sizeof(cert));
	/* every byte cut off, and one too many, makes it none */
	for (int cut = 0; cut < len; cut++)
		assert_int_equal(ra_cert_from_der(der, (size_t)cut, &again), RA_E_INVALID);
	der = realloc(der, (size_t)len + 1);
	der[len] = 0;
	assert_int_equal(ra_cert_from_der(der, (size_t)len + 1, &again), RA_E_INVALID);
	assert_true(again.subject[0] == '\0' && again.not_after == 0);
	free(der);
	X509_free(x509);
	BIO_free(bio);
	free(pem);
}

static void test_several(void **state)
{
	char *a = cert_make("a", T0, T0 + DAY), *b = cert_make("b", T0, T0 + 2 * DAY), text[8192];
	struct ra_cert certs[2];
	size_t count;

	snprintf(text, sizeof(text), "subject=a\r\n%s\nissuer=...\n%s", a, b);
	assert_int_equal(ra_certs_from_pem(text, strlen(text), certs, 2, &count), RA_OK);
	assert_int_equal(count, 2);
	assert_string_equal(certs[0].subject, "CN=a,O=Lab");
	assert_string_equal(certs[1].subject, "CN=b,O=Lab");
	assert_int_equal(ra_certs_from_pem(text, strlen(text), certs, 1, &count), RA_E_LIMIT);
	assert_int_equal(count, 0);
	snprintf(text, sizeof(text), "%s%.40s", a, b); /* the second is torn: then the first does not count either */
	assert_int_equal(ra_certs_from_pem(text, strlen(text), certs, 2, &count), RA_E_INVALID);
	assert_int_equal(count, 0);
	free(a);
	free(b);
}

#define BLOCK(body) "-----BEGIN CERTIFICATE-----\n" body "-----END CERTIFICATE-----\n"
static void test_refused(void **state)
{
	static const char *const texts[] = {
		"", "x", "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", BLOCK(""), BLOCK("AAAA\n"), BLOCK("A"), BLOCK("!!!!"),
		BLOCK("MIIB"), BLOCK("Proc-Type: 4,ENCRYPTED\nDEK-Info: DES-CBC,00\n\nMIIB\n"),
		"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n", "-----BEGIN TRUSTED CERTIFICATE-----\nMIIB\n-----END TRUSTED CERTIFICATE-----\n",
	};
	struct ra_cert cert;
	size_t count;

	for (size_t i = 0; i < RA_LEN(texts); i++)
		if (ra_certs_from_pem(texts[i], strlen(texts[i]), &cert, 1, &count) != RA_E_INVALID || count)
			fail_msg("%s: not refused", texts[i]);
	assert_int_equal(ra_certs_from_pem(BLOCK("AA\0A"), sizeof(BLOCK("AA\0A")) - 1, &cert, 1, &count), RA_E_INVALID);
}

static void test_caps(void **state)
{
	size_t len = 3 * RA_CERT_DER_MAX;
	char *text = malloc(len + 100), name[65];
	struct ra_cert cert;
	size_t count;
	int at = sprintf(text, "-----BEGIN CERTIFICATE-----\n");

	memset(text + at, 'A', len);
	strcpy(text + (size_t)at + len, "\n-----END CERTIFICATE-----\n");
	assert_int_equal(ra_certs_from_pem(text, strlen(text), &cert, 1, &count), RA_E_LIMIT);
	assert_int_equal(ra_cert_from_der(text, RA_CERT_DER_MAX + 1, &cert), RA_E_LIMIT);
	free(text);
	memset(name, '\001', 64); /* each byte is written as three: within the cap */
	name[64] = '\0';
	text = cert_make(name, T0, T0 + DAY);
	assert_int_equal(ra_certs_from_pem(text, strlen(text), &cert, 1, &count), RA_OK);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads), cmocka_unit_test(test_fingerprint), cmocka_unit_test(test_several),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_caps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
