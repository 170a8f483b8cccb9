/* scrub.c - a recording without what tells whose host it is: rules over every text, words collected first. */
#include "config.h"

#include "session/scrub.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define EPOCH "2026-01-01T00:00:00Z" /* the day on which every scrubbed recording begins */
#define DAY_MS INT64_C(86400000)
#define DENIED_MAX 100 /* bytes before a value that are looked at: all of a long line, for each value in it, would take hours */
#define SERIAL_MIN 6 /* digits: fewer are found in anything */

struct ra_scrub_count *ra_scrub_count(struct ra_scrubbing *s, const char *rule)
{
	struct ra_scrubbed *out = s->out;
	size_t i = 0;

	while (i < out->count && strcmp(out->counts[i].rule, rule))
		i++;
	if (i == out->count && out->count < RA_SCRUB_RULES_MAX)
		out->counts[out->count++] = (struct ra_scrub_count){.rule = rule};
	return &out->counts[i < RA_SCRUB_RULES_MAX ? i : RA_SCRUB_RULES_MAX - 1];
}

size_t ra_scrub_number(const struct ra_scrubbing *s, const char *rule)
{
	return (size_t)cJSON_GetArraySize(ra_json_get(s->out->map, rule));
}

/* A value counts once, whether its token is new or was kept from before. */
static ra_err count_value(struct ra_scrubbing *s, const char *rule, const char *value)
{
	cJSON *seen = cJSON_GetObjectItemCaseSensitive(s->out->seen, rule);

	if (seen && cJSON_GetObjectItemCaseSensitive(seen, value))
		return RA_OK;
	if (!seen)
		seen = cJSON_AddObjectToObject(s->out->seen, rule);
	if (!seen || !cJSON_AddTrueToObject(seen, value))
		return RA_E_NOMEM;
	ra_scrub_count(s, rule)->values++;
	return RA_OK;
}

bool ra_scrub_is_token(const struct ra_scrubbing *s, const char *rule, const char *value)
{
	const cJSON *token;

	cJSON_ArrayForEach (token, ra_json_get(s->out->map, rule))
		if (cJSON_IsString(token) && !strcasecmp(token->valuestring, value))
			return true;
	return false;
}

/* What stands for a value, new or from before. */
static ra_err find_token(struct ra_scrubbing *s, const char *rule, const char *value, const char *fallback, const char **token)
{
	cJSON *map = cJSON_GetObjectItemCaseSensitive(s->out->map, rule);

	*token = ra_json_str(map, value, NULL);
	if (*token)
		return RA_OK;
	if (s->values >= RA_SCRUB_VALUES_MAX)
		return ra_fail(s->errs, RA_E_LIMIT, "it holds more than %d names, addresses and numbers",
			       RA_SCRUB_VALUES_MAX);
	if (!map)
		map = cJSON_AddObjectToObject(s->out->map, rule);
	if (!map || !cJSON_AddStringToObject(map, value, fallback))
		return RA_E_NOMEM;
	*token = ra_json_str(map, value, "");
	s->values++;
	return RA_OK;
}

ra_err ra_scrub_token(struct ra_scrubbing *s, const char *rule, const char *value, const char *fallback,
		      const char **token)
{
	ra_err err = find_token(s, rule, value, fallback, token);

	return err ? err : count_value(s, rule, value);
}

/* What is everybody's, or only a number. A number of some length without a point may be a machine's. */
static bool says_little(const char *name, const char *word)
{
	size_t digits = strspn(word, "0123456789");
	bool number = strspn(word, "0123456789.") == strlen(word);

	if (number && !strcmp(name, "serial number"))
		return word[digits] || digits < SERIAL_MIN;
	return number || ra_scrub_is_common(word);
}

/* A word to be replaced wherever it stands. */
static ra_err add_word(struct ra_scrubbing *s, const char *name, const char *token, const char *word)
{
	char lower[256], made[64];
	const char *known;
	bool own = !strcmp(name, RA_SCRUB_OWN);

	snprintf(lower, sizeof(lower), "%s", word);
	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	if (strlen(word) >= sizeof(lower) || (!own && says_little(name, lower)))
		return RA_OK;
	for (size_t i = 0; i < s->word_count; i++)
		if (!strcmp(s->words[i].word, lower))
			return RA_OK;
	if (s->in_place && ra_scrub_is_token(s, name, lower))
		return RA_OK;
	snprintf(made, sizeof(made), "%s%zu%s", token, ra_scrub_number(s, name) + 1, !strcmp(name, "domain") || !strcmp(name, "other host") ? ".example" : "");
	ra_err err = find_token(s, name, lower, made, &known);

	if (err)
		return err;
	if (s->word_count == s->word_room) {
		size_t room = s->word_room ? s->word_room * 2 : 64;
		struct ra_scrub_word *more = realloc(s->words, room * sizeof(*more));

		if (!more)
			return RA_E_NOMEM;
		s->words = more;
		s->word_room = room;
	}
	char *kept = strdup(lower);

	if (!kept)
		return RA_E_NOMEM;
	s->words[s->word_count++] = (struct ra_scrub_word){kept, known, strlen(kept), name, own};
	return RA_OK;
}

/* Does a name end in a domain that is a word already? Then its parts are words. */
static bool is_of_domain(const struct ra_scrubbing *s, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < s->word_count; i++) {
		const struct ra_scrub_word *word = &s->words[i];

		if (!strncmp(word->token, "domain-", 7) && word->len < len && name[len - word->len - 1] == '.' &&
		    !strcasecmp(word->word, name + len - word->len))
			return true;
	}
	for (const char *dot = s->in_place ? strchr(name, '.') : NULL; dot; dot = strchr(dot + 1, '.'))
		if (ra_scrub_is_token(s, "domain", dot + 1))
			return true;
	return false;
}

/* A host's name and its domain are two words, so that each is found alone too; so are a user and a domain. */
static ra_err add_parts(struct ra_scrubbing *s, const struct ra_scrub_rule *rule, char *value)
{
	static const char domain[] = "domain-";

	if (rule->kind == RA_SCRUB_FQDN)
		return is_of_domain(s, value) ? RA_OK : add_word(s, rule->name, rule->token, value);
	char *part = strpbrk(value, rule->kind == RA_SCRUB_HOST ? "." : "@\\");
	char *first = value, *rest = part ? part + 1 + strspn(part + 1, "\\") : NULL;

	if (rule->kind == RA_SCRUB_WORD || !part)
		return add_word(s, rule->name, rule->token, value);
	bool domain_first = *part == '\\';

	*part = '\0';
	ra_err err = add_word(s, rule->name, rule->token, domain_first ? rest : first);

	return err ? err : add_word(s, "domain", domain, domain_first ? first : rest);
}

ra_err ra_scrub_add(struct ra_scrubbing *s, const struct ra_scrub_rule *rule, const char *value)
{
	RA_AUTO(ra_mem_free) char *own = strdup(value);

	return own ? add_parts(s, rule, own) : RA_E_NOMEM;
}

/* Does the line before a value say that it is none? */
static bool is_denied(const struct ra_pattern *not_after, const char *line, size_t len)
{
	const size_t from = len > DENIED_MAX ? len - DENIED_MAX : 0;
	bool found = false;

	return not_after && !ra_pattern_find(not_after, line, len, from, &found, NULL) && found;
}

/* The next value of a rule in a line. Out: false when there is none. Errors: of the pattern. */
static ra_err next_value(const struct ra_scrubbing *s, size_t rule, const char *line, size_t len, size_t *from,
			 size_t *end)
{
	struct ra_match match;
	bool found = true;
	ra_err err = RA_OK;

	while (!err && found) {
		err = ra_pattern_find(s->patterns[rule], line, len, *from, &found, &match);
		int group = 1;

		while (!err && found && group + 1 < match.groups && match.start[group] == SIZE_MAX)
			group++;
		if (err || !found)
			break;
		*from = match.start[group];
		*end = match.end[group];
		if (!is_denied(s->not_after[rule], line, *from))
			return RA_OK;
		*from = *end;
	}
	*from = SIZE_MAX;
	return err;
}

static bool applies(const struct ra_scrubbing *s, const struct ra_scrub_rule *rule)
{
	if (rule->kind == (s->in_place ? RA_SCRUB_DATE : RA_SCRUB_LINE))
		return false;
	return !rule->request || strstr(s->request, rule->request);
}

/* Collect the words of a line. */
static ra_err collect(struct ra_scrubbing *s, const char *line, size_t len)
{
	ra_err err = RA_OK;

	for (size_t i = 0; i < s->rule_count && !err; i++) {
		size_t at = 0, end = 0;

		if (s->rules[i].kind < RA_SCRUB_HOST || (s->rules[i].kind == RA_SCRUB_FQDN) != s->late || !applies(s, &s->rules[i]))
			continue;
		for (err = next_value(s, i, line, len, &at, &end); !err && at != SIZE_MAX;
		     err = next_value(s, i, line, len, &at, &end)) {
			RA_AUTO(ra_mem_free) char *value = strndup(line + at, end - at);

			err = value ? add_parts(s, &s->rules[i], value) : RA_E_NOMEM;
			at = end;
			if (err)
				break;
		}
	}
	return err;
}

/* Replace what has the form of one rule in a line; its first bytes up to keep are only there to be looked at. */
static ra_err replace(struct ra_scrubbing *s, size_t rule, const struct ra_buf *line, size_t keep, struct ra_buf *out)
{
	const char *text = ra_buf_str(line);
	size_t at = 0, end = 0, done = 0;
	ra_err err = next_value(s, rule, text, line->len, &at, &end);

	while (!err && at != SIZE_MAX) {
		bool taken = false;

		err = ra_buf_add(out, text + done, at - done);
		if (!err && at >= keep)
			err = ra_scrub_form(s, &s->rules[rule], text + at, end - at, out, &taken);
		if (!err && !taken)
			err = ra_buf_add(out, text + at, end - at);
		ra_scrub_count(s, s->rules[rule].name)->places += taken;
		done = at = end;
		err = err ? err : next_value(s, rule, text, line->len, &at, &end);
	}
	return err ? err : ra_buf_add(out, text + done, line->len - done);
}

/* One line: words out of it in the first pass, all replaced in the second. lead: bytes in front that are no part of the
 * text. */
static ra_err do_line(struct ra_scrubbing *s, const char *line, size_t len, size_t lead, struct ra_buf *out)
{
	RA_AUTO(ra_buf_free) struct ra_buf now = {0};
	RA_AUTO(ra_buf_free) struct ra_buf next = {0};
	ra_err err = ra_buf_add(&now, line, len);

	if (!out)
		return err ? err : collect(s, line, len);
	for (size_t i = 0; i < s->rule_count && !err; i++) {
		if (s->rules[i].kind >= RA_SCRUB_HOST || !applies(s, &s->rules[i]))
			continue;
		ra_buf_reset(&next);
		err = replace(s, i, &now, lead, &next);
		struct ra_buf swap = now;

		now = next;
		next = swap;
	}
	return err ? err : ra_scrub_words(s, ra_buf_str(&now) + lead, now.len - lead, out);
}

ra_err ra_scrub_text(struct ra_scrubbing *s, const char *key, const char *text, struct ra_buf *out)
{
	RA_AUTO(ra_buf_free) struct ra_buf certs = {0};
	ra_err err = !out ? ra_buf_text(&certs, text) : s->in_place ? ra_scrub_cover(s, text, &certs) : ra_scrub_certs(s, text, &certs);

	if (!err && !out)
		err = ra_scrub_cert_names(text, &certs);
	const char *at = ra_buf_str(&certs);

	while (!err) {
		RA_AUTO(ra_buf_free) struct ra_buf line = {0};
		size_t len = strcspn(at, "\n");
		bool more = at[len] == '\n';

		err = *key ? ra_buf_printf(&line, "\"%s\": \"", key) : RA_OK;
		size_t lead = line.len;

		err = err ? err : ra_buf_add(&line, at, len);
		err = err || !*key ? err : ra_buf_text(&line, "\"");
		err = err ? err : do_line(s, ra_buf_str(&line), line.len, lead, out);
		/* the quote that was put behind it goes again */
		if (!err && out && *key && out->len)
			out->data[--out->len] = '\0';
		if (!more)
			break;
		err = err || !out ? err : ra_buf_text(out, "\n");
		at += len + 1;
	}
	return err;
}

static ra_err set_text(cJSON *node, const struct ra_buf *text)
{
	return cJSON_SetValuestring(node, ra_buf_str(text)) ? RA_OK : RA_E_NOMEM;
}

static ra_err do_string(struct ra_scrubbing *s, cJSON *node, const char *key, bool write)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};
	ra_err err = ra_scrub_text(s, key, node->valuestring, write ? &text : NULL);

	return err || !write ? err : set_text(node, &text);
}

/* Every text of a JSON answer under the name of its member. Names of members are the interface's, and stay. */
ra_err ra_scrub_json(struct ra_scrubbing *s, cJSON *node, const char *key, bool write)
{
	ra_err err = cJSON_IsString(node) ? do_string(s, node, *key ? key : "value", write) : RA_OK;

	for (cJSON *item = node->child; item && !err; item = item->next)
		err = ra_scrub_json(s, item, item->string ? item->string : key, write);
	return err;
}

/* A list of lines is one text: a certificate stands on several. Lines stay as many as they were, or become as many as
 * there are. */
static ra_err do_lines(struct ra_scrubbing *s, cJSON *list, bool write)
{
	RA_AUTO(ra_buf_free) struct ra_buf whole = {0};
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};
	const cJSON *item;
	ra_err err = RA_OK;

	cJSON_ArrayForEach (item, list) {
		err = err ? err : ra_buf_text(&whole, item == list->child ? "" : "\n");
		err = err ? err : ra_buf_text(&whole, item->valuestring);
	}
	err = err ? err : ra_scrub_text(s, "", ra_buf_str(&whole), write ? &text : NULL);
	if (err || !write)
		return err;
	while (list->child)
		cJSON_DeleteItemFromArray(list, 0);
	for (const char *at = ra_buf_str(&text); at;) {
		size_t len = strcspn(at, "\n");
		RA_AUTO(ra_mem_free) char *line = strndup(at, len);
		cJSON *made = line ? cJSON_CreateString(line) : NULL;

		if (!made || !cJSON_AddItemToArray(list, made)) {
			cJSON_Delete(made);
			return RA_E_NOMEM;
		}
		at = at[len] ? at + len + 1 : NULL;
	}
	return RA_OK;
}

static ra_err do_lines_or_text(struct ra_scrubbing *s, cJSON *node, bool write)
{
	if (cJSON_IsArray(node) && node->child)
		return do_lines(s, node, write);
	return cJSON_IsString(node) ? do_string(s, node, "", write) : RA_OK;
}

static ra_err do_reply(struct ra_scrubbing *s, cJSON *reply, bool write)
{
	RA_AUTO(ra_mem_free) char *request = ra_json_print(ra_json_get(reply, "request"));
	cJSON *json = cJSON_GetObjectItemCaseSensitive(reply, "json");

	if (!request)
		return RA_E_NOMEM;
	s->request = request;
	ra_err err = do_lines_or_text(s, cJSON_GetObjectItemCaseSensitive(reply, "out"), write);

	if (!err)
		err = do_lines_or_text(s, cJSON_GetObjectItemCaseSensitive(reply, "err"), write);
	if (!err && json)
		err = ra_scrub_json(s, json, "", write);
	s->request = "";
	return err;
}

/* The texts of a recording that may tell something: its own, and what planes and answers say. */
/* An answer no rule can look through is not handed out: nothing of it stays, and it says that it is not whole. */
static ra_err drop_hard(struct ra_scrubbing *s, cJSON *reply, ra_err err)
{
	static const char *const parts[] = {"out", "err", "json"};

	if (err != RA_E_LIMIT || s->errs->count)
		return err;
	for (size_t i = 0; i < RA_LEN(parts); i++)
		cJSON_DeleteItemFromObjectCaseSensitive(reply, parts[i]);
	if (cJSON_GetObjectItemCaseSensitive(reply, "fault"))
		return RA_OK;
	return cJSON_AddStringToObject(reply, "fault", "truncated") ? RA_OK : RA_E_NOMEM;
}

static ra_err do_tree(struct ra_scrubbing *s, cJSON *tree, bool write)
{
	static const char *const own[][2] = {{"id", ""}, {"host", "hostName"}, {"clock", ""}, {"title", ""}, {"story", ""}};
	cJSON *state, *side, *reply;
	ra_err err = RA_OK;

	for (size_t i = 0; i < RA_LEN(own) && !err; i++) {
		cJSON *node = cJSON_GetObjectItemCaseSensitive(tree, own[i][0]);

		if (cJSON_IsString(node))
			err = do_string(s, node, own[i][1], write);
	}
	cJSON_ArrayForEach (state, cJSON_GetObjectItemCaseSensitive(tree, "states")) {
		cJSON_ArrayForEach (side, state) {
			err = err ? err : do_lines_or_text(s, cJSON_GetObjectItemCaseSensitive(side, "say"), write);
			cJSON_ArrayForEach (reply, cJSON_GetObjectItemCaseSensitive(side, "replies")) {
				err = err ? err : drop_hard(s, reply, do_reply(s, reply, write));
			}
		}
	}
	return err;
}

/* Longer words first: what holds another word is taken whole. */
static int by_length(const void *a, const void *b)
{
	const struct ra_scrub_word *one = a, *other = b;

	if (one->len != other->len)
		return one->len < other->len ? 1 : -1;
	return strcmp(one->word, other->word);
}

void ra_scrub_sort(struct ra_scrubbing *s)
{
	if (s->word_count)
		qsort(s->words, s->word_count, sizeof(*s->words), by_length);
}

ra_err ra_scrub_of_domain(const struct ra_scrub_word *word, struct ra_buf *pattern, bool *made)
{
	*made = !strncmp(word->token, "domain-", 7) && strchr(word->word, '.') &&
		strspn(word->word, "abcdefghijklmnopqrstuvwxyz0123456789.-") == word->len;
	return *made ? ra_buf_printf(pattern, "(?i)([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\\.\\Q%s\\E(?![\\w-])", word->word) : RA_OK;
}

ra_err ra_scrub_collect_by(struct ra_scrubbing *s, const char *pattern, const char *text)
{
	const struct ra_scrub_rule rule = {"host name", RA_SCRUB_WORD, pattern, NULL, NULL, "host-"};
	struct ra_scrubbing one = *s;

	one.rules = &rule;
	one.rule_count = 1;
	one.late = false;
	one.not_after[0] = NULL;
	ra_err err = ra_pattern_compile(pattern, &one.patterns[0], s->errs);

	err = err ? err : ra_scrub_text(&one, "", text, NULL);
	s->words = one.words;
	s->word_count = one.word_count;
	s->word_room = one.word_room;
	s->values = one.values;
	ra_pattern_free(one.patterns[0]);
	return err;
}

/* Hosts of a domain that is known, wherever they are named. */
static ra_err collect_of_domains(struct ra_scrubbing *s, cJSON *tree)
{
	size_t count = s->word_count;
	ra_err err = RA_OK;

	for (size_t i = 0; i < count && !err; i++) {
		RA_AUTO(ra_buf_free) struct ra_buf pattern = {0};

		bool made;

		err = ra_scrub_of_domain(&s->words[i], &pattern, &made);
		if (err || !made)
			continue;
		const struct ra_scrub_rule rule = {"host name", RA_SCRUB_WORD, ra_buf_str(&pattern),
						   NULL,        NULL,          "host-"};
		struct ra_scrubbing one = *s;

		one.rules = &rule;
		one.rule_count = 1;
		one.not_after[0] = NULL;
		err = ra_pattern_compile(rule.pattern, &one.patterns[0], s->errs);
		err = err ? err : do_tree(&one, tree, false);
		s->words = one.words;
		s->word_count = one.word_count;
		s->word_room = one.word_room;
		s->values = one.values;
		ra_pattern_free(one.patterns[0]);
	}
	return err;
}

ra_err ra_scrub_words(struct ra_scrubbing *s, const char *text, size_t len, struct ra_buf *out)
{
	size_t done = 0;
	bool anywhere = false;
	ra_err err = RA_OK;

	for (size_t i = 0; i < s->word_count; i++)
		anywhere = anywhere || s->words[i].anywhere;
	for (size_t at = 0; at < len && !err;) {
		const struct ra_scrub_word *word = NULL;

		bool inside = at && isalnum((unsigned char)text[at - 1]) && isalnum((unsigned char)text[at]);

		if (inside && !anywhere) {
			at++;
			continue;
		}
		for (size_t i = 0; i < s->word_count && !word; i++) {
			const struct ra_scrub_word *one = &s->words[i];

			if ((!inside || one->anywhere) && one->len <= len - at && one->word[0] == tolower((unsigned char)text[at]) &&
			    !strncasecmp(one->word, text + at, one->len) &&
			    (one->anywhere || at + one->len == len || !isalnum((unsigned char)text[at + one->len]) ||
			     !isalnum((unsigned char)text[at + one->len - 1])))
				word = one;
		}
		if (!word) {
			at++;
			continue;
		}
		err = ra_buf_add(out, text + done, at - done);
		err = err ? err : ra_buf_text(out, word->token);
		at += word->len;
		done = at;
		ra_scrub_count(s, word->rule)->places++;
		err = err ? err : count_value(s, word->rule, word->word);
	}
	return err ? err : ra_buf_add(out, text + done, len - done);
}

ra_err ra_scrub_begin(struct ra_scrubbing *s)
{
	ra_err err = RA_OK;

	s->rule_count = ra_scrub_rules(&s->rules);
	for (size_t i = 0; i < s->rule_count && !err; i++) {
		err = ra_pattern_compile(s->rules[i].pattern, &s->patterns[i], s->errs);
		if (!err && s->rules[i].not_after)
			err = ra_pattern_compile(s->rules[i].not_after, &s->not_after[i], s->errs);
	}
	return err;
}

void ra_scrubbed_clear(struct ra_scrubbed *scrubbed)
{
	scrubbed->map = ra_cjson_free(scrubbed->map);
	scrubbed->seen = ra_cjson_free(scrubbed->seen);
}

void ra_scrub_end(struct ra_scrubbing *s)
{
	for (size_t i = 0; i < s->rule_count; i++) {
		ra_pattern_free(s->patterns[i]);
		ra_pattern_free(s->not_after[i]);
	}
	for (size_t i = 0; i < s->word_count; i++)
		free(s->words[i].word);
	free(s->words);
}

ra_err ra_scrub(cJSON *tree, struct ra_scrubbed *out, struct ra_errs *errs)
{
	struct ra_scrubbing s = {.out = out, .request = "", .errs = errs};
	ra_utc_ms epoch = 0, clock = 0;

	*out = (struct ra_scrubbed){.map = cJSON_CreateObject(), .seen = cJSON_CreateObject()};
	if (!out->map || !out->seen)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	if (ra_utc_parse(EPOCH, &epoch) || ra_utc_parse(ra_json_str(tree, "clock", ""), &clock))
		return ra_fail(errs, RA_E_INVALID, "the recording has no clock");
	s.shift_days = epoch / DAY_MS - clock / DAY_MS;
	ra_err err = ra_scrub_begin(&s);

	if (!err)
		err = do_tree(&s, tree, false);
	if (!err)
		err = collect_of_domains(&s, tree);
	s.late = true;
	if (!err)
		err = do_tree(&s, tree, false);
	ra_scrub_sort(&s);
	if (!err)
		err = do_tree(&s, tree, true);
	ra_scrub_end(&s);
	if (err && !errs->count)
		return ra_fail(errs, err,
			       err == RA_E_NOMEM
				   ? "no memory to scrub the recording"
				   : "the recording cannot be scrubbed: an answer is too hard to examine");
	return err;
}
