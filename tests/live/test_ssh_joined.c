/* Many requests in one exec over the SSH link: what each gets when one of them misbehaves, and how many execs that
 * takes. Run by ssh.sh. */
#include "config.h"

#include "live.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define FREEZE RUN("\"sh\",\"-c\",\"kill -STOP $PPID; sleep 600\"")

/* So many execs the fake host has had: its shell notes each. */
static int execs(void)
{
	char path[160], line[64];
	int count = 0;
	snprintf(path, sizeof(path), "%s/groups", live_host.dir);
	FILE *file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		count++;
	if (file)
		fclose(file);
	return count;
}

/* One request, and what comes of it. */
struct row {
	const char *request, *out; /* out NULL: not looked at */
	enum ra_link_why why;
	bool truncated, change, secret;
	int timeout_ms;
};

static void submit_row(struct ra_link *link, uint64_t id, const struct row *row)
{
	live_submit(link, id, row->request,
		    (struct ra_ticket){.change = row->change, .secret = row->secret, .timeout_ms = row->timeout_ms});
}

static void expect_row(const struct row *row, const struct ra_reply *reply)
{
	size_t len = reply->out.len;
	const char *out = reply->secret ? ra_secret_bytes(reply->secret, &len) : ra_buf_str(&reply->out);
	if (reply->why != row->why || reply->truncated != row->truncated)
		fail_msg("%s: why %d \"%s\"%s", row->request, reply->why, reply->say,
			 reply->truncated ? " truncated" : "");
	if (row->out && strcmp(out, row->out) != 0)
		fail_msg("%s: \"%s\"", row->request, out);
	assert_true(reply->sent && reply->sent_at != RA_UTC_NONE && reply->sent_at <= reply->came_at);
}

/* Ask all rows at once; every one gets what it says. Out: the execs it took. order[count]: the rows as their replies
 * came. */
static int ask_all(struct ra_link *link, const struct row *rows, size_t count, size_t *order)
{
	bool seen[64] = {false};
	const int before = execs();
	assert_in_range(count, 1, 64);
	for (size_t i = 0; i < count; i++)
		submit_row(link, i, &rows[i]);
	for (size_t i = 0; i < count; i++) {
		struct ra_event event = live_wait_for(link, RA_EV_REPLY);
		const size_t which = (size_t)event.reply.ticket;
		assert_true(which < count && !seen[which]);
		seen[which] = true;
		if (order)
			order[i] = which;
		expect_row(&rows[which], &event.reply);
		ra_event_clear(&event);
	}
	return execs() - before;
}

/* Exactly one, where one is enough. libssh2 1.10 may fail to start one of several beside each other for no reason of
 * the host's: that one is started again. */
static void expect_execs(int got, int want)
{
	if (got < want || got > (want == 1 ? 1 : 2 * want))
		fail_msg("%d execs, expected %d", got, want);
}

/* Nothing of the exec of so many before the last is left on the host. */
static void expect_gone(int back)
{
	char path[160], line[64];
	int group = 0, at = execs() - back;
	snprintf(path, sizeof(path), "%s/groups", live_host.dir);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	for (int i = 0; i < at && fgets(line, sizeof(line), file); i++)
		group = atoi(line);
	fclose(file);
	assert_true(group > 1);
	for (int i = 0; kill(-group, 0) == 0; i++) {
		if (i == 1500)
			fail_msg("something of the exec %d still runs", group);
		usleep(10000);
	}
	assert_int_equal(errno, ESRCH);
}

static const struct row echo = {.request = ECHO, .out = "hi\n"};

/* Twelve in one: each with its own streams, status and times; one runs from the end of the one before it. */
static void test_twelve(void **state)
{
	struct ra_link *link = live_open_link(&(struct live_want){0});
	ra_utc_ms last = RA_UTC_NONE;
	for (uint64_t id = 0; id < 12; id++) {
		char request[160];
		snprintf(request, sizeof(request), RUN("\"sh\",\"-c\",\"echo out %d; echo err %d >&2; exit %d\""),
			 (int)id, (int)id, (int)id);
		live_submit(link, id, request, (struct ra_ticket){0});
	}
	for (uint64_t id = 0; id < 12; id++) {
		char out[32], err[32];
		struct ra_event event = live_wait_for(link, RA_EV_REPLY);
		snprintf(out, sizeof(out), "out %d\n", (int)id);
		snprintf(err, sizeof(err), "err %d\n", (int)id);
		assert_int_equal(event.reply.ticket, id);
		assert_int_equal(event.reply.status, id);
		assert_string_equal(ra_buf_str(&event.reply.err), err);
		assert_true(event.reply.sent_at <= event.reply.came_at);
		if (last != RA_UTC_NONE)
			assert_true(event.reply.sent_at == last);
		last = event.reply.came_at;
		live_expect_out(&event, out);
	}
	assert_int_equal(execs(), 1);
	/* More than one exec takes: the others beside it. Longer than one takes: likewise. */
	struct row many[40];
	for (size_t i = 0; i < RA_LEN(many); i++)
		many[i] = echo;
	expect_execs(ask_all(link, many, RA_LEN(many), NULL), 3);
	static char request[4000] = "{\"run\":[\"printf\",\"\",\"";
	memset(request + strlen(request), 'x', 3000);
	strcat(request, "\"]}");
	for (size_t i = 0; i < 16; i++)
		many[i] = (struct row){.request = request, .out = ""};
	expect_execs(ask_all(link, many, 16, NULL), 4);
	link = ra_link_free(link);
}

/* A reply does not wait for the end of the exec. */
static void test_at_once(void **state)
{
	static const struct row rows[] = {
	    {.request = ECHO, .out = "hi\n"},
	    {.request = RUN("\"sh\",\"-c\",\"sleep 2; echo slow\""), .out = "slow\n"},
	    {.request = ECHO, .out = "hi\n"},
	};
	struct ra_link *link = live_open_link(&(struct live_want){0});
	const int before = execs();
	ra_utc_ms came[3], taken[3];
	for (size_t i = 0; i < 3; i++)
		submit_row(link, i, &rows[i]);
	for (size_t i = 0; i < 3; i++) {
		struct ra_event event = live_wait_for(link, RA_EV_REPLY);
		assert_int_equal(event.reply.ticket, i);
		came[i] = event.reply.came_at;
		taken[i] = ra_utc_now();
		expect_row(&rows[i], &event.reply);
		ra_event_clear(&event);
	}
	assert_true(taken[0] < came[1]);
	assert_in_range(came[1] - came[0], 1000, 25000);
	assert_int_equal(execs() - before, 1);
	link = ra_link_free(link);
}

/* No timer ends a change: it outlives a second, and the link's own deadline is what it was asked for. */
static void test_change(void **state)
{
	static const struct row slow = {.request = RUN("\"sh\",\"-c\",\"sleep 2; echo done\""),
					.out = "done\n",
					.change = true,
					.timeout_ms = 20000};
	struct ra_link *link = live_open_link(&(struct live_want){0});
	expect_execs(ask_all(link, &slow, 1, NULL), 1);
	link = ra_link_free(link);
}

/* Output that is there to confuse: each keeps its own. */
static void test_hostile(void **state)
{
	static const struct row rows[] = {
	    {.request = RUN("\"fault-nonces\",\"later\"")},
	    {.request = RUN("\"printf\",\"no line feed\""), .out = "no line feed"},
	    {.request = RUN("\"fault-background\""), .out = "parent\n"},
	    {.request = RUN("\"printf\",\"\\\\n0123456789abcdef\""), .out = "\n0123456789abcdef"},
	    {.request = RUN("\"sh\",\"-c\",\"echo 'to nobody' >&3; echo mine\""), .out = "mine\n"},
	    {.request = RUN("\"fault-huge-err\""), .out = "after\n"},
	    {.request = RUN("\"sh\",\"-c\",\"exec >&- 2>&-; exit 3\""), .out = ""},
	    {.request = RUN("\"sh\",\"-c\",\"kill $PPID; sleep 600\""), .why = RA_LINK_TIMEOUT, .timeout_ms = 1000},
	    {.request = ECHO, .out = "hi\n"},
	    {.request = RUN("\"fault-nonces\",\"earlier\"")},
	};
	size_t order[RA_LEN(rows)];
	struct ra_link *link = live_open_link(&(struct live_want){0});
	expect_execs(ask_all(link, rows, RA_LEN(rows), order), 1);
	for (size_t i = 0; i < RA_LEN(rows); i++)
		assert_int_equal(order[i], i);
	struct ra_event event = live_ask(link, RUN("\"fault-escapes\""));
	assert_int_equal(event.reply.out.len, 18);
	ra_event_clear(&event);
	link = ra_link_free(link);
}

/* The host ends what stalls, with all it started, and goes on; the link does when the host cannot. */
static void test_stall(void **state)
{
	static const struct row rows[] = {
	    {.request = ECHO, .out = "hi\n"},
	    {.request = RUN("\"fault-stall\""), .out = "partial\n", .why = RA_LINK_TIMEOUT, .timeout_ms = 1000},
	    {.request = RUN("\"sh\",\"-c\",\"exit 143\""), .out = ""},
	    {.request = ECHO, .out = "hi\n"},
	};
	static const struct row pipeline[] = {
	    {.request = RUN("\"sh\",\"-c\",\"sleep 600 | sleep 601\""),
	     .out = "",
	     .why = RA_LINK_TIMEOUT,
	     .timeout_ms = 700},
	    {.request = ECHO, .out = "hi\n"},
	};
	struct ra_link *link = live_open_link(&(struct live_want){0});
	expect_execs(ask_all(link, rows, RA_LEN(rows), NULL), 1);
	expect_gone(0);
	expect_execs(ask_all(link, pipeline, RA_LEN(pipeline), NULL), 1);
	expect_gone(0);
	static const struct row frozen[] = {
	    {.request = ECHO, .out = "hi\n"},
	    {.request = FREEZE, .why = RA_LINK_TIMEOUT, .timeout_ms = 500},
	    {.request = ECHO, .out = "hi\n"},
	    {.request = ECHO, .out = "hi\n"},
	};
	/* Channels that do not close do not use the host up: after a few the session is a new one. */
	for (int i = 0; i < 4; i++)
		expect_execs(ask_all(link, frozen, RA_LEN(frozen), NULL), 3);
	link = ra_link_free(link);
}

static const struct row slow_rows[] = {
    {.request = ECHO, .out = "hi\n"},
    {.request = RUN("\"sh\",\"-c\",\"sleep 5; echo slow\""), .out = "slow\n"},
    {.request = ECHO, .out = "hi\n"},
    {.request = ECHO, .out = "hi\n"},
};

/* What stands behind a slow one is not kept waiting: it is asked beside it. */
static void test_slow(void **state)
{
	size_t order[RA_LEN(slow_rows)];
	struct ra_link *link = live_open_link(&(struct live_want){.beside_ms = 2000});
	expect_execs(ask_all(link, slow_rows, RA_LEN(slow_rows), order), 3);
	assert_int_equal(order[0], 0);
	assert_int_equal(order[3], 1);
	link = ra_link_free(link);
}

static void test_huge(void **state)
{
	static const struct row rows[] = {
	    {.request = ECHO, .out = "hi\n"},
	    {.request = RUN("\"fault-huge\""), .truncated = true},
	    {.request = ECHO, .out = "hi\n"},
	    {.request = RUN("\"sh\",\"-c\",\"echo err >&2\""), .out = ""},
	};
	struct ra_link *link = live_open_link(&(struct live_want){0});
	expect_execs(ask_all(link, rows, RA_LEN(rows), NULL), 1);
	/* What goes on for ever is left to itself, and the others are asked alone. */
	static const struct row endless[] = {
	    {.request = RUN("\"dd\",\"if=/dev/zero\",\"bs=65536\""), .truncated = true},
	    {.request = ECHO, .out = "hi\n"},
	    {.request = ECHO, .out = "hi\n"},
	};
	expect_execs(ask_all(link, endless, RA_LEN(endless), NULL), 3);
	link = ra_link_free(link);
}

static void test_cancel(void **state)
{
	static const struct row rows[] = {
	    {.request = ECHO, .out = "hi\n"},
	    {.request = RUN("\"sh\",\"-c\",\"sleep 2; echo late\""), .out = "", .why = RA_LINK_CANCELLED},
	    {.request = RUN("\"printf\",\"mine\""), .out = "mine"},
	    {.request = ECHO, .out = "", .why = RA_LINK_CANCELLED},
	};
	struct ra_link *link = live_open_link(&(struct live_want){0});
	const int before = execs();
	for (size_t i = 0; i < RA_LEN(rows); i++)
		submit_row(link, i, &rows[i]);
	struct ra_event event = live_wait_for(link, RA_EV_REPLY);
	live_expect_out(&event, "hi\n");
	const ra_mono_ms began = ra_mono_now();
	link->ops->cancel(link, 1);
	link->ops->cancel(link, 3);
	for (uint64_t id = 1; id <= 3; id += 2) {
		event = live_wait_for(link, RA_EV_REPLY);
		assert_int_equal(event.reply.ticket, id);
		assert_true(event.reply.sent);
		live_expect_why(&event, RA_LINK_CANCELLED, "");
	}
	assert_in_range(ra_mono_now() - began, 0, 1500);
	/* Its frame comes and is nobody's. */
	event = live_wait_for(link, RA_EV_REPLY);
	assert_int_equal(event.reply.ticket, 2);
	live_expect_out(&event, "mine");
	assert_int_equal(execs() - before, 1);
	/* All of one exec are given up, and its shell ends with the first frame nobody takes. */
	for (uint64_t id = 0; id < 3; id++)
		live_submit(link, id,
			    id == 0   ? ECHO
			    : id == 1 ? RUN("\"sleep\",\"4\"")
				      : RUN("\"sleep\",\"60\""),
			    (struct ra_ticket){.timeout_ms = 60000});
	event = live_wait_for(link, RA_EV_REPLY);
	live_expect_out(&event, "hi\n");
	link->ops->cancel(link, 1);
	link->ops->cancel(link, 2);
	for (int i = 0; i < 2; i++) {
		event = live_wait_for(link, RA_EV_REPLY);
		live_expect_why(&event, RA_LINK_CANCELLED, "");
	}
	expect_execs(ask_all(link, &echo, 1, NULL), 1);
	expect_gone(1);
	link = ra_link_free(link);
}

/* The connection goes in the middle: the one that ran is lost, those behind it had not begun. */
static void test_drop(void **state)
{
	static const struct row rows[] = {
	    {.request = ECHO, .out = "hi\n"},
	    {.request = RUN("\"fault-drop\""), .why = RA_LINK_UNREACHABLE},
	    {.request = RUN("\"printf\",\"a\""), .out = "a"},
	    {.request = RUN("\"printf\",\"b\""), .out = "b"},
	};
	struct ra_link *link = live_open_link(&(struct live_want){0});
	expect_execs(ask_all(link, rows, RA_LEN(rows), NULL), 3);
	assert_int_equal(link->state, RA_LINK_UP);
	link = ra_link_free(link);
}

/* The shell dies in the middle: each that lacks its answer is asked again alone, and the one that did it is cut there.
 */
static void test_killed(void **state)
{
	static const struct row rows[] = {
	    {.request = ECHO, .out = "hi\n"},
	    {.request = RUN("\"fault-signal\""), .out = "partial\n", .why = RA_LINK_CUT},
	    {.request = ECHO, .out = "hi\n"},
	    {.request = ECHO, .out = "hi\n"},
	};
	struct ra_link *link = live_open_link(&(struct live_want){0});
	expect_execs(ask_all(link, rows, RA_LEN(rows), NULL), 4);
	/* That was the command, not the host: the next are joined. */
	struct row more[] = {echo, echo, echo};
	expect_execs(ask_all(link, more, RA_LEN(more), NULL), 1);
	link = ra_link_free(link);
}

/* A host where no joined exec brings anything: served one by one, and remembered as such. */
static void test_refused(void **state)
{
	struct live_host first = live_host;
	char dir[128], config[256];
	struct row rows[] = {echo, echo, echo, echo};
	live_make_dir(dir, sizeof(dir));
	live_shell("printf '%%s\\n' '#!/bin/sh' 'echo $$ >>%s/groups' 'case $SSH_ORIGINAL_COMMAND in *\"; f \"*\"; f "
		   "\"*) exit 9 ;; esac' "
		   "'exec sh -c \"$SSH_ORIGINAL_COMMAND\"' >%s/one && chmod 755 %s/one",
		   dir, dir, dir);
	snprintf(config, sizeof(config), "ForceCommand %s/one", dir);
	live_start_host(config);
	struct ra_link *link = live_open_link(&(struct live_want){0});
	struct live_host here = live_host;
	snprintf(live_host.dir, sizeof(live_host.dir), "%s", dir); /* where this one's shell notes its execs */
	expect_execs(ask_all(link, rows, RA_LEN(rows), NULL), 5);
	expect_execs(ask_all(link, rows, RA_LEN(rows), NULL), 4);
	link = ra_link_free(link);
	live_host = here;
	live_stop_host();
	live_shell("rm -r %s", dir);
	live_host = first;
}

static const struct row apart[] = {
    {.request = ECHO, .out = "hi\n"},
    {.request = RUN("\"sh\",\"-c\",\"echo changed\""), .out = "changed\n", .change = true},
    {.request = ECHO, .out = "hi\n"},
    {.request = RUN("\"sh\",\"-c\",\"echo key\""), .out = "key\n", .secret = true},
    {.request =
	 RUN("\"sh\",\"-c\",\"tr '\\\\0' ' ' </proc/$PPID/cmdline | grep -c '[e]cho key\\\\|[e]cho changed'; :\""),
     .out = "0\n"},
};

/* One channel at a time: joined all the same, and what cannot be joined waits for its turn. */
static void test_one_session(void **state)
{
	struct live_host first = live_host;
	live_start_host("MaxSessions 1");
	struct ra_link *link = live_open_link(&(struct live_want){0});
	struct row rows[20];
	for (size_t i = 0; i < RA_LEN(rows); i++)
		rows[i] = echo;
	expect_execs(ask_all(link, rows, 12, NULL), 1);
	/* A change and a secret share with nobody. */
	expect_execs(ask_all(link, apart, RA_LEN(apart), NULL), 3);
	rows[3].change = true;
	rows[7].secret = true;
	expect_execs(ask_all(link, rows, RA_LEN(rows), NULL), 4); /* 3 and 15, one change, one secret */
	/* There is no channel beside a slow one: found out once, and then they wait for it. */
	struct ra_link *other = live_open_link(&(struct live_want){.beside_ms = 2000});
	expect_execs(ask_all(other, slow_rows, RA_LEN(slow_rows), NULL), 3);
	expect_execs(ask_all(other, slow_rows, RA_LEN(slow_rows), NULL), 1);
	other = ra_link_free(other);
	link = ra_link_free(link);
	live_stop_host();
	/* And none at all: said once the time for it is over, not before. The link's time is ours to move. */
	live_start_host("MaxSessions 0");
	link = live_open_link(&(struct live_want){0});
	for (uint64_t id = 0; id < 3; id++)
		live_submit(link, id, ECHO, (struct ra_ticket){0});
	struct ra_event event = live_wait_for(link, RA_EV_STATE);
	while (event.state != RA_LINK_UP)
		event = live_wait_for(link, RA_EV_STATE);
	ra_mono_ms skipped = 0;
	for (int i = 0; i < 3; i++) {
		for (link->ops->next(link, &event); event.kind != RA_EV_REPLY && skipped < 40000; skipped += 200) {
			poll(NULL, 0, 20);
			link->ops->step(link, ra_mono_now() + skipped);
			link->ops->next(link, &event);
		}
		assert_int_equal(event.kind, RA_EV_REPLY);
		assert_false(event.reply.sent);
		live_expect_why(&event, RA_LINK_UNREACHABLE, "no further SSH channel");
	}
	assert_in_range(skipped, 10000, 39000);
	link = ra_link_free(link);
	live_stop_host();
	live_host = first;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_twelve),  cmocka_unit_test(test_at_once), cmocka_unit_test(test_change),
	    cmocka_unit_test(test_hostile), cmocka_unit_test(test_stall),   cmocka_unit_test(test_slow),
	    cmocka_unit_test(test_huge),    cmocka_unit_test(test_cancel),  cmocka_unit_test(test_drop),
	    cmocka_unit_test(test_killed),  cmocka_unit_test(test_refused), cmocka_unit_test(test_one_session),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("ssh joined", tests, live_group_setup, live_group_teardown);
}
