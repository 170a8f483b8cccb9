/* ssh_join.c - which requests share an exec, and what becomes of them. */
#include "config.h"

#include "link/ssh_exec.h"

#include "base/digest.h"

#include <stdio.h>
#include <stdlib.h>

#define CAP_DEFAULT_LEN ((size_t)1 << 20)
#define FRAME_ROOM 64 /* nonce, seconds and what stands between */

struct ra_reply *ra_exec_reply(const struct ra_exec *exec, size_t frame)
{
	struct ra_job *job = frame < exec->count ? exec->frames[frame].job : NULL;
	return job ? ra_job_reply(job) : NULL;
}

bool ra_exec_is_awaited(const struct ra_exec *exec)
{
	for (size_t i = 0; i < exec->count; i++)
		if (ra_exec_reply(exec, i))
			return true;
	return false;
}

bool ra_ssh_exec_is_sent(const struct ra_job *job)
{
	return ra_ask_of(job)->exec || ra_ask_of(job)->lost;
}

ra_err ra_ssh_exec_new(struct ra_ssh *ssh, struct ra_job *job, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf command = {0};
	ra_err err = ra_quote_request(ra_json_root(job->request), &command);
	if (err)
		return err;
	struct ra_ask *ask = calloc(1, sizeof(*ask));
	struct ra_reply *reply = ra_job_reply(job);
	if (!ask || (job->secret && !(reply->secret = ra_secret_new()))) {
		free(ask);
		return ra_fail(errs, RA_E_NOMEM, "%s: no memory for a request", ssh->host);
	}
	ask->command = command;
	command = (struct ra_buf){0};
	ask->alone = job->change || job->secret;
	job->own = ask;
	job->cap_len = job->cap_len ? job->cap_len : CAP_DEFAULT_LEN;
	reply->out.max_len = job->cap_len;
	reply->err.max_len = RA_ERR_CAP_LEN;
	return RA_OK;
}

void ra_ssh_exec_free(struct ra_ssh *ssh RA_UNUSED, struct ra_job *job)
{
	struct ra_ask *ask = ra_ask_of(job);
	for (size_t i = 0; ask->exec && i < ask->exec->count; i++)
		if (ask->exec->frames[i].job == job)
			ask->exec->frames[i].job = NULL;
	ra_buf_free(&ask->command);
	free(ask);
	ra_job_free(job);
}

void ra_ssh_exec_reply(struct ra_ssh *ssh, struct ra_job *job, enum ra_link_why why, const char *say)
{
	struct ra_reply *reply = ra_job_reply(job);
	if (!reply)
		return;
	reply->sent = ra_ask_of(job)->sent;
	if (reply->came_at == RA_UTC_NONE)
		reply->came_at = ra_clock_utc(&ssh->head.clock, ssh->now);
	if (why == RA_LINK_ANSWERED)
		ssh->reconnects = 0;
	ra_queue_reply(&ssh->queue, job, why, say);
	ssh->again = true;
}

void ra_ssh_exec_cancel(struct ra_ssh *ssh, struct ra_job *job)
{
	ra_ssh_exec_reply(ssh, job, RA_LINK_CANCELLED, "given up before the answer came");
}

static void answer(struct ra_ssh *ssh, struct ra_job *job, enum ra_link_why why, const char *say)
{
	char text[RA_LINK_SAY_MAX];
	snprintf(text, sizeof(text), "%s%s%s", say ? ssh->host : "", say ? ": " : "", say ? say : "");
	ra_ssh_exec_reply(ssh, job, why, text);
}

void ra_join_answer(struct ra_ssh *ssh, const struct ra_exec *exec, size_t frame, enum ra_link_why why, const char *say)
{
	if (ra_exec_reply(exec, frame))
		answer(ssh, exec->frames[frame].job, why, say);
}

static bool waits(const struct ra_job *job)
{
	return job->slot && !ra_ssh_exec_is_sent(job);
}

const struct ra_job *ra_join_next(const struct ra_ssh *ssh)
{
	const struct ra_job *job = ssh->jobs;
	while (job && !waits(job))
		job = job->next;
	return job;
}

void ra_join_answer_waiting(struct ra_ssh *ssh, enum ra_link_why why, const char *say)
{
	for (struct ra_job *job = ssh->jobs; job; job = job->next)
		if (waits(job))
			answer(ssh, job, why, say);
}

/* May this one be in an exec with others? */
static bool may_join(const struct ra_ssh *ssh, const struct ra_job *job)
{
	return !ssh->single && !ra_ask_of(job)->alone;
}

static ra_err add_frame(struct ra_ssh *ssh, struct ra_exec *exec, struct ra_job *job)
{
	struct ra_ask *ask = ra_ask_of(job);
	struct ra_exec_frame *frame = &exec->frames[exec->count];
	const int64_t real_ms = ra_clock_real_ms(&ssh->head.clock, job->timeout_ms);
	const int limit_s = real_ms > 1000 ? (int)((real_ms + 999) / 1000) : 1;
	const bool timed = !job->change && !job->secret;
	ra_err err = ra_random_hex((RA_NONCE_LEN - 1) / 2, frame->nonce);
	if (!err)
		err = timed ? ra_quote_join(ra_buf_str(&ask->command), frame->nonce, limit_s, &exec->line)
			    : ra_quote_frame(ra_buf_str(&ask->command), frame->nonce, &exec->line);
	if (err)
		return err;
	frame->limit_ms = timed ? limit_s * INT64_C(1000) + RA_STOP_MARGIN_MS : real_ms;
	frame->job = job;
	ask->exec = exec;
	ask->sent = true;
	exec->secret = job->secret;
	exec->change = job->change;
	exec->count++;
	return RA_OK;
}

ra_err ra_join_fill(struct ra_ssh *ssh, struct ra_exec *exec, bool quiet)
{
	bool joins = true;
	for (struct ra_job *job = ssh->jobs; job && joins && exec->count < RA_JOIN_MAX; job = job->next) {
		if (!waits(job) || (exec->count > 0 && !may_join(ssh, job)) || (job->change && !quiet))
			continue;
		if (exec->count > 0 && exec->line.len + ra_ask_of(job)->command.len + FRAME_ROOM > RA_JOIN_LEN)
			break;
		ra_err err = add_frame(ssh, exec, job);
		if (err)
			return err;
		joins = may_join(ssh, job);
	}
	return RA_OK;
}

/* As if nothing had come. */
static void wait_again(struct ra_job *job, bool alone)
{
	struct ra_reply *reply = ra_job_reply(job);
	ra_ask_of(job)->alone = ra_ask_of(job)->alone || alone;
	ra_buf_reset(&reply->out);
	ra_buf_reset(&reply->err);
	if (reply->secret)
		ra_secret_wipe(reply->secret);
	reply->status = -1;
	reply->sent_at = reply->came_at = RA_UTC_NONE;
}

void ra_join_release(struct ra_exec *exec, size_t from, bool alone)
{
	for (size_t i = from; i < exec->count; i++) {
		struct ra_job *job = exec->frames[i].job;
		if (!job)
			continue;
		if (job->slot)
			wait_again(job, alone);
		ra_ask_of(job)->exec = NULL;
		exec->frames[i].job = NULL;
	}
}

/* No job points at it any more. */
static void free_exec(struct ra_exec *exec)
{
	for (size_t i = 0; i < exec->count; i++)
		if (exec->frames[i].job)
			ra_ask_of(exec->frames[i].job)->exec = NULL;
	ra_buf_free(&exec->line);
	ra_wipe(exec, sizeof(*exec)); /* it held the last bytes of an answer, maybe of a secret one */
	free(exec);
}

void ra_ssh_exec_sweep(struct ra_ssh *ssh)
{
	for (struct ra_job *job = ssh->jobs, *next; job; job = next) {
		next = job->next;
		if (job->slot)
			continue;
		ra_jobs_remove(&ssh->jobs, job);
		ra_ssh_exec_free(ssh, job);
	}
	for (struct ra_exec **at = &ssh->execs; *at;) {
		struct ra_exec *exec = *at;
		if (exec->stage != RA_EXEC_OVER) {
			at = &exec->next;
			continue;
		}
		*at = exec->next;
		free_exec(exec);
	}
}

/* What ran when the connection went is lost; what stood behind it never began. */
void ra_ssh_exec_forget(struct ra_ssh *ssh)
{
	while (ssh->execs) {
		struct ra_exec *exec = ssh->execs;
		ra_exec_settle(ssh, exec, true);
		if (ra_exec_reply(exec, exec->at))
			ra_ask_of(exec->frames[exec->at].job)->lost = true;
		ra_join_release(exec, exec->at + 1, true);
		ssh->execs = exec->next;
		free_exec(exec);
	}
	ssh->opening = NULL;
	ssh->closing_count = 0;
	ssh->open_tries = 0;
	ssh->open_at = 0;
	ssh->open_until = RA_DEADLINE_NONE;
}
