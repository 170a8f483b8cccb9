/* sshconfig.h - what `ssh -G` tells of the operator's own configuration for one host, and what follows from it. Private
 * to link/. Invariants: pure, nothing is run, opened or asked of the environment here; a value that does not fit is
 * left out, never half taken; the name of a host or user that goes to another program or a shell is of characters
 * neither takes for its own. Source: ssh_config(5), ssh(1) -G of OpenSSH 9.2; readconf.c, dump_client_config. */
#ifndef RA_LINK_SSHCONFIG_H
#define RA_LINK_SSHCONFIG_H

#include "base/buf.h"

#include <stdbool.h>

#define RA_SSHCONFIG_LEN_MAX ((size_t)64 << 10) /* so much of the output is read */
#define RA_SSHCONFIG_ROWS 16                    /* files of a kind */
#define RA_SSHCONFIG_JUMPS 8                    /* hosts on the way */

enum ra_strict { RA_STRICT_ASK, RA_STRICT_YES, RA_STRICT_ACCEPT_NEW, RA_STRICT_OFF };

/* The configuration of a host. Texts are as ssh prints them; NULL and empty lists: not said, or "none". Owner:
 * ra_sshconfig_clear. */
struct ra_sshconfig {
	char *hostname, *user;
	char *identity_agent; /* unexpanded; "none" stays "none" */
	char *host_key_alias, *proxy_jump, *proxy_command;
	char *identities[RA_SSHCONFIG_ROWS + 1]; /* unexpanded */
	char *known[RA_SSHCONFIG_ROWS + 1], *known_system[RA_SSHCONFIG_ROWS + 1];
	int port;        /* 0: not said */
	int connect_s;   /* 0: not said */
	bool known_said; /* the list may be empty then: "none" */
	bool identities_only, hash_known, pass_fd;
	enum ra_strict strict;
	char unheeded[160]; /* directives that are set and that this program does not follow, separated by ", " */
};
/* Read the output.
 * Errors: RA_E_INVALID when it is none (no host name or port, or a host name with characters that belong in none),
 * RA_E_NOMEM. */
RA_MUST_USE ra_err ra_sshconfig_parse(const char *bytes, size_t len, struct ra_sshconfig *out, struct ra_errs *errs);
void ra_sshconfig_clear(struct ra_sshconfig *config);

/* What stands for the tokens of a path or a command; all texts are there but key_alias, which may be NULL. */
struct ra_ssh_names {
	const char *home;                          /* ~ and %d */
	const char *host;                          /* %h: after HostName */
	const char *typed;                         /* %n: as the operator named it */
	const char *user;                          /* %r */
	const char *local_user;                    /* %u */
	const char *uid;                           /* %i */
	const char *local_host;                    /* %l, and %L up to its first dot */
	const char *key_alias;                     /* %k; NULL: as %n */
	int port;                                  /* %p */
	const char *(*variable)(const char *name); /* ${NAME}; NULL when it is not set */
};
/* A path of the configuration: ~, tokens and ${NAME} replaced. Out: appended to *out.
 * Errors: RA_E_INVALID with the token that is not known, RA_E_LIMIT, RA_E_NOMEM; *out is empty then. */
RA_MUST_USE ra_err ra_sshconfig_path(const char *text, const struct ra_ssh_names *names, struct ra_buf *out,
				     struct ra_errs *errs);
/* A ProxyCommand for the shell: %%, %h, %n, %p and %r replaced.
 * Errors: RA_E_DENIED when a host or user name in it holds what a shell could read as its own; as ra_sshconfig_path. */
RA_MUST_USE ra_err ra_sshconfig_command(const char *text, const struct ra_ssh_names *names, struct ra_buf *out,
					struct ra_errs *errs);

/* The child that is the way through jump hosts. Shape: argv borrows from the texts below; NULL-terminated. */
struct ra_ssh_jump {
	char host[256], user[64], port[8]; /* the last jump host; "" where not said */
	char first[600];                   /* those before it, "" for none */
	char to[300];                      /* "[host]:port" */
	const char *argv[20];
};
/* Shape: jumps as in ProxyJump; ssh is the program's path; batch: it may ask nobody.
 * Errors: RA_E_INVALID with what is wrong (no host, a port out of range, a leading '-', more than RA_SSHCONFIG_JUMPS).
 */
RA_MUST_USE ra_err ra_ssh_jump_make(const char *ssh, const char *jumps, const struct ra_ssh_names *to, bool batch,
				    struct ra_ssh_jump *out, struct ra_errs *errs);

/* A host's name as it may go to another program: letters, digits, ".-_:%", no leading '-' (target.c). */
bool ra_ssh_host_is_plain(const char *text);

#endif
