/* Changes through a BMC, of several makers' ways (tests/peers/bmc-peer.py). Every test counts what the peer was sent: a change goes once, or
 * not at all; and every session that was begun is ended. */
#include "config.h"

#include "peer.h"

#include "base/io.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REDFISH(name) "{\"redfish\":\"" name "\"}"
#define SET(setting, to) "{\"redfish\":\"set\",\"setting\":\"" setting "\",\"to\":\"" to "\"}"
#define UNSET(setting) "{\"redfish\":\"unset\",\"setting\":\"" setting "\"}"
#define NEXT(to) "{\"redfish\":\"next-boot\",\"to\":\"" to "\"}"
#define POWER(to) "{\"redfish\":\"power\",\"to\":\"" to "\"}"
#define SHA256 SET("algorithm", "sha256")
#define DELL_PATCH "change PATCH:/redfish/v1/Systems/System.Embedded.1/Bios/Settings "

static struct peer peer;
static struct ra_link *link_to;

static void begin(const char *flags)
{
	static const struct peer_want want = {.redfish = true};

	peer_start(&peer, flags);
	link_to = peer_link(&peer, &want);
}

/* Lines of the peer's log of changes and sessions that begin so. */
static int told(const char *words)
{
	char *text = peer_changes(&peer), *save = NULL;
	int count = 0;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		count += strncmp(line, words, strlen(words)) == 0;
	free(text);
	return count;
}

/* Close the link: so many changes came to the peer, and no session is left. */
static void end(int changes)
{
	link_to = ra_link_free(link_to);
	if (told("change ") != changes)
		fail_msg("the peer saw %d changes, not %d", told("change "), changes);
	assert_int_equal(told("begun"), told("ended"));
	peer_stop(&peer);
}

static struct ra_event change(const char *request)
{
	peer_change(link_to, 7, NULL, request);
	return peer_reply(link_to, 7);
}

static bool holds(const char *text, const char *words)
{
	return !words || strstr(text, words) != NULL;
}

/* A change is answered: status, and these words in out and in err (NULL: any). */
static void expect(const char *request, int status, bool sent, const char *out, const char *err)
{
	struct ra_event event = change(request);
	const struct ra_reply *reply = &event.reply;

	if (reply->why != RA_LINK_ANSWERED || reply->status != status || reply->sent != sent || !holds(ra_buf_str(&reply->out), out) ||
	    !holds(ra_buf_str(&reply->err), err))
		fail_msg("%s: why %d status %d sent %d: %s\nout %s\nerr %s", request, (int)reply->why, reply->status, reply->sent, reply->say,
			 ra_buf_str(&reply->out), ra_buf_str(&reply->err));
	ra_event_clear(&event);
}

/* A change without an answer. */
static void expect_why(const char *request, enum ra_link_why why, bool sent, const char *words)
{
	struct ra_event event = change(request);

	if (event.reply.why != why || event.reply.sent != sent || !strstr(event.reply.say, words))
		fail_msg("%s: why %d sent %d: %s\nout %s", request, (int)event.reply.why, event.reply.sent, event.reply.say,
			 ra_buf_str(&event.reply.out));
	ra_event_clear(&event);
}

/* What stands at a pointer in a resource. */
static void expect_now(const char *request, const char *pointer, const char *wanted)
{
	struct ra_event event = peer_ask(link_to, request);
	RA_AUTO(ra_json_free) struct ra_json *json = NULL;
	char *got;

	assert_int_equal(event.reply.why, RA_LINK_ANSWERED);
	assert_int_equal(ra_json_parse("answer", ra_buf_str(&event.reply.out), event.reply.out.len, NULL, &json, NULL), RA_OK);
	got = ra_json_print(ra_json_pointer(ra_json_root(json), pointer));
	assert_string_equal(got, wanted);
	free(got);
	ra_event_clear(&event);
}

/* Each maker's way of a setting, as it is sent, and as it is told. */
static void test_ways(void **state)
{
	static const struct {
		const char *flags, *request, *sent, *out;
	} rows[] = {
	    {"-shape dell", SHA256,
	     DELL_PATCH "{\"@Redfish.SettingsApplyTime\":{\"ApplyTime\":\"OnReset\"},\"Attributes\":{\"Tpm2Algorithm\":\"SHA256\"}}",
	     "{\"attributes\":[{\"attribute\":\"Tpm2Algorithm\",\"wanted\":\"SHA256\",\"now\":\"SHA1\",\"next\":\"SHA256\",\"result\":\"waits\"}],"
	     "\"job\":\"JID_000000000001\"}"},
	    {"-shape dell -scenario notag", SHA256, DELL_PATCH, "\"waits\""},
	    {"-shape dell -attribute TpmSecurity=Off", SET("tpm", "on"), DELL_PATCH, "\"attribute\":\"TpmSecurity\",\"wanted\":\"On\",\"now\":\"Off\""},
	    {"-shape dell -attribute Tpm2Hierarchy=Disabled", SET("hierarchy", "on"), DELL_PATCH, "\"attribute\":\"Tpm2Hierarchy\",\"wanted\":\"Enabled\""},
	    {"-shape dell -attribute SecureBoot=Disabled", SET("secure-boot", "on"), DELL_PATCH, "\"attribute\":\"SecureBoot\",\"wanted\":\"Enabled\""},
	    {"-shape hpe -attribute TpmVisibility=Hidden", SET("tpm", "on"),
	     "change PATCH:/redfish/v1/systems/1/bios/settings {\"Attributes\":{\"TpmVisibility\":\"Visible\"}}", "\"next\":\"Visible\",\"result\":\"waits\""},
	    {"-shape hpe -attribute TPM2StorageDisable=Disabled -attribute TPM2EndorsementDisable=Disabled", SET("hierarchy", "on"),
	     "change PATCH:/redfish/v1/systems/1/bios/settings {\"Attributes\":{\"TPM2StorageDisable\":\"Enabled\",\"TPM2EndorsementDisable\":\"Enabled\"}}",
	     "\"attribute\":\"TPM2EndorsementDisable\",\"wanted\":\"Enabled\",\"now\":\"Disabled\",\"next\":\"Enabled\",\"result\":\"waits\""},
	    {"-shape hpe -attribute Tpm20SoftwareInterfaceStatus=Crb -attribute Tpm20SoftwareInterfaceOperation=NoAction", SET("interface", "fifo"),
	     "change PATCH:/redfish/v1/systems/1/bios/settings {\"Attributes\":{\"Tpm20SoftwareInterfaceOperation\":\"Fifo\"}}", "\"waits\""},
	    {"-shape hpe -secureboot off", SET("secure-boot", "on"), "change PATCH:/redfish/v1/Systems/1/SecureBoot {\"SecureBootEnable\":true}",
	     "{\"attribute\":\"SecureBootEnable\",\"wanted\":true,\"now\":false,\"next\":true,\"result\":\"waits\"}"},
	    {"-shape lenovo", SET("secure-boot", "on"), "change PATCH:/redfish/v1/Systems/1/SecureBoot {\"SecureBootEnable\":true}", "\"waits\""},
	    {"-shape lenovo -scenario asserted,notag", SET("secure-boot", "on"), "change PATCH:/redfish/v1/Systems/1/SecureBoot ", "\"waits\""},
	    {"-shape supermicro -attribute SHA256PCRBank_0065=Disabled", SET("sha256-bank", "on"),
	     "change PATCH:/redfish/v1/Systems/1/Bios {\"Attributes\":{\"SHA256PCRBank_0065\":\"Enabled\"}}", "\"waits\""},
	    {"-shape supermicro -attribute SecurityDeviceSupport_0063=Disable", SET("tpm", "on"), "change PATCH:/redfish/v1/Systems/1/Bios ",
	     "\"wanted\":\"Enable\",\"now\":\"Disable\",\"next\":\"Enable\",\"result\":\"waits\""},
	    {"-shape supermicro -scenario late -attribute SHA256PCRBank_0065=Disabled", SET("sha256-bank", "on"),
	     "change PATCH:/redfish/v1/Systems/1/Bios ", "\"waits\""},
	    {"-shape supermicro -securemode UserMode", SET("secure-boot", "on"), "change PATCH:/redfish/v1/Systems/1/SecureBoot ", "\"waits\""},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		begin(rows[i].flags);
		expect(rows[i].request, 0, true, rows[i].out, NULL);
		if (told(rows[i].sent) != 1)
			fail_msg("%s: sent was %s", rows[i].flags, peer_changes(&peer));
		end(1);
	}
}

/* What is refused before anything is sent, and why. */
static void test_not_sent(void **state)
{
	static const struct {
		const char *flags, *request, *words;
	} rows[] = {
	    {"-shape dell -attribute Tpm2Algorithm=SHA256", SHA256, "algorithm is sha256 already"},
	    {"-shape dell -pending Tpm2Algorithm=SHA256", SHA256, "Tpm2Algorithm already waits for the next start as SHA256"},
	    {"-shape dell -pending IntelTxt=On", SHA256, "1 setting already waits for the next start (IntelTxt)"},
	    {"-shape hpe -attribute TpmVisibility=Hidden -pending BootMode=LegacyBios -pending IntelTxt=x", SET("tpm", "on"),
	     "1 setting already waits for the next start (BootMode)"},
	    {"-shape dell -pending Tpm2Hierarchy=Clear -pending IntelTxt=On", SHA256, "A CLEAR OF THE TPM waits for the next start (Tpm2Hierarchy)"},
	    {"-shape hpe -scenario clear -secureboot off", SET("secure-boot", "on"), "A CLEAR OF THE TPM waits"},
	    {"-shape dell -attribute Tpm2Algorithm=SM3", SHA256, "Tpm2Algorithm is SM3 now, and how \"sha256\" is written there is not known"},
	    {"-shape dell -attribute TpmSecurity=Off", SHA256, "Tpm2Algorithm is locked now: first must be set, and the server started: TPM Security: On"},
	    {"-shape dell", SET("interface", "fifo"), "shows no setting for interface that can be set"},
	    {"-shape hpe", SET("interface", "fifo"), "shows no setting for interface that can be set"},
	    {"-shape cisco", SET("tpm", "on"), "Cisco's BMC shows no settings that wait"},
	    {"-shape cisco", SET("secure-boot", "on"), "Cisco's BMC shows no settings that wait"},
	    {"-shape lenovo -scenario presence", SET("secure-boot", "on"), "BMC Configuration > Security > Physical Presence"},
	    {"-shape supermicro", SET("secure-boot", "on"), "no keys (SetupMode)"},
	    {"-shape hpe", SET("secure-boot", "on"), "secure-boot is on already"},
	    {"-shape dell -pending Tpm2Algorithm=SHA256", UNSET("algorithm"), "this program deletes none"},
	    {"-shape dell", UNSET("algorithm"), "nothing of algorithm waits"},
	    {"-shape hpe -pending TpmVisibility=Hidden", UNSET("tpm"), "which this program does not set"},
	    {"-shape dell -power Off", POWER("restart"), "the server's power is Off now, not On"},
	    {"-shape dell", POWER("on"), "the server's power is On now, not Off"},
	    {"-shape dell -power PoweringOff", POWER("on"), "the server's power is PoweringOff now"},
	    {"-shape hpe -scenario clear", POWER("restart"), "A CLEAR OF THE TPM waits"},
	    {"-shape dell -pending Tpm2Hierarchy=Clear -power Off", POWER("on"), "A CLEAR OF THE TPM waits for the next start (Tpm2Hierarchy)"},
	    {"-shape dell", NEXT("none"), "goes where it always does"},
	    {"-shape dell -scenario clear", POWER("restart"), "A CLEAR OF THE TPM waits for the next start (Tpm2Hierarchy)"},
	    {"-shape hpe -scenario clear -power Off", POWER("on"), "A CLEAR OF THE TPM waits for the next start (Tpm2Operation)"},
	    {"-shape lenovo -scenario clear -power Off", POWER("on"), "A CLEAR OF THE TPM waits for the next start (TrustedComputingGroup_DeviceOperation)"},
	    {"-shape supermicro -scenario clear", POWER("restart"), "A CLEAR OF THE TPM waits for the next start (PendingOperation_0069)"},
	    {"-shape hpe -pending Tpm2Operation=Other", POWER("restart"), "may be a clear of the TPM"},
	    {"-shape supermicro -attribute SHA256PCRBank_0001=Disabled -attribute SHA256PCRBank_0065=Enabled", SET("sha256-bank", "on"),
	     "2 settings of this firmware are called SHA256PCRBank"},
	    {"-shape twins", POWER("off"), NULL},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		begin(rows[i].flags);
		if (rows[i].words)
			expect(rows[i].request, 1, false, NULL, rows[i].words);
		else
			expect_why(rows[i].request, RA_LINK_NO_REQUEST, false, "nothing was sent");
		end(0);
	}
}

/* Whatever goes wrong behind the call: it was sent once, and what is told is what was read back. */
static void test_refused(void **state)
{
	static const char both[] = "-shape hpe -attribute TPM2StorageDisable=Disabled -attribute TPM2EndorsementDisable=Disabled -scenario ";
	static const struct {
		const char *flags, *scenario, *request, *out, *err;
	} rows[] = {
	    {"-scenario ", "refused200", SHA256, "\"result\":\"refused\",\"why\":\"Unable to modify the attribute", "Tpm2Algorithm: refused: Unable to modify"},
	    {"-scenario ", "reject", SHA256, "\"result\":\"refused\"", "read-only property"},
	    {"-scenario ", "dropped", SHA256, "\"result\":\"unchanged\"", "it was dropped"},
	    {"-scenario ", "nojob", SHA256, "\"result\":\"unknown\"", "the BMC named no job"},
	    {"-scenario ", "jobfailed", SHA256, "\"result\":\"refused\"", "the BMC's job failed: Unable to configure the settings."},
	    {"-scenario ", "raced", SHA256, "\"result\":\"refused\"", "did not match the ETag"},
	    {"-scenario ", "busychange", SHA256, "\"result\":\"refused\"", "temporarily unavailable"},
	    {"-scenario ", "expirechange", SHA256, "\"result\":\"refused\"", "no valid session"},
	    {"-shape hpe -attribute TpmVisibility=Hidden -scenario ", "inpost", SET("tpm", "on"), "\"result\":\"refused\"",
	     "The value for property TpmVisibility cannot be changed while the computer system BIOS is in POST."},
	    {both, "half", SET("hierarchy", "on"), "\"next\":\"Disabled\",\"result\":\"unchanged\"",
	     "TPM2StorageDisable: waits; TPM2EndorsementDisable: unchanged"},
	    {both, "halftold", SET("hierarchy", "on"), "\"next\":\"Disabled\",\"result\":\"refused\"",
	     "TPM2StorageDisable: waits; TPM2EndorsementDisable: refused: The property is a read-only"},
	    {"-shape supermicro -attribute SHA256PCRBank_0065=Disabled -scenario ", "dropped", SET("sha256-bank", "on"), "\"result\":\"unchanged\"", NULL},
	    {"-scenario ", "reject", POWER("restart"), "\"result\":\"refused\"", "read-only property"},
	    {"-scenario ", "reject", NEXT("setup"), "\"result\":\"refused\"", "read-only property"},
	};
	char flags[256];

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		snprintf(flags, sizeof(flags), "%s%s", rows[i].flags, rows[i].scenario);
		begin(flags);
		expect(rows[i].request, 1, true, rows[i].out, rows[i].err);
		end(1);
	}
}

/* Nobody knows how it ended: no answer, and what was sent is not sent again. */
static void test_unknown(void **state)
{
	static const struct {
		const char *scenario, *request;
		enum ra_link_why why;
		const char *words;
	} rows[] = {
	    {"cutpatch", SHA256, RA_LINK_UNREACHABLE, "the change was sent, and how it ended is not known"},
	    {"cutbefore", SHA256, RA_LINK_UNREACHABLE, "the change was sent, and how it ended is not known"},
	    {"fail", SHA256, RA_LINK_CUT, "internal service error"},
	    {"blind", SHA256, RA_LINK_CUT, "cannot be read back"},
	    {"cutpatch", POWER("off"), RA_LINK_UNREACHABLE, "the change was sent"},
	    {"fail", POWER("restart"), RA_LINK_CUT, "internal service error"},
	    {"refused200", POWER("restart"), RA_LINK_CUT, "Unable to modify"},
	    {"cutpatch", NEXT("setup"), RA_LINK_UNREACHABLE, "the change was sent"},
	};
	char flags[80];

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		snprintf(flags, sizeof(flags), "-scenario %s", rows[i].scenario);
		begin(flags);
		expect_why(rows[i].request, rows[i].why, true, rows[i].words);
		expect_now(REDFISH("system"), "/Model", "\"PowerEdge R750\"");
		end(1);
	}
	/* An error that came with it made: what is read back counts. */
	begin("-shape hpe -attribute TpmVisibility=Hidden -scenario failmade");
	expect(SET("tpm", "on"), 0, true, "\"waits\"", NULL);
	end(1);
}

/* Time is over in the middle: while the call hangs, while the job does not get ready. */
static void test_time(void **state)
{
	static const struct {
		const char *flags;
		int timeout_ms;
	} rows[] = {{"-scenario hang -delay 8000", 1500}, {"-scenario jobstuck", 3000}};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_ticket ticket = {.id = 7, .request = SHA256, .timeout_ms = rows[i].timeout_ms, .cap_len = 1 << 20, .change = true};
		struct ra_event event;

		begin(rows[i].flags);
		expect_now(REDFISH("system"), "/PowerState", "\"On\"");
		assert_int_equal(link_to->ops->submit(link_to, &ticket, NULL), RA_OK);
		event = peer_reply(link_to, 7);
		assert_int_equal(event.reply.why, RA_LINK_TIMEOUT);
		assert_true(event.reply.sent);
		assert_non_null(strstr(event.reply.say, "how it ended is not known"));
		ra_event_clear(&event);
		expect_now(REDFISH("system"), "/PowerState", "\"On\"");
		end(1);
	}
}

/* A BMC that is busy before the change is waited for; one that stays so is not. */
static void test_busy_before(void **state)
{
	(void)state;
	begin("-shape dell -scenario later -on /Bios -times 2");
	expect(SHA256, 0, true, "\"waits\"", NULL);
	end(1);
	begin("-shape dell -scenario later -on /Bios -times 1");
	expect_now(REDFISH("bios"), "/Attributes/Tpm2Algorithm", "\"SHA1\"");
	end(0);
	begin("-shape dell -scenario busy -on /Bios");
	struct ra_ticket ticket = {.id = 7, .request = SHA256, .timeout_ms = 20000, .cap_len = 1 << 20, .change = true};

	assert_int_equal(link_to->ops->submit(link_to, &ticket, NULL), RA_OK);
	struct ra_event event = peer_reply(link_to, 7);

	assert_int_equal(event.reply.why, RA_LINK_UNREACHABLE);
	assert_false(event.reply.sent);
	ra_event_clear(&event);
	end(0);
}

/* An old session is renewed by the reads before the change. */
static void test_renewed(void **state)
{
	(void)state;
	begin("-shape dell -scenario expire -uses 3");
	expect(SHA256, 0, true, "\"waits\"", NULL);
	link_to = ra_link_free(link_to);
	assert_int_equal(told("change "), 1);
	assert_true(told("begun") >= 2);
	assert_int_equal(told("begun"), told("ended"));
	peer_stop(&peer);
}

/* From setting to start, and back. */
static void test_rounds(void **state)
{
	(void)state;
	begin("-shape hpe -attribute TPM2StorageDisable=Disabled -attribute Tpm20SoftwareInterfaceStatus=Crb "
	      "-attribute Tpm20SoftwareInterfaceOperation=NoAction -delay 200");
	expect(SET("hierarchy", "on"), 0, true, "\"waits\"", NULL);
	expect(UNSET("hierarchy"), 0, true, "\"wanted\":\"Disabled\",\"now\":\"Enabled\",\"next\":\"Disabled\",\"result\":\"none\"", NULL);
	expect(SET("hierarchy", "on"), 0, true, "\"waits\"", NULL);
	expect(SET("interface", "fifo"), 0, true, "\"next\":\"Fifo\"", NULL); /* beside what this link set itself */
	expect(POWER("restart"), 0, true, "{\"attributes\":[{\"attribute\":\"ResetType\",\"wanted\":\"GracefulRestart\",\"now\":\"On\",\"result\":\"taken\"}]}",
	       NULL);
	for (int i = 0; i < 200; i++) {
		struct ra_event event = peer_ask(link_to, REDFISH("bios"));
		bool done = strstr(ra_buf_str(&event.reply.out), "\"Tpm20SoftwareInterfaceOperation\":\"Fifo\"") != NULL;

		ra_event_clear(&event);
		if (done)
			break;
		poll(NULL, 0, 50);
	}
	expect_now(REDFISH("bios"), "/Attributes/Tpm20SoftwareInterfaceOperation", "\"Fifo\"");
	expect_now(REDFISH("bios"), "/Attributes/TPM2StorageDisable", "\"Enabled\"");
	end(5);
	begin("-shape supermicro -securemode UserMode -delay 100");
	expect(SET("secure-boot", "on"), 0, true, "\"waits\"", NULL);
	expect(POWER("off"), 0, true, "\"wanted\":\"GracefulShutdown\"", NULL);
	end(2);
	begin("-shape lenovo");
	expect(SET("secure-boot", "on"), 0, true, "\"waits\"", NULL);
	expect(UNSET("secure-boot"), 0, true, "\"next\":false,\"result\":\"none\"", NULL);
	expect(POWER("on"), 0, true, "\"wanted\":\"On\",\"now\":\"Off\"", NULL);
	end(3);
	begin("-shape dell");
	expect(NEXT("setup"), 0, true,
	       "{\"attribute\":\"BootSourceOverrideTarget\",\"wanted\":\"BiosSetup\",\"now\":\"None\",\"next\":\"BiosSetup\",\"result\":\"waits\"}", NULL);
	assert_int_equal(told("change PATCH:/redfish/v1/Systems/System.Embedded.1 "
			      "{\"Boot\":{\"BootSourceOverrideEnabled\":\"Once\",\"BootSourceOverrideTarget\":\"BiosSetup\"}}"),
			 1);
	expect(NEXT("setup"), 1, false, NULL, "goes to firmware setup already");
	expect(NEXT("none"), 0, true, "\"next\":\"None\",\"result\":\"none\"", NULL);
	expect(SHA256, 0, true, "\"waits\"", NULL);
	expect(SHA256, 1, false, NULL, "already waits");
	end(3);
}

/* Given up: before it was sent it is not sent; after that it goes on. */
static void test_cancel(void **state)
{
	struct ra_event event;

	(void)state;
	begin("-scenario slow -on 1/Bios -delay 3000");
	expect_now(REDFISH("system"), "/PowerState", "\"On\"");
	peer_change(link_to, 7, NULL, SHA256);
	link_to->ops->step(link_to, ra_mono_now());
	link_to->ops->cancel(link_to, 7);
	event = peer_reply(link_to, 7);
	assert_int_equal(event.reply.why, RA_LINK_CANCELLED);
	assert_false(event.reply.sent);
	assert_string_equal(event.reply.say, "given up before it was sent");
	ra_event_clear(&event);
	expect_now(REDFISH("secureboot"), "/SecureBootMode", "\"DeployedMode\"");
	end(0);
	begin("-scenario hang -delay 1500");
	expect_now(REDFISH("system"), "/PowerState", "\"On\"");
	peer_change(link_to, 7, NULL, SHA256);
	for (ra_mono_ms bound = ra_mono_now() + 20000; told("change ") == 0 && ra_mono_now() < bound;) {
		link_to->ops->step(link_to, ra_mono_now());
		poll(NULL, 0, 10);
	}
	link_to->ops->cancel(link_to, 7);
	event = peer_reply(link_to, 7);
	assert_int_equal(event.reply.why, RA_LINK_ANSWERED);
	assert_int_equal(event.reply.status, 0);
	ra_event_clear(&event);
	end(1);
}

/* The BMC dies in the middle of a change. */
static void test_killed(void **state)
{
	struct ra_event event;

	(void)state;
	begin("-scenario hang -delay 20000");
	expect_now(REDFISH("system"), "/PowerState", "\"On\"");
	peer_change(link_to, 7, NULL, SHA256);
	for (ra_mono_ms bound = ra_mono_now() + 20000; told("change ") == 0 && ra_mono_now() < bound;) {
		link_to->ops->step(link_to, ra_mono_now());
		poll(NULL, 0, 10);
	}
	kill(peer.pid, SIGKILL);
	event = peer_reply(link_to, 7);
	assert_int_not_equal(event.reply.why, RA_LINK_ANSWERED);
	assert_true(event.reply.sent);
	assert_non_null(strstr(event.reply.say, "how it ended is not known"));
	ra_event_clear(&event);
	assert_int_equal(told("change "), 1);
	link_to = ra_link_free(link_to);
	peer_stop(&peer);
}

/* Reads beside a change: those before it are answered from before, those behind it from behind. */
static void test_order(void **state)
{
	struct ra_event event;

	(void)state;
	begin("-shape dell");
	expect_now(REDFISH("system"), "/PowerState", "\"On\"");
	peer_submit(link_to, 1, NULL, REDFISH("pending"));
	peer_change(link_to, 2, NULL, SHA256);
	peer_submit(link_to, 3, NULL, REDFISH("pending"));
	event = peer_reply(link_to, 1);
	assert_null(strstr(ra_buf_str(&event.reply.out), "SHA256"));
	ra_event_clear(&event);
	event = peer_reply(link_to, 2);
	assert_int_equal(event.reply.status, 0);
	ra_event_clear(&event);
	event = peer_reply(link_to, 3);
	assert_non_null(strstr(ra_buf_str(&event.reply.out), "SHA256"));
	ra_event_clear(&event);
	end(1);
}

/* What is no change of the table, and what is no change at all. */
static void test_not_known(void **state)
{
	static const char *const rows[] = {SET("operation", "clear"), SET("tpm", "off"),	SET("hierarchy", "clear"), UNSET("boot-mode"),
					   POWER("ForceOff"),	      REDFISH("clear-pending"), REDFISH("system"),	   "{\"call\":\"RebootHost\"}"};

	(void)state;
	begin("");
	for (size_t i = 0; i < RA_LEN(rows); i++)
		expect_why(rows[i], RA_LINK_NO_REQUEST, false, "cannot be asked this way");
	peer_expect_why(link_to, SHA256, RA_LINK_NO_REQUEST, "cannot be asked this way"); /* not marked as a change */
	end(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ways),    cmocka_unit_test(test_not_sent),	cmocka_unit_test(test_refused), cmocka_unit_test(test_unknown),
	    cmocka_unit_test(test_time),    cmocka_unit_test(test_busy_before), cmocka_unit_test(test_renewed), cmocka_unit_test(test_rounds),
	    cmocka_unit_test(test_cancel),  cmocka_unit_test(test_killed),	cmocka_unit_test(test_order),	cmocka_unit_test(test_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
