/* hosts.c - the hosts of a check, from the command line and from a file. */
#include "config.h"

#include "base/io.h"
#include "session/session.h"
#include "verb/common.h"
#include "verb/hosts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t\r"
#define BMC_KEY "bmc="
#define HOST_MARK "{host}"
#define NAME_MARK "{name}"

/* Names are compared as name servers do: letter case is none. */
static bool is_named(const struct ra_hosts *hosts, const char *name)
{
	for (size_t i = 0; i < hosts->count; i++)
		if (!strcasecmp(hosts->names[i], name))
			return true;
	return false;
}

static ra_err add(struct ra_hosts *hosts, const char *name, struct ra_errs *errs)
{
	if (is_named(hosts, name)) {
		ra_say("%s is named more than once; it is checked once", name);
		return RA_OK;
	}
	if (hosts->count == RA_HOSTS_MAX)
		return ra_fail(errs, RA_E_ARG, "more than %d hosts; give them in parts", RA_HOSTS_MAX);
	hosts->names[hosts->count++] = name;
	return RA_OK;
}

/* What tells one BMC from another: the place alone. */
static const char *place_of(const char *url)
{
	const char *user = strrchr(url, '@'), *scheme = strstr(url, "//");

	return user ? user + 1 : scheme ? scheme + 2 : url;
}

static ra_err set_bmc(struct ra_hosts *hosts, size_t index, const char *url, struct ra_errs *errs)
{
	ra_err err = ra_session_bmc(url, errs);

	for (size_t i = 0; i < hosts->count && !err; i++)
		if (hosts->bmcs[i] && i != index && !strcasecmp(place_of(hosts->bmcs[i]), place_of(url)))
			err = ra_fail(errs, RA_E_ARG, "%s is named as the BMC of %s and of %s: it is one server's", place_of(url),
				      hosts->names[i], hosts->names[index]);
	if (err)
		return err;
	hosts->bmcs[index] = strdup(url);
	return hosts->bmcs[index] ? RA_OK : ra_fail(errs, RA_E_NOMEM, "no memory");
}

/* The host of "user@host:port". Out: its bytes, *len of them. */
static const char *bare(const char *name, size_t *len)
{
	const char *at = strrchr(name, '@'), *host = at ? at + 1 : name, *colon = strchr(host, ':');

	*len = colon && !strchr(colon + 1, ':') ? (size_t)(colon - host) : strlen(host);
	return host;
}

/* A pattern with the host's name in the place of {host} and {name}. */
static ra_err fill_in(const char *pattern, const char *name, struct ra_buf *out)
{
	size_t len, short_len;
	const char *host = bare(name, &len);

	/* An address has no short form. */
	short_len = strspn(host, "0123456789.:") == strlen(host) ? len : strcspn(host, ".");
	short_len = short_len < len ? short_len : len;
	while (*pattern) {
		bool whole = !strncmp(pattern, HOST_MARK, strlen(HOST_MARK)), part = !strncmp(pattern, NAME_MARK, strlen(NAME_MARK));

		if (ra_buf_add(out, whole || part ? host : pattern, whole ? len : part ? short_len : 1))
			return RA_E_NOMEM;
		pattern += whole ? strlen(HOST_MARK) : part ? strlen(NAME_MARK) : 1;
	}
	return RA_OK;
}

/* The BMCs that --bmc names. */
static ra_err add_bmcs(struct ra_hosts *hosts, const char *bmc, struct ra_errs *errs)
{
	bool pattern = strstr(bmc, HOST_MARK) || strstr(bmc, NAME_MARK);
	ra_err err = RA_OK;

	if (!pattern && hosts->count > 1)
		return ra_fail(errs, RA_E_ARG,
			       "--bmc is the management controller of one server: name one host, a pattern (--bmc https://" NAME_MARK
			       "-bmc.example), or write bmc=URL behind each host of --hosts");
	for (size_t i = 0; i < hosts->count && !err; i++) {
		RA_AUTO(ra_buf_free) struct ra_buf url = {.max_len = 2048};

		if (hosts->bmcs[i])
			continue;
		err = fill_in(bmc, hosts->names[i], &url) ? ra_fail(errs, RA_E_ARG, "--bmc is too long") : set_bmc(hosts, i, ra_buf_str(&url), errs);
	}
	return err;
}

static ra_err add_line(struct ra_hosts *hosts, char *line, const char *file, size_t number, struct ra_errs *errs)
{
	char *save = NULL;

	line[strcspn(line, "#")] = '\0';
	char *host = strtok_r(line, BLANKS, &save), *more = host ? strtok_r(NULL, BLANKS, &save) : NULL;
	bool bmc = more && !strncmp(more, BMC_KEY, strlen(BMC_KEY));
	const char *rest = bmc ? strtok_r(NULL, BLANKS, &save) : more;

	if (rest)
		return ra_fail(errs, RA_E_ARG, "%s:%zu: one host a line, and bmc=URL behind it; what is \"%s\" after %s?", file, number, rest,
			       bmc ? more : host);
	struct ra_errs own;

	ra_errs_clear(&own);
	size_t before = hosts->count;
	ra_err err = host ? ra_session_host(host, &own) : RA_OK;

	if (!err && host)
		err = add(hosts, host, &own);
	if (!err && bmc && hosts->count > before)
		err = set_bmc(hosts, before, more + strlen(BMC_KEY), &own);
	return err ? ra_fail(errs, own.code, "%s:%zu: %s", file, number, own.text[0]) : RA_OK;
}

static ra_err add_file(struct ra_hosts *hosts, const char *file, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = 1u << 20};
	const char *name = strcmp(file, "-") ? file : "standard input";
	ra_err err = ra_read_file(file, &bytes, errs);
	size_t len = bytes.len, before = hosts->count, number = 1;

	if (err)
		return err;
	if (len && memchr(bytes.data, '\0', len))
		return ra_fail(errs, RA_E_ARG, "%s holds a NUL: it is no list of hosts", name);
	hosts->text = ra_buf_take(&bytes);
	if (!hosts->text)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	char *line = hosts->text + (strncmp(hosts->text, "\xef\xbb\xbf", 3) ? 0 : 3);

	for (char *end; line && !err; line = end ? end + 1 : NULL, number++) {
		end = strchr(line, '\n');
		if (end)
			*end = '\0';
		err = add_line(hosts, line, name, number, errs);
	}
	return !err && !hosts->count && !before ? ra_fail(errs, RA_E_ARG, "%s names no host", name) : err;
}

ra_err ra_hosts_gather(const struct ra_context *context, struct ra_hosts *out, struct ra_errs *errs)
{
	ra_err err = RA_OK;

	for (int i = 0; i < context->argc && !err; i++)
		err = add(out, context->argv[i], errs);
	if (!err && context->options->hosts_file)
		err = add_file(out, context->options->hosts_file, errs);
	const char *bmc = context->options->bmc;

	return err || !bmc || !*bmc ? err : add_bmcs(out, bmc, errs);
}

void ra_hosts_bmc(const struct ra_hosts *hosts, size_t index, struct ra_session_options *options)
{
	const char *url = hosts->bmcs[index];

	options->bmc.url = url;
	if (url && strchr(url, '@'))
		options->bmc.user = NULL;
}

ra_err ra_hosts_asked(const struct ra_hosts *hosts, const struct ra_options *options, struct ra_errs *errs)
{
	struct ra_options beside = *options;
	ra_err err = RA_OK;

	for (size_t i = 0; i < hosts->count && !err; i++) {
		beside.bmc = hosts->bmcs[i];
		err = ra_verb_asks_somebody(&beside, errs);
	}
	return hosts->count ? err : ra_verb_asks_somebody(options, errs);
}

void ra_hosts_clear(struct ra_hosts *hosts)
{
	free(hosts->text);
	for (size_t i = 0; i < hosts->count; i++)
		free(hosts->bmcs[i]);
	*hosts = (struct ra_hosts){0};
}
