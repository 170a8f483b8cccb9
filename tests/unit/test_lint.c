/* The linter: a set without a finding, and for each rule the same set spoilt in one place. */
#include "tests/unit/flow_fixture.h"

#include "flow/lint.h"

static size_t lint(const struct flow_change *changes, size_t count, struct ra_finding *findings)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	struct ra_errs errs;

	if (flow_fixture(changes, count, &set, &errs) != RA_OK)
		fail_msg("does not load: %s", errs.text[0]);
	return ra_flowset_lint(set, findings);
}

static void nothing_to_find(void **state)
{
	static struct ra_finding findings[RA_FINDINGS_MAX];

	if (lint(NULL, 0, findings))
		fail_msg("%s", findings[0].text);
}

#define MAIN "main.flow.json"
/* A step that takes the TPM away, behind this guard, and what is found then. */
#define TPM_OFF_CLASS \
	{"danger.json", "'reboot':{", "'tpm_disable':{'title':'Off','danger':'disruptive','restarts':true},'reboot':{"}
#define TPM_OFF(toward, guard)                                                                                                  \
	{3,                                                                                                                     \
	 {TPM_OFF_CLASS, {MAIN, "'touches':['reboot'],'toward':'change',", "'touches':['tpm_disable'],'toward':'" toward "'," guard}}, \
	 "step restart: takes the TPM away: expected a \"guard\" that is true only where"}
#define DONE_STEP "'done':{'kind':'end','title':'Done','outcome':'resolved'}"
#define DONE DONE_STEP ",'stop':{'kind':'end'"
/* Rows of settings beside directions, and a check that tells of one. */
#define SETTINGS(rows) {MAIN, "'id':'restart'", "'id':'restart','settings':[" rows "]"}
#define GIVES(name) {"checks/console.json", "{'console.text':'violation'}", "{'console.text':'violation','setup." name ".value':'x'}"}
/* Each change brings the finding, at the place. */
static const struct {
	int rule;
	struct flow_change change[2];
	const char *text;
} cases[] = {
    /* 1: ways and ends */
    {1,
     {{MAIN, "'start':'look'", "'start':'lock'"}},
     "main.flow.json:1:76: the flow starts at \"lock\", which is no step of it"},
    {1,
     {{MAIN, "'say':'Alarm','go':'look'", "'say':'Alarm','go':'lock'"}},
     "main.flow.json:2:12: an entry leads to \"lock\""},
    {1,
     {{MAIN, "'is':true},'go':'ask'", "'is':true},'go':'task'"}},
     "main.flow.json:5:49: step look: \"edge 1\" leads to \"task\""},
    {1,
     {{MAIN, "'fail':'stop','skip':'stop','undo'", "'fail':'stops','skip':'stop','undo'"}},
     "step restart: \"fail\" leads to \"stops\""},
    {1, {{MAIN, "'undo':'stop'", "'undo':'stops'"}}, "step restart: \"undo\" leads to \"stops\", which is no step"},
    {1,
     {{MAIN, "{'resolved':'maintain'}", "{'resolved':'maintains'}"}},
     "step side: \"resolved\" leads to \"maintains\""},
    {1,
     {{MAIN, "{'resolved':'maintain'}", "{'resolved':'stop'}"}},
     "step maintain: no way leads here from the start or an entry"},
    {1,
     {{MAIN, "'ok':'stop','fail':'stop','skip':'stop','undo'",
       "'ok':'maintain','fail':'maintain','skip':'maintain','undo'"}},
     "step maintain: no way leads from here to an end"},
    {1,
     {{"side.flow.json", LEAVE("fine"), "'unknown':'fine','error':'fine'"}},
     "side.flow.json:2:8: step look: expected \"else\""},
    {1, {{"side.flow.json", LEAVE("fine"), "'else':'fine','error':'fine'"}}, "step look: expected \"unknown\""},
    {1, {{"side.flow.json", LEAVE("fine"), "'else':'fine','unknown':'fine'"}}, "step look: expected \"error\""},
    {1,
     {{MAIN, "'else':'gate','unknown':'side','error':'side'", "'else':'gate','unknown':'side'"}},
     "step ask: expected \"error\""},
    {1, {{MAIN, "{'resolved':'maintain'},'else':'stop'", "{'resolved':'maintain'}"}}, "step side: expected \"else\""},
    {1,
     {{MAIN, "'go':'stop'}],\n " LEAVE("stop"), "'go':'stop'}],\n 'else':'sealed','unknown':'stop','error':'stop'"}},
     "step sealed: the way back here from sealed passes no question, gate or action"},
    {1,
     {{"side.flow.json", "'next':[]," LEAVE("fine"),
       "'next':[],'else':'back','unknown':'fine','error':'fine'},\n"
       "'back':{'kind':'check','title':'t','checks':['encryption'],'next':[],'else':'look','unknown':'fine','error':'"
       "fine'"}},
     "step look: the way back here from back passes no question"},
    {1,
     {{"side.flow.json", "'fine':{'kind':'end','title':'t','outcome':'resolved'}",
       "'fine':{'kind':'call','title':'t','flow':'main','return':{},'else':'done'},'done':{'kind':'end','title':'t','"
       "outcome':'resolved'}"}},
     "step side: calls side, which calls main again"},
    /* 2: facts */
    {2,
     {{MAIN, "'fact':'sig.nosha256','is':true}", "'fact':'sig.sha256','is':true}"}},
     "step look: no check, answer or signature gives the fact sig.sha256"},
    {2,
     {{MAIN, "'checks':['encryption','boot','log']", "'checks':['encryption','boot']"}},
     "main.flow.json:5:10: step look: no step on the way gives the fact sig.nosha256"},
    {2,
     {{MAIN, "{'when':{'fact':'sig.nosha256','is':true}", "{'when':{'fact':'hist.board','is':true}"}},
     "step look: no step on the way gives the fact hist.board"},
    {2,
     {{MAIN, "'fact':'sig.nosha256','is':true", "'fact':'sig.nosha256','is':'yes'"}},
     "step look: sig.nosha256 is bool, which this form cannot compare"},
    {2,
     {{MAIN, "'guard':{'fact':'encryption.mode','known':true}", "'guard':{'fact':'encryption.mode','lt':7}"}},
     "step clear: encryption.mode is text, which"},
    {2,
     {{MAIN, "'guard':{'fact':'encryption.mode','known':true}",
       "'guard':{'fact':'encryption.mode','is':{'fact':'host.boot_time'}}"}},
     "step clear: encryption.mode is text, which this form cannot compare with host.boot_time"},
    {2,
     {{MAIN, "'guard':{'fact':'encryption.mode','known':true}", "'guard':{'fact':'encryption.mode','is':'Tpm'}"}},
     "encryption.mode is never \"Tpm\" by its checks"},
    {2,
     {{MAIN, "'guard':{'fact':'encryption.mode','known':true}",
       "'guard':{'fact':'encryption.mode','in':['TPM','none']}"}},
     "encryption.mode is never \"none\""},
    {2,
     {{"danger.json", "'fresh':['encryption'],'statements':[{'id':'stored'",
       "'fresh':[],'statements':[{'id':'stored'"}},
     "danger.json:7:49: gate key-proven: none of its \"fresh\" checks gives encryption.mode"},
    {2,
     {{"checks/encryption.json", "'when':{'fact':'encryption.mode','is':'TPM'}",
       "'when':{'fact':'encryption.made','is':'TPM'}"}},
     "checks/encryption.json:4:18: encryption: no check, answer or signature gives the fact encryption.made"},
    /* 2: what decides can be asked */
    {2,
     {{"checks/log.json", ",'manual':{'ask':'Line?','answers':[{'id':'no','say':'No','set':{'sig.nosha256':false}}]}", ""}},
     "step look decides by log, which has no \"manual\" form: without a link nobody can answer it"},
    /* 2: causes */
    {2,
     {{"causes/taken.json",
       "'for':[{'when':{'fact':'sig.nosha256','is':true},'confidence':'high','because':'b','source':'s'}],\n", ""}},
     "causes/taken.json:1:1: cause taken: no rule \"for\" of medium or high confidence"},
    {2,
     {{"causes/taken.json", "'confidence':'high'", "'confidence':'low'"}},
     "cause taken: no rule \"for\" of medium or high confidence"},
    {2, {{"causes/taken.json", "'rank':1,", "'rank':1,'hint':true,"}}, "only_for names \"taken\", which is a hint"},
    {2,
     {{MAIN, "'checks':['encryption','boot','log']", "'checks':['encryption','boot']"}},
     "cause taken: no walk gives the facts of any of its rules"},
    {2,
     {{"causes/taken.json", "'fact':'hist.board'", "'fact':'hist.bored'"}},
     "causes/taken.json:4:22: cause taken: no check, answer"},
    /* 2: references */
    {2,
     {{MAIN, "'checks':['encryption','boot','log']", "'checks':['encryption','boot','log','lock']"}},
     "main.flow.json:4:98: step look: there is no check \"lock\""},
    {2,
     {{MAIN, "'verify':{'checks':['boot'],", "'verify':{'checks':['boot','b'],"}},
     "step restart: there is no check \"b\""},
    {2, {{MAIN, "'gate':['key-proven'],'open'", "'gate':['key'],'open'"}}, "step gate: there is no gate \"key\""},
    {2, {{MAIN, "'only_for':['taken']", "'only_for':['token']"}}, "step clear: there is no cause \"token\""},
    {2, {{MAIN, "'flow':'side'", "'flow':'slide'"}}, "step side: there is no flow \"slide\""},
    {2, {{MAIN, "'id':'restart'", "'id':'restarts'"}}, "step restart: vendors/other.json has no text \"restarts\""},
    {2, {SETTINGS("{'setting':'moon','is':'on'}")}, "step restart: there is no setting \"moon\": no check gives setup.moon.value"},
    {2, {SETTINGS("{'setting':'txt'},{'setting':'txt'}"), GIVES("txt")}, "step restart: the setting \"txt\" stands there twice"},
    {2, {SETTINGS("{'setting':'txt','instead':true}"), GIVES("txt")}, "step restart: the first setting stands instead of none"},
    {3,
     {SETTINGS("{'setting':'algorithm','to':['sha256','several']}"), GIVES("algorithm")},
     "step restart: algorithm is to be \"sha256\", but the action does not touch pcr_bank"},
    {3,
     {SETTINGS("{'setting':'hierarchy','to':'clear'}"), GIVES("hierarchy")},
     "step restart: hierarchy is to be \"clear\", but the action does not touch tpm_clear"},
    {3, {SETTINGS("{'setting':'tpm','to':'sha1'}"), GIVES("tpm")}, "step restart: tpm is not set to \"sha1\" by anybody"},
    {3,
     {{MAIN, "'title':'Sealed?',", "'title':'Sealed?','text':{'variants':'vendor','id':'restart','settings':[{'setting':'txt','to':'on'}]},"},
      GIVES("txt")},
     "step sealed: a check sets nothing: expected \"is\", or no word for txt"},
    {2,
     {{MAIN, "'confirm':{'type':'host.name'}", "'confirm':{'type':'host.nome'}"}},
     "step clear: there is no fact \"host.nome\""},
    {2,
     {{MAIN, "'required':['host.boot_time']", "'required':['host.reboot_time']"}},
     "required: there is no fact \"host.reboot_time\""},
    {2, {{MAIN, "At {host.name}", "At {host.nome}"}}, "step look: the text names {host.nome}, which is no fact"},
    {2, {{MAIN, "'never':['clear']", "'never':['clean']"}}, "test \"walks\": there is no step \"clean\""},
    {2, {{MAIN, "'path':['look']", "'path':['lock']"}}, "test \"walks\": there is no step \"lock\""},
    {2,
     {{MAIN, "'given':{'hist.board':true}", "'given':{'hist.bored':true}"}},
     "test \"walks\": there is no fact \"hist.bored\""},
    {2,
     {{MAIN, "'causes':{'taken':'open'}", "'causes':{'token':'open'}"}},
     "test \"walks\": there is no cause \"token\""},
    {2,
     {{"danger.json", "'gate':['key-proven'],'restarts'", "'gate':['key'],'restarts'"}},
     "secure_boot_on: there is no gate \"key\""},
    {2,
     {{"danger.json", "'fresh':['encryption'],'statements':[{'id':'given-up'",
       "'fresh':['e'],'statements':[{'id':'given-up'"}},
     "rebuild: there is no check \"e\""},
    {2, {{"danger.json", "'REBUILD {host.name}'", "'REBUILD {host.nome}'"}}, "rebuild: the text names {host.nome}"},
    {2, {{"signatures/tpm.json", "'cause':'taken'", "'cause':'token'"}}, "nosha256: there is no cause \"token\""},
    {2,
     {{"signatures/tpm.json", "'literal':'bank not found'", "'literal':'bank was found'"}},
     "signature nosha256: its sample does not hold its literal"},
    {2,
     {{"signatures/tpm.json", "'pattern':'tpm.*bank", "'pattern':'TPM.*bank"}},
     "signatures/tpm.json:2:1: signature nosha256: its pattern does not match its sample"},
    {2,
     {{"signatures/tpm.json", "'log':['vmkernel']", "'log':['hostd']"}},
     "signature nosha256: no check reads a log it is looked for in"},
    {2,
     {{"signatures/tpm.json", "'pattern':'tpm.*bank not found'", "'pattern':'(?:[a-z: ]+)*!|tpm: bank'"}},
     "signature nosha256: its pattern runs into its limits on a long line like its sample"},
    {2,
     {{"signatures/tpm.json", "'means':'m',", "'means':'m','do':'Clear the TPM, then type the recovery key.',"}},
     "signature nosha256: speaks of a clear: expected the recovery key before it"},
    {2,
     {{"vendors/dell.json", "'restart':'Restart the Dell.'", "'restart':'Restart the Dell.','more':'More.'"}},
     "vendor dell: vendors/other.json has no text \"more\""},
    {2, {{"vendors/dell.json", "the Dell", "the {host.dell}"}}, "dell: the text names {host.dell}"},
    /* 2: what else a vendor holds */
    {2,
     {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'generations':[{'id':'g1','title':'t','match':'R7','texts':{'more':'M'}}]"}},
     "vendor dell: vendors/other.json has no text \"more\""},
    {2,
     {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'generations':[{'id':'g1','title':'t','match':'R7','texts':{'restart':'The {host.dell}'}}]"}},
     "dell: the text names {host.dell}"},
    {2,
     {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'generations':[{'id':'g1','title':'t','match':'R7','texts':{'restart':'A'}},{'id':'g1','title':'t','match':'R7','texts':{'restart':'B'}}]"}},
     "vendor dell: the generation id \"g1\" is used twice"},
    {2,
     {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'quirks':[{'id':'q','title':'t','say':'S','source':'s','texts':['more']}]"}},
     "vendor dell: quirk q: vendors/other.json has no text \"more\""},
    {2,
     {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'quirks':[{'id':'q','title':'t','say':'S','source':'s','texts':['restart'],'generation':'g2'}]"}},
     "vendor dell: quirk q: there is no generation \"g2\""},
    {2,
     {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'quirks':[{'id':'q','title':'t','say':'S','source':'s','texts':['restart']},{'id':'q','title':'t','say':'S','source':'s','texts':['restart']}]"}},
     "vendor dell: the quirk id \"q\" is used twice"},
    {2,
     {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'quirks':[{'id':'q','title':'t','say':'The {host.dell}','source':'s','texts':['restart']}]"}},
     "dell: the text names {host.dell}"},
    {2,
     {{"vendors/other.json", "Restart it.", "Restart it from {bmc}."}},
     "other: the text names {bmc}, and vendors/other.json has no \"bmc\""},
    {2, {{MAIN, "'next':['Go on later.']", "'next':['Go on: reattest resume.']"}}, "step stop: expected {resume}"},
    {2, {{MAIN, "'say':'At {host.name}'", "'say':'At {resume}'"}}, "step look: the text names {resume}, which is no fact"},
    /* 2: rules over hosts */
    {2,
     {{"fleet/two.json", "{'reach':['refused']}", "{'check':'boots'}"}},
     "fleet/two.json:1:77: rule two: there is no check \"boots\""},
    {2, {{"fleet/two.json", "{'reach':['refused']}", "{'check':'encryption'}"}}, "rule two: the check \"encryption\" never fails"},
    {2, {{"fleet/one.json", "'by':{'encryption.mode'", "'by':{'encryption.node'"}}, "rule one: no check gives a text that is called encryption.node"},
    {2, {{"fleet/one.json", "'spared':0", "'differ':'host.boot_time'"}}, "rule one: no check gives a text that is called host.boot_time"},
    {2, {{"fleet/one.json", "'among':'encryption.mode'", "'among':'console.text'"}}, "rule one: \"among\" is one of the facts of \"by\""},
    {2, {{"fleet/two.json", "'affected':1", "'affected':1,'others_spared':1"}}, "rule two: without \"by\" all hosts are one group"},
    {2, {{"fleet/two.json", "'unless':['one']", "'unless':['none']"}}, "rule two: no rule \"none\" stands before it"},
    {2, {{"fleet/one.json", "'rank':2", "'rank':4"}}, "rule two: no rule \"one\" stands before it"},
    {2,
     {{"fleet/two.json", ",\n{'title':'does not','hosts':[{'is':'spared'}],'fires':[]}", ""}},
     "rule two: expected a test in which it holds and one in which it does not"},
    {2,
     {{"signatures/tpm.json", "'log':['vmkernel']", "'log':['vmkernel','hostd']"}},
     "signatures/tpm.json:2:52: signature nosha256: no check that parses signatures reads the log \"hostd\""},
    {2,
     {{MAIN, "'name':'walks',", "'name':'walks','entry':'lock',"}},
     "test \"walks\": there is no step \"lock\""},
    {2,
     {{MAIN, "'name':'walks',", "'name':'walks','answers':{'asks':'board'},"}},
     "test \"walks\": there is no step or check \"asks\" to answer"},
    {2, {{MAIN, "What changed?", "What changed at {host.nome}?"}}, "step ask: the text names {host.nome}"},
    {2, {{MAIN, "'say':'Board'", "'say':'Board of {host.nome}'"}}, "step ask: the text names {host.nome}"},
    /* 5: the guide, where a flow claims to cover it */
    {5,
     {{MAIN, "'required':", "'covers':['1','2a'],'required':"}, {MAIN, "'title':'Look'", "'title':'Look','guide':['1']"}},
     "main.flow.json:1:97: covers: no step and no cause names section \"2a\""},
    /* 3: gates */
    {3,
     {{MAIN, " 'gate':['key-proven','rebuild'],'only_for'", " 'only_for'"}},
     "step clear: changes tpm_clear: expected \"gate\" (the pass of a gate before dies"},
    {3,
     {{MAIN, " 'gate':['key-proven','rebuild'],'only_for'", " 'only_for'"},
      {MAIN, "'gate':{'kind':'gate','title':'Gate','gate':['key-proven'],'open':'clear','closed':'restart'}",
       "'gate':{'kind':'gate','title':'Gate','gate':['key-proven'],'open':'clear','closed':'clear'}"}},
     "step clear: changes tpm_clear, and a way leads here that passes no gate of it: look -> ask -> gate -> clear"},
    {3,
     {{MAIN, " 'gate':['key-proven','rebuild'],'only_for'", " 'only_for'"},
      {MAIN, "'say':'Alarm','go':'look'", "'say':'Alarm','go':'clear'"}},
     "a way leads here that passes no gate of it: clear"},
    {3,
     {{MAIN, " 'gate':['key-proven','rebuild'],'only_for'", " 'only_for'"}, {MAIN, "'undo':'stop'", "'undo':'clear'"}},
     "no gate of it: look -> ask -> restart -> clear"},
    {3,
     {{MAIN, " 'gate':['key-proven','rebuild'],'only_for'", " 'only_for'"},
      {MAIN, "'fail':'stop','skip':'stop','undo':'stop'", "'fail':'stop','skip':'clear','undo':'stop'"}},
     "no gate of it: look -> ask -> restart -> clear"},
    {3,
     {{MAIN, " 'gate':['key-proven','rebuild'],'only_for'", " 'only_for'"},
      {MAIN, "{'resolved':'maintain'},'else':'stop'", "{'resolved':'maintain'},'else':'clear'"}},
     "no gate of it: look -> ask -> side -> clear"},
    {3,
     {{MAIN, "'touches':['reboot']", "'touches':['reboot','secure_boot_on']"}},
     "step restart: changes secure_boot_on, and a way leads here that passes no gate of it: look -> ask -> restart"},
    {3,
     {{MAIN, "'touches':['tpm_clear']", "'touches':['tpm_clear','secure_boot_on']"}},
     "step clear: a gate is named that is none of secure_boot_on in danger.json"},
    {3,
     {{MAIN, "'touches':['tpm_clear'],'toward':'change'", "'touches':['tpm_clear'],'toward':'restore'"}},
     "step clear: a TPM clear restores nothing"},
    {3, {{MAIN, "'only_for':['taken'],", ""}}, "step clear: clears the TPM: expected \"only_for\""},
    {3, {{MAIN, "'only_for':['taken'],", "'only_for':[],"}}, "step clear: clears the TPM: expected \"only_for\""},
    /* 3: words */
    {3,
     {{MAIN, "'say':'Enter it.'", "'say':['Enter it.','Then clear the TPM.']"}},
     "step maintain: the text says \"clear\", but the action touches nothing of that"},
    {3, {{MAIN, "'say':'Enter it.'", "'say':'Load the defaults.'"}}, "step maintain: the text says \"default\""},
    {3,
     {{MAIN, "'say':'Enter it.'", "'say':'Do not clear it. Switch Secure Boot on.'"}},
     "step maintain: the text says \"Secure Boot\""},
    {3, {{MAIN, "'title':'Maintenance','by'", "'title':'Clearing','by'"}}, "step maintain: the text says \"clear\""},
    {3,
     {{"vendors/dell.json", "Restart the Dell.", "Restart the Dell; clear the TPM."}},
     "vendors/dell.json:1:92: step restart: the text says \"clear\""},
    {3,
     {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'generations':[{'id':'g1','title':'t','match':'R7','texts':{'restart':'Clear the TPM.'}}]"}},
     "step restart: the text says \"clear\""},
    {3,
     {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'quirks':[{'id':'q','title':'t','say':'Clear the TPM.','source':'s','texts':['restart']}]"}},
     "step restart: the text says \"clear\""},
    /* 3: a TPM that is taken away */
    TPM_OFF("change", ""),
    TPM_OFF("restore", ""),
    TPM_OFF("change", "'guard':{'fact':'encryption.mode','is':'TPM'},"),
    TPM_OFF("change", "'guard':{'fact':'encryption.mode','known':true},"),
    TPM_OFF("change", "'guard':{'any':[{'fact':'encryption.mode','is':'NONE'},{'fact':'hist.board','is':true}]},"),
    TPM_OFF("change", "'guard':{'not':{'fact':'encryption.mode','is':'NONE'}},"),
    TPM_OFF("change", "'guard':{'fact':'encryption.mode','is':'NONE','plane':'operator'},"),
    TPM_OFF("change", "'guard':{'fact':'encryption.mode','is':'NONE','as_of':{'action':'start'}},"),
    {3,
     {{MAIN, "'say':'Enter it.'", "'say':['Enter it.','Then switch the TPM off.']"}},
     "step maintain: the text advises to switch the TPM off or to hide it"},
    {3,
     {{MAIN, "'next':['Go on later.']", "'next':['Disable the TPM in the firmware.']"}},
     "step stop: the text advises to switch the TPM off or to hide it"},
    {3,
     {{MAIN, "'ask':'What changed?'", "'ask':'Hide the TPM. Is it done?'"}},
     "step ask: the text advises to switch the TPM off or to hide it"},
    {3,
     {{"causes/taken.json", "'resolution':'r'", "'resolution':'Never clear it. Turn off the TPM'"}},
     "cause taken: the text advises to switch the TPM off or to hide it"},
    {3,
     {{"vendors/dell.json", "Restart the Dell.", "Restart the Dell. TPM Security: Off."}},
     "step restart: the text advises to switch the TPM off or to hide it"},
    {3,
     {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'generations':[{'id':'g1','title':'t','match':'R7','texts':{'restart':'TPM Visibility: Hidden'}}]"}},
     "step restart: the text advises to switch the TPM off or to hide it"},
    {3,
     {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'quirks':[{'id':'q','title':'t','say':'It helps to disable the TPM','source':'s','texts':['restart']}]"}},
     "vendor dell: the text advises to switch the TPM off or to hide it"},
    /* 4: verify */
    {4,
     {{MAIN,
       " 'verify':{'checks':['boot'],'until':{'fact':'host.boot_time','gt':{'action':'start'}},'every_s':5,'for_s':60},"
       "\n",
       ""}},
     "step restart: expected \"verify\" with at least one check"},
    {4,
     {{MAIN, "'verify':{'checks':['encryption'],'until'", "'verify':{'checks':[],'until'"}},
     "step maintain: expected \"verify\" with at least one check"},
    {4,
     {{MAIN, "'verify':{'checks':['encryption'],'until'", "'verify':{'checks':['boot'],'until'"}},
     "step maintain: no check of \"verify\" gives encryption.mode, so nothing newer"},
    {4,
     {{MAIN, "'until':{'fact':'encryption.mode','known':true}", "'until':{'all':[]}"}},
     "step maintain: \"until\" looks at nothing that is newer than the action"},
    {4,
     {{MAIN, "'until':{'fact':'encryption.mode','known':true}",
       "'until':{'fact':'encryption.mode','known':true,'as_of':{'action':'start'}}"}},
     "step maintain: \"until\" looks at nothing that is newer than the action"},
    {4,
     {{MAIN, "'say':'Enter it.'", "'say':'Enter it.','guard':{'fact':'encryption.mode','known':true}"}},
     "step maintain: the guard already says what \"until\" asks"},
    {4,
     {{MAIN, "'say':'Enter it.'", "'say':'Enter it.','guard':{'fact':'encryption.mode','is':'TPM'}"}},
     "step maintain: the guard already says what \"until\" asks"},
    {4,
     {{MAIN, "'until':{'fact':'host.boot_time','gt':{'action':'start'}},'every_s'",
       "'until':{'fact':'host.boot_time','known':true},'every_s'"}},
     "step restart: it restarts the host: expected a boot time after the action's start"},
    {4,
     {{MAIN, "'until':{'fact':'host.boot_time','gt':{'action':'start'}},'every_s'",
       "'until':{'any':[{'fact':'host.boot_time','known':true},{'fact':'host.boot_time','gt':{'action':'start'}}]},'"
       "every_s'"}},
     "step restart: it restarts the host: expected a boot time"},
    {4,
     {{MAIN, "{'fact':'host.boot_time','gt':{'action':'start'}}]}}", "{'fact':'host.boot_time','known':true}]}}"}},
     "step clear: it restarts the host"},
    {4,
     {{MAIN, "'until':{'any':[{'fact':'console.text','is':'violation'},{'fact':'host.boot_time','gt':{'action':'start'}}]}",
       "'until':{'fact':'host.boot_time','gt':{'action':'start'}}"}},
     "step clear: a sealed host stops at its console after this"},
    {4,
     {{MAIN, "'as_of':{'action':'start'}},'go':'stop'}", "'as_of':{'action':'start'}},'go':'done'}"}, {MAIN, "'stop':{'kind':'end'", DONE}},
     "step clear: a host that was sealed comes from here to \"resolved\" (step done)"},
    /* a called flow that is resolved without such a start is no recovery */
    {4,
     {{MAIN, "'as_of':{'action':'start'}},'go':'stop'}", "'as_of':{'action':'start'}},'go':'side'}"},
      {MAIN, "'return':{'resolved':'maintain'},'else':'stop'}", "'return':{'resolved':'done'},'else':'maintain'},\n" DONE_STEP}},
     "step clear: a host that was sealed comes from here to \"resolved\" (step done)"},
    {4, {{MAIN, ",'undo':'Leave maintenance mode.'", ""}}, "step maintain: expected \"undo\" or \"recovery\""},
    {4, {{MAIN, "'ok':'sealed'", "'ok':'stop'"}}, "step clear: after this a sealed host needs its recovery key"},
    {4,
     {{MAIN, "'is':'TPM','as_of':{'action':'start'}}", "'is':'TPM'}"}},
     "step clear: after this a sealed host needs its recovery key"},
    {4,
     {{MAIN, "'ok':'stop','fail':'stop','skip':'stop','undo':'Leave maintenance mode.'",
       "'ok':'stop','fail':'stop','skip':'stop','temporary':true,'undo':'leave'},\n"
       "'leave':{'kind':'action','title':'Leave','by':'human','danger':'disruptive','touches':['maintenance'],'toward':'change','say':'Leave it.',"
       "'verify':{'checks':['encryption'],'until':{'fact':'encryption.mode','known':true}},"
       "'ok':'stop','fail':'stop','skip':'stop','recovery':'By hand.'"}},
     "step maintain: it is temporary: expected its \"undo\" to touch the same"},
    {4,
     {{MAIN, "'ok':'stop','fail':'stop','skip':'stop','undo':'Leave maintenance mode.'",
       "'ok':'stop','fail':'stop','skip':'stop','temporary':true,'undo':'leave'},\n"
       "'leave':{'kind':'action','title':'Leave','by':'human','danger':'disruptive','touches':['maintenance','reboot'],'toward':'restore','say':'Leave it.',"
       "'verify':{'checks':['encryption'],'until':{'fact':'encryption.mode','known':true}},"
       "'ok':'stop','fail':'stop','skip':'stop','recovery':'By hand.'"}},
     "step maintain: it is temporary: expected its \"undo\" to touch the same"},
    {4,
     {{MAIN, "'ok':'stop','fail':'stop','skip':'stop','undo':'Leave maintenance mode.'",
       "'ok':'stop','fail':'stop','skip':'stop','temporary':true,'undo':'leave'},\n"
       "'leave':{'kind':'action','title':'Leave','by':'human','danger':'disruptive','touches':[],'toward':'restore','say':'Leave it.',"
       "'verify':{'checks':['encryption'],'until':{'fact':'encryption.mode','known':true}},"
       "'ok':'stop','fail':'stop','skip':'stop','recovery':'By hand.'"}},
     "step maintain: it is temporary: expected its \"undo\" to touch the same"},
    {4,
     {{MAIN, "'ok':'stop','fail':'stop','skip':'stop','undo':'Leave maintenance mode.'",
       "'ok':'stop','fail':'stop','skip':'stop','temporary':true,'undo':'leave'},\n"
       "'leave':{'kind':'action','title':'Leave','by':'human','danger':'disruptive','touches':['maintenance'],'toward':'restore','gate':['rebuild'],'say':'Leave it.',"
       "'verify':{'checks':['encryption'],'until':{'fact':'encryption.mode','known':true}},"
       "'ok':'stop','fail':'stop','skip':'stop','recovery':'By hand.'"}},
     "step maintain: it is temporary: its \"undo\" must be neither temporary, nor behind a gate"},
    {4,
     {{MAIN, "'ok':'stop','fail':'stop','skip':'stop','undo':'Leave maintenance mode.'",
       "'ok':'stop','fail':'stop','skip':'stop','temporary':true,'undo':'leave'},\n"
       "'leave':{'kind':'action','title':'Leave','by':'human','danger':'disruptive','touches':['maintenance'],'toward':'restore','only_for':['taken'],'say':'Leave it.',"
       "'verify':{'checks':['encryption'],'until':{'fact':'encryption.mode','known':true}},"
       "'ok':'stop','fail':'stop','skip':'stop','recovery':'By hand.'"}},
     "step maintain: it is temporary: its \"undo\" must be neither temporary, nor behind a gate"},
    {4, {{MAIN, "'undo':'Leave maintenance mode.'", "'undo':'restart'"}}, "step maintain: expected the action that \"undo\" names to touch the same"},
    {4,
     {{MAIN, "'undo':'Leave maintenance mode.'", "'undo':'Leave maintenance mode.','temporary':true"}},
     "step maintain: it is temporary: expected \"undo\" to name the action"},
    {4,
     {{MAIN, "'undo':'Leave maintenance mode.'", "'undo':'stop','temporary':true"}},
     "step maintain: it is temporary: expected \"undo\" to name the action"},
    {4,
     {{MAIN, "'undo':'Leave maintenance mode.'", "'recovery':'restart','temporary':true"}},
     "step maintain: it is temporary: expected \"undo\" to name the action"},
    {4,
     {{MAIN, "'undo':'Leave maintenance mode.'", "'undo':'maintain','temporary':true"}},
     "step maintain: it is temporary: its \"undo\" must be neither temporary"},
};

static void each_rule(void **state)
{
	static struct ra_finding findings[RA_FINDINGS_MAX];
	size_t missed = 0;

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		size_t count = lint(cases[i].change, 2, findings);
		bool found = false;

		for (size_t f = 0; f < count; f++)
			found = found || (findings[f].rule == cases[i].rule && strstr(findings[f].text, cases[i].text));
		if (!found) {
			print_error("case %zu (%s -> %s): expected \"%s\", found %zu: %s\n", i, cases[i].change[0].from,
				    cases[i].change[0].to, cases[i].text, count, count ? findings[0].text : "");
			missed++;
		}
		/* Every finding says where: name:line:col. */
		for (size_t f = 0; f < count; f++) {
			int line = 0, col = 0;

			assert_int_equal(sscanf(strchr(findings[f].text, ':'), ":%d:%d: ", &line, &col), 2);
			assert_true(line > 0 && col > 0);
		}
	}
	assert_int_equal(missed, 0);
}

/* What is fine and looks like a fault. */
static void nothing_to_find_in_these(void **state)
{
	static const struct flow_change fine[] = {
	    /* a change with the restart as one demand of several, or measured against the boot before */
	    {MAIN, "'until':{'fact':'host.boot_time','gt':{'action':'start'}},'every_s'",
	     "'until':{'all':[{'fact':'host.boot_time','known':true},{'fact':'host.boot_time','gt':{'action':'start'}}]"
	     "},'every_s'"},
	    {MAIN, "'until':{'fact':'host.boot_time','gt':{'action':'start'}},'every_s'",
	     "'until':{'fact':'host.boot_time','gt':{'fact':'host.boot_time','as_of':{'action':'start'}}},'every_s'"},
	    /* a circle through a question, through a check only a person answers */
	    {MAIN, "'go':'stop'}],\n " LEAVE("stop"), "'go':'stop'}],\n " LEAVE("ask")},
	    {"side.flow.json", "'checks':['boot'],'next':[]," LEAVE("fine"),
	     "'checks':['console'],'next':[],'else':'look','unknown':'fine','error':'fine'"},
	    /* restoring needs no gate */
	    {MAIN, "'touches':['reboot'],'toward':'change'",
	     "'touches':['reboot','secure_boot_on'],'toward':'restore'"},
	    /* words that forbid */
	    {MAIN, "'say':'Enter it.'",
	     "'say':'Never clear the TPM here. Do not load defaults; Secure Boot stays on.'"},
	    /* sections a step or a cause covers; who claims nothing is asked for nothing */
	    {MAIN, "'look':{'kind':'check',", "'look':{'kind':'check','guide':'2a',"},
	    {MAIN, "'name':'walks',", "'name':'walks','answers':{'ask':['board','none'],'console':'sv'},"},
	    /* the program's own facts */
	    {MAIN, "'guard':{'fact':'encryption.mode','known':true}", "'guard':{'fact':'plane.ssh.state','is':'up'}"},
	    /* for the walk only, with an undo that can be done */
	    {MAIN, "'ok':'stop','fail':'stop','skip':'stop','undo':'Leave maintenance mode.'",
	     "'ok':'stop','fail':'stop','skip':'stop','temporary':true,'undo':'leave'},\n"
       "'leave':{'kind':'action','title':'Leave','by':'human','danger':'disruptive','touches':['maintenance'],'toward':'restore','say':'Leave it.',"
       "'verify':{'checks':['encryption'],'until':{'fact':'encryption.mode','known':true}},"
       "'ok':'stop','fail':'stop','skip':'stop','recovery':'By hand.'"},
	    {MAIN, "'x_none':1", NULL},
	};
	static struct ra_finding findings[RA_FINDINGS_MAX];
	static const struct flow_change claims[] = {
	    {MAIN, "'required':", "'covers':['1','2a','3b'],'required':"},
	    {MAIN, "'title':'Look'", "'title':'Look','guide':['1','2a']"},
	    {"causes/taken.json", "'rank':1", "'rank':1,'guide':'3b'"},
	};

	/* Behind a start that was seen a sealed host may be resolved; one that was not sealed may be at once. */
	static const struct flow_change recovered[] = {
	    {MAIN, "'as_of':{'action':'start'}},'go':'stop'}", "'as_of':{'action':'start'}},'go':'restart'}"},
	    {MAIN, "'ok':'side'", "'ok':'done'"},
	    {MAIN, "'stop':{'kind':'end'", DONE},
	};
	static const struct flow_change unsealed[] = {
	    {MAIN, "'is':'TPM','as_of':{'action':'start'}},'go':'stop'}", "'is':'NONE','as_of':{'action':'start'}},'go':'done'}"},
	    {MAIN, "'stop':{'kind':'end'", DONE},
	};

	if (lint(recovered, RA_LEN(recovered), findings) || lint(unsealed, RA_LEN(unsealed), findings))
		fail_msg("%s", findings[0].text);
	if (lint(claims, RA_LEN(claims), findings))
		fail_msg("%s", findings[0].text);
	for (size_t i = 0; fine[i].to; i++) {
		if (lint(&fine[i], 1, findings))
			fail_msg("%s: %s", fine[i].to, findings[0].text);
	}
}

/* What is right stays unsaid: a TPM is taken away where Mode NONE was read, and a sentence that forbids it advises nothing. */
static void a_tpm_may_go_where_nothing_is_bound_to_it(void **state)
{
	static const struct flow_change off = TPM_OFF_CLASS;
	static const struct flow_change good[][2] = {
	    {{MAIN, "'touches':['reboot'],'toward':'change',",
	      "'touches':['tpm_disable'],'toward':'change','say':'Switch the TPM off.','guard':{'fact':'encryption.mode','is':'NONE'},"}},
	    {{MAIN, "'touches':['reboot'],'toward':'change',",
	      "'touches':['tpm_disable'],'toward':'change','guard':{'all':[{'fact':'host.boot_time','known':true},"
	      "{'any':[{'fact':'encryption.mode','is':'NONE'},{'fact':'encryption.mode','is':'NONE','plane':'ssh'}]}]},"}},
	    {{MAIN, "'say':'Enter it.'", "'say':'Enter it. Do not switch the TPM off; if TPM Security was Off, ask.'"}},
	};
	static struct ra_finding findings[RA_FINDINGS_MAX];

	for (size_t i = 0; i < RA_LEN(good); i++) {
		struct flow_change both[] = {off, good[i][0]};

		if (lint(both, 2, findings))
			fail_msg("%zu: %s", i, findings[0].text);
	}
}

/* What is asked only while a link is up needs no form by hand; while it may be down, it does. */
static void a_link_that_is_up_needs_no_form(void **state)
{
	static const struct flow_change without = {"checks/log.json", ",'manual':{'ask':'Line?','answers':[{'id':'no','say':'No','set':{'sig.nosha256':false}}]}", ""};
	static const struct {
		const char *when;
		bool found;
	} rows[] = {
	    {"{'all':[{'fact':'plane.ssh.state','is':'up'},{'fact':'sig.nosha256','is':true}]}", false},
	    {"{'all':[{'fact':'plane.ssh.state','is':'down'},{'fact':'sig.nosha256','is':true}]}", true},
	    {"{'any':[{'fact':'plane.ssh.state','is':'up'},{'fact':'sig.nosha256','is':true}]}", true},
	};
	static struct ra_finding findings[RA_FINDINGS_MAX];

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct flow_change both[] = {without, {MAIN, "{'fact':'sig.nosha256','is':true},'go':'ask'", NULL}};
		char to[200];
		bool found = false;

		snprintf(to, sizeof(to), "%s,'go':'ask'", rows[i].when);
		both[1].to = to;
		size_t count = lint(both, 2, findings);

		for (size_t k = 0; k < count; k++)
			found = found || strstr(findings[k].text, "which has no \"manual\" form");
		if (found != rows[i].found)
			fail_msg("%s: %s", rows[i].when, count ? findings[0].text : "nothing is found");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_to_find),
	    cmocka_unit_test(each_rule),
	    cmocka_unit_test(a_tpm_may_go_where_nothing_is_bound_to_it),
	    cmocka_unit_test(nothing_to_find_in_these),
	    cmocka_unit_test(a_link_that_is_up_needs_no_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
