#include "config.h"

#include "verb/verbs.h"
#include "base/text.h"
#include "journal/journal.h"

#include <inttypes.h>
#include <stdio.h>

/* What the entries say of when they were written. */
struct span {
	ra_utc_ms from, to;
};

static ra_err see(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	struct span *span = payload;

	if (entry->seq == 0)
		span->from = entry->t;
	span->to = entry->t;
	return RA_OK;
}

static const char *plural(int64_t count, const char *one, const char *more)
{
	return count == 1 ? one : more;
}

/* What is known of the entries that verify. */
static void print_good(const struct ra_verify *found, const struct span *span)
{
	char from[RA_UTC_TEXT_LEN], to[RA_UTC_TEXT_LEN];

	if (found->count == 0)
		return;
	printf("  entries  %" PRId64 ", %s to %s\n", found->count, ra_utc_format(span->from, from),
	       ra_utc_format(span->to, to));
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

static int print_whole(const char *name, const struct ra_verify *found, const struct span *span)
{
	printf("%s: whole, not sealed\n", name);
	print_good(found, span);
	printf("No entry was changed, lost or added in between. Without a seal this does not say who wrote it:\n"
	       "compare the head with one kept where the holder of this file cannot change it.\n");
	return RA_EXIT_UNSEALED;
}

static int print_incomplete(const char *name, const struct ra_verify *found, const struct span *span)
{
	printf("%s: incomplete\n", name);
	print_good(found, span);
	if (found->torn_len > 0)
		printf("  torn     %" PRId64 " %s of an entry that was never finished\n", found->torn_len,
		       plural(found->torn_len, "byte", "bytes"));
	printf("The entries it holds verify, but the last is no end entry: the session died, still runs, or the file "
	       "was cut.\n"
	       "`reattest resume` goes on where it stopped.\n");
	return RA_EXIT_INCOMPLETE;
}

static int print_broken(const char *name, const struct ra_verify *found, const struct span *span)
{
	RA_AUTO(ra_mem_free) char *why = ra_text_clean_dup(found->why, false);

	printf("%s: broken at entry %" PRId64 " (line %" PRId64 ")\n", name, found->first_bad, found->first_bad + 1);
	printf("  why      %s\n", why ? why : "");
	print_good(found, span);
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
	return err == RA_E_LIMIT ? RA_EXIT_INVALID : RA_EXIT_INTERNAL;
}

static int verify(const char *path, const char *name)
{
	struct span span = {RA_UTC_NONE, RA_UTC_NONE};
	struct ra_verify found;
	struct ra_errs errs;
	ra_err err;

	ra_errs_clear(&errs);
	err = ra_journal_verify(path, see, &span, &found, &errs);
	if (err) {
		char line[RA_ERR_TEXT_MAX];
		RA_AUTO(ra_mem_free) char *clean = ra_text_clean_dup(ra_errs_line(&errs, line, sizeof(line)), false);

		fprintf(stderr, "reattest: %s\n", clean ? clean : ra_err_name(err));
		return exit_of(err);
	}
	switch (found.verdict) {
	case RA_VERIFY_WHOLE:
		return print_whole(name, &found, &span);
	case RA_VERIFY_INCOMPLETE:
		return print_incomplete(name, &found, &span);
	default:
		return print_broken(name, &found, &span);
	}
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
	code = verify(context->argv[0], name ? name : "the journal");
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "reattest: cannot write to standard output\n");
		return RA_EXIT_CANTWRITE;
	}
	return code;
}
