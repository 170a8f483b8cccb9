#include "config.h"

#include "session/session.h"
#include "verb/govc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The value of a variable; NULL when it is not set or empty. The environment's own bytes. */
static char *value_of(const char *name)
{
	char *value = getenv(name);

	return value && *value ? value : NULL;
}

static ra_err bad(const char *name, const char *what, struct ra_errs *errs)
{
	return ra_fail(errs, RA_E_DENIED, "%s %s", name, what);
}

static bool plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

static ra_err take_text(const char *name, char **out, struct ra_errs *errs)
{
	const char *value = value_of(name);

	if (value && !plain(value))
		return bad(name, "holds control characters", errs);
	*out = value ? strdup(value) : NULL;
	return *out || !value ? RA_OK : ra_fail(errs, RA_E_NOMEM, "no memory");
}

/* Into a secret, out of the environment. */
static ra_err take_password(const char *name, struct ra_secret **out, struct ra_errs *errs)
{
	char *value = value_of(name);
	ra_err err = RA_OK;

	if (!value)
		return RA_OK;
	if (!*out)
		*out = ra_secret_new();
	err = *out ? ra_secret_set(*out, value, strlen(value)) : RA_E_NOMEM;
	ra_wipe(value, strlen(value));
	unsetenv(name);
	return err == RA_E_LIMIT ? bad(name, "is too long", errs) : err ? ra_fail(errs, err, "no memory") : RA_OK;
}

/* As strconv.ParseBool does. */
static ra_err take_switch(const char *name, bool *out, struct ra_errs *errs)
{
	static const char *const words[][6] = {{"0", "f", "F", "false", "FALSE", "False"}, {"1", "t", "T", "true", "TRUE", "True"}};
	const char *value = value_of(name);

	for (size_t yes = 0; value && yes < RA_LEN(words); yes++)
		for (size_t i = 0; i < RA_LEN(words[yes]); i++)
			if (!strcmp(words[yes][i], value)) {
				*out = yes;
				return RA_OK;
			}
	return value ? bad(name, "is true or false, and holds something else", errs) : RA_OK;
}

/* Files separated by ':'. */
static ra_err take_files(const char *name, bool must_exist, char **out, struct ra_errs *errs)
{
	char *save = NULL;
	ra_err err = take_text(name, out, errs);
	RA_AUTO(ra_mem_free) char *room = *out && !err ? strdup(*out) : NULL;

	if (err || !*out)
		return err;
	if (!room)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	for (char *file = strtok_r(room, ":", &save); file && !err; file = strtok_r(NULL, ":", &save))
		if (must_exist && access(file, R_OK))
			err = bad(name, "names a file that cannot be read", errs);
	return err;
}

static int hex(char c)
{
	const char digits[] = "0123456789abcdef", *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* "%40" is '@'. Out: false for a bad escape, or without memory. */
static bool unescape(const char *from, size_t len, struct ra_secret *out)
{
	bool good = true;

	ra_secret_wipe(out);
	for (size_t i = 0; i < len && good; i++) {
		char c = from[i];

		if (c == '%') {
			int high = i + 2 < len ? hex(from[i + 1]) : -1, low = high < 0 ? -1 : hex(from[i + 2]);

			good = low >= 0;
			c = (char)(high * 16 + low);
			i += 2;
		}
		good = good && !ra_secret_add(out, &c, 1);
		ra_wipe(&c, 1);
	}
	return good;
}

/* "https://user:password@vc.example/sdk": the password goes into its slot, the rest stays. The variable is gone when it held one. */
static ra_err take_url(const char *name, struct ra_govc *out, struct ra_errs *errs)
{
	static const char wrong[] = "is no address of a vCenter; it looks like https://user@vc.example/sdk";
	char *value = value_of(name);
	const char *rest = value ? strstr(value, "://") : NULL, *at, *colon;
	char place[300];

	if (!value)
		return RA_OK;
	rest = rest ? rest + 3 : value;
	at = memrchr(rest, '@', strcspn(rest, "/?#"));
	colon = at ? memchr(rest, ':', (size_t)(at - rest)) : NULL;
	bool good = true;

	if (colon) {
		out->password = ra_secret_new();
		good = out->password && unescape(colon + 1, (size_t)(at - colon - 1), out->password);
	}
	out->url = calloc(strlen(value) + 1, 1);
	if (!out->url || (colon && !out->password))
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	size_t before = colon ? (size_t)(colon - value) : strlen(value);

	memcpy(out->url, value, before);
	if (colon) {
		memcpy(out->url + before, at, strlen(at));
		ra_wipe(value, strlen(value));
		unsetenv(name);
	}
	/* What is wrong with it is not repeated: a password may stand where it was not looked for. */
	return good && !ra_source_vcenter(out->url, place, sizeof(place), NULL) ? RA_OK : bad(name, wrong, errs);
}

ra_err ra_govc_take(struct ra_govc *out, struct ra_errs *errs)
{
	*out = (struct ra_govc){0};
	ra_err err = take_url("GOVC_URL", out, errs);
	/* Whatever else is wrong: no password stays in the environment. */
	ra_err password = take_password("GOVC_PASSWORD", &out->password, err ? NULL : errs);

	err = err ? err : password;
	if (!err)
		err = take_text("GOVC_USERNAME", &out->user, errs);
	if (!err)
		err = take_switch("GOVC_INSECURE", &out->insecure, errs);
	if (!err)
		err = take_files("GOVC_TLS_CA_CERTS", true, &out->ca_files, errs);
	return err ? err : take_files("GOVC_TLS_KNOWN_HOSTS", false, &out->known_hosts, errs);
}

void ra_govc_clear(struct ra_govc *govc)
{
	char *texts[] = {govc->url, govc->user, govc->ca_files, govc->known_hosts};

	for (size_t i = 0; i < RA_LEN(texts); i++) {
		if (texts[i])
			ra_wipe(texts[i], strlen(texts[i]));
		free(texts[i]);
	}
	ra_secret_free(govc->password);
	*govc = (struct ra_govc){0};
}
