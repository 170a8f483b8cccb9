/* The settings of a firmware in its own words, case by case: every kind of dependency, each maker's traps, and registries that mean harm. */
#include "unit.h"

#include "link/redfish_book.h"
#include "link/redfish_setup.h"

#include "base/io.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Texts in single quotes, to be read by people; bodies have none of their own. */
static struct ra_json *parse(const char *text)
{
	char *copy = strdup(text);
	struct ra_json *json = NULL;

	assert_non_null(copy);
	for (char *at = copy; *at; at++)
		*at = *at == '\'' ? '"' : *at;
	if (ra_json_parse("body", copy, strlen(copy), NULL, &json, NULL))
		fail_msg("no JSON: %s", copy);
	free(copy);
	return json;
}

static cJSON *setup_of(const cJSON *bios, const cJSON *pending, const cJSON *registry)
{
	cJSON *kept = NULL, *out = NULL;

	assert_int_equal(ra_rf_registry_keep(registry, &kept), RA_OK);
	assert_int_equal(ra_rf_setup(bios, pending, kept, "none", &out), RA_OK);
	assert_non_null(out);
	cJSON_Delete(kept);
	return out;
}

static cJSON *setup(const char *bios, const char *pending, const char *registry)
{
	struct ra_json *a = parse(bios), *b = pending ? parse(pending) : NULL, *c = registry ? parse(registry) : NULL;
	cJSON *out = setup_of(ra_json_root(a), b ? ra_json_root(b) : NULL, c ? ra_json_root(c) : NULL);

	ra_json_free(a);
	ra_json_free(b);
	ra_json_free(c);
	return out;
}

static void expect(const cJSON *out, const char *where, const char *pointer, const char *wanted)
{
	const cJSON *node = ra_json_pointer(out, pointer);
	char *got = node ? ra_json_print(node) : strdup("-");

	for (char *at = got; *at; at++)
		*at = *at == '"' ? '\'' : *at;
	if (strcmp(got, wanted) != 0)
		fail_msg("%s: %s is %s, expected %s", where, pointer, got, wanted);
	free(got);
}

#define SWITCH "'Value':[{'ValueName':'Enabled','ValueDisplayName':'Enabled'},{'ValueName':'Disabled','ValueDisplayName':'Disabled'}]"
#define ON_OFF "'Value':[{'ValueName':'Off'},{'ValueName':'On'}]"
#define TPM "{'AttributeName':'TpmSecurity','DisplayName':'TPM Security','MenuPath':'./A'," ON_OFF "}"
#define TXT "{'AttributeName':'IntelTxt','DisplayName':'Intel(R) TXT'," ON_OFF "}"
#define ALGORITHM(more) "{'AttributeName':'Tpm2Algorithm','DisplayName':'Algorithm','Value':[{'ValueName':'SHA1'},{'ValueName':'SHA256'}]" more "}"
#define TERM(name, how, value) "{'MapFromAttribute':'" name "','MapFromProperty':'CurrentValue','MapFromCondition':'" how "','MapFromValue':" value "}"
#define AND(name, how, value) "{'MapTerms':'AND','MapFromAttribute':'" name "','MapFromCondition':'" how "','MapFromValue':" value "}"
#define OR(name, how, value) "{'MapTerms':'OR','MapFromAttribute':'" name "','MapFromCondition':'" how "','MapFromValue':" value "}"
#define RULE(target, to, value, terms) \
	"{'Type':'Map','DependencyFor':'" target "','Dependency':{'MapFrom':[" terms "],'MapToAttribute':'" target "','MapToProperty':'" to \
	"','MapToValue':" value "}}"
#define REGISTRY(attributes, rules) \
	"{'Id':'R','RegistryEntries':{'Attributes':[" attributes "],'Menus':[{'MenuPath':'./A','DisplayName':'Page A'}],'Dependencies':[" rules "]}}"
#define ALG(rules) REGISTRY(TPM "," TXT "," ALGORITHM(""), rules)
#define LOCK(terms) RULE("Tpm2Algorithm", "ReadOnly", "true", terms)

/* One rule on the algorithm of a machine with TpmSecurity Off, IntelTxt On, Slots 4. */
static void test_rules(void **state)
{
	static const struct {
		const char *name, *registry, *locked, *needs, *starts;
	} rows[] = {
	    {"none", ALG(""), "false", "-", "1"},
	    {"EQU holds", ALG(LOCK(TERM("TpmSecurity", "EQU", "'Off'"))), "true", "['TPM Security: On']", "2"},
	    {"EQU does not", ALG(LOCK(TERM("TpmSecurity", "EQU", "'On'"))), "false", "-", "1"},
	    {"== of old registries", ALG(LOCK(TERM("TpmSecurity", "==", "'Off'"))), "true", "['TPM Security: On']", "2"},
	    {"NEQ holds", ALG(LOCK(TERM("TpmSecurity", "NEQ", "'On'"))), "true", "['TPM Security: On']", "2"},
	    {"NEQ does not", ALG(LOCK(TERM("TpmSecurity", "NEQ", "'Off'"))), "false", "-", "1"},
	    {"GTR", ALG(LOCK(TERM("Slots", "GTR", "3"))), "true", "['Slots: not above 3']", "2"},
	    {"GTR does not", ALG(LOCK(TERM("Slots", "GTR", "4"))), "false", "-", "1"},
	    {"GEQ", ALG(LOCK(TERM("Slots", "GEQ", "4"))), "true", "['Slots: below 4']", "2"},
	    {"LSS", ALG(LOCK(TERM("Slots", "LSS", "'5'"))), "true", "['Slots: not below 5']", "2"},
	    {"LEQ", ALG(LOCK(TERM("Slots", "LEQ", "4"))), "true", "['Slots: above 4']", "2"},
	    {"LEQ does not", ALG(LOCK(TERM("Slots", "LEQ", "3"))), "false", "-", "1"},
	    {"no number", ALG(LOCK(TERM("TpmSecurity", "GTR", "3"))), "-", "-", "1"},
	    {"an unknown condition", ALG(LOCK(TERM("TpmSecurity", "LIKE", "'Off'"))), "-", "-", "1"},
	    {"an attribute that is not there", ALG(LOCK(TERM("Gone", "EQU", "'Off'"))), "-", "-", "1"},
	    {"a value of no kind", ALG(LOCK(TERM("TpmSecurity", "EQU", "[]"))), "-", "-", "1"},
	    {"AND, both", ALG(LOCK(TERM("TpmSecurity", "EQU", "'Off'") "," AND("IntelTxt", "EQU", "'On'"))), "true", "['TPM Security: On']", "2"},
	    {"AND, one", ALG(LOCK(TERM("TpmSecurity", "EQU", "'Off'") "," AND("IntelTxt", "EQU", "'Off'"))), "false", "-", "1"},
	    {"AND, one unknown", ALG(LOCK(TERM("TpmSecurity", "EQU", "'Off'") "," AND("Gone", "EQU", "'Off'"))), "-", "-", "1"},
	    {"AND, one unknown and one not", ALG(LOCK(TERM("TpmSecurity", "EQU", "'On'") "," AND("Gone", "EQU", "'Off'"))), "false", "-", "1"},
	    {"OR, both", ALG(LOCK(TERM("TpmSecurity", "EQU", "'Off'") "," OR("IntelTxt", "EQU", "'On'"))), "true",
	     "['TPM Security: On','Intel(R) TXT: Off']", "2"},
	    {"OR, one", ALG(LOCK(TERM("TpmSecurity", "EQU", "'On'") "," OR("IntelTxt", "EQU", "'On'"))), "true", "['Intel(R) TXT: Off']", "2"},
	    {"OR, one unknown", ALG(LOCK(TERM("Gone", "EQU", "'On'") "," OR("IntelTxt", "EQU", "'On'"))), "true", "['Intel(R) TXT: Off']", "2"},
	    {"OR, unknown and not", ALG(LOCK(TERM("Gone", "EQU", "'On'") "," OR("IntelTxt", "EQU", "'Off'"))), "-", "-", "1"},
	    {"GrayOut", ALG(RULE("Tpm2Algorithm", "GrayOut", "true", TERM("TpmSecurity", "EQU", "'Off'"))), "true", "['TPM Security: On']", "2"},
	    {"Hidden", ALG(RULE("Tpm2Algorithm", "Hidden", "true", TERM("TpmSecurity", "EQU", "'Off'"))), "true", "['TPM Security: On']", "2"},
	    {"a text for true", ALG(RULE("Tpm2Algorithm", "Hidden", "'True'", TERM("TpmSecurity", "EQU", "'Off'"))), "true", "['TPM Security: On']", "2"},
	    {"unlocked by another", ALG(LOCK(TERM("TpmSecurity", "EQU", "'Off'")) "," RULE("Tpm2Algorithm", "ReadOnly", "false", TERM("IntelTxt", "EQU", "'On'"))),
	     "false", "-", "1"},
	    {"another kind", ALG("{'Type':'Other','Dependency':{'MapFrom':[" TERM("TpmSecurity", "EQU", "'Off'") "],'MapToAttribute':'Tpm2Algorithm',"
				 "'MapToProperty':'ReadOnly','MapToValue':true}}"), "false", "-", "1"},
	    {"ReadOnly, and nothing tells why", REGISTRY(TPM "," ALGORITHM(",'ReadOnly':true"), ""), "true", "-", "1"},
	    {"GrayOut, and nothing tells why", REGISTRY(TPM "," ALGORITHM(",'GrayOut':true"), ""), "true", "-", "1"},
	    {"ReadOnly of another day", REGISTRY(TPM "," ALGORITHM(",'ReadOnly':true"), LOCK(TERM("TpmSecurity", "EQU", "'On'"))), "false", "-", "1"},
	    {"a flag looked at", REGISTRY(ALGORITHM("") ",{'AttributeName':'X','ReadOnly':true}",
					  RULE("Tpm2Algorithm", "ReadOnly", "true", "{'MapFromAttribute':'X','MapFromProperty':'ReadOnly','MapFromCondition':'EQU','MapFromValue':true}")),
	     "true", "-", "1"},
	    {"a status is nothing to set", REGISTRY(ALGORITHM(""), LOCK(TERM("SecureBootStatus", "EQU", "'Enabled'"))), "true", "-", "1"},
	};
	static const char bios[] = "{'Attributes':{'TpmSecurity':'Off','IntelTxt':'On','Tpm2Algorithm':'SHA1','Slots':4,'SecureBootStatus':'Enabled'}}";

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		cJSON *out = setup(bios, NULL, rows[i].registry);

		expect(out, rows[i].name, "/settings/algorithm/locked", rows[i].locked);
		expect(out, rows[i].name, "/settings/algorithm/needs", rows[i].needs);
		expect(out, rows[i].name, "/settings/algorithm/starts", rows[i].starts);
		cJSON_Delete(out);
	}
}

#define SMC(value) "{'Attributes':{'PendingOperation_0069':" value "}}"
#define SMC_R \
	REGISTRY("{'AttributeName':'PendingOperation_0069','DisplayName':'Pending Operation','Value':[{'ValueName':'0','ValueDisplayName':'None'}," \
		 "{'ValueName':'1','ValueDisplayName':'TPM Clear'}]}", "")
#define HPE_I(status, does) "{'Attributes':{'Tpm20SoftwareInterfaceStatus':" status ",'Tpm20SoftwareInterfaceOperation':" does "}}"

static void test_settings(void **state)
{
	static const struct {
		const char *name, *bios, *pending, *registry, *at, *wanted;
	} rows[] = {
	    /* what waits */
	    {"not told", "{'Attributes':{'TpmSecurity':'Off'}}", NULL, NULL, "/pending", "-"},
	    {"of no shape", "{'Attributes':{'TpmSecurity':'Off'}}", "{'Attributes':[1]}", NULL, "/pending", "-"},
	    {"Supermicro, nothing waits", SMC("'None'"), "{'Id':'SD'}", NULL, "/pending", "'none'"},
	    {"Supermicro, nothing waits", SMC("'None'"), "{'Id':'SD'}", NULL, "/clear", "false"},
	    {"Dell, nothing waits", "{'Attributes':{'TpmSecurity':'Off'}}", "{'Attributes':{}}", NULL, "/pending", "'none'"},
	    {"a full copy", "{'Attributes':{'A':1,'B':true,'C':null,'D':[1]}}", "{'Attributes':{'D':[2],'C':null,'B':true,'A':1}}", NULL, "/pending", "'none'"},
	    {"another's", "{'Attributes':{'A':1}}", "{'Attributes':{'A':2}}", NULL, "/pending", "'waiting'"},
	    {"a new one", "{'Attributes':{'A':1}}", "{'Attributes':{'B':2}}", NULL, "/pending", "'waiting'"},
	    {"a long one", "{'Attributes':{'A':'0123456789012345678901234567890123456789012345678901234567890123456789'}}",
	     "{'Attributes':{'A':'0123456789012345678901234567890123456789012345678901234567890123456788'}}", NULL, "/pending", "'waiting'"},
	    {"ours", "{'Attributes':{'Tpm2Algorithm':'SHA1'}}", "{'Attributes':{'Tpm2Algorithm':'SHA256'}}", NULL, "/settings/algorithm",
	     "{'attribute':'Tpm2Algorithm','value':'SHA1','word':'sha1','next':'SHA256','next_word':'sha256'}"},
	    {"the same", "{'Attributes':{'Tpm2Algorithm':'SHA1'}}", "{'Attributes':{'Tpm2Algorithm':'SHA1'}}", NULL, "/settings/algorithm/next", "-"},
	    /* a clear, by each maker's name */
	    {"Dell", "{'Attributes':{'Tpm2Hierarchy':'Enabled'}}", "{'Attributes':{'Tpm2Hierarchy':'Clear'}}", NULL, "/clear", "true"},
	    {"HPE", "{'Attributes':{'Tpm2Operation':'NoAction'}}", "{'Attributes':{'Tpm2Operation':'Clear'}}", NULL, "/clear", "true"},
	    {"HPE, both TPMs", "{'Attributes':{'Tpm2Operation':'NoAction','TpmOperation':'NoAction'}}", "{'Attributes':{'TpmOperation':'Clear'}}", NULL,
	     "/settings/operation/next_word", "'clear'"},
	    {"Lenovo, now", "{'Attributes':{'TrustedComputingGroup_DeviceOperation':'Clear'}}", NULL, NULL, "/clear", "true"},
	    {"Supermicro", SMC("'None'"), SMC("'TPM Clear'"), NULL, "/clear", "true"},
	    {"Supermicro, by its registry's value", SMC("'0'"), SMC("'1'"), SMC_R, "/settings/operation/next_word", "'clear'"},
	    {"Supermicro, by a number", SMC("0"), SMC("1"), SMC_R, "/clear", "true"},
	    {"Supermicro, the same by name and by what is shown", SMC("'None'"), SMC("'0'"), SMC_R, "/settings/operation/next", "-"},
	    {"none where nothing that clears is known", "{'Attributes':{'TpmSecurity':'On'}}", "{'Attributes':{}}", NULL, "/clear", "-"},
	    {"none where what waits is not told", "{'Attributes':{'Tpm2Operation':'NoAction'}}", NULL, NULL, "/clear", "-"},
	    {"none", "{'Attributes':{'Tpm2Operation':'NoAction'}}", "{'Attributes':{'Tpm2Operation':'NoAction'}}", NULL, "/clear", "false"},
	    /* a clear that is written otherwise, or stands where no table looks for it */
	    {"in other letters", "{'Attributes':{'Tpm2Operation':'NoAction'}}", "{'Attributes':{'Tpm2Operation':'CLEAR'}}", NULL, "/clear", "true"},
	    {"as another maker writes it", "{'Attributes':{'Tpm2Operation':'NoAction'}}", "{'Attributes':{'Tpm2Operation':'TpmClear'}}", NULL, "/clear", "true"},
	    {"where only what waits is shown", "{'Attributes':{'TpmSecurity':'On'}}", "{'Attributes':{'TpmCommand':'Clear'}}", NULL, "/clear", "true"},
	    {"beside one that tells none", "{'Attributes':{'Tpm2Hierarchy':'Enabled'}}", "{'Attributes':{'TpmCommand':'Clear'}}", NULL, "/clear", "true"},
	    {"by a name no table has", "{'Attributes':{'TPMPendingOperation':'None'}}", "{'Attributes':{'TPMPendingOperation':'TpmClear'}}", NULL, "/clear",
	     "true"},
	    {"a name that only speaks of clears", "{'Attributes':{'TpmPpiBypassClear':'Enabled','Tpm2Hierarchy':'Enabled'}}", "{'Attributes':{}}", NULL, "/clear",
	     "false"},
	    {"of no known meaning", "{'Attributes':{'Tpm2Operation':'NoAction'}}", "{'Attributes':{'Tpm2Operation':'Wipe'}}", NULL, "/clear", "-"},
	    {"of a type that means nothing", "{'Attributes':{'Tpm2Operation':'NoAction'}}", "{'Attributes':{'Tpm2Operation':[1]}}", NULL, "/clear", "-"},
	    {"a bool", "{'Attributes':{'Tpm2Operation':'NoAction'}}", "{'Attributes':{'Tpm2Operation':true}}", NULL, "/clear", "-"},
	    {"a null waits for nothing", "{'Attributes':{'Tpm2Operation':'NoAction'}}", "{'Attributes':{'Tpm2Operation':null}}", NULL, "/clear", "false"},
	    {"unknown, and as it is now", "{'Attributes':{'Tpm2Operation':'Idle','Tpm2Hierarchy':'Enabled'}}", "{'Attributes':{'Tpm2Operation':'Idle'}}", NULL,
	     "/clear", "false"},
	    {"behind eight of its name",
	     "{'Attributes':{'PendingOperation_1':'None','PendingOperation_2':'None','PendingOperation_3':'None','PendingOperation_4':'None',"
	     "'PendingOperation_5':'None','PendingOperation_6':'None','PendingOperation_7':'None','PendingOperation_8':'None','PendingOperation_9':'None'}}",
	     "{'Attributes':{'PendingOperation_1':'X','PendingOperation_9':'TPM Clear'}}", NULL, "/clear", "true"},
	    {"as its registry shows it", SMC("'None'"), SMC("'1'"), SMC_R, "/clear", "true"},
	    /* a status, and what changes it */
	    {"HPE interface", HPE_I("'Crb'", "'NoAction'"), HPE_I("'Crb'", "'Fifo'"), NULL, "/settings/interface",
	     "{'attribute':'Tpm20SoftwareInterfaceOperation','value':'Crb','word':'crb','next':'Fifo','next_word':'fifo'}"},
	    {"HPE interface, not told", HPE_I("'NoAction'", "'NoAction'"), NULL, NULL, "/settings/interface/word", "-"},
	    {"HPE Gen11", "{'Attributes':{'Tpm20SoftwareInterfaceStatus':'Fifo'}}", NULL, NULL, "/settings/interface/told_only", "true"},
	    {"Lenovo: the setting before the status",
	     "{'Attributes':{'SecureBootConfiguration_SecureBootStatus':'Disabled','SecureBootConfiguration_SecureBootSetting':'Enabled'}}", NULL, NULL,
	     "/settings/secure-boot", "{'attribute':'SecureBootConfiguration_SecureBootSetting','value':'Enabled','word':'on'}"},
	    {"HPE: several banks", "{'Attributes':{'TpmActivePcrs':'Sha1Sha256'}}", NULL, NULL, "/settings/algorithm",
	     "{'attribute':'TpmActivePcrs','value':'Sha1Sha256','word':'several'}"},
	    {"HPE: enabled", "{'Attributes':{'TPM2StorageDisable':'Enabled'}}", NULL, NULL, "/settings/storage-hierarchy/word", "'on'"},
	    {"Supermicro: a bool", "{'Attributes':{'SecureBootEnable_0122':true}}", NULL, NULL, "/settings/secure-boot/word", "'on'"},
	    /* one name, several numbers */
	    {"they agree", "{'Attributes':{'TXTSupport_0062':'Enabled','TXTSupport_0072':'Enabled'}}", NULL, NULL, "/settings/txt/word", "'on'"},
	    {"they do not", "{'Attributes':{'TXTSupport_0062':'Enabled','TXTSupport_0072':'Disabled'}}", NULL, NULL, "/settings/txt/word", "-"},
	    {"one is hidden", "{'Attributes':{'TXTSupport_0062':'Enabled','TXTSupport_0072':'Disabled'}}", NULL,
	     REGISTRY("{'AttributeName':'TXTSupport_0062','Hidden':true},{'AttributeName':'TXTSupport_0072'}", ""), "/settings/txt/value", "'Disabled'"},
	    /* values and words */
	    {"no value", "{'Attributes':{'TpmSecurity':null}}", NULL, NULL, "/settings/tpm", "{'attribute':'TpmSecurity'}"},
	    {"a value of another kind", "{'Attributes':{'TpmSecurity':['On']}}", NULL, NULL, "/settings/tpm/word", "-"},
	    {"a word no table knows", "{'Attributes':{'TpmSecurity':'Perhaps'}}", NULL, NULL, "/settings/tpm", "{'attribute':'TpmSecurity','value':'Perhaps'}"},
	    {"attributes of no shape", "{'Attributes':7}", NULL, NULL, "/settings", "{}"},
	    {"none", "{}", NULL, NULL, "/settings", "{}"},
	    {"hashes of passwords stay where they are", "{'Attributes':{'SHA256SystemPassword':'00FF','SetupPassword':'x'}}", NULL, NULL, "/settings", "{}"},
	    /* the screen */
	    {"its place", "{'Attributes':{'TpmSecurity':'On'}}", NULL, REGISTRY(TPM, ""), "/settings/tpm/place", "'Page A'"},
	    {"its values", "{'Attributes':{'TpmSecurity':'On'}}", NULL, REGISTRY(TPM, ""), "/settings/tpm/options", "{'off':'Off','on':'On'}"},
	    {"names nobody sees", "{'Attributes':{'TpmSecurity':'On'}}", NULL, REGISTRY("{'AttributeName':'TpmSecurity','MenuPath':'./Q/R'}", ""),
	     "/settings/tpm/place", "-"},
	    {"one of them seen", "{'Attributes':{'TpmSecurity':'On'}}", NULL, REGISTRY("{'AttributeName':'TpmSecurity','MenuPath':'./A/R/'}", ""),
	     "/settings/tpm/place", "'Page A > R'"},
	    {"forced", "{'Attributes':{'IntelTxt':'On','Tpm2Algorithm':'SHA256'}}", NULL,
	     ALG(RULE("Tpm2Algorithm", "CurrentValue", "'SHA256'", TERM("IntelTxt", "EQU", "'On'"))), "/settings/algorithm/forced", "'SHA256'"},
	    {"not forced", "{'Attributes':{'IntelTxt':'Off','Tpm2Algorithm':'SHA256'}}", NULL,
	     ALG(RULE("Tpm2Algorithm", "CurrentValue", "'SHA256'", TERM("IntelTxt", "EQU", "'On'"))), "/settings/algorithm/forced", "-"},
	    {"no registry", "{'Attributes':{'TpmSecurity':'On'}}", NULL, NULL, "/no_registry", "'none'"},
	    {"a registry of messages", "{'Attributes':{'TpmSecurity':'On'}}", NULL, "{'Id':'M','Messages':{}}", "/registry", "-"},
	    {"its name", "{'Attributes':{}}", NULL, REGISTRY("", ""), "/registry", "{'id':'R'}"},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		cJSON *out = setup(rows[i].bios, rows[i].pending, rows[i].registry);

		expect(out, rows[i].name, rows[i].at, rows[i].wanted);
		cJSON_Delete(out);
	}
}

/* Registries of wrong types at every place say nothing, and harm nothing. */
static void test_wrong_types(void **state)
{
	static const char *const rows[] = {
	    "[]", "7", "{'RegistryEntries':[]}", "{'RegistryEntries':{'Attributes':{}}}", "{'RegistryEntries':{'Attributes':[]}}",
	    "{'RegistryEntries':{'Attributes':[1,null,[],{'AttributeName':7},{'AttributeName':''}],'Menus':7,'Dependencies':{}}}",
	    ("{'Id':[],'RegistryEntries':{'Attributes':[{'AttributeName':'TpmSecurity','DisplayName':[],'MenuPath':7,'Value':{},'ReadOnly':'x'}],'Menus':[[],7,"
	    "{'MenuPath':[]},{'MenuPath':'/','DisplayName':7}],'Dependencies':[7,{'Type':'Map','DependencyFor':'TpmSecurity'},{'Dependency':"
	    "{'MapFrom':{},'MapToAttribute':'TpmSecurity'}},{'Dependency':{'MapFrom':[7,[],{}],'MapToAttribute':'TpmSecurity','MapToProperty':'ReadOnly'}}]}}"),
	    ("{'RegistryEntries':{'Attributes':[{'AttributeName':'TpmSecurity','MenuPath':'.//././A/../A//','Value':[7,[],{'ValueName':7},{'ValueDisplayName':'x'}]}],"
	    "'Menus':[{'MenuPath':'.','DisplayName':'Top'},{'MenuPath':'./','DisplayName':'Top'}]}}"),
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		cJSON *out = setup("{'Attributes':{'TpmSecurity':'Off'}}", NULL, rows[i]);

		expect(out, rows[i], "/settings/tpm/word", "'off'");
		expect(out, rows[i], "/settings/tpm/needs", "-");
		cJSON_Delete(out);
	}
}

/* Too much of everything: what is kept has a size, and texts are cut between characters. */
static void test_much(void **state)
{
	cJSON *bios = cJSON_Parse("{\"Attributes\":{\"TXTSupport_1\":\"Enabled\"}}"), *registry = cJSON_CreateObject(),
	      *entries = cJSON_AddObjectToObject(registry, "RegistryEntries"), *list = cJSON_AddArrayToObject(entries, "Attributes"),
	      *menus = cJSON_AddArrayToObject(entries, "Menus"), *kept = NULL, *out;
	char name[64], *help = calloc(1, 100001);

	(void)state;
	assert_non_null(help);
	for (int i = 0; i < 50000; i++) /* two bytes each */
		memcpy(help + (size_t)i * 2, "\xc3\xa4", 2);
	for (int i = 0; i < 20000; i++) {
		cJSON *one = cJSON_CreateObject(), *menu = cJSON_CreateObject();

		snprintf(name, sizeof(name), "TXTSupport_%X", i);
		cJSON_AddStringToObject(one, "AttributeName", name);
		cJSON_AddStringToObject(one, "MenuPath", "./A/B/C/D/E/F/G/H/I/J/K");
		cJSON_AddItemToObject(one, "HelpText", cJSON_CreateStringReference(help));
		cJSON_AddItemToObject(one, "DisplayName", cJSON_CreateStringReference(help));
		cJSON_AddItemToArray(list, one);
		cJSON_AddStringToObject(menu, "MenuPath", "./A");
		cJSON_AddItemToObject(menu, "DisplayName", cJSON_CreateStringReference(help));
		cJSON_AddItemToArray(menus, menu);
	}
	assert_int_equal(ra_rf_registry_keep(registry, &kept), RA_OK);
	assert_true(cJSON_GetArraySize(ra_json_pointer(kept, "/RegistryEntries/Attributes")) <= 256);
	assert_true(cJSON_GetArraySize(ra_json_pointer(kept, "/RegistryEntries/Menus")) <= 128);
	assert_int_equal(ra_rf_setup(bios, NULL, kept, NULL, &out), RA_OK);
	const char *text = ra_json_str(ra_json_pointer(out, "/settings/txt"), "help", "");

	assert_int_equal(strlen(text), RA_RF_HELP_MAX);
	assert_int_equal((unsigned char)text[RA_RF_HELP_MAX - 1], 0xa4);
	assert_true(strlen(ra_json_str(ra_json_pointer(out, "/settings/txt"), "place", "")) < RA_RF_PLACE_MAX);
	cJSON_Delete(out);
	cJSON_Delete(kept);
	cJSON_Delete(registry);
	cJSON_Delete(bios);
	free(help);
}

/* Ids lead into the wrong. */
static void test_which_registry(void **state)
{
	static const struct {
		const char *uri, *id;
		int fits;
	} rows[] = {
	    {"/redfish/v1/Registries/BiosAttributeRegistry.v1_0_3", "BiosAttributeRegistry.v1_0_3", RA_RF_FITS},
	    {"/redfish/v1/Registries/BiosAttributeRegistry.v1_0_0", "BiosAttributeRegistry.v1_0_3", 2},
	    {"/redfish/v1/Registries/BiosAttributeRegistry", "BiosAttributeRegistry.v1_0_0", 2},
	    {"/redfish/v1/registries/biosattributeregistrya42.v1_2_60/", "BiosAttributeRegistryA42.v1_2_60", RA_RF_FITS},
	    {"/redfish/v1/Registries/BiosAttributeRegistry.1.0.0.json", "BiosAttributeRegistry.1.0.0", RA_RF_FITS},
	    {"/redfish/v1/Registries/BiosAttributeRegistryU30.v1_0_0", "BiosAttributeRegistryA42.v1_2_60", 0},
	    {"/redfish/v1/Registries/BiosAttributeRegistry.v1_0_0", "BiosAttributeRegistryA42.v1_2_60", 1},
	    {"/redfish/v1/Registries/BiosAttributeRegistryP89.v1_0_0", "", 1},
	    {"/redfish/v1/Registries/BiosAttributeRegistry", "", RA_RF_FITS},
	    {"/redfish/v1/Registries/NetworkAttributeRegistry.v1_0_0", "BiosAttributeRegistry.v1_0_3", 0},
	    {"/redfish/v1/Registries/Base.1.12.0", "", 0},
	    {"/", "BiosAttributeRegistry", 0},
	    {"", "", 0},
	};
	static const struct {
		const char *file, *place;
	} places[] = {
	    {"{'Location':[{'Language':'ja','Uri':'/ja'},{'Language':'en','Uri':'/en'},{'Language':'zh','Uri':'/zh'}]}", "/en"},
	    {"{'Location':[{'Language':'ja','Uri':'/ja'},{'Language':'en-US','Uri':'/us'}]}", "/us"},
	    {"{'Location':[{'Language':'ja','Uri':'/ja'}]}", "/ja"},
	    {"{'Location':[{'Language':'en','Uri':'https://203.0.113.9/en'},{'Language':'ja','Uri':'/ja'}]}", "/ja"},
	    {"{'Location':[{'Language':'en','Uri':'https://bmc.example/en'}]}", "/en"},
	    {"{'Location':[{'Language':'en','Uri':{'extref':'/old'}}]}", "/old"},
	    {"{'Location':{'Uri':'/one'}}", "/one"},
	    {"{'Location':[{'Language':'en'},7,{'Uri':7}]}", ""},
	    {"{'Location':[{'Uri':'//203.0.113.9/x'},{'Uri':'/redfish/../etc'}]}", ""},
	    {"{'Location':7}", ""},
	    {"{}", ""},
	};
	char out[RA_RF_URI_MAX];

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++)
		if (ra_rf_registry_fits(rows[i].uri, rows[i].id) != rows[i].fits)
			fail_msg("%s, %s: %d", rows[i].uri, rows[i].id, ra_rf_registry_fits(rows[i].uri, rows[i].id));
	for (size_t i = 0; i < RA_LEN(places); i++) {
		struct ra_json *json = parse(places[i].file);
		bool is = ra_rf_registry_location(ra_json_root(json), "bmc.example", 443, out);

		if (is != (places[i].place[0] != '\0') || (is && strcmp(out, places[i].place) != 0))
			fail_msg("%s: %s", places[i].file, out);
		ra_json_free(json);
	}
}

/* Bodies captured from machines, where they are at hand: every topic they have is read, and nothing waits. */
static void test_captured(void **state)
{
	static const struct {
		const char *dir, *pending;
		int topics;
	} rows[] = {{"dell-r750-idrac9-a", "BiosSettings", 7}, {"hpe-dl380agen11-ilo6-emulator", "BiosSettings", 8}, {"hpe-dl385gen10plusv2-ilo5", "BiosSettings", 8},
		    {"lenovo-sr670v2-xcc", "BiosPending", 5}};
	const char *src = getenv("RA_SRCDIR");
	static const struct ra_json_limits limits = {.len_max = (size_t)8 << 20};
	char path[512];
	int read = 0;

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_json *both[2] = {NULL, NULL};
		const char *names[] = {"Bios", rows[i].pending};

		for (int k = 0; k < 2; k++) {
			RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = (size_t)8 << 20};

			snprintf(path, sizeof(path), "%s/../shared/samples/redfish/%s/%s.json", src ? src : ".", rows[i].dir, names[k]);
			if (ra_read_file(path, &bytes, NULL) == RA_OK)
				assert_int_equal(ra_json_parse(path, ra_buf_str(&bytes), bytes.len, &limits, &both[k], NULL), RA_OK);
		}
		if (both[0] && both[1]) {
			cJSON *out = setup_of(ra_json_root(both[0]), ra_json_root(both[1]), NULL);

			expect(out, rows[i].dir, "/pending", "'none'");
			assert_int_equal(cJSON_GetArraySize(ra_json_get(out, "settings")), rows[i].topics);
			cJSON_Delete(out);
			read++;
		}
		ra_json_free(both[0]);
		ra_json_free(both[1]);
	}
	if (!read) {
		print_message("no captured bodies beside the tree (../shared); none is read\n");
		skip();
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rules), cmocka_unit_test(test_settings),	 cmocka_unit_test(test_wrong_types),
	    cmocka_unit_test(test_much),  cmocka_unit_test(test_which_registry), cmocka_unit_test(test_captured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
