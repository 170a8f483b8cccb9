/* given.c - a site's list and a template, read and held against the flow set. */
#include "config.h"

#include "flow/given.h"

#include "base/digest.h"
#include "base/io.h"
#include "check/named.h"
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

/* A setting of the firmware, by the machine's own name for it. */
static ra_err setting_ok(const struct ra_json *doc, const cJSON *at, struct ra_errs *errs)
{
	if (ra_named_secret(at->string))
		return ra_json_fail(doc, at, errs, RA_E_INVALID, "\"%s\" may be a password, or a part of one: it is never read", at->string);
	if (!ra_named_ok(at->string))
		return ra_json_fail(doc, at, errs, RA_E_INVALID, "expected the name of a BIOS attribute (letters, digits, \"_\", \"-\", \".\")");
	if (cJSON_IsString(at) && strlen(at->valuestring) > RA_NAMED_VALUE_MAX)
		return ra_json_fail(doc, at, errs, RA_E_INVALID, "expected a value of at most %d bytes", RA_NAMED_VALUE_MAX);
	return cJSON_IsString(at) || cJSON_IsBool(at) || cJSON_IsNumber(at)
		       ? RA_OK
		       : ra_json_fail(doc, at, errs, RA_E_INVALID, "expected a text, true, false or a number, as the machine has it");
}

/* Which there are stands in the sentence. */
static ra_err no_maker(const struct ra_flowset *set, const struct ra_json *doc, const cJSON *at, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf names = {.max_len = 200};
	const cJSON *vendor;

	for (size_t i = 0; (vendor = ra_flowset_vendor_at(set, i)); i++)
		if (ra_json_get(vendor, "match") &&
		    ra_buf_printf(&names, "%s%s", names.len ? ", " : "", ra_json_str(vendor, "id", "")))
			break; /* so many that they say nothing */
	return ra_json_fail(doc, at, errs, RA_E_INVALID, "no file of a maker \"%.*s\"; there are %s", (int)strcspn(at->string, "/"),
			    at->string, ra_buf_str(&names));
}

/* "dell", or "dell/15g": a maker's file, and a generation of it. */
static ra_err maker_ok(const struct ra_flowset *set, const struct ra_json *doc, const cJSON *at, struct ra_errs *errs)
{
	size_t len = strcspn(at->string, "/");
	char id[64] = "";

	if (len < sizeof(id))
		memcpy(id, at->string, len);
	const cJSON *vendor = ra_flowset_vendor(set, id), *row;

	if (!vendor || !ra_json_get(vendor, "match"))
		return no_maker(set, doc, at, errs);
	if (!at->string[len])
		return RA_OK;
	cJSON_ArrayForEach (row, ra_json_get(vendor, "generations"))
		if (!strcmp(ra_json_str(row, "id", ""), at->string + len + 1))
			return RA_OK;
	return ra_json_fail(doc, at, errs, RA_E_INVALID, "%s has no generation \"%s\"", id, at->string + len + 1);
}

static ra_err firmware_ok(const struct ra_flowset *set, const struct ra_json *doc, const cJSON *firmware, struct ra_errs *errs)
{
	const cJSON *maker, *at;
	ra_err err = RA_OK;

	if (firmware && (!firmware->child || cJSON_GetArraySize(firmware) > RA_GIVEN_MAKERS_MAX))
		return ra_json_fail(doc, firmware, errs, RA_E_INVALID, "expected 1 to %d makers", RA_GIVEN_MAKERS_MAX);
	cJSON_ArrayForEach (maker, firmware) {
		if (ra_is_own_key(maker->string))
			continue;
		err = err ? err : maker_ok(set, doc, maker, errs);
		if (!err && (!cJSON_IsObject(maker) || !maker->child || cJSON_GetArraySize(maker) > RA_GIVEN_WANTED_MAX))
			err = ra_json_fail(doc, maker, errs, RA_E_INVALID, "expected 1 to %d settings", RA_GIVEN_WANTED_MAX);
		cJSON_ArrayForEach (at, maker)
			err = err || ra_is_own_key(at->string) ? err : setting_ok(doc, at, errs);
	}
	return err;
}

static ra_err template_ok(const struct ra_flowset *set, const struct ra_json *doc, const cJSON *root, struct ra_errs *errs)
{
	static const struct ra_shape_key keys[] = {{"$schema", RA_SHAPE_TEXT, false}, {"format", RA_SHAPE_FORMAT, true},
						   {"title", RA_SHAPE_TEXT, true},    {"wanted", RA_SHAPE_OBJECT, false},
						   {"firmware", RA_SHAPE_OBJECT, false}, {NULL, RA_SHAPE_ANY, false}};
	const cJSON *wanted = ra_json_get(root, "wanted"), *firmware = ra_json_get(root, "firmware"), *at;
	ra_err err = ra_shape_check(doc, root, keys, errs);

	if (!err && !wanted && !firmware)
		err = ra_json_fail(doc, root, errs, RA_E_INVALID, "expected \"wanted\" facts, \"firmware\" settings, or both");
	if (!err && wanted && (!wanted->child || cJSON_GetArraySize(wanted) > RA_GIVEN_WANTED_MAX))
		err = ra_json_fail(doc, wanted, errs, RA_E_INVALID, "expected 1 to %d facts", RA_GIVEN_WANTED_MAX);
	cJSON_ArrayForEach (at, wanted)
		err = err ? err : wanted_ok(set, doc, at, errs);
	return err ? err : firmware_ok(set, doc, firmware, errs);
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

static void drop_own_of(cJSON *rows)
{
	cJSON *row;

	cJSON_ArrayForEach (row, rows)
		drop_own(row);
}

static cJSON *content_of(const cJSON *root)
{
	cJSON *content = cJSON_Duplicate(root, true);

	if (!content)
		return NULL;
	drop_own(content);
	drop_own_of(cJSON_GetObjectItemCaseSensitive(content, "models"));
	cJSON *firmware = cJSON_GetObjectItemCaseSensitive(content, "firmware");

	if (firmware)
		drop_own(firmware);
	drop_own_of(firmware);
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
