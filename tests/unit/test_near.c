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

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_nearest)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
