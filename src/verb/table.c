/* table.c - verbs and options as data: the parser, --help and the manual page read these rows. */
#include "config.h"

#include "verb/common.h"
#include "verb/verbs.h"

#include <stddef.h>
#include <string.h>

#define AT(member) offsetof(struct ra_options, member)
#define WALKS "walk demo resume"
#define HOSTS "walk check record resume"
#define RUNS "walk demo check resume"
#define SEALS "seal " RUNS

static const struct ra_option_row options[] = {
	{"user", 'u', "NAME", "user on the host (default: your ssh configuration's for it, else root)", HOSTS, AT(user), RA_OPT_TEXT},
	{"port", 'p', "N", "SSH port (default: your ssh configuration's, else 22)", HOSTS, AT(port), RA_OPT_INT},
	{"identity", 'i', "FILE", "private key to log in with, instead of those of your ssh configuration; may be given up to 8 times", HOSTS, AT(identities), RA_OPT_IDENTITY},
	{"known-hosts", 0, "FILE", "known hosts, instead of those of your ssh configuration ($HOME/.ssh/known_hosts without one)", HOSTS " doctor", AT(known_hosts), RA_OPT_TEXT},
	{"host-key", 0, "ask|yes|accept-new", "what to do with a host key seen for the first time. ask: show it and ask (check, record: refuse); yes: known hosts only; accept-new: take and keep a new one (default: your ssh configuration's StrictHostKeyChecking, else ask; a changed key is always refused)", HOSTS, AT(host_key), RA_OPT_TEXT},
	{"password-fd", 0, "N", "read the password for SSH from this descriptor, up to its first line feed", HOSTS, AT(password_fd), RA_OPT_INT},
	{"vcenter", 0, "URL", "ask this vCenter, or the host's own API, too: vc.example, or https://user@vc.example/sdk (default $GOVC_URL; empty: none)", HOSTS, AT(vcenter), RA_OPT_TEXT},
	{"vcenter-user", 0, "NAME", "user of vCenter (default $GOVC_USERNAME, or asked for)", HOSTS, AT(vcenter_user), RA_OPT_TEXT},
	{"vcenter-password-fd", 0, "N", "read the password for vCenter from this descriptor, up to its first line feed (default $GOVC_PASSWORD, or asked for)", HOSTS, AT(vcenter_password_fd), RA_OPT_INT},
	{"bmc", 0, "URL", "read the server's own management controller, too, by Redfish (iDRAC, iLO, XCC, CIMC ...): bmc.example, or https://user@bmc.example (resume: empty: none; check: of several hosts a pattern, with {host} or {name}, that up to its first dot)", HOSTS, AT(bmc), RA_OPT_TEXT},
	{"bmc-user", 0, "NAME", "user of the BMC (default: asked for)", HOSTS, AT(bmc_user), RA_OPT_TEXT},
	{"bmc-password-fd", 0, "N", "read the password for the BMC from this descriptor, up to its first line feed (default: asked for)", HOSTS, AT(bmc_password_fd), RA_OPT_INT},
	{"ca-file", 0, "FILE", "authorities the certificates of vCenter and the BMC must come from, instead of the system's", HOSTS, AT(ca_file), RA_OPT_TEXT},
	{"ca-file", 0, "FILE", "authorities that vouch for the certificate of a CMS seal (PEM)", "verify", AT(ca_file), RA_OPT_TEXT},
	{"insecure", 0, NULL, "do not check vCenter's certificate; every report says so", HOSTS, AT(insecure), RA_OPT_BOOL},
	{"proxy", 0, "URL", "reach vCenter through this proxy (http, https, socks4, socks4a, socks5, socks5h)", HOSTS, AT(proxy), RA_OPT_TEXT},
	{"no-esxcli-via-vcenter", 0, NULL, "do not run esxcli through vCenter, an interface VMware does not document for others", HOSTS, AT(no_esxcli), RA_OPT_BOOL},
	{"key-fd", 0, "N", "read the stored recovery key for a gate from this descriptor", WALKS, AT(key_fd), RA_OPT_INT},
	{"key-file", 0, "FILE", "read the stored recovery key for a gate from this file", WALKS, AT(key_file), RA_OPT_TEXT},
	{"no-ssh", 0, NULL, "do not use SSH", RUNS " record", AT(no_ssh), RA_OPT_BOOL},
	{"no-ssh-config", 0, NULL, "do not use your own ssh configuration: no ssh is run, no alias, jump host or proxy of it counts", HOSTS " doctor", AT(no_ssh_config), RA_OPT_BOOL},
	{"from", 0, "SOURCE", "a simulated host instead of a live one: demo:SCENARIO, or a recording's file", "walk check record resume", AT(from), RA_OPT_TEXT},
	{"flow", 0, "ID|FILE", "walk this flow (default tpm-attestation); a file may replace a shipped flow", RUNS, AT(flow), RA_OPT_TEXT},
	{"entry", 0, "STEP", "begin at this entry of the flow, by its step or its words", RUNS, AT(entry), RA_OPT_TEXT},
	{"answers", 0, "FILE", "answers to questions, one step=answer[,answer] a line; never gates, confirmations or actions", RUNS, AT(answers), RA_OPT_TEXT},
	{"site-list", 0, "FILE", "the site's own dated list of versions, to compare with (JSON; see flows/examples/site-list.json)", RUNS, AT(site_list), RA_OPT_TEXT},
	{"template", 0, "FILE", "facts as they are wanted, to compare with (JSON; see flows/examples/template.json)", RUNS, AT(template), RA_OPT_TEXT},
	{"make-template", 0, "FILE", "write the settings of this host's firmware that are known by name, as its BMC tells them, as such a template", "check", AT(make_template), RA_OPT_TEXT},
	{"read-only", 0, NULL, "offer no action", WALKS, AT(read_only), RA_OPT_BOOL},
	{"dry-run", 0, NULL, "show actions, begin none", WALKS, AT(dry_run), RA_OPT_BOOL},
	{"allow-firmware-changes", 0, NULL, "settings of the firmware may be changed by the server's BMC in this session, one at a time, each behind its gate and typed confirmation; never a clear of the TPM (resume: to be given anew)", WALKS, AT(firmware_changes), RA_OPT_BOOL},
	{"until", 0, "TIME", "no disruptive or irreversible action begins after this time (RFC 3339); what only takes a change back, without restarting the host, may", WALKS, AT(until), RA_OPT_TEXT},
	{"change", 0, "ID", "change ticket, for the record", RUNS, AT(change_id), RA_OPT_TEXT},
	{"case", 0, "ID", "support case, for the record; pack: whose it is", RUNS " pack", AT(case_id), RA_OPT_TEXT},
	{"journal", 0, "FILE", "keep the record here", "walk demo check", AT(journal), RA_OPT_TEXT},
	{"journal", 0, "FILE", "flow graph: mark the way of this record", "flow", AT(journal), RA_OPT_TEXT},
	{"keep", 0, NULL, "keep the record in the sessions directory", "demo check", AT(keep), RA_OPT_BOOL},
	{"seal", 0, NULL, "seal the record at the end of the run, with what --ssh or --cms names", RUNS, AT(seal), RA_OPT_BOOL},
	{"ssh", 0, "KEY", "seal with this SSH key: a private key's file, or a public one's whose private key the agent holds; ssh-keygen signs", SEALS, AT(ssh), RA_OPT_TEXT},
	{"cms", 0, "CERT", "seal as CMS with this certificate (a PEM file; further certificates in it are sent along, its key may stand in it)", SEALS, AT(cms), RA_OPT_TEXT},
	{"cms-key", 0, "KEY", "the private key of that certificate, where it stands in a file of its own (PEM)", SEALS, AT(cms_key), RA_OPT_TEXT},
	{"seal-password-fd", 0, "N", "read the passphrase of the key of --cms from this descriptor, up to its first line feed (default: asked for)", SEALS, AT(seal_password_fd), RA_OPT_INT},
	{"syslog", 0, NULL, "write the record's head to the system's log (authpriv): at the start, with each change and at the end; of seal: what was sealed", SEALS, AT(syslog), RA_OPT_BOOL},
	{"signers", 0, "FILE", "whose SSH keys count for a seal, as in ssh-keygen(1), ALLOWED SIGNERS (default: allowed_signers in the configuration directory)", "verify", AT(signers), RA_OPT_TEXT},
	{"head", 0, "HASH|FILE", "a head kept elsewhere: 64 hex digits, a head document, or a file with lines of the system's log; is it this record's?", "verify", AT(head), RA_OPT_TEXT},
	{"recheck", 0, NULL, "read the answers that were kept again with today's checks, and tell where facts would be others now", "verify", AT(recheck), RA_OPT_BOOL},
	{"timeout", 0, "S", "seconds for each request, instead of the check's own", RUNS " record", AT(timeout_s), RA_OPT_INT},
	{"only", 0, "CHECK[,CHECK...]", "run these checks alone: no walk, and the exit code is that of their verdicts (`list` names the checks)", "check", AT(only), RA_OPT_TEXT},
	{"hosts", 0, "FILE", "one host a line, behind it bmc=URL if it has a BMC to be read (- is standard input)", "check", AT(hosts_file), RA_OPT_TEXT},
	{"parallel", 0, "N", "so many hosts at once (default 16, at most 64)", "check", AT(parallel), RA_OPT_INT},
	{"only-given-planes", 0, NULL, "a required fact that only another plane could tell does not count as missing", "check", AT(only_given_planes), RA_OPT_BOOL},
	{"fail-on", 0, "fail|warn|unknown|never", "which results make the exit code other than 0 (default all)", "check", AT(fail_on), RA_OPT_TEXT},
	{"exit-style", 0, "nagios", "0 and 13 become 0 (ok), 11 becomes 1 (warning), 10 becomes 2 (critical), all else 3 (unknown)", "check", AT(exit_style), RA_OPT_TEXT},
	{"format", 'f', "NAME", "text (default), json, junit, md, html or txt", "check", AT(format), RA_OPT_TEXT},
	{"format", 'f', "NAME", "md (default), html, json, junit or txt", "export", AT(format), RA_OPT_TEXT},
	{"format", 'f', "NAME", "text (default) or json", "demo doctor explain sessions", AT(format), RA_OPT_TEXT},
	{"format", 'f', "NAME", "flow graph: svg (default), dot or mermaid", "flow", AT(format), RA_OPT_TEXT},
	{"full", 0, NULL, "md: leave nothing out, however long it is", "check export", AT(full), RA_OPT_BOOL},
	{"output", 'o', "FILE", "write there instead of standard output", "check export record redact pack handover doctor explain flow", AT(output), RA_OPT_TEXT},
	{"scrub", 0, NULL, "replace names, addresses, numbers and keys, and shift the times, so that the recording can be handed out", "record", AT(scrub), RA_OPT_BOOL},
	{"map", 0, "FILE", "what stands for what, to be kept to yourself. record: written here with --scrub; redact, pack: used again and added to (default: JOURNAL.map)", "record redact pack", AT(map), RA_OPT_TEXT},
	{"also", 0, "FILE", "words of your own that may not leave the house, one a line, or patterns between slashes", "redact pack", AT(also), RA_OPT_TEXT},
	{"vm-support", 0, "FILE", "a support bundle that goes to the vendor by its own way: named in the archive with size and SHA-256", "pack", AT(vm_support), RA_OPT_TEXT},
	{"list", 'l', NULL, "name the simulated hosts", "demo", AT(list), RA_OPT_BOOL},
	{"coverage", 0, NULL, "flow test: name the ways out of steps that no test takes, and fail if there are any", "flow", AT(coverage), RA_OPT_BOOL},
	{"prune", 0, "AGE", "delete sessions older than this (30d, 12h)", "sessions", AT(prune), RA_OPT_TEXT},
	{"manual", 0, NULL, "no link at all (the crash cart): every check is asked by hand, and the record says so", "walk resume", AT(manual), RA_OPT_BOOL},
	{"plain", 0, NULL, "numbered prompts on standard input instead of screens", WALKS, AT(plain), RA_OPT_BOOL},
	{"ascii", 0, NULL, "no line drawing characters", WALKS, AT(ascii), RA_OPT_BOOL},
	{"size", 0, "ROWSxCOLS", "size of a terminal that does not tell it", WALKS, AT(size), RA_OPT_TEXT},
	{"help", 'h', NULL, "this text", "", AT(help), RA_OPT_BOOL},
	{"version", 'V', NULL, "the program's version", "", AT(version), RA_OPT_BOOL},
};

static const struct ra_verb verbs[] = {
	{"walk", "[HOST]", "walk a host to Passed, or say why not (the default verb: `reattest HOST`)", ra_verb_walk, true, false},
	{"demo", "[SCENARIO]", "the same walk against a simulated host; no network, no account", ra_verb_demo_walk, false, false},
	{"check", "HOST...", "run every read-only check and weigh the causes, without a question", ra_verb_check, true, false},
	{"record", "HOST -o FILE", "ask all that only reads and keep every answer as a recording, secrets removed", ra_verb_keep, true, false},
	{"resume", "[JOURNAL|FILE.handover]", "go on where a session stopped, or where somebody handed it over", ra_verb_resume, true, true},
	{"sessions", "", "list the sessions kept here", ra_verb_sessions, false, false},
	{"export", "JOURNAL", "the transcript as a document", ra_verb_export, false, true},
	{"verify", "JOURNAL", "is the record whole and unchanged, and by whom was it sealed?", ra_verb_verify, false, true},
	{"seal", "JOURNAL", "sign the record's head, with an SSH key or a certificate; the files stand beside the record", ra_verb_seal, false, true},
	{"explain", "[FILE...]", "what known lines in any log mean, which cause they speak for and what to do: files, also gzip, or standard input; no host needed", ra_verb_explain, false, false},
	{"flow", "lint|test|show|graph|where [DIR|FILE|ID...]", "for those who write flows (reattest-flow(5)): what is wrong with the set in DIR, with the installed one, or with that one and FILE or own files in DIR; do the tests inside it pass; which flows and makers there are, a flow step by step, all a step says (show ID STEP), or a maker's directions; show checks, facts, fleet and help name what else there is; flows as a drawing; where the installed set is", ra_verb_flow, false, false},
	{"redact", "JOURNAL -o FILE", "a copy of a record without what may not leave the house; it verifies as the original does", ra_verb_redact, false, true},
	{"pack", "JOURNAL --case ID -o FILE", "one archive for a vendor's case: a redacted copy, its transcripts, checksums and what is in it", ra_verb_pack, false, true},
	{"handover", "JOURNAL -o FILE", "hand a session to another person on another machine", ra_verb_handover, false, true},
	{"doctor", "", "what this installation can do, before a host depends on it", ra_verb_doctor, false, false},
	{"help", "[VERB]", "all verbs and options, or those of one verb", ra_verb_help_on, false, false},
};

size_t ra_option_rows(const struct ra_option_row **out)
{
	*out = options;
	return RA_LEN(options);
}

size_t ra_verbs(const struct ra_verb **out)
{
	*out = verbs;
	return RA_LEN(verbs);
}

const struct ra_verb *ra_verb(const char *name)
{
	for (size_t i = 0; i < RA_LEN(verbs); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}
