/* check.c - check files: every key known, every word checked, every request in the table; then extraction can trust
 * them. */
#include "config.h"

#include "check/load.h"
#include "check/parse.h"
#include "check/request.h"
#include "check/value.h"

#include "base/near.h"

#include <stdlib.h>
#include <string.h>

#define TIMEOUT_S_MAX 600
#define CAP_KIB_MAX 16384
#define SECRET_PARSE "builtin:recovery-list"

static bool is_word_of(const char *const *words, const char *word)
{
	for (; words && *words; words++)
		if (strcmp(*words, word) == 0)
			return true;
	return false;
}

/* Every key is in one of the two lists, or the author's own (x_). */
static ra_err keys_ok(const struct ra_check_loading *load, const cJSON *object, const char *const *known,
		      const char *const *also)
{
	const cJSON *member;

	if (!cJSON_IsObject(object))
		return BAD(load, object, "expected an object");
	cJSON_ArrayForEach (member, object) {
		struct ra_near near = {.word = member->string};
		char ask[100];

		if (is_word_of(known, member->string) || is_word_of(also, member->string) ||
		    strncmp(member->string, "x_", 2) == 0)
			continue;
		for (size_t i = 0; known && known[i]; i++)
			ra_near_try(&near, known[i]);
		for (size_t i = 0; also && also[i]; i++)
			ra_near_try(&near, also[i]);
		return BAD(load, member, "unknown key \"%s\" (keys of your own begin with x_)%s", member->string,
			   ra_near_ask(&near, ask, sizeof(ask)));
	}
	return RA_OK;
}

/* A text that must be there and not be empty. */
static ra_err text_of(const struct ra_check_loading *load, const cJSON *object, const char *key, const char **out)
{
	const cJSON *node = ra_json_get(object, key);

	if (!node)
		return BAD(load, object, "\"%s\" is missing", key);
	if (!cJSON_IsString(node) || !node->valuestring[0])
		return BAD(load, node, "\"%s\" must be a text that is not empty", key);
	*out = node->valuestring;
	return RA_OK;
}

static ra_err version_of(const struct ra_check_loading *load, const cJSON *object, const char **out)
{
	const cJSON *node = ra_json_get(object, "since");
	struct ra_value value;
	ra_err err;

	*out = NULL;
	if (!node)
		return RA_OK;
	err = ra_value_from_json(RA_VERSION, node, &value);
	if (err)
		return err == RA_E_NOMEM ? err : BAD(load, node, "\"since\" must be a version such as \"7.0.2\"");
	ra_value_clear(&value);
	*out = node->valuestring;
	return RA_OK;
}

static ra_err number_of(const struct ra_check_loading *load, const cJSON *object, const char *key,
			const int64_t range[3], int64_t *out)
{
	const cJSON *node = ra_json_get(object, key);

	*out = ra_json_int(object, key, node ? range[1] - 1 : range[0]);
	if (*out < range[1] || *out > range[2])
		return BAD(load, node, "\"%s\" must be a whole number from %lld to %lld", key, (long long)range[1],
			   (long long)range[2]);
	return RA_OK;
}

static ra_err value_ok(const struct ra_check_loading *load, const cJSON *node, enum ra_type type)
{
	struct ra_value value;
	ra_err err = ra_value_from_json(type, node, &value);

	if (err)
		return err == RA_E_NOMEM ? err : BAD(load, node, "expected a value of type %s", ra_type_name(type));
	ra_value_clear(&value);
	return RA_OK;
}

/* A value of the type, or {"unknown": REASON}. */
static ra_err value_or_unknown_ok(const struct ra_check_loading *load, const cJSON *node, enum ra_type type)
{
	static const char *const keys[] = {"unknown", NULL};
	ra_err err;

	if (!cJSON_IsObject(node))
		return value_ok(load, node, type);
	err = keys_ok(load, node, keys, NULL);
	if (!err && ra_reason_parse(ra_json_str(node, "unknown", "")) <= RA_KNOWN)
		err = BAD(load, node, "expected {\"unknown\": REASON}");
	return err;
}

/* `map` and `in` and `absent`: all values of the fact's type. */
static ra_err words_ok(const struct ra_check_loading *load, const struct ra_extract *fact)
{
	const cJSON *map = ra_json_get(fact->spec, "map"), *in = ra_json_get(fact->spec, "in"), *entry;
	const cJSON *absent = ra_json_get(fact->spec, "absent");
	ra_err err = RA_OK;

	if ((map || in) && fact->type == RA_LIST)
		return BAD(load, map ? map : in, "map and in do not go with a list");
	if (map && !cJSON_IsObject(map))
		return BAD(load, map, "map must be an object of spellings");
	if (in && (!cJSON_IsArray(in) || !in->child))
		return BAD(load, in, "in must be a list of at least one value");
	cJSON_ArrayForEach (entry, map) {
		if (!err)
			err = value_ok(load, entry, fact->type);
	}
	cJSON_ArrayForEach (entry, in) {
		if (!err)
			err = value_ok(load, entry, fact->type);
	}
	return err || !absent ? err : value_or_unknown_ok(load, absent, fact->type);
}

static ra_err fact_load(const struct ra_check_loading *load, const struct ra_check_plane *plane, const cJSON *node,
			struct ra_extract *out)
{
	static const char *const common[] = {"type", "map", "in", "lasting", "aside", "absent", NULL};
	const struct ra_parser *parser = ra_parser_find(plane->parse);
	const cJSON *lasting = ra_json_get(node, "lasting"), *aside = ra_json_get(node, "aside");
	int type = ra_type_parse(ra_json_str(node, "type", ""));
	ra_err err = keys_ok(load, node, common, parser ? parser->keys : NULL);

	if (err)
		return err;
	if (!ra_fact_name_ok(node->string) || !strchr(node->string, '.'))
		return BAD(load, node, "\"%s\" is no fact name (dotted lower-case words)", node->string);
	static const char *const own[] = {"sig.", "plane.", "site.", "template."};

	for (size_t i = 0; i < RA_LEN(own); i++)
		if (strncmp(node->string, own[i], strlen(own[i])) == 0)
			return BAD(load, node, "\"%s\": sig., plane., site. and template. facts come by themselves", node->string);
	if (type < 0)
		return BAD(load, node, "\"type\" must be bool, int, text, version, time or list");
	if (lasting && !cJSON_IsBool(lasting))
		return BAD(load, lasting, "lasting is true or false");
	if (aside && !cJSON_IsBool(aside))
		return BAD(load, aside, "aside is true or false");
	memcpy(out->name, node->string, strlen(node->string) + 1);
	out->type = type;
	out->lasting = ra_json_bool(node, "lasting", false);
	out->aside = ra_json_bool(node, "aside", false);
	out->spec = node;
	err = words_ok(load, out);
	return err ? err : ra_place_ok(load, parser, out);
}

static const struct ra_extract *fact_named(const struct ra_check_plane *plane, const char *name)
{
	for (size_t i = 0; i < plane->fact_count; i++)
		if (strcmp(plane->facts[i].name, name) == 0)
			return &plane->facts[i];
	return NULL;
}

static ra_err facts_load(const struct ra_check_loading *load, struct ra_check_plane *plane)
{
	const cJSON *facts = ra_json_get(plane->spec, "facts"), *node;
	bool signatures = strcmp(plane->parse, "signatures") == 0;
	ra_err err;

	if (facts && !cJSON_IsObject(facts))
		return BAD(load, facts, "facts must be an object");
	if (cJSON_GetArraySize(facts) > RA_CHECK_FACTS_MAX)
		return BAD(load, facts, "more than %d facts", RA_CHECK_FACTS_MAX);
	plane->facts = calloc((size_t)cJSON_GetArraySize(facts) + 1, sizeof(*plane->facts));
	if (!plane->facts)
		return RA_E_NOMEM;
	cJSON_ArrayForEach (node, facts) {
		if (signatures)
			return BAD(load, node, "signatures give sig. facts of their own, no others");
		err = fact_load(load, plane, node, &plane->facts[plane->fact_count]);
		if (err)
			return err;
		plane->fact_count++;
	}
	if (plane->fact_count == 0 && !signatures)
		return BAD(load, facts ? facts : plane->spec, "facts are missing");
	return RA_OK;
}

static ra_err fails_ok(const struct ra_check_loading *load, const struct ra_check_plane *plane)
{
	static const char *const keys[] = {"match", "unknown", "set", NULL};
	const cJSON *fails = ra_json_get(plane->spec, "fails"), *rule, *value;
	ra_err err = RA_OK;

	if (fails && (!cJSON_IsArray(fails) || strcmp(plane->parse, "signatures") == 0))
		return BAD(load, fails, "fails must be a list, and does not go with signatures");
	cJSON_ArrayForEach (rule, fails) {
		const cJSON *unknown = ra_json_get(rule, "unknown"), *set = ra_json_get(rule, "set");

		err = keys_ok(load, rule, keys, NULL);
		if (!err)
			err = ra_place_pattern_ok(load, ra_json_get(rule, "match") ? ra_json_get(rule, "match") : rule);
		if (err)
			return err;
		if ((unknown != NULL) == (set != NULL))
			return BAD(load, rule, "a rule of fails has either unknown or set");
		if (unknown && ra_reason_parse(ra_json_str(rule, "unknown", "")) <= RA_KNOWN)
			return BAD(load, unknown, "no reason of unknown");
		if (set && !cJSON_IsObject(set))
			return BAD(load, set, "set must be an object");
		cJSON_ArrayForEach (value, set) {
			const struct ra_extract *fact = fact_named(plane, value->string);

			if (!fact)
				return BAD(load, value, "\"%s\" is no fact of this plane", value->string);
			err = value_or_unknown_ok(load, value, fact->type);
			if (err)
				return err;
		}
	}
	return RA_OK;
}

/* parse: a parser, signatures over a log, or a builtin with its one fact. Looked at before the facts, which need it. */
static ra_err parse_ok(const struct ra_check_loading *load, const struct ra_check_plane *plane)
{
	const cJSON *node = ra_json_get(plane->spec, "parse");

	if (strncmp(plane->parse, "builtin:", 8) == 0) {
		struct ra_near near = {.word = plane->parse + 8};
		char ask[100];

		for (const char *const *name = ra_builtin_names(); *name; name++)
			ra_near_try(&near, *name);
		return ra_builtin_find(plane->parse + 8)
			   ? RA_OK
			   : BAD(load, node, "\"%s\": there is no such builtin (reattest-flow(5) lists them)%s", plane->parse,
				 ra_near_ask(&near, ask, sizeof(ask)));
	}
	if (strcmp(plane->parse, "signatures") == 0)
		return ra_json_get(plane->spec, "log") ? RA_OK : BAD(load, node, "signatures are looked for in a log");
	return ra_parser_find(plane->parse)
		   ? RA_OK
		   : BAD(load, node,
			 "\"%s\" is no way to parse (esxcli, keyvalue, json, table, lines, regex, x509, signatures, builtin:NAME)",
			 plane->parse);
}

static ra_err builtin_fits(const struct ra_check_loading *load, const struct ra_check_plane *plane)
{
	const struct ra_builtin *builtin =
	    strncmp(plane->parse, "builtin:", 8) == 0 ? ra_builtin_find(plane->parse + 8) : NULL;
	static const char *const beside[] = {"map", "in", "absent", NULL};

	if (!builtin)
		return RA_OK;
	if (plane->fact_count != 1 || plane->facts[0].type != builtin->type)
		return BAD(load, ra_json_get(plane->spec, "facts"), "%s gives one fact of type %s", plane->parse,
			   ra_type_name(builtin->type));
	for (const char *const *key = beside; *key; key++)
		if (ra_json_get(plane->facts[0].spec, *key))
			return BAD(load, ra_json_get(plane->facts[0].spec, *key), "\"%s\" does not go with a builtin",
				   *key);
	return RA_OK;
}

/* The plane's one request, alone in an object of its own. Owner: caller. Out: NULL without memory. */
static cJSON *request_of(const cJSON *plane)
{
	RA_AUTO(ra_cjson_free) cJSON *request = cJSON_CreateObject();
	const cJSON *member;
	cJSON *done = request;

	cJSON_ArrayForEach (member, plane) {
		cJSON *copy;

		if (!ra_request_is_member(member->string))
			continue;
		copy = cJSON_Duplicate(member, true);
		if (!request || !copy || !cJSON_AddItemToObject(request, member->string, copy)) {
			cJSON_Delete(copy);
			return NULL;
		}
	}
	request = NULL;
	return done;
}

/* The one place where a check's request meets the table. */
static ra_err request_load(const struct ra_check_loading *load, struct ra_check_plane *plane)
{
	RA_AUTO(ra_cjson_free) cJSON *request = request_of(plane->spec);
	const cJSON *secret = ra_json_get(plane->spec, "secret");
	const char *why = NULL;
	enum ra_req_class class;

	if (!request)
		return RA_E_NOMEM;
	class = ra_request_class(plane->plane, request, &plane->secret, &why);
	if (class == RA_REQ_CHANGE)
		why = "it changes the host: only an action may send it";
	if (class != RA_REQ_READ) {
		RA_AUTO(ra_mem_free) char *words = ra_request_words(request);
		const cJSON *at = request->child ? ra_json_get(plane->spec, request->child->string) : plane->spec;

		return ra_json_fail(load->doc, at, load->errs, RA_E_DENIED,
				    "refused: \"%s\": %s (reattest-flow(5) lists what may be asked)", words ? words : "", why);
	}
	if (secret && !cJSON_IsBool(secret))
		return BAD(load, secret, "secret is true or false");
	if (ra_json_bool(plane->spec, "secret", false) != plane->secret)
		return BAD(load, secret ? secret : plane->spec,
			   plane->secret ? "the answer is a secret: the plane needs \"secret\": true"
					 : "the answer to this request is no secret");
	if (plane->secret != (strcmp(plane->parse, SECRET_PARSE) == 0))
		return BAD(load, ra_json_get(plane->spec, "parse"),
			   "a secret answer is read by " SECRET_PARSE ", and nothing else is");
	plane->request = ra_request_text(request);
	plane->words = ra_request_words(request);
	return plane->request && plane->words ? RA_OK : RA_E_NOMEM;
}

static ra_err plane_load(const struct ra_check_loading *load, const cJSON *node, struct ra_check_plane *out)
{
	static const char *const keys[] = {"via",   "since", "run",    "log",     "property",
					   "call",  "rest",  "esxcli", "redfish", "timeout_s", "cap_kib",
					   "parse", "facts", "fails",  "secret",  NULL};
	static const int64_t timeout_range[3] = {30, 1, TIMEOUT_S_MAX}, cap_range[3] = {1024, 1, CAP_KIB_MAX};
	int64_t timeout_s = 0, cap_kib = 0;
	const char *via = "";
	int plane;
	ra_err err = keys_ok(load, node, keys, NULL);

	out->spec = node;
	if (!err)
		err = text_of(load, node, "via", &via);
	plane = ra_plane_parse(via);
	if (!err && (plane < 0 || plane == RA_PLANE_OPERATOR || plane == RA_PLANE_SESSION))
		err = BAD(load, ra_json_get(node, "via"), "\"%s\" is no plane to ask (ssh, vcenter, bmc)", via);
	if (!err)
		err = version_of(load, node, &out->since);
	if (!err)
		err = number_of(load, node, "timeout_s", timeout_range, &timeout_s);
	if (!err)
		err = number_of(load, node, "cap_kib", cap_range, &cap_kib);
	if (!err)
		err = text_of(load, node, "parse", &out->parse);
	if (err)
		return err;
	out->plane = plane;
	out->timeout_ms = (int)timeout_s * 1000;
	out->cap_len = (size_t)cap_kib * 1024;
	err = parse_ok(load, out);
	if (!err)
		err = request_load(load, out);
	if (!err)
		err = facts_load(load, out);
	if (!err)
		err = builtin_fits(load, out);
	return err ? err : fails_ok(load, out);
}

/* One plane once; one fact one type, and lasting on all planes or on none. */
static ra_err planes_agree(const struct ra_check_loading *load, const struct ra_check *check,
			   const struct ra_check_plane *plane)
{
	for (size_t i = 0; i < check->plane_count; i++) {
		const struct ra_check_plane *other = &check->planes[i];

		if (other->plane == plane->plane)
			return BAD(load, plane->spec, "%s stands twice", ra_plane_name(plane->plane));
		for (size_t j = 0; j < plane->fact_count; j++) {
			const struct ra_extract *fact = fact_named(other, plane->facts[j].name);

			if (fact && (fact->type != plane->facts[j].type || fact->lasting != plane->facts[j].lasting))
				return BAD(load, plane->facts[j].spec,
					   "\"%s\" has another type or lasting on another plane", fact->name);
		}
	}
	return RA_OK;
}

static ra_err planes_load(const struct ra_check_loading *load, const cJSON *planes, struct ra_check *out)
{
	const cJSON *node;

	if (planes && !cJSON_IsArray(planes))
		return BAD(load, planes, "planes must be a list");
	cJSON_ArrayForEach (node, planes) {
		struct ra_check_plane *plane = &out->planes[out->plane_count];
		ra_err err;

		if (out->plane_count == RA_CHECK_PLANES_MAX)
			return BAD(load, node, "more than %d planes", RA_CHECK_PLANES_MAX);
		err = plane_load(load, node, plane);
		if (!err)
			err = planes_agree(load, out, plane);
		if (err) {
			free(plane->request);
			free(plane->words);
			free(plane->facts);
			return err;
		}
		out->plane_count++;
	}
	return RA_OK;
}

static ra_err manual_ok(const struct ra_check_loading *load, const cJSON *manual)
{
	static const char *const keys[] = {"ask", "look", "answers", "many", "lasting", "without_links", NULL};
	static const char *const answer_keys[] = {"id", "say", "set", NULL};
	const cJSON *answers = ra_json_get(manual, "answers"), *answer, *value;
	const char *text;
	ra_err err = keys_ok(load, manual, keys, NULL);

	if (!err)
		err = text_of(load, manual, "ask", &text);
	if (!err && (!cJSON_IsArray(answers) || !answers->child))
		err = BAD(load, manual, "\"answers\" must be a list that is not empty");
	cJSON_ArrayForEach (answer, answers) {
		if (!err)
			err = keys_ok(load, answer, answer_keys, NULL);
		if (!err)
			err = text_of(load, answer, "id", &text);
		if (!err)
			err = text_of(load, answer, "say", &text);
		if (!err && ra_json_get(answer, "set") && !cJSON_IsObject(ra_json_get(answer, "set")))
			err = BAD(load, ra_json_get(answer, "set"), "set must be an object");
		cJSON_ArrayForEach (value, ra_json_get(answer, "set")) {
			if (!err && !ra_fact_name_ok(value->string))
				err = BAD(load, value, "\"%s\" is no fact name", value->string);
		}
	}
	return err;
}

/* Sources that do not agree, side by side: one alone disputes nothing. */
static ra_err disputed_ok(const struct ra_check_loading *load, const cJSON *list)
{
	static const char *const keys[] = {"says", "source", NULL};
	const cJSON *row;
	const char *text;
	ra_err err = RA_OK;

	if (list && (!cJSON_IsArray(list) || cJSON_GetArraySize(list) < 2))
		return BAD(load, list, "disputed must be a list of at least two sources");
	cJSON_ArrayForEach (row, list) {
		if (!err)
			err = keys_ok(load, row, keys, NULL);
		if (!err)
			err = text_of(load, row, "says", &text);
		if (!err)
			err = text_of(load, row, "source", &text);
	}
	return err;
}

static ra_err root_load(const struct ra_check_loading *load, const cJSON *root, struct ra_check *out)
{
	static const char *const keys[] = {"$schema", "format", "id",     "title", "why", "since",
					   "planes",  "prefer", "manual", "judge", "disputed", NULL};
	const cJSON *prefer = ra_json_get(root, "prefer");
	ra_err err = keys_ok(load, root, keys, NULL);

	if (!err && ra_json_int(root, "format", 0) != 1)
		err =
		    BAD(load, ra_json_get(root, "format") ? ra_json_get(root, "format") : root, "\"format\" must be 1");
	if (!err)
		err = text_of(load, root, "id", &out->id);
	if (!err && strlen(out->id) >= RA_FACT_NAME_MAX)
		err = BAD(load, ra_json_get(root, "id"), "an id has fewer than %d bytes", RA_FACT_NAME_MAX);
	if (!err)
		err = text_of(load, root, "title", &out->title);
	if (!err)
		err = text_of(load, root, "why", &out->why);
	if (!err)
		err = version_of(load, root, &out->since);
	if (err)
		return err;
	out->prefer = prefer ? ra_plane_parse(ra_json_str(root, "prefer", "")) : RA_PLANE_ANY;
	if (prefer && (out->prefer < 0 || out->prefer == RA_PLANE_OPERATOR || out->prefer == RA_PLANE_SESSION))
		return BAD(load, prefer, "prefer names a plane that is asked (ssh, vcenter, bmc)");
	out->judge = ra_json_get(root, "judge");
	if (out->judge && !cJSON_IsArray(out->judge))
		return BAD(load, out->judge, "judge must be a list");
	out->disputed = ra_json_get(root, "disputed");
	err = disputed_ok(load, out->disputed);
	if (err)
		return err;
	out->manual = ra_json_get(root, "manual");
	if (out->manual)
		err = manual_ok(load, out->manual);
	if (!err)
		err = planes_load(load, ra_json_get(root, "planes"), out);
	if (!err && out->plane_count == 0 && !out->manual && !(out->judge && out->judge->child))
		err = BAD(load, root, "a check has planes or a manual form, or a judge of what the site gave");
	return err;
}

ra_err ra_check_load(struct ra_json *doc, struct ra_check **out, struct ra_errs *errs)
{
	struct ra_check *check = calloc(1, sizeof(*check));
	struct ra_check_loading load = {doc, errs};
	ra_err err = RA_E_NOMEM;

	*out = NULL;
	if (check) {
		check->doc = doc;
		err = root_load(&load, ra_json_root(doc), check);
	}
	if (err == RA_E_NOMEM)
		ra_fail(errs, err, "%s: no memory", ra_json_name(doc));
	if (err) {
		if (!check)
			ra_json_free(doc);
		ra_check_free(check);
		return err;
	}
	*out = check;
	return RA_OK;
}

struct ra_check *ra_check_free(struct ra_check *check)
{
	if (!check)
		return NULL;
	for (size_t i = 0; i < check->plane_count; i++) {
		free(check->planes[i].request);
		free(check->planes[i].words);
		free(check->planes[i].facts);
	}
	ra_json_free(check->doc);
	free(check);
	return NULL;
}

bool ra_check_is_secret(const struct ra_check *check)
{
	for (size_t i = 0; i < check->plane_count; i++)
		if (check->planes[i].secret)
			return true;
	return false;
}

bool ra_check_too_new(const struct ra_check *check, const struct ra_facts *facts)
{
	struct ra_reading version = ra_facts_read(facts, RA_FACT_ESXI_VERSION, NULL);
	struct ra_value since;
	bool ok = false, older;

	if (!check->since || version.reason != RA_KNOWN || version.plane == RA_PLANE_OPERATOR ||
	    ra_value_from_word(RA_VERSION, check->since, strlen(check->since), &since))
		return false;
	older = ra_value_order(version.value, &since, &ok) < 0;
	ra_value_clear(&since);
	return ok && older;
}
