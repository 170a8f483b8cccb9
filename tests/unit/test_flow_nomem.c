/* Allocations of the flow set refused in turn: no memory is said, nothing crashes and (under a sanitizer) nothing
 * leaks. */
#include "config.h"

#include "tests/unit/flow_fixture.h"

#include "flow/draw.h"
#include "flow/known.h"
#include "flow/lint.h"
#include "tests/unit/refuse.h"

static char *texts[RA_LEN(flow_parts)];

static ra_err load(struct ra_flowset **out)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = ra_flowset_new();
	ra_err err = set ? RA_OK : RA_E_NOMEM;

	for (size_t i = 0; err == RA_OK && i < RA_LEN(flow_parts); i++) {
		struct ra_json *doc = NULL;

		err = ra_json_parse(flow_parts[i].name, texts[i], strlen(texts[i]), NULL, &doc, NULL);
		if (err == RA_OK)
			err = ra_flowset_take(set, flow_parts[i].kind, RA_FROM_INSTALLED, doc, NULL);
	}
	if (err == RA_OK)
		err = ra_flowset_finish(set, NULL);
	if (err != RA_OK)
		return err;
	*out = set;
	set = NULL;
	return RA_OK;
}

static void loading(void **state)
{
	struct ra_flowset *set = NULL;
	int total;

	fail_at = -1;
	allocations = 0;
	assert_int_equal(load(&set), RA_OK);
	set = ra_flowset_free(set);
	total = allocations;
	assert_true(total > 1000);
	for (int at = 0; at < total; at++) {
		ra_err err;

		allocations = 0;
		fail_at = at;
		err = load(&set);
		fail_at = -1;
		if (err != RA_E_NOMEM)
			fail_msg("allocation %d of %d refused: %d", at, total, err);
		assert_null(set);
	}
}

/* The linter without memory has no clean bill to give; what it says begins with a place or says why not. */
static void examining(void **state)
{
	static struct ra_finding findings[RA_FINDINGS_MAX];
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	int total;

	assert_int_equal(load(&set), RA_OK);
	allocations = 0;
	assert_int_equal(ra_flowset_lint(set, findings), 0);
	total = allocations;
	assert_true(total > 5);
	for (int at = 0; at < total; at++) {
		size_t count;

		allocations = 0;
		fail_at = at;
		count = ra_flowset_lint(set, findings);
		fail_at = -1;
		if (count == 0)
			fail_msg("allocation %d of %d refused: nothing found", at, total);
	}
}

static void testing(void **state)
{
	static struct ra_finding findings[RA_FINDINGS_MAX];
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	struct ra_flow_tests counts;
	size_t count;
	int total;

	assert_int_equal(load(&set), RA_OK);
	allocations = 0;
	assert_int_equal(ra_flowset_test(set, &counts, findings, &count), RA_OK);
	total = allocations;
	for (int at = 0; at < total; at++) {
		ra_err err;

		allocations = 0;
		fail_at = at;
		err = ra_flowset_test(set, &counts, findings, &count);
		fail_at = -1;
		if (err != RA_E_NOMEM && !(err == RA_OK && counts.failed))
			fail_msg("allocation %d of %d refused: %d, %zu failed", at, total, err, counts.failed);
	}
}

static const struct ra_trod way[] = {
    {"main", "look", "edge", false}, {"main", "ask", "unknown", false}, {"main", "side", "call", false}, {"side", "look", "", false}};

static ra_err draw(const struct ra_flow *flow, const struct ra_draw_format *format)
{
	RA_AUTO(ra_chart_free) struct ra_chart *chart = ra_chart_new(flow);
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};
	const struct ra_chart *charts[] = {chart};
	const struct ra_drawing drawing = {.charts = charts, .count = 1, .note = "n"};
	struct ra_chart_row *rows = NULL;
	size_t count;

	if (!chart || ra_chart_trace(chart, way, RA_LEN(way)) || ra_chart_rows(chart, &rows, &count))
		return RA_E_NOMEM;
	free(rows);
	return format->draw(&drawing, &out);
}

/* A chart without memory is none, and a drawing is whole or not there. */
static void drawing(void **state)
{
	static const char *const formats[] = {"svg", "dot", "mermaid"};
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;

	assert_int_equal(load(&set), RA_OK);
	for (size_t i = 0; i < RA_LEN(formats); i++) {
		const struct ra_flow *flow = ra_flowset_flow(set, "main");
		const struct ra_draw_format *format = ra_draw_format(formats[i]);

		allocations = 0;
		assert_int_equal(draw(flow, format), RA_OK);
		int total = allocations;

		assert_true(total > 50);
		for (int at = 0; at < total; at++) {
			allocations = 0;
			fail_at = at;
			ra_err err = draw(flow, format);

			fail_at = -1;
			if (err != RA_E_NOMEM)
				fail_msg("%s: allocation %d of %d refused: %d", formats[i], at, total, err);
		}
	}
}

/* A log of one line that is known, twice. */
static ra_err read_log(const struct ra_flowset *set)
{
	static const char log[] = "tpm: bank not found\ntpm: bank not found";
	RA_AUTO(ra_known_free) struct ra_known *known = NULL;
	const struct ra_known_line *lines;
	struct ra_known_file file;
	size_t room;
	ra_err err = ra_known_new(set, &known, NULL);

	if (err != RA_OK)
		return known ? RA_E_INTERNAL : err;
	memcpy(ra_known_room(known, &room), log, sizeof(log));
	err = ra_known_took(known, sizeof(log));
	if (err == RA_OK)
		err = ra_known_end(known, &file);
	if (err == RA_OK && (ra_known_lines(known, &lines) != 1 || lines->count != 2))
		return RA_E_INTERNAL;
	return err;
}

static void reading_a_log(void **state)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	int total;

	assert_int_equal(load(&set), RA_OK);
	allocations = 0;
	assert_int_equal(read_log(set), RA_OK);
	total = allocations;
	assert_true(total > 8);
	for (int at = 0; at < total; at++) {
		ra_err err;

		allocations = 0;
		fail_at = at;
		err = read_log(set);
		fail_at = -1;
		if (err != RA_E_NOMEM)
			fail_msg("allocation %d of %d refused: %d", at, total, err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(loading),
	    cmocka_unit_test(examining),
	    cmocka_unit_test(testing),
	    cmocka_unit_test(drawing),
	    cmocka_unit_test(reading_a_log),
	};
	cJSON_Hooks hooks = {.malloc_fn = __wrap_malloc, .free_fn = free};
	int failed;

	for (size_t i = 0; i < RA_LEN(flow_parts); i++)
		texts[i] = flow_quotes(flow_parts[i].text);
	cJSON_InitHooks(&hooks);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	for (size_t i = 0; i < RA_LEN(flow_parts); i++)
		free(texts[i]);
	return failed;
}
