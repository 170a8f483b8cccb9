/* reattest doctor: what it finds in a home that is in order, and in one that is not. */
#include "tests/unit/unit.h"

#include "base/io.h"
#include "base/json.h"
#include "base/secret.h"
#include "verb/verbs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static void run_in(const char *dir, const char *command)
{
	char line[1024];

	snprintf(line, sizeof(line), "cd '%s' && %s", dir, command);
	assert_int_equal(system(line), 0);
}

/* A home with flows beside the program; everything doctor looks at lies in it. */
static int make_home(void **state)
{
	static char dir[] = "/tmp/reattest-doctor-XXXXXX";
	char path[512];

	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path),
		 "mkdir -p bin share/reattest .ssh && cp -R '%s/flows' share/reattest/ && "
		 "chmod -R go-w share && : >.ssh/known_hosts && chmod 600 .ssh/known_hosts",
		 unit_dir("RA_SRCDIR"));
	run_in(dir, path);
	setenv("HOME", dir, 1);
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_DATA_HOME");
	unsetenv("SSH_AUTH_SOCK");
	*state = dir;
	return 0;
}

static int drop_home(void **state)
{
	run_in(*state, "rm -rf bin share .ssh .local out");
	return rmdir(*state);
}

static bool no_config; /* --no-ssh-config */

/* The verb's document and its exit code. */
static int doctor(void **state, const char *format, const char *known_hosts, struct ra_buf *out)
{
	char bin[512], file[512];
	struct ra_options options = {.format = format, .known_hosts = known_hosts, .password_fd = -1, .vcenter_password_fd = -1, .key_fd = -1, .no_ssh_config = no_config};
	struct ra_context context = {.options = &options, .exe_dir = bin};

	snprintf(bin, sizeof(bin), "%s/bin", (char *)*state);
	snprintf(file, sizeof(file), "%s/out", (char *)*state);
	options.output = file;
	int code = ra_verb_doctor(&context);

	ra_buf_reset(out);
	assert_int_equal(ra_read_file(file, out, NULL), RA_OK);
	return code;
}

static const char *row_text(const struct ra_json *doc, const char *id, const char *key)
{
	const cJSON *row;

	cJSON_ArrayForEach (row, ra_json_get(ra_json_root(doc), "rows"))
		if (!strcmp(ra_json_str(row, "id", ""), id))
			return ra_json_str(row, key, "");
	fail_msg("no row %s", id);
	return "";
}

static bool row_notes(const struct ra_json *doc, const char *id, const char *words)
{
	const cJSON *row, *note;

	cJSON_ArrayForEach (row, ra_json_get(ra_json_root(doc), "rows"))
		if (!strcmp(ra_json_str(row, "id", ""), id))
			cJSON_ArrayForEach (note, ra_json_get(row, "notes"))
				if (strstr(note->valuestring, words))
					return true;
	return false;
}

/* What is done to the home, and the row that then says so. */
static const struct {
	const char *spoil, *mend, *row, *state, *words;
	int code;
} rows[] = {
    {":", ":", "flows", "ok", "sha256 ", 0},
    {":", ":", "https_libraries", "ok", "requests to vCenter", 0},
    {":", ":", "core_dumps", "ok", "", 0},
    {":", ":", "sessions", "ok", "not there yet", 0},
    {":", ":", "known_hosts", "ok", "", 0},
    {"mv share/reattest/flows/danger.json away", "mv away share/reattest/flows/danger.json", "flows", "broken", "danger", 78},
    {"chmod g+w share/reattest/flows/danger.json", "chmod g-w share/reattest/flows/danger.json", "flows", "broken",
     "danger.json", 78},
    {"echo '{' >share/reattest/flows/checks/x.json", "rm share/reattest/flows/checks/x.json", "flows", "broken",
     "x.json:", 78},
    {": >.local", "rm .local", "sessions", "broken", "cannot be written to", 78},
    {"mkdir -p .local/state/reattest/sessions && chmod 755 .local/state/reattest/sessions", "rm -r .local", "sessions",
     "note", "mode 0755", 0},
    {"mkdir -m 700 -p .local/state/reattest/sessions", "rm -r .local", "sessions", "ok", "", 0},
    {"rm .ssh/known_hosts", ": >.ssh/known_hosts && chmod 600 .ssh/known_hosts", "known_hosts", "ok", "not there yet",
     0},
    {"chmod 666 .ssh/known_hosts", "chmod 600 .ssh/known_hosts", "known_hosts", "note", "others may write", 0},
    {"rm .ssh/known_hosts && mkdir .ssh/known_hosts", "rmdir .ssh/known_hosts && : >.ssh/known_hosts", "known_hosts",
     "broken", "no host is trusted", 78},
};

static void states(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_json_free) struct ra_json *doc = NULL;

		run_in(*state, rows[i].spoil);
		int code = doctor(state, "json", NULL, &out);

		run_in(*state, rows[i].mend);
		assert_int_equal(ra_json_parse("doctor", out.data, out.len, NULL, &doc, NULL), RA_OK);
		if (code != rows[i].code || strcmp(row_text(doc, rows[i].row, "state"), rows[i].state))
			fail_msg("%s: exit %d, %s\n%s", rows[i].spoil, code, row_text(doc, rows[i].row, "state"),
				 out.data);
		if (*rows[i].words && !row_notes(doc, rows[i].row, rows[i].words))
			fail_msg("%s: no note with \"%s\"\n%s", rows[i].spoil, rows[i].words, out.data);
		assert_int_equal(ra_json_bool(ra_json_root(doc), "ready", code != 0), code == 0);
	}
}

/* The ssh client: none, one that is there, one that does not read its configuration, one that never answers. */
static void client(void **state)
{
	static const struct {
		const char *script, *state, *value, *words; /* script NULL: no ssh */
		bool off;
	} clients[] = {
	    {NULL, "note", "none", "no ssh configuration is used", false},
	    {"[ $1 = -V ] && { echo OpenSSH_9.2 >&2; exit; }; printf 'hostname localhost\\nport 22\\n'", "ok", "OpenSSH_9.2",
	     "is read by it", false},
	    {"[ $1 = -V ] && { echo OpenSSH_9.2 >&2; exit; }; echo 'line 3: bad' >&2; exit 255", "note", "OpenSSH_9.2",
	     "does not read its configuration: line 3: bad", false},
	    {"[ $1 = -V ] && { echo OpenSSH_9.2 >&2; exit; }; echo nonsense", "note", "OpenSSH_9.2", "is not understood", false},
	    {"[ $1 = -V ] && { echo OpenSSH_9.2 >&2; exit; }; echo 'line 3: bad' >&2; exit 255", "ok", "OpenSSH_9.2", "--no-ssh-config", true},
	    {"[ $1 = -V ] && exit 1; sleep 600", "note", "does not tell its version", "in time", false},
	};
	RA_AUTO(ra_mem_free) char *path = strdup(getenv("PATH"));
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};
	char line[600];

	assert_non_null(path);
	for (size_t i = 0; i < RA_LEN(clients); i++) {
		RA_AUTO(ra_json_free) struct ra_json *doc = NULL;

		snprintf(line, sizeof(line), "mkdir path && { printf '%%s\\n' '#!/bin/sh' 'PATH=%.200s' \"%s\" >path/ssh; chmod 755 path/ssh; }",
			 path, "$SCRIPT");
		setenv("SCRIPT", clients[i].script ? clients[i].script : "", 1);
		run_in(*state, line);
		if (!clients[i].script)
			run_in(*state, "rm path/ssh");
		snprintf(line, sizeof(line), "%s/path", (char *)*state);
		setenv("PATH", line, 1);
		no_config = clients[i].off;
		int code = doctor(state, "json", NULL, &out);

		no_config = false;
		setenv("PATH", path, 1);
		run_in(*state, "rm -r path");
		assert_int_equal(code, 0);
		assert_int_equal(ra_json_parse("doctor", out.data, out.len, NULL, &doc, NULL), RA_OK);
		if (strcmp(row_text(doc, "ssh_client", "state"), clients[i].state) || !strstr(row_text(doc, "ssh_client", "value"), clients[i].value) ||
		    !row_notes(doc, "ssh_client", clients[i].words))
			fail_msg("client %zu: %s\n%s", i, row_text(doc, "ssh_client", "value"), out.data);
	}
}

/* An ssh-keygen by its script (NULL: none), and what is said of it. */
static void seals(void **state)
{
	static const struct {
		const char *script, *row_state, *words;
	} tools[] = {
		{NULL, "note", "no ssh-keygen in $PATH"},
		{"echo 'usage: ssh-keygen [-q]' >&2; exit 1", "note", "does not sign"},
		{"echo 'Signature verification failed' >&2; exit 255", "ok", "seals records with SSH keys"},
	};
	RA_AUTO(ra_mem_free) char *path = strdup(getenv("PATH"));
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};
	char line[600];

	assert_non_null(path);
	for (size_t i = 0; i < RA_LEN(tools); i++) {
		RA_AUTO(ra_json_free) struct ra_json *doc = NULL;

		setenv("SCRIPT", tools[i].script ? tools[i].script : "", 1);
		run_in(*state, "mkdir path && { printf '%s\\n' '#!/bin/sh' \"$SCRIPT\" >path/ssh-keygen; chmod 755 path/ssh-keygen; }");
		if (!tools[i].script)
			run_in(*state, "rm path/ssh-keygen");
		snprintf(line, sizeof(line), "%s/path", (char *)*state);
		setenv("PATH", line, 1);
		int code = doctor(state, "json", NULL, &out);

		setenv("PATH", path, 1);
		run_in(*state, "rm -r path");
		assert_int_equal(code, 0);
		assert_int_equal(ra_json_parse("doctor", out.data, out.len, NULL, &doc, NULL), RA_OK);
		assert_string_equal(row_text(doc, "seals", "state"), tools[i].row_state);
		assert_true(row_notes(doc, "seals", tools[i].words));
	}
}

/* One row a thing, nothing wider than a terminal but what has no spaces, no byte that moves a cursor. */
static void text(void **state)
{
	static const char *const titles[] = {"reattest",    "flows",     "records",        "terminal",
					     "SSH library", "HTTPS libraries", "SSH agent", "OpenSSH client", "seals", "known hosts",
					     "libraries",   "clock",     "core dumps"};
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};
	size_t seen = 0;
	char *save = NULL;

	assert_int_equal(doctor(state, NULL, "/none/\x1b[2J", &out), 0);
	assert_null(strchr(out.data, '\x1b'));
	assert_non_null(strstr(out.data, "/none/<1b>[2J"));
	assert_non_null(strstr(out.data, "\nReady.\n"));
	for (char *line = strtok_r(out.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		size_t len = strlen(line);

		assert_true(len <= 80 || !strchr(line + 24, ' '));
		assert_int_not_equal(line[len - 1], ' ');
		if (*line != ' ' && seen < RA_LEN(titles)) {
			assert_memory_equal(line + 8, titles[seen], strlen(titles[seen]));
			seen++;
		}
	}
	assert_int_equal(seen, RA_LEN(titles));
}

static void core_dumps_on(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};

	assert_int_equal(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), 0);
	int code = doctor(state, NULL, NULL, &out);

	ra_secret_process_guard();
	assert_int_equal(code, 78);
	assert_non_null(strstr(out.data, "BROKEN  core dumps      on\n"));
	assert_non_null(strstr(out.data, "\nNot ready"));
}

static void usage(void **state)
{
	char *argv[] = {(char *)"x", NULL};
	struct ra_options options = {.format = "md"};
	struct ra_context context = {.options = &options, .argv = argv};

	assert_int_equal(ra_verb_doctor(&context), 64);
	options.format = "text";
	context.argc = 1;
	assert_int_equal(ra_verb_doctor(&context), 64);
	context.argc = 0;
	options.output = "/nonexistent/out";
	assert_int_equal(ra_verb_doctor(&context), 73);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(states),
	    cmocka_unit_test(text),
	    cmocka_unit_test(client),
	    cmocka_unit_test(seals),
	    cmocka_unit_test(core_dumps_on),
	    cmocka_unit_test(usage),
	};

	ra_secret_process_guard();
	int failed = cmocka_run_group_tests(tests, make_home, drop_home);

	(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* the leak checker attaches to this process */
	return failed;
}
