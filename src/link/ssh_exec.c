#include "config.h"

#include "link/ssh.h"

#include "base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAP_DEFAULT_LEN ((size_t)1 << 20)
#define TRAILER_ROOM 64 /* longer than any trailer */
#define READ_LEN 32768
#define READS_MAX 64 /* of one stream in one go: 2 MiB, then the others have their turn */
#define PASSES_MAX 8
#define GRACE_MS 300  /* for the end of stderr, after that of stdout */
#define OPEN_MS 15000 /* to get a channel on a host that has too many */
#define BACKOFF_FIRST_MS 50
#define BACKOFF_MAX_MS 500

/* How far a job is. */
enum stage { QUEUED, OPENING, STARTING, ENDING_INPUT, READING, OVER };

struct exec {
	enum stage stage;
	LIBSSH2_CHANNEL *channel;
	char nonce[RA_NONCE_LEN];
	struct ra_buf line; /* what the host's shell gets */
	size_t scanned;     /* of stdout, for the trailer */
	bool out_done, err_done;
	bool restarted; /* the one retry of a request that libssh2 failed to start */
	int opens;
	ra_mono_ms retry_at, open_until, grace_until;
};

static struct exec *exec_of(const struct ra_job *job)
{
	return job->own;
}

bool ra_ssh_exec_is_sent(const struct ra_job *job)
{
	const struct exec *exec = exec_of(job);
	return exec->stage >= STARTING && exec->stage < OVER;
}

ra_err ra_ssh_exec_new(struct ra_ssh *ssh, struct ra_job *job, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf command = {0};
	ra_err err = ra_quote_request(ra_json_root(job->request), &command);
	if (err)
		return err;
	struct exec *exec = calloc(1, sizeof(*exec));
	if (!exec)
		return ra_fail(errs, RA_E_NOMEM, "%s: no memory for a request", ssh->host);
	job->own = exec;
	exec->open_until = exec->grace_until = RA_DEADLINE_NONE;
	exec->err_done = job->secret;
	if (!job->cap_len)
		job->cap_len = CAP_DEFAULT_LEN;
	struct ra_reply *reply = ra_job_reply(job);
	reply->out.max_len = job->cap_len + TRAILER_ROOM;
	reply->err.max_len = RA_ERR_CAP_LEN + TRAILER_ROOM;
	err = ra_random_hex((RA_NONCE_LEN - 1) / 2, exec->nonce);
	if (!err)
		err = ra_quote_frame(ra_buf_str(&command), exec->nonce, &exec->line);
	if (!err && job->secret && !(reply->secret = ra_secret_new()))
		err = RA_E_NOMEM;
	if (err) {
		ra_buf_free(&exec->line);
		free(exec);
		job->own = NULL;
		return ra_fail(errs, err, "%s: the request cannot be made ready", ssh->host);
	}
	return RA_OK;
}

void ra_ssh_exec_free(struct ra_ssh *ssh RA_UNUSED, struct ra_job *job)
{
	struct exec *exec = exec_of(job);
	ra_buf_free(&exec->line);
	free(exec);
	ra_job_free(job);
}

void ra_ssh_exec_forget(struct ra_ssh *ssh RA_UNUSED, struct ra_job *job)
{
	struct exec *exec = exec_of(job);
	exec->channel = NULL;
	exec->open_until = RA_DEADLINE_NONE;
	exec->retry_at = 0;
	if (exec->stage == OPENING)
		exec->stage = QUEUED;
}

void ra_ssh_exec_reply(struct ra_ssh *ssh, struct ra_job *job, enum ra_link_why why, const char *say)
{
	struct ra_reply *reply = ra_job_reply(job);
	if (!reply)
		return;
	reply->sent = ra_ssh_exec_is_sent(job);
	reply->came_at = ra_clock_utc(&ssh->head.clock, ssh->now);
	if (why == RA_LINK_ANSWERED)
		ssh->reconnects = 0;
	ra_queue_reply(&ssh->queue, job, why, say);
}

/* Hand the channel to those that close by themselves. Out: FAILED when there are too many, or half a packet hangs on
 * it. */
static enum ra_progress abandon(struct ra_ssh *ssh, struct ra_job *job)
{
	struct exec *exec = exec_of(job);
	LIBSSH2_CHANNEL *channel = exec->channel;
	exec->channel = NULL;
	exec->stage = OVER;
	ssh->again = true;
	if (!channel)
		return RA_PROGRESS_DONE;
	if (ssh->pin == job || ssh->closing_count == RA_SSH_CLOSING_MAX)
		return RA_PROGRESS_FAILED;
	ssh->closing[ssh->closing_count++] = (struct ra_ssh_closing){.channel = channel, .since = ssh->now};
	return RA_PROGRESS_DONE;
}

static enum ra_progress finish(struct ra_ssh *ssh, struct ra_job *job, enum ra_link_why why, const char *say)
{
	char text[256];
	snprintf(text, sizeof(text), "%s%s%s", say ? ssh->host : "", say ? ": " : "", say ? say : "");
	ra_ssh_exec_reply(ssh, job, why, text);
	return abandon(ssh, job);
}

void ra_ssh_exec_cancel(struct ra_ssh *ssh, struct ra_job *job)
{
	struct exec *exec = exec_of(job);
	ra_ssh_exec_reply(ssh, job, RA_LINK_CANCELLED, "given up before the answer came");
	ssh->again = true;
	if (exec->stage == OPENING || (ssh->pin == job && exec->stage != QUEUED))
		return; /* libssh2 must come to the end of its call first; run() closes the channel then */
	(void)abandon(ssh, job);
}

static bool is_lost(const struct ra_ssh *ssh, int rc)
{
	return ssh->wire.closed || rc == LIBSSH2_ERROR_SOCKET_SEND || rc == LIBSSH2_ERROR_SOCKET_DISCONNECT ||
	       rc == LIBSSH2_ERROR_SOCKET_RECV || rc == LIBSSH2_ERROR_BAD_USE || rc == LIBSSH2_ERROR_ALLOC ||
	       rc == LIBSSH2_ERROR_DECRYPT || rc == LIBSSH2_ERROR_PROTO;
}

/* The host gives no channel: it allows fewer, or has not yet let go of the last one. */
static enum ra_progress open_refused(struct ra_ssh *ssh, struct ra_job *job)
{
	struct exec *exec = exec_of(job);
	exec->stage = QUEUED;
	if (strstr(ra_ssh_words(ssh), "prohibited"))
		return finish(ssh, job, RA_LINK_REFUSED, "the host allows this account no commands");
	if (ssh->now >= exec->open_until)
		return finish(ssh, job, RA_LINK_UNREACHABLE, "the host gives no further SSH channel");
	int running = 0;
	for (const struct ra_job *other = ssh->jobs; other; other = other->next)
		running += ra_ssh_exec_is_sent(other);
	ssh->channel_max = running > 1 ? running : 1;
	int64_t wait_ms = (int64_t)BACKOFF_FIRST_MS << (exec->opens < 4 ? exec->opens : 4);
	exec->opens++;
	exec->retry_at = ssh->now + (wait_ms < BACKOFF_MAX_MS ? wait_ms : BACKOFF_MAX_MS);
	return RA_PROGRESS_WAIT;
}

static enum ra_progress open_channel(struct ra_ssh *ssh, struct ra_job *job)
{
	struct exec *exec = exec_of(job);
	exec->channel = libssh2_channel_open_session(ssh->session);
	int rc = exec->channel ? 0 : libssh2_session_last_errno(ssh->session);
	if (ra_ssh_blocked(ssh, job, rc))
		return RA_PROGRESS_WAIT;
	ssh->opening = NULL;
	if (!exec->channel && is_lost(ssh, rc))
		return RA_PROGRESS_FAILED;
	if (!job->slot) /* cancelled meanwhile */
		return abandon(ssh, job);
	if (!exec->channel)
		return open_refused(ssh, job);
	exec->stage = STARTING;
	struct ra_reply *reply = ra_job_reply(job);
	reply->sent_at = ra_clock_utc(&ssh->head.clock, ssh->now);
	job->deadline = ssh->now + ra_clock_real_ms(&ssh->head.clock, job->timeout_ms);
	return RA_PROGRESS_DONE;
}

static enum ra_progress start_command(struct ra_ssh *ssh, struct ra_job *job)
{
	struct exec *exec = exec_of(job);
	int rc = libssh2_channel_process_startup(exec->channel, "exec", 4, exec->line.data, (unsigned)exec->line.len);
	if (ra_ssh_blocked(ssh, job, rc))
		return RA_PROGRESS_WAIT;
	if (rc == 0) {
		exec->stage = ENDING_INPUT;
		return RA_PROGRESS_DONE;
	}
	if (is_lost(ssh, rc))
		return RA_PROGRESS_FAILED;
	if (rc == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED || job->change || exec->restarted)
		return finish(ssh, job, RA_LINK_REFUSED, "the host refused to start the command");
	/* Known of libssh2 1.9 and 1.10: a start that fails for no reason of the host's. Once more, for what only
	 * reads. */
	enum ra_progress progress = abandon(ssh, job);
	exec->restarted = true;
	exec->stage = QUEUED;
	return progress;
}

static enum ra_progress end_input(struct ra_ssh *ssh, struct ra_job *job)
{
	struct exec *exec = exec_of(job);
	int rc = libssh2_channel_send_eof(exec->channel);
	if (ra_ssh_blocked(ssh, job, rc))
		return RA_PROGRESS_WAIT;
	if (rc < 0 && is_lost(ssh, rc))
		return RA_PROGRESS_FAILED;
	exec->stage = READING;
	return RA_PROGRESS_DONE;
}

static void cut_buf(struct ra_buf *buf, size_t len)
{
	if (len >= buf->len)
		return;
	buf->len = len;
	buf->data[len] = '\0';
}

static void cut_secret(struct ra_secret *secret, size_t len)
{
	size_t have;
	for (ra_secret_bytes(secret, &have); have > len; have--)
		ra_secret_chop(secret);
}

/* Keep bytes of stdout up to the cap and look for the trailer in what is new. */
static ra_err keep_out(struct ra_job *job, const char *bytes, size_t len)
{
	struct exec *exec = exec_of(job);
	struct ra_reply *reply = ra_job_reply(job);
	size_t have = reply->out.len, body_len;
	if (job->secret)
		ra_secret_bytes(reply->secret, &have);
	size_t cap = job->cap_len + TRAILER_ROOM;
	if (job->secret && cap > RA_SECRET_MAX)
		cap = RA_SECRET_MAX;
	size_t take = len < cap - have ? len : cap - have;
	ra_err err = job->secret ? ra_secret_add(reply->secret, bytes, take) : ra_buf_add(&reply->out, bytes, take);
	if (err)
		return err;
	const char *all = job->secret ? ra_secret_bytes(reply->secret, NULL) : reply->out.data;
	if (ra_trailer_find(all + exec->scanned, have + take - exec->scanned, exec->nonce, &body_len, &reply->status)) {
		exec->out_done = true;
		body_len += exec->scanned;
		reply->truncated = body_len > job->cap_len;
		body_len = reply->truncated ? job->cap_len : body_len;
	} else if (have + take == cap) {
		reply->truncated = true;
		body_len = job->cap_len < cap ? job->cap_len : cap;
	} else {
		exec->scanned = have + take > TRAILER_ROOM ? have + take - TRAILER_ROOM : 0;
		return RA_OK;
	}
	if (job->secret)
		cut_secret(reply->secret, body_len);
	else
		cut_buf(&reply->out, body_len);
	return RA_OK;
}

static ra_err keep_err(struct ra_job *job, const char *bytes, size_t len)
{
	struct exec *exec = exec_of(job);
	struct ra_buf *err = &ra_job_reply(job)->err;
	size_t room = err->max_len - err->len, body_len;
	if (exec->err_done)
		return RA_OK;
	if (ra_buf_add(err, bytes, len < room ? len : room) != RA_OK)
		return RA_E_NOMEM;
	if (ra_trailer_find_err(err->data, err->len, exec->nonce, &body_len)) {
		exec->err_done = true;
		cut_buf(err, body_len);
	} else if (err->len == err->max_len) {
		exec->err_done = true;
		cut_buf(err, RA_ERR_CAP_LEN);
	}
	return RA_OK;
}

/* Drain one stream. Out: DONE when something came, FAILED when the session is lost. */
static enum ra_progress drain(struct ra_ssh *ssh, struct ra_job *job, int stream)
{
	struct exec *exec = exec_of(job);
	char chunk[READ_LEN];
	enum ra_progress progress = RA_PROGRESS_WAIT;
	for (int i = 0; i < READS_MAX && !ra_job_reply(job)->truncated; i++) {
		ssize_t n = libssh2_channel_read_ex(exec->channel, stream, chunk, sizeof(chunk));
		if (ra_ssh_blocked(ssh, job, (int)n))
			break;
		if (n < 0)
			return RA_PROGRESS_FAILED;
		if (n == 0)
			break;
		progress = RA_PROGRESS_DONE;
		ssh->wire.flood_len = 0;
		ra_err err = stream == 0 && !exec->out_done ? keep_out(job, chunk, (size_t)n)
			     : stream == 0                  ? RA_OK
							    : keep_err(job, chunk, (size_t)n);
		if (job->secret)
			ra_wipe(chunk, sizeof(chunk));
		if (err)
			return RA_PROGRESS_FAILED;
	}
	return progress;
}

/* The command's side ended without the trailer: say by what, if the host says so. */
static enum ra_progress ended_early(struct ra_ssh *ssh, struct ra_job *job)
{
	char *name = NULL, say[128];
	size_t len = 0;
	(void)libssh2_channel_get_exit_signal(exec_of(job)->channel, &name, &len, NULL, NULL, NULL, NULL);
	if (name)
		snprintf(say, sizeof(say), "the command's shell was ended by signal %.20s: the answer is incomplete",
			 name);
	else
		snprintf(say, sizeof(say), "the answer ends early: what came is incomplete");
	if (name)
		libssh2_free(ssh->session, name);
	return finish(ssh, job, RA_LINK_CUT, say);
}

static enum ra_progress read_streams(struct ra_ssh *ssh, struct ra_job *job)
{
	struct exec *exec = exec_of(job);
	enum ra_progress out = drain(ssh, job, 0);
	enum ra_progress err = out == RA_PROGRESS_FAILED || ssh->pin ? out : drain(ssh, job, SSH_EXTENDED_DATA_STDERR);
	if (out == RA_PROGRESS_FAILED || err == RA_PROGRESS_FAILED)
		return RA_PROGRESS_FAILED;
	bool eof = libssh2_channel_eof(exec->channel) == 1;
	if (ra_job_reply(job)->truncated)
		return finish(ssh, job, RA_LINK_ANSWERED, NULL);
	if (exec->out_done && exec->grace_until == RA_DEADLINE_NONE)
		exec->grace_until = ssh->now + GRACE_MS;
	if (exec->out_done && (exec->err_done || eof || ssh->now >= exec->grace_until))
		return finish(ssh, job, RA_LINK_ANSWERED, NULL);
	if (eof && !exec->out_done)
		return ended_early(ssh, job);
	return out == RA_PROGRESS_DONE ? out : err;
}

/* May this job begin to open its channel now? */
static bool may_open(const struct ra_ssh *ssh, const struct ra_job *job)
{
	int zombies = 0;
	for (int i = 0; i < ssh->closing_count; i++)
		zombies += ssh->now - ssh->closing[i].since >= RA_SSH_CLOSE_MS;
	int running = ssh->closing_count - zombies; /* the host counts them still */
	for (const struct ra_job *other = ssh->jobs; other; other = other->next)
		running += ra_ssh_exec_is_sent(other);
	return !ssh->opening && !ssh->probing && running < ssh->channel_max && zombies <= RA_SSH_ZOMBIES_MAX &&
	       ssh->now >= exec_of(job)->retry_at;
}

static enum ra_progress run(struct ra_ssh *ssh, struct ra_job *job)
{
	struct exec *exec = exec_of(job);
	if (ra_ssh_exec_is_sent(job) && !job->slot && ssh->pin != job)
		return abandon(ssh, job);
	if (exec->stage == READING && !job->slot)
		return RA_PROGRESS_FAILED;
	if (ra_ssh_exec_is_sent(job) && ssh->now >= job->deadline)
		return finish(ssh, job, RA_LINK_TIMEOUT, "no answer in time");
	switch (exec->stage) {
	case QUEUED:
		if (!may_open(ssh, job))
			return RA_PROGRESS_WAIT;
		if (exec->open_until == RA_DEADLINE_NONE)
			exec->open_until = ssh->now + OPEN_MS;
		exec->stage = OPENING;
		ssh->opening = job;
		return RA_PROGRESS_DONE;
	case OPENING:
		return open_channel(ssh, job);
	case STARTING:
		return start_command(ssh, job);
	case ENDING_INPUT:
		return end_input(ssh, job);
	case READING:
		return read_streams(ssh, job);
	case OVER:
		break;
	}
	return RA_PROGRESS_WAIT;
}

/* Try to be rid of closing channels. Out: true when one went. */
static bool close_channels(struct ra_ssh *ssh)
{
	bool gone = false;
	for (int i = 0; i < ssh->closing_count;) {
		struct ra_ssh_closing *closing = &ssh->closing[i];
		if (ssh->pin && ssh->pin != closing->channel)
			return gone;
		if (ra_ssh_blocked(ssh, closing->channel, libssh2_channel_free(closing->channel))) {
			i++;
			continue;
		}
		ssh->closing[i] = ssh->closing[--ssh->closing_count];
		gone = true;
	}
	return gone;
}

void ra_ssh_exec_sweep(struct ra_ssh *ssh)
{
	struct ra_job *next;
	for (struct ra_job *job = ssh->jobs; job; job = next) {
		next = job->next;
		if (job->slot || exec_of(job)->stage != OVER)
			continue;
		ra_jobs_remove(&ssh->jobs, job);
		ra_ssh_exec_free(ssh, job);
	}
}

enum ra_progress ra_ssh_exec(struct ra_ssh *ssh)
{
	bool moved = true;
	for (int pass = 0; pass < PASSES_MAX && moved; pass++) {
		moved = close_channels(ssh);
		for (struct ra_job *job = ssh->jobs; job; job = job->next) {
			if (ssh->pin && ssh->pin != job)
				continue;
			enum ra_progress progress = run(ssh, job);
			if (progress == RA_PROGRESS_FAILED)
				return progress;
			moved = moved || progress == RA_PROGRESS_DONE;
		}
		ra_ssh_exec_sweep(ssh);
	}
	ssh->again = ssh->again || moved;
	return ssh->wire.closed && !moved ? RA_PROGRESS_FAILED : RA_PROGRESS_DONE;
}

static ra_mono_ms sooner(ra_mono_ms a, ra_mono_ms b)
{
	return a < b ? a : b;
}

ra_mono_ms ra_ssh_exec_deadline(const struct ra_ssh *ssh)
{
	ra_mono_ms at = RA_DEADLINE_NONE;
	for (const struct ra_job *job = ssh->jobs; job; job = job->next) {
		const struct exec *exec = exec_of(job);
		if (exec->stage == QUEUED && exec->retry_at > ssh->now)
			at = sooner(at, exec->retry_at);
		if (ra_ssh_exec_is_sent(job))
			at = sooner(at, sooner(job->deadline, exec->grace_until));
	}
	for (int i = 0; i < ssh->closing_count; i++)
		if (ssh->now - ssh->closing[i].since < RA_SSH_CLOSE_MS)
			at = sooner(at, ssh->closing[i].since + RA_SSH_CLOSE_MS);
	return at;
}
