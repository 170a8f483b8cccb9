/* showvendor.c - `flow show` for a maker: what his settings are called, what is known about his servers, his directions. With sources. */
#include "config.h"

#include "verb/common.h"
#include "verb/showvendor.h"

#include <stdio.h>

/* A text, or each of a list, on a line of its own. */
static void print_texts(const char *before, const cJSON *text)
{
	const cJSON *item;

	if (cJSON_IsString(text))
		ra_print_clean(before, text->valuestring, "\n");
	cJSON_ArrayForEach(item, text) if (cJSON_IsArray(text)) print_texts(before, item);
}

static void print_list(const char *before, const cJSON *list)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list) ra_print_clean(item == list->child ? before : ", ", item->valuestring, "");
}

static void print_part(const cJSON *object, const char *key, const char *before)
{
	const cJSON *text = ra_json_get(object, key);

	if (text)
		print_texts(before, text);
}

static void show_settings(const cJSON *settings)
{
	const cJSON *at;

	cJSON_ArrayForEach(at, settings)
	{
		if (!cJSON_IsObject(at))
			continue;
		ra_print_clean("  setting ", at->string, "");
		ra_print_clean(": ", ra_json_str(at, "label", ""), "");
		print_list(": ", ra_json_get(at, "values"));
		printf("\n");
		print_part(at, "place", "    at ");
		print_part(at, "note", "    ");
		print_part(at, "source", "    source: ");
	}
}

static void show_quirks(const cJSON *quirks)
{
	const cJSON *at;

	cJSON_ArrayForEach(at, quirks)
	{
		ra_print_clean("  known ", ra_json_str(at, "id", ""), "");
		ra_print_clean(": ", ra_json_str(at, "title", ""), "");
		ra_print_clean(ra_json_get(at, "generation") ? ", generation " : "", ra_json_str(at, "generation", ""), "");
		print_list(", with ", ra_json_get(at, "texts"));
		printf("\n");
		print_part(at, "say", "    ");
		print_part(at, "source", "    source: ");
	}
}

static void show_texts(const cJSON *texts)
{
	const cJSON *at;

	cJSON_ArrayForEach(at, texts)
	{
		ra_print_clean("  text ", at->string, "\n");
		print_texts("    ", at);
	}
}

bool ra_show_vendor(const struct ra_flowset *set, const char *id)
{
	const cJSON *vendor = ra_flowset_vendor(set, id), *generation;

	if (!vendor)
		return false;
	ra_print_clean("", id, "");
	ra_print_clean("  ", ra_json_str(vendor, "title", ""), "");
	ra_print_clean(ra_json_get(vendor, "bmc") ? "; {bmc} is " : "", ra_json_str(vendor, "bmc", ""), "\n");
	show_settings(ra_json_get(vendor, "settings"));
	show_quirks(ra_json_get(vendor, "quirks"));
	show_texts(ra_json_get(vendor, "texts"));
	cJSON_ArrayForEach(generation, ra_json_get(vendor, "generations"))
	{
		ra_print_clean("  generation ", ra_json_str(generation, "id", ""), "");
		ra_print_clean(": ", ra_json_str(generation, "title", ""), "");
		ra_print_clean(", model ", ra_json_str(generation, "match", ""), "\n");
		show_texts(ra_json_get(generation, "texts"));
	}
	return true;
}

void ra_list_vendors(const struct ra_flowset *set)
{
	const cJSON *vendor;

	for (size_t i = 0; (vendor = ra_flowset_vendor_at(set, i)); i++) {
		printf("%-24.24s %-8s ", ra_json_str(vendor, "id", ""), "maker");
		ra_print_clean("", ra_json_str(vendor, "title", ""), "\n");
	}
}
