/* Openings of large answers in JOURNAL.evidence: they read back the same, missing is withheld, different is broken, and no
 * failure of that file is a failure of the chain. */
#include "tests/unit/journal_make.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define REPLY "{\"check\":\"c\",\"out\":[{\"$e\":\"one\"},{\"$e\":\"t\\\"wo\"}],\"facts\":[{\"value\":{\"$s\":true}}],\"err\":[{\"$e\":\"\"}]}"
#define REPLY_VALUES 3 /* of them in its piece */

/* All that may go away does. */
static struct ra_journal *begin(const char *path)
{
	static unsigned nonce;
	struct ra_journal *journal;

	nonce = 0;
	assert_int_equal(ra_journal_create(path, &journal, NULL), RA_OK);
	ra_journal_set_nonce(journal, numbered_nonce, &nonce);
	journal->inline_max = 0;
	return journal;
}

/* Three entries of which the second and the third have pieces, and the end. Always the same bytes. */
static void make_pieces(const char *path)
{
	struct ra_journal *journal = begin(path);

	append(journal, T0, "k", "{\"a\":{\"$s\":1}}");
	append(journal, T0, "reply", REPLY);
	append(journal, T0, "reply", "{\"out\":[{\"$e\":\"three\"}]}");
	end(journal, T0, "stopped");
	ra_journal_free(journal);
}

static const char *evidence_of(void **state, const char *name)
{
	char beside[64];

	snprintf(beside, sizeof(beside), "%s%s", name, RA_JOURNAL_EVIDENCE);
	return path_in(state, beside);
}

static void expect(const char *path, enum ra_verdict verdict, int64_t first_bad, int64_t missing, const char *what, size_t at)
{
	struct ra_verify found = verify_file(path);

	if (found.verdict != verdict || found.first_bad != first_bad || found.missing != missing || found.redacted ||
	    found.withheld != missing)
		fail_msg("%s at %zu: verdict %d, first bad %d (wanted %d), missing %d (wanted %d), withheld %d, why: %s", what, at,
			 (int)found.verdict, (int)found.first_bad, (int)first_bad, (int)found.missing, (int)missing,
			 (int)found.withheld, found.why);
}

struct seen {
	char *body[8];
	int count;
};

static ra_err see(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	struct seen *seen = payload;

	(void)errs;
	assert_true(seen->count < 8);
	seen->body[seen->count++] = ra_json_print(entry->body);
	return RA_OK;
}

static void forget(struct seen *seen)
{
	while (seen->count)
		free(seen->body[--seen->count]);
}

/* What a reader sees is the same wherever the openings stand, but for the member that says where. */
static void it_reads_back(void **state)
{
	const char *path = path_in(state, "back"), *beside = evidence_of(state, "back");
	RA_AUTO(ra_buf_free) struct ra_buf line = {0};
	RA_AUTO(ra_buf_free) struct ra_buf piece = {0};
	struct seen seen = {{0}, 0};
	struct ra_verify found;
	struct stat st;

	make_pieces(path);
	get(path, &line);
	get(beside, &piece);
	assert_int_equal(stat(beside, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_null(strstr(line.data, "one"));
	assert_string_equal(piece.data, "[[\"00000000000000000000000000000002\",\"one\"],[\"00000000000000000000000000000003\",\"t\\\"wo\"],"
					"[\"00000000000000000000000000000005\",\"\"]]\n[[\"00000000000000000000000000000006\",\"three\"]]\n");
	assert_int_equal(ra_journal_verify(path, see, &seen, &found, NULL), RA_OK);
	assert_int_equal(found.verdict, RA_VERIFY_WHOLE);
	assert_int_equal(found.withheld, 0);
	assert_non_null(strstr(seen.body[1], "\"err\":[\"\"],\"evidence\":{\"at\":0,\"len\":130,\"count\":3,\"sha256\":\""));
	assert_non_null(strstr(seen.body[1], "\"check\":\"c\",\"out\":[\"one\",\"t\\\"wo\"],\"facts\":[{\"value\":true}],\"err\":[\"\"],"));
	assert_non_null(strstr(seen.body[2], "\"out\":[\"three\"],"));
	forget(&seen);
}

/* The limit is that of one entry's openings; what may not go stays, however large. */
static void only_large_ones_go(void **state)
{
	static const struct {
		size_t len;
		const char *mark;
		bool goes;
	} cases[] = {{RA_JOURNAL_INLINE_MAX - 1000, "$e", false}, {RA_JOURNAL_INLINE_MAX, "$e", true}, {RA_JOURNAL_INLINE_MAX * 2, "$s", false}};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		char name[16];
		RA_AUTO(ra_mem_free) char *text = calloc(1, cases[i].len + 1);
		cJSON *body = cJSON_CreateObject(), *mark = cJSON_AddObjectToObject(body, "out");
		struct ra_journal *journal;
		struct ra_entry entry;

		snprintf(name, sizeof(name), "large%zu", i);
		memset(text, 'x', cases[i].len);
		assert_non_null(cJSON_AddStringToObject(mark, cases[i].mark, text));
		assert_int_equal(ra_journal_create(path_in(state, name), &journal, NULL), RA_OK);
		assert_int_equal(ra_journal_append(journal, T0, "reply", body, &entry, NULL), RA_OK);
		assert_string_equal(ra_json_str(entry.body, "out", ""), text);
		ra_entry_clear(&entry);
		end(journal, T0, "stopped");
		ra_journal_free(journal);
		assert_int_equal(access(evidence_of(state, name), F_OK) == 0, cases[i].goes);
		expect(path_in(state, name), RA_VERIFY_WHOLE, -1, 0, "large", i);
	}
}

/* Without a file the largest answer is an entry as well. */
static void in_memory(void **state)
{
	size_t len = 16u << 20;
	RA_AUTO(ra_mem_free) char *text = calloc(1, len + 1);
	cJSON *body = cJSON_CreateObject(), *mark = cJSON_AddObjectToObject(body, "out");
	struct ra_journal *journal;
	struct ra_entry entry;

	(void)state;
	memset(text, '"', len); /* every byte of it is escaped */
	assert_non_null(cJSON_AddStringToObject(mark, "$e", text));
	assert_int_equal(ra_journal_create(NULL, &journal, NULL), RA_OK);
	assert_int_equal(ra_journal_append(journal, T0, "reply", body, &entry, NULL), RA_OK);
	assert_int_equal(strlen(ra_json_str(entry.body, "out", "")), len);
	ra_entry_clear(&entry);
	append(journal, T0, "reply", REPLY);
	ra_journal_free(journal);
}

static void every_bit(void **state)
{
	const char *path = path_in(state, "bit"), *beside = evidence_of(state, "bit");
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	size_t second;

	make_pieces(path);
	get(beside, &bytes);
	second = (size_t)(strchr(bytes.data, '\n') - bytes.data) + 1;
	for (size_t i = 0; i < bytes.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			bytes.data[i] ^= (char)(1 << bit);
			put(beside, bytes.data, bytes.len);
			expect(path, RA_VERIFY_BROKEN, i < second ? 1 : 2, 0, "bit", i);
			bytes.data[i] ^= (char)(1 << bit);
		}
}

static void every_length(void **state)
{
	const char *path = path_in(state, "cut"), *beside = evidence_of(state, "cut");
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	struct ra_journal *journal;
	struct ra_errs errs;
	size_t second;

	make_pieces(path);
	get(beside, &bytes);
	second = (size_t)(strchr(bytes.data, '\n') - bytes.data) + 1;
	for (size_t len = 0; len < bytes.len; len++) {
		put(beside, bytes.data, len);
		expect(path, RA_VERIFY_WHOLE, -1, len < second ? REPLY_VALUES + 1 : 1, "cut", len);
		ra_errs_clear(&errs);
		/* Writing behind a piece that is half there would make it another one. */
		if (len > 0) {
			assert_int_equal(ra_journal_open(path, NULL, NULL, &journal, &errs), RA_E_STATE);
			assert_non_null(strstr(errs.text[0], "cut" RA_JOURNAL_EVIDENCE));
		}
	}
}

static void swapped_and_lost(void **state)
{
	const char *path = path_in(state, "swap"), *beside = evidence_of(state, "swap");
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	RA_AUTO(ra_buf_free) struct ra_buf other = {0};
	size_t second;

	make_pieces(path);
	get(beside, &bytes);
	second = (size_t)(strchr(bytes.data, '\n') - bytes.data) + 1;
	assert_int_equal(ra_buf_add(&other, bytes.data + second, bytes.len - second), RA_OK);
	assert_int_equal(ra_buf_add(&other, bytes.data, second), RA_OK);
	put(beside, other.data, other.len);
	expect(path, RA_VERIFY_BROKEN, 1, 0, "swapped", 0);
	assert_int_equal(unlink(beside), 0);
	expect(path, RA_VERIFY_WHOLE, -1, REPLY_VALUES + 1, "lost", 0);
	memset(bytes.data, 0, second);
	put(beside, bytes.data, bytes.len);
	expect(path, RA_VERIFY_WHOLE, -1, REPLY_VALUES, "hole", 0);
	bytes.data[second - 1] = '\n';
	put(beside, bytes.data, bytes.len);
	expect(path, RA_VERIFY_BROKEN, 1, 0, "no hole", 0);
	assert_int_equal(unlink(beside), 0);
	assert_int_equal(symlink("/dev/null", beside), 0);
	struct ra_verify found;

	assert_int_equal(ra_journal_verify(path, NULL, NULL, &found, NULL), RA_E_IO);
}

/* Without its evidence a session goes on, and what it writes then stands where no old piece is looked for. */
static void it_goes_on_without(void **state)
{
	const char *path = path_in(state, "on"), *beside = evidence_of(state, "on");
	struct ra_journal *journal;
	struct seen seen = {{0}, 0};
	struct ra_verify found;

	make_pieces(path);
	assert_int_equal(unlink(beside), 0);
	assert_int_equal(ra_journal_open(path, see, &seen, &journal, NULL), RA_OK);
	assert_non_null(strstr(seen.body[1], "\"out\":[{\"$w\":true},{\"$w\":true}],\"facts\":[{\"value\":true}]"));
	forget(&seen);
	journal->inline_max = 0;
	append(journal, T0, "reply", "{\"out\":[{\"$e\":\"new\"}]}");
	end(journal, T0, "stopped");
	ra_journal_free(journal);
	expect(path, RA_VERIFY_WHOLE, -1, REPLY_VALUES + 1, "gone on", 0);
	assert_int_equal(ra_journal_verify(path, see, &seen, &found, NULL), RA_OK);
	assert_non_null(strstr(seen.body[4], "\"out\":[\"new\"]"));
	forget(&seen);
	assert_int_equal(ra_journal_open(path, NULL, NULL, &journal, NULL), RA_OK);
	ra_journal_free(journal);
}

/* The process died behind the piece and before its line: what it left is nobody's, and stays. */
static void a_piece_without_line(void **state)
{
	const char *path = path_in(state, "died"), *beside = evidence_of(state, "died");
	struct ra_journal *journal;
	FILE *file;

	make_pieces(path);
	file = fopen(beside, "ab");
	fputs("[[\"left", file);
	fclose(file);
	expect(path, RA_VERIFY_WHOLE, -1, 0, "left", 0);
	assert_int_equal(ra_journal_open(path, NULL, NULL, &journal, NULL), RA_OK);
	journal->inline_max = 0;
	append(journal, T0, "reply", REPLY);
	end(journal, T0, "stopped");
	ra_journal_free(journal);
	expect(path, RA_VERIFY_WHOLE, -1, 0, "behind what was left", 0);
}

/* In a child: the disk takes only so many bytes of the evidence. Out: 0 when all was told. */
static int piece_past_limit(const char *path, const char *beside)
{
	struct ra_journal *journal;
	struct ra_entry entry;
	struct rlimit limit;
	struct ra_errs errs;
	struct stat before, after;

	ra_errs_clear(&errs);
	signal(SIGXFSZ, SIG_IGN);
	if (ra_journal_open(path, NULL, NULL, &journal, NULL) || stat(beside, &before))
		return 100;
	journal->inline_max = 0;
	limit.rlim_cur = limit.rlim_max = (rlim_t)before.st_size + 20;
	if (setrlimit(RLIMIT_FSIZE, &limit))
		return 101;
	if (ra_journal_append(journal, T0, "reply", cJSON_Parse(REPLY), &entry, &errs) != RA_E_IO || entry.body ||
	    !strstr(errs.text[errs.count - 1], RA_JOURNAL_EVIDENCE))
		return 102;
	if (ra_journal_append(journal, T0, "k", cJSON_CreateObject(), &entry, NULL) != RA_E_STATE)
		return 103;
	ra_journal_free(journal);
	return stat(beside, &after) || after.st_size != before.st_size ? 104 : 0;
}

static void no_room(void **state)
{
	const char *path = path_in(state, "room"), *beside = evidence_of(state, "room");
	int status;
	pid_t pid;

	make_pieces(path);
	fflush(NULL);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0)
		_exit(piece_past_limit(path, beside));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	expect(path, RA_VERIFY_WHOLE, -1, 0, "no room", 0);
}

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define PIECE(at, len, count) "{\"at\":" at ",\"len\":" len ",\"count\":" count ",\"sha256\":\"" ZEROS "\"}"

/* What a body can say of a piece, and whether it is one (that is missing). */
static void forged_members(void **state)
{
	static const struct {
		const char *member;
		bool good;
	} cases[] = {
	    {PIECE("0", "3", "1"), true},
	    {PIECE("7", "41943040", "1"), true},
	    {PIECE("-1", "3", "1"), false},
	    {PIECE("0", "0", "1"), false},
	    {PIECE("0", "41943041", "1"), false},
	    {PIECE("0", "3", "0"), false},
	    {PIECE("1073741824", "3", "1"), false},
	    {"{}", false},
	    {"1", false},
	    {"null", false},
	    {"{\"at\":0,\"len\":3,\"count\":1,\"sha256\":\"\"}", false},
	    {"{\"at\":0,\"len\":3,\"count\":1,\"sha256\":\"" ZEROS "\",\"x\":1}", false},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		char body[512], hash[RA_SHA256_HEX_LEN], line[1024];
		struct ra_verify found;

		snprintf(body, sizeof(body),
			 "{\"v\":1,\"seq\":0,\"prev\":\"" ZEROS "\",\"t\":\"2026-11-23T07:32:44Z\",\"kind\":\"k\",\"evidence\":%s,\"a\":{\"$c\":\"" ZEROS "\"}}",
			 cases[i].member);
		assert_int_equal(ra_sha256_hex(body, strlen(body), hash), RA_OK);
		snprintf(line, sizeof(line), "{\"body\":%s,\"hash\":\"%s\",\"open\":[]}\n", body, hash);
		found = verify_bytes(line, strlen(line));
		if ((found.verdict == RA_VERIFY_INCOMPLETE) != cases[i].good || (cases[i].good && found.missing != 1))
			fail_msg("%s: verdict %d, missing %d, %s", cases[i].member, (int)found.verdict, (int)found.missing, found.why);
	}
}

/* A copy whose small values were dropped is a redacted one, whatever else is missing. */
static void missing_is_not_redacted(void **state)
{
	const char *path = path_in(state, "redacted");
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	struct ra_journal *journal;
	struct ra_errs errs;
	char *open;

	make_pieces(path);
	assert_int_equal(unlink(evidence_of(state, "redacted")), 0);
	get(path, &bytes);
	open = strstr(bytes.data, "[[\"00000000000000000000000000000004\",true]]");
	assert_non_null(open);
	memmove(open + 1, open + 42, strlen(open + 42) + 1);
	put(path, bytes.data, strlen(bytes.data));
	struct ra_verify found = verify_file(path);

	assert_int_equal(found.verdict, RA_VERIFY_WHOLE);
	assert_int_equal(found.withheld, REPLY_VALUES + 2);
	assert_true(found.redacted);
	ra_errs_clear(&errs);
	assert_int_equal(ra_journal_open(path, NULL, NULL, &journal, &errs), RA_E_DENIED);
}

/* A journal of this format is kept, and keeps verifying. */
static void kept_journal(void **state)
{
	char path[512];

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/unit/data/journal-1-evidence.jsonl", unit_dir("RA_SRCDIR"));
	expect(path, RA_VERIFY_WHOLE, -1, 0, "kept", 0);
	assert_int_equal(verify_file(path).count, 4);
}

static void ask_script(void **state, FILE *list, const char *name, const char *want)
{
	fprintf(list, "%s: %s\n", path_in(state, name), want);
}

/* The script of the manual gives the same verdicts. */
static void script_agrees(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	RA_AUTO(ra_buf_free) struct ra_buf want = {0};
	RA_AUTO(ra_buf_free) struct ra_buf got = {0};
	char command[1024], name[32];
	FILE *list;

	if (system("python3 -c 'import sys; sys.exit(sys.version_info < (3, 7))' 2>/dev/null") != 0)
		skip();
	list = fopen(path_in(state, "wanted"), "w");
	make_pieces(path_in(state, "s-whole"));
	ask_script(state, list, "s-whole", "whole");
	get(evidence_of(state, "s-whole"), &bytes);
	for (size_t i = 0; i < bytes.len; i += 7) {
		snprintf(name, sizeof(name), "s-bit-%03zu", i);
		make_pieces(path_in(state, name));
		bytes.data[i] ^= (char)(1 << i % 7);
		put(evidence_of(state, name), bytes.data, bytes.len);
		bytes.data[i] ^= (char)(1 << i % 7);
		ask_script(state, list, name, memchr(bytes.data, '\n', i) ? "broken at entry 2" : "broken at entry 1");
		snprintf(name, sizeof(name), "s-cut-%03zu", i);
		make_pieces(path_in(state, name));
		put(evidence_of(state, name), bytes.data, i);
		ask_script(state, list, name, "whole");
	}
	assert_int_equal(fclose(list), 0);
	snprintf(command, sizeof(command), "cd %s && sed 's/: .*//' wanted | xargs python3 %s/tests/verify-journal.py >got",
		 (const char *)*state, unit_dir("RA_SRCDIR"));
	assert_int_equal(system(command), 0);
	get(path_in(state, "wanted"), &want);
	get(path_in(state, "got"), &got);
	assert_string_equal(got.data, want.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_reads_back),	   cmocka_unit_test(only_large_ones_go),
	    cmocka_unit_test(in_memory),	   cmocka_unit_test(every_bit),
	    cmocka_unit_test(every_length),	   cmocka_unit_test(swapped_and_lost),
	    cmocka_unit_test(it_goes_on_without),  cmocka_unit_test(a_piece_without_line),
	    cmocka_unit_test(no_room),		   cmocka_unit_test(forged_members),
	    cmocka_unit_test(missing_is_not_redacted), cmocka_unit_test(kept_journal),
	    cmocka_unit_test(script_agrees),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
