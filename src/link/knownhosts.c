#include "config.h"

#include "link/knownhosts.h"

#include "base/digest.h"
#include "base/io.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define FILE_LEN_MAX (8u << 20)
#define SHA1_LEN 20
#define NAME_MAX_LEN 300

static const struct {
	const char *name;
	unsigned bit;
} key_types[] = {
    {"ssh-ed25519", RA_KEY_ED25519},
    {"ecdsa-sha2-nistp256", RA_KEY_ECDSA256},
    {"ecdsa-sha2-nistp384", RA_KEY_ECDSA384},
    {"ecdsa-sha2-nistp521", RA_KEY_ECDSA521},
    {"ssh-rsa", RA_KEY_RSA},
};

ra_err ra_key_fingerprint(const void *key, size_t key_len, char *out)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned digest_len;
	if (!EVP_Digest(key, key_len, digest, &digest_len, EVP_sha256(), NULL))
		return RA_E_INTERNAL;
	char *text = ra_base64(digest, digest_len);
	if (!text)
		return RA_E_INTERNAL;
	text[strcspn(text, "=")] = '\0';
	snprintf(out, RA_FINGERPRINT_LEN, "SHA256:%s", text);
	free(text);
	return RA_OK;
}

void ra_key_type_name(const void *key, size_t key_len, char *out, size_t cap)
{
	const unsigned char *bytes = key;
	out[0] = '\0';
	if (key_len < 4 || bytes[0] || bytes[1])
		return;
	size_t len = (size_t)bytes[2] << 8 | bytes[3];
	if (len > key_len - 4 || len >= cap)
		return;
	memcpy(out, bytes + 4, len);
	out[len] = '\0';
}

void ra_known_name(const char *host, int port, char *out, size_t cap)
{
	snprintf(out, cap, port == 22 ? "%s" : "[%s]:%d", host, port);
	for (char *at = out; *at; at++)
		*at = (char)tolower((unsigned char)*at);
}

/* One pattern with * and ? against a name. Greedy with one step back per star: linear enough for any line we keep. */
static bool glob(const char *pattern, size_t len, const char *name)
{
	const char *end = pattern + len, *star = NULL, *resume = NULL;
	while (*name) {
		if (pattern < end && *pattern == '*') {
			star = ++pattern;
			resume = name;
		} else if (pattern < end && (*pattern == '?' || tolower((unsigned char)*pattern) == *name)) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star;
			name = ++resume;
		} else {
			return false;
		}
	}
	while (pattern < end && *pattern == '*')
		pattern++;
	return pattern == end;
}

static bool hmac_name(const char *salt, size_t salt_len, const char *name, unsigned char *out)
{
	unsigned out_len = 0;
	return HMAC(EVP_sha1(), salt, (int)salt_len, (const unsigned char *)name, strlen(name), out, &out_len) &&
	       out_len == SHA1_LEN;
}

/* "|1|salt|hash", both base64. */
static bool hashed_match(const char *list, size_t len, const char *name)
{
	char text[128];
	if (len >= sizeof(text))
		return false;
	memcpy(text, list, len);
	text[len] = '\0';
	char *bar = strchr(text + 3, '|');
	if (!bar)
		return false;
	*bar = '\0';
	RA_AUTO(ra_mem_free) char *salt = NULL;
	RA_AUTO(ra_mem_free) char *hash = NULL;
	size_t salt_len, hash_len;
	unsigned char mac[EVP_MAX_MD_SIZE];
	if (ra_base64_decode(text + 3, &salt, &salt_len) != RA_OK ||
	    ra_base64_decode(bar + 1, &hash, &hash_len) != RA_OK)
		return false;
	return salt_len == SHA1_LEN && hash_len == SHA1_LEN && hmac_name(salt, salt_len, name, mac) &&
	       memcmp(mac, hash, SHA1_LEN) == 0;
}

bool ra_known_pattern(const char *list, size_t list_len, const char *name)
{
	if (list_len > 3 && memcmp(list, "|1|", 3) == 0)
		return hashed_match(list, list_len, name);
	bool matched = false;
	const char *end = list + list_len;
	while (list < end) {
		const char *comma = memchr(list, ',', (size_t)(end - list));
		const char *stop = comma ? comma : end;
		bool not = *list == '!';
		if (glob(list + not, (size_t)(stop - list - not ), name)) {
			if (not )
				return false;
			matched = true;
		}
		list = stop + 1;
	}
	return matched;
}

/* One line, taken apart. */
struct entry {
	enum { PLAIN, CA, REVOKED } mark;
	const char *hosts;
	size_t hosts_len;
	char *key;
	size_t key_len;
	char type[32];
};

/* The next word of a line. Out: NULL at its end. */
static const char *word(const char **at, const char *end, size_t *len)
{
	while (*at < end && (**at == ' ' || **at == '\t'))
		(*at)++;
	const char *start = *at;
	while (*at < end && **at != ' ' && **at != '\t')
		(*at)++;
	*len = (size_t)(*at - start);
	return *len ? start : NULL;
}

static bool is_word(const char *at, size_t len, const char *text)
{
	return len == strlen(text) && memcmp(at, text, len) == 0;
}

/* Out: false for a comment, an empty line, or one that makes no sense; entry->key is the caller's to free when true. */
static bool read_entry(const char *line, size_t line_len, struct entry *entry)
{
	const char *at = line, *end = line + line_len;
	size_t len, type_len;
	memset(entry, 0, sizeof(*entry));
	const char *hosts = word(&at, end, &len);
	if (!hosts || *hosts == '#')
		return false;
	if (*hosts == '@') {
		if (is_word(hosts, len, "@revoked"))
			entry->mark = REVOKED;
		else if (is_word(hosts, len, "@cert-authority"))
			entry->mark = CA;
		else
			return false;
		hosts = word(&at, end, &len);
	}
	entry->hosts = hosts;
	entry->hosts_len = len;
	const char *type = word(&at, end, &type_len);
	const char *text = word(&at, end, &len);
	if (!hosts || !type || !text || type_len >= sizeof(entry->type))
		return false;
	RA_AUTO(ra_mem_free) char *base64 = strndup(text, len);
	if (!base64 || ra_base64_decode(base64, &entry->key, &entry->key_len) != RA_OK)
		return false;
	ra_key_type_name(entry->key, entry->key_len, entry->type, sizeof(entry->type));
	if (!is_word(type, type_len, entry->type)) {
		free(entry->key);
		return false;
	}
	return true;
}

static unsigned type_bit(const char *name)
{
	for (size_t i = 0; i < RA_LEN(key_types); i++)
		if (strcmp(key_types[i].name, name) == 0)
			return key_types[i].bit;
	return 0;
}

/* What a line that names the host says about the key. */
static enum ra_known judge(const struct entry *entry, const struct ra_known_query *query)
{
	char type[32];
	bool same =
	    query->key && entry->key_len == query->key_len && memcmp(entry->key, query->key, query->key_len) == 0;
	if (entry->mark == REVOKED)
		return same ? RA_HOST_REVOKED : RA_HOST_NEW;
	if (entry->mark == CA)
		return RA_HOST_CA;
	if (same)
		return RA_HOST_MATCH;
	ra_key_type_name(query->key, query->key_len, type, sizeof(type));
	return strcmp(type, entry->type) == 0 ? RA_HOST_CHANGED : RA_HOST_OTHER_TYPE;
}

struct look {
	const char *file;
	const struct ra_known_query *query;
	char name[NAME_MAX_LEN]; /* host, with its port when that is not 22 */
	char bare[NAME_MAX_LEN]; /* host alone: as OpenSSH, good for a match and for a revocation only */
	struct ra_known_found *found;
};

static void note(struct look *look, const struct entry *entry, int line)
{
	bool named = ra_known_pattern(entry->hosts, entry->hosts_len, look->name);
	if (!named && !ra_known_pattern(entry->hosts, entry->hosts_len, look->bare))
		return;
	enum ra_known verdict = judge(entry, look->query);
	struct ra_known_found *found = look->found;
	if (entry->mark == PLAIN)
		found->types |= type_bit(entry->type);
	if ((!named && verdict != RA_HOST_MATCH && verdict != RA_HOST_REVOKED) || verdict <= found->verdict)
		return;
	found->verdict = verdict;
	found->line = line;
	snprintf(found->file, sizeof(found->file), "%s", look->file);
	snprintf(found->type, sizeof(found->type), "%s", entry->type);
	if (ra_key_fingerprint(entry->key, entry->key_len, found->fingerprint) != RA_OK)
		found->fingerprint[0] = '\0';
}

ra_err ra_known_look(const char *file, const char *bytes, size_t len, const struct ra_known_query *query,
		     struct ra_known_found *found)
{
	struct look look = {.file = file, .query = query, .found = found};
	ra_known_name(query->host, query->port, look.name, sizeof(look.name));
	ra_known_name(query->host, 22, look.bare, sizeof(look.bare));
	const char *end = bytes + len;
	for (int line = 1; bytes < end; line++) {
		const char *lf = memchr(bytes, '\n', (size_t)(end - bytes));
		const char *stop = lf ? lf : end;
		size_t line_len = (size_t)(stop - bytes);
		if (line_len && stop[-1] == '\r')
			line_len--;
		struct entry entry;
		if (line_len <= RA_KNOWN_LINE_MAX && read_entry(bytes, line_len, &entry)) {
			note(&look, &entry, line);
			free(entry.key);
		}
		bytes = stop + 1;
	}
	return RA_OK;
}

ra_err ra_known_check(const char *const *files, const struct ra_known_query *query, struct ra_known_found *found,
		      struct ra_errs *errs)
{
	memset(found, 0, sizeof(*found));
	for (; *files; files++) {
		RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = FILE_LEN_MAX};
		struct ra_errs local;
		ra_errs_clear(&local);
		ra_err err = ra_read_file(*files, &bytes, &local);
		if (err == RA_E_NOTFOUND)
			continue;
		if (!err)
			err = ra_known_look(*files, ra_buf_str(&bytes), bytes.len, query, found);
		if (err)
			return ra_fail(errs, err, "the known hosts in %s cannot be read: %s", *files, local.text[0]);
	}
	return RA_OK;
}

/* The host's name as it will stand in the file. */
static ra_err write_name(const char *name, bool hashed, struct ra_buf *out)
{
	unsigned char salt[SHA1_LEN], mac[EVP_MAX_MD_SIZE];
	if (!hashed)
		return ra_buf_text(out, name);
	if (RAND_bytes(salt, sizeof(salt)) != 1 || !hmac_name((char *)salt, sizeof(salt), name, mac))
		return RA_E_INTERNAL;
	RA_AUTO(ra_mem_free) char *salt_text = ra_base64(salt, sizeof(salt));
	RA_AUTO(ra_mem_free) char *mac_text = ra_base64(mac, SHA1_LEN);
	if (!salt_text || !mac_text)
		return RA_E_NOMEM;
	return ra_buf_printf(out, "|1|%s|%s", salt_text, mac_text);
}

static ra_err write_line(const struct ra_buf *before, const struct ra_known_query *query, struct ra_buf *out)
{
	char name[NAME_MAX_LEN], type[32];
	ra_known_name(query->host, query->port, name, sizeof(name));
	ra_key_type_name(query->key, query->key_len, type, sizeof(type));
	RA_AUTO(ra_mem_free) char *base64 = ra_base64(query->key, query->key_len);
	bool hashed = query->hashed || strncmp(ra_buf_str(before), "|1|", 3) == 0 || strstr(ra_buf_str(before), "\n|1|");
	if (!base64)
		return RA_E_NOMEM;
	/* A file whose last line has no end must not swallow ours. */
	ra_err err = before->len && before->data[before->len - 1] != '\n' ? ra_buf_text(out, "\n") : RA_OK;
	if (!err)
		err = write_name(name, hashed, out);
	return err ? err : ra_buf_printf(out, " %s %s\n", type, base64);
}

ra_err ra_known_add(const char *file, const struct ra_known_query *query, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf before = {.max_len = FILE_LEN_MAX};
	RA_AUTO(ra_buf_free) struct ra_buf line = {0};
	ra_err err = ra_make_parent(file, errs);
	if (err)
		return err;
	int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	if (fd < 0)
		return ra_fail(errs, RA_E_IO, "%s cannot be written: %s", file, strerror(errno));
	/* A lock that cannot be had is not waited for: an append in one write is whole anyway. */
	(void)flock(fd, LOCK_EX | LOCK_NB);
	err = ra_read_file(file, &before, errs);
	if (!err)
		err = write_line(&before, query, &line);
	if (!err)
		err = ra_write_all(fd, ra_buf_str(&line), line.len, errs);
	if (close(fd) != 0 && !err)
		err = ra_fail(errs, RA_E_IO, "%s cannot be written: %s", file, strerror(errno));
	return err;
}
