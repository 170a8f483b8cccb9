/* seal.c - `reattest seal`, and --seal at the end of a run. */
#include "config.h"

#include "verb/seal.h"

#include "base/child.h"
#include "base/io.h"
#include "journal/seal.h"
#include "verb/common.h"
#include "verb/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define SIGN_WAIT_MS 60000 /* for an agent or a token, where there is no terminal to ask on */
#define CTRL_C 3
#define CTRL_D 4

void ra_sealer_clear(struct ra_sealer *sealer)
{
	sealer->passphrase = ra_secret_free(sealer->passphrase);
}

/* Read a line that is not echoed. Ctrl-C is a byte here, so that the terminal is always put back. */
static ra_err read_line(int tty, struct ra_secret *out)
{
	char byte = '\0';
	ra_err err = RA_OK;

	while (!err) {
		ssize_t got = read(tty, &byte, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || byte == CTRL_C || byte == CTRL_D)
			err = RA_E_CANCELLED;
		else if (byte == '\n' || byte == '\r')
			break;
		else if (byte == '\b' || byte == 127)
			ra_secret_chop(out);
		else
			err = ra_secret_add(out, &byte, 1);
	}
	ra_wipe(&byte, 1);
	return err;
}

static ra_err ask_terminal(struct ra_secret *out, struct ra_errs *errs)
{
	static const char prompt[] = "passphrase of the key to seal with: ";
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios was, quiet;

	if (tty < 0 || tcgetpgrp(tty) != getpgrp() || tcgetattr(tty, &was)) {
		if (tty >= 0)
			close(tty);
		return ra_fail(errs, RA_E_ARG, "the key to seal with has a passphrase, and nobody can be asked here: give it with --seal-password-fd");
	}
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
	ra_err err = tcsetattr(tty, TCSAFLUSH, &quiet) ? RA_E_IO : ra_write_all(tty, prompt, sizeof(prompt) - 1, NULL);

	if (!err)
		err = read_line(tty, out);
	(void)tcsetattr(tty, TCSAFLUSH, &was);
	(void)!ra_write_all(tty, "\n", 1, NULL);
	close(tty);
	return err ? ra_fail(errs, err == RA_E_CANCELLED ? RA_E_ARG : err, "no passphrase was given") : RA_OK;
}

/* The passphrase of a CMS key: from its descriptor, or from a person; asked for once. */
static ra_err ask(void *payload, struct ra_secret *out, struct ra_errs *errs)
{
	struct ra_sealer *sealer = payload;
	ra_err err = RA_OK;
	size_t len = 0;

	if (!sealer->passphrase && sealer->options->seal_password_fd >= 0) {
		err = ra_verb_secret(sealer->options->seal_password_fd, "passphrase", &sealer->passphrase, errs);
	} else if (!sealer->passphrase) {
		sealer->passphrase = ra_secret_new();
		err = sealer->passphrase ? ask_terminal(sealer->passphrase, errs) : ra_fail(errs, RA_E_NOMEM, "no memory");
	}
	if (err) {
		ra_sealer_clear(sealer);
		return err;
	}
	const char *bytes = ra_secret_bytes(sealer->passphrase, &len);

	return ra_secret_set(out, bytes, len) ? ra_fail(errs, RA_E_NOMEM, "no memory") : RA_OK;
}

static ra_err readable(const char *what, const char *path, struct ra_errs *errs)
{
	if (!path || !access(path, R_OK))
		return RA_OK;
	return ra_fail(errs, RA_E_NOTFOUND, "--%s %s cannot be read: %s", what, path, strerror(errno));
}

/* What there is to seal with, whatever for. */
static ra_err check_tools(const struct ra_options *o, struct ra_errs *errs)
{
	ra_err err = RA_OK;

	if (o->cms_key && !o->cms)
		return ra_fail(errs, RA_E_ARG, "--cms-key is the key of the certificate that --cms names");
	if (o->ssh) {
		RA_AUTO(ra_mem_free) char *tool = ra_find_program("ssh-keygen");

		if (!tool)
			return ra_fail(errs, RA_E_NOTFOUND, "--ssh: there is no ssh-keygen in $PATH to sign with (Debian: openssh-client)");
		err = readable("ssh", o->ssh, errs);
	}
	if (!err)
		err = readable("cms", o->cms, errs);
	return err ? err : readable("cms-key", o->cms_key, errs);
}

ra_err ra_sealer_ready(const struct ra_options *o, bool kept, struct ra_errs *errs)
{
	if (!o->seal && (o->ssh || o->cms || o->cms_key))
		return ra_fail(errs, RA_E_ARG, "--ssh and --cms say what the record is sealed with at the end: add --seal");
	if (o->syslog && !kept)
		return ra_fail(errs, RA_E_ARG, "--syslog tells the head of a record, and this run keeps none: add --keep or --journal");
	if (!o->seal)
		return RA_OK;
	if (!o->ssh && !o->cms)
		return ra_fail(errs, RA_E_ARG, "--seal wants to know with what: --ssh KEY, --cms CERT, or both");
	if (!kept)
		return ra_fail(errs, RA_E_ARG, "--seal seals a record, and this run keeps none: add --keep or --journal");
	return check_tools(o, errs);
}

/* Seal and say what it covers. */
static ra_err seal(struct ra_sealer *sealer, const char *path, struct ra_errs *errs)
{
	const struct ra_options *o = sealer->options;
	const struct ra_seal_with with = {.ssh_key = o->ssh, .cms = {o->cms, o->cms_key, ask, sealer}, .wait_ms = SIGN_WAIT_MS};
	struct ra_sealed done;
	ra_err err = ra_seal_make(path, &with, &done, errs);

	if (err)
		return err;
	if (done.incomplete)
		ra_say("%s is incomplete: its last entry is no end entry. The seal covers what is there", path);
	if (done.replaced_count)
		ra_say("the seal that stood there covered %" PRId64 " entries; it is replaced", done.replaced_count);
	if (*done.ssh_by)
		ra_say("sealed %" PRId64 " entries of %s with %s: %s" RA_SEAL_SSH, done.head.count, path, done.ssh_by, path);
	if (*done.cms_by.sha256)
		ra_say("sealed %" PRId64 " entries of %s as %s: %s" RA_SEAL_CMS, done.head.count, path, done.cms_by.subject, path);
	if (o->syslog)
		ra_heads_syslog("seal", &done.head);
	return RA_OK;
}

/* How it is done by hand. */
static void tell_later(const struct ra_options *o, const char *path)
{
	ra_say("the record is not sealed, and is as it was; to seal it: reattest seal %s%s%s%s%s%s%s", path, o->ssh ? " --ssh " : "", o->ssh ? o->ssh : "",
	       o->cms ? " --cms " : "", o->cms ? o->cms : "", o->cms_key ? " --cms-key " : "", o->cms_key ? o->cms_key : "");
}

int ra_sealer_end(struct ra_sealer *sealer, const char *path, int code)
{
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (!sealer->options->seal || access(path, F_OK)) /* nothing was begun: no record */
		return code;
	if (code <= 128 && !seal(sealer, path, &errs))
		return code;
	if (errs.code)
		ra_say_errs(&errs);
	tell_later(sealer->options, path);
	return code < RA_EXIT_USAGE ? RA_EXIT_CANTWRITE : code;
}

int ra_verb_seal(const struct ra_context *context)
{
	const struct ra_options *o = context->options;
	struct ra_sealer sealer = {.options = o};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (context->argc != 1 || (!o->ssh && !o->cms)) {
		ra_say("seal takes one journal, and what to seal it with: --ssh KEY, --cms CERT, or both");
		return RA_EXIT_USAGE;
	}
	ra_err err = check_tools(o, &errs);

	if (!err)
		err = seal(&sealer, context->argv[0], &errs);
	ra_sealer_clear(&sealer);
	if (!err)
		return RA_EXIT_OK;
	int code = ra_say_errs(&errs);

	return err == RA_E_TIMEOUT ? RA_EXIT_CANTWRITE : code;
}
