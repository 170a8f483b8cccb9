/* request.c - every request reattest may send, as one table. What is not in it is sent nowhere: a flow file cannot add
 * to it. (The changes through a BMC: request_redfish.c.)
 *
 * An argv is held against a row word by word and to the letter; a word that begins with '@' stands for a short list of
 * arguments that the program itself knows. Nothing is taken from an operator, nothing is a pattern. */
#include "config.h"

#include "check/request.h"

#include <ctype.h>
#include <string.h>

#define ARGV_MAX 32
#define LINES_MAX 20000

struct run_rule {
	enum ra_req_class class;
	bool secret;
	const char *words;
};

/* Source: a check that uses a row cites where its output is documented. */
static const struct run_rule run_rules[] = {
    {RA_REQ_READ, false, "esxcli @formatter system version get"},
    {RA_REQ_READ, false, "esxcli @formatter system hostname get"},
    {RA_REQ_READ, false, "esxcli @formatter system maintenanceMode get"},
    {RA_REQ_READ, false, "esxcli @formatter system stats uptime get"},
    {RA_REQ_READ, false, "esxcli @formatter system module list"},
    {RA_REQ_READ, false, "esxcli @formatter system ntp get"},
    {RA_REQ_READ, false, "esxcli @formatter system settings kernel list @option"},
    {RA_REQ_READ, false, "esxcli @formatter system settings encryption get"},
    {RA_REQ_READ, true, "esxcli @formatter system settings encryption recovery list"},
    {RA_REQ_READ, false, "esxcli @formatter system security keypersistence get"},
    {RA_REQ_READ, false, "esxcli @formatter system security certificatestore list"},
    {RA_REQ_READ, false, "esxcli @formatter hardware trustedboot get"},
    {RA_REQ_READ, false, "esxcli @formatter hardware platform get"},
    {RA_REQ_READ, false, "esxcli @formatter hardware clock get"},
    {RA_REQ_READ, false, "esxcli @formatter software vib list"},
    {RA_REQ_READ, false, "esxcli @formatter software vib signature verify"},
    {RA_REQ_READ, false, "esxcli @formatter software acceptance get"},
    {RA_REQ_READ, false, "/usr/lib/vmware/secureboot/bin/secureBoot.py -s"},
    {RA_REQ_READ, false, "/usr/lib/vmware/secureboot/bin/secureBoot.py -c"},
    {RA_REQ_READ, false, "/usr/lib/vmware/loadesx/bin/loadESXCheckCompat.py"},
    {RA_REQ_READ, false, "vmware -v"},
    {RA_REQ_READ, false, "vmware -l"},
    {RA_REQ_READ, false, "vmware -vl"},
    {RA_REQ_READ, false, "vsish -e get /vmkModules/tpmdriver/vendor"},
    {RA_REQ_READ, false, "vsish -e get /vmkModules/tpmdriver/firmware/version"},
    {RA_REQ_READ, false, "date -u +%Y-%m-%dT%H:%M:%SZ"},
    {RA_REQ_READ, false, "date -u +%s"},
    {RA_REQ_CHANGE, false, "esxcli system maintenanceMode set --enable @bool @wait"},
    {RA_REQ_CHANGE, false, "/sbin/auto-backup.sh"},
};

static const char *const formatters[] = {"--formatter=json", "--formatter=xml", "--formatter=keyvalue",
					 "--formatter=csv", NULL};
static const char *const kernel_options[] = {"execInstalledOnly", NULL};
static const char *const bools[] = {"true", "false", NULL};
static const char *const log_files[] = {"vmkernel", "vmkwarning", "hostd", "esxupdate", "vobd", NULL};

/* Property paths of a HostSystem, and what the link puts together from several: CurrentTime is vCenter's own clock
 * (ServiceInstance.CurrentTime), about what it is, certificate what it showed of itself, host which of its hosts is
 * meant, siblings its other hosts of the same model, keyProviders its key providers; parent, recentTask and vm hold
 * what stands behind the references of these names. */
static const char *const properties[] = {
    "CurrentTime",
    "about",
    "certificate",
    "host",
    "keyProviders",
    "name",
    "overallStatus",
    "parent",
    "recentTask",
    "siblings",
    "triggeredAlarmState",
    "vm",
    "capability.tpmSupported",
    "capability.tpmVersion",
    "capability.txtEnabled",
    "capability.uefiSecureBoot",
    "config.certificate",
    "config.dateTimeInfo.ntpConfig.server",
    "config.lockdownMode",
    "config.network.dnsConfig",
    "config.product",
    "config.service",
    "config.vsanHostConfig.enabled",
    "hardware.biosInfo.biosVersion",
    "hardware.biosInfo.releaseDate",
    "hardware.systemInfo",
    "hardware.systemInfo.model",
    "hardware.systemInfo.serialNumber",
    "hardware.systemInfo.uuid",
    "hardware.systemInfo.vendor",
    "runtime.bootTime",
    "runtime.connectionState",
    "runtime.cryptoState",
    "runtime.inMaintenanceMode",
    "runtime.powerState",
    "summary.config.product",
    "summary.config.product.build",
    "summary.config.product.fullName",
    "summary.config.product.name",
    "summary.config.product.version",
    "summary.hardware",
    "summary.managementServerIp",
    "summary.overallStatus",
    "summary.runtime.stateEncryption",
    "summary.tpmAttestation",
    "summary.trustAuthorityAttestationInfos",
    NULL,
};

/* Methods of vCenter. service: the one service it may be about, NULL where it takes none.
 * Source: VMware Web Services API, HostSystem, HostServiceSystem, AlarmManager. */
struct call_rule {
	const char *name;
	enum ra_req_class class;
	const char *service;
	bool restarts; /* the host */
};
static const struct call_rule calls[] = {
    {"QueryTpmAttestationReport", RA_REQ_READ, NULL, false}, {"EnterMaintenanceMode", RA_REQ_CHANGE, NULL, false},
    {"ExitMaintenanceMode", RA_REQ_CHANGE, NULL, false},     {"DisconnectAndReconnect", RA_REQ_CHANGE, NULL, false},
    {"ReconnectHost", RA_REQ_CHANGE, NULL, false},           {"RebootHost", RA_REQ_CHANGE, NULL, true},
    {"AcknowledgeAlarm", RA_REQ_CHANGE, NULL, false},        {"StartService", RA_REQ_CHANGE, "TSM-SSH", false},
    {"StopService", RA_REQ_CHANGE, "TSM-SSH", false},
};

/* Resources of the Automation REST API, all read with GET. */
static const char *const rests[] = {"tpm", NULL};

/* Resources of a server's Redfish service, as their bodies come: ComputerSystem, Bios, the Bios that waits for the next start (its
 * @Redfish.Settings), SecureBoot of that system, and the Manager that is its BMC. setup: the settings of the firmware that are known by name, put
 * together from Bios, what waits, and the attribute registry (link/redfish_setup.h). trusted: the TPM as
 * a TrustedComponent; jobs: what it has to do yet, in words of ours (link/redfish.h). Source: DMTF DSP2046, DSP0266 (settings resource). */
static const char *const redfishes[] = {"system", "bios", "pending", "setup", "secureboot", "manager", "trusted", "jobs", NULL};

/* Better words than "not in the table" for what people will try. Never consulted for the verdict itself. */
struct never {
	const char *words; /* to be found in the arguments, in this order and together */
	const char *why;
};
static const struct never nevers[] = {
    {"encryption set", "it changes what the host's configuration is sealed to and cannot be undone: a person's step, "
		       "never this program's"},
    {"recovery rotate", "it makes every stored recovery key stale: a person's step, never this program's"},
    {"keypersistence disable", "it can erase the stored keys of virtual machines"},
    {"keypersistence enable", "it changes how the host keeps its keys"},
    {"shutdown reboot", "restarting a host is a person's step"},
    {"shutdown poweroff", "switching a host off is a person's step"},
    {"reboot", "restarting a host is a person's step"},
    {"poweroff", "switching a host off is a person's step"},
    {"rm", "it removes files"},
    {"sh", "a shell is never given anything to run"},
};

/* The same for vCenter's methods. */
static const struct never never_calls[] = {
    {"RemoveHost", "taking a host out of vCenter loses its history, rights and key grants: a person's step"},
    {"Destroy_Task", "it removes what it is called on from vCenter, with all that vCenter knows of it"},
    {"DisconnectHost_Task",
     "a host that stays disconnected is out of vCenter's hands: the program only does so together "
     "with the reconnect (DisconnectAndReconnect)"},
    {"ClearTriggeredAlarms", "it resets alarms of the whole vCenter, not only this host's"},
    {"RemoveAlarm", "an alarm's definition belongs to everyone who uses this vCenter"},
    {"ReconfigureAlarm", "an alarm's definition belongs to everyone who uses this vCenter"},
    {"EnterLockdownMode", "it can lock people out of the host"},
    {"ExitLockdownMode", "it opens the host to more people than its owner wanted"},
    {"ChangeLockdownMode", "it opens the host to more people than its owner wanted, or locks them out"},
    {"ShutdownHost_Task", "switching a host off is a person's step"},
    {"PowerDownHostToStandBy_Task", "switching a host off is a person's step"},
    {"UpdateServicePolicy", "it lasts beyond this walk"},
    {"UninstallService", "it removes a service from the host"},
    {"ConfigureCryptoKey", "it changes how the host is encrypted: a person's step"},
    {"PrepareCrypto", "it changes how the host is encrypted: a person's step"},
    {"EnableCrypto", "it changes how the host is encrypted: a person's step"},
    {"RemoveKmsCluster", "virtual machines whose keys are gone cannot be opened again"},
    {"RemoveKeys", "virtual machines whose keys are gone cannot be opened again"},
    {"ExecuteSimpleCommand", "nobody knows what it does: a request says what it asks"},
};

static bool is_one_of(const char *const *list, const char *word)
{
	for (; *list; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

/* "-t N": seconds a change may take, at most a day. */
static bool is_seconds(const char *word)
{
	size_t len = strspn(word, "0123456789");
	long value = 0;

	if (len == 0 || len > 5 || word[len] != '\0' || (len > 1 && word[0] == '0'))
		return false;
	for (; *word; word++)
		value = value * 10 + (*word - '0');
	return value <= 86400;
}

/* How many of the count arguments a '@' word takes. Out: -1 when it must take one and cannot. */
static int class_takes(const char *word, size_t len, const char *const *argv, int count)
{
	if (strncmp(word, "@formatter", len) == 0)
		return count > 0 && is_one_of(formatters, argv[0]);
	if (strncmp(word, "@option", len) == 0)
		return count > 1 && strcmp(argv[0], "-o") == 0 && is_one_of(kernel_options, argv[1]) ? 2 : 0;
	if (strncmp(word, "@wait", len) == 0)
		return count > 1 && strcmp(argv[0], "-t") == 0 && is_seconds(argv[1]) ? 2 : 0;
	return count > 0 && is_one_of(bools, argv[0]) ? 1 : -1;
}

static bool rule_fits(const char *words, const char *const *argv, int count)
{
	int at = 0;

	for (size_t len; *words; words += len + (words[len] == ' ')) {
		int takes;

		len = strcspn(words, " ");
		if (*words == '@')
			takes = class_takes(words, len, argv + at, count - at);
		else
			takes = at < count && strlen(argv[at]) == len && memcmp(argv[at], words, len) == 0 ? 1 : -1;
		if (takes < 0)
			return false;
		at += takes;
	}
	return at == count;
}

static bool is_known_program(const char *name)
{
	for (size_t i = 0; i < RA_LEN(run_rules); i++) {
		size_t len = strcspn(run_rules[i].words, " ");

		if (strlen(name) == len && memcmp(name, run_rules[i].words, len) == 0)
			return true;
	}
	return false;
}

static bool holds_words(const char *words, const char *const *argv, int count)
{
	size_t len = strcspn(words, " ");
	const char *next = words[len] ? words + len + 1 : NULL;

	for (int i = 0; i < count; i++) {
		const char *base = strrchr(argv[i], '/');

		base = base && i == 0 ? base + 1 : argv[i];
		if (strlen(base) == len && memcmp(base, words, len) == 0 &&
		    (!next || (i + 1 < count && strcmp(argv[i + 1], next) == 0)))
			return true;
	}
	return false;
}

/* A byte some shell gives a meaning to, or that no argument of ours has. */
static bool is_plain(const char *word)
{
	for (; *word; word++)
		if (!isalnum((unsigned char)*word) && !strchr("-_./=:%+", *word))
			return false;
	return true;
}

/* Out: NULL when neither the bytes nor the words say why. */
static const char *why_never(const char *const *argv, int count)
{
	for (int i = 0; i < count; i++)
		if (!is_plain(argv[i]))
			return "an argument holds blanks, control bytes or characters a shell would read";
	for (size_t i = 0; i < RA_LEN(nevers); i++)
		if (holds_words(nevers[i].words, argv, count))
			return nevers[i].why;
	return NULL;
}

static const char *why_not_run(const char *const *argv, int count)
{
	const char *never = why_never(argv, count);

	if (never)
		return never;
	if (!is_known_program(argv[0]))
		return "this program is not in the table of requests (a program is named exactly as there, its path "
		       "included)";
	return "this program is in the table of requests, but not with these arguments";
}

/* The words of a list of texts. Out: how many; 0 when it is none, holds something else, or too many. */
static int take_words(const cJSON *list, const char **argv, int max)
{
	const cJSON *word;
	int count = 0;

	if (!cJSON_IsArray(list))
		return 0;
	cJSON_ArrayForEach (word, list) {
		if (count == max || !cJSON_IsString(word) || !word->valuestring[0])
			return 0;
		argv[count++] = word->valuestring;
	}
	return count;
}

static enum ra_req_class run_class(const cJSON *request, bool *secret, const char **why)
{
	const char *argv[ARGV_MAX];
	int count = take_words(ra_json_get(request, "run"), argv, ARGV_MAX);

	*why = "run must be a list of 1 to 32 texts, none of them empty";
	if (count == 0)
		return RA_REQ_REFUSED;
	for (size_t i = 0; i < RA_LEN(run_rules); i++) {
		if (!rule_fits(run_rules[i].words, argv, count))
			continue;
		*secret = run_rules[i].secret;
		*why = NULL;
		return run_rules[i].class;
	}
	*why = why_not_run(argv, count);
	return RA_REQ_REFUSED;
}

/* A row that vCenter may be asked to run for us: a read of esxcli, and nothing the program would fill in. */
static bool is_through_vcenter(const struct run_rule *rule, const char **words)
{
	static const char prefix[] = "esxcli @formatter ";

	if (rule->class != RA_REQ_READ || strncmp(rule->words, prefix, sizeof(prefix) - 1) != 0)
		return false;
	*words = rule->words + sizeof(prefix) - 1;
	return !strchr(*words, '@');
}

static enum ra_req_class esxcli_class(const cJSON *request, bool *secret, const char **why)
{
	const char *argv[ARGV_MAX];
	const char *words;
	int count = take_words(ra_json_get(request, "esxcli"), argv, ARGV_MAX);

	*why = "esxcli must be a list of 1 to 32 texts, none of them empty: the words after \"esxcli\"";
	if (count == 0)
		return RA_REQ_REFUSED;
	for (size_t i = 0; i < RA_LEN(run_rules); i++) {
		if (!is_through_vcenter(&run_rules[i], &words) || !rule_fits(words, argv, count))
			continue;
		*secret = run_rules[i].secret;
		*why = NULL;
		return RA_REQ_READ;
	}
	*why = why_never(argv, count);
	if (!*why)
		*why = "through vCenter the program asks esxcli only for what it reads without options over ssh, too";
	return RA_REQ_REFUSED;
}

/* Each name at most once, all of them in the list. */
static bool files_ok(const cJSON *files)
{
	const cJSON *file, *before;

	if (!cJSON_IsArray(files) || !files->child)
		return false;
	cJSON_ArrayForEach (file, files) {
		if (!cJSON_IsString(file) || !is_one_of(log_files, file->valuestring))
			return false;
		for (before = files->child; before != file; before = before->next)
			if (strcmp(before->valuestring, file->valuestring) == 0)
				return false;
	}
	return true;
}

static enum ra_req_class log_class(const cJSON *request, bool *secret RA_UNUSED, const char **why)
{
	static const char *const members[] = {"files", "since_boot", "lines_max", NULL};
	const cJSON *log = ra_json_get(request, "log"), *member;
	int64_t lines = ra_json_int(log, "lines_max", ra_json_get(log, "lines_max") ? 0 : 1);

	*why = "log must be {files, since_boot, lines_max}";
	if (!cJSON_IsObject(log))
		return RA_REQ_REFUSED;
	cJSON_ArrayForEach (member, log) {
		if (!is_one_of(members, member->string))
			return RA_REQ_REFUSED;
	}
	*why = "log files are vmkernel, vmkwarning, hostd, esxupdate, vobd, each at most once";
	if (!files_ok(ra_json_get(log, "files")))
		return RA_REQ_REFUSED;
	*why = "since_boot is true or false, lines_max is 1 to 20000";
	member = ra_json_get(log, "since_boot");
	if ((member && !cJSON_IsBool(member)) || lines < 1 || lines > LINES_MAX)
		return RA_REQ_REFUSED;
	*why = NULL;
	return RA_REQ_READ;
}

static enum ra_req_class property_class(const cJSON *request, bool *secret RA_UNUSED, const char **why)
{
	const cJSON *property = ra_json_get(request, "property");

	*why = "this property is not in the table of requests";
	if (!cJSON_IsString(property) || !is_one_of(properties, property->valuestring))
		return RA_REQ_REFUSED;
	*why = NULL;
	return RA_REQ_READ;
}

static enum ra_req_class call_class(const cJSON *request, bool *secret RA_UNUSED, const char **why)
{
	const char *name = ra_json_str(request, "call", "");
	const cJSON *service = ra_json_get(request, "service");

	*why = "this call is not in the table of requests";
	for (size_t i = 0; i < RA_LEN(never_calls); i++)
		if (strcmp(never_calls[i].words, name) == 0)
			*why = never_calls[i].why;
	for (size_t i = 0; i < RA_LEN(calls); i++) {
		if (strcmp(calls[i].name, name) != 0)
			continue;
		*why = calls[i].service ? "the only service it may be about is TSM-SSH" : "this call takes no service";
		if (!calls[i].service != !service ||
		    (service && (!cJSON_IsString(service) || strcmp(service->valuestring, calls[i].service) != 0)))
			return RA_REQ_REFUSED;
		*why = NULL;
		return calls[i].class;
	}
	return RA_REQ_REFUSED;
}

static enum ra_req_class rest_class(const cJSON *request, bool *secret RA_UNUSED, const char **why)
{
	const cJSON *rest = ra_json_get(request, "rest");

	*why = "this resource is not in the table of requests";
	if (!cJSON_IsString(rest) || !is_one_of(rests, rest->valuestring))
		return RA_REQ_REFUSED;
	*why = NULL;
	return RA_REQ_READ;
}

static enum ra_req_class redfish_class(const cJSON *request, bool *secret RA_UNUSED, const char **why)
{
	const cJSON *redfish = ra_json_get(request, "redfish");

	if (ra_request_redfish_change(request, why))
		return RA_REQ_CHANGE;
	if (ra_json_get(request, "setting") || ra_json_get(request, "to") || !cJSON_IsString(redfish) ||
	    !is_one_of(redfishes, redfish->valuestring))
		return RA_REQ_REFUSED;
	*why = NULL;
	return RA_REQ_READ;
}

/* Which shape goes to which plane. */
static const struct shape {
	const char *name;
	const char *also[2]; /* members that may stand beside it, NULL */
	enum ra_plane plane;
	enum ra_req_class (*judge)(const cJSON *request, bool *secret, const char **why);
	const char *elsewhere;
} shapes[] = {
    {"run", {NULL}, RA_PLANE_SSH, run_class, "run goes to the host by ssh only"},
    {"log", {NULL}, RA_PLANE_SSH, log_class, "log goes to the host by ssh only"},
    {"property", {NULL}, RA_PLANE_VCENTER, property_class, "property goes to vcenter only"},
    {"call", {"service"}, RA_PLANE_VCENTER, call_class, "call goes to vcenter only"},
    {"rest", {NULL}, RA_PLANE_VCENTER, rest_class, "rest goes to vcenter only"},
    {"esxcli", {NULL}, RA_PLANE_VCENTER, esxcli_class, "esxcli goes to vcenter only (by ssh it is run)"},
    {"redfish", {"setting", "to"}, RA_PLANE_BMC, redfish_class, "redfish goes to bmc only"},
};

/* Nothing but the shape's own members, each once. */
static bool is_shape(const cJSON *request, const struct shape *shape)
{
	const cJSON *own = ra_json_get(request, shape->name), *member;
	const cJSON *also[RA_LEN(shape->also)];

	for (size_t i = 0; i < RA_LEN(also); i++)
		also[i] = shape->also[i] ? ra_json_get(request, shape->also[i]) : NULL;

	if (!cJSON_IsObject(request) || !own)
		return false;
	cJSON_ArrayForEach (member, request) {
		if (member != own && member != also[0] && member != also[1])
			return false;
	}
	return true;
}

static const struct shape *shape_of(const cJSON *request)
{
	for (size_t i = 0; i < RA_LEN(shapes); i++)
		if (is_shape(request, &shapes[i]))
			return &shapes[i];
	return NULL;
}

const char *ra_request_shape(const cJSON *request)
{
	const struct shape *shape = shape_of(request);

	return shape ? shape->name : NULL;
}

bool ra_request_restarts(const cJSON *request)
{
	const char *name = ra_json_str(request, "call", "");

	for (size_t i = 0; i < RA_LEN(calls); i++)
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].restarts;
	return ra_request_redfish_restarts(request);
}

static bool is_also(const struct shape *shape, const char *name)
{
	for (size_t i = 0; i < RA_LEN(shape->also); i++)
		if (shape->also[i] && strcmp(shape->also[i], name) == 0)
			return true;
	return false;
}

bool ra_request_is_member(const char *name)
{
	for (size_t i = 0; i < RA_LEN(shapes); i++)
		if (strcmp(shapes[i].name, name) == 0 || is_also(&shapes[i], name))
			return true;
	return false;
}

enum ra_req_class ra_request_class(enum ra_plane plane, const cJSON *request, bool *secret, const char **why)
{
	const struct shape *shape = shape_of(request);

	*secret = false;
	*why = "a request is exactly one of run, log, property, call, rest, esxcli, redfish";
	if (!shape)
		return RA_REQ_REFUSED;
	*why = shape->elsewhere;
	if (plane != shape->plane)
		return RA_REQ_REFUSED;
	return shape->judge(request, secret, why);
}
