/* redfish_book.h - how the bodies behind {"redfish":"setup"} are read, one after the other. Private to link/.
 * Invariants: a registry is read once for a machine's BIOS version and the settings we know, and kept cut to size; what is missing but Bios
 * is left out of the answer; the reads of one answer are bounded, whatever links lead to. */
#ifndef RA_LINK_REDFISH_BOOK_H
#define RA_LINK_REDFISH_BOOK_H

#include "link/redfish.h"

#define RA_RF_PAGES_MAX 16 /* of the collection of registries */

/* How well a member of the collection of registries fits the name that Bios gives; 0: not at all, RA_RF_FITS: it is that very one. Ids lead into
 * the wrong: the name may have a version, another one, or none, and its case may differ. Shape: uri ends in the member's id; id may be "". */
#define RA_RF_FITS 3
int ra_rf_registry_fits(const char *uri, const char *id);
/* Where the body of a registry is, of a registry file: its English one, or its first. Out: false when none of its places is on this server. */
bool ra_rf_registry_location(const cJSON *file, const char *host, int port, char out[RA_RF_URI_MAX]);

struct ra_rf_book;
/* Begin to read; rf->aim is what is read first. Out: false without memory. */
bool ra_rf_book_begin(struct ra_rf *rf);
/* Is what rf->aim names read for this? */
bool ra_rf_book_reads(const struct ra_rf *rf);
enum ra_rf_book_then {
	RA_RF_BOOK_MORE, /* rf->aim is what is read next */
	RA_RF_BOOK_DONE, /* the answer stands in *out */
	RA_RF_BOOK_NONE, /* what is missing cannot be left out */
	RA_RF_BOOK_CUT	 /* no memory */
};
/* A resource came, or is missing (json NULL, and why: `say`, a sentence; for_now: it may be there another time).
 * Owner: json is taken over; *out the caller's. */
enum ra_rf_book_then ra_rf_book_take(struct ra_rf *rf, struct ra_json *json, const char *say, bool for_now, char **out);
/* Nobody waits for it any more. What is known of the registry stays. */
void ra_rf_book_stop(struct ra_rf *rf);
struct ra_rf_book *ra_rf_book_free(struct ra_rf_book *book);

#endif
