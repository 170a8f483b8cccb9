/* wire.h - the SSH wire's own types in a byte string: uint32 and length-prefixed strings. Private to link/.
 * Invariant: a reader never moves past its end; after a bad read it stays bad. Source: RFC 4251, section 5. */
#ifndef RA_LINK_WIRE_H
#define RA_LINK_WIRE_H

#include "base/buf.h"

#include <stdint.h>

struct ra_wire {
	const unsigned char *at;
	size_t left;
	bool bad;
};
/* Start to read bytes. */
static inline struct ra_wire ra_wire_make(const void *bytes, size_t len)
{
	return (struct ra_wire){.at = bytes, .left = len};
}
/* Read a uint32. Out: 0 when bad. */
uint32_t ra_wire_u32(struct ra_wire *wire);
/* Read a byte. Out: 0 when bad. */
unsigned char ra_wire_u8(struct ra_wire *wire);
/* Read a string. Out: borrowed bytes; NULL when bad. */
const unsigned char *ra_wire_string(struct ra_wire *wire, size_t *len);
/* Append a uint32 or a string. Errors: RA_E_LIMIT, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_wire_put_u32(struct ra_buf *out, uint32_t value);
RA_MUST_USE ra_err ra_wire_put_string(struct ra_buf *out, const void *bytes, size_t len);

#endif
