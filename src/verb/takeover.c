/* takeover.c - a handover read and put in its places. Nothing of it is believed that was not worked out here. */
#include "config.h"

#include "base/digest.h"
#include "base/io.h"
#include "base/json.h"
#include "flow/flowset.h"
#include "journal/seal.h"
#include "verb/common.h"
#include "verb/takeover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"

/* A name that is only a name, and ends as it should. */
static bool is_name(const char *name, const char *suffix)
{
	size_t len = strlen(name), tail = strlen(suffix);

	return len > tail && len < 128 && *name != '.' && strspn(name, NAME_CHARS) == len &&
	       !strcmp(name + len - tail, suffix);
}

static const struct {
	const char *suffix;
	size_t max;
} besides[] = {{RA_SEAL_HEAD, 1u << 16}, {RA_SEAL_SSH, 1u << 16}, {RA_SEAL_CMS, 1u << 18}, {RA_JOURNAL_TORN, 8u << 20}};

const char *ra_handover_beside(size_t index)
{
	return index < RA_LEN(besides) ? besides[index].suffix : NULL;
}

size_t ra_handover_expects(const char *name)
{
	static const struct {
		const char *name;
		size_t max;
	} files[] = {
	    {RA_HANDOVER_PAGE, 1u << 20},
	    {RA_HANDOVER_HEAD, 1u << 16},
	    {RA_HANDOVER_JOURNAL, (size_t)256 << 20},
	    {RA_HANDOVER_EVIDENCE, (size_t)256 << 20},
	};

	for (size_t i = 0; i < RA_LEN(files); i++)
		if (!strcmp(files[i].name, name))
			return files[i].max;
	for (size_t i = 0; i < RA_LEN(besides); i++)
		if (!strncmp(name, RA_HANDOVER_BESIDE, strlen(RA_HANDOVER_BESIDE)) && !strcmp(name + strlen(RA_HANDOVER_BESIDE), besides[i].suffix))
			return besides[i].max;
	if (strncmp(name, RA_HANDOVER_FLOWS, sizeof(RA_HANDOVER_FLOWS) - 1))
		return 0;
	name += sizeof(RA_HANDOVER_FLOWS) - 1;
	const char *slash = strchr(name, '/');

	return ra_flowset_has_place(name) && is_name(slash ? slash + 1 : name, ".json") ? 1u << 20 : 0;
}

static ra_err read_head(const struct ra_buf *bytes, struct ra_handover *out, struct ra_errs *errs)
{
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	ra_err err = ra_json_parse(RA_HANDOVER_HEAD, ra_buf_str(bytes), bytes->len, NULL, &doc, errs);

	if (err)
		return err;
	const cJSON *root = ra_json_root(doc);
	ra_utc_ms at;

	snprintf(out->journal, sizeof(out->journal), "%s", ra_json_str(root, "journal", ""));
	snprintf(out->head, sizeof(out->head), "%s", ra_json_str(root, "head", ""));
	snprintf(out->flow_sha256, sizeof(out->flow_sha256), "%s", ra_json_str(root, "flow_sha256", ""));
	snprintf(out->from, sizeof(out->from), "%s", ra_json_str(root, "from", ""));
	snprintf(out->at, sizeof(out->at), "%s", ra_json_str(root, "at", ""));
	out->count = ra_json_int(root, "count", -1);
	if (ra_json_int(root, "format", 0) != 1)
		return ra_fail(errs, RA_E_INVALID, "%s: a format this program does not know", RA_HANDOVER_HEAD);
	if (!is_name(out->journal, ".jsonl") || !ra_is_sha256_hex(out->head) || !ra_is_sha256_hex(out->flow_sha256) ||
	    ra_utc_parse(out->at, &at))
		return ra_fail(errs, RA_E_INVALID, "%s does not say which session this is", RA_HANDOVER_HEAD);
	return RA_OK;
}

ra_err ra_handover_read(const void *bytes, size_t len, struct ra_tarball *out, struct ra_handover *head,
			struct ra_errs *errs)
{
	ra_err err = ra_tarball_read(bytes, len, ra_handover_expects, RA_HANDOVER_MAX, out, errs);
	const struct ra_buf *text = err ? NULL : ra_tarball_get(out, RA_HANDOVER_HEAD);

	*head = (struct ra_handover){0};
	if (!err && (!text || !ra_tarball_get(out, RA_HANDOVER_JOURNAL)))
		err = ra_fail(errs, RA_E_INVALID, "the archive is no handover: %s is not in it",
			      text ? RA_HANDOVER_JOURNAL : RA_HANDOVER_HEAD);
	return err ? err : read_head(text, head, errs);
}

bool ra_is_handover(const char *path)
{
	unsigned char magic[2] = {0};
	FILE *file = fopen(path, "re");
	bool is = file && fread(magic, 1, sizeof(magic), file) == sizeof(magic) && magic[0] == 0x1f && magic[1] == 0x8b;

	if (file)
		(void)fclose(file);
	return is;
}

/* Where flow sets are kept that sessions here run on and that are not installed. */
static char *kept_dir(const char *sha256)
{
	RA_AUTO(ra_mem_free) char *state = ra_xdg_dir("STATE");
	RA_AUTO(ra_mem_free) char *flows = state ? ra_path_join(state, "flows") : NULL;

	return flows ? ra_path_join(flows, sha256) : NULL;
}

/* The whole record, as it was handed over and nothing else. */
static ra_err verify(const char *path, const struct ra_handover *head, struct ra_errs *errs)
{
	struct ra_verify found;
	ra_err err = ra_journal_verify(path, NULL, NULL, &found, errs);

	if (err)
		return err;
	if (found.verdict == RA_VERIFY_BROKEN)
		return ra_fail(errs, RA_E_BROKEN, "the record in the handover is broken: %s", found.why);
	if (strcmp(found.head, head->head))
		return ra_fail(errs, RA_E_BROKEN,
			       "the record in the handover is not the one it names (head %.12s, named %.12s)",
			       found.head, head->head);
	return RA_OK;
}

/* A session that is here already is the same, or it is not touched. */
static ra_err same_here(const char *path, const struct ra_handover *head, struct ra_errs *errs)
{
	struct ra_verify found;
	ra_err err = ra_journal_verify(path, NULL, NULL, &found, errs);

	if (!err && (found.verdict == RA_VERIFY_BROKEN || strcmp(found.head, head->head)))
		err = ra_fail(errs, RA_E_BUSY,
			      "%s is here already and went on otherwise (head %.12s, handed over %.12s): `reattest "
			      "resume %s` goes on with it, or move it away first",
			      path, found.head, head->head, path);
	return err;
}

/* A name beside a journal. Out: out[cap]. */
static const char *beside(const char *journal, const char *suffix, char *out, size_t cap)
{
	snprintf(out, cap, "%.4000s%s", journal, suffix);
	return out;
}

/* Write the record and its evidence beside their place, and look at them there. */
static ra_err try_record(const struct ra_tarball *tar, const struct ra_handover *head, const char *fresh, struct ra_errs *errs)
{
	const struct ra_buf *bytes = ra_tarball_get(tar, RA_HANDOVER_JOURNAL), *evidence = ra_tarball_get(tar, RA_HANDOVER_EVIDENCE);
	char path[4096];
	ra_err err = ra_write_file(fresh, 0600, bytes->data, bytes->len, errs);

	if (!err && evidence)
		err = ra_write_file(beside(fresh, RA_JOURNAL_EVIDENCE, path, sizeof(path)), 0600, evidence->data, evidence->len, errs);
	return err ? err : verify(fresh, head, errs);
}

/* Give a file that was looked at its name; never over another. Out: *is_new when that name was free. */
static ra_err name_file(const char *fresh, const char *path, bool *is_new, struct ra_errs *errs)
{
	*is_new = !link(fresh, path);
	return *is_new ? RA_OK : ra_fail(errs, RA_E_IO, "cannot put the record at %s: %s", path, strerror(errno));
}

/* The evidence goes before the record that names it; one that is here already stays with the record that is. */
static ra_err name_record(const struct ra_tarball *tar, const char *fresh, const char *path, struct ra_errs *errs)
{
	char from[4096], to[4096];
	bool is_new = false, put = false;
	ra_err err = RA_OK;

	beside(fresh, RA_JOURNAL_EVIDENCE, from, sizeof(from));
	beside(path, RA_JOURNAL_EVIDENCE, to, sizeof(to));
	if (ra_tarball_get(tar, RA_HANDOVER_EVIDENCE) && (access(path, F_OK) || access(to, F_OK)))
		err = name_file(from, to, &put, errs);
	if (!err && access(path, F_OK))
		err = name_file(fresh, path, &is_new, errs);
	if (err && put)
		(void)unlink(to);
	return err;
}

/* Write the journal beside its place, look at it, and only then give it its name; never over a file. Out: *is_new false when it was there
 * already. */
static ra_err place_journal(const struct ra_tarball *tar, const struct ra_handover *head, char **out, bool *is_new,
			    struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *dir = ra_verb_sessions_dir();
	RA_AUTO(ra_mem_free) char *path = dir ? ra_path_join(dir, head->journal) : NULL;
	char fresh[4096], evidence[4096];

	if (!path)
		return ra_fail(errs, RA_E_NOTFOUND, "no home directory to keep sessions in");
	ra_err err = ra_make_dirs(dir, errs);

	if (err)
		return err;
	*is_new = access(path, F_OK) != 0;
	if (!*is_new)
		err = same_here(path, head, errs);
	snprintf(fresh, sizeof(fresh), "%.4000s.%ld.new", path, (long)getpid());
	err = err ? err : try_record(tar, head, fresh, errs);
	err = err ? err : name_record(tar, fresh, path, errs);
	(void)unlink(fresh);
	(void)unlink(beside(fresh, RA_JOURNAL_EVIDENCE, evidence, sizeof(evidence)));
	if (err)
		return err;
	*out = path;
	path = NULL;
	return RA_OK;
}

/* Only for this user to read and write. */
static ra_err place_flows(const struct ra_tarball *tar, const char *dir, struct ra_errs *errs)
{
	ra_err err = RA_OK;

	for (size_t i = 0; i < tar->count && !err; i++) {
		const struct ra_tar_file *file = &tar->files[i];

		if (strncmp(file->name, RA_HANDOVER_FLOWS, sizeof(RA_HANDOVER_FLOWS) - 1))
			continue;
		RA_AUTO(ra_mem_free) char *path = ra_path_join(dir, file->name + sizeof(RA_HANDOVER_FLOWS) - 1);

		err = path ? ra_make_parent(path, errs) : ra_fail(errs, RA_E_NOMEM, "no memory");
		err = err ? err : ra_write_file(path, 0600, file->bytes.data, file->bytes.len, errs);
	}
	return err;
}

/* The first entry's flow set; reading ends there. */
static ra_err see_start(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	char *sha256 = payload;

	if (!strcmp(entry->kind, "start"))
		snprintf(sha256, RA_SHA256_HEX_LEN, "%s", ra_json_str(entry->body, "flow_sha256", ""));
	return RA_E_CANCELLED;
}

static void set_of(const char *journal, char sha256[RA_SHA256_HEX_LEN])
{
	struct ra_verify found;

	sha256[0] = '\0';
	(void)!ra_journal_verify(journal, see_start, sha256, &found, NULL);
	if (!ra_is_sha256_hex(sha256))
		sha256[0] = '\0';
}

/* Load a set of these files and no others. Errors: RA_E_BROKEN when it is another one. */
static ra_err load_kept(const char *dir, const char *sha256, struct ra_flowset **out, struct ra_errs *errs)
{
	const char *dirs[] = {dir, NULL};
	struct ra_flow_sources sources = {.dirs = dirs, .foreign = true};
	ra_err err = ra_flowset_load(&sources, out, errs);

	if (err)
		return ra_fail(errs, err, "the flow set this session ran on, %s, is not used", dir);
	if (!strcmp(sha256, ra_flowset_sha256(*out)))
		return RA_OK;
	*out = ra_flowset_free(*out);
	return ra_fail(errs, RA_E_BROKEN, "%s was changed: it is not the flow set this session ran on", dir);
}

ra_err ra_verb_flows_of(const char *journal, struct ra_flowset **flows, struct ra_errs *errs)
{
	char sha256[RA_SHA256_HEX_LEN];
	struct ra_flowset *kept = NULL;

	set_of(journal, sha256);
	RA_AUTO(ra_mem_free) char *dir = *sha256 ? kept_dir(sha256) : NULL;

	if (!dir || !strcmp(sha256, ra_flowset_sha256(*flows)) || access(dir, F_OK))
		return RA_OK;
	ra_err err = load_kept(dir, sha256, &kept, errs);

	if (err)
		return err;
	ra_say("this session ran on a flow set that is not the installed one (%.12s, here %.12s); it goes on with the "
	       "one it began with, %s",
	       sha256, ra_flowset_sha256(*flows), dir);
	ra_flowset_free(*flows);
	*flows = kept;
	return RA_OK;
}

bool ra_verb_flows_here(const char *sha256, const struct ra_flowset *flows)
{
	RA_AUTO(ra_mem_free) char *dir = ra_is_sha256_hex(sha256) ? kept_dir(sha256) : NULL;

	return !flows || !*sha256 || !strcmp(sha256, ra_flowset_sha256(flows)) || (dir && !access(dir, F_OK));
}

/* Take away what place_flows put there. */
static void drop_flows(const struct ra_tarball *tar, const char *dir)
{
	for (size_t i = 0; i < tar->count; i++) {
		const char *name = tar->files[i].name + sizeof(RA_HANDOVER_FLOWS) - 1;

		if (strncmp(tar->files[i].name, RA_HANDOVER_FLOWS, sizeof(RA_HANDOVER_FLOWS) - 1))
			continue;
		RA_AUTO(ra_mem_free) char *path = ra_path_join(dir, name);

		if (!path)
			continue;
		(void)unlink(path);
		*strrchr(path, '/') = '\0';
		(void)rmdir(path); /* the last one of it succeeds */
	}
	(void)rmdir(dir);
}

/* The flow set in an archive, kept whole under its digest once it is seen to be that one, for what is kept already is not touched. It is
 * examined again whenever it is loaded. */
static ra_err keep_set(const struct ra_tarball *tar, const char *sha256, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *dir = kept_dir(sha256);
	char fresh[4096];

	if (!dir)
		return ra_fail(errs, RA_E_NOTFOUND, "no home directory to keep the flow set in");
	if (!access(dir, F_OK))
		return RA_OK;
	snprintf(fresh, sizeof(fresh), "%.4000s.%ld.new", dir, (long)getpid());
	RA_AUTO(ra_flowset_free) struct ra_flowset *placed = NULL;

	ra_err err = place_flows(tar, fresh, errs);

	if (!err)
		err = load_kept(fresh, sha256, &placed, errs);
	if (!err && rename(fresh, dir))
		err = ra_fail(errs, RA_E_IO, "cannot put the flow set at %s: %s", dir, strerror(errno));
	if (err)
		drop_flows(tar, fresh);
	return err;
}

/* The flow set of the handover, where the installed one is another. */
static ra_err keep_flows(const struct ra_context *context, const struct ra_tarball *tar, const char *journal, struct ra_errs *errs)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *installed = NULL;
	char sha256[RA_SHA256_HEX_LEN];
	ra_err err = ra_verb_flows(context, &installed, errs);

	set_of(journal, sha256);
	return err || !*sha256 || !strcmp(sha256, ra_flowset_sha256(installed)) ? err : keep_set(tar, sha256, errs);
}

ra_err ra_verb_keep_flows(const struct ra_flowset *flows, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *dir = kept_dir(ra_flowset_sha256(flows));
	struct ra_tarball *tar = dir && access(dir, F_OK) ? calloc(1, sizeof(*tar)) : NULL;

	if (!tar)
		return dir && !access(dir, F_OK) ? RA_OK : ra_fail(errs, dir ? RA_E_NOMEM : RA_E_NOTFOUND, "no home directory, or no memory, to keep the flow set");
	ra_err err = ra_handover_flows(tar, flows, errs);

	if (!err)
		err = keep_set(tar, ra_flowset_sha256(flows), errs);
	ra_tarball_free(tar);
	free(tar);
	return err;
}

/* The seal and the tail that was set aside, beside a record that is new here; what is there already stays. */
static ra_err place_besides(const struct ra_tarball *tar, const char *journal, struct ra_errs *errs)
{
	ra_err err = RA_OK;

	for (size_t i = 0; i < RA_LEN(besides) && !err; i++) {
		char name[64], path[4096];

		snprintf(name, sizeof(name), RA_HANDOVER_BESIDE "%s", besides[i].suffix);
		const struct ra_buf *bytes = ra_tarball_get(tar, name);

		if (bytes && access(beside(journal, besides[i].suffix, path, sizeof(path)), F_OK))
			err = ra_write_file(path, 0600, bytes->data, bytes->len, errs);
	}
	return err;
}

ra_err ra_verb_take_over(const struct ra_context *context, const char *path, struct ra_taken *out, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = RA_HANDOVER_MAX};
	struct ra_tarball *tar = calloc(1, sizeof(*tar));
	ra_err err = tar ? ra_read_file(path, &bytes, errs) : ra_fail(errs, RA_E_NOMEM, "no memory");

	bool is_new = false;

	*out = (struct ra_taken){0};
	if (!err)
		err = ra_handover_read(bytes.data, bytes.len, tar, &out->head, errs);
	if (!err)
		err = place_journal(tar, &out->head, &out->journal, &is_new, errs);
	if (!err)
		err = keep_flows(context, tar, out->journal, errs);
	if (!err && is_new)
		err = place_besides(tar, out->journal, errs);
	if (err && is_new && out->journal) {
		char evidence[4096];

		(void)unlink(out->journal);
		(void)unlink(beside(out->journal, RA_JOURNAL_EVIDENCE, evidence, sizeof(evidence)));
	}
	if (tar)
		ra_tarball_free(tar);
	free(tar);
	if (err)
		return ra_fail(errs, err, "%s was not taken over", path);
	ra_verb_here(out->by, sizeof(out->by));
	ra_say("taken over from %s, handed over at %s; the record is %s now", out->head.from, out->head.at,
	       out->journal);
	return RA_OK;
}
