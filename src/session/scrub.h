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
	RA_SCRUB_LINE, /* a line of one, in a record only: a recording has certificates that were made for it, and are parsed */
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
#define RA_SCRUB_OWN "own word" /* the rule of a site's own words: any of them, and wherever it stands */

/* One word and what stands for it. */
struct ra_scrub_word {
	char *word;        /* lower case */
	const char *token; /* in the map */
	size_t len;
	const char *rule;
	bool anywhere; /* also in the middle of another word */
};
struct ra_scrubbing {
	struct ra_scrubbed *out;
	const struct ra_scrub_rule *rules;
	size_t rule_count;
	struct ra_pattern *patterns[RA_SCRUB_PATTERNS_MAX], *not_after[RA_SCRUB_PATTERNS_MAX];
	int64_t shift_days;
	struct ra_scrub_word *words;
	size_t word_count, word_room, values;
	bool in_place; /* a record's lines, that stay as many as they are: times stay, and what is masked is only read by people */
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
/* The table's patterns. Errors: RA_E_NOMEM, RA_E_INVALID. Owner: ra_scrub_end, after an error as well; out and its map are the caller's. */
RA_MUST_USE ra_err ra_scrub_begin(struct ra_scrubbing *s);
void ra_scrub_end(struct ra_scrubbing *s);
/* A text, line by line: words out of it (out NULL), or all replaced. Shape: key is the member it is, "" for none. Errors: RA_E_NOMEM,
 * RA_E_LIMIT (with errs: too many values; without: too hard to examine). */
RA_MUST_USE ra_err ra_scrub_text(struct ra_scrubbing *s, const char *key, const char *text, struct ra_buf *out);
/* Every text of a JSON value, in place. Shape, Errors: as ra_scrub_text. */
RA_MUST_USE ra_err ra_scrub_json(struct ra_scrubbing *s, cJSON *node, const char *key, bool write);
/* A value is a word (RA_SCRUB_HOST and the kinds after it). Errors: RA_E_NOMEM, RA_E_LIMIT. */
RA_MUST_USE ra_err ra_scrub_add(struct ra_scrubbing *s, const struct ra_scrub_rule *rule, const char *value);
/* Is it what stands for something? */
bool ra_scrub_is_token(const struct ra_scrubbing *s, const char *rule, const char *value);
/* Longer words first: what holds another word is taken whole. To be called when all words are collected. */
void ra_scrub_sort(struct ra_scrubbing *s);
/* The pattern of a host in the domain that a word is. Out: *made false where it is none. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_scrub_of_domain(const struct ra_scrub_word *word, struct ra_buf *pattern, bool *made);
/* Collect hosts by such a pattern. Errors: as ra_scrub_text. */
RA_MUST_USE ra_err ra_scrub_collect_by(struct ra_scrubbing *s, const char *pattern, const char *text);
/* Certificates and keys between PEM marks, covered line by line: as many lines as before. Errors: RA_E_NOMEM, RA_E_LIMIT, RA_E_INTERNAL. */
RA_MUST_USE ra_err ra_scrub_cover(struct ra_scrubbing *s, const char *text, struct ra_buf *out);
/* Replace every collected word of a text. Errors: RA_E_NOMEM, RA_E_LIMIT. */
RA_MUST_USE ra_err ra_scrub_words(struct ra_scrubbing *s, const char *text, size_t len, struct ra_buf *out);

#endif
