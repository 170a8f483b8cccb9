/* Any bytes as a stream of several answers: the same pieces whole and cut in two, nothing lost and nothing twice, and a
 * trailer behind them is always found. */
#include "link/frames.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES 3
#define TRAILER "\nend 7\n"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* What was heard: bodies one behind the other, and where each frame ended. */
struct heard {
	char *body;
	size_t len, ends[FRAMES + 1];
	int status[FRAMES + 1];
	size_t ended;
};

static void hear(struct ra_frames *frames, const char *bytes, size_t len, struct heard *heard)
{
	/* Short nonces, so that a fuzzer finds them. */
	static const char *const nonces[FRAMES + 1] = {"a", "b1", "0", "end"};

	while (len > 0 && heard->ended <= FRAMES) {
		struct ra_piece piece;
		size_t used = ra_frames_take(frames, nonces[heard->ended], bytes, len, &piece);

		if (!used || used > len || frames->held_len >= sizeof(frames->held))
			abort();
		if (piece.kind == RA_PIECE_NONE && used != len)
			abort();
		if (piece.kind == RA_PIECE_BODY) {
			memcpy(heard->body + heard->len, piece.bytes, piece.len);
			heard->len += piece.len;
		}
		if (piece.kind == RA_PIECE_END) {
			if (piece.status < 0 || piece.status > 999)
				abort();
			heard->status[heard->ended] = frames->with_status ? piece.status * 2 + piece.stopped : 0;
			heard->ends[heard->ended++] = heard->len;
		}
		bytes += used;
		len -= used;
	}
}

static void try(const char *bytes, size_t len, bool with_status)
{
	struct heard whole = {.body = malloc(len + 1)}, cut = {.body = malloc(len + 1)};
	struct ra_frames frames = {.with_status = with_status}, again = {.with_status = with_status};
	size_t at = len > 1 ? (unsigned char)bytes[0] % len : 0;

	if (!whole.body || !cut.body)
		abort();
	hear(&frames, bytes, len, &whole);
	hear(&again, bytes, at, &cut);
	hear(&again, bytes + at, len - at, &cut);
	if (whole.ended != cut.ended || whole.len != cut.len || memcmp(whole.body, cut.body, whole.len) ||
	    memcmp(whole.ends, cut.ends, sizeof(whole.ends)) ||
	    memcmp(whole.status, cut.status, sizeof(whole.status)) || frames.held_len != again.held_len ||
	    memcmp(frames.held, again.held, frames.held_len))
		abort();
	/* Without any trailer the body and what is held are all there was. */
	if (!whole.ended && (whole.len + frames.held_len != len || memcmp(whole.body, bytes, whole.len) ||
			     memcmp(frames.held, bytes + whole.len, frames.held_len)))
		abort();
	free(whole.body);
	free(cut.body);
}

/* Behind anything that holds no trailer of its own. */
static void try_end(const char *bytes, size_t len)
{
	struct ra_frames frames = {.with_status = true};
	struct ra_piece piece = {0};
	bool found = false;

	for (size_t used = 0; used < len && !found; found = piece.kind == RA_PIECE_END)
		used += ra_frames_take(&frames, "end", bytes + used, len - used, &piece);
	if (!found)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *with = malloc(len + sizeof(TRAILER));

	if (!with)
		abort();
	if (len)
		memcpy(with, bytes, len);
	memcpy(with + len, TRAILER, sizeof(TRAILER));
	try(with, len, true);
	try(with, len, false);
	try_end(with, len + sizeof(TRAILER) - 1);
	free(with);
	return 0;
}
