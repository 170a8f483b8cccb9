/* askpass.c - the door to the asking half of link/. */
#include "config.h"

#include "link/askpass.h"
#include "session/askpass.h"

bool ra_askpass_role(int argc, char **argv)
{
	return argc > 0 && ra_askpass_is(argv[0]);
}

int ra_askpass_ask(int argc, char **argv)
{
	return ra_askpass_run(argv[0], argc > 1 ? argv[1] : "");
}
