/* keys.h - raw bytes of a terminal as keys. Pure: time comes in, nothing is read.
 * Invariants: any split of the bytes gives the same keys, unless a deadline passes between; both arrow forms (CSI, SS3)
 * are known whatever TERM says; a sequence that is not known, is torn or comes with Alt is swallowed and never acts as
 * the letters in it; a bracketed paste is one event and its bytes exist in a secret slot alone.
 * Source: ECMA-48 section 5.4; XTerm Control Sequences; console_codes(4); PuTTY manual section 4.4. */
#ifndef RA_UI_KEYS_H
#define RA_UI_KEYS_H

#include "base/clock.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stdint.h>

enum ra_key {
	RA_KEY_NONE,
	RA_KEY_CHAR, /* cp: a code point that is no control */
	RA_KEY_CTRL, /* cp: the letter, in lower case */
	RA_KEY_UP,
	RA_KEY_DOWN,
	RA_KEY_LEFT,
	RA_KEY_RIGHT,
	RA_KEY_HOME,
	RA_KEY_END,
	RA_KEY_PGUP,
	RA_KEY_PGDN,
	RA_KEY_INSERT,
	RA_KEY_DELETE,
	RA_KEY_ENTER,
	RA_KEY_TAB,
	RA_KEY_BACKTAB,
	RA_KEY_BACKSPACE,
	RA_KEY_ESC,
	RA_KEY_PASTE, /* the text is in the decoder; cp is 1 when it was cut */
	RA_KEY_F1,
	RA_KEY_F12 = RA_KEY_F1 + 11
};
struct ra_key_event {
	enum ra_key key;
	uint32_t cp;
};

#define RA_ESC_DELAY_MS 50  /* a lone ESC is a key after this; ESCDELAY overrides it */
#define RA_KEY_STALE_MS 500 /* a sequence that began and does not end is dropped after this */
#define RA_PASTE_STALE_MS 5000
#define RA_KEY_SEQ_MAX 24

struct ra_keys;
/* Out: NULL without memory. Units: esc_delay_ms, 0 or less: RA_ESC_DELAY_MS. Owner: ra_keys_free, which wipes. */
struct ra_keys *ra_keys_new(int esc_delay_ms);
struct ra_keys *ra_keys_free(struct ra_keys *keys);
RA_DEFINE_AUTO(struct ra_keys, ra_keys_free);
/* Take bytes until one event is whole. Out: bytes used, all of them when *out is RA_KEY_NONE; call again with the rest.
 */
size_t ra_keys_take(struct ra_keys *keys, const char *bytes, size_t len, ra_mono_ms now, struct ra_key_event *out);
/* When what is half known ends; RA_DEADLINE_NONE while nothing is. */
ra_mono_ms ra_keys_deadline(const struct ra_keys *keys);
/* Its deadline has come: a lone ESC becomes a key, a paste ends, anything else is dropped. Out: *out, RA_KEY_NONE
 * before the deadline. */
void ra_keys_expire(struct ra_keys *keys, ra_mono_ms now, struct ra_key_event *out);
/* The text of the last RA_KEY_PASTE; borrowed, and wiped by the next call. */
const struct ra_secret *ra_keys_pasted(const struct ra_keys *keys);
/* ESCDELAY's words as a number of ms; RA_ESC_DELAY_MS for NULL and what is no number from 1 to 10000. */
int ra_esc_delay_parse(const char *text);

#endif
