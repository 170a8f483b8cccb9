/* verify.c - `reattest verify`: the chain, its seal, a head kept elsewhere, and what today's checks would read. */
#include "config.h"

#include "verb/verbs.h"

#include "base/io.h"
#include "base/text.h"
#include "flow/flowset.h"
#include "session/recheck.h"
#include "verb/common.h"
#include "verb/sealtold.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is looked at, and what was found. */
struct look {
	const char *path, *name; /* name is clean */
	ra_utc_ms from, to;      /* when the entries were written */
	struct ra_verify chain;
	struct ra_seal seal;
	struct ra_heads heads;
	struct ra_kept_head kept;
	bool has_kept;
};

static ra_err see(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	struct look *look = payload;

	(void)errs;
	if (entry->seq == 0)
		look->from = entry->t;
	look->to = entry->t;
	ra_heads_see(&look->heads, entry);
	return RA_OK;
}

static const char *plural(int64_t count, const char *one, const char *more)
{
	return count == 1 ? one : more;
}

/* Does a head kept elsewhere stand against the record? */
static bool kept_misses(const struct look *look)
{
	const struct ra_heads *heads = &look->heads;

	return look->has_kept && (!heads->sought_count || (look->kept.count && look->kept.count != heads->sought_count));
}

static void print_kept(const struct look *look)
{
	const int64_t at = look->heads.sought_count, there = look->chain.count;

	if (!look->has_kept)
		return;
	if (kept_misses(look))
		printf("  kept     the head kept elsewhere is NOT in this record\n");
	else if (at == there)
		printf("  kept     the head kept elsewhere is this one\n");
	else
		printf("  kept     the head kept elsewhere is that after %" PRId64 " entries; %" PRId64 " %s added since\n", at, there - at,
		       plural(there - at, "was", "were"));
}

/* What is known of the entries that verify. */
static void print_good(const struct look *look)
{
	const struct ra_verify *found = &look->chain;
	char from[RA_UTC_TEXT_LEN], to[RA_UTC_TEXT_LEN];

	if (found->count > 0) {
		printf("  entries  %" PRId64 ", %s to %s\n", found->count, ra_utc_format(look->from, from), ra_utc_format(look->to, to));
		printf("  head     %s\n", found->head);
		if (found->missing > 0)
			printf("  missing  %" PRId64 " %s of large answers: the file beside it (%s) is not here, or not all of it\n",
			       found->missing, plural(found->missing, "line", "lines"), RA_JOURNAL_EVIDENCE);
		if (found->withheld > found->missing)
			printf("  withheld %" PRId64 " %s: a redacted copy\n", found->withheld - found->missing,
			       plural(found->withheld - found->missing, "value", "values"));
		else if (found->redacted)
			printf("  withheld nothing, but masked text is shown: a redacted copy\n");
	}
	ra_seal_print(&look->seal, &look->heads);
	print_kept(look);
}

/* What a whole record is worth by its seal: behind the name, and at the end. */
static const struct {
	const char *title, *says;
	int exit;
} seals[] = {
	[RA_SEALED_NOT] = {"not sealed",
			   "No entry was changed, lost or added in between. Without a seal this does not say who wrote it:\n"
			   "compare the head with one kept where the holder of this file cannot change it.\n",
			   RA_EXIT_UNSEALED},
	[RA_SEALED_UNKNOWN] = {"sealed by a key that nobody vouches for",
			       "Nothing the seal covers was changed since it was signed with that key. Whose key it is, is not known:\n"
			       "name those who may seal with --signers FILE, or their authority with --ca-file FILE.\n",
			       RA_EXIT_UNSEALED},
	[RA_SEALED_IN_PART] = {"sealed in part",
			       "Nothing the seal covers was changed since it was signed. What came after it is not sealed.\n", RA_EXIT_UNSEALED},
	[RA_SEALED] = {"sealed", "Nothing was changed since it was signed.\n", RA_EXIT_OK},
	[RA_SEALED_BROKEN] = {"but its seal does not hold",
			      "The chain holds, and the seal beside it is not of this record as it is: one of the two was changed.\n",
			      RA_EXIT_INVALID},
};

/* What is shown there is under no hash. */
static void print_shown(const struct look *look)
{
	if (look->chain.redacted)
		printf("What a redacted copy shows in place of a withheld value is no part of the record: no hash and no seal covers it.\n");
}

static int print_whole(const struct look *look)
{
	enum ra_seal_verdict verdict = ra_seal_judge(&look->seal, &look->heads);

	printf("%s: whole, %s\n", look->name, seals[verdict].title);
	print_good(look);
	fputs(seals[verdict].says, stdout);
	print_shown(look);
	return seals[verdict].exit;
}

static int print_incomplete(const struct look *look)
{
	enum ra_seal_verdict verdict = ra_seal_judge(&look->seal, &look->heads);
	const struct ra_verify *found = &look->chain;

	printf("%s: incomplete%s%s\n", look->name, verdict == RA_SEALED_NOT ? "" : ", ", verdict == RA_SEALED_NOT ? "" : seals[verdict].title);
	print_good(look);
	if (found->torn_len > 0)
		printf("  torn     %" PRId64 " %s of an entry that was never finished\n", found->torn_len,
		       plural(found->torn_len, "byte", "bytes"));
	printf("The entries it holds verify, but the last is no end entry: the session died, still runs, or the file "
	       "was cut.\n"
	       "`reattest resume` goes on where it stopped.\n");
	if (verdict != RA_SEALED_NOT)
		fputs(seals[verdict].says, stdout);
	print_shown(look);
	return verdict == RA_SEALED_BROKEN ? RA_EXIT_INVALID : RA_EXIT_INCOMPLETE;
}

static int print_broken(const struct look *look)
{
	const struct ra_verify *found = &look->chain;

	printf("%s: broken at entry %" PRId64 " (line %" PRId64 ")\n", look->name, found->first_bad, found->first_bad + 1);
	ra_print_clean("  why      ", found->why, "\n");
	print_good(look);
	if (found->count > 0)
		printf("Up to there it is unchanged; nothing from there on can be relied on.\n");
	else
		printf("Nothing in it can be relied on.\n");
	return RA_EXIT_INVALID;
}

/* A file that is not there, or cannot be read, is missing input; the caps of a journal are part of its format. */
static int exit_of(ra_err err)
{
	if (err == RA_E_NOTFOUND || err == RA_E_IO)
		return RA_EXIT_NOINPUT;
	return err == RA_E_LIMIT || err == RA_E_ARG ? ra_exit_of(err) : RA_EXIT_INTERNAL;
}

/* Who may seal, where it is not said: a list that is this user's own to write. Owner: caller frees; NULL: none. */
static char *usual_signers(void)
{
	RA_AUTO(ra_mem_free) char *dir = ra_xdg_dir("CONFIG");
	char *path = dir ? ra_path_join(dir, "allowed_signers") : NULL;

	if (path && access(path, R_OK)) {
		free(path);
		return NULL;
	}
	if (path && ra_is_writable_by_others(path)) {
		ra_say("%s does not count: others may write to it", path);
		free(path);
		return NULL;
	}
	return path;
}

/* Reading ends where entry 1 names the hash of entry 0. */
static ra_err see_first(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	struct ra_heads *heads = payload;

	(void)errs;
	ra_heads_see(heads, entry);
	return entry->seq ? RA_E_CANCELLED : RA_OK;
}

/* The head kept elsewhere, of this record where it is one of many. */
static ra_err take_kept(const char *text, struct look *look, struct ra_errs *errs)
{
	struct ra_heads first = {0};
	struct ra_verify found;
	ra_err err = ra_journal_verify(look->path, see_first, &first, &found, errs);

	if (err && err != RA_E_CANCELLED)
		return err;
	if (!err)
		ra_heads_end(&first, &found);
	err = ra_kept_head_read(text, first.at.session, &look->kept, errs);
	look->has_kept = !err;
	look->heads.sought = err ? NULL : look->kept.head;
	return err;
}

/* Look at all there is. */
static ra_err examine(const struct ra_options *options, struct look *look, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *usual = options->signers ? NULL : usual_signers();
	const struct ra_seal_trust trust = {options->signers ? options->signers : usual, options->ca_file};
	ra_err err = options->head ? take_kept(options->head, look, errs) : RA_OK;

	if (!err)
		err = ra_seal_look(look->path, &trust, &look->seal, errs);
	look->heads.claimed = look->seal.doc_good ? &look->seal.head : NULL;
	if (!err)
		err = ra_journal_verify(look->path, see, look, &look->chain, errs);
	if (!err)
		ra_heads_end(&look->heads, &look->chain);
	return err;
}

/* A reply whose facts would be others today. */
static void tell_differs(void *payload, const struct ra_recheck *row)
{
	(void)payload;
	printf("  entry %" PRId64 " (", row->seq);
	ra_print_clean("", row->check, ") ");
	ra_print_clean("", row->differs, "\n");
}

/* Today's checks over the answers that are kept. Out: the exit code so far, or why it could not be done. */
static int recheck(const struct ra_context *context, const struct look *look, int code)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *flows = NULL;
	struct ra_rechecked sum;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	ra_err err = ra_verb_flows(context, &flows, &errs);

	if (!err)
		err = ra_session_recheck(flows, look->path, tell_differs, NULL, &sum, &errs);
	if (err)
		return ra_say_errs(&errs);
	printf("Read again with today's checks: %" PRId64 " %s, %" PRId64 " with other facts", sum.read, plural(sum.read, "answer", "answers"),
	       sum.differ);
	if (sum.withheld)
		printf(", %" PRId64 " not kept whole", sum.withheld);
	if (sum.unknown)
		printf(", %" PRId64 " of checks there are not any more", sum.unknown);
	printf(".\n");
	return code;
}

static int verify(const struct ra_context *context, struct look *look)
{
	struct ra_errs errs;
	int code;

	ra_errs_clear(&errs);
	ra_err err = examine(context->options, look, &errs);

	if (err) {
		ra_say_errs(&errs);
		return exit_of(err);
	}
	if (look->chain.verdict == RA_VERIFY_WHOLE)
		code = print_whole(look);
	else
		code = look->chain.verdict == RA_VERIFY_INCOMPLETE ? print_incomplete(look) : print_broken(look);
	if (kept_misses(look)) {
		printf("A head that was kept elsewhere is not in it: it is another record, was written anew, or was cut.\n");
		code = RA_EXIT_INVALID;
	}
	return context->options->recheck && look->chain.verdict != RA_VERIFY_BROKEN ? recheck(context, look, code) : code;
}

int ra_verb_verify(const struct ra_context *context)
{
	RA_AUTO(ra_mem_free) char *name = NULL;
	int code;

	if (context->argc != 1) {
		fprintf(stderr, "usage: reattest verify JOURNAL\n");
		return RA_EXIT_USAGE;
	}
	name = ra_text_clean_dup(context->argv[0], false);
	struct look look = {.path = context->argv[0], .name = name ? name : "the journal", .from = RA_UTC_NONE, .to = RA_UTC_NONE};

	code = verify(context, &look);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "reattest: cannot write to standard output\n");
		return RA_EXIT_CANTWRITE;
	}
	return code;
}
