#include "config.h"

#include "base/json.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INT_ABS_MAX 9007199254740991.0
#define NUMBER_MAX 40

/* Write a decimal in the fewest digits that read back the same. Whatever the locale puts as its point becomes '.'. */
static void format_decimal(double value, char *out)
{
	char text[NUMBER_MAX];
	bool in_point = false;

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	/* Past the exact range a run of digits would read as a whole number out of range: keep the exponent. */
	if (fabs(value) > INT_ABS_MAX)
		snprintf(text, sizeof(text), "%.16e", value);
	for (const char *at = text; *at; at++) {
		bool ours = strchr("+-0123456789e", *at) != NULL;

		if (ours)
			*out++ = *at;
		else if (!in_point)
			*out++ = '.';
		in_point = !ours;
	}
	*out = '\0';
}

static ra_err print_number(double value, struct ra_buf *out)
{
	char text[NUMBER_MAX];

	if (!isfinite(value))
		return ra_buf_text(out, "null");
	if (fabs(value) <= INT_ABS_MAX && (double)(long long)value == value)
		return ra_buf_printf(out, "%lld", (long long)value);
	format_decimal(value, text);
	return ra_buf_text(out, text);
}

/* The escape of a control character, '"' or '\'. Out: NULL when the byte stands for itself. */
static const char *escape_of(unsigned char byte, char *room)
{
	static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt";

	for (const char *at = named; *at; at += 2)
		if ((unsigned char)at[0] == byte) {
			snprintf(room, 8, "\\%c", at[1]);
			return room;
		}
	if (byte >= 0x20)
		return NULL;
	snprintf(room, 8, "\\u%04x", byte);
	return room;
}

/* Bytes that are not UTF-8 become U+FFFD, so that what is printed can always be read again. */
static ra_err print_string(const char *text, struct ra_buf *out)
{
	size_t len = text ? strlen(text) : 0, plain = 0, at = 0;
	char room[8];
	ra_err err = ra_buf_text(out, "\"");

	while (!err && at < len) {
		uint32_t cp;
		int n = ra_utf8_next(text + at, len - at, &cp);
		const char *instead = n < 0 ? "\xef\xbf\xbd" : escape_of((unsigned char)text[at], room);

		if (instead) {
			err = ra_buf_add(out, text + plain, at - plain);
			if (!err)
				err = ra_buf_text(out, instead);
			plain = at + 1;
		}
		at += n < 0 ? 1 : (size_t)n;
	}
	if (!err)
		err = ra_buf_add(out, text + plain, len - plain);
	return err ? err : ra_buf_text(out, "\"");
}

static ra_err print_value(const cJSON *node, struct ra_buf *out);

static ra_err print_items(const cJSON *node, bool keys, struct ra_buf *out)
{
	const cJSON *child;
	ra_err err = ra_buf_text(out, keys ? "{" : "[");

	cJSON_ArrayForEach (child, node) {
		if (!err && child != node->child)
			err = ra_buf_text(out, ",");
		if (!err && keys)
			err = print_string(child->string, out);
		if (!err && keys)
			err = ra_buf_text(out, ":");
		if (!err)
			err = print_value(child, out);
	}
	return err ? err : ra_buf_text(out, keys ? "}" : "]");
}

static ra_err print_value(const cJSON *node, struct ra_buf *out)
{
	if (cJSON_IsObject(node) || cJSON_IsArray(node))
		return print_items(node, cJSON_IsObject(node), out);
	if (cJSON_IsString(node))
		return print_string(node->valuestring, out);
	if (cJSON_IsNumber(node))
		return print_number(node->valuedouble, out);
	if (cJSON_IsBool(node))
		return ra_buf_text(out, cJSON_IsTrue(node) ? "true" : "false");
	return ra_buf_text(out, "null");
}

char *ra_json_print(const cJSON *node)
{
	struct ra_buf out = {0};
	char *text = NULL;

	if (print_value(node, &out) == RA_OK)
		text = ra_buf_take(&out);
	ra_buf_free(&out);
	return text;
}
