#include "config.h"

#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RANDOM_CHUNK 64
#define BASE64_CHUNK (3u << 20) /* EVP_EncodeBlock and EVP_DecodeBlock count in int; whole triples need no padding */

static void put_hex(const unsigned char *bytes, size_t len, char *out)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*out++ = hex[bytes[i] >> 4];
		*out++ = hex[bytes[i] & 15];
	}
	*out = '\0';
}

const char *ra_digest_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION_STRING);
}

ra_err ra_sha256_hex(const void *bytes, size_t len, char *out)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int sum_len = 0;

	if (EVP_Digest(len ? bytes : "", len, sum, &sum_len, EVP_sha256(), NULL) != 1 || sum_len != 32) {
		out[0] = '\0';
		return RA_E_INTERNAL;
	}
	put_hex(sum, sum_len, out);
	return RA_OK;
}

struct ra_sha256 {
	EVP_MD *method;
	EVP_MD_CTX *context;
};

struct ra_sha256 *ra_sha256_new(void)
{
	struct ra_sha256 *sha256 = calloc(1, sizeof(*sha256));

	if (!sha256)
		return NULL;
	sha256->method = EVP_MD_fetch(NULL, "SHA256", NULL);
	sha256->context = EVP_MD_CTX_new();
	return sha256->method && sha256->context ? sha256 : ra_sha256_free(sha256);
}

ra_err ra_sha256_next(struct ra_sha256 *sha256, const void *bytes, size_t len, char *out)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int sum_len = 0;

	out[0] = '\0';
	if (EVP_DigestInit_ex(sha256->context, sha256->method, NULL) != 1 || EVP_DigestUpdate(sha256->context, len ? bytes : "", len) != 1 ||
	    EVP_DigestFinal_ex(sha256->context, sum, &sum_len) != 1 || sum_len != 32)
		return RA_E_INTERNAL;
	put_hex(sum, sum_len, out);
	return RA_OK;
}

struct ra_sha256 *ra_sha256_free(struct ra_sha256 *sha256)
{
	if (!sha256)
		return NULL;
	EVP_MD_CTX_free(sha256->context);
	EVP_MD_free(sha256->method);
	free(sha256);
	return NULL;
}

/* All of a descriptor into a digest. Out: its bytes; -1 with errno, -2 when OpenSSL refuses. */
static long long digest_all(EVP_MD_CTX *context, int fd)
{
	unsigned char piece[65536];
	long long len = 0;

	for (;;) {
		ssize_t got = read(fd, piece, sizeof(piece));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -1 : len;
		if (EVP_DigestUpdate(context, piece, (size_t)got) != 1)
			return -2;
		len += got;
	}
}

ra_err ra_sha256_file(const char *path, char *out, long long *len, struct ra_errs *errs)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int sum_len = 0;
	struct stat st;
	ra_err err = RA_OK;

	out[0] = '\0';
	*len = 0;
	if (fd < 0)
		err = ra_fail(errs, errno == ENOENT ? RA_E_NOTFOUND : RA_E_IO, "cannot open %s: %s", path, strerror(errno));
	else if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		err = ra_fail(errs, RA_E_IO, "%s is not a file", path);
	else if (!context || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
		err = ra_fail(errs, RA_E_INTERNAL, "cannot compute a SHA-256");
	if (!err && (*len = digest_all(context, fd)) < 0)
		err = *len == -1 ? ra_fail(errs, RA_E_IO, "cannot read %s: %s", path, strerror(errno))
				 : ra_fail(errs, RA_E_INTERNAL, "cannot compute a SHA-256");
	if (!err && EVP_DigestFinal_ex(context, sum, &sum_len) != 1)
		err = ra_fail(errs, RA_E_INTERNAL, "cannot compute a SHA-256");
	if (!err)
		put_hex(sum, sum_len, out);
	EVP_MD_CTX_free(context);
	if (fd >= 0)
		close(fd);
	return err;
}

bool ra_is_sha256_hex(const char *text)
{
	return strspn(text, "0123456789abcdef") == RA_SHA256_HEX_LEN - 1 && text[RA_SHA256_HEX_LEN - 1] == '\0';
}

ra_err ra_random_hex(size_t bytes_len, char *out)
{
	unsigned char chunk[RANDOM_CHUNK];
	char *at = out;

	*at = '\0';
	while (bytes_len > 0) {
		size_t n = bytes_len < sizeof(chunk) ? bytes_len : sizeof(chunk);

		if (RAND_bytes(chunk, (int)n) != 1) {
			out[0] = '\0';
			return RA_E_INTERNAL;
		}
		put_hex(chunk, n, at);
		at += 2 * n;
		bytes_len -= n;
	}
	return RA_OK;
}

char *ra_base64(const void *bytes, size_t len)
{
	const unsigned char *in = bytes;
	unsigned char *out, *at;

	if (len > SIZE_MAX / 2)
		return NULL;
	out = at = malloc((len + 2) / 3 * 4 + 1);
	if (!out)
		return NULL;
	*at = '\0';
	while (len > 0) {
		size_t n = len < BASE64_CHUNK ? len : BASE64_CHUNK;

		at += EVP_EncodeBlock(at, in, (int)n);
		in += n;
		len -= n;
	}
	return (char *)out;
}

/* Strictly RFC 4648 section 4: whole quartets, padding only at the end, unused bits zero - so that one byte string
 * has one text (OpenSSL alone lets spaces and odd tails through).
 * Out: *pad_len is the number of '='. */
static bool is_base64(const char *text, size_t len, size_t *pad_len)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t body = strspn(text, alphabet);
	long last;

	*pad_len = len - body;
	if (len % 4 != 0 || *pad_len > 2 || strspn(text + body, "=") != *pad_len)
		return false;
	if (*pad_len == 0)
		return true;
	last = strchr(alphabet, text[body - 1]) - alphabet;
	return (last & (*pad_len == 1 ? 3 : 15)) == 0;
}

ra_err ra_base64_decode(const char *text, char **out, size_t *out_len)
{
	size_t len = strlen(text);
	size_t total = len / 4 * 3;
	size_t pad_len;
	unsigned char *bytes, *at;

	*out = NULL;
	*out_len = 0;
	if (!is_base64(text, len, &pad_len))
		return RA_E_INVALID;
	bytes = at = malloc(total + 1);
	if (!bytes)
		return RA_E_NOMEM;
	while (len > 0) {
		size_t n = len < 4u * (BASE64_CHUNK / 3) ? len : 4u * (BASE64_CHUNK / 3);
		int got = EVP_DecodeBlock(at, (const unsigned char *)text, (int)n);

		if (got < 0) {
			free(bytes);
			return RA_E_INVALID;
		}
		at += got;
		text += n;
		len -= n;
	}
	bytes[total - pad_len] = '\0';
	*out = (char *)bytes;
	*out_len = total - pad_len;
	return RA_OK;
}
