/* named.c - which member of an answer a name means. */
#include "config.h"

#include "check/named.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool ra_named_is(const char *wanted, const char *member)
{
	size_t len = strlen(wanted);

	if (strncmp(wanted, member, len) != 0)
		return false;
	if (!member[len])
		return true;
	const char *number = member + len + 1;

	return member[len] == '_' && *number && number[strspn(number, "0123456789ABCDEFabcdef")] == '\0';
}

bool ra_named_secret(const char *name)
{
	static const char word[] = "password", end[] = "salt";
	size_t len = strlen(name);

	for (size_t at = 0; at + strlen(word) <= len; at++)
		if (!strncasecmp(name + at, word, strlen(word)))
			return true;
	return len >= strlen(end) && !strcasecmp(name + len - strlen(end), end);
}

bool ra_named_ok(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("_-.", name[i]))
			return false;
	return len > 0 && len < RA_NAMED_LEN_MAX;
}
