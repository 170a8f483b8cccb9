/* mask.c - what looks like a secret in an answer, by a table of patterns. A line no pattern could be held against to
 * its end goes whole. */
#include "config.h"

#include "base/pattern.h"
#include "session/kept.h"

#include <string.h>

#define REMOVED "[removed]"
#define NAMES                                                                                                          \
	"(?:pass(?:word|wd|phrase|code)|pwd|secret|psk|pre-?shared[ _-]?key|snmp[ _-]?community|api[ _-]?key|access[ " \
	"_-]?token)"
/* Words a switch may have, alone: to take them out tells nobody less and may break what is parsed. */
#define SWITCH                                                                                                         \
	"(?:\\[removed|(?:true|false|null|enabled?|disabled?|yes|no|none|set|unset|not|installed)"                     \
	"(?: (?:set|installed|enabled|present|configured|specified|required|supported))?\\s*(?:[\"',;)}\\]<&\\\\]|$))"
/* Between a name and its value: any quote, escaped or not. */
#define IS "[\"']?\\s*[=:]\\s*[\\\\\"']*"
/* Between two groups of a key; the last one are the dashes of Unicode. */
#define JOINT "(?:[-_,;:./ \\t]|\\xe2\\x80[\\x90-\\x95]){1,4}"

/* The first group that took part is the secret. */
static const char *const patterns[] = {
    /* a recovery key of the configuration: 16 groups of 6 digits, or a good part of one, in which a line may be broken */
    "(?<![0-9])((?:[0-9]{1,5}-)?[0-9]{6}(?:" JOINT "[0-9]{6}){3,}(?:-[0-9]{1,5})?)(?![0-9])|"
    "(?<![0-9])(?!0{96})([0-9]{96})(?![0-9])",
    "(?i)encryptionRecoveryKey" IS "(?!\\[removed)([^\\s\"',;\\\\]+)",
    /* "Setup Password: x", "SetupPassword": "x", password=x */
    "(?i)" NAMES "[\\w .-]{0,40}\"\\s*:\\s*\"(?!" SWITCH ")((?:[^\"\\\\]|\\\\.)+)\"|"
    "(?i)" NAMES "[\\w .-]{0,40}" IS "(?!" SWITCH ")([^\\s\"',;\\\\](?:[^\"',;\\\\\\n]|[,;'](?=[^\\s\"']))*)",
    /* <password>x</password>, <string name="password">x</string>; --password x; a hash of crypt(3) */
    "(?i)" NAMES "[\\w .-]{0,40}[\"']?>(?!\\s|" SWITCH ")([^<>]+)<",
    "(?i)--?" NAMES "\\s+(?!\\[removed|-)[\"']?([^\\s\"']+)",
    "(\\$(?:[156y]|2[abxy])\\$[^\\s:\"'\\\\]{8,})",
    "(?i)(?:vmware_soap_session|vmware-api-session-id|set-cookie|authorization|x-auth-token|"
    "(?:auth|session|bearer|csrf)[ _-]?token|session[ _-]?(?:id|key|cookie))" IS
    "(?:(?:basic|bearer|sign)\\s+)?(?!\\[removed)([^\\s\"',;\\\\]+)",
    "(?i)\\b[a-z][a-z0-9+.-]*://[^\\s/:@\"]*:([^\\s/@\"]+)@",
    "-----BEGIN [A-Z ]*PRIVATE KEY-----([^\"]+?)(?:-----END|\"|$)|^([^\"-]+)-----END [A-Z ]*PRIVATE KEY",
};

/* Append a line with every secret that one pattern finds in it taken out. */
static ra_err mask_by(const struct ra_pattern *pattern, const struct ra_buf *line, struct ra_buf *out, size_t *count)
{
	const char *text = ra_buf_str(line);
	struct ra_match match;
	bool found = false;
	size_t from = 0;
	ra_err err = ra_pattern_find(pattern, text, line->len, 0, &found, &match);

	while (!err && found) {
		int group = 1;

		while (group + 1 < match.groups && match.start[group] == SIZE_MAX)
			group++;
		err = ra_buf_add(out, text + from, match.start[group] - from);
		err = err ? err : ra_buf_text(out, REMOVED);
		from = match.end[group];
		*count += 1;
		if (!err)
			err = ra_pattern_find(pattern, text, line->len, from, &found, &match);
	}
	return err ? err : ra_buf_add(out, text + from, line->len - from);
}

/* One line by every pattern. */
static ra_err mask_line(struct ra_pattern *const *set, const char *text, size_t len, struct ra_buf *out, size_t *count)
{
	RA_AUTO(ra_buf_free) struct ra_buf now = {0};
	RA_AUTO(ra_buf_free) struct ra_buf next = {0};
	size_t masked = 0;
	ra_err err = ra_buf_add(&now, text, len);

	for (size_t i = 0; i < RA_LEN(patterns) && !err && now.len; i++) {
		ra_buf_reset(&next);
		err = mask_by(set[i], &now, &next, &masked);
		struct ra_buf swap = now;

		now = next;
		next = swap;
	}
	if (err == RA_E_LIMIT) {
		*count += 1;
		return ra_buf_text(out, REMOVED);
	}
	*count += masked;
	return err ? err : ra_buf_add(out, ra_buf_str(&now), now.len);
}

/* Between the first and the last line of a private key nothing is kept. Is the next line within one? */
static bool in_key(const char *line, size_t len, bool inside)
{
	static const char begin[] = "-----BEGIN ", end[] = "-----END ", key[] = "PRIVATE KEY-----";
	const char *at = line, *stop = line + len, *mark;

	while ((mark = memmem(at, (size_t)(stop - at), inside ? end : begin, (inside ? sizeof(end) : sizeof(begin)) - 1))) {
		const char *label = mark + (inside ? sizeof(end) : sizeof(begin)) - 1;
		size_t kind = 0;

		while (label + kind < stop && (label[kind] == ' ' || (label[kind] >= 'A' && label[kind] <= 'Z')))
			kind++;
		const char *name = memmem(label, (size_t)(stop - label), key, sizeof(key) - 1);

		if (name && name <= label + kind)
			inside = !inside;
		at = label;
	}
	return inside;
}

static ra_err mask_lines(struct ra_pattern *const *set, const char *text, size_t len, struct ra_buf *out, size_t *count)
{
	bool inside = false;
	ra_err err = RA_OK;

	for (size_t at = 0; at < len && !err;) {
		const char *lf = memchr(text + at, '\n', len - at);
		size_t line_len = lf ? (size_t)(lf - text) - at : len - at;
		bool was = inside;

		inside = in_key(text + at, line_len, was);
		if (was && inside)
			err = ra_buf_text(out, REMOVED);
		else
			err = mask_line(set, text + at, line_len, out, count);
		*count += was && !inside;
		err = err || !lf ? err : ra_buf_text(out, "\n");
		at += line_len + (lf != NULL);
	}
	return err;
}

ra_err ra_mask_secrets(const char *text, size_t len, struct ra_buf *out, size_t *count)
{
	struct ra_pattern *set[RA_LEN(patterns)] = {NULL};
	ra_err err = RA_OK;

	for (size_t i = 0; i < RA_LEN(patterns) && !err; i++)
		err = ra_pattern_compile(patterns[i], &set[i], NULL);
	if (!err)
		err = mask_lines(set, text, len, out, count);
	for (size_t i = 0; i < RA_LEN(patterns); i++)
		ra_pattern_free(set[i]);
	return err;
}
