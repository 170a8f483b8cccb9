/* parse_x509.c - facts out of certificates: a PEM text, or JSON that holds one or a list of them. */
#include "config.h"

#include "check/parse.h"
#include "check/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

/* One more text with certificates. Errors: as ra_certs_from_pem. */
static ra_err add_text(const char *text, size_t len, struct ra_certs *certs)
{
	size_t more = 0;
	ra_err err = ra_certs_from_pem(text, len, certs->items + certs->count, RA_CERTS_MAX - certs->count, &more);

	certs->count += more;
	return err;
}

/* Nothing and an empty list are an answer that holds no certificate. */
static ra_err add_json(const cJSON *root, struct ra_certs *certs)
{
	const cJSON *item;
	ra_err err = RA_OK;

	if (cJSON_IsNull(root))
		return RA_OK;
	if (cJSON_IsString(root))
		return add_text(root->valuestring, strlen(root->valuestring), certs);
	if (!cJSON_IsArray(root))
		return RA_E_INVALID;
	cJSON_ArrayForEach (item, root) {
		if (!err)
			err = cJSON_IsString(item) ? add_text(item->valuestring, strlen(item->valuestring), certs)
						   : RA_E_INVALID;
	}
	return err;
}

ra_err ra_x509_read(const struct ra_plane_answer *answer, size_t cap_len, struct ra_certs **out)
{
	const struct ra_json_limits limits = {.len_max = cap_len};
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	const char *bytes = answer->out ? answer->out : "";
	struct ra_certs *certs = calloc(1, sizeof(*certs));
	ra_err err;

	*out = certs;
	if (!certs)
		return RA_E_NOMEM;
	err = ra_json_parse("answer", bytes, answer->out_len, &limits, &doc, NULL);
	if (err == RA_E_NOMEM)
		return err;
	err = doc ? add_json(ra_json_root(doc), certs) : add_text(bytes, answer->out_len, certs);
	certs->bad = err != RA_OK;
	return err == RA_E_NOMEM ? err : RA_OK;
}

static const struct ra_cert *meant(const struct ra_certs *certs, const char *of)
{
	const struct ra_cert *cert = &certs->items[0];

	for (size_t i = 1; strcmp(of, "earliest") == 0 && i < certs->count; i++)
		if (certs->items[i].not_after < cert->not_after)
			cert = &certs->items[i];
	return cert;
}

static struct ra_span span_of(const char *text)
{
	return (struct ra_span){text, strlen(text)};
}

static void put_subject(const struct ra_cert *cert, const struct ra_parse_in *in RA_UNUSED, struct ra_raw *out)
{
	out->item = span_of(cert->subject);
}

static void put_issuer(const struct ra_cert *cert, const struct ra_parse_in *in RA_UNUSED, struct ra_raw *out)
{
	out->item = span_of(cert->issuer);
}

static void put_sha256(const struct ra_cert *cert, const struct ra_parse_in *in RA_UNUSED, struct ra_raw *out)
{
	out->item = span_of(cert->sha256);
}

/* A certificate's times are UTC, whatever the clock of the machine that showed it says. */
static void put_not_before(const struct ra_cert *cert, const struct ra_parse_in *in RA_UNUSED, struct ra_raw *out)
{
	out->item = span_of(ra_utc_format(cert->not_before, out->number));
	out->session_clock = true;
}

static void put_not_after(const struct ra_cert *cert, const struct ra_parse_in *in RA_UNUSED, struct ra_raw *out)
{
	out->item = span_of(ra_utc_format(cert->not_after, out->number));
}

/* Whole days from the answer to the end, below zero once it is over. */
static void put_days_left(const struct ra_cert *cert, const struct ra_parse_in *in, struct ra_raw *out)
{
	int64_t left;

	if (__builtin_sub_overflow(cert->not_after, in->answer->came, &left)) {
		out->reason = RA_MALFORMED;
		return;
	}
	snprintf(out->number, sizeof(out->number), "%" PRId64, left / DAY_MS - (left % DAY_MS < 0));
	out->item = span_of(out->number);
}

static const struct field {
	const char *name;
	enum ra_type type;
	void (*put)(const struct ra_cert *cert, const struct ra_parse_in *in, struct ra_raw *out);
} fields[] = {
    {"subject", RA_TEXT, put_subject},     {"issuer", RA_TEXT, put_issuer},
    {"sha256", RA_TEXT, put_sha256},       {"not_before", RA_TIME, put_not_before},
    {"not_after", RA_TEXT, put_not_after}, {"days_left", RA_INT, put_days_left},
};

static const struct field *field_of(const struct ra_extract *fact)
{
	const char *name = ra_json_str(fact->spec, "field", "");

	for (size_t i = 0; i < RA_LEN(fields); i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

bool ra_x509_fits(const struct ra_extract *fact)
{
	const struct field *field = field_of(fact);

	return field && field->type == fact->type;
}

ra_err ra_parse_x509(const struct ra_parse_in *in, const struct ra_extract *fact, struct ra_raw *out)
{
	const struct field *field = field_of(fact);

	_Static_assert(sizeof(out->number) >= RA_UTC_TEXT_LEN, "a time fits where a number stands");
	if (!field || !in->certs || in->certs->bad) {
		out->reason = RA_MALFORMED;
		return RA_OK;
	}
	if (in->certs->count == 0)
		return RA_OK;
	out->reason = RA_KNOWN;
	field->put(meant(in->certs, ra_json_str(fact->spec, "of", "first")), in, out);
	return RA_OK;
}
