/* source.c - recordings as sources of walks: the door to link/'s for those above. */
#include "config.h"

#include "base/io.h"
#include "session/internal.h"
#include "session/kept.h"

static ra_err take(const char *name, const struct ra_buf *bytes, struct ra_recording **out, struct ra_errs *errs)
{
	const struct ra_json_limits limits = {.len_max = RA_RECORDING_LEN_MAX};
	struct ra_json *doc = NULL;
	ra_err err = ra_json_parse(name, ra_buf_str(bytes), bytes->len, &limits, &doc, errs);

	return err ? err : ra_recording_load(doc, out, errs);
}

ra_err ra_source_make(const char *name, const cJSON *tree, struct ra_recording **out, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	RA_AUTO(ra_mem_free) char *text = ra_json_print(tree);

	*out = NULL;
	if (!text || ra_buf_text(&bytes, text))
		return ra_fail(errs, RA_E_NOMEM, "no memory for the recording");
	return take(name, &bytes, out, errs);
}

ra_err ra_source_load(const char *path, struct ra_recording **out, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = RA_RECORDING_LEN_MAX};
	ra_err err = ra_read_file(path, &bytes, errs);

	return err ? err : take(path, &bytes, out, errs);
}

const cJSON *ra_source_root(const struct ra_recording *recording)
{
	return ra_recording_root(recording);
}

struct ra_recording *ra_source_free(struct ra_recording *recording)
{
	return ra_recording_free(recording);
}
