#include "config.h"

#include "journal/evidence.h"
#include "journal/writer.h"
#include "base/digest.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_piece(const cJSON *node, const struct ra_piece *piece)
{
	return cJSON_IsObject(node) && cJSON_GetArraySize(node) == 4 && piece->at >= 0 && piece->count > 0 && piece->len > 0 &&
	       piece->len <= (int64_t)RA_EVIDENCE_PIECE_MAX && piece->at <= (int64_t)RA_JOURNAL_FILE_MAX - piece->len &&
	       ra_is_sha256_hex(piece->sha256);
}

ra_err ra_piece_of(const char *name, const cJSON *body, bool *found, struct ra_piece *out, struct ra_errs *errs)
{
	const cJSON *node = ra_json_get(body, RA_LINE_EVIDENCE);
	const char *sha256 = ra_json_str(node, "sha256", "");

	*found = node != NULL;
	*out = (struct ra_piece){0};
	if (!node)
		return RA_OK;
	out->at = ra_json_int(node, "at", -1);
	out->len = ra_json_int(node, "len", -1);
	out->count = ra_json_int(node, "count", -1);
	if (strlen(sha256) < sizeof(out->sha256))
		memcpy(out->sha256, sha256, strlen(sha256) + 1);
	if (is_piece(node, out))
		return RA_OK;
	return ra_fail(errs, RA_E_BROKEN, "%s: evidence does not say where a piece stands", name);
}

bool ra_piece_put(const struct ra_piece *piece, cJSON *body)
{
	cJSON *node = cJSON_CreateObject();

	if (cJSON_AddNumberToObject(node, "at", (double)piece->at) && cJSON_AddNumberToObject(node, "len", (double)piece->len) &&
	    cJSON_AddNumberToObject(node, "count", (double)piece->count) && cJSON_AddStringToObject(node, "sha256", piece->sha256) &&
	    cJSON_AddItemToObject(body, RA_LINE_EVIDENCE, node))
		return true;
	cJSON_Delete(node);
	return false;
}

ra_err ra_evidence_open(const char *journal, bool write, struct ra_evidence *out, struct ra_errs *errs)
{
	struct stat st;

	*out = (struct ra_evidence){.fd = -1, .piece_at = -1, .piece.max_len = RA_EVIDENCE_PIECE_MAX};
	if (!journal)
		return RA_OK;
	out->path = malloc(strlen(journal) + sizeof(RA_JOURNAL_EVIDENCE));
	if (!out->path)
		return ra_fail(errs, RA_E_NOMEM, "not enough memory for a path");
	strcpy(out->path, journal);
	strcat(out->path, RA_JOURNAL_EVIDENCE);
	out->fd = open(out->path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
	if (out->fd < 0)
		return errno == ENOENT ? RA_OK : ra_fail(errs, RA_E_IO, "cannot open %s: %s", out->path, strerror(errno));
	if (fstat(out->fd, &st) || !S_ISREG(st.st_mode))
		return ra_fail(errs, RA_E_IO, "%s is not a file", out->path);
	out->len = st.st_size;
	return RA_OK;
}

void ra_evidence_clear(struct ra_evidence *evidence)
{
	if (evidence->path && evidence->fd >= 0)
		close(evidence->fd);
	free(evidence->path);
	ra_buf_free(&evidence->piece);
	*evidence = (struct ra_evidence){.fd = -1, .piece_at = -1};
}

/* Bring the bytes of a piece to hand. Out: *there false when the file ends before they do. */
static ra_err load(struct ra_evidence *e, const struct ra_piece *piece, bool *there, struct ra_errs *errs)
{
	char chunk[16384];
	ra_err err = RA_OK;

	*there = false;
	e->piece_at = -1;
	ra_buf_reset(&e->piece);
	while (!err && e->fd >= 0 && (int64_t)e->piece.len < piece->len) {
		int64_t left = piece->len - (int64_t)e->piece.len;
		size_t want = left < (int64_t)sizeof(chunk) ? (size_t)left : sizeof(chunk);
		ssize_t got = pread(e->fd, chunk, want, (off_t)(piece->at + (int64_t)e->piece.len));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ra_fail(errs, RA_E_IO, "cannot read %s: %s", e->path, strerror(errno));
		if (got == 0)
			return RA_OK;
		err = ra_buf_add(&e->piece, chunk, (size_t)got);
	}
	if (err)
		return ra_fail(errs, err, "not enough memory for a piece of %s", e->path);
	*there = e->fd >= 0;
	e->piece_at = *there ? piece->at : -1;
	return RA_OK;
}

static bool is_hole(const struct ra_buf *bytes)
{
	return bytes->data[0] == '\0' && memcmp(bytes->data, bytes->data + 1, bytes->len - 1) == 0;
}

ra_err ra_evidence_read(struct ra_evidence *e, const char *name, const struct ra_piece *piece, bool *there,
			struct ra_errs *errs)
{
	char hash[RA_SHA256_HEX_LEN];
	ra_err err = RA_OK;

	*there = e->piece_at == piece->at && e->piece.len == (size_t)piece->len;
	if (!*there)
		err = load(e, piece, there, errs);
	if (err || !*there)
		return err;
	if (is_hole(&e->piece)) {
		*there = false;
		return RA_OK;
	}
	if (ra_sha256_hex(e->piece.data, e->piece.len, hash))
		return ra_fail(errs, RA_E_INTERNAL, "%s: cannot compute a SHA-256", name);
	if (strcmp(hash, piece->sha256) != 0)
		return ra_fail(errs, RA_E_BROKEN, "%s: its piece of the evidence file was changed", name);
	return RA_OK;
}

ra_err ra_evidence_draft(struct ra_evidence *e, int64_t end, const struct ra_away *away, struct ra_piece *out)
{
	ra_err err;

	*out = (struct ra_piece){.at = end > e->len ? end : e->len, .count = away->count};
	e->piece_at = -1;
	ra_buf_reset(&e->piece);
	err = ra_buf_text(&e->piece, "[");
	if (!err)
		err = ra_buf_add(&e->piece, ra_buf_str(&away->text), away->text.len);
	if (!err)
		err = ra_buf_text(&e->piece, "]\n");
	if (!err && out->at + (int64_t)e->piece.len > (int64_t)RA_JOURNAL_FILE_MAX)
		err = RA_E_LIMIT;
	if (!err)
		err = ra_sha256_hex(e->piece.data, e->piece.len, out->sha256);
	out->len = (int64_t)e->piece.len;
	e->piece_at = err ? -1 : out->at;
	return err;
}

/* The file, new: the name has to survive a power cut as the journal's. */
static ra_err make(struct ra_evidence *e, struct ra_errs *errs)
{
	e->fd = open(e->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (e->fd < 0)
		return ra_fail(errs, RA_E_IO, "cannot create %s: %s", e->path, strerror(errno));
	return ra_journal_sync_dir(e->path, errs);
}

ra_err ra_evidence_write(struct ra_evidence *e, struct ra_errs *errs)
{
	ra_err err = !e->path || e->fd >= 0 ? RA_OK : make(e, errs);

	if (!e->path) {
		e->len = e->piece_at + (int64_t)e->piece.len;
		return RA_OK;
	}
	if (!err && lseek(e->fd, (off_t)e->piece_at, SEEK_SET) < 0)
		err = ra_fail(errs, RA_E_IO, "%s: %s", e->path, strerror(errno));
	if (!err)
		err = ra_write_all(e->fd, e->piece.data, e->piece.len, errs);
	if (!err && fsync(e->fd))
		err = ra_fail(errs, RA_E_IO, "fsync: %s", strerror(errno));
	if (err) { /* what stays of it is named by no entry */
		if (e->fd >= 0 && ftruncate(e->fd, (off_t)e->len))
			return ra_fail(errs, err, "%s: an answer could not be written, nor what is there of it cut off again",
				       e->path);
		return ra_fail(errs, err, "%s: an answer could not be written", e->path);
	}
	e->len = e->piece_at + (int64_t)e->piece.len;
	return RA_OK;
}
