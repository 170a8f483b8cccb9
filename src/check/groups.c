/* groups.c - every look is at the few bytes ahead, or at a row of digits whose begin is asked for once: the time grows with the bytes. */
#include "config.h"

#include "check/groups.h"

#include <ctype.h>
#include <string.h>

#define GROUP 6        /* digits */
#define GROUPS_WHOLE 4 /* so many are a good part of a key; fewer numbers of six digits in a row may be anything */
#define GROUPS_PIECE 2 /* with hyphens */
#define DIGITS_WHOLE 96
#define DIGITS_PIECE 48
#define JOINT_MAX 4 /* signs between two groups: " - " */

static size_t digits_at(const char *at, const char *end)
{
	const char *from = at;

	while (at < end && isdigit((unsigned char)*at))
		at++;
	return (size_t)(at - from);
}

static bool only_zeros(const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (at[i] >= '1' && at[i] <= '9')
			return false;
	return true;
}

/* One sign that joins. Out: its bytes. The dashes of Unicode stand together, as bytes and as what JSON writes for them. */
static size_t sign_at(const char *at, const char *end)
{
	if (at < end && *at && strchr("-_,;:./ \t", *at))
		return 1;
	if (end - at >= 3 && memcmp(at, "\xe2\x80", 2) == 0 && (unsigned char)at[2] >= 0x90 && (unsigned char)at[2] <= 0x95)
		return 3;
	return end - at >= 6 && memcmp(at, "\\u201", 5) == 0 && at[5] >= '0' && at[5] <= '5' ? 6 : 0;
}

static size_t joint_at(const char *at, const char *end)
{
	size_t len = 0;

	for (int signs = 0; signs < JOINT_MAX; signs++)
		len += sign_at(at + len, end);
	return at + len < end && isdigit((unsigned char)at[len]) ? len : 0;
}

/* Groups and what stands between them. A group that was cut counts as part of the key behind a hyphen, in a piece behind anything. */
static size_t joined(const char *at, const char *end, bool piece)
{
	size_t len = digits_at(at, end), last = len, groups = len == GROUP, joint;

	if (!len || len > GROUP || only_zeros(at, len)) /* nothing begins at zeros: they are told at once, however many follow */
		return 0;
	while ((joint = joint_at(at + len, end)) > 0) {
		bool binds = piece || (joint == 1 && at[len] == '-');
		size_t next = digits_at(at + len + joint, end);

		if (next > GROUP || (!binds && (next < GROUP || last < GROUP)))
			break;
		len += joint + next;
		groups += next == GROUP;
		last = next;
		if (next < GROUP)
			break;
	}
	return groups >= GROUPS_WHOLE ? len : 0;
}

/* Digits and nothing between them. */
static size_t unjoined(const char *at, const char *end, bool piece)
{
	size_t len = digits_at(at, end);
	bool digest = at + len < end && isxdigit((unsigned char)at[len]);

	return (len == DIGITS_WHOLE || (piece && len >= DIGITS_PIECE && !digest)) && !only_zeros(at, len) ? len : 0;
}

/* Digits and hyphens, all of them where two whole groups follow each other. */
static size_t hyphened(const char *at, const char *end)
{
	size_t digits = 0, groups = 0, most = 0, len = 0;

	for (;; len++) {
		if (at + len < end && isdigit((unsigned char)at[len])) {
			digits++;
			continue;
		}
		groups = digits == GROUP ? groups + 1 : 0;
		most = groups > most ? groups : most;
		digits = 0;
		if (at + len == end || at[len] != '-')
			break;
	}
	return most >= GROUPS_PIECE ? len : 0;
}

size_t ra_groups_len(const char *begin, const char *at, const char *end, bool piece)
{
	size_t len, row, run;

	if (at > begin && isdigit((unsigned char)at[-1]))
		return 0;
	len = joined(at, end, piece);
	row = unjoined(at, end, piece);
	run = piece && (at == begin || at[-1] != '-') ? hyphened(at, end) : 0;
	len = row > len ? row : len;
	return run > len ? run : len;
}
