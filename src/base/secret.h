/* secret.h - a slot for one secret: locked where the system allows, wiped when freed, never copied by value.
 * Invariants: the bytes exist in no other allocation of ours; growing moves and wipes; a forked child sees zeros and a
 * core has none of them where the kernel can do that. Knows no domain. */
#ifndef RA_BASE_SECRET_H
#define RA_BASE_SECRET_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define RA_SECRET_MAX 65536 /* bytes: a recovery-key list fits; nothing longer is a secret of ours */

struct ra_secret;
/* An empty slot. Owner: ra_secret_free, which wipes. Out: NULL without memory. */
struct ra_secret *ra_secret_new(void);
/* Replace the content by a copy; bytes are not the slot's own. Errors: RA_E_LIMIT (the content stays), RA_E_NOMEM
 * (the slot is empty). */
RA_MUST_USE ra_err ra_secret_set(struct ra_secret *secret, const void *bytes, size_t len);
/* Append; bytes are not the slot's own. Errors: RA_E_LIMIT, RA_E_NOMEM; the content stays. */
RA_MUST_USE ra_err ra_secret_add(struct ra_secret *secret, const void *bytes, size_t len);
/* Drop the last byte (a typed backspace); nothing when empty. */
void ra_secret_chop(struct ra_secret *secret);
/* The bytes, NUL-terminated; borrowed until the next call on the slot. Out: *len (may be NULL). */
const char *ra_secret_bytes(const struct ra_secret *secret, size_t *len);
/* Overwrite the content; the slot is empty after and can be used again. */
void ra_secret_wipe(struct ra_secret *secret);
/* Overwrite, unlock and free. Out: NULL. */
struct ra_secret *ra_secret_free(struct ra_secret *secret);
RA_DEFINE_AUTO(struct ra_secret, ra_secret_free);

/* Overwrite bytes so that the compiler cannot drop it (OPENSSL_cleanse). */
void ra_wipe(void *bytes, size_t len);
/* Turn off core dumps and ptrace attachment of this process (RLIMIT_CORE 0, PR_SET_DUMPABLE 0). Called once by main. */
void ra_secret_process_guard(void);

#endif
