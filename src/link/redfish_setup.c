/* redfish_setup.c - the firmware settings we know of one machine, as one answer: what each is, what it will be at the next start, where it
 * stands on the screen, and what is in the way of changing it. Pure. */
#include "config.h"

#include "link/redfish_setup.h"

#include <string.h>

#define SAME_MAX 8 /* attributes of one row on one machine */

/* What is read, indexed. */
struct view {
	struct ra_rf_index now, next;
	bool next_told;
	const cJSON *kept; /* NULL: no registry */
};

/* What one topic is on this machine. */
struct setting {
	const struct ra_rf_name *name; /* of attribute; NULL: it has none */
	const char *attribute;	       /* where it is set, or told */
	bool split;		       /* several attributes of one name disagree */
	char value[RA_RF_VALUE_MAX], next[RA_RF_VALUE_MAX]; /* "" */
	const char *word, *next_word;  /* NULL */
};

static bool add(cJSON *to, const char *key, const char *text)
{
	return !text || !*text || cJSON_AddStringToObject(to, key, text);
}

static bool add_bool(cJSON *to, const char *key, bool value)
{
	return cJSON_AddBoolToObject(to, key, value) != NULL;
}

/* The word of a value, which the firmware may write as its registry names it or as its screen shows it. */
static const char *word_of(const struct view *view, const struct ra_rf_name *name, const char *attribute, const char *value)
{
	const char *word = *value ? ra_rf_word_of(name, value) : NULL;

	return word || !*value ? word : ra_rf_word_of(name, ra_rf_shown(ra_rf_registry_entry(view->kept, attribute), value));
}

/* The attributes of a row on this machine; those hidden only where no other is. Out: how many. */
static int attributes_of(const struct view *view, const struct ra_rf_name *name, const char *out[SAME_MAX])
{
	int count = 0, seen = 0;

	for (size_t i = 0; i < view->now.count && count < SAME_MAX; i++) {
		const char *attribute = view->now.at[i]->string;
		struct ra_rf_hold hold;

		if (!ra_rf_name_fits(name, attribute))
			continue;
		ra_rf_hold_of(view->kept, &view->now, attribute, &hold);
		if (!hold.hidden && seen < count) /* it stands before the hidden */
			memmove(out + seen + 1, out + seen, (size_t)(count - seen) * sizeof(*out));
		out[hold.hidden ? count : seen] = attribute;
		seen += !hold.hidden;
		count++;
	}
	return seen ? seen : count;
}

/* Read one row. Out: false when the machine has no such attribute. */
static bool read_row(const struct view *view, const struct ra_rf_name *name, struct setting *out)
{
	const char *attributes[SAME_MAX];
	int count = attributes_of(view, name, attributes);
	char own[RA_RF_VALUE_MAX], next[RA_RF_VALUE_MAX];

	*out = (struct setting){.name = name};
	if (!count)
		return false;
	out->attribute = attributes[0];
	(void)ra_rf_value_text(ra_rf_index_find(&view->now, attributes[0]), out->value);
	for (int i = 0; i < count; i++) {
		const cJSON *entry = ra_rf_registry_entry(view->kept, attributes[i]);

		(void)ra_rf_value_text(ra_rf_index_find(&view->now, attributes[i]), own);
		out->split = out->split || strcmp(own, out->value) != 0;
		if (out->next[0] || !ra_rf_value_text(ra_rf_index_find(&view->next, attributes[i]), next) || ra_rf_same_value(entry, next, own))
			continue;
		memcpy(out->next, next, sizeof(next));
		out->attribute = attributes[i];
	}
	if (out->split)
		out->value[0] = '\0';
	out->word = word_of(view, name, out->attribute, out->value);
	out->next_word = word_of(view, name, out->attribute, out->next);
	return true;
}

static bool is_clear(const char *word)
{
	return word && strcmp(word, "clear") == 0;
}

/* Of the rows of a role the first the machine has; one that would clear the TPM before any other. */
static bool read_role(const struct view *view, enum ra_rf_topic topic, enum ra_rf_role role, struct setting *out)
{
	const struct ra_rf_name *name;
	struct setting one;

	*out = (struct setting){0};
	for (size_t i = 0; (name = ra_rf_name_at(topic, i)) != NULL; i++)
		if (name->role == role && read_row(view, name, &one) && (!out->name || is_clear(one.word) || is_clear(one.next_word)))
			*out = one;
	return out->name != NULL;
}

/* Where a topic is set, and what it is. What something does at the next start is no value where another attribute tells it. */
static bool read_topic(const struct view *view, enum ra_rf_topic topic, struct setting *out)
{
	struct setting tells;

	if (read_role(view, topic, RA_RF_SETS, out))
		return true;
	read_role(view, topic, RA_RF_TELLS, &tells);
	if (!read_role(view, topic, RA_RF_DOES, out)) {
		*out = tells;
		return tells.name != NULL;
	}
	if (tells.name) {
		memcpy(out->value, tells.value, sizeof(out->value));
		out->word = tells.word;
	}
	return true;
}

static bool put_values(const struct view *view, const struct setting *setting, const cJSON *entry, cJSON *to)
{
	const cJSON *choices = ra_json_get(entry, "Value"), *one;
	cJSON *values, *options;

	if (!cJSON_GetArraySize(choices))
		return true;
	values = cJSON_AddArrayToObject(to, "values");
	options = values ? cJSON_AddObjectToObject(to, "options") : NULL;
	if (!options)
		return false;
	cJSON_ArrayForEach (one, choices) {
		const char *value = ra_json_str(one, "ValueName", ra_json_str(one, "ValueDisplayName", ""));
		const char *word = word_of(view, setting->name, setting->attribute, value), *shown = ra_rf_shown(entry, value);
		cJSON *text = *value ? cJSON_CreateString(shown) : NULL;

		if (*value && (!text || !cJSON_AddItemToArray(values, text))) {
			cJSON_Delete(text);
			return false;
		}
		if (word && !ra_json_get(options, word) && !add(options, word, shown))
			return false;
	}
	return true;
}

static bool put_needs(const struct ra_rf_hold *hold, cJSON *to)
{
	cJSON *needs = hold->need_count ? cJSON_AddArrayToObject(to, "needs") : NULL;

	for (int i = 0; i < hold->need_count; i++) {
		cJSON *text = needs ? cJSON_CreateString(hold->needs[i]) : NULL;

		if (!text || !cJSON_AddItemToArray(needs, text)) {
			cJSON_Delete(text);
			return false;
		}
	}
	return true;
}

/* What the registry says of where it is set. */
static bool put_screen(const struct view *view, const struct setting *setting, cJSON *to)
{
	const cJSON *entry = ra_rf_registry_entry(view->kept, setting->attribute);
	bool tells = setting->name->role == RA_RF_TELLS, good;
	char place[RA_RF_PLACE_MAX];
	struct ra_rf_hold hold;

	if (tells && !add_bool(to, "told_only", true))
		return false;
	if (!entry)
		return true;
	ra_rf_place(view->kept, entry, place);
	ra_rf_hold_of(view->kept, &view->now, setting->attribute, &hold);
	good = add(to, "label", ra_json_str(entry, "DisplayName", "")) && add(to, "place", place) && put_values(view, setting, entry, to) &&
	       add(to, "help", ra_json_str(entry, "HelpText", "")) && add(to, "warning", ra_json_str(entry, "WarningText", ""));
	if (tells || !good)
		return good;
	good = (hold.unsure && !hold.locked) || add_bool(to, "locked", hold.locked);
	good = good && (!hold.hidden || add_bool(to, "hidden", true));
	good = good && add(to, "forced", hold.forced[0] ? ra_rf_shown(entry, hold.forced) : "") && put_needs(&hold, to);
	return good && cJSON_AddNumberToObject(to, "starts", hold.need_count ? 2 : 1);
}

/* Whether the next start empties the TPM, as far as it shows. */
struct clear {
	bool waits, told;
};

static void see_clear(const struct setting *setting, struct clear *clear)
{
	enum ra_rf_topic topic = setting->name->topic;

	clear->waits = clear->waits || is_clear(setting->word) || is_clear(setting->next_word);
	clear->told = clear->told || ((topic == RA_RF_OPERATION || topic == RA_RF_HIERARCHY) && setting->word);
}

static bool put_topic(const struct view *view, enum ra_rf_topic topic, cJSON *settings, struct clear *clear)
{
	struct setting setting;
	cJSON *to;

	if (!read_topic(view, topic, &setting))
		return true;
	see_clear(&setting, clear);
	to = cJSON_AddObjectToObject(settings, ra_rf_topic_name(topic));
	return to && add(to, "attribute", setting.attribute) && add(to, "value", setting.value) && add(to, "word", setting.word) &&
	       add(to, "next", setting.next) && add(to, "next_word", setting.next_word) && put_screen(view, &setting, to);
}

static bool differs(const cJSON *now, const cJSON *next)
{
	char a[RA_RF_VALUE_MAX], b[RA_RF_VALUE_MAX];

	if (!now || cJSON_IsString(now) != cJSON_IsString(next))
		return true;
	if (cJSON_IsString(now))
		return strcmp(now->valuestring, next->valuestring) != 0;
	return ra_rf_value_text(now, a) != ra_rf_value_text(next, b) || strcmp(a, b) != 0;
}

/* Does anything wait for the next start, of ours or not? Some show a full copy there, some only what waits. */
static bool waits(const struct view *view)
{
	for (size_t i = 0; i < view->next.count; i++)
		if (differs(ra_rf_index_find(&view->now, view->next.at[i]->string), view->next.at[i]))
			return true;
	return false;
}

static bool put_all(const struct view *view, const char *missing, const cJSON *bios, cJSON *to)
{
	const char *id = ra_json_str(view->kept, "Id", ra_json_str(bios, "AttributeRegistry", ""));
	cJSON *registry = view->kept ? cJSON_AddObjectToObject(to, "registry") : NULL, *settings;
	enum ra_rf_clear waiting;
	struct clear clear = {false, false};
	const char *where;

	if (view->kept ? !registry || !add(registry, "id", id) : !add(to, "no_registry", missing))
		return false;
	if (view->next_told && !add(to, "pending", waits(view) ? "waiting" : "none"))
		return false;
	settings = cJSON_AddObjectToObject(to, "settings");
	for (int topic = 0; settings && topic < RA_RF_TOPIC_COUNT; topic++)
		if (!put_topic(view, (enum ra_rf_topic)topic, settings, &clear))
			return false;
	/* That none waits shows only where a clear would show, and what waits is told and understood. */
	waiting = ra_rf_clear_of(&view->now, &view->next, view->kept, &where);
	clear.waits = clear.waits || waiting == RA_RF_CLEAR_NOW || waiting == RA_RF_CLEAR_WAITS;
	clear.told = clear.told && view->next_told && waiting != RA_RF_CLEAR_MAY;
	return settings && (!(clear.waits || clear.told) || add_bool(to, "clear", clear.waits));
}

ra_err ra_rf_setup(const cJSON *bios, const cJSON *pending, const cJSON *kept, const char *missing, cJSON **out)
{
	const cJSON *next = ra_json_get(pending, "Attributes");
	struct view view = {.kept = kept, .next_told = cJSON_IsObject(pending) && (!next || cJSON_IsNull(next) || cJSON_IsObject(next))};
	ra_err err = ra_rf_index_of(ra_json_get(bios, "Attributes"), &view.now);

	*out = NULL;
	err = err ? err : ra_rf_index_of(next, &view.next);
	*out = err ? NULL : cJSON_CreateObject();
	if (!*out || !put_all(&view, missing, bios, *out)) {
		*out = ra_cjson_free(*out);
		err = RA_E_NOMEM;
	}
	ra_rf_index_clear(&view.now);
	ra_rf_index_clear(&view.next);
	return err;
}
