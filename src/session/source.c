/* source.c - recordings as sources of walks: the door to link/'s for those above. */
#include "config.h"

#include "base/io.h"
#include "session/internal.h"

ra_err ra_source_load(const char *path, struct ra_recording **out, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = 1u << 20};
	struct ra_json *doc = NULL;
	ra_err err = ra_read_file(path, &bytes, errs);

	if (!err)
		err = ra_json_parse(path, ra_buf_str(&bytes), bytes.len, NULL, &doc, errs);
	return err ? err : ra_recording_load(doc, out, errs);
}

const cJSON *ra_source_root(const struct ra_recording *recording)
{
	return ra_recording_root(recording);
}

struct ra_recording *ra_source_free(struct ra_recording *recording)
{
	return ra_recording_free(recording);
}
