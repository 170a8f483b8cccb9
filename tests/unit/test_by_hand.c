/* The crash cart: a walk without any link, in which every check is asked by hand, reaches every end of the shipped flows. The ends are
 * searched for: from where a walk has come nearest to one, by chance and for long enough. What is never done here is what by hand cannot
 * be done: no proof of a recovery key, no request. */
#include "unit.h"

#include "flow_rig.h"

#include "base/io.h"

#include <stdio.h>
#include <string.h>

#define NODES_MAX 1024
#define WAYS_MAX 8192
#define WORDS_MAX 160   /* of one walk */
#define TRIES_EACH 60000 /* walks in search of one end, at most */
#define FAR 10000

/* Ends that only a machine's word leads to, each with why no person's could. */
static const struct {
	const char *flow, *end, *why;
} machine_only[] = {
	{"tpm-attestation", "message-dropped", "a TPM is taken out of use only where a machine said Mode NONE: no answer opens that gate, and no key is proven by hand"},
	{"tpm-attestation", "starting", "how far a start has come only a BMC tells: a person is asked what the console shows instead"},
	{NULL, NULL, NULL},
};

/* A step of a flow of the set. */
struct node {
	const struct ra_flow *flow;
	const struct ra_step *step;
	char *script; /* the shortest that came here: words, a line each; NULL: none did */
	size_t words;
	int distance; /* to the end that is looked for */
};
struct search {
	const struct ra_flowset *set;
	struct node nodes[NODES_MAX];
	size_t count;
	struct {
		size_t from, to;
	} ways[WAYS_MAX];
	size_t way_count;
	uint64_t rnd;
	char said[WORDS_MAX][48]; /* the walk so far */
	size_t said_count;
};

static uint32_t rnd(struct search *s, uint32_t below)
{
	s->rnd ^= s->rnd << 13;
	s->rnd ^= s->rnd >> 7;
	s->rnd ^= s->rnd << 17;
	return (uint32_t)(s->rnd >> 33) % (below ? below : 1);
}

static struct node *node_of(struct search *s, const struct ra_step *step)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->nodes[i].step == step)
			return &s->nodes[i];
	return NULL;
}

static void add_way(struct search *s, const struct node *from, const struct ra_flow *flow, const char *go)
{
	const struct ra_step *step = go ? ra_flow_step(flow, go) : NULL;
	struct node *to = step ? node_of(s, step) : NULL;

	if (!to || s->way_count == WAYS_MAX)
		return;
	s->ways[s->way_count].from = (size_t)(from - s->nodes);
	s->ways[s->way_count++].to = (size_t)(to - s->nodes);
}

static void add_ways(struct search *s, const struct node *from)
{
	const struct ra_step *step = from->step;
	const struct ra_flow *called = step->call_flow ? ra_flowset_flow(s->set, step->call_flow) : NULL;
	const struct ra_action *action = &step->action;
	const char *const goes[] = {step->go_else, step->go_unknown, step->go_error, step->go_open, step->go_closed,
				    action->ok,	   action->fail,     action->skip,   action->blocked};
	const cJSON *to;

	for (size_t i = 0; i < step->edge_count; i++)
		add_way(s, from, from->flow, step->edges[i].go);
	for (size_t i = 0; i < RA_LEN(goes); i++)
		add_way(s, from, from->flow, goes[i]);
	cJSON_ArrayForEach (to, step->returns)
		add_way(s, from, from->flow, to->valuestring);
	if (called)
		add_way(s, from, called, called->start);
}

static void learn_graph(struct search *s)
{
	const struct ra_flow *const *flows = NULL;
	size_t count = ra_flowset_flows(s->set, &flows);

	for (size_t f = 0; f < count; f++)
		for (size_t i = 0; i < flows[f]->step_count; i++) {
			assert_true(s->count < NODES_MAX);
			s->nodes[s->count++] = (struct node){.flow = flows[f], .step = &flows[f]->steps[i]};
		}
	for (size_t i = 0; i < s->count; i++)
		add_ways(s, &s->nodes[i]);
	assert_true(s->way_count < WAYS_MAX);
}

/* How far every step is from this one, in steps. */
static void measure(struct search *s, const struct node *end)
{
	bool moved = true;

	for (size_t i = 0; i < s->count; i++)
		s->nodes[i].distance = &s->nodes[i] == end ? 0 : FAR;
	while (moved) {
		moved = false;
		for (size_t i = 0; i < s->way_count; i++) {
			int there = s->nodes[s->ways[i].to].distance;

			if (there + 1 >= s->nodes[s->ways[i].from].distance)
				continue;
			s->nodes[s->ways[i].from].distance = there + 1;
			moved = true;
		}
	}
}

/* Keep how the walk came to the steps it has been at. */
static void note(struct search *s, const struct rig *rig)
{
	const struct ra_visit *visits = NULL;
	size_t count = ra_state_path(rig->state, &visits);

	for (size_t i = 0; i < count; i++) {
		struct node *node = node_of(s, visits[i].step);
		size_t len = 0;

		if (!node || (node->script && node->words <= s->said_count))
			continue;
		free(node->script);
		node->script = calloc(s->said_count + 1, sizeof(s->said[0]));
		assert_non_null(node->script);
		for (size_t w = 0; w < s->said_count; w++)
			len += (size_t)snprintf(node->script + len, sizeof(s->said[0]), "%s\n", s->said[w]);
		node->words = s->said_count;
	}
}

/* One word to the walk; a minute passes before it, so that "again" and "newer" are later than what they speak of. */
static ra_err say(struct search *s, struct rig *rig, const char *word)
{
	if (s->said_count == WORDS_MAX)
		return RA_E_LIMIT;
	rig->now += 60000;
	snprintf(s->said[s->said_count++], sizeof(s->said[0]), "%s", word);
	return rig_do(rig, word);
}

/* What a person may say now. Out: false when the walk asks nothing. */
static bool invent(struct search *s, const struct ra_now *now, char *word, size_t cap)
{
	const cJSON *gate;

	switch (now->phase) {
	case RA_PH_QUESTION:
	case RA_PH_MANUAL:
		if (rnd(s, 6) == 0)
			snprintf(word, cap, "a:");
		else
			snprintf(word, cap, "a:%s", now->question->choices[rnd(s, (uint32_t)now->question->count)].id);
		return true;
	case RA_PH_GATE:
		snprintf(word, cap, "g:-");
		cJSON_ArrayForEach (gate, now->gates) /* the key cannot be proven by hand */
			if (!ra_flowset_gate(s->set, gate->valuestring)->needs_key && rnd(s, 3))
				snprintf(word, cap, "g:%s", gate->valuestring);
		return true;
	case RA_PH_CONFIRM:
		snprintf(word, cap, "%s", rnd(s, 4) ? "i" : "s");
		return true;
	case RA_PH_ACTING:
		assert_true(now->manual_start);
		snprintf(word, cap, "d:%s", rnd(s, 5) ? "done" : "not_done");
		return true;
	case RA_PH_VERIFY:
		if (now->question && rnd(s, 4))
			snprintf(word, cap, "a:%s", now->question->choices[rnd(s, (uint32_t)now->question->count)].id);
		else
			snprintf(word, cap, "s");
		return true;
	default:
		return false;
	}
}

static void go_on(struct search *s, struct rig *rig)
{
	char word[48];

	for (int i = 0; i < 60; i++) {
		struct ra_now now = ra_state_now(rig->state, &rig->planes);

		if (!invent(s, &now, word, sizeof(word)) || say(s, rig, word) != RA_OK)
			return;
		note(s, rig);
	}
}

/* Say a script; where another is not 0, its word of that number is another one. */
static void say_script(struct search *s, struct rig *rig, char *script, uint32_t another)
{
	char *save = NULL, word[48];
	uint32_t at = 1;

	for (char *line = strtok_r(script, "\n", &save); line; line = strtok_r(NULL, "\n", &save), at++) {
		struct ra_now now = ra_state_now(rig->state, &rig->planes);

		snprintf(word, sizeof(word), "%s", line);
		if ((at == another && !invent(s, &now, word, sizeof(word))) || say(s, rig, word) != RA_OK)
			return;
	}
}

/* A walk from an entry, first the way of a script, at times with one word changed, then by chance. */
static void walk(struct search *s, const struct ra_flow *flow, const char *entry, const char *script)
{
	char copy[WORDS_MAX * sizeof(s->said[0])];
	uint32_t words = 0;
	struct rig rig;

	rig_begin(&rig, s->set, flow->id, entry, "");
	rig_run(&rig);
	s->said_count = 0;
	snprintf(s->said[s->said_count++], sizeof(s->said[0]), "%s", entry);
	note(s, &rig);
	snprintf(copy, sizeof(copy), "%s", script ? script : "");
	for (const char *at = copy; *at; at++)
		words += *at == '\n';
	say_script(s, &rig, copy, rnd(s, 2) ? 0 : 1 + rnd(s, words));
	go_on(s, &rig);
	rig_end(&rig);
}

/* Walk on from the script of a node; its first line is the entry it began at. */
static void walk_from(struct search *s, const struct ra_flow *flow, const struct node *node)
{
	char entry[64], script[WORDS_MAX * sizeof(s->said[0])];
	const char *rest = strchr(node->script, '\n');

	snprintf(script, sizeof(script), "%s", rest ? rest + 1 : "");
	snprintf(entry, sizeof(entry), "%.*s", (int)strcspn(node->script, "\n"), node->script);
	walk(s, flow, entry, script);
}

static bool leads_on(const struct node *node)
{
	return node->script && node->distance < FAR && node->step->kind != RA_STEP_END;
}

/* One of the nearest steps a walk has come to; half the time any from which there is a way, for what it takes may have to be said long
 * before. */
static const struct node *nearest(struct search *s)
{
	const struct node *pick = NULL;
	int least = FAR;
	uint32_t seen = 0;

	for (size_t i = 0; i < s->count; i++)
		if (leads_on(&s->nodes[i]) && s->nodes[i].distance < least)
			least = s->nodes[i].distance;
	least = rnd(s, 2) ? FAR : least + (int)rnd(s, 3);
	for (size_t i = 0; i < s->count; i++)
		if (leads_on(&s->nodes[i]) && s->nodes[i].distance <= least && rnd(s, ++seen) == 0)
			pick = &s->nodes[i];
	return pick;
}

static const char *why_machine(const struct node *node)
{
	for (size_t i = 0; machine_only[i].flow; i++)
		if (!strcmp(machine_only[i].flow, node->flow->id) && !strcmp(machine_only[i].end, node->step->id))
			return machine_only[i].why;
	return NULL;
}

static void search_end(struct search *s, const struct ra_flow *flow, const struct node *end)
{
	measure(s, end);
	for (int i = 0; i < TRIES_EACH && !end->script; i++) {
		const struct node *from = nearest(s);

		if (from)
			walk_from(s, flow, from);
	}
}

/* Is the flow walked through a call of this one, or this one itself? */
static bool belongs(const struct search *s, const struct ra_flow *flow, const struct node *node)
{
	if (node->flow == flow)
		return true;
	for (size_t i = 0; i < flow->step_count; i++)
		if (flow->steps[i].call_flow && ra_flowset_flow(s->set, flow->steps[i].call_flow) == node->flow)
			return true;
	return false;
}

static void test_every_end(void **state)
{
	static const char flow_id[] = "tpm-attestation";
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = rig_load("flows");
	struct search *s = calloc(1, sizeof(*s));
	size_t ends = 0, missed = 0;
	const cJSON *entry;

	assert_non_null(set);
	assert_non_null(s);
	s->set = set;
	s->rnd = 0x9e3779b97f4a7c15u;
	learn_graph(s);
	const struct ra_flow *flow = ra_flowset_flow(set, flow_id);

	for (int i = 0; i < 20; i++)
		cJSON_ArrayForEach (entry, flow->entries)
			walk(s, flow, ra_json_str(entry, "go", ""), NULL);
	for (size_t i = 0; i < s->count; i++) {
		const struct node *end = &s->nodes[i];
		const char *why;

		if (end->step->kind != RA_STEP_END || !belongs(s, flow, end))
			continue;
		ends++;
		why = why_machine(end);
		if (!why)
			search_end(s, flow, end);
		if (!end->script && !why)
			print_message("not reached by hand: %s/%s\n", end->flow->id, end->step->id);
		if (end->script && why)
			print_message("reached by hand after all: %s/%s (%s)\n", end->flow->id, end->step->id, why);
		missed += !end->script != !!why;
	}
	print_message("%s: %zu ends by hand, %zu not as expected\n", flow_id, ends, missed);
	for (size_t i = 0; i < s->count; i++)
		free(s->nodes[i].script);
	free(s);
	assert_int_equal(missed, 0);
	assert_true(ends > 50);
}

static bool came_to(const struct rig *rig, const char *step)
{
	const struct ra_visit *visits = NULL;
	size_t count = ra_state_path(rig->state, &visits);

	return count && !strcmp(visits[count - 1].step->id, step);
}

/* A person knows no times, but what was before what: Passed counts where the start was before, and is asked anew where the host started again. What
 * decides nothing is not asked. */
static void test_before_and_again(void **state)
{
	static const struct {
		const char *words[3], *step;
	} rows[] = {
		{{"a:passed-new", "a:before", "a:none"}, "healthy"},
		{{"a:passed-new", "a:before", "a:red"}, "reset-alarm"},
		{{"a:passed-old", "a:before", NULL}, "age-unproven"},
		{{"a:passed-new", "a:", NULL}, "age-unproven"},
		{{"a:passed-new", "a:again", NULL}, "status"}, /* what was before the start is asked anew */
		{{"a:failed-new", "a:before", NULL}, "bundle"},
	};
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = rig_load("flows");
	struct rig rig;

	assert_non_null(set);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		rig_begin(&rig, set, "tpm-attestation", "status", "");
		rig_run(&rig);
		for (size_t k = 0; k < RA_LEN(rows[i].words) && rows[i].words[k]; k++) {
			rig.now += 1000;
			assert_int_equal(rig_do(&rig, rows[i].words[k]), RA_OK);
		}
		if (!came_to(&rig, rows[i].step))
			fail_msg("row %zu: not at %s", i, rows[i].step);
		rig_end(&rig);
	}
}

/* Does a file of this directory name it, in quotes? */
static bool named_in(const char *folder, const char *suffix, const char *word)
{
	RA_AUTO(ra_mem_free) char *dir = ra_path_join(unit_dir("RA_SRCDIR"), folder);
	bool found = false;
	size_t count = 0;
	char **names;

	assert_int_equal(ra_list_dir(dir, suffix, &names, &count, NULL), RA_OK);
	for (size_t i = 0; i < count && !found; i++) {
		RA_AUTO(ra_mem_free) char *path = ra_path_join(dir, names[i]);
		RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};

		assert_int_equal(ra_read_file(path, &bytes, NULL), RA_OK);
		found = strstr(ra_buf_str(&bytes), word) != NULL;
	}
	ra_names_free(names, count);
	return found;
}

/* The form for the logs offers every line that a cause or a flow hangs on; "None of these" denies each of them, and no other answer does. */
static void test_form_of_the_logs(void **state)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = rig_load("flows");
	const struct ra_question *form = ra_flowset_manual(set, ra_flowset_check(set, "tpm-log-signatures"));
	const struct ra_signatures *sigs = ra_flowset_signatures(set);
	size_t used = 0;

	assert_non_null(form);
	assert_true(form->many);
	for (size_t i = 0; i < sigs->count; i++) {
		char fact[RA_FACT_NAME_MAX], quoted[RA_FACT_NAME_MAX + 2];
		size_t yes = 0, no = 0;

		snprintf(fact, sizeof(fact), "sig.%s", sigs->items[i].id);
		snprintf(quoted, sizeof(quoted), "\"%s\"", fact);
		if (!sigs->items[i].logs || !(sigs->items[i].cause || named_in("flows", ".flow.json", quoted) || named_in("flows/causes", ".json", quoted)))
			continue;
		used++;
		for (size_t k = 0; k < form->count; k++) {
			const cJSON *value = ra_json_get(form->choices[k].set, fact);

			yes += cJSON_IsTrue(value);
			no += cJSON_IsFalse(value) && !strcmp(form->choices[k].id, "none");
			if (cJSON_IsFalse(value) && strcmp(form->choices[k].id, "none"))
				fail_msg("%s is denied by the answer %s", fact, form->choices[k].id);
		}
		if (yes != 1 || no != 1)
			fail_msg("%s: offered %zu times, denied by \"None of these\" %zu times", fact, yes, no);
	}
	assert_true(used >= 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_end), cmocka_unit_test(test_before_and_again),
					   cmocka_unit_test(test_form_of_the_logs)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
