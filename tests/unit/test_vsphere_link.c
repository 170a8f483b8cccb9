/* The vCenter link where it needs no server: what it refuses to carry, and how far changes are, in its queue. */
#include "unit.h"

#include "link/queue.h"

#include <stdio.h>
#include <string.h>

#define CALL(name) "{\"call\":\"" name "\"}"
#define PROPERTY(path) "{\"property\":\"" path "\"}"

static struct ra_link *open_link(bool no_esxcli)
{
	const struct ra_vsphere_options options = {
	    .url = "127.0.0.1:1", .user = "joe", .known_hosts = "/nonexistent/known", .no_esxcli = no_esxcli};
	const struct ra_clock clock = ra_clock_make(RA_UTC_NONE, 1);
	struct ra_link *link = NULL;

	assert_int_equal(ra_link_vsphere_new(&options, &clock, &link, NULL), RA_OK);
	assert_int_equal(link->state, RA_LINK_IDLE);
	return link;
}

/* A ticket handed over; nothing is sent, for the link is not stepped. Out: why it was answered at once, -1 when it waits. */
static int why_of(struct ra_link *link, const struct ra_ticket *ticket)
{
	struct ra_event event = {0};
	int why = -1;

	assert_int_equal(link->ops->submit(link, ticket, NULL), RA_OK);
	link->ops->next(link, &event);
	if (event.kind == RA_EV_REPLY) {
		assert_int_equal(event.reply.ticket, ticket->id);
		assert_false(event.reply.sent);
		assert_true(event.reply.say[0] != '\0');
		why = (int)event.reply.why;
	}
	ra_event_clear(&event);
	return why;
}

static void test_what_is_carried(void **state)
{
	static const struct {
		const char *request, *target;
		bool change, carried;
	} rows[] = {
	    {PROPERTY("name"), "esx01", false, true},
	    {PROPERTY("host"), "esx01", false, true},
	    {PROPERTY("about"), NULL, false, true},
	    {PROPERTY("CurrentTime"), NULL, false, true},
	    {PROPERTY("certificate"), NULL, false, true},
	    {CALL("QueryTpmAttestationReport"), "esx01", false, true},
	    {"{\"rest\":\"tpm\"}", "esx01", false, true},
	    {"{\"esxcli\":[\"software\",\"acceptance\",\"get\"]}", "esx01", false, true},
	    {CALL("RebootHost"), "esx01", true, true},
	    /* No host is named. */
	    {PROPERTY("name"), NULL, false, false},
	    {PROPERTY("host"), NULL, false, false},
	    {PROPERTY("vm"), NULL, false, false},
	    {CALL("QueryTpmAttestationReport"), NULL, false, false},
	    {CALL("RebootHost"), NULL, true, false},
	    {"{\"rest\":\"tpm\"}", NULL, false, false},
	    {"{\"esxcli\":[\"software\",\"acceptance\",\"get\"]}", NULL, false, false},
	    /* A change by its word and not by its name, or the other way round. */
	    {CALL("RebootHost"), "esx01", false, false},
	    {CALL("Destroy_Task"), "esx01", false, false},
	    {CALL("QueryTpmAttestationReport"), "esx01", true, false},
	    {PROPERTY("name"), "esx01", true, false},
	    {"{\"rest\":\"tpm\"}", "esx01", true, false},
	    {"{\"esxcli\":[\"system\",\"shutdown\",\"reboot\"]}", "esx01", true, false},
	    /* Of other planes, and of none. */
	    {"{\"run\":[\"vmware\",\"-v\"]}", "esx01", false, false},
	    {"{\"log\":{\"files\":[\"hostd\"]}}", "esx01", false, false},
	    {"{\"esxcli\":\"reboot\"}", "esx01", false, false},
	    {"{\"property\":7}", "esx01", false, false},
	    {"{}", "esx01", false, false},
	};
	struct ra_link *link = open_link(false);

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		const struct ra_ticket ticket = {.id = i + 1,
						 .request = rows[i].request,
						 .target = rows[i].target,
						 .timeout_ms = 1000,
						 .cap_len = 100,
						 .change = rows[i].change};
		int why = why_of(link, &ticket);

		if (why != (rows[i].carried ? -1 : (int)RA_LINK_NO_REQUEST))
			fail_msg("%s, %s, %s: %d", rows[i].request, rows[i].target ? rows[i].target : "no target",
				 rows[i].change ? "change" : "read", why);
	}
	ra_link_free(link); /* with tickets that wait */
	link = open_link(true);
	assert_int_equal(why_of(link, &(struct ra_ticket){.id = 1, .request = "{\"esxcli\":[\"a\"]}", .target = "esx01"}), RA_LINK_NO_REQUEST);
	ra_link_free(link);
}

static void test_no_request_at_all(void **state)
{
	static const char *const rows[] = {"", "[]", "\"property\"", "{\"property\":", "{\"a\":1,\"a\":2}"};
	struct ra_link *link = open_link(false);

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_event event;

		assert_int_equal(link->ops->submit(link, &(struct ra_ticket){.id = 1, .request = rows[i], .target = "esx01"}, NULL), RA_E_INVALID);
		link->ops->next(link, &event);
		assert_int_equal(event.kind, RA_EV_NONE);
	}
	ra_link_free(link);
}

static void test_given_up_before_it_was_sent(void **state)
{
	struct ra_link *link = open_link(false);
	struct ra_event event;

	(void)state;
	assert_int_equal(why_of(link, &(struct ra_ticket){.id = 9, .request = CALL("RebootHost"), .target = "esx01", .change = true}), -1);
	link->ops->cancel(link, 8);
	link->ops->cancel(link, 9);
	link->ops->cancel(link, 9);
	link->ops->next(link, &event);
	assert_int_equal(event.kind, RA_EV_REPLY);
	assert_int_equal(event.reply.why, RA_LINK_CANCELLED);
	assert_false(event.reply.sent);
	ra_event_clear(&event);
	link->ops->next(link, &event);
	assert_int_equal(event.kind, RA_EV_NONE);
	ra_link_free(link);
}

static void tell(struct ra_queue *queue, uint64_t ticket, int percent)
{
	ra_queue_progress(queue, &(struct ra_progress_told){.ticket = ticket, .percent = percent, .may_cancel = percent < 50});
}

static void expect_progress(struct ra_queue *queue, uint64_t ticket, int percent)
{
	struct ra_event event;

	ra_queue_next(queue, &event);
	assert_int_equal(event.kind, RA_EV_PROGRESS);
	assert_int_equal(event.progress.ticket, ticket);
	assert_int_equal(event.progress.percent, percent);
	assert_int_equal(event.progress.may_cancel, percent < 50);
	ra_event_clear(&event);
}

static void test_only_the_newest_progress_waits(void **state)
{
	struct ra_queue queue = {0};

	(void)state;
	for (int percent = -1; percent <= 60; percent++)
		tell(&queue, 1, percent);
	tell(&queue, 2, 10);
	tell(&queue, 1, 70);
	expect_progress(&queue, 1, 70);
	tell(&queue, 1, 80); /* the one before was taken: this is another */
	expect_progress(&queue, 2, 10);
	expect_progress(&queue, 1, 80);
	assert_true(ra_queue_is_empty(&queue));
	ra_queue_free(&queue);
}

/* However many changes are under way, no state and no need is lost to them, and each reply comes. */
static void test_progress_pushes_nothing_out(void **state)
{
	struct ra_queue queue = {0};
	struct ra_job *job = NULL;
	struct ra_event event;
	int seen[RA_EV_PROGRESS + 1] = {0};

	(void)state;
	assert_int_equal(ra_job_new(&(struct ra_ticket){.id = 7, .request = "{}"}, &job, NULL), RA_OK);
	ra_queue_need(&queue, &(struct ra_need){.kind = RA_NEED_PASSWORD});
	for (uint64_t ticket = 100; ticket < 200; ticket++)
		tell(&queue, ticket, 1);
	ra_queue_state(&queue, RA_LINK_UP, RA_LINK_ANSWERED, "", "");
	ra_queue_reply(&queue, job, RA_LINK_ANSWERED, "");
	for (uint64_t ticket = 200; ticket < 300; ticket++)
		tell(&queue, ticket, 2);
	ra_queue_state(&queue, RA_LINK_DOWN, RA_LINK_UNREACHABLE, "gone", "");
	tell(&queue, 100, 3); /* that one waits, and is brought up to date */
	for (ra_queue_next(&queue, &event); event.kind != RA_EV_NONE; ra_queue_next(&queue, &event)) {
		seen[event.kind]++;
		if (event.kind == RA_EV_PROGRESS && event.progress.ticket == 100)
			assert_int_equal(event.progress.percent, 3);
		ra_event_clear(&event);
	}
	assert_int_equal(seen[RA_EV_NEED], 1);
	assert_int_equal(seen[RA_EV_STATE], 2);
	assert_int_equal(seen[RA_EV_REPLY], 1);
	assert_int_equal(seen[RA_EV_PROGRESS], RA_QUEUE_PROGRESS);
	ra_job_free(job);
	ra_queue_free(&queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_is_carried),
	    cmocka_unit_test(test_no_request_at_all),
	    cmocka_unit_test(test_given_up_before_it_was_sent),
	    cmocka_unit_test(test_only_the_newest_progress_waits),
	    cmocka_unit_test(test_progress_pushes_nothing_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
