/* tarball.h - a few named files as one tar.gz, and back, by libarchive. Knows no domain.
 * Invariants: what is read is hostile: only regular files, only names the caller expects, each once; sizes and their
 * number are capped before anything is kept, whatever the archive says of itself. Nothing is written to a disk here. */
#ifndef RA_BASE_TARBALL_H
#define RA_BASE_TARBALL_H

#include "base/buf.h"

#include <stdbool.h>

#define RA_TARBALL_FILES_MAX 1000

/* One file. Borrowed for writing; the caller's for reading. */
struct ra_tar_file {
	char *name;
	struct ra_buf bytes;
};
struct ra_tarball {
	struct ra_tar_file files[RA_TARBALL_FILES_MAX];
	size_t count;
};
/* How much is taken of a name. Out: the most bytes such a file may have, 0 when no such name is expected. */
typedef size_t (*ra_tar_expect)(const char *name);

/* Add a file. Owner: takes *bytes. Errors: RA_E_NOMEM, RA_E_LIMIT. */
RA_MUST_USE ra_err ra_tarball_add(struct ra_tarball *tar, const char *name, struct ra_buf *bytes);
/* The file of a name; NULL when there is none. */
const struct ra_buf *ra_tarball_get(const struct ra_tarball *tar, const char *name);
/* Write all of them, each 0600 and of nobody. Units: mtime_s since 1970. Out: appended to *out. Errors: RA_E_INTERNAL,
 * RA_E_NOMEM. */
RA_MUST_USE ra_err ra_tarball_write(const struct ra_tarball *tar, long mtime_s, struct ra_buf *out,
				    struct ra_errs *errs);
/* Read an archive. Shape: all_max caps the bytes of all files together. Owner: ra_tarball_free, after an error as well.
 * Errors: RA_E_INVALID (no tar.gz, torn, a link, a name that is not expected or comes twice), RA_E_LIMIT, RA_E_NOMEM.
 */
RA_MUST_USE ra_err ra_tarball_read(const void *bytes, size_t len, ra_tar_expect expect, size_t all_max,
				   struct ra_tarball *out, struct ra_errs *errs);
/* Free what it holds, not the struct. */
void ra_tarball_free(struct ra_tarball *tar);
static inline void ra_tarball_free_auto(struct ra_tarball *tar)
{
	ra_tarball_free(tar);
}

#endif
