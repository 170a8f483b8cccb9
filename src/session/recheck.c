/* recheck.c - kept answers through today's parsers. */
#include "config.h"

#include "session/recheck.h"

#include "base/digest.h"
#include "session/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define OUT_MAX ((size_t)64 << 20) /* bytes of one answer */
#define SHOWN_MAX 60               /* of a value, so many bytes are told */

struct again {
	const struct ra_flowset *flows;
	ra_recheck_fn fn;
	void *payload;
	struct ra_rechecked *sum;
};

/* The stream of an answer that is wholly there. Out: *whole false when a piece of it is withheld. */
static ra_err stream(const cJSON *pieces, struct ra_buf *out, bool *whole)
{
	const cJSON *piece;

	cJSON_ArrayForEach(piece, pieces) *whole = *whole && (cJSON_IsString(piece) || ra_json_get(piece, "base64"));
	return *whole ? ra_session_join(pieces, out) : RA_OK;
}

/* Its bytes, if they are those that came. */
static ra_err bytes_of(const cJSON *body, struct ra_buf *out, struct ra_buf *err_out, bool *whole)
{
	char digest[RA_SHA256_HEX_LEN];
	const cJSON *pieces = ra_json_get(body, "out"), *err_pieces = ra_json_get(body, "err");

	*whole = (!pieces || cJSON_IsArray(pieces)) && (!err_pieces || cJSON_IsArray(err_pieces));
	ra_err err = *whole ? stream(pieces, out, whole) : RA_OK;

	if (!err && *whole)
		err = stream(err_pieces, err_out, whole);
	if (!err && *whole)
		err = ra_sha256_hex(ra_buf_str(out), out->len, digest);
	*whole = !err && *whole && !strcmp(digest, ra_json_str(body, "sha256", ""));
	return err;
}

static const struct ra_check_plane *plane_of(const struct ra_check *check, const cJSON *body)
{
	int plane = ra_plane_parse(ra_json_str(body, "plane", ""));

	for (size_t i = 0; check && i < check->plane_count; i++)
		if ((int)check->planes[i].plane == plane && !check->planes[i].secret &&
		    !strcmp(check->planes[i].request, ra_json_str(body, "request", "")))
			return &check->planes[i];
	return NULL;
}

/* A value, or why there is none, for people. */
static ra_err put_reading(const struct ra_obs *obs, struct ra_buf *out)
{
	if (!obs)
		return ra_buf_text(out, "nothing");
	if (obs->reason != RA_KNOWN)
		return ra_buf_printf(out, "unknown (%s)", ra_reason_name(obs->reason));
	RA_AUTO(ra_cjson_free) cJSON *value = ra_value_to_json(&obs->value);
	RA_AUTO(ra_mem_free) char *text = value ? ra_json_print(value) : NULL;

	if (!text)
		return RA_E_NOMEM;
	return ra_buf_printf(out, "%.*s%s", SHOWN_MAX, text, strlen(text) > SHOWN_MAX ? "..." : "");
}

static bool same(const struct ra_obs *a, const struct ra_obs *b)
{
	return a->reason == b->reason && (a->reason != RA_KNOWN || ra_value_equal(&a->value, &b->value));
}

static ra_err put_difference(const char *name, const struct ra_obs *was, const struct ra_obs *would, struct ra_buf *out)
{
	ra_err err = ra_buf_printf(out, "%s%s was ", out->len ? "; " : "", name);

	if (!err)
		err = put_reading(was, out);
	if (!err)
		err = ra_buf_text(out, ", would be ");
	return err ? err : put_reading(would, out);
}

/* The facts of the entry against those read now, by name. Out: what differs, appended. */
static ra_err compare(const cJSON *facts, const struct ra_found *found, struct ra_buf *out)
{
	bool met[RA_CHECK_FACTS_MAX] = {false};
	const cJSON *fact;
	ra_err err = RA_OK;

	cJSON_ArrayForEach(fact, facts)
	{
		struct ra_obs was;
		size_t i = 0;

		if (err || ra_obs_from_json(fact, &was))
			continue; /* a withheld value says nothing to compare */
		while (i < found->count && (strcmp(found->obs[i].name, was.name) || found->obs[i].plane != was.plane))
			i++;
		if (i == found->count)
			err = put_difference(was.name, &was, NULL, out);
		else if (!same(&was, &found->obs[i]))
			err = put_difference(was.name, &was, &found->obs[i], out);
		if (i < RA_CHECK_FACTS_MAX)
			met[i] = true;
		ra_obs_clear(&was);
	}
	for (size_t i = 0; i < found->count && i < RA_CHECK_FACTS_MAX && !err; i++)
		if (!met[i])
			err = put_difference(found->obs[i].name, NULL, &found->obs[i], out);
	return err;
}

/* Is every value of the facts there? Of a redacted copy some are not: there is nothing to hold against. */
static bool facts_there(const cJSON *facts)
{
	const cJSON *fact;

	cJSON_ArrayForEach(fact, facts) if (ra_json_get(ra_json_get(fact, "value"), "$w")) return false;
	return true;
}

/* When it was sent and came: as the facts of it say to the millisecond. */
static void take_times(const struct ra_entry *entry, struct ra_plane_answer *answer)
{
	const cJSON *first = cJSON_GetArrayItem(ra_json_get(entry->body, "facts"), 0);

	if (ra_utc_parse(ra_json_str(first, "at", ""), &answer->came))
		answer->came = entry->t;
	if (ra_utc_parse(ra_json_str(first, "asked", ""), &answer->sent))
		answer->sent = answer->came - ra_json_int(entry->body, "took_ms", 0);
}

static ra_err read_again(struct again *a, const struct ra_entry *entry, const struct ra_check *check, const struct ra_check_plane *plane,
			 struct ra_plane_answer *answer)
{
	RA_AUTO(ra_buf_free) struct ra_buf differs = {0};
	struct ra_found found;

	take_times(entry, answer);
	ra_err err = ra_extract_facts(check, plane, ra_flowset_signatures(a->flows), answer, &found);

	if (err)
		return err;
	err = compare(ra_json_get(entry->body, "facts"), &found, &differs);
	ra_found_free(&found);
	a->sum->read++;
	a->sum->differ += differs.len > 0;
	if (!err && differs.len) {
		const struct ra_recheck row = {entry->seq, check->id, ra_buf_str(&differs)};

		a->fn(a->payload, &row);
	}
	return err;
}

static ra_err see(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf out = {.max_len = OUT_MAX}, err_out = {.max_len = OUT_MAX};
	struct again *a = payload;
	const cJSON *body = entry->body;
	const char *why = ra_json_str(body, "why", "");

	if (strcmp(entry->kind, "reply") || !ra_json_get(body, "request"))
		return RA_OK;
	const struct ra_check *check = ra_flowset_check(a->flows, ra_json_str(body, "check", ""));
	const struct ra_check_plane *plane = plane_of(check, body);
	int failed = strcmp(why, "answered") ? ra_reason_parse(why) : RA_KNOWN;
	bool whole = false;

	if (!plane || failed < 0) {
		a->sum->unknown++;
		return RA_OK;
	}
	ra_err err = bytes_of(body, &out, &err_out, &whole);

	if (!err && (!whole || !facts_there(ra_json_get(body, "facts")))) {
		a->sum->withheld++;
		return RA_OK;
	}
	struct ra_plane_answer answer = {
		.failed = (enum ra_reason)failed,
		.status = (int)ra_json_int(body, "status", 0),
		.complete = ra_json_bool(body, "complete", false),
		.truncated = ra_json_bool(body, "truncated", false),
		.out = ra_buf_str(&out),
		.err = ra_buf_str(&err_out),
		.out_len = out.len,
		.err_len = err_out.len,
	};

	if (!err)
		err = read_again(a, entry, check, plane, &answer);
	return err ? ra_fail(errs, err, "entry %" PRId64 " cannot be read again", entry->seq) : RA_OK;
}

ra_err ra_session_recheck(const struct ra_flowset *flows, const char *path, ra_recheck_fn fn, void *payload, struct ra_rechecked *out,
			  struct ra_errs *errs)
{
	struct again a = {flows, fn, payload, out};
	struct ra_verify found;

	*out = (struct ra_rechecked){0};
	ra_err err = ra_journal_verify(path, see, &a, &found, errs);

	if (!err && found.verdict == RA_VERIFY_BROKEN)
		err = ra_fail(errs, RA_E_BROKEN, "%s is broken at entry %" PRId64, path, found.first_bad);
	return err;
}
