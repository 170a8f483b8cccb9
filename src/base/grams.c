/* grams.c - one look at four bytes every few bytes. The looks do not wait for each other, as the steps of a shift table
 * do, so the processor does several at a time. */
#include "config.h"

#include "base/grams.h"

#include <stdlib.h>
#include <string.h>

#define GRAM 4        /* bytes of a look */
#define WINDOW_MAX 20 /* a longer window would fill the bit table for little */
#define HASH_BITS 16
#define HEAD_BITS 12

/* One window's bytes at one of its places. */
struct entry {
	uint32_t gram;
	uint32_t next;   /* of the same head, as index + 1; 0: the last */
	uint32_t offset; /* of the gram from the word's begin */
	uint16_t word;
};

struct word {
	char *text;
	size_t len;
};

struct ra_grams {
	struct word *words;
	size_t count;
	size_t stride;
	struct entry *entries;
	uint32_t heads[1 << HEAD_BITS]; /* index + 1 */
	uint8_t bits[1 << (HASH_BITS - 3)];
};

static inline uint32_t load(const char *at)
{
	uint32_t gram;

	memcpy(&gram, at, sizeof(gram));
	return gram;
}

static inline uint32_t hash(uint32_t gram)
{
	return (gram * UINT32_C(2654435761)) >> (32 - HASH_BITS);
}

static inline unsigned listed(const uint8_t *bits, const char *at)
{
	uint32_t h = hash(load(at));

	return bits[h >> 3] >> (h & 7) & 1u;
}

/* How common a byte is in logs, roughly, of a thousand. */
static unsigned often(unsigned char c)
{
	static const uint8_t letters[26] = {55, 12, 30, 30, 90, 18, 16, 20, 60, 2, 8, 35, 24,
					    50, 50, 20, 2,  50, 50, 65, 25, 10, 12, 4, 12, 2};

	if (c >= 'a' && c <= 'z')
		return letters[c - 'a'];
	if (c >= '0' && c <= '9')
		return 40;
	if (c >= 'A' && c <= 'Z')
		return 6;
	return c == ' ' ? 120 : c < 0x80 ? 12 : 1;
}

/* How many false looks a window costs: the sum over the places a look can fall on. */
static uint64_t cost(const char *window, size_t stride)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < stride; i++) {
		uint64_t product = 1;

		for (size_t k = 0; k < GRAM; k++)
			product *= often((unsigned char)window[i + k]);
		sum += product;
	}
	return sum;
}

/* Where in a word its rarest window begins. */
static size_t choose(const struct word *word, size_t stride)
{
	size_t window = stride + GRAM - 1, best = 0;
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i + window <= word->len; i++) {
		uint64_t now = cost(word->text + i, stride);

		if (now < least) {
			least = now;
			best = i;
		}
	}
	return best;
}

static void enter(struct ra_grams *grams, size_t word, size_t *count)
{
	const struct word *at = &grams->words[word];
	size_t begin = choose(at, grams->stride);

	for (size_t i = begin; i < begin + grams->stride; i++) {
		uint32_t gram = load(at->text + i), h = hash(gram);
		uint32_t *head = &grams->heads[h >> (HASH_BITS - HEAD_BITS)];

		grams->entries[*count] =
		    (struct entry){.gram = gram, .next = *head, .offset = (uint32_t)i, .word = (uint16_t)word};
		*head = (uint32_t)++*count;
		grams->bits[h >> 3] = (uint8_t)(grams->bits[h >> 3] | 1u << (h & 7));
	}
}

static ra_err copy(struct ra_grams *grams, const char *const *words, size_t count, struct ra_errs *errs)
{
	size_t window = WINDOW_MAX;

	grams->words = calloc(count ? count : 1, sizeof(*grams->words));
	if (!grams->words)
		return ra_fail(errs, RA_E_NOMEM, "no memory for %zu words", count);
	for (size_t i = 0; i < count; i++) {
		struct word *word = &grams->words[i];

		word->len = strlen(words[i]);
		if (word->len < RA_GRAMS_WORD_MIN || word->len > UINT32_MAX)
			return ra_fail(errs, RA_E_ARG, "\"%.40s\": expected at least %d bytes to search for", words[i],
				       RA_GRAMS_WORD_MIN);
		word->text = strdup(words[i]);
		grams->count++;
		if (!word->text)
			return ra_fail(errs, RA_E_NOMEM, "no memory for %zu words", count);
		window = word->len < window ? word->len : window;
	}
	grams->stride = window - GRAM + 1;
	return RA_OK;
}

ra_err ra_grams_new(const char *const *words, size_t count, struct ra_grams **out, struct ra_errs *errs)
{
	RA_AUTO(ra_grams_free) struct ra_grams *grams = NULL;
	size_t entered = 0;
	ra_err err;

	*out = NULL;
	if (count > RA_GRAMS_WORDS_MAX)
		return ra_fail(errs, RA_E_ARG, "%zu words to search for, the most is %d", count, RA_GRAMS_WORDS_MAX);
	grams = calloc(1, sizeof(*grams));
	if (!grams)
		return ra_fail(errs, RA_E_NOMEM, "no memory for %zu words", count);
	err = copy(grams, words, count, errs);
	if (err)
		return err;
	grams->entries = calloc(count * grams->stride + 1, sizeof(*grams->entries));
	if (!grams->entries)
		return ra_fail(errs, RA_E_NOMEM, "no memory for %zu words", count);
	for (size_t i = 0; i < count; i++)
		enter(grams, i, &entered);
	*out = grams;
	grams = NULL;
	return RA_OK;
}

/* The first place from at on, in steps of the stride, whose four bytes are listed; or the first one past last. */
static size_t skip(const struct ra_grams *grams, const char *bytes, size_t at, size_t last)
{
	const uint8_t *bits = grams->bits;
	size_t stride = grams->stride;

	while (at + 3 * stride <= last) {
		const char *p = bytes + at;

		if (listed(bits, p) | listed(bits, p + stride) | listed(bits, p + 2 * stride) |
		    listed(bits, p + 3 * stride))
			break;
		at += 4 * stride;
	}
	while (at <= last && !listed(bits, bytes + at))
		at += stride;
	return at;
}

/* What stands around the last look, beginning with the entry hunt->next. */
static bool match(const struct ra_grams *grams, struct ra_grams_hunt *hunt, size_t *word, size_t *where)
{
	while (hunt->next) {
		const struct entry *entry = &grams->entries[hunt->next - 1];
		const struct word *at = &grams->words[entry->word];
		size_t begin = hunt->seen - entry->offset; /* meaningless until compared */

		hunt->next = entry->next;
		if (entry->gram != load(hunt->bytes + hunt->seen) || entry->offset > hunt->seen || at->len > hunt->len - begin ||
		    memcmp(hunt->bytes + begin, at->text, at->len) != 0)
			continue;
		*word = entry->word;
		*where = begin;
		return true;
	}
	return false;
}

bool ra_grams_next(const struct ra_grams *grams, struct ra_grams_hunt *hunt, size_t *word, size_t *where)
{
	if (hunt->len < GRAM || !grams->count)
		return false;
	while (!match(grams, hunt, word, where)) {
		hunt->seen = skip(grams, hunt->bytes, hunt->at, hunt->len - GRAM);
		if (hunt->seen > hunt->len - GRAM)
			return false;
		hunt->at = hunt->seen + grams->stride;
		hunt->next = grams->heads[hash(load(hunt->bytes + hunt->seen)) >> (HASH_BITS - HEAD_BITS)];
	}
	return true;
}

#define ONES UINT64_C(0x0101010101010101)
#define LOWS UINT64_C(0x7f7f7f7f7f7f7f7f)

/* Eight bytes at a time: a byte of word that is an LF leaves its high bit clear in what the two lines below make. */
size_t ra_count_lines(const char *bytes, size_t len)
{
	size_t count = 0, at = 0;

	while (len - at >= 8) {
		size_t end = at + 8 * 255 < len - 7 ? at + 8 * 255 : len - 7;
		uint64_t lanes = 0;

		for (; at < end; at += 8) {
			uint64_t word;

			memcpy(&word, bytes + at, sizeof(word));
			word ^= ONES * '\n';
			word = ((word & LOWS) + LOWS) | word;
			lanes += ~word >> 7 & ONES;
		}
		for (; lanes; lanes >>= 8)
			count += lanes & 0xff;
	}
	for (; at < len; at++)
		count += bytes[at] == '\n';
	return count;
}

struct ra_grams *ra_grams_free(struct ra_grams *grams)
{
	if (!grams)
		return NULL;
	for (size_t i = 0; i < grams->count; i++)
		free(grams->words[i].text);
	free(grams->words);
	free(grams->entries);
	free(grams);
	return NULL;
}
