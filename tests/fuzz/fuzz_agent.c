/* Any bytes as what an ssh agent answers: to the question for its keys, to one for a signature, and as strings of the SSH wire. The first
 * byte says how many of them come at once. */
#include "config.h"

#include "link/agent.h"
#include "link/knownhosts.h"
#include "link/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TALK_MAX 16384 /* what a socket takes without a reader */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(bool right)
{
	if (!right)
		abort();
}

static int listen_at(char *dir, size_t cap, struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(dir, cap, "/tmp/ra-fuzz-agent-XXXXXX");
	check(fd >= 0 && mkdtemp(dir));
	*at = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(at->sun_path, sizeof(at->sun_path), "%.60s/s", dir);
	check(bind(fd, (struct sockaddr *)at, sizeof(*at)) == 0 && listen(fd, 1) == 0);
	return fd;
}

static void look_at_keys(const struct ra_agent *agent)
{
	int count;
	const struct ra_agent_key *keys = ra_agent_keys(agent, &count);

	check(count >= 0 && count <= RA_AGENT_KEYS_MAX);
	for (int i = 0; i < count; i++) {
		char type[32];

		check(memchr(keys[i].comment, '\0', sizeof(keys[i].comment)) != NULL);
		ra_key_type_name(keys[i].blob, keys[i].blob_len, type, sizeof(type));
		check(strlen(type) < keys[i].blob_len || !type[0]);
	}
}

/* Ask, hear the bytes in pieces, then the end. */
static void talk(const char *path, int listener, bool sign, const uint8_t *bytes, size_t len)
{
	const struct ra_agent_work work = {.key = (const unsigned char *)"k", .key_len = 1, .data = (const unsigned char *)"d", .data_len = 1};
	struct ra_agent *agent;
	size_t piece = len ? (size_t)bytes[0] + 1 : 1, signature_len = 0;

	check(ra_agent_open(path, &agent) == RA_OK);
	int fd = accept(listener, NULL, NULL);

	check(fd >= 0);
	check((sign ? ra_agent_sign(agent, &work) : ra_agent_list(agent)) == RA_OK);
	ra_err err = ra_agent_step(agent);

	check(err == RA_E_BUSY);
	for (size_t at = 1; at < len && err == RA_E_BUSY; at += piece) {
		size_t n = len - at < piece ? len - at : piece;

		check(write(fd, bytes + at, n) == (ssize_t)n);
		err = ra_agent_step(agent);
	}
	shutdown(fd, SHUT_RDWR);
	if (err == RA_E_BUSY)
		err = ra_agent_step(agent);
	check(err != RA_E_BUSY);
	if (!err && sign)
		check(ra_agent_signature(agent, &signature_len) != NULL && signature_len <= len);
	if (!err && !sign)
		look_at_keys(agent);
	ra_agent_free(agent);
	close(fd);
}

static void read_wire(const uint8_t *bytes, size_t len)
{
	struct ra_wire wire = ra_wire_make(bytes, len);

	while (!wire.bad && wire.left) {
		size_t left = wire.left, string_len;
		const unsigned char *string = ra_wire_string(&wire, &string_len);

		check(wire.bad == (string == NULL) && string_len <= left && wire.left <= left);
		check(!string || (string >= bytes && string + string_len <= bytes + len));
	}
	if (wire.bad)
		check(ra_wire_u32(&wire) == 0 && ra_wire_u8(&wire) == 0 && wire.bad);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char dir[64];
	struct sockaddr_un at;

	read_wire(bytes, len);
	int listener = listen_at(dir, sizeof(dir), &at);

	len = len < TALK_MAX ? len : TALK_MAX;
	talk(at.sun_path, listener, false, bytes, len);
	talk(at.sun_path, listener, true, bytes, len);
	close(listener);
	check(unlink(at.sun_path) == 0 && rmdir(dir) == 0);
	return 0;
}
