/* hide.c - a line that goes to a screen or a file without a recovery key in it. Rather a number too many is hidden than a
 * part of a key shown: a line may have been cut within one. */
#include "config.h"

#include "check/check.h"

#include <string.h>
#include <strings.h>

#define HIDDEN "<hidden>"
#define GROUP 6 /* digits */

static const char named[] = "encryptionRecoveryKey";

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits and hyphens from at on. */
static size_t run_of(const char *at, size_t len)
{
	size_t n = 0;

	while (n < len && (digit(at[n]) || at[n] == '-'))
		n++;
	return n;
}

/* Two groups of six digits and a hyphen between them. */
static bool holds_groups(const char *at, size_t len)
{
	size_t digits = 0, groups = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && digit(at[i])) {
			digits++;
			continue;
		}
		groups = digits == GROUP ? groups + 1 : 0;
		if (groups == 2)
			return true;
		digits = 0;
	}
	return false;
}

static bool one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* The value behind the name: after quotes, blanks and = or :, up to a blank, a quote, a comma, a bracket. Out: bytes before the value
 * in *before, the value's length returned; 0 when there is none. */
static size_t value_of(const char *at, size_t len, size_t *before)
{
	size_t i = 0, begin;
	bool set = false;

	for (; i < len && one_of(at[i], " \t\"'=:>\\"); i++)
		set = set || at[i] == '=' || at[i] == ':' || at[i] == '>';
	begin = *before = i;
	while (set && i < len && !one_of(at[i], " \t\"',;)}]<&\\"))
		i++;
	return i - begin;
}

ra_err ra_recovery_hide(const char *line, size_t len, struct ra_buf *out)
{
	const size_t name_len = sizeof(named) - 1;
	size_t shown = 0, at = 0;
	ra_err err = RA_OK;

	while (!err && at < len) {
		size_t before = 0, n = run_of(line + at, len - at);
		bool hide = n && holds_groups(line + at, n);

		if (!n && len - at >= name_len && strncasecmp(line + at, named, name_len) == 0) {
			n = value_of(line + at + name_len, len - at - name_len, &before);
			before += name_len;
			hide = n > 0;
		}
		if (hide) {
			err = ra_buf_add(out, line + shown, at + before - shown);
			if (!err)
				err = ra_buf_text(out, HIDDEN);
			shown = at + before + n;
		}
		at += before + n ? before + n : 1;
	}
	return err ? err : ra_buf_add(out, line + shown, len - shown);
}
