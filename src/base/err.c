#include "config.h"

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void ra_errs_clear(struct ra_errs *errs)
{
	errs->code = RA_OK;
	errs->count = 0;
	errs->text[0][0] = '\0';
}

/* The slot for the next sentence. A full stack gives up its oldest context (slot 1), because the cause (slot 0) and
 * the newest sentences are what an operator needs. */
static char *next_slot(struct ra_errs *errs)
{
	if (errs->count < RA_ERRS_MAX)
		return errs->text[errs->count++];
	memmove(errs->text[1], errs->text[2], sizeof(errs->text[0]) * (RA_ERRS_MAX - 2));
	return errs->text[RA_ERRS_MAX - 1];
}

/* Mark a cut sentence with "..." on a character's edge, so that the cut never makes half a code point. */
static void mark_cut(char *text)
{
	size_t at = RA_ERR_TEXT_MAX - sizeof("...");

	while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
		at--;
	memcpy(text + at, "...", sizeof("..."));
}

ra_err ra_fail(struct ra_errs *errs, ra_err code, const char *fmt, ...)
{
	char text[RA_ERR_TEXT_MAX]; /* first here: an argument may stand in the stack itself */
	va_list args;
	int need;

	if (!errs)
		return code;
	va_start(args, fmt);
	need = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (need < 0)
		snprintf(text, sizeof(text), "%s", ra_err_name(code));
	else if ((size_t)need >= sizeof(text))
		mark_cut(text);
	if (errs->count == 0)
		errs->code = code;
	memcpy(next_slot(errs), text, sizeof(text));
	return code;
}

const char *ra_errs_line(const struct ra_errs *errs, char *out, size_t cap)
{
	size_t used = 0;

	if (cap == 0)
		return "";
	out[0] = '\0';
	for (int i = errs->count - 1; i >= 0 && used < cap; i--) {
		int n = snprintf(out + used, cap - used, "%s%s", errs->text[i], i ? ": " : "");

		if (n < 0)
			break;
		used += (size_t)n;
	}
	return out;
}

static const char *const names[] = {
    "ok",          "no-memory", "bad-argument", "io",   "not-found", "invalid",   "limit",    "denied",
    "unreachable", "timeout",   "broken",       "busy", "cancelled", "bad-state", "internal",
};

const char *ra_err_name(ra_err code)
{
	if (code > 0 || -(long long)code >= (long long)RA_LEN(names))
		return "unknown";
	return names[-code];
}
