/* handover.c - `reattest handover`: a session, its flow set and a first page as one archive. */
#include "config.h"

#include "base/digest.h"
#include "base/io.h"
#include "base/json.h"
#include "flow/flowset.h"
#include "journal/journal.h"
#include "verb/common.h"
#include "verb/takeover.h"
#include "verb/verbs.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLOW_FILE_MAX ((size_t)1 << 20)

void ra_verb_here(char *out, size_t cap)
{
	const char *sudo = getenv("SUDO_USER"), *user = sudo && *sudo ? sudo : getenv("USER");
	char machine[80] = "";

	if (gethostname(machine, sizeof(machine) - 1))
		machine[0] = '\0';
	snprintf(out, cap, "%.60s on %.79s", user && *user ? user : "somebody",
		 *machine ? machine : "a machine without a name");
}

static ra_err add_file(struct ra_tarball *tar, const char *name, const char *path, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = ra_handover_expects(name)};
	ra_err err = bytes.max_len
			 ? ra_read_regular(path, &bytes, errs)
			 : ra_fail(errs, RA_E_INVALID, "%s cannot go into a handover under the name %s", path, name);

	if (err)
		return err;
	err = ra_tarball_add(tar, name, &bytes);
	return err ? ra_fail(errs, err, "%s does not fit into the handover", path) : RA_OK;
}

static ra_err add_text(struct ra_tarball *tar, const char *name, struct ra_buf *text, struct ra_errs *errs)
{
	ra_err err = ra_tarball_add(tar, name, text);

	return err ? ra_fail(errs, err, "no memory for the handover") : RA_OK;
}

ra_err ra_handover_flows(struct ra_tarball *tar, const struct ra_flowset *flows, struct ra_errs *errs)
{
	struct ra_flow_part part;
	ra_err err = RA_OK;

	for (size_t i = 0; !err && ra_flowset_part(flows, i, &part); i++) {
		char name[300], digest[RA_SHA256_HEX_LEN];

		snprintf(name, sizeof(name), RA_HANDOVER_FLOWS "%.250s", part.name);
		if (ra_tarball_get(tar, name))
			return ra_fail(errs, RA_E_INVALID,
				       "two files of the flow set are called %s; give your own another name",
				       part.name);
		err = add_file(tar, name, part.path, errs);
		if (err)
			return err;
		const struct ra_buf *bytes = ra_tarball_get(tar, name);

		err = ra_sha256_hex(ra_buf_str(bytes), bytes->len, digest);
		if (!err && strcmp(digest, part.sha256))
			err = ra_fail(errs, RA_E_STATE, "%s was changed just now; try again", part.path);
	}
	return err;
}

static ra_err add_head(struct ra_tarball *tar, const struct ra_handover *head, struct ra_errs *errs)
{
	RA_AUTO(ra_cjson_free) cJSON *root = cJSON_CreateObject();
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};
	bool ok = root && cJSON_AddNumberToObject(root, "format", 1) &&
		  cJSON_AddStringToObject(root, "program", PACKAGE_VERSION) &&
		  cJSON_AddStringToObject(root, "journal", head->journal) &&
		  cJSON_AddNumberToObject(root, "count", (double)head->count) &&
		  cJSON_AddStringToObject(root, "head", head->head) &&
		  cJSON_AddStringToObject(root, "flow_sha256", head->flow_sha256) &&
		  cJSON_AddStringToObject(root, "from", head->from) && cJSON_AddStringToObject(root, "at", head->at);
	RA_AUTO(ra_mem_free) char *bytes = ok ? ra_json_print(root) : NULL;

	if (!bytes || ra_buf_printf(&text, "%s\n", bytes))
		return ra_fail(errs, RA_E_NOMEM, "no memory for the handover");
	return add_text(tar, RA_HANDOVER_HEAD, &text, errs);
}

/* What a reader must know of the session before all else. */
static ra_err fill_head(const char *path, const struct ra_view *view, struct ra_handover *out, struct ra_errs *errs)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t len = 0;

	*out = (struct ra_handover){.count = view->entry_count};
	for (const char *c = name; *c && len + sizeof(".jsonl") < sizeof(out->journal); c++) {
		bool plain = isalnum((unsigned char)*c) || *c == '-' || *c == '_' || (*c == '.' && len);

		out->journal[len++] = plain ? *c : '_';
	}
	if (len <= 6 || strcmp(out->journal + len - 6, ".jsonl"))
		snprintf(out->journal + len, sizeof(out->journal) - len, "%s", ".jsonl");
	snprintf(out->head, sizeof(out->head), "%s", view->head);
	snprintf(out->flow_sha256, sizeof(out->flow_sha256), "%s", view->flow_sha256);
	ra_verb_here(out->from, sizeof(out->from));
	ra_utc_format(ra_utc_now(), out->at);
	return ra_is_sha256_hex(out->head) ? RA_OK : ra_fail(errs, RA_E_STATE, "%s holds no walk", path);
}

/* What stands beside the record: its seal, and a tail that was set aside. */
static ra_err add_besides(struct ra_tarball *tar, const char *journal, struct ra_errs *errs)
{
	ra_err err = RA_OK;

	for (size_t i = 0; !err && ra_handover_beside(i); i++) {
		char path[4200], name[64];

		snprintf(path, sizeof(path), "%.4000s%s", journal, ra_handover_beside(i));
		snprintf(name, sizeof(name), RA_HANDOVER_BESIDE "%s", ra_handover_beside(i));
		if (!access(path, F_OK))
			err = add_file(tar, name, path, errs);
	}
	return err;
}

/* Everything into the archive, the first page first. */
static ra_err gather(const struct ra_context *context, struct ra_tarball *tar, struct ra_view **view,
		     struct ra_errs *errs)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *flows = NULL;
	RA_AUTO(ra_buf_free) struct ra_buf page = {0};
	const char *path = context->argv[0];
	struct ra_session *session = NULL;
	struct ra_handover head;
	char evidence[4096];
	ra_err err = ra_verb_flows(context, &flows, errs);

	if (!err)
		err = ra_verb_flows_of(path, &flows, errs);
	if (!err)
		err = ra_session_read(flows, path, &session, errs);
	if (!err)
		err = ra_session_view(session, false, view, errs);
	ra_session_close(session);
	if (!err && (*view)->redacted)
		err = ra_fail(errs, RA_E_DENIED, "%s is a redacted copy, with which nobody can go on; hand over the original", path);
	if (!err && strcmp((*view)->flow_sha256, ra_flowset_sha256(flows)))
		err = ra_fail(
		    errs, RA_E_STATE,
		    "the walk ran on another flow set (%.12s, here %.12s); hand it over where that one is installed",
		    (*view)->flow_sha256, ra_flowset_sha256(flows));
	if (!err)
		err = fill_head(path, *view, &head, errs);
	if (!err)
		err = ra_handover_page(*view, flows, &head, &page);
	if (!err)
		err = add_text(tar, RA_HANDOVER_PAGE, &page, errs);
	if (!err)
		err = add_head(tar, &head, errs);
	if (!err)
		err = add_file(tar, RA_HANDOVER_JOURNAL, path, errs);
	snprintf(evidence, sizeof(evidence), "%.4000s" RA_JOURNAL_EVIDENCE, path);
	if (!err && !access(evidence, F_OK))
		err = add_file(tar, RA_HANDOVER_EVIDENCE, evidence, errs);
	err = err ? err : add_besides(tar, path, errs);
	return err ? err : ra_handover_flows(tar, flows, errs);
}

static ra_err write_out(const char *path, const struct ra_tarball *tar, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = RA_HANDOVER_MAX};
	ra_err err = ra_tarball_write(tar, (long)(ra_utc_now() / 1000), &bytes, errs);

	return err ? err : ra_write_file(path, 0600, bytes.data, bytes.len, errs);
}

int ra_verb_handover(const struct ra_context *context)
{
	const char *out = context->options->output;
	RA_AUTO(ra_view_free) struct ra_view *view = NULL;
	struct ra_tarball *tar = calloc(1, sizeof(*tar));
	struct ra_errs errs;
	int fd = -1;

	ra_errs_clear(&errs);
	if (context->argc != 1 || !out || !tar) {
		ra_say(tar ? "handover takes one journal, and -o FILE" : "no memory");
		free(tar);
		return RA_EXIT_USAGE;
	}
	ra_err err = strcmp(out, "-") && !access(out, F_OK)
			 ? ra_fail(&errs, RA_E_IO, "%s is there already; name another file, or remove it first", out)
			 : ra_verb_lock(context->argv[0], &fd, &errs); /* while somebody is in it, its end would be missing */

	if (!err)
		err = gather(context, tar, &view, &errs);
	if (!err)
		err = write_out(out, tar, &errs);
	if (fd >= 0)
		close(fd);
	ra_tarball_free(tar);
	free(tar);
	if (err)
		return ra_say_errs(&errs);
	for (size_t i = 0; i < view->owed.count; i++)
		ra_say("%s", view->owed.items[i]);
	ra_say("%s holds the session as it is; the one who takes it over begins with `reattest resume %s`, and you do "
	       "not go on with it here",
	       out, out);
	return RA_EXIT_OK;
}
