#include "config.h"

#include "link/askpass.h"

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NAME "reattest-askpass"
#define SOCKET "socket"
#define ANSWER_MAX 4096
#define WAITING 2 /* connections that may wait for their turn */

/* The first byte of a question says what ssh wants with it. */
enum { QUESTION = 'q', NOTICE = 'n', CONFIRM = 'c' };
/* The first byte of an answer; without one it was refused. */
#define ANSWERED 'a'

struct ra_askpass {
	int listener, peer; /* -1: none */
	char dir[72], program[100], socket[100];
	char text[RA_ASKPASS_TEXT_MAX + 2]; /* as it came, its kind first */
	size_t len;
	bool whole, told;
};

/* Shape: path is shorter than the field for it. */
static struct sockaddr_un address(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	snprintf(at.sun_path, sizeof(at.sun_path), "%.107s", path);
	return at;
}

static ra_err make_dir(struct ra_askpass *askpass, struct ra_errs *errs)
{
	const char *const places[] = {getenv("XDG_RUNTIME_DIR"), getenv("TMPDIR"), "/tmp"};

	for (size_t i = 0; i < RA_LEN(places); i++) {
		if (!places[i] || *places[i] != '/' ||
		    strlen(places[i]) > sizeof(askpass->dir) - sizeof("/reattest-ssh-XXXXXX"))
			continue;
		snprintf(askpass->dir, sizeof(askpass->dir), "%.50s/reattest-ssh-XXXXXX", places[i]);
		if (mkdtemp(askpass->dir))
			return RA_OK;
	}
	askpass->dir[0] = '\0';
	return ra_fail(errs, RA_E_IO, "no directory for questions of ssh: %s", strerror(errno));
}

/* ssh starts it by this name, and by that it knows its role. */
static ra_err link_program(struct ra_askpass *askpass, struct ra_errs *errs)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len <= 0)
		return ra_fail(errs, RA_E_IO, "this program's own file is not known");
	self[len] = '\0';
	if (access(self, X_OK))
		return ra_fail(errs, RA_E_NOTFOUND, "%s, which asks for ssh, is not there any more", self);
	snprintf(askpass->program, sizeof(askpass->program), "%s/" NAME, askpass->dir);
	return symlink(self, askpass->program) ? ra_fail(errs, RA_E_IO, "%s: %s", askpass->program, strerror(errno))
					       : RA_OK;
}

static ra_err listen_there(struct ra_askpass *askpass, struct ra_errs *errs)
{
	snprintf(askpass->socket, sizeof(askpass->socket), "%s/" SOCKET, askpass->dir);
	struct sockaddr_un at = address(askpass->socket);

	askpass->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (askpass->listener < 0 || bind(askpass->listener, (struct sockaddr *)&at, sizeof(at)) ||
	    listen(askpass->listener, WAITING))
		return ra_fail(errs, RA_E_IO, "%s: %s", askpass->socket, strerror(errno));
	return RA_OK;
}

ra_err ra_askpass_open(struct ra_askpass **out, struct ra_errs *errs)
{
	struct ra_askpass *askpass = calloc(1, sizeof(*askpass));

	*out = NULL;
	if (!askpass)
		return ra_fail(errs, RA_E_NOMEM, "no memory for questions of ssh");
	askpass->listener = askpass->peer = -1;
	ra_err err = make_dir(askpass, errs);

	if (!err)
		err = link_program(askpass, errs);
	if (!err)
		err = listen_there(askpass, errs);
	*out = err ? ra_askpass_free(askpass) : askpass;
	return err;
}

static void drop_peer(struct ra_askpass *askpass)
{
	if (askpass->peer >= 0)
		close(askpass->peer);
	askpass->peer = -1;
	askpass->len = 0;
	askpass->text[0] = '\0';
	askpass->whole = askpass->told = false;
}

struct ra_askpass *ra_askpass_free(struct ra_askpass *askpass)
{
	if (!askpass)
		return NULL;
	drop_peer(askpass);
	if (askpass->listener >= 0)
		close(askpass->listener);
	if (askpass->socket[0])
		(void)unlink(askpass->socket);
	if (askpass->program[0])
		(void)unlink(askpass->program);
	if (askpass->dir[0])
		(void)rmdir(askpass->dir);
	free(askpass);
	return NULL;
}

const char *ra_askpass_program(const struct ra_askpass *askpass)
{
	return askpass->program;
}

int ra_askpass_poll(const struct ra_askpass *askpass, struct pollfd *fds)
{
	fds[0] = (struct pollfd){.fd = askpass->peer >= 0 ? askpass->peer : askpass->listener,
				 .events = askpass->peer >= 0 && askpass->whole ? POLLRDHUP : POLLIN};
	return 1;
}

static void take_peer(struct ra_askpass *askpass)
{
	struct ucred who;
	socklen_t len = sizeof(who);
	int fd = accept4(askpass->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) || who.uid != geteuid()) {
		close(fd);
		return;
	}
	askpass->peer = fd;
}

/* Whoever asks sends "kind text NUL" and then waits. Out: false when it is gone. */
static bool read_text(struct ra_askpass *askpass)
{
	while (!askpass->whole) {
		ssize_t n =
		    recv(askpass->peer, askpass->text + askpass->len, sizeof(askpass->text) - 1 - askpass->len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return true;
		if (n <= 0)
			return false;
		size_t before = askpass->len;

		askpass->len += (size_t)n;
		askpass->text[askpass->len] = '\0';
		/* What is longer than there is room for is no question of ssh's; it is cut. */
		askpass->whole =
		    memchr(askpass->text + before, '\0', (size_t)n) || askpass->len == sizeof(askpass->text) - 1;
	}
	/* What comes after it is dropped; a little at a time, so that who sends without end holds up nobody. */
	char rest[256];
	ssize_t n = recv(askpass->peer, rest, sizeof(rest), 0);

	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

enum ra_askpass_state ra_askpass_step(struct ra_askpass *askpass)
{
	if (askpass->peer < 0)
		take_peer(askpass);
	if (askpass->peer < 0)
		return RA_ASKPASS_QUIET;
	bool asked = askpass->whole;

	if (!read_text(askpass)) {
		drop_peer(askpass);
		return asked ? RA_ASKPASS_LEFT : RA_ASKPASS_QUIET;
	}
	if (!askpass->whole)
		return RA_ASKPASS_QUIET;
	if (askpass->text[0] != NOTICE)
		return RA_ASKPASS_ASKS;
	bool told = askpass->told;

	askpass->told = true;
	return told ? RA_ASKPASS_QUIET : RA_ASKPASS_TELLS;
}

const char *ra_askpass_text(const struct ra_askpass *askpass, bool *echo)
{
	/* ssh's own questions begin so; before what a server asks stands "(user@host) ", so none of its prompts can. */
	static const char *const open[] = {"The authenticity of host '", "Please type 'yes', 'no' or the fingerprint"};
	const char *text = askpass->len ? askpass->text + 1 : "";

	*echo = askpass->text[0] == CONFIRM;
	for (size_t i = 0; i < RA_LEN(open); i++)
		*echo = *echo || !strncmp(text, open[i], strlen(open[i]));
	return text;
}

static bool is_yes(const struct ra_secret *answer)
{
	return !strcasecmp(ra_secret_bytes(answer, NULL), "yes");
}

ra_err ra_askpass_answer(struct ra_askpass *askpass, const struct ra_secret *answer)
{
	const char kind = ANSWERED;
	size_t len = 0;
	const char *bytes = answer ? ra_secret_bytes(answer, &len) : NULL;
	bool sent = true;

	if (askpass->peer < 0)
		return RA_E_IO;
	/* A few bytes into an empty socket: they fit, or the other end is gone. */
	if (bytes && len <= ANSWER_MAX && !(askpass->text[0] == CONFIRM && !is_yes(answer)))
		sent = send(askpass->peer, &kind, 1, MSG_NOSIGNAL) == 1 &&
		       send(askpass->peer, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
	drop_peer(askpass);
	return sent ? RA_OK : RA_E_IO;
}

bool ra_askpass_is(const char *argv0)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;

	return slash && !strcmp(slash + 1, NAME);
}

static char kind_of_question(void)
{
	const char *kind = getenv("SSH_ASKPASS_PROMPT");

	return kind && !strcmp(kind, "none") ? NOTICE : kind && !strcmp(kind, "confirm") ? CONFIRM : QUESTION;
}

/* The socket beside the name this process was started by. Out: -1. */
static int reach(const char *argv0)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int len = snprintf(path, sizeof(path), "%.*s/" SOCKET, (int)(strrchr(argv0, '/') - argv0), argv0);
	int fd = len > 0 && (size_t)len < sizeof(path) ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
	struct sockaddr_un at = address(path);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* All that comes until the other end closes. */
static ra_err read_answer(int fd, struct ra_secret *out)
{
	char bytes[256];
	ssize_t n;
	ra_err err = RA_OK;

	do {
		n = recv(fd, bytes, sizeof(bytes), 0);
		if (n > 0)
			err = ra_secret_add(out, bytes, (size_t)n);
	} while (!err && (n > 0 || (n < 0 && errno == EINTR)));
	ra_wipe(bytes, sizeof(bytes));
	return n < 0 ? RA_E_IO : err;
}

int ra_askpass_run(const char *argv0, const char *text)
{
	RA_AUTO(ra_secret_free) struct ra_secret *answer = ra_secret_new();
	const char kind = kind_of_question();
	size_t len = strnlen(text, RA_ASKPASS_TEXT_MAX);
	int fd = answer ? reach(argv0) : -1;

	if (fd < 0)
		return 1;
	bool asked = send(fd, &kind, 1, MSG_NOSIGNAL) == 1 && send(fd, text, len, MSG_NOSIGNAL) == (ssize_t)len &&
		     send(fd, "", 1, MSG_NOSIGNAL) == 1;
	ra_err err = asked ? read_answer(fd, answer) : RA_E_IO;

	close(fd);
	const char *bytes = ra_secret_bytes(answer, &len);

	if (err || !len || *bytes != ANSWERED)
		return 1;
	return ra_write_all(STDOUT_FILENO, bytes + 1, len - 1, NULL) || ra_write_all(STDOUT_FILENO, "\n", 1, NULL) ? 1
														   : 0;
}
