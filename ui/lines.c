#include "config.h"

#include "ui/lines.h"
#include "base/io.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

ra_err ra_lines_begin(struct ra_lines *lines, bool ascii, struct ra_errs *errs)
{
	static const int heard[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGTSTP};

	*lines = (struct ra_lines){.ascii = ascii, .tty = isatty(STDIN_FILENO) == 1, .hear = {.fd = -1}};
	lines->line = ra_secret_new();
	if (!lines->line)
		return ra_fail(errs, RA_E_NOMEM, "no memory for a line");
	return ra_hear_begin(&lines->hear, heard, RA_LEN(heard), errs);
}

void ra_lines_end(struct ra_lines *lines)
{
	ra_hear_end(&lines->hear);
	lines->line = ra_secret_free(lines->line);
}

ra_err ra_lines_put(const struct ra_lines *lines, const char *text, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf ascii = {0};
	size_t len = strlen(text);
	uint32_t cp;
	int n;

	if (!lines->ascii)
		return ra_write_all(STDOUT_FILENO, text, len, errs);
	for (const char *at = text; (n = ra_utf8_next(at, len, &cp)) != 0; at += n, len -= (size_t)n) {
		n = n < 0 ? 1 : n;
		if (ra_buf_add(&ascii, cp < 0x80 && n == 1 ? at : "?", 1))
			return ra_fail(errs, RA_E_NOMEM, "no memory for what is to be said");
	}
	return ra_write_all(STDOUT_FILENO, ra_buf_str(&ascii), ascii.len, errs);
}

ra_err ra_lines_vprint(const struct ra_lines *lines, struct ra_errs *errs, const char *fmt, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, args) < 0)
		return ra_fail(errs, RA_E_NOMEM, "no memory for what is to be said");
	ra_err err = ra_lines_put(lines, text, errs);

	free(text);
	return err;
}

int ra_line_number(const char *text, int count)
{
	char *end;
	long number = strtol(text, &end, 10);

	while (*end == ' ' || *end == '\t')
		end++;
	return end != text && !*end && number >= 1 && number <= count ? (int)number : 0;
}

void ra_lines_poll(const struct ra_lines *lines, struct pollfd *fds, bool reading)
{
	fds[0] = (struct pollfd){.fd = reading && !lines->ended ? STDIN_FILENO : -1, .events = POLLIN};
	fds[1] = (struct pollfd){.fd = lines->hear.fd, .events = POLLIN};
}

const char *ra_lines_text(const struct ra_lines *lines)
{
	return ra_secret_bytes(lines->line, NULL);
}

static void take_byte(struct ra_lines *lines)
{
	char byte;
	ssize_t n = read(STDIN_FILENO, &byte, 1);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		size_t len;

		ra_secret_bytes(lines->line, &len);
		lines->ended = true;
		lines->whole = len > 0; /* a last line without its end still counts */
		return;
	}
	if (byte == '\n')
		lines->whole = true;
	else if (byte != '\r' && byte && ra_secret_add(lines->line, &byte, 1))
		lines->whole = false; /* too long: the rest of it is left out */
	ra_wipe(&byte, sizeof(byte));
}

bool ra_lines_take(struct ra_lines *lines, const struct pollfd *fds)
{
	int number = fds[1].revents ? ra_hear_next(&lines->hear) : 0;

	if (number == SIGTSTP)
		ra_hear_stop_job(&lines->hear);
	else if (number)
		lines->signal_number = number;
	if (number || !fds[0].revents)
		return false;
	if (lines->whole) {
		ra_secret_wipe(lines->line);
		lines->whole = false;
	}
	take_byte(lines);
	return lines->whole;
}

/* Echo off or as it was. Out: true when modes holds what was. */
static bool echo_off(struct termios *modes)
{
	struct termios quiet;

	if (tcgetattr(STDIN_FILENO, modes))
		return false;
	quiet = *modes;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
	return !tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
}

bool ra_lines_read(struct ra_lines *lines, bool secret)
{
	struct pollfd fds[2];
	struct termios modes;
	bool quiet = secret && echo_off(&modes), whole = false;

	while (!whole && !lines->ended && !lines->signal_number) {
		ra_lines_poll(lines, fds, true);
		if (poll(fds, 2, -1) < 0)
			continue;
		if (quiet && fds[1].revents) /* it may stop here, and the shell must echo */
			tcsetattr(STDIN_FILENO, TCSANOW, &modes);
		whole = ra_lines_take(lines, fds);
		if (quiet && fds[1].revents)
			quiet = echo_off(&modes);
	}
	if (quiet)
		tcsetattr(STDIN_FILENO, TCSANOW, &modes);
	return whole && !lines->signal_number;
}
