/* http_call.c - one call: what libcurl is told, what it hands back, how its end is told. */
#include "config.h"

#include "link/http_parts.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COOKIE_LEN_MAX 4096 /* tokens and places, too */
#define READ_LEN 32768L /* libcurl's buffer: what one read takes */
#define FIRST_ROOM 4096
#define STEP_MS_MAX 1000

/* libcurl's memory: wiped when let go, because bodies and headers with secrets pass through it. */
static void mem_free(void *mem)
{
	if (mem)
		ra_wipe(mem, malloc_usable_size(mem));
	free(mem);
}

static void *mem_realloc(void *mem, size_t len)
{
	size_t old_len = mem ? malloc_usable_size(mem) : 0;
	void *moved = malloc(len ? len : 1);

	if (moved && mem) {
		memcpy(moved, mem, old_len < len ? old_len : len);
		mem_free(mem);
	}
	return moved;
}

ra_err ra_http_global(struct ra_errs *errs)
{
	const curl_version_info_data *about = curl_version_info(CURLVERSION_NOW);

	if (!about->ssl_version || strncmp(about->ssl_version, "OpenSSL/", 8) != 0)
		return ra_fail(errs, RA_E_STATE,
			       "this libcurl uses %s for TLS; its OpenSSL flavour is needed (Debian: libcurl4)",
			       about->ssl_version ? about->ssl_version : "nothing");
	/* Counted by libcurl; only the first call sets the functions. */
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, mem_free, mem_realloc, strdup, calloc))
		return ra_fail(errs, RA_E_NOMEM, "libcurl cannot be started");
	return RA_OK;
}

const char *ra_http_library(char *out, size_t cap)
{
	const curl_version_info_data *about = curl_version_info(CURLVERSION_NOW);

	snprintf(out, cap, "%s %s", about->version, about->ssl_version ? about->ssl_version : "without TLS");
	return out;
}

/* Append to a buffer whose bytes are wiped when it grows. */
static bool keep(struct ra_buf *buf, const char *bytes, size_t len)
{
	if (buf->len + len + 1 > buf->room) {
		size_t room = buf->room ? buf->room : FIRST_ROOM;

		while (room < buf->len + len + 1)
			room *= 2;
		char *data = malloc(room);

		if (!data)
			return false;
		if (buf->len)
			memcpy(data, buf->data, buf->len);
		data[buf->len] = '\0';
		if (buf->data)
			ra_wipe(buf->data, buf->len);
		free(buf->data);
		buf->data = data;
		buf->room = room;
	}
	return ra_buf_add(buf, bytes, len) == RA_OK;
}

static void drop(struct ra_buf *buf)
{
	if (buf->data)
		ra_wipe(buf->data, buf->room);
	ra_buf_free(buf);
}

void ra_http_answer_clear(struct ra_http_answer *answer)
{
	drop(&answer->body);
	drop(&answer->cookie);
	drop(&answer->token);
	ra_buf_free(&answer->location);
	memset(answer, 0, sizeof(*answer));
}

static size_t on_body(char *bytes, size_t one, size_t len, void *arg)
{
	struct ra_http_job *job = arg;
	struct ra_buf *body = &job->answer.body;
	size_t room = job->cap_len - body->len, take = len < room ? len : room;

	if (!keep(body, bytes, take))
		job->fault = RA_FAULT_MEMORY;
	else if (take < len)
		job->fault = RA_FAULT_LONG;
	return job->fault ? 0 : len;
}

/* A header's value without blanks around it. Out: NULL when the line is another header. */
static const char *value_of(const char *line, size_t len, const char *name, size_t *value_len)
{
	size_t name_len = strlen(name);
	const char *end = line + len;

	if (len <= name_len || strncasecmp(line, name, name_len) != 0 || line[name_len] != ':')
		return NULL;
	line += name_len + 1;
	while (line < end && isspace((unsigned char)*line))
		line++;
	while (end > line && isspace((unsigned char)end[-1]))
		end--;
	*value_len = (size_t)(end - line);
	return line;
}

static void put_lower(const char *text, size_t len, char *out, size_t cap)
{
	size_t at = 0;

	for (; at < len && at + 1 < cap; at++)
		out[at] = (char)tolower((unsigned char)text[at]);
	out[at] = '\0';
}

/* Up to a ';', without the blanks before it. */
static size_t until_semicolon(const char *text, size_t len)
{
	const char *stop = memchr(text, ';', len);

	len = stop ? (size_t)(stop - text) : len;
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	return len;
}

/* The last one of its name counts; one over the cap is as good as none. */
static void keep_value(struct ra_buf *buf, const char *value, size_t len)
{
	drop(buf);
	if (len <= COOKIE_LEN_MAX && !memchr(value, '\0', len))
		(void)keep(buf, value, len);
}

/* A count of seconds; 0 for a date, and for what is no number. */
static int seconds_of(const char *text, size_t len)
{
	int seconds = 0;

	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)text[i]) || i > 5)
			return 0;
		seconds = seconds * 10 + (text[i] - '0');
	}
	return seconds <= 86400 ? seconds : 86400;
}

static void take_header(struct ra_http_job *job, const char *line, size_t len)
{
	struct ra_http_answer *answer = &job->answer;
	const char *value;
	size_t value_len;

	if (len > 5 && memcmp(line, "HTTP/", 5) == 0) { /* another answer begins: what an interim one said is over */
		answer->type[0] = answer->etag[0] = '\0';
		answer->retry_s = 0;
		drop(&answer->cookie);
		drop(&answer->token);
		ra_buf_free(&answer->location);
		job->framed = false;
	} else if (value_of(line, len, "Content-Length", &value_len) ||
		   value_of(line, len, "Transfer-Encoding", &value_len)) {
		job->framed = true;
	} else if ((value = value_of(line, len, "Content-Type", &value_len)) != NULL) {
		put_lower(value, until_semicolon(value, value_len), answer->type, sizeof(answer->type));
	} else if ((value = value_of(line, len, "ETag", &value_len)) != NULL) {
		if (value_len < sizeof(answer->etag))
			snprintf(answer->etag, sizeof(answer->etag), "%.*s", (int)value_len, value);
	} else if ((value = value_of(line, len, "Retry-After", &value_len)) != NULL) {
		answer->retry_s = seconds_of(value, value_len);
	} else if ((value = value_of(line, len, "Set-Cookie", &value_len)) != NULL) {
		keep_value(&answer->cookie, value, until_semicolon(value, value_len));
	} else if ((value = value_of(line, len, "X-Auth-Token", &value_len)) != NULL) {
		keep_value(&answer->token, value, value_len);
	} else if ((value = value_of(line, len, "Location", &value_len)) != NULL) {
		keep_value(&answer->location, value, value_len);
	}
}

static size_t on_header(char *bytes, size_t one, size_t len, void *arg)
{
	struct ra_http_job *job = arg;

	job->headers_len += len;
	if (job->headers_len > RA_HTTP_HEADERS_LEN) {
		job->fault = RA_FAULT_HEADERS;
		return 0;
	}
	if (job->answer.sent) /* before, it is a proxy that talks */
		take_header(job, bytes, len);
	return len;
}

/* The last gate: the connection stands, the request is about to leave. */
static int on_send(void *arg, char *here, char *there, int port_here, int port_there)
{
	struct ra_http_job *job = arg;

	if (!ra_http_is_guarded(job->http, job->easy))
		job->fault = RA_FAULT_TRUST;
	else if (job->sends && !job->again)
		job->fault = RA_FAULT_TWICE;
	if (job->fault)
		return CURL_PREREQFUNC_ABORT;
	if (!job->sends++)
		job->deadline = ra_mono_now() + job->timeout_ms;
	job->answer.sent = true;
	job->http->requests++;
	return CURL_PREREQFUNC_OK;
}

/* libcurl calls this inside its loops. The one that reads a proxy's answer ends only when the proxy pauses. */
static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct ra_http_job *job = arg;

	ra_mono_ms now = ra_mono_now();

	job->over = job->over || ra_http_is_over(job->easy); /* at the end there is no connection left to look at */
	if (now >= job->deadline)
		job->fault = RA_FAULT_TIME;
	else if (job->http->proxy.url[0] && !job->answer.sent && now - job->http->step_began > STEP_MS_MAX)
		job->fault = RA_FAULT_FLOOD;
	return job->fault != RA_FAULT_NONE;
}

/* What every call has alike. */
static const struct {
	CURLoption option;
	long value;
} numbers[] = {
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_FOLLOWLOCATION, 0},
    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    {CURLOPT_HTTP09_ALLOWED, 0},
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    /* Certificates are judged by http_tls.c, in every handshake: a resumed session would show none. */
    {CURLOPT_SSL_VERIFYPEER, 0},
    {CURLOPT_SSL_VERIFYHOST, 0},
    {CURLOPT_SSL_SESSIONID_CACHE, 0},
    {CURLOPT_TCP_KEEPALIVE, 1},
    {CURLOPT_TCP_NODELAY, 1},
    {CURLOPT_PATH_AS_IS, 1},
    {CURLOPT_QUICK_EXIT, 1},
    {CURLOPT_HEADEROPT, CURLHEADER_SEPARATE}, /* a proxy sees none of the headers */
    {CURLOPT_NOPROGRESS, 0},
    {CURLOPT_BUFFERSIZE, READ_LEN},
};
static const struct {
	CURLoption option;
	const char *value;
} texts[] = {
    {CURLOPT_PROTOCOLS_STR, "https"},
    {CURLOPT_USERAGENT, PACKAGE_NAME},
    {CURLOPT_ACCEPT_ENCODING, "gzip"},
    {CURLOPT_NOPROXY, ""}, /* neither this nor the proxy comes from the environment */
    {CURLOPT_CAINFO, NULL},
    {CURLOPT_CAPATH, NULL},
};

static bool set_common(struct ra_http_job *job)
{
	struct ra_http *http = job->http;
	CURL *easy = job->easy;
	bool bad = false;

	for (size_t i = 0; i < RA_LEN(numbers) && !bad; i++)
		bad = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
	for (size_t i = 0; i < RA_LEN(texts) && !bad; i++)
		bad = curl_easy_setopt(easy, texts[i].option, texts[i].value);
	return !bad && !curl_easy_setopt(easy, CURLOPT_PROXY, http->proxy.url) &&
	       !curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)http->connect_ms) &&
	       !curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, job->again ? 0L : 1L) &&
	       !curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, job->error) &&
	       !curl_easy_setopt(easy, CURLOPT_PRIVATE, job) &&
	       !curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, ra_http_guard) &&
	       !curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, http) &&
	       !curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) &&
	       !curl_easy_setopt(easy, CURLOPT_WRITEDATA, job) &&
	       !curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) &&
	       !curl_easy_setopt(easy, CURLOPT_HEADERDATA, job) &&
	       !curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_send) &&
	       !curl_easy_setopt(easy, CURLOPT_PREREQDATA, job) &&
	       !curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress) &&
	       !curl_easy_setopt(easy, CURLOPT_XFERINFODATA, job);
}

static bool add_header(struct ra_http_job *job, const char *line)
{
	struct curl_slist *list = curl_slist_append(job->headers, line);

	job->headers = list ? list : job->headers;
	return list != NULL;
}

static bool set_headers(struct ra_http_job *job, const struct ra_http_call *call)
{
	bool typed = false, good = add_header(job, "Expect:");

	for (const char *const *line = call->headers; line && *line && good; line++) {
		typed = typed || strncasecmp(*line, "Content-Type:", 13) == 0;
		good = add_header(job, *line);
	}
	/* Without this libcurl would call every body a form. */
	if (good && !typed)
		good = add_header(job, "Content-Type:");
	return good && !curl_easy_setopt(job->easy, CURLOPT_HTTPHEADER, job->headers);
}

static bool take_body(struct ra_http_job *job, const struct ra_http_call *call)
{
	size_t len = 0;
	const char *bytes = call->secret ? ra_secret_bytes(call->secret, &len) : NULL;

	if (call->secret) {
		job->secret = ra_secret_new();
		return job->secret && ra_secret_set(job->secret, bytes, len) == RA_OK;
	}
	job->body = malloc(call->body_len + 1);
	if (!job->body)
		return false;
	if (call->body_len)
		memcpy(job->body, call->body, call->body_len);
	job->body_len = call->body_len;
	return true;
}

static bool set_request(struct ra_http_job *job, const struct ra_http_call *call)
{
	RA_AUTO(ra_buf_free) struct ra_buf url = {0};
	bool get = strcmp(call->method, "GET") == 0;
	const char *body = job->body;
	size_t len = job->body_len;

	if (ra_buf_printf(&url, "https://%s%s", job->http->place, call->path) ||
	    curl_easy_setopt(job->easy, CURLOPT_URL, ra_buf_str(&url)))
		return false;
	if (job->secret)
		body = ra_secret_bytes(job->secret, &len);
	if (get)
		return !curl_easy_setopt(job->easy, CURLOPT_HTTPGET, 1L);
	return !curl_easy_setopt(job->easy, CURLOPT_POST, 1L) &&
	       !curl_easy_setopt(job->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len) &&
	       !curl_easy_setopt(job->easy, CURLOPT_POSTFIELDS, body ? body : "") &&
	       !curl_easy_setopt(job->easy, CURLOPT_CUSTOMREQUEST, call->method);
}

/* A line break in a path or header would begin another one. */
static bool has_control(const char *text, const char *also)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f || strchr(also, *text))
			return true;
	return false;
}

static ra_err check_call(const struct ra_http_call *call, struct ra_errs *errs)
{
	if (call->path[0] != '/' || has_control(call->path, " #"))
		return ra_fail(errs, RA_E_ARG, "a path that cannot be sent");
	if (has_control(call->method, " "))
		return ra_fail(errs, RA_E_ARG, "a method that cannot be sent");
	for (const char *const *line = call->headers; line && *line; line++)
		if (has_control(*line, "") || !strchr(*line, ':'))
			return ra_fail(errs, RA_E_ARG, "a header that cannot be sent");
	return RA_OK;
}

ra_err ra_http_job_new(struct ra_http *http, const struct ra_http_call *call, struct ra_http_job **out,
		       struct ra_errs *errs)
{
	ra_err err = check_call(call, errs);
	struct ra_http_job *job = err ? NULL : calloc(1, sizeof(*job));

	*out = NULL;
	if (err)
		return err;
	if (job) {
		job->http = http;
		job->answer.id = call->id;
		job->timeout_ms = call->timeout_ms > 0 ? call->timeout_ms : 60000;
		job->cap_len = call->cap_len;
		job->again = call->again || strcmp(call->method, "GET") == 0;
		job->deadline = RA_DEADLINE_NONE;
		job->easy = curl_easy_init();
	}
	if (!job || !job->easy || !set_common(job) || !take_body(job, call) || !set_headers(job, call) ||
	    !set_request(job, call)) {
		ra_http_job_free(job);
		return ra_fail(errs, RA_E_NOMEM, "no memory for a request to %s", http->place);
	}
	*out = job;
	return RA_OK;
}

struct ra_http_job *ra_http_job_free(struct ra_http_job *job)
{
	if (!job)
		return NULL;
	if (job->easy)
		curl_easy_cleanup(job->easy);
	curl_slist_free_all(job->headers);
	curl_slist_free_all(job->resolve);
	if (job->body)
		ra_wipe(job->body, job->body_len);
	free(job->body);
	ra_secret_free(job->secret);
	ra_http_answer_clear(&job->answer);
	free(job);
	return NULL;
}
