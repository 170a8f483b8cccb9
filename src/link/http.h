/* http.h - HTTPS requests in the caller's loop: libcurl's multi interface behind four calls. No meaning, no retries. Private to link/.
 *
 * One ra_http is one server (scheme, host, port), its connections and its trust. Names are resolved by link/resolve.h and handed to
 * libcurl, so that nothing it does can wait for a name server. https only; no netrc, no proxy but the one given, no redirects.
 * Invariants: exactly one answer per call, whatever happens; every body, header and cookie is wiped, in libcurl's buffers too;
 * nothing of a call leaves before the server's certificate was verified, or known by its thumbprint, or accepted by the operator;
 * a call leaves once, unless it is marked `again`. SIGPIPE is ignored by the program.
 * Source: libcurl 7.88 (curl_multi_socket_action(3)); thumbprints as in thumbs.h. */
#ifndef RA_LINK_HTTP_H
#define RA_LINK_HTTP_H

#include "base/buf.h"
#include "base/secret.h"
#include "link/link.h"

#define RA_THUMB_LEN 96 /* 32 upper-case hex bytes joined by ':', NUL; SHA-1 is shorter */
#define RA_HTTP_CALLS_MAX 2 /* under way at once, each on its connection; more wait, and their time does not begin */

/* How a server's certificate was taken. */
enum ra_tls_trust {
	RA_TLS_UNSEEN,   /* no handshake yet */
	RA_TLS_VERIFIED, /* by an authority, for this name, in its time */
	RA_TLS_PINNED,   /* not so, but its thumbprint stands in the known hosts */
	RA_TLS_ACCEPTED, /* not so, but the operator accepted it now */
	RA_TLS_INSECURE, /* not looked at (--insecure) */
	RA_TLS_UNKNOWN,  /* refused: first sight of one that does not verify */
	RA_TLS_CHANGED,  /* refused: the known hosts hold another thumbprint for this server */
	RA_TLS_UNCHECKED /* refused: it does not verify and the known hosts cannot be read; nobody is to be asked */
};
/* What the last handshake showed. Foreign bytes. */
struct ra_http_peer {
	enum ra_tls_trust trust;
	char sha256[RA_THUMB_LEN]; /* thumbprint of the certificate, "" when none was seen */
	char subject[256], issuer[256];
	ra_utc_ms not_before, not_after; /* RA_UTC_NONE when not readable */
	char why[256];   /* why it does not verify, in OpenSSL's words; "" when it does */
	char known[RA_THUMB_LEN], file[256]; /* CHANGED, PINNED: what the known hosts hold, and where */
	int line;
	struct ra_buf chain; /* PEM, the server's own first */
	char address[46];    /* where it answered from last, in numbers; "" when not told */
};

/* Borrowed until ra_http_new returns. */
struct ra_http_options {
	const char *host;        /* name (ASCII) or address, no brackets */
	int port;                /* 0: 443 */
	const char *ca_files;    /* PEM files separated by ':', instead of the system's; NULL */
	const char *known_hosts; /* files separated by ':'; the first one is written to. NULL: $HOME/.govmomi/known_hosts */
	const char *proxy;       /* "http://proxy:3128", "socks5h://127.0.0.1:1080"; NULL: none, whatever the environment says */
	bool insecure;
	int connect_ms;          /* for the name, then again to the end of the handshake; 0: 15 s */
};
struct ra_http;
/* Nothing is sent. Owner: ra_http_free. Errors: RA_E_ARG (a host or proxy that is none, a file of authorities that
 * cannot be read), RA_E_STATE (libcurl's TLS library is not the OpenSSL it needs), RA_E_NOMEM. */
RA_MUST_USE ra_err ra_http_new(const struct ra_http_options *options, struct ra_http **out, struct ra_errs *errs);
struct ra_http *ra_http_free(struct ra_http *http);

/* One request. Borrowed; copied by ra_http_send. */
struct ra_http_call {
	uint64_t id;          /* the caller's, unique */
	const char *method;   /* "GET", "POST", "DELETE" */
	const char *path;     /* "/sdk"; the caller escaped what needs it; sent as it is */
	const char *const *headers; /* "Name: value" lines, NULL-terminated; NULL: none. Wiped like a secret body */
	const char *body;     /* NULL: none */
	size_t body_len;
	const struct ra_secret *secret; /* the body instead of `body`: never copied into unwiped memory of ours. NULL */
	int timeout_ms;       /* from sending to the last byte; 0: 60 s */
	size_t cap_len;       /* bytes of the answer kept; more ends the call as CUT with `truncated` */
	bool again;           /* reads: goes over a kept connection, and once more over a new one when that turns out to be dead.
			       * false: over a new connection, and at most once. GET is always `again` */
};
/* Errors: RA_E_NOMEM; RA_E_ARG: a path or header with a control character, a path with a blank or '#'. */
RA_MUST_USE ra_err ra_http_send(struct ra_http *http, const struct ra_http_call *call, struct ra_errs *errs);

/* What came back. Owner: ra_http_answer_clear (wipes). */
struct ra_http_answer {
	uint64_t id;
	enum ra_link_why why; /* ANSWERED: a whole answer came, whatever its status. REFUSED: the certificate (look at ra_http_peer) */
	bool sent;            /* the first byte of the request may have left */
	bool truncated;
	int status;           /* HTTP status, 0 without an answer */
	struct ra_buf body;
	struct ra_buf cookie; /* "name=value" of the last Set-Cookie; wiped */
	struct ra_buf token;  /* X-Auth-Token; wiped */
	struct ra_buf location; /* Location: a path or a URL, not looked at */
	char type[64];        /* media type, lower case, without parameters */
	char etag[128];
	int retry_s;         /* Retry-After in seconds, at most a day; 0: not told (or as a date) */
	char say[RA_LINK_SAY_MAX]; /* one sentence when not ANSWERED: server, what failed, what to do */
};
void ra_http_answer_clear(struct ra_http_answer *answer);
/* The next answer. Out: false when there is none. */
bool ra_http_next(struct ra_http *http, struct ra_http_answer *out);
/* Give up a call; its answer says CANCELLED. Never waits. */
void ra_http_cancel(struct ra_http *http, uint64_t id);

/* Descriptors (at most RA_LINK_FDS_MAX) and the nearest deadline. Out: count. */
int ra_http_poll(const struct ra_http *http, struct pollfd *fds, ra_mono_ms *deadline);
/* Do what can be done now. */
void ra_http_step(struct ra_http *http, ra_mono_ms now);
/* What the last handshake showed; borrowed until the next step. */
const struct ra_http_peer *ra_http_peer(const struct ra_http *http);
/* Ask about the certificate of the last handshake (RA_TLS_UNKNOWN). Shape: place is what the operator calls the server. Out: *need. */
void ra_http_need(const struct ra_http *http, const char *place, struct ra_need *need);
/* The operator accepts the certificate of the last handshake: written to the known hosts, and taken from now on.
 * Errors: RA_E_STATE (trust is not RA_TLS_UNKNOWN: one that changed is never accepted here), RA_E_IO (it counts for this run all the
 * same). */
RA_MUST_USE ra_err ra_http_accept(struct ra_http *http, struct ra_errs *errs);
/* That certificate was turned down, by the operator or where nobody is asked: what to do for it to be taken. Out: say[cap]. */
void ra_http_declined(const struct ra_http *http, const char *place, char *say, size_t cap);
/* Numbers for tests and bench: requests sent and TLS handshakes made. */
void ra_http_counts(const struct ra_http *http, uint64_t *requests, uint64_t *connections);
/* Versions of the libcurl and its TLS library that are loaded ("7.88.1 OpenSSL/3.0.15"). Out: out[cap]; returns out. */
const char *ra_http_library(char *out, size_t cap);

#endif
