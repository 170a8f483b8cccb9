/* request_text.c - a request written down: its canonical text, by which links and recordings know it, and its words for
 * people. */
#include "config.h"

#include "check/request.h"

#include <string.h>

/* One member after another; *first says whether a comma is due. */
static ra_err add_member(struct ra_buf *out, const char *key, const cJSON *value, bool *first)
{
	RA_AUTO(ra_mem_free) char *text = value ? ra_json_print(value) : NULL;
	ra_err err = RA_OK;

	if (!value)
		return RA_OK;
	if (!text)
		return RA_E_NOMEM;
	err = ra_buf_printf(out, "%s\"%s\":%s", *first ? "" : ",", key, text);
	*first = false;
	return err;
}

/* Shapes of more than one member: in which order these stand, and what is around them. */
static const struct order {
	const char *shape, *open, *close;
	bool inside; /* they are members of the shape's own object */
	const char *members[4];
} orders[] = {
    {"log", "{\"log\":{", "}}", true, {"files", "since_boot", "lines_max", NULL}},
    {"call", "{", "}", false, {"call", "service", NULL}},
    {"redfish", "{", "}", false, {"redfish", "setting", "to", NULL}},
};

static char *in_order(const cJSON *request, const struct order *order)
{
	const cJSON *from = order->inside ? ra_json_get(request, order->shape) : request;
	struct ra_buf text = {0};
	bool first = true;
	ra_err err = ra_buf_text(&text, order->open);

	for (size_t i = 0; !err && order->members[i]; i++)
		err = add_member(&text, order->members[i], ra_json_get(from, order->members[i]), &first);
	if (!err)
		err = ra_buf_text(&text, order->close);
	if (!err)
		return ra_buf_take(&text);
	ra_buf_free(&text);
	return NULL;
}

char *ra_request_text(const cJSON *request)
{
	const char *shape = ra_request_shape(request);

	for (size_t i = 0; shape && i < RA_LEN(orders); i++)
		if (strcmp(orders[i].shape, shape) == 0)
			return in_order(request, &orders[i]);
	return ra_json_print(request);
}

/* What people read before and after a shape's own words. */
static const struct around {
	const char *shape, *before, *after;
} arounds[] = {
    {"log", "log:", ""}, {"call", "call", ""}, {"rest", "rest", ""}, {"esxcli", "esxcli", " (through vCenter)"},
    {"run", "", ""},     {"property", "", ""},  {"redfish", "Redfish", ""},
};

static ra_err add_words(struct ra_buf *text, const cJSON *node)
{
	const cJSON *word;
	ra_err err = RA_OK;

	if (cJSON_IsString(node))
		return ra_buf_printf(text, "%s%s", text->len ? " " : "", node->valuestring);
	cJSON_ArrayForEach (word, node) {
		if (!err && cJSON_IsString(word))
			err = ra_buf_printf(text, "%s%s", text->len ? " " : "", word->valuestring);
	}
	return err;
}

char *ra_request_words(const cJSON *request)
{
	const char *shape = ra_request_shape(request);
	const struct around *around = arounds;
	const cJSON *node;
	struct ra_buf text = {0};
	ra_err err;

	if (!shape)
		return strdup("");
	if (ra_request_redfish_words(request))
		return strdup(ra_request_redfish_words(request));
	while (strcmp(around->shape, shape) != 0)
		around++;
	node = ra_json_get(request, shape);
	err = ra_buf_text(&text, around->before);
	if (!err)
		err = add_words(&text, strcmp(shape, "log") == 0 ? ra_json_get(node, "files") : node);
	if (!err)
		err = add_words(&text, ra_json_get(request, "service"));
	if (!err)
		err = ra_buf_text(&text, around->after);
	if (!err)
		return ra_buf_take(&text);
	ra_buf_free(&text);
	return NULL;
}
