#include "tests/unit/unit.h"

#include "ui/doc.h"
#include "ui/grid.h"

#include <string.h>

#define WIDE "\xe6\xbc\xa2" /* U+6F22 */
#define ACUTE "\xcc\x81"    /* U+0301 */
#define LINE_V "\xe2\x94\x82"
#define LINE_H "\xe2\x94\x80"

static void assert_grid(const struct ra_grid *grid, const char *want)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};

	assert_int_equal(ra_grid_text(grid, false, &text), RA_OK);
	assert_string_equal(ra_buf_str(&text), want);
}

/* A text put at a place of a grid of 2 rows and 6 columns, and what stands there then. */
static const struct {
	struct ra_area area;
	const char *text;
	int used;
	const char *want, *ascii; /* ascii NULL: the same */
} puts_table[] = {
    {{0, 0, 1, 6}, "plain", 5, "plain\n\n", NULL},
    {{1, 2, 1, 6}, "plain", 4, "\n  pla>\n", NULL},
    {{0, 1, 1, 3}, "abcd", 3, " ab>\n\n", NULL},
    {{0, 1, 1, 3}, "abc", 3, " abc\n\n", NULL},
    {{0, 0, 1, 6}, "a\nb", 1, "a\n\n", NULL},
    {{0, 0, 1, 6}, "a\tb", 6, "a    >\n\n", NULL},
    {{0, 0, 1, 6}, WIDE WIDE WIDE, 6, WIDE WIDE WIDE "\n\n", "??????\n\n"},
    {{0, 1, 1, 6},
     WIDE WIDE WIDE,
     5,
     " " WIDE WIDE ">\n\n",
     " ???"
     "?>\n\n"},
    {{0, 0, 1, 1}, WIDE, 1, ">\n\n", NULL},
    {{0, 0, 1, 6}, "cafe" ACUTE "!", 5, "cafe" ACUTE "!\n\n", "cafe!\n\n"},
    {{0, 0, 1, 6}, WIDE ACUTE "x", 3, WIDE ACUTE "x\n\n", "??x\n\n"},
    {{0, 2, 1, 3}, ACUTE "x", 1, "  x\n\n", NULL},                      /* a mark reaches nothing before it */
    {{0, 0, 1, 6}, "\x1b[31m", 5, "\xef\xbf\xbd[31m\n\n", "?[31m\n\n"}, /* never cleaned: still no control */
    {{0, 0, 1, 6}, "\xff\xfe", 2, "\xef\xbf\xbd\xef\xbf\xbd\n\n", "??\n\n"},
    {{-1, 0, 1, 6}, "above", 5, "\n\n", NULL},
    {{2, 0, 1, 6}, "below", 5, "\n\n", NULL},
    {{0, 6, 1, 6}, "right", 0, "\n\n", NULL},
    {{0, 0, 1, 0}, "none", 0, "\n\n", NULL},
};

static void puts_and_clips(void **state)
{
	for (size_t i = 0; i < RA_LEN(puts_table); i++)
		for (int ascii = 0; ascii < 2; ascii++) {
			RA_AUTO(ra_grid_free) struct ra_grid *grid = ra_grid_new(2, 6, ascii);

			assert_non_null(grid);
			assert_int_equal(ra_grid_put(grid, puts_table[i].area, RA_LOOK_PLAIN, puts_table[i].text),
					 puts_table[i].used);
			assert_grid(grid, ascii && puts_table[i].ascii ? puts_table[i].ascii : puts_table[i].want);
		}
}

/* Every way of putting a narrow or a wide cell over a row of wide ones leaves no half behind. */
static void no_half_stays(void **state)
{
	for (int col = 0; col < 6; col++)
		for (int wide = 0; wide < 2; wide++)
			for (int start = 0; start < 2; start++) {
				RA_AUTO(ra_grid_free) struct ra_grid *grid = ra_grid_new(1, 6, false);
				int cells = 0;

				ra_grid_put(grid, (struct ra_area){0, start, 1, 6 - start}, RA_LOOK_PLAIN,
					    WIDE WIDE WIDE);
				ra_grid_put(grid, (struct ra_area){0, col, 1, 2}, RA_LOOK_GOOD, wide ? WIDE : "x");
				for (int i = 0; i < 6; i++) {
					const struct ra_cell *cell = ra_grid_cell(grid, 0, i),
							     *next = ra_grid_cell(grid, 0, i + 1);

					cells += cell->width;
					assert_true(cell->width != 2 || (next && next->width == 0));
					assert_true(cell->width != 0 || ra_grid_cell(grid, 0, i - 1)->width == 2);
				}
				assert_int_equal(cells, 6);
			}
}

static const struct {
	int cols;
	const char *text, *lines; /* each with | behind it */
} wraps[] = {
    {10, "", ""},
    {10, "one two three", "one two|three|"},
    {7, "one two three", "one two|three|"},
    {6, "one two three", "one|two|three|"},
    {4, "abcdefghij", "abcd|efgh|ij|"},
    {5, "ab abcdefgh", "ab|abcde|fgh|"},
    {5, "one   two", "one|two|"},
    {5, "one  \ntwo", "one  |two|"},
    {3, "one  \ntwo", "one|two|"},
    {9, "a\n\nb\n", "a||b|"},
    {9, "  indented text", "  indente|d text|"},
    {12, "  indented text", "  indented|text|"},
    {5, WIDE WIDE WIDE, WIDE WIDE "|" WIDE "|"},
    {1, WIDE "a", WIDE "|a|"},
    {4, "cafe" ACUTE "s", "cafe" ACUTE "|s|"},
};

static void wraps_at_words(void **state)
{
	for (size_t i = 0; i < RA_LEN(wraps); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf got = {0};
		const char *text = wraps[i].text, *line;
		size_t len;

		while (ra_wrap_next(&text, wraps[i].cols, &line, &len))
			assert_int_equal(ra_buf_add(&got, line, len) || ra_buf_text(&got, "|"), 0);
		assert_string_equal(ra_buf_str(&got), wraps[i].lines);
	}
}

static void wraps_into_an_area(void **state)
{
	RA_AUTO(ra_grid_free) struct ra_grid *grid = ra_grid_new(4, 12, false);

	assert_int_equal(ra_grid_wrap(grid, (struct ra_area){1, 2, 2, 6}, RA_LOOK_PLAIN, "one two three four"), 2);
	assert_grid(grid, "\n  one\n  two\n\n");
}

static void draws_lines_and_looks(void **state)
{
	static const char *const want[] = {LINE_H LINE_H LINE_H "\n" LINE_V "\n" LINE_V "\n", "---\n|\n|\n"};

	for (int ascii = 0; ascii < 2; ascii++) {
		RA_AUTO(ra_grid_free) struct ra_grid *grid = ra_grid_new(3, 4, ascii);
		RA_AUTO(ra_buf_free) struct ra_buf text = {0};

		ra_grid_line(grid, (struct ra_area){0, 0, 1, 3}, RA_LOOK_DIM);
		ra_grid_line(grid, (struct ra_area){1, 0, 2, 1}, RA_LOOK_PLAIN);
		grid->cursor_row = 2;
		assert_grid(grid, want[ascii]);
		assert_int_equal(ra_grid_text(grid, true, &text), RA_OK);
		assert_non_null(strstr(ra_buf_str(&text), "cursor 2 0\n0: 0+3 dim\n"));
	}
}

static void sides_are_clamped(void **state)
{
	RA_AUTO(ra_grid_free) struct ra_grid *small = ra_grid_new(-3, 0, false), *large = ra_grid_new(1, 99999, false);

	assert_int_equal(small->rows * small->cols, 1);
	assert_int_equal(large->cols, RA_GRID_SIDE_MAX);
	assert_null(ra_grid_cell(small, 0, 1));
}

static void doc_lays_out(void **state)
{
	RA_AUTO(ra_doc_free) struct ra_doc doc = {.cols = 30};
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};
	RA_AUTO(ra_grid_free) struct ra_grid *grid = ra_grid_new(4, 33, false);
	struct ra_scroll scroll = {0};

	ra_doc_say(&doc, RA_LOOK_PLAIN, "first");
	ra_doc_gap(&doc);
	ra_doc_gap(&doc);
	ra_doc_item(&doc, &(struct ra_item){.lead = "FAIL", .text = "Secure Boot is off", .row = 0});
	ra_doc_item(&doc, &(struct ra_item){.text = "no room beside", .tail = "SSH  12:04:31Z", .row = 1});
	assert_int_equal(ra_doc_text(&doc, &text), RA_OK);
	assert_string_equal(ra_buf_str(&text), "first\n\nFAIL  Secure Boot is off\nno room beside\nSSH  12:04:31Z\n");
	scroll.shown = 4;
	ra_scroll_to_row(&scroll, &doc, 1);
	ra_doc_paint(grid, (struct ra_area){0, 0, 4, 33}, &doc, &scroll, 1);
	assert_grid(
	    grid,
	    "                                ^\n  FAIL  Secure Boot is off\n> no room beside\n  SSH  12:04:31Z\n");
	assert_int_equal(grid->cursor_row, 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(puts_and_clips),        cmocka_unit_test(no_half_stays),
	    cmocka_unit_test(wraps_at_words),        cmocka_unit_test(wraps_into_an_area),
	    cmocka_unit_test(draws_lines_and_looks), cmocka_unit_test(sides_are_clamped),
	    cmocka_unit_test(doc_lays_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
