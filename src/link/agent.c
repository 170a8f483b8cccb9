#include "config.h"

#include "link/agent.h"
#include "link/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MESSAGE_MAX (256 * 1024)

enum { ASK_LIST = 11, TELL_LIST = 12, ASK_SIGN = 13, TELL_SIGN = 14 };

struct ra_agent {
	int fd;
	int want; /* the message awaited, 0 none */
	struct ra_buf out, in;
	size_t out_sent;
	struct ra_agent_key keys[RA_AGENT_KEYS_MAX];
	int key_count;
	const unsigned char *signature; /* inside in */
	size_t signature_len;
};

ra_err ra_agent_open(const char *path, struct ra_agent **out)
{
	*out = NULL;
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	if (!path || !*path || strlen(path) >= sizeof(name.sun_path))
		return RA_E_NOTFOUND;
	memcpy(name.sun_path, path, strlen(path));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return RA_E_NOTFOUND;
	if (connect(fd, (struct sockaddr *)&name, sizeof(name)) != 0) {
		close(fd);
		return RA_E_NOTFOUND;
	}
	struct ra_agent *agent = calloc(1, sizeof(*agent));
	if (!agent) {
		close(fd);
		return RA_E_NOMEM;
	}
	agent->fd = fd;
	agent->out.max_len = agent->in.max_len = MESSAGE_MAX;
	*out = agent;
	return RA_OK;
}

static ra_err begin(struct ra_agent *agent, int want)
{
	if (agent->want)
		return RA_E_STATE;
	ra_buf_reset(&agent->out);
	ra_buf_reset(&agent->in);
	agent->out_sent = 0;
	agent->signature = NULL;
	agent->want = want;
	return RA_OK;
}

ra_err ra_agent_list(struct ra_agent *agent)
{
	static const char message[] = {0, 0, 0, 1, ASK_LIST};
	ra_err err = begin(agent, TELL_LIST);
	return err ? err : ra_buf_add(&agent->out, message, sizeof(message));
}

ra_err ra_agent_sign(struct ra_agent *agent, const struct ra_agent_work *work)
{
	if (work->key_len > MESSAGE_MAX / 2 || work->data_len > MESSAGE_MAX / 2)
		return RA_E_LIMIT;
	static const char kind = ASK_SIGN;
	ra_err err = begin(agent, TELL_SIGN);
	if (!err)
		err = ra_wire_put_u32(&agent->out, (uint32_t)(1 + 4 + work->key_len + 4 + work->data_len + 4));
	if (!err)
		err = ra_buf_add(&agent->out, &kind, 1);
	if (!err)
		err = ra_wire_put_string(&agent->out, work->key, work->key_len);
	if (!err)
		err = ra_wire_put_string(&agent->out, work->data, work->data_len);
	return err ? err : ra_wire_put_u32(&agent->out, work->flags);
}

static ra_err flush(struct ra_agent *agent)
{
	while (agent->out_sent < agent->out.len) {
		ssize_t n =
		    send(agent->fd, agent->out.data + agent->out_sent, agent->out.len - agent->out_sent, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? RA_E_BUSY : RA_E_IO;
		agent->out_sent += (size_t)n;
	}
	return RA_OK;
}

/* Read what is there. Out: RA_OK when a whole message stands in `in`. */
static ra_err fill(struct ra_agent *agent)
{
	char chunk[4096];
	for (;;) {
		struct ra_wire head = ra_wire_make(agent->in.data, agent->in.len);
		uint32_t len = ra_wire_u32(&head);
		if (!head.bad && (len == 0 || len > MESSAGE_MAX - 4))
			return RA_E_INVALID;
		if (!head.bad && head.left >= len)
			return RA_OK;
		ssize_t n = recv(agent->fd, chunk, sizeof(chunk), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return RA_E_BUSY;
		if (n <= 0)
			return RA_E_IO;
		ra_err err = ra_buf_add(&agent->in, chunk, (size_t)n);
		if (err)
			return err;
	}
}

static void drop_keys(struct ra_agent *agent)
{
	for (int i = 0; i < agent->key_count; i++)
		free(agent->keys[i].blob);
	agent->key_count = 0;
}

static ra_err read_keys(struct ra_agent *agent, struct ra_wire *wire)
{
	drop_keys(agent);
	uint32_t count = ra_wire_u32(wire);
	for (uint32_t i = 0; i < count && agent->key_count < RA_AGENT_KEYS_MAX; i++) {
		struct ra_agent_key *key = &agent->keys[agent->key_count];
		size_t blob_len, comment_len;
		const unsigned char *blob = ra_wire_string(wire, &blob_len);
		const unsigned char *comment = ra_wire_string(wire, &comment_len);
		if (wire->bad)
			return RA_E_INVALID;
		key->blob = malloc(blob_len ? blob_len : 1);
		if (!key->blob)
			return RA_E_NOMEM;
		memcpy(key->blob, blob, blob_len);
		key->blob_len = blob_len;
		snprintf(key->comment, sizeof(key->comment), "%.*s", (int)(comment_len > 120 ? 120 : comment_len),
			 comment);
		agent->key_count++;
	}
	return wire->bad ? RA_E_INVALID : RA_OK;
}

static ra_err read_signature(struct ra_agent *agent, struct ra_wire *wire)
{
	size_t len, name_len;
	const unsigned char *whole = ra_wire_string(wire, &len);
	struct ra_wire inner = ra_wire_make(whole, len);
	(void)ra_wire_string(&inner, &name_len);
	agent->signature = ra_wire_string(&inner, &agent->signature_len);
	return wire->bad || inner.bad ? RA_E_INVALID : RA_OK;
}

ra_err ra_agent_step(struct ra_agent *agent)
{
	if (!agent->want)
		return RA_E_STATE;
	ra_err err = flush(agent);
	if (!err)
		err = fill(agent);
	if (err)
		return err;
	struct ra_wire wire = ra_wire_make(agent->in.data, agent->in.len);
	(void)ra_wire_u32(&wire);
	int got = ra_wire_u8(&wire);
	int want = agent->want;
	agent->want = 0;
	if (got != want)
		return RA_E_DENIED;
	return want == TELL_LIST ? read_keys(agent, &wire) : read_signature(agent, &wire);
}

int ra_agent_fd(const struct ra_agent *agent, short *events)
{
	if (!agent->want)
		return -1;
	*events = agent->out_sent < agent->out.len ? POLLOUT : POLLIN;
	return agent->fd;
}

const struct ra_agent_key *ra_agent_keys(const struct ra_agent *agent, int *count)
{
	*count = agent->key_count;
	return agent->keys;
}

const unsigned char *ra_agent_signature(const struct ra_agent *agent, size_t *len)
{
	*len = agent->signature_len;
	return agent->signature;
}

struct ra_agent *ra_agent_free(struct ra_agent *agent)
{
	if (!agent)
		return NULL;
	drop_keys(agent);
	ra_buf_free(&agent->out);
	ra_buf_free(&agent->in);
	close(agent->fd);
	free(agent);
	return NULL;
}
