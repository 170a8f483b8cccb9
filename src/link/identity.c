#include "config.h"

#include "link/identity.h"
#include "link/knownhosts.h"
#include "link/wire.h"

#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_FILE_MAX 32768
#define PUBLIC_LEN_MAX 8192

static ra_err read_bytes(int fd, struct ra_secret *out, struct ra_errs *errs)
{
	char chunk[2048];
	ra_err err = RA_OK;
	size_t total = 0;
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err = ra_fail(errs, RA_E_IO, "%s", strerror(errno));
		total += n > 0 ? (size_t)n : 0;
		if (!err && total > KEY_FILE_MAX)
			err = ra_fail(errs, RA_E_INVALID, "too long for a key");
		if (!err && n > 0)
			err = ra_secret_add(out, chunk, (size_t)n);
		if (err || n <= 0)
			break;
	}
	ra_wipe(chunk, sizeof(chunk));
	return err;
}

static ra_err read_file(const char *path, struct ra_secret *out, struct ra_errs *errs)
{
	/* Not blocking: a key path that names a pipe must not hold up the loop. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return ra_fail(errs, RA_E_NOTFOUND, "no such file");
	if (fd < 0)
		return ra_fail(errs, RA_E_IO, "%s", strerror(errno));
	struct stat st;
	ra_err err = RA_OK;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		err = ra_fail(errs, RA_E_INVALID, "not a file");
	else if (st.st_uid == getuid() && (st.st_mode & 077))
		err = ra_fail(errs, RA_E_DENIED, "others can read it (chmod 600)");
	else
		err = read_bytes(fd, out, errs);
	close(fd);
	return err;
}

/* The body of an OpenSSH key: cipher and public key stand in clear. Source: openssh PROTOCOL.key. */
static ra_err read_openssh(struct ra_identity *identity, const char *body)
{
	static const char magic[] = "openssh-key-v1"; /* with its NUL */
	const char *end = strstr(body, "-----END");
	RA_AUTO(ra_mem_free) char *text = end ? malloc((size_t)(end - body) + 1) : NULL;
	RA_AUTO(ra_mem_free) char *bytes = NULL;
	size_t text_len = 0, len = 0, cipher_len = 0, skip;
	if (!text)
		return RA_E_INVALID;
	for (; body < end; body++)
		if (*body != '\n' && *body != '\r' && *body != ' ')
			text[text_len++] = *body;
	text[text_len] = '\0';
	ra_err err = ra_base64_decode(text, &bytes, &len);
	ra_wipe(text, text_len);
	if (err || len < sizeof(magic) || memcmp(bytes, magic, sizeof(magic)) != 0) {
		if (bytes)
			ra_wipe(bytes, len);
		return RA_E_INVALID;
	}
	struct ra_wire wire = ra_wire_make(bytes + sizeof(magic), len - sizeof(magic));
	const unsigned char *cipher = ra_wire_string(&wire, &cipher_len);
	(void)ra_wire_string(&wire, &skip);
	(void)ra_wire_string(&wire, &skip);
	(void)ra_wire_u32(&wire);
	const unsigned char *blob = ra_wire_string(&wire, &identity->blob_len);
	identity->blob = blob ? malloc(identity->blob_len + 1) : NULL;
	if (identity->blob) {
		memcpy(identity->blob, blob, identity->blob_len);
		ra_key_type_name(blob, identity->blob_len, identity->type, sizeof(identity->type));
		if (cipher_len < sizeof(identity->cipher))
			memcpy(identity->cipher, cipher, cipher_len);
		identity->encrypted = cipher_len != 4 || memcmp(cipher, "none", 4) != 0;
		identity->openssh = true;
	}
	ra_wipe(bytes, len);
	return identity->blob ? RA_OK : RA_E_INVALID;
}

static ra_err classify(struct ra_identity *identity)
{
	static const char openssh[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
	const char *text = ra_secret_bytes(identity->bytes, NULL);
	const char *found = strstr(text, openssh);
	if (found)
		return read_openssh(identity, found + sizeof(openssh) - 1);
	identity->encrypted = strstr(text, "ENCRYPTED") != NULL;
	return strstr(text, "PRIVATE KEY-----") ? RA_OK : RA_E_INVALID;
}

ra_err ra_identity_load(const char *path, struct ra_identity **out, struct ra_errs *errs)
{
	*out = NULL;
	RA_AUTO(ra_identity_free) struct ra_identity *identity = calloc(1, sizeof(*identity));
	if (!identity || !(identity->bytes = ra_secret_new()))
		return ra_fail(errs, RA_E_NOMEM, "no memory for a key");
	ra_err err = read_file(path, identity->bytes, errs);
	if (err)
		return err;
	err = classify(identity);
	if (err)
		return ra_fail(errs, err, "no private key");
	*out = identity;
	identity = NULL;
	return RA_OK;
}

/* The first bytes of a file as text. It may be a private key: out is to be wiped. */
static bool read_start(const char *path, char *out, size_t cap)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, out, cap - 1) : -1;
	if (fd >= 0)
		close(fd);
	out[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* "type base64 comment". Out: false when it is none. */
static bool take_public(const char *line, struct ra_buf *out, ra_err *err)
{
	RA_AUTO(ra_mem_free) char *bytes = NULL;
	char type[32];
	size_t len = 0;
	const char *blank = strchr(line, ' ');
	if (strncmp(line, "-----", 5) == 0 || !blank)
		return false;
	RA_AUTO(ra_mem_free) char *base64 = strndup(blank + 1, strcspn(blank + 1, " \r\n"));
	if (!base64 || ra_base64_decode(base64, &bytes, &len) != RA_OK)
		return false;
	ra_key_type_name(bytes, len, type, sizeof(type));
	if (!type[0] || strlen(type) != (size_t)(blank - line) || memcmp(type, line, strlen(type)) != 0)
		return false;
	*err = ra_buf_add(out, bytes, len);
	return true;
}

static bool read_public(const char *path, struct ra_buf *out, ra_err *err)
{
	char text[PUBLIC_LEN_MAX];
	bool taken = read_start(path, text, sizeof(text)) && take_public(text, out, err);
	ra_wipe(text, sizeof(text));
	return taken;
}

ra_err ra_identity_public(const char *path, struct ra_buf *out)
{
	RA_AUTO(ra_identity_free) struct ra_identity *identity = NULL;
	RA_AUTO(ra_buf_free) struct ra_buf beside = {0};
	ra_err err = ra_buf_printf(&beside, "%s.pub", path);
	if (err || read_public(ra_buf_str(&beside), out, &err) || read_public(path, out, &err))
		return err;
	if (ra_identity_load(path, &identity, NULL) != RA_OK)
		return RA_OK;
	if (!identity->blob && !identity->encrypted && ra_identity_open(identity, NULL) != RA_OK)
		return RA_OK;
	return identity->blob ? ra_buf_add(out, identity->blob, identity->blob_len) : RA_OK;
}

struct ra_identity *ra_identity_free(struct ra_identity *identity)
{
	if (!identity)
		return NULL;
	ra_secret_free(identity->bytes);
	EVP_PKEY_free(identity->pkey);
	free(identity->blob);
	free(identity);
	return NULL;
}

ra_err ra_identity_offer(const unsigned char *blob, size_t blob_len, bool chooses, struct ra_buf *out)
{
	char type[32];
	static const char sha2[] = "rsa-sha2-256";
	ra_key_type_name(blob, blob_len, type, sizeof(type));
	ra_buf_reset(out);
	if (!type[0])
		return RA_E_INVALID;
	if (chooses || strcmp(type, "ssh-rsa") != 0)
		return ra_buf_add(out, blob, blob_len);
	ra_err err = ra_wire_put_string(out, sha2, sizeof(sha2) - 1);
	return err ? err : ra_buf_add(out, blob + 4 + strlen(type), blob_len - 4 - strlen(type));
}
