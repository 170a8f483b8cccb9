/* value.h - typed values from the words of a machine. Private to check/.
 * Invariants: what these give can stand in a journal (valid UTF-8, capped); a word that is not of its type is refused,
 * never bent. */
#ifndef RA_CHECK_VALUE_H
#define RA_CHECK_VALUE_H

#include "check/fact.h"

#define RA_TEXT_MAX 4096      /* bytes of a text value */
#define RA_LIST_ITEM_MAX 1024 /* bytes of a list's item */

/* Text bytes that may become a value: valid UTF-8 without NUL, at most max bytes. */
bool ra_value_bytes_ok(const char *bytes, size_t len, size_t max);
/* A scalar (not LIST) from a word. Shape: bool true|false in any case; int decimal; version digits first; time RFC
 * 3339. Errors: RA_E_INVALID, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_value_from_word(enum ra_type type, const char *word, size_t len, struct ra_value *out);
/* Add an item to a LIST. Errors: RA_E_LIMIT past RA_LIST_MAX, RA_E_INVALID, RA_E_NOMEM; the list stays whole. */
RA_MUST_USE ra_err ra_value_list_add(struct ra_value *list, const char *item, size_t len);

#endif
