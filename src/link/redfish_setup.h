/* redfish_setup.h - the firmware settings of a machine in its own words, from three bodies: Bios, its settings object, its attribute
 * registry. Private to link/.
 *
 * redfish_registry.c: what of a registry concerns the settings we know, cut to size; redfish_depend.c: what the dependencies in it do to a
 * setting now; redfish_setup.c: the answer; redfish_book.c: how a registry is found and read, once.
 * Invariants: no attribute outside the table of redfish_names.h is told, but for the label of one that another waits for; a body may hold
 * anything: what is not of the shape expected is as if it were absent; texts are the machine's, cut, and cleaned where they are shown. All but
 * redfish_book.c is pure. Source: DMTF DSP8010 (AttributeRegistry v1_3, Bios v1_2), DSP0266 (Settings). */
#ifndef RA_LINK_REDFISH_SETUP_H
#define RA_LINK_REDFISH_SETUP_H

#include "link/redfish_names.h"

#define RA_RF_LABEL_MAX 200   /* bytes of a name that is shown */
#define RA_RF_HELP_MAX 1000   /* of a help or warning text */
#define RA_RF_PLACE_MAX 400   /* of a way through menus */
#define RA_RF_CHOICES_MAX 32  /* values of one attribute */
#define RA_RF_NEEDS_MAX 8

/* The part of a registry that matters here, as a registry of the same shape: the attributes of the table, those their dependencies look at, those
 * dependencies, and the menus on the way. Shape: registry may be anything. Out: *out NULL when it is no registry of attributes. Owner: the caller.
 * Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_rf_registry_keep(const cJSON *registry, cJSON **out);
/* The entry of an attribute in what was kept; NULL. */
const cJSON *ra_rf_registry_entry(const cJSON *kept, const char *attribute);
/* How the screen shows a value of it: the text itself where nothing else is told. Shape: entry may be NULL. */
const char *ra_rf_shown(const cJSON *entry, const char *value);
/* Are two texts the same value of it, each as the registry names it or as the screen shows it? */
bool ra_rf_same_value(const cJSON *entry, const char *a, const char *b);
/* The way to it through the menus, as the screen names them; "" when not told. */
void ra_rf_place(const cJSON *kept, const cJSON *entry, char out[RA_RF_PLACE_MAX]);
/* Append as much of a text as fits, cut between characters. */
void ra_rf_put(char *out, size_t cap, const char *text);

/* Attributes by name, to find them fast. Owner: ra_rf_index_clear. */
struct ra_rf_index {
	const cJSON **at;
	size_t count;
};
/* Shape: attributes may be anything. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_rf_index_of(const cJSON *attributes, struct ra_rf_index *out);
const cJSON *ra_rf_index_find(const struct ra_rf_index *index, const char *name);
void ra_rf_index_clear(struct ra_rf_index *index);

/* Does a clear of the TPM wait? (redfish_clear.c) MAY: something of no known meaning waits where a clear would; NOW: it stands among the
 * settings as they are, and nothing else waits in its place. */
enum ra_rf_clear { RA_RF_CLEAR_NONE, RA_RF_CLEAR_MAY, RA_RF_CLEAR_NOW, RA_RF_CLEAR_WAITS };
/* Shape: kept may be NULL. Out: *attribute where it stands; "". */
enum ra_rf_clear ra_rf_clear_of(const struct ra_rf_index *now, const struct ra_rf_index *next, const cJSON *kept, const char **attribute);

/* What holds for an attribute now. */
struct ra_rf_hold {
	bool locked, hidden;
	bool unsure; /* whether it is locked hangs on what is not told */
	char forced[RA_RF_VALUE_MAX]; /* the value it cannot but have; "" */
	char needs[RA_RF_NEEDS_MAX][RA_RF_LABEL_MAX]; /* what must be set first for it to be free: "TPM Security: On" */
	int need_count;
};
/* Shape: kept as of ra_rf_registry_keep; now: the attributes as they are. */
void ra_rf_hold_of(const cJSON *kept, const struct ra_rf_index *now, const char *attribute, struct ra_rf_hold *out);

/* The answer to {"redfish":"setup"}. Shape: bios a resource; pending and kept may be NULL: what they would have told is absent then, and
 * missing (NULL, or a sentence) says why there is no registry.
 * Out: {"registry":{"id"}, "no_registry", "pending":"none|waiting", "settings":{TOPIC:{"attribute","value","word","next","next_word","label","place",
 * "values","options":{WORD:value as shown},"help","warning","locked","hidden","forced","told_only","needs","starts"}}, "clear":does the next start
 * empty the TPM, by any of them}, each member only where it is known; *out NULL without memory. Owner: the caller. */
RA_MUST_USE ra_err ra_rf_setup(const cJSON *bios, const cJSON *pending, const cJSON *kept, const char *missing, cJSON **out);

#endif
