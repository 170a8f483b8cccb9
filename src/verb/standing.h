/* standing.h - how a kept session stands, read off its record without folding it: for lists of many. */
#ifndef RA_VERB_STANDING_H
#define RA_VERB_STANDING_H

#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ra_flowset;
struct ra_context;

#define RA_HALF_MAX 6 /* things that are half done and told of */

enum ra_kept_state {
	RA_KEPT_OPEN,       /* open in another process; what else is told may be a moment old */
	RA_KEPT_UNREADABLE,
	RA_KEPT_BROKEN,     /* ra_journal_glance found an entry that was changed */
	RA_KEPT_BROKE_OFF,  /* no end: its process died */
	RA_KEPT_STOPPED,
	RA_KEPT_ENDED
};
/* One session. Texts are as the record has them: clean them before they are shown. */
struct ra_standing {
	enum ra_kept_state state;
	char host[256];     /* "" where it is withheld */
	char outcome[32];   /* of the end entry, "" */
	char step[64];      /* the id of the step the walk is at, "" before the first */
	char title[160];    /* its title, or the id again where the flow set here has no such step */
	ra_utc_ms last;     /* when it was last written to; of a simulated host, by the file's own time */
	int64_t len, entries;
	bool redacted, sealed;
	bool no_flows;      /* the flow set it ran on is not here, so nothing goes on with it */
	bool resumable;     /* `reattest resume` goes on with it */
	bool owes;          /* something was changed for the walk alone and is not taken back, or nobody knows what became of a change */
	size_t half_count;  /* what is half done, a short sentence each */
	char half[RA_HALF_MAX][200];
};
/* Read one. Shape: flows may be NULL (no titles then, and nothing is known of what is half done but what the record itself says).
 * Out: always filled; an unreadable one is a state. */
void ra_standing_read(const char *path, const struct ra_flowset *flows, struct ra_standing *out);
/* The state for a program: "open", "unreadable", "broken", "broke_off", "stopped", "ended". */
const char *ra_kept_name(enum ra_kept_state state);
/* How it stands in a few words: "stopped; resumable". Out: out[cap]; returns out. */
const char *ra_standing_words(const struct ra_standing *standing, char *out, size_t cap);
/* "12 min", "3 h", "5 d". Out: out[16]; returns out. */
const char *ra_standing_age(ra_utc_ms last, ra_utc_ms now, char *out);

/* The kept sessions, the newest first. */
struct ra_kept_list {
	char *dir;
	struct ra_flowset *flows; /* NULL: no set could be loaded */
	size_t count;
	struct ra_kept_row {
		char *name; /* of the file */
		struct ra_standing is;
	} *rows;
};
/* Read them all. Out: an empty list where none are kept. Owner: ra_kept_list_clear. Errors: RA_E_IO, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_kept_list_read(const struct ra_context *context, struct ra_kept_list *out, struct ra_errs *errs);
/* Free. */
void ra_kept_list_clear(struct ra_kept_list *list);

#endif
