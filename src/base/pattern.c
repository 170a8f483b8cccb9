#include "config.h"

#define PCRE2_CODE_UNIT_WIDTH 8

#include "base/pattern.h"
#include "base/clock.h"

#include <pcre2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_PER_FIND 100000000u /* about a second: PCRE2 counts steps per start, so a start gets its share */
#define STEPS_PER_START_MAX 1000000u
#define STEPS_PER_START_LONG 100000u /* where time bounds the sum */
#define DEPTH_MAX 50000u
#define HEAP_KIB_MAX (32u * 1024)
#define STARTS_PER_SLICE 1024 /* between two looks at the clock */
#define TIME_MAX_MS 1000
#define TEXT_SHOWN_MAX 120

struct ra_pattern {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
};

/* Without auto-possessification every run of bytes counts its steps, so a quadratic pattern meets the step limit
 * instead of hiding in long uncounted runs. */
#define OPTIONS                                                                                                        \
	(PCRE2_MULTILINE | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT |      \
	 PCRE2_NO_AUTO_POSSESS)

static ra_err fail_compile(struct ra_errs *errs, const char *text, int code, size_t at)
{
	PCRE2_UCHAR words[160];

	if (pcre2_get_error_message(code, words, sizeof(words)) < 0)
		words[0] = '\0';
	return ra_fail(errs, code == PCRE2_ERROR_NOMEMORY ? RA_E_NOMEM : RA_E_INVALID,
		       "pattern \"%.*s\": %s (at byte %zu)", TEXT_SHOWN_MAX, text, (const char *)words, at);
}

static ra_err compile(struct ra_pattern *pattern, const char *text, struct ra_errs *errs)
{
	pcre2_compile_context *how = pcre2_compile_context_create(NULL);
	size_t at = 0;
	int code = PCRE2_ERROR_NOMEMORY;

	if (how) {
		pcre2_set_newline(how, PCRE2_NEWLINE_ANYCRLF);
		pcre2_set_max_pattern_length(how, RA_PATTERN_TEXT_MAX);
		pattern->code = pcre2_compile((PCRE2_SPTR)text, strlen(text), OPTIONS, &code, &at, how);
	}
	pcre2_compile_context_free(how);
	return pattern->code ? RA_OK : fail_compile(errs, text, code, at);
}

static ra_err prepare(struct ra_pattern *pattern, const char *text, struct ra_errs *errs)
{
	uint32_t groups = 0;

	if (pcre2_pattern_info(pattern->code, PCRE2_INFO_CAPTURECOUNT, &groups) != 0 || groups >= RA_PATTERN_GROUPS_MAX)
		return ra_fail(errs, RA_E_INVALID,
			       "pattern \"%.*s\": expected at most %d groups, found %u (use (?:...))", TEXT_SHOWN_MAX,
			       text, RA_PATTERN_GROUPS_MAX - 1, (unsigned)groups);
	pattern->data = pcre2_match_data_create(RA_PATTERN_GROUPS_MAX, NULL);
	pattern->limits = pcre2_match_context_create(NULL);
	if (!pattern->data || !pattern->limits)
		return ra_fail(errs, RA_E_NOMEM, "pattern \"%.*s\": not enough memory", TEXT_SHOWN_MAX, text);
	pcre2_set_depth_limit(pattern->limits, DEPTH_MAX);
	pcre2_set_heap_limit(pattern->limits, HEAP_KIB_MAX);
	return RA_OK;
}

ra_err ra_pattern_compile(const char *text, struct ra_pattern **out, struct ra_errs *errs)
{
	RA_AUTO(ra_pattern_free) struct ra_pattern *pattern = calloc(1, sizeof(*pattern));
	ra_err err;

	*out = NULL;
	if (!pattern)
		return ra_fail(errs, RA_E_NOMEM, "pattern \"%.*s\": not enough memory", TEXT_SHOWN_MAX, text);
	err = compile(pattern, text, errs);
	if (!err)
		err = prepare(pattern, text, errs);
	if (err)
		return err;
	*out = pattern;
	pattern = NULL;
	return RA_OK;
}

static uint32_t steps_per_start(size_t starts)
{
	size_t share;

	if (starts > RA_PATTERN_PURE_LEN)
		return STEPS_PER_START_LONG;
	share = STEPS_PER_FIND / (starts + 1);
	return share > STEPS_PER_START_MAX ? STEPS_PER_START_MAX : (uint32_t)share;
}

/* The offset where the slice that begins at from ends. A CR LF is not split: PCRE2 would take its middle for a line
 * end of its own. */
static size_t slice_end(const char *subject, size_t len, size_t from)
{
	size_t end;

	if (len - from <= RA_PATTERN_PURE_LEN)
		return len + 1;
	end = from + STARTS_PER_SLICE;
	return end < len && subject[end - 1] == '\r' && subject[end] == '\n' ? end + 1 : end;
}

/* Out: PCRE2's result for starts in [from, end). */
static int find_in_slice(const struct ra_pattern *pattern, const char *subject, size_t len, size_t from, size_t end)
{
	pcre2_set_offset_limit(pattern->limits, end - 1);
	return pcre2_match(pattern->code, (PCRE2_SPTR)subject, len, from, 0, pattern->data, pattern->limits);
}

static void fill(const struct ra_pattern *pattern, int count, struct ra_match *match)
{
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(pattern->data);

	match->groups = count;
	for (int i = 0; i < RA_PATTERN_GROUPS_MAX; i++) {
		match->start[i] = i < count ? ends[2 * i] : SIZE_MAX;
		match->end[i] = i < count ? ends[2 * i + 1] : SIZE_MAX;
	}
}

ra_err ra_pattern_find(const struct ra_pattern *pattern, const char *subject, size_t len, size_t from, bool *found,
		       struct ra_match *match)
{
	ra_mono_ms until = len > RA_PATTERN_PURE_LEN ? ra_mono_now() + TIME_MAX_MS : RA_DEADLINE_NONE;
	int got = PCRE2_ERROR_NOMATCH;

	*found = false;
	if (!subject)
		subject = "";
	pcre2_set_match_limit(pattern->limits, steps_per_start(len));
	while (got == PCRE2_ERROR_NOMATCH && from <= len) {
		size_t end = slice_end(subject, len, from);

		if (until != RA_DEADLINE_NONE && ra_mono_now() >= until)
			return RA_E_LIMIT;
		got = find_in_slice(pattern, subject, len, from, end);
		from = end;
	}
	if (got == PCRE2_ERROR_NOMATCH)
		return RA_OK;
	if (got < 0)
		return got == PCRE2_ERROR_NOMEMORY ? RA_E_NOMEM : RA_E_LIMIT;
	*found = true;
	if (match)
		fill(pattern, got, match);
	return RA_OK;
}

const char *ra_pattern_library(char *out, size_t cap)
{
	char version[64] = "unknown";

	if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) <= (int)sizeof(version))
		(void)pcre2_config(PCRE2_CONFIG_VERSION, version);
	version[strcspn(version, " ")] = '\0'; /* the release date follows */
	if (cap)
		snprintf(out, cap, "%s", version);
	return out;
}

struct ra_pattern *ra_pattern_free(struct ra_pattern *pattern)
{
	if (!pattern)
		return NULL;
	pcre2_match_context_free(pattern->limits);
	pcre2_match_data_free(pattern->data);
	pcre2_code_free(pattern->code);
	free(pattern);
	return NULL;
}
