/* about.h - what this installation can do on the way to a host, for `reattest doctor`. Room session/.
 * Invariants: no host is reached; nothing waits longer than it is told; nothing here is kept. */
#ifndef RA_SESSION_ABOUT_H
#define RA_SESSION_ABOUT_H

#include "base/buf.h"

/* Version of the libssh2 that is loaded; static. */
const char *ra_about_ssh_library(void);
/* What that library lacks of what reattest would use: sentences, each ending in LF; nothing when it lacks nothing.
 * Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_about_ssh_lacks(struct ra_buf *out);
/* Versions of the libcurl that is loaded and of its TLS library ("7.88.1 OpenSSL/3.0.15"), and of libxml2 ("2.9.14").
 * Out: out[cap]; returns out. */
const char *ra_about_https_library(char *out, size_t cap);
const char *ra_about_xml_library(char *out, size_t cap);
/* What that libcurl lacks; as ra_about_ssh_lacks. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_about_https_lacks(struct ra_buf *out);
/* How many keys the SSH agent holds. Shape: path is $SSH_AUTH_SOCK, NULL allowed. Units: wait_ms real ms it is given.
 * Out:    *keys. Errors: RA_E_NOTFOUND (nobody there); any other code: somebody is there and does not answer as an agent does. */
RA_MUST_USE ra_err ra_about_agent(const char *path, int wait_ms, int *keys);

/* The ssh client of the search path: what and which it is, "" without one; and what it says against its own configuration, "" when it reads
 * it. Shape: config: look at that, too (what the configuration itself runs is run). Units: wait_ms, the longest each of two runs takes.
 * Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_about_ssh_client(int wait_ms, bool config, struct ra_buf *found, struct ra_buf *trouble);

#endif
