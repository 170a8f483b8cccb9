#include "config.h"

#include "flow/known.h"

#include "base/text.h"
#include "check/mask.h"
#include "check/parse.h"
#include "check/scan.h"

#include <stdlib.h>
#include <string.h>

struct ra_known {
	const struct ra_flowset *set;
	struct ra_scan *scan;
	struct ra_known_line *seats; /* one for each signature, in their order */
	struct ra_known_line *lines; /* those that were seen, sorted; what they point to is of seats */
	size_t file;
};

static bool of_key(char c)
{
	return (c >= '0' && c <= '9') || c == '-';
}

/* What of a hit may be shown: a part of a line may begin or end within a key, too short there to be seen as one. */
static struct ra_span showable(const struct ra_scan_hit *hit)
{
	struct ra_span span = {hit->text, hit->len};

	while (hit->part && span.len && of_key(span.at[span.len - 1]))
		span.len--;
	for (; hit->part && span.len && of_key(*span.at); span.at++)
		span.len--;
	return span;
}

static bool in_character(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Cut a line to what is shown of it, around the literal. Half a character at a cut would be shown as a byte that is none. */
static struct ra_span cut_to_show(struct ra_span line, const char *literal)
{
	const char *found = line.len > RA_KNOWN_SHOWN ? memmem(line.at, line.len, literal, strlen(literal)) : NULL;
	size_t skip = found && found - line.at > RA_KNOWN_SHOWN / 2 ? (size_t)(found - line.at) - RA_KNOWN_SHOWN / 4 : 0;

	while (skip && skip < line.len && in_character(line.at[skip]))
		skip++;
	line.at += skip;
	line.len -= skip;
	if (line.len > RA_KNOWN_SHOWN) {
		size_t len = RA_KNOWN_SHOWN;

		while (len && in_character(line.at[len]))
			len--;
		line.len = len;
	}
	return line;
}

/* Keep a line for people. */
static ra_err keep(struct ra_known_line *seat, const struct ra_scan_hit *hit)
{
	RA_AUTO(ra_buf_free) struct ra_buf open = {0}, clean = {0};
	struct ra_span span = showable(hit);
	ra_err err = ra_mask_secrets(RA_MASK_PIECE, span.at, span.len, &open);

	span = cut_to_show((struct ra_span){ra_buf_str(&open), open.len}, seat->signature->literal);
	seat->cut = hit->part || span.len < open.len;
	if (!err)
		err = ra_text_clean(span.at, span.len, false, &clean);
	if (err)
		return err;
	seat->sample = ra_buf_take(&clean);
	return seat->sample ? RA_OK : RA_E_NOMEM;
}

static ra_err see(void *payload, const struct ra_scan_hit *hit)
{
	struct ra_known *known = payload;
	struct ra_known_line *seat = &known->seats[hit->signature];
	struct ra_known_place place = {
	    .file = known->file, .line = hit->line, .at = ra_line_stamp((struct ra_span){hit->text, hit->len})};

	seat->last = place;
	if (seat->count++)
		return RA_OK;
	seat->first = place;
	return keep(seat, hit);
}

ra_err ra_known_new(const struct ra_flowset *set, struct ra_known **out, struct ra_errs *errs)
{
	const struct ra_signatures *signatures = ra_flowset_signatures(set);
	RA_AUTO(ra_known_free) struct ra_known *known = calloc(1, sizeof(*known));
	ra_err err;

	*out = NULL;
	if (known) {
		known->set = set;
		known->seats = calloc(signatures->count + 1, sizeof(*known->seats));
		known->lines = calloc(signatures->count + 1, sizeof(*known->lines));
	}
	if (!known || !known->seats || !known->lines)
		return ra_fail(errs, RA_E_NOMEM, "no memory for %zu known lines", signatures->count);
	err = ra_scan_new(signatures, see, known, &known->scan, errs);
	if (err)
		return err;
	for (size_t i = 0; i < signatures->count; i++) {
		known->seats[i].signature = &signatures->items[i];
		if (signatures->items[i].cause)
			known->seats[i].cause = ra_flowset_cause(set, signatures->items[i].cause);
	}
	*out = known;
	known = NULL;
	return RA_OK;
}

char *ra_known_room(struct ra_known *known, size_t *room)
{
	return ra_scan_room(known->scan, room);
}

ra_err ra_known_took(struct ra_known *known, size_t len)
{
	return ra_scan_took(known->scan, len);
}

ra_err ra_known_end(struct ra_known *known, struct ra_known_file *file)
{
	struct ra_scan_counts counts;
	ra_err err = ra_scan_end(known->scan, &counts);

	*file = (struct ra_known_file){.bytes = counts.bytes, .lines = counts.lines, .long_lines = counts.long_lines};
	known->file++;
	return err;
}

int ra_known_line_max(void)
{
	return RA_SCAN_LINE_MAX;
}

static int by_weight(const void *a, const void *b)
{
	const struct ra_known_line *x = a, *y = b;

	if (x->signature->weight != y->signature->weight)
		return x->signature->weight < y->signature->weight ? -1 : 1;
	if (x->first.file != y->first.file)
		return x->first.file < y->first.file ? -1 : 1;
	if (x->first.line != y->first.line)
		return x->first.line < y->first.line ? -1 : 1;
	return x->signature < y->signature ? -1 : x->signature > y->signature;
}

size_t ra_known_lines(struct ra_known *known, const struct ra_known_line **out)
{
	size_t all = ra_flowset_signatures(known->set)->count, count = 0;

	for (size_t i = 0; i < all; i++) {
		if (known->seats[i].count)
			known->lines[count++] = known->seats[i];
	}
	qsort(known->lines, count, sizeof(*known->lines), by_weight);
	*out = known->lines;
	return count;
}

const struct ra_signature *ra_known_stuck(const struct ra_known *known, size_t index)
{
	const struct ra_signatures *signatures = ra_flowset_signatures(known->set);

	for (size_t i = 0; i < signatures->count; i++) {
		if (ra_scan_stuck(known->scan, i) && index-- == 0)
			return &signatures->items[i];
	}
	return NULL;
}

struct ra_known *ra_known_free(struct ra_known *known)
{
	if (!known)
		return NULL;
	for (size_t i = 0; known->seats && i < ra_flowset_signatures(known->set)->count; i++)
		free(known->seats[i].sample);
	ra_scan_free(known->scan);
	free(known->seats);
	free(known->lines);
	free(known);
	return NULL;
}
