#include "config.h"

#include "peer.h"

#include "base/buf.h"
#include "base/io.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BOUND_MS 40000

char peer_state_say[RA_LINK_SAY_MAX], peer_cert[160], peer_certificate[1024];
int peer_percent, peer_needs;
bool peer_may_cancel;
static const struct peer_want *wanted;

/* Who may log in to the peers, and how. */
static const struct {
	const char *user, *password;
} keys[] = {{"administrator@vsphere.local", "peer-secret-1"}, {"operator", "peer-secret-2"}};

/* One line of the peer's output, in bounded time. */
static void read_line(const struct peer *peer, char *out, size_t cap)
{
	size_t len = 0;
	char c = '\0';

	for (; len + 1 < cap; out[len++] = c) {
		struct pollfd fd = {.fd = peer->out, .events = POLLIN};

		if (poll(&fd, 1, BOUND_MS) != 1 || read(peer->out, &c, 1) != 1)
			fail_msg("the peer says nothing");
		if (c == '\n')
			break;
	}
	out[len] = '\0';
}

static void run_peer(const struct peer *peer, const char *flags, int in, int out)
{
	char *argv[40], *save = NULL, *words = strdup(flags);
	int count = 0;
	char *own[] = {getenv("RA_PEER"), "-cafile", (char *)peer->ca, "-log", (char *)peer->log, "-mutations", (char *)peer->changes};

	for (size_t i = 0; i < RA_LEN(own); i++)
		argv[count++] = own[i];
	for (char *word = strtok_r(words, " ", &save); word && count < 39; word = strtok_r(NULL, " ", &save))
		argv[count++] = word;
	argv[count] = NULL;
	dup2(in, 0);
	dup2(out, 1);
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	execv(argv[0], argv);
	_exit(127);
}

void peer_start(struct peer *peer, const char *flags)
{
	int to[2], from[2];
	char line[160];

	assert_non_null(getenv("RA_PEER"));
	*peer = (struct peer){0};
	snprintf(peer->dir, sizeof(peer->dir), "/tmp/ra-peer-XXXXXX");
	assert_non_null(mkdtemp(peer->dir));
	snprintf(peer->ca, sizeof(peer->ca), "%s/ca.pem", peer->dir);
	snprintf(peer->known, sizeof(peer->known), "%s/known", peer->dir);
	snprintf(peer->log, sizeof(peer->log), "%s/log", peer->dir);
	snprintf(peer->changes, sizeof(peer->changes), "%s/changes", peer->dir);
	assert_int_equal(pipe(to), 0);
	assert_int_equal(pipe(from), 0);
	peer->pid = fork();
	assert_true(peer->pid >= 0);
	if (peer->pid == 0)
		run_peer(peer, flags, to[0], from[1]);
	close(to[0]);
	close(from[1]);
	peer->in = to[1];
	peer->out = from[0];
	read_line(peer, peer->url, sizeof(peer->url));
	read_line(peer, line, sizeof(line));
	assert_int_equal(strncmp(line, "thumbprint ", 11), 0);
	snprintf(peer->thumb, sizeof(peer->thumb), "%.120s", line + 11);
}

void peer_stop(struct peer *peer)
{
	char command[200];
	int status = 0;

	close(peer->in);
	close(peer->out);
	for (int i = 0; i < 200 && waitpid(peer->pid, &status, WNOHANG) == 0; i++)
		poll(NULL, 0, 20);
	kill(peer->pid, SIGKILL);
	(void)waitpid(peer->pid, &status, 0);
	snprintf(command, sizeof(command), "rm -rf '%s'", peer->dir);
	assert_int_equal(system(command), 0);
}

int peer_calls(const struct peer *peer, const char *method)
{
	struct ra_buf bytes = {0};
	int count = 0;

	if (access(peer->log, R_OK) == 0)
		assert_int_equal(ra_read_file(peer->log, &bytes, NULL), RA_OK);
	char *save = NULL, *text = strdup(ra_buf_str(&bytes));

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char name[80] = "";

		(void)sscanf(line, "%*s %79s", name);
		count += !method || strcmp(name, method) == 0;
	}
	free(text);
	ra_buf_free(&bytes);
	return count;
}

char *peer_changes(const struct peer *peer)
{
	struct ra_buf bytes = {0};

	if (access(peer->changes, R_OK) == 0)
		assert_int_equal(ra_read_file(peer->changes, &bytes, NULL), RA_OK);
	char *text = strdup(ra_buf_str(&bytes));

	ra_buf_free(&bytes);
	return text;
}

static struct ra_link *open_link(const struct peer *peer, const struct ra_clock *clock, struct ra_errs *errs)
{
	const char *url = wanted->url ? wanted->url : peer->url, *known = wanted->known ? wanted->known : peer->known;
	const char *user = wanted->user ? *wanted->user ? wanted->user : NULL : keys[wanted->redfish].user;
	const char *ca = wanted->no_ca ? NULL : wanted->ca ? wanted->ca : peer->ca;
	const struct ra_vsphere_options vsphere = {.url = url, .user = user, .ca_files = ca, .known_hosts = known, .proxy = wanted->proxy,
						   .insecure = wanted->insecure, .no_esxcli = wanted->no_esxcli, .may_ask = true};
	const struct ra_redfish_options redfish = {.url = url, .user = user, .ca_files = ca, .known_hosts = known, .proxy = wanted->proxy,
						   .insecure = wanted->insecure, .may_ask = true};
	struct ra_link *link = NULL;

	if (wanted->redfish)
		return ra_link_redfish_new(&redfish, clock, &link, errs) ? NULL : link;
	return ra_link_vsphere_new(&vsphere, clock, &link, errs) ? NULL : link;
}

struct ra_link *peer_link(const struct peer *peer, const struct peer_want *want)
{
	static const struct peer_want plain = {0};
	struct ra_clock clock = ra_clock_make(RA_UTC_NONE, 1);
	struct ra_link *link;
	struct ra_errs errs;

	wanted = want ? want : &plain;
	peer_percent = -2;
	peer_needs = 0;
	peer_may_cancel = false;
	peer_state_say[0] = peer_cert[0] = peer_certificate[0] = '\0';
	ra_errs_clear(&errs);
	link = open_link(peer, &clock, &errs);
	if (!link)
		fail_msg("no link: %s", errs.text[0]);
	return link;
}

static void submit(struct ra_link *link, uint64_t id, const char *target, const char *request, bool change)
{
	struct ra_ticket ticket = {.id = id, .request = request, .target = target, .timeout_ms = 20000, .cap_len = 1 << 20, .change = change};

	assert_int_equal(link->ops->submit(link, &ticket, NULL), RA_OK);
}

void peer_submit(struct ra_link *link, uint64_t id, const char *target, const char *request)
{
	submit(link, id, target, request, false);
}

void peer_change(struct ra_link *link, uint64_t id, const char *target, const char *request)
{
	submit(link, id, target, request, true);
}

/* Give what the want says. */
static void answer_need(struct ra_link *link, const struct ra_need *need)
{
	struct ra_secret *secret = ra_secret_new();
	const char *text = need->kind == RA_NEED_USER ? keys[wanted->redfish].user
			   : wanted->password	      ? wanted->password
						      : keys[wanted->redfish].password;

	peer_needs++;
	if (need->kind == RA_NEED_CERT)
		snprintf(peer_certificate, sizeof(peer_certificate), "%s", need->text);
	assert_non_null(secret);
	assert_int_equal(ra_secret_set(secret, text, strlen(text)), RA_OK);
	if (need->kind == RA_NEED_CERT)
		link->ops->answer(link, !wanted->refuse_cert, NULL);
	else if (wanted->no_password)
		link->ops->answer(link, false, NULL);
	else
		link->ops->answer(link, true, secret);
	ra_secret_free(secret);
}

/* Take an event. Out: true when it is the reply waited for, which *out then holds. */
static bool take(struct ra_link *link, struct ra_event *event, uint64_t id, struct ra_event *out)
{
	bool mine = event->kind == RA_EV_REPLY && event->reply.ticket == id;

	if (event->kind == RA_EV_NEED)
		answer_need(link, &event->need);
	if (event->kind == RA_EV_STATE)
		snprintf(peer_state_say, sizeof(peer_state_say), "%s", event->say);
	if (event->kind == RA_EV_STATE && event->state == RA_LINK_UP)
		snprintf(peer_cert, sizeof(peer_cert), "%s", event->peer);
	if (event->kind == RA_EV_PROGRESS) {
		peer_percent = event->progress.percent > peer_percent ? event->progress.percent : peer_percent;
		peer_may_cancel = peer_may_cancel || event->progress.may_cancel;
	}
	if (mine)
		*out = *event;
	else
		ra_event_clear(event);
	return mine;
}

struct ra_event peer_reply(struct ra_link *link, uint64_t id)
{
	ra_mono_ms end = ra_mono_now() + BOUND_MS;
	struct ra_event out = {0};

	while (ra_mono_now() < end) {
		struct pollfd fds[RA_LINK_FDS_MAX];
		ra_mono_ms deadline = RA_DEADLINE_NONE, now;
		struct ra_event event = {0};
		int count;

		link->ops->step(link, ra_mono_now());
		for (link->ops->next(link, &event); event.kind != RA_EV_NONE; link->ops->next(link, &event))
			if (take(link, &event, id, &out))
				return out;
		count = link->ops->poll(link, fds, &deadline);
		now = ra_mono_now();
		deadline = deadline < end ? deadline : end;
		(void)poll(fds, (nfds_t)count, deadline > now ? (int)(deadline - now) : 0);
	}
	fail_msg("no reply to ticket %lu; %s", (unsigned long)id, peer_state_say);
	return out;
}

struct ra_event peer_ask(struct ra_link *link, const char *request)
{
	peer_submit(link, 1, ESX01, request);
	return peer_reply(link, 1);
}

void peer_expect(struct ra_link *link, const char *request, const char *json)
{
	struct ra_event event = peer_ask(link, request);

	if (event.reply.why != RA_LINK_ANSWERED || event.reply.status)
		fail_msg("%s: why %d status %d: %s %s", request, (int)event.reply.why, event.reply.status, event.reply.say,
			 ra_buf_str(&event.reply.err));
	assert_string_equal(ra_buf_str(&event.reply.out), json);
	ra_event_clear(&event);
}

void peer_expect_why(struct ra_link *link, const char *request, enum ra_link_why why, const char *words)
{
	struct ra_event event = peer_ask(link, request);

	if (event.reply.why != why || !strstr(event.reply.say, words))
		fail_msg("%s: why %d, \"%s\", out %s, err %s", request, (int)event.reply.why, event.reply.say, ra_buf_str(&event.reply.out),
			 ra_buf_str(&event.reply.err));
	ra_event_clear(&event);
}
