/* redfish_said.c - what a BMC says instead of a resource, in one line; and where a body leads. Pure. */
#include "config.h"

#include "base/text.h"
#include "link/redfish.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGES_MAX 3 /* of one answer that are told */
#define ARGS_MAX 4

/* Texts for messages that come without one. Source: DMTF Base message registry 1.18; HPE, iLO and Base registries. */
static const struct {
	const char *key, *text;
} texts[] = {
    {"NoValidSession", "There is no valid session established with the implementation."},
    {"InsufficientPrivilege", "The account or credentials associated with the current session are not authorized to perform the requested operation."},
    {"UnauthorizedLoginAttempt", "The login was not successful, because the supplied credentials could not be authorized."},
    {"ResourceAtUriUnauthorized", "While accessing the resource at %1, the service received an authorization error %2."},
    {"SessionLimitExceeded", "The session establishment did not complete because the number of simultaneous sessions exceeded the maximum number allowed by the implementation."},
    {"ResourceMissingAtURI", "The resource at the URI %1 was not found."},
    {"ResourceNotFound", "The requested resource of type %1 named %2 was not found."},
    {"PropertyNotWritable", "The property %1 is a read-only property and cannot be assigned a value."},
    {"PropertyUnknown", "The property %1 is not valid for this resource."},
    {"PropertyValueNotInList", "The value %1 for the property %2 is not valid."},
    {"SystemResetRequired", "One or more properties were changed and will not take effect until system is reset."},
    {"InvalidOperationForSystemState", "The operation was not successful due to the current power state."},
    {"UnableToModifyDuringSystemPOST", "The value for property %1 cannot be changed while the computer system BIOS is in POST."},
    {"ServiceTemporarilyUnavailable", "The service is temporarily unavailable. Retry in %1 seconds."},
    {"ServiceShuttingDown", "The operation failed because the service is shutting down and can no longer take incoming requests."},
    {"InternalError", "The request failed due to an internal service error. The service is still operational."},
};

/* Messages that only say that others follow. */
static const char *const envelopes[] = {"GeneralError", "ExtendedError", "ExtendedInfo", "Success"};

static const struct {
	const char *key;
	enum ra_link_why why;
} by_key[] = {
    {"NoValidSession", RA_LINK_REFUSED},	      {"InsufficientPrivilege", RA_LINK_REFUSED},
    {"UnauthorizedLoginAttempt", RA_LINK_REFUSED},    {"ResourceAtUriUnauthorized", RA_LINK_REFUSED},
    {"SessionLimitExceeded", RA_LINK_UNREACHABLE},    {"ServiceTemporarilyUnavailable", RA_LINK_UNREACHABLE},
    {"ServiceShuttingDown", RA_LINK_UNREACHABLE},     {"ResourceMissingAtURI", RA_LINK_NO_REQUEST},
    {"ResourceNotFound", RA_LINK_NO_REQUEST},
};

static const struct {
	int status;
	enum ra_link_why why;
} by_status[] = {
    {401, RA_LINK_REFUSED},    {403, RA_LINK_REFUSED},	   {404, RA_LINK_NO_REQUEST},  {405, RA_LINK_NO_REQUEST}, {410, RA_LINK_NO_REQUEST},
    {501, RA_LINK_NO_REQUEST}, {429, RA_LINK_UNREACHABLE}, {502, RA_LINK_UNREACHABLE}, {503, RA_LINK_UNREACHABLE}, {504, RA_LINK_UNREACHABLE},
};

/* Append foreign text on one line, cut between characters. */
static void put(char *out, size_t cap, const char *text)
{
	size_t at = strlen(out), len = strlen(text);
	uint32_t cp;

	for (int used; len && (used = ra_utf8_next(text, len, &cp)) != 0; text += used, len -= (size_t)used) {
		bool bad = used < 0;

		used = bad ? 1 : used;
		if (at + (size_t)used >= cap)
			break;
		if (bad || cp < 0x20 || cp == 0x7f)
			out[at++] = bad ? '?' : ' ';
		else
			memcpy(out + at, text, (size_t)used), at += (size_t)used;
	}
	out[at] = '\0';
}

/* The part behind the last dot: registries and their versions differ. */
static const char *key_of(const char *id)
{
	const char *dot = strrchr(id, '.');

	return dot ? dot + 1 : id;
}

static bool is_envelope(const char *key)
{
	for (size_t i = 0; i < RA_LEN(envelopes); i++)
		if (strcmp(envelopes[i], key) == 0)
			return true;
	return false;
}

/* One of our texts, with the message's arguments in it. */
static void put_known(char *out, size_t cap, const char *text, const cJSON *message)
{
	const cJSON *args = ra_json_get(message, "MessageArgs");

	for (; *text; text++) {
		char one[2] = {*text, '\0'};
		bool arg = *text == '%' && text[1] >= '1' && text[1] <= '0' + ARGS_MAX;
		const cJSON *value = arg && cJSON_IsArray(args) ? cJSON_GetArrayItem(args, text[1] - '1') : NULL;

		put(out, cap, arg ? cJSON_IsString(value) ? value->valuestring : "?" : one);
		text += arg;
	}
}

static const char *id_of(const cJSON *message)
{
	return ra_json_str(message, "MessageId", ra_json_str(message, "MessageID", ""));
}

static void take_message(const cJSON *message, struct ra_rf_said *out)
{
	const char *key = key_of(id_of(message)), *text = ra_json_str(message, "Message", "");
	const char *known = NULL;

	if (is_envelope(key))
		return;
	for (size_t i = 0; i < RA_LEN(texts); i++)
		if (strcmp(texts[i].key, key) == 0)
			known = texts[i].text;
	if (!*text && !*key)
		return;
	if (!out->key[0])
		put(out->key, sizeof(out->key), key);
	if (out->text[0])
		put(out->text, sizeof(out->text), " ");
	if (*text)
		put(out->text, sizeof(out->text), text);
	else if (known)
		put_known(out->text, sizeof(out->text), known, message);
	else
		put(out->text, sizeof(out->text), id_of(message));
}

static void take_messages(const cJSON *list, struct ra_rf_said *out)
{
	const cJSON *message;
	int count = 0;

	if (cJSON_IsObject(list)) /* one of them, without its list */
		take_message(list, out);
	if (!cJSON_IsArray(list))
		return;
	cJSON_ArrayForEach (message, list)
		if (count++ < MESSAGES_MAX)
			take_message(message, out);
}

/* "message" may be a text or, with old iDRACs, {lang, value}. */
static const char *words_of(const cJSON *error)
{
	const cJSON *message = ra_json_get(error, "message");

	return cJSON_IsObject(message) ? ra_json_str(message, "value", "") : cJSON_IsString(message) ? message->valuestring : "";
}

/* The messages of a body, wherever they stand. */
static const cJSON *list_of(const cJSON *body)
{
	const cJSON *error = ra_json_get(body, "error"), *list = ra_json_get(error, "@Message.ExtendedInfo");

	list = list ? list : ra_json_get(error, "Messages");
	list = list ? list : ra_json_get(body, "@Message.ExtendedInfo");
	return list ? list : ra_json_get(body, "Messages");
}

/* A message names a property: the end of a pointer to it, or one of its arguments. */
static bool names(const cJSON *message, const char *property)
{
	const cJSON *item;
	size_t len = strlen(property);

	cJSON_ArrayForEach (item, ra_json_get(message, "RelatedProperties")) {
		size_t at = cJSON_IsString(item) ? strlen(item->valuestring) : 0;

		if (at > len && item->valuestring[at - len - 1] == '/' && strcmp(item->valuestring + at - len, property) == 0)
			return true;
	}
	cJSON_ArrayForEach (item, ra_json_get(message, "MessageArgs")) {
		if (cJSON_IsString(item) && strcmp(item->valuestring, property) == 0)
			return true;
	}
	return false;
}

void ra_rf_said_about(const cJSON *body, const char *property, struct ra_rf_said *out)
{
	const cJSON *message;
	int count = 0;

	*out = (struct ra_rf_said){0};
	cJSON_ArrayForEach (message, list_of(body)) {
		if (cJSON_IsObject(message) && names(message, property) && count++ < MESSAGES_MAX)
			take_message(message, out);
	}
	out->is_error = count > 0;
}

void ra_rf_said_of(const cJSON *body, struct ra_rf_said *out)
{
	const cJSON *error = ra_json_get(body, "error"), *list = list_of(body);
	bool resource = ra_json_get(body, "@odata.id") != NULL;

	*out = (struct ra_rf_said){0};
	/* A resource may carry messages about itself; they are no error. */
	if (resource || !cJSON_IsObject(body))
		return;
	out->is_error = error || list;
	take_messages(list, out);
	if (!out->key[0] && !is_envelope(key_of(ra_json_str(error, "code", ""))))
		put(out->key, sizeof(out->key), key_of(ra_json_str(error, "code", "")));
	if (!out->text[0])
		put(out->text, sizeof(out->text), words_of(error));
	if (!out->text[0])
		put(out->text, sizeof(out->text), cJSON_IsString(error) ? error->valuestring : ra_json_str(error, "code", ""));
}

enum ra_link_why ra_rf_why(int status, const struct ra_rf_said *said)
{
	for (size_t i = 0; i < RA_LEN(by_key); i++)
		if (strcmp(by_key[i].key, said->key) == 0)
			return by_key[i].why;
	for (size_t i = 0; i < RA_LEN(by_status); i++)
		if (by_status[i].status == status)
			return by_status[i].why;
	return RA_LINK_ANSWERED;
}

/* A path that stays on its server and means itself. */
static bool take_path(const char *path, char out[RA_RF_URI_MAX])
{
	size_t len = strcspn(path, "#");

	if (path[0] != '/' || path[1] == '/' || len >= RA_RF_URI_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)path[i] <= 0x20 || (unsigned char)path[i] >= 0x7f || strchr("\\<>\"", path[i]) ||
		    (path[i] == '/' && path[i + 1] == '.' && (path[i + 2] == '.' || path[i + 2] == '/' || i + 2 >= len)))
			return false;
	memcpy(out, path, len);
	out[len] = '\0';
	return true;
}

bool ra_rf_uri_of(const cJSON *link, char out[RA_RF_URI_MAX])
{
	const char *text = cJSON_IsString(link) ? link->valuestring : ra_json_str(link, "@odata.id", "");

	out[0] = '\0';
	return take_path(text, out);
}

bool ra_rf_location(const char *location, const char *host, int port, char out[RA_RF_URI_MAX])
{
	static const char scheme[] = "https://";
	struct ra_vsphere_url at;
	const char *rest;
	char place[300];
	size_t len;

	out[0] = '\0';
	if (location[0] == '/')
		return take_path(location, out);
	if (strncasecmp(location, scheme, sizeof(scheme) - 1) != 0)
		return false;
	rest = location + sizeof(scheme) - 1;
	len = strcspn(rest, "/");
	if (len >= sizeof(place) || memchr(rest, '@', len))
		return false;
	snprintf(place, sizeof(place), "%.*s", (int)len, rest);
	return ra_bmc_url_parse(place, &at, NULL) == RA_OK && at.port == port && strcasecmp(at.host, host) == 0 &&
	       take_path(rest[len] ? rest + len : "/", out);
}
