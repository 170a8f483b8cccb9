/* http_parts.h - what the parts of http.h share: http.c (calls and loop), http_call.c (one call), http_end.c (its
 * end in words), http_names.c (lookups), http_tls.c (trust), http_proxy.c.
 * Private to them. Invariants: only http_tls.c writes `peer`; a job is in one list, and its answer is filled once.
 * Source: libcurl 7.88; OpenSSL 3.0. */
#ifndef RA_LINK_HTTP_PARTS_H
#define RA_LINK_HTTP_PARTS_H

#include "link/http.h"
#include "link/resolve.h"

#include <curl/curl.h>
#include <openssl/x509_vfy.h>

#define RA_HTTP_SOCKETS_MAX 8
#define RA_HTTP_HEADERS_LEN 65536 /* of one answer, interim ones and a proxy's included */

/* A proxy, taken apart. */
struct ra_http_proxy {
	char url[320]; /* for libcurl; "" none */
	char host[256];
	int port;
	bool names_here; /* the target's name is looked up here, not at the proxy */
};
/* Errors: RA_E_ARG with what is wrong. */
RA_MUST_USE ra_err ra_http_proxy_parse(const char *text, struct ra_http_proxy *out, struct ra_errs *errs);
/* True for an address in figures: it needs no lookup. */
bool ra_http_is_address(const char *host);

/* A name that must be looked up before a call can start. */
struct ra_http_name {
	const char *host; /* NULL: not needed */
	int port;
	struct ra_addrs addrs;
};
struct ra_http_socket {
	int fd; /* -1: free */
	short events;
};

/* Why we ended a call ourselves. */
enum ra_http_fault {
	RA_FAULT_NONE,
	RA_FAULT_TIME,
	RA_FAULT_FLOOD,   /* a proxy talked without end before there was a connection */
	RA_FAULT_LONG,    /* body over its cap */
	RA_FAULT_HEADERS, /* headers over theirs */
	RA_FAULT_TWICE,   /* libcurl was about to send it a second time */
	RA_FAULT_TRUST,   /* the connection is not one we would send on */
	RA_FAULT_MEMORY
};
/* One call. */
struct ra_http_job {
	struct ra_http_job *next;
	struct ra_http *http;
	CURL *easy;
	struct curl_slist *headers, *resolve; /* libcurl's copies, wiped by its allocator */
	char *body;                           /* owned, wiped; NULL when in `secret` */
	size_t body_len;
	struct ra_secret *secret; /* owned */
	int timeout_ms;
	size_t cap_len, headers_len;
	ra_mono_ms deadline; /* RA_DEADLINE_NONE until started */
	bool again;
	bool connected; /* the handshake began */
	bool framed;    /* the answer tells its own length */
	bool over;      /* the server ended the TLS properly */
	int sends;      /* times libcurl began to send it */
	enum ra_http_fault fault;
	char error[CURL_ERROR_SIZE];
	struct ra_http_answer answer;
};

struct ra_http {
	char host[256];
	char place[300]; /* "host:port", "[v6]:port": for sentences and the URL */
	int port, connect_ms;
	bool insecure;
	struct ra_http_proxy proxy;
	char *known_hosts; /* NULL: nowhere */
	X509_STORE *store; /* NULL until the first handshake when the system's authorities are used */
	struct ra_http_peer peer;
	char sha1[RA_THUMB_LEN], accepted[RA_THUMB_LEN]; /* of the certificate seen; the one the operator accepted */
	char refusal[RA_LINK_SAY_MAX];                   /* why the last handshake was refused, "" when it was not */

	CURLM *multi;
	bool global; /* curl_global_cleanup is due */
	struct ra_http_socket sockets[RA_HTTP_SOCKETS_MAX];
	ra_mono_ms step_began;
	ra_mono_ms timer;             /* libcurl's, RA_DEADLINE_NONE */
	struct ra_http_name names[2]; /* the server's, the proxy's */
	struct ra_lookup *lookup;
	int looking;                             /* index of the name under way */
	ra_mono_ms lookup_deadline, names_until; /* names_until: 0 not known */
	bool kick;                               /* there is something to do without an event */
	struct ra_http_job *waiting, *running, *done;
	uint64_t requests, handshakes;
};

/* Begin to use libcurl with allocators that wipe. Counted. Errors: RA_E_STATE (it was built with another TLS library),
 * RA_E_NOMEM. */
RA_MUST_USE ra_err ra_http_global(struct ra_errs *errs);
/* Make a job of a call. Owner: ra_http_job_free. Errors: as ra_http_send. */
RA_MUST_USE ra_err ra_http_job_new(struct ra_http *http, const struct ra_http_call *call, struct ra_http_job **out,
				   struct ra_errs *errs);
/* True when all addresses are known; else they are being looked up, or no call waits any more. */
bool ra_http_names_known(struct ra_http *http, ra_mono_ms now);
/* A running call that was not sent yet: it may hold two descriptors. */
bool ra_http_is_connecting(const struct ra_http *http);
/* End all calls that wait. */
void ra_http_refuse_waiting(struct ra_http *http, enum ra_link_why why, const char *say);
/* Give libcurl the addresses of the names. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_http_job_names(struct ra_http_job *job);
/* Fill in how it ended. Shape: code is libcurl's; the job's fault outranks it. */
void ra_http_job_end(struct ra_http_job *job, CURLcode code);
struct ra_http_job *ra_http_job_free(struct ra_http_job *job);

/* Load the authorities named. Errors: RA_E_ARG when one cannot be read, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_http_authorities(struct ra_http *http, const char *files, struct ra_errs *errs);
/* CURLOPT_SSL_CTX_FUNCTION; arg is the struct ra_http. */
CURLcode ra_http_guard(CURL *easy, void *ssl_ctx, void *arg);
/* True when the connection a call is about to use was judged by us, and taken. */
bool ra_http_is_guarded(const struct ra_http *http, CURL *easy);
/* True when the server ended the TLS of the connection a call uses: what came is all. */
bool ra_http_is_over(CURL *easy);
/* True when the last handshake was refused. */
bool ra_http_is_refused(const struct ra_http *http);

#endif
