/* view_map.c - the flow map: the flows of the walk in reading order, with the way taken and what can still come. */
#include "config.h"

#include "flow/chart.h"
#include "flow/words.h"
#include "session/viewmake.h"

#include <stdlib.h>
#include <string.h>

/* One flow of the map while it is made. */
struct mapping {
	const struct ra_session *s;
	struct ra_view *v;
	const struct ra_chart *chart;
	bool *told; /* of each step: its own row stands above */
};

static enum ra_map_state state_of(const struct ra_chart_node *node)
{
	if (node->now)
		return RA_MAP_NOW;
	if (*node->taken)
		return node->skip ? RA_MAP_SKIP : RA_MAP_DONE;
	if (node->back)
		return RA_MAP_BACK;
	return node->ahead ? RA_MAP_AHEAD : RA_MAP_GONE;
}

static const char *sign_of(const struct ra_step *step)
{
	if (step->kind == RA_STEP_ACTION && step->action.danger == RA_IRREVERSIBLE)
		return ra_danger_name(RA_IRREVERSIBLE);
	return step->kind == RA_STEP_GATE || step->kind == RA_STEP_END ? ra_step_kind_name(step->kind) : "";
}

static ra_err put_say(const struct ra_session *s, const struct ra_step *step, struct ra_texts *out)
{
	RA_AUTO(ra_mem_free) char *say = ra_say_step(s, step);
	RA_AUTO(ra_mem_free) char *ask = step->kind == RA_STEP_QUESTION ? ra_say_fill(s, step->question.ask) : strdup("");

	if (!say || !ask || (*say && ra_view_text(out, say)) || (*ask && ra_view_text(out, ask)))
		return RA_E_NOMEM;
	return RA_OK;
}

static ra_err put_ways(const struct ra_chart *chart, const struct ra_chart_node *node, struct ra_texts *out)
{
	for (size_t i = node->arc; i < node->arc + node->arc_count; i++) {
		const struct ra_chart_arc *arc = &chart->arcs[i];
		RA_AUTO(ra_buf_free) struct ra_buf line = {0};

		if (ra_buf_printf(&line, "%s%s%s%s -> %s%s%s", arc->label, *arc->because ? " (" : "", arc->because, *arc->because ? ")" : "",
				  chart->flow->steps[arc->to].title, *arc->taken ? "; taken as step " : "", arc->taken) ||
		    ra_view_text(out, ra_buf_str(&line)))
			return RA_E_NOMEM;
	}
	return RA_OK;
}

static ra_err put_row(struct mapping *m, const struct ra_chart_row *row)
{
	struct ra_view_map_row *at = ra_view_grow(&m->v->map, &m->v->map_count, sizeof(*at));
	const struct ra_step *step = &m->chart->flow->steps[row->node];
	const struct ra_chart_node *node = &m->chart->nodes[row->node];
	const struct ra_chart_arc *arc = row->arc == RA_CHART_NONE ? NULL : &m->chart->arcs[row->arc];
	RA_AUTO(ra_buf_free) struct ra_buf words = {0};

	if (!at || (!arc && ra_step_words(step, &words)))
		return RA_E_NOMEM;
	at->kind = !arc ? RA_MAP_STEP : m->told[row->node] ? RA_MAP_ABOVE : RA_MAP_BELOW;
	at->state = state_of(node);
	at->depth = row->depth;
	if (ra_view_put(&at->flow, m->chart->flow->id) || ra_view_put(&at->id, step->id) || ra_view_put(&at->title, step->title) ||
	    ra_view_put(&at->is, ra_buf_str(&words)) || ra_view_put(&at->sign, arc ? "" : sign_of(step)) ||
	    ra_view_put(&at->taken, arc ? arc->taken : node->taken) || ra_view_put(&at->label, arc ? arc->label : ""))
		return RA_E_NOMEM;
	if (arc)
		return RA_OK;
	m->told[row->node] = true;
	return put_say(m->s, step, &at->say) || put_ways(m->chart, node, &at->ways) ? RA_E_NOMEM : RA_OK;
}

static ra_err put_title(struct ra_view *v, const struct ra_flow *flow)
{
	struct ra_view_map_row *at = ra_view_grow(&v->map, &v->map_count, sizeof(*at));

	return !at || ra_view_put(&at->flow, flow->id) || ra_view_put(&at->id, "") || ra_view_put(&at->title, flow->title) ||
			       ra_view_put(&at->is, "") || ra_view_put(&at->sign, "") || ra_view_put(&at->taken, "") || ra_view_put(&at->label, "")
		       ? RA_E_NOMEM
		       : RA_OK;
}

static ra_err put_flow(const struct ra_session *s, const struct ra_flow *flow, const struct ra_trod *way, size_t count, struct ra_view *v)
{
	RA_AUTO(ra_chart_free) struct ra_chart *chart = ra_chart_new(flow);
	RA_AUTO(ra_mem_free) bool *told = calloc(flow->step_count + 1, sizeof(*told));
	RA_AUTO(ra_mem_free) struct ra_chart_row *rows = NULL;
	struct mapping m = {.s = s, .v = v, .chart = chart, .told = told};
	size_t row_count = 0;

	if (!chart || !told || ra_chart_trace(chart, way, count) || ra_chart_rows(chart, &rows, &row_count))
		return RA_E_NOMEM;
	for (size_t i = 0; i < row_count; i++)
		if (put_row(&m, &rows[i]))
			return RA_E_NOMEM;
	return RA_OK;
}

/* True when this visit is the first to its flow. */
static bool is_first(const struct ra_visit *visits, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (visits[i].flow == visits[at].flow)
			return false;
	return true;
}

ra_err ra_view_map(const struct ra_session *s, struct ra_view *v)
{
	const struct ra_visit *visits;
	size_t count = ra_state_path(s->state, &visits), flows = 0;

	if (!count)
		return RA_OK;
	RA_AUTO(ra_mem_free) struct ra_trod *way = calloc(count, sizeof(*way));

	if (!way)
		return RA_E_NOMEM;
	for (size_t i = 0; i < count; i++) {
		way[i] = (struct ra_trod){
			.flow = visits[i].flow->id, .step = visits[i].step->id, .by = visits[i].by, .back = visits[i].taken_back};
		flows += is_first(visits, i);
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_first(visits, i))
			continue;
		if (flows > 1 && put_title(v, visits[i].flow))
			return RA_E_NOMEM;
		if (put_flow(s, visits[i].flow, way, count, v))
			return RA_E_NOMEM;
	}
	return RA_OK;
}
