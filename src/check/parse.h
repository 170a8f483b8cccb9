/* parse.h - the parsers between a plane's bytes and a fact's raw words. Private to check/.
 * Invariants: a parser reads only within the bytes given, copies nothing past a cap, and gives a place in the bytes or
 * a reason; every doubt (two different values, a torn table, a foreign byte) is a reason, never a guess. */
#ifndef RA_CHECK_PARSE_H
#define RA_CHECK_PARSE_H

#include "check/check.h"

#include "base/cert.h"
#include "base/pattern.h"

/* Bytes of an answer. Borrowed. */
struct ra_span {
	const char *at;
	size_t len;
};
/* One line after another. Shape: *rest shrinks; the line has no CR LF. Out: false at the end. */
bool ra_span_line(struct ra_span *rest, struct ra_span *line);
/* Without blanks and tabs at both ends. */
struct ra_span ra_span_trim(struct ra_span span);
/* Equal but for case, blanks, '_' and '-': "Tpm Present", "TpmPresent" and "tpm_present" are one label. */
bool ra_span_label(struct ra_span span, const char *label);

/* Raw words of a fact: what stood at its place, before map, in and type. */
struct ra_raw {
	enum ra_reason reason; /* RA_KNOWN: item (or list) holds; RA_NOT_ASKED: a whole answer does not hold the place
				  (`absent`) */
	struct ra_span item;   /* scalars; borrowed from the answer or from the parser's own document */
	struct ra_value list;  /* LIST facts; owned */
	bool is_list;
	bool session_clock; /* a time that is not of the plane's clock */
	char number[32]; /* where item points when the answer has no text for it; so a raw is not copied */
};

/* The certificates of an answer. */
struct ra_certs {
	struct ra_cert items[RA_CERTS_MAX];
	size_t count;
	bool bad; /* the answer is something else, or one of them cannot be read */
};

/* What a parser works on. */
struct ra_parse_in {
	const struct ra_plane_answer *answer;
	const struct ra_check_plane *plane;
	const cJSON *tree;            /* json, esxcli: the answer as a tree, NULL when it is none */
	const struct ra_certs *certs; /* x509: those of the answer, NULL before it was read */
};
/* A parser: the raw words of one fact. Errors: RA_E_NOMEM. */
typedef ra_err (*ra_parse_fn)(const struct ra_parse_in *in, const struct ra_extract *fact, struct ra_raw *out);

/* One way to read an answer, as `parse` names it. */
struct ra_parser {
	const char *name;
	const char *const
	    *keys; /* a fact's keys beside the common ones, NULL-terminated; the first one is needed unless optional */
	bool optional;
	ra_parse_fn parse;
};
/* By name; NULL for an unknown one. Builtins and signatures are not here. */
const struct ra_parser *ra_parser_find(const char *name);
/* The parsers themselves. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_parse_keyvalue(const struct ra_parse_in *in, const struct ra_extract *fact, struct ra_raw *out);
RA_MUST_USE ra_err ra_parse_json(const struct ra_parse_in *in, const struct ra_extract *fact, struct ra_raw *out);
RA_MUST_USE ra_err ra_parse_table(const struct ra_parse_in *in, const struct ra_extract *fact, struct ra_raw *out);
RA_MUST_USE ra_err ra_parse_lines(const struct ra_parse_in *in, const struct ra_extract *fact, struct ra_raw *out);
RA_MUST_USE ra_err ra_parse_x509(const struct ra_parse_in *in, const struct ra_extract *fact, struct ra_raw *out);
RA_MUST_USE ra_err ra_parse_regex(const struct ra_parse_in *in, const struct ra_extract *fact, struct ra_raw *out);
/* The certificates of an answer, for ra_parse_x509. Owner: caller frees *out by free, with an error, too. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_x509_read(const struct ra_plane_answer *answer, size_t cap_len, struct ra_certs **out);
/* True when the fact's `field` is one there is, and its type that field's. */
bool ra_x509_fits(const struct ra_extract *fact);
/* Add to a list fact; a bad item makes it malformed, one too many truncated. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_raw_add(struct ra_raw *raw, struct ra_span item);

/* What a fact is read from: the first group of a match, or the whole of a pattern without groups. */
struct ra_span ra_match_part(struct ra_span text, const struct ra_match *match);

/* A table as esxcli prints it: names over runs of dashes over rows; the runs say where columns begin. */
#define RA_TABLE_COLUMNS_MAX 32
struct ra_table {
	struct ra_span header;
	struct ra_span rows;
	size_t begin[RA_TABLE_COLUMNS_MAX];
	size_t end[RA_TABLE_COLUMNS_MAX]; /* of the dashes; the last column goes to the end of its line */
	int count;
};
/* The first table in a text. Out: false when there is none. */
bool ra_table_find(struct ra_span text, struct ra_table *table);
/* What stands in a line under a column, trimmed. */
struct ra_span ra_table_cell(const struct ra_table *table, struct ra_span line, int column);
/* A row fits when between two columns stands nothing but blanks. */
bool ra_table_row_fits(const struct ra_table *table, struct ra_span line);
/* The column of a name, as labels are compared. Out: -1 when there is none. */
int ra_table_column(const struct ra_table *table, const char *name);

/* What esxcli prints, in whatever form (JSON, XML, key and value, text, table), as one tree: an object for one thing, a list of objects
 * for several, a text for a bare word. Members are named as they stand there; a member told twice differently is an empty object, which
 * no fact can be read from.
 * Out:    *doc or *tree owns *root; *root NULL when it is none of these forms. Errors: RA_E_NOMEM. */
struct ra_esxcli {
	struct ra_json *doc; /* JSON */
	cJSON *tree;         /* any other form */
	const cJSON *root;
};
RA_MUST_USE ra_err ra_esxcli_read(const struct ra_plane_answer *answer, size_t cap_len, struct ra_esxcli *out);
void ra_esxcli_clear(struct ra_esxcli *esxcli);

/* A builtin parser: code for what no table can say. Each gives one fact. */
struct ra_builtin {
	const char *name;
	const char *input; /* what it reads, for people */
	enum ra_type type; /* of its fact */
	bool any_status;   /* its text is judged whatever the command's exit status is */
	/* Fill obs->value (and clock fields) and set obs->reason; found takes a measured clock. Errors: RA_E_NOMEM. */
	ra_err (*read)(const struct ra_plane_answer *answer, struct ra_obs *obs, struct ra_found *found);
	const char *fuzz; /* the fuzz target that feeds it */
};
/* By name ("clock", without "builtin:"); NULL for an unknown one. */
const struct ra_builtin *ra_builtin_find(const char *name);

/* Add the observations of all signatures that share a file with the plane's request. failed: why there is no answer,
 * RA_KNOWN when there is. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_signatures_read(const struct ra_check_plane *plane, const struct ra_signatures *signatures,
				      const struct ra_plane_answer *answer, struct ra_found *found);
/* The time a log line begins with: 6.7/7.0 "2021-03-04T05:06:07.123Z cpu24:2097931)...", 8.0 "2022-10-19T05:40:26Z In(182)
 * vmkernel: ...". Out: RA_UTC_NONE when it begins with none. */
ra_utc_ms ra_line_stamp(struct ra_span line);
/* Room for one more observation, zeroed, at the end of found; NULL without memory. */
struct ra_obs *ra_found_add(struct ra_found *found);
/* The Recovery ID of a recovery key list, with braces. Out: id[64]. Errors: RA_E_INVALID. */
RA_MUST_USE ra_err ra_recovery_id(const char *list, size_t list_len, char *id);

#endif
