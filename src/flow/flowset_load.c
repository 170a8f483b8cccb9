/* flowset_load.c - a set from directories: what is looked at, who may have written it, and the digest of all of it. */
#include "config.h"

#include "flow/flowset_build.h"
#include "flow/lint.h"

#include "base/io.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_LEN_MAX (1u << 20)

/* Where each kind of file lies. */
static const struct place {
	const char *sub;    /* "" for the directory itself */
	const char *suffix; /* or the whole name */
	enum ra_flow_kind kind;
} places[] = {
    {"", "danger.json", RA_KIND_DANGER},
    {"", "glossary.json", RA_KIND_GLOSSARY},
    {"help", ".json", RA_KIND_HELP},
    {"signatures", ".json", RA_KIND_SIGNATURES},
    {"vendors", ".json", RA_KIND_VENDOR},
    {"checks", ".json", RA_KIND_CHECK},
    {"causes", ".json", RA_KIND_CAUSE},
    {"fleet", ".json", RA_KIND_FLEET},
    {"", ".flow.json", RA_KIND_FLOW},
};

bool ra_flowset_has_place(const char *name)
{
	const char *slash = strchr(name, '/');
	size_t sub_len = slash ? (size_t)(slash - name) : 0, len = strlen(name);

	for (size_t i = 0; i < RA_LEN(places); i++) {
		size_t end = strlen(places[i].suffix);

		if (strlen(places[i].sub) == sub_len && memcmp(places[i].sub, name, sub_len) == 0 && len > end &&
		    strcmp(name + len - end, places[i].suffix) == 0 && (!slash || !strchr(slash + 1, '/')))
			return true;
		if (!slash && strcmp(name, places[i].suffix) == 0)
			return true;
	}
	return false;
}

struct loading {
	struct ra_flowset *set;
	const struct ra_flow_sources *sources;
	struct ra_errs *errs;
};

static ra_err check_mode(const struct loading *load, const char *path)
{
	if (load->sources->trust_anyone || !ra_is_writable_by_others(path))
		return RA_OK;
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return ra_fail(load->errs, RA_E_NOTFOUND, "%s: no such file", path);
	return ra_fail(load->errs, RA_E_DENIED,
		       "%s can be changed by others than you and root; a flow tells an administrator what to do, so "
		       "nobody else may write it (chmod go-w, chown)",
		       path);
}

static ra_err no_memory(const struct loading *load)
{
	return ra_fail(load->errs, RA_E_NOMEM, "out of memory");
}

static ra_err add_file(const struct loading *load, const char *name, const char *path, const char *digest)
{
	struct ra_flow_file *file = ra_list_add(&load->set->files, sizeof(*file), load->errs);

	if (!file)
		return RA_E_NOMEM;
	memcpy(file->digest, digest, sizeof(file->digest));
	file->name = strdup(name);
	file->path = strdup(path);
	return file->name && file->path ? RA_OK : no_memory(load);
}

/* Remember name and digest. Out: *again is true for a file named by --flow whose very bytes are loaded already. */
static ra_err note_file(const struct loading *load, enum ra_flow_origin origin, const char *const name_path[2],
			const struct ra_buf *bytes, bool *again)
{
	const struct ra_flow_file *files = load->set->files.items;
	char digest[RA_SHA256_HEX_LEN];
	ra_err err = ra_sha256_hex(ra_buf_str(bytes), bytes->len, digest);

	*again = false;
	if (err != RA_OK)
		return ra_fail(load->errs, err, "%s: no digest could be made", name_path[0]);
	for (size_t i = 0; origin == RA_FROM_FILE && i < load->set->files.count; i++)
		*again = *again || strcmp(files[i].digest, digest) == 0;
	return *again ? RA_OK : add_file(load, name_path[0], name_path[1], digest);
}

static ra_err load_file(const struct loading *load, const struct place *place, enum ra_flow_origin origin,
			const char *path)
{
	RA_AUTO(ra_mem_free) char *name = NULL;
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = FILE_LEN_MAX};
	struct ra_json *doc = NULL;
	const char *base = strrchr(path, '/');
	bool again = false;
	ra_err err = check_mode(load, path);

	if (err == RA_OK)
		err = ra_read_file(path, &bytes, load->errs);
	if (err != RA_OK)
		return err;
	name = *place->sub ? ra_path_join(place->sub, base ? base + 1 : path) : strdup(base ? base + 1 : path);
	if (!name)
		return no_memory(load);
	err = note_file(load, origin, (const char *const[]){name, path}, &bytes, &again);
	if (err != RA_OK || again)
		return err;
	err = ra_json_parse(path, ra_buf_str(&bytes), bytes.len, NULL, &doc, load->errs);
	return err == RA_OK ? ra_flowset_take(load->set, place->kind, origin, doc, load->errs) : err;
}

static ra_err load_place(const struct loading *load, const struct place *place, enum ra_flow_origin origin,
			 const char *dir)
{
	RA_AUTO(ra_mem_free) char *path = *place->sub ? ra_path_join(dir, place->sub) : strdup(dir);
	char **names = NULL;
	size_t count = 0;
	ra_err err;

	if (!path)
		return no_memory(load);
	if (access(path, F_OK) != 0)
		return RA_OK;
	err = check_mode(load, path);
	if (err == RA_OK)
		err = ra_list_dir(path, place->suffix, &names, &count, load->errs);
	for (size_t i = 0; err == RA_OK && i < count; i++) {
		RA_AUTO(ra_mem_free) char *file = NULL;

		if (*place->suffix != '.' && strcmp(names[i], place->suffix) != 0)
			continue; /* ends in "danger.json", but is another file */
		file = ra_path_join(path, names[i]);
		err = file ? load_file(load, place, origin, file) : no_memory(load);
	}
	ra_names_free(names, count);
	return err;
}

static ra_err load_dirs(const struct loading *load)
{
	const char *const *dirs = load->sources->dirs;
	ra_err err = RA_OK;

	if (!dirs || !dirs[0] || access(dirs[0], F_OK) != 0)
		return ra_fail(load->errs, RA_E_NOTFOUND, "no flow directory%s%s", dirs && dirs[0] ? " " : "",
			       dirs && dirs[0] ? dirs[0] : "");
	load->set->dir = strdup(dirs[0]);
	if (!load->set->dir)
		return no_memory(load);
	for (size_t i = 0; err == RA_OK && dirs[i]; i++) {
		for (size_t k = 0; err == RA_OK && k < RA_LEN(places); k++)
			err = load_place(load, &places[k], i == 0 ? RA_FROM_INSTALLED : RA_FROM_DIR, dirs[i]);
	}
	return err;
}

static int by_name(const void *a, const void *b)
{
	const struct ra_flow_file *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return order ? order : strcmp(left->digest, right->digest);
}

/* One line for each file, as sha256sum writes it. */
static ra_err digest_set(const struct loading *load)
{
	RA_AUTO(ra_buf_free) struct ra_buf all = {.max_len = 0};
	struct ra_flow_file *files = load->set->files.items;
	ra_err err = RA_OK;

	if (load->set->files.count)
		qsort(files, load->set->files.count, sizeof(*files), by_name);
	for (size_t i = 0; err == RA_OK && i < load->set->files.count; i++)
		err = ra_buf_printf(&all, "%s  %s\n", files[i].digest, files[i].name);
	if (err == RA_OK)
		err = ra_sha256_hex(ra_buf_str(&all), all.len, load->set->sha256);
	return err == RA_OK ? RA_OK : ra_fail(load->errs, err, "no digest of the flow set could be made");
}

/* What does not come with the program was not examined when the program was built. */
static ra_err examine(const struct loading *load)
{
	RA_AUTO(ra_mem_free) struct ra_finding *findings = NULL;
	size_t count;

	if ((!load->set->foreign && !load->sources->foreign) || load->sources->unproven)
		return RA_OK;
	findings = calloc(RA_FINDINGS_MAX, sizeof(*findings));
	if (!findings)
		return no_memory(load);
	count = ra_flowset_lint(load->set, findings);
	return count ? ra_fail(load->errs, RA_E_INVALID, "%s", findings[0].text) : RA_OK;
}

ra_err ra_flowset_load(const struct ra_flow_sources *sources, struct ra_flowset **out, struct ra_errs *errs)
{
	static const struct place named = {"", ".flow.json", RA_KIND_FLOW};
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = ra_flowset_new();
	struct loading load = {.set = set, .sources = sources, .errs = errs};
	ra_err err;

	*out = NULL;
	if (!set)
		return no_memory(&load);
	err = load_dirs(&load);
	if (err == RA_OK && sources->file)
		err = load_file(&load, &named, RA_FROM_FILE, sources->file);
	if (err == RA_OK)
		err = ra_flowset_finish(set, errs);
	if (err == RA_OK)
		err = digest_set(&load);
	if (err == RA_OK)
		err = examine(&load);
	if (err == RA_OK) {
		*out = set;
		set = NULL;
	}
	return err;
}
