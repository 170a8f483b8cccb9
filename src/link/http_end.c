/* http_end.c - how a call ended, in words: tables of libcurl's codes and of our own reasons. */
#include "config.h"

#include "link/http_parts.h"

#include <stdio.h>
#include <string.h>

#define CHECK_PLACE "Check the name, the port and the network."
#define TRY_AGAIN "Try again."

static const struct end {
	CURLcode code;
	enum ra_link_why why;
	const char *what, *todo;
} ends[] = {
    {CURLE_COULDNT_RESOLVE_PROXY, RA_LINK_UNREACHABLE, "the proxy's name could not be resolved", "Check --proxy."},
    {CURLE_COULDNT_RESOLVE_HOST, RA_LINK_UNREACHABLE, "the name could not be resolved", CHECK_PLACE},
    {CURLE_COULDNT_CONNECT, RA_LINK_UNREACHABLE, "no connection", CHECK_PLACE},
    {CURLE_PROXY, RA_LINK_UNREACHABLE, "the proxy makes no connection to it",
     "Check --proxy, and what the proxy allows."},
    {CURLE_SSL_CONNECT_ERROR, RA_LINK_UNREACHABLE, "no TLS handshake",
     "It may be no HTTPS server, or one older than TLS 1.2. Check the port."},
    {CURLE_PEER_FAILED_VERIFICATION, RA_LINK_REFUSED, "the proxy's certificate does not verify",
     "Use a proxy whose authority this system knows."},
    {CURLE_GOT_NOTHING, RA_LINK_UNREACHABLE, "the connection was lost before an answer came", TRY_AGAIN},
    {CURLE_SEND_ERROR, RA_LINK_UNREACHABLE, "the connection was lost while sending", TRY_AGAIN},
    {CURLE_RECV_ERROR, RA_LINK_UNREACHABLE, "the connection was lost before an answer came", TRY_AGAIN},
    {CURLE_PARTIAL_FILE, RA_LINK_CUT, "the connection was lost in the middle of the answer", TRY_AGAIN},
    {CURLE_BAD_CONTENT_ENCODING, RA_LINK_CUT, "the answer's compression is broken", TRY_AGAIN},
    {CURLE_WEIRD_SERVER_REPLY, RA_LINK_UNREACHABLE, "it answers, but not as a web server", "Check the port."},
    {CURLE_UNSUPPORTED_PROTOCOL, RA_LINK_UNREACHABLE, "it answers, but not as a web server", "Check the port."},
    {CURLE_HTTP2, RA_LINK_UNREACHABLE, "it answers, but not as a web server", "Check the port."},
    {CURLE_OPERATION_TIMEDOUT, RA_LINK_TIMEOUT, "no answer in time", TRY_AGAIN},
    {CURLE_OUT_OF_MEMORY, RA_LINK_UNREACHABLE, "no memory for the request", "Close other programs."},
};
/* Last: whatever else. */
static const struct end otherwise = {CURLE_OK, RA_LINK_UNREACHABLE, "the request failed", TRY_AGAIN};
static const struct end broken_off = {CURLE_RECV_ERROR, RA_LINK_CUT,
				      "the connection was lost in the middle of the answer", TRY_AGAIN};
static const struct end proxy_says_no = {CURLE_RECV_ERROR, RA_LINK_UNREACHABLE, "the proxy makes no connection to it",
					 "Check --proxy, and what the proxy allows."};

static const struct {
	enum ra_link_why why;
	const char *what;
} faults[] = {
    [RA_FAULT_FLOOD] = {RA_LINK_UNREACHABLE, "the proxy talks without end and makes no connection. Check --proxy"},
    [RA_FAULT_LONG] = {RA_LINK_CUT, "its answer is longer than the cap, and was cut there"},
    [RA_FAULT_HEADERS] = {RA_LINK_CUT, "it sends headers without end. Check that it is the server meant"},
    [RA_FAULT_TWICE] = {RA_LINK_UNREACHABLE,
			"the connection was lost before an answer came; the request was not sent again"},
    [RA_FAULT_TRUST] = {RA_LINK_REFUSED, "its certificate is not trusted on this connection. Nothing was sent"},
    [RA_FAULT_MEMORY] = {RA_LINK_CUT, "no memory for its answer"},
};

static void say(struct ra_http_job *job, enum ra_link_why why, const char *what, const char *detail, const char *todo)
{
	const struct ra_http *http = job->http;
	char proxy[350] = "";
	bool told = detail && *detail;

	if (http->proxy.url[0])
		snprintf(proxy, sizeof(proxy), " (by proxy %s)", http->proxy.url);
	job->answer.why = why;
	snprintf(job->answer.say, sizeof(job->answer.say), "%.200s%.200s: %s%s%.200s%s.%s%s", http->place, proxy, what,
		 told ? " (" : "", told ? detail : "", told ? ")" : "", todo ? " " : "", todo ? todo : "");
}

static void say_late(struct ra_http_job *job)
{
	const struct ra_http *http = job->http;
	char what[120];

	if (!job->answer.sent)
		snprintf(what, sizeof(what), "%s in %d s",
			 job->connected ? "takes the connection but comes to no TLS handshake" : "no connection",
			 (http->connect_ms + 999) / 1000);
	else
		snprintf(what, sizeof(what), "%s in %d s", job->headers_len ? "its answer does not end" : "no answer",
			 (job->timeout_ms + 999) / 1000);
	say(job, RA_LINK_TIMEOUT, what, NULL, job->answer.sent ? "It may be overloaded; try again." : CHECK_PLACE);
}

static const struct end *end_of(struct ra_http_job *job, CURLcode code)
{
	if (code == CURLE_RECV_ERROR && !job->answer.sent && job->http->proxy.url[0])
		return &proxy_says_no;
	if (code == CURLE_RECV_ERROR && job->answer.status)
		return &broken_off;
	for (size_t i = 0; i < RA_LEN(ends); i++)
		if (ends[i].code == code)
			return &ends[i];
	return &otherwise;
}

static void say_code(struct ra_http_job *job, CURLcode code)
{
	const struct end *end = end_of(job, code);
	const char *detail = job->error[0] ? job->error : end == &otherwise ? curl_easy_strerror(code) : "";
	long os_error = 0;
	char words[128];

	/* For a connection libcurl's sentence only repeats the address. */
	if (code == CURLE_COULDNT_CONNECT && !curl_easy_getinfo(job->easy, CURLINFO_OS_ERRNO, &os_error) && os_error)
		detail = strerror_r((int)os_error, words, sizeof(words));
	say(job, end->why, end->what, detail, end->todo);
}

void ra_http_job_end(struct ra_http_job *job, CURLcode code)
{
	struct ra_http *http = job->http;
	struct ra_http_answer *answer = &job->answer;
	long status = 0;
	char *address = NULL;
	bool judged = code == CURLE_PEER_FAILED_VERIFICATION || job->fault == RA_FAULT_TRUST;

	/* Through a proxy it is the proxy's. */
	if (!*http->proxy.url && !curl_easy_getinfo(job->easy, CURLINFO_PRIMARY_IP, &address) && address && *address)
		snprintf(http->peer.address, sizeof(http->peer.address), "%s", address);
	if (answer->sent && !curl_easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &status))
		answer->status = (int)status;
	answer->truncated = job->fault == RA_FAULT_LONG;
	/* So says libcurl of a header line over its own cap, too; that is what it is here. */
	if (code == CURLE_OUT_OF_MEMORY && answer->sent && !answer->body.len)
		job->fault = RA_FAULT_HEADERS;
	/* Anybody can cut a connection; an answer that ends with it is whole only when the server said goodbye. */
	if (!code && !job->framed && !job->over && status != 204 && status != 304)
		code = CURLE_PARTIAL_FILE;
	if (!code && !job->fault) {
		answer->why = RA_LINK_ANSWERED;
	} else if (judged && http->refusal[0]) {
		answer->why = RA_LINK_REFUSED;
		snprintf(answer->say, sizeof(answer->say), "%s", http->refusal);
	} else if (job->fault == RA_FAULT_TIME || code == CURLE_OPERATION_TIMEDOUT) {
		say_late(job);
	} else if (job->fault) {
		say(job, faults[job->fault].why, faults[job->fault].what, NULL, NULL);
	} else {
		say_code(job, code);
	}
}
