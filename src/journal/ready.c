/* ready.c - whether the next entries can be relied on to reach the disk: asked before a change is offered and before it begins. */
#include "config.h"

#include "journal/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* A file that was opened is still the one of that name, and as long as it was left. */
static ra_err is_ours(int fd, const char *path, int64_t len, struct ra_errs *errs)
{
	struct stat open_st, named;

	if (fstat(fd, &open_st))
		return ra_fail(errs, RA_E_IO, "%s: %s", path, strerror(errno));
	if (stat(path, &named) || named.st_dev != open_st.st_dev || named.st_ino != open_st.st_ino)
		return ra_fail(errs, RA_E_STATE, "%s was deleted, moved or replaced while it was open", path);
	if (open_st.st_size != len)
		return ra_fail(errs, RA_E_STATE, "%s was changed by somebody else: it has %lld bytes, and %lld were written", path,
			       (long long)open_st.st_size, (long long)len);
	return RA_OK;
}

/* Bytes a file system says are free for this user. Out: -1 when it does not say. */
static int64_t free_len(int fd)
{
	struct statvfs vfs;

	if (fstatvfs(fd, &vfs) || !vfs.f_blocks)
		return -1;
	uint64_t blocks = geteuid() ? vfs.f_bavail : vfs.f_bfree, most = INT64_MAX / (vfs.f_frsize ? vfs.f_frsize : 1);

	return (int64_t)((blocks < most ? blocks : most) * vfs.f_frsize);
}

/* Room behind the end of the file, kept for what comes: a quota is told by no count of free blocks. */
static ra_err reserve(struct ra_journal *journal, struct ra_errs *errs)
{
#ifdef FALLOC_FL_KEEP_SIZE
	if (fallocate(journal->fd, FALLOC_FL_KEEP_SIZE, (off_t)journal->len, RA_JOURNAL_ROOM_LEN) == 0) {
		journal->reserved = true;
		return RA_OK;
	}
	if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG || errno == EROFS || errno == EIO)
		return ra_fail(errs, RA_E_IO, "there is no room for the record %s (%s): free %u MiB", journal->path, strerror(errno),
			       RA_JOURNAL_ROOM_LEN >> 20);
#endif
	return RA_OK;
}

ra_err ra_journal_ready(struct ra_journal *journal, struct ra_errs *errs)
{
	const struct ra_evidence *evidence = &journal->evidence;

	if (journal->failed)
		return ra_fail(errs, RA_E_STATE, "the journal takes no more entries since one could not be written");
	if (journal->fd < 0)
		return RA_OK;
	ra_err err = is_ours(journal->fd, journal->path, journal->len, errs);

	if (!err && evidence->fd >= 0)
		err = is_ours(evidence->fd, evidence->path, evidence->len, errs);
	if (err)
		return err;
	int64_t room = free_len(journal->fd);

	if (room >= 0 && room < (int64_t)RA_JOURNAL_ROOM_LEN)
		return ra_fail(errs, RA_E_IO, "there is not enough room for the record %s: %lld KiB are free, %u MiB are wanted",
			       journal->path, (long long)room >> 10, RA_JOURNAL_ROOM_LEN >> 20);
	return reserve(journal, errs);
}

void ra_journal_release(struct ra_journal *journal)
{
	struct stat st;

	/* Never over what another program put there. */
	if (journal->reserved && !fstat(journal->fd, &st) && st.st_size == journal->len)
		(void)!ftruncate(journal->fd, (off_t)journal->len);
	journal->reserved = false;
}
