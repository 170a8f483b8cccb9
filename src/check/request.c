/* request.c - every request reattest may send, as one table. What is not in it is sent nowhere: a flow file cannot add
 * to it.
 *
 * An argv is held against a row word by word and to the letter; a word that begins with '@' stands for a short list of
 * arguments that the program itself knows. Nothing is taken from an operator, nothing is a pattern. */
#include "config.h"

#include "check/check.h"

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

/* Property paths of a HostSystem; CurrentTime is vCenter's own clock (ServiceInstance.CurrentTime). */
static const char *const properties[] = {
    "CurrentTime",
    "name",
    "overallStatus",
    "triggeredAlarmState",
    "capability.tpmSupported",
    "capability.tpmVersion",
    "capability.txtEnabled",
    "capability.uefiSecureBoot",
    "config.lockdownMode",
    "config.product",
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
    "summary.overallStatus",
    "summary.runtime.stateEncryption",
    "summary.tpmAttestation",
    "summary.trustAuthorityAttestationInfos",
    NULL,
};

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

static const char *why_not_run(const char *const *argv, int count)
{
	for (int i = 0; i < count; i++)
		if (!is_plain(argv[i]))
			return "an argument holds blanks, control bytes or characters a shell would read";
	for (size_t i = 0; i < RA_LEN(nevers); i++)
		if (holds_words(nevers[i].words, argv, count))
			return nevers[i].why;
	if (!is_known_program(argv[0]))
		return "this program is not in the table of requests (a program is named exactly as there, its path "
		       "included)";
	return "this program is in the table of requests, but not with these arguments";
}

static enum ra_req_class run_class(const cJSON *run, bool *secret, const char **why)
{
	const char *argv[ARGV_MAX];
	const cJSON *word;
	int count = 0;

	*why = "run must be a list of 1 to 32 texts, none of them empty";
	if (!cJSON_IsArray(run))
		return RA_REQ_REFUSED;
	cJSON_ArrayForEach (word, run) {
		if (count == ARGV_MAX || !cJSON_IsString(word) || !word->valuestring[0])
			return RA_REQ_REFUSED;
		argv[count++] = word->valuestring;
	}
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

static enum ra_req_class log_class(const cJSON *log, bool *secret RA_UNUSED, const char **why)
{
	static const char *const members[] = {"files", "since_boot", "lines_max", NULL};
	const cJSON *member;
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

static enum ra_req_class property_class(const cJSON *property, bool *secret RA_UNUSED, const char **why)
{
	*why = "this property is not in the table of requests";
	if (!cJSON_IsString(property) || !is_one_of(properties, property->valuestring))
		return RA_REQ_REFUSED;
	*why = NULL;
	return RA_REQ_READ;
}

/* Which shape goes to which plane. */
static const struct shape {
	const char *name;
	enum ra_plane plane;
	enum ra_req_class (*judge)(const cJSON *spec, bool *secret, const char **why);
	const char *elsewhere;
} shapes[] = {
    {"run", RA_PLANE_SSH, run_class, "run goes to the host by ssh only"},
    {"log", RA_PLANE_SSH, log_class, "log goes to the host by ssh only"},
    {"property", RA_PLANE_VCENTER, property_class, "property goes to vcenter only"},
};

static const struct shape *shape_of(const cJSON *request)
{
	const cJSON *member = cJSON_IsObject(request) ? request->child : NULL;

	for (size_t i = 0; member && !member->next && i < RA_LEN(shapes); i++)
		if (strcmp(shapes[i].name, member->string) == 0)
			return &shapes[i];
	return NULL;
}

enum ra_req_class ra_request_class(enum ra_plane plane, const cJSON *request, bool *secret, const char **why)
{
	const struct shape *shape = shape_of(request);

	*secret = false;
	*why = "a request is exactly one of run, log, property";
	if (!shape)
		return RA_REQ_REFUSED;
	*why = shape->elsewhere;
	if (plane != shape->plane)
		return RA_REQ_REFUSED;
	return shape->judge(request->child, secret, why);
}

/* One member after another; *first says whether a comma is due. */
static ra_err add_member(struct ra_buf *out, const char *key, const cJSON *value, bool *first)
{
	RA_AUTO(ra_mem_free) char *text = value ? ra_json_print(value) : NULL;
	ra_err err = RA_OK;

	if (!value)
		return RA_OK;
	if (!text)
		return RA_E_NOMEM;
	err = ra_buf_printf(out, "%s\"%s\":%s", *first ? "" : ",", key, text);
	*first = false;
	return err;
}

char *ra_request_text(const cJSON *request)
{
	static const char *const members[] = {"files", "since_boot", "lines_max"};
	const struct shape *shape = shape_of(request);
	struct ra_buf text = {0};
	bool first = true;
	ra_err err;

	if (!shape || shape->judge != log_class)
		return ra_json_print(request);
	err = ra_buf_text(&text, "{\"log\":{");
	for (size_t i = 0; !err && i < RA_LEN(members); i++)
		err = add_member(&text, members[i], ra_json_get(request->child, members[i]), &first);
	if (!err)
		err = ra_buf_text(&text, "}}");
	if (!err)
		return ra_buf_take(&text);
	ra_buf_free(&text);
	return NULL;
}

char *ra_request_words(const cJSON *request)
{
	const struct shape *shape = shape_of(request);
	const cJSON *list = request ? request->child : NULL, *word;
	struct ra_buf text = {0};
	ra_err err = RA_OK;

	if (!shape)
		return strdup("");
	if (cJSON_IsString(list))
		return strdup(list->valuestring);
	if (shape->judge == log_class) {
		err = ra_buf_text(&text, "log:");
		list = ra_json_get(list, "files");
	}
	cJSON_ArrayForEach (word, list) {
		if (!err && cJSON_IsString(word))
			err = ra_buf_printf(&text, "%s%s", text.len ? " " : "", word->valuestring);
	}
	if (!err)
		return ra_buf_take(&text);
	ra_buf_free(&text);
	return NULL;
}
