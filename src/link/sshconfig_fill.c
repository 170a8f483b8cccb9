/* sshconfig_fill.c - tokens of ssh_config(5) replaced, and the child that goes through jump hosts. Pure. */
#include "config.h"

#include "link/link.h"
#include "link/sshconfig.h"

#include <stdio.h>
#include <string.h>

#define PATH_LEN_MAX 4096
#define COMMAND_LEN_MAX 8192

/* Append what a token stands for. Out: false when it stands for nothing here. */
static bool fill(char token, const struct ra_ssh_names *names, const char *known, struct ra_buf *out, ra_err *err)
{
	const struct {
		char token;
		const char *text;
	} rows[] = {
	    {'%', "%"},          {'d', names->home},       {'h', names->host},
	    {'n', names->typed}, {'r', names->user},       {'u', names->local_user},
	    {'i', names->uid},   {'l', names->local_host}, {'k', names->key_alias ? names->key_alias : names->typed},
	};

	if (!token || !strchr(known, token))
		return false;
	if (token == 'p')
		*err = ra_buf_printf(out, "%d", names->port);
	else if (token == 'L')
		*err = ra_buf_add(out, names->local_host, strcspn(names->local_host, "."));
	for (size_t i = 0; i < RA_LEN(rows); i++)
		if (rows[i].token == token)
			*err = ra_buf_text(out, rows[i].text);
	return true;
}

/* ${NAME} at *at. Out: false when it is no name, or not set. */
static bool fill_variable(const char **at, const struct ra_ssh_names *names, struct ra_buf *out, ra_err *err)
{
	char name[128];
	size_t len = strcspn(*at + 2, "}");

	if (!len || (*at)[2 + len] != '}' || len >= sizeof(name))
		return false;
	memcpy(name, *at + 2, len);
	name[len] = '\0';
	const char *value = names->variable ? names->variable(name) : NULL;

	if (!value)
		return false;
	*err = ra_buf_text(out, value);
	*at += len + 3;
	return true;
}

static ra_err give_up(struct ra_buf *out, struct ra_errs *errs, ra_err err, const char *what, const char *why)
{
	ra_buf_free(out);
	return ra_fail(errs, err, "%s %s", what, why);
}

ra_err ra_sshconfig_path(const char *text, const struct ra_ssh_names *names, struct ra_buf *out, struct ra_errs *errs)
{
	ra_err err = RA_OK;

	out->max_len = PATH_LEN_MAX;
	if (*text == '~' && text[1] && text[1] != '/')
		return ra_fail(errs, RA_E_INVALID, "\"%s\" is in another user's home", text);
	if (*text == '~') {
		err = ra_buf_text(out, names->home);
		text++;
	}
	while (*text && !err) {
		char token[] = {'%', text[1], '\0'};

		if (*text == '%') {
			if (!fill(text[1], names, "%dhnruilkpL", out, &err))
				return give_up(out, errs, RA_E_INVALID, token, "is no token reattest knows");
			text += 2;
		} else if (*text == '$' && text[1] == '{') {
			if (!fill_variable(&text, names, out, &err))
				return give_up(out, errs, RA_E_INVALID, text, "names a variable that is not set");
		} else {
			err = ra_buf_add(out, text++, 1);
		}
	}
	return err ? give_up(out, errs, err, "it", "is too long") : RA_OK;
}

/* Nothing in it means anything to a shell, nor, at its start, to a program's options. */
static bool is_plain_user(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@+";

	return *text && *text != '-' && strspn(text, allowed) == strlen(text);
}

ra_err ra_sshconfig_command(const char *text, const struct ra_ssh_names *names, struct ra_buf *out,
			    struct ra_errs *errs)
{
	ra_err err = RA_OK;

	out->max_len = COMMAND_LEN_MAX;
	while (*text && !err) {
		char token[] = {'%', text[1], '\0'};

		if (*text != '%') {
			err = ra_buf_add(out, text++, 1);
			continue;
		}
		if ((text[1] == 'h' && !ra_ssh_host_is_plain(names->host)) ||
		    (text[1] == 'n' && !ra_ssh_host_is_plain(names->typed)) ||
		    (text[1] == 'r' && !is_plain_user(names->user)))
			return give_up(out, errs, RA_E_DENIED, token,
				       "stands for what is not safe in a command of the shell");
		if (!fill(text[1], names, "%hnpr", out, &err))
			return give_up(out, errs, RA_E_INVALID, token, "is no token of a ProxyCommand");
		text += 2;
	}
	return err ? give_up(out, errs, err, "it", "is too long") : RA_OK;
}

/* Every jump is one a person could name as a host. */
static ra_err read_jumps(const char *jumps, struct ra_ssh_jump *out, struct ra_errs *errs)
{
	struct ra_ssh_target target = {0};
	const char *at = jumps;
	size_t len = 0;

	for (int count = 0;; count++, at += len + 1) {
		char hop[400];

		len = strcspn(at, ",");
		if (count == RA_SSHCONFIG_JUMPS)
			return ra_fail(errs, RA_E_INVALID, "more than %d jump hosts", RA_SSHCONFIG_JUMPS);
		snprintf(hop, sizeof(hop), "%.*s", (int)(len < sizeof(hop) ? len : sizeof(hop) - 1), at);
		if (ra_ssh_target_parse(hop, &target, errs))
			return RA_E_INVALID;
		if (!at[len])
			break;
	}
	if ((size_t)(at - jumps) > sizeof(out->first))
		return ra_fail(errs, RA_E_INVALID, "the jump hosts' names are too long");
	snprintf(out->first, sizeof(out->first), "%.*s", at > jumps ? (int)(at - jumps - 1) : 0, jumps);
	memcpy(out->host, target.host, sizeof(out->host));
	memcpy(out->user, target.user, sizeof(out->user));
	if (target.port)
		snprintf(out->port, sizeof(out->port), "%d", target.port);
	return RA_OK;
}

ra_err ra_ssh_jump_make(const char *ssh, const char *jumps, const struct ra_ssh_names *to, bool batch,
			struct ra_ssh_jump *out, struct ra_errs *errs)
{
	*out = (struct ra_ssh_jump){0};
	ra_err err = ra_ssh_host_is_plain(to->host) ? read_jumps(jumps, out, errs)
						    : ra_fail(errs, RA_E_INVALID, "the host's name is none");

	if (err)
		return err;
	snprintf(out->to, sizeof(out->to), "[%.255s]:%d", to->host, to->port);
	const struct {
		const char *option, *value;
	} rows[] = {
	    {"-W", out->to},
	    {"-l", out->user},
	    {"-p", out->port},
	    {"-J", out->first},
	    {"-o", batch ? "BatchMode=yes" : ""},
	    /* It may use the operator's shared connection, but never be one: it ends with this host, and others would ride on it. */
	    {"-o", "ControlMaster=no"},
	};
	size_t count = 0;

	out->argv[count++] = ssh;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		if (!*rows[i].value)
			continue;
		out->argv[count++] = rows[i].option;
		out->argv[count++] = rows[i].value;
	}
	out->argv[count++] = "--";
	out->argv[count] = out->host;
	return RA_OK;
}
