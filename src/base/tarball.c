#include "config.h"

#include "base/tarball.h"
#include "base/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 65536

ra_err ra_tarball_add(struct ra_tarball *tar, const char *name, struct ra_buf *bytes)
{
	if (tar->count == RA_TARBALL_FILES_MAX)
		return RA_E_LIMIT;
	char *own = strdup(name);

	if (!own)
		return RA_E_NOMEM;
	tar->files[tar->count++] = (struct ra_tar_file){own, *bytes};
	*bytes = (struct ra_buf){0};
	return RA_OK;
}

const struct ra_buf *ra_tarball_get(const struct ra_tarball *tar, const char *name)
{
	for (size_t i = 0; i < tar->count; i++)
		if (!strcmp(tar->files[i].name, name))
			return &tar->files[i].bytes;
	return NULL;
}

void ra_tarball_free(struct ra_tarball *tar)
{
	for (size_t i = 0; i < tar->count; i++) {
		free(tar->files[i].name);
		ra_buf_free(&tar->files[i].bytes);
	}
	tar->count = 0;
}

static la_ssize_t take(struct archive *archive, void *out, const void *bytes, size_t len)
{
	if (!ra_buf_add(out, bytes, len))
		return (la_ssize_t)len;
	archive_set_error(archive, ENOMEM, "no memory");
	return -1;
}

static bool write_one(struct archive *archive, const struct ra_tar_file *file, long mtime_s)
{
	struct archive_entry *entry = archive_entry_new();
	bool ok = entry != NULL;

	if (ok) {
		archive_entry_set_pathname(entry, file->name);
		archive_entry_set_size(entry, (la_int64_t)file->bytes.len);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0600);
		archive_entry_set_mtime(entry, mtime_s, 0);
		ok = archive_write_header(archive, entry) == ARCHIVE_OK &&
		     (!file->bytes.len ||
		      archive_write_data(archive, file->bytes.data, file->bytes.len) == (la_ssize_t)file->bytes.len);
	}
	archive_entry_free(entry);
	return ok;
}

ra_err ra_tarball_write(const struct ra_tarball *tar, long mtime_s, struct ra_buf *out, struct ra_errs *errs)
{
	struct archive *archive = archive_write_new();
	bool ok = archive && archive_write_add_filter_gzip(archive) == ARCHIVE_OK &&
		  archive_write_set_filter_option(archive, "gzip", "timestamp", NULL) == ARCHIVE_OK &&
		  archive_write_set_format_ustar(archive) == ARCHIVE_OK &&
		  archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK &&
		  archive_write_open(archive, out, NULL, take, NULL) == ARCHIVE_OK;

	for (size_t i = 0; ok && i < tar->count; i++)
		ok = write_one(archive, &tar->files[i], mtime_s);
	ok = archive && archive_write_close(archive) == ARCHIVE_OK && ok;
	ra_err err =
	    ok ? RA_OK
	       : ra_fail(errs, RA_E_INTERNAL, "libarchive does not write: %s",
			 archive && archive_error_string(archive) ? archive_error_string(archive) : "no memory");

	if (archive)
		archive_write_free(archive);
	return err;
}

/* The bytes of the entry that stands, up to a cap. */
static ra_err read_bytes(struct archive *archive, const char *name, size_t max, struct ra_buf *out,
			 struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *piece = malloc(PIECE);
	la_ssize_t got = 1;
	ra_err err = piece ? RA_OK : RA_E_NOMEM;

	out->max_len = max;
	while (!err && got > 0) {
		got = archive_read_data(archive, piece, PIECE);
		err = got > 0 ? ra_buf_add(out, piece, (size_t)got) : RA_OK;
	}
	if (err)
		return ra_fail(errs, err,
			       err == RA_E_LIMIT ? "\"%s\" in the archive is larger than such a file may be"
						 : "no memory for \"%s\"",
			       name);
	return got < 0 ? ra_fail(errs, RA_E_INVALID, "the archive is torn at \"%s\": %s", name,
				 archive_error_string(archive))
		       : RA_OK;
}

/* The cap of an entry, 0 with errs for one that is not to be there. */
static size_t cap_of(struct archive_entry *entry, const struct ra_tarball *tar, ra_tar_expect expect,
		     struct ra_errs *errs)
{
	const char *name = archive_entry_pathname(entry);
	RA_AUTO(ra_mem_free) char *clean = ra_text_clean_dup(name ? name : "", false);
	size_t cap = name ? expect(name) : 0;

	if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) || archive_entry_symlink(entry))
		ra_fail(errs, RA_E_INVALID, "\"%.100s\" in the archive is no plain file", clean ? clean : "");
	else if (!cap)
		ra_fail(errs, RA_E_INVALID, "\"%.100s\" in the archive does not belong there", clean ? clean : "");
	else if (ra_tarball_get(tar, name))
		ra_fail(errs, RA_E_INVALID, "\"%.100s\" is in the archive twice", clean ? clean : "");
	else
		return cap;
	return 0;
}

static ra_err read_all(struct archive *archive, ra_tar_expect expect, size_t all_max, struct ra_tarball *out,
		       struct ra_errs *errs)
{
	struct archive_entry *entry;
	size_t room = all_max;
	int rc = archive_read_next_header(archive, &entry);

	for (; rc == ARCHIVE_OK; rc = archive_read_next_header(archive, &entry)) {
		RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
		size_t cap = cap_of(entry, out, expect, errs);
		ra_err err =
		    cap ? read_bytes(archive, archive_entry_pathname(entry), cap < room ? cap : room, &bytes, errs)
			: RA_E_INVALID;

		if (err)
			return err;
		room -= bytes.len;
		/* A cap of nothing would be none at all. */
		if (!room)
			return ra_fail(errs, RA_E_LIMIT, "the archive holds more than it may");
		err = ra_tarball_add(out, archive_entry_pathname(entry), &bytes);
		if (err)
			return ra_fail(errs, err,
				       err == RA_E_LIMIT ? "the archive holds more files than it may" : "no memory");
	}
	return rc == ARCHIVE_EOF
		   ? RA_OK
		   : ra_fail(errs, RA_E_INVALID, "this is no whole tar.gz: %s", archive_error_string(archive));
}

ra_err ra_tarball_read(const void *bytes, size_t len, ra_tar_expect expect, size_t all_max, struct ra_tarball *out,
		       struct ra_errs *errs)
{
	struct archive *archive = archive_read_new();
	ra_err err;

	out->count = 0;
	if (!archive)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	if (archive_read_support_filter_gzip(archive) != ARCHIVE_OK ||
	    archive_read_support_format_tar(archive) != ARCHIVE_OK ||
	    archive_read_open_memory(archive, bytes, len) != ARCHIVE_OK)
		err = ra_fail(errs, RA_E_INVALID, "this is no tar.gz: %s", archive_error_string(archive));
	else
		err = read_all(archive, expect, all_max, out, errs);
	archive_read_free(archive);
	return err;
}
