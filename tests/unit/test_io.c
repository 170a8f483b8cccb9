#include "config.h"

#include "tests/unit/unit.h"

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A directory of this test's own; every test gets a fresh one as its state. */
static int make_dir(void **state)
{
	char name[] = "test_io.XXXXXX";
	char *dir = ra_path_join(unit_dir("RA_BUILDDIR"), name);

	*state = dir;
	return dir && mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
	char command[4200];

	snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
	free(*state);
	return system(command);
}

static char *in_dir(void **state, const char *name)
{
	char *path = ra_path_join(*state, name);

	assert_non_null(path);
	return path;
}

static void put(const char *path, const char *text)
{
	assert_int_equal(ra_write_file(path, 0, text, strlen(text), NULL), RA_OK);
}

static void assert_content(const char *path, const char *text)
{
	RA_AUTO(ra_buf_free) struct ra_buf got = {0};

	assert_int_equal(ra_read_file(path, &got, NULL), RA_OK);
	assert_string_equal(ra_buf_str(&got), text);
}

static void assert_only_entry(const char *dir, const char *name)
{
	char **names;
	size_t count;

	assert_int_equal(ra_list_dir(dir, "", &names, &count, NULL), RA_OK);
	assert_int_equal(count, name ? 1 : 0);
	if (name)
		assert_string_equal(names[0], name);
	ra_names_free(names, count);
}

static void reads_what_was_written(void **state)
{
	RA_AUTO(ra_mem_free) char *path = in_dir(state, "a");
	RA_AUTO(ra_buf_free) struct ra_buf big = {0}, got = {0};

	for (int i = 0; i < 50000; i++)
		assert_int_equal(ra_buf_printf(&big, "%d%c", i, i % 7 ? ' ' : '\0'), RA_OK);
	assert_int_equal(ra_write_file(path, 0, big.data, big.len, NULL), RA_OK);
	assert_int_equal(ra_buf_text(&got, "before "), RA_OK);
	assert_int_equal(ra_read_file(path, &got, NULL), RA_OK);
	assert_int_equal(got.len, big.len + 7);
	assert_memory_equal(got.data + 7, big.data, big.len);
	put(path, "");
	assert_content(path, "");
	assert_only_entry(*state, "a");
}

static void read_errors_are_told(void **state)
{
	RA_AUTO(ra_mem_free) char *none = in_dir(state, "none");
	RA_AUTO(ra_mem_free) char *below = in_dir(state, "f/below");
	RA_AUTO(ra_mem_free) char *file = in_dir(state, "f");
	const struct {
		const char *path;
		ra_err code;
		const char *doing, *why;
	} rows[] = {
	    {none, RA_E_NOTFOUND, "opening", "No such file or directory"},
	    {*state, RA_E_IO, "reading", "Is a directory"},
	    {below, RA_E_IO, "opening", "Not a directory"},
	};

	put(file, "x");
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf got = {0};
		struct ra_errs errs;
		char want[4200];

		ra_errs_clear(&errs);
		assert_int_equal(ra_read_file(rows[i].path, &got, &errs), rows[i].code);
		snprintf(want, sizeof(want), "%s %s: %s", rows[i].doing, rows[i].path, rows[i].why);
		assert_string_equal(errs.text[0], want);
		assert_int_equal(got.len, 0);
	}
}

static void reading_stops_at_the_cap(void **state)
{
	RA_AUTO(ra_mem_free) char *path = in_dir(state, "ten");
	RA_AUTO(ra_buf_free) struct ra_buf ten = {.max_len = 10}, nine = {.max_len = 9}, zeros = {.max_len = 100000};
	struct ra_errs errs;

	put(path, "0123456789");
	assert_int_equal(ra_read_file(path, &ten, NULL), RA_OK);
	assert_int_equal(ra_buf_text(&nine, "ab"), RA_OK);
	ra_errs_clear(&errs);
	assert_int_equal(ra_read_file(path, &nine, &errs), RA_E_LIMIT);
	assert_string_equal(ra_buf_str(&nine), "ab");
	assert_non_null(strstr(errs.text[0], "larger than the 9 bytes allowed"));
	assert_int_equal(ra_read_file("/dev/zero", &zeros, NULL), RA_E_LIMIT);
	assert_int_equal(zeros.len, 0);
}

/* What somebody put in place of a file is not read, nor waited for. */
static void only_a_file_is_regular(void **state)
{
	RA_AUTO(ra_mem_free) char *path = in_dir(state, "plain"), *pipe = in_dir(state, "pipe"), *link = in_dir(state, "link"),
			     *none = in_dir(state, "none");
	RA_AUTO(ra_buf_free) struct ra_buf got = {.max_len = 10};
	const struct {
		const char *path;
		ra_err code;
	} rows[] = {{pipe, RA_E_IO}, {"/dev/zero", RA_E_IO}, {*state, RA_E_IO}, {none, RA_E_NOTFOUND}, {path, RA_OK}, {link, RA_OK}, {path, RA_E_LIMIT}};

	put(path, "01234");
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_int_equal(symlink("plain", link), 0);
	alarm(60);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		size_t before = got.len;

		assert_int_equal(ra_read_regular(rows[i].path, &got, NULL), rows[i].code);
		assert_int_equal(got.len, before + (rows[i].code ? 0 : 5));
	}
	alarm(0);
	assert_string_equal(ra_buf_str(&got), "0123401234");
}

static void dash_is_standard_input_and_output(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf got = {0};
	int ends[2], keep_in = dup(0), keep_out = dup(1);
	ra_err wrote, read_back;

	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[1], 1) == 1 && dup2(ends[0], 0) == 0);
	wrote = ra_write_file("-", 0, "through", 7, NULL);
	assert_true(dup2(keep_out, 1) == 1);
	close(ends[1]);
	read_back = ra_read_file("-", &got, NULL);
	dup2(keep_in, 0);
	close(ends[0]);
	close(keep_in);
	close(keep_out);
	assert_int_equal(wrote, RA_OK);
	assert_int_equal(read_back, RA_OK);
	assert_string_equal(ra_buf_str(&got), "through");
}

/* Counts what comes through a pipe that it empties in small bites; exits 0 when it is the expected pattern. */
static pid_t slow_reader(int from, int other, size_t expected)
{
	pid_t child = fork();
	unsigned char bite[777];
	size_t seen = 0;
	ssize_t n;

	if (child != 0)
		return child;
	close(other);
	while ((n = read(from, bite, sizeof(bite))) > 0)
		for (ssize_t i = 0; i < n; i++, seen++)
			if (bite[i] != (unsigned char)(seen * 7 >> 4))
				_exit(2);
	_exit(seen == expected ? 0 : 1);
}

/* A full pipe that does not block takes part of the bytes or none (EAGAIN); all must arrive all the same. */
static void short_writes_are_continued(void **state)
{
	size_t len = 1 << 20;
	RA_AUTO(ra_mem_free) unsigned char *bytes = malloc(len);
	int ends[2], status = -1;
	pid_t child;

	assert_non_null(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (unsigned char)(i * 7 >> 4);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	child = slow_reader(ends[0], ends[1], len);
	assert_true(child > 0);
	close(ends[0]);
	assert_int_equal(ra_write_all(ends[1], bytes, len, NULL), RA_OK);
	close(ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void write_errors_are_told(void **state)
{
	struct ra_errs errs;
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	int ends[2];

	if (full < 0)
		skip();
	ra_errs_clear(&errs);
	assert_int_equal(ra_write_all(full, "12345", 5, &errs), RA_E_IO);
	assert_string_equal(errs.text[0], "writing 5 bytes stopped after 0: No space left on device");
	close(full);
	ra_errs_clear(&errs);
	assert_int_equal(ra_write_file("/dev/full", 0, "12345", 5, &errs), RA_E_IO);
	assert_string_equal(errs.text[1], "cannot write /dev/full");
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	ra_errs_clear(&errs);
	assert_int_equal(ra_write_all(ends[1], "x", 1, &errs), RA_E_IO);
	assert_string_equal(errs.text[0], "writing 1 bytes stopped after 0: Broken pipe");
	close(ends[1]);
}

static void a_device_stays_a_device(void **state)
{
	struct stat st;

	assert_int_equal(ra_write_file("/dev/null", 0, "x", 1, NULL), RA_OK);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
}

/* A write that fails half way leaves the old file and nothing beside it. */
static void a_failed_write_keeps_the_old_file(void **state)
{
	RA_AUTO(ra_mem_free) char *path = in_dir(state, "kept");
	RA_AUTO(ra_mem_free) char *none = in_dir(state, "none/x");
	static const char big[100000];
	struct rlimit before, small;
	struct ra_errs errs;
	ra_err err;

	put(path, "old");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 50000;
	ra_errs_clear(&errs);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	err = ra_write_file(path, 0, big, sizeof(big), &errs);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(err, RA_E_IO);
	assert_string_equal(errs.text[0], "writing 100000 bytes stopped after 50000: File too large");
	assert_content(path, "old");
	assert_only_entry(*state, "kept");
	assert_int_equal(ra_write_file(none, 0, "x", 1, NULL), RA_E_IO);
	assert_int_equal(ra_write_file(*state, 0, "x", 1, NULL), RA_E_IO);
	/* What is only tried leaves everything as it was. */
	ra_errs_clear(&errs);
	assert_int_equal(ra_may_write(none, &errs), RA_E_IO);
	assert_int_equal(ra_may_write(*state, &errs), RA_E_IO);
	assert_int_equal(errs.count, 2);
	assert_int_equal(ra_may_write(path, NULL), RA_OK);
	assert_int_equal(ra_may_write("/dev/null", NULL), RA_OK);
	assert_int_equal(ra_may_write("-", NULL), RA_OK);
	assert_content(path, "old");
	assert_only_entry(*state, "kept");
}

static void replacing_is_atomic(void **state)
{
	RA_AUTO(ra_mem_free) char *path = in_dir(state, "r");
	char was[4] = "";
	struct stat a, b;
	int fd;

	put(path, "old");
	assert_int_equal(stat(path, &a), 0);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	put(path, "newer");
	assert_int_equal(stat(path, &b), 0);
	assert_true(a.st_ino != b.st_ino);
	assert_int_equal(read(fd, was, 3), 3);
	close(fd);
	assert_string_equal(was, "old");
	assert_content(path, "newer");
	assert_only_entry(*state, "r");
}

static void modes(void **state)
{
	RA_AUTO(ra_mem_free) char *path = in_dir(state, "m");
	RA_AUTO(ra_mem_free) char *deep = in_dir(state, "x/y//z/");
	RA_AUTO(ra_mem_free) char *x = in_dir(state, "x");
	mode_t before = umask(0);
	struct stat st;

	assert_int_equal(ra_write_file(path, 0, "x", 1, NULL), RA_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(ra_write_file(path, 0644, "x", 1, NULL), RA_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	assert_int_equal(ra_make_dirs(deep, NULL), RA_OK);
	umask(before);
	assert_int_equal(stat(x, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

static void making_directories(void **state)
{
	RA_AUTO(ra_mem_free) char *file = in_dir(state, "file");
	RA_AUTO(ra_mem_free) char *below = in_dir(state, "file/d");
	struct ra_errs errs;
	char want[4200];

	assert_int_equal(ra_make_dirs(*state, NULL), RA_OK);
	assert_int_equal(ra_make_dirs("/", NULL), RA_OK);
	assert_int_equal(ra_make_dirs("", NULL), RA_E_IO);
	put(file, "x");
	ra_errs_clear(&errs);
	assert_int_equal(ra_make_dirs(file, &errs), RA_E_IO);
	snprintf(want, sizeof(want), "creating the directory %s: Not a directory", file);
	assert_string_equal(errs.text[0], want);
	assert_int_equal(ra_make_dirs(below, &errs), RA_E_IO);
}

static void writable_by_others(void **state)
{
	static const struct {
		mode_t mode;
		bool others;
	} rows[] = {{0600, false}, {0644, false}, {0755, false}, {0620, true}, {0602, true}, {0666, true}};
	RA_AUTO(ra_mem_free) char *path = in_dir(state, "w");

	assert_true(ra_is_writable_by_others(path));
	put(path, "x");
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		assert_int_equal(chmod(path, rows[i].mode), 0);
		assert_int_equal(ra_is_writable_by_others(path), rows[i].others);
	}
	assert_int_equal(chmod(path, 0600), 0);
	assert_false(ra_is_writable_by_others(*state));
	assert_true(ra_is_writable_by_others("/tmp"));
	assert_false(ra_is_writable_by_others("/"));
	if (geteuid() == 0 && chown(path, 12345, 12345) == 0)
		assert_true(ra_is_writable_by_others(path));
}

static void listing(void **state)
{
	static const char *const files[] = {"b.json", "a.json", "B.json", "a.json.x", ".hidden.json", "json", ".json"};
	char **names;
	size_t count;

	for (size_t i = 0; i < RA_LEN(files); i++) {
		RA_AUTO(ra_mem_free) char *path = in_dir(state, files[i]);

		put(path, "x");
	}
	assert_int_equal(ra_list_dir(*state, ".json", &names, &count, NULL), RA_OK);
	assert_int_equal(count, 3);
	assert_string_equal(names[0], "B.json");
	assert_string_equal(names[1], "a.json");
	assert_string_equal(names[2], "b.json");
	names = ra_names_free(names, count);
	assert_null(names);
	assert_int_equal(ra_list_dir(*state, ".none", &names, &count, NULL), RA_OK);
	assert_int_equal(count, 0);
	ra_names_free(names, count);
	assert_int_equal(ra_list_dir("/nonexistent", "", &names, &count, NULL), RA_E_IO);
	assert_null(names);
}

static void paths(void **state)
{
	static const struct {
		const char *dir, *name, *joined;
	} rows[] = {{"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"/", "b", "/b"}, {"", "b", "b"}, {"a", "", "a/"}};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_mem_free) char *path = ra_path_join(rows[i].dir, rows[i].name);

		assert_string_equal(path, rows[i].joined);
	}
}

static void set_or_unset(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static void xdg_directories(void **state)
{
	static const struct {
		const char *kind, *home, *config, *dir;
	} rows[] = {
	    {"CONFIG", "/home/u", NULL, "/home/u/.config/reattest"},
	    {"CONFIG", "/home/u", "", "/home/u/.config/reattest"},
	    {"CONFIG", "/home/u", "relative", "/home/u/.config/reattest"},
	    {"CONFIG", "/home/u", "/etc/x", "/etc/x/reattest"},
	    {"CONFIG", NULL, "/etc/x", "/etc/x/reattest"},
	    {"CONFIG", NULL, NULL, NULL},
	    {"CONFIG", "u", NULL, NULL},
	    {"STATE", "/home/u", NULL, "/home/u/.local/state/reattest"},
	    {"DATA", "/home/u", NULL, "/home/u/.local/share/reattest"},
	    {"OTHER", "/home/u", NULL, NULL},
	};
	RA_AUTO(ra_mem_free) char *home = getenv("HOME") ? strdup(getenv("HOME")) : NULL;

	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_DATA_HOME");
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_mem_free) char *dir = NULL;

		set_or_unset("HOME", rows[i].home);
		set_or_unset("XDG_CONFIG_HOME", rows[i].config);
		dir = ra_xdg_dir(rows[i].kind);
		if (rows[i].dir)
			assert_string_equal(dir, rows[i].dir);
		else
			assert_null(dir);
	}
	set_or_unset("HOME", home);
}

#define WITH_DIR(test) cmocka_unit_test_setup_teardown(test, make_dir, drop_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_DIR(reads_what_was_written),
	    WITH_DIR(read_errors_are_told),
	    WITH_DIR(reading_stops_at_the_cap),
	    WITH_DIR(only_a_file_is_regular),
	    cmocka_unit_test(dash_is_standard_input_and_output),
	    cmocka_unit_test(short_writes_are_continued),
	    cmocka_unit_test(write_errors_are_told),
	    cmocka_unit_test(a_device_stays_a_device),
	    WITH_DIR(a_failed_write_keeps_the_old_file),
	    WITH_DIR(replacing_is_atomic),
	    WITH_DIR(modes),
	    WITH_DIR(making_directories),
	    WITH_DIR(writable_by_others),
	    WITH_DIR(listing),
	    cmocka_unit_test(paths),
	    cmocka_unit_test(xdg_directories),
	};

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
