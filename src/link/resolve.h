/* resolve.h - names to addresses without blocking. Private to link/.
 * Invariants: getaddrinfo runs in a thread of its own that can be abandoned at any time (a slow name server is waited
 * for by nobody); the thread touches nothing but its own lookup; numeric addresses need no thread. */
#ifndef RA_LINK_RESOLVE_H
#define RA_LINK_RESOLVE_H

#include "base/err.h"

#include <netinet/in.h>
#include <sys/socket.h>

#define RA_ADDRS_MAX 8

struct ra_addrs {
	int count;
	struct {
		struct sockaddr_storage at;
		socklen_t len;
	} list[RA_ADDRS_MAX];
};

struct ra_lookup;
/* Start. Errors: RA_E_NOMEM, RA_E_IO. Owner: ra_lookup_free. */
RA_MUST_USE ra_err ra_lookup_start(const char *host, int port, struct ra_lookup **out, struct ra_errs *errs);
/* A descriptor that becomes readable when it is done. */
int ra_lookup_fd(const struct ra_lookup *lookup);
/* Take the result.
 * Errors: RA_E_BUSY while it runs; RA_E_NOTFOUND with the resolver's words in errs. */
RA_MUST_USE ra_err ra_lookup_take(struct ra_lookup *lookup, struct ra_addrs *out, struct ra_errs *errs);
/* Forget it, done or not; never waits. */
struct ra_lookup *ra_lookup_free(struct ra_lookup *lookup);

#endif
