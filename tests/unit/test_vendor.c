/* Whose directions a server gets, by what it says of itself; that every text is there for everybody; that what is known of a maker's
 * servers is shown with the directions it belongs to. All on the shipped set. */
#include "tests/unit/unit.h"

#include "flow/flowset_build.h"
#include "tests/unit/flow_rig.h"

#include <stdio.h>
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

#define HP "Hewlett Packard Enterprise"
/* vendor and model as hosts spell them; the file that is meant, and the generation the model tells (NULL: none). */
static const struct {
	const char *vendor, *model, *file, *generation;
} servers[] = {
    {"Dell Inc.", "PowerEdge R640", "dell", "14g"},
    {"Dell Inc.", "PowerEdge R740", "dell", "14g"},
    {"Dell Inc.", "PowerEdge R740xd2", "dell", "14g"},
    {"Dell Inc.", "PowerEdge R7425", "dell", "14g"},
    {"Dell Inc.", "PowerEdge MX740c", "dell", "14g"},
    {"Dell Inc.", "PowerEdge FC640", "dell", "14g"},
    {"Dell Inc.", "PowerEdge R750", "dell", "15g"},
    {"Dell Inc.", "PowerEdge R750xs", "dell", "15g"},
    {"Dell Inc.", "PowerEdge R6525", "dell", "15g"},
    {"Dell Inc.", "PowerEdge XE8545", "dell", "15g"},
    {"Dell Inc.", "PowerEdge T550", "dell", "15g"},
    {"DELL Inc.", "PowerEdge R760", "dell", "16g"},
    {"Dell", "PowerEdge T360", "dell", "16g"},
    {"Dell Inc.", "PowerEdge R7615", "dell", "16g"},
    {"Dell Inc.", "PowerEdge R770", "dell", "17g"},
    {"Dell Inc.", "PowerEdge R6725", "dell", "17g"},
    /* Models that do not follow the numbers, or are older: of no generation that is known. */
    {"Dell Inc.", "PowerEdge C4140", "dell", NULL},
    {"Dell Inc.", "PowerEdge R730", "dell", NULL},
    {"Dell Inc.", "PowerEdge R610", "dell", NULL},
    {"Dell Inc.", "PowerEdge SC440", "dell", NULL},
    {"Dell Inc.", "PowerEdge XR12", "dell", NULL},
    {"Dell Inc.", "VxRail E560", "dell", NULL},
    {"Dell Inc.", NULL, "dell", NULL},
    /* A maker's other machines have another setup. */
    {"Dell Inc.", "OptiPlex 7050", "other", NULL},
    {"Dell Inc.", "Precision 7920 Tower", "other", NULL},
    {"Dellmont", "PowerEdge R750", "other", NULL},
    {"HPE", "ProLiant DL380 Gen10 Plus", "hpe", "gen10-plus"},
    {"HPE", "ProLiant DL385 Gen10 Plus v2", "hpe", "gen10-plus"},
    {"HPE", "ProLiant DL380 Gen10", "hpe", "gen10"},
    {"HP", "ProLiant DL360 Gen10", "hpe", "gen10"},
    {HP, "ProLiant DL380a Gen11", "hpe", "gen11"},
    {"Hewlett-Packard", "ProLiant DL380 Gen9", "hpe", NULL},
    {"HPE", "HPE ProLiant Compute DL380 Gen12", "hpe", "gen12"},
    {"HPE", "Synergy 480 Gen10", "hpe", "gen10"},
    {"hpe", "ProLiant ML110 Gen11", "hpe", "gen11"},
    {"HPE", "ProLiant DL380 Gen100", "hpe", NULL},
    {"HPE", NULL, "hpe", NULL},
    {"HP", "HP EliteDesk 800 G3", "other", NULL},
    {"HP", "HP Z4 G4 Workstation", "other", NULL},
    {"HPC Systems", "ProLiant DL380 Gen10", "other", NULL},
    {"LENOVO", "ThinkSystem SR650 -[7X06CTO1WW]-", "lenovo", NULL},
    {"Lenovo", "ThinkSystem SR665 V3", "lenovo", NULL},
    {"LENOVO", "ThinkCentre M920q", "other", NULL},
    {"Cisco Systems Inc", "UCSC-C240-M5SX", "cisco", NULL},
    {"Cisco Systems, Inc.", "UCSX-210C-M6", "cisco", NULL},
    {"Supermicro", "SYS-821GE-TNHR", "supermicro", NULL},
    {"Super Micro Computer, Inc.", "X11DPi-NT", "supermicro", NULL},
    {"FUJITSU", "PRIMERGY RX2540 M4", "fujitsu", NULL},
    {"FUJITSU", "ESPRIMO Q556", "other", NULL},
    {"Quanta Cloud Technology Inc.", "QuantaGrid D52B-1U", "other", NULL},
    {"VMware, Inc.", "VMware7,1", "other", NULL},
    {"", "", "other", NULL},
    {NULL, "PowerEdge R750", "other", NULL},
    {NULL, NULL, "other", NULL},
};

static void a_server_finds_its_directions(void **state)
{
	for (size_t i = 0; i < RA_LEN(servers); i++) {
		struct ra_maker maker = ra_flowset_maker(set, servers[i].vendor, servers[i].model);
		const char *generation = maker.generation ? maker.generation->id : "none";
		const char *expected = servers[i].generation ? servers[i].generation : "none";

		if (strcmp(maker.own->id, servers[i].file) != 0 || strcmp(generation, expected) != 0)
			fail_msg("%s, %s: %s %s, expected %s %s", servers[i].vendor, servers[i].model, maker.own->id, generation,
				 servers[i].file, expected);
	}
}

/* The makers whose own settings are known: for each firmware step they have words of their own. */
static void every_maker_has_every_text(void **state)
{
	static const char *const steps[] = {"enable-secure-boot", "set-sha256", "enable-tpm", "restore-settings", "clear-tpm"};
	const struct ra_vendor *vendors = set->vendors.items;
	struct ra_maker any = ra_flowset_maker(set, NULL, NULL);
	size_t own = 0;

	for (size_t i = 0; i < set->vendors.count; i++) {
		const cJSON *text;

		cJSON_ArrayForEach (text, any.other->texts) {
			struct ra_maker maker = {&vendors[i], any.other, NULL};

			assert_non_null(ra_maker_text(&maker, text->string));
			for (size_t k = 0; k < vendors[i].generation_count; k++) {
				maker.generation = &vendors[i].generations[k];
				assert_non_null(ra_maker_text(&maker, text->string));
			}
		}
		for (size_t k = 0; vendors[i].settings && k < RA_LEN(steps); k++, own++)
			if (!ra_json_get(vendors[i].texts, steps[k]))
				fail_msg("%s knows its settings, but has no text %s", vendors[i].id, steps[k]);
	}
	assert_int_equal(own, 5 * RA_LEN(steps)); /* Dell, HPE, Lenovo, Cisco, Supermicro */
}

/* Directions that no step shows help nobody. */
static void every_text_has_its_step(void **state)
{
	struct ra_maker any = ra_flowset_maker(set, NULL, NULL);
	const struct ra_flow *const *flows;
	size_t count = ra_flowset_flows(set, &flows);
	const cJSON *text;

	cJSON_ArrayForEach (text, any.other->texts) {
		bool shown = false;

		for (size_t f = 0; f < count; f++)
			for (size_t i = 0; i < flows[f]->step_count; i++)
				shown = shown || !strcmp(ra_json_str(flows[f]->steps[i].text, "id", ""), text->string);
		if (!shown)
			fail_msg("no step shows the text %s", text->string);
	}
}

static bool holds(const cJSON *text, const char *word, size_t len)
{
	const cJSON *item;

	if (cJSON_IsString(text)) {
		char part[256];

		snprintf(part, sizeof(part), "%.*s", (int)len, word);
		return strstr(text->valuestring, part) != NULL;
	}
	cJSON_ArrayForEach (item, text) {
		if (holds(item, word, len))
			return true;
	}
	return false;
}

/* A setting whose place is known is called in the directions as in the table: the first of its labels stands there to the letter. */
static void labels_are_those_of_the_table(void **state)
{
	static const char *const pairs[][2] = {{"secure-boot", "enable-secure-boot"}, {"algorithm", "set-sha256"}, {"tpm", "enable-tpm"},
					       {"tpm-clear", "clear-tpm"},            {"interface", "set-fifo"},   {"txt", "txt-look"}};
	const struct ra_vendor *vendors = set->vendors.items;
	size_t held = 0;

	for (size_t i = 0; i < set->vendors.count; i++) {
		for (size_t k = 0; k < RA_LEN(pairs); k++) {
			const cJSON *setting = ra_json_get(vendors[i].settings, pairs[k][0]);
			const char *label = ra_json_str(setting, "label", NULL);

			if (!label || !ra_json_get(setting, "place"))
				continue;
			held++;
			if (!holds(ra_json_get(vendors[i].texts, pairs[k][1]), label, strcspn(label, ",")))
				fail_msg("%s: %s does not name \"%s\"", vendors[i].id, pairs[k][1], label);
		}
	}
	assert_true(held >= 10);
}

/* The ids of the quirks shown with a text, "a b". */
static const char *quirks_of(const char *vendor, const char *model, const char *text_id, char *out, size_t cap)
{
	struct ra_maker maker = ra_flowset_maker(set, vendor, model);
	const struct ra_quirk *quirk = NULL;
	size_t len = 0;

	out[0] = '\0';
	while ((quirk = ra_maker_quirk(&maker, text_id, quirk)) && len < cap)
		len += (size_t)snprintf(out + len, cap - len, "%s%s", len ? " " : "", quirk->id);
	return out;
}

static void quirks_go_with_their_directions(void **state)
{
	static const struct {
		const char *vendor, *model, *text, *ids;
	} rows[] = {
	    {"Dell Inc.", "PowerEdge R640", "enable-tpm", "two-boots ppi ntc"},
	    {"Dell Inc.", "PowerEdge R750", "enable-tpm", "two-boots ppi"},
	    {"Dell Inc.", "PowerEdge C4140", "enable-tpm", "two-boots ppi ntc"}, /* not told: unknown is never no */
	    {"Dell Inc.", "PowerEdge R770", "enable-secure-boot", "legacy-video boot-mode-fixed"},
	    {"HPE", "ProLiant DL380 Gen11", "clear-tpm", "never-moved clear-locked applications profile"},
	    {"LENOVO", "ThinkSystem SR650", "enable-tpm", "presence policy"},
	    {"LENOVO", "ThinkSystem SR650", "set-sha256", "presence"},
	    {"Supermicro", "SYS-821GE-TNHR", "set-sha256", "provision names"},
	    {"Cisco Systems Inc", "UCSC-C240-M5SX", "enable-tpm", "absent profile"},
	    {"FUJITSU", "PRIMERGY RX2540 M4", "clear-tpm", "not-verified keys-first"},
	    {"Acme", "One", "enable-tpm", ""},
	    {NULL, NULL, "enable-tpm", ""},
	};
	char ids[256];

	for (size_t i = 0; i < RA_LEN(rows); i++)
		assert_string_equal(quirks_of(rows[i].vendor, rows[i].model, rows[i].text, ids, sizeof(ids)), rows[i].ids);
}

/* No maker's word about physical presence is another's, and nobody is told to let a Supermicro board provision its TPM. */
static void nobody_gets_anothers_advice(void **state)
{
	static const struct {
		const char *words, *file; /* the one file that may say so */
	} rows[] = {{"PPI Bypass", "dell"}, {"imm.TpmTcmPolicy", "lenovo"}, {"BMC Configuration >", "lenovo"},
		    {"TPM Visibility", "hpe"}, {"BIOS-Based TPM Provision", "supermicro"}, {"service profile", "cisco"}};
	const struct ra_vendor *vendors = set->vendors.items;

	for (size_t i = 0; i < set->vendors.count; i++) {
		RA_AUTO(ra_mem_free) char *bytes = ra_json_print(vendors[i].node);

		assert_non_null(bytes);
		for (size_t k = 0; k < RA_LEN(rows); k++)
			if ((strstr(bytes, rows[k].words) != NULL) != (strcmp(vendors[i].id, rows[k].file) == 0))
				fail_msg("%s: \"%s\"", vendors[i].id, rows[k].words);
	}
	struct ra_maker board = ra_flowset_maker(set, "Supermicro", NULL);

	for (size_t k = 0; k < board.own->quirk_count; k++)
		if (strcmp(board.own->quirks[k].id, "provision") == 0)
			assert_true(holds(board.own->quirks[k].say, "Never enable", strlen("Never enable")));
}

static void the_controller_has_its_name(void **state)
{
	static const struct {
		const char *vendor, *model, *said;
	} rows[] = {
	    {"\"Dell Inc.\"", "\"PowerEdge R640\"", "Open iDRAC."},
	    {"\"HPE\"", "\"ProLiant DL380 Gen10\"", "Open iLO."},
	    {"\"LENOVO\"", "\"ThinkSystem SR650\"", "Open XCC."},
	    {"\"Cisco Systems Inc\"", "\"UCSC-C240-M5SX\"", "Open CIMC."},
	    {"\"FUJITSU\"", "\"PRIMERGY RX2540 M4\"", "Open iRMC."},
	    {"\"HP\"", "\"HP Z4 G4 Workstation\"", "Open the server's management controller."},
	    {"\"Acme\"", "\"One\"", "Open the server's management controller."},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct rig rig;

		rig_begin(&rig, set, "tpm-attestation", NULL, "ssh");
		bool complete = false;
		RA_AUTO(ra_mem_free) char *before = ra_state_fill(rig.state, "Open {bmc}.", &complete);

		assert_string_equal(before, "Open the server's management controller.");
		assert_true(complete);
		rig_world(&rig, "ssh", "host.vendor", rows[i].vendor);
		rig_world(&rig, "ssh", "host.model", rows[i].model);
		const struct ra_check *check = ra_flowset_check(set, "host-identity");

		for (size_t k = 0; k < check->plane_count; k++)
			if (check->planes[k].plane == RA_PLANE_SSH)
				rig_reply(&rig, check, &check->planes[k], ra_json_get(rig.world, "ssh"), 0);
		RA_AUTO(ra_mem_free) char *said = ra_state_fill(rig.state, "Open {bmc}.", NULL);

		assert_string_equal(said, rows[i].said);
		rig_end(&rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_server_finds_its_directions), cmocka_unit_test(every_maker_has_every_text),
	    cmocka_unit_test(every_text_has_its_step),
	    cmocka_unit_test(labels_are_those_of_the_table), cmocka_unit_test(quirks_go_with_their_directions),
	    cmocka_unit_test(nobody_gets_anothers_advice),   cmocka_unit_test(the_controller_has_its_name),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
