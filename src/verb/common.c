/* common.c - what several verbs need. */
#include "config.h"

#include "base/io.h"
#include "base/near.h"
#include "base/text.h"
#include "flow/given.h"
#include "verb/common.h"
#include "verb/govc.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_WIDTH 80

char *ra_verb_flow_dir(const struct ra_context *context)
{
	char *beside = context->exe_dir ? ra_path_join(context->exe_dir, "../share/reattest/flows") : NULL;

	if (beside && !access(beside, R_OK))
		return beside;
	free(beside);
	return strdup(RA_FLOWS_DIR);
}

static bool is_file(const char *flow)
{
	return flow && (strchr(flow, '/') || strstr(flow, ".json"));
}

const char *ra_verb_flow_id(const struct ra_options *options)
{
	return is_file(options->flow) ? NULL : options->flow;
}

ra_err ra_verb_flows(const struct ra_context *context, struct ra_flowset **out, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *installed = ra_verb_flow_dir(context);
	RA_AUTO(ra_mem_free) char *data = ra_xdg_dir("DATA");
	RA_AUTO(ra_mem_free) char *own = data ? ra_path_join(data, "flows") : NULL;
	const char *dirs[] = {installed, own, NULL};
	const char *flow = context->options->flow;
	struct ra_flow_sources sources = {.dirs = dirs, .file = is_file(flow) ? flow : NULL};

	if (!installed)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	return ra_flowset_load(&sources, out, errs);
}

static bool plain_name(const char *id)
{
	for (const char *at = id; *at; at++)
		if (!isalnum((unsigned char)*at) && *at != '-' && *at != '_')
			return false;
	return *id;
}

/* The name that may be meant, for a wrong one, and where all of them are. */
static ra_err no_demo(const char *dir, const char *id, struct ra_errs *errs)
{
	struct ra_near near = {.word = id};
	char **names = NULL, meant[128];
	size_t count = 0;

	if (ra_list_dir(dir, ".json", &names, &count, errs))
		return RA_E_NOTFOUND;
	for (size_t i = 0; i < count; i++) {
		names[i][strlen(names[i]) - strlen(".json")] = '\0';
		ra_near_try(&near, names[i]);
	}
	ra_near_ask(&near, meant, sizeof(meant));
	ra_names_free(names, count);
	return ra_fail(errs, RA_E_NOTFOUND, "there is no simulated host \"%s\" (`reattest demo --list` names them)%s", id, meant);
}

ra_err ra_verb_demo(const struct ra_context *context, const char *id, struct ra_recording **out, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *flows = ra_verb_flow_dir(context);
	RA_AUTO(ra_mem_free) char *dir = flows ? ra_path_join(flows, "demo") : NULL;
	char name[128];

	if (!dir)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	snprintf(name, sizeof(name), "%s.json", id);
	RA_AUTO(ra_mem_free) char *path = ra_path_join(dir, name);

	if (!plain_name(id) || strlen(id) > 100 || !path || access(path, F_OK))
		return no_demo(dir, id, errs);
	return ra_source_load(path, out, errs);
}

ra_err ra_verb_from(const struct ra_context *context, struct ra_recording **out, struct ra_errs *errs)
{
	const char *from = context->options->from;

	*out = NULL;
	if (!from)
		return RA_OK;
	return strncmp(from, "demo:", 5) ? ra_source_load(from, out, errs)
					 : ra_verb_demo(context, from + 5, out, errs);
}

ra_err ra_verb_from_alone(struct ra_errs *errs)
{
	return ra_fail(errs, RA_E_ARG, "--from replaces the host: leave out HOST");
}

ra_err ra_verb_asks_somebody(const struct ra_options *options, struct ra_errs *errs)
{
	const char *ambient = options->govc ? options->govc->url : NULL, *vcenter = options->vcenter ? options->vcenter : ambient;

	if (options->from || !options->no_ssh || (vcenter && *vcenter) || (options->bmc && *options->bmc))
		return RA_OK;
	return ra_fail(errs, RA_E_ARG, "--no-ssh, no --vcenter and no --bmc: nothing is left to ask");
}

/* Read a secret, up to the first line feed or the end. A byte at a time: what follows belongs to whoever reads next. */
static ra_err read_secret(int fd, bool whole, struct ra_secret *out)
{
	char byte = '\0';
	ra_err err = RA_OK;

	while (!err) {
		ssize_t got = read(fd, &byte, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			err = RA_E_IO;
		if (got <= 0 || (byte == '\n' && !whole))
			break;
		err = ra_secret_add(out, &byte, 1);
	}
	ra_wipe(&byte, 1);
	return err;
}

/* A secret from a descriptor. */
static ra_err secret_from_fd(int fd, const char *what, bool whole, struct ra_secret **out, struct ra_errs *errs)
{
	size_t len = 0;

	if (fd < 0)
		return RA_OK;
	*out = ra_secret_new();
	if (!*out)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	ra_err err = read_secret(fd, whole, *out);

	if (err == RA_E_IO)
		return ra_fail(errs, RA_E_ARG, "cannot read the %s from descriptor %d: %s", what, fd, strerror(errno));
	if (err)
		return ra_fail(errs, RA_E_ARG, "the %s from descriptor %d is too long", what, fd);
	ra_secret_bytes(*out, &len);
	return len ? RA_OK : ra_fail(errs, RA_E_ARG, "descriptor %d holds no %s", fd, what);
}

ra_err ra_verb_secret(int fd, const char *what, struct ra_secret **out, struct ra_errs *errs)
{
	return secret_from_fd(fd, what, false, out, errs);
}

static ra_err read_answers(const char *path, struct ra_verb_lent *out, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = 65536};
	char *save = NULL;
	ra_err err = path ? ra_read_file(path, &bytes, errs) : RA_OK;

	if (err || !path)
		return err;
	out->answers = calloc(bytes.len + 2, sizeof(*out->answers));
	if (!out->answers)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	RA_AUTO(ra_mem_free) char *text = ra_buf_take(&bytes);

	for (char *line = text ? strtok_r(text, "\r\n", &save) : NULL; line; line = strtok_r(NULL, "\r\n", &save)) {
		if (*line == '#')
			continue;
		if (!strchr(line, '='))
			return ra_fail(errs, RA_E_INVALID, "%s: \"%s\" is not step=answer", path, line);
		out->answers[out->answer_count] = strdup(line);
		if (!out->answers[out->answer_count++])
			return ra_fail(errs, RA_E_NOMEM, "no memory");
	}
	return RA_OK;
}

/* A key file is named by the operator: only a plain file, and told when others can read it, too. */
static ra_err key_from_file(const char *path, struct ra_secret **out, struct ra_errs *errs)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ra_err err;

	if (fd < 0 || fstat(fd, &st))
		err = ra_fail(errs, RA_E_NOTFOUND, "--key-file %s cannot be read: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		err = ra_fail(errs, RA_E_ARG, "--key-file %s is no plain file; for a pipe there is --key-fd", path);
	else
		err = secret_from_fd(fd, "recovery key", true, out, errs) ? ra_fail(errs, RA_E_ARG, "--key-file %s cannot be used", path) : RA_OK;
	if (!err && (st.st_mode & (S_IRGRP | S_IROTH)))
		ra_say("%s can be read by others: a recovery key opens this host's configuration", path);
	if (fd >= 0)
		close(fd);
	return err;
}

/* What stands beside --allow-firmware-changes and shuts it out; NULL: nothing. */
static const char *firmware_with(const struct ra_options *options)
{
	if (!options->firmware_changes)
		return NULL;
	return options->answers ? "--answers" : options->read_only ? "--read-only" : options->dry_run ? "--dry-run" : options->manual ? "--manual" : NULL;
}

ra_err ra_verb_lend(const struct ra_options *options, struct ra_verb_lent *out, struct ra_errs *errs)
{
	static const struct {
		const char *name;
		size_t at;
		int max;
	} limits[] = {{"port", offsetof(struct ra_options, port), 65535},
		      {"timeout", offsetof(struct ra_options, timeout_s), 86400}};

	*out = (struct ra_verb_lent){.until = RA_UTC_NONE};
	for (size_t i = 0; i < RA_LEN(limits); i++) {
		int given = *(const int *)((const char *)options + limits[i].at);

		if (given > limits[i].max)
			return ra_fail(errs, RA_E_ARG, "--%s is at most %d, not %d", limits[i].name, limits[i].max, given);
	}
	if (options->manual && (options->vcenter || options->bmc || options->from))
		return ra_fail(errs, RA_E_ARG, "--manual goes to no machine: leave out %s",
			       options->from	  ? "--from"
			       : options->vcenter ? "--vcenter"
						  : "--bmc");
	if (options->until && ra_utc_parse(options->until, &out->until))
		return ra_fail(errs, RA_E_ARG, "--until wants a time like 2026-03-02T05:00:00Z, not \"%s\"", options->until);
	if (options->host_key && strcmp(options->host_key, "ask") && strcmp(options->host_key, "yes") &&
	    strcmp(options->host_key, "accept-new"))
		return ra_fail(errs, RA_E_ARG, "--host-key is ask, yes or accept-new, not \"%s\"", options->host_key);
	if (options->ca_file && access(options->ca_file, R_OK))
		return ra_fail(errs, RA_E_NOTFOUND, "--ca-file %s cannot be read: %s", options->ca_file, strerror(errno));
	if (options->key_file && options->key_fd >= 0)
		return ra_fail(errs, RA_E_ARG, "--key-file and --key-fd both bring the recovery key: give one of them");
	if (options->ca_file && options->insecure)
		return ra_fail(errs, RA_E_ARG, "--ca-file says how to check the certificate, --insecure not to: give one of them");
	if (firmware_with(options))
		return ra_fail(errs, RA_E_ARG, "--allow-firmware-changes is for an operator who confirms each change: not with %s", firmware_with(options));
	ra_err err = secret_from_fd(options->password_fd, "password", false, &out->password, errs);

	if (!err)
		err = secret_from_fd(options->vcenter_password_fd, "password for vCenter", false, &out->vcenter_password, errs);
	if (!err)
		err = secret_from_fd(options->bmc_password_fd, "password for the BMC", false, &out->bmc_password, errs);
	if (!err)
		err = secret_from_fd(options->key_fd, "recovery key", true, &out->key, errs);
	if (!err && options->key_file)
		err = key_from_file(options->key_file, &out->key, errs);
	return err ? err : read_answers(options->answers, out, errs);
}

ra_err ra_verb_lend_given(const struct ra_options *options, const struct ra_flowset *flows, struct ra_verb_lent *out, struct ra_errs *errs)
{
	const char *const files[] = {[RA_GIVEN_SITE_LIST] = options->site_list, [RA_GIVEN_TEMPLATE] = options->template};
	ra_err err = RA_OK;

	for (size_t i = 0; i < RA_LEN(files) && !err; i++)
		if (files[i])
			err = ra_given_load(flows, (enum ra_given_kind)i, files[i], &out->given[i], errs);
	return err;
}

void ra_verb_lent_clear(struct ra_verb_lent *lent)
{
	ra_secret_free(lent->password);
	ra_secret_free(lent->vcenter_password);
	ra_secret_free(lent->bmc_password);
	ra_secret_free(lent->key);
	for (size_t i = 0; i < lent->answer_count; i++)
		free(lent->answers[i]);
	free(lent->answers);
	for (size_t i = 0; i < RA_LEN(lent->given); i++)
		cJSON_Delete(lent->given[i]);
	*lent = (struct ra_verb_lent){0};
}

void ra_verb_session_options(const struct ra_options *options, const struct ra_verb_lent *lent,
			     struct ra_session_options *out)
{
	const char *sudo = getenv("SUDO_USER");
	static const struct ra_govc nothing;
	const struct ra_govc *govc = options->govc ? options->govc : &nothing;

	*out = (struct ra_session_options){
		.flow = ra_verb_flow_id(options),
		.entry = options->entry,
		.user = options->user,
		.port = options->port,
		.identities = options->identity_count ? options->identities : NULL,
		.known_hosts = options->known_hosts,
		.host_key = options->host_key,
		.no_ssh = options->no_ssh,
		.no_ssh_config = options->no_ssh_config,
		.manual = options->manual,
		.vcenter = {options->vcenter, options->vcenter_user, lent->vcenter_password},
		.bmc = {options->bmc, options->bmc_user, lent->bmc_password},
		.govc = {govc->url, govc->user, govc->password},
		.ca_files = options->ca_file ? options->ca_file : govc->ca_files,
		.tls_known_hosts = govc->known_hosts,
		.proxy = options->proxy,
		.insecure = options->insecure || (govc->insecure && !options->ca_file),
		.no_esxcli = options->no_esxcli,
		.password = lent->password,
		.key = lent->key,
		.only_given_planes = options->only_given_planes,
		.syslog = options->syslog,
		.dry_run = options->dry_run,
		.read_only = options->read_only,
		.firmware_changes = options->firmware_changes,
		.operator_name = sudo && *sudo ? sudo : getenv("USER"),
		.change_id = options->change_id,
		.case_id = options->case_id,
		.until = lent->until,
		.timeout_ms = options->timeout_s * 1000,
		.given = {lent->given[0], lent->given[1]},
		.answers = (const char *const *)lent->answers,
	};
}

void ra_verb_tell_vcenter(const struct ra_session *session)
{
	struct ra_vcenter_told told = ra_session_vcenter(session);

	if (told.before)
		ra_say("the walk went to vCenter %s until now; it goes on with vCenter %s, where the host may be another", told.before, told.place);
	if (told.ambient || told.unchecked)
		ra_say("vCenter %s%s%s", told.place, told.ambient ? ", from GOVC_URL" : "",
		       told.unchecked ? ": its certificate is NOT CHECKED, and who stands in between can read the password" : "");
}

char *ra_verb_sessions_dir(void)
{
	RA_AUTO(ra_mem_free) char *state = ra_xdg_dir("STATE");

	return state ? ra_path_join(state, "sessions") : NULL;
}

ra_err ra_verb_new_journal(const char *host, char **out, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *dir = ra_verb_sessions_dir();
	char at[RA_UTC_TEXT_LEN], name[160], safe[96];
	size_t len = 0;

	if (!dir)
		return ra_fail(errs, RA_E_NOTFOUND, "no home directory to keep sessions in; use --journal FILE");
	ra_err err = ra_make_dirs(dir, errs);

	if (err)
		return err;
	for (const char *c = host; *c && len + 1 < sizeof(safe); c++)
		safe[len++] = isalnum((unsigned char)*c) || *c == '.' || *c == '-' ? *c : '_';
	safe[len] = '\0';
	ra_utc_format(ra_utc_now(), at);
	for (char *c = at; *c; c++)
		*c = *c == ':' ? '-' : *c;
	/* The same host twice in one moment: each has its own. */
	for (int i = 1; i < 1000; i++) {
		snprintf(name, sizeof(name), i > 1 ? "%s-%s-%d.jsonl" : "%s-%s.jsonl", at, safe, i);
		*out = ra_path_join(dir, name);
		if (!*out)
			return ra_fail(errs, RA_E_NOMEM, "no memory");
		if (access(*out, F_OK))
			return RA_OK;
		*out = ra_mem_free(*out);
	}
	return ra_fail(errs, RA_E_BUSY, "%s holds too many sessions of %s that began just now", dir, safe);
}

int ra_verb_write(const struct ra_options *options, const struct ra_buf *document)
{
	struct ra_errs errs;

	ra_errs_clear(&errs);
	ra_err err = options->output ? ra_write_file(options->output, 0600, document->data, document->len, &errs)
				     : ra_write_all(STDOUT_FILENO, document->data, document->len, &errs);

	if (!err)
		return RA_EXIT_OK;
	ra_say_errs(&errs);
	return RA_EXIT_CANTWRITE;
}

ra_err ra_verb_lock(const char *path, int *fd, struct ra_errs *errs)
{
	struct stat st;

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (*fd < 0)
		return ra_fail(errs, errno == ENOENT ? RA_E_NOTFOUND : RA_E_IO, "%s: %s", path, strerror(errno));
	if (fstat(*fd, &st) || !S_ISREG(st.st_mode)) {
		close(*fd);
		*fd = -1;
		return ra_fail(errs, RA_E_IO, "%s is not a file", path);
	}
	if (!flock(*fd, LOCK_SH | LOCK_NB))
		return RA_OK;
	int why = errno;

	close(*fd);
	*fd = -1;
	if (why != EWOULDBLOCK)
		return ra_fail(errs, RA_E_IO, "cannot lock %s: %s", path, strerror(why));
	return ra_fail(errs, RA_E_BUSY, "%s is open in another reattest; end that one first", path);
}

void ra_print_clean(const char *before, const char *text, const char *after)
{
	RA_AUTO(ra_mem_free) char *clean = ra_text_clean_dup(text, false);

	printf("%s%s%s", before, clean ? clean : "", after);
}

ra_err ra_verb_wrap(struct ra_buf *out, const char *text, size_t indent)
{
	size_t room = LINE_WIDTH - indent;
	ra_err err = RA_OK;

	while (!err && strlen(text) > room && strchr(text, ' ')) {
		size_t len = room;

		while (len && text[len] != ' ')
			len--;
		if (!len)
			len = strcspn(text, " "); /* one long word stays whole */
		err = ra_buf_printf(out, "%.*s\n%*s", (int)len, text, (int)indent, "");
		text += len + 1;
	}
	return err ? err : ra_buf_printf(out, "%s\n", text);
}
