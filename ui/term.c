#include "config.h"

#include "ui/term.h"
#include "base/io.h"
#include "ui/hear.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define READ_MAX 4096
#define SIZE_ROWS_DEFAULT 24
#define SIZE_COLS_DEFAULT 80
#define COLOURS_MIN 8

static const char paste_on[] = "\033[?2004h", paste_off[] = "\033[?2004l";

static const int heard[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT};
static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
#define HEARD_COUNT RA_LEN(heard)
#define CRASH_COUNT RA_LEN(crashes)

struct ra_term {
	SCREEN *screen;
	struct ra_grid *shown; /* what stands on the terminal */
	struct ra_keys *keys;
	struct ra_term_options options;
	struct termios modes;
	struct sigaction before[HEARD_COUNT], crash_before[CRASH_COUNT];
	struct ra_hear hear;
	char in[READ_MAX];
	size_t in_at, in_len;
	bool colour, dim, paste, gone;
};

/* How looks are drawn with colours and without. Colour is never the only sign: words stand beside it. */
static const struct {
	attr_t with, without;
	short colour; /* -1: the terminal's own */
} looks[RA_LOOK_COUNT] = {
    [RA_LOOK_PLAIN] = {A_NORMAL, A_NORMAL, -1},
    [RA_LOOK_DIM] = {A_DIM, A_DIM, -1},
    [RA_LOOK_TITLE] = {A_BOLD, A_BOLD, -1},
    [RA_LOOK_HEAD] = {A_REVERSE, A_REVERSE, -1},
    [RA_LOOK_GOOD] = {A_NORMAL, A_NORMAL, COLOR_GREEN},
    [RA_LOOK_BAD] = {A_BOLD, A_BOLD, COLOR_RED},
    [RA_LOOK_WARN] = {A_BOLD, A_BOLD, COLOR_YELLOW},
    [RA_LOOK_ODD] = {A_NORMAL, A_NORMAL, COLOR_MAGENTA},
    [RA_LOOK_DANGER] = {A_REVERSE | A_BOLD, A_REVERSE | A_BOLD, COLOR_RED},
    [RA_LOOK_FIELD] = {A_UNDERLINE, A_UNDERLINE, -1},
    [RA_LOOK_FOUND] = {A_REVERSE, A_REVERSE, -1},
};

/* A crash has no state to look at: fixed sequences and the modes that any shell can live with. */
static void crash(int number)
{
	static const char restore[] = "\033[?2004l\033[0m\033[?25h\033[?1049l\r\n";
	struct termios modes;
	ssize_t n = write(STDOUT_FILENO, restore, sizeof(restore) - 1);

	(void)n;
	if (!tcgetattr(STDIN_FILENO, &modes)) {
		modes.c_iflag |= ICRNL | IXON;
		modes.c_oflag |= OPOST | ONLCR;
		modes.c_lflag |= ICANON | ECHO | ECHOE | ECHOK | ISIG | IEXTEN;
		tcsetattr(STDIN_FILENO, TCSANOW, &modes);
	}
	raise(number); /* SA_RESETHAND: the usual end, when this handler returns */
}

static ra_err signals_take(struct ra_term *term, struct ra_errs *errs)
{
	struct sigaction action = {.sa_handler = crash, .sa_flags = SA_RESETHAND};

	for (size_t i = 0; i < HEARD_COUNT; i++)
		sigaction(heard[i], NULL, &term->before[i]);
	for (size_t i = 0; i < CRASH_COUNT; i++) {
		sigaction(crashes[i], NULL, &term->crash_before[i]);
		if (term->crash_before[i].sa_handler == SIG_DFL) /* a sanitizer's stays */
			sigaction(crashes[i], &action, NULL);
	}
	return ra_hear_begin(&term->hear, heard, HEARD_COUNT, errs);
}

static void signals_give_back(struct ra_term *term)
{
	for (size_t i = 0; i < HEARD_COUNT; i++) /* newterm has set some of its own; blocked, they never ran */
		sigaction(heard[i], &term->before[i], NULL);
	for (size_t i = 0; i < CRASH_COUNT; i++)
		sigaction(crashes[i], &term->crash_before[i], NULL);
	ra_hear_end(&term->hear);
}

/* A capability as a text; NULL when the terminal has none. */
static const char *capability(const char *name)
{
	const char *text = tigetstr((char *)name);

	return text && text != (char *)-1 && *text ? text : NULL;
}

const char *ra_term_why_not(void)
{
	const char *name = getenv("TERM"), *why = NULL;
	int told = 0;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return "input and output are not a terminal";
	if (!name || !*name)
		return "TERM is not set";
	if (!strcmp(name, "dumb"))
		return "TERM is dumb";
	if (setupterm(NULL, STDOUT_FILENO, &told) != OK)
		return "this TERM is not known here";
	if (!capability("cup"))
		why = "this TERM cannot place the cursor";
	del_curterm(cur_term);
	return why;
}

bool ra_term_wants_ascii(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

bool ra_term_ascii(const struct ra_term *term)
{
	return term->options.ascii;
}

static void say_raw(const char *text)
{
	ra_err err = ra_write_all(STDOUT_FILENO, text, strlen(text), NULL);

	(void)err; /* a terminal that is gone is heard of by reading it */
}

static void paint_setup(struct ra_term *term)
{
	const char *no_colour = getenv("NO_COLOR");

	raw();
	noecho();
	nonl();
	leaveok(stdscr, FALSE);
	scrollok(stdscr, FALSE);
	term->dim = (termattrs() & A_DIM) != 0;
	if ((no_colour && *no_colour) || !has_colors() || start_color() != OK || COLORS < COLOURS_MIN)
		return;
	short back = use_default_colors() == OK ? -1 : COLOR_BLACK;

	for (short i = 0; i < RA_LOOK_COUNT; i++)
		if (looks[i].colour >= 0)
			init_pair(i, looks[i].colour, back);
	term->colour = true;
}

static ra_err take_terminal(struct ra_term *term, struct ra_errs *errs)
{
	use_env(FALSE);
	use_tioctl(TRUE);
	term->screen = newterm(NULL, stdout, stdin);
	if (!term->screen)
		return ra_fail(errs, RA_E_IO, "the terminal \"%s\" cannot be used",
			       getenv("TERM") ? getenv("TERM") : "");
	const char *cup = capability("cup");

	term->paste = cup && !strncmp(cup, "\033[", 2);
	paint_setup(term);
	if (term->paste)
		say_raw(paste_on);
	return RA_OK;
}

ra_err ra_term_open(const struct ra_term_options *options, struct ra_term **out, struct ra_errs *errs)
{
	const char *why = ra_term_why_not();
	struct termios modes;
	RA_AUTO(ra_term_free) struct ra_term *term = NULL;

	*out = NULL;
	if (why)
		return ra_fail(errs, RA_E_IO, "%s", why);
	if (tcgetattr(STDIN_FILENO, &modes))
		return ra_fail(errs, RA_E_IO, "the terminal does not tell its modes: %s", strerror(errno));
	term = calloc(1, sizeof(*term));
	if (!term)
		return ra_fail(errs, RA_E_NOMEM, "no memory for the terminal");
	term->options = *options;
	term->options.ascii = options->ascii || ra_term_wants_ascii();
	term->modes = modes;
	term->hear.fd = -1;
	ra_err err =
	    signals_take(term, errs); /* before newterm, which sets handlers that would write to the terminal */

	term->keys = ra_keys_new(ra_esc_delay_parse(getenv("ESCDELAY")));
	if (!err && !term->keys)
		err = ra_fail(errs, RA_E_NOMEM, "no memory for the terminal");
	if (!err)
		err = take_terminal(term, errs);
	if (err)
		return err;
	*out = term;
	term = NULL;
	return RA_OK;
}

static void give_back(struct ra_term *term)
{
	if (term->paste)
		say_raw(paste_off);
	endwin();
	tcsetattr(STDIN_FILENO, TCSANOW, &term->modes);
}

struct ra_term *ra_term_free(struct ra_term *term)
{
	if (!term)
		return NULL;
	if (term->screen) {
		give_back(term);
		delscreen(term->screen);
	}
	signals_give_back(term);
	ra_keys_free(term->keys);
	ra_grid_free(term->shown);
	ra_wipe(term->in, sizeof(term->in));
	free(term);
	return NULL;
}

void ra_term_poll(const struct ra_term *term, struct pollfd *fds)
{
	fds[0] = (struct pollfd){.fd = term->gone ? -1 : STDIN_FILENO, .events = POLLIN};
	fds[1] = (struct pollfd){.fd = term->hear.fd, .events = POLLIN};
}

ra_mono_ms ra_term_deadline(const struct ra_term *term)
{
	return ra_keys_deadline(term->keys);
}

const struct ra_secret *ra_term_pasted(const struct ra_term *term)
{
	return ra_keys_pasted(term->keys);
}

void ra_term_size(const struct ra_term *term, int *rows, int *cols)
{
	struct winsize size = {0};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col) {
		size.ws_row = SIZE_ROWS_DEFAULT;
		size.ws_col = SIZE_COLS_DEFAULT;
	}
	*rows = term->options.rows > 0 ? term->options.rows : size.ws_row;
	*cols = term->options.cols > 0 ? term->options.cols : size.ws_col;
}

static void came_back(struct ra_term *term)
{
	endwin(); /* so that the next refresh sets all modes and the screen anew */
	if (term->paste)
		say_raw(paste_on);
	ra_term_repaint(term);
}

static struct ra_term_event signal_event(struct ra_term *term, int number)
{
	switch (number) {
	case SIGWINCH:
		return (struct ra_term_event){.what = RA_TERM_RESIZE};
	case SIGTSTP:
		return (struct ra_term_event){.what = RA_TERM_SUSPEND};
	case SIGCONT:
		came_back(term);
		return (struct ra_term_event){.what = RA_TERM_RESUMED};
	default:
		return (struct ra_term_event){.what = RA_TERM_SIGNAL, .signal_number = number};
	}
}

static bool next_key(struct ra_term *term, struct ra_term_event *out)
{
	while (term->in_at < term->in_len) {
		term->in_at += ra_keys_take(term->keys, term->in + term->in_at, term->in_len - term->in_at,
					    ra_mono_now(), &out->key);
		if (out->key.key != RA_KEY_NONE) {
			out->what = RA_TERM_KEY;
			return true;
		}
	}
	ra_wipe(term->in, term->in_len);
	term->in_at = term->in_len = 0;
	return false;
}

void ra_term_next(struct ra_term *term, struct pollfd *fds, struct ra_term_event *out)
{
	int number;

	*out = (struct ra_term_event){.what = RA_TERM_NOTHING};
	if (fds[1].revents && (number = ra_hear_next(&term->hear)) != 0) {
		*out = signal_event(term, number);
		return;
	}
	fds[1].revents = 0;
	if (next_key(term, out))
		return;
	if (fds[0].revents) {
		ssize_t n = read(STDIN_FILENO, term->in, sizeof(term->in));

		fds[0].revents = 0;
		if (n > 0) {
			term->in_len = (size_t)n;
			if (next_key(term, out))
				return;
		} else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
			term->gone = true;
			*out = (struct ra_term_event){.what = RA_TERM_SIGNAL, .signal_number = SIGHUP};
			return;
		}
	}
	ra_keys_expire(term->keys, ra_mono_now(), &out->key);
	if (out->key.key != RA_KEY_NONE)
		out->what = RA_TERM_KEY;
}

void ra_term_repaint(struct ra_term *term)
{
	term->shown = ra_grid_free(term->shown);
}

/* The attributes and the pair of a look. */
static attr_t look_attrs(const struct ra_term *term, int look, short *pair)
{
	attr_t attrs = term->colour ? looks[look].with : looks[look].without;

	*pair = term->colour && looks[look].colour >= 0 ? (short)look : 0;
	return term->dim ? attrs : attrs & ~(attr_t)A_DIM;
}

static void put_wide(int row, int col, const wchar_t *text, attr_t attrs, short pair)
{
	cchar_t cell;

	if (setcchar(&cell, text, attrs, pair, NULL) == OK)
		mvadd_wch(row, col, &cell);
}

static void put_line(int row, int col, const cchar_t *line, attr_t attrs, short pair)
{
	wchar_t text[CCHARW_MAX + 1] = {0};
	attr_t own = 0;
	short own_pair = 0;

	if (getcchar(line, text, &own, &own_pair, NULL) == OK)
		put_wide(row, col, text, attrs | own, pair);
}

/* The widths of base/text.h are Unicode's; curses lays out with libc's. What libc sees otherwise is shown as '?' of our
 * width. */
static void put_cell(const struct ra_term *term, int row, int col, const struct ra_cell *cell)
{
	wchar_t text[RA_CELL_MARKS + 2] = {0};
	size_t len = 0;
	short pair;
	attr_t attrs = look_attrs(term, cell->look, &pair);

	if (cell->base == RA_LINE_H || cell->base == RA_LINE_V) {
		put_line(row, col, cell->base == RA_LINE_H ? WACS_HLINE : WACS_VLINE, attrs, pair);
		return;
	}
	if (wcwidth((wchar_t)cell->base) != cell->width) {
		put_wide(row, col, L"?", attrs, pair);
		if (cell->width == 2)
			put_wide(row, col + 1, L" ", attrs, pair);
		return;
	}
	text[len++] = (wchar_t)cell->base;
	for (size_t i = 0; i < RA_CELL_MARKS && cell->marks[i]; i++)
		if (wcwidth((wchar_t)cell->marks[i]) == 0)
			text[len++] = (wchar_t)cell->marks[i];
	put_wide(row, col, text, attrs, pair);
}

static bool ready_to_show(struct ra_term *term, const struct ra_grid *grid)
{
	if (term->shown && term->shown->rows == grid->rows && term->shown->cols == grid->cols)
		return true;
	if (LINES != grid->rows || COLS != grid->cols)
		resizeterm(grid->rows, grid->cols);
	ra_grid_free(term->shown);
	term->shown = ra_grid_new(grid->rows, grid->cols, grid->ascii);
	erase();
	clearok(curscr, TRUE);
	return term->shown != NULL;
}

void ra_term_show(struct ra_term *term, const struct ra_grid *grid)
{
	if (!ready_to_show(term, grid))
		return;
	for (int row = 0; row < grid->rows; row++)
		for (int col = 0; col < grid->cols; col++) {
			size_t at = (size_t)row * (size_t)grid->cols + (size_t)col;

			if (!memcmp(&grid->cells[at], &term->shown->cells[at], sizeof(*grid->cells)))
				continue;
			term->shown->cells[at] = grid->cells[at];
			if (grid->cells[at].width)
				put_cell(term, row, col, &grid->cells[at]);
		}
	move(grid->cursor_row, grid->cursor_col);
	refresh();
}

void ra_term_suspend(struct ra_term *term)
{
	give_back(term);
	ra_hear_stop_job(&term->hear);
	tcgetattr(STDIN_FILENO, &term->modes);
	def_shell_mode();
	came_back(term);
}
