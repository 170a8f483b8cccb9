/* redfish_find.c - which resource is found by which, as a table; and which of several members is the one meant. Pure. */
#include "config.h"

#include "link/redfish.h"

#include <stdio.h>
#include <string.h>

#define WAYS_MAX 3

/* One way to a resource: a link in the body of another (a list of links, where it may be one of several). */
struct step {
	enum ra_rf_what parent;
	const char *pointer;
	bool list;
};
static bool is_server(const cJSON *system);
static bool is_bmc(const cJSON *manager);
static bool is_case(const cJSON *chassis);
static bool is_tpm(const cJSON *component);
static const struct {
	const char *request; /* a request may name it; NULL */
	const char *lacks;   /* what is said where no way leads there */
	struct step ways[WAYS_MAX];
	int way_count;
	bool (*fits)(const cJSON *body); /* is it the one meant, of several? */
	const char *several;
	bool alone; /* one alone is looked at, too, before it is the one meant */
	bool whole; /* a collection whose members are wanted with it */
} rows[RA_RF_COUNT] = {
    [RA_RF_ROOT] = {"root", "it has no root", {{0}}, 0, NULL, NULL, false, false},
    [RA_RF_SYSTEMS] = {NULL, "it names no computer systems", {{RA_RF_ROOT, "/Systems", false}}, 1, NULL, NULL, false, false},
    [RA_RF_SYSTEM] = {"system", "it shows no computer system", {{RA_RF_SYSTEMS, "/Members", true}}, 1, is_server, "computer systems", false, false},
    [RA_RF_BIOS] = {"bios", "it shows no firmware settings of the system", {{RA_RF_SYSTEM, "/Bios", false}}, 1, NULL, NULL, false, false},
    [RA_RF_PENDING] = {"pending",
		       "it shows no settings that wait for the next start",
		       {{RA_RF_BIOS, "/@Redfish.Settings/SettingsObject", false}},
		       1,
		       NULL,
		       NULL, false, false},
    [RA_RF_SECUREBOOT] = {"secureboot", "it shows no Secure Boot of the system", {{RA_RF_SYSTEM, "/SecureBoot", false}}, 1, NULL, NULL, false, false},
    [RA_RF_MANAGERS] = {NULL, "it names no managers", {{RA_RF_ROOT, "/Managers", false}}, 1, NULL, NULL, false, false},
    [RA_RF_MANAGER] = {"manager",
		       "it shows no manager",
		       {{RA_RF_SYSTEM, "/Links/ManagedBy", true}, {RA_RF_MANAGERS, "/Members", true}},
		       2,
		       is_bmc,
		       "managers", false, false},
    [RA_RF_CHASSES] = {NULL, "it names no chassis", {{RA_RF_ROOT, "/Chassis", false}}, 1, NULL, NULL, false, false},
    [RA_RF_CHASSIS] = {"chassis",
		       "it shows no chassis",
		       {{RA_RF_SYSTEM, "/Links/Chassis", true}, {RA_RF_CHASSES, "/Members", true}},
		       2,
		       is_case,
		       "chassis", false, false},
    [RA_RF_PLACE] = {NULL, "what it named is not there", {{0}}, 0, NULL, NULL, false, false},
    [RA_RF_REGISTRIES] = {NULL, "it names no registries", {{RA_RF_ROOT, "/Registries", false}}, 1, NULL, NULL, false, false},
    [RA_RF_SETUP] = {"setup", "this is no place", {{0}}, 0, NULL, NULL, false, false},
    [RA_RF_TRUSTEDS] = {NULL, "it names no trusted components", {{RA_RF_CHASSIS, "/TrustedComponents", false}}, 1, NULL, NULL, false, false},
    [RA_RF_TRUSTED] = {"trusted",
		       "it shows no TPM as a trusted component",
		       {{RA_RF_SYSTEM, "/Links/TrustedComponents", true}, {RA_RF_TRUSTEDS, "/Members", true}},
		       2,
		       is_tpm,
		       "TPMs as trusted components",
		       .alone = true},
    [RA_RF_JOBSERVICE] = {NULL, "it has no job service", {{RA_RF_ROOT, "/JobService", false}}, 1, NULL, NULL, false, false},
    [RA_RF_TASKSERVICE] = {NULL, "it has no task service", {{RA_RF_ROOT, "/Tasks", false}}, 1, NULL, NULL, false, false},
    /* Dell's own first: what they are about stands there. */
    [RA_RF_JOBS] = {"jobs",
		    "it shows neither jobs nor tasks",
		    {{RA_RF_MANAGER, "/Links/Oem/Dell/Jobs", false}, {RA_RF_JOBSERVICE, "/Jobs", false}, {RA_RF_TASKSERVICE, "/Tasks", false}},
		    3,
		    NULL,
		    NULL,
		    .whole = true},
};

/* Of the systems a BMC shows (a baseboard of accelerators, a DPU) the server is the one with firmware settings. */
static bool is_server(const cJSON *system)
{
	return ra_json_get(system, "Bios") != NULL;
}

static bool is_bmc(const cJSON *manager)
{
	return strcmp(ra_json_str(manager, "ManagerType", ""), "BMC") == 0;
}

static bool is_case(const cJSON *chassis)
{
	static const char *const types[] = {"RackMount", "Blade", "Tower", "Sled", "StandAlone"};

	for (size_t i = 0; i < RA_LEN(types); i++)
		if (strcmp(types[i], ra_json_str(chassis, "ChassisType", "")) == 0)
			return true;
	return false;
}

/* Others protect the BMC or the board, not what is started. */
static bool is_tpm(const cJSON *component)
{
	return ra_json_get(component, "TPM") != NULL || strncmp(ra_json_str(component, "Id", ""), "TPM", 3) == 0;
}

bool ra_rf_is_whole(enum ra_rf_what what)
{
	return what < RA_RF_COUNT && rows[what].whole;
}

enum ra_rf_what ra_rf_what_of(const cJSON *request)
{
	const char *name = ra_json_str(request, "redfish", "");

	for (int i = 0; i < RA_RF_COUNT; i++)
		if (rows[i].request && strcmp(rows[i].request, name) == 0)
			return (enum ra_rf_what)i;
	return RA_RF_COUNT;
}

/* What is missing first is what is told. */
static void say_why(enum ra_rf_what what, const struct ra_rf_way *way, char *say, size_t cap)
{
	if (say[0])
		return;
	if (way->several)
		snprintf(say, cap, "it shows several %s, and which of them is meant cannot be told", rows[what].several);
	else
		snprintf(say, cap, "%s", rows[what].lacks);
}

const char *ra_rf_next(struct ra_rf_way ways[RA_RF_COUNT], enum ra_rf_what aim, enum ra_rf_what *from, bool *of_member, char *say,
		       size_t cap)
{
	enum ra_rf_what at = aim;

	for (;;) {
		struct ra_rf_way *way = &ways[at];

		*from = at;
		*of_member = !way->uri[0] && at != RA_RF_ROOT && way->member < way->member_count;
		if (*of_member)
			return way->members[way->member];
		if (at == RA_RF_ROOT)
			return RA_RF_ROOT_URI;
		if (way->uri[0])
			return way->uri;
		if (way->missed < rows[at].way_count) {
			at = rows[at].ways[way->missed].parent;
			continue;
		}
		say_why(at, way, say, cap);
		if (at == aim)
			return NULL;
		ra_rf_learn(ways, at, false, NULL); /* another way may go past it */
		at = aim;
	}
}

void ra_rf_forget(struct ra_rf_way ways[RA_RF_COUNT], bool all)
{
	for (int i = 0; i < RA_RF_COUNT; i++)
		if (all || !ways[i].uri[0])
			ways[i] = (struct ra_rf_way){0};
}

/* The way ends here: at one, at several, or nowhere. */
static void settle(struct ra_rf_way *way)
{
	bool one = way->fitting == 1 && !way->more;

	if (one)
		memcpy(way->uri, way->members[way->chosen], sizeof(way->uri));
	way->several = way->several || (!one && way->member_count > 0);
	way->missed += !one;
	way->member = way->member_count = way->fitting = 0;
	way->more = false;
}

static void take_list(struct ra_rf_way *way, const cJSON *list, bool more, bool alone)
{
	const cJSON *link;

	way->member = way->member_count = way->fitting = way->chosen = 0;
	way->more = more;
	if (cJSON_IsArray(list))
		cJSON_ArrayForEach (link, list) {
			if (way->member_count == RA_RF_MEMBERS_MAX)
				way->more = true;
			else
				way->member_count += ra_rf_uri_of(link, way->members[way->member_count]);
		}
	if (way->member_count == 0 || (way->member_count == 1 && !alone)) { /* nothing to choose from */
		way->fitting = way->member_count;
		settle(way);
	}
}

static void take_member(struct ra_rf_way *way, enum ra_rf_what what, const cJSON *body)
{
	if (body && rows[what].fits(body)) {
		way->fitting++;
		way->chosen = way->member;
	}
	if (++way->member == way->member_count)
		settle(way);
}

void ra_rf_learn(struct ra_rf_way ways[RA_RF_COUNT], enum ra_rf_what from, bool of_member, const cJSON *body)
{
	if (of_member) {
		take_member(&ways[from], from, body);
		return;
	}
	for (int i = 0; i < RA_RF_COUNT; i++) {
		struct ra_rf_way *way = &ways[i];
		const struct step *step = &rows[i].ways[way->missed < WAYS_MAX ? way->missed : 0];

		if (way->uri[0] || way->member_count || way->missed >= rows[i].way_count || step->parent != from)
			continue;
		if (step->list)
			take_list(way, ra_json_pointer(body, step->pointer), ra_json_get(body, "Members@odata.nextLink") != NULL, rows[i].alone);
		else if (!ra_rf_uri_of(ra_json_pointer(body, step->pointer), way->uri))
			way->missed++;
	}
}
