/* secret.h - a slot for one secret: locked where the system allows, wiped when freed, never copied by value.
 * Invariants: the bytes exist in no other allocation of ours; growing moves and wipes. Knows no domain. */
#ifndef RA_BASE_SECRET_H
#define RA_BASE_SECRET_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define RA_SECRET_MAX 65536 /* bytes: a recovery-key list fits; nothing longer is a secret of ours */

struct ra_secret;
/* An empty slot. Owner: ra_secret_free, which wipes. Out: NULL without memory. */
struct ra_secret *ra_secret_new(void);
/* Replace the content by a copy. Errors: RA_E_LIMIT, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_secret_set(struct ra_secret *secret, const void *bytes, size_t len);
/* Append. Errors: as ra_secret_set. */
RA_MUST_USE ra_err ra_secret_add(struct ra_secret *secret, const void *bytes, size_t len);
/* Drop the last byte (a typed backspace); nothing when empty. */
void ra_secret_chop(struct ra_secret *secret);
/* The bytes, NUL-terminated; borrowed until the next call on the slot. */
const char *ra_secret_bytes(const struct ra_secret *secret, size_t *len);
void ra_secret_wipe(struct ra_secret *secret);
struct ra_secret *ra_secret_free(struct ra_secret *secret);
RA_DEFINE_AUTO(struct ra_secret, ra_secret_free);

/* Overwrite bytes so that the compiler cannot drop it (OPENSSL_cleanse). */
void ra_wipe(void *bytes, size_t len);
/* Turn off core dumps and ptrace attachment of this process (RLIMIT_CORE 0, PR_SET_DUMPABLE 0). Called once by main. */
void ra_secret_process_guard(void);

#endif
