/* only.h - single checks by name: `check --only`, and the lists of `flow show`. Not for other rooms. */
#ifndef RA_VERB_ONLY_H
#define RA_VERB_ONLY_H

#include "base/err.h"

struct ra_flowset;

/* "a,b" as names of checks. Owner: caller frees with ra_only_free. Errors: RA_E_ARG for a name that is none, with those near to it. */
RA_MUST_USE ra_err ra_only_read(const struct ra_flowset *flows, const char *text, char ***out, struct ra_errs *errs);
void ra_only_free(char **names);
/* Every check that can be run alone, a line each, on standard output: name, whom it asks, title. */
void ra_list_checks(const struct ra_flowset *flows);
/* Every fact with its type, and the checks that give it. */
void ra_list_facts(const struct ra_flowset *flows);
/* The pages of help by name, or one whole. Out: the exit code. */
int ra_show_help(const struct ra_flowset *flows, const char *topic);
#endif
