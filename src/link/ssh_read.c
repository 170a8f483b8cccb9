/* ssh_read.c - the two streams of an exec become replies. */
#include "config.h"

#include "link/ssh_exec.h"

#define READ_LEN 32768
#define READS_MAX 64                   /* of one stream in one go: 2 MiB, then the others have their turn */
#define GRACE_MS 300                   /* for the end of stderr, after that of stdout */
#define DROPPED_MAX ((size_t)24 << 20) /* past the cap of one answer, while others are waited for */

bool ra_exec_is_flooded(const struct ra_exec *exec)
{
	return exec->dropped_len > DROPPED_MAX;
}

/* Bytes of stdout, up to the cap. What is cut there is handed over at once; its end is only waited for by those behind
 * it. */
static ra_err keep_out(struct ra_ssh *ssh, struct ra_exec *exec, const char *bytes, size_t len)
{
	struct ra_reply *reply = ra_exec_reply(exec, exec->at);
	if (!reply) {
		exec->dropped_len += len;
		return RA_OK;
	}
	size_t have = reply->out.len, cap = exec->frames[exec->at].job->cap_len;
	if (reply->secret) {
		ra_secret_bytes(reply->secret, &have);
		cap = cap < RA_SECRET_MAX ? cap : RA_SECRET_MAX;
	}
	size_t take = len < cap - have ? len : cap - have;
	ra_err err = reply->secret ? ra_secret_add(reply->secret, bytes, take) : ra_buf_add(&reply->out, bytes, take);
	if (err || take == len)
		return err;
	reply->truncated = true;
	exec->dropped_len += len - take;
	ra_join_answer(ssh, exec, exec->at, RA_LINK_ANSWERED, NULL);
	return RA_OK;
}

/* Bytes of stderr, up to its cap. What a secret's command says there may be one too: dropped. */
static ra_err keep_err(struct ra_exec *exec, const char *bytes, size_t len)
{
	struct ra_reply *reply = ra_exec_reply(exec, exec->err_at);
	if (!reply || reply->secret)
		return RA_OK;
	size_t room = RA_ERR_CAP_LEN - reply->err.len;
	return ra_buf_add(&reply->err, bytes, len < room ? len : room);
}

/* The trailer of the frame at is here: the next command runs since. */
static void end_frame(struct ra_ssh *ssh, struct ra_exec *exec, const struct ra_piece *piece)
{
	struct ra_exec_frame *frame = &exec->frames[exec->at];
	struct ra_reply *reply = ra_exec_reply(exec, exec->at);
	const ra_utc_ms now_utc = ra_clock_utc(&ssh->head.clock, ssh->now);
	frame->came_at = ssh->now;
	frame->stopped = piece->stopped;
	if (reply) {
		reply->status = piece->stopped ? -1 : piece->status;
		reply->came_at = now_utc;
	}
	exec->at++;
	exec->dropped_len = 0;
	exec->began_at = ssh->now;
	reply = ra_exec_reply(exec, exec->at);
	if (reply)
		reply->sent_at = now_utc;
}

/* What came on one stream. Behind the last trailer nothing is anybody's. */
static ra_err take_bytes(struct ra_ssh *ssh, struct ra_exec *exec, bool is_out, const char *bytes, size_t len)
{
	struct ra_frames *frames = is_out ? &exec->out : &exec->err;
	size_t *at = is_out ? &exec->at : &exec->err_at;
	while (len > 0 && *at < exec->count) {
		struct ra_piece piece;
		size_t used = ra_frames_take(frames, exec->frames[*at].nonce, bytes, len, &piece);
		ra_err err = RA_OK;
		if (piece.kind == RA_PIECE_BODY)
			err = is_out ? keep_out(ssh, exec, piece.bytes, piece.len)
				     : keep_err(exec, piece.bytes, piece.len);
		else if (piece.kind == RA_PIECE_END && is_out)
			end_frame(ssh, exec, &piece);
		else if (piece.kind == RA_PIECE_END)
			exec->err_at++;
		if (err)
			return err;
		bytes += used;
		len -= used;
	}
	return RA_OK;
}

/* Half a packet that hangs on this exec must leave first, wanted or not. */
static bool may_read(const struct ra_ssh *ssh, const struct ra_exec *exec)
{
	return ssh->pin == exec || (ra_exec_is_awaited(exec) && !ra_exec_is_flooded(exec));
}

/* Drain one stream. Out: DONE when something came, FAILED when the session is lost. */
static enum ra_progress drain(struct ra_ssh *ssh, struct ra_exec *exec, int stream)
{
	char chunk[READ_LEN];
	enum ra_progress progress = RA_PROGRESS_WAIT;
	for (int i = 0; i < READS_MAX && may_read(ssh, exec); i++) {
		ssize_t n = libssh2_channel_read_ex(exec->channel, stream, chunk, sizeof(chunk));
		if (ra_ssh_blocked(ssh, exec, (int)n))
			break;
		if (n < 0)
			return RA_PROGRESS_FAILED;
		if (n == 0)
			break;
		progress = RA_PROGRESS_DONE;
		ssh->wire.flood_len = 0;
		ra_err err = take_bytes(ssh, exec, stream == 0, chunk, (size_t)n);
		if (exec->secret)
			ra_wipe(chunk, sizeof(chunk));
		if (err)
			return RA_PROGRESS_FAILED;
	}
	return progress;
}

ra_mono_ms ra_exec_grace_until(const struct ra_exec *exec)
{
	for (size_t i = exec->err_at; i < exec->at; i++)
		if (ra_exec_reply(exec, i))
			return exec->frames[i].came_at + GRACE_MS;
	return RA_DEADLINE_NONE;
}

/* Nothing more comes. Out: an error only without memory, and then those bytes are missing from what is incomplete
 * anyway. */
static ra_err take_rest(struct ra_ssh *ssh, struct ra_exec *exec)
{
	struct ra_piece piece;
	ra_err err = RA_OK;
	if (exec->at < exec->count && ra_frames_rest(&exec->out, &piece))
		err = keep_out(ssh, exec, piece.bytes, piece.len);
	if (exec->err_at < exec->count && ra_frames_rest(&exec->err, &piece))
		err = keep_err(exec, piece.bytes, piece.len) || err ? RA_E_NOMEM : RA_OK;
	return err;
}

void ra_exec_settle(struct ra_ssh *ssh, struct ra_exec *exec, bool all)
{
	if (all)
		(void)take_rest(ssh, exec);
	for (size_t i = 0; i < exec->at; i++) {
		const struct ra_exec_frame *frame = &exec->frames[i];
		if (i >= exec->err_at && !all && ssh->now < frame->came_at + GRACE_MS)
			return;
		if (frame->stopped)
			ra_join_answer(ssh, exec, i, RA_LINK_TIMEOUT, "no answer in time");
		else
			ra_join_answer(ssh, exec, i, RA_LINK_ANSWERED, NULL);
	}
}

enum ra_progress ra_exec_read(struct ra_ssh *ssh, struct ra_exec *exec)
{
	enum ra_progress out = drain(ssh, exec, 0);
	enum ra_progress err = out == RA_PROGRESS_FAILED || ssh->pin ? out : drain(ssh, exec, SSH_EXTENDED_DATA_STDERR);
	if (out == RA_PROGRESS_FAILED || err == RA_PROGRESS_FAILED)
		return RA_PROGRESS_FAILED;
	ra_exec_settle(ssh, exec, false);
	return out == RA_PROGRESS_DONE ? out : err;
}
