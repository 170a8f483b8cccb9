/* flow.c - for those who write flows: what is wrong with a set, and whether the tests inside it pass; the other parts of the verb are
 * flowshow.c and flowgraph.c. */
#include "config.h"

#include "base/io.h"
#include "base/text.h"
#include "flow/lint.h"
#include "verb/flowparts.h"
#include "verb/replays.h"
#include "verb/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct work {
	const struct ra_context *context;
	bool whole;     /* test: a whole set, its simulated hosts too */
	struct ra_finding *findings; /* RA_FINDINGS_MAX */
};

static void say_findings(const struct work *work, size_t count, bool coverage)
{
	for (size_t i = 0; i < count; i++) {
		const struct ra_finding *finding = &work->findings[i];

		if (finding->rule == RA_RULE_COVERAGE && !coverage)
			continue;
		RA_AUTO(ra_mem_free) char *clean = ra_text_clean_dup(finding->text, false);

		fprintf(stderr, "%s\n", clean ? clean : "no memory");
	}
	if (count == RA_FINDINGS_MAX)
		ra_say("there may be more; only the first %d are shown", RA_FINDINGS_MAX);
}

static int lint(struct work *work, const struct ra_flowset *set)
{
	const struct ra_flow *const *flows;
	const struct ra_check *const *checks;
	const struct ra_cause *const *causes;
	struct ra_flow_tests tests;
	size_t count = ra_flowset_lint(set, work->findings);

	say_findings(work, count, false);
	if (count)
		return RA_EXIT_INVALID;
	if (ra_flowset_test(set, &tests, work->findings, &count)) {
		ra_say("no memory for the tests");
		return RA_EXIT_INTERNAL;
	}
	if (tests.failed) {
		say_findings(work, count, false);
		return RA_EXIT_INVALID;
	}
	printf("no fault in %zu flows, %zu checks, %zu causes\n", ra_flowset_flows(set, &flows),
	       ra_flowset_checks(set, &checks), ra_flowset_causes(set, &causes));
	return RA_EXIT_OK;
}

static int test(struct work *work, const struct ra_flowset *set)
{
	struct ra_flow_tests counts;
	size_t count = 0;

	if (ra_flowset_test(set, &counts, work->findings, &count)) {
		ra_say("no memory for the tests");
		return RA_EXIT_INTERNAL;
	}
	say_findings(work, count, work->context->options->coverage);
	printf("%zu passed, %zu failed; %zu of %zu ways out of steps were taken\n", counts.passed, counts.failed,
	       counts.edges_taken, counts.edges);
	/* Who asks for the ways asks that none is left. */
	bool untaken = work->context->options->coverage && counts.edges_taken < counts.edges;

	int code = work->whole ? ra_verb_test_demos(set) : RA_EXIT_OK;

	return counts.failed || untaken ? RA_EXIT_INVALID : code;
}

int ra_flow_none(const char *id)
{
	ra_say("there is no flow or maker \"%s\"; `reattest flow show` names them", id);
	return RA_EXIT_NOINPUT;
}

bool ra_flow_is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* A directory with folders of a set but neither dangers nor flows: own files, which are read with the installed set. */
static bool is_beside(const char *dir)
{
	static const char *const subs[] = {"checks", "causes", "signatures", "vendors", "help", "fleet"};
	RA_AUTO(ra_mem_free) char *danger = ra_path_join(dir, "danger.json");
	bool any = false;

	for (size_t i = 0; i < RA_LEN(subs); i++) {
		RA_AUTO(ra_mem_free) char *sub = ra_path_join(dir, subs[i]);

		any = any || (sub && ra_flow_is_dir(sub));
	}
	return any && danger && access(danger, F_OK) != 0;
}

int ra_flow_load(const struct ra_context *context, const char *dir, const char *file, struct ra_flowset **set)
{
	RA_AUTO(ra_mem_free) char *installed = ra_verb_flow_dir(context);
	bool beside = dir && is_beside(dir);
	const char *dirs[] = {dir && !beside ? dir : installed, beside ? dir : NULL, NULL};
	struct ra_flow_sources sources = {.dirs = dirs, .file = file, .unproven = true};
	const struct ra_flow *const *flows;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	ra_err err = installed ? ra_flowset_load(&sources, set, &errs) : ra_fail(&errs, RA_E_NOMEM, "no memory");

	if (!err && !ra_flowset_flows(*set, &flows)) {
		*set = ra_flowset_free(*set);
		err = ra_fail(&errs, RA_E_NOTFOUND, "%s holds no flow (*.flow.json)", dirs[0]);
	}
	if (!err)
		return RA_EXIT_OK;
	int code = ra_say_errs(&errs);

	/* A request outside the tables, an id that is taken, a file too large: it is the flow that is wrong. */
	return err == RA_E_DENIED || err == RA_E_LIMIT ? RA_EXIT_INVALID : code;
}

/* test: a recording is a test of the installed set. */
static int test_recording(struct work *work, const char *path)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	return ra_verb_flows(work->context, &set, &errs) ? ra_say_errs(&errs) : ra_verb_test_recording(set, path);
}

/* One operand: a directory is a whole set, a file goes with the installed set, NULL is the installed set; a recording is no part of one. */
static int on_one(struct work *work, int (*what)(struct work *work, const struct ra_flowset *set), const char *operand)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	bool dir = operand && ra_flow_is_dir(operand);

	work->whole = !operand || dir;
	if (what == test && !work->whole && ra_is_recording(operand))
		return test_recording(work, operand);
	int code = ra_flow_load(work->context, dir ? operand : NULL, dir ? NULL : operand, &set);

	return code == RA_EXIT_OK ? what(work, set) : code;
}

/* A part that takes each operand by itself. */
static int on_each(struct work *work, int (*what)(struct work *work, const struct ra_flowset *set))
{
	const struct ra_context *context = work->context;
	int code = RA_EXIT_OK;

	work->findings = calloc(RA_FINDINGS_MAX, sizeof(*work->findings));
	if (!work->findings) {
		ra_say("no memory");
		return RA_EXIT_INTERNAL;
	}
	for (int k = 1; k < context->argc || k == 1; k++) {
		int one = on_one(work, what, k < context->argc ? context->argv[k] : NULL);

		if (code == RA_EXIT_OK)
			code = one;
	}
	free(work->findings);
	return code;
}

/* where: the installed set, for those who copy it. */
static int say_where(const struct ra_context *context)
{
	RA_AUTO(ra_mem_free) char *installed = ra_verb_flow_dir(context);

	if (!installed) {
		ra_say("no memory");
		return RA_EXIT_INTERNAL;
	}
	ra_print_clean("", installed, "\n");
	return fflush(stdout) ? RA_EXIT_CANTWRITE : RA_EXIT_OK;
}

int ra_verb_flow(const struct ra_context *context)
{
	static const struct {
		const char *name;
		int (*each)(struct work *work, const struct ra_flowset *set);
		int (*whole)(const struct ra_context *context);
	} rows[] = {{"lint", lint, NULL}, {"test", test, NULL}, {"show", NULL, ra_flow_show}, {"graph", NULL, ra_flow_graph}, {"where", NULL, say_where}};
	struct work work = {.context = context};
	const char *name = context->argc ? context->argv[0] : "";

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		if (strcmp(rows[i].name, name))
			continue;
		if (rows[i].whole != ra_flow_graph && (context->options->journal || context->options->output || context->options->format)) {
			ra_say("--format, --output and --journal belong to `reattest flow graph`, not to `reattest flow %s`", name);
			return RA_EXIT_USAGE;
		}
		int code = rows[i].each ? on_each(&work, rows[i].each) : rows[i].whole(context);

		return fflush(stdout) ? RA_EXIT_CANTWRITE : code;
	}
	if (*name)
		ra_say("flow wants `lint`, `test`, `show`, `graph` or `where`, not \"%s\"; see `reattest flow --help`", name);
	else
		ra_say("flow wants `lint`, `test`, `show`, `graph` or `where`; see `reattest flow --help`");
	return RA_EXIT_USAGE;
}
