/* extract.c - an answer's bytes become observations: exactly one for every fact of the plane, known or with its reason.
 */
#include "config.h"

#include "check/parse.h"
#include "check/value.h"

#include "base/pattern.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void ra_found_free(struct ra_found *found)
{
	for (size_t i = 0; i < found->count; i++)
		ra_obs_clear(&found->obs[i]);
	free(found->obs);
	memset(found, 0, sizeof(*found));
}

struct ra_obs *ra_found_add(struct ra_found *found)
{
	/* Doubles at every power of two, so that no room needs to be remembered. */
	if ((found->count & (found->count - 1)) == 0) {
		size_t room = found->count ? found->count * 2 : 1;
		struct ra_obs *more = realloc(found->obs, room * sizeof(*more));

		if (!more)
			return NULL;
		found->obs = more;
	}
	memset(&found->obs[found->count], 0, sizeof(*found->obs));
	return &found->obs[found->count++];
}

static struct ra_obs *add_fact(struct ra_found *found, const struct ra_extract *fact)
{
	struct ra_obs *obs = ra_found_add(found);

	if (obs) {
		memcpy(obs->name, fact->name, sizeof(obs->name));
		obs->lasting = fact->lasting;
	}
	return obs;
}

static ra_err add_reason(const struct ra_check_plane *plane, enum ra_reason reason, struct ra_found *found)
{
	for (size_t i = 0; i < plane->fact_count; i++) {
		struct ra_obs *obs = add_fact(found, &plane->facts[i]);

		if (!obs)
			return RA_E_NOMEM;
		obs->reason = reason;
	}
	return RA_OK;
}

/* What is the same for every observation of an answer. */
static void stamp(struct ra_found *found, const struct ra_check *check, const struct ra_check_plane *plane,
		  ra_utc_ms asked, ra_utc_ms at)
{
	for (size_t i = 0; i < found->count; i++) {
		struct ra_obs *obs = &found->obs[i];

		obs->plane = plane->plane;
		obs->at = at;
		obs->asked = asked;
		strncpy(obs->check, check->id, sizeof(obs->check) - 1);
	}
}

/* A value as the flow file writes it, or {"unknown": REASON}. Errors: RA_E_NOMEM. */
static ra_err set_from_spec(const cJSON *spec, enum ra_type type, struct ra_obs *obs)
{
	int reason = ra_reason_parse(ra_json_str(spec, "unknown", ""));
	ra_err err;

	if (cJSON_IsObject(spec)) {
		obs->reason = reason > RA_KNOWN ? reason : RA_MALFORMED;
		return RA_OK;
	}
	err = ra_value_from_json(type, spec, &obs->value);
	obs->reason = err ? RA_MALFORMED : RA_KNOWN;
	return err == RA_E_NOMEM ? err : RA_OK;
}

static const cJSON *mapped(const cJSON *map, struct ra_span word)
{
	const cJSON *entry;

	cJSON_ArrayForEach (entry, map) {
		if (strlen(entry->string) == word.len && memcmp(entry->string, word.at, word.len) == 0)
			return entry;
	}
	return NULL;
}

/* Is value one of the list, by the fact's own idea of equal? Errors: RA_E_INVALID when it is not, RA_E_NOMEM. */
static ra_err is_listed(const cJSON *list, const struct ra_value *value)
{
	const cJSON *entry;

	cJSON_ArrayForEach (entry, list) {
		struct ra_value one = {0};
		ra_err err = ra_value_from_json(value->type, entry, &one);
		bool same = !err && ra_value_equal(&one, value);

		ra_value_clear(&one);
		if (same || err == RA_E_NOMEM)
			return err;
	}
	return RA_E_INVALID;
}

/* A word of the plane to a value of ours. A map is closed: a spelling it does not know is malformed unless `in` has it.
 */
static ra_err value_of(const struct ra_extract *fact, struct ra_span word, struct ra_obs *obs)
{
	const cJSON *map = ra_json_get(fact->spec, "map"), *in = ra_json_get(fact->spec, "in");
	const cJSON *ours = word.len ? mapped(map, word) : NULL;
	ra_err err = RA_E_INVALID;

	if (ours)
		err = ra_value_from_json(fact->type, ours, &obs->value);
	else if (!map || in)
		err = ra_value_from_word(fact->type, word.len ? word.at : "", word.len, &obs->value);
	if (!err && in) {
		err = is_listed(in, &obs->value);
		if (err)
			ra_value_clear(&obs->value);
	}
	obs->reason = err ? RA_MALFORMED : RA_KNOWN;
	return err == RA_E_NOMEM ? err : RA_OK;
}

static ra_err obs_from_raw(const struct ra_extract *fact, struct ra_raw *raw, struct ra_obs *obs)
{
	const cJSON *absent = ra_json_get(fact->spec, "absent");

	obs->reason = raw->reason;
	obs->session_clock = raw->session_clock;
	if (raw->reason == RA_NOT_ASKED) {
		obs->reason = RA_MALFORMED;
		return absent ? set_from_spec(absent, fact->type, obs) : RA_OK;
	}
	if (raw->reason != RA_KNOWN)
		return RA_OK;
	if (fact->type != RA_LIST)
		return value_of(fact, raw->item, obs);
	obs->value = raw->list;
	obs->value.type = RA_LIST;
	memset(&raw->list, 0, sizeof(raw->list));
	return RA_OK;
}

/* The answer as the tree its parser reads, if it reads one. Errors: RA_E_NOMEM. */
static ra_err tree_of(const struct ra_parser *parser, const struct ra_check_plane *plane,
		      const struct ra_plane_answer *answer, struct ra_esxcli *out)
{
	const struct ra_json_limits limits = {.len_max = plane->cap_len};
	ra_err err;

	if (parser->parse != ra_parse_json)
		return RA_OK;
	if (strcmp(parser->name, "esxcli") == 0)
		return ra_esxcli_read(answer, plane->cap_len, out);
	err = ra_json_parse("answer", answer->out ? answer->out : "", answer->out_len, &limits, &out->doc, NULL);
	out->root = err ? NULL : ra_json_root(out->doc);
	return err == RA_E_NOMEM ? err : RA_OK;
}

/* Every fact of the plane through its parser. Errors: RA_E_NOMEM. */
static ra_err parse_facts(const struct ra_parser *parser, const struct ra_check_plane *plane,
			  const struct ra_parse_in *in, struct ra_found *found)
{
	ra_err err = RA_OK;

	for (size_t i = 0; !err && i < plane->fact_count; i++) {
		struct ra_raw raw = {.reason = RA_NOT_ASKED, .list = {.type = RA_LIST}};
		struct ra_obs *obs = add_fact(found, &plane->facts[i]);

		err = obs ? parser->parse(in, &plane->facts[i], &raw) : RA_E_NOMEM;
		if (!err)
			err = obs_from_raw(&plane->facts[i], &raw, obs);
		ra_value_clear(&raw.list);
	}
	return err;
}

/* The whole answer through one of the declarative parsers. */
static ra_err parse_all(const struct ra_parser *parser, const struct ra_check_plane *plane,
			const struct ra_plane_answer *answer, struct ra_found *found)
{
	RA_AUTO(ra_mem_free) struct ra_certs *certs = NULL;
	struct ra_esxcli tree = {0};
	struct ra_parse_in in = {.answer = answer, .plane = plane};
	ra_err err = parser->parse == ra_parse_x509 ? ra_x509_read(answer, plane->cap_len, &certs) : RA_OK;

	if (!err)
		err = tree_of(parser, plane, answer, &tree);
	in.certs = certs;
	in.tree = tree.root;
	if (!err)
		err = parse_facts(parser, plane, &in, found);
	ra_esxcli_clear(&tree);
	return err;
}

/* Does the pattern match stdout or stderr? One that runs into its limits does not. Errors: RA_E_NOMEM. */
static ra_err matches(const char *regex, const struct ra_plane_answer *answer, bool *found)
{
	RA_AUTO(ra_pattern_free) struct ra_pattern *pattern = NULL;
	const struct ra_span texts[] = {{answer->out, answer->out_len}, {answer->err, answer->err_len}};
	ra_err err = ra_pattern_compile(regex, &pattern, NULL);

	*found = false;
	for (size_t i = 0; !err && !*found && i < RA_LEN(texts); i++) {
		err = ra_pattern_find(pattern, texts[i].at ? texts[i].at : "", texts[i].len, 0, found, NULL);
		if (err == RA_E_LIMIT)
			err = RA_OK;
	}
	return err == RA_E_NOMEM ? err : RA_OK;
}

static bool holds_word(struct ra_span text, const char *word)
{
	size_t len = strlen(word);

	for (size_t at = 0; at + len <= text.len; at++) {
		size_t i = 0;

		while (i < len && tolower((unsigned char)text.at[at + i]) == word[i])
			i++;
		if (i == len)
			return true;
	}
	return false;
}

/* The command said no, and the check has no words for it. */
static enum ra_reason reason_of_no(const struct ra_plane_answer *answer)
{
	static const char *const words[] = {"permission", "not permitted", "not authorized", "access denied"};

	for (size_t i = 0; i < RA_LEN(words); i++)
		if (holds_word((struct ra_span){answer->out, answer->out_len}, words[i]) ||
		    holds_word((struct ra_span){answer->err, answer->err_len}, words[i]))
			return RA_REFUSED;
	return RA_MALFORMED;
}

/* A status that is not 0: the first of the check's `fails` that matches speaks. */
static ra_err said_no(const struct ra_check_plane *plane, const struct ra_plane_answer *answer, struct ra_found *found)
{
	const cJSON *rule, *set = NULL;
	enum ra_reason reason = reason_of_no(answer);
	bool hit = false;
	ra_err err = RA_OK;

	cJSON_ArrayForEach (rule, ra_json_get(plane->spec, "fails")) {
		int named = ra_reason_parse(ra_json_str(rule, "unknown", ""));

		err = matches(ra_json_str(rule, "match", ""), answer, &hit);
		if (err)
			return err;
		if (!hit)
			continue;
		set = ra_json_get(rule, "set");
		reason = named > RA_KNOWN ? (enum ra_reason)named : RA_MALFORMED;
		break;
	}
	for (size_t i = 0; !err && i < plane->fact_count; i++) {
		const cJSON *value = ra_json_get(set, plane->facts[i].name);
		struct ra_obs *obs = add_fact(found, &plane->facts[i]);

		if (!obs)
			return RA_E_NOMEM;
		obs->reason = reason;
		if (value)
			err = set_from_spec(value, plane->facts[i].type, obs);
	}
	return err;
}

/* A builtin reads its one fact. Its text may be judged whatever the exit status was; what it does not recognise is a
 * no. */
static ra_err read_builtin(const struct ra_builtin *builtin, const struct ra_check_plane *plane,
			   const struct ra_plane_answer *answer, struct ra_found *found)
{
	struct ra_obs *obs;
	ra_err err;

	if (answer->status != 0 && !builtin->any_status)
		return said_no(plane, answer, found);
	obs = add_fact(found, &plane->facts[0]);
	if (!obs)
		return RA_E_NOMEM;
	obs->reason = RA_MALFORMED;
	err = builtin->read(answer, obs, found);
	if (err || obs->reason == RA_KNOWN || answer->status == 0)
		return err;
	found->count--;
	ra_obs_clear(obs);
	return said_no(plane, answer, found);
}

static bool is_named(const struct ra_check_plane *plane, const char *name)
{
	for (size_t i = 0; i < plane->fact_count; i++)
		if (!strcmp(plane->facts[i].name, name))
			return ra_json_bool(plane->facts[i].spec, "named", false);
	return false;
}

/* Nobody named anything: no word is said of what would be told then. */
static void drop_named(const struct ra_check_plane *plane, struct ra_found *found)
{
	size_t kept = 0;

	for (size_t i = 0; i < found->count; i++) {
		if (is_named(plane, found->obs[i].name))
			ra_obs_clear(&found->obs[i]);
		else
			found->obs[kept++] = found->obs[i];
	}
	found->count = kept;
}

static ra_err extract(const struct ra_check_plane *plane, const struct ra_signatures *signatures,
		      const struct ra_plane_answer *answer, struct ra_found *out)
{
	static const char prefix[] = "builtin:";
	enum ra_reason failed = answer->failed;
	const struct ra_parser *parser = ra_parser_find(plane->parse);
	const struct ra_builtin *builtin = NULL;

	if (strcmp(plane->parse, "signatures") == 0)
		return ra_signatures_read(plane, signatures, answer, out);
	if (!failed && (!answer->complete || answer->truncated))
		failed = RA_TRUNCATED;
	if (failed)
		return add_reason(plane, failed, out);
	if (strncmp(plane->parse, prefix, sizeof(prefix) - 1) == 0)
		builtin = ra_builtin_find(plane->parse + sizeof(prefix) - 1);
	if (builtin && plane->fact_count == 1)
		return read_builtin(builtin, plane, answer, out);
	if (answer->status != 0)
		return said_no(plane, answer, out);
	return parser ? parse_all(parser, plane, answer, out) : add_reason(plane, RA_MALFORMED, out);
}

ra_err ra_extract_facts(const struct ra_check *check, const struct ra_check_plane *plane,
			const struct ra_signatures *signatures, const struct ra_plane_answer *answer,
			struct ra_found *out)
{
	ra_err err;

	memset(out, 0, sizeof(*out));
	err = extract(plane, signatures, answer, out);
	if (!err && !answer->named)
		drop_named(plane, out);
	if (err) {
		ra_found_free(out);
		return err;
	}
	stamp(out, check, plane, answer->sent, answer->came);
	return RA_OK;
}

ra_err ra_extract_reason(const struct ra_check *check, const struct ra_check_plane *plane, enum ra_reason reason,
			 ra_utc_ms at, struct ra_found *out)
{
	ra_err err;

	memset(out, 0, sizeof(*out));
	err = add_reason(plane, reason, out);
	if (err) {
		ra_found_free(out);
		return err;
	}
	stamp(out, check, plane, at, at);
	return RA_OK;
}
