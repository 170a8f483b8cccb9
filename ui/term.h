/* term.h - the real terminal: the only room of curses. Shows grids, reads keys itself, hears signals, and leaves the
 * terminal as it was.
 * Invariants: curses only paints (it never reads, and its own signal handlers never run); while it is open HUP, INT,
 * TERM, QUIT, WINCH, TSTP and CONT are blocked and read from a descriptor; every way out restores the terminal: close,
 * suspend, hangup, and a crash (by a fixed string). One at a time.
 * Source: curses newterm(3X), curs_add_wch(3X), signalfd(2), signal-safety(7). */
#ifndef RA_UI_TERM_H
#define RA_UI_TERM_H

#include "ui/grid.h"
#include "ui/keys.h"

#include <poll.h>

#define RA_TERM_FDS 2

struct ra_term;
struct ra_term_options {
	bool ascii;
	int rows, cols; /* 0: ask the terminal */
};
enum ra_term_what {
	RA_TERM_NOTHING,
	RA_TERM_KEY,
	RA_TERM_RESIZE,
	RA_TERM_RESUMED, /* back from a suspension: paint */
	RA_TERM_SUSPEND, /* somebody asks to stop: call ra_term_suspend */
	RA_TERM_SIGNAL,  /* HUP, INT, TERM, QUIT, or the terminal is gone (HUP) */
};
struct ra_term_event {
	enum ra_term_what what;
	struct ra_key_event key;
	int signal_number;
};
/* Why there can be no terminal program here (static), NULL when there can. Touches nothing. */
const char *ra_term_why_not(void);
/* True when text outside of ASCII would not be shown (the locale's character set is not UTF-8). */
bool ra_term_wants_ascii(void);
/* Take the terminal. Errors: RA_E_IO (not a terminal, or not one that can), RA_E_NOMEM; it is untouched
 * then. */
RA_MUST_USE ra_err ra_term_open(const struct ra_term_options *options, struct ra_term **out, struct ra_errs *errs);
/* Give it back as it was. Out: NULL. */
struct ra_term *ra_term_free(struct ra_term *term);
RA_DEFINE_AUTO(struct ra_term, ra_term_free);
/* What to poll: RA_TERM_FDS descriptors. */
void ra_term_poll(const struct ra_term *term, struct pollfd *fds);
/* When ra_term_next has something without any byte (a lone ESC); RA_DEADLINE_NONE. */
ra_mono_ms ra_term_deadline(const struct ra_term *term);
/* The next thing that happened. Shape: fds as polled; call until RA_TERM_NOTHING. */
void ra_term_next(struct ra_term *term, struct pollfd *fds, struct ra_term_event *out);
/* The text of the last paste; borrowed until the next ra_term_next. */
const struct ra_secret *ra_term_pasted(const struct ra_term *term);
/* Rows and columns now; an unknown size is 24 x 80. */
void ra_term_size(const struct ra_term *term, int *rows, int *cols);
/* True when only ASCII may be shown. */
bool ra_term_ascii(const struct ra_term *term);
/* Show a grid, in one burst: what differs from what stands there, and the cursor. */
void ra_term_show(struct ra_term *term, const struct ra_grid *grid);
/* Forget what stands there: the next show paints all. */
void ra_term_repaint(struct ra_term *term);
/* Stop this job as Ctrl-Z does; returns when it goes on. */
void ra_term_suspend(struct ra_term *term);

#endif
