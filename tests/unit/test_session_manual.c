/* A walk by hand: no link is opened, no request leaves, the record says so and goes on that way; a gate that wants a proof stays shut. */
#include "tests/unit/session_rig.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct by_hand {
	struct ra_flowset *flows;
	struct ra_hub *hub;
	struct ra_session *session;
};

static struct ra_flowset *shipped(void)
{
	char dir[4096];
	const char *dirs[] = {dir, NULL};
	struct ra_flow_sources sources = {.dirs = dirs, .trust_anyone = true};
	struct ra_flowset *flows = NULL;

	snprintf(dir, sizeof(dir), "%s/flows", unit_dir("RA_SRCDIR"));
	assert_int_equal(ra_flowset_load(&sources, &flows, NULL), RA_OK);
	return flows;
}

static void begin(struct by_hand *walk, const char *entry, const char *journal)
{
	struct ra_session_options options = {.host = "root@esx07", .entry = entry, .interactive = true, .manual = true, .until = RA_UTC_NONE,
					     .vcenter = {.url = "vc.example"}, .govc = {.url = "vc.example"}, .journal_path = journal};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	walk->flows = shipped();
	options.flows = walk->flows;
	walk->hub = ra_hub_new(1);
	assert_int_equal(ra_session_new(walk->hub, &options, &walk->session, &errs), RA_OK);
	session_settle(walk->hub);
}

static void end(struct by_hand *walk)
{
	walk->hub = ra_hub_free(walk->hub);
	walk->flows = ra_flowset_free(walk->flows);
}

static bool offers(const struct ra_view *view, const char *id)
{
	for (size_t i = 0; i < view->prompt.option_count; i++)
		if (!strcmp(view->prompt.options[i].id, id))
			return true;
	return false;
}

/* Answer what is asked until a prompt of a scene stands. said: subject and option, in turn; what is not in it is not known. */
static struct ra_view *walk_until(struct by_hand *walk, enum ra_scene scene, const char *const *said)
{
	struct ra_errs errs;

	for (int i = 0; i < 200; i++) {
		struct ra_view *view = session_look(walk->session);
		const char *id = "unknown";

		if (view->prompt.scene == scene || view->prompt.kind == RA_ASK_END)
			return view;
		for (const char *const *word = said; *word; word += 2)
			if (!strcmp(word[0], view->prompt.subject))
				id = word[1];
		ra_errs_clear(&errs);
		if (view->prompt.kind == RA_ASK_GO_ON)
			assert_int_equal(session_say(walk->session, RA_WORD_GO, NULL, &errs), RA_OK);
		else if (view->prompt.kind == RA_ASK_YES_NO)
			assert_int_equal(session_say(walk->session, RA_WORD_YES, NULL, &errs), RA_OK);
		else
			assert_int_equal(session_say(walk->session, RA_WORD_CHOOSE, view->prompt.scene == RA_SCENE_ACT ? "done" : id, &errs), RA_OK);
		ra_view_free(view);
		session_settle(walk->hub);
	}
	fail_msg("nothing moves any more");
	return NULL;
}

static void no_link(void **state)
{
	struct by_hand walk = {0};
	struct pollfd fds[RA_HUB_FDS_MAX];
	int timeout_ms = 0;

	begin(&walk, "kind", NULL);
	struct ra_view *view = session_look(walk.session);

	assert_string_equal(view->source, RA_SOURCE_MANUAL);
	assert_string_equal(view->host, "esx07");
	assert_int_equal(view->prompt.kind, RA_ASK_CHOICE);
	assert_int_equal(view->command_count, 0);
	assert_null(ra_session_vcenter(walk.session).place);
	for (int i = 0; i < RA_PLANE_COUNT; i++)
		assert_false(walk.session->planes[i].given);
	assert_int_equal(walk.hub->link_count, 0);
	assert_int_equal(ra_hub_poll(walk.hub, fds, RA_HUB_FDS_MAX, &timeout_ms), 0);
	ra_view_free(view);
	end(&walk);
}

/* Up to the gate before Secure Boot, on a host that is said to be bound to its TPM. */
static const char *const to_gate[] = {"esxi-version",	   "v8-0-u2",  "host-connection",	 "connected", "host-identity",	       "dell", "secure-boot-state",   "disabled",
				      "secure-boot-can-enable", "can",	  "enter-maintenance-by-hand", "yes",	"maintenance-mode", "yes", NULL};

static void a_gate_stays_shut(void **state)
{
	struct by_hand walk = {0};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	begin(&walk, "status", NULL);
	struct ra_view *view = walk_until(&walk, RA_SCENE_GATE, to_gate);

	assert_int_equal(view->prompt.scene, RA_SCENE_GATE);
	assert_false(offers(view, "key-proven"));
	assert_true(offers(view, "closed"));
	assert_non_null(strstr(view->prompt.hint, "a statement is no proof"));
	ra_view_free(view);
	assert_int_equal(session_say(walk.session, RA_WORD_CHOOSE, "key-proven", &errs), RA_E_DENIED);
	assert_int_equal(session_say(walk.session, RA_WORD_CHOOSE, "closed", &errs), RA_OK);
	session_settle(walk.hub);
	view = session_look(walk.session);
	assert_string_equal(view->outcome_title, "Gate closed");
	ra_view_free(view);
	end(&walk);
}

/* Who cannot see whether a change shows is not asked the same for ever: the verification can be given up. */
static void a_verification_is_given_up(void **state)
{
	const char *said[RA_LEN(to_gate)];
	struct by_hand walk = {0};
	struct ra_errs errs;
	size_t n = 0;

	ra_errs_clear(&errs);
	for (size_t i = 0; to_gate[i]; i += 2)
		if (strcmp(to_gate[i], "maintenance-mode")) {
			said[n++] = to_gate[i];
			said[n++] = to_gate[i + 1];
		}
	said[n] = NULL;
	assert_true(n + 2 == RA_LEN(to_gate) - 1);
	begin(&walk, "status", NULL);
	struct ra_view *view = walk_until(&walk, RA_SCENE_ACT, said);

	assert_string_equal(view->prompt.subject, "enter-maintenance-by-hand");
	ra_view_free(view);
	assert_int_equal(session_say(walk.session, RA_WORD_CHOOSE, "done", &errs), RA_OK);
	for (int i = 0; i < 2; i++) {
		session_settle(walk.hub);
		view = session_look(walk.session);
		assert_string_equal(view->prompt.subject, "maintenance-mode");
		assert_true(offers(view, "unknown"));
		assert_true(view->prompt.may_skip);
		ra_view_free(view);
		assert_int_equal(session_say(walk.session, i ? RA_WORD_SKIP : RA_WORD_CHOOSE, i ? NULL : "unknown", &errs), RA_OK);
	}
	session_settle(walk.hub);
	view = session_look(walk.session);
	assert_string_equal(view->outcome_title, "Not in maintenance mode");
	ra_view_free(view);
	end(&walk);
}

static void it_goes_on_by_hand(void **state)
{
	char dir[] = "/tmp/reattest-hand-XXXXXX", journal[64];
	struct ra_session_options options = {.interactive = true, .until = RA_UTC_NONE, .vcenter = {.url = "vc.example"}};
	struct by_hand walk = {0};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	assert_non_null(mkdtemp(dir));
	snprintf(journal, sizeof(journal), "%s/j.jsonl", dir);
	begin(&walk, "kind", journal);
	assert_int_equal(ra_session_stop(walk.session, "operator", &errs), RA_OK);
	end(&walk);
	walk.flows = shipped();
	options.flows = walk.flows;
	walk.hub = ra_hub_new(1);
	assert_int_equal(ra_session_resume(walk.hub, &options, journal, &walk.session, &errs), RA_OK);
	session_settle(walk.hub);
	struct ra_view *view = session_look(walk.session);

	assert_string_equal(view->source, RA_SOURCE_MANUAL);
	for (int i = 0; i < RA_PLANE_COUNT; i++)
		assert_false(walk.session->planes[i].given);
	ra_view_free(view);
	end(&walk);
	unlink(journal);
	rmdir(dir);
}

static void no_simulated_host(void **state)
{
	const struct rig_host host = {.speed = 1};
	struct ra_recording *recording = session_recording(&host);
	struct ra_flowset *flows = session_flows();
	struct ra_session_options options = {.flows = flows, .recording = recording, .interactive = true, .manual = true, .until = RA_UTC_NONE};
	struct ra_hub *hub = ra_hub_new(1);
	struct ra_session *session = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	assert_int_equal(ra_session_new(hub, &options, &session, &errs), RA_E_ARG);
	ra_hub_free(hub);
	ra_source_free(recording);
	ra_flowset_free(flows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(no_link), cmocka_unit_test(a_gate_stays_shut), cmocka_unit_test(a_verification_is_given_up),
					   cmocka_unit_test(it_goes_on_by_hand),
					   cmocka_unit_test(no_simulated_host)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
