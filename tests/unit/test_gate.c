/* test_gate.c - what opens a gate, what shuts it again, and what lets an action begin. Words: flow_rig.h; set: tests/unit/walkset. */
#include "unit.h"

#include "flow_rig.h"

#include <stdio.h>
#include <string.h>

static struct ra_flowset *the_set;

#define SEALED "w:ssh.encryption.mode=\"TPM\"", "w:vcenter.encryption.mode=\"TPM\""

/* A host of today whose attestation failed because Secure Boot is off; not sealed. */
static const char *const world[][3] = {
    {"ssh", "host.version", "\"8.0.2\""},
    {"ssh", "host.name", "\"esx01\""},
    {"ssh", "host.boot_time", "\"2026-03-12T02:00:00Z\""},
    {"ssh", "secureboot.on", "false"},
    {"ssh", "encryption.mode", "\"NONE\""},
    {"ssh", "maintenance.on", "\"Disabled\""},
    {"vcenter", "host.version", "\"8.0.2\""},
    {"vcenter", "host.boot_time", "\"2026-03-12T02:00:00Z\""},
    {"vcenter", "encryption.mode", "\"NONE\""},
    {"vcenter", "attestation.status", "\"notAccepted\""},
    {"vcenter", "attestation.time", "\"2026-03-12T02:05:00Z\""},
};

static void begin(struct rig *rig, const char *planes, const char *step)
{
	rig_begin(rig, the_set, "walk", step, planes);
	for (size_t i = 0; i < RA_LEN(world); i++) {
		if (strstr(planes, world[i][0]))
			rig_world(rig, world[i][0], world[i][1], world[i][2]);
	}
}

/* Words before the walk begins change the world, the others play it. Out: what the last word said. */
static ra_err play(struct rig *rig, const char *const *script, size_t count)
{
	bool started = false;
	ra_err err = RA_OK;

	for (size_t i = 0; i < count && script[i]; i++) {
		if (!started && strncmp(script[i], "w:", 2) != 0) {
			rig_run(rig);
			started = true;
		}
		if (started) {
			err = rig_do(rig, script[i]);
			continue;
		}
		char copy[128], *fact, *value;

		snprintf(copy, sizeof(copy), "%s", script[i] + 2);
		fact = strchr(copy, '.');
		value = strchr(copy, '=');
		*fact++ = *value++ = '\0';
		rig_world(rig, copy, fact, value);
	}
	if (!started)
		rig_run(rig);
	return err;
}

/* After these words the action before which the walk stands may begin, or not. */
static void test_pass(void **unused)
{
	static const struct {
		const char *name, *planes, *script[12];
		ra_err err;
		const char *phase;
	} cases[] = {
	    {"not sealed: open by itself", "ssh,vcenter", {"."}, RA_OK, "acting"},
	    {"sealed: shut", "ssh,vcenter", {SEALED}, RA_E_DENIED, "gate"},
	    {"sealed: proven", "ssh,vcenter", {SEALED, "g:key-proven"}, RA_OK, "acting"},
	    {"sealed: a lie", "ssh,vcenter", {SEALED, "G:key-proven"}, RA_E_DENIED, "gate"},
	    {"another gate than the step names", "ssh,vcenter", {SEALED, "g:rebuild"}, RA_E_DENIED, "gate"},
	    {"nobody says whether it is sealed", "ssh,vcenter",
	     {"w:ssh.encryption.mode={\"unknown\":\"timeout\"}", "w:vcenter.encryption.mode={\"unknown\":\"malformed\"}"}, RA_E_DENIED, "gate"},
	    {"two machines disagree", "ssh,vcenter", {"w:vcenter.encryption.mode=\"TPM\""}, RA_E_DENIED, "gate"},
	    {"too old to be sealed", "ssh,vcenter", {SEALED, "w:ssh.host.version=\"7.0.1\"", "w:vcenter.host.version=\"7.0.1\""}, RA_OK, "acting"},
	    {"two versions", "ssh,vcenter", {SEALED, "w:ssh.host.version=\"7.0.1\""}, RA_E_DENIED, "gate"},
	    {"the operator says it is not sealed", "", {"a:failed", "a:off", "a:none"}, RA_E_DENIED, "gate"},

	    {"young enough", "ssh,vcenter", {SEALED, "g:key-proven", "t:899"}, RA_OK, "acting"},
	    {"too old", "ssh,vcenter", {SEALED, "g:key-proven", "t:901"}, RA_E_DENIED, "gate"},
	    {"too old, read again: open again", "ssh,vcenter", {".", "t:901"}, RA_OK, "acting"},
	    {"too old, not read again", "ssh,vcenter", {".", "w:ssh", "w:vcenter", "t:901"}, RA_E_DENIED, "gate"},
	    {"it is sealed now", "ssh,vcenter", {".", SEALED, "n:mode"}, RA_E_DENIED, "gate"},
	    {"a plane is lost", "ssh,vcenter", {SEALED, "g:key-proven", "p:vcenter"}, RA_E_DENIED, "gate"},
	    {"a plane comes back", "ssh,vcenter", {SEALED, "p:vcenter", "g:key-proven", "P:vcenter"}, RA_OK, "acting"},
	    {"another boot", "ssh,vcenter",
	     {SEALED, "g:key-proven", "t:60", "w:ssh.host.boot_time=\"2026-03-12T11:59:00Z\"", "w:vcenter.host.boot_time=\"2026-03-12T11:59:00Z\"", "n:boot"},
	     RA_E_DENIED, "gate"},
	    {"another boot, of old", "ssh,vcenter", {SEALED, "g:key-proven", "w:ssh.host.boot_time=\"2026-03-12T01:50:00Z\"", "n:boot"}, RA_E_DENIED, "gate"},
	    {"the same boot, told a little differently", "ssh,vcenter",
	     {SEALED, "g:key-proven", "w:ssh.host.boot_time=\"2026-03-12T02:04:00Z\"", "n:boot"}, RA_OK, "acting"},
	    {"stopped and resumed", "ssh,vcenter", {SEALED, "g:key-proven", "r"}, RA_E_DENIED, "gate"},
	    {"killed and resumed", "ssh,vcenter", {SEALED, "g:key-proven", "k"}, RA_E_DENIED, "gate"},
	    {"a step back", "ssh", {"w:ssh.encryption.mode=\"TPM\"", "a:failed", "g:key-proven", "b", "a:failed"}, RA_E_DENIED, "gate"},
	    {"proof withdrawn by a failed one", "ssh,vcenter", {SEALED, "G:key-proven", "g:key-proven"}, RA_OK, "acting"},
	    {"used once", "ssh,vcenter", {SEALED, "g:key-proven", "i", "d:not_done", "a:restart"}, RA_E_DENIED, "gate"},
	    {"left closed", "ssh,vcenter", {SEALED, "g:-"}, RA_E_STATE, "question"},
	};

	(void)unused;
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct rig rig;
		ra_err err;

		begin(&rig, cases[i].planes, NULL);
		play(&rig, cases[i].script, RA_LEN(cases[i].script));
		err = rig_do(&rig, "i");
		if (err != cases[i].err || strcmp(rig_phase(&rig), cases[i].phase) != 0)
			fail_msg("%s: %s (%s) in phase %s, expected %s in %s", cases[i].name, ra_err_name(err), rig.errs.text[0],
				 rig_phase(&rig), ra_err_name(cases[i].err), cases[i].phase);
		rig_end(&rig);
	}
}

/* A pass that is over by the clock alone is refused even before the entry that says so. */
static void test_late_intent(void **unused)
{
	static const char *const script[] = {SEALED, "g:key-proven"};
	cJSON *body = NULL;
	struct rig rig;

	(void)unused;
	begin(&rig, "ssh,vcenter", NULL);
	assert_int_equal(play(&rig, script, RA_LEN(script)), RA_OK);
	rig.now += 900000;
	assert_int_equal(ra_make_intent(rig.state, "esx01", rig.now, &body, &rig.errs), RA_OK);
	cJSON_Delete(body);
	assert_int_equal(ra_make_intent(rig.state, "esx01", rig.now + 1, &body, &rig.errs), RA_E_DENIED);
	assert_null(body);
	assert_non_null(strstr(rig.errs.text[0], "too long ago"));
	rig_end(&rig);
}

/* Each thing a case may lack, one at a time. */
static void test_statements(void **unused)
{
	static const struct {
		const char *gate, *affirmed[4], *typed;
		bool tried, all;
		bool opened;
		const char *why;
	} cases[] = {
	    {"key-proven", {"stored", "console"}, NULL, true, true, true, "every statement"},
	    {"key-proven", {"stored"}, NULL, true, true, false, "not affirmed: console"},
	    {"key-proven", {"console"}, NULL, true, true, false, "not affirmed: stored"},
	    {"key-proven", {NULL}, NULL, true, true, false, "not affirmed"},
	    {"key-proven", {"stored", "console"}, NULL, false, true, false, "was not proven"},
	    {"key-proven", {"stored", "console"}, NULL, true, false, false, "group 7"},
	    {"key-proven", {"stored", "console", "elephant"}, NULL, true, true, true, "every statement"},
	    {"rebuild", {"given-up", "media"}, "REBUILD esx01", false, false, true, "every statement"},
	    {"rebuild", {"given-up", "media"}, "REBUILD esx02", true, true, false, "what was typed"},
	    {"rebuild", {"given-up", "media"}, "rebuild esx01", true, true, false, "what was typed"},
	    {"rebuild", {"given-up", "media"}, "REBUILD esx01 ", true, true, false, "what was typed"},
	    {"rebuild", {"given-up", "media"}, "REBUILD {host.name}", true, true, false, "what was typed"},
	    {"rebuild", {"given-up", "media"}, "", true, true, false, "what was typed"},
	    {"rebuild", {"given-up", "media"}, NULL, true, true, false, "what was typed"},
	    {"rebuild", {"media"}, "REBUILD esx01", true, true, false, "not affirmed: given-up"},
	};

	(void)unused;
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		static const char *const script[] = {SEALED, "w:ssh.secureboot.on=true"};
		struct ra_gate_case gate_case = {.gate = cases[i].gate, .affirmed = cases[i].affirmed, .typed = cases[i].typed,
						 .key_tried = cases[i].tried};
		cJSON *body = NULL;
		const cJSON *id;
		struct rig rig;

		begin(&rig, "ssh,vcenter", NULL);
		play(&rig, script, RA_LEN(script));
		assert_string_equal(rig_phase(&rig), "gate");
		gate_case.now = rig.now;
		gate_case.key.all = cases[i].all;
		gate_case.key.differs_at = cases[i].all ? 0 : 7;
		snprintf(gate_case.key.id, sizeof(gate_case.key.id), "{ID}");
		assert_int_equal(ra_make_gate(rig.state, &gate_case, &body, NULL), RA_OK);
		if (ra_json_bool(body, "opened", false) != cases[i].opened || !strstr(ra_json_str(body, "why", ""), cases[i].why))
			fail_msg("case %zu: opened %d, %s", i, ra_json_bool(body, "opened", false), ra_json_str(body, "why", ""));
		id = ra_json_get(body, "recovery_id");
		assert_int_equal(id != NULL, cases[i].tried);
		assert_true(!id || ra_json_get(id, "$s"));
		cJSON_Delete(body);
		rig_end(&rig);
	}
}

/* A key of which four groups match opens the gate, and says what it is; one that differs does not. */
static void test_partly_proven(void **unused)
{
	static const char *const script[] = {SEALED, "w:ssh.secureboot.on=true"}, *const affirmed[] = {"stored", "console", NULL};
	struct ra_gate_case gate_case = {.gate = "key-proven", .affirmed = affirmed, .key_tried = true,
					 .key = {.id = "{ID}", .groups = 1u << 1 | 1u << 6 | 1u << 8 | 1u << 15}};
	cJSON *body = NULL;
	struct rig rig;

	(void)unused;
	for (int part = 0; part <= 1; part++) {
		begin(&rig, "ssh,vcenter", NULL);
		play(&rig, script, RA_LEN(script));
		gate_case.now = rig.now;
		gate_case.key.part = part;
		gate_case.key.differs_at = part ? 0 : 7;
		assert_int_equal(ra_make_gate(rig.state, &gate_case, &body, NULL), RA_OK);
		assert_int_equal(ra_json_bool(body, "opened", false), part);
		assert_string_equal(ra_json_str(body, "key", "none"), part ? "partly proven" : "none");
		assert_string_equal(ra_json_str(body, "why", ""),
				    part ? "every statement was affirmed; the recovery key is partly proven: groups 2, 7, 9, 16 of 16 match"
					 : "group 7 of the recovery key differs");
		cJSON_Delete(body);
		rig_end(&rig);
	}
}

static void test_make_gate_errors(void **unused)
{
	struct ra_gate_case gate_case = {.gate = "rebuild"};
	cJSON *body = NULL;
	struct rig rig;

	(void)unused;
	begin(&rig, "ssh,vcenter", NULL);
	assert_int_equal(ra_make_gate(rig.state, &gate_case, &body, NULL), RA_E_STATE);
	rig_world(&rig, "ssh", "encryption.mode", "\"TPM\"");
	rig_run(&rig);
	assert_string_equal(rig_phase(&rig), "gate");
	assert_int_equal(ra_make_gate(rig.state, &gate_case, &body, NULL), RA_E_ARG); /* not a gate of this step */
	gate_case.gate = "elephant";
	assert_int_equal(ra_make_gate(rig.state, &gate_case, &body, NULL), RA_E_ARG);
	assert_null(body);
	rig_end(&rig);
}

/* What else keeps an action from beginning. */
static void test_denied(void **unused)
{
	static const struct {
		const char *name, *planes, *script[10], *says;
		ra_err err;
	} cases[] = {
	    {"a question is no action", "ssh", {"a:"}, "does not stand before", RA_E_STATE},
	    {"the guard is not true any more", "ssh,vcenter", {".", "w:ssh.secureboot.on=true", "n:sb"}, "does not stand before", RA_E_STATE},
	    {"the guard is not known any more", "ssh,vcenter", {".", "w:ssh.secureboot.on={\"unknown\":\"timeout\"}", "n:sb"},
	     "does not stand before", RA_E_STATE},
	    {"it has begun", "ssh,vcenter", {"i"}, "has begun already", RA_E_DENIED},
	    {"it was done", "ssh,vcenter", {"i", "d:done"}, "has begun already", RA_E_DENIED},
	    {"it may have been done", "ssh,vcenter", {"i", "k"}, "has begun already", RA_E_DENIED},
	};

	(void)unused;
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct rig rig;
		cJSON *body = NULL;
		ra_err err;

		begin(&rig, cases[i].planes, NULL);
		play(&rig, cases[i].script, RA_LEN(cases[i].script));
		ra_errs_clear(&rig.errs);
		err = ra_make_intent(rig.state, "esx01", rig.now, &body, &rig.errs);
		if (err != cases[i].err || !strstr(rig.errs.text[0], cases[i].says))
			fail_msg("%s: %s (%s)", cases[i].name, ra_err_name(err), rig.errs.text[0]);
		assert_null(body);
		rig_end(&rig);
	}
}

/* The guard is looked at when the action begins, not only when its step is entered. */
static void test_guard_at_intent(void **unused)
{
	const struct ra_check *sb = ra_flowset_check(the_set, "sb");
	cJSON *body = NULL;
	struct rig rig;

	(void)unused;
	begin(&rig, "ssh,vcenter", NULL);
	rig_run(&rig);
	assert_string_equal(rig_phase(&rig), "confirm");
	rig.now += 1000;
	rig_world(&rig, "ssh", "secureboot.on", "{\"unknown\":\"malformed\"}");
	rig_reply(&rig, sb, &sb->planes[0], ra_json_get(rig.world, "ssh"), 0);
	assert_int_equal(ra_make_intent(rig.state, "esx01", rig.now, &body, &rig.errs), RA_E_DENIED);
	assert_non_null(strstr(rig.errs.text[0], "not known: secureboot.on"));
	rig_end(&rig);
}

/* What an intent says: enough for an auditor who has only the journal. */
static void test_intent_body(void **unused)
{
	cJSON *body = NULL;
	struct rig rig;
	char *text;

	(void)unused;
	begin(&rig, "ssh,vcenter", NULL);
	rig_run(&rig);
	assert_int_equal(ra_make_intent(rig.state, "esx01", rig.now, &body, NULL), RA_OK);
	text = ra_json_print(body);
	assert_string_equal(text, "{\"step\":\"sb-on\",\"danger\":\"disruptive\",\"touches\":[\"secure_boot_on\"],\"by\":\"human\","
				  "\"gate\":\"key-proven\",\"causes\":[\"sb-off\",\"stale-seal\"]}");
	free(text);
	cJSON_Delete(body);
	rig_end(&rig);
}

/* A host that does not start still has the name it was called by: the rebuild gate can be opened, nothing else. */
static void test_no_host(void **unused)
{
	static const char *const script[] = {"a:violation", "g:rebuild", "i"};
	struct rig rig;

	(void)unused;
	begin(&rig, "", "console");
	assert_int_equal(play(&rig, script, RA_LEN(script)), RA_OK);
	assert_string_equal(rig_phase(&rig), "acting");
	rig_end(&rig);
}

static int load(void **unused)
{
	(void)unused;
	the_set = rig_load("tests/unit/walkset");
	return the_set ? 0 : -1;
}

static int unload(void **unused)
{
	(void)unused;
	the_set = ra_flowset_free(the_set);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pass),	   cmocka_unit_test(test_late_intent),	    cmocka_unit_test(test_statements),
	    cmocka_unit_test(test_partly_proven),
	    cmocka_unit_test(test_make_gate_errors), cmocka_unit_test(test_denied),	    cmocka_unit_test(test_guard_at_intent),
	    cmocka_unit_test(test_intent_body),	   cmocka_unit_test(test_no_host),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
