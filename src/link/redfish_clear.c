/* redfish_clear.c - does a clear of the TPM wait in the firmware's settings? Pure.
 *
 * Names and values of makers are known from a table, and makers rename: what is written otherwise there must not pass for nothing. So a value
 * is taken by its letters, an attribute that only sounds like the TPM's is looked at too, and what waits in an attribute that could clear, and
 * is of no known meaning, may be a clear. Source: attribute names and values as in redfish_names.c; IMC: vpTPMPendingOperation, TpmClear. */
#include "config.h"

#include "link/link.h"
#include "link/redfish_setup.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Attributes whose names we do not know, of the TPM as they sound. */
static const char *const sounds[] = {"tpm", "trustedcomput", "trustedplatform", "pendingoperation", "deviceoperation", "securitydevice"};

static bool sounds_of_tpm(const char *attribute)
{
	for (; *attribute; attribute++)
		for (size_t i = 0; i < RA_LEN(sounds); i++)
			if (strncasecmp(attribute, sounds[i], strlen(sounds[i])) == 0)
				return true;
	return false;
}

/* Such as can clear, of those that are known. */
static bool can_clear(const struct ra_rf_name *name)
{
	return name && (name->topic == RA_RF_OPERATION || name->topic == RA_RF_HIERARCHY);
}

static bool is_clear(const cJSON *kept, const cJSON *attribute)
{
	const struct ra_rf_name *name = ra_rf_name_of(attribute->string);
	char text[RA_RF_VALUE_MAX];
	const char *word, *shown;

	if (!ra_rf_value_text(attribute, text) || !*text || (!can_clear(name) && (name || !sounds_of_tpm(attribute->string))))
		return false;
	shown = ra_rf_shown(ra_rf_registry_entry(kept, attribute->string), text);
	word = can_clear(name) ? ra_rf_word_of(name, text) : NULL;
	return (word && strcmp(word, "clear") == 0) || (!word && (ra_bmc_means("operation", text, "clear") || ra_bmc_means("operation", shown, "clear")));
}

/* What waits here is of no known meaning. */
static bool may_clear(const cJSON *kept, const cJSON *now, const cJSON *next)
{
	const struct ra_rf_name *name = ra_rf_name_of(next->string);
	const cJSON *entry = ra_rf_registry_entry(kept, next->string);
	char text[RA_RF_VALUE_MAX], own[RA_RF_VALUE_MAX];

	if (!can_clear(name) || cJSON_IsNull(next))
		return false;
	if (!ra_rf_value_text(next, text))
		return true;
	return !ra_rf_word_of(name, text) && !ra_rf_word_of(name, ra_rf_shown(entry, text)) &&
	       !(ra_rf_value_text(now, own) && ra_rf_same_value(entry, text, own));
}

enum ra_rf_clear ra_rf_clear_of(const struct ra_rf_index *now, const struct ra_rf_index *next, const cJSON *kept, const char **attribute)
{
	enum ra_rf_clear is = RA_RF_CLEAR_NONE;

	*attribute = "";
	for (size_t i = 0; i < now->count; i++) {
		const cJSON *waits = ra_rf_index_find(next, now->at[i]->string);

		if ((waits && !cJSON_IsNull(waits)) || !is_clear(kept, now->at[i]))
			continue;
		*attribute = now->at[i]->string;
		is = RA_RF_CLEAR_NOW;
	}
	for (size_t i = 0; i < next->count; i++) {
		const char *name = next->at[i]->string;

		if (is_clear(kept, next->at[i])) {
			*attribute = name;
			return RA_RF_CLEAR_WAITS;
		}
		if (may_clear(kept, ra_rf_index_find(now, name), next->at[i])) {
			*attribute = is == RA_RF_CLEAR_NOW ? *attribute : name;
			is = is == RA_RF_CLEAR_NOW ? is : RA_RF_CLEAR_MAY;
		}
	}
	return is;
}
