/* fuzz_journal.c - a journal's bytes through the scanner, whole and in two pieces: the verdict is the same, and a
 * prefix of what is good is never broken. Lines that begin with '#' are bodies (and, after a TAB, openings): they get
 * their frame and hash here, so that mutations reach what stands behind the hash. */
#include "config.h"

#include "base/digest.h"
#include "journal/scan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static int frame(struct ra_span text, struct ra_buf *out)
{
	const char *tab = memchr(text.bytes, '\t', text.len);
	size_t body_len = tab ? (size_t)(tab - text.bytes) : text.len;
	char hash[RA_SHA256_HEX_LEN];

	return ra_sha256_hex(text.bytes, body_len, hash) || ra_buf_text(out, "{\"body\":") ||
	       ra_buf_add(out, text.bytes, body_len) || ra_buf_printf(out, ",\"hash\":\"%s\",\"open\":[", hash) ||
	       (tab && ra_buf_add(out, tab + 1, text.len - body_len - 1)) || ra_buf_text(out, "]}");
}

static int frame_lines(struct ra_span in, struct ra_buf *out)
{
	while (in.len > 0) {
		const char *lf = memchr(in.bytes, '\n', in.len);
		size_t len = lf ? (size_t)(lf - in.bytes) : in.len;

		if (len > 0 && in.bytes[0] == '#' ? frame((struct ra_span){in.bytes + 1, len - 1}, out)
						  : ra_buf_add(out, in.bytes, len))
			return -1;
		if (lf && ra_buf_text(out, "\n"))
			return -1;
		in.bytes += len + (lf != NULL);
		in.len -= len + (lf != NULL);
	}
	return 0;
}

static struct ra_verify verify(struct ra_span first, struct ra_span second)
{
	RA_AUTO(ra_scan_clear) struct ra_scan scan;
	struct ra_verify found;

	ra_scan_start(&scan, NULL, NULL);
	if (!ra_scan_feed(&scan, first, NULL) && ra_scan_feed(&scan, second, NULL) && !scan.broken)
		abort();
	ra_scan_result(&scan, &found);
	return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {.max_len = 4u << 20};
	struct ra_verify whole, pieces, prefix;
	struct ra_span all, none = {"", 0}, head, tail;

	if (len == 0 || frame_lines((struct ra_span){(const char *)bytes, len}, &text))
		return 0;
	all = (struct ra_span){ra_buf_str(&text), text.len};
	head = (struct ra_span){all.bytes, all.len / 2};
	tail = (struct ra_span){all.bytes + head.len, all.len - head.len};
	whole = verify(all, none);
	pieces = verify(head, tail);
	if (memcmp(&whole, &pieces, sizeof(whole)) != 0)
		abort();
	prefix = verify(head, none);
	if (whole.verdict != RA_VERIFY_BROKEN && prefix.verdict == RA_VERIFY_BROKEN)
		abort();
	return 0;
}
