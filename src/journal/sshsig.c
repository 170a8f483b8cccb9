/* sshsig.c - ssh-keygen run to sign, and to examine. */
#include "config.h"

#include "journal/sshsig.h"

#include "base/child.h"
#include "base/digest.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define END "-----END SSH SIGNATURE-----\n"
#define MAGIC "SSHSIG\0\0\0\1" /* with its version, of which ssh-keygen takes lower ones, too */
#define WIDTH 70          /* of a line of base64, as sshbuf_dtob64 wraps it */
#define CHECK_WAIT_MS 20000 /* it reads two small files; a loaded machine may be slow */
#define SAID_MAX 4096     /* of what it prints, so much is kept */
#define PRINCIPALS_MAX 16 /* owners of one key that are tried */

/* What it printed, and how it ended. */
struct told {
	struct ra_buf out, said;
	struct ra_child child;
};

static void told_clear(struct told *told)
{
	ra_buf_free(&told->out);
	ra_buf_free(&told->said);
}

static void told_clear_auto(struct told *told)
{
	told_clear(told);
}

/* The first line of it that says something. */
static void first_line(const struct ra_buf *text, char *out, size_t cap)
{
	const char *at = ra_buf_str(text);

	at += strspn(at, "\r\n");
	snprintf(out, cap, "%.*s", (int)strcspn(at, "\r\n"), at);
}

bool ra_sshsig_spelled(const char *text, size_t len)
{
	RA_AUTO(ra_buf_free) struct ra_buf joined = {.max_len = RA_SSHSIG_LEN_MAX};
	const size_t frame = sizeof(BEGIN) - 1 + sizeof(END) - 1;
	const char *at = text + sizeof(BEGIN) - 1, *end = text + len - (sizeof(END) - 1);
	RA_AUTO(ra_mem_free) char *bytes = NULL;
	size_t bytes_len = 0;

	if (len <= frame || memcmp(text, BEGIN, sizeof(BEGIN) - 1) || memcmp(end, END, sizeof(END) - 1))
		return false;
	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		size_t line = lf ? (size_t)(lf - at) : 0;

		/* Every line is full but the last. */
		if (!line || line > WIDTH || (line < WIDTH && lf + 1 < end) || memchr(at, '\0', line) || ra_buf_add(&joined, at, line))
			return false;
		at = lf + 1;
	}
	return !ra_base64_decode(ra_buf_str(&joined), &bytes, &bytes_len) && bytes_len > sizeof(MAGIC) - 1 &&
	       !memcmp(bytes, MAGIC, sizeof(MAGIC) - 1);
}

ra_err ra_sshsig_tool(char **path, bool *signs, struct ra_errs *errs)
{
	static const char *const env[] = {"SSH_ASKPASS_REQUIRE=never", NULL};
	RA_AUTO(told_clear) struct told told = {.said = {.max_len = SAID_MAX}};

	*signs = false;
	*path = ra_find_program("ssh-keygen");
	if (!*path)
		return RA_OK;
	/* It cannot succeed; one that does not know -Y answers with its usage. */
	const char *const argv[] = {*path, "-Y", "check-novalidate", "-n", "x", "-s", "/dev/null", NULL};
	const struct ra_child_spec spec = {.argv = argv, .env = env, .in = -1};
	ra_err err = ra_child_run(&spec, CHECK_WAIT_MS, NULL, &told.said, &told.child, errs);

	*signs = !err && told.child.status >= 0 && !strstr(ra_buf_str(&told.said), "usage:") &&
		 !strstr(ra_buf_str(&told.said), "option");
	return err == RA_E_NOMEM ? err : RA_OK;
}

/* The terminal of this process, where it may ask now. Out: -1 where there is none, or somebody else has it. */
static int terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0 && tcgetpgrp(fd) != getpgrp()) {
		close(fd);
		fd = -1;
	}
	return fd;
}

ra_err ra_sshsig_make(const char *key, const char *name_space, const char *doc, int wait_ms, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *path = ra_find_program("ssh-keygen");
	RA_AUTO(told_clear) struct told told = {.said = {.max_len = SAID_MAX}};
	const char *const argv[] = {path, "-Y", "sign", "-q", "-f", key, "-n", name_space, doc, NULL};
	char sig[4096], why[200], how[64];

	if (!path)
		return ra_fail(errs, RA_E_NOTFOUND, "there is no ssh-keygen in $PATH to sign with (Debian: openssh-client)");
	if (access(key, F_OK))
		return ra_fail(errs, RA_E_NOTFOUND, "the key %s cannot be read: %s", key, strerror(errno));
	snprintf(sig, sizeof(sig), "%.4000s.sig", doc);
	(void)unlink(sig); /* it would ask whether it may */
	int tty = terminal();
	/* On a terminal what it says belongs to the person there: "touch your key". */
	const struct ra_child_spec spec = {.argv = argv, .in = tty, .err = tty, .asks = tty >= 0};
	ra_err err = ra_child_run(&spec, tty >= 0 ? -1 : wait_ms, NULL, tty >= 0 ? NULL : &told.said, &told.child, errs);

	if (tty >= 0)
		close(tty);
	if (err || told.child.status == 0)
		return err;
	if (told.child.status < 0)
		return ra_fail(errs, RA_E_TIMEOUT, "ssh-keygen did not sign within %d s: something waits for a person, and there is no terminal",
			       wait_ms / 1000);
	first_line(&told.said, why, sizeof(why));
	return ra_fail(errs, RA_E_ARG, "ssh-keygen does not sign with %s%s%s (it %s)", key, *why ? ": " : "", why,
		       ra_child_words(&told.child, how, sizeof(how)));
}

/* Run it over the document. Shape: argv's first is filled in. Errors: RA_E_NOTFOUND without ssh-keygen. */
static ra_err examine(const char *const *argv, const struct ra_buf *doc, struct told *told, struct ra_errs *errs)
{
	static const char *const env[] = {"SSH_ASKPASS_REQUIRE=never", NULL};
	int ends[2];

	told_clear(told);
	*told = (struct told){.out = {.max_len = SAID_MAX}, .said = {.max_len = SAID_MAX}};
	ra_err err = ra_child_pipe(ends, errs);

	if (err)
		return err;
	/* Smaller than a pipe, so that it never waits for the reader. */
	err = ra_write_all(ends[1], ra_buf_str(doc), doc->len, errs);
	close(ends[1]);
	int flags = fcntl(ends[0], F_GETFL);

	if (!err && (flags < 0 || fcntl(ends[0], F_SETFL, flags & ~O_NONBLOCK)))
		err = ra_fail(errs, RA_E_IO, "no pipe that blocks");
	const struct ra_child_spec spec = {.argv = argv, .env = env, .in = ends[0]};

	if (!err)
		err = ra_child_run(&spec, CHECK_WAIT_MS, &told->out, &told->said, &told->child, errs);
	close(ends[0]);
	return err;
}

/* "Good "ns" signature with ED25519 key SHA256:..." holds the key from "with " on. Out: false where it says something else. */
static bool take_key(const struct ra_buf *said, const char *name_space, char *out, size_t cap)
{
	char begin[96], line[400];
	int len = snprintf(begin, sizeof(begin), "Good \"%s\" signature with ", name_space);

	first_line(said, line, sizeof(line));
	if (len < 0 || (size_t)len >= sizeof(begin) || strncmp(line, begin, (size_t)len) || !line[len])
		return false;
	snprintf(out, cap, "%.*s", (int)cap - 1, line + len);
	return true;
}

static ra_err check_key(const char *path, const struct ra_sshsig *sig, struct ra_sshsig_found *out, struct ra_errs *errs)
{
	const char *const argv[] = {path, "-Y", "check-novalidate", "-n", sig->name_space, "-s", sig->file, NULL};
	RA_AUTO(told_clear) struct told told = {0};
	ra_err err = examine(argv, sig->doc, &told, errs);

	if (err)
		return err;
	if (told.child.status == 0 && take_key(&told.out, sig->name_space, out->key, sizeof(out->key))) {
		out->trust = RA_SSHSIG_UNKNOWN;
		return RA_OK;
	}
	bool old = strstr(ra_buf_str(&told.said), "usage:") != NULL;

	out->trust = old || told.child.status < 0 ? RA_SSHSIG_UNCHECKED : RA_SSHSIG_BAD;
	first_line(&told.said, out->why, sizeof(out->why));
	if (out->trust == RA_SSHSIG_UNCHECKED)
		snprintf(out->why, sizeof(out->why), old ? "%.100s does not examine signatures (OpenSSH 8.2 or newer does)" : "%.100s did not end", path);
	return RA_OK;
}

/* Does the list name somebody for the key, for this purpose and time? */
static ra_err check_signer(const char *path, const struct ra_sshsig *sig, const char *signers, struct ra_sshsig_found *out,
			   struct ra_errs *errs)
{
	const char *const find[] = {path, "-Y", "find-principals", "-s", sig->file, "-f", signers, NULL};
	RA_AUTO(told_clear) struct told found = {0}, told = {0};
	char *save = NULL;
	ra_err err = examine(find, sig->doc, &found, errs);
	char *at = !err && found.child.status == 0 && found.out.len ? found.out.data : NULL;
	int tried = 0;

	snprintf(out->why, sizeof(out->why), "no line of %.100s is for this key", signers);
	for (char *who = at ? strtok_r(at, ",\r\n", &save) : NULL; !err && who && tried < PRINCIPALS_MAX; who = strtok_r(NULL, ",\r\n", &save)) {
		const char *const verify[] = {path, "-Y", "verify", "-f", signers, "-I", who, "-n", sig->name_space, "-s", sig->file, NULL};

		tried++;
		err = *who == '!' ? RA_OK : examine(verify, sig->doc, &told, errs);
		if (err || *who == '!' || told.child.status != 0)
			continue;
		out->trust = RA_SSHSIG_VOUCHED;
		snprintf(out->signer, sizeof(out->signer), "%s", who);
		out->why[0] = '\0';
		return RA_OK;
	}
	if (tried)
		snprintf(out->why, sizeof(out->why), "%.80s has the key, but not for the namespace %s now", signers, sig->name_space);
	return err;
}

ra_err ra_sshsig_check(const struct ra_sshsig *sig, const char *signers, struct ra_sshsig_found *out, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *path = ra_find_program("ssh-keygen");

	*out = (struct ra_sshsig_found){.trust = RA_SSHSIG_BAD};
	if (!ra_sshsig_spelled(ra_buf_str(sig->bytes), sig->bytes->len)) {
		snprintf(out->why, sizeof(out->why), "it is no signature as ssh-keygen writes one");
		return RA_OK;
	}
	if (!path) {
		out->trust = RA_SSHSIG_UNCHECKED;
		snprintf(out->why, sizeof(out->why), "there is no ssh-keygen in $PATH");
		return RA_OK;
	}
	if (signers && access(signers, R_OK))
		return ra_fail(errs, RA_E_NOTFOUND, "%s cannot be read: %s", signers, strerror(errno));
	ra_err err = check_key(path, sig, out, errs);

	if (!err && out->trust == RA_SSHSIG_UNKNOWN) {
		if (signers)
			err = check_signer(path, sig, signers, out, errs);
		else
			snprintf(out->why, sizeof(out->why), "no list of signers is given");
	}
	return err;
}
