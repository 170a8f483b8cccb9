/* explain.h - what was read and what was found in it, between reading (explain.c) and the document (explain_put.c). Inside of verb/. */
#ifndef RA_VERB_EXPLAIN_H
#define RA_VERB_EXPLAIN_H

#include "base/buf.h"
#include "flow/known.h"

/* One operand as it was read. */
struct ra_explain_file {
	char *name; /* clean */
	struct ra_known_file read;
	bool packed;
	char *error; /* why not all of it was read, clean; NULL: it was */
};
struct ra_explained {
	const struct ra_flowset *set;
	struct ra_known *known;
	struct ra_explain_file *files;
	size_t file_count;
	int exit_code; /* what the verb returns when this is written */
};

/* Append the document for people. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_explain_text(const struct ra_explained *explained, struct ra_buf *out);
/* Append the document for programs. Source: flows/schema/explain.schema.json. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_explain_json(const struct ra_explained *explained, struct ra_buf *out);

#endif
