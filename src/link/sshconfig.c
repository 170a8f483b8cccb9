#include "config.h"

#include "link/sshconfig.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT_MAX 65535
#define CONNECT_S_MAX 3600

enum kind { TEXT, ROW, FILES, NUMBER, SWITCH, STRICT };
#define AT(member) offsetof(struct ra_sshconfig, member)

/* Directives by the names ssh prints. */
static const struct directive {
	const char *name;
	enum kind kind;
	size_t offset;
} directives[] = {
    {"hostname", TEXT, AT(hostname)},
    {"user", TEXT, AT(user)},
    {"port", NUMBER, AT(port)},
    {"identityfile", ROW, AT(identities)},
    {"identitiesonly", SWITCH, AT(identities_only)},
    {"identityagent", TEXT, AT(identity_agent)},
    {"userknownhostsfile", FILES, AT(known)},
    {"globalknownhostsfile", FILES, AT(known_system)},
    {"hashknownhosts", SWITCH, AT(hash_known)},
    {"stricthostkeychecking", STRICT, AT(strict)},
    {"hostkeyalias", TEXT, AT(host_key_alias)},
    {"connecttimeout", NUMBER, AT(connect_s)},
    {"proxyjump", TEXT, AT(proxy_jump)},
    {"proxycommand", TEXT, AT(proxy_command)},
    {"proxyusefdpass", SWITCH, AT(pass_fd)},
};

/* What this program does not follow and the operator may count on; and the value that is as good as none. */
static const struct {
	const char *name, *spelling, *nothing;
} unheeded[] = {
    {"revokedhostkeys", "RevokedHostKeys", "none"},
    {"knownhostscommand", "KnownHostsCommand", "none"},
    {"certificatefile", "CertificateFile", "none"},
    {"pkcs11provider", "PKCS11Provider", "none"},
    {"bindaddress", "BindAddress", ""},
    {"bindinterface", "BindInterface", ""},
    {"addressfamily", "AddressFamily", "any"},
};

static bool is(const char *at, size_t len, const char *text)
{
	return strlen(text) == len && !memcmp(at, text, len);
}

static ra_err take_text(char **at, const char *value, size_t len)
{
	if (*at)
		return RA_OK; /* the first one counts, as in ssh */
	*at = strndup(value, len);
	return *at ? RA_OK : RA_E_NOMEM;
}

static ra_err add_row(char **rows, const char *value, size_t len)
{
	size_t count = 0;

	while (rows[count])
		count++;
	if (count == RA_SSHCONFIG_ROWS || is(value, len, "none"))
		return RA_OK;
	rows[count] = strndup(value, len);
	return rows[count] ? RA_OK : RA_E_NOMEM;
}

/* Does another file begin here? ssh prints paths one after the other and quotes none: a word that begins like no path
 * is the rest of one with a blank in it. */
static bool begins_path(const char *at)
{
	return *at == '/' || *at == '~' || *at == '%' || *at == '$';
}

static ra_err add_files(char **rows, const char *value, size_t len)
{
	const char *const end = value + len;
	const char *from = NULL, *to = NULL; /* the path in hand */
	ra_err err = RA_OK;

	for (const char *at = value; at < end && !err;) {
		const char *word = at;

		while (at < end && *at != ' ')
			at++;
		if (from && begins_path(word)) {
			err = add_row(rows, from, (size_t)(to - from));
			from = NULL;
		}
		if (at > word) {
			from = from ? from : word;
			to = at;
		}
		at++;
	}
	return err || !from ? err : add_row(rows, from, (size_t)(to - from));
}

/* A number of digits alone; anything else is none. */
static int number(const char *value, size_t len, int most)
{
	long sum = 0;

	for (size_t i = 0; i < len; i++) {
		if (value[i] < '0' || value[i] > '9' || sum > most)
			return 0;
		sum = sum * 10 + (value[i] - '0');
	}
	return sum > most ? 0 : (int)sum;
}

static enum ra_strict strictness(const char *value, size_t len)
{
	static const struct {
		const char *word;
		enum ra_strict strict;
	} words[] = {
	    {"yes", RA_STRICT_YES}, {"true", RA_STRICT_YES},  {"accept-new", RA_STRICT_ACCEPT_NEW},
	    {"no", RA_STRICT_OFF},  {"false", RA_STRICT_OFF}, {"off", RA_STRICT_OFF},
	};

	for (size_t i = 0; i < RA_LEN(words); i++)
		if (is(value, len, words[i].word))
			return words[i].strict;
	return RA_STRICT_ASK;
}

static ra_err take(struct ra_sshconfig *out, const struct directive *row, const char *value, size_t len)
{
	void *at = (char *)out + row->offset;

	switch (row->kind) {
	case TEXT:
		return take_text(at, value, len);
	case ROW:
		return add_row(at, value, len);
	case FILES:
		out->known_said = out->known_said || row->offset == AT(known);
		return add_files(at, value, len);
	case NUMBER:
		*(int *)at = number(value, len, row->offset == AT(port) ? PORT_MAX : CONNECT_S_MAX);
		break;
	case SWITCH:
		*(bool *)at = is(value, len, "yes") || is(value, len, "true");
		break;
	case STRICT:
		out->strict = strictness(value, len);
		break;
	}
	return RA_OK;
}

static void note(struct ra_sshconfig *out, const char *name, size_t name_len, const char *value, size_t len)
{
	size_t at = strlen(out->unheeded);

	for (size_t i = 0; i < RA_LEN(unheeded); i++)
		if (is(name, name_len, unheeded[i].name) && !is(value, len, unheeded[i].nothing) &&
		    !strstr(out->unheeded, unheeded[i].spelling))
			snprintf(out->unheeded + at, sizeof(out->unheeded) - at, "%s%s", at ? ", " : "",
				 unheeded[i].spelling);
}

/* One line, "name value". One with a control character in it is none of ssh's. */
static ra_err take_line(struct ra_sshconfig *out, const char *line, size_t len)
{
	const char *blank = memchr(line, ' ', len);
	size_t name_len = blank ? (size_t)(blank - line) : 0;
	ra_err err = RA_OK;

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			return RA_OK;
	if (!blank || name_len + 1 == len)
		return RA_OK;
	const char *value = blank + 1;
	size_t value_len = len - name_len - 1;

	for (size_t i = 0; i < RA_LEN(directives) && !err; i++)
		if (is(line, name_len, directives[i].name))
			err = take(out, &directives[i], value, value_len);
	note(out, line, name_len, value, value_len);
	return err;
}

static void drop_none(char **at)
{
	if (*at && !strcmp(*at, "none"))
		*at = ra_mem_free(*at);
}

ra_err ra_sshconfig_parse(const char *bytes, size_t len, struct ra_sshconfig *out, struct ra_errs *errs)
{
	const char *end = bytes + len;
	ra_err err = RA_OK;

	*out = (struct ra_sshconfig){0};
	while (bytes < end && !err) {
		const char *lf = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t line_len = (size_t)((lf ? lf : end) - bytes);

		err = take_line(out, bytes, line_len && bytes[line_len - 1] == '\r' ? line_len - 1 : line_len);
		bytes += line_len + 1;
	}
	drop_none(&out->proxy_jump);
	drop_none(&out->proxy_command);
	drop_none(&out->host_key_alias);
	if (!err && (!out->hostname || !out->port))
		err = ra_fail(errs, RA_E_INVALID, "it names no host and port");
	else if (!err && (!ra_ssh_host_is_plain(out->hostname) || strlen(out->hostname) > 255))
		err = ra_fail(errs, RA_E_INVALID, "its HostName is none");
	else if (err)
		ra_fail(errs, err, "no memory");
	if (err)
		ra_sshconfig_clear(out);
	return err;
}

static void free_rows(char **rows)
{
	for (; *rows; rows++)
		*rows = ra_mem_free(*rows);
}

void ra_sshconfig_clear(struct ra_sshconfig *config)
{
	char *texts[] = {config->hostname,       config->user,       config->identity_agent,
			 config->host_key_alias, config->proxy_jump, config->proxy_command};

	for (size_t i = 0; i < RA_LEN(texts); i++)
		free(texts[i]);
	free_rows(config->identities);
	free_rows(config->known);
	free_rows(config->known_system);
	*config = (struct ra_sshconfig){0};
}
