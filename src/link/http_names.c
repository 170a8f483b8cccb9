/* http_names.c - names become addresses before libcurl sees a call, so that nothing it does can wait for a name server.
 */
#include "config.h"

#include "link/http_parts.h"

#include <arpa/inet.h>
#include <stdio.h>

#define NAMES_MS (5 * 60 * 1000) /* an address is asked for again after this */

static void names_failed(struct ra_http *http, enum ra_link_why why, const char *words)
{
	char say[RA_LINK_SAY_MAX];
	bool proxy = http->looking == 1;

	snprintf(say, sizeof(say), "%.260s: the name%s could not be resolved (%.300s). Check %s.", http->place,
		 proxy ? " of its proxy" : "", words, proxy ? "--proxy" : "the name, or give an address");
	http->lookup = ra_lookup_free(http->lookup);
	http->lookup_deadline = RA_DEADLINE_NONE;
	ra_http_refuse_waiting(http, why, say);
}

/* Out: true when all addresses are known. */
static bool find_names(struct ra_http *http, ra_mono_ms now)
{
	struct ra_errs errs;
	ra_err err;

	ra_errs_clear(&errs);
	while (http->waiting) {
		if (!http->lookup) {
			while (http->looking < 2 && !http->names[http->looking].host)
				http->looking++;
			if (http->looking == 2) {
				http->names_until = now + NAMES_MS;
				http->lookup_deadline = RA_DEADLINE_NONE;
				return true;
			}
			const struct ra_http_name *name = &http->names[http->looking];

			err = ra_lookup_start(name->host, name->port, &http->lookup, &errs);
			http->lookup_deadline = now + http->connect_ms;
			if (err) {
				names_failed(http, RA_LINK_UNREACHABLE, errs.count ? errs.text[0] : "no memory");
				return false;
			}
		}
		err = ra_lookup_take(http->lookup, &http->names[http->looking].addrs, &errs);
		if (err == RA_E_BUSY) {
			if (now >= http->lookup_deadline)
				names_failed(http, RA_LINK_TIMEOUT, "the name server gives no answer");
			return false;
		}
		if (err) {
			names_failed(http, RA_LINK_UNREACHABLE, errs.count ? errs.text[0] : "no reason told");
			return false;
		}
		http->lookup = ra_lookup_free(http->lookup);
		http->looking++;
	}
	return false;
}

/* A lookup needs a descriptor; a call that connects may need two. Both at once would be more than the caller has room
 * for. */
bool ra_http_is_connecting(const struct ra_http *http)
{
	for (const struct ra_http_job *job = http->running; job; job = job->next)
		if (!job->answer.sent)
			return true;
	return false;
}

bool ra_http_names_known(struct ra_http *http, ra_mono_ms now)
{
	if (http->names_until > now && !http->lookup)
		return true;
	if (!http->lookup) {
		if (ra_http_is_connecting(http))
			return false;
		http->looking = 0;
	}
	return find_names(http, now);
}

/* Put an address as libcurl reads it. */
static ra_err put_address(const struct sockaddr_storage *at, struct ra_buf *out)
{
	char text[INET6_ADDRSTRLEN];
	const void *bytes = at->ss_family == AF_INET6 ? (const void *)&((const struct sockaddr_in6 *)at)->sin6_addr
						      : (const void *)&((const struct sockaddr_in *)at)->sin_addr;

	if (!inet_ntop(at->ss_family, bytes, text, sizeof(text)))
		return RA_OK;
	return ra_buf_printf(out, at->ss_family == AF_INET6 ? "[%s]," : "%s,", text);
}

ra_err ra_http_job_names(struct ra_http_job *job)
{
	for (size_t i = 0; i < RA_LEN(job->http->names); i++) {
		const struct ra_http_name *name = &job->http->names[i];
		RA_AUTO(ra_buf_free) struct ra_buf line = {0};

		if (!name->host || ra_http_is_address(name->host))
			continue;
		ra_err err = ra_buf_printf(&line, "%s:%d:", name->host, name->port);

		for (int at = 0; at < name->addrs.count && !err; at++)
			err = put_address(&name->addrs.list[at].at, &line);
		if (err)
			return err;
		line.data[line.len - 1] = '\0'; /* the last comma */
		struct curl_slist *list = curl_slist_append(job->resolve, line.data);

		if (!list)
			return RA_E_NOMEM;
		job->resolve = list;
	}
	return curl_easy_setopt(job->easy, CURLOPT_RESOLVE, job->resolve) ? RA_E_NOMEM : RA_OK;
}
