/* load_signature.c - lines that are known: which places they stand in, what they say, what to do. */
#include "config.h"

#include "flow/flowset_build.h"
#include "flow/shape.h"

#include "base/grams.h"
#include "base/pattern.h"

#include <string.h>

#define PLACE_WORD(name, word) word,
static const char *const place_words[] = {RA_LINE_PLACES(PLACE_WORD) NULL};
static const char *const weight_words[] = {"fail", "warn", "note", NULL};

const char *ra_line_place_word(enum ra_line_place place)
{
	return place_words[place];
}

const char *ra_line_weight_word(enum ra_line_weight weight)
{
	return weight_words[weight];
}

static ra_err read_places(const struct ra_json *doc, const cJSON *node, unsigned *out, struct ra_errs *errs)
{
	const cJSON *at;

	cJSON_ArrayForEach (at, node) {
		int place = 0;
		ra_err err = ra_shape_word(doc, at, place_words, &place, errs);

		if (err != RA_OK)
			return err;
		*out |= 1u << place;
	}
	return *out ? RA_OK : ra_json_fail(doc, node, errs, RA_E_INVALID, "expected at least one place");
}

/* A literal is looked for in whole blocks of bytes, so it is long enough to be rare and stands within one line. */
static ra_err check_literal(const struct ra_json *doc, const cJSON *node, struct ra_errs *errs)
{
	for (const char *at = node->valuestring; *at; at++) {
		if ((unsigned char)*at < ' ')
			return ra_json_fail(doc, node, errs, RA_E_INVALID, "expected a part of one line, without control characters");
	}
	if (strlen(node->valuestring) < RA_GRAMS_WORD_MIN)
		return ra_json_fail(doc, node, errs, RA_E_INVALID, "expected at least %d bytes that every such line has",
				    RA_GRAMS_WORD_MIN);
	return RA_OK;
}

/* The files of a host belong to what stands in its log or is an event that a log repeats. */
static ra_err check_logs(const struct ra_json *doc, const cJSON *at, const struct ra_signature *sig, struct ra_errs *errs)
{
	if (sig->logs && !(sig->places & (1u << RA_LINE_LOG | 1u << RA_LINE_EVENT)))
		return ra_json_fail(doc, sig->logs, errs, RA_E_INVALID, "expected \"log\" or \"event\" in \"where\" beside files of a host");
	if (!sig->logs && sig->places & 1u << RA_LINE_LOG)
		return ra_json_fail(doc, at, errs, RA_E_INVALID, "expected \"log\": the files of a host it stands in");
	return RA_OK;
}

static ra_err read_signature(struct ra_signature *sig, const struct ra_json *doc, const cJSON *at, struct ra_errs *errs)
{
	int weight = 0;
	ra_err err;

	sig->id = ra_json_str(at, "id", "");
	sig->literal = ra_json_str(at, "literal", "");
	sig->cause = ra_json_str(at, "cause", NULL);
	sig->sample = ra_json_str(at, "sample", "");
	sig->source = ra_json_str(at, "source", "");
	sig->means = ra_json_str(at, "means", "");
	sig->what_to_do = ra_json_str(at, "do", NULL);
	sig->logs = ra_json_get(at, "log");
	err = check_literal(doc, ra_json_get(at, "literal"), errs);
	if (err == RA_OK)
		err = read_places(doc, ra_json_get(at, "where"), &sig->places, errs);
	if (err == RA_OK)
		err = check_logs(doc, at, sig, errs);
	if (err == RA_OK)
		err = ra_shape_word(doc, ra_json_get(at, "weight"), weight_words, &weight, errs);
	sig->weight = (enum ra_line_weight)weight;
	return err == RA_OK ? ra_flowset_read_pattern(doc, ra_json_get(at, "pattern"), &sig->pattern, errs) : err;
}

ra_err ra_flowset_read_signatures(struct ra_flowset *set, const struct ra_json *doc, struct ra_errs *errs)
{
	static const struct ra_shape_key file_keys[] = {
	    RA_SHAPE_FILE, {"signatures", RA_SHAPE_OBJECTS, true}, {NULL, RA_SHAPE_ANY, false}};
	static const struct ra_shape_key keys[] = {
	    {"id", RA_SHAPE_STEP, true},      {"where", RA_SHAPE_IDS, true},    {"log", RA_SHAPE_IDS, false},
	    {"weight", RA_SHAPE_TEXT, true},  {"literal", RA_SHAPE_TEXT, true}, {"pattern", RA_SHAPE_TEXT, true},
	    {"sample", RA_SHAPE_TEXT, true},  {"means", RA_SHAPE_TEXT, true},   {"do", RA_SHAPE_TEXT, false},
	    {"cause", RA_SHAPE_TEXT, false},  {"source", RA_SHAPE_TEXT, true},  {NULL, RA_SHAPE_ANY, false},
	};
	const cJSON *root = ra_json_root(doc), *at;
	ra_err err = ra_shape_check(doc, root, file_keys, errs);

	if (err == RA_OK)
		err = ra_shape_list(doc, ra_json_get(root, "signatures"), keys, errs);
	if (err != RA_OK)
		return err;
	cJSON_ArrayForEach (at, ra_json_get(root, "signatures")) {
		const struct ra_signature *others = set->sigs.items;
		struct ra_signature *sig;
		const cJSON **node;

		for (size_t i = 0; i < set->sigs.count; i++)
			if (strcmp(others[i].id, ra_json_str(at, "id", "")) == 0)
				return ra_json_fail(doc, ra_json_get(at, "id"), errs, RA_E_DENIED,
						    "the signature id \"%s\" is that of another signature", others[i].id);
		node = ra_list_add(&set->sig_nodes, sizeof(*node), errs);
		sig = node ? ra_list_add(&set->sigs, sizeof(*sig), errs) : NULL;
		if (!sig)
			return RA_E_NOMEM;
		*node = at;
		err = read_signature(sig, doc, at, errs);
		if (err != RA_OK)
			return err;
	}
	return err;
}
