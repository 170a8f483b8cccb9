/* ssh_idle.c - a connection over which nothing is asked: is the host still there? */
#include "config.h"

#include "link/ssh.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define PINNED_MS 1000
#define PROBE_MS (RA_SSH_IDLE_MS - RA_SSH_KEEPALIVE_MS) /* silence after which the host is asked for more than a keepalive */

/* Bytes nobody has read yet stand before the end and hide it from recv(). */
bool ra_ssh_peer_is_gone(const struct ra_ssh *ssh)
{
	char byte;
	struct pollfd end = {.fd = ssh->fd, .events = RA_SSH_PEER_GONE};
	if (poll(&end, 1, 0) > 0 && (end.revents & (RA_SSH_PEER_GONE | POLLHUP | POLLERR)))
		return true;
	ssize_t n = recv(ssh->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void ra_ssh_keep_alive(struct ra_ssh *ssh)
{
	int next_s;
	if (ssh->now < ssh->keepalive_at)
		return;
	if (ssh->pin) { /* nothing goes before what is half sent: look again, but not at once */
		ssh->keepalive_at = ssh->now + PINNED_MS;
		return;
	}
	(void)libssh2_keepalive_send(ssh->session, &next_s);
	ssh->keepalive_at = ssh->now + RA_SSH_KEEPALIVE_MS;
}

/* libssh2 reads only for somebody who waits. While nobody does, what the host answers to a keepalive stays in the socket: that there is
 * more of it than before is how the host is heard. */
static void listen_idle(struct ra_ssh *ssh)
{
	int waiting = 0;
	if (ioctl(ssh->fd, FIONREAD, &waiting) == 0 && waiting != ssh->unread)
		ssh->heard_at = ssh->now;
	ssh->unread = waiting;
}

enum ra_progress ra_ssh_probe(struct ra_ssh *ssh)
{
	if (!ssh->probing || (ssh->pin && ssh->pin != &ssh->probing))
		return RA_PROGRESS_WAIT;
	uint64_t before = ssh->wire.bytes_in;
	LIBSSH2_CHANNEL *channel = libssh2_channel_open_session(ssh->session);
	uint64_t came = ssh->wire.bytes_in - before;
	/* What lay in the socket already was heard when it came. */
	if (came <= (uint64_t)ssh->unread) {
		ssh->unread -= (int)came;
		ssh->wire.heard = false;
	} else {
		ssh->unread = 0;
	}
	int rc = channel ? 0 : libssh2_session_last_errno(ssh->session);
	if (ra_ssh_blocked(ssh, &ssh->probing, rc))
		return RA_PROGRESS_WAIT;
	ssh->probing = false;
	if (channel) /* nothing else was opened or closed meanwhile: there is room */
		ssh->closing[ssh->closing_count++] = (struct ra_ssh_closing){.channel = channel, .since = ssh->now};
	return channel || rc == LIBSSH2_ERROR_CHANNEL_FAILURE ? RA_PROGRESS_DONE : RA_PROGRESS_FAILED;
}

enum ra_progress ra_ssh_idle(struct ra_ssh *ssh)
{
	if (ra_ssh_peer_is_gone(ssh))
		return RA_PROGRESS_FAILED;
	/* Looked at late, because this machine slept: that nobody was heard says nothing. */
	if (ssh->now - ssh->keepalive_at >= RA_SSH_KEEPALIVE_MS)
		ssh->heard_at = ssh->now;
	listen_idle(ssh);
	ra_ssh_keep_alive(ssh);
	ssh->probing = ssh->now - ssh->heard_at >= PROBE_MS;
	ssh->opening_at = ssh->now;
	return ssh->probing ? RA_PROGRESS_DONE : RA_PROGRESS_WAIT;
}
