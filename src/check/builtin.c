/* builtin.c - parsers in code, for what no table can say. Each gives one fact; reattest-flow(5) lists them. */
#include "config.h"

#include "check/parse.h"
#include "check/value.h"

#include <string.h>

#define SECOND_MS 1000

/* Half the way from sending to coming, and how far off that may be. Out: false for times that cannot be. */
static bool middle(const struct ra_plane_answer *answer, ra_utc_ms *at, int64_t *margin_ms)
{
	if (answer->sent <= 0 || answer->came < answer->sent)
		return false;
	*margin_ms = (answer->came - answer->sent + 1) / 2;
	*at = answer->sent + (answer->came - answer->sent) / 2;
	return true;
}

static struct ra_span whole(const struct ra_plane_answer *answer)
{
	return ra_span_trim((struct ra_span){answer->out ? answer->out : "", answer->out_len});
}

/* A time: RFC 3339, with quotes where it comes as JSON, or whole seconds since 1970. */
static ra_err time_value(struct ra_span text, struct ra_value *out)
{
	struct ra_value seconds;

	if (text.len >= 2 && text.at[0] == '"' && text.at[text.len - 1] == '"') {
		text.at++;
		text.len -= 2;
	}
	if (ra_value_from_word(RA_INT, text.at, text.len, &seconds) == RA_OK && text.len <= 11) {
		*out = (struct ra_value){.type = RA_TIME, .as.time = seconds.as.number * SECOND_MS};
		return RA_OK;
	}
	return ra_value_from_word(RA_TIME, text.at, text.len, out);
}

/* The plane's clock against ours, in whole seconds. Its margin: half the way there and back, and the second (or ms) its
 * text was cut to. The time itself is no fact: taken to the session's clock by this same offset it would always agree.
 */
static ra_err read_clock(const struct ra_plane_answer *answer, struct ra_obs *obs, struct ra_found *found)
{
	struct ra_span text = whole(answer);
	struct ra_value told;
	ra_utc_ms at;
	int64_t margin, ahead;

	if (time_value(text, &told) || !middle(answer, &at, &margin) ||
	    __builtin_sub_overflow(told.as.time, at, &ahead))
		return RA_OK;
	obs->value = (struct ra_value){.type = RA_INT, .as.number = ahead / SECOND_MS};
	obs->reason = RA_KNOWN;
	found->clock_offset_ms = ahead;
	found->clock_margin_ms = margin + (memchr(text.at, '.', text.len) ? 1 : SECOND_MS);
	found->clock_measured = true;
	return RA_OK;
}

/* Microseconds since boot. An age needs no clock of the host: the boot time is told on the session's. */
static ra_err read_uptime(const struct ra_plane_answer *answer, struct ra_obs *obs, struct ra_found *found RA_UNUSED)
{
	struct ra_span text = whole(answer);
	struct ra_value us;
	ra_utc_ms at;
	int64_t margin;

	if (ra_value_from_word(RA_INT, text.at, text.len, &us) || us.as.number < 0 || !middle(answer, &at, &margin) ||
	    us.as.number / 1000 >= at)
		return RA_OK;
	obs->value = (struct ra_value){.type = RA_TIME, .as.time = at - us.as.number / 1000};
	obs->session_clock = true;
	obs->margin_ms = margin + 1;
	obs->reason = RA_KNOWN;
	return RA_OK;
}

static void set_bool(struct ra_obs *obs, bool yes)
{
	obs->value = (struct ra_value){.type = RA_BOOL, .as.yes = yes};
	obs->reason = RA_KNOWN;
}

static bool is_text(struct ra_span span, const char *text)
{
	return span.len == strlen(text) && memcmp(span.at, text, span.len) == 0;
}

/* Source: DISA STIG for ESXi 6.5 and 8.0: the one word Enabled or Disabled. */
static ra_err read_secureboot_state(const struct ra_plane_answer *answer, struct ra_obs *obs,
				    struct ra_found *found RA_UNUSED)
{
	struct ra_span text = whole(answer);

	if (is_text(text, "Enabled"))
		set_bool(obs, true);
	else if (is_text(text, "Disabled"))
		set_bool(obs, false);
	return RA_OK;
}

static bool begins(struct ra_span span, const char *words)
{
	size_t len = strlen(words);

	return span.len >= len && memcmp(span.at, words, len) == 0;
}

/* Only the first words are documented; whatever follows differs between versions. Source: vSphere 6.7 security manual
 * p.105. */
static ra_err read_secureboot_check(const struct ra_plane_answer *answer, struct ra_obs *obs,
				    struct ra_found *found RA_UNUSED)
{
	struct ra_span rest = whole(answer), line;
	bool can = false, cannot = false;

	while (ra_span_line(&rest, &line)) {
		line = ra_span_trim(line);
		can = can || begins(line, "Secure boot can be enabled");
		cannot = cannot || begins(line, "Secure boot CANNOT be enabled");
	}
	if (can != cannot)
		set_bool(obs, can);
	return RA_OK;
}

static ra_err read_recovery_list(const struct ra_plane_answer *answer, struct ra_obs *obs,
				 struct ra_found *found RA_UNUSED)
{
	char id[64];
	ra_err err;

	if (ra_recovery_id(answer->out ? answer->out : "", answer->out_len, id))
		return RA_OK;
	err = ra_value_from_word(RA_TEXT, id, strlen(id), &obs->value);
	obs->reason = err ? RA_MALFORMED : RA_KNOWN;
	return err == RA_E_NOMEM ? err : RA_OK;
}

static const struct ra_builtin builtins[] = {
    {"clock", "a time, RFC 3339 or seconds since 1970", RA_INT, false, read_clock, "fuzz_extract"},
    {"uptime-us", "microseconds since boot", RA_TIME, false, read_uptime, "fuzz_extract"},
    {"secureboot-state", "secureBoot.py -s", RA_BOOL, true, read_secureboot_state, "fuzz_extract"},
    {"secureboot-check", "secureBoot.py -c", RA_BOOL, true, read_secureboot_check, "fuzz_extract"},
    {"recovery-list", "a recovery key list through the JSON formatter", RA_TEXT, false, read_recovery_list,
     "fuzz_recovery"},
};

const struct ra_builtin *ra_builtin_find(const char *name)
{
	for (size_t i = 0; i < RA_LEN(builtins); i++)
		if (strcmp(builtins[i].name, name) == 0)
			return &builtins[i];
	return NULL;
}

const char *const *ra_builtin_names(void)
{
	static const char *const names[] = {"clock",         "uptime-us", "secureboot-state", "secureboot-check",
					    "recovery-list", NULL};

	_Static_assert(RA_LEN(names) == RA_LEN(builtins) + 1, "every builtin has its name here");
	return names;
}
