/* glance.c - a quick look at a journal. Most of a record is what machines answered: nothing of that is read here, only hashed. */
#include "config.h"

#include "journal/chain.h"

#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK "{\"$c\":\"" /* how a commitment begins; a text cannot hold it, for its quotes would be escaped */
#define KIND "\",\"kind\":\""
#define KIND_MAX 32

/* A look under way. */
struct look {
	struct ra_verify *out;
	const char *const *kinds;
	ra_entry_fn fn;
	void *payload;
	bool ended;
};

static ra_err broken(struct look *look, const char *why)
{
	look->out->verdict = RA_VERIFY_BROKEN;
	look->out->first_bad = look->out->count;
	snprintf(look->out->why, sizeof(look->out->why), "entry %" PRId64 ": %.200s", look->out->count, why);
	return RA_E_BROKEN;
}

static int64_t count_marks(struct ra_span body)
{
	int64_t count = 0;
	const char *at = body.bytes, *end = body.bytes + body.len;

	for (; (at = memmem(at, (size_t)(end - at), MARK, strlen(MARK))); at += strlen(MARK))
		count++;
	return count;
}

/* A body begins with what places it, in one spelling. Out: kind, false when it does not. */
static bool take_place(const struct look *look, struct ra_span body, char *kind)
{
	char want[256];
	int len = snprintf(want, sizeof(want), "{\"v\":%d,\"seq\":%" PRId64 ",\"prev\":\"%s\",\"t\":\"", RA_JOURNAL_FORMAT, look->out->count,
			   look->out->head);
	size_t at = (size_t)len, end;

	if (len < 0 || body.len <= at || memcmp(body.bytes, want, at) != 0)
		return false;
	for (end = at; end < body.len && body.bytes[end] != '"';)
		end++;
	if (end - at >= RA_UTC_TEXT_LEN || body.len - end <= strlen(KIND) || memcmp(body.bytes + end, KIND, strlen(KIND)) != 0)
		return false;
	at = end + strlen(KIND);
	for (end = at; end < body.len && body.bytes[end] != '"';)
		end++;
	if (end == body.len || end == at || end - at >= KIND_MAX)
		return false;
	memcpy(kind, body.bytes + at, end - at);
	kind[end - at] = '\0';
	return true;
}

static bool wanted(const struct look *look, const char *kind)
{
	for (const char *const *at = look->kinds; *at; at++)
		if (!strcmp(*at, kind))
			return true;
	return false;
}

/* The whole of an entry that is asked for. */
static ra_err give(struct look *look, struct ra_span bytes, struct ra_errs *errs)
{
	RA_AUTO(ra_line_clear) struct ra_line line = {0};
	struct ra_entry entry = {.seq = look->out->count};
	int64_t withheld = 0;
	struct ra_errs own;

	ra_errs_clear(&own);
	ra_err err = ra_line_split("it", bytes, &line, &own);

	if (!err)
		err = ra_line_resolve("it", &line, &entry.body, &withheld, &own);
	if (!err) {
		entry.kind = ra_json_str(entry.body, "kind", "");
		if (ra_utc_parse(ra_json_str(entry.body, "t", ""), &entry.t))
			err = broken(look, "t is not a time");
		else
			err = look->fn(look->payload, &entry, errs);
	} else if (err == RA_E_BROKEN) {
		err = broken(look, own.text[0]);
	}
	ra_entry_clear(&entry);
	return err;
}

static ra_err see(struct look *look, struct ra_span bytes, struct ra_errs *errs)
{
	struct ra_line line = {0};
	char hash[RA_SHA256_HEX_LEN], kind[KIND_MAX];
	int64_t openings = 0;

	if (!ra_line_frame(bytes, &line, &openings))
		return broken(look, "it has not the form of a line");
	if (ra_sha256_hex(line.body.bytes, line.body.len, hash))
		return ra_fail(errs, RA_E_INTERNAL, "no digest");
	if (strcmp(hash, line.hash) != 0)
		return broken(look, "its hash is not that of its body");
	if (!take_place(look, line.body, kind))
		return broken(look, "it does not follow the entry before");
	/* Openings that stand in the evidence file are not counted here. */
	bool away = memmem(line.body.bytes, line.body.len, "\"" RA_LINE_EVIDENCE "\":{", strlen(RA_LINE_EVIDENCE) + 4) != NULL;

	look->out->redacted = look->out->redacted || line.shown || (!away && openings < count_marks(line.body));
	ra_err err = wanted(look, kind) ? give(look, bytes, errs) : RA_OK;

	if (err)
		return err;
	look->ended = !strcmp(kind, "end");
	memcpy(look->out->head, hash, sizeof(look->out->head));
	look->out->count++;
	return RA_OK;
}

/* Bytes as they are read. Shape: line holds what there is of the one under way. */
static ra_err feed(struct look *look, struct ra_buf *line, struct ra_span bytes, struct ra_errs *errs)
{
	ra_err err = RA_OK;

	while (bytes.len > 0 && !err) {
		const char *lf = memchr(bytes.bytes, '\n', bytes.len);
		size_t len = lf ? (size_t)(lf - bytes.bytes) : bytes.len;

		err = ra_buf_add(line, bytes.bytes, len);
		if (err == RA_E_LIMIT)
			return broken(look, "it is longer than a line may be");
		if (!err && lf) {
			err = see(look, (struct ra_span){ra_buf_str(line), line->len}, errs);
			ra_buf_reset(line);
		}
		len += lf != NULL;
		bytes = (struct ra_span){bytes.bytes + len, bytes.len - len};
	}
	return err;
}

static ra_err read_lines(struct look *look, int fd, const char *path, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf line = {.max_len = RA_JOURNAL_LINE_MAX};
	char piece[16384];
	ra_err err = RA_OK;

	while (!err) {
		ssize_t got = read(fd, piece, sizeof(piece));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ra_fail(errs, RA_E_IO, "cannot read %s: %s", path, strerror(errno));
		if (got == 0)
			break;
		err = feed(look, &line, (struct ra_span){piece, (size_t)got}, errs);
	}
	look->out->torn_len = err ? 0 : (int64_t)line.len;
	return err;
}

ra_err ra_journal_glance(const char *path, const char *const *kinds, ra_entry_fn fn, void *payload, struct ra_verify *out, struct ra_errs *errs)
{
	struct look look = {.out = out, .kinds = kinds, .fn = fn, .payload = payload};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	*out = (struct ra_verify){.verdict = RA_VERIFY_INCOMPLETE, .first_bad = -1};
	memset(out->head, '0', sizeof(out->head) - 1);
	if (fd < 0)
		return ra_fail(errs, errno == ENOENT ? RA_E_NOTFOUND : RA_E_IO, "cannot open the journal %s: %s", path, strerror(errno));
	ra_err err = fstat(fd, &st) || !S_ISREG(st.st_mode) ? ra_fail(errs, RA_E_IO, "%s is not a file", path) : read_lines(&look, fd, path, errs);

	close(fd);
	if (err == RA_E_BROKEN && out->verdict == RA_VERIFY_BROKEN)
		return RA_OK;
	if (!err && look.ended && !out->torn_len)
		out->verdict = RA_VERIFY_WHOLE;
	return err;
}
