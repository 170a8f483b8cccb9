/* drift.c - each wanted fact and each wanted setting of the firmware, held against what is known of this host. */
#include "config.h"

#include "flow/drift.h"

#include "flow/flowset_build.h"
#include "flow/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The rows as they are gathered. */
struct gathered {
	const struct ra_state *state;
	struct ra_drift *rows;
	size_t count, room;
};

static struct ra_reading read_fact(const struct ra_state *state, const char *name)
{
	struct ra_query query = {.plane = RA_PLANE_ANY, .prefer = ra_flowset_prefer(state->set, name)};

	return ra_facts_read(state->facts, name, &query);
}

ra_err ra_brief(const struct ra_state *state, const char *fact, const struct ra_value *value, char *out)
{
	RA_AUTO(ra_mem_free) char *text = ra_value_text(value);
	const char *spelt = value->type == RA_BOOL ? value->as.yes ? "true" : "false" : text;
	const char *word = text ? ra_flowset_word(state->set, fact, spelt) : NULL;

	if (word == spelt) /* the glossary has none */
		word = text;

	if (!word)
		return RA_E_NOMEM;
	snprintf(out, RA_BRIEF_MAX, "%s", strlen(word) < RA_BRIEF_MAX ? *word ? word : "(empty)" : "(too long to show)");
	return RA_OK;
}

/* A new row. Out: NULL without memory. */
static struct ra_drift *add(struct gathered *g, const char *name, enum ra_reason reason)
{
	struct ra_drift *row = RA_STATE_ADD(g->rows, g->count, g->room);

	if (row) {
		snprintf(row->name, sizeof(row->name), "%s", name);
		row->reason = reason;
	}
	return row;
}

static ra_err compare_fact(struct gathered *g, const char *fact, const struct ra_value *wanted)
{
	struct ra_reading is = read_fact(g->state, fact);
	struct ra_drift *row = add(g, fact, is.reason);
	ra_err err = row ? ra_brief(g->state, fact, wanted, row->wanted) : RA_E_NOMEM;

	if (err || is.reason != RA_KNOWN)
		return err;
	row->differs = is.value->type != wanted->type || !ra_value_equal(is.value, wanted);
	return ra_brief(g->state, fact, is.value, row->is);
}

static ra_err compare_facts(struct gathered *g, const cJSON *all)
{
	const cJSON *at;
	ra_err err = RA_OK;

	cJSON_ArrayForEach (at, all) {
		int type = ra_flowset_fact_type(g->state->set, at->string);
		struct ra_value wanted = {.type = RA_TEXT};

		if (err)
			break;
		/* A record read with another flow set: what the set does not know nobody can tell. */
		err = ra_value_from_json(type < 0 ? RA_TEXT : (enum ra_type)type, at, &wanted);
		if (err == RA_E_INVALID)
			err = RA_OK;
		if (!err)
			err = compare_fact(g, at->string, &wanted);
		ra_value_clear(&wanted);
	}
	return err;
}

/* A wanted value as the fact's list spells it. */
static void spell(const cJSON *value, char *out)
{
	double number = value->valuedouble;
	bool integral = number >= -9007199254740991.0 && number <= 9007199254740991.0 && number == (double)(int64_t)number;

	if (cJSON_IsString(value))
		snprintf(out, RA_BRIEF_MAX, "%s", value->valuestring);
	else if (cJSON_IsBool(value))
		snprintf(out, RA_BRIEF_MAX, "%s", cJSON_IsTrue(value) ? "true" : "false");
	else if (integral)
		snprintf(out, RA_BRIEF_MAX, "%" PRId64, (int64_t)number);
	else
		snprintf(out, RA_BRIEF_MAX, "%.17g", number);
}

/* One "NAME=VALUE", cut. Out: false when it is none. */
static bool cut(const char *item, char *name, const char **value)
{
	size_t len = strcspn(item, "=");

	if (!item[len] || len >= RA_NAMED_LEN_MAX)
		return false;
	memcpy(name, item, len);
	name[len] = '\0';
	*value = item + len + 1;
	return true;
}

/* The value of a setting in a list, by its whole name; NULL: it is not there. */
static const char *value_in(const struct ra_reading *list, const char *wanted)
{
	char name[RA_NAMED_LEN_MAX];
	const char *value;

	for (size_t i = 0; list->reason == RA_KNOWN && list->value->type == RA_LIST && i < list->value->as.list.count; i++)
		if (cut(list->value->as.list.items[i], name, &value) && !strcmp(name, wanted))
			return value;
	return NULL;
}

/* An empty value is one, too. */
static void show(char *out, const char *value)
{
	if (!*value)
		snprintf(out, RA_BRIEF_MAX, "(empty)");
	else if (out != value)
		snprintf(out, RA_BRIEF_MAX, "%s", value);
}

static ra_err compare_setting(struct gathered *g, const char *name, const cJSON *want, const char *is)
{
	const struct ra_reading next = read_fact(g->state, RA_FACT_NEXT);
	const char *will_be = is ? value_in(&next, name) : NULL;
	struct ra_drift *row = add(g, name, is ? RA_KNOWN : RA_WITHHELD);

	if (!row)
		return RA_E_NOMEM;
	row->firmware = true;
	row->absent = !is;
	spell(want, row->wanted);
	row->differs = is && (strcmp(row->wanted, is) || (will_be && strcmp(row->wanted, will_be)));
	show(row->wanted, row->wanted);
	if (is)
		show(row->is, is);
	if (will_be && strcmp(will_be, is))
		show(row->next, will_be);
	return RA_OK;
}

/* A wanted setting under the machine's own names for it: the very name, else those with a number behind it. */
static ra_err compare_named(struct gathered *g, const struct ra_reading *settings, const cJSON *want)
{
	const char *exact = value_in(settings, want->string), *value;
	size_t before = g->count;
	char name[RA_NAMED_LEN_MAX];
	ra_err err = RA_OK;

	for (size_t i = 0; !exact && settings->value->type == RA_LIST && i < settings->value->as.list.count && !err; i++)
		if (cut(settings->value->as.list.items[i], name, &value) && ra_named_is(want->string, name))
			err = compare_setting(g, name, want, value);
	return err || g->count > before ? err : compare_setting(g, want->string, want, exact);
}

static const char *text_of(const struct ra_reading *reading)
{
	return reading->reason == RA_KNOWN && reading->value->type == RA_TEXT ? reading->value->as.text : NULL;
}

/* Whose settings they are: the controller that tells them knows it best. */
struct ra_maker ra_state_bmc_maker(const struct ra_state *state)
{
	struct ra_reading maker = read_fact(state, "bmc.maker"), model = read_fact(state, "bmc.model");

	return text_of(&maker) ? ra_flowset_maker(state->set, text_of(&maker), text_of(&model)) : ra_state_maker(state);
}

/* What the template wants of this maker, and of the generation: the latter goes before. */
static void rows_of(const cJSON *firmware, const struct ra_maker *maker, const cJSON *out[2])
{
	char name[160];

	out[0] = out[1] = NULL;
	if (!ra_maker_id(maker))
		return;
	out[1] = ra_json_get(firmware, ra_maker_id(maker));
	if (!maker->generation)
		return;
	snprintf(name, sizeof(name), "%s/%s", ra_maker_id(maker), maker->generation->id);
	out[0] = ra_json_get(firmware, name);
}

/* What is not compared at all, and why. */
static ra_err not_compared(struct gathered *g, const char *name, enum ra_reason reason)
{
	struct ra_drift *row = add(g, name, reason);

	if (row)
		row->firmware = true;
	return row ? RA_OK : RA_E_NOMEM;
}

static ra_err compare_firmware(struct gathered *g, const cJSON *firmware)
{
	const struct ra_reading settings = read_fact(g->state, RA_FACT_SETTINGS);
	const struct ra_maker maker = ra_state_bmc_maker(g->state);
	const cJSON *rows[2], *want;
	char line[RA_BRIEF_MAX];
	ra_err err = RA_OK;

	if (settings.reason != RA_KNOWN)
		return not_compared(g, "settings of the firmware", settings.reason);
	rows_of(firmware, &maker, rows);
	if (!rows[0] && !rows[1]) {
		const struct ra_reading named = read_fact(g->state, "bmc.maker");

		snprintf(line, sizeof(line), "settings of the firmware: the template names none for %s",
			 ra_maker_id(&maker)		       ? ra_maker_title(&maker)
			 : text_of(&named)			? text_of(&named)
								: "a server whose maker is not known");
		err = not_compared(g, line, RA_NOT_APPLICABLE);
		if (!err)
			g->rows[g->count - 1].says_why = true;
		return err;
	}
	for (int i = 0; i < 2; i++)
		cJSON_ArrayForEach (want, rows[i])
			if (!err && (i == 0 || !ra_json_get(rows[0], want->string)))
				err = compare_named(g, &settings, want);
	return err;
}

ra_err ra_drift_rows(const struct ra_state *state, struct ra_drift **rows, size_t *count)
{
	const cJSON *firmware = ra_json_get(state->wanted, "firmware");
	struct gathered g = {.state = state};
	ra_err err = compare_facts(&g, ra_json_get(state->wanted, "wanted"));

	if (!err && firmware)
		err = compare_firmware(&g, firmware);
	*rows = g.rows;
	*count = g.count;
	return err;
}

void ra_drift_say(const struct ra_drift *row, char *out, size_t cap)
{
	if (row->reason == RA_KNOWN)
		snprintf(out, cap, "%s: wanted %s, is %s%s%s%s", row->name, row->wanted, row->is, *row->next ? ", will be " : "", row->next,
			 *row->next ? " after the next start" : "");
	else if (row->says_why)
		snprintf(out, cap, "%s", row->name);
	else if (row->absent)
		snprintf(out, cap, "%s (not told: this machine shows no setting of that name)", row->name);
	else
		snprintf(out, cap, "%s (%s)", row->name, ra_reason_name(row->reason));
}

static bool holds(const cJSON *names, const char *name)
{
	const cJSON *at;

	cJSON_ArrayForEach (at, names)
		if (!strcmp(at->valuestring, name))
			return true;
	return false;
}

ra_err ra_drift_names(const cJSON *template, cJSON **out)
{
	const cJSON *maker, *want;

	*out = NULL;
	cJSON_ArrayForEach (maker, ra_json_get(template, "firmware"))
		cJSON_ArrayForEach (want, maker) {
			cJSON *name = holds(*out, want->string) ? NULL : cJSON_CreateString(want->string);

			if (holds(*out, want->string))
				continue;
			if (!*out)
				*out = cJSON_CreateArray();
			if (name && *out && cJSON_AddItemToArray(*out, name))
				continue;
			cJSON_Delete(name);
			*out = ra_cjson_free(*out);
			return RA_E_NOMEM;
		}
	return RA_OK;
}
