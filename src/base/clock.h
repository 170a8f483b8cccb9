/* clock.h - two clocks that never mix, and a walk's own time. Knows no domain.
 * Units: ra_mono_ms counts from an arbitrary start and never jumps (deadlines); ra_utc_ms counts from 1970-01-01Z
 * (what is written and compared with other machines' clocks). */
#ifndef RA_BASE_CLOCK_H
#define RA_BASE_CLOCK_H

#include "base/err.h"

#include <stdint.h>

typedef int64_t ra_mono_ms;
typedef int64_t ra_utc_ms;

#define RA_UTC_NONE INT64_MIN
#define RA_DEADLINE_NONE INT64_MAX
#define RA_UTC_TEXT_LEN 25 /* "2026-11-23T07:32:44.123Z" and NUL */

/* The real clocks. CLOCK_BOOTTIME where there is one, so that a suspended workstation does not stop a deadline. */
ra_mono_ms ra_mono_now(void);
ra_utc_ms ra_utc_now(void);

/* The time a session lives in. A live session's is the real time (start_utc = now, scale 1); a recording's begins
 * where the recording says and may run faster, so that waits of minutes take seconds. */
struct ra_clock {
	ra_utc_ms start_utc;
	ra_mono_ms start_mono;
	int scale; /* >= 1: so many session ms pass in one real ms; 0: frozen (tests) */
};
/* A clock that is now (start_utc RA_UTC_NONE) or begins at start_utc now. */
struct ra_clock ra_clock_make(ra_utc_ms start_utc, int scale);
/* The session's UTC at a real monotonic instant. Out: RA_UTC_NONE when it does not fit. */
ra_utc_ms ra_clock_utc(const struct ra_clock *clock, ra_mono_ms now);
/* A span of session time as a span of real time, rounded up. Frozen clocks and spans below 1 give 0. */
int64_t ra_clock_real_ms(const struct ra_clock *clock, int64_t session_ms);

/* "2026-11-23T07:32:44Z" (or with .mmm when not whole); "unknown" for RA_UTC_NONE and years outside 0000-9999.
 * Out: out[RA_UTC_TEXT_LEN]; returns out. */
const char *ra_utc_format(ra_utc_ms utc, char *out);
/* RFC 3339 date-time with Z or a numeric offset, fraction allowed (cut to ms), 'T' or a space between. A leap second
 * (only where a UTC day ends) is read as the next day's first.
 * Errors: RA_E_INVALID; *out is untouched then. Source: RFC 3339 section 5.6. */
RA_MUST_USE ra_err ra_utc_parse(const char *text, ra_utc_ms *out);

#endif
