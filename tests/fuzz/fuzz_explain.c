/* fuzz_explain.c - any bytes as a log, in pieces whose lengths the first bytes give, once plain and once as what a file holds (gzip
 * too): the same lines are known as when all comes at once, and what is shown of them is clean and holds no key. */
#include "config.h"

#include "check/mask.h"
#include "check/scan.h"

#include "base/inflow.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECES 4
#define UNPACKED_MAX (4u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const struct {
	const char *literal, *pattern;
} rows[] = {
    {"SHA-256 PCR bank not found", "tpmDriver: \\w+:\\d+: TPM 2 SHA-256 PCR bank not found to be active"},
    {"Failed to load", "^Failed to load .*\\.efi$"},
    {"aaaaaa", NULL},
    {"still expects", "TpmWrite:\\d+: still expects data after \\d+ bytes"},
};

/* A sum over all hits that does not depend on the order of those of one line. */
struct seen {
	uint64_t sum;
	int64_t line;
};

static ra_err see(void *payload, const struct ra_scan_hit *hit)
{
	RA_AUTO(ra_buf_free) struct ra_buf open = {0}, clean = {0};
	struct seen *seen = payload;

	if (hit->line < seen->line || hit->len > RA_SCAN_LINE_MAX || memchr(hit->text, '\n', hit->len))
		abort();
	seen->line = hit->line;
	seen->sum += ((uint64_t)hit->line * 31 + hit->signature) * 8191 + hit->len * 2 + hit->part;
	if (ra_mask_secrets(RA_MASK_PIECE, hit->text, hit->len, &open) || ra_text_clean(ra_buf_str(&open), open.len, false, &clean))
		return RA_OK;
	if (!ra_utf8_valid(ra_buf_str(&clean), clean.len) || strchr(ra_buf_str(&clean), '\x1b'))
		abort();
	return RA_OK;
}

static void put(struct ra_scan *scan, const uint8_t *bytes, size_t len)
{
	size_t room;
	char *at = ra_scan_room(scan, &room);

	if (len > room)
		abort(); /* only lengths below RA_SCAN_ROOM come here */
	memcpy(at, bytes, len);
	if (ra_scan_took(scan, len))
		abort();
}

/* The same bytes in the pieces that cuts gives, over and over. Out: what was seen. */
static uint64_t scan_with(struct ra_scan *scan, struct seen *seen, const uint8_t *cuts, const uint8_t *bytes, size_t len)
{
	struct ra_scan_counts counts;

	*seen = (struct seen){0};
	for (size_t at = 0, i = 0; at < len; i++) {
		size_t n = cuts ? (size_t)cuts[i % PIECES] * cuts[(i + 1) % PIECES] + 1 : RA_SCAN_ROOM;

		n = n < len - at ? n : len - at;
		put(scan, bytes + at, n);
		at += n;
	}
	if (ra_scan_end(scan, &counts) || counts.bytes != (int64_t)len)
		abort();
	return seen->sum * 1000003 + (uint64_t)counts.lines * 1009 + (uint64_t)counts.long_lines;
}

/* As a file: it ends, however broken it is. */
static void as_file(const uint8_t *bytes, size_t len)
{
	RA_AUTO(ra_inflow_free) struct ra_inflow *inflow = NULL;
	char path[] = "/tmp/fuzz-explain-XXXXXX", piece[4096];
	size_t got = 1, all = 0;
	int fd = mkstemp(path);

	if (fd < 0)
		return;
	if (write(fd, bytes, len) == (ssize_t)len && !ra_inflow_open(path, &inflow, NULL))
		while (got && all < UNPACKED_MAX && !ra_inflow_read(inflow, piece, sizeof(piece), &got, NULL)) {
			if (got > sizeof(piece))
				abort();
			all += got;
		}
	close(fd);
	unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ra_signature items[RA_LEN(rows)];
	struct ra_signatures all = {items, RA_LEN(rows)};
	struct ra_scan *scan = NULL;
	struct seen seen;

	if (len < PIECES)
		return 0;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		items[i] = (struct ra_signature){.id = "x", .literal = rows[i].literal};
		if (rows[i].pattern && ra_pattern_compile(rows[i].pattern, &items[i].pattern, NULL))
			abort();
	}
	if (ra_scan_new(&all, see, &seen, &scan, NULL))
		abort();
	if (scan_with(scan, &seen, bytes, bytes + PIECES, len - PIECES) != scan_with(scan, &seen, NULL, bytes + PIECES, len - PIECES))
		abort();
	as_file(bytes + PIECES, len - PIECES);
	ra_scan_free(scan);
	for (size_t i = 0; i < RA_LEN(rows); i++)
		ra_pattern_free(items[i].pattern);
	return 0;
}
