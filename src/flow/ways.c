/* ways.c - the ways out of a step. */
#include "config.h"

#include "flow/flowset.h"

#include <stdio.h>
#include <string.h>

static void way(const struct ra_step *step, ra_way_fn fn, void *payload, const char *key)
{
	const cJSON *node = ra_json_get(step->node, key);

	if (cJSON_IsString(node))
		fn(payload, step,
		   &(struct ra_way){
		       .go = node->valuestring, .label = key, .node = node, .opens = strcmp(key, "open") == 0});
}

static void action_ways(const struct ra_step *step, ra_way_fn fn, void *payload)
{
	const cJSON *undo = ra_json_get(step->node, "undo");

	way(step, fn, payload, "ok");
	way(step, fn, payload, "fail");
	way(step, fn, payload, "skip");
	way(step, fn, payload, "blocked");
	if (step->action.undo_step)
		way(step, fn, payload, undo ? "undo" : "recovery");
}

void ra_step_ways(const struct ra_step *step, ra_way_fn fn, void *payload)
{
	const cJSON *next = ra_json_get(step->node, "next"), *at;
	int number = 0;

	if (step->kind == RA_STEP_END)
		return;
	if (step->kind == RA_STEP_ACTION) {
		action_ways(step, fn, payload);
		return;
	}
	cJSON_ArrayForEach (at, next) {
		char label[24];

		snprintf(label, sizeof(label), "edge %d", ++number);
		fn(payload, step,
		   &(struct ra_way){.go = ra_json_str(at, "go", ""),
				    .label = label,
				    .because = ra_json_str(at, "because", NULL),
				    .node = ra_json_get(at, "go")});
	}
	way(step, fn, payload, "else");
	way(step, fn, payload, "unknown");
	way(step, fn, payload, "error");
	way(step, fn, payload, "open");
	way(step, fn, payload, "closed");
	cJSON_ArrayForEach (at, step->returns) {
		if (cJSON_IsString(at))
			fn(payload, step, &(struct ra_way){.go = at->valuestring, .label = at->string, .node = at});
	}
}
