/* ssh_proxy.c - a child that is the way to the host: ssh through its jump hosts, or the ProxyCommand of the
 * configuration. The SSH session runs over a pair of sockets, of which the child has the other one. What it says on its
 * standard error is kept for the sentence that tells of a failure; what it asks goes to the operator, under its own
 * name, and nothing of the host's answers it. */
#include "config.h"

#include "link/ssh.h"

#include "base/digest.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ENDING_MS 1000 /* after it closed its end, so long for its last words */
#define LOOK_MS 20
#define ASKING_LOOK_MS 1000
#define NOTICE_MS 60000 /* who is to touch a key gets so long */
#define WORDS_LEN 320
#define FINISH_MS 20 /* for one that was told to end before; the loop stands meanwhile */
#define CROWDED_TRIES 4
#define CROWDED_FIRST_MS 1000
#define HEARS_MAX 64 /* reads in one step; more wait for the next */
#define ASK_INSTEAD                                                                                                    \
	". Nobody can be asked here (ssh ran with BatchMode): use an agent or a shared connection (ControlMaster), or start the walk: " \
	"reattest "

void ra_ssh_let_go(struct ra_ssh *ssh, struct ra_child *child)
{
	if (!child->pid)
		return;
	ra_child_finish(&ssh->leaving, FINISH_MS);
	ssh->leaving = *child;
	*child = (struct ra_child){.status = -1};
	(void)ra_child_end(&ssh->leaving, ssh->now);
}

const char *ra_ssh_way_name(const struct ra_ssh *ssh, char *out, size_t cap)
{
	const struct ra_ssh_proxy *proxy = &ssh->proxy;

	if (proxy->kind == RA_PROXY_JUMP)
		snprintf(out, cap, "jump host%s %.160s", strchr(proxy->spec, ',') ? "s" : "", proxy->spec);
	else
		snprintf(out, cap, "ProxyCommand of the ssh configuration");
	return out;
}

/* The last it said, clean, as a part of a sentence. */
static void last_words(const struct ra_ssh *ssh, char *out, size_t cap)
{
	const struct ra_ssh_proxy *proxy = &ssh->proxy;
	RA_AUTO(ra_buf_free) struct ra_buf clean = {0};
	size_t len = proxy->said_len, from = len > WORDS_LEN ? len - WORDS_LEN : 0;

	while (len > from && (proxy->said[len - 1] == '\n' || proxy->said[len - 1] == '\r'))
		len--;
	if (len == from || ra_text_clean(proxy->said + from, len - from, false, &clean))
		snprintf(out, cap, "it said nothing");
	else
		snprintf(out, cap, "it said: \"%s%.400s\"", from ? "..." : "", ra_buf_str(&clean));
}

/* A jump host that has too many logins under way closes the connection before a word of SSH: then nothing was asked of it, and nothing
 * refused. Many hosts behind one come to that by themselves (MaxStartups 10:30:100). Source: the words of ssh's kex_exchange_identification. */
static bool is_crowded(const struct ra_ssh *ssh)
{
	static const char words[] = "kex_exchange_identification: ";
	const struct ra_ssh_proxy *proxy = &ssh->proxy;

	return proxy->kind == RA_PROXY_JUMP && !proxy->asked && !ssh->wire.bytes_in && proxy->tries < CROWDED_TRIES &&
	       memmem(proxy->said, proxy->said_len, words, sizeof(words) - 1);
}

/* Those turned away together are not to come back together. Units: ms. */
static int64_t crowded_wait(int tries)
{
	char hex[5] = "8000";

	(void)!ra_random_hex(2, hex); /* without it they do */
	return ((int64_t)CROWDED_FIRST_MS << tries) * (32768 + strtol(hex, NULL, 16) / 2) / 65536;
}

/* A pair of sockets and a pipe; the child's ends close on exec like all else, it has copies. */
static ra_err open_ends(int *wire, int *said, struct ra_errs *errs)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, wire))
		return ra_fail(errs, RA_E_IO, "no sockets for the way to the host: %s", strerror(errno));
	if (fcntl(wire[0], F_SETFL, O_NONBLOCK))
		return ra_fail(errs, RA_E_IO, "no socket that does not block");
	return ra_child_pipe(said, errs);
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static ra_err start_child(struct ra_ssh *ssh, const char *const *argv, struct ra_errs *errs)
{
	struct ra_ssh_proxy *proxy = &ssh->proxy;
	char program[160];
	const char *const asking[] = {program, "SSH_ASKPASS_REQUIRE=force", getenv("DISPLAY") ? NULL : "DISPLAY=none:0",
				      NULL};
	static const char *const silent[] = {"SSH_ASKPASS_REQUIRE=never", NULL};
	int wire[2] = {-1, -1}, said[2] = {-1, -1};
	ra_err err = open_ends(wire, said, errs);

	if (proxy->askpass)
		snprintf(program, sizeof(program), "SSH_ASKPASS=%s", ra_askpass_program(proxy->askpass));
	const struct ra_child_spec spec = {
	    .argv = argv, .env = proxy->askpass ? asking : silent, .in = wire[1], .out = wire[1], .err = said[1]};

	if (!err)
		err = ra_child_start(&spec, &proxy->child, errs);
	close_end(&wire[1]);
	close_end(&said[1]);
	if (err) {
		close_end(&wire[0]);
		close_end(&said[0]);
	}
	ssh->fd = wire[0];
	proxy->err_fd = said[0];
	return err;
}

static ra_err start_jump(struct ra_ssh *ssh, const struct ra_ssh_names *names, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *program = ra_find_program("ssh");
	struct ra_ssh_jump jump;
	ra_err err = program ? ra_ssh_jump_make(program, ssh->proxy.spec, names, !ssh->proxy.askpass, &jump, errs)
			     : ra_fail(errs, RA_E_NOTFOUND, "no ssh client is installed");

	return err ? err : start_child(ssh, jump.argv, errs);
}

static ra_err start_command(struct ra_ssh *ssh, const struct ra_ssh_names *names, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf command = {0};
	ra_err err = ssh->proxy.pass_fd ? ra_fail(errs, RA_E_INVALID, "ProxyUseFdpass is not followed here") : RA_OK;

	if (!err)
		err = ra_buf_text(&command, "exec ");
	RA_AUTO(ra_buf_free) struct ra_buf filled = {0};
	if (!err)
		err = ra_sshconfig_command(ssh->proxy.spec, names, &filled, errs);
	if (!err)
		err = ra_buf_text(&command, ra_buf_str(&filled));
	const char *const argv[] = {"/bin/sh", "-c", ra_buf_str(&command), NULL};

	return err ? err : start_child(ssh, argv, errs);
}

enum ra_progress ra_ssh_proxy_start(struct ra_ssh *ssh)
{
	struct ra_ssh_proxy *proxy = &ssh->proxy;
	struct ra_ssh_names_room room;
	struct ra_ssh_names names;
	struct ra_errs errs;
	char name[256];

	ra_errs_clear(&errs);
	proxy->said_len = 0;
	proxy->asked = false;
	proxy->ended_at = 0;
	/* Where it cannot ask it is to say no by itself; why it could not stands before its own words. */
	if (proxy->may_ask && ra_askpass_open(&proxy->askpass, &errs))
		proxy->said_len =
		    (size_t)snprintf(proxy->said, sizeof(proxy->said), "Nobody could be asked: %s. ", errs.text[0]);
	ra_errs_clear(&errs);
	ra_ssh_names(ssh, &room, &names);
	ra_err err = proxy->kind == RA_PROXY_JUMP ? start_jump(ssh, &names, &errs) : start_command(ssh, &names, &errs);

	if (err)
		return ra_ssh_down(ssh, RA_LINK_UNREACHABLE, "%s is not reached through the %s: %s", ssh->host,
				   ra_ssh_way_name(ssh, name, sizeof(name)),
				   errs.count ? errs.text[0] : ra_err_name(err));
	enum ra_progress progress = ra_ssh_shake_start(ssh);

	if (progress == RA_PROGRESS_DONE)
		ssh->deadline = ssh->now + ssh->connect_ms + ssh->handshake_ms;
	return progress;
}

/* Keep the last of what it says. */
static void hear(struct ra_ssh_proxy *proxy)
{
	char bytes[1024];

	for (int i = 0; i < HEARS_MAX && proxy->err_fd >= 0; i++) {
		ssize_t n = read(proxy->err_fd, bytes, sizeof(bytes));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n <= 0) {
			close_end(&proxy->err_fd);
			return;
		}
		size_t len = (size_t)n, keep = RA_SSH_SAID_LEN - len;

		if (proxy->said_len > keep) {
			memmove(proxy->said, proxy->said + proxy->said_len - keep, keep);
			proxy->said_len = keep;
		}
		memcpy(proxy->said + proxy->said_len, bytes, len);
		proxy->said_len += len;
	}
}

/* It asks: the operator is, under its name. */
static enum ra_progress ask(struct ra_ssh *ssh)
{
	struct ra_ssh_proxy *proxy = &ssh->proxy;
	struct ra_need need = {.kind = RA_NEED_PROMPT, .on_the_way = true};
	char name[200];

	snprintf(need.text, sizeof(need.text), "%s", ra_askpass_text(proxy->askpass, &need.echo));
	snprintf(need.subject, sizeof(need.subject), "%.180s, on the way to %.50s",
		 ra_ssh_way_name(ssh, name, sizeof(name)), ssh->host);
	proxy->asking = proxy->asked = true;
	return ra_ssh_ask(ssh, &need, "");
}

enum ra_progress ra_ssh_proxy_step(struct ra_ssh *ssh)
{
	struct ra_ssh_proxy *proxy = &ssh->proxy;
	char name[256], words[500];
	bool echo;

	if (!proxy->child.pid)
		return RA_PROGRESS_WAIT;
	hear(proxy);
	enum ra_askpass_state state = proxy->askpass ? ra_askpass_step(proxy->askpass) : RA_ASKPASS_QUIET;

	if (proxy->asking && (state != RA_ASKPASS_ASKS || ra_child_over(&proxy->child))) {
		last_words(ssh, words, sizeof(words));
		return ra_ssh_down(ssh, RA_LINK_UNREACHABLE,
				   "%s is not reached: the %s did not wait for the answer; %s", ssh->host,
				   ra_ssh_way_name(ssh, name, sizeof(name)), words);
	}
	if (state == RA_ASKPASS_TELLS) {
		ssh->deadline = ssh->deadline < ssh->now + NOTICE_MS ? ssh->now + NOTICE_MS : ssh->deadline;
		ra_ssh_state(ssh, RA_LINK_CONNECTING, RA_LINK_ANSWERED, ra_askpass_text(proxy->askpass, &echo));
	}
	return state == RA_ASKPASS_ASKS && !ssh->need_open ? ask(ssh) : RA_PROGRESS_WAIT;
}

void ra_ssh_proxy_answer(struct ra_ssh *ssh, const struct ra_secret *secret)
{
	struct ra_ssh_proxy *proxy = &ssh->proxy;
	char name[256];

	proxy->asking = false;
	if (!secret) {
		ra_ssh_refuse(ssh, "%s is not reached: what the %s asked was not answered", ssh->host,
			      ra_ssh_way_name(ssh, name, sizeof(name)));
		return;
	}
	/* An answer that does not arrive shows in what the child says next. */
	(void)!ra_askpass_answer(proxy->askpass, secret);
	ssh->deadline = ssh->now + ssh->connect_ms + ssh->handshake_ms;
	ra_ssh_state(ssh, RA_LINK_CONNECTING, RA_LINK_ANSWERED, "");
}

/* Did the ssh end for want of somebody to answer? Its own words tell, and they are not translated. */
static bool unasked(const struct ra_ssh_proxy *proxy)
{
	static const char *const wants[] = {"Permission denied", "Host key verification failed", "authentication failures"};

	for (size_t i = 0; i < RA_LEN(wants); i++)
		if (proxy->kind == RA_PROXY_JUMP && !proxy->may_ask && memmem(proxy->said, proxy->said_len, wants[i], strlen(wants[i])))
			return true;
	return false;
}

enum ra_progress ra_ssh_proxy_failed(struct ra_ssh *ssh, bool timed_out)
{
	struct ra_ssh_proxy *proxy = &ssh->proxy;
	char name[256], words[500], how[64];

	hear(proxy);
	if (!timed_out && !proxy->ended_at)
		proxy->ended_at = ssh->now;
	bool over = ra_child_over(&proxy->child);

	if (!timed_out && (!over || proxy->err_fd >= 0) && ssh->now < proxy->ended_at + ENDING_MS)
		return RA_PROGRESS_WAIT;
	hear(proxy);
	last_words(ssh, words, sizeof(words));
	ra_ssh_way_name(ssh, name, sizeof(name));
	if (!timed_out && is_crowded(ssh))
		return ra_ssh_pause(ssh, crowded_wait(proxy->tries++));
	if (timed_out)
		return ra_ssh_down(ssh, RA_LINK_TIMEOUT,
				   "%s is not reached: through the %s nothing came within %d seconds; %s", ssh->host,
				   name, (ssh->connect_ms + ssh->handshake_ms) / 1000, words);
	return ra_ssh_down(ssh, RA_LINK_UNREACHABLE, "%s is not reached: the way through the %s failed, its %s %s; %s%s%s",
			   ssh->host, name, proxy->kind == RA_PROXY_JUMP ? "ssh" : "command",
			   ra_child_words(&proxy->child, how, sizeof(how)), words, unasked(proxy) ? ASK_INSTEAD : "",
			   unasked(proxy) ? ssh->host : "");
}

void ra_ssh_proxy_stop(struct ra_ssh *ssh)
{
	struct ra_ssh_proxy *proxy = &ssh->proxy;

	proxy->asking = false;
	proxy->ended_at = 0;
	close_end(&proxy->err_fd);
	ra_ssh_let_go(ssh, &proxy->child);
	proxy->askpass = ra_askpass_free(proxy->askpass);
}

int ra_ssh_proxy_poll(const struct ra_ssh *ssh, struct pollfd *fds, ra_mono_ms *deadline)
{
	const struct ra_ssh_proxy *proxy = &ssh->proxy;
	int count = 0;

	if (proxy->err_fd >= 0)
		fds[count++] = (struct pollfd){.fd = proxy->err_fd, .events = POLLIN};
	if (proxy->askpass && ssh->phase < RA_SSH_READY)
		count += ra_askpass_poll(proxy->askpass, fds + count);
	/* Of an end no descriptor tells: what it started has copies of them all. */
	const ra_mono_ms look_at = ssh->now + (proxy->ended_at ? LOOK_MS : ASKING_LOOK_MS);
	if ((proxy->ended_at || proxy->asking) && look_at < *deadline)
		*deadline = look_at;
	return count;
}
