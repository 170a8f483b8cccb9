/* identity.h - a private key file: what kind it is, without opening it to anyone. Private to link/.
 * Invariants: the file's bytes are only in wiped memory; a key readable by others is not used, as in OpenSSH. */
#ifndef RA_LINK_IDENTITY_H
#define RA_LINK_IDENTITY_H

#include "base/buf.h"
#include "base/secret.h"

struct ra_identity {
	struct ra_secret *bytes;
	bool openssh; /* "BEGIN OPENSSH PRIVATE KEY"; else PEM */
	bool encrypted;
	char cipher[32]; /* of an OpenSSH file's passphrase: "aes256-ctr"; "none", "" in a PEM file */
	unsigned char *blob; /* public key; NULL until the file shows it or is opened */
	size_t blob_len;
	char type[32]; /* of the blob: "ecdsa-sha2-nistp256", "ssh-rsa" */
	void *pkey;    /* OpenSSL's form, once opened */
};
/* Read a key file. Errors: RA_E_NOTFOUND, RA_E_DENIED (readable by others), RA_E_INVALID (no private key), RA_E_IO,
 * RA_E_NOMEM; the sentence in errs is short ("no such file"). Owner: ra_identity_free. */
RA_MUST_USE ra_err ra_identity_load(const char *path, struct ra_identity **out, struct ra_errs *errs);
struct ra_identity *ra_identity_free(struct ra_identity *identity);
RA_DEFINE_AUTO(struct ra_identity, ra_identity_free);

/* The public key that goes with a key file: of PATH.pub, of the file itself when that is a public key, or what a private one shows without
 * its passphrase. Out: appended to *out, nothing when there is none. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_identity_public(const char *path, struct ra_buf *out);

/* Open a key for signing. libssh2's own reader is used only for what this one cannot: it leaves parts of a private key
 * in memory. Shape:  passphrase may be NULL. An OpenSSH file with a passphrase does not open here (its key derivation
 * is libssh2's). Errors: RA_E_DENIED when the passphrase is missing or wrong, RA_E_INVALID. */
RA_MUST_USE ra_err ra_identity_open(struct ra_identity *identity, const struct ra_secret *passphrase);
/* Which signature what is to be signed asks an RSA key for. Shape: the bytes a client signs to log in.
 * Out:    256 or 512 (the SHA-2 of rsa-sha2-*); 0 for every other algorithm, that with SHA-1 among them.
 * Source: RFC 4252, section 7; RFC 8332. */
int ra_identity_rsa_bits(const void *data, size_t len);
/* Sign with an opened key, in the form of its SSH algorithm. Out: appended to *out.
 * Errors: RA_E_DENIED for an RSA signature with SHA-1; RA_E_INTERNAL, RA_E_NOMEM. Source: RFC 8332, RFC 5656 section 3.1.2, RFC 8709. */
RA_MUST_USE ra_err ra_identity_sign(const struct ra_identity *identity, const void *data, size_t len,
				    struct ra_buf *out);
/* The public blob as libssh2 is to be given it: an ssh-rsa key under the name of its SHA-2 algorithm where libssh2 does not choose one
 * itself, any other as it is.
 * Source: libssh2 1.10 takes the algorithm from the blob's name; OpenSSH accepts it so (RFC 8332 would keep ssh-rsa in
 * the blob). 1.11 asks the host which it takes. */
RA_MUST_USE ra_err ra_identity_offer(const unsigned char *blob, size_t blob_len, bool chooses, struct ra_buf *out);

#endif
