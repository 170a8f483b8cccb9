/* kept.h - what a walk read, as a recording that replays to the same; and what must not leave the house taken out of
 * one. Room session/. Invariants: no answer of a request with a secret mark is ever in a walk's entries, so none is
 * here; what looks like a secret in any other answer is masked before it is kept. Pure: no file, no clock, no link. */
#ifndef RA_SESSION_KEPT_H
#define RA_SESSION_KEPT_H

#include "session/session.h"

#define RA_RECORDING_LEN_MAX ((size_t)8 << 20) /* bytes of a recording's file */

/* What was done to the answers on the way. */
struct ra_kept {
	size_t replies;
	size_t secrets; /* masked: recovery keys, passwords, private keys, session ids */
	size_t cut;     /* answers that are not whole: they came so, or were too large to keep */
	size_t odd;     /* answers with bytes that are no text; each such byte is U+FFFD */
};
/* A walk that has ended as a recording with one state (flows/README.md, "Simulated hosts"): every read-only answer it
 * got, masked, with its clock at the beginning of the walk, and what the flow made of it as what is expected. Shape: id
 * as in a recording. Owner: caller frees *out. Errors: RA_E_STATE before the walk began, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_session_keep(const struct ra_session *session, const char *id, struct ra_kept *told, cJSON **out,
				   struct ra_errs *errs);
/* Let a recording expect of a check what this result was, instead of what it expects. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_kept_expect(cJSON *tree, const struct ra_view *view);
/* Take a recording from its tree. Shape: as ra_source_load. Errors: as ra_source_load; RA_E_LIMIT when it is too large.
 */
RA_MUST_USE ra_err ra_source_make(const char *name, const cJSON *tree, struct ra_recording **out, struct ra_errs *errs);

/* What a recording was cleared of, by rule. */
struct ra_scrub_count {
	const char *rule; /* "address", "host name", ...; static */
	size_t values;    /* different ones */
	size_t places;
};
#define RA_SCRUB_RULES_MAX 40    /* names of rules */
#define RA_SCRUB_PATTERNS_MAX 56 /* rules */
struct ra_scrubbed {
	struct ra_scrub_count counts[RA_SCRUB_RULES_MAX];
	size_t count;
	cJSON *map;  /* {"rule": {"what it was": "what it is now"}} */
	cJSON *seen; /* the values that were met, as the map has them */
};
void ra_scrubbed_clear(struct ra_scrubbed *scrubbed);
/* Replace in a recording's tree every name, address, number and key that tells whose host it is, the same value by the
 * same token wherever it stands, and shift its times by whole days so that it begins on 2026-01-01. Shape:  tree is
 * what ra_session_keep gave, changed in place. Owner: ra_scrubbed_clear, after an error as well. Errors: RA_E_NOMEM, RA_E_LIMIT
 * (too many different values), RA_E_INVALID (it is no recording), RA_E_INTERNAL. */
RA_MUST_USE ra_err ra_scrub(cJSON *tree, struct ra_scrubbed *out, struct ra_errs *errs);

#endif
