/* io.h - files and descriptors, with the errors told. Knows no domain.
 * Invariants: a short write is continued, EINTR is retried, close errors count, nothing is created group- or
 * world-accessible unless a mode asks for it. Sentences name the file and errno's words. */
#ifndef RA_BASE_IO_H
#define RA_BASE_IO_H

#include "base/buf.h"

#include <stdbool.h>
#include <sys/types.h>

/* Read a whole file ("-" is standard input).
 * Out: appended to *out (its max_len is the cap, 0 = none); on error a file leaves *out as it was.
 * Errors: RA_E_NOTFOUND, RA_E_IO, RA_E_LIMIT, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_read_file(const char *path, struct ra_buf *out, struct ra_errs *errs);
/* The same of a file whose name somebody else may have chosen: a pipe, a device or a directory in its place is an error, and is not waited
 * for; "-" is a name like any other. Errors: as ra_read_file. */
RA_MUST_USE ra_err ra_read_regular(const char *path, struct ra_buf *out, struct ra_errs *errs);
/* Write a whole file: temporary file beside it (mode, 0 = 0600), fsync, rename, fsync of the directory. "-" is
 * standard output; a device or pipe is written in place. Until the rename an error leaves the old file as it was and
 * nothing beside it. Errors: RA_E_IO, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_write_file(const char *path, mode_t mode, const void *bytes, size_t len, struct ra_errs *errs);
/* Would ra_write_file find a place there? Tried, and nothing of the trial is left. Errors: RA_E_IO, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_may_write(const char *path, struct ra_errs *errs);
/* Where a file or directory is made before it takes the place of path: beside it, by a name that mkostemp(3) or mkdtemp(3) ends.
 * Owner: the caller frees it. Out: NULL without memory. */
RA_MUST_USE char *ra_name_beside(const char *path);
/* Write all bytes in as few write(2) as the kernel takes; waits where a descriptor is full and does not block.
 * Errors: RA_E_IO with errno in the sentence. */
RA_MUST_USE ra_err ra_write_all(int fd, const void *bytes, size_t len, struct ra_errs *errs);
/* mkdir -p with 0700 for what it makes. Errors: RA_E_IO. */
RA_MUST_USE ra_err ra_make_dirs(const char *path, struct ra_errs *errs);
/* Make the directory a file is to stand in, as ra_make_dirs. Errors: RA_E_IO, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_make_parent(const char *file, struct ra_errs *errs);
/* True when path (a file or directory) is writable by group or others, or owned by neither root nor this user, or
 * cannot be looked at (unknown is not safe). Symbolic links are followed; parents are not looked at. */
bool ra_is_writable_by_others(const char *path);
/* Names in a directory that end in suffix ("" = all), sorted bytewise; those that begin with a dot are left out.
 * Owner: caller frees with ra_names_free. Errors: RA_E_IO, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_list_dir(const char *path, const char *suffix, char ***out, size_t *out_count,
			       struct ra_errs *errs);
/* Free what ra_list_dir gave. Out: NULL. */
char **ra_names_free(char **names, size_t count);
/* dir/name as a malloc'd text; NULL without memory. */
char *ra_path_join(const char *dir, const char *name);
/* $XDG_<kind>_HOME/reattest or its default under $HOME; kind is "CONFIG", "STATE" or "DATA". Relative values are
 * ignored. Source: XDG Base Directory Specification 0.8.
 * Owner: caller frees. Out: NULL when neither variable is set (or no memory). */
char *ra_xdg_dir(const char *kind);

#endif
