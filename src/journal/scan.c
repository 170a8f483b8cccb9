#include "config.h"

#include "journal/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_LEN 65536

void ra_scan_start(struct ra_scan *scan, ra_entry_fn fn, void *payload)
{
	memset(scan, 0, sizeof(*scan));
	ra_chain_start(&scan->chain);
	scan->line.max_len = RA_JOURNAL_LINE_MAX;
	scan->fn = fn;
	scan->payload = payload;
}

void ra_scan_clear(struct ra_scan *scan)
{
	ra_buf_free(&scan->line);
}

static ra_err broken(struct ra_scan *scan, const char *why)
{
	scan->broken = true;
	snprintf(scan->why, sizeof(scan->why), "%.255s", why);
	return RA_E_BROKEN;
}

static ra_err take_line(struct ra_scan *scan, struct ra_errs *errs)
{
	struct ra_span line = {ra_buf_str(&scan->line), scan->line.len};
	struct ra_entry entry;
	struct ra_errs own;
	ra_err err;

	ra_errs_clear(&own);
	err = ra_chain_take(&scan->chain, line, &entry, &own);
	if (err == RA_E_BROKEN)
		return broken(scan, own.text[0]);
	if (err)
		return own.count ? ra_fail(errs, err, "%s", own.text[0]) : err;
	scan->good_len += (int64_t)line.len + 1;
	if (scan->fn)
		err = scan->fn(scan->payload, &entry, errs);
	ra_entry_clear(&entry);
	ra_buf_reset(&scan->line);
	return err;
}

ra_err ra_scan_feed(struct ra_scan *scan, struct ra_span bytes, struct ra_errs *errs)
{
	while (bytes.len > 0) {
		const char *lf = memchr(bytes.bytes, '\n', bytes.len);
		size_t len = lf ? (size_t)(lf - bytes.bytes) : bytes.len;
		ra_err err = ra_buf_add(&scan->line, bytes.bytes, len);
		char why[80];

		if (err == RA_E_LIMIT) {
			snprintf(why, sizeof(why), "entry %lld: the line is longer than %u MiB",
				 (long long)scan->chain.count, RA_JOURNAL_LINE_MAX >> 20);
			return broken(scan, why);
		}
		if (err)
			return ra_fail(errs, err, "not enough memory for a line of the journal");
		if (scan->good_len + (int64_t)scan->line.len >= (int64_t)RA_JOURNAL_FILE_MAX)
			return ra_fail(errs, RA_E_LIMIT, "the journal is larger than %u MiB",
				       RA_JOURNAL_FILE_MAX >> 20);
		if (lf) {
			err = take_line(scan, errs);
			if (err)
				return err;
			len++;
		}
		bytes.bytes += len;
		bytes.len -= len;
	}
	return RA_OK;
}

ra_err ra_scan_file(struct ra_scan *scan, int fd, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *piece = malloc(READ_LEN);
	ra_err err = RA_OK;

	if (!piece)
		return ra_fail(errs, RA_E_NOMEM, "not enough memory to read a journal");
	while (!err) {
		ssize_t got = read(fd, piece, READ_LEN);

		if (got == 0)
			break;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ra_fail(errs, RA_E_IO, "cannot read the journal: %s", strerror(errno));
		err = ra_scan_feed(scan, (struct ra_span){piece, (size_t)got}, errs);
	}
	return err;
}

void ra_scan_result(const struct ra_scan *scan, struct ra_verify *out)
{
	memset(out, 0, sizeof(*out));
	out->count = scan->chain.count;
	out->first_bad = scan->broken ? scan->chain.count : -1;
	out->withheld = scan->chain.withheld;
	out->missing = scan->chain.missing;
	out->redacted = scan->chain.redacted;
	out->torn_len = scan->broken ? 0 : (int64_t)scan->line.len;
	memcpy(out->head, scan->chain.head, sizeof(out->head));
	memcpy(out->why, scan->why, sizeof(out->why));
	if (scan->broken)
		out->verdict = RA_VERIFY_BROKEN;
	else if (out->torn_len > 0 || !scan->chain.ended)
		out->verdict = RA_VERIFY_INCOMPLETE;
	else
		out->verdict = RA_VERIFY_WHOLE;
}

ra_err ra_journal_verify(const char *path, ra_entry_fn fn, void *payload, struct ra_verify *out, struct ra_errs *errs)
{
	RA_AUTO(ra_scan_clear) struct ra_scan scan;
	RA_AUTO(ra_evidence_clear) struct ra_evidence evidence = {.fd = -1};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	ra_err err;

	ra_scan_start(&scan, fn, payload);
	ra_scan_result(&scan, out);
	if (fd < 0)
		return ra_fail(errs, errno == ENOENT ? RA_E_NOTFOUND : RA_E_IO, "cannot open %s: %s", path,
			       strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		err = ra_fail(errs, RA_E_IO, "%s is not a file", path);
	else
		err = ra_evidence_open(path, false, &evidence, errs);
	scan.chain.evidence = &evidence;
	if (!err)
		err = ra_scan_file(&scan, fd, errs);
	close(fd);
	ra_scan_result(&scan, out);
	return scan.broken ? RA_OK : err;
}
