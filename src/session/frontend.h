/* frontend.h - what main hands to the verbs: a way to show lists, forms and walks. Two implementations live in ui/ (terminal, plain);
 * verbs know only this. Room session/. */
#ifndef RA_SESSION_FRONTEND_H
#define RA_SESSION_FRONTEND_H

#include "session/session.h"

/* One row of a list to pick from. */
struct ra_pick_item {
	const char *id, *title, *more; /* more: a second, dimmer text; "" */
};
/* One field of a form. value is in/out, malloc'd. */
struct ra_form_field {
	const char *label, *hint;
	char *value;
};
/* A walk to be shown. */
struct ra_walk {
	struct ra_hub *hub;
	struct ra_session *session;
	bool demo; /* leaving needs no question */
	/* Write the transcript; say is a clean sentence about where it went. Owner of payload: the verb. */
	ra_err (*export_to)(void *payload, struct ra_session *session, const char *format, char *say, size_t say_cap,
			    struct ra_errs *errs);
	void *payload;
};
enum ra_left {
	RA_LEFT_END,      /* the walk is over and was read */
	RA_LEFT_OPERATOR, /* the operator left; the session was stopped */
	RA_LEFT_SIGNAL    /* signal_number says which; the session was stopped */
};
struct ra_frontend {
	const char *name; /* "terminal", "plain" */
	void *payload;
	/* Let the operator pick a row. Out: *picked, -1 when they left. Errors: RA_E_IO when there is nothing to show on. */
	ra_err (*pick)(void *payload, const char *title, const struct ra_pick_item *items, size_t count, int *picked,
		       struct ra_errs *errs);
	/* Fill a form. Out: *done false when they left. */
	ra_err (*form)(void *payload, const char *title, struct ra_form_field *fields, size_t count, bool *done,
		       struct ra_errs *errs);
	/* Show a walk until it ends or the operator leaves. The terminal is as it was before when this returns. */
	ra_err (*walk)(void *payload, const struct ra_walk *walk, enum ra_left *left, int *signal_number,
		       struct ra_errs *errs);
};

#endif
