/* tell.h - a walk in words: what the terminal paints and plain mode prints, made from the view alone. Pure.
 * Invariants: says only what the view says; colour never stands without a word; the same words in both front ends. */
#ifndef RA_UI_TELL_H
#define RA_UI_TELL_H

#include "session/view.h"
#include "ui/doc.h"
#include "ui/rows.h"

#define RA_SPAN_MAX 40
#define RA_QUIT_MAX 480

/* "SSH" for "ssh" and so on; an unknown name as it is. */
const char *ra_tell_plane(const char *name);
#define RA_WATCH_LINE_MAX 320
/* "iDRAC: On, in POST for 2 min 10 s (5 s ago)". Out: out[RA_WATCH_LINE_MAX]; returns out. */
const char *ra_tell_watch(const struct ra_view *view, const struct ra_view_watch *watch, char *out);
/* A danger's class in a sentence; "" for "". */
const char *ra_tell_danger(const char *danger);
/* The look of a verdict's or a cause's word. */
enum ra_look ra_tell_look(const char *word);
/* "<0.1 s", "0.2 s", "12 s", "2 min 10 s", "1 h 5 min". Out: out[RA_SPAN_MAX]; returns out. */
const char *ra_tell_span(int64_t ms, char *out);
/* The same with its date where it is older than half a day: what is old does not look as if it were of now. Out: as ra_tell_clock. */
const char *ra_tell_when(ra_utc_ms at, ra_utc_ms now, char *out);
/* "12:04:31Z", "" for an unknown time. Out: out[RA_SPAN_MAX]; returns out. */
const char *ra_tell_clock(ra_utc_ms at, char *out);

/* What stands above the rows: danger, title, the step's words, the question, what is running. */
void ra_tell_walk(const struct ra_view *view, struct ra_doc *doc);
/* The rows, numbered as in rows; marks: bit i is option i; brief: what passed in one line. */
void ra_tell_rows(const struct ra_view *view, const struct ra_rows *rows, uint64_t marks, bool brief,
		  struct ra_doc *doc);
/* The end of a walk: what was wrong, what was done, what was not checked, what to do next. */
void ra_tell_outcome(const struct ra_view *view, struct ra_doc *doc);
/* True when something runs, waits, or was begun and is not over: leaving now leaves it open. */
bool ra_tell_busy(const struct ra_view *view);
/* What Ctrl-C did, in words for the message line. */
const char *ra_tell_cancelled(const struct ra_view *view);
/* What is asked before the operator leaves; "" when nothing stands against it: no change is under way, none is owed, and the record
 * is on disk. Out: out[RA_QUIT_MAX]; returns out. */
const char *ra_tell_quit(const struct ra_view *view, char *out);

enum ra_board {
	RA_BOARD_NONE,
	RA_BOARD_CAUSES,
	RA_BOARD_COMMANDS,
	RA_BOARD_FACTS,
	RA_BOARD_STEPS,
	RA_BOARD_MAP,
	RA_BOARD_PALETTE,
	RA_BOARD_TOPICS,
	RA_BOARD_DONE
};
/* A board's title and what its rows are called when there are none. */
const char *ra_tell_board_title(enum ra_board board);
/* A board's rows. Out: how many; row i of the doc is the thing ra_tell_board_at gives. */
int ra_tell_board(const struct ra_view *view, enum ra_board board, struct ra_doc *doc);
/* Which cause, command, fact or step stands in a row: an index into the view. */
size_t ra_tell_board_at(const struct ra_view *view, enum ra_board board, int row);
/* The rows of the flow map, and all that is known of one (tell_map.c). */
void ra_tell_map_row(const struct ra_view *view, size_t at, int row, struct ra_doc *doc);
/* As above. */
void ra_tell_map_detail(const struct ra_view *view, size_t at, struct ra_doc *doc);
/* The row where the walk stands; 0 when it stands in none. */
int ra_tell_map_now(const struct ra_view *view);
/* A heading and what stands under it; nothing when that is empty. */
void ra_tell_part(struct ra_doc *doc, const char *heading, const char *text);
/* The same for a list. */
void ra_tell_parts(struct ra_doc *doc, const char *heading, const struct ra_texts *texts);
/* All that is known of one thing of a board. */
void ra_tell_detail(const struct ra_view *view, enum ra_board board, size_t at, struct ra_doc *doc);
/* tell_check.c: a row of the palette and of the pages of help; a page of help. */
void ra_tell_palette(const struct ra_view *view, size_t at, int row, struct ra_doc *doc);
void ra_tell_topic_row(const struct ra_view *view, size_t at, int row, struct ra_doc *doc);
void ra_tell_topic(const struct ra_view_topic *topic, struct ra_doc *doc);
/* The palette's row of a check; NULL when it has none. */
const struct ra_view_check *ra_tell_palette_row(const struct ra_view *view, const char *check);
/* Verdict of a check run alone and what came back for it, from a view with output. Owner: caller frees. Out: NULL without memory. */
char *ra_tell_check(const struct ra_view *view, const char *check);
/* What came back for a command, whole: the request, then its output. Owner: caller frees. Out: NULL without memory. */
char *ra_tell_output(const struct ra_view_command *command);

#endif
