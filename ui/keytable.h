/* keytable.h - the one table of what keys do. The bar, the help screen and the manual page are made from it. Pure.
 * Invariants: every action has a letter (or a key that every keyboard has); ESC does nothing but close or leave a
 * field; in a place where text is typed no letter is a key. */
#ifndef RA_UI_KEYTABLE_H
#define RA_UI_KEYTABLE_H

#include "ui/keys.h"

#include <stddef.h>

/* Where a key is pressed. */
enum ra_place {
	RA_IN_LIST = 1 << 0,  /* a list to pick from */
	RA_IN_WALK = 1 << 1,  /* the walk: text and rows */
	RA_IN_END = 1 << 2,   /* the walk's outcome */
	RA_IN_TEXT = 1 << 3,  /* a text to read: output, a cause, help */
	RA_IN_BOARD = 1 << 4, /* causes, commands, facts, steps, map */
	RA_IN_FIELD = 1 << 5, /* something is typed */
	RA_IN_MANY = 1 << 6   /* a walk's rows that are marked */
};
enum ra_act {
	RA_ACT_NONE,
	RA_ACT_UP,
	RA_ACT_DOWN,
	RA_ACT_PAGE_UP,
	RA_ACT_PAGE_DOWN,
	RA_ACT_TOP,
	RA_ACT_BOTTOM,
	RA_ACT_GO,
	RA_ACT_MARK,
	RA_ACT_BACK,
	RA_ACT_CLOSE,
	RA_ACT_NEXT_ROW,
	RA_ACT_ERASE,
	RA_ACT_CLEAR,
	RA_ACT_COMMANDS,
	RA_ACT_CAUSES,
	RA_ACT_FACTS,
	RA_ACT_STEPS,
	RA_ACT_MAP,
	RA_ACT_PALETTE,
	RA_ACT_TOPICS,
	RA_ACT_UNDO,
	RA_ACT_VIEW,
	RA_ACT_AGAIN,
	RA_ACT_NOTE,
	RA_ACT_SEARCH,
	RA_ACT_FIND_NEXT,
	RA_ACT_FIND_LAST,
	RA_ACT_EXPORT,
	RA_ACT_CANCEL,
	RA_ACT_REPAINT,
	RA_ACT_SUSPEND,
	RA_ACT_HELP,
	RA_ACT_QUIT
};

/* One row: a key does this in these places. Shape: keys and letters are tried in order; ctrl is a letter, 0: none. */
struct ra_key_row {
	enum ra_act act;
	unsigned places;
	enum ra_key keys[3]; /* RA_KEY_NONE ends */
	const char *letters;
	char ctrl;
	const char *bar;  /* the key and its word in the bar, NULL: not in the bar */
	const char *name; /* the keys, in words */
	const char *help;
};
/* Out: the table, in the order of bar, help and manual. */
size_t ra_key_rows(const struct ra_key_row **out);
/* What a key does in a place; RA_ACT_NONE when nothing. */
enum ra_act ra_key_act(unsigned place, const struct ra_key_event *event);

#endif
