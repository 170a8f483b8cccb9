/* redfish_depend.c - what the dependencies of a registry do to an attribute, as the settings are now: locked, hidden, forced to a value, and
 * what must be set first. A condition nobody can judge does nothing, and is told as unsure. Pure. */
#include "config.h"

#include "link/redfish_setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum holds { NO, YES, UNSURE };

static int by_name(const void *a, const void *b)
{
	return strcmp((*(const cJSON *const *)a)->string, (*(const cJSON *const *)b)->string);
}

ra_err ra_rf_index_of(const cJSON *attributes, struct ra_rf_index *out)
{
	const cJSON *one;
	size_t count = cJSON_IsObject(attributes) ? (size_t)cJSON_GetArraySize(attributes) : 0;

	*out = (struct ra_rf_index){0};
	if (!count)
		return RA_OK;
	out->at = calloc(count, sizeof(*out->at));
	if (!out->at)
		return RA_E_NOMEM;
	cJSON_ArrayForEach (one, attributes)
		out->at[out->count++] = one;
	qsort(out->at, out->count, sizeof(*out->at), by_name);
	return RA_OK;
}

const cJSON *ra_rf_index_find(const struct ra_rf_index *index, const char *name)
{
	size_t low = 0, high = index->count;

	while (low < high) {
		size_t at = low + (high - low) / 2;
		int order = strcmp(index->at[at]->string, name);

		if (order == 0)
			return index->at[at];
		low = order < 0 ? at + 1 : low;
		high = order < 0 ? high : at;
	}
	return NULL;
}

void ra_rf_index_clear(struct ra_rf_index *index)
{
	free(index->at);
	*index = (struct ra_rf_index){0};
}

/* Conditions; the words of old iLO registries, too. but: what a number must be for the condition not to hold, for people. */
enum how { EQU, NEQ, GTR, GEQ, LSS, LEQ, HOW_COUNT };
static const struct {
	const char *name, *old, *but;
} hows[HOW_COUNT] = {
    [EQU] = {"EQU", "==", ""},		[NEQ] = {"NEQ", "!=", ""},	 [GTR] = {"GTR", ">", "not above "},
    [GEQ] = {"GEQ", ">=", "below "}, [LSS] = {"LSS", "<", "not below "}, [LEQ] = {"LEQ", "<=", "above "},
};

static enum how how_of(const cJSON *term)
{
	const char *name = ra_json_str(term, "MapFromCondition", "");

	for (int i = 0; i < HOW_COUNT; i++)
		if (strcmp(name, hows[i].name) == 0 || strcmp(name, hows[i].old) == 0)
			return (enum how)i;
	return HOW_COUNT;
}

static enum holds number_holds(enum how how, const char *a, const char *b)
{
	char *end_a, *end_b;
	double x = strtod(a, &end_a), y = strtod(b, &end_b);

	if (end_a == a || *end_a || end_b == b || *end_b)
		return UNSURE;
	return (how == GTR ? x > y : how == GEQ ? x >= y : how == LSS ? x < y : x <= y) ? YES : NO;
}

/* The property a condition looks at, as text. Out: false when it is not told. */
static bool property_of(const cJSON *kept, const struct ra_rf_index *now, const cJSON *term, char out[RA_RF_VALUE_MAX])
{
	static const char *const properties[] = {"ReadOnly", "GrayOut", "Hidden"};
	const char *attribute = ra_json_str(term, "MapFromAttribute", ""), *property = ra_json_str(term, "MapFromProperty", "CurrentValue");

	if (strcmp(property, "CurrentValue") == 0)
		return ra_rf_value_text(ra_rf_index_find(now, attribute), out);
	for (size_t i = 0; i < RA_LEN(properties); i++)
		if (strcmp(property, properties[i]) == 0)
			return ra_rf_value_text(ra_json_get(ra_rf_registry_entry(kept, attribute), property), out);
	return false;
}

static enum holds term_holds(const cJSON *kept, const struct ra_rf_index *now, const cJSON *term)
{
	char value[RA_RF_VALUE_MAX], wanted[RA_RF_VALUE_MAX];
	enum how how = how_of(term);
	bool same;

	if (how == HOW_COUNT || !property_of(kept, now, term, value) || !ra_rf_value_text(ra_json_get(term, "MapFromValue"), wanted))
		return UNSURE;
	if (how != EQU && how != NEQ)
		return number_holds(how, value, wanted);
	same = ra_rf_same_value(ra_rf_registry_entry(kept, ra_json_str(term, "MapFromAttribute", "")), value, wanted);
	return same == (how == EQU) ? YES : NO;
}

static enum holds join(enum holds a, enum holds b, bool either)
{
	enum holds strong = either ? YES : NO;

	if (a == strong || b == strong)
		return strong;
	return a == UNSURE || b == UNSURE ? UNSURE : a;
}

/* Conditions stand in a row, each joined to those before it by its own MapTerms (DSP8010). */
static enum holds holds(const cJSON *kept, const struct ra_rf_index *now, const cJSON *map)
{
	enum holds all = UNSURE;
	bool first = true;
	const cJSON *term;

	cJSON_ArrayForEach (term, ra_json_get(map, "MapFrom")) {
		enum holds one = term_holds(kept, now, term);

		all = first ? one : join(all, one, strcmp(ra_json_str(term, "MapTerms", "AND"), "OR") == 0);
		first = false;
	}
	return all;
}

/* One other value that an attribute may have, as its screen shows it: the only one, or the one that switches it on. NULL: it is not one. */
static const char *other_value(const cJSON *entry, const char *but)
{
	const struct ra_rf_name *name = ra_rf_name_of(ra_json_str(entry, "AttributeName", ""));
	const char *only = NULL, *on = NULL;
	int count = 0;
	const cJSON *one;

	cJSON_ArrayForEach (one, ra_json_get(entry, "Value")) {
		const char *value = ra_json_str(one, "ValueName", ""), *word = ra_rf_word_of(name, value);

		if (!*value || ra_rf_same_value(entry, value, but))
			continue;
		count++;
		only = value;
		if (!on && word && (strcmp(word, "on") == 0 || strcmp(word, "uefi") == 0))
			on = value;
	}
	return count == 1 ? ra_rf_shown(entry, only) : on ? ra_rf_shown(entry, on) : NULL;
}

static void add_need(struct ra_rf_hold *out, const char *need)
{
	for (int i = 0; i < out->need_count; i++)
		if (strcmp(out->needs[i], need) == 0)
			return;
	if (out->need_count == RA_RF_NEEDS_MAX)
		return;
	out->needs[out->need_count][0] = '\0';
	ra_rf_put(out->needs[out->need_count++], RA_RF_LABEL_MAX, need);
}

/* What must be set for a condition that holds not to hold any more. What cannot be set is no need. */
static void need_of(const cJSON *kept, const cJSON *term, struct ra_rf_hold *out)
{
	const char *attribute = ra_json_str(term, "MapFromAttribute", "");
	const cJSON *entry = ra_rf_registry_entry(kept, attribute);
	const struct ra_rf_name *name = ra_rf_name_of(attribute);
	char value[RA_RF_VALUE_MAX] = "", need[RA_RF_LABEL_MAX] = "";
	enum how how = how_of(term);
	const char *other;

	if (strcmp(ra_json_str(term, "MapFromProperty", "CurrentValue"), "CurrentValue") != 0 || (name && name->role == RA_RF_TELLS) || how == HOW_COUNT ||
	    !ra_rf_value_text(ra_json_get(term, "MapFromValue"), value))
		return;
	other = how == EQU ? other_value(entry, value) : NULL;
	ra_rf_put(need, sizeof(need) / 2, ra_json_str(entry, "DisplayName", attribute));
	ra_rf_put(need, sizeof(need), ": ");
	if (how == EQU && !other)
		ra_rf_put(need, sizeof(need), "not ");
	else
		ra_rf_put(need, sizeof(need), hows[how].but);
	ra_rf_put(need, sizeof(need), other ? other : ra_rf_shown(entry, value));
	add_need(out, need);
}

/* With OR each condition that holds must go; with AND one of them is enough, and the first that can be set is told. */
static void needs_of(const cJSON *kept, const struct ra_rf_index *now, const cJSON *map, struct ra_rf_hold *out)
{
	int before = out->need_count;
	bool either = false;
	const cJSON *term;

	cJSON_ArrayForEach (term, ra_json_get(map, "MapFrom"))
		either = either || strcmp(ra_json_str(term, "MapTerms", ""), "OR") == 0;
	cJSON_ArrayForEach (term, ra_json_get(map, "MapFrom"))
		if ((either || out->need_count == before) && term_holds(kept, now, term) == YES)
			need_of(kept, term, out);
}

static bool is_true(const cJSON *value)
{
	return cJSON_IsTrue(value) || (cJSON_IsString(value) && strcasecmp(value->valuestring, "true") == 0);
}

/* A flag of the registry may be of the state it was made in: where dependencies set it, they alone tell. */
static bool flag_of(const cJSON *kept, const struct ra_rf_index *now, const cJSON *entry, const char *property, struct ra_rf_hold *out)
{
	const char *attribute = ra_json_str(entry, "AttributeName", "");
	bool set = is_true(ra_json_get(entry, property)), judged = false;
	int needs = out->need_count;
	const cJSON *one;

	cJSON_ArrayForEach (one, ra_json_pointer(kept, "/RegistryEntries/Dependencies")) {
		const cJSON *map = ra_json_get(one, "Dependency");
		bool to = is_true(ra_json_get(map, "MapToValue"));
		enum holds is;

		if (strcmp(ra_json_str(map, "MapToAttribute", ra_json_str(one, "DependencyFor", "")), attribute) != 0 ||
		    strcmp(ra_json_str(map, "MapToProperty", ""), property) != 0)
			continue;
		is = holds(kept, now, map);
		set = set && (judged || !to);
		judged = judged || to;
		out->unsure = out->unsure || is == UNSURE;
		if (is == YES && to)
			needs_of(kept, now, map, out);
		set = is == YES ? to : set;
	}
	out->need_count = set ? out->need_count : needs;
	return set;
}

static void forced_of(const cJSON *kept, const struct ra_rf_index *now, const char *attribute, struct ra_rf_hold *out)
{
	const cJSON *one;

	cJSON_ArrayForEach (one, ra_json_pointer(kept, "/RegistryEntries/Dependencies")) {
		const cJSON *map = ra_json_get(one, "Dependency");

		if (strcmp(ra_json_str(map, "MapToAttribute", ra_json_str(one, "DependencyFor", "")), attribute) == 0 &&
		    strcmp(ra_json_str(map, "MapToProperty", ""), "CurrentValue") == 0 && holds(kept, now, map) == YES)
			(void)ra_rf_value_text(ra_json_get(map, "MapToValue"), out->forced);
	}
}

void ra_rf_hold_of(const cJSON *kept, const struct ra_rf_index *now, const char *attribute, struct ra_rf_hold *out)
{
	const cJSON *entry = ra_rf_registry_entry(kept, attribute);
	bool read_only, gray;

	*out = (struct ra_rf_hold){0};
	if (!entry)
		return;
	read_only = flag_of(kept, now, entry, "ReadOnly", out);
	gray = flag_of(kept, now, entry, "GrayOut", out);
	out->hidden = flag_of(kept, now, entry, "Hidden", out);
	out->locked = read_only || gray || out->hidden;
	forced_of(kept, now, attribute, out);
}
