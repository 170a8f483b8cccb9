/* test_guide.c - where a guide of the web is wrong or dangerous, the flow says the right thing in one line at the step it belongs to: point by
 * point, where it stands and the words that say it. And every section of the guide has a step. */
#include "unit.h"

#include "base/io.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#define ATT "tpm-attestation.flow.json"
#define PREV "prevention.flow.json"

static const struct {
	const char *point; /* section: what the guide says */
	const char *file, *at, *words;
} points[] = {
    {"1: a reference state in the chip", "help/attestation.json", "/text", "There is no reference kept in the TPM"},
    {"1: disks are encrypted with it", "help/tpm.json", "/text", "It does not encrypt the disks"},
    {"2a: TPM 2.0 is enough", ATT, "/steps/device/say", "its SHA-256 bank, its interface (FIFO/TIS)"},
    {"2a: a firmware TPM", "help/tpm.json", "/text", "is not supported up to 8.0"},
    {"2b: Secure Boot may not be configured", ATT, "/steps/secure-boot/say", "Attestation needs a host that started with Secure Boot on"},
    {"2b: Active or Enabled", ATT, "/steps/tpm-12/say", "Active and Deactivated are its words; a TPM 2.0 has"},
    {"2c: an attestation server", "help/attestation.json", "/text", "there is no attestation server beside it, except in Trust Authority"},
    {"2d: ownership", "help/clear.json", "/text", "only for a TPM that something else took over"},
    {"2e: records after an upgrade", ATT, "/steps/changed/say", "An upgrade puts a host out of step with no list in vCenter"},
    {"2f: network", ATT, "/steps/nothing-found/say", "the network counts only as their connection"},
    {"2f, 3e: Hardware Support Manager", ATT, "/steps/message/say", "nor has the Hardware Support Manager"},
    {"3a: switch Secure Boot on", ATT, "/steps/secure-boot/say", "Before it is switched on: is every component signed?"},
    {"3b: TPM 1.2", ATT, "/steps/tpm-12/say", "A TPM 1.2 is not attested"},
    {"3b: update the TPM's firmware", ATT, "/steps/changed/say", "it may change what the TPM keeps, and stands behind the gate"},
    {"3b, 4a: update the TPM's firmware", PREV, "/steps/firmware/say", "it comes after the recovery key is proven, never before"},
    {"3b, 4a: the newest firmware", PREV, "/steps/firmware/say", "Nobody here knows what is newest"},
    {"3c: grep -i tpm vmkernel.log", ATT, "/steps/evidence/say", "A search of vmkernel.log alone misses what hostd and vmkwarning say, and what was rotated away"},
    {"3d: reset ownership", ATT, "/steps/clear-gate/say", "Do not clear anything yet"},
    {"3d: no word of the recovery key", ATT, "/steps/clear-gate/say", "it does not start again without its recovery key"},
    {"3d: re-establish ownership", ATT, "/steps/clear-gate/say", "Nobody has to take ownership afterwards"},
    {"3e: certificates of the TPM", ATT, "/steps/tpm-certificate/say", "no software renews it, and no certificate page of vCenter shows it"},
    {"3e: expired certificates", "checks/host-certificate.json", "/judge", "expired: the connection to vCenter can break; attestation does not look at it"},
    {"3f: versions", "checks/vcenter-version.json", "/judge", "vCenter is older than the host: vCenter is upgraded first"},
    {"3g: disable and re-enable", ATT, "/steps/before-reconnect/say", "There is no switch to turn attestation off and on again"},
    {"3g: the alarm is made green", ATT, "/steps/reset-alarm/say", "Reset to Green attests nothing anew"},
    {"4c: test after an upgrade", PREV, "/steps/key-stored/say", "After an upgrade to 7.0 U2 or later"},
    {"4c: a status of before", PREV, "/steps/status/say", "A status from before it says nothing about what runs now"},
    {"4d: certificates", PREV, "/steps/certificates/say", "They have no part in attestation, and renewing them cures none"},
    {"UEFI CA 2011", PREV, "/steps/firmware/say", "It is never to be revoked on such a host"},
    {"5a: Host TPM Module Unavailable", ATT, "/steps/said-unavailable/say", "No product says it in these words"},
    {"5b: TPM Device Not Found", ATT, "/steps/said-not-found/say", "No product says it in these words"},
    {"5b: seat the chip", ATT, "/steps/said-not-found/say", "opening the server is a change behind the gate"},
    {"5c: Secure Boot failure", ATT, "/steps/said-secure-boot/say", "Several things are called so, and each has another remedy"},
    {"6: trustedboot", "checks/trustedboot.json", "/why", "presence only"},
    {"6: Administration > Certificates", "checks/vcenter-certificate.json", "/why", "what Administration > Certificates shows; they are for connections"},
    {"TXT: the sources disagree", "checks/txt.json", "/why", "the sources disagree on whether it should be on"},
};

static struct ra_json *load(const char *file)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = 1u << 20};
	char path[4096], line[RA_ERRS_MAX * RA_ERR_TEXT_MAX];
	struct ra_json *doc = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	snprintf(path, sizeof(path), "%s/flows/%s", unit_dir("RA_SRCDIR"), file);
	if (ra_read_file(path, &bytes, &errs) || ra_json_parse(file, ra_buf_str(&bytes), bytes.len, NULL, &doc, &errs))
		fail_msg("%s", ra_errs_line(&errs, line, sizeof(line)));
	return doc;
}

/* Does any text at or below the node hold the words? */
static bool says(const cJSON *node, const char *words)
{
	if (cJSON_IsString(node) && strstr(node->valuestring, words))
		return true;
	for (const cJSON *child = node ? node->child : NULL; child; child = child->next)
		if (says(child, words))
			return true;
	return false;
}

static void every_point_has_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < RA_LEN(points); i++) {
		RA_AUTO(ra_json_free) struct ra_json *doc = load(points[i].file);

		if (!says(ra_json_pointer(ra_json_root(doc), points[i].at), points[i].words))
			fail_msg("%s: %s%s does not say \"%s\"", points[i].point, points[i].file, points[i].at, points[i].words);
	}
}

static bool covers(const cJSON *node, const char *section)
{
	const cJSON *guide = ra_json_get(node, "guide"), *item;

	cJSON_ArrayForEach(item, guide) if (cJSON_IsString(item) && !strcmp(item->valuestring, section)) return true;
	for (const cJSON *child = node ? node->child : NULL; child; child = child->next)
		if ((cJSON_IsObject(child) || cJSON_IsArray(child)) && covers(child, section))
			return true;
	return false;
}

/* 4a to 4e stand in the flow that is about them. */
static void every_section_has_a_step(void **state)
{
	static const char *const sections[] = {"1",  "2a", "2b", "2c", "2d", "2e", "2f", "3a", "3b", "3c", "3d",
					       "3e", "3f", "3g", "4a", "4b", "4c", "4d", "4e", "5a", "5b", "5c", "6"};
	RA_AUTO(ra_json_free) struct ra_json *attestation = load(ATT), *prevention = load(PREV);

	(void)state;
	for (size_t i = 0; i < RA_LEN(sections); i++) {
		const struct ra_json *flow = sections[i][0] == '4' ? prevention : attestation;

		if (!covers(ra_json_get(ra_json_root(flow), "steps"), sections[i]))
			fail_msg("no step covers section %s", sections[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_point_has_its_line), cmocka_unit_test(every_section_has_a_step)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
