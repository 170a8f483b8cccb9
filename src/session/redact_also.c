/* redact_also.c - a site's own words: read, and collected. */
#include "config.h"

#include "session/redact_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct ra_scrub_rule own = {RA_SCRUB_OWN, RA_SCRUB_WORD, NULL, NULL, NULL, "word-"};

/* PCRE2 tells where in the pattern it stopped. */
static int column_of(const struct ra_errs *errs)
{
	const char *at = errs->count ? strstr(errs->text[0], "offset ") : NULL;

	return at ? atoi(at + strlen("offset ")) + 2 : 1;
}

static ra_err take_line(struct ra_also *also, const char *name, int number, char *line, struct ra_errs *errs)
{
	size_t len = strlen(line);
	struct ra_errs why;

	while (len && isspace((unsigned char)line[len - 1]))
		line[--len] = '\0';
	if (!len || *line == '#')
		return RA_OK;
	if (also->count == RA_ALSO_MAX)
		return ra_fail(errs, RA_E_LIMIT, "%s:%d:1: more than %d words and patterns", name, number, RA_ALSO_MAX);
	struct ra_also_row *row = &also->rows[also->count];

	if (*line != '/' && len >= 200)
		return ra_fail(errs, RA_E_INVALID, "%s:%d:201: a word is longer than 200 bytes", name, number);
	if (*line == '/') {
		if (len < 3 || line[len - 1] != '/')
			return ra_fail(errs, RA_E_INVALID, "%s:%d:%zu: a pattern ends with a slash: /text/", name, number, len + 1);
		line[len - 1] = '\0';
		ra_errs_clear(&why);
		if (ra_pattern_compile(line + 1, &row->pattern, &why))
			return ra_fail(errs, RA_E_INVALID, "%s:%d:%d: %s", name, number, column_of(&why),
				       why.count ? why.text[0] : "not a pattern");
	} else if (!(row->word = strdup(line))) {
		return ra_fail(errs, RA_E_NOMEM, "no memory for %s", name);
	}
	also->count++;
	return RA_OK;
}

ra_err ra_also_read(const char *name, const char *text, struct ra_also **out, struct ra_errs *errs)
{
	RA_AUTO(ra_also_free) struct ra_also *also = calloc(1, sizeof(*also));
	ra_err err = also ? RA_OK : ra_fail(errs, RA_E_NOMEM, "no memory for %s", name);
	int number = 1;

	*out = NULL;
	for (const char *at = text; !err && *at; number++) {
		size_t len = strcspn(at, "\n");
		RA_AUTO(ra_mem_free) char *line = strndup(at, len);

		err = line ? take_line(also, name, number, line, errs) : ra_fail(errs, RA_E_NOMEM, "no memory for %s", name);
		at += len + (at[len] == '\n');
	}
	if (err)
		return err;
	*out = also;
	also = NULL;
	return RA_OK;
}

struct ra_also *ra_also_free(struct ra_also *also)
{
	for (size_t i = 0; also && i < also->count; i++) {
		free(also->rows[i].word);
		ra_pattern_free(also->rows[i].pattern);
	}
	free(also);
	return NULL;
}

ra_err ra_also_words(const struct ra_also *also, struct ra_scrubbing *s)
{
	ra_err err = RA_OK;

	for (size_t i = 0; also && i < also->count && !err; i++)
		if (also->rows[i].word)
			err = ra_scrub_add(s, &own, also->rows[i].word);
	return err;
}

ra_err ra_also_collect(const struct ra_also *also, struct ra_scrubbing *s, const char *text)
{
	size_t len = strlen(text);
	ra_err err = RA_OK;

	for (size_t i = 0; also && i < also->count; i++) {
		struct ra_match match;
		bool found = also->rows[i].pattern != NULL;

		for (size_t from = 0; found && !err && from <= len;) {
			err = ra_pattern_find(also->rows[i].pattern, text, len, from, &found, &match);
			if (err || !found)
				break;
			int group = match.groups > 1 && match.start[1] != SIZE_MAX ? 1 : 0;
			RA_AUTO(ra_mem_free) char *value = strndup(text + match.start[group], match.end[group] - match.start[group]);

			err = !value ? RA_E_NOMEM : *value ? ra_scrub_add(s, &own, value) : RA_OK;
			from = match.end[0] > from ? match.end[0] : from + 1;
		}
	}
	return err;
}
