/* sshsig.h - a signature of OpenSSH over a small file, made and examined by ssh-keygen. Inside of journal/, and for
 * doctor.
 * Invariants: no cryptography of our own and no key read by us: ssh-keygen reads key files, asks the agent, and asks a
 * person on the terminal this process has, or by SSH_ASKPASS; without a terminal nothing waits for a person. What it
 * prints is capped. A signature that is not spelled as ssh-keygen spells it is bad before it is asked.
 * Source: ssh-keygen(1), OpenSSH's PROTOCOL.sshsig. */
#ifndef RA_JOURNAL_SSHSIG_H
#define RA_JOURNAL_SSHSIG_H

#include "base/buf.h"

#define RA_SSHSIG_LEN_MAX ((size_t)65536)

/* Sign a file. Shape: key is a private key's file, or a public one's whose private key the agent holds; doc a file's
 * path, and DOC.sig may be overwritten. Units: wait_ms is what it is given where nobody can be asked.
 * Out:    the signature, in DOC.sig. Errors: RA_E_NOTFOUND without ssh-keygen or key, RA_E_ARG with what it says,
 *         RA_E_TIMEOUT, RA_E_IO, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_sshsig_make(const char *key, const char *name_space, const char *doc, int wait_ms, struct ra_errs *errs);

enum ra_sshsig_trust {
	RA_SSHSIG_BAD,      /* not a signature over these bytes */
	RA_SSHSIG_UNCHECKED, /* ssh-keygen is missing or does not do this */
	RA_SSHSIG_UNKNOWN,  /* it holds, by a key that no list given vouches for */
	RA_SSHSIG_VOUCHED   /* it holds, and the list names the key's owner */
};
struct ra_sshsig_found {
	enum ra_sshsig_trust trust;
	char key[128];   /* "ED25519 key SHA256:..." where it holds */
	char signer[128]; /* VOUCHED: the first principal of the list (foreign bytes) */
	char why[160];   /* of all else (foreign bytes in it) */
};
/* A signature over doc. Borrowed. */
struct ra_sshsig {
	const char *name_space;
	const struct ra_buf *doc;   /* smaller than a pipe */
	const char *file;           /* of the signature */
	const struct ra_buf *bytes; /* what that holds */
};
/* Examine it. Shape: signers is a file as ssh-keygen(1) names ALLOWED SIGNERS, NULL: none.
 * Errors: RA_E_NOTFOUND (signers cannot be read), RA_E_NOMEM, RA_E_IO; a bad signature is none. */
RA_MUST_USE ra_err ra_sshsig_check(const struct ra_sshsig *sig, const char *signers, struct ra_sshsig_found *out,
				   struct ra_errs *errs);
/* Is this text a signature as ssh-keygen spells one: its frame, base64 in full lines, nothing else? */
bool ra_sshsig_spelled(const char *text, size_t len);
/* The ssh-keygen of the search path and whether it signs files. Out: *path (owner: caller frees), NULL without one.
 * Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_sshsig_tool(char **path, bool *signs, struct ra_errs *errs);

#endif
