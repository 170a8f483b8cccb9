/* mask.c - one walk over the bytes, held at each place against a table of names and a few forms. No patterns: an answer of a megabyte on
 * one line is masked as well as a short one, and never dropped because it was too hard to examine. */
#include "config.h"

#include "check/mask.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define GROUP 6        /* digits of a recovery key's group */
#define GROUPS_WHOLE 4 /* so many are a good part of a key */
#define GROUPS_PIECE 2
#define BETWEEN_MAX 40 /* bytes of other words between a name and what it names: "Password of the setup: " */

/* Where a name's value begins and ends. */
enum kind {
	VALUE,  /* "name words: value", to the end of the quote, the list or the line */
	WORD,   /* "name=value", one word */
	SCHEME, /* the same, behind the word that says how: "Authorization: Basic value" */
	MEMBER  /* only as the name of a JSON member */
};
/* A hyphen is a hyphen, a blank, an underscore, or nothing. */
static const struct row {
	const char *name;
	enum kind kind;
} rows[] = {
    {"password", VALUE},          {"passwd", VALUE},
    {"passphrase", VALUE},        {"passcode", VALUE},
    {"pwd", VALUE},               {"secret", VALUE},
    {"psk", VALUE},               {"pre-shared-key", VALUE},
    {"snmp-community", VALUE},    {"api-key", VALUE},
    {"access-token", VALUE},      {"salt", MEMBER},
    {"credential", MEMBER},       {"encryptionrecoverykey", WORD},
    {"vmware_soap_session", WORD}, {"vmware-api-session-id", WORD},
    {"set-cookie", SCHEME},       {"authorization", SCHEME},
};

/* Bytes. at is NULL where nothing was found. */
struct part {
	const char *at;
	size_t len;
};

static bool one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Bytes of a JSON escape at a backslash: never masked in its middle. 1 where it is none. */
static size_t escape_len(const char *at, const char *end)
{
	if (end - at < 2 || !one_of(at[1], "\"\\/bfnrtu"))
		return 1;
	return at[1] == 'u' && end - at >= 6 ? 6 : 2;
}

/* The name of a row at a place. Out: its length there, 0 when it is not there. */
static size_t name_len(const char *name, const char *at, const char *end)
{
	const char *from = at;

	for (; *name; name++) {
		if (*name == '-') {
			at += at < end && one_of(*at, " _-");
			continue;
		}
		if (at == end || tolower((unsigned char)*at) != *name)
			return 0;
		at++;
	}
	return (size_t)(at - from);
}

static const struct row *row_at(const char *at, const char *end, size_t *len)
{
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		*len = tolower((unsigned char)*at) == rows[i].name[0] ? name_len(rows[i].name, at, end) : 0;
		if (*len)
			return &rows[i];
	}
	return NULL;
}

/* A word a switch may have: to take it out tells nobody less and may break what is parsed. whole: nothing follows it. */
static bool is_switch(struct part value, bool whole)
{
	static const char *const words[] = {"true", "false", "null", "enabled", "enable", "disabled", "disable",
					    "yes",  "no",    "none", "set",	"unset",  "not",      "installed"};

	for (size_t i = 0; i < RA_LEN(words); i++) {
		size_t len = strlen(words[i]);

		if (value.len >= len && strncasecmp(value.at, words[i], len) == 0 &&
		    (value.len == len || (!whole && !is_word(value.at[len]))))
			return true;
	}
	return false;
}

/* Over a quote, escaped or not. Out: *quote, NUL where there is none; *escaped. */
static const char *past_quote(const char *at, const char *end, char *quote, bool *escaped)
{
	*escaped = end - at >= 2 && at[0] == '\\' && at[1] == '"';
	*quote = '\0';
	if (*escaped || (at < end && one_of(*at, "\"'"))) {
		*quote = *escaped ? '"' : *at;
		at += *escaped ? 2 : 1;
	}
	return at;
}

/* From a value's begin to its end: the quote it stands in, or one of a set. */
static struct part value_to(const char *at, const char *end, char quote, bool escaped, const char *stops)
{
	const char *from = at;

	while (at < end) {
		bool closes = *at == '\\' && end - at >= 2 && at[1] == '"';

		/* A quote ends what stands within one; an escaped one what began with one, or with none. */
		if (closes ? escaped || !quote : quote ? *at == quote || *at == '"' || *at == '\n' : one_of(*at, stops))
			break;
		at += *at == '\\' ? escape_len(at, end) : 1;
	}
	at = at > end ? end : at;
	return (struct part){from, (size_t)(at - from)};
}

static const char *past_scheme(const char *at, const char *end)
{
	static const char *const schemes[] = {"basic ", "bearer ", "sign "};

	for (size_t i = 0; i < RA_LEN(schemes); i++)
		if ((size_t)(end - at) > strlen(schemes[i]) && strncasecmp(at, schemes[i], strlen(schemes[i])) == 0)
			return at + strlen(schemes[i]);
	return at;
}

/* What stands behind a name: words between, quotes, and what makes it a value. */
static struct part value_behind(const char *at, const char *end, enum kind kind)
{
	const char *most = at + BETWEEN_MAX;
	char quote;
	bool escaped, tag = false, quoted;

	while (kind == VALUE && at < end && at < most && (is_word(*at) || one_of(*at, " .-")))
		at++;
	at = past_quote(at, end, &quote, &escaped);
	quoted = quote;
	while (at < end && is_blank(*at))
		at++;
	if (at < end && *at == '>' && kind == WORD)
		tag = true;
	else if (at == end || !one_of(*at, ":="))
		return (struct part){NULL, 0};
	for (at++; at < end && is_blank(*at);)
		at++;
	at = past_quote(at, end, &quote, &escaped);
	if (quoted && !quote)
		return (struct part){NULL, 0}; /* a number, a list: no text */
	if (kind == SCHEME)
		at = past_scheme(at, end);
	if (kind == VALUE)
		return value_to(at, end, quote, escaped, "\"',;\r\n");
	return value_to(at, end, quote, escaped, tag ? "<\r\n" : " \t\r\n\"',;)}]<&");
}

/* What is masked stays as it is, brackets and all. */
static bool is_masked(const char *at, const char *end)
{
	return (size_t)(end - at) >= strlen(RA_MASKED) && memcmp(at, RA_MASKED, strlen(RA_MASKED)) == 0;
}

/* A value under a name of the table, in any text. */
static struct part named(const char *at, const char *end)
{
	size_t len;
	const struct row *row = row_at(at, end, &len);
	struct part none = {NULL, 0}, value = row && row->kind != MEMBER ? value_behind(at + len, end, row->kind) : none;

	if (value.at && is_masked(value.at, end))
		value.len = strlen(RA_MASKED);
	return value.len && !is_switch(value, false) ? value : none;
}

/* One past a JSON text that begins at the quote, or the end of the bytes. Out: what stands between the quotes. */
static const char *past_text(const char *at, const char *end, struct part *text)
{
	const char *from = ++at;

	while (at < end && *at != '"')
		at += *at == '\\' && at + 1 < end ? 2 : 1;
	*text = (struct part){from, (size_t)(at - from)};
	return at < end ? at + 1 : end;
}

/* Escapes could spell a name another way: a name that has one is not trusted. */
static bool speaks_of_secret(struct part name)
{
	size_t len;

	for (const char *at = name.at; at < name.at + name.len; at++)
		if (*at == '\\' || row_at(at, name.at + name.len, &len))
			return true;
	return false;
}

/* The walk. */
struct walk {
	const char *begin, *end;
	const char *kept;         /* all before it is in out */
	const char *close, *past; /* of the JSON text that began last: its quote, and what stands behind that */
	struct ra_buf *out;
};

static const char *enter_text(struct walk *w, const char *at, struct part *text)
{
	w->past = past_text(at, w->end, text);
	w->close = text->at + text->len;
	return w->past;
}

/* The value of a JSON member whose name begins at the quote. */
static struct part member(struct walk *w, const char *at)
{
	struct part name, value, none = {NULL, 0};

	at = enter_text(w, at, &name);
	while (at < w->end && isspace((unsigned char)*at))
		at++;
	if (at == w->end || *at != ':')
		return none;
	for (at++; at < w->end && isspace((unsigned char)*at);)
		at++;
	if (at == w->end || *at != '"' || !speaks_of_secret(name))
		return none;
	(void)past_text(at, w->end, &value);
	if (!value.len || is_switch(value, true))
		return none;
	(void)enter_text(w, at, &value);
	return value;
}

/* Digits and hyphens from at on. Out: all of them where two whole groups follow each other. */
static struct part groups_of_piece(const char *at, const char *end)
{
	size_t digits = 0, groups = 0, most = 0, len = 0;

	for (;; len++) {
		if (at + len < end && isdigit((unsigned char)at[len])) {
			digits++;
			continue;
		}
		groups = digits == GROUP ? groups + 1 : 0;
		most = groups > most ? groups : most;
		digits = 0;
		if (at + len == end || at[len] != '-')
			break;
	}
	return (struct part){most >= GROUPS_PIECE ? at : NULL, len};
}

/* Groups with a hyphen or a blank between, as many as follow each other. */
static struct part groups_of_key(const char *at, const char *end)
{
	const char *from = at, *past = at;
	size_t groups = 0;

	for (;; groups++) {
		size_t digits = 0;

		while (at + digits < end && digits <= GROUP && isdigit((unsigned char)at[digits]))
			digits++;
		if (digits != GROUP)
			break;
		past = at += GROUP;
		if (at == end || !one_of(*at, "- "))
			break;
		at++;
	}
	groups += past == at; /* the last one, which nothing follows */
	return (struct part){groups >= GROUPS_WHOLE ? from : NULL, (size_t)(past - from)};
}

/* scheme://user:password@ */
static struct part url_password(const char *at, const char *end)
{
	const char *from;

	if (end - at < 3 || memcmp(at, "://", 3) != 0)
		return (struct part){NULL, 0};
	for (at += 3; at < end && !isspace((unsigned char)*at) && !one_of(*at, "/:@\"");)
		at++;
	if (at == end || *at != ':')
		return (struct part){NULL, 0};
	for (from = ++at; at < end && !isspace((unsigned char)*at) && !one_of(*at, "/@\"\\");)
		at++;
	return at < end && *at == '@' && at > from ? (struct part){from, (size_t)(at - from)} : (struct part){NULL, 0};
}

/* What stands between the first and the last line of a private key; to the end where it has none. */
static struct part private_key(const char *at, const char *end)
{
	static const char begin[] = "-----BEGIN ", words[] = "PRIVATE KEY-----", close[] = "-----END";
	const size_t begin_len = sizeof(begin) - 1, words_len = sizeof(words) - 1;
	const char *last;

	if ((size_t)(end - at) < begin_len || memcmp(at, begin, begin_len) != 0)
		return (struct part){NULL, 0};
	at += begin_len;
	while (at < end && (isupper((unsigned char)*at) || *at == ' ') && ((size_t)(end - at) < words_len || memcmp(at, words, words_len) != 0))
		at++;
	if ((size_t)(end - at) < words_len || memcmp(at, words, words_len) != 0)
		return (struct part){NULL, 0};
	at += words_len;
	last = memmem(at, (size_t)(end - at), close, sizeof(close) - 1);
	for (end = last ? last : end; at < end && one_of(*at, "\r\n");)
		at++;
	while (end > at && one_of(end[-1], "\r\n"))
		end--;
	return (struct part){at, (size_t)(end - at)};
}

/* Put a mark in place of a part. */
static ra_err mask(struct walk *w, struct part secret)
{
	ra_err err = ra_buf_add(w->out, w->kept, (size_t)(secret.at - w->kept));

	w->kept = secret.at + secret.len;
	return err ? err : ra_buf_text(w->out, RA_MASKED);
}

static bool of_run(char c)
{
	return isdigit((unsigned char)c) || c == '-';
}

/* The secret that is told at a place; without bytes: none. What stands in a JSON text ends with it. */
static struct part secret_at(struct walk *w, enum ra_mask_of of, const char *at)
{
	const char *end = at < w->close ? w->close : w->end;
	bool run = of_run(*at) && (at == w->begin || !of_run(at[-1]));
	struct part found = {NULL, 0};

	if (*at == '"' && at >= w->past)
		return member(w, at);
	if (*at == ':')
		return url_password(at, end);
	if (isalpha((unsigned char)*at))
		return named(at, end);
	if (run)
		found = of == RA_MASK_PIECE ? groups_of_piece(at, end) : groups_of_key(at, end);
	return !found.at && *at == '-' ? private_key(at, end) : found;
}

ra_err ra_mask_secrets(enum ra_mask_of of, const char *text, size_t len, struct ra_buf *out)
{
	struct walk w = {.begin = text, .end = text + len, .kept = text, .close = text, .past = text, .out = out};
	const char *at = text;
	ra_err err = RA_OK;

	while (at < w.end && !err) {
		struct part secret = secret_at(&w, of, at);

		if (secret.at && secret.len) {
			err = mask(&w, secret);
			at = w.kept;
		} else {
			at += *at == '\\' ? escape_len(at, w.end) : 1;
		}
	}
	return err ? err : ra_buf_add(out, w.kept, (size_t)(w.end - w.kept));
}
