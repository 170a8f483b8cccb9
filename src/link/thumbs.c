/* thumbs.c - govc's files of known servers. */
#include "config.h"

#include "base/io.h"
#include "link/thumbs.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_LEN_MAX (1u << 20)
#define LINE_LEN_MAX 1024
#define SHA1_TEXT_LEN 59   /* 20 bytes */
#define SHA256_TEXT_LEN 95 /* 32 bytes */

/* The host of a line, taken apart as govc does: what is no host:port is a host alone. Out: false when it is neither. */
static bool take_host(const char *text, size_t len, char *host, size_t cap, int *port)
{
	const char *end = text + len, *colon = memrchr(text, ':', len),
		   *close = len && *text == '[' ? memchr(text, ']', len) : NULL;
	const char *first = memchr(text, ':', len);
	char *stop;

	*port = 443;
	if (len && *text == '[') {
		if (!close || (close + 1 != end && close + 1 != colon))
			return false;
		colon = close + 1 == end ? NULL : colon;
		text++;
		len = (size_t)(close - text);
	} else if (colon && colon != first) {
		colon = NULL; /* an IPv6 address without brackets has no port */
	} else if (colon) {
		len = (size_t)(colon - text);
	}
	if (colon) {
		char figures[8] = "";

		if (end - colon - 1 < 1 || (size_t)(end - colon - 1) >= sizeof(figures) ||
		    !isdigit((unsigned char)colon[1]))
			return false;
		memcpy(figures, colon + 1, (size_t)(end - colon - 1));
		*port = (int)strtol(figures, &stop, 10);
		if (*stop || *port < 1 || *port > 65535)
			return false;
	}
	if (!len || len >= cap)
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	return true;
}

/* A thumbprint in upper case. Out: false for anything else. */
static bool take_thumb(const char *text, size_t len, char *out)
{
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	while (len && isblank((unsigned char)*text)) {
		text++;
		len--;
	}
	if (len != SHA1_TEXT_LEN && len != SHA256_TEXT_LEN)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (i % 3 == 2 ? text[i] != ':' : !isxdigit((unsigned char)text[i]))
			return false;
		out[i] = (char)toupper((unsigned char)text[i]);
	}
	out[len] = '\0';
	return true;
}

static void note(const char *line, size_t len, const struct ra_thumb_query *query, struct ra_thumb_found *found)
{
	size_t host_len = 0;
	char host[256], thumb[RA_THUMB_LEN];
	int port;

	while (host_len < len && !isblank((unsigned char)line[host_len]))
		host_len++;
	if (!take_host(line, host_len, host, sizeof(host), &port) || port != query->port ||
	    strcasecmp(host, query->host) != 0 || !take_thumb(line + host_len, len - host_len, thumb))
		return;
	const char *ours = strlen(thumb) == SHA1_TEXT_LEN ? query->sha1 : query->sha256;
	enum ra_thumb verdict = ours && strcmp(thumb, ours) == 0 ? RA_THUMB_MATCH : RA_THUMB_CHANGED;

	/* The first line of its weight stays: that is where the operator is sent. */
	if (found->verdict == RA_THUMB_MATCH || found->verdict == verdict)
		return;
	found->verdict = verdict;
	snprintf(found->known, sizeof(found->known), "%s", thumb);
	found->line = -1; /* the caller knows */
}

void ra_thumbs_look(const char *file, const char *bytes, size_t len, const struct ra_thumb_query *query,
		    struct ra_thumb_found *found)
{
	const char *end = bytes + len;

	for (int line = 1; bytes < end; line++) {
		const char *lf = memchr(bytes, '\n', (size_t)(end - bytes));
		const char *stop = lf ? lf : end;

		if (stop - bytes <= LINE_LEN_MAX)
			note(bytes, (size_t)(stop - bytes), query, found);
		if (found->line == -1) {
			found->line = line;
			snprintf(found->file, sizeof(found->file), "%s", file);
		}
		bytes = lf ? lf + 1 : end;
	}
}

static ra_err check_file(const char *file, const struct ra_thumb_query *query, struct ra_thumb_found *found,
			 struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = FILE_LEN_MAX};
	struct ra_errs local;

	ra_errs_clear(&local);
	ra_err err = ra_read_file(file, &bytes, &local);

	if (err == RA_E_NOTFOUND)
		return RA_OK;
	if (err)
		return ra_fail(errs, err, "the known servers in %s cannot be read: %s", file, local.text[0]);
	ra_thumbs_look(file, ra_buf_str(&bytes), bytes.len, query, found);
	return RA_OK;
}

ra_err ra_thumbs_check(const char *files, const struct ra_thumb_query *query, struct ra_thumb_found *found,
		       struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *list = strdup(files);
	char *save = NULL;
	ra_err err = list ? RA_OK : RA_E_NOMEM;

	memset(found, 0, sizeof(*found));
	for (char *file = list ? strtok_r(list, ":", &save) : NULL; file && !err; file = strtok_r(NULL, ":", &save))
		err = check_file(file, query, found, errs);
	return err;
}

/* A file whose last line has no end must not swallow ours. */
static bool lacks_end(int fd)
{
	struct stat st;
	char last;

	return fstat(fd, &st) == 0 && st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) == 1 && last != '\n';
}

static ra_err append(const char *file, const struct ra_thumb_query *query, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf line = {0};
	bool v6 = strchr(query->host, ':') != NULL;
	int fd = open(file, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);

	if (fd < 0)
		return ra_fail(errs, RA_E_IO, "%s cannot be written: %s", file, strerror(errno));
	/* A lock that cannot be had is not waited for: an append in one write is whole anyway. */
	(void)flock(fd, LOCK_EX | LOCK_NB);
	ra_err err = ra_buf_printf(&line, "%s%s%s%s:%d %s\n", lacks_end(fd) ? "\n" : "", v6 ? "[" : "", query->host,
				   v6 ? "]" : "", query->port, query->sha256);

	if (!err)
		err = ra_write_all(fd, ra_buf_str(&line), line.len, errs);
	if (close(fd) != 0 && !err)
		err = ra_fail(errs, RA_E_IO, "%s cannot be written: %s", file, strerror(errno));
	return err;
}

ra_err ra_thumbs_add(const char *files, const struct ra_thumb_query *query, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *list = strdup(files);
	char *save = NULL, *file = list ? strtok_r(list, ":", &save) : NULL;

	if (!list)
		return ra_fail(errs, RA_E_NOMEM, "no memory to note the server");
	if (!file)
		return ra_fail(errs, RA_E_IO, "no file of known servers is named");
	ra_err err = ra_make_parent(file, errs);

	return err ? err : append(file, query, errs);
}
