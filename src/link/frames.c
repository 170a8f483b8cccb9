#include "config.h"

#include "link/frames.h"

#include <ctype.h>
#include <string.h>

#define STATUS_DIGITS_MAX 3

enum match { NO, PARTIAL, WHOLE };

/* The text at *at, as far as the bytes reach. */
static enum match match_text(const char *bytes, size_t len, const char *text, size_t *at)
{
	size_t text_len = strlen(text), left = len - *at;
	size_t common = left < text_len ? left : text_len;
	if (memcmp(bytes + *at, text, common) != 0)
		return NO;
	*at += common;
	return common == text_len ? WHOLE : PARTIAL;
}

static enum match match_status(const char *bytes, size_t len, size_t *at, struct ra_piece *piece)
{
	int digits = 0;
	piece->status = 0;
	for (; *at < len && digits < STATUS_DIGITS_MAX && isdigit((unsigned char)bytes[*at]); ++*at, digits++)
		piece->status = piece->status * 10 + (bytes[*at] - '0');
	if (*at < len && !digits)
		return NO;
	if (*at == len || bytes[*at] != ' ')
		return *at == len ? PARTIAL : WHOLE;
	piece->stopped = true;
	return match_text(bytes, len, " t", at);
}

/* Do bytes begin with the trailer? Out: *used its length when WHOLE. */
static enum match match_trailer(bool with_status, const char *nonce, const char *bytes, size_t len, size_t *used,
				struct ra_piece *piece)
{
	size_t at = 0;
	piece->stopped = false;
	enum match match = match_text(bytes, len, "\n", &at);
	if (match == WHOLE)
		match = match_text(bytes, len, nonce, &at);
	if (match == WHOLE && with_status)
		match = match_text(bytes, len, " ", &at);
	if (match == WHOLE && with_status)
		match = match_status(bytes, len, &at, piece);
	if (match == WHOLE)
		match = match_text(bytes, len, "\n", &at);
	*used = at;
	return match;
}

/* Go on with what may become a trailer, byte by byte: it is short. */
static size_t take_held(struct ra_frames *frames, const char *nonce, const char *bytes, size_t len,
			struct ra_piece *piece)
{
	for (size_t used = 0, whole; used < len;) {
		frames->held[frames->held_len++] = bytes[used++];
		enum match match =
		    match_trailer(frames->with_status, nonce, frames->held, frames->held_len, &whole, piece);
		if (match == PARTIAL)
			continue;
		if (match == WHOLE) {
			piece->kind = RA_PIECE_END;
			frames->held_len = 0;
			return used;
		}
		/* It was none. The byte that told so may begin one itself; no other can: a nonce has no LF. */
		bool begins = bytes[used - 1] == '\n';
		*piece =
		    (struct ra_piece){.kind = RA_PIECE_BODY, .bytes = frames->given, .len = frames->held_len - begins};
		memcpy(frames->given, frames->held, piece->len);
		frames->held[0] = '\n';
		frames->held_len = begins;
		return used;
	}
	return len;
}

size_t ra_frames_take(struct ra_frames *frames, const char *nonce, const char *bytes, size_t len,
		      struct ra_piece *piece)
{
	*piece = (struct ra_piece){.kind = RA_PIECE_NONE};
	if (!len)
		return 0;
	if (frames->held_len)
		return take_held(frames, nonce, bytes, len, piece);
	enum match match = NO;
	size_t at = 0, used = 0;
	while (match == NO && at < len) {
		const char *lf = memchr(bytes + at, '\n', len - at);
		at = lf ? (size_t)(lf - bytes) : len;
		if (lf)
			match = match_trailer(frames->with_status, nonce, lf, len - at, &used, piece);
		if (lf && match == NO)
			at++;
	}
	if (at > 0) {
		*piece = (struct ra_piece){.kind = RA_PIECE_BODY, .bytes = bytes, .len = at};
		return at;
	}
	if (match == WHOLE) {
		piece->kind = RA_PIECE_END;
		return used;
	}
	memcpy(frames->held, bytes, len);
	frames->held_len = len;
	return len;
}

bool ra_frames_rest(struct ra_frames *frames, struct ra_piece *piece)
{
	*piece = (struct ra_piece){.kind = RA_PIECE_BODY, .bytes = frames->held, .len = frames->held_len};
	frames->held_len = 0;
	return piece->len > 0;
}
