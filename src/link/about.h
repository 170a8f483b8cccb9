/* about.h - what this installation can do on its ways to a host: the libraries that are loaded, the agent that answers.
 * Invariants: no host is reached; nothing waits longer than it is told. Room link/. */
#ifndef RA_LINK_ABOUT_H
#define RA_LINK_ABOUT_H

#include "base/buf.h"

/* The library that is loaded ("1.10.0"), not the one compiled against. Never NULL. */
const char *ra_ssh_library(void);
/* What that library lacks of what reattest would use: one sentence a line, each ending in LF; nothing when it lacks
 * nothing. Asked of the library itself, because distributions add to old versions.
 * Errors: RA_E_NOMEM. Source: libssh2_session_supported_algs(3); libssh2's RELEASE-NOTES of 1.11.0 (RSA-SHA2). */
RA_MUST_USE ra_err ra_ssh_lacks(struct ra_buf *out);
/* What the libcurl that is loaded (http.h) lacks of what reattest would use; as ra_ssh_lacks. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_https_lacks(struct ra_buf *out);
/* The version of the libxml2 that is loaded ("2.9.14"). Out: out[cap]; returns out. Source: libxml2, xmlParserVersion. */
const char *ra_xml_library(char *out, size_t cap);
/* Ask the agent for its keys. Shape: path is $SSH_AUTH_SOCK, NULL allowed. Units: wait_ms real milliseconds, the longest it takes.
 * Out:    *count. Errors: RA_E_NOTFOUND (nobody there), RA_E_TIMEOUT, RA_E_IO, RA_E_DENIED, RA_E_INVALID, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_ssh_agent_count(const char *path, int wait_ms, int *count);

/* The ssh client of the search path. Units: wait_ms real milliseconds, the longest each of at most two runs of it takes.
 * Shape: config: let it read its configuration, for a host named localhost. Out: *found "/usr/bin/ssh, OpenSSH_9.2p1 ...", empty without
 * one; *trouble what it says against its configuration, in one sentence, nothing when it reads it. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_ssh_client(int wait_ms, bool config, struct ra_buf *found, struct ra_buf *trouble);

#endif
