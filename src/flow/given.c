/* given.c - a site's list and a template, read and held against the flow set. */
#include "config.h"

#include "flow/given.h"

#include "base/digest.h"
#include "base/io.h"
#include "flow/shape.h"
#include "flow/state.h"

#include <stdio.h>
#include <string.h>

#define FILE_LEN_MAX (1u << 20)

const char *ra_given_name(enum ra_given_kind kind)
{
	static const char *const names[] = {[RA_GIVEN_SITE_LIST] = "site-list", [RA_GIVEN_TEMPLATE] = "template"};

	return (unsigned)kind < RA_LEN(names) ? names[kind] : "unknown";
}

/* A text under a key reads as a version. */
static ra_err version_ok(const struct ra_json *doc, const cJSON *at, struct ra_errs *errs)
{
	struct ra_value value = {.type = RA_VERSION};
	ra_err err = at ? ra_value_from_json(RA_VERSION, at, &value) : RA_OK;

	ra_value_clear(&value);
	if (err == RA_E_NOMEM)
		return ra_fail(errs, err, "out of memory");
	return err ? ra_json_fail(doc, at, errs, RA_E_INVALID, "expected a version like \"8.0.3\"") : RA_OK;
}

/* YYYY-MM-DD, so that two dates can be told apart at a glance. */
static ra_err date_ok(const struct ra_json *doc, const cJSON *at, struct ra_errs *errs)
{
	char noon[40];
	ra_utc_ms time;

	if (strlen(at->valuestring) == strlen("2026-09-01")) {
		snprintf(noon, sizeof(noon), "%sT12:00:00Z", at->valuestring);
		if (ra_utc_parse(noon, &time) == RA_OK)
			return RA_OK;
	}
	return ra_json_fail(doc, at, errs, RA_E_INVALID, "expected a date like \"2026-09-01\"");
}

static ra_err site_ok(const struct ra_json *doc, const cJSON *root, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {{"$schema", RA_SHAPE_TEXT, false}, {"format", RA_SHAPE_FORMAT, true},
						   {"date", RA_SHAPE_TEXT, true},     {"by", RA_SHAPE_TEXT, false},
						   {"models", RA_SHAPE_OBJECTS, true}, {"vcenter", RA_SHAPE_TEXT, false},
						   {NULL, RA_SHAPE_ANY, false}};
	static const struct ra_shape_key row_keys[] = {{"model", RA_SHAPE_TEXT, true},
						       {"bios", RA_SHAPE_TEXT, false},
						       {"tpm_firmware", RA_SHAPE_TEXT, false},
						       {"esxi", RA_SHAPE_TEXT, false},
						       {NULL, RA_SHAPE_ANY, false}};
	const cJSON *models = ra_json_get(root, "models"), *row, *other;
	ra_err err = ra_shape_check(doc, root, keys, errs);

	if (!err)
		err = ra_shape_list(doc, models, row_keys, errs);
	if (!err)
		err = date_ok(doc, ra_json_get(root, "date"), errs);
	if (!err)
		err = version_ok(doc, ra_json_get(root, "vcenter"), errs);
	if (!err && cJSON_GetArraySize(models) > RA_GIVEN_MODELS_MAX)
		err = ra_json_fail(doc, models, errs, RA_E_INVALID, "expected at most %d models", RA_GIVEN_MODELS_MAX);
	cJSON_ArrayForEach (row, models) {
		err = err ? err : version_ok(doc, ra_json_get(row, "esxi"), errs);
		for (other = models->child; other != row && !err; other = other->next)
			if (!strcmp(ra_json_str(other, "model", ""), ra_json_str(row, "model", "")))
				err = ra_json_fail(doc, row, errs, RA_E_INVALID, "the model \"%s\" stands here twice",
						   ra_json_str(row, "model", ""));
	}
	return err;
}

/* A wanted fact is one that somebody gives, not one made of what the site gave. */
static ra_err wanted_ok(const struct ra_flowset *set, const struct ra_json *doc, const cJSON *at, struct ra_errs *errs)
{
	int type = ra_flowset_fact_type(set, at->string);
	struct ra_value value = {.type = RA_BOOL};

	if (type < 0 || ra_fact_is_given(at->string))
		return ra_json_fail(doc, at, errs, RA_E_INVALID, "no check gives a fact \"%s\"; `reattest flow show facts` names them",
				    at->string);
	if (type == RA_TIME)
		return ra_json_fail(doc, at, errs, RA_E_INVALID, "%s is a time: it is never the same on two hosts", at->string);
	ra_err err = ra_value_from_json((enum ra_type)type, at, &value);

	ra_value_clear(&value);
	if (err == RA_E_NOMEM)
		return ra_fail(errs, err, "out of memory");
	return err ? ra_json_fail(doc, at, errs, RA_E_INVALID, "expected a %s, the type of %s", ra_type_name((enum ra_type)type), at->string)
		   : RA_OK;
}

static ra_err template_ok(const struct ra_flowset *set, const struct ra_json *doc, const cJSON *root, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {{"$schema", RA_SHAPE_TEXT, false}, {"format", RA_SHAPE_FORMAT, true},
						   {"title", RA_SHAPE_TEXT, true},    {"wanted", RA_SHAPE_OBJECT, true},
						   {NULL, RA_SHAPE_ANY, false}};
	const cJSON *wanted = ra_json_get(root, "wanted"), *at;
	ra_err err = ra_shape_check(doc, root, keys, errs);

	if (!err && (!wanted->child || cJSON_GetArraySize(wanted) > RA_GIVEN_WANTED_MAX))
		err = ra_json_fail(doc, wanted, errs, RA_E_INVALID, "expected 1 to %d facts", RA_GIVEN_WANTED_MAX);
	cJSON_ArrayForEach (at, wanted)
		err = err ? err : wanted_ok(set, doc, at, errs);
	return err;
}

/* Take the author's own keys out of an object, and the one only an editor reads: the record keeps what was said, and keys that begin
 * with $ for itself. */
static void drop_own(cJSON *node)
{
	cJSON *next;

	for (cJSON *at = node->child; at; at = next) {
		next = at->next;
		if (ra_is_own_key(at->string) || strcmp(at->string, "$schema") == 0)
			cJSON_Delete(cJSON_DetachItemViaPointer(node, at));
	}
}

static cJSON *content_of(const cJSON *root)
{
	cJSON *content = cJSON_Duplicate(root, true), *row;

	if (!content)
		return NULL;
	drop_own(content);
	cJSON_ArrayForEach (row, cJSON_GetObjectItemCaseSensitive(content, "models"))
		drop_own(row);
	return content;
}

static cJSON *body_of(enum ra_given_kind kind, const char *name, const struct ra_buf *bytes, const cJSON *root)
{
	RA_AUTO(ra_cjson_free) cJSON *body = cJSON_CreateObject();
	cJSON *whole = body;
	char hex[RA_SHA256_HEX_LEN];

	if (!body || ra_sha256_hex(ra_buf_str(bytes), bytes->len, hex) || !ra_put_text(body, "what", ra_given_name(kind)) ||
	    !ra_put(body, "file", ra_sensitive(cJSON_CreateString(name))) ||
	    !ra_put(body, "sha256", ra_sensitive(cJSON_CreateString(hex))) ||
	    !ra_put(body, "content", ra_sensitive(content_of(root))))
		return NULL;
	body = NULL;
	return whole;
}

ra_err ra_given_read(const struct ra_flowset *set, enum ra_given_kind kind, const char *name, const struct ra_buf *bytes, cJSON **out,
		     struct ra_errs *errs)
{
	static const struct ra_json_limits limits = {.depth_max = 8};
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	ra_err err = ra_json_parse(name, ra_buf_str(bytes), bytes->len, &limits, &doc, errs);

	*out = NULL;
	if (err)
		return err;
	const cJSON *root = ra_json_root(doc);

	if (!cJSON_IsObject(root))
		return ra_json_fail(doc, root, errs, RA_E_INVALID, "expected an object");
	err = kind == RA_GIVEN_TEMPLATE ? template_ok(set, doc, root, errs) : site_ok(doc, root, errs);
	if (err)
		return err;
	*out = body_of(kind, name, bytes, root);
	return *out ? RA_OK : ra_fail(errs, RA_E_NOMEM, "out of memory");
}

ra_err ra_given_load(const struct ra_flowset *set, enum ra_given_kind kind, const char *path, cJSON **out, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = FILE_LEN_MAX};
	ra_err err = ra_read_file(path, &bytes, errs);

	*out = NULL;
	return err ? err : ra_given_read(set, kind, path, &bytes, out, errs);
}
