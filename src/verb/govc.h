/* govc.h - what the environment variables of govc say of a vCenter. Not for other rooms.
 * Invariants: a password leaves the environment when it is taken: its bytes are wiped where they stood and the variable is gone.
 * Source: govc README, "Usage" (GOVC_URL, GOVC_USERNAME, GOVC_PASSWORD, GOVC_INSECURE, GOVC_TLS_CA_CERTS, GOVC_TLS_KNOWN_HOSTS). */
#ifndef RA_VERB_GOVC_H
#define RA_VERB_GOVC_H

#include "base/secret.h"

/* What was found; NULL and false for what was not. */
struct ra_govc {
	char *url; /* without its password */
	char *user, *ca_files, *known_hosts;
	struct ra_secret *password;
	bool insecure;
};
/* Take them. Owner: ra_govc_clear, after an error as well.
 * Errors: RA_E_DENIED (the exit code for configuration) with the name of the variable that cannot be read, never with its value;
 * RA_E_NOMEM. */
RA_MUST_USE ra_err ra_govc_take(struct ra_govc *out, struct ra_errs *errs);
/* Free and wipe. */
void ra_govc_clear(struct ra_govc *govc);

#endif
