/* mask.c - what a document says beside what was asked, and nobody may keep: firmware settings of some makers carry hashes of their
 * passwords among the others. */
#include "config.h"

#include "check/mask.h"

#include <ctype.h>
#include <string.h>

/* One past a JSON text that begins at the quote, or the end of the bytes. Out: *len of what stands between the quotes. */
static const char *past_text(const char *at, const char *end, size_t *len)
{
	const char *from = ++at;

	while (at < end && *at != '"')
		at += *at == '\\' && at + 1 < end ? 2 : 1;
	*len = (size_t)(at - from);
	return at < end ? at + 1 : end;
}

static bool begins(const char *at, const char *end, const char *word)
{
	for (; *word; word++, at++)
		if (at == end || tolower((unsigned char)*at) != *word)
			return false;
	return true;
}

/* Escapes could spell a name another way: a name that has one is not trusted. */
static bool is_masked(const char *name, size_t len)
{
	static const char *const words[] = {"password", "passphrase", "salt", "secret", "credential"};

	for (const char *at = name; at < name + len; at++) {
		if (*at == '\\')
			return true;
		for (size_t i = 0; i < RA_LEN(words); i++)
			if (begins(at, name + len, words[i]))
				return true;
	}
	return false;
}

/* Over the blanks, a colon and the blanks behind it. Out: where a value begins; NULL when this was no name. */
static const char *value_after(const char *at, const char *end)
{
	while (at < end && isspace((unsigned char)*at))
		at++;
	if (at == end || *at != ':')
		return NULL;
	for (at++; at < end && isspace((unsigned char)*at);)
		at++;
	return at;
}

ra_err ra_mask_passwords(const char *bytes, size_t len, struct ra_buf *out)
{
	const char *at = bytes, *end = bytes + len, *kept = bytes;
	ra_err err = RA_OK;

	while (at < end && !err) {
		size_t name_len, value_len;
		const char *name = at + 1, *value;

		if (*at != '"') {
			at++;
			continue;
		}
		at = past_text(at, end, &name_len);
		value = value_after(at, end);
		if (!value || value == end || *value != '"' || !is_masked(name, name_len))
			continue;
		at = past_text(value, end, &value_len);
		err = ra_buf_add(out, kept, (size_t)(value - kept));
		if (!err)
			err = ra_buf_text(out, "\"" RA_MASKED "\"");
		kept = at;
	}
	return err ? err : ra_buf_add(out, kept, (size_t)(end - kept));
}
