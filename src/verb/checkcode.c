#include "config.h"

#include "verb/checkcode.h"

#include <string.h>

/* The results each level of --fail-on counts. */
static const struct level {
	const char *name;
	bool fail, unknown, warn;
} levels[] = {
	{"fail", true, false, false},
	{"warn", true, false, true},
	{"unknown", true, true, true},
	{"never", false, false, false},
};

static const struct level *level_of(const struct ra_options *options)
{
	for (size_t i = 0; options->fail_on && i < RA_LEN(levels); i++)
		if (!strcmp(levels[i].name, options->fail_on))
			return &levels[i];
	return NULL;
}

ra_err ra_check_options(const struct ra_options *options, struct ra_errs *errs)
{
	if (options->fail_on && !level_of(options))
		return ra_fail(errs, RA_E_ARG, "--fail-on is fail, warn, unknown or never, not \"%s\"", options->fail_on);
	if (options->exit_style && strcmp(options->exit_style, "nagios"))
		return ra_fail(errs, RA_E_ARG, "--exit-style is nagios, not \"%s\"", options->exit_style);
	if (options->parallel < 1 || options->parallel > RA_HUB_PARALLEL_MAX)
		return ra_fail(errs, RA_E_ARG, "--parallel is at least 1 and at most %d, not %d", RA_HUB_PARALLEL_MAX, options->parallel);
	return RA_OK;
}

/* Codes from the one that outranks all to the mildest. */
static size_t rank(int code)
{
	static const int order[] = {RA_EXIT_INTERNAL, RA_EXIT_CANTWRITE, RA_EXIT_INVALID, RA_EXIT_UNREACHED, RA_EXIT_UNVERIFIED,
				    RA_EXIT_FAIL, RA_EXIT_UNKNOWN, RA_EXIT_WARN, RA_EXIT_STOPPED, RA_EXIT_OK};

	for (size_t i = 0; i < RA_LEN(order); i++)
		if (order[i] == code)
			return i;
	return 0;
}

/* One host's code, without what the level does not count. */
static int counted(const struct level *level, const struct ra_check_result *result, int code)
{
	if (!level || (code != RA_EXIT_FAIL && code != RA_EXIT_UNKNOWN && code != RA_EXIT_WARN))
		return code;
	if ((code == RA_EXIT_FAIL && level->fail) || (code == RA_EXIT_UNKNOWN && level->unknown))
		return code;
	return level->warn && result->warns ? RA_EXIT_WARN : RA_EXIT_OK;
}

int ra_check_code(const struct ra_options *options, const struct ra_check_result *results, size_t count)
{
	const struct level *level = level_of(options);
	int code = RA_EXIT_OK;
	size_t unreached = 0;

	for (size_t i = 0; i < count; i++)
		unreached += results[i].code == RA_EXIT_UNREACHED;
	for (size_t i = 0; i < count; i++) {
		int own = results[i].code;

		if (own == RA_EXIT_UNREACHED && unreached < count)
			own = RA_EXIT_UNKNOWN;
		own = counted(level, &results[i], own);
		if (rank(own) < rank(code))
			code = own;
	}
	return code;
}

int ra_check_styled(const struct ra_options *options, int code)
{
	if (!options->exit_style || strcmp(options->exit_style, "nagios"))
		return code;
	return code == RA_EXIT_OK || code == RA_EXIT_STOPPED ? 0 : code == RA_EXIT_WARN ? 1 : code == RA_EXIT_FAIL ? 2 : 3;
}
