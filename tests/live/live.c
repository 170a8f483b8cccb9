#include "config.h"

#include "live.h"

#include "base/io.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct live_host live_host;
char live_states[256];
int live_steps;
int live_skip_ms;
bool live_skip_pauses;
static ra_mono_ms skipped_ms;
int live_listener = -1;
const char *live_greeting;

void live_shell(const char *fmt, ...)
{
	char command[2048];
	va_list args;
	va_start(args, fmt);
	vsnprintf(command, sizeof(command), fmt, args);
	va_end(args);
	int status = system(command);
	if (status != 0)
		fail_msg("%s: status %d", command, status);
}

static void read_env(struct live_host *at)
{
	char path[160], line[300];
	snprintf(path, sizeof(path), "%s/env", at->dir);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "port=", 5) == 0)
			at->port = atoi(line + 5);
		if (strncmp(line, "user=", 5) == 0)
			snprintf(at->user, sizeof(at->user), "%.60s", line + 5);
		if (strncmp(line, "known_hosts=", 12) == 0)
			snprintf(at->known_hosts, sizeof(at->known_hosts), "%.150s", line + 12);
	}
	fclose(file);
}

const char *live_script(const char *name)
{
	static char path[300];
	const char *dir = getenv("RA_LIVE_DIR");
	snprintf(path, sizeof(path), "%s/%s", dir ? dir : "tests/live", name);
	return path;
}

void live_make_dir(char *out, size_t cap)
{
	const char *dir = getenv("RA_LIVE_DIR");
	snprintf(out, cap, "%s/hosts/XXXXXX", dir ? dir : "/tmp");
	if (!dir)
		snprintf(out, cap, "/tmp/ra-live-XXXXXX");
	assert_non_null(mkdtemp(out));
}

void live_kill_sessions(void)
{
	live_shell("of() { for f in /proc/[0-9]*/stat; do { read -r a b c d e <$f; } 2>/dev/null && [ \"$d\" = $1 ] && "
		   "echo $a; done; }; "
		   "p=$(cat %s/sshd.pid); c=$(of $p); [ -n \"$c\" ] || exit 1; for i in $c; do kill -9 $(of $i) $i "
		   "2>/dev/null; done; i=0; "
		   "for c in $c; do while [ -d /proc/$c ] && ! grep -q '^State:.Z' /proc/$c/status 2>/dev/null; do "
		   "i=$((i+1)); [ $i -lt 200 ] || exit 1; sleep 0.05; done; done",
		   live_host.dir);
}

void live_start_host(const char *config)
{
	const struct live_host before = live_host;
	live_make_dir(live_host.dir, sizeof(live_host.dir));
	/* Making keys takes the longest. The stranger stays one: what is there is authorized. */
	if (before.dir[0])
		live_shell("cp -p %s/id_* %s/host_* %s && rm %s/id_stranger*", before.dir, before.dir, live_host.dir, live_host.dir);
	setenv("FAKE_SSHD_CONFIG", config, 1);
	live_shell("%s start %s >/dev/null", live_script("fake-esxi.sh"), live_host.dir);
	read_env(&live_host);
}

void live_stop_host(void)
{
	live_shell("%s stop %s && rm -rf %s", live_script("fake-esxi.sh"), live_host.dir, live_host.dir);
	memset(&live_host, 0, sizeof(live_host));
}

int live_group_setup(void **state)
{
	live_start_host("");
	return 0;
}

int live_group_teardown(void **state)
{
	live_stop_host();
	return 0;
}

bool live_peer_start(struct live_peer *peer, const char *script)
{
	int in[2], out[2];
	if (system("/usr/bin/python3 -c 'import asyncssh' 2>/dev/null") != 0)
		return false;
	live_make_dir(peer->dir, sizeof(peer->dir));
	snprintf(peer->known_hosts, sizeof(peer->known_hosts), "%s/known_hosts", peer->dir);
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	peer->pid = fork();
	assert_true(peer->pid >= 0);
	if (peer->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execl("/usr/bin/python3", "python3", live_script(script), peer->dir, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	peer->in = in[1];
	struct pollfd ready = {.fd = out[0], .events = POLLIN};
	assert_int_equal(poll(&ready, 1, LIVE_BOUND_MS), 1);
	peer->out = fdopen(out[0], "r");
	assert_non_null(peer->out);
	return true;
}

void live_peer_stop(struct live_peer *peer)
{
	int status;
	close(peer->in);
	kill(peer->pid, SIGTERM);
	waitpid(peer->pid, &status, 0);
	fclose(peer->out);
	live_shell("rm -rf %s", peer->dir);
}

struct ra_link *live_open_link(const struct live_want *want)
{
	static char path[300];
	const char *identities[2] = {path, NULL};
	snprintf(path, sizeof(path), "%s/%s", live_host.dir, want->identity ? want->identity : "id_ecdsa");
	if (want->identity && !want->identity[0])
		identities[0] = NULL;
	struct ra_ssh_options options = {.host = want->host ? want->host : "127.0.0.1",
					 .user = want->user ? want->user : live_host.user,
					 .port = want->port ? want->port : live_host.port,
					 .identities = identities,
					 .use_agent = want->use_agent,
					 .known_hosts = want->known_hosts ? want->known_hosts : live_host.known_hosts,
					 .may_ask = want->may_ask,
					 .connect_ms = want->connect_ms,
					 .handshake_ms = want->handshake_ms,
					 .auth_ms = want->auth_ms,
					 .beside_ms = want->beside_ms ? want->beside_ms : 3600000};
	options.host_key = want->policy;
	struct ra_clock clock = ra_clock_make(RA_UTC_NONE, 1);
	struct ra_link *link = NULL;
	assert_int_equal(ra_link_ssh_new(&options, &clock, &link, NULL), RA_OK);
	return link;
}

void live_submit(struct ra_link *link, uint64_t id, const char *request, struct ra_ticket extra)
{
	extra.id = id;
	extra.request = request;
	extra.timeout_ms = extra.timeout_ms ? extra.timeout_ms : 20000;
	extra.cap_len = extra.cap_len ? extra.cap_len : 1 << 20;
	assert_int_equal(link->ops->submit(link, &extra, NULL), RA_OK);
}

/* Whoever waits below serves the test's own listener. */
static void serve(void)
{
	int fd = live_listener < 0 || !live_greeting ? -1 : accept(live_listener, NULL, NULL);
	if (fd < 0)
		return;
	assert_int_equal(write(fd, live_greeting, strlen(live_greeting)), (ssize_t)strlen(live_greeting));
	shutdown(fd, SHUT_WR);
	char drop[256];
	while (recv(fd, drop, sizeof(drop), MSG_DONTWAIT) > 0)
		continue;
	close(fd);
}

/* Step the link until it has an event of a kind. States on the way are written as words into `live_states`. Fails after
 * LIVE_BOUND_MS. */
struct ra_event live_wait_for(struct ra_link *link, enum ra_event_kind kind)
{
	static const char *const names[] = {"idle", "connecting", "waiting", "up", "down"};
	const ra_mono_ms end = ra_mono_now() + LIVE_BOUND_MS;
	ra_mono_ms longest_ms = 0;
	live_states[0] = '\0';
	live_steps = 0;
	for (;;) {
		struct ra_event event;
		for (link->ops->next(link, &event); event.kind != RA_EV_NONE; link->ops->next(link, &event)) {
			if (event.kind == RA_EV_STATE && strlen(live_states) < 200)
				sprintf(live_states + strlen(live_states), "%s ", names[event.state]);
			if (event.kind == kind)
				return event;
			if (event.kind != RA_EV_STATE)
				fail_msg("event %d instead of %d: %s", event.kind, kind,
					 event.kind == RA_EV_NEED ? event.need.text : event.reply.say);
			ra_event_clear(&event);
		}
		struct pollfd fds[RA_LINK_FDS_MAX];
		ra_mono_ms deadline, now = ra_mono_now();
		if (now > end)
			fail_msg("no event of kind %d in %d ms; live_states: %s", kind, LIVE_BOUND_MS, live_states);
		int count = link->ops->poll(link, fds, &deadline);
		int64_t wait_ms = deadline < now + skipped_ms ? 0 : deadline - now - skipped_ms;
		if (count == 0 && live_skip_pauses && deadline != RA_DEADLINE_NONE)
			skipped_ms += wait_ms;
		else if (poll(fds, (nfds_t)count, wait_ms > 50 ? 50 : (int)wait_ms) == 0)
			skipped_ms += live_skip_ms;
		serve();
		now = ra_mono_now();
		link->ops->step(link, now + skipped_ms);
		live_steps++;
		ra_mono_ms took_ms = ra_mono_now() - now;
		longest_ms = took_ms > longest_ms ? took_ms : longest_ms;
		/* Opening a key with a passphrase is slow on purpose; a call that blocks is slower than any machine. */
		if (longest_ms > 8000)
			fail_msg("one step of the link took %d ms", (int)longest_ms);
	}
}

/* One request on a fresh link, which stays open. */
struct ra_event live_ask(struct ra_link *link, const char *request)
{
	live_submit(link, 1, request, (struct ra_ticket){0});
	return live_wait_for(link, RA_EV_REPLY);
}

void live_expect_out(struct ra_event *event, const char *out)
{
	if (event->reply.why != RA_LINK_ANSWERED)
		fail_msg("why %d: %s", event->reply.why, event->reply.say);
	assert_string_equal(ra_buf_str(&event->reply.out), out);
	ra_event_clear(event);
}

void live_expect_why(struct ra_event *event, enum ra_link_why why, const char *say)
{
	if (event->reply.why != why || !strstr(event->reply.say, say))
		fail_msg("why %d \"%s\", expected %d \"%s\"", event->reply.why, event->reply.say, why, say);
	ra_event_clear(event);
}

void live_answer_text(struct ra_link *link, const char *text)
{
	struct ra_secret *secret = ra_secret_new();
	assert_non_null(secret);
	assert_int_equal(ra_secret_set(secret, text, strlen(text)), RA_OK);
	link->ops->answer(link, false, secret);
	ra_secret_free(secret);
}

void live_agent_start(void)
{
	static int number;
	char path[160];
	snprintf(path, sizeof(path), "%s/agent%d", live_host.dir, ++number);
	live_shell("ssh-agent -a %s | sed -n 's/.*SSH_AGENT_PID=\\([0-9]*\\).*/\\1/p' >%s/agent.pid", path, live_host.dir);
	setenv("SSH_AUTH_SOCK", path, 1);
}

void live_agent_stop(void)
{
	live_shell("cd %s && kill $(cat agent.pid) && rm agent.pid", live_host.dir);
	unsetenv("SSH_AUTH_SOCK");
}

int live_take_lines(const char *dir, const char *name)
{
	char path[200];
	int count = 0;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *file = fopen(path, "r");
	for (int c = file ? getc(file) : EOF; c != EOF; c = getc(file))
		count += c == '\n';
	if (file)
		fclose(file);
	unlink(path);
	return count;
}

char *live_slurp(const char *path)
{
	struct ra_buf bytes = {0};
	assert_int_equal(ra_read_file(path, &bytes, NULL), RA_OK);
	char *text = ra_buf_take(&bytes);
	assert_non_null(text);
	return text;
}

int live_listen_here(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	live_listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(live_listener >= 0);
	assert_int_equal(bind(live_listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(live_listener, 4), 0);
	assert_int_equal(getsockname(live_listener, (struct sockaddr *)&at, &len), 0);
	return ntohs(at.sin_port);
}
