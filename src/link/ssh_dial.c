#include "config.h"

#include "link/ssh.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STAGGER_MS 250 /* head start of an address before the next is tried beside it (RFC 8305) */
#define WHERE_LEN 420

/* The host for a sentence about the way there: with where it is, where the ssh configuration gives another name. Out: borrowed. */
static const char *where(const struct ra_ssh *ssh, char *out, size_t cap)
{
	if (strcmp(ssh->host, ssh->at) == 0)
		return ssh->host;
	snprintf(out, cap, "%.200s (%.200s)", ssh->host, ssh->at);
	return out;
}

/* The lookup tells of the name it was given; the operator gave the host's. */
static enum ra_progress not_found(struct ra_ssh *ssh, const char *say)
{
	char name[WHERE_LEN];
	size_t len = strlen(ssh->at);
	bool named = strncmp(say, ssh->at, len) == 0 && say[len] == ':';
	return ra_ssh_down(ssh, RA_LINK_UNREACHABLE, "%s%s. Check the spelling, or use the address.",
			   named ? where(ssh, name, sizeof(name)) : "", named ? say + len : say);
}

enum ra_progress ra_ssh_dial_start(struct ra_ssh *ssh)
{
	struct ra_errs errs;
	ra_errs_clear(&errs);
	ra_ssh_dial_stop(ssh);
	ssh->phase = RA_SSH_RESOLVE;
	ssh->deadline = ssh->now + ssh->connect_ms;
	if (ra_lookup_start(ssh->at, ssh->port, &ssh->dial.lookup, &errs) != RA_OK)
		return ra_ssh_down(ssh, RA_LINK_UNREACHABLE, "%s", errs.text[0]);
	ssh->again = true;
	return RA_PROGRESS_WAIT;
}

void ra_ssh_dial_stop(struct ra_ssh *ssh)
{
	struct ra_ssh_dial *dial = &ssh->dial;
	dial->lookup = ra_lookup_free(dial->lookup);
	for (size_t i = 0; i < RA_SSH_TRIES; i++) {
		if (dial->tries[i].fd >= 0)
			close(dial->tries[i].fd);
		dial->tries[i].fd = -1;
	}
	dial->addrs.count = dial->next = 0;
}

enum ra_progress ra_ssh_dial_resolve(struct ra_ssh *ssh)
{
	struct ra_errs errs;
	ra_errs_clear(&errs);
	char name[WHERE_LEN];
	ra_err err = ra_lookup_take(ssh->dial.lookup, &ssh->dial.addrs, &errs);
	if (err == RA_E_BUSY && ssh->now < ssh->deadline)
		return RA_PROGRESS_WAIT;
	if (err == RA_E_BUSY)
		return ra_ssh_down(ssh, RA_LINK_TIMEOUT,
				   "%s: the name server does not answer. Try the address instead of the name.",
				   where(ssh, name, sizeof(name)));
	if (err)
		return not_found(ssh, errs.text[0]);
	ssh->dial.lookup = ra_lookup_free(ssh->dial.lookup);
	ssh->dial.next_at = ssh->now;
	ssh->dial.error = 0;
	ssh->phase = RA_SSH_CONNECT;
	ssh->deadline = ssh->now + ssh->connect_ms;
	return RA_PROGRESS_DONE;
}

/* Begin to connect to the next address. Out: a connected or connecting socket, -1 when it failed at once. */
static int begin(struct ra_ssh_dial *dial, bool *connected)
{
	const struct sockaddr *at = (const struct sockaddr *)&dial->addrs.list[dial->next].at;
	socklen_t len = dial->addrs.list[dial->next].len;
	dial->next++;
	*connected = false;
	int fd = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		dial->error = errno;
		return -1;
	}
	if (connect(fd, at, len) == 0) {
		*connected = true;
		return fd;
	}
	if (errno == EINPROGRESS)
		return fd;
	dial->error = errno;
	close(fd);
	return -1;
}

/* Has a try come to an end? Out: 1 connected, 0 not yet, -1 failed. */
static int look(struct ra_ssh_dial *dial, int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};
	if (poll(&ready, 1, 0) <= 0)
		return 0;
	int error = 0;
	socklen_t len = sizeof(error);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		error = errno;
	if (error)
		dial->error = error;
	return error ? -1 : 1;
}

static enum ra_progress take(struct ra_ssh *ssh, int index)
{
	int one = 1;
	ssh->fd = ssh->dial.tries[index].fd;
	ssh->dial.tries[index].fd = -1;
	ra_ssh_dial_stop(ssh);
	(void)setsockopt(ssh->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return RA_PROGRESS_DONE;
}

static enum ra_progress failed(struct ra_ssh *ssh, int error)
{
	static const struct {
		int error;
		const char *advice;
	} advice[] = {
	    {ECONNREFUSED,
	     "Nothing listens there: on ESXi the SSH service is off until it is started (Host > Manage > Services)."},
	    {EHOSTUNREACH, "There is no route to it, or it is switched off."},
	    {ENETUNREACH, "This workstation has no route to that network."},
	    {ETIMEDOUT, "It is switched off, or a firewall drops the packets."},
	};
	const char *what = "Check the network between here and there.";
	for (size_t i = 0; i < RA_LEN(advice); i++)
		if (advice[i].error == error)
			what = advice[i].advice;
	char name[WHERE_LEN];
	return ra_ssh_down(ssh, RA_LINK_UNREACHABLE, "%s port %d: %s. %s", where(ssh, name, sizeof(name)), ssh->port, strerror(error),
			   what);
}

enum ra_progress ra_ssh_dial_connect(struct ra_ssh *ssh)
{
	struct ra_ssh_dial *dial = &ssh->dial;
	char name[WHERE_LEN];
	int running = 0;
	for (int i = 0; i < RA_SSH_TRIES; i++) {
		int *fd = &dial->tries[i].fd;
		int state = *fd < 0 ? -1 : look(dial, *fd);
		if (state > 0)
			return take(ssh, i);
		if (state < 0 && *fd >= 0) {
			close(*fd);
			*fd = -1;
			dial->next_at = ssh->now;
		}
		bool connected = false;
		while (*fd < 0 && dial->next < dial->addrs.count && ssh->now >= dial->next_at) {
			*fd = begin(dial, &connected);
			if (*fd >= 0)
				dial->next_at = ssh->now + STAGGER_MS;
		}
		if (connected)
			return take(ssh, i);
		running += *fd >= 0;
	}
	if (!running && dial->next >= dial->addrs.count)
		return failed(ssh, dial->error);
	if (ssh->now >= ssh->deadline)
		return ra_ssh_down(ssh, RA_LINK_TIMEOUT,
				   "%s port %d does not answer. It is switched off, or a firewall drops the packets.",
				   where(ssh, name, sizeof(name)), ssh->port);
	return RA_PROGRESS_WAIT;
}

int ra_ssh_dial_poll(const struct ra_ssh *ssh, struct pollfd *fds, ra_mono_ms *deadline)
{
	const struct ra_ssh_dial *dial = &ssh->dial;
	int count = 0;
	if (dial->lookup)
		fds[count++] = (struct pollfd){.fd = ra_lookup_fd(dial->lookup), .events = POLLIN};
	for (int i = 0; i < RA_SSH_TRIES; i++)
		if (dial->tries[i].fd >= 0)
			fds[count++] = (struct pollfd){.fd = dial->tries[i].fd, .events = POLLOUT};
	/* With all places taken the next address waits for one of them, not for the clock. */
	if (dial->next < dial->addrs.count && count < RA_SSH_TRIES && dial->next_at < *deadline)
		*deadline = dial->next_at;
	return count;
}
