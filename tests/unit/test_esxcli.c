/* What real hosts print, through the checks as they are shipped: every form esxcli has, every value, and what is none. */
#include "config.h"

#include "tests/unit/check_unit.h"

#include "base/io.h"

#define XML(body) \
	"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<output xmlns=\"http://www.vmware.com/Products/ESX/5.0/esxcli\">\n<root>\n" body "\n</root>\n</output>\n"
#define STRUCTURE(type, body) "   <structure typeName=\"" type "\">\n" body "   </structure>"
#define FIELD(name, kind, value) "      <field name=\"" name "\">\n         <" kind ">" value "</" kind ">\n      </field>\n"
#define LIST(body) "   <list type=\"structure\">\n" body "   </list>"

#define VIB_HEAD "Name       Version           Vendor  Acceptance Level    Install Date\n---------  ----------------  ------  ------------------  ------------\n"
#define VIB(name, version, level) STRUCTURE("VIBExt", FIELD("Name", "string", name) FIELD("Version", "string", version) FIELD("AcceptanceLevel", "string", level))
#define ENC_XML(mode) XML(STRUCTURE("EncryptionInfo", FIELD("Mode", "string", mode) FIELD("RequireExecutablesOnlyFromInstalledVIBs", "boolean", "false") FIELD("RequireSecureBoot", "boolean", "true")))

struct row {
	const char *check, *fact, *word, *out;
	int status;
};

static const struct row rows[] = {
	/* text, as 7.0 and 8.0 print it; with the CR a terminal adds */
	{"config-encryption", "encryption.mode", "known:TPM", "   Mode: TPM\n   Require Executables Only From Installed VIBs: false\n   Require Secure Boot: true\n", 0},
	{"config-encryption", "encryption.mode", "known:NONE", "   Mode: NONE\r\n   Require Executables Only From Installed VIBs: false\r\n   Require Secure Boot: false\r\n", 0},
	{"config-encryption", "encryption.require_secure_boot", "known:yes", "   Mode: TPM\n   Require Executables Only From Installed VIBs: false\n   Require Secure Boot: true\n", 0},
	{"config-encryption", "encryption.require_exec_installed_only", "known:no", "   Mode: TPM\n   Require Executables Only From Installed VIBs: false\n   Require Secure Boot: true\n", 0},
	{"config-encryption", "encryption.mode", "known:TPM", "{\"Mode\": \"TPM\", \"Require Executables Only From Installed VIBs\": false, \"Require Secure Boot\": true}\n", 0},
	{"config-encryption", "encryption.require_secure_boot", "known:yes", "{\"Mode\": \"TPM\", \"RequireExecutablesOnlyFromInstalledVIBs\": false, \"RequireSecureBoot\": true}", 0},
	{"config-encryption", "encryption.mode", "known:TPM", ENC_XML("TPM"), 0},
	{"config-encryption", "encryption.require_secure_boot", "known:yes", ENC_XML("TPM"), 0},
	{"config-encryption", "encryption.mode", "known:NONE", "EncryptionInfo.Mode.string=NONE\nEncryptionInfo.RequireExecutablesOnlyFromInstalledVIBs.boolean=false\nEncryptionInfo.RequireSecureBoot.boolean=false\n", 0},
	{"config-encryption", "encryption.require_secure_boot", "known:no", "EncryptionInfo.Mode.string=NONE\nEncryptionInfo.RequireSecureBoot.boolean=false\n", 0},
	/* anything else is unknown, and says why */
	{"config-encryption", "encryption.mode", "malformed", "   Mode: tpm\n", 0},
	{"config-encryption", "encryption.mode", "malformed", "   Mode: \n", 0},
	{"config-encryption", "encryption.mode", "malformed", "   Mode: TPM\n   Mode: NONE\n", 0},
	{"config-encryption", "encryption.mode", "malformed", "{\"mode\": \"NONE\", \"MODE\": \"TPM\"}", 0},
	{"config-encryption", "encryption.mode", "malformed", "{\"Mode\": null}", 0},
	{"config-encryption", "encryption.mode", "malformed", "[{\"Mode\": \"TPM\"}]", 0},
	{"config-encryption", "encryption.mode", "malformed", "{\"Mode\": \"TPM\"", 0},
	{"config-encryption", "encryption.mode", "malformed", ENC_XML("PCR"), 0},
	{"config-encryption", "encryption.mode", "malformed", "<?xml version=\"1.0\"?><output><root><structure><field name=\"Mode\"><string>TPM</string></field>", 0},
	{"config-encryption", "encryption.mode", "malformed", "<!DOCTYPE x [<!ENTITY a \"TPM\">]><output><root><structure><field name=\"Mode\"><string>&a;</string></field></structure></root></output>", 0},
	{"config-encryption", "encryption.mode", "malformed", "", 0},
	{"config-encryption", "encryption.mode", "malformed", "Connection to localhost lost\n", 0},
	{"config-encryption", "encryption.mode", "malformed", "Unable to get the encryption mode and policy.\n", 1},
	{"config-encryption", "encryption.mode", "malformed", "Error: Unknown command or namespace system settings encryption get\n", 1},
	{"config-encryption", "encryption.mode", "refused", "Permission to perform this operation was denied.\n", 1},

	{"esxi-version", "host.version", "known:8.0.1", "   Product: VMware ESXi\n   Version: 8.0.1\n   Build: Releasebuild-21495797\n   Update: 1\n   Patch: 0\n", 0},
	{"esxi-version", "host.build", "known:21495797", "   Product: VMware ESXi\n   Version: 8.0.1\n   Build: Releasebuild-21495797\n   Update: 1\n   Patch: 0\n", 0},
	{"esxi-version", "host.version", "known:6.7.0", "   Product: VMware ESXi\n   Version: 6.7.0\n   Build: Releasebuild-14320388\n   Update: 3\n", 0},
	{"esxi-version", "host.version", "known:7.0.2", XML(STRUCTURE("VersionGet", FIELD("Build", "string", "Releasebuild-17630552") FIELD("Version", "string", "7.0.2"))), 0},
	{"esxi-version", "host.build", "known:17630552", XML(STRUCTURE("VersionGet", FIELD("Build", "string", "Releasebuild-17630552") FIELD("Version", "string", "7.0.2"))), 0},
	{"esxi-version", "host.version", "known:8.0.3", "VersionGet.Build.string=Releasebuild-24022510\nVersionGet.Patch.string=0\nVersionGet.Product.string=VMware ESXi\nVersionGet.Update.string=3\nVersionGet.Version.string=8.0.3\n", 0},
	{"esxi-version", "host.build", "known:24022510", "VersionGet.Build.string=Releasebuild-24022510\nVersionGet.Version.string=8.0.3\n", 0},
	{"esxi-version", "host.version", "known:9.0.0", "{\"Build\": \"Releasebuild-24755229\", \"Patch\": \"0\", \"Product\": \"VMware ESX\", \"Update\": \"0\", \"Version\": \"9.0.0\"}", 0},
	{"esxi-version", "host.build", "malformed", "   Version: 8.0.1\n   Build: Releasebuild 1 of 2\n", 0},
	{"esxi-version", "host.version", "malformed", "   Version: eight\n", 0},

	{"host-identity", "host.vendor", "known:Dell Inc.", "Platform Information\n   UUID: 0x4c 0x4c\n   Product Name: PowerEdge R750xs\n   Vendor Name: Dell Inc.\n   Serial Number: \n   IPMI Supported: true\n", 0},
	{"host-identity", "host.model", "known:PowerEdge R750xs", "Platform Information\n   UUID: 0x4c 0x4c\n   Product Name: PowerEdge R750xs\n   Vendor Name: Dell Inc.\n   Serial Number: \n", 0},
	{"host-identity", "host.serial", "malformed", "Platform Information\n   Product Name: x\n   Vendor Name: Dell Inc.\n   Serial Number: \n", 0},
	{"host-identity", "host.vendor", "known:HPE", "PlatformInformation.ProductName.string=ProLiant DL380 Gen10\nPlatformInformation.SerialNumber.string=X\nPlatformInformation.VendorName.string=HPE\nPlatformInformation.UUID.byte[0]=76\n", 0},
	{"host-identity", "host.model", "known:ThinkSystem SR650", XML(STRUCTURE("PlatformInformation", FIELD("ProductName", "string", "ThinkSystem SR650") FIELD("VendorName", "string", "LENOVO") "<field name=\"UUID\"><list type=\"byte\"><byte>1</byte><byte>2</byte></list></field>")), 0},
	{"host-identity", "host.vendor", "known:A & B", XML(STRUCTURE("PlatformInformation", FIELD("VendorName", "string", "A &amp; B") FIELD("ProductName", "string", ""))), 0},

	{"trustedboot", "tpm.present", "known:yes", "   Drtm Enabled: false\n   Tpm Present: true\n", 0},
	{"trustedboot", "tpm.present", "known:no", "TrustedBoot.DrtmEnabled.boolean=false\nTrustedBoot.TpmPresent.boolean=false\n", 0},
	{"trustedboot", "tpm.present", "known:yes", "{\"DrtmEnabled\": false, \"TpmPresent\": true}", 0},
	{"trustedboot", "tpm.present", "known:yes", "{\"Drtm Enabled\": false, \"tpm_present\": true}", 0},
	{"trustedboot", "tpm.present", "known:no", XML(STRUCTURE("TrustedBoot", FIELD("DrtmEnabled", "boolean", "false") FIELD("TpmPresent", "boolean", "false"))), 0},
	{"trustedboot", "tpm.present", "malformed", "   Drtm Enabled: false\n", 0},
	{"trustedboot", "tpm.present", "malformed", "   Tpm Present: perhaps\n", 0},

	{"acceptance-level", "acceptance.level", "known:PartnerSupported", "PartnerSupported\n", 0},
	{"acceptance-level", "acceptance.level", "known:CommunitySupported", "\"CommunitySupported\"\n", 0},
	{"acceptance-level", "acceptance.level", "known:VMwareAccepted", XML("<string>VMwareAccepted</string>"), 0},
	{"acceptance-level", "acceptance.level", "known:VMwareCertified", "string=VMwareCertified\n", 0},
	{"acceptance-level", "acceptance.level", "malformed", "Whatever\n", 0},
	{"acceptance-level", "acceptance.level", "malformed", "PartnerSupported\nCommunitySupported\n", 0},

	{"maintenance-mode", "host.maintenance", "known:yes", "Enabled\n", 0},
	{"maintenance-mode", "host.maintenance", "known:no", "Disabled\n", 0},
	{"maintenance-mode", "host.maintenance", "known:no", XML("<string>Disabled</string>"), 0},
	{"maintenance-mode", "host.maintenance", "known:yes", "\"Enabled\"", 0},
	{"maintenance-mode", "host.maintenance", "malformed", "enabled?\n", 0},

	{"tpm-driver", "tpm.driver_vib", "known:1.0.0-1vmw.703", VIB_HEAD "bnxtnet    218.0.38.0        BCM     VMwareCertified     2021-06-15\ntpmdriver  1.0.0-1vmw.703    VMW     VMwareCertified     2021-06-16\n", 0},
	{"tpm-driver", "tpm.driver_vib", "known:none", VIB_HEAD "bnxtnet    218.0.38.0        BCM     VMwareCertified     2021-06-15\n", 0},
	{"tpm-driver", "software.acceptance", "known:VMwareCertified, CommunitySupported", VIB_HEAD "bnxtnet    218.0.38.0        BCM     VMwareCertified     2021-06-15\nmine       0.1                       CommunitySupported  2021-06-16\n", 0},
	{"tpm-driver", "tpm.driver_vib", "known:1.0", "[{\"Acceptance Level\": \"VMwareCertified\", \"Name\": \"tpmdriver\", \"Version\": \"1.0\"}]", 0},
	{"tpm-driver", "tpm.driver_vib", "known:none", "[{\"AcceptanceLevel\": \"VMwareCertified\", \"Name\": \"x\", \"Version\": \"1.0\"}]", 0},
	{"tpm-driver", "tpm.driver_vib", "known:2.0", XML(LIST(VIB("x", "1", "VMwareCertified") VIB("tpmdriver", "2.0", "VMwareCertified"))), 0},
	{"tpm-driver", "software.acceptance", "known:VMwareCertified, CommunitySupported", XML(LIST(VIB("x", "1", "VMwareCertified") VIB("tpmdriver", "2.0", "CommunitySupported"))), 0},
	{"tpm-driver", "tpm.driver_vib", "known:3.0", "structure[0].VIBExt.AcceptanceLevel.string=VMwareCertified\nstructure[0].VIBExt.Name.string=x\nstructure[0].VIBExt.Version.string=1\n"
						       "structure[1].VIBExt.AcceptanceLevel.string=VMwareCertified\nstructure[1].VIBExt.Name.string=tpmdriver\nstructure[1].VIBExt.Version.string=3.0\n", 0},
	{"tpm-driver", "tpm.driver_vib", "known:none", "structure[0].VIBExt.Name.string=x\nstructure[0].VIBExt.Version.string=1\n", 0},
	{"tpm-driver", "tpm.driver_vib", "malformed", "structure[0].VIBExt.Name.string=x\nstructure[2].VIBExt.Name.string=tpmdriver\n", 0},
	{"tpm-driver", "tpm.driver_vib", "malformed", "[Errno 28] No space left on device\n", 0},
	{"tpm-driver", "tpm.driver_vib", "malformed", VIB_HEAD "tpmdriver  1.0.0-1vmw.703 and a word that stands between the columns\n", 0},
	{"tpm-driver", "tpm.driver_vib", "malformed", "Acquiring the lock failed\n", 0},

	{"tpm-module", "tpm.module_loaded", "known:yes", "Name                Is Loaded  Is Enabled\n------------------  ---------  ----------\nvmkernel                 true        true\ntpmdriver                true        true\n", 0},
	{"tpm-module", "tpm.module_loaded", "known:no", "Name                Is Loaded  Is Enabled\n------------------  ---------  ----------\nvmkernel                 true        true\ntpmdriver               false        true\n", 0},
	{"tpm-module", "tpm.module_loaded", "known:no", "Name                Is Loaded  Is Enabled\n------------------  ---------  ----------\nvmkernel                 true        true\n", 0},
	{"tpm-module", "tpm.module_loaded", "known:yes", "[{\"Is Enabled\": true, \"Is Loaded\": true, \"Name\": \"tpmdriver\"}]", 0},
	{"tpm-module", "tpm.module_loaded", "known:yes", "structure[0].Module.IsEnabled.boolean=true\nstructure[0].Module.IsLoaded.boolean=true\nstructure[0].Module.Name.string=tpmdriver\n", 0},
	{"tpm-module", "tpm.module_loaded", "known:no", XML(LIST(STRUCTURE("Module", FIELD("IsEnabled", "boolean", "true") FIELD("IsLoaded", "boolean", "false") FIELD("Name", "string", "tpmdriver")))), 0},

	/* other programs of the host; these have one form */
	{"secure-boot-state", "secureboot.on", "known:yes", "Enabled\n", 0},
	{"secure-boot-state", "secureboot.on", "known:no", "Disabled\r\n", 0},
	{"secure-boot-state", "secureboot.on", "malformed", "Secure Boot: ENABLED\n", 0},
	{"secure-boot-state", "secureboot.on", "malformed", "", 0},
	{"secure-boot-can-enable", "secureboot.can_enable", "known:yes", "Secure boot can be enabled: All vib signatures verified. All tardisks validated. All acceptance levels validated\n", 0},
	{"secure-boot-can-enable", "secureboot.can_enable", "known:no", "Secure boot CANNOT be enabled: Failed to verify signatures of the following vib(s): [mine].\n", 1},
	{"secure-boot-can-enable", "secureboot.can_enable", "malformed", "Traceback (most recent call last):\n", 1},
	{"host-clock", "host.clock_ahead_s", "malformed", "yesterday\n", 0},
	{"boot-time", "host.boot_time", "malformed", "soon\n", 0},
};

static struct ra_check *shipped(const char *name)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = 1 << 20};
	struct ra_check *check = NULL;
	char path[4096], line[1024];

	snprintf(path, sizeof(path), "%s/flows/checks/%s.json", unit_dir("RA_SRCDIR"), name);
	assert_int_equal(ra_read_file(path, &bytes, NULL), RA_OK);
	if (check_from(ra_buf_str(&bytes), &check, line))
		fail_msg("%s: %s", path, line);
	return check;
}

static const struct ra_check_plane *over_ssh(const struct ra_check *check)
{
	for (size_t i = 0; i < check->plane_count; i++)
		if (check->planes[i].plane == RA_PLANE_SSH)
			return &check->planes[i];
	fail_msg("%s has no ssh plane", check->id);
	return NULL;
}

static void test_forms(void **state)
{
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct ra_check *check = shipped(row->check);
		struct ra_plane_answer answer = answer_of(row->out);
		struct ra_found found;
		bool there = false;
		char word[256];

		answer.status = row->status;
		assert_int_equal(ra_extract_facts(check, over_ssh(check), NULL, &answer, &found), RA_OK);
		for (size_t k = 0; k < found.count; k++) {
			if (strcmp(found.obs[k].name, row->fact))
				continue;
			there = true;
			if (strcmp(obs_word(&found.obs[k], word), row->word))
				fail_msg("row %zu: %s of %s: %s, expected %s, from\n%s", i, row->fact, row->check, word, row->word, row->out);
		}
		if (!there)
			fail_msg("row %zu: %s gives no %s", i, row->check, row->fact);
		ra_found_free(&found);
		ra_check_free(check);
	}
}

/* Every answer cut short at every byte gives the same value or none: never another one. */
static void test_cut_anywhere(void **state)
{
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct ra_check *check = shipped(row->check);
		struct ra_plane_answer answer = answer_of(row->out);
		bool list = strcmp(row->fact, "software.acceptance") == 0 || strcmp(row->word, "known:none") == 0 || strncmp(row->check, "tpm-", 4) == 0;

		/* A list cut between its rows is a shorter list; that an answer is whole is the link's to say. A free text may be shortened. */
		for (size_t len = answer.out_len; !list && row->status == 0 && strncmp(row->check, "host-", 5) && strncmp(row->check, "esxi-", 5) && len-- > 0;) {
			struct ra_found found;
			char word[256];

			answer.out_len = len;
			assert_int_equal(ra_extract_facts(check, over_ssh(check), NULL, &answer, &found), RA_OK);
			for (size_t k = 0; k < found.count; k++)
				if (!strcmp(found.obs[k].name, row->fact) && found.obs[k].reason == RA_KNOWN &&
				    strcmp(obs_word(&found.obs[k], word), row->word) && strcmp(row->word, "malformed"))
					fail_msg("row %zu cut at %zu: %s, expected %s or unknown", i, len, word, row->word);
			ra_found_free(&found);
		}
		ra_check_free(check);
	}
}

/* Many members are refused in time that does not grow with their square, and what is no text is none. */
static void test_hostile(void **state)
{
	struct ra_check *check = shipped("config-encryption");
	struct ra_buf many = {0};
	struct ra_plane_answer answer;
	struct ra_found found;

	assert_int_equal(ra_buf_text(&many, "Mode: TPM\n"), RA_OK);
	for (int i = 0; i < 60000; i++)
		assert_int_equal(ra_buf_printf(&many, "m%d: x\n", i), RA_OK);
	answer = answer_of(ra_buf_str(&many));
	assert_int_equal(ra_extract_facts(check, over_ssh(check), NULL, &answer, &found), RA_OK);
	assert_int_equal(found.obs[0].reason, RA_MALFORMED);
	ra_found_free(&found);
	answer = answer_of("Mode: TPM");
	answer.out_len++; /* the NUL */
	assert_int_equal(ra_extract_facts(check, over_ssh(check), NULL, &answer, &found), RA_OK);
	assert_int_equal(found.obs[0].reason, RA_MALFORMED);
	ra_found_free(&found);
	ra_buf_free(&many);
	ra_check_free(check);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
