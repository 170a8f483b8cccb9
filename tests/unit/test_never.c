/* test_never.c - random walks: whatever is answered, recorded, cut off, lied about or done in whatever order, no gated action begins
 * without a pass that lives. The oracle reads the entries again and knows nothing of the engine. Seeds are fixed. */
#include "unit.h"

#include "flow_rig.h"
#include "wordbook.h"

#include <stdio.h>
#include <string.h>

#define WALKS 10000
#define TURNS 90
#define SIG_PREFIX "sig."

/* What only the driver knows of a gate's case. */
struct truth {
	bool key, typed;
};
struct drive {
	struct rig rig;
	const struct wordbook *book;
	uint64_t rnd;
	ra_utc_ms boot;
	struct truth truth[4 * TURNS + 64]; /* by entry */
	const char *only; /* the one flow to walk; NULL: any */
	bool passed;      /* vCenter always says Passed */
	bool bootless;    /* nobody can say when the host started */
	size_t intents, gated, refused, opened, ends, good, aside, paid, chosen;
};

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators". */
static uint32_t rnd(struct drive *d, uint32_t below)
{
	d->rnd ^= d->rnd >> 12;
	d->rnd ^= d->rnd << 25;
	d->rnd ^= d->rnd >> 27;
	return (uint32_t)((d->rnd * 2685821657736338717u) >> 33) % below;
}

static bool chance(struct drive *d, uint32_t percent)
{
	return rnd(d, 100) < percent;
}

static cJSON *a_time(struct drive *d, ra_utc_ms at)
{
	char text[RA_UTC_TEXT_LEN];

	return cJSON_CreateString(ra_utc_format(at - (ra_utc_ms)rnd(d, 3) * 1000, text));
}

static cJSON *by_type(struct drive *d, enum ra_type type)
{
	static const char *const versions[] = {"6.7.0", "7.0.1", "7.0.2", "7.0.3", "8.0.2"};
	cJSON *list;

	switch (type) {
	case RA_BOOL:
		return cJSON_CreateBool(chance(d, 50));
	case RA_INT:
		return cJSON_CreateNumber(rnd(d, 4));
	case RA_VERSION:
		return cJSON_CreateString(versions[rnd(d, RA_LEN(versions))]);
	case RA_TIME:
		return a_time(d, d->rig.now - (ra_utc_ms)rnd(d, 7200) * 1000);
	case RA_LIST:
		list = cJSON_CreateArray();
		if (chance(d, 50))
			cJSON_AddItemToArray(list, cJSON_CreateString("x"));
		return list;
	default:
		return cJSON_CreateString(chance(d, 50) ? "x" : "");
	}
}

static cJSON *a_value(struct drive *d, const char *fact, enum ra_type type)
{
	const struct wordbook *book = d->book;
	struct ra_value value = {0};

	if (chance(d, 15) || (d->bootless && strcmp(fact, RA_FACT_BOOT_TIME) == 0)) {
		cJSON *unknown = cJSON_CreateObject();

		cJSON_AddStringToObject(unknown, "unknown", ra_reason_name((enum ra_reason)(1 + rnd(d, RA_REASON_COUNT - 1))));
		return unknown;
	}
	if (d->passed && strcmp(fact, "attestation.status") == 0)
		return cJSON_CreateString("accepted");
	if (strcmp(fact, RA_FACT_BOOT_TIME) == 0) {
		if (chance(d, 4))
			d->boot = d->rig.now - (ra_utc_ms)rnd(d, 3600) * 1000;
		return a_time(d, d->boot);
	}
	for (size_t i = 0; i < book->count && chance(d, 85); i++) {
		if (strcmp(book->facts[i].fact, fact) != 0 || book->facts[i].count == 0)
			continue;
		const cJSON *literal = book->facts[i].values[rnd(d, (uint32_t)book->facts[i].count)];
		ra_err err = ra_value_from_json(type, literal, &value);

		ra_value_clear(&value);
		if (err == RA_OK)
			return cJSON_Duplicate(literal, true);
	}
	return by_type(d, type);
}

static void reply(struct drive *d, const struct ra_check *check, const struct ra_check_plane *plane)
{
	static const int64_t ago[] = {0, 0, 5, 900, 60000};
	const struct ra_signatures *sigs = ra_flowset_signatures(d->rig.set);
	cJSON *facts = cJSON_CreateObject();

	for (size_t i = 0; i < plane->fact_count; i++)
		cJSON_AddItemToObject(facts, plane->facts[i].name, a_value(d, plane->facts[i].name, plane->facts[i].type));
	for (size_t i = 0; sigs && i < sigs->count; i++) {
		char name[RA_FACT_NAME_MAX];

		if (snprintf(name, sizeof(name), SIG_PREFIX "%s", sigs->items[i].id) < (int)sizeof(name))
			cJSON_AddItemToObject(facts, name, a_value(d, name, RA_BOOL));
	}
	rig_reply(&d->rig, check, plane, chance(d, 5) ? NULL : facts, ago[rnd(d, RA_LEN(ago))]);
	cJSON_Delete(facts);
}

static void replies(struct drive *d)
{
	struct ra_want wants[RA_WANTS_MAX];
	size_t count = ra_state_wants(d->rig.state, &d->rig.planes, chance(d, 3), d->rig.now, wants);
	const struct ra_check *const *checks;

	for (size_t i = 0; i < count && i < 12; i++) {
		assert_false(wants[i].plane->secret);
		if (chance(d, 80))
			reply(d, wants[i].check, wants[i].plane);
	}
	if (count || chance(d, 60))
		return;
	count = ra_flowset_checks(d->rig.set, &checks);
	const struct ra_check *check = checks[rnd(d, (uint32_t)count)];

	if (check->plane_count && !check->planes[0].secret)
		reply(d, check, &check->planes[rnd(d, (uint32_t)check->plane_count)]);
}

static void answer(struct drive *d, const struct ra_now *now)
{
	const char *ids[4] = {NULL};
	size_t count = 0;
	cJSON *body = NULL;

	if (!now->question)
		return;
	/* Whom nobody can tell when the host started cannot tell it either. */
	bool dumb = d->bootless && now->check && strcmp(now->check->id, "boot-time") == 0;

	while (!dumb && count < 1u + (now->question->many && chance(d, 40)) && chance(d, 90))
		ids[count++] = now->question->choices[rnd(d, (uint32_t)now->question->count)].id;
	if (ra_make_answer(d->rig.state, now->check, ids, d->rig.now, &body, NULL) == RA_OK)
		assert_int_equal(rig_append(&d->rig, "answer", body), RA_OK);
}

/* A case that may lack anything. */
static void knock(struct drive *d, const cJSON *gates)
{
	const cJSON *id = gates ? cJSON_GetArrayItem(gates, (int)rnd(d, (uint32_t)cJSON_GetArraySize(gates))) : NULL;
	const struct ra_gate *gate = ra_flowset_gate(d->rig.set, id && !chance(d, 10) ? id->valuestring : "rebuild");
	const char *affirmed[64] = {NULL};
	struct ra_gate_case gate_case = {.gate = chance(d, 5) ? NULL : gate->id, .affirmed = affirmed, .now = d->rig.now};
	RA_AUTO(ra_mem_free) char *typed = gate->type ? ra_state_fill(d->rig.state, gate->type, NULL) : NULL;
	bool careful = chance(d, 60);
	const cJSON *statement;
	size_t count = 0;
	cJSON *body = NULL;

	cJSON_ArrayForEach (statement, gate->statements) {
		if (careful || chance(d, 85))
			affirmed[count++] = ra_json_str(statement, "id", "");
	}
	gate_case.key_tried = careful || chance(d, 70);
	gate_case.key.all = careful || chance(d, 50);
	gate_case.typed = careful || chance(d, 50) ? typed : "REBUILD";
	d->truth[d->rig.count] = (struct truth){gate_case.key_tried && gate_case.key.all, typed && gate_case.typed == typed};
	if (ra_make_gate(d->rig.state, &gate_case, &body, NULL) != RA_OK)
		return;
	d->opened += ra_json_bool(body, "opened", false);
	assert_int_equal(rig_append(&d->rig, "gate", body), RA_OK);
}

static void attempt(struct drive *d)
{
	RA_AUTO(ra_mem_free) char *typed = NULL;
	const struct ra_step *step = ra_state_now(d->rig.state, NULL).step;
	char mark[RA_FACT_NAME_MAX + 2] = "";
	cJSON *body = NULL;

	if (step->kind == RA_STEP_ACTION && step->action.confirm_type)
		snprintf(mark, sizeof(mark), "{%s}", step->action.confirm_type->valuestring);
	typed = ra_state_fill(d->rig.state, mark, NULL);
	if (ra_make_intent(d->rig.state, chance(d, 90) ? typed : "nothing", d->rig.now, &body, NULL) != RA_OK) {
		d->refused++;
		return;
	}
	assert_int_equal(rig_append(&d->rig, "intent", body), RA_OK);
}

static void speak(struct drive *d)
{
	static const char *const hows[] = {"d:done", "d:done", "d:done", "d:not_done", "d:refused", "d:unknown"};
	struct ra_now now = ra_state_now(d->rig.state, &d->rig.planes);

	switch (now.phase) {
	case RA_PH_MANUAL:
	case RA_PH_QUESTION:
		answer(d, &now);
		break;
	case RA_PH_GATE:
		knock(d, now.gates);
		break;
	case RA_PH_CONFIRM:
		attempt(d);
		break;
	case RA_PH_ACTING:
		(void)!rig_do(&d->rig, hows[rnd(d, RA_LEN(hows))]);
		break;
	case RA_PH_VERIFY:
		if (chance(d, 10))
			(void)!rig_do(&d->rig, "xs");
		else
			answer(d, &now);
		break;
	default:
		break;
	}
}

/* A builder's entry, appended if it is given. */
static void put(struct drive *d, ra_err err, const char *kind, cJSON *body)
{
	if (err == RA_OK)
		assert_int_equal(rig_append(&d->rig, kind, body), RA_OK);
}

static void pass_time(struct drive *d)
{
	static const uint32_t spans_s[] = {1, 20, 60, 300, 700, 1000, 4000};

	d->rig.now += (ra_utc_ms)rnd(d, spans_s[rnd(d, RA_LEN(spans_s))] * 1000);
}

static void disturb(struct drive *d)
{
	static const char *const planes[] = {"ssh", "vcenter"}, *const undos[] = {"leave", "ssh-off", "tap-off"};
	const struct ra_check *const *checks;
	const char *kind = NULL;
	cJSON *body = NULL;
	size_t count;
	uint32_t what = rnd(d, 12);
	ra_err err;

	switch (what) {
	case 0:
	case 1:
		err = ra_make_back(d->rig.state, &body, NULL);
		put(d, err, "back", body);
		break;
	case 2:
		err = ra_make_skip(d->rig.state, NULL, &kind, &body, NULL);
		put(d, err, kind, body);
		break;
	case 3:
		count = ra_flowset_checks(d->rig.set, &checks);
		body = cJSON_CreateObject();
		cJSON_AddStringToObject(body, "check", checks[rnd(d, (uint32_t)count)]->id);
		put(d, RA_OK, "again", body);
		break;
	case 4:
		count = rnd(d, RA_LEN(planes));
		body = cJSON_CreateObject();
		cJSON_AddStringToObject(body, "plane", planes[count]);
		cJSON_AddStringToObject(body, "state", chance(d, 50) ? "up" : "down");
		d->rig.planes.down[count] = strcmp(ra_json_str(body, "state", ""), "down") == 0;
		put(d, RA_OK, "plane", body);
		break;
	case 5:
		put(d, RA_OK, "resume", NULL);
		break;
	case 6:
	case 7:
		attempt(d); /* in any phase */
		break;
	case 8:
		knock(d, NULL);
		break;
	case 9:
		err = chance(d, 50) ? ra_make_owed(d->rig.state, &kind, &body, NULL)
				    : ra_make_undo(d->rig.state, undos[rnd(d, RA_LEN(undos))], &kind, &body, NULL);
		put(d, err, kind, body);
		break;
	default:
		pass_time(d);
		break;
	}
}

/* At an end: sometimes resumed, sometimes stepped back from. Out: whether the walk goes on. */
static bool at_end(struct drive *d)
{
	cJSON *body = NULL;
	ra_err err;

	while (rig_decide(&d->rig))
		d->ends++;
	if (chance(d, 40))
		put(d, RA_OK, "resume", NULL);
	err = chance(d, 60) ? ra_make_back(d->rig.state, &body, NULL) : RA_E_STATE;
	put(d, err, "back", body);
	return ra_state_now(d->rig.state, NULL).phase != RA_PH_END;
}

/* Out: false when the walk is over. */
static bool turn(struct drive *d)
{
	uint32_t what = rnd(d, 100);

	if (ra_state_now(d->rig.state, NULL).phase == RA_PH_END)
		return at_end(d);
	if (chance(d, 30))
		d->rig.now += rnd(d, 5000);
	if (what < 45) {
		if (!rig_decide(&d->rig))
			speak(d);
		assert_int_equal(d->rig.err, RA_OK);
	} else if (what < 72) {
		replies(d);
	} else if (what < 92) {
		speak(d);
	} else {
		disturb(d);
	}
	return true;
}

/* The oracle. From here on: entries and the flow set as it is written, nothing else. */

static const char *kind_of(const struct drive *d, size_t i)
{
	return d->rig.entries[i].kind;
}

static const char *text_of(const struct drive *d, size_t i, const char *key)
{
	return ra_json_str(d->rig.entries[i].body, key, "");
}

static bool is_listed(const cJSON *ids, const char *id)
{
	const cJSON *at;

	cJSON_ArrayForEach (at, ids) {
		if (strcmp(at->valuestring, id) == 0)
			return true;
	}
	return false;
}

/* The fact of a name in a reply; NULL: none. */
static const cJSON *fact_in(const struct drive *d, size_t i, const char *name)
{
	const cJSON *fact;

	if (strcmp(kind_of(d, i), "reply") != 0)
		return NULL;
	cJSON_ArrayForEach (fact, ra_json_get(d->rig.entries[i].body, "facts")) {
		if (strcmp(ra_json_str(fact, "name", ""), name) == 0)
			return fact;
	}
	return NULL;
}

/* True when a reply tells a boot time unlike all that its plane told before. */
static bool is_new_boot(const struct drive *d, size_t i)
{
	const cJSON *boot = fact_in(d, i, RA_FACT_BOOT_TIME);
	ra_utc_ms now, was;
	bool any = false;

	if (!boot || ra_utc_parse(ra_json_str(boot, "value", ""), &now) != RA_OK)
		return false;
	for (size_t k = 0; k < i; k++) {
		const cJSON *before = strcmp(text_of(d, k, "plane"), text_of(d, i, "plane")) == 0 ? fact_in(d, k, RA_FACT_BOOT_TIME) : NULL;

		if (!before || ra_utc_parse(ra_json_str(before, "value", ""), &was) != RA_OK)
			continue;
		any = true;
		if (now - was <= 300000 && was - now <= 300000)
			return false;
	}
	return any;
}

static int version_number(const char *text)
{
	int a = 0, b = 0, c = 0;

	(void)!sscanf(text, "%d.%d.%d", &a, &b, &c);
	return a * 10000 + b * 100 + c;
}

static ra_utc_ms asked_of(const cJSON *fact)
{
	ra_utc_ms at = 0;

	assert_int_equal(ra_utc_parse(ra_json_str(fact, "asked", ra_json_str(fact, "at", "")), &at), RA_OK);
	return at;
}

static bool is_open_word(const char *value)
{
	return strcmp(value, "NONE") == 0 || (strchr(value, '.') && version_number(value) < 70002);
}

/* True when what was asked for then speaks of the host as it is now, by what the entries say: nothing was done or asked again since, and
 * no boot told is later. */
static bool still_counts(const struct drive *d, size_t at, size_t before, const cJSON *fact)
{
	ra_utc_ms boot;

	for (size_t i = 0; i < before; i++) {
		const cJSON *told = fact_in(d, i, RA_FACT_BOOT_TIME), *contact = fact_in(d, i, RA_FACT_CONNECTION);

		bool ends_it = strcmp(kind_of(d, i), "intent") == 0 || strcmp(kind_of(d, i), "done") == 0 ||
			       strcmp(kind_of(d, i), "again") == 0;

		if (ends_it && (i > at || d->rig.entries[i].t > asked_of(fact)))
			return false;
		if (told && ra_utc_parse(ra_json_str(told, "value", ""), &boot) == RA_OK && boot > asked_of(fact))
			return false;
		if (contact && strcmp(ra_json_str(contact, "value", "connected"), "connected") != 0)
			return false;
	}
	return true;
}

/* How many planes ever said, asked since a time, that the host is not sealed; and how many say last, for certain, that it may be. */
static void count_words(const struct drive *d, size_t before, ra_utc_ms since, const char *name, int *open, int *shut)
{
	static const char *const planes[] = {"ssh", "vcenter"};

	*open = *shut = 0;
	for (size_t p = 0; p < RA_LEN(planes); p++) {
		const cJSON *newest = NULL;
		size_t newest_at = 0;
		bool opened = false;

		for (size_t i = 0; i < before; i++) {
			const cJSON *fact = strcmp(text_of(d, i, "plane"), planes[p]) == 0 ? fact_in(d, i, name) : NULL;

			if (!fact || asked_of(fact) < since)
				continue;
			newest = fact;
			newest_at = i;
			opened = opened || is_open_word(ra_json_str(fact, "value", ""));
		}
		*open += opened;
		*shut += newest && ra_json_str(newest, "value", NULL) && !is_open_word(ra_json_str(newest, "value", "")) &&
			 still_counts(d, newest_at, before, newest);
	}
}

/* "Not sealed" was read by a machine within the gate's age, and no machine says otherwise. */
static void check_condition(const struct drive *d, size_t at, const struct ra_gate *gate)
{
	ra_utc_ms since = d->rig.entries[at].t - gate->max_age_ms;
	int open_mode, shut_mode, open_version, shut_version;

	assert_string_equal(gate->id, "key-proven");
	count_words(d, at, since, "encryption.mode", &open_mode, &shut_mode);
	count_words(d, at, since, "host.version", &open_version, &shut_version);
	assert_true((open_mode > 0 && shut_mode == 0) || (open_version > 0 && shut_version == 0));
}

static void check_statements(const struct drive *d, size_t at, const struct ra_gate *gate)
{
	const cJSON *affirmed = ra_json_get(d->rig.entries[at].body, "affirmed"), *statement;

	cJSON_ArrayForEach (statement, gate->statements)
		assert_true(is_listed(affirmed, ra_json_str(statement, "id", "?")));
	assert_true(!gate->needs_key || d->truth[at].key);
	assert_true(!gate->type || d->truth[at].typed);
}

static void check_pass(const struct drive *d, size_t intent, const struct ra_gate *gate)
{
	static const char *const deadly[] = {"back", "resume", "intent", "outcome", "end"};
	size_t at = intent;

	do {
		assert_int_not_equal(at, 0);
		at--;
		for (size_t i = 0; i < RA_LEN(deadly); i++)
			assert_string_not_equal(kind_of(d, at), deadly[i]);
		assert_false(strcmp(kind_of(d, at), "plane") == 0 && strcmp(text_of(d, at, "state"), "down") == 0);
		assert_false(is_new_boot(d, at));
	} while (strcmp(kind_of(d, at), "gate") != 0 || strcmp(text_of(d, at, "gate"), gate->id) != 0);
	assert_true(ra_json_bool(d->rig.entries[at].body, "opened", false));
	assert_true(d->rig.entries[intent].t - d->rig.entries[at].t <= gate->max_age_ms);
	if (strcmp(text_of(d, at, "by"), "condition") == 0) {
		check_condition(d, at, gate);
		check_condition(d, intent, gate);
	} else {
		assert_string_equal(text_of(d, at, "by"), "statements");
		check_statements(d, at, gate);
	}
}

static bool check_intent(const struct drive *d, size_t at, const struct ra_step *step)
{
	const char *gate = text_of(d, at, "gate");
	bool gated = step->action.gate && step->action.gate->child;
	const cJSON *touch;

	assert_string_equal(text_of(d, at, "step"), step->id);
	assert_int_equal(step->kind, RA_STEP_ACTION);
	assert_true(!gated || is_listed(step->action.gate, gate));
	cJSON_ArrayForEach (touch, step->action.touches) {
		const struct ra_class *class = ra_flowset_class(d->rig.set, touch->valuestring);

		if (!class->gate || !class->gate->child || step->action.restore)
			continue;
		gated = true;
		assert_true(is_listed(class->gate, gate));
	}
	if (gated)
		check_pass(d, at, ra_flowset_gate(d->rig.set, gate));
	return gated;
}

/* The steps that say the host is well. */
static bool is_good(const struct ra_flow *flow, const struct ra_step *step)
{
	static const char *const steps[][2] = {{"walk", "passed"},
					       {"tpm-attestation", "alarm-left"},
					       {"tpm-attestation", "healthy"},
					       {"tpm-attestation", "resolved"}};

	for (size_t i = 0; i < RA_LEN(steps); i++) {
		if (strcmp(flow->id, steps[i][0]) == 0 && strcmp(step->id, steps[i][1]) == 0)
			return true;
	}
	return false;
}

#define DEBTS_MAX 8
#define CHANGES_MAX 256
/* What temporary actions owe, by the entries and the flow set alone. */
struct debts {
	struct {
		const struct ra_flow *flow;
		const struct ra_step *step;
		bool owed, offered;
	} of[DEBTS_MAX];
	size_t count;
	struct {
		const struct ra_flow *flow;
		const struct ra_step *step;
	} changes[CHANGES_MAX]; /* begun on the way, in order */
	size_t change_count;
	bool aside, verified, maybe; /* verified, maybe: what is done aside, or may be */
	const char *from, *from_flow; /* where the walk went aside */
	const char *change, *change_flow; /* aside by choice: the change that is taken back; NULL */
};

static void note_intent(struct debts *debts, const struct ra_flow *flow, const struct ra_step *step)
{
	if (debts->aside)
		return;
	assert_true(debts->change_count < CHANGES_MAX);
	debts->changes[debts->change_count].flow = flow;
	debts->changes[debts->change_count++].step = step;
}

/* The last change on the way that a step takes back. */
static void find_change(struct debts *debts, const struct ra_flow *flow, const struct ra_step *undo)
{
	debts->change = debts->change_flow = NULL;
	for (size_t i = debts->change_count; i-- > 0 && !debts->change;) {
		const struct ra_action *action = &debts->changes[i].step->action;

		if (debts->changes[i].flow != flow || !action->undoes || !action->undo_step || strcmp(action->undo_step, undo->id) != 0)
			continue;
		debts->change = debts->changes[i].step->id;
		debts->change_flow = flow->id;
	}
}

static bool ends_it(const struct debts *debts, size_t i, const struct ra_flow *flow, const struct ra_step *step)
{
	return debts->of[i].flow == flow && strcmp(debts->of[i].step->action.undo_step, step->id) == 0;
}

/* An outcome: a temporary change is owed once it may have been made, and paid once its undo is verified. */
static void note_outcome(struct debts *debts, const struct ra_flow *flow, const struct ra_step *step, const char *result)
{
	size_t k = 0;

	debts->verified = strcmp(result, "verified") == 0;
	debts->maybe = strcmp(result, "refused") != 0 && strcmp(result, "not_done") != 0;
	for (size_t i = 0; i < debts->count && strcmp(result, "verified") == 0; i++)
		debts->of[i].owed = debts->of[i].owed && !ends_it(debts, i, flow, step);
	if (!step->action.temporary || (strcmp(result, "verified") != 0 && strcmp(result, "unverified") != 0))
		return;
	while (k < debts->count && debts->of[k].step != step)
		k++;
	assert_true(k < DEBTS_MAX);
	debts->count += k == debts->count;
	debts->of[k].flow = flow;
	debts->of[k].step = step;
	debts->of[k].owed = true;
	debts->of[k].offered = false;
}

static void arrive(struct debts *debts)
{
	for (size_t i = 0; i < debts->count; i++)
		debts->of[i].offered = false;
}

/* A way aside leads to what is owed, and from there back to where it came from and nowhere else. From what the operator chose to take back it
 * leads to the change that is or may be taken back. */
static void note_edge(struct drive *d, struct debts *debts, size_t at, const struct ra_flow *flow, const struct ra_step *step)
{
	const char *by = text_of(d, at, "by");
	bool back = strcmp(by, "paid") == 0 || strcmp(by, "unpaid") == 0, owed = false;

	assert_int_equal(back, debts->aside);
	if (back) {
		bool before = debts->change && debts->maybe;

		assert_string_equal(before ? debts->change : debts->from, text_of(d, at, "to"));
		assert_string_equal(before ? debts->change_flow : debts->from_flow, text_of(d, at, "to_flow"));
		assert_int_equal(strcmp(by, "paid") == 0, debts->verified);
		d->paid += strcmp(by, "paid") == 0;
		debts->aside = false;
		return;
	}
	if (strcmp(by, "owed") != 0 && strcmp(by, "undo") != 0) {
		arrive(debts);
		return;
	}
	d->chosen += strcmp(by, "undo") == 0;
	for (size_t i = 0; i < debts->count; i++) {
		bool is = debts->of[i].owed && ends_it(debts, i, flow, step);

		owed = owed || is;
		debts->of[i].offered = debts->of[i].offered || is;
	}
	assert_true(owed || strcmp(by, "undo") == 0);
	d->aside++;
	debts->aside = true;
	debts->verified = debts->maybe = false;
	debts->change = NULL;
	if (strcmp(by, "undo") == 0)
		find_change(debts, flow, step);
	debts->from = text_of(d, at, "from");
	debts->from_flow = text_of(d, at, "flow");
}

/* No walk with an operator ends by an outcome before what is owed was offered there, and its end says what still is. */
static void check_end(const struct drive *d, const struct debts *debts, size_t at)
{
	int owed = 0;

	for (size_t i = 0; i < debts->count; i++) {
		owed += debts->of[i].owed;
		assert_true(!debts->of[i].owed || debts->of[i].offered || !d->rig.interactive ||
			    strcmp(text_of(d, at, "reason"), "outcome") != 0);
	}
	assert_int_equal(cJSON_GetArraySize(ra_json_get(d->rig.entries[at].body, "owed")), owed);
}

/* Follow the entries from the first one; look at each action that begins. */
static void check_walk(struct drive *d)
{
	struct debts debts = {.count = 0};
	const struct ra_flow *flow = NULL;
	const struct ra_step *step = NULL;
	bool open = false, lost = false;

	for (size_t i = 0; i < d->rig.count; i++) {
		const char *kind = kind_of(d, i);

		if (strcmp(kind, "start") == 0 || strcmp(kind, "edge") == 0 || strcmp(kind, "back") == 0) {
			bool start = strcmp(kind, "start") == 0;

			assert_false(open);
			flow = ra_flowset_flow(d->rig.set, text_of(d, i, start ? "flow" : "to_flow"));
			step = ra_flow_step(flow, text_of(d, i, start ? "step" : "to"));
			d->good += is_good(flow, step);
			assert_false(debts.aside && strcmp(kind, "edge") != 0);
			if (strcmp(kind, "edge") == 0)
				note_edge(d, &debts, i, flow, step);
			else
				arrive(&debts);
		} else if (strcmp(kind, "intent") == 0) {
			assert_false(open);
			open = true;
			lost = false;
			d->intents++;
			note_intent(&debts, flow, step);
			d->gated += check_intent(d, i, step);
		} else if (strcmp(kind, "resume") == 0) {
			lost = open;
			arrive(&debts);
		} else if (strcmp(kind, "done") == 0) {
			assert_true(open && (!lost || step->action.by_human));
		} else if (strcmp(kind, "outcome") == 0) {
			assert_true(open);
			open = false;
			note_outcome(&debts, flow, step, text_of(d, i, "result"));
		} else if (strcmp(kind, "end") == 0) {
			check_end(d, &debts, i);
		}
	}
}

static void check_again(const struct drive *d)
{
	struct ra_state *again = rig_refold(&d->rig);
	char *was, *is;

	assert_non_null(again);
	was = rig_digest(d->rig.state, &d->rig.planes, d->rig.now);
	is = rig_digest(again, &d->rig.planes, d->rig.now);
	assert_string_equal(was, is);
	free(was);
	free(is);
	ra_state_free(again);
}

/* Killed after any entry and resumed: an action that may have begun is looked at, never begun again. */
static void check_killed(struct drive *d)
{
	struct rig part = d->rig;
	const struct ra_deed *deeds;
	cJSON *body = NULL;
	size_t count;

	part.count = 1 + rnd(d, (uint32_t)d->rig.count);
	part.state = rig_refold(&part);
	assert_non_null(part.state);
	assert_int_equal(ra_state_apply(part.state, &(struct ra_fold_entry){(int64_t)part.count, d->rig.now, "resume", NULL}, NULL), RA_OK);
	assert_int_not_equal(ra_state_now(part.state, &part.planes).phase, RA_PH_ACTING);
	count = ra_state_deeds(part.state, &deeds);
	if (count && deeds[count - 1].outcome_seq < 0)
		assert_int_equal(ra_make_intent(part.state, "esx01", d->rig.now, &body, NULL), RA_E_DENIED);
	ra_state_free(part.state);
}

static void begin(struct drive *d, const struct ra_flowset *set)
{
	static const char *const planes[] = {"ssh,vcenter", "ssh,vcenter", "ssh", "vcenter", ""};
	const struct ra_flow *const *flows;
	const struct ra_flow *flow;
	const cJSON *entry = NULL;
	size_t count = ra_flowset_flows(set, &flows);

	do
		flow = flows[rnd(d, (uint32_t)count)];
	while (d->only ? strcmp(flow->id, d->only) != 0 : strcmp(flow->id, "round") == 0);
	count = (size_t)cJSON_GetArraySize(flow->entries);
	if (count && chance(d, 50))
		entry = cJSON_GetArrayItem(flow->entries, (int)rnd(d, (uint32_t)count));
	rig_begin(&d->rig, set, flow->id, entry ? ra_json_str(entry, "go", NULL) : NULL, planes[rnd(d, RA_LEN(planes))]);
	d->boot = d->rig.now - 36000000;
	d->rig.interactive = !chance(d, 3);
}

static void walk_all(const char *dir, size_t gated_min, size_t aside_min)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = rig_load(dir);
	struct wordbook *book = calloc(1, sizeof(*book));
	struct drive *d = calloc(1, sizeof(*d));

	assert_non_null(set);
	assert_non_null(book);
	assert_non_null(d);
	learn_set(book, set);
	d->book = book;
	for (uint64_t walk = 1; walk <= WALKS; walk++) {
		d->rnd = walk * 0x9e3779b97f4a7c15u;
		memset(d->truth, 0, sizeof(d->truth));
		begin(d, set);
		for (int i = 0; i < TURNS && d->rig.count + 40 < RA_LEN(d->truth) && turn(d); i++)
			continue;
		check_walk(d);
		check_again(d);
		if (walk % 4 == 0)
			check_killed(d);
		rig_end(&d->rig);
	}
	print_message("%s: %zu actions begun, %zu behind a gate, %zu refused, %zu gates opened by word, %zu ends\n", dir, d->intents,
		      d->gated, d->refused, d->opened, d->ends);
	assert_true(d->gated >= gated_min);
	assert_true(d->refused > d->gated);
	print_message("%s: %zu times aside, %zu of them chosen, %zu times paid\n", dir, d->aside, d->chosen, d->paid);
	assert_true(d->aside >= aside_min && ((d->paid > 0 && d->chosen > 0) || aside_min == 0));
	free(d);
	free(book);
}

static void test_small_set(void **unused)
{
	(void)unused;
	walk_all("tests/unit/walkset", 1000, 1000);
}

static void test_shipped_set(void **unused)
{
	(void)unused;
	walk_all("flows", 100, 0);
}

/* Walks in a world where vCenter always says Passed. Out: how often a step is reached that says the host is well. */
static size_t passed_walks(const struct ra_flowset *set, const struct wordbook *book, const char *flow, bool bootless)
{
	struct drive *d = calloc(1, sizeof(*d));
	size_t good;

	assert_non_null(d);
	d->book = book;
	d->only = flow;
	d->passed = true;
	d->bootless = bootless;
	for (uint64_t walk = 1; walk <= WALKS / 5; walk++) {
		d->rnd = walk * 0x9e3779b97f4a7c15u;
		begin(d, set);
		for (int i = 0; i < TURNS && d->rig.count + 40 < RA_LEN(d->truth) && turn(d); i++)
			continue;
		check_walk(d);
		rig_end(&d->rig);
	}
	good = d->good;
	free(d);
	return good;
}

/* Whatever else is read or said: as long as nobody can say when the host started, no walk says it is well. */
static void test_no_boot_time(void **unused)
{
	static const char *const dirs[] = {"tests/unit/walkset", "flows"}, *const flows[] = {"walk", "tpm-attestation"};

	(void)unused;
	for (size_t i = 0; i < RA_LEN(dirs); i++) {
		RA_AUTO(ra_flowset_free) struct ra_flowset *set = rig_load(dirs[i]);
		struct wordbook *book = calloc(1, sizeof(*book));
		size_t with, without;

		assert_non_null(set);
		assert_non_null(book);
		learn_set(book, set);
		with = passed_walks(set, book, flows[i], false);
		without = passed_walks(set, book, flows[i], true);
		print_message("%s: well %zu times, %zu without a boot time\n", dirs[i], with, without);
		assert_true(with > 10);
		assert_int_equal(without, 0);
		free(book);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_small_set), cmocka_unit_test(test_shipped_set),
					   cmocka_unit_test(test_no_boot_time)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
