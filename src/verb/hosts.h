/* hosts.h - which hosts `reattest check` is to look at: operands and --hosts. Not for other rooms. */
#ifndef RA_VERB_HOSTS_H
#define RA_VERB_HOSTS_H

#include "verb/verb.h"

#define RA_HOSTS_MAX 1024

struct ra_hosts {
	const char *names[RA_HOSTS_MAX]; /* each once, as first written */
	char *bmcs[RA_HOSTS_MAX];        /* the URL of each one's BMC; NULL: none is named */
	size_t count;
	char *text; /* of --hosts, cut up */
};
/* Shape: one host a line, behind it maybe bmc=URL, what follows # is a remark; LF or CR LF, a byte order mark in front is no part of a
 * name. A host named twice is taken once, and that is said on stderr. Who has no bmc= of its own has that of --bmc: a pattern with {host}
 * (as the host is named, without user and port) or {name} (up to its first dot) in it, or, of one host alone, a URL. A BMC is one
 * server's: named for two it is an error.
 * Errors: RA_E_ARG (with file and line; more than RA_HOSTS_MAX), as ra_read_file. Owner: ra_hosts_clear, also after an error. */
RA_MUST_USE ra_err ra_hosts_gather(const struct ra_context *context, struct ra_hosts *out, struct ra_errs *errs);
/* The way to a host's BMC in its session's options: who goes in by the URL goes before --bmc-user. */
struct ra_session_options;
void ra_hosts_bmc(const struct ra_hosts *hosts, size_t index, struct ra_session_options *options);
/* Is there a plane to ask every host over? Errors: as ra_verb_asks_somebody. */
RA_MUST_USE ra_err ra_hosts_asked(const struct ra_hosts *hosts, const struct ra_options *options, struct ra_errs *errs);
void ra_hosts_clear(struct ra_hosts *hosts);

#endif
