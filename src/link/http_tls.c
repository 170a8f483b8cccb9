/* http_tls.c - whose certificate is taken: an authority's word first, then the thumbprints of known servers, then the
 * operator. */
#include "config.h"

#include "link/http_parts.h"
#include "link/thumbs.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CHAIN_MAX 10 /* certificates kept of what a server shows */
#define CHAIN_LEN_MAX 65536

/* The system's authorities; where OpenSSL was built for another system, those libcurl was built for. */
static bool load_system(X509_STORE *store)
{
	CURL *easy;
	char *file = NULL;

	if (X509_STORE_set_default_paths(store) != 1)
		return false;
	if (access(X509_get_default_cert_dir(), R_OK) == 0 || getenv(X509_get_default_cert_file_env()))
		return true;
	easy = curl_easy_init();
	if (easy && !curl_easy_getinfo(easy, CURLINFO_CAINFO, &file) && file)
		(void)X509_STORE_load_file(store, file);
	curl_easy_cleanup(easy);
	return true;
}

ra_err ra_http_authorities(struct ra_http *http, const char *files, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *list = files ? strdup(files) : NULL;
	char *save = NULL;
	bool good = true;

	http->store = X509_STORE_new();
	if (!http->store || (files && !list))
		return ra_fail(errs, RA_E_NOMEM, "no memory for certificates");
	ERR_set_mark();
	if (!files)
		good = load_system(http->store);
	for (char *file = list ? strtok_r(list, ":", &save) : NULL; file && good; file = strtok_r(NULL, ":", &save)) {
		good = X509_STORE_load_file(http->store, file) == 1;
		if (!good)
			(void)ra_fail(errs, RA_E_ARG,
				      "%s: no certificates of authorities can be read there (PEM is needed)", file);
	}
	ERR_pop_to_mark();
	return good ? RA_OK : RA_E_ARG;
}

static bool thumbprint(const X509 *leaf, const EVP_MD *md, char *out)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (!X509_digest(leaf, md, digest, &len) || len * 3 > RA_THUMB_LEN)
		return false;
	for (unsigned i = 0; i < len; i++)
		snprintf(out + i * 3, RA_THUMB_LEN - i * 3, "%02X%s", digest[i], i + 1 < len ? ":" : "");
	return true;
}

static void take_name(const X509_NAME *name, char *out, size_t cap)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int len = bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0
		      ? BIO_read(bio, out, (int)cap - 1)
		      : 0;

	out[len > 0 ? len : 0] = '\0';
	BIO_free(bio);
}

static ra_utc_ms take_time(const ASN1_TIME *time)
{
	struct tm tm;

	return time && ASN1_TIME_to_tm(time, &tm) ? (ra_utc_ms)timegm(&tm) * 1000 : RA_UTC_NONE;
}

/* What cannot be kept is left out: the chain is for looking at. */
static void take_chain(STACK_OF(X509) * chain, struct ra_buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());

	out->max_len = CHAIN_LEN_MAX;
	for (int i = 0; bio && i < sk_X509_num(chain) && i < CHAIN_MAX; i++) {
		char *text;

		(void)BIO_reset(bio);
		if (!PEM_write_bio_X509(bio, sk_X509_value(chain, i)))
			break;
		long len = BIO_get_mem_data(bio, &text);

		if (len <= 0 || ra_buf_add(out, text, (size_t)len))
			break;
	}
	BIO_free(bio);
}

static bool take_peer(struct ra_http *http, X509_STORE_CTX *shown)
{
	struct ra_http_peer *peer = &http->peer;
	X509 *leaf = X509_STORE_CTX_get0_cert(shown);

	ra_buf_free(&peer->chain);
	*peer = (struct ra_http_peer){.trust = RA_TLS_UNCHECKED, .not_before = RA_UTC_NONE, .not_after = RA_UTC_NONE};
	http->sha1[0] = '\0';
	if (!leaf || !thumbprint(leaf, EVP_sha256(), peer->sha256) || !thumbprint(leaf, EVP_sha1(), http->sha1)) {
		peer->sha256[0] = '\0';
		return false;
	}
	take_name(X509_get_subject_name(leaf), peer->subject, sizeof(peer->subject));
	take_name(X509_get_issuer_name(leaf), peer->issuer, sizeof(peer->issuer));
	peer->not_before = take_time(X509_get0_notBefore(leaf));
	peer->not_after = take_time(X509_get0_notAfter(leaf));
	take_chain(X509_STORE_CTX_get0_untrusted(shown), &peer->chain);
	return true;
}

/* The name in the certificate, as it is asked for. */
static bool want_name(const struct ra_http *http, X509_VERIFY_PARAM *param)
{
	size_t len = strlen(http->host);

	if (ra_http_is_address(http->host)) {
		char bare[256];

		snprintf(bare, sizeof(bare), "%s", http->host);
		bare[strcspn(bare, "%")] = '\0'; /* a zone is this machine's business */
		return X509_VERIFY_PARAM_set1_ip_asc(param, bare) == 1;
	}
	len -= len && http->host[len - 1] == '.';
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_host(param, http->host, len) == 1;
}

/* Ask the authorities, in a context of our own: nothing libcurl set up for it plays a part. Out: X509_V_OK or why not.
 */
static int verify(struct ra_http *http, X509_STORE_CTX *shown)
{
	X509_STORE_CTX *own = X509_STORE_CTX_new();
	const SSL *ssl = X509_STORE_CTX_get_ex_data(shown, SSL_get_ex_data_X509_STORE_CTX_idx());
	X509 *leaf = X509_STORE_CTX_get0_cert(shown);
	int error = X509_V_ERR_UNSPECIFIED;

	if (own && ssl && X509_STORE_CTX_init(own, http->store, leaf, X509_STORE_CTX_get0_untrusted(shown)) &&
	    X509_STORE_CTX_set_default(own, "ssl_server")) {
		X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(own);

		X509_VERIFY_PARAM_set_auth_level(param, SSL_get_security_level(ssl));
		/* A --ca-file may hold an authority in the middle, or the server's own certificate. */
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
		if (want_name(http, param) && X509_verify_cert(own) == 1)
			error = X509_V_OK;
		else if (X509_STORE_CTX_get_error(own) != X509_V_OK)
			error = X509_STORE_CTX_get_error(own);
	}
	X509_STORE_CTX_free(own);
	return error;
}

/* Ask the known hosts. */
static enum ra_tls_trust look_up(struct ra_http *http, struct ra_errs *errs)
{
	struct ra_http_peer *peer = &http->peer;
	const struct ra_thumb_query query = {
	    .host = http->host, .port = http->port, .sha256 = peer->sha256, .sha1 = http->sha1};
	struct ra_thumb_found found = {0};

	if (strcmp(http->accepted, peer->sha256) == 0)
		return RA_TLS_ACCEPTED;
	if (http->known_hosts && ra_thumbs_check(http->known_hosts, &query, &found, errs))
		return RA_TLS_UNCHECKED;
	snprintf(peer->known, sizeof(peer->known), "%s", found.known);
	snprintf(peer->file, sizeof(peer->file), "%s", found.file);
	peer->line = found.line;
	return found.verdict == RA_THUMB_MATCH     ? RA_TLS_PINNED
	       : found.verdict == RA_THUMB_CHANGED ? RA_TLS_CHANGED
						   : RA_TLS_UNKNOWN;
}

static void say_refusal(struct ra_http *http, const struct ra_errs *errs)
{
	const struct ra_http_peer *peer = &http->peer;
	char *say = http->refusal;
	const size_t cap = sizeof(http->refusal);

	say[0] = '\0';
	if (peer->trust == RA_TLS_CHANGED)
		snprintf(say, cap,
			 "THE CERTIFICATE OF %.200s HAS CHANGED. Known: %s (%.120s line %d). Shown now: %s. A renewed "
			 "certificate looks "
			 "like this - and so does somebody in between. Nothing was sent. Compare with the server; when "
			 "it is its own, "
			 "remove that line.",
			 http->place, peer->known, peer->file, peer->line,
			 strlen(peer->known) < strlen(peer->sha256) ? http->sha1 : peer->sha256);
	else if (peer->trust == RA_TLS_UNKNOWN)
		snprintf(say, cap,
			 "%.260s: its certificate does not verify (%.80s) and is not known here. SHA-256 thumbprint: "
			 "%s. Nothing was "
			 "sent. Compare it with the server's and accept it, or name its authority with --ca-file.",
			 http->place, peer->why, peer->sha256);
	else if (peer->trust == RA_TLS_UNCHECKED)
		snprintf(say, cap, "%.260s: its certificate cannot be judged: %.300s. Nothing was sent.", http->place,
			 errs->count ? errs->text[0] : "it cannot be read");
}

/* In place of OpenSSL's own verification. Out: 1 lets the handshake go on. */
static int judge(X509_STORE_CTX *shown, void *arg)
{
	struct ra_http *http = arg;
	struct ra_http_peer *peer = &http->peer;
	struct ra_errs errs;
	int error = X509_V_ERR_UNSPECIFIED;

	ra_errs_clear(&errs);
	ERR_set_mark();
	http->handshakes++;
	if (take_peer(http, shown)) {
		error = http->insecure ? X509_V_OK : verify(http, shown);
		if (error)
			snprintf(peer->why, sizeof(peer->why), "%s", X509_verify_cert_error_string(error));
		peer->trust = http->insecure ? RA_TLS_INSECURE : error ? look_up(http, &errs) : RA_TLS_VERIFIED;
	}
	say_refusal(http, &errs);
	ERR_pop_to_mark();
	bool taken = !ra_http_is_refused(http);

	/* The code becomes the alert the server is told. */
	X509_STORE_CTX_set_error(shown, taken ? X509_V_OK : error ? error : X509_V_ERR_CERT_UNTRUSTED);
	return taken;
}

CURLcode ra_http_guard(CURL *easy, void *ssl_ctx, void *arg)
{
	char *job = NULL;

	/* Called for the TLS of a proxy, too. That one libcurl verifies itself, and only that one. */
	if (SSL_CTX_get_verify_mode(ssl_ctx) & SSL_VERIFY_PEER)
		return CURLE_OK;
	if (!curl_easy_getinfo(easy, CURLINFO_PRIVATE, &job) && job)
		((struct ra_http_job *)(void *)job)->connected = true;
	SSL_CTX_set_verify(ssl_ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ssl_ctx, judge, arg);
	SSL_CTX_set_options(ssl_ctx, SSL_OP_CLEANSE_PLAINTEXT);
	SSL_CTX_set_keylog_callback(ssl_ctx, NULL); /* SSLKEYLOGFILE would write down how to read what we send */
	return CURLE_OK;
}

bool ra_http_is_refused(const struct ra_http *http)
{
	enum ra_tls_trust trust = http->peer.trust;

	return trust == RA_TLS_UNKNOWN || trust == RA_TLS_CHANGED || trust == RA_TLS_UNCHECKED;
}

/* Of the connection a call uses; NULL when there is none. */
static const SSL *ssl_of(CURL *easy)
{
	struct curl_tlssessioninfo *tls = NULL;

	if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &tls) || !tls || tls->backend != CURLSSLBACKEND_OPENSSL)
		return NULL;
	return tls->internals;
}

bool ra_http_is_guarded(const struct ra_http *http, CURL *easy)
{
	const SSL *ssl = ssl_of(easy);

	return http->peer.trust != RA_TLS_UNSEEN && !ra_http_is_refused(http) && ssl &&
	       (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER);
}

bool ra_http_is_over(CURL *easy)
{
	const SSL *ssl = ssl_of(easy);

	return ssl && (SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN);
}

const struct ra_http_peer *ra_http_peer(const struct ra_http *http)
{
	return &http->peer;
}

ra_err ra_http_accept(struct ra_http *http, struct ra_errs *errs)
{
	struct ra_http_peer *peer = &http->peer;
	const struct ra_thumb_query query = {
	    .host = http->host, .port = http->port, .sha256 = peer->sha256, .sha1 = http->sha1};

	if (peer->trust != RA_TLS_UNKNOWN)
		return ra_fail(errs, RA_E_STATE, "%s shows no certificate that could be accepted now", http->place);
	snprintf(http->accepted, sizeof(http->accepted), "%s", peer->sha256);
	peer->trust = RA_TLS_ACCEPTED;
	http->refusal[0] = '\0';
	if (!http->known_hosts)
		return ra_fail(errs, RA_E_IO,
			       "HOME is not set: where the certificate of %s would be noted is not known", http->place);
	return ra_thumbs_add(http->known_hosts, &query, errs);
}
