/* template.c - a template out of a host that is set as it should be: the settings of its firmware that are known by name, as its BMC told
 * them. No other setting is in it: no password, no serial number, no asset tag. */
#include "config.h"

#include "check/named.h"
#include "session/internal.h"

#include <stdio.h>
#include <string.h>

#define BIOS_CHECK "bmc-bios"

/* The newest answer with the settings as a tree; NULL where there is none that can be read. Owner: ra_json_free. */
static ra_err settings_told(const struct ra_session *s, struct ra_json **out)
{
	*out = NULL;
	for (size_t i = s->entry_count; i-- > 0 && !*out;) {
		RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
		const cJSON *body = s->entries[i].body;

		if (strcmp(s->entries[i].kind, "reply") || strcmp(ra_json_str(body, "check", ""), BIOS_CHECK) ||
		    !ra_json_bool(body, "complete", false))
			continue;
		ra_err err = ra_session_join(ra_json_get(body, "out"), &bytes);

		if (!err)
			err = ra_json_parse("settings", ra_buf_str(&bytes), bytes.len, NULL, out, NULL);
		if (err == RA_E_NOMEM)
			return err;
	}
	return RA_OK;
}

/* Those that are known. Errors: RA_E_NOMEM. */
static ra_err take_known(const cJSON *attributes, cJSON *out)
{
	const cJSON *at;

	cJSON_ArrayForEach(at, attributes)
	{
		const char *name = cJSON_IsObject(attributes) ? ra_bmc_setting(at->string, at) : NULL;
		cJSON *value = name && !ra_named_secret(name) && !ra_json_get(out, name) ? cJSON_Duplicate(at, false) : NULL;

		if (!name || ra_named_secret(name) || ra_json_get(out, name))
			continue;
		if (value && cJSON_AddItemToObject(out, name, value))
			continue;
		cJSON_Delete(value);
		return RA_E_NOMEM;
	}
	return RA_OK;
}

static cJSON *wrap(const char *maker, const char *title, cJSON *settings)
{
	RA_AUTO(ra_cjson_free) cJSON *tree = cJSON_CreateObject();
	cJSON *out = tree, *firmware = tree && cJSON_AddNumberToObject(tree, "format", 1) && cJSON_AddStringToObject(tree, "title", title)
					       ? cJSON_AddObjectToObject(tree, "firmware")
					       : NULL;

	if (!firmware || !cJSON_AddItemToObject(firmware, maker, settings)) {
		cJSON_Delete(settings);
		return NULL;
	}
	tree = NULL;
	return out;
}

ra_err ra_session_template(const struct ra_session *s, cJSON **out, struct ra_errs *errs)
{
	RA_AUTO(ra_json_free) struct ra_json *told = NULL;
	const struct ra_maker maker = ra_state_bmc_maker(s->state);
	const char *id = ra_maker_id(&maker);
	char title[120];

	*out = NULL;
	if (settings_told(s, &told))
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	if (!told)
		return ra_fail(errs, RA_E_NOTFOUND, "no BMC told the settings of this host's firmware: a template is made of them (--bmc)");
	if (!id)
		return ra_fail(errs, RA_E_NOTFOUND, "no file of a maker fits this host: its settings would stand under no name");
	cJSON *settings = cJSON_CreateObject();

	if (!settings || take_known(ra_json_get(ra_json_root(told), "Attributes"), settings)) {
		cJSON_Delete(settings);
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	}
	if (!settings->child) {
		cJSON_Delete(settings);
		return ra_fail(errs, RA_E_NOTFOUND, "this host's BMC shows none of the settings that are known by name");
	}
	snprintf(title, sizeof(title), "as a %s is set", ra_maker_title(&maker));
	*out = wrap(id, title, settings);
	return *out ? RA_OK : ra_fail(errs, RA_E_NOMEM, "no memory");
}
