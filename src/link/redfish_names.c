/* redfish_names.c - the table of firmware attributes by maker. Pure.
 *
 * Sources. Dell: attribute registry of PowerEdge R750, BIOS 1.13.2; T360 manual (System Security). HPE: registry A42 v1_2_60 (DL385 Gen10 Plus
 * v2), iLO 6 resource definitions 1.70 (IntelTxt, Gen11 banks). Lenovo: registry BiosAttributeRegistry.1.0.0 (SR670 V2). Supermicro: registry of
 * SYS-821GE-TNHR; other boards write Enabled and Disabled, and other numbers behind the names. Cisco: CIMC bodies of C220 and C225 M6, of S3260
 * (TPMAdminCtrl).
 *
 * Traps the table keeps: HPE's TPM2StorageDisable "Enabled" means that the hierarchy is enabled. Dell's PPI bypass "Enabled" means that physical
 * presence is not asked for. Supermicro shows "TPM Clear" where its registry's value is 1. HPE's Secure Boot and interface status only tell.
 * Lenovo has no switch for SHA-256, and none for the TPM. HPE's UefiShellPhysicalPresenceKeystroke is about the shell, and is not here; nor
 * is Supermicro's TPM provision support, which locks the TPM for good. */
#include "config.h"

#include "link/link.h"
#include "link/redfish_names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char *const topics[RA_RF_TOPIC_COUNT] = {
    [RA_RF_TPM] = "tpm",
    [RA_RF_ALGORITHM] = "algorithm",
    [RA_RF_SHA1_BANK] = "sha1-bank",
    [RA_RF_SHA256_BANK] = "sha256-bank",
    [RA_RF_HIERARCHY] = "hierarchy",
    [RA_RF_STORAGE_HIERARCHY] = "storage-hierarchy",
    [RA_RF_ENDORSEMENT_HIERARCHY] = "endorsement-hierarchy",
    [RA_RF_INTERFACE] = "interface",
    [RA_RF_OPERATION] = "operation",
    [RA_RF_SECURE_BOOT] = "secure-boot",
    [RA_RF_BOOT_MODE] = "boot-mode",
    [RA_RF_PHYSICAL_PRESENCE] = "physical-presence",
    [RA_RF_TXT] = "txt",
};

typedef const struct ra_rf_word words[RA_RF_WORDS_MAX];
static words switches = {{"Enabled", "on", 0}, {"Disabled", "off", 0}, {"Enable", "on", 1}, {"Disable", "off", 1}, {"true", "on", 2},
			 {"false", "off", 2}, {NULL, NULL, 0}};
static words dell_tpm = {{"On", "on", 0}, {"Off", "off", 0}, {"OnPbm", "on", 1}, {"OnNoPbm", "on", 2}, {NULL, NULL, 0}};
static words dell_algorithm = {{"SHA1", "sha1", 0}, {"SHA256", "sha256", 0}, {"SHA384", "sha384", 0}, {NULL, NULL, 0}};
static words dell_hierarchy = {{"Enabled", "on", 0}, {"Disabled", "off", 0}, {"Clear", "clear", 0}, {NULL, NULL, 0}};
static words dell_bypass = {{"Enabled", "off", 0}, {"Disabled", "on", 0}, {NULL, NULL, 0}};
static words hpe_visibility = {{"Visible", "on", 0}, {"Hidden", "off", 0}, {NULL, NULL, 0}};
static words hpe_banks = {{"Sha1", "sha1", 0},		{"Sha256", "sha256", 0},	    {"Sha384", "sha384", 0},
			  {"Sha1Sha256", "several", 0}, {"Sha256Sha384", "several", 0}, {NULL, NULL, 0}};
static words hpe_interface = {{"Fifo", "fifo", 0}, {"Crb", "crb", 0}, {NULL, NULL, 0}};
static words hpe_switch = {{"NoAction", "none", 0}, {"Fifo", "fifo", 0}, {"Crb", "crb", 0}, {NULL, NULL, 0}};
static words operations = {{"None", "none", 0}, {"NoAction", "none", 1}, {"Clear", "clear", 0}, {NULL, NULL, 0}};
static words supermicro_operation = {{"None", "none", 0},   {"TPM Clear", "clear", 0}, {"0", "none", 1}, {"1", "clear", 1},
				     {NULL, NULL, 0}};
static words txt_switches = {{"Enabled", "on", 0}, {"Disabled", "off", 0}, {"On", "on", 1},   {"Off", "off", 1},
			     {"Enable", "on", 2},  {"Disable", "off", 2},  {NULL, NULL, 0}};
static words boot_modes = {{"Uefi", "uefi", 0},	    {"Bios", "legacy", 0},	 {"LegacyBios", "legacy", 1},
			   {"UEFIMode", "uefi", 2}, {"LegacyMode", "legacy", 2}, {NULL, NULL, 0}};

/* Of a topic, those of one machine stand in order of preference; makers that share a name share a row. */
static const struct ra_rf_name rows[] = {
    {RA_RF_TPM, "TpmSecurity", false, RA_RF_SETS, dell_tpm},			    /* Dell */
    {RA_RF_TPM, "TpmVisibility", false, RA_RF_SETS, hpe_visibility},		    /* HPE */
    {RA_RF_TPM, "SecurityDeviceSupport", true, RA_RF_SETS, switches},		    /* Supermicro */
    {RA_RF_TPM, "TPMControl", false, RA_RF_SETS, switches},			    /* Cisco M5, M6 */
    {RA_RF_TPM, "TPMAdminCtrl", false, RA_RF_SETS, switches},			    /* Cisco M4, S3260 */
    {RA_RF_ALGORITHM, "Tpm2Algorithm", false, RA_RF_SETS, dell_algorithm},	    /* Dell */
    {RA_RF_ALGORITHM, "TpmActivePcrs", false, RA_RF_SETS, hpe_banks},		    /* HPE */
    {RA_RF_SHA1_BANK, "TrustedComputingGroup_SHA_1PCRBank", false, RA_RF_SETS, switches}, /* Lenovo */
    {RA_RF_SHA1_BANK, "SHA_1PCRBank", true, RA_RF_SETS, switches},		    /* Supermicro */
    {RA_RF_SHA1_BANK, "SHA1PCRBank", false, RA_RF_SETS, switches},		    /* Cisco */
    {RA_RF_SHA256_BANK, "SHA256PCRBank", true, RA_RF_SETS, switches},		    /* Supermicro, Cisco */
    {RA_RF_HIERARCHY, "Tpm2Hierarchy", false, RA_RF_SETS, dell_hierarchy},	    /* Dell */
    {RA_RF_STORAGE_HIERARCHY, "TPM2StorageDisable", false, RA_RF_SETS, switches},   /* HPE */
    {RA_RF_STORAGE_HIERARCHY, "StorageHierarchy", true, RA_RF_SETS, switches},	    /* Supermicro */
    {RA_RF_ENDORSEMENT_HIERARCHY, "TPM2EndorsementDisable", false, RA_RF_SETS, switches}, /* HPE */
    {RA_RF_ENDORSEMENT_HIERARCHY, "EndorsementHierarchy", true, RA_RF_SETS, switches}, /* Supermicro */
    {RA_RF_INTERFACE, "Tpm20SoftwareInterfaceOperation", false, RA_RF_DOES, hpe_switch}, /* HPE Gen10 */
    {RA_RF_INTERFACE, "Tpm20SoftwareInterfaceStatus", false, RA_RF_TELLS, hpe_interface}, /* HPE */
    {RA_RF_OPERATION, "Tpm2Operation", false, RA_RF_DOES, operations},		    /* HPE, TPM 2.0 */
    {RA_RF_OPERATION, "TpmOperation", false, RA_RF_DOES, operations},		    /* HPE, TPM 1.2 */
    {RA_RF_OPERATION, "TpmCommand", false, RA_RF_DOES, operations},		    /* Dell, TPM 1.2 */
    {RA_RF_OPERATION, "TrustedComputingGroup_DeviceOperation", false, RA_RF_DOES, operations}, /* Lenovo */
    {RA_RF_OPERATION, "PendingOperation", true, RA_RF_DOES, supermicro_operation},  /* Supermicro */
    {RA_RF_SECURE_BOOT, "SecureBoot", false, RA_RF_SETS, switches},		    /* Dell */
    {RA_RF_SECURE_BOOT, "SecureBootConfiguration_SecureBootSetting", false, RA_RF_SETS, switches}, /* Lenovo */
    {RA_RF_SECURE_BOOT, "SecureBootEnable", true, RA_RF_SETS, switches},	    /* Supermicro; a bool */
    {RA_RF_SECURE_BOOT, "SecureBootStatus", false, RA_RF_TELLS, switches},	    /* HPE */
    {RA_RF_SECURE_BOOT, "SecureBootConfiguration_SecureBootStatus", false, RA_RF_TELLS, switches}, /* Lenovo */
    {RA_RF_BOOT_MODE, "BootMode", false, RA_RF_SETS, boot_modes},		    /* Dell, HPE */
    {RA_RF_BOOT_MODE, "BootModes_SystemBootMode", false, RA_RF_SETS, boot_modes},   /* Lenovo */
    {RA_RF_PHYSICAL_PRESENCE, "TpmPpiBypassProvision", false, RA_RF_SETS, dell_bypass}, /* Dell */
    {RA_RF_PHYSICAL_PRESENCE, "TpmPpiBypassClear", false, RA_RF_SETS, dell_bypass}, /* Dell */
    {RA_RF_TXT, "IntelTxt", false, RA_RF_SETS, txt_switches},			    /* Dell On and Off; HPE Enabled and Disabled */
    {RA_RF_TXT, "Processors_TrustedExecutionTechnology", false, RA_RF_SETS, txt_switches}, /* Lenovo */
    {RA_RF_TXT, "TXTSupport", true, RA_RF_SETS, txt_switches},			    /* Supermicro, Cisco */
};

const char *ra_rf_topic_name(enum ra_rf_topic topic)
{
	return topic >= 0 && topic < RA_RF_TOPIC_COUNT ? topics[topic] : "";
}

enum ra_rf_topic ra_rf_topic_of(const char *name)
{
	for (int i = 0; i < RA_RF_TOPIC_COUNT; i++)
		if (strcmp(topics[i], name) == 0)
			return (enum ra_rf_topic)i;
	return RA_RF_TOPIC_COUNT;
}

const struct ra_rf_name *ra_rf_name_at(enum ra_rf_topic topic, size_t i)
{
	for (size_t at = 0; at < RA_LEN(rows); at++)
		if (rows[at].topic == topic && i-- == 0)
			return &rows[at];
	return NULL;
}

bool ra_rf_name_fits(const struct ra_rf_name *name, const char *attribute)
{
	size_t len = strlen(name->attribute);

	if (strncmp(name->attribute, attribute, len) != 0)
		return false;
	attribute += len;
	if (!*attribute)
		return true;
	return name->suffixed && attribute[0] == '_' && attribute[1] && !attribute[1 + strspn(attribute + 1, "0123456789ABCDEFabcdef")];
}

const struct ra_rf_name *ra_rf_name_of(const char *attribute)
{
	for (size_t i = 0; i < RA_LEN(rows); i++)
		if (ra_rf_name_fits(&rows[i], attribute))
			return &rows[i];
	return NULL;
}

bool ra_rf_value_text(const cJSON *value, char out[RA_RF_VALUE_MAX])
{
	bool whole = cJSON_IsNumber(value) && value->valuedouble >= -1e9 && value->valuedouble <= 1e9 &&
		     value->valuedouble == (double)(long)value->valuedouble;
	int len = -1;

	out[0] = '\0';
	if (cJSON_IsString(value))
		len = snprintf(out, RA_RF_VALUE_MAX, "%s", value->valuestring);
	else if (cJSON_IsBool(value))
		len = snprintf(out, RA_RF_VALUE_MAX, "%s", cJSON_IsTrue(value) ? "true" : "false");
	else if (whole)
		len = snprintf(out, RA_RF_VALUE_MAX, "%ld", (long)value->valuedouble);
	if (len >= 0 && len < RA_RF_VALUE_MAX)
		return true;
	out[0] = '\0';
	return false;
}

const char *ra_rf_word_of(const struct ra_rf_name *name, const char *value)
{
	for (const struct ra_rf_word *word = name ? name->words : NULL; word && word->value; word++)
		if (strcmp(word->value, value) == 0)
			return word->word;
	return NULL;
}

const char *ra_rf_value_like(const struct ra_rf_name *name, const char *current, const char *word)
{
	const struct ra_rf_word *now = name->words;

	while (now->value && strcmp(now->value, current) != 0)
		now++;
	for (const struct ra_rf_word *row = name->words; now->value && row->value; row++)
		if (row->spelling == now->spelling && strcmp(row->word, word) == 0)
			return row->value;
	return NULL;
}

const char *ra_bmc_setting(const char *attribute, const cJSON *value)
{
	const struct ra_rf_name *name = ra_rf_name_of(attribute);
	char text[RA_RF_VALUE_MAX];
	const char *word = name && ra_rf_value_text(value, text) ? ra_rf_word_of(name, text) : NULL;

	if (!word || !strcmp(word, "clear") || name->role == RA_RF_DOES || name->topic == RA_RF_PHYSICAL_PRESENCE)
		return NULL;
	return name->attribute;
}

/* Letters and digits alone, in any case: a value is spelled otherwise on the screen than in a request. */
static bool same_letters(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a && !isalnum((unsigned char)*a))
			a++;
		while (*b && !isalnum((unsigned char)*b))
			b++;
		if (!*a || !*b || tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return !*a && !*b;
	}
}

bool ra_bmc_means(const char *setting, const char *value, const char *word)
{
	enum ra_rf_topic topic = ra_rf_topic_of(setting);
	const struct ra_rf_name *name;

	for (size_t i = 0; topic < RA_RF_TOPIC_COUNT && (name = ra_rf_name_at(topic, i)) != NULL; i++)
		for (const struct ra_rf_word *at = name->words; at->value; at++)
			if (strcmp(at->word, word) == 0 && same_letters(at->value, value))
				return true;
	return false;
}
