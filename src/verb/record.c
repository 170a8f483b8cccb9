/* record.c - sessions kept, and their transcripts. */
#include "config.h"

#include "base/io.h"
#include "flow/flowset.h"
#include "journal/journal.h"
#include "report/report.h"
#include "verb/common.h"
#include "verb/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int ra_verb_export(const struct ra_context *context)
{
	const char *name = context->options->format ? context->options->format : "md";
	const struct ra_report_format *format = ra_report_format(name);
	RA_AUTO(ra_buf_free) struct ra_buf document = {0};
	RA_AUTO(ra_flowset_free) struct ra_flowset *flows = NULL;
	RA_AUTO(ra_view_free) struct ra_view *view = NULL;
	struct ra_session *session = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (context->argc != 1 || !format) {
		ra_say(format ? "export takes one journal" : "there is no format \"%s\" (md, html, json, txt)", name);
		return RA_EXIT_USAGE;
	}
	ra_err err = ra_verb_flows(context, &flows, &errs);

	if (!err)
		err = ra_session_read(flows, context->argv[0], &session, &errs);
	if (!err)
		err = ra_session_view(session, true, &view, &errs);
	if (!err && format->render(view, &document))
		err = ra_fail(&errs, RA_E_NOMEM, "no memory for the transcript");
	ra_session_close(session);
	return err ? ra_say_errs(&errs) : ra_verb_write(context->options, &document);
}

/* "30d", "12h", "90m" as seconds; -1 when it is no age. */
static long age_s(const char *text)
{
	char *end = NULL;
	long number = strtol(text, &end, 10);

	if (end == text || number < 0 || number > 36500 || !*end || end[1])
		return -1;
	return *end == 'd' ? number * 86400 : *end == 'h' ? number * 3600 : *end == 'm' ? number * 60 : -1;
}

/* What the last end entry of a session says. */
struct ending {
	char outcome[32];
	bool owes;
};

static ra_err hear_end(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	struct ending *end = payload;

	(void)errs;
	if (!strcmp(entry->kind, "end")) {
		snprintf(end->outcome, sizeof(end->outcome), "%s", ra_json_str(entry->body, "outcome", ""));
		end->owes = ra_json_get(entry->body, "owed") != NULL;
	}
	return RA_OK;
}

static bool is_open(const char *path)
{
	int fd = -1;
	bool busy = ra_verb_lock(path, &fd, NULL) == RA_E_BUSY;

	if (fd >= 0)
		close(fd);
	return busy;
}

/* How a session stands, and whether `reattest resume` goes on with it: after an end only where something is to be taken back. */
static void print_standing(const char *path)
{
	struct ending end = {{0}, false};
	struct ra_verify verify;

	if (is_open(path))
		printf("open in another reattest\n");
	else if (ra_journal_verify(path, hear_end, &end, &verify, NULL))
		printf("unreadable\n");
	else if (verify.verdict == RA_VERIFY_BROKEN)
		printf("BROKEN\n");
	else if (verify.verdict == RA_VERIFY_INCOMPLETE)
		printf("broke off; resumable\n");
	else if (!*end.outcome || !strcmp(end.outcome, "stopped"))
		printf("stopped; %s\n", verify.redacted ? "redacted" : "resumable");
	else
		ra_print_clean("ended: ", end.outcome, end.owes && !verify.redacted ? "; resumable\n" : "\n");
}

static void print_age(long age)
{
	if (age < 3600)
		printf("%4ld min  ", age / 60);
	else if (age < 48 * 3600L)
		printf("%4ld h    ", age / 3600);
	else
		printf("%4ld d    ", age / 86400);
}

/* What stands beside a record belongs to its session; most have none of it. */
static bool drop_beside(const char *path)
{
	static const char *const suffixes[] = {".torn", RA_JOURNAL_EVIDENCE};
	bool gone = true;

	for (size_t i = 0; i < RA_LEN(suffixes); i++) {
		char file[4096];
		int len = snprintf(file, sizeof(file), "%s%s", path, suffixes[i]);

		gone = (len < 0 || (size_t)len >= sizeof(file) || !unlink(file) || errno == ENOENT) && gone;
	}
	return gone;
}

static int one_session(const char *dir, const char *name, int width, long prune_s, bool *pruned)
{
	RA_AUTO(ra_mem_free) char *path = ra_path_join(dir, name);
	struct stat st;

	*pruned = false;
	if (!path || stat(path, &st))
		return RA_EXIT_OK;
	long age = (long)(ra_utc_now() / 1000 - st.st_mtime);

	if (prune_s >= 0 && age > prune_s) {
		*pruned = true;
		if (!unlink(path) && drop_beside(path))
			return RA_EXIT_OK;
		ra_say("cannot delete %s", path);
		return RA_EXIT_CANTWRITE;
	}
	if (prune_s < 0) {
		printf("  %-*s %6lld KiB ", width, name, (long long)(st.st_size + 1023) / 1024);
		print_age(age > 0 ? age : 0);
		print_standing(path);
	}
	return RA_EXIT_OK;
}

int ra_verb_sessions(const struct ra_context *context)
{
	RA_AUTO(ra_mem_free) char *dir = ra_verb_sessions_dir();
	long prune_s = context->options->prune ? age_s(context->options->prune) : -1;
	char **names = NULL;
	size_t count = 0, gone = 0, width = 0;
	struct ra_errs errs;
	int code = RA_EXIT_OK;

	ra_errs_clear(&errs);
	if (context->options->prune && prune_s < 0) {
		ra_say("--prune wants an age like 30d or 12h, not \"%s\"", context->options->prune);
		return RA_EXIT_USAGE;
	}
	if (!dir || access(dir, R_OK))
		return RA_EXIT_OK;
	if (ra_list_dir(dir, ".jsonl", &names, &count, &errs))
		return ra_say_errs(&errs);
	for (size_t i = 0; i < count; i++)
		width = strlen(names[i]) > width && strlen(names[i]) <= 48 ? strlen(names[i]) : width;
	if (count && prune_s < 0)
		ra_print_clean("", dir, ":\n");
	for (size_t i = 0; i < count && code == RA_EXIT_OK; i++) {
		bool pruned = false;

		code = one_session(dir, names[i], (int)width, prune_s, &pruned);
		gone += pruned;
	}
	ra_names_free(names, count);
	if (context->options->prune)
		ra_say("%zu of %zu sessions deleted", gone, count);
	return fflush(stdout) ? RA_EXIT_CANTWRITE : code;
}
