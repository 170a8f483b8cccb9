/* replays.h - recordings as tests: replaying one without anybody to ask, and holding what came of it against what is
 * expected. Not for other rooms. */
#ifndef RA_VERB_REPLAYS_H
#define RA_VERB_REPLAYS_H

#include "base/json.h"
#include "verb/verb.h"

struct ra_flowset;
struct ra_recording;

/* Run every check against a recording and fold the flow. Owner: caller frees *out. Out: *number a signal's; then *out
 * is NULL. Errors: as ra_source_make, ra_session_new. */
RA_MUST_USE ra_err ra_verb_replay(const struct ra_flowset *flows, const cJSON *tree,
				  struct ra_view **out, int *number, struct ra_errs *errs);
/* Do two results differ: in the way, its end, every check's verdict, every cause, and with facts every fact? Times of a
 * boot that were worked out from an age may be some seconds apart. Out: 0, else 1 and in differs[cap] the first thing
 * that is not. */
int ra_views_differ(const struct ra_view *one, const struct ra_view *other, bool facts, char *differs, size_t cap);
/* Is this file a recording? */
bool ra_is_recording(const char *path);
/* flow test FILE: replay the recording and hold the result against its expect.check. Says on stdout how it went. Out:
 * an exit code. */
int ra_verb_test_recording(const struct ra_flowset *flows, const char *path);
/* The same for every recording in the demo/ of a set that expects something of a check. Says on stdout how many are as
 * expected, and on stderr what is not. Out: an exit code. */
int ra_verb_test_demos(const struct ra_flowset *flows);
/* A tree as JSON in lines, short objects and lists on one. Errors: RA_E_NOMEM, RA_E_LIMIT from out. */
RA_MUST_USE ra_err ra_verb_print(const cJSON *tree, struct ra_buf *out);

#endif
