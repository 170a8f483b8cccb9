/* flow.c - for those who write flows: what is wrong with a set, and whether the tests inside it pass. */
#include "config.h"

#include "base/text.h"
#include "flow/lint.h"
#include "verb/common.h"
#include "verb/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct work {
	const struct ra_context *context;
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
	size_t count = ra_flowset_lint(set, work->findings);

	say_findings(work, count, false);
	if (count)
		return RA_EXIT_INVALID;
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
	return counts.failed ? RA_EXIT_INVALID : RA_EXIT_OK;
}

static bool is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* One operand: a directory is a whole set, a file goes with the installed set, NULL is the installed set. */
static int on_one(struct work *work, int (*what)(struct work *work, const struct ra_flowset *set), const char *operand)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	RA_AUTO(ra_mem_free) char *installed = ra_verb_flow_dir(work->context);
	const char *dirs[] = {operand && is_dir(operand) ? operand : installed, NULL};
	struct ra_flow_sources sources = {.dirs = dirs, .unproven = true};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (operand && dirs[0] != operand)
		sources.file = operand;
	ra_err err = installed ? ra_flowset_load(&sources, &set, &errs) : ra_fail(&errs, RA_E_NOMEM, "no memory");
	const struct ra_flow *const *flows;

	if (!err && !ra_flowset_flows(set, &flows))
		err = ra_fail(&errs, RA_E_NOTFOUND, "%s holds no flow (*.flow.json)", dirs[0]);
	return err ? ra_say_errs(&errs) : what(work, set);
}

int ra_verb_flow(const struct ra_context *context)
{
	static const struct {
		const char *name;
		int (*what)(struct work *work, const struct ra_flowset *set);
	} rows[] = {{"lint", lint}, {"test", test}};
	RA_AUTO(ra_mem_free) struct ra_finding *findings = calloc(RA_FINDINGS_MAX, sizeof(*findings));
	struct work work = {.context = context, .findings = findings};
	const char *name = context->argc ? context->argv[0] : "";
	int code = RA_EXIT_OK;

	if (!findings) {
		ra_say("no memory");
		return RA_EXIT_INTERNAL;
	}
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		if (strcmp(rows[i].name, name))
			continue;
		for (int k = 1; k < context->argc || k == 1; k++) {
			int one = on_one(&work, rows[i].what, k < context->argc ? context->argv[k] : NULL);

			if (code == RA_EXIT_OK)
				code = one;
		}
		return fflush(stdout) ? RA_EXIT_CANTWRITE : code;
	}
	ra_say("flow wants `lint` or `test`, not \"%s\"", name);
	return RA_EXIT_USAGE;
}
