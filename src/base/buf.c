#include "config.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_MIN 64

/* Make place for more bytes and the NUL, doubling so that many small appends stay linear. */
static ra_err reserve(struct ra_buf *buf, size_t more)
{
	size_t cap = buf->max_len ? buf->max_len : SIZE_MAX / 2;
	size_t need, room;
	char *data;

	if (buf->len > cap || more > cap - buf->len)
		return RA_E_LIMIT;
	need = buf->len + more + 1;
	if (need <= buf->room)
		return RA_OK;
	room = buf->room ? buf->room : ROOM_MIN;
	while (room < need)
		room = room > SIZE_MAX / 2 ? need : room * 2;
	data = realloc(buf->data, room);
	if (!data)
		return RA_E_NOMEM;
	buf->data = data;
	buf->room = room;
	return RA_OK;
}

ra_err ra_buf_add(struct ra_buf *buf, const void *bytes, size_t len)
{
	ra_err err = reserve(buf, len);

	if (err)
		return err;
	if (len)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
	return RA_OK;
}

ra_err ra_buf_text(struct ra_buf *buf, const char *text)
{
	return ra_buf_add(buf, text, strlen(text));
}

/* Format into the place made for exactly len bytes. */
__attribute__((format(printf, 3, 0))) static ra_err put_formatted(struct ra_buf *buf, size_t len, const char *fmt,
								  va_list args)
{
	ra_err err = reserve(buf, len);

	if (err)
		return err;
	if (vsnprintf(buf->data + buf->len, len + 1, fmt, args) != (int)len) {
		buf->data[buf->len] = '\0';
		return RA_E_NOMEM;
	}
	buf->len += len;
	return RA_OK;
}

ra_err ra_buf_printf(struct ra_buf *buf, const char *fmt, ...)
{
	va_list args;
	int len;
	ra_err err;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		return RA_E_LIMIT;
	va_start(args, fmt);
	err = put_formatted(buf, (size_t)len, fmt, args);
	va_end(args);
	return err;
}

const char *ra_buf_str(const struct ra_buf *buf)
{
	return buf->data ? buf->data : "";
}

char *ra_buf_take(struct ra_buf *buf)
{
	char *data = buf->data ? buf->data : calloc(1, 1);

	buf->data = NULL;
	buf->len = 0;
	buf->room = 0;
	return data;
}

void ra_buf_reset(struct ra_buf *buf)
{
	buf->len = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

void ra_buf_free(struct ra_buf *buf)
{
	free(buf->data);
	buf->data = NULL;
	buf->len = 0;
	buf->room = 0;
}
