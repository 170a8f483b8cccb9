/* setting.h - the rows of settings beside a step's directions: which fact tells of a setting, and which change a row is.
 * Invariants: pure; the names of settings are those of the facts setup.*, and no list of them is kept here. Room flow/. */
#ifndef RA_FLOW_SETTING_H
#define RA_FLOW_SETTING_H

#include "check/fact.h"

/* By whose management controller the facts setup.* were told: its serial number, what some makers call it instead, and the host's. */
#define RA_FACT_BMC_SERIAL "bmc.serial"
#define RA_FACT_BMC_SKU "bmc.sku"
#define RA_FACT_HOST_SERIAL "host.serial"

/* The fact that tells a part ("value", "label", ..) of a setting: "sha256-bank" gives setup.sha256_bank.value.
 * Out: false where the two make no name of a fact. */
bool ra_setting_fact(const char *setting, const char *part, char out[RA_FACT_NAME_MAX]);
/* What a row wants set: its first word. Out: NULL for a row that is only looked at. */
const char *ra_setting_to(const cJSON *row);
/* Is this word one of those that are wanted ("to", or "is")? */
bool ra_setting_wants(const cJSON *row, const char *word);
/* The class of danger.json that a setting changed to a word belongs to. Out: NULL where none is known. */
const char *ra_setting_class(const char *setting, const char *word);

#endif
