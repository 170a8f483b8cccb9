#include "config.h"

#include "base/inflow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define PACKED_ROOM (64 * 1024)
#define GZIP_ONLY (15 + 16) /* of zlib: largest window, gzip and nothing else */

enum kind { UNKNOWN, PLAIN, GZIP };

struct ra_inflow {
	int fd;
	enum kind kind;
	bool ended;   /* the file has no more */
	bool between; /* a gzip member has ended, another may begin */
	bool inflating;
	z_stream zlib;
	size_t at, len; /* of in */
	const char *name;
	unsigned char in[PACKED_ROOM];
};

/* Read what there is into bytes. Out: *got, 0 at the end. */
static ra_err pull(struct ra_inflow *inflow, void *bytes, size_t cap, size_t *got, struct ra_errs *errs)
{
	ssize_t n;

	do
		n = read(inflow->fd, bytes, cap);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return ra_fail(errs, RA_E_IO, "reading %s: %s", inflow->name, strerror(errno));
	*got = (size_t)n;
	inflow->ended = inflow->ended || n == 0;
	return RA_OK;
}

/* Fill in up to so many bytes, unless the file ends before. */
static ra_err fill(struct ra_inflow *inflow, size_t least, struct ra_errs *errs)
{
	ra_err err = RA_OK;

	if (inflow->at && inflow->at == inflow->len)
		inflow->at = inflow->len = 0;
	while (!err && !inflow->ended && inflow->len - inflow->at < least) {
		size_t got = 0;

		if (inflow->len == sizeof(inflow->in)) {
			memmove(inflow->in, inflow->in + inflow->at, inflow->len - inflow->at);
			inflow->len -= inflow->at;
			inflow->at = 0;
		}
		err = pull(inflow, inflow->in + inflow->len, sizeof(inflow->in) - inflow->len, &got, errs);
		inflow->len += got;
	}
	return err;
}

static bool at_magic(const struct ra_inflow *inflow)
{
	return inflow->len - inflow->at >= 2 && inflow->in[inflow->at] == 0x1f && inflow->in[inflow->at + 1] == 0x8b;
}

ra_err ra_inflow_open(const char *path, struct ra_inflow **out, struct ra_errs *errs)
{
	bool input = strcmp(path, "-") == 0;
	RA_AUTO(ra_inflow_free) struct ra_inflow *inflow = calloc(1, sizeof(*inflow));

	*out = NULL;
	if (!inflow)
		return ra_fail(errs, RA_E_NOMEM, "opening %s: not enough memory", path);
	inflow->name = input ? "standard input" : path;
	inflow->fd = input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (inflow->fd < 0)
		return ra_fail(errs, errno == ENOENT ? RA_E_NOTFOUND : RA_E_IO, "opening %s: %s", path, strerror(errno));
	*out = inflow;
	inflow = NULL;
	return RA_OK;
}

/* Look at the first bytes. */
static ra_err begin(struct ra_inflow *inflow, struct ra_errs *errs)
{
	ra_err err = fill(inflow, 2, errs);

	if (err)
		return err;
	inflow->kind = at_magic(inflow) ? GZIP : PLAIN;
	if (inflow->kind == GZIP && inflateInit2(&inflow->zlib, GZIP_ONLY) != Z_OK)
		return ra_fail(errs, RA_E_NOMEM, "reading %s: not enough memory", inflow->name);
	inflow->inflating = inflow->kind == GZIP;
	return RA_OK;
}

static ra_err read_plain(struct ra_inflow *inflow, char *bytes, size_t cap, size_t *got, struct ra_errs *errs)
{
	size_t held = inflow->len - inflow->at;

	if (!held)
		return inflow->ended ? RA_OK : pull(inflow, bytes, cap, got, errs);
	*got = held < cap ? held : cap;
	memcpy(bytes, inflow->in + inflow->at, *got);
	inflow->at += *got;
	return RA_OK;
}

/* After a member: the next one, zeros up to the end (what tapes leave), or the end. Out: *more is true for another. */
static ra_err next_member(struct ra_inflow *inflow, bool *more, struct ra_errs *errs)
{
	ra_err err = RA_OK;

	*more = false;
	while (!err) {
		err = fill(inflow, 2, errs);
		if (err || inflow->at == inflow->len)
			return err;
		if (at_magic(inflow)) {
			*more = true;
			inflow->between = false;
			return inflateReset(&inflow->zlib) == Z_OK
				   ? RA_OK
				   : ra_fail(errs, RA_E_INTERNAL, "reading %s: zlib cannot begin again", inflow->name);
		}
		if (inflow->in[inflow->at])
			return ra_fail(errs, RA_E_INVALID,
				       "%s: something that is not gzip follows the compressed data; it was not read", inflow->name);
		inflow->at++;
	}
	return err;
}

static ra_err unpack(struct ra_inflow *inflow, char *bytes, size_t cap, size_t *got, struct ra_errs *errs)
{
	z_stream *zlib = &inflow->zlib;
	int code;

	zlib->next_in = inflow->in + inflow->at;
	zlib->avail_in = (uInt)(inflow->len - inflow->at);
	zlib->next_out = (Bytef *)bytes;
	zlib->avail_out = (uInt)cap;
	code = inflate(zlib, Z_NO_FLUSH);
	inflow->at = inflow->len - zlib->avail_in;
	*got = cap - zlib->avail_out;
	inflow->between = code == Z_STREAM_END;
	if (code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR)
		return RA_OK;
	if (code == Z_MEM_ERROR)
		return ra_fail(errs, RA_E_NOMEM, "reading %s: not enough memory", inflow->name);
	return ra_fail(errs, RA_E_INVALID, "%s: the compressed data is broken: %s", inflow->name,
		       zlib->msg ? zlib->msg : zError(code));
}

static ra_err read_gzip(struct ra_inflow *inflow, char *bytes, size_t cap, size_t *got, struct ra_errs *errs)
{
	bool more = true;
	ra_err err = RA_OK;

	while (!err && !*got) {
		if (inflow->between)
			err = next_member(inflow, &more, errs);
		if (err || !more)
			return err;
		err = fill(inflow, 1, errs);
		if (!err && inflow->at == inflow->len)
			return ra_fail(errs, RA_E_INVALID, "%s: the compressed data ends in the middle: it was cut", inflow->name);
		if (!err)
			err = unpack(inflow, bytes, cap, got, errs);
	}
	return err;
}

ra_err ra_inflow_read(struct ra_inflow *inflow, char *bytes, size_t cap, size_t *got, struct ra_errs *errs)
{
	ra_err err = RA_OK;

	*got = 0;
	if (inflow->kind == UNKNOWN)
		err = begin(inflow, errs);
	if (err)
		return err;
	cap = cap > INT32_MAX ? INT32_MAX : cap; /* zlib's own number is of 32 bits */
	return inflow->kind == GZIP ? read_gzip(inflow, bytes, cap, got, errs)
				    : read_plain(inflow, bytes, cap, got, errs);
}

bool ra_inflow_packed(const struct ra_inflow *inflow)
{
	return inflow->kind == GZIP;
}

const char *ra_inflow_library(void)
{
	return zlibVersion();
}

struct ra_inflow *ra_inflow_free(struct ra_inflow *inflow)
{
	if (!inflow)
		return NULL;
	if (inflow->inflating)
		inflateEnd(&inflow->zlib);
	if (inflow->fd > STDIN_FILENO)
		close(inflow->fd); /* nothing was written: a failing close loses nothing */
	free(inflow);
	return NULL;
}
