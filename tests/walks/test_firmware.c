/* What a BMC was told to change, and the walk that dies, stops or goes on before the start that takes it in. */
#include "config.h"

#include "tests/unit/unit.h"
#include "tests/walks/walker.h"

#include "base/io.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/reattest-firmware-XXXXXX", journal[64];

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(journal, sizeof(journal), "%s/j.jsonl", dir);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(journal);
	return rmdir(dir);
}

static bool holds(const struct ra_texts *texts, const char *words)
{
	for (size_t i = 0; i < texts->count; i++)
		if (strstr(texts->items[i], words))
			return true;
	return false;
}

/* The record's lines that hold all of these words. */
static size_t lines_with(const char *one, const char *two)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	size_t count = 0;

	assert_int_equal(ra_read_file(journal, &bytes, NULL), RA_OK);
	for (char *save = NULL, *line = strtok_r(bytes.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		count += strstr(line, one) && strstr(line, two);
	return count;
}

static bool went_by(const struct ra_view *view, const char *step)
{
	for (size_t i = 0; i < view->step_count; i++)
		if (!strcmp(view->steps[i].id, step))
			return true;
	return false;
}

/* A walk that stops while a setting waits says so; resumed, that is the first thing it offers, and the setting is withdrawn. What was allowed
 * to the first is not allowed to the second: it goes on to the person's step. */
static void test_what_waits_is_owed(void **state)
{
	struct walker w = {0};

	(void)state;
	walker_begin(&w, "bank-by-ilo", journal, false);
	walker_until(&w, "apply-by-vcenter");
	struct ra_view *view = NULL;

	assert_int_equal(ra_session_view(w.session, false, &view, NULL), RA_OK);
	assert_true(holds(&view->owed, "Waits for the next start, or may: Set the TPM's algorithm: SHA-256, by the management controller."));
	ra_view_free(view);
	walker_end(&w);
	assert_int_equal(lines_with("\"kind\":\"start\"", "\"firmware_changes\":true"), 1);
	assert_int_equal(lines_with("\"kind\":\"intent\"", "\"by\":\"bmc\""), 1);
	assert_int_equal(lines_with("\"kind\":\"intent\"", "\\\"redfish\\\":\\\"set\\\",\\\"setting\\\":\\\"algorithm\\\",\\\"to\\\":\\\"sha256\\\""), 1);

	struct walker next = {.not_allowed = true};

	walker_begin(&next, "bank-by-ilo", journal, true);
	view = walker_run(&next);
	assert_true(went_by(view, "unset-algorithm"));
	assert_int_equal(view->owed.count, 0);
	assert_true(went_by(view, "set-sha256"));
	assert_string_equal(view->outcome, "resolved");
	ra_view_free(view);
	walker_end(&next);
	assert_int_equal(lines_with("\"kind\":\"resume\"", "firmware_changes"), 0);
	assert_int_equal(lines_with("\"kind\":\"intent\"", "\\\"redfish\\\":\\\"set\\\""), 1);
	assert_int_equal(lines_with("\"kind\":\"intent\"", "\\\"redfish\\\":\\\"unset\\\""), 1);
	unlink(journal);
}

/* Resumed with leave to change settings, it sets again what was withdrawn, and comes to its end; a start that was seen leaves nothing owed. */
static void test_resumed_with_leave(void **state)
{
	struct walker w = {0}, next = {0};

	(void)state;
	walker_begin(&w, "bank-by-ilo", journal, false);
	walker_until(&w, "apply-by-vcenter");
	walker_end(&w);
	walker_begin(&next, "bank-by-ilo", journal, true);
	struct ra_view *view = walker_run(&next);

	assert_string_equal(view->outcome, "resolved");
	assert_int_equal(view->owed.count, 0);
	ra_view_free(view);
	walker_end(&next);
	assert_int_equal(lines_with("\"kind\":\"resume\"", "\"firmware_changes\":true"), 1);
	unlink(journal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_waits_is_owed),
		cmocka_unit_test(test_resumed_with_leave),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
