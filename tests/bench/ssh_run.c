/* ssh_run.c - processes: commands that are measured, servers that stay, and what both cost. */
#include "config.h"

#include "ssh_bench.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SERVER_MS 60000 /* to start, or to end, under whatever load */
#define LINE_MS 20000
#define QUIET_MS 30000
#define NAP_MS 2

double bench_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

void bench_must(bool holds, const char *fmt, ...)
{
	va_list args;

	if (holds)
		return;
	fputs("bench_ssh: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1); /* servers end with their standard input */
}

static double usage_ms(const struct rusage *usage)
{
	return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e3 +
	       (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e3;
}

/* What /proc says of a process. */
struct stat_line {
	pid_t pid, parent;
	char state;
	unsigned long ticks; /* CPU of it and of the children it has waited for */
};

static bool read_stat(const char *pid, struct stat_line *out)
{
	char path[64], line[1024];
	unsigned long own[4];
	FILE *file;
	bool read = false;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (fgets(line, sizeof(line), file)) {
		const char *after = strrchr(line, ')'); /* a name may hold anything */

		out->pid = atoi(pid);
		read = after && sscanf(after + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu",
				       &out->state, &out->parent, &own[0], &own[1], &own[2], &own[3]) == 6;
		out->ticks = read ? own[0] + own[1] + own[2] + own[3] : 0;
	}
	fclose(file);
	return read;
}

/* Call for every child of parent. Out: how many that run yet. */
static int each_child(pid_t parent, void (*call)(pid_t child))
{
	DIR *proc = opendir("/proc");
	int count = 0;

	bench_must(proc != NULL, "no /proc");
	for (struct dirent *entry; (entry = readdir(proc));) {
		struct stat_line line;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || !read_stat(entry->d_name, &line) ||
		    line.parent != parent)
			continue;
		if (call)
			call(line.pid);
		count += line.state != 'Z';
	}
	closedir(proc);
	return count;
}

static void nap(void)
{
	(void)poll(NULL, 0, NAP_MS);
}

double bench_cpu_ms(const pid_t *pids, int count)
{
	double end = bench_now_ms() + QUIET_MS, ticks = 0;
	char pid[24];

	for (int i = 0; i < count; i++) {
		struct stat_line line;

		while (each_child(pids[i], NULL) > 0) {
			bench_must(bench_now_ms() < end, "a server still works for a client that is gone");
			nap();
		}
		snprintf(pid, sizeof(pid), "%d", (int)pids[i]);
		bench_must(read_stat(pid, &line), "a server is gone");
		ticks += (double)line.ticks;
	}
	return ticks * 1e3 / (double)sysconf(_SC_CLK_TCK);
}

static void in_child(int in, int out)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (in < 0 || out < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(126);
	for (int fd = STDERR_FILENO + 1; fd < 256; fd++)
		close(fd);
}

static pid_t server_pids[4]; /* what bench_run must not end */

static bool is_server(pid_t pid)
{
	for (size_t i = 0; i < sizeof(server_pids) / sizeof(server_pids[0]); i++)
		if (server_pids[i] == pid)
			return true;
	return false;
}

static void end_stray(pid_t child)
{
	if (!is_server(child))
		(void)kill(child, SIGKILL);
}

/* As their subreaper this process inherits what a command leaves running (OpenSSH's masters): it ends it. */
static void end_strays(void)
{
	double end = bench_now_ms() + QUIET_MS;
	int servers = 0;

	for (size_t i = 0; i < sizeof(server_pids) / sizeof(server_pids[0]); i++)
		servers += server_pids[i] != 0;
	while (each_child(getpid(), end_stray) > servers) {
		bench_must(bench_now_ms() < end, "a process does not end");
		nap();
	}
	for (siginfo_t ended = {0};; ended.si_pid = 0) {
		if (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || !ended.si_pid ||
		    is_server(ended.si_pid))
			return;
		(void)waitpid(ended.si_pid, NULL, 0);
	}
}

struct bench_took bench_run(const char *script, const char *out, int limit_ms)
{
	double began = bench_now_ms();
	struct bench_took took = {.status = -1};
	struct rusage usage;
	pid_t child = fork(), ended = 0;
	int status = 0;

	bench_must(child >= 0, "no process");
	if (child == 0) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* the group that an interrupt reaches is another */
		in_child(open("/dev/null", O_RDONLY), open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600));
		execl("/bin/sh", "sh", "-c", script, (char *)NULL);
		_exit(127);
	}
	/* SIGCHLD is blocked: it waits here until it is asked for. */
	for (bool killed = false; (ended = wait4(child, &status, WNOHANG, &usage)) == 0;) {
		double left = began + limit_ms - bench_now_ms();
		struct timespec wait = {.tv_sec = left > 0 ? (time_t)(left / 1e3) + 1 : 1};
		sigset_t child_ends;

		if (left <= 0 && !killed)
			killed = kill(-child, SIGKILL) == 0;
		bench_must(left > -QUIET_MS, "a command does not end");
		sigemptyset(&child_ends);
		sigaddset(&child_ends, SIGCHLD);
		(void)sigtimedwait(&child_ends, NULL, &wait);
	}
	took.ms = bench_now_ms() - began;
	bench_must(ended == child, "a command is lost");
	(void)kill(-child, SIGKILL);
	end_strays();
	took.cpu_ms = usage_ms(&usage);
	took.peak_kb = usage.ru_maxrss;
	if (WIFEXITED(status))
		took.status = WEXITSTATUS(status);
	return took;
}

/* Read a line in bounded time. Out: false at the end. */
static bool read_line(struct bench_server *server, int limit_ms)
{
	double end = bench_now_ms() + limit_ms;
	size_t len = 0;

	for (char c = '\0'; c != '\n' && len + 1 < sizeof(server->said);) {
		struct pollfd fd = {.fd = server->out, .events = POLLIN};
		double left = end - bench_now_ms();

		bench_must(left > 0, "a server says nothing");
		if (poll(&fd, 1, (int)left + 1) <= 0)
			continue;
		ssize_t n = read(server->out, &c, 1);

		if (n == 0)
			return false;
		if (n == 1 && c != '\n')
			server->said[len++] = c;
	}
	server->said[len] = '\0';
	return true;
}

bool bench_serve(struct bench_server *server, char *const *argv)
{
	int to[2], from[2];
	size_t place = 0;

	bench_must(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0, "no pipe");
	server->said[0] = '\0';
	server->pid = fork();
	bench_must(server->pid >= 0, "no process");
	if (server->pid == 0) {
		in_child(to[0], from[1]);
		execv(argv[0], argv);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	server->in = to[1];
	server->out = from[0];
	while (place + 1 < sizeof(server_pids) / sizeof(server_pids[0]) && server_pids[place])
		place++;
	server_pids[place] = server->pid;
	return read_line(server, SERVER_MS) && strcmp(server->said, "ready") == 0;
}

void bench_ask(struct bench_server *server)
{
	bench_must(write(server->in, "?\n", 2) == 2 && read_line(server, LINE_MS), "a server is gone");
}

int bench_end(struct bench_server *server)
{
	double end = bench_now_ms() + SERVER_MS;
	int status = 0;
	pid_t ended;

	close(server->in);
	while ((ended = waitpid(server->pid, &status, WNOHANG)) == 0) {
		bench_must(bench_now_ms() < end, "a server does not end");
		nap();
	}
	close(server->out);
	for (size_t i = 0; i < sizeof(server_pids) / sizeof(server_pids[0]); i++)
		if (server_pids[i] == server->pid)
			server_pids[i] = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
