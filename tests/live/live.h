/* live.h - a fake ESXi host (fake-esxi.sh) and a link to it, for tests against real servers. Every wait has a bound; a helper that
 * does not get what it expects fails the test. */
#ifndef RA_TESTS_LIVE_H
#define RA_TESTS_LIVE_H

#include "unit.h"

#include "link/link.h"

#include <stdio.h>
#include <string.h>

#define LIVE_BOUND_MS 30000
#define RUN(words) "{\"run\":[" words "]}"
#define ECHO RUN("\"echo\",\"hi\"")

/* The fake host in use. */
struct live_host {
	char dir[128], known_hosts[160], user[64];
	int port;
};
extern struct live_host live_host;
/* What the last live_wait_for saw on its way: states as words ("connecting up "), and how often it stepped the link. */
extern char live_states[256];
extern int live_steps;
/* A listener of the test's own (-1: none), and what it says to whoever connects (NULL: nothing, ever). */
extern int live_listener;
extern const char *live_greeting;

/* Time of the link's that each wait with nothing in it skips, for limits no test has the patience for (0: none). */
extern int live_skip_ms;
/* Skip the waits in which the link listens to nobody: its pause before it connects again. */
extern bool live_skip_pauses;

/* Run a command of the shell that must succeed. */
void live_shell(const char *fmt, ...) RA_PRINTF(1, 2);
/* Start and stop the fake host; config: further lines for its sshd. Started beside another (whose live_host the caller keeps) it has the
 * keys of that one, so its key files serve for both. */
void live_start_host(const char *config);
void live_stop_host(void);
int live_group_setup(void **state);
int live_group_teardown(void **state);
/* A fresh directory. Out: out[cap]. */
void live_make_dir(char *out, size_t cap);
/* Kill what the fake host's sshd runs for its connections; over when they are gone. */
void live_kill_sessions(void);
/* A port of the loopback that live_listener listens on. */
int live_listen_here(void);
/* Where the scripts of this directory are. */
const char *live_script(const char *name);

/* A server of a Python script with asyncssh. Out: false when there is no asyncssh here. known_hosts knows it; what it prints is read from
 * out. */
struct live_peer {
	FILE *out;
	int in, pid;
	char dir[128], known_hosts[160];
};
bool live_peer_start(struct live_peer *peer, const char *script);
void live_peer_stop(struct live_peer *peer);

/* What a test asks for; zero fields are the friendly defaults. */
struct live_want {
	const char *identity; /* file name in the host's directory; NULL: id_ecdsa; "": none */
	const char *known_hosts, *host, *user;
	int port, policy, connect_ms, handshake_ms, auth_ms;
	int beside_ms; /* 0: never, however loaded this machine is */
	bool use_agent, may_ask;
};
struct ra_link *live_open_link(const struct live_want *want);
/* Submit a request; extra holds what is not default (timeout 20 s, cap 1 MiB). */
void live_submit(struct ra_link *link, uint64_t id, const char *request, struct ra_ticket extra);
/* Step the link until it has an event of a kind. */
struct ra_event live_wait_for(struct ra_link *link, enum ra_event_kind kind);
/* Submit as ticket 1 and wait for the reply. */
struct ra_event live_ask(struct ra_link *link, const char *request);
/* The event is an answer with this stdout / has this why and says this; clears it. */
void live_expect_out(struct ra_event *event, const char *out);
void live_expect_why(struct ra_event *event, enum ra_link_why why, const char *say);
/* Answer a need with a text. */
void live_answer_text(struct ra_link *link, const char *text);
/* Start an ssh agent without keys, as SSH_AUTH_SOCK has it from now on; end it (fake-esxi.sh stop does, too). Each has a socket of its own:
 * one that ends removes its socket when it comes to it. */
void live_agent_start(void);
void live_agent_stop(void);
/* How many lines stand in a file; the file is gone then. Out: 0 when there is none. */
int live_take_lines(const char *dir, const char *name);
/* A whole file as text. Owner: caller frees. */
char *live_slurp(const char *path);

#endif
