/* flowparts.h - the parts of the verb flow, one file each. Not for other rooms.
 * Each part says on stderr why, and returns an exit code. */
#ifndef RA_VERB_FLOWPARTS_H
#define RA_VERB_FLOWPARTS_H

#include "flow/flowset.h"
#include "verb/common.h"

/* True when a path is a directory. */
bool ra_flow_is_dir(const char *path);
/* Load the set in dir (NULL: the installed one), with file in place of one of its flows or beside them (NULL: none). What the linter finds
 * fault with loads too. Out: *set, NULL unless the code is 0. Owner: ra_flowset_free. */
int ra_flow_load(const struct ra_context *context, const char *dir, const char *file, struct ra_flowset **set);
/* "there is no flow ...": as ra_say. Out: the code. */
int ra_flow_none(const char *id);

/* flow show [DIR] [ID [STEP]]: the flows by name, one step by step, or all a step says. */
int ra_flow_show(const struct ra_context *context);
/* flow graph [FILE|DIR|ID...]: flows as a drawing, with the way of a walk. */
int ra_flow_graph(const struct ra_context *context);

#endif
