/* verbs.h - the functions the verb table points to, one per file of this room. Inside of verb/.
 * Each says on stderr why, and returns an exit code. */
#ifndef RA_VERB_VERBS_H
#define RA_VERB_VERBS_H

#include "verb/verb.h"

/* reattest [HOST]: the wizard. */
int ra_verb_walk(const struct ra_context *context);
/* reattest demo [SCENARIO]: the wizard on a simulated host. */
int ra_verb_demo_walk(const struct ra_context *context);
/* reattest check HOST...: headless. */
int ra_verb_check(const struct ra_context *context);
/* reattest resume [JOURNAL]: go on where a session stopped. */
int ra_verb_resume(const struct ra_context *context);
/* reattest sessions: what is kept. */
int ra_verb_sessions(const struct ra_context *context);
/* reattest export JOURNAL: the transcript. */
int ra_verb_export(const struct ra_context *context);
/* reattest verify JOURNAL: is the record whole and unchanged. */
int ra_verb_verify(const struct ra_context *context);
/* reattest seal JOURNAL: sign its head. */
int ra_verb_seal(const struct ra_context *context);
/* reattest explain [FILE...]: known lines in any log. */
int ra_verb_explain(const struct ra_context *context);
/* reattest flow lint|test|show|graph: for those who write flows. */
int ra_verb_flow(const struct ra_context *context);
/* reattest record HOST: every answer of a host as a recording. */
int ra_verb_keep(const struct ra_context *context);
/* reattest redact JOURNAL: a copy that may leave the house. */
int ra_verb_redact(const struct ra_context *context);
/* reattest pack JOURNAL: one archive for a vendor. */
int ra_verb_pack(const struct ra_context *context);
/* reattest handover JOURNAL: a session for another person on another machine. */
int ra_verb_handover(const struct ra_context *context);
/* reattest doctor: what this installation can do. */
int ra_verb_doctor(const struct ra_context *context);
/* reattest help [VERB]: as --help. */
int ra_verb_help_on(const struct ra_context *context);
/* Usage of the program or of one verb (NULL: all), on stdout. */
int ra_verb_help(const char *verb);

#endif
