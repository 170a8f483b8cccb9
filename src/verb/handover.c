#include "config.h"
#include "verb/verbs.h"
int ra_verb_handover(const struct ra_context *context)
{
	(void)context;
	return RA_EXIT_INTERNAL;
}
