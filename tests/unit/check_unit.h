/* check_unit.h - small helpers of the tests of check/: a check from its text, an answer, what was found.
 * Invariants: times are seconds after CHECK_T0 on the session's clock. */
#ifndef RA_TESTS_CHECK_UNIT_H
#define RA_TESTS_CHECK_UNIT_H

#include "tests/unit/unit.h"

#include "check/check.h"

#include <stdio.h>
#include <string.h>

#define CHECK_T0 INT64_C(1772413200000) /* 2026-03-02T01:00:00Z */

/* Load a check from text. Out: the error; *out NULL with it; line (of 1024 bytes) the sentences. */
static inline ra_err check_from(const char *text, struct ra_check **out, char *line)
{
	struct ra_errs errs;
	struct ra_json *doc = NULL;
	ra_err err;

	ra_errs_clear(&errs);
	*out = NULL;
	err = ra_json_parse("checks/x.json", text, strlen(text), NULL, &doc, &errs);
	if (!err)
		err = ra_check_load(doc, out, &errs);
	ra_errs_line(&errs, line, 1024);
	return err;
}

/* A whole answer without fault. */
static inline struct ra_plane_answer answer_of(const char *out)
{
	return (struct ra_plane_answer){
		.complete = true,
		.out = out,
		.out_len = strlen(out),
		.err = "",
		.sent = CHECK_T0,
		.came = CHECK_T0 + 1000,
	};
}

/* "known:text" or the reason's name, into word (of 256 bytes). */
static inline const char *obs_word(const struct ra_obs *obs, char *word)
{
	char *text = obs->reason == RA_KNOWN ? ra_value_text(&obs->value) : NULL;

	snprintf(word, 256, "%s%s%s", ra_reason_name(obs->reason), text ? ":" : "", text ? text : "");
	free(text);
	return word;
}

#endif
