/* vsphere_url.c - where an operator means a vCenter. */
#include "config.h"

#include "link/link.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char scheme[] = "https://";

static int hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

/* Copy len bytes, %XX undone. Out: false when it does not fit, holds a control byte or a bad escape. */
static bool copy(const char *from, size_t len, bool unescape, char *out, size_t cap)
{
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)from[i];

		if (unescape && c == '%') {
			int high = i + 2 < len ? hex(from[i + 1]) : -1, low = high < 0 ? -1 : hex(from[i + 2]);

			if (low < 0)
				return false;
			c = (unsigned char)(high * 16 + low);
			i += 2;
		}
		if (c < 0x20 || c == 0x7f || at + 1 >= cap)
			return false;
		out[at++] = (char)c;
	}
	out[at] = '\0';
	return true;
}

static bool take_port(const char *text, size_t len, int *port)
{
	int value = 0;

	if (len == 0 || len > 5)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
		value = value * 10 + (text[i] - '0');
	}
	*port = value;
	return value > 0 && value <= 65535;
}

/* "name", "name:443", "[v6]:443", "v6". */
static bool take_place(const char *text, size_t len, struct ra_vsphere_url *out)
{
	const char *end = len && *text == '[' ? memchr(text, ']', len) : NULL, *colon;

	if (len && *text == '[') {
		size_t rest = end ? (size_t)(text + len - end - 1) : 0;

		return end && copy(text + 1, (size_t)(end - text - 1), false, out->host, sizeof(out->host)) &&
		       (rest == 0 || (end[1] == ':' && take_port(end + 2, rest - 1, &out->port)));
	}
	colon = memchr(text, ':', len);
	if (colon && !memchr(colon + 1, ':', (size_t)(text + len - colon - 1))) {
		if (!take_port(colon + 1, (size_t)(text + len - colon - 1), &out->port))
			return false;
		len = (size_t)(colon - text);
	}
	return copy(text, len, false, out->host, sizeof(out->host));
}

ra_err ra_vsphere_url_parse(const char *text, struct ra_vsphere_url *out, struct ra_errs *errs)
{
	const char *rest = strstr(text, "://") ? text + strlen(scheme) : text;
	const char *at;
	char shown[128];
	size_t len;

	*out = (struct ra_vsphere_url){.port = 443, .path = "/sdk"};
	/* Somebody who writes a password in may do it anywhere, in any wrong way. */
	snprintf(shown, sizeof(shown), strchr(text, '@') ? "what was given (it is not repeated: a password may stand in it)" : "\"%.100s\"", text);
	if (strstr(text, "://") && strncasecmp(text, scheme, strlen(scheme)) != 0)
		return ra_fail(errs, RA_E_ARG, "%s: a vCenter is reached by https:// only", shown);
	len = strcspn(rest, "/?#");
	if (rest[len] == '?' || rest[len] == '#' || strpbrk(rest + len, "?#"))
		return ra_fail(errs, RA_E_ARG, "the address of a vCenter has no ? and no #");
	at = memrchr(rest, '@', len);
	if (at && memchr(rest, ':', (size_t)(at - rest)))
		return ra_fail(errs, RA_E_ARG,
			       "the address of the vCenter holds a password; leave it out (it is asked for, or --vcenter-password-fd)");
	if (at && !copy(rest, (size_t)(at - rest), true, out->user, sizeof(out->user)))
		return ra_fail(errs, RA_E_ARG, "%s: the user's name in it cannot be read", shown);
	if (at) {
		len -= (size_t)(at + 1 - rest);
		rest = at + 1;
	}
	if (!take_place(rest, len, out) || !out->host[0] || strpbrk(out->host, " \t\"'<>\\") || out->host[0] == '-')
		return ra_fail(errs, RA_E_ARG, "%s is no address of a vCenter; it looks like vc.example or https://vc.example/sdk",
			       shown);
	if (rest[len] == '/' && rest[len + 1] && (strchr(rest + len, '@') || !copy(rest + len, strlen(rest + len), false, out->path, sizeof(out->path))))
		return ra_fail(errs, RA_E_ARG, "%s: the path in it is too long, or holds a @", shown);
	return RA_OK;
}
