/* buf.h - bytes that grow up to a cap. Knows no domain.
 * Invariants: data is NUL-terminated one past len (so it can be read as text); len never exceeds max_len;
 * a failed append leaves the buffer as it was. */
#ifndef RA_BASE_BUF_H
#define RA_BASE_BUF_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Owner: whoever declares it calls ra_buf_free. Zero-initialised is empty with max_len 0 = no cap. */
struct ra_buf {
	char *data; /* NULL while empty and never written */
	size_t len;
	size_t room;
	size_t max_len;
};

/* Append bytes (not of the buffer itself: growing moves them). Errors: RA_E_LIMIT past max_len, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_buf_add(struct ra_buf *buf, const void *bytes, size_t len);
/* Append a NUL-terminated text. Errors: as ra_buf_add. */
RA_MUST_USE ra_err ra_buf_text(struct ra_buf *buf, const char *text);
/* Append formatted text; arguments as in ra_buf_add. Errors: as ra_buf_add. */
RA_MUST_USE ra_err ra_buf_printf(struct ra_buf *buf, const char *fmt, ...) RA_PRINTF(2, 3);
/* The bytes as text, "" while empty; borrowed until the next change. */
const char *ra_buf_str(const struct ra_buf *buf);
/* Hand the bytes over as a malloc'd text; the buffer is empty after. Out: NULL only without memory. */
char *ra_buf_take(struct ra_buf *buf);
/* Forget the content, keep the room. */
void ra_buf_reset(struct ra_buf *buf);
/* Free the content (not the struct); the buffer can be used again. */
void ra_buf_free(struct ra_buf *buf);
static inline void ra_buf_free_auto(struct ra_buf *buf)
{
	ra_buf_free(buf);
}

#endif
