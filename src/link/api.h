/* api.h - versions of an API, as vCenter writes them. Private to link/. */
#ifndef RA_LINK_API_H
#define RA_LINK_API_H

/* Which of two dotted numbers comes first ("8.0.2" before "8.0.10.0"). Out: <0, 0, >0; 0 where one of them is no number. */
int ra_api_order(const char *a, const char *b);

#endif
