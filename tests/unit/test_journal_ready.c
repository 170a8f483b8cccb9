/* Before a change is offered: the journal is still the file it was, and there is room for what comes. fstatvfs(3), fallocate(2) and
 * flock(2) answer here what a case says. */
#include "tests/unit/journal_make.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

static struct {
	bool has_vfs;
	struct statvfs vfs;
	int fallocate_errno, flock_errno;
} says;

int __real_fstatvfs(int fd, struct statvfs *out);
int __wrap_fstatvfs(int fd, struct statvfs *out);
int __real_fallocate(int fd, int mode, off_t at, off_t len);
int __wrap_fallocate(int fd, int mode, off_t at, off_t len);
int __real_flock(int fd, int how);
int __wrap_flock(int fd, int how);

int __wrap_fstatvfs(int fd, struct statvfs *out)
{
	*out = says.vfs;
	return says.has_vfs ? 0 : __real_fstatvfs(fd, out);
}

int __wrap_fallocate(int fd, int mode, off_t at, off_t len)
{
	errno = says.fallocate_errno;
	return says.fallocate_errno ? -1 : __real_fallocate(fd, mode, at, len);
}

int __wrap_flock(int fd, int how)
{
	errno = says.flock_errno;
	return says.flock_errno ? -1 : __real_flock(fd, how);
}

static struct ra_journal *begin(const char *path)
{
	struct ra_journal *journal;

	memset(&says, 0, sizeof(says));
	assert_int_equal(ra_journal_create(path, &journal, NULL), RA_OK);
	append(journal, T0, "k", "{}");
	assert_int_equal(ra_journal_ready(journal, NULL), RA_OK);
	return journal;
}

static void expect(struct ra_journal *journal, ra_err want, const char *words)
{
	struct ra_errs errs;
	ra_err err;

	ra_errs_clear(&errs);
	err = ra_journal_ready(journal, &errs);
	if (err != want || (want && (!strstr(errs.text[0], words) || !strstr(errs.text[0], ra_journal_path(journal)))))
		fail_msg("%s: %d, %s", words, (int)err, errs.text[0]);
}

/* What somebody else does to the file, and what is told; put back, it is well again. */
static void touched_by_others(void **state)
{
	const char *path = path_in(state, "mine"), *aside = path_in(state, "aside");
	struct ra_journal *journal = begin(path);
	FILE *file;

	assert_int_equal(rename(path, aside), 0);
	expect(journal, RA_E_STATE, "deleted, moved or replaced");
	put(path, "{}\n", 3);
	expect(journal, RA_E_STATE, "deleted, moved or replaced");
	assert_int_equal(rename(aside, path), 0);
	expect(journal, RA_OK, "");
	file = fopen(path, "ab");
	fputs("x", file);
	fclose(file);
	expect(journal, RA_E_STATE, "changed by somebody else");
	assert_int_equal(truncate(path, 10), 0);
	expect(journal, RA_E_STATE, "changed by somebody else");
	assert_int_equal(unlink(path), 0);
	expect(journal, RA_E_STATE, "deleted, moved or replaced");
	ra_journal_free(journal);

	path = path_in(state, "withevidence");
	journal = begin(path);
	journal->inline_max = 0;
	append(journal, T0, "reply", "{\"out\":[{\"$e\":\"one\"}]}");
	expect(journal, RA_OK, "");
	assert_int_equal(truncate(path_in(state, "withevidence" RA_JOURNAL_EVIDENCE), 1), 0);
	expect(journal, RA_E_STATE, "changed by somebody else");
	ra_journal_free(journal);
}

static void no_room(void **state)
{
	static const struct {
		unsigned long blocks, avail, size;
		int fallocate_errno;
		ra_err want;
		const char *words;
	} cases[] = {
	    {100000, RA_JOURNAL_ROOM_LEN / 4096, 4096, 0, RA_OK, ""},
	    {100000, RA_JOURNAL_ROOM_LEN / 4096 - 1, 4096, 0, RA_E_IO, "8188 KiB are free, 8 MiB are wanted"},
	    {100000, 0, 4096, 0, RA_E_IO, "0 KiB are free"},
	    {0, 0, 4096, 0, RA_OK, ""}, /* it does not say */
	    {1UL << 40, 1UL << 40, 1UL << 40, 0, RA_OK, ""},
	    {100000, 100000, 4096, EDQUOT, RA_E_IO, "uota"},
	    {100000, 100000, 4096, ENOSPC, RA_E_IO, "No space left"},
	    {100000, 100000, 4096, EROFS, RA_E_IO, "Read-only"},
	    {100000, 100000, 4096, EIO, RA_E_IO, "Input/output"},
	    {100000, 100000, 4096, EOPNOTSUPP, RA_OK, ""}, /* a file system that keeps no room */
	};
	struct ra_journal *journal = begin(path_in(state, "room"));

	says.has_vfs = true;
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		says.vfs = (struct statvfs){.f_blocks = cases[i].blocks, .f_bavail = cases[i].avail, .f_bfree = cases[i].avail,
					    .f_frsize = cases[i].size};
		says.fallocate_errno = cases[i].fallocate_errno;
		expect(journal, cases[i].want, cases[i].words);
	}
	append(journal, T0, "k", "{}"); /* it goes on being written while it can be */
	ra_journal_free(journal);
	memset(&says, 0, sizeof(says));
}

/* Kept room is no content, and is given back. */
static void room_is_given_back(void **state)
{
	const char *path = path_in(state, "kept");
	struct ra_journal *journal = begin(path);
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, journal->len);
	end(journal, T0, "stopped");
	ra_journal_free(journal);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_blocks * 512 < (blkcnt_t)RA_JOURNAL_ROOM_LEN / 2);
	assert_int_equal(verify_file(path).verdict, RA_VERIFY_WHOLE);
}

static void in_memory(void **state)
{
	struct ra_journal *journal;

	(void)state;
	says.has_vfs = true;
	assert_int_equal(ra_journal_create(NULL, &journal, NULL), RA_OK);
	assert_int_equal(ra_journal_ready(journal, NULL), RA_OK);
	ra_journal_free(journal);
	memset(&says, 0, sizeof(says));
}

/* One journal has one writer, whatever it is called; where nothing can be locked, that is said and nothing is left behind. */
static void locks(void **state)
{
	const char *path = path_in(state, "one"), *linked = path_in(state, "linked"), *named = path_in(state, "named");
	struct ra_journal *journal = begin(path), *second;
	struct ra_errs errs;

	assert_int_equal(link(path, linked), 0);
	assert_int_equal(symlink(path, named), 0);
	ra_errs_clear(&errs);
	assert_int_equal(ra_journal_open(linked, NULL, NULL, &second, &errs), RA_E_BUSY);
	assert_int_equal(ra_journal_open(named, NULL, NULL, &second, &errs), RA_E_BUSY);
	ra_journal_free(journal);
	says.flock_errno = ENOLCK;
	ra_errs_clear(&errs);
	assert_int_equal(ra_journal_open(path, NULL, NULL, &journal, &errs), RA_E_IO);
	assert_non_null(strstr(errs.text[0], "No locks available"));
	assert_non_null(strstr(errs.text[0], "local disk"));
	assert_int_equal(ra_journal_create(path_in(state, "nolock"), &journal, &errs), RA_E_IO);
	assert_int_not_equal(access(path_in(state, "nolock"), F_OK), 0);
	memset(&says, 0, sizeof(says));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(touched_by_others), cmocka_unit_test(no_room),	  cmocka_unit_test(room_is_given_back),
	    cmocka_unit_test(in_memory),	 cmocka_unit_test(locks),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
