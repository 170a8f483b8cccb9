/* recovery.c - a recovery key against the list the host gives. The key's digits exist here in two small arrays, wiped
 * before return; the list is read in place, by a reader of its own, because every tree builder would leave copies
 * behind.
 *
 * Source: the key is 16 groups of 6 digits joined by '-', the Recovery ID a GUID in braces
 * (docs.vmware.com, "List the Contents of the Secure ESXi Configuration Recovery Key"); fields RecoveryID and Key. */
#include "config.h"

#include "check/parse.h"

#include "base/secret.h"

#include <string.h>
#include <strings.h>

#define GROUPS 16
#define GROUP_LEN 6
#define DIGITS (GROUPS * GROUP_LEN)
#define GUID_LEN 36
#define ENTRIES_MAX 8
#define PASTED_MAX 4096

struct entry {
	struct ra_span id, key;
};
struct list {
	struct entry entries[ENTRIES_MAX];
	size_t count;
};

/* What is left to read. */
struct cursor {
	const char *at, *end;
};

static void skip_blank(struct cursor *in)
{
	while (in->at < in->end && (*in->at == ' ' || *in->at == '\t' || *in->at == '\r' || *in->at == '\n'))
		in->at++;
}

static bool take(struct cursor *in, char c)
{
	skip_blank(in);
	if (in->at == in->end || *in->at != c)
		return false;
	in->at++;
	return true;
}

/* A JSON string without escapes, which neither labels nor IDs nor keys need. */
static bool take_string(struct cursor *in, struct ra_span *out)
{
	if (!take(in, '"'))
		return false;
	out->at = in->at;
	while (in->at < in->end && *in->at != '"' && *in->at != '\\' && (unsigned char)*in->at >= 0x20)
		in->at++;
	out->len = (size_t)(in->at - out->at);
	return take(in, '"') && in->at == out->at + out->len + 1;
}

/* A member's value; what is no text is passed over when it is a plain word. */
static bool take_value(struct cursor *in, struct ra_span *out)
{
	skip_blank(in);
	if (in->at < in->end && *in->at == '"')
		return take_string(in, out);
	*out = (struct ra_span){in->at, 0};
	while (in->at < in->end && strchr("+-.0123456789aeflnrstuE", *in->at) && *in->at)
		in->at++;
	return in->at > out->at;
}

static bool take_entry(struct cursor *in, struct entry *out)
{
	struct ra_span label, value;

	if (!take(in, '{'))
		return false;
	do {
		struct ra_span *place = NULL;

		if (!take_string(in, &label) || !take(in, ':') || !take_value(in, &value))
			return false;
		if (ra_span_label(label, "RecoveryID"))
			place = &out->id;
		else if (ra_span_label(label, "Key"))
			place = &out->key;
		if (place && place->at)
			return false; /* twice */
		if (place)
			*place = value;
	} while (take(in, ','));
	return take(in, '}');
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* A GUID, braces or not. Out: out[GUID_LEN + 3] with braces. */
static bool guid(struct ra_span text, char *out)
{
	if (text.len == GUID_LEN + 2 && text.at[0] == '{' && text.at[text.len - 1] == '}')
		text = (struct ra_span){text.at + 1, GUID_LEN};
	if (!text.at || text.len != GUID_LEN)
		return false;
	for (size_t i = 0; i < GUID_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text.at[i] != '-' : !is_hex(text.at[i]))
			return false;
	}
	out[0] = '{';
	memcpy(out + 1, text.at, GUID_LEN);
	memcpy(out + 1 + GUID_LEN, "}", 2);
	return true;
}

/* Digits of a key, dashes between groups or not. Out: 0, or the first group (from 1) that is none; GROUPS + 1 when more
 * follows. */
static int key_digits(const char *at, size_t len, unsigned char *out)
{
	const char *end = at + len;

	for (int i = 0; i < DIGITS; i++) {
		if (i > 0 && i % GROUP_LEN == 0 && at < end && *at == '-')
			at++;
		if (at == end || *at < '0' || *at > '9')
			return i / GROUP_LEN + 1;
		out[i] = (unsigned char)(*at++ - '0');
	}
	return at == end ? 0 : GROUPS + 1;
}

/* The list, read in place. Out: false when the bytes are no such list. */
static bool read_list(const char *bytes, size_t len, struct list *out)
{
	struct cursor in = {bytes, bytes + len};
	bool many = take(&in, '[');
	char id[64];

	memset(out, 0, sizeof(*out));
	do {
		struct entry *entry = &out->entries[out->count];
		unsigned char digits[DIGITS];
		int bad;

		if (out->count == ENTRIES_MAX || !take_entry(&in, entry) || !guid(entry->id, id) || !entry->key.at)
			return false;
		bad = key_digits(entry->key.at, entry->key.len, digits);
		ra_wipe(digits, sizeof(digits));
		if (bad)
			return false;
		out->count++;
	} while (many && take(&in, ','));
	if (many && !take(&in, ']'))
		return false;
	skip_blank(&in);
	return in.at == in.end;
}

ra_err ra_recovery_id(const char *list, size_t list_len, char *id)
{
	struct list entries;

	id[0] = '\0';
	if (!read_list(list, list_len, &entries))
		return RA_E_INVALID;
	return guid(entries.entries[0].id, id) ? RA_OK : RA_E_INVALID;
}

/* What an operator pasted: a key, and maybe its ID before it. */
struct pasted {
	char id[64];
	char text[GUID_LEN + 2 + DIGITS + GROUPS];
	unsigned char digits[DIGITS];
};

/* Without blanks and line ends. Errors: RA_E_INVALID when it is too long for a key. */
static ra_err pasted_read(const char *bytes, size_t len, struct pasted *out, struct ra_errs *errs)
{
	size_t used = 0;
	const char *key = out->text;
	int bad;

	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == ' ' || bytes[i] == '\t' || bytes[i] == '\r' || bytes[i] == '\n')
			continue;
		if (used + 1 == sizeof(out->text) || len > PASTED_MAX)
			return ra_fail(errs, RA_E_INVALID,
				       "what was pasted is longer than a recovery key (16 groups of 6 digits)");
		out->text[used++] = bytes[i];
	}
	if (used > GUID_LEN + 2 && out->text[0] == '{') {
		if (!guid((struct ra_span){out->text, GUID_LEN + 2}, out->id))
			return ra_fail(errs, RA_E_INVALID, "what stands in braces before the key is no Recovery ID");
		key += GUID_LEN + 2;
	}
	bad = key_digits(key, used - (size_t)(key - out->text), out->digits);
	if (bad > GROUPS)
		return ra_fail(errs, RA_E_INVALID, "something stands behind the 16th group of the recovery key");
	if (bad)
		return ra_fail(errs, RA_E_INVALID,
			       "group %d of what was pasted is not 6 digits; a recovery key is 16 groups of 6 digits",
			       bad);
	return RA_OK;
}

/* First group that differs, from 1; 0 none. Every digit is looked at, whatever came before it. */
static int differing_group(const unsigned char *a, const unsigned char *b)
{
	unsigned first = 0;

	for (unsigned group = GROUPS; group > 0; group--) {
		unsigned diff = 0, differs;

		for (unsigned i = 0; i < GROUP_LEN; i++)
			diff |= (unsigned)(a[(group - 1) * GROUP_LEN + i] ^ b[(group - 1) * GROUP_LEN + i]);
		differs = (diff + 0xff) >> 8; /* 0 or 1 */
		first = first * (1 - differs) + group * differs;
	}
	return (int)first;
}

/* Hold the pasted key against every entry; the last word is that of the entry it belongs to. */
static ra_err compare(const struct list *list, const struct pasted *pasted, struct ra_key_match *out,
		      struct ra_errs *errs)
{
	unsigned char digits[DIGITS];
	bool taken = false;

	for (size_t i = 0; i < list->count; i++) {
		struct ra_key_match match = {0};

		if (!guid(list->entries[i].id, match.id) ||
		    key_digits(list->entries[i].key.at, list->entries[i].key.len, digits)) {
			ra_wipe(digits, sizeof(digits));
			return ra_fail(errs, RA_E_INVALID, "the host's recovery key list cannot be read");
		}
		if (pasted->id[0] && strcasecmp(pasted->id, match.id) != 0)
			continue;
		match.differs_at = differing_group(digits, pasted->digits);
		match.all = match.differs_at == 0;
		if (!taken || match.all)
			*out = match;
		taken = true;
	}
	ra_wipe(digits, sizeof(digits));
	if (taken)
		return RA_OK;
	return ra_fail(
	    errs, RA_E_INVALID,
	    "the pasted copy is of Recovery ID %s, which the host does not list: it is an old copy or another host's",
	    pasted->id);
}

ra_err ra_recovery_compare(const char *list, size_t list_len, const char *pasted, size_t pasted_len,
			   struct ra_key_match *out, struct ra_errs *errs)
{
	struct list entries;
	struct pasted mine = {0};
	ra_err err;

	memset(out, 0, sizeof(*out));
	if (!read_list(list, list_len, &entries))
		return ra_fail(
		    errs, RA_E_INVALID,
		    "the host's answer is no recovery key list (a Recovery ID in braces and 16 groups of 6 digits)");
	err = pasted_read(pasted, pasted_len, &mine, errs);
	if (!err)
		err = compare(&entries, &mine, out, errs);
	ra_wipe(&mine, sizeof(mine));
	return err;
}
