/* Which word is meant: the nearest of those there are, and none where all are others. */
#include "tests/unit/unit.h"

#include "base/near.h"
#include "base/own.h"

static const struct {
	const char *word, *ask;
} cases[] = {
    {"titel", "; is \"title\" meant?"}, /* neighbours swapped */
    {"titl", "; is \"title\" meant?"},  {"tittle", "; is \"title\" meant?"}, {"tutle", "; is \"title\" meant?"},
    {"nowehre-else", "; is \"nowhere-else\" meant?"},
    {"nohere-els", "; is \"nowhere-else\" meant?"},
    {"at", ""},  /* as far from "a" as it is long */
    {"colour", ""},
    {"", ""},
    {"0123456789012345678901234567890123456789012345678901234567890123456789", ""},
};

static void the_nearest(void **state)
{
	static const char *const words[] = {"title", "tittles", "nowhere-else", "a", NULL};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_near near = {.word = cases[i].word};
		char ask[128];

		for (size_t k = 0; k < RA_LEN(words); k++)
			ra_near_try(&near, words[k]);
		assert_string_equal(ra_near_ask(&near, ask, sizeof(ask)), cases[i].ask);
	}
}

static void how_far_apart(void **state)
{
	static const struct {
		const char *a, *b;
		size_t want;
	} pairs[] = {
		{"", "", 0},		     {"a", "", 1},	       {"", "ab", 2},	      {"txt", "txt", 0},	{"trustedbot", "trustedboot", 1},
		{"tursted", "trusted", 1}, {"kitten", "sitting", 3}, {"abcd", "badc", 2}, {"siblings", "sbilngs", 2},
	};

	for (size_t i = 0; i < RA_LEN(pairs); i++) {
		assert_int_equal(ra_near_distance(pairs[i].a, pairs[i].b), pairs[i].want);
		assert_int_equal(ra_near_distance(pairs[i].b, pairs[i].a), pairs[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_nearest), cmocka_unit_test(how_far_apart)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
