/* cms_check.c - a CMS signature examined. What the signature itself does not cover is held against what is written: one
 * signer, one certificate of it named under the signature, no part without use, one spelling. */
#include "config.h"

#include "base/cms.h"
#include "base/own.h"

#include <openssl/bio.h>
#include <openssl/pem.h> /* cms.h declares its PEM functions only behind it */

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SIGNER_VERSION 1 /* named by issuer and number; RFC 5652 section 5.3 */

static bool bad(struct ra_cms_found *out, const char *why)
{
	snprintf(out->why, sizeof(out->why), "%s", why);
	return false;
}

/* The signature, if its text is the one spelling of it. Owner: caller frees; NULL when it is not. */
static CMS_ContentInfo *parse(const struct ra_buf *pem, struct ra_cms_found *out)
{
	BIO *in = BIO_new_mem_buf(ra_buf_str(pem), (int)pem->len), *again = BIO_new(BIO_s_mem());
	CMS_ContentInfo *cms = in && again ? PEM_read_bio_CMS(in, NULL, NULL, NULL) : NULL;
	char *text = NULL;

	if (cms && (PEM_write_bio_CMS(again, cms) != 1 || BIO_get_mem_data(again, &text) != (long)pem->len ||
		    memcmp(text, ra_buf_str(pem), pem->len))) {
		CMS_ContentInfo_free(cms);
		cms = NULL;
	}
	if (!cms)
		bad(out, "it is no CMS signature as it is written");
	BIO_free(in);
	BIO_free(again);
	return cms;
}

/* The one signer's part and certificate. Out: false when there is not exactly one of each. */
static bool find_signer(CMS_ContentInfo *cms, CMS_SignerInfo **info, X509 **cert, struct ra_cms_found *out)
{
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);
	STACK_OF(X509) *certs = CMS_get1_certs(cms);
	STACK_OF(X509_CRL) *crls = CMS_get1_crls(cms);
	bool one = CMS_is_detached(cms) == 1 && sk_CMS_SignerInfo_num(infos) == 1 && sk_X509_CRL_num(crls) <= 0;

	*info = one ? sk_CMS_SignerInfo_value(infos, 0) : NULL;
	*cert = NULL;
	for (int i = 0; *info && !*cert && i < sk_X509_num(certs); i++)
		if (!CMS_SignerInfo_cert_cmp(*info, sk_X509_value(certs, i)) && X509_up_ref(sk_X509_value(certs, i)))
			*cert = sk_X509_value(certs, i);
	sk_X509_pop_free(certs, X509_free);
	sk_X509_CRL_pop_free(crls, X509_CRL_free);
	return *cert ? true : bad(out, "it does not hold exactly one signer with its certificate");
}

/* Is this very certificate named under the signature? */
static bool names_cert(CMS_SignerInfo *info, X509 *cert)
{
	ASN1_STRING *named = CMS_signed_get0_data_by_OBJ(info, OBJ_nid2obj(NID_id_smime_aa_signingCertificateV2), -3, V_ASN1_SEQUENCE);
	const unsigned char *at = named ? ASN1_STRING_get0_data(named) : NULL;
	ESS_SIGNING_CERT_V2 *list = at ? d2i_ESS_SIGNING_CERT_V2(NULL, &at, ASN1_STRING_length(named)) : NULL;
	STACK_OF(X509) *chain = sk_X509_new_null();
	bool is = list && chain && sk_X509_push(chain, cert) && OSSL_ESS_check_signing_certs(NULL, list, chain, 1) == 1;

	sk_X509_free(chain);
	ESS_SIGNING_CERT_V2_free(list);
	return is;
}

/* An element of DER: its tag, and its content. */
struct element {
	int tag;
	const unsigned char *at;
	long len;
};

/* Out: false when there is none; *from goes behind it. */
static bool next(const unsigned char **from, const unsigned char *end, struct element *out)
{
	int class = 0;

	if (*from >= end || (ASN1_get_object(from, &out->len, &out->tag, &class, end - *from) & 0x80))
		return false;
	out->at = *from;
	*from += out->len;
	return true;
}

static bool is_version(const struct element *e)
{
	return e->tag == V_ASN1_INTEGER && e->len == 1 && *e->at == SIGNER_VERSION;
}

/* Does the element hold just these bytes? Shape: der as i2d gives it, freed here; len its result. */
static bool holds_der(const struct element *e, size_t from, unsigned char *der, int len)
{
	bool is = len > 0 && from <= (size_t)e->len && (size_t)len <= (size_t)e->len - from && !memcmp(e->at + from, der, (size_t)len);

	OPENSSL_free(der);
	return is;
}

/* The signer is named as its certificate spells it, not only so that both count as the same name. */
static bool names_signer(const struct element *id, X509 *cert)
{
	unsigned char *name = NULL, *number = NULL;
	int name_len = i2d_X509_NAME(X509_get_issuer_name(cert), &name);
	int number_len = i2d_ASN1_INTEGER(X509_get_serialNumber(cert), &number);
	bool whole = name_len > 0 && number_len > 0 && (long)name_len + number_len == id->len;
	bool is = holds_der(id, 0, name, name_len);

	return holds_der(id, name_len > 0 ? (size_t)name_len : 0, number, number_len) && is && whole;
}

/* The algorithm is the one of the key: OpenSSL looks at the key alone. RSA is named without its digest, PSS with parameters that must fit. */
static bool names_algorithm(const struct element *algorithm, CMS_SignerInfo *info, X509 *cert)
{
	X509_ALGOR *digest = NULL, *told = NULL, *usual = X509_ALGOR_new();
	const int key = EVP_PKEY_get_base_id(X509_get0_pubkey(cert));
	unsigned char *der = NULL;
	int type = key;

	CMS_SignerInfo_get0_algs(info, NULL, NULL, &digest, &told);
	bool rsa = key == EVP_PKEY_RSA, pss = (rsa || key == EVP_PKEY_RSA_PSS) && OBJ_obj2nid(told->algorithm) == NID_rsassaPss;
	bool known = EVP_get_digestbyobj(digest->algorithm) &&
		     (pss || rsa || OBJ_find_sigid_by_algs(&type, OBJ_obj2nid(digest->algorithm), key) == 1);
	bool is = known && pss;

	if (known && !pss && usual && X509_ALGOR_set0(usual, OBJ_nid2obj(type), rsa ? V_ASN1_NULL : V_ASN1_UNDEF, NULL) == 1) {
		int len = i2d_X509_ALGOR(usual, &der);
		const unsigned char *at = der;
		struct element whole;

		is = len > 0 && next(&at, der + len, &whole) && whole.len == algorithm->len && !memcmp(whole.at, algorithm->at, (size_t)whole.len);
	}
	OPENSSL_free(der);
	X509_ALGOR_free(usual);
	return is;
}

/* What no signature covers and OpenSSL passes over: the versions, the kind of what is signed, how the signer
 * and its algorithm are named, and the digests announced, which are the signer's one.
 * Source: RFC 5652 sections 3, 5.1 and 5.3. */
static bool is_plain(CMS_ContentInfo *cms, CMS_SignerInfo *signer, X509 *cert)
{
	static const unsigned char type_data[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01}; /* id-data */
	unsigned char *der = NULL;
	int der_len = i2d_CMS_ContentInfo(cms, &der);
	const unsigned char *at = der, *end = der + (der_len > 0 ? der_len : 0);
	struct element top, type, tagged, data, version, digests, content, part, info, id, digest, attributes, algorithm, value;
	bool plain = der_len > 0 && next(&at, end, &top) && at == end;

	at = plain ? top.at : NULL;
	plain = plain && next(&at, top.at + top.len, &type) && next(&at, top.at + top.len, &tagged) && at == end;
	at = plain ? tagged.at : NULL;
	plain = plain && next(&at, tagged.at + tagged.len, &data);
	end = plain ? data.at + data.len : NULL;
	at = plain ? data.at : NULL;
	plain = plain && next(&at, end, &version) && next(&at, end, &digests) && next(&at, end, &content) && is_version(&version);
	while (plain && at < end) /* certificates, then the signers */
		plain = next(&at, end, &part);
	at = plain ? part.at : NULL;
	plain = plain && next(&at, end, &info) && at == end;
	at = plain ? info.at : NULL;
	plain = plain && next(&at, end, &version) && next(&at, end, &id) && next(&at, end, &digest) && next(&at, end, &attributes) &&
		next(&at, end, &algorithm) && next(&at, end, &value) && at == end && is_version(&version) && names_signer(&id, cert) &&
		names_algorithm(&algorithm, signer, cert);
	plain = plain && content.len == (long)sizeof(type_data) && !memcmp(content.at, type_data, sizeof(type_data));
	/* The set of digests holds one element: the signer's, with its two bytes of tag and length. */
	plain = plain && digests.len == digest.len + 2 && !memcmp(digests.at + 2, digest.at, (size_t)digest.len);
	OPENSSL_free(der);
	return plain;
}

static void take_time(CMS_SignerInfo *info, struct ra_cms_found *out)
{
	X509_ATTRIBUTE *row = CMS_signed_get_attr(info, CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1));
	ASN1_TYPE *value = row ? X509_ATTRIBUTE_get0_type(row, 0) : NULL;
	struct tm tm = {0};

	if (value && (value->type == V_ASN1_UTCTIME || value->type == V_ASN1_GENERALIZEDTIME) &&
	    ASN1_TIME_to_tm(value->value.asn1_string, &tm) == 1)
		out->signed_at = (ra_utc_ms)timegm(&tm) * 1000;
}

/* Does the signature hold over these bytes? What no signature covers is looked at first: OpenSSL leaks where the digest announced is unknown. */
static bool holds(CMS_ContentInfo *cms, CMS_SignerInfo *info, X509 *cert, const struct ra_buf *bytes, struct ra_cms_found *out)
{
	if (!names_cert(info, cert))
		return bad(out, "the certificate in it is not the one that was signed with");
	if (!is_plain(cms, info, cert))
		return bad(out, "a part of it that no signature covers is not as it is written");
	BIO *in = BIO_new_mem_buf(ra_buf_str(bytes), (int)bytes->len);
	bool is = in && CMS_verify(cms, NULL, NULL, in, NULL, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) == 1;

	BIO_free(in);
	return is ? true : bad(out, "it does not hold over the head document");
}

/* Is every certificate it brings used on the way to an authority? What is not could say anything. */
static bool all_used(CMS_ContentInfo *cms, STACK_OF(X509) *chain)
{
	STACK_OF(X509) *certs = CMS_get1_certs(cms);
	bool used = true;

	for (int i = 0; used && i < sk_X509_num(certs); i++) {
		used = false;
		for (int k = 0; !used && k < sk_X509_num(chain); k++)
			used = !X509_cmp(sk_X509_value(certs, i), sk_X509_value(chain, k));
	}
	sk_X509_pop_free(certs, X509_free);
	return used;
}

/* Does an authority vouch for the signer, now, whatever its certificate is for? */
static void look_for_word(CMS_ContentInfo *cms, X509 *cert, X509_STORE *store, struct ra_cms_found *out)
{
	STACK_OF(X509) *certs = CMS_get1_certs(cms);
	X509_STORE_CTX *way = X509_STORE_CTX_new();

	if (!way || X509_STORE_CTX_init(way, store, cert, certs) != 1 ||
	    X509_VERIFY_PARAM_set_purpose(X509_STORE_CTX_get0_param(way), X509_PURPOSE_ANY) != 1)
		bad(out, "no memory to look for who vouches");
	else if (X509_verify_cert(way) != 1)
		bad(out, X509_verify_cert_error_string(X509_STORE_CTX_get_error(way)));
	else if (!all_used(cms, X509_STORE_CTX_get0_chain(way)))
		bad(out, "it brings a certificate that no authority given vouches for");
	else
		out->trust = RA_CMS_VOUCHED;
	X509_STORE_CTX_free(way);
	sk_X509_pop_free(certs, X509_free);
}

static ra_err describe(X509 *cert, struct ra_cms_found *out)
{
	unsigned char *der = NULL;
	int len = i2d_X509(cert, &der);
	ra_err err = len > 0 ? ra_cert_from_der(der, (size_t)len, &out->signer) : RA_E_INVALID;

	OPENSSL_free(der);
	return err;
}

static void examine(CMS_ContentInfo *cms, const struct ra_buf *bytes, X509_STORE *store, struct ra_cms_found *out)
{
	CMS_SignerInfo *info = NULL;
	X509 *cert = NULL;

	if (!find_signer(cms, &info, &cert, out) || !holds(cms, info, cert, bytes, out)) {
		X509_free(cert);
		return;
	}
	if (describe(cert, out)) {
		bad(out, "the signer's certificate cannot be read");
	} else {
		out->trust = RA_CMS_UNKNOWN;
		take_time(info, out);
		if (store)
			look_for_word(cms, cert, store, out);
		else
			bad(out, "no authorities are given");
	}
	X509_free(cert);
}

ra_err ra_cms_check(const struct ra_buf *pem, const struct ra_buf *bytes, const char *ca_file, struct ra_cms_found *out,
		    struct ra_errs *errs)
{
	X509_STORE *store = ca_file ? X509_STORE_new() : NULL;
	ra_err err = RA_OK;

	*out = (struct ra_cms_found){.signed_at = RA_UTC_NONE};
	if (ca_file && (!store || X509_STORE_load_file(store, ca_file) != 1))
		err = ra_fail(errs, RA_E_NOTFOUND, "%s cannot be read, or holds no certificate in PEM form", ca_file);
	CMS_ContentInfo *cms = err ? NULL : parse(pem, out);

	if (cms)
		examine(cms, bytes, store, out);
	CMS_ContentInfo_free(cms);
	X509_STORE_free(store);
	ERR_clear_error();
	return err;
}
