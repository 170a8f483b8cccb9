/* Bytes in pieces: plain and gzip files of every awkward kind, read with every size of piece. */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/inflow.h"
#include "base/io.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* Append text as one gzip member. */
static void pack(struct ra_buf *out, const char *text, size_t len)
{
	unsigned char room[70000];
	z_stream zlib = {0};

	assert_int_equal(deflateInit2(&zlib, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	zlib.next_in = (Bytef *)(uintptr_t)text;
	zlib.avail_in = (uInt)len;
	zlib.next_out = room;
	zlib.avail_out = sizeof(room);
	assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
	assert_int_equal(ra_buf_add(out, room, sizeof(room) - zlib.avail_out), RA_OK);
	deflateEnd(&zlib);
}

static int make_file(void **state)
{
	static char path[64];
	int fd;

	strcpy(path, "/tmp/reattest-inflow-XXXXXX"); /* each test its own */
	fd = mkstemp(path);

	*state = path;
	return fd < 0 || close(fd);
}

static int drop_file(void **state)
{
	return unlink(*state);
}

/* Read the file whole in pieces of cap. Out: the error at its end. */
static ra_err read_all(const char *path, size_t cap, struct ra_buf *out, bool *packed, struct ra_errs *errs)
{
	RA_AUTO(ra_inflow_free) struct ra_inflow *inflow = NULL;
	RA_AUTO(ra_mem_free) char *piece = malloc(cap);
	ra_err err = ra_inflow_open(path, &inflow, errs);
	size_t got = 1;

	assert_non_null(piece);
	ra_buf_reset(out);
	while (!err && got) {
		err = ra_inflow_read(inflow, piece, cap, &got, errs);
		assert_int_equal(ra_buf_add(out, piece, got), RA_OK);
	}
	*packed = inflow && ra_inflow_packed(inflow);
	return err;
}

/* The file's bytes give this text, and this word in the error ("" for none). */
static void expect(void **state, const struct ra_buf *file, const char *text, size_t len, const char *word)
{
	static const size_t caps[] = {1, 2, 7, 4096, 300000};
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};

	assert_int_equal(ra_write_file(*state, 0, ra_buf_str(file), file->len, NULL), RA_OK);
	for (size_t i = 0; i < RA_LEN(caps); i++) {
		struct ra_errs errs = {0};
		bool packed = false, is_packed = file->len > 1 && memcmp(file->data, "\x1f\x8b", 2) == 0;
		ra_err err = read_all(*state, caps[i], &out, &packed, &errs);

		if ((err != RA_OK) != (*word != '\0') || (err && (err != RA_E_INVALID || !strstr(errs.text[0], word))))
			fail_msg("pieces of %zu: \"%s\", expected \"%s\"", caps[i], errs.text[0], word);
		assert_int_equal(packed, is_packed);
		if (out.len != len || memcmp(ra_buf_str(&out), text, len) != 0)
			fail_msg("pieces of %zu: %zu bytes, expected %zu", caps[i], out.len, len);
	}
}

static void test_plain(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} rows[] = {{"", 0}, {"\x1f", 1}, {"a", 1}, {"line\nno end", 11}, {"\0\0\r\n\x1f\x8b", 6}};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf file = {0};

		assert_int_equal(ra_buf_add(&file, rows[i].bytes, rows[i].len), RA_OK);
		expect(state, &file, rows[i].bytes, rows[i].len, "");
	}
}

static void test_gzip(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf one = {0}, two = {0}, file = {0};

	pack(&one, "first\n", 6);
	expect(state, &one, "first\n", 6, "");
	assert_int_equal(ra_buf_add(&two, one.data, one.len), RA_OK);
	pack(&two, "", 0);
	pack(&two, "second", 6);
	expect(state, &two, "first\nsecond", 12, "");
	/* Blocks of zeros after the end are no fault, anything else is told. */
	assert_int_equal(ra_buf_add(&file, two.data, two.len), RA_OK);
	assert_int_equal(ra_buf_add(&file, "\0\0\0\0", 4), RA_OK);
	expect(state, &file, "first\nsecond", 12, "");
	assert_int_equal(ra_buf_add(&file, "x", 1), RA_OK);
	expect(state, &file, "first\nsecond", 12, "is not gzip follows");
}

static void test_every_cut(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf file = {0}, out = {0};

	pack(&file, "some text, some more text\n", 26);
	for (size_t len = 2; len < file.len; len++) {
		struct ra_errs errs = {0};
		bool packed;

		assert_int_equal(ra_write_file(*state, 0, file.data, len, NULL), RA_OK);
		assert_int_equal(read_all(*state, 5, &out, &packed, &errs), RA_E_INVALID);
		assert_non_null(strstr(errs.text[0], "ends in the middle"));
		assert_memory_equal(ra_buf_str(&out), "some text, some more text\n", out.len);
		if (len == file.len - 1) /* all of the text, only the check at the end is missing */
			assert_int_equal(out.len, 26);
	}
}

/* What stands before a fault is handed out. */
static void test_broken(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf file = {0};

	pack(&file, "first\n", 6);
	file.data[file.len - 6] ^= 1; /* of the checksum */
	expect(state, &file, "first\n", 6, "incorrect data check");
}

static void test_large(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf file = {0};
	RA_AUTO(ra_mem_free) char *text = malloc(200000);

	assert_non_null(text);
	for (size_t i = 0; i < 200000; i++)
		text[i] = (char)(i % 251);
	for (size_t i = 0; i < 4; i++)
		pack(&file, text + i * 50000, 50000);
	expect(state, &file, text, 200000, "");
}

static void test_not_there(void **state)
{
	RA_AUTO(ra_inflow_free) struct ra_inflow *inflow = NULL;
	struct ra_errs errs = {0};
	size_t got;
	char byte;

	assert_int_equal(ra_inflow_open("/nonexistent/log", &inflow, &errs), RA_E_NOTFOUND);
	assert_null(inflow);
	assert_non_null(strstr(errs.text[0], "/nonexistent/log"));
	ra_errs_clear(&errs);
	assert_int_equal(ra_inflow_open("/", &inflow, &errs), RA_OK);
	assert_int_equal(ra_inflow_read(inflow, &byte, 1, &got, &errs), RA_E_IO);
	assert_int_equal(got, 0);
}

static void test_standard_input(void **state)
{
	RA_AUTO(ra_inflow_free) struct ra_inflow *inflow = NULL;
	int ends[2], kept = dup(STDIN_FILENO);
	char bytes[8];
	size_t got;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "a", 1), 1);
	close(ends[1]);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	close(ends[0]);
	assert_int_equal(ra_inflow_open("-", &inflow, NULL), RA_OK);
	assert_int_equal(ra_inflow_read(inflow, bytes, sizeof(bytes), &got, NULL), RA_OK);
	assert_int_equal(got, 1);
	assert_int_equal(ra_inflow_read(inflow, bytes, sizeof(bytes), &got, NULL), RA_OK);
	assert_int_equal(got, 0);
	inflow = ra_inflow_free(inflow);
	assert_int_not_equal(fcntl(STDIN_FILENO, F_GETFD), -1); /* it is not ours to close */
	dup2(kept, STDIN_FILENO);
	close(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_plain, make_file, drop_file),
	    cmocka_unit_test_setup_teardown(test_gzip, make_file, drop_file),
	    cmocka_unit_test_setup_teardown(test_every_cut, make_file, drop_file),
	    cmocka_unit_test_setup_teardown(test_broken, make_file, drop_file),
	    cmocka_unit_test_setup_teardown(test_large, make_file, drop_file),
	    cmocka_unit_test(test_not_there),
	    cmocka_unit_test(test_standard_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
