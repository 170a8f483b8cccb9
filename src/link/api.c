#include "config.h"

#include "link/api.h"

#include <stdlib.h>

int ra_api_order(const char *a, const char *b)
{
	while (*a || *b) {
		long left = strtol(a, (char **)&a, 10), right = strtol(b, (char **)&b, 10);

		if (left != right)
			return left < right ? -1 : 1;
		a += *a == '.';
		b += *b == '.';
		if ((*a && (*a < '0' || *a > '9')) || (*b && (*b < '0' || *b > '9')))
			return 0;
	}
	return 0;
}
