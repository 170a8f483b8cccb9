/* showvendor.h - `flow show` for makers of servers. Invariants: every text is made clean before it is printed. */
#ifndef RA_VERB_SHOWVENDOR_H
#define RA_VERB_SHOWVENDOR_H

#include "flow/flowset.h"

/* Print all that the set holds about this maker, by id. Out: false when there is no such file. */
bool ra_show_vendor(const struct ra_flowset *set, const char *id);
/* The makers, a line each. */
void ra_list_vendors(const struct ra_flowset *set);

#endif
