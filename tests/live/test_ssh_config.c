/* The SSH link by the operator's own ssh configuration: what of it counts, the way through jump hosts and commands,
 * what those ask, and what is said when there is no such way. Run by ssh.sh. The configuration is given to ssh by a
 * wrapper that stands first in PATH: where its own file lies, ssh takes from the account and not from HOME. */
#include "config.h"

#include "live.h"

#include "link/askpass.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The place of this test, and the servers in it beside the fake host. */
static struct {
	char dir[128], path[4096];
	int jump_port; /* sshd that lets keys through */
	int ask_port;  /* fake-login.py, which asks */
	FILE *ask_out;
	int ask_in;
	pid_t ask_pid;
} place;

static void write_file(const char *name, mode_t mode, const char *text)
{
	char path[200];
	snprintf(path, sizeof(path), "%s/%s", place.dir, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

/* The configuration: rows for the hosts of a test, then those of all. {D}: the fake host's directory, {T}: this test's,
 * {P}, {J}, {A}: ports of the host and the jump hosts, {U}: who logs in. */
static void configure(const char *rows)
{
	static const char common[] =
	    "\nHost esx* jump* ask* 127.0.0.1\n"
	    " UserKnownHostsFile {T}/known\n GlobalKnownHostsFile none\n"
	    " IdentityFile {D}/id_ecdsa\n IdentityAgent none\n"
	    "Host esx*\n HostName 127.0.0.1\n Port {P}\n"
	    "Host jump*\n HostName 127.0.0.1\n Port {J}\n User {U}\n"
	    "Host ask*\n HostName 127.0.0.1\n Port {A}\n User token\n PubkeyAuthentication no\n";
	RA_AUTO(ra_buf_free) struct ra_buf all = {0}, text = {0};
	char number[16];
	assert_int_equal(ra_buf_printf(&all, "%s%s", rows, common), RA_OK);
	for (const char *at = ra_buf_str(&all); *at; at++) {
		bool token = at[0] == '{' && at[1] && at[2] == '}';
		int port = at[1] == 'P' ? live_host.port : at[1] == 'J' ? place.jump_port : place.ask_port;
		snprintf(number, sizeof(number), "%d", port);
		assert_int_equal(!token         ? ra_buf_add(&text, at, 1)
				 : at[1] == 'D' ? ra_buf_text(&text, live_host.dir)
				 : at[1] == 'T' ? ra_buf_text(&text, place.dir)
				 : at[1] == 'U' ? ra_buf_text(&text, live_host.user)
						: ra_buf_text(&text, number),
				 RA_OK);
		at += token ? 2 : 0;
	}
	write_file("config", 0600, ra_buf_str(&text));
}

static void start_jump(void)
{
	char command[300];
	snprintf(command, sizeof(command), "%s/fake-host --port",
		 getenv("RA_LIVE_DIR") ? getenv("RA_LIVE_DIR") : "tests/live");
	FILE *pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_int_equal(fscanf(pipe, "%d", &place.jump_port), 1);
	pclose(pipe);
	live_shell("cd %s && ssh-keygen -q -t ed25519 -N '' -C '' -f jump_key && "
		   "printf '%%s\\n' 'Port %d' 'ListenAddress 127.0.0.1' 'PidFile %s/jump.pid' 'HostKey %s/jump_key' "
		   "'AuthorizedKeysFile %s/authorized_keys' 'StrictModes no' 'UsePAM no' 'PermitRootLogin yes' "
		   "'PasswordAuthentication no' 'KbdInteractiveAuthentication no' >jump_config && "
		   "$(PATH=$PATH:/usr/sbin:/sbin command -v sshd) -f %s/jump_config -E %s/jump.log && "
		   "i=0; until [ -s jump.pid ]; do i=$((i+1)); [ $i -le 100 ] || exit 1; sleep 0.05; done",
		   place.dir, place.jump_port, place.dir, place.dir, live_host.dir, place.dir, place.dir);
}

static bool start_ask(void)
{
	int in[2], out[2];
	if (system("/usr/bin/python3 -c 'import asyncssh' 2>/dev/null") != 0)
		return false;
	live_shell("mkdir %s/ask", place.dir);
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	place.ask_pid = fork();
	assert_true(place.ask_pid >= 0);
	if (place.ask_pid == 0) {
		char dir[160];
		snprintf(dir, sizeof(dir), "%s/ask", place.dir);
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execl("/usr/bin/python3", "python3", live_script("fake-login.py"), dir, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	place.ask_in = in[1];
	struct pollfd ready = {.fd = out[0], .events = POLLIN};
	assert_int_equal(poll(&ready, 1, LIVE_BOUND_MS), 1);
	place.ask_out = fdopen(out[0], "r");
	assert_int_equal(fscanf(place.ask_out, "%d", &place.ask_port), 1);
	return true;
}

/* The keys of all three servers, as the configuration names the file. */
static void know_all(void)
{
	live_shell("cd %s && { sed 's/.*/&/' %s; printf '[127.0.0.1]:%d '; cut -d' ' -f1,2 jump_key.pub; cat "
		   "ask/known_hosts 2>/dev/null; } "
		   ">known; :",
		   place.dir, live_host.known_hosts, place.jump_port);
}

static int set_up(void **state)
{
	char text[4300];
	live_start_host("");
	live_make_dir(place.dir, sizeof(place.dir));
	snprintf(place.path, sizeof(place.path), "%.4000s", getenv("PATH"));
	start_jump();
	if (!start_ask())
		print_message("python3-asyncssh is not here: jump hosts that ask are not tested\n");
	live_shell("mkdir -m 700 %s/bin %s/run %s/empty", place.dir, place.dir, place.dir);
	snprintf(text, sizeof(text), "#!/bin/sh\ncd %s || exit\n"
		 "case \"$*\" in *-W*) if [ -s crowded ]; then sed -i 1d crowded\n"
		 "echo 'kex_exchange_identification: read: Connection reset by peer' >&2; exit 255; fi;; esac\n"
		 "exec %s -F config \"$@\"\n",
		 place.dir, access("/usr/bin/ssh", X_OK) ? "/bin/ssh" : "/usr/bin/ssh");
	write_file("bin/ssh", 0755, text);
	snprintf(text, sizeof(text), "%s/run", place.dir);
	setenv("XDG_RUNTIME_DIR", text, 1);
	snprintf(text, sizeof(text), "%s/bin:%s", place.dir, place.path);
	setenv("PATH", text, 1);
	return 0;
}

static int tear_down(void **state)
{
	if (place.ask_pid) {
		close(place.ask_in);
		kill(place.ask_pid, SIGTERM);
		waitpid(place.ask_pid, NULL, 0);
		fclose(place.ask_out);
	}
	live_shell("kill $(cat %s/jump.pid); rm -rf %s", place.dir, place.dir);
	live_stop_host();
	return 0;
}

static int each(void **state)
{
	know_all();
	configure("");
	return 0;
}

/* Children of this process, but the server that asks. */
static int children(void)
{
	DIR *dir = opendir("/proc");
	int count = 0;
	assert_non_null(dir);
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		char path[300], line[512] = "";
		int parent = 0;
		snprintf(path, sizeof(path), "/proc/%.200s/stat", entry->d_name);
		FILE *file = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? fopen(path, "r") : NULL;
		const char *after = file && fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
		if (file)
			fclose(file);
		if (after && sscanf(after + 1, " %*c %d", &parent) == 1 && parent == getpid() &&
		    atoi(entry->d_name) != place.ask_pid)
			count++;
	}
	closedir(dir);
	return count;
}

/* What stands in the directory for sockets. */
static int left_over(void)
{
	char path[160];
	struct dirent **names;
	snprintf(path, sizeof(path), "%s/run", place.dir);
	int count = scandir(path, &names, NULL, NULL);
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return count - 2;
}

/* A link that says nothing of what the configuration says; zero fields are not said. */
struct want {
	const char *host, *user, *known_hosts;
	int port, connect_ms, handshake_ms;
	bool no_config, may_ask, use_agent;
};
static struct ra_link *open_link(const struct want *want)
{
	const struct ra_ssh_options options = {.host = want->host ? want->host : "esx",
					       .user = want->user ? want->user : live_host.user,
					       .port = want->port,
					       .known_hosts = want->known_hosts,
					       .use_agent = want->use_agent,
					       .host_key = RA_HOSTKEY_UNSAID,
					       .use_config = !want->no_config,
					       .may_ask = want->may_ask,
					       .jump_may_ask = want->may_ask,
					       .connect_ms = want->connect_ms,
					       .handshake_ms = want->handshake_ms};
	const struct ra_clock clock = ra_clock_make(RA_UTC_NONE, 1);
	struct ra_link *link = NULL;
	assert_int_equal(ra_link_ssh_new(&options, &clock, &link, NULL), RA_OK);
	return link;
}

/* Nothing of it is left: no child, no zombie, no socket. */
static void close_link(struct ra_link *link)
{
	ra_link_free(link);
	assert_int_equal(children(), 0);
	assert_int_equal(left_over(), 0);
}

static void expect_up(const struct want *want)
{
	struct ra_link *link = open_link(want);
	struct ra_event event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	close_link(link);
}

static void expect_down(const struct want *want, enum ra_link_why why, const char *say)
{
	struct ra_link *link = open_link(want);
	struct ra_event event = live_ask(link, ECHO);
	live_expect_why(&event, why, say);
	close_link(link);
}

/* What the link tells when it is up. Out: out[cap]. */
static void told_up(const struct want *want, char *out, size_t cap)
{
	struct ra_link *link = open_link(want);
	live_submit(link, 1, ECHO, (struct ra_ticket){0});
	struct ra_event event = live_wait_for(link, RA_EV_STATE);
	while (event.state == RA_LINK_CONNECTING) {
		ra_event_clear(&event);
		event = live_wait_for(link, RA_EV_STATE);
	}
	assert_int_equal(event.state, RA_LINK_UP);
	snprintf(out, cap, "%s", event.say);
	ra_event_clear(&event);
	event = live_wait_for(link, RA_EV_REPLY);
	live_expect_out(&event, "hi\n");
	close_link(link);
}

static void test_alias(void **state)
{
	char say[RA_LINK_SAY_MAX];
	told_up(&(struct want){.host = "esx01"}, say, sizeof(say));
	assert_non_null(strstr(say, "HostName 127.0.0.1"));
	assert_non_null(strstr(say, "Port "));
	/* The command line outranks it. */
	configure("Host esx*\n Port 1\n User nobody-at-all\n UserKnownHostsFile {T}/nowhere/known\n");
	expect_up(&(struct want){.port = live_host.port, .known_hosts = live_host.known_hosts});
	/* A Match is told who and where. */
	char rows[200];
	snprintf(rows, sizeof(rows),
		 "Match originalhost esx user %s\n HostName 127.0.0.1\nMatch originalhost esx\n HostName "
		 "no-such-host.invalid\n",
		 live_host.user);
	configure(rows);
	expect_up(&(struct want){0});
	/* Where it is not what it was called, a failure on the way names both. */
	configure("Host esx-dead\n HostName 127.0.0.1\n Port 1\nHost esx-gone\n HostName no-such-host.invalid\n");
	expect_down(&(struct want){.host = "esx-dead"}, RA_LINK_UNREACHABLE, "esx-dead (127.0.0.1) port 1: Connection refused. ");
	expect_down(&(struct want){.host = "esx-gone"}, RA_LINK_UNREACHABLE, "esx-gone (no-such-host.invalid): ");
	expect_down(&(struct want){.host = "127.0.0.1", .port = 1, .no_config = true}, RA_LINK_UNREACHABLE, "127.0.0.1 port 1: Connection refused. ");
	expect_down(&(struct want){.host = "no-such-host.invalid", .no_config = true}, RA_LINK_UNREACHABLE, "no-such-host.invalid: ");
}

/* Where the configuration names no file, the known hosts are those under $HOME, though ssh itself takes the account's home. */
static void test_home(void **state)
{
	char home[300], before[300];
	snprintf(before, sizeof(before), "%s", getenv("HOME"));
	live_shell("mkdir -p %s/house/.ssh && cp %s/known %s/house/.ssh/known_hosts && sed -i '/UserKnownHostsFile/d' %s/config", place.dir,
		   place.dir, place.dir, place.dir);
	snprintf(home, sizeof(home), "%s/house", place.dir);
	assert_int_equal(setenv("HOME", home, 1), 0);
	expect_up(&(struct want){0});
	snprintf(home, sizeof(home), "%s/empty", place.dir);
	assert_int_equal(setenv("HOME", home, 1), 0);
	expect_down(&(struct want){0}, RA_LINK_REFUSED, "compare it, or start the walk once: reattest esx");
	assert_int_equal(setenv("HOME", before, 1), 0);
}

static void test_user(void **state)
{
	if (!place.ask_pid)
		skip();
	/* "survey" is asked for a colour and nobody else is. */
	configure("Host asked\n User survey\n");
	const struct ra_ssh_options options = {
	    .host = "asked", .host_key = RA_HOSTKEY_UNSAID, .use_config = true, .may_ask = true};
	const struct ra_clock clock = ra_clock_make(RA_UTC_NONE, 1);
	struct ra_link *link = NULL;
	assert_int_equal(ra_link_ssh_new(&options, &clock, &link, NULL), RA_OK);
	live_submit(link, 1, ECHO, (struct ra_ticket){0});
	struct ra_event event = live_wait_for(link, RA_EV_NEED);
	assert_int_equal(event.need.kind, RA_NEED_PASSWORD);
	assert_string_equal(event.need.subject, "survey@asked");
	ra_event_clear(&event);
	close_link(link);
}

static void test_trust(void **state)
{
	char path[200];
	snprintf(path, sizeof(path), "%s/fresh", place.dir);
	/* Who is not known is not trusted, whatever StrictHostKeyChecking says. */
	static const char *const words[] = {"ask", "yes", "no", "off"};
	for (size_t i = 0; i < RA_LEN(words); i++) {
		char rows[200];
		snprintf(rows, sizeof(rows), "Host esx\n UserKnownHostsFile {T}/fresh\n StrictHostKeyChecking %s\n",
			 words[i]);
		configure(rows);
		expect_down(&(struct want){0}, RA_LINK_REFUSED, "not known here");
		assert_int_equal(access(path, F_OK), -1);
	}
	configure("Host esx\n UserKnownHostsFile {T}/fresh\n StrictHostKeyChecking accept-new\n HashKnownHosts yes\n");
	expect_up(&(struct want){0});
	char *text = live_slurp(path);
	assert_memory_equal(text, "|1|", 3);
	free(text);
	expect_up(&(struct want){0});
	/* Known by its alias alone, without a port; several files. */
	live_shell("cd %s && sed 's/^[^ ]*/esx-alias/' %s >by_alias", place.dir, live_host.known_hosts);
	configure("Host esx\n UserKnownHostsFile {T}/nothing {T}/by_alias\n HostKeyAlias esx-alias\n");
	expect_up(&(struct want){0});
	configure("Host esx\n UserKnownHostsFile {T}/by_alias\n");
	expect_down(&(struct want){0}, RA_LINK_REFUSED, "not known here");
	/* Changed: the command names the file and the name it is known by. */
	live_shell("cd %s && { printf 'esx-alias '; cut -d' ' -f1,2 %s/id_ecdsa.pub; } >changed", place.dir,
		   live_host.dir);
	configure("Host esx\n UserKnownHostsFile {T}/changed\n HostKeyAlias esx-alias\n");
	expect_down(&(struct want){0}, RA_LINK_REFUSED, "changed' -R 'esx-alias'");
	unlink(path);
}

static void test_identities(void **state)
{
	char say[RA_LINK_SAY_MAX];
	configure("Host esx\n IdentityFile {T}/%h/%p\nHost *\n IdentityFile {D}/id_stranger\n");
	live_shell("mkdir %s/127.0.0.1 && cp %s/id_ecdsa %s/127.0.0.1/%d", place.dir, live_host.dir, place.dir,
		   live_host.port);
	expect_up(&(struct want){0});
	configure("Host esx\n IdentityFile {T}/%C\n RevokedHostKeys {T}/none\n");
	told_up(&(struct want){0}, say, sizeof(say));
	assert_non_null(strstr(say, "%C is no token reattest knows"));
	assert_non_null(strstr(say, "not followed here: RevokedHostKeys"));
	/* IdentitiesOnly: of the agent's keys those alone that are named, if only by their public half. */
	live_shell("ssh-agent -a %s/agent | sed -n 's/.*SSH_AGENT_PID=\\([0-9]*\\).*/\\1/p' >%s/agent.pid; "
		   "SSH_AUTH_SOCK=%s/agent ssh-add -q %s/id_ecdsa 2>/dev/null; cp %s/id_ecdsa.pub %s/half.pub",
		   place.dir, live_host.dir, place.dir, live_host.dir, live_host.dir, place.dir);
	configure("Host esx\n IdentityAgent {T}/agent\n IdentitiesOnly yes\n IdentityFile {T}/half.pub\n");
	struct ra_link *link = open_link(&(struct want){.use_agent = true});
	struct ra_event event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	close_link(link);
	static char only_stranger[] =
	    "Host esx01\n HostName 127.0.0.1\n Port {P}\n UserKnownHostsFile {T}/known\n IdentityAgent {T}/agent\n"
	    " IdentitiesOnly yes\n IdentityFile {D}/id_stranger\nHost none\n";
	configure(only_stranger);
	live_shell("sed -i '/^Host none/,$d' %s/config", place.dir);
	expect_down(&(struct want){.host = "esx01", .use_agent = true}, RA_LINK_REFUSED, "IdentitiesOnly");
	/* Without it the agent's key lets us in. */
	live_shell("sed -i /IdentitiesOnly/d %s/config", place.dir);
	expect_up(&(struct want){.host = "esx01", .use_agent = true});
	live_shell("kill $(cat %s/agent.pid) && rm %s/agent.pid", live_host.dir, live_host.dir);
}

static void test_jump(void **state)
{
	char say[RA_LINK_SAY_MAX];
	configure("Host esx\n ProxyJump jump\nHost esx2\n ProxyJump jump1,jump2\nHost esx3\n ProxyJump "
		  "jump-nowhere\nHost esx4\n Port 1\n "
		  "ProxyJump jump\nHost jump-nowhere\n Port 1\n");
	told_up(&(struct want){0}, say, sizeof(say));
	assert_non_null(strstr(say, "ProxyJump jump"));
	expect_up(&(struct want){.host = "esx2"});
	expect_down(&(struct want){.host = "esx3"}, RA_LINK_UNREACHABLE,
		    "through the jump host jump-nowhere failed, its ssh ended with status 255");
	expect_down(&(struct want){.host = "esx3"}, RA_LINK_UNREACHABLE, "refused\""); /* and no word of who could be asked */
	expect_down(&(struct want){.host = "esx4"}, RA_LINK_UNREACHABLE, "open failed");
	/* The host behind it is judged as ever. */
	live_shell("sed -i /:%d/d %s/known", live_host.port, place.dir);
	expect_down(&(struct want){0}, RA_LINK_REFUSED, "not known here");
	/* And the jump host by ssh, which has nobody to ask. */
	live_shell(": >%s/known", place.dir);
	expect_down(&(struct want){0}, RA_LINK_UNREACHABLE, "Host key verification failed");
	expect_down(&(struct want){0}, RA_LINK_UNREACHABLE,
		    "Nobody can be asked here (ssh ran with BatchMode): use an agent or a shared connection (ControlMaster), or start the walk: "
		    "reattest esx");
}

/* Kill the children of this process but the server that asks; whom: as kill(1) takes $a, the child's number. */
static void kill_children(const char *whom)
{
	live_shell("for f in /proc/[0-9]*/stat; do { read -r a b c d e <$f; } 2>/dev/null && [ \"$d\" = %d ] && "
		   "[ $a != %d ] && [ $a != $$ ] && kill -9 %s 2>/dev/null; done; :",
		   getpid(), place.ask_pid, whom);
}

/* The way breaks while it is used: told, and built anew for the next request. */
/* A jump host that is too busy to greet is asked again, later each time; not for ever. */
static void test_jump_is_crowded(void **state)
{
	configure("Host esx\n ProxyJump jump\n");
	live_shell("cd %s && printf '1\\n2\\n' >crowded", place.dir);
	expect_up(&(struct want){0});
	live_shell("cd %s && [ ! -s crowded ] && seq 9 >crowded", place.dir);
	live_skip_ms = 1000;
	expect_down(&(struct want){0}, RA_LINK_UNREACHABLE, "kex_exchange_identification");
	live_skip_ms = 0;
	live_shell("cd %s && [ $(wc -l <crowded) = 4 ] && rm crowded", place.dir);
}

static void test_jump_breaks(void **state)
{
	configure("Host esx\n ProxyJump jump\n");
	struct ra_link *link = open_link(&(struct want){0});
	struct ra_event event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	kill_children("-$a");
	for (event = live_wait_for(link, RA_EV_STATE); event.state != RA_LINK_DOWN;
	     event = live_wait_for(link, RA_EV_STATE))
		ra_event_clear(&event);
	assert_non_null(strstr(event.say, ", on the way through the jump host jump"));
	ra_event_clear(&event);
	event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	close_link(link);
}

/* The next question from the way to the host. */
static void expect_asked(struct ra_link *link, const char *words, bool echo)
{
	struct ra_event event = live_wait_for(link, RA_EV_NEED);
	if (event.need.kind != RA_NEED_PROMPT || !event.need.on_the_way || event.need.echo != echo ||
	    !strstr(event.need.text, words) || !strstr(event.need.subject, "jump host ") ||
	    !strstr(event.need.subject, ", on the way to esx"))
		fail_msg("asked \"%s\" of \"%s\", echo %d, for %s", event.need.text, event.need.subject,
			 event.need.echo, words);
	assert_int_equal(link->state, RA_LINK_WAITING);
	ra_event_clear(&event);
}

/* A link whose jump host asks for a password now. */
static struct ra_link *link_asked(void)
{
	struct ra_link *link = open_link(&(struct want){.may_ask = true});
	live_submit(link, 1, ECHO, (struct ra_ticket){0});
	expect_asked(link, "Password: ", false);
	return link;
}

static void test_jump_asks(void **state)
{
	if (!place.ask_pid)
		skip();
	configure("Host esx\n ProxyJump ask\n");
	struct ra_link *link = link_asked();
	/* Who thinks for an hour is waited for. */
	struct ra_event event;
	link->ops->step(link, ra_mono_now() + 3600 * 1000);
	link->ops->next(link, &event);
	assert_int_equal(event.kind, RA_EV_NONE);
	assert_int_equal(link->state, RA_LINK_WAITING);
	live_answer_text(link, "correct horse");
	expect_asked(link, "Token: ", false);
	live_answer_text(link, "123456");
	event = live_wait_for(link, RA_EV_REPLY);
	live_expect_out(&event, "hi\n");
	close_link(link);
	/* A wrong answer is asked for again by ssh, as often as it likes; left unanswered it is the end. */
	link = link_asked();
	live_answer_text(link, "wrong");
	expect_asked(link, "Password: ", false);
	link->ops->answer(link, false, NULL);
	event = live_wait_for(link, RA_EV_REPLY);
	live_expect_why(&event, RA_LINK_REFUSED, "what the jump host ask asked was not answered");
	close_link(link);
	/* Nobody there to ask. */
	expect_down(&(struct want){0}, RA_LINK_UNREACHABLE, "Permission denied");
	/* First sight of the jump host, and a key with a passphrase. */
	live_shell("cd %s && sed -i /:%d/d known && cp %s/id_locked . && chmod 600 id_locked", place.dir,
		   place.jump_port, live_host.dir);
	configure("Host esx\n ProxyJump jump\nHost jump\n IdentitiesOnly yes\n IdentityFile {T}/id_locked\n "
		  "UserKnownHostsFile {T}/known\n"
		  " HostName 127.0.0.1\n");
	link = open_link(&(struct want){.may_ask = true});
	live_submit(link, 1, ECHO, (struct ra_ticket){0});
	expect_asked(link, "(yes/no", true);
	live_answer_text(link, "yes");
	expect_asked(link, "passphrase for key", false);
	live_answer_text(link, "open sesame");
	event = live_wait_for(link, RA_EV_REPLY);
	live_expect_out(&event, "hi\n");
	close_link(link);
}

/* Whoever asked is gone before the answer, alone or with what it started: the question goes with it. */
static void test_jump_leaves(void **state)
{
	static const char *const whom[] = {"$a", "-$a"};
	if (!place.ask_pid)
		skip();
	configure("Host esx\n ProxyJump ask\n");
	for (size_t i = 0; i < RA_LEN(whom); i++) {
		struct ra_link *link = link_asked();
		assert_int_equal(left_over(), 1);
		kill_children(whom[i]);
		struct ra_event event = live_wait_for(link, RA_EV_REPLY);
		live_expect_why(&event, RA_LINK_UNREACHABLE, "did not wait for the answer");
		close_link(link);
	}
	/* Freed while it asks. */
	close_link(link_asked());
}

static void test_command(void **state)
{
	static const struct {
		const char *command;
		enum ra_link_why why;
		const char *say;
	} rows[] = {
	    {"busybox nc %h %p", RA_LINK_ANSWERED, ""},
	    {"sh -c 'test %n = esx && busybox nc %h %p'", RA_LINK_ANSWERED, ""},
	    {"false", RA_LINK_UNREACHABLE,
	     "ProxyCommand of the ssh configuration failed, its command ended with status 1; it said nothing"},
	    {"sh -c 'echo the door is shut >&2; exit 9'", RA_LINK_UNREACHABLE,
	     "ended with status 9; it said: \"the door is shut\""},
	    {"sh -c 'printf \"\\033[2Jboo\" >&2; kill -9 $$$$'", RA_LINK_UNREACHABLE, "<1b>[2Jboo"},
	    {"sh -c 'exec >&- <&-; echo on and on >&2; sleep 600'", RA_LINK_UNREACHABLE, "on and on"},
	    {"sh -c 'exec <&-; echo nobody reads >&2; sleep 0.3'", RA_LINK_UNREACHABLE, "nobody reads"},
	    {"/nonexistent/program", RA_LINK_UNREACHABLE, "status 127"},
	    {"echo HTTP/1.1 400 no", RA_LINK_UNREACHABLE, "not as an SSH server: \"HTTP/1.1 400 no\""},
	    {"sleep 600", RA_LINK_TIMEOUT, "nothing came within"},
	    {"sh -c 'trap \"\" TERM; sleep 600 & wait; sleep 600'", RA_LINK_TIMEOUT, "nothing came within"},
	    {"nc %C", RA_LINK_UNREACHABLE, "%C is no token of a ProxyCommand"},
	};
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char text[300];
		snprintf(text, sizeof(text), "Host esx\n ProxyCommand %s\n", rows[i].command);
		configure(text);
		struct want want = {.connect_ms = 700, .handshake_ms = 700};
		if (rows[i].why == RA_LINK_ANSWERED) {
			want.connect_ms = want.handshake_ms = 0;
			expect_up(&want);
		} else {
			expect_down(&want, rows[i].why, rows[i].say);
		}
	}
	configure("Host esx\n ProxyCommand busybox nc %h %p\n ProxyUseFdpass yes\n");
	expect_down(&(struct want){0}, RA_LINK_UNREACHABLE, "ProxyUseFdpass");
	configure("Host esx\n ProxyCommand echo %r >{T}/ran\n");
	expect_down(&(struct want){.user = "lab\\admin"}, RA_LINK_UNREACHABLE, "not safe");
	char ran[200];
	snprintf(ran, sizeof(ran), "%s/ran", place.dir);
	assert_int_equal(access(ran, F_OK), -1);
	/* The child has no descriptor of ours, and its signals at their defaults. */
	configure("Host esx\n ProxyCommand sh -c 'ls /proc/self/fd | tr \"\\n\" \" \" >&2; grep SigIgn "
		  "/proc/self/status | sed s/[01][08]0000000$/000000000/ >&2; exit 1'\n"); /* 32 and 33 are libc's own, and stay as they were */
	int extra = dup(2);
	expect_down(&(struct want){0}, RA_LINK_UNREACHABLE, "it said: \"0 1 2 3 SigIgn: 0000000000000000");
	close(extra);
}

static void test_without(void **state)
{
	const struct want by_name = {.host = "127.0.0.1", .port = live_host.port, .known_hosts = live_host.known_hosts};
	char home[200], path[200];
	snprintf(home, sizeof(home), "%s", getenv("HOME"));
	/* No key of the configuration then: the usual names. */
	live_shell("mkdir -m 700 -p %s/home/.ssh && cp %s/id_ecdsa %s/home/.ssh/", place.dir, live_host.dir, place.dir);
	snprintf(path, sizeof(path), "%s/home", place.dir);
	setenv("HOME", path, 1);
	/* --no-ssh-config: nothing is run, no alias counts. */
	configure("Match exec \"touch {T}/ran\"\n Port 1\n");
	struct want want = by_name;
	want.no_config = true;
	expect_up(&want);
	snprintf(path, sizeof(path), "%s/ran", place.dir);
	assert_int_equal(access(path, F_OK), -1);
	want.host = "esx-without.invalid";
	expect_down(&want, RA_LINK_UNREACHABLE, "esx-without.invalid");
	/* With it, it is run: that is what the switch is for. */
	expect_up(&by_name);
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
	/* One that is wrong, one that takes too long. */
	configure("NoSuchOption yes\n");
	expect_down(&by_name, RA_LINK_UNREACHABLE, "was not tried: your ssh configuration for it is not known: ssh ended with status 255 and said \"");
	expect_down(&by_name, RA_LINK_UNREACHABLE, "nosuchoption");
	configure("Match exec \"sleep 600\"\n Port 1\n");
	expect_down(&by_name, RA_LINK_TIMEOUT, "did not answer within 10 seconds");
	/* None at all. */
	char with[4096];
	snprintf(with, sizeof(with), "%s", getenv("PATH"));
	snprintf(path, sizeof(path), "%s/empty", place.dir);
	setenv("PATH", path, 1);
	struct ra_link *link = open_link(&by_name);
	struct ra_event event = live_ask(link, ECHO);
	live_expect_out(&event, "hi\n");
	close_link(link);
	link = open_link(&(struct want){.host = "esx-without.invalid"});
	event = live_ask(link, ECHO);
	live_expect_why(&event, RA_LINK_UNREACHABLE, "is not used: no ssh client is installed");
	close_link(link);
	setenv("PATH", with, 1);
	setenv("HOME", home, 1);
}

static void test_hostile_names(void **state)
{
	static const char *const names[] = {"-oProxyCommand=touch ran", "-F", "$(id)", "a b", "esx;id", "a/b"};
	const struct ra_clock clock = ra_clock_make(RA_UTC_NONE, 1);
	for (size_t i = 0; i < RA_LEN(names); i++) {
		struct ra_ssh_options options = {.host = names[i], .use_config = true};
		struct ra_link *link = NULL;
		assert_int_equal(ra_link_ssh_new(&options, &clock, &link, NULL), RA_E_ARG);
		assert_null(link);
		options.host = "esx";
		options.user = "-oProxyCommand=touch ran";
		assert_int_equal(ra_link_ssh_new(&options, &clock, &link, NULL), RA_E_ARG);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_alias, each),         cmocka_unit_test_setup(test_home, each),
	    cmocka_unit_test_setup(test_user, each),
	    cmocka_unit_test_setup(test_trust, each),         cmocka_unit_test_setup(test_identities, each),
	    cmocka_unit_test_setup(test_jump, each),          cmocka_unit_test_setup(test_jump_breaks, each),
	    cmocka_unit_test_setup(test_jump_is_crowded, each),
	    cmocka_unit_test_setup(test_jump_asks, each),     cmocka_unit_test_setup(test_jump_leaves, each),
	    cmocka_unit_test_setup(test_command, each),       cmocka_unit_test_setup(test_without, each),
	    cmocka_unit_test_setup(test_hostile_names, each),
	};
	/* The program that ssh asks by is the one that runs: this one, here. */
	if (argc > 0 && ra_askpass_is(argv[0]))
		return ra_askpass_run(argv[0], argc > 1 ? argv[1] : "");
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("ssh config", tests, set_up, tear_down);
}
