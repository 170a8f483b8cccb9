/* fuzz_setup.c - any bytes as Bios, what waits, and an attribute registry, in one document. Whatever they hold, the answer can be written, names
 * no attribute outside the table, knows no topic but ours, and keeps its sizes; what is kept of a registry is kept again as it is. */
#include "config.h"

#include "link/redfish_book.h"
#include "link/redfish_setup.h"

#include <stdlib.h>
#include <string.h>

#define LEN_MAX (1 << 17)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void is_short(const cJSON *setting, const char *key, size_t max)
{
	if (strlen(ra_json_str(setting, key, "")) > max)
		abort();
}

static void is_setting(const cJSON *setting)
{
	if (ra_rf_topic_of(setting->string) == RA_RF_TOPIC_COUNT || !ra_rf_name_of(ra_json_str(setting, "attribute", "")))
		abort();
	is_short(setting, "value", RA_RF_VALUE_MAX);
	is_short(setting, "next", RA_RF_VALUE_MAX);
	is_short(setting, "label", RA_RF_LABEL_MAX);
	is_short(setting, "place", RA_RF_PLACE_MAX);
	is_short(setting, "help", RA_RF_HELP_MAX);
	is_short(setting, "warning", RA_RF_HELP_MAX);
	if (cJSON_GetArraySize(ra_json_get(setting, "needs")) > RA_RF_NEEDS_MAX ||
	    cJSON_GetArraySize(ra_json_get(setting, "values")) > RA_RF_CHOICES_MAX)
		abort();
	if (ra_json_get(setting, "needs") && !cJSON_IsTrue(ra_json_get(setting, "locked")))
		abort();
}

static void is_kept_again(const cJSON *kept)
{
	cJSON *again = NULL;

	if (ra_rf_registry_keep(kept, &again))
		return;
	if (!again || !cJSON_Compare(kept, again, true))
		abort();
	cJSON_Delete(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	RA_AUTO(ra_json_free) struct ra_json *json = NULL;
	RA_AUTO(ra_cjson_free) cJSON *kept = NULL, *out = NULL;
	const cJSON *root, *setting;
	char place[RA_RF_URI_MAX];
	char *text;

	if (len > LEN_MAX || ra_json_parse("body", (const char *)bytes, len, NULL, &json, NULL))
		return 0;
	root = ra_json_root(json);
	if (ra_rf_registry_location(ra_json_get(root, "registry"), "bmc.example", 443, place) && (place[0] != '/' || place[1] == '/'))
		abort();
	(void)ra_rf_registry_fits(ra_json_str(root, "uri", "/x"), ra_json_str(root, "id", ""));
	if (ra_rf_registry_keep(ra_json_get(root, "registry"), &kept))
		return 0;
	if (kept)
		is_kept_again(kept);
	if (ra_rf_setup(ra_json_get(root, "bios"), ra_json_get(root, "pending"), kept, "none", &out))
		return 0;
	cJSON_ArrayForEach (setting, ra_json_get(out, "settings"))
		is_setting(setting);
	text = ra_json_print(out);
	if (!text)
		abort();
	free(text);
	return 0;
}
