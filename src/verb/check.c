/* check.c - the headless run: every read-only check, the flow folded, one document, one exit code. */
#include "config.h"

#include "base/io.h"
#include "flow/flowset.h"
#include "report/report.h"
#include "verb/checkcode.h"
#include "verb/common.h"
#include "verb/only.h"
#include "verb/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define HOSTS_MAX 1024

struct run {
	struct ra_flowset *flows;
	struct ra_recording *recording;
	struct ra_hub *hub;
	struct ra_verb_lent lent;
	char *hosts_text;
	const char *hosts[HOSTS_MAX];
	size_t host_count;
	struct ra_session *sessions[HOSTS_MAX];
	char *journal;
	char **only; /* --only */
};

static void run_clear(struct run *r)
{
	r->hub = ra_hub_free(r->hub);
	r->recording = ra_source_free(r->recording);
	r->flows = ra_flowset_free(r->flows);
	ra_verb_lent_clear(&r->lent);
	free(r->hosts_text);
	free(r->journal);
	ra_only_free(r->only);
	free(r);
}

static ra_err add_host(struct run *r, const char *host, struct ra_errs *errs)
{
	if (r->host_count == HOSTS_MAX)
		return ra_fail(errs, RA_E_LIMIT, "more than %d hosts", HOSTS_MAX);
	r->hosts[r->host_count++] = host;
	return RA_OK;
}

/* One line of --hosts: a host, blanks around it, the rest from # on is a remark. */
static ra_err add_line(struct run *r, char *line, const char *file, struct ra_errs *errs)
{
	char *save = NULL;

	line[strcspn(line, "#")] = '\0';
	char *host = strtok_r(line, " \t", &save), *more = host ? strtok_r(NULL, " \t", &save) : NULL;

	if (more)
		return ra_fail(errs, RA_E_ARG, "%s: one host a line; what is \"%s\" after %s?", file, more, host);
	return host ? add_host(r, host, errs) : RA_OK;
}

static ra_err gather_hosts(const struct ra_context *context, struct run *r, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = 1u << 20};
	const char *file = context->options->hosts_file;
	char *save = NULL;
	ra_err err = RA_OK;

	for (int i = 0; i < context->argc && !err; i++)
		err = add_host(r, context->argv[i], errs);
	if (err || !file)
		return err;
	err = ra_read_file(file, &bytes, errs);
	r->hosts_text = err ? NULL : ra_buf_take(&bytes);
	for (char *line = r->hosts_text ? strtok_r(r->hosts_text, "\r\n", &save) : NULL; line && !err;
	     line = strtok_r(NULL, "\r\n", &save))
		err = add_line(r, line, file, errs);
	return err;
}

static ra_err begin(const struct ra_context *context, struct run *r, size_t index, struct ra_errs *errs)
{
	struct ra_session_options options;
	const char *host = r->host_count ? r->hosts[index] : NULL;
	ra_err err = RA_OK;

	ra_verb_session_options(context->options, &r->lent, &options);
	options.flows = r->flows;
	options.recording = r->recording;
	options.host = host;
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
	int parallel = options->parallel ? options->parallel : 16;
	rlim_t need = (rlim_t)(options->keep ? hosts : 1) + 8 * (rlim_t)parallel + 32;
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

static ra_err prepare(const struct ra_context *context, struct run *r, struct ra_errs *errs)
{
	ra_err err = ra_check_options(context->options, errs);

	if (!err)
		err = ra_verb_flows(context, &r->flows, errs);
	if (!err)
		err = ra_verb_lend(context->options, &r->lent, errs);
	if (!err)
		err = ra_verb_lend_given(context->options, r->flows, &r->lent, errs);
	if (!err && context->options->only)
		err = ra_only_read(r->flows, context->options->only, &r->only, errs);
	if (!err)
		err = ra_verb_from(context, &r->recording, errs);
	if (!err)
		err = gather_hosts(context, r, errs);
	if (!err && !r->recording && !r->host_count)
		err = ra_fail(errs, RA_E_ARG, "name a host to check, or --from demo:SCENARIO");
	if (!err && r->recording && r->host_count > 1)
		err = ra_fail(errs, RA_E_ARG, "a recording is one host");
	if (!err && context->options->journal && r->host_count > 1)
		err = ra_fail(errs, RA_E_ARG, "--journal takes one host; --keep keeps one record for each");
	if (!err && !(r->hub = ra_hub_new(context->options->parallel)))
		err = ra_fail(errs, RA_E_NOMEM, "no memory");
	size_t count = r->host_count ? r->host_count : 1;

	if (!err)
		err = make_room(context->options, count, errs);
	for (size_t i = 0; i < count && !err; i++)
		err = begin(context, r, i, errs);
	if (!err)
		ra_verb_tell_vcenter(r->sessions[0]);
	return err;
}

static int report(const struct ra_context *context, struct run *r, const struct ra_report_format *format)
{
	size_t count = r->host_count ? r->host_count : 1, made = 0;
	RA_AUTO(ra_buf_free) struct ra_buf document = {0};
	struct ra_view **views = calloc(count, sizeof(*views));
	struct ra_errs errs;
	int code = RA_EXIT_INTERNAL;

	ra_errs_clear(&errs);
	for (; views && made < count; made++)
		if (ra_session_view(r->sessions[made], true, &views[made], &errs))
			break;
	if (!views || made < count || ra_report_many(format, (const struct ra_view *const *)views, count, &document)) {
		ra_say("no memory for the result of %zu hosts", count);
	} else {
		code = ra_verb_write(context->options, &document);
		for (size_t i = 0; i < count; i++)
			if (views[i]->fault)
				ra_say("%s: %s", views[i]->host, views[i]->end_reason);
		if (code == RA_EXIT_OK)
			code = ra_check_code(context->options, (const struct ra_view *const *)views, count);
	}
	for (size_t i = 0; i < made; i++)
		ra_view_free(views[i]);
	free(views);
	return code;
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
	int code = RA_EXIT_INTERNAL;

	ra_errs_clear(&errs);
	if (context->options->only && !strcmp(context->options->only, "list")) {
		free(r);
		return list_checks(context);
	}
	if (!format || !r) {
		ra_say("there is no format \"%s\" (text, json, md, txt)", name);
		free(r);
		return RA_EXIT_USAGE;
	}
	if (prepare(context, r, &errs)) {
		code = ra_say_errs(&errs);
	} else {
		int number = ra_verb_headless(r->hub, r->host_count ? r->host_count : 1, &errs);

		code = number < 0 ? ra_say_errs(&errs) : number ? 128 + number : report(context, r, format);
	}
	run_clear(r);
	return code > 128 ? code : ra_check_styled(context->options, code);
}
