/* groups.h - the digits of a recovery key in any text, however somebody joined them: it is copied by hand, through mails and terminals. */
#ifndef RA_CHECK_GROUPS_H
#define RA_CHECK_GROUPS_H

#include "base/buf.h"

/* Bytes of a recovery key, or of a good part of one, that begins at a place of a text (that begins at begin); 0 where none does, and within a
 * row of digits. piece: the text may be cut anywhere, so that fewer groups are enough and what joins them counts for less.
 * Shape: groups of six digits with a hyphen, blanks, underscores, commas, a dash of Unicode or the like between, a group cut at either end;
 * or 96 digits in one row, in a piece half of them. A row of zeros is none, and the digits of a hexadecimal digest are none. In a piece
 * two groups with a hyphen are enough, and all digits and hyphens around them belong to them. */
size_t ra_groups_len(const char *begin, const char *at, const char *end, bool piece);

#endif
