#include "config.h"

#include "link/ssh.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Room in front of every allocation for its length; keeps the alignment of malloc. */
union head {
	size_t len;
	max_align_t align;
};

void *ra_ssh_alloc(size_t len, void **abstract RA_UNUSED)
{
	if (len > SIZE_MAX - sizeof(union head))
		return NULL;
	union head *head = malloc(sizeof(*head) + len);
	if (!head)
		return NULL;
	head->len = len;
	return head + 1;
}

void ra_ssh_mem_free(void *mem, void **abstract RA_UNUSED)
{
	if (!mem)
		return;
	union head *head = (union head *)mem - 1;
	ra_wipe(mem, head->len);
	free(head);
}

/* Moves and wipes: realloc(3) would leave the old bytes behind. */
void *ra_ssh_realloc(void *mem, size_t len, void **abstract)
{
	void *moved = ra_ssh_alloc(len, abstract);
	if (!moved || !mem)
		return moved;
	size_t old_len = ((union head *)mem - 1)->len;
	memcpy(moved, mem, old_len < len ? old_len : len);
	ra_ssh_mem_free(mem, abstract);
	return moved;
}

ssize_t ra_ssh_send(libssh2_socket_t fd, const void *bytes, size_t len, int flags, void **abstract)
{
	struct ra_ssh *ssh = *abstract;
	if (ssh->wire.mute)
		return -ECONNRESET;
	ssize_t n = send(fd, bytes, len, flags | MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0)
		return errno == EWOULDBLOCK || errno == EINTR ? -EAGAIN : -errno;
	ssh->wire.bytes_out += (uint64_t)n;
	return n;
}

ssize_t ra_ssh_recv(libssh2_socket_t fd, void *bytes, size_t len, int flags, void **abstract)
{
	struct ra_ssh *ssh = *abstract;
	struct ra_ssh_wire *wire = &ssh->wire;
	if (wire->mute)
		return -ECONNRESET;
	bool ready = ssh->phase == RA_SSH_READY;
	if (wire->step_len >= (ready ? RA_SSH_STEP_LEN : RA_SSH_STEP_LOGIN_LEN) || wire->flood) {
		ssh->again = true;
		return -EAGAIN;
	}
	ssize_t n = recv(fd, bytes, len, flags | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return -EAGAIN;
	if (n <= 0) {
		/* libssh2 would throw away what it has read but not handed on; so it only hears that nothing more came,
		 * and the link looks at `closed` once all is handed on. */
		wire->closed = true;
		return -EAGAIN;
	}
	/* The first bytes are kept: when there is no handshake they say why. */
	size_t room = sizeof(wire->first) - 1 - wire->first_len;
	size_t keep = (size_t)n < room ? (size_t)n : room;
	memcpy(wire->first + wire->first_len, bytes, keep);
	wire->first_len += keep;
	wire->bytes_in += (uint64_t)n;
	wire->step_len += (size_t)n;
	wire->flood_len += (size_t)n;
	wire->flood = wire->flood_len > (ready ? RA_SSH_FLOOD_LEN : RA_SSH_FLOOD_LOGIN_LEN);
	wire->closed = wire->closed || wire->flood; /* no more is read: to the phases it is the end */
	wire->heard = true;
	return n;
}

/* libssh2 tells nobody else that the host took its leave: to the call under way it is an error like any other. */
LIBSSH2_DISCONNECT_FUNC(ra_ssh_parted)
{
	struct ra_ssh *ssh = *abstract;
	struct ra_ssh_wire *wire = &ssh->wire;
	(void)session, (void)reason, (void)language, (void)language_len;
	wire->parted = true;
	if (message && message_len > 0)
		snprintf(wire->farewell, sizeof(wire->farewell), "%.*s", message_len, message);
}
