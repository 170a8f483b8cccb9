/* Heads in the system's log: which, when, and nothing else in them. What syslog(3) gets comes here. */
#include "config.h"

#include "tests/unit/unit.h"

#include "tests/unit/session_rig.h"

#include "journal/seal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

/* A line, and what was on its way when it was written. */
struct line {
	int priority;
	char text[400];
	bool change_sent;
};
static struct line lines[16];
static size_t line_count;
static const struct ra_session *watched;

static void take(int priority, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
static void take(int priority, const char *format, va_list args)
{
	struct line *line = &lines[line_count++];

	assert_true(line_count < RA_LEN(lines));
	*line = (struct line){.priority = priority};
	vsnprintf(line->text, sizeof(line->text), format, args);
	for (size_t i = 0; watched && i < RA_TICKETS_MAX; i++)
		line->change_sent = line->change_sent || watched->flights[i].kind == RA_TICKET_ACTION;
}

void __wrap_syslog(int priority, const char *format, ...) RA_PRINTF(2, 3);
void __wrap_syslog(int priority, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	take(priority, format, args);
	va_end(args);
}

/* A hardened build calls this one. */
void __wrap___syslog_chk(int priority, int flag, const char *format, ...) RA_PRINTF(3, 4);
void __wrap___syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list args;

	(void)flag;
	va_start(args, format);
	take(priority, format, args);
	va_end(args);
}

/* Where a walk keeps its record. */
static const char *record_path(void)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/reattest-heads-%ld.jsonl", (long)getpid());
	return path;
}

static const struct ra_session_options plain = {.flow = "t", .entry = "look", .interactive = true, .until = RA_UTC_NONE,
						.operator_name = "ops1", .change_id = "CHG-7"};

/* One line for each of these, with the head that stood after this many entries. */
static void expect_lines(const char *path, const char *const *at, size_t count)
{
	struct ra_verify found;

	assert_int_equal(ra_journal_verify(path, NULL, NULL, &found, NULL), RA_OK);
	assert_int_equal(line_count, count);
	for (size_t i = 0; i < count; i++) {
		char session[65], head[65], what[16];
		long long entries = 0;

		assert_int_equal(lines[i].priority, LOG_AUTHPRIV | LOG_NOTICE);
		assert_int_equal(sscanf(lines[i].text, "record session=%64s count=%lld head=%64s at=%15s", session, &entries, head, what), 4);
		assert_string_equal(what, at[i]);
		assert_null(strstr(lines[i].text, "esx01"));
		assert_null(strstr(lines[i].text, "ops1"));
		assert_null(strstr(lines[i].text, "CHG-7"));
		assert_false(lines[i].change_sent);
		assert_true(entries >= 1 && entries <= found.count);
		if (i + 1 == count) {
			assert_int_equal(entries, found.count);
			assert_string_equal(head, found.head);
		}
	}
}

static ra_err see(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	(void)errs;
	ra_heads_see(payload, entry);
	return RA_OK;
}

/* Every head that was told is one of the record's. */
static void expect_in_record(const char *path)
{
	for (size_t i = 0; i < line_count; i++) {
		struct ra_head claim = {.count = 0};
		struct ra_heads heads = {.claimed = &claim};
		struct ra_verify found;
		long long entries = 0;

		assert_int_equal(sscanf(lines[i].text, "record session=%64s count=%lld head=%64s", claim.session, &entries, claim.head), 3);
		claim.count = entries;
		assert_int_equal(ra_journal_verify(path, see, &heads, &found, NULL), RA_OK);
		ra_heads_end(&heads, &found);
		if (!heads.claim_holds)
			fail_msg("not in the record: %s", lines[i].text);
	}
}

struct bench {
	struct ra_flowset *flows;
	struct ra_recording *recording;
	struct ra_hub *hub;
	struct ra_session *session;
	struct ra_session_options options;
};

static void set_up(struct bench *b, bool tells)
{
	*b = (struct bench){.flows = session_flows(), .recording = session_recording(&(struct rig_host){.speed = 1000}), .hub = ra_hub_new(1)};
	b->options = plain;
	b->options.flows = b->flows;
	b->options.recording = b->recording;
	b->options.journal_path = record_path();
	b->options.syslog = tells;
	line_count = 0;
	watched = NULL;
}

static void tear_down(struct bench *b)
{
	watched = NULL;
	ra_hub_free(b->hub);
	ra_source_free(b->recording);
	ra_flowset_free(b->flows);
}

static void walk_through(struct bench *b)
{
	struct ra_errs errs;

	assert_int_equal(ra_session_new(b->hub, &b->options, &b->session, NULL), RA_OK);
	watched = b->session;
	session_until(b->hub, b->session, RA_ASK_GO_ON);
	assert_int_equal(session_say(b->session, RA_WORD_GO, NULL, &errs), RA_OK);
	session_until(b->hub, b->session, RA_ASK_YES_NO);
	assert_int_equal(session_say(b->session, RA_WORD_YES, NULL, &errs), RA_OK);
	session_until(b->hub, b->session, RA_ASK_END);
	assert_int_equal(ra_session_stop(b->session, "operator", NULL), RA_OK);
}

/* At the start, with the change before it is sent, and at the end. */
static void told(void **state)
{
	static const char *const at[] = {"start", "intent", "end"};
	struct bench b;

	(void)state;
	set_up(&b, true);
	walk_through(&b);
	expect_lines(record_path(), at, RA_LEN(at));
	expect_in_record(record_path());
	tear_down(&b);
	unlink(record_path());
}

/* Not asked for, nothing goes there. */
static void not_told(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, false);
	walk_through(&b);
	assert_int_equal(line_count, 0);
	tear_down(&b);
	unlink(record_path());
}

/* Who goes on tells so, under the same session. */
static void goes_on(void **state)
{
	static const char *const at[] = {"start", "end", "resume", "end"};
	struct bench b;

	(void)state;
	set_up(&b, true);
	assert_int_equal(ra_session_new(b.hub, &b.options, &b.session, NULL), RA_OK);
	session_until(b.hub, b.session, RA_ASK_GO_ON);
	assert_int_equal(ra_session_stop(b.session, "operator", NULL), RA_OK);
	ra_hub_release(b.hub, b.session);
	assert_int_equal(ra_session_resume(b.hub, &b.options, record_path(), &b.session, NULL), RA_OK);
	assert_int_equal(ra_session_stop(b.session, "operator", NULL), RA_OK);
	expect_lines(record_path(), at, RA_LEN(at));
	expect_in_record(record_path());
	tear_down(&b);
	unlink(record_path());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told),
		cmocka_unit_test(not_told),
		cmocka_unit_test(goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
