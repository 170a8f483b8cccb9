/* view_all.h - a view with one of everything, in which every text that can be anybody's is the same: for tests of what hostile words do. */
#ifndef RA_TESTS_VIEW_ALL_H
#define RA_TESTS_VIEW_ALL_H

#include "session/view.h"

#define VIEW_ALL_AT INT64_C(1771070680000)

/* Every text of a view is this one. Nothing in it is owned. */
static inline struct ra_view view_all(const char *text)
{
	static struct ra_view_plane plane;
	static struct ra_view_turn turns[2];
	static struct ra_view_shown shown;
	static struct ra_view_step step;
	static struct ra_view_result result;
	static struct ra_view_obs obs[3];
	static struct ra_view_fact fact;
	static struct ra_view_rule rule;
	static struct ra_view_cause cause;
	static struct ra_view_command command;
	static struct ra_view_change change;
	static struct ra_view_action action;
	static struct ra_view_gate gate;
	static struct ra_view_quirk quirk;
	static struct ra_view_unseen unseen;
	static char *one[1];
	char *t = (char *)text;

	one[0] = t;
	const struct ra_texts texts = {one, 1};

	plane = (struct ra_view_plane){.name = t, .state = t, .say = t, .peer = t};
	turns[0] = (struct ra_view_turn){.label = t, .because = t, .to = t, .title = t};
	turns[1] = (struct ra_view_turn){.label = t, .because = t, .to = t, .title = t, .end = true};
	step = (struct ra_view_step){.flow = t, .id = t, .title = t, .because = t, .left_by = t, .mark = RA_MARK_NOW, .at = VIEW_ALL_AT, .turns = turns, .turn_count = 2, .shown = &shown, .shown_count = 1};
	shown = (struct ra_view_shown){.kind = (char *)"answer", .title = t, .text = t, .hint = t, .type = t, .danger = t, .offered = texts, .said = texts, .at = VIEW_ALL_AT};
	result = (struct ra_view_result){.check = t, .title = t, .why = t, .verdict = t, .verdict_id = t, .shown = t, .planes = t, .at = VIEW_ALL_AT, .disputed = texts};
	obs[0] = (struct ra_view_obs){.plane = t, .value = t, .reason = t, .check = t, .at = VIEW_ALL_AT, .seq = 7, .current = true, .evidence = t};
	obs[1] = (struct ra_view_obs){.plane = t, .value = (char *)"other", .reason = t, .check = t, .at = VIEW_ALL_AT, .seq = 8, .current = true, .evidence = t};
	obs[2] = (struct ra_view_obs){.plane = t, .reason = t, .check = t, .at = VIEW_ALL_AT, .seq = 9, .evidence = t};
	fact = (struct ra_view_fact){.name = t, .type = t, .value = t, .reason = t, .json = t, .known = true, .obs = obs, .obs_count = 3, .disputed = texts};
	rule = (struct ra_view_rule){.kind = (char *)"for", .because = t, .source = t, .value = (char *)"true", .confidence = t};
	cause = (struct ra_view_cause){.id = t, .title = t, .status = (char *)"likely", .why = t, .impact = t, .resolution = t, .fix_by = t, .guide = texts,
				       .references = texts, .rules = &rule, .rule_count = 1};
	command = (struct ra_view_command){.seq = 7, .plane = t, .check = t, .words = t, .why = t, .at = VIEW_ALL_AT, .out = t, .err = t};
	change = (struct ra_view_change){.fact = t, .title = t, .before = {t, t, VIEW_ALL_AT}, .after = {NULL, t, RA_UTC_NONE}};
	action = (struct ra_view_action){.step = t, .title = t, .danger = t, .result = t, .touches = texts, .began = VIEW_ALL_AT, .ended = VIEW_ALL_AT, .said = t, .undo = t, .undone = t,
					 .changes = &change, .change_count = 1};
	gate = (struct ra_view_gate){.gate = t, .step = t, .why = t, .at = VIEW_ALL_AT};
	quirk = (struct ra_view_quirk){.id = t, .title = t, .say = t, .source = t};
	unseen = (struct ra_view_unseen){.what = t, .why = t};
	return (struct ra_view){
		.flow = t, .flow_title = t, .flow_version = t, .flow_sha256 = t, .program = t, .named = t, .host = t, .esxi_version = t,
		.attestation = t, .source = t, .operator_name = t, .change_id = t, .case_id = t, .until = t, .journal_path = t, .head = t,
		.entry_count = 9, .started = VIEW_ALL_AT, .now = VIEW_ALL_AT, .planes = &plane, .plane_count = 1, .steps = &step, .step_count = 1,
		.results = &result, .result_count = 1, .facts = &fact, .fact_count = 1, .causes = &cause, .cause_count = 1,
		.commands = &command, .command_count = 1, .actions = &action, .action_count = 1, .gates = &gate, .gate_count = 1,
		.unseen = &unseen, .unseen_count = 1, .maker = t, .quirks = &quirk, .quirk_count = 1, .notes = texts, .next = texts,
		.outcome = t, .outcome_title = t, .end_reason = t, .fault = true, .unchecked = true, .seen_words = t,
	};
}

#endif
