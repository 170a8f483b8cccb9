/* pack.c - `reattest pack`: what a vendor is given of a walk, as one archive whose bytes follow from the record alone. */
#include "config.h"

#include "base/digest.h"
#include "base/io.h"
#include "base/tarball.h"
#include "base/text.h"
#include "flow/flowset.h"
#include "report/report.h"
#include "session/session.h"
#include "verb/redact.h"
#include "verb/takeover.h"
#include "verb/verbs.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PACK_MAX ((size_t)300 << 20) /* bytes, all files together */

/* The transcripts, in the order of the archive. */
static const struct {
	const char *name, *format, *what;
} reports[] = {
	{"report.html", "html", "the report as one page for a browser"},
	{"report.md", "md", "the report as Markdown, for a ticket"},
	{"report.txt", "txt", "the report as plain text"},
	{"report.json", "json", "the result as one object, for programs"},
};

/* One pack under way. */
struct pack {
	const struct ra_context *context;
	char dir[4096]; /* of the copy while it is made; "" once it is gone */
	char prefix[96];
	struct ra_tarball tar;
	struct ra_redaction_told told;
	struct ra_view *view;
	struct ra_buf page, sums;
	struct ra_errs *errs;
};

static ra_err no_memory(const struct pack *p, ra_err err)
{
	return err && !p->errs->count ? ra_fail(p->errs, err, err == RA_E_LIMIT ? "it is larger than an archive may be" : "no memory for the archive") : err;
}

/* "reattest-CASE/": what of a case's name may stand in a file's. */
static void prefix_of(const char *case_id, char *out, size_t cap)
{
	size_t len = (size_t)snprintf(out, cap, "reattest-");

	for (; *case_id && len + 2 < cap; case_id++)
		out[len++] = isalnum((unsigned char)*case_id) || strchr("-_.", *case_id) ? *case_id : '_';
	out[len++] = '/';
	out[len] = '\0';
}

/* A file of the archive and its checksum; first: a line of the first page about it, NULL for none. */
static ra_err add(struct pack *p, const char *name, struct ra_buf *bytes, const char *what)
{
	char full[256], digest[RA_SHA256_HEX_LEN];
	ra_err err = ra_sha256_hex(ra_buf_str(bytes), bytes->len, digest);

	snprintf(full, sizeof(full), "%s%s", p->prefix, name);
	err = err ? err : ra_buf_printf(&p->sums, "%s  %s\n", digest, name);
	if (!err && what)
		err = ra_buf_printf(&p->page, "  %-22s %s\n", name, what);
	return no_memory(p, err ? err : ra_tarball_add(&p->tar, full, bytes));
}

static ra_err add_file(struct pack *p, const char *end, const char *what)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = PACK_MAX}, path = {0}, name = {0};
	ra_err err = ra_buf_printf(&path, "%s/journal.jsonl%s", p->dir, end);

	err = err ? err : ra_buf_printf(&name, "journal.jsonl%s", end);
	if (!err && *end && access(ra_buf_str(&path), F_OK))
		return RA_OK; /* it is not sealed in that way */
	err = err ? err : ra_read_file(ra_buf_str(&path), &bytes, p->errs);
	return no_memory(p, err ? err : add(p, ra_buf_str(&name), &bytes, what));
}

static ra_err add_reports(struct pack *p)
{
	ra_err err = RA_OK;

	for (size_t i = 0; i < RA_LEN(reports) && !err; i++) {
		const struct ra_report_format *format = ra_report_format(reports[i].format);
		RA_AUTO(ra_buf_free) struct ra_buf text = {0};

		err = format ? format->render(p->view, &text) : RA_E_INTERNAL;
		err = no_memory(p, err ? err : add(p, reports[i].name, &text, reports[i].what));
	}
	return err;
}

/* The copy as people see it, with the flow set it was made with. */
static ra_err read_copy(struct pack *p)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *flows = NULL;
	RA_AUTO(ra_buf_free) struct ra_buf path = {0};
	struct ra_session *session = NULL;
	ra_err err = ra_verb_flows(p->context, &flows, p->errs);

	err = err ? err : ra_buf_printf(&path, "%s/journal.jsonl", p->dir);
	err = err ? err : ra_verb_flows_of(ra_buf_str(&path), &flows, p->errs);
	err = err ? err : ra_session_read(flows, ra_buf_str(&path), &session, p->errs);
	err = err ? err : ra_session_view(session, true, &p->view, p->errs);
	ra_session_close(session);
	return err;
}

/* A bundle goes its own way: it is large, and nothing of it is redacted. Its name may name a host. */
static ra_err tell_bundle(struct pack *p)
{
	const char *path = p->context->options->vm_support;
	char digest[RA_SHA256_HEX_LEN];
	RA_AUTO(ra_buf_free) struct ra_buf name = {0};
	long long len = 0;

	if (!path)
		return RA_OK;
	ra_err err = ra_sha256_file(path, digest, &len, p->errs);
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	RA_AUTO(ra_mem_free) char *clean = ra_text_clean_dup(base, false);

	err = err ? err : clean ? ra_redact_text(p->told.scrubbed.map, clean, &name, p->errs) : RA_E_NOMEM;
	return err ? err
		   : ra_buf_printf(&p->page,
				   "\nThe support bundle (vm-support) of the host is not in here, and nothing in it is redacted:\n"
				   "  name     %s\n  bytes    %lld\n  SHA-256  %s\n",
				   ra_buf_str(&name), len, digest);
}

static ra_err page_head(struct pack *p)
{
	char from[RA_UTC_TEXT_LEN], to[RA_UTC_TEXT_LEN];
	RA_AUTO(ra_mem_free) char *case_id = ra_text_clean_dup(p->context->options->case_id, false);

	if (!case_id)
		return RA_E_NOMEM;
	return ra_buf_printf(&p->page,
			     "reattest %s: attestation of one VMware ESXi host\n\n"
			     "  case     %s\n  host     %s (a stand-in for its name)\n  outcome  %s\n  time     %s to %s\n\nWhat is in here:\n"
			     "  %-22s this page\n",
			     PACKAGE_VERSION, case_id, p->view->host, *p->view->outcome ? p->view->outcome : "not finished",
			     ra_utc_format(p->view->started, from), ra_utc_format(p->view->now, to), "README.txt");
}

static ra_err page_tail(struct pack *p)
{
	bool sealed = false;
	ra_err err;

	for (size_t i = 0; i < p->tar.count; i++)
		sealed = sealed || strstr(p->tar.files[i].name, ".head.");
	err = ra_buf_printf(&p->page,
			    "  %-22s the checksums of all these files\n"
			    "\nHow to check it, in this directory:\n"
			    "  sha256sum -c SHA256SUMS\n"
			    "  reattest verify journal.jsonl\n"
			    "reattest-journal(5) has a short Python script that verifies the record without reattest. Its head is\n"
			    "  %s\nand is that of the original: %s\n",
			    "SHA256SUMS", p->told.copy.of.head,
			    sealed ? "a signature beside it is of this head, and holds for the copy."
				   : "no signature of it is in here, so that the chain does not say who wrote it.");
	err = err ? err : tell_bundle(p);
	err = err ? err
		  : ra_buf_text(&p->page, "\nThe record is a redacted copy: values were taken out, and a name or an address that is shown stands for another, "
					  "the same\neverywhere. Which for which is known only where it was made; no hash and no signature covers "
					  "what is shown\nin place of a value. Taken out:\n");
	err = err ? err : ra_verb_redact_tell(&p->told, "  ", &p->page);
	return err;
}

/* All of it. The page stands first in the archive and is written last: it tells of the others. */
static ra_err gather(struct pack *p)
{
	RA_AUTO(ra_buf_free) struct ra_buf none = {0};
	char full[128];
	ra_err err = read_copy(p);

	err = err ? err : page_head(p);
	snprintf(full, sizeof(full), "%sREADME.txt", p->prefix);
	err = err ? err : ra_tarball_add(&p->tar, full, &none);
	err = err ? err : add_reports(p);
	err = err ? err : add_file(p, "", "the record, redacted: what was asked, answered and done");
	err = err ? err : add_file(p, RA_SEAL_HEAD, "its head, as it was sealed");
	err = err ? err : add_file(p, RA_SEAL_SSH, "a signature of the head (ssh-keygen -Y verify)");
	err = err ? err : add_file(p, RA_SEAL_CMS, "a signature of the head (openssl cms -verify)");
	err = err ? err : page_tail(p);
	if (err)
		return no_memory(p, err);
	p->tar.files[0].bytes = p->page;
	p->page = (struct ra_buf){0};

	char digest[RA_SHA256_HEX_LEN];
	const struct ra_buf *page = &p->tar.files[0].bytes;

	err = ra_sha256_hex(ra_buf_str(page), page->len, digest);
	err = err ? err : ra_buf_printf(&p->sums, "%s  README.txt\n", digest);
	snprintf(full, sizeof(full), "%sSHA256SUMS", p->prefix);
	return no_memory(p, err ? err : ra_tarball_add(&p->tar, full, &p->sums));
}

/* The copy is made in a directory of its own beside the archive, and goes again. */
static ra_err make_copy(struct pack *p, const char *path, const char *out)
{
	RA_AUTO(ra_buf_free) struct ra_buf to = {0};
	RA_AUTO(ra_mem_free) char *name = ra_name_beside(out);

	if (!name || strlen(name) >= sizeof(p->dir) || !mkdtemp(name))
		return ra_fail(p->errs, RA_E_IO, "cannot write beside %s", out);
	snprintf(p->dir, sizeof(p->dir), "%s", name);
	if (ra_buf_printf(&to, "%s/journal.jsonl", p->dir))
		return ra_fail(p->errs, RA_E_NOMEM, "no memory");
	return ra_verb_redact_to(p->context->options, path, ra_buf_str(&to), &p->told, p->errs);
}

static void drop_copy(struct pack *p)
{
	char **names = NULL;
	size_t count = 0;

	if (!p->dir[0] || ra_list_dir(p->dir, "", &names, &count, NULL))
		return;
	for (size_t i = 0; i < count; i++) {
		RA_AUTO(ra_mem_free) char *path = ra_path_join(p->dir, names[i]);

		if (path)
			unlink(path);
	}
	ra_names_free(names, count);
	rmdir(p->dir);
}

static ra_err pack(struct pack *p, const char *path, const char *out)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = PACK_MAX};
	ra_err err = access(out, F_OK) ? ra_may_write(out, p->errs)
				       : ra_fail(p->errs, RA_E_IO, "%s is there already; name another file, or remove it first", out);

	err = err ? err : make_copy(p, path, out);
	err = err ? err : gather(p);
	err = err ? err : ra_tarball_write(&p->tar, (long)(p->view->now / 1000), &bytes, p->errs);
	err = err ? err : ra_write_file(out, 0600, bytes.data, bytes.len, p->errs);
	return no_memory(p, err);
}

int ra_verb_pack(const struct ra_context *context)
{
	const struct ra_options *o = context->options;
	struct pack *p = calloc(1, sizeof(*p));
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (!p || context->argc != 1 || !o->output || !strcmp(o->output, "-") || !o->case_id || !*o->case_id) {
		ra_say(p ? "pack takes one journal, --case ID and -o FILE" : "no memory");
		free(p);
		return RA_EXIT_USAGE;
	}
	p->context = context;
	p->errs = &errs;
	prefix_of(o->case_id, p->prefix, sizeof(p->prefix));
	ra_err err = pack(p, context->argv[0], o->output);

	drop_copy(p);
	if (!err) {
		ra_say("%zu files are in %s; its README.txt says what they are, what was taken out and what could remain", p->tar.count, o->output);
		ra_say("read them before they leave: what no rule knows is still in them. What stands for what is in %s%s; keep that to yourself",
		       o->map ? o->map : context->argv[0], o->map ? "" : ".map");
	}
	ra_tarball_free(&p->tar);
	ra_redaction_clear(&p->told);
	ra_view_free(p->view);
	ra_buf_free(&p->page);
	ra_buf_free(&p->sums);
	free(p);
	return err ? ra_say_errs(&errs) : RA_EXIT_OK;
}
