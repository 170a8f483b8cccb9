/* flow.c - for those who write flows: what is wrong with a set, and whether the tests inside it pass. */
#include "config.h"

#include "base/io.h"
#include "base/text.h"
#include "flow/lint.h"
#include "verb/common.h"
#include "verb/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct work {
	const struct ra_context *context;
	const char *id; /* show: the flow, NULL: all */
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

	return counts.failed || untaken ? RA_EXIT_INVALID : RA_EXIT_OK;
}

static void print_clean(const char *before, const char *text, const char *after)
{
	RA_AUTO(ra_mem_free) char *clean = ra_text_clean_dup(text, false);

	printf("%s%s%s", before, clean ? clean : "", after);
}

static void show_way(void *payload, const struct ra_step *step, const struct ra_way *way)
{
	(void)payload;
	(void)step;
	printf("    %-10s -> %s", way->label, way->go);
	if (way->because)
		print_clean("  (", way->because, ")");
	printf("\n");
}

static void show_step(const struct ra_step *step)
{
	static const char *const kinds[] = {"check", "question", "gate", "action", "call", "end"};
	const cJSON *item;

	printf("  %s  [%s", step->id, kinds[step->kind]);
	if (step->kind == RA_STEP_ACTION) {
		printf(" by %s, %s", step->action.by_human ? "a human" : ra_plane_name(step->action.plane),
		       ra_danger_name(step->action.danger));
		cJSON_ArrayForEach (item, step->action.touches) {
			print_clean(item == step->action.touches->child ? ": " : ", ", item->valuestring, "");
		}
	}
	if (step->kind == RA_STEP_END)
		printf(": %s", ra_outcome_name(step->outcome));
	if (step->kind == RA_STEP_CALL)
		print_clean(" of ", step->call_flow, "");
	print_clean("]  ", step->title, "\n");
	ra_step_ways(step, show_way, NULL);
}

/* All flows of the set by name. */
static int list_flows(const struct ra_flowset *set)
{
	const struct ra_flow *const *flows;
	size_t count = ra_flowset_flows(set, &flows);

	for (size_t i = 0; i < count; i++) {
		printf("%-24s %-8s ", flows[i]->id, flows[i]->version);
		print_clean("", flows[i]->title, "\n");
	}
	return RA_EXIT_OK;
}

/* One flow, step by step; without an id all by name. */
static int show(struct work *work, const struct ra_flowset *set)
{
	const struct ra_flow *flow = work->id ? ra_flowset_flow(set, work->id) : NULL;

	if (!work->id)
		return list_flows(set);
	if (!flow) {
		ra_say("there is no flow \"%s\"; `reattest flow show` names them", work->id);
		return RA_EXIT_NOINPUT;
	}
	printf("%s %s  ", flow->id, flow->version);
	print_clean("", flow->title, "\n");
	for (size_t i = 0; i < flow->step_count; i++)
		show_step(&flow->steps[i]);
	return RA_EXIT_OK;
}

static bool is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* A directory with folders of a set but neither dangers nor flows: own files, which are read with the installed set. */
static bool is_beside(const char *dir)
{
	static const char *const subs[] = {"checks", "causes", "signatures", "vendors"};
	RA_AUTO(ra_mem_free) char *danger = ra_path_join(dir, "danger.json");
	bool any = false;

	for (size_t i = 0; i < RA_LEN(subs); i++) {
		RA_AUTO(ra_mem_free) char *sub = ra_path_join(dir, subs[i]);

		any = any || (sub && is_dir(sub));
	}
	return any && danger && access(danger, F_OK) != 0;
}

/* One operand: a directory is a whole set, or what is read beside the installed one; a file goes with the installed set, NULL is the
 * installed set. */
static int on_one(struct work *work, int (*what)(struct work *work, const struct ra_flowset *set), const char *operand)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	RA_AUTO(ra_mem_free) char *installed = ra_verb_flow_dir(work->context);
	bool beside = operand && is_dir(operand) && is_beside(operand);
	const char *dirs[] = {operand && is_dir(operand) && !beside ? operand : installed, beside ? operand : NULL, NULL};
	struct ra_flow_sources sources = {.dirs = dirs, .unproven = true};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (operand && dirs[0] != operand && !beside)
		sources.file = operand;
	ra_err err = installed ? ra_flowset_load(&sources, &set, &errs) : ra_fail(&errs, RA_E_NOMEM, "no memory");
	const struct ra_flow *const *flows;

	if (!err && !ra_flowset_flows(set, &flows))
		err = ra_fail(&errs, RA_E_NOTFOUND, "%s holds no flow (*.flow.json)", dirs[0]);
	if (!err)
		return what(work, set);
	int code = ra_say_errs(&errs);

	/* A request outside the tables, an id that is taken, a file too large: it is the flow that is wrong. */
	return err == RA_E_DENIED || err == RA_E_LIMIT ? RA_EXIT_INVALID : code;
}

/* show [DIR] [ID]: what is no directory is the id of a flow. */
static int show_operands(struct work *work)
{
	const char *dir = NULL;

	for (int i = 1; i < work->context->argc; i++) {
		const char *operand = work->context->argv[i];

		if (is_dir(operand))
			dir = operand;
		else
			work->id = operand;
	}
	return on_one(work, show, dir);
}

/* where: the installed set, for those who copy it. */
static int say_where(const struct ra_context *context)
{
	RA_AUTO(ra_mem_free) char *installed = ra_verb_flow_dir(context);

	if (!installed) {
		ra_say("no memory");
		return RA_EXIT_INTERNAL;
	}
	print_clean("", installed, "\n");
	return fflush(stdout) ? RA_EXIT_CANTWRITE : RA_EXIT_OK;
}

int ra_verb_flow(const struct ra_context *context)
{
	static const struct {
		const char *name;
		int (*what)(struct work *work, const struct ra_flowset *set);
	} rows[] = {{"lint", lint}, {"test", test}, {"show", show}};
	RA_AUTO(ra_mem_free) struct ra_finding *findings = calloc(RA_FINDINGS_MAX, sizeof(*findings));
	struct work work = {.context = context, .findings = findings};
	const char *name = context->argc ? context->argv[0] : "";
	int code = RA_EXIT_OK;

	if (!findings) {
		ra_say("no memory");
		return RA_EXIT_INTERNAL;
	}
	if (!strcmp(name, "where"))
		return say_where(context);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		if (strcmp(rows[i].name, name))
			continue;
		if (rows[i].what == show)
			return show_operands(&work);
		for (int k = 1; k < context->argc || k == 1; k++) {
			int one = on_one(&work, rows[i].what, k < context->argc ? context->argv[k] : NULL);

			if (code == RA_EXIT_OK)
				code = one;
		}
		return fflush(stdout) ? RA_EXIT_CANTWRITE : code;
	}
	if (*name)
		ra_say("flow wants `lint`, `test`, `show` or `where`, not \"%s\"; see `reattest flow --help`", name);
	else
		ra_say("flow wants `lint`, `test`, `show` or `where`; see `reattest flow --help`");
	return RA_EXIT_USAGE;
}
