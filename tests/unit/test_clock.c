#include "tests/unit/unit.h"

#include "base/clock.h"
#include "base/own.h"

#include <string.h>

#define S 1000LL

static const struct {
	const char *text;
	ra_utc_ms utc;    /* RA_UTC_NONE: refused */
	const char *back; /* NULL: as text */
} rows[] = {
    {"1970-01-01T00:00:00Z", 0, NULL},
    {"1970-01-01T00:00:00.001Z", 1, NULL},
    {"1969-12-31T23:59:59.999Z", -1, NULL},
    {"2026-11-23T07:32:44Z", 1795419164 * S, NULL},
    {"2026-11-23T07:32:44.123Z", 1795419164 * S + 123, NULL},
    {"2026-11-23t07:32:44z", 1795419164 * S, "2026-11-23T07:32:44Z"},
    {"2026-11-23 07:32:44Z", 1795419164 * S, "2026-11-23T07:32:44Z"},
    {"2026-11-23T07:32:44.5Z", 1795419164 * S + 500, "2026-11-23T07:32:44.500Z"},
    {"2026-11-23T07:32:44.1239999Z", 1795419164 * S + 123, "2026-11-23T07:32:44.123Z"},
    {"2026-11-23T09:32:44+02:00", 1795419164 * S, "2026-11-23T07:32:44Z"},
    {"2026-11-22T20:02:44-11:30", 1795419164 * S, "2026-11-23T07:32:44Z"},
    {"2026-11-23T07:32:44-00:00", 1795419164 * S, "2026-11-23T07:32:44Z"},
    {"2000-02-29T00:00:00Z", 951782400 * S, NULL},
    {"2024-02-29T12:00:00Z", 1709208000 * S, NULL},
    {"2016-12-31T23:59:60Z", 1483228800 * S, "2017-01-01T00:00:00Z"},
    {"2017-01-01T00:59:60+01:00", 1483228800 * S, "2017-01-01T00:00:00Z"},
    {"0000-01-01T00:00:00Z", -62167219200 * S, NULL},
    {"9999-12-31T23:59:59.999Z", 253402300799 * S + 999, NULL},
    {"", RA_UTC_NONE, NULL},
    {"2026-11-23", RA_UTC_NONE, NULL},
    {"2026-11-23T07:32:44", RA_UTC_NONE, NULL},
    {"2026-11-23T07:32Z", RA_UTC_NONE, NULL},
    {"2026-11-23T07:32:44.Z", RA_UTC_NONE, NULL},
    {"2026-11-23T07:32:44Z ", RA_UTC_NONE, NULL},
    {" 2026-11-23T07:32:44Z", RA_UTC_NONE, NULL},
    {"2026-11-23T07:32:44+0200", RA_UTC_NONE, NULL},
    {"2026-11-23T07:32:44+24:00", RA_UTC_NONE, NULL},
    {"2026-13-23T07:32:44Z", RA_UTC_NONE, NULL},
    {"2026-00-23T07:32:44Z", RA_UTC_NONE, NULL},
    {"2026-11-31T07:32:44Z", RA_UTC_NONE, NULL},
    {"2026-11-00T07:32:44Z", RA_UTC_NONE, NULL},
    {"2026-02-29T07:32:44Z", RA_UTC_NONE, NULL},
    {"1900-02-29T07:32:44Z", RA_UTC_NONE, NULL},
    {"2026-11-23T24:00:00Z", RA_UTC_NONE, NULL},
    {"2026-11-23T07:60:00Z", RA_UTC_NONE, NULL},
    {"2026-11-23T07:32:60Z", RA_UTC_NONE, NULL},
    {"2026-11-23T07:32:61Z", RA_UTC_NONE, NULL},
    {"26-11-23T07:32:44Z", RA_UTC_NONE, NULL},
    {"2026-1-23T07:32:44Z", RA_UTC_NONE, NULL},
    {"-026-11-23T07:32:44Z", RA_UTC_NONE, NULL},
};

static void rfc3339(void **state)
{
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		ra_utc_ms utc = RA_UTC_NONE;
		char text[RA_UTC_TEXT_LEN];
		ra_err err = ra_utc_parse(rows[i].text, &utc);

		if (err != (rows[i].utc == RA_UTC_NONE ? RA_E_INVALID : RA_OK) || utc != rows[i].utc)
			fail_msg("row %zu %s: err %d, %lld", i, rows[i].text, err, (long long)utc);
		if (!err)
			assert_string_equal(ra_utc_format(utc, text), rows[i].back ? rows[i].back : rows[i].text);
	}
}

static void what_is_no_date_is_unknown(void **state)
{
	char text[RA_UTC_TEXT_LEN];

	assert_string_equal(ra_utc_format(RA_UTC_NONE, text), "unknown");
	assert_string_equal(ra_utc_format(INT64_MAX, text), "unknown");
	assert_string_equal(ra_utc_format(INT64_MIN + 1, text), "unknown");
	assert_string_equal(ra_utc_format(253402300800 * S, text), "unknown");
	assert_string_equal(ra_utc_format(-62167219201 * S, text), "unknown");
}

static void virtual_time(void **state)
{
	const struct ra_clock real = {.start_utc = 1000, .start_mono = 50, .scale = 1};
	const struct ra_clock fast = {.start_utc = 1000, .start_mono = 50, .scale = 60};
	const struct ra_clock frozen = {.start_utc = 1000, .start_mono = 50, .scale = 0};

	assert_int_equal(ra_clock_utc(&real, 50), 1000);
	assert_int_equal(ra_clock_utc(&real, 57), 1007);
	assert_int_equal(ra_clock_utc(&fast, 57), 1420);
	assert_int_equal(ra_clock_utc(&frozen, 57), 1000);
	assert_int_equal(ra_clock_real_ms(&real, 90000), 90000);
	assert_int_equal(ra_clock_real_ms(&fast, 90000), 1500);
	assert_int_equal(ra_clock_real_ms(&fast, 90001), 1501);
	assert_int_equal(ra_clock_real_ms(&fast, 0), 0);
	assert_int_equal(ra_clock_real_ms(&fast, -5), 0);
	assert_int_equal(ra_clock_real_ms(&frozen, 90000), 0);
	assert_int_equal(ra_clock_real_ms(&real, INT64_MAX), INT64_MAX);
	assert_true(ra_clock_utc(&fast, INT64_MAX) == RA_UTC_NONE);
}

static void make_begins_where_told(void **state)
{
	struct ra_clock told = ra_clock_make(42, 7);
	struct ra_clock now = ra_clock_make(RA_UTC_NONE, 1);

	assert_int_equal(ra_clock_utc(&told, told.start_mono), 42);
	assert_int_equal(told.scale, 7);
	assert_true(now.start_utc >= 0 && now.start_utc <= ra_utc_now());
	assert_true(now.start_mono >= told.start_mono && now.start_mono <= ra_mono_now());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc3339),
	    cmocka_unit_test(what_is_no_date_is_unknown),
	    cmocka_unit_test(virtual_time),
	    cmocka_unit_test(make_begins_where_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
