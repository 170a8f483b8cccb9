/* scrub.h - the inside of scrubbing: the table of rules, and what its files share. Private to session/.
 * A rule finds values by a pattern in one line of text; a member of a JSON answer is a line of its own, "key": "value".
 * Values with a form (an address, a UUID, a digest) are replaced where they are found; words (a host's name, a serial
 * number) are collected first, and then replaced wherever they stand as a whole word. */
#ifndef RA_SESSION_SCRUB_H
#define RA_SESSION_SCRUB_H

#include "base/pattern.h"
#include "session/kept.h"

enum ra_scrub_kind {
	RA_SCRUB_DATE, /* shifted by whole days */
	RA_SCRUB_UUID, /* in any spelling: dashes, bytes, either order of bytes */
	RA_SCRUB_MAC,
	RA_SCRUB_DIGEST, /* hex digits, with or without colons */
	RA_SCRUB_IP6,
	RA_SCRUB_IP4,
	RA_SCRUB_BLOB, /* a long base64 text */
	RA_SCRUB_HOST, /* word: a name, its domain a word of its own */
	RA_SCRUB_FQDN, /* word: a whole name, where its domain is none of those that are known */
	RA_SCRUB_USER, /* word: DOMAIN\user or user@domain */
	RA_SCRUB_WORD
};
struct ra_scrub_rule {
	const char *name; /* in counts and in the map; rules of one name share their tokens */
	enum ra_scrub_kind kind;
	const char *pattern;   /* the first group that took part is the value */
	const char *not_after; /* it is no such value after this in its line; NULL */
	const char *request;   /* only in answers to requests whose text holds this; NULL: in all */
	const char *token;   /* words: what stands before the number of what stands for it; NULL: by kind */
};
/* The table, in the order in which it is applied. Out: count. */
size_t ra_scrub_rules(const struct ra_scrub_rule **out);
/* Words no rule may take: they are VMware's or everybody's, and answers are parsed by some of them. */
bool ra_scrub_is_common(const char *word);

#define RA_SCRUB_VALUES_MAX 20000

/* One word and what stands for it. */
struct ra_scrub_word {
	char *word;        /* lower case */
	const char *token; /* in the map */
	size_t len, *places;
};
struct ra_scrubbing {
	struct ra_scrubbed *out;
	const struct ra_scrub_rule *rules;
	size_t rule_count;
	struct ra_pattern *patterns[RA_SCRUB_PATTERNS_MAX], *not_after[RA_SCRUB_PATTERNS_MAX];
	int64_t shift_days;
	struct ra_scrub_word *words;
	size_t word_count, word_room, values;
	bool late;           /* collecting: the domains are known, only whole names are left */
	const char *request; /* text of the one whose answer is looked at, "" */
	struct ra_errs *errs;
};
/* What stands for a value of a rule; made when it is new. Shape: value is the key, spelled one way; fallback: the token
 * to give. Out: *token, borrowed from the map. Errors: RA_E_NOMEM, RA_E_LIMIT. */
RA_MUST_USE ra_err ra_scrub_token(struct ra_scrubbing *s, const char *rule, const char *value, const char *fallback,
				  const char **token);
/* The counts of a rule's name; room is made. Never NULL. */
struct ra_scrub_count *ra_scrub_count(struct ra_scrubbing *s, const char *rule);
/* How many values a rule's name has so far. */
size_t ra_scrub_number(const struct ra_scrubbing *s, const char *rule);
/* A found value of a kind with a form as it is to stand. Shape: text[len]. Out: appended to *out; *taken false: it
 * stays as it is. Errors: RA_E_NOMEM, RA_E_LIMIT. */
RA_MUST_USE ra_err ra_scrub_form(struct ra_scrubbing *s, const struct ra_scrub_rule *rule, const char *text, size_t len,
				 struct ra_buf *out, bool *taken);
/* Replace every certificate of a text by one with the same times, shifted, under other names and another key
 * (scrub_cert.c). Shape: words are collected. Errors: RA_E_NOMEM, RA_E_LIMIT, RA_E_INTERNAL. */
RA_MUST_USE ra_err ra_scrub_certs(struct ra_scrubbing *s, const char *text, struct ra_buf *out);
/* The names in a text's certificates as lines that the rules take words from. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_scrub_cert_names(const char *text, struct ra_buf *out);
/* Replace every collected word of a text. Errors: RA_E_NOMEM, RA_E_LIMIT. */
RA_MUST_USE ra_err ra_scrub_words(struct ra_scrubbing *s, const char *text, size_t len, struct ra_buf *out);

#endif
