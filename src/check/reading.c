/* reading.c - what the observations of a fact amount to, now or as it stood.
 *
 * Three questions, in this order. Does an observation count: not voided, of this boot, in the entries asked for. What
 * does it say: a log line may be of an earlier boot, vCenter may not have seen the host for days. And what do the
 * planes say together. Every one is answered for the cautious side: what cannot be shown to be of this boot is not. */
#include "config.h"

#include "check/store.h"

#include <string.h>

#define TIME_AGREE_MS 1000 /* two planes' words for one moment: both cut to whole seconds */

static const struct ra_value not_seen = {.type = RA_BOOL};

/* What one plane says of a fact. */
struct word {
	const struct ra_obs *obs; /* NULL: nothing that counts */
	enum ra_reason reason;
	const struct ra_value *value;
};

static bool in_range(const struct ra_obs *obs, const struct ra_query *query)
{
	return obs->seq >= query->seq_min && (query->seq_max == 0 || obs->seq <= query->seq_max);
}

/* The newer of two; a total order, so that arrival does not matter. */
static bool is_newer(const struct ra_obs *a, const struct ra_obs *b)
{
	if (a->at != b->at)
		return a->at > b->at;
	if (a->seq != b->seq)
		return a->seq > b->seq;
	if (a->plane != b->plane)
		return a->plane < b->plane;
	/* One moment, one plane: the less certain word stands. */
	if (a->reason != b->reason)
		return a->reason > b->reason;
	return strcmp(a->check, b->check) > 0;
}

static bool is_voided(const struct ra_facts *facts, const struct ra_obs *obs, const struct ra_query *query)
{
	for (size_t i = 0; i < facts->void_count; i++) {
		const struct ra_void *mark = &facts->voids[i];

		if (query->seq_max != 0 && query->seq_max <= mark->seq)
			continue;
		if (mark->check[0] ? strcmp(mark->check, obs->check) != 0 : obs->lasting)
			continue;
		if (obs->seq < mark->seq || ra_obs_asked(obs) < mark->at)
			return true;
	}
	return false;
}

bool ra_facts_session_time(const struct ra_facts *facts, const struct ra_obs *obs, ra_utc_ms *at, int64_t *margin_ms)
{
	int64_t offset = 0, margin = 0;

	if (!obs || obs->reason != RA_KNOWN || obs->value.type != RA_TIME)
		return false;
	if (!obs->session_clock && !ra_facts_clock(facts, obs->plane, &offset, &margin))
		return false;
	return !__builtin_sub_overflow(obs->value.as.time, offset, at) &&
	       !__builtin_add_overflow(margin, obs->margin_ms < 0 ? 0 : obs->margin_ms, margin_ms);
}

static int64_t apart(ra_utc_ms a, ra_utc_ms b)
{
	int64_t diff;

	if (__builtin_sub_overflow(a, b, &diff) || diff == INT64_MIN)
		return INT64_MAX;
	return diff < 0 ? -diff : diff;
}

static bool is_boot(const struct ra_obs *obs, enum ra_plane plane, const struct ra_query *query)
{
	return obs->plane == plane && obs->reason == RA_KNOWN && obs->value.type == RA_TIME &&
	       (query->seq_max == 0 || obs->seq <= query->seq_max);
}

static bool same_boot(const struct ra_obs *a, const struct ra_obs *b)
{
	return apart(a->value.as.time, b->value.as.time) <= RA_BOOT_AGREE_MS;
}

/* A plane's newest word on the boot, and what its history adds to it. */
struct boot {
	const struct ra_obs *newest; /* NULL: the plane knows none */
	bool moved;                  /* it told another one before */
	ra_utc_ms told;              /* when this one was first asked for: no boot is later than that */
};

static struct boot boot_of(const struct ra_fact *fact, enum ra_plane plane, const struct ra_query *query)
{
	struct boot boot = {0};
	const struct ra_obs *other = NULL;

	for (size_t i = 0; i < fact->count; i++)
		if (is_boot(&fact->obs[i], plane, query) && (!boot.newest || is_newer(&fact->obs[i], boot.newest)))
			boot.newest = &fact->obs[i];
	if (!boot.newest)
		return boot;
	for (size_t i = 0; i < fact->count; i++)
		if (is_boot(&fact->obs[i], plane, query) && !same_boot(&fact->obs[i], boot.newest) &&
		    (!other || is_newer(&fact->obs[i], other)))
			other = &fact->obs[i];
	boot.moved = other != NULL;
	boot.told = ra_obs_asked(boot.newest);
	for (size_t i = 0; i < fact->count; i++)
		if (is_boot(&fact->obs[i], plane, query) && same_boot(&fact->obs[i], boot.newest) &&
		    (!other || is_newer(&fact->obs[i], other)) && ra_obs_asked(&fact->obs[i]) < boot.told)
			boot.told = ra_obs_asked(&fact->obs[i]);
	return boot;
}

/* The session time from which on an answer is of this plane's boot for certain. */
static ra_utc_ms plane_edge(const struct ra_facts *facts, const struct boot *boot)
{
	ra_utc_ms at;
	int64_t margin;

	if (!ra_facts_session_time(facts, boot->newest, &at, &margin)) {
		if (boot->moved)
			return boot->told;
		at = boot->newest->value.as.time;
		margin = 0;
	}
	return __builtin_add_overflow(at, margin, &at) || at > boot->told ? boot->told : at;
}

/* By every machine's newest word; by the operator's where no machine knows. */
ra_utc_ms ra_facts_edge(const struct ra_facts *facts, int64_t seq_max)
{
	const struct ra_query query = {.plane = RA_PLANE_ANY, .prefer = RA_PLANE_ANY, .seq_max = seq_max};
	const struct ra_fact *fact = ra_facts_find(facts, RA_FACT_BOOT_TIME);
	ra_utc_ms edge = INT64_MIN;

	for (int plane = 0; fact && plane < RA_PLANE_COUNT; plane++) {
		struct boot boot = boot_of(fact, plane, &query);
		ra_utc_ms at = boot.newest && plane != RA_PLANE_OPERATOR ? plane_edge(facts, &boot) : edge;

		edge = at > edge ? at : edge;
	}
	if (fact && edge == INT64_MIN) {
		struct boot boot = boot_of(fact, RA_PLANE_OPERATOR, &query);

		edge = boot.newest ? plane_edge(facts, &boot) : edge;
	}
	return edge;
}

/* One question to the store: what is asked, and which boot it is. */
struct scope {
	const struct ra_facts *facts;
	const struct ra_query *query;
	ra_utc_ms edge;
};

static bool counts(const struct scope *scope, const struct ra_obs *obs)
{
	return in_range(obs, scope->query) && !is_voided(scope->facts, obs, scope->query) &&
	       (obs->lasting || ra_obs_asked(obs) >= scope->edge || strcmp(obs->name, RA_FACT_BOOT_TIME) == 0);
}

bool ra_facts_current(const struct ra_facts *facts, const struct ra_obs *obs)
{
	const struct ra_query now = RA_QUERY_NOW;

	return counts(&(struct scope){facts, &now, facts->edge}, obs);
}

/* A plane's newest observation that counts, NULL when none does. */
static const struct ra_obs *newest_of(const struct scope *scope, const struct ra_fact *fact, int plane)
{
	const struct ra_obs *newest = NULL;

	for (size_t i = fact->count; i-- > 0;)
		if ((int)fact->obs[i].plane == plane && (!newest || is_newer(&fact->obs[i], newest)) &&
		    counts(scope, &fact->obs[i]))
			newest = &fact->obs[i];
	return newest;
}

/* True when one boot observation shows that the boot began after a time of obs' plane's clock. */
static bool boot_shows(const struct ra_facts *facts, const struct ra_obs *boot, const struct ra_obs *obs,
		       ra_utc_ms time)
{
	ra_utc_ms began;
	int64_t offset, margin, margin_boot;

	if (boot->plane == obs->plane && !boot->session_clock)
		return boot->value.as.time > time;
	return ra_facts_session_time(facts, boot, &began, &margin_boot) &&
	       ra_facts_clock(facts, obs->plane, &offset, &margin) && !__builtin_sub_overflow(time, offset, &time) &&
	       !__builtin_add_overflow(margin, margin_boot, &margin) && !__builtin_add_overflow(time, margin, &time) &&
	       began > time;
}

/* True when this boot provably began after a time of obs' plane's clock. */
static bool boot_after(const struct scope *scope, const struct ra_obs *obs, ra_utc_ms time)
{
	const struct ra_query as_of = {
	    .plane = RA_PLANE_ANY,
	    .prefer = RA_PLANE_ANY,
	    .seq_max = scope->query->seq_max,
	};
	const struct scope whole = {scope->facts, &as_of, scope->edge};
	const struct ra_fact *fact = ra_facts_find(scope->facts, RA_FACT_BOOT_TIME);

	if (!fact || ra_facts_read(scope->facts, RA_FACT_BOOT_TIME, &as_of).reason != RA_KNOWN)
		return false;
	for (int plane = 0; plane < RA_PLANE_COUNT; plane++) {
		const struct ra_obs *boot = newest_of(&whole, fact, plane);

		if (boot && boot->reason == RA_KNOWN && boot->value.type == RA_TIME &&
		    boot_shows(scope->facts, boot, obs, time))
			return true;
	}
	return false;
}

/* Facts vCenter holds itself: true even while it does not see the host. A name ending in '.' stands for all that begin
 * so. */
static bool is_held_by_vcenter(const char *name)
{
	static const char *const own[] = {
	    RA_FACT_CONNECTION, "host.found", "host.managed",    "host.matches", "host.vcenter_name",
	    "attestation.",     "alarm.",     "vcenter.",        "cluster.",     "siblings.",
	    "keyprovider.",     "task.",      "trustauthority.",
	};

	for (size_t i = 0; i < RA_LEN(own); i++) {
		size_t len = strlen(own[i]);

		if (own[i][len - 1] == '.' ? strncmp(name, own[i], len) == 0 : strcmp(name, own[i]) == 0)
			return true;
	}
	return false;
}

/* True when vCenter's newest word is that it has no contact. Nothing but a newer word ends that, no action and no boot.
 */
static bool is_out_of_contact(const struct ra_facts *facts, const struct ra_query *query)
{
	const struct ra_fact *fact = ra_facts_find(facts, RA_FACT_CONNECTION);
	const struct ra_obs *newest = NULL;

	for (size_t i = 0; fact && i < fact->count; i++) {
		const struct ra_obs *obs = &fact->obs[i];

		if (obs->plane == RA_PLANE_VCENTER && obs->reason == RA_KNOWN &&
		    (query->seq_max == 0 || obs->seq <= query->seq_max) && (!newest || is_newer(obs, newest)))
			newest = obs;
	}
	return newest && !(newest->value.type == RA_TEXT && strcmp(newest->value.as.text, "connected") == 0);
}

/* A known value that holds only for a boot that began in time: a log line seen, a log read back to some point. */
static void hold_against_boot(const struct scope *scope, struct word *word)
{
	const struct ra_obs *obs = word->obs;

	if (obs->last_seen > 0 && obs->value.type == RA_BOOL && obs->value.as.yes) {
		if (!boot_after(scope, obs, obs->last_seen))
			return;
		word->value = &not_seen;
		word->reason = obs->covers_from > 0 ? RA_KNOWN : RA_TRUNCATED;
	}
	if (obs->covers_from > 0 && !boot_after(scope, obs, obs->covers_from))
		word->reason = RA_TRUNCATED;
}

/* True for a time that lies after the moment it was told, five minutes aside: nothing that happened has such a time, so
 * the teller's clock was another one when it was written, or the word is not true. Taken at the teller's word where its
 * clock was never measured. The boot has its own rule (ra_facts_edge). */
static bool is_ahead(const struct ra_facts *facts, const struct ra_obs *obs)
{
	ra_utc_ms at;
	int64_t margin, ahead;

	if (obs->value.type != RA_TIME || strcmp(obs->name, RA_FACT_BOOT_TIME) == 0)
		return false;
	if (!ra_facts_session_time(facts, obs, &at, &margin)) {
		at = obs->value.as.time;
		margin = 0;
	}
	if (__builtin_sub_overflow(at, obs->at, &ahead) || __builtin_sub_overflow(ahead, margin, &ahead))
		return at > obs->at;
	return ahead > RA_BOOT_AGREE_MS;
}

/* What a plane's newest observation that counts says. */
static struct word word_of(const struct scope *scope, const struct ra_fact *fact, int plane)
{
	struct word word = {.obs = newest_of(scope, fact, plane), .reason = RA_NOT_ASKED};

	if (!word.obs)
		return word;
	word.reason = word.obs->reason;
	word.value = &word.obs->value;
	if (plane == RA_PLANE_VCENTER && !word.obs->lasting && !is_held_by_vcenter(fact->name) &&
	    is_out_of_contact(scope->facts, scope->query))
		word.reason = RA_UNREACHABLE;
	if (word.reason == RA_KNOWN && is_ahead(scope->facts, word.obs))
		word.reason = RA_CONFLICT;
	if (word.reason == RA_KNOWN)
		hold_against_boot(scope, &word);
	if (word.reason != RA_KNOWN)
		word.value = NULL;
	return word;
}

static bool agree(const struct ra_facts *facts, const struct word *a, const struct word *b)
{
	int64_t slack = strcmp(a->obs->name, RA_FACT_BOOT_TIME) == 0 ? RA_BOOT_AGREE_MS : TIME_AGREE_MS;
	ra_utc_ms at_a, at_b;
	int64_t margin_a, margin_b;

	if (a->value->type != RA_TIME || b->value->type != RA_TIME)
		return ra_value_equal(a->value, b->value);
	if (!ra_facts_session_time(facts, a->obs, &at_a, &margin_a) ||
	    !ra_facts_session_time(facts, b->obs, &at_b, &margin_b))
		return apart(a->value->as.time, b->value->as.time) <= slack;
	if (__builtin_add_overflow(slack, margin_a, &slack) || __builtin_add_overflow(slack, margin_b, &slack))
		return true;
	return apart(at_a, at_b) <= slack;
}

static struct ra_reading reading_of(const struct word *word)
{
	struct ra_reading reading = {.reason = word->reason, .value = word->value, .obs = word->obs};

	if (word->obs) {
		reading.plane = word->obs->plane;
		reading.at = word->obs->at;
		reading.clock = word->obs->session_clock ? RA_PLANE_SESSION : word->obs->plane;
	}
	return reading;
}

/* How near a reason came to an answer. */
static int nearness(enum ra_reason reason)
{
	static const enum ra_reason order[] = {RA_NOT_ASKED,   RA_NOT_APPLICABLE, RA_WITHHELD,
					       RA_UNREACHABLE, RA_REFUSED,        RA_TIMEOUT,
					       RA_TRUNCATED,   RA_MALFORMED,      RA_CONFLICT};

	for (size_t i = 0; i < RA_LEN(order); i++)
		if (order[i] == reason)
			return (int)i;
	return 0;
}

/* Nobody knows: the word of the plane that came closest. */
static struct ra_reading unknown(const struct word *words)
{
	const struct word *best = &words[0];

	for (int i = 1; i < RA_PLANE_COUNT; i++) {
		int more = nearness(words[i].reason) - nearness(best->reason);

		if (more > 0 || (more == 0 && words[i].obs && (!best->obs || is_newer(words[i].obs, best->obs))))
			best = &words[i];
	}
	return reading_of(best);
}

/* Which of two that agree is read: the newer one. Of times a little apart the later, whoever came last: what came
 * between the two is then not taken for something that came after. */
static bool speaks_before(const struct ra_facts *facts, const struct word *a, const struct word *b)
{
	ra_utc_ms at_a, at_b;
	int64_t margin;

	if (a->value->type != RA_TIME || b->value->type != RA_TIME)
		return is_newer(a->obs, b->obs);
	if (!ra_facts_session_time(facts, a->obs, &at_a, &margin) ||
	    !ra_facts_session_time(facts, b->obs, &at_b, &margin)) {
		at_a = a->value->as.time;
		at_b = b->value->as.time;
	}
	return at_a != at_b ? at_a > at_b : is_newer(a->obs, b->obs);
}

/* What the machines that know say together. Out: false when none knows. */
static bool machines(const struct ra_facts *facts, const struct word *words, int prefer, struct ra_reading *out)
{
	const struct word *newest = NULL;
	bool conflict = false;

	for (int i = 0; i < RA_PLANE_COUNT; i++) {
		if (i == RA_PLANE_OPERATOR || words[i].reason != RA_KNOWN || !words[i].value)
			continue;
		for (int j = 0; j < i; j++)
			if (j != RA_PLANE_OPERATOR && words[j].value && !agree(facts, &words[i], &words[j]))
				conflict = true;
		if (!newest || speaks_before(facts, &words[i], newest))
			newest = &words[i];
	}
	if (!newest)
		return false;
	if (conflict && prefer >= 0 && prefer < RA_PLANE_COUNT && prefer != RA_PLANE_OPERATOR && words[prefer].value)
		newest = &words[prefer];
	else if (conflict) {
		*out = reading_of(newest);
		out->reason = RA_CONFLICT;
		out->value = NULL;
		return true;
	}
	*out = reading_of(newest);
	return true;
}

/* True when a machine says that the host has no such thing: that is an answer, which an operator does not outvote. */
static bool is_inapplicable(const struct word *words)
{
	for (int i = 0; i < RA_PLANE_COUNT; i++)
		if (i != RA_PLANE_OPERATOR && words[i].reason == RA_NOT_APPLICABLE)
			return true;
	return false;
}

struct ra_reading ra_facts_read(const struct ra_facts *facts, const char *name, const struct ra_query *query)
{
	const struct ra_fact *fact = ra_facts_find(facts, name);
	const struct ra_query now = RA_QUERY_NOW;
	struct word words[RA_PLANE_COUNT];
	struct scope scope;
	struct ra_reading reading;

	if (!fact)
		return (struct ra_reading){.reason = RA_NOT_ASKED};
	scope = (struct scope){.facts = facts, .query = query ? query : &now};
	scope.edge = scope.query->seq_max ? ra_facts_edge(facts, scope.query->seq_max) : facts->edge;
	for (int plane = 0; plane < RA_PLANE_COUNT; plane++)
		words[plane] = word_of(&scope, fact, plane);
	if (scope.query->plane >= 0 && scope.query->plane < RA_PLANE_COUNT)
		return reading_of(&words[scope.query->plane]);
	if (machines(facts, words, scope.query->prefer, &reading))
		return reading;
	if (words[RA_PLANE_OPERATOR].value && !is_inapplicable(words))
		return reading_of(&words[RA_PLANE_OPERATOR]);
	if (words[RA_PLANE_OPERATOR].value)
		words[RA_PLANE_OPERATOR] = (struct word){.reason = RA_NOT_ASKED};
	return unknown(words);
}
