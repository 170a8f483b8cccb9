/* Known lines in pieces: the same hits as line by line, wherever the pieces are cut, and memory that does not grow. */
#include "config.h"

#include "tests/unit/check_unit.h"

#include "check/scan.h"

/* The linker sends the room's allocations here (see check.am): what is asked for is added up. */
static size_t asked;

void *__real_malloc(size_t len);
void *__real_calloc(size_t count, size_t len);
void *__real_realloc(void *mem, size_t len);
void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t count, size_t len);
void *__wrap_realloc(void *mem, size_t len);

void *__wrap_malloc(size_t len)
{
	asked += len;
	return __real_malloc(len);
}

void *__wrap_calloc(size_t count, size_t len)
{
	asked += count * len;
	return __real_calloc(count, len);
}

void *__wrap_realloc(void *mem, size_t len)
{
	asked += len;
	return __real_realloc(mem, len);
}

#define SIGS 5
static const struct {
	const char *literal, *pattern;
} rows[SIGS] = {
    {"SHA-256 bank", "tpmDriver: \\w+:\\d+: SHA-256 bank"},
    {"256 bank", NULL},
    {"whole line", "^whole line$"},
    {"Failed to load", "Failed to load .+\\.efi"},
    {"aaaaaa", "a{6}"},
};

static struct ra_signature items[SIGS];
static struct ra_signatures all = {items, SIGS};

static int make_signatures(void **state)
{
	for (size_t i = 0; i < SIGS; i++) {
		items[i] = (struct ra_signature){.id = "x", .literal = rows[i].literal};
		if (rows[i].pattern && ra_pattern_compile(rows[i].pattern, &items[i].pattern, NULL))
			return -1;
	}
	return 0;
}

static int drop_signatures(void **state)
{
	for (size_t i = 0; i < SIGS; i++)
		ra_pattern_free(items[i].pattern);
	return 0;
}

/* A hit, as far as two ways of searching can be compared. */
struct told {
	size_t signature;
	int64_t line;
	size_t len;
	uint32_t sum;
	bool part;
};
struct hits {
	struct told items[4096];
	size_t count;
};

static void tell(struct hits *hits, struct told told, const char *text)
{
	for (size_t i = 0; i < told.len; i++)
		told.sum = told.sum * 33 + (unsigned char)text[i];
	assert_true(hits->count < RA_LEN(hits->items));
	hits->items[hits->count++] = told;
}

static ra_err see(void *payload, const struct ra_scan_hit *hit)
{
	struct told told = {.signature = hit->signature, .line = hit->line, .len = hit->len, .part = hit->part};
	const struct hits *hits = payload;

	assert_true(!hits->count || hits->items[hits->count - 1].line <= hit->line);
	tell(payload, told, hit->text);
	return RA_OK;
}

static bool holds(size_t signature, const char *text, size_t len)
{
	bool found = memmem(text, len, rows[signature].literal, strlen(rows[signature].literal)) != NULL;

	if (found && items[signature].pattern)
		assert_int_equal(ra_pattern_find(items[signature].pattern, text, len, 0, &found, NULL), RA_OK);
	return found;
}

/* Line by line, part by part, signature by signature. */
static void naive(const char *text, size_t len, struct hits *hits, struct ra_scan_counts *counts)
{
	*counts = (struct ra_scan_counts){.bytes = (int64_t)len};
	for (size_t at = 0; at < len;) {
		const char *lf = memchr(text + at, '\n', len - at);
		size_t end = lf ? (size_t)(lf - text) : len;
		bool part = end - at > RA_SCAN_LINE_MAX;

		counts->lines++;
		counts->long_lines += part;
		do {
			size_t n = end - at > RA_SCAN_LINE_MAX ? RA_SCAN_LINE_MAX : end - at;
			size_t shown = at + n == end && n && text[end - 1] == '\r' ? n - 1 : n;

			for (size_t i = 0; i < SIGS; i++)
				if (holds(i, text + at, shown))
					tell(hits, (struct told){.signature = i, .line = counts->lines, .len = shown, .part = part}, text + at);
			at += n;
		} while (at < end);
		at = end + 1;
	}
}

static int by_place(const void *a, const void *b)
{
	const struct told *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->sum != y->sum)
		return x->sum < y->sum ? -1 : 1;
	return (x->signature > y->signature) - (x->signature < y->signature);
}

/* Hand over the text, cut every `step` bytes after the first `first`. */
static void feed(struct ra_scan *scan, const char *text, size_t len, size_t first, size_t step)
{
	size_t at = 0, n = first;

	for (; at < len || n == 0; n = step) {
		size_t room;
		char *to = ra_scan_room(scan, &room);

		assert_true(room >= RA_SCAN_ROOM);
		n = n < len - at ? n : len - at;
		n = n < room ? n : room;
		memcpy(to, text + at, n);
		at += n;
		assert_int_equal(ra_scan_took(scan, n), RA_OK);
	}
}

static void same_counts(const struct ra_scan_counts *a, const struct ra_scan_counts *b)
{
	assert_int_equal(a->bytes, b->bytes);
	assert_int_equal(a->lines, b->lines);
	assert_int_equal(a->long_lines, b->long_lines);
}

static void compare(struct ra_scan *scan, struct hits *seen, const char *text, size_t len, size_t first, size_t step)
{
	static struct hits wanted;
	struct ra_scan_counts counts, wanted_counts;

	wanted.count = seen->count = 0;
	feed(scan, text, len, first, step);
	assert_int_equal(ra_scan_end(scan, &counts), RA_OK);
	naive(text, len, &wanted, &wanted_counts);
	same_counts(&counts, &wanted_counts);
	qsort(seen->items, seen->count, sizeof(seen->items[0]), by_place);
	qsort(wanted.items, wanted.count, sizeof(wanted.items[0]), by_place);
	if (seen->count != wanted.count)
		fail_msg("%zu bytes, cut at %zu and every %zu: %zu hits, expected %zu", len, first, step, seen->count, wanted.count);
	for (size_t i = 0; i < wanted.count; i++) {
		const struct told *a = &seen->items[i], *b = &wanted.items[i];

		if (a->signature != b->signature || a->line != b->line || a->len != b->len || a->sum != b->sum || a->part != b->part)
			fail_msg("%zu bytes, cut at %zu and every %zu: hit %zu differs (signature %zu line %lld, expected %zu line %lld)", len,
				 first, step, i, a->signature, (long long)a->line, b->signature, (long long)b->line);
	}
}

static struct ra_scan *scan_into(struct hits *hits)
{
	struct ra_scan *scan = NULL;

	assert_int_equal(ra_scan_new(&all, see, hits, &scan, NULL), RA_OK);
	return scan;
}

static const char text[] = "2021-03-04T05:06:07.123Z cpu24:2097931)WARNING: tpmDriver: Init:307: SHA-256 bank not found\r\n"
			   "SHA-256 bank of another\n\n\r\nwhole line\r\nnot the whole line\nwhole line\n"
			   "Failed to load crypto64.efi, Failed to load more.efi\0\nFailed to load\0x.efi\n"
			   "SHA-256 bank SHA-256 bank tpmDriver: A:1: SHA-256 bank\raaaaaaaaaaaaa\n\xff\xfe\naaaaaa";

static void test_every_cut(void **state)
{
	static struct hits hits;
	RA_AUTO(ra_scan_free) struct ra_scan *scan = scan_into(&hits);

	for (size_t first = 0; first < sizeof(text); first++) /* with the NUL at the end */
		for (size_t step = 1; step < 200; step += step < 9 ? 1 : 67)
			compare(scan, &hits, text, sizeof(text), first, step);
	assert_int_equal(hits.count, 10);
}

static uint32_t roll(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* A text of fragments, line ends and long runs without one. Out: its length. */
static size_t make_text(uint32_t *seed, char *out, size_t cap)
{
	static const char *const parts[] = {"SHA-256 bank", "tpmDriver: A:1: ", "whole line", "\nwhole line\n", "Failed to load ", "x.efi",
					    "aaaaaa", "\n", "\r\n", "\r", "SHA-256 ban", "256 bank"};
	size_t len = 0, most = 1 + roll(seed) % cap;

	while (len < most) {
		const char *part = parts[roll(seed) % RA_LEN(parts)];
		size_t n = strlen(part), run = roll(seed) % 40 ? 0 : roll(seed) % (2 * RA_SCAN_LINE_MAX + 50);

		if (roll(seed) % 200 == 0)
			run = RA_SCAN_LINE_MAX * (roll(seed) % 3); /* exactly at a cut */
		if (len + n + run > cap)
			break;
		memcpy(out + len, part, n);
		memset(out + len + n, run & 1 ? '\0' : 'a' + (int)(run % 5), run);
		len += n + run;
	}
	return len;
}

static void test_generated(void **state)
{
	static struct hits hits;
	static char bytes[6 * RA_SCAN_LINE_MAX];
	RA_AUTO(ra_scan_free) struct ra_scan *scan = scan_into(&hits);
	uint32_t seed = 11;

	for (int round = 0; round < 400; round++) {
		size_t len = make_text(&seed, bytes, sizeof(bytes));

		compare(scan, &hits, bytes, len, roll(&seed) % (len + 1), 1 + roll(&seed) % (round & 1 ? 97 : 3 * RA_SCAN_LINE_MAX));
		compare(scan, &hits, bytes, len, len, 1);
	}
}

/* Lengths around that of a part, ended in every way, cut around the same places. */
static void test_long_lines(void **state)
{
	static struct hits hits;
	static char bytes[2 * RA_SCAN_LINE_MAX + 100];
	static const char *const ends[] = {"", "\n", "\r\n", "\r", "\nSHA-256 bank\n"};
	RA_AUTO(ra_scan_free) struct ra_scan *scan = scan_into(&hits);

	for (size_t parts = 1; parts < 3; parts++)
		for (size_t near = 0; near < 30; near++)
			for (size_t e = 0; e < RA_LEN(ends); e++) {
				size_t len = parts * RA_SCAN_LINE_MAX + near - 15;

				memset(bytes, 'x', len);
				memcpy(bytes + len - 12, "SHA-256 bank", 12);
				memcpy(bytes + len, ends[e], strlen(ends[e]));
				len += strlen(ends[e]);
				compare(scan, &hits, bytes, len, len, 1);
				compare(scan, &hits, bytes, len, RA_SCAN_LINE_MAX, 1 + near);
				compare(scan, &hits, bytes, len, RA_SCAN_LINE_MAX + 1, RA_SCAN_LINE_MAX);
			}
}

/* A pattern that cannot end is not tried again, and said to be so; the others go on. */
static void test_stuck(void **state)
{
	static struct hits hits;
	struct ra_signature two[] = {{.id = "bad", .literal = "aaaaaa"}, {.id = "good", .literal = "SHA-256 bank"}};
	struct ra_signatures both = {two, 2};
	RA_AUTO(ra_scan_free) struct ra_scan *scan = NULL;
	struct ra_scan_counts counts;
	char line[300];

	hits.count = 0;
	assert_int_equal(ra_pattern_compile("(a|aa)+$(?<=b)", &two[0].pattern, NULL), RA_OK);
	assert_int_equal(ra_scan_new(&both, see, &hits, &scan, NULL), RA_OK);
	memset(line, 'a', sizeof(line));
	memcpy(line + 280, "\nSHA-256 bank\n", 14);
	feed(scan, line, 294, 294, 1);
	assert_int_equal(ra_scan_end(scan, &counts), RA_OK);
	assert_true(ra_scan_stuck(scan, 0));
	assert_false(ra_scan_stuck(scan, 1));
	assert_int_equal(hits.count, 1);
	ra_pattern_free(two[0].pattern);
}

static void test_refused(void **state)
{
	struct ra_signature one = {.id = "x", .literal = "short"};
	struct ra_signatures alone = {&one, 1};
	struct ra_scan *scan = NULL;

	assert_int_equal(ra_scan_new(&alone, see, NULL, &scan, NULL), RA_E_ARG);
	assert_null(scan);
}

/* So many mebibytes, some with a line that is found. Out: bytes asked for since before the scan was made. */
static size_t memory_for(size_t mib, bool lines)
{
	static struct hits hits;
	static char block[1 << 20];
	struct ra_scan_counts counts;
	struct ra_scan *scan;

	asked = 0;
	hits.count = 0;
	scan = scan_into(&hits);
	memset(block, lines ? '\n' : 'x', sizeof(block));
	memcpy(block + 100, "whole line", 10);
	for (size_t i = 0; i < mib; i++)
		feed(scan, block, sizeof(block), sizeof(block), 1);
	assert_int_equal(ra_scan_end(scan, &counts), RA_OK);
	assert_int_equal(counts.bytes, (int64_t)mib << 20);
	assert_int_equal(hits.count, lines ? mib : 0);
	ra_scan_free(scan);
	return asked;
}

static void test_memory(void **state)
{
	size_t least = memory_for(0, true);

	assert_true(least > 0 && least < 1 << 20);
	assert_int_equal(memory_for(1, true), least);
	assert_int_equal(memory_for(64, true), least);
	assert_int_equal(memory_for(64, false), least); /* one line of 64 MiB */
}

/* What is shown of a line holds no key. */
static void test_hidden(void **state)
{
#define KEY "123456-234567-345678-456789-567890-678901-789012-890123-901234-012345-123450-234501-345012-450123-501234-012340"
	static const struct {
		const char *line, *shown;
	} cases[] = {
	    {"", ""},
	    {"boot runweasel " KEY, "boot runweasel <hidden>"},
	    {"a " KEY " b " KEY ".", "a <hidden> b <hidden>."},
	    {"cut at the front: 56-234567-345678", "cut at the front: <hidden>"},
	    {"cut at the end 123456-234567-34", "cut at the end <hidden>"},
	    /* however it is joined: a key is taken with blanks or without dashes, too */
	    {"a 123456 234567 345678 456789 567890 b", "a <hidden> b"},
	    {"a 123456_234567_345678_456789 b", "a <hidden> b"},
	    {"a 123456 - 234567 - 345678 - 456789, b", "a <hidden>, b"},
	    {"a 123456\xe2\x80\x93" "234567\xe2\x80\x93" "345678\xe2\x80\x93" "456789.", "a <hidden>."},
	    {"a 123456234567345678456789567890678901789012890123 b", "a <hidden> b"},
	    {"cut at both ends: 56 234567 345678 456789 567890 67", "cut at both ends: <hidden>"},
	    {"encryptionRecoveryKey=123456 234567 345678 456789 567890 x", "encryptionRecoveryKey=<hidden> x"},
	    {"three 123456 234567 345678 and 0000000000000000000000000000000000000000000000000000000000000000",
	     "three 123456 234567 345678 and 0000000000000000000000000000000000000000000000000000000000000000"},
	    {"digest 12345678901234567890123456789012345678901234567890abcdef", "digest 12345678901234567890123456789012345678901234567890abcdef"},
	    {"encryptionRecoveryKey=abc def", "encryptionRecoveryKey=<hidden> def"},
	    {"ENCRYPTIONRECOVERYKEY=" KEY "\t x", "ENCRYPTIONRECOVERYKEY=<hidden>\t x"},
	    {"{\"encryptionRecoveryKey\": \"secret\", \"a\": 1}", "{\"encryptionRecoveryKey\": \"<hidden>\", \"a\": 1}"},
	    {"<encryptionRecoveryKey>secret</encryptionRecoveryKey>", "<encryptionRecoveryKey><hidden></encryptionRecoveryKey>"},
	    {"encryptionRecoveryKey=", "encryptionRecoveryKey="},
	    {"the word encryptionRecoveryKey alone", "the word encryptionRecoveryKey alone"},
	    {"2021-03-04T05:06:07.123Z cpu24:2097931)x 20210304-050607", "2021-03-04T05:06:07.123Z cpu24:2097931)x 20210304-050607"},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf out = {0};
		RA_AUTO(ra_mem_free) char *copy = malloc(strlen(cases[i].line) + 1);

		assert_non_null(copy);
		memcpy(copy, cases[i].line, strlen(cases[i].line)); /* no NUL behind it */
		assert_int_equal(ra_recovery_hide(copy, strlen(cases[i].line), &out), RA_OK);
		assert_string_equal(ra_buf_str(&out), cases[i].shown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_cut), cmocka_unit_test(test_generated), cmocka_unit_test(test_long_lines),
	    cmocka_unit_test(test_stuck),     cmocka_unit_test(test_refused),   cmocka_unit_test(test_memory),
	    cmocka_unit_test(test_hidden),
	};

	return cmocka_run_group_tests(tests, make_signatures, drop_signatures);
}
