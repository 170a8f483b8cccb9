/* test_bmc.c - what the shipped checks read out of Redfish resources, body by body as servers send them: what a server does not say is
 * unknown, never no TPM. */
#include "unit.h"

#include "flow_rig.h"

#include "base/io.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct ra_flowset *the_set;

/* A fact of a check's BMC plane out of a body: its value as text, or "?" and the reason. */
static void read_fact(const char *check_id, const char *body, const char *fact, char *out, size_t cap)
{
	const struct ra_check *check = ra_flowset_check(the_set, check_id);
	const struct ra_check_plane *plane = NULL;
	struct ra_plane_answer answer = {.failed = RA_KNOWN, .complete = true, .out = body, .out_len = strlen(body), .err = ""};
	struct ra_found found = {0};

	assert_non_null(check);
	for (size_t i = 0; i < check->plane_count; i++)
		if (check->planes[i].plane == RA_PLANE_BMC)
			plane = &check->planes[i];
	assert_non_null(plane);
	assert_int_equal(ra_extract_facts(check, plane, NULL, &answer, &found), RA_OK);
	snprintf(out, cap, "no such fact");
	for (size_t i = 0; i < found.count; i++) {
		const struct ra_obs *obs = &found.obs[i];
		char *text = obs->reason == RA_KNOWN ? ra_value_text(&obs->value) : NULL;

		if (!strcmp(obs->name, fact))
			snprintf(out, cap, "%s%s", text ? "" : "?", text ? text : ra_reason_name(obs->reason));
		free(text);
	}
	ra_found_free(&found);
}

#define SYSTEM(modules) "{\"Manufacturer\":\"M\",\"SerialNumber\":\"A1\",\"TrustedModules\":" modules "}"

/* Sources: bodies of these servers (DMTF ComputerSystem, TrustedModules). */
static void test_trusted_modules(void **state)
{
	static const struct {
		const char *server, *body, *type, *tpm, *firmware;
	} rows[] = {
	    {"Dell R750", SYSTEM("[{\"FirmwareVersion\":\"7.2.2.0\",\"InterfaceType\":\"TPM2_0\",\"Status\":{\"State\":\"Enabled\"}}]"), "TPM2_0",
	     "Enabled", "7.2.2.0"},
	    {"Dell R650, TPM off",
	     SYSTEM("[{\"FirmwareVersion\":\"NotAvailable\",\"InterfaceType\":\"TPM2_0\",\"Status\":{\"State\":\"Disabled\"}}]"), "TPM2_0", "Disabled",
	     "NotAvailable"},
	    {"Dell R640", SYSTEM("[{\"FirmwareVersion\":\"Unknown\",\"InterfaceType\":null,\"Status\":{\"State\":\"Disabled\"}}]"), "?withheld",
	     "Disabled", "Unknown"},
	    {"Dell M640", SYSTEM("[{}]"), "?withheld", "?withheld", "?withheld"},
	    {"HPE DL385 Gen10 Plus v2",
	     SYSTEM("[{\"FirmwareVersion\":\"73.64\",\"InterfaceType\":\"TPM2_0\",\"Oem\":{\"Hpe\":{\"VendorName\":\"None\"}},"
		    "\"Status\":{\"Health\":\"OK\",\"State\":\"Enabled\"}}]"),
	     "TPM2_0", "Enabled", "73.64"},
	    {"HPE without TPM", SYSTEM("[{\"Oem\":{\"Hpe\":{}},\"Status\":{\"State\":\"Absent\"}}]"), "?withheld", "Absent", "?withheld"},
	    {"Lenovo SR670 V2",
	     SYSTEM("[{\"FirmwareVersion\":\"7.2.2.0\",\"InterfaceType\":\"TPM2_0\",\"InterfaceTypeSelection\":\"BiosSetting\","
		    "\"Status\":{\"State\":\"Enabled\",\"Health\":\"OK\"}}]"),
	     "TPM2_0", "Enabled", "7.2.2.0"},
	    {"Cisco C240 M5SN, switched off", SYSTEM("[{\"Oem\":{\"Cisco\":{\"TPM\":null}},\"Status\":{\"State\":\"Absent\"}}]"), "?withheld",
	     "Absent", "?withheld"},
	    {"Cisco C220 M4", SYSTEM("[{\"FirmwareVersion\":\"1.2\",\"InterfaceType\":\"TPM1_2\",\"Status\":{\"State\":\"Disabled\"}}]"), "TPM1_2",
	     "Disabled", "1.2"},
	    {"Supermicro SYS-821GE", "{\"Manufacturer\":\"Supermicro\",\"SerialNumber\":\"A1\"}", "?withheld", "?withheld", "?withheld"},
	    {"Quanta: another key for the state",
	     SYSTEM("[{\"InterfaceType\":\"TPM2_0\",\"Status\":{\"Health\":\"OK\",\"HealthRollup\":\"OK\",\"Status\":\"Enabled\"}}]"), "TPM2_0",
	     "?withheld", "?withheld"},
	    {"AMI", SYSTEM("[{\"FirmwareVersion\":\"7\",\"FirmwareVersion2\":\"2\",\"InterfaceType\":\"TPM2_0\",\"Status\":{\"State\":\"Enabled\","
			   "\"Health\":null}}]"),
	     "TPM2_0", "Enabled", "7"},
	    {"none", SYSTEM("[]"), "?withheld", "?withheld", "?withheld"},
	    {"null", SYSTEM("null"), "?withheld", "?withheld", "?withheld"},
	    {"HPE DL360 Gen12 emulator",
	     SYSTEM("[{\"FirmwareVersion\":\"9.256\",\"InterfaceType\":\"TPM2_0\",\"Oem\":{\"Hpe\":{\"VendorName\":\"Intel\"}},\"Status\":{\"State\":\"Enabled\"}}]"),
	     "TPM2_0", "Enabled", "9.256"},
	    {"Cisco C240 M5 and X210c",
	     SYSTEM("[{\"InterfaceType\":\"TPM2_0\",\"FirmwareVersion\":\"7.83\",\"Oem\":{\"Cisco\":{\"TPM\":{\"Manufacturer\":\"Made up\","
		    "\"OwnershipStatus\":\"Owned\",\"Revision\":\"2.0\"}}},\"Status\":{\"State\":\"Enabled\"}}]"),
	     "TPM2_0", "Enabled", "7.83"},
	    {"two alike",
	     SYSTEM("[{\"InterfaceType\":\"TPM2_0\",\"Status\":{\"State\":\"Enabled\"}},{\"InterfaceType\":\"TPM2_0\",\"Status\":{\"State\":\"Enabled\"}}]"),
	     "TPM2_0", "Enabled", "?withheld"},
	    {"two of a kind, one of them off",
	     SYSTEM("[{\"InterfaceType\":\"TPM2_0\",\"Status\":{\"State\":\"Enabled\"}},{\"InterfaceType\":\"TPM2_0\",\"Status\":{\"State\":\"Disabled\"}}]"),
	     "TPM2_0", "?malformed", "?withheld"},
	    {"no list", SYSTEM("{\"InterfaceType\":\"TPM2_0\"}"), "?withheld", "?withheld", "?withheld"},
	    {"two of different kinds", SYSTEM("[{\"InterfaceType\":\"TPM2_0\"},{\"InterfaceType\":\"TPM1_2\"}]"), "?malformed", "?withheld", "?withheld"},
	    {"a kind nobody knows", SYSTEM("[{\"InterfaceType\":\"TPM3_0\",\"Status\":{\"State\":7}}]"), "?withheld", "7", "?withheld"},
	    {"no JSON", "<html>401</html>", "?malformed", "?malformed", "?malformed"},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		const char *want[][2] = {{"bmc.tpm_type", rows[i].type}, {"bmc.tpm_state", rows[i].tpm}, {"bmc.tpm_firmware", rows[i].firmware}};

		for (size_t k = 0; k < RA_LEN(want); k++) {
			char got[80];

			read_fact("bmc-system", rows[i].body, want[k][0], got, sizeof(got));
			if (strcmp(got, want[k][1]))
				fail_msg("%s: %s is %s, expected %s", rows[i].server, want[k][0], got, want[k][1]);
		}
	}
}

#define APPLIED(messages) "{\"@Redfish.Settings\":{\"Messages\":[" messages "]},\"Attributes\":{}}"

static void test_resources(void **state)
{
	static const struct {
		const char *check, *body, *fact, *want;
	} rows[] = {
	    /* this boot and the next are two things, and one of them may be all that is said */
	    {"secure-boot-state", "{\"SecureBootEnable\":false,\"SecureBootCurrentBoot\":\"Enabled\"}", "secureboot.on", "yes"},
	    {"secure-boot-state", "{\"SecureBootEnable\":false,\"SecureBootCurrentBoot\":\"Enabled\"}", "secureboot.next_boot", "no"},
	    {"secure-boot-state", "{\"SecureBootEnable\":false,\"SecureBootCurrentBoot\":\"Enabled\"}", "secureboot.mode", "?withheld"},
	    {"secure-boot-state", "{\"SecureBootEnable\":null,\"SecureBootCurrentBoot\":\"Disabled\",\"SecureBootMode\":\"SetupMode\"}", "secureboot.on",
	     "no"},
	    {"secure-boot-state", "{\"SecureBootEnable\":null,\"SecureBootMode\":\"SetupMode\"}", "secureboot.next_boot", "?withheld"},
	    {"secure-boot-state", "{\"SecureBootEnable\":true}", "secureboot.on", "?withheld"},
	    {"secure-boot-state", "{\"SecureBootCurrentBoot\":\"Perhaps\"}", "secureboot.on", "?malformed"},
	    {"bios-version", "{\"BiosVersion\":\"U58 v2.44 (01/17/2025)\"}", "host.bios", "U58 v2.44 (01/17/2025)"},
	    {"bios-version", "{\"BiosVersion\":null}", "host.bios", "?withheld"},
	    {"txt", "{\"Attributes\":{\"IntelTxt\":\"On\"}}", "host.txt", "yes"},
	    {"txt", "{\"Attributes\":{\"IntelTxt\":\"Disabled\"}}", "host.txt", "no"},
	    {"txt", "{\"Attributes\":{}}", "host.txt", "?withheld"},
	    {"txt", "{\"error\":{\"code\":\"Base.1.0.GeneralError\"}}", "host.txt", "?withheld"},
	    {"bmc-bios", "{\"Attributes\":{\"TpmSecurity\":\"Off\",\"Tpm2Algorithm\":\"SHA1\"}}", "bios.tpm_security", "Off"},
	    {"bmc-bios", "{\"Attributes\":{\"TpmSecurity\":\"Off\",\"Tpm2Algorithm\":\"SHA1\"}}", "bios.tpm_algorithm", "SHA1"},
	    {"bmc-bios", "{\"Attributes\":{\"TpmActivePcrs\":\"Sha1Sha256\"}}", "bios.tpm_banks", "Sha1Sha256"},
	    {"bmc-bios", "{\"Attributes\":{\"Tpm20SoftwareInterfaceStatus\":\"Crb\"}}", "bios.tpm_interface", "Crb"},
	    {"bmc-bios", "{\"Attributes\":{\"TPM2StorageDisable\":\"Enabled\"}}", "bios.storage_hierarchy", "Enabled"},
	    {"bmc-bios", "{\"Attributes\":{\"TpmState\":\"PresentEnabled\"}}", "bios.tpm_state", "PresentEnabled"},
	    {"bmc-bios", "{\"Attributes\":{\"Tpm2Operation\":\"Clear\"}}", "bios.tpm_operation", "Clear"},
	    {"bmc-bios", "{\"Attributes\":null}", "bios.tpm_security", "?withheld"},
	    /* empty while nothing waits (Dell), without the member (Supermicro), a full copy (HPE, Lenovo) */
	    {"bmc-pending", "{\"@odata.id\":\"/x\",\"Attributes\":{}}", "bios.pending", "/x"},
	    {"bmc-pending", "{\"@odata.id\":\"/x\",\"Attributes\":{}}", "bios.next_hierarchy", "?withheld"},
	    {"bmc-pending", "{\"@odata.id\":\"/x\"}", "bios.next_operation", "?withheld"},
	    {"bmc-pending", "{\"@odata.id\":\"/x\",\"Attributes\":{\"Tpm2Hierarchy\":\"Clear\"}}", "bios.next_hierarchy", "Clear"},
	    {"bmc-pending", "{\"Attributes\":{\"Tpm2Operation\":\"NoAction\"}}", "bios.next_operation", "NoAction"},
	    {"bmc-pending", "{\"Attributes\":{\"TrustedComputingGroup_DeviceOperation\":\"Clear\"}}", "bios.next_device_operation", "Clear"},
	    {"bmc-pending", "{\"Attributes\":{\"Tpm2Operation\":null}}", "bios.next_operation", "?withheld"},
	    {"bmc-pending", "{\"Attributes\":{\"Tpm2Operation\":\"Perhaps\"}}", "bios.next_operation", "?malformed"},
	    /* the TPM: Quanta's key for its state, Cisco's owner, HPE's maker (the word None is a word) */
	    {"bmc-system", SYSTEM("[{\"Status\":{\"Health\":\"OK\",\"Status\":\"Enabled\"}}]"), "bmc.tpm_status", "Enabled"},
	    {"bmc-system", SYSTEM("[{\"Status\":{\"State\":\"Enabled\"}}]"), "bmc.tpm_status", "?withheld"},
	    {"bmc-system", SYSTEM("[{\"Oem\":{\"Cisco\":{\"TPM\":{\"OwnershipStatus\":\"Owned\"}}}}]"), "bmc.tpm_owned", "Owned"},
	    {"bmc-system", SYSTEM("[{\"Oem\":{\"Cisco\":{\"TPM\":{\"OwnershipStatus\":\"Unknown\"}}}}]"), "bmc.tpm_owned", "Unknown"},
	    {"bmc-system", SYSTEM("[{\"Oem\":{\"Cisco\":{\"TPM\":null}},\"Status\":{\"State\":\"Absent\"}}]"), "bmc.tpm_owned", "?withheld"},
	    {"bmc-system", SYSTEM("[{\"Oem\":{\"Hpe\":{\"VendorName\":\"None\"}}}]"), "bmc.tpm_vendor", "None"},
	    {"bmc-system", SYSTEM("[{\"Oem\":{\"Hpe\":{\"VendorName\":\"Intel\"}}}]"), "bmc.tpm_vendor", "Intel"},
	    {"bmc-system", SYSTEM("[{}]"), "bmc.tpm_vendor", "?withheld"},
	    {"bmc-bios", "{\"Attributes\":{\"TpmChipId\":\"STMicroGen12\"}}", "bios.tpm_chip", "STMicroGen12"},
	    {"bmc-bios", "{\"Attributes\":{\"TPMControl\":\"Disabled\"}}", "bios.tpm_control", "Disabled"},
	    /* serial numbers: of a maker's tag and of the board, and what boards say that have none */
	    {"bmc-system", "{\"SerialNumber\":\"CNLAB0000M0007\",\"SKU\":\"LAB0007\"}", "bmc.sku", "LAB0007"},
	    {"bmc-system", "{\"SerialNumber\":\"CNLAB0000M0007\",\"SKU\":\"LAB0007\"}", "bmc.serial", "CNLAB0000M0007"},
	    {"bmc-system", "{\"SerialNumber\":\"LAB0001  \"}", "bmc.serial", "LAB0001"},
	    {"bmc-system", "{\"SerialNumber\":\"\"}", "bmc.serial", "?malformed"},
	    {"bmc-system", "{\"SerialNumber\":\"To be filled by O.E.M.\"}", "bmc.serial", "?malformed"},
	    {"bmc-system", "{\"SerialNumber\":\"0123456789\"}", "bmc.serial", "?malformed"},
	    {"bmc-system", "{\"SerialNumber\":\"0123456789AB\"}", "bmc.serial", "0123456789AB"},
	    {"bmc-system", "{\"SerialNumber\":\"None\"}", "bmc.serial", "?malformed"},
	    {"bmc-system", "{\"SerialNumber\":null}", "bmc.serial", "?withheld"},
	    {"bmc-system", "{}", "bmc.serial", "?withheld"},
	    /* Secure Boot: Dell, Supermicro without keys, Supermicro GB300 without SecureBootEnable, Lenovo */
	    {"secure-boot-state", "{\"SecureBootEnable\":true,\"SecureBootCurrentBoot\":\"Enabled\",\"SecureBootMode\":\"DeployedMode\"}", "secureboot.mode",
	     "DeployedMode"},
	    {"secure-boot-state", "{\"SecureBootEnable\":false,\"SecureBootCurrentBoot\":\"Disabled\",\"SecureBootMode\":\"SetupMode\"}", "secureboot.mode",
	     "SetupMode"},
	    {"secure-boot-state", "{\"SecureBootCurrentBoot\":\"Enabled\",\"SecureBootMode\":\"UserMode\"}", "secureboot.next_boot", "?withheld"},
	    {"secure-boot-state", "{\"SecureBootCurrentBoot\":\"Enabled\",\"SecureBootMode\":\"UserMode\"}", "secureboot.on", "yes"},
	    {"secure-boot-state", "{}", "secureboot.on", "?withheld"},
	    {"secure-boot-state", "{\"SecureBootEnable\":\"true\"}", "secureboot.next_boot", "yes"},
	    {"secure-boot-state", "{\"SecureBootEnable\":\"perhaps\"}", "secureboot.next_boot", "?malformed"},
	    /* what became of the settings of the last start: HPE (Success alone, Success beside another), Lenovo (an empty list), Dell (no such member) */
	    {"bmc-bios", APPLIED("{\"MessageId\":\"Base.1.0.Success\"}"), "bios.applied", "Base.1.0.Success"},
	    {"bmc-bios", APPLIED("{\"MessageId\":\"Base.1.0.Success\"},{\"MessageId\":\"Base.1.0.PropertyUnknown\",\"MessageArgs\":[\"Tpm2Algorithm\"]}"),
	     "bios.applied", "Base.1.0.Success, Base.1.0.PropertyUnknown"},
	    {"bmc-bios", APPLIED("{\"MessageId\":\"Base.1.0.Success\"},{\"MessageId\":\"Base.1.0.PropertyUnknown\",\"MessageArgs\":[\"Tpm2Algorithm\"]}"),
	     "bios.applied_about", "Tpm2Algorithm"},
	    {"bmc-bios", APPLIED(""), "bios.applied", ""},
	    {"bmc-bios", "{\"@Redfish.Settings\":{\"SettingsObject\":{\"@odata.id\":\"/x\"}},\"Attributes\":{}}", "bios.applied", "?withheld"},
	    {"bmc-bios", "{\"Attributes\":{}}", "bios.applied", "?withheld"},
	    {"bmc-bios", "{\"Attributes\":{\"BootMode\":\"Uefi\"}}", "bios.boot_mode", "Uefi"},
	    {"bmc-bios", "{\"Attributes\":{\"BootMode\":\"LegacyBios\"}}", "bios.boot_mode", "LegacyBios"},
	    {"bmc-bios", "{\"Attributes\":{\"BootMode\":\"Sideways\"}}", "bios.boot_mode", "?malformed"},
	    {"bmc-bios", "{\"Attributes\":{}}", "bios.boot_mode", "?withheld"},
	    /* pending: a full copy (Lenovo), empty (Dell, Fujitsu), without the member (Supermicro) */
	    {"bmc-pending", "{\"@odata.id\":\"/x\",\"Attributes\":{\"TrustedComputingGroup_DeviceOperation\":\"None\"}}", "bios.next_device_operation", "None"},
	    {"bmc-pending", "{\"Attributes\":{\"Tpm2Hierarchy\":\"Enabled\"}}", "bios.next_hierarchy", "Enabled"},
	    {"bmc-pending", "{\"Attributes\":{\"Tpm2Hierarchy\":\"Enabled\"}}", "bios.pending", "?withheld"},
	    /* jobs, as the link tells them: none of those about settings is an empty list; no list at all is unknown */
	    {"bmc-jobs", "{\"jobs\":[],\"left\":0}", "bmc.jobs_failed", ""},
	    {"bmc-jobs", "{\"jobs\":[{\"about\":\"settings\",\"state\":\"failed\",\"say\":\"J1\"},{\"about\":\"firmware\",\"state\":\"failed\",\"say\":\"J2\"},"
			 "{\"about\":\"settings\",\"state\":\"past\",\"say\":\"J3\"}],\"left\":2}",
	     "bmc.jobs_failed", "J1"},
	    {"bmc-jobs", "{\"jobs\":[{\"about\":\"settings\",\"state\":\"waiting\",\"say\":\"J1\"},{\"about\":\"settings\",\"state\":\"running\",\"say\":\"J2\"}],\"left\":2}",
	     "bmc.jobs_open", "J1, J2"},
	    {"bmc-jobs", "{\"jobs\":[{\"about\":\"firmware\",\"state\":\"waiting\",\"say\":\"J1\"}],\"left\":2}", "bmc.updates_open", "J1"},
	    {"bmc-jobs", "{\"jobs\":[],\"left\":2}", "bmc.jobs_left", "2"},
	    {"bmc-jobs", "{}", "bmc.jobs_failed", "?malformed"},
	    /* trusted components: the full schema, and a Dell R750's, which tells neither firmware nor state */
	    {"bmc-trusted", "{\"Id\":\"TPM\",\"TrustedComponentType\":\"Discrete\"}", "bmc.trusted_type", "Discrete"},
	    {"bmc-trusted", "{\"Id\":\"TPM\",\"TrustedComponentType\":\"Discrete\"}", "bmc.trusted_state", "?withheld"},
	    {"bmc-trusted", "{\"Id\":\"TPM\",\"Status\":{\"State\":\"Enabled\"},\"FirmwareVersion\":\"1.13\",\"Manufacturer\":\"M\"}", "bmc.trusted_state", "Enabled"},
	    {"bmc-trusted", "{\"Id\":\"TPM\",\"Status\":{\"State\":\"Enabled\"},\"FirmwareVersion\":\"1.13\",\"Manufacturer\":\"M\"}", "bmc.trusted_firmware", "1.13"},
	    {"bmc-trusted", "{\"TrustedComponentType\":\"Other\"}", "bmc.trusted_type", "?malformed"},
	    /* the part of a BIOS version that makers write alike in both places */
	    {"bios-version", "{\"BiosVersion\":\"1.13.2\"}", "host.bios_name", "1.13.2"},
	    {"bios-version", "{\"BiosVersion\":\"-[U8E122J-1.51]-\"}", "host.bios_name", "U8E122J"},
	    {"bios-version", "{\"BiosVersion\":\"U58 v2.44 (01/17/2025)\"}", "host.bios_name", "U58"},
	    {"bios-version", "{}", "host.bios_name", "?withheld"},
	    /* how far a start has come: by the standard, by HPE, or not told */
	    {"bmc-system", "{\"PowerState\":\"On\",\"BootProgress\":{\"LastState\":\"OSRunning\"}}", "bmc.boot_progress", "OSRunning"},
	    {"bmc-system", "{\"PowerState\":\"On\",\"BootProgress\":{\"LastState\":null,\"OemLastState\":\"x\"}}", "bmc.boot_progress", "?withheld"},
	    {"bmc-system", "{\"PowerState\":\"On\"}", "bmc.boot_progress", "?withheld"},
	    {"bmc-system", "{\"Oem\":{\"Hpe\":{\"PostState\":\"InPostDiscoveryComplete\"}}}", "bmc.post", "InPostDiscoveryComplete"},
	    {"bmc-system", "{\"Oem\":{\"Hpe\":{\"PostState\":\"FinishedPost\"}}}", "bmc.post", "FinishedPost"},
	    {"bmc-system", "{\"Oem\":{\"Dell\":{}}}", "bmc.post", "?withheld"},
	    {"bmc-system", "{\"Oem\":{\"Hpe\":{\"PostState\":null}}}", "bmc.post", "?withheld"},
	    {"bmc-manager", "{\"Model\":\"iLO 5\",\"FirmwareVersion\":\"iLO 5 v2.72\"}", "bmc.firmware", "iLO 5 v2.72"},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char got[80];

		read_fact(rows[i].check, rows[i].body, rows[i].fact, got, sizeof(got));
		if (strcmp(got, rows[i].want))
			fail_msg("%s: %s of %s is %s, expected %s", rows[i].check, rows[i].fact, rows[i].body, got, rows[i].want);
	}
}

/* Bodies of real servers, where somebody has them beside the source: what is known of each by heart comes out of them. */
static void test_samples(void **state)
{
	static const struct {
		const char *check, *file, *fact, *want;
	} rows[] = {
	    {"bmc-system", "dell-r750-idrac9-a/ComputerSystem.json", "bmc.tpm_type", "TPM2_0"},
	    {"bmc-system", "dell-r750-idrac9-a/ComputerSystem.json", "bmc.tpm_state", "Enabled"},
	    {"bmc-system", "dell-r750-idrac9-a/ComputerSystem.json", "bmc.post", "?withheld"},
	    {"bmc-bios", "dell-r750-idrac9-a/Bios.json", "bios.tpm_security", "On"},
	    {"bmc-bios", "dell-r750-idrac9-a/Bios.json", "bios.applied", "?withheld"},
	    {"bmc-bios", "dell-r750-idrac9-a/Bios.json", "bios.boot_mode", "Uefi"},
	    {"secure-boot-state", "dell-r750-idrac9-a/SecureBoot.json", "secureboot.mode", "DeployedMode"},
	    {"bios-version", "dell-r750-idrac9-a/ComputerSystem.json", "host.bios_name", "1.8.2"},
	    {"bmc-system", "hpe-dl385gen10plusv2-ilo5/ComputerSystem.json", "bmc.post", "FinishedPost"},
	    {"bmc-system", "hpe-dl385gen10plusv2-ilo5/ComputerSystem.json", "bmc.tpm_vendor", "None"},
	    {"bmc-bios", "hpe-dl385gen10plusv2-ilo5/Bios.json", "bios.applied", "Base.1.0.Success"},
	    {"bmc-bios", "hpe-dl385gen10plusv2-ilo5/Bios.json", "bios.tpm_state", "PresentEnabled"},
	    {"bmc-system", "hpe-dl380agen11-ilo6-emulator/ComputerSystem.json", "bmc.boot_progress", "OSRunning"},
	    {"bmc-system", "hpe-dl380agen11-ilo6-emulator/ComputerSystem.json", "bmc.tpm_vendor", "STMicro"},
	    {"bmc-system", "lenovo-sr670v2-xcc/ComputerSystem.json", "bmc.tpm_type", "TPM2_0"},
	    {"bmc-bios", "lenovo-sr670v2-xcc/Bios.json", "bios.applied", ""},
	    {"bmc-pending", "lenovo-sr670v2-xcc/BiosPending.json", "bios.next_device_operation", "None"},
	    {"bios-version", "lenovo-sr670v2-xcc/ComputerSystem.json", "host.bios_name", "U8E122J"},
	    {"bmc-system", "dmtf-public-rackmount1/ComputerSystem.json", "bmc.tpm_type", "TPM1_2"},
	    {"bmc-trusted", "dmtf-public-rackmount1/TrustedComponent-TPM.json", "bmc.trusted_type", "Discrete"},
	};
	const char *top = unit_dir("RA_SRCDIR");
	char dir[4096];

	(void)state;
	snprintf(dir, sizeof(dir), "%s/../shared/samples/redfish", top);
	if (getenv("RA_REDFISH_SAMPLES"))
		snprintf(dir, sizeof(dir), "%s", getenv("RA_REDFISH_SAMPLES"));
	if (access(dir, R_OK) != 0) {
		print_message("no bodies of real servers at ../shared/samples/redfish, nor named by RA_REDFISH_SAMPLES: they are not read here\n");
		skip();
	}
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = 1u << 20};
		char path[4300], got[200];

		snprintf(path, sizeof(path), "%s/%s", dir, rows[i].file);
		assert_int_equal(ra_read_file(path, &bytes, NULL), RA_OK);
		read_fact(rows[i].check, ra_buf_str(&bytes), rows[i].fact, got, sizeof(got));
		if (strcmp(got, rows[i].want))
			fail_msg("%s: %s is %s, expected %s", rows[i].file, rows[i].fact, got, rows[i].want);
	}
}

/* No fact of any check stands at a place whose name speaks of a password. */
static void test_no_password_is_read(void **state)
{
	static const char *const words[] = {"password", "Password", "PASSWORD", "Salt", "salt"};
	const struct ra_check *const *checks;
	size_t count = ra_flowset_checks(the_set, &checks), seen = 0;

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < checks[i]->plane_count; k++)
			for (size_t f = 0; f < checks[i]->planes[k].fact_count && checks[i]->planes[k].plane == RA_PLANE_BMC; f++) {
				const char *pointer = ra_json_str(checks[i]->planes[k].facts[f].spec, "pointer", "");

				seen++;
				for (size_t w = 0; w < RA_LEN(words); w++)
					assert_null(strstr(pointer, words[w]));
			}
	assert_true(seen > 20);
}

static int load(void **state)
{
	(void)state;
	the_set = rig_load("flows");
	return the_set ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	the_set = ra_flowset_free(the_set);
	return 0;
}

/* What names no server is no serial number: two of these are not the same server. Sources: SMBIOS fillers of boards without one. */
static void test_serials(void **state)
{
	static const struct {
		const char *said, *read;
	} rows[] = {
	    {"CNLAB0000M0007", "CNLAB0000M0007"}, {"LAB0007", "LAB0007"},     {" LAB0007 ", "LAB0007"},
	    {"NONE7", "NONE7"},			  {"00X7", "00X7"},	      {"unknown-7", "unknown-7"},
	    {"", "?malformed"},			  {"  ", "?malformed"},	      {"To be filled by O.E.M.", "?malformed"},
	    {"Default string", "?malformed"},	  {"None", "?malformed"},     {"N/A", "?malformed"},
	    {"0123456789", "?malformed"},	  {"00000000", "?malformed"}, {"System Serial Number", "?malformed"},
	    {"Not Specified", "?malformed"},	  {" none ", "?malformed"},   {"A1\\nLAB0007", "?malformed"},
	};
	char body[160], read[160];

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		snprintf(body, sizeof(body), "{\"SerialNumber\":\"%s\",\"SKU\":\"%s\"}", rows[i].said, rows[i].said);
		read_fact("bmc-system", body, "bmc.serial", read, sizeof(read));
		assert_string_equal(read, rows[i].read);
		read_fact("bmc-system", body, "bmc.sku", read, sizeof(read));
		assert_string_equal(read, rows[i].read);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_trusted_modules), cmocka_unit_test(test_serials),
					   cmocka_unit_test(test_resources), cmocka_unit_test(test_no_password_is_read),
					   cmocka_unit_test(test_samples)};

	return cmocka_run_group_tests(tests, load, unload);
}
