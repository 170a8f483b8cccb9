/* about.c - what this installation can do on its ways to a host. */
#include "config.h"

#include "base/clock.h"
#include "link/about.h"
#include "link/http.h"
#include "link/ssh.h"

#include <libxml/parser.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VERSION_MAX 200 /* of what ssh says, so much is kept */
#define METHOD_MAX LIBSSH2_METHOD_LANG_SC /* the last of libssh2's numbers */

const char *ra_ssh_library(void)
{
	const char *version = libssh2_version(0);

	return version ? version : "unknown";
}

static bool supports(const char **names, int count, const char *name, size_t len)
{
	for (int i = 0; i < count; i++)
		if (strlen(names[i]) == len && !memcmp(names[i], name, len))
			return true;
	return false;
}

/* What a method is called; NULL for those not told: the other direction, compression. */
static const char *method_words(int method)
{
	switch (method) {
	case LIBSSH2_METHOD_KEX:
		return "key exchange";
	case LIBSSH2_METHOD_HOSTKEY:
		return "host keys";
	case LIBSSH2_METHOD_CRYPT_CS:
		return "ciphers";
	case LIBSSH2_METHOD_MAC_CS:
		return "MACs";
	default:
		return NULL;
	}
}

/* The names of one list that the library does not know, separated by commas. */
static ra_err missing(LIBSSH2_SESSION *session, const struct ra_ssh_offer *offer, struct ra_buf *out)
{
	const char **names = NULL;
	int count = libssh2_session_supported_algs(session, offer->method, &names);
	ra_err err = RA_OK;

	for (const char *at = offer->names; count >= 0 && *at && !err;) {
		size_t len = strcspn(at, ",");

		if (!supports(names, count, at, len))
			err = ra_buf_printf(out, "%s%.*s", out->len ? ", " : "", (int)len, at);
		at += len + (at[len] == ',');
	}
	if (names)
		libssh2_free(session, (void *)names);
	return err;
}

/* One sentence for all lists of one method. */
static ra_err lacks_of(LIBSSH2_SESSION *session, int method, struct ra_buf *out)
{
	RA_AUTO(ra_buf_free) struct ra_buf names = {0};
	struct ra_ssh_offer offer;
	ra_err err = RA_OK;

	for (size_t i = 0; !err && ra_ssh_offer(i, &offer); i++)
		if (offer.method == method)
			err = missing(session, &offer, &names);
	if (err || !names.len)
		return err;
	/* Source: docs.vmware.com, GUID-4A46C243-BD07-44BD-BF01-FFBC7BA03671: made at first boot, beside RSA keys. */
	const char *has = method == LIBSSH2_METHOD_HOSTKEY && !strstr(ra_buf_str(&names), "ecdsa-sha2-nistp256")
				  ? " (ESXi 7.0 and 8.0 offer an ECDSA key, too)"
				  : "";

	return ra_buf_printf(out, "no %s %s: a host that allows nothing else cannot be reached%s\n", method_words(method),
			     ra_buf_str(&names), has);
}

ra_err ra_ssh_lacks(struct ra_buf *out)
{
	LIBSSH2_SESSION *session = libssh2_session_init();
	ra_err err = session ? RA_OK : RA_E_NOMEM;

	for (int method = 0; !err && method <= METHOD_MAX; method++)
		if (method_words(method))
			err = lacks_of(session, method, out);
	if (!err && !libssh2_version(0x010b00))
		err = ra_buf_text(out, "no SHA-2 signatures with RSA keys: reattest makes them itself\n");
	if (session)
		libssh2_session_free(session);
	return err;
}

ra_err ra_https_lacks(struct ra_buf *out)
{
	char version[128];

	if (strstr(ra_http_library(version, sizeof(version)), " OpenSSL/"))
		return RA_OK;
	return ra_buf_text(out, "libcurl does not use OpenSSL for TLS: no vCenter can be reached (Debian: libcurl4)\n");
}

const char *ra_xml_library(char *out, size_t cap)
{
	/* "20914", in builds from its repository with more behind it */
	long number = strtol(xmlParserVersion, NULL, 10);

	snprintf(out, cap, "%ld.%ld.%ld", number / 10000, number / 100 % 100, number % 100);
	return out;
}

ra_err ra_ssh_agent_count(const char *path, int wait_ms, int *count)
{
	struct ra_agent *agent = NULL;
	ra_mono_ms end = ra_mono_now() + wait_ms;
	ra_err err = ra_agent_open(path, &agent);

	*count = 0;
	if (err)
		return err;
	err = ra_agent_list(agent);
	while (!err && (err = ra_agent_step(agent)) == RA_E_BUSY) {
		struct pollfd fd = {0};
		ra_mono_ms left = end - ra_mono_now();

		fd.fd = ra_agent_fd(agent, &fd.events);
		err = left <= 0 ? RA_E_TIMEOUT : RA_OK;
		if (!err)
			(void)poll(&fd, 1, (int)left); /* interrupted or not: the clock decides */
	}
	if (!err)
		(void)ra_agent_keys(agent, count);
	ra_agent_free(agent);
	return err;
}

/* Run to the end, or for so long. Out: what it wrote; false when it did not end by itself with status 0. */
static bool run(const char *const *argv, int wait_ms, struct ra_buf *out, struct ra_buf *said)
{
	static const char *const env[] = {"SSH_ASKPASS_REQUIRE=never", NULL};
	const struct ra_child_spec spec = {.argv = argv, .env = env, .in = -1};
	struct ra_child child;

	return ra_child_run(&spec, wait_ms, out, said, &child, NULL) == RA_OK && child.status == 0;
}

/* The first line of what it said. */
static ra_err first_line(const struct ra_buf *said, struct ra_buf *out)
{
	return ra_buf_add(out, ra_buf_str(said), strcspn(ra_buf_str(said), "\r\n"));
}

ra_err ra_ssh_client(int wait_ms, bool config, struct ra_buf *found, struct ra_buf *trouble)
{
	RA_AUTO(ra_mem_free) char *path = ra_find_program("ssh");
	RA_AUTO(ra_buf_free) struct ra_buf version = {.max_len = VERSION_MAX}, said = {.max_len = VERSION_MAX};
	RA_AUTO(ra_buf_free) struct ra_buf printed = {.max_len = RA_SSHCONFIG_LEN_MAX}, nothing = {.max_len = 1};
	struct ra_sshconfig read = {0};
	const char *const ask_version[] = {path, "-V", NULL}, *const ask_config[] = {path, "-G", "--", "localhost", NULL};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (!path)
		return RA_OK;
	bool tells = run(ask_version, wait_ms, &nothing, &version);
	ra_err err = ra_buf_printf(found, "%s, ", path);

	if (!err)
		err = tells ? first_line(&version, found) : ra_buf_text(found, "which does not tell its version");
	if (err || !config)
		return err;
	if (!run(ask_config, wait_ms, &printed, &said)) {
		err = ra_buf_text(trouble, said.len ? "it does not read its configuration: " : "it does not read its configuration in time");
		return err ? err : first_line(&said, trouble);
	}
	if (ra_sshconfig_parse(ra_buf_str(&printed), printed.len, &read, &errs))
		err = errs.code == RA_E_NOMEM ? RA_E_NOMEM : ra_buf_printf(trouble, "what ssh -G prints is not understood: %s", errs.text[0]);
	ra_sshconfig_clear(&read);
	return err;
}
