/* test_rows.c - the diagnosis table, row by row: the facts of a row, the cause they speak for, how surely, and what is said when the
 * contrary holds. The rows are those that causes and screens name as D01 to D32. */
#include "unit.h"

#include "flow_rig.h"

#include <stdio.h>
#include <string.h>

#define LIKELY RA_CAUSE_LIKELY
#define OUT RA_CAUSE_RULED_OUT
#define OPEN RA_CAUSE_OPEN
#define POSSIBLE RA_CAUSE_POSSIBLE

#define EK_MESSAGE "'attestation.message':'The new host TPM endorsement key doesn\\u0027t match the one stored in the DB'"
#define T0 "'host.boot_time':'2026-03-12T00:00:00Z'"
#define T1 "'attestation.time':'2026-03-12T00:05:00Z'"
#define GOOD "'secureboot.on':true,'tpm.present':true,'tpm.module_loaded':true"
#define NO_LINES "'sig.nosha256':false,'sig.event-nosha256':false,'sig.start-method-7':false,'sig.event-notis':false"
#define BMC "'bmc.serial':'A1','host.serial':'A1'"
#define OTHER "'bmc.serial':'A1','host.serial':'B2'"
#define TOGETHER "'siblings.names':['b'],'siblings.failed':['b'],'siblings.passed':[]"
#define APART "'siblings.names':['b'],'siblings.failed':[],'siblings.passed':['b']"

/* How sure the strongest rule that speaks for it is. Medium and high make a cause likely, but a hint, which is never called so. */
enum level { LOW = 1, MED, HIGH };
/* never_clear: no way from here may come to a clear, whatever is answered. */
struct row {
	const char *id, *cause;
	enum level level;
	bool never_clear;
	const char *facts; /* all from one machine */
	const char *contrary;
	enum ra_cause_status contrary_status;
};

static const struct row rows[] = {
    {"D01", "sealed-settings-changed", HIGH, false, "'console.text':'security-violation'", "'console.text':'running'", OUT},
    {"D01", "tpm-cleared-sealed", HIGH, false, "'console.text':'security-violation','hist.tpm_cleared':true", "'console.text':'running'", OUT},
    {"D01", "stale-seal", HIGH, false, "'console.text':'security-violation','hist.reinstalled':true", "'console.text':'running'", OUT},
    {"D02", "unsigned-at-boot", HIGH, false, "'console.text':'vib-signature'", "'console.text':'running'", OUT},
    {"D02", "unsigned-at-boot", HIGH, false, "'console.text':'unrecognized-tardisks'", "'console.text':'txt-acm'", POSSIBLE},
    {"D03", "access-denied", HIGH, true, "'plane.ssh.state':'down','host.lockdown':'lockdownNormal'",
     "'plane.ssh.state':'down','host.lockdown':'lockdownDisabled'", OUT},
    {"D03", "access-denied", HIGH, true, "'plane.ssh.state':'down','host.lockdown':'lockdownStrict'", "'plane.ssh.state':'up'", OUT},
    {"D04", "too-old", HIGH, true, "'host.version':'6.5.0'", "'host.version':'8.0.2','vcenter.version':'8.0.3'", OUT},
    {"D04", "too-old", HIGH, true, "'vcenter.version':'6.5.0'", "'vcenter.version':'8.0.2'", OPEN},
    {"D05", "tpm-absent", HIGH, true, "'tpm.present':false,'firmware.tpm':'off'", "'tpm.present':true", OUT},
    {"D05", "tpm-absent", HIGH, true, BMC ",'bmc.tpm_type':'TPM2_0','bmc.tpm_state':'Disabled'", "'tpm.present':true,'bmc.tpm_state':'Enabled'", OUT},
    {"D05", "tpm-absent", HIGH, true, BMC ",'bios.tpm_security':'Off'", OTHER ",'bios.tpm_security':'Off'", OPEN},
    {"D05", "tpm-absent", HIGH, true, BMC ",'bios.tpm_state':'NotPresent'", BMC ",'bmc.tpm_state':'Absent'", OPEN},
    {"D06", "tpm-lost", MED, true, "'tpm.present':false," BMC ",'bmc.tpm_type':'TPM2_0','bmc.tpm_state':'Enabled'",
     "'tpm.present':false," BMC ",'bios.tpm_visibility':'Hidden'", OUT},
    {"D06", "tpm-lost", MED, true, "'tpm.present':false,'firmware.tpm':'garbled'",
     "'tpm.present':false,'firmware.tpm':'garbled','hist.never_passed':true", POSSIBLE},
    {"D07", "tpm-12-only", HIGH, true, BMC ",'bmc.tpm_type':'TPM1_2'", "'tpm.version':'2.0'", OUT},
    {"D07", "tpm-12-only", HIGH, true, "'tpm.version':'1.2'", OTHER ",'bmc.tpm_type':'TPM1_2'", OPEN},
    {"D08", "sha1-bank", HIGH, true, "'sig.nosha256':true", "'sig.nosha256':false,'tpm.module_loaded':true", OUT},
    {"D08", "sha1-bank", HIGH, true, "'sig.event-nosha256':true", "'tpm.banks':['SHA256']", OUT},
    {"D08", "sha1-bank", HIGH, true, "'tpm.banks':['SHA1']", "'tpm.banks':['SHA1','SHA256']", OUT},
    {"D08", "sha1-bank", MED, true, BMC ",'bios.tpm_algorithm':'SHA1'", BMC ",'bios.tpm_algorithm':'SHA256'", OPEN},
    {"D09", "crb-only", HIGH, true, "'sig.start-method-7':true", "'sig.start-method-7':false,'tpm.module_loaded':true", OUT},
    {"D09", "crb-only", HIGH, true, "'sig.event-notis':true", "'sig.event-notis':false", OPEN},
    {"D09", "crb-only", MED, true, BMC ",'bios.tpm_chip':'IntelPttFTpm'", BMC ",'bios.tpm_interface':'Fifo'", OPEN},
    {"D10", "driver-missing", HIGH, true, "'sig.event-connection':true,'tpm.driver_vib':'none'", "'tpm.driver_vib':'8.0.2-0.0.22380479'", OUT},
    {"D11", "tpm-settings", MED, true, "'sig.event-connection':true," NO_LINES ",'tpm.driver_vib':'8.0.2-0.0.22380479'",
     "'sig.event-connection':true,'sig.nosha256':true", OUT},
    {"D12", "tpm-hung", HIGH, true, "'sig.tpm-write-hang':true,'sig.tpm-transmit-failed':true",
     "'sig.tpm-write-hang':false,'sig.tpm-transmit-failed':false,'encryption.mode':'TPM'", OUT},
    {"D13", "ek-mismatch", HIGH, true, "'sig.ek-cert-mismatch':true", "'sig.ek-cert-mismatch':false,'sig.ek-cert-unreadable':false", OUT},
    {"D14", "ek-cert-missing", HIGH, true, "'sig.ek-cert-missing':true", "'sig.ek-cert-missing':false", OUT},
    {"D14", "ek-cert-missing", HIGH, true, "'tpm.ek_keys':['rsa'],'tpm.ek_cert':false", "'tpm.ek_keys':['rsa'],'tpm.ek_cert':true", OPEN},
    {"D15", "hierarchy-disabled", MED, true, "'sig.ek-creation-failed':true", "'sig.ek-creation-failed':false", OUT},
    {"D15", "hierarchy-disabled", MED, true, BMC ",'bios.tpm_hierarchy':'Disabled'", BMC ",'bios.tpm_hierarchy':'Enabled'", OPEN},
    {"D16", "ownership-taken", HIGH, false, "'sig.event-ownership':true", "'sig.event-ownership':false", OUT},
    {"D17", "new-endorsement-key", HIGH, true, EK_MESSAGE ",'hist.board':true", "'attestation.message':'Internal failure'", OUT},
    {"D18", "possible-swap", MED, true, EK_MESSAGE ",'hist.board':false", EK_MESSAGE ",'hist.board':true", OUT},
    {"D19", "secure-boot-off", HIGH, true, "'secureboot.on':false,'secureboot.can_enable':true", "'secureboot.on':true", OUT},
    {"D19", "secure-boot-off", HIGH, true, "'attestation.message':'Host Secure Boot was disabled'", "'attestation.message':'Internal failure'", OPEN},
    {"D20", "secure-boot-cannot", HIGH, true, "'secureboot.on':false,'secureboot.can_enable':false", "'secureboot.can_enable':true", OUT},
    {"D21", "internal-failure", LOW, true, "'attestation.message':'Internal failure'," GOOD, "'attestation.message':'Host secure boot was disabled'", OUT},
    {"D22", "vcenter-record", MED, true, "'hist.software':true,'attestation.status':'notAccepted'," GOOD,
     "'hist.software':true,'secureboot.on':false", OUT},
    {"D23", "stale-alarm", HIGH, true, "'attestation.status':'accepted'," T0 "," T1 ",'alarm.triggered':['red Host TPM attestation alarm']",
     "'attestation.status':'accepted'," T0 "," T1 ",'alarm.triggered':[]", OUT},
    {"D24", "vcenter-record", LOW, true, "'attestation.recorded':false," GOOD, "'attestation.recorded':false,'tpm.present':false", OUT},
    {"D25", "trust-authority", HIGH, true, "'trustauthority.status':['notAttested']", "'trustauthority.status':[]", OUT},
    {"D26", "log-incomplete", HIGH, true, "'report.log_reliable':false", "'report.log_reliable':true", OUT},
    {"D26", "log-incomplete", HIGH, true, "'report.log_reliable':false", "'report.log_reliable':{'unknown':'withheld'}", OPEN},
    {"D28", "not-bound", HIGH, true, "'encryption.mode':'NONE','host.version':'8.0.2','tpm.present':true",
     "'encryption.mode':'TPM'", OUT},
    {"D28", "not-bound", HIGH, true, "'encryption.mode':'NONE','host.version':'7.0.2','tpm.present':true",
     "'host.version':'7.0.1','encryption.mode':{'unknown':'not_applicable'}", OUT},
    {"D29", "chip-cannot-seal", HIGH, true, "'encryption.mode':'NONE','host.version':'7.0.2','tpm.maker':'IFX'",
     "'encryption.mode':'NONE','host.version':'8.0.1','tpm.maker':'NTZ'", OUT},
    {"D29", "chip-cannot-seal", HIGH, true, "'encryption.mode':'NONE','host.version':'7.0.3','tpm.maker':'NTZ'",
     "'encryption.mode':'NONE','host.version':'7.0.3','tpm.maker':'IFX'", POSSIBLE},
    {"D29", "chip-cannot-seal", MED, true,
     "'encryption.mode':'NONE','host.version':'7.0.2','tpm.maker':'NTC','tpm.chip':'NPCT75x'", "'encryption.mode':'TPM'", OUT},
    {"D30", "model-shared", LOW, true, TOGETHER, APART, OUT},
    {"D31", "vcenter-side", LOW, true, "'hist.vcenter':true," TOGETHER, "'hist.vcenter':true," APART, OUT},
    {"D32", "clock-off", LOW, true, "'host.clock_ahead_s':4000", "'host.clock_ahead_s':2,'vcenter.clock_ahead_s':-1", OUT},
    {"D32", "clock-off", LOW, true, "'vcenter.clock_ahead_s':-301", "'vcenter.clock_ahead_s':-300", OPEN},
};
/* D27: nothing replays the log of measurements yet, so no fact can tell of a mismatch. */
static const char *const left_out[] = {"D27"};

static struct ra_flowset *the_set;

/* Facts out of a row's text. */
static struct ra_facts *facts_of(const char *text)
{
	struct ra_facts *facts = ra_facts_new();
	char json[2048];
	int64_t seq = 0;
	const cJSON *given;

	snprintf(json, sizeof(json), "{%s}", text);
	for (char *at = json; *at; at++)
		*at = *at == '\'' ? '"' : *at;
	cJSON *all = cJSON_Parse(json);

	if (!all)
		fail_msg("no JSON: %s", json);
	cJSON_ArrayForEach (given, all) {
		struct ra_obs obs = {.plane = RA_PLANE_SSH, .at = RIG_START, .seq = ++seq};
		const char *unknown = ra_json_str(given, "unknown", NULL);
		int type;

		snprintf(obs.name, sizeof(obs.name), "%s", given->string);
		type = ra_flowset_fact_type(the_set, obs.name);
		if (type < 0)
			fail_msg("nobody gives %s", obs.name);
		obs.reason = unknown ? (enum ra_reason)ra_reason_parse(unknown) : RA_KNOWN;
		if (!unknown)
			assert_int_equal(ra_value_from_json((enum ra_type)type, given, &obs.value), RA_OK);
		assert_int_equal(ra_facts_add(facts, &obs), RA_OK);
	}
	cJSON_Delete(all);
	return facts;
}

static enum ra_cause_status judge(const char *cause_id, const char *text, int *fired_at)
{
	const struct ra_cause *cause = ra_flowset_cause(the_set, cause_id);
	RA_AUTO(ra_facts_free) struct ra_facts *facts = facts_of(text);
	struct ra_cond_env env = {.facts = facts, .now = RIG_START, .action_start = RA_UTC_NONE};
	enum ra_tri fired[64];

	if (!cause)
		fail_msg("there is no cause %s", cause_id);
	assert_true(cause->rule_count <= RA_LEN(fired));
	enum ra_cause_status status = ra_cause_judge(cause, &env, fired);

	*fired_at = 0;
	for (size_t i = 0; i < cause->rule_count; i++)
		if (cause->rules[i].kind == RA_RULE_FOR && fired[i] == RA_TRUE && cause->rules[i].confidence > *fired_at)
			*fired_at = cause->rules[i].confidence;
	return status;
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		const struct row *row = &rows[i];
		int fired;
		enum ra_cause_status status = judge(row->cause, row->facts, &fired);

		if (fired != (int)row->level)
			fail_msg("%s, %s: a rule of confidence %d speaks for it, expected %d", row->id, row->cause, fired, (int)row->level);
		bool hint = ra_flowset_cause(the_set, row->cause)->hint;

		if (row->level >= MED && !hint ? status != LIKELY : status == LIKELY || status == OUT)
			fail_msg("%s, %s: it is %s", row->id, row->cause, ra_cause_status_name(status));
		status = judge(row->cause, row->contrary, &fired);
		if (status != row->contrary_status)
			fail_msg("%s, %s, contrary: it is %s, expected %s", row->id, row->cause, ra_cause_status_name(status),
				 ra_cause_status_name(row->contrary_status));
	}
}

/* Every row of the table is carried by a cause, or named as left out; what was not asked makes no cause likely. */
static void test_all_rows(void **state)
{
	const struct ra_cause *const *causes;
	size_t count = ra_flowset_causes(the_set, &causes);
	int fired;

	(void)state;
	for (int n = 1; n <= 32; n++) {
		char id[8];
		bool found = false;

		snprintf(id, sizeof(id), "D%02d", n);
		for (size_t i = 0; i < RA_LEN(rows); i++)
			found = found || !strcmp(rows[i].id, id);
		for (size_t i = 0; i < RA_LEN(left_out); i++)
			found = found || !strcmp(left_out[i], id);
		if (!found)
			fail_msg("no cause carries row %s", id);
	}
	for (size_t i = 0; i < count; i++) {
		enum ra_cause_status status = judge(causes[i]->id, "", &fired);

		if (status == LIKELY || status == OUT || fired)
			fail_msg("%s is %s of nothing", causes[i]->id, ra_cause_status_name(status));
	}
}

static bool touches(const struct ra_step *step, const char *class)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, step->action.touches)
		if (!strcmp(item->valuestring, class))
			return true;
	return false;
}

/* A step that clears begins only where one of three causes is likely, and its gate stands before it; the facts of no row that may not
 * lead to a clear make any of these likely, so no answer and no gate brings a walk from there to a clear. */
static void test_clear_is_for_few(void **state)
{
	static const char *const may[] = {"ownership-taken", "txt-acm-corrupt", "stale-seal"};
	const struct ra_flow *const *flows;
	size_t count = ra_flowset_flows(the_set, &flows), clears = 0;
	int fired;

	(void)state;
	for (size_t f = 0; f < count; f++)
		for (size_t i = 0; i < flows[f]->step_count; i++) {
			const struct ra_step *step = &flows[f]->steps[i];
			const cJSON *cause;

			if (step->kind != RA_STEP_ACTION || !touches(step, "tpm_clear"))
				continue;
			clears++;
			assert_true(cJSON_GetArraySize(step->action.only_for) > 0);
			assert_true(cJSON_GetArraySize(step->action.gate) > 0);
			cJSON_ArrayForEach (cause, step->action.only_for) {
				bool known = false;

				for (size_t k = 0; k < RA_LEN(may); k++)
					known = known || !strcmp(may[k], cause->valuestring);
				if (!known)
					fail_msg("step %s clears for %s", step->id, cause->valuestring);
			}
		}
	assert_true(clears >= 2);
	for (size_t i = 0; i < RA_LEN(rows); i++)
		for (size_t k = 0; k < RA_LEN(may) && rows[i].never_clear; k++)
			if (judge(may[k], rows[i].facts, &fired) == LIKELY)
				fail_msg("%s makes %s likely", rows[i].id, may[k]);
}

static int load(void **state)
{
	(void)state;
	the_set = rig_load("flows");
	return the_set ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	the_set = ra_flowset_free(the_set);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_all_rows),
					   cmocka_unit_test(test_clear_is_for_few)};

	return cmocka_run_group_tests(tests, load, unload);
}
