/* scrub_cert.c - certificates of a scrubbed recording: as long valid, under other names and another key. */
#include "config.h"

#include "base/cert.h"
#include "base/digest.h"
#include "session/scrub.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

/* The CN of a name as it is to stand: by the words that are known, else by its number. */
static ra_err name_for(struct ra_scrubbing *s, const char *name, char *out, size_t cap)
{
	static const char rule[] = "certificate name";
	RA_AUTO(ra_buf_free) struct ra_buf words = {0};
	const char *cn = strstr(name, "CN="), *known;
	char value[RA_CERT_NAME_MAX], token[64];

	snprintf(value, sizeof(value), "%.*s", cn ? (int)strcspn(cn + 3, ",+") : (int)strlen(name), cn ? cn + 3 : name);
	ra_err err = ra_scrub_words(s, value, strlen(value), &words);

	if (err)
		return err;
	snprintf(token, sizeof(token), "certificate-name-%zu", ra_scrub_number(s, rule) + 1);
	/* A name in which a word was found may hold others beside it that no rule knows. */
	bool whole = strcmp(ra_buf_str(&words), value) && !strchr(value, ' ');

	err = ra_scrub_token(s, rule, value, whole ? ra_buf_str(&words) : token, &known);
	snprintf(out, cap, "%.60s", known);
	return err;
}

/* Another certificate for these bytes, the same for the same. */
static ra_err another(struct ra_scrubbing *s, const char *der, size_t len, const char **pem)
{
	static const char rule[] = "certificate";
	struct ra_cert cert;
	char subject[64], issuer[64];
	RA_AUTO(ra_buf_free) struct ra_buf made = {0};
	ra_err err = ra_cert_from_der(der, len, &cert);

	if (err)
		return err;
	*pem = ra_json_str(ra_json_get(s->out->map, rule), cert.sha256, NULL);
	if (*pem)
		return RA_OK;
	err = name_for(s, cert.subject, subject, sizeof(subject));
	err = err ? err : name_for(s, cert.issuer, issuer, sizeof(issuer));
	const struct ra_cert_wish wish = {.subject = subject,
					  .issuer = issuer,
					  .not_before = cert.not_before + s->shift_days * 86400000,
					  .not_after = cert.not_after + s->shift_days * 86400000,
					  .serial = (long)ra_scrub_number(s, rule) + 1};

	err = err ? err : ra_cert_make(&wish, &made, s->errs);
	return err ? err : ra_scrub_token(s, rule, cert.sha256, ra_buf_str(&made), pem);
}

/* The base64 between two marks; line ends may be written as \n, as in a JSON text. Out: NULL without memory. */
static char *body_of(const char *from, const char *to)
{
	char *out = malloc((size_t)(to - from) + 1), *at = out;

	for (const char *c = from; out && c < to; c++) {
		if (*c == '\\')
			c++;
		else if (isalnum((unsigned char)*c) || *c == '+' || *c == '/' || *c == '=')
			*at++ = *c;
	}
	if (out)
		*at = '\0';
	return out;
}

ra_err ra_scrub_cert_names(const char *text, struct ra_buf *out)
{
	ra_err err = RA_OK;

	for (const char *begin = strstr(text, BEGIN); begin && !err; begin = strstr(begin + 1, BEGIN)) {
		const char *end = strstr(begin, END);
		RA_AUTO(ra_mem_free) char *coded = end ? body_of(begin + sizeof(BEGIN) - 1, end) : NULL;
		RA_AUTO(ra_mem_free) char *der = NULL;
		struct ra_cert cert;
		size_t len = 0;

		if (!coded || ra_base64_decode(coded, &der, &len) || ra_cert_from_der(der, len, &cert))
			continue;
		const char *names[] = {strstr(cert.subject, "CN="), strstr(cert.issuer, "CN=")};

		for (size_t i = 0; i < RA_LEN(names) && !err; i++) {
			int cn = names[i] ? (int)strcspn(names[i] + 3, ",+\"\\") : 0;

			/* Only what has the form of a host's name: a word of a title would be missed everywhere. */
			if (cn && memchr(names[i] + 3, '.', (size_t)cn) && !memchr(names[i] + 3, ' ', (size_t)cn))
				err = ra_buf_printf(out, "\n\"hostName\": \"%.*s\"", cn, names[i] + 3);
		}
	}
	return err;
}

/* A PEM text with the line ends of the one it stands for. */
static ra_err put_pem(const char *pem, bool escaped, struct ra_buf *out)
{
	size_t len = strlen(pem);
	ra_err err = RA_OK;

	while (len && pem[len - 1] == '\n')
		len--;
	for (size_t i = 0; i < len && !err; i++)
		err = pem[i] == '\n' && escaped ? ra_buf_text(out, "\\n") : ra_buf_add(out, pem + i, 1);
	return err;
}

ra_err ra_scrub_certs(struct ra_scrubbing *s, const char *text, struct ra_buf *out)
{
	const char *at = text;
	ra_err err = RA_OK;

	for (const char *begin = strstr(at, BEGIN); begin && !err; begin = strstr(at, BEGIN)) {
		const char *end = strstr(begin, END), *pem = NULL;
		RA_AUTO(ra_mem_free) char *der = NULL;
		size_t len = 0;

		err = ra_buf_add(out, at, (size_t)(begin - at));
		if (!end)
			return err ? err : ra_buf_text(out, "-----certificate removed");
		RA_AUTO(ra_mem_free) char *coded = body_of(begin + sizeof(BEGIN) - 1, end);

		if (!coded)
			return RA_E_NOMEM;
		at = end + sizeof(END) - 1;
		/* What cannot be read is left out whole, between its marks, where no reader could read it before
		 * either. */
		bool readable =
		    !ra_base64_decode(coded, &der, &len) && (err = another(s, der, len, &pem)) != RA_E_INVALID;

		if (!readable)
			err = ra_buf_text(out, BEGIN END);
		else if (!err)
			err = put_pem(pem, memmem(begin, (size_t)(end - begin), "\\n", 2), out);
		ra_scrub_count(s, "certificate")->places++;
	}
	return err ? err : ra_buf_text(out, at);
}

/* The mark "-----BEGIN LABEL-----" that begins at a place. Out: its length, 0 when there is none; the label's bytes. */
static size_t begin_mark(const char *at, const char **label, size_t *label_len)
{
	static const char head[] = "-----BEGIN ", tail[] = "-----";
	const char *end;

	if (strncmp(at, head, sizeof(head) - 1))
		return 0;
	*label = at + sizeof(head) - 1;
	end = strstr(*label, tail);
	*label_len = end ? (size_t)(end - *label) : 0;
	return end && *label_len < 40 ? (size_t)(end - at) + sizeof(tail) - 1 : 0;
}

/* What stands between the marks, as one token on each line of it. */
static ra_err cover_body(struct ra_scrubbing *s, const char *rule, const char *from, const char *to, struct ra_buf *out)
{
	RA_AUTO(ra_mem_free) char *coded = body_of(from, to);
	char digest[RA_SHA256_HEX_LEN], token[64];
	const char *known;

	if (!coded)
		return RA_E_NOMEM;
	ra_err err = ra_sha256_hex(coded, strlen(coded), digest);

	snprintf(token, sizeof(token), "[%s %zu]", rule, ra_scrub_number(s, rule) + 1);
	err = err ? err : ra_scrub_token(s, rule, digest, token, &known);
	for (const char *at = from; !err;) {
		size_t len = strcspn(at, "\n");

		len = at + len > to ? (size_t)(to - at) : len;
		err = len ? ra_buf_text(out, known) : RA_OK;
		at += len;
		if (at >= to)
			break;
		err = err ? err : ra_buf_text(out, "\n");
		at++;
	}
	ra_scrub_count(s, rule)->places++;
	return err;
}

ra_err ra_scrub_cover(struct ra_scrubbing *s, const char *text, struct ra_buf *out)
{
	const char *at = text;
	ra_err err = RA_OK;

	for (const char *begin = strstr(at, "-----BEGIN "); begin && !err; begin = strstr(at, "-----BEGIN ")) {
		const char *label, *end;
		size_t label_len, len = begin_mark(begin, &label, &label_len);

		len = len ? len : sizeof("-----BEGIN ") - 1;
		err = ra_buf_add(out, at, (size_t)(begin - at) + len);
		at = begin + len;
		if (len == sizeof("-----BEGIN ") - 1)
			continue;
		end = strstr(at, "-----END ");
		end = end ? end : at + strlen(at);
		/* Covered already: a copy that is redacted again. */
		if (!err && strncmp(at + strspn(at, "\n"), "[", 1))
			err = cover_body(s, label_len == 11 && !strncmp(label, "CERTIFICATE", 11) ? "certificate" : "key", at, end, out);
		else if (!err)
			err = ra_buf_add(out, at, (size_t)(end - at));
		at = end;
	}
	return err ? err : ra_buf_text(out, at);
}
