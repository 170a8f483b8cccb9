/* bench_explain.c - what it costs to look for every known line in a large log: `reattest explain` against `LC_ALL=C grep -c -E` with the
 * same patterns joined (translated to ERE), and, for information, against `grep -c -F` with their literals; in one run, in turns,
 * medians, from the page cache. Both find the same lines, or the measurement fails. Then the peak memory of `reattest explain` on 100 MB
 * and on 1 GB from a pipe. Runs ./reattest on the flow set of the tree. Time is printed, never judged. */
#include "config.h"

#include "base/io.h"
#include "base/json.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOG "bench-explain.log"
#define PATTERNS "bench-explain.ere"
#define LITERALS "bench-explain.fixed"
#define OUT "bench-explain.out"
#define LOG_MB 400
#define RARE_MB 8 /* a known line every so many MB */
#define ROUNDS 7
#define BLOCK (1 << 20)

extern char **environ;

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench_explain: %s\n", what);
	exit(1);
}

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static uint32_t roll(void)
{
	static uint32_t seed = 20260302;

	seed = seed * 1664525u + 1013904223u;
	return seed >> 8;
}

/* Lines as a host writes them, of both styles, the TPM's driver among them. Out: a whole number of lines in out, its length. */
static size_t make_block(char *out, size_t cap)
{
	static const struct {
		const char *before, *after;
	} messages[] = {
	    {"ScsiDeviceIO: 3015: Cmd(0x45a2) 0x1a, CmdSN 0x", " from world 0 to dev \"naa.6000c29\" failed H:0x0 D:0x2 P:0x0 Valid sense data: 0x5 0x24 0x0."},
	    {"NMP: nmp_ThrottleLogForDevice:3872: Cmd 0x85 (0x439e40", ") to dev \"t10.ATA\" on path \"vmhba1:C0:T0:L0\" Failed"},
	    {"NetPort: 1660: disabled port 0x", ""},
	    {"WARNING: tpmDriver: TpmDriverProbe:", ": TPM 2.0 device found"},
	    {"info hostd[2099] [Originator@6876 sub=Vimsvc.TaskManager opID=", "] Task Created : haTask-ha-host-vim.HostSystem.QueryTpmAttestationReport"},
	    {"verbose hostd[20] [Originator@6876 sub=PropertyProvider] RecordOp ASSIGN: info, haTask--vim.event.EventHistoryCollector-", ""},
	    {"WARNING: Heap: 3641: Heap netstack already at its maximum size. Cannot expand. (", ")"},
	    {"Jumpstart: executing start plugin: ", " failed, will be tried again"},
	};
	static const char *const styles[] = {"Z cpu", "Z In(182) vmkernel: cpu"};
	size_t len = 0;

	while (cap - len > 400) {
		uint32_t n = roll(), at = roll() % 3600;

		len += (size_t)snprintf(out + len, cap - len, "2022-10-19T05:%02u:%02u.%03u%s%u:%u)%s%x%s\n", (unsigned)(at / 60), (unsigned)(at % 60),
					(unsigned)(n % 1000), styles[n & 1], (unsigned)(n % 48), (unsigned)(2097152 + n % 999),
					messages[n % RA_LEN(messages)].before, (unsigned)n, messages[n % RA_LEN(messages)].after);
	}
	return len;
}

/* The text of a pattern for grep -E: digits by name, groups plain, what looks behind left out. */
static void translate(const char *pattern, FILE *out)
{
	static const struct {
		const char *from, *to;
	} rows[] = {{"\\d", "[0-9]"}, {"(?:", "("}, {"(?i)", ""}, {"\\\\", "\\\\"}};

	while (*pattern) {
		size_t i = 0;

		if (strncmp(pattern, "(?<!", 4) == 0) {
			pattern = strchr(pattern, ')') + 1;
			continue;
		}
		while (i < RA_LEN(rows) && strncmp(pattern, rows[i].from, strlen(rows[i].from)) != 0)
			i++;
		if (i < RA_LEN(rows)) {
			fputs(rows[i].to, out);
			pattern += strlen(rows[i].from);
		} else if (*pattern == '\\') { /* what is escaped stays so */
			fputc(*pattern++, out);
			fputc(*pattern++, out);
		} else {
			fputc(*pattern++, out);
		}
	}
}

/* Patterns and literals of the flow set into files. Out: samples[] in malloc'd texts, how many. */
static size_t read_set(char **samples, size_t cap)
{
	const char *tree = getenv("RA_SRCDIR");
	RA_AUTO(ra_mem_free) char *dir = ra_path_join(tree ? tree : ".", "flows/signatures");
	FILE *patterns = fopen(PATTERNS, "w"), *literals = fopen(LITERALS, "w");
	char **names = NULL;
	size_t count = 0, taken = 0;

	must(dir && patterns && literals && !ra_list_dir(dir, ".json", &names, &count, NULL), "no signatures");
	for (size_t i = 0; i < count; i++) {
		RA_AUTO(ra_mem_free) char *path = ra_path_join(dir, names[i]);
		RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
		RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
		const cJSON *at;

		must(path && !ra_read_file(path, &bytes, NULL) && !ra_json_parse(path, bytes.data, bytes.len, NULL, &doc, NULL), "reading signatures");
		cJSON_ArrayForEach (at, ra_json_get(ra_json_root(doc), "signatures")) {
			must(taken < cap, "too many signatures");
			fputs(taken ? "|" : "", patterns);
			translate(ra_json_str(at, "pattern", ""), patterns);
			fprintf(literals, "%s\n", ra_json_str(at, "literal", ""));
			samples[taken] = strdup(ra_json_str(at, "sample", ""));
			must(samples[taken++] != NULL, "strdup");
		}
	}
	ra_names_free(names, count);
	fputc('\n', patterns);
	must(!fclose(patterns) && !fclose(literals), "writing the patterns");
	return taken;
}

/* Out: how many known lines stand in it. */
static int make_log(char **samples, size_t count)
{
	static char block[BLOCK];
	FILE *file = fopen(LOG, "w");
	int rare = 0;

	must(file != NULL, "creating the log");
	for (int mb = 0; mb < LOG_MB; mb++) {
		size_t len = make_block(block, sizeof(block));

		must(fwrite(block, 1, len, file) == len, "writing the log");
		if (mb % RARE_MB == 0)
			fprintf(file, "%s\n", samples[rare++ % (int)count]);
	}
	must(!fclose(file), "writing the log");
	return rare;
}

/* Run a command to its end, its output into OUT. Out: ms; *peak_kib its memory. */
static double run(char *const *argv, int input, int expected, long *peak_kib)
{
	posix_spawn_file_actions_t files;
	double began = now_ms();
	struct rusage usage;
	int status;
	pid_t child;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, OUT, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (input >= 0)
		posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	must(!posix_spawnp(&child, argv[0], &files, NULL, argv, environ), argv[0]);
	posix_spawn_file_actions_destroy(&files);
	if (input >= 0)
		close(input);
	must(wait4(child, &status, 0, &usage) == child && WIFEXITED(status) && WEXITSTATUS(status) == expected, argv[0]);
	if (peak_kib)
		*peak_kib = usage.ru_maxrss;
	return now_ms() - began;
}

/* The number of lines the last command found. */
static int found(bool json)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	const cJSON *at;
	int count = 0;

	must(!ra_read_file(OUT, &bytes, NULL), "reading what was found");
	if (!json)
		return atoi(ra_buf_str(&bytes));
	must(!ra_json_parse(OUT, ra_buf_str(&bytes), bytes.len, NULL, &doc, NULL), "parsing what was found");
	cJSON_ArrayForEach (at, ra_json_get(ra_json_root(doc), "found")) {
		count += (int)ra_json_int(at, "count", 0);
	}
	return count;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *ms)
{
	qsort(ms, ROUNDS, sizeof(*ms), by_value);
	return ms[ROUNDS / 2];
}

static void speed(int rare)
{
	static char *const rows[3][9] = {
	    {"./reattest", "explain", "--format", "json", LOG, NULL},
	    {"grep", "-c", "-E", "-f", PATTERNS, LOG, NULL},
	    {"grep", "-c", "-F", "-f", LITERALS, LOG, NULL},
	};
	static const int expected[] = {10, 0, 0};
	static double ms[3][ROUNDS];
	int seen[3] = {0};

	for (int i = -1; i < ROUNDS; i++) /* the first one warms the page cache, and compares */
		for (int r = 0; r < 3; r++) {
			double took = run(rows[r], -1, expected[r], NULL);

			if (i >= 0)
				ms[r][i] = took;
			else
				seen[r] = found(r == 0);
		}
	printf("explain: a log of %d MB: known lines in it %d, found by explain %d, by grep -E %d\n", LOG_MB, rare, seen[0], seen[1]);
	must(seen[0] == rare && seen[1] == rare, "not the same lines are found");
	double ours = median(ms[0]), ere = median(ms[1]), fixed = median(ms[2]);

	printf("explain: LC_ALL=C grep -c -E takes %.2f x reattest explain (%.0f ms, %.0f ms: %.0f MB/s)\n", ere / ours, ere, ours, LOG_MB / ours * 1e3);
	printf("explain: LC_ALL=C grep -c -F with the literals takes %.2f x (%.0f ms)\n", fixed / ours, fixed);
}

/* Feed so many MB of the same block through a pipe. Out: the peak memory of the reader in KiB. */
static long peak_of(int mb)
{
	static char *const argv[] = {"./reattest", "explain", "--format", "json", NULL};
	static char block[BLOCK];
	size_t len = make_block(block, sizeof(block));
	long peak = 0;
	int ends[2];
	pid_t feeder;

	must(!pipe2(ends, O_CLOEXEC), "pipe");
	feeder = fork();
	must(feeder >= 0, "fork");
	if (feeder == 0) {
		for (int i = 0; i < mb; i++)
			if (ra_write_all(ends[1], block, len, NULL))
				_exit(1);
		_exit(0);
	}
	close(ends[1]);
	run(argv, ends[0], 0, &peak);
	must(waitpid(feeder, NULL, 0) == feeder, "waitpid");
	return peak;
}

int main(void)
{
	char *samples[1024];
	size_t count = read_set(samples, RA_LEN(samples));
	long small, large;

	setenv("LC_ALL", "C", 1);
	speed(make_log(samples, count));
	small = peak_of(100);
	large = peak_of(1000);
	printf("explain: peak memory on 1 GB is %.2f x that on 100 MB (%ld KiB, %ld KiB)\n", (double)large / (double)small, large, small);
	for (size_t i = 0; i < count; i++)
		free(samples[i]);
	unlink(LOG);
	unlink(PATTERNS);
	unlink(LITERALS);
	unlink(OUT);
	return 0;
}
