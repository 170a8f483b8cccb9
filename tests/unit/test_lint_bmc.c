/* The linter on what a BMC is told to change: a set without a finding, and for each rule the same set spoilt in one place. */
#include "tests/unit/flow_fixture.h"

#include "flow/lint.h"

#define MAIN "main.flow.json"
#define SAME "{'fact':'bmc.serial','is':{'fact':'host.serial'}}"
#define MAINTAINED "{'fact':'host.maintenance','is':true}"
#define ALLOWED "{'fact':'session.firmware_changes','is':true}"
#define TEXT(name, path) "'" name "':{'type':'text','pointer':'" path "'}"
#define VERIFY(fact, value) "'verify':{'checks':['console'],'until':{'fact':'" fact "','is':'" value "'},'every_s':5,'for_s':60}"
#define ENDS "'ok':'stop','fail':'stop','skip':'stop'"

/* A BMC that tells what is needed here, and the steps by it. */
static const struct flow_change base[] = {
    {"danger.json", "'reboot':{",
     "'pcr_bank':{'title':'Bank','danger':'disruptive','gate':['key-proven'],'restarts':true},\n"
     "'next_boot_setup':{'title':'Setup','danger':'reversible'},'power':{'title':'Power','danger':'disruptive','restarts':true},\n'reboot':{"},
    {"checks/console.json", "'planes':[]",
     "'planes':[{'via':'bmc','redfish':'system','parse':'json','facts':{" TEXT("bmc.serial", "/a") "," TEXT("bmc.sku", "/b") "," TEXT(
	 "host.serial", "/c") "," TEXT("next.word", "/d") "," TEXT("bmc.power", "/e") ",'host.maintenance':{'type':'bool','pointer':'/f'}}}]"},
    {MAIN, "'checks':['encryption','boot','log']", "'checks':['encryption','boot','log','console']"},
    {MAIN, "'ok':'stop','fail':'stop','skip':'stop','undo':'Leave maintenance mode.'",
     "'ok':'write','fail':'off','skip':'setup','undo':'Leave maintenance mode.'"},
    {MAIN, "'stop':{'kind':'end'",
     "'write':{'kind':'action','title':'Bank','by':'bmc','do':{'redfish':'set','setting':'algorithm','to':'sha256'},'danger':'disruptive',\n"
     " 'touches':['pcr_bank'],'toward':'change','gate':['key-proven'],'guard':{'all':[" SAME "," MAINTAINED "," ALLOWED "]},\n"
     " 'confirm':{'type':'host.name'},'say':'It waits.'," VERIFY("next.word", "sha256") ",'temporary':true,\n"
     " 'ok':'restart-bmc','fail':'stop','skip':'stop','undo':'unwrite'},\n"
     "'unwrite':{'kind':'action','title':'Back','by':'bmc','do':{'redfish':'unset','setting':'algorithm'},'danger':'disruptive',\n"
     " 'touches':['pcr_bank'],'toward':'restore','guard':" SAME ",'say':'Back.'," VERIFY("next.word", "none") "," ENDS ",'undo':'None is needed.'},\n"
     "'restart-bmc':{'kind':'action','title':'Start','by':'bmc','do':{'redfish':'power','to':'restart'},'danger':'disruptive',\n"
     " 'touches':['reboot'],'toward':'change','guard':{'all':[" SAME "," MAINTAINED "]},'confirm':{'type':'host.name'},'say':'It restarts.',\n"
     " 'verify':{'checks':['boot','console'],'until':{'all':[{'fact':'bmc.power','is':'On'},{'fact':'host.boot_time','gt':{'action':'start'}}]}},\n"
     " " ENDS ",'recovery':'The console.'},\n"
     "'setup':{'kind':'action','title':'Setup','by':'bmc','do':{'redfish':'next-boot','to':'setup'},'danger':'reversible',\n"
     " 'touches':['next_boot_setup'],'toward':'change','guard':{'all':[" MAINTAINED ",{'any':[" SAME
     ",{'fact':'bmc.sku','is':{'fact':'host.serial'}}]}]},\n"
     " 'say':'It stops there.'," VERIFY("next.word", "setup") ",'temporary':true,'ok':'stop','fail':'unsetup','skip':'stop','undo':'unsetup'},\n"
     "'unsetup':{'kind':'action','title':'No setup','by':'bmc','do':{'redfish':'next-boot','to':'none'},'danger':'reversible',\n"
     " 'touches':['next_boot_setup'],'toward':'restore','guard':" SAME ",'say':'Back.'," VERIFY("next.word", "none") ",'ok':'stop','fail':'unwrite',\n"
     " 'skip':'stop','undo':'None is needed.'},\n"
     "'off':{'kind':'action','title':'On','by':'bmc','do':{'redfish':'power','to':'on'},'danger':'disruptive',\n"
     " 'touches':['power'],'toward':'restore','guard':" SAME ",'confirm':{'type':'host.name'},'say':'It starts.',\n"
     " 'verify':{'checks':['boot','console'],'until':{'all':[{'fact':'bmc.power','is':'On'},{'fact':'host.boot_time','gt':{'action':'start'}}]}},\n"
     " " ENDS ",'recovery':'The console.'},\n"
     "'stop':{'kind':'end'"},
};

static size_t lint(const struct flow_change *more, struct ra_finding *findings)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	struct flow_change changes[RA_LEN(base) + 1];
	struct ra_errs errs;

	memcpy(changes, base, sizeof(base));
	if (more)
		changes[RA_LEN(base)] = *more;
	if (flow_fixture(changes, RA_LEN(base) + (more != NULL), &set, &errs) != RA_OK)
		fail_msg("does not load: %s", errs.text[0]);
	return ra_flowset_lint(set, findings);
}

static void nothing_to_find(void **state)
{
	static struct ra_finding findings[RA_FINDINGS_MAX];

	if (lint(NULL, findings))
		fail_msg("%s", findings[0].text);
}

#define IN_WRITE "'touches':['pcr_bank'],'toward':'change','gate':['key-proven'],"
static const struct {
	int rule;
	struct flow_change change;
	const char *text;
} cases[] = {
    {3, {MAIN, IN_WRITE, "'touches':['power'],'toward':'change',"}, "step write: expected this change to touch pcr_bank"},
    {3, {MAIN, "'setting':'algorithm','to':'sha256'", "'setting':'sha256-bank','to':'on'"}, "step write: expected \"undo\" to name the action"},
    {3, {MAIN, "'setting':'algorithm','to':'sha256'", "'setting':'hierarchy','to':'on'"}, "step write: expected this change to touch hierarchy"},
    {3, {MAIN, "'setting':'algorithm','to':'sha256'", "'setting':'interface','to':'fifo'"}, "step write: expected this change to touch tpm_interface"},
    {3, {MAIN, "'setting':'algorithm','to':'sha256'", "'setting':'tpm','to':'on'"}, "step write: expected this change to touch tpm_enable"},
    {3, {MAIN, "'setting':'algorithm','to':'sha256'", "'setting':'secure-boot','to':'on'"}, "step write: expected this change to touch secure_boot_on"},
    {3, {MAIN, "'redfish':'unset','setting':'algorithm'", "'redfish':'unset','setting':'tpm'"}, "step unwrite: expected this change to touch tpm_enable"},
    {3, {MAIN, "'redfish':'power','to':'restart'},'danger':'disruptive',\n 'touches':['reboot']",
	 "'redfish':'power','to':'restart'},'danger':'disruptive',\n 'touches':['power']"},
     "step restart-bmc: expected this change to touch reboot"},
    {3, {MAIN, "'to':'setup'},'danger':'reversible',\n 'touches':['next_boot_setup']", "'to':'setup'},'danger':'disruptive',\n 'touches':['power']"},
     "step setup: expected this change to touch next_boot_setup"},
    /* whose server it is */
    {3, {MAIN, "'guard':{'all':[" SAME "," MAINTAINED "," ALLOWED "]}", "'guard':{'all':[" MAINTAINED "," ALLOWED "]}"},
     "step write: changes a server by its BMC: expected a \"guard\" that is true only where {\"fact\": \"bmc.serial\""},
    {3, {MAIN, "'toward':'restore','guard':" SAME ",'confirm'", "'toward':'restore','confirm'"}, "step off: changes a server by its BMC"},
    {3, {MAIN, "'guard':{'all':[" MAINTAINED ",{'any':[" SAME ",{'fact':'bmc.sku','is':{'fact':'host.serial'}}]}]}",
	 "'guard':{'all':[" MAINTAINED ",{'any':[" SAME ",{'fact':'bmc.serial','known':false}]}]}"},
     "step setup: changes a server by its BMC"},
    {3, {MAIN, SAME "," MAINTAINED "," ALLOWED, "{'fact':'bmc.serial','is':'A1'}," MAINTAINED "," ALLOWED}, "step write: changes a server by its BMC"},
    /* maintenance mode, and leave to change settings */
    {3, {MAIN, SAME "," MAINTAINED "," ALLOWED, SAME "," ALLOWED}, "step write: expected a \"guard\" that is true only where {\"fact\": \"host.maintenance\""},
    {3, {MAIN, SAME "," MAINTAINED "]},'confirm'", SAME "]},'confirm'"},
     "step restart-bmc: expected a \"guard\" that is true only where {\"fact\": \"host.maintenance\""},
    {3, {MAIN, SAME "," MAINTAINED "," ALLOWED, SAME "," MAINTAINED ",{'fact':'session.firmware_changes','known':true}"},
     "step write: changes a setting of the firmware: expected a \"guard\" that is true only where"},
    /* by name */
    {3, {MAIN, "'confirm':{'type':'host.name'},'say':'It waits.'", "'say':'It waits.'"}, "step write: expected it to be confirmed by the host's name"},
    {3, {MAIN, "'confirm':{'type':'host.name'},'say':'It restarts.'", "'confirm':{'type':'host.serial'},'say':'It restarts.'"},
     "step restart-bmc: expected it to be confirmed by the host's name"},
    {3, {MAIN, "'confirm':{'type':'host.name'},'say':'It starts.'", "'say':'It starts.'"}, "step off: expected it to be confirmed by the host's name"},
    /* a gate before what waits, as before what is done at once */
    {3, {MAIN, "'toward':'change','gate':['key-proven'],'guard':{'all':[" SAME, "'toward':'change','guard':{'all':[" SAME}, "step write: changes pcr_bank"},
    /* withdrawn until the next start */
    {4, {MAIN, "'skip':'stop','undo':'unwrite'}", "'skip':'stop','undo':'Set it back.'}"}, "step write: expected \"undo\" to name the action by which the BMC"},
    {4, {MAIN, ",'temporary':true,\n 'ok':'restart-bmc'", ",\n 'ok':'restart-bmc'"}, "step write: a setting that waits is withdrawn"},
    /* seen by the BMC */
    {4, {MAIN, "'say':'It waits.'," VERIFY("next.word", "sha256"),
	 "'say':'It waits.','verify':{'checks':['encryption'],'until':{'fact':'encryption.mode','known':true}}"},
     "step write: expected \"verify\" to look at what the BMC itself says"},
    {4, {MAIN, "{'fact':'bmc.power','is':'On'},{'fact':'host.boot_time','gt':{'action':'start'}}]}},\n " ENDS ",'recovery':'The console.'},\n'setup'",
	 "{'fact':'host.boot_time','gt':{'action':'start'}}]}},\n " ENDS ",'recovery':'The console.'},\n'setup'"},
     "step restart-bmc: expected \"verify\" to look at what the BMC itself says"},
};

static void each_rule_has_its_finding(void **state)
{
	static struct ra_finding findings[RA_FINDINGS_MAX];

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		size_t count = lint(&cases[i].change, findings);
		bool found = false;

		for (size_t k = 0; k < count; k++)
			found = found || strstr(findings[k].text, cases[i].text);
		if (!found)
			fail_msg("%s -> %s: \"%s\" is not found, but %s", cases[i].change.from, cases[i].change.to, cases[i].text,
				 count ? findings[0].text : "nothing");
	}
}

/* What waits for the next start restarts nothing by itself, and leaves what was read of the host standing; what switches does not. */
static void what_waits_restarts_nothing(void **state)
{
	static const struct {
		const char *step;
		bool waits, restarts, beside;
	} rows[] = {
	    {"write", true, false, true},  {"unwrite", true, false, true}, {"setup", true, false, true},     {"unsetup", true, false, true},
	    {"off", false, true, false},   {"restart-bmc", false, true, false}, {"restart", false, true, false}, {"maintain", false, false, false},
	};
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	struct ra_errs errs;

	assert_int_equal(flow_fixture(base, RA_LEN(base), &set, &errs), RA_OK);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		const struct ra_action *action = &ra_flow_step(ra_flowset_flow(set, "main"), rows[i].step)->action;

		if (action->waits != rows[i].waits || action->restarts != rows[i].restarts || action->beside_host != rows[i].beside)
			fail_msg("%s: waits %d, restarts %d, beside %d", rows[i].step, action->waits, action->restarts, action->beside_host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_to_find),
	    cmocka_unit_test(each_rule_has_its_finding),
	    cmocka_unit_test(what_waits_restarts_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
