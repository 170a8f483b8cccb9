/* fact.h - what is known about a host, from whom, since when; and why the rest is not known.
 *
 * Invariants: unknown is a value with exactly one reason and never false; a reading uses only observations of the current boot
 * (taken since the host's last boot and since the last action), the newest of each plane; machines that disagree make a conflict;
 * an operator never outvotes a machine; a TIME is of something that happened, so one later than the moment it was told (by its
 * teller's clock, RA_BOOT_AGREE_MS aside) is a conflict. Reading does not depend on the order in which observations were added.
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

/* A typed value. Owner: text and list are owned; ra_value_clear frees. TIME is UTC ms of the observing plane's clock (or the session's:
 * ra_obs.session_clock). */
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
/* Order of two values of one type: <0, 0, >0. Versions compare by dotted numbers ("7.0.10" > "7.0.2", "8.0" = "8.0.0"), then by what
 * follows them. Out: *ok false for types without order or different types. */
int ra_value_order(const struct ra_value *a, const struct ra_value *b, bool *ok);
/* A value from JSON by type (time: RFC 3339 text; list: array of texts). Errors: RA_E_INVALID. */
RA_MUST_USE ra_err ra_value_from_json(enum ra_type type, const cJSON *json, struct ra_value *out);
/* The value as JSON; NULL without memory. */
RA_MUST_USE cJSON *ra_value_to_json(const struct ra_value *value);
/* The value for people ("yes", "8.0.2", "2026-03-02T01:00:00Z", "a, b"; "a, b; c"). Owner: caller frees; NULL without memory. */
RA_MUST_USE char *ra_value_text(const struct ra_value *value);

/* True for a fact's name: lower-case words of letters, digits, '_' and '-' joined by single dots, beginning with a letter, shorter than
 * RA_FACT_NAME_MAX. */
bool ra_fact_name_ok(const char *name);

/* One observation. Zero-initialised fields mean "none": covers_from and last_seen count only above 0, asked 0 is `at`. */
struct ra_obs {
	char name[RA_FACT_NAME_MAX];
	enum ra_plane plane;
	enum ra_reason reason; /* RA_KNOWN: value holds */
	struct ra_value value;
	ra_utc_ms at;          /* when the answer came, session clock */
	ra_utc_ms asked;       /* when it was asked for, session clock; 0: at. What is held against actions and boots: an answer that was
				* on its way when something changed does not count */
	ra_utc_ms covers_from; /* RA_UTC_NONE, or: valid only if this boot began after this time of the plane's clock (a log read back to here) */
	ra_utc_ms last_seen;   /* RA_UTC_NONE, or: this true bool is an event last seen at this time of the plane's clock. A boot that
				* provably began later has not seen it: then it reads as false if covers_from bears that out */
	int64_t seq;           /* journal entry it came in */
	bool lasting;          /* belongs to the host, not to the boot */
	bool session_clock;    /* a TIME is of the session's clock already (computed from an age, not read off a clock) */
	int64_t margin_ms;     /* how wrong such a TIME may be by itself */
	char check[RA_FACT_NAME_MAX];
	char evidence[65];     /* SHA-256 of the reply's bytes, "" for an answer */
};
void ra_obs_clear(struct ra_obs *obs);
/* An observation as a JSON object {name, plane, type, value | unknown, at, ...} without loss, and back (for journals: `value` is the
 * one sensitive member). Out: NULL without memory / Errors: RA_E_INVALID, RA_E_NOMEM. seq is the journal entry's, not in the object. */
RA_MUST_USE cJSON *ra_obs_to_json(const struct ra_obs *obs);
RA_MUST_USE ra_err ra_obs_from_json(const cJSON *json, struct ra_obs *out);

/* All observations of a walk. */
struct ra_facts;
struct ra_facts *ra_facts_new(void);
struct ra_facts *ra_facts_free(struct ra_facts *facts);
RA_DEFINE_AUTO(struct ra_facts, ra_facts_free);
/* Add an observation. Owner: takes obs' value in every case. Errors: RA_E_NOMEM, RA_E_ARG for a bad name. */
RA_MUST_USE ra_err ra_facts_add(struct ra_facts *facts, struct ra_obs *obs);
/* A plane's clock: plane time minus session time, and how wrong that may be. The last one said holds. */
void ra_facts_set_clock(struct ra_facts *facts, enum ra_plane plane, int64_t offset_ms, int64_t margin_ms);
/* Out: false where never measured. The session's and the operator's clocks are 0/0. */
bool ra_facts_clock(const struct ra_facts *facts, enum ra_plane plane, int64_t *offset_ms, int64_t *margin_ms);
/* An observed TIME on the session's clock, and how wrong that may be: the one way to compare times of two planes.
 * Out: false for no TIME, and where the plane's clock was never measured. */
bool ra_facts_session_time(const struct ra_facts *facts, const struct ra_obs *obs, ra_utc_ms *at, int64_t *margin_ms);
/* Observations of entries before seq, or asked for before this session time, no longer count (an action began or ended, a restart was
 * asked for). Lasting ones still do. A query with seq_max up to seq does not see it: "as it stood when the action began".
 * Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_facts_void_before(struct ra_facts *facts, ra_utc_ms at, int64_t seq);
/* The same for the observations of one check, lasting or not (the operator asked for it again). Errors: RA_E_NOMEM, RA_E_ARG. */
RA_MUST_USE ra_err ra_facts_again(struct ra_facts *facts, const char *check, ra_utc_ms at, int64_t seq);

/* The fact whose value is the host's boot time (the boot every observation is held against). Fixed: "host.boot_time".
 * An observation counts when it was asked for after every machine's newest word on the boot time (the operator's where no machine
 * knows), taken to the session's clock with its margin. A plane whose clock was never measured is taken at its word until it tells
 * another boot time; from then on only what was asked for after it told the new one counts. No boot is later than when it was told. */
#define RA_FACT_BOOT_TIME "host.boot_time"
/* The fact that says whether settings of the firmware may be changed in this session (bool; the session knows it). */
#define RA_FACT_FIRMWARE_CHANGES "session.firmware_changes"
#define RA_BOOT_AGREE_MS 300000 /* two boot times this near are one boot */
#define RA_FACT_ESXI_VERSION "host.version"
/* While vCenter knows that it has no contact with the host (this fact known on its plane, and not "connected"), all it says of the
 * host is as of last contact and reads as unknown (unreachable), but for lasting facts and what vCenter itself holds: host.connection,
 * host.found, host.managed, host.matches, host.vcenter_name, attestation.*, alarm.*, vcenter.*, cluster.*, siblings.*, keyprovider.*,
 * task.*, trustauthority.*. The observation stays visible. */
#define RA_FACT_CONNECTION "host.connection"

/* What to read. Zero-initialised with both planes RA_PLANE_ANY reads the current value. */
struct ra_query {
	int plane;           /* RA_PLANE_ANY or one plane */
	int prefer;          /* RA_PLANE_ANY or the plane that wins a conflict */
	int64_t seq_min;     /* only observations of entries from here on (0: all) */
	int64_t seq_max;     /* only observations of entries up to here (0: all): "as it stood when the action began" */
};
#define RA_QUERY_NOW ((struct ra_query){.plane = RA_PLANE_ANY, .prefer = RA_PLANE_ANY})
/* A reading. value is borrowed from the store until the next change; at, plane of the newest observation behind it. */
struct ra_reading {
	enum ra_reason reason;
	const struct ra_value *value; /* NULL unless RA_KNOWN */
	enum ra_plane plane;
	enum ra_plane clock; /* whose clock a TIME is of: plane's, or the session's (ra_facts_session_time does the sum) */
	ra_utc_ms at;
	const struct ra_obs *obs; /* the deciding observation, NULL when there is none */
};
/* Read a fact (query NULL: RA_QUERY_NOW). Never fails: no observation is RA_NOT_ASKED.
 * Machines first: what the newest observations of all machines that know agree on; disagreement is RA_CONFLICT unless `prefer` knows.
 * Where no machine knows, and none says not_applicable, the operator's answer counts. When nothing is known the reason is that of the
 * plane that came closest (malformed > truncated > timeout > refused > unreachable > withheld > not_applicable > not_asked). */
struct ra_reading ra_facts_read(const struct ra_facts *facts, const char *name, const struct ra_query *query);
/* True when obs counts for the current boot. */
bool ra_facts_current(const struct ra_facts *facts, const struct ra_obs *obs);
/* Visit names in order, and observations of one name in order of entry. Borrowed. */
size_t ra_facts_count(const struct ra_facts *facts);
const char *ra_facts_name(const struct ra_facts *facts, size_t index);
size_t ra_facts_obs_count(const struct ra_facts *facts, const char *name);
const struct ra_obs *ra_facts_obs(const struct ra_facts *facts, const char *name, size_t index);

#endif
