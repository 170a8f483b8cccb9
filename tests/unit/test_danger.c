/* danger.json: every change that can be named stands there, with its danger, why, and a gate where a sealed host could be lost by it;
 * and no action of the shipped flows takes a TPM away from a host that may be bound to it. */
#include "tests/unit/unit.h"

#include "flow/flowset_build.h"
#include "tests/unit/flow_rig.h"

#include <string.h>

static struct ra_flowset *set;

static int load(void **state)
{
	set = rig_load("flows");
	return set ? 0 : -1;
}

static int unload(void **state)
{
	set = ra_flowset_free(set);
	return 0;
}

enum { NO_GATE, GATE };
/* Every class there is. The danger is the least it may be called. GATE: a host whose configuration is bound to its TPM could be lost. */
static const struct {
	const char *id;
	enum ra_danger least;
	int gate;
} classes[] = {
    {"tpm_clear", RA_IRREVERSIBLE, GATE},
    {"tpm_enable", RA_DISRUPTIVE, GATE},
    {"tpm_disable", RA_DISRUPTIVE, GATE},
    {"tpm_hide", RA_DISRUPTIVE, GATE},
    {"hierarchy", RA_DISRUPTIVE, GATE},
    {"pcr_bank", RA_DISRUPTIVE, GATE},
    {"tpm_interface", RA_DISRUPTIVE, GATE},
    {"tpm_mode", RA_IRREVERSIBLE, GATE},
    {"tpm_firmware", RA_IRREVERSIBLE, GATE},
    {"physical_presence", RA_DISRUPTIVE, GATE},
    {"txt", RA_DISRUPTIVE, GATE},
    {"bios_firmware", RA_IRREVERSIBLE, GATE},
    {"secure_boot_off", RA_DISRUPTIVE, GATE},
    {"secure_boot_on", RA_DISRUPTIVE, GATE},
    {"secure_boot_keys", RA_IRREVERSIBLE, GATE},
    {"secure_boot_db", RA_DISRUPTIVE, GATE},
    {"secure_boot_dbx", RA_IRREVERSIBLE, GATE},
    {"boot_mode", RA_DISRUPTIVE, GATE},
    {"boot_device", RA_DISRUPTIVE, GATE},
    {"exec_installed_only", RA_DISRUPTIVE, GATE},
    {"firmware_defaults", RA_IRREVERSIBLE, GATE},
    {"power_drain", RA_DISRUPTIVE, GATE},
    {"reseat", RA_IRREVERSIBLE, GATE},
    {"board", RA_IRREVERSIBLE, GATE},
    {"tpm_swap", RA_IRREVERSIBLE, GATE},
    {"cmos_battery", RA_DISRUPTIVE, GATE},
    {"cpu", RA_DISRUPTIVE, GATE},
    {"ram", RA_DISRUPTIVE, GATE},
    {"recovery_rotate", RA_IRREVERSIBLE, GATE},
    {"encryption_set", RA_IRREVERSIBLE, GATE},
    {"reboot", RA_DISRUPTIVE, GATE},
    {"power", RA_DISRUPTIVE, GATE},
    {"vib_change", RA_DISRUPTIVE, GATE},
    {"esxi_upgrade", RA_IRREVERSIBLE, GATE},
    {"vcdb_edit", RA_IRREVERSIBLE, GATE},
    {"remove_readd", RA_IRREVERSIBLE, NO_GATE},
    {"next_boot_setup", RA_REVERSIBLE, NO_GATE},
    {"config_save", RA_REVERSIBLE, NO_GATE},
    {"disconnect", RA_DISRUPTIVE, NO_GATE},
    {"maintenance", RA_DISRUPTIVE, NO_GATE},
    {"ssh_service", RA_REVERSIBLE, NO_GATE},
    {"alarm_ack", RA_REVERSIBLE, NO_GATE},
    {"alarm_reset", RA_REVERSIBLE, NO_GATE},
};

static bool names(const cJSON *list, const char *id)
{
	const cJSON *at;

	cJSON_ArrayForEach (at, list) {
		if (strcmp(at->valuestring, id) == 0)
			return true;
	}
	return false;
}

static void every_class_stands_there(void **state)
{
	for (size_t i = 0; i < RA_LEN(classes); i++) {
		const struct ra_class *class = ra_flowset_class(set, classes[i].id);

		if (!class)
			fail_msg("danger.json has no %s", classes[i].id);
		if (class->danger < classes[i].least)
			fail_msg("%s is called %s only", class->id, ra_danger_name(class->danger));
		/* The gate of the proven key is always one of them: a rebuild alone would leave nobody the way with the key. */
		if (names(class->gate, "key-proven") != (classes[i].gate == GATE))
			fail_msg("%s: %s", class->id, classes[i].gate == GATE ? "has no gate" : "has a gate, and the table here says none");
	}
}

/* What the file holds beside the table is a class nobody weighed. */
static void no_class_is_unweighed(void **state)
{
	assert_int_equal(set->classes.count, RA_LEN(classes));
}

static void every_class_is_described(void **state)
{
	const struct ra_class *class = set->classes.items;

	for (size_t i = 0; i < set->classes.count; i++) {
		if (!*class[i].title || !class[i].why || strlen(class[i].why) < 20)
			fail_msg("%s: no title, or nothing that says why", class[i].id);
		if (class[i].restarts && class[i].danger < RA_DISRUPTIVE)
			fail_msg("%s restarts the host and is called %s", class[i].id, ra_danger_name(class[i].danger));
		if (class[i].danger == RA_IRREVERSIBLE && class[i].restarts && !(class[i].gate && class[i].gate->child))
			fail_msg("%s cannot be taken back, restarts the host, and has no gate", class[i].id);
	}
}

/* A gated class may be touched by no action that names neither a gate of it nor `restore`. (The linter says so too; this reads the set.) */
static void no_action_passes_a_gate_by(void **state)
{
	const struct ra_flow *const *flows;
	size_t count = ra_flowset_flows(set, &flows), gated = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < flows[i]->step_count; k++) {
			const struct ra_step *step = &flows[i]->steps[k];
			const cJSON *id, *gate;

			cJSON_ArrayForEach (id, step->action.touches) {
				const struct ra_class *class = ra_flowset_class(set, id->valuestring);
				bool named = false;

				assert_non_null(class);
				assert_true(step->action.danger >= class->danger);
				cJSON_ArrayForEach (gate, step->action.gate) {
					named = named || names(class->gate, gate->valuestring);
				}
				if (class->gate && class->gate->child && !step->action.restore && !named)
					fail_msg("%s touches %s without a gate of it", step->id, class->id);
				gated += named;
				/* Taking the TPM away is right only on a host that is not bound to it (what the guard says the linter reads). */
				if (strcmp(class->id, "tpm_disable") == 0 || strcmp(class->id, "tpm_hide") == 0)
					assert_non_null(step->action.guard);
			}
		}
	}
	assert_true(gated >= 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_class_stands_there),
	    cmocka_unit_test(no_class_is_unweighed),
	    cmocka_unit_test(every_class_is_described),
	    cmocka_unit_test(no_action_passes_a_gate_by),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
