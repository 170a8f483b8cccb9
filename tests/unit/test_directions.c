/* A step's settings in the words of the machine: what is told of them makes the list, and what is not told leaves the maker's text alone. */
#include "config.h"

#include "tests/unit/unit.h"

#include "flow_rig.h"
#include "session/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ra_flowset *the_set;

/* A state that knows these facts, as a BMC told them; "name=value" with a type by its beginning: [ a list of one line each, # a number, ! a bool. */
static struct ra_state *knows(const char *const *facts)
{
	struct ra_state *state = ra_state_new(the_set);

	assert_non_null(state);
	for (; *facts; facts++) {
		const char *at = strchr(*facts, '=') + 1;
		struct ra_obs obs = {.plane = RA_PLANE_BMC, .at = RIG_START, .check = "bmc-setup"};
		enum ra_type type = *at == '[' ? RA_LIST : *at == '#' ? RA_INT : *at == '!' ? RA_BOOL : RA_TEXT;
		cJSON *json = type == RA_LIST ? cJSON_Parse(at) : type == RA_INT ? cJSON_CreateNumber(atoi(at + 1))
						      : type == RA_BOOL ? cJSON_CreateBool(at[1] == 'y') : cJSON_CreateString(at);

		assert_non_null(json);
		snprintf(obs.name, sizeof(obs.name), "%.*s", (int)(at - 1 - *facts), *facts);
		assert_int_equal(ra_value_from_json(type, json, &obs.value), RA_OK);
		cJSON_Delete(json);
		assert_int_equal(ra_facts_add((struct ra_facts *)ra_state_facts(state), &obs), RA_OK);
	}
	return state;
}

/* What is said of a step with these rows. Owner: caller. */
static char *say(const char *rows, bool action, const char *const *facts)
{
	RA_AUTO(ra_state_free) struct ra_state *state = knows(facts);
	char text[600];

	snprintf(text, sizeof(text), "{\"variants\":\"vendor\",\"id\":\"x\",\"settings\":[%s]}", rows);
	cJSON *json = cJSON_Parse(text);
	struct ra_step step = {.id = "x", .title = "X", .kind = action ? RA_STEP_ACTION : RA_STEP_CHECK, .text = json};
	struct ra_session s = {.flows = the_set, .state = state};

	assert_non_null(json);
	char *out = ra_say_directions(&s, &step);

	assert_non_null(out);
	cJSON_Delete(json);
	return out;
}

#define LEAD "\n\nHow to get there, and out again. Where a name or a place differs, the list above is this server's:"
#define NOT_OURS "That is a change of its own, and not part of this step: where it cannot be chosen, leave without saving."
#define HEAD "From this server's own firmware, BIOS 1.12.1, as iDRAC tells it:\n\n"
#define DELL "host.vendor=Dell Inc.", "host.model=PowerEdge R750", "host.bios=1.12.1"
#define ALGORITHM "{\"setting\":\"algorithm\",\"to\":[\"sha256\",\"several\"]}"
#define SHA1 "setup.algorithm.label=TPM2 Algorithm Selection", "setup.algorithm.place=System BIOS Settings > System Security", \
	"setup.algorithm.value=SHA1", "setup.algorithm.word=sha1", "setup.algorithm.values=[\"SHA1\",\"SHA256\",\"SHA384\"]"

static void test_words(void **state)
{
	static const struct {
		const char *rows;
		bool look;
		const char *facts[20], *want;
	} rows[] = {
	    /* nothing told: the maker's text stands alone */
	    {ALGORITHM, false, {DELL}, ""},
	    {ALGORITHM, false, {DELL, "setup.tpm.value=On"}, ""},
	    {ALGORITHM, false, {DELL, SHA1},
	     HEAD "1. TPM2 Algorithm Selection: set it to SHA256. Now it is SHA1.\nWhere: System BIOS Settings > System Security.\n"
		  "Choices: SHA1, SHA256, SHA384." LEAD},
	    /* what locks it, and that it takes two starts */
	    {ALGORITHM, false,
	     {DELL, SHA1, "setup.algorithm.locked=!y", "setup.tpm.label=TPM Security", "setup.algorithm.needs=[\"TPM Security: On\"]",
	      "setup.algorithm.starts=#2"},
	     HEAD "1. TPM2 Algorithm Selection: set it to SHA256. Now it is SHA1.\nWhere: System BIOS Settings > System Security.\n"
		  "Choices: SHA1, SHA256, SHA384.\nIt is locked till this is so: TPM Security: On. Set that, save, restart; then this, and restart "
		  "again: two starts." LEAD},
	    /* nothing but that: another setting that locks it, or a clear that is said to unlock it, is not this step's */
	    {ALGORITHM, false, {DELL, SHA1, "setup.algorithm.locked=!y", "setup.tpm.label=TPM Security", "setup.algorithm.needs=[\"Intel(R) TXT: Off\"]"},
	     HEAD "1. TPM2 Algorithm Selection: set it to SHA256. Now it is SHA1.\nWhere: System BIOS Settings > System Security.\n"
		  "Choices: SHA1, SHA256, SHA384.\nIt is locked till this is so: Intel(R) TXT: Off. " NOT_OURS LEAD},
	    {ALGORITHM, false,
	     {DELL, SHA1, "setup.algorithm.locked=!y", "setup.tpm.label=TPM Security",
	      "setup.algorithm.needs=[\"TPM Security: On\",\"TPM Hierarchy: Clear\"]", "setup.algorithm.starts=#2"},
	     HEAD "1. TPM2 Algorithm Selection: set it to SHA256. Now it is SHA1.\nWhere: System BIOS Settings > System Security.\n"
		  "Choices: SHA1, SHA256, SHA384.\nIt is locked till this is so: TPM Security: On, TPM Hierarchy: Clear. " NOT_OURS LEAD},
	    {ALGORITHM, false, {DELL, SHA1, "setup.algorithm.locked=!y"},
	     HEAD "1. TPM2 Algorithm Selection: set it to SHA256. Now it is SHA1.\nWhere: System BIOS Settings > System Security.\n"
		  "Choices: SHA1, SHA256, SHA384.\nIt is shown as locked, and not what locks it: where it cannot be chosen, leave without saving." LEAD},
	    /* as wanted, as good as wanted, waiting */
	    {ALGORITHM, false, {DELL, "setup.algorithm.value=SHA256", "setup.algorithm.word=sha256"},
	     HEAD "1. The TPM's hash algorithm: is SHA256 already. Leave it.\n\nAll of that is as it is to be: change nothing, leave without saving, and say "
		  "that it was not done." LEAD},
	    {ALGORITHM, false, {DELL, "setup.algorithm.value=Sha1Sha256", "setup.algorithm.word=several"},
	     HEAD "1. The TPM's hash algorithm: is Sha1Sha256 already. Leave it.\n\nAll of that is as it is to be: change nothing, leave without saving, and "
		  "say that it was not done." LEAD},
	    {ALGORITHM, false, {DELL, "setup.algorithm.value=SHA1", "setup.algorithm.word=sha1", "setup.algorithm.next_word=sha256"},
	     HEAD "1. The TPM's hash algorithm: SHA-256 waits for the next start already. Leave it.\n\nNothing is left to be set: leave without saving, and "
		  "restart." LEAD},
	    /* as wanted now, and another value waits */
	    {"{\"setting\":\"tpm\",\"to\":\"on\"}", false,
	     {DELL, "setup.tpm.value=On", "setup.tpm.word=on", "setup.tpm.next_word=off", "setup.tpm.values=[\"Off\",\"On\"]"},
	     HEAD "1. The TPM: set it to On. Now it is On.\nChoices: Off, On.\nAnother value waits for the next start: off." LEAD},
	    /* spelled otherwise on the screen than in a request, and not known at all */
	    {"{\"setting\":\"interface\",\"to\":\"fifo\"}", false, {DELL, "setup.interface.value=CRB", "setup.interface.values=[\"FIFO\",\"CRB\"]"},
	     HEAD "1. The TPM's interface: set it to FIFO. Now it is CRB.\nChoices: FIFO, CRB." LEAD},
	    {ALGORITHM, false, {DELL, "setup.algorithm.value=A", "setup.algorithm.values=[\"A\",\"B\"]"},
	     HEAD "1. The TPM's hash algorithm: it is to be SHA-256. Which of its choices means that is not known: where none says so plainly, leave it.\n"
		  "Choices: A, B." LEAD},
	    {ALGORITHM, false, {DELL, "setup.algorithm.value=SHA1", "setup.algorithm.word=sha1"},
	     HEAD "1. The TPM's hash algorithm: it is to be SHA-256; what it offers was not told. Now it is SHA1." LEAD},
	    /* what must be so, or nothing is changed */
	    {"{\"setting\":\"boot-mode\",\"is\":\"uefi\"}", false, {DELL, "setup.boot_mode.value=Uefi", "setup.boot_mode.word=uefi"},
	     HEAD "1. The boot mode: is Uefi, as it must be. Leave it." LEAD},
	    {"{\"setting\":\"boot-mode\",\"is\":\"uefi\"}", false, {DELL, "setup.boot_mode.value=Bios", "setup.boot_mode.word=legacy"},
	     HEAD "1. The boot mode: must be UEFI, and is Bios. Change nothing: stop here, and leave without saving." LEAD},
	    {"{\"setting\":\"boot-mode\",\"is\":\"uefi\"}", false, {DELL, "setup.boot_mode.value=Dual"},
	     HEAD "1. The boot mode: must be UEFI; now it says Dual. Where it is not, stop here, and leave without saving." LEAD},
	    /* looked at: by a check, and where an action puts back what was */
	    {"{\"setting\":\"txt\"}", true, {DELL, "setup.txt.value=Off", "setup.txt.label=Intel(R) TXT"}, HEAD "1. Intel(R) TXT: is Off now." LEAD},
	    {"{\"setting\":\"txt\"}", false, {DELL, "setup.txt.value=Off"}, HEAD "1. Intel TXT: is Off now. It is to be as it is on record." LEAD},
	    /* instead of rows nothing is told of */
	    {ALGORITHM ",{\"setting\":\"sha1-bank\",\"to\":\"off\",\"instead\":true}", false,
	     {"setup.sha1_bank.value=Enabled", "setup.sha1_bank.word=on", "setup.sha1_bank.values=[\"Disabled\",\"Enabled\"]"},
	     "From this server's own firmware, as the server's management controller tells it:\n\n1. The SHA-1 bank: set it to Disabled. Now it is Enabled.\n"
	     "Choices: Disabled, Enabled." LEAD},
	    {ALGORITHM ",{\"setting\":\"sha1-bank\",\"to\":\"off\",\"instead\":true}", false,
	     {DELL, "setup.algorithm.value=SHA256", "setup.algorithm.word=sha256", "setup.sha1_bank.value=Enabled", "setup.sha1_bank.word=on"},
	     HEAD "1. The TPM's hash algorithm: is SHA256 already. Leave it.\n\nAll of that is as it is to be: change nothing, leave without saving, and say "
		  "that it was not done." LEAD},
	    /* a choice that empties the TPM is named where another one is wanted */
	    {"{\"setting\":\"hierarchy\",\"to\":\"on\"}", false,
	     {DELL, "setup.hierarchy.value=Disabled", "setup.hierarchy.word=off", "setup.hierarchy.values=[\"Enabled\",\"Disabled\",\"Clear\"]"},
	     HEAD "1. The TPM's hierarchy: set it to Enabled. Now it is Disabled.\nChoices: Enabled, Disabled, Clear. Never Clear: it empties the TPM." LEAD},
	    /* the serial number of another server; the one some makers call otherwise is its own */
	    {ALGORITHM, false, {DELL, SHA1, "bmc.serial=A", "host.serial=B"},
	     "The management controller that was given is another server's: what it tells of settings is left out."},
	    {ALGORITHM, false, {DELL, "setup.algorithm.value=SHA256", "setup.algorithm.word=sha256", "bmc.serial=A", "bmc.sku=B", "host.serial=B"},
	     HEAD "1. The TPM's hash algorithm: is SHA256 already. Leave it.\n\nAll of that is as it is to be: change nothing, leave without saving, and say "
		  "that it was not done." LEAD},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_mem_free) char *got = say(rows[i].rows, !rows[i].look, rows[i].facts);

		if (strcmp(got, rows[i].want))
			fail_msg("row %zu: %s\n-- expected --\n%s", i, got, rows[i].want);
	}
}

/* A clear is warned of whatever the firmware says, and where it says nothing. */
static void test_clear(void **state)
{
	static const char row[] = "{\"setting\":\"operation\",\"to\":\"clear\"}";
	static const char *const none[] = {NULL};
	static const char *const told[] = {"setup.operation.value=None", "setup.operation.word=none", "setup.operation.values=[\"None\",\"TPM Clear\"]",
					   "setup.operation.warning=Restart needed.", NULL};
	RA_AUTO(ra_mem_free) char *bare = say(row, true, none);
	RA_AUTO(ra_mem_free) char *full = say(row, true, told);

	(void)state;
	assert_int_equal(strncmp(bare, "A clear empties the TPM for good", 32), 0);
	assert_null(strstr(bare, "How to get there"));
	assert_int_equal(strncmp(full, bare, strlen(bare)), 0);
	assert_non_null(strstr(full, "set it to TPM Clear. Now it is None."));
	assert_non_null(strstr(full, "Its own warning: Restart needed."));
	assert_null(strstr(full, "Never TPM Clear"));
}

/* Text of a machine stays on its line, draws nothing but itself, and is cut. */
static void test_hostile(void **state)
{
	char label[600] = "setup.txt.label=L\n\n2. Secure Boot: set it to Off.\x1b[2J ", value[600] = "setup.txt.value=";
	const char *facts[] = {label, value, "setup.txt.warning=%s%n", NULL};

	(void)state;
	for (size_t i = strlen(value); i < sizeof(value) - 2; i += 2)
		memcpy(value + i, "\xc3\xa9", 3);
	RA_AUTO(ra_mem_free) char *got = say("{\"setting\":\"txt\"}", true, facts);

	assert_null(strstr(got, "\n2."));
	assert_null(strchr(got, 0x1b));
	assert_true(strlen(got) < 700);
	assert_non_null(strstr(got, "\xc3\xa9 ... now."));
	assert_true(ra_utf8_valid(got, strlen(got)));
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
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_words), cmocka_unit_test(test_clear), cmocka_unit_test(test_hostile)};

	return cmocka_run_group_tests(tests, load, unload);
}
