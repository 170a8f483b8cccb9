/* check.h - a check: what to ask a plane, and how its bytes become facts. Declarative; pure; no I/O.
 *
 * Invariants: a request that is not in the table of read-only requests (request.c) does not load as a check, whatever its flow file
 * says; parsers read only within the bytes given, are capped, and turn every doubt into a reason of unknown. Room check/, above base/. */
#ifndef RA_CHECK_CHECK_H
#define RA_CHECK_CHECK_H

#include "check/fact.h"

#define RA_CHECK_PLANES_MAX 4
#define RA_CHECK_FACTS_MAX 160

/* The requests reattest may send. RA_REQ_READ loads in checks; RA_REQ_CHANGE only in actions; anything else nowhere. */
enum ra_req_class { RA_REQ_REFUSED, RA_REQ_READ, RA_REQ_CHANGE };
/* Judge a request by the table of (plane, shape, source).
 * Shape:  request is the JSON object as in a flow file, and nothing beside it: {"run":[...]}, {"log":{...}}, {"property":"..."},
 *         {"call":"..."} (with "service":"TSM-SSH" for StartService and StopService), {"rest":"..."}, {"esxcli":[...]} (vCenter runs it),
 *         {"redfish":"..."} (with "setting", "to" for the changes: {"redfish":"set","setting":"tpm","to":"on"}).
 * Out:    the class; *secret whether the answer is a secret (a recovery key); *why a sentence when refused (borrowed, static). */
enum ra_req_class ra_request_class(enum ra_plane plane, const cJSON *request, bool *secret, const char **why);
/* True for a change that restarts the host: what has to be said of it (danger.json), whatever a flow file says. */
bool ra_request_restarts(const cJSON *request);
/* True for a change that waits for the next start, and until then changes nothing of the host: a setting of the firmware, the next boot. */
bool ra_request_waits(const cJSON *request);
/* The request's canonical text (what links and recordings use as its key): compact JSON, only the members given, a log's in the order
 * files, since_boot, lines_max, a call's in the order call, service, a redfish's in the order redfish,
 * setting, to. Owner: caller frees; NULL without memory. */
RA_MUST_USE char *ra_request_text(const cJSON *request);
/* The request for people ("esxcli system version get", "summary.tpmAttestation", "call RebootHost"). Owner: caller frees; NULL without memory. */
RA_MUST_USE char *ra_request_words(const cJSON *request);

/* One fact a plane's answer holds. */
struct ra_extract {
	char name[RA_FACT_NAME_MAX];
	enum ra_type type;
	bool lasting;
	bool aside; /* not told with the check's result: it is for other places */
	const cJSON *spec; /* the fact's object in the check file; borrowed from the document */
};

struct ra_check_plane {
	enum ra_plane plane;
	const char *since; /* API version, NULL */
	char *request;     /* canonical text */
	char *words;
	bool secret;
	int timeout_ms;
	size_t cap_len;
	const char *parse;
	struct ra_extract *facts; /* owned */
	size_t fact_count;
	const cJSON *spec; /* the plane's object */
};

struct ra_check {
	const char *id, *title, *why, *since; /* borrowed from doc; since NULL */
	int prefer;                           /* plane or RA_PLANE_ANY */
	struct ra_check_plane planes[RA_CHECK_PLANES_MAX];
	size_t plane_count;
	const cJSON *judge;  /* conditions: compiled by flow/ */
	const cJSON *disputed; /* [{says, source}]: what sources say that do not agree; NULL */
	const cJSON *manual; /* by-hand form, NULL */
	struct ra_json *doc; /* owned */
};

/* Load a check from a parsed file (takes doc in every case).
 * Errors: RA_E_INVALID with file:line:col (unknown key, type, parser, builtin), RA_E_DENIED for a request not in the table. */
RA_MUST_USE ra_err ra_check_load(struct ra_json *doc, struct ra_check **out, struct ra_errs *errs);
struct ra_check *ra_check_free(struct ra_check *check);
RA_DEFINE_AUTO(struct ra_check, ra_check_free);
/* True for a check whose answer is never written down. */
bool ra_check_is_secret(const struct ra_check *check);
/* True when a machine's word on the host's version proves that the host is older than what brought this check: all its facts are then
 * not_applicable (ra_extract_reason). An operator's word proves nothing. */
bool ra_check_too_new(const struct ra_check *check, const struct ra_facts *facts);

/* Where a known line stands. X(name, word of a flow file) */
#define RA_LINE_PLACES(X)     \
	X(LOG, "log")         \
	X(EVENT, "event")     \
	X(CONSOLE, "console") \
	X(MESSAGE, "message") \
	X(COMMAND, "command") \
	X(BMC, "bmc")         \
	X(ALARM, "alarm")
#define RA_LINE_PLACE_ENUM(name, word) RA_LINE_##name,
enum ra_line_place { RA_LINE_PLACES(RA_LINE_PLACE_ENUM) RA_LINE_PLACE_COUNT };
/* How much a known line weighs, the heaviest first. */
enum ra_line_weight { RA_LINE_FAIL, RA_LINE_WARN, RA_LINE_NOTE };

/* Lines that are known, shared by every check that parses `signatures` and by whoever reads any log. Loaded by flow/, lives with the
 * flow set. */
struct ra_signature {
	const char *id, *literal, *cause, *sample, *source; /* cause may be NULL */
	const char *means, *what_to_do;                     /* what_to_do may be NULL */
	const cJSON *logs;                                  /* the host's log files; NULL: it gives no fact */
	unsigned places;                                    /* a bit for each enum ra_line_place */
	enum ra_line_weight weight;
	struct ra_pattern *pattern;
};
struct ra_signatures {
	struct ra_signature *items;
	size_t count;
};

/* An answer as it came from a link. Borrowed bytes. */
struct ra_plane_answer {
	enum ra_reason failed; /* RA_KNOWN: the plane answered; else why not */
	int status;            /* exit status, HTTP status; 0 is success */
	bool complete;         /* the whole answer was seen (trailer read) */
	bool truncated;        /* cut at the cap */
	const char *out, *err;
	size_t out_len, err_len;
	ra_utc_ms sent, came; /* session clock */
	const cJSON *named;   /* names of the settings somebody wants to know (an array of texts), for facts that are `named`; NULL: none,
			       * and there are no such facts */
};
/* What an answer holds. Owner: ra_found_free. */
struct ra_found {
	struct ra_obs *obs;
	size_t count;
	bool clock_measured;
	int64_t clock_offset_ms, clock_margin_ms;
};
/* Turn an answer into observations: every fact of the plane gets exactly one, known or with its reason.
 * Shape:  at, asked and plane are filled; seq, evidence are the caller's. Facts that are `named` are only there where names are. A plane that parses `signatures` gives one sig.<id> for every
 *         signature that shares a file with its request (signatures may be NULL otherwise).
 *         A log's answer holds, for every file of the request in its order, a line "==> vmkernel <==" and then its lines, rotated
 *         files first, oldest line first. Without such lines the answer to a request of one file is that file; of several, nothing
 *         can be said not to be there.
 * Errors: RA_E_NOMEM only: bad bytes are malformed facts, not errors. */
RA_MUST_USE ra_err ra_extract_facts(const struct ra_check *check, const struct ra_check_plane *plane,
				    const struct ra_signatures *signatures, const struct ra_plane_answer *answer,
				    struct ra_found *out);
void ra_found_free(struct ra_found *found);
/* The same when the plane was not asked at all because the host's version has no such thing, or for any other one reason. */
RA_MUST_USE ra_err ra_extract_reason(const struct ra_check *check, const struct ra_check_plane *plane,
				     enum ra_reason reason, ra_utc_ms at, struct ra_found *out);

/* A recovery key list (esxcli ... recovery list in any form esxcli has, the table wrapped by a terminal among them). For the gate's proof only.
 * Shape:  16 groups of 6 digits are compared; blanks and line ends in pasted are ignored.
 * Out:    id is the Recovery ID (with braces), NUL-terminated.
 * Errors: RA_E_INVALID when bytes are no such list, or pasted is no key (says which group). */
struct ra_key_match {
	char id[64];
	unsigned groups; /* those compared: bit 0 is group 1 */
	bool all;        /* all 16 groups were compared and match */
	bool part;       /* only some were asked for, and these match */
	int differs_at;  /* first group that differs, from 1; 0 none */
};
/* Digits as typed. Borrowed. */
struct ra_key_typed {
	const char *bytes;
	size_t len;
};
#define RA_KEY_GROUPS 16
#define RA_KEY_GROUP_DIGITS 6
RA_MUST_USE ra_err ra_recovery_compare(const char *list, size_t list_len, const char *pasted, size_t pasted_len,
				       struct ra_key_match *out, struct ra_errs *errs);
/* The same for some groups only: a key that cannot be pasted is proven in part.
 * Shape:  groups: which (bit 0 is group 1; one at least); typed holds their digits in ascending order.
 * Errors: as above. */
RA_MUST_USE ra_err ra_recovery_compare_part(const char *list, size_t list_len, unsigned groups, const struct ra_key_typed *typed,
					    struct ra_key_match *out, struct ra_errs *errs);

/* Names of the builtin parsers ("clock", "uptime-us", ...), NULL-terminated. reattest-flow(5) says what each gives. */
const char *const *ra_builtin_names(void);

#endif
