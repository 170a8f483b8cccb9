/* tally.h - what is kept of each host of a check when it has ended, the line that tells it, and what all of them say together.
 * Invariants: small for each host, whatever its record held; texts are clean; the order is that of the hosts as they were given. Not for
 * other rooms. */
#ifndef RA_VERB_TALLY_H
#define RA_VERB_TALLY_H

#include "flow/fleet.h"
#include "report/report.h"
#include "session/view.h"
#include "verb/checkcode.h"

/* One host. */
struct ra_tally_row {
	bool taken;
	char *host, *said; /* said: the first cause, or why it was not reached or not seen to its end */
	char *way;         /* not reached: why, without the host's own name; NULL */
	bool unfinished;   /* the run was stopped before its end */
	bool unasked;      /* not reached, because it was not asked */
	struct ra_check_result result;
	enum ra_tri *rules, *causes; /* is it affected, by rule and by cause of the set */
	char **facts;                /* of ra_flowset_fleet_facts; NULL: not known */
};
struct ra_tally {
	const struct ra_flowset *flows;
	struct ra_tally_row *rows;
	size_t count, taken;
};
/* Out: false without memory. Owner: ra_tally_clear, also then. flows is borrowed. */
RA_MUST_USE bool ra_tally_make(struct ra_tally *tally, const struct ra_flowset *flows, size_t count);
void ra_tally_clear(struct ra_tally *tally);
/* Take a host in. Shape: host as it was given, NULL: as the view says. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_tally_take(struct ra_tally *tally, size_t index, const char *host, const struct ra_view *view);
/* The word of an exit code: "FAIL", "UNREACHED". */
const char *ra_tally_word(int code);
/* "3 of 20: esx03: FAIL: Secure Boot is off", for the host that was taken last. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_tally_line(const struct ra_tally *tally, size_t index, struct ra_buf *out);
/* Append what the hosts say together (summary.c). Shape: every host was taken; format is none of a list. Errors: RA_E_NOMEM, RA_E_LIMIT. */
RA_MUST_USE ra_err ra_tally_summary(const struct ra_tally *tally, const struct ra_report_format *format, struct ra_buf *out);

#endif
