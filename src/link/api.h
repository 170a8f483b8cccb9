/* api.h - what vCenter's API and a BMC's have in common: versions as they are written, and how often a login goes unanswered.
 * Private to link/. */
#ifndef RA_LINK_API_H
#define RA_LINK_API_H

/* Which of two dotted numbers comes first ("8.0.2" before "8.0.10.0"). Out: <0, 0, >0; 0 where one of them is no number. */
int ra_api_order(const char *a, const char *b);

/* Logins in a row that were sent and brought no session, whatever came instead. Each may be counted as a wrong password where accounts are
 * locked, and whoever waits for a machine tries without end: with so many, only the operator's word makes another. */
#define RA_API_LOGINS_LOST_MAX 2

#endif
