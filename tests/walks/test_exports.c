/* What leaves the program of a walk: what is known about the server stands with the directions and in every document, and no forbidden
 * word stands in either; all documents keep one order. With RA_EXPORTS naming a directory what programs read is written there
 * (check-reports.sh). */
#include "config.h"

#include "base/io.h"
#include "base/pattern.h"
#include "report/parts.h"
#include "tests/unit/unit.h"
#include "tests/walks/walker.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATTERNS_MAX 128
static struct ra_pattern *never[PATTERNS_MAX];
static char words[PATTERNS_MAX][64];
static size_t never_count;

static void learn(const char *word)
{
	char pattern[256] = "";
	bool capitals = true;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	assert_true(never_count < PATTERNS_MAX && strlen(word) < sizeof(words[0]));
	for (const char *at = word; *at; at++)
		capitals = capitals && !islower((unsigned char)*at);
	snprintf(pattern, sizeof(pattern), "%s(?<!\\w)\\Q%s\\E(?!\\w)", capitals ? "" : "(?i)", word);
	strcpy(words[never_count], word);
	if (ra_pattern_compile(pattern, &never[never_count++], &errs))
		fail_msg("%s", errs.text[0]);
}

static int load_words(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	const char *tree = getenv("RA_SRCDIR");
	const cJSON *term, *word;
	char path[512];

	snprintf(path, sizeof(path), "%s/flows/glossary.json", tree ? tree : ".");
	assert_int_equal(ra_read_file(path, &bytes, NULL), RA_OK);
	assert_int_equal(ra_json_parse(path, bytes.data, bytes.len, NULL, &doc, NULL), RA_OK);
	cJSON_ArrayForEach(term, ra_json_get(ra_json_root(doc), "terms"))
		cJSON_ArrayForEach(word, ra_json_get(term, "never")) learn(word->valuestring);
	return never_count > 20 ? 0 : -1;
}

static int free_words(void **state)
{
	while (never_count)
		ra_pattern_free(never[--never_count]);
	return 0;
}

static void obeys(const char *where, const char *text)
{
	for (size_t i = 0; i < never_count; i++) {
		bool found = true;

		assert_int_equal(ra_pattern_find(never[i], text, strlen(text), 0, &found, NULL), RA_OK);
		if (found)
			fail_msg("%s says \"%s\"", where, words[i]);
	}
}

static char *rendered(const struct ra_view *view, const char *format)
{
	struct ra_buf out = {0};

	assert_int_equal(ra_report_format(format)->render(view, &out), RA_OK);
	return ra_buf_take(&out);
}

static const char *const demos[] = {"secure-boot-off", "sha1-bank", "sealed-without-key", "cleared-sealed",
				    "security-violation", "stale-alarm", "healthy", "reconnect-cures",
				    "left-disconnected", "not-responding", "planes-disagree", "no-record", "ssh-off"};

/* The evidence is what machines said: it is not in the brief text, and is left out of the others by a view without it. */
static void test_exports_obey_the_glossary(void **state)
{
	static const char *const formats[] = {"text", "txt", "md", "html", "json", "junit"};

	for (size_t i = 0; i < RA_LEN(demos); i++) {
		struct walker w = {0};

		walker_begin(&w, demos[i], NULL, false);
		struct ra_view *view = walker_run(&w);

		for (size_t k = 0; k < RA_LEN(formats); k++) {
			RA_AUTO(ra_mem_free) char *text = rendered(view, formats[k]);

			obeys(demos[i], text);
		}
		ra_view_free(view);
		walker_end(&w);
	}
}

/* The step's screen, and the document of the whole walk. */
static void test_what_is_known_is_shown(void **state)
{
	static const struct {
		const char *demo, *step, *shown[4], *heading, *line;
	} rows[] = {
	    {"sha1-bank",
	     "set-sha256",
	     {"About this server: Where TPM Security is Off, two starts are needed",
	      "About this server: Dell keeps the settings for TPM PPI Disabled.", "While Intel(R) TXT is On, TPM2 Algorithm Selection stands at SHA256",
	      "Change the TPM's PCR bank: What was sealed to the values of one bank may not open"},
	     "About this server: Dell PowerEdge 14G",
	     "  Two starts from Off to SHA256: Where TPM Security is Off, two starts are needed"},
	    {"secure-boot-off",
	     "enable-secure-boot",
	     {"About this server: Secure Boot cannot be chosen while Boot Mode is BIOS", "Switch Secure Boot on: A component without a signature", NULL},
	     "About this server: Dell PowerEdge 15G",
	     "  What keeps Secure Boot locked: "},
	    {"security-violation",
	     "restore-settings",
	     {"About this server: UEFI before v2.02", "imm.TpmTcmPolicyLock is Disabled", NULL},
	     "About this server: Lenovo ThinkSystem",
	     "  TPM policy after a board replacement: A replacement board comes with imm.TpmTcmPolicy undefined"},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct walker w = {0};
		struct ra_view *view = NULL;

		walker_begin(&w, rows[i].demo, NULL, false);
		walker_until(&w, rows[i].step);
		assert_int_equal(ra_session_view(w.session, false, &view, NULL), RA_OK);
		for (size_t k = 0; k < RA_LEN(rows[i].shown) && rows[i].shown[k]; k++)
			if (!strstr(view->prompt.text, rows[i].shown[k]))
				fail_msg("%s: \"%s\" is not on the screen: %s", rows[i].demo, rows[i].shown[k], view->prompt.text);
		ra_view_free(view);
		view = walker_run(&w);
		RA_AUTO(ra_mem_free) char *text = rendered(view, "txt");
		RA_AUTO(ra_mem_free) char *json = rendered(view, "json");

		if (!strstr(text, rows[i].heading) || !strstr(text, rows[i].line))
			fail_msg("%s: the document does not say it: %s", rows[i].demo, text);
		assert_non_null(strstr(json, "\"quirks\""));
		ra_view_free(view);
		walker_end(&w);
	}
}

/* Where no directions were come to, nothing is said about the maker's servers. */
static void test_no_directions_no_quirks(void **state)
{
	struct walker w = {0};

	walker_begin(&w, "healthy", NULL, false);
	struct ra_view *view = walker_run(&w);
	RA_AUTO(ra_mem_free) char *text = rendered(view, "txt");
	RA_AUTO(ra_mem_free) char *json = rendered(view, "json");

	assert_int_equal(view->quirk_count, 0);
	assert_null(strstr(text, "About this server"));
	assert_null(strstr(json, "\"quirks\""));
	ra_view_free(view);
	walker_end(&w);
}

/* The sources that disagree on TXT stand side by side in every document, below the check, which says that they do. */
static void test_txt_is_disputed(void **state)
{
	static const char lines[] =
	    "  INFO     Intel TXT: TXT is off; the sources disagree on whether it should be, so it is recorded and left [vCenter]\n"
	    "           VMware blog of June 2018, Configuring TPM 2.0 on a 6.7 ESXi host: off, with ESXi 6.7 and a TPM 2.0\n"
	    "           Dell 000218542 and 000172501: on, for the servers these articles are about\n"
	    "           KB 397211: from ESXi 6.7 on it is generally ignored where there is a TPM 2.0\n"
	    "           KB 425234: on, the host cannot use Quick Boot\n"
	    "           Dell defect 190996: on, with a TPM 2.0, ESXi 6.7 U3 and BIOS 1.3.7, a PowerEdge stopped before ESXi (UEFI0046, "
	    "SEC0044)\n";
	struct walker w = {0};
	size_t seen = 0;

	walker_begin_check(&w, "healthy", NULL);
	struct ra_view *view = walker_run(&w);
	RA_AUTO(ra_mem_free) char *text = rendered(view, "text");
	RA_AUTO(ra_mem_free) char *json = rendered(view, "json");

	assert_non_null(strstr(text, lines));
	assert_non_null(strstr(json, "\"disputed\""));
	for (size_t i = 0; i < view->fact_count; i++) {
		bool txt = !strcmp(view->facts[i].name, "host.txt");

		assert_int_equal(view->facts[i].disputed.count, txt ? 5 : 0);
		seen += txt;
	}
	assert_int_equal(seen, 1);
	ra_view_free(view);
	walker_end(&w);
}

/* The headings of a document as places in the one order of all, each once. Out: count. */
static size_t headings(const char *text, const char *before, const char *after, int *places, size_t cap)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, before)); at++) {
		const char *title = at + strlen(before);

		if (*before == '<')
			title = strchr(title, '>') + 1;
		for (int i = 0; i < RA_SECTION_COUNT && count < cap; i++) {
			const char *heading = ra_report_heading((enum ra_section)i);
			size_t len = strlen(heading) - (i == RA_SECTION_ABOUT ? 2 : 0);

			if (!strncmp(title, heading, len) && (i == RA_SECTION_ABOUT || !strncmp(title + len, after, strlen(after))))
				places[count++] = i;
		}
	}
	return count;
}

/* One order everywhere: of one walk each document has the same sections, one after the other as the table has them. */
static void test_one_order(void **state)
{
	static const struct {
		const char *format, *before, *after;
	} rows[] = {{"md", "\n## ", "\n\n"}, {"txt", "\n\n", "\n--"}, {"html", "<h2 id=", "</h2>"}};
	static const char *const walked[] = {"cleared-sealed", "secure-boot-off", "no-record"};

	for (size_t i = 0; i < RA_LEN(walked); i++) {
		struct walker w = {0};
		int first[RA_SECTION_COUNT * 2] = {0};
		size_t first_count = 0;

		walker_begin(&w, walked[i], NULL, false);
		struct ra_view *view = walker_run(&w);

		for (size_t k = 0; k < RA_LEN(rows); k++) {
			RA_AUTO(ra_mem_free) char *text = rendered(view, rows[k].format);
			int places[RA_SECTION_COUNT * 2];
			size_t count = headings(text, rows[k].before, rows[k].after, places, RA_LEN(places));

			for (size_t n = 1; n < count; n++)
				if (places[n] <= places[n - 1])
					fail_msg("%s, %s: \"%s\" stands behind \"%s\"", walked[i], rows[k].format,
						 ra_report_heading((enum ra_section)places[n]), ra_report_heading((enum ra_section)places[n - 1]));
			/* The page has the signs among the causes. */
			for (size_t n = 0; n < count; n++)
				if (places[n] == RA_SECTION_SIGNS)
					memmove(places + n, places + n + 1, (--count - n) * sizeof(*places));
			if (!k)
				first_count = count;
			if (count != first_count || (k && memcmp(places, first, count * sizeof(*places)) != 0))
				fail_msg("%s: %s has %zu sections, md %zu", walked[i], rows[k].format, count, first_count);
			memcpy(first, places, count * sizeof(*places));
		}
		assert_true(first_count >= 6);
		ra_view_free(view);
		walker_end(&w);
	}
}

static void test_written(void **state)
{
	const char *dir = getenv("RA_EXPORTS");
	static const char *const formats[] = {"json", "junit"};

	for (size_t i = 0; i < RA_LEN(demos) && dir; i++) {
		struct walker w = {0};

		walker_begin(&w, demos[i], NULL, false);
		struct ra_view *view = walker_run(&w);

		for (size_t k = 0; k < RA_LEN(formats); k++) {
			RA_AUTO(ra_mem_free) char *text = rendered(view, formats[k]);
			char path[512];

			snprintf(path, sizeof(path), "%s/walk-%s.%s", dir, demos[i], formats[k]);
			assert_int_equal(ra_write_file(path, 0600, text, strlen(text), NULL), RA_OK);
		}
		ra_view_free(view);
		walker_end(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_exports_obey_the_glossary),
	    cmocka_unit_test(test_what_is_known_is_shown),
	    cmocka_unit_test(test_no_directions_no_quirks),
	    cmocka_unit_test(test_txt_is_disputed),
	    cmocka_unit_test(test_one_order),
	    cmocka_unit_test(test_written),
	};

	return cmocka_run_group_tests(tests, load_words, free_words);
}
