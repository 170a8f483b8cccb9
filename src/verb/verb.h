/* verb.h - the command line: one table of verbs, one of options, one of exit codes. Help, manual page and code read the same tables.
 * Room verb/: one file per verb; each includes the one room it is about. */
#ifndef RA_VERB_VERB_H
#define RA_VERB_VERB_H

#include "base/err.h"
#include "session/frontend.h"

/* Exit codes, frozen. X(name, number, text) */
#define RA_EXITS(X)                                                                                                   \
	X(OK, 0, "all evaluated, nothing failed; after remediation: resolved")                                        \
	X(FAIL, 10, "at least one FAIL")                                                                              \
	X(WARN, 11, "no FAIL, but a WARN")                                                                            \
	X(UNKNOWN, 12, "a required fact, or a check whose plane was given, ended unknown or error; or some targets unreachable") \
	X(STOPPED, 13, "stopped by the operator or at a step only a human can do; the session is kept and resumable") \
	X(UNVERIFIED, 14, "an action ran and its verification did not succeed")                                       \
	X(UNREACHED, 20, "no target could be reached or authenticated, a host key or certificate mismatch included")  \
	X(USAGE, 64, "usage")                                                                                         \
	X(INVALID, 65, "flow or journal invalid")                                                                     \
	X(NOINPUT, 66, "input missing")                                                                               \
	X(INTERNAL, 70, "internal fault")                                                                             \
	X(CANTWRITE, 73, "cannot write output")                                                                       \
	X(CONFIG, 78, "configuration")                                                                                \
	X(HUP, 129, "SIGHUP, after the journal was closed and the terminal restored")                                 \
	X(INT, 130, "SIGINT, likewise")                                                                               \
	X(TERM, 143, "SIGTERM, likewise")
/* What verify alone returns, beside 0 (whole and sealed) and the INVALID and NOINPUT above. */
#define RA_VERIFY_EXITS(X)                           \
	X(UNSEALED, 3, "verify: whole, but not sealed, not all of it, or by a key that nobody vouches for") \
	X(INCOMPLETE, 4, "verify: incomplete; the last entry is no end entry, or its line was cut")
#define RA_EXIT_ENUM(name, number, text) RA_EXIT_##name = number,
enum ra_exit { RA_EXITS(RA_EXIT_ENUM) RA_VERIFY_EXITS(RA_EXIT_ENUM) };

struct ra_govc;
#define RA_PARALLEL 16 /* of --parallel, where it is not given */
/* Every option of every verb, as parsed. Texts are borrowed from argv. */
struct ra_options {
	const char *user, *host_key, *known_hosts, *flow, *entry, *from, *key_file, *journal, *change_id, *case_id, *until, *format,
		*output, *hosts_file, *answers, *fail_on, *exit_style, *log_file, *prune, *size, *vcenter, *vcenter_user, *bmc, *bmc_user, *ca_file, *proxy,
		*site_list, *template, *make_template, *only, *map, *also, *vm_support, *ssh, *cms, *cms_key, *signers, *head;
	const char *identities[9]; /* NULL-terminated */
	int identity_count;
	int port, parallel, password_fd, vcenter_password_fd, bmc_password_fd, key_fd, seal_password_fd, timeout_s; /* fds: -1 not given */
	bool plain, ascii, manual, no_ssh, no_ssh_config, read_only, dry_run, firmware_changes, keep, only_given_planes, list, coverage, help, version, insecure,
		no_esxcli, scrub, full, seal, recheck, syslog;
	const struct ra_govc *govc; /* what the environment says of a vCenter; NULL: nothing */
};
/* One option. A row serves parser, --help and manual page. */
struct ra_option_row {
	const char *name; /* without dashes */
	char letter;      /* 0: none */
	const char *arg;  /* NULL: a switch */
	const char *help;
	const char *verbs; /* space-separated verbs it belongs to */
	size_t offset;     /* in struct ra_options */
	enum { RA_OPT_BOOL, RA_OPT_TEXT, RA_OPT_INT, RA_OPT_IDENTITY } kind;
};
size_t ra_option_rows(const struct ra_option_row **out);

/* Builds the front end that fits; NULL when there is none (it has said why on stderr). */
typedef const struct ra_frontend *(*ra_make_frontend)(void *payload, const struct ra_options *options);

/* What a verb works with. */
struct ra_context {
	const struct ra_options *options;
	int argc; /* operands after the verb */
	char **argv;
	ra_make_frontend make; /* called only by a verb that shows something to a person */
	void *make_payload;
	const char *exe_dir; /* directory of the executable; NULL when not known */
};
struct ra_verb {
	const char *name, *usage, *summary;
	int (*run)(const struct ra_context *context); /* returns an exit code; has said on stderr why */
	bool reaches; /* goes to machines: what the environment says of them counts */
	bool record;  /* its operand is a record: the name alone will do for one that `reattest sessions` lists */
};
size_t ra_verbs(const struct ra_verb **out);
const struct ra_verb *ra_verb(const char *name);

/* Parse and run. Shape: as main's arguments. Out: the exit code. */
int ra_verb_main(int argc, char **argv, ra_make_frontend make, void *payload);
/* The exit code a failure maps to. */
int ra_exit_of(ra_err code);

#endif
