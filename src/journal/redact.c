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
	const char *to;      /* its name to be */
};

/* A list of openings that is met in its order: the line's own, and that of its piece of the evidence file. */
struct list {
	struct ra_span left;
	const cJSON *next; /* the opening that comes now */
	char hash[RA_SHA256_HEX_LEN];
};
/* A line with what is known of each of its commitments. */
struct taken {
	const struct ra_line *line;
	struct ra_redact_line told;
	struct ra_span *openings;  /* beside told.parts; len 0: none */
	bool *away;                /* ... it stood in the piece */
	const char **commitments;
	size_t room;
	struct list lists[2];
};

static void taken_clear(struct taken *t)
{
	for (size_t i = 0; i < t->told.count; i++)
		cJSON_Delete(t->told.parts[i].masked);
	free(t->told.parts);
	free(t->openings);
	free(t->away);
	free(t->commitments);
}

static ra_err grow(struct taken *t)
{
	size_t room = t->room ? t->room * 2 : 64;
	struct ra_redact_part *parts = realloc(t->told.parts, room * sizeof(*parts));

	t->told.parts = parts ? parts : t->told.parts;
	struct ra_span *openings = parts ? realloc(t->openings, room * sizeof(*openings)) : NULL;

	t->openings = openings ? openings : t->openings;
	bool *away = openings ? realloc(t->away, room * sizeof(*away)) : NULL;

	t->away = away ? away : t->away;
	const char **commitments = away ? realloc(t->commitments, room * sizeof(*commitments)) : NULL;

	t->commitments = commitments ? commitments : t->commitments;
	if (!commitments)
		return RA_E_NOMEM;
	t->room = room;
	return RA_OK;
}

static ra_err list_load(struct list *list)
{
	list->hash[0] = '\0';
	return list->next ? ra_sha256_hex(list->left.bytes, ra_line_nest_len(list->left.bytes, list->left.len), list->hash) : RA_OK;
}

static ra_err list_step(struct list *list)
{
	size_t len = ra_line_nest_len(list->left.bytes, list->left.len);

	len += list->left.len > len; /* and the comma */
	list->left = (struct ra_span){list->left.bytes + len, list->left.len - len};
	list->next = list->next->next;
	return list_load(list);
}

/* One commitment, met in its order. The line was verified: an opening that is not of this commitment is of a later one. */
static ra_err take_part(struct taken *t, const cJSON *within, const char *key, const char *commitment)
{
	struct list *mine = NULL;
	size_t i = t->told.count;

	for (size_t k = 0; k < RA_LEN(t->lists) && !mine; k++)
		mine = strcmp(t->lists[k].hash, commitment) ? NULL : &t->lists[k];
	if (i == t->room && grow(t))
		return RA_E_NOMEM;
	t->told.parts[i] = (struct ra_redact_part){
	    .within = within,
	    .key = key,
	    .value = mine ? mine->next->child->next : NULL,
	    .shown = mine ? NULL : ra_line_shown(t->line, commitment),
	};
	t->commitments[i] = commitment;
	t->away[i] = mine == &t->lists[1];
	t->openings[i] = mine ? (struct ra_span){mine->left.bytes, ra_line_nest_len(mine->left.bytes, mine->left.len)} : (struct ra_span){"", 0};
	t->told.count++;
	return mine ? list_step(mine) : RA_OK;
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

	err = err ? err : ra_buf_add(out, t->line->body.bytes, t->line->body.len);
	err = err ? err : ra_buf_printf(out, ",\"hash\":\"%s\",\"open\":[", t->line->hash);
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

/* What stood in the evidence file stands in the line of the copy. Where a line has no room for it, none of it is copied. */
static ra_err leave_away(struct taken *t)
{
	for (size_t i = 0; i < t->told.count; i++) {
		struct ra_redact_part *part = &t->told.parts[i];

		if (!t->away[i])
			continue;
		cJSON_Delete(part->masked);
		part->masked = cJSON_CreateString(RA_REDACT_LARGE);
		if (!part->masked)
			return RA_E_NOMEM;
	}
	return RA_OK;
}

static ra_err write_line(struct pass *pass, struct taken *t, struct ra_errs *errs)
{
	struct ra_errs why;
	int64_t dropped = 0;

	ra_errs_clear(&why);
	ra_buf_reset(&pass->built);
	ra_err err = build(t, &pass->built, &dropped);

	if (err == RA_E_LIMIT && !leave_away(t)) {
		pass->out->large++;
		dropped = 0;
		ra_buf_reset(&pass->built);
		err = build(t, &pass->built, &dropped);
	}
	if (err)
		return err;
	pass->out->dropped += dropped;
	pass->out->lines += dropped > 0;
	err = ra_write_all(pass->fd, pass->built.data, pass->built.len, &why);
	return err ? ra_fail(errs, err, "cannot write %s: %s", pass->to, why.text[0]) : RA_OK; /* who reads the lines passes on one sentence */
}

/* One good line: shown to fn, and written where something is written. */
static ra_err take_line(void *payload, const struct ra_line *line, struct ra_errs *errs)
{
	struct pass *pass = payload;
	struct taken t = {.line = line, .lists = {{.left = line->open, .next = line->open_node}, {.left = line->away, .next = line->away_node}}};
	int64_t seq = pass->seq++;

	t.told.body = line->body_node;
	t.told.kind = ra_json_str(t.told.body, "kind", "");
	ra_err err = list_load(&t.lists[0]);

	err = err ? err : list_load(&t.lists[1]);
	err = err ? err : take_parts(&t, t.told.body, "");
	if (!err)
		err = pass->fn(pass->payload, seq, &t.told, errs);
	if (!err && pass->fd >= 0)
		err = write_line(pass, &t, errs);
	taken_clear(&t);
	return err && !errs->count && err != RA_E_LIMIT ? ra_fail(errs, err, "entry %lld: %s", (long long)seq, ra_err_name(err)) : err;
}

static ra_err run(const char *path, struct pass *pass, struct ra_verify *found, struct ra_errs *errs)
{
	RA_AUTO(ra_scan_clear) struct ra_scan scan;
	RA_AUTO(ra_evidence_clear) struct ra_evidence evidence = {.fd = -1};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	ra_scan_start(&scan, NULL, NULL);
	scan.chain.line_fn = take_line;
	scan.chain.line_payload = pass;
	scan.chain.evidence = &evidence;
	pass->built.max_len = RA_JOURNAL_LINE_MAX;
	ra_err err = ra_evidence_open(path, false, &evidence, errs);

	if (!err && fd < 0)
		err = ra_fail(errs, errno == ENOENT ? RA_E_NOTFOUND : RA_E_IO, "cannot open %s: %s", path, strerror(errno));
	if (!err)
		err = ra_scan_file(&scan, fd, errs);
	if (fd >= 0)
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
	struct pass pass = {.fn = fn, .payload = payload, .out = out, .to = to};
	RA_AUTO(ra_mem_free) char *made = ra_name_beside(to);

	*out = (struct ra_redacted){0};
	if (!made)
		return ra_fail(errs, RA_E_NOMEM, "no memory for a name beside %s", to);
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
