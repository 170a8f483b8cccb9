/* mask.c - one walk over the bytes, held at each place against a table of names and a few forms. No patterns: an answer of a megabyte on
 * one line is masked as well as a short one, and never dropped because it was too hard to examine. */
#include "config.h"

#include "check/groups.h"
#include "check/mask.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define OPTION_MAX 40  /* bytes of an option before the name in it: "--admin-" */
#define HASH_MIN 8     /* bytes of a password's hash: less is none */
#define CERTIFICATE_DIGITS_MAX 18 /* in a row: three groups of a recovery key */
#define BETWEEN_MAX 40 /* bytes of other words between a name and what it names: "Password of the setup: " */

/* Where a name's value begins and ends. */
enum kind {
	VALUE,  /* "name words: value", to the end of the quote, the list or the line; "--name value" */
	WORD,   /* "name=value", one word */
	COOKIE, /* "name: value", quotes and all, to the semicolon */
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
    {"session-id", WORD},         {"session-key", WORD},
    {"session-cookie", WORD},     {"session-token", WORD},
    {"auth-token", WORD},         {"bearer-token", WORD},
    {"csrf-token", WORD},         {"set-cookie", COOKIE},
    {"authorization", SCHEME},
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

static size_t word_of(const char *const *words, size_t count, struct part text)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(words[i]);

		if (text.len >= len && strncasecmp(text.at, words[i], len) == 0 && (text.len == len || !is_word(text.at[len])))
			return len;
	}
	return 0;
}

/* Words a switch may have and nothing else: to take them out tells nobody less and may break what is parsed. whole: a bracket behind them
 * is part of the value. */
static bool is_switch(struct part value, bool whole)
{
	static const char *const words[] = {"true", "false", "null", "enabled", "enable", "disabled", "disable",
					    "yes",  "no",    "none", "set",	"unset",  "not",      "installed"};
	static const char *const states[] = {"set", "installed", "enabled", "present", "configured", "specified", "required", "supported"};
	size_t len = word_of(words, RA_LEN(words), value), more;

	if (!len)
		return false;
	if (len < value.len && value.at[len] == ' ') {
		more = word_of(states, RA_LEN(states), (struct part){value.at + len + 1, value.len - len - 1});
		len += more ? more + 1 : 0;
	}
	while (!whole && len < value.len && is_blank(value.at[len]))
		len++;
	return len == value.len || (!whole && one_of(value.at[len], ")}]<&\\"));
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

/* What follows a comma without a blank goes on: a password may have one. */
static bool goes_on(const char *at, const char *end)
{
	return one_of(*at, ",;'") && end - at >= 2 && !isspace((unsigned char)at[1]) && !one_of(at[1], "\"'\\");
}

/* Over one sign of a value. What is written twice over has its own escapes: a backslash of theirs goes with what it stands before. */
static const char *past_sign(const char *at, const char *end, bool escaped)
{
	size_t len = *at == '\\' ? escape_len(at, end) : 1;

	if (escaped && len == 2 && at[1] == '\\' && end - at > 2)
		len += at[2] == '\\' ? escape_len(at + 2, end) : 1;
	return at + len;
}

/* From a value's begin to its end: the quote it stands in, or one of a set. */
static struct part value_to(const char *at, const char *end, char quote, bool escaped, const char *stops)
{
	const char *from = at;
	bool list = strchr(stops, ',') && !strchr(stops, ' ');

	while (at < end) {
		bool closes = *at == '\\' && end - at >= 2 && at[1] == '"';

		/* A quote ends what stands within one; an escaped one what began with one, or with none. */
		if (closes ? escaped || !quote : quote ? *at == quote || *at == '"' || *at == '\n' : one_of(*at, stops) && !(list && goes_on(at, end)))
			break;
		at = past_sign(at, end, escaped);
	}
	at = at > end ? end : at;
	return (struct part){from, (size_t)(at - from)};
}

/* As many bytes as come before one of a set; escapes are none of it. */
static size_t bytes_before(const char *at, const char *end, const char *stops)
{
	const char *from = at;

	while (at < end && !one_of(*at, stops))
		at += *at == '\\' ? escape_len(at, end) : 1;
	return (size_t)((at > end ? end : at) - from);
}

static const char *past_scheme(const char *at, const char *end)
{
	static const char *const schemes[] = {"basic ", "bearer ", "sign "};

	for (size_t i = 0; i < RA_LEN(schemes); i++)
		if ((size_t)(end - at) > strlen(schemes[i]) && strncasecmp(at, schemes[i], strlen(schemes[i])) == 0)
			return at + strlen(schemes[i]);
	return at;
}

/* What stands in an element: at is its '>'. */
static struct part element(const char *at, const char *end)
{
	const char *from = ++at;

	while (at < end && !one_of(*at, "<>\r\n"))
		at++;
	if (from == at || isspace((unsigned char)*from) || *from == '\\')
		return (struct part){NULL, 0};
	return (struct part){from, (size_t)(at - from)};
}

/* What stands behind a name: words between, quotes, and what makes it a value. */
static struct part value_behind(const char *at, const char *end, enum kind kind)
{
	const char *most = at + BETWEEN_MAX;
	char quote;
	bool escaped, quoted;

	while (kind == VALUE && at < end && at < most && (is_word(*at) || one_of(*at, " .-")))
		at++;
	at = past_quote(at, end, &quote, &escaped);
	quoted = quote;
	if (at < end && *at == '>' && at[-1] != '-')
		return element(at, end);
	while (at < end && is_blank(*at))
		at++;
	if (at == end || !one_of(*at, ":="))
		return (struct part){NULL, 0};
	for (at++; at < end && is_blank(*at);)
		at++;
	if (kind != COOKIE || quoted)
		at = past_quote(at, end, &quote, &escaped);
	else
		quote = '\0';
	if (quoted && !quote)
		return (struct part){NULL, 0}; /* a number, a list: no text */
	if (kind == SCHEME)
		at = past_scheme(at, end);
	if (kind == COOKIE && quote != '"')
		return (struct part){at, bytes_before(at, end, quote ? "';\r\n" : ";\r\n")};
	return value_to(at, end, quote, escaped, kind == VALUE ? "\"',;\r\n" : " \t\r\n\"',;)}]<&");
}

/* "--name value": the value. at is where the name begins, past where it ends. */
static struct part option(const char *begin, const char *at, const char *past, const char *end)
{
	const char *from = at;
	char quote;
	bool escaped;

	while (from > begin && at - from < OPTION_MAX && (is_word(from[-1]) || from[-1] == '-'))
		from--;
	if (from == at || *from != '-' || past == end || !is_blank(*past))
		return (struct part){NULL, 0};
	while (past < end && is_blank(*past))
		past++;
	past = past_quote(past, end, &quote, &escaped);
	if (past == end || (!quote && *past == '-'))
		return (struct part){NULL, 0};
	return value_to(past, end, quote, escaped, " \t\r\n\"'");
}

/* What is masked stays as it is, brackets and all. */
static bool is_masked(const char *at, const char *end)
{
	return (size_t)(end - at) >= strlen(RA_MASKED) && memcmp(at, RA_MASKED, strlen(RA_MASKED)) == 0;
}

/* A value under a name of the table, in any text. A recovery key there may have blanks in it. */
static struct part named(const char *begin, const char *at, const char *end)
{
	size_t len, key;
	const struct row *row = row_at(at, end, &len);
	struct part none = {NULL, 0}, value = none;

	if (!row || row->kind == MEMBER)
		return none;
	if (row->kind == VALUE)
		value = option(begin, at, at + len, end);
	if (!value.len)
		value = value_behind(at + len, end, row->kind);
	if (!value.len)
		return none;
	if (is_masked(value.at, end))
		value.len = strlen(RA_MASKED);
	key = row->kind == WORD ? ra_groups_len(value.at, value.at, end, true) : 0;
	value.len = key > value.len ? key : value.len;
	return is_switch(value, false) ? none : value;
}

/* A hash of crypt(3): "$6$salt$hash". */
static struct part password_hash(const char *at, const char *end)
{
	size_t mark = end - at > 3 && one_of(at[1], "156y") && at[2] == '$' ? 3 : 0, len;

	if (!mark && end - at > 4 && at[1] == '2' && one_of(at[2], "abxy") && at[3] == '$')
		mark = 4;
	if (!mark)
		return (struct part){NULL, 0};
	for (len = mark; at + len < end && !isspace((unsigned char)at[len]) && !one_of(at[len], ":\"'"); len++)
		if (at[len] == '\\' && (at + len + 1 == end || at[++len] != '/')) {
			len--; /* of what JSON escapes only the slash is in a hash */
			break;
		}
	return (struct part){at, len >= mark + HASH_MIN ? len : 0};
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
	const char *no_key;       /* before it are numbers */
	bool number;              /* the secret that was found last stands where JSON has a number */
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
	if (at < w->end && *at == '>' && speaks_of_secret(name)) {
		value = element(at, w->end);
		return value.len && is_switch(value, false) ? none : value;
	}
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

/* One past "-----BEGIN RSA PRIVATE KEY-----" or the END of it; NULL where it does not stand there. */
static const char *past_label(const char *at, const char *end, const char *which)
{
	static const char words[] = "PRIVATE KEY-----";
	const size_t which_len = strlen(which), words_len = sizeof(words) - 1;

	if ((size_t)(end - at) < which_len || memcmp(at, which, which_len) != 0)
		return NULL;
	for (at += which_len; (size_t)(end - at) >= words_len; at++) {
		if (memcmp(at, words, words_len) == 0)
			return at + words_len;
		if (!isupper((unsigned char)*at) && *at != ' ')
			break;
	}
	return NULL;
}

static const char key_begin[] = "-----BEGIN ", key_end[] = "-----END ";

static struct part without_line_ends(const char *at, const char *end)
{
	while (at < end && one_of(*at, "\r\n"))
		at++;
	while (end > at && one_of(end[-1], "\r\n"))
		end--;
	return (struct part){at, (size_t)(end - at)};
}

/* What stands between the first and the last line of a private key; to the end where it has none. */
static struct part private_key(const char *at, const char *end)
{
	const char *from = past_label(at, end, key_begin), *last = from;

	if (!from)
		return (struct part){NULL, 0};
	while ((last = memmem(last, (size_t)(end - last), key_end, sizeof(key_end) - 1)) != NULL && !past_label(last, end, key_end))
		last++;
	return without_line_ends(from, last ? last : end);
}

/* What stands before the last line of a private key whose first line is missing, back to where it can be none. */
static struct part rest_of_key(const char *from, const char *at, const char *end)
{
	const char *back = at;

	if (!past_label(at, end, key_end))
		return (struct part){NULL, 0};
	while (back > from && (isalnum((unsigned char)back[-1]) || one_of(back[-1], "+/=\\\r\n")))
		back--;
	return without_line_ends(back, at);
}

/* Put a mark in place of a part. */
static ra_err mask(struct walk *w, struct part secret)
{
	ra_err err = ra_buf_add(w->out, w->kept, (size_t)(secret.at - w->kept));

	w->kept = secret.at + secret.len;
	return err ? err : ra_buf_text(w->out, w->number ? "\"" RA_MASKED "\"" : RA_MASKED);
}

static const char *before_space(const char *begin, const char *at)
{
	while (at > begin && isspace((unsigned char)at[-1]))
		at--;
	return at;
}

/* Where JSON outside of a text may have a number: behind a bracket, a comma, a member's name. */
static bool is_number(const char *begin, const char *at)
{
	at = before_space(begin, at);
	if (at == begin || one_of(at[-1], "[,"))
		return at > begin;
	if (at[-1] != ':')
		return false;
	at = before_space(begin, at - 1);
	return at > begin && at[-1] == '"';
}

/* Is a place within a number of JSON? */
static bool within_number(const char *begin, const char *at)
{
	size_t before = (size_t)(at - begin);

	if (before > 1 && one_of(at[-1], ".eE"))
		return isdigit((unsigned char)at[-2]);
	if (before > 1 && one_of(at[-1], "+-") && one_of(at[-2], "eE"))
		return true;
	return before && at[-1] == '-' && is_number(begin, at - 1);
}

static bool goes_on_as_number(const char *at, const char *end)
{
	return end - at > 1 && one_of(*at, ".eE") && (isdigit((unsigned char)at[1]) || one_of(at[1], "+-"));
}

/* A recovery key. Digits with commas between, or with nothing, may be numbers of JSON: a text stands there instead, but where it would be
 * part of a number. */
static struct part key(struct walk *w, enum ra_mask_of of, const char *at)
{
	const char *end = at < w->close ? w->close : w->end, *past;
	size_t len = at < w->no_key ? 0 : ra_groups_len(w->begin, at, end, of == RA_MASK_PIECE);
	bool loose = len && (memchr(at, ',', len) || bytes_before(at, at + len, "-_;:./ \t\\\xe2") == len);

	if (at < w->close || !loose)
		return (struct part){at, len};
	past = at + len;
	if (within_number(w->begin, at) || (is_number(w->begin, at) && goes_on_as_number(past, end))) {
		w->no_key = past;
		return (struct part){NULL, 0};
	}
	w->number = is_number(w->begin, at);
	return (struct part){at, len};
}

/* The secret that is told at a place; without bytes: none. What stands in a JSON text ends with it. */
static struct part secret_at(struct walk *w, enum ra_mask_of of, const char *at)
{
	const char *end = at < w->close ? w->close : w->end;
	struct part found = {NULL, 0};

	w->number = false;
	if (*at == '"' && at >= w->past)
		return member(w, at);
	if (*at == ':')
		return url_password(at, end);
	if (isalpha((unsigned char)*at))
		return named(w->begin, at, end);
	if (*at == '$')
		return password_hash(at, end);
	if (isdigit((unsigned char)*at) || *at == '-')
		found = key(w, of, at);
	if (!found.len && *at == '-')
		found = private_key(at, end);
	return !found.len && *at == '-' ? rest_of_key(w->kept, at, end) : found;
}

/* One past a certificate that begins here; NULL where none does. Nothing in its base64 is anybody's secret, though its letters may spell the
 * name of one ("...NPSk="): masked, it would be no certificate any more. The "MII" of a DER sequence begins each; digits in a row are no part of
 * one, but of a recovery key. */
static const char *past_certificate(const char *at, const char *end)
{
	static const char first[] = "-----BEGIN CERTIFICATE-----", last[] = "-----END CERTIFICATE-----", der[] = "MII";
	bool body = false;
	int digits = 0;

	if ((size_t)(end - at) < sizeof(first) - 1 || memcmp(at, first, sizeof(first) - 1) != 0)
		return NULL;
	for (at += sizeof(first) - 1; at < end; at++) {
		digits = isdigit((unsigned char)*at) ? digits + 1 : one_of(*at, "\r\n\\") ? digits : 0;
		if (digits == CERTIFICATE_DIGITS_MAX)
			break;
		if (*at == '\\' && end - at > 1 && one_of(at[1], "nr/"))
			at++; /* as JSON writes it */
		else if (!body && (size_t)(end - at) >= sizeof(der) - 1 && memcmp(at, der, sizeof(der) - 1) == 0)
			body = true;
		else if (!one_of(*at, "\r\n") && !(body && (isalnum((unsigned char)*at) || one_of(*at, "+/="))))
			break;
	}
	return body && (size_t)(end - at) >= sizeof(last) - 1 && memcmp(at, last, sizeof(last) - 1) == 0 ? at + sizeof(last) - 1 : NULL;
}

ra_err ra_mask_secrets(enum ra_mask_of of, const char *text, size_t len, struct ra_buf *out)
{
	struct walk w = {.begin = text, .end = text + len, .kept = text, .close = text, .past = text, .no_key = text, .out = out};
	const char *at = text;
	ra_err err = RA_OK;

	while (at < w.end && !err) {
		const char *past = past_certificate(at, w.end);
		struct part secret = past ? (struct part){NULL, 0} : secret_at(&w, of, at);

		if (past) {
			at = past;
		} else if (secret.at && secret.len) {
			err = mask(&w, secret);
			at = w.kept;
		} else {
			at += *at == '\\' ? escape_len(at, w.end) : 1;
		}
	}
	return err ? err : ra_buf_add(out, w.kept, (size_t)(w.end - w.kept));
}
