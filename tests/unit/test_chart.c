/* Charts of flows: what must hold of every chart, of the shipped flows and of flows made up at random; and the way of a walk in one. */
#include "tests/unit/unit.h"

#include "tests/unit/flow_fixture.h"
#include "flow/chart.h"
#include "flow/draw.h"
#include "tests/unit/flow_rig.h"

#include <stdlib.h>

static bool is_start(const struct ra_chart *chart, size_t node)
{
	return chart->nodes[node].entries > 0;
}

/* Arcs lead down, but for those that are marked as back and to ends, which stand beside a step that leads to them. */
static void check_layers(const struct ra_chart *chart)
{
	for (size_t i = 0; i < chart->arc_count; i++) {
		const struct ra_chart_arc *arc = &chart->arcs[i];
		const struct ra_chart_node *from = &chart->nodes[arc->from], *to = &chart->nodes[arc->to];

		if (arc->back)
			assert_true(arc->to <= arc->from);
		else if (to->beside == RA_CHART_NONE)
			assert_true(to->layer > from->layer);
		else
			assert_int_equal(chart->flow->steps[arc->to].kind, RA_STEP_END);
	}
	for (size_t i = 0; i < chart->count; i++) {
		const struct ra_chart_node *node = &chart->nodes[i];

		assert_true(node->layer >= 0 && node->layer < chart->layers);
		if (node->beside != RA_CHART_NONE)
			assert_int_equal(node->layer, chart->nodes[node->beside].layer);
		if (is_start(chart, i))
			assert_true(node->parent == RA_CHART_NONE || node->layer > 0);
	}
}

/* Each way of each step is in one arc; two arcs never join the same steps. */
static void count_way(void *payload, const struct ra_step *step, const struct ra_way *way)
{
	const struct ra_chart *chart = payload;
	size_t from = ra_chart_find(chart, step->id), to = ra_chart_find(chart, way->go), found = 0;

	for (size_t i = chart->nodes[from].arc; i < chart->nodes[from].arc + chart->nodes[from].arc_count; i++)
		found += chart->arcs[i].to == to && chart->arcs[i].from == from;
	assert_int_equal(found, 1);
}

/* Every step is told once in full; where else it leads is told below it; nothing is told of what is not an arc. */
static void check_rows(const struct ra_chart *chart)
{
	struct ra_chart_row *rows;
	size_t count;
	unsigned char told[1024] = {0};

	assert_int_equal(ra_chart_rows(chart, &rows, &count), RA_OK);
	for (size_t i = 0; i < count; i++) {
		assert_true(rows[i].depth >= 0);
		if (rows[i].arc == RA_CHART_NONE)
			told[rows[i].node]++;
		else
			assert_int_equal(chart->arcs[rows[i].arc].to, rows[i].node);
	}
	for (size_t i = 0; i < chart->count; i++)
		assert_int_equal(told[i], 1);
	free(rows);
}

/* No two steps of a layer stand in each other, and layers do not either. */
static void check_places(const struct ra_chart *chart)
{
	struct ra_chart_size sizes[1024];
	struct ra_chart_places places, again;

	for (size_t i = 0; i < chart->count; i++)
		sizes[i] = (struct ra_chart_size){20 + (int)(i % 3), 20 + (int)(i % 5) * 10, 10 + (int)(i % 4)};
	assert_int_equal(ra_chart_place(chart, sizes, 7, 11, &places), RA_OK);
	assert_int_equal(ra_chart_place(chart, sizes, 7, 11, &again), RA_OK);
	for (size_t i = 0; i < chart->count; i++) {
		assert_int_equal(places.x[i], again.x[i]);
		if (chart->nodes[i].beside != RA_CHART_NONE)
			continue;
		assert_true(places.x[i] - sizes[i].left >= 0 && places.x[i] + sizes[i].right <= places.width);
		assert_true(sizes[i].height <= places.layer_high[chart->nodes[i].layer]);
		for (size_t k = 0; k < i; k++)
			if (chart->nodes[k].beside == RA_CHART_NONE && chart->nodes[k].layer == chart->nodes[i].layer)
				assert_true(places.x[i] - sizes[i].left >= places.x[k] + sizes[k].right + 7 ||
					    places.x[k] - sizes[k].left >= places.x[i] + sizes[i].right + 7);
	}
	for (int layer = 1; layer < chart->layers; layer++)
		assert_int_equal(places.layer_y[layer], places.layer_y[layer - 1] + places.layer_high[layer - 1] + 11);
	ra_chart_places_free(&places);
	ra_chart_places_free(&again);
}

static void check_chart(const struct ra_flow *flow)
{
	RA_AUTO(ra_chart_free) struct ra_chart *chart = ra_chart_new(flow);

	assert_non_null(chart);
	assert_int_equal(chart->count, flow->step_count);
	check_layers(chart);
	for (size_t i = 0; i < chart->count; i++)
		ra_step_ways(&flow->steps[i], count_way, chart);
	check_rows(chart);
	check_places(chart);
}

static void shipped_flows_are_charts(void **state)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = rig_load("flows");
	const struct ra_flow *const *flows;
	size_t count;

	(void)state;
	assert_non_null(set);
	count = ra_flowset_flows(set, &flows);
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++)
		check_chart(flows[i]);
}

/* The start of the shipped flow stands on top, its longest way on one line. */
static void the_longest_way_is_straight(void **state)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = rig_load("flows");
	const struct ra_flow *flow = ra_flowset_flow(set, "tpm-recovery");
	RA_AUTO(ra_chart_free) struct ra_chart *chart = ra_chart_new(flow);
	struct ra_chart_size sizes[64];
	struct ra_chart_places places;
	size_t start = ra_chart_find(chart, flow->start), main_count = 0;

	(void)state;
	for (size_t i = 0; i < chart->count; i++)
		sizes[i] = (struct ra_chart_size){20, 20, 10};
	assert_int_equal(chart->nodes[start].layer, 0);
	assert_int_equal(ra_chart_place(chart, sizes, 7, 11, &places), RA_OK);
	for (size_t i = 0; i < chart->count; i++) {
		if (chart->nodes[i].main)
			assert_int_equal(places.x[i], places.x[start]);
		main_count += chart->nodes[i].main;
	}
	assert_true(main_count > 8);
	ra_chart_places_free(&places);
}

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16 & 0x7fff;
}

/* A flow of checks that lead anywhere: round, to themselves, to what is not there, from nowhere. */
static char *any_flow(unsigned seed, size_t steps)
{
	struct ra_buf text = {0};
	ra_err err = ra_buf_printf(&text, "{'$schema':'s','format':1,'id':'any','version':'1','title':'Any','start':'s0','steps':{");

	for (size_t i = 0; i < steps && !err; i++) {
		unsigned a = next_random(&seed), b = next_random(&seed), c = next_random(&seed);

		if (a % 5 == 0)
			err = ra_buf_printf(&text, "%s's%zu':{'kind':'end','title':'t','outcome':'stopped'}", i ? "," : "", i);
		else
			err = ra_buf_printf(&text, "%s's%zu':{'kind':'check','title':'t','checks':[],'next':[],'else':'s%zu','unknown':'s%zu','error':'s%zu'}",
					    i ? "," : "", i, a % steps, b % steps, c % 7 ? c % steps : i);
	}
	assert_int_equal(err || ra_buf_text(&text, "}}"), 0);
	return ra_buf_take(&text);
}

static void any_flow_is_a_chart(void **state)
{
	static const size_t sizes[] = {1, 2, 3, 5, 9, 30, 200};

	(void)state;
	for (unsigned seed = 1; seed <= 60; seed++) {
		RA_AUTO(ra_flowset_free) struct ra_flowset *set = ra_flowset_new();
		RA_AUTO(ra_mem_free) char *text = any_flow(seed, sizes[seed % RA_LEN(sizes)]), *bytes = flow_quotes(text);
		struct ra_json *doc = NULL;
		struct ra_errs errs;

		ra_errs_clear(&errs);
		assert_int_equal(ra_json_parse("any.flow.json", bytes, strlen(bytes), NULL, &doc, &errs), RA_OK);
		assert_int_equal(ra_flowset_take(set, RA_KIND_FLOW, RA_FROM_INSTALLED, doc, &errs), RA_OK);
		check_chart(ra_flowset_flow(set, "any"));
	}
}

static const struct ra_chart_arc *arc_of(const struct ra_chart *chart, const char *from, const char *to)
{
	for (size_t i = 0; i < chart->arc_count; i++)
		if (!strcmp(chart->flow->steps[chart->arcs[i].from].id, from) && !strcmp(chart->flow->steps[chart->arcs[i].to].id, to))
			return &chart->arcs[i];
	fail_msg("no arc from %s to %s", from, to);
	return NULL;
}

static void ways_between_two_steps_are_one(void **state)
{
	struct ra_flowset *set;
	struct ra_errs errs;

	(void)state;
	assert_int_equal(flow_fixture(NULL, 0, &set, &errs), RA_OK);
	struct ra_chart *chart = ra_chart_new(ra_flowset_flow(set, "main"));

	assert_string_equal(arc_of(chart, "look", "ask")->label, "1, else, unknown, error");
	assert_string_equal(arc_of(chart, "look", "ask")->because, "1: the log says so");
	assert_false(arc_of(chart, "look", "ask")->aside);
	assert_string_equal(arc_of(chart, "clear", "stop")->label, "fail, skip");
	assert_true(arc_of(chart, "clear", "stop")->aside);
	assert_string_equal(arc_of(chart, "restart", "stop")->label, "fail, skip, undo");
	ra_chart_free(chart);
	ra_flowset_free(set);
}

/* The numbers are those of the whole walk; what was stepped back from is no part of the way; what can still come is known. */
static void a_walk_is_marked(void **state)
{
	static const struct ra_trod way[] = {
	    {"main", "look", "edge", false}, {"main", "ask", "back", true},    {"main", "ask", "unknown", false}, {"main", "side", "call", false},
	    {"side", "look", "else", false}, {"side", "fine", "return", false}, {"main", "maintain", "skip", false}, {"main", "gone", "", false},
	};
	struct ra_flowset *set;
	struct ra_errs errs;

	(void)state;
	assert_int_equal(flow_fixture(NULL, 0, &set, &errs), RA_OK);
	struct ra_chart *whole = ra_chart_new(ra_flowset_flow(set, "main")), *called = ra_chart_new(ra_flowset_flow(set, "main"));

	assert_int_equal(ra_chart_trace(whole, way, RA_LEN(way)), RA_OK);
	assert_string_equal(whole->nodes[ra_chart_find(whole, "look")].taken, "1");
	assert_string_equal(whole->nodes[ra_chart_find(whole, "ask")].taken, "2");
	assert_true(whole->nodes[ra_chart_find(whole, "ask")].back);
	assert_string_equal(arc_of(whole, "look", "ask")->taken, "1");
	assert_string_equal(arc_of(whole, "ask", "side")->taken, "2");
	assert_string_equal(arc_of(whole, "side", "maintain")->taken, "3");
	assert_string_equal(whole->nodes[ra_chart_find(whole, "maintain")].taken, "6");
	assert_true(whole->nodes[ra_chart_find(whole, "maintain")].skip);
	assert_string_equal(whole->nodes[ra_chart_find(whole, "clear")].taken, "");
	assert_string_equal(arc_of(whole, "ask", "gate")->taken, "");
	/* Inside of the called flow the walk stands at the call. */
	assert_int_equal(ra_chart_trace(called, way, 5), RA_OK);
	assert_true(called->nodes[ra_chart_find(called, "side")].now);
	assert_true(called->nodes[ra_chart_find(called, "maintain")].ahead);
	assert_false(called->nodes[ra_chart_find(called, "clear")].ahead);
	ra_chart_free(whole);
	ra_chart_free(called);
	ra_flowset_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shipped_flows_are_charts),	    cmocka_unit_test(the_longest_way_is_straight),
	    cmocka_unit_test(any_flow_is_a_chart),	    cmocka_unit_test(ways_between_two_steps_are_one),
	    cmocka_unit_test(a_walk_is_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
