/* Any bytes as what `ssh -G` prints: what is taken of them keeps its promises, and so does what is made of it. */
#include "link/sshconfig.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const char *variable(const char *name)
{
	return *name == 'A' ? "set" : NULL;
}

/* No control character, and not without end. */
static void clean(const char *text)
{
	if (strlen(text) > RA_SSHCONFIG_LEN_MAX)
		abort();
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			abort();
}

static void all_rows(char *const *rows, const struct ra_ssh_names *names)
{
	size_t count = 0;

	for (; *rows; rows++) {
		RA_AUTO(ra_buf_free) struct ra_buf path = {0};
		ra_err err = ra_sshconfig_path(*rows, names, &path, NULL);

		clean(*rows);
		if (++count > RA_SSHCONFIG_ROWS || (err && path.len))
			abort();
	}
}

static void the_way(const struct ra_sshconfig *config, const struct ra_ssh_names *names)
{
	RA_AUTO(ra_buf_free) struct ra_buf command = {0};
	struct ra_ssh_jump jump;

	if (config->proxy_jump && !ra_ssh_jump_make("ssh", config->proxy_jump, names, true, &jump, NULL)) {
		size_t count = 0;

		while (jump.argv[count])
			count++;
		/* The host stands last, after the end of the options, and looks like none. */
		if (count < 4 || strcmp(jump.argv[count - 2], "--") || *jump.argv[count - 1] == '-' ||
		    !ra_ssh_host_is_plain(jump.argv[count - 1]))
			abort();
		for (const char *at = jump.first; *at; at++)
			if (*at == '-' && (at == jump.first || at[-1] == ','))
				abort();
	}
	if (config->proxy_command && ra_sshconfig_command(config->proxy_command, names, &command, NULL) && command.len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ra_sshconfig config;

	if (ra_sshconfig_parse((const char *)bytes, len, &config, NULL)) {
		if (config.hostname || config.proxy_command)
			abort();
		return 0;
	}
	const struct ra_ssh_names names = {.home = "/home/a",
					   .host = config.hostname,
					   .typed = "esx01",
					   .user = config.user ? config.user : "root",
					   .local_user = "a",
					   .uid = "1",
					   .local_host = "b.c",
					   .key_alias = config.host_key_alias,
					   .port = config.port,
					   .variable = variable};
	if (!ra_ssh_host_is_plain(config.hostname) || config.port < 1 || config.port > 65535 || config.connect_s < 0)
		abort();
	all_rows(config.identities, &names);
	all_rows(config.known, &names);
	all_rows(config.known_system, &names);
	the_way(&config, &names);
	ra_sshconfig_clear(&config);
	return 0;
}
