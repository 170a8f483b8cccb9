/* The HTML report of whole walks and checks over simulated hosts: of a size that can be sent, the same twice, and made of what it should be.
 * With RA_PAGES naming a directory the pages are written there, for the browser to be asked (tests/browser/report-html.sh). */
#include "config.h"

#include "base/io.h"
#include "base/text.h"
#include "report/report.h"
#include "tests/unit/unit.h"
#include "tests/walks/walker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct ra_report_format *html(void)
{
	const struct ra_report_format *format = ra_report_format("html");

	assert_non_null(format);
	return format;
}

static void keep(const char *name, const char *page, size_t len)
{
	const char *dir = getenv("RA_PAGES");
	char path[512];

	if (!dir || !*dir)
		return;
	snprintf(path, sizeof(path), "%s/%s.html", dir, name);
	assert_int_equal(ra_write_file(path, 0644, page, len, NULL), RA_OK);
}

/* A page of this view, twice the same. */
static char *page_of(const struct ra_view *view, const char *name)
{
	struct ra_buf page = {0};
	RA_AUTO(ra_buf_free) struct ra_buf again = {0};

	assert_int_equal(html()->render(view, &page), RA_OK);
	assert_int_equal(html()->render(view, &again), RA_OK);
	assert_string_equal(ra_buf_str(&page), ra_buf_str(&again));
	keep(name, page.data, page.len);
	if (page.len > 200u << 10)
		fail_msg("%s: %zu bytes", name, page.len);
	return ra_buf_take(&page);
}

static void holds(const char *page, const char *name, const char *words)
{
	if (!strstr(page, words))
		fail_msg("%s: \"%s\" is not in it", name, words);
}

/* What stands in the page of a walk to its end, in the order of every document. */
static void test_a_walk_that_resolves(void **state)
{
	static const char *const order[] = {
		"<h1>esx01.lab.example</h1>", ">resolved</span>", ">Checks</h2>", ">Causes</h2>", "It was likely when a change began", ">The way</h2>",
		"ended here: resolved", ">Done</h2>", "Enter maintenance mode", ">Before and after</caption>", ">Undo</strong>", ">About this server</h2>",
		">Not checked</h2>", ">Next</h2>", ">Facts</h2>", ">secureboot.on</th>", ">Evidence</h2>", ">Record</h2>"};
	struct walker w = {0};

	walker_begin(&w, "secure-boot-off", NULL, false);
	struct ra_view *view = walker_run(&w);

	ra_view_free(view);
	assert_int_equal(ra_session_view(w.session, true, &view, NULL), RA_OK);
	RA_AUTO(ra_mem_free) char *page = page_of(view, "resolved");
	const char *at = page;

	for (size_t i = 0; i < RA_LEN(order); i++) {
		const char *next = strstr(at, order[i]);

		if (!next)
			fail_msg("\"%s\" is not there, or not after \"%s\"", order[i], i ? order[i - 1] : "");
		at = next;
	}
	/* Steps of the way know where else they led, and no more than one way is the taken one. */
	for (size_t i = 0; i + 1 < view->step_count; i++) {
		size_t taken = 0;

		for (size_t k = 0; k < view->steps[i].turn_count; k++)
			taken += view->steps[i].turns[k].taken;
		if (taken > 1 || (view->steps[i].mark == RA_MARK_DONE && !taken && view->steps[i].depth == view->steps[i + 1].depth))
			fail_msg("step %s went %zu ways", view->steps[i].id, taken);
	}
	ra_view_free(view);
	walker_end(&w);
}

/* A view for screens, which is taken for every frame, holds none of it. */
static void test_a_frame_holds_no_turns(void **state)
{
	struct walker w = {0};

	walker_begin(&w, "secure-boot-off", NULL, false);
	struct ra_view *view = walker_run(&w);

	for (size_t i = 0; i < view->step_count; i++)
		assert_int_equal(view->steps[i].turn_count, 0);
	ra_view_free(view);
	walker_end(&w);
}

static void test_checks(void **state)
{
	static const struct {
		const char *demo, *words;
	} rows[] = {
		{"secure-boot-off", "<span class=\"dim\">Likely cause:</span> Secure Boot is off"},
		{"planes-disagree", ">conflict</span>"},
		{"ssh-off", "everything over SSH"},
		{"healthy", ">not a fault</span>"},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct walker w = {0};
		struct ra_view *view = NULL;
		char name[64];

		walker_begin_check(&w, rows[i].demo, NULL);
		ra_view_free(walker_run(&w));
		assert_int_equal(ra_session_view(w.session, true, &view, NULL), RA_OK);
		snprintf(name, sizeof(name), "check-%s", rows[i].demo);
		RA_AUTO(ra_mem_free) char *page = page_of(view, name);

		holds(page, name, rows[i].words);
		ra_view_free(view);
		walker_end(&w);
	}
}

/* A walk whose gates stay closed. */
static void test_a_walk_behind_gates(void **state)
{
	struct walker w = {0};
	struct ra_view *view = NULL;

	walker_begin(&w, "sealed-without-key", NULL, false);
	ra_view_free(walker_run(&w));
	assert_int_equal(ra_session_view(w.session, true, &view, NULL), RA_OK);
	RA_AUTO(ra_mem_free) char *page = page_of(view, "gates");

	holds(page, "gates", ">Gates: what had to be proven or confirmed before a change</caption>");
	holds(page, "gates", ">not opened</span>");
	ra_view_free(view);
	walker_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_walk_that_resolves),
		cmocka_unit_test(test_a_frame_holds_no_turns),
		cmocka_unit_test(test_checks),
		cmocka_unit_test(test_a_walk_behind_gates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
