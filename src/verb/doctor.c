/* doctor.c - what this installation can do, before a host depends on it. */
#include "config.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/inflow.h"
#include "base/io.h"
#include "base/json.h"
#include "base/pattern.h"
#include "base/text.h"
#include "flow/flowset.h"
#include "journal/sshsig.h"
#include "session/about.h"
#include "verb/common.h"
#include "verb/verbs.h"

#include <errno.h>
#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#define AGENT_WAIT_MS 500
#define CLIENT_WAIT_MS 2000
#define ROOM_MIN (16ULL << 20) /* a long walk with large replies stays below */

enum state { FINE, NOTE, BROKEN };
static const char *const state_words[] = {"ok", "note", "BROKEN"};

/* What was found of one thing. */
struct finding {
	enum state state;
	struct ra_buf value, notes; /* notes: a line each */
};

/* Add a note; the worst state stands. A note that finds no memory leaves the state. */
static void add(struct finding *f, enum state state, const char *fmt, ...) RA_PRINTF(3, 4);
static void add(struct finding *f, enum state state, const char *fmt, ...)
{
	char line[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (state > f->state)
		f->state = state;
	(void)!ra_buf_printf(&f->notes, "%s\n", line);
}

static ra_err look_program(const struct ra_context *context, struct finding *f)
{
	return ra_buf_printf(&f->value, "%s%s%s", PACKAGE_VERSION, context->exe_dir ? " in " : "",
			     context->exe_dir ? context->exe_dir : "");
}

static ra_err look_flows(const struct ra_context *context, struct finding *f)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	const struct ra_flow *const *flows;
	const struct ra_check *const *checks;
	const struct ra_cause *const *causes;
	struct ra_errs errs;
	char line[RA_ERRS_MAX * RA_ERR_TEXT_MAX];

	ra_errs_clear(&errs);
	if (ra_verb_flows(context, &set, &errs)) {
		add(f, BROKEN, "%s", ra_errs_line(&errs, line, sizeof(line)));
		return ra_buf_text(&f->value, "cannot be used");
	}
	RA_AUTO(ra_mem_free) char *dir = realpath(ra_flowset_dir(set), NULL);

	add(f, FINE, "sha256 %s", ra_flowset_sha256(set));
	return ra_buf_printf(&f->value, "%s: %zu flows, %zu checks, %zu causes", dir ? dir : ra_flowset_dir(set),
			     ra_flowset_flows(set, &flows), ra_flowset_checks(set, &checks),
			     ra_flowset_causes(set, &causes));
}

/* The directory itself, or the nearest one above that is there: where it would be made. */
static char *nearest(const char *path)
{
	char *at = strdup(path), *slash;

	while (at && access(at, F_OK) && errno == ENOENT && (slash = strrchr(at, '/')) && slash > at)
		*slash = '\0';
	return at;
}

static ra_err look_sessions(const struct ra_context *context, struct finding *f)
{
	RA_AUTO(ra_mem_free) char *dir = ra_verb_sessions_dir();
	RA_AUTO(ra_mem_free) char *there = dir ? nearest(dir) : NULL;
	struct statvfs disk;
	struct stat st;

	if (!there) {
		add(f, NOTE, "neither XDG_STATE_HOME nor HOME is set: name a file with --journal");
		return ra_buf_text(&f->value, "nowhere to keep records");
	}
	if (stat(there, &st) || !S_ISDIR(st.st_mode) || access(there, W_OK | X_OK))
		add(f, BROKEN, "%s: cannot be written to; records of walks go there", there);
	else if (strcmp(there, dir))
		add(f, FINE, "not there yet; the first walk makes it, for you alone (0700)");
	else if (st.st_mode & 077)
		add(f, NOTE, "mode %04o: others may look at the names of your sessions; chmod 700 it",
		    (unsigned)st.st_mode & 07777);
	if (!statvfs(there, &disk) && (unsigned long long)disk.f_bavail * disk.f_frsize < ROOM_MIN)
		add(f, BROKEN, "less than %llu MiB free; a walk stops when its record cannot be written",
		    ROOM_MIN >> 20);
	return ra_buf_text(&f->value, dir);
}

static ra_err look_terminal(const struct ra_context *context, struct finding *f)
{
	const char *term = getenv("TERM");
	const char *codes = nl_langinfo(CODESET); /* of the locale main took */
	struct winsize size = {0};
	ra_err err;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		add(f, NOTE, "no terminal here: `reattest check` works, and the wizard with --plain");
	} else if (!term || !*term || !strcmp(term, "dumb")) {
		add(f, NOTE, "TERM does not name a terminal with screens: the wizard uses numbered prompts");
	} else if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col && (size.ws_col < 40 || size.ws_row < 12)) {
		add(f, NOTE, "too small for screens, which need 40x12; --plain fits anywhere");
	}
	if (strcmp(codes, "UTF-8"))
		add(f, NOTE, "the locale's characters are %s: screens are drawn in ASCII", codes);
	err = ra_buf_printf(&f->value, "%s, ", term && *term ? term : "TERM not set");
	if (!err && size.ws_col)
		err = ra_buf_printf(&f->value, "%ux%u, ", size.ws_col, size.ws_row);
	if (!err)
		err = ra_buf_text(&f->value, codes);
	return err;
}

static ra_err look_ssh(const struct ra_context *context, struct finding *f)
{
	ra_err err = ra_about_ssh_lacks(&f->notes);

	if (f->notes.len)
		f->state = NOTE;
	return err ? err : ra_buf_printf(&f->value, "libssh2 %s", ra_about_ssh_library());
}

static ra_err look_https(const struct ra_context *context, struct finding *f)
{
	char curl[128], xml[32];
	ra_err err = ra_about_https_lacks(&f->notes);

	if (f->notes.len)
		f->state = NOTE;
	add(f, FINE, "libcurl carries requests to vCenter and to a BMC, libxml2 reads what vCenter answers");
	return err ? err
		   : ra_buf_printf(&f->value, "libcurl %s, libxml2 %s", ra_about_https_library(curl, sizeof(curl)),
				   ra_about_xml_library(xml, sizeof(xml)));
}

static ra_err look_agent(const struct ra_context *context, struct finding *f)
{
	const char *path = getenv("SSH_AUTH_SOCK");
	int keys = 0;
	ra_err err = ra_about_agent(path, AGENT_WAIT_MS, &keys);

	if (!err)
		return ra_buf_printf(&f->value, "%d %s", keys, keys == 1 ? "key" : "keys");
	if (err == RA_E_NOMEM)
		return err;
	if (path && *path)
		add(f, NOTE, "%s does not answer (%s); key files and passwords still serve", path, ra_err_name(err));
	return ra_buf_text(&f->value,
			   path && *path ? "none that answers" : "none; key files and passwords still serve");
}

static ra_err look_client(const struct ra_context *context, struct finding *f)
{
	RA_AUTO(ra_buf_free) struct ra_buf trouble = {0};
	bool config = !context->options->no_ssh_config;
	ra_err err = ra_about_ssh_client(CLIENT_WAIT_MS, config, &f->value, &trouble);

	if (err)
		return err;
	if (!f->value.len) {
		add(f, NOTE, "hosts are reached all the same, but no ssh configuration is used: no other names, users, keys or jump hosts of it "
			     "(Debian: openssh-client)");
		return ra_buf_text(&f->value, "none");
	}
	if (trouble.len)
		add(f, NOTE, "%s; no ssh configuration is used then: no other names, users, keys or jump hosts of it", ra_buf_str(&trouble));
	else
		add(f, FINE, config ? "your ssh configuration is read by it, and used" : "--no-ssh-config: your ssh configuration is not used");
	return RA_OK;
}

/* What SSH seals of records are made and examined with. */
static ra_err look_seals(const struct ra_context *context, struct finding *f)
{
	RA_AUTO(ra_mem_free) char *path = NULL;
	bool signs = false;
	ra_err err = ra_sshsig_tool(&path, &signs, NULL);

	if (err)
		return err;
	if (!path || !signs)
		add(f, NOTE, "%s: a record is not sealed with an SSH key here, nor such a seal examined; a certificate serves (--cms)",
		    path ? "it does not sign (ssh-keygen -Y, OpenSSH 8.2)" : "no ssh-keygen in $PATH (Debian: openssh-client)");
	else
		add(f, FINE, "seals records with SSH keys, and examines such seals");
	return ra_buf_text(&f->value, path ? path : "none");
}

static ra_err look_known_hosts(const struct ra_context *context, struct finding *f)
{
	const char *named = context->options->known_hosts, *home = getenv("HOME");
	RA_AUTO(ra_mem_free) char *usual = home ? ra_path_join(home, ".ssh/known_hosts") : NULL;
	const char *path = named ? named : usual;
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	struct ra_errs errs;
	struct stat st;
	ra_err err;

	if (!path) {
		add(f, NOTE, "HOME is not set: name a file with --known-hosts");
		return ra_buf_text(&f->value, "none");
	}
	ra_errs_clear(&errs);
	err = ra_read_file(path, &bytes, &errs);
	if (err == RA_E_NOTFOUND)
		add(f, FINE, "not there yet: the first connection shows the host's key and asks");
	else if (err)
		add(f, BROKEN, "%s; no host is trusted without it", errs.text[0]);
	else if (!stat(path, &st) && st.st_mode & 022)
		add(f, NOTE, "others may write to it: whoever does decides which hosts are trusted");
	return ra_buf_text(&f->value, path);
}

static ra_err look_libraries(const struct ra_context *context, struct finding *f)
{
	char pcre2[64];

	return ra_buf_printf(&f->value, "OpenSSL %s, cJSON %s, PCRE2 %s, zlib %s", ra_digest_library(), cJSON_Version(),
			     ra_pattern_library(pcre2, sizeof(pcre2)), ra_inflow_library());
}

static ra_err look_clock(const struct ra_context *context, struct finding *f)
{
	struct timex kernel = {0};
	char now[RA_UTC_TEXT_LEN];
	int state = adjtimex(&kernel);

	if (state < 0)
		add(f, NOTE, "whether it is synchronised is not known (%s)", strerror(errno));
	else if (state == TIME_ERROR)
		add(f, NOTE, "not synchronised, says the kernel; times in records are this clock's");
	else
		add(f, FINE, "synchronised, says the kernel");
	return ra_buf_text(&f->value, ra_utc_format(ra_utc_now() / 1000 * 1000, now));
}

static ra_err look_core(const struct ra_context *context, struct finding *f)
{
	struct rlimit core;
	bool off = !getrlimit(RLIMIT_CORE, &core) && !core.rlim_cur && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;

	if (!off)
		add(f, BROKEN, "a crash could write passwords to disk");
	return ra_buf_text(&f->value, off ? "off" : "on");
}

static const struct {
	const char *id, *title;
	ra_err (*look)(const struct ra_context *context, struct finding *f);
} looks[] = {
    {"program", "reattest", look_program},
    {"flows", "flows", look_flows},
    {"sessions", "records", look_sessions},
    {"terminal", "terminal", look_terminal},
    {"ssh_library", "SSH library", look_ssh},
    {"https_libraries", "HTTPS libraries", look_https},
    {"ssh_agent", "SSH agent", look_agent},
    {"ssh_client", "OpenSSH client", look_client},
    {"seals", "seals", look_seals},
    {"known_hosts", "known hosts", look_known_hosts},
    {"libraries", "libraries", look_libraries},
    {"clock", "clock", look_clock},
    {"core_dumps", "core dumps", look_core},
};
#define COUNT (sizeof(looks) / sizeof(looks[0]))

/* A note with a word that does not fit behind the titles, a hash, stands further left. */
static size_t note_indent(const char *line)
{
	size_t longest = 0;

	for (const char *at = line; *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		longest = len > longest ? len : longest;
		at += len;
	}
	return longest + 24 <= 80 ? 24 : 8;
}

static ra_err put_text(struct finding *found, bool ready, struct ra_buf *out)
{
	ra_err err = RA_OK;

	for (size_t i = 0; i < COUNT && !err; i++) {
		char *save = NULL, *notes = found[i].notes.len ? found[i].notes.data : NULL;

		err = ra_buf_printf(out, "%-8s%-16s", state_words[found[i].state], looks[i].title);
		if (!err)
			err = ra_verb_wrap(out, ra_buf_str(&found[i].value), 24);
		for (char *line = notes ? strtok_r(notes, "\n", &save) : NULL; line && !err;
		     line = strtok_r(NULL, "\n", &save)) {
			size_t indent = note_indent(line);

			err = ra_buf_printf(out, "%*s", (int)indent, "");
			if (!err)
				err = ra_verb_wrap(out, line, indent);
		}
	}
	return err ? err : ra_buf_text(out, ready ? "Ready.\n" : "Not ready: see BROKEN above.\n");
}

static bool add_text(cJSON *object, const char *name, const char *text)
{
	return cJSON_AddStringToObject(object, name, text) != NULL;
}

static bool add_row(cJSON *rows, size_t i, struct finding *f)
{
	static const char *const words[] = {"ok", "note", "broken"};
	cJSON *row = cJSON_CreateObject();
	char *save = NULL, *at = f->notes.len ? f->notes.data : NULL;

	if (!row || !cJSON_AddItemToArray(rows, row)) {
		cJSON_Delete(row);
		return false;
	}
	bool good = add_text(row, "id", looks[i].id) && add_text(row, "state", words[f->state]) &&
		    add_text(row, "value", ra_buf_str(&f->value));
	cJSON *notes = good ? cJSON_AddArrayToObject(row, "notes") : NULL;

	good = notes != NULL;
	for (char *line = at ? strtok_r(at, "\n", &save) : NULL; line && good; line = strtok_r(NULL, "\n", &save)) {
		cJSON *text = cJSON_CreateString(line);

		good = text && cJSON_AddItemToArray(notes, text);
	}
	return good;
}

static ra_err put_json(struct finding *found, bool ready, struct ra_buf *out)
{
	RA_AUTO(ra_cjson_free) cJSON *root = cJSON_CreateObject();
	bool good = root && add_text(root, "reattest", PACKAGE_VERSION) && cJSON_AddBoolToObject(root, "ready", ready);
	cJSON *rows = good ? cJSON_AddArrayToObject(root, "rows") : NULL;

	for (size_t i = 0; rows && i < COUNT; i++)
		if (!add_row(rows, i, &found[i]))
			return RA_E_NOMEM;
	RA_AUTO(ra_mem_free) char *text = rows ? ra_json_print(root) : NULL;

	return text ? ra_buf_printf(out, "%s\n", text) : RA_E_NOMEM;
}

/* The document of all findings, clean. */
static ra_err put(const char *format, struct finding *found, bool ready, struct ra_buf *out)
{
	RA_AUTO(ra_buf_free) struct ra_buf raw = {0};
	ra_err err;

	if (!strcmp(format, "json"))
		return put_json(found, ready, out);
	err = put_text(found, ready, &raw);
	return err ? err : ra_text_clean(ra_buf_str(&raw), raw.len, true, out);
}

int ra_verb_doctor(const struct ra_context *context)
{
	const char *format = context->options->format ? context->options->format : "text";
	RA_AUTO(ra_buf_free) struct ra_buf document = {0};
	struct finding found[COUNT] = {{0}};
	bool ready = true;
	ra_err err = RA_OK;

	if (context->argc || (strcmp(format, "text") && strcmp(format, "json"))) {
		ra_say(context->argc ? "doctor takes no operand" : "doctor has the formats text and json, not \"%s\"",
		       format);
		return RA_EXIT_USAGE;
	}
	for (size_t i = 0; i < COUNT && !err; i++) {
		err = looks[i].look(context, &found[i]);
		ready = ready && found[i].state != BROKEN;
	}
	if (!err)
		err = put(format, found, ready, &document);
	for (size_t i = 0; i < COUNT; i++) {
		ra_buf_free(&found[i].value);
		ra_buf_free(&found[i].notes);
	}
	if (err) {
		ra_say("no memory");
		return RA_EXIT_INTERNAL;
	}
	int code = ra_verb_write(context->options, &document);

	return code ? code : ready ? RA_EXIT_OK : RA_EXIT_CONFIG;
}
