/* The BMC link against a Redfish service of several makers' shapes (tests/peers/bmc-peer.py), over TLS on the loopback. Every test ends by
 * counting sessions: each that was begun is ended, unless the test says why not. */
#include "config.h"

#include "peer.h"

#include "base/io.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REDFISH(name) "{\"redfish\":\"" name "\"}"
#define LOGIN "POST:/redfish/v1/SessionService/Sessions"

static struct peer peer;
static struct ra_link *link_to;

static void begin(const char *flags, const struct peer_want *want)
{
	static struct peer_want with;

	with = want ? *want : (struct peer_want){0};
	with.redfish = true;
	peer_start(&peer, flags);
	link_to = peer_link(&peer, &with);
}

static void give_password(void)
{
	RA_AUTO(ra_secret_free) struct ra_secret *secret = ra_secret_new();

	assert_non_null(secret);
	assert_int_equal(ra_secret_set(secret, "peer-secret-2", strlen("peer-secret-2")), RA_OK);
	link_to->ops->answer(link_to, true, secret);
}

/* One turn of the loop. */
static void turn(void)
{
	struct pollfd fds[RA_LINK_FDS_MAX];
	ra_mono_ms deadline = RA_DEADLINE_NONE, now = ra_mono_now();
	int count = link_to->ops->poll(link_to, fds, &deadline);

	deadline = deadline < now + 1000 ? deadline : now + 1000;
	(void)poll(fds, (nfds_t)count, deadline > now ? (int)(deadline - now) : 0);
	link_to->ops->step(link_to, ra_mono_now());
}

/* Lines of the peer's log of sessions. */
static int told(const char *word)
{
	char *text = peer_changes(&peer), *save = NULL;
	int count = 0;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		count += strcmp(line, word) == 0;
	free(text);
	return count;
}

/* Sessions that were begun and not ended. */
static int told_sessions(void)
{
	return told("begun") - told("ended");
}

/* Close the link; this many sessions were begun, and all of them ended. */
static void end(int sessions)
{
	link_to = ra_link_free(link_to);
	assert_int_equal(told("begun"), sessions);
	assert_int_equal(told("ended"), sessions);
	peer_stop(&peer);
}

/* What stands at a pointer in the answer to a request, as JSON. Owner: caller frees. */
static char *ask(const char *request, const char *pointer)
{
	struct ra_event event = peer_ask(link_to, request);
	RA_AUTO(ra_json_free) struct ra_json *json = NULL;

	if (event.reply.why != RA_LINK_ANSWERED || event.reply.status)
		fail_msg("%s: why %d status %d: %s %s", request, (int)event.reply.why, event.reply.status, event.reply.say,
			 ra_buf_str(&event.reply.err));
	assert_int_equal(ra_json_parse("answer", ra_buf_str(&event.reply.out), event.reply.out.len, NULL, &json, NULL), RA_OK);
	ra_event_clear(&event);
	const cJSON *node = ra_json_pointer(ra_json_root(json), pointer);

	return node ? ra_json_print(node) : strdup("nothing");
}

static void expect(const char *request, const char *pointer, const char *wanted)
{
	char *got = ask(request, pointer);

	if (strcmp(got, wanted) != 0)
		fail_msg("%s%s is %s, expected %s", request, pointer, got, wanted);
	free(got);
}

/* An answer that cannot be used: status 1, and these words in err. */
static void expect_no(const char *request, const char *words)
{
	struct ra_event event = peer_ask(link_to, request);

	if (event.reply.why != RA_LINK_ANSWERED || event.reply.status != 1 || !strstr(ra_buf_str(&event.reply.err), words))
		fail_msg("%s: why %d status %d: %s / %s", request, (int)event.reply.why, event.reply.status, event.reply.say,
			 ra_buf_str(&event.reply.err));
	assert_int_equal(event.reply.out.len, 0);
	ra_event_clear(&event);
}

/* Each maker's BMC: whatever its resources are called, they are found. */
static void test_makers(void **state)
{
	static const struct {
		const char *flags, *model, *tpm, *bios, *pending, *current_boot, *manager, *chassis;
	} rows[] = {
	    {"-shape dell", "\"PowerEdge R750\"", "\"TPM2_0\"", "\"SHA1\"", "{}", "\"Enabled\"", "\"6.00.30.00\"", "\"CNTEST000000001\""},
	    {"-shape hpe", "\"ProLiant DL385 Gen10 Plus v2\"", "\"TPM2_0\"", "nothing", "\"NoAction\"", "\"Enabled\"", "\"iLO 5 v2.72\"", "nothing"},
	    {"-shape lenovo", "\"ThinkSystem SR670 V2\"", "\"TPM2_0\"", "nothing", "\"None\"", "\"Disabled\"", "\"D8E126N\"", "nothing"},
	    {"-shape supermicro", "\"SYS-821GE-TNHR\"", "nothing", "nothing", "nothing", "\"Disabled\"", "\"01.03.19\"", "nothing"},
	    {"-shape cisco", "\"UCSC-C240-M5SN\"", "nothing", "nothing", NULL, "\"Enabled\"", "\"4.2(1c)\"", "nothing"},
	    {"-shape several", "\"SYS-821GE-TNHR\"", "nothing", "nothing", "nothing", "\"Disabled\"", "\"01.03.19\"", "nothing"},
	    {"-shape loose", "\"ThinkSystem SR670 V2\"", "\"TPM2_0\"", "nothing", "\"None\"", "\"Disabled\"", "\"D8E126N\"", "nothing"},
	};

	static const char *const pending_at[] = {"/Attributes", "/Attributes/Tpm2Operation", "/Attributes/TrustedComputingGroup_DeviceOperation",
						 "/Attributes", "", "/Attributes", "/Attributes/TrustedComputingGroup_DeviceOperation"};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		begin(rows[i].flags, NULL);
		expect(REDFISH("system"), "/Model", rows[i].model);
		expect(REDFISH("system"), "/TrustedModules/0/InterfaceType", rows[i].tpm);
		expect(REDFISH("bios"), "/Attributes/Tpm2Algorithm", rows[i].bios);
		if (rows[i].pending)
			expect(REDFISH("pending"), pending_at[i], rows[i].pending);
		else
			peer_expect_why(link_to, REDFISH("pending"), RA_LINK_NO_REQUEST, "shows no settings that wait for the next start");
		expect(REDFISH("secureboot"), "/SecureBootCurrentBoot", rows[i].current_boot);
		expect(REDFISH("manager"), "/FirmwareVersion", rows[i].manager);
		expect(REDFISH("chassis"), "/SerialNumber", rows[i].chassis);
		expect(REDFISH("root"), "/Id", "\"v1\"");
		assert_string_equal(peer_cert + strlen("SHA256:"), peer.thumb);
		end(1);
	}
}

/* What a BMC has to do: a maker's own list or the standard's, with the members in it or read one by one. */
static void test_jobs(void **state)
{
	static const struct {
		const char *flags, *state, *say;
		int reads; /* of single members */
	} rows[] = {
	    {"-shape dell -scenario jobs", "waiting", "JID_000000000004, Configure: BIOS.Setup.1-1: Scheduled: Task successfully scheduled.", 1},
	    {"-shape dell -scenario jobs,expand", "waiting", "JID_000000000004, Configure: BIOS.Setup.1-1: Scheduled: Task successfully scheduled.", 0},
	    {"-shape dell -scenario jobs,noexpand", "waiting", "JID_000000000004, Configure: BIOS.Setup.1-1: Scheduled: Task successfully scheduled.", 1},
	    {"-shape dell -scenario jobfailed,expand", "failed", "JID_000000000004, Configure: BIOS.Setup.1-1: Failed: Unable to complete the operation.", 0},
	    /* a session that ends between two members is renewed, a member that is gone is one that is left out */
	    {"-shape dell -scenario jobs,expire -uses 5", "waiting", "JID_000000000004, Configure: BIOS.Setup.1-1: Scheduled: Task successfully scheduled.", 1},
	    {"-shape hpe -scenario jobs,expand", "waiting", "7, Task 7: Pending: It waits for a restart.", 0},
	    {"-shape lenovo -scenario jobs", "waiting", "7, Task 7: Pending: It waits for a restart.", 1},
	    {"-shape supermicro -scenario jobfailed", "failed", "7, Task 7: Exception: It went wrong.", 1},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		bool dell = strstr(rows[i].flags, "dell") != NULL;
		char *told, wanted[200];

		begin(rows[i].flags, NULL);
		told = ask(REDFISH("jobs"), dell ? "/jobs/2" : "/jobs/0");
		snprintf(wanted, sizeof(wanted), "{\"about\":\"settings\",\"state\":\"%s\",\"say\":\"%s\"}", rows[i].state, rows[i].say);
		if (strcmp(told, wanted))
			fail_msg("%s: %s", rows[i].flags, told);
		free(told);
		expect(REDFISH("jobs"), "/left", "0");
		if (dell)
			expect(REDFISH("jobs"), "/jobs/0/state", "\"past\"");
		if (dell && !strstr(rows[i].flags, "expire"))
			assert_int_equal(
			    peer_calls(&peer, "GET:/redfish/v1/Managers/iDRAC.Embedded.1/Oem/Dell/Jobs/JID_000000000004"), rows[i].reads * 3);
		link_to = ra_link_free(link_to);
		assert_int_equal(told_sessions(), 0);
		peer_stop(&peer);
	}
	begin("-shape dell", NULL);
	peer_expect_why(link_to, REDFISH("jobs"), RA_LINK_NO_REQUEST, "it has no job service");
	end(1);
	begin("-shape dell -scenario jobs,gone -on JID_000000000004 -uses 0", NULL);
	expect(REDFISH("jobs"), "/jobs/2", "nothing");
	expect(REDFISH("jobs"), "/left", "1");
	end(1);
}

/* The TPM as a trusted component: by the system, by the chassis, or not at all. */
static void test_trusted(void **state)
{
	(void)state;
	begin("-shape dell -scenario trusted", NULL);
	expect(REDFISH("trusted"), "/TrustedComponentType", "\"Discrete\"");
	end(1);
	begin("-shape supermicro -scenario incase", NULL);
	expect(REDFISH("trusted"), "/Id", "\"TPM\"");
	end(1);
	begin("-shape supermicro", NULL);
	peer_expect_why(link_to, REDFISH("trusted"), RA_LINK_NO_REQUEST, "it names no trusted components");
	expect(REDFISH("system"), "/Model", "\"SYS-821GE-TNHR\"");
	end(1);
}

/* Step until there is a reply, whosever; the password is given when it is asked for. */
static struct ra_event any_reply(void)
{
	ra_mono_ms bound = ra_mono_now() + 30000;
	struct ra_event event = {0};

	while (event.kind != RA_EV_REPLY && ra_mono_now() < bound) {
		ra_event_clear(&event);
		link_to->ops->next(link_to, &event);
		if (event.kind == RA_EV_NEED)
			give_password();
		if (event.kind == RA_EV_NONE)
			turn();
	}
	assert_int_equal(event.kind, RA_EV_REPLY);
	return event;
}

/* What is known of the way is not asked again, and those who ask the same at once are answered by one read. */
static void test_few_reads(void **state)
{
	(void)state;
	begin("-shape dell", NULL);
	for (uint64_t id = 1; id <= 5; id++)
		peer_submit(link_to, id, NULL, id == 3 ? REDFISH("secureboot") : REDFISH("system"));
	for (int i = 0; i < 5; i++) {
		static const uint64_t order[] = {1, 2, 4, 5, 3};
		struct ra_event event = any_reply();

		assert_int_equal(event.reply.ticket, order[i]);
		assert_int_equal(event.reply.why, RA_LINK_ANSWERED);
		assert_true(event.reply.sent && event.reply.sent_at != RA_UTC_NONE && event.reply.came_at >= event.reply.sent_at);
		ra_event_clear(&event);
	}
	assert_int_equal(peer_calls(&peer, "GET:/redfish/v1/Systems/System.Embedded.1"), 1);
	expect(REDFISH("bios"), "/Attributes/TpmSecurity", "\"On\"");
	assert_int_equal(peer_calls(&peer, "GET:/redfish/v1/Systems"), 1);
	assert_int_equal(peer_calls(&peer, "GET:/redfish/v1/Systems/System.Embedded.1"), 1);
	assert_int_equal(peer_calls(&peer, LOGIN), 1);
	end(1);
}

/* Which of several is meant is a matter of what they are, or it is not told. */
static void test_which_is_meant(void **state)
{
	(void)state;
	begin("-shape twins", NULL);
	peer_expect_why(link_to, REDFISH("system"), RA_LINK_NO_REQUEST, "several computer systems, and which of them is meant cannot be told");
	peer_expect_why(link_to, REDFISH("bios"), RA_LINK_NO_REQUEST, "several computer systems");
	expect(REDFISH("manager"), "/FirmwareVersion", "\"01.03.19\"");
	end(1);
	begin("-scenario foreign -on /Systems", NULL);
	peer_expect_why(link_to, REDFISH("system"), RA_LINK_NO_REQUEST, "it shows no computer system");
	end(1);
	begin("-scenario foreign -on v1/", NULL);
	peer_expect_why(link_to, REDFISH("bios"), RA_LINK_NO_REQUEST, "it names no computer systems");
	assert_int_equal(peer_calls(&peer, NULL), 3); /* the root, the login, the root anew */
	end(1);
}

static void test_requests_refused(void **state)
{
	static const char *const rows[] = {REDFISH("settings"), REDFISH("systems"), "{\"redfish\":7}", "{\"property\":\"name\"}",
					   "{\"run\":[\"date\"]}", "{}"};

	(void)state;
	begin("", NULL);
	for (size_t i = 0; i < RA_LEN(rows); i++)
		peer_expect_why(link_to, rows[i], RA_LINK_NO_REQUEST, "cannot be asked this way");
	peer_change(link_to, 1, NULL, REDFISH("system"));
	struct ra_event event = peer_reply(link_to, 1);

	assert_int_equal(event.reply.why, RA_LINK_NO_REQUEST);
	assert_false(event.reply.sent);
	ra_event_clear(&event);
	end(0);
}

/* Every way a session can be begun. */
static void test_logins(void **state)
{
	static const struct {
		const char *flags;
		int sessions;
	} rows[] = {
	    {"-scenario absolute", 1}, {"-scenario oldlogin", 1}, {"-scenario lockedroot", 1}, {"-scenario nosessions", 0},
	    {"-scenario full", 0},     {"-scenario awaylogin", 1},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		begin(rows[i].flags, NULL);
		expect(REDFISH("system"), "/PowerState", "\"On\"");
		expect(REDFISH("bios"), "/Attributes/TpmSecurity", "\"On\"");
		assert_int_equal(peer_calls(&peer, LOGIN), 1);
		end(rows[i].sessions);
	}
}

static void test_wrong_password(void **state)
{
	static const struct peer_want wrong = {.password = "of-another-test"};
	static const struct {
		const char *flags, *words;
	} rows[] = {
	    {"", "refuses the user name or the password: There is no valid session"},
	    {"-scenario plain401", "refuses the user name or the password. Nothing more is tried"},
	    {"-scenario ilologin", "the supplied credentials could not be authorized. Nothing more is tried"},
	    {"-scenario nosessions", "refuses the user name or the password"},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		begin(rows[i].flags, &wrong);
		for (int k = 0; k < 3; k++)
			peer_expect_why(link_to, REDFISH("system"), RA_LINK_REFUSED, rows[i].words);
		assert_int_equal(peer_calls(&peer, LOGIN), 1);
		assert_int_equal(peer_needs, 1);
		assert_string_equal(peer_cert, ""); /* it was never up */
		assert_null(strstr(peer_state_say, wrong.password));
		end(0);
	}
	begin("", &(struct peer_want){.no_password = true});
	peer_expect_why(link_to, REDFISH("system"), RA_LINK_REFUSED, "no password was given");
	end(0);
	begin("", &(struct peer_want){.user = ""});
	expect(REDFISH("system"), "/PowerState", "\"On\"");
	assert_int_equal(peer_needs, 2);
	end(1);
}

static void test_login_without_session(void **state)
{
	(void)state;
	begin("-scenario notoken", NULL);
	peer_expect_why(link_to, REDFISH("system"), RA_LINK_UNREACHABLE, "the login brought no session (HTTP 201)");
	link_to = ra_link_free(link_to);
	peer_stop(&peer); /* a session nobody can end: its token was never told */
	begin("-scenario cutlogin", NULL);
	peer_expect_why(link_to, REDFISH("system"), RA_LINK_UNREACHABLE, "lost before an answer came");
	assert_int_equal(told("begun"), 1);
	/* Whoever waits for a BMC asks again and again: no password goes with each of it. */
	peer_expect_why(link_to, REDFISH("system"), RA_LINK_REFUSED, "2 logins in a row brought no session");
	peer_expect_why(link_to, REDFISH("system"), RA_LINK_REFUSED, "2 logins in a row brought no session");
	assert_int_equal(told("begun"), 2);
	link_to = ra_link_free(link_to);
	peer_stop(&peer);
}

/* A session that expired is begun anew, once for each read; a BMC that ends each at once brings no end of logins. */
static void test_expired(void **state)
{
	(void)state;
	begin("-scenario expire -uses 2", NULL);
	for (int i = 0; i < 4; i++)
		expect(REDFISH("system"), "/PowerState", "\"On\"");
	link_to = ra_link_free(link_to);
	assert_int_equal(told("begun"), peer_calls(&peer, LOGIN));
	assert_true(told("begun") >= 3);
	assert_int_equal(told("begun"), told("ended"));
	peer_stop(&peer);
	begin("-scenario restless", NULL);
	peer_expect_why(link_to, REDFISH("system"), RA_LINK_REFUSED, "There is no valid session");
	assert_int_equal(peer_calls(&peer, LOGIN), 2);
	end(2);
}

/* The certificate: verified, pinned, asked about; before that no byte of a password leaves. */
static void test_certificates(void **state)
{
	static const struct peer_want asks = {.no_ca = true}, refuses = {.no_ca = true, .refuse_cert = true};

	(void)state;
	begin("-selfsigned", &asks);
	expect(REDFISH("system"), "/PowerState", "\"On\"");
	assert_non_null(strstr(peer_certificate, peer.thumb));
	assert_int_equal(peer_needs, 2);
	link_to = ra_link_free(link_to);
	link_to = peer_link(&peer, &(struct peer_want){.no_ca = true, .redfish = true}); /* known by its thumbprint now */
	expect(REDFISH("system"), "/PowerState", "\"On\"");
	assert_int_equal(peer_needs, 1);
	end(2);
	begin("-selfsigned", &refuses);
	peer_expect_why(link_to, REDFISH("system"), RA_LINK_REFUSED, "certificate was not accepted; nothing was sent");
	peer_expect_why(link_to, REDFISH("system"), RA_LINK_REFUSED, peer.thumb);
	peer_expect_why(link_to, REDFISH("system"), RA_LINK_REFUSED, "--ca-file");
	assert_int_equal(peer_calls(&peer, NULL), 0);
	end(0);
	begin("-selfsigned", &(struct peer_want){.insecure = true});
	expect(REDFISH("system"), "/PowerState", "\"On\"");
	assert_non_null(strstr(peer_state_say, "the BMC's certificate was not checked"));
	end(1);
}

static void test_redirects(void **state)
{
	(void)state;
	begin("-scenario moved -on /Systems", NULL);
	expect(REDFISH("system"), "/PowerState", "\"On\"");
	assert_int_equal(peer_calls(&peer, "GET:/redfish/v1/Systems/"), 1);
	end(1);
	begin("-scenario loop -on /Bios", NULL);
	expect_no(REDFISH("bios"), "it sends to another place, where it is not followed (HTTP 302)");
	assert_int_equal(peer_calls(&peer, "GET:/redfish/v1/Systems/System.Embedded.1/Bios"), 4);
	expect(REDFISH("system"), "/PowerState", "\"On\"");
	end(1);
	begin("-scenario away -on /Bios", NULL);
	expect_no(REDFISH("bios"), "it sends to another place, where it is not followed (HTTP 302)");
	assert_int_equal(peer_calls(&peer, "GET:/redfish/v1/Systems/System.Embedded.1/Bios"), 1);
	end(1);
	begin("-scenario away -on v1/", NULL);
	peer_expect_why(link_to, REDFISH("bios"), RA_LINK_UNREACHABLE, "This is no BMC with Redfish");
	assert_int_equal(peer_calls(&peer, NULL), 1);
	end(0);
}

/* Errors of every shape, each as one sentence with its reason; what is asked next is answered. */
static void test_errors(void **state)
{
	static const struct {
		const char *scenario;
		enum ra_link_why why;
		const char *words;
	} rows[] = {
	    {"error200", RA_LINK_ANSWERED, "(HTTP 200): Unable to get the attribute value because it depends on other attribute(s)."},
	    {"errobject", RA_LINK_NO_REQUEST, "no such resource (HTTP 404): failed: Request URI: /redfish/v1/Systems/System.Embedded.1/Bios is invalid"},
	    {"erridonly", RA_LINK_REFUSED, "(HTTP 403): The account or credentials associated with the current session are not authorized"},
	    {"errold", RA_LINK_NO_REQUEST, "(HTTP 404): The requested resource of type Bios named 1 was not found."},
	    {"busy", RA_LINK_UNREACHABLE, "(HTTP 503): The service is temporarily unavailable. Retry in 30 seconds."},
	    {"gone -uses 0", RA_LINK_NO_REQUEST, "no such resource (HTTP 404): The resource at the URI was not found."},
	    {"html", RA_LINK_ANSWERED, "what it answers is no resource (text/html)"},
	    {"empty", RA_LINK_ANSWERED, "what it answers is no resource (of no type)"},
	    {"deep", RA_LINK_ANSWERED, "nest"},
	    {"twice", RA_LINK_ANSWERED, "PowerState"},
	    {"badgzip", RA_LINK_CUT, "the answer's compression is broken"},
	    {"huge", RA_LINK_CUT, "its answer is longer than the cap"},
	    {"bomb", RA_LINK_CUT, "its answer is longer than the cap"},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char flags[80];

		snprintf(flags, sizeof(flags), "-on 1/Bios -scenario %s", rows[i].scenario);
		begin(flags, NULL);
		if (rows[i].why == RA_LINK_ANSWERED)
			expect_no(REDFISH("bios"), rows[i].words);
		else
			peer_expect_why(link_to, REDFISH("bios"), rows[i].why, rows[i].words);
		if (strcmp(rows[i].scenario, "badgzip") != 0)
			expect(REDFISH("system"), "/PowerState", "\"On\"");
		end(1);
	}
}

/* A resource that moved is looked for from the root on, once. */
static void test_retraced(void **state)
{
	(void)state;
	begin("-scenario gone -on 1/Bios -uses 2", NULL);
	expect(REDFISH("bios"), "/Id", "\"Bios\"");
	expect(REDFISH("bios"), "/Id", "\"Bios\"");
	peer_expect_why(link_to, REDFISH("bios"), RA_LINK_NO_REQUEST, "no such resource (HTTP 404)");
	assert_int_equal(peer_calls(&peer, "GET:/redfish/v1/Systems/System.Embedded.1/Bios"), 4);
	assert_int_equal(peer_calls(&peer, "GET:/redfish/v1/Systems"), 2);
	end(1);
}

/* A connection that is lost: a read goes once more; a server that drops every one brings the link down, and its session is ended. */
static void test_lost(void **state)
{
	(void)state;
	begin("-scenario drop -on 1/Bios -times 1", NULL);
	expect(REDFISH("bios"), "/Id", "\"Bios\"");
	end(1);
	begin("-scenario drop -on 1/Bios", NULL);
	peer_expect_why(link_to, REDFISH("bios"), RA_LINK_CUT, "lost in the middle of the answer");
	assert_int_equal(peer_calls(&peer, "GET:/redfish/v1/Systems/System.Embedded.1/Bios"), 2);
	expect(REDFISH("system"), "/PowerState", "\"On\"");
	end(2);
	begin("-scenario html -on v1/", NULL);
	peer_expect_why(link_to, REDFISH("system"), RA_LINK_UNREACHABLE, "This is no BMC with Redfish");
	end(0);
	begin("-scenario notredfish", NULL);
	peer_expect_why(link_to, REDFISH("system"), RA_LINK_UNREACHABLE, "This is no BMC with Redfish");
	assert_int_equal(peer_calls(&peer, LOGIN), 0);
	end(0);
}

/* Time counts from sending; what nobody waits for any more is given up, and the next is answered. */
static void test_slow(void **state)
{
	struct ra_ticket ticket = {.id = 1, .request = REDFISH("bios"), .timeout_ms = 300, .cap_len = 1 << 20};
	struct ra_event event;

	(void)state;
	begin("-scenario slow -on 1/Bios -delay 5000", NULL);
	expect(REDFISH("system"), "/PowerState", "\"On\"");
	assert_int_equal(link_to->ops->submit(link_to, &ticket, NULL), RA_OK);
	event = peer_reply(link_to, 1);
	assert_int_equal(event.reply.why, RA_LINK_TIMEOUT);
	ra_event_clear(&event);
	expect(REDFISH("secureboot"), "/SecureBootMode", "\"DeployedMode\"");
	ticket.timeout_ms = 20000;
	assert_int_equal(link_to->ops->submit(link_to, &ticket, NULL), RA_OK);
	link_to->ops->step(link_to, ra_mono_now());
	link_to->ops->cancel(link_to, 1);
	event = peer_reply(link_to, 1);
	assert_int_equal(event.reply.why, RA_LINK_CANCELLED);
	ra_event_clear(&event);
	expect(REDFISH("system"), "/PowerState", "\"On\"");
	/* Closed in the middle of a read. */
	assert_int_equal(link_to->ops->submit(link_to, &ticket, NULL), RA_OK);
	link_to->ops->step(link_to, ra_mono_now());
	end(1);
}

/* Closed while the login is under way: its session, too, is ended. */
static void test_closed_in_login(void **state)
{
	ra_mono_ms bound = ra_mono_now() + 20000;

	(void)state;
	begin("", NULL);
	peer_submit(link_to, 1, NULL, REDFISH("system"));
	for (struct ra_event event = {0}; event.kind != RA_EV_NEED && ra_mono_now() < bound;) {
		turn();
		ra_event_clear(&event);
		link_to->ops->next(link_to, &event);
	}
	give_password();
	link_to->ops->step(link_to, ra_mono_now());
	end(1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_makers), cmocka_unit_test(test_jobs), cmocka_unit_test(test_trusted),	   cmocka_unit_test(test_few_reads),	     cmocka_unit_test(test_which_is_meant),
	    cmocka_unit_test(test_requests_refused), cmocka_unit_test(test_logins),	     cmocka_unit_test(test_wrong_password),
	    cmocka_unit_test(test_login_without_session), cmocka_unit_test(test_expired), cmocka_unit_test(test_certificates),
	    cmocka_unit_test(test_redirects),	   cmocka_unit_test(test_errors),	     cmocka_unit_test(test_retraced),
	    cmocka_unit_test(test_lost),	   cmocka_unit_test(test_slow),		     cmocka_unit_test(test_closed_in_login),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
