/* load_vendor.c - a vendor file: directions, generations, the table of settings, quirks.
 */
#include "config.h"

#include "flow/flowset_build.h"
#include "flow/shape.h"

#include "base/pattern.h"

#include <stdlib.h>
#include <string.h>

void ra_vendor_clear(struct ra_vendor *vendor)
{
	for (size_t i = 0; i < vendor->generation_count; i++)
		ra_pattern_free(vendor->generations[i].match);
	free(vendor->generations);
	free(vendor->quirks);
	ra_pattern_free(vendor->match);
	ra_pattern_free(vendor->models);
}

/* {text id: text or texts}. */
static ra_err texts_ok(const struct ra_json *doc, const cJSON *texts, struct ra_errs *errs)
{
	const cJSON *at;

	cJSON_ArrayForEach (at, texts) {
		if (!ra_is_own_key(at->string) && !ra_is_step_name(at->string))
			return ra_json_fail(doc, at, errs, RA_E_INVALID,
					    "expected the id of a text (lower-case words joined by -), found \"%s\"", at->string);
	}
	return ra_shape_each(doc, texts, RA_SHAPE_TEXTS, errs);
}

static ra_err read_generations(const struct ra_json *doc, const cJSON *list, struct ra_vendor *vendor, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {{"id", RA_SHAPE_STEP, true},
						   {"title", RA_SHAPE_TEXT, true},
						   {"match", RA_SHAPE_TEXT, true},
						   {"texts", RA_SHAPE_OBJECT, false},
						   {NULL, RA_SHAPE_ANY, false}};
	const cJSON *at;

	vendor->generations = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof(*vendor->generations));
	if (!vendor->generations)
		return ra_fail(errs, RA_E_NOMEM, "out of memory");
	cJSON_ArrayForEach (at, list) {
		struct ra_generation *generation = &vendor->generations[vendor->generation_count];
		ra_err err = ra_shape_check(doc, at, keys, errs);

		if (err == RA_OK)
			err = texts_ok(doc, ra_json_get(at, "texts"), errs);
		if (err == RA_OK)
			err = ra_flowset_read_pattern(doc, ra_json_get(at, "match"), &generation->match, errs);
		if (err != RA_OK)
			return err;
		generation->id = ra_json_str(at, "id", "");
		generation->title = ra_json_str(at, "title", "");
		generation->texts = ra_json_get(at, "texts");
		vendor->generation_count++;
	}
	return RA_OK;
}

/* {name: {label, values, place, note, source}}: what a setting is called there. */
static ra_err read_settings(const struct ra_json *doc, const cJSON *settings, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {{"label", RA_SHAPE_TEXT, true}, {"values", RA_SHAPE_IDS, false},
						   {"place", RA_SHAPE_TEXT, false}, {"note", RA_SHAPE_TEXT, false},
						   {"source", RA_SHAPE_TEXT, true}, {NULL, RA_SHAPE_ANY, false}};
	const cJSON *at;
	ra_err err = RA_OK;

	cJSON_ArrayForEach (at, settings) {
		if (err == RA_OK && !ra_is_own_key(at->string) && !ra_is_step_name(at->string))
			err = ra_json_fail(doc, at, errs, RA_E_INVALID,
					   "expected the name of a setting (lower-case words joined by -), found \"%s\"",
					   at->string);
		if (err == RA_OK && !ra_is_own_key(at->string))
			err = ra_shape_check(doc, at, keys, errs);
	}
	return err;
}

static ra_err read_quirks(const struct ra_json *doc, const cJSON *list, struct ra_vendor *vendor, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {{"id", RA_SHAPE_STEP, true},      {"title", RA_SHAPE_TEXT, true},
						   {"say", RA_SHAPE_TEXTS, true},    {"source", RA_SHAPE_TEXT, true},
						   {"texts", RA_SHAPE_IDS, true},    {"generation", RA_SHAPE_STEP, false},
						   {NULL, RA_SHAPE_ANY, false}};
	const cJSON *at;

	vendor->quirks = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof(*vendor->quirks));
	if (!vendor->quirks)
		return ra_fail(errs, RA_E_NOMEM, "out of memory");
	cJSON_ArrayForEach (at, list) {
		ra_err err = ra_shape_check(doc, at, keys, errs);

		/* A quirk that stands with no direction is never seen. */
		if (err == RA_OK && !ra_json_get(at, "texts")->child)
			err = ra_json_fail(doc, ra_json_get(at, "texts"), errs, RA_E_INVALID,
					   "expected at least one text it is shown with");
		if (err != RA_OK)
			return err;
		vendor->quirks[vendor->quirk_count++] = (struct ra_quirk){
		    .id = ra_json_str(at, "id", ""),
		    .title = ra_json_str(at, "title", ""),
		    .source = ra_json_str(at, "source", ""),
		    .say = ra_json_get(at, "say"),
		    .texts = ra_json_get(at, "texts"),
		    .generation = ra_json_str(at, "generation", NULL),
		};
	}
	return RA_OK;
}

/* `other` is what is said where no maker is known: it has nothing that belongs to one. */
static ra_err check_other(const struct ra_json *doc, const cJSON *root, struct ra_errs *errs)
{
	static const char *const own[] = {"models", "generations", "settings", "quirks"};
	bool other = strcmp(ra_json_str(root, "id", ""), "other") == 0;

	if (other == (ra_json_get(root, "match") != NULL))
		return ra_json_fail(
		    doc, root, errs, RA_E_INVALID,
		    "expected \"match\" (a regular expression for host.vendor) in every vendor but \"other\"");
	for (size_t i = 0; other && i < RA_LEN(own); i++) {
		const cJSON *at = ra_json_get(root, own[i]);

		if (at)
			return ra_json_fail(doc, at, errs, RA_E_INVALID, "\"%s\" belongs to one maker: not in \"other\"", own[i]);
	}
	return RA_OK;
}

static ra_err read_parts(const struct ra_json *doc, const cJSON *root, struct ra_vendor *vendor, struct ra_errs *errs)
{
	const cJSON *match = ra_json_get(root, "match"), *models = ra_json_get(root, "models");
	ra_err err = match ? ra_flowset_read_pattern(doc, match, &vendor->match, errs) : RA_OK;

	if (err == RA_OK && models)
		err = ra_flowset_read_pattern(doc, models, &vendor->models, errs);
	if (err == RA_OK)
		err = read_generations(doc, ra_json_get(root, "generations"), vendor, errs);
	if (err == RA_OK)
		err = read_settings(doc, vendor->settings, errs);
	return err == RA_OK ? read_quirks(doc, ra_json_get(root, "quirks"), vendor, errs) : err;
}

ra_err ra_flowset_read_vendor(struct ra_flowset *set, const struct ra_json *doc, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {
	    RA_SHAPE_FILE,
	    {"id", RA_SHAPE_STEP, true},
	    {"title", RA_SHAPE_TEXT, true},
	    {"match", RA_SHAPE_TEXT, false},
	    {"models", RA_SHAPE_TEXT, false},
	    {"bmc", RA_SHAPE_TEXT, false},
	    {"texts", RA_SHAPE_OBJECT, true},
	    {"generations", RA_SHAPE_OBJECTS, false},
	    {"settings", RA_SHAPE_OBJECT, false},
	    {"quirks", RA_SHAPE_OBJECTS, false},
	    {NULL, RA_SHAPE_ANY, false},
	};
	const cJSON *root = ra_json_root(doc);
	struct ra_vendor *vendor;
	ra_err err = ra_shape_check(doc, root, keys, errs);

	if (err == RA_OK)
		err = check_other(doc, root, errs);
	if (err == RA_OK)
		err = texts_ok(doc, ra_json_get(root, "texts"), errs);
	if (err != RA_OK)
		return err;
	vendor = ra_list_add(&set->vendors, sizeof(*vendor), errs);
	if (!vendor)
		return RA_E_NOMEM;
	vendor->id = ra_json_str(root, "id", "");
	vendor->title = ra_json_str(root, "title", "");
	vendor->bmc = ra_json_str(root, "bmc", NULL);
	vendor->texts = ra_json_get(root, "texts");
	vendor->settings = ra_json_get(root, "settings");
	vendor->node = root;
	vendor->doc = doc;
	return read_parts(doc, root, vendor, errs);
}
