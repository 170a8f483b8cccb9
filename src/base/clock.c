#include "config.h"

#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#define DAY_S 86400

static int64_t now_ms(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) != 0)
		return 0;
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

ra_mono_ms ra_mono_now(void)
{
#ifdef CLOCK_BOOTTIME
	return now_ms(CLOCK_BOOTTIME);
#else
	return now_ms(CLOCK_MONOTONIC);
#endif
}

ra_utc_ms ra_utc_now(void)
{
	return now_ms(CLOCK_REALTIME);
}

struct ra_clock ra_clock_make(ra_utc_ms start_utc, int scale)
{
	return (struct ra_clock){
	    .start_utc = start_utc == RA_UTC_NONE ? ra_utc_now() : start_utc,
	    .start_mono = ra_mono_now(),
	    .scale = scale < 0 ? 0 : scale,
	};
}

ra_utc_ms ra_clock_utc(const struct ra_clock *clock, ra_mono_ms now)
{
	int64_t passed;

	if (__builtin_sub_overflow(now, clock->start_mono, &passed) ||
	    __builtin_mul_overflow(passed, (int64_t)clock->scale, &passed) ||
	    __builtin_add_overflow(clock->start_utc, passed, &passed))
		return RA_UTC_NONE;
	return passed;
}

int64_t ra_clock_real_ms(const struct ra_clock *clock, int64_t session_ms)
{
	if (clock->scale == 0 || session_ms <= 0)
		return 0;
	return session_ms / clock->scale + (session_ms % clock->scale != 0);
}

const char *ra_utc_format(ra_utc_ms utc, char *out)
{
	int ms = (int)(((utc % 1000) + 1000) % 1000);
	time_t secs = (time_t)(utc / 1000 - (utc % 1000 < 0));
	struct tm tm;
	size_t used;

	if (utc == RA_UTC_NONE || !gmtime_r(&secs, &tm) || tm.tm_year < -1900 || tm.tm_year > 8099) {
		snprintf(out, RA_UTC_TEXT_LEN, "unknown");
		return out;
	}
	used = (size_t)snprintf(out, RA_UTC_TEXT_LEN, "%04u-%02u-%02uT%02u:%02u:%02u", (tm.tm_year + 1900u) % 10000u,
				(tm.tm_mon + 1u) % 100u, tm.tm_mday % 100u, tm.tm_hour % 100u, tm.tm_min % 100u,
				tm.tm_sec % 100u);
	if (ms)
		snprintf(out + used, RA_UTC_TEXT_LEN - used, ".%03uZ", (unsigned)ms % 1000u);
	else
		snprintf(out + used, RA_UTC_TEXT_LEN - used, "Z");
	return out;
}

/* Read exactly count digits. Out: moves *at past them; -1 when there are fewer. */
static int digits(const char **at, int count)
{
	int value = 0;

	for (; count > 0; count--, (*at)++) {
		if (**at < '0' || **at > '9')
			return -1;
		value = value * 10 + (**at - '0');
	}
	return value;
}

static bool skip_one_of(const char **at, const char *set)
{
	for (; *set; set++)
		if (**at == *set) {
			(*at)++;
			return true;
		}
	return false;
}

static bool read_date(const char **at, struct tm *tm)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year = digits(at, 4);
	int month = year >= 0 && skip_one_of(at, "-") ? digits(at, 2) : -1;
	int day = month >= 1 && skip_one_of(at, "-") ? digits(at, 2) : -1;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month < 1 || month > 12 || day < 1 || day > lengths[month - 1] + (month == 2 && leap))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	return true;
}

static bool read_time(const char **at, struct tm *tm, int *ms)
{
	int scale = 100;

	tm->tm_hour = digits(at, 2);
	tm->tm_min = tm->tm_hour >= 0 && skip_one_of(at, ":") ? digits(at, 2) : -1;
	tm->tm_sec = tm->tm_min >= 0 && skip_one_of(at, ":") ? digits(at, 2) : -1;
	if (tm->tm_sec < 0 || tm->tm_hour > 23 || tm->tm_min > 59 || tm->tm_sec > 60)
		return false;
	*ms = 0;
	if (!skip_one_of(at, "."))
		return true;
	if (**at < '0' || **at > '9')
		return false;
	for (; **at >= '0' && **at <= '9'; (*at)++, scale /= 10)
		*ms += (**at - '0') * scale;
	return true;
}

/* Units: seconds that the written time is ahead of UTC. */
static bool read_offset(const char **at, int *offset_s)
{
	bool west = **at == '-';
	int hours, minutes;

	*offset_s = 0;
	if (skip_one_of(at, "Zz"))
		return true;
	if (!skip_one_of(at, "+-"))
		return false;
	hours = digits(at, 2);
	minutes = hours >= 0 && skip_one_of(at, ":") ? digits(at, 2) : -1;
	if (minutes < 0 || hours > 23 || minutes > 59)
		return false;
	*offset_s = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
	return true;
}

ra_err ra_utc_parse(const char *text, ra_utc_ms *out)
{
	struct tm tm = {0};
	const char *at = text;
	int ms, offset_s;
	bool leap;
	int64_t secs;

	if (!read_date(&at, &tm) || !skip_one_of(&at, "Tt ") || !read_time(&at, &tm, &ms) ||
	    !read_offset(&at, &offset_s) || *at)
		return RA_E_INVALID;
	leap = tm.tm_sec == 60;
	secs = (int64_t)timegm(&tm) - offset_s;
	/* A leap second only ends a UTC day; it is told as the first second of the next, as POSIX time has none. */
	if (leap && secs % DAY_S != 0)
		return RA_E_INVALID;
	*out = secs * 1000 + ms;
	return RA_OK;
}
