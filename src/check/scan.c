/* scan.c - the literals of all signatures are looked for at once over whole blocks (base/grams.h); only where one stands the
 * line around it is found, its number counted, and the pattern run. */
#include "config.h"

#include "check/scan.h"

#include "base/grams.h"

#include <stdlib.h>
#include <string.h>

/* What is kept of a signature. */
struct seat {
	int64_t done; /* 1 + where the line begins, in the file, that it was last run on */
	bool stuck;
};

struct ra_scan {
	const struct ra_signatures *signatures;
	struct ra_grams *grams;
	struct seat *seats;
	ra_scan_fn fn;
	void *payload;
	size_t held;     /* bytes of the open line in data */
	size_t consumed; /* bytes of the open line that were looked at before */
	int64_t before;  /* bytes of the file before data */
	struct ra_scan_counts counts;
	char data[RA_SCAN_LINE_MAX + RA_SCAN_ROOM];
};

/* Bytes that begin with a line, or where a part of one does. */
struct block {
	const char *at, *end;
	size_t consumed; /* of the first line, before at */
	bool open;       /* no LF at the end: its line goes on */
	const char *counted;          /* up to here the LFs are in counts.lines */
	const char *begin, *line_end; /* of the line of the last literal: a line full of them is measured once */
};

ra_err ra_scan_new(const struct ra_signatures *signatures, ra_scan_fn fn, void *payload, struct ra_scan **out,
		   struct ra_errs *errs)
{
	RA_AUTO(ra_scan_free) struct ra_scan *scan = malloc(sizeof(*scan));
	RA_AUTO(ra_mem_free) const char **literals = calloc(signatures->count + 1, sizeof(*literals));
	ra_err err;

	*out = NULL;
	if (scan) /* data is left as it is: nothing reads it before it is written */
		memset(scan, 0, offsetof(struct ra_scan, data));
	if (scan)
		scan->seats = calloc(signatures->count + 1, sizeof(*scan->seats));
	if (!scan || !literals || !scan->seats)
		return ra_fail(errs, RA_E_NOMEM, "no memory to look for lines");
	for (size_t i = 0; i < signatures->count; i++)
		literals[i] = signatures->items[i].literal;
	err = ra_grams_new(literals, signatures->count, &scan->grams, errs);
	if (err)
		return err;
	scan->signatures = signatures;
	scan->fn = fn;
	scan->payload = payload;
	*out = scan;
	scan = NULL;
	return RA_OK;
}

char *ra_scan_room(struct ra_scan *scan, size_t *room)
{
	*room = sizeof(scan->data) - scan->held;
	return scan->data + scan->held;
}

/* Find the line a literal stands in, unless it is that of the last one. */
static void find_line(struct block *block, const char *literal)
{
	const char *begin, *end;

	if (block->line_end && literal < block->line_end)
		return;
	begin = memrchr(block->at, '\n', (size_t)(literal - block->at));
	end = memchr(literal, '\n', (size_t)(block->end - literal));
	block->begin = begin ? begin + 1 : block->at;
	block->line_end = end ? end : block->end;
}

/* The line around a literal, cut to the part it stands in. Out: false when it reaches over the end of a part. */
static bool around(struct block *block, const char *literal, size_t len, struct ra_scan_hit *hit)
{
	const char *begin, *end;
	bool goes_on;

	find_line(block, literal);
	begin = block->begin;
	end = block->line_end;
	goes_on = end == block->end && block->open;
	hit->part = (begin == block->at && block->consumed) || goes_on || end - begin > RA_SCAN_LINE_MAX;
	begin += (literal - begin) / RA_SCAN_LINE_MAX * RA_SCAN_LINE_MAX;
	if (end - begin > RA_SCAN_LINE_MAX)
		end = begin + RA_SCAN_LINE_MAX;
	else if (end > begin && end[-1] == '\r' && !goes_on)
		end--;
	hit->text = begin;
	hit->len = (size_t)(end - begin);
	return literal + len <= end;
}

/* A literal stands there: is the line around it one of its signature? */
static ra_err try_line(struct ra_scan *scan, struct block *block, size_t signature, const char *literal)
{
	const struct ra_signature *sig = &scan->signatures->items[signature];
	struct seat *seat = &scan->seats[signature];
	struct ra_scan_hit hit = {.signature = signature};
	bool found = true;
	int64_t begin;
	ra_err err = RA_OK;

	if (seat->stuck || !around(block, literal, strlen(sig->literal), &hit))
		return RA_OK;
	begin = scan->before + (hit.text - scan->data);
	if (seat->done == begin + 1)
		return RA_OK;
	seat->done = begin + 1;
	if (sig->pattern)
		err = ra_pattern_find(sig->pattern, hit.text, hit.len, 0, &found, NULL);
	if (err == RA_E_LIMIT) {
		seat->stuck = true; /* such bytes would do it again on every line */
		return RA_OK;
	}
	if (err || !found)
		return err;
	/* A look that finds a literal lies in it, so lines come in their order. */
	scan->counts.lines += (int64_t)ra_count_lines(block->counted, (size_t)(hit.text - block->counted));
	block->counted = hit.text;
	hit.line = scan->counts.lines + 1;
	return scan->fn(scan->payload, &hit);
}

/* Lines longer than a part, but for a first one whose begin was counted before. Where an LF stands among so many bytes after a line's
 * begin, all lines up to the last one there are short: a look every few thousand bytes is enough. */
static int64_t count_long(const struct block *block)
{
	const char *at = block->at;
	int64_t count = 0;

	while (block->end - at > RA_SCAN_LINE_MAX) {
		const char *last = memrchr(at, '\n', RA_SCAN_LINE_MAX + 1);

		if (!last) {
			count += at != block->at || !block->consumed;
			last = memchr(at, '\n', (size_t)(block->end - at));
		}
		at = last ? last + 1 : block->end;
	}
	return count;
}

static ra_err look(struct ra_scan *scan, struct block block)
{
	struct ra_grams_hunt hunt = {.bytes = block.at, .len = (size_t)(block.end - block.at)};
	size_t signature, where;
	ra_err err = RA_OK;

	block.counted = block.at;
	scan->counts.long_lines += block.open ? !block.consumed : count_long(&block);
	while (!err && ra_grams_next(scan->grams, &hunt, &signature, &where))
		err = try_line(scan, &block, signature, block.at + where);
	scan->counts.lines += (int64_t)ra_count_lines(block.counted, (size_t)(block.end - block.counted));
	return err;
}

/* What stands at the front was looked at: len bytes of it. */
static void let_go(struct ra_scan *scan, size_t len)
{
	scan->held -= len;
	scan->before += (int64_t)len;
	memmove(scan->data, scan->data + len, scan->held);
}

ra_err ra_scan_took(struct ra_scan *scan, size_t len)
{
	const char *last = memrchr(scan->data + scan->held, '\n', len);
	size_t done = last ? (size_t)(last + 1 - scan->data) : 0, tail;
	ra_err err = RA_OK;

	scan->counts.bytes += (int64_t)len;
	scan->held += len;
	if (done) {
		err = look(scan, (struct block){.at = scan->data, .end = scan->data + done, .consumed = scan->consumed});
		scan->consumed = 0;
	}
	tail = scan->held - done;
	if (!err && tail > RA_SCAN_LINE_MAX) { /* it is a long line, whatever comes */
		size_t parts = (tail - 1) / RA_SCAN_LINE_MAX * RA_SCAN_LINE_MAX;

		err = look(scan, (struct block){
				     .at = scan->data + done, .end = scan->data + done + parts, .consumed = scan->consumed, .open = true});
		scan->consumed += parts;
		done += parts;
	}
	let_go(scan, done);
	return err;
}

ra_err ra_scan_end(struct ra_scan *scan, struct ra_scan_counts *counts)
{
	struct block rest = {.at = scan->data, .end = scan->data + scan->held, .consumed = scan->consumed};
	ra_err err = scan->held ? look(scan, rest) : RA_OK;

	scan->counts.lines += scan->held > 0;
	*counts = scan->counts;
	scan->counts = (struct ra_scan_counts){0};
	scan->held = scan->consumed = 0;
	scan->before = 0;
	for (size_t i = 0; i < scan->signatures->count; i++)
		scan->seats[i].done = 0;
	return err;
}

bool ra_scan_stuck(const struct ra_scan *scan, size_t signature)
{
	return scan->seats[signature].stuck;
}

struct ra_scan *ra_scan_free(struct ra_scan *scan)
{
	if (!scan)
		return NULL;
	ra_grams_free(scan->grams);
	free(scan->seats);
	free(scan);
	return NULL;
}
