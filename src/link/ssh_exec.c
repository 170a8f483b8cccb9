/* ssh_exec.c - the life of a channel: opened, given its command line, read, closed without waiting for anybody. */
#include "config.h"

#include "link/ssh_exec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PASSES_MAX 8
#define OPEN_MS 15000 /* to get a channel: from a host that says neither yes nor no, or has too many while none of ours is in use */
#define BACKOFF_FIRST_MS 50
#define BACKOFF_MAX_MS 500
#define BACKOFF_DOUBLINGS 4

static bool is_running(const struct ra_exec *exec)
{
	return exec->stage > RA_EXEC_OPENING && exec->stage < RA_EXEC_OVER;
}

/* When the frame at is given up. */
static ra_mono_ms deadline_of(const struct ra_exec *exec)
{
	return exec->at < exec->count ? exec->began_at + exec->frames[exec->at].limit_ms : RA_DEADLINE_NONE;
}

static int running(const struct ra_ssh *ssh)
{
	int count = 0;
	for (const struct ra_exec *exec = ssh->execs; exec; exec = exec->next)
		count += is_running(exec);
	return count;
}

/* When those behind it are asked elsewhere; never while there is no channel for them. */
static ra_mono_ms slow_at(const struct ra_ssh *ssh, const struct ra_exec *exec)
{
	return exec->at + 1 < exec->count && running(ssh) < ssh->channel_max ? exec->started_at + ssh->beside_ms
									     : RA_DEADLINE_NONE;
}

/* Hand the channel to those that close by themselves. Out: FAILED when there are too many, or half a packet hangs on
 * it. */
static enum ra_progress abandon(struct ra_ssh *ssh, struct ra_exec *exec)
{
	LIBSSH2_CHANNEL *channel = exec->channel;
	exec->channel = NULL;
	exec->stage = RA_EXEC_OVER;
	ssh->again = true;
	if (!channel)
		return RA_PROGRESS_DONE;
	if (ssh->pin == exec || ssh->closing_count == RA_SSH_CLOSING_MAX)
		return RA_PROGRESS_FAILED;
	ssh->closing[ssh->closing_count++] = (struct ra_ssh_closing){.channel = channel, .since = ssh->now};
	return RA_PROGRESS_DONE;
}

static enum ra_progress refuse(struct ra_ssh *ssh, struct ra_exec *exec, const char *say)
{
	for (size_t i = 0; i < exec->count; i++)
		ra_join_answer(ssh, exec, i, RA_LINK_REFUSED, say);
	return abandon(ssh, exec);
}

static bool is_lost(const struct ra_ssh *ssh, int rc)
{
	return ssh->wire.closed || rc == LIBSSH2_ERROR_SOCKET_SEND || rc == LIBSSH2_ERROR_SOCKET_DISCONNECT ||
	       rc == LIBSSH2_ERROR_SOCKET_RECV || rc == LIBSSH2_ERROR_BAD_USE || rc == LIBSSH2_ERROR_ALLOC ||
	       rc == LIBSSH2_ERROR_DECRYPT || rc == LIBSSH2_ERROR_PROTO;
}

/* The host gives no channel: it allows fewer, or has not yet let go of the last one. */
static enum ra_progress open_refused(struct ra_ssh *ssh, struct ra_exec *exec)
{
	const int in_use = running(ssh);
	exec->stage = RA_EXEC_OVER;
	if (strstr(ra_ssh_words(ssh), "prohibited")) {
		ra_join_answer_waiting(ssh, RA_LINK_REFUSED, "the host allows this account no commands");
		return RA_PROGRESS_DONE;
	}
	if (ssh->now >= ssh->open_until) {
		ra_join_answer_waiting(ssh, RA_LINK_UNREACHABLE, "the host gives no further SSH channel");
		return RA_PROGRESS_DONE;
	}
	if (!in_use && ssh->open_until == RA_DEADLINE_NONE)
		ssh->open_until = ssh->now + OPEN_MS;
	ssh->channel_max = in_use > 1 ? in_use : 1;
	int64_t wait_ms = (int64_t)BACKOFF_FIRST_MS
			  << (ssh->open_tries < BACKOFF_DOUBLINGS ? ssh->open_tries : BACKOFF_DOUBLINGS);
	ssh->open_tries++;
	ssh->open_at = ssh->now + (wait_ms < BACKOFF_MAX_MS ? wait_ms : BACKOFF_MAX_MS);
	return RA_PROGRESS_WAIT;
}

/* The channel is open: it takes what waits now, which may be more than when it was asked for, or nothing. */
static enum ra_progress opened(struct ra_ssh *ssh, struct ra_exec *exec)
{
	ssh->open_tries = 0;
	ssh->open_until = RA_DEADLINE_NONE;
	if (ra_join_fill(ssh, exec, running(ssh) == 0) != RA_OK)
		return RA_PROGRESS_FAILED;
	if (!exec->count)
		return abandon(ssh, exec);
	exec->stage = RA_EXEC_STARTING;
	exec->started_at = exec->began_at = ssh->now;
	ra_exec_reply(exec, 0)->sent_at = ra_clock_utc(&ssh->head.clock, ssh->now);
	return RA_PROGRESS_DONE;
}

static enum ra_progress open_channel(struct ra_ssh *ssh, struct ra_exec *exec)
{
	exec->channel = libssh2_channel_open_session(ssh->session);
	int rc = exec->channel ? 0 : libssh2_session_last_errno(ssh->session);
	if (ra_ssh_blocked(ssh, exec, rc))
		return RA_PROGRESS_WAIT;
	ssh->opening = NULL;
	if (!exec->channel && is_lost(ssh, rc))
		return RA_PROGRESS_FAILED;
	return exec->channel ? opened(ssh, exec) : open_refused(ssh, exec);
}

/* A start that failed for no reason of the host's is known of libssh2 1.9 and 1.10: once more, for what only reads.
 * Out: false when that was done. */
static bool may_restart(const struct ra_exec *exec)
{
	for (size_t i = 0; i < exec->count; i++)
		if (ra_exec_reply(exec, i) &&
		    (exec->frames[i].job->change || ra_ask_of(exec->frames[i].job)->restarted))
			return false;
	return true;
}

static enum ra_progress start_failed(struct ra_ssh *ssh, struct ra_exec *exec, int rc)
{
	const bool denied = rc == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED;
	if (denied && exec->count > 1) {
		ssh->single = true;
		ra_join_release(exec, 0, true);
		return abandon(ssh, exec);
	}
	if (denied || !may_restart(exec))
		return refuse(ssh, exec, "the host refused to start the command");
	for (size_t i = 0; i < exec->count; i++)
		if (exec->frames[i].job)
			ra_ask_of(exec->frames[i].job)->restarted = true;
	ra_join_release(exec, 0, false);
	return abandon(ssh, exec);
}

static enum ra_progress start_command(struct ra_ssh *ssh, struct ra_exec *exec)
{
	int rc = libssh2_channel_process_startup(exec->channel, "exec", 4, exec->line.data, (unsigned)exec->line.len);
	if (ra_ssh_blocked(ssh, exec, rc))
		return RA_PROGRESS_WAIT;
	if (rc == 0) {
		exec->stage = RA_EXEC_ENDING_INPUT;
		return RA_PROGRESS_DONE;
	}
	return is_lost(ssh, rc) ? RA_PROGRESS_FAILED : start_failed(ssh, exec, rc);
}

static enum ra_progress end_input(struct ra_ssh *ssh, struct ra_exec *exec)
{
	int rc = libssh2_channel_send_eof(exec->channel);
	if (ra_ssh_blocked(ssh, exec, rc))
		return RA_PROGRESS_WAIT;
	if (rc < 0 && is_lost(ssh, rc))
		return RA_PROGRESS_FAILED;
	exec->stage = RA_EXEC_READING;
	return RA_PROGRESS_DONE;
}

/* The shell ended before its frames did. One that was alone is cut, and it is said by what, if the host says so. Of
 * joined ones all that lack an answer are asked again, each alone; when not even the first was whole, this host is
 * asked so from now on. */
static enum ra_progress ended_early(struct ra_ssh *ssh, struct ra_exec *exec)
{
	char *name = NULL, say[128];
	size_t len = 0;
	if (exec->count > 1) {
		ssh->single = ssh->single || exec->at == 0;
		ra_join_release(exec, exec->at, true);
		return abandon(ssh, exec);
	}
	(void)libssh2_channel_get_exit_signal(exec->channel, &name, &len, NULL, NULL, NULL, NULL);
	if (name)
		snprintf(say, sizeof(say), "the command's shell was ended by signal %.20s: the answer is incomplete",
			 name);
	else
		snprintf(say, sizeof(say), "the answer ends early: what came is incomplete");
	if (name)
		libssh2_free(ssh->session, name);
	ra_join_answer(ssh, exec, 0, RA_LINK_CUT, say);
	return abandon(ssh, exec);
}

static enum ra_progress read_streams(struct ra_ssh *ssh, struct ra_exec *exec)
{
	enum ra_progress progress = ra_exec_read(ssh, exec);
	if (progress == RA_PROGRESS_FAILED || ssh->pin == exec)
		return progress;
	if (ra_exec_is_flooded(exec)) {
		ra_join_release(exec, exec->at + 1, true);
		return abandon(ssh, exec);
	}
	if (!ra_exec_is_awaited(exec))
		return abandon(ssh, exec);
	if (libssh2_channel_eof(exec->channel) != 1)
		return progress;
	ra_exec_settle(ssh, exec, true);
	return exec->at < exec->count ? ended_early(ssh, exec) : abandon(ssh, exec);
}

/* The frame at did not end in time, nor did the host's timer end it: the others go elsewhere. */
static enum ra_progress overdue(struct ra_ssh *ssh, struct ra_exec *exec)
{
	ra_exec_settle(ssh, exec, true);
	ra_join_answer(ssh, exec, exec->at, RA_LINK_TIMEOUT, "no answer in time");
	ra_join_release(exec, exec->at + 1, true);
	return abandon(ssh, exec);
}

/* A host that takes its time does more at once: those whose turn has not come are asked beside it. The shell comes to
 * the first of them too, and ends with its trailer, which nobody takes. */
static void part(struct ra_exec *exec)
{
	ra_join_release(exec, exec->at + 1, true);
	exec->count = exec->at + 1;
}

static enum ra_progress run(struct ra_ssh *ssh, struct ra_exec *exec)
{
	if (is_running(exec) && !ra_exec_is_awaited(exec) && ssh->pin != exec)
		return abandon(ssh, exec);
	if (is_running(exec) && ssh->now >= deadline_of(exec))
		return overdue(ssh, exec);
	if (is_running(exec) && ssh->now >= slow_at(ssh, exec))
		part(exec);
	switch (exec->stage) {
	case RA_EXEC_OPENING:
		return open_channel(ssh, exec);
	case RA_EXEC_STARTING:
		return start_command(ssh, exec);
	case RA_EXEC_ENDING_INPUT:
		return end_input(ssh, exec);
	case RA_EXEC_READING:
		return read_streams(ssh, exec);
	case RA_EXEC_OVER:
		break;
	}
	return RA_PROGRESS_WAIT;
}

/* libssh2 1.10 at times takes the start of a command beside others for refused. What only reads is started once more; a change is not, so
 * it starts when nothing else runs, and nothing else is opened until it has. */
static bool makes_room(const struct ra_ssh *ssh)
{
	const struct ra_job *next = ra_join_next(ssh);
	for (const struct ra_exec *exec = ssh->execs; exec; exec = exec->next)
		if (is_running(exec) && (next->change || (exec->change && exec->stage < RA_EXEC_READING)))
			return true;
	return false;
}

/* May another channel be opened now, for what waits? */
static bool may_open(const struct ra_ssh *ssh)
{
	int zombies = 0;
	for (int i = 0; i < ssh->closing_count; i++)
		zombies += ssh->now - ssh->closing[i].since >= RA_SSH_CLOSE_MS;
	int used = ssh->closing_count - zombies + running(ssh); /* the host counts them still */
	return !ssh->opening && !ssh->probing && used < ssh->channel_max && zombies <= RA_SSH_ZOMBIES_MAX &&
	       ssh->now >= ssh->open_at;
}

/* Begin to open a channel for what waits. */
static enum ra_progress open_next(struct ra_ssh *ssh)
{
	if (!may_open(ssh) || !ra_join_next(ssh) || makes_room(ssh))
		return RA_PROGRESS_WAIT;
	struct ra_exec *exec = calloc(1, sizeof(*exec));
	if (!exec)
		return RA_PROGRESS_FAILED;
	exec->out.with_status = true;
	ssh->opening_at = ssh->now;
	exec->next = ssh->execs;
	ssh->execs = ssh->opening = exec;
	return RA_PROGRESS_DONE;
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

enum ra_progress ra_ssh_exec(struct ra_ssh *ssh)
{
	bool moved = true;
	for (int pass = 0; pass < PASSES_MAX && moved; pass++) {
		moved = close_channels(ssh);
		for (struct ra_exec *exec = ssh->execs; exec; exec = exec->next) {
			if (ssh->pin && ssh->pin != exec)
				continue;
			enum ra_progress progress = run(ssh, exec);
			if (progress == RA_PROGRESS_FAILED)
				return progress;
			moved = moved || progress == RA_PROGRESS_DONE;
		}
		ra_ssh_exec_sweep(ssh);
		enum ra_progress progress = open_next(ssh);
		if (progress == RA_PROGRESS_FAILED)
			return progress;
		moved = moved || progress == RA_PROGRESS_DONE;
	}
	ssh->again = ssh->again || moved;
	return ssh->wire.closed && !moved ? RA_PROGRESS_FAILED : RA_PROGRESS_DONE;
}

static bool is_opening(const struct ra_ssh *ssh)
{
	return ssh->opening || ssh->probing;
}

bool ra_ssh_opens_late(const struct ra_ssh *ssh)
{
	return is_opening(ssh) && ssh->now - ssh->opening_at >= OPEN_MS;
}

static ra_mono_ms sooner(ra_mono_ms a, ra_mono_ms b)
{
	return a < b ? a : b;
}

ra_mono_ms ra_ssh_exec_deadline(const struct ra_ssh *ssh)
{
	ra_mono_ms at = RA_DEADLINE_NONE;
	if (ssh->open_at > ssh->now && ra_join_next(ssh))
		at = ssh->open_at;
	if (is_opening(ssh))
		at = sooner(at, ssh->opening_at + OPEN_MS);
	for (const struct ra_exec *exec = ssh->execs; exec; exec = exec->next) {
		if (!is_running(exec) || (ssh->pin && ssh->pin != exec)) /* nothing can be done for it before the pin is out */
			continue;
		at = sooner(at, sooner(deadline_of(exec), slow_at(ssh, exec)));
		at = sooner(at, ra_exec_grace_until(exec));
	}
	for (int i = 0; i < ssh->closing_count; i++)
		if (ssh->now - ssh->closing[i].since < RA_SSH_CLOSE_MS)
			at = sooner(at, ssh->closing[i].since + RA_SSH_CLOSE_MS);
	return at;
}
