#include "config.h"

#include "ui/keytable.h"

#include <string.h>

#define READ (RA_IN_TEXT | RA_IN_BOARD)
#define WALK (RA_IN_WALK | RA_IN_MANY | RA_IN_END)
#define LETTERS (RA_IN_LIST | WALK | READ)
#define ALL (LETTERS | RA_IN_FIELD)

/* clang-format off: a row is a line.
 * What is first in a place stands first in its bar; help and quit come last and are never left out. */
static const struct ra_key_row rows[] = {
	{RA_ACT_GO, RA_IN_LIST | RA_IN_BOARD, {RA_KEY_ENTER, RA_KEY_RIGHT}, "l", 0, "Enter open", "Enter, Right, l",
	 "open the row"},
	{RA_ACT_GO, RA_IN_WALK | RA_IN_END, {RA_KEY_ENTER, RA_KEY_RIGHT}, "l", 0, "Enter next", "Enter, Right, l",
	 "do what the row says; a dangerous step is never confirmed by this alone"},
	{RA_ACT_GO, RA_IN_MANY, {RA_KEY_ENTER, RA_KEY_RIGHT}, "l", 0, "Enter choose", "Enter, Right, l",
	 "mark the row, or go on from the last one"},
	{RA_ACT_GO, RA_IN_FIELD, {RA_KEY_ENTER}, "", 0, "Enter done", "Enter", "what was typed is what is meant"},
	{RA_ACT_MARK, RA_IN_MANY, {RA_KEY_NONE}, " x", 0, "x mark", "Space, x",
	 "mark the row, or take the mark away"},
	{RA_ACT_BACK, RA_IN_WALK | RA_IN_MANY, {RA_KEY_LEFT, RA_KEY_BACKSPACE}, "hb", 0, "b back", "Left, h, b",
	 "one step back; answers are kept in the record, what was done is not undone"},
	{RA_ACT_CLOSE, READ, {RA_KEY_LEFT, RA_KEY_ESC, RA_KEY_BACKSPACE}, "qhb", 0, "q close", "Left, Esc, q",
	 "close this page"},
	{RA_ACT_CLOSE, RA_IN_FIELD, {RA_KEY_ESC}, "", 'g', "Esc leave", "Esc, Ctrl-G",
	 "leave the field; nothing is done"},
	{RA_ACT_UP, LETTERS, {RA_KEY_UP}, "k", 0, NULL, "Up, k", "up one row or line"},
	{RA_ACT_DOWN, LETTERS, {RA_KEY_DOWN}, "j", 0, NULL, "Down, j", "down one row or line"},
	{RA_ACT_UP, RA_IN_FIELD, {RA_KEY_UP, RA_KEY_BACKTAB}, "", 'p', NULL, "Up, Ctrl-P", "to the row above"},
	{RA_ACT_NEXT_ROW, RA_IN_FIELD, {RA_KEY_DOWN, RA_KEY_TAB}, "", 'n', "Tab next row", "Down, Tab, Ctrl-N",
	 "to the next row"},
	{RA_ACT_NEXT_ROW, RA_IN_LIST | WALK, {RA_KEY_TAB}, "", 0, NULL, "Tab", "to the next row, and round"},
	{RA_ACT_PAGE_DOWN, RA_IN_LIST | WALK | READ, {RA_KEY_PGDN}, "d", 'f', NULL, "PgDn, d",
	 "the text one page on"},
	{RA_ACT_PAGE_DOWN, RA_IN_LIST | RA_IN_WALK | RA_IN_END | READ, {RA_KEY_NONE}, " ", 0, NULL, "Space",
	 "the same"},
	{RA_ACT_PAGE_UP, LETTERS, {RA_KEY_PGUP}, "u", 0, NULL, "PgUp, u", "the text one page back"},
	{RA_ACT_PAGE_DOWN, RA_IN_FIELD, {RA_KEY_PGDN}, "", 0, NULL, "PgDn", "the text one page on"},
	{RA_ACT_PAGE_UP, RA_IN_FIELD, {RA_KEY_PGUP}, "", 0, NULL, "PgUp", "the text one page back"},
	{RA_ACT_TOP, LETTERS, {RA_KEY_HOME}, "g", 0, NULL, "Home, g", "to the first row or line"},
	{RA_ACT_BOTTOM, LETTERS, {RA_KEY_END}, "G", 0, NULL, "End, G", "to the last row or line"},
	{RA_ACT_ERASE, RA_IN_FIELD, {RA_KEY_BACKSPACE}, "", 0, NULL, "Backspace", "erase the last character"},
	{RA_ACT_CLEAR, RA_IN_FIELD, {RA_KEY_NONE}, "", 'u', NULL, "Ctrl-U", "erase all of the field"},
	{RA_ACT_COMMANDS, WALK, {RA_KEY_F1 + 1}, "c", 0, "c commands", "c, F2",
	 "every request that was sent, word for word"},
	{RA_ACT_CAUSES, WALK, {RA_KEY_F1 + 2}, "a", 0, "a causes", "a, F3",
	 "the causes: likely, possible, open, ruled out, and why"},
	{RA_ACT_MAP, WALK, {RA_KEY_F1 + 10}, "m", 0, "m map", "m, F11",
	 "the flow map: the way taken, where it stands, and what can still come"},
	{RA_ACT_PALETTE, WALK, {RA_KEY_NONE}, "t", 0, "t one check", "t",
	 "all checks: run any of them alone; the walk stays where it is"},
	{RA_ACT_NOTE, WALK, {RA_KEY_F1 + 5}, "N", 0, "N note", "N, F6", "write a note into the record"},
	{RA_ACT_EXPORT, WALK, {RA_KEY_F1 + 8}, "e", 0, "e export", "e, F9", "write the transcript to a file"},
	{RA_ACT_VIEW, WALK, {RA_KEY_F1 + 4}, "v", 0, "v output", "v, F5", "what the host answered, whole"},
	{RA_ACT_FACTS, WALK, {RA_KEY_F1 + 3}, "f", 0, "f facts", "f, F4",
	 "what is known, from where, and what is not"},
	{RA_ACT_STEPS, WALK, {RA_KEY_F1 + 6}, "s", 0, "s steps", "s, F7", "the steps so far, and why each was taken"},
	{RA_ACT_TOPICS, WALK, {RA_KEY_NONE}, "i", 0, "i words", "i",
	 "what TPM, attestation, status, alarm and the rest mean"},
	{RA_ACT_UNDO, WALK, {RA_KEY_NONE}, "U", 0, NULL, "U",
	 "what was done, and whether it can be undone; Enter goes to the step that does"},
	{RA_ACT_AGAIN, RA_IN_WALK | RA_IN_MANY, {RA_KEY_F1 + 7}, "r", 0, "r again", "r, F8",
	 "run the check of this row again, or all of this step; tries what is down, too"},
	{RA_ACT_SEARCH, READ, {RA_KEY_F1 + 6}, "/", 0, "/ search", "/, F7", "search; capitals do not matter"},
	{RA_ACT_FIND_NEXT, READ, {RA_KEY_NONE}, "n", 0, "n next", "n", "the next place found"},
	{RA_ACT_FIND_LAST, READ, {RA_KEY_NONE}, "N", 0, "N last", "N", "the place found before"},
	{RA_ACT_CANCEL, ALL, {RA_KEY_NONE}, "", 'c', NULL, "Ctrl-C", "cancel what is running; if nothing is, leave"},
	{RA_ACT_REPAINT, ALL, {RA_KEY_NONE}, "", 'l', NULL, "Ctrl-L", "paint the screen anew"},
	{RA_ACT_SUSPEND, ALL, {RA_KEY_NONE}, "", 'z', NULL, "Ctrl-Z", "suspend; fg comes back"},
	{RA_ACT_HELP, LETTERS, {RA_KEY_F1}, "?", 0, "? help", "?, F1", "the keys"},
	{RA_ACT_HELP, RA_IN_FIELD, {RA_KEY_F1}, "", 0, NULL, "F1", "the keys"},
	{RA_ACT_QUIT, RA_IN_LIST | WALK, {RA_KEY_F1 + 9}, "q", 0, "q quit", "q, F10",
	 "leave; asks first only while something runs or is not on disk"},
};
/* clang-format on */

size_t ra_key_rows(const struct ra_key_row **out)
{
	*out = rows;
	return RA_LEN(rows);
}

static bool row_has(const struct ra_key_row *row, const struct ra_key_event *event)
{
	if (event->key == RA_KEY_CHAR)
		return event->cp < 0x80 && event->cp && strchr(row->letters, (int)event->cp);
	if (event->key == RA_KEY_CTRL)
		return row->ctrl && event->cp == (uint32_t)row->ctrl;
	for (size_t i = 0; i < RA_LEN(row->keys) && row->keys[i]; i++)
		if (row->keys[i] == event->key)
			return true;
	return false;
}

enum ra_act ra_key_act(unsigned place, const struct ra_key_event *event)
{
	for (size_t i = 0; i < RA_LEN(rows); i++)
		if (rows[i].places & place && row_has(&rows[i], event))
			return rows[i].act;
	return RA_ACT_NONE;
}
