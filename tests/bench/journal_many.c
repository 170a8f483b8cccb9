/* journal_many.c - a record of a hundred thousand entries: CPU and memory to verify and to export it, against sha256sum over the same file
 * (no verifier can do less) and against Python's json over its lines. The entries are those of a real check of a simulated host, again and
 * again; their openings are new. */
#include "config.h"

#include "journal_bench.h"

#include "journal/journal.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENTRIES 100000
#define RUNS 3
#define SEED "bench-seed.jsonl"
#define MANY "bench-many.jsonl"
#define SEED_MAX 500

extern char **environ;

/* What a command took, its children among it: the least of some runs. */
struct took {
	double cpu_s;
	long rss_kib;
	int code;
};

static bool run_once(char *const *argv, struct took *out)
{
	posix_spawn_file_actions_t silent;
	struct rusage usage;
	int status = 0;
	pid_t child;

	posix_spawn_file_actions_init(&silent);
	posix_spawn_file_actions_addopen(&silent, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&silent, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	bool ran = !posix_spawnp(&child, argv[0], &silent, NULL, argv, environ) && wait4(child, &status, 0, &usage) == child;

	posix_spawn_file_actions_destroy(&silent);
	if (!ran || !WIFEXITED(status) || WEXITSTATUS(status) == 127)
		return false;
	*out = (struct took){(double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
				 (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
			     usage.ru_maxrss, WEXITSTATUS(status)};
	return true;
}

static bool run(char *const *argv, int expected, struct took *out)
{
	for (int i = 0; i < RUNS; i++) {
		struct took once;

		if (!run_once(argv, &once) || once.code != expected)
			return false;
		if (i == 0 || once.cpu_s < out->cpu_s)
			*out = once;
	}
	return true;
}

struct seed {
	char *kind[SEED_MAX];
	cJSON *body[SEED_MAX];
	size_t count;
};

static ra_err see(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	struct seed *seed = payload;

	(void)errs;
	bench_must(seed->count < SEED_MAX, "reading the seed");
	seed->kind[seed->count] = strdup(entry->kind);
	seed->body[seed->count] = cJSON_Duplicate(entry->body, true);
	bench_must(seed->kind[seed->count] && seed->body[seed->count], "malloc");
	seed->count++;
	return RA_OK;
}

/* A resolved body as it was before it was committed: what came from a machine is marked again. */
static cJSON *unresolved(const cJSON *body)
{
	static const char *const frame[] = {"v", "seq", "prev", "t", "kind"};
	cJSON *copy = cJSON_Duplicate(body, true), *at, *fact;

	for (size_t i = 0; i < sizeof(frame) / sizeof(frame[0]); i++)
		cJSON_DeleteItemFromObjectCaseSensitive(copy, frame[i]);
	for (size_t i = 0; i < 2; i++) {
		cJSON *lines = cJSON_GetObjectItemCaseSensitive(copy, i ? "err" : "out");

		for (int n = 0; n < cJSON_GetArraySize(lines); n++)
			cJSON_ReplaceItemInArray(lines, n, ra_journal_bulk(cJSON_Duplicate(cJSON_GetArrayItem(lines, n), true)));
	}
	cJSON_ArrayForEach(fact, cJSON_GetObjectItemCaseSensitive(copy, "facts")) {
		at = cJSON_DetachItemFromObjectCaseSensitive(fact, "value");
		if (at)
			cJSON_AddItemToObject(fact, "value", ra_journal_sensitive(at));
	}
	return copy;
}

static void put(struct ra_journal *journal, const struct seed *seed, size_t i)
{
	struct ra_entry entry = {0};

	bench_must(!ra_journal_append(journal, RA_UTC_NONE, seed->kind[i], unresolved(seed->body[i]), &entry, NULL), "ra_journal_append");
	ra_entry_clear(&entry);
}

/* The seed up to its first way taken, replies of it up to so many entries, and the rest. */
static void make_many(const struct seed *seed)
{
	struct ra_journal *journal = NULL;
	struct ra_entry entry = {0};
	size_t rest = 0, at = 0;

	while (rest < seed->count && strcmp(seed->kind[rest], "edge"))
		rest++;
	bench_must(rest > 3 && rest < seed->count && !ra_journal_create(MANY, &journal, NULL), "ra_journal_create");
	for (size_t i = 0; i < rest; i++)
		put(journal, seed, i);
	while (ra_journal_count(journal) < (int64_t)(ENTRIES - (seed->count - rest))) {
		if (!strcmp(seed->kind[at % rest], "reply"))
			put(journal, seed, at % rest);
		at++;
	}
	for (size_t i = rest; i + 1 < seed->count; i++)
		put(journal, seed, i);
	bench_must(!ra_journal_end(journal, RA_UTC_NONE, "bench", &entry, NULL), "ra_journal_end");
	ra_entry_clear(&entry);
	ra_journal_free(journal);
}

static void tell(const char *what, char *const *argv, int expected, const struct took *peer)
{
	struct took took;

	if (run(argv, expected, &took))
		printf("journal, %d entries, %s: %.1f x sha256sum (%.2f s of CPU, %ld MiB)\n", ENTRIES, what, took.cpu_s / peer->cpu_s, took.cpu_s,
		       took.rss_kib / 1024);
	else
		printf("journal, %d entries, %s: not measured, it is not here or failed\n", ENTRIES, what);
}

void bench_many(void)
{
	static const struct {
		const char *what;
		char *const argv[8];
		int expected;
	} rows[] = {
		{"python3 json", {"python3", "-c", "import json\nfor l in open('" MANY "'): json.loads(l)", NULL}, 0},
		{"verified", {"./reattest", "verify", MANY, NULL}, 3},
		{"exported as md", {"./reattest", "export", MANY, "--format", "md", NULL}, 0},
		{"exported as json", {"./reattest", "export", MANY, "--format", "json", NULL}, 0},
		{"exported as html", {"./reattest", "export", MANY, "--format", "html", NULL}, 0},
	};
	char *const check[] = {"./reattest", "check", "--from", "demo:secure-boot-off", "--journal", SEED, NULL};
	char *const sum[] = {"sha256sum", MANY, NULL};
	struct seed seed = {.count = 0};
	struct ra_verify found;
	struct took took, peer;
	struct stat st;

	unlink(SEED);
	unlink(MANY);
	bench_must(run_once(check, &took), "./reattest check");
	bench_must(!ra_journal_verify(SEED, see, &seed, &found, NULL), "ra_journal_verify");
	make_many(&seed);
	bench_must(!stat(MANY, &st) && run(sum, 0, &peer), "sha256sum");
	printf("journal, %d entries: %lld bytes an entry; sha256sum takes %.2f s of CPU\n", ENTRIES, (long long)st.st_size / ENTRIES, peer.cpu_s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tell(rows[i].what, rows[i].argv, rows[i].expected, &peer);
	while (seed.count) {
		free(seed.kind[--seed.count]);
		cJSON_Delete(seed.body[seed.count]);
	}
	unlink(SEED);
	unlink(MANY);
}
