/* text.h - foreign bytes made safe to show, and their width in cells. Knows no domain.
 * Invariants: what ra_text_clean returns is UTF-8 and holds no C0 (but LF, TAB), no DEL, no C1, no bidi control,
 * nothing else that draws nothing and changes how its neighbours read; each such byte or code point stands as <1b> or
 * <U+202E>, as does a byte that is not UTF-8. A code point of unknown width (unassigned, private) becomes U+FFFD. A
 * combining mark at the start of a line stands on U+25CC, so that it cannot reach into what is drawn before it.
 * Cleaning a clean text changes nothing. The C locale plays no part.
 * Source: Unicode 15 general categories, East_Asian_Width; RFC 3629. */
#ifndef RA_BASE_TEXT_H
#define RA_BASE_TEXT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* Append the sanitised form of bytes to out, as the start of a line.
 * Shape:  keep_lines: LF (and CR LF as LF) and TAB stay, else each becomes a space.
 * Errors: RA_E_LIMIT, RA_E_NOMEM; what was done before stays in out, still clean. */
RA_MUST_USE ra_err ra_text_clean(const char *bytes, size_t len, bool keep_lines, struct ra_buf *out);
/* The same as a malloc'd text. Owner: caller frees. Out: NULL without memory. */
RA_MUST_USE char *ra_text_clean_dup(const char *text, bool keep_lines);
/* Decode one code point. Out: *cp; returns bytes used, 0 at the end, -1 (and *cp = first byte) when invalid: overlong,
 * truncated, a surrogate, past U+10FFFF. U+0000 is valid here. */
int ra_utf8_next(const char *bytes, size_t len, uint32_t *cp);
/* Encode one code point. Out: out[4]; returns bytes written (0 for a surrogate or > U+10FFFF). */
int ra_utf8_put(uint32_t cp, char *out);
/* True when bytes are valid UTF-8 without U+0000. */
bool ra_utf8_valid(const char *bytes, size_t len);
/* Cells of one code point: 0 combining or invisible, 1, 2 wide, -1 not printable or unknown. */
int ra_cp_width(uint32_t cp);
/* Cells of a clean text up to the first LF; a TAB counts up to the next multiple of 8. */
int ra_text_width(const char *text);
/* Bytes of a clean text that fit into so many cells, broken at a blank where there is one; at least one code point. */
size_t ra_text_fit(const char *text, int cells);

#endif
