/* checkcode.h - the exit code of `reattest check` over all its hosts: the precedence of the manual, --fail-on, --exit-style. Pure.
 * Not for other rooms. */
#ifndef RA_VERB_CHECKCODE_H
#define RA_VERB_CHECKCODE_H

#include "verb/verb.h"

/* How one host ended. */
struct ra_check_result {
	int code;
	bool warns; /* some check of it is WARN */
};
/* Are the options that move the code, and those that count, ones that exist? Errors: RA_E_ARG. */
RA_MUST_USE ra_err ra_check_options(const struct ra_options *options, struct ra_errs *errs);
/* The code of all hosts together. What --fail-on does not count is taken out of each host's result first, so that it hides nothing
 * milder that does count. Hosts that were not reached are unknown among others; all of them are a code of their own. */
int ra_check_code(const struct ra_options *options, const struct ra_check_result *results, size_t count);
/* The code in the style asked for. */
int ra_check_styled(const struct ra_options *options, int code);

#endif
