/* vendor.c - whose directions fit a host: its maker, the generation where the model tells it, and what is known about either.
 */
#include "config.h"

#include "flow/flowset_build.h"

#include "base/pattern.h"

#include <string.h>

static bool fits(const struct ra_pattern *pattern, const char *text)
{
	bool found = false;

	return ra_pattern_find(pattern, text, strlen(text), 0, &found, NULL) == RA_OK && found;
}

/* A model that is not known speaks against no maker. */
static bool is_maker(const struct ra_vendor *at, const char *vendor, const char *model)
{
	return at->match && vendor && fits(at->match, vendor) && (!at->models || !model || fits(at->models, model));
}

static const struct ra_generation *generation_of(const struct ra_vendor *own, const char *model)
{
	for (size_t i = 0; own && model && i < own->generation_count; i++) {
		if (fits(own->generations[i].match, model))
			return &own->generations[i];
	}
	return NULL;
}

struct ra_maker ra_flowset_maker(const struct ra_flowset *set, const char *vendor, const char *model)
{
	const struct ra_vendor *vendors = set->vendors.items;
	struct ra_maker maker = {0};

	for (size_t i = 0; i < set->vendors.count; i++) {
		if (!vendors[i].match)
			maker.other = &vendors[i];
		else if (!maker.own && is_maker(&vendors[i], vendor, model))
			maker.own = &vendors[i];
	}
	if (!maker.own)
		maker.own = maker.other;
	maker.generation = generation_of(maker.own, model);
	return maker;
}

const cJSON *ra_flowset_vendor_at(const struct ra_flowset *set, size_t index)
{
	const struct ra_vendor *vendors = set->vendors.items;

	return index < set->vendors.count ? vendors[index].node : NULL;
}

const cJSON *ra_flowset_vendor(const struct ra_flowset *set, const char *id)
{
	const cJSON *vendor;

	for (size_t i = 0; (vendor = ra_flowset_vendor_at(set, i)); i++) {
		if (strcmp(ra_json_str(vendor, "id", ""), id) == 0)
			return vendor;
	}
	return NULL;
}

const cJSON *ra_maker_text(const struct ra_maker *maker, const char *text_id)
{
	const cJSON *text = maker->generation ? ra_json_get(maker->generation->texts, text_id) : NULL;

	if (!text && maker->own)
		text = ra_json_get(maker->own->texts, text_id);
	return !text && maker->other ? ra_json_get(maker->other->texts, text_id) : text;
}

const char *ra_maker_bmc(const struct ra_maker *maker)
{
	if (maker->own && maker->own->bmc)
		return maker->own->bmc;
	return maker->other ? maker->other->bmc : NULL;
}

const char *ra_maker_id(const struct ra_maker *maker)
{
	return maker->own && maker->own != maker->other ? maker->own->id : NULL;
}

const char *ra_maker_title(const struct ra_maker *maker)
{
	if (maker->generation)
		return maker->generation->title;
	return maker->own ? maker->own->title : NULL;
}

/* Does it belong to a text, on a server of this generation? */
static bool belongs(const struct ra_maker *maker, const struct ra_quirk *quirk, const char *text_id)
{
	const cJSON *id;

	if (quirk->generation && maker->generation && strcmp(quirk->generation, maker->generation->id) != 0)
		return false;
	cJSON_ArrayForEach (id, quirk->texts) {
		if (strcmp(id->valuestring, text_id) == 0)
			return true;
	}
	return false;
}

const struct ra_quirk *ra_maker_quirk(const struct ra_maker *maker, const char *text_id, const struct ra_quirk *after)
{
	const struct ra_vendor *own = maker->own;

	for (size_t i = own && after ? (size_t)(after - own->quirks) + 1 : 0; own && i < own->quirk_count; i++) {
		if (belongs(maker, &own->quirks[i], text_id))
			return &own->quirks[i];
	}
	return NULL;
}
