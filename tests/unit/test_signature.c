/* Log signatures: seen, not seen, and every way in which not finding a line says nothing. */
#include "config.h"

#include "tests/unit/check_unit.h"

#include "base/pattern.h"

/* Lines to the letter (VMware KB 323610, 8.0 style by williamlam.com 2022/10), with times of their own. */
#define OLD "2026-03-01T00:00:00.000Z cpu0:1)boot\n"
#define SHA_67 "2026-03-02T00:30:00.123Z cpu24:2097931)WARNING: tpmDriver: TpmDriverInitImpl:307: TPM 2 SHA-256 PCR bank not found to be active.\n"
#define SHA_80 "2026-03-02T00:40:00Z In(182) vmkernel: tpmDriver: TpmDriverInitImpl:307: TPM 2 SHA-256 PCR bank not found to be active.\n"
#define VOBD_70 "2026-03-01T00:05:00.897Z: [UserLevelCorrelator] 410535559us: [vob.user.account.locked] Remote access is locked\n"
#define LITERAL_ONLY "2026-03-02T00:45:00Z In(182) vmkernel: somebody wrote: SHA-256 PCR bank not found\n"
#define HOSTD "2026-02-01T00:00:00.000Z info hostd[2099] [Originator@6876 sub=Hostsvc.Tpm20Provider] Tpm20Provider created.\n"

#define T(day, hour, minute) (CHECK_T0 + ((day) - 2) * 86400000LL + ((hour) - 1) * 3600000LL + (minute) * 60000LL)

struct sig_case {
	const char *title;
	const char *files; /* of the request */
	const char *out;
	const char *word;  /* of sig.sha, "" when it must not come at all */
	ra_utc_ms covers_from, last_seen; /* 0: none */
	enum ra_reason failed;
	int status;
	bool partial, truncated;
};

static const struct sig_case cases[] = {
	{.title = "seen, 6.7", .files = "\"vmkernel\"", .out = OLD SHA_67, .word = "known:yes", .covers_from = T(1, 0, 0), .last_seen = T(2, 0, 30) + 123},
	{.title = "seen, vobd of 7.0", .files = "\"vmkernel\"", .out = VOBD_70 SHA_80, .word = "known:yes", .covers_from = T(1, 0, 5) + 897, .last_seen = T(2, 0, 40)},
	{.title = "seen, 8.0", .files = "\"vmkernel\"", .out = OLD SHA_80, .word = "known:yes", .covers_from = T(1, 0, 0), .last_seen = T(2, 0, 40)},
	{.title = "seen twice: the last", .files = "\"vmkernel\"", .out = OLD SHA_67 SHA_80, .word = "known:yes", .covers_from = T(1, 0, 0), .last_seen = T(2, 0, 40)},
	{.title = "seen twice, out of order: the later time", .files = "\"vmkernel\"", .out = OLD SHA_80 SHA_67, .word = "known:yes", .last_seen = T(2, 0, 40)},
	{.title = "not seen", .files = "\"vmkernel\"", .out = OLD, .word = "known:no", .covers_from = T(1, 0, 0)},
	{.title = "literal alone is not the line", .files = "\"vmkernel\"", .out = OLD LITERAL_ONLY, .word = "known:no", .covers_from = T(1, 0, 0)},
	{.title = "marked file", .files = "\"vmkernel\"", .out = "==> vmkernel <==\n" OLD, .word = "known:no", .covers_from = T(1, 0, 0)},
	{.title = "the file of the signature tells how far back", .files = "\"vmkernel\",\"hostd\"", .out = "==> vmkernel <==\n" OLD "==> hostd <==\n" HOSTD, .word = "known:no", .covers_from = T(1, 0, 0)},
	{.title = "a line in another file is not it", .files = "\"vmkernel\",\"hostd\"", .out = "==> vmkernel <==\n" OLD "==> hostd <==\n" HOSTD SHA_80, .word = "known:no", .covers_from = T(1, 0, 0)},
	{.title = "the file is empty", .files = "\"vmkernel\",\"hostd\"", .out = "==> vmkernel <==\n==> hostd <==\n" HOSTD, .word = "truncated"},
	{.title = "the file is not in the answer", .files = "\"vmkernel\",\"hostd\"", .out = "==> hostd <==\n" HOSTD, .word = "truncated"},
	{.title = "several files and no marks, not seen", .files = "\"vmkernel\",\"hostd\"", .out = OLD HOSTD, .word = "truncated"},
	{.title = "several files and no marks, seen", .files = "\"vmkernel\",\"hostd\"", .out = OLD SHA_80, .word = "known:yes", .last_seen = T(2, 0, 40)},
	{.title = "a mark twice", .files = "\"vmkernel\",\"hostd\"", .out = "==> vmkernel <==\n" OLD "==> vmkernel <==\n" OLD "==> hostd <==\n" HOSTD, .word = "truncated"},
	{.title = "marks out of order", .files = "\"vmkernel\",\"hostd\"", .out = "==> hostd <==\n" HOSTD "==> vmkernel <==\n" OLD, .word = "truncated"},
	{.title = "something before the first mark", .files = "\"vmkernel\",\"hostd\"", .out = "x\n==> vmkernel <==\n" OLD "==> hostd <==\n" HOSTD, .word = "truncated"},
	{.title = "no file of the signature", .files = "\"hostd\"", .out = HOSTD SHA_80, .word = ""},
	{.title = "no line tells its time", .files = "\"vmkernel\"", .out = "boot\nup\n", .word = "truncated"},
	{.title = "seen in a line without time", .files = "\"vmkernel\"", .out = "tpmDriver: A:1: TPM 2 SHA-256 PCR bank not found to be active.\n", .word = "known:yes"},
	{.title = "seen in an entry's second line", .files = "\"vmkernel\"", .out = OLD "  tpmDriver: A:1: TPM 2 SHA-256 PCR bank not found to be active.\n", .word = "known:yes", .covers_from = T(1, 0, 0), .last_seen = T(1, 0, 0)},
	{.title = "cut short, not seen", .files = "\"vmkernel\"", .out = OLD, .word = "truncated", .partial = true},
	{.title = "cut at the cap, not seen", .files = "\"vmkernel\"", .out = OLD, .word = "truncated", .truncated = true},
	{.title = "cut short, seen", .files = "\"vmkernel\"", .out = OLD SHA_80, .word = "known:yes", .last_seen = T(2, 0, 40), .partial = true},
	{.title = "the clock was set back between, not seen", .files = "\"vmkernel\"", .out = OLD "2020-01-01T00:00:00Z In(182) vmkernel: up\n", .word = "truncated"},
	{.title = "seen where the clock was set back: no word on the boot", .files = "\"vmkernel\"", .out = OLD "2020-01-01T00:00:00Z In(182) vmkernel: cpu1:1)tpmDriver: A:1: TPM 2 SHA-256 PCR bank not found to be active.\n", .word = "known:yes", .last_seen = INT64_C(1577836800000)},
	{.title = "the command said no", .files = "\"vmkernel\"", .out = OLD, .word = "truncated", .status = 1},
	{.title = "timed out", .files = "\"vmkernel\"", .out = "", .word = "timeout", .failed = RA_TIMEOUT, .partial = true},
	{.title = "not reached", .files = "\"vmkernel\"", .out = "", .word = "unreachable", .failed = RA_UNREACHABLE, .partial = true},
	{.title = "an empty answer", .files = "\"vmkernel\"", .out = "", .word = "truncated"},
};

struct fixture {
	struct ra_signature items[1];
	struct ra_signatures all;
	cJSON *logs;
};

static void make(struct fixture *fixture, const char *logs)
{
	memset(fixture, 0, sizeof(*fixture));
	fixture->logs = cJSON_Parse(logs);
	fixture->items[0] = (struct ra_signature){.id = "sha", .literal = "SHA-256 PCR bank not found", .logs = fixture->logs};
	assert_int_equal(ra_pattern_compile("tpmDriver: \\w+:\\d+: TPM 2 SHA-256 PCR bank not found to be active", &fixture->items[0].pattern, NULL), RA_OK);
	fixture->all = (struct ra_signatures){fixture->items, 1};
}

static void drop(struct fixture *fixture)
{
	ra_pattern_free(fixture->items[0].pattern);
	cJSON_Delete(fixture->logs);
}

static struct ra_check *log_check(const char *files, const char *more)
{
	char text[512], line[1024];
	struct ra_check *check;

	snprintf(text, sizeof(text),
		 "{\"format\":1,\"id\":\"k\",\"title\":\"t\",\"why\":\"w\",\"planes\":[{\"via\":\"ssh\",\"log\":{\"files\":[%s]%s},\"parse\":\"signatures\"}]}", files, more);
	if (check_from(text, &check, line))
		fail_msg("%s", line);
	return check;
}

static void test_cases(void **state)
{
	struct fixture fixture;

	make(&fixture, "[\"vmkernel\"]");
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		const struct sig_case *c = &cases[i];
		struct ra_check *check = log_check(c->files, ",\"since_boot\":true");
		struct ra_plane_answer answer = answer_of(c->out);
		struct ra_found found;
		char word[256] = "";

		answer.failed = c->failed;
		answer.status = c->status;
		answer.complete = !c->partial;
		answer.truncated = c->truncated;
		assert_int_equal(ra_extract_facts(check, &check->planes[0], &fixture.all, &answer, &found), RA_OK);
		if (found.count)
			obs_word(&found.obs[0], word);
		if (strcmp(word, c->word) != 0)
			fail_msg("%s: %s, expected %s", c->title, word, c->word);
		if (found.count && found.obs[0].reason == RA_KNOWN) {
			ra_utc_ms covers = found.obs[0].covers_from > 0 ? found.obs[0].covers_from : 0;
			ra_utc_ms last = found.obs[0].last_seen > 0 ? found.obs[0].last_seen : 0;

			assert_string_equal(found.obs[0].name, "sig.sha");
			if (covers != c->covers_from || last != c->last_seen)
				fail_msg("%s: covers %lld, last %lld", c->title, (long long)(covers - CHECK_T0), (long long)(last - CHECK_T0));
		}
		ra_found_free(&found);
		ra_check_free(check);
	}
	drop(&fixture);
}

/* A signature of two files needs both, and the one that reaches back less far says how far. */
static void test_two_files(void **state)
{
	static const struct { const char *files, *out, *word; ra_utc_ms covers_from; } rows[] = {
		{"\"vmkernel\",\"hostd\"", "==> vmkernel <==\n" OLD "==> hostd <==\n" HOSTD, "known:no", T(1, 0, 0)},
		{"\"hostd\",\"vmkernel\"", "==> hostd <==\n" HOSTD "==> vmkernel <==\n" OLD, "known:no", T(1, 0, 0)},
		{"\"vmkernel\"", OLD, "truncated", 0},
		{"\"hostd\"", HOSTD SHA_80, "known:yes", 0},
	};
	struct fixture fixture;

	make(&fixture, "[\"vmkernel\",\"hostd\"]");
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_check *check = log_check(rows[i].files, "");
		struct ra_plane_answer answer = answer_of(rows[i].out);
		struct ra_found found;
		char word[256];

		assert_int_equal(ra_extract_facts(check, &check->planes[0], &fixture.all, &answer, &found), RA_OK);
		assert_int_equal(found.count, 1);
		assert_string_equal(obs_word(&found.obs[0], word), rows[i].word);
		assert_true(!rows[i].covers_from || found.obs[0].covers_from == rows[i].covers_from);
		assert_true(found.obs[0].last_seen <= 0); /* since_boot was not asked for: an old line counts */
		ra_found_free(&found);
		ra_check_free(check);
	}
	drop(&fixture);
}

/* A log made to hurt: one line of a megabyte, and a literal in every line without a time. */
static void test_hostile(void **state)
{
	struct fixture fixture;
	struct ra_check *check = log_check("\"vmkernel\"", ",\"since_boot\":true");
	size_t len = 1 << 20, at;
	char *bytes = malloc(len);
	struct ra_found found;

	make(&fixture, "[\"vmkernel\"]");
	for (int round = 0; round < 2; round++) {
		struct ra_plane_answer answer = answer_of("");

		memset(bytes, 'x', len);
		for (at = 0; at + 40 < len; at += 40) {
			memcpy(bytes + at, "SHA-256 PCR bank not found", 26);
			if (round)
				bytes[at + 39] = '\n';
		}
		answer.out = bytes;
		answer.out_len = len;
		assert_int_equal(ra_extract_facts(check, &check->planes[0], &fixture.all, &answer, &found), RA_OK);
		assert_int_equal(found.count, 1);
		assert_int_not_equal(found.obs[0].reason, RA_KNOWN);
		ra_found_free(&found);
	}
	free(bytes);
	ra_check_free(check);
	drop(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_two_files),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
