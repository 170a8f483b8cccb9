/* redact.c - lines taken apart beside their openings, and put together again without some. */
#include "config.h"

#include "base/digest.h"
#include "base/io.h"
#include "journal/redact.h"
#include "journal/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One pass over a file. */
struct pass {
	ra_redact_fn fn;
	void *payload;
	int64_t seq;
	struct ra_redacted *out;
	struct ra_buf built; /* of one line */
	int fd;              /* of the copy; -1: only looking */
};

/* A line with what is known of each of its commitments. */
struct taken {
	struct ra_line line;
	struct ra_redact_line told;
	struct ra_span *openings;  /* beside told.parts; len 0: none */
	const char **commitments;
	size_t room;
	struct ra_span left;
	const cJSON *next; /* the opening that comes now */
};

static void taken_clear(struct taken *t)
{
	for (size_t i = 0; i < t->told.count; i++)
		cJSON_Delete(t->told.parts[i].masked);
	free(t->told.parts);
	free(t->openings);
	free(t->commitments);
	ra_line_clear(&t->line);
}

static ra_err grow(struct taken *t)
{
	size_t room = t->room ? t->room * 2 : 64;
	struct ra_redact_part *parts = realloc(t->told.parts, room * sizeof(*parts));

	t->told.parts = parts ? parts : t->told.parts;
	struct ra_span *openings = parts ? realloc(t->openings, room * sizeof(*openings)) : NULL;

	t->openings = openings ? openings : t->openings;
	const char **commitments = openings ? realloc(t->commitments, room * sizeof(*commitments)) : NULL;

	t->commitments = commitments ? commitments : t->commitments;
	if (!commitments)
		return RA_E_NOMEM;
	t->room = room;
	return RA_OK;
}

/* One commitment, met in its order. The line was verified: an opening that is not of this commitment is of a later one. */
static ra_err take_part(struct taken *t, const cJSON *within, const char *key, const char *commitment)
{
	size_t len = t->next ? ra_line_nest_len(t->left.bytes, t->left.len) : 0;
	char hash[RA_SHA256_HEX_LEN];
	ra_err err = t->told.count == t->room ? grow(t) : RA_OK;

	if (!err && len)
		err = ra_sha256_hex(t->left.bytes, len, hash);
	if (err)
		return err;
	bool mine = len && !strcmp(hash, commitment);

	t->told.parts[t->told.count] = (struct ra_redact_part){
	    .within = within,
	    .key = key,
	    .value = mine ? t->next->child->next : NULL,
	    .shown = mine ? NULL : ra_line_shown(&t->line, commitment),
	};
	t->commitments[t->told.count] = commitment;
	t->openings[t->told.count++] = (struct ra_span){t->left.bytes, mine ? len : 0};
	if (mine) {
		len += t->left.len > len; /* and the comma */
		t->left = (struct ra_span){t->left.bytes + len, t->left.len - len};
		t->next = t->next->next;
	}
	return RA_OK;
}

static ra_err take_parts(struct taken *t, const cJSON *node, const char *key)
{
	ra_err err = RA_OK;

	for (const cJSON *child = node->child; child && !err; child = child->next) {
		const char *commitment = ra_line_commitment(child), *name = child->string ? child->string : key;

		err = commitment ? take_part(t, node, name, commitment) : take_parts(t, child, name);
	}
	return err;
}

/* The masked texts that the line is to show: those chosen, and those of before. */
static ra_err put_shown(const struct taken *t, struct ra_buf *out)
{
	bool any = false;
	ra_err err = RA_OK;

	for (size_t i = 0; i < t->told.count && !err; i++) {
		const struct ra_redact_part *part = &t->told.parts[i];
		const cJSON *shown = part->masked ? part->masked : part->shown;
		RA_AUTO(ra_mem_free) char *text = shown ? ra_json_print(shown) : NULL;

		if (!shown)
			continue;
		err = text ? ra_buf_printf(out, "%s\"%s\":", any ? "," : ",\"shown\":{", t->commitments[i]) : RA_E_NOMEM;
		err = err ? err : ra_buf_text(out, text);
		any = true;
	}
	return err || !any ? err : ra_buf_text(out, "}");
}

/* The line again, its LF included. Out: *dropped openings. */
static ra_err build(const struct taken *t, struct ra_buf *out, int64_t *dropped)
{
	bool any = false;
	ra_err err = ra_buf_text(out, "{\"body\":");

	err = err ? err : ra_buf_add(out, t->line.body.bytes, t->line.body.len);
	err = err ? err : ra_buf_printf(out, ",\"hash\":\"%s\",\"open\":[", t->line.hash);
	for (size_t i = 0; i < t->told.count && !err; i++) {
		if (t->told.parts[i].masked)
			*dropped += t->openings[i].len > 0;
		if (t->told.parts[i].masked || !t->openings[i].len)
			continue;
		err = any ? ra_buf_text(out, ",") : RA_OK;
		err = err ? err : ra_buf_add(out, t->openings[i].bytes, t->openings[i].len);
		any = true;
	}
	err = err ? err : ra_buf_text(out, "]");
	err = err ? err : put_shown(t, out);
	return err ? err : ra_buf_text(out, "}\n");
}

/* One good line: shown to fn, and written where something is written. */
static ra_err take_line(void *payload, struct ra_span bytes, struct ra_errs *errs)
{
	struct pass *pass = payload;
	struct taken t = {.told.kind = ""};
	int64_t dropped = 0, seq = pass->seq++;
	char name[40];

	snprintf(name, sizeof(name), "entry %lld", (long long)seq);
	ra_err err = ra_line_split(name, bytes, &t.line, errs);

	if (err)
		return err;
	t.told.body = t.line.body_node;
	t.told.kind = ra_json_str(t.told.body, "kind", "");
	t.left = t.line.open;
	t.next = t.line.open_node;
	err = take_parts(&t, t.told.body, "");
	if (!err)
		err = pass->fn(pass->payload, seq, &t.told, errs);
	if (!err && pass->fd >= 0) {
		ra_buf_reset(&pass->built);
		err = build(&t, &pass->built, &dropped);
		if (!err)
			err = ra_write_all(pass->fd, pass->built.data, pass->built.len, errs);
		pass->out->dropped += dropped;
		pass->out->lines += dropped > 0;
	}
	taken_clear(&t);
	return err && errs && !errs->count ? ra_fail(errs, err, "%s: %s", name,
						     err == RA_E_LIMIT ? "redacted it is larger than a line may be" : "not enough memory")
					   : err;
}

static ra_err run(const char *path, struct pass *pass, struct ra_verify *found, struct ra_errs *errs)
{
	RA_AUTO(ra_scan_clear) struct ra_scan scan;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return ra_fail(errs, errno == ENOENT ? RA_E_NOTFOUND : RA_E_IO, "cannot open %s: %s", path, strerror(errno));
	ra_scan_start(&scan, NULL, pass);
	scan.line_fn = take_line;
	pass->built.max_len = RA_JOURNAL_LINE_MAX;
	ra_err err = ra_scan_file(&scan, fd, errs);

	close(fd);
	ra_buf_free(&pass->built);
	ra_scan_result(&scan, found);
	return scan.broken ? ra_fail(errs, RA_E_BROKEN, "%s is broken, and no copy of it is made: %s", path, scan.why) : err;
}

ra_err ra_journal_look(const char *path, ra_redact_fn fn, void *payload, struct ra_errs *errs)
{
	struct pass pass = {.fn = fn, .payload = payload, .fd = -1};
	struct ra_verify found;

	return run(path, &pass, &found, errs);
}

/* Does the copy hold what the original holds, in the same chain? */
static ra_err prove(const char *path, const struct ra_verify *of, struct ra_errs *errs)
{
	struct ra_verify copy;
	ra_err err = ra_journal_verify(path, NULL, NULL, &copy, errs);

	if (err)
		return err;
	if (copy.verdict == RA_VERIFY_BROKEN || copy.count != of->count || strcmp(copy.head, of->head) || copy.torn_len)
		return ra_fail(errs, RA_E_INTERNAL, "the copy does not verify, and was removed: %s", copy.why);
	return RA_OK;
}

/* The name only where nothing has it: link(2) never takes one that is there. */
static ra_err name_copy(const char *made, const char *to, struct ra_errs *errs)
{
	if (link(made, to))
		return ra_fail(errs, RA_E_IO, "cannot write %s: %s", to, strerror(errno));
	unlink(made);
	return RA_OK;
}

ra_err ra_journal_redact(const char *path, const char *to, ra_redact_fn fn, void *payload, struct ra_redacted *out, struct ra_errs *errs)
{
	char made[4096];
	struct pass pass = {.fn = fn, .payload = payload, .out = out};
	int len = snprintf(made, sizeof(made), "%s.XXXXXX", to);

	*out = (struct ra_redacted){0};
	if (len < 0 || (size_t)len >= sizeof(made))
		return ra_fail(errs, RA_E_IO, "the path is too long: %.200s", to);
	if (!access(to, F_OK))
		return ra_fail(errs, RA_E_IO, "%s is there already; name another file, or remove it first", to);
	pass.fd = mkostemp(made, O_CLOEXEC); /* 0600 */
	if (pass.fd < 0)
		return ra_fail(errs, RA_E_IO, "cannot write %s: %s", to, strerror(errno));
	ra_err err = run(path, &pass, &out->of, errs);

	if (!err && fsync(pass.fd))
		err = ra_fail(errs, RA_E_IO, "cannot write %s: %s", to, strerror(errno));
	if (close(pass.fd) && !err)
		err = ra_fail(errs, RA_E_IO, "cannot write %s: %s", to, strerror(errno));
	if (!err)
		err = prove(made, &out->of, errs);
	if (!err)
		err = name_copy(made, to, errs);
	if (err)
		unlink(made);
	return err;
}
