/* fact.h - what is known about a host, from whom, since when; and why the rest is not known.
 *
 * Invariants: unknown is a value with exactly one reason and never false; a reading uses only observations of the current boot
 * (taken since the host's last boot and since the last action), the newest of each plane; machines that disagree make a conflict;
 * an operator never outvotes a machine. Reading does not depend on the order in which observations were added.
 * Room check/: above base/, no I/O, no clock of its own. */
#ifndef RA_CHECK_FACT_H
#define RA_CHECK_FACT_H

#include "base/clock.h"
#include "base/json.h"

#define RA_FACT_NAME_MAX 64
#define RA_LIST_MAX 256

enum ra_plane { RA_PLANE_SSH, RA_PLANE_VCENTER, RA_PLANE_BMC, RA_PLANE_OPERATOR, RA_PLANE_SESSION, RA_PLANE_COUNT };
#define RA_PLANE_ANY (-1)
/* "ssh", "vcenter", "bmc", "operator", "session". */
const char *ra_plane_name(enum ra_plane plane);
/* Out: RA_PLANE_ANY for an unknown name. */
int ra_plane_parse(const char *name);

enum ra_reason {
	RA_KNOWN = 0,
	RA_NOT_ASKED,
	RA_NOT_APPLICABLE,
	RA_REFUSED,
	RA_UNREACHABLE,
	RA_TIMEOUT,
	RA_TRUNCATED,
	RA_MALFORMED,
	RA_CONFLICT,
	RA_WITHHELD,
	RA_REASON_COUNT
};
/* "known", "not_asked", ... Never NULL. */
const char *ra_reason_name(enum ra_reason reason);
/* Out: -1 for an unknown name. */
int ra_reason_parse(const char *name);
/* True for a reason that means the request failed on its way (refused, unreachable, timeout, truncated): a step leaves by `error`. */
bool ra_reason_is_transport(enum ra_reason reason);

enum ra_type { RA_BOOL, RA_INT, RA_TEXT, RA_VERSION, RA_TIME, RA_LIST, RA_TYPE_COUNT };
/* "bool", "int", ... Never NULL; and back. Out: -1 for an unknown name. */
const char *ra_type_name(enum ra_type type);
int ra_type_parse(const char *name);

/* A typed value. Owner: text and list are owned; ra_value_clear frees. TIME is UTC ms of the observing plane's clock. */
struct ra_value {
	enum ra_type type;
	union {
		bool yes;
		int64_t number;
		char *text; /* TEXT and VERSION */
		ra_utc_ms time;
		struct {
			char **items;
			size_t count;
		} list;
	} as;
};
void ra_value_clear(struct ra_value *value);
RA_MUST_USE ra_err ra_value_copy(const struct ra_value *from, struct ra_value *to);
bool ra_value_equal(const struct ra_value *a, const struct ra_value *b);
/* Order of two values of one type: <0, 0, >0. Versions compare by dotted numbers ("7.0.10" > "7.0.2"). Out: *ok false for
 * types without order or different types. */
int ra_value_order(const struct ra_value *a, const struct ra_value *b, bool *ok);
/* A value from JSON by type (time: RFC 3339 text; list: array of texts). Errors: RA_E_INVALID. */
RA_MUST_USE ra_err ra_value_from_json(enum ra_type type, const cJSON *json, struct ra_value *out);
/* The value as JSON; NULL without memory. */
RA_MUST_USE cJSON *ra_value_to_json(const struct ra_value *value);
/* The value for people ("yes", "8.0.2", "2026-03-02T01:00:00Z", "a, b"). Owner: caller frees; NULL without memory. */
RA_MUST_USE char *ra_value_text(const struct ra_value *value);

/* One observation. */
struct ra_obs {
	char name[RA_FACT_NAME_MAX];
	enum ra_plane plane;
	enum ra_reason reason; /* RA_KNOWN: value holds */
	struct ra_value value;
	ra_utc_ms at;          /* when the answer came, session clock */
	ra_utc_ms covers_from; /* RA_UTC_NONE, or: valid only if this boot began after this time of the plane's clock (a log read back to here) */
	int64_t seq;           /* journal entry it came in */
	bool lasting;          /* belongs to the host, not to the boot */
	char check[RA_FACT_NAME_MAX];
	char evidence[65];     /* SHA-256 of the reply's bytes, "" for an answer */
};
void ra_obs_clear(struct ra_obs *obs);

/* All observations of a walk. */
struct ra_facts;
struct ra_facts *ra_facts_new(void);
struct ra_facts *ra_facts_free(struct ra_facts *facts);
RA_DEFINE_AUTO(struct ra_facts, ra_facts_free);
/* Add an observation. Owner: takes obs' value in every case. Errors: RA_E_NOMEM, RA_E_ARG for a bad name. */
RA_MUST_USE ra_err ra_facts_add(struct ra_facts *facts, struct ra_obs *obs);
/* A plane's clock: plane time minus session time, and how wrong that may be. */
void ra_facts_set_clock(struct ra_facts *facts, enum ra_plane plane, int64_t offset_ms, int64_t margin_ms);
/* Out: false where never measured. The session's and the operator's clocks are 0/0. */
bool ra_facts_clock(const struct ra_facts *facts, enum ra_plane plane, int64_t *offset_ms, int64_t *margin_ms);
/* Observations before this session time no longer count (an action began or ended, a restart was asked for). */
void ra_facts_void_before(struct ra_facts *facts, ra_utc_ms at);
/* Observations of one check before this time no longer count (the operator asked for it again). */
void ra_facts_again(struct ra_facts *facts, const char *check, ra_utc_ms at);
/* The fact whose value is the host's boot time (the boot every observation is held against). Fixed: "host.boot_time". */
#define RA_FACT_BOOT_TIME "host.boot_time"
#define RA_FACT_ESXI_VERSION "host.version"

/* What to read. Zero-initialised with plane RA_PLANE_ANY reads the current value. */
struct ra_query {
	int plane;           /* RA_PLANE_ANY or one plane */
	int prefer;          /* RA_PLANE_ANY or the plane that wins a conflict */
	int64_t seq_min;     /* only observations of entries from here on (0: all) */
	int64_t seq_max;     /* only observations of entries up to here (0: all): "as it stood when the action began" */
};
/* A reading. value is borrowed from the store until the next change; at, plane of the newest observation behind it. */
struct ra_reading {
	enum ra_reason reason;
	const struct ra_value *value; /* NULL unless RA_KNOWN */
	enum ra_plane plane;
	ra_utc_ms at;
	const struct ra_obs *obs; /* the deciding observation, NULL when there is none */
};
/* Read a fact. Never fails: no observation is RA_NOT_ASKED. When nothing is known the reason is that of the plane that came
 * closest (malformed > truncated > timeout > refused > unreachable > withheld > not_applicable > not_asked). */
struct ra_reading ra_facts_read(const struct ra_facts *facts, const char *name, const struct ra_query *query);
/* True when obs counts for the current boot. */
bool ra_facts_current(const struct ra_facts *facts, const struct ra_obs *obs);
/* Visit names in order, and observations of one name in order of entry. Borrowed. */
size_t ra_facts_count(const struct ra_facts *facts);
const char *ra_facts_name(const struct ra_facts *facts, size_t index);
size_t ra_facts_obs_count(const struct ra_facts *facts, const char *name);
const struct ra_obs *ra_facts_obs(const struct ra_facts *facts, const char *name, size_t index);

#endif
