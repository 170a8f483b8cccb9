/* http.c - the calls of one server in the caller's loop: names first, then libcurl's multi interface. */
#include "config.h"

#include "link/http_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS 15000
#define SOON_MS 20

static void push(struct ra_http_job **list, struct ra_http_job *job)
{
	job->next = NULL;
	while (*list)
		list = &(*list)->next;
	*list = job;
}

/* Out: NULL when it is not there. */
static struct ra_http_job *unlink_job(struct ra_http_job **list, const struct ra_http_job *job)
{
	while (*list && *list != job)
		list = &(*list)->next;
	struct ra_http_job *found = *list;

	if (found)
		*list = found->next;
	return found;
}

static int count(const struct ra_http_job *job)
{
	int n = 0;

	for (; job; job = job->next)
		n++;
	return n;
}

void ra_http_refuse_waiting(struct ra_http *http, enum ra_link_why why, const char *say)
{
	while (http->waiting) {
		struct ra_http_job *job = unlink_job(&http->waiting, http->waiting);

		job->answer.why = why;
		snprintf(job->answer.say, sizeof(job->answer.say), "%s", say);
		push(&http->done, job);
	}
}

static int on_timer(CURLM *multi, long wait_ms, void *arg)
{
	struct ra_http *http = arg;

	http->timer = wait_ms < 0 ? RA_DEADLINE_NONE : ra_mono_now() + wait_ms;
	return 0;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *of_socket)
{
	struct ra_http *http = arg;
	struct ra_http_socket *slot = NULL;

	for (size_t i = 0; i < RA_HTTP_SOCKETS_MAX; i++)
		if (http->sockets[i].fd == fd || (http->sockets[i].fd < 0 && !slot))
			slot = &http->sockets[i];
	for (size_t i = 0; i < RA_HTTP_SOCKETS_MAX; i++)
		if (http->sockets[i].fd == fd)
			slot = &http->sockets[i];
	if (!slot)
		return what == CURL_POLL_REMOVE ? 0 : -1;
	*slot = (struct ra_http_socket){.fd = what == CURL_POLL_REMOVE ? -1 : fd};
	if (what & CURL_POLL_IN)
		slot->events |= POLLIN;
	if (what & CURL_POLL_OUT)
		slot->events |= POLLOUT;
	return 0;
}

static bool make_multi(struct ra_http *http)
{
	http->multi = curl_multi_init();
	return http->multi && !curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket) &&
	       !curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http) &&
	       !curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timer) &&
	       !curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http) &&
	       !curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING) &&
	       !curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)RA_HTTP_CALLS_MAX) &&
	       !curl_multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)RA_HTTP_CALLS_MAX);
}

static bool is_host(const char *host)
{
	if (!*host || *host == '-' || strlen(host) >= sizeof(((struct ra_http *)0)->host))
		return false;
	for (; *host; host++)
		if ((unsigned char)*host <= 0x20 || (unsigned char)*host >= 0x7f || strchr("/?#@[]\\\"'<>,", *host))
			return false;
	return true;
}

/* host:port as a URL has it; a zone's % is escaped there. */
static void make_place(struct ra_http *http)
{
	const char *zone = strchr(http->host, ':') ? strchr(http->host, '%') : NULL;

	if (zone)
		snprintf(http->place, sizeof(http->place), "[%.*s%%25%s]:%d", (int)(zone - http->host), http->host,
			 zone + 1, http->port);
	else if (strchr(http->host, ':'))
		snprintf(http->place, sizeof(http->place), "[%s]:%d", http->host, http->port);
	else
		snprintf(http->place, sizeof(http->place), "%s:%d", http->host, http->port);
}

static ra_err take_options(struct ra_http *http, const struct ra_http_options *options, struct ra_errs *errs)
{
	const char *home = getenv("HOME"), *proxy = options->proxy && *options->proxy ? options->proxy : NULL;
	RA_AUTO(ra_buf_free) struct ra_buf usual = {0};

	if (!is_host(options->host) || options->port < 0 || options->port > 65535)
		return ra_fail(
		    errs, RA_E_ARG,
		    "\"%.100s\" is no name of a server (a name with letters beyond ASCII is given in its xn-- form)",
		    options->host);
	if (proxy && ra_http_proxy_parse(proxy, &http->proxy, errs))
		return RA_E_ARG;
	snprintf(http->host, sizeof(http->host), "%s", options->host);
	http->port = options->port ? options->port : 443;
	http->connect_ms = options->connect_ms > 0 ? options->connect_ms : CONNECT_MS;
	http->insecure = options->insecure;
	make_place(http);
	if (!proxy || http->proxy.names_here)
		http->names[0] = (struct ra_http_name){.host = http->host, .port = http->port};
	if (proxy)
		http->names[1] = (struct ra_http_name){.host = http->proxy.host, .port = http->proxy.port};
	if (!options->known_hosts && !(home && *home))
		return RA_OK;
	if (options->known_hosts ? ra_buf_text(&usual, options->known_hosts)
				 : ra_buf_printf(&usual, "%s/.govmomi/known_hosts", home))
		return RA_E_NOMEM;
	http->known_hosts = ra_buf_take(&usual);
	return http->known_hosts ? RA_OK : RA_E_NOMEM;
}

ra_err ra_http_new(const struct ra_http_options *options, struct ra_http **out, struct ra_errs *errs)
{
	struct ra_http *http = calloc(1, sizeof(*http));

	*out = NULL;
	if (!http)
		return ra_fail(errs, RA_E_NOMEM, "no memory for a connection");
	http->peer.not_before = http->peer.not_after = RA_UTC_NONE;
	http->timer = http->lookup_deadline = RA_DEADLINE_NONE;
	for (size_t i = 0; i < RA_HTTP_SOCKETS_MAX; i++)
		http->sockets[i].fd = -1;
	ra_err err = take_options(http, options, errs);

	if (!err)
		err = ra_http_global(errs);
	http->global = !err;
	if (!err)
		err = ra_http_authorities(http, options->ca_files, errs);
	if (!err && !make_multi(http))
		err = ra_fail(errs, RA_E_NOMEM, "no memory for a connection");
	if (err)
		http = ra_http_free(http);
	*out = http;
	return err;
}

static void free_list(struct ra_http *http, struct ra_http_job **list)
{
	while (*list) {
		struct ra_http_job *job = unlink_job(list, *list);

		(void)curl_multi_remove_handle(http->multi, job->easy); /* not in it: nothing happens */
		ra_http_job_free(job);
	}
}

struct ra_http *ra_http_free(struct ra_http *http)
{
	if (!http)
		return NULL;
	ra_lookup_free(http->lookup);
	free_list(http, &http->waiting);
	free_list(http, &http->running);
	free_list(http, &http->done);
	if (http->multi)
		(void)curl_multi_cleanup(http->multi);
	X509_STORE_free(http->store);
	ra_buf_free(&http->peer.chain);
	free(http->known_hosts);
	if (http->global)
		curl_global_cleanup();
	free(http);
	return NULL;
}

ra_err ra_http_send(struct ra_http *http, const struct ra_http_call *call, struct ra_errs *errs)
{
	struct ra_http_job *job;
	ra_err err = ra_http_job_new(http, call, &job, errs);

	if (err)
		return err;
	push(&http->waiting, job);
	http->kick = true;
	return RA_OK;
}

bool ra_http_next(struct ra_http *http, struct ra_http_answer *out)
{
	struct ra_http_job *job = unlink_job(&http->done, http->done);

	if (!job)
		return false;
	*out = job->answer;
	memset(&job->answer, 0, sizeof(job->answer)); /* moved */
	ra_http_job_free(job);
	return true;
}

void ra_http_cancel(struct ra_http *http, uint64_t id)
{
	struct ra_http_job **lists[] = {&http->waiting, &http->running};

	for (size_t i = 0; i < RA_LEN(lists); i++)
		for (struct ra_http_job *job = *lists[i]; job; job = job->next) {
			if (job->answer.id != id)
				continue;
			(void)unlink_job(lists[i], job);
			(void)curl_multi_remove_handle(http->multi, job->easy);
			job->answer.why = RA_LINK_CANCELLED;
			snprintf(job->answer.say, sizeof(job->answer.say), "%.300s: the request was given up",
				 http->place);
			push(&http->done, job);
			http->kick = true;
			return;
		}
}

static void end_job(struct ra_http *http, struct ra_http_job *job, CURLcode code)
{
	(void)unlink_job(&http->running, job);
	ra_http_job_end(job, code);
	(void)curl_multi_remove_handle(http->multi, job->easy);
	/* An address that does not answer may have moved. */
	if (!job->answer.sent && job->answer.why != RA_LINK_ANSWERED)
		http->names_until = 0;
	if (job->answer.why == RA_LINK_REFUSED && http->refusal[0])
		ra_http_refuse_waiting(http, RA_LINK_REFUSED, http->refusal);
	push(&http->done, job);
}

static void start(struct ra_http *http, ra_mono_ms now)
{
	while (http->waiting && count(http->running) < RA_HTTP_CALLS_MAX && ra_http_names_known(http, now)) {
		struct ra_http_job *job = unlink_job(&http->waiting, http->waiting);

		push(&http->running, job);
		job->deadline = now + http->connect_ms;
		if (ra_http_job_names(job) || curl_multi_add_handle(http->multi, job->easy))
			end_job(http, job, CURLE_OUT_OF_MEMORY);
	}
}

static void act(struct ra_http *http, curl_socket_t fd, int what)
{
	int running;

	(void)curl_multi_socket_action(http->multi, fd, what, &running);
}

/* One turn for each socket: a server that never pauses gets no more of it. */
static void act_on_sockets(struct ra_http *http)
{
	struct pollfd fds[RA_HTTP_SOCKETS_MAX];

	for (size_t i = 0; i < RA_HTTP_SOCKETS_MAX; i++)
		fds[i] = (struct pollfd){.fd = http->sockets[i].fd, .events = http->sockets[i].events};
	if (poll(fds, RA_HTTP_SOCKETS_MAX, 0) <= 0)
		return;
	for (size_t i = 0; i < RA_HTTP_SOCKETS_MAX; i++) {
		int what = (fds[i].revents & POLLIN ? CURL_CSELECT_IN : 0) |
			   (fds[i].revents & POLLOUT ? CURL_CSELECT_OUT : 0) |
			   (fds[i].revents & (POLLERR | POLLHUP | POLLNVAL) ? CURL_CSELECT_ERR | CURL_CSELECT_IN : 0);

		/* Acting on one may have closed another. */
		if (what && fds[i].fd >= 0 && http->sockets[i].fd == fds[i].fd)
			act(http, fds[i].fd, what);
	}
}

static void collect(struct ra_http *http)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(http->multi, &left)) != NULL) {
		char *job = NULL;

		if (msg->msg != CURLMSG_DONE || curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &job) || !job)
			continue;
		end_job(http, (struct ra_http_job *)(void *)job, msg->data.result);
	}
}

static void expire(struct ra_http *http, ra_mono_ms now)
{
	for (struct ra_http_job *job = http->running, *next; job; job = next) {
		next = job->next;
		if (now < job->deadline)
			continue;
		job->fault = RA_FAULT_TIME;
		end_job(http, job, CURLE_OPERATION_TIMEDOUT);
	}
}

void ra_http_step(struct ra_http *http, ra_mono_ms now)
{
	http->kick = false;
	http->step_began = ra_mono_now();
	if (!http->waiting) { /* all who wanted the names gave up */
		http->lookup = ra_lookup_free(http->lookup);
		http->lookup_deadline = RA_DEADLINE_NONE;
	}
	start(http, now);
	act_on_sockets(http);
	if (http->timer <= ra_mono_now()) {
		http->timer = RA_DEADLINE_NONE; /* libcurl sets it anew when it wants more */
		act(http, CURL_SOCKET_TIMEOUT, 0);
	}
	collect(http);
	expire(http, now);
	/* A place that became free is taken in the next step. */
	http->kick = http->waiting && !http->lookup && count(http->running) < RA_HTTP_CALLS_MAX &&
		     (http->names_until > now || !ra_http_is_connecting(http));
}

int ra_http_poll(const struct ra_http *http, struct pollfd *fds, ra_mono_ms *deadline)
{
	int n = 0;
	ra_mono_ms first = http->kick || http->done ? ra_mono_now() : http->timer;

	if (http->lookup)
		fds[n++] = (struct pollfd){.fd = ra_lookup_fd(http->lookup), .events = POLLIN};
	if (http->lookup && http->lookup_deadline < first)
		first = http->lookup_deadline;
	for (const struct ra_http_job *job = http->running; job; job = job->next)
		first = job->deadline < first ? job->deadline : first;
	for (size_t i = 0; i < RA_HTTP_SOCKETS_MAX; i++) {
		if (http->sockets[i].fd < 0)
			continue;
		if (n < RA_LINK_FDS_MAX)
			fds[n++] = (struct pollfd){.fd = http->sockets[i].fd, .events = http->sockets[i].events};
		else if (first > ra_mono_now() + SOON_MS) /* no room to watch it: looked at again soon */
			first = ra_mono_now() + SOON_MS;
	}
	*deadline = first;
	return n;
}

void ra_http_counts(const struct ra_http *http, uint64_t *requests, uint64_t *connections)
{
	*requests = http->requests;
	*connections = http->handshakes;
}

void ra_http_need(const struct ra_http *http, const char *place, struct ra_need *need)
{
	const struct ra_http_peer *peer = &http->peer;
	char from[RA_UTC_TEXT_LEN], to[RA_UTC_TEXT_LEN];

	*need = (struct ra_need){.kind = RA_NEED_CERT, .echo = true};
	snprintf(need->subject, sizeof(need->subject), "%.255s", place);
	snprintf(need->text, sizeof(need->text),
		 "SHA-256 %s\nIssued to %s\nIssued by %s\nValid from %s to %s\nNot verified: %s", peer->sha256, peer->subject, peer->issuer,
		 ra_utc_format(peer->not_before, from), ra_utc_format(peer->not_after, to), peer->why);
}

void ra_http_declined(const struct ra_http *http, const char *place, char *say, size_t cap)
{
	snprintf(say, cap,
		 "%.260s: its certificate was not accepted; nothing was sent to it. SHA-256 thumbprint: %s. Compare it with the server's and accept it "
		 "in the wizard (`reattest HOST`), or name its authority with --ca-file",
		 place, http->peer.sha256);
}
