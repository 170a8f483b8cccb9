/* What a recording keeps and what it does not: secrets are masked, whose host it is is scrubbed, and what is parsed
 * stays as it was. */
#include "config.h"

#include "base/cert.h"
#include "base/io.h"
#include "session/kept.h"
#include "session/redact.h"
#include "tests/unit/session_rig.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A recording with these answers on SSH and vCenter. */
static cJSON *recording(const char *lines, const char *json)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};

	assert_int_equal(
	    ra_buf_printf(
		&text,
		"{\"id\":\"r\",\"title\":\"Recording of "
		"ESX01.corp.example.org\",\"host\":\"esx01.corp.example.org\",\"clock\":\"2026-03-02T01:00:00Z\","
		"\"states\":{\"recorded\":{\"ssh\":{\"say\":\"esx01: "
		"gone\",\"replies\":[{\"request\":{\"run\":[\"x\"]},\"out\":%s}]},"
		"\"vcenter\":{\"replies\":[{\"request\":{\"property\":\"y\"},\"json\":%s},"
		"{\"request\":{\"property\":\"parent\"},\"json\":{\"name\":\"prod-a\"}},"
		"{\"request\":{\"property\":\"vm\"},\"json\":{\"vms\":[{\"name\":\"db7\",\"power\":\"poweredOn\"}]}}]}}"
		"}}",
		lines, json),
	    RA_OK);
	cJSON *tree = cJSON_Parse(ra_buf_str(&text));

	assert_non_null(tree);
	return tree;
}

static const cJSON *ssh_out(const cJSON *tree)
{
	return ra_json_pointer(tree, "/states/recorded/ssh/replies/0/out");
}

/* One line of a host, and what it is after. The lines stand in one recording each, so that every number begins anew. */
static void test_lines_are_scrubbed(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
	    /* the host, in every spelling, and inside longer words where it is a word */
	    {"esx01.corp.example.org ESX01 esx01-ilo my_esx01 esx011 xesx01 Esx01.",
	     "host-1.domain-1.example host-1 host-1-ilo my_host-1 esx011 xesx01 host-1."},
	    {"other.corp.example.org, corp.example.org", "host-2.domain-1.example, domain-1.example"},
	    /* addresses, and what only looks like one */
	    {"from 10.1.2.3 and 10.1.2.3:902, not 10.1.2.34", "from 10.128.0.2 and 10.128.0.2:902, not 10.128.0.3"},
	    {"Version: 8.0.2.0, ESXi 8.0.2.1 127.0.0.1 0.0.0.0 255.255.255.0",
	     "Version: 8.0.2.0, ESXi 8.0.2.1 127.0.0.1 0.0.0.0 255.255.255.0"},
	    /* a host's name before an address is no version, nor is any word that only ends like one */
	    {"Host esx-21 (10.1.2.3), esxnode 10.1.2.4, ESXi host 10.1.2.5, rapid 10.1.2.6, firmware from 10.1.2.7",
	     "Host esx-21 (10.128.0.2), esxnode 10.128.0.3, ESXi host 10.128.0.4, rapid 10.128.0.5, firmware from 10.128.0.6"},
	    {"\"apiVersion\":\"8.0.2.0\", BIOS Dell 2.1.3.4, driver nmlx5_core 4.19.16.8, ESXi-8.0.2.1",
	     "\"apiVersion\":\"8.0.2.0\", BIOS Dell 2.1.3.4, driver nmlx5_core 4.19.16.8, ESXi-8.0.2.1"},
	    {"lsi-mr3  7.726.02.00-1OEM.800.1.0.20613240", "lsi-mr3  7.726.02.00-1OEM.800.1.0.20613240"},
	    {"fe80::250:56ff:fe5a:1 and ::1, vim::Search", "fe80::5c:1 and ::1, vim::Search"},
	    {"::ffff:cb00:7108 and ::ffff:10.1.2.3, std::dead", "2001:db8::1 and ::ffff:10.128.0.2, std::dead"},
	    {"00:50:56:5a:00:01 00-50-56-5A-00-01", "02:00:00:00:00:01 02-00-00-00-00-01"},
	    {"ether 0050.565a.0001 mac=0050565A0002 HWaddr 0050565a0003, 005056a00004", "ether 0200.0000.0001 mac=020000000002 HWaddr 020000000003, 005056a00004"},
	    /* a UUID in bytes, dashes, and the other order of bytes is one UUID */
	    {"4c414200-1122-1031-8031-b4c04f4c4142 0x4c 0x41 0x42 0x0 0x11 0x22 0x10 0x31 0x80 0x31 0xb4 0xc0 0x4f "
	     "0x4c 0x41 0x42 "
	     "0042414C-2211-3110-8031-B4C04F4C4142",
	     "5c5c5c5c-0000-4000-8000-000000000001 0x5c 0x5c 0x5c 0x5c 0x0 0x0 0x40 0x0 0x80 0x0 0x0 0x0 0x0 0x0 0x0 "
	     "0x1 "
	     "5C5C5C5C-0000-0040-8000-000000000001"},
	    {"RecoveryID: {7E57AB1E-0001-4C3D-8E2F-1AB1AB1AB1AB}",
	     "RecoveryID: {5C5C5C5C-0000-4000-8000-000000000001}"},
	    {"00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"},
	    /* times go by whole days; an hour of the day stays */
	    {"2026-03-02T01:00:05.123Z 2026-03-01 2025-12-31T23:59:59Z",
	     "2026-01-01T01:00:05.123Z 2025-12-31 2025-11-01T23:59:59Z"},
	    {"${now+5} 1970-01-01T00:00:00Z 20613240 8.0.2-0.0.22380479",
	     "${now+5} 1970-01-01T00:00:00Z 20613240 8.0.2-0.0.22380479"},
	    /* people, things */
	    {"   Serial Number: CZ12345ABC", "   Serial Number: SERIAL0001"},
	    {"   Serial Number: None", "   Serial Number: None"},
	    {"   Serial Number: 771234567, 771234567 bytes", "   Serial Number: SERIAL0001, SERIAL0001 bytes"},
	    {"   Serial Number: 8.0.2, count 12", "   Serial Number: 8.0.2, count 12"},
	    {"<SerialNumber>CZ12345ABC</SerialNumber> Board Serial: .7XYZ77Q.CN70163.", "<SerialNumber>SERIAL0001</SerialNumber> Board Serial: .SERIAL0002."},
	    {"SN: CZ12345ABC, S/N J1234567, iDRAC Service Tag 7XYZ77Q, Express Service Code: 16213215698",
	     "SN: SERIAL0002, S/N SERIAL0003, iDRAC Service Tag SERIAL0004, Express Service Code: SERIAL0001"},
	    {"the serial: \"Serial Number\", service tag is not set", "the serial: \"Serial Number\", service tag is not set"},
	    {"https://svc7:x@10.1.2.3/, admin7@10.1.2.4, admin7 again", "https://user-1:x@10.128.0.2/, user-2@10.128.0.3, user-2 again"},
	    /* keys, between marks or not */
	    {"EK public area 00010001000b000300b20020837197674484b3f8, ekcert sha256 7777abcdef7777abcdef7777abcdef77",
	     "EK public area 5c00000000000000000000000000000000000001, ekcert sha256 5c000000000000000000000000000002"},
	    {"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
	    {"user=CORP\\\\jdoe jdoe logged in, root too, user=root",
	     "user=domain-2.example\\\\user-1 user-1 logged in, root too, user=root"},
	    {"SSH session was closed for 'jdoe@10.1.2.3'.", "SSH session was closed for 'user-1@10.128.0.2'."},
	    {"/vmfs/volumes/gold-01/db7/db7.vmx on gold-01", "/vmfs/volumes/datastore-1/vm-1/vm-1.vmx on datastore-1"},
	    {"thumbprint: A1:B2:C3:D4:E5:F6:A1:B2:C3:D4:E5:F6:A1:B2:C3:D4:E5:F6:A1:B2",
	     "thumbprint: 5C:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:01"},
	    /* what belongs to everybody */
	    {"vmkernel: cpu1)tpmdriver root localhost vpxuser PowerEdge R750",
	     "vmkernel: cpu1)tpmdriver root localhost vpxuser PowerEdge R750"},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		RA_AUTO(ra_cjson_free) cJSON *lines = cJSON_CreateStringArray(&cases[i].in, 1);
		RA_AUTO(ra_mem_free) char *text = cJSON_PrintUnformatted(lines);
		RA_AUTO(ra_cjson_free) cJSON *tree = recording(text, "null");
		struct ra_scrubbed told;
		struct ra_errs errs;

		ra_errs_clear(&errs);
		assert_int_equal(ra_scrub(tree, &told, &errs), RA_OK);
		assert_int_equal(cJSON_GetArraySize(ssh_out(tree)), 1);
		assert_string_equal(ssh_out(tree)->child->valuestring, cases[i].out);
		ra_scrubbed_clear(&told);
	}
}

/* In a record a line of a key or a certificate is found without the marks that stand around it in another answer, and nothing else is. */
static void test_lines_of_a_record(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
	    {"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1"},
	    {"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
	    {"usr/lib/vmware/vpxa/python/attestation/something/Quite/long/indeed/of/it",
	     "usr/lib/vmware/vpxa/python/attestation/something/Quite/long/indeed/of/it"},
	    {"2026-03-02T01:00:05Z Host esx-21 (10.1.2.3) 0050.565a.0001", "2026-03-02T01:00:05Z Host esx-21 (10.128.0.2) 0200.0000.0001"},
	};
	RA_AUTO(ra_cjson_free) cJSON *map = cJSON_CreateObject();

	(void)state;
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf out = {0};
		struct ra_errs errs;

		ra_errs_clear(&errs);
		assert_int_equal(ra_redact_text(map, cases[i].in, &out, &errs), RA_OK);
		assert_string_equal(ra_buf_str(&out), cases[i].out);
	}
}

/* A value that is a tree: names of members go as well, and one that is no tree any more, because two names became one or a word of the site's
 * own is a part of its form, is shown as a text. Nothing of it stays open. */
static void test_trees_of_a_record(void **state)
{
	static const struct {
		const char *body, *shown;
	} rows[] = {
	    {"{\"text\":{\"$s\":{\"10.1.2.3\":\"aa:bb:cc:dd:ee:ff\"}}}", "{\"10.128.0.2\":\"02:00:00:00:00:01\"}"},
	    {"{\"text\":{\"$s\":{\"ESX01\":1,\"esx01\":2}}}", "\"{\\\"host-1\\\":1,\\\"host-1\\\":2}\""},
	    {"{\"text\":{\"$s\":[\"esx01\",771234567]}}", "\"[\\\"host-1\\\",SERIAL0001]\""},
	    {"{\"text\":{\"$s\":[\"esx01\",\"own\"]}}", "\"[\\\"host-1\\\",word-1]\""},
	};
	char dir[] = "/tmp/reattest-kept-XXXXXX", from[64], to[64];
	RA_AUTO(ra_also_free) struct ra_also *also = NULL;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(from, sizeof(from), "%s/j", dir);
	snprintf(to, sizeof(to), "%s/c", dir);
	assert_int_equal(ra_also_read("also", "\"own\"\n", &also, NULL), RA_OK);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		const struct ra_redaction_wish wish = {.path = from, .to = to, .also = also};
		RA_AUTO(ra_buf_free) struct ra_buf copy = {0};
		struct ra_redaction_told told;
		struct ra_journal *journal;
		struct ra_entry entry;
		struct ra_errs errs;

		ra_errs_clear(&errs);
		assert_int_equal(ra_journal_create(from, &journal, &errs), RA_OK);
		assert_int_equal(ra_journal_append(journal, 0, "start", cJSON_Parse("{\"host\":{\"$s\":\"esx01\"},\"x\":{\"$s\":\"Serial Number: 771234567\"}}"), &entry, &errs), RA_OK);
		ra_entry_clear(&entry);
		assert_int_equal(ra_journal_append(journal, 0, "note", cJSON_Parse(rows[i].body), &entry, &errs), RA_OK);
		ra_entry_clear(&entry);
		ra_journal_free(journal);
		assert_int_equal(ra_session_redact(&wish, &told, &errs), RA_OK);
		assert_int_equal(ra_read_file(to, &copy, NULL), RA_OK);
		const char *line = strchr(ra_buf_str(&copy), '\n') + 1, *shown = strstr(line, "\"open\":[],\"shown\":{\"");

		assert_non_null(shown);
		const char *value = strchr(shown + sizeof("\"open\":[],\"shown\":{\"") - 1, ':') + 1;

		if (strncmp(value, rows[i].shown, strlen(rows[i].shown)))
			fail_msg("%zu: %s", i, value);
		assert_string_equal(value + strlen(rows[i].shown), "}}\n");
		ra_redaction_clear(&told);
		unlink(from);
		unlink(to);
	}
	rmdir(dir);
}

/* A name of another domain is one word: its first part may be anybody's. A file is no host. */
static void test_other_hosts(void **state)
{
	RA_AUTO(ra_cjson_free) cJSON *tree = recording(
	    "[\"esx02 of the pool, esx02.corp.example.org, log\", \"System: VMware-56 4d 3a 11 22 33 44 55-66 77 88 99 aa bb cc dd\"]",
	    "[\"pool.ntp.example\",{\"name\":\"esx02.corp.example.org\",\"server\":\"vmkernel.log\",\"by\":\"2.0\"}]");
	struct ra_scrubbed told;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	assert_int_equal(ra_scrub(tree, &told, &errs), RA_OK);
	RA_AUTO(ra_mem_free) char *text = ra_json_print(tree);

	assert_non_null(strstr(text, "\"out\":[\"host-2 of the pool, host-2.domain-1.example, log\","));
	assert_non_null(strstr(text, "\"System: VMware-5c 00 00 00 00 00 00 00-00 00 00 00 00 00 00 01\""));
	assert_non_null(strstr(text, "[\"name-1.example\",{\"name\":\"host-2.domain-1.example\""));
	ra_scrubbed_clear(&told);
}

/* The same value has one token in every answer; names of members, numbers and requests stay; the recording's own words
 * are scrubbed too. */
static void test_one_token_everywhere(void **state)
{
	RA_AUTO(ra_cjson_free)
	cJSON *tree =
	    recording("[\"prod-a esx01\", \"db7 ESX02\"]",
		      "{\"serialNumber\":\"CZ12345ABC\",\"hostName\":\"esx02\",\"esx01\":[1,true,\"cz12345abc\"]}");
	struct ra_scrubbed told;
	struct ra_errs errs;
	size_t places = 0;

	ra_errs_clear(&errs);
	assert_int_equal(ra_scrub(tree, &told, &errs), RA_OK);
	RA_AUTO(ra_mem_free) char *text = ra_json_print(tree);

	assert_non_null(strstr(text, "\"out\":[\"cluster-1 host-1\",\"vm-1 host-2\"]"));
	assert_non_null(strstr(
	    text, "{\"serialNumber\":\"SERIAL0001\",\"hostName\":\"host-2\",\"esx01\":[1,true,\"SERIAL0001\"]}"));
	assert_non_null(strstr(text, "{\"name\":\"cluster-1\"}"));
	assert_non_null(strstr(
	    text, "\"title\":\"Recording of "
		  "host-1.domain-1.example\",\"host\":\"host-1.domain-1.example\",\"clock\":\"2026-01-01T01:00:00Z\""));
	assert_non_null(strstr(text, "\"say\":\"host-1: gone\""));
	assert_string_equal(ra_json_str(ra_json_get(told.map, "host name"), "esx01", ""), "host-1");
	for (size_t i = 0; i < told.count; i++)
		if (!strcmp(told.counts[i].rule, "host name")) {
			places = told.counts[i].places;
			assert_int_equal(told.counts[i].values, 2);
		}
	assert_int_equal(places, 6);
	ra_scrubbed_clear(&told);
}

/* A certificate is another one with the same span of time, its names by the words that are known. */
static void test_certificates(void **state)
{
	const struct ra_cert_wish wish = {"esx01.corp.example.org", "Corp Issuing CA", 1761955200000, 1919721600000, 7};
	RA_AUTO(ra_buf_free) struct ra_buf pem = {0};
	struct ra_cert was, is;
	struct ra_scrubbed told;
	struct ra_errs errs;
	size_t count = 0;

	ra_errs_clear(&errs);
	assert_int_equal(ra_cert_make(&wish, &pem, &errs), RA_OK);
	assert_int_equal(ra_certs_from_pem(pem.data, pem.len, &was, 1, &count), RA_OK);
	assert_string_equal(was.subject, "CN=esx01.corp.example.org");
	assert_int_equal(was.not_after, wish.not_after);
	RA_AUTO(ra_cjson_free) cJSON *item = cJSON_CreateString(ra_buf_str(&pem));
	RA_AUTO(ra_mem_free) char *text = cJSON_PrintUnformatted(item);
	RA_AUTO(ra_cjson_free)
	cJSON *tree =
	    recording("[\"-----BEGIN CERTIFICATE-----\", \"AAAA\", \"-----END CERTIFICATE-----\", \"last\"]", text);

	assert_int_equal(ra_scrub(tree, &told, &errs), RA_OK);
	const char *made = ra_json_str(ra_json_pointer(tree, "/states/recorded/vcenter/replies/0"), "json", "");

	assert_int_equal(ra_certs_from_pem(made, strlen(made), &is, 1, &count), RA_OK);
	assert_string_equal(is.subject, "CN=host-1.domain-1.example");
	assert_string_equal(is.issuer, "CN=certificate-name-2");
	assert_string_not_equal(is.sha256, was.sha256);
	assert_int_equal(is.not_after - is.not_before, was.not_after - was.not_before);
	assert_int_equal(is.not_before - was.not_before, -60 * INT64_C(86400000));
	/* One that cannot be read is none before and after. */
	RA_AUTO(ra_mem_free) char *lines = ra_json_print(ssh_out(tree));

	assert_string_equal(lines, "[\"-----BEGIN CERTIFICATE----------END CERTIFICATE-----\",\"last\"]");
	ra_scrubbed_clear(&told);
}

static void test_not_a_recording(void **state)
{
	RA_AUTO(ra_cjson_free) cJSON *tree = cJSON_Parse("{\"clock\":\"soon\"}");
	struct ra_scrubbed told;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	assert_int_equal(ra_scrub(tree, &told, &errs), RA_E_INVALID);
	ra_scrubbed_clear(&told);
}

/* A check of a recording, kept: it replays to the same bytes, and says what came of it. */
static void test_a_walk_is_kept(void **state)
{
	const struct rig_host host = {.speed = 60, .status = "accepted"};
	RA_AUTO(ra_flowset_free) struct ra_flowset *flows = session_flows();
	RA_AUTO(ra_recording_free) struct ra_recording *from = session_recording(&host);
	RA_AUTO(ra_hub_free) struct ra_hub *hub = ra_hub_new(1);
	RA_AUTO(ra_cjson_free) cJSON *tree = NULL;
	RA_AUTO(ra_recording_free) struct ra_recording *again = NULL;
	struct ra_session_options options = {.flows = flows,
					     .recording = from,
					     .flow = "walk",
					     .entry = "look",
					     .all_checks = true,
					     .until = RA_UTC_NONE};
	struct ra_session *session = NULL;
	struct ra_kept told;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	assert_int_equal(ra_session_new(hub, &options, &session, &errs), RA_OK);
	session_settle(hub);
	for (int i = 0; !session->ended && i < 10000; i++)
		session_settle(hub);
	assert_int_equal(ra_session_keep(session, "kept", &told, &tree, &errs), RA_OK);
	RA_AUTO(ra_mem_free) char *text = ra_json_print(tree);

	assert_non_null(strstr(text, "\"host\":\"esx01\",\"clock\":\"2026-03-02T01:00:00Z\""));
	assert_non_null(strstr(text, "\"out\":[\"Maintenance Mode: Disabled\"]"));
	assert_non_null(strstr(text, "{\"request\":{\"property\":\"summary.tpmAttestation\"},\"json\":{\"status\":"
				     "\"accepted\",\"time\":\"2026-03-01T01:00:00Z\"}}"));
	assert_null(strstr(text, "recovery"));
	assert_non_null(strstr(text, "\"expect\":{\"check\":{\"exit\":"));
	assert_int_equal(told.secrets + told.cut + told.odd, 0);
	assert_true(told.replies > 2);
	assert_int_equal(ra_source_make("kept", tree, &again, &errs), RA_OK);
}

/* A host that was lost on the way: what it was not asked any more is unreachable in the recording, a secret is not in it at all. */
static void test_a_lost_host_is_kept(void **state)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *flows = session_flows();
	RA_AUTO(ra_hub_free) struct ra_hub *hub = ra_hub_new(1);
	RA_AUTO(ra_cjson_free) cJSON *tree = NULL;
	RA_AUTO(ra_recording_free) struct ra_recording *again = NULL;
	struct puppet *puppet = session_puppet(hub, "esx0");
	struct ra_session_options options = {
	    .flows = flows, .host = "esx0", .flow = "walk", .entry = "look", .all_checks = true, .until = RA_UTC_NONE};
	struct ra_session *session = NULL;
	struct ra_kept told;
	struct ra_errs errs;
	const cJSON *reply;
	int timeouts = 0, lost = 0;

	ra_errs_clear(&errs);
	assert_int_equal(ra_session_new(hub, &options, &session, &errs), RA_OK);
	session_settle(hub);
	assert_true(puppet->ticket_count > 2);
	puppet_state(puppet, RA_LINK_UP, RA_LINK_ANSWERED);
	puppet_reply(puppet, puppet->tickets[0], RA_LINK_TIMEOUT);
	puppet_state(puppet, RA_LINK_DOWN, RA_LINK_UNREACHABLE);
	session_settle(hub);
	assert_int_equal(ra_session_stop(session, "operator", &errs), RA_OK);
	assert_int_equal(ra_session_keep(session, "lost", &told, &tree, &errs), RA_OK);
	assert_string_equal(ra_json_str(ra_json_pointer(tree, "/states/recorded/ssh"), "state", ""), "up");
	cJSON_ArrayForEach (reply, ra_json_pointer(tree, "/states/recorded/ssh/replies")) {
		timeouts += !strcmp(ra_json_str(reply, "fault", ""), "timeout");
		lost += !strcmp(ra_json_str(reply, "fault", ""), "unreachable");
	}
	assert_int_equal(timeouts, 1);
	assert_int_equal(lost, puppet->ticket_count - 1);
	RA_AUTO(ra_mem_free) char *text = ra_json_print(tree);

	assert_null(strstr(text, "recovery"));
	assert_int_equal(ra_source_make("lost", tree, &again, &errs), RA_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines_are_scrubbed),
	    cmocka_unit_test(test_lines_of_a_record),
	    cmocka_unit_test(test_trees_of_a_record),
	    cmocka_unit_test(test_one_token_everywhere), cmocka_unit_test(test_certificates),	   cmocka_unit_test(test_other_hosts),
	    cmocka_unit_test(test_not_a_recording),      cmocka_unit_test(test_a_walk_is_kept),
	    cmocka_unit_test(test_a_lost_host_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
