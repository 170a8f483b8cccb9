/* main.c of verb/ - the command line: parse by the table, find the verb, run it. */
#include "config.h"

#include "base/io.h"
#include "base/near.h"
#include "base/text.h"
#include "session/askpass.h"
#include "verb/common.h"
#include "verb/govc.h"
#include "verb/verbs.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS_MAX 96

void ra_say(const char *fmt, ...)
{
	char line[4096];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	RA_AUTO(ra_mem_free) char *clean = ra_text_clean_dup(line, true);

	fprintf(stderr, "reattest: %s\n", clean ? clean : "no memory");
}

int ra_say_errs(const struct ra_errs *errs)
{
	char line[RA_ERRS_MAX * RA_ERR_TEXT_MAX];

	ra_say("%s", ra_errs_line(errs, line, sizeof(line)));
	return ra_exit_of(errs->code);
}

int ra_exit_of(ra_err code)
{
	static const struct {
		ra_err code;
		int exit;
	} rows[] = {
		{RA_OK, RA_EXIT_OK},		  {RA_E_ARG, RA_EXIT_USAGE},	      {RA_E_INVALID, RA_EXIT_INVALID},
		{RA_E_BROKEN, RA_EXIT_INVALID},	  {RA_E_NOTFOUND, RA_EXIT_NOINPUT},   {RA_E_IO, RA_EXIT_CANTWRITE},
		{RA_E_DENIED, RA_EXIT_CONFIG},	  {RA_E_BUSY, RA_EXIT_CANTWRITE},     {RA_E_STATE, RA_EXIT_NOINPUT},
		{RA_E_UNREACHABLE, RA_EXIT_UNREACHED}, {RA_E_TIMEOUT, RA_EXIT_UNREACHED},
		{RA_E_LIMIT, RA_EXIT_INVALID},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++)
		if (rows[i].code == code)
			return rows[i].exit;
	return RA_EXIT_INTERNAL;
}

/* True when a space-separated list holds a word. */
static bool listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += len)
		if ((at == list || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
			return true;
	return false;
}

static int usage(const char *fmt, ...) RA_PRINTF(1, 2);
static int usage(const char *fmt, ...)
{
	char line[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	ra_say("%s; `reattest --help` shows what there is", line);
	return RA_EXIT_USAGE;
}

/* Put one option's value where its row says. Out: 0, or an exit code. */
static int store(const struct ra_option_row *row, const char *value, struct ra_options *out)
{
	char *at = (char *)out + row->offset, *end = NULL;
	long number;

	switch (row->kind) {
	case RA_OPT_BOOL:
		*(bool *)at = true;
		return 0;
	case RA_OPT_TEXT:
		*(const char **)at = value;
		return 0;
	case RA_OPT_IDENTITY:
		if (out->identity_count + 1 >= (int)RA_LEN(out->identities))
			return usage("at most %zu identities", RA_LEN(out->identities) - 1);
		out->identities[out->identity_count++] = value;
		return 0;
	case RA_OPT_INT:
		errno = 0;
		number = strtol(value, &end, 10);
		if (errno || end == value || *end || number < 0 || number > INT_MAX)
			return usage("--%s wants a whole number, not \"%s\"", row->name, value);
		*(int *)at = (int)number;
		return 0;
	}
	return RA_EXIT_INTERNAL;
}

/* The row of an option for a verb: an option may have several, each with what it means to its verbs. Out: first itself where none is the
 * verb's. */
static size_t row_for(size_t first, const char *verb)
{
	const struct ra_option_row *rows;
	size_t count = ra_option_rows(&rows);

	for (size_t i = first; i < count; i++)
		if (!strcmp(rows[i].name, rows[first].name) && (!*rows[i].verbs || listed(rows[i].verbs, verb)))
			return i;
	return first;
}

/* The first row of that name: what getopt hands back for all of them, or an abbreviation would be ambiguous. */
static size_t first_row(size_t index)
{
	const struct ra_option_row *rows;
	size_t first = 0;

	ra_option_rows(&rows);
	while (strcmp(rows[first].name, rows[index].name))
		first++;
	return first;
}

/* getopt's tables from ours. */
static void tables(struct option *longs, char *shorts)
{
	const struct ra_option_row *rows;
	size_t count = ra_option_rows(&rows), len = 0;

	shorts[len++] = ':';
	for (size_t i = 0; i < count; i++) {
		longs[i] = (struct option){rows[i].name, rows[i].arg ? required_argument : no_argument, NULL, 256 + (int)first_row(i)};
		if (!rows[i].letter)
			continue;
		shorts[len++] = rows[i].letter;
		if (rows[i].arg)
			shorts[len++] = ':';
	}
	longs[count] = (struct option){0};
	shorts[len] = '\0';
}

static int row_of(int got)
{
	const struct ra_option_row *rows;
	size_t count = ra_option_rows(&rows);

	for (size_t i = 0; i < count; i++)
		if (got == 256 + (int)i || got == rows[i].letter)
			return (int)i;
	return -1;
}

/* Put the verb first: it is the first operand, and options may come before it. Out: false when that is no verb, or stands behind "--",
 * where only hosts do. */
static bool verb_first(int argc, char **argv)
{
	struct option longs[ROWS_MAX + 1];
	char shorts[3 * ROWS_MAX + 1] = "+";
	int got;

	tables(longs, shorts + 1);
	opterr = 0;
	optind = 0;
	while ((got = getopt_long(argc, argv, shorts, longs, NULL)) != -1)
		if (got == '?' || got == ':')
			return false;
	if (optind >= argc || !strcmp(argv[optind - 1], "--") || !ra_verb(argv[optind]))
		return false;
	char *verb = argv[optind];

	memmove(&argv[2], &argv[1], (size_t)(optind - 1) * sizeof(*argv));
	argv[1] = verb;
	return true;
}

/* No value of it is repeated: it may be a password. */
static int unknown_option(const char *given)
{
	const struct ra_option_row *rows;
	size_t count = ra_option_rows(&rows);
	char name[64], meant[128];
	struct ra_near near = {.word = name};

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(given + strspn(given, "-"), "="), given + strspn(given, "-"));
	for (size_t i = 0; i < count && !strncmp(given, "--", 2); i++)
		ra_near_try(&near, rows[i].name);
	return usage("unknown option %.*s%s", (int)strcspn(given, "="), given, ra_near_ask(&near, meant, sizeof(meant)));
}

/* The verb's options. Out: 0 or an exit code. */
static int parse(const struct ra_verb *verb, int argc, char **argv, struct ra_options *out)
{
	const struct ra_option_row *rows;
	struct option longs[ROWS_MAX + 1];
	char shorts[3 * ROWS_MAX];
	int got;

	ra_option_rows(&rows);
	tables(longs, shorts);
	opterr = 0;
	optind = 0;
	while ((got = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		int index = row_of(got);

		if (got == ':')
			return usage("%s wants a value", argv[optind - 1]);
		if (index < 0)
			return unknown_option(argv[optind - 1]);
		index = (int)row_for((size_t)index, verb->name);
		if (*rows[index].verbs && !listed(rows[index].verbs, verb->name))
			return usage("--%s does not belong to `reattest %s`", rows[index].name, verb->name);
		int rc = store(&rows[index], optarg, out);

		if (rc)
			return rc;
	}
	return 0;
}

/* Directory of the running program. Owner: caller frees; NULL when the system does not tell. */
static char *exe_dir(void)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (len <= 0)
		return NULL;
	path[len] = '\0';
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
	return strdup(path);
}

/* "  left   text", the text wrapped from the column indent on; where left is longer than that, under it. */
static ra_err put_row(struct ra_buf *out, const char *left, const char *text, size_t indent)
{
	bool beside = strlen(left) + 3 <= indent;
	ra_err err = beside ? ra_buf_printf(out, "  %-*s", (int)indent - 2, left) : ra_buf_printf(out, "  %s\n%*s", left, (int)indent, "");

	return err ? err : ra_verb_wrap(out, text, indent);
}

static ra_err put_verbs(struct ra_buf *out, const char *only)
{
	const struct ra_verb *verbs;
	size_t count = ra_verbs(&verbs);
	ra_err err = only ? RA_OK : ra_buf_text(out, "usage: reattest [HOST] | reattest VERB [OPTION]... [OPERAND]...\n\n");
	char left[96];

	for (size_t i = 0; i < count && !err; i++) {
		snprintf(left, sizeof(left), "%-9s %s", verbs[i].name, verbs[i].usage);
		if (!only)
			err = put_row(out, left, verbs[i].summary, 28);
		else if (!strcmp(only, verbs[i].name))
			err = ra_buf_printf(out, "usage: reattest %s [OPTION]... %s\n\n  ", only, verbs[i].usage) ||
					      ra_verb_wrap(out, verbs[i].summary, 2)
				      ? RA_E_NOMEM
				      : RA_OK;
	}
	return err ? err : ra_buf_text(out, "\n");
}

static ra_err put_options(struct ra_buf *out, const char *only)
{
	const struct ra_option_row *rows;
	size_t count = ra_option_rows(&rows);
	ra_err err = RA_OK;
	char left[64], text[512];

	for (size_t i = 0; i < count && !err; i++) {
		if (only && *rows[i].verbs && !listed(rows[i].verbs, only))
			continue;
		snprintf(left, sizeof(left), "%c%c%s --%s%s%s", rows[i].letter ? '-' : ' ', rows[i].letter ? rows[i].letter : ' ',
			 rows[i].letter ? "," : " ", rows[i].name, rows[i].arg ? " " : "", rows[i].arg ? rows[i].arg : "");
		snprintf(text, sizeof(text), !only && *rows[i].verbs ? "%s [%s]" : "%s", rows[i].help, rows[i].verbs);
		err = put_row(out, left, text, 28);
	}
	return err ? err : ra_buf_text(out, "\nexit codes:\n");
}

/* What a code means in the words of a verb that looks at no host itself; NULL: such a verb does not return it. */
static const char *for_document(const char *verb, int code, const char *text)
{
	if (!strcmp(verb, "verify") && code == RA_EXIT_OK)
		return "whole, and all of it sealed by somebody who is known";
	if (code == RA_EXIT_OK)
		return "done";
	if (!strcmp(verb, "verify") && code == RA_EXIT_INVALID)
		return "broken: the record, its seal, or a head that is not in it";
	if (code == RA_EXIT_UNSEALED || code == RA_EXIT_INCOMPLETE)
		return strcmp(verb, "verify") ? NULL : text + strlen("verify: ");
	return code >= RA_EXIT_USAGE ? text : NULL;
}

/* The exit codes, in the order of their numbers; those of one verb where it is one that only reads or writes documents. */
static ra_err put_exits(struct ra_buf *out, const char *only)
{
	static const struct {
		int number;
		const char *text;
	} rows[] = {
#define ROW(name, number, text) {number, text},
	    RA_EXITS(ROW) RA_VERIFY_EXITS(ROW)
#undef ROW
	};
	bool document = only && listed("sessions export verify seal redact pack handover doctor", only);
	ra_err err = RA_OK;
	char left[16];

	for (int number = 0; number < 256; number++) {
		for (size_t i = 0; i < RA_LEN(rows) && !err; i++) {
			bool verify = number == RA_EXIT_UNSEALED || number == RA_EXIT_INCOMPLETE;
			const char *text = document ? for_document(only, number, rows[i].text) : only && verify ? NULL : rows[i].text;

			if (rows[i].number != number || !text)
				continue;
			snprintf(left, sizeof(left), "%3d", number);
			err = put_row(out, left, text, 7);
		}
	}
	return err;
}

int ra_verb_help(const char *only)
{
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};
	ra_err err = put_verbs(&out, only);

	err = err ? err : put_options(&out, only);
	err = err ? err : put_exits(&out, only);
	if (err)
		return RA_EXIT_INTERNAL;
	fputs(ra_buf_str(&out), stdout);
	return fflush(stdout) ? RA_EXIT_CANTWRITE : RA_EXIT_OK;
}

int ra_verb_help_on(const struct ra_context *context)
{
	const char *name = context->argc ? context->argv[0] : NULL;

	if (context->argc > 1)
		return usage("help takes one verb");
	return name && !ra_verb(name) ? usage("there is no verb \"%s\"", name) : ra_verb_help(name);
}

/* What the environment says of a vCenter counts; its passwords leave the environment first. */
static int run_with_govc(const struct ra_verb *verb, const struct ra_context *context, struct ra_options *options)
{
	struct ra_govc govc;
	struct ra_errs errs;
	int code;

	ra_errs_clear(&errs);
	options->govc = &govc;
	code = ra_govc_take(&govc, &errs) ? ra_say_errs(&errs) : verb->run(context);
	ra_govc_clear(&govc);
	options->govc = NULL;
	return code;
}

/* The path of a record that is kept, from its name alone. Owner: caller frees. Out: NULL when it is something else: a file that is there
 * counts as what it is. */
static char *kept_record(const char *name)
{
	RA_AUTO(ra_mem_free) char *dir = strchr(name, '/') || !access(name, F_OK) ? NULL : ra_verb_sessions_dir();
	char *path = dir ? ra_path_join(dir, name) : NULL;

	if (path && access(path, F_OK)) {
		free(path);
		path = NULL;
	}
	return path;
}

int ra_verb_main(int argc, char **argv, ra_make_frontend make, void *payload)
{
	if (ra_askpass_role(argc, argv))
		return ra_askpass_ask(argc, argv);
	bool named = verb_first(argc, argv);
	const struct ra_verb *verb = ra_verb(named ? argv[1] : "walk");
	struct ra_options options = {.password_fd = -1, .vcenter_password_fd = -1, .bmc_password_fd = -1, .key_fd = -1, .seal_password_fd = -1, .parallel = RA_PARALLEL};
	int rc = parse(verb, argc - named, argv + named, &options);

	if (rc)
		return rc;
	if (options.help)
		return ra_verb_help(named ? verb->name : NULL);
	if (options.version) {
		printf("reattest %s\n", PACKAGE_VERSION);
		return fflush(stdout) ? RA_EXIT_CANTWRITE : RA_EXIT_OK;
	}
	RA_AUTO(ra_mem_free) char *dir = exe_dir();
	struct ra_context context = {.options = &options,
				     .argc = argc - named - optind,
				     .argv = argv + named + optind,
				     .make = make,
				     .make_payload = payload,
				     .exe_dir = dir};
	RA_AUTO(ra_mem_free) char *kept = verb->record && context.argc ? kept_record(context.argv[0]) : NULL;

	if (kept)
		context.argv[0] = kept;
	return verb->reaches && !options.from ? run_with_govc(verb, &context, &options) : verb->run(&context);
}
