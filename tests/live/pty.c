#include "tests/unit/unit.h"

#include "base/clock.h"
#include "base/text.h"
#include "tests/live/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK 65536

static const char *run_dir(void)
{
	return unit_dir("RA_PTY_DIR");
}

const char *pty_path(const char *name, char *out, size_t cap)
{
	snprintf(out, cap, "%s/%s", run_dir(), name);
	return out;
}

static int shell(const char *command)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid ? status : -1;
}

int pty_setup(void **state)
{
	char dir[] = "/tmp/reattest-pty-XXXXXX";

	if (!mkdtemp(dir) || setenv("RA_PTY_DIR", dir, 1))
		return -1;
	return shell("umask 022; cd \"$RA_PTY_DIR\" && mkdir -p bin home share/reattest && cp "
		     "\"${RA_BUILDDIR:-.}/reattest\" bin/ && "
		     "cp -r \"${RA_SRCDIR:-.}/flows\" share/reattest/flows && chmod -R u+w,go-w share");
}

int pty_teardown(void **state)
{
	return shell("rm -rf \"$RA_PTY_DIR\"");
}

static int on_damage(VTermRect rect, void *user)
{
	return 1;
}

static int on_prop(VTermProp prop, VTermValue *value, void *user)
{
	struct pty *pty = user;

	if (prop == VTERM_PROP_ALTSCREEN)
		pty->alternate = value->boolean;
	if (prop == VTERM_PROP_CURSORVISIBLE)
		pty->cursor_visible = value->boolean;
	if (prop == VTERM_PROP_TITLE || prop == VTERM_PROP_ICONNAME)
		pty->titled = true;
	return 1;
}

static void program(const struct pty_start *start)
{
	char path[4096], home[4096], state_home[4096];
	const char *argv[PTY_ARGS_MAX + 2] = {"reattest"};

	for (int i = 0; i < PTY_ARGS_MAX && start->args[i]; i++)
		argv[i + 1] = start->args[i];
	pty_path("bin/reattest", path, sizeof(path));
	setenv("TERM", start->term ? start->term : "xterm-256color", 1);
	setenv("HOME", pty_path("home", home, sizeof(home)), 1);
	setenv("XDG_STATE_HOME", pty_path("state", state_home, sizeof(state_home)), 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	/* a sanitizer's leak check traces the program, which it does not allow to be traced but by root */
	setenv("ASAN_OPTIONS", geteuid() ? "exitcode=99:detect_leaks=0" : "exitcode=99", 1);
	setenv("UBSAN_OPTIONS", "exitcode=99", 1);
	unsetenv("LINES");
	unsetenv("COLUMNS");
	unsetenv("NO_COLOR");
	unsetenv("ESCDELAY");
	for (int i = 0; i < 4 && start->env[i]; i++)
		putenv((char *)start->env[i]);
	signal(SIGPIPE, SIG_DFL);
	if (chdir(run_dir())) /* where transcripts go */
		_exit(127);
	execv(path, (char **)argv);
	_exit(127);
}

/* The shell: starts the program as a job, tells each of its states, brings it back when told so. */
static void shell_run(const struct pty_start *start, int tty, int tell, int told)
{
	int status;
	pid_t pid;
	char go;

	signal(SIGTTOU, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		tcsetpgrp(tty, getpid());
		signal(SIGTTOU, SIG_DFL);
		signal(SIGHUP, SIG_DFL);
		signal(SIGTSTP, SIG_DFL);
		close(tell);
		close(told);
		program(start);
	}
	setpgid(pid, pid);
	if (write(tell, &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	while (waitpid(pid, &status, WUNTRACED) == pid) {
		tcsetpgrp(tty, getpgrp());
		if (write(tell, &status, sizeof(status)) != sizeof(status) || read(told, &go, 1) != 1)
			break;
		tcsetpgrp(tty, pid);
		kill(-pid, SIGCONT);
	}
	kill(pid, SIGKILL);
	_exit(0);
}

void pty_begin(struct pty *pty, const struct pty_start *start)
{
	static const VTermScreenCallbacks callbacks = {.damage = on_damage, .settermprop = on_prop};
	struct winsize size = {(unsigned short)start->rows, (unsigned short)start->cols, 0, 0};
	int slave, to[2], from[2];

	*pty = (struct pty){
	    .rows = start->rows ? start->rows : 24, .cols = start->cols ? start->cols : 80, .cursor_visible = true};
	assert_int_equal(openpty(&pty->master, &slave, NULL, NULL, &size), 0);
	assert_int_equal(tcgetattr(slave, &pty->modes), 0);
	assert_int_equal(pipe(to) || pipe(from), 0);
	pty->shell = fork();
	assert_true(pty->shell >= 0);
	if (pty->shell == 0) {
		close(pty->master);
		close(to[1]);
		close(from[0]);
		setsid();
		ioctl(slave, TIOCSCTTY, 0);
		dup2(slave, 0);
		dup2(slave, 1);
		dup2(slave, 2);
		if (slave > 2)
			close(slave);
		shell_run(start, 0, from[1], to[0]);
	}
	close(slave);
	close(to[0]);
	close(from[1]);
	pty->tell = to[1];
	pty->told = from[0];
	fcntl(pty->master, F_SETFL, O_NONBLOCK);
	assert_int_equal(read(pty->told, &pty->program, sizeof(pty->program)), sizeof(pty->program));
	pty->vt = vterm_new(pty->rows, pty->cols);
	vterm_set_utf8(pty->vt, 1);
	pty->screen = vterm_obtain_screen(pty->vt);
	vterm_screen_enable_altscreen(pty->screen, 1);
	vterm_screen_set_callbacks(pty->screen, &callbacks, pty);
	vterm_screen_reset(pty->screen, 1);
}

void pty_end(struct pty *pty)
{
	kill(pty->program, SIGKILL);
	kill(pty->program, SIGCONT);
	close(pty->tell);
	close(pty->told);
	close(pty->master);
	kill(pty->shell, SIGKILL);
	waitpid(pty->shell, NULL, 0);
	vterm_free(pty->vt);
	ra_buf_free(&pty->raw);
	ra_buf_free(&pty->text);
}

const char *pty_text(struct pty *pty)
{
	ra_buf_reset(&pty->text);
	for (int row = 0; row < pty->rows; row++) {
		size_t end = pty->text.len;

		for (int col = 0; col < pty->cols; col++) {
			VTermScreenCell cell;
			char bytes[4];

			vterm_screen_get_cell(pty->screen, (VTermPos){row, col}, &cell);
			if (cell.chars[0] == (uint32_t)-1) /* the right half of a wide one */
				continue;
			if (!cell.chars[0])
				cell.chars[0] = ' ';
			for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
				assert_int_equal(
				    ra_buf_add(&pty->text, bytes, (size_t)ra_utf8_put(cell.chars[i], bytes)), RA_OK);
			if (cell.chars[0] != ' ')
				end = pty->text.len;
		}
		pty->text.len = end;
		assert_int_equal(ra_buf_text(&pty->text, "\n"), RA_OK);
	}
	return ra_buf_str(&pty->text);
}

/* Take what is there, waiting for it at most so long. Out: bytes, 0 when none came, -1 when the terminal is closed. */
static ssize_t take(struct pty *pty, int wait_ms)
{
	struct pollfd fd = {.fd = pty->master, .events = POLLIN};
	char bytes[CHUNK];

	if (poll(&fd, 1, wait_ms) <= 0)
		return 0;
	ssize_t n = read(pty->master, bytes, sizeof(bytes));

	if (n < 0)
		return errno == EIO ? -1 : 0;
	assert_int_equal(ra_buf_add(&pty->raw, bytes, (size_t)n), RA_OK);
	vterm_input_write(pty->vt, bytes, (size_t)n);
	return n;
}

bool pty_see(struct pty *pty, const char *text, bool gone)
{
	ra_mono_ms end = ra_mono_now() + PTY_WAIT_MS;

	while ((strstr(pty_text(pty), text) == NULL) != gone)
		if (ra_mono_now() > end || take(pty, 100) < 0)
			return false;
	return true;
}

bool pty_changed(struct pty *pty, const char *before)
{
	ra_mono_ms end = ra_mono_now() + PTY_WAIT_MS;

	while (!strcmp(pty_text(pty), before))
		if (ra_mono_now() > end || take(pty, 100) < 0)
			return false;
	return true;
}

size_t pty_settle(struct pty *pty, int quiet_ms)
{
	size_t before = pty->raw.len;

	while (take(pty, quiet_ms) > 0)
		continue;
	return pty->raw.len - before;
}

void pty_press(struct pty *pty, const char *keys)
{
	assert_int_equal(write(pty->master, keys, strlen(keys)), strlen(keys));
}

void pty_resize(struct pty *pty, int rows, int cols)
{
	struct winsize size = {(unsigned short)rows, (unsigned short)cols, 0, 0};

	pty->rows = rows;
	pty->cols = cols;
	vterm_set_size(pty->vt, rows, cols);
	assert_int_equal(ioctl(pty->master, TIOCSWINSZ, &size), 0);
}

int pty_status(struct pty *pty)
{
	ra_mono_ms end = ra_mono_now() + PTY_WAIT_MS;
	struct pollfd fd = {.fd = pty->told, .events = POLLIN};
	int status;

	while (ra_mono_now() < end) {
		take(pty, 20);
		if (poll(&fd, 1, 0) == 1 && read(pty->told, &status, sizeof(status)) == sizeof(status)) {
			pty_settle(pty, 20);
			return status;
		}
	}
	return -1;
}

void pty_foreground(struct pty *pty)
{
	assert_int_equal(write(pty->tell, "f", 1), 1);
}

/* The last of two texts in the stream. */
static bool last_is(const struct pty *pty, const char *wanted, const char *other)
{
	const char *at = ra_buf_str(&pty->raw), *last = NULL;

	for (const char *next = at; (next = strstr(next, wanted)); next++)
		last = next;
	return last && !strstr(last, other);
}

static bool is_restored(struct pty *pty)
{
	struct termios now;

	if (tcgetattr(pty->master, &now))
		return false;
	return now.c_lflag == pty->modes.c_lflag && now.c_iflag == pty->modes.c_iflag &&
	       now.c_oflag == pty->modes.c_oflag && !pty->alternate && pty->cursor_visible &&
	       last_is(pty, "\033[?2004l", "\033[?2004h");
}

bool pty_restored(struct pty *pty)
{
	ra_mono_ms end = ra_mono_now() + PTY_WAIT_MS;

	/* What a program wrote last may reach this end after its death is known. */
	while (!is_restored(pty) && ra_mono_now() < end)
		take(pty, 20);
	return is_restored(pty);
}

long pty_wakes(const struct pty *pty)
{
	char path[64], line[256];
	long wakes = -1;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pty->program);
	FILE *file = fopen(path, "r");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "voluntary_ctxt_switches: %ld", &wakes) == 1)
			break;
	if (file)
		fclose(file);
	return wakes;
}
