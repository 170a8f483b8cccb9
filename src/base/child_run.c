/* child_run.c - another program run to its end, and what it wrote. */
#include "config.h"

#include "base/child.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define LOOK_MS 50    /* how soon an end is seen that closes no pipe */
#define SOON_MS 1
#define FINISH_MS 200 /* what one that is ended is given */

/* A pipe of a child: the end that it writes to and ours; -1 where there is none. */
struct pipe_of {
	int ours, theirs;
	struct ra_buf *into;
};

static ra_err open_pipe(struct pipe_of *pipe, struct ra_errs *errs)
{
	int ends[2];

	if (!pipe->into)
		return RA_OK;
	ra_err err = ra_child_pipe(ends, errs);

	if (!err) {
		pipe->ours = ends[0];
		pipe->theirs = ends[1];
	}
	return err;
}

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Take what is there. What does not fit is read and dropped: a child that can write goes on. */
static void drain(struct pipe_of *pipe)
{
	char piece[4096];

	while (pipe->ours >= 0) {
		ssize_t got = read(pipe->ours, piece, sizeof(piece));
		size_t len = got > 0 ? (size_t)got : 0;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return;
		if (got <= 0)
			shut(&pipe->ours);
		if (len && pipe->into->max_len && len > pipe->into->max_len - pipe->into->len)
			len = pipe->into->max_len - pipe->into->len;
		if (len && ra_buf_add(pipe->into, piece, len))
			shut(&pipe->ours); /* no memory: what is there is part of it */
	}
}

ra_err ra_child_run(const struct ra_child_spec *spec, int wait_ms, struct ra_buf *out, struct ra_buf *said,
		    struct ra_child *child, struct ra_errs *errs)
{
	struct pipe_of pipes[] = {{-1, -1, out}, {-1, -1, said}};
	const ra_mono_ms until = ra_mono_now() + wait_ms;
	struct ra_child_spec with = *spec;
	bool over = false;

	*child = (struct ra_child){.status = -1};
	ra_err err = open_pipe(&pipes[0], errs);

	if (!err)
		err = open_pipe(&pipes[1], errs);
	with.out = pipes[0].theirs;
	with.err = said ? pipes[1].theirs : spec->err;
	if (!err)
		err = ra_child_start(&with, child, errs);
	for (size_t i = 0; i < RA_LEN(pipes); i++)
		shut(&pipes[i].theirs);
	while (!err && !over && (wait_ms < 0 || ra_mono_now() < until)) {
		struct pollfd fds[] = {{.fd = pipes[0].ours, .events = POLLIN}, {.fd = pipes[1].ours, .events = POLLIN}};

		/* One that is closed is -1: passed over. Who has closed both is about to end. */
		(void)poll(fds, RA_LEN(fds), fds[0].fd < 0 && fds[1].fd < 0 && (out || said) ? SOON_MS : LOOK_MS);
		over = ra_child_over(child);
		for (size_t i = 0; i < RA_LEN(pipes); i++)
			drain(&pipes[i]);
	}
	if (!err && !over) {
		ra_child_finish(child, FINISH_MS);
		child->status = -1;
	}
	for (size_t i = 0; i < RA_LEN(pipes); i++)
		shut(&pipes[i].ours);
	return err;
}
