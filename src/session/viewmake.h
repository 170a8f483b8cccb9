/* viewmake.h - the parts a view is made of. Not for other rooms. Each appends to the view it is given. */
#ifndef RA_SESSION_VIEWMAKE_H
#define RA_SESSION_VIEWMAKE_H

#include "session/internal.h"

/* Grow an array by one zeroed element. Out: the new element, NULL without memory. */
void *ra_view_grow(void *array_at, size_t *count, size_t size);
/* Clean foreign text into a field. NULL becomes "". */
RA_MUST_USE ra_err ra_view_put(char **at, const char *text);
/* Append a text, cleaned, lines kept. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_text(struct ra_texts *texts, const char *text);
/* Append every text of a JSON list. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_texts(struct ra_texts *texts, const cJSON *list);

/* Planes, steps, gates, actions; with turns the ways out of each step. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_way(const struct ra_session *session, bool turns, struct ra_view *view);
/* The ways out of the steps of the view's way, and how deep each stands. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_turns(const struct ra_session *session, struct ra_view *view);
/* What was shown and said at each step; after ra_view_way. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_said(const struct ra_session *session, struct ra_view *view);
/* What each action changed; after ra_view_way. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_changes(const struct ra_session *session, struct ra_view *view);
/* The verdict of every check that was answered or runs. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_results(const struct ra_session *session, struct ra_view *view);
/* Every request, and with_output what came back. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_commands(const struct ra_session *session, bool with_output, struct ra_view *view);
/* The lines of a reply as one clean text; a text is taken as one line. Owner: caller frees. Out: NULL without memory. */
char *ra_view_joined(const cJSON *lines);
/* Every fact with its observations. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_facts(const struct ra_session *session, struct ra_view *view);
/* Every cause with its rules. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_causes(const struct ra_session *session, struct ra_view *view);
/* What is known about this server and belongs to the directions the walk came to, each once. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_quirks(const struct ra_session *session, struct ra_view *view);
/* The sources of a check that do not agree (NULL: no check), a line each. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_disputed(const struct ra_check *check, struct ra_texts *texts);
/* What was not checked, and why. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_unseen(const struct ra_session *session, struct ra_view *view);
/* The rows of the template. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_drift(const struct ra_session *session, struct ra_view *view);
/* Every check that can be run alone, with its last verdict; after ra_view_results. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_palette(const struct ra_session *session, struct ra_view *view);
/* The pages of help, those the step names first. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_topics(const struct ra_session *session, const struct ra_step *step, struct ra_view *view);
/* What is owed, and what to do about it at an end. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_owed(const struct ra_session *session, struct ra_view *view);
/* Whether and how what was done can be undone, and whether it was. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_undo(const struct ra_session *session, const struct ra_deed *deed, struct ra_view_action *out);
/* What whoever goes on with a walk learns first. After ra_view_way and ra_view_owed. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_since(const struct ra_session *session, struct ra_view *view);
/* The map of the flows the walk goes through, where somebody is there to see it. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_map(const struct ra_session *session, struct ra_view *view);
/* The first fact the flow requires that nobody told, by name; NULL: none. With --only-given-planes one that a plane given could tell. */
const char *ra_view_missing(const struct ra_session *session);
/* What a check says first, and as its outcome where it stopped for want of a fact; last of all. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_view_lead(const struct ra_session *session, struct ra_view *view);
/* A plane's name for people: "SSH", "vCenter". */
const char *ra_plane_word(enum ra_plane plane);
/* The time conditions are held against: now, or the last entry's of a journal that is only read. */
ra_utc_ms ra_view_time(const struct ra_session *session);

#endif
