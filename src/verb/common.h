/* common.h - what several verbs need: the flow set, secrets from descriptors, a session's options, saying why. Not for other rooms. */
#ifndef RA_VERB_COMMON_H
#define RA_VERB_COMMON_H

#include "base/buf.h"
#include "base/secret.h"
#include "verb/verb.h"

struct ra_flowset;
struct ra_recording;

/* "reattest: ..." with the sentences, cleaned, on stderr. Out: the exit code they map to. */
int ra_say_errs(const struct ra_errs *errs);
/* One line on stderr, cleaned. */
void ra_say(const char *fmt, ...) RA_PRINTF(1, 2);

/* Load the flow set: beside the program or installed, then the user's, then --flow FILE. Errors: as ra_flowset_load. */
RA_MUST_USE ra_err ra_verb_flows(const struct ra_context *context, struct ra_flowset **out, struct ra_errs *errs);
/* The installed flow directory. Owner: caller frees; NULL without memory. */
RA_MUST_USE char *ra_verb_flow_dir(const struct ra_context *context);
/* --flow as the id of a flow (NULL when it names a file or is absent). */
const char *ra_verb_flow_id(const struct ra_options *options);

/* Load demo/ID.json of the flow set. Errors: RA_E_NOTFOUND names what there is. */
RA_MUST_USE ra_err ra_verb_demo(const struct ra_context *context, const char *id, struct ra_recording **out,
				struct ra_errs *errs);
/* --from: demo:ID or a recording's path. Out: NULL when not given. */
RA_MUST_USE ra_err ra_verb_from(const struct ra_context *context, struct ra_recording **out, struct ra_errs *errs);
/* Errors: RA_E_ARG: a host was named beside --from. */
RA_MUST_USE ra_err ra_verb_from_alone(struct ra_errs *errs);
/* Is there a plane to ask over, without a person? Errors: RA_E_ARG. */
RA_MUST_USE ra_err ra_verb_asks_somebody(const struct ra_options *options, struct ra_errs *errs);

/* A secret from a descriptor, up to its first line feed. Shape: what names it in the sentences. Owner: caller frees *out. Errors: RA_E_ARG,
 * RA_E_NOMEM. */
RA_MUST_USE ra_err ra_verb_secret(int fd, const char *what, struct ra_secret **out, struct ra_errs *errs);
/* What the options lend to a session; the pieces live as long as this. */
struct ra_verb_lent {
	struct ra_secret *password, *vcenter_password, *bmc_password, *key;
	char **answers;
	size_t answer_count;
	char *known_hosts;
	ra_utc_ms until;
	struct cJSON *given[2];
};
RA_MUST_USE ra_err ra_verb_lend(const struct ra_options *options, struct ra_verb_lent *out, struct ra_errs *errs);
/* --site-list and --template, read and held against the set. Errors: as ra_given_load. */
RA_MUST_USE ra_err ra_verb_lend_given(const struct ra_options *options, const struct ra_flowset *flows, struct ra_verb_lent *out,
				      struct ra_errs *errs);
void ra_verb_lent_clear(struct ra_verb_lent *lent);
/* Session options from the command line. */
struct ra_session_options;
void ra_verb_session_options(const struct ra_options *options, const struct ra_verb_lent *lent,
			     struct ra_session_options *out);

/* One line on stderr when the environment named the vCenter, or its certificate is not looked at. */
void ra_verb_tell_vcenter(const struct ra_session *session);

/* Where sessions are kept. Owner: caller frees; NULL when no home is known. */
RA_MUST_USE char *ra_verb_sessions_dir(void);
/* A new journal's path in that directory, made if needed. Owner: caller frees. Errors: RA_E_IO, RA_E_NOTFOUND. */
RA_MUST_USE ra_err ra_verb_new_journal(const char *host, char **out, struct ra_errs *errs);

/* Hold a record so that nobody goes on with it. Out: *fd, to be closed; -1 with an error. Errors: RA_E_BUSY when a reattest has it open,
 * RA_E_NOTFOUND, RA_E_IO. */
RA_MUST_USE ra_err ra_verb_lock(const char *path, int *fd, struct ra_errs *errs);

/* Who hears of each walk as it ends; it may release it. */
struct ra_headless {
	ra_err (*ended)(void *payload, struct ra_session *which, struct ra_errs *errs);
	void *payload;
};
/* Run the walks of a hub until so many have ended. Shape: ended_to NULL: nobody. Out: 0, a signal's number, or -1 with errs; from here on
 * the signals that stop a run are held back. */
int ra_verb_headless(struct ra_hub *hub, size_t count, const struct ra_headless *ended_to, struct ra_errs *errs);
/* Let those signals stop the program again: what was to be closed is closed. */
void ra_verb_hear_signals(void);

/* Show a walk to its end and say where its record is. Out: the exit code. */
int ra_verb_show_walk(const struct ra_context *context, struct ra_hub *hub, struct ra_session *session, bool demo);
/* Print a foreign text, cleaned, between two of the program's own. */
void ra_print_clean(const char *before, const char *text, const char *after);
/* Append text in lines of 80 cells, broken at spaces: the first one goes on after indent cells that stand there, the others are indented.
 * Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_verb_wrap(struct ra_buf *out, const char *text, size_t indent);
/* Write a document to --output or stdout. Out: the exit code, 0 when written. */
int ra_verb_write(const struct ra_options *options, const struct ra_buf *document);

#endif
