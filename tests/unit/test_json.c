#include "tests/unit/unit.h"

#include "base/json.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define TEXT(literal) literal, sizeof(literal) - 1
#define X8 "[[[[[[[["
#define Y8 "]]]]]]]]"

/* Bytes that are refused: code and the whole sentence. */
static const struct {
	const char *bytes;
	size_t len;
	ra_err code;
	const char *sentence;
} refused[] = {
    {TEXT(""), RA_E_INVALID, "f:1:1: expected a JSON value, found the end"},
    {TEXT(" \n  "), RA_E_INVALID, "f:2:3: expected a JSON value, found the end"},
    {TEXT("\xef\xbb\xbf{}"), RA_E_INVALID, "f:1:1: expected a JSON value, found a byte order mark"},
    {TEXT("nul"), RA_E_INVALID, "f:1:1: expected a JSON value, found 'nul'"},
    {TEXT("True"), RA_E_INVALID, "f:1:1: expected a JSON value, found 'True'"},
    {TEXT("nullx"), RA_E_INVALID, "f:1:1: expected a JSON value, found 'nullx'"},
    {TEXT("NaN"), RA_E_INVALID, "f:1:1: expected a JSON value, found 'NaN'"},
    {TEXT("// x\n1"), RA_E_INVALID, "f:1:1: expected a JSON value, found '/'"},
    {TEXT("\0"), RA_E_INVALID, "f:1:1: expected a JSON value, found control character 0x00"},
    {TEXT("\xc3\xa9"), RA_E_INVALID, "f:1:1: expected a JSON value, found U+00E9"},
    {TEXT("\x0b{}"), RA_E_INVALID, "f:1:1: expected a JSON value, found control character 0x0b"},
    /* trailing bytes */
    {TEXT("{} x"), RA_E_INVALID, "f:1:4: expected the end after the JSON value, found 'x'"},
    {TEXT("1\n2"), RA_E_INVALID, "f:2:1: expected the end after the JSON value, found '2'"},
    {TEXT("{}\0"), RA_E_INVALID, "f:1:3: expected the end after the JSON value, found control character 0x00"},
    /* objects and lists */
    {TEXT("{"), RA_E_INVALID, "f:1:2: expected a key in quotes, found the end"},
    {TEXT("{a:1}"), RA_E_INVALID, "f:1:2: expected a key in quotes, found 'a'"},
    {TEXT("{'a':1}"), RA_E_INVALID, "f:1:2: expected a key in quotes, found '''"},
    {TEXT("{\"a\" 1}"), RA_E_INVALID, "f:1:6: expected ':' after the key, found '1'"},
    {TEXT("{\"a\":}"), RA_E_INVALID, "f:1:6: expected a JSON value, found '}'"},
    {TEXT("{\"a\":1,}"), RA_E_INVALID, "f:1:8: expected a key in quotes, found '}'"},
    {TEXT("{\"a\":1 \"b\":2}"), RA_E_INVALID, "f:1:8: expected ',' or '}', found '\"'"},
    {TEXT("{\n  \"a\": 1"), RA_E_INVALID, "f:2:9: expected ',' or '}', found the end"},
    {TEXT("[1,]"), RA_E_INVALID, "f:1:4: expected a JSON value, found ']'"},
    {TEXT("[1 2]"), RA_E_INVALID, "f:1:4: expected ',' or ']', found '2'"},
    {TEXT("[1}"), RA_E_INVALID, "f:1:3: expected ',' or ']', found '}'"},
    /* duplicate keys: the escapes are read first, the earliest is told */
    {TEXT("{\"a\":1,\n \"a\":2}"), RA_E_INVALID,
     "f:2:2: expected a key not used yet, found \"a\" again (first at 1:2)"},
    {TEXT("{\"a\":1, \"\\u0061\":2}"), RA_E_INVALID,
     "f:1:9: expected a key not used yet, found \"a\" again (first at 1:2)"},
    {TEXT("{\"z\":1,\"a\":1,\"z\":1,\"a\":1,\"a\":1}"), RA_E_INVALID,
     "f:1:14: expected a key not used yet, found \"z\" again (first at 1:2)"},
    {TEXT("[{\"x\":{\"\":1,\"\":2}}]"), RA_E_INVALID,
     "f:1:13: expected a key not used yet, found \"\" again (first at 1:8)"},
    /* texts */
    {TEXT("\"ab"), RA_E_INVALID, "f:1:4: expected '\"' to end the text begun at 1:1, found the end"},
    {TEXT("\"a\nb\""), RA_E_INVALID,
     "f:1:3: expected a control character in a text to be escaped, found control character 0x0a"},
    {TEXT("\"\x1b[31m\""), RA_E_INVALID,
     "f:1:2: expected a control character in a text to be escaped, found control character 0x1b"},
    {TEXT("\"a\0\""), RA_E_INVALID,
     "f:1:3: expected a control character in a text to be escaped, found control character 0x00"},
    {TEXT("\"\xff\""), RA_E_INVALID, "f:1:2: expected UTF-8, found byte 0xff, which is not UTF-8"},
    {TEXT("\"\xc0\xaf\""), RA_E_INVALID, "f:1:2: expected UTF-8, found byte 0xc0, which is not UTF-8"},
    {TEXT("\"\xed\xa0\x80\""), RA_E_INVALID, "f:1:2: expected UTF-8, found byte 0xed, which is not UTF-8"},
    {TEXT("\"\xf4\x90\x80\x80\""), RA_E_INVALID, "f:1:2: expected UTF-8, found byte 0xf4, which is not UTF-8"},
    {TEXT("\"\xe2\x82\""), RA_E_INVALID, "f:1:2: expected UTF-8, found byte 0xe2, which is not UTF-8"},
    {TEXT("{\"\xff\":1}"), RA_E_INVALID, "f:1:3: expected UTF-8, found byte 0xff, which is not UTF-8"},
    {TEXT("\"\\u0000\""), RA_E_INVALID, "f:1:2: expected a character other than U+0000, found \\u0000"},
    {TEXT("{\"a\\u0000\":1}"), RA_E_INVALID, "f:1:4: expected a character other than U+0000, found \\u0000"},
    {TEXT("\"\\ud800\""), RA_E_INVALID, "f:1:2: expected a low surrogate after a high one, found \\ud800 alone"},
    {TEXT("\"\\ud800\\u0041\""), RA_E_INVALID, "f:1:2: expected a low surrogate after a high one, found \\ud800 alone"},
    {TEXT("\"\\udc00\\ud800\""), RA_E_INVALID, "f:1:2: expected a high surrogate before a low one, found \\udc00"},
    {TEXT("\"\\u12g4\""), RA_E_INVALID, "f:1:2: expected four hex digits after \\u, found fewer"},
    {TEXT("\"\\u12"), RA_E_INVALID, "f:1:2: expected four hex digits after \\u, found fewer"},
    {TEXT("\"\\x41\""), RA_E_INVALID, "f:1:3: expected one of \" \\ / b f n r t u after a backslash, found 'x41'"},
    {TEXT("\"\\"), RA_E_INVALID, "f:1:3: expected one of \" \\ / b f n r t u after a backslash, found the end"},
    /* numbers */
    {TEXT("01"), RA_E_INVALID, "f:1:1: expected a number without leading zeros, found '01'"},
    {TEXT("[-012]"), RA_E_INVALID, "f:1:3: expected a number without leading zeros, found '012'"},
    {TEXT("-"), RA_E_INVALID, "f:1:2: expected a digit after '-', found the end"},
    {TEXT("-x"), RA_E_INVALID, "f:1:2: expected a digit after '-', found 'x'"},
    {TEXT("+1"), RA_E_INVALID, "f:1:1: expected a JSON value, found '+'"},
    {TEXT(".5"), RA_E_INVALID, "f:1:1: expected a JSON value, found '.'"},
    {TEXT("1."), RA_E_INVALID, "f:1:3: expected a digit after the decimal point, found the end"},
    {TEXT("1e"), RA_E_INVALID, "f:1:3: expected a digit in the exponent, found the end"},
    {TEXT("1e+]"), RA_E_INVALID, "f:1:4: expected a digit in the exponent, found ']'"},
    {TEXT("0x10"), RA_E_INVALID, "f:1:2: expected the end after the JSON value, found 'x10'"},
    {TEXT("9007199254740992"), RA_E_INVALID,
     "f:1:1: expected a whole number from -9007199254740991 to 9007199254740991, found 9007199254740992"},
    {TEXT("[-9007199254740992]"), RA_E_INVALID,
     "f:1:2: expected a whole number from -9007199254740991 to 9007199254740991, found -9007199254740992"},
    {TEXT("18446744073709551617"), RA_E_INVALID,
     "f:1:1: expected a whole number from -9007199254740991 to 9007199254740991, found 18446744073709551617"},
    {TEXT("1234567890123456789012345678901234567890"), RA_E_INVALID,
     "f:1:1: expected a whole number from -9007199254740991 to 9007199254740991, found 123456789012345678901234..."},
    {TEXT("[1,\n1e309]"), RA_E_INVALID, "f:2:1: expected a number up to 1.7976931348623157e308, found a larger one"},
    {TEXT("-1e309"), RA_E_INVALID, "f:1:1: expected a number up to 1.7976931348623157e308, found a larger one"},
    {TEXT("0.00000000000000000000000000000000000000000000000000000000000001"), RA_E_INVALID,
     "f:1:1: expected a number of at most 63 characters, found a longer one"},
    /* nesting: 33 levels */
    {TEXT(X8 X8 X8 X8 "[]" Y8 Y8 Y8 Y8), RA_E_LIMIT, "f:1:33: expected at most 32 levels of nesting, found one more"},
    {TEXT(X8 X8 X8 X8 "{\"a\":1}" Y8 Y8 Y8 Y8), RA_E_LIMIT,
     "f:1:33: expected at most 32 levels of nesting, found one more"},
};

/* In the same words, whether places are kept or not. */
static void refuses(void **state)
{
	for (size_t n = 0; n < 2 * RA_LEN(refused); n++) {
		const struct ra_json_limits limits = {.placeless = n >= RA_LEN(refused)};
		size_t i = n % RA_LEN(refused);
		struct ra_json *doc = (struct ra_json *)1;
		struct ra_errs errs;
		/* exactly as long as the bytes, so that a sanitizer sees one read too many */
		char *bytes = malloc(refused[i].len ? refused[i].len : 1);

		assert_non_null(bytes);
		memcpy(bytes, refused[i].bytes, refused[i].len);
		ra_errs_clear(&errs);
		if (ra_json_parse("f", bytes, refused[i].len, &limits, &doc, &errs) != refused[i].code)
			fail_msg("row %zu '%s': %d", i, refused[i].bytes, errs.code);
		assert_null(doc);
		assert_string_equal(errs.text[0], refused[i].sentence);
		free(bytes);
	}
}

/* Bytes that are read, and how they are printed. */
static const struct {
	const char *text;
	const char *printed; /* NULL: as text */
} taken[] = {
    {"null", NULL},
    {" \t\r\n true \n", "true"},
    {"{}", NULL},
    {"[]", NULL},
    {"[[],{},\"\",0,false]", NULL},
    {"{ \"b\" : 1 , \"a\" : [ 1 , 2 ] }", "{\"b\":1,\"a\":[1,2]}"},
    {"{\"a\":1,\"A\":2}", NULL},
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u001f\\u0041\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u001fA\""},
    {"\"\\ud83d\\ude00\\u00e9\\u20AC\"", "\"\xf0\x9f\x98\x80\xc3\xa9\xe2\x82\xac\""},
    {"\"\x7f\xc2\x80\xef\xbf\xbf\xf4\x8f\xbf\xbf\"", NULL},
    {"9007199254740991", NULL},
    {"-9007199254740991", NULL},
    {"9007199254740990", NULL},
    {"2147483648", NULL},
    {"1234567890123456", NULL},
    {"-0", "0"},
    {"0.1", NULL},
    {"-1.5", NULL},
    {"1e3", "1000"},
    {"1E+2", "100"},
    {"1e-07", NULL},
    {"0.30000000000000004", NULL},
    {"1e22", "1.0000000000000000e+22"},
    {"9007199254740993.0", "9.0071992547409920e+15"},
    {"1.7976931348623157e308", "1.7976931348623157e+308"},
    {"1e-400", "0"},
    {X8 X8 X8 X8 Y8 Y8 Y8 Y8, NULL},
};

static char *parse_and_print(const char *text)
{
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (ra_json_parse("f", text, strlen(text), NULL, &doc, &errs) != RA_OK)
		fail_msg("'%s': %s", text, errs.text[0]);
	return ra_json_print(ra_json_root(doc));
}

static void keeps_no_places(void **state)
{
	const struct ra_json_limits placeless = {.placeless = true};
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	int line = -1, col = -1;

	assert_int_equal(ra_json_parse("in", "{\"a\":[1,2]}", 11, &placeless, &doc, NULL), RA_OK);
	ra_json_pos(doc, ra_json_get(ra_json_root(doc), "a"), &line, &col);
	assert_int_equal(line, 0);
	assert_int_equal(col, 0);
}

static void takes_and_prints_and_takes_again(void **state)
{
	for (size_t i = 0; i < RA_LEN(taken); i++) {
		char *once = parse_and_print(taken[i].text);
		char *twice = parse_and_print(once);

		assert_string_equal(once, taken[i].printed ? taken[i].printed : taken[i].text);
		assert_string_equal(once, twice);
		free(once);
		free(twice);
	}
}

static void prints_without_the_locale(void **state)
{
	static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "C"};
	const char *set = NULL;

	for (size_t i = 0; i < RA_LEN(names) && !set; i++)
		set = setlocale(LC_NUMERIC, names[i]);
	assert_non_null(set);
	char *text = parse_and_print("[0.5,1.25e-9]");

	setlocale(LC_NUMERIC, "C");
	assert_string_equal(text, "[0.5,1.25e-09]");
	free(text);
}

static void prints_what_is_built_by_hand(void **state)
{
	RA_AUTO(ra_cjson_free) cJSON *node = cJSON_CreateArray();

	assert_true(cJSON_AddItemToArray(node, cJSON_CreateString("a\xff\xc0z\xe2\x82")));
	assert_true(cJSON_AddItemToArray(node, cJSON_CreateNumber(INFINITY)));
	assert_true(cJSON_AddItemToArray(node, cJSON_CreateNumber(NAN)));
	assert_true(cJSON_AddItemToArray(node, cJSON_CreateRaw("{")));
	assert_true(cJSON_AddItemToArray(node, cJSON_CreateNumber(1795419164123.0)));
	char *text = ra_json_print(node);

	assert_string_equal(text,
			    "[\"a\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd\xef\xbf\xbd\",null,null,null,1795419164123]");
	free(text);
}

static void size_limit(void **state)
{
	size_t len = 1024 * 1024 + 1;
	char *bytes = malloc(len);
	struct ra_json *doc = NULL;
	struct ra_errs errs;

	assert_non_null(bytes);
	memset(bytes, ' ', len);
	bytes[0] = '1';
	ra_errs_clear(&errs);
	assert_int_equal(ra_json_parse("f", bytes, len - 1, NULL, &doc, &errs), RA_OK);
	doc = ra_json_free(doc);
	assert_int_equal(ra_json_parse("f", bytes, len, NULL, &doc, &errs), RA_E_LIMIT);
	assert_null(doc);
	assert_string_equal(errs.text[0], "f:1:1: expected at most 1048576 bytes, found 1048577");
	free(bytes);
}

static void limits_can_be_given(void **state)
{
	static const struct ra_json_limits limits = {.len_max = 9, .depth_max = 2};
	struct ra_json *doc = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	assert_int_equal(ra_json_parse("f", "[[1],[2]]", 9, &limits, &doc, &errs), RA_OK);
	doc = ra_json_free(doc);
	assert_int_equal(ra_json_parse("f", "[[[1]]]", 7, &limits, &doc, &errs), RA_E_LIMIT);
	assert_string_equal(errs.text[0], "f:1:3: expected at most 2 levels of nesting, found one more");
	assert_int_equal(ra_json_parse("f", "          ", 10, &limits, &doc, &errs), RA_E_LIMIT);
	assert_int_equal(ra_json_parse("f", "1", 1, &limits, &doc, NULL), RA_OK);
	doc = ra_json_free(doc);
	assert_int_equal(ra_json_parse("f", "", 0, &limits, &doc, NULL), RA_E_INVALID);
}

/* Many members must not take the square of their time. */
static void many_keys(void **state)
{
	struct ra_buf text = {0};
	struct ra_json *doc = NULL;
	struct ra_errs errs;

	assert_int_equal(ra_buf_text(&text, "{\"k0\":0"), RA_OK);
	for (int i = 1; i < 60000; i++)
		assert_int_equal(ra_buf_printf(&text, ",\n\"k%d\":%d", i, i), RA_OK);
	assert_int_equal(ra_buf_text(&text, ",\"k59998\":1}"), RA_OK);
	ra_errs_clear(&errs);
	assert_int_equal(ra_json_parse("f", text.data, text.len, NULL, &doc, &errs), RA_E_INVALID);
	assert_string_equal(errs.text[0],
			    "f:60000:16: expected a key not used yet, found \"k59998\" again (first at 59999:1)");
	ra_buf_free(&text);
}

static const char doc_text[] = "{\n"
			       "  \"a\": [1, {\"b\": true}, \"\\u0041\"],\n"
			       "\t\"A\": 2.5, \"t/~x\": {\"\": null},\n"
			       "  \"\xc3\xa9\": -7, \"big\": 9007199254740991, \"huge\": 1e300, \"s\": \"text\"\n"
			       "}\n";

static struct ra_json *parse_doc(void)
{
	struct ra_json *doc = NULL;

	assert_int_equal(ra_json_parse("dir/x.json", doc_text, sizeof(doc_text) - 1, NULL, &doc, NULL), RA_OK);
	return doc;
}

static void every_node_has_a_place(void **state)
{
	static const struct {
		const char *pointer;
		int line, col; /* 0: there is no such node */
	} rows[] = {
	    {"", 1, 1},      {"/a", 2, 8},   {"/a/0", 2, 9},     {"/a/1", 2, 12},     {"/a/1/b", 2, 18},
	    {"/a/2", 2, 25}, {"/A", 3, 7},   {"/t~1~0x", 3, 20}, {"/t~1~0x/", 3, 25}, {"/\xc3\xa9", 4, 9},
	    {"/big", 4, 20}, {"/s", 4, 58},  {"/b", 0, 0},       {"/a/3", 0, 0},      {"/a/-", 0, 0},
	    {"/a/01", 0, 0}, {"/a/x", 0, 0}, {"/a/", 0, 0},      {"a", 0, 0},         {"/t/~x", 0, 0},
	    {"/t~2", 0, 0},  {"/t~", 0, 0},  {"/a/0/x", 0, 0},   {"/", 0, 0},         {"/a/4294967296", 0, 0},
	    {"/BIG", 0, 0},
	};
	RA_AUTO(ra_json_free) struct ra_json *doc = parse_doc();

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		const cJSON *node = ra_json_pointer(ra_json_root(doc), rows[i].pointer);
		int line, col;

		ra_json_pos(doc, node, &line, &col);
		if (!node != !rows[i].line || line != rows[i].line || col != rows[i].col)
			fail_msg("row %zu '%s': %s at %d:%d", i, rows[i].pointer, node ? "found" : "none", line, col);
	}
}

static void failing_at_a_node(void **state)
{
	RA_AUTO(ra_json_free) struct ra_json *doc = parse_doc();
	RA_AUTO(ra_json_free) struct ra_json *other = parse_doc();
	struct ra_errs errs;

	ra_errs_clear(&errs);
	assert_int_equal(ra_json_fail(doc, ra_json_get(ra_json_root(doc), "A"), &errs, RA_E_ARG, "bad %s", "thing"),
			 RA_E_ARG);
	assert_int_equal(ra_json_fail(doc, ra_json_root(other), &errs, RA_E_ARG, "not mine"), RA_E_ARG);
	assert_int_equal(ra_json_fail(doc, NULL, &errs, RA_E_ARG, "nothing"), RA_E_ARG);
	assert_string_equal(errs.text[0], "dir/x.json:3:7: bad thing");
	assert_string_equal(errs.text[1], "dir/x.json: not mine");
	assert_string_equal(errs.text[2], "dir/x.json: nothing");
	assert_string_equal(ra_json_name(doc), "dir/x.json");
}

static void members_by_exact_key(void **state)
{
	RA_AUTO(ra_json_free) struct ra_json *doc = parse_doc();
	const cJSON *root = ra_json_root(doc);

	assert_non_null(ra_json_get(root, "a"));
	assert_true(ra_json_get(root, "a") != ra_json_get(root, "A"));
	assert_null(ra_json_get(root, "S"));
	assert_null(ra_json_get(ra_json_get(root, "a"), "0"));
	assert_null(ra_json_get(NULL, "a"));
	assert_string_equal(ra_json_str(root, "s", "none"), "text");
	assert_string_equal(ra_json_str(root, "a", "none"), "none");
	assert_string_equal(ra_json_str(NULL, "a", "none"), "none");
	assert_int_equal(ra_json_int(root, "\xc3\xa9", 1), -7);
	assert_true(ra_json_int(root, "big", 1) == 9007199254740991);
	assert_int_equal(ra_json_int(root, "A", 1), 1);
	assert_int_equal(ra_json_int(root, "huge", 1), 1);
	assert_int_equal(ra_json_int(root, "s", 1), 1);
	assert_true(ra_json_bool(ra_json_pointer(root, "/a/1"), "b", false));
	assert_true(ra_json_bool(root, "b", true));
	assert_false(ra_json_bool(root, "s", false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(refuses),
	    cmocka_unit_test(keeps_no_places),
	    cmocka_unit_test(takes_and_prints_and_takes_again),
	    cmocka_unit_test(prints_without_the_locale),
	    cmocka_unit_test(prints_what_is_built_by_hand),
	    cmocka_unit_test(size_limit),
	    cmocka_unit_test(limits_can_be_given),
	    cmocka_unit_test(many_keys),
	    cmocka_unit_test(every_node_has_a_place),
	    cmocka_unit_test(failing_at_a_node),
	    cmocka_unit_test(members_by_exact_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
