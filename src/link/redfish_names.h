/* redfish_names.h - which attributes of a maker's firmware are the settings we know, and what their values mean.
 * Private to link/.
 *
 * One const table: a maker's attribute and its values on one side, our topic and words on the other. Reading and
 * writing both go by it. Invariants: an attribute that is not in the table is never read out, shown or set; a value
 * without a word means nothing to us. Pure. */
#ifndef RA_LINK_REDFISH_NAMES_H
#define RA_LINK_REDFISH_NAMES_H

#include "base/json.h"

enum ra_rf_topic {
	RA_RF_TPM,
	RA_RF_ALGORITHM,
	RA_RF_SHA1_BANK,
	RA_RF_SHA256_BANK,
	RA_RF_HIERARCHY,
	RA_RF_STORAGE_HIERARCHY,
	RA_RF_ENDORSEMENT_HIERARCHY,
	RA_RF_INTERFACE,
	RA_RF_OPERATION, /* a clear and the like: shown, never set */
	RA_RF_SECURE_BOOT,
	RA_RF_BOOT_MODE,
	RA_RF_PHYSICAL_PRESENCE,
	RA_RF_TXT,
	RA_RF_TOPIC_COUNT
};
/* The name of a topic in requests and answers: "sha256-bank"; and back: RA_RF_TOPIC_COUNT for none. */
const char *ra_rf_topic_name(enum ra_rf_topic topic);
enum ra_rf_topic ra_rf_topic_of(const char *name);

/* What an attribute is to its topic. */
enum ra_rf_role {
	RA_RF_SETS,  /* it holds the value, and is where it is set */
	RA_RF_TELLS, /* it only tells the value: set elsewhere, or not at all */
	RA_RF_DOES   /* something to be done at the next start; between starts it says "nothing to do" */
};
#define RA_RF_WORDS_MAX 8
#define RA_RF_VALUE_MAX 64
/* A value as the firmware writes it, and our word for it. spelling: values of one number belong together ("Enable" with
 * "Disable"). */
struct ra_rf_word {
	const char *value, *word;
	int spelling;
};
struct ra_rf_name {
	enum ra_rf_topic topic;
	const char *attribute;
	bool suffixed; /* "_" and hex digits may follow, which differ by board */
	enum ra_rf_role role;
	const struct ra_rf_word *words; /* ends with {NULL} */
};
/* The rows of a topic, in order of preference. Out: NULL behind the last. */
const struct ra_rf_name *ra_rf_name_at(enum ra_rf_topic topic, size_t i);
/* Is this attribute of a machine the one of the row? */
bool ra_rf_name_fits(const struct ra_rf_name *name, const char *attribute);
/* The row of an attribute of a machine; NULL. */
const struct ra_rf_name *ra_rf_name_of(const char *attribute);
/* A value as text: a text, a whole number, a bool. Out: false for anything else, and what is longer. */
bool ra_rf_value_text(const cJSON *value, char out[RA_RF_VALUE_MAX]);
/* What a value means; NULL where no table knows it. Shape: name may be NULL. */
const char *ra_rf_word_of(const struct ra_rf_name *name, const char *value);
/* The value of a word, spelled as the attribute's present value is ("Enable" where it says "Disable"); NULL when it
 * cannot be told. For what was a bool, "true" or "false". Shape: current is one of the row's values. */
const char *ra_rf_value_like(const struct ra_rf_name *name, const char *current, const char *word);

#endif
