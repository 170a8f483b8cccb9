/* check.c - the headless run: every read-only check, the flow folded, one document, one exit code. */
#include "config.h"

#include "base/io.h"
#include "flow/flowset.h"
#include "report/report.h"
#include "verb/checkcode.h"
#include "verb/common.h"
#include "verb/hosts.h"
#include "verb/only.h"
#include "verb/seal.h"
#include "verb/tally.h"
#include "verb/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

struct run {
	const struct ra_context *context;
	const struct ra_report_format *format;
	struct ra_flowset *flows;
	struct ra_recording *recording;
	struct ra_hub *hub;
	struct ra_verb_lent lent;
	struct ra_hosts hosts;
	size_t count; /* of sessions: of hosts, or one recording */
	struct ra_session *sessions[RA_HOSTS_MAX]; /* NULL when it has ended */
	struct ra_tally tally;
	char *results[RA_HOSTS_MAX]; /* rendered */
	char *records[RA_HOSTS_MAX]; /* their files; NULL: none is kept */
	struct ra_sealer sealer;
	char *journal;
	char *made; /* --make-template: its text */
	char **only; /* --only */
};

static void run_clear(struct run *r)
{
	r->hub = ra_hub_free(r->hub);
	r->recording = ra_source_free(r->recording);
	ra_tally_clear(&r->tally);
	r->flows = ra_flowset_free(r->flows);
	ra_verb_lent_clear(&r->lent);
	ra_hosts_clear(&r->hosts);
	for (size_t i = 0; i < r->count; i++)
		free(r->results[i]);
	for (size_t i = 0; i < r->count; i++)
		free(r->records[i]);
	ra_sealer_clear(&r->sealer);
	free(r->journal);
	free(r->made);
	ra_only_free(r->only);
	free(r);
}

static ra_err begin(struct run *r, size_t index, struct ra_errs *errs)
{
	const struct ra_context *context = r->context;
	struct ra_session_options options;
	const char *host = r->hosts.names[index];
	ra_err err = RA_OK;

	ra_verb_session_options(context->options, &r->lent, &options);
	options.flows = r->flows;
	options.recording = r->recording;
	options.host = host;
	ra_hosts_bmc(&r->hosts, index, &options);
	options.all_checks = true;
	options.only = (const char *const *)r->only;
	options.journal_path = context->options->journal;
	if (context->options->keep && !options.journal_path) {
		free(r->journal);
		r->journal = NULL;
		err = ra_verb_new_journal(host ? host : "recording", &r->journal, errs);
		options.journal_path = r->journal;
	}
	return err ? err : ra_session_new(r->hub, &options, &r->sessions[index], errs);
}

/* Each host kept holds its journal open to the end, each walk under way its connection and what it takes to log in. */
static ra_err make_room(const struct ra_options *options, size_t hosts, struct ra_errs *errs)
{
	rlim_t need = (rlim_t)(options->keep ? hosts : 1) + 8 * (rlim_t)options->parallel + 32;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= need)
		return RA_OK;
	limit.rlim_cur = limit.rlim_max < need ? limit.rlim_max : need;
	if (limit.rlim_cur < need || setrlimit(RLIMIT_NOFILE, &limit))
		return ra_fail(errs, RA_E_DENIED,
			       "so many hosts need %lld open files and this account may have %lld; give fewer hosts, a smaller "
			       "--parallel, or raise `ulimit -n`",
			       (long long)need, (long long)limit.rlim_max);
	return RA_OK;
}

/* Whom the check is about, and that there is somebody to ask. */
static ra_err find_hosts(struct run *r, struct ra_errs *errs)
{
	const struct ra_context *context = r->context;
	ra_err err = ra_verb_from(context, &r->recording, errs);

	if (!err)
		err = ra_hosts_gather(context, &r->hosts, errs);
	if (!err && r->recording && r->hosts.count)
		err = ra_verb_from_alone(errs);
	if (!err && !r->recording && !r->hosts.count)
		err = ra_fail(errs, RA_E_ARG, "name a host to check, or --from demo:SCENARIO");
	if (!err && context->options->journal && r->hosts.count > 1)
		err = ra_fail(errs, RA_E_ARG, "--journal takes one host; --keep keeps one record for each");
	if (!err && context->options->make_template && r->hosts.count > 1)
		err = ra_fail(errs, RA_E_ARG, "--make-template takes one host: the one that is set as it should be");
	if (!err && context->options->make_template)
		err = ra_may_write(context->options->make_template, errs);
	return err ? err : ra_hosts_asked(&r->hosts, context->options, errs);
}

static ra_err prepare(struct run *r, struct ra_errs *errs)
{
	const struct ra_context *context = r->context;
	ra_err err = ra_check_options(context->options, errs);

	if (!err)
		err = ra_sealer_ready(context->options, context->options->keep || context->options->journal, errs);
	if (!err)
		err = ra_verb_flows(context, &r->flows, errs);
	if (!err)
		err = ra_verb_lend(context->options, &r->lent, errs);
	if (!err)
		err = ra_verb_lend_given(context->options, r->flows, &r->lent, errs);
	if (!err && context->options->only)
		err = ra_only_read(r->flows, context->options->only, &r->only, errs);
	if (!err)
		err = find_hosts(r, errs);
	if (!err && context->options->output)
		err = ra_may_write(context->options->output, errs);
	if (!err && !(r->hub = ra_hub_new(context->options->parallel)))
		err = ra_fail(errs, RA_E_NOMEM, "no memory");
	r->count = r->hosts.count ? r->hosts.count : 1;
	if (!err && !ra_tally_make(&r->tally, r->flows, r->count))
		err = ra_fail(errs, RA_E_NOMEM, "no memory for the results of %zu hosts", r->count);
	if (!err)
		err = make_room(context->options, r->count, errs);
	for (size_t i = 0; i < r->count && !err; i++)
		err = begin(r, i, errs);
	if (!err)
		ra_verb_tell_vcenter(r->sessions[0]);
	return err;
}

/* What cannot be made is said; the check is what it is. */
static void make_template(struct run *r, const struct ra_session *session)
{
	RA_AUTO(ra_cjson_free) cJSON *tree = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (ra_session_template(session, &tree, &errs))
		ra_say_errs(&errs);
	r->made = tree ? cJSON_Print(tree) : NULL;
}

/* --make-template. Out: the exit code, or that of what could not be written. */
static int write_template(const struct run *r, int code)
{
	const char *file = r->context->options->make_template;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (!file)
		return code;
	if (!r->made) {
		ra_say("%s is not written", file);
		return code == RA_EXIT_OK || code == RA_EXIT_WARN ? RA_EXIT_UNKNOWN : code;
	}
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};

	if (ra_buf_printf(&text, "%s\n", r->made) || ra_write_file(file, 0666, ra_buf_str(&text), text.len, &errs)) {
		ra_say_errs(&errs);
		return RA_EXIT_CANTWRITE;
	}
	if (code == RA_EXIT_FAIL)
		ra_say("%s is of a host that fails checks: a setting that is wrong there is wrong in it, too", file);
	ra_say("wrote %s; keep in it what your site wants, and give it with --template", file);
	return code;
}

/* A host has ended: what is kept of it is its result and a few texts, all else goes. */
static ra_err take(struct run *r, size_t index, struct ra_errs *errs)
{
	RA_AUTO(ra_view_free) struct ra_view *view = NULL;
	RA_AUTO(ra_buf_free) struct ra_buf result = {0}, line = {0};
	ra_err err = ra_session_view(r->sessions[index], r->format->evidence, &view, errs);

	if (err)
		return err;
	err = r->format->part && r->count > 1 ? r->format->part(view, index + 1, r->count, &result)
					      : ra_report_render(r->format, r->context->options->full, view, &result);
	r->results[index] = err ? NULL : ra_buf_take(&result);
	err = !r->results[index] ? RA_E_NOMEM : ra_tally_take(&r->tally, index, r->hosts.names[index], view);
	err = err ? err : ra_tally_line(&r->tally, index, &line);
	if (err)
		return ra_fail(errs, err, "no memory for the result of %s", view->host);
	if (r->count > 1)
		ra_say("%s", ra_buf_str(&line));
	else if (view->fault)
		ra_say("%s: %s", view->host, view->end_reason);
	if (r->context->options->make_template)
		make_template(r, r->sessions[index]);
	r->records[index] = *view->journal_path ? strdup(view->journal_path) : NULL;
	ra_hub_release(r->hub, r->sessions[index]);
	r->sessions[index] = NULL;
	return *view->journal_path && !r->records[index] ? ra_fail(errs, RA_E_NOMEM, "no memory for the record of %s", view->host) : RA_OK;
}

static ra_err ended(void *payload, struct ra_session *which, struct ra_errs *errs)
{
	struct run *r = payload;

	for (size_t i = 0; i < r->count; i++)
		if (r->sessions[i] == which)
			return take(r, i, errs);
	return RA_OK;
}

/* The run was stopped: what has not ended ends here, as far as it came. */
static ra_err stop_all(struct run *r, struct ra_errs *errs)
{
	ra_err err = RA_OK;

	for (size_t i = 0; i < r->count && !err; i++) {
		struct ra_errs own;

		ra_errs_clear(&own);
		/* A record that takes no more stays as it is; the view says so. */
		if (r->sessions[i] && ra_session_stop(r->sessions[i], "signal", &own))
			ra_say_errs(&own);
		err = r->sessions[i] ? take(r, i, errs) : RA_OK;
	}
	return err;
}

/* The document, with what all hosts say together: in a page first, else after them. */
static ra_err put_together(struct run *r, struct ra_buf *document)
{
	RA_AUTO(ra_buf_free) struct ra_buf summary = {0};
	const char *const *results = (const char *const *)r->results;

	if (!r->format->part || r->count < 2)
		return ra_report_join(r->format, results, r->count, document);
	ra_err err = ra_tally_summary(&r->tally, r->format, &summary);

	return err ? err : ra_report_page(ra_buf_str(&summary), results, r->count, document);
}

/* What all hosts say together stands in the document where it can, and on stderr where the document is for a program or goes elsewhere. */
static ra_err sum_up(struct run *r, struct ra_buf *document)
{
	RA_AUTO(ra_buf_free) struct ra_buf aside = {0};
	bool in = !r->format->list, beside = !in || r->context->options->output;
	ra_err err = r->count < 2 || r->format->part ? RA_OK : in ? ra_tally_summary(&r->tally, r->format, document) : RA_OK;

	if (!err && beside && r->count > 1)
		err = ra_tally_summary(&r->tally, ra_report_format("text"), &aside);
	if (!err && aside.len)
		fputs(ra_buf_str(&aside), stderr);
	return err;
}

static int report(struct run *r)
{
	RA_AUTO(ra_buf_free) struct ra_buf document = {0};
	struct ra_check_result *results = calloc(r->count, sizeof(*results));
	int code = RA_EXIT_INTERNAL;

	if (!results || put_together(r, &document) || sum_up(r, &document))
		ra_say("no memory for the result of %zu hosts", r->count);
	else
		code = ra_verb_write(r->context->options, &document);
	for (size_t i = 0; results && i < r->count; i++)
		results[i] = r->tally.rows[i].result;
	if (code == RA_EXIT_OK)
		code = ra_check_code(r->context->options, results, r->count);
	free(results);
	return code;
}

static int walk_all(struct run *r, struct ra_errs *errs)
{
	const struct ra_headless heard = {ended, r};
	int number = ra_verb_headless(r->hub, r->count, &heard, errs);

	if (number < 0 || (number && stop_all(r, errs)))
		return ra_say_errs(errs);
	/* Who stops a run often does it twice (timeout(1) signals the process and its group): what is there is written all the same. */
	if (!number)
		ra_verb_hear_signals();
	int code = report(r);

	code = number ? 128 + number : code;
	/* A person may be asked, so not before every host has ended. */
	for (size_t i = 0; i < r->count; i++)
		code = r->records[i] ? ra_sealer_end(&r->sealer, r->records[i], code) : code;
	return number ? code : write_template(r, code);
}

/* --only list */
static int list_checks(const struct ra_context *context)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *flows = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (ra_verb_flows(context, &flows, &errs))
		return ra_say_errs(&errs);
	ra_list_checks(flows);
	return fflush(stdout) ? RA_EXIT_CANTWRITE : RA_EXIT_OK;
}

int ra_verb_check(const struct ra_context *context)
{
	const char *name = context->options->format ? context->options->format : "text";
	const struct ra_report_format *format = ra_report_format(name);
	struct run *r = calloc(1, sizeof(*r));
	struct ra_errs errs;
	int code;

	ra_errs_clear(&errs);
	if (context->options->only && !strcmp(context->options->only, "list")) {
		free(r);
		return list_checks(context);
	}
	if (!format || !r) {
		ra_say("there is no format \"%s\" (text, json, junit, md, html, txt)", name);
		free(r);
		return RA_EXIT_USAGE;
	}
	r->context = context;
	r->sealer.options = context->options;
	r->format = format;
	code = prepare(r, &errs) ? ra_say_errs(&errs) : walk_all(r, &errs);
	run_clear(r);
	return code > 128 ? code : ra_check_styled(context->options, code);
}
