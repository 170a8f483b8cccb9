#include "config.h"

#include "link/ssh.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAUSE_MS 500
#define RECONNECTS_MAX 1
#define DEFAULT_CONNECT_MS 10000
#define DEFAULT_HANDSHAKE_MS 10000
#define DEFAULT_AUTH_MS 20000
#define DEFAULT_BESIDE_MS 3000
#define LEAVING_MS 50 /* how often a child that was told to end is looked at */
#define FINISH_MS 40  /* and how long at most when the link goes: the loop stands meanwhile */
#define STEPS_MAX 64 /* phases walked in one step; more wait for the next */

static struct ra_ssh *of(struct ra_link *link)
{
	return (struct ra_ssh *)link;
}

bool ra_ssh_blocked(struct ra_ssh *ssh, const void *who, int rc)
{
	bool blocked = rc == LIBSSH2_ERROR_EAGAIN;
	bool half_sent = blocked && (libssh2_session_block_directions(ssh->session) & LIBSSH2_SESSION_BLOCK_OUTBOUND);
	ssh->pin = half_sent ? who : NULL;
	return blocked;
}

const char *ra_ssh_words(struct ra_ssh *ssh)
{
	char *words = NULL;
	if (!ssh->session || libssh2_session_last_error(ssh->session, &words, NULL, 0) == 0 || !words || !*words)
		return "the connection was closed";
	return words;
}

static void set_state(struct ra_ssh *ssh, enum ra_link_state state, enum ra_link_why why, const char *say)
{
	ssh->head.state = state;
	ra_queue_state(&ssh->queue, state, why, say, state == RA_LINK_UP ? ssh->fingerprint : "");
}

void ra_ssh_state(struct ra_ssh *ssh, enum ra_link_state state, enum ra_link_why why, const char *say)
{
	set_state(ssh, state, why, say);
}

/* Let the connection go without waiting for anybody: one farewell if the line is free, then the socket is shut, after
 * which libssh2 has nothing left to wait for. */
static void hang_up(struct ra_ssh *ssh)
{
	ra_ssh_dial_stop(ssh);
	ra_ssh_settle_stop(ssh);
	ra_ssh_exec_forget(ssh);
	if (ssh->session) {
		if (!ssh->pin && !ssh->wire.closed && !ssh->wire.mute && ssh->phase > RA_SSH_HANDSHAKE)
			(void)libssh2_session_disconnect(ssh->session, "bye");
		if (ssh->fd >= 0)
			(void)shutdown(ssh->fd, SHUT_RDWR);
		ssh->wire.mute = true;
		for (int i = 0; i < 100 && libssh2_session_free(ssh->session) == LIBSSH2_ERROR_EAGAIN; i++)
			continue;
		ssh->session = NULL;
	}
	ra_ssh_auth_stop(ssh);
	ra_ssh_proxy_stop(ssh);
	if (ssh->fd >= 0)
		close(ssh->fd);
	ssh->fd = -1;
	ssh->pin = NULL;
	ssh->need_open = ssh->probing = false;
	ssh->phase = RA_SSH_IDLE;
	ssh->deadline = RA_DEADLINE_NONE;
}

/* Answer the jobs: those on their way were lost, those that wait get why. keep_waiting: leave the latter for the next
 * connection. */
static void answer_jobs(struct ra_ssh *ssh, enum ra_link_why why, const char *say, bool keep_waiting)
{
	struct ra_job *next;
	for (struct ra_job *job = ssh->jobs; job; job = next) {
		next = job->next;
		bool sent = ra_ssh_exec_is_sent(job);
		if (job->slot && (sent || !keep_waiting))
			ra_ssh_exec_reply(ssh, job, sent ? RA_LINK_UNREACHABLE : why, say);
		if (!job->slot) {
			ra_jobs_remove(&ssh->jobs, job);
			ra_ssh_exec_free(ssh, job);
		}
	}
}

static enum ra_progress down(struct ra_ssh *ssh, enum ra_link_why why, const char *say)
{
	hang_up(ssh);
	set_state(ssh, RA_LINK_DOWN, why, say);
	answer_jobs(ssh, why, say, false);
	return RA_PROGRESS_FAILED;
}

/* Without the configuration a failure may have its reason in that. */
static void add_off(const struct ra_ssh *ssh, char *say)
{
	size_t len = strlen(say);
	if (*ssh->settle.off && len + 1 < RA_LINK_SAY_MAX)
		snprintf(say + len, RA_LINK_SAY_MAX - len, " %s", ssh->settle.off);
}

enum ra_progress ra_ssh_down(struct ra_ssh *ssh, enum ra_link_why why, const char *fmt, ...)
{
	char say[RA_LINK_SAY_MAX];
	va_list args;
	va_start(args, fmt);
	vsnprintf(say, sizeof(say), fmt, args);
	va_end(args);
	add_off(ssh, say);
	return down(ssh, why, say);
}

enum ra_progress ra_ssh_refuse(struct ra_ssh *ssh, const char *fmt, ...)
{
	char say[RA_LINK_SAY_MAX];
	va_list args;
	va_start(args, fmt);
	vsnprintf(say, sizeof(say), fmt, args);
	va_end(args);
	add_off(ssh, say);
	ssh->final = true;
	ssh->password = ra_secret_free(ssh->password);
	snprintf(ssh->final_say, sizeof(ssh->final_say), "%s", say);
	return down(ssh, RA_LINK_REFUSED, say);
}

enum ra_progress ra_ssh_ask(struct ra_ssh *ssh, const struct ra_need *need, const char *deny)
{
	if (!ssh->may_ask)
		return ra_ssh_refuse(ssh, "%s", deny);
	ssh->need_open = true;
	ssh->need_kind = need->kind;
	ssh->deadline = RA_DEADLINE_NONE;
	ssh->head.state = RA_LINK_WAITING;
	ra_queue_need(&ssh->queue, need);
	return RA_PROGRESS_WAIT;
}

static enum ra_progress go_there(struct ra_ssh *ssh)
{
	return ssh->proxy.kind == RA_PROXY_NONE ? ra_ssh_dial_start(ssh) : ra_ssh_proxy_start(ssh);
}

enum ra_progress ra_ssh_pause(struct ra_ssh *ssh, int64_t wait_ms)
{
	hang_up(ssh);
	ssh->phase = RA_SSH_PAUSE;
	ssh->deadline = ssh->now + wait_ms;
	return RA_PROGRESS_FAILED;
}

/* The session is gone while it was in use. What was sent is lost; what waits goes over one new connection. */
static enum ra_progress lost(struct ra_ssh *ssh, const char *why)
{
	char say[600], way[256];
	bool direct = ssh->proxy.kind == RA_PROXY_NONE;
	snprintf(say, sizeof(say), "%s: %s%s%s", ssh->host, why, direct ? "" : ", on the way through the ",
		 direct ? "" : ra_ssh_way_name(ssh, way, sizeof(way)));
	hang_up(ssh);
	set_state(ssh, RA_LINK_DOWN, RA_LINK_UNREACHABLE, say);
	bool again = ssh->reconnects < RECONNECTS_MAX;
	answer_jobs(ssh, RA_LINK_UNREACHABLE, say, again);
	if (ssh->jobs) {
		ssh->reconnects++;
		(void)ra_ssh_pause(ssh, PAUSE_MS);
	}
	return RA_PROGRESS_FAILED;
}

static enum ra_progress step_idle(struct ra_ssh *ssh)
{
	if (!ssh->jobs && ssh->head.state != RA_LINK_IDLE && ssh->head.state != RA_LINK_DOWN)
		set_state(ssh, RA_LINK_IDLE, RA_LINK_ANSWERED, "");
	if (!ssh->jobs)
		return RA_PROGRESS_WAIT;
	if (ssh->final) {
		answer_jobs(ssh, RA_LINK_REFUSED, ssh->final_say, false);
		return RA_PROGRESS_WAIT;
	}
	set_state(ssh, RA_LINK_CONNECTING, RA_LINK_ANSWERED, "");
	if (!ssh->settle.wanted || ssh->settle.done)
		return go_there(ssh);
	enum ra_progress progress = ra_ssh_settle_start(ssh);
	return progress == RA_PROGRESS_DONE ? go_there(ssh) : progress;
}

static enum ra_progress step_settle(struct ra_ssh *ssh)
{
	enum ra_progress progress = ra_ssh_settle(ssh);
	return progress == RA_PROGRESS_DONE ? go_there(ssh) : progress;
}

static enum ra_progress step_pause(struct ra_ssh *ssh)
{
	if (ssh->now < ssh->deadline)
		return RA_PROGRESS_WAIT;
	ssh->phase = RA_SSH_IDLE;
	return RA_PROGRESS_DONE;
}

static enum ra_progress step_connect(struct ra_ssh *ssh)
{
	enum ra_progress progress = ra_ssh_dial_connect(ssh);
	return progress == RA_PROGRESS_DONE ? ra_ssh_shake_start(ssh) : progress;
}

static enum ra_progress step_handshake(struct ra_ssh *ssh)
{
	/* A child that closed its end is waited for, for its last words; there is nobody to shake hands with. */
	const bool by_child = ssh->proxy.kind != RA_PROXY_NONE;
	enum ra_progress progress = by_child && ssh->wire.closed && !ssh->wire.bytes_in ? RA_PROGRESS_WAIT : ra_ssh_shake(ssh);
	if (progress != RA_PROGRESS_WAIT || (ssh->now < ssh->deadline && !ssh->wire.closed))
		return progress;
	if (by_child && !ssh->wire.bytes_in)
		return ra_ssh_proxy_failed(ssh, !ssh->wire.closed);
	ra_ssh_shake_failed(ssh, !ssh->wire.closed);
	return RA_PROGRESS_FAILED;
}

static enum ra_progress step_auth(struct ra_ssh *ssh)
{
	enum ra_progress progress = ra_ssh_auth(ssh);
	if (progress == RA_PROGRESS_WAIT && !ssh->need_open && ssh->wire.flood)
		return ra_ssh_down(ssh, RA_LINK_UNREACHABLE, "%s sends without end instead of letting anybody in.",
				   ssh->host);
	if (progress == RA_PROGRESS_WAIT && !ssh->need_open && ssh->wire.closed)
		return ra_ssh_auth_hung_up(ssh);
	if (progress == RA_PROGRESS_WAIT && !ssh->need_open && ssh->now >= ssh->deadline)
		return ra_ssh_auth_late(ssh);
	if (progress != RA_PROGRESS_DONE)
		return progress;
	ra_ssh_auth_stop(ssh);
	ra_ssh_trust_keep(ssh);
	ssh->proxy.askpass = ra_askpass_free(ssh->proxy.askpass); /* who is on the way has asked all there was */
	ssh->phase = RA_SSH_READY;
	ssh->deadline = RA_DEADLINE_NONE;
	ssh->channel_max = RA_SSH_CHANNELS;
	ssh->wire.flood_len = 0;
	/* When to send one is decided here, by our clock; libssh2's interval (in its own) is only made short enough not
	 * to object. */
	libssh2_keepalive_config(ssh->session, 1, 2);
	ssh->keepalive_at = ssh->now + RA_SSH_KEEPALIVE_MS;
	ssh->heard_at = ssh->now;
	ssh->proxy.tries = 0;
	char say[RA_LINK_SAY_MAX];
	ra_ssh_settle_say(ssh, say, sizeof(say));
	ra_ssh_trust_say(ssh, say, sizeof(say));
	set_state(ssh, RA_LINK_UP, RA_LINK_ANSWERED, say);
	return RA_PROGRESS_DONE;
}

/* Too many channels do not close, and no request of this session is still awaited. */
static bool needs_renewal(const struct ra_ssh *ssh)
{
	int zombies = 0;
	for (int i = 0; i < ssh->closing_count; i++)
		zombies += ssh->now - ssh->closing[i].since >= RA_SSH_CLOSE_MS;
	if (zombies <= RA_SSH_ZOMBIES_MAX && ssh->closing_count < RA_SSH_CLOSING_MAX)
		return false;
	for (const struct ra_job *job = ssh->jobs; job; job = job->next)
		if (ra_ssh_exec_is_sent(job) && job->slot)
			return false;
	return true;
}

static bool is_busy(const struct ra_ssh *ssh)
{
	return ssh->jobs || ssh->execs || ssh->closing_count || ssh->probing;
}

static enum ra_progress step_ready(struct ra_ssh *ssh)
{
	if (!is_busy(ssh)) {
		enum ra_progress progress = ra_ssh_idle(ssh);
		return progress == RA_PROGRESS_FAILED ? lost(ssh, "the host ended the SSH session") : progress;
	}
	if (ra_ssh_probe(ssh) == RA_PROGRESS_FAILED || ra_ssh_exec(ssh) == RA_PROGRESS_FAILED)
		return lost(ssh, ssh->wire.flood ? "the host sends without end what nobody asked for"
						 : "the SSH connection was lost");
	if (ssh->wire.heard)
		ssh->heard_at = ssh->now;
	ssh->wire.heard = false;
	if (ssh->now - ssh->heard_at >= RA_SSH_IDLE_MS && (ssh->jobs || ssh->probing))
		return lost(ssh, "nothing was heard from the host for 45 seconds");
	if (ra_ssh_opens_late(ssh))
		return lost(ssh, "the host gives no SSH channel for a command, and does not refuse one either");
	if (needs_renewal(ssh)) {
		/* The host goes on with requests that were given up; a fresh session has its full number of channels.
		 */
		hang_up(ssh);
		return RA_PROGRESS_DONE;
	}
	ra_ssh_keep_alive(ssh);
	return RA_PROGRESS_WAIT;
}

/* The operator has answered: on with the same connection if it outlived the thinking, else with a new one. */
static void revive(struct ra_ssh *ssh)
{
	ssh->revive = false;
	set_state(ssh, RA_LINK_CONNECTING, RA_LINK_ANSWERED, "");
	if (ssh->session && !ssh->wire.mute && !ra_ssh_peer_is_gone(ssh)) {
		ssh->deadline = ssh->now + ssh->auth_ms;
		return;
	}
	hang_up(ssh);
}

static enum ra_progress step_phase(struct ra_ssh *ssh)
{
	switch (ssh->phase) {
	case RA_SSH_IDLE:
		return step_idle(ssh);
	case RA_SSH_PAUSE:
		return step_pause(ssh);
	case RA_SSH_SETTLE:
		return step_settle(ssh);
	case RA_SSH_RESOLVE:
		return ra_ssh_dial_resolve(ssh);
	case RA_SSH_CONNECT:
		return step_connect(ssh);
	case RA_SSH_HANDSHAKE:
		return step_handshake(ssh);
	case RA_SSH_TRUST:
		return ra_ssh_trust(ssh);
	case RA_SSH_AUTH:
		return step_auth(ssh);
	case RA_SSH_READY:
		return step_ready(ssh);
	}
	return RA_PROGRESS_WAIT;
}

static void ssh_step(struct ra_link *link, ra_mono_ms now)
{
	struct ra_ssh *ssh = of(link);
	ssh->now = now;
	ssh->again = false;
	ra_ssh_exec_sweep(ssh);
	ssh->wire.step_len = 0;
	(void)ra_child_end(&ssh->leaving, now);
	if (ssh->revive)
		revive(ssh);
	if (ra_ssh_proxy_step(ssh) == RA_PROGRESS_FAILED)
		return;
	for (int i = 0; i < STEPS_MAX && !ssh->need_open; i++)
		if (step_phase(ssh) == RA_PROGRESS_WAIT)
			return;
	ssh->again = !ssh->need_open;
}

static int ssh_poll(const struct ra_link *link, struct pollfd *fds, ra_mono_ms *deadline)
{
	const struct ra_ssh *ssh = (const struct ra_ssh *)link;
	*deadline = ssh->deadline;
	if (ssh->again || ssh->revive || !ra_queue_is_empty(&ssh->queue) || (ssh->phase == RA_SSH_IDLE && ssh->jobs))
		*deadline = ssh->now;
	if (ssh->leaving.pid && ssh->now + LEAVING_MS < *deadline)
		*deadline = ssh->now + LEAVING_MS;
	if (ssh->phase == RA_SSH_SETTLE)
		return ra_ssh_settle_poll(ssh, fds, deadline);
	if (ssh->phase == RA_SSH_RESOLVE || ssh->phase == RA_SSH_CONNECT)
		return ra_ssh_dial_poll(ssh, fds, deadline);
	if (!ssh->session || ssh->need_open || ssh->proxy.ended_at)
		return ra_ssh_proxy_poll(ssh, fds, deadline);
	short events = 0;
	int directions = libssh2_session_block_directions(ssh->session);
	if (ssh->phase != RA_SSH_READY || is_busy(ssh))
		events = directions & LIBSSH2_SESSION_BLOCK_OUTBOUND ? POLLIN | POLLOUT : POLLIN;
	fds[0] = (struct pollfd){.fd = ssh->fd, .events = events | RA_SSH_PEER_GONE};
	int count = 1;
	short agent_events = 0;
	int agent_fd = ssh->auth.agent ? ra_agent_fd(ssh->auth.agent, &agent_events) : -1;
	if (agent_fd >= 0) {
		/* What the host sends meanwhile waits for the agent; looking at it would only spin. */
		fds[0] = (struct pollfd){.fd = agent_fd, .events = agent_events};
	}
	if (ssh->phase == RA_SSH_READY) {
		ra_mono_ms job = ra_ssh_exec_deadline(ssh);
		*deadline = job < *deadline ? job : *deadline;
		*deadline = ssh->keepalive_at < *deadline ? ssh->keepalive_at : *deadline;
	}
	return count + ra_ssh_proxy_poll(ssh, fds + count, deadline);
}

static ra_err ssh_submit(struct ra_link *link, const struct ra_ticket *ticket, struct ra_errs *errs)
{
	struct ra_ssh *ssh = of(link);
	struct ra_job *job;
	if (ra_jobs_count(ssh->jobs) >= RA_JOBS_MAX)
		return ra_fail(errs, RA_E_LIMIT, "%s: more than %d requests are waiting", ssh->host, RA_JOBS_MAX);
	ra_err err = ra_job_new(ticket, &job, errs);
	if (err)
		return err;
	err = ra_ssh_exec_new(ssh, job, errs);
	if (err == RA_E_INVALID) {
		ra_queue_reply(&ssh->queue, job, RA_LINK_NO_REQUEST, "SSH cannot carry such a request");
		ra_job_free(job);
		return RA_OK;
	}
	if (err) {
		ra_job_free(job);
		return err;
	}
	ra_jobs_add(&ssh->jobs, job);
	return RA_OK;
}

static void ssh_cancel(struct ra_link *link, uint64_t ticket)
{
	struct ra_ssh *ssh = of(link);
	for (struct ra_job *job = ssh->jobs; job; job = job->next) {
		if (job->id != ticket || !job->slot)
			continue;
		if (!job->change || !ra_ssh_exec_is_sent(job))
			ra_ssh_exec_cancel(ssh, job);
		return;
	}
}

static void ssh_answer(struct ra_link *link, bool yes, const struct ra_secret *secret)
{
	struct ra_ssh *ssh = of(link);
	if (!ssh->need_open)
		return;
	ssh->need_open = false;
	if (ssh->proxy.asking) {
		ra_ssh_proxy_answer(ssh, secret);
		return;
	}
	ssh->revive = true;
	if (ssh->need_kind == RA_NEED_HOST_KEY)
		ra_ssh_trust_answer(ssh, yes);
	else
		ra_ssh_auth_answer(ssh, secret);
	ssh->revive = ssh->revive && !ssh->final;
}

static void ssh_hint(struct ra_link *link RA_UNUSED, const char *what RA_UNUSED)
{
	/* A real host sees for itself what was done to it. */
}

static void ssh_next(struct ra_link *link, struct ra_event *out)
{
	ra_queue_next(&of(link)->queue, out);
}

static void ssh_free(struct ra_link *link)
{
	struct ra_ssh *ssh = of(link);
	hang_up(ssh);
	ra_child_finish(&ssh->leaving, FINISH_MS);
	while (ssh->jobs) {
		struct ra_job *job = ssh->jobs;
		ra_jobs_remove(&ssh->jobs, job);
		ra_ssh_exec_free(ssh, job);
	}
	ra_queue_free(&ssh->queue);
	ra_secret_free(ssh->password);
	for (int i = 0; i < ssh->prompt_count; i++)
		ra_secret_free(ssh->prompts[i].answer);
	for (size_t i = 0; i < RA_SSH_IDENTITIES; i++)
		ra_secret_free(ssh->phrases[i]);
	for (char **identity = ssh->identities; *identity; identity++)
		free(*identity);
	free(ssh->host);
	free(ssh->user);
	free(ssh->agent_path);
	for (char **file = ssh->known_files; *file; file++)
		free(*file);
	free(ssh->at);
	free(ssh->known_as);
	free(ssh->proxy.spec);
	free(ssh);
}

static const struct ra_link_ops ssh_ops = {
    .name = "ssh",
    .submit = ssh_submit,
    .cancel = ssh_cancel,
    .answer = ssh_answer,
    .hint = ssh_hint,
    .poll = ssh_poll,
    .step = ssh_step,
    .next = ssh_next,
    .free = ssh_free,
};

/* Copy the key files named, or those of OpenSSH's default names that exist. */
static bool copy_identities(struct ra_ssh *ssh, const struct ra_ssh_options *options, const char *home)
{
	static const char *const names[] = {"id_ecdsa", "id_ed25519", "id_rsa"};
	int count = 0;
	for (int i = 0; options->identities && options->identities[i] && count < RA_SSH_IDENTITIES; i++)
		if (!(ssh->identities[count++] = strdup(options->identities[i])))
			return false;
	for (size_t i = 0; !options->identities && home && i < RA_LEN(names); i++) {
		char path[4096];
		snprintf(path, sizeof(path), "%s/.ssh/%s", home, names[i]);
		if (access(path, F_OK) == 0 && !(ssh->identities[count++] = strdup(path)))
			return false;
	}
	return true;
}

/* What the command line said; the configuration does not change it. */
static void note_said(struct ra_ssh *ssh, const struct ra_ssh_options *options)
{
	ssh->settle = (struct ra_ssh_settle){
	    .wanted = options->use_config,
	    .user_said = options->user != NULL,
	    .port_said = options->port != 0,
	    .identities_said = options->identities != NULL,
	    .known_said = options->known_hosts != NULL,
	    .host_key_said = options->host_key != RA_HOSTKEY_UNSAID,
	    .agent_wanted = options->use_agent,
	    .timeouts_said = options->connect_ms || options->handshake_ms,
	    .out_fd = -1,
	    .err_fd = -1,
	};
	ssh->proxy.err_fd = -1;
	ssh->proxy.may_ask = options->jump_may_ask;
}

static bool copy_options(struct ra_ssh *ssh, const struct ra_ssh_options *options)
{
	const struct passwd *account = getenv("HOME") ? NULL : getpwuid(getuid());
	const char *home = account ? account->pw_dir : getenv("HOME");
	const char *agent = options->use_agent ? getenv("SSH_AUTH_SOCK") : NULL;
	char known[4096];
	snprintf(known, sizeof(known), "%s/.ssh/known_hosts", home ? home : "");
	ssh->host = strdup(options->host);
	ssh->at = strdup(options->host);
	ssh->user = strdup(options->user ? options->user : "root");
	ssh->known_files[0] = strdup(options->known_hosts ? options->known_hosts : known);
	ssh->known_files[1] = options->known_hosts ? NULL : strdup("/etc/ssh/ssh_known_hosts");
	ssh->known_kept = true;
	ssh->agent_path = agent ? strdup(agent) : NULL;
	ssh->port = options->port ? options->port : 22;
	ssh->host_key = (int)(options->host_key == RA_HOSTKEY_UNSAID ? RA_HOSTKEY_ASK : options->host_key);
	ssh->may_ask = options->may_ask;
	ssh->connect_ms = options->connect_ms ? options->connect_ms : DEFAULT_CONNECT_MS;
	ssh->handshake_ms = options->handshake_ms ? options->handshake_ms : DEFAULT_HANDSHAKE_MS;
	ssh->auth_ms = options->auth_ms ? options->auth_ms : DEFAULT_AUTH_MS;
	ssh->beside_ms = options->beside_ms ? options->beside_ms : DEFAULT_BESIDE_MS;
	return ssh->host && ssh->at && ssh->user && ssh->known_files[0] && (options->known_hosts || ssh->known_files[1]) &&
	       (!agent || ssh->agent_path) && copy_identities(ssh, options, home);
}

ra_err ra_link_ssh_new(const struct ra_ssh_options *options, const struct ra_clock *clock, struct ra_link **out,
		       struct ra_errs *errs)
{
	*out = NULL;
	if (!options->host || !*options->host || strlen(options->host) > 255 || options->port < 0 ||
	    options->port > 65535)
		return ra_fail(errs, RA_E_ARG, "a host has a name and a port from 1 to 65535");
	if (options->use_config && (!ra_ssh_host_is_plain(options->host) || (options->user && *options->user == '-')))
		return ra_fail(errs, RA_E_ARG, "\"%s\" is no name that can be given to ssh", options->host);
	struct ra_ssh *ssh = calloc(1, sizeof(*ssh));
	if (!ssh)
		return ra_fail(errs, RA_E_NOMEM, "no memory for a link");
	ssh->head = (struct ra_link){.ops = &ssh_ops, .state = RA_LINK_IDLE, .clock = *clock};
	ssh->fd = -1;
	ssh->now = ra_mono_now();
	ssh->deadline = ssh->open_until = RA_DEADLINE_NONE;
	for (int i = 0; i < RA_SSH_TRIES; i++)
		ssh->dial.tries[i].fd = -1;
	note_said(ssh, options);
	if (!copy_options(ssh, options)) {
		ssh_free(&ssh->head);
		return ra_fail(errs, RA_E_NOMEM, "no memory for a link");
	}
	*out = &ssh->head;
	return RA_OK;
}
