/* The SSH link on its way in: keys, agent, passwords, the host's key, and everything that is no SSH host. Run by
 * ssh.sh. */
#include "config.h"

#include "live.h"

#include <libssh2.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_keys(void **state)
{
	static const char *const names[] = {"id_ecdsa", "id_ed25519", "id_rsa", "id_ec521", "id_pem_ec", "id_pkcs8"};
	for (size_t i = 0; i < RA_LEN(names); i++) {
		struct ra_link *link = live_open_link(&(struct live_want){.identity = names[i]});
		struct ra_event event = live_ask(link, ECHO);
		assert_string_equal(live_states, "connecting up ");
		assert_int_equal(event.reply.status, 0);
		assert_true(event.reply.sent);
		assert_true(event.reply.came_at >= event.reply.sent_at);
		live_expect_out(&event, "hi\n");
		link = ra_link_free(link);
	}
}

static void test_key_with_passphrase(void **state)
{
	static const char *const names[] = {"id_locked", "id_pem"};
	for (size_t i = 0; i < RA_LEN(names); i++) {
		struct ra_link *link = live_open_link(&(struct live_want){.identity = names[i], .may_ask = true});
		live_submit(link, 1, ECHO, (struct ra_ticket){0});
		struct ra_event event = live_wait_for(link, RA_EV_NEED);
		assert_int_equal(event.need.kind, RA_NEED_PASSPHRASE);
		assert_false(event.need.echo);
		assert_non_null(strstr(event.need.text, names[i]));
		ra_event_clear(&event);
		live_answer_text(link, "wrong");
		event = live_wait_for(link, RA_EV_NEED);
		assert_non_null(strstr(event.need.text, "That was not it"));
		ra_event_clear(&event);
		live_answer_text(link, "open sesame");
		event = live_wait_for(link, RA_EV_REPLY);
		live_expect_out(&event, "hi\n");
		link = ra_link_free(link);
		/* Nobody to ask: said, not waited for. */
		link = live_open_link(&(struct live_want){.identity = names[i]});
		event = live_ask(link, ECHO);
		live_expect_why(&event, RA_LINK_REFUSED, "passphrase");
		link = ra_link_free(link);
	}
}

static void test_agent(void **state)
{
	char path[200];
	live_agent_start();
	snprintf(path, sizeof(path), "%s", getenv("SSH_AUTH_SOCK"));
	static const char *const names[] = {"id_ecdsa", "id_ed25519", "id_rsa"};
	for (size_t i = 0; i < RA_LEN(names); i++) {
		live_shell(
		    "ssh-add -q -D 2>/dev/null; ssh-add -q %s/id_stranger 2>/dev/null; ssh-add -q %s/%s 2>/dev/null",
		    live_host.dir, live_host.dir, names[i]);
		struct ra_link *link = live_open_link(&(struct live_want){.identity = "", .use_agent = true});
		struct ra_event event = live_ask(link, ECHO);
		live_expect_out(&event, "hi\n");
		link = ra_link_free(link);
	}
	live_agent_stop();
	setenv("SSH_AUTH_SOCK", path, 1);
	/* A socket with nobody behind it: the key files are tried all the same. */
	struct ra_link *link = live_open_link(&(struct live_want){.use_agent = true});
	struct ra_event event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	link = ra_link_free(link);
	link = live_open_link(&(struct live_want){.identity = "", .use_agent = true});
	event = live_ask(link, ECHO);
	live_expect_why(&event, RA_LINK_REFUSED, "It offers: publickey. Tried: the ssh agent does not answer.");
	link = ra_link_free(link);
	unsetenv("SSH_AUTH_SOCK");
}

static void test_key_refused(void **state)
{
	struct ra_link *link = live_open_link(&(struct live_want){.identity = "id_stranger"});
	struct ra_event event = live_ask(link, ECHO);
	assert_string_equal(live_states, "connecting down ");
	assert_false(event.reply.sent);
	assert_non_null(strstr(event.reply.say, "publickey"));
	live_expect_why(&event, RA_LINK_REFUSED, "id_stranger: not accepted");
	/* It is not tried again behind the operator's back. */
	event = live_ask(link, ECHO);
	assert_string_equal(live_states, "");
	live_expect_why(&event, RA_LINK_REFUSED, "id_stranger: not accepted");
	link = ra_link_free(link);
	link = live_open_link(&(struct live_want){.identity = "id_nowhere"});
	event = live_ask(link, ECHO);
	live_expect_why(&event, RA_LINK_REFUSED, "no such file");
	link = ra_link_free(link);
}

static void test_first_sight(void **state)
{
	char known[160], command[300], fingerprint[128] = "";
	snprintf(known, sizeof(known), "%s/known_new", live_host.dir);
	snprintf(command, sizeof(command), "ssh-keygen -lf %s/host_ecdsa.pub | cut -d' ' -f2", live_host.dir);
	FILE *pipe = popen(command, "r");
	assert_non_null(fgets(fingerprint, sizeof(fingerprint), pipe));
	pclose(pipe);
	fingerprint[strcspn(fingerprint, "\n")] = '\0';

	/* No: nothing is written, nothing is sent. */
	struct ra_link *link = live_open_link(&(struct live_want){.known_hosts = known, .may_ask = true});
	live_submit(link, 1, ECHO, (struct ra_ticket){0});
	struct ra_event event = live_wait_for(link, RA_EV_NEED);
	assert_int_equal(event.need.kind, RA_NEED_HOST_KEY);
	assert_int_equal(link->state, RA_LINK_WAITING);
	assert_non_null(strstr(event.need.text, fingerprint));
	assert_non_null(strstr(event.need.text, "ecdsa-sha2-nistp256"));
	ra_event_clear(&event);
	link->ops->answer(link, false, NULL);
	event = live_wait_for(link, RA_EV_REPLY);
	live_expect_why(&event, RA_LINK_REFUSED, "not accepted");
	link = ra_link_free(link);
	assert_int_equal(access(known, F_OK), -1);

	/* Nobody to ask, or only known hosts wanted. */
	static const int policies[] = {RA_HOSTKEY_ASK, RA_HOSTKEY_YES};
	for (size_t i = 0; i < RA_LEN(policies); i++) {
		link = live_open_link(&(struct live_want){.known_hosts = known, .policy = policies[i]});
		event = live_ask(link, ECHO);
		assert_non_null(strstr(event.reply.say, fingerprint));
		live_expect_why(&event, RA_LINK_REFUSED, "not known here");
		link = ra_link_free(link);
	}

	/* Yes: written once, asked once. */
	link = live_open_link(&(struct live_want){.known_hosts = known, .may_ask = true});
	live_submit(link, 1, ECHO, (struct ra_ticket){0});
	event = live_wait_for(link, RA_EV_NEED);
	ra_event_clear(&event);
	link->ops->answer(link, true, NULL);
	event = live_wait_for(link, RA_EV_STATE);
	while (event.state != RA_LINK_UP) {
		ra_event_clear(&event);
		event = live_wait_for(link, RA_EV_STATE);
	}
	assert_string_equal(event.peer, fingerprint);
	ra_event_clear(&event);
	event = live_wait_for(link, RA_EV_REPLY);
	live_expect_out(&event, "hi\n");
	link = ra_link_free(link);
	link = live_open_link(&(struct live_want){.known_hosts = known});
	event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	link = ra_link_free(link);
	char *text = live_slurp(known);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	free(text);

	/* accept-new with a key: accepted and kept. */
	unlink(known);
	link = live_open_link(&(struct live_want){.known_hosts = known, .policy = RA_HOSTKEY_ACCEPT_NEW});
	event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	link = ra_link_free(link);
	assert_int_equal(access(known, F_OK), 0);
}

/* The key of a first sight that finds no place is said where the plane's state is, for as long as the link is up. */
static void test_a_key_that_cannot_be_kept(void **state)
{
	static const struct {
		int policy;
		const char *how;
	} rows[] = {{RA_HOSTKEY_ASK, "asked"}, {RA_HOSTKEY_ACCEPT_NEW, "taken"}};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char say[400];
		struct ra_link *link = live_open_link(&(struct live_want){
		    .known_hosts = "/proc/nope/x", .policy = rows[i].policy, .may_ask = rows[i].policy == RA_HOSTKEY_ASK});

		live_submit(link, 1, ECHO, (struct ra_ticket){0});
		if (rows[i].policy == RA_HOSTKEY_ASK) {
			struct ra_event need = live_wait_for(link, RA_EV_NEED);

			assert_int_equal(need.need.kind, RA_NEED_HOST_KEY);
			ra_event_clear(&need);
			link->ops->answer(link, true, NULL);
		}
		struct ra_event event = live_wait_for(link, RA_EV_STATE);

		while (event.state != RA_LINK_UP) {
			ra_event_clear(&event);
			event = live_wait_for(link, RA_EV_STATE);
		}
		snprintf(say, sizeof(say), ", so it is %s anew each time", rows[i].how);
		if (strncmp(event.say, "its key could not be kept in /proc/nope/x: ", 43) || !strstr(event.say, "No such file") ||
		    !strstr(event.say, say))
			fail_msg("%s", event.say);
		ra_event_clear(&event);
		event = live_wait_for(link, RA_EV_REPLY);
		live_expect_out(&event, "hi\n");
		link = ra_link_free(link);
	}
}

static void test_changed_key(void **state)
{
	char known[160], remove[300];
	snprintf(known, sizeof(known), "%s/known_changed", live_host.dir);
	live_shell("{ echo '# a remark'; printf '[127.0.0.1]:%d '; cut -d' ' -f1,2 %s/id_ecdsa.pub; } >%s",
		   live_host.port, live_host.dir, known);
	char *before = live_slurp(known);
	static const int policies[] = {RA_HOSTKEY_ASK, RA_HOSTKEY_YES, RA_HOSTKEY_ACCEPT_NEW};
	for (size_t i = 0; i < RA_LEN(policies); i++) {
		struct ra_link *link =
		    live_open_link(&(struct live_want){.known_hosts = known, .policy = policies[i], .may_ask = true});
		struct ra_event event = live_ask(link, ECHO);
		const char *say = event.reply.say;
		snprintf(remove, sizeof(remove), "ssh-keygen -f '%s' -R '[127.0.0.1]:%d'", known, live_host.port);
		assert_non_null(strstr(say, remove));
		assert_non_null(strstr(say, "line 2"));
		assert_non_null(strstr(say, "eins"));
		const char *first = strstr(say, "SHA256:");
		assert_non_null(first);
		const char *second = strstr(first + 1, "SHA256:");
		assert_non_null(second);
		assert_memory_not_equal(first, second, 50);
		live_expect_why(&event, RA_LINK_REFUSED, "HAS CHANGED");
		link = ra_link_free(link);
	}
	char *after = live_slurp(known);
	assert_string_equal(after, before);
	free(before);
	free(after);
	/* Revoked: no question is asked. */
	live_shell("{ cat %s; printf '@revoked * '; cut -d' ' -f1,2 %s/host_ecdsa.pub; } >%s", live_host.known_hosts,
		   live_host.dir, known);
	struct ra_link *link = live_open_link(&(struct live_want){.known_hosts = known, .may_ask = true});
	struct ra_event event = live_ask(link, ECHO);
	live_expect_why(&event, RA_LINK_REFUSED, "revoked");
	link = ra_link_free(link);
}

/* Everything that is no SSH live_host, and what is said about it. */
static void test_no_host(void **state)
{
	static const struct {
		const char *greeting; /* NULL: never a word; "": closes at once */
		enum ra_link_why why;
		const char *say;
	} cases[] = {
	    {NULL, RA_LINK_TIMEOUT, "says nothing"},
	    {"", RA_LINK_UNREACHABLE, "without a word"},
	    {"HTTP/1.1 400 Bad Request\r\n\r\n<html>", RA_LINK_UNREACHABLE, "HTTP/1.1 400 Bad Request"},
	    {"Exceeded MaxStartups\r\n", RA_LINK_UNREACHABLE, "too many SSH logins"},
	    {"SSH-2.0-OpenSSH_9.2\r\n", RA_LINK_UNREACHABLE, "no SSH handshake"},
	    {"SSH-2.0-x\r\n\x7f\xff\xff\xff garbage", RA_LINK_UNREACHABLE, "no SSH handshake"},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		live_greeting = cases[i].greeting;
		int port = live_listen_here();
		struct ra_link *link = live_open_link(&(struct live_want){.port = port, .handshake_ms = 800});
		struct ra_event event = live_ask(link, ECHO);
		assert_string_equal(live_states, "connecting down ");
		assert_false(event.reply.sent);
		live_expect_why(&event, cases[i].why, cases[i].say);
		link = ra_link_free(link);
		close(live_listener);
		live_listener = -1;
	}
	int port = live_listen_here();
	close(live_listener);
	live_listener = -1;
	struct ra_link *link = live_open_link(&(struct live_want){.port = port});
	struct ra_event event = live_ask(link, ECHO);
	live_expect_why(&event, RA_LINK_UNREACHABLE, "refused");
	/* It comes up later: the next request tries again. */
	event = live_ask(link, ECHO);
	assert_string_equal(live_states, "connecting down ");
	live_expect_why(&event, RA_LINK_UNREACHABLE, "refused");
	link = ra_link_free(link);
	link = live_open_link(&(struct live_want){.host = "no-such-host.invalid"});
	event = live_ask(link, ECHO);
	assert_non_null(strstr(event.reply.say, "no-such-host.invalid"));
	assert_true(event.reply.why == RA_LINK_UNREACHABLE || event.reply.why == RA_LINK_TIMEOUT);
	ra_event_clear(&event);
	link = ra_link_free(link);
	/* Freed while the name is looked up. */
	link = live_open_link(&(struct live_want){.host = "another-such-host.invalid"});
	live_submit(link, 1, ECHO, (struct ra_ticket){0});
	link->ops->step(link, ra_mono_now());
	link = ra_link_free(link);
}

/* A child that greets whoever connects and then says the rest again and again, for as long as anybody listens. */
static pid_t talk_without_end(const char *greeting, const char *rest, size_t rest_len)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child)
		return child;
	signal(SIGPIPE, SIG_IGN);
	alarm(LIVE_BOUND_MS / 1000);
	struct pollfd door = {.fd = live_listener, .events = POLLIN};
	static char bytes[65536];
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = rest[i % rest_len];
	(void)poll(&door, 1, -1);
	int peer = accept(live_listener, NULL, NULL);
	ssize_t sent = write(peer, greeting, strlen(greeting));
	while (sent >= 0)
		sent = write(peer, bytes, sizeof(bytes) / rest_len * rest_len);
	_exit(0);
}

/* libssh2 reads on within one call for as long as there is something: neither time nor memory may go with it. */
static void test_talks_without_end(void **state)
{
	static const char ignore[] = "\0\0\0\014\012\002\0\0\0\0\0\0\0\0\0"; /* SSH_MSG_IGNORE in the clear */
	static const struct {
		const char *greeting, *rest;
		size_t rest_len;
		const char *say;
	} cases[] = {
	    {"", "AAAAAAAAAAAAAAAA", 16, "not as an SSH server"},
	    {"", "hello there\r\n", 13, "hello there"},
	    {"SSH-2.0-x\r\n", ignore, 16, "sends without end"},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		live_greeting = NULL;
		int port = live_listen_here();
		pid_t child = talk_without_end(cases[i].greeting, cases[i].rest, cases[i].rest_len);
		struct ra_link *link = live_open_link(&(struct live_want){.port = port, .handshake_ms = 8000});
		ra_mono_ms began = ra_mono_now();
		struct ra_event event = live_ask(link, ECHO);
		assert_true(ra_mono_now() - began < LIVE_BOUND_MS / 2);
		live_expect_why(&event, RA_LINK_UNREACHABLE, cases[i].say);
		link = ra_link_free(link);
		close(live_listener);
		live_listener = -1;
		assert_int_equal(waitpid(child, NULL, 0), child);
	}
}

/* "localhost" may be ::1 first, where nothing listens: all addresses are tried. */
static void test_addresses(void **state)
{
	char known[160];
	struct addrinfo *found = NULL;
	if (getaddrinfo("localhost", NULL, NULL, &found)) {
		print_message("localhost has no address here: not tested\n");
		skip();
	}
	freeaddrinfo(found);
	snprintf(known, sizeof(known), "%s/known_local", live_host.dir);
	live_shell("sed 's/127.0.0.1/localhost/' %s >%s", live_host.known_hosts, known);
	struct ra_link *link = live_open_link(&(struct live_want){.host = "localhost", .known_hosts = known});
	struct ra_event event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	link = ra_link_free(link);
}

/* Only a key of another type is known: this libssh2 either asks the host for that one, or the operator is told. */
static void test_other_type(void **state)
{
	char known[160];
	snprintf(known, sizeof(known), "%s/known_rsa", live_host.dir);
	live_shell("{ printf '[127.0.0.1]:%d '; cut -d' ' -f1,2 %s/host_rsa.pub; } >%s", live_host.port, live_host.dir,
		   known);
	struct ra_link *link = live_open_link(&(struct live_want){.known_hosts = known});
	struct ra_event event = live_ask(link, ECHO);
	if (event.reply.why != RA_LINK_ANSWERED) {
		assert_non_null(strstr(event.reply.say, "line 1"));
		live_expect_why(&event, RA_LINK_REFUSED, "Only another key of it is known (ssh-rsa SHA256:");
	}
	ra_event_clear(&event);
	link = ra_link_free(link);
	/* accept-new is for hosts of which nothing is known. */
	if (strncmp(libssh2_version(0), "1.10", 4) == 0) {
		link = live_open_link(&(struct live_want){.known_hosts = known, .policy = RA_HOSTKEY_ACCEPT_NEW});
		event = live_ask(link, ECHO);
		live_expect_why(&event, RA_LINK_REFUSED, "known hosts only");
		link = ra_link_free(link);
	}
}

/* End the host's sessions, and wait (bounded) until this end's socket shows it: the operator answers later than that. */
static void hang_up(struct ra_link *link)
{
	struct pollfd fds[RA_LINK_FDS_MAX];
	ra_mono_ms deadline = RA_DEADLINE_NONE;
	int count = link->ops->poll(link, fds, &deadline);

	live_kill_sessions();
	for (int i = 0; i < count; i++)
		fds[i].events = POLLIN;
	poll(fds, (nfds_t)count, count ? 3000 : 500);
}

/* The host hangs up while the operator thinks: the answer still counts, over a new connection. */
static void test_slow_operator(void **state)
{
	char known[160];
	snprintf(known, sizeof(known), "%s/known_slow", live_host.dir);
	struct ra_link *link =
	    live_open_link(&(struct live_want){.identity = "id_locked", .known_hosts = known, .may_ask = true});
	live_submit(link, 1, ECHO, (struct ra_ticket){0});
	struct ra_event event = live_wait_for(link, RA_EV_NEED);
	ra_event_clear(&event);
	hang_up(link);
	link->ops->answer(link, true, NULL);
	event = live_wait_for(link, RA_EV_NEED);
	assert_int_equal(event.need.kind, RA_NEED_PASSPHRASE);
	ra_event_clear(&event);
	hang_up(link);
	live_answer_text(link, "open sesame");
	event = live_wait_for(link, RA_EV_REPLY);
	live_expect_out(&event, "hi\n");
	link = ra_link_free(link);
}

static void test_few_tries(void **state)
{
	struct live_host first = live_host;
	live_start_host("MaxAuthTries 1");
	struct ra_link *link = live_open_link(&(struct live_want){.identity = "id_stranger"});
	struct ra_event event = live_ask(link, ECHO);
	assert_false(event.reply.sent);
	assert_true(event.reply.why == RA_LINK_REFUSED || event.reply.why == RA_LINK_UNREACHABLE);
	ra_event_clear(&event);
	link = ra_link_free(link);
	live_stop_host();
	live_host = first;
}

/* Algorithms this libssh2 lacks: one clear sentence. */
static void test_no_common_algorithm(void **state)
{
	struct live_host first = live_host;
	live_start_host("MACs hmac-sha2-512-etm@openssh.com\nCiphers chacha20-poly1305@openssh.com\nKexAlgorithms "
			"sntrup761x25519-sha512@openssh.com");
	struct ra_link *link = live_open_link(&(struct live_want){0});
	struct ra_event event = live_ask(link, ECHO);
	assert_non_null(strstr(event.reply.say, "libssh2"));
	assert_non_null(
	    strstr(event.reply.say, "no common key exchange: the host allows sntrup761x25519-sha512@openssh.com"));
	live_expect_why(&event, RA_LINK_UNREACHABLE, "no SSH handshake");
	link = ra_link_free(link);
	live_stop_host();
	live_host = first;
}

/* The server of fake-login.py, its ports: one asks by keyboard-interactive, the old one takes the password method. */
static struct live_peer login;
static int login_port, login_old_port;

/* How often something was offered to the server, and the record is wiped. */
static int attempts(void)
{
	return live_take_lines(login.dir, "attempts");
}

static struct ra_link *login_link(const char *user, int port)
{
	return live_open_link(&(struct live_want){
	    .identity = "", .known_hosts = login.known_hosts, .user = user, .port = port, .may_ask = true,
	    .auth_ms = strcmp(user, "mute") ? 0 : 800});
}

/* Answer needs of a kind with a text, then see what the reply is. */
static struct ra_event log_in(struct ra_link *link, const char *const *answers)
{
	live_submit(link, 1, ECHO, (struct ra_ticket){0});
	for (; *answers; answers++) {
		struct ra_event event = live_wait_for(link, RA_EV_NEED);
		ra_event_clear(&event);
		live_answer_text(link, *answers);
	}
	return live_wait_for(link, RA_EV_REPLY);
}

static void test_password(void **state)
{
	if (!live_peer_start(&login, "fake-login.py")) {
		print_message("python3-asyncssh is not here: logins by password are not tested\n");
		skip();
	}
	assert_int_equal(fscanf(login.out, "%d %d", &login_port, &login_old_port), 2);
	static const struct {
		const char *user;
		bool old;
		const char *answers[4];
		enum ra_link_why why;
		const char *say;
		int attempts;
	} cases[] = {
	    {"root", false, {"correct horse"}, RA_LINK_ANSWERED, "", 2},
	    {"root", true, {"correct horse"}, RA_LINK_ANSWERED, "", 1},
	    {"root", false, {"wrong"}, RA_LINK_REFUSED, "refuses the password", 1},
	    {"root", true, {"wrong"}, RA_LINK_REFUSED, "refuses the password", 1},
	    {"stubborn", false, {"wrong"}, RA_LINK_REFUSED, "asks again", 1},
	    {"token", false, {"correct horse", "123456"}, RA_LINK_ANSWERED, "", 3},
	    /* Each question means another conversation, and the password in it: never so often that a wrong one would lock the account. */
	    {"curious", false, {"correct horse", "one", "two"}, RA_LINK_REFUSED, "asks more than 2 questions", 6},
	    {"flood", false, {"correct horse"}, RA_LINK_REFUSED, "cannot be answered", 0},
	    {"survey", false, {"unused", "blue"}, RA_LINK_ANSWERED, "", 1},
	    {"two", false, {"correct horse", "123456"}, RA_LINK_ANSWERED, "", 1},
	    {"two", false, {"correct horse", "654321"}, RA_LINK_REFUSED, "refuses the password", 1},
	    {"titled", false, {"correct horse"}, RA_LINK_ANSWERED, "", 2},
	    /* Both methods are offered: one of them is used, once. */
	    {"both", false, {"correct horse"}, RA_LINK_ANSWERED, "", 2},
	    {"both", false, {"wrong"}, RA_LINK_REFUSED, "refuses the password", 1},
	    /* Taken, and never answered: it may count as wrong, and a wait for the host would offer it again and again. */
	    {"mute", false, {"correct horse"}, RA_LINK_REFUSED, "was offered and not answered", 1},
	    {"mute", true, {"correct horse"}, RA_LINK_REFUSED, "was offered and not answered", 1},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_link *link = login_link(cases[i].user, cases[i].old ? login_old_port : login_port);
		struct ra_event event = log_in(link, cases[i].answers);
		if (event.reply.why != cases[i].why || !strstr(event.reply.say, cases[i].say))
			fail_msg("case %zu: why %d \"%s\"", i, event.reply.why, event.reply.say);
		ra_event_clear(&event);
		if (cases[i].why == RA_LINK_REFUSED) {
			/* Asked once, sent once: later requests are refused without another try. */
			event = live_ask(link, ECHO);
			assert_string_equal(live_states, "");
			assert_int_equal(event.reply.why, RA_LINK_REFUSED);
			ra_event_clear(&event);
		}
		link = ra_link_free(link);
		assert_int_equal(attempts(), cases[i].attempts);
	}
	/* No password given, nobody to ask, and a host that was never seen: not a byte of a password leaves. */
	struct ra_link *link = login_link("root", login_port);
	live_submit(link, 1, ECHO, (struct ra_ticket){0});
	struct ra_event event = live_wait_for(link, RA_EV_NEED);
	assert_int_equal(event.need.kind, RA_NEED_PASSWORD);
	assert_string_equal(event.need.subject, "root@127.0.0.1");
	ra_event_clear(&event);
	link->ops->answer(link, false, NULL);
	event = live_wait_for(link, RA_EV_REPLY);
	live_expect_why(&event, RA_LINK_REFUSED, "no password");
	link = ra_link_free(link);
	link = live_open_link(
	    &(struct live_want){.identity = "", .known_hosts = login.known_hosts, .user = "root", .port = login_port});
	event = live_ask(link, ECHO);
	live_expect_why(&event, RA_LINK_REFUSED, "nobody can be asked");
	link = ra_link_free(link);
	char nothing[160];
	snprintf(nothing, sizeof(nothing), "%s/none", login.dir);
	link = live_open_link(&(struct live_want){.identity = "",
						  .known_hosts = nothing,
						  .user = "root",
						  .port = login_port,
						  .policy = RA_HOSTKEY_ACCEPT_NEW,
						  .may_ask = true});
	event = live_ask(link, ECHO);
	live_expect_why(&event, RA_LINK_REFUSED, "a password is not sent to a host whose key was not known");
	link = ra_link_free(link);
	assert_int_equal(access(nothing, F_OK), -1);
	assert_int_equal(attempts(), 0);
	/* No exit status at all: the trailer has it. */
	link = login_link("nostatus", login_port);
	static const char *const right[] = {"correct horse", NULL};
	event = log_in(link, right);
	assert_int_equal(event.reply.status, 0);
	live_expect_out(&event, "hi\n");
	event = live_ask(link, RUN("\"sh\",\"-c\",\"exit 9\""));
	assert_int_equal(event.reply.status, 9);
	live_expect_out(&event, "");
	link = ra_link_free(link);
	/* After a lost connection the password that let us in is used again without a question. */
	link = login_link("root", login_port);
	event = log_in(link, right);
	live_expect_out(&event, "hi\n");
	(void)attempts();
	event = live_ask(link, RUN("\"drop-me\""));
	live_expect_why(&event, RA_LINK_UNREACHABLE, "lost");
	event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	assert_int_equal(attempts(), 2);
	link = ra_link_free(link);
	live_peer_stop(&login);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_keys),          cmocka_unit_test(test_key_with_passphrase),
	    cmocka_unit_test(test_agent),         cmocka_unit_test(test_key_refused),
	    cmocka_unit_test(test_first_sight),   cmocka_unit_test(test_a_key_that_cannot_be_kept),
	    cmocka_unit_test(test_changed_key),
	    cmocka_unit_test(test_no_host),       cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_few_tries),     cmocka_unit_test(test_other_type),
	    cmocka_unit_test(test_slow_operator), cmocka_unit_test(test_no_common_algorithm),
	    cmocka_unit_test(test_talks_without_end),
	    cmocka_unit_test(test_password),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("ssh login", tests, live_group_setup, live_group_teardown);
}
