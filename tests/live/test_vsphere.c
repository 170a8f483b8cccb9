/* The vCenter link against a peer that speaks vim25 (tests/peers), over TLS on the loopback. */
#include "config.h"

#include "peer.h"

#include <poll.h>
#include <signal.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct peer peer;
static struct ra_link *link_to;

static void begin(const char *flags, const struct peer_want *want)
{
	peer_start(&peer, flags);
	link_to = peer_link(&peer, want);
}

static void end(void)
{
	link_to = ra_link_free(link_to);
	peer_stop(&peer);
}

static void expect_changes(const char *wanted)
{
	char *changes = peer_changes(&peer);

	assert_string_equal(changes, wanted);
	free(changes);
}

static void test_reads(void **state)
{
	static const struct {
		const char *request, *json;
	} rows[] = {
	    {PROPERTY("host"), "{\"found\":\"one\",\"name\":\"esx01.lab.example\",\"id\":\"host-1001\",\"by\":\"name\"}"},
	    {PROPERTY("name"), "\"esx01.lab.example\""},
	    {PROPERTY("capability.tpmSupported"), "true"},
	    {PROPERTY("capability.tpmVersion"), "\"2.0\""},
	    {PROPERTY("runtime.connectionState"), "\"connected\""},
	    {PROPERTY("config.lockdownMode"), "\"lockdownDisabled\""},
	    {PROPERTY("triggeredAlarmState"), "[]"},
	    {PROPERTY("recentTask"), "[]"},
	    {PROPERTY("summary.runtime.stateEncryption"),
	     "{\"protectionMode\":\"tpm\",\"requireSecureBoot\":true,\"requireExecInstalledOnly\":false}"},
	    {PROPERTY("parent"),
	     "{\"type\":\"ClusterComputeResource\",\"name\":\"prod-a\",\"hosts\":3,\"ha\":true,\"drs\":true,\"vsan\":false,\"image\":false,\"config_profile\":false}"},
	    {PROPERTY("keyProviders"),
	     "[{\"id\":\"native-lab\",\"type\":\"nativeProvider\",\"default\":true,\"has_backup\":true,\"tpm_required\":true},"
	     "{\"id\":\"kms-lab\",\"type\":\"vCenter\",\"default\":false}]"},
	    {"{\"esxcli\":[\"software\",\"acceptance\",\"get\"]}", "\"PartnerSupported\""},
	};

	(void)state;
	begin("-vms 3 -hosts 3", NULL);
	for (size_t i = 0; i < RA_LEN(rows); i++)
		peer_expect(link_to, rows[i].request, rows[i].json);
	assert_int_equal(peer_calls(&peer, "Login"), 1);
	assert_string_equal(peer_cert + strlen("SHA256:"), peer.thumb);
	link_to = ra_link_free(link_to);
	assert_int_equal(peer_calls(&peer, "Logout"), 1);
	end();
}

/* An answer that holds this, somewhere. */
static void expect_part(const char *request, const char *part)
{
	struct ra_event event = peer_ask(link_to, request);

	assert_int_equal(event.reply.why, RA_LINK_ANSWERED);
	assert_int_equal(event.reply.status, 0);
	if (!strstr(ra_buf_str(&event.reply.out), part))
		fail_msg("%s: %s is not in %.4000s", request, part, ra_buf_str(&event.reply.out));
	ra_event_clear(&event);
}

static void test_bytes_and_kinds(void **state)
{
	(void)state;
	begin("", NULL);
	expect_part(PROPERTY("config.certificate"), "\"-----BEGIN CERTIFICATE-----\\n");
	expect_part(PROPERTY("certificate"), "[\"-----BEGIN CERTIFICATE-----\\n");
	expect_part(CALL("QueryTpmAttestationReport"), "\"tpmLogReliable\":true");
	expect_part(CALL("QueryTpmAttestationReport"), "{\"digestMethod\":\"SHA256\",\"digestValue\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"pcrNumber\":0}");
	expect_part(CALL("QueryTpmAttestationReport"), "\"_type\":\"HostTpmSoftwareComponentEventDetails\"");
	expect_part("{\"rest\":\"tpm\"}", "\"banks\":[\"SHA256\"]");
	expect_part("{\"esxcli\":[\"software\",\"vib\",\"list\"]}", "\"Name\":\"tpmdriver\"");
	link_to = ra_link_free(link_to);
	assert_int_equal(peer_calls(&peer, "DELETE:/api/session"), 1);
	end();
}

/* Questions that come together share one REST session, which is ended with the link. */
static void test_one_rest_session(void **state)
{
	(void)state;
	begin("-hosts 3", NULL);
	peer_submit(link_to, 1, ESX01, "{\"rest\":\"tpm\"}");
	peer_submit(link_to, 2, "esx02", "{\"rest\":\"tpm\"}");
	peer_submit(link_to, 3, "esx03", "{\"rest\":\"tpm\"}");
	struct ra_event event = peer_reply(link_to, 3);

	assert_int_equal(event.reply.why, RA_LINK_ANSWERED);
	ra_event_clear(&event);
	expect_part("{\"rest\":\"tpm\"}", "\"banks\":[\"SHA256\"]");
	assert_int_equal(peer_calls(&peer, "POST:/api/session"), 1);
	link_to = ra_link_free(link_to);
	assert_int_equal(peer_calls(&peer, "DELETE:/api/session"), 1);
	end();
}

/* A host that is disconnected takes along what runs on it: which machines others depend on is told from their addresses. */
static void test_what_others_depend_on(void **state)
{
	(void)state;
	begin("-vms 1 -scenario selfhosted", NULL);
	expect_part(PROPERTY("vm"), "\"name\":\"vcsa\",\"power\":\"poweredOn\",\"ft\":\"notConfigured\",\"serves\":[\"vcenter\"]");
	expect_part(PROPERTY("vm"), "\"name\":\"kms01\",\"power\":\"poweredOn\",\"ft\":\"notConfigured\",\"serves\":[\"key server\"]");
	expect_part(PROPERTY("vm"), "\"name\":\"dns01\",\"power\":\"poweredOn\",\"ft\":\"notConfigured\",\"serves\":[\"dns\"]");
	expect_part(PROPERTY("vm"), "\"serves\":[]");
	end();
}

/* A whole report as it came from a vCenter is in hand when the briefing is; here every kind of event must survive by its name. */
static void test_hosts_are_found(void **state)
{
	static const struct {
		const char *target, *part;
	} rows[] = {
	    {"esx02", "\"name\":\"esx02.lab.example\",\"id\":\"host-1002\",\"by\":\"name\""},
	    {"ESX02.LAB.EXAMPLE", "\"id\":\"host-1002\""},
	    {"10.0.0.12", "\"id\":\"host-1002\",\"by\":\"address\""},
	    {"4C4C4544-0000-1031-8031-000000000002", "\"id\":\"host-1002\",\"by\":\"uuid\""},
	    {"esx09.lab.example", "{\"found\":\"none\"}"},
	    {"10.9.9.9", "{\"found\":\"none\"}"},
	    {"esx0", "{\"found\":\"none\"}"},
	};
	uint64_t id = 10;

	(void)state;
	begin("-hosts 3", NULL);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		peer_submit(link_to, id, rows[i].target, PROPERTY("host"));
		struct ra_event event = peer_reply(link_to, id++);

		if (!strstr(ra_buf_str(&event.reply.out), rows[i].part))
			fail_msg("%s: %s", rows[i].target, ra_buf_str(&event.reply.out));
		ra_event_clear(&event);
	}
	peer_submit(link_to, id, "esx09.lab.example", PROPERTY("name"));
	struct ra_event event = peer_reply(link_to, id);

	assert_int_equal(event.reply.why, RA_LINK_NO_REQUEST);
	assert_non_null(strstr(event.reply.say, "no host in its inventory is called esx09.lab.example"));
	ra_event_clear(&event);
	end();
}

/* Not allowed to look is not "none". */
static void test_a_search_refused(void **state)
{
	(void)state;
	begin("-scenario nosearch", NULL);
	for (uint64_t id = 5; id < 7; id++) {
		peer_submit(link_to, id, "10.9.9.9", PROPERTY("host"));
		struct ra_event event = peer_reply(link_to, id);

		assert_int_equal(event.reply.why, RA_LINK_REFUSED);
		ra_event_clear(&event);
	}
	peer_expect(link_to, PROPERTY("name"), "\"" ESX01 "\"");
	end();
}

static void test_two_hosts_of_one_name(void **state)
{
	(void)state;
	begin("-hosts 2 -scenario ambiguous", NULL);
	peer_submit(link_to, 5, "esx01", PROPERTY("host"));
	struct ra_event event = peer_reply(link_to, 5);

	assert_non_null(strstr(ra_buf_str(&event.reply.out), "\"found\":\"many\",\"matches\":[\"esx01."));
	ra_event_clear(&event);
	peer_submit(link_to, 6, "esx01", PROPERTY("runtime.connectionState"));
	event = peer_reply(link_to, 6);
	assert_int_equal(event.reply.why, RA_LINK_NO_REQUEST);
	assert_non_null(strstr(event.reply.say, "several hosts"));
	ra_event_clear(&event);
	end();
}

/* The status of 500 hosts: one login, two requests (which hosts, and all of their properties), whatever the number. */
static void test_many_hosts_in_one_question(void **state)
{
	char target[64];
	int before;

	(void)state;
	begin("-hosts 500", NULL);
	for (uint64_t i = 1; i <= 500; i++) {
		snprintf(target, sizeof(target), "esx%02d.lab.example", (int)i);
		peer_submit(link_to, 2 * i, target, PROPERTY("summary.tpmAttestation"));
		peer_submit(link_to, 2 * i + 1, target, PROPERTY("runtime.bootTime"));
	}
	before = peer_calls(&peer, NULL);
	for (uint64_t i = 1001; i >= 2; i--) {
		struct ra_event event = peer_reply(link_to, i == 1001 ? 1001 : i);

		assert_int_equal(event.reply.why, RA_LINK_ANSWERED);
		ra_event_clear(&event);
		if (i == 1001)
			break;
	}
	assert_int_equal(before, 0);
	assert_int_equal(peer_calls(&peer, "Login"), 1);
	assert_int_equal(peer_calls(&peer, "RetrievePropertiesEx"), 2);
	assert_int_equal(peer_calls(&peer, NULL), 4);
	end();
}

static void test_pages(void **state)
{
	(void)state;
	begin("-hosts 25 -page 4", NULL);
	peer_submit(link_to, 3, "esx25.lab.example", PROPERTY("host"));
	struct ra_event event = peer_reply(link_to, 3);

	assert_non_null(strstr(ra_buf_str(&event.reply.out), "\"id\":\"host-1025\""));
	ra_event_clear(&event);
	assert_int_equal(peer_calls(&peer, "ContinueRetrievePropertiesEx"), 6);
	expect_part(PROPERTY("siblings"), "\"esx25.lab.example\"");
	end();
}

/* vCenters of every age, each answering an unknown path in either way. */
static void test_versions(void **state)
{
	static const struct {
		const char *flags, *request;
		enum ra_link_why why;
	} rows[] = {
	    {"-api-version 6.7", PROPERTY("summary.tpmAttestation"), RA_LINK_ANSWERED},
	    {"-api-version 6.5", PROPERTY("runtime.connectionState"), RA_LINK_ANSWERED},
	    {"-api-version 6.7 -badpath fault", PROPERTY("summary.runtime.stateEncryption"), RA_LINK_NO_REQUEST},
	    {"-api-version 6.7 -badpath missing", PROPERTY("summary.runtime.stateEncryption"), RA_LINK_NO_REQUEST},
	    {"-api-version 7.0.3.0", PROPERTY("summary.runtime.stateEncryption"), RA_LINK_ANSWERED},
	    {"-api-version 9.0.0.0", PROPERTY("summary.runtime.stateEncryption"), RA_LINK_ANSWERED},
	    {"-api-version 7.0.3.0", "{\"rest\":\"tpm\"}", RA_LINK_NO_REQUEST},
	    {"-esx", PROPERTY("runtime.bootTime"), RA_LINK_ANSWERED},
	    {"-esx", "{\"rest\":\"tpm\"}", RA_LINK_NO_REQUEST},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		begin(rows[i].flags, NULL);
		struct ra_event event = peer_ask(link_to, rows[i].request);

		if (event.reply.why != rows[i].why)
			fail_msg("%s %s: why %d, %s", rows[i].flags, rows[i].request, (int)event.reply.why, event.reply.say);
		ra_event_clear(&event);
		end();
	}
}

/* One unknown path among known ones costs only itself. */
static void test_unknown_property_costs_itself(void **state)
{
	static const char *const modes[] = {"-api-version 6.7 -badpath fault", "-api-version 6.7 -badpath missing"};

	(void)state;
	for (size_t i = 0; i < RA_LEN(modes); i++) {
		begin(modes[i], NULL);
		peer_submit(link_to, 1, ESX01, PROPERTY("summary.runtime.stateEncryption"));
		peer_submit(link_to, 2, ESX01, PROPERTY("runtime.connectionState"));
		peer_submit(link_to, 3, ESX01, PROPERTY("summary.tpmAttestation"));
		struct ra_event last = peer_reply(link_to, 3);

		assert_int_equal(last.reply.why, RA_LINK_ANSWERED);
		assert_int_equal(last.reply.status, 0);
		ra_event_clear(&last);
		assert_int_equal(peer_calls(&peer, "RetrievePropertiesEx"), i == 0 ? 3 : 2);
		end();
	}
}

static void test_since_is_not_asked(void **state)
{
	struct ra_ticket ticket = {.id = 7, .request = PROPERTY("summary.runtime.stateEncryption"), .target = ESX01, .since = "7.0.3", .timeout_ms = 20000, .cap_len = 65536};

	(void)state;
	begin("-api-version 7.0.1.0", NULL);
	assert_int_equal(link_to->ops->submit(link_to, &ticket, NULL), RA_OK);
	struct ra_event event = peer_reply(link_to, 7);

	assert_int_equal(event.reply.why, RA_LINK_NO_REQUEST);
	assert_non_null(strstr(event.reply.say, "speaks API 7.0.1.0; what is asked came with 7.0.3"));
	ra_event_clear(&event);
	assert_int_equal(peer_calls(&peer, "RetrievePropertiesEx"), 0);
	end();
}

static void test_what_is_missing(void **state)
{
	(void)state;
	begin("-scenario norecord", NULL);
	peer_expect(link_to, PROPERTY("summary.tpmAttestation"), "null");
	end();
	begin("-scenario notpm", NULL);
	peer_expect(link_to, PROPERTY("capability.tpmSupported"), "false");
	peer_expect(link_to, PROPERTY("capability.tpmVersion"), "null");
	end();
	begin("-scenario nopermission", NULL);
	peer_expect_why(link_to, PROPERTY("capability.tpmVersion"), RA_LINK_REFUSED, "this user lacks a privilege: capability.tpmVersion (NoPermission)");
	peer_expect(link_to, PROPERTY("runtime.connectionState"), "\"connected\"");
	end();
	/* A task or an alarm nobody may look at is not one that is not there. */
	begin("-scenario failed,tasks,unnamed", NULL);
	peer_expect_why(link_to, PROPERTY("recentTask"), RA_LINK_REFUSED, "this user lacks a privilege: info (NoPermission)");
	peer_expect_why(link_to, PROPERTY("triggeredAlarmState"), RA_LINK_REFUSED, "this user lacks a privilege: info.name (NoPermission)");
	end();
	begin("-scenario reportfault", NULL);
	peer_expect_why(link_to, CALL("QueryTpmAttestationReport"), RA_LINK_NO_REQUEST, "NotSupported");
	end();
	begin("-scenario failed", NULL);
	expect_part(PROPERTY("summary.tpmAttestation"), "\"message\":\"Host secure boot was disabled\"");
	expect_part(PROPERTY("triggeredAlarmState"), "[\"red Host TPM attestation alarm\"]");
	end();
}

static void test_login(void **state)
{
	(void)state;
	begin("", &(struct peer_want){.password = "wrong & <password>"});
	peer_expect_why(link_to, PROPERTY("name"), RA_LINK_REFUSED, "refuses the user name or the password");
	/* Nothing is tried again by this link. */
	peer_expect_why(link_to, PROPERTY("name"), RA_LINK_REFUSED, "refuses the user name or the password");
	assert_int_equal(peer_calls(&peer, "Login"), 1);
	end();
	begin("-password a&b<c>\"d'e", &(struct peer_want){.password = "a&b<c>\"d'e", .user = ""});
	peer_expect(link_to, PROPERTY("name"), "\"" ESX01 "\"");
	assert_int_equal(peer_needs, 2);
	end();
	/* Nor without end where a login is taken and brings nothing. */
	begin("-scenario malformed -trickon Login", NULL);
	for (int i = 0; i < 4; i++)
		peer_expect_why(link_to, PROPERTY("name"), i ? RA_LINK_REFUSED : RA_LINK_UNREACHABLE, i ? "2 logins in a row brought no session" : "");
	assert_int_equal(peer_calls(&peer, "Login"), 2);
	end();
	begin("", &(struct peer_want){.no_password = true});
	peer_expect_why(link_to, PROPERTY("name"), RA_LINK_REFUSED, "no password was given");
	assert_int_equal(peer_calls(&peer, "Login"), 0);
	end();
}

static void test_expired_login_is_renewed_once(void **state)
{
	(void)state;
	begin("-scenario expire-once", NULL);
	peer_expect(link_to, PROPERTY("name"), "\"" ESX01 "\"");
	peer_expect(link_to, PROPERTY("runtime.connectionState"), "\"connected\"");
	assert_int_equal(peer_calls(&peer, "Login"), 2);
	assert_int_equal(peer_needs, 1);
	end();
	/* What went out before and comes back late asks for no third login; REST's cookie is none of ours. */
	begin("-scenario expire-once,slow -slowon QueryTpmAttestationReport -delay 600", NULL);
	peer_submit(link_to, 7, ESX01, CALL("QueryTpmAttestationReport"));
	expect_part("{\"rest\":\"tpm\"}", "\"banks\":[\"SHA256\"]");
	peer_expect(link_to, PROPERTY("name"), "\"" ESX01 "\"");
	struct ra_event event = peer_reply(link_to, 7);

	assert_int_equal(event.reply.why, RA_LINK_ANSWERED);
	ra_event_clear(&event);
	assert_int_equal(peer_calls(&peer, "Login"), 2);
	end();
	begin("-scenario expire-quietly", NULL);
	peer_expect_why(link_to, PROPERTY("name"), RA_LINK_REFUSED, "ends every session at once");
	assert_int_equal(peer_calls(&peer, "Login"), 2);
	end();
	begin("-scenario expire-always", NULL);
	peer_expect_why(link_to, PROPERTY("name"), RA_LINK_REFUSED, "ends every session at once");
	assert_int_equal(peer_calls(&peer, "Login"), 2);
	end();
	begin("-scenario expire-quietly", NULL);
	peer_expect_why(link_to, PROPERTY("name"), RA_LINK_REFUSED, "ends every session at once");
	assert_int_equal(peer_calls(&peer, "Login"), 2);
	end();
}

/* Whatever is wrong with an address: a password in it is not repeated, nor taken for the name of a server. */
static void test_no_address_is_repeated_with_a_password(void **state)
{
	static const char *const texts[] = {"http://root:hunter2@vc", "https://root:hunter2@vc", "https://root:hunter2/x@vc", "root:1234/hunter2@vc",
					    "root:hunter2@vc/x://", "ftp://root:hunter2@vc", "https://root:hunter2?@vc", "https://root%zz:hunter2@vc"};

	(void)state;
	for (size_t i = 0; i < RA_LEN(texts); i++) {
		struct ra_vsphere_url url;
		struct ra_errs errs;
		char line[RA_ERR_TEXT_MAX];

		ra_errs_clear(&errs);
		assert_int_equal(ra_vsphere_url_parse(texts[i], &url, &errs), RA_E_ARG);
		if (strstr(ra_errs_line(&errs, line, sizeof(line)), "hunter2"))
			fail_msg("%s: %s", texts[i], line);
	}
}

/* Questions about many hosts share one REST session, also when it ends under them. */
static void test_rest_session_is_one(void **state)
{
	static const char *const flags[] = {"-hosts 6", "-hosts 6 -scenario rest-expires"};
	char target[64];

	(void)state;
	for (size_t k = 0; k < RA_LEN(flags); k++) {
		begin(flags[k], NULL);
		for (uint64_t i = 1; i <= 6; i++) {
			snprintf(target, sizeof(target), "esx%02d.lab.example", (int)i);
			peer_submit(link_to, i, target, "{\"rest\":\"tpm\"}");
		}
		struct ra_event event = peer_reply(link_to, 6);

		assert_int_equal(event.reply.why, RA_LINK_ANSWERED);
		assert_non_null(strstr(ra_buf_str(&event.reply.out), "\"endorsement_keys\""));
		ra_event_clear(&event);
		link_to = ra_link_free(link_to);
		assert_int_equal(peer_calls(&peer, "POST:/api/session"), k + 1);
		assert_int_equal(peer_calls(&peer, "DELETE:/api/session"), 1);
		end();
	}
}

static void test_certificates(void **state)
{
	struct peer_want unknown = {.no_ca = true};

	(void)state;
	/* First sight: the operator is asked, and the file remembers. */
	begin("", &unknown);
	peer_expect(link_to, PROPERTY("name"), "\"" ESX01 "\"");
	assert_int_equal(peer_needs, 2);
	link_to = ra_link_free(link_to);
	link_to = peer_link(&peer, &unknown);
	peer_expect(link_to, PROPERTY("name"), "\"" ESX01 "\"");
	assert_int_equal(peer_needs, 1);
	end();
	begin("", &(struct peer_want){.no_ca = true, .refuse_cert = true});
	peer_expect_why(link_to, PROPERTY("name"), RA_LINK_REFUSED, "was not accepted; nothing was sent to it");
	assert_non_null(strstr(peer_certificate, peer.thumb));
	assert_int_equal(peer_calls(&peer, NULL), 0);
	end();
	begin("", &(struct peer_want){.no_ca = true, .insecure = true});
	peer_expect(link_to, PROPERTY("name"), "\"" ESX01 "\"");
	assert_string_equal(peer_state_say, "the server's certificate was not checked (--insecure)");
	end();
	/* Another certificate than the one known: never a question. */
	begin("", &unknown);
	FILE *file = fopen(peer.known, "w");

	assert_non_null(file);
	char place[64] = "";

	(void)sscanf(peer.url, "https://%63[^/]", place);
	fprintf(file, "%s 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\n", place);
	fclose(file);
	peer_expect_why(link_to, PROPERTY("name"), RA_LINK_REFUSED, "00:11:22:33");
	assert_int_equal(peer_needs, 0);
	assert_int_equal(peer_calls(&peer, NULL), 0);
	end();
	begin("-scenario expired-cert", NULL);
	peer_expect(link_to, PROPERTY("name"), "\"" ESX01 "\"");
	assert_int_equal(peer_needs, 2);
	if (!strstr(peer_certificate, "expired"))
		fail_msg("%s", peer_certificate);
	end();
}

static void test_hostile_answers(void **state)
{
	static const struct {
		const char *flags, *words;
		enum ra_link_why why;
	} rows[] = {
	    {"-scenario malformed", "it is no well-formed XML", RA_LINK_ANSWERED},
	    {"-scenario entitybomb", "DOCTYPE", RA_LINK_ANSWERED},
	    {"-scenario huge", "", RA_LINK_CUT},
	    {"-scenario elements", "it holds too many elements", RA_LINK_ANSWERED},
	    {"-scenario longtoken", "the answer is larger than this program reads", RA_LINK_CUT},
	    {"-scenario endless-pages", "pages without end", RA_LINK_CUT},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		begin(rows[i].flags, NULL);
		struct ra_event event = peer_ask(link_to, PROPERTY("name"));

		if (event.reply.why != rows[i].why || !strstr(event.reply.say, rows[i].words) || (event.reply.why == RA_LINK_ANSWERED && event.reply.status != 1))
			fail_msg("%s: why %d: %s", rows[i].flags, (int)event.reply.why, event.reply.say);
		ra_event_clear(&event);
		end();
	}
	/* What nobody asked for is not kept, and costs no time that grows with its square. */
	begin("-scenario flood", NULL);
	peer_expect(link_to, PROPERTY("runtime.connectionState"), "\"connected\"");
	end();
	/* A connection that breaks in the middle of an answer costs a read nothing. */
	begin("-scenario drop -dropat 3", NULL);
	peer_expect(link_to, PROPERTY("name"), "\"" ESX01 "\"");
	end();
}

static void test_slow_is_bounded(void **state)
{
	struct ra_ticket ticket = {.id = 4, .request = PROPERTY("name"), .target = ESX01, .timeout_ms = 700, .cap_len = 65536};

	(void)state;
	begin("-scenario slow -delay 900", NULL);
	assert_int_equal(link_to->ops->submit(link_to, &ticket, NULL), RA_OK);
	struct ra_event event = peer_reply(link_to, 4);

	assert_int_equal(event.reply.why, RA_LINK_TIMEOUT);
	assert_non_null(strstr(event.reply.say, "no answer within"));
	ra_event_clear(&event);
	/* The link is as it was. */
	peer_expect(link_to, PROPERTY("runtime.connectionState"), "\"connected\"");
	end();
}

static struct ra_event change(const char *request)
{
	peer_change(link_to, 90, ESX01, request);
	return peer_reply(link_to, 90);
}

static void expect_change(const char *request, int status, const char *words)
{
	struct ra_event event = change(request);

	if (event.reply.why != RA_LINK_ANSWERED || event.reply.status != status || !strstr(event.reply.say, words))
		fail_msg("%s: why %d status %d: %s", request, (int)event.reply.why, event.reply.status, event.reply.say);
	ra_event_clear(&event);
}

static void test_changes(void **state)
{
	(void)state;
	begin("-scenario failed,sshoff -taskreads 2", NULL);
	expect_change(CALL("EnterMaintenanceMode"), 0, "");
	peer_expect(link_to, PROPERTY("runtime.inMaintenanceMode"), "true");
	expect_change(CALL("ExitMaintenanceMode"), 0, "");
	peer_expect(link_to, PROPERTY("runtime.inMaintenanceMode"), "false");
	expect_change(CALL("AcknowledgeAlarm"), 0, "");
	expect_part(PROPERTY("triggeredAlarmState"), "[\"red Host TPM attestation alarm (acknowledged)\"]");
	expect_change("{\"call\":\"StartService\",\"service\":\"TSM-SSH\"}", 0, "");
	expect_part(PROPERTY("config.service"), "\"key\":\"TSM-SSH\",\"label\":\"SSH\",\"required\":false,\"uninstallable\":false,\"running\":true");
	expect_change("{\"call\":\"StopService\",\"service\":\"TSM-SSH\"}", 0, "");
	expect_change(CALL("RebootHost"), 1, "RebootHost_Task: InvalidState");
	expect_changes("EnterMaintenanceMode_Task host-1001 timeout=0\nExitMaintenanceMode_Task host-1001 timeout=0\n"
		       "AcknowledgeAlarm AlarmManager alarm=alarm-11 entity=host-1001\nStartService serviceSystem-1001 id=TSM-SSH\n"
		       "StopService serviceSystem-1001 id=TSM-SSH\nRebootHost_Task host-1001 force=false\n");
	end();
}

static void test_reconnect(void **state)
{
	(void)state;
	begin("-scenario reconnect-cures -taskreads 2", NULL);
	expect_change(CALL("DisconnectAndReconnect"), 0, "");
	expect_part(PROPERTY("summary.tpmAttestation"), "\"status\":\"accepted\"");
	assert_int_equal(peer_percent, 100);
	end();
	begin("-scenario reconnect-fails-status -taskreads 2", NULL);
	expect_change(CALL("DisconnectAndReconnect"), 0, "");
	expect_part(PROPERTY("summary.tpmAttestation"), "\"status\":\"notAccepted\"");
	end();
	begin("-scenario reconnect-needs-credentials -taskreads 2", NULL);
	expect_change(CALL("DisconnectAndReconnect"), 1, "THE HOST IS LEFT DISCONNECTED. ReconnectHost_Task: InvalidLogin");
	peer_expect(link_to, PROPERTY("runtime.connectionState"), "\"disconnected\"");
	/* A second try begins from what is, and says so. */
	expect_change(CALL("DisconnectAndReconnect"), 1, "the host's connection is disconnected now; nothing was done");
	end();
	begin("-scenario agent-install -taskreads 2", NULL);
	expect_change(CALL("DisconnectAndReconnect"), 1, "THE HOST IS LEFT DISCONNECTED. ReconnectHost_Task: AgentInstallFailed");
	end();
	begin("-scenario ft", NULL);
	expect_change(CALL("DisconnectAndReconnect"), 1, "DisconnectHost_Task: ");
	peer_expect(link_to, PROPERTY("runtime.connectionState"), "\"connected\"");
	end();
}

/* Cancelling asks vCenter; how it ended is what vCenter says then. */
static void test_cancel(void **state)
{
	struct ra_event event = {0};
	ra_mono_ms limit = ra_mono_now() + 20000;

	(void)state;
	begin("-taskreads 0", NULL);
	peer_change(link_to, 91, ESX01, CALL("EnterMaintenanceMode"));
	while (!peer_may_cancel && ra_mono_now() < limit) {
		link_to->ops->step(link_to, ra_mono_now());
		for (link_to->ops->next(link_to, &event); event.kind != RA_EV_NONE; link_to->ops->next(link_to, &event)) {
			struct ra_secret *secret = ra_secret_new();

			peer_may_cancel = peer_may_cancel || (event.kind == RA_EV_PROGRESS && event.progress.may_cancel);
			assert_int_equal(ra_secret_set(secret, "peer-secret-1", 13), RA_OK);
			if (event.kind == RA_EV_NEED)
				link_to->ops->answer(link_to, true, secret);
			ra_secret_free(secret);
			ra_event_clear(&event);
		}
		poll(NULL, 0, 5);
	}
	assert_true(peer_may_cancel);
	link_to->ops->cancel(link_to, 91);
	event = peer_reply(link_to, 91);
	assert_int_equal(event.reply.why, RA_LINK_ANSWERED);
	assert_int_equal(event.reply.status, 1);
	assert_non_null(strstr(event.reply.say, "RequestCanceled"));
	ra_event_clear(&event);
	peer_expect(link_to, PROPERTY("runtime.inMaintenanceMode"), "false");
	assert_int_equal(peer_calls(&peer, "CancelTask"), 1);
	end();
}

/* Step the link until the peer has seen a method so often; what the link tells meanwhile is dropped. */
static void until_calls(const char *method, int count)
{
	ra_mono_ms limit = ra_mono_now() + 20000;

	while (peer_calls(&peer, method) < count && ra_mono_now() < limit) {
		struct ra_event event = {0};

		link_to->ops->step(link_to, ra_mono_now());
		for (link_to->ops->next(link_to, &event); event.kind != RA_EV_NONE; link_to->ops->next(link_to, &event))
			ra_event_clear(&event);
		poll(NULL, 0, 5);
	}
	assert_int_equal(peer_calls(&peer, method), count);
}

/* A change that was given up, or told as not sent, while its host was still being read does not leave behind that. */
static void test_a_change_given_up_does_not_leave(void **state)
{
	struct ra_ticket late = {.id = 92, .request = CALL("EnterMaintenanceMode"), .target = ESX01, .timeout_ms = 50, .cap_len = 4096, .change = true};
	struct ra_event event;
	int reads;

	(void)state;
	begin("-scenario slow -delay 300", NULL);
	peer_expect(link_to, PROPERTY("name"), "\"" ESX01 "\"");
	reads = peer_calls(&peer, "RetrievePropertiesEx");
	peer_change(link_to, 91, ESX01, CALL("EnterMaintenanceMode"));
	until_calls("RetrievePropertiesEx", reads + 1);
	link_to->ops->cancel(link_to, 91);
	event = peer_reply(link_to, 91);
	assert_int_equal(event.reply.why, RA_LINK_CANCELLED);
	assert_false(event.reply.sent);
	ra_event_clear(&event);
	assert_int_equal(link_to->ops->submit(link_to, &late, NULL), RA_OK);
	event = peer_reply(link_to, 92);
	assert_int_equal(event.reply.why, RA_LINK_TIMEOUT);
	assert_false(event.reply.sent);
	ra_event_clear(&event);
	for (int i = 0; i < 2; i++) /* behind the answer the change waited for */
		peer_expect(link_to, PROPERTY("name"), "\"" ESX01 "\"");
	expect_changes("");
	end();
}

/* Cancelling stops the first half; the second is never stopped, for then the host would stay disconnected. */
static void test_cancel_between_two_halves(void **state)
{
	static const struct {
		const char *until;
		int status, cancels;
	} rows[] = {{"DisconnectHost_Task", 1, 1}, {"ReconnectHost_Task", 0, 0}};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		begin("-scenario reconnect-cures,cancelable -taskreads 4", NULL);
		peer_expect(link_to, PROPERTY("name"), "\"" ESX01 "\"");
		peer_change(link_to, 91, ESX01, CALL("DisconnectAndReconnect"));
		until_calls(rows[i].until, 1);
		link_to->ops->cancel(link_to, 91);
		struct ra_event event = peer_reply(link_to, 91);

		assert_int_equal(event.reply.why, RA_LINK_ANSWERED);
		assert_int_equal(event.reply.status, rows[i].status);
		ra_event_clear(&event);
		assert_int_equal(peer_calls(&peer, "CancelTask"), rows[i].cancels);
		peer_expect(link_to, PROPERTY("runtime.connectionState"), "\"connected\"");
		end();
	}
}

/* Whatever becomes of the connection, a change leaves once. */
static void test_a_change_leaves_once(void **state)
{
	char flags[64];

	(void)state;
	for (int at = 3; at <= 9; at++) {
		snprintf(flags, sizeof(flags), "-scenario drop -taskreads 2 -dropat %d", at);
		begin(flags, NULL);
		struct ra_event event = change(CALL("EnterMaintenanceMode"));
		char *changes = peer_changes(&peer);

		assert_true(!*changes || strcmp(changes, "EnterMaintenanceMode_Task host-1001 timeout=0\n") == 0);
		/* Sent and unanswered is not "not done". */
		if (event.reply.why != RA_LINK_ANSWERED && *changes)
			assert_true(event.reply.sent);
		free(changes);
		ra_event_clear(&event);
		end();
	}
}

/* The answer to the reconnect is lost: each half left once, and what may stand half done is said. */
static void test_a_second_half_without_an_answer(void **state)
{
	(void)state;
	begin("-scenario drop,reconnect-cures -taskreads 2 -dropat 8", NULL);
	struct ra_event event = change(CALL("DisconnectAndReconnect"));

	assert_int_not_equal(event.reply.why, RA_LINK_ANSWERED);
	assert_true(event.reply.sent);
	assert_non_null(strstr(event.reply.say, "The host was disconnected and may be so still"));
	ra_event_clear(&event);
	expect_changes("DisconnectHost_Task host-1001\nReconnectHost_Task host-1001\n");
	end();
}

/* vCenter lost the host in the middle: whether SSH runs now is not told, and so not "refused". */
static void test_a_fault_that_leaves_a_doubt(void **state)
{
	(void)state;
	begin("-scenario sshoff,contact-lost", NULL);
	struct ra_event event = change("{\"call\":\"StartService\",\"service\":\"TSM-SSH\"}");

	assert_int_equal(event.reply.why, RA_LINK_CUT);
	assert_true(event.reply.sent);
	assert_non_null(strstr(event.reply.say, "StartService: HostCommunication"));
	ra_event_clear(&event);
	expect_part(PROPERTY("config.service"), "\"key\":\"TSM-SSH\",\"label\":\"SSH\",\"required\":false,\"uninstallable\":false,\"running\":true");
	end();
}

static void test_a_change_is_marked_and_known(void **state)
{
	(void)state;
	begin("", NULL);
	peer_submit(link_to, 1, ESX01, CALL("RebootHost"));
	struct ra_event event = peer_reply(link_to, 1);

	assert_int_equal(event.reply.why, RA_LINK_NO_REQUEST);
	ra_event_clear(&event);
	peer_change(link_to, 2, ESX01, CALL("Destroy_Task"));
	event = peer_reply(link_to, 2);
	assert_int_equal(event.reply.why, RA_LINK_NO_REQUEST);
	ra_event_clear(&event);
	peer_change(link_to, 3, ESX01, PROPERTY("name"));
	event = peer_reply(link_to, 3);
	assert_int_equal(event.reply.why, RA_LINK_NO_REQUEST);
	ra_event_clear(&event);
	expect_changes("");
	end();
}

static void test_esxcli_can_be_switched_off(void **state)
{
	(void)state;
	begin("", &(struct peer_want){.no_esxcli = true});
	peer_expect_why(link_to, "{\"esxcli\":[\"system\",\"version\",\"get\"]}", RA_LINK_NO_REQUEST, "--no-esxcli-via-vcenter");
	end();
}

static void test_recovery_keys_stay_secret(void **state)
{
	struct ra_ticket ticket = {.id = 8,
				   .request = "{\"esxcli\":[\"system\",\"settings\",\"encryption\",\"recovery\",\"list\"]}",
				   .target = ESX01,
				   .timeout_ms = 20000,
				   .cap_len = 65536,
				   .secret = true};
	size_t len = 0;

	(void)state;
	begin("", NULL);
	assert_int_equal(link_to->ops->submit(link_to, &ticket, NULL), RA_OK);
	struct ra_event event = peer_reply(link_to, 8);

	assert_int_equal(event.reply.why, RA_LINK_ANSWERED);
	assert_int_equal(event.reply.out.len, 0);
	assert_non_null(event.reply.secret);
	const char *bytes = ra_secret_bytes(event.reply.secret, &len);

	assert_non_null(strstr(bytes, "\"RecoveryID\":\"{"));
	assert_non_null(strstr(bytes, "\"Key\":\""));
	ra_event_clear(&event);
	end();
}

static void test_idle_costs_nothing(void **state)
{
	struct pollfd fds[RA_LINK_FDS_MAX];
	ra_mono_ms deadline = 0;

	(void)state;
	begin("", NULL);
	peer_expect(link_to, PROPERTY("name"), "\"" ESX01 "\"");
	for (int i = 0; i < 20; i++) {
		link_to->ops->step(link_to, ra_mono_now());
		(void)link_to->ops->poll(link_to, fds, &deadline);
	}
	assert_true(deadline == RA_DEADLINE_NONE);
	end();
}

static void test_unreachable(void **state)
{
	(void)state;
	begin("", &(struct peer_want){.url = "https://127.0.0.1:1/sdk"});
	peer_expect_why(link_to, PROPERTY("name"), RA_LINK_UNREACHABLE, "127.0.0.1:1");
	end();
	begin("", &(struct peer_want){.url = "https://no-such-vcenter.invalid"});
	peer_expect_why(link_to, PROPERTY("name"), RA_LINK_UNREACHABLE, "no-such-vcenter.invalid");
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reads),
	    cmocka_unit_test(test_bytes_and_kinds),
	    cmocka_unit_test(test_one_rest_session),
	    cmocka_unit_test(test_hosts_are_found),
	    cmocka_unit_test(test_two_hosts_of_one_name),
	    cmocka_unit_test(test_a_search_refused),
	    cmocka_unit_test(test_many_hosts_in_one_question),
	    cmocka_unit_test(test_pages),
	    cmocka_unit_test(test_versions),
	    cmocka_unit_test(test_unknown_property_costs_itself),
	    cmocka_unit_test(test_since_is_not_asked),
	    cmocka_unit_test(test_what_is_missing),
	    cmocka_unit_test(test_what_others_depend_on),
	    cmocka_unit_test(test_login),
	    cmocka_unit_test(test_expired_login_is_renewed_once),
	    cmocka_unit_test(test_no_address_is_repeated_with_a_password),
	    cmocka_unit_test(test_rest_session_is_one),
	    cmocka_unit_test(test_certificates),
	    cmocka_unit_test(test_hostile_answers),
	    cmocka_unit_test(test_slow_is_bounded),
	    cmocka_unit_test(test_changes),
	    cmocka_unit_test(test_reconnect),
	    cmocka_unit_test(test_cancel),
	    cmocka_unit_test(test_a_change_given_up_does_not_leave),
	    cmocka_unit_test(test_cancel_between_two_halves),
	    cmocka_unit_test(test_a_change_leaves_once),
	    cmocka_unit_test(test_a_second_half_without_an_answer),
	    cmocka_unit_test(test_a_fault_that_leaves_a_doubt),
	    cmocka_unit_test(test_a_change_is_marked_and_known),
	    cmocka_unit_test(test_esxcli_can_be_switched_off),
	    cmocka_unit_test(test_recovery_keys_stay_secret),
	    cmocka_unit_test(test_idle_costs_nothing),
	    cmocka_unit_test(test_unreachable),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
