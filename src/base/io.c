#include "config.h"

#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK (64 * 1024)

static ra_err fail_io(struct ra_errs *errs, const char *doing, const char *path)
{
	return ra_fail(errs, RA_E_IO, "%s %s: %s", doing, path, strerror(errno));
}

static bool is_dash(const char *path)
{
	return strcmp(path, "-") == 0;
}

static ra_err read_fd(int fd, const char *path, struct ra_buf *out, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *chunk = malloc(CHUNK);
	ra_err err;
	ssize_t n;

	if (!chunk)
		return ra_fail(errs, RA_E_NOMEM, "reading %s: not enough memory", path);
	for (;;) {
		n = read(fd, chunk, CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_io(errs, "reading", path);
		if (n == 0)
			return ra_buf_add(out, "", 0);
		err = ra_buf_add(out, chunk, (size_t)n);
		if (err == RA_E_LIMIT)
			return ra_fail(errs, err, "reading %s: larger than the %zu bytes allowed", path, out->max_len);
		if (err)
			return ra_fail(errs, err, "reading %s: not enough memory", path);
	}
}

/* Read what was opened, and close it. On error *out is as it was. */
static ra_err read_and_close(int fd, const char *path, struct ra_buf *out, struct ra_errs *errs)
{
	size_t before = out->len;
	ra_err err = read_fd(fd, path, out, errs);

	close(fd); /* nothing was written: a failing close loses nothing */
	if (err && out->data) {
		out->len = before;
		out->data[before] = '\0';
	}
	return err;
}

static ra_err fail_open(struct ra_errs *errs, const char *path)
{
	return errno == ENOENT ? ra_fail(errs, RA_E_NOTFOUND, "opening %s: %s", path, strerror(errno)) : fail_io(errs, "opening", path);
}

ra_err ra_read_file(const char *path, struct ra_buf *out, struct ra_errs *errs)
{
	if (is_dash(path))
		return read_fd(STDIN_FILENO, "standard input", out, errs);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? fail_open(errs, path) : read_and_close(fd, path, out, errs);
}

ra_err ra_read_regular(const char *path, struct ra_buf *out, struct ra_errs *errs)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return fail_open(errs, path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return ra_fail(errs, RA_E_IO, "%s is not a file", path);
	}
	return read_and_close(fd, path, out, errs);
}

/* Wait until fd takes bytes; a descriptor shared with another program may have been set not to block. */
static bool wait_writable(int fd)
{
	struct pollfd one = {.fd = fd, .events = POLLOUT};

	return poll(&one, 1, -1) >= 0 || errno == EINTR;
}

ra_err ra_write_all(int fd, const void *bytes, size_t len, struct ra_errs *errs)
{
	const char *at = bytes;
	size_t left = len;

	while (left > 0) {
		ssize_t n = write(fd, at, left);

		if (n > 0) {
			at += n;
			left -= (size_t)n;
			continue;
		}
		if (n == 0)
			errno = EIO;
		else if (errno == EINTR)
			continue;
		else if ((errno == EAGAIN || errno == EWOULDBLOCK) && wait_writable(fd))
			continue;
		return ra_fail(errs, RA_E_IO, "writing %zu bytes stopped after %zu: %s", len, len - left,
			       strerror(errno));
	}
	return RA_OK;
}

/* A file system without fsync for this kind of file says EINVAL or ENOTSUP; nothing more can be done there. */
static bool sync_fd(int fd)
{
	int got;

	do
		got = fsync(fd);
	while (got != 0 && errno == EINTR);
	return got == 0 || errno == EINVAL || errno == ENOTSUP;
}

static ra_err sync_parent(const char *path, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *dir = strdup(path);
	char *slash = dir ? strrchr(dir, '/') : NULL;
	bool synced;
	int fd;

	if (!dir)
		return ra_fail(errs, RA_E_NOMEM, "writing %s: not enough memory", path);
	if (slash)
		slash[slash == dir] = '\0';
	fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail_io(errs, "opening the directory of", path);
	synced = sync_fd(fd);
	if (!synced)
		fail_io(errs, "flushing the directory of", path);
	close(fd);
	return synced ? RA_OK : RA_E_IO;
}

/* Fill a descriptor and close it; the close counts, because some file systems report a full disk only there. */
static ra_err fill_and_close(int fd, const char *path, const void *bytes, size_t len, struct ra_errs *errs)
{
	ra_err err = ra_write_all(fd, bytes, len, errs);

	if (err)
		ra_fail(errs, err, "cannot write %s", path);
	else if (!sync_fd(fd))
		err = fail_io(errs, "flushing", path);
	if (close(fd) != 0 && !err)
		err = fail_io(errs, "closing", path);
	return err;
}

/* A device, pipe or socket is written in place: renaming over it would replace /dev/null by a file. */
static ra_err write_in_place(const char *path, const void *bytes, size_t len, struct ra_errs *errs)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return fail_io(errs, "opening", path);
	return fill_and_close(fd, path, bytes, len, errs);
}

static ra_err write_and_rename(char *temp, const char *path, mode_t mode, const void *bytes, size_t len,
			       struct ra_errs *errs)
{
	int fd = mkostemp(temp, O_CLOEXEC);
	ra_err err;

	if (fd < 0)
		return fail_io(errs, "creating a file beside", path);
	if (mode && fchmod(fd, mode) != 0) {
		err = fail_io(errs, "setting the mode of", path);
		close(fd);
	} else {
		err = fill_and_close(fd, path, bytes, len, errs);
	}
	if (!err && rename(temp, path) != 0)
		err = fail_io(errs, "replacing", path);
	if (err)
		unlink(temp);
	return err;
}

char *ra_name_beside(const char *path)
{
	size_t cap = strlen(path) + sizeof(".XXXXXX");
	char *name = malloc(cap);

	if (name)
		snprintf(name, cap, "%s.XXXXXX", path);
	return name;
}

static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

ra_err ra_write_file(const char *path, mode_t mode, const void *bytes, size_t len, struct ra_errs *errs)
{
	ra_err err;

	if (is_dash(path)) {
		err = ra_write_all(STDOUT_FILENO, bytes, len, errs);
		return err ? ra_fail(errs, err, "cannot write standard output") : RA_OK;
	}
	if (is_special(path))
		return write_in_place(path, bytes, len, errs);
	RA_AUTO(ra_mem_free) char *temp = ra_name_beside(path);

	if (!temp)
		return ra_fail(errs, RA_E_NOMEM, "writing %s: not enough memory", path);
	err = write_and_rename(temp, path, mode, bytes, len, errs);
	return err ? err : sync_parent(path, errs);
}

static ra_err no_place(struct ra_errs *errs, const char *path)
{
	return ra_fail(errs, RA_E_IO, "%s cannot be written: %s", path, strerror(errno));
}

ra_err ra_may_write(const char *path, struct ra_errs *errs)
{
	if (is_dash(path))
		return RA_OK;
	if (is_special(path)) { /* not opened: who reads a pipe would take that for its end */
		struct stat st;

		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
			errno = EISDIR;
			return no_place(errs, path);
		}
		return access(path, W_OK) ? no_place(errs, path) : RA_OK;
	}
	RA_AUTO(ra_mem_free) char *temp = ra_name_beside(path);

	if (!temp)
		return ra_fail(errs, RA_E_NOMEM, "writing %s: not enough memory", path);
	int fd = mkostemp(temp, O_CLOEXEC);

	if (fd < 0)
		return no_place(errs, path);
	close(fd);
	return unlink(temp) ? fail_io(errs, "taking away", temp) : RA_OK;
}

/* A directory that is there counts, whatever mkdir says first about it (a read-only file system, for one). */
static ra_err make_dir(const char *path, struct ra_errs *errs)
{
	struct stat st;
	int why;

	if (mkdir(path, 0700) == 0)
		return RA_OK;
	why = errno;
	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return RA_OK;
		why = ENOTDIR;
	}
	errno = why;
	return fail_io(errs, "creating the directory", path);
}

ra_err ra_make_dirs(const char *path, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *part = strdup(path);
	ra_err err;

	if (!part)
		return ra_fail(errs, RA_E_NOMEM, "creating the directory %s: not enough memory", path);
	for (char *at = part + 1; *part && *at; at++) {
		if (*at != '/' || at[-1] == '/')
			continue;
		*at = '\0';
		err = make_dir(part, errs);
		*at = '/';
		if (err)
			return err;
	}
	return make_dir(part, errs);
}

ra_err ra_make_parent(const char *file, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *dir = strdup(file);
	char *slash = dir ? strrchr(dir, '/') : NULL;

	if (!dir)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	if (!slash || slash == dir)
		return RA_OK;
	*slash = '\0';
	return ra_make_dirs(dir, errs);
}

bool ra_is_writable_by_others(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return true;
	return (st.st_mode & (S_IWGRP | S_IWOTH)) != 0 || (st.st_uid != 0 && st.st_uid != geteuid());
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool ends_with(const char *text, const char *suffix)
{
	size_t text_len = strlen(text), suffix_len = strlen(suffix);

	return text_len >= suffix_len && strcmp(text + text_len - suffix_len, suffix) == 0;
}

struct names {
	char **items;
	size_t count;
	size_t room;
};

static ra_err add_name(struct names *names, const char *name)
{
	if (names->count == names->room) {
		size_t room = names->room ? names->room * 2 : 16;
		char **items = realloc(names->items, room * sizeof(*items));

		if (!items)
			return RA_E_NOMEM;
		names->items = items;
		names->room = room;
	}
	names->items[names->count] = strdup(name);
	if (!names->items[names->count])
		return RA_E_NOMEM;
	names->count++;
	return RA_OK;
}

static ra_err read_names(DIR *dir, const char *path, const char *suffix, struct names *names, struct ra_errs *errs)
{
	const struct dirent *entry;

	for (;;) {
		errno = 0;
		entry = readdir(dir);
		if (!entry && errno)
			return fail_io(errs, "reading the directory", path);
		if (!entry)
			return RA_OK;
		if (entry->d_name[0] == '.' || !ends_with(entry->d_name, suffix))
			continue;
		if (add_name(names, entry->d_name))
			return ra_fail(errs, RA_E_NOMEM, "reading the directory %s: not enough memory", path);
	}
}

ra_err ra_list_dir(const char *path, const char *suffix, char ***out, size_t *out_count, struct ra_errs *errs)
{
	struct names names = {0};
	DIR *dir = opendir(path);
	ra_err err;

	*out = NULL;
	*out_count = 0;
	if (!dir)
		return fail_io(errs, "opening the directory", path);
	err = read_names(dir, path, suffix, &names, errs);
	closedir(dir);
	if (err) {
		ra_names_free(names.items, names.count);
		return err;
	}
	if (names.count > 1)
		qsort(names.items, names.count, sizeof(*names.items), by_name);
	*out = names.items;
	*out_count = names.count;
	return RA_OK;
}

char **ra_names_free(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return NULL;
}

char *ra_path_join(const char *dir, const char *name)
{
	size_t dir_len = strlen(dir);
	const char *slash = dir_len == 0 || dir[dir_len - 1] == '/' ? "" : "/";
	size_t room = dir_len + strlen(name) + 2;
	char *path = malloc(room);

	if (path)
		snprintf(path, room, "%s%s%s", dir, slash, name);
	return path;
}

char *ra_xdg_dir(const char *kind)
{
	static const struct {
		const char *kind, *variable, *under_home;
	} rows[] = {
	    {"CONFIG", "XDG_CONFIG_HOME", ".config/reattest"},
	    {"STATE", "XDG_STATE_HOME", ".local/state/reattest"},
	    {"DATA", "XDG_DATA_HOME", ".local/share/reattest"},
	};
	const char *home = getenv("HOME");

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		const char *base = getenv(rows[i].variable);

		if (strcmp(kind, rows[i].kind) != 0)
			continue;
		if (base && base[0] == '/')
			return ra_path_join(base, "reattest");
		return home && home[0] == '/' ? ra_path_join(home, rows[i].under_home) : NULL;
	}
	return NULL;
}
