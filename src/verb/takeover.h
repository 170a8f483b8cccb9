/* takeover.h - a session on its way to another person and machine: one tar.gz with handover.md (the first page),
 * handover.json, the journal to the letter and the flow set it ran on. Not for other rooms. Invariants: nothing in it
 * is a secret (a journal holds none, and no gate's proof is in it); what comes from an archive is nobody's word: the
 * journal has to verify to the head that is named, the flow set to the digest in the journal, and is examined like any
 * other that is not installed. */
#ifndef RA_VERB_TAKEOVER_H
#define RA_VERB_TAKEOVER_H

#include "base/tarball.h"
#include "session/view.h"
#include "verb/verb.h"

struct ra_flowset;

#define RA_HANDOVER_PAGE "handover.md"
#define RA_HANDOVER_HEAD "handover.json"
#define RA_HANDOVER_JOURNAL "journal.jsonl"
#define RA_HANDOVER_EVIDENCE "journal.evidence"
#define RA_HANDOVER_BESIDE "journal" /* with a suffix of ra_handover_beside: what stands beside the record */
#define RA_HANDOVER_FLOWS "flows/"
#define RA_HANDOVER_MAX ((size_t)300 << 20) /* bytes, all files together */

/* What stands in handover.json, beside the format. */
struct ra_handover {
	char journal[128]; /* its name in the sessions directory */
	char head[65], flow_sha256[65], from[160], at[RA_UTC_TEXT_LEN];
	int64_t count;
};
/* Read a handover. Owner: ra_tarball_free(out), after an error as well.
 * Errors: as ra_tarball_read; RA_E_INVALID for one that lacks a part or names another. */
RA_MUST_USE ra_err ra_handover_read(const void *bytes, size_t len, struct ra_tarball *out, struct ra_handover *head,
				    struct ra_errs *errs);
/* The most bytes a file of that name may have in a handover; 0: it has no place there. */
size_t ra_handover_expects(const char *name);
/* The suffixes of what stands beside a record and goes with it as it is: its seal, and a tail that was set aside. NULL past the last. They
 * prove nothing by being there: `reattest verify` looks at a seal. */
const char *ra_handover_beside(size_t index);
/* The first page. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_handover_page(const struct ra_view *view, const struct ra_flowset *flows,
				    const struct ra_handover *head, struct ra_buf *out);

/* A session that was taken over here. */
struct ra_taken {
	char *journal; /* where it lies now; the caller frees */
	struct ra_handover head;
	char by[160];
};
/* Is this file a handover (a gzip file, whatever its name)? */
bool ra_is_handover(const char *path);
/* Put journal and flow set in their places. Errors: as ra_handover_read; RA_E_BROKEN, RA_E_BUSY (another state of the
 * session is here). */
RA_MUST_USE ra_err ra_verb_take_over(const struct ra_context *context, const char *path, struct ra_taken *out,
				     struct ra_errs *errs);
/* The flow set a journal began with, where one is kept that is not the installed one; says so. Shape: *flows is the
 * installed set and is replaced. Errors: as ra_flowset_load. */
RA_MUST_USE ra_err ra_verb_flows_of(const char *journal, struct ra_flowset **flows, struct ra_errs *errs);
/* Is the flow set of this digest the installed one, or kept? flows: the installed one. Out: true where nobody knows ("", or NULL). */
bool ra_verb_flows_here(const char *sha256, const struct ra_flowset *flows);
/* The files of a flow set into an archive, as they were loaded. Errors: RA_E_INVALID (two by one name), RA_E_STATE (changed since), as
 * ra_read_file. */
RA_MUST_USE ra_err ra_handover_flows(struct ra_tarball *tar, const struct ra_flowset *flows, struct ra_errs *errs);
/* Keep the set a walk begins with, so that the walk goes on with it when another one is installed; kept already, nothing is done.
 * Errors: as ra_handover_flows; RA_E_NOTFOUND (no home directory), RA_E_IO, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_verb_keep_flows(const struct ra_flowset *flows, struct ra_errs *errs);
/* "ops1 on jump01": who sits here. Out: out[cap]. */
void ra_verb_here(char *out, size_t cap);

#endif
