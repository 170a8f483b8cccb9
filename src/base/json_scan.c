#include "config.h"

#include "base/json_scan.h"
#include "base/text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INT_DIGITS_MAX 16 /* 2^53-1 has 16 digits */
#define INT_ABS_MAX 9007199254740991ULL
#define NUMBER_LEN_MAX 63 /* cJSON reads a number through a buffer of 64 bytes and splits a longer one */
#define WORD_SHOWN_MAX 16
#define FOUND_MAX 64

struct scan {
	const char *name;
	const char *bytes;
	size_t len;
	size_t at;
	size_t line_start;
	int line;
	int depth;
	int depth_max;
	bool placeless;
	struct ra_json_place *places;
	size_t count;
	size_t room;
	struct ra_errs *errs;
};

static int col_of(const struct scan *s, size_t at)
{
	return (int)(at - s->line_start) + 1;
}

static ra_err fail_at(struct scan *s, size_t at, ra_err code, const char *expected, const char *found)
{
	return ra_fail(s->errs, code, "%s:%d:%d: expected %s, found %s", s->name, s->line, col_of(s, at), expected,
		       found);
}

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Say in words what stands at the scanner's place, safe to print. */
static const char *found_here(const struct scan *s, char *out)
{
	const char *at = s->bytes + s->at;
	uint32_t cp = 0;
	int n = ra_utf8_next(at, s->len - s->at, &cp);
	int word = 0;

	if (n == 0)
		snprintf(out, FOUND_MAX, "the end");
	else if (n < 0)
		snprintf(out, FOUND_MAX, "byte 0x%02x, which is not UTF-8", (unsigned)cp);
	else if (cp < 0x20 || cp == 0x7f)
		snprintf(out, FOUND_MAX, "control character 0x%02x", (unsigned)cp);
	else if (cp == 0xfeff)
		snprintf(out, FOUND_MAX, "a byte order mark");
	else if (cp > 0x7f)
		snprintf(out, FOUND_MAX, "U+%04X", (unsigned)cp);
	else {
		while (word < WORD_SHOWN_MAX && s->at + (size_t)word < s->len && is_word_byte(at[word]))
			word++;
		snprintf(out, FOUND_MAX, "'%.*s'", word ? word : 1, at);
	}
	return out;
}

static ra_err fail_here(struct scan *s, const char *expected)
{
	char found[FOUND_MAX];

	return fail_at(s, s->at, RA_E_INVALID, expected, found_here(s, found));
}

/* The byte at the scanner's place, or -1 at the end. */
static int peek(const struct scan *s)
{
	return s->at < s->len ? (unsigned char)s->bytes[s->at] : -1;
}

static void skip_space(struct scan *s)
{
	for (;; s->at++) {
		int c = peek(s);

		if (c == '\n') {
			s->line++;
			s->line_start = s->at + 1;
		} else if (c != ' ' && c != '\t' && c != '\r')
			return;
	}
}

static ra_err add_place(struct scan *s, const struct ra_json_place *key)
{
	struct ra_json_place *places;
	size_t room;

	if (s->placeless) {
		s->count++;
		return RA_OK;
	}
	if (s->count == s->room) {
		room = s->room ? s->room * 2 : 64;
		places = realloc(s->places, room * sizeof(*places));
		if (!places)
			return ra_fail(s->errs, RA_E_NOMEM, "%s: not enough memory", s->name);
		s->places = places;
		s->room = room;
	}
	s->places[s->count++] = (struct ra_json_place){s->line, col_of(s, s->at), key->key_line, key->key_col};
	return RA_OK;
}

/* Read the four digits of \uXXXX at `at`. Out: -1 when they are not there. */
static long hex4(const struct scan *s, size_t at)
{
	long value = 0;

	if (s->len - at < 4)
		return -1;
	for (size_t i = at; i < at + 4; i++) {
		static const char digits[] = "0123456789abcdef0123456789ABCDEF";
		const char *digit = s->bytes[i] ? strchr(digits, s->bytes[i]) : NULL;

		if (!digit)
			return -1;
		value = value * 16 + (digit - digits) % 16;
	}
	return value;
}

/* The scanner stands on the backslash of \u. */
static ra_err scan_unicode(struct scan *s)
{
	char found[FOUND_MAX];
	long cp = hex4(s, s->at + 2);
	long low;

	if (cp < 0)
		return fail_at(s, s->at, RA_E_INVALID, "four hex digits after \\u", "fewer");
	snprintf(found, sizeof(found), "\\u%04lx", (unsigned long)cp);
	if (cp == 0)
		return fail_at(s, s->at, RA_E_INVALID, "a character other than U+0000", found);
	if (cp >= 0xdc00 && cp <= 0xdfff)
		return fail_at(s, s->at, RA_E_INVALID, "a high surrogate before a low one", found);
	if (cp < 0xd800 || cp > 0xdbff) {
		s->at += 6;
		return RA_OK;
	}
	low = s->len - s->at >= 12 && memcmp(s->bytes + s->at + 6, "\\u", 2) == 0 ? hex4(s, s->at + 8) : -1;
	if (low < 0xdc00 || low > 0xdfff) {
		strncat(found, " alone", sizeof(found) - strlen(found) - 1);
		return fail_at(s, s->at, RA_E_INVALID, "a low surrogate after a high one", found);
	}
	s->at += 12;
	return RA_OK;
}

static ra_err scan_escape(struct scan *s)
{
	int c = s->at + 1 < s->len ? (unsigned char)s->bytes[s->at + 1] : -1;

	if (c == 'u')
		return scan_unicode(s);
	if (c > 0 && strchr("\"\\/bfnrt", c)) {
		s->at += 2;
		return RA_OK;
	}
	s->at++;
	return fail_here(s, "one of \" \\ / b f n r t u after a backslash");
}

/* Move over what stands for itself in a text: most of all bytes. */
static void skip_plain(struct scan *s)
{
	const unsigned char *from = (const unsigned char *)s->bytes + s->at, *end = (const unsigned char *)s->bytes + s->len, *at = from;

	while (at < end && *at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\')
		at++;
	s->at += (size_t)(at - from);
}

static ra_err scan_string(struct scan *s)
{
	char expected[FOUND_MAX];
	size_t start = s->at++;
	uint32_t cp;
	ra_err err;
	int c, n;

	while ((c = peek(s)) != '"') {
		if (c < 0) {
			snprintf(expected, sizeof(expected), "'\"' to end the text begun at %d:%d", s->line,
				 col_of(s, start));
			return fail_here(s, expected);
		}
		if (c < 0x20)
			return fail_here(s, "a control character in a text to be escaped");
		if (c == '\\') {
			err = scan_escape(s);
			if (err)
				return err;
			continue;
		}
		if (c < 0x80) {
			skip_plain(s);
			continue;
		}
		n = ra_utf8_next(s->bytes + s->at, s->len - s->at, &cp);
		if (n < 0)
			return fail_here(s, "UTF-8");
		s->at += (size_t)n;
	}
	s->at++;
	return RA_OK;
}

/* Move over digits. Out: how many. */
static size_t skip_digits(struct scan *s)
{
	size_t start = s->at;

	while (peek(s) >= '0' && peek(s) <= '9')
		s->at++;
	return s->at - start;
}

static ra_err check_int_range(struct scan *s, size_t start, size_t digits_at)
{
	char found[FOUND_MAX];
	size_t digits = s->at - digits_at;
	unsigned long long value = 0;

	for (size_t i = digits_at; i < s->at && digits <= INT_DIGITS_MAX; i++)
		value = value * 10 + (unsigned)(s->bytes[i] - '0');
	if (digits <= INT_DIGITS_MAX && value <= INT_ABS_MAX)
		return RA_OK;
	snprintf(found, sizeof(found), "%.*s%s", digits > 24 ? 24 : (int)(s->at - start), s->bytes + start,
		 digits > 24 ? "..." : "");
	return fail_at(s, start, RA_E_INVALID, "a whole number from -9007199254740991 to 9007199254740991", found);
}

/* The scanner stands behind the whole part. Out: *whole is false when there is a fraction or an exponent. */
static ra_err scan_fraction(struct scan *s, bool *whole)
{
	*whole = true;
	if (peek(s) == '.') {
		*whole = false;
		s->at++;
		if (!skip_digits(s))
			return fail_here(s, "a digit after the decimal point");
	}
	if (peek(s) == 'e' || peek(s) == 'E') {
		*whole = false;
		s->at++;
		if (peek(s) == '+' || peek(s) == '-')
			s->at++;
		if (!skip_digits(s))
			return fail_here(s, "a digit in the exponent");
	}
	return RA_OK;
}

static ra_err scan_number(struct scan *s)
{
	size_t start = s->at, digits_at;
	bool whole, zero;
	ra_err err;

	if (peek(s) == '-')
		s->at++;
	digits_at = s->at;
	zero = peek(s) == '0';
	if (!skip_digits(s))
		return fail_here(s, "a digit after '-'");
	if (zero && s->at - digits_at > 1) {
		s->at = digits_at;
		return fail_here(s, "a number without leading zeros");
	}
	err = scan_fraction(s, &whole);
	if (err)
		return err;
	if (whole)
		return check_int_range(s, start, digits_at);
	if (s->at - start > NUMBER_LEN_MAX)
		return fail_at(s, start, RA_E_INVALID, "a number of at most 63 characters", "a longer one");
	return RA_OK;
}

static ra_err scan_word(struct scan *s)
{
	static const char *const words[] = {"true", "false", "null"};

	for (size_t i = 0; i < RA_LEN(words); i++) {
		size_t n = strlen(words[i]);
		bool ends = s->len - s->at == n || (s->len - s->at > n && !is_word_byte(s->bytes[s->at + n]));

		if (ends && memcmp(s->bytes + s->at, words[i], n) == 0) {
			s->at += n;
			return RA_OK;
		}
	}
	return fail_here(s, "a JSON value");
}

static ra_err scan_value(struct scan *s, const struct ra_json_place *key);

/* The key and the colon of a member; the value follows. */
static ra_err scan_member(struct scan *s)
{
	struct ra_json_place key = {.key_line = s->line, .key_col = col_of(s, s->at)};
	ra_err err;

	if (peek(s) != '"')
		return fail_here(s, "a key in quotes");
	err = scan_string(s);
	if (err)
		return err;
	skip_space(s);
	if (peek(s) != ':')
		return fail_here(s, "':' after the key");
	s->at++;
	return scan_value(s, &key);
}

/* The scanner stands behind the opening bracket. */
static ra_err scan_items(struct scan *s, char close)
{
	static const struct ra_json_place no_key = {0};
	ra_err err;

	skip_space(s);
	if (peek(s) == close) {
		s->at++;
		return RA_OK;
	}
	for (;;) {
		skip_space(s);
		err = close == '}' ? scan_member(s) : scan_value(s, &no_key);
		if (err)
			return err;
		skip_space(s);
		if (peek(s) == close) {
			s->at++;
			return RA_OK;
		}
		if (peek(s) != ',')
			return fail_here(s, close == '}' ? "',' or '}'" : "',' or ']'");
		s->at++;
	}
}

static ra_err scan_container(struct scan *s, char close)
{
	char expected[FOUND_MAX];
	ra_err err;

	if (s->depth == s->depth_max) {
		snprintf(expected, sizeof(expected), "at most %d levels of nesting", s->depth_max);
		return fail_at(s, s->at, RA_E_LIMIT, expected, "one more");
	}
	s->depth++;
	s->at++;
	err = scan_items(s, close);
	s->depth--;
	return err;
}

static ra_err scan_value(struct scan *s, const struct ra_json_place *key)
{
	ra_err err;
	int c;

	skip_space(s);
	err = add_place(s, key);
	if (err)
		return err;
	c = peek(s);
	if (c == '{' || c == '[')
		return scan_container(s, c == '{' ? '}' : ']');
	if (c == '"')
		return scan_string(s);
	if (c == '-' || (c >= '0' && c <= '9'))
		return scan_number(s);
	return scan_word(s);
}

ra_err ra_json_scan(const char *name, const char *bytes, size_t len, const struct ra_json_limits *limits,
		    struct ra_json_places *out, struct ra_errs *errs)
{
	static const struct ra_json_place no_key = {0};
	struct scan s = {
	    .name = name, .bytes = bytes, .len = len, .line = 1, .depth_max = limits->depth_max, .placeless = limits->placeless,
	    .errs = errs};
	ra_err err;

	*out = (struct ra_json_places){0};
	if (len > limits->len_max || len > INT_MAX)
		return ra_fail(errs, RA_E_LIMIT, "%s:1:1: expected at most %zu bytes, found %zu", name, limits->len_max,
			       len);
	err = scan_value(&s, &no_key);
	if (!err) {
		skip_space(&s);
		if (s.at < s.len)
			err = fail_here(&s, "the end after the JSON value");
	}
	if (err) {
		free(s.places);
		return err;
	}
	*out = (struct ra_json_places){s.places, s.count};
	return RA_OK;
}
