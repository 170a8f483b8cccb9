/* ui.h - the two front ends. main includes this and nothing else of ui/. */
#ifndef RA_UI_UI_H
#define RA_UI_UI_H

#include "session/frontend.h"

struct ra_ui_options {
	bool plain; /* numbered prompts on stdin and stderr/stdout */
	bool ascii;
	int rows, cols; /* 0: ask the terminal */
};
struct ra_ui;
/* The front end that fits: the terminal where there is one that can, else plain mode. Does not touch the terminal yet.
 * Out: NULL when there is neither a terminal nor `plain` (or no memory). *why says so then, or why it is plain mode
 * although that was not asked for; else it is NULL (static). Owner: ra_ui_free. */
struct ra_ui *ra_ui_new(const struct ra_ui_options *options, const char **why);
/* What the verbs work with; borrowed. */
const struct ra_frontend *ra_ui_frontend(const struct ra_ui *ui);
struct ra_ui *ra_ui_free(struct ra_ui *ui);

#endif
