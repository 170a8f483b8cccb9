/* redact.c - a record read several times: words first, then what goes and what is shown for it. */
#include "config.h"

#include "check/mask.h"
#include "session/redact_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HARD "[not examined]" /* in place of an answer no rule could look through */
#define BYTES "[bytes that are no text]"
#define DOMAINS_MAX 32

/* One redaction. */
struct run {
	struct ra_scrubbing s;
	const struct ra_also *also;
	struct ra_redaction_told *told;
	struct ra_buf domains[DOMAINS_MAX]; /* patterns of the hosts in them */
	size_t domain_count;
	int64_t seq;
};

static const cJSON *said_by(const struct ra_redact_part *part)
{
	return part->value ? part->value : part->shown;
}

static bool is_line(const struct ra_redact_part *part)
{
	return cJSON_IsArray(part->within) && (!strcmp(part->key, "out") || !strcmp(part->key, "err"));
}

/* The digest of a whole answer, or of a file of the site: it says no more than that, and goes when a part of that goes, for it would
 * confirm a guess at what is short. */
static bool is_digest(const struct ra_redact_line *line, const struct ra_redact_part *part)
{
	return part->within == line->body && !strcmp(part->key, "sha256");
}

static bool is_digested(const struct ra_redact_line *line, const struct ra_redact_part *part)
{
	return !strcmp(part->key, part->within == line->body ? "content" : "out");
}

/* How many parts from here on are the lines of one answer. */
static size_t lines_from(const struct ra_redact_line *line, size_t at)
{
	size_t count = 0;

	while (at + count < line->count && is_line(&line->parts[at + count]) && line->parts[at + count].within == line->parts[at].within)
		count++;
	return count;
}

static size_t lines_in(const char *text)
{
	size_t count = 1;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

/* The lines as one text. What is no text is an empty line of it. */
static ra_err join(const struct ra_redact_part *parts, size_t count, struct ra_buf *out)
{
	ra_err err = RA_OK;

	for (size_t i = 0; i < count && !err; i++) {
		const cJSON *said = said_by(&parts[i]);

		err = i ? ra_buf_text(out, "\n") : RA_OK;
		if (!err && cJSON_IsString(said))
			err = ra_buf_text(out, said->valuestring);
	}
	return err;
}

static struct ra_json *as_json(const char *text)
{
	struct ra_json *doc = NULL;

	text += strspn(text, " \t\n");
	if (!*text || !strchr("{[\"", *text) || ra_json_parse("answer", text, strlen(text), NULL, &doc, NULL))
		return NULL;
	return doc;
}

/* Words of a text: by the rules, by the site's own patterns, and hosts of the domains that are known by now. */
static ra_err collect_text(struct run *run, const char *key, const char *text)
{
	ra_err err = ra_scrub_text(&run->s, key, text, NULL);

	if (!err && !run->s.late)
		err = ra_also_collect(run->also, &run->s, text);
	for (size_t i = 0; i < run->domain_count && !err && run->s.late; i++)
		err = ra_scrub_collect_by(&run->s, ra_buf_str(&run->domains[i]), text);
	return err;
}

static ra_err collect_json(struct run *run, const cJSON *value, const char *key)
{
	RA_AUTO(ra_cjson_free) cJSON *own = cJSON_Duplicate(value, true);
	RA_AUTO(ra_mem_free) char *text = ra_json_print(value);
	ra_err err = own && text ? ra_scrub_json(&run->s, own, key, false) : RA_E_NOMEM;

	if (!err && !run->s.late)
		err = ra_also_collect(run->also, &run->s, text);
	for (size_t i = 0; i < run->domain_count && !err && run->s.late; i++)
		err = ra_scrub_collect_by(&run->s, ra_buf_str(&run->domains[i]), text);
	return err;
}

static ra_err collect_lines(struct run *run, const struct ra_redact_part *parts, size_t count)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};
	ra_err err = join(parts, count, &text);
	RA_AUTO(ra_json_free) struct ra_json *doc = err ? NULL : as_json(ra_buf_str(&text));

	if (!err && doc)
		err = collect_json(run, ra_json_root(doc), "");
	return err || (doc && lines_in(ra_buf_str(&text)) <= 2) ? err : collect_text(run, "", ra_buf_str(&text));
}

/* A value by whose place it is known what it is. */
static ra_err collect_row(struct run *run, const struct ra_redact_row *row, const cJSON *value)
{
	static const char addresses[] = "0123456789abcdefABCDEF.:%";
	const cJSON *item;
	ra_err err = RA_OK;

	if (cJSON_IsString(value) && strspn(value->valuestring, addresses) != strlen(value->valuestring) && strcmp(row->name, "file"))
		err = ra_scrub_add(&run->s, &row->rule, value->valuestring);
	cJSON_ArrayForEach(item, value) err = err ? err : collect_row(run, row, item);
	return err;
}

static ra_err collect_value(struct run *run, const struct ra_redact_part *part)
{
	const struct ra_redact_row *row = ra_redact_row(part);
	const cJSON *said = said_by(part);
	const char *key = row ? row->key : part->key;
	ra_err err = RA_OK;

	if (!said)
		return RA_OK;
	if (row && part->value && !run->s.late)
		err = collect_row(run, row, said);
	if (err)
		return err;
	return cJSON_IsString(said) ? collect_text(run, key, said->valuestring) : collect_json(run, said, key);
}

/* What no rule can look through is withheld whole in the last pass: here it only has no words. */
static ra_err soft(const struct run *run, ra_err err)
{
	return err == RA_E_LIMIT && !run->s.errs->count ? RA_OK : err;
}

static ra_err collect(void *payload, int64_t seq, struct ra_redact_line *line, struct ra_errs *errs)
{
	struct run *run = payload;
	ra_err err = RA_OK;

	(void)seq;
	(void)errs;
	run->s.request = ra_json_str(line->body, "request", "");
	for (size_t i = 0; i < line->count && !err;) {
		size_t count = lines_from(line, i);

		if (count)
			err = soft(run, collect_lines(run, &line->parts[i], count));
		else if (!is_digest(line, &line->parts[i]))
			err = soft(run, collect_value(run, &line->parts[i]));
		i += count ? count : 1;
	}
	return err;
}

static ra_err show(struct ra_redact_part *part, const char *text, size_t len)
{
	RA_AUTO(ra_mem_free) char *own = strndup(text, len);

	cJSON_Delete(part->masked);
	part->masked = own ? cJSON_CreateString(own) : NULL;
	return part->masked ? RA_OK : RA_E_NOMEM;
}

/* A text as it may be shown. Shape: key as for the rules. Out: RA_E_STATE when its lines could not be kept apart. */
static ra_err mask_text(struct run *run, const char *key, const char *text, struct ra_buf *out)
{
	RA_AUTO(ra_buf_free) struct ra_buf open = {0};
	ra_err err = ra_mask_secrets(RA_MASK_ANSWER, text, strlen(text), &open);

	if (err)
		return err;
	if (strcmp(ra_buf_str(&open), text))
		ra_scrub_count(&run->s, "secret")->places++;
	if (lines_in(ra_buf_str(&open)) != lines_in(text))
		return RA_E_STATE;
	return ra_scrub_text(&run->s, key, ra_buf_str(&open), out);
}

/* Names of members may be a host's, too. */
static ra_err mask_names(struct run *run, cJSON *node)
{
	ra_err err = RA_OK;

	for (cJSON *item = node->child; item && !err; item = item->next) {
		RA_AUTO(ra_buf_free) struct ra_buf name = {0};

		err = item->string ? ra_scrub_text(&run->s, "", item->string, &name) : RA_OK;
		if (!err && item->string && strcmp(ra_buf_str(&name), item->string)) {
			char *own = cJSON_malloc(name.len + 1);

			if (!own)
				return RA_E_NOMEM;
			memcpy(own, ra_buf_str(&name), name.len + 1);
			cJSON_free(item->string);
			item->string = own;
		}
		err = err ? err : mask_names(run, item);
	}
	return err;
}

/* A JSON value as it may be shown. Out: NULL in *out: it says nothing that a rule finds. */
static ra_err mask_json(struct run *run, const cJSON *value, const char *key, char **out)
{
	RA_AUTO(ra_buf_free) struct ra_buf open = {0}, words = {0};
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	RA_AUTO(ra_cjson_free) cJSON *own = NULL;
	RA_AUTO(ra_mem_free) char *before = ra_json_print(value);
	ra_err err = before ? ra_mask_secrets(RA_MASK_ANSWER, before, strlen(before), &open) : RA_E_NOMEM;

	*out = NULL;
	if (!err)
		err = ra_json_parse("answer", ra_buf_str(&open), open.len, NULL, &doc, NULL);
	if (!err && strcmp(before, ra_buf_str(&open)))
		ra_scrub_count(&run->s, "secret")->places++;
	if (!err)
		own = cJSON_Duplicate(ra_json_root(doc), true);
	if (!err)
		err = own ? ra_scrub_json(&run->s, own, key, true) : RA_E_NOMEM;
	err = err ? err : mask_names(run, own);
	RA_AUTO(ra_mem_free) char *after = err ? NULL : ra_json_print(own);

	err = err || after ? err : RA_E_NOMEM;
	if (!err) /* numbers may be words */
		err = ra_scrub_words(&run->s, after, strlen(after), &words);
	if (!err && strcmp(before, ra_buf_str(&words)))
		*out = ra_buf_take(&words);
	return err;
}

static ra_err hide_lines(struct run *run, struct ra_redact_part *parts, size_t count, const char *text)
{
	ra_err err = RA_OK;

	run->told->hard++;
	for (size_t i = 0; i < count && !err; i++)
		err = show(&parts[i], text, strlen(text));
	return err;
}

/* The masked text cut again as the lines are. */
static ra_err part_lines(struct ra_redact_part *parts, size_t count, const char *text)
{
	ra_err err = RA_OK;

	for (size_t i = 0; i < count && !err; i++) {
		const cJSON *said = said_by(&parts[i]);
		const char *was = cJSON_IsString(said) ? said->valuestring : "", *end = text;

		for (size_t n = lines_in(was); n > 0; n--)
			end += strcspn(end, "\n") + (n > 1);
		size_t len = (size_t)(end - text);

		if (strlen(was) != len || memcmp(was, text, len))
			err = show(&parts[i], text, len);
		text = end + (*end == '\n');
	}
	return err;
}

/* An answer that is JSON on one line. Out: *taken. */
static ra_err mask_json_line(struct run *run, struct ra_redact_part *parts, size_t count, const char *text, bool *taken)
{
	RA_AUTO(ra_json_free) struct ra_json *doc = as_json(text);
	RA_AUTO(ra_mem_free) char *after = NULL;
	size_t line = count;

	for (size_t i = 0; i < count; i++) {
		const cJSON *said = said_by(&parts[i]);

		if (!cJSON_IsString(said) || !*said->valuestring)
			continue;
		if (line < count || strchr(said->valuestring, '\n'))
			return RA_OK;
		line = i;
	}
	*taken = doc && line < count;
	ra_err err = *taken ? mask_json(run, ra_json_root(doc), "", &after) : RA_OK;

	return err || !after ? err : show(&parts[line], after, strlen(after));
}

static ra_err mask_lines(struct run *run, struct ra_redact_part *parts, size_t count)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {0}, out = {0};
	bool taken = false;
	ra_err err = join(parts, count, &text);

	if (!err)
		err = mask_json_line(run, parts, count, ra_buf_str(&text), &taken);
	if (!err && !taken)
		err = mask_text(run, "", ra_buf_str(&text), &out);
	if (err == RA_E_STATE || (err == RA_E_LIMIT && !run->s.errs->count))
		return hide_lines(run, parts, count, err == RA_E_STATE ? RA_MASKED : HARD);
	if (!err && !taken)
		err = part_lines(parts, count, ra_buf_str(&out));
	for (size_t i = 0; i < count && !err; i++) {
		if (!parts[i].value || cJSON_IsString(parts[i].value))
			continue;
		ra_scrub_count(&run->s, "bytes that are no text")->places++;
		err = show(&parts[i], BYTES, strlen(BYTES));
	}
	return err;
}

/* What stands for a value of a row that no rule touched. */
static ra_err always(struct run *run, const struct ra_redact_row *row, const cJSON *said, cJSON **out)
{
	char token[80], lower[256];
	const char *known;
	ra_err err = RA_OK;

	RA_AUTO(ra_mem_free) char *text = cJSON_IsString(said) ? strdup(said->valuestring) : ra_json_print(said);

	if (!text)
		return RA_E_NOMEM;
	snprintf(lower, sizeof(lower), "%s", text);
	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	snprintf(token, sizeof(token), "%s%zu", row->rule.token, ra_scrub_number(&run->s, row->rule.name) + 1);
	err = ra_scrub_is_token(&run->s, row->rule.name, lower) ? RA_OK : ra_scrub_token(&run->s, row->rule.name, lower, token, &known);
	if (err)
		return err;
	*out = cJSON_CreateString(ra_scrub_is_token(&run->s, row->rule.name, lower) ? text : known);
	ra_scrub_count(&run->s, row->rule.name)->places++;
	return *out ? RA_OK : RA_E_NOMEM;
}

/* A masked tree as it is shown: as a text where it is no tree any more, for a word may be the site's own and stand anywhere, or two names
 * have one token now. Out: NULL without memory. */
static cJSON *as_tree(const char *text)
{
	RA_AUTO(ra_json_free) struct ra_json *doc = as_json(text);

	return doc ? cJSON_Duplicate(ra_json_root(doc), true) : cJSON_CreateString(text);
}

/* A text or a tree by the rules. Out: *out NULL when they found nothing. */
static ra_err by_rules(struct run *run, const cJSON *said, const char *key, cJSON **out)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};
	RA_AUTO(ra_mem_free) char *tree = NULL;
	ra_err err;

	if (cJSON_IsString(said)) {
		err = mask_text(run, key, said->valuestring, &text);
		if (!err && strcmp(ra_buf_str(&text), said->valuestring))
			err = (*out = cJSON_CreateString(ra_buf_str(&text))) ? RA_OK : RA_E_NOMEM;
	} else {
		err = mask_json(run, said, key, &tree);
		if (!err && tree)
			err = (*out = as_tree(tree)) ? RA_OK : RA_E_NOMEM;
	}
	if (err == RA_E_STATE || (err == RA_E_LIMIT && !run->s.errs->count)) {
		run->told->hard++;
		*out = cJSON_CreateString(err == RA_E_STATE ? RA_MASKED : HARD);
		return *out ? RA_OK : RA_E_NOMEM;
	}
	return err;
}

static bool says_nothing(const cJSON *said)
{
	return !said || (cJSON_IsString(said) && !*said->valuestring) || (cJSON_IsArray(said) && !said->child);
}

/* A value of a row: each text of it stands for another. again: it is a copy's, and stands for another already. */
static ra_err stand_for(struct run *run, const struct ra_redact_row *row, const cJSON *said, bool again, cJSON **out)
{
	const cJSON *item;
	ra_err err = RA_OK;

	if (!cJSON_IsArray(said)) {
		err = says_nothing(said) ? RA_OK : by_rules(run, said, row->key, out);
		if (!err && !*out && !again && !says_nothing(said))
			err = always(run, row, said, out);
		if (!err && !*out)
			*out = cJSON_Duplicate(said, true);
		return err || *out ? err : RA_E_NOMEM;
	}
	*out = cJSON_CreateArray();
	cJSON_ArrayForEach(item, said) {
		cJSON *one = NULL;

		err = err ? err : *out ? stand_for(run, row, item, again, &one) : RA_E_NOMEM;
		if (!one || !cJSON_AddItemToArray(*out, one)) {
			cJSON_Delete(one);
			err = err ? err : RA_E_NOMEM;
		}
	}
	return err;
}

static ra_err mask_value(struct run *run, struct ra_redact_part *part)
{
	const struct ra_redact_row *row = ra_redact_row(part);
	const cJSON *said = said_by(part);
	cJSON *masked = NULL;

	if (says_nothing(said))
		return RA_OK;
	ra_err err = row ? stand_for(run, row, said, !part->value, &masked) : by_rules(run, said, part->key, &masked);

	if (err) {
		cJSON_Delete(masked);
		return err;
	}
	part->masked = masked;
	return RA_OK;
}

/* What stands in the body itself cannot be taken out: that a rule finds something there is told. */
static ra_err mind_body(struct run *run, int64_t seq, const cJSON *body)
{
	static const char *const members[] = {"source", "request", "peer"};
	struct ra_scrubbed *out = run->s.out;
	ra_err err = RA_OK;

	for (size_t i = 0; i < RA_LEN(members) && !err && run->told->remains < 0; i++) {
		RA_AUTO(ra_buf_free) struct ra_buf text = {0};
		const char *said = ra_json_str(body, members[i], "");
		struct ra_scrub_count counts[RA_SCRUB_RULES_MAX];
		size_t count = out->count;

		memcpy(counts, out->counts, sizeof(counts)); /* nothing of it is taken out */
		err = soft(run, ra_scrub_words(&run->s, said, strlen(said), &text));
		memcpy(out->counts, counts, sizeof(counts));
		out->count = count;
		if (!err && strcmp(ra_buf_str(&text), said)) {
			run->told->remains = seq;
			snprintf(run->told->remains_in, sizeof(run->told->remains_in), "%s", members[i]);
		}
	}
	return err;
}

static ra_err mask_digests(struct ra_redact_line *line)
{
	bool gone = false;
	ra_err err = RA_OK;

	for (size_t i = 0; i < line->count; i++)
		gone = gone || (is_digested(line, &line->parts[i]) && (line->parts[i].masked || !line->parts[i].value));
	for (size_t i = 0; i < line->count && gone && !err; i++)
		if (is_digest(line, &line->parts[i]))
			err = show(&line->parts[i], RA_MASKED, strlen(RA_MASKED));
	return err;
}

static ra_err mask(void *payload, int64_t seq, struct ra_redact_line *line, struct ra_errs *errs)
{
	struct run *run = payload;
	ra_err err = mind_body(run, seq, line->body);

	(void)errs;
	run->s.request = ra_json_str(line->body, "request", "");
	for (size_t i = 0; i < line->count && !err;) {
		size_t count = lines_from(line, i);

		if (count)
			err = mask_lines(run, &line->parts[i], count);
		else if (!is_digest(line, &line->parts[i]))
			err = mask_value(run, &line->parts[i]);
		i += count ? count : 1;
	}
	return err ? err : mask_digests(line);
}

/* Words that an earlier redaction of the site found are words here as well. */
static ra_err words_of_map(struct run *run)
{
	const cJSON *rule, *value;
	ra_err err = RA_OK;

	cJSON_ArrayForEach(rule, run->s.out->map) {
		const struct ra_scrub_rule *found = NULL;

		bool own = !strcmp(rule->string, RA_SCRUB_OWN);

		for (size_t i = 0; i < run->s.rule_count && !found; i++)
			if (!strcmp(run->s.rules[i].name, rule->string) && run->s.rules[i].kind >= RA_SCRUB_HOST)
				found = &run->s.rules[i];
		const struct ra_scrub_rule word = {found ? found->name : RA_SCRUB_OWN, RA_SCRUB_WORD, NULL, NULL, NULL, found ? found->token : "word-"};

		if (!cJSON_IsObject(rule))
			return ra_fail(run->s.errs, RA_E_INVALID, "the map is none: \"%.40s\" holds no values", rule->string);
		cJSON_ArrayForEach(value, rule) {
			if (!cJSON_IsString(value))
				return ra_fail(run->s.errs, RA_E_INVALID, "the map is none: \"%.40s\" holds what is no text", rule->string);
			err = err || !(found || own) ? err : ra_scrub_add(&run->s, &word, value->string);
		}
	}
	return err;
}

static ra_err find_domains(struct run *run)
{
	ra_err err = RA_OK;

	for (size_t i = 0; i < run->s.word_count && !err && run->domain_count < DOMAINS_MAX; i++) {
		bool made = false;

		err = ra_scrub_of_domain(&run->s.words[i], &run->domains[run->domain_count], &made);
		run->domain_count += made;
	}
	return err;
}

static int by_rule(const void *a, const void *b)
{
	const struct ra_scrub_count *one = a, *other = b;

	return strcmp(one->rule, other->rule);
}

static ra_err all_passes(struct run *run, const struct ra_redaction_wish *wish, struct ra_errs *errs)
{
	ra_err err = ra_scrub_begin(&run->s);

	if (!err)
		err = words_of_map(run);
	if (!err)
		err = ra_also_words(wish->also, &run->s);
	if (!err)
		err = ra_journal_look(wish->path, collect, run, errs);
	if (!err)
		err = find_domains(run);
	run->s.late = true;
	if (!err)
		err = ra_journal_look(wish->path, collect, run, errs);
	ra_scrub_sort(&run->s);
	return err ? err : ra_journal_redact(wish->path, wish->to, mask, run, &run->told->copy, errs);
}

ra_err ra_session_redact(const struct ra_redaction_wish *wish, struct ra_redaction_told *told, struct ra_errs *errs)
{
	struct run *run = calloc(1, sizeof(*run));

	*told = (struct ra_redaction_told){.remains = -1};
	told->scrubbed.map = wish->map ? cJSON_Duplicate(wish->map, true) : cJSON_CreateObject();
	told->scrubbed.seen = cJSON_CreateObject();
	if (!run || !told->scrubbed.map || !told->scrubbed.seen) {
		free(run);
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	}
	run->s = (struct ra_scrubbing){.out = &told->scrubbed, .request = "", .in_place = true, .errs = errs};
	run->also = wish->also;
	run->told = told;
	ra_err err = all_passes(run, wish, errs);

	ra_scrub_end(&run->s);
	/* In an order of its own, whatever the map knew before. */
	qsort(told->scrubbed.counts, told->scrubbed.count, sizeof(told->scrubbed.counts[0]), by_rule);
	for (size_t i = 0; i < run->domain_count; i++)
		ra_buf_free(&run->domains[i]);
	free(run);
	return err && !errs->count ? ra_fail(errs, err, "%s cannot be redacted: %s", wish->path, err == RA_E_NOMEM ? "no memory" : ra_err_name(err))
				   : err;
}

ra_err ra_redact_text(const cJSON *map, const char *text, struct ra_buf *out, struct ra_errs *errs)
{
	struct ra_scrubbed told = {.map = cJSON_Duplicate(map, true), .seen = cJSON_CreateObject()};
	struct run *run = calloc(1, sizeof(*run));
	ra_err err = told.map && told.seen && run ? RA_OK : RA_E_NOMEM;

	if (run)
		run->s = (struct ra_scrubbing){.out = &told, .request = "", .in_place = true, .errs = errs};
	if (!err)
		err = ra_scrub_begin(&run->s);
	if (!err)
		err = words_of_map(run);
	if (!err) {
		ra_scrub_sort(&run->s);
		err = ra_scrub_text(&run->s, "", text, out);
	}
	if (run)
		ra_scrub_end(&run->s);
	free(run);
	ra_scrubbed_clear(&told);
	return err;
}

void ra_redaction_clear(struct ra_redaction_told *told)
{
	ra_scrubbed_clear(&told->scrubbed);
}
