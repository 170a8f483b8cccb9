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
	char line[2048];

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

/* The set in ./x with one file changed by sed. */
static void run_spoilt(const char *dir, const char *file, const char *sed)
{
	char command[1024], path[512];

	snprintf(path, sizeof(path), "%s/sed", dir);
	assert_int_equal(ra_write_file(path, 0600, sed, strlen(sed), NULL), RA_OK);
	snprintf(command, sizeof(command),
		 "rm -rf x && cp -R share/reattest/flows x && sed -i -f sed 'x/%s' && rm sed && ! cmp -s 'x/%s' 'share/reattest/flows/%s'",
		 file, file, file);
	run_in(dir, command);
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
    /* rule 6: strict JSON */
    {"printf '{\"format\": 1} {}' >x", "rm x", {"lint", "./x"}, 65, "", "x:1:15: expected the end after the JSON value, found '{'"},
    {"printf '{\"a\": \"\\377\"}' >x", "rm x", {"lint", "./x"}, 65, "", "x:1:8: expected UTF-8"},
    {"printf '{\"a\": \"\\\\u0000\"}' >x", "rm x", {"lint", "./x"}, 65, "", "x:1:8: expected a character other than U+0000"},
    {"printf '{\"a\": 99999999999999999999}' >x", "rm x", {"lint", "./x"}, 65, "", "x:1:7: expected a whole number from -9007199254740991"},
    {"printf '[%.0s' $(seq 33) >x", "rm x", {"lint", "./x"}, 65, "", "x:1:33: expected at most 32 levels of nesting"},
    {"head -c 1048577 /dev/zero | tr '\\0' ' ' >x", "rm x", {"lint", "./x"}, 65, "", "1048576"},
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
    {":", ":", {"where"}, 0, "/share/reattest/flows\n", ""},
    /* own files, as they lie in the user's own directory: read with the installed set */
    {"mkdir -p x/causes && sed 's/\"crb-only\"/\"mine\"/' share/reattest/flows/causes/crb-only.json >x/causes/mine.json", "rm -r x",
     {"lint", "./x"}, 0, "no fault in ", ""},
    {"mkdir -p x/causes && cp share/reattest/flows/causes/crb-only.json x/causes/", "rm -r x", {"lint", "./x"}, 65, "",
     "x/causes/crb-only.json:4:9: the id \"crb-only\" is that of another cause"},
    {":", ":", {NULL}, 64, "", "`lint`, `test`, `show`, `graph` or `where`; see"},
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

#define FLOW "tpm-attestation.flow.json"
#define FIRST(text) "0,/" text "/s/" text "/"
/* What authors mistype: sed on a file of the set, the place that is told, and words of what is wrong and what to do. */
static const struct {
	const char *file, *sed, *place;
	const char *says[3];
} mistakes[] = {
    {"causes/crb-only.json", "s/\"title\"/\"titel\"/", ":5:", {"unknown key \"titel\"", "or x_", "is \"title\" meant?"}},
    {"causes/crb-only.json", "/\"rank\"/s/,//", ":7:3:", {"expected ',' or '}', found '\"'"}},
    {"causes/crb-only.json", "$s/}/,}/", ":", {"expected a key in quotes, found '}'"}},
    {"causes/crb-only.json", "$d", ":", {"expected ',' or '}', found the end"}},
    {"causes/crb-only.json", "3s/,/, # mine/", ":3:16:", {"expected a key in quotes, found '#'"}},
    {"causes/crb-only.json", "5s/\"/'/g", ":5:3:", {"expected a key in quotes, found '"}},
    {"causes/crb-only.json", "3s/,/, \"format\": 1,/", ":3:16:", {"\"format\" again (first at 3:3)"}},
    {"causes/crb-only.json", "/\"rank\"/s/[0-9][0-9]*/\"1\"/", ":6:", {"\"rank\": expected a whole number"}},
    {"causes/crb-only.json", "s/\"id\": \"crb-only\"/\"id\": \"CRB only\"/", ":4:9:", {"lower-case words joined by -"}},
    {"causes/crb-only.json", "s/\"confidence\": \"[a-z]*\"/\"confidence\": \"mediun\"/", ":20:", {"is \"medium\" meant?"}},
    {"causes/crb-only.json", "/\"resolution\"/d", ":1:1:", {"expected the key \"resolution\""}},
    {FLOW, FIRST("\"else\": \"[a-z-]*\"") "\"else\": \"dveice\"/", ":", {"\"else\" leads to \"dveice\"", "is \"device\" meant?"}},
    {FLOW, FIRST("\"else\": \"[a-z-]*\",") "/", ":", {": expected \"else\": the step to go to when no edge is true"}},
    {FLOW, FIRST("\"fact\": \"host.kind\"") "\"fact\": \"host.knid\"/", ":", {"the fact host.knid", "is \"host.kind\" meant?"}},
    {FLOW, FIRST("\"is\": true") "\"is\": \"true\"/", ":", {" is bool", "held against true or false"}},
    {FLOW, FIRST("\"is\": true") "\"equals\": true/", ":", {"expected a condition: all, any, not, or a fact with is, in"}},
    {FLOW, FIRST("\"kind\": \"check\"") "\"kind\": \"chek\"/", ":", {"is \"check\" meant?"}},
    {FLOW, "/\"set-sha256\": {/,/\"gate\"/s/\"gate\"/\"x_gate\"/", ":", {"step set-sha256: changes pcr_bank: expected \"gate\""}},
    {FLOW, FIRST("\"touches\": \\[\"") "\"touches\": [\"an-/", ":", {"expected a class of danger.json, found \"an-"}},
    {FLOW, FIRST("\"recovery\"") "\"x_recovery\"/", ":", {"step restart-host: expected \"undo\" or \"recovery\": a step, or a text"}},
    {FLOW, FIRST("\"outcome\": \"resolved\"") "\"outcome\": \"resolvd\"/", ":", {"is \"resolved\" meant?"}},
    {FLOW, FIRST("\"2a\", \"2b\"") "\"2a\", \"2z\", \"2b\"/", ":", {"covers: no step and no cause names section \"2z\""}},
    {FLOW, "/^  \"tests\"/,$s/\"outcome\": \"resolved\"/\"outcome\": \"rebuild\"/", ":", {"test \"", "the outcome is "}},
    {"checks/boot-time.json", "s/\"uptime\"/\"uptimes\"/", ":10:", {"refused: \"esxcli system stats uptimes get\"", "reattest-flow(5)"}},
    {"checks/boot-time.json", "s/builtin:uptime-us/builtin:uptime-su/", ":10:", {"is \"uptime-us\" meant?"}},
    {"checks/config-encryption.json", FIRST("\"text\"") "\"string\"/", ":", {"\"type\" must be bool, int, text, version, time or list"}},
    {"checks/config-encryption.json", FIRST("\"pointer\"") "\"column\"/", ":", {"unknown key \"column\""}},
    {"signatures/tpm.json", FIRST("\"pattern\": \"") "\"pattern\": \"(/", ":", {"missing closing parenthesis"}},
    {"signatures/tpm.json", FIRST("\"sample\": \"[^\"]*") "\"sample\": \"tpm/", ":", {"its sample does not hold its literal"}},
    {"signatures/tpm.json", FIRST("\"cause\": \"sha1") "\"cause\": \"sha2/", ":", {"there is no cause \"sha2-bank\"", "is \"sha1-bank\" meant?"}},
    {"vendors/dell.json", "s/\"match\"/\"matches\"/", ":", {"is \"match\" meant?"}},
    {"glossary.json", "s/\"never\"/\"newer\"/", ":", {"is \"never\" meant?"}},
};

/* Each mistake is told: with the file, the line and the column, in words that help. */
static void each_mistake_is_told(void **state)
{
	static const char *const operands[] = {"lint", "./x", NULL};
	struct said said = {0};
	size_t missed = 0;

	for (size_t i = 0; i < RA_LEN(mistakes); i++) {
		char place[128];

		run_spoilt(*state, mistakes[i].file, mistakes[i].sed);
		flow(state, operands, false, &said);
		snprintf(place, sizeof(place), "%s%s", mistakes[i].file, mistakes[i].place);
		const char *at = strstr(ra_buf_str(&said.err), place);
		int line = 0, col = 0;
		bool told = said.code == 65 && at && !*ra_buf_str(&said.out) &&
			    sscanf(at + strlen(mistakes[i].file), ":%d:%d: ", &line, &col) == 2 && line && col;

		for (size_t k = 0; k < RA_LEN(mistakes[i].says) && mistakes[i].says[k]; k++)
			told = told && strstr(ra_buf_str(&said.err), mistakes[i].says[k]);
		if (!told) {
			missed++;
			print_error("%s: %s: exit %d\n%s\n", mistakes[i].file, mistakes[i].sed, said.code, ra_buf_str(&said.err));
		}
	}
	run_in(*state, "rm -rf x");
	assert_int_equal(missed, 0);
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

/* A way no test takes: named and a failure with --coverage, only counted without. */
static void an_untaken_way_fails(void **state)
{
	static const char *const operands[] = {"test", "./x", NULL};
	struct said said = {0};

	run_spoilt(*state, "tpm-recovery.flow.json", "s/^  \"tests\": \\[/  \"tests\": [], \"x_tests\": [/");
	flow(state, operands, true, &said);
	assert_int_equal(said.code, 65);
	assert_non_null(strstr(ra_buf_str(&said.err), "tpm-recovery.flow.json:"));
	assert_non_null(strstr(ra_buf_str(&said.out), " 0 failed; "));
	flow(state, operands, false, &said);
	assert_int_equal(said.code, 0);
	assert_string_equal(ra_buf_str(&said.err), "");
	run_in(*state, "rm -rf x");
	ra_buf_free(&said.out);
	ra_buf_free(&said.err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verdicts),
	    cmocka_unit_test(coverage),
	    cmocka_unit_test(an_untaken_way_fails),
	    cmocka_unit_test(each_mistake_is_told),
	};

	return cmocka_run_group_tests(tests, make_home, drop_home);
}
