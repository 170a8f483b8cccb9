/* flow_fixture.h - a small flow set in memory, without a finding, and ways to spoil it. Quotes are written ' for
 * reading's sake. */
#ifndef RA_TESTS_FLOW_FIXTURE_H
#define RA_TESTS_FLOW_FIXTURE_H

#include "tests/unit/unit.h"

#include "flow/flowset_build.h"

#include <stdio.h>
#include <string.h>

struct flow_part {
	enum ra_flow_kind kind;
	const char *name, *text;
};
#define FILE_HEAD "'$schema':'s','format':1,"
#define LEAVE(to) "'else':'" to "','unknown':'" to "','error':'" to "'"

/* In the order files are loaded. One line of JSON for each line here, so that places can be counted. */
static const struct flow_part flow_parts[] = {
    {RA_KIND_DANGER, "danger.json",
     "{" FILE_HEAD "'classes':{\n"
     "'tpm_clear':{'title':'Clear TPM','danger':'irreversible','gate':['key-proven','rebuild'],'restarts':true},\n"
     "'reboot':{'title':'Restart','danger':'disruptive','restarts':true},\n"
     "'secure_boot_on':{'title':'Secure Boot on','danger':'disruptive','gate':['key-proven'],'restarts':true},\n"
     "'maintenance':{'title':'Maintenance','danger':'disruptive'}},\n"
     "'gates':{\n"
     "'key-proven':{'title':'Key','why':'w','open_if':{'fact':'encryption.mode','is':'NONE'},'proof':'recovery-key',\n"
     " 'fresh':['encryption'],'statements':[{'id':'stored','say':'It is stored'}],'max_age_s':60},\n"
     "'rebuild':{'title':'Rebuild','why':'w','fresh':['encryption'],'statements':[{'id':'given-up','say':'I give "
     "{host.name} up'}],\n"
     " 'type':'REBUILD {host.name}'}}}\n"},
    {RA_KIND_GLOSSARY, "glossary.json", "{" FILE_HEAD "'words':{'attestation.status':{'accepted':'Passed'}}}\n"},
    {RA_KIND_SIGNATURES, "signatures/tpm.json",
     "{" FILE_HEAD "'signatures':[\n"
     "{'id':'nosha256','where':['log'],'log':['vmkernel'],'weight':'fail','means':'m','literal':'bank not found','pattern':'tpm.*bank not found','sample':'tpm: "
     "bank not found',"
     "'cause':'taken','source':'s'}]}\n"},
    {RA_KIND_VENDOR, "vendors/other.json",
     "{" FILE_HEAD "'id':'other','title':'Any','texts':{'restart':['Restart it.']}}\n"},
    {RA_KIND_VENDOR, "vendors/dell.json",
     "{" FILE_HEAD "'id':'dell','title':'Dell','match':'(?i)dell','texts':{'restart':'Restart the Dell.'}}\n"},
    {RA_KIND_CHECK, "checks/encryption.json",
     "{" FILE_HEAD "'id':'encryption','title':'t','why':'w','planes':[{'via':'ssh','run':['esxcli','system','settings',"
		   "'encryption','get'],\n"
     "'parse':'keyvalue','facts':{'encryption.mode':{'type':'text','key':'Mode','in':['TPM','NONE']}}}],\n"
     "'manual':{'ask':'Mode?','answers':[{'id':'tpm','say':'TPM','set':{'encryption.mode':'TPM'}}]},\n"
     "'judge':[{'when':{'fact':'encryption.mode','is':'TPM'},'verdict':'warn','why':'sealed'}]}\n"},
    {RA_KIND_CHECK, "checks/boot.json",
     "{" FILE_HEAD "'id':'boot','title':'t','why':'w','prefer':'ssh','planes':[{'via':'ssh','run':['esxcli','system','"
		   "stats','uptime','get'],\n"
     "'parse':'builtin:uptime-us','facts':{'host.boot_time':{'type':'time'}}}]}\n"},
    {RA_KIND_CHECK, "checks/log.json",
     "{" FILE_HEAD "'id':'log','title':'t','why':'w','planes':[{'via':'ssh','log':{'files':['vmkernel'],'since_boot':"
		   "true,'lines_max':100},\n"
     "'parse':'signatures','facts':{}}],'manual':{'ask':'Line?','answers':[{'id':'no','say':'No','set':{'sig.nosha256':false}}]}}\n"},
    {RA_KIND_CHECK, "checks/console.json",
     "{" FILE_HEAD "'id':'console','title':'t','why':'w','planes':[],\n"
     "'manual':{'ask':'Text?','answers':[{'id':'sv','say':'S','set':{'console.text':'violation'}}]}}\n"},
    {RA_KIND_CAUSE, "causes/taken.json",
     "{" FILE_HEAD
     "'id':'taken','title':'t','rank':1,'why':'w','impact':'i','resolution':'r','fix_by':'firmware','rules':{\n"
     "'for':[{'when':{'fact':'sig.nosha256','is':true},'confidence':'high','because':'b','source':'s'}],\n"
     "'against':[{'when':{'fact':'encryption.mode','is':'NONE'},'confidence':'low','because':'b'}],\n"
     "'rules_out':[{'when':{'fact':'hist.board','is':true},'because':'b'}]}}\n"},
    {RA_KIND_FLEET, "fleet/one.json",
     "{" FILE_HEAD "'id':'one','title':'One mode','rank':2,'look':{'reach':['refused','timeout'],'plane':'ssh'},\n"
     "'by':{'encryption.mode':'mode'},'among':'encryption.mode','when':{'affected':2,'spared':0},'say':['s'],'next':['n'],'sources':['o'],\n"
     "'tests':[{'title':'holds','hosts':[{'is':'affected','count':2,'facts':{'encryption.mode':'TPM'}}],'fires':['mode TPM']},\n"
     "{'title':'does not','hosts':[{'is':'affected','facts':{'encryption.mode':'TPM'}},{'is':'unknown'}],'fires':[]}]}\n"},
    {RA_KIND_FLEET, "fleet/two.json",
     "{" FILE_HEAD "'id':'two','title':'All','rank':3,'look':{'reach':['refused']},'when':{'affected':1},'unless':['one'],'say':['s'],\n"
     "'next':['n'],'sources':['o'],'tests':[{'title':'holds','hosts':[{'is':'affected'}],'fires':['all hosts']},\n"
     "{'title':'does not','hosts':[{'is':'spared'}],'fires':[]}]}\n"},
    {RA_KIND_FLOW, "side.flow.json",
     "{" FILE_HEAD "'id':'side','version':'1','title':'Side','start':'look','steps':{\n"
     "'look':{'kind':'check','title':'t','checks':['boot'],'next':[]," LEAVE(
	 "fine") "},\n"
		 "'fine':{'kind':'end','title':'t','outcome':'resolved'}}}\n"},
    {RA_KIND_FLOW, "main.flow.json",
     "{" FILE_HEAD "'id':'main','version':'1','title':'Main','start':'look','required':['host.boot_time'],\n"
     "'entries':[{'say':'Alarm','go':'look'}],\n"
     "'steps':{\n"
     "'look':{'kind':'check','title':'Look','say':'At {host.name}','checks':['encryption','boot','log'],'next':[\n"
     " {'when':{'fact':'sig.nosha256','is':true},'go':'ask','because':'the log says so'}],\n"
     " " LEAVE(
	 "ask") "},\n"
		"'ask':{'kind':'question','title':'Ask','ask':'What changed?','many':true,'answers':[\n"
		" {'id':'board','say':'Board','set':{'hist.board':true}},{'id':'none','say':'Nothing','set':{'hist."
		"board':false}}],\n"
		" 'next':[{'when':{'fact':'hist.board','is':true},'go':'restart'}],\n"
		" 'else':'gate','unknown':'side','error':'side'},\n"
		"'gate':{'kind':'gate','title':'Gate','gate':['key-proven'],'open':'clear','closed':'restart'},\n"
		"'clear':{'kind':'action','title':'Clear the "
		"TPM','by':'human','danger':'irreversible','touches':['tpm_clear'],'toward':'change',\n"
		" 'gate':['key-proven','rebuild'],'only_for':['taken'],'guard':{'fact':'encryption.mode','known':true},"
		"'confirm':{'type':'host.name'},\n"
		" 'say':['Clear it.','Do not load defaults.'],\n"
		" 'verify':{'checks':['boot','console'],'until':{'any':[{'fact':'console.text','is':'violation'},{'"
		"fact':'host.boot_time','gt':{'action':'start'}}]}},\n"
		" 'ok':'sealed','fail':'stop','skip':'stop','recovery':'Boot with the recovery key.'},\n"
		"'sealed':{'kind':'check','title':'Sealed?','checks':['encryption'],'next':[\n"
		" {'when':{'fact':'encryption.mode','is':'TPM','as_of':{'action':'start'}},'go':'stop'}],\n"
		" " LEAVE(
		    "stop") "},\n"
			    "'restart':{'kind':'action','title':'Restart','by':'human','danger':'disruptive','touches':"
			    "['reboot'],'toward':'change',\n"
			    " 'text':{'variants':'vendor','id':'restart'},\n"
			    " 'verify':{'checks':['boot'],'until':{'fact':'host.boot_time','gt':{'action':'start'}},'"
			    "every_s':5,'for_s':60},\n"
			    " 'ok':'side','fail':'stop','skip':'stop','undo':'stop'},\n"
			    "'maintain':{'kind':'action','title':'Maintenance','by':'ssh','do':{'run':['esxcli','"
			    "system','maintenanceMode','set','--enable','true']},\n"
			    " 'danger':'disruptive','touches':['maintenance'],'toward':'change','say':'Enter it.',\n"
			    " 'verify':{'checks':['encryption'],'until':{'fact':'encryption.mode','known':true}},\n"
			    " 'ok':'stop','fail':'stop','skip':'stop','undo':'Leave maintenance mode.'},\n"
			    "'side':{'kind':'call','title':'Side','flow':'side','return':{'resolved':'maintain'},'else'"
			    ":'stop'},\n"
			    "'stop':{'kind':'end','title':'Stop','outcome':'stopped','next':['Go on later.']}},\n"
			    "'tests':[{'name':'walks','given':{'hist.board':true},'path':['look'],'never':['clear'],'"
			    "causes':{'taken':'open'}}]}\n"},
};

/* What to spoil: in one part, one text for another. part NULL: nothing. */
struct flow_change {
	const char *part, *from, *to;
};

/* A text with ' as quotes. Owner: caller frees. */
static inline char *flow_quotes(const char *text)
{
	char *copy = strdup(text);

	assert_non_null(copy);
	for (char *at = copy; *at; at++)
		*at = *at == '\'' ? '"' : *at;
	return copy;
}

/* text with the first `from` replaced, which must be there. Owner: caller frees. */
static inline char *flow_changed(const char *text, const struct flow_change *change)
{
	const char *at = strstr(text, change->from);
	char *out;

	if (!at)
		fail_msg("%s does not hold %s", change->part, change->from);
	out = malloc(strlen(text) + strlen(change->to) + 1);
	assert_non_null(out);
	memcpy(out, text, (size_t)(at - text));
	strcpy(out + (at - text), change->to);
	strcat(out, at + strlen(change->from));
	return out;
}

/* The fixture with up to two changes. Out: *set NULL on error; the error is the loader's. */
static inline ra_err flow_fixture(const struct flow_change *changes, size_t count, struct ra_flowset **set,
				  struct ra_errs *errs)
{
	ra_err err = RA_OK;

	ra_errs_clear(errs);
	*set = ra_flowset_new();
	assert_non_null(*set);
	for (size_t i = 0; err == RA_OK && i < RA_LEN(flow_parts); i++) {
		char *text = strdup(flow_parts[i].text);
		struct ra_json *doc = NULL;
		char *bytes;

		for (size_t c = 0; c < count; c++) {
			if (changes[c].part && strcmp(changes[c].part, flow_parts[i].name) == 0) {
				char *next = flow_changed(text, &changes[c]);

				free(text);
				text = next;
			}
		}
		bytes = flow_quotes(text);
		err = ra_json_parse(flow_parts[i].name, bytes, strlen(bytes), NULL, &doc, errs);
		if (err == RA_OK)
			err = ra_flowset_take(*set, flow_parts[i].kind, RA_FROM_INSTALLED, doc, errs);
		free(bytes);
		free(text);
	}
	if (err == RA_OK)
		err = ra_flowset_finish(*set, errs);
	if (err != RA_OK)
		*set = ra_flowset_free(*set);
	return err;
}

#endif
