/* http_proxy.c - the proxy an operator names. */
#include "config.h"

#include "link/http_parts.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *scheme;
	bool names_here;
} schemes[] = {
    {"http", false}, {"https", false}, {"socks4", true}, {"socks4a", false}, {"socks5", true}, {"socks5h", false},
};

bool ra_http_is_address(const char *host)
{
	struct in_addr v4;

	return strchr(host, ':') || inet_pton(AF_INET, host, &v4) == 1;
}

/* The scheme of a proxy; without one it is http. Out: NULL for an unknown one; *rest behind it. */
static const char *take_scheme(const char *text, const char **rest, bool *names_here)
{
	const char *sep = strstr(text, "://");
	size_t len = sep ? (size_t)(sep - text) : strlen("http");
	const char *name = sep ? text : "http";

	*rest = sep ? sep + 3 : text;
	for (size_t i = 0; i < RA_LEN(schemes); i++)
		if (strlen(schemes[i].scheme) == len && strncasecmp(schemes[i].scheme, name, len) == 0) {
			*names_here = schemes[i].names_here;
			return schemes[i].scheme;
		}
	return NULL;
}

/* "host:port" or "[v6]:port", a '/' behind it allowed. */
static bool take_place(const char *text, struct ra_http_proxy *out)
{
	size_t len = strcspn(text, "/");
	const char *colon = memrchr(text, ':', len), *host = text;
	char *stop;

	if (!colon || (text[len] && text[len + 1]) || !isdigit((unsigned char)colon[1]))
		return false;
	long port = strtol(colon + 1, &stop, 10);
	size_t host_len = (size_t)(colon - host);

	if (stop != text + len || port < 1 || port > 65535)
		return false;
	if (*host == '[') {
		if (host_len < 3 || host[host_len - 1] != ']')
			return false;
		host++;
		host_len -= 2;
	} else if (memchr(host, ':', host_len)) {
		return false;
	}
	if (!host_len || host_len >= sizeof(out->host))
		return false;
	memcpy(out->host, host, host_len);
	out->host[host_len] = '\0';
	for (const char *c = out->host; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-._:", *c))
			return false;
	out->port = (int)port;
	return true;
}

ra_err ra_http_proxy_parse(const char *text, struct ra_http_proxy *out, struct ra_errs *errs)
{
	const char *rest, *scheme;

	memset(out, 0, sizeof(*out));
	/* Not repeated: a password may stand in front of the @. */
	if (strchr(text, '@'))
		return ra_fail(errs, RA_E_ARG,
			       "a proxy that asks for a login is not supported: name it without user and password");
	scheme = take_scheme(text, &rest, &out->names_here);
	if (!scheme)
		return ra_fail(errs, RA_E_ARG, "\"%.100s\": a proxy is http, https, socks4, socks4a, socks5 or socks5h",
			       text);
	if (!take_place(rest, out))
		return ra_fail(errs, RA_E_ARG, "\"%.100s\" is no proxy; it looks like http://proxy.example:3128", text);
	bool v6 = strchr(out->host, ':') != NULL;

	snprintf(out->url, sizeof(out->url), "%s://%s%s%s:%d", scheme, v6 ? "[" : "", out->host, v6 ? "]" : "",
		 out->port);
	return RA_OK;
}
