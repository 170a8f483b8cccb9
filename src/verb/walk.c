/* walk.c - the wizard: a live host, a simulated one, or a session that goes on. */
#include "config.h"

#include "base/io.h"
#include "base/near.h"
#include "base/text.h"
#include "flow/flowset.h"
#include "report/report.h"
#include "verb/common.h"
#include "verb/govc.h"
#include "verb/seal.h"
#include "verb/standing.h"
#include "verb/takeover.h"
#include "verb/verbs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One walk's belongings. */
struct walk {
	struct ra_flowset *flows;
	struct ra_recording *recording;
	struct ra_hub *hub;
	struct ra_verb_lent lent;
	char *journal;
	const struct ra_frontend *frontend;
};

static void walk_clear(struct walk *w)
{
	w->hub = ra_hub_free(w->hub);
	w->recording = ra_source_free(w->recording);
	w->flows = ra_flowset_free(w->flows);
	ra_verb_lent_clear(&w->lent);
	free(w->journal);
}

/* Write the transcript beside where the operator stands, never over a file. */
static ra_err export_to(void *payload, struct ra_session *session, const char *format, char *say, size_t say_cap,
			struct ra_errs *errs)
{
	const struct ra_report_format *form = ra_report_format(format ? format : "md");
	RA_AUTO(ra_buf_free) struct ra_buf document = {0};
	struct ra_view *view = NULL;
	char at[RA_UTC_TEXT_LEN], path[256];

	if (!form)
		return ra_fail(errs, RA_E_ARG, "there is no format \"%s\"", format);
	ra_err err = ra_session_view(session, true, &view, errs);

	if (err)
		return err;
	ra_utc_format(ra_utc_now(), at);
	at[13] = at[16] = '-';
	snprintf(path, sizeof(path), "reattest-%.100s-%.19s.%s", view->host, at, form->name);
	for (char *c = path; *c; c++)
		*c = *c == '/' ? '_' : *c;
	err = form->render(view, &document);
	ra_view_free(view);
	if (err)
		return ra_fail(errs, err, "no memory for the transcript");
	if (!access(path, F_OK))
		return ra_fail(errs, RA_E_IO, "%s is there already", path);
	err = ra_write_file(path, 0600, document.data, document.len, errs);
	snprintf(say, say_cap, "written to %s", path);
	return err;
}

/* The walk as it ended, in a few lines on stdout, and where its record is. Out: *journal is that; owner: caller frees; NULL: none is kept. */
static int tell_end(struct ra_session *session, enum ra_left left, int signal_number, char **journal)
{
	struct ra_view *view = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (ra_session_view(session, false, &view, &errs))
		return ra_say_errs(&errs);
	int code = view->exit_code;

	printf("%s%s%s\n", view->outcome, *view->outcome_title ? ": " : "", view->outcome_title);
	for (size_t i = 0; i < view->next.count; i++)
		printf("  next: %s\n", view->next.items[i]);
	if (view->fault)
		ra_say("%s", view->end_reason);
	for (size_t i = 0; i < view->owed.count; i++)
		ra_say("%s %s", view->owed.items[i], *view->journal_path ? "`reattest resume` goes there; else do it by hand" : "Do it by hand");
	if (*view->journal_path && view->entry_count && access(view->journal_path, F_OK)) /* one that never began leaves none */
		ra_say("the record %s is gone: somebody removed it while the walk was open", view->journal_path);
	else if (*view->journal_path && view->entry_count)
		ra_say(!strcmp(view->outcome, "stopped") && !view->fault ? "the record is %s; `reattest resume %s` goes on"
									 : "the record is %s",
		       view->journal_path, view->journal_path);
	*journal = *view->journal_path ? strdup(view->journal_path) : NULL;
	ra_view_free(view);
	if (fflush(stdout))
		return RA_EXIT_CANTWRITE;
	return left == RA_LEFT_SIGNAL ? 128 + signal_number : code;
}

int ra_verb_show_walk(const struct ra_context *context, struct ra_hub *hub, struct ra_session *session, bool demo)
{
	const struct ra_frontend *frontend = context->make(context->make_payload, context->options);
	struct ra_walk walk = {.hub = hub, .session = session, .demo = demo, .export_to = export_to};
	enum ra_left left = RA_LEFT_END;
	struct ra_errs errs;
	int number = 0;

	ra_errs_clear(&errs);
	if (!frontend)
		return RA_EXIT_USAGE;
	if (frontend->walk(frontend->payload, &walk, &left, &number, &errs))
		return ra_say_errs(&errs);
	RA_AUTO(ra_mem_free) char *journal = NULL;
	struct ra_sealer sealer = {.options = context->options};
	int code = tell_end(session, left, number, &journal);

	ra_hub_release(hub, session); /* nobody seals what is still written */
	code = journal ? ra_sealer_end(&sealer, journal, code) : code;
	ra_sealer_clear(&sealer);
	return code;
}

/* kept: the walk keeps a record. */
static ra_err prepare(const struct ra_context *context, struct walk *w, bool kept, struct ra_errs *errs)
{
	ra_err err = ra_sealer_ready(context->options, kept, errs);

	if (!err)
		err = ra_verb_flows(context, &w->flows, errs);
	if (!err)
		err = ra_verb_lend(context->options, &w->lent, errs);
	if (!err)
		err = ra_verb_lend_given(context->options, w->flows, &w->lent, errs);
	if (!err && !(w->hub = ra_hub_new(1)))
		err = ra_fail(errs, RA_E_NOMEM, "no memory");
	return err;
}

/* Begin the walk that is prepared and show it. */
static int begin(const struct ra_context *context, struct walk *w, const char *host, bool demo)
{
	struct ra_session_options options;
	struct ra_session *session = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	ra_verb_session_options(context->options, &w->lent, &options);
	options.flows = w->flows;
	options.recording = w->recording;
	options.host = host;
	options.interactive = true;
	const char *named = host ? host : ra_json_str(ra_source_root(w->recording), "host", "host");

	if (!context->options->journal && (!demo || context->options->keep) &&
	    ra_verb_new_journal(named, &w->journal, &errs))
		return ra_say_errs(&errs);
	options.journal_path = context->options->journal ? context->options->journal : w->journal;
	if (ra_session_new(w->hub, &options, &session, &errs))
		return ra_say_errs(&errs);
	ra_verb_tell_vcenter(session);
	if (options.journal_path && ra_verb_keep_flows(w->flows, &errs)) {
		ra_say("the flow set is not kept with the record: once another one is installed, this walk does not go on");
		(void)ra_say_errs(&errs);
	}
	return ra_verb_show_walk(context, w->hub, session, demo);
}

enum { FORM_HOST, FORM_USER, FORM_VCENTER, FORM_VCENTER_USER, FORM_BMC, FORM_BMC_USER, FORM_COUNT };

/* What was typed into a field; NULL when it is what stood there: then it came from where it comes from without a form. */
static const char *typed(const struct ra_form_field *field, const char *stood)
{
	return field->value && strcmp(field->value, stood) ? field->value : NULL;
}

/* Walk the host that a form names. Shape: flow NULL: the one of the options. */
static int connect_form(const struct ra_context *context, const struct ra_frontend *frontend, const char *flow)
{
	struct ra_options options = *context->options;
	const struct ra_govc *govc = options.govc;
	const char *vcenter = options.vcenter ? options.vcenter : govc && govc->url ? govc->url : "";
	const char *user = options.vcenter_user ? options.vcenter_user : govc && govc->user ? govc->user : "";
	const char *bmc = options.bmc ? options.bmc : "", *bmc_user = options.bmc_user ? options.bmc_user : "";
	struct ra_form_field fields[FORM_COUNT] = {
		{"Host", "name or address of the ESXi host", strdup("")},
		{"User", "root, or a user with the Administrator role", strdup(options.user ? options.user : "root")},
		{"vCenter", "the one that manages it (empty: none)", strdup(vcenter)},
		{"vCenter user", "as in administrator@vsphere.local (empty: asked for)", strdup(user)},
		{"BMC", "the server's own iDRAC, iLO, XCC, CIMC ... (empty: none)", strdup(bmc)},
		{"BMC user", "one who may look is enough (empty: asked for)", strdup(bmc_user)},
	};
	struct ra_context with = *context;
	bool done = false;
	int code = RA_EXIT_STOPPED;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (frontend->form(frontend->payload, "Connect", fields, RA_LEN(fields), &done, &errs)) {
		code = ra_say_errs(&errs);
	} else if (done && fields[FORM_HOST].value && *fields[FORM_HOST].value) {
		char *argv[] = {fields[FORM_HOST].value, NULL};

		options.flow = flow ? flow : options.flow;
		options.user = fields[FORM_USER].value;
		options.vcenter = typed(&fields[FORM_VCENTER], vcenter) ? fields[FORM_VCENTER].value : options.vcenter;
		options.vcenter_user = typed(&fields[FORM_VCENTER_USER], user) ? fields[FORM_VCENTER_USER].value : options.vcenter_user;
		options.bmc = typed(&fields[FORM_BMC], bmc) ? fields[FORM_BMC].value : options.bmc;
		options.bmc_user = typed(&fields[FORM_BMC_USER], bmc_user) ? fields[FORM_BMC_USER].value : options.bmc_user;
		with.options = &options;
		with.argc = 1;
		with.argv = argv;
		code = ra_verb_walk(&with);
	}
	for (size_t i = 0; i < RA_LEN(fields); i++)
		free(fields[i].value);
	return code;
}

/* Walk the host that a form names without a link to it. */
static int manual_form(const struct ra_context *context, const struct ra_frontend *frontend)
{
	struct ra_options options = *context->options;
	struct ra_form_field field = {"Host", "the name it goes by, for the record", strdup("")};
	struct ra_context with = *context;
	int code = RA_EXIT_STOPPED;
	struct ra_errs errs;
	bool done = false;

	ra_errs_clear(&errs);
	options.manual = true;
	if (frontend->form(frontend->payload, "By hand", &field, 1, &done, &errs)) {
		code = ra_say_errs(&errs);
	} else if (done) {
		char *argv[] = {field.value, NULL};

		with.options = &options;
		with.argc = field.value && *field.value;
		with.argv = argv;
		code = ra_verb_walk(&with);
	}
	free(field.value);
	return code;
}

/* Without a host: a live one, a session to go on with, or a simulated one. */
static int start_screen(const struct ra_context *context)
{
	static const struct ra_pick_item items[] = {
		{"host", "Walk a host", "over SSH and through vCenter, from this workstation"},
		{"prevention", "Look after a host", "that is Passed or new: firmware, settings, certificates, versions, binding"},
		{"manual", "Walk a host by hand", "no link to it: you look, and say what you see (--manual)"},
		{"resume", "Go on with a session", "where it stopped"},
		{"demo", "Try it on a simulated host", "no network, no account"},
	};
	const struct ra_frontend *frontend = context->make(context->make_payload, context->options);
	struct ra_errs errs;
	int picked = -1;

	ra_errs_clear(&errs);
	if (!frontend)
		return RA_EXIT_USAGE;
	if (frontend->pick(frontend->payload, "TPM attestation of ESXi", items, RA_LEN(items), &picked, &errs))
		return ra_say_errs(&errs);
	if (picked < 0)
		return RA_EXIT_STOPPED;
	const char *id = items[picked].id;

	if (!strcmp(id, "resume"))
		return ra_verb_resume(context);
	if (!strcmp(id, "demo"))
		return ra_verb_demo_walk(context);
	if (!strcmp(id, "manual"))
		return manual_form(context, frontend);
	return connect_form(context, frontend, !strcmp(id, "prevention") ? id : NULL);
}

/* More than one operand is no walk; the first may be a verb that was mistyped. */
static int not_one_host(const char *first)
{
	struct ra_near near = {.word = first};
	const struct ra_verb *verbs;
	size_t count = ra_verbs(&verbs);
	char meant[128];

	for (size_t i = 0; i < count; i++)
		ra_near_try(&near, verbs[i].name);
	if (near.best)
		ra_say("there is no verb \"%s\" (`reattest --help` names them)%s", first, ra_near_ask(&near, meant, sizeof(meant)));
	else
		ra_say("one host at a time; `reattest check` takes many");
	return RA_EXIT_USAGE;
}

int ra_verb_walk(const struct ra_context *context)
{
	struct walk w = {0};
	struct ra_errs errs;
	int code;

	ra_errs_clear(&errs);
	if (context->argc > 1)
		return not_one_host(context->argv[0]);
	if (!context->argc && !context->options->from && !context->options->manual)
		return start_screen(context);
	if (context->argc && context->options->from && ra_verb_from_alone(&errs))
		return ra_say_errs(&errs);
	if (prepare(context, &w, true, &errs) || ra_verb_from(context, &w.recording, &errs))
		code = ra_say_errs(&errs);
	else
		code = begin(context, &w, context->argc ? context->argv[0] : context->options->manual ? "host" : NULL, false);
	walk_clear(&w);
	return code;
}

/* The simulated hosts, sorted by name. Out: count; recordings are the caller's. */
static ra_err load_demos(const struct ra_context *context, struct ra_recording ***out, size_t *count,
			 struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *flows = ra_verb_flow_dir(context);
	RA_AUTO(ra_mem_free) char *dir = flows ? ra_path_join(flows, "demo") : NULL;
	char **names = NULL;
	size_t found = 0;
	ra_err err = dir ? ra_list_dir(dir, ".json", &names, &found, errs) : RA_E_NOMEM;

	*count = 0;
	*out = err ? NULL : calloc(found + 1, sizeof(**out));
	for (size_t i = 0; *out && i < found && !err; i++) {
		RA_AUTO(ra_mem_free) char *path = ra_path_join(dir, names[i]);

		err = path ? ra_source_load(path, &(*out)[i], errs) : RA_E_NOMEM;
		*count += !err;
	}
	ra_names_free(names, found);
	return err;
}

static void free_demos(struct ra_recording **demos, size_t count)
{
	for (size_t i = 0; i < count; i++)
		ra_source_free(demos[i]);
	free(demos);
}

static const char *demo_text(const struct ra_recording *demo, const char *key)
{
	return ra_json_str(ra_source_root(demo), key, "");
}

static const char *demo_outcome(const struct ra_recording *demo)
{
	return ra_json_str(ra_json_pointer(ra_source_root(demo), "/expect/walk"), "outcome", "");
}

static int list_demos(const struct ra_context *context, struct ra_recording *const *demos, size_t count)
{
	const char *format = context->options->format ? context->options->format : "text";

	if (!strcmp(format, "json")) {
		RA_AUTO(ra_cjson_free) cJSON *list = cJSON_CreateArray();

		for (size_t i = 0; list && i < count; i++) {
			cJSON *row = cJSON_CreateObject();

			cJSON_AddStringToObject(row, "id", demo_text(demos[i], "id"));
			cJSON_AddStringToObject(row, "title", demo_text(demos[i], "title"));
			cJSON_AddStringToObject(row, "outcome", demo_outcome(demos[i]));
			cJSON_AddItemToArray(list, row);
		}
		RA_AUTO(ra_mem_free) char *bytes = list ? ra_json_print(list) : NULL;

		printf("%s\n", bytes ? bytes : "[]");
		return !bytes || fflush(stdout) ? RA_EXIT_CANTWRITE : RA_EXIT_OK;
	}
	if (strcmp(format, "text")) {
		ra_say("demo --list has the formats text and json");
		return RA_EXIT_USAGE;
	}
	for (size_t i = 0; i < count; i++)
		printf("%-22s %-16s %s\n", demo_text(demos[i], "id"), demo_outcome(demos[i]), demo_text(demos[i], "title"));
	return fflush(stdout) ? RA_EXIT_CANTWRITE : RA_EXIT_OK;
}

/* Let the operator pick one. Out: its id as a malloc'd text, NULL when they left (code says how). */
static char *pick_demo(const struct ra_context *context, struct ra_recording *const *demos, size_t count, int *code)
{
	const struct ra_frontend *frontend = context->make(context->make_payload, context->options);
	struct ra_pick_item *items = calloc(count + 1, sizeof(*items));
	struct ra_errs errs;
	int picked = -1;

	ra_errs_clear(&errs);
	*code = RA_EXIT_USAGE;
	for (size_t i = 0; items && i < count; i++)
		items[i] = (struct ra_pick_item){demo_text(demos[i], "id"), demo_text(demos[i], "id"),
						 demo_text(demos[i], "title")};
	if (frontend && items) {
		*code = RA_EXIT_STOPPED;
		if (frontend->pick(frontend->payload, "Simulated hosts", items, count, &picked, &errs))
			*code = ra_say_errs(&errs);
	}
	free(items);
	return picked < 0 ? NULL : strdup(demo_text(demos[picked], "id"));
}

int ra_verb_demo_walk(const struct ra_context *context)
{
	struct ra_recording **demos = NULL;
	struct walk w = {0};
	struct ra_errs errs;
	size_t count = 0;
	int code = RA_EXIT_OK;
	RA_AUTO(ra_mem_free) char *id = context->argc ? strdup(context->argv[0]) : NULL;

	ra_errs_clear(&errs);
	if (context->argc > 1) {
		ra_say("one simulated host at a time");
		return RA_EXIT_USAGE;
	}
	if (!id || context->options->list) {
		if (load_demos(context, &demos, &count, &errs))
			code = ra_say_errs(&errs);
		else if (context->options->list)
			code = list_demos(context, demos, count);
		else
			id = pick_demo(context, demos, count, &code);
		free_demos(demos, count);
		if (!id || context->options->list)
			return code;
	}
	if (prepare(context, &w, context->options->keep || context->options->journal, &errs) || ra_verb_demo(context, id, &w.recording, &errs))
		code = ra_say_errs(&errs);
	else
		code = begin(context, &w, NULL, true);
	walk_clear(&w);
	return code;
}

/* The recording a session ran on, or none for a live host. */
static ra_err source_of(const struct ra_context *context, struct walk *w, const char *path, struct ra_errs *errs)
{
	struct ra_session *read = NULL;
	struct ra_view *view = NULL;
	ra_err err = ra_session_read(w->flows, path, &read, errs);

	if (!err)
		err = ra_session_view(read, false, &view, errs);
	if (!err && strcmp(view->source, "live") && strcmp(view->source, RA_SOURCE_MANUAL))
		err = context->options->from ? ra_verb_from(context, &w->recording, errs)
					     : ra_verb_demo(context, view->source, &w->recording, errs);
	ra_view_free(view);
	ra_session_close(read);
	return err;
}

/* taken: the session was handed over to whoever sits here now; NULL: it is their own. */
static int resume_path(const struct ra_context *context, const char *path, const struct ra_taken *taken)
{
	struct ra_session_options options;
	struct ra_session *session = NULL;
	struct walk w = {0};
	struct ra_errs errs;
	int code;

	ra_errs_clear(&errs);
	if (prepare(context, &w, true, &errs) || ra_verb_flows_of(path, &w.flows, &errs) || source_of(context, &w, path, &errs)) {
		code = ra_say_errs(&errs);
	} else {
		ra_verb_session_options(context->options, &w.lent, &options);
		options.flows = w.flows;
		options.recording = w.recording;
		options.interactive = true;
		if (taken) { /* nobody goes in under the name of the one before */
			options.vcenter.user = options.vcenter.user ? options.vcenter.user : "";
			options.bmc.user = options.bmc.user ? options.bmc.user : "";
			options.taken_from = taken->head.from;
			options.taken_at = taken->head.at;
			options.taken_by = taken->by;
		}
		if (ra_session_resume(w.hub, &options, path, &session, &errs)) {
			code = ra_say_errs(&errs);
		} else {
			ra_verb_tell_vcenter(session);
			code = ra_verb_show_walk(context, w.hub, session, w.recording != NULL);
		}
	}
	walk_clear(&w);
	return code;
}

#define PICKS_MAX 50

/* What a row of the list says beside the host: how it stands, for how long, and where. Owner: caller frees. */
static char *pick_more(const struct ra_standing *is, ra_utc_ms now)
{
	RA_AUTO(ra_buf_free) struct ra_buf more = {0};
	char words[100], age[16];
	ra_err err = ra_buf_printf(&more, "%s, %s ago%s%s", ra_standing_words(is, words, sizeof(words)), ra_standing_age(is->last, now, age),
				   *is->title ? "; at: " : "", is->title);

	for (size_t i = 0; i < is->half_count && !err; i++)
		err = ra_buf_printf(&more, "; %s", is->half[i]);
	return err ? NULL : ra_text_clean_dup(ra_buf_str(&more), false);
}

/* Those that can be gone on with, the newest first. */
static int pick_session(const struct ra_context *context)
{
	const struct ra_frontend *frontend = NULL;
	struct ra_pick_item items[PICKS_MAX] = {{0}};
	char *titles[PICKS_MAX] = {NULL}, *more[PICKS_MAX] = {NULL};
	struct ra_kept_list list;
	struct ra_errs errs;
	size_t shown = 0;
	int picked = -1, code = RA_EXIT_STOPPED;

	ra_errs_clear(&errs);
	ra_err err = ra_kept_list_read(context, &list, &errs);

	for (size_t i = 0; i < list.count && shown < PICKS_MAX && !err; i++) {
		const struct ra_standing *is = &list.rows[i].is;

		if (!is->resumable)
			continue;
		titles[shown] = ra_text_clean_dup(*is->host ? is->host : list.rows[i].name, false);
		more[shown] = pick_more(is, ra_utc_now());
		if (!titles[shown] || !more[shown])
			err = ra_fail(&errs, RA_E_NOMEM, "no memory");
		items[shown] = (struct ra_pick_item){list.rows[i].name, titles[shown], more[shown]};
		shown++;
	}
	if (err) {
		code = ra_say_errs(&errs);
	} else if (!shown) {
		ra_say("there is no session to go on with");
		code = RA_EXIT_NOINPUT;
	} else if (!(frontend = context->make(context->make_payload, context->options))) {
		code = RA_EXIT_USAGE;
	} else if (frontend->pick(frontend->payload, "Sessions", items, shown, &picked, &errs)) {
		code = ra_say_errs(&errs);
	}
	RA_AUTO(ra_mem_free) char *path = picked >= 0 ? ra_path_join(list.dir, items[picked].id) : NULL;

	for (size_t i = 0; i < shown; i++) {
		free(titles[i]);
		free(more[i]);
	}
	ra_kept_list_clear(&list);
	return picked < 0 ? code : path ? resume_path(context, path, NULL) : RA_EXIT_INTERNAL;
}

int ra_verb_resume(const struct ra_context *context)
{
	if (context->argc > 1) {
		ra_say("one session at a time");
		return RA_EXIT_USAGE;
	}
	if (!context->argc)
		return pick_session(context);
	if (!ra_is_handover(context->argv[0]))
		return resume_path(context, context->argv[0], NULL);
	struct ra_taken taken;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	int code = ra_verb_take_over(context, context->argv[0], &taken, &errs) ? ra_say_errs(&errs) : resume_path(context, taken.journal, &taken);

	free(taken.journal);
	return code;
}
