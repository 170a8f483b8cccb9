/* recovery.c - a recovery key against the list the host gives. The key's digits exist here in two small arrays, wiped
 * before return; the list is read in place, by a reader of its own for each form esxcli prints, because every tree builder
 * would leave copies behind.
 *
 * Source: the key is 16 groups of 6 digits joined by '-', the Recovery ID a GUID in braces
 * (docs.vmware.com, "List the Contents of the Secure ESXi Configuration Recovery Key"); fields RecoveryID and Key. */
#include "config.h"

#include "check/parse.h"

#include "base/secret.h"

#include <string.h>
#include <strings.h>

#define GROUPS RA_KEY_GROUPS
#define GROUP_LEN RA_KEY_GROUP_DIGITS
#define ALL_GROUPS ((1u << GROUPS) - 1)
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

/* A GUID, braces or not, blanks where a terminal broke the line. Out: out[GUID_LEN + 3] with braces. */
static bool guid(struct ra_span text, char *out)
{
	bool braces = text.len && text.at[0] == '{';
	struct cursor in = {text.at, text.at};

	if (!text.len)
		return false;
	in.end += text.len;
	if (braces && !take(&in, '{'))
		return false;
	out[0] = '{';
	for (size_t i = 0; i < GUID_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		skip_blank(&in);
		if (in.at == in.end || (dash ? *in.at != '-' : !is_hex(*in.at)))
			return false;
		out[1 + i] = *in.at++;
	}
	memcpy(out + 1 + GUID_LEN, "}", 2);
	if (braces && !take(&in, '}'))
		return false;
	skip_blank(&in);
	return in.at == in.end;
}

static const char *past_blanks(const char *at, const char *end)
{
	struct cursor in = {at, end};

	skip_blank(&in);
	return in.at;
}

/* Digits of a key, blanks where a terminal broke the line, dashes between groups or not. Out: 0, or the first group (from 1) that is none; GROUPS + 1 when more
 * follows. */
static int key_digits(const char *at, size_t len, unsigned char *out)
{
	const char *end = at + len;

	for (int i = 0; i < DIGITS; i++) {
		at = past_blanks(at, end);
		if (i > 0 && i % GROUP_LEN == 0 && at < end && *at == '-')
			at = past_blanks(at + 1, end);
		if (at == end || *at < '0' || *at > '9')
			return i / GROUP_LEN + 1;
		out[i] = (unsigned char)(*at++ - '0');
	}
	return past_blanks(at, end) == end ? 0 : GROUPS + 1;
}

/* Take an entry whose two places were found. Out: false when they hold no Recovery ID and no key, or there are too many. */
static bool keep(struct list *out, struct entry entry)
{
	unsigned char digits[DIGITS];
	char id[64];
	bool good = out->count < ENTRIES_MAX && entry.key.at && guid(entry.id, id) && !key_digits(entry.key.at, entry.key.len, digits);

	ra_wipe(digits, sizeof(digits));
	if (good)
		out->entries[out->count++] = entry;
	return good;
}

static bool read_json(struct cursor in, struct list *out)
{
	bool many = take(&in, '[');

	do {
		struct entry entry = {0};

		if (!take_entry(&in, &entry) || !keep(out, entry))
			return false;
	} while (many && take(&in, ','));
	if (many && !take(&in, ']'))
		return false;
	skip_blank(&in);
	return in.at == in.end;
}

/* Behind the next `words`, or false. Out: *before what stands in front of them. */
static bool take_to(struct cursor *in, const char *words, struct ra_span *before)
{
	size_t len = strlen(words), left = (size_t)(in->end - in->at);
	const char *found = left ? memmem(in->at, left, words, len) : NULL;

	if (!found)
		return false;
	*before = (struct ra_span){in->at, (size_t)(found - in->at)};
	in->at = found + len;
	return true;
}

/* One field of a list that names its fields: into its place, and the entry into the list when both are there. Out: false for a field that
 * comes twice in one entry, and for an entry that is none. */
static bool take_field(struct list *out, struct entry *entry, struct ra_span label, struct ra_span value)
{
	struct ra_span *place = ra_span_label(label, "RecoveryID") ? &entry->id : ra_span_label(label, "Key") ? &entry->key : NULL;

	if (!place)
		return true;
	if (place->at)
		return false;
	*place = ra_span_trim(value);
	if (!entry->id.at || !entry->key.at)
		return true;
	if (!keep(out, *entry))
		return false;
	*entry = (struct entry){0};
	return true;
}

/* <structure ...><field name="RecoveryID"><string>{...}</string></field><field name="Key">... */
static bool read_xml(struct cursor in, struct list *out)
{
	struct entry entry = {0};
	struct ra_span before, label, value;

	while (take_to(&in, "<field name=\"", &before)) {
		if (!take_to(&in, "\"", &label) || !take_to(&in, "<string>", &before) || !take_to(&in, "</string>", &value) ||
		    !take_field(out, &entry, label, value))
			return false;
	}
	return out->count && !entry.id.at && !entry.key.at && take_to(&in, "</output>", &before);
}

/* structure[0].RecoveryKey.RecoveryID.string={...}, a line each. */
static bool read_pairs(struct ra_span text, struct list *out)
{
	struct entry entry = {0};
	struct ra_span line;

	while (ra_span_line(&text, &line)) {
		static const char kind[] = ".string";
		const char *equals = memchr(line.at, '=', line.len);
		size_t len = equals ? (size_t)(equals - line.at) : 0, from;

		if (!ra_span_trim(line).len)
			continue;
		if (len < sizeof(kind) || memcmp(line.at + len - sizeof(kind) + 1, kind, sizeof(kind) - 1) != 0)
			return false;
		len -= sizeof(kind) - 1;
		for (from = len; from > 0 && line.at[from - 1] != '.';)
			from--;
		if (!take_field(out, &entry, (struct ra_span){line.at + from, len - from},
				(struct ra_span){equals + 1, line.len - (size_t)(equals + 1 - line.at)}))
			return false;
	}
	return out->count && !entry.id.at && !entry.key.at;
}

/* The header of the table, wherever a terminal has broken it: these letters and dashes, and then the first brace. */
static bool take_header(struct cursor *in)
{
	static const char words[] = "RecoveryIDKey";
	const char *word = words;
	bool ruled = false;

	for (skip_blank(in); in->at < in->end && *in->at != '{'; skip_blank(in)) {
		if (*word && *in->at == *word)
			word++;
		else if (!*word && *in->at == '-')
			ruled = true;
		else
			return false;
		in->at++;
	}
	return !*word && ruled;
}

/* The table: a Recovery ID and a key a row. A terminal wraps it where its width ends, in the middle of a key, too: blanks and line ends
 * mean nothing here. */
static bool read_table(struct cursor in, struct list *out)
{
	if (!take_header(&in))
		return false;
	while (in.at < in.end) {
		const char *close = memchr(in.at, '}', (size_t)(in.end - in.at));
		struct entry entry = {.id = {in.at, close ? (size_t)(close - in.at) + 1 : 0}};

		if (!close)
			return false;
		in.at = close + 1;
		skip_blank(&in);
		entry.key.at = in.at;
		while (in.at < in.end && *in.at != '{')
			in.at++;
		entry.key.len = (size_t)(in.at - entry.key.at);
		if (!keep(out, entry))
			return false;
	}
	return out->count > 0;
}

/* The list in whatever form esxcli gave it, read in place. Out: false when the bytes are no such list. */
static bool read_list(const char *bytes, size_t len, struct list *out)
{
	struct cursor in = {bytes, bytes + len};
	struct ra_span rest, line;

	memset(out, 0, sizeof(*out));
	skip_blank(&in);
	rest = (struct ra_span){in.at, (size_t)(in.end - in.at)};
	if (in.at == in.end)
		return false;
	if (*in.at == '[' || *in.at == '{')
		return read_json(in, out);
	if (*in.at == '<')
		return read_xml(in, out);
	(void)ra_span_line(&rest, &line);
	if (memchr(line.at, '=', line.len))
		return read_pairs((struct ra_span){in.at, (size_t)(in.end - in.at)}, out);
	return read_table(in, out);
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
	unsigned groups; /* those given */
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

/* First group of those meant that differs, from 1; 0 none. Every digit is looked at, whatever came before it. */
static int differing_group(const unsigned char *a, const unsigned char *b, unsigned groups)
{
	unsigned first = 0;

	for (unsigned group = GROUPS; group > 0; group--) {
		unsigned diff = 0, differs;

		if (!(groups >> (group - 1) & 1))
			continue;

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
		match.groups = pasted->groups;
		match.differs_at = differing_group(digits, pasted->digits, pasted->groups);
		match.all = match.differs_at == 0 && pasted->groups == ALL_GROUPS;
		match.part = match.differs_at == 0 && !match.all;
		if (!taken || match.differs_at == 0)
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

/* Errors: RA_E_INVALID. */
static ra_err list_of(const char *bytes, size_t len, struct list *out, struct ra_errs *errs)
{
	if (read_list(bytes, len, out))
		return RA_OK;
	return ra_fail(errs, RA_E_INVALID,
		       "the host's answer is no recovery key list (a Recovery ID in braces and 16 groups of 6 digits)");
}

ra_err ra_recovery_compare(const char *list, size_t list_len, const char *pasted, size_t pasted_len,
			   struct ra_key_match *out, struct ra_errs *errs)
{
	struct pasted mine = {.groups = ALL_GROUPS};
	struct list entries;
	ra_err err = list_of(list, list_len, &entries, errs);

	memset(out, 0, sizeof(*out));
	if (!err)
		err = pasted_read(pasted, pasted_len, &mine, errs);
	if (!err)
		err = compare(&entries, &mine, out, errs);
	ra_wipe(&mine, sizeof(mine));
	return err;
}

/* Digits into the groups they are of, in ascending order. Errors: RA_E_INVALID when there are too few, too many, or others. */
static ra_err typed_read(const struct ra_key_typed *typed, struct pasted *out, struct ra_errs *errs)
{
	struct cursor in = {typed->bytes, typed->bytes + typed->len};

	for (unsigned group = 0; group < GROUPS; group++) {
		for (unsigned i = 0; (out->groups >> group & 1) && i < GROUP_LEN; i++) {
			skip_blank(&in);
			if (in.at == in.end || *in.at < '0' || *in.at > '9')
				return ra_fail(errs, RA_E_INVALID, "what was typed for group %u is not 6 digits", group + 1);
			out->digits[group * GROUP_LEN + i] = (unsigned char)(*in.at++ - '0');
		}
	}
	skip_blank(&in);
	return in.at == in.end ? RA_OK : ra_fail(errs, RA_E_INVALID, "more was typed than the groups asked for");
}

ra_err ra_recovery_compare_part(const char *list, size_t list_len, unsigned groups, const struct ra_key_typed *typed,
				struct ra_key_match *out, struct ra_errs *errs)
{
	struct pasted mine = {.groups = groups & ALL_GROUPS};
	struct list entries;
	ra_err err = list_of(list, list_len, &entries, errs);

	memset(out, 0, sizeof(*out));
	if (!err && !mine.groups)
		err = ra_fail(errs, RA_E_ARG, "no group was asked for");
	if (!err)
		err = typed_read(typed, &mine, errs);
	if (!err)
		err = compare(&entries, &mine, out, errs);
	ra_wipe(&mine, sizeof(mine));
	return err;
}
