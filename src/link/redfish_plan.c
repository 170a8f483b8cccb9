/* redfish_plan.c - which changes there are, and from what was just read the one call of one, or why nothing is sent. Pure.
 *
 * Sources. Settings objects, If-Match: DSP0266. Dell: a PATCH with @Redfish.SettingsApplyTime makes the job that applies it, one without is
 * only staged (dell/iDRAC-Redfish-Scripting). Lenovo: its own scripts send If-Match: *, and Secure Boot wants physical presence asserted
 * (pubs.lenovo.com/sr665/assert_physical_presence). Supermicro: Redfish Reference Guide 3.4: PATCH of Bios itself, answered by 202, then seen in
 * Bios/SD. Cisco: no settings object is shown, so how to write is not known. */
#include "config.h"

#include "link/redfish_do.h"
#include "link/redfish_names.h"
#include "link/redfish_setup.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TOLD_MAX 3 /* settings of others that are named */

#define SETTINGS {RA_RF_SYSTEM, RA_RF_SETUP, RA_RF_BIOS, RA_RF_PENDING, RA_RF_COUNT}
#define SECURE {RA_RF_SYSTEM, RA_RF_SETUP, RA_RF_BIOS, RA_RF_PENDING, RA_RF_SECUREBOOT, RA_RF_COUNT}
#define SYSTEM {RA_RF_SYSTEM, RA_RF_COUNT}
#define START {RA_RF_SYSTEM, RA_RF_BIOS, RA_RF_PENDING, RA_RF_COUNT} /* a start carries out what waits */

static const struct ra_rf_row rows[] = {
    {"set", "tpm", "on", SETTINGS},
    {"set", "algorithm", "sha256", SETTINGS},
    {"set", "sha256-bank", "on", SETTINGS},
    {"set", "hierarchy", "on", SETTINGS},
    {"set", "interface", "fifo", SETTINGS},
    {"set", "secure-boot", "on", SECURE},
    {"unset", "tpm", NULL, SETTINGS},
    {"unset", "algorithm", NULL, SETTINGS},
    {"unset", "sha256-bank", NULL, SETTINGS},
    {"unset", "hierarchy", NULL, SETTINGS},
    {"unset", "interface", NULL, SETTINGS},
    {"unset", "secure-boot", NULL, SECURE},
    {"next-boot", NULL, "setup", SYSTEM},
    {"next-boot", NULL, "none", SYSTEM},
    {"power", NULL, "on", START},
    {"power", NULL, "restart", START},
    {"power", NULL, "off", SYSTEM},
};

/* What is particular to a maker. */
static const struct maker {
	const char *name;    /* Manufacturer begins with it */
	bool by_job;	     /* settings are applied by a job, one at a time, made by the PATCH that says when */
	bool any_tag;	     /* If-Match: * where no tag is told */
	bool bios_itself;    /* settings are sent to Bios, and seen in its settings object */
	bool secure_by_bios; /* Secure Boot is an attribute among the others */
	bool presence;	     /* Secure Boot wants physical presence asserted */
	const char *never;   /* why nothing is set there */
} makers[] = {
    {"Dell", true, false, false, true, false, NULL},
    {"Lenovo", false, true, false, false, true, NULL},
    {"Supermicro", false, false, true, false, false, NULL},
    {"Super Micro", false, false, true, false, false, NULL},
    {"Cisco", false, false, false, false, false,
     "Cisco's BMC shows no settings that wait for the next start, so what a change would do cannot be seen: it is made in the server's setup, or in the "
     "BIOS policy of its service profile"},
    {"", false, false, false, false, false, NULL},
};

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

const struct ra_rf_row *ra_rf_row_of(const cJSON *request)
{
	const char *name = ra_json_str(request, "redfish", ""), *setting = ra_json_str(request, "setting", NULL), *to = ra_json_str(request, "to", NULL);

	for (size_t i = 0; i < RA_LEN(rows); i++)
		if (same(rows[i].name, name) && same(rows[i].setting, setting) && same(rows[i].to, to))
			return &rows[i];
	return NULL;
}

static const struct maker *maker_of(const struct ra_rf_seen *seen)
{
	const char *name = ra_json_str(seen->body[RA_RF_SYSTEM], "Manufacturer", "");
	const struct maker *maker = makers;

	while (strncasecmp(maker->name, name, strlen(maker->name)) != 0)
		maker++;
	return maker;
}

void ra_rf_plan_clear(struct ra_rf_plan *plan)
{
	for (int i = 0; i < plan->item_count; i++) {
		cJSON_Delete(plan->items[i].wanted);
		cJSON_Delete(plan->items[i].now);
	}
	free(plan->body);
	*plan = (struct ra_rf_plan){0};
}

static ra_err refuse(struct ra_rf_plan *plan, const char *fmt, ...) RA_PRINTF(2, 3);
static ra_err refuse(struct ra_rf_plan *plan, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(plan->refused, sizeof(plan->refused), fmt, args);
	va_end(args);
	return RA_OK;
}

/* Put down one value that is to change. wanted is taken over. */
static ra_err add_item(struct ra_rf_plan *plan, enum ra_rf_what at, const char *object, const char *name, cJSON *wanted, const cJSON *now)
{
	struct ra_rf_item *item = &plan->items[plan->item_count];
	cJSON *copy = now ? cJSON_Duplicate(now, true) : NULL;

	if (!wanted || (now && !copy) || plan->item_count == RA_RF_ITEMS_MAX || strlen(name) >= sizeof(item->name)) {
		cJSON_Delete(wanted);
		cJSON_Delete(copy);
		return RA_E_NOMEM;
	}
	plan->item_count++;
	*item = (struct ra_rf_item){.at = at, .object = object, .wanted = wanted, .now = copy};
	snprintf(item->name, sizeof(item->name), "%s", name);
	return RA_OK;
}

/* Where it goes, and by which tag. */
static void put_place(struct ra_rf_plan *plan, const struct ra_rf_seen *seen, enum ra_rf_what at, bool any_tag)
{
	const char *etag = seen->etag[at] && seen->etag[at][0] ? seen->etag[at] : any_tag ? "*" : "";

	for (const char *byte = etag; *byte; byte++)
		if ((unsigned char)*byte < 0x20 || *byte == 0x7f)
			(void)refuse(plan, "the tag the BMC gives its settings has bytes that cannot be sent; nothing was sent");
	plan->method = "PATCH";
	snprintf(plan->path, sizeof(plan->path), "%s", seen->path[at]);
	snprintf(plan->if_match, sizeof(plan->if_match), "%s", etag);
}

/* The wanted values as the body: in the object they belong to. */
static ra_err put_body(struct ra_rf_plan *plan, bool on_reset)
{
	RA_AUTO(ra_cjson_free) cJSON *body = cJSON_CreateObject();
	const char *object = plan->items[0].object;
	cJSON *apply = body && on_reset ? cJSON_AddObjectToObject(body, "@Redfish.SettingsApplyTime") : NULL;
	cJSON *inner = body && object[0] ? cJSON_AddObjectToObject(body, object) : body;

	if (!inner || (on_reset && (!apply || !cJSON_AddStringToObject(apply, "ApplyTime", "OnReset"))))
		return RA_E_NOMEM;
	for (int i = 0; i < plan->item_count; i++) {
		cJSON *copy = cJSON_Duplicate(plan->items[i].wanted, true);

		if (!copy || !cJSON_AddItemToObject(inner, plan->items[i].name, copy)) {
			cJSON_Delete(copy);
			return RA_E_NOMEM;
		}
	}
	plan->body = ra_json_print(body);
	return plan->body ? RA_OK : RA_E_NOMEM;
}

static bool is_in(const cJSON *list, const char *word)
{
	const cJSON *item;

	if (cJSON_IsArray(list))
		cJSON_ArrayForEach (item, list) {
			if (cJSON_IsString(item) && strcmp(item->valuestring, word) == 0)
				return true;
		}
	return false;
}

/* Next boot. */

static ra_err plan_next_boot(const struct ra_rf_row *row, const struct ra_rf_seen *seen, struct ra_rf_plan *plan)
{
	static const char off[] = "Disabled";
	const cJSON *boot = ra_json_get(seen->body[RA_RF_SYSTEM], "Boot");
	const cJSON *targets = ra_json_get(boot, "BootSourceOverrideTarget@Redfish.AllowableValues");
	const cJSON *enabled = ra_json_get(boot, "BootSourceOverrideEnabled"), *target = ra_json_get(boot, "BootSourceOverrideTarget");
	const char *now = cJSON_IsString(enabled) ? enabled->valuestring : "", *aim = cJSON_IsString(target) ? target->valuestring : "";
	bool setup = strcmp(row->to, "setup") == 0;
	ra_err err;

	if (setup && !is_in(targets, "BiosSetup"))
		return refuse(plan, "the BMC does not offer firmware setup as the next start's aim; nothing was sent");
	if (!now[0])
		return refuse(plan, "the BMC does not tell where the next start goes; nothing was sent");
	if (setup && strcmp(now, off) != 0 && strcmp(aim, "BiosSetup") == 0)
		return refuse(plan, "the next start goes to firmware setup already; nothing was sent");
	if (setup && strcmp(now, off) != 0)
		return refuse(plan, "the next start goes to %.40s already (%.40s), by somebody else; nothing was sent", aim, now);
	if (!setup && strcmp(now, off) == 0)
		return refuse(plan, "the next start goes where it always does; nothing was sent");
	if (!setup && strcmp(aim, "BiosSetup") != 0)
		return refuse(plan, "the next start goes to %.40s (%.40s), by somebody else; nothing was sent", aim, now);
	err = add_item(plan, RA_RF_SYSTEM, "Boot", "BootSourceOverrideEnabled", cJSON_CreateString(setup ? "Once" : off), enabled);
	if (!err && (setup || is_in(targets, "None")))
		err = add_item(plan, RA_RF_SYSTEM, "Boot", "BootSourceOverrideTarget", cJSON_CreateString(setup ? "BiosSetup" : "None"), target);
	plan->waits = setup;
	plan->again_after[RA_RF_SYSTEM] = true;
	put_place(plan, seen, RA_RF_SYSTEM, maker_of(seen)->any_tag);
	return err ? err : put_body(plan, false);
}

/* A clear of the TPM. */

/* What is asked would let a clear that waits come true, or go unseen. starts: it is a start; then what stands there now counts, too. */
static ra_err refuse_clear(const struct ra_rf_seen *seen, bool starts, struct ra_rf_plan *plan)
{
	struct ra_rf_index now = {0}, next = {0};
	enum ra_rf_clear is = RA_RF_CLEAR_NONE;
	const char *where = "";
	ra_err err = ra_rf_index_of(ra_json_get(seen->body[RA_RF_BIOS], "Attributes"), &now);

	err = err ? err : ra_rf_index_of(ra_json_get(seen->body[RA_RF_PENDING], "Attributes"), &next);
	if (!err)
		is = ra_rf_clear_of(&now, &next, NULL, &where);
	if (is == RA_RF_CLEAR_WAITS || (is == RA_RF_CLEAR_NOW && starts))
		(void)refuse(plan, "A CLEAR OF THE TPM waits for the next start (%.90s): have it taken back in firmware setup before the host restarts. Nothing was sent",
			     where);
	else if (is == RA_RF_CLEAR_MAY)
		(void)refuse(plan, "what waits for the next start in %.90s may be a clear of the TPM: its value is not known. Look at it in firmware setup before the "
				   "host restarts; nothing was sent",
			     where);
	ra_rf_index_clear(&now);
	ra_rf_index_clear(&next);
	return err;
}

/* Power. */

const cJSON *ra_rf_reset_types(const cJSON *system, const cJSON *info)
{
	const cJSON *types = ra_json_get(ra_json_get(ra_json_get(system, "Actions"), "#ComputerSystem.Reset"), "ResetType@Redfish.AllowableValues");
	const cJSON *parameter;

	if (cJSON_IsArray(types))
		return types;
	cJSON_ArrayForEach (parameter, ra_json_get(info, "Parameters")) {
		if (strcmp(ra_json_str(parameter, "Name", ""), "ResetType") == 0)
			return ra_json_get(parameter, "AllowableValues");
	}
	return NULL;
}

static ra_err plan_power(const struct ra_rf_row *row, const struct ra_rf_seen *seen, struct ra_rf_plan *plan)
{
	static const struct {
		const char *to, *type, *from;
	} ways[] = {{"on", "On", "Off"}, {"restart", "GracefulRestart", "On"}, {"off", "GracefulShutdown", "On"}};
	const cJSON *system = seen->body[RA_RF_SYSTEM], *types = ra_rf_reset_types(system, seen->body[RA_RF_PLACE]);
	const cJSON *state = ra_json_get(system, "PowerState");
	const char *now = cJSON_IsString(state) ? state->valuestring : "not told";
	size_t at = 0;
	ra_err err;

	while (at + 1 < RA_LEN(ways) && strcmp(ways[at].to, row->to) != 0)
		at++;
	if (strcmp(now, ways[at].from) != 0)
		return refuse(plan, "the server's power is %.40s now, not %s; nothing was sent", now, ways[at].from);
	err = strcmp(row->to, "off") == 0 ? RA_OK : refuse_clear(seen, true, plan);
	if (err || plan->refused[0])
		return err;
	if (!is_in(types, ways[at].type))
		return refuse(plan, "the BMC %s %s; nothing was sent", types ? "does not offer" : "does not tell whether it offers", ways[at].type);
	err = add_item(plan, RA_RF_SYSTEM, "", "ResetType", cJSON_CreateString(ways[at].type), state);
	plan->method = "POST";
	if (!ra_rf_uri_of(ra_json_get(ra_json_get(ra_json_get(system, "Actions"), "#ComputerSystem.Reset"), "target"), plan->path))
		return refuse(plan, "the BMC does not say where a reset would have to be sent; nothing was sent");
	return err ? err : put_body(plan, false);
}

/* Settings of the firmware. */

static bool is_ours(const char *const *ours, const char *name)
{
	for (; *ours; ours++)
		if (strcmp(*ours, name) == 0)
			return true;
	return false;
}

/* A value waits: it is another one than now. null is no value. Lists and objects are none of a firmware's settings; held against each other
 * member by member, large ones would take hours. */
static bool waits(const cJSON *now, const cJSON *next)
{
	bool flat = next && !next->child && now && !now->child;

	return now && next && !cJSON_IsNull(next) && !cJSON_IsNull(now) && (!flat || !cJSON_Compare(now, next, true));
}

/* Settings that wait for the next start and are not ours: by name alone, since a value may be a secret. plan->refused: there are some. */
static ra_err refuse_others(const struct ra_rf_seen *seen, const char *const *ours, bool any, struct ra_rf_plan *plan)
{
	char told[TOLD_MAX * (RA_RF_NAME_MAX + 2)] = "";
	struct ra_rf_index now;
	const cJSON *next;
	int count = 0;
	ra_err err = refuse_clear(seen, false, plan);

	if (err || plan->refused[0])
		return err;
	err = ra_rf_index_of(ra_json_get(seen->body[RA_RF_BIOS], "Attributes"), &now);
	if (err)
		return err;
	cJSON_ArrayForEach (next, ra_json_get(seen->body[RA_RF_PENDING], "Attributes")) {
		size_t len = strlen(told);

		if (!next->string || !waits(ra_rf_index_find(&now, next->string), next) || (!any && is_ours(ours, next->string)))
			continue;
		if (count++ < TOLD_MAX)
			snprintf(told + len, sizeof(told) - len, "%s%.90s", len ? ", " : "", next->string);
	}
	ra_rf_index_clear(&now);
	if (count)
		return refuse(plan, "%d setting%s already wait%s for the next start (%s%s): the server has to start with them, or they have to be taken back, "
				    "before another is added; nothing was sent",
			      count, count == 1 ? "" : "s", count == 1 ? "s" : "", told, count > TOLD_MAX ? ", ..." : "");
	return RA_OK;
}

/* The attribute of a topic on this machine that can be set: of several of one name, the one that was shown. Out: NULL: there is none, or
 * (plan->refused) which of several it is cannot be told. */
static const cJSON *attribute_of(const struct ra_rf_seen *seen, enum ra_rf_topic topic, const struct ra_rf_name **name, struct ra_rf_plan *plan)
{
	const cJSON *shown = ra_json_get(ra_json_get(seen->body[RA_RF_SETUP], "settings"), ra_rf_topic_name(topic));
	const char *its = ra_json_get(shown, "value") ? ra_json_str(shown, "attribute", "") : "";
	const struct ra_rf_name *row;

	for (size_t i = 0; (row = ra_rf_name_at(topic, i)) != NULL; i++) {
		const cJSON *attribute, *found = NULL;
		int count = 0;

		cJSON_ArrayForEach (attribute, ra_json_get(seen->body[RA_RF_BIOS], "Attributes")) {
			if (!attribute->string || row->role == RA_RF_TELLS || !ra_rf_name_fits(row, attribute->string))
				continue;
			found = !found || strcmp(attribute->string, its) == 0 ? attribute : found;
			count++;
		}
		*name = row;
		if (count == 1 || (count > 1 && strcmp(found->string, its) == 0))
			return found;
		if (count > 1) {
			(void)refuse(plan, "%d settings of this firmware are called %s, and which of them is meant cannot be told; nothing was sent", count,
				     row->attribute);
			return NULL;
		}
	}
	return NULL;
}

/* What only tells the topic says so already. */
static bool tells(const cJSON *attributes, enum ra_rf_topic topic, const char *word)
{
	const struct ra_rf_name *row;
	const cJSON *attribute;
	char text[RA_RF_VALUE_MAX];

	for (size_t i = 0; (row = ra_rf_name_at(topic, i)) != NULL; i++)
		cJSON_ArrayForEach (attribute, attributes) {
			const char *is = row->role == RA_RF_TELLS && ra_rf_name_fits(row, attribute->string) && ra_rf_value_text(attribute, text)
					     ? ra_rf_word_of(row, text)
					     : NULL;

			if (is && strcmp(is, word) == 0)
				return true;
		}
	return false;
}

/* A value written as the present one is. */
static cJSON *value_like(const cJSON *now, const char *value)
{
	return cJSON_IsBool(now) ? cJSON_CreateBool(strcmp(value, "true") == 0) : cJSON_CreateString(value);
}

/* The machine's own registry says that it cannot be set now. Out: false when it says nothing of the kind. */
static bool refuse_locked(const struct ra_rf_seen *seen, const char *attribute, struct ra_rf_plan *plan)
{
	const cJSON *setting, *need;
	char needs[300] = "";

	cJSON_ArrayForEach (setting, ra_json_get(seen->body[RA_RF_SETUP], "settings")) {
		if (strcmp(ra_json_str(setting, "attribute", ""), attribute) != 0 || !ra_json_bool(setting, "locked", false))
			continue;
		cJSON_ArrayForEach (need, ra_json_get(setting, "needs")) {
			size_t len = strlen(needs);

			if (cJSON_IsString(need))
				snprintf(needs + len, sizeof(needs) - len, "%s%.120s", len ? ", " : ": first must be set, and the server started: ",
					 need->valuestring);
		}
		(void)refuse(plan, "%.90s is locked now%s; nothing was sent", attribute, needs);
		return true;
	}
	return false;
}

/* The value that sets a topic, beside those of the plan. Out: *found whether the firmware has the setting. */
static ra_err add_setting(const struct ra_rf_seen *seen, enum ra_rf_topic topic, const char *to, struct ra_rf_plan *plan, bool *found)
{
	const cJSON *attributes = ra_json_get(seen->body[RA_RF_BIOS], "Attributes");
	const struct ra_rf_name *name = NULL;
	const cJSON *now = attribute_of(seen, topic, &name, plan);
	const cJSON *next = now ? ra_json_get(ra_json_get(seen->body[RA_RF_PENDING], "Attributes"), now->string) : NULL;
	char text[RA_RF_VALUE_MAX];
	const char *value, *word;

	*found = *found || now;
	if (plan->refused[0] || !now || (ra_rf_value_text(now, text) && (word = ra_rf_word_of(name, text)) != NULL && strcmp(word, to) == 0) || tells(attributes, topic, to))
		return RA_OK;
	value = ra_rf_value_text(now, text) ? ra_rf_value_like(name, text, to) : NULL;
	if (!value)
		return refuse(plan, "%.90s is %.60s now, and how \"%s\" is written there is not known; nothing was sent", now->string, text, to);
	if (waits(now, next) && ra_rf_value_text(next, text) && strcmp(text, value) == 0)
		return refuse(plan, "%.90s already waits for the next start as %.60s; nothing was sent", now->string, text);
	if (refuse_locked(seen, now->string, plan))
		return RA_OK;
	return add_item(plan, RA_RF_PENDING, "Attributes", now->string, value_like(now, value), now);
}

/* A value of a topic that waits, and its way back, beside those of the plan. Only what "set" may set is taken back. */
static ra_err add_unsetting(const struct ra_rf_seen *seen, enum ra_rf_topic topic, const char *to, struct ra_rf_plan *plan, bool *found)
{
	const struct ra_rf_name *name = NULL;
	const cJSON *now = attribute_of(seen, topic, &name, plan);
	const cJSON *next = now ? ra_json_get(ra_json_get(seen->body[RA_RF_PENDING], "Attributes"), now->string) : NULL;
	char text[RA_RF_VALUE_MAX];
	const char *word;

	*found = *found || now;
	if (!waits(now, next))
		return RA_OK;
	word = ra_rf_value_text(next, text) ? ra_rf_word_of(name, text) : NULL;
	if (!word || strcmp(word, to) != 0)
		return refuse(plan, "%.90s waits for the next start as %.60s, which this program does not set; nothing was sent", now->string, text);
	if (!ra_rf_value_text(now, text))
		return refuse(plan, "what %.90s is now cannot be told, and so not brought back; nothing was sent", now->string);
	return add_item(plan, RA_RF_PENDING, "Attributes", now->string, cJSON_Duplicate(now, true), next);
}

/* The word "set" gives a topic. */
static const char *aim_of(const char *setting)
{
	for (size_t i = 0; i < RA_LEN(rows); i++)
		if (strcmp(rows[i].name, "set") == 0 && strcmp(rows[i].setting, setting) == 0)
			return rows[i].to;
	return "";
}

static ra_err add_topics(const struct ra_rf_row *row, const struct ra_rf_seen *seen, struct ra_rf_plan *plan, bool *found)
{
	ra_err (*add)(const struct ra_rf_seen *, enum ra_rf_topic, const char *, struct ra_rf_plan *, bool *) =
	    strcmp(row->name, "set") == 0 ? add_setting : add_unsetting;
	enum ra_rf_topic topic = ra_rf_topic_of(row->setting);
	const char *to = aim_of(row->setting);
	ra_err err = add(seen, topic, to, plan, found);

	/* Where the hierarchies are switched one by one: both that ESXi needs. */
	if (!err && !*found && topic == RA_RF_HIERARCHY) {
		err = add(seen, RA_RF_STORAGE_HIERARCHY, to, plan, found);
		if (!err && !plan->refused[0])
			err = add(seen, RA_RF_ENDORSEMENT_HIERARCHY, to, plan, found);
	}
	return err;
}

static ra_err plan_settings(const struct ra_rf_row *row, const struct ra_rf_seen *seen, const char *const *ours, struct ra_rf_plan *plan)
{
	const struct maker *maker = maker_of(seen);
	bool set = strcmp(row->name, "set") == 0, found = false;
	ra_err err;

	if (!seen->body[RA_RF_PENDING])
		return refuse(plan, "the BMC shows no settings that wait for the next start, so what a change would do cannot be seen; nothing was sent");
	err = add_topics(row, seen, plan, &found);
	if (err || plan->refused[0])
		return err;
	if (!found)
		return refuse(plan, "this firmware shows no setting for %s that can be set; nothing was sent", row->setting);
	if (!plan->item_count && set)
		return refuse(plan, "%s is %s already; nothing was sent", row->setting, row->to);
	if (!plan->item_count)
		return refuse(plan, "nothing of %s waits for the next start; nothing was sent", row->setting);
	if (!set && maker->by_job)
		return refuse(plan, "what waits is carried out by a job of the BMC, and this program deletes none: delete that one job in the BMC's own pages "
				    "(its job queue), or let the server start with the setting; nothing was sent");
	err = set ? refuse_others(seen, ours, maker->by_job, plan) : RA_OK;
	if (err || plan->refused[0])
		return err;
	plan->waits = set;
	plan->by_job = maker->by_job;
	plan->again_after[RA_RF_PENDING] = true;
	put_place(plan, seen, maker->bios_itself ? RA_RF_BIOS : RA_RF_PENDING, maker->any_tag);
	return put_body(plan, maker->by_job);
}

/* Secure Boot as a resource of its own. */

static ra_err refuse_presence(const struct ra_rf_seen *seen, struct ra_rf_plan *plan)
{
	const cJSON *tpm = ra_json_pointer(seen->body[RA_RF_SYSTEM], "/Oem/Lenovo/TPMSettings");

	if (tpm && ra_json_bool(tpm, "EnableRPP", true) && !ra_json_bool(tpm, "AssertRPP", false))
		(void)refuse(plan, "the server wants physical presence asserted for this, and this program does not assert it: in the XClarity Controller, BMC "
				   "Configuration > Security > Physical Presence; then again; nothing was sent");
	return RA_OK;
}

static ra_err plan_secure_boot(const struct ra_rf_row *row, const struct ra_rf_seen *seen, const char *const *ours, struct ra_rf_plan *plan)
{
	const cJSON *body = seen->body[RA_RF_SECUREBOOT], *next = ra_json_get(body, "SecureBootEnable");
	const char *now = ra_json_str(body, "SecureBootCurrentBoot", ""), *mode = ra_json_str(body, "SecureBootMode", "");
	const struct maker *maker = maker_of(seen);
	bool set = strcmp(row->name, "set") == 0, on = cJSON_IsTrue(next), is_on = strcmp(now, "Enabled") == 0;
	ra_err err;

	if (!body || !cJSON_IsBool(next))
		return refuse(plan, "the BMC does not show whether Secure Boot is on at the next start (SecureBootEnable); nothing was sent");
	if (strcmp(now, "Enabled") != 0 && strcmp(now, "Disabled") != 0)
		return refuse(plan, "the BMC does not tell whether Secure Boot is on in this start (SecureBootCurrentBoot); nothing was sent");
	if (set && is_on)
		return refuse(plan, on ? "secure-boot is on already; nothing was sent"
				       : "the BMC says that Secure Boot is on now and off at the next start: look at it in firmware setup; nothing was sent");
	if (set && on)
		return refuse(plan, "SecureBootEnable already waits for the next start as true; nothing was sent");
	if (!set && (!on || is_on))
		return refuse(plan, "nothing of secure-boot waits for the next start; nothing was sent");
	if (set && strcmp(mode, "SetupMode") == 0)
		return refuse(plan, "Secure Boot has no keys (SetupMode): switched on, it would check nothing. A person brings the keys back in firmware setup; "
				    "nothing was sent");
	if (set && maker->presence)
		(void)refuse_presence(seen, plan);
	err = set && !plan->refused[0] ? refuse_others(seen, ours, false, plan) : RA_OK;
	if (err || plan->refused[0])
		return err;
	err = add_item(plan, RA_RF_SECUREBOOT, "", "SecureBootEnable", cJSON_CreateBool(set), next);
	plan->waits = set;
	plan->again_after[RA_RF_SECUREBOOT] = true;
	plan->again_after[RA_RF_PENDING] = maker->bios_itself;
	put_place(plan, seen, RA_RF_SECUREBOOT, maker->any_tag);
	return err ? err : put_body(plan, false);
}

ra_err ra_rf_plan(const struct ra_rf_row *row, const struct ra_rf_seen *seen, const char *const *ours, struct ra_rf_plan *plan)
{
	const struct maker *maker = maker_of(seen);

	*plan = (struct ra_rf_plan){0};
	if (strcmp(row->name, "next-boot") == 0)
		return plan_next_boot(row, seen, plan);
	if (strcmp(row->name, "power") == 0)
		return plan_power(row, seen, plan);
	if (maker->never)
		return refuse(plan, "%s; nothing was sent", maker->never);
	if (strcmp(row->setting, "secure-boot") == 0 && !maker->secure_by_bios)
		return plan_secure_boot(row, seen, ours, plan);
	return plan_settings(row, seen, ours, plan);
}
