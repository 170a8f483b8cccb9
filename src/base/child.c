#include "config.h"

#include "base/child.h"

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FDS_MAX 4096 /* closed one by one where the kernel has no close_range */

char *ra_find_program(const char *name)
{
	RA_AUTO(ra_mem_free) char *dirs = getenv("PATH") ? strdup(getenv("PATH")) : NULL;
	char *save = NULL;

	for (char *dir = dirs ? strtok_r(dirs, ":", &save) : NULL; dir; dir = strtok_r(NULL, ":", &save)) {
		char *path = ra_path_join(dir, name);

		if (path && !access(path, X_OK))
			return path;
		free(path);
	}
	return NULL;
}

ra_err ra_child_pipe(int *ends, struct ra_errs *errs)
{
	if (pipe2(ends, O_CLOEXEC))
		return ra_fail(errs, RA_E_IO, "no pipe: %s", strerror(errno));
	if (!fcntl(ends[0], F_SETFL, O_NONBLOCK))
		return RA_OK;
	close(ends[0]);
	close(ends[1]);
	ends[0] = ends[1] = -1;
	return ra_fail(errs, RA_E_IO, "no pipe that does not block");
}

static bool names_same(const char *a, const char *b)
{
	size_t len = strcspn(a, "=");

	return !strncmp(a, b, len) && b[len] == '=';
}

/* This process's environment with the rows of more instead of its own. Out: borrowed texts in an array the caller
 * frees; NULL without memory. */
static char **make_env(const char *const *more)
{
	size_t count = 0, extra = 0, at = 0;

	for (char **row = environ; row && *row; row++)
		count++;
	for (const char *const *row = more; row && *row; row++)
		extra++;
	char **env = calloc(count + extra + 1, sizeof(*env));

	for (size_t i = 0; env && i < count; i++) {
		bool replaced = false;

		for (size_t k = 0; k < extra; k++)
			replaced = replaced || names_same(more[k], environ[i]);
		if (!replaced)
			env[at++] = environ[i];
	}
	/* execve(2) takes char * and changes nothing. */
	if (env && extra)
		memcpy(env + at, more, extra * sizeof(*env));
	return env;
}

/* In the child, where only what is safe in a signal handler may be called. */
static _Noreturn void become(const struct ra_child_spec *spec, char *const *env)
{
	struct sigaction plain = {.sa_handler = SIG_DFL};
	int from[] = {spec->in, spec->out, spec->err};
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &plain, NULL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (!spec->asks)
		(void)setsid();
	/* First out of the way of 0, 1 and 2, then there. */
	for (size_t i = 0; i < RA_LEN(from); i++) {
		from[i] = from[i] < 0 ? open("/dev/null", O_RDWR | O_CLOEXEC) : from[i];
		from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 3);
	}
	for (size_t i = 0; i < RA_LEN(from); i++)
		if (from[i] < 0 || dup2(from[i], (int)i) < 0)
			_exit(127);
	if (close_range(3, ~0U, 0))
		for (int fd = 3; fd < FDS_MAX; fd++)
			close(fd);
	execve(spec->argv[0], (char *const *)spec->argv, env);
	_exit(127);
}

ra_err ra_child_start(const struct ra_child_spec *spec, struct ra_child *out, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char **env = make_env(spec->env);
	sigset_t all, before;

	*out = (struct ra_child){.status = -1};
	if (!env)
		return ra_fail(errs, RA_E_NOMEM, "no memory to run %s", spec->argv[0]);
	/* No handler of ours may run in the child before its signals are at their defaults. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	out->pid = fork();
	if (!out->pid)
		become(spec, env);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (out->pid > 0)
		return RA_OK;
	out->pid = 0;
	return ra_fail(errs, RA_E_IO, "%s cannot be started: %s", spec->argv[0], strerror(errno));
}

bool ra_child_over(struct ra_child *child)
{
	siginfo_t info = {0};

	if (!child->pid)
		return true;
	/* First looked at and not taken: while it is not, its number and that of its group are nobody else's. */
	int rc = waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT);

	if (!rc && !info.si_pid)
		return false;
	if (rc && errno != ECHILD)
		return false;
	if (!rc)
		(void)kill(-child->pid, SIGTERM);
	/* Where this process ignores SIGCHLD nobody is told how a child ended. */
	if (rc || waitpid(child->pid, &child->status, WNOHANG) != child->pid)
		child->status = -1;
	child->pid = 0;
	return true;
}

/* The group, or the child alone where it has not come to make one. */
static void send_signal(const struct ra_child *child, int number)
{
	if (kill(-child->pid, number) && errno == ESRCH)
		(void)kill(child->pid, number);
}

bool ra_child_end(struct ra_child *child, ra_mono_ms now)
{
	if (ra_child_over(child))
		return true;
	if (!child->kill_at) {
		child->kill_at = now + RA_CHILD_GRACE_MS;
		send_signal(child, SIGTERM);
	} else if (now >= child->kill_at) {
		child->kill_at = now + RA_CHILD_GRACE_MS;
		send_signal(child, SIGKILL);
	}
	return false;
}

void ra_child_finish(struct ra_child *child, int wait_ms)
{
	const ra_mono_ms began = ra_mono_now();
	bool killed = false;

	if (ra_child_over(child))
		return;
	send_signal(child, SIGTERM);
	while (!ra_child_over(child) && ra_mono_now() - began < wait_ms) {
		if (!killed && ra_mono_now() - began >= wait_ms / 2) {
			killed = true;
			send_signal(child, SIGKILL);
		}
		(void)poll(NULL, 0, 2);
	}
}

const char *ra_child_words(const struct ra_child *child, char *out, size_t cap)
{
	if (child->pid)
		snprintf(out, cap, "is still running");
	else if (child->status >= 0 && WIFEXITED(child->status))
		snprintf(out, cap, "ended with status %d", WEXITSTATUS(child->status));
	else if (child->status >= 0 && WIFSIGNALED(child->status))
		snprintf(out, cap, "was ended by signal %d", WTERMSIG(child->status));
	else
		snprintf(out, cap, "ended");
	return out;
}
