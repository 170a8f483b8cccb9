/* test_engine_nomem.c - a whole walk in which each allocation in turn is refused: an error every time, never a crash, a leak or a gate
 * that opens by it. */
#include "unit.h"

#include "flow/engine.h"
#include "flow/entries.h"
#include "flow/state.h"
#include "tests/unit/refuse.h"

#include <stdio.h>
#include <string.h>

#define START 1773316800000

struct walk {
	const struct ra_flowset *set;
	struct ra_state *state;
	struct ra_planes planes;
	ra_utc_ms now;
	int64_t seq;
	bool gate_opened, began, ended;
	bool ssh; /* walk to what is done for the walk only, and to its undo */
	int intents;
};

/* What the host answers: sealed, Secure Boot off. */
static const char *answer_to(const char *request)
{
	static const char *const answers[][2] = {
	    {"version", "   Product: VMware ESXi\n   Version: 8.0.2\n"},
	    {"hostname", "   Host Name: esx01\n"},
	    {"uptime", "36000000000\n"},
	    {"secureBoot", "Disabled\n"},
	    {"encryption", "   Mode: TPM\n"},
	    {"config.product", "{\"version\":\"8.0.2\"}"},
	    {"bootTime", "\"2026-03-12T02:00:00Z\""},
	    {"stateEncryption", "{\"protectionMode\":\"tpm\"}"},
	    {"tpmAttestation", "{\"status\":\"notAccepted\",\"time\":\"2026-03-12T02:05:00Z\"}"},
	};

	for (size_t i = 0; i < RA_LEN(answers); i++) {
		if (strstr(request, answers[i][0]))
			return answers[i][1];
	}
	return "";
}

/* What was marked is a value; nothing of ours is allocated here. */
static void resolve(cJSON *node)
{
	cJSON *next;

	for (cJSON *at = node->child; at; at = next) {
		next = at->next;
		if (!ra_marked(at)) {
			resolve(at);
			continue;
		}
		cJSON *value = cJSON_DetachItemViaPointer(at, at->child);

		if (cJSON_IsArray(node))
			cJSON_ReplaceItemViaPointer(node, at, value);
		else
			cJSON_ReplaceItemInObjectCaseSensitive(node, at->string, value);
	}
}

/* Fold a body in (taken); the journal in between is not what is tested. */
static ra_err fold(struct walk *w, const char *kind, cJSON *body)
{
	int keep = fail_at;
	ra_err err;

	fail_at = -1;
	resolve(body);
	fail_at = keep;
	err = ra_state_apply(w->state, &(struct ra_fold_entry){w->seq++, w->now, kind, body}, NULL);
	cJSON_Delete(body);
	return err;
}

static ra_err replies(struct walk *w, bool *any)
{
	struct ra_want wants[RA_WANTS_MAX];
	size_t count = ra_state_wants(w->state, &w->planes, false, w->now, wants);
	ra_err err = RA_OK;

	for (size_t i = 0; i < count && err == RA_OK; i++) {
		struct ra_plane_answer answer = {.complete = true, .err = "", .sent = w->now, .came = w->now};
		cJSON *body = NULL;

		if (wants[i].not_before != RA_UTC_NONE && wants[i].not_before > w->now)
			continue;
		answer.out = w->ssh && strstr(wants[i].plane->request, "tpmAttestation") ? "7" : answer_to(wants[i].plane->request);
		answer.out_len = strlen(answer.out);
		*any = true;
		err = ra_make_reply(w->state, &wants[i], &answer, &body, NULL);
		if (err == RA_OK)
			err = fold(w, "reply", body);
	}
	return err;
}

static ra_err knock(struct walk *w)
{
	static const char *const all[] = {"stored", "console", NULL};
	struct ra_gate_case gate_case = {.gate = "key-proven", .affirmed = all, .key_tried = true, .key = {.id = "{1}", .all = true}, .now = w->now};
	cJSON *body = NULL;
	ra_err err = ra_make_gate(w->state, &gate_case, &body, NULL);

	if (err == RA_OK)
		w->gate_opened = ra_json_bool(body, "opened", false);
	if (err == RA_OK && !w->gate_opened)
		err = RA_E_NOMEM;
	return body ? fold(w, "gate", body) : err;
}

/* What the operator does in each phase. */
static ra_err speak(struct walk *w)
{
	static const char *const none[] = {NULL}, *const ssh[] = {"ssh", NULL};
	struct ra_now now = ra_state_now(w->state, &w->planes);
	const char *kind = "answer";
	cJSON *body = NULL;
	ra_err err = RA_E_STATE;

	switch (now.phase) {
	case RA_PH_GATE:
		return knock(w);
	case RA_PH_CONFIRM:
		kind = "intent";
		err = ra_make_intent(w->state, "esx01", w->now, &body, NULL);
		w->began = w->began || err == RA_OK;
		w->intents += err == RA_OK;
		break;
	case RA_PH_ACTING:
		kind = "done";
		err = ra_make_done(w->state, "done", "so", &body, NULL);
		break;
	case RA_PH_VERIFY:
		err = ra_make_skip(w->state, "no window", &kind, &body, NULL);
		break;
	case RA_PH_QUESTION:
	case RA_PH_MANUAL:
		err = ra_make_answer(w->state, now.check, w->ssh && !now.check ? ssh : none, w->now, &body, NULL);
		break;
	case RA_PH_END:
		w->ended = true;
		return RA_OK;
	default:
		break;
	}
	return err == RA_OK ? fold(w, kind, body) : err;
}

static ra_err one_turn(struct walk *w)
{
	struct ra_decide_options options = {.planes = w->planes, .interactive = true};
	struct ra_decision decision;
	bool any = false;
	ra_err err = ra_state_decide(w->state, &options, w->now, &decision, NULL);

	if (err != RA_OK)
		return err;
	if (decision.kind)
		return fold(w, decision.kind, decision.body);
	err = replies(w, &any);
	if (err != RA_OK || any)
		return err;
	w->now += 1000;
	return speak(w);
}

static ra_err walk(struct walk *w)
{
	struct ra_start_info info = {.flow = "walk", .host = "esx01", .planes = "ssh,vcenter", .operator_name = "me", .change_id = "C1"};
	cJSON *body = NULL;
	ra_err err = RA_E_NOMEM;

	w->planes.given[RA_PLANE_SSH] = !w->ssh;
	w->planes.given[RA_PLANE_VCENTER] = true;
	w->now = START;
	w->state = ra_state_new(w->set);
	if (w->state)
		err = ra_make_start(w->state, &info, &body, NULL);
	if (err == RA_OK)
		err = fold(w, "start", body);
	for (int i = 0; i < 300 && err == RA_OK && !w->ended; i++)
		err = one_turn(w);
	w->state = ra_state_free(w->state);
	return err;
}

static void each(bool ssh)
{
	char path[4096];
	const char *dirs[] = {path, NULL};
	struct ra_flow_sources sources = {.dirs = dirs, .trust_anyone = true};
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	int failed = 0;

	snprintf(path, sizeof(path), "%s/tests/unit/walkset", unit_dir("RA_SRCDIR"));
	assert_int_equal(ra_flowset_load(&sources, &set, NULL), RA_OK);
	for (int n = 0; n < 20000; n++) {
		struct walk w = {.set = set, .ssh = ssh};
		ra_err err;

		allocations = 0;
		fail_at = n;
		err = walk(&w);
		fail_at = -1;
		if (allocations <= n) {
			assert_int_equal(err, RA_OK);
			assert_true(w.ended && w.began && (ssh ? w.intents == 2 : w.gate_opened));
			print_message("%d allocations, %d ended in an error\n", n, failed);
			assert_in_range(failed, n / 2, n);
			return;
		}
		failed += err != RA_OK;
		assert_true(!w.began || w.gate_opened || ssh);
	}
	fail_msg("it never ends");
}

static void test_each(void **unused)
{
	(void)unused;
	each(false);
}

static void test_owed(void **unused)
{
	(void)unused;
	each(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_each), cmocka_unit_test(test_owed)};
	cJSON_Hooks hooks = {__wrap_malloc, free};

	cJSON_InitHooks(&hooks);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
