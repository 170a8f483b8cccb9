/* verbs.h - the functions the verb table points to, one per file of this room. Inside of verb/.
 * Each says on stderr why, and returns an exit code. */
#ifndef RA_VERB_VERBS_H
#define RA_VERB_VERBS_H

#include "verb/verb.h"

/* reattest verify JOURNAL: is the record whole and unchanged. */
int ra_verb_verify(const struct ra_context *context);

#endif
