/* bench_ssh.c - what it costs to ask ESXi hosts over SSH: the link alone, the whole program, and what an administrator
 * would run instead. Everybody asks the same servers for the same recorded answers, in one run, in turns, on the
 * loopback at once and through a delay of our own. Times are printed as medians and ratios, never judged; README.md
 * beside this holds the last ones. */
#include "config.h"

#include "ssh_bench.h"

#include "base/io.h"
#include "base/json.h"
#include "base/own.h"
#include "link/quote.h"

#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define ROUNDS_MAX 9
#define CHECKS 12
#define FEW 6 /* put to many hosts: the first of them */
#define HOSTS 100
#define SERVERS 7
#define LIMIT_MS 120000
/* From here on the network is slower than a busy machine, and round trips are what they are (ssh_delay.c). */
#define COUNTED_MS 100

/* The checks whose request is a command, but for the one whose answer is a secret. */
static const char *const checks[CHECKS] = {
    "esxi-version",
    "trustedboot",
    "secure-boot-state",
    "config-encryption",
    "host-identity",
    "tpm-driver",
    "boot-time",
    "tpm-module",
    "acceptance-level",
    "host-clock",
    "secure-boot-can-enable",
    "maintenance-mode",
};

/* How far away the hosts are. */
static const struct distance {
	const char *name;
	int rtt_ms;
	const char *net; /* part of the names of files of ssh_hosts.sh */
} distances[] = {{"loopback", 0, "1"}, {"RTT 20 ms", 20, "2"}, {"RTT 100 ms", 100, "2"}};
enum { DISTANCES = sizeof(distances) / sizeof(distances[0]) };

/* One way of asking. Shape: the script finds in its environment SELF (this program), D (the directory of ssh_hosts.sh),
 * NET, HOST and TARGET (the first host), NAMES of the checks, ASK (all commands in one), ASK_1 to ASK_12, and COUNT of
 * them. */
struct way {
	const char *what;
	int rounds[DISTANCES];
	const char *script;
	const char *proof; /* stands in its output once for every host, or more often; NULL: it has looked itself, and tells its own time */
	const char *tool, *package; /* that it needs, and what brings that; NULL */
};
struct result {
	double ms[ROUNDS_MAX], cpu_ms[ROUNDS_MAX], server_ms[ROUNDS_MAX];
	double round_trips; /* the fewest of all rounds; -1: not counted */
	long peak_kb;
	int live;
	int rounds;
	bool missing;
};

#define KEYS "$D/known_hosts $D/server0/id_ecdsa"
#define LINK(parallel, hosts) "exec \"$SELF\" link " parallel " $COUNT $D/" hosts ".$NET $D/requests " KEYS " $USER"
#define PROGRAM "exec ./reattest check --only $NAMES --identity $D/server0/id_ecdsa --known-hosts $D/known_hosts "
#define EACH(command) "for i in $(seq $COUNT); do eval \"ask=\\$ASK_$i\"; " command " \"$ask\" || exit; done"
#define SSH "ssh -F $D/ssh.conf $HOST"
#define MASTER "ssh -F $D/ssh.conf -o ControlMaster=auto -o ControlPersist=10 -o ControlPath=$D/master $HOST"
#define PSSH "parallel-ssh -p 64 -t 60 -h $D/names.$NET -i -x \"-F $D/ssh.conf\""
#define CLUSH "clush -S -f 64 --hostfile $D/names.$NET -o \"-F $D/ssh.conf\""
#define ANSIBLE(program) "exec " program " -i $D/names.$NET -f 64 "
#define BUILD "Releasebuild" /* the answer to the first command holds it */

/* The first is the link, the second what it is measured against. */
static const struct way one_host[] = {
    {"the link", {7, 5, 5}, LINK("1", "one"), NULL, NULL, NULL},
    {"one ssh with all commands", {7, 5, 5}, "exec " SSH " \"$ASK\"", BUILD, NULL, NULL},
    {"reattest check", {7, 5, 5}, PROGRAM "$TARGET", "8.0.2", NULL, NULL},
    {"ssh with ControlMaster, one a command", {5, 3, 1}, EACH(MASTER) "; " MASTER " -O exit 2>&1", BUILD, NULL, NULL},
    {"ssh, one a command", {1, 1, 1}, EACH(SSH), BUILD, NULL, NULL},
};
static const struct way many_hosts[] = {
    {"the link", {5, 3, 3}, LINK("64", "all"), NULL, NULL, NULL},
    {"pssh with all commands", {5, 3, 3}, "exec " PSSH " \"$ASK\"", BUILD, "parallel-ssh", "pssh"},
    {"reattest check", {5, 3, 3}, PROGRAM "--parallel 64 --hosts $D/targets.$NET", "8.0.2", NULL, NULL},
    {"pssh, one a command", {1, 0, 0}, EACH(PSSH), BUILD, "parallel-ssh", "pssh"},
    {"clush with all commands", {1, 0, 0}, "exec " CLUSH " \"$ASK\"", BUILD, "clush", "clustershell"},
    {"ansible, one raw with all commands", {1, 0, 0}, ANSIBLE("ansible") "all -m raw -a \"$ASK\"", BUILD, "ansible", "ansible-core"},
    {"ansible, a raw task a command", {1, 0, 0}, ANSIBLE("ansible-playbook") "$D/playbook.yml", "ok=6", "ansible-playbook", "ansible-core"},
};
static const struct group {
	const char *what;
	const struct way *ways;
	int way_count, hosts, count;
} groups[] = {{"1 host, 12 checks", one_host, RA_LEN(one_host), 1, CHECKS},
	      {"100 hosts, 6 checks each", many_hosts, RA_LEN(many_hosts), HOSTS, FEW}};
enum { LINK_WAY, BASE_WAY, PROGRAM_WAY, WAYS_MAX = 8 };

struct bench {
	char dir[64], self[512];
	struct bench_server hosts, delay;
	bool delayed, counted;
	pid_t sshd[SERVERS];
};

static char *path(const struct bench *b, const char *name, const char *net)
{
	static char out[128];

	snprintf(out, sizeof(out), "%s/%s%s", b->dir, name, net);
	return out;
}

static void write_text(const struct bench *b, const char *name, const struct ra_buf *text)
{
	bench_must(ra_write_file(path(b, name, ""), 0, ra_buf_str(text), text->len, NULL) == RA_OK,
		   "%s cannot be written", name);
}

/* The request of a check over SSH, from its file. Owner: caller frees. */
static cJSON *request_of(const char *check)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	char file[600];
	const cJSON *plane;
	cJSON *request = cJSON_CreateObject();

	snprintf(file, sizeof(file), "%s/flows/checks/%s.json", getenv("RA_SRCDIR") ? getenv("RA_SRCDIR") : ".", check);
	bench_must(ra_read_file(file, &text, NULL) == RA_OK &&
		       ra_json_parse(file, ra_buf_str(&text), text.len, NULL, &doc, NULL) == RA_OK,
		   "%s cannot be read (RA_SRCDIR: the source tree)", file);
	plane = ra_json_get(ra_json_root(doc), "planes")->child;
	while (plane && strcmp(ra_json_str(plane, "via", ""), "ssh") != 0)
		plane = plane->next;
	bench_must(request && plane && ra_json_get(plane, "run"), "%s is no command over SSH", check);
	cJSON_AddItemToObject(request, "run", cJSON_Duplicate(ra_json_get(plane, "run"), true));
	return request;
}

/* The same questions for everybody: the link's requests, the shells' commands, a playbook of the first few. */
static void write_questions(const struct bench *b)
{
	RA_AUTO(ra_buf_free) struct ra_buf requests = {0}, playbook = {0};
	ra_err err = ra_buf_text(&playbook, "- hosts: all\n  gather_facts: false\n  tasks:\n");
	char name[16];

	for (int i = 0; i < CHECKS && !err; i++) {
		RA_AUTO(ra_buf_free) struct ra_buf command = {0};
		RA_AUTO(ra_cjson_free) cJSON *request = request_of(checks[i]);
		char *text = ra_json_print(request);

		bench_must(text && ra_quote_request(request, &command) == RA_OK, "no memory");
		err = ra_buf_printf(&requests, "%s\n", text);
		free(text);
		snprintf(name, sizeof(name), "ASK_%d", i + 1);
		setenv(name, ra_buf_str(&command), 1);
		bench_must(i >= FEW || !strpbrk(ra_buf_str(&command), "\"\\'"),
			   "a command that a playbook would have to quote");
		if (i < FEW && !err)
			err = ra_buf_printf(&playbook, "  - raw: \"%s\"\n", ra_buf_str(&command));
	}
	bench_must(!err, "no memory");
	write_text(b, "requests", &requests);
	write_text(b, "playbook.yml", &playbook);
}

/* What the scripts of a group find in their environment. */
static void tell_group(const struct bench *b, const struct group *group, const struct distance *distance)
{
	RA_AUTO(ra_buf_free) struct ra_buf ask = {0}, names = {0}, target = {0};
	char name[16], count[16], host[32];
	ra_err err = RA_OK;

	for (int i = 0; i < group->count && !err; i++) {
		snprintf(name, sizeof(name), "ASK_%d", i + 1);
		err = ra_buf_printf(&ask, "%s%s", i ? "; " : "", getenv(name));
		if (!err)
			err = ra_buf_printf(&names, "%s%s", i ? "," : "", checks[i]);
	}
	bench_must(!err && ra_read_file(path(b, "targets.", distance->net), &target, NULL) == RA_OK, "no hosts");
	target.data[strcspn(target.data, "\n")] = '\0';
	snprintf(count, sizeof(count), "%d", group->count);
	snprintf(host, sizeof(host), "127.0.%s.1", distance->net);
	setenv("ASK", ra_buf_str(&ask), 1);
	setenv("NAMES", ra_buf_str(&names), 1);
	setenv("TARGET", target.data, 1);
	setenv("COUNT", count, 1);
	setenv("HOST", host, 1);
	setenv("NET", distance->net, 1);
}

/* Of the caller's environment nothing counts that could lead a client elsewhere. */
static void tell_all(const struct bench *b, const char *user)
{
	static const char *const gone[] = {"SSH_AUTH_SOCK", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
					   "GOVC_URL"};
	char home[128], config[128];

	for (size_t i = 0; i < RA_LEN(gone); i++)
		unsetenv(gone[i]);
	snprintf(home, sizeof(home), "%s/home", b->dir);
	snprintf(config, sizeof(config), "%s/ansible.cfg", b->dir);
	setenv("HOME", home, 1);
	setenv("ANSIBLE_CONFIG", config, 1);
	setenv("LC_ALL", "C.UTF-8", 1); /* ansible insists */
	setenv("SELF", b->self, 1);
	setenv("D", b->dir, 1);
	setenv("USER", user, 1);
}

static bool has_tool(const char *tool)
{
	char command[128];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", tool);
	return system(command) == 0;
}

/* How many lines of the output hold a word. */
static int count_word(const struct bench *b, const char *word)
{
	FILE *file = fopen(path(b, "out", ""), "r");
	char line[4096];
	int count = 0;

	bench_must(file != NULL, "no output");
	while (fgets(line, sizeof(line), file))
		count += strstr(line, word) != NULL;
	fclose(file);
	return count;
}

/* The number a way told, in place of what its process took. */
static void read_told(const struct bench *b, struct bench_took *took, int *live)
{
	FILE *file = fopen(path(b, "out", ""), "r");

	bench_must(file && fscanf(file, "%lf %d", &took->ms, live) == 2, "the link told nothing");
	fclose(file);
}

/* Run a way; once more when it fails, since servers and clients have the machine not to themselves. Out: *server_ms before it. */
static struct bench_took run_script(struct bench *b, const struct group *group, const struct way *way, double *server_ms)
{
	for (int tries = 1;; tries++) {
		*server_ms = bench_cpu_ms(b->sshd, SERVERS);
		if (b->counted)
			bench_ask(&b->delay); /* what was before does not count */
		struct bench_took took = bench_run(way->script, path(b, "out", ""), LIMIT_MS);

		if (took.status == 0)
			return took;
		fprintf(stderr, "bench_ssh: %s, %s: exit %d; the end of what it says:\n", group->what, way->what, took.status);
		(void)!system("tail -n 5 \"$D/out\" >&2");
		bench_must(tries < 2, "the script: %s", way->script);
	}
}

static void run_way(struct bench *b, const struct group *group, const struct way *way, struct result *result)
{
	int round = result->rounds;
	double server_ms;
	struct bench_took took = run_script(b, group, way, &server_ms);

	if (way->proof)
		bench_must(count_word(b, way->proof) >= group->hosts, "%s, %s: not every host answered", group->what, way->what);
	else
		read_told(b, &took, &result->live);
	result->ms[round] = took.ms;
	result->cpu_ms[round] = took.cpu_ms / group->hosts;
	result->server_ms[round] = (bench_cpu_ms(b->sshd, SERVERS) - server_ms) / group->hosts;
	result->peak_kb = took.peak_kb > result->peak_kb ? took.peak_kb : result->peak_kb;
	if (b->counted && group->hosts == 1) {
		int connections, halves;

		bench_ask(&b->delay);
		bench_must(sscanf(b->delay.said, "%d %d", &connections, &halves) == 2 && connections > 0,
			   "nothing came this way");
		double trips = halves / 2.0;

		result->round_trips =
		    result->round_trips < 0 || trips < result->round_trips ? trips : result->round_trips;
	}
	result->rounds++;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* For what comes in ticks of the clock. */
static double mean(const double *values, int count)
{
	double sum = 0;

	for (int i = 0; i < count; i++)
		sum += values[i];
	return sum / count;
}

static double median(const double *values, int count)
{
	double sorted[ROUNDS_MAX];

	memcpy(sorted, values, (size_t)count * sizeof(sorted[0]));
	qsort(sorted, (size_t)count, sizeof(sorted[0]), by_value);
	return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

/* A column "1.12 (0.98-1.30)": round by round, for as many rounds as both have; empty against itself and against nothing. */
static void print_ratio(const struct result *result, const struct result *base)
{
	int count = result->rounds < base->rounds ? result->rounds : base->rounds;
	double ratios[ROUNDS_MAX];

	if (!count || result == base) {
		printf(" |");
		return;
	}
	for (int i = 0; i < count; i++)
		ratios[i] = result->ms[i] / base->ms[i];
	qsort(ratios, (size_t)count, sizeof(ratios[0]), by_value);
	printf(" %.2f", ratios[count / 2]);
	if (count > 1)
		printf(" (%.2f-%.2f)", ratios[0], ratios[count - 1]);
	printf(" |");
}

static void print_row(const struct way *way, const struct result *result, const struct result *results)
{
	if (result->missing)
		printf("| %s | not measured: no %s here (Debian: %s) | | | | |\n", way->what, way->tool, way->package);
	if (!result->rounds)
		return;
	printf("| %s |", way->what);
	print_ratio(result, &results[BASE_WAY]);
	print_ratio(result, &results[LINK_WAY]);
	printf(" %.0f | %.1f | %.0f |", median(result->ms, result->rounds), median(result->cpu_ms, result->rounds),
	       mean(result->server_ms, result->rounds));
	if (result->round_trips >= 0)
		printf(" %.1f |", result->round_trips);
	putchar('\n');
}

/* A table as README.md has it. */
static void print_group(const struct group *group, const struct distance *distance, const struct result *results)
{
	bool counted = results[LINK_WAY].round_trips >= 0;

	printf("ssh: %s, %s\n\n| | x %s | x the link | ms | CPU ms a host | of the host |%s\n|---|---|---|---|---|---|%s\n",
	       distance->name, group->what, group->ways[BASE_WAY].what, counted ? " round trips |" : "", counted ? "---|" : "");
	for (int i = 0; i < group->way_count; i++)
		print_row(&group->ways[i], &results[i], results);
	putchar('\n');
	fflush(stdout);
}

/* All ways in turns: the first round of each, the second of those that have one, and so on. */
static void measure(struct bench *b, const struct group *group, int distance, struct result *results)
{
	tell_group(b, group, &distances[distance]);
	for (int i = 0; i < group->way_count; i++) {
		results[i] = (struct result){.round_trips = -1};
		results[i].missing =
		    group->ways[i].tool && group->ways[i].rounds[distance] && !has_tool(group->ways[i].tool);
	}
	for (int round = 0; round < ROUNDS_MAX; round++)
		for (int i = 0; i < group->way_count; i++)
			if (round < group->ways[i].rounds[distance] && !results[i].missing)
				run_way(b, group, &group->ways[i], &results[i]);
	print_group(group, &distances[distance], results);
}

/* How much more memory many hosts take than one with the same questions. */
static void print_memory(struct bench *b, const struct result *many)
{
	static const struct way one[] = {{"the link", {0}, LINK("1", "one"), NULL, NULL, NULL},
					 {"reattest check", {0}, PROGRAM "--parallel 64 $TARGET", "8.0.2", NULL, NULL}};
	const struct group group = {"1 host, 6 checks", one, RA_LEN(one), 1, FEW};
	struct result link = {.round_trips = -1}, program = {.round_trips = -1};
	struct rusage own;

	tell_group(b, &group, &distances[0]);
	run_way(b, &group, &one[0], &link);
	run_way(b, &group, &one[1], &program);
	/* What a process was before it became another counts as its peak, too. */
	if (getrusage(RUSAGE_SELF, &own) || own.ru_maxrss >= link.peak_kb) {
		printf("ssh: memory: not measured: this program takes more than the link itself\n\n");
		return;
	}
	printf("ssh: memory: the link: %.0f kB for each of %d hosts live at once (peak %ld kB, with one host %ld kB)\n",
	       (double)(many[LINK_WAY].peak_kb - link.peak_kb) / (many[LINK_WAY].live - 1), many[LINK_WAY].live,
	       many[LINK_WAY].peak_kb, link.peak_kb);
	printf("ssh: memory: reattest check: %.0f kB for each of %d hosts, 64 at a time (peak %ld kB, with one host "
	       "%ld kB)\n\n",
	       (double)(many[PROGRAM_WAY].peak_kb - program.peak_kb) / (HOSTS - 1), HOSTS, many[PROGRAM_WAY].peak_kb,
	       program.peak_kb);
	fflush(stdout);
}

/* Start the hosts. Out: false, said why, when they cannot be here. */
static bool start_hosts(struct bench *b)
{
	char script[600];
	char *argv[] = {script, b->dir, NULL};

	snprintf(b->dir, sizeof(b->dir), "/tmp/ra-bench-XXXXXX");
	bench_must(mkdtemp(b->dir) != NULL, "no directory");
	snprintf(script, sizeof(script), "%s/tests/bench/ssh_hosts.sh",
		 getenv("RA_SRCDIR") ? getenv("RA_SRCDIR") : ".");
	if (!bench_serve(&b->hosts, argv)) {
		bench_must(bench_end(&b->hosts) == 77, "the hosts do not start");
		printf("ssh: not measured: %s\n", b->hosts.said);
		(void)rmdir(b->dir);
		return false;
	}
	FILE *pids = fopen(path(b, "pids", ""), "r");

	for (int i = 0; i < SERVERS; i++)
		bench_must(pids && fscanf(pids, "%d", &b->sshd[i]) == 1, "no server %d", i);
	fclose(pids);
	return true;
}

static void start_delay(struct bench *b, const struct distance *distance)
{
	char rtt[16];
	char *argv[] = {b->self, "delay", rtt, path(b, "all.", distance->net), NULL};

	snprintf(rtt, sizeof(rtt), "%d", distance->rtt_ms);
	b->delayed = distance->rtt_ms > 0;
	b->counted = distance->rtt_ms >= COUNTED_MS;
	bench_must(!b->delayed || bench_serve(&b->delay, argv), "no delay");
}

static void end_delay(struct bench *b)
{
	if (b->delayed)
		bench_must(bench_end(&b->delay) == 0, "the delay failed");
	b->delayed = b->counted = false;
}

static void measure_all(struct bench *b)
{
	static struct result results[WAYS_MAX];

	for (int distance = 0; distance < DISTANCES; distance++) {
		start_delay(b, &distances[distance]);
		for (size_t i = 0; i < RA_LEN(groups); i++)
			measure(b, &groups[i], distance, results);
		end_delay(b);
		if (distance == 0)
			print_memory(b, results);
	}
}

int main(int argc, char **argv)
{
	static struct bench b;
	const struct passwd *user = getpwuid(geteuid());
	sigset_t child_ends;
	ssize_t len = readlink("/proc/self/exe", b.self, sizeof(b.self) - 1);

	if (argc > 1 && strcmp(argv[1], "link") == 0)
		return bench_link(argc - 2, argv + 2);
	if (argc > 1 && strcmp(argv[1], "delay") == 0)
		return bench_delay(argc - 2, argv + 2);
	bench_must(len > 0 && user, "no /proc, or nobody runs this");
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&child_ends);
	sigaddset(&child_ends, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child_ends, NULL);
	if (!start_hosts(&b))
		return 0;
	/* After the hosts' servers went their way: what a client leaves behind comes here. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	tell_all(&b, user->pw_name);
	write_questions(&b);
	measure_all(&b);
	return bench_end(&b.hosts);
}
