/* request.h - the shapes a request may have. Private to check/: request.c holds the table, request_text.c writes them.
 * request_redfish.c holds what may be changed through a BMC.
 * Invariants: a shape is known by its members alone; whether it may be sent is ra_request_class's word. */
#ifndef RA_CHECK_REQUEST_H
#define RA_CHECK_REQUEST_H

#include "check/check.h"

/* The shape's name ("run", "log", ...); NULL when the object is none or has members beside it. */
const char *ra_request_shape(const cJSON *request);
/* True for a name that can stand in a request (a shape's, or what may stand beside it). */
bool ra_request_is_member(const char *name);

/* Is it one of the changes through a BMC? Shape: a request of shape "redfish". Out: *why a sentence when it is none (borrowed, static). */
bool ra_request_redfish_change(const cJSON *request, const char **why);
/* Does this change restart the host? */
bool ra_request_redfish_restarts(const cJSON *request);
/* What is sent for this change: method, resource, body. Out: NULL when it is none. Owner: static. */
const char *ra_request_redfish_words(const cJSON *request);

#endif
