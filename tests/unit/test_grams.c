/* Words in bytes: against a search at every place, for generated words and texts, and for texts that end anywhere. */
#include "tests/unit/unit.h"

#include "base/grams.h"

#include <stdio.h>
#include <string.h>

/* The same numbers every time. */
static uint32_t roll(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static struct ra_grams *make(const char *const *words, size_t count)
{
	struct ra_grams *grams = NULL;
	struct ra_errs errs = {0};

	if (ra_grams_new(words, count, &grams, &errs))
		fail_msg("%s", errs.text[0]);
	return grams;
}

/* Occurrences by word and place. */
static unsigned char seen[64][512], wanted[64][512];

static void compare(const char *const *words, size_t count, const char *text, size_t len)
{
	struct ra_grams *grams = make(words, count);
	struct ra_grams_hunt hunt = {.bytes = text, .len = len};
	size_t word, where;

	memset(seen, 0, sizeof(seen));
	memset(wanted, 0, sizeof(wanted));
	while (ra_grams_next(grams, &hunt, &word, &where)) {
		assert_true(word < count && where < len);
		seen[word][where]++;
	}
	for (size_t w = 0; w < count; w++)
		for (size_t i = 0; i + strlen(words[w]) <= len; i++)
			wanted[w][i] = memcmp(text + i, words[w], strlen(words[w])) == 0;
	if (memcmp(seen, wanted, sizeof(seen)) != 0)
		fail_msg("%zu words in \"%.*s\": other than at every place", count, (int)len, text);
	ra_grams_free(grams);
}

static void test_generated(void **state)
{
	uint32_t seed = 7;

	for (int round = 0; round < 3000; round++) {
		char texts[8][40], text[256], *copy;
		const char *words[8];
		size_t count = 1 + roll(&seed) % 8, len = roll(&seed) % sizeof(text), letters = 1 + roll(&seed) % 3;

		for (size_t w = 0; w < count; w++) {
			size_t n = RA_GRAMS_WORD_MIN + roll(&seed) % (round & 1 ? 30 : 3);

			for (size_t i = 0; i < n; i++)
				texts[w][i] = (char)('a' + roll(&seed) % letters);
			texts[w][n] = '\0';
			words[w] = texts[w];
		}
		for (size_t i = 0; i < len; i++)
			text[i] = (char)('a' + roll(&seed) % letters);
		for (size_t w = 0; w < count && len; w++) { /* some stand there for certain, at the very end too */
			size_t n = strlen(words[w]), at = w ? roll(&seed) % len : len > n ? len - n : len;

			if (at + n <= len)
				memcpy(text + at, words[w], n);
		}
		copy = malloc(len ? len : 1); /* a read past the end is seen by the sanitizer */
		assert_non_null(copy);
		memcpy(copy, text, len);
		compare(words, count, copy, len);
		free(copy);
	}
}

static void test_every_offset(void **state)
{
	static const char *const words[] = {"\?\?\?-NTC", "Failed to load crypto64.efi", "load crypto64"};

	for (size_t lead = 0; lead < 64; lead++)
		for (size_t trail = 0; trail < 8; trail++) {
			char text[256];

			memset(text, '\0', sizeof(text));
			memset(text, '?', lead); /* words that overlap what stands before */
			memcpy(text + lead, "-NTCFailed to load crypto64.efi", 31);
			compare(words, 3, text, lead + 31 + trail);
		}
}

static void test_refused(void **state)
{
	static const char *const words[] = {"long enough", "short"};
	struct ra_grams *grams = NULL;
	struct ra_errs errs = {0};

	assert_int_equal(ra_grams_new(words, 2, &grams, &errs), RA_E_ARG);
	assert_null(grams);
	assert_non_null(strstr(errs.text[0], "\"short\": expected at least 6 bytes"));
	compare(words, 0, "nothing is looked for", 21);
	compare(words, 1, "", 0);
}

static void test_lines(void **state)
{
	char text[5000] = "";
	uint32_t seed = 3;

	for (size_t len = 0; len < sizeof(text); len += len < 80 ? 1 : 611) {
		size_t count = 0;

		for (size_t i = 0; i < len; i++) {
			text[i] = (char)(roll(&seed) % 3 ? roll(&seed) & 0xff : '\n');
			count += text[i] == '\n';
		}
		assert_int_equal(ra_count_lines(text, len), count);
	}
	memset(text, '\n', sizeof(text)); /* as many as fit into a lane, and more */
	assert_int_equal(ra_count_lines(text, sizeof(text)), sizeof(text));
	memset(text, '\n' | 0x80, sizeof(text));
	assert_int_equal(ra_count_lines(text, sizeof(text)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_generated),
	    cmocka_unit_test(test_every_offset),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
