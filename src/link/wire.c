#include "config.h"

#include "link/wire.h"

unsigned char ra_wire_u8(struct ra_wire *wire)
{
	if (wire->bad || wire->left < 1) {
		wire->bad = true;
		return 0;
	}
	wire->left--;
	return *wire->at++;
}

uint32_t ra_wire_u32(struct ra_wire *wire)
{
	uint32_t value = 0;
	for (int i = 0; i < 4; i++)
		value = value << 8 | ra_wire_u8(wire);
	return wire->bad ? 0 : value;
}

const unsigned char *ra_wire_string(struct ra_wire *wire, size_t *len)
{
	*len = ra_wire_u32(wire);
	if (wire->bad || *len > wire->left) {
		wire->bad = true;
		*len = 0;
		return NULL;
	}
	const unsigned char *at = wire->at;
	wire->at += *len;
	wire->left -= *len;
	return at;
}

ra_err ra_wire_put_u32(struct ra_buf *out, uint32_t value)
{
	const unsigned char bytes[] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
				       (unsigned char)(value >> 8), (unsigned char)value};
	return ra_buf_add(out, bytes, sizeof(bytes));
}

ra_err ra_wire_put_string(struct ra_buf *out, const void *bytes, size_t len)
{
	if (len > UINT32_MAX)
		return RA_E_LIMIT;
	ra_err err = ra_wire_put_u32(out, (uint32_t)len);
	return err ? err : ra_buf_add(out, bytes, len);
}
