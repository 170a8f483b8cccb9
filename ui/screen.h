/* screen.h - a walk on the screen: what is selected, which page lies on top, what a key asks for. Pure over view and
 * keys: it paints a grid and says what it wants of the session; ui/app.c does it. Invariants: what is selected survives
 * a resize and a new view; a new prompt puts the focus on its safe row; Enter alone never does anything dangerous;
 * while the window is too small no key does anything but leave; a secret is wiped once it was handed on. */
#ifndef RA_UI_SCREEN_H
#define RA_UI_SCREEN_H

#include "session/session.h"
#include "ui/input.h"
#include "ui/pager.h"
#include "ui/tell.h"

enum ra_asking { RA_ASKING_NOTHING, RA_ASKING_NOTE, RA_ASKING_SEARCH, RA_ASKING_EXPORT, RA_ASKING_QUIT, RA_ASKING_WHY };
/* Owner: ra_screen_free (the content). Zero-initialised is a fresh screen. */
struct ra_screen {
	bool demo;
	bool small;
	uint64_t prompt; /* the prompt that selection, marks and input belong to */
	bool prompt_seen;
	bool moved; /* the operator chose the row; a view that adds rows does not move them */
	struct ra_row selected;
	uint64_t marks;
	struct ra_input input;
	struct ra_scroll text_scroll, result_scroll, row_scroll;
	enum ra_board board;
	int board_row, board_count;
	struct ra_scroll board_scroll;
	char needle[RA_NEEDLE_MAX];
	struct ra_pager text, help;
	enum ra_asking asking;
	struct ra_input line;
	uint64_t leaving;  /* RA_ASKING_WHY: the prompt that is left */
	char message[RA_ERR_TEXT_MAX];
	char ran[64];      /* the check of the palette that was asked for, until its answer is shown; "" */
	ra_utc_ms ran_was; /* when it had last been answered before */
};
enum ra_wish_kind {
	RA_WISH_NOTHING,
	RA_WISH_ANSWER, /* word */
	RA_WISH_BACK,
	RA_WISH_AGAIN, /* text: the check, "" for all */
	RA_WISH_CANCEL,
	RA_WISH_NOTE,   /* text */
	RA_WISH_EXPORT, /* text: the format */
	RA_WISH_RUN,    /* text: a check, to be run alone */
	RA_WISH_UNDO,   /* text: the step that undoes something that was done */
	RA_WISH_OUTPUT, /* seq: the command whose output is to be shown */
	RA_WISH_LEAVE,
	RA_WISH_SUSPEND,
	RA_WISH_REPAINT
};
/* What a key asks for; what it points to lives until the next call on the screen or view. */
struct ra_wish {
	enum ra_wish_kind kind;
	struct ra_word word;
	const char *ids[RA_OPTIONS_MAX + 1];
	const char *text;
	int64_t seq;
};

/* A new view: follow its prompt. */
void ra_screen_update(struct ra_screen *screen, const struct ra_view *view);
/* Paint it. The grid is cleared first. */
void ra_screen_paint(struct ra_screen *screen, const struct ra_view *view, struct ra_grid *grid);
/* Take a key. Shape: pasted is the text of a RA_KEY_PASTE. */
void ra_screen_key(struct ra_screen *screen, const struct ra_view *view, const struct ra_key_event *event,
		   const struct ra_secret *pasted, struct ra_wish *wish);
/* A sentence for the message line, until the next key. */
void ra_screen_say(struct ra_screen *screen, const char *text);
/* The answer was taken, or refused (kept: a plain text may be mended); a secret is wiped in any case. */
void ra_screen_answered(struct ra_screen *screen, bool taken);
/* Show the output of a command of a view with output. Errors: RA_E_NOTFOUND, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_screen_output(struct ra_screen *screen, const struct ra_view *view, int64_t seq);
/* The check that was asked for alone has its answer in this view, and the answer is not shown yet. */
bool ra_screen_ran(const struct ra_screen *screen, const struct ra_view *view);
/* Show verdict and output of that check, from a view with output; a message where another page lies on top. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_screen_ran_show(struct ra_screen *screen, const struct ra_view *view);
/* Where keys are pressed now. */
unsigned ra_screen_place(const struct ra_screen *screen, const struct ra_view *view);
/* Free and wipe the content. */
void ra_screen_free(struct ra_screen *screen);

#endif
