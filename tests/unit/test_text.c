#include "tests/unit/unit.h"

#include "base/text.h"

#include <locale.h>
#include <string.h>

#define TEXT(literal) literal, sizeof(literal) - 1
#define FFFD "\xef\xbf\xbd"
#define CIRCLE "\xe2\x97\x8c"
#define ACUTE "\xcc\x81"        /* U+0301 */
#define WIDE "\xe6\xbc\xa2"     /* U+6F22 */
#define GRIN "\xf0\x9f\x98\x80" /* U+1F600 */

static const struct {
	const char *bytes;
	size_t len;
	const char *lines; /* with keep_lines */
	const char *line;  /* without; NULL: the same */
	int width;         /* of lines up to the first LF */
} rows[] = {
    {TEXT(""), "", NULL, 0},
    {TEXT("plain text ~"), "plain text ~", NULL, 12},
    {TEXT("a\nb\tc"), "a\nb\tc", "a b c", 1},
    {TEXT("b\tc"), "b\tc", "b c", 9},
    {TEXT("a\r\nb\r"), "a\nb<0d>", "a b<0d>", 1},
    {TEXT("50%\r100%"), "50%<0d>100%", NULL, 11},
    /* C0 and DEL */
    {TEXT("a\0b"), "a<00>b", NULL, 6},
    {TEXT("\x1b[31mred\x1b[0m"), "<1b>[31mred<1b>[0m", NULL, 18},
    {TEXT("\x1b]52;c;AAAA\x07"), "<1b>]52;c;AAAA<07>", NULL, 18},
    {TEXT("\x08\x0b\x0c\x1f\x7f"), "<08><0b><0c><1f><7f>", NULL, 20},
    /* C1, as a raw byte and as UTF-8 */
    {TEXT("\x9b"
	  "31m"),
     "<9b>31m", NULL, 7},
    {TEXT("\xc2\x9b"
	  "31m"),
     "<U+009B>31m", NULL, 11},
    {TEXT("\x90\x80\xc2\x80\xc2\x85"), "<90><80><U+0080><U+0085>", NULL, 24},
    /* bidi and other hidden controls */
    {TEXT("a\xe2\x80\xae"
	  "b"),
     "a<U+202E>b", NULL, 10},
    {TEXT("\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f"), "<U+061C><U+200E><U+200F>", NULL, 24},
    {TEXT("\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad"), "<U+202A><U+202B><U+202C><U+202D>", NULL, 32},
    {TEXT("\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9"), "<U+2066><U+2067><U+2068><U+2069>", NULL, 32},
    {TEXT("a\xe2\x80\x8b\xef\xbb\xbf\xe2\x80\xa8\xf3\xa0\x81\x81"), "a<U+200B><U+FEFF><U+2028><U+E0041>", NULL, 34},
    /* bytes that are not UTF-8: overlong, truncated, surrogates, out of range, stray */
    {TEXT("\xc0\xaf"), "<c0><af>", NULL, 8},
    {TEXT("\xe0\x80\xaf"), "<e0><80><af>", NULL, 12},
    {TEXT("\xf0\x80\x80\xaf"), "<f0><80><80><af>", NULL, 16},
    {TEXT("\xc1\x9b"), "<c1><9b>", NULL, 8},
    {TEXT("\xe2\x82"), "<e2><82>", NULL, 8},
    {TEXT("\xe2\x82z"), "<e2><82>z", NULL, 9},
    {TEXT("\xf0\x9f\x98"), "<f0><9f><98>", NULL, 12},
    {TEXT("\xc3"), "<c3>", NULL, 4},
    {TEXT("\xc3\n"), "<c3>\n", "<c3> ", 4},
    {TEXT("\xc3\x1b"), "<c3><1b>", NULL, 8},
    {TEXT("\xed\xa0\x80"), "<ed><a0><80>", NULL, 12},
    {TEXT("\xf4\x90\x80\x80"), "<f4><90><80><80>", NULL, 16},
    {TEXT("\xfe\xff\xf5\x80"), "<fe><ff><f5><80>", NULL, 16},
    /* wide, combining, unknown */
    {TEXT("caf\xc3\xa9"), "caf\xc3\xa9", NULL, 4},
    {TEXT("cafe" ACUTE), "cafe" ACUTE, NULL, 4},
    {TEXT(WIDE WIDE "x"), WIDE WIDE "x", NULL, 5},
    {TEXT(GRIN), GRIN, NULL, 2},
    {TEXT(ACUTE "x"), CIRCLE ACUTE "x", NULL, 2},
    {TEXT("a\n" ACUTE "x"), "a\n" CIRCLE ACUTE "x", "a " CIRCLE ACUTE "x", 1},
    {TEXT("a\xe2\x80\x8d"
	  "b"),
     "a\xe2\x80\x8d"
     "b",
     NULL, 2},
    {TEXT("\xee\x80\x80\xef\xbf\xbf\xcd\xb8"), FFFD FFFD FFFD, NULL, 3},
    {TEXT(FFFD), FFFD, NULL, 1},
    {TEXT("\xc2\xad\xc2\xa0"), "\xc2\xad\xc2\xa0", NULL, 2},
    /* what looks like our own mark stays as it is */
    {TEXT("<1b>"), "<1b>", NULL, 4},
};

static void sanitises(void **state)
{
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf lines = {0}, line = {0};
		const char *want = rows[i].line ? rows[i].line : rows[i].lines;

		assert_int_equal(ra_text_clean(rows[i].bytes, rows[i].len, true, &lines), RA_OK);
		assert_int_equal(ra_text_clean(rows[i].bytes, rows[i].len, false, &line), RA_OK);
		if (strcmp(ra_buf_str(&lines), rows[i].lines) != 0 || strcmp(ra_buf_str(&line), want) != 0)
			fail_msg("row %zu: '%s' and '%s'", i, ra_buf_str(&lines), ra_buf_str(&line));
		if (ra_text_width(ra_buf_str(&lines)) != rows[i].width)
			fail_msg("row %zu '%s': %d cells", i, ra_buf_str(&lines), ra_text_width(ra_buf_str(&lines)));
	}
}

/* What every cleaned text must hold to. */
static void assert_clean(const struct ra_buf *out, const char *what, unsigned number)
{
	size_t len = out->len;
	const char *at = ra_buf_str(out);
	uint32_t cp;
	int n;

	for (; (n = ra_utf8_next(at, len, &cp)) != 0; at += n, len -= (size_t)n)
		if (n < 0 || ((cp < 0x20 || (cp >= 0x7f && cp < 0xa0)) && cp != '\n' && cp != '\t') ||
		    (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) ||
		    (cp != '\n' && cp != '\t' && ra_cp_width(cp) < 0))
			fail_msg("%s %x: '%s'", what, number, ra_buf_str(out));
}

/* Clean, look, and clean again: a clean text stays as it is. */
static void check_bytes(const char *bytes, size_t len, const char *what, unsigned number)
{
	struct ra_buf once = {0}, twice = {0};

	assert_int_equal(ra_text_clean(bytes, len, true, &once), RA_OK);
	assert_clean(&once, what, number);
	assert_int_equal(ra_text_clean(once.data, once.len, true, &twice), RA_OK);
	if (strcmp(once.data, twice.data) != 0)
		fail_msg("%s %x: '%s' then '%s'", what, number, once.data, twice.data);
	ra_buf_free(&once);
	ra_buf_free(&twice);
}

static void every_code_point_and_every_pair_of_bytes(void **state)
{
	char bytes[4];

	for (uint32_t cp = 0; cp <= 0x10ffff; cp++)
		check_bytes(bytes, (size_t)ra_utf8_put(cp, bytes), "U+", cp);
	for (unsigned pair = 0; pair <= 0xffff; pair++) {
		bytes[0] = (char)(pair >> 8);
		bytes[1] = (char)pair;
		check_bytes(bytes, 2, "bytes", pair);
	}
}

static void cleaning_stops_at_the_cap(void **state)
{
	struct ra_buf out = {.max_len = 7};

	assert_int_equal(ra_text_clean("ab\x1b\x1b", 4, true, &out), RA_E_LIMIT);
	assert_string_equal(ra_buf_str(&out), "ab<1b>");
	ra_buf_free(&out);
}

static void clean_as_a_text(void **state)
{
	char *text = ra_text_clean_dup("a\x1b\nb", false);

	assert_string_equal(text, "a<1b> b");
	free(text);
	text = ra_text_clean_dup("", false);
	assert_string_equal(text, "");
	free(text);
}

static void utf8_both_ways(void **state)
{
	static const struct {
		uint32_t cp;
		const char *bytes;
		int len;
	} edges[] = {
	    {0x0, "\0", 1},
	    {0x7f, "\x7f", 1},
	    {0x80, "\xc2\x80", 2},
	    {0x7ff, "\xdf\xbf", 2},
	    {0x800, "\xe0\xa0\x80", 3},
	    {0xd7ff, "\xed\x9f\xbf", 3},
	    {0xd800, "", 0},
	    {0xdfff, "", 0},
	    {0xe000, "\xee\x80\x80", 3},
	    {0xffff, "\xef\xbf\xbf", 3},
	    {0x10000, "\xf0\x90\x80\x80", 4},
	    {0x10ffff, "\xf4\x8f\xbf\xbf", 4},
	    {0x110000, "", 0},
	    {0xffffffff, "", 0},
	};

	for (size_t i = 0; i < RA_LEN(edges); i++) {
		char out[4];
		uint32_t cp = 1;

		assert_int_equal(ra_utf8_put(edges[i].cp, out), edges[i].len);
		assert_memory_equal(out, edges[i].bytes, edges[i].len);
		assert_int_equal(ra_utf8_next(out, (size_t)edges[i].len, &cp), edges[i].len);
		if (edges[i].len)
			assert_int_equal(cp, edges[i].cp);
		for (int cut = 1; cut < edges[i].len; cut++) {
			assert_int_equal(ra_utf8_next(out, (size_t)cut, &cp), -1);
			assert_int_equal(cp, (unsigned char)out[0]);
		}
	}
}

static void utf8_validity(void **state)
{
	assert_true(ra_utf8_valid("", 0));
	assert_true(ra_utf8_valid(TEXT("a" WIDE GRIN ACUTE)));
	assert_false(ra_utf8_valid(TEXT("a\0b")));
	assert_false(ra_utf8_valid(TEXT("a\xff")));
	assert_false(ra_utf8_valid(TEXT("\xed\xa0\x80")));
	assert_false(ra_utf8_valid(WIDE, 2));
}

/* Source: UnicodeData.txt and EastAsianWidth.txt 15.0.0. */
static void widths(void **state)
{
	static const struct {
		uint32_t first, last;
		int width;
	} ranges[] = {
	    {0x0, 0x1f, -1},          {0x20, 0x7e, 1},       {0x7f, 0x9f, -1},      {0xa0, 0x2ff, 1},
	    {0x300, 0x36f, 0},        {0x370, 0x377, 1},     {0x378, 0x379, -1},    {0x483, 0x489, 0},
	    {0x600, 0x605, 1},        {0x61c, 0x61c, 0},     {0x1100, 0x115f, 2},   {0x1160, 0x11ff, 0},
	    {0x200b, 0x200f, 0},      {0x2028, 0x2029, -1},  {0x20d0, 0x20f0, 0},   {0x2500, 0x257f, 1},
	    {0x2713, 0x2713, 1},      {0x26a0, 0x26a0, 1},   {0x2705, 0x2705, 2},   {0x3000, 0x3000, 2},
	    {0x302a, 0x302d, 0},      {0x3041, 0x3096, 2},   {0x3099, 0x309a, 0},   {0x4dc0, 0x9fff, 2},
	    {0xac00, 0xd7a3, 2},      {0xd800, 0xdfff, -1},  {0xe000, 0xf8ff, -1},  {0xfe00, 0xfe0f, 0},
	    {0xff01, 0xff60, 2},      {0xff61, 0xff9f, 1},   {0xfffd, 0xfffd, 1},   {0xfffe, 0xffff, -1},
	    {0x1f600, 0x1f64f, 2},    {0x20000, 0x2a6df, 2}, {0xe0100, 0xe01ef, 0}, {0xf0000, 0x10ffff, -1},
	    {0x110000, 0x110010, -1},
	};

	for (size_t i = 0; i < RA_LEN(ranges); i++)
		for (uint32_t cp = ranges[i].first; cp <= ranges[i].last; cp++)
			if (ra_cp_width(cp) != ranges[i].width)
				fail_msg("U+%04X: %d", (unsigned)cp, ra_cp_width(cp));
}

static void the_locale_plays_no_part(void **state)
{
	assert_non_null(setlocale(LC_ALL, "C"));
	assert_int_equal(ra_text_width(WIDE "e" ACUTE), 3);
	assert_int_equal(ra_text_width("12345678\t|\nmore"), 17);
}

/* As much as fits, up to a blank where there is one; never nothing of a text that is not empty, never half a character. */
static void what_fits(void **state)
{
	static const struct {
		const char *text;
		int cells;
		size_t len;
	} fits[] = {
		{"", 5, 0},	      {"short", 5, 5},	       {"two words", 5, 3},  {"two words", 9, 9},	   {"unbroken", 5, 5},
		{"unbroken", 0, 1},   {WIDE WIDE WIDE, 4, 6},  {WIDE WIDE WIDE, 5, 6}, {WIDE WIDE, 1, 3}, {"e" ACUTE "e" ACUTE "x", 2, 6},
		{" leading", 3, 3},
	};

	for (size_t i = 0; i < RA_LEN(fits); i++)
		if (ra_text_fit(fits[i].text, fits[i].cells) != fits[i].len)
			fail_msg("\"%s\" in %d cells: %zu bytes", fits[i].text, fits[i].cells, ra_text_fit(fits[i].text, fits[i].cells));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sanitises),
	    cmocka_unit_test(every_code_point_and_every_pair_of_bytes),
	    cmocka_unit_test(cleaning_stops_at_the_cap),
	    cmocka_unit_test(clean_as_a_text),
	    cmocka_unit_test(utf8_both_ways),
	    cmocka_unit_test(utf8_validity),
	    cmocka_unit_test(widths),
	    cmocka_unit_test(what_fits),
	    cmocka_unit_test(the_locale_plays_no_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
