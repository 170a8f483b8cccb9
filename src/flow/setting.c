/* setting.c - rows of settings: facts and classes by table.
 */
#include "config.h"

#include "flow/setting.h"

#include <stdio.h>
#include <string.h>

bool ra_setting_fact(const char *setting, const char *part, char out[RA_FACT_NAME_MAX])
{
	int len = snprintf(out, RA_FACT_NAME_MAX, "setup.%s.%s", setting, part);

	for (char *at = out; *at; at++)
		*at = *at == '-' ? '_' : *at;
	return len > 0 && len < RA_FACT_NAME_MAX && ra_fact_name_ok(out);
}

const char *ra_setting_to(const cJSON *row)
{
	const cJSON *to = ra_json_get(row, "to"), *first = cJSON_IsArray(to) ? to->child : to;

	return cJSON_IsString(first) ? first->valuestring : NULL;
}

bool ra_setting_wants(const cJSON *row, const char *word)
{
	const cJSON *to = ra_json_get(row, "to"), *one = cJSON_IsArray(to) ? to->child : to ? to : ra_json_get(row, "is");

	for (; one; one = one->next) {
		if (cJSON_IsString(one) && strcmp(one->valuestring, word) == 0)
			return true;
		if (!cJSON_IsArray(to))
			break;
	}
	return false;
}

const char *ra_setting_class(const char *setting, const char *word)
{
	/* In order: what empties the TPM is that, by whatever setting it is done. word NULL: any. */
	static const struct {
		const char *setting, *word, *class;
	} rows[] = {
	    {"hierarchy", "clear", "tpm_clear"},
	    {"operation", "clear", "tpm_clear"},
	    {"tpm", "on", "tpm_enable"},
	    {"tpm", "off", "tpm_disable"},
	    {"algorithm", NULL, "pcr_bank"},
	    {"sha1-bank", NULL, "pcr_bank"},
	    {"sha256-bank", NULL, "pcr_bank"},
	    {"hierarchy", NULL, "hierarchy"},
	    {"storage-hierarchy", NULL, "hierarchy"},
	    {"endorsement-hierarchy", NULL, "hierarchy"},
	    {"interface", NULL, "tpm_interface"},
	    {"secure-boot", "on", "secure_boot_on"},
	    {"secure-boot", "off", "secure_boot_off"},
	    {"boot-mode", NULL, "boot_mode"},
	    {"physical-presence", NULL, "physical_presence"},
	    {"txt", NULL, "txt"},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		if (strcmp(rows[i].setting, setting) == 0 && (!rows[i].word || strcmp(rows[i].word, word) == 0))
			return rows[i].class;
	}
	return NULL;
}
