/* recording.h - the simulated host behind replay links: which state it is in, what it answers there, what moves it.
 * Private to link/. Invariants: the document is checked whole at load, so nothing here can meet a wrong shape; times
 * are the session's UTC; the state is shared by all links of the recording, so a hint is given to one of them. */
#ifndef RA_LINK_RECORDING_H
#define RA_LINK_RECORDING_H

#include "link/link.h"

/* True when the recording offers the plane. */
bool ra_recording_has_plane(const struct ra_recording *recording, const char *plane);
/* Is the plane up now? Out: when it is not, why and a sentence (borrowed). */
bool ra_recording_is_up(const struct ra_recording *recording, const char *plane, enum ra_link_why *why,
			const char **say);
/* The reply object for a request in the current state (its own first, then those of the states it is like). NULL: none.
 */
const cJSON *ra_recording_reply(const struct ra_recording *recording, const char *plane, const cJSON *request);
/* Make the moves of time that are due. */
void ra_recording_advance(struct ra_recording *recording, ra_utc_ms now);
/* When time next moves it. Out: RA_UTC_NONE when it does not. */
ra_utc_ms ra_recording_next_move(const struct ra_recording *recording);
/* The operator did something ("action:<step>"), or a request was answered: make the move that waits for it, if any. */
void ra_recording_hint(struct ra_recording *recording, const char *what, ra_utc_ms now);
void ra_recording_asked(struct ra_recording *recording, const cJSON *request, ra_utc_ms now);

/* What the time marks in a text mean. */
struct ra_recording_times {
	ra_utc_ms start, move, now;
	const cJSON *states;      /* their names; borrowed */
	const ra_utc_ms *entered; /* when each was last entered (start: not yet); borrowed, NULL: never matters */
};
struct ra_recording_times ra_recording_times(const struct ra_recording *recording, ra_utc_ms now);
/* Write a text with its time marks filled in.
 * Shape:  ${start-3600} ${move+90} ${now} ${entered STATE+5}: that time, seconds added, as RFC 3339;
 *         ${since start-3600}: microseconds from then to now; $${ stands for ${.
 * Errors: RA_E_INVALID for another ${...}; RA_E_NOMEM, RA_E_LIMIT from out. */
RA_MUST_USE ra_err ra_recording_fill(const char *text, const struct ra_recording_times *times, struct ra_buf *out);
/* The stdout or stderr of a reply object ("out"/"json", "err"), filled in. Errors: as ra_recording_fill. */
RA_MUST_USE ra_err ra_recording_out(const cJSON *reply, const struct ra_recording_times *times, struct ra_buf *out);
RA_MUST_USE ra_err ra_recording_err(const cJSON *reply, const struct ra_recording_times *times, struct ra_buf *out);

/* The states a recording has: those of its base (NULL: none), then its own; each a reference into its document (recording_load.c).
 * Owner: cJSON_Delete, before the documents. Errors: RA_E_INVALID with file:line:col, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_recording_states(const struct ra_json *doc, const cJSON *base, cJSON **out, struct ra_errs *errs);
/* Check a whole document's shape. Shape: states as ra_recording_states gave them. Errors: RA_E_INVALID with file:line:col. */
RA_MUST_USE ra_err ra_recording_check(const struct ra_json *doc, const cJSON *states, struct ra_errs *errs);
/* A plane's name, a reason's name. Out: false for an unknown one; *why only for reasons a plane or reply can have. */
bool ra_recording_why(const char *name, enum ra_link_why *why);

#endif
