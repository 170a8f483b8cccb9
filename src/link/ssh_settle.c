/* ssh_settle.c - what the operator's own ssh configuration says of the host, asked of `ssh -G`, and which of it counts:
 * what was said on the command line does in any case. Without an ssh client the link goes on by its own defaults and says
 * so; where there is one that does not tell its configuration the host is not reached: it would be by another user, past its jump host. */
#include "config.h"

#include "link/ssh.h"

#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define ANSWER_MS 10000 /* a configuration may run commands (Match exec) and look up names */
#define LOOK_MS 20     /* how often an end is looked for that no descriptor shows */
#define SOON_MS 1      /* the same when both pipes are closed: it is about to end */
#define WORDS_MAX 200
#define DRAINS_MAX 64 /* reads in one go; a child that writes without end is heard again in the next step */

/* Append to one of the sentences: what does not fit is left out. */
static void say(char *at, size_t cap, const char *fmt, ...) RA_PRINTF(3, 4);
static void say(char *at, size_t cap, const char *fmt, ...)
{
	size_t len = strlen(at);
	va_list args;

	if (len && len + 2 < cap)
		len += (size_t)snprintf(at + len, cap - len, "; ");
	va_start(args, fmt);
	vsnprintf(at + len, cap - len, fmt, args);
	va_end(args);
}

void ra_ssh_drain(int *fd, struct ra_buf *out)
{
	char bytes[4096];

	for (int i = 0; i < DRAINS_MAX && *fd >= 0; i++) {
		ssize_t n = read(*fd, bytes, sizeof(bytes));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n <= 0) {
			close(*fd);
			*fd = -1;
			return;
		}
		/* What is over the cap is read and dropped; that it was too much shows in the length. */
		size_t room = out->max_len - out->len;

		if (ra_buf_add(out, bytes, (size_t)n < room ? (size_t)n : room) != RA_OK)
			out->max_len = out->len;
	}
}

void ra_ssh_settle_stop(struct ra_ssh *ssh)
{
	struct ra_ssh_settle *settle = &ssh->settle;
	int *fds[] = {&settle->out_fd, &settle->err_fd};

	for (size_t i = 0; i < RA_LEN(fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
	ra_ssh_let_go(ssh, &settle->child);
	ra_buf_free(&settle->out);
	ra_buf_free(&settle->err);
}

/* There is no ssh: the link goes on without, and says so. */
static enum ra_progress without(struct ra_ssh *ssh)
{
	ssh->settle.done = true;
	snprintf(ssh->settle.off, sizeof(ssh->settle.off),
		 "The ssh configuration (other names, users, keys, jump hosts) is not used: no ssh client is installed.");
	return RA_PROGRESS_DONE;
}

/* There is one, and what it would do is not known. */
static enum ra_progress not_told(struct ra_ssh *ssh, enum ra_link_why link_why, const char *why)
{
	return ra_ssh_down(ssh, link_why, "%s was not tried: your ssh configuration for it is not known: %.320s --no-ssh-config goes without it.",
			   ssh->host, why);
}

enum ra_progress ra_ssh_settle_start(struct ra_ssh *ssh)
{
	struct ra_ssh_settle *settle = &ssh->settle;
	RA_AUTO(ra_mem_free) char *program = ra_find_program("ssh");
	static const char *const env[] = {"SSH_ASKPASS_REQUIRE=never", NULL};
	const char *argv[9];
	size_t count = 0;
	char port[8];
	int out[2] = {-1, -1}, err[2] = {-1, -1};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (!program)
		return without(ssh);
	snprintf(port, sizeof(port), "%d", ssh->port);
	argv[count++] = program;
	argv[count++] = "-G";
	if (settle->port_said) {
		argv[count++] = "-p";
		argv[count++] = port;
	}
	if (settle->user_said) {
		argv[count++] = "-l";
		argv[count++] = ssh->user;
	}
	argv[count++] = "--";
	argv[count++] = ssh->host;
	argv[count] = NULL;
	bool piped = ra_child_pipe(out, &errs) == RA_OK && ra_child_pipe(err, &errs) == RA_OK;
	const struct ra_child_spec spec = {.argv = argv, .env = env, .in = -1, .out = out[1], .err = err[1]};
	bool started = piped && ra_child_start(&spec, &settle->child, &errs) == RA_OK;

	if (out[1] >= 0)
		close(out[1]);
	if (err[1] >= 0)
		close(err[1]);
	settle->out_fd = out[0];
	settle->err_fd = err[0];
	if (!started)
		return not_told(ssh, RA_LINK_UNREACHABLE, errs.text[0]);
	settle->out.max_len = RA_SSHCONFIG_LEN_MAX;
	settle->err.max_len = WORDS_MAX;
	ssh->phase = RA_SSH_SETTLE;
	ssh->deadline = ssh->now + ANSWER_MS;
	return RA_PROGRESS_WAIT;
}

int ra_ssh_settle_poll(const struct ra_ssh *ssh, struct pollfd *fds, ra_mono_ms *deadline)
{
	const int from[] = {ssh->settle.out_fd, ssh->settle.err_fd};
	int count = 0;

	for (size_t i = 0; i < RA_LEN(from); i++)
		if (from[i] >= 0)
			fds[count++] = (struct pollfd){.fd = from[i], .events = POLLIN};
	const ra_mono_ms look_at = ssh->now + (count ? LOOK_MS : SOON_MS);
	if (look_at < *deadline)
		*deadline = look_at;
	return count;
}

void ra_ssh_names(const struct ra_ssh *ssh, struct ra_ssh_names_room *room, struct ra_ssh_names *out)
{
	const struct passwd *account = getpwuid(getuid());
	const char *home = account ? account->pw_dir : getenv("HOME");

	snprintf(room->home, sizeof(room->home), "%s", home ? home : "");
	snprintf(room->user, sizeof(room->user), "%s", account ? account->pw_name : "");
	snprintf(room->uid, sizeof(room->uid), "%lu", (unsigned long)getuid());
	if (gethostname(room->host, sizeof(room->host) - 1))
		room->host[0] = '\0';
	room->host[sizeof(room->host) - 1] = '\0';
	*out = (struct ra_ssh_names){.home = room->home,
				     .host = ssh->at,
				     .typed = ssh->host,
				     .user = ssh->user,
				     .local_user = room->user,
				     .uid = room->uid,
				     .local_host = room->host,
				     .key_alias = ssh->known_as,
				     .port = ssh->port,
				     .variable = NULL};
}

static const char *variable(const char *name)
{
	return getenv(name);
}

/* Take a text over, if there is one. */
static void move(char **to, char **from)
{
	if (!*from)
		return;
	free(*to);
	*to = *from;
	*from = NULL;
}

/* A name as it may be used for a login. */
static bool is_user(const char *text)
{
	struct ra_ssh_target target;
	char both[80];

	return (size_t)snprintf(both, sizeof(both), "%s@h", text) < sizeof(both) &&
	       ra_ssh_target_parse(both, &target, NULL) == RA_OK && !strcmp(target.user, text);
}

static void take_place(struct ra_ssh *ssh, struct ra_sshconfig *config, const char *local_user)
{
	struct ra_ssh_settle *settle = &ssh->settle;

	if (strcasecmp(config->hostname, ssh->host))
		say(settle->used, sizeof(settle->used), "HostName %s", config->hostname);
	if (!settle->port_said && config->port != 22)
		say(settle->used, sizeof(settle->used), "Port %d", config->port);
	if (!settle->port_said)
		ssh->port = config->port;
	/* ssh names the account at this workstation where nothing is configured; the user of a host is root then. */
	bool user = !settle->user_said && config->user && strcmp(config->user, local_user) && is_user(config->user);

	if (user) {
		say(settle->used, sizeof(settle->used), "User %s", config->user);
		move(&ssh->user, &config->user);
	}
	move(&ssh->at, &config->hostname);
	move(&ssh->known_as, &config->host_key_alias);
}

/* Who is trusted: the files, and what to do on first sight. */
static void take_trust(struct ra_ssh *ssh, struct ra_sshconfig *config, const char *home)
{
	struct ra_ssh_settle *settle = &ssh->settle;
	static const int policies[] = {[RA_STRICT_ASK] = RA_HOSTKEY_ASK,
				       [RA_STRICT_YES] = RA_HOSTKEY_YES,
				       [RA_STRICT_ACCEPT_NEW] = RA_HOSTKEY_ACCEPT_NEW,
				       [RA_STRICT_OFF] = RA_HOSTKEY_ASK};

	if (!settle->host_key_said)
		ssh->host_key = policies[config->strict];
	if (!settle->host_key_said && config->strict == RA_STRICT_OFF)
		say(settle->notes, sizeof(settle->notes),
		    "StrictHostKeyChecking no is not followed: a host's key is never passed over");
	ssh->known_hashed = ssh->known_hashed || config->hash_known;
	if (settle->known_said || !config->known_said)
		return;
	/* The usual file is that under $HOME; ssh itself looks into the account's home. */
	char usual[PATH_MAX];
	snprintf(usual, sizeof(usual), "%s/.ssh/known_hosts", home);
	if (config->known[0] && !strcmp(config->known[0], usual)) {
		char *theirs = config->known[0];
		config->known[0] = ssh->known_files[0];
		ssh->known_files[0] = theirs;
	}
	for (char **file = ssh->known_files; *file; file++)
		*file = ra_mem_free(*file);
	char **const lists[] = {config->known, config->known_system};
	size_t count = 0;

	ssh->known_kept = config->known[0] && *config->known[0] == '/';
	for (size_t i = 0; i < RA_LEN(lists); i++)
		for (char **file = lists[i]; *file; file++) {
			if (**file != '/') { /* "-" would be our standard input */
				say(settle->notes, sizeof(settle->notes), "known hosts file %.60s is not followed: no whole path", *file);
				continue;
			}
			ssh->known_files[count++] = *file;
			*file = NULL;
		}
}

/* One of the names ssh looks for where none is configured: used when it is there, and of a type this program signs
 * with. */
static bool is_left_out(const char *text, const char *path)
{
	static const char *const types[] = {"rsa", "ecdsa", "ed25519"};
	static const char usual[] = "~/.ssh/id_";
	bool known = false;

	if (strncmp(text, usual, sizeof(usual) - 1))
		return false;
	for (size_t i = 0; i < RA_LEN(types); i++)
		known = known || !strcmp(text + sizeof(usual) - 1, types[i]);
	return access(path, F_OK) || !known;
}

static bool take_keys(struct ra_ssh *ssh, const struct ra_sshconfig *config, const struct ra_ssh_names *names)
{
	struct ra_ssh_settle *settle = &ssh->settle;
	size_t count = 0;

	ssh->identities_only = config->identities_only;
	if (settle->identities_said)
		return true;
	for (char **file = ssh->identities; *file; file++)
		*file = ra_mem_free(*file);
	for (char *const *text = config->identities; *text && count < RA_SSH_IDENTITIES; text++) {
		RA_AUTO(ra_buf_free) struct ra_buf path = {0};
		struct ra_errs errs;

		ra_errs_clear(&errs);
		if (ra_sshconfig_path(*text, names, &path, &errs)) {
			say(settle->notes, sizeof(settle->notes), "IdentityFile %.60s is not used: %.80s", *text,
			    errs.text[0]);
			continue;
		}
		if (is_left_out(*text, ra_buf_str(&path)))
			continue;
		if (!(ssh->identities[count] = strdup(ra_buf_str(&path))))
			return false;
		count++;
	}
	return true;
}

static bool take_agent(struct ra_ssh *ssh, const struct ra_sshconfig *config, const struct ra_ssh_names *names)
{
	struct ra_ssh_settle *settle = &ssh->settle;
	const char *where = config->identity_agent;
	RA_AUTO(ra_buf_free) struct ra_buf path = {0};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (!settle->agent_wanted || !where || !strcmp(where, "SSH_AUTH_SOCK"))
		return true;
	if (*where == '$' && where[1] != '{') {
		where = getenv(where + 1);
	} else if (strcmp(where, "none")) {
		if (ra_sshconfig_path(where, names, &path, &errs))
			say(settle->notes, sizeof(settle->notes), "IdentityAgent is not used: %.80s", errs.text[0]);
		where = errs.count ? NULL : ra_buf_str(&path);
	} else {
		where = NULL;
	}
	free(ssh->agent_path);
	ssh->agent_path = where ? strdup(where) : NULL;
	return ssh->agent_path || !where;
}

static void take_way(struct ra_ssh *ssh, struct ra_sshconfig *config)
{
	struct ra_ssh_settle *settle = &ssh->settle;
	bool jump = config->proxy_jump != NULL;

	if (config->connect_s && !settle->timeouts_said)
		ssh->connect_ms = ssh->handshake_ms = config->connect_s * 1000;
	if (!jump && !config->proxy_command)
		return;
	ssh->proxy.kind = jump ? RA_PROXY_JUMP : RA_PROXY_COMMAND;
	ssh->proxy.pass_fd = config->pass_fd;
	if (jump)
		say(settle->used, sizeof(settle->used), "ProxyJump %.200s", config->proxy_jump);
	else
		say(settle->used, sizeof(settle->used), "ProxyCommand"); /* what stands in it may be a secret */
	move(&ssh->proxy.spec, jump ? &config->proxy_jump : &config->proxy_command);
}

static bool apply(struct ra_ssh *ssh, struct ra_sshconfig *config)
{
	struct ra_ssh_settle *settle = &ssh->settle;
	struct ra_ssh_names_room room;
	struct ra_ssh_names names;

	ra_ssh_names(ssh, &room, &names);
	take_place(ssh, config, room.user);
	/* The tokens of paths stand for what is settled by now. */
	ra_ssh_names(ssh, &room, &names);
	names.variable = variable;
	if (*config->unheeded)
		say(settle->notes, sizeof(settle->notes), "not followed here: %s", config->unheeded);
	take_trust(ssh, config, names.home);
	take_way(ssh, config);
	return take_keys(ssh, config, &names) && take_agent(ssh, config, &names);
}

/* ssh has ended. */
static enum ra_progress take_answer(struct ra_ssh *ssh)
{
	struct ra_ssh_settle *settle = &ssh->settle;
	struct ra_sshconfig config = {0};
	struct ra_errs errs;
	char how[64], why[WORDS_MAX + 120];

	ra_errs_clear(&errs);
	if (settle->child.status != 0) {
		RA_AUTO(ra_buf_free) struct ra_buf words = {0};

		if (ra_text_clean(ra_buf_str(&settle->err), settle->err.len, false, &words))
			ra_buf_reset(&words);
		snprintf(why, sizeof(why), "ssh %s and said \"%.200s\".",
			 ra_child_words(&settle->child, how, sizeof(how)), ra_buf_str(&words));
		return not_told(ssh, RA_LINK_UNREACHABLE, why);
	}
	if (settle->out.len >= RA_SSHCONFIG_LEN_MAX)
		return not_told(ssh, RA_LINK_UNREACHABLE, "it is longer than 64 KiB.");
	if (ra_sshconfig_parse(ra_buf_str(&settle->out), settle->out.len, &config, &errs)) {
		snprintf(why, sizeof(why), "what ssh -G printed is none (%.120s).", errs.text[0]);
		return not_told(ssh, RA_LINK_UNREACHABLE, why);
	}
	bool taken = apply(ssh, &config);

	ra_sshconfig_clear(&config);
	ra_ssh_settle_stop(ssh);
	settle->done = true;
	return taken ? RA_PROGRESS_DONE : ra_ssh_down(ssh, RA_LINK_UNREACHABLE, "no memory for the ssh configuration");
}

enum ra_progress ra_ssh_settle(struct ra_ssh *ssh)
{
	struct ra_ssh_settle *settle = &ssh->settle;

	ra_ssh_drain(&settle->out_fd, &settle->out);
	ra_ssh_drain(&settle->err_fd, &settle->err);
	if (ra_child_over(&settle->child)) {
		/* What it wrote before its end is in the pipes by now. */
		ra_ssh_drain(&settle->out_fd, &settle->out);
		ra_ssh_drain(&settle->err_fd, &settle->err);
		return take_answer(ssh);
	}
	if (ssh->now < ssh->deadline)
		return RA_PROGRESS_WAIT;
	return not_told(ssh, RA_LINK_TIMEOUT, "ssh -G did not answer within 10 seconds.");
}

void ra_ssh_settle_say(const struct ra_ssh *ssh, char *out, size_t cap)
{
	const struct ra_ssh_settle *settle = &ssh->settle;

	out[0] = '\0';
	if (*settle->used)
		snprintf(out, cap, "by the ssh configuration: %s", settle->used);
	if (*settle->notes)
		say(out, cap, "%s", settle->notes);
	if (*settle->off)
		say(out, cap, "%s", settle->off);
}
