/* Golden grids. A case is a view, the keys pressed on it, and what then stands on the screen; UPDATE_GOLDEN=1 writes
 * the files anew. */
#include "tests/unit/unit.h"

#include "base/io.h"
#include "base/text.h"
#include "tests/unit/view_fixture.h"
#include "ui/pick.h"
#include "ui/screen.h"

#include <stdio.h>
#include <string.h>

#define WIDE "\xe6\xbc\xa2\xe5\xad\x97"
#define ACCENTS "cafe\xcc\x81 Zu\xcc\x88rich"
#define ZALGO "a\xcc\x80\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85"

static struct ra_texts confirm_say = {LIST("1. Open the console of the host."), 1};
static struct ra_texts outcome_say = {LIST("vCenter shows Passed, with a time after the restart."), 1};
static struct ra_texts outcome_next = {
    LIST("Reset the alarm to green: host > Monitor > Issues and Alarms > Triggered Alarms.", "Leave maintenance mode."),
    2};
static struct ra_texts hostile_say = {LIST("%s%s%n " WIDE WIDE WIDE WIDE WIDE " " ACCENTS), 1};

static struct ra_view walk(void)
{
	return fixture_walk();
}

/* More results than there is room for: the worst stand in sight, and so does the way on. */
static struct ra_view walk_many(void)
{
	static struct ra_view_result results[14];
	struct ra_view view = fixture_walk();

	for (size_t i = 0; i < RA_LEN(results); i++) {
		results[i] = fixture_results[i == 9 ? 1 : i == 12 ? 3 : 2];
		results[i].in_step = true;
	}
	view.results = results;
	view.result_count = RA_LEN(results);
	return view;
}

static struct ra_view running(void)
{
	static struct ra_view_command commands[3];
	static struct ra_view_result results[2];
	static struct ra_view_plane planes[2];
	struct ra_view view = fixture_walk();

	memcpy(commands, fixture_commands, sizeof(commands));
	commands[1].running = true;
	commands[2].running = true;
	results[0] = fixture_results[1];
	results[0].running = true;
	results[1] = fixture_results[0];
	planes[0] = fixture_planes[0];
	planes[1] = (struct ra_view_plane){"vcenter", "connecting", "vc.lab.example port 443", "", false};
	view.commands = commands;
	view.command_count = 3;
	view.results = results;
	view.result_count = 2;
	view.planes = planes;
	view.plane_count = 2;
	view.prompt.kind = RA_ASK_NOTHING;
	return view;
}

static struct ra_view_option answers[] = {
    {"board", "The system board was replaced", false},
    {"tpm", "The TPM was replaced or cleared", false},
    {"firmware", "Firmware was updated: BIOS, BMC, or a controller", false},
    {"none", "Nothing was changed", false},
    {"unknown", "I do not know", true},
};

/* SSH reaches nothing: what a machine would tell is asked of the operator, and the reason stands first. */
static struct ra_view by_hand(void)
{
	static struct ra_view_plane planes[] = {
	    {"ssh", "down", "esx01.example: Name or service not known. Check the spelling, or use the address.", "", false},
	    {"vcenter", "not given", "", "", false},
	};
	struct ra_view view = fixture_asks(RA_ASK_CHOICE, RA_SCENE_WALK, "ESXi version", "Which ESXi is on this host?");

	view.planes = planes;
	view.plane_count = RA_LEN(planes);
	view.say = confirm_say;
	view.prompt.options = answers;
	view.prompt.option_count = 2;
	return view;
}

/* The same where the checks of the step can be run again: that tries SSH, too. */
static struct ra_view by_hand_again(void)
{
	struct ra_view view = by_hand();

	view.prompt.may_again = true;
	return view;
}

static struct ra_view choice(void)
{
	struct ra_view view = fixture_asks(RA_ASK_CHOICE, RA_SCENE_WALK, "What changed",
					   "What was changed since the host last showed Passed?");

	view.prompt.hint = "Look at the change calendar, the tasks of the host and its hardware log.";
	view.prompt.options = answers;
	view.prompt.option_count = 5;
	return view;
}

static struct ra_view many(void)
{
	struct ra_view view = choice();

	view.prompt.kind = RA_ASK_MANY;
	return view;
}

static struct ra_view host_key(void)
{
	struct ra_view view =
	    fixture_asks(RA_ASK_YES_NO, RA_SCENE_CONNECT, "First sight of this host's key: esx01.lab.example",
			 "ED25519 SHA256:AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg");

	view.prompt.hint =
	    "Compare the fingerprint with the one on the host's console. Nothing is sent to the host before.";
	view.step_count = 0;
	return view;
}

static struct ra_view password(void)
{
	struct ra_view view = fixture_asks(RA_ASK_SECRET, RA_SCENE_CONNECT, "Password: root@esx01.lab.example", "");

	view.prompt.hint =
	    "It is kept in wiped memory for this walk and tried once: five refusals lock an ESXi account.";
	view.prompt.may_skip = true;
	return view;
}

/* A machine on the way says more than the screen holds before it asks. */
static struct ra_view banner(void)
{
	struct ra_view view = fixture_asks(
	    RA_ASK_SECRET, RA_SCENE_CONNECT, "Before the host is reached: jump host bastion, on the way to esx01.lab.example",
	    "Asked again: the answer before was not taken.\n\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n"
	    "admin@bastion's password:\n\nA jump host asks this, not the host itself: the host's password is not meant. The answer goes to "
	    "ssh, and is kept nowhere.");

	view.prompt.may_skip = true;
	return view;
}

/* A vCenter seen for the first time whose certificate no authority of this system signed. */
static struct ra_view certificate(void)
{
	static struct ra_view_plane planes[] = {
	    {"ssh", "up", "", "esx01.lab.example port 22", false}, {"vcenter", "waiting", "", "", false}, {"bmc", "not given", "", "", false}};
	struct ra_view view = fixture_asks(
	    RA_ASK_YES_NO, RA_SCENE_CONNECT, "First sight of this server's certificate: vc.lab.example",
	    "SHA-256 4A:0F:9C:31:77:D2:88:5B:1E:C4:63:F0:AB:95:2D:7A:11:C8:0E:5F:92:B6:3D:E7:08:54:A9:CB:6E:F1:20:83\n"
	    "CN=vc.lab.example, issued by CN=CA, DC=vsphere, DC=local\n"
	    "It does not verify: unable to get local issuer certificate");

	view.prompt.hint =
	    "Compare the SHA-256 with what its administrator names. Nothing is sent to it before, no password either.";
	view.planes = planes;
	return view;
}

static struct ra_view_option gates[] = {
    {"key-proven", "The recovery key is at hand and proven", false},
    {"rebuild", "The configuration is given up", false},
    {"closed", "Leave it closed: nothing is changed", true},
};

static struct ra_view gate(void)
{
	struct ra_view view =
	    fixture_asks(RA_ASK_CHOICE, RA_SCENE_GATE, "A gate stands here",
			 "What comes next cannot be taken back if the configuration is sealed to the TPM. One of these "
			 "must be proven first:");

	view.prompt.options = gates;
	view.prompt.option_count = 3;
	return view;
}

static struct ra_view gate_typed(void)
{
	struct ra_view view = fixture_asks(RA_ASK_TYPED, RA_SCENE_GATE, "The configuration is given up",
					   "The host is installed anew; what is on its boot device is lost.");

	view.prompt.hint = "REBUILD esx01.lab.example";
	return view;
}

static struct ra_view gate_proof(void)
{
	struct ra_view view = fixture_asks(
	    RA_ASK_SECRET, RA_SCENE_GATE, "The recovery key is at hand and proven",
	    "Paste the whole recovery key from the copy you keep. It is compared with the host's own list in "
	    "memory, then wiped; only the Recovery ID and the outcome are recorded.");

	view.prompt.hint = "16 groups of 6 digits. Nothing is shown while you paste or type.";
	view.prompt.may_skip = true;
	return view;
}

static struct ra_view confirm_typed(void)
{
	struct ra_view view = fixture_asks(
	    RA_ASK_TYPED, RA_SCENE_CONFIRM, "Clear the TPM (ownership reset)",
	    "1. Open the console of the host.\n2. Restart the host and enter the firmware setup.\n3. Clear TPM "
	    "(ownership reset), save, leave.\n\nThe configuration of this host is sealed to the TPM: it will ask "
	    "for the recovery key at the next boot.");

	view.say = confirm_say;
	view.prompt.danger = "irreversible";
	view.prompt.hint = "esx01.lab.example";
	view.prompt.may_skip = view.prompt.may_back = true;
	return view;
}

/* More results than there is room for: the field is in sight all the same. */
static struct ra_view confirm_crowded(void)
{
	static struct ra_view_result results[12];
	struct ra_view view = confirm_typed();

	for (size_t i = 0; i < RA_LEN(results); i++)
		results[i] = fixture_results[1];
	view.results = results;
	view.result_count = RA_LEN(results);
	return view;
}

static struct ra_view confirm_yes(void)
{
	struct ra_view view = fixture_asks(RA_ASK_YES_NO, RA_SCENE_CONFIRM, "Restart the host",
					   "The host is restarted from vCenter, with a full firmware reboot.");

	view.prompt.danger = "disruptive";
	view.prompt.hint = "Yes means: reattest sends it now.";
	return view;
}

/* Leaving it is asked a reason for. */
static struct ra_view confirm_why(void)
{
	struct ra_view view = confirm_yes();

	view.prompt.skip_why = true;
	return view;
}

static struct ra_view confirm_reversible(void)
{
	struct ra_view view = confirm_yes();

	view.prompt.danger = "reversible";
	return view;
}

/* Why the step is called dangerous, what is known about this maker's servers, his directions: longer than the screen. */
static struct ra_view quirk(void)
{
	struct ra_view view = fixture_asks(
	    RA_ASK_YES_NO, RA_SCENE_CONFIRM, "Activate the SHA-256 bank",
	    "Change the TPM's PCR bank: What was sealed to the values of one bank may not open with those of another.\n\n"
	    "About this server: Where TPM Security is Off, two starts are needed: first TPM Security On, save, restart; then the "
	    "algorithm.\n\n"
	    "About this server: Dell keeps the settings for TPM PPI Disabled.\n\n"
	    "At the Dell screen press F2: System Setup Main Menu > System BIOS > System Security. TPM Security must be On.\n\n"
	    "System Security > TPM Advanced Settings: TPM2 Algorithm Selection: SHA256.");

	view.prompt.danger = "disruptive";
	view.prompt.hint = "Yes means: you do this now, by hand.";
	return view;
}

static struct ra_texts disputed_by = {LIST("VMware blog of June 2018: off, with ESXi 6.7 and a TPM 2.0",
					   "Dell 000218542 and 000172501: on, for the servers these articles are about",
					   "KB 397211: from ESXi 6.7 on it is generally ignored where there is a TPM 2.0"),
				      3};

/* A fact on which the sources do not agree. */
static struct ra_view disputed(void)
{
	static struct ra_view_fact facts[RA_LEN(fixture_facts)];
	struct ra_view view = fixture_walk();

	memcpy(facts, fixture_facts, sizeof(facts));
	facts[0].name = "host.txt";
	facts[0].disputed = disputed_by;
	view.facts = facts;
	return view;
}

/* A change that vCenter carries out, over a connection whose certificate nobody checked. */
static struct ra_view progress(void)
{
	struct ra_view view = fixture_asks(RA_ASK_NOTHING, RA_SCENE_ACT, "Enter maintenance mode",
					   "The host enters maintenance mode; running machines are moved away.");

	view.unchecked = true;
	view.prompt.danger = "disruptive";
	view.prompt.hint = "Sent. vCenter lets this be cancelled: Ctrl-C asks for it.";
	view.prompt.progress = "42 %";
	view.prompt.may_cancel = true;
	view.prompt.since = AT(12, 3, 30);
	return view;
}

static struct ra_view_option owed[] = {{"do-it", "Switch the SSH service off", true},
				       {"later", "Later: go on with the walk", false}};

static struct ra_texts owes = {LIST("Still to be done: Switch the SSH service off."), 1};

/* A walk that goes on and still owes the host something. */
static struct ra_view resume_owed(void)
{
	struct ra_view view = fixture_asks(
	    RA_ASK_CHOICE, RA_SCENE_CONFIRM, "Something is to be taken back first",
	    "For this walk alone this was done on esx01.lab.example, or may have been: Switch the SSH service on. It is not taken "
	    "back yet.\n\nDo that first: Switch the SSH service off?");

	view.owed = owes;
	view.prompt.options = owed;
	view.prompt.option_count = 2;
	return view;
}

static struct ra_view_option deeds[] = {{"done", "It is done", false}, {"not_done", "I did not do it", true}};

static struct ra_view act(void)
{
	struct ra_view view =
	    fixture_asks(RA_ASK_CHOICE, RA_SCENE_ACT, "Switch Secure Boot on",
			 "System Setup > System BIOS > System Security > Secure Boot: Enabled. Save and restart.");

	view.prompt.danger = "disruptive";
	view.prompt.options = deeds;
	view.prompt.option_count = 2;
	return view;
}

/* What a person does now, in the words of the machine first. */
static struct ra_view directions(void)
{
	struct ra_view view = fixture_asks(
	    RA_ASK_CHOICE, RA_SCENE_ACT, "Activate the SHA-256 bank",
	    "From this server's own firmware, BIOS 1.12.1, as iDRAC tells it:\n\n"
	    "1. TPM2 Algorithm Selection: set it to SHA256. Now it is SHA1.\n"
	    "Where: System BIOS Settings > System Security > TPM Advanced Settings.\n"
	    "Choices: SHA1, SHA256, SHA384.\n"
	    "It is locked till this is so: TPM Security: On. Set that, save, restart; then this, and restart again: two starts.\n\n"
	    "How to get there, and out again. Where a name or a place differs, the list above is this server's:\n\n"
	    "At the Dell screen press F2: System Setup Main Menu > System BIOS > System Security. TPM Security must be On.");

	view.prompt.danger = "disruptive";
	view.prompt.options = deeds;
	view.prompt.option_count = 2;
	return view;
}

static struct ra_view waits(void)
{
	struct ra_view view =
	    fixture_asks(RA_ASK_WAIT, RA_SCENE_WAIT, "Switch Secure Boot on", "Waiting until the change shows.");

	view.say = confirm_say;
	view.attestation = "Failed (2026-02-28T23:05:10Z), before this boot";
	view.prompt.since = AT(12, 2, 30);
	view.prompt.deadline = AT(12, 32, 30);
	view.prompt.may_skip = true;
	return view;
}

/* The same with what BMC, SSH and vCenter saw last. */
static struct ra_view waits_watched(void)
{
	static struct ra_view_watch watched[] = {{"iDRAC", "On, in POST: memory", AT(12, 3, 10), AT(12, 4, 35)},
						 {"ssh", "no answer yet", AT(12, 3, 0), AT(12, 4, 38)},
						 {"vcenter", "host not responding", AT(12, 3, 20), AT(12, 4, 38)}};
	struct ra_view view = waits();

	view.prompt.watch = watched;
	view.prompt.watch_count = RA_LEN(watched);
	return view;
}

/* After this machine slept, before a server that nobody switched on. */
static struct ra_view waits_long(void)
{
	static struct ra_view_watch watched[] = {{"iLO", "Off", AT(11, 50, 0), AT(12, 4, 35)}, {"ssh", "not read yet", RA_UTC_NONE, RA_UTC_NONE}};
	struct ra_view view = waits();

	view.prompt.watch = watched;
	view.prompt.watch_count = RA_LEN(watched);
	view.prompt.hint = "The server is off for long. Look at its console. If it is to run, it is switched on there; nothing is done to it from here.";
	view.prompt.slept_ms = 6600000;
	view.prompt.woke = AT(12, 4, 0);
	return view;
}

static struct ra_view_action actions[] = {{"enable-secure-boot",
					   "Switch Secure Boot on",
					   "disruptive",
					   "verified",
					   {LIST("secure_boot"), 1},
					   AT(12, 6, 0),
					   AT(12, 20, 0),
					   NULL,
					   "Cannot be undone. If it goes wrong, the walk goes on at \"The host does not answer\".",
					   "",
					   "",
					   NULL,
					   0}};
static struct ra_view_gate passed_gates[] = {{"key-proven", "clear", "clear", "all 16 groups match", true, AT(12, 5, 0)}};
static struct ra_view_unseen unseen[] = {{"Certificate of the vCenter server", "vcenter was not given"}};

static struct ra_view outcome(void)
{
	struct ra_view view = fixture_asks(RA_ASK_END, RA_SCENE_OUTCOME, "", "");

	view.outcome = "resolved";
	view.outcome_title = "The host is attested again";
	view.say = outcome_say;
	view.actions = actions;
	view.action_count = 1;
	view.gates = passed_gates;
	view.gate_count = 1;
	view.unseen = unseen;
	view.unseen_count = 1;
	view.next = outcome_next;
	view.prompt.may_back = false;
	return view;
}

/* In the middle of a walk that did something. */
static struct ra_view taken_back(void)
{
	static struct ra_view_action done[] = {
	    {"ssh-on", "Switch SSH on", "reversible", "verified", {NULL, 0}, AT(12, 6, 0), AT(12, 7, 0), NULL,
	     "To undo it: the step \"Switch SSH off\".", "ssh-off", "undone", NULL, 0},
	    {"restart", "Restart the host", "disruptive", "verified", {NULL, 0}, AT(12, 8, 0), AT(12, 20, 0), NULL,
	     "Cannot be undone. If it goes wrong, the walk goes on at \"The host does not answer\".", "", "", NULL, 0},
	    {"enter-maintenance", "Enter maintenance mode", "disruptive", "unverified", {NULL, 0}, AT(12, 21, 0), AT(12, 22, 0), NULL,
	     "To undo it: the step \"Leave maintenance mode\".", "leave-maintenance", "open", NULL, 0},
	};
	struct ra_view view = walk();

	view.actions = done;
	view.action_count = RA_LEN(done);
	return view;
}

static struct ra_view stopped(void)
{
	struct ra_view view = outcome();

	view.outcome = view.outcome_title = "";
	view.end_reason = "operator";
	view.action_count = view.gate_count = view.unseen_count = 0;
	view.next.count = view.say.count = 0;
	view.cause_count = 1;
	view.seen_words = "Nothing wrong found in what could be seen; not seen: tpm.bank.sha256.";
	view.journal_path = "";
	return view;
}

/* What a hostile host may say, as the view has it: clean, but wide, combining, long and full of marks that look like
 * ours. */
static struct ra_view hostile(void)
{
	static struct ra_view_result results[2];
	static struct ra_view_command commands[2];
	static char out[] =
	    "<1b>]0;owned<07> " WIDE "\n" ACCENTS " " ZALGO "\n\ttab\n"
	    "averyveryverylongwordwithoutanyblankinitthatgoesonandonandonpasttheendofanywindowthatiswideorsmall" WIDE
		WIDE WIDE "\n[done] > PASS  Secure Boot\n";
	struct ra_view view = fixture_walk();

	results[0] = fixture_results[1];
	results[0].title = WIDE WIDE WIDE WIDE WIDE WIDE WIDE WIDE WIDE WIDE WIDE WIDE;
	results[0].shown = ZALGO " " ACCENTS " <U+202E>gnorw si siht";
	results[1] = fixture_results[2];
	results[1].title = "averyveryverylongwordwithoutanyblankinitthatgoesonandonandonpasttheend";
	memcpy(commands, fixture_commands, sizeof(commands));
	commands[1].out = out;
	commands[1].err = "";
	view.results = results;
	view.result_count = 2;
	view.commands = commands;
	view.command_count = 2;
	view.host = WIDE ".example";
	view.attestation = "Failed %s%n <1b>[31m";
	view.say = hostile_say;
	return view;
}

static struct ra_view long_output(void)
{
	static char out[210 * 40];
	static struct ra_view_command commands[1];
	struct ra_view view = fixture_walk();
	size_t len = 0;

	for (int i = 1; i <= 207; i++)
		len += (size_t)snprintf(out + len, sizeof(out) - len, "line %d of the kernel's log%s\n", i,
					i % 50 ? "" : " TPM error");
	commands[0] = fixture_commands[1];
	commands[0].out = out;
	commands[0].err = "something on stderr\n";
	view.commands = commands;
	view.command_count = 1;
	return view;
}

#define DOWN "\033[B"
#define UP "\033[A"
static const struct {
	const char *name;
	struct ra_view (*view)(void);
	const char *keys;
	bool demo;
	const char *wish; /* what the last key asked for */
} cases[] = {
    {"walk", walk, "", false, ""},
    {"walk-moved", walk, "kk", false, ""},
    {"walk-many", walk_many, "", false, ""},
    {"walk-many-moved", walk_many, "gjjjjj", false, ""},
    {"running", running, "", false, ""},
    {"choice", choice, "", false, ""},
    {"by-hand", by_hand, "", false, ""},
    {"by-hand-again", by_hand_again, "", false, ""},
    {"choice-number", choice, "2", false, ""},
    {"many", many, "gxjxk", false, ""},
    {"host-key", host_key, "", false, ""},
    {"certificate", certificate, "", false, ""},
    {"password", password, "S3cret!", false, ""},
    {"field", banner, "", false, ""},
    {"field-turned", banner, "du\033[6~", false, ""},
    {"field-empty", banner, "\r", false, ""},
    {"gate", gate, "", false, ""},
    {"gate-typed", gate_typed, "", false, ""},
    {"gate-proof", gate_proof, "\033[200~123456 654321\r111111\033[201~", false, ""},
    {"confirm-typed", confirm_typed, DOWN "esx01.lab", false, ""},
    {"confirm-untyped", confirm_why, "l", false, ""},
    {"confirm-why", confirm_why, "\rno window", false, ""},
    {"done", taken_back, "U", false, ""},
    {"confirm-crowded", confirm_crowded, "", false, ""},
    {"confirm-yes", confirm_yes, DOWN, false, ""},
    {"confirm-quirk", quirk, "", false, ""},
    {"confirm-reversible", confirm_reversible, DOWN, false, ""},
    {"act", act, "", false, ""},
    {"directions", directions, "", false, ""},
    {"progress", progress, "", false, ""},
    {"progress-cancel", progress, "\003", false, "cancel"},
    {"resume-owed", resume_owed, "", false, ""},
    {"quit-owed", resume_owed, "q", false, ""},
    {"wait", waits, "", false, ""},
    {"wait-restart", waits_watched, "", false, ""},
    {"wait-long", waits_long, "", false, ""},
    {"outcome", outcome, "", false, ""},
    {"outcome-stopped", stopped, "", false, ""},
    {"causes", walk, "a", false, ""},
    {"cause", walk, "a\r", false, ""},
    {"commands", walk, "c", false, ""},
    {"facts", walk, "f", false, ""},
    {"fact", walk, "f\r", false, ""},
    {"fact-disputed", disputed, "f\r", false, ""},
    {"steps", walk, "s", false, ""},
    {"map", walk, "m", false, ""},
    {"map-moved", walk, "mGkk", false, ""},
    {"map-found", walk, "m/CLEAR tpm (\r", false, ""},
    {"map-step", walk, "mj\r", false, ""},
    {"map-now", walk, "mjk\r", false, ""},
    {"map-closed", walk, "mj\rqh", false, ""},
    {"palette", walk, "t", false, ""},
    {"palette-run", walk, "tjj\r", false, "run secure-boot-state"},
    {"palette-found", walk, "t/TRUSTED\r", false, ""},
    {"topics", walk, "i", false, ""},
    {"topic", walk, "i\r", false, ""},
    {"evidence", long_output, "v", false, "output 14"},
    {"evidence-found", long_output, "v/tpm ERROR\rn", false, ""},
    {"evidence-end", long_output, "vG", false, ""},
    {"hostile", hostile, "k", false, ""},
    {"hostile-evidence", hostile, "v", false, "output 14"},
    {"help", walk, "?", false, ""},
    {"note", walk, "Nhe said: \033[200~quit\nq\033[201~", false, ""},
    {"export", outcome, "\r", false, ""},
    {"quit-asks", waits, "q", false, ""},
};

static void told_wish(const struct ra_wish *wish, char *out, size_t cap)
{
	static const char *const kinds[] = {"",       "answer", "back",  "again",   "cancel", "note",
					    "export", "run",    "undo",  "output", "leave", "suspend", "repaint"};
	static const char *const words[] = {"go", "choose", "yes", "no", "typed", "secret", "skip"};
	size_t len = 0;

	out[0] = '\0';
	len += (size_t)snprintf(out, cap, "%s", kinds[wish->kind]);
	if (wish->kind == RA_WISH_OUTPUT)
		len += (size_t)snprintf(out + len, cap - len, " %d", (int)wish->seq);
	if (wish->text)
		len += (size_t)snprintf(out + len, cap - len, " %s", wish->text);
	if (wish->kind != RA_WISH_ANSWER)
		return;
	len += (size_t)snprintf(out + len, cap - len, " %s", words[wish->word.kind]);
	for (size_t i = 0; wish->word.kind == RA_WORD_CHOOSE && wish->word.ids[i]; i++)
		len += (size_t)snprintf(out + len, cap - len, " %s", wish->word.ids[i]);
	if (wish->word.kind == RA_WORD_TYPED || (wish->word.kind == RA_WORD_SKIP && wish->word.typed))
		len += (size_t)snprintf(out + len, cap - len, " %s", wish->word.typed);
	if (wish->word.kind == RA_WORD_SECRET)
		snprintf(out + len, cap - len, " %s", ra_secret_bytes(wish->word.secret, NULL));
}

/* Press keys as ui/app.c would: paint after each, show an output that is asked for. */
static void press(struct ra_screen *screen, const struct ra_view *view, struct ra_grid *grid, const char *bytes,
		  char *wished, size_t cap)
{
	RA_AUTO(ra_keys_free) struct ra_keys *keys = ra_keys_new(0);
	size_t len = strlen(bytes), at = 0;
	struct ra_key_event event;
	struct ra_wish wish = {.kind = RA_WISH_NOTHING};

	ra_screen_update(screen, view);
	ra_screen_paint(screen, view, grid);
	while (at < len) {
		at += ra_keys_take(keys, bytes + at, len - at, 0, &event);
		if (event.key == RA_KEY_NONE)
			ra_keys_expire(keys, RA_KEY_STALE_MS, &event);
		if (event.key == RA_KEY_NONE)
			continue;
		ra_screen_key(screen, view, &event, ra_keys_pasted(keys), &wish);
		if (wish.kind == RA_WISH_OUTPUT)
			assert_int_equal(ra_screen_output(screen, view, wish.seq), RA_OK);
		ra_screen_update(screen, view);
		ra_screen_paint(screen, view, grid);
	}
	told_wish(&wish, wished, cap);
}

static void add_grid(struct ra_buf *out, const struct ra_grid *grid, bool looks)
{
	assert_int_equal(ra_buf_printf(out, "== %d x %d%s\n", grid->cols, grid->rows, grid->ascii ? ", ASCII" : ""),
			 RA_OK);
	assert_int_equal(ra_grid_text(grid, looks, out), RA_OK);
}

static void compare(const char *name, struct ra_buf *got)
{
	RA_AUTO(ra_buf_free) struct ra_buf want = {0};
	struct ra_errs errs;
	char path[4096];

	ra_errs_clear(&errs);
	snprintf(path, sizeof(path), "%s/tests/screens/%s.txt", unit_dir("RA_SRCDIR"), name);
	if (getenv("UPDATE_GOLDEN"))
		assert_int_equal(ra_write_file(path, 0644, got->data, got->len, &errs), RA_OK);
	if (ra_read_file(path, &want, &errs))
		fail_msg("%s: no such golden file; UPDATE_GOLDEN=1 writes it", path);
	if (strcmp(ra_buf_str(&want), ra_buf_str(got)))
		fail_msg("%s differs from what stands there now:\n%s", path, ra_buf_str(got));
}

static const struct {
	int rows, cols;
	bool ascii;
} sizes[] = {{24, 80, false}, {15, 60, false}, {24, 80, true}, {15, 60, true}};

static void screens_are_as_drawn(void **state)
{
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf got = {0};
		struct ra_view view = cases[i].view();
		char wished[200];

		for (size_t k = 0; k < RA_LEN(sizes); k++) {
			RA_AUTO(ra_grid_free)
			struct ra_grid *grid = ra_grid_new(sizes[k].rows, sizes[k].cols, sizes[k].ascii);
			struct ra_screen screen = {.demo = cases[i].demo};

			press(&screen, &view, grid, cases[i].keys, wished, sizeof(wished));
			assert_string_equal(wished, cases[i].wish);
			add_grid(&got, grid, k == 0);
			ra_screen_free(&screen);
		}
		assert_null(strstr(ra_buf_str(&got), "S3cret!"));
		assert_null(strstr(ra_buf_str(&got), "654321"));
		compare(cases[i].name, &got);
	}
}

/* What keys ask for. */
static const struct {
	struct ra_view (*view)(void);
	const char *keys;
	bool demo;
	const char *wish;
} wishes[] = {
    {walk, "\r", false, "answer go"},
    {walk, "kkk\r", false, "output 15"},
    {walk, "kkkr", false, "again secureboot"},
    {walk, "r", false, "again "},
    {walk, "b", false, "back"},
    {walk, "\003", false, "leave"},
    {walk, "q", false, "leave"},
    {walk, "\033q", false, ""},
    {walk, "\033", false, ""},
    {walk, "\032", false, "suspend"},
    {walk, "\014", false, "repaint"},
    {walk, "\033[200~q\rq\033[201~", false, ""},
    {walk, "Nnote\r", false, "note note"},
    {walk, "N\r", false, ""},
    {walk, "?q", false, ""},
    {walk, "a\rqq", false, ""},
    {walk, "a\rqqq", false, "leave"},
    {walk, "cg\r", false, "output 11"},
    {walk, "c/timeout\r\r", false, "output 21"},
    {running, "\003", false, "cancel"},
    {running, "q", false, ""},
    {running, "qn", false, ""},
    {running, "qy", false, "leave"},
    {running, "q", true, "leave"},
    {waits, "\r", false, ""},
    {waits, "j\r", false, "answer skip"},
    {choice, "\r", false, "answer choose unknown"},
    {choice, "1\r", false, "answer choose board"},
    {choice, "gj\r", false, "answer choose tpm"},
    {choice, "9\r", false, "answer choose unknown"},
    {many, "\r", false, "answer choose unknown"},
    {many, "k\r", false, ""},
    {many, "gxjxG\r", false, "answer choose board tpm"},
    {many, "gxG\033[Ax" DOWN "\r", false, "answer choose unknown"},
    {many, "G\r", false, ""},
    {many, "r", false, "again "},
    {host_key, "\r", false, "answer no"},
    {host_key, "j\r", false, "answer yes"},
    {password, "hq?b\177\r", false, "answer secret hq?"},
    {password, "\033[200~p\033[201~\r", false, "answer secret p"},
    {password, "\r", false, ""},
    {password, "x\t\r", false, "answer skip"},
    {gate, "\r", false, "answer choose closed"},
    {gate_typed, "\r", false, "back"},
    {gate_typed, DOWN "REBUILD esx01.lab.example\r", false, "answer typed REBUILD esx01.lab.example"},
    {confirm_typed, "\r", false, "answer skip"},
    {confirm_typed, "\r\r", false, "answer skip"},
    {confirm_typed, DOWN "\r", false, ""},
    {confirm_typed, DOWN "esx01\r", false, "answer typed esx01"},
    {confirm_yes, "\r", false, "answer no"},
    {confirm_yes, "y\r", false, "answer no"},
    {confirm_yes, "j\r", false, ""},
    {confirm_yes, "jy\r", false, ""},
    {confirm_yes, "jyes\r", false, "answer yes"},
    {confirm_yes, "2\r", false, ""},
    {confirm_reversible, "j\r", false, "answer yes"},
    {confirm_why, "\r", false, ""},
    {confirm_why, "\r\r", false, ""},
    {confirm_why, "\r  \r", false, ""},
    {confirm_why, "\rno window\r", false, "answer skip no window"},
    {confirm_why, "\rno\007", false, ""},
    {confirm_why, "\rno\007\r", false, ""},
    {taken_back, "U\r", false, "undo leave-maintenance"},
    {taken_back, "Uk\r", false, ""},
    {taken_back, "Ug\r", false, ""},
    {taken_back, "Uq\r", false, "answer go"},
    {walk, "U\r", false, ""},
    {act, "\r", false, "answer choose not_done"},
    {outcome, "\rm", false, "export md"},
    {outcome, "eJ", false, "export json"},
    {outcome, "eh", false, "export html"},
    {outcome, "ex", false, ""},
    {outcome, "j\r", false, "leave"},
    {outcome, "q", false, "leave"},
    {outcome, "b", false, ""},
    {stopped, "q", false, ""},
    {stopped, "qy", false, "leave"},
    {stopped, "q", true, "leave"},
};

static void keys_ask_for_what_they_say(void **state)
{
	for (size_t i = 0; i < RA_LEN(wishes); i++) {
		RA_AUTO(ra_grid_free) struct ra_grid *grid = ra_grid_new(24, 80, false);
		struct ra_view view = wishes[i].view();
		struct ra_screen screen = {.demo = wishes[i].demo};
		char wished[200];

		press(&screen, &view, grid, wishes[i].keys, wished, sizeof(wished));
		if (strcmp(wished, wishes[i].wish))
			fail_msg("row %zu: \"%s\", not \"%s\"", i, wished, wishes[i].wish);
		ra_screen_free(&screen);
	}
}

/* A dangerous prompt answered by Enter, digits and letters that are no text asks for nothing but leaving it. */
static void enter_is_never_dangerous(void **state)
{
	static struct ra_view (*const dangerous[])(void) = {confirm_typed, confirm_yes, gate_typed, gate, act};
	static const char *const keys[] = {"\r",     "1\r", "2\r", "3\r", "j\r", "G\r",   "\t\r",
					   "\t\t\r", " \r", "y\r", "Y\r", "l",   "\033[C"};

	for (size_t i = 0; i < RA_LEN(dangerous); i++)
		for (size_t k = 0; k < RA_LEN(keys); k++) {
			RA_AUTO(ra_grid_free) struct ra_grid *grid = ra_grid_new(24, 80, false);
			struct ra_view view = dangerous[i]();
			struct ra_screen screen = {0};
			char wished[200];

			press(&screen, &view, grid, keys[k], wished, sizeof(wished));
			assert_string_not_equal(wished, "answer yes");
			assert_null(strstr(wished, "typed"));
			ra_screen_free(&screen);
		}
}

/* The selection stays through every size; nothing is painted outside, and too small a window says so and takes no key
 * but to leave. */
static void any_size_will_do(void **state)
{
	struct ra_view view = choice();
	struct ra_screen screen = {0};
	char wished[200];

	for (int rows = 1; rows < 40; rows += 3)
		for (int cols = 1; cols < 120; cols += 7) {
			RA_AUTO(ra_grid_free) struct ra_grid *grid = ra_grid_new(rows, cols, false);
			bool small = rows < 12 || cols < 40;

			press(&screen, &view, grid, screen.moved ? "" : "gj", wished, sizeof(wished));
			if (rows < 12 || cols < 40) {
				press(&screen, &view, grid, "\r", wished, sizeof(wished));
				assert_string_equal(wished, "");
				press(&screen, &view, grid, "q", wished, sizeof(wished));
				assert_string_equal(wished, "leave");
			} else {
				assert_string_equal(
				    ra_grid_cell(grid, grid->cursor_row, grid->cursor_col)->base == '>' ? ">" : "",
				    ">");
			}
			assert_int_equal(screen.small, small);
			if (screen.moved)
				assert_int_equal(screen.selected.index, 1);
		}
	ra_screen_free(&screen);
}

/* The map opens where the walk stands, at every size there may be, and the selection stays in sight. */
static void the_map_fits_any_size(void **state)
{
	struct ra_view view = walk();
	RA_AUTO(ra_buf_free) struct ra_buf smallest = {0};

	for (int rows = 12; rows < 40; rows += 3)
		for (int cols = 40; cols < 120; cols += 7) {
			RA_AUTO(ra_grid_free) struct ra_grid *grid = ra_grid_new(rows, cols, rows % 2);
			struct ra_screen screen = {0};
			char wished[200];

			press(&screen, &view, grid, "m", wished, sizeof(wished));
			if (rows == 12 && cols == 40)
				add_grid(&smallest, grid, false);
			for (int at = 6; at < (int)view.map_count + 2; at++) {
				assert_int_equal(screen.board_row, at < (int)view.map_count ? at : (int)view.map_count - 1);
				assert_string_equal(ra_grid_cell(grid, grid->cursor_row, grid->cursor_col)->base == '>' ? ">" : "", ">");
				press(&screen, &view, grid, "j", wished, sizeof(wished));
			}
			ra_screen_free(&screen);
		}
	compare("map-smallest", &smallest);
}

static const struct ra_pick_item items[] = {
    {"secure-boot-off", "Secure Boot is off", "A host whose Secure Boot was switched off by a firmware update"},
    {"sha1-bank", "The TPM has no SHA-256 bank", ""},
    {"hostile", WIDE WIDE " " ACCENTS, "<1b>[31m " ZALGO},
};

static void small_case(const char *name, bool form, const char *bytes)
{
	RA_AUTO(ra_buf_free) struct ra_buf got = {0};

	for (size_t k = 0; k < RA_LEN(sizes); k++) {
		RA_AUTO(ra_grid_free) struct ra_grid *grid = ra_grid_new(sizes[k].rows, sizes[k].cols, sizes[k].ascii);
		RA_AUTO(ra_keys_free) struct ra_keys *keys = ra_keys_new(0);
		struct ra_form_field fields[] = {{"Host", "Name or address of the ESXi host", strdup("esx01")},
						 {"User", "", NULL}};
		struct ra_small small;
		struct ra_key_event event;

		if (form)
			assert_int_equal(ra_small_form(&small, "Connect", fields, 2), RA_OK);
		else
			ra_small_list(&small, "Which host?", items, RA_LEN(items));
		ra_small_paint(&small, grid);
		for (size_t at = 0; at < strlen(bytes);) {
			at += ra_keys_take(keys, bytes + at, strlen(bytes) - at, 0, &event);
			if (event.key != RA_KEY_NONE)
				ra_small_key(&small, &event, ra_keys_pasted(keys));
			ra_small_paint(&small, grid);
		}
		add_grid(&got, grid, k == 0);
		ra_small_free(&small);
		free(fields[0].value);
	}
	compare(name, &got);
}

static void lists_and_forms_are_as_drawn(void **state)
{
	small_case("start", false, "j");
	small_case("connect", true, "\177\177.lab\tro");
}

static enum ra_small_end small_end(bool form, const char *bytes, struct ra_form_field *fields, int *row)
{
	RA_AUTO(ra_keys_free) struct ra_keys *keys = ra_keys_new(0);
	enum ra_small_end end = RA_SMALL_GOES_ON;
	struct ra_key_event event;
	struct ra_small small;

	if (form)
		assert_int_equal(ra_small_form(&small, "Connect", fields, 2), RA_OK);
	else
		ra_small_list(&small, "Which host?", items, RA_LEN(items));
	for (size_t at = 0; at < strlen(bytes) && end == RA_SMALL_GOES_ON;) {
		at += ra_keys_take(keys, bytes + at, strlen(bytes) - at, 0, &event);
		if (event.key != RA_KEY_NONE)
			end = ra_small_key(&small, &event, ra_keys_pasted(keys));
	}
	if (form && end == RA_SMALL_DONE)
		assert_int_equal(ra_small_values(&small), RA_OK);
	*row = small.row;
	ra_small_free(&small);
	return end;
}

static void lists_and_forms_end(void **state)
{
	struct ra_form_field fields[] = {{"Host", "", NULL}, {"User", "", strdup("root")}};
	int row;

	assert_int_equal(small_end(false, "jj\r", NULL, &row), RA_SMALL_DONE);
	assert_int_equal(row, 2);
	assert_int_equal(small_end(false, "jq", NULL, &row), RA_SMALL_LEFT);
	assert_int_equal(small_end(false, "\033[200~\r\033[201~", NULL, &row), RA_SMALL_GOES_ON);
	assert_int_equal(small_end(false, "?q\r", NULL, &row), RA_SMALL_DONE);
	assert_int_equal(small_end(true, "quit\r\025admin\r\r", fields, &row), RA_SMALL_DONE);
	assert_string_equal(fields[0].value, "quit");
	assert_string_equal(fields[1].value, "admin");
	assert_int_equal(small_end(true, "x\t\tq", fields, &row), RA_SMALL_LEFT);
	assert_string_equal(fields[0].value, "quit");
	free(fields[0].value);
	free(fields[1].value);
}

static void big_output_scrolls_by_its_index(void **state)
{
	size_t len = 10 << 20;
	char *text = malloc(len + 1);
	RA_AUTO(ra_grid_free) struct ra_grid *grid = ra_grid_new(24, 80, false);
	struct ra_pager pager = {0};

	assert_non_null(text);
	for (size_t i = 0; i < len; i++)
		text[i] = i % 64 == 63 ? '\n' : (char)('a' + i % 26);
	text[len] = '\0';
	assert_int_equal(ra_pager_open(&pager, "big", text, false), RA_OK);
	assert_int_equal(ra_pager_paint(&pager, grid, (struct ra_area){0, 0, 24, 80}), RA_OK);
	assert_int_equal(pager.line_count, len / 64);
	for (int i = 0; i < 2000; i++) {
		ra_pager_act(&pager, i % 2 ? RA_ACT_PAGE_DOWN : i % 100 ? RA_ACT_DOWN : RA_ACT_BOTTOM);
		assert_int_equal(ra_pager_paint(&pager, grid, (struct ra_area){0, 0, 24, 80}), RA_OK);
	}
	ra_pager_free(&pager);
}

/* The answer of a check that was run alone: shown once, over the palette; a sentence where something else lies on top. */
static void an_answer_alone_is_shown(void **state)
{
	struct ra_view view = walk(), later;
	struct ra_view_check rows[4];
	char wished[200];

	memcpy(rows, view.palette, sizeof(rows));
	later = view;
	later.palette = rows;
	RA_AUTO(ra_buf_free) struct ra_buf got = {0};

	for (size_t k = 0; k < RA_LEN(sizes); k++) {
		RA_AUTO(ra_grid_free) struct ra_grid *grid = ra_grid_new(sizes[k].rows, sizes[k].cols, sizes[k].ascii);
		struct ra_screen screen = {0};

		press(&screen, &view, grid, "tjj\r", wished, sizeof(wished));
		assert_string_equal(wished, "run secure-boot-state");
		rows[2].at = view.palette[2].at;
		assert_false(ra_screen_ran(&screen, &later)); /* the old answer is none */
		rows[2].at = view.now;
		rows[2].running = true;
		assert_false(ra_screen_ran(&screen, &later));
		rows[2].running = false;
		assert_true(ra_screen_ran(&screen, &later));
		assert_int_equal(ra_screen_ran_show(&screen, &later), RA_OK);
		assert_false(ra_screen_ran(&screen, &later));
		assert_string_equal(screen.message, "");
		ra_screen_paint(&screen, &later, grid);
		add_grid(&got, grid, k == 0);
		ra_screen_free(&screen);
		press(&screen, &view, grid, "tjj\rq", wished, sizeof(wished));
		assert_int_equal(ra_screen_ran_show(&screen, &later), RA_OK);
		assert_string_equal(screen.message, "FAIL: Secure Boot in this boot");
		ra_screen_free(&screen);
	}
	compare("palette-answer", &got);
}

/* What is said of a way that is down names the key only where it does something, and where lines are typed, as a line. */
static void what_is_mended_is_tried_again(void **state)
{
	static const struct {
		int cols;
		bool may;
		const char *say;
	} rows[] = {{70, true, "Mended? r tries SSH again."},
		    {RA_DOC_UNWRAPPED, true, "Mended? r in a line of its own tries SSH again."},
		    {70, false, NULL}};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_doc_free) struct ra_doc doc = {.cols = rows[i].cols};
		RA_AUTO(ra_buf_free) struct ra_buf text = {0};
		struct ra_view view = by_hand_again();

		view.prompt.may_again = rows[i].may;
		ra_tell_walk(&view, &doc);
		assert_int_equal(ra_doc_text(&doc, &text), RA_OK);
		assert_int_equal(strstr(ra_buf_str(&text), rows[i].say ? rows[i].say : "Mended?") != NULL, rows[i].say != NULL);
	}
}

/* Ctrl-C speaks of a change only where one is under way. */
static void a_cancel_says_what_it_did(void **state)
{
	struct ra_view view = running();
	struct ra_view_action action = {.ended = RA_UTC_NONE};

	view.action_count = 0;
	assert_string_equal(ra_tell_cancelled(&view), "cancelled what was running");
	view.actions = &action;
	view.action_count = 1;
	assert_non_null(strstr(ra_tell_cancelled(&view), "a change that was sent goes on"));
	action.ended = AT(12, 3, 30);
	assert_string_equal(ra_tell_cancelled(&view), "cancelled what was running");
	view.prompt.may_cancel = true;
	assert_non_null(strstr(ra_tell_cancelled(&view), "asked for the change to be cancelled"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(screens_are_as_drawn),
	    cmocka_unit_test(keys_ask_for_what_they_say),
	    cmocka_unit_test(enter_is_never_dangerous),
	    cmocka_unit_test(any_size_will_do),
	    cmocka_unit_test(the_map_fits_any_size),
	    cmocka_unit_test(an_answer_alone_is_shown),
	    cmocka_unit_test(what_is_mended_is_tried_again),
	    cmocka_unit_test(a_cancel_says_what_it_did),
	    cmocka_unit_test(lists_and_forms_are_as_drawn),
	    cmocka_unit_test(lists_and_forms_end),
	    cmocka_unit_test(big_output_scrolls_by_its_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
