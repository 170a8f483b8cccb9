/* A verifier names the first bad entry: every bit, every byte, every entry of a small journal is changed in turn;
 * forged lines whose own hash is right; openings dropped, doubled, exchanged; and a second verifier (verify-journal.py)
 * agrees. */
#include "tests/unit/journal_make.h"

#define LINES_MAX 32

/* A journal in memory, with where its lines begin. */
struct text {
	struct ra_buf bytes;
	size_t at[LINES_MAX + 1];
	int count;
};

static void text_cut(struct text *text)
{
	text->count = 0;
	text->at[0] = 0;
	for (size_t i = 0; i < text->bytes.len; i++)
		if (text->bytes.data[i] == '\n') {
			assert_true(text->count < LINES_MAX);
			text->at[++text->count] = i + 1;
		}
}

static int line_of(const struct text *text, size_t offset)
{
	int line = 0;

	while (offset >= text->at[line + 1])
		line++;
	return line;
}

static void load_sample(void **state, struct text *text)
{
	const char *path = path_in(state, "sample");

	unlink(path);
	make_sample(path);
	get(path, &text->bytes);
	text_cut(text);
}

static void add_line(struct ra_buf *out, const struct text *text, int line)
{
	assert_int_equal(ra_buf_add(out, text->bytes.data + text->at[line], text->at[line + 1] - text->at[line]),
			 RA_OK);
}

static void expect_broken(const struct ra_buf *bytes, int64_t first_bad, const char *what, size_t at)
{
	struct ra_verify got = verify_bytes(bytes->data, bytes->len);
	char begin[32];

	snprintf(begin, sizeof(begin), "entry %d: ", (int)first_bad);
	if (got.verdict != RA_VERIFY_BROKEN || got.first_bad != first_bad || got.count != first_bad ||
	    strncmp(got.why, begin, strlen(begin)) != 0)
		fail_msg("%s at %zu: verdict %d, first bad %d (wanted %d), why: %s", what, at, (int)got.verdict,
			 (int)got.first_bad, (int)first_bad, got.why);
}

static void expect_incomplete(const struct ra_buf *bytes, int64_t count, int64_t torn_len)
{
	struct ra_verify got = verify_bytes(bytes->data, bytes->len);

	if (got.verdict != RA_VERIFY_INCOMPLETE || got.count != count || got.torn_len != torn_len ||
	    got.first_bad != -1)
		fail_msg("length %zu: verdict %d, count %d (wanted %d), torn %d", bytes->len, (int)got.verdict,
			 (int)got.count, (int)count, (int)got.torn_len);
}

static void every_bit(void **state)
{
	struct text text = {0};

	load_sample(state, &text);
	assert_int_equal(verify_bytes(text.bytes.data, text.bytes.len).verdict, RA_VERIFY_WHOLE);
	for (size_t i = 0; i < text.bytes.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			text.bytes.data[i] ^= (char)(1 << bit);
			if (i + 1 == text.bytes.len) /* the last LF: what stands before it was never finished */
				expect_incomplete(&text.bytes, text.count - 1,
						  (int64_t)(text.bytes.len - text.at[text.count - 1]));
			else
				expect_broken(&text.bytes, line_of(&text, i), "bit", i);
			text.bytes.data[i] ^= (char)(1 << bit);
		}
	ra_buf_free(&text.bytes);
}

static void every_length(void **state)
{
	struct text text = {0};

	load_sample(state, &text);
	for (size_t len = text.bytes.len; len-- > 0;) {
		int line = line_of(&text, len);

		text.bytes.len = len;
		expect_incomplete(&text.bytes, line, (int64_t)(len - text.at[line]));
	}
	ra_buf_free(&text.bytes);
}

static void every_byte_lost_or_doubled(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf got = {0};
	struct text text = {0};
	size_t len;

	load_sample(state, &text);
	len = text.bytes.len;
	for (size_t i = 0; i < len; i++) {
		int line = line_of(&text, i);
		bool at_lf = i + 1 == text.at[line + 1];

		ra_buf_reset(&got);
		assert_int_equal(ra_buf_add(&got, text.bytes.data, i), RA_OK);
		assert_int_equal(ra_buf_add(&got, text.bytes.data + i + 1, len - i - 1), RA_OK);
		if (i + 1 == len)
			expect_incomplete(&got, line, (int64_t)(len - 1 - text.at[line]));
		else
			expect_broken(&got, line, "lost byte", i);
		ra_buf_reset(&got);
		assert_int_equal(ra_buf_add(&got, text.bytes.data, i + 1), RA_OK);
		assert_int_equal(ra_buf_add(&got, text.bytes.data + i, len - i), RA_OK);
		expect_broken(&got, line + at_lf, "doubled byte", i); /* a second LF is an empty line of its own */
	}
	ra_buf_free(&text.bytes);
}

static void every_entry_lost_doubled_or_swapped(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf got = {0};
	struct text text = {0};

	load_sample(state, &text);
	for (int a = 0; a < text.count; a++)
		for (int b = a; b < text.count; b++) {
			ra_buf_reset(&got); /* a and b exchanged; the same one: doubled */
			for (int i = 0; i < text.count; i++) {
				add_line(&got, &text, i == a ? b : i == b ? a : i);
				if (i == a && a == b)
					add_line(&got, &text, a);
			}
			expect_broken(&got, a == b ? a + 1 : a, "swapped", (size_t)b);
			ra_buf_reset(&got); /* a to b lost */
			for (int i = 0; i < text.count; i++)
				if (i < a || i > b)
					add_line(&got, &text, i);
			if (b + 1 == text.count)
				expect_incomplete(&got, a, 0);
			else
				expect_broken(&got, a, "lost", (size_t)b);
		}
	ra_buf_free(&text.bytes);
}

/* A line with a right hash, whatever its body and openings say. */
static void forge(struct ra_buf *out, const char *body, const char *open, const char *tail)
{
	char hash[RA_SHA256_HEX_LEN];

	assert_int_equal(ra_sha256_hex(body, strlen(body), hash), RA_OK);
	assert_int_equal(ra_buf_printf(out, "{\"body\":%s,\"hash\":\"%s\",\"open\":[%s]%s\n", body, hash, open, tail),
			 RA_OK);
}

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define N32 "00000000000000000000000000000001"
#define HEAD "\"v\":1,\"seq\":0,\"prev\":\"" ZEROS "\",\"t\":\"2026-11-23T07:32:44Z\",\"kind\":\"k\""

/* First lines: body, openings, what follows the bracket of the openings; and the verdict. NULL: whole but for its end
 * entry. */
static const struct {
	const char *body, *open, *tail, *why;
} forged[] = {
    {"{" HEAD "}", "", "}", NULL},
    {"{ " HEAD " }", "", "}", NULL},
    {"{" HEAD "}", "", ",\"shown\":{}}", NULL},
    {"{" HEAD ",\"a\":{}}", "", "}", NULL},
    {"{" HEAD "}", "", ",\"shown\":1}", "has not the form"},
    {"{" HEAD "}", "", ",\"shown\":{},\"x\":{}}", "has not the form"},
    {"{" HEAD "}", "", ",\"x\":{}}", "has not the form"},
    {"{" HEAD "}", "", "} ", "has not the form"},
    {"{" HEAD "}", "", "}\r", "has not the form"},
    {"{" HEAD "}", "", "", "has not the form"},
    {"{" HEAD "}", " ", "}", "has not the form"},
    {"{" HEAD "}", "1", "}", "has not the form"},
    {"{" HEAD "}", "[1],", "}", "has not the form"},
    {"{" HEAD "}", ",[1]", "}", "has not the form"},
    {"[" HEAD "]", "", "}", "has not the form"},
    {"{" HEAD "} ", "", "}", "has not the form"},
    {"{" HEAD ",\"a\":]}", "", "}", "has not the form"},
    {"{" HEAD ",\"a\":[}]", "", "}", "JSON:1:"},
    {"{" HEAD ",\"a\":01}", "", "}", "JSON:1:"},
    {"{" HEAD ",\"a\":\"\xff\"}", "", "}", "JSON:1:"},
    {"{" HEAD ",\"a\":\"\\u0000\"}", "", "}", "JSON:1:"},
    {"{" HEAD ",\"v\":1}", "", "}", "JSON:1:"},
    {"{\"v\":2,\"seq\":0}", "", "}", "written in format 2, newer than the 1 this program reads"},
    {"{\"v\":0,\"seq\":0}", "", "}", "v is not a format number"},
    {"{\"v\":\"1\"}", "", "}", "v is not a format number"},
    {"{}", "", "}", "v is not a format number"},
    {"{\"v\":1,\"seq\":1}", "", "}", "seq is not 0"},
    {"{\"v\":1}", "", "}", "seq is not 0"},
    {"{\"v\":1,\"seq\":0,\"prev\":\"\"}", "", "}", "prev is not the hash"},
    {"{\"v\":1,\"seq\":0,\"prev\":0}", "", "}", "prev is not the hash"},
    {"{\"v\":1,\"seq\":0,\"prev\":\"" ZEROS "\",\"kind\":\"k\"}", "", "}", "t is not a time"},
    {"{\"v\":1,\"seq\":0,\"prev\":\"" ZEROS "\",\"kind\":\"k\",\"t\":\"2026-11-23 07:32:44Z\"}", "", "}",
     "t is not a time"},
    {"{\"v\":1,\"seq\":0,\"prev\":\"" ZEROS "\",\"kind\":\"k\",\"t\":\"2026-11-23T07:32:44+00:00\"}", "", "}",
     "t is not a time"},
    {"{\"v\":1,\"seq\":0,\"prev\":\"" ZEROS "\",\"kind\":\"k\",\"t\":\"2026-11-23T07:32:44.000Z\"}", "", "}",
     "t is not a time"},
    {"{\"v\":1,\"seq\":0,\"prev\":\"" ZEROS "\",\"kind\":\"k\",\"t\":\"2026-13-23T07:32:44Z\"}", "", "}",
     "t is not a time"},
    {"{\"v\":1,\"seq\":0,\"prev\":\"" ZEROS "\",\"t\":\"2026-11-23T07:32:44Z\"}", "", "}", "kind is not a name"},
    {"{\"v\":1,\"seq\":0,\"prev\":\"" ZEROS "\",\"t\":\"2026-11-23T07:32:44Z\",\"kind\":1}", "", "}",
     "kind is not a name"},
    {"{\"v\":1,\"seq\":0,\"prev\":\"" ZEROS "\",\"t\":\"2026-11-23T07:32:44Z\",\"kind\":\"end\"}", "", "}",
     "the end entry's count"},
    {"{\"v\":1,\"seq\":0,\"prev\":\"" ZEROS
     "\",\"t\":\"2026-11-23T07:32:44Z\",\"kind\":\"end\",\"count\":1,\"head\":\"" ZEROS "\"}",
     "", "}", "the end entry's count"},
    {"{\"v\":1,\"seq\":0,\"prev\":\"" ZEROS
     "\",\"t\":\"2026-11-23T07:32:44Z\",\"kind\":\"end\",\"count\":0,\"head\":\"\"}",
     "", "}", "the end entry's count"},
    {"{" HEAD ",\"$a\":1}", "", "}", "is not the body's to use"},
    {"{" HEAD ",\"a\":[{\"$w\":true}]}", "", "}", "is not the body's to use"},
    {"{" HEAD ",\"a\":{\"$c\":\"" ZEROS "\",\"b\":1}}", "", "}", "is not the body's to use"},
    {"{" HEAD ",\"a\":{\"$c\":\"00\"}}", "", "}", "is not the body's to use"},
    {"{" HEAD ",\"a\":{\"$c\":\"" ZEROS "\"}}", "", "}", NULL},
    {"{" HEAD "}", "[\"" N32 "\",1]", "}", "an opening belongs to no commitment"},
    {"{" HEAD ",\"a\":{\"$c\":\"" ZEROS "\"}}", "[\"" N32 "\",1]", "}", "an opening belongs to no commitment"},
};

static void forged_lines(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf got = {0};

	for (size_t i = 0; i < RA_LEN(forged); i++) {
		struct ra_verify found;

		ra_buf_reset(&got);
		forge(&got, forged[i].body, forged[i].open, forged[i].tail);
		found = verify_bytes(got.data, got.len);
		if (forged[i].why ? found.verdict != RA_VERIFY_BROKEN || !strstr(found.why, forged[i].why)
				  : found.verdict != RA_VERIFY_INCOMPLETE || found.count != 1)
			fail_msg("%s: verdict %d, %s", got.data, (int)found.verdict, found.why);
	}
}

/* Openings whose hash is that of the commitment, and which are still none. NULL: it is one. */
static const struct {
	const char *opening, *why;
} openings[] = {
    {"[\"" N32 "\",1]", NULL},
    {"[ \"" N32 "\" , {\"a\":[]} ]", NULL},
    {"[\"" N32 "\",{\"a\":{\"$c\":1}}]", "is not of the form"},
    {"[\"" N32 "\",[{\"$w\":true}]]", "is not of the form"},
    {"[\"" N32 "\"]", "is not of the form"},
    {"[]", "is not of the form"},
    {"[\"" N32 "\",1,2]", "is not of the form"},
    {"[1,1]", "is not of the form"},
    {"[\"0\",1]", "is not of the form"},
    {"[\"0000000000000000000000000000000G\",1]", "is not of the form"},
    {"[\"" N32 "0\",1]", "is not of the form"},
    {"{\"" N32 "\":1}", "has not the form"},
};

static void forged_openings(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf got = {0};

	for (size_t i = 0; i < RA_LEN(openings); i++) {
		char hash[RA_SHA256_HEX_LEN], body[512];
		struct ra_verify found;

		ra_buf_reset(&got);
		assert_int_equal(ra_sha256_hex(openings[i].opening, strlen(openings[i].opening), hash), RA_OK);
		snprintf(body, sizeof(body), "{" HEAD ",\"a\":{\"$c\":\"%s\"}}", hash);
		forge(&got, body, openings[i].opening, "}");
		found = verify_bytes(got.data, got.len);
		if (openings[i].why ? found.verdict != RA_VERIFY_BROKEN || !strstr(found.why, openings[i].why)
				    : found.verdict != RA_VERIFY_INCOMPLETE || found.withheld != 0)
			fail_msg("%s: verdict %d, %s", got.data, (int)found.verdict, found.why);
	}
}

/* Which of three openings stand in the line, in which order; and how many values are withheld (-1: broken). */
static void openings_dropped_or_moved(void **state)
{
	static const struct {
		const char *stand;
		int withheld;
	} cases[] = {{"012", 0}, {"01", 1},   {"02", 1},   {"12", 1},    {"0", 2},     {"1", 2},   {"2", 2},   {"", 3},
		     {"10", -1}, {"021", -1}, {"210", -1}, {"0012", -1}, {"0122", -1}, {"00", -1}, {"011", -1}};
	char open[3][64], hash[3][RA_SHA256_HEX_LEN], body[768], stand[256];
	RA_AUTO(ra_buf_free) struct ra_buf got = {0};

	for (int i = 0; i < 3; i++) {
		snprintf(open[i], sizeof(open[i]), "[\"%032x\",%d]", (unsigned)i, i);
		assert_int_equal(ra_sha256_hex(open[i], strlen(open[i]), hash[i]), RA_OK);
	}
	snprintf(body, sizeof(body),
		 "{" HEAD ",\"a\":{\"$c\":\"%s\"},\"b\":[{\"x\":{\"$c\":\"%s\"}}],\"c\":{\"$c\":\"%s\"}}", hash[0],
		 hash[1], hash[2]);
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_verify found;

		stand[0] = '\0';
		for (const char *at = cases[i].stand; *at; at++) {
			strcat(stand, at == cases[i].stand ? "" : ",");
			strcat(stand, open[*at - '0']);
		}
		ra_buf_reset(&got);
		forge(&got, body, stand, "}");
		found = verify_bytes(got.data, got.len);
		if (cases[i].withheld < 0)
			assert_int_equal(found.verdict, RA_VERIFY_BROKEN);
		else
			assert_int_equal(found.verdict, RA_VERIFY_INCOMPLETE);
		assert_int_equal(found.withheld, cases[i].withheld < 0 ? 0 : cases[i].withheld);
		assert_int_equal(found.redacted, cases[i].withheld > 0);
	}
}

/* What stands for a value without opening, and that nobody goes on with such a journal. */
static ra_err is_withheld(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	int *seen = payload;

	++*seen;
	assert_true(ra_json_bool(ra_json_get(entry->body, "a"), "$w", false));
	return RA_OK;
}

static void withheld_is_not_resumed(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf got = {0};
	const char *path = path_in(state, "redacted");
	struct ra_journal *journal;
	struct ra_verify found;
	struct ra_errs errs;
	int seen = 0;

	forge(&got, "{" HEAD ",\"a\":{\"$c\":\"" ZEROS "\"}}", "", "}");
	put(path, got.data, got.len);
	assert_int_equal(ra_journal_verify(path, is_withheld, &seen, &found, NULL), RA_OK);
	assert_int_equal(seen, 1);
	ra_errs_clear(&errs);
	assert_int_equal(ra_journal_open(path, NULL, NULL, &journal, &errs), RA_E_DENIED);
	assert_null(journal);

	ra_buf_reset(&got);
	forge(&got, "{" HEAD "}", "", ",\"shown\":{\"a\":\"***\"}}");
	put(path, got.data, got.len);
	assert_int_equal(ra_journal_open(path, NULL, NULL, &journal, &errs), RA_E_DENIED);
}

static void broken_is_not_opened_nor_touched(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf again = {0};
	const char *path = path_in(state, "broken");
	struct text text = {0};
	struct ra_journal *journal;
	struct ra_errs errs;

	load_sample(state, &text);
	text.bytes.data[text.at[2] + 20] ^= 1;
	text.bytes.len -= 3; /* a torn tail is not set aside either */
	put(path, text.bytes.data, text.bytes.len);
	ra_errs_clear(&errs);
	assert_int_equal(ra_journal_open(path, NULL, NULL, &journal, &errs), RA_E_BROKEN);
	assert_non_null(strstr(errs.text[0], "entry 2: "));
	get(path, &again);
	assert_int_equal(again.len, text.bytes.len);
	assert_memory_equal(again.data, text.bytes.data, again.len);
	assert_int_not_equal(access(path_in(state, "broken.torn"), F_OK), 0);
	ra_buf_free(&text.bytes);
}

/* The verdict does not depend on how the bytes arrive. */
static void any_pieces(void **state)
{
	struct text text = {0};

	load_sample(state, &text);
	text.bytes.data[text.at[3] + 9] ^= 2;
	for (size_t piece = 1; piece < 700; piece += piece < 5 ? 1 : 97) {
		struct ra_scan scan;
		struct ra_verify found;
		ra_err err = RA_OK;

		ra_scan_start(&scan, NULL, NULL);
		for (size_t at = 0; at < text.bytes.len && !err; at += piece) {
			size_t len = text.bytes.len - at < piece ? text.bytes.len - at : piece;

			err = ra_scan_feed(&scan, (struct ra_span){text.bytes.data + at, len}, NULL);
		}
		assert_int_equal(err, RA_E_BROKEN);
		ra_scan_result(&scan, &found);
		assert_int_equal(found.first_bad, 3);
		ra_scan_clear(&scan);
	}
	ra_buf_free(&text.bytes);
}

/* A line that never ends is bad, however much of it there is; memory stays that of one line. */
static void endless_line(void **state)
{
	static char zeros[1 << 16];
	struct ra_scan scan;
	ra_err err = RA_OK;
	int pieces = 0;

	ra_scan_start(&scan, NULL, NULL);
	while (!err && ++pieces < 1000)
		err = ra_scan_feed(&scan, (struct ra_span){zeros, sizeof(zeros)}, NULL);
	assert_int_equal(err, RA_E_BROKEN);
	assert_int_equal(pieces, (int)(RA_JOURNAL_LINE_MAX / sizeof(zeros)) + 1);
	assert_string_equal(scan.why, "entry 0: the line is longer than 8 MiB");
	ra_scan_clear(&scan);
}

static void old_journals_verify(void **state)
{
	static const struct {
		const char *name;
		enum ra_verdict verdict;
		int64_t count, withheld;
	} cases[] = {
	    {"journal-1.jsonl", RA_VERIFY_WHOLE, 9, 0},
	    {"journal-1-redacted.jsonl", RA_VERIFY_WHOLE, 9, 3},
	    {"journal-1-torn.jsonl", RA_VERIFY_INCOMPLETE, 8, 0},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		char path[512];
		struct ra_verify found;

		snprintf(path, sizeof(path), "%s/tests/unit/data/%s", unit_dir("RA_SRCDIR"), cases[i].name);
		found = verify_file(path);
		assert_string_equal(found.why, "");
		assert_int_equal(found.verdict, cases[i].verdict);
		assert_int_equal(found.count, cases[i].count);
		assert_int_equal(found.withheld, cases[i].withheld);
	}
}

/* One mutant of the sample in a file of its own, and what we think of it in the list of wanted lines. */
static void keep_mutant(void **state, int number, const struct ra_buf *bytes, FILE *wanted)
{
	struct ra_verify found = verify_bytes(bytes->data, bytes->len);
	char name[32];

	snprintf(name, sizeof(name), "mutants/%05d", number);
	put(path_in(state, name), bytes->data, bytes->len);
	fprintf(wanted, "%05d: ", number);
	if (found.verdict == RA_VERIFY_BROKEN)
		fprintf(wanted, "broken at entry %d\n", (int)found.first_bad);
	else
		fprintf(wanted, "%s\n", found.verdict == RA_VERIFY_WHOLE ? "whole" : "incomplete");
}

static int keep_mutants(void **state, FILE *wanted)
{
	RA_AUTO(ra_buf_free) struct ra_buf got = {0};
	struct text text = {0};
	int n = 0;

	load_sample(state, &text);
	keep_mutant(state, n++, &text.bytes, wanted);
	for (size_t i = 0; i < text.bytes.len; i += 3) {
		text.bytes.data[i] ^= (char)(1 << i % 7);
		keep_mutant(state, n++, &text.bytes, wanted);
		text.bytes.data[i] ^= (char)(1 << i % 7);
		ra_buf_reset(&got);
		assert_int_equal(ra_buf_add(&got, text.bytes.data, i), RA_OK);
		keep_mutant(state, n++, &got, wanted);
		assert_int_equal(ra_buf_add(&got, text.bytes.data + i + 1, text.bytes.len - i - 1), RA_OK);
		keep_mutant(state, n++, &got, wanted);
	}
	for (size_t i = 0; i < RA_LEN(forged); i++) {
		ra_buf_reset(&got);
		forge(&got, forged[i].body, forged[i].open, forged[i].tail);
		if (!strstr(got.data, "\\u0000")) /* the script takes Python's JSON, which allows U+0000 */
			keep_mutant(state, n++, &got, wanted);
	}
	ra_buf_free(&text.bytes);
	return n;
}

static void script_agrees(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf got = {0};
	RA_AUTO(ra_buf_free) struct ra_buf want = {0};
	char command[1024];
	FILE *wanted;

	if (system("python3 -c 'import sys; sys.exit(sys.version_info < (3, 7))' 2>/dev/null") != 0)
		skip();
	snprintf(command, sizeof(command), "mkdir %s", path_in(state, "mutants"));
	assert_int_equal(system(command), 0);
	wanted = fopen(path_in(state, "wanted"), "w");
	assert_non_null(wanted);
	assert_true(keep_mutants(state, wanted) > 1000);
	assert_int_equal(fclose(wanted), 0);
	snprintf(command, sizeof(command), "cd %s/mutants && python3 %s/tests/verify-journal.py * >../got",
		 (const char *)*state, unit_dir("RA_SRCDIR"));
	assert_int_equal(system(command), 0);
	get(path_in(state, "got"), &got);
	get(path_in(state, "wanted"), &want);
	assert_string_equal(got.data, want.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_bit),
	    cmocka_unit_test(every_length),
	    cmocka_unit_test(every_byte_lost_or_doubled),
	    cmocka_unit_test(every_entry_lost_doubled_or_swapped),
	    cmocka_unit_test(forged_lines),
	    cmocka_unit_test(forged_openings),
	    cmocka_unit_test(openings_dropped_or_moved),
	    cmocka_unit_test(withheld_is_not_resumed),
	    cmocka_unit_test(broken_is_not_opened_nor_touched),
	    cmocka_unit_test(any_pieces),
	    cmocka_unit_test(endless_line),
	    cmocka_unit_test(old_journals_verify),
	    cmocka_unit_test(script_agrees),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
