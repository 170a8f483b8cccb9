/* bench_vcenter.c - what it costs to ask a vCenter for the status of 500 hosts: all in one question, as the link does it, against one
 * host after the other by the same link, which then knows its hosts, and against pyvmomi asking for one summary after the other, where
 * that is installed. All against the peer of tests/peers, in one run, in turns; medians. Time is printed, never judged. */
#include "config.h"

#include "tests/live/peer.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define HOSTS 500
#define ROUNDS 3
#define AWAY_MS 5 /* the second time each answer takes so much longer, as over a network */
#define BOUND_MS 120000
#define USER "administrator@vsphere.local"
#define PASSWORD "peer-secret-1" /* the peer's own */

static const char *const status[] = {PROPERTY("summary.tpmAttestation"), PROPERTY("runtime.bootTime"), PROPERTY("runtime.connectionState")};

/* One way of asking: how long, and how many requests. */
struct way {
	double ms[ROUNDS];
	int requests, logins;
};

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench_vcenter: %s\n", what);
	exit(1); /* the peer ends with its standard input */
}

static void give_password(struct ra_link *link, const struct ra_need *need)
{
	struct ra_secret *secret = ra_secret_new();

	must(need->kind == RA_NEED_PASSWORD && secret && !ra_secret_set(secret, PASSWORD, strlen(PASSWORD)), "another question than the password");
	link->ops->answer(link, true, secret);
	ra_secret_free(secret);
}

/* Step the link until so many tickets are answered. */
static void wait_for(struct ra_link *link, int left)
{
	double end = now_ms() + BOUND_MS;

	while (left > 0) {
		struct pollfd fds[RA_LINK_FDS_MAX];
		ra_mono_ms deadline = RA_DEADLINE_NONE, now;
		struct ra_event event = {0};
		int count;

		must(now_ms() < end, "no answer");
		link->ops->step(link, ra_mono_now());
		for (link->ops->next(link, &event); event.kind != RA_EV_NONE; link->ops->next(link, &event)) {
			if (event.kind == RA_EV_NEED)
				give_password(link, &event.need);
			if (event.kind == RA_EV_REPLY)
				must(event.reply.why == RA_LINK_ANSWERED && event.reply.status == 0 && left-- > 0, "a question without an answer");
			ra_event_clear(&event);
		}
		count = left > 0 ? link->ops->poll(link, fds, &deadline) : 0;
		now = ra_mono_now();
		if (left > 0)
			(void)poll(fds, (nfds_t)count, deadline <= now ? 0 : deadline - now < 1000 ? (int)(deadline - now) : 1000);
	}
}

/* Hand over the three questions about a host. */
static void ask_about(struct ra_link *link, int host, uint64_t *id)
{
	char target[64];

	snprintf(target, sizeof(target), "esx%02d.lab.example", host);
	for (size_t i = 0; i < RA_LEN(status); i++)
		peer_submit(link, ++*id, target, status[i]);
}

/* From nothing: certificate, login, which hosts there are, what they are like. */
static void all_at_once(const struct peer *peer, struct ra_link *link, struct way *way, int round)
{
	int requests = peer_calls(peer, NULL), logins = peer_calls(peer, "Login");
	double began = now_ms();
	uint64_t id = 0;

	for (int host = 1; host <= HOSTS; host++)
		ask_about(link, host, &id);
	wait_for(link, HOSTS * (int)RA_LEN(status));
	way->ms[round] = now_ms() - began;
	way->requests = peer_calls(peer, NULL) - requests;
	way->logins = peer_calls(peer, "Login") - logins;
}

/* By a link that is logged in and knows every host: nothing but the questions. */
static void one_by_one(const struct peer *peer, struct ra_link *link, struct way *way, int round)
{
	int requests = peer_calls(peer, NULL), logins = peer_calls(peer, "Login");
	double began = now_ms();
	uint64_t id = 1 << 20;

	for (int host = 1; host <= HOSTS; host++) {
		ask_about(link, host, &id);
		wait_for(link, (int)RA_LEN(status));
	}
	way->ms[round] = now_ms() - began;
	way->requests = peer_calls(peer, NULL) - requests;
	way->logins = peer_calls(peer, "Login") - logins;
}

/* Out: false when there is no pyvmomi here. */
static bool by_pyvmomi(const struct peer *peer, struct way *way, int round)
{
	int requests = peer_calls(peer, NULL), logins = peer_calls(peer, "Login"), hosts = 0, ended;
	char command[1024];
	double seconds = 0;
	FILE *pipe;

	snprintf(command, sizeof(command), "exec /usr/bin/python3 '%s/tests/bench/per_host.py' '%s' '" USER "' '" PASSWORD "' 2>/dev/null",
		 unit_dir("RA_SRCDIR"), peer->url);
	pipe = popen(command, "r");
	must(pipe != NULL, "no process");
	if (fscanf(pipe, "%d %lf", &hosts, &seconds) != 2)
		hosts = 0;
	ended = pclose(pipe);
	if (!WIFEXITED(ended) || WEXITSTATUS(ended) != 0 || hosts != HOSTS)
		return false;
	way->ms[round] = seconds * 1e3;
	way->requests = peer_calls(peer, NULL) - requests;
	way->logins = peer_calls(peer, "Login") - logins;
	return true;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(struct way *way)
{
	qsort(way->ms, ROUNDS, sizeof(way->ms[0]), by_value);
	return way->ms[ROUNDS / 2];
}

static void print(const char *where, const char *what, struct way *way, struct way *all)
{
	double ms = median(way), all_ms = median(all);

	printf("vcenter%s: %d hosts, %s: %.1f x all at once (%.0f ms, %.0f ms; %d requests, %d; logins among them %d, %d)\n", where, HOSTS,
	       what, ms / all_ms, ms, all_ms, way->requests, all->requests, way->logins, all->logins);
}

/* Build the peer. Out: false, said why, when that cannot be here. */
static bool has_peer(void)
{
	static char program[] = "tests/peers/vcenter-peer";
	char command[1024];
	int ended;

	snprintf(command, sizeof(command), "'%s/tests/peers/build.sh' %s", unit_dir("RA_SRCDIR"), program);
	fflush(stdout);
	ended = system(command);
	if (WIFEXITED(ended) && WEXITSTATUS(ended) == 0)
		return setenv("RA_PEER", program, 1) == 0;
	printf("vcenter: not measured: there is no vCenter to measure against\n");
	return false;
}

/* All ways in turns against a peer with these flags. */
static void measure(const char *where, const char *flags)
{
	struct way all = {0}, single = {0}, python = {0};
	bool has_python = true;
	struct peer peer;

	peer_start(&peer, flags);
	for (int round = 0; round < ROUNDS; round++) {
		struct ra_link *link = peer_link(&peer, NULL);

		all_at_once(&peer, link, &all, round);
		one_by_one(&peer, link, &single, round);
		ra_link_free(link);
		has_python = has_python && by_pyvmomi(&peer, &python, round);
	}
	peer_stop(&peer);
	print(where, "one by one", &single, &all);
	if (has_python)
		print(where, "pyvmomi, a summary each", &python, &all);
	else
		printf("vcenter%s: pyvmomi: not measured: it is not installed, or does not understand the peer\n", where);
	fflush(stdout);
}

int main(void)
{
	char flags[64], where[64];

	signal(SIGPIPE, SIG_IGN);
	if (!has_peer())
		return 0;
	snprintf(flags, sizeof(flags), "-hosts %d", HOSTS);
	measure("", flags);
	snprintf(flags, sizeof(flags), "-hosts %d -scenario slow -delay %d", HOSTS, AWAY_MS);
	snprintf(where, sizeof(where), ", answers %d ms later", AWAY_MS);
	measure(where, flags);
	return 0;
}
