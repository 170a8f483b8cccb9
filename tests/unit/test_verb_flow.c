/* reattest flow: the set of the tree is without fault and passes its tests; a fault is named with its place, and the
 * code is 65. */
#include "tests/unit/unit.h"

#include "base/io.h"
#include "verb/verbs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void run_in(const char *dir, const char *command)
{
	char line[1024];

	snprintf(line, sizeof(line), "cd '%s' && %s", dir, command);
	assert_int_equal(system(line), 0);
}

/* The set of the tree, installed beside a program. */
static int make_home(void **state)
{
	static char dir[] = "/tmp/reattest-flow-XXXXXX";
	char command[512];

	if (!mkdtemp(dir))
		return -1;
	snprintf(command, sizeof(command),
		 "mkdir -p bin share/reattest && cp -R '%s/flows' share/reattest/ && chmod -R u+w,go-w share",
		 unit_dir("RA_SRCDIR"));
	run_in(dir, command);
	*state = dir;
	return 0;
}

static int drop_home(void **state)
{
	run_in(*state, "rm -rf bin share out err x");
	return rmdir(*state);
}

struct said {
	int code;
	struct ra_buf out, err;
};

/* The verb with these operands (relative to the home when they begin with "./"). */
static void flow(void **state, const char *const *operands, bool coverage, struct said *said)
{
	char paths[3][512], bin[512], *argv[4] = {0};
	struct ra_options options = {.coverage = coverage, .password_fd = -1, .vcenter_password_fd = -1, .key_fd = -1};
	struct ra_context context = {.options = &options, .argv = argv, .exe_dir = bin};
	int kept[2];

	snprintf(bin, sizeof(bin), "%s/bin", (char *)*state);
	for (; operands[context.argc]; context.argc++) {
		const char *operand = operands[context.argc];
		bool inside = !strncmp(operand, "./", 2);

		snprintf(paths[context.argc], sizeof(paths[0]), "%s%s", inside ? (char *)*state : "", operand + inside);
		argv[context.argc] = paths[context.argc];
	}
	fflush(NULL);
	for (int i = 0; i < 2; i++) {
		char path[512];

		snprintf(path, sizeof(path), "%s/%s", (char *)*state, i ? "err" : "out");
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		kept[i] = dup(i + 1);
		assert_int_equal(dup2(fd, i + 1), i + 1);
		close(fd);
	}
	said->code = ra_verb_flow(&context);
	fflush(NULL);
	for (int i = 0; i < 2; i++) {
		char path[512];

		assert_int_equal(dup2(kept[i], i + 1), i + 1);
		close(kept[i]);
		snprintf(path, sizeof(path), "%s/%s", (char *)*state, i ? "err" : "out");
		ra_buf_reset(i ? &said->err : &said->out);
		assert_int_equal(ra_read_file(path, i ? &said->err : &said->out, NULL), RA_OK);
	}
}

static const struct {
	const char *make, *drop; /* what is done to the home before and after */
	const char *operands[4];
	int code;
	const char *out, *err; /* words to be found, "" for none at all */
} rows[] = {
    {":", ":", {"lint"}, 0, "no fault in ", ""},
    {":", ":", {"test"}, 0, " passed, 0 failed", ""},
    {":", ":", {"lint", "./share/reattest/flows"}, 0, "no fault in ", ""},
    {":",
     ":",
     {"lint", "./share/reattest/flows/tpm-attestation.flow.json", "./share/reattest/flows/tpm-recovery.flow.json"},
     0,
     "no fault in ",
     ""},
    {"sed 's/\"go\": \"no-contact\"/\"go\": \"nowhere\"/' share/reattest/flows/tpm-attestation.flow.json >x",
     "rm x",
     {"lint", "./x"},
     65,
     "",
     "nowhere"},
    {"echo '{\"format\": 1,}' >x", "rm x", {"lint", "./x"}, 65, "", "x:1:14"},
    {":", ":", {"lint", "./none"}, 66, "", "none"},
    {"mkdir x", "rmdir x", {"lint", "./x"}, 66, "", "holds no flow"},
    {"sed 's/\"esxcli\", \"system\", \"stats\", \"uptime\", \"get\"/\"reboot\"/' -i share/reattest/flows/checks/boot-time.json",
     "cp \"$RA_SRCDIR/flows/checks/boot-time.json\" share/reattest/flows/checks/", {"lint"}, 65, "", "boot-time.json:10:"},
    {":", ":", {"show"}, 0, "tpm-attestation          1.", ""},
    {":", ":", {"show", "./share/reattest/flows"}, 0, "tpm-recovery ", ""},
    {":", ":", {"show", "tpm-recovery"}, 0, "\n  boot-with-key  [action by a human, ", ""},
    {":", ":", {"show", "tpm-recovery"}, 0, "\n    else       -> ", ""},
    {":", ":", {"show", "tpm-recovery"}, 0, "  [end: resolved]  ", ""},
    {":", ":", {"show"}, 0, "dell                     maker    Dell PowerEdge\n", ""},
    {":", ":", {"show", "dell"}, 0, "dell  Dell PowerEdge; {bmc} is iDRAC\n  setting tpm: TPM Security: Off, On\n    at F2 > System BIOS", ""},
    {":", ":", {"show", "dell"}, 0, "\n  known ntc: TPM shown as \?\?\?-NTC, generation 14g, with enable-tpm, restore-settings, power-drain\n    On 14G", ""},
    {":", ":", {"show", "hpe"}, 0, "\n  generation gen11: HPE ProLiant Gen11, model (?i)\\bGen11\\b\n  text enable-secure-boot\n    Open", ""},
    {":", ":", {"show", "nothing-of-that-name"}, 66, "", "there is no flow or maker \"nothing-of-that-name\""},
    {":", ":", {"show", "tpm-recovery", "set-mode"}, 0, "\nverify    until ", ""},
    {":", ":", {"show", "tpm-recovery", "set-mod"}, 66, "", "has no step \"set-mod\""},
    {":", ":", {"graph", "tpm-recovery"}, 0, "CANNOT BE UNDONE", ""},
    {":", ":", {"graph", "./share/reattest/flows", "tpm-recovery"}, 0, "</svg>", ""},
    {":", ":", {"graph", "./share/reattest/flows/tpm-recovery.flow.json"}, 0, "tpm-recovery.have-key", ""},
    {":", ":", {"graph", "nothing-of-that-name"}, 66, "", "there is no flow or maker \"nothing-of-that-name\""},
    {":", ":", {"graph", "./x", "./y.json"}, 64, "", "one directory, one file"},
    {":", ":", {NULL}, 64, "", "`lint`, `test`, `show` or `graph`"},
    {":", ":", {"burn"}, 64, "", "\"burn\""},
};

static void verdicts(void **state)
{
	struct said said = {0};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		run_in(*state, rows[i].make);
		flow(state, rows[i].operands, false, &said);
		run_in(*state, rows[i].drop);
		const char *out = ra_buf_str(&said.out), *err = ra_buf_str(&said.err);

		if (said.code != rows[i].code || !strstr(out, rows[i].out) || !strstr(err, rows[i].err) ||
		    (said.code && *out) || (!said.code && *err))
			fail_msg("row %zu: exit %d\n%s\n%s", i, said.code, out, err);
	}
	ra_buf_free(&said.out);
	ra_buf_free(&said.err);
}

/* With --coverage the ways no test takes are named; without it they are only counted. */
static void coverage(void **state)
{
	static const char *const operands[] = {"test", NULL};
	struct said said = {0};
	size_t passed, failed, taken, ways, lines = 0;

	flow(state, operands, true, &said);
	assert_int_equal(said.code, 0);
	assert_int_equal(sscanf(said.out.data, "%zu passed, %zu failed; %zu of %zu", &passed, &failed, &taken, &ways),
			 4);
	assert_true(passed > 0 && failed == 0 && taken > 0 && taken <= ways);
	for (const char *at = ra_buf_str(&said.err); (at = strchr(at, '\n')); at++)
		lines++;
	assert_int_equal(lines > 0, taken < ways);
	ra_buf_free(&said.out);
	ra_buf_free(&said.err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verdicts),
	    cmocka_unit_test(coverage),
	};

	return cmocka_run_group_tests(tests, make_home, drop_home);
}
