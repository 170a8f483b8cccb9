/* flow_rig.h - a walk on the table: a flow set, a state, the entries so far, and a world whose planes answer. For the engine's tests.
 * Invariants: nothing happens but by entries; every entry is kept as a reader of a journal would see it. */
#ifndef RA_TESTS_FLOW_RIG_H
#define RA_TESTS_FLOW_RIG_H

#include "flow/engine.h"
#include "flow/entries.h"

struct rig_entry {
	int64_t seq;
	ra_utc_ms t;
	const char *kind; /* static */
	cJSON *body;
};
struct rig {
	const struct ra_flowset *set;
	struct ra_state *state;
	struct ra_planes planes;
	bool interactive;
	ra_utc_ms now;
	cJSON *world; /* {plane: {fact: value or {"unknown": reason}}}; a plane that is not in it does not answer */
	struct rig_entry *entries;
	size_t count, room;
	struct ra_errs errs;
	ra_err err; /* of the last append */
};

/* Noon of a day; walks begin then. */
#define RIG_START 1773316800000

/* The set in tests/unit/walkset, or the shipped one. Owner: ra_flowset_free. Out: NULL when it does not load (said on stderr). */
struct ra_flowset *rig_load(const char *dir_under_source);
/* Begin a walk. planes: "ssh,vcenter". */
void rig_begin(struct rig *rig, const struct ra_flowset *set, const char *flow, const char *step, const char *planes);
void rig_end(struct rig *rig);
/* Give planes (all others are not given). */
void rig_give(struct rig *rig, const char *planes);
/* Append an entry (takes body; NULL is an empty one). Out: what apply said. */
ra_err rig_append(struct rig *rig, const char *kind, cJSON *body);
/* A reply of a plane with the facts it gives in a world (missing ones are malformed), asked for some time before now. */
void rig_reply(struct rig *rig, const struct ra_check *check, const struct ra_check_plane *plane, const cJSON *facts,
	       int64_t asked_ago_ms);
/* Set one fact of the world: value is JSON text; NULL takes the plane out of it. */
void rig_world(struct rig *rig, const char *plane, const char *fact, const char *value);
/* Decide and answer wants that are due until the walk waits. */
void rig_run(struct rig *rig);
/* One decision, appended. Out: false when the walk waits. */
bool rig_decide(struct rig *rig);
/* The wants as "check@plane" joined by spaces, "|" before the first one read ahead. */
const char *rig_wants(struct rig *rig, char *out, size_t cap);
/* The steps as "look>why>ask"; those taken back in brackets. */
const char *rig_path(const struct rig *rig, char *out, size_t cap);
const char *rig_phase(const struct rig *rig);
/* Everything that may be seen of a state, as text. Owner: caller frees. */
char *rig_digest(const struct ra_state *state, const struct ra_planes *planes, ra_utc_ms now);
/* Fold the entries anew. Owner: caller frees. Out: NULL when an entry does not follow. */
struct ra_state *rig_refold(const struct rig *rig);
/* One word of a script, and what follows by itself:
 *   a:ID,ID answer ("a:" do not know)   g:GATE lay an honest case, G:GATE a lie, g:- leave it closed
 *   i intent with the right words, I with wrong ones   d:HOW done   s skip   b back   n:CHECK again
 *   o aside to what is owed   t:S seconds pass   p:PLANE down, P:PLANE up   r stop and resume, k resume as after a kill   w:PLANE.FACT=JSON the world changes
 *   w:PLANE the plane falls silent   x nothing by itself from here on   . go on by itself
 * Out: the error of the builder, RA_OK. */
ra_err rig_do(struct rig *rig, const char *word);
/* An honest case for a gate, with everything given. room holds the typed text. */
ra_err rig_gate(struct rig *rig, const char *gate, bool honest);

#endif
