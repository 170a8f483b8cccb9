/* ssh_link.c - the SSH link alone, many hosts over one loop: what the program could be if it did nothing but ask. */
#include "config.h"

#include "ssh_bench.h"

#include "base/io.h"
#include "link/link.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTS_MAX 128
#define LIVE_MAX 64
#define REQUESTS_MAX 16
#define BOUND_MS 60000

struct plan {
	char *hosts[HOSTS_MAX], *requests[REQUESTS_MAX];
	int host_count, request_count;
	const char *known_hosts, *identity, *user;
};
struct live {
	struct ra_link *link;
	int left; /* answers to come */
	int fd_first, fd_count;
	ra_mono_ms deadline;
};
struct loop {
	struct live live[LIVE_MAX];
	struct pollfd fds[LIVE_MAX * RA_LINK_FDS_MAX];
	int live_count, live_most, next, done;
};

/* The lines of a file. Out: how many, at most max; lines stay allocated to the end. */
static int read_lines(const char *path, char **lines, int max)
{
	struct ra_buf text = {0};
	char *save = NULL;
	int count = 0;

	bench_must(ra_read_file(path, &text, NULL) == RA_OK, "%s cannot be read", path);
	for (char *line = strtok_r(ra_buf_take(&text), "\n", &save); line && count < max;
	     line = strtok_r(NULL, "\n", &save))
		lines[count++] = line;
	return count;
}

/* Take what the link has to say. */
static void take(struct live *live)
{
	struct ra_event event = {0};

	for (live->link->ops->next(live->link, &event); event.kind != RA_EV_NONE;
	     live->link->ops->next(live->link, &event)) {
		bench_must(event.kind != RA_EV_STATE || event.state != RA_LINK_DOWN, "link: %s", event.say);
		bench_must(event.kind != RA_EV_NEED, "link: asks for %s", event.need.text);
		if (event.kind == RA_EV_REPLY) {
			bench_must(event.reply.why == RA_LINK_ANSWERED && event.reply.status == 0 &&
				       event.reply.out.len > 0,
				   "link: no answer to %d: %s%s", (int)event.reply.ticket, event.reply.say,
				   ra_buf_str(&event.reply.err));
			live->left--;
		}
		ra_event_clear(&event);
	}
}

static void begin(const struct plan *plan, struct loop *loop)
{
	struct live *live = &loop->live[loop->live_count++];
	const char *identities[] = {plan->identity, NULL};
	struct ra_clock clock = ra_clock_make(RA_UTC_NONE, 1);
	const char *line = plan->hosts[loop->next++];
	char host[64];
	int port;

	bench_must(sscanf(line, "%63s %d", host, &port) == 2, "no host: %s", line);
	struct ra_ssh_options options = {.host = host,
					 .user = plan->user,
					 .port = port,
					 .identities = identities,
					 .known_hosts = plan->known_hosts,
					 .host_key = RA_HOSTKEY_YES};

	*live = (struct live){.left = plan->request_count};
	bench_must(ra_link_ssh_new(&options, &clock, &live->link, NULL) == RA_OK, "no link");
	for (int i = 0; i < plan->request_count; i++) {
		struct ra_ticket ticket = {
		    .id = (uint64_t)i + 1, .request = plan->requests[i], .timeout_ms = BOUND_MS, .cap_len = 1 << 20};

		bench_must(live->link->ops->submit(live->link, &ticket, NULL) == RA_OK, "a request is not taken");
	}
	live->link->ops->step(live->link, ra_mono_now());
	take(live);
}

/* Wait until a link can go on, and step those that can. */
static void turn(struct loop *loop)
{
	ra_mono_ms nearest = RA_DEADLINE_NONE, now = ra_mono_now();
	nfds_t count = 0;

	for (int i = 0; i < loop->live_count; i++) {
		struct live *live = &loop->live[i];

		live->fd_first = (int)count;
		live->fd_count = live->link->ops->poll(live->link, &loop->fds[count], &live->deadline);
		count += (nfds_t)live->fd_count;
		nearest = live->deadline < nearest ? live->deadline : nearest;
	}
	int wait_ms = nearest <= now ? 0 : nearest - now < 1000 ? (int)(nearest - now) : 1000;

	(void)poll(loop->fds, count, wait_ms);
	now = ra_mono_now();
	for (int i = 0; i < loop->live_count; i++) {
		struct live *live = &loop->live[i];
		bool ready = live->deadline <= now;

		for (int fd = 0; fd < live->fd_count; fd++)
			ready = ready || loop->fds[live->fd_first + fd].revents;
		if (!ready)
			continue;
		live->link->ops->step(live->link, now);
		take(live);
	}
}

/* Hosts that have answered go. */
static void sweep(struct loop *loop)
{
	for (int i = 0; i < loop->live_count;) {
		if (loop->live[i].left > 0) {
			i++;
			continue;
		}
		ra_link_free(loop->live[i].link);
		loop->live[i] = loop->live[--loop->live_count];
		loop->done++;
	}
}

int bench_link(int argc, char **argv)
{
	static struct plan plan;
	static struct loop loop;

	bench_must(argc == 7, "link: seven arguments");
	int parallel = atoi(argv[0]), checks = atoi(argv[1]);

	bench_must(parallel >= 1 && parallel <= LIVE_MAX, "link: 1 to %d hosts at a time", LIVE_MAX);
	plan.host_count = read_lines(argv[2], plan.hosts, HOSTS_MAX);
	plan.request_count = read_lines(argv[3], plan.requests, REQUESTS_MAX);
	bench_must(checks >= 1 && checks <= plan.request_count, "link: %d requests, not %d", plan.request_count,
		   checks);
	plan.request_count = checks;
	plan.known_hosts = argv[4];
	plan.identity = argv[5];
	plan.user = argv[6];
	double began = bench_now_ms();

	while (loop.done < plan.host_count) {
		while (loop.live_count < parallel && loop.next < plan.host_count)
			begin(&plan, &loop);
		loop.live_most = loop.live_count > loop.live_most ? loop.live_count : loop.live_most;
		turn(&loop);
		bench_must(bench_now_ms() - began < BOUND_MS, "link: no end in %d ms", BOUND_MS);
		sweep(&loop);
	}
	printf("%.3f %d\n", bench_now_ms() - began, loop.live_most);
	return 0;
}
