#include "tests/unit/unit.h"

#include "base/secret.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#define NEEDLE_LEN 32
#define REGION_MAX (256ul << 20) /* a sanitizer's shadow is terabytes of nothing */

/* The needle is never in memory whole but where the test puts it: it is made byte by byte. */
static char needle_byte(size_t i)
{
	return (char)(0x80 | ((i * 37 + 11) & 0x7f));
}

static void put_needle(char *out)
{
	for (size_t i = 0; i < NEEDLE_LEN; i++)
		out[i] = needle_byte(i);
}

static int count_needles(const char *bytes, size_t len)
{
	int count = 0;

	for (size_t at = 0; at + NEEDLE_LEN <= len; at++) {
		size_t i = 0;

		while (i < NEEDLE_LEN && bytes[at + i] == needle_byte(i))
			i++;
		count += i == NEEDLE_LEN;
	}
	return count;
}

/* How often the needle stands in one mapping, read in overlapping windows. */
static int search_region(int mem, unsigned long from, unsigned long to)
{
	static char window[64 * 1024];
	int count = 0;

	while (from + NEEDLE_LEN <= to) {
		size_t want = to - from < sizeof(window) ? to - from : sizeof(window);
		ssize_t got = pread(mem, window, want, (off_t)from);

		if (got < NEEDLE_LEN)
			break;
		count += count_needles(window, (size_t)got);
		ra_wipe(window, sizeof(window));
		from += (unsigned long)got - (NEEDLE_LEN - 1);
	}
	return count;
}

/* How often the needle stands anywhere in this process. Out: -1 where the system does not let it look. */
static int search_memory(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	unsigned long from, to;
	char line[512], mode[5];
	int count = maps && mem >= 0 ? 0 : -1;

	while (count >= 0 && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %4s", &from, &to, mode) == 3 && mode[0] == 'r' && mode[1] == 'w' &&
		    to - from <= REGION_MAX)
			count += search_region(mem, from, to);
	if (maps)
		fclose(maps);
	if (mem >= 0)
		close(mem);
	return count;
}

/* Growing, chopping, replacing and freeing leave no copy anywhere in the process. */
static void no_copy_is_left_behind(void **state)
{
	RA_AUTO(ra_secret_free) struct ra_secret *secret = ra_secret_new();
	char needle[NEEDLE_LEN], filler[3000];
	int found = search_memory();

	if (found < 0)
		skip();
	assert_int_equal(found, 0);
	memset(filler, 'x', sizeof(filler));
	put_needle(needle);
	assert_int_equal(ra_secret_set(secret, needle, sizeof(needle)), RA_OK);
	ra_wipe(needle, sizeof(needle));
	assert_int_equal(search_memory(), 1);
	for (int i = 0; i < 20; i++)
		assert_int_equal(ra_secret_add(secret, filler, sizeof(filler)), RA_OK);
	assert_int_equal(search_memory(), 1);
	secret = ra_secret_free(secret);
	assert_int_equal(search_memory(), 0);
}

static void wiping_is_seen_in_the_bytes(void **state)
{
	RA_AUTO(ra_secret_free) struct ra_secret *secret = ra_secret_new();
	const char *bytes;
	size_t len;

	assert_int_equal(ra_secret_set(secret, "correct horse", 13), RA_OK);
	bytes = ra_secret_bytes(secret, &len);
	assert_int_equal(len, 13);
	assert_string_equal(bytes, "correct horse");
	ra_secret_chop(secret);
	assert_memory_equal(bytes, "correct hors\0", 14);
	assert_int_equal(ra_secret_set(secret, "tiny", 4), RA_OK);
	assert_ptr_equal(ra_secret_bytes(secret, NULL), bytes);
	assert_memory_equal(bytes, "tiny\0\0\0\0\0\0\0\0\0", 14);
	ra_secret_wipe(secret);
	for (size_t i = 0; i < 14; i++)
		assert_int_equal(bytes[i], 0);
	assert_string_equal(ra_secret_bytes(secret, &len), "");
	assert_int_equal(len, 0);
	assert_int_equal(ra_secret_add(secret, "again", 5), RA_OK);
	assert_string_equal(ra_secret_bytes(secret, NULL), "again");
}

static void an_empty_slot(void **state)
{
	RA_AUTO(ra_secret_free) struct ra_secret *secret = ra_secret_new();
	size_t len = 1;

	assert_string_equal(ra_secret_bytes(secret, &len), "");
	assert_int_equal(len, 0);
	ra_secret_chop(secret);
	ra_secret_wipe(secret);
	assert_int_equal(ra_secret_add(secret, "", 0), RA_OK);
	ra_secret_chop(secret);
	assert_string_equal(ra_secret_bytes(secret, &len), "");
	assert_null(ra_secret_free(NULL));
}

static void the_cap(void **state)
{
	RA_AUTO(ra_secret_free) struct ra_secret *secret = ra_secret_new();
	static char big[RA_SECRET_MAX + 1];
	const char *bytes;
	size_t len;

	memset(big, 'k', sizeof(big));
	assert_int_equal(ra_secret_set(secret, big, RA_SECRET_MAX + 1), RA_E_LIMIT);
	assert_int_equal(ra_secret_set(secret, big, RA_SECRET_MAX), RA_OK);
	assert_int_equal(ra_secret_add(secret, "x", 1), RA_E_LIMIT);
	assert_int_equal(ra_secret_add(secret, "x", SIZE_MAX), RA_E_LIMIT);
	assert_int_equal(ra_secret_set(secret, big, RA_SECRET_MAX + 1), RA_E_LIMIT);
	bytes = ra_secret_bytes(secret, &len);
	assert_int_equal(len, RA_SECRET_MAX);
	assert_memory_equal(bytes, big, RA_SECRET_MAX);
	assert_int_equal(bytes[RA_SECRET_MAX], '\0');
}

/* In a child, because it cannot be taken back. */
static void process_guard(void **state)
{
	int status = -1;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct rlimit core = {1, 1};
		bool ok;

		ra_secret_process_guard();
		ok = getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0;
#ifdef PR_GET_DUMPABLE
		ok = ok && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
#endif
		_exit(ok ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void a_forked_child_sees_nothing(void **state)
{
#ifdef __linux__
	RA_AUTO(ra_secret_free) struct ra_secret *secret = ra_secret_new();
	int status = -1;
	pid_t child;

	assert_int_equal(ra_secret_set(secret, "mine", 4), RA_OK);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(ra_secret_bytes(secret, NULL)[0] == '\0' ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_string_equal(ra_secret_bytes(secret, NULL), "mine");
#else
	skip();
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_copy_is_left_behind), cmocka_unit_test(wiping_is_seen_in_the_bytes),
	    cmocka_unit_test(an_empty_slot),          cmocka_unit_test(the_cap),
	    cmocka_unit_test(process_guard),          cmocka_unit_test(a_forked_child_sees_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
