#include "config.h"

#include "link/resolve.h"

#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STACK_LEN (512 * 1024)

/* Shared by the link and the thread; the last one to let go frees it. */
struct ra_lookup {
	pthread_mutex_t lock;
	int holders;
	bool done;
	int code; /* of getaddrinfo */
	struct ra_addrs addrs;
	int pipe[2];
	char host[256];
	char port[8];
};

static void let_go(struct ra_lookup *lookup)
{
	pthread_mutex_lock(&lookup->lock);
	bool last = --lookup->holders == 0;
	pthread_mutex_unlock(&lookup->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&lookup->lock);
	for (int i = 0; i < 2; i++)
		if (lookup->pipe[i] >= 0)
			close(lookup->pipe[i]);
	free(lookup);
}

static int look_up(const char *host, const char *port, int flags, struct ra_addrs *out)
{
	const struct addrinfo hints = {
	    .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	int code = getaddrinfo(host, port, &hints, &found);
	if (code)
		return code;
	for (const struct addrinfo *at = found; at && out->count < RA_ADDRS_MAX; at = at->ai_next) {
		if (at->ai_addrlen > sizeof(out->list[0].at))
			continue;
		memcpy(&out->list[out->count].at, at->ai_addr, at->ai_addrlen);
		out->list[out->count++].len = at->ai_addrlen;
	}
	freeaddrinfo(found);
	return out->count ? 0 : EAI_NONAME;
}

static void finish(struct ra_lookup *lookup, int code, const struct ra_addrs *addrs)
{
	pthread_mutex_lock(&lookup->lock);
	lookup->done = true;
	lookup->code = code;
	lookup->addrs = *addrs;
	pthread_mutex_unlock(&lookup->lock);
	/* Closing makes the other end readable: nothing can block or be lost. */
	close(lookup->pipe[1]);
	lookup->pipe[1] = -1;
}

static void *run(void *arg)
{
	struct ra_lookup *lookup = arg;
	struct ra_addrs addrs = {0};
	int code = look_up(lookup->host, lookup->port, 0, &addrs);
	finish(lookup, code, &addrs);
	let_go(lookup);
	return NULL;
}

/* Signals are the caller's business: none may be delivered to the thread. */
static int spawn(struct ra_lookup *lookup)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, before;
	if (pthread_attr_init(&attr) != 0)
		return -1;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_LEN);
	int failed = pthread_create(&thread, &attr, run, lookup);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return failed;
}

ra_err ra_lookup_start(const char *host, int port, struct ra_lookup **out, struct ra_errs *errs)
{
	*out = NULL;
	struct ra_lookup *lookup = calloc(1, sizeof(*lookup));
	if (!lookup)
		return ra_fail(errs, RA_E_NOMEM, "no memory to look up %s", host);
	lookup->holders = 1;
	lookup->pipe[0] = lookup->pipe[1] = -1;
	pthread_mutex_init(&lookup->lock, NULL);
	snprintf(lookup->host, sizeof(lookup->host), "%s", host);
	snprintf(lookup->port, sizeof(lookup->port), "%d", port);
	if (pipe2(lookup->pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
		let_go(lookup);
		return ra_fail(errs, RA_E_IO, "no pipe to look up %s", host);
	}
	struct ra_addrs addrs = {0};
	if (look_up(lookup->host, lookup->port, AI_NUMERICHOST, &addrs) == 0) {
		finish(lookup, 0, &addrs);
	} else {
		lookup->holders = 2;
		if (spawn(lookup) != 0) {
			lookup->holders = 1;
			let_go(lookup);
			return ra_fail(errs, RA_E_IO, "no thread to look up %s", host);
		}
	}
	*out = lookup;
	return RA_OK;
}

int ra_lookup_fd(const struct ra_lookup *lookup)
{
	return lookup->pipe[0];
}

ra_err ra_lookup_take(struct ra_lookup *lookup, struct ra_addrs *out, struct ra_errs *errs)
{
	pthread_mutex_lock(&lookup->lock);
	bool done = lookup->done;
	int code = lookup->code;
	*out = lookup->addrs;
	pthread_mutex_unlock(&lookup->lock);
	if (!done)
		return RA_E_BUSY;
	if (code)
		return ra_fail(errs, RA_E_NOTFOUND, "%s: %s", lookup->host, gai_strerror(code));
	return RA_OK;
}

struct ra_lookup *ra_lookup_free(struct ra_lookup *lookup)
{
	if (lookup)
		let_go(lookup);
	return NULL;
}
