/* The table of requests: what may be sent, and above all what may not. */
#include "config.h"

#include "tests/unit/unit.h"

#include "check/check.h"

#include <string.h>

#define SSH RA_PLANE_SSH
#define VC RA_PLANE_VCENTER
#define BMC RA_PLANE_BMC
#define READ RA_REQ_READ
#define CHANGE RA_REQ_CHANGE
#define NO RA_REQ_REFUSED
#define RUN(words) "{\"run\":[" words "]}"
#define VCLI(words) "{\"esxcli\":[" words "]}"
#define PROP(path) {VC, "{\"property\":\"" path "\"}", READ, NULL}
#define RF(name) "{\"redfish\":\"" name "\"}"
#define RF_SET(name, setting, to) "{\"redfish\":\"" name "\",\"setting\":\"" setting "\",\"to\":\"" to "\"}"
#define RF_UNSET(setting) "{\"redfish\":\"unset\",\"setting\":\"" setting "\"}"
#define RF_TO(name, to) "{\"redfish\":\"" name "\",\"to\":\"" to "\"}"
#define CALL(name) "{\"call\":\"" name "\"}"
#define CALL_SVC(name, service) "{\"call\":\"" name "\",\"service\":" service "}"

struct request_case {
	enum ra_plane plane;
	const char *json;
	enum ra_req_class class;
	const char *why; /* a part of the reason when refused */
};

static const struct request_case cases[] = {
	/* reads */
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\""), READ, NULL},
	{SSH, RUN("\"esxcli\",\"--formatter=json\",\"system\",\"version\",\"get\""), READ, NULL},
	{SSH, RUN("\"esxcli\",\"--formatter=csv\",\"software\",\"vib\",\"list\""), READ, NULL},
	{SSH, RUN("\"esxcli\",\"hardware\",\"trustedboot\",\"get\""), READ, NULL},
	{SSH, RUN("\"esxcli\",\"system\",\"settings\",\"encryption\",\"get\""), READ, NULL},
	{SSH, RUN("\"esxcli\",\"system\",\"settings\",\"kernel\",\"list\""), READ, NULL},
	{SSH, RUN("\"esxcli\",\"system\",\"settings\",\"kernel\",\"list\",\"-o\",\"execInstalledOnly\""), READ, NULL},
	{SSH, RUN("\"esxcli\",\"system\",\"maintenanceMode\",\"get\""), READ, NULL},
	{SSH, RUN("\"/usr/lib/vmware/secureboot/bin/secureBoot.py\",\"-s\""), READ, NULL},
	{SSH, RUN("\"/usr/lib/vmware/secureboot/bin/secureBoot.py\",\"-c\""), READ, NULL},
	{SSH, RUN("\"vmware\",\"-vl\""), READ, NULL},
	{SSH, RUN("\"vsish\",\"-e\",\"get\",\"/vmkModules/tpmdriver/vendor\""), READ, NULL},
	{SSH, RUN("\"date\",\"-u\",\"+%Y-%m-%dT%H:%M:%SZ\""), READ, NULL},
	{SSH, "{\"log\":{\"files\":[\"vmkernel\",\"vmkwarning\",\"hostd\",\"esxupdate\",\"vobd\"],\"since_boot\":true,\"lines_max\":2000}}", READ, NULL},
	{SSH, "{\"log\":{\"files\":[\"hostd\"]}}", READ, NULL},
	{VC, "{\"property\":\"summary.tpmAttestation\"}", READ, NULL},
	{VC, "{\"property\":\"CurrentTime\"}", READ, NULL},
	{VC, "{\"property\":\"runtime.bootTime\"}", READ, NULL},
	PROP("about"), PROP("certificate"), PROP("host"), PROP("keyProviders"), PROP("name"), PROP("overallStatus"), PROP("parent"),
	PROP("recentTask"), PROP("siblings"), PROP("triggeredAlarmState"), PROP("vm"), PROP("capability.tpmSupported"),
	PROP("capability.tpmVersion"), PROP("capability.txtEnabled"), PROP("capability.uefiSecureBoot"), PROP("config.certificate"),
	PROP("config.dateTimeInfo.ntpConfig.server"), PROP("config.lockdownMode"), PROP("config.network.dnsConfig"),
	PROP("config.product"), PROP("config.service"), PROP("config.vsanHostConfig.enabled"), PROP("hardware.biosInfo.biosVersion"),
	PROP("hardware.biosInfo.releaseDate"), PROP("hardware.systemInfo"), PROP("hardware.systemInfo.model"),
	PROP("hardware.systemInfo.serialNumber"), PROP("hardware.systemInfo.uuid"), PROP("hardware.systemInfo.vendor"),
	PROP("runtime.connectionState"), PROP("runtime.cryptoState"), PROP("runtime.inMaintenanceMode"), PROP("runtime.powerState"),
	PROP("summary.config.product"), PROP("summary.config.product.build"), PROP("summary.config.product.fullName"),
	PROP("summary.config.product.name"), PROP("summary.config.product.version"), PROP("summary.hardware"),
	PROP("summary.managementServerIp"), PROP("summary.overallStatus"), PROP("summary.runtime.stateEncryption"),
	PROP("summary.trustAuthorityAttestationInfos"),
	{VC, CALL("QueryTpmAttestationReport"), READ, NULL},
	{VC, "{\"rest\":\"tpm\"}", READ, NULL},
	{VC, VCLI("\"system\",\"version\",\"get\""), READ, NULL},
	{VC, VCLI("\"system\",\"hostname\",\"get\""), READ, NULL},
	{VC, VCLI("\"system\",\"maintenanceMode\",\"get\""), READ, NULL},
	{VC, VCLI("\"system\",\"stats\",\"uptime\",\"get\""), READ, NULL},
	{VC, VCLI("\"system\",\"module\",\"list\""), READ, NULL},
	{VC, VCLI("\"system\",\"ntp\",\"get\""), READ, NULL},
	{VC, VCLI("\"system\",\"settings\",\"encryption\",\"get\""), READ, NULL},
	{VC, VCLI("\"system\",\"security\",\"keypersistence\",\"get\""), READ, NULL},
	{VC, VCLI("\"system\",\"security\",\"certificatestore\",\"list\""), READ, NULL},
	{VC, VCLI("\"hardware\",\"trustedboot\",\"get\""), READ, NULL},
	{VC, VCLI("\"hardware\",\"platform\",\"get\""), READ, NULL},
	{VC, VCLI("\"hardware\",\"clock\",\"get\""), READ, NULL},
	{VC, VCLI("\"software\",\"vib\",\"list\""), READ, NULL},
	{VC, VCLI("\"software\",\"vib\",\"signature\",\"verify\""), READ, NULL},
	{VC, VCLI("\"software\",\"acceptance\",\"get\""), READ, NULL},
	/* vCenter's changes, to the letter */
	{VC, CALL("EnterMaintenanceMode"), CHANGE, NULL},
	{VC, CALL("ExitMaintenanceMode"), CHANGE, NULL},
	{VC, CALL("DisconnectAndReconnect"), CHANGE, NULL},
	{VC, CALL("ReconnectHost"), CHANGE, NULL},
	{VC, CALL("RebootHost"), CHANGE, NULL},
	{VC, CALL("AcknowledgeAlarm"), CHANGE, NULL},
	{VC, CALL_SVC("StartService", "\"TSM-SSH\""), CHANGE, NULL},
	{VC, CALL_SVC("StopService", "\"TSM-SSH\""), CHANGE, NULL},
	{VC, "{\"service\":\"TSM-SSH\",\"call\":\"StopService\"}", CHANGE, NULL},
	{VC, CALL("StartService"), NO, "only service"},
	{VC, CALL_SVC("StartService", "\"TSM\""), NO, "only service"},
	{VC, CALL_SVC("StartService", "\"tsm-ssh\""), NO, "only service"},
	{VC, CALL_SVC("StopService", "[\"TSM-SSH\"]"), NO, "only service"},
	{VC, CALL_SVC("StopService", "null"), NO, "only service"},
	{VC, CALL_SVC("RebootHost", "\"TSM-SSH\""), NO, "takes no service"},
	{VC, CALL_SVC("QueryTpmAttestationReport", "\"TSM-SSH\""), NO, "takes no service"},
	{VC, CALL_SVC("RestartService", "\"TSM-SSH\""), NO, "not in the table"},
	{VC, CALL("rebootHost"), NO, "not in the table"},
	{VC, CALL("RebootHost_Task"), NO, "not in the table"},
	{VC, CALL("RebootHost "), NO, "not in the table"},
	{VC, CALL(""), NO, "not in the table"},
	{VC, "{\"call\":[\"RebootHost\"]}", NO, "not in the table"},
	{VC, "{\"call\":null}", NO, "not in the table"},
	{VC, CALL("RemoveHost"), NO, "out of vCenter"},
	{VC, CALL("Destroy_Task"), NO, "removes"},
	{VC, CALL("DisconnectHost_Task"), NO, "DisconnectAndReconnect"},
	{VC, CALL("ClearTriggeredAlarms"), NO, "alarms of the whole vCenter"},
	{VC, CALL("RemoveAlarm"), NO, "everyone"},
	{VC, CALL("ReconfigureAlarm"), NO, "everyone"},
	{VC, CALL("EnterLockdownMode"), NO, "lock people out"},
	{VC, CALL("ExitLockdownMode"), NO, "opens the host"},
	{VC, CALL("ChangeLockdownMode"), NO, "opens the host"},
	{VC, CALL("ShutdownHost_Task"), NO, "a person's step"},
	{VC, CALL("PowerDownHostToStandBy_Task"), NO, "a person's step"},
	{VC, CALL("UpdateServicePolicy"), NO, "beyond this walk"},
	{VC, CALL("UninstallService"), NO, "removes"},
	{VC, CALL("ConfigureCryptoKey"), NO, "encrypted"},
	{VC, CALL("PrepareCrypto"), NO, "encrypted"},
	{VC, CALL("EnableCrypto"), NO, "encrypted"},
	{VC, CALL("RemoveKmsCluster"), NO, "cannot be opened"},
	{VC, CALL("RemoveKeys"), NO, "cannot be opened"},
	{VC, CALL("ExecuteSimpleCommand"), NO, "nobody knows"},
	/* esxcli through vCenter: reads without options, nothing else */
	{VC, VCLI("\"system\",\"settings\",\"encryption\",\"set\",\"--mode=TPM\""), NO, "cannot be undone"},
	{VC, VCLI("\"system\",\"settings\",\"encryption\",\"recovery\",\"rotate\""), NO, "stale"},
	{VC, VCLI("\"system\",\"security\",\"keypersistence\",\"disable\""), NO, "erase"},
	{VC, VCLI("\"system\",\"shutdown\",\"reboot\""), NO, "restarting"},
	{VC, VCLI("\"system\",\"maintenanceMode\",\"set\",\"--enable\",\"true\""), NO, "reads without options"},
	{VC, VCLI("\"system\",\"settings\",\"kernel\",\"list\""), NO, "reads without options"},
	{VC, VCLI("\"system\",\"settings\",\"kernel\",\"list\",\"-o\",\"execInstalledOnly\""), NO, "reads without options"},
	{VC, VCLI("\"--formatter=json\",\"system\",\"version\",\"get\""), NO, "reads without options"},
	{VC, VCLI("\"esxcli\",\"system\",\"version\",\"get\""), NO, "reads without options"},
	{VC, VCLI("\"system\",\"version\",\"get\",\"-x\""), NO, "reads without options"},
	{VC, VCLI("\"system\",\"version\""), NO, "reads without options"},
	{VC, VCLI("\"vmware\",\"-v\""), NO, "reads without options"},
	{VC, VCLI("\"-v\""), NO, "reads without options"},
	{VC, VCLI("\"system version get\""), NO, "a shell would read"},
	{VC, VCLI(""), NO, "1 to 32 texts"},
	{VC, VCLI("\"\""), NO, "1 to 32 texts"},
	{VC, VCLI("7"), NO, "1 to 32 texts"},
	{VC, "{\"esxcli\":\"system version get\"}", NO, "1 to 32 texts"},
	{BMC, "{\"redfish\":\"system\"}", READ, NULL},
	{BMC, "{\"redfish\":\"bios\"}", READ, NULL},
	{BMC, "{\"redfish\":\"pending\"}", READ, NULL},
	{BMC, "{\"redfish\":\"secureboot\"}", READ, NULL},
	{BMC, "{\"redfish\":\"manager\"}", READ, NULL},
	{BMC, "{\"redfish\":\"System\"}", NO, "not in the table"},
	{BMC, "{\"redfish\":\"/redfish/v1/Systems/1\"}", NO, "not in the table"},
	{BMC, "{\"redfish\":\"accounts\"}", NO, "not in the table"},
	{BMC, "{\"redfish\":[\"bios\"]}", NO, "not in the table"},
	{BMC, "{\"redfish\":\"bios\",\"service\":\"TSM-SSH\"}", NO, "exactly one of"},
	/* changes through a BMC, to the letter, each only with its own value */
	{BMC, RF_SET("set", "tpm", "on"), CHANGE, NULL},
	{BMC, RF_SET("set", "algorithm", "sha256"), CHANGE, NULL},
	{BMC, RF_SET("set", "sha256-bank", "on"), CHANGE, NULL},
	{BMC, RF_SET("set", "hierarchy", "on"), CHANGE, NULL},
	{BMC, RF_SET("set", "interface", "fifo"), CHANGE, NULL},
	{BMC, RF_SET("set", "secure-boot", "on"), CHANGE, NULL},
	{BMC, RF_UNSET("tpm"), CHANGE, NULL},
	{BMC, RF_UNSET("algorithm"), CHANGE, NULL},
	{BMC, RF_UNSET("sha256-bank"), CHANGE, NULL},
	{BMC, RF_UNSET("hierarchy"), CHANGE, NULL},
	{BMC, RF_UNSET("interface"), CHANGE, NULL},
	{BMC, RF_UNSET("secure-boot"), CHANGE, NULL},
	{BMC, RF_TO("next-boot", "setup"), CHANGE, NULL},
	{BMC, RF_TO("next-boot", "none"), CHANGE, NULL},
	{BMC, RF_TO("power", "on"), CHANGE, NULL},
	{BMC, RF_TO("power", "restart"), CHANGE, NULL},
	{BMC, RF_TO("power", "off"), CHANGE, NULL},
	{BMC, "{\"to\":\"on\",\"setting\":\"tpm\",\"redfish\":\"set\"}", CHANGE, NULL},
	{BMC, RF_SET("set", "tpm", "off"), NO, "only these settings"},
	{BMC, RF_SET("set", "tpm", "On"), NO, "only these settings"},
	{BMC, RF_SET("set", "algorithm", "sha1"), NO, "only these settings"},
	{BMC, RF_SET("set", "algorithm", "sha384"), NO, "only these settings"},
	{BMC, RF_SET("set", "hierarchy", "off"), NO, "only these settings"},
	{BMC, RF_SET("set", "hierarchy", "clear"), NO, "cannot be brought back"},
	{BMC, RF_SET("set", "hierarchy", "Clear"), NO, "cannot be brought back"},
	{BMC, RF_SET("set", "interface", "crb"), NO, "only these settings"},
	{BMC, RF_SET("set", "secure-boot", "off"), NO, "only these settings"},
	{BMC, RF_SET("set", "sha1-bank", "off"), NO, "only these settings"},
	{BMC, RF_SET("set", "txt", "on"), NO, "only these settings"},
	{BMC, RF_SET("set", "boot-mode", "uefi"), NO, "only these settings"},
	{BMC, RF_SET("set", "Tpm2Algorithm", "SHA256"), NO, "only these settings"},
	{BMC, RF_SET("set", "operation", "clear"), NO, "forget the key"},
	{BMC, RF_SET("set", "operation", "none"), NO, "forget the key"},
	{BMC, RF_SET("set", "physical-presence", "on"), NO, "answers for being there"},
	{BMC, RF_SET("unset", "tpm", "off"), NO, "only these settings"},
	{BMC, RF_UNSET("operation"), NO, "forget the key"},
	{BMC, RF_UNSET("boot-mode"), NO, "only these settings"},
	{BMC, RF("set"), NO, "only these settings"},
	{BMC, RF("unset"), NO, "only these settings"},
	{BMC, "{\"redfish\":\"set\",\"setting\":\"tpm\",\"to\":null}", NO, "only these settings"},
	{BMC, "{\"redfish\":\"set\",\"setting\":[\"tpm\"],\"to\":\"on\"}", NO, "only these settings"},
	{BMC, "{\"redfish\":[\"set\"],\"setting\":\"tpm\",\"to\":\"on\"}", NO, "not in the table"},
	{BMC, "{\"redfish\":\"unset\",\"setting\":\"tpm\",\"to\":null}", NO, "only these settings"},
	{BMC, RF_TO("next-boot", "pxe"), NO, "\"setup\" or to \"none\""},
	{BMC, RF_TO("next-boot", "Setup"), NO, "\"setup\" or to \"none\""},
	{BMC, RF("next-boot"), NO, "\"setup\" or to \"none\""},
	{BMC, RF_SET("next-boot", "tpm", "setup"), NO, "\"setup\" or to \"none\""},
	{BMC, RF("power"), NO, "\"on\", \"restart\" or \"off\""},
	{BMC, RF_TO("power", "Off"), NO, "\"on\", \"restart\" or \"off\""},
	{BMC, RF_TO("power", "ForceOff"), NO, "never switched off under"},
	{BMC, RF_TO("power", "force-off"), NO, "never switched off under"},
	{BMC, RF_TO("power", "ForceRestart"), NO, "never reset under"},
	{BMC, RF_TO("power", "cycle"), NO, "never reset under"},
	{BMC, RF_TO("power", "Nmi"), NO, "kernel"},
	{BMC, RF("reset"), NO, "never reset under"},
	{BMC, RF("reset-keys"), NO, "what starts at all"},
	{BMC, RF_SET("set", "secure-boot", "ResetKeys"), NO, "what starts at all"},
	{BMC, RF("tpm-clear"), NO, "forget the key"},
	{BMC, RF("clear"), NO, "cannot be brought back"},
	{BMC, RF("jobs"), READ, NULL},
	{BMC, RF("trusted"), READ, NULL},
	{BMC, RF("clear-jobs"), NO, "other people's"},
	{BMC, RF("ClearPending"), NO, "other people's"},
	{BMC, RF("defaults"), NO, "what others have set up"},
	{BMC, RF("ResetBios"), NO, "what others have set up"},
	{BMC, RF("SimpleUpdate"), NO, "maker's notes"},
	{BMC, "{\"redfish\":\"bios\",\"setting\":\"tpm\"}", NO, "not in the table"},
	{BMC, RF_TO("system", "on"), NO, "not in the table"},
	{BMC, "{\"setting\":\"tpm\",\"to\":\"on\"}", NO, "exactly one of"},
	{BMC, "{\"redfish\":\"set\",\"setting\":\"tpm\",\"to\":\"on\",\"force\":true}", NO, "exactly one of"},
	{BMC, "{\"redfish\":\"set\",\"setting\":\"tpm\",\"setting\":\"txt\",\"to\":\"on\"}", NO, "exactly one of"},
	{BMC, "{\"redfish\":\"power\",\"to\":\"on\",\"to\":\"off\"}", NO, "exactly one of"},
	{VC, RF_TO("power", "on"), NO, "bmc only"},
	{SSH, RF_SET("set", "tpm", "on"), NO, "bmc only"},
	{VC, "{\"redfish\":\"system\"}", NO, "bmc only"},
	{SSH, "{\"redfish\":\"system\"}", NO, "bmc only"},
	{VC, "{\"rest\":\"tpm/1\"}", NO, "not in the table"},
	{VC, "{\"rest\":\"/api/session\"}", NO, "not in the table"},
	{VC, "{\"rest\":[\"tpm\"]}", NO, "not in the table"},
	{VC, "{\"rest\":{}}", NO, "not in the table"},
	/* changes, to the letter */
	{SSH, RUN("\"esxcli\",\"system\",\"maintenanceMode\",\"set\",\"--enable\",\"true\""), CHANGE, NULL},
	{SSH, RUN("\"esxcli\",\"system\",\"maintenanceMode\",\"set\",\"--enable\",\"false\",\"-t\",\"600\""), CHANGE, NULL},
	{SSH, RUN("\"/sbin/auto-backup.sh\""), CHANGE, NULL},
	{SSH, RUN("\"esxcli\",\"system\",\"maintenanceMode\",\"set\",\"--enable\",\"maybe\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"system\",\"maintenanceMode\",\"set\",\"--enable\",\"true\",\"-t\",\"0600\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"system\",\"maintenanceMode\",\"set\",\"--enable\",\"true\",\"-t\",\"99999\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"system\",\"maintenanceMode\",\"set\",\"--enable\",\"true\",\"-t\",\"-1\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"system\",\"maintenanceMode\",\"set\",\"--enable\",\"true\",\"--vsanmode\",\"noAction\""), NO, "not with these arguments"},
	{SSH, RUN("\"/bin/auto-backup.sh\""), NO, "not in the table"},
	{SSH, RUN("\"/sbin/auto-backup.sh\",\"x\""), NO, "not with these arguments"},
	/* what must never go out */
	{SSH, RUN("\"esxcli\",\"system\",\"settings\",\"encryption\",\"set\",\"--mode=TPM\""), NO, "cannot be undone"},
	{SSH, RUN("\"esxcli\",\"--formatter=json\",\"system\",\"settings\",\"encryption\",\"set\",\"--require-secure-boot=F\""), NO, "cannot be undone"},
	{SSH, RUN("\"esxcli\",\"system\",\"settings\",\"encryption\",\"recovery\",\"rotate\""), NO, "stale"},
	{SSH, RUN("\"localcli\",\"system\",\"settings\",\"encryption\",\"set\",\"--mode=TPM\""), NO, "cannot be undone"},
	{SSH, RUN("\"esxcli\",\"system\",\"security\",\"keypersistence\",\"disable\",\"--remove-all-stored-keys\""), NO, "erase"},
	{SSH, RUN("\"esxcli\",\"system\",\"shutdown\",\"reboot\",\"-r\",\"x\""), NO, "restarting"},
	{SSH, RUN("\"reboot\""), NO, "restarting"},
	{SSH, RUN("\"/bin/reboot\""), NO, "restarting"},
	{SSH, RUN("\"rm\",\"-rf\",\"/bootbank\""), NO, "removes"},
	{SSH, RUN("\"/bin/rm\",\"/bootbank/state.tgz\""), NO, "removes"},
	{SSH, RUN("\"sh\",\"-c\",\"reboot\""), NO, "restarting"},
	{SSH, RUN("\"sh\",\"-c\",\"id\""), NO, "shell"},
	{SSH, RUN("\"cat\",\"/etc/shadow\""), NO, "not in the table"},
	/* shells, tricks with names, one argument too many or too few */
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get;reboot\""), NO, "a shell would read"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\",\"$(id)\""), NO, "a shell would read"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\",\"|\",\"sh\""), NO, "a shell would read"},
	{SSH, RUN("\"esxcli system version get\""), NO, "a shell would read"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\\n\""), NO, "a shell would read"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\",\"`id`\""), NO, "a shell would read"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\",\"*\""), NO, "a shell would read"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\",\"&\""), NO, "a shell would read"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\",\">/tmp/x\""), NO, "a shell would read"},
	{SSH, RUN("\"/bin/esxcli\",\"system\",\"version\",\"get\""), NO, "not in the table"},
	{SSH, RUN("\"./esxcli\",\"system\",\"version\",\"get\""), NO, "not in the table"},
	{SSH, RUN("\"../bin/esxcli\",\"system\",\"version\",\"get\""), NO, "not in the table"},
	{SSH, RUN("\"ESXCLI\",\"system\",\"version\",\"get\""), NO, "not in the table"},
	{SSH, RUN("\"secureBoot.py\",\"-s\""), NO, "not in the table"},
	{SSH, RUN("\"/usr/lib/vmware/secureboot/bin/../bin/secureBoot.py\",\"-s\""), NO, "not in the table"},
	{SSH, RUN("\"/usr/lib/vmware/secureboot/bin//secureBoot.py\",\"-s\""), NO, "not in the table"},
	{SSH, RUN("\"/tmp/secureBoot.py\",\"-s\""), NO, "not in the table"},
	{SSH, RUN("\"/usr/lib/vmware/secureboot/bin/secureBoot.py\""), NO, "not with these arguments"},
	{SSH, RUN("\"/usr/lib/vmware/secureboot/bin/secureBoot.py\",\"-s\",\"-c\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\",\"get\",\"-x\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"system\",\"version\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"--formatter=json\",\"--formatter=json\",\"system\",\"version\",\"get\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"--formatter=jsonx\",\"system\",\"version\",\"get\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"--server=evil\",\"system\",\"version\",\"get\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"system\",\"settings\",\"kernel\",\"list\",\"-o\",\"anything\""), NO, "not with these arguments"},
	{SSH, RUN("\"esxcli\",\"system\",\"settings\",\"kernel\",\"list\",\"-o\""), NO, "not with these arguments"},
	{SSH, RUN("\"vsish\",\"-e\",\"set\",\"/vmkModules/tpmdriver/vendor\",\"x\""), NO, "not with these arguments"},
	{SSH, RUN("\"vsish\",\"-e\",\"get\",\"/vmkModules/tpmdriver/other\""), NO, "not with these arguments"},
	{SSH, RUN("\"date\",\"-s\",\"2020-01-01\""), NO, "not with these arguments"},
	{SSH, RUN("\"@formatter\",\"system\",\"version\",\"get\""), NO, "a shell would read"},
	{SSH, RUN(""), NO, "1 to 32 texts"},
	{SSH, RUN("\"\""), NO, "1 to 32 texts"},
	{SSH, RUN("\"esxcli\",\"\",\"system\",\"version\",\"get\""), NO, "1 to 32 texts"},
	{SSH, RUN("[\"esxcli\",\"system\",\"version\",\"get\"]"), NO, "1 to 32 texts"},
	{SSH, RUN("\"esxcli\",[\"system\"],\"version\",\"get\""), NO, "1 to 32 texts"},
	{SSH, RUN("\"esxcli\",7"), NO, "1 to 32 texts"},
	{SSH, "{\"run\":\"esxcli system version get\"}", NO, "1 to 32 texts"},
	{SSH, "{\"run\":null}", NO, "1 to 32 texts"},
	/* shapes */
	{SSH, "{}", NO, "exactly one"},
	{SSH, "[]", NO, "exactly one"},
	{SSH, "\"run\"", NO, "exactly one"},
	{SSH, "{\"shell\":\"id\"}", NO, "exactly one"},
	{SSH, "{\"Run\":[\"vmware\",\"-v\"]}", NO, "exactly one"},
	{SSH, "{\"run\":[\"vmware\",\"-v\"],\"property\":\"name\"}", NO, "exactly one"},
	{SSH, "{\"run\":[\"vmware\",\"-v\"],\"env\":{}}", NO, "exactly one"},
	{VC, RUN("\"vmware\",\"-v\""), NO, "ssh only"},
	{RA_PLANE_BMC, RUN("\"vmware\",\"-v\""), NO, "ssh only"},
	{RA_PLANE_OPERATOR, RUN("\"vmware\",\"-v\""), NO, "ssh only"},
	{SSH, "{\"property\":\"name\"}", NO, "vcenter only"},
	{SSH, CALL("RebootHost"), NO, "vcenter only"},
	{RA_PLANE_BMC, CALL("RebootHost"), NO, "vcenter only"},
	{SSH, "{\"rest\":\"tpm\"}", NO, "vcenter only"},
	{SSH, VCLI("\"system\",\"version\",\"get\""), NO, "vcenter only"},
	{VC, "{\"log\":{\"files\":[\"hostd\"]}}", NO, "ssh only"},
	{VC, "{\"service\":\"TSM-SSH\"}", NO, "exactly one"},
	{VC, "{\"call\":\"RebootHost\",\"force\":true}", NO, "exactly one"},
	{VC, "{\"call\":\"RebootHost\",\"call\":\"RebootHost\"}", NO, "exactly one"},
	{VC, "{\"call\":\"StopService\",\"service\":\"TSM-SSH\",\"service\":\"TSM\"}", NO, "exactly one"},
	{VC, "{\"property\":\"name\",\"service\":\"TSM-SSH\"}", NO, "exactly one"},
	{VC, "{\"property\":\"name\",\"call\":\"RebootHost\"}", NO, "exactly one"},
	{VC, "{\"property\":\"config.hyperThread\"}", NO, "not in the table"},
	{VC, "{\"property\":\"config\"}", NO, "not in the table"},
	{VC, "{\"property\":\"\"}", NO, "not in the table"},
	{VC, "{\"property\":[\"name\"]}", NO, "not in the table"},
	{VC, "{\"property\":\"summary.tpmAttestation \"}", NO, "not in the table"},
	{SSH, "{\"log\":{\"files\":[\"vmkernel\",\"vmkernel\"]}}", NO, "at most once"},
	{SSH, "{\"log\":{\"files\":[\"/etc/shadow\"]}}", NO, "log files are"},
	{SSH, "{\"log\":{\"files\":[\"../vmkernel\"]}}", NO, "log files are"},
	{SSH, "{\"log\":{\"files\":[]}}", NO, "log files are"},
	{SSH, "{\"log\":{\"files\":\"vmkernel\"}}", NO, "log files are"},
	{SSH, "{\"log\":{}}", NO, "log files are"},
	{SSH, "{\"log\":[\"vmkernel\"]}", NO, "log must be"},
	{SSH, "{\"log\":{\"files\":[\"hostd\"],\"match\":\"x\"}}", NO, "log must be"},
	{SSH, "{\"log\":{\"files\":[\"hostd\"],\"lines_max\":0}}", NO, "lines_max"},
	{SSH, "{\"log\":{\"files\":[\"hostd\"],\"lines_max\":\"5; id\"}}", NO, "lines_max"},
	{SSH, "{\"log\":{\"files\":[\"hostd\"],\"lines_max\":20001}}", NO, "lines_max"},
	{SSH, "{\"log\":{\"files\":[\"hostd\"],\"since_boot\":\"yes\"}}", NO, "since_boot"},
};

static void test_class(void **state)
{
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		cJSON *json = cJSON_Parse(cases[i].json);
		const char *why = "untouched";
		bool secret = true;
		enum ra_req_class class;

		assert_non_null(json);
		class = ra_request_class(cases[i].plane, json, &secret, &why);
		if (class != cases[i].class)
			fail_msg("%s: class %d, expected %d (%s)", cases[i].json, class, cases[i].class, why ? why : "");
		if (class == NO && !strstr(why, cases[i].why))
			fail_msg("%s: refused because \"%s\", expected \"%s\"", cases[i].json, why, cases[i].why);
		assert_false(secret);
		cJSON_Delete(json);
	}
}

static void test_secret(void **state)
{
	static const struct { enum ra_plane plane; const char *json; } rows[] = {
		{SSH, RUN("\"esxcli\",\"--formatter=json\",\"system\",\"settings\",\"encryption\",\"recovery\",\"list\"")},
		{VC, VCLI("\"system\",\"settings\",\"encryption\",\"recovery\",\"list\"")},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		cJSON *json = cJSON_Parse(rows[i].json);
		const char *why;
		bool secret = false;

		assert_int_equal(ra_request_class(rows[i].plane, json, &secret, &why), READ);
		assert_true(secret);
		cJSON_Delete(json);
	}
}

/* 32 arguments are read, 33 are not, whatever they are. */
static void test_many_arguments(void **state)
{
	cJSON *json = cJSON_CreateObject(), *run = cJSON_AddArrayToObject(json, "run");
	const char *why;
	bool secret;

	for (int i = 0; i < 32; i++)
		cJSON_AddItemToArray(run, cJSON_CreateString("esxcli"));
	assert_int_equal(ra_request_class(SSH, json, &secret, &why), NO);
	assert_non_null(strstr(why, "not with these"));
	cJSON_AddItemToArray(run, cJSON_CreateString("esxcli"));
	assert_int_equal(ra_request_class(SSH, json, &secret, &why), NO);
	assert_non_null(strstr(why, "1 to 32"));
	cJSON_Delete(json);
}

static void test_restarts(void **state)
{
	static const struct { const char *json; bool restarts; } rows[] = {
		{CALL("RebootHost"), true},	       {CALL("EnterMaintenanceMode"), false},		  {RF_TO("power", "restart"), true},
		{RF_TO("power", "off"), true},	       {RF_TO("power", "on"), false},			  {RF_TO("next-boot", "setup"), false},
		{RF_SET("set", "tpm", "on"), false}, {RF("system"), false},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		cJSON *json = cJSON_Parse(rows[i].json);

		assert_int_equal(ra_request_restarts(json), rows[i].restarts);
		cJSON_Delete(json);
	}
}

static void test_text_and_words(void **state)
{
	static const struct { const char *json, *text, *words; } rows[] = {
		{"{ \"run\": [ \"vmware\", \"-v\" ] }", "{\"run\":[\"vmware\",\"-v\"]}", "vmware -v"},
		{"{\"property\":\"name\"}", "{\"property\":\"name\"}", "name"},
		{"{\"log\":{\"lines_max\":5,\"files\":[\"hostd\",\"vobd\"]}}", "{\"log\":{\"files\":[\"hostd\",\"vobd\"],\"lines_max\":5}}", "log: hostd vobd"},
		{"{\"call\":\"EnterMaintenanceMode\"}", "{\"call\":\"EnterMaintenanceMode\"}", "call EnterMaintenanceMode"},
		{"{\"service\":\"TSM-SSH\",\"call\":\"StopService\"}", "{\"call\":\"StopService\",\"service\":\"TSM-SSH\"}", "call StopService TSM-SSH"},
		{"{ \"rest\": \"tpm\" }", "{\"rest\":\"tpm\"}", "rest tpm"},
		{"{ \"redfish\": \"bios\" }", "{\"redfish\":\"bios\"}", "Redfish bios"},
		{"{\"to\":\"sha256\",\"setting\":\"algorithm\",\"redfish\":\"set\"}", RF_SET("set", "algorithm", "sha256"),
		 "Redfish PATCH, firmware settings for the next start: TPM hash algorithm = SHA-256"},
		{"{\"to\":\"restart\",\"redfish\":\"power\"}", RF_TO("power", "restart"),
		 "Redfish POST, ComputerSystem.Reset of the system: ResetType = GracefulRestart"},
		{"{\"esxcli\":[\"software\", \"acceptance\",\"get\"]}", "{\"esxcli\":[\"software\",\"acceptance\",\"get\"]}",
		 "esxcli software acceptance get (through vCenter)"},
		{"{\"log\":{\"since_boot\":true,\"lines_max\":5,\"files\":[\"hostd\"]}}", "{\"log\":{\"files\":[\"hostd\"],\"since_boot\":true,\"lines_max\":5}}", "log: hostd"},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		cJSON *json = cJSON_Parse(rows[i].json);
		char *text = ra_request_text(json), *words = ra_request_words(json);

		assert_string_equal(text, rows[i].text);
		assert_string_equal(words, rows[i].words);
		free(text);
		free(words);
		cJSON_Delete(json);
	}
}

/* What waits for the next start restarts nothing. */
static void test_waits(void **state)
{
	static const struct { const char *json; bool waits; } rows[] = {
		{CALL("RebootHost"), false}, {"{\"redfish\":\"system\"}", false},
		{"{\"redfish\":\"power\",\"to\":\"restart\"}", false}, {"{\"redfish\":\"power\",\"to\":\"on\"}", false},
		{"{\"redfish\":\"set\",\"setting\":\"tpm\",\"to\":\"on\"}", true},
		{"{\"redfish\":\"unset\",\"setting\":\"algorithm\"}", true},
		{"{\"redfish\":\"next-boot\",\"to\":\"setup\"}", true}, {"{\"redfish\":\"next-boot\",\"to\":\"none\"}", true},
		{"{\"redfish\":\"set\",\"setting\":\"tpm\",\"to\":\"off\"}", false},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		cJSON *json = cJSON_Parse(rows[i].json);

		if (ra_request_waits(json) != rows[i].waits || (rows[i].waits && ra_request_restarts(json)))
			fail_msg("%s", rows[i].json);
		cJSON_Delete(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_class),
		cmocka_unit_test(test_secret),
		cmocka_unit_test(test_many_arguments),
		cmocka_unit_test(test_restarts),
		cmocka_unit_test(test_text_and_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
