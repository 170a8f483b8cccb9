/* redact.h - a redacted copy with all that belongs to it, for redact and pack. Inside of verb/. */
#ifndef RA_VERB_REDACT_H
#define RA_VERB_REDACT_H

#include "journal/seal.h"
#include "session/redact.h"
#include "verb/common.h"

/* Files beside a journal that speak of its head: they are of the copy as well. The ends of their names. */
#define RA_SEAL_ENDS {RA_SEAL_HEAD, RA_SEAL_SSH, RA_SEAL_CMS}

/* Write the copy of a record that nobody has open, its seal files beside it, and the map where the options or the record's name say.
 * Owner: ra_redaction_clear, after an error as well. Errors: as ra_session_redact; RA_E_BUSY; nothing is left of the copy then. */
RA_MUST_USE ra_err ra_verb_redact_to(const struct ra_options *options, const char *path, const char *to, struct ra_redaction_told *told,
				     struct ra_errs *errs);
/* What was taken out, by rule, one sentence each, and what could remain. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_verb_redact_tell(const struct ra_redaction_told *told, const char *lead, struct ra_buf *out);

#endif
