/* obs_json.c - an observation as journals carry it. */
#include "config.h"

#include "check/fact.h"

#include "base/digest.h"

#include <stdlib.h>
#include <string.h>

/* Member by member; *ok turns false without memory and stays so. */
static void put(cJSON *object, const char *key, cJSON *item, bool *ok)
{
	if (*ok && item && cJSON_AddItemToObject(object, key, item))
		return;
	cJSON_Delete(item);
	*ok = false;
}

static void put_text(cJSON *object, const char *key, const char *text, bool *ok)
{
	if (text[0])
		put(object, key, cJSON_CreateString(text), ok);
}

static void put_time(cJSON *object, const char *key, ra_utc_ms time, bool *ok)
{
	char stamp[RA_UTC_TEXT_LEN];

	if (time > 0)
		put(object, key, cJSON_CreateString(ra_utc_format(time, stamp)), ok);
}

cJSON *ra_obs_to_json(const struct ra_obs *obs)
{
	cJSON *object = cJSON_CreateObject();
	bool ok = object != NULL;

	put_text(object, "name", obs->name, &ok);
	put_text(object, "plane", ra_plane_name(obs->plane), &ok);
	if (obs->reason == RA_KNOWN) {
		put_text(object, "type", ra_type_name(obs->value.type), &ok);
		put(object, "value", ok ? ra_value_to_json(&obs->value) : NULL, &ok);
	} else {
		put_text(object, "unknown", ra_reason_name(obs->reason), &ok);
	}
	put_time(object, "at", obs->at, &ok);
	put_time(object, "asked", obs->asked, &ok);
	put_time(object, "covers_from", obs->covers_from, &ok);
	put_time(object, "last_seen", obs->last_seen, &ok);
	if (obs->lasting)
		put(object, "lasting", cJSON_CreateTrue(), &ok);
	if (obs->session_clock)
		put(object, "session_clock", cJSON_CreateTrue(), &ok);
	if (obs->margin_ms)
		put(object, "margin_ms", cJSON_CreateNumber((double)obs->margin_ms), &ok);
	put_text(object, "check", obs->check, &ok);
	put_text(object, "evidence", obs->evidence, &ok);
	return ok ? object : ra_cjson_free(object);
}

static bool take_text(const cJSON *object, const char *key, char *out, size_t cap)
{
	const char *text = ra_json_str(object, key, "");
	size_t len = strlen(text);

	if (len >= cap)
		return false;
	memcpy(out, text, len + 1);
	return true;
}

static bool take_time(const cJSON *object, const char *key, ra_utc_ms *out)
{
	const cJSON *node = ra_json_get(object, key);

	return !node || (cJSON_IsString(node) && !ra_utc_parse(node->valuestring, out));
}

ra_err ra_obs_from_json(const cJSON *json, struct ra_obs *out)
{
	int plane = ra_plane_parse(ra_json_str(json, "plane", ""));
	int type = ra_type_parse(ra_json_str(json, "type", ""));
	int reason = ra_reason_parse(ra_json_str(json, "unknown", "known"));
	const cJSON *value = ra_json_get(json, "value");

	memset(out, 0, sizeof(*out));
	if (plane < 0 || reason < 0 || (reason == RA_KNOWN) != (value != NULL && type >= 0) ||
	    !take_text(json, "name", out->name, sizeof(out->name)) || !ra_fact_name_ok(out->name) ||
	    !take_text(json, "check", out->check, sizeof(out->check)) ||
	    !take_text(json, "evidence", out->evidence, sizeof(out->evidence)) ||
	    (out->evidence[0] && !ra_is_sha256_hex(out->evidence)) || !take_time(json, "at", &out->at) ||
	    !take_time(json, "asked", &out->asked) || !take_time(json, "covers_from", &out->covers_from) ||
	    !take_time(json, "last_seen", &out->last_seen)) {
		memset(out, 0, sizeof(*out));
		return RA_E_INVALID;
	}
	out->plane = plane;
	out->reason = reason;
	out->lasting = ra_json_bool(json, "lasting", false);
	out->session_clock = ra_json_bool(json, "session_clock", false);
	out->margin_ms = ra_json_int(json, "margin_ms", 0);
	return reason == RA_KNOWN ? ra_value_from_json(type, value, &out->value) : RA_OK;
}
