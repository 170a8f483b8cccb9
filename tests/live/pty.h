/* pty.h - the real program on a pseudo-terminal, its output seen by libvterm, for tests. A small shell stands between,
 * because a session leader in an orphaned group cannot be stopped by Ctrl-Z. All waits have a bound and wait for
 * something. */
#ifndef RA_TESTS_PTY_H
#define RA_TESTS_PTY_H

#include "base/buf.h"

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>
#include <vterm.h>

#define PTY_WAIT_MS 20000
#define PTY_ARGS_MAX 8

struct pty {
	pid_t shell, program;
	int master;
	int tell, told; /* pipes to and from the shell */
	VTerm *vt;
	VTermScreen *screen;
	int rows, cols;
	bool alternate, cursor_visible, titled;
	struct ra_buf raw;    /* every byte that came */
	struct termios modes; /* before the program began */
	struct ra_buf text;   /* of pty_text */
};
struct pty_start {
	int rows, cols;
	const char *term;
	const char *env[4]; /* "NAME=value", NULL ends */
	const char *args[PTY_ARGS_MAX];
};

/* Start reattest of the build with these arguments. Fails the test when it cannot. */
void pty_begin(struct pty *pty, const struct pty_start *start);
/* End it and free all. */
void pty_end(struct pty *pty);
/* What stands on the screen, rows without trailing blanks. */
const char *pty_text(struct pty *pty);
/* Read until a text stands on the screen (or with `gone` does not). Out: false after the bound. */
bool pty_see(struct pty *pty, const char *text, bool gone);
/* Read until the screen is not what it was. Out: false after the bound. */
bool pty_changed(struct pty *pty, const char *before);
/* Read whatever comes until nothing has for so long. Out: bytes. */
size_t pty_settle(struct pty *pty, int quiet_ms);
/* Press keys. */
void pty_press(struct pty *pty, const char *keys);
/* Give it another size. */
void pty_resize(struct pty *pty, int rows, int cols);
/* Read until the program ended or stopped. Out: its wait status, -1 after the bound. */
int pty_status(struct pty *pty);
/* Bring a stopped program back to the foreground. */
void pty_foreground(struct pty *pty);
/* True when the terminal is as it was: modes, main screen, cursor, no bracketed paste. */
bool pty_restored(struct pty *pty);
/* How often the program gave up the processor by itself, which is how often it woke. */
long pty_wakes(const struct pty *pty);
/* A file of the run's own directory; it has bin/reattest and share/reattest/flows. */
const char *pty_path(const char *name, char *out, size_t cap);
/* Make and remove that directory. Out: 0. */
int pty_setup(void **state);
int pty_teardown(void **state);

#endif
