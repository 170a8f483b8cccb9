/* seal.c - the head document, and the way from a journal to its seal. */
#include "config.h"

#include "journal/seal.h"

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <syslog.h>
#include <unistd.h>

#define FRESH ".head.new" /* where a seal is made */
#define PATH_MAX_LEN 4096

/* A file beside the journal. Out: out[PATH_MAX_LEN]; false when the name is too long. */
static bool beside(const char *path, const char *suffix, char *out)
{
	int len = snprintf(out, PATH_MAX_LEN, "%s%s", path, suffix);

	return len > 0 && len < PATH_MAX_LEN - 16;
}

ra_err ra_head_write(const struct ra_head *head, struct ra_buf *out)
{
	return ra_buf_printf(out, "{\"session\":\"%s\",\"count\":%" PRId64 ",\"head\":\"%s\"}\n", head->session, head->count,
			     head->head);
}

/* Read loosely, written again, and compared: so there is one spelling. */
ra_err ra_head_read(const struct ra_buf *doc, struct ra_head *out)
{
	RA_AUTO(ra_json_free) struct ra_json *json = NULL;
	RA_AUTO(ra_buf_free) struct ra_buf again = {0};

	*out = (struct ra_head){0};
	if (ra_json_parse("head", ra_buf_str(doc), doc->len, NULL, &json, NULL))
		return RA_E_INVALID;
	const cJSON *root = ra_json_root(json);
	const char *session = ra_json_str(root, "session", ""), *head = ra_json_str(root, "head", "");

	if (strlen(session) != sizeof(out->session) - 1 || strlen(head) != sizeof(out->head) - 1)
		return RA_E_INVALID;
	memcpy(out->session, session, sizeof(out->session));
	memcpy(out->head, head, sizeof(out->head));
	out->count = ra_json_int(root, "count", 0);
	if (!ra_is_sha256_hex(session) || !ra_is_sha256_hex(head) || out->count < 1 || ra_head_write(out, &again) ||
	    again.len != doc->len || memcmp(again.data, doc->data, doc->len)) {
		*out = (struct ra_head){0};
		return RA_E_INVALID;
	}
	return RA_OK;
}

/* The chain came to a head. */
static void arrive(struct ra_heads *heads, int64_t count, const char *head)
{
	heads->at.count = count;
	snprintf(heads->at.head, sizeof(heads->at.head), "%s", head);
	if (count == 1)
		memcpy(heads->at.session, heads->at.head, sizeof(heads->at.session));
	if (heads->sought && !heads->sought_count && !strcmp(heads->sought, heads->at.head))
		heads->sought_count = count;
	if (heads->claimed && heads->claimed->count == count)
		heads->claim_holds = !strcmp(heads->claimed->head, heads->at.head) && !strcmp(heads->claimed->session, heads->at.session);
}

void ra_heads_see(struct ra_heads *heads, const struct ra_entry *entry)
{
	if (entry->seq > 0)
		arrive(heads, entry->seq, ra_json_str(entry->body, "prev", ""));
}

void ra_heads_end(struct ra_heads *heads, const struct ra_verify *found)
{
	if (found->count > 0)
		arrive(heads, found->count, found->head);
}

void ra_heads_syslog(const char *what, const struct ra_head *head)
{
	syslog(LOG_AUTHPRIV | LOG_NOTICE, "record session=%s count=%" PRId64 " head=%s at=%s", head->session, head->count, head->head, what);
}

static ra_err see(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	(void)errs;
	ra_heads_see(payload, entry);
	return RA_OK;
}

/* Keep everybody else out: who writes, and who seals. Out: *fd, -1 with an error. */
static ra_err hold(const char *path, int *fd, struct ra_errs *errs)
{
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (*fd < 0)
		return ra_fail(errs, errno == ENOENT ? RA_E_NOTFOUND : RA_E_IO, "%s: %s", path, strerror(errno));
	if (!flock(*fd, LOCK_EX | LOCK_NB))
		return RA_OK;
	close(*fd);
	*fd = -1;
	return ra_fail(errs, RA_E_BUSY, "%s is open in another reattest; end that one first", path);
}

static ra_err find_head(const char *path, struct ra_sealed *out, struct ra_errs *errs)
{
	struct ra_heads heads = {0};
	struct ra_verify found;
	ra_err err = ra_journal_verify(path, see, &heads, &found, errs);

	if (err)
		return err;
	if (found.verdict == RA_VERIFY_BROKEN)
		return ra_fail(errs, RA_E_BROKEN, "%s is broken at entry %" PRId64 ": a seal would cover what was changed", path,
			       found.first_bad);
	ra_heads_end(&heads, &found);
	out->head = heads.at;
	out->incomplete = found.verdict == RA_VERIFY_INCOMPLETE;
	return found.count ? RA_OK : ra_fail(errs, RA_E_STATE, "%s holds no entry: there is nothing to seal", path);
}

static ra_err read_small(const char *path, size_t max, struct ra_buf *out, struct ra_errs *errs)
{
	out->max_len = max;
	return ra_read_regular(path, out, errs);
}

/* Sign with ssh-keygen beside the place, and see that it holds. Out: the signature's bytes. */
static ra_err sign_ssh(const char *path, const struct ra_seal_with *with, const struct ra_buf *doc, struct ra_sealed *sealed,
		       struct ra_buf *out, struct ra_errs *errs)
{
	char fresh[PATH_MAX_LEN], sig[PATH_MAX_LEN];
	const struct ra_sshsig made = {RA_SEAL_NAMESPACE, doc, sig, out};
	struct ra_sshsig_found found;

	if (!beside(path, FRESH, fresh) || !beside(path, FRESH ".sig", sig))
		return ra_fail(errs, RA_E_ARG, "the name of the journal is too long");
	ra_err err = ra_write_file(fresh, 0600, doc->data, doc->len, errs);

	if (!err)
		err = ra_sshsig_make(with->ssh_key, RA_SEAL_NAMESPACE, fresh, with->wait_ms, errs);
	if (!err)
		err = read_small(sig, RA_SSHSIG_LEN_MAX, out, errs);
	if (!err)
		err = ra_sshsig_check(&made, NULL, &found, errs);
	(void)unlink(fresh);
	(void)unlink(sig);
	if (!err && found.trust != RA_SSHSIG_UNKNOWN)
		err = ra_fail(errs, RA_E_INTERNAL, "the signature just made does not hold: %s", found.why);
	if (!err)
		snprintf(sealed->ssh_by, sizeof(sealed->ssh_by), "%s", found.key);
	return err;
}

static ra_err sign_cms(const struct ra_seal_with *with, const struct ra_buf *doc, struct ra_sealed *sealed, struct ra_buf *out,
		       struct ra_errs *errs)
{
	struct ra_cms_found found;
	ra_err err = ra_cms_sign(&with->cms, doc->data, doc->len, out, errs);

	if (!err)
		err = ra_cms_check(out, doc, NULL, &found, errs);
	if (!err && found.trust == RA_CMS_BAD)
		err = ra_fail(errs, RA_E_INTERNAL, "the signature just made does not hold: %s", found.why);
	if (!err)
		sealed->cms_by = found.signer;
	return err;
}

/* A seal of another head goes: what it says would be of a document that is not there any more. Out: how many entries it covered, 0 when
 * there is none, or it is of this one. */
static ra_err clear_other(const char *path, const struct ra_buf *doc, int64_t *covered, struct ra_errs *errs)
{
	static const char *const parts[] = {RA_SEAL_SSH, RA_SEAL_CMS, RA_SEAL_HEAD}; /* the document last: without it they say nothing */
	RA_AUTO(ra_buf_free) struct ra_buf there = {0};
	char part[PATH_MAX_LEN];
	struct ra_head head;

	*covered = 0;
	if (!beside(path, RA_SEAL_HEAD, part))
		return ra_fail(errs, RA_E_ARG, "the name of the journal is too long");
	if (!read_small(part, RA_SEAL_DOC_MAX, &there, NULL) && there.len == doc->len && !memcmp(there.data, doc->data, doc->len))
		return RA_OK;
	if (!ra_head_read(&there, &head))
		*covered = head.count;
	for (size_t i = 0; i < RA_LEN(parts); i++)
		if (beside(path, parts[i], part) && unlink(part) && errno != ENOENT)
			return ra_fail(errs, RA_E_IO, "cannot replace %s: %s", part, strerror(errno));
	return RA_OK;
}

static ra_err put_part(const char *path, const char *suffix, const struct ra_buf *bytes, struct ra_errs *errs)
{
	char part[PATH_MAX_LEN];

	if (!bytes->len)
		return RA_OK;
	return beside(path, suffix, part) ? ra_write_file(part, 0600, bytes->data, bytes->len, errs)
					  : ra_fail(errs, RA_E_ARG, "the name of the journal is too long");
}

ra_err ra_seal_make(const char *path, const struct ra_seal_with *with, struct ra_sealed *out, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf doc = {0}, ssh = {0}, cms = {.max_len = RA_CMS_LEN_MAX};
	int fd;

	*out = (struct ra_sealed){0};
	ra_err err = hold(path, &fd, errs);

	if (err)
		return err;
	err = find_head(path, out, errs);
	if (!err && ra_head_write(&out->head, &doc))
		err = ra_fail(errs, RA_E_NOMEM, "no memory for a seal");
	if (!err && with->ssh_key)
		err = sign_ssh(path, with, &doc, out, &ssh, errs);
	if (!err && with->cms.cert)
		err = sign_cms(with, &doc, out, &cms, errs);
	if (!err)
		err = clear_other(path, &doc, &out->replaced_count, errs);
	if (!err)
		err = put_part(path, RA_SEAL_HEAD, &doc, errs);
	if (!err)
		err = put_part(path, RA_SEAL_SSH, &ssh, errs);
	if (!err)
		err = put_part(path, RA_SEAL_CMS, &cms, errs);
	close(fd);
	return err;
}

/* A part of the seal, if it is there. Errors: RA_E_IO, RA_E_NOMEM; one that is too large is cut: it is bad either way. */
static ra_err get_part(const char *path, const char *suffix, size_t max, struct ra_buf *out, bool *is, struct ra_errs *errs)
{
	char part[PATH_MAX_LEN];
	struct ra_errs own;

	ra_errs_clear(&own);
	*is = beside(path, suffix, part) && !access(part, F_OK);
	ra_err err = *is ? read_small(part, max, out, &own) : RA_OK;

	if (!err || err == RA_E_LIMIT)
		return RA_OK;
	return ra_fail(errs, err, "%s", own.text[0]);
}

ra_err ra_seal_look(const char *path, const struct ra_seal_trust *trust, struct ra_seal *out, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf doc = {0}, ssh = {0}, cms = {0};
	char file[PATH_MAX_LEN];
	const struct ra_sshsig sig = {RA_SEAL_NAMESPACE, &doc, file, &ssh};

	*out = (struct ra_seal){0};
	ra_err err = get_part(path, RA_SEAL_HEAD, RA_SEAL_DOC_MAX, &doc, &out->has_doc, errs);

	if (!err)
		err = get_part(path, RA_SEAL_SSH, RA_SSHSIG_LEN_MAX, &ssh, &out->has_ssh, errs);
	if (!err)
		err = get_part(path, RA_SEAL_CMS, RA_CMS_LEN_MAX, &cms, &out->has_cms, errs);
	if (err || !out->has_doc)
		return err;
	out->doc_good = ra_head_read(&doc, &out->head) == RA_OK;
	if (!out->doc_good)
		return RA_OK;
	if (out->has_ssh && beside(path, RA_SEAL_SSH, file))
		err = ra_sshsig_check(&sig, trust->signers, &out->ssh, errs);
	if (!err && out->has_cms)
		err = ra_cms_check(&cms, &doc, trust->ca_file, &out->cms, errs);
	return err;
}
