/* replay.c - the driver of a fuzz target without libFuzzer: hands every file of the target's corpus to it once, in order
 * of name. The corpus is RA_SRCDIR/tests/fuzz/corpus/NAME for a program fuzz_NAME; arguments name other files instead. */
#include "config.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define REPLAY_LEN_MAX (16u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* A file's bytes in a block of exactly their length, so that the sanitizer sees the first byte read past the end. */
static uint8_t *file_read(const char *path, size_t *len)
{
	struct stat st;
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = NULL;

	if (!file || fstat(fileno(file), &st) || !S_ISREG(st.st_mode) || (size_t)st.st_size > REPLAY_LEN_MAX)
		goto out;
	*len = (size_t)st.st_size;
	bytes = malloc(*len ? *len : 1);
	if (bytes && fread(bytes, 1, *len, file) != *len) {
		free(bytes);
		bytes = NULL;
	}
out:
	if (file)
		fclose(file);
	return bytes;
}

static int replay_file(const char *path)
{
	size_t len = 0;
	uint8_t *bytes = file_read(path, &len);

	if (!bytes) {
		fprintf(stderr, "replay: cannot read %s\n", path);
		return -1;
	}
	LLVMFuzzerTestOneInput(bytes, len);
	free(bytes);
	return 0;
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Returns how many inputs were replayed, -1 when the directory or one of them cannot be read. */
static int replay_dir(const char *dir)
{
	struct dirent **names = NULL;
	char path[4096];
	int n = scandir(dir, &names, is_input, alphasort), failed = 0;

	if (n < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		int w = snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
		if (w < 0 || (size_t)w >= sizeof(path) || replay_file(path))
			failed = 1;
		free(names[i]);
	}
	free(names);
	return failed ? -1 : n;
}

int main(int argc, char **argv)
{
	const char *top = getenv("RA_SRCDIR"), *name = strstr(argv[0], "fuzz_");
	char dir[4096];
	int n;

	for (int i = 1; i < argc; i++)
		if (replay_file(argv[i]))
			return 1;
	if (argc > 1)
		return 0;
	for (const char *next = name; next; next = strstr(next + 1, "fuzz_"))
		name = next;
	if (!name)
		return 1;
	snprintf(dir, sizeof(dir), "%s/tests/fuzz/corpus/%s", top ? top : ".", name + strlen("fuzz_"));
	n = replay_dir(dir);
	printf("%s: %d inputs\n", dir, n);
	return n > 0 ? 0 : 1;
}
