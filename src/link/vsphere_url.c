/* vsphere_url.c - where an operator means a vCenter, or a BMC: one way of reading it, two sets of words. */
#include "config.h"

#include "link/link.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char scheme[] = "https";

/* What is said of an address that is none. */
struct words {
	const char *one, *of, *password_option, *example, *whole;
	const char *path; /* when none is said */
};
static const struct words vcenter = {.one = "a vCenter", .of = "the vCenter", .password_option = "--vcenter-password-fd",
				     .example = "vc.example", .whole = "https://vc.example/sdk", .path = "/sdk"};
static const struct words bmc = {.one = "a BMC", .of = "the BMC", .password_option = "--bmc-password-fd", .example = "bmc.example",
				 .whole = "https://bmc.example", .path = ""};

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

static ra_err parse(const struct words *words, const char *text, struct ra_vsphere_url *out, struct ra_errs *errs)
{
	const char *mark = strstr(text, "://"), *rest = mark ? mark + 3 : text, *any = strrchr(rest, '@'), *at;
	size_t len = strcspn(rest, "/?#");

	*out = (struct ra_vsphere_url){.port = 443};
	snprintf(out->path, sizeof(out->path), "%s", words->path);
	/* First of all, and wherever the password's own signs cut the address: it is not repeated, it holds the password. */
	if (any && memchr(rest, ':', (size_t)(any - rest)))
		return ra_fail(errs, RA_E_ARG, "the address of %s holds a password; leave it out (it is asked for, or %s)", words->of,
			       words->password_option);
	if (mark && ((size_t)(mark - text) != strlen(scheme) || strncasecmp(text, scheme, strlen(scheme)) != 0))
		return ra_fail(errs, RA_E_ARG, "%s is reached by https:// only", words->one);
	if (strpbrk(rest + len, "?#"))
		return ra_fail(errs, RA_E_ARG, "the address of %s has no ? and no #", words->one);
	at = memrchr(rest, '@', len);
	if (at && !copy(rest, (size_t)(at - rest), true, out->user, sizeof(out->user)))
		return ra_fail(errs, RA_E_ARG, "\"%.100s\": the user's name in it cannot be read", text);
	if (at) {
		len -= (size_t)(at + 1 - rest);
		rest = at + 1;
	}
	if (!at && strchr(text, '@'))
		return ra_fail(errs, RA_E_ARG, "the address of %s has no @ but behind the user's name; it looks like https://user@%s", words->one,
			       words->whole + strlen("https://"));
	if (!take_place(rest, len, out) || !out->host[0] || strpbrk(out->host, " \t\"'<>\\") || out->host[0] == '-')
		return ra_fail(errs, RA_E_ARG, "\"%.100s\" is no address of %s; it looks like %s or %s", text, words->one, words->example,
			       words->whole);
	if (rest[len] == '/' && rest[len + 1] && !copy(rest + len, strlen(rest + len), false, out->path, sizeof(out->path)))
		return ra_fail(errs, RA_E_ARG, "\"%.100s\": the path in it is too long", text);
	return RA_OK;
}

ra_err ra_vsphere_url_parse(const char *text, struct ra_vsphere_url *out, struct ra_errs *errs)
{
	return parse(&vcenter, text, out, errs);
}

ra_err ra_bmc_url_parse(const char *text, struct ra_vsphere_url *out, struct ra_errs *errs)
{
	static const char *const paths[] = {"", "/redfish", "/redfish/", "/redfish/v1", "/redfish/v1/"};
	ra_err err = parse(&bmc, text, out, errs);

	for (size_t i = 0; i < RA_LEN(paths) && !err; i++)
		if (strcmp(paths[i], out->path) == 0)
			return RA_OK;
	return err ? err : ra_fail(errs, RA_E_ARG, "\"%.100s\": a BMC is named without a path; what it has is found from /redfish/v1/", text);
}
