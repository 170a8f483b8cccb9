/* lint.c - the linter's frame: findings, the ways out of a step, the graph of a flow. */
#include "config.h"

#include "flow/lint_rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ra_lint_say(struct ra_linter *lint, int rule, const struct ra_json *doc, const cJSON *node, const char *fmt, ...)
{
	struct ra_finding *finding = &lint->out[lint->count];
	int line = 0, col = 0, len;
	va_list args;

	if (lint->count == RA_FINDINGS_MAX)
		return;
	lint->count++;
	finding->rule = rule;
	ra_json_pos(doc, node, &line, &col);
	len = snprintf(finding->text, sizeof(finding->text), "%s:%d:%d: ", ra_json_name(doc), line, col);
	if (len < 0 || (size_t)len >= sizeof(finding->text))
		return;
	va_start(args, fmt);
	(void)vsnprintf(finding->text + len, sizeof(finding->text) - (size_t)len, fmt, args);
	va_end(args);
}

size_t ra_graph_index(const struct ra_graph *graph, const char *step)
{
	const struct ra_step *found = ra_flow_step(graph->flow, step);

	return found ? (size_t)(found - graph->flow->steps) : graph->count;
}

static void set_bit(uint64_t *row, size_t at)
{
	row[at / 64] |= UINT64_C(1) << (at % 64);
}

static bool has_bit(const uint64_t *row, size_t at)
{
	return row[at / 64] >> (at % 64) & 1;
}

bool ra_graph_reaches(const struct ra_graph *graph, size_t from, size_t to)
{
	return has_bit(graph->reach + from * graph->words, to);
}

bool ra_graph_leads(const struct ra_graph *graph, size_t from, size_t to)
{
	return has_bit(graph->next + from * graph->words, to);
}

bool ra_graph_enters(const struct ra_graph *graph, size_t step)
{
	return has_bit(graph->enter, step);
}

static void add_way(void *payload, const struct ra_step *step, const struct ra_way *out)
{
	struct ra_graph *graph = payload;
	size_t from = (size_t)(step - graph->flow->steps), to = ra_graph_index(graph, out->go);

	if (to < graph->count)
		set_bit(graph->next + from * graph->words, to);
}

static void add_entry(struct ra_graph *graph, const char *step)
{
	size_t at = ra_graph_index(graph, step);

	if (at < graph->count)
		set_bit(graph->enter, at);
}

bool ra_graph_make(const struct ra_flow *flow, struct ra_graph *out)
{
	size_t words = (flow->step_count + 63) / 64, cells = flow->step_count * words;
	const cJSON *entry;

	*out = (struct ra_graph){.flow = flow, .count = flow->step_count, .words = words};
	out->next = calloc(cells + 1, sizeof(*out->next));
	out->reach = calloc(cells + 1, sizeof(*out->reach));
	out->enter = calloc(words + 1, sizeof(*out->enter));
	if (!out->next || !out->reach || !out->enter)
		return false;
	add_entry(out, flow->start);
	cJSON_ArrayForEach (entry, flow->entries) {
		add_entry(out, ra_json_str(entry, "go", ""));
	}
	for (size_t i = 0; i < flow->step_count; i++)
		ra_step_ways(&flow->steps[i], add_way, out);
	memcpy(out->reach, out->next, cells * sizeof(*out->reach));
	/* Warshall's closure on bit sets. */
	for (size_t k = 0; k < out->count; k++) {
		for (size_t i = 0; i < out->count; i++) {
			for (size_t w = 0; has_bit(out->reach + i * words, k) && w < words; w++)
				out->reach[i * words + w] |= out->reach[k * words + w];
		}
	}
	return true;
}

void ra_graph_clear(struct ra_graph *graph)
{
	free(graph->next);
	free(graph->reach);
	free(graph->enter);
}

size_t ra_flowset_lint(const struct ra_flowset *set, struct ra_finding *out)
{
	struct ra_linter lint = {.set = set, .out = out};
	struct ra_flow *const *flows = set->flows.items;
	struct ra_graph *graphs = calloc(set->flows.count + 1, sizeof(*graphs));
	bool whole = graphs != NULL;

	for (size_t i = 0; whole && i < set->flows.count; i++)
		whole = ra_graph_make(flows[i], &graphs[i]);
	for (size_t i = 0; whole && i < set->flows.count; i++)
		ra_lint_graph(&lint, &graphs[i]);
	if (whole) {
		ra_lint_calls(&lint);
		ra_lint_refs(&lint);
		ra_lint_facts(&lint, graphs);
		ra_lint_off(&lint);
		ra_lint_bmc(&lint);
	}
	for (size_t i = 0; whole && i < set->flows.count; i++)
		ra_lint_actions(&lint, graphs, &graphs[i]);
	for (size_t i = 0; graphs && i < set->flows.count; i++)
		ra_graph_clear(&graphs[i]);
	free(graphs);
	if ((!whole || lint.blind) && lint.count < RA_FINDINGS_MAX) /* no verdict is no clean bill */
		out[lint.count++] =
		    (struct ra_finding){.rule = 1, .text = "flow set: out of memory, not all of it was examined"};
	return lint.count;
}
