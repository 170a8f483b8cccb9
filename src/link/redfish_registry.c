/* redfish_registry.c - of an attribute registry, which has thousands of entries, the few that concern us; and how its menus and values are
 * shown. Pure. */
#include "config.h"

#include "link/redfish_setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 256      /* attributes that are kept */
#define DEPENDENCIES_MAX 256 /* dependencies */
#define TERMS_MAX 16	     /* conditions of one */
#define MENUS_MAX 128
#define SEGMENTS_MAX 8 /* of a way through menus */
#define NAME_MAX_LEN 200

void ra_rf_put(char *out, size_t cap, const char *text)
{
	size_t at = strlen(out), len = strlen(text);

	if (at + len >= cap) {
		len = cap - 1 - at;
		while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(out + at, text, len);
	out[at + len] = '\0';
}

/* Add a text, cut. */
static bool add_text(cJSON *to, const char *key, const char *text, size_t max)
{
	char *copy = calloc(1, max + 1);
	bool good;

	if (!copy)
		return false;
	ra_rf_put(copy, max + 1, text);
	good = cJSON_AddStringToObject(to, key, copy) != NULL;
	free(copy);
	return good;
}

/* Copy a member that is a text, a number or a bool; anything else is as if it were absent. */
static bool copy(cJSON *to, const cJSON *from, const char *key, size_t max)
{
	const cJSON *value = ra_json_get(from, key);

	if (cJSON_IsString(value))
		return add_text(to, key, value->valuestring, max);
	if (cJSON_IsBool(value))
		return cJSON_AddBoolToObject(to, key, cJSON_IsTrue(value)) != NULL;
	return !cJSON_IsNumber(value) || cJSON_AddNumberToObject(to, key, value->valuedouble) != NULL;
}

struct member {
	const char *key;
	size_t max;
};
static bool copy_all(cJSON *to, const cJSON *from, const struct member *members)
{
	bool good = to != NULL;

	for (; good && members->key; members++)
		good = copy(to, from, members->key, members->max);
	return good;
}

static cJSON *add_list(cJSON *to, const char *key)
{
	return to ? cJSON_AddArrayToObject(to, key) : NULL;
}

static cJSON *add_object(cJSON *list)
{
	cJSON *one = list ? cJSON_CreateObject() : NULL;

	if (one && !cJSON_AddItemToArray(list, one))
		one = ra_cjson_free(one);
	return one;
}

static bool is_named(const cJSON *node, const char *key)
{
	const char *name = ra_json_str(node, key, "");

	return *name && strlen(name) <= NAME_MAX_LEN;
}

/* The attribute a dependency acts on. */
static const char *target_of(const cJSON *dependency)
{
	return ra_json_str(ra_json_get(dependency, "Dependency"), "MapToAttribute", ra_json_str(dependency, "DependencyFor", ""));
}

static bool keep_dependency(const cJSON *from, cJSON *list)
{
	static const struct member whole[] = {{"DependencyFor", NAME_MAX_LEN}, {"Type", 16}, {NULL, 0}};
	static const struct member inner[] = {{"MapToAttribute", NAME_MAX_LEN}, {"MapToProperty", 32}, {"MapToValue", RA_RF_VALUE_MAX}, {NULL, 0}};
	static const struct member term[] = {{"MapFromAttribute", NAME_MAX_LEN}, {"MapFromProperty", 32}, {"MapFromCondition", 8},
					     {"MapFromValue", RA_RF_VALUE_MAX},	 {"MapTerms", 8},	  {NULL, 0}};
	const cJSON *map = ra_json_get(from, "Dependency"), *terms = ra_json_get(map, "MapFrom"), *one;
	cJSON *to = add_object(list), *to_map, *to_terms;

	if (!copy_all(to, from, whole))
		return false;
	to_map = cJSON_AddObjectToObject(to, "Dependency");
	if (!copy_all(to_map, map, inner))
		return false;
	to_terms = add_list(to_map, "MapFrom");
	if (!to_terms)
		return false;
	cJSON_ArrayForEach (one, terms)
		if (!copy_all(add_object(to_terms), one, term))
			return false;
	return true;
}

/* Is it a dependency of an attribute we know, of a size that can be judged? */
static bool is_ours(const cJSON *dependency)
{
	const cJSON *terms = ra_json_get(ra_json_get(dependency, "Dependency"), "MapFrom");
	int count = cJSON_IsArray(terms) ? cJSON_GetArraySize(terms) : 0;

	return strcmp(ra_json_str(dependency, "Type", "Map"), "Map") == 0 && count > 0 && count <= TERMS_MAX &&
	       strlen(target_of(dependency)) <= NAME_MAX_LEN && ra_rf_name_of(target_of(dependency));
}

static bool keep_dependencies(const cJSON *from, cJSON *list)
{
	const cJSON *one;
	int count = 0;

	if (!list)
		return false;
	if (cJSON_IsArray(from))
		cJSON_ArrayForEach (one, from)
			if (is_ours(one) && count++ < DEPENDENCIES_MAX && !keep_dependency(one, list))
				return false;
	return true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names the kept dependencies look at, sorted. Owner: free. */
static const char **names_of(const cJSON *dependencies, size_t *count)
{
	const char **names = calloc((size_t)DEPENDENCIES_MAX * TERMS_MAX, sizeof(*names));
	const cJSON *one, *term;

	*count = 0;
	if (!names)
		return NULL;
	cJSON_ArrayForEach (one, dependencies)
		cJSON_ArrayForEach (term, ra_json_pointer(one, "/Dependency/MapFrom"))
			if (is_named(term, "MapFromAttribute"))
				names[(*count)++] = ra_json_str(term, "MapFromAttribute", "");
	qsort(names, *count, sizeof(*names), by_text);
	return names;
}

static bool keep_values(const cJSON *from, cJSON *list)
{
	static const struct member members[] = {{"ValueName", RA_RF_VALUE_MAX}, {"ValueDisplayName", RA_RF_LABEL_MAX}, {NULL, 0}};
	const cJSON *one;
	int count = 0;

	if (!list)
		return false;
	if (cJSON_IsArray(from))
		cJSON_ArrayForEach (one, from)
			if (count++ < RA_RF_CHOICES_MAX && !copy_all(add_object(list), one, members))
				return false;
	return true;
}

static bool keep_entry(const cJSON *from, cJSON *list)
{
	static const struct member members[] = {{"AttributeName", NAME_MAX_LEN}, {"DisplayName", RA_RF_LABEL_MAX},
						{"MenuPath", RA_RF_PLACE_MAX},	 {"HelpText", RA_RF_HELP_MAX},
						{"WarningText", RA_RF_HELP_MAX}, {"ReadOnly", 8},
						{"GrayOut", 8},			 {"Hidden", 8},
						{NULL, 0}};
	cJSON *to = add_object(list);

	return copy_all(to, from, members) && keep_values(ra_json_get(from, "Value"), add_list(to, "Value"));
}

static bool keep_entries(const cJSON *from, const cJSON *dependencies, cJSON *list)
{
	size_t count;
	const char **names = names_of(dependencies, &count);
	bool good = list && names;
	const cJSON *one;
	int kept = 0;

	if (good && cJSON_IsArray(from))
		cJSON_ArrayForEach (one, from) {
			const char *name = ra_json_str(one, "AttributeName", "");

			if (is_named(one, "AttributeName") && kept < ENTRIES_MAX &&
			    (ra_rf_name_of(name) || bsearch(&name, names, count, sizeof(*names), by_text))) {
				kept++;
				good = good && keep_entry(one, list);
			}
		}
	free(names);
	return good;
}

/* A way through menus without what may stand around it: "./A/B/" is A/B. */
static const char *bare(const char *path, size_t *len)
{
	path += strncmp(path, "./", 2) == 0 ? 2 : 0;
	path += *path == '/' || strcmp(path, ".") == 0;
	*len = strlen(path);
	while (*len && path[*len - 1] == '/')
		(*len)--;
	return path;
}

/* Does a menu stand on the way to an attribute? */
static bool is_on_way(const cJSON *menu, const cJSON *entry)
{
	size_t len, all;
	const char *at = bare(ra_json_str(menu, "MenuPath", ""), &len), *to = bare(ra_json_str(entry, "MenuPath", ""), &all);

	return cJSON_IsString(ra_json_get(menu, "MenuPath")) && len <= all && memcmp(at, to, len) == 0 &&
	       (len == 0 || len == all || to[len] == '/');
}

static bool is_wanted_menu(const cJSON *menu, const cJSON *entries)
{
	const cJSON *entry;

	cJSON_ArrayForEach (entry, entries)
		if (is_on_way(menu, entry) && ra_rf_name_of(ra_json_str(entry, "AttributeName", "")))
			return true;
	return false;
}

static bool keep_menus(const cJSON *from, const cJSON *entries, cJSON *list)
{
	static const struct member members[] = {{"MenuPath", RA_RF_PLACE_MAX}, {"DisplayName", RA_RF_LABEL_MAX}, {NULL, 0}};
	const cJSON *one;
	int count = 0;

	if (!list)
		return false;
	if (cJSON_IsArray(from))
		cJSON_ArrayForEach (one, from)
			if (count < MENUS_MAX && is_wanted_menu(one, entries)) {
				count++;
				if (!copy_all(add_object(list), one, members))
					return false;
			}
	return true;
}

ra_err ra_rf_registry_keep(const cJSON *registry, cJSON **out)
{
	static const struct member whole[] = {{"Id", RA_RF_LABEL_MAX}, {NULL, 0}};
	const cJSON *from = ra_json_get(registry, "RegistryEntries");
	cJSON *to, *entries, *dependencies, *list;
	bool good;

	*out = NULL;
	if (!cJSON_IsArray(ra_json_get(from, "Attributes")))
		return RA_OK;
	to = cJSON_CreateObject();
	entries = to ? cJSON_AddObjectToObject(to, "RegistryEntries") : NULL;
	dependencies = add_list(entries, "Dependencies");
	good = copy_all(to, registry, whole) && keep_dependencies(ra_json_get(from, "Dependencies"), dependencies);
	list = good ? add_list(entries, "Attributes") : NULL;
	good = good && keep_entries(ra_json_get(from, "Attributes"), dependencies, list) &&
	       keep_menus(ra_json_get(from, "Menus"), list, add_list(entries, "Menus"));
	if (good)
		*out = to;
	else
		cJSON_Delete(to);
	return good ? RA_OK : RA_E_NOMEM;
}

const cJSON *ra_rf_registry_entry(const cJSON *kept, const char *attribute)
{
	const cJSON *entry;

	cJSON_ArrayForEach (entry, ra_json_pointer(kept, "/RegistryEntries/Attributes"))
		if (strcmp(ra_json_str(entry, "AttributeName", ""), attribute) == 0)
			return entry;
	return NULL;
}

/* The value of an attribute that has this name, or is shown so. */
static const cJSON *choice_of(const cJSON *entry, const char *value)
{
	const cJSON *one, *shown = NULL;

	cJSON_ArrayForEach (one, ra_json_get(entry, "Value")) {
		if (strcmp(ra_json_str(one, "ValueName", ""), value) == 0)
			return one;
		if (!shown && strcmp(ra_json_str(one, "ValueDisplayName", ""), value) == 0)
			shown = one;
	}
	return shown;
}

const char *ra_rf_shown(const cJSON *entry, const char *value)
{
	const char *shown = ra_json_str(choice_of(entry, value), "ValueDisplayName", "");

	return *shown ? shown : value;
}

bool ra_rf_same_value(const cJSON *entry, const char *a, const char *b)
{
	const cJSON *one = strcmp(a, b) == 0 ? NULL : choice_of(entry, a);

	return strcmp(a, b) == 0 || (one && one == choice_of(entry, b));
}

/* How the menu at this way is called; NULL. */
static const char *menu_at(const cJSON *kept, const char *path, size_t len)
{
	const cJSON *menu;

	cJSON_ArrayForEach (menu, ra_json_pointer(kept, "/RegistryEntries/Menus")) {
		size_t its;
		const char *at = bare(ra_json_str(menu, "MenuPath", "?"), &its);

		if (its == len && memcmp(at, path, len) == 0 && *ra_json_str(menu, "DisplayName", ""))
			return ra_json_str(menu, "DisplayName", "");
	}
	return NULL;
}

void ra_rf_place(const cJSON *kept, const cJSON *entry, char out[RA_RF_PLACE_MAX])
{
	size_t len = 0;
	const char *path = bare(ra_json_str(entry, "MenuPath", ""), &len), *root = menu_at(kept, "", 0);
	bool named = root != NULL;

	out[0] = '\0';
	ra_rf_put(out, RA_RF_PLACE_MAX, root ? root : "");
	for (size_t at = 0, segment = 0; at < len && segment < SEGMENTS_MAX; segment++) {
		size_t end = at + strcspn(path + at, "/");
		const char *name = menu_at(kept, path, end = end < len ? end : len);
		char raw[RA_RF_LABEL_MAX];

		snprintf(raw, sizeof(raw), "%.*s", (int)(end - at), path + at);
		named = named || name;
		ra_rf_put(out, RA_RF_PLACE_MAX, out[0] && (name || raw[0]) ? " > " : "");
		ra_rf_put(out, RA_RF_PLACE_MAX, name ? name : raw);
		at = end + 1;
	}
	if (!named) /* names nobody sees on a screen */
		out[0] = '\0';
}
