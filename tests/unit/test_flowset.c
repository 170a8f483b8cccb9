/* The loader: what is refused and where it says so, who may write, which id wins, and what a set answers. */
#include "tests/unit/flow_fixture.h"

#include "base/io.h"

#include <sys/stat.h>
#include <unistd.h>

#define MAIN "main.flow.json"
#define SSH_DOES "'by':'ssh','do':{'run':['esxcli','system','maintenanceMode','set','--enable','true']}"
#define REPEAT8(x) x x x x x x x x

static void the_fixture_loads(void **state)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	struct ra_errs errs;

	if (flow_fixture(NULL, 0, &set, &errs) != RA_OK)
		fail_msg("%s", errs.text[0]);
}

/* Outlines: one change, the code and the sentence. */
static const struct {
	struct flow_change change;
	ra_err code;
	const char *sentence;
} refused[] = {
    /* the file */
    {{MAIN, "'format':1", "'format':2"},
     RA_E_INVALID,
     "main.flow.json:1:25: \"format\": expected 1, the format this program reads"},
    {{MAIN, "'$schema':'s',", ""}, RA_E_INVALID, "main.flow.json:1:1: expected the key \"$schema\""},
    {{MAIN, "'title':'Main'", "'titel':'Main'"},
     RA_E_INVALID,
     "main.flow.json:1:61: unknown key \"titel\", expected one of $schema, format, id, version, title"},
    {{MAIN, "'id':'main'", "'id':'Main flow'"},
     RA_E_INVALID,
     "\"id\": expected a name (lower-case words joined by -)"},
    {{MAIN, "'required':['host.boot_time']", "'required':['Host Boot']"},
     RA_E_INVALID,
     "\"required\": expected a list of fact names"},
    {{MAIN, "'steps':{", "'x_mine':1,'steps':{"}, RA_OK, ""},
    {{MAIN, "'say':'Alarm','go'", "'say':'','go'"}, RA_E_INVALID, "main.flow.json:2:19: \"say\": expected a text"},
    /* steps */
    {{MAIN, "'look':{'kind'", "'Look':{'kind'"},
     RA_E_INVALID,
     "main.flow.json:4:8: expected a step name (lower-case words joined by -), found \"Look\""},
    {{MAIN, "'kind':'check','title':'Look'", "'kind':'czech','title':'Look'"},
     RA_E_INVALID,
     "main.flow.json:4:16: expected one of check, question, gate, action, call, end, found \"czech\""},
    {{MAIN, "'kind':'check','title':'Look'", "'title':'Look'"},
     RA_E_INVALID,
     "main.flow.json:4:8: expected one of check, question"},
    {{MAIN, "'title':'Look',", ""}, RA_E_INVALID, "main.flow.json:4:8: expected the key \"title\""},
    {{MAIN, "'title':'Look',", "'title':'Look','ask':'What?',"},
     RA_E_INVALID,
     "main.flow.json:4:45: unknown key \"ask\""},
    {{MAIN, "'checks':['encryption','boot','log']", "'checks':'encryption'"},
     RA_E_INVALID,
     "\"checks\": expected a list of texts"},
    {{MAIN, "'go':'ask','because'", "'because'"}, RA_E_INVALID, "main.flow.json:5:2: expected the key \"go\""},
    {{MAIN, "'go':'ask','because'", "'goto':'ask','because'"},
     RA_E_INVALID,
     "unknown key \"goto\", expected one of when, go, because"},
    {{MAIN, "'fact':'sig.nosha256','is':true", "'fact':'sig.nosha256','was':true"},
     RA_E_INVALID,
     "main.flow.json:5:10: expected a condition: all, any, not"},
    {{MAIN, "'id':'none','say'", "'id':'board','say'"}, RA_E_INVALID, "the answer id \"board\" is taken"},
    {{MAIN, "'set':{'hist.board':true}}", "'set':{'hist.board':{'unknown':'maybe'}}}"},
     RA_E_INVALID,
     "expected a value, {\"unknown\": reason} or {\"time\": \"now\" or \"before\"} for hist.board"},
    {{MAIN, "'set':{'hist.board':true}}", "'set':{'Hist Board':true}}"},
     RA_E_INVALID,
     "expected a fact name, found \"Hist Board\""},
    {{MAIN, "'set':{'hist.board':true}}", "'set':{'hist.board':'yes'}}"},
     RA_E_INVALID,
     "hist.board is bool here, but text at main.flow.json:8:50"},
    {{MAIN, "'set':{'hist.board':true}}", "'set':{'host.boot_time':'soon'}}"},
     RA_E_INVALID,
     "expected a time, the type of host.boot_time"},
    {{MAIN, "'set':{'hist.board':true}}", "'set':{'host.boot_time':{'time':'now'},'hist.board':true}}"}, RA_OK, ""},
    {{MAIN, "{'resolved':'maintain'}", "{'solved':'maintain'}"}, RA_E_INVALID, "expected an outcome, found \"solved\""},
    {{MAIN, "'outcome':'stopped'", "'outcome':'halted'"},
     RA_E_INVALID,
     "expected one of resolved, not_a_fault, escalated, security_review, rebuild, stopped, found \"halted\""},
    {{MAIN, "'never':['clear']", "'nevermore':['clear']"}, RA_E_INVALID, "unknown key \"nevermore\""},
    /* actions */
    {{MAIN, "'danger':'disruptive','touches':['reboot'],", "'touches':['reboot'],"},
     RA_E_INVALID,
     "expected the key \"danger\""},
    {{MAIN, "'touches':['reboot'],", ""}, RA_E_INVALID, "expected the key \"touches\""},
    {{MAIN, "'touches':['reboot'],'toward':'change'", "'touches':['reboot']"},
     RA_E_INVALID,
     "expected the key \"toward\""},
    {{MAIN, "'touches':['reboot'],'toward':'change'", "'touches':['reboot'],'toward':'somewhere'"},
     RA_E_INVALID,
     "expected one of change, restore, found \"somewhere\""},
    {{MAIN, "'danger':'disruptive','touches':['reboot']", "'danger':'dangerous','touches':['reboot']"},
     RA_E_INVALID,
     "expected one of readonly, reversible, disruptive, irreversible"},
    {{MAIN, "'danger':'disruptive','touches':['reboot']", "'danger':'readonly','touches':['reboot']"},
     RA_E_INVALID,
     "an action changes something; what only reads is a check"},
    {{MAIN, "'danger':'disruptive','touches':['reboot']", "'danger':'reversible','touches':['reboot']"},
     RA_E_INVALID,
     "expected at least \"disruptive\", the danger of reboot"},
    {{MAIN, "'touches':['reboot']", "'touches':['rebirth']"},
     RA_E_INVALID,
     "expected a class of danger.json, found \"rebirth\""},
    {{MAIN, " 'text':{'variants':'vendor','id':'restart'},\n", ""},
     RA_E_INVALID,
     "expected \"say\" or \"text\": what an action does is told"},
    {{MAIN, "'variants':'vendor'", "'variants':'moon'"}, RA_E_INVALID, "expected one of vendor, found \"moon\""},
    {{MAIN, "'id':'restart'", "'id':'restart','settings':[{'setting':'tpm','to':'one'}]"},
     RA_E_INVALID,
     "found \"one\"; is \"on\" meant?"},
    {{MAIN, "'id':'restart'", "'id':'restart','settings':[{'setting':'tpm','to':['on','Off']}]"}, RA_E_INVALID, "found \"Off\""},
    {{MAIN, "'id':'restart'", "'id':'restart','settings':[{'setting':'tpm','to':'on','is':'on'}]"},
     RA_E_INVALID,
     "expected \"to\" or \"is\", not both"},
    {{MAIN, "'id':'restart'", "'id':'restart','settings':[{'to':'on'}]"}, RA_E_INVALID, "\"setting\""},
    {{MAIN, "'every_s':5,'for_s':60", "'every_s':0,'for_s':60"}, RA_E_INVALID, "expected every_s from 1 to for_s"},
    {{MAIN, "'every_s':5,'for_s':60", "'every_s':5,'for_s':-1"},
     RA_E_INVALID,
     "\"for_s\": expected a whole number, not negative"},
    {{MAIN, "'undo':'stop'", "'undo':'stop','recovery':'stop'"},
     RA_E_INVALID,
     "expected \"undo\" or \"recovery\", not both"},
    {{MAIN, "'by':'human','danger':'disruptive'", "'by':'robot','danger':'disruptive'"},
     RA_E_INVALID,
     "expected one of human, ssh, vcenter, bmc, found \"robot\""},
    {{MAIN, "'by':'human','danger':'disruptive'", "'by':'ssh','danger':'disruptive'"},
     RA_E_INVALID,
     "expected \"do\": the request this action sends"},
    {{MAIN, "'by':'ssh','do':{'run'", "'by':'human','do':{'run'"},
     RA_E_INVALID,
     "\"do\" stands in an action by a human"},
    {{MAIN, "'maintenanceMode','set','--enable','true'", "'shutdown','reboot'"},
     RA_E_DENIED,
     "not in the table of changes this program makes"},
    {{MAIN, "'maintenanceMode','set','--enable','true'", "'settings','encryption','get'"},
     RA_E_DENIED,
     "not in the table of changes this program makes"},
    {{MAIN, SSH_DOES, "'by':'vcenter','do':{'call':'EnterMaintenanceMode'}"}, RA_OK, ""},
    {{MAIN, SSH_DOES, "'by':'vcenter','do':{'call':'StopService','service':'TSM-SSH'}"}, RA_OK, ""},
    {{MAIN, SSH_DOES, "'by':'ssh','do':{'call':'EnterMaintenanceMode'}"}, RA_E_DENIED, "call goes to vcenter only"},
    {{MAIN, SSH_DOES, "'by':'vcenter','do':{'run':['/sbin/auto-backup.sh']}"}, RA_E_DENIED, "run goes to the host by ssh"},
    {{MAIN, SSH_DOES, "'by':'vcenter','do':{'call':'QueryTpmAttestationReport'}"},
     RA_E_DENIED,
     "not in the table of changes this program makes"},
    {{MAIN, SSH_DOES, "'by':'vcenter','do':{'esxcli':['system','version','get']}"},
     RA_E_DENIED,
     "not in the table of changes this program makes"},
    {{MAIN, SSH_DOES, "'by':'vcenter','do':{'call':'ClearTriggeredAlarms'}"},
     RA_E_DENIED,
     "it resets alarms of the whole vCenter"},
    {{MAIN, SSH_DOES, "'by':'vcenter','do':{'call':'StartService','service':'TSM'}"}, RA_E_DENIED, "is TSM-SSH"},
    {{MAIN, SSH_DOES, "'by':'vcenter'"}, RA_E_INVALID, "expected \"do\": the request this action sends"},
    {{MAIN, SSH_DOES, "'by':'vcenter','do':{'call':'RebootHost'}"},
     RA_E_DENIED,
     "what it does restarts the host: expected a class of danger.json that \"restarts\""},
    {{MAIN, SSH_DOES ",\n 'danger':'disruptive','touches':['maintenance']",
      "'by':'vcenter','do':{'call':'RebootHost'},'danger':'disruptive','touches':['reboot']"},
     RA_OK,
     ""},
    {{MAIN, SSH_DOES ",\n 'danger':'disruptive'", "'by':'vcenter','do':{'call':'EnterMaintenanceMode'},'danger':'irreversible'"},
     RA_E_DENIED,
     "an irreversible action is done by a human, never by the program"},
    {{MAIN, "'danger':'disruptive','touches':['maintenance']", "'danger':'irreversible','touches':['maintenance']"},
     RA_E_DENIED,
     "an irreversible action is done by a human, never by the program"},
    {{MAIN, "'touches':['maintenance']", "'touches':[]"},
     RA_E_INVALID,
     "expected the class of what this action changes"},
    /* checks: the read-only table is the check room's; a request outside it does not load */
    {{"checks/encryption.json", "'encryption','get'", "'encryption','set','--mode=TPM'"},
     RA_E_DENIED,
     "checks/encryption.json:1:"},
    {{"checks/encryption.json", "'verdict':'warn'", "'verdict':'unknown'"},
     RA_E_INVALID,
     "expected one of pass, fail, warn, info, not_applicable, found \"unknown\""},
    {{"checks/encryption.json", "'answers':[{'id':'tpm','say':'TPM','set':{'encryption.mode':'TPM'}}]", "'answers':[]"},
     RA_E_INVALID,
     "checks/encryption.json:3:10: "},
    {{"checks/boot.json", "'type':'time'", "'type':'text'"}, RA_E_INVALID, "checks/boot.json:2:"},
    {{"checks/boot.json", "'id':'boot'", "'id':'log'"}, RA_E_DENIED, "the id \"log\" is that of another check"},
    {{"checks/boot.json", "'$schema':'s',", ""}, RA_E_INVALID, "checks/boot.json:1:1: expected the key \"$schema\""},
    {{"checks/console.json", "'planes':[],", ""}, RA_E_INVALID, "checks/console.json:1:1: expected the key \"planes\""},
    {{"checks/encryption.json", "'in':['TPM','NONE']", "'in':[]"}, RA_E_INVALID, "in must be a list of at least one value"},
    {{"checks/encryption.json", "'key':'Mode'", "'key':''"}, RA_E_INVALID, "\"key\" must be a text that is not empty"},
    /* tests */
    {{MAIN, "'causes':{'taken':'open'}", "'causes':{'taken':'shut'}"}, RA_E_INVALID, "expected one of likely, possible, open, ruled_out"},
    {{MAIN, "'never':['clear']", "'never':['clear'],'outcome':'fixed'"}, RA_E_INVALID, "expected one of resolved, not_a_fault"},
    {{MAIN, "'given':{'hist.board':true}", "'given':{'hist.board':{'unknown':'maybe'}}"}, RA_E_INVALID, "expected a value, {\"unknown\": reason}"},
    {{MAIN, "'never':['clear']", "'never':['clear'],'answers':{'ask':7}"}, RA_E_INVALID, "expected a text or a list of texts"},
    /* causes, signatures, vendors, danger, glossary */
    {{"causes/taken.json", "'rank':1", "'rank':0"}, RA_E_INVALID, "\"rank\": expected a whole number from 1"},
    {{"signatures/tpm.json", "'source':'s'}]", "'source':'s'},{'id':'nosha256','where':['log'],'log':['vmkernel'],'weight':'fail','means':'m','literal':'a bank','pattern':'a bank','sample':'a bank','source':'s'}]"},
     RA_E_DENIED,
     "the signature id \"nosha256\" is that of another signature"},
    {{"danger.json", "'max_age_s':60", "'max_age_s':0"}, RA_E_INVALID, "expected at least one second"},
    {{"glossary.json", "'attestation.status'", "'Attestation'"}, RA_E_INVALID, "expected a fact name, found \"Attestation\""},
    /* rules over hosts */
    {{"fleet/two.json", "'id':'two'", "'id':'one'"}, RA_E_DENIED, "fleet/two.json:1:32: the id \"one\" is that of another rule over hosts"},
    {{"fleet/one.json", "'rank':2", "'rank':0"}, RA_E_INVALID, "\"rank\": expected a whole number from 1"},
    {{"fleet/one.json", "'sources':['o']", "'sources':[]"}, RA_E_INVALID, "fleet/one.json:2:127: expected at least one source"},
    {{"fleet/one.json", "'next':['n']", "'next':[]"}, RA_E_INVALID, "expected at least one text"},
    {{"fleet/one.json", "'look':{'reach':['refused','timeout'],'plane':'ssh'}", "'look':{}"}, RA_E_INVALID, "expected the key \"check\""},
    {{"fleet/one.json", "{'reach':", "{'check':'boot','reach':"}, RA_E_INVALID, "unknown key \"check\", expected one of reach, plane"},
    {{"fleet/one.json", "'timeout'", "'slow'"}, RA_E_INVALID, "expected one of refused, unreachable, timeout, found \"slow\""},
    {{"fleet/one.json", "['refused','timeout']", "[]"}, RA_E_INVALID, "expected at least one reason"},
    {{"fleet/one.json", "'plane':'ssh'", "'plane':'operator'"}, RA_E_INVALID, "expected one of ssh, vcenter, bmc, found \"operator\""},
    {{"fleet/one.json", "{'encryption.mode':'mode'}", "{'Mode':'mode'}"}, RA_E_INVALID, "expected a fact name, found \"Mode\""},
    {{"fleet/one.json", "{'encryption.mode':'mode'}", "{'encryption.mode':''}"}, RA_E_INVALID, "expected a text"},
    {{"fleet/one.json", "'affected':2", "'affected':0"}, RA_E_INVALID, "\"affected\": expected a whole number from 1"},
    {{"fleet/one.json", "'spared':0", "'spared':-1"}, RA_E_INVALID, "\"spared\": expected a whole number, not negative"},
    {{"fleet/one.json", "'spared':0", "'others':0"}, RA_E_INVALID, "unknown key \"others\""},
    {{"fleet/one.json", "'spared':0", "'differ':'Mode'"}, RA_E_INVALID, "\"differ\": expected a fact name"},
    {{"fleet/one.json", "{'is':'unknown'}", "{'is':'maybe'}"}, RA_E_INVALID, "expected one of affected, spared, unknown, found \"maybe\""},
    {{"fleet/one.json", "'count':2", "'count':0"}, RA_E_INVALID, "\"count\": expected a whole number from 1 to 1000"},
    {{"fleet/one.json", "'count':2", "'count':1001"}, RA_E_INVALID, "\"count\": expected a whole number from 1 to 1000"},
    {{"fleet/two.json", "{'is':'spared'}", "{'is':'spared','count':1000},{'is':'spared','count':1000},{'is':'spared'}"},
     RA_E_LIMIT,
     "expected at most 2000 hosts in a test"},
    {{"fleet/two.json", "'hosts':[{'is':'spared'}]", "'hosts':[]"}, RA_E_INVALID, "expected at least one host"},
    {{"causes/taken.json", "'fix_by':'firmware'", "'fix_by':'us'"},
     RA_E_INVALID,
     "expected one of firmware, vendor, esxi, vcenter, nobody, found \"us\""},
    {{"causes/taken.json", "'confidence':'high'", "'confidence':'sure'"},
     RA_E_INVALID,
     "expected one of low, medium, high, found \"sure\""},
    {{"causes/taken.json", "'rank':1", "'rank':'first'"}, RA_E_INVALID, "\"rank\": expected a whole number"},
    {{"causes/taken.json", "'rules_out':[", "'rules_in':["},
     RA_E_INVALID,
     "unknown key \"rules_in\", expected one of for, against, rules_out"},
    {{"signatures/tpm.json", "'source':'s'", "'sauce':'s'"}, RA_E_INVALID, "signatures/tpm.json:2:"},
    {{"signatures/tpm.json", "'bank not found','pattern'", "'bank ','pattern'"},
     RA_E_INVALID,
     "signatures/tpm.json:2:91: expected at least 6 bytes that every such line has"},
    {{"signatures/tpm.json", "'bank not found','pattern'", "'bank\\nnot found','pattern'"},
     RA_E_INVALID,
     "expected a part of one line, without control characters"},
    {{"signatures/tpm.json", "'where':['log']", "'where':['logs']"},
     RA_E_INVALID,
     "expected one of log, event, console, message, command, bmc, alarm, found \"logs\""},
    {{"signatures/tpm.json", "'where':['log']", "'where':[]"}, RA_E_INVALID, "expected at least one place"},
    {{"signatures/tpm.json", "'log':['vmkernel'],", ""},
     RA_E_INVALID,
     "expected \"log\": the files of a host it stands in"},
    {{"signatures/tpm.json", "'where':['log']", "'where':['console']"},
     RA_E_INVALID,
     "expected \"log\" or \"event\" in \"where\" beside files of a host"},
    {{"signatures/tpm.json", "'weight':'fail'", "'weight':'heavy'"},
     RA_E_INVALID,
     "expected one of fail, warn, note, found \"heavy\""},
    {{"signatures/tpm.json", "'means':'m',", ""}, RA_E_INVALID, "expected the key \"means\""},
    {{"signatures/tpm.json", "'tpm.*bank not found'", "'tpm(bank not found'"},
     RA_E_INVALID,
     "expected a regular expression: "},
    {{"vendors/dell.json", "'match':'(?i)dell',", ""}, RA_E_INVALID, "expected \"match\""},
    {{"vendors/dell.json", "'Restart the Dell.'", "7"},
     RA_E_INVALID,
     "vendors/dell.json:1:92: expected a text or a list of texts"},
    {{"vendors/dell.json", "'id':'dell','title':'Dell','match':'(?i)dell'", "'id':'other','title':'Other'"},
     RA_E_DENIED,
     "the id \"other\" is that of another vendor"},
    {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'models':'('"},
     RA_E_INVALID,
     "expected a regular expression: "},
    {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'bmc':7"},
     RA_E_INVALID,
     "\"bmc\": expected a text"},
    {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'generations':{}"},
     RA_E_INVALID,
     "\"generations\": expected a list of objects"},
    {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'generations':[{'id':'g','title':'t'}]"},
     RA_E_INVALID,
     "expected the key \"match\""},
    {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'generations':[{'id':'g','title':'t','match':'['}]"},
     RA_E_INVALID,
     "expected a regular expression: "},
    {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'generations':[{'id':'g','title':'t','match':'R','texts':{'restart':7}}]"},
     RA_E_INVALID,
     "expected a text or a list of texts"},
    {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'generations':[{'id':'G 1','title':'t','match':'R'}]"},
     RA_E_INVALID,
     "\"id\": expected a name"},
    {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'settings':{'TPM':{'label':'l','source':'s'}}"},
     RA_E_INVALID,
     "expected the name of a setting (lower-case words joined by -), found \"TPM\""},
    {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'settings':{'tpm':{'label':'l'}}"},
     RA_E_INVALID,
     "expected the key \"source\""},
    {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'settings':{'tpm':{'label':'l','source':'s','colour':'red'}}"},
     RA_E_INVALID,
     "unknown key \"colour\", expected one of label, values, place, note, source"},
    {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'settings':{'tpm':{'label':'l','source':'s','values':'On'}}"},
     RA_E_INVALID,
     "\"values\": expected a list of texts"},
    {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'quirks':[{'id':'q','title':'t','say':'s','texts':['restart']}]"},
     RA_E_INVALID,
     "expected the key \"source\""},
    {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'quirks':[{'id':'q','title':'t','say':'s','source':'s','texts':[]}]"},
     RA_E_INVALID,
     "expected at least one text it is shown with"},
    {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'quirks':[{'id':'q','title':'t','say':[],'source':'s','texts':['restart']}]"},
     RA_E_INVALID,
     "\"say\": expected a text or a list of texts"},
    {{"vendors/dell.json", "'texts':{'restart':'Restart the Dell.'}", "'texts':{'restart':'Restart the Dell.'},'models':'(?i)r7','bmc':'iDRAC','settings':{'x_mine':1,'tpm':{'label':'l','source':'s'}},'generations':[{'id':'g','title':'t','match':'R'}],'quirks':[{'id':'q','title':'t','say':['s'],'source':'s','texts':['restart'],'generation':'g'}]"},
     RA_OK,
     ""},
    {{"vendors/other.json", "'title':'Any',", "'title':'Any','models':'x',"},
     RA_E_INVALID,
     "\"models\" belongs to one maker: not in \"other\""},
    {{"vendors/other.json", "'title':'Any',", "'title':'Any','generations':[],"},
     RA_E_INVALID,
     "\"generations\" belongs to one maker: not in \"other\""},
    {{"vendors/other.json", "'title':'Any',", "'title':'Any','settings':{},"},
     RA_E_INVALID,
     "\"settings\" belongs to one maker: not in \"other\""},
    {{"vendors/other.json", "'title':'Any',", "'title':'Any','quirks':[],"},
     RA_E_INVALID,
     "\"quirks\" belongs to one maker: not in \"other\""},
    {{"vendors/other.json", "'title':'Any',", "'title':'Any','bmc':'the controller',"},
     RA_OK,
     ""},
    {{"danger.json", "'title':'Restart','danger'", "'title':'Restart','source':7,'danger'"},
     RA_E_INVALID,
     "\"source\": expected a text"},
    {{"danger.json", "'danger':'disruptive','restarts'", "'danger':'high','restarts'"}, RA_E_INVALID, "danger.json:3:"},
    {{"danger.json", "'danger':'disruptive','restarts'", "'danger':'disruptive','beside_host':true,'restarts'"}, RA_E_INVALID,
     "what stays beside the host is reversible and restarts nothing"},
    {{"danger.json", "'proof':'recovery-key'", "'proof':'word of honour'"},
     RA_E_INVALID,
     "expected one of none, recovery-key"},
    {{"danger.json",
      "'proof':'recovery-key',\n 'fresh':['encryption'],'statements':[{'id':'stored','say':'It is stored'}]",
      "'fresh':[],'statements':[]"},
     RA_E_INVALID,
     "expected a proof, a text to type or at least one statement in a gate"},
    {{"glossary.json", "'accepted':'Passed'", "'accepted':1"}, RA_E_INVALID, "glossary.json:1:69: expected a text"},
};

static void outlines(void **state)
{
	size_t missed = 0;

	for (size_t i = 0; i < RA_LEN(refused); i++) {
		RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
		struct ra_errs errs;
		ra_err err = flow_fixture(&refused[i].change, 1, &set, &errs);

		if (err == refused[i].code && (err == RA_OK || strstr(errs.text[0], refused[i].sentence)))
			continue;
		print_error("%s: %d \"%s\", not %d \"%s\"\n", refused[i].change.to, err, errs.count ? errs.text[0] : "",
			    refused[i].code, refused[i].sentence);
		missed++;
	}
	assert_int_equal(missed, 0);
}

/* A directory of our own with the fixture in it. */
struct tree {
	char dir[64], path[128];
};

static const char *in(struct tree *tree, const char *name)
{
	snprintf(tree->path, sizeof(tree->path), "%s/%s", tree->dir, name);
	return tree->path;
}

static void write_file(struct tree *tree, const char *name, const char *bytes, size_t len)
{
	assert_int_equal(ra_write_file(in(tree, name), 0644, bytes, len, NULL), RA_OK);
}

static void write_part(struct tree *tree, const char *name, const char *text)
{
	char *bytes = flow_quotes(text);

	write_file(tree, name, bytes, strlen(bytes));
	free(bytes);
}

static int make_tree(void **state)
{
	static const char *const subs[] = {"checks", "causes", "signatures", "vendors", "fleet", "more"};
	struct tree *tree = calloc(1, sizeof(*tree));

	if (!tree)
		return -1;
	strcpy(tree->dir, "/tmp/ra-flowset.XXXXXX");
	if (!mkdtemp(tree->dir))
		return -1;
	for (size_t i = 0; i < RA_LEN(subs); i++)
		assert_int_equal(mkdir(in(tree, subs[i]), 0755), 0);
	for (size_t i = 0; i < RA_LEN(flow_parts); i++)
		write_part(tree, flow_parts[i].name, flow_parts[i].text);
	*state = tree;
	return 0;
}

static void remove_all(struct tree *tree, const char *sub)
{
	char dir[128];
	char **names = NULL;
	size_t count = 0;

	snprintf(dir, sizeof(dir), "%s/%s", tree->dir, sub);
	if (ra_list_dir(dir, "", &names, &count, NULL) != RA_OK)
		return;
	for (size_t i = 0; i < count; i++) {
		char path[512];

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	ra_names_free(names, count);
	rmdir(dir);
}

static int remove_tree(void **state)
{
	static const char *const subs[] = {"checks", "causes", "signatures", "vendors", "fleet", "more/checks", "more", "."};
	struct tree *tree = *state;

	for (size_t i = 0; i < RA_LEN(subs); i++)
		remove_all(tree, subs[i]);
	rmdir(tree->dir);
	free(tree);
	return 0;
}

/* Load the tree; more: its second directory too; file: --flow. Out: the code; the sentence in errs. */
static ra_err load(struct tree *tree, bool more, const char *file, struct ra_flowset **set, struct ra_errs *errs)
{
	char second[100], named[128];
	const char *dirs[3] = {tree->dir, more ? second : NULL, NULL};
	struct ra_flow_sources sources = {.dirs = dirs, .file = file ? named : NULL};

	snprintf(second, sizeof(second), "%s/more", tree->dir);
	snprintf(named, sizeof(named), "%s/%s", tree->dir, file ? file : "");
	ra_errs_clear(errs);
	return ra_flowset_load(&sources, set, errs);
}

static void refuses(struct tree *tree, bool more, const char *file, ra_err code, const char *sentence)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	struct ra_errs errs;
	ra_err err = load(tree, more, file, &set, &errs);

	assert_null(set);
	if (err != code || !strstr(errs.text[0], sentence))
		fail_msg("%d \"%s\", not %d \"%s\"", err, errs.count ? errs.text[0] : "", code, sentence);
}

/* What no strict JSON is, in a file of the set: each kind with its place. */
static void strict_bytes(void **state)
{
#define TEXT(literal) literal, sizeof(literal) - 1
	static const struct {
		const char *bytes;
		size_t len;
		ra_err code;
		const char *sentence;
	} cases[] = {
	    {TEXT("{\"id\":1,\n\"id\":2}"), RA_E_INVALID,
	     "extra.json:2:1: expected a key not used yet, found \"id\" again"},
	    {TEXT("{}\n{}"), RA_E_INVALID, "extra.json:2:1: expected the end after the JSON value"},
	    {TEXT("{\"id\":\"\xff\"}"), RA_E_INVALID, "extra.json:1:8: "},
	    {TEXT("{\"id\":\"\\u0000\"}"), RA_E_INVALID, "extra.json:1:8: "},
	    {TEXT("{\"id\":9007199254740992}"), RA_E_INVALID, "extra.json:1:7: "},
	    {TEXT("{\"id\":1e999}"), RA_E_INVALID, "extra.json:1:7: "},
	    {TEXT("{\"id\":1,}"), RA_E_INVALID, "extra.json:1:9: expected a key in quotes"},
	    {TEXT("{} // remark"), RA_E_INVALID, "extra.json:1:4: "},
	    {TEXT(REPEAT8("[[[[") "["
				  "]" REPEAT8("]]]]")),
	     RA_E_LIMIT, "extra.json:1:33: expected at most 32 levels"},
	    {TEXT("[]"), RA_E_INVALID, "extra.json:1:1: expected an object"},
	    {TEXT("{\"id\":\"x\"}"), RA_E_INVALID, "extra.json:1:1: expected the key \"$schema\""},
	    {TEXT("{\"$schema\":\"s\",\"format\":1,\n \"colour\":1}"), RA_E_INVALID,
	     "extra.json:2:11: unknown key \"colour\", expected one of "},
	    {TEXT(""), RA_E_INVALID, "extra.json:1:1: "},
	};
	struct tree *tree = *state;
	size_t big = (1u << 20) + 1;
	char *bytes = malloc(big);

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		write_file(tree, "causes/extra.json", cases[i].bytes, cases[i].len);
		refuses(tree, false, NULL, cases[i].code, cases[i].sentence);
	}
	assert_non_null(bytes);
	memset(bytes, ' ', big);
	write_file(tree, "causes/extra.json", bytes, big);
	free(bytes);
	refuses(tree, false, NULL, RA_E_LIMIT, "extra.json");
}

static void who_may_write(void **state)
{
	static const struct {
		const char *name;
		mode_t bad, good;
	} cases[] = {
	    {"main.flow.json", 0664, 0644}, {"checks/boot.json", 0646, 0644}, {"checks", 0775, 0755}, {".", 0777, 0755},
	    {"danger.json", 0666, 0644},
	};
	struct tree *tree = *state;
	const char *dirs[] = {tree->dir, NULL};
	struct ra_flow_sources trusted = {.dirs = dirs, .trust_anyone = true};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;

		assert_int_equal(chmod(in(tree, cases[i].name), cases[i].bad), 0);
		refuses(tree, false, NULL, RA_E_DENIED, "can be changed by others than you and root");
		assert_int_equal(ra_flowset_load(&trusted, &set, NULL), RA_OK);
		assert_int_equal(chmod(in(tree, cases[i].name), cases[i].good), 0);
	}
}

/* Ids of the installed set are not taken over quietly; a file named with --flow may. */
static void whose_id(void **state)
{
	struct tree *tree = *state;
	RA_AUTO(ra_flowset_free) struct ra_flowset *plain = NULL, *same = NULL, *named = NULL, *more = NULL;
	const struct flow_part *side = &flow_parts[RA_LEN(flow_parts) - 2];
	struct flow_change retitle = {side->name, "'title':'Side'", "'title':'Other side'"};
	struct flow_change fresh = {side->name, "'id':'side'", "'id':'mine'"};
	struct flow_change broken = {side->name, "'id':'side','version':'1','title':'Side','start':'look'",
				     "'id':'mine','version':'1','title':'Mine','start':'lock'"};
	char *other = flow_changed(side->text, &retitle), *mine = flow_changed(side->text, &fresh),
	     *bad = flow_changed(side->text, &broken);
	struct ra_errs errs;

	assert_string_equal(side->name, "side.flow.json");
	assert_int_equal(load(tree, false, NULL, &plain, &errs), RA_OK);
	assert_true(ra_flowset_flow(plain, "side")->shipped);
	/* the file that is loaded already */
	assert_int_equal(load(tree, false, "side.flow.json", &same, &errs), RA_OK);
	assert_true(ra_flowset_flow(same, "side")->shipped);
	assert_string_equal(ra_flowset_sha256(same), ra_flowset_sha256(plain));
	/* a flow of one's own in the second directory */
	write_part(tree, "more/mine.flow.json", mine);
	assert_int_equal(load(tree, true, NULL, &more, &errs), RA_OK);
	assert_false(ra_flowset_flow(more, "mine")->shipped);
	assert_true(ra_flowset_flow(more, "side")->shipped);
	assert_string_not_equal(ra_flowset_sha256(more), ra_flowset_sha256(plain));
	assert_string_equal(ra_flowset_dir(more), tree->dir);
	/* with a shipped id it is refused, unless it is named */
	write_part(tree, "more/mine.flow.json", other);
	refuses(tree, true, NULL, RA_E_DENIED, "the id \"side\" is that of another flow");
	assert_int_equal(load(tree, false, "more/mine.flow.json", &named, &errs), RA_OK);
	assert_false(ra_flowset_flow(named, "side")->shipped);
	assert_string_equal(ra_flowset_flow(named, "side")->title, "Other side");
	/* what is not installed is examined before it is used */
	write_part(tree, "more/mine.flow.json", bad);
	refuses(tree, true, NULL, RA_E_INVALID, "the flow starts at \"lock\", which is no step of it");
	unlink(in(tree, "more/mine.flow.json"));
	/* dangers and words are not anybody's to say; checks of a second directory are welcome, but not under a taken
	 * id */
	write_part(tree, "more/danger.json", flow_parts[0].text);
	refuses(tree, true, NULL, RA_E_DENIED, "dangers, gates and words belong to the installed set");
	unlink(in(tree, "more/danger.json"));
	assert_int_equal(mkdir(in(tree, "more/checks"), 0755), 0);
	write_part(tree, "more/checks/boot.json", flow_parts[6].text);
	refuses(tree, true, NULL, RA_E_DENIED, "the id \"boot\" is that of another check");
	unlink(in(tree, "more/checks/boot.json"));
	/* nor what gates hang on: a looser reading of the mode would open one */
	write_part(tree, "more/checks/mine.json",
		   "{" FILE_HEAD "'id':'mine','title':'t','why':'w','planes':[{'via':'ssh','run':['vmware','-v'],\n"
		   "'parse':'keyvalue','facts':{'encryption.mode':{'type':'text','key':'M','absent':'NONE'}}}]}\n");
	refuses(tree, true, NULL, RA_E_DENIED, "more/checks/mine.json:2:");
	write_part(tree, "more/checks/mine.json",
		   "{" FILE_HEAD "'id':'mine','title':'t','why':'w','planes':[{'via':'ssh','run':['vmware','-v'],\n"
		   "'parse':'keyvalue','facts':{'host.boot_time':{'type':'time','key':'M'}}}]}\n");
	refuses(tree, true, NULL, RA_E_DENIED, "gates hang on host.boot_time");
	unlink(in(tree, "more/checks/mine.json"));
	free(other);
	free(mine);
	free(bad);
}

static void the_digest(void **state)
{
	struct tree *tree = *state;
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL, *again = NULL, *other = NULL;
	struct ra_buf list = {.max_len = 0};
	const char *order[] = {"causes/taken.json",      "checks/boot.json",  "checks/console.json",
			       "checks/encryption.json", "checks/log.json",   "danger.json",
			       "fleet/one.json",         "fleet/two.json",
			       "glossary.json",          "main.flow.json",    "side.flow.json",
			       "signatures/tpm.json",    "vendors/dell.json", "vendors/other.json"};
	char digest[RA_SHA256_HEX_LEN];
	struct ra_errs errs;

	assert_int_equal(load(tree, false, NULL, &set, &errs), RA_OK);
	assert_int_equal(load(tree, false, NULL, &again, &errs), RA_OK);
	assert_string_equal(ra_flowset_sha256(set), ra_flowset_sha256(again));
	/* sha256sum $(files in order) | sha256sum */
	for (size_t i = 0; i < RA_LEN(order); i++) {
		struct ra_buf file = {.max_len = 0};

		assert_int_equal(ra_read_file(in(tree, order[i]), &file, NULL), RA_OK);
		assert_int_equal(ra_sha256_hex(file.data, file.len, digest), RA_OK);
		assert_int_equal(ra_buf_printf(&list, "%s  %s\n", digest, order[i]), RA_OK);
		ra_buf_free(&file);
	}
	assert_int_equal(ra_sha256_hex(list.data, list.len, digest), RA_OK);
	assert_string_equal(ra_flowset_sha256(set), digest);
	ra_buf_free(&list);
	/* one byte more in one file; files that are no part of it do not count */
	write_file(tree, "README.md", TEXT("x"));
	write_file(tree, "not-danger.json", TEXT("x"));
	write_part(tree, "glossary.json", "{" FILE_HEAD "'words':{'attestation.status':{'accepted':'Passed'}}}\n\n");
	assert_int_equal(load(tree, false, NULL, &other, &errs), RA_OK);
	assert_string_not_equal(ra_flowset_sha256(set), ra_flowset_sha256(other));
}

static void no_directory(void **state)
{
	const char *dirs[] = {"/nonexistent/flows", NULL};
	struct ra_flow_sources sources = {.dirs = dirs};
	struct ra_flowset *set = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	assert_int_equal(ra_flowset_load(&sources, &set, &errs), RA_E_NOTFOUND);
	assert_string_equal(errs.text[0], "no flow directory /nonexistent/flows");
	assert_null(set);
}

static const char *text_of(const cJSON *node)
{
	return cJSON_IsArray(node) ? node->child->valuestring : cJSON_IsString(node) ? node->valuestring : "none";
}

/* What a set answers. */
static void answers(void **state)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	const struct ra_flow *const *flows;
	const struct ra_check *const *checks;
	const struct ra_cause *const *causes;
	const struct ra_step *step;
	struct ra_errs errs;

	assert_int_equal(flow_fixture(NULL, 0, &set, &errs), RA_OK);
	assert_int_equal(ra_flowset_flows(set, &flows), 2);
	assert_string_equal(flows[0]->id, "main");
	assert_int_equal(ra_flowset_checks(set, &checks), 4);
	assert_string_equal(checks[0]->id, "boot");
	assert_string_equal(checks[3]->id, "log");
	assert_int_equal(ra_flowset_causes(set, &causes), 1);
	assert_int_equal(causes[0]->rule_count, 3);
	assert_int_equal(causes[0]->rules[0].kind, RA_RULE_FOR);
	assert_int_equal(causes[0]->rules[0].confidence, 3);
	assert_int_equal(causes[0]->rules[1].confidence, 1);
	assert_int_equal(causes[0]->rules[2].kind, RA_RULE_OUT);
	assert_null(ra_flowset_flow(set, "none"));
	assert_null(ra_flowset_check(set, "none"));
	assert_null(ra_flowset_cause(set, "none"));
	assert_null(ra_flowset_gate(set, "none"));
	assert_null(ra_flowset_class(set, "none"));
	assert_true(ra_flowset_gate(set, "key-proven")->needs_key);
	assert_int_equal(ra_flowset_gate(set, "key-proven")->max_age_ms, 60000);
	assert_int_equal(ra_flowset_gate(set, "rebuild")->max_age_ms, 900000);
	assert_null(ra_flowset_gate(set, "rebuild")->open_if);
	assert_int_equal(ra_flowset_class(set, "tpm_clear")->danger, RA_IRREVERSIBLE);
	assert_int_equal(ra_flowset_signatures(set)->count, 1);
	step = ra_flow_step(flows[0], "clear");
	assert_true(step->action.by_human && step->action.restarts && !step->action.restore);
	assert_string_equal(step->action.blocked, "stop");
	assert_int_equal(step->action.every_ms, 20000);
	assert_int_equal(step->action.for_ms, 1800000);
	assert_string_equal(step->action.undo_text, "Boot with the recovery key.");
	assert_null(step->action.undo_step);
	step = ra_flow_step(flows[0], "restart");
	assert_string_equal(step->action.undo_step, "stop");
	assert_null(step->action.undo_text);
	step = ra_flow_step(flows[0], "maintain");
	assert_false(step->action.by_human || step->action.restarts);
	assert_non_null(strstr(step->action.request, "maintenanceMode"));
	assert_int_equal(ra_flow_step(flows[0], "stop")->outcome, RA_OUT_STOPPED);
	assert_null(ra_flow_step(flows[0], NULL));
	assert_true(ra_flow_step(flows[0], "ask")->question.many);
	assert_int_equal(ra_flow_step(flows[0], "ask")->question.count, 2);
}

static void words_and_texts(void **state)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	struct ra_errs errs;

	assert_int_equal(flow_fixture(NULL, 0, &set, &errs), RA_OK);
	assert_string_equal(ra_flowset_word(set, "attestation.status", "accepted"), "Passed");
	assert_string_equal(ra_flowset_word(set, "attestation.status", "odd"), "odd");
	assert_string_equal(ra_flowset_word(set, "no.fact", "odd"), "odd");
	struct ra_maker dell = ra_flowset_maker(set, "DELL Inc.", NULL), hpe = ra_flowset_maker(set, "HPE", NULL);
	struct ra_maker any = ra_flowset_maker(set, NULL, NULL);

	assert_string_equal(text_of(ra_maker_text(&dell, "restart")), "Restart the Dell.");
	assert_string_equal(text_of(ra_maker_text(&hpe, "restart")), "Restart it.");
	assert_string_equal(text_of(ra_maker_text(&any, "restart")), "Restart it.");
	assert_null(ra_maker_text(&dell, "none"));
	assert_int_equal(ra_flowset_manual(set, ra_flowset_check(set, "console"))->count, 1);
	assert_null(ra_flowset_manual(set, ra_flowset_check(set, "boot")));
	assert_int_equal(ra_flowset_fact_type(set, "encryption.mode"), RA_TEXT);
	assert_int_equal(ra_flowset_fact_type(set, "hist.board"), RA_BOOL);
	assert_int_equal(ra_flowset_fact_type(set, "host.boot_time"), RA_TIME);
	assert_int_equal(ra_flowset_fact_type(set, "host.name"), RA_TEXT);
	assert_int_equal(ra_flowset_fact_type(set, "plane.bmc.error"), RA_TEXT);
	assert_int_equal(ra_flowset_fact_type(set, "sig.nosha256"), RA_BOOL);
	assert_int_equal(ra_flowset_fact_type(set, "sig.none"), -1);
	assert_int_equal(ra_flowset_fact_type(set, "none"), -1);
	assert_int_equal(ra_flowset_prefer(set, "host.boot_time"), RA_PLANE_SSH);
	assert_int_equal(ra_flowset_prefer(set, "encryption.mode"), RA_PLANE_ANY);
	assert_int_equal(ra_flowset_prefer(set, "none"), RA_PLANE_ANY);
	assert_string_equal(ra_danger_name(RA_DISRUPTIVE), "disruptive");
	assert_string_equal(ra_outcome_name(RA_OUT_REBUILD), "rebuild");
	assert_string_equal(ra_outcome_name(RA_OUT_NONE), "none");
}

/* The verdict of a check: true, false, unknown, failed on the way. */
static void judges(void **state)
{
	static const struct {
		enum ra_reason reason;
		const char *value, *verdict, *why;
	} cases[] = {
	    {RA_KNOWN, "TPM", "warn", "sealed"},
	    {RA_KNOWN, "NONE", "info", ""},
	    {RA_MALFORMED, NULL, "unknown", ""},
	    {RA_TIMEOUT, NULL, "error", ""},
	};
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	const char *why = NULL;
	struct ra_errs errs;

	assert_int_equal(flow_fixture(NULL, 0, &set, &errs), RA_OK);
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		RA_AUTO(ra_facts_free) struct ra_facts *facts = ra_facts_new();
		struct ra_cond_env env = {.facts = facts, .now = 1000, .action_start = RA_UTC_NONE};
		struct ra_obs obs = {
		    .name = "encryption.mode", .plane = RA_PLANE_SSH, .reason = cases[i].reason, .at = 1000, .seq = 1};

		obs.value.type = RA_TEXT;
		obs.value.as.text = cases[i].value ? strdup(cases[i].value) : NULL;
		assert_int_equal(ra_facts_add(facts, &obs), RA_OK);
		assert_string_equal(
		    ra_check_verdict_name(ra_flowset_judge(set, ra_flowset_check(set, "encryption"), &env, &why)),
		    cases[i].verdict);
		assert_string_equal(why, cases[i].why);
		assert_int_equal(ra_flowset_judge(set, ra_flowset_check(set, "boot"), &env, &why), RA_V_INFO);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_fixture_loads),
	    cmocka_unit_test(outlines),
	    cmocka_unit_test_setup_teardown(strict_bytes, make_tree, remove_tree),
	    cmocka_unit_test_setup_teardown(who_may_write, make_tree, remove_tree),
	    cmocka_unit_test_setup_teardown(whose_id, make_tree, remove_tree),
	    cmocka_unit_test_setup_teardown(the_digest, make_tree, remove_tree),
	    cmocka_unit_test(no_directory),
	    cmocka_unit_test(answers),
	    cmocka_unit_test(words_and_texts),
	    cmocka_unit_test(judges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
