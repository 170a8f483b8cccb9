/* The settings of a firmware in its own words, against the BMC peer in four makers' shapes: the registry is found whatever it is called, read
 * once, and done without where there is none. */
#include "config.h"

#include "peer.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETUP "{\"redfish\":\"setup\"}"
#define DELL_BODY "GET:/redfish/v1/Systems/System.Embedded.1/Bios/BiosRegistry"
#define LOGIN "POST:/redfish/v1/SessionService/Sessions"

static struct peer peer;
static struct ra_link *link_to;

static void begin(const char *flags)
{
	peer_start(&peer, flags);
	static const struct peer_want want = {.redfish = true};

	link_to = peer_link(&peer, &want);
}

static void end(void)
{
	link_to = ra_link_free(link_to);
	peer_stop(&peer);
}

static struct ra_json *ask(void)
{
	struct ra_event event = peer_ask(link_to, SETUP);
	struct ra_json *json = NULL;

	if (event.reply.why != RA_LINK_ANSWERED || event.reply.status)
		fail_msg("why %d status %d: %s %s", (int)event.reply.why, event.reply.status, event.reply.say, ra_buf_str(&event.reply.err));
	assert_int_equal(ra_json_parse("setup", ra_buf_str(&event.reply.out), event.reply.out.len, NULL, &json, NULL), RA_OK);
	ra_event_clear(&event);
	return json;
}

static void expect(const struct ra_json *json, const char *pointer, const char *wanted)
{
	const cJSON *node = ra_json_pointer(ra_json_root(json), pointer);
	char *got = node ? ra_json_print(node) : strdup("nothing");

	if (strcmp(got, wanted) != 0)
		fail_msg("%s is %s, expected %s", pointer, got, wanted);
	free(got);
}

struct row {
	const char *flags, *at[9][2];
};

static void look(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		begin(rows[i].flags);
		struct ra_json *json = ask();

		for (size_t k = 0; k < RA_LEN(rows[i].at) && rows[i].at[k][0]; k++)
			expect(json, rows[i].at[k][0], rows[i].at[k][1]);
		ra_json_free(json);
		end();
	}
}

static void test_makers(void **state)
{
	static const struct row rows[] = {
	    {"-shape dell",
	     {{"/registry/id", "\"BiosAttributeRegistry.v1_0_3\""},
	      {"/pending", "\"none\""},
	      {"/settings/algorithm/word", "\"sha1\""},
	      {"/settings/algorithm/place", "\"System BIOS Settings > System Security > TPM Advanced Settings\""},
	      {"/settings/algorithm/locked", "false"},
	      {"/settings/algorithm/starts", "1"},
	      {"/settings/algorithm/options/sha256", "\"SHA256\""},
	      {"/settings/boot-mode/needs", "[\"Secure Boot: Disabled\"]"},
	      {"/settings/interface", "nothing"}}},
	    {"-shape dell -scenario tpmoff",
	     {{"/settings/algorithm/locked", "true"},
	      {"/settings/algorithm/needs", "[\"TPM Security: On\"]"},
	      {"/settings/algorithm/starts", "2"},
	      {"/settings/tpm/word", "\"off\""},
	      {"/settings/tpm/starts", "1"}}},
	    {"-shape hpe",
	     {{"/registry/id", "\"BiosAttributeRegistryA42.v1_2_60\""},
	      {"/settings/operation/place", "\"BIOS/Platform Configuration (RBSU) > Server Security > Trusted Platform Module Options\""},
	      {"/settings/operation/word", "\"none\""},
	      {"/settings/storage-hierarchy/word", "\"on\""},
	      {"/settings/interface/word", "\"fifo\""},
	      {"/settings/secure-boot/told_only", "true"}}},
	    {"-shape hpe -scenario tpmoff",
	     {{"/settings/tpm/word", "\"off\""},
	      {"/settings/operation/locked", "true"},
	      {"/settings/operation/needs", "[\"TPM Visibility: Visible\"]"},
	      {"/settings/operation/forced", "\"No Action\""}}},
	    {"-shape lenovo",
	     {{"/registry/id", "\"BiosAttributeRegistry.1.0.0\""},
	      {"/settings/sha1-bank/place", "\"Trusted Computing Group > Trusted Platform Module (TPM 2.0)\""},
	      {"/settings/sha1-bank/word", "\"off\""},
	      {"/settings/sha256-bank", "nothing"},
	      {"/settings/secure-boot/attribute", "\"SecureBootConfiguration_SecureBootSetting\""},
	      {"/settings/boot-mode/values", "[\"UEFI Mode\",\"Legacy Mode\"]"}}},
	    {"-shape supermicro",
	     {{"/registry/id", "\"BiosAttributeRegistry.v1_0_0\""},
	      {"/pending", "\"none\""},
	      {"/settings/sha256-bank/label", "\"SHA256 PCR Bank\""},
	      {"/settings/tpm/options/on", "\"Enable\""},
	      {"/settings/operation/word", "\"none\""},
	      {"/settings/operation/options/clear", "\"TPM Clear\""}}},
	    {"-shape supermicro -scenario tpmoff", {{"/settings/sha256-bank/needs", "[\"Security Device Support: Enable\"]"}, {"/settings/sha256-bank/hidden", "true"}}},
	    {"-shape cisco", {{"/registry", "nothing"}, {"/pending", "nothing"}, {"/settings/tpm/word", "\"off\""}, {"/settings/tpm/label", "nothing"}}},
	};

	(void)state;
	look(rows, RA_LEN(rows));
}

/* A clear that waits shows with each maker that can tell. */
static void test_clear(void **state)
{
	static const struct row rows[] = {
	    {"-shape dell -scenario clear", {{"/pending", "\"waiting\""}, {"/settings/hierarchy/next_word", "\"clear\""}}},
	    {"-shape hpe -scenario clear", {{"/pending", "\"waiting\""}, {"/settings/operation/next_word", "\"clear\""}}},
	    {"-shape lenovo -scenario clear", {{"/pending", "\"waiting\""}, {"/settings/operation/next_word", "\"clear\""}}},
	    {"-shape supermicro -scenario clear", {{"/pending", "\"waiting\""}, {"/settings/operation/next_word", "\"clear\""}}},
	    {"-shape supermicro -scenario clear,noregistries", {{"/settings/operation/next_word", "\"clear\""}, {"/settings/operation/next", "\"TPM Clear\""}}},
	};

	(void)state;
	look(rows, RA_LEN(rows));
}

/* The registry is left out where it cannot be had, whatever comes in its place; the settings are told all the same. */
static void test_without_registry(void **state)
{
	static const struct {
		const char *flags, *words;
	} rows[] = {
	    {"-scenario noregistries", "it names no registries"},
	    {"-scenario wrongregistry", "BiosRegistry is no registry of attributes"},
	    {"-scenario gone -uses 0 -on BiosRegistry", "no such resource (HTTP 404)"},
	    {"-scenario gone -uses 0 -on /Registries", "no such resource (HTTP 404)"},
	    {"-scenario foreign -on v1_0_0", "names no place of the registry on this server"},
	    {"-scenario away -on BiosRegistry", "it is not followed (HTTP 302)"},
	    {"-scenario huge -on BiosRegistry", "longer than the cap"},
	    {"-scenario bomb -on BiosRegistry", "longer than the cap"},
	    {"-scenario html -on BiosRegistry", "is no resource (text/html)"},
	    {"-scenario deep -on BiosRegistry", "is no resource"},
	    {"-scenario twice -on BiosRegistry", "is no resource"},
	    {"-scenario busy -on BiosRegistry", "Retry in 30 seconds"},
	    {"-scenario erridonly -on v1_0_0", "not authorized"},
	    {"-scenario html -on skip", "is no resource (text/html)"},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		begin(rows[i].flags);
		struct ra_json *json = ask();
		const char *why = ra_json_str(ra_json_root(json), "no_registry", "");

		expect(json, "/registry", "nothing");
		expect(json, "/pending", "\"none\"");
		expect(json, "/settings/algorithm", "{\"attribute\":\"Tpm2Algorithm\",\"value\":\"SHA1\",\"word\":\"sha1\"}");
		if (!strstr(why, rows[i].words))
			fail_msg("%s: %s", rows[i].flags, why);
		ra_json_free(json);
		end();
	}
}

/* Bios is what it is all about. What waits may be missing, and is not told then. */
static void test_without_bodies(void **state)
{
	(void)state;
	begin("-scenario gone -uses 0 -on .1/Bios");
	peer_expect_why(link_to, SETUP, RA_LINK_NO_REQUEST, "no such resource (HTTP 404)");
	end();
	begin("-scenario noregistries,erridonly -on Bios/Settings");
	struct ra_json *json = ask();

	expect(json, "/pending", "nothing");
	expect(json, "/settings/tpm/word", "\"on\"");
	ra_json_free(json);
	end();
}

/* The registry is read once; one that is not there is not asked for again, one that is busy is. No login is lost on the way. */
static void test_once(void **state)
{
	(void)state;
	begin("-shape dell");
	for (int i = 0; i < 3; i++)
		ra_json_free(ask());
	assert_int_equal(peer_calls(&peer, DELL_BODY), 1);
	assert_int_equal(peer_calls(&peer, "GET:/redfish/v1/Registries"), 1);
	assert_int_equal(peer_calls(&peer, "GET:/redfish/v1/Systems/System.Embedded.1/Bios"), 3);
	assert_int_equal(peer_calls(&peer, LOGIN), 1);
	end();
	begin("-scenario gone -uses 0 -on BiosRegistry");
	for (int i = 0; i < 2; i++)
		ra_json_free(ask());
	assert_int_equal(peer_calls(&peer, DELL_BODY), 1);
	end();
	begin("-scenario busy -on BiosRegistry");
	for (int i = 0; i < 2; i++)
		ra_json_free(ask());
	assert_int_equal(peer_calls(&peer, DELL_BODY), 2);
	end();
	begin("-scenario expire -uses 3");
	for (int i = 0; i < 2; i++) {
		struct ra_json *json = ask();

		expect(json, "/settings/algorithm/label", "\"TPM2 Algorithm Selection\"");
		ra_json_free(json);
	}
	end();
}

/* What is given up in the middle leaves nothing behind: the next question is answered as asked. */
static void test_given_up(void **state)
{
	(void)state;
	begin("-scenario slow -on BiosRegistry -delay 2000");
	peer_submit(link_to, 7, NULL, SETUP);
	for (int i = 0; i < 2000 && peer_calls(&peer, "GET:/redfish/v1/Registries/BiosAttributeRegistry.v1_0_0") == 0; i++) {
		struct pollfd fds[RA_LINK_FDS_MAX];
		ra_mono_ms deadline = RA_DEADLINE_NONE;
		int count = link_to->ops->poll(link_to, fds, &deadline);
		struct ra_event event = {0};

		(void)poll(fds, (nfds_t)count, 10);
		link_to->ops->step(link_to, ra_mono_now());
		link_to->ops->next(link_to, &event);
		if (event.kind == RA_EV_NEED) {
			RA_AUTO(ra_secret_free) struct ra_secret *secret = ra_secret_new();

			assert_int_equal(ra_secret_set(secret, "peer-secret-2", strlen("peer-secret-2")), RA_OK);
			link_to->ops->answer(link_to, true, secret);
		}
		ra_event_clear(&event);
	}
	link_to->ops->cancel(link_to, 7);
	struct ra_event event = peer_reply(link_to, 7);

	assert_int_equal(event.reply.why, RA_LINK_CANCELLED);
	ra_event_clear(&event);
	event = peer_ask(link_to, "{\"redfish\":\"system\"}");
	assert_int_equal(event.reply.why, RA_LINK_ANSWERED);
	assert_non_null(strstr(ra_buf_str(&event.reply.out), "\"PowerState\":\"On\""));
	ra_event_clear(&event);
	struct ra_json *json = ask();

	expect(json, "/settings/algorithm/label", "\"TPM2 Algorithm Selection\"");
	ra_json_free(json);
	end();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_makers),	   cmocka_unit_test(test_clear), cmocka_unit_test(test_without_registry),
	    cmocka_unit_test(test_without_bodies), cmocka_unit_test(test_once),	 cmocka_unit_test(test_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
