/* request_redfish.c - what may be changed through a server's BMC, as one table, with its words for people. A change that is not in it does
 * not exist: a clear of the TPM, keys of Secure Boot, the queue of jobs, a forced reset, defaults. Pure. */
#include "config.h"

#include "check/request.h"

#include <string.h>
#include <strings.h>

/* Settings are named as link/redfish_names.h has them; which attribute of which maker is meant, and by which value, the link knows.
 * Source: DMTF DSP0266 (settings resource, PATCH), DSP2046 (ComputerSystem.Reset, Boot, SecureBoot). */
static const struct change {
	const char *name, *setting, *to; /* NULL: no such member */
	bool restarts;			 /* the host */
	const char *words;		 /* method, resource and body */
} changes[] = {
    {"set", "tpm", "on", false, "Redfish PATCH, firmware settings for the next start: TPM = on"},
    {"set", "algorithm", "sha256", false, "Redfish PATCH, firmware settings for the next start: TPM hash algorithm = SHA-256"},
    {"set", "sha256-bank", "on", false, "Redfish PATCH, firmware settings for the next start: SHA-256 PCR bank = on"},
    {"set", "hierarchy", "on", false, "Redfish PATCH, firmware settings for the next start: TPM hierarchy = on"},
    {"set", "interface", "fifo", false, "Redfish PATCH, firmware settings for the next start: TPM interface = FIFO"},
    {"set", "secure-boot", "on", false, "Redfish PATCH, Secure Boot for the next start: SecureBootEnable = true (Dell: SecureBoot = Enabled)"},
    {"unset", "tpm", NULL, false, "Redfish PATCH, firmware settings for the next start: TPM as it is now"},
    {"unset", "algorithm", NULL, false, "Redfish PATCH, firmware settings for the next start: TPM hash algorithm as it is now"},
    {"unset", "sha256-bank", NULL, false, "Redfish PATCH, firmware settings for the next start: SHA-256 PCR bank as it is now"},
    {"unset", "hierarchy", NULL, false, "Redfish PATCH, firmware settings for the next start: TPM hierarchy as it is now"},
    {"unset", "interface", NULL, false, "Redfish PATCH, firmware settings for the next start: TPM interface as it is now"},
    {"unset", "secure-boot", NULL, false, "Redfish PATCH, Secure Boot for the next start: SecureBootEnable as it is now (Dell: SecureBoot)"},
    {"next-boot", NULL, "setup", false, "Redfish PATCH, the system's Boot: BootSourceOverrideEnabled = Once, BootSourceOverrideTarget = BiosSetup"},
    {"next-boot", NULL, "none", false, "Redfish PATCH, the system's Boot: BootSourceOverrideEnabled = Disabled"},
    {"power", NULL, "on", false, "Redfish POST, ComputerSystem.Reset of the system: ResetType = On"},
    {"power", NULL, "restart", true, "Redfish POST, ComputerSystem.Reset of the system: ResetType = GracefulRestart"},
    {"power", NULL, "off", true, "Redfish POST, ComputerSystem.Reset of the system: ResetType = GracefulShutdown"},
};

/* Better words than "not in the table" for what people will try. Never consulted for the verdict itself. A word may stand in any member. */
static const struct {
	const char *word, *why;
} nevers[] = {
    {"operation", "a clear of the TPM makes it forget the key of the host's configuration: a person's step, never this program's"},
    {"clear", "what it empties cannot be brought back, keys in the TPM first of all: a person's step, never this program's"},
    {"tpm-clear", "a clear of the TPM makes it forget the key of the host's configuration: a person's step, never this program's"},
    {"physical-presence", "asserting presence is for a person who answers for being there"},
    {"reset-keys", "the keys of Secure Boot decide what starts at all: a person's step, never this program's"},
    {"ResetKeys", "the keys of Secure Boot decide what starts at all: a person's step, never this program's"},
    {"jobs", "the jobs in a BMC's queue are other people's work, too: none is deleted by this program"},
    {"job-queue", "the jobs in a BMC's queue are other people's work, too: none is deleted by this program"},
    {"clear-jobs", "the jobs in a BMC's queue are other people's work, too: none is deleted by this program"},
    {"ClearPending", "settings that wait may be other people's work: this program takes back only its own, by \"unset\""},
    {"ForceOff", "a host is never switched off under its running machines: only as it shuts down by itself (off)"},
    {"force-off", "a host is never switched off under its running machines: only as it shuts down by itself (off)"},
    {"ForceRestart", "a host is never reset under its running machines: only as it restarts by itself (restart)"},
    {"force-restart", "a host is never reset under its running machines: only as it restarts by itself (restart)"},
    {"PowerCycle", "a host is never reset under its running machines: only as it restarts by itself (restart)"},
    {"cycle", "a host is never reset under its running machines: only as it restarts by itself (restart)"},
    {"reset", "a host is never reset under its running machines: only as it restarts by itself (power, restart)"},
    {"Nmi", "it stops the host's kernel"},
    {"ResetBios", "defaults of the firmware undo what others have set up: a person's step, never this program's"},
    {"defaults", "defaults of the firmware undo what others have set up: a person's step, never this program's"},
    {"SimpleUpdate", "firmware is brought by a person, with the maker's notes beside it"},
    {"update", "firmware is brought by a person, with the maker's notes beside it"},
};

static bool is_text(const cJSON *node, const char *text)
{
	return text ? cJSON_IsString(node) && strcmp(node->valuestring, text) == 0 : !node;
}

static const struct change *change_of(const cJSON *request)
{
	for (size_t i = 0; i < RA_LEN(changes); i++)
		if (is_text(ra_json_get(request, "redfish"), changes[i].name) && is_text(ra_json_get(request, "setting"), changes[i].setting) &&
		    is_text(ra_json_get(request, "to"), changes[i].to))
			return &changes[i];
	return NULL;
}

static const char *never_of(const cJSON *node)
{
	for (size_t i = 0; cJSON_IsString(node) && i < RA_LEN(nevers); i++)
		if (strcasecmp(nevers[i].word, node->valuestring) == 0)
			return nevers[i].why;
	return NULL;
}

static const char *why_not(const cJSON *request)
{
	static const char *const members[] = {"redfish", "setting", "to"};
	const char *name = ra_json_str(request, "redfish", "");
	const char *never = NULL;

	for (size_t i = 0; i < RA_LEN(members) && !never; i++)
		never = never_of(ra_json_get(request, members[i]));
	if (never)
		return never;
	if (strcmp(name, "set") == 0 || strcmp(name, "unset") == 0)
		return "only these settings are set: tpm on, algorithm sha256, sha256-bank on, hierarchy on, interface fifo, secure-boot on; and unset, "
		       "without a value";
	if (strcmp(name, "next-boot") == 0)
		return "the next boot may be set to \"setup\" or to \"none\"";
	if (strcmp(name, "power") == 0)
		return "the power may be set to \"on\", \"restart\" or \"off\"";
	return "this resource is not in the table of requests";
}

bool ra_request_redfish_change(const cJSON *request, const char **why)
{
	const struct change *change = change_of(request);

	*why = change ? NULL : why_not(request);
	return change != NULL;
}

bool ra_request_redfish_restarts(const cJSON *request)
{
	const struct change *change = change_of(request);

	return change && change->restarts;
}

/* All but the power: what is set or withdrawn there is looked at by the next start. */
bool ra_request_waits(const cJSON *request)
{
	const struct change *change = change_of(request);

	return change && strcmp(change->name, "power") != 0;
}

const char *ra_request_redfish_words(const cJSON *request)
{
	const struct change *change = change_of(request);

	return change ? change->words : NULL;
}
