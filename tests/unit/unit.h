/* unit.h - what every unit test includes: cmocka with the headers it needs first, and small helpers.
 * Invariants: tests need no network, terminal, root or real clock. */
#ifndef RA_TESTS_UNIT_H
#define RA_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* A directory from the environment of the tests ("RA_SRCDIR", "RA_BUILDDIR"), "." when run by hand. */
static inline const char *unit_dir(const char *variable)
{
	const char *dir = getenv(variable);

	return dir && *dir ? dir : ".";
}

#endif
