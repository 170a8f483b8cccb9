#include "config.h"

#include "link/recording.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define OFFSET_MAX_S INT64_C(10000000000)

/* The seconds at the end of a mark ("-3600", "+90", ""), up to the closing brace. Out: NULL when they are none, else one past the
 * brace. */
static const char *read_offset(const char *at, int64_t *offset_s)
{
	*offset_s = 0;
	if (*at == '+' || *at == '-') {
		if (!isdigit((unsigned char)at[1]))
			return NULL;
		char *end;
		*offset_s = strtoll(at, &end, 10);
		at = end;
	}
	return *at == '}' && *offset_s <= OFFSET_MAX_S && *offset_s >= -OFFSET_MAX_S ? at + 1 : NULL;
}

/* The time a name stands for, when the mark begins with it and an offset or the end follows. Out: NULL when not. */
static const char *read_named(const char *at, const char *name, ra_utc_ms time, ra_utc_ms *out)
{
	size_t len = strlen(name);
	int64_t offset_s;
	if (strncmp(at, name, len) != 0)
		return NULL;
	at = read_offset(at + len, &offset_s);
	if (at)
		*out = time + offset_s * 1000;
	return at;
}

/* Read "start-3600" or "entered STATE-90" up to the closing brace. Out: the time; NULL when it is none, else one past the brace. */
static const char *read_time(const char *at, const struct ra_recording_times *times, ra_utc_ms *out)
{
	static const char entered[] = "entered ";
	const struct {
		const char *name;
		ra_utc_ms time;
	} bases[] = {{"start", times->start}, {"move", times->move}, {"now", times->now}};
	const char *after = NULL;
	if (strncmp(at, entered, sizeof(entered) - 1) == 0) {
		at += sizeof(entered) - 1;
		int index = 0;
		for (const cJSON *state = times->states ? times->states->child : NULL; state && !after; state = state->next)
			after = read_named(at, state->string, times->entered ? times->entered[index++] : 0, out);
		return after;
	}
	for (size_t i = 0; i < RA_LEN(bases) && !after; i++)
		after = read_named(at, bases[i].name, bases[i].time, out);
	return after;
}

static ra_err fill_one(const char **at, const struct ra_recording_times *times, struct ra_buf *out)
{
	static const char since[] = "since ";
	const char *text = *at + 2;
	bool span = strncmp(text, since, sizeof(since) - 1) == 0;
	ra_utc_ms time;
	const char *after = read_time(span ? text + sizeof(since) - 1 : text, times, &time);
	if (!after)
		return RA_E_INVALID;
	*at = after;
	if (span)
		return ra_buf_printf(out, "%" PRId64, (times->now - time) * 1000);
	char stamp[RA_UTC_TEXT_LEN];
	return ra_buf_text(out, ra_utc_format(time, stamp));
}

ra_err ra_recording_fill(const char *text, const struct ra_recording_times *times, struct ra_buf *out)
{
	ra_err err = RA_OK;
	while (*text && !err) {
		if (strncmp(text, "$${", 3) == 0) {
			err = ra_buf_text(out, "${");
			text += 3;
		} else if (strncmp(text, "${", 2) == 0) {
			err = fill_one(&text, times, out);
		} else {
			size_t len = 1 + strcspn(text + 1, "$");
			err = ra_buf_add(out, text, len);
			text += len;
		}
	}
	return err;
}

static ra_err fill_lines(const cJSON *value, const struct ra_recording_times *times, struct ra_buf *out)
{
	if (cJSON_IsString(value))
		return ra_recording_fill(value->valuestring, times, out);
	for (const cJSON *line = value ? value->child : NULL; line; line = line->next) {
		ra_err err = ra_recording_fill(line->valuestring, times, out);
		if (!err)
			err = ra_buf_text(out, "\n");
		if (err)
			return err;
	}
	return RA_OK;
}

ra_err ra_recording_out(const cJSON *reply, const struct ra_recording_times *times, struct ra_buf *out)
{
	const cJSON *json = ra_json_get(reply, "json");
	if (!json)
		return fill_lines(ra_json_get(reply, "out"), times, out);
	RA_AUTO(ra_mem_free) char *text = ra_json_print(json);
	if (!text)
		return RA_E_NOMEM;
	ra_err err = ra_recording_fill(text, times, out);
	return err ? err : ra_buf_text(out, "\n");
}

ra_err ra_recording_err(const cJSON *reply, const struct ra_recording_times *times, struct ra_buf *out)
{
	return fill_lines(ra_json_get(reply, "err"), times, out);
}
