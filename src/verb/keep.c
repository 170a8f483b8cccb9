/* keep.c - `reattest record`: every answer of a host as a recording, which is replayed before it is written. */
#include "config.h"

#include "base/io.h"
#include "flow/flowset.h"
#include "session/kept.h"
#include "verb/common.h"
#include "verb/replays.h"
#include "verb/verbs.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One run's belongings. */
struct keep {
	struct ra_flowset *flows;
	struct ra_recording *from;
	struct ra_hub *hub;
	struct ra_session *session;
	struct ra_view *view;
	struct ra_verb_lent lent;
	cJSON *tree;
	struct ra_kept told;
	struct ra_scrubbed scrubbed;
};

static void keep_clear(struct keep *k)
{
	ra_view_free(k->view);
	cJSON_Delete(k->tree);
	ra_scrubbed_clear(&k->scrubbed);
	k->hub = ra_hub_free(k->hub);
	k->from = ra_source_free(k->from);
	k->flows = ra_flowset_free(k->flows);
	ra_verb_lent_clear(&k->lent);
}

/* A file that is there already is somebody's. */
static ra_err may_write(const char *path, struct ra_errs *errs)
{
	if (!path)
		return RA_OK;
	if (!strcmp(path, "-") || access(path, F_OK))
		return ra_may_write(path, errs);
	return ra_fail(errs, RA_E_IO, "%s is there already; name another file, or remove it first", path);
}

static ra_err check_options(const struct ra_context *context, struct ra_errs *errs)
{
	const struct ra_options *o = context->options;

	if (!o->output)
		return ra_fail(errs, RA_E_ARG, "record wants a file to write: -o FILE");
	if (context->argc > 1 || (!context->argc && !o->from))
		return ra_fail(errs, RA_E_ARG, "record wants one host, or --from SOURCE");
	if (context->argc && o->from)
		return ra_verb_from_alone(errs);
	if (o->map && !o->scrub)
		return ra_fail(errs, RA_E_ARG, "--map belongs to --scrub");
	if (o->map && !strcmp(o->map, o->output))
		return ra_fail(errs, RA_E_ARG, "--map and --output name one file");
	ra_err err = ra_verb_asks_somebody(o, errs);

	err = err ? err : may_write(o->output, errs);
	return err ? err : may_write(o->map, errs);
}

/* The recording's id from its file's name: what of it may stand in one. */
static void id_of(const char *path, char *out, size_t cap)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t len = 0;

	for (; *name && strcmp(name, ".json") && len + 1 < cap; name++)
		if (isalnum((unsigned char)*name))
			out[len++] = (char)tolower((unsigned char)*name);
		else if (len && out[len - 1] != '-')
			out[len++] = '-';
	while (len && out[len - 1] == '-')
		len--;
	out[len] = '\0';
	if (!len || !strcmp(out, "live"))
		snprintf(out, cap, "recorded");
}

static ra_err run(const struct ra_context *context, struct keep *k, int *number, struct ra_errs *errs)
{
	struct ra_session_options options;
	ra_err err = ra_verb_flows(context, &k->flows, errs);

	if (!err)
		err = ra_verb_lend(context->options, &k->lent, errs);
	if (!err)
		err = ra_verb_from(context, &k->from, errs);
	if (!err && !(k->hub = ra_hub_new(1)))
		err = ra_fail(errs, RA_E_NOMEM, "no memory");
	if (err)
		return err;
	ra_verb_session_options(context->options, &k->lent, &options);
	options.flows = k->flows;
	options.recording = k->from;
	options.host = context->argc ? context->argv[0] : NULL;
	options.all_checks = true;
	err = ra_session_new(k->hub, &options, &k->session, errs);
	if (err)
		return err;
	ra_verb_tell_vcenter(k->session);
	ra_say("asking %s all that only reads; nothing is changed", k->from ? "the recording" : options.host);
	*number = ra_verb_headless(k->hub, 1, NULL, errs);
	return *number < 0 ? errs->code : *number ? RA_OK : ra_session_view(k->session, false, &k->view, errs);
}

/* Scrubbed. The id is made of the file's name, and what is scrubbed by words needs them as they stand there; an id again after it. */
static ra_err scrub(struct keep *k, const char *path, struct ra_errs *errs)
{
	cJSON *node = cJSON_GetObjectItemCaseSensitive(k->tree, "id");
	char id[64];

	if (!cJSON_SetValuestring(node, path))
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	ra_err err = ra_scrub(k->tree, &k->scrubbed, errs);

	if (err)
		return err;
	id_of(node->valuestring, id, sizeof(id));
	return cJSON_SetValuestring(node, id) ? RA_OK : ra_fail(errs, RA_E_NOMEM, "no memory");
}

/* A recording has to replay to what was just seen. Where it does not (a connection that was lost halfway), that is said, and what it
 * replays to counts from there on. */
static ra_err prove(struct keep *k, int *number, struct ra_errs *errs)
{
	struct ra_view *again = NULL;
	char differs[512] = "";
	ra_err err = ra_verb_replay(k->flows, k->tree, &again, number, errs);

	if (err)
		return ra_fail(errs, err, "the recording does not replay; nothing was written");
	if (*number || !ra_views_differ(k->view, again, true, differs, sizeof(differs))) {
		ra_view_free(again);
		return RA_OK;
	}
	ra_say("WARNING: the recording does not replay to the same (%s): an answer was cut or masked, or the host was "
	       "lost or changed on the way",
	       differs);
	ra_view_free(k->view);
	k->view = again;
	return ra_kept_expect(k->tree, again) ? ra_fail(errs, RA_E_NOMEM, "no memory") : RA_OK;
}

/* Scrubbed, it has to replay as it did before: the same way, causes and verdicts. */
static ra_err prove_scrubbed(struct keep *k, const char *path, int *number, struct ra_errs *errs)
{
	RA_AUTO(ra_view_free) struct ra_view *again = NULL;
	char differs[512] = "";
	ra_err err = scrub(k, path, errs);

	if (!err)
		err = ra_verb_replay(k->flows, k->tree, &again, number, errs);
	if (err || *number || !ra_views_differ(k->view, again, false, differs, sizeof(differs)))
		return err;
	return ra_fail(errs, RA_E_INVALID, "scrubbed, the recording replays otherwise, and nothing was written: %s", differs);
}

static void tell(const struct keep *k, const char *path)
{
	for (size_t i = 0; i < k->scrubbed.count; i++)
		ra_say("scrubbed: %s, %zu in %zu places", k->scrubbed.counts[i].rule, k->scrubbed.counts[i].values,
		       k->scrubbed.counts[i].places);
	if (k->told.secrets)
		ra_say("%zu secrets were removed", k->told.secrets);
	if (k->told.cut)
		ra_say("%zu answers are not whole and say so (truncated)", k->told.cut);
	if (k->told.odd)
		ra_say("%zu answers held bytes that are no text", k->told.odd);
	ra_say("%zu answers are in %s", k->told.replies, path);
	ra_say(k->scrubbed.map ? "read it before you hand it out: what no rule knows is still in it"
			       : "it names this host and its network; --scrub makes one to hand out");
}

/* In lines, so that it can be read and a change to it shows. */
static ra_err write_tree(const char *path, const cJSON *tree, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {.max_len = RA_RECORDING_LEN_MAX};
	ra_err err = ra_verb_print(tree, &text);

	if (err)
		return ra_fail(errs, err,
			       err == RA_E_LIMIT ? "the recording is larger than one may be (8 MiB)"
						 : "no memory for the recording");
	return ra_write_file(path, 0600, text.data, text.len, errs);
}

/* Nobody answered: why, for each way there. */
static void tell_unreached(const struct ra_view *v)
{
	RA_AUTO(ra_buf_free) struct ra_buf why = {0};
	ra_err err = RA_OK;

	for (size_t i = 0; i < v->plane_count && !err; i++)
		if (!strcmp(v->planes[i].state, "down") && *v->planes[i].say)
			err = ra_buf_printf(&why, "%s %s", why.len ? "" : ":", v->planes[i].say);
	ra_say("%s was not reached, and there is nothing to record%s", v->host, err ? "" : ra_buf_str(&why));
}

static int keep(const struct ra_context *context, struct keep *k, struct ra_errs *errs)
{
	const char *path = context->options->output;
	char id[64];
	int number = 0;
	ra_err err = check_options(context, errs);

	if (!err)
		err = run(context, k, &number, errs);
	if (err || number)
		return err ? ra_say_errs(errs) : 128 + number;
	if (k->view->exit_code == RA_EXIT_UNREACHED) {
		tell_unreached(k->view);
		return RA_EXIT_UNREACHED;
	}
	id_of(path, id, sizeof(id));
	err = ra_session_keep(k->session, id, &k->told, &k->tree, errs);
	if (!err && !number)
		err = prove(k, &number, errs);
	if (!err && !number && context->options->scrub)
		err = prove_scrubbed(k, path, &number, errs);
	if (!err && number)
		return 128 + number;
	if (!err)
		err = write_tree(path, k->tree, errs);
	if (!err) /* once more: it may be another name of the recording's own file */
		err = may_write(context->options->map, errs);
	if (!err && context->options->map)
		err = write_tree(context->options->map, k->scrubbed.map, errs);
	if (err)
		return ra_say_errs(errs);
	tell(k, path);
	return RA_EXIT_OK;
}

int ra_verb_keep(const struct ra_context *context)
{
	struct keep k = {0};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	int code = keep(context, &k, &errs);

	keep_clear(&k);
	return code;
}
