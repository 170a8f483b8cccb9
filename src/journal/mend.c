#include "config.h"

#include "journal/writer.h"
#include "base/digest.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Exactly len bytes at an offset. Owner: caller frees *out. */
static ra_err read_at(int fd, int64_t from, int64_t len, char **out, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *bytes = malloc((size_t)len + 1);
	int64_t have = 0;

	if (!bytes)
		return ra_fail(errs, RA_E_NOMEM, "not enough memory for the tail of a journal");
	while (have < len) {
		ssize_t got = pread(fd, bytes + have, (size_t)(len - have), (off_t)(from + have));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return ra_fail(errs, RA_E_IO, "cannot read the tail of a journal: %s",
				       got ? strerror(errno) : "it became shorter");
		have += got;
	}
	*out = bytes;
	bytes = NULL;
	return RA_OK;
}

/* PATH.torn, made when there is a tail to keep. Out: *fd is -1 when there is none and nothing to keep. */
static ra_err open_torn(const struct ra_journal *journal, bool make, int *fd, int64_t *len, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf path = {0};
	struct stat st;

	*fd = -1;
	*len = 0;
	if (ra_buf_printf(&path, "%s" RA_JOURNAL_TORN, journal->path))
		return ra_fail(errs, RA_E_NOMEM, "not enough memory for a path");
	*fd = open(path.data, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (make ? O_CREAT : 0), 0600);
	if (*fd < 0 && errno == ENOENT && !make)
		return RA_OK;
	if (*fd < 0 || fstat(*fd, &st) || !S_ISREG(st.st_mode)) {
		ra_fail(errs, RA_E_IO, "cannot open %s: %s", path.data, *fd < 0 ? strerror(errno) : "not a file");
		if (*fd >= 0)
			close(*fd);
		*fd = -1;
		return RA_E_IO;
	}
	*len = st.st_size;
	return RA_OK;
}

/* The tail is safe in the other file before it leaves the journal. */
static ra_err move_tail(struct ra_journal *journal, int64_t tail_len, int torn_fd, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *tail = NULL;
	ra_err err = read_at(journal->fd, journal->len, tail_len, &tail, errs);

	if (!err)
		err = ra_write_all(torn_fd, tail, (size_t)tail_len, errs);
	if (!err && fsync(torn_fd))
		err = ra_fail(errs, RA_E_IO, "fsync: %s", strerror(errno));
	if (err)
		return ra_fail(errs, err,
			       "the torn last line of %s cannot be set aside in %s.torn; nothing was changed",
			       journal->path, journal->path);
	if (ftruncate(journal->fd, (off_t)journal->len))
		return ra_fail(errs, RA_E_IO, "the torn last line of %s cannot be cut off: %s", journal->path,
			       strerror(errno));
	return RA_OK;
}

/* The torn entry for the bytes of PATH.torn from an offset on. */
static ra_err record(struct ra_journal *journal, int torn_fd, int64_t from, int64_t len, struct ra_entry *out,
		     struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *bytes = NULL;
	char hash[RA_SHA256_HEX_LEN];
	cJSON *body;
	ra_err err = read_at(torn_fd, from, len, &bytes, errs);

	if (!err)
		err = ra_sha256_hex(bytes, (size_t)len, hash);
	if (err)
		return err;
	body = cJSON_CreateObject();
	if (!cJSON_AddNumberToObject(body, "bytes", (double)len) || !cJSON_AddStringToObject(body, "sha256", hash)) {
		cJSON_Delete(body);
		return ra_fail(errs, RA_E_NOMEM, "not enough memory for an entry");
	}
	/* The time is the last entry's: the session's clock is not known here. */
	err = ra_journal_append(journal, RA_UTC_NONE, "torn", body, out, errs);
	return err ? err : ra_journal_sync(journal, errs);
}

ra_err ra_journal_mend(struct ra_journal *journal, int64_t tail_len, bool *recorded, struct ra_entry *out,
		       struct ra_errs *errs)
{
	int64_t before, from, len;
	int torn_fd;
	ra_err err = open_torn(journal, tail_len > 0, &torn_fd, &before, errs);

	*recorded = false;
	memset(out, 0, sizeof(*out));
	if (err || torn_fd < 0)
		return err;
	if (tail_len > 0)
		err = move_tail(journal, tail_len, torn_fd, errs);
	/* What the torn entries do not name yet. A .torn file shorter than they say was moved away: then only the new
	 * tail. */
	from = journal->chain.torn_len <= before ? journal->chain.torn_len : before;
	len = before + tail_len - from;
	if (!err && len > (int64_t)2 * RA_JOURNAL_LINE_MAX) {
		from = before; /* not ours: no two interrupted attempts leave so much */
		len = tail_len;
	}
	if (!err && len > 0) {
		err = record(journal, torn_fd, from, len, out, errs);
		*recorded = !err;
	}
	if (err)
		ra_entry_clear(out);
	close(torn_fd);
	return err;
}
