#include "config.h"

#include "link/link.h"
#include "link/sshconfig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A name may hold what host names, addresses and scopes hold; nothing a shell or an option parser could take for its
 * own. */
bool ra_ssh_host_is_plain(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%";
	return *text && *text != '-' && strspn(text, allowed) == strlen(text);
}

static bool is_user(const char *text)
{
	if (!*text || *text == '-')
		return false;
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return false;
	return true;
}

static ra_err read_port(const char *text, int *port, struct ra_errs *errs)
{
	char *end;
	long value = strtol(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || value < 1 || value > 65535)
		return ra_fail(errs, RA_E_ARG, "\"%s\" is no port (1 to 65535)", text);
	*port = (int)value;
	return RA_OK;
}

/* "[address]:port", "name:port", or a bare name or IPv6 address. Cuts text apart. Out: *port_text NULL when there is
 * none. */
static const char *split(char *text, char **port_text)
{
	char *bracket = text[0] == '[' ? strchr(text, ']') : NULL;
	char *colon = strchr(text, ':');
	*port_text = NULL;
	if (bracket && (!bracket[1] || bracket[1] == ':')) {
		*port_text = bracket[1] ? bracket + 2 : NULL;
		*bracket = '\0';
		return text + 1;
	}
	if (colon && !strchr(colon + 1, ':')) {
		*port_text = colon + 1;
		*colon = '\0';
	}
	return text;
}

ra_err ra_ssh_target_parse(const char *text, struct ra_ssh_target *out, struct ra_errs *errs)
{
	char copy[400], *at = copy, *port_text;
	memset(out, 0, sizeof(*out));
	if (strlen(text) >= sizeof(copy))
		return ra_fail(errs, RA_E_ARG, "a host name is shorter than this");
	snprintf(copy, sizeof(copy), "%s", text);
	if (strncmp(at, "ssh://", 6) == 0) {
		at += 6;
		size_t len = strlen(at);
		if (len && at[len - 1] == '/')
			at[len - 1] = '\0';
	}
	if (strstr(at, "://")) /* not repeated: a password may stand in it */
		return ra_fail(errs, RA_E_ARG, "a host is no URL: give the name alone (esx01, root@esx01:22 or [2001:db8::1]:22)");
	char *sign = strrchr(at, '@');
	if (sign) {
		*sign = '\0';
		if (!is_user(at) || strlen(at) >= sizeof(out->user))
			return ra_fail(errs, RA_E_ARG, "\"%s\" has no usable user name before the @", text);
		snprintf(out->user, sizeof(out->user), "%s", at);
		at = sign + 1;
	}
	const char *host = split(at, &port_text);
	if (!ra_ssh_host_is_plain(host) || strlen(host) >= sizeof(out->host))
		return ra_fail(errs, RA_E_ARG,
			       "\"%s\" names no host (expected esx01, root@esx01:22 or [2001:db8::1]:22)", text);
	snprintf(out->host, sizeof(out->host), "%s", host);
	return port_text ? read_port(port_text, &out->port, errs) : RA_OK;
}
