/* hosts.h - which hosts `reattest check` is to look at: operands and --hosts. Not for other rooms. */
#ifndef RA_VERB_HOSTS_H
#define RA_VERB_HOSTS_H

#include "verb/verb.h"

#define RA_HOSTS_MAX 1024

struct ra_hosts {
	const char *names[RA_HOSTS_MAX]; /* each once, as first written */
	size_t count;
	char *text; /* of --hosts, cut up */
};
/* Shape: one host a line, what follows # is a remark; LF or CR LF, a byte order mark in front is no part of a name. A host named twice is
 * taken once, and that is said on stderr.
 * Errors: RA_E_ARG (with file and line; more than RA_HOSTS_MAX), as ra_read_file. Owner: ra_hosts_clear, also after an error. */
RA_MUST_USE ra_err ra_hosts_gather(const struct ra_context *context, struct ra_hosts *out, struct ra_errs *errs);
void ra_hosts_clear(struct ra_hosts *hosts);

#endif
