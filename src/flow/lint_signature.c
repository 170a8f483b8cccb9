/* lint_signature.c - rule 2 on known lines: the sample shows that the pattern works, some check looks for it, the cause
 * exists, no line makes the pattern run into its limits, and no advice leads to a clear past the recovery key. */
#include "config.h"

#include "flow/lint_rules.h"

#include "base/near.h"
#include "base/pattern.h"

#include <stdio.h>
#include <string.h>

/* A signature and where it is written. */
struct place {
	struct ra_linter *lint;
	const struct ra_json *doc;
	const cJSON *node;
	const struct ra_signature *sig;
};

static const struct ra_json *doc_of(const struct ra_flowset *set, const cJSON *node)
{
	struct ra_json *const *docs = set->docs.items;
	int line = 0, col = 0;

	for (size_t i = 0; i < set->docs.count; i++) {
		ra_json_pos(docs[i], node, &line, &col);
		if (line)
			return docs[i];
	}
	return set->danger;
}

static void say(const struct place *at, const char *key, const char *sentence)
{
	const cJSON *node = key ? ra_json_get(at->node, key) : NULL;

	ra_lint_say(at->lint, 2, at->doc, node ? node : at->node, "signature %s: %s", at->sig->id, sentence);
}

static bool asked(const struct place *at)
{
	const struct ra_flowset *set = at->lint->set;
	const struct ra_checked *checked = set->checked.items;
	char fact[RA_FACT_NAME_MAX];

	snprintf(fact, sizeof(fact), "sig.%.*s", RA_FACT_NAME_MAX - 5, at->sig->id);
	for (size_t i = 0; i < set->checked.count; i++) {
		if (ra_check_reads(set, checked[i].check, fact))
			return true;
	}
	return false;
}

/* Fill a line as long as any that is looked at whole: the sample, all of it or its first bytes, over and over or once with one byte
 * behind it. */
static void make_bait(const char *sample, size_t begin_len, char filler, char *out)
{
	size_t len = strlen(sample);

	for (size_t i = 0; i < RA_PATTERN_PURE_LEN; i++)
		out[i] = filler && i >= begin_len ? filler : sample[i % (filler ? len : begin_len)];
}

/* True when some line like the sample makes the pattern run into its limits: a hostile one could stop the search. */
static bool is_trap(const struct ra_signature *sig)
{
	static const char fillers[] = {0, ' ', 'a', '1', '.', ':', '/', 'A', '_', '['};
	char bait[RA_PATTERN_PURE_LEN];
	size_t len = strlen(sig->sample);
	bool found;

	for (size_t i = 0; i < RA_LEN(fillers); i++) {
		for (size_t cut = 0; cut < 3 && cut < len; cut++) {
			make_bait(sig->sample, cut == 2 ? (len + 1) / 2 : len - cut, fillers[i], bait);
			if (ra_pattern_find(sig->pattern, bait, sizeof(bait), 0, &found, NULL) == RA_E_LIMIT)
				return true;
		}
	}
	return false;
}

/* Advice that speaks of a clear speaks of the recovery key before it. */
static bool clears_first(const char *advice)
{
	const char *clear = advice ? strcasestr(advice, "clear") : NULL;
	const char *key = clear ? strcasestr(advice, "recovery key") : NULL;

	return clear && (!key || key > clear);
}

/* True when a check looks for signatures in this log. */
static bool is_read(const struct ra_flowset *set, const char *name)
{
	const struct ra_checked *checked = set->checked.items;
	const cJSON *file;

	for (size_t i = 0; i < set->checked.count; i++) {
		const struct ra_check *check = checked[i].check;

		for (size_t p = 0; p < check->plane_count; p++) {
			if (strcmp(check->planes[p].parse, "signatures") != 0)
				continue;
			cJSON_ArrayForEach (file, ra_json_get(ra_json_get(check->planes[p].spec, "log"), "files")) {
				if (strcmp(file->valuestring, name) == 0)
					return true;
			}
		}
	}
	return false;
}

static void check_logs(const struct place *at)
{
	const cJSON *log;

	if (at->sig->logs && !asked(at)) {
		say(at, NULL, "no check reads a log it is looked for in");
		return;
	}
	cJSON_ArrayForEach (log, at->sig->logs) {
		if (!is_read(at->lint->set, log->valuestring))
			ra_lint_say(at->lint, 2, at->doc, log, "signature %s: no check that parses signatures reads the log \"%s\"",
				    at->sig->id, log->valuestring);
	}
}

static void check_cause(const struct place *at)
{
	struct ra_near near = {.word = at->sig->cause};
	const struct ra_cause *const *causes;
	size_t count = ra_flowset_causes(at->lint->set, &causes);
	char ask[100];

	if (!at->sig->cause || ra_flowset_cause(at->lint->set, at->sig->cause))
		return;
	for (size_t i = 0; i < count; i++)
		ra_near_try(&near, causes[i]->id);
	ra_lint_say(at->lint, 2, at->doc, ra_json_get(at->node, "cause"), "signature %s: there is no cause \"%s\"%s", at->sig->id,
		    at->sig->cause, ra_near_ask(&near, ask, sizeof(ask)));
}

static void check_signature(const struct place *at)
{
	const struct ra_signature *sig = at->sig;
	bool found = false;

	check_cause(at);
	if (!strstr(sig->sample, sig->literal))
		say(at, NULL, "its sample does not hold its literal");
	if (ra_pattern_find(sig->pattern, sig->sample, strlen(sig->sample), 0, &found, NULL) != RA_OK || !found)
		say(at, NULL, "its pattern does not match its sample");
	if (is_trap(sig))
		say(at, "pattern", "its pattern runs into its limits on a long line like its sample");
	check_logs(at);
	if (clears_first(sig->what_to_do))
		say(at, "do", "speaks of a clear: expected the recovery key before it");
}

void ra_lint_signatures(struct ra_linter *lint)
{
	const struct ra_signature *sigs = lint->set->sigs.items;
	const cJSON *const *nodes = lint->set->sig_nodes.items;

	for (size_t i = 0; i < lint->set->sigs.count; i++)
		check_signature(&(struct place){lint, doc_of(lint->set, nodes[i]), nodes[i], &sigs[i]});
}
