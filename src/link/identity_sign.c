#include "config.h"

#include "link/identity.h"
#include "link/wire.h"

#include "base/digest.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 2048 /* bytes: RSA of 16384 bits */
#define ED25519_LEN 32

/* The curves of RFC 5656. */
static const struct curve {
	const char *type, *name; /* SSH's key type and curve */
	const char *openssl;
	const EVP_MD *(*hash)(void);
} curves[] = {
    {"ecdsa-sha2-nistp256", "nistp256", "prime256v1", EVP_sha256},
    {"ecdsa-sha2-nistp384", "nistp384", "secp384r1", EVP_sha384},
    {"ecdsa-sha2-nistp521", "nistp521", "secp521r1", EVP_sha512},
};

static const struct curve *curve_of(const char *type)
{
	for (size_t i = 0; i < RA_LEN(curves); i++)
		if (strcmp(curves[i].type, type) == 0)
			return &curves[i];
	return NULL;
}

static ra_err put_mpint(const BIGNUM *number, struct ra_buf *out)
{
	unsigned char bytes[1 + NUMBER_MAX] = {0};
	int len = BN_num_bytes(number);
	if (len > NUMBER_MAX)
		return RA_E_LIMIT;
	BN_bn2bin(number, bytes + 1);
	/* A leading zero keeps the number positive. */
	bool zero = bytes[1] & 0x80;
	return ra_wire_put_string(out, zero ? bytes : bytes + 1, (size_t)len + zero);
}

static BIGNUM *read_number(struct ra_wire *wire)
{
	size_t len;
	const unsigned char *bytes = ra_wire_string(wire, &len);
	return bytes && len <= NUMBER_MAX + 1 ? BN_bin2bn(bytes, (int)len, BN_secure_new()) : NULL;
}

/* A key from the parameters in builder. */
static EVP_PKEY *build(const char *kind, OSSL_PARAM_BLD *builder)
{
	EVP_PKEY *pkey = NULL;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
	if (context && params && EVP_PKEY_fromdata_init(context) == 1 &&
	    EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(context);
	return pkey;
}

static EVP_PKEY *read_rsa(struct ra_wire *wire)
{
	static const char *const names[] = {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D};
	BIGNUM *numbers[RA_LEN(names)] = {NULL};
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	bool whole = builder;
	for (size_t i = 0; i < RA_LEN(names); i++) {
		numbers[i] = read_number(wire);
		whole = whole && numbers[i] && OSSL_PARAM_BLD_push_BN(builder, names[i], numbers[i]);
	}
	EVP_PKEY *pkey = whole ? build("RSA", builder) : NULL;
	OSSL_PARAM_BLD_free(builder);
	for (size_t i = 0; i < RA_LEN(names); i++)
		BN_clear_free(numbers[i]);
	return pkey;
}

static EVP_PKEY *read_ec(struct ra_wire *wire, const struct curve *curve)
{
	size_t name_len, point_len;
	(void)ra_wire_string(wire, &name_len);
	const unsigned char *point = ra_wire_string(wire, &point_len);
	BIGNUM *number = read_number(wire);
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY *pkey = NULL;
	if (point && number && builder &&
	    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, curve->openssl, 0) &&
	    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, point_len) &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number))
		pkey = build("EC", builder);
	OSSL_PARAM_BLD_free(builder);
	BN_clear_free(number);
	return pkey;
}

static EVP_PKEY *read_ed25519(struct ra_wire *wire)
{
	size_t public_len, len;
	(void)ra_wire_string(wire, &public_len);
	const unsigned char *bytes = ra_wire_string(wire, &len);
	return bytes && len == 2 * ED25519_LEN
		   ? EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, bytes, ED25519_LEN)
		   : NULL;
}

/* The private part of an OpenSSH key without a passphrase. Source: openssh PROTOCOL.key. */
static EVP_PKEY *read_private(const unsigned char *bytes, size_t len, const char *type)
{
	struct ra_wire wire = ra_wire_make(bytes, len);
	const struct curve *curve = curve_of(type);
	size_t skip;
	uint32_t check = ra_wire_u32(&wire);
	bool same = ra_wire_u32(&wire) == check;
	(void)ra_wire_string(&wire, &skip);
	if (wire.bad || !same)
		return NULL;
	if (strcmp(type, "ssh-rsa") == 0)
		return read_rsa(&wire);
	if (strcmp(type, "ssh-ed25519") == 0)
		return read_ed25519(&wire);
	return curve ? read_ec(&wire, curve) : NULL;
}

/* The bytes between BEGIN and END, decoded. Owner: caller wipes and frees. */
static char *decode_body(const struct ra_identity *identity, size_t *len)
{
	static const char begin[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
	const char *body = strstr(ra_secret_bytes(identity->bytes, NULL), begin);
	const char *end = body ? strstr(body, "-----END") : NULL;
	char *bytes = NULL, *text = end ? malloc((size_t)(end - body) + 1) : NULL;
	size_t text_len = 0;
	if (!text)
		return NULL;
	for (body += sizeof(begin) - 1; body < end; body++)
		if (*body != '\n' && *body != '\r' && *body != ' ')
			text[text_len++] = *body;
	text[text_len] = '\0';
	if (ra_base64_decode(text, &bytes, len) != RA_OK)
		bytes = NULL;
	ra_wipe(text, text_len);
	free(text);
	return bytes;
}

static EVP_PKEY *open_openssh(const struct ra_identity *identity)
{
	static const char magic[] = "openssh-key-v1"; /* with its NUL */
	size_t len = 0, skip, private_len;
	char *bytes = decode_body(identity, &len);
	if (!bytes)
		return NULL;
	struct ra_wire wire = ra_wire_make(bytes + sizeof(magic), len > sizeof(magic) ? len - sizeof(magic) : 0);
	for (int i = 0; i < 3; i++)
		(void)ra_wire_string(&wire, &skip);
	(void)ra_wire_u32(&wire);
	(void)ra_wire_string(&wire, &skip);
	const unsigned char *private = ra_wire_string(&wire, &private_len);
	EVP_PKEY *pkey = private ? read_private(private, private_len, identity->type) : NULL;
	ra_wipe(bytes, len);
	free(bytes);
	return pkey;
}

/* OpenSSL asks for a passphrase: never on the terminal. */
static int give_passphrase(char *out, int cap, int writing, void *arg)
{
	const struct ra_secret *passphrase = arg;
	size_t len;
	if (!passphrase || writing)
		return -1;
	const char *bytes = ra_secret_bytes(passphrase, &len);
	if (len > (size_t)cap)
		return -1;
	memcpy(out, bytes, len);
	return (int)len;
}

static ra_err rsa_blob(const EVP_PKEY *pkey, struct ra_buf *out)
{
	BIGNUM *n = NULL, *e = NULL;
	ra_err err = RA_E_INVALID;
	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e))
		err = ra_wire_put_string(out, "ssh-rsa", 7);
	if (!err)
		err = put_mpint(e, out);
	if (!err)
		err = put_mpint(n, out);
	BN_free(n);
	BN_free(e);
	return err;
}

static ra_err ec_blob(const EVP_PKEY *pkey, struct ra_buf *out)
{
	char group[64];
	unsigned char point[256];
	size_t len, point_len;
	if (!EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group), &len) ||
	    !EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &point_len))
		return RA_E_INVALID;
	for (size_t i = 0; i < RA_LEN(curves); i++) {
		if (strcmp(curves[i].openssl, group) != 0)
			continue;
		ra_err err = ra_wire_put_string(out, curves[i].type, strlen(curves[i].type));
		if (!err)
			err = ra_wire_put_string(out, curves[i].name, strlen(curves[i].name));
		return err ? err : ra_wire_put_string(out, point, point_len);
	}
	return RA_E_INVALID;
}

static ra_err ed25519_blob(const EVP_PKEY *pkey, struct ra_buf *out)
{
	unsigned char public[ED25519_LEN];
	size_t len = sizeof(public);
	if (EVP_PKEY_get_raw_public_key(pkey, public, &len) != 1)
		return RA_E_INVALID;
	ra_err err = ra_wire_put_string(out, "ssh-ed25519", 11);
	return err ? err : ra_wire_put_string(out, public, len);
}

static ra_err open_pem(struct ra_identity *identity, const struct ra_secret *passphrase)
{
	size_t len;
	RA_AUTO(ra_buf_free) struct ra_buf blob = {0};
	const char *text = ra_secret_bytes(identity->bytes, &len);
	BIO *bio = BIO_new_mem_buf(text, (int)len);
	EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, (void *)passphrase) : NULL;
	BIO_free(bio);
	if (!pkey)
		return identity->encrypted ? RA_E_DENIED : RA_E_INVALID;
	ra_err err = EVP_PKEY_is_a(pkey, "RSA")       ? rsa_blob(pkey, &blob)
		     : EVP_PKEY_is_a(pkey, "EC")      ? ec_blob(pkey, &blob)
		     : EVP_PKEY_is_a(pkey, "ED25519") ? ed25519_blob(pkey, &blob)
						      : RA_E_INVALID;
	if (err) {
		EVP_PKEY_free(pkey);
		return err;
	}
	struct ra_wire wire = ra_wire_make(blob.data, blob.len);
	const unsigned char *type = ra_wire_string(&wire, &len);
	memcpy(identity->type, type, len);
	identity->type[len] = '\0';
	identity->pkey = pkey;
	identity->blob_len = blob.len;
	identity->blob = (unsigned char *)ra_buf_take(&blob);
	return identity->blob ? RA_OK : RA_E_NOMEM;
}

ra_err ra_identity_open(struct ra_identity *identity, const struct ra_secret *passphrase)
{
	if (identity->pkey)
		return RA_OK;
	if (!identity->openssh)
		return open_pem(identity, passphrase);
	if (identity->encrypted)
		return RA_E_DENIED;
	identity->pkey = open_openssh(identity);
	return identity->pkey ? RA_OK : RA_E_INVALID;
}

/* OpenSSL's ECDSA signature is a DER sequence; SSH's are two numbers. */
static ra_err put_ecdsa(const unsigned char *der, size_t len, struct ra_buf *out)
{
	ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)len);
	if (!signature)
		return RA_E_INTERNAL;
	ra_err err = put_mpint(ECDSA_SIG_get0_r(signature), out);
	if (!err)
		err = put_mpint(ECDSA_SIG_get0_s(signature), out);
	ECDSA_SIG_free(signature);
	return err;
}

int ra_identity_rsa_bits(const void *data, size_t len)
{
	struct ra_wire wire = ra_wire_make(data, len);
	size_t name_len;
	(void)ra_wire_string(&wire, &name_len); /* session */
	(void)ra_wire_u8(&wire);
	for (int i = 0; i < 3; i++) /* user, service, method */
		(void)ra_wire_string(&wire, &name_len);
	(void)ra_wire_u8(&wire);
	const unsigned char *name = ra_wire_string(&wire, &name_len);
	static const char stem[] = "rsa-sha2-";
	if (!name || name_len != sizeof(stem) - 1 + 3 || memcmp(name, stem, sizeof(stem) - 1) != 0)
		return 0;
	name += sizeof(stem) - 1;
	return memcmp(name, "256", 3) == 0 ? 256 : memcmp(name, "512", 3) == 0 ? 512 : 0;
}

ra_err ra_identity_sign(const struct ra_identity *identity, const void *data, size_t len, struct ra_buf *out)
{
	unsigned char signature[NUMBER_MAX];
	size_t signature_len = sizeof(signature);
	const struct curve *curve = curve_of(identity->type);
	bool rsa = strcmp(identity->type, "ssh-rsa") == 0;
	int bits = rsa ? ra_identity_rsa_bits(data, len) : 0;
	if (rsa && !bits)
		return RA_E_DENIED;
	const EVP_MD *hash = curve ? curve->hash() : bits == 256 ? EVP_sha256() : bits == 512 ? EVP_sha512() : NULL;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool made = identity->pkey && context && EVP_DigestSignInit(context, NULL, hash, NULL, identity->pkey) == 1 &&
		    EVP_DigestSign(context, signature, &signature_len, data, len) == 1;
	EVP_MD_CTX_free(context);
	if (!made)
		return RA_E_INTERNAL;
	return curve ? put_ecdsa(signature, signature_len, out) : ra_buf_add(out, signature, signature_len);
}
