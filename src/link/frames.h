/* frames.h - where one answer ends and the next begins, in a stream that carries several. Private to link/.
 *
 * The shell behind an exec writes, after the bytes of each command, a trailer: LF nonce SPACE status [SPACE t] LF on stdout (t: the
 * host's own timer stopped the command), LF nonce LF on stderr. The caller knows the nonces and their order and asks for one at a time.
 * Invariants: pure; nothing is kept but the beginning of what may become a trailer; the same bytes give the same pieces however they
 * are cut; every byte that is no part of a trailer is handed on once, in order. Bytes are hostile: NUL and any length are data. */
#ifndef RA_LINK_FRAMES_H
#define RA_LINK_FRAMES_H

#include <stdbool.h>
#include <stddef.h>

#define RA_NONCE_LEN 33    /* 32 hex digits (128 bit) and NUL */
#define RA_TRAILER_MAX 48 /* longer than any trailer */

/* One stream. Owner: nothing to free; zero-initialised but for with_status. */
struct ra_frames {
	bool with_status; /* stdout; false: stderr */
	char held[RA_TRAILER_MAX], given[RA_TRAILER_MAX];
	size_t held_len;
};
enum ra_piece_kind {
	RA_PIECE_NONE, /* all bytes are used up */
	RA_PIECE_BODY, /* bytes of the command */
	RA_PIECE_END   /* the trailer: what follows belongs to the next command */
};
struct ra_piece {
	enum ra_piece_kind kind;
	const char *bytes; /* BODY; borrowed from what was given or from the stream, until the next call */
	size_t len;
	int status;   /* END, with_status */
	bool stopped; /* END: by the host's timer */
};

/* Take the next piece off bytes, looking for the trailer with this nonce.
 * Shape: call again with what is left until NONE. Out: how many of bytes are used. */
size_t ra_frames_take(struct ra_frames *frames, const char *nonce, const char *bytes, size_t len, struct ra_piece *piece);
/* The stream ends here: what was held as the beginning of a trailer is none. Out: false when nothing was held. */
bool ra_frames_rest(struct ra_frames *frames, struct ra_piece *piece);

#endif
