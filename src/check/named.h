/* named.h - settings of a machine that somebody names: which member of its answer is meant, and which never is.
 * Invariants: what may be a password, or a part of one, is never meant; a name is only ever compared.
 * Room check/. */
#ifndef RA_CHECK_NAMED_H
#define RA_CHECK_NAMED_H

#include <stdbool.h>
#include <stddef.h>

#define RA_NAMED_LEN_MAX 128   /* bytes of a name */
#define RA_NAMED_VALUE_MAX 200 /* bytes of a value: a longer one is no setting */

/* Does this member have the name that is wanted: to the letter, or with "_" and hex digits behind it?
 * Source: Supermicro's BIOS attributes have a number at their end that differs from board to board (SHA256PCRBank_0065). */
bool ra_named_is(const char *wanted, const char *member);
/* True for the name of what must not be read. Source: BIOS attributes of Dell (SHA256SystemPassword, SHA256SystemPasswordSalt). */
bool ra_named_secret(const char *name);
/* A name a machine may have for a setting: letters, digits, "_", "-", "."; not too long. */
bool ra_named_ok(const char *name);

#endif
