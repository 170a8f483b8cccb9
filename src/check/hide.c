/* hide.c - a line that goes to a screen or a file without a recovery key in it. Rather a number too many is hidden than a
 * part of a key shown: a line may have been cut within one. */
#include "config.h"

#include "check/check.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define HIDDEN "<hidden>"
#define GROUP 6        /* digits */
#define LOOSE_GROUPS 4 /* fewer numbers of six digits in a row may be anything */
#define UNJOINED 48    /* digits in a row */
#define JOINT_MAX 4    /* bytes between two groups */

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

static size_t digits_of(const char *at, size_t len)
{
	size_t n = 0;

	while (n < len && digit(at[n]))
		n++;
	return n;
}

/* What may stand between two groups that no hyphen alone joins: up to so many bytes that are no letters, a dash of Unicode among them. */
static size_t joint_of(const char *at, size_t len)
{
	size_t n = 0;

	while (n < len && n <= JOINT_MAX && !isalnum((unsigned char)at[n]))
		n++;
	return n && n <= JOINT_MAX && n < len && digit(at[n]) ? n : 0;
}

/* A key joined otherwise: groups and what stands between them, the first and the last maybe cut. Out: its length, 0 for fewer than
 * LOOSE_GROUPS whole groups. */
static size_t loose_groups(const char *at, size_t len)
{
	size_t n = digits_of(at, len), last = n, groups = n == GROUP, joint;

	if (!n || n > GROUP)
		return 0;
	while (last && last <= GROUP && (joint = joint_of(at + n, len - n)) > 0) {
		last = digits_of(at + n + joint, len - n - joint);
		if (last > GROUP)
			break;
		n += joint + last;
		groups += last == GROUP;
		if (last < GROUP)
			break;
	}
	return groups >= LOOSE_GROUPS ? n : 0;
}

/* Digits without anything between them, half a key or more; not a digest of nothing but zeros, and not one of hexadecimal digits. */
static size_t unjoined(const char *at, size_t len)
{
	size_t n = digits_of(at, len), same = 0;

	while (same < n && at[same] == *at)
		same++;
	return n >= UNJOINED && same < n && (n == len || !isxdigit((unsigned char)at[n])) ? n : 0;
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

/* What is to be hidden from at on. Out: its length, or 0 with the bytes to pass over in *pass. */
static size_t key_of(const char *at, size_t len, size_t *pass)
{
	size_t n = run_of(at, len), found;

	*pass = n && *at != '-' ? n : 1;
	found = n && holds_groups(at, n) ? n : unjoined(at, len);
	return found ? found : loose_groups(at, len);
}

ra_err ra_recovery_hide(const char *line, size_t len, struct ra_buf *out)
{
	const size_t name_len = sizeof(named) - 1;
	size_t shown = 0, at = 0;
	ra_err err = RA_OK;

	while (!err && at < len) {
		size_t before = 0, pass, n = key_of(line + at, len - at, &pass);

		if (!n && len - at >= name_len && strncasecmp(line + at, named, name_len) == 0) {
			size_t key, any;

			n = value_of(line + at + name_len, len - at - name_len, &before);
			before += name_len;
			key = n ? key_of(line + at + before, len - at - before, &any) : 0;
			n = key > n ? key : n;
			pass = before;
		}
		if (n) {
			err = ra_buf_add(out, line + shown, at + before - shown);
			if (!err)
				err = ra_buf_text(out, HIDDEN);
			shown = at + before + n;
		}
		at += n ? before + n : pass;
	}
	return err ? err : ra_buf_add(out, line + shown, len - shown);
}
