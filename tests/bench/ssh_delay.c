/* ssh_delay.c - a network that takes its time, in user space: what comes in on one side goes out on the other half a
 * round trip later.
 *
 * It counts round trips, too, by what could have caused what: bytes carry the number of half trips that lie before them
 * on their connection, one more than anything that had reached their sender before it sent them. Where the ends compute
 * faster than the network carries that number is the same in every run; where they do not, a late send counts after
 * what came meanwhile. */
#include "config.h"

#include "ssh_bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LISTENERS_MAX 128
#define PAIRS_MAX 512
#define HELD_MAX ((size_t)1 << 20) /* of one direction: then its sender has to wait */
#define CHUNK_LEN 16384

/* Bytes on their way; none: the end. */
struct chunk {
	struct chunk *next;
	double due;
	int halves;
	size_t len, at;
	char bytes[];
};
/* One direction of a connection. */
struct way {
	struct chunk *head, **tail;
	size_t held;
	int halves;  /* of what was delivered */
	bool closed; /* nothing more comes in */
	bool over;   /* its end was delivered */
};
/* A connection: way[0] leads from the client, fd[0], to the host, fd[1]; way[1] back. */
struct pair {
	int fd[2];
	struct way way[2];
	int told; /* half trips already reported */
};
struct net {
	double half_ms;
	int listeners[LISTENERS_MAX], ports[LISTENERS_MAX];
	char hosts[LISTENERS_MAX][64];
	int listener_count;
	struct pair *pairs[PAIRS_MAX];
	int pair_count, connections, halves; /* since the last report; of pairs that are gone */
	struct pollfd fds[1 + LISTENERS_MAX + 2 * PAIRS_MAX];
};

static struct sockaddr_in address(const char *host, int port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

	bench_must(inet_pton(AF_INET, host, &at.sin_addr) == 1, "delay: %s is no address", host);
	return at;
}

static void listen_at(struct net *net, const char *host, int port)
{
	struct sockaddr_in at = address(host, port);
	int one = 1, i = net->listener_count++;

	bench_must(i < LISTENERS_MAX, "delay: too many hosts");
	bench_must(strncmp(host, "127.0.2.", 8) == 0, "delay: %s is not of 127.0.2.*", host);
	net->listeners[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	(void)setsockopt(net->listeners[i], SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	bench_must(bind(net->listeners[i], (struct sockaddr *)&at, sizeof(at)) == 0 &&
		       listen(net->listeners[i], 64) == 0,
		   "delay: %s:%d: %s", host, port, strerror(errno));
	net->ports[i] = port;
	snprintf(net->hosts[i], sizeof(net->hosts[i]), "127.0.1.%s", host + 8);
}

static void accept_one(struct net *net, int listener)
{
	struct sockaddr_in at = address(net->hosts[listener], net->ports[listener]);
	int one = 1, fd = accept4(net->listeners[listener], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct pair *pair = fd < 0 ? NULL : calloc(1, sizeof(*pair));

	if (!pair)
		return;
	bench_must(net->pair_count < PAIRS_MAX, "delay: more than %d connections", PAIRS_MAX);
	pair->fd[0] = fd;
	pair->fd[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bench_must(connect(pair->fd[1], (struct sockaddr *)&at, sizeof(at)) == 0, "delay: %s: %s", net->hosts[listener],
		   strerror(errno));
	for (int i = 0; i < 2; i++) {
		(void)setsockopt(pair->fd[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		pair->way[i].tail = &pair->way[i].head;
	}
	net->pairs[net->pair_count++] = pair;
	net->connections++;
}

/* Take in what side has sent. */
static void take_in(const struct net *net, struct pair *pair, int side)
{
	struct way *way = &pair->way[side];
	char bytes[CHUNK_LEN];
	ssize_t n = recv(pair->fd[side], bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	size_t len = n > 0 ? (size_t)n : 0;
	struct chunk *chunk = malloc(sizeof(*chunk) + len);

	bench_must(chunk != NULL, "delay: no memory");
	*chunk =
	    (struct chunk){.due = bench_now_ms() + net->half_ms, .halves = pair->way[!side].halves + 1, .len = len};
	memcpy(chunk->bytes, bytes, len);
	*way->tail = chunk;
	way->tail = &chunk->next;
	way->held += len;
	way->closed = n <= 0;
}

/* Deliver what is due. Out: false when its receiver takes no more, ever. */
static bool deliver(struct pair *pair, int side, double now)
{
	struct way *way = &pair->way[side];

	for (struct chunk *chunk; (chunk = way->head) && chunk->due <= now;) {
		ssize_t n = chunk->len ? send(pair->fd[!side], chunk->bytes + chunk->at, chunk->len - chunk->at,
					      MSG_DONTWAIT | MSG_NOSIGNAL)
				       : 0;

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		chunk->at += (size_t)n;
		way->held -= (size_t)n;
		if (chunk->at < chunk->len)
			return true;
		/* What a client gets that has closed no longer keeps anybody waiting. */
		if (chunk->len && !pair->way[!side].closed)
			way->halves = chunk->halves > way->halves ? chunk->halves : way->halves;
		if (!chunk->len) {
			(void)shutdown(pair->fd[!side], SHUT_WR);
			way->over = true;
		}
		way->head = chunk->next;
		if (!way->head)
			way->tail = &way->head;
		free(chunk);
	}
	return true;
}

static void drop(struct net *net, int index)
{
	struct pair *pair = net->pairs[index];

	net->halves += pair->way[1].halves - pair->told;
	for (int i = 0; i < 2; i++) {
		close(pair->fd[i]);
		for (struct chunk *chunk = pair->way[i].head, *next; chunk; chunk = next) {
			next = chunk->next;
			free(chunk);
		}
	}
	free(pair);
	net->pairs[index] = net->pairs[--net->pair_count];
}

static void report(struct net *net)
{
	int halves = net->halves;

	for (int i = 0; i < net->pair_count; i++) {
		halves += net->pairs[i]->way[1].halves - net->pairs[i]->told;
		net->pairs[i]->told = net->pairs[i]->way[1].halves;
	}
	printf("%d %d\n", net->connections, halves);
	net->connections = net->halves = 0;
}

/* What to wait for, and until when: input, listeners, then two of each pair. */
static nfds_t gather(struct net *net, struct timespec *wait)
{
	nfds_t count = 0;
	double now = bench_now_ms(), nearest = now + 1000;

	net->fds[count++] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	for (int i = 0; i < net->listener_count; i++)
		net->fds[count++] = (struct pollfd){.fd = net->listeners[i], .events = POLLIN};
	for (int i = 0; i < net->pair_count; i++) {
		struct pair *pair = net->pairs[i];

		for (int side = 0; side < 2; side++) {
			const struct way *in = &pair->way[side], *out = &pair->way[!side];
			bool full = out->head && out->head->due <= now; /* not all of it was taken */
			short events =
			    (short)((in->closed || in->held >= HELD_MAX ? 0 : POLLIN) | (full ? POLLOUT : 0));

			net->fds[count++] = (struct pollfd){.fd = events ? pair->fd[side] : -1, .events = events};
			if (in->head && in->head->due > now)
				nearest = in->head->due < nearest ? in->head->due : nearest;
		}
	}
	double ms = nearest - now;

	*wait = (struct timespec){.tv_sec = (time_t)(ms / 1e3),
				  .tv_nsec = (long)((ms - 1e3 * (double)(time_t)(ms / 1e3)) * 1e6)};
	return count;
}

static void serve_pairs(struct net *net, int pair_count)
{
	const struct pollfd *fds = &net->fds[1 + net->listener_count];

	/* Backwards: one that goes is replaced by the last. */
	for (int i = pair_count - 1; i >= 0; i--) {
		struct pair *pair = net->pairs[i];
		double now = bench_now_ms();
		bool alive = true;

		/* First in, then out: what has come in by now was not caused by what goes out now. */
		for (int side = 0; side < 2; side++)
			if (fds[2 * i + side].revents & (POLLIN | POLLHUP | POLLERR) && !pair->way[side].closed)
				take_in(net, pair, side);
		for (int side = 0; side < 2; side++)
			alive = deliver(pair, side, now) && alive;
		if (!alive || (pair->way[0].over && pair->way[1].over))
			drop(net, i);
	}
}

int bench_delay(int argc, char **argv)
{
	static struct net net;
	char line[80], host[64];
	int port;
	FILE *list = argc == 2 ? fopen(argv[1], "r") : NULL;

	bench_must(list != NULL, "delay: the round trip and a file of hosts");
	net.half_ms = atof(argv[0]) / 2;
	while (fgets(line, sizeof(line), list) && sscanf(line, "%63s %d", host, &port) == 2)
		listen_at(&net, host, port);
	fclose(list);
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	for (;;) {
		struct timespec wait;
		nfds_t count = gather(&net, &wait);
		int pairs = net.pair_count;

		if (ppoll(net.fds, count, &wait, NULL) < 0)
			continue;
		serve_pairs(&net, pairs);
		for (int i = 0; i < net.listener_count; i++)
			if (net.fds[1 + i].revents)
				accept_one(&net, i);
		if (!net.fds[0].revents)
			continue;
		if (read(STDIN_FILENO, line, sizeof(line)) <= 0)
			return 0;
		report(&net);
	}
}
