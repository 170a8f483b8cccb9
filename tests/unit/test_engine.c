/* test_engine.c - the walk as a fold: scripts of words and the way they lead. flow_rig.h says what the words mean; the flow set is in
 * tests/unit/walkset. */
#include "unit.h"

#include "flow_rig.h"

#include <stdio.h>
#include <string.h>

static struct ra_flowset *the_set;

/* The world of most cases: a host of today, Secure Boot off, attestation failed. */
static const char *const broken[] = {
    "w:ssh.host.version=\"8.0.2\"",
    "w:ssh.host.name=\"esx01\"",
    "w:ssh.host.boot_time=\"2026-03-12T02:00:00Z\"",
    "w:ssh.secureboot.on=false",
    "w:ssh.encryption.mode=\"NONE\"",
    "w:ssh.maintenance.on=\"Disabled\"",
    "w:vcenter.host.version=\"8.0.2\"",
    "w:vcenter.host.boot_time=\"2026-03-12T02:00:00Z\"",
    "w:vcenter.encryption.mode=\"NONE\"",
    "w:vcenter.attestation.status=\"notAccepted\"",
    "w:vcenter.attestation.time=\"2026-03-12T02:05:00Z\"",
};

struct walk_case {
	const char *name, *planes;
	const char *script[24]; /* a leading '!' : the word must be refused */
	const char *path, *phase;
};

static void begin(struct rig *rig, const struct walk_case *c, const char *step)
{
	char word[128];

	rig_begin(rig, the_set, "walk", step, c->planes);
	for (size_t i = 0; i < RA_LEN(broken); i++) {
		snprintf(word, sizeof(word), "%s", broken[i] + 2);
		char *fact = strchr(word, '.'), *value = strchr(word, '=');

		*fact++ = *value++ = '\0';
		if (strstr(c->planes, word))
			rig_world(rig, word, fact, value);
	}
}

static void play(struct rig *rig, const struct walk_case *c)
{
	bool started = false;

	for (size_t i = 0; i < RA_LEN(c->script) && c->script[i]; i++) {
		const char *word = c->script[i];
		bool refused = *word == '!';
		ra_err err;

		/* the world is set up before the first step looks at it */
		if (!started && strncmp(word, "w:", 2) == 0) {
			char copy[128];

			snprintf(copy, sizeof(copy), "%s", word + 2);
			char *fact = strchr(copy, '.'), *value = fact ? strchr(fact, '=') : NULL;

			if (value)
				*fact++ = *value++ = '\0';
			rig_world(rig, copy, value ? fact : NULL, value);
			continue;
		}
		if (!started && *word != 'x')
			rig_run(rig);
		started = true;
		err = rig_do(rig, word + refused);
		if ((err != RA_OK) != refused || rig->err != RA_OK)
			fail_msg("%s: word %zu \"%s\": %s", c->name, i, word, err ? rig->errs.text[0] : "was not refused");
	}
	if (!started)
		rig_run(rig);
}

/* Fold the entries again; nothing may differ. */
static void check_refold(const struct rig *rig)
{
	struct ra_state *again = rig_refold(rig);
	char *was, *is;

	assert_non_null(again);
	was = rig_digest(rig->state, &rig->planes, rig->now);
	is = rig_digest(again, &rig->planes, rig->now);
	assert_string_equal(was, is);
	free(was);
	free(is);
	ra_state_free(again);
}

static void run_cases(const struct walk_case *cases, size_t count, const char *step)
{
	char path[1024];

	for (size_t i = 0; i < count; i++) {
		struct rig rig;

		begin(&rig, &cases[i], step);
		play(&rig, &cases[i]);
		rig_path(&rig, path, sizeof(path));
		if (strcmp(path, cases[i].path) != 0 || strcmp(rig_phase(&rig), cases[i].phase) != 0)
			fail_msg("%s: went %s (%s), expected %s (%s)", cases[i].name, path, rig_phase(&rig), cases[i].path,
				 cases[i].phase);
		check_refold(&rig);
		rig_end(&rig);
	}
}

#define PASSED "w:vcenter.attestation.status=\"accepted\""

static void test_edges(void **unused)
{
	static const struct walk_case cases[] = {
	    {"a true edge", "ssh,vcenter", {PASSED}, "look>passed", "end"},
	    {"the second edge", "ssh,vcenter", {""}, "look>why>sb-on", "confirm"},
	    {"older than the boot is not passed", "ssh,vcenter",
	     {PASSED, "w:vcenter.attestation.time=\"2026-03-11T02:00:00Z\""}, "look>ask", "question"},
	    {"a boot time nobody could read", "ssh,vcenter",
	     {PASSED, "w:ssh.host.boot_time={\"unknown\":\"malformed\"}", "w:vcenter.host.boot_time={\"unknown\":\"malformed\"}"},
	     "look>ask", "question"},
	    {"a boot time that did not come", "ssh,vcenter",
	     {PASSED, "w:ssh.host.boot_time={\"unknown\":\"timeout\"}", "w:vcenter.host.boot_time={\"unknown\":\"refused\"}"},
	     "look>cut", "end"},
	    {"two boot times", "ssh,vcenter",
	     {PASSED, "w:ssh.host.boot_time=\"2026-03-12T02:00:00Z\"", "w:vcenter.host.boot_time=\"2026-03-12T05:00:00Z\""},
	     "look>ask", "question"},
	    {"vCenter silent: an error, not a no", "ssh,vcenter", {"w:vcenter"}, "look>cut", "end"},
	    {"vCenter not given: asked by hand", "ssh", {""}, "look", "manual"},
	    {"by hand: Failed", "ssh", {"a:failed"}, "look>why>sb-on", "confirm"},
	    {"by hand: not known", "ssh", {"a:"}, "look>ask", "question"},
	    {"by hand, no plane at all", "", {"a:failed", "a:off", "a:tpm"}, "look>why>sb-on", "gate"},
	    {"a question, not known", "ssh", {"a:", "a:"}, "look>ask>escalate", "end"},
	    {"a question, else", "ssh", {"a:", "a:nothing"}, "look>ask>escalate", "end"},
	    {"a call and its return", "ssh", {"a:", "w:ssh.maintenance.on=\"Enabled\"", "a:sub"},
	     "look>ask>sub>maint>well>again>escalate", "end"},
	    {"a call with a question of many", "ssh", {"a:", "a:sub", "a:a,b"}, "look>ask>sub>maint>more>well>again>escalate", "end"},
	    {"a return nobody named", "ssh", {"a:", "a:sub", "a:a"}, "look>ask>sub>maint>more>odd>ask", "question"},
	    {"one answer only", "ssh", {"a:", "!a:board,nothing", "!a:elephant", "a:maintenance"}, "look>ask>maintenance", "confirm"},
	};

	(void)unused;
	run_cases(cases, RA_LEN(cases), NULL);
}

/* vCenter has no word on the attestation: the walk asks. */
#define ODD "w:vcenter.attestation.status={\"unknown\":\"malformed\"}"
#define REBOOTED "w:ssh.host.boot_time=\"2026-03-12T12:10:00Z\""

static void test_actions(void **unused)
{
	static const struct walk_case cases[] = {
	    {"done and verified", "ssh,vcenter",
	     {".", "t:10", "i", "d:done", "t:900", "w:ssh.secureboot.on=true", REBOOTED,
	      "w:vcenter.host.boot_time=\"2026-03-12T12:10:00Z\"", PASSED, "w:vcenter.attestation.time=\"2026-03-12T12:14:00Z\"", "t:20"},
	     "look>why>sb-on>again>passed", "end"},
	    {"waits while it does not show", "ssh,vcenter", {"i", "d:done", "t:900"}, "look>why>sb-on", "verify"},
	    {"a boot before the action verifies nothing", "ssh,vcenter", {"i", "d:done", "w:ssh.secureboot.on=true", "t:60"},
	     "look>why>sb-on", "verify"},
	    {"the time is over", "ssh,vcenter", {"i", "d:done", "t:1801"}, "look>why>sb-on>escalate", "end"},
	    {"given up", "ssh,vcenter", {"i", "d:done", "s"}, "look>why>sb-on>escalate", "end"},
	    {"not done", "ssh,vcenter", {"i", "d:not_done"}, "look>why>sb-on>ask", "question"},
	    {"skipped before it began", "ssh,vcenter", {"s"}, "look>why>sb-on>ask", "question"},
	    {"never twice", "ssh,vcenter", {"i", "!i", "!b", "d:done", "!i", "!d:done", "!b"}, "look>why>sb-on", "verify"},
	    {"the wrong name", "ssh,vcenter", {"!I"}, "look>why>sb-on", "confirm"},
	    {"killed after the intent", "ssh,vcenter", {"i", "k", "!i"}, "look>why>sb-on", "verify"},
	    {"killed, then told by who did it", "ssh,vcenter", {"i", "k", "d:not_done"}, "look>why>sb-on>ask", "question"},
	    {"killed, looked again, time over", "ssh,vcenter", {"i", "t:7200", "k", "t:60"}, "look>why>sb-on", "verify"},
	    {"killed a program's own action: not told", "ssh",
	     {"a:", "a:maintenance", "i", "k", "!d:done", "!i"}, "look>ask>maintenance", "verify"},
	    {"a program's own action", "ssh", {"a:", "a:maintenance", "x", "i", "w:ssh.maintenance.on=\"Enabled\"", "d:done"},
	     "look>ask>maintenance>again", "manual"},
	    {"refused by the machine", "ssh", {"a:", "a:maintenance", "i", "d:refused"}, "look>ask>maintenance>escalate", "end"},
	    {"nobody knows: only looking helps", "ssh", {"a:", "a:maintenance", "i", "d:unknown", "!i"}, "look>ask>maintenance",
	     "verify"},
	    {"blocked by its cause", "ssh,vcenter", {"x", "w:ssh.encryption.mode=\"TPM\"", "."}, "look>why>sb-on", "gate"},
	    {"the guard no longer holds", "ssh,vcenter", {".", "w:ssh.secureboot.on=true", "n:sb"}, "look>why>sb-on>ask", "question"},
	};

	(void)unused;
	run_cases(cases, RA_LEN(cases), NULL);
}

#define SSH_IS(state) "w:vcenter.service.ssh=" state
#define TAPPED "a:sub", "a:c", SSH_IS("true"), "i", "d:done"

/* What was done for the walk only is undone before it ends, by itself offered once, and is nothing of the way itself. */
static void test_temporary(void **unused)
{
	static const struct walk_case cases[] = {
	    {"undone at the end", "vcenter",
	     {ODD, SSH_IS("false"), "a:ssh", SSH_IS("true"), "i", "d:done", "a:nothing", "i", SSH_IS("false"), "d:done"},
	     "look>ask>ssh-on>ask>escalate>ssh-off>escalate", "end"},
	    {"owed: the walk stands before it", "vcenter", {ODD, "a:ssh", SSH_IS("true"), "i", "d:done", "a:nothing"},
	     "look>ask>ssh-on>ask>escalate>ssh-off", "confirm"},
	    {"left as it is: offered once", "vcenter", {ODD, "a:ssh", SSH_IS("true"), "i", "d:done", "a:nothing", "s"},
	     "look>ask>ssh-on>ask>escalate>ssh-off>escalate", "end"},
	    {"not verified: it may have been done", "vcenter", {ODD, SSH_IS("false"), "a:ssh", "i", "d:done", "t:90"},
	     "look>ask>ssh-on>escalate>ssh-off", "confirm"},
	    {"nobody knows: it may have been done", "vcenter", {ODD, SSH_IS("false"), "a:ssh", "i", "d:unknown", "s"},
	     "look>ask>ssh-on>escalate>ssh-off", "confirm"},
	    {"killed after the intent: it may have been done", "vcenter", {ODD, SSH_IS("false"), "a:ssh", "i", "k", "t:90"},
	     "look>ask>ssh-on>escalate>ssh-off", "confirm"},
	    {"refused: nothing is owed", "vcenter", {ODD, "a:ssh", "i", "d:refused"}, "look>ask>ssh-on>escalate", "end"},
	    {"never begun: nothing is owed", "vcenter", {ODD, "a:ssh", "s"}, "look>ask>ssh-on>escalate", "end"},
	    {"the undo is refused: back, and no circle", "vcenter",
	     {ODD, "a:ssh", SSH_IS("true"), "i", "d:done", "a:nothing", "i", "d:refused"}, "look>ask>ssh-on>ask>escalate>ssh-off>escalate",
	     "end"},
	    {"the undo does not show: back, and no circle", "vcenter",
	     {ODD, "a:ssh", SSH_IS("true"), "i", "d:done", "a:nothing", "i", "d:done", "t:90"},
	     "look>ask>ssh-on>ask>escalate>ssh-off>escalate", "end"},
	    {"killed after the undo's intent: only verified", "vcenter",
	     {ODD, "a:ssh", SSH_IS("true"), "i", "d:done", "a:nothing", "i", "k", "!i", "!o", "!b"},
	     "look>ask>ssh-on>ask>escalate>ssh-off", "verify"},
	    {"killed after the undo's intent, and it shows", "vcenter",
	     {ODD, "a:ssh", SSH_IS("true"), "i", "d:done", "a:nothing", "i", SSH_IS("false"), "k"},
	     "look>ask>ssh-on>ask>escalate>ssh-off>escalate", "end"},
	    {"no step back over it", "vcenter", {ODD, "a:ssh", SSH_IS("true"), "i", "d:done", "a:nothing", "!b", "s", "!b"},
	     "look>ask>ssh-on>ask>escalate>ssh-off>escalate", "end"},
	    {"a resume at the end offers it again", "vcenter", {ODD, "a:ssh", SSH_IS("true"), "i", "d:done", "a:nothing", "s", "k"},
	     "look>ask>ssh-on>ask>escalate>ssh-off>escalate>ssh-off", "confirm"},
	    {"once more after every resume", "vcenter", {ODD, "a:ssh", SSH_IS("true"), "i", "d:done", "a:nothing", "s", "k", "s", "k", "s"},
	     "look>ask>ssh-on>ask>escalate>ssh-off>escalate>ssh-off>escalate>ssh-off>escalate", "end"},
	    {"killed between intent and outcome, resumed, undone on the operator's word", "vcenter",
	     {ODD, "a:ssh", "i", SSH_IS("true"), "k", "o", "i", SSH_IS("false"), "d:done"}, "look>ask>ssh-on>ask>ssh-off>ask", "question"},
	    {"stopped and resumed on the way: left as it is", "vcenter", {ODD, "a:ssh", SSH_IS("true"), "i", "d:done", "r", "o", "s"},
	     "look>ask>ssh-on>ask>ssh-off>ask", "question"},
	    {"left on the way, offered at the end", "vcenter", {ODD, "a:ssh", SSH_IS("true"), "i", "d:done", "o", "s", "a:nothing"},
	     "look>ask>ssh-on>ask>ssh-off>ask>escalate>ssh-off", "confirm"},
	    {"undone on the way: not at the end", "vcenter",
	     {ODD, "a:ssh", SSH_IS("true"), "i", "d:done", "o", "i", SSH_IS("false"), "d:done", "a:nothing", "!o"},
	     "look>ask>ssh-on>ask>ssh-off>ask>escalate", "end"},
	    {"done again: owed again", "vcenter",
	     {ODD, "a:ssh", SSH_IS("true"), "i", "d:done", "o", "i", SSH_IS("false"), "d:done", "a:ssh", SSH_IS("true"), "i", "d:done",
	      "a:nothing"},
	     "look>ask>ssh-on>ask>ssh-off>ask>ssh-on>ask>escalate>ssh-off", "confirm"},
	    {"nothing to offer before", "vcenter", {ODD, "!o"}, "look>ask", "question"},
	    {"not while it is being done", "vcenter", {ODD, "a:ssh", "i", "!o", "d:done", "!o"}, "look>ask>ssh-on", "verify"},
	    {"not from where it is undone", "vcenter", {ODD, "a:ssh", SSH_IS("true"), "i", "d:done", "o", "!o"},
	     "look>ask>ssh-on>ask>ssh-off", "confirm"},
	    {"of a called flow, at the end of the calling one", "vcenter",
	     {ODD, TAPPED, "i", SSH_IS("false"), "d:done"}, "look>ask>sub>maint>more>tap-on>well>again>escalate>tap-off>escalate", "end"},
	    {"two of them, the newest first", "vcenter",
	     {ODD, "a:ssh", SSH_IS("true"), "i", "d:done", TAPPED, "s", "i", SSH_IS("false"), "d:done"},
	     "look>ask>ssh-on>ask>sub>maint>more>tap-on>well>again>escalate>tap-off>escalate>ssh-off>escalate", "end"},
	};

	(void)unused;
	run_cases(cases, RA_LEN(cases), NULL);
}

#define MAINT_IS(state) "w:ssh.maintenance.on=\"" state "\""

/* What the operator takes back: offered from any step once it was done, through its own confirmation and verification, and then back: to where the
 * walk was when nothing was taken back, else to before what was, for what came after it may hang on it. */
static void test_undo(void **unused)
{
	static const struct walk_case cases[] = {
	    {"taken back on the way", "ssh,vcenter",
	     {ODD, "a:rest", MAINT_IS("Enabled"), "i", "d:done", "u:leave", MAINT_IS("Disabled"), "i", "d:done"},
	     "look>ask>rest>ask>leave>rest", "confirm"},
	    {"it asks for itself", "ssh,vcenter", {ODD, "a:rest", MAINT_IS("Enabled"), "i", "d:done", "u:leave"},
	     "look>ask>rest>ask>leave", "confirm"},
	    {"left as it is: back, and offered again", "ssh,vcenter",
	     {ODD, "a:rest", MAINT_IS("Enabled"), "i", "d:done", "u:leave", "s", "u:leave"},
	     "look>ask>rest>ask>leave>ask>leave", "confirm"},
	    {"refused: back", "ssh,vcenter",
	     {ODD, "a:rest", MAINT_IS("Enabled"), "i", "d:done", "u:leave", "i", "d:refused"},
	     "look>ask>rest>ask>leave>ask", "question"},
	    {"once", "ssh,vcenter",
	     {ODD, "a:rest", MAINT_IS("Enabled"), "i", "d:done", "u:leave", MAINT_IS("Disabled"), "i", "d:done", "!u:leave"},
	     "look>ask>rest>ask>leave>rest", "confirm"},
	    {"and done anew: to the newest", "ssh,vcenter",
	     {ODD, "a:rest", MAINT_IS("Enabled"), "i", "d:done", "u:leave", MAINT_IS("Disabled"), "i", "d:done", MAINT_IS("Enabled"), "i", "d:done",
	      "u:leave", MAINT_IS("Disabled"), "i", "d:done", "s"},
	     "look>ask>rest>ask>leave>rest>ask>leave>rest>escalate", "end"},
	    {"not verified: it can be tried again", "ssh,vcenter",
	     {ODD, "a:rest", MAINT_IS("Enabled"), "i", "d:done", "u:leave", "i", "d:done", "t:700", "u:leave"},
	     "look>ask>rest>ask>leave>rest>leave", "confirm"},
	    {"from a flow that was called", "ssh,vcenter",
	     {ODD, "a:rest", MAINT_IS("Enabled"), "i", "d:done", MAINT_IS("Disabled"), "r", "a:sub", "u:leave", "i", "d:done", "s"},
	     "look>ask>rest>ask>sub>maint>more>leave>rest>escalate", "end"},
	    {"resumed while nobody answers: what was read before decides nothing", "ssh,vcenter",
	     {ODD, "a:rest", MAINT_IS("Enabled"), "i", "d:done", "w:ssh", "w:vcenter", "p:ssh", "p:vcenter", "r", "a:sub"},
	     "look>ask>rest>ask>sub>maint>more", "question"},
	    {"nothing was done", "ssh,vcenter", {ODD, "a:rest", "i", "d:refused", "!u:leave"}, "look>ask>rest>escalate", "end"},
	    {"not while it is being done", "ssh,vcenter", {ODD, "a:rest", "i", "!u:leave"}, "look>ask>rest", "acting"},
	    {"nothing but an undo", "ssh,vcenter",
	     {ODD, "a:rest", MAINT_IS("Enabled"), "i", "d:done", "!u:ssh-off", "!u:maintenance", "!u:ask"},
	     "look>ask>rest>ask", "question"},
	    {"of what is owed, too", "vcenter", {ODD, "a:ssh", SSH_IS("true"), "i", "d:done", "u:ssh-off", SSH_IS("false"), "i", "d:done"},
	     "look>ask>ssh-on>ask>ssh-off>ask", "question"},
	    {"killed after its intent: only verified", "ssh,vcenter",
	     {ODD, "a:rest", MAINT_IS("Enabled"), "i", "d:done", "u:leave", "i", "k", "!i", "!u:leave"},
	     "look>ask>rest>ask>leave", "verify"},
	    {"after a resume", "ssh,vcenter", {ODD, "a:rest", MAINT_IS("Enabled"), "i", "d:done", "r", "u:leave"},
	     "look>ask>rest>ask>leave", "confirm"},
	};

	(void)unused;
	run_cases(cases, RA_LEN(cases), NULL);
}

/* What was owed and to whom, as it may be seen, and what the end says of it. */
static void test_owed(void **unused)
{
	struct walk_case c = {.planes = "vcenter", .script = {ODD, "a:ssh", SSH_IS("true"), "x", "i"}};
	struct ra_owed owed[RA_OWED_MAX];
	struct rig rig;

	(void)unused;
	begin(&rig, &c, NULL);
	play(&rig, &c);
	assert_int_equal(ra_state_owed(rig.state, owed), 1); /* begun: it may have been done */
	assert_string_equal(owed[0].step->id, "ssh-on");
	assert_string_equal(owed[0].undo->id, "ssh-off");
	assert_string_equal(owed[0].flow->id, "walk");
	assert_int_equal(rig_do(&rig, "d:done"), RA_OK);
	assert_int_equal(rig_do(&rig, "a:nothing"), RA_OK);
	assert_int_equal(rig_do(&rig, "s"), RA_OK);
	assert_string_equal(rig_phase(&rig), "end");
	assert_string_equal(rig.entries[rig.count - 1].kind, "end");
	assert_string_equal(ra_json_get(rig.entries[rig.count - 1].body, "owed")->child->valuestring, "ssh-on");
	assert_int_equal(rig_do(&rig, "k"), RA_OK);
	assert_int_equal(rig_do(&rig, "i"), RA_OK);
	assert_int_equal(rig_do(&rig, SSH_IS("false")), RA_OK);
	assert_int_equal(rig_do(&rig, "d:done"), RA_OK);
	assert_int_equal(ra_state_owed(rig.state, owed), 0);
	assert_string_equal(rig.entries[rig.count - 1].kind, "end");
	assert_null(ra_json_get(rig.entries[rig.count - 1].body, "owed"));
	check_refold(&rig);
	rig_end(&rig);
}

/* An undo aside does not change what the way was about: the action of the way is still the one that is asked for, and what was read of
 * the host is as good as it was. */
static void test_aside_is_not_the_way(void **unused)
{
	struct walk_case c = {.planes = "vcenter", .script = {ODD, "a:ssh", SSH_IS("true"), "i", "d:done"}};
	struct ra_cond_env env;
	int64_t seq;
	struct rig rig;

	(void)unused;
	begin(&rig, &c, NULL);
	play(&rig, &c);
	env = ra_state_env(rig.state, rig.now);
	seq = env.action_seq;
	assert_true(seq > 0);
	rig.now += 60000;
	assert_int_equal(rig_do(&rig, "n:boot"), RA_OK);
	rig_run(&rig);
	rig_reply(&rig, ra_flowset_check(the_set, "boot"), &ra_flowset_check(the_set, "boot")->planes[1], ra_json_get(rig.world, "vcenter"), 0);
	assert_int_equal(ra_facts_read(ra_state_facts(rig.state), "host.boot_time", NULL).reason, RA_KNOWN);
	assert_int_equal(rig_do(&rig, "o"), RA_OK);
	assert_int_equal(rig_do(&rig, "x"), RA_OK);
	assert_int_equal(rig_do(&rig, "i"), RA_OK);
	assert_true(ra_state_env(rig.state, rig.now).action_seq > seq); /* while it is done, it is the action */
	assert_int_equal(ra_facts_read(ra_state_facts(rig.state), "service.ssh", NULL).reason, RA_NOT_ASKED);
	assert_int_equal(rig_do(&rig, SSH_IS("false")), RA_OK);
	assert_int_equal(rig_do(&rig, "."), RA_OK);
	assert_int_equal(rig_do(&rig, "d:done"), RA_OK);
	assert_string_equal(ra_state_now(rig.state, NULL).step->id, "ask");
	assert_int_equal(ra_state_env(rig.state, rig.now).action_seq, seq);
	assert_int_equal(ra_facts_read(ra_state_facts(rig.state), "host.boot_time", NULL).reason, RA_KNOWN);
	check_refold(&rig);
	rig_end(&rig);
}

/* Entries that lead aside where nothing is owed, or away from there by another way, do not follow. */
static void test_aside_entries(void **unused)
{
	static const struct {
		const char *body;
		bool aside;
	} cases[] = {
	    {"{\"flow\":\"walk\",\"from\":\"ask\",\"to\":\"maintenance\",\"to_flow\":\"walk\",\"by\":\"owed\"}", false},
	    {"{\"flow\":\"walk\",\"from\":\"ask\",\"to\":\"tap-off\",\"to_flow\":\"second\",\"by\":\"owed\"}", false},
	    {"{\"flow\":\"walk\",\"from\":\"ask\",\"to\":\"ask\",\"to_flow\":\"walk\",\"by\":\"paid\"}", false},
	    {"{\"flow\":\"walk\",\"from\":\"ssh-off\",\"to\":\"again\",\"to_flow\":\"walk\",\"by\":\"ok\"}", true},
	    {"{\"flow\":\"walk\",\"from\":\"ssh-off\",\"to\":\"again\",\"to_flow\":\"walk\",\"by\":\"paid\"}", true},
	    {"{\"flow\":\"walk\",\"from\":\"ssh-off\",\"to\":\"cut\",\"to_flow\":\"walk\",\"by\":\"skip\"}", true},
	    {"{\"flow\":\"walk\",\"from\":\"ssh-off\",\"to\":\"ssh-off\",\"to_flow\":\"walk\",\"by\":\"owed\"}", true},
	};
	struct walk_case c = {.planes = "vcenter", .script = {ODD, "a:ssh", SSH_IS("true"), "i", "d:done"}};

	(void)unused;
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct rig rig;

		begin(&rig, &c, NULL);
		play(&rig, &c);
		if (cases[i].aside)
			assert_int_equal(rig_do(&rig, "o"), RA_OK);
		if (rig_append(&rig, "edge", cJSON_Parse(cases[i].body)) != RA_E_INVALID)
			fail_msg("%s: it follows", cases[i].body);
		if (cases[i].aside)
			assert_int_equal(rig_append(&rig, "back", cJSON_Parse("{\"from\":\"ssh-off\",\"to\":\"ask\",\"to_flow\":\"walk\"}")), RA_E_INVALID);
		rig_end(&rig);
	}
}

static void test_by_hand_verify(void **unused)
{
	static const struct walk_case cases[] = {
	    {"answered again and again", "",
	     {"a:violation", "g:rebuild", "i", "d:done", "a:running", "a:running", "a:", "a:violation"},
	     "console>clear-gate>clear>sealed>rebuild", "end"},
	    {"an answer from before the action verifies nothing", "", {"a:violation", "g:rebuild", "i", "d:done"},
	     "console>clear-gate>clear", "verify"},
	    {"as it stood when the action began", "ssh",
	     {"w:ssh.encryption.mode=\"TPM\"", "a:violation", "g:key-proven", "i", "w:ssh.encryption.mode=\"NONE\"", "d:done", "a:violation"},
	     "console>clear-gate>clear>sealed>rebuild", "end"},
	    {"as it stood, not sealed", "ssh", {"a:violation", "i", "w:ssh.encryption.mode=\"TPM\"", "d:done", "a:violation", "a:failed"},
	     "console>clear-gate>clear>sealed>again>escalate", "end"},
	};

	(void)unused;
	run_cases(cases, RA_LEN(cases), "console");
}

static void test_back(void **unused)
{
	static const struct walk_case cases[] = {
	    {"to the question before", "ssh", {"a:", "a:nothing", "b", "a:maintenance"}, "look>(ask)>(escalate)>ask>maintenance",
	     "confirm"},
	    {"to a check answered by hand", "ssh", {"a:failed", "b", "a:"}, "(look)>(why)>(sb-on)>look>ask", "question"},
	    {"what was said first no longer counts", "ssh", {"w:ssh.encryption.mode=\"TPM\"", "a:", "a:board", "b", "a:"}, "look>(ask)>(clear-gate)>ask>escalate", "end"},
	    {"nothing before", "ssh,vcenter", {"!b"}, "look>why>sb-on", "confirm"},
	    {"not past an action that began", "ssh", {"a:", "a:maintenance", "i", "d:refused", "!b"},
	     "look>ask>maintenance>escalate", "end"},
	    {"to what was not begun", "ssh,vcenter", {"s", "b"}, "look>why>(sb-on)>(ask)>sb-on", "confirm"},
	    {"out of a called flow", "ssh", {"a:", "a:sub", "b", "a:nothing"},
	     "look>(ask)>(sub)>(maint)>(more)>ask>escalate", "end"},
	    {"back into a called flow", "ssh", {"a:", "a:sub", "a:a", "b", "a:a,b"},
	     "look>ask>sub>maint>(more)>(odd)>(ask)>more>well>again>escalate", "end"},
	    {"twice", "ssh", {"a:", "a:sub", "a:a", "b", "b", "a:nothing"},
	     "look>(ask)>(sub)>(maint)>(more)>(odd)>(ask)>(more)>ask>escalate", "end"},
	};

	(void)unused;
	run_cases(cases, RA_LEN(cases), NULL);
}

static void test_wants(void **unused)
{
	static const struct {
		const char *planes, *script[6], *wants;
	} cases[] = {
	    {"ssh,vcenter", {"x"}, "version@ssh version@vcenter name@ssh boot@ssh boot@vcenter status@vcenter | sb@ssh mode@ssh mode@vcenter"},
	    {"ssh", {"x"}, "version@ssh name@ssh boot@ssh | sb@ssh mode@ssh"},
	    {"vcenter", {"x"}, "version@vcenter boot@vcenter status@vcenter | mode@vcenter"},
	    {"", {"x"}, ""},
	    /* down: still wanted where the step needs it, not ahead */
	    {"ssh,vcenter", {"xp:ssh"}, ""},
	    {"ssh,vcenter", {"."}, ""},
	    {"ssh,vcenter", {".", "xn:sb"}, "sb@ssh"},
	    {"ssh,vcenter", {".", "xt:901"}, "version@ssh version@vcenter mode@ssh mode@vcenter boot@ssh boot@vcenter"},
	    {"ssh,vcenter", {".", "i"}, ""},
	    {"ssh,vcenter", {".", "i", "d:done"}, "sb@ssh boot@ssh boot@vcenter status@vcenter"},
	};
	char wants[512];

	(void)unused;
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct walk_case c = {.planes = cases[i].planes};
		struct rig rig;

		begin(&rig, &c, NULL);
		for (size_t k = 0; k < RA_LEN(cases[i].script) && cases[i].script[k]; k++) {
			const char *word = cases[i].script[k];

			if (strcmp(word, "xp:ssh") == 0) {
				rig.planes.down[RA_PLANE_SSH] = true;
				rig_wants(&rig, wants, sizeof(wants));
				assert_string_equal(
				    wants, "version@ssh version@vcenter name@ssh boot@ssh boot@vcenter status@vcenter | mode@vcenter");
				rig_end(&rig);
				begin(&rig, &(struct walk_case){.planes = ""}, NULL);
				continue;
			}
			if (strcmp(word, "xn:sb") == 0) {
				cJSON *body = cJSON_CreateObject();

				cJSON_AddStringToObject(body, "check", "sb");
				rig.now += 1000;
				assert_int_equal(rig_append(&rig, "again", body), RA_OK);
				continue;
			}
			if (strcmp(word, "xt:901") == 0) {
				/* past its age the pass lapses, and what the gate reads is wanted anew */
				rig.now += 901000;
				assert_true(rig_decide(&rig));
				assert_string_equal(rig.entries[rig.count - 1].kind, "gate");
				continue;
			}
			if (k == 0 && *word == '.')
				rig_run(&rig);
			else
				assert_int_equal(rig_do(&rig, word), RA_OK);
		}
		rig_wants(&rig, wants, sizeof(wants));
		if (strcmp(wants, cases[i].wants) != 0)
			fail_msg("case %zu: wants \"%s\", expected \"%s\"", i, wants, cases[i].wants);
		rig_end(&rig);
	}
}

/* No secret is ever wished for, whatever is asked for. */
static void test_no_secret(void **unused)
{
	struct walk_case c = {.planes = "ssh,vcenter"};
	struct ra_want wants[RA_WANTS_MAX];
	struct rig rig;
	size_t count;

	(void)unused;
	begin(&rig, &c, NULL);
	count = ra_state_wants(rig.state, &rig.planes, true, rig.now, wants);
	assert_in_range(count, 10, RA_WANTS_MAX);
	for (size_t i = 0; i < count; i++) {
		assert_false(wants[i].plane->secret);
		assert_string_not_equal(wants[i].check->id, "key");
	}
	rig_end(&rig);
}

static void test_too_old(void **unused)
{
	struct walk_case c = {.planes = "ssh,vcenter"};
	struct ra_reading reading;
	char wants[256];
	struct rig rig;

	(void)unused;
	begin(&rig, &c, NULL);
	rig_world(&rig, "ssh", "host.version", "\"7.0.0\"");
	rig_world(&rig, "vcenter", "host.version", "\"7.0.0\"");
	rig_world(&rig, "ssh", "encryption.mode", "\"TPM\"");
	while (strcmp(ra_state_now(rig.state, NULL).step->id, "look") == 0)
		assert_true(rig_decide(&rig) || (rig_wants(&rig, wants, sizeof(wants)), rig_do(&rig, ".") == RA_OK));
	rig_run(&rig);
	reading = ra_facts_read(ra_state_facts(rig.state), "encryption.mode", NULL);
	assert_int_equal(reading.reason, RA_NOT_APPLICABLE);
	/* not sealed is then known: the gate opens by its condition */
	assert_string_equal(rig_phase(&rig), "confirm");
	rig_end(&rig);
}

/* A check that was asked of every plane is done, known or not, until it is asked again, something is done or the host restarts. */
static void test_asked_is_done(void **unused)
{
	struct walk_case c = {.planes = "ssh"};
	char wants[256];
	struct rig rig;

	(void)unused;
	begin(&rig, &c, NULL);
	rig_world(&rig, "ssh", "secureboot.on", "{\"unknown\":\"timeout\"}");
	rig_run(&rig);
	assert_string_equal(rig_phase(&rig), "manual");
	assert_int_equal(rig_do(&rig, "a:failed"), RA_OK);
	rig.now += 3600000;
	assert_string_equal(rig_wants(&rig, wants, sizeof(wants)), "");
	rig_end(&rig);
}

/* A world drawn from a few values for each fact, known and not. */
static void draw_world(struct rig *rig, unsigned *seed)
{
	static const char *const facts[][6] = {
	    {"ssh", "host.version", "\"8.0.2\"", "\"7.0.0\"", "{\"unknown\":\"timeout\"}", "\"7.0.0\""},
	    {"vcenter", "host.version", "\"8.0.2\"", "\"7.0.0\"", "{\"unknown\":\"malformed\"}", "\"7.0.0\""},
	    {"ssh", "host.boot_time", "\"2026-03-12T02:00:00Z\"", "\"2026-03-12T11:59:58Z\"", "{\"unknown\":\"refused\"}", "\"2026-03-12T02:00:00Z\""},
	    {"vcenter", "host.boot_time", "\"2026-03-12T02:00:00Z\"", "\"2026-03-12T12:00:02Z\"", "{\"unknown\":\"not_applicable\"}", "\"2026-03-12T05:00:00Z\""},
	    {"vcenter", "attestation.status", "\"accepted\"", "\"notAccepted\"", "{\"unknown\":\"unreachable\"}", "\"notAccepted\""},
	    {"ssh", "secureboot.on", "true", "false", "{\"unknown\":\"truncated\"}", "false"},
	    {"ssh", "encryption.mode", "\"TPM\"", "\"NONE\"", "{\"unknown\":\"timeout\"}", "\"NONE\""},
	    {"vcenter", "encryption.mode", "\"TPM\"", "\"NONE\"", "{\"unknown\":\"malformed\"}", "\"NONE\""},
	};

	for (size_t i = 0; i < RA_LEN(facts); i++)
		rig_world(rig, facts[i][0], facts[i][1], facts[i][2 + rand_r(seed) % 4]);
}

/* One set of replies in an order of its own (0: as wished), with decisions in between or after. Out: path and facts as text. */
static char *one_order(unsigned world, unsigned order)
{
	struct walk_case c = {.planes = "ssh,vcenter"};
	struct ra_want wants[RA_WANTS_MAX];
	struct ra_buf out = {0};
	struct rig rig;
	char path[512];
	size_t count;
	unsigned seed = order;

	begin(&rig, &c, NULL);
	draw_world(&rig, &world);
	rig.now += 5000;
	count = ra_state_wants(rig.state, &rig.planes, false, rig.now, wants);
	assert_int_equal(count, 9);
	for (size_t i = count; order > 0 && i > 1; i--) {
		size_t k = (size_t)rand_r(&seed) % i;
		struct ra_want swap = wants[i - 1];

		wants[i - 1] = wants[k];
		wants[k] = swap;
	}
	for (size_t i = 0; i < count; i++) {
		rig_reply(&rig, wants[i].check, wants[i].plane, ra_json_get(rig.world, ra_plane_name(wants[i].plane->plane)), 1000);
		/* what comes after the end entry is not taken any more; until then it is */
		while (order % 2 && strcmp(rig_phase(&rig), "end") != 0 && rig_decide(&rig))
			continue;
	}
	rig_run(&rig);
	assert_int_equal(ra_buf_printf(&out, "%s (%s)\n", rig_path(&rig, path, sizeof(path)), rig_phase(&rig)), RA_OK);
	for (size_t i = 0; i < ra_facts_count(ra_state_facts(rig.state)); i++) {
		const char *name = ra_facts_name(ra_state_facts(rig.state), i);
		struct ra_reading reading = ra_facts_read(ra_state_facts(rig.state), name, NULL);
		char *text = reading.value ? ra_value_text(reading.value) : NULL;

		assert_int_equal(ra_buf_printf(&out, "%s %s %s\n", name, ra_reason_name(reading.reason), text ? text : ""), RA_OK);
		free(text);
	}
	rig_end(&rig);
	return ra_buf_take(&out);
}

/* Replies of one set in any order, with decisions between them or after: the same walk. */
static void test_order(void **unused)
{
	(void)unused;
	for (unsigned world = 1; world <= 80; world++) {
		char *first = one_order(world, 0);

		for (unsigned order = 1; order <= 20; order++) {
			char *other = one_order(world, order);

			if (strcmp(first, other) != 0)
				fail_msg("world %u, order %u:\n%s\nbut in the order wished:\n%s", world, order, other, first);
			free(other);
		}
		free(first);
	}
}

/* An answer that was on its way when the action began says nothing about what the action did. */
static void test_late_reply(void **unused)
{
	struct walk_case c = {.planes = "ssh"};
	const struct ra_check *maint;
	struct rig rig;

	(void)unused;
	begin(&rig, &c, NULL);
	rig_run(&rig);
	assert_int_equal(rig_do(&rig, "a:"), RA_OK);
	assert_int_equal(rig_do(&rig, "a:maintenance"), RA_OK);
	rig.now += 5000;
	rig_world(&rig, "ssh", "maintenance.on", "\"Enabled\"");
	maint = ra_flowset_check(the_set, "maint");
	assert_int_equal(rig_do(&rig, "x"), RA_OK);
	cJSON *body = NULL;

	assert_int_equal(ra_make_intent(rig.state, NULL, rig.now, &body, NULL), RA_OK);
	assert_int_equal(rig_append(&rig, "intent", body), RA_OK);
	rig.now += 1000;
	body = NULL;
	assert_int_equal(ra_make_done(rig.state, "done", "", &body, NULL), RA_OK);
	assert_int_equal(rig_append(&rig, "done", body), RA_OK);
	rig.now += 1000;
	rig_reply(&rig, maint, &maint->planes[0], ra_json_get(rig.world, "ssh"), 4000);
	assert_false(rig_decide(&rig));
	assert_string_equal(rig_phase(&rig), "verify");
	rig_reply(&rig, maint, &maint->planes[0], ra_json_get(rig.world, "ssh"), 10);
	assert_true(rig_decide(&rig));
	rig_end(&rig);
}

static void test_not_interactive(void **unused)
{
	static const struct {
		const char *name, *planes, *world[3], *path, *reason, *outcome;
	} cases[] = {
	    {"an action ends it", "ssh,vcenter", {NULL}, "look>why>sb-on", "action", "stopped"},
	    {"passed", "ssh,vcenter", {PASSED}, "look>passed", "outcome", "resolved"},
	    {"a question takes unknown, and nothing is asked by hand", "ssh", {NULL}, "look>ask>escalate", "outcome", "escalated"},
	    {"a gate ends it", "ssh,vcenter", {"w:ssh.secureboot.on=true", "w:ssh.encryption.mode=\"TPM\"", "w:vcenter.encryption.mode=\"TPM\""},
	     "look>why>clear-gate", "action", "stopped"},
	};
	char path[256];

	(void)unused;
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct walk_case c = {.name = cases[i].name, .planes = cases[i].planes, .script = {cases[i].world[0], cases[i].world[1], cases[i].world[2]}};
		struct rig rig;

		begin(&rig, &c, NULL);
		rig.interactive = false;
		play(&rig, &c);
		assert_string_equal(rig_path(&rig, path, sizeof(path)), cases[i].path);
		assert_string_equal(rig_phase(&rig), "end");
		assert_string_equal(ra_state_now(rig.state, NULL).end_reason, cases[i].reason);
		assert_string_equal(ra_outcome_name(ra_state_now(rig.state, NULL).outcome), cases[i].outcome);
		rig_end(&rig);
	}
}

static void test_round(void **unused)
{
	struct rig rig;

	(void)unused;
	rig_begin(&rig, the_set, "round", NULL, "");
	rig_run(&rig);
	assert_int_equal(rig.err, RA_E_INVALID);
	assert_non_null(strstr(rig.errs.text[0], "goes round"));
	rig_end(&rig);
}

static void test_hold(void **unused)
{
	struct walk_case c = {.planes = "ssh,vcenter"};
	struct ra_decide_options options = {.interactive = true, .hold = true};
	struct ra_decision decision;
	struct rig rig;

	(void)unused;
	begin(&rig, &c, NULL);
	options.planes = rig.planes;
	assert_int_equal(ra_state_decide(rig.state, &options, rig.now, &decision, NULL), RA_OK);
	assert_null(decision.kind);
	assert_false(decision.ready); /* wants are open */
	struct ra_want wants[RA_WANTS_MAX];
	size_t count = ra_state_wants(rig.state, &rig.planes, false, rig.now, wants);

	for (size_t i = 0; i < count; i++)
		rig_reply(&rig, wants[i].check, wants[i].plane, ra_json_get(rig.world, ra_plane_name(wants[i].plane->plane)), 1);
	assert_int_equal(ra_state_decide(rig.state, &options, rig.now, &decision, NULL), RA_OK);
	assert_null(decision.kind);
	assert_true(decision.ready);
	rig_end(&rig);
}

/* What cannot follow is refused by name, and a journal's kinds are the list's. */
static void test_cannot_follow(void **unused)
{
	static const struct {
		const char *kind, *body, *says;
	} cases[] = {
	    {"start", "{}", "has begun already"},
	    {"edge", "{\"flow\":\"walk\",\"from\":\"why\",\"to\":\"ask\",\"to_flow\":\"walk\",\"by\":\"else\"}", "the walk is at"},
	    {"edge", "{\"flow\":\"walk\",\"from\":\"look\",\"to\":\"nowhere\",\"to_flow\":\"walk\",\"by\":\"else\"}", "no step \"nowhere\""},
	    {"edge", "{\"flow\":\"walk\",\"from\":\"look\",\"to\":\"maint\",\"to_flow\":\"second\",\"by\":\"else\"}", "another flow"},
	    {"edge", "{\"flow\":\"walk\",\"from\":\"look\",\"to\":\"maint\",\"to_flow\":\"second\",\"by\":\"call\"}", "calls no flow"},
	    {"edge", "{\"flow\":\"walk\",\"from\":\"look\",\"to\":\"look\",\"to_flow\":\"walk\",\"by\":\"return\"}", "to return to"},
	    {"intent", "{\"step\":\"look\"}", "no action"},
	    {"done", "{\"step\":\"look\",\"how\":\"done\"}", "being done"},
	    {"outcome", "{\"step\":\"look\",\"result\":\"verified\"}", "could have the outcome"},
	    {"gate", "{\"step\":\"look\",\"gate\":\"key-proven\",\"opened\":true}", "stands before no gate"},
	    {"answer", "{\"step\":\"look\",\"ids\":[]}", "asks nothing"},
	    {"answer", "{\"step\":\"ask\",\"ids\":[]}", "the walk is at"},
	    {"back", "{\"from\":\"look\",\"to\":\"ask\",\"to_flow\":\"walk\"}", "did not come by"},
	    {"plane", "{\"plane\":\"ssh\",\"state\":\"odd\"}", "up or down"},
	    {"reply", "{\"check\":\"sb\",\"plane\":\"operator\",\"facts\":[]}", "no plane that replies"},
	    {"reply", "{\"check\":\"sb\",\"plane\":\"ssh\",\"facts\":[{\"name\":\"x\"}]}", "not whole"},
	    {"again", "{\"check\":\"nothing\"}", "no check"},
	};
	struct walk_case c = {.planes = "ssh"};
	struct rig rig;

	(void)unused;
	begin(&rig, &c, NULL);
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		assert_int_equal(rig_append(&rig, cases[i].kind, cJSON_Parse(cases[i].body)), RA_E_INVALID);
		if (!strstr(rig.errs.text[0], cases[i].says) || !strstr(rig.errs.text[0], "entry 1 ("))
			fail_msg("%s: said %s", cases[i].kind, rig.errs.text[0]);
	}
	assert_int_equal(ra_state_apply(rig.state, &(struct ra_fold_entry){7, rig.now, "wish", NULL}, &rig.errs), RA_E_INVALID);
	assert_int_equal(ra_state_apply(rig.state, &(struct ra_fold_entry){0, rig.now, "note", NULL}, &rig.errs), RA_E_INVALID);
	assert_int_equal(rig_append(&rig, "end", cJSON_Parse("{\"reason\":\"operator\",\"outcome\":\"stopped\"}")), RA_OK);
	assert_int_equal(rig_append(&rig, "again", cJSON_Parse("{\"check\":\"sb\"}")), RA_E_INVALID);
	assert_int_equal(rig_append(&rig, "resume", NULL), RA_OK);
	assert_int_equal(rig_append(&rig, "again", cJSON_Parse("{\"check\":\"sb\"}")), RA_OK);
	for (int i = 0; i < RA_ENTRY_COUNT; i++)
		assert_int_equal(ra_entry_parse(ra_entry_name((enum ra_entry_kind)i)), i);
	rig_end(&rig);
}

/* When the agreed time is over nothing disruptive begins any more, by the entry's own time; what is reversible does, and what takes a
 * change back does unless it restarts the host. A later time given with a resume counts from there on; no entry with a bad one folds. */
static void test_agreed_time(void **unused)
{
	static const struct {
		const char *answer, *until;
		int64_t later_s;
		ra_err err;
	} cases[] = {
	    {"a:maintenance", "2026-03-12T12:30:00Z", 0, RA_OK},
	    {"a:maintenance", "2026-03-12T12:30:00Z", 3600, RA_E_DENIED},
	    {"a:maintenance", "2026-03-12T11:00:00Z", 0, RA_E_DENIED},
	    {"a:maintenance", NULL, 3600, RA_OK},
	    {"a:ssh", "2026-03-12T11:00:00Z", 0, RA_OK},     /* reversible */
	    {"a:restart", "2026-03-12T11:00:00Z", 0, RA_E_DENIED}, /* a restore that restarts the host */
	};

	(void)unused;
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		const struct walk_case c = {.name = "agreed", .planes = "ssh", .script = {"a:"}};
		struct rig rig;
		cJSON *body = NULL;
		char resume[80];

		begin(&rig, &c, NULL);
		play(&rig, &c);
		snprintf(resume, sizeof(resume), cases[i].until ? "{\"until\":\"%s\"}" : "{}", cases[i].until);
		assert_int_equal(rig_append(&rig, "resume", cJSON_Parse(resume)), RA_OK);
		rig_run(&rig);
		assert_int_equal(rig_do(&rig, cases[i].answer), RA_OK);
		assert_string_equal(rig_phase(&rig), "confirm");
		rig.now += cases[i].later_s * 1000;
		assert_int_equal(ra_make_intent(rig.state, NULL, rig.now, &body, NULL), cases[i].err);
		assert_int_equal(ra_state_too_late(rig.state, rig.now), cases[i].err != RA_OK);
		cJSON_Delete(body);
		body = NULL;
		assert_int_equal(rig_append(&rig, "resume", cJSON_Parse("{\"until\":\"2027-01-01T00:00:00Z\"}")), RA_OK);
		assert_false(ra_state_too_late(rig.state, rig.now));
		assert_int_equal(rig_append(&rig, "resume", cJSON_Parse("{\"until\":\"at five\"}")), RA_E_INVALID);
		rig_end(&rig);
	}
}

/* A walk begins at a flow's entries and nowhere else. */
static void test_start(void **unused)
{
	static const struct {
		const char *flow, *step;
		ra_err err;
	} cases[] = {{"walk", NULL, RA_OK}, {"walk", "console", RA_OK}, {"walk", "clear", RA_E_ARG}, {"walk", "none", RA_E_ARG}, {"none", NULL, RA_E_ARG}};

	(void)unused;
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_state *state = ra_state_new(the_set);
		struct ra_start_info info = {.flow = cases[i].flow, .entry_step = cases[i].step, .host = "h"};
		cJSON *body = NULL;

		assert_int_equal(ra_make_start(state, &info, &body, NULL), cases[i].err);
		cJSON_Delete(body);
		ra_state_free(state);
	}
}

/* The bytes of a reply are all in the entry, marked as a machine's, and can be put together again. */
static void test_reply_bytes(void **unused)
{
	static const struct {
		const char *out;
		size_t len;
	} cases[] = {{"Mode: TPM\n", 10}, {"", 0}, {"\n\n", 2}, {"a\x1b[2Jb\nc", 8}, {"\xff\xfe\n\x00x", 5}, {"no end", 6}};
	const struct ra_check *check = ra_flowset_check(the_set, "mode");
	struct ra_want want = {check, &check->planes[0], true, RA_UTC_NONE, false};
	struct walk_case c = {.planes = "ssh"};
	struct rig rig;

	(void)unused;
	begin(&rig, &c, NULL);
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_plane_answer answer = {.complete = true, .out = cases[i].out, .out_len = cases[i].len, .err = "", .sent = rig.now, .came = rig.now + 5};
		cJSON *body = NULL;
		const cJSON *line;
		size_t lines = 0, breaks = 0;

		assert_int_equal(ra_make_reply(rig.state, &want, &answer, &body, NULL), RA_OK);
		for (size_t k = 0; k < cases[i].len; k++)
			breaks += cases[i].out[k] == '\n';
		cJSON_ArrayForEach (line, ra_json_get(body, "out")) {
			const cJSON *value = ra_json_get(line, "$e");

			assert_non_null(value);
			assert_true(cJSON_IsString(value) || ra_json_str(value, "base64", NULL));
			lines++;
		}
		assert_int_equal(lines, cases[i].len ? breaks + 1 : 0);
		assert_int_equal(ra_json_int(body, "took_ms", -1), 5);
		cJSON_ArrayForEach (line, ra_json_get(body, "facts")) {
			const cJSON *value = ra_json_get(line, "value");

			assert_true(!value || ra_json_get(value, "$s"));
		}
		cJSON_Delete(body);
	}
	/* very many lines stand several to an element */
	size_t len = 1 << 20;
	char *many = malloc(len);

	memset(many, '\n', len);
	struct ra_plane_answer answer = {.complete = true, .out = many, .out_len = len, .err = "", .sent = rig.now, .came = rig.now};
	cJSON *body = NULL;

	assert_int_equal(ra_make_reply(rig.state, &want, &answer, &body, NULL), RA_OK);
	assert_in_range(cJSON_GetArraySize(ra_json_get(body, "out")), 1, 2001);
	cJSON_Delete(body);
	free(many);
	rig_end(&rig);
}

/* A secret's answer has no entry. */
static void test_reply_secret(void **unused)
{
	const struct ra_check *check = ra_flowset_check(the_set, "key");
	struct ra_want want = {check, &check->planes[0], true, RA_UTC_NONE, false};
	struct ra_plane_answer answer = {.complete = true, .out = "x", .out_len = 1, .err = ""};
	struct walk_case c = {.planes = "ssh"};
	cJSON *body = NULL;
	struct rig rig;

	(void)unused;
	begin(&rig, &c, NULL);
	assert_int_equal(ra_make_reply(rig.state, &want, &answer, &body, NULL), RA_E_DENIED);
	assert_null(body);
	rig_end(&rig);
}

/* What a machine says unasked of a secret has no place in the entry either: no part of a key stands in it. */
static void test_reply_masked(void **unused)
{
	static const char log[] = "boot: encryptionRecoveryKey=123456-234567-345678-456789 quiet\nMode: TPM\n";
	const struct ra_check *check = ra_flowset_check(the_set, "mode");
	struct ra_want want = {check, &check->planes[0], true, RA_UTC_NONE, false};
	struct ra_plane_answer answer = {
		.complete = true, .out = log, .out_len = sizeof(log) - 1, .err = "password: hunter2", .err_len = strlen("password: hunter2")};
	struct walk_case c = {.planes = "ssh"};
	cJSON *body = NULL;
	struct rig rig;

	(void)unused;
	begin(&rig, &c, NULL);
	assert_int_equal(ra_make_reply(rig.state, &want, &answer, &body, NULL), RA_OK);
	RA_AUTO(ra_mem_free) char *text = ra_json_print(body);

	assert_non_null(strstr(text, "encryptionRecoveryKey=[removed] quiet"));
	assert_non_null(strstr(text, "Mode: TPM"));
	assert_null(strstr(text, "123456"));
	assert_null(strstr(text, "hunter2"));
	cJSON_Delete(body);
	rig_end(&rig);
}

static void test_fill(void **unused)
{
	static const struct {
		const char *text, *filled;
		bool complete;
	} cases[] = {{"REBUILD {host.name}", "REBUILD esx01", true},
		     {"{host.version} is {no.such.fact}", "8.0.2 is (unknown)", false},
		     {"a {brace and {Not A Fact} {", "a {brace and {Not A Fact} {", true},
		     {"", "", true},
		     {"{encryption.mode}{encryption.mode}", "NONENONE", true}};
	struct walk_case c = {.planes = "ssh,vcenter"};
	struct rig rig;

	(void)unused;
	begin(&rig, &c, NULL);
	rig_run(&rig);
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		bool complete = !cases[i].complete;
		char *text = ra_state_fill(rig.state, cases[i].text, &complete);

		assert_string_equal(text, cases[i].filled);
		assert_int_equal(complete, cases[i].complete);
		free(text);
	}
	rig_end(&rig);
}

static cJSON *any_value(unsigned *seed)
{
	static const char *const texts[] = {"", "no", "edge", "ssh", "2026-03-12T02:00:00Z", "host.name", "{\x1b[2J}"};
	char text[400];

	switch (rand_r(seed) % 7) {
	case 0:
		return cJSON_CreateNull();
	case 1:
		return cJSON_CreateBool(rand_r(seed) % 2);
	case 2:
		return cJSON_CreateNumber(rand_r(seed) % 2 ? 9e15 : -3);
	case 3:
		return cJSON_CreateObject();
	case 4:
		return cJSON_CreateArray();
	case 5:
		memset(text, 'x', sizeof(text) - 1);
		text[sizeof(text) - 1] = '\0';
		return cJSON_CreateString(text);
	default:
		return cJSON_CreateString(texts[(size_t)rand_r(seed) % RA_LEN(texts)]);
	}
}

/* Change one member somewhere in a body. */
static void spoil(cJSON *node, unsigned *seed)
{
	int count = cJSON_GetArraySize(node);
	cJSON *at = count ? cJSON_GetArrayItem(node, (int)((unsigned)rand_r(seed) % (unsigned)count)) : NULL;

	if (!at)
		return;
	if (at->child && rand_r(seed) % 3) {
		spoil(at, seed);
	} else if (rand_r(seed) % 3 == 0) {
		cJSON_Delete(cJSON_DetachItemViaPointer(node, at));
	} else {
		cJSON *value = any_value(seed);

		if (at->string)
			cJSON_ReplaceItemInObjectCaseSensitive(node, at->string, value);
		else
			cJSON_ReplaceItemViaPointer(node, at, value);
	}
}

/* A journal whose hashes are right may still hold anything: it folds or is refused, and what folded can be looked at. */
static void test_any_shape(void **unused)
{
	struct walk_case c = {.planes = "ssh,vcenter"};
	static const char *const script[] = {"w:ssh.encryption.mode=\"TPM\"", "n:mode", "g:key-proven", "i", "k", "d:not_done", "a:sub",
					     "a:a", "b", "p:ssh", "P:ssh", "r", "a:a,b"};
	unsigned seed = 11;
	struct rig rig;
	size_t refused = 0;

	(void)unused;
	begin(&rig, &c, NULL);
	rig_run(&rig);
	for (size_t i = 0; i < RA_LEN(script); i++)
		(void)!rig_do(&rig, script[i]);
	assert_in_range(rig.count, 30, 1000);
	for (int round = 0; round < 4000; round++) {
		struct ra_state *state = ra_state_new(the_set);
		size_t at = (size_t)rand_r(&seed) % rig.count, drop = rand_r(&seed) % 4 ? rig.count : (size_t)rand_r(&seed) % rig.count;
		ra_err err = RA_OK;

		for (size_t i = 0; i < rig.count && err == RA_OK; i++) {
			const struct rig_entry *entry = &rig.entries[i];
			cJSON *body = cJSON_Duplicate(entry->body, true);

			if (i == at)
				spoil(body, &seed);
			if (i != drop)
				err = ra_state_apply(state, &(struct ra_fold_entry){entry->seq, entry->t, entry->kind, body}, NULL);
			cJSON_Delete(body);
		}
		assert_true(err == RA_OK || err == RA_E_INVALID);
		refused += err != RA_OK;
		if (err == RA_OK)
			free(rig_digest(state, &rig.planes, rig.now));
		ra_state_free(state);
	}
	assert_in_range(refused, 500, 3900);
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
	    cmocka_unit_test(test_edges),	  cmocka_unit_test(test_actions), cmocka_unit_test(test_temporary), cmocka_unit_test(test_owed), cmocka_unit_test(test_undo),
		cmocka_unit_test(test_aside_is_not_the_way), cmocka_unit_test(test_aside_entries),     cmocka_unit_test(test_by_hand_verify),
	    cmocka_unit_test(test_back),	  cmocka_unit_test(test_wants),	      cmocka_unit_test(test_no_secret),
	    cmocka_unit_test(test_too_old),	  cmocka_unit_test(test_asked_is_done), cmocka_unit_test(test_order),
	    cmocka_unit_test(test_late_reply),	  cmocka_unit_test(test_not_interactive), cmocka_unit_test(test_round),
	    cmocka_unit_test(test_hold),	  cmocka_unit_test(test_cannot_follow), cmocka_unit_test(test_start),
	    cmocka_unit_test(test_reply_bytes),	  cmocka_unit_test(test_reply_secret), cmocka_unit_test(test_reply_masked), cmocka_unit_test(test_fill),
	    cmocka_unit_test(test_any_shape),	  cmocka_unit_test(test_agreed_time),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
