/* Faults: what hosts, servers and networks do wrong, and the exact outcome of each. Those that sshd cannot make are made by
 * fake-faults.py. Run by ssh-faults.sh. */
#include "config.h"

#include "live.h"

#include <arpa/inet.h>
#include <libssh2.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* Commands that end in every way a shell knows; the trailer has what libssh2's exit status has not. */
static void test_endings(void **state)
{
	static const struct {
		const char *request, *out, *err;
		int status;
	} rows[] = {
	    {RUN("\"sh\",\"-c\",\"kill -SEGV $$\""), "", "", 139},
	    {RUN("\"sh\",\"-c\",\"exit 300\""), "", "", 44},
	    {RUN("\"sh\",\"-c\",\"echo before; exec >&- 2>&-; sleep 1; exit 7\""), "before\n", "", 7},
	    {RUN("\"sh\",\"-c\",\"kill -TERM $$; echo not reached\""), "", "", 143},
	    {RUN("\"sh\",\"-c\",\"cat; echo end\""), "end\n", "", 0},
	    {RUN("\"sh\",\"-c\",\"printf 'no line end'\""), "no line end", "", 0},
	    {RUN("\"sh\",\"-c\",\"printf '\\\\n\\\\n'\""), "\n\n", "", 0},
	};
	struct ra_link *link = live_open_link(&(struct live_want){0});
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_event event = live_ask(link, rows[i].request);
		if (strcmp(ra_buf_str(&event.reply.err), rows[i].err) != 0 || event.reply.status != rows[i].status)
			fail_msg("%s: status %d, stderr \"%s\"", rows[i].request, event.reply.status, ra_buf_str(&event.reply.err));
		live_expect_out(&event, rows[i].out);
	}
	link = ra_link_free(link);
}

/* Of the sanitizer, when there is one. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

/* New keys every megabyte: a session older than an hour meets the same. libssh2 before 1.11.1 loses a few bytes with every change. */
static void test_rekey(void **state)
{
	const struct live_host first = live_host;
	const bool loses = !libssh2_version(0x010b01) && __lsan_disable && __lsan_enable;
	if (loses)
		__lsan_disable();
	live_start_host("RekeyLimit 1M");
	struct ra_link *link = live_open_link(&(struct live_want){0});
	for (uint64_t id = 1; id <= 2; id++) {
		live_submit(link, id, RUN("\"fault-huge\""), (struct ra_ticket){.cap_len = 64 << 20});
		struct ra_event event = live_wait_for(link, RA_EV_REPLY);
		if (event.reply.why != RA_LINK_ANSWERED)
			fail_msg("%s", event.reply.say);
		assert_int_equal(event.reply.out.len, 320 * 65536);
		assert_int_equal(event.reply.status, 0);
		ra_event_clear(&event);
	}
	link = ra_link_free(link);
	if (loses)
		__lsan_enable();
	live_stop_host();
	live_host = first;
}

/* A socket of the test's own to a port of the loopback. */
static int dial(int port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* Others hold all the places before the login; once they are gone the same link gets in. */
static void test_max_startups(void **state)
{
	const struct live_host first = live_host;
	live_start_host("MaxStartups 1:100:1");
	int other = dial(live_host.port);
	char greeting[64];
	assert_true(recv(other, greeting, sizeof(greeting), 0) > 0); /* it has the place */
	struct ra_link *link = live_open_link(&(struct live_want){0});
	struct ra_event event = live_ask(link, ECHO);
	assert_string_equal(live_states, "connecting down ");
	assert_false(event.reply.sent);
	live_expect_why(&event, RA_LINK_UNREACHABLE,
			"127.0.0.1 has too many SSH logins under way (\"Exceeded MaxStartups\"). Try again in a minute.");
	close(other);
	for (int i = 0; i < 100; i++) {
		event = live_ask(link, ECHO);
		if (event.reply.why == RA_LINK_ANSWERED)
			break;
		ra_event_clear(&event);
		usleep(20000);
	}
	live_expect_out(&event, "hi\n");
	link = ra_link_free(link);
	live_stop_host();
	live_host = first;
}

/* The host's key is another one after the connection broke: what runs is lost, and nothing is sent to whoever answers now. */
static void test_key_changes(void **state)
{
	const struct live_host first = live_host;
	live_start_host("");
	char counted[160];
	snprintf(counted, sizeof(counted), "%s/counted", live_host.dir);
	struct ra_link *link = live_open_link(&(struct live_want){.may_ask = true});
	struct ra_event event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	live_shell("cd %s && rm host_ecdsa host_ecdsa.pub && ssh-keygen -q -t ecdsa -N '' -C '' -f host_ecdsa && kill -HUP $(cat sshd.pid) && "
		   "i=0; until ssh-keyscan -p %d -t ecdsa 127.0.0.1 2>/dev/null | grep -qF \"$(cut -d' ' -f2 host_ecdsa.pub)\"; do "
		   "i=$((i+1)); [ $i -lt 200 ] || exit 1; sleep 0.05; done",
		   live_host.dir, live_host.port);
	/* The old connection lives on, as sshd's do. */
	event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	event = live_ask(link, RUN("\"fault-drop\""));
	live_expect_why(&event, RA_LINK_UNREACHABLE, "the SSH connection was lost");
	live_submit(link, 2, RUN("\"fault-count\""), (struct ra_ticket){.change = true});
	event = live_wait_for(link, RA_EV_REPLY);
	assert_string_equal(live_states, "connecting down ");
	assert_false(event.reply.sent);
	live_expect_why(&event, RA_LINK_REFUSED, "THE SSH KEY OF 127.0.0.1 HAS CHANGED");
	event = live_ask(link, ECHO);
	assert_string_equal(live_states, "");
	live_expect_why(&event, RA_LINK_REFUSED, "Nothing was sent");
	assert_int_equal(access(counted, F_OK), -1);
	link = ra_link_free(link);
	live_stop_host();
	live_host = first;
}

/* The server of fake-faults.py. */
static struct live_peer faults;
static int faults_port;

static int start_faults(void **state)
{
	if (!live_peer_start(&faults, "fake-faults.py"))
		return 0;
	assert_int_equal(fscanf(faults.out, "%d", &faults_port), 1);
	return 0;
}

static int stop_faults(void **state)
{
	live_skip_ms = 0;
	if (faults.pid)
		live_peer_stop(&faults);
	memset(&faults, 0, sizeof(faults));
	return 0;
}

static void need_faults(void)
{
	if (faults.pid)
		return;
	print_message("python3-asyncssh is not here: servers that break the protocol are not tested\n");
	skip();
}

/* How many commands the server started, and forgets them. */
static int started(void)
{
	return live_take_lines(faults.dir, "started");
}

static struct ra_link *faults_link(const char *user)
{
	return live_open_link(&(struct live_want){.user = user, .port = faults_port, .known_hosts = faults.known_hosts, .auth_ms = 800});
}

struct fault {
	const char *user;
	enum ra_link_why why;
	const char *say, *out;
	int status;
	bool sent;
	const char *states; /* on the way to the reply */
	int started;        /* commands; of a change */
	int skip_ms;
};

#define UP "connecting up "
#define LOST "connecting up down "
#define DENIED "connecting down "

static const struct fault faulty[] = {
    {"plain", RA_LINK_ANSWERED, "", "hi\n", 0, true, UP, 1, 0},
    {"no-auth", RA_LINK_ANSWERED, "", "hi\n", 0, true, UP, 1, 0},
    {"no-status", RA_LINK_ANSWERED, "", "hi\n", 0, true, UP, 1, 0},
    {"status-300", RA_LINK_ANSWERED, "", "hi\n", 0, true, UP, 1, 0},
    {"signal-after", RA_LINK_ANSWERED, "", "hi\n", 0, true, UP, 1, 0},
    {"eof-no-close", RA_LINK_ANSWERED, "", "hi\n", 0, true, UP, 1, 0},
    {"no-end", RA_LINK_ANSWERED, "", "hi\n", 0, true, UP, 1, 0},
    {"abort-after", RA_LINK_ANSWERED, "", "hi\n", 0, true, UP, 1, 0},
    {"signal-kill", RA_LINK_CUT, "127.0.0.1: the command's shell was ended by signal KILL: the answer is incomplete", "partial\n", -1, true,
     UP, 1, 0},
    {"signal-odd", RA_LINK_CUT, "was ended by signal \x1b[2JWITHOUT-AN-END-T: the answer is incomplete", "partial\n", -1, true, UP, 1, 0},
    {"cut-status-0", RA_LINK_CUT, "127.0.0.1: the answer ends early: what came is incomplete", "partial\n", -1, true, UP, 1, 0},
    {"cut-eof", RA_LINK_CUT, "the answer ends early: what came is incomplete", "partial\n", -1, true, UP, 1, 0},
    {"cut-close", RA_LINK_CUT, "the answer ends early: what came is incomplete", "", -1, true, UP, 1, 0},
    {"wrong-trailer", RA_LINK_CUT, "the answer ends early: what came is incomplete", "partial\n\n00000000000000000000000000000000 0\n", -1,
     true, UP, 1, 0},
    {"silent", RA_LINK_TIMEOUT, "127.0.0.1: no answer in time", "", -1, true, UP, 1, 1000},
    {"abort", RA_LINK_UNREACHABLE, "127.0.0.1: the SSH connection was lost", NULL, -1, true, LOST, 1, 0},
    {"disconnect", RA_LINK_UNREACHABLE, "127.0.0.1: the SSH connection was lost", NULL, -1, true, LOST, 1, 0},
    {"ignore-without-end", RA_LINK_UNREACHABLE, "127.0.0.1: the host sends without end what nobody asked for", "", -1, true, LOST, 1, 0},
    {"deny-exec", RA_LINK_REFUSED, "127.0.0.1: the host refused to start the command", "", -1, true, UP, 0, 0},
    {"prohibited", RA_LINK_REFUSED, "127.0.0.1: the host allows this account no commands", "", -1, false, UP, 0, 0},
    {"no-channel", RA_LINK_UNREACHABLE, "127.0.0.1: the host gives no further SSH channel", "", -1, false, UP, 0, 1000},
    {"never-open", RA_LINK_UNREACHABLE, "127.0.0.1: the host gives no SSH channel for a command, and does not refuse one either", "", -1,
     false, LOST LOST, 0, 1000},
    {"auth-abort", RA_LINK_UNREACHABLE, "127.0.0.1 ended the connection during the login.", "", -1, false, DENIED, 0, 0},
    {"auth-disconnect", RA_LINK_UNREACHABLE, "127.0.0.1 ended the connection during the login (\"no logins now\").", "", -1, false, DENIED, 0, 0},
    {"auth-silent", RA_LINK_TIMEOUT, "127.0.0.1 does not finish the login.", "", -1, false, DENIED, 0, 0},
};

static void try_fault(const struct fault *row, bool change)
{
	struct ra_link *link = faults_link(row->user);
	live_skip_ms = row->skip_ms;
	live_submit(link, 7, ECHO, (struct ra_ticket){.change = change});
	struct ra_event event = live_wait_for(link, RA_EV_REPLY);
	live_skip_ms = 0;
	if (event.reply.why != row->why || !strstr(event.reply.say, row->say) || event.reply.status != row->status ||
	    event.reply.sent != row->sent || strcmp(live_states, row->states) != 0)
		fail_msg("%s: why %d \"%s\" status %d sent %d states %s", row->user, event.reply.why, event.reply.say, event.reply.status,
			 event.reply.sent, live_states);
	if (row->out && strcmp(ra_buf_str(&event.reply.out), row->out) != 0)
		fail_msg("%s: stdout \"%s\"", row->user, ra_buf_str(&event.reply.out));
	ra_event_clear(&event);
	/* Whatever the fault: one reply, and no command went out twice. */
	for (int i = 0; i < 3; i++)
		link->ops->step(link, ra_mono_now());
	for (link->ops->next(link, &event); event.kind != RA_EV_NONE; link->ops->next(link, &event)) {
		if (event.kind == RA_EV_REPLY)
			fail_msg("%s: a second reply", row->user);
		ra_event_clear(&event);
	}
	link = ra_link_free(link);
	int count = started();
	if (count != row->started)
		fail_msg("%s: %d commands started", row->user, count);
}

static void test_server_faults(void **state)
{
	need_faults();
	for (size_t i = 0; i < RA_LEN(faulty); i++)
		for (int change = 0; change < 2; change++)
			try_fault(&faulty[i], change);
}

/* After a fault of one request the session serves the next, or a new one is made for it. */
static void test_after_faults(void **state)
{
	need_faults();
	static const struct {
		const char *user, *states;
		enum ra_link_why first, second;
	} rows[] = {
	    {"cut-eof", "", RA_LINK_CUT, RA_LINK_CUT},
	    {"eof-no-close", "", RA_LINK_ANSWERED, RA_LINK_ANSWERED},
	    {"no-end", "", RA_LINK_ANSWERED, RA_LINK_ANSWERED},
	    {"deny-exec", "", RA_LINK_REFUSED, RA_LINK_REFUSED},
	    {"abort", LOST, RA_LINK_UNREACHABLE, RA_LINK_UNREACHABLE},
	    {"abort-after", UP, RA_LINK_ANSWERED, RA_LINK_ANSWERED},
	};
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_link *link = faults_link(rows[i].user);
		struct ra_event event = live_ask(link, ECHO);
		assert_int_equal(event.reply.why, rows[i].first);
		ra_event_clear(&event);
		/* Noticed in idle time, though a packet nobody has read stands before the end. */
		if (strcmp(rows[i].user, "abort-after") == 0) {
			event = live_wait_for(link, RA_EV_STATE);
			assert_int_equal(event.state, RA_LINK_DOWN);
			assert_in_range(live_steps, 1, 100); /* and without spinning */
			ra_event_clear(&event);
		}
		event = live_ask(link, ECHO);
		if (event.reply.why != rows[i].second || strcmp(live_states, rows[i].states) != 0)
			fail_msg("%s: why %d \"%s\", states %s", rows[i].user, event.reply.why, event.reply.say, live_states);
		ra_event_clear(&event);
		link = ra_link_free(link);
	}
	(void)started();
}

/* An answer that comes after its request was given up is nobody's; the next request gets its own. */
static void test_late_answer(void **state)
{
	need_faults();
	struct ra_link *link = faults_link("late");
	live_submit(link, 1, ECHO, (struct ra_ticket){.timeout_ms = 300});
	struct ra_event event = live_wait_for(link, RA_EV_REPLY);
	live_expect_why(&event, RA_LINK_TIMEOUT, "no answer in time");
	for (int i = 0; i < 12; i++) {
		event = live_ask(link, RUN("\"sh\",\"-c\",\"sleep 0.2; echo mine\""));
		assert_string_equal(live_states, "");
		live_expect_out(&event, "mine\n");
	}
	link = ra_link_free(link);
	(void)started();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_endings),
	    cmocka_unit_test(test_rekey),
	    cmocka_unit_test(test_max_startups),
	    cmocka_unit_test(test_key_changes),
	    cmocka_unit_test_setup_teardown(test_server_faults, start_faults, stop_faults),
	    cmocka_unit_test_setup_teardown(test_after_faults, start_faults, stop_faults),
	    cmocka_unit_test_setup_teardown(test_late_answer, start_faults, stop_faults),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("ssh faults", tests, live_group_setup, live_group_teardown);
}
