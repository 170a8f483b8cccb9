/* view_fixture.h - views of walks made by hand, for tests of screens and plain mode. Nothing in them is owned: never
 * free one. */
#ifndef RA_TESTS_VIEW_FIXTURE_H
#define RA_TESTS_VIEW_FIXTURE_H

#include "session/view.h"

#define AT(hour, minute, second) (INT64_C(1771027200000) + ((hour)*3600 + (minute)*60 + (second)) * INT64_C(1000))
#define NOW AT(12, 4, 40)

#define LIST(...) ((char *[]){__VA_ARGS__})

static struct ra_view_plane fixture_planes[] = {
    {"ssh", "up", "", "esx01.lab.example port 22", false},
    {"vcenter", "up", "", "vc.lab.example", false},
    {"bmc", "not given", "", "", false},
};
static struct ra_view_step fixture_steps[] = {
    {"tpm-attestation", "kind", "Kind of host", "", "edge", RA_MARK_DONE, AT(12, 1, 2), NULL, 0, 0, NULL, 0},
    {"tpm-attestation", "changed", "What changed", "it is a host that vCenter attests", "answer", RA_MARK_DONE,
     AT(12, 1, 30), NULL, 0, 0, NULL, 0},
    {"tpm-attestation", "status", "Attestation status", "", "edge", RA_MARK_DONE, AT(12, 2, 0), NULL, 0, 0, NULL, 0},
    {"tpm-attestation", "evidence", "Evidence first", "", "skip", RA_MARK_SKIP, AT(12, 2, 30), NULL, 0, 0, NULL, 0},
    {"tpm-attestation", "device", "TPM device", "", "back", RA_MARK_BACK, AT(12, 3, 0), NULL, 0, 0, NULL, 0},
    {"tpm-attestation", "device", "TPM device", "", "edge", RA_MARK_DONE, AT(12, 3, 30), NULL, 0, 0, NULL, 0},
    {"tpm-attestation", "secure-boot", "Secure Boot: is it on for this boot?",
     "a device answers and its version is 2.0", "", RA_MARK_NOW, AT(12, 4, 20), NULL, 0, 0, NULL, 0},
};
static struct ra_view_result fixture_results[] = {
    {"tpm-device", "TPM device", "", "PASS", "pass", "TPM version: 2.0", "SSH", AT(12, 3, 40), false, false, {0}},
    {"secureboot", "Secure Boot for this boot", "the host booted with Secure Boot off", "FAIL", "fail",
     "Secure Boot: off", "SSH, vCenter", AT(12, 4, 31), false, true, {0}},
    {"secureboot-can", "Can Secure Boot be switched on", "", "PASS", "pass", "Every component is signed", "SSH",
     AT(12, 4, 33), false, true, {0}},
    {"bank", "PCR bank", "the command is not known on this version", "UNKNOWN", "unknown", "", "SSH", AT(12, 4, 35),
     false, true, {0}},
};
static struct ra_view_command fixture_commands[] = {
    {.seq = 11,
     .plane = "ssh",
     .check = "tpm-device",
     .words = "esxcli hardware trustedboot get",
     .why = "answered",
     .took_ms = 412,
     .at = AT(12, 3, 40)},
    {.seq = 14,
     .plane = "ssh",
     .check = "secureboot",
     .words = "/usr/lib/vmware/secureboot/bin/secureBoot.py -s",
     .why = "answered",
     .took_ms = 210,
     .at = AT(12, 4, 31)},
    {.seq = 15,
     .plane = "vcenter",
     .check = "secureboot",
     .words = "property capability.uefiSecureBoot",
     .why = "answered",
     .took_ms = 35,
     .at = AT(12, 4, 31)},
    {.seq = 17,
     .plane = "ssh",
     .check = "secureboot-can",
     .words = "/usr/lib/vmware/secureboot/bin/secureBoot.py -c",
     .why = "answered",
     .took_ms = 12950,
     .at = AT(12, 4, 33)},
    {.seq = 19,
     .plane = "ssh",
     .check = "bank",
     .words = "esxcli hardware tpm tag get",
     .why = "answered",
     .status = 1,
     .took_ms = 90,
     .at = AT(12, 4, 35)},
    {.seq = 21,
     .plane = "ssh",
     .check = "logs",
     .words = "log vmkernel since boot",
     .why = "timeout",
     .took_ms = 30000,
     .at = AT(12, 4, 36)},
};
static struct ra_view_rule fixture_rules[] = {
    {"for", "vCenter says: Host secure boot was disabled", "KB 94904", "true", "high"},
    {"against", "the host's own script says Enabled", "secureBoot.py -s", "true", "low"},
    {"rules out", "the host booted with Secure Boot on", "", "false", ""},
};
static struct ra_view_cause fixture_causes[] = {
    {.id = "stale",
     .title = "The alarm is older than the last attestation",
     .status = "ruled_out",
     .why = "",
     .impact = "",
     .resolution = "",
     .fix_by = "nobody",
     .rank = 2},
    {.id = "secure-boot-off",
     .title = "Secure Boot is off",
     .status = "likely",
     .why = "Attestation needs a host that booted with Secure Boot on.",
     .impact = "Attestation fails until it is on.",
     .resolution = "Switch Secure Boot on in the firmware setup, after every component is known to be signed.",
     .fix_by = "firmware",
     .rank = 1,
     .guide = {LIST("3a"), 1},
     .references = {LIST("https://knowledge.broadcom.com/external/article/320863"), 1},
     .rules = fixture_rules,
     .rule_count = 3},
    {.id = "bank",
     .title = "The TPM's SHA-256 bank is off",
     .status = "open",
     .why = "",
     .impact = "",
     .resolution = "",
     .fix_by = "firmware",
     .rank = 3},
};
static struct ra_view_obs fixture_obs[] = {
    {"ssh", "false", "", "secureboot", AT(12, 4, 31), 14, true, "Disabled"},
    {"vcenter", NULL, "unreachable", "secureboot", AT(12, 1, 0), 3, false, ""},
};
static struct ra_view_fact fixture_facts[] = {
    {.name = "host.secureboot",
     .type = "bool",
     .value = "false",
     .reason = "",
     .known = true,
     .obs = fixture_obs,
     .obs_count = 2},
    {.name = "tpm.version", .type = "text", .value = "2.0", .reason = "", .known = true},
    {.name = "tpm.bank.sha256", .type = "bool", .reason = "malformed"},
};

static struct ra_view_map_row fixture_map[] = {
    {RA_MAP_STEP, RA_MAP_DONE, 0, "tpm-attestation", "kind", "Kind of host", "check", "", "1", "", {0},
     {LIST("1 (no vCenter manages this host) -> No vCenter", "else, unknown, error -> What changed; taken as step 1"), 2}},
    {RA_MAP_STEP, RA_MAP_GONE, 1, "tpm-attestation", "standalone", "No vCenter, no attestation", "end: not_a_fault", "end", "", "", {0}, {0}},
    {RA_MAP_STEP, RA_MAP_DONE, 0, "tpm-attestation", "changed", "What changed", "question", "", "2", "", {0}, {0}},
    {RA_MAP_STEP, RA_MAP_SKIP, 0, "tpm-attestation", "evidence", "Evidence first", "action by ssh, reversible: log", "", "4", "", {0}, {0}},
    {RA_MAP_STEP, RA_MAP_DONE, 0, "tpm-attestation", "device", "TPM device", "check", "", "5", "", {0}, {0}},
    {RA_MAP_BELOW, RA_MAP_AHEAD, 1, "tpm-attestation", "clear-gate", "Gate: Clear TPM", "", "", "", "3, 4", {0}, {0}},
    {RA_MAP_STEP, RA_MAP_NOW, 0, "tpm-attestation", "secure-boot", "Secure Boot: is it on for this boot?", "check", "", "6", "",
     {LIST("Attestation needs a host that booted with Secure Boot on (guide 3a)."), 1},
     {LIST("1 (Secure Boot is off) -> Gate: Clear TPM", "else, unknown, error -> Stopped"), 2}},
    {RA_MAP_ABOVE, RA_MAP_DONE, 1, "tpm-attestation", "device", "TPM device", "", "", "", "2", {0}, {0}},
    {RA_MAP_STEP, RA_MAP_AHEAD, 1, "tpm-attestation", "stopped", "Stopped", "end: stopped", "end", "", "", {0}, {0}},
    {RA_MAP_STEP, RA_MAP_AHEAD, 0, "tpm-attestation", "clear-gate", "Gate: Clear TPM", "gate: key-proven", "gate", "", "", {0}, {0}},
    {RA_MAP_STEP, RA_MAP_AHEAD, 0, "tpm-attestation", "clear", "Clear TPM (ownership reset)", "action by a human, irreversible: tpm_clear",
     "irreversible", "", "", {LIST("Clear it in the firmware setup."), 1}, {LIST("ok -> Stopped"), 1}},
    {RA_MAP_BELOW, RA_MAP_GONE, 9, "tpm-attestation", "elsewhere", "A step far down that is not here", "", "", "7", "fail, skip", {0}, {0}},
};

static struct ra_view_check fixture_palette[] = {
    {"config-encryption", "Secure ESXi configuration", "a clear needs the recovery key", "SSH, vCenter", "INFO", "not bound to the TPM", AT(12, 4, 30), false},
    {"console-text", "Text on the console", "what stands there says which recovery it is", "by hand", "", "", RA_UTC_NONE, false},
    {"secure-boot-state", "Secure Boot in this boot", "attestation needs it", "SSH, vCenter", "FAIL", "Secure Boot is off", AT(12, 4, 31), false},
    {"trustedboot", "TPM seen by ESXi", "present, no more", "SSH, vCenter", "PASS", "a TPM is there", AT(11, 4, 31), true},
};
static struct ra_view_topic fixture_topics[] = {
    {"status", "What the status means", "Passed: vCenter judged this host.\n\nFailed: vCenter judged, and the message says why.", {LIST("a manual, p.106"), 1}, true},
    {"tpm", "What ESXi uses a TPM for", "A chip.", {LIST("a guide"), 1}, false},
};
static struct ra_texts fixture_say = {LIST("Attestation needs a host that booted with Secure Boot on (guide 3a)."), 1};

/* The walk of the design page: Secure Boot is off, the checks of the step are done. */
static inline struct ra_view fixture_walk(void)
{
	return (struct ra_view){
	    .flow = "tpm-attestation",
	    .flow_title = "Host TPM attestation failed",
	    .flow_version = "1.0.0",
	    .flow_sha256 = "",
	    .program = "reattest 0.1.0",
	    .host = "esx01.lab.example",
	    .esxi_version = "8.0.2",
	    .attestation = "Failed (12:01Z)",
	    .source = "",
	    .operator_name = "",
	    .change_id = "",
	    .case_id = "",
	    .until = "",
	    .journal_path = "/home/op/.local/state/reattest/sessions/esx01.jsonl",
	    .head = "",
	    .started = AT(12, 1, 0),
	    .now = NOW,
	    .planes = fixture_planes,
	    .plane_count = 3,
	    .steps = fixture_steps,
	    .step_count = 7,
	    .results = fixture_results,
	    .result_count = 4,
	    .palette = fixture_palette,
	    .palette_count = 4,
	    .topics = fixture_topics,
	    .topic_count = 2,
	    .facts = fixture_facts,
	    .fact_count = 3,
	    .causes = fixture_causes,
	    .cause_count = 3,
	    .commands = fixture_commands,
	    .command_count = 6,
	    .map = fixture_map,
	    .map_count = sizeof(fixture_map) / sizeof(*fixture_map),
	    .say = fixture_say,
	    .prompt = {.id = 7,
		       .kind = RA_ASK_GO_ON,
		       .title = "",
		       .text = "",
		       .hint = "",
		       .danger = "",
		       .since = RA_UTC_NONE,
		       .deadline = RA_UTC_NONE,
		       .may_back = true},
	    .outcome = "",
	    .outcome_title = "",
	    .end_reason = "",
	    .seen_words = "",
	};
}

/* The same walk at a prompt of its own, with nothing of the step checked. */
static inline struct ra_view fixture_asks(enum ra_prompt_kind kind, enum ra_scene scene, char *title, char *text)
{
	struct ra_view view = fixture_walk();

	view.result_count = 1;
	view.say = (struct ra_texts){0};
	view.prompt.kind = kind;
	view.prompt.scene = scene;
	view.prompt.title = title;
	view.prompt.text = text;
	return view;
}

#endif
