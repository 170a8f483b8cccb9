/* bench_start.c - how long an operator waits for a first answer: starting the program, and a whole `check` of a simulated host with
 * all its flows loaded, against starting `true` in the same run, in turns. Medians. Runs ./reattest. */
#include "config.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS 40

extern char **environ;

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* Run a command to its end, its output thrown away. */
static double run_ms(char *const *argv, const posix_spawn_file_actions_t *silent, int expected)
{
	double began = now_ms();
	int status;
	pid_t child;

	if (posix_spawnp(&child, argv[0], silent, NULL, argv, environ) || waitpid(child, &status, 0) != child) {
		fprintf(stderr, "bench_start: %s does not start\n", argv[0]);
		exit(1);
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != expected) {
		fprintf(stderr, "bench_start: %s %s ended %d, not %d\n", argv[0], argv[1] ? argv[1] : "",
			WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), expected);
		exit(1);
	}
	return now_ms() - began;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(void)
{
	static const struct {
		const char *what;
		char *const argv[5];
		int expected;
	} rows[] = {
	    {"true", {"true", NULL}, 0},
	    {"reattest --version", {"./reattest", "--version", NULL}, 0},
	    {"reattest check, a simulated host", {"./reattest", "check", "--from", "demo:secure-boot-off", NULL}, 10},
	};
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	static double took[ROWS][RUNS];
	posix_spawn_file_actions_t silent;

	posix_spawn_file_actions_init(&silent);
	posix_spawn_file_actions_addopen(&silent, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&silent, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	for (int i = 0; i < RUNS; i++)
		for (int r = 0; r < ROWS; r++)
			took[r][i] = run_ms(rows[r].argv, &silent, rows[r].expected);
	for (int r = 0; r < ROWS; r++)
		qsort(took[r], RUNS, sizeof(took[r][0]), by_value);
	for (int r = 1; r < ROWS; r++)
		printf("start: %s: %.1f x true (%.1f ms, %.1f ms)\n", rows[r].what, took[r][RUNS / 2] / took[0][RUNS / 2],
		       took[r][RUNS / 2], took[0][RUNS / 2]);
	posix_spawn_file_actions_destroy(&silent);
	return 0;
}
