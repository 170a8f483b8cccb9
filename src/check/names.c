/* names.c - the words that flow files, journals and screens use for planes, reasons and types. */
#include "config.h"

#include "check/fact.h"

#include <string.h>

static const char *const planes[RA_PLANE_COUNT] = {"ssh", "vcenter", "bmc", "operator", "session"};
static const char *const reasons[RA_REASON_COUNT] = {
    [RA_KNOWN] = "known",         [RA_NOT_ASKED] = "not_asked",     [RA_NOT_APPLICABLE] = "not_applicable",
    [RA_REFUSED] = "refused",     [RA_UNREACHABLE] = "unreachable", [RA_TIMEOUT] = "timeout",
    [RA_TRUNCATED] = "truncated", [RA_MALFORMED] = "malformed",     [RA_CONFLICT] = "conflict",
    [RA_WITHHELD] = "withheld",
};
static const char *const types[RA_TYPE_COUNT] = {"bool", "int", "text", "version", "time", "list"};

static int find(const char *const *words, int count, const char *word)
{
	for (int i = 0; word && i < count; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

const char *ra_plane_name(enum ra_plane plane)
{
	return (unsigned)plane < RA_PLANE_COUNT ? planes[plane] : "any";
}

int ra_plane_parse(const char *name)
{
	return find(planes, RA_PLANE_COUNT, name);
}

const char *ra_reason_name(enum ra_reason reason)
{
	return (unsigned)reason < RA_REASON_COUNT ? reasons[reason] : "malformed";
}

int ra_reason_parse(const char *name)
{
	return find(reasons, RA_REASON_COUNT, name);
}

bool ra_reason_is_transport(enum ra_reason reason)
{
	return reason == RA_REFUSED || reason == RA_UNREACHABLE || reason == RA_TIMEOUT || reason == RA_TRUNCATED;
}

const char *ra_type_name(enum ra_type type)
{
	return (unsigned)type < RA_TYPE_COUNT ? types[type] : "none";
}

int ra_type_parse(const char *name)
{
	return find(types, RA_TYPE_COUNT, name);
}

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool ra_fact_name_ok(const char *name)
{
	size_t len = strnlen(name, RA_FACT_NAME_MAX);

	if (len == 0 || len == RA_FACT_NAME_MAX || name[0] < 'a' || name[0] > 'z' || name[len - 1] == '.')
		return false;
	for (size_t i = 1; i < len; i++)
		if (!is_name_byte(name[i]) && (name[i] != '.' || name[i - 1] == '.'))
			return false;
	return true;
}
