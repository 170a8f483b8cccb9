/* Requests over the SSH link: how they end, what is kept of them, and what happens when the line breaks. Run by ssh.sh.
 */
#include "config.h"

#include "live.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* Requests that end well, badly, or not. */
static void test_endings(void **state)
{
	static const struct {
		const char *request, *out, *err;
		int status;
	} cases[] = {
	    {RUN("\"echo\",\"a b\",\"$HOME; reboot\""), "a b $HOME; reboot\n", "", 0},
	    {RUN("\"sh\",\"-c\",\"echo out; echo err >&2; exit 7\""), "out\n", "err\n", 7},
	    {RUN("\"no-such-command\""), "", "ash: no-such-command: not found\n", 127},
	    {RUN("\"sh\",\"-c\",\"kill -9 $$\""), "", "", 137},
	    {RUN("\"fault-background\""), "parent\n", "", 0},
	    {RUN("\"fault-stdin\""), "end\n", "", 0},
	    {RUN("\"fault-trickle\""), "abcdef", "", 0},
	    {RUN("\"printf\",\"\""), "", "", 0},
	};
	struct ra_link *link = live_open_link(&(struct live_want){0});
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_event event = live_ask(link, cases[i].request);
		if (strcmp(ra_buf_str(&event.reply.err), cases[i].err) != 0)
			fail_msg("%s: stderr \"%s\"", cases[i].request, ra_buf_str(&event.reply.err));
		assert_int_equal(event.reply.status, cases[i].status);
		live_expect_out(&event, cases[i].out);
	}
	struct ra_event event = live_ask(link, RUN("\"fault-signal\""));
	assert_string_equal(ra_buf_str(&event.reply.out), "partial\n");
	assert_int_equal(event.reply.status, -1);
	live_expect_why(&event, RA_LINK_CUT, "incomplete");
	event = live_ask(link, "{\"property\":\"summary.x\"}");
	live_expect_why(&event, RA_LINK_NO_REQUEST, "SSH");
	event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	link = ra_link_free(link);
}

static void test_bytes(void **state)
{
	static const char escapes[] = "a\033[2J\033]0;pwn\007\0b\377\r\n";
	struct ra_link *link = live_open_link(&(struct live_want){0});
	struct ra_event event = live_ask(link, RUN("\"fault-escapes\""));
	assert_int_equal(event.reply.out.len, sizeof(escapes) - 1);
	assert_memory_equal(event.reply.out.data, escapes, sizeof(escapes) - 1);
	ra_event_clear(&event);

	/* 20 MB: kept up to the cap, in bounded time, and the session goes on. */
	live_submit(link, 2, RUN("\"fault-huge\""), (struct ra_ticket){.cap_len = 1 << 20});
	event = live_wait_for(link, RA_EV_REPLY);
	assert_int_equal(event.reply.why, RA_LINK_ANSWERED);
	assert_true(event.reply.truncated);
	assert_int_equal(event.reply.out.len, 1 << 20);
	assert_int_equal(event.reply.status, -1);
	ra_event_clear(&event);
	live_submit(link, 3, RUN("\"fault-huge\""), (struct ra_ticket){.cap_len = 64 << 20});
	event = live_wait_for(link, RA_EV_REPLY);
	assert_false(event.reply.truncated);
	assert_int_equal(event.reply.out.len, 320 * 65536);
	assert_int_equal(event.reply.status, 0);
	ra_event_clear(&event);

	/* An answer as long as the cap is whole; one byte more is not. */
	for (int extra = 0; extra < 2; extra++) {
		live_submit(link, 4, extra ? RUN("\"printf\",\"0123456789\"") : RUN("\"printf\",\"012345678\""),
			    (struct ra_ticket){.cap_len = 9});
		event = live_wait_for(link, RA_EV_REPLY);
		assert_int_equal(event.reply.truncated, extra);
		live_expect_out(&event, "012345678");
	}
	/* stderr is drained past its own cap, or the host would stand still. */
	event = live_ask(link, RUN("\"fault-huge-err\""));
	assert_int_equal(event.reply.err.len, 65536);
	live_expect_out(&event, "after\n");
	link = ra_link_free(link);
}

static void test_secret(void **state)
{
	struct ra_link *link = live_open_link(&(struct live_want){0});
	live_submit(link, 1, RUN("\"sh\",\"-c\",\"echo key; echo more >&2\""), (struct ra_ticket){.secret = true});
	struct ra_event event = live_wait_for(link, RA_EV_REPLY);
	assert_int_equal(event.reply.out.len, 0);
	assert_int_equal(event.reply.err.len, 0);
	size_t len;
	assert_string_equal(ra_secret_bytes(event.reply.secret, &len), "key\n");
	assert_int_equal(len, 4);
	ra_event_clear(&event);
	/* More than a secret may hold is cut, not lost. */
	live_submit(link, 2, RUN("\"fault-huge\""), (struct ra_ticket){.secret = true});
	event = live_wait_for(link, RA_EV_REPLY);
	assert_true(event.reply.truncated);
	ra_event_clear(&event);
	link = ra_link_free(link);
}

static void test_stall(void **state)
{
	struct ra_link *link = live_open_link(&(struct live_want){0});
	ra_mono_ms began = ra_mono_now();
	live_submit(link, 1, RUN("\"fault-stall\""), (struct ra_ticket){.timeout_ms = 700});
	struct ra_event event = live_wait_for(link, RA_EV_REPLY);
	assert_in_range(ra_mono_now() - began, 700, 5000);
	assert_in_range(live_steps, 1, 200);
	live_expect_why(&event, RA_LINK_TIMEOUT, "no answer in time");
	event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	/* Stalled ones do not use the host up: after a few the session is a new one. */
	for (int i = 0; i < 8; i++) {
		live_submit(link, 10, RUN("\"fault-stall\""), (struct ra_ticket){.timeout_ms = 200});
		event = live_wait_for(link, RA_EV_REPLY);
		assert_int_equal(event.reply.why, RA_LINK_TIMEOUT);
		ra_event_clear(&event);
		event = live_ask(link, ECHO);
		live_expect_out(&event, "hi\n");
	}
	/* Freed in the middle of it, without waiting. */
	live_submit(link, 20, RUN("\"fault-stall\""), (struct ra_ticket){0});
	link->ops->step(link, ra_mono_now());
	began = ra_mono_now();
	link = ra_link_free(link);
	assert_in_range(ra_mono_now() - began, 0, 1000);
}

static void test_cancel(void **state)
{
	struct ra_link *link = live_open_link(&(struct live_want){.beside_ms = 1000});
	/* Before anything was sent. */
	live_submit(link, 1, ECHO, (struct ra_ticket){0});
	link->ops->cancel(link, 1);
	struct ra_event event = live_wait_for(link, RA_EV_REPLY);
	assert_false(event.reply.sent);
	live_expect_why(&event, RA_LINK_CANCELLED, "");
	link->ops->step(link, ra_mono_now());
	assert_int_equal(link->state, RA_LINK_IDLE); /* nobody asks: nobody is called */
	/* On its way. */
	event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	live_submit(link, 2, RUN("\"fault-stall\""), (struct ra_ticket){0});
	live_submit(link, 3, RUN("\"fault-trickle\""), (struct ra_ticket){0});
	event = live_wait_for(link, RA_EV_REPLY);
	assert_int_equal(event.reply.ticket, 3);
	live_expect_out(&event, "abcdef");
	link->ops->cancel(link, 2);
	event = live_wait_for(link, RA_EV_REPLY);
	assert_true(event.reply.sent);
	live_expect_why(&event, RA_LINK_CANCELLED, "");
	/* A change that was sent goes on. */
	live_submit(link, 4, RUN("\"fault-count\""), (struct ra_ticket){.change = true});
	char counted[160];
	snprintf(counted, sizeof(counted), "%s/counted", live_host.dir);
	for (int i = 0; i < 200 && access(counted, F_OK) != 0; i++) {
		link->ops->step(link, ra_mono_now());
		usleep(20000);
	}
	link->ops->cancel(link, 4);
	event = live_wait_for(link, RA_EV_REPLY);
	live_expect_out(&event, "counted\n");
	unlink(counted);
	link = ra_link_free(link);
}

/* The connection breaks in the middle of an answer. */
static void test_drop(void **state)
{
	struct ra_link *link = live_open_link(&(struct live_want){0});
	struct ra_event event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	event = live_ask(link, RUN("\"fault-drop\""));
	assert_true(event.reply.sent);
	assert_string_equal(live_states, "down ");
	live_expect_why(&event, RA_LINK_UNREACHABLE, "lost");
	event = live_ask(link, ECHO);
	assert_string_equal(live_states, "connecting up ");
	live_expect_out(&event, "hi\n");
	/* What waited behind it goes over a new connection; the change that was under way is not sent a second time. */
	char counted[160];
	snprintf(counted, sizeof(counted), "%s/counted", live_host.dir);
	live_submit(link, 2, RUN("\"fault-count\",\"600\""), (struct ra_ticket){.change = true});
	for (int i = 0; i < 200 && access(counted, F_OK) != 0; i++) {
		link->ops->step(link, ra_mono_now());
		usleep(20000);
	}
	live_submit(link, 3, RUN("\"fault-drop\""), (struct ra_ticket){0});
	for (int i = 0; i < 20; i++)
		live_submit(link, 10 + (uint64_t)i, ECHO, (struct ra_ticket){0});
	int answered = 0, unreachable = 0;
	for (int i = 0; i < 22; i++) {
		event = live_wait_for(link, RA_EV_REPLY);
		answered += event.reply.why == RA_LINK_ANSWERED;
		unreachable += event.reply.why == RA_LINK_UNREACHABLE;
		if (event.reply.ticket == 2)
			assert_true(event.reply.why == RA_LINK_UNREACHABLE && event.reply.sent);
		ra_event_clear(&event);
	}
	assert_int_equal(answered + unreachable, 22);
	assert_in_range(answered, 16, 20); /* at most four of them ran beside the change and the drop */
	char *text = live_slurp(counted);
	assert_string_equal(text, "run\n");
	free(text);
	unlink(counted);
	link = ra_link_free(link);
}

/* The host's process for this connection. */
static int server_pid(struct ra_link *link)
{
	struct ra_event event =
	    live_ask(link, RUN("\"sh\",\"-c\",\"set -- $(cat /proc/$PPID/stat); cat /proc/$4/stat\""));
	int pid = atoi(ra_buf_str(&event.reply.out));
	ra_event_clear(&event);
	assert_true(pid > 1);
	return pid;
}

/* The host's process for us is killed while nothing runs: noticed, and made good. */
static void test_idle_drop(void **state)
{
	struct ra_link *link = live_open_link(&(struct live_want){0});
	int pid = server_pid(link);
	struct ra_event event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	assert_int_equal(kill(pid, SIGKILL), 0);
	event = live_wait_for(link, RA_EV_STATE);
	assert_int_equal(event.state, RA_LINK_DOWN);
	assert_int_equal(event.why, RA_LINK_UNREACHABLE);
	ra_event_clear(&event);
	event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	link = ra_link_free(link);
}

/* The server stands still from now on. Out: that the link is down; *skipped_ms goes on until then, in looks of five seconds. */
static struct ra_event freeze(struct ra_link *link, int pid, ra_mono_ms *skipped_ms)
{
	struct ra_event event = {0};
	assert_int_equal(kill(pid, SIGSTOP), 0);
	for (int i = 0; i < 20 && event.kind == RA_EV_NONE; i++) {
		*skipped_ms += 5000;
		link->ops->step(link, ra_mono_now() + *skipped_ms);
		link->ops->next(link, &event);
	}
	kill(pid, SIGCONT);
	assert_int_equal(event.kind, RA_EV_STATE);
	assert_int_equal(event.state, RA_LINK_DOWN);
	return event;
}

/* A peer that stands still sends no end of file. Its silence is measured; the link's time is ours to move. */
static void test_frozen(void **state)
{
	struct ra_link *link = live_open_link(&(struct live_want){0});
	int pid = server_pid(link);
	ra_mono_ms skipped = 0, deadline;
	struct pollfd fds[RA_LINK_FDS_MAX];
	/* A host that is only slow answers the keepalives (which libssh2 sends at most every two seconds), and is
	 * waited for. */
	live_submit(link, 2, RUN("\"fault-stall\""), (struct ra_ticket){.timeout_ms = 600000});
	for (int i = 0; i < 3; i++) {
		skipped += 20000;
		for (int j = 0; j < 22; j++) {
			link->ops->step(link, ra_mono_now() + skipped);
			(void)link->ops->poll(link, fds, &deadline);
			poll(NULL, 0, 100);
		}
		struct ra_event event;
		link->ops->next(link, &event);
		if (event.kind != RA_EV_NONE)
			fail_msg("after %d s: %s", (int)skipped / 1000,
				 event.kind == RA_EV_REPLY ? event.reply.say : event.say);
	}
	struct ra_event event = freeze(link, pid, &skipped);
	assert_in_range(skipped, 60000 + 30000, 60000 + 60000);
	link->ops->next(link, &event);
	live_expect_why(&event, RA_LINK_UNREACHABLE, "nothing was heard");
	link = ra_link_free(link);
}

/* The same while nothing is asked: a host that answers keepalives is let be for hours, one that stands still is told. */
static void test_frozen_in_idle_time(void **state)
{
	struct ra_link *link = live_open_link(&(struct live_want){0});
	int pid = server_pid(link);
	ra_mono_ms skipped = 0, deadline = RA_DEADLINE_NONE;
	struct pollfd fds[RA_LINK_FDS_MAX];
	struct ra_event event = live_ask(link, ECHO);

	live_expect_out(&event, "hi\n");
	for (int i = 0; i < 6; i++) {
		skipped += 15000;
		for (int j = 0; j < 12; j++) {
			link->ops->step(link, ra_mono_now() + skipped);
			(void)link->ops->poll(link, fds, &deadline);
			poll(NULL, 0, 100);
		}
		assert_true(deadline <= ra_mono_now() + skipped + 15000); /* it is looked at again */
		link->ops->next(link, &event);
		if (event.kind != RA_EV_NONE)
			fail_msg("after %d s: %s", (int)skipped / 1000, event.say);
	}
	ra_mono_ms before = skipped;

	event = freeze(link, pid, &skipped);
	assert_int_equal(event.why, RA_LINK_UNREACHABLE);
	assert_non_null(strstr(event.say, "nothing was heard"));
	assert_in_range(skipped - before, 30000, 60000 + 5000); /* the last answer may be seen one look later */
	ra_event_clear(&event);
	event = live_ask(link, ECHO); /* and the next request goes over a new connection */
	live_expect_out(&event, "hi\n");
	link = ra_link_free(link);
}

static void test_many_at_once(void **state)
{
	struct ra_link *link = live_open_link(&(struct live_want){0});
	for (uint64_t id = 1; id <= 40; id++)
		live_submit(link, id, id % 2 ? ECHO : RUN("\"fault-trickle\""), (struct ra_ticket){0});
	bool seen[41] = {false};
	for (int i = 0; i < 40; i++) {
		struct ra_event event = live_wait_for(link, RA_EV_REPLY);
		assert_false(seen[event.reply.ticket]);
		seen[event.reply.ticket] = true;
		live_expect_out(&event, event.reply.ticket % 2 ? "hi\n" : "abcdef");
	}
	link = ra_link_free(link);
}

static void test_logs(void **state)
{
	live_shell(
	    "printf 'old1\\nold2\\n' >%s/log/vmkernel.1 && gzip -f %s/log/vmkernel.1 && printf 'mid\\n' "
	    ">%s/log/vmkernel.0 && "
	    "gzip -f %s/log/vmkernel.0 && printf 'new\\n' >%s/log/vmkernel.log && printf 'h\\n' >%s/log/hostd.log",
	    live_host.dir, live_host.dir, live_host.dir, live_host.dir, live_host.dir, live_host.dir);
	static const struct {
		const char *request, *out;
		int status;
	} cases[] = {
	    {"{\"log\":{\"files\":[\"vmkernel\",\"hostd\"],\"since_boot\":true,\"lines_max\":100}}",
	     "==> vmkernel <==\nold1\nold2\nmid\nnew\n==> hostd <==\nh\n", 0},
	    {"{\"log\":{\"files\":[\"vmkernel\"],\"lines_max\":2}}", "==> vmkernel <==\nmid\nnew\n", 0},
	    {"{\"log\":{\"files\":[\"vobd\",\"hostd\"],\"lines_max\":9}}", "==> hostd <==\nh\n", 0},
	    {"{\"log\":{\"files\":[\"vobd\"],\"lines_max\":9}}", "", 1},
	};
	struct ra_link *link = live_open_link(&(struct live_want){0});
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_event event = live_ask(link, cases[i].request);
		assert_int_equal(event.reply.status, cases[i].status);
		assert_string_equal(ra_buf_str(&event.reply.err), "");
		live_expect_out(&event, cases[i].out);
	}
	link = ra_link_free(link);
}

static void test_one_session(void **state)
{
	struct live_host first = live_host;
	live_start_host("MaxSessions 1");
	struct ra_link *link = live_open_link(&(struct live_want){0});
	for (uint64_t id = 1; id <= 6; id++)
		live_submit(link, id, ECHO, (struct ra_ticket){0});
	for (int i = 0; i < 6; i++) {
		struct ra_event event = live_wait_for(link, RA_EV_REPLY);
		live_expect_out(&event, "hi\n");
	}
	for (int i = 0; i < 4; i++) {
		struct ra_event event = live_ask(link, ECHO);
		live_expect_out(&event, "hi\n");
	}
	link = ra_link_free(link);
	live_stop_host();
	live_host = first;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_endings),   cmocka_unit_test(test_bytes),       cmocka_unit_test(test_secret),
	    cmocka_unit_test(test_stall),     cmocka_unit_test(test_cancel),      cmocka_unit_test(test_drop),
	    cmocka_unit_test(test_idle_drop), cmocka_unit_test(test_frozen), cmocka_unit_test(test_frozen_in_idle_time),      cmocka_unit_test(test_many_at_once),
	    cmocka_unit_test(test_logs),      cmocka_unit_test(test_one_session),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("ssh requests", tests, live_group_setup, live_group_teardown);
}
