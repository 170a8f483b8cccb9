/* seal.h - a journal's head, signed: made, and examined.
 *
 * The head document of a journal J is the file J.head, one line {"session":"S","count":N,"head":"H"} and LF: S is the
 * hash of entry 0, N how many entries are covered, H the hash of the last of them. J.head.sig is a signature of OpenSSH
 * over it (namespace journal@reattest), J.head.p7s a detached CMS signature in PEM. reattest-journal(5) publishes them.
 *
 * Invariants: a seal never changes a journal; nothing stands in its place before it is examined and found good; nobody
 * writes the journal meanwhile. A head document has one spelling. A redacted copy has the hashes of its original, so
 * the original's seal is the copy's. Room journal/. */
#ifndef RA_JOURNAL_SEAL_H
#define RA_JOURNAL_SEAL_H

#include "base/cms.h"
#include "journal/journal.h"
#include "journal/sshsig.h"

#define RA_SEAL_NAMESPACE "journal@reattest"
#define RA_SEAL_HEAD ".head"
#define RA_SEAL_SSH ".head.sig"
#define RA_SEAL_CMS ".head.p7s"
#define RA_SEAL_DOC_MAX 256 /* bytes of a head document */

/* Which entries: of the session whose entry 0 has this hash, the first so many, the last of which has that one. */
struct ra_head {
	char session[65];
	int64_t count;
	char head[65];
};
/* The head document. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_head_write(const struct ra_head *head, struct ra_buf *out);
/* And back. Errors: RA_E_INVALID for any other spelling. */
RA_MUST_USE ra_err ra_head_read(const struct ra_buf *doc, struct ra_head *out);

/* Finds heads in a chain while it is verified: ra_heads_see takes each entry, ra_heads_end the result. */
struct ra_heads {
	struct ra_head at;    /* the chain so far: session, count and head of the entries before the one last seen */
	const char *sought;   /* 64 hex digits to be found anywhere; NULL */
	int64_t sought_count; /* entries up to it; 0: not found */
	const struct ra_head *claimed;
	bool claim_holds;     /* its count, head and session are the chain's */
};
void ra_heads_see(struct ra_heads *heads, const struct ra_entry *entry);
void ra_heads_end(struct ra_heads *heads, const struct ra_verify *found);

/* One line of a head to the system's log (LOG_AUTHPRIV): "reattest[PID]: record session=S count=N head=H at=WHAT". Nothing in it is a
 * machine's or an operator's. Shape: what is a word of the program's own. */
void ra_heads_syslog(const char *what, const struct ra_head *head);

/* What to seal with: one of the two or both. */
struct ra_seal_with {
	const char *ssh_key;      /* as of ra_sshsig_make; NULL */
	struct ra_cms_signer cms; /* cert NULL: not */
	int wait_ms;              /* given to a signature with nobody to ask */
};
/* What was sealed. */
struct ra_sealed {
	struct ra_head head;
	bool incomplete;          /* the last entry is no end entry */
	int64_t replaced_count;   /* a seal of another head stood there, of so many entries; 0: none */
	char ssh_by[128];         /* the key; "": not sealed with one */
	struct ra_cert cms_by;    /* zeroed: not sealed with one */
};
/* Seal the journal at path as it is now.
 * Errors: RA_E_BROKEN (it does not verify), RA_E_STATE (it holds no entry), RA_E_BUSY (it is open), RA_E_NOTFOUND,
 *         RA_E_IO, as ra_sshsig_make and ra_cms_sign. With an error no seal that stood there was touched, unless it is
 *         RA_E_IO while they were put in place. */
RA_MUST_USE ra_err ra_seal_make(const char *path, const struct ra_seal_with *with, struct ra_sealed *out, struct ra_errs *errs);

/* Whose word counts; NULL: nobody's. */
struct ra_seal_trust {
	const char *signers; /* as of ra_sshsig_check */
	const char *ca_file; /* as of ra_cms_check */
};
/* The seal beside a journal. */
struct ra_seal {
	bool has_doc, has_ssh, has_cms;
	bool doc_good; /* it is spelled as a head document */
	struct ra_head head;
	struct ra_sshsig_found ssh;
	struct ra_cms_found cms;
};
/* Read and examine it; whether its head is the journal's ra_heads says.
 * Errors: as ra_sshsig_check and ra_cms_check, RA_E_IO. */
RA_MUST_USE ra_err ra_seal_look(const char *path, const struct ra_seal_trust *trust, struct ra_seal *out, struct ra_errs *errs);

#endif
