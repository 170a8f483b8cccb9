/* bench_journal.c - what the record costs: an entry in the journal and on the disk, against the same bytes written and synced bare in
 * the same run, in turns, so that a slow disk slows both. Medians. Works in the current directory, leaves nothing. */
#include "config.h"

#include "journal_bench.h"

#include "base/clock.h"
#include "journal/journal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 6
#define PER_ROUND 40
#define SAMPLES (ROUNDS * PER_ROUND)
#define REPLY_LINES 30
#define JOURNAL "bench-journal.jsonl"
#define BARE "bench-journal.bare"

static double now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

void bench_must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench_journal: %s failed\n", what);
	unlink(JOURNAL);
	unlink(BARE);
	exit(1);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *samples, size_t count)
{
	qsort(samples, count, sizeof(*samples), by_value);
	return samples[count / 2];
}

/* An entry as a host's reply makes it: its lines, each a machine's word. */
static cJSON *reply_body(int at)
{
	cJSON *body = cJSON_CreateObject(), *lines = cJSON_AddArrayToObject(body, "lines");
	char text[96];

	bench_must(cJSON_AddStringToObject(body, "check", "bench") && lines, "cJSON");
	for (int i = 0; i < REPLY_LINES; i++) {
		snprintf(text, sizeof(text), "entry %d line %d   Domain Membership Server:  Status: normal", at, i);
		bench_must(cJSON_AddItemToArray(lines, ra_journal_sensitive(cJSON_CreateString(text))), "ra_journal_sensitive");
	}
	return body;
}

static double append_us(struct ra_journal *journal, int at, int sync)
{
	struct ra_errs errs = {0};
	struct ra_entry entry = {0};
	cJSON *body = reply_body(at);
	double began = now_us(), took;

	bench_must(!ra_journal_append(journal, ra_utc_now(), "reply", body, &entry, &errs), "ra_journal_append");
	bench_must(!sync || !ra_journal_sync(journal, &errs), "ra_journal_sync");
	took = now_us() - began;
	ra_entry_clear(&entry);
	return took;
}

static double bare_us(int fd, const char *bytes, size_t len)
{
	double began = now_us();

	bench_must(write(fd, bytes, len) == (ssize_t)len, "write");
	bench_must(!fsync(fd), "fsync");
	return now_us() - began;
}

/* Bytes of one line, measured on an entry that does not count. */
static size_t line_len(struct ra_journal *journal)
{
	struct stat before, after;

	bench_must(!stat(JOURNAL, &before), "stat");
	append_us(journal, 0, 1);
	bench_must(!stat(JOURNAL, &after), "stat");
	return (size_t)(after.st_size - before.st_size);
}

static void on_disk(void)
{
	static double ours[SAMPLES], bare[SAMPLES];
	struct ra_journal *journal = NULL;
	struct ra_errs errs = {0};
	int fd = open(BARE, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
	size_t len;
	char *bytes;
	double a, b;

	bench_must(fd >= 0 && !ra_journal_create(JOURNAL, &journal, &errs), "creating the files");
	len = line_len(journal);
	bytes = malloc(len);
	bench_must(bytes != NULL, "malloc");
	memset(bytes, 'x', len);
	for (int i = 0; i < SAMPLES; i += PER_ROUND) {
		for (int k = 0; k < PER_ROUND; k++)
			bare[i + k] = bare_us(fd, bytes, len);
		for (int k = 0; k < PER_ROUND; k++)
			ours[i + k] = append_us(journal, i + k, 1);
	}
	a = median(ours, SAMPLES);
	b = median(bare, SAMPLES);
	printf("journal append and sync: %.2f x bare write and sync (%.0f us, %.0f us; lines of %zu bytes)\n", a / b, a, b, len);
	free(bytes);
	close(fd);
	journal = ra_journal_free(journal);
}

static void verifying(void)
{
	struct ra_errs errs = {0};
	struct ra_verify found;
	struct stat st;
	double began = now_us(), took;

	bench_must(!ra_journal_verify(JOURNAL, NULL, NULL, &found, &errs) && found.count > SAMPLES, "ra_journal_verify");
	took = now_us() - began;
	bench_must(!stat(JOURNAL, &st), "stat");
	printf("journal verify: %.0f MB/s (%lld entries in %.1f ms)\n", (double)st.st_size / took, (long long)found.count,
	       took / 1e3);
}

static void in_memory(void)
{
	static double ours[SAMPLES];
	struct ra_journal *journal = NULL;
	struct ra_errs errs = {0};

	bench_must(!ra_journal_create(NULL, &journal, &errs), "ra_journal_create");
	for (int i = 0; i < SAMPLES; i++)
		ours[i] = append_us(journal, i, 0);
	printf("journal append in memory: %.0f us for a reply of %d lines\n", median(ours, SAMPLES), REPLY_LINES);
	journal = ra_journal_free(journal);
}

int main(void)
{
	unlink(JOURNAL);
	on_disk();
	verifying();
	in_memory();
	unlink(JOURNAL);
	unlink(BARE);
	bench_many();
	return 0;
}
