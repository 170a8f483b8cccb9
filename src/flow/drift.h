/* drift.h - a template held against a host, row by row: facts as they are wanted, and settings of the firmware by its maker.
 *
 * Made from the fold's state alone, so that a record says the same whenever it is read. What nobody told is neither drift nor in order.
 * Room flow/. */
#ifndef RA_FLOW_DRIFT_H
#define RA_FLOW_DRIFT_H

#include "check/fact.h"
#include "check/named.h"
#include "flow/engine.h"

#define RA_BRIEF_MAX 300 /* bytes of a value in a sentence */

/* The facts the firmware's settings stand in, each "NAME=VALUE": of this boot, and those that wait for the next start. */
#define RA_FACT_SETTINGS "firmware.settings"
#define RA_FACT_NEXT "firmware.next"

struct ra_drift {
	char name[RA_NAMED_LEN_MAX + RA_BRIEF_MAX]; /* a fact, an attribute as the machine names it, or what was not compared */
	char wanted[RA_BRIEF_MAX]; /* "": no more is known than name and reason */
	char is[RA_BRIEF_MAX];     /* "": not told */
	char next[RA_BRIEF_MAX];   /* another value waits for the next start; "": none that is known */
	bool firmware;             /* a setting of the firmware, not a fact */
	bool differs;              /* it is not as wanted, or will not be */
	enum ra_reason reason;     /* RA_KNOWN: compared */
	bool absent;               /* the machine has no setting of this name */
	bool says_why;             /* name says why it was not compared: no word for the reason behind it */
};
/* Every wanted fact and setting, in the template's order. Out: *rows NULL and *count 0 without a template.
 * Owner: caller frees *rows by free, with an error, too. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_drift_rows(const struct ra_state *state, struct ra_drift **rows, size_t *count);
/* A row as a sentence. Out: out[cap]. */
void ra_drift_say(const struct ra_drift *row, char *out, size_t cap);
#define RA_DRIFT_SAY_MAX (RA_NAMED_LEN_MAX + 4 * RA_BRIEF_MAX + 80)
/* A value of a fact for people, in the words of the glossary, never longer than fits. Out: out[RA_BRIEF_MAX]. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_brief(const struct ra_state *state, const char *fact, const struct ra_value *value, char *out);
/* The names of the settings a template's content wants of any maker, as an array of texts. Out: *out NULL when it wants none.
 * Owner: caller. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_drift_names(const cJSON *template, cJSON **out);

#endif
