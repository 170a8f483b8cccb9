/* The known lines of the tree's flow set: each is recognised, and nothing else is, however a log of its place dresses it. */
#include "config.h"

#include "tests/unit/unit.h"

#include "flow/known.h"

#include <stdio.h>
#include <string.h>

static int load(void **state)
{
	char dir[512];
	const char *dirs[] = {dir, NULL};
	struct ra_flow_sources sources = {.dirs = dirs, .trust_anyone = true};
	struct ra_flowset *set = NULL;
	struct ra_errs errs = {0};

	snprintf(dir, sizeof(dir), "%s/flows", unit_dir("RA_SRCDIR"));
	if (ra_flowset_load(&sources, &set, &errs))
		fail_msg("%s", errs.text[0]);
	*state = set;
	return 0;
}

static int drop(void **state)
{
	ra_flowset_free(*state);
	return 0;
}

static void feed(struct ra_known *known, const char *bytes, size_t len)
{
	while (len) {
		size_t room, n;
		char *at = ra_known_room(known, &room);

		n = len < room ? len : room;
		memcpy(at, bytes, n);
		assert_int_equal(ra_known_took(known, n), RA_OK);
		bytes += n;
		len -= n;
	}
}

/* Read a file of this text. Owner: the caller frees. */
static struct ra_known *read_text(const struct ra_flowset *set, const char *text)
{
	struct ra_known *known = NULL;
	struct ra_known_file file;

	assert_int_equal(ra_known_new(set, &known, NULL), RA_OK);
	feed(known, text, strlen(text));
	assert_int_equal(ra_known_end(known, &file), RA_OK);
	return known;
}

/* The ids found in a text are these, in their order. */
static void expect(const struct ra_flowset *set, const char *text, const char *ids)
{
	RA_AUTO(ra_known_free) struct ra_known *known = read_text(set, text);
	const struct ra_known_line *lines;
	size_t count = ra_known_lines(known, &lines), len = 0;
	char found[1024] = "";

	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(found + len, sizeof(found) - len, "%s%s", i ? " " : "", lines[i].signature->id);
	if (strcmp(found, ids) != 0)
		fail_msg("\"%s\": found \"%s\", expected \"%s\"", text, found, ids);
}

/* How lines of a place are dressed: a sample's own begin is taken off first. */
static const struct {
	unsigned places;
	const char *before, *after;
} styles[] = {
    {~0u, "", ""},
    {~0u, "", "\r\n"},
    {~0u, "first\n", "\nlast\n"},
    {1u << RA_LINE_LOG, "2021-03-04T05:06:07.123Z cpu24:2097931)", "\n"},
    {1u << RA_LINE_LOG, "2022-10-19T05:40:26Z In(182) vmkernel: cpu3:1048709)", "\n"},
    {1u << RA_LINE_LOG, "2022-10-19T05:40:26.077Z Wa(180) vmkwarning: cpu3:1048709)", "\n"},
    {1u << RA_LINE_LOG, "2021-03-04T05:06:07.123Z info hostd[2099] ", " --> \n"},
    {1u << RA_LINE_LOG, "2022-10-19T05:40:26.077Z In(166) Hostd[1049]: info hostd[1049] ", "\n"},
    {1u << RA_LINE_EVENT, "2021-03-04T05:06:07.897Z: [UserLevelCorrelator] 410535559us: ", "\n"},
    {1u << RA_LINE_EVENT, "2022-10-19T05:40:26.077Z In(14) vobd[1048]: [GenericCorrelator] 4105us: ", "\n"},
    {1u << RA_LINE_EVENT, "10/19/2022, 5:40:26 AM,Warning,\"", "\",esx01.lab.example\n"},
    {1u << RA_LINE_CONSOLE, "\x1b[31m", "\x1b[0m\n"},
    {1u << RA_LINE_COMMAND, "  ", "  \n"},
    {1u << RA_LINE_BMC, "2022-10-19 05:40:26 UEFI0046 Critical ", "\n"},
};

static const char *bare(const char *sample)
{
	const char *at = strstr(sample, "vmkernel: ");

	return at ? at + strlen("vmkernel: ") : sample;
}

static void test_every_sample(void **state)
{
	const struct ra_signatures *all = ra_flowset_signatures(*state);
	size_t tried = 0;

	for (size_t i = 0; i < all->count; i++) {
		expect(*state, all->items[i].sample, all->items[i].id);
		for (size_t s = 0; s < RA_LEN(styles); s++) {
			char text[1024];

			if (!(all->items[i].places & styles[s].places))
				continue;
			snprintf(text, sizeof(text), "%s%s%s", styles[s].before, bare(all->items[i].sample), styles[s].after);
			expect(*state, text, all->items[i].id);
			tried++;
		}
	}
	assert_true(tried > 300);
}

/* The number behind a function's name is another in every build. */
static void test_other_builds(void **state)
{
	const struct ra_signatures *all = ra_flowset_signatures(*state);
	size_t tried = 0;

	for (size_t i = 0; i < all->count; i++) {
		char text[1024];
		size_t len = 0;
		bool number = false;

		if (!(all->items[i].places & 1u << RA_LINE_LOG))
			continue;
		for (const char *at = bare(all->items[i].sample); *at; at++) {
			size_t digits = at[0] == ':' && at[1] ? strspn(at + 1, "0123456789") : 0;

			if (at[0] == ':' && at[1] == ' ' && strspn(at + 2, "0123456789"))
				digits = strspn(at + 2, "0123456789") + 1;
			text[len++] = *at;
			if (digits && at[digits + 1] == ':') {
				len += (size_t)snprintf(text + len, sizeof(text) - len, "%s98765", at[1] == ' ' ? " " : "");
				at += digits;
				number = true;
			}
		}
		text[len] = '\0';
		expect(*state, text, all->items[i].id);
		tried += number;
	}
	assert_int_equal(tried, 10); /* those of the drivers */
}

/* What the walk and the people of a shift rely on. */
static void test_table(void **state)
{
	static const struct {
		const char *line, *id, *cause;
		enum ra_line_weight weight;
	} rows[] = {
	    {"TPM 2 device detected, but a connection cannot be established", "text-connection", NULL, RA_LINE_FAIL},
	    {"Host Secure Boot was disabled", "message-secure-boot-off", "secure-boot-off", RA_LINE_FAIL},
	    {"Host secure boot was disabled", "message-secure-boot-off", "secure-boot-off", RA_LINE_FAIL},
	    {"The new host TPM endorsement key doesn't match the one stored in the DB", "message-new-endorsement-key", "new-endorsement-key", RA_LINE_FAIL},
	    {"Unable to restore the system configuration. A security violation was detected. https://via.example", "console-security-violation", NULL, RA_LINE_FAIL},
	    {"https://via.vmw.com/recovery-failed", "console-link", NULL, RA_LINE_NOTE},
	    {"UEFI0073: Unable to boot Disk...because of the Secure Boot policy", "console-boot-policy", "unsigned-at-boot", RA_LINE_FAIL},
	    {"Failed to verify signatures of the following vibs (3)", "console-vibs", "unsigned-at-boot", RA_LINE_FAIL},
	    {"TPM Type: \?\?\?-NTC", "bmc-tpm-lost", NULL, RA_LINE_FAIL},
	    {"\"tpmLogReliable\": false", "log-not-reliable", NULL, RA_LINE_NOTE},
	    {"Unable to get the encryption mode and policy.", "command-mode-unknown", "tpm-hung", RA_LINE_FAIL},
	    {"  Internal failure  ", "message-internal-failure", NULL, RA_LINE_WARN},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_known_free) struct ra_known *known = read_text(*state, rows[i].line);
		const struct ra_known_line *line;

		expect(*state, rows[i].line, rows[i].id);
		assert_int_equal(ra_known_lines(known, &line), 1);
		assert_int_equal(line->signature->weight, rows[i].weight);
		assert_string_equal(line->cause ? line->cause->id : "", rows[i].cause ? rows[i].cause : "");
	}
}

static void test_not_known(void **state)
{
	static const char *const lines[] = {
	    "",
	    "2021-03-04T05:06:07.123Z cpu24:2097931)tpmDriver: TpmDriverInitImpl:310: TPM 2 SHA-256 PCR bank found.",
	    "somebody wrote: TPM 2 SHA-256 PCR bank not found to be active",
	    "Task failed: Internal failure of the backup agent",
	    "\"tpmLogReliable\": true",
	    "VMB_TPM: 99: Unsupported 'startMethod': 6",
	    "the host is attested",
	};

	for (size_t i = 0; i < RA_LEN(lines); i++)
		expect(*state, lines[i], "");
}

/* Places, times, how often, the order of what was found. */
static void test_places(void **state)
{
	static const char first[] = "x\n2026-03-01T00:00:00Z In(182) vmkernel: tpmDriver: Tpm2CheckInterface:616: Continuing on best effort basis using the 2.0 protocol.\n"
				    "TPM Encryption Recovery Key Backup Alarm\n";
	static const char second[] = "2026-03-02T00:00:00Z In(182) vmkernel: VMB_TPM: 99: Unsupported 'startMethod': 7\n\n\n"
				     "VMB_TPM: 99: Unsupported 'startMethod': 7 encryptionRecoveryKey=123456-123456\x1b[1m\n"
				     "TPM Encryption Recovery Key Backup Alarm";
	RA_AUTO(ra_known_free) struct ra_known *known = NULL;
	struct ra_known_file file;
	const struct ra_known_line *lines;

	assert_int_equal(ra_known_new(*state, &known, NULL), RA_OK);
	feed(known, first, strlen(first));
	assert_int_equal(ra_known_end(known, &file), RA_OK);
	assert_int_equal(file.lines, 3);
	feed(known, second, strlen(second));
	assert_int_equal(ra_known_end(known, &file), RA_OK);
	assert_int_equal(file.lines, 5);
	assert_int_equal(file.bytes, strlen(second));
	assert_int_equal(ra_known_lines(known, &lines), 3);
	assert_string_equal(lines[0].signature->id, "start-method-7");
	assert_int_equal(lines[0].count, 2);
	assert_int_equal(lines[0].first.file, 1);
	assert_int_equal(lines[0].first.line, 1);
	assert_true(lines[0].first.at == INT64_C(1772409600000));
	assert_int_equal(lines[0].last.line, 4);
	assert_true(lines[0].last.at == RA_UTC_NONE);
	assert_string_equal(lines[1].signature->id, "alarm-key-backup");
	assert_int_equal(lines[1].first.file, 0);
	assert_int_equal(lines[1].last.file, 1);
	assert_int_equal(lines[1].last.line, 5);
	assert_string_equal(lines[2].signature->id, "interface-best-effort");
}

/* The line that is shown: no key, no control character, not more than fits. */
static void test_shown(void **state)
{
	char text[3 * RA_KNOWN_SHOWN] = "Failed to load crypto64.efi \x1b[2J encryptionRecoveryKey=123456-123456 ";
	size_t len = strlen(text);
	const struct ra_known_line *line;

	{
		RA_AUTO(ra_known_free) struct ra_known *known = read_text(*state, text);

		assert_int_equal(ra_known_lines(known, &line), 1);
		assert_string_equal(line->sample, "Failed to load crypto64.efi <1b>[2J encryptionRecoveryKey=[removed] ");
		assert_false(line->cut);
	}
	for (size_t at = len; at + 2 < sizeof(text); at += 2)
		memcpy(text + at, "\xc3\xa4", 2);
	RA_AUTO(ra_known_free) struct ra_known *known = read_text(*state, text);

	assert_int_equal(ra_known_lines(known, &line), 1);
	assert_true(line->cut);
	assert_null(strstr(line->sample, "<c3>")); /* no half character at the end */
	assert_true(strlen(line->sample) <= RA_KNOWN_SHOWN + 16);
}

/* Of a line that does not fit, what stands around the literal. */
static void test_shown_around(void **state)
{
	static char text[8000];
	const struct ra_known_line *line;

	memset(text, 'x', sizeof(text) - 1);
	memcpy(text + 6000, "Failed to load crypto64.efi", 27);
	for (size_t at = 4000; at < 6000; at += 2)
		memcpy(text + at, "\xc3\xa4", 2);
	RA_AUTO(ra_known_free) struct ra_known *known = read_text(*state, text);

	assert_int_equal(ra_known_lines(known, &line), 1);
	assert_true(line->cut);
	assert_non_null(strstr(line->sample, "\xc3\xa4" "Failed to load crypto64.efixxx"));
	assert_null(strstr(line->sample, "<a4>"));
}

/* A key that a part of a long line cuts, too short there to be told from a number. */
static void test_cut_key(void **state)
{
	static char text[9000];
	const struct ra_known_line *line;

	memset(text, ' ', sizeof(text) - 1);
	memcpy(text + 8192, "7890-123456 Failed to load crypto64.efi", 39);
	memcpy(text + 8192 - 17, "123456-234567-345", 17);
	RA_AUTO(ra_known_free) struct ra_known *known = read_text(*state, text);

	assert_int_equal(ra_known_lines(known, &line), 1);
	assert_true(line->cut);
	assert_memory_equal(line->sample, " Failed to load", 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_sample), cmocka_unit_test(test_other_builds), cmocka_unit_test(test_table),
	    cmocka_unit_test(test_not_known),    cmocka_unit_test(test_places),       cmocka_unit_test(test_shown),
	    cmocka_unit_test(test_shown_around), cmocka_unit_test(test_cut_key),
	};

	return cmocka_run_group_tests(tests, load, drop);
}
