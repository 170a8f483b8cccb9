/* replays.c - recordings as tests. */
#include "config.h"

#include "base/io.h"
#include "base/text.h"
#include "flow/flowset.h"
#include "session/kept.h"
#include "verb/common.h"
#include "verb/replays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAME_TIME_MS                                                                                                   \
	5000 /* what a busy machine can put between a question and its answer, times the speed of a replay */
#define WIDTH 140

/* Run a session on a recording to its end. */
static ra_err replay(const struct ra_flowset *flows, struct ra_recording *recording,
		     struct ra_view **out, int *number, struct ra_errs *errs)
{
	RA_AUTO(ra_hub_free) struct ra_hub *hub = ra_hub_new(1);
	struct ra_session_options options = {
	    .flows = flows,
	    .recording = recording,
	    .all_checks = true,
	    .until = RA_UTC_NONE,
	};
	struct ra_session *session = NULL;
	ra_err err = hub ? ra_session_new(hub, &options, &session, errs) : ra_fail(errs, RA_E_NOMEM, "no memory");

	*out = NULL;
	if (err)
		return err;
	*number = ra_verb_headless(hub, 1, NULL, errs);
	return *number < 0 ? errs->code : *number ? RA_OK : ra_session_view(session, false, out, errs);
}

ra_err ra_verb_replay(const struct ra_flowset *flows, const cJSON *tree,
		      struct ra_view **out, int *number, struct ra_errs *errs)
{
	struct ra_recording *recording = NULL;
	ra_err err = ra_source_make("the recording", tree, &recording, errs);

	*out = NULL;
	if (!err)
		err = replay(flows, recording, out, number, errs);
	ra_source_free(recording);
	return err;
}

static int differ(char *out, size_t cap, const char *what, const char *one, const char *other)
{
	snprintf(out, cap, "%.100s: %.150s, replayed %.150s", what, *one ? one : "none", *other ? other : "none");
	return 1;
}

static int way_differs(const struct ra_view *a, const struct ra_view *b, char *out, size_t cap)
{
	char one[16], other[16];

	if (strcmp(a->outcome, b->outcome))
		return differ(out, cap, "outcome", a->outcome, b->outcome);
	for (size_t i = 0; i < a->step_count || i < b->step_count; i++) {
		const char *left = i < a->step_count ? a->steps[i].id : "",
			   *right = i < b->step_count ? b->steps[i].id : "";

		if (strcmp(left, right))
			return differ(out, cap, "step", left, right);
	}
	snprintf(one, sizeof(one), "%d", a->exit_code);
	snprintf(other, sizeof(other), "%d", b->exit_code);
	return a->exit_code == b->exit_code ? 0 : differ(out, cap, "exit code", one, other);
}

static int judged_differs(const struct ra_view *a, const struct ra_view *b, char *out, size_t cap)
{
	for (size_t i = 0; i < a->cause_count && i < b->cause_count; i++)
		if (strcmp(a->causes[i].status, b->causes[i].status))
			return differ(out, cap, a->causes[i].id, a->causes[i].status, b->causes[i].status);
	for (size_t i = 0; i < a->result_count; i++) {
		const char *verdict = "not run";

		for (size_t k = 0; k < b->result_count; k++)
			if (!strcmp(a->results[i].check, b->results[k].check))
				verdict = b->results[k].verdict_id;
		if (strcmp(a->results[i].verdict_id, verdict))
			return differ(out, cap, a->results[i].check, a->results[i].verdict_id, verdict);
	}
	return 0;
}

/* The same word, or two times, or a clock's whole seconds, that are one but for how long it took to ask. */
static bool same_value(const struct ra_view_fact *a, const struct ra_view_fact *b)
{
	static const char seconds[] = "_ahead_s";
	size_t len = strlen(a->name);
	ra_utc_ms one, other;

	if (a->known != b->known || strcmp(a->reason, b->reason))
		return false;
	if (!a->known || !strcmp(a->value, b->value))
		return true;
	if (len > sizeof(seconds) && !strcmp(a->name + len - sizeof(seconds) + 1, seconds)) {
		one = strtoll(a->value, NULL, 10) * 1000;
		other = strtoll(b->value, NULL, 10) * 1000;
	} else if (ra_utc_parse(a->value, &one) || ra_utc_parse(b->value, &other)) {
		return false;
	}
	return one - other <= SAME_TIME_MS && other - one <= SAME_TIME_MS;
}

static int facts_differ(const struct ra_view *a, const struct ra_view *b, char *out, size_t cap)
{
	for (size_t i = 0; i < a->fact_count; i++) {
		const struct ra_view_fact *one = &a->facts[i], *other = NULL;

		for (size_t k = 0; k < b->fact_count && !other; k++)
			if (!strcmp(one->name, b->facts[k].name))
				other = &b->facts[k];
		if (!other || !same_value(one, other))
			return differ(out, cap, one->name, one->known ? one->value : one->reason,
				      !other         ? "not there"
				      : other->known ? other->value
						     : other->reason);
	}
	return 0;
}

int ra_views_differ(const struct ra_view *one, const struct ra_view *other, bool facts, char *differs, size_t cap)
{
	int differ = way_differs(one, other, differs, cap);

	if (!differ)
		differ = judged_differs(one, other, differs, cap);
	return differ || !facts ? differ : facts_differ(one, other, differs, cap);
}

bool ra_is_recording(const char *path)
{
	const struct ra_json_limits limits = {.len_max = RA_RECORDING_LEN_MAX};
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = RA_RECORDING_LEN_MAX};
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;

	return !ra_read_file(path, &bytes, NULL) &&
	       !ra_json_parse(path, ra_buf_str(&bytes), bytes.len, &limits, &doc, NULL) &&
	       cJSON_IsObject(ra_json_get(ra_json_root(doc), "states"));
}

static bool is_listed(const cJSON *list, const char *word)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, list) {
		if (cJSON_IsString(item) && !strcmp(item->valuestring, word))
			return true;
	}
	return false;
}

/* What is not as expected, one line each on stderr. Out: how many lines. */
static int hold(const char *path, const cJSON *expect, const struct ra_view *view)
{
	const cJSON *likely = ra_json_get(expect, "likely"), *item;
	const char *outcome = ra_json_str(expect, "outcome", NULL);
	int code = (int)ra_json_int(expect, "exit", -1), wrong = 0;

	if (code != view->exit_code && ++wrong)
		ra_say("%s: exit %d, expected %d", path, view->exit_code, code);
	if (outcome && strcmp(outcome, view->outcome) && ++wrong)
		ra_say("%s: outcome %s, expected %s", path, view->outcome, outcome);
	for (size_t i = 0; likely && i < view->cause_count; i++) {
		bool is = !strcmp(view->causes[i].status, "likely");

		if (is != is_listed(likely, view->causes[i].id) && ++wrong)
			ra_say("%s: cause %s is %s, expected %s", path, view->causes[i].id, view->causes[i].status,
			       is ? "not likely" : "likely");
	}
	cJSON_ArrayForEach (item, likely) {
		bool there = false;

		for (size_t i = 0; i < view->cause_count; i++)
			there = there || !strcmp(view->causes[i].id, item->valuestring);
		if (!there && ++wrong)
			ra_say("%s: there is no cause %s", path, item->valuestring);
	}
	return wrong;
}

/* Replay a recording and hold the result against what it expects; one that expects nothing is skipped where that is
 * allowed. */
static int test_one(const struct ra_flowset *flows, const char *path, bool must,
		    bool *skipped)
{
	struct ra_recording *recording = NULL;
	RA_AUTO(ra_view_free) struct ra_view *view = NULL;
	struct ra_errs errs;
	int number = 0;

	ra_errs_clear(&errs);
	ra_err err = ra_source_load(path, &recording, &errs);
	const cJSON *expect = err ? NULL : ra_json_pointer(ra_source_root(recording), "/expect/check");

	*skipped = !err && !expect && !must;
	if (!err && !expect && must)
		err = ra_fail(&errs, RA_E_INVALID, "%s: it expects nothing of a check (\"expect\": {\"check\": {..}})",
			      path);
	if (!err && expect)
		err = replay(flows, recording, &view, &number, &errs);
	int code = err                                ? ra_say_errs(&errs)
		   : number                           ? 128 + number
		   : view && hold(path, expect, view) ? RA_EXIT_INVALID
						      : RA_EXIT_OK;

	ra_source_free(recording);
	return code;
}

int ra_verb_test_recording(const struct ra_flowset *flows, const char *path)
{
	bool skipped;
	int code = test_one(flows, path, true, &skipped);
	RA_AUTO(ra_mem_free) char *clean = ra_text_clean_dup(path, false);

	if (code == RA_EXIT_OK)
		printf("%s: as expected\n", clean ? clean : "");
	return code;
}

int ra_verb_test_demos(const struct ra_flowset *flows)
{
	RA_AUTO(ra_mem_free) char *dir = ra_path_join(ra_flowset_dir(flows), "demo");
	char **names = NULL;
	size_t count = 0, held = 0, failed = 0;
	int code = RA_EXIT_OK;

	if (!dir || access(dir, R_OK) || ra_list_dir(dir, ".json", &names, &count, NULL))
		return RA_EXIT_OK;
	for (size_t i = 0; i < count && code < 128; i++) {
		RA_AUTO(ra_mem_free) char *path = ra_path_join(dir, names[i]);
		bool skipped = false;
		int one = path ? test_one(flows, path, false, &skipped) : RA_EXIT_INTERNAL;

		held += !one && !skipped;
		failed += one != 0;
		code = one ? one : code;
	}
	ra_names_free(names, count);
	if (held + failed)
		printf("%zu simulated hosts as expected, %zu not\n", held, failed);
	return code;
}

/* One value: on one line when it is short or scalar, else its items below. */
static ra_err print_node(const cJSON *node, int depth, struct ra_buf *out)
{
	RA_AUTO(ra_mem_free) char *flat = ra_json_print(node);
	bool object = cJSON_IsObject(node);
	ra_err err = flat ? RA_OK : RA_E_NOMEM;

	if (err || !node->child || (depth > 2 && strlen(flat) + (size_t)depth * 2 < WIDTH))
		return err ? err : ra_buf_text(out, flat);
	err = ra_buf_text(out, object ? "{\n" : "[\n");
	for (const cJSON *item = node->child; item && !err; item = item->next) {
		cJSON name = {.type = cJSON_String, .valuestring = item->string};
		RA_AUTO(ra_mem_free) char *key = object ? ra_json_print(&name) : NULL;

		if (object && !key)
			return RA_E_NOMEM;
		err = ra_buf_printf(out, "%*s%s%s", (depth + 1) * 2, "", key ? key : "", key ? ": " : "");
		err = err ? err : print_node(item, depth + 1, out);
		err = err ? err : ra_buf_text(out, item->next ? ",\n" : "\n");
	}
	return err ? err : ra_buf_printf(out, "%*s%c", depth * 2, "", object ? '}' : ']');
}

ra_err ra_verb_print(const cJSON *tree, struct ra_buf *out)
{
	ra_err err = print_node(tree, 0, out);

	return err ? err : ra_buf_text(out, "\n");
}
