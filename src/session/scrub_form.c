/* scrub_form.c - values that have a form: what stands for them has the same one. */
#include "config.h"

#include "session/scrub.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

/* The hex digits of a text, lower case; "0x4" counts as 04. Out: how many, 0 when more than fit. */
static size_t digits_of(const char *text, size_t len, char *out, size_t cap)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '0' && i + 1 < len && text[i + 1] == 'x') {
			i++;
			if (i + 2 >= len || !isxdigit((unsigned char)text[i + 2]))
				out[count++] = '0';
		} else if (isxdigit((unsigned char)text[i])) {
			out[count++] = (char)tolower((unsigned char)text[i]);
		}
		if (count + 2 > cap)
			return 0;
	}
	out[count] = '\0';
	return count;
}

/* The token's digits in the spelling of the text. */
static ra_err spell(const char *text, size_t len, const char *digits, struct ra_buf *out)
{
	bool upper = false, bytes = len > 1 && text[0] == '0' && text[1] == 'x';
	ra_err err = RA_OK;

	for (size_t i = 0; i < len; i++)
		upper = upper || (isupper((unsigned char)text[i]) && isxdigit((unsigned char)text[i]));
	for (size_t i = 0; bytes && !err && digits[i] && digits[i + 1]; i += 2) {
		const char pair[] = {digits[i], digits[i + 1], '\0'};

		err = ra_buf_printf(out, "%s0x%lx", i ? " " : "", strtoul(pair, NULL, 16));
	}
	for (size_t i = 0; !bytes && i < len && !err; i++) {
		char c = text[i];

		if (isxdigit((unsigned char)c) && *digits)
			c = upper ? (char)toupper((unsigned char)*digits++) : *digits++;
		err = ra_buf_add(out, &c, 1);
	}
	return err;
}

/* The first three fields of a UUID may be written in either order of bytes. */
static void swap_uuid(const char *from, char *to)
{
	static const unsigned char order[] = {3, 2, 1, 0, 5, 4, 7, 6};

	for (size_t i = 0; i < RA_LEN(order); i++)
		memcpy(to + 2 * i, from + (size_t)2 * order[i], 2);
	memcpy(to + 16, from + 16, 17);
}

/* All digits the same says nothing of a host: never set, or all there is. */
static bool is_plain(const char *digits)
{
	return strspn(digits, (char[]){digits[0], '\0'}) == strlen(digits);
}

/* A value of hex digits; its token is a number behind digits that mark it. */
static ra_err by_digits(struct ra_scrubbing *s, const struct ra_scrub_rule *rule, const char *text, size_t len,
			struct ra_buf *out, bool *taken)
{
	char digits[160], token[160], swapped[40];
	const char *known = NULL;
	size_t count = digits_of(text, len, digits, sizeof(digits)), number = ra_scrub_number(s, rule->name) + 1;

	*taken = count >= 12 && !is_plain(digits) && !(s->in_place && ra_scrub_is_token(s, rule->name, digits));
	if (!*taken)
		return RA_OK;
	if (rule->kind == RA_SCRUB_UUID && count == 32) {
		snprintf(token, sizeof(token), "5c5c5c5c000040008000%012zx", number);
		swap_uuid(digits, swapped);
		known = ra_json_str(ra_json_get(s->out->map, rule->name), swapped, NULL);
		if (known)
			swap_uuid(known, token);
	} else {
		snprintf(token, sizeof(token), "%s%0*zx", rule->kind == RA_SCRUB_MAC ? "02" : "5c", (int)count - 2,
			 number);
	}
	ra_err err = ra_scrub_token(s, rule->name, digits, token, &known);

	return err ? err : spell(text, len, known, out);
}

/* What an address tells by its range, it still tells: which token goes with it. */
static void name_address(const char *value, bool six, size_t number, char *out, size_t cap)
{
	unsigned a = 0, b = 0;

	if (six) {
		const char *range = !strncmp(value, "fe80", 4)			       ? "fe80::5c"
				    : value[0] == 'f' && (value[1] == 'c' || value[1] == 'd') ? "fd5c::"
				    : !strncmp(value, "ff", 2)			       ? "ff05::5c"
										       : "2001:db8::";

		snprintf(out, cap, "%s%s%zx", range, range[strlen(range) - 1] == ':' ? "" : ":", number);
		return;
	}
	sscanf(value, "%u.%u", &a, &b);
	if (a == 10 || (a == 172 && b >= 16 && b < 32) || (a == 192 && b == 168))
		snprintf(out, cap, "10.%zu.%zu.%zu", 128 + number / 62500, number / 250 % 250, number % 250 + 1);
	else if (a == 169 && b == 254)
		snprintf(out, cap, "169.254.%zu.%zu", number / 250 % 250, number % 250 + 1);
	else /* the range for tests of networks (RFC 2544) */
		snprintf(out, cap, "198.%zu.%zu.%zu", 18 + number / 62500, number / 250 % 250, number % 250 + 1);
}

static ra_err by_address(struct ra_scrubbing *s, const struct ra_scrub_rule *rule, const char *text, size_t len,
			 struct ra_buf *out, bool *taken)
{
	char value[64], token[64];
	const char *known;
	size_t number = ra_scrub_number(s, rule->name) + 1;
	bool six = rule->kind == RA_SCRUB_IP6;

	snprintf(value, sizeof(value), "%.*s", (int)len, text);
	for (char *c = value; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	*taken = six ? len > 3 : strncmp(value, "0.", 2) && strncmp(value, "127.", 4) && strncmp(value, "255.", 4);
	*taken = *taken && !(s->in_place && ra_scrub_is_token(s, rule->name, value));
	if (!*taken)
		return RA_OK;
	name_address(value, six, number, token, sizeof(token));
	ra_err err = ra_scrub_token(s, rule->name, value, token, &known);

	return err ? err : ra_buf_text(out, known);
}

/* A key as text of the same length. */
static ra_err by_blob(struct ra_scrubbing *s, const struct ra_scrub_rule *rule, const char *text, size_t len,
		      struct ra_buf *out, bool *taken)
{
	RA_AUTO(ra_mem_free) char *value = strndup(text, len);
	RA_AUTO(ra_mem_free) char *token = value ? strdup(value) : NULL;
	char number[24];
	const char *known;
	size_t body = token ? strcspn(token, "=") : 0;

	if (!token)
		return RA_E_NOMEM;
	snprintf(number, sizeof(number), "%zu", ra_scrub_number(s, rule->name) + 1);
	memset(token, 'A', body);
	memcpy(token + body - strlen(number), number, strlen(number));
	*taken = !(s->in_place && ra_scrub_is_token(s, rule->name, value));
	if (!*taken)
		return RA_OK;
	ra_err err = ra_scrub_token(s, rule->name, value, token, &known);

	return err ? err : ra_buf_text(out, known);
}

static ra_err by_date(struct ra_scrubbing *s, const struct ra_scrub_rule *rule, const char *text, size_t len,
		      struct ra_buf *out, bool *taken)
{
	char at[RA_UTC_TEXT_LEN + 8], shifted[RA_UTC_TEXT_LEN];
	const char *known;
	ra_utc_ms time;

	snprintf(at, sizeof(at), "%.10sT00:00:00Z", text);
	*taken = len == 10 && !ra_utc_parse(at, &time);
	if (!*taken)
		return RA_OK;
	ra_utc_format(time + s->shift_days * DAY_MS, shifted);
	at[10] = shifted[10] = '\0';
	ra_err err = ra_scrub_token(s, rule->name, at, shifted, &known);

	return err ? err : ra_buf_text(out, known);
}

ra_err ra_scrub_form(struct ra_scrubbing *s, const struct ra_scrub_rule *rule, const char *text, size_t len,
		     struct ra_buf *out, bool *taken)
{
	static ra_err (*const forms[])(struct ra_scrubbing * s, const struct ra_scrub_rule *rule, const char *text,
				       size_t len, struct ra_buf *out, bool *taken) = {
	    [RA_SCRUB_DATE] = by_date,     [RA_SCRUB_UUID] = by_digits, [RA_SCRUB_MAC] = by_digits,
	    [RA_SCRUB_DIGEST] = by_digits, [RA_SCRUB_IP6] = by_address, [RA_SCRUB_IP4] = by_address,
	    [RA_SCRUB_BLOB] = by_blob,	   [RA_SCRUB_LINE] = by_blob,
	};

	return forms[rule->kind](s, rule, text, len, out, taken);
}
