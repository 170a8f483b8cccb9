#include "config.h"

#include "journal/scan.h"
#include "journal/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static struct ra_journal *journal_new(const char *path)
{
	struct ra_journal *journal = calloc(1, sizeof(*journal));

	if (!journal)
		return NULL;
	journal->fd = journal->evidence.fd = -1;
	journal->inline_max = RA_JOURNAL_INLINE_MAX;
	ra_chain_start(&journal->chain);
	ra_journal_set_nonce(journal, NULL, NULL);
	journal->path = path ? strdup(path) : NULL;
	return path && !journal->path ? ra_journal_free(journal) : journal;
}

struct ra_journal *ra_journal_free(struct ra_journal *journal)
{
	if (!journal)
		return NULL;
	ra_journal_release(journal);
	if (journal->fd >= 0)
		close(journal->fd);
	ra_evidence_clear(&journal->evidence);
	free(journal->path);
	free(journal);
	return NULL;
}

static ra_err lock(struct ra_journal *journal, struct ra_errs *errs)
{
	if (flock(journal->fd, LOCK_EX | LOCK_NB) == 0)
		return RA_OK;
	if (errno == EWOULDBLOCK)
		return ra_fail(errs, RA_E_BUSY, "%s is open in another reattest; end that one first", journal->path);
	return ra_fail(errs, RA_E_IO, "cannot lock %s: %s; keep the record where files can be locked, as on a local disk (--journal)",
		       journal->path, strerror(errno));
}

ra_err ra_journal_sync_dir(const char *path, struct ra_errs *errs)
{
	const char *slash = strrchr(path, '/');
	RA_AUTO(ra_mem_free) char *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int fd = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	bool ok = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL); /* file systems that cannot sync a directory */
	int why = errno;

	if (fd >= 0)
		close(fd);
	return ok ? RA_OK : ra_fail(errs, RA_E_IO, "cannot sync the directory of %s: %s", path, strerror(why));
}

/* What stands beside a journal that is locked. */
static ra_err take_evidence(struct ra_journal *journal, struct ra_errs *errs)
{
	ra_err err = ra_evidence_open(journal->path, true, &journal->evidence, errs);

	journal->chain.evidence = &journal->evidence;
	return err;
}

ra_err ra_journal_create(const char *path, struct ra_journal **out, struct ra_errs *errs)
{
	RA_AUTO(ra_journal_free) struct ra_journal *journal = journal_new(path);
	ra_err err = RA_OK;

	*out = NULL;
	if (!journal)
		return ra_fail(errs, RA_E_NOMEM, "not enough memory for a journal");
	if (path) {
		journal->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
		if (journal->fd < 0)
			return ra_fail(errs, RA_E_IO, "cannot create the journal %s: %s", path, strerror(errno));
		err = lock(journal, errs);
		if (!err)
			err = ra_journal_sync_dir(path, errs);
	}
	if (!err)
		err = take_evidence(journal, errs);
	if (err && journal->fd >= 0)
		(void)unlink(path); /* nothing is in it */
	if (err)
		return err;
	*out = journal;
	journal = NULL;
	return RA_OK;
}

static ra_err open_file(struct ra_journal *journal, struct ra_errs *errs)
{
	struct stat st;

	journal->fd = open(journal->path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (journal->fd < 0)
		return ra_fail(errs, errno == ENOENT ? RA_E_NOTFOUND : RA_E_IO, "cannot open the journal %s: %s",
			       journal->path, strerror(errno));
	if (fstat(journal->fd, &st) || !S_ISREG(st.st_mode))
		return ra_fail(errs, RA_E_IO, "%s is not a file", journal->path);
	return lock(journal, errs);
}

static ra_err read_all(struct ra_journal *journal, struct ra_scan *scan, struct ra_errs *errs)
{
	ra_err err = ra_scan_file(scan, journal->fd, errs);
	int64_t have = journal->evidence.len, named = scan->chain.evidence_len;

	if (scan->broken)
		return ra_fail(errs, RA_E_BROKEN, "%s: %s", journal->path, scan->why);
	if (err)
		return err;
	if (scan->chain.redacted)
		return ra_fail(errs, RA_E_DENIED, "%s is a redacted copy; go on with the original", journal->path);
	if (have && have < named)
		return ra_fail(errs, RA_E_STATE,
			       "%s has %lld bytes and the record names %lld: bring the whole file, or move this one away to go on without it",
			       journal->evidence.path, (long long)have, (long long)named);
	journal->chain = scan->chain;
	journal->len = scan->good_len;
	return RA_OK;
}

ra_err ra_journal_open(const char *path, ra_entry_fn fn, void *payload, struct ra_journal **out, struct ra_errs *errs)
{
	RA_AUTO(ra_journal_free) struct ra_journal *journal = journal_new(path);
	RA_AUTO(ra_scan_clear) struct ra_scan scan;
	struct ra_entry entry = {0};
	bool recorded = false;
	ra_err err;

	*out = NULL;
	ra_scan_start(&scan, fn, payload);
	if (!journal)
		return ra_fail(errs, RA_E_NOMEM, "not enough memory for a journal");
	err = open_file(journal, errs);
	if (!err)
		err = take_evidence(journal, errs);
	scan.chain.evidence = &journal->evidence;
	if (!err)
		err = read_all(journal, &scan, errs);
	if (!err)
		err = ra_journal_mend(journal, (int64_t)scan.line.len, &recorded, &entry, errs);
	if (!err && recorded && fn)
		err = fn(payload, &entry, errs);
	ra_entry_clear(&entry);
	if (err)
		return err;
	*out = journal;
	journal = NULL;
	return RA_OK;
}
