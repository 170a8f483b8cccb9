/* frame.h - what stands around every page: header line, key bar, message line, and the words for a window that is too
 * small. Pure. */
#ifndef RA_UI_FRAME_H
#define RA_UI_FRAME_H

#include "session/view.h"
#include "ui/grid.h"
#include "ui/keytable.h"

#define RA_ROWS_MIN 12
#define RA_COLS_MIN 40

/* The header of a walk: host, version, attestation, planes, step; what does not fit is left out, the host last. */
void ra_frame_head(struct ra_grid *grid, const struct ra_view *view);
/* The header of a list or form. */
void ra_frame_title(struct ra_grid *grid, const char *title);
/* The keys of a place in the last line; help and quit are never left out. */
void ra_frame_bar(struct ra_grid *grid, unsigned place);
/* A message above the bar; nothing for "". */
void ra_frame_message(struct ra_grid *grid, const char *message);
/* True when the grid is too small for a page; then it says so and nothing else is to be painted. */
bool ra_frame_too_small(struct ra_grid *grid);
/* The rows between header and bar. */
struct ra_area ra_frame_body(const struct ra_grid *grid);
/* The way and the causes, in a column of their own. */
void ra_frame_way(struct ra_grid *grid, struct ra_area area, const struct ra_view *view);
/* The keys of all places, for the help page. Owner: caller frees. Out: NULL without memory. */
char *ra_frame_help(void);

#endif
