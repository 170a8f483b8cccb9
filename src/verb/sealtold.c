/* sealtold.c - what is said of a seal, and what it is worth. */
#include "config.h"

#include "verb/sealtold.h"

#include "base/io.h"
#include "base/text.h"
#include "verb/common.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_FILE_MAX ((size_t)16 << 20) /* an extract of a system's log */

enum ra_seal_verdict ra_seal_judge(const struct ra_seal *seal, const struct ra_heads *heads)
{
	bool ssh = seal->has_ssh && seal->ssh.trust == RA_SSHSIG_VOUCHED, cms = seal->has_cms && seal->cms.trust == RA_CMS_VOUCHED;

	if (!seal->has_doc)
		return RA_SEALED_NOT; /* signatures of nothing that is there */
	if (!seal->doc_good || !heads->claim_holds || (seal->has_ssh && seal->ssh.trust == RA_SSHSIG_BAD) ||
	    (seal->has_cms && seal->cms.trust == RA_CMS_BAD))
		return RA_SEALED_BROKEN;
	if (ssh || cms)
		return seal->head.count == heads->at.count ? RA_SEALED : RA_SEALED_IN_PART;
	return (seal->has_ssh && seal->ssh.trust == RA_SSHSIG_UNKNOWN) || seal->has_cms ? RA_SEALED_UNKNOWN : RA_SEALED_NOT;
}

static void print_ssh(const struct ra_sshsig_found *found)
{
	switch (found->trust) {
	case RA_SSHSIG_BAD:
		ra_print_clean("  seal     SSH: DOES NOT HOLD: ", found->why, "\n");
		break;
	case RA_SSHSIG_UNCHECKED:
		ra_print_clean("  seal     SSH: not examined: ", found->why, "\n");
		break;
	case RA_SSHSIG_UNKNOWN:
		ra_print_clean("  seal     SSH: by ", found->key, "\n");
		ra_print_clean("           whose that is, is not known: ", found->why, "\n");
		break;
	case RA_SSHSIG_VOUCHED:
		ra_print_clean("  seal     SSH: by ", found->signer, "\n");
		ra_print_clean("           with ", found->key, "\n");
		break;
	}
}

static void print_cms(const struct ra_cms_found *found)
{
	char at[RA_UTC_TEXT_LEN];

	if (found->trust == RA_CMS_BAD) {
		ra_print_clean("  seal     CMS: DOES NOT HOLD: ", found->why, "\n");
		return;
	}
	ra_print_clean("  seal     CMS: by ", found->signer.subject, "\n");
	ra_print_clean("           issued by ", found->signer.issuer, "\n");
	printf("           certificate SHA256 %s\n", found->signer.sha256);
	if (found->signed_at != RA_UTC_NONE)
		printf("           signed %s by the signer's clock\n", ra_utc_format(found->signed_at, at));
	if (found->trust == RA_CMS_UNKNOWN)
		ra_print_clean("           nobody vouches for it: ", found->why, "\n");
}

/* Which entries the seal is about. */
static void print_covers(const struct ra_seal *seal, const struct ra_heads *heads)
{
	int64_t covered = seal->head.count, there = heads->at.count;

	if (heads->claim_holds && covered == there)
		printf("  covers   all %" PRId64 " entries\n", covered);
	else if (heads->claim_holds)
		printf("  covers   the first %" PRId64 " entries; the %" PRId64 " after them are not sealed\n", covered, there - covered);
	else if (covered > there)
		printf("  covers   %" PRId64 " entries: here are %" PRId64 " good ones. The record was cut, changed, or is another one\n", covered, there);
	else
		printf("  covers   %" PRId64 " entries of another record, or of this one before it was changed\n", covered);
}

void ra_seal_print(const struct ra_seal *seal, const struct ra_heads *heads)
{
	if (!seal->has_doc) {
		if (seal->has_ssh || seal->has_cms)
			printf("  seal     a signature is there, and the head document it is of (" RA_SEAL_HEAD ") is missing\n");
		return;
	}
	if (!seal->doc_good) {
		printf("  seal     DOES NOT HOLD: the head document (" RA_SEAL_HEAD ") is not as it was written\n");
		return;
	}
	if (!seal->has_ssh && !seal->has_cms)
		printf("  seal     a head document without a signature\n");
	if (seal->has_ssh)
		print_ssh(&seal->ssh);
	if (seal->has_cms)
		print_cms(&seal->cms);
	print_covers(seal, heads);
}

/* The last "... session=S count=N head=H ..." of a log. Out: false without any of this session. */
static bool from_log(const char *text, const char *session, struct ra_kept_head *out)
{
	char mark[96];
	size_t len = (size_t)snprintf(mark, sizeof(mark), " session=%.64s count=", session);
	bool found = false;

	for (const char *at = strstr(text, mark); at; at = strstr(at + 1, mark)) {
		char *end = NULL;
		long long count = strtoll(at + len, &end, 10);

		if (count < 1 || strncmp(end, " head=", 6) || strspn(end + 6, "0123456789abcdef") != 64)
			continue;
		snprintf(out->head, sizeof(out->head), "%.64s", end + 6);
		out->count = count;
		found = true;
	}
	return found;
}

ra_err ra_kept_head_read(const char *text, const char *session, struct ra_kept_head *out, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = KEPT_FILE_MAX};
	struct ra_head head;

	*out = (struct ra_kept_head){0};
	if (ra_is_sha256_hex(text)) {
		snprintf(out->head, sizeof(out->head), "%s", text);
		return RA_OK;
	}
	ra_err err = ra_read_file(text, &bytes, errs);

	if (err)
		return ra_fail(errs, err, "--head wants 64 hex digits, or a file with a head");
	if (!ra_head_read(&bytes, &head)) {
		snprintf(out->head, sizeof(out->head), "%s", head.head);
		out->count = head.count;
		return RA_OK;
	}
	return from_log(ra_buf_str(&bytes), session, out) ? RA_OK : ra_fail(errs, RA_E_ARG, "%s holds no head of this record", text);
}
