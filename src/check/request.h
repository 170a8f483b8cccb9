/* request.h - the shapes a request may have. Private to check/: request.c holds the table, request_text.c writes them.
 * Invariants: a shape is known by its members alone; whether it may be sent is ra_request_class's word. */
#ifndef RA_CHECK_REQUEST_H
#define RA_CHECK_REQUEST_H

#include "check/check.h"

/* The shape's name ("run", "log", ...); NULL when the object is none or has members beside it. */
const char *ra_request_shape(const cJSON *request);
/* True for a name that can stand in a request (a shape's, or what may stand beside it). */
bool ra_request_is_member(const char *name);

#endif
