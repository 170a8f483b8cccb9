/* explain.c - known lines in any log: no host, no terminal, memory that does not grow with the log. */
#include "config.h"

#include "base/inflow.h"
#include "base/text.h"
#include "verb/common.h"
#include "verb/explain.h"
#include "verb/verbs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file that is not there or cannot be read is missing input; one that is no whole gzip is invalid. */
static int exit_of(ra_err err)
{
	if (err == RA_E_NOTFOUND || err == RA_E_IO)
		return RA_EXIT_NOINPUT;
	return err == RA_E_INVALID ? RA_EXIT_INVALID : RA_EXIT_INTERNAL;
}

/* A file that begins like something no line can be read in: nothing found in it would say nothing. */
static ra_err check_begin(const char *path, const char *bytes, size_t len, struct ra_errs *errs)
{
	static const struct {
		const char *magic, *is, *first;
	} rows[] = {
	    {"\xff\xfe", "UTF-16 text", "iconv -f UTF-16 -t UTF-8"}, {"\xfe\xff", "UTF-16 text", "iconv -f UTF-16 -t UTF-8"},
	    {"\xfd" "7zXZ", "packed by xz", "xz -dc"},             {"\x28\xb5\x2f\xfd", "packed by zstd", "zstd -dc"},
	    {"BZh", "packed by bzip2", "bzip2 -dc"},               {"PK\x03\x04", "a zip archive", "unzip -p"},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++)
		if (len >= strlen(rows[i].magic) && !memcmp(bytes, rows[i].magic, strlen(rows[i].magic)))
			return ra_fail(errs, RA_E_INVALID, "%s: it is %s; read it through `%s`", path, rows[i].is, rows[i].first);
	return RA_OK;
}

/* All bytes of one file, up to its end or a fault. */
static ra_err read_all(struct ra_known *known, struct ra_inflow *inflow, const char *path, struct ra_errs *errs)
{
	ra_err err = RA_OK;
	size_t got = 1;
	bool begun = false;

	while (!err && got) {
		size_t room;
		char *at = ra_known_room(known, &room);
		ra_err took;

		err = ra_inflow_read(inflow, at, room, &got, errs);
		if (!err && !begun)
			err = check_begin(path, at, got, errs);
		begun = true;
		took = ra_known_took(known, got);
		if (took)
			return ra_fail(errs, took, "no memory");
	}
	return err;
}

static ra_err read_file(struct ra_known *known, const char *path, struct ra_explain_file *file, struct ra_errs *errs)
{
	RA_AUTO(ra_inflow_free) struct ra_inflow *inflow = NULL;
	ra_err err = ra_inflow_open(path, &inflow, errs), ended;

	if (!err)
		err = read_all(known, inflow, path, errs);
	file->packed = inflow && ra_inflow_packed(inflow);
	ended = ra_known_end(known, &file->read);
	return err || !ended ? err : ra_fail(errs, ended, "no memory");
}

/* Read one operand, say on stderr what could not be read. Out: an exit code. */
static int read_operand(struct ra_explained *explained, const char *path)
{
	struct ra_explain_file *file = &explained->files[explained->file_count];
	struct ra_errs errs;
	char line[RA_ERRS_MAX * RA_ERR_TEXT_MAX];
	ra_err err;

	ra_errs_clear(&errs);
	file->name = ra_text_clean_dup(strcmp(path, "-") ? path : "standard input", false);
	if (!file->name) {
		ra_say("no memory");
		return RA_EXIT_INTERNAL;
	}
	explained->file_count++;
	err = read_file(explained->known, path, file, &errs);
	if (!err)
		return RA_EXIT_OK;
	ra_errs_line(&errs, line, sizeof(line));
	ra_say("%s", line);
	file->error = ra_text_clean_dup(line, false);
	return file->error ? exit_of(err) : RA_EXIT_INTERNAL;
}

/* Read all operands: one that cannot be read does not keep the others from being read. Out: the first exit code that tells of one. */
static int read_operands(const struct ra_context *context, struct ra_explained *explained)
{
	static const char *const input[] = {"-"};
	const char *const *paths = context->argc ? (const char *const *)context->argv : input;
	int count = context->argc ? context->argc : 1, code = RA_EXIT_OK;

	explained->files = calloc((size_t)count, sizeof(*explained->files));
	if (!explained->files) {
		ra_say("no memory");
		return RA_EXIT_INTERNAL;
	}
	for (int i = 0; i < count; i++) {
		int own;

		if (!strcmp(paths[i], "-") && isatty(STDIN_FILENO))
			ra_say("reading standard input up to its end (Ctrl-D)");
		own = read_operand(explained, paths[i]);
		code = code ? code : own;
	}
	return code;
}

static bool fails(const struct ra_explained *explained)
{
	const struct ra_known_line *lines;

	/* The heaviest stands first. */
	return ra_known_lines(explained->known, &lines) && lines[0].signature->weight == RA_LINE_FAIL;
}

static int write_out(const struct ra_options *options, const struct ra_explained *explained)
{
	bool json = options->format && !strcmp(options->format, "json");
	RA_AUTO(ra_buf_free) struct ra_buf document = {0};
	ra_err err = json ? ra_explain_json(explained, &document) : ra_explain_text(explained, &document);
	int written;

	if (err) {
		ra_say("no memory for the document");
		return RA_EXIT_INTERNAL;
	}
	written = ra_verb_write(options, &document);
	return written ? written : explained->exit_code;
}

static void clear(struct ra_explained *explained)
{
	for (size_t i = 0; i < explained->file_count; i++) {
		free(explained->files[i].name);
		free(explained->files[i].error);
	}
	free(explained->files);
	ra_known_free(explained->known);
}

int ra_verb_explain(const struct ra_context *context)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	struct ra_explained explained = {0};
	const char *format = context->options->format;
	struct ra_errs errs;
	int code;

	ra_errs_clear(&errs);
	if (format && strcmp(format, "text") && strcmp(format, "json")) {
		ra_say("explain has the formats text and json, not \"%s\"", format);
		return RA_EXIT_USAGE;
	}
	if (ra_verb_flows(context, &set, &errs) || ra_known_new(set, &explained.known, &errs))
		return ra_say_errs(&errs);
	explained.set = set;
	code = read_operands(context, &explained);
	if (code == RA_EXIT_OK && fails(&explained))
		code = RA_EXIT_FAIL;
	explained.exit_code = code;
	if (code != RA_EXIT_INTERNAL)
		code = write_out(context->options, &explained);
	clear(&explained);
	return code;
}
