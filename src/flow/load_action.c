/* load_action.c - the action of a step. What it may do is judged by the program's table of changes, not by the flow. */
#include "config.h"

#include "flow/flowset_build.h"
#include "flow/shape.h"

#include <stdlib.h>
#include <string.h>

#define EVERY_S 20
#define FOR_S 1800

/* In the order of enum ra_danger. */
static const char *const dangers[] = {"readonly", "reversible", "disruptive", "irreversible", NULL};

const char *ra_danger_name(enum ra_danger danger)
{
	return danger <= RA_IRREVERSIBLE ? dangers[danger] : "unknown";
}

/* `by` and `do`: a person, or a plane with a request of the table of changes. */
static ra_err read_doer(const struct ra_json *doc, const cJSON *node, struct ra_action *action, struct ra_errs *errs)
{
	static const char *const doers[] = {"human", "ssh", "vcenter", "bmc", NULL};
	const cJSON *request = ra_json_get(node, "do");
	const char *why = NULL;
	bool secret = false;
	int by;
	ra_err err = ra_shape_word(doc, ra_json_get(node, "by"), doers, &by, errs);

	if (err != RA_OK)
		return err;
	action->by_human = by == 0;
	if (action->by_human)
		return request ? ra_json_fail(doc, request, errs, RA_E_INVALID, "\"do\" stands in an action by a human")
			       : RA_OK;
	if (!request)
		return ra_json_fail(doc, node, errs, RA_E_INVALID, "expected \"do\": the request this action sends");
	action->plane = (enum ra_plane)ra_plane_parse(doers[by]);
	if (ra_request_class(action->plane, request, &secret, &why) != RA_REQ_CHANGE)
		return ra_json_fail(doc, request, errs, RA_E_DENIED,
				    "not in the table of changes this program makes%s%s", why ? ": " : "",
				    why ? why : "");
	action->request = ra_request_text(request);
	return action->request ? RA_OK : ra_fail(errs, RA_E_NOMEM, "out of memory");
}

/* Danger of what a plane does: never irreversible (a human does that, guided), and always of a named class. */
static ra_err read_danger(const struct ra_json *doc, const cJSON *node, struct ra_action *action, struct ra_errs *errs)
{
	static const char *const towards[] = {"change", "restore", NULL};
	const cJSON *danger = ra_json_get(node, "danger");
	int word = 0;
	ra_err err = ra_shape_word(doc, danger, dangers, &word, errs);

	if (err != RA_OK)
		return err;
	action->danger = (enum ra_danger)word;
	if (action->danger == RA_READONLY)
		return ra_json_fail(doc, danger, errs, RA_E_INVALID,
				    "an action changes something; what only reads is a check");
	if (!action->by_human && action->danger == RA_IRREVERSIBLE)
		return ra_json_fail(doc, danger, errs, RA_E_DENIED,
				    "an irreversible action is done by a human, never by the program");
	err = ra_shape_word(doc, ra_json_get(node, "toward"), towards, &word, errs);
	action->restore = word == 1;
	action->touches = ra_json_get(node, "touches");
	if (err == RA_OK && !action->by_human && !action->touches->child)
		return ra_json_fail(doc, action->touches, errs, RA_E_INVALID,
				    "expected the class of what this action changes");
	return err;
}

static ra_err read_confirm(const struct ra_json *doc, const cJSON *node, struct ra_action *action, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {{"type", RA_SHAPE_FACT, true}, {NULL, RA_SHAPE_ANY, false}};
	const cJSON *confirm = ra_json_get(node, "confirm");
	ra_err err = confirm ? ra_shape_check(doc, confirm, keys, errs) : RA_OK;

	action->confirm_type = confirm ? ra_json_get(confirm, "type") : NULL;
	return err;
}

static ra_err read_verify(const struct ra_json *doc, const cJSON *node, struct ra_action *action, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {{"checks", RA_SHAPE_IDS, true},
						   {"until", RA_SHAPE_OBJECT, true},
						   {"every_s", RA_SHAPE_COUNT, false},
						   {"for_s", RA_SHAPE_COUNT, false},
						   {NULL, RA_SHAPE_ANY, false}};
	const cJSON *verify = ra_json_get(node, "verify");
	int64_t every_s = ra_json_int(verify, "every_s", EVERY_S), for_s = ra_json_int(verify, "for_s", FOR_S);
	ra_err err;

	if (!verify)
		return RA_OK; /* the linter misses it */
	err = ra_shape_check(doc, verify, keys, errs);
	if (err != RA_OK)
		return err;
	if (every_s < 1 || every_s > for_s || for_s > 86400)
		return ra_json_fail(doc, verify, errs, RA_E_INVALID,
				    "expected every_s from 1 to for_s, and for_s at most a day (86400)");
	action->verify_checks = ra_json_get(verify, "checks");
	action->every_ms = every_s * 1000;
	action->for_ms = for_s * 1000;
	return ra_cond_compile(doc, ra_json_get(verify, "until"), &action->until, errs);
}

/* A text in the form of a step name is a step; all else is told to the operator. */
static ra_err read_way_back(const struct ra_json *doc, const cJSON *node, struct ra_action *action,
			    struct ra_errs *errs)
{
	const char *undo = ra_json_str(node, "undo", NULL), *recovery = ra_json_str(node, "recovery", NULL);
	const char *way = undo ? undo : recovery;

	if (undo && recovery)
		return ra_json_fail(doc, ra_json_get(node, "recovery"), errs, RA_E_INVALID,
				    "expected \"undo\" or \"recovery\", not both");
	action->undoes = undo != NULL;
	if (way && ra_is_step_name(way))
		action->undo_step = way;
	else
		action->undo_text = way;
	return RA_OK;
}

ra_err ra_action_read(const struct ra_json *doc, const cJSON *node, struct ra_action *action, struct ra_errs *errs)
{
	const cJSON *guard = ra_json_get(node, "guard");
	ra_err err = read_doer(doc, node, action, errs);

	if (err == RA_OK)
		err = read_danger(doc, node, action, errs);
	if (err == RA_OK)
		err = read_confirm(doc, node, action, errs);
	if (err == RA_OK && guard)
		err = ra_cond_compile(doc, guard, &action->guard, errs);
	if (err == RA_OK)
		err = read_verify(doc, node, action, errs);
	action->gate = ra_json_get(node, "gate");
	action->only_for = ra_json_get(node, "only_for");
	action->temporary = ra_json_bool(node, "temporary", false);
	action->ok = ra_json_str(node, "ok", NULL);
	action->fail = ra_json_str(node, "fail", NULL);
	action->skip = ra_json_str(node, "skip", NULL);
	action->blocked = ra_json_str(node, "blocked", action->skip);
	return err == RA_OK ? read_way_back(doc, node, action, errs) : err;
}
