/* source.c - recordings as sources of walks: the door to link/'s for those above. */
#include "config.h"

#include "base/io.h"
#include "session/internal.h"
#include "session/kept.h"

#include <string.h>
#include <unistd.h>

#define BASES_MAX 4 /* a circle ends here, too */

static const struct ra_json_limits limits = {.len_max = RA_RECORDING_LEN_MAX};

ra_err ra_source_make(const char *name, const cJSON *tree, struct ra_recording **out, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *text = ra_json_print(tree);
	struct ra_json *doc = NULL;

	*out = NULL;
	if (!text)
		return ra_fail(errs, RA_E_NOMEM, "no memory for the recording");
	ra_err err = ra_json_parse(name, text, strlen(text), &limits, &doc, errs);

	return err ? err : ra_recording_load(doc, NULL, out, errs);
}

/* A base is named like any recording beside it: a plain word, so no file elsewhere can be meant. */
static ra_err beside(const struct ra_json *doc, const cJSON *base, struct ra_buf *out, struct ra_errs *errs)
{
	const char *path = ra_json_name(doc), *slash = strrchr(path, '/');
	const char *name = cJSON_IsString(base) ? base->valuestring : "";

	if (!*name || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		return ra_json_fail(doc, base, errs, RA_E_INVALID, "\"base\" is the id of a recording in the same directory");
	return ra_buf_printf(out, "%.*s%s.json", slash ? (int)(slash + 1 - path) : 0, path, name);
}

static ra_err load(const char *path, int depth, struct ra_recording **out, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = RA_RECORDING_LEN_MAX}, under = {0};
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	struct ra_recording *base = NULL;
	ra_err err = ra_read_file(path, &bytes, errs);

	if (!err)
		err = ra_json_parse(path, ra_buf_str(&bytes), bytes.len, &limits, &doc, errs);
	const cJSON *name = err ? NULL : ra_json_get(ra_json_root(doc), "base");

	if (name && depth == BASES_MAX)
		return ra_json_fail(doc, name, errs, RA_E_INVALID, "at most %d recordings stand one on the other", BASES_MAX);
	if (name)
		err = beside(doc, name, &under, errs);
	if (name && !err && access(ra_buf_str(&under), F_OK) != 0)
		err = ra_json_fail(doc, name, errs, RA_E_NOTFOUND, "there is no recording \"%s\" beside this one", name->valuestring);
	if (name && !err)
		err = load(ra_buf_str(&under), depth + 1, &base, errs);
	if (err)
		return err;
	struct ra_json *given = doc;

	doc = NULL;
	return ra_recording_load(given, base, out, errs);
}

ra_err ra_source_load(const char *path, struct ra_recording **out, struct ra_errs *errs)
{
	*out = NULL;
	return load(path, 1, out, errs);
}

const cJSON *ra_source_root(const struct ra_recording *recording)
{
	return ra_recording_root(recording);
}

struct ra_recording *ra_source_free(struct ra_recording *recording)
{
	return ra_recording_free(recording);
}
