/* inflow.h - the bytes of a file or of standard input in pieces, unpacked where they are gzip. Knows no domain.
 * Invariants: memory does not depend on how much there is; gzip is told by its first bytes, not by its name; several
 * gzip members after each other are one text; what was read before a fault is handed out with it. */
#ifndef RA_BASE_INFLOW_H
#define RA_BASE_INFLOW_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct ra_inflow;
/* Open a file; "-" is standard input.
 * Out: *out, NULL on error. Owner: ra_inflow_free; path stays the caller's, and is read until then.
 * Errors: RA_E_NOTFOUND, RA_E_IO, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_inflow_open(const char *path, struct ra_inflow **out, struct ra_errs *errs);
/* The next bytes, as many as there are at once, at most cap. Out: *got, with an error too; 0 without one is the end.
 * Errors: RA_E_IO; RA_E_INVALID for gzip that is broken, cut short or followed by something else; RA_E_NOMEM. */
RA_MUST_USE ra_err ra_inflow_read(struct ra_inflow *inflow, char *bytes, size_t cap, size_t *got, struct ra_errs *errs);
/* True when the bytes read are unpacked ones. */
bool ra_inflow_packed(const struct ra_inflow *inflow);
/* The version of the zlib that is loaded; static. */
const char *ra_inflow_library(void);
struct ra_inflow *ra_inflow_free(struct ra_inflow *inflow);
RA_DEFINE_AUTO(struct ra_inflow, ra_inflow_free);

#endif
