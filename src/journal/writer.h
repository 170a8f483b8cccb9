/* writer.h - what a journal open for appending consists of. Inside of journal/, and for tests that need fixed openings.
 */
#ifndef RA_JOURNAL_WRITER_H
#define RA_JOURNAL_WRITER_H

#include "journal/chain.h"

struct ra_journal {
	char *path; /* NULL in memory */
	int fd;     /* -1 in memory */
	int64_t len;
	struct ra_chain chain;
	struct ra_evidence evidence;
	size_t inline_max; /* RA_JOURNAL_INLINE_MAX; tests take less */
	bool reserved; /* room behind the end is kept */
	bool failed; /* a write or fsync failed: what is on disk is no longer certain, nothing more goes in */
	ra_nonce_fn nonce;
	void *nonce_payload;
};

/* Take the random bytes of openings from elsewhere. */
void ra_journal_set_nonce(struct ra_journal *journal, ra_nonce_fn nonce, void *payload);

/* Make the name of a new file survive a power cut. Errors: RA_E_IO. */
RA_MUST_USE ra_err ra_journal_sync_dir(const char *path, struct ra_errs *errs);

/* Give back the room that ra_journal_ready kept. */
void ra_journal_release(struct ra_journal *journal);

/* Set the bytes after the last LF aside in PATH.torn and record them in a torn entry {bytes, sha256}; and record what
 * an earlier, interrupted attempt set aside. Shape:  tail_len is what stands in the file behind journal->len. Out:
 * *recorded says whether *out is an entry. A crash in between leaves a journal that opens, with the bytes in PATH.torn
 *         (twice at worst).
 * Errors: RA_E_IO, RA_E_LIMIT, as ra_journal_append. */
RA_MUST_USE ra_err ra_journal_mend(struct ra_journal *journal, int64_t tail_len, bool *recorded, struct ra_entry *out,
				   struct ra_errs *errs);

#endif
