/* The attributes of makers' firmware that are known by name: each maker's own, the traps in names and values, and what is not ours to read. */
#include "unit.h"

#include "link/link.h"
#include "link/redfish_names.h"

#include <string.h>

static const struct {
	const char *maker, *attribute, *value;
	const char *topic, *word; /* NULL: not known */
} known[] = {
    {"Dell", "TpmSecurity", "On", "tpm", "on"},
    {"Dell", "TpmSecurity", "Off", "tpm", "off"},
    {"Dell, TPM 1.2", "TpmSecurity", "OnPbm", "tpm", "on"},
    {"Dell", "Tpm2Algorithm", "SHA1", "algorithm", "sha1"},
    {"Dell", "Tpm2Algorithm", "SHA256", "algorithm", "sha256"},
    {"Dell", "Tpm2Algorithm", "SHA384", "algorithm", "sha384"},
    {"Dell", "Tpm2Algorithm", "SHA512", "algorithm", NULL},
    {"Dell", "Tpm2Hierarchy", "Enabled", "hierarchy", "on"},
    {"Dell", "Tpm2Hierarchy", "Clear", "hierarchy", "clear"},
    {"Dell, TPM 1.2", "TpmCommand", "Clear", "operation", "clear"},
    {"Dell, TPM 1.2", "TpmCommand", "Activate", "operation", NULL},
    {"Dell, bypassed: presence is not asked for", "TpmPpiBypassClear", "Enabled", "physical-presence", "off"},
    {"Dell", "TpmPpiBypassProvision", "Disabled", "physical-presence", "on"},
    {"Dell", "IntelTxt", "On", "txt", "on"},
    {"Dell", "SecureBoot", "Disabled", "secure-boot", "off"},
    {"Dell", "BootMode", "Bios", "boot-mode", "legacy"},
    {"HPE", "TpmVisibility", "Hidden", "tpm", "off"},
    {"HPE", "TpmActivePcrs", "Sha1", "algorithm", "sha1"},
    {"HPE", "TpmActivePcrs", "Sha1Sha256", "algorithm", "several"},
    {"HPE Gen11", "TpmActivePcrs", "Sha256Sha384", "algorithm", "several"},
    {"HPE", "TpmActivePcrs", "NotSpecified", "algorithm", NULL},
    {"HPE: enabled, whatever it is called", "TPM2StorageDisable", "Enabled", "storage-hierarchy", "on"},
    {"HPE", "TPM2EndorsementDisable", "Disabled", "endorsement-hierarchy", "off"},
    {"HPE", "Tpm20SoftwareInterfaceStatus", "Crb", "interface", "crb"},
    {"HPE: not told", "Tpm20SoftwareInterfaceStatus", "NoAction", "interface", NULL},
    {"HPE: nothing to do", "Tpm20SoftwareInterfaceOperation", "NoAction", "interface", "none"},
    {"HPE", "Tpm2Operation", "Clear", "operation", "clear"},
    {"HPE", "Tpm2Operation", "NoAction", "operation", "none"},
    {"HPE", "SecureBootStatus", "Enabled", "secure-boot", "on"},
    {"HPE", "BootMode", "LegacyBios", "boot-mode", "legacy"},
    {"HPE", "IntelTxt", "Disabled", "txt", "off"},
    {"Lenovo", "TrustedComputingGroup_DeviceOperation", "Clear", "operation", "clear"},
    {"Lenovo, older", "TrustedComputingGroup_DeviceOperation", "UpdateToTPM2_0FirmwareVersion7_2_2_0", "operation", NULL},
    {"Lenovo", "TrustedComputingGroup_SHA_1PCRBank", "Enabled", "sha1-bank", "on"},
    {"Lenovo", "SecureBootConfiguration_SecureBootSetting", "Enabled", "secure-boot", "on"},
    {"Lenovo", "BootModes_SystemBootMode", "UEFIMode", "boot-mode", "uefi"},
    {"Lenovo", "Processors_TrustedExecutionTechnology", "Disabled", "txt", "off"},
    {"Supermicro", "SecurityDeviceSupport_005A", "Enable", "tpm", "on"},
    {"Supermicro, another board", "SecurityDeviceSupport_0063", "Disabled", "tpm", "off"},
    {"Supermicro", "SHA_1PCRBank_0064", "Enabled", "sha1-bank", "on"},
    {"Supermicro", "SHA256PCRBank_0065", "Disabled", "sha256-bank", "off"},
    {"Supermicro, shown", "PendingOperation_0069", "TPM Clear", "operation", "clear"},
    {"Supermicro, its registry", "PendingOperation_0069", "1", "operation", "clear"},
    {"Supermicro", "PendingOperation_0069", "None", "operation", "none"},
    {"Supermicro", "StorageHierarchy_006B", "Enabled", "storage-hierarchy", "on"},
    {"Supermicro", "EndorsementHierarchy_006c", "Disabled", "endorsement-hierarchy", "off"},
    {"Supermicro", "TXTSupport_0072", "Enabled", "txt", "on"},
    {"Supermicro, a bool", "SecureBootEnable_0122", "true", "secure-boot", "on"},
    {"Cisco", "TPMControl", "Disabled", "tpm", "off"},
    {"Cisco", "TPMAdminCtrl", "Enabled", "tpm", "on"},
    {"Cisco", "SHA1PCRBank", "Enabled", "sha1-bank", "on"},
    {"Cisco", "SHA256PCRBank", "Enabled", "sha256-bank", "on"},
    {"Cisco", "TXTSupport", "Disabled", "txt", "off"},
    {"a value told from its case", "TpmSecurity", "on", "tpm", NULL},
    /* what looks alike, and is not */
    {"Dell: a password's hash", "SHA256SystemPassword", "x", NULL, NULL},
    {"Dell", "SecureBootPolicy", "Standard", NULL, NULL},
    {"Dell", "OneTimeBootMode", "Disabled", NULL, NULL},
    {"HPE: of the shell", "UefiShellPhysicalPresenceKeystroke", "Enabled", NULL, NULL},
    {"HPE: changes the kind of TPM", "TpmModeSwitchOperation", "Tpm12", NULL, NULL},
    {"Supermicro: locks the TPM for good", "SupermicroBIOS_BasedTPMProvisionSupport_0061", "Enabled", NULL, NULL},
    {"no number behind it", "PendingOperation_", "TPM Clear", NULL, NULL},
    {"no hex number", "PendingOperation_00G9", "TPM Clear", NULL, NULL},
    {"something more behind it", "PendingOperation_0069_1", "TPM Clear", NULL, NULL},
    {"longer", "PendingOperations", "TPM Clear", NULL, NULL},
    {"no such suffix with Dell", "TpmSecurity_0001", "On", NULL, NULL},
    {"nothing", "", "", NULL, NULL},
};

static void test_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < RA_LEN(known); i++) {
		const struct ra_rf_name *name = ra_rf_name_of(known[i].attribute);
		const char *topic = name ? ra_rf_topic_name(name->topic) : NULL, *word = ra_rf_word_of(name, known[i].value);

		if ((topic && known[i].topic ? strcmp(topic, known[i].topic) != 0 : topic != known[i].topic) ||
		    (word && known[i].word ? strcmp(word, known[i].word) != 0 : word != known[i].word))
			fail_msg("%s: %s=%s is %s %s", known[i].maker, known[i].attribute, known[i].value, topic ? topic : "(none)",
				 word ? word : "(none)");
	}
}

/* Every topic has its name, rows, and in each row words of which none is told twice with the same spelling. */
static void test_table(void **state)
{
	(void)state;
	for (int topic = 0; topic < RA_RF_TOPIC_COUNT; topic++) {
		const struct ra_rf_name *name;

		assert_int_equal(ra_rf_topic_of(ra_rf_topic_name((enum ra_rf_topic)topic)), topic);
		assert_non_null(ra_rf_name_at((enum ra_rf_topic)topic, 0));
		for (size_t i = 0; (name = ra_rf_name_at((enum ra_rf_topic)topic, i)) != NULL; i++) {
			assert_int_equal(name->topic, topic);
			assert_ptr_equal(ra_rf_name_of(name->attribute), name);
			assert_non_null(name->words[0].value);
			for (const struct ra_rf_word *word = name->words; word->value; word++)
				for (const struct ra_rf_word *other = word + 1; other->value; other++)
					if (strcmp(word->value, other->value) == 0 ||
					    (word->spelling == other->spelling && strcmp(word->word, other->word) == 0 &&
					     strcmp(word->word, "several") != 0))
						fail_msg("%s: %s and %s", name->attribute, word->value, other->value);
		}
	}
	assert_int_equal(ra_rf_topic_of("clear"), RA_RF_TOPIC_COUNT);
	assert_int_equal(ra_rf_topic_of(""), RA_RF_TOPIC_COUNT);
	assert_string_equal(ra_rf_topic_name(RA_RF_TOPIC_COUNT), "");
}

/* What is to be written is spelled as that machine spells it. */
static void test_spelling(void **state)
{
	static const struct {
		const char *attribute, *current, *word, *value;
	} rows[] = {
	    {"TpmSecurity", "Off", "on", "On"},
	    {"Tpm2Algorithm", "SHA1", "sha256", "SHA256"},
	    {"TpmVisibility", "Hidden", "on", "Visible"},
	    {"Tpm20SoftwareInterfaceOperation", "NoAction", "fifo", "Fifo"},
	    {"SecurityDeviceSupport_005A", "Disable", "on", "Enable"},
	    {"SecurityDeviceSupport_005A", "Disabled", "on", "Enabled"},
	    {"SecureBootEnable_0122", "false", "on", "true"},
	    {"IntelTxt", "On", "off", "Off"},
	    {"IntelTxt", "Enabled", "off", "Disabled"},
	    {"BootMode", "LegacyBios", "uefi", NULL}, /* which of the two makers it is does not show in "Uefi" */
	    {"TpmSecurity", "what no table knows", "on", NULL},
	    {"TpmSecurity", "Off", "clear", NULL},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		const char *value = ra_rf_value_like(ra_rf_name_of(rows[i].attribute), rows[i].current, rows[i].word);

		if (value && rows[i].value ? strcmp(value, rows[i].value) != 0 : value != rows[i].value)
			fail_msg("%s=%s, %s: %s", rows[i].attribute, rows[i].current, rows[i].word, value ? value : "(none)");
	}
}

static void test_value_text(void **state)
{
	static const struct {
		const char *json, *text; /* NULL: no value */
	} rows[] = {
	    {"\"On\"", "On"},	 {"true", "true"}, {"false", "false"}, {"0", "0"},   {"-3", "-3"},
	    {"\"\"", ""},	 {"null", NULL},   {"[]", NULL},       {"{}", NULL}, {"1.5", NULL},
	    {"12345678901", NULL},
	    {"\"012345678901234567890123456789012345678901234567890123456789012\"", "012345678901234567890123456789012345678901234567890123456789012"},
	    {"\"0123456789012345678901234567890123456789012345678901234567890123\"", NULL},
	};
	char text[RA_RF_VALUE_MAX];

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		cJSON *value = cJSON_Parse(rows[i].json);
		bool is = ra_rf_value_text(value, text);

		if (is != (rows[i].text != NULL) || strcmp(text, is ? rows[i].text : "") != 0)
			fail_msg("%s: \"%s\"", rows[i].json, text);
		cJSON_Delete(value);
	}
	assert_false(ra_rf_value_text(NULL, text));
}

/* What a value means to whoever reads a screen, by whatever maker's spelling. */
static void test_means(void **state)
{
	static const struct {
		const char *setting, *value, *word;
		bool is;
	} rows[] = {
	    {"tpm", "On", "on", true},		 {"tpm", "ON", "on", true},	{"tpm", "Off", "on", false},
	    {"algorithm", "SHA-256", "sha256", true}, {"operation", "TPM Clear", "clear", true}, {"operation", "tpmclear", "clear", true},
	    {"tpm", "", "on", false},		 {"no-topic", "On", "on", false}, {"tpm", "On", "no-word", false},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++)
		if (ra_bmc_means(rows[i].setting, rows[i].value, rows[i].word) != rows[i].is)
			fail_msg("%s: %s as %s", rows[i].setting, rows[i].value, rows[i].word);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_means),
	    cmocka_unit_test(test_known),
	    cmocka_unit_test(test_table),
	    cmocka_unit_test(test_spelling),
	    cmocka_unit_test(test_value_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
