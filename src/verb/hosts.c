/* hosts.c - the hosts of a check, from the command line and from a file. */
#include "config.h"

#include "base/io.h"
#include "verb/common.h"
#include "verb/hosts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t\r"

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

static ra_err add_line(struct ra_hosts *hosts, char *line, const char *file, size_t number, struct ra_errs *errs)
{
	char *save = NULL;

	line[strcspn(line, "#")] = '\0';
	char *host = strtok_r(line, BLANKS, &save), *more = host ? strtok_r(NULL, BLANKS, &save) : NULL;

	if (more)
		return ra_fail(errs, RA_E_ARG, "%s:%zu: one host a line; what is \"%s\" after %s?", file, number, more, host);
	struct ra_errs own;

	ra_errs_clear(&own);
	if (host && ra_session_host(host, &own))
		return ra_fail(errs, own.code, "%s:%zu: %s", file, number, own.text[0]);
	return host ? add(hosts, host, errs) : RA_OK;
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
	return err || !context->options->hosts_file ? err : add_file(out, context->options->hosts_file, errs);
}

void ra_hosts_clear(struct ra_hosts *hosts)
{
	free(hosts->text);
	*hosts = (struct ra_hosts){0};
}
