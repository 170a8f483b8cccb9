/* vsphere_fetch.c - properties of many objects in one question. A path the server does not know is dropped and the rest asked again;
 * what comes in pages is gathered; what is missing keeps its fault. */
#include "config.h"

#include "link/vsphere.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGES_MAX 2000
#define PAGES_MS 300000 /* for all of them */
#define ITEMS_MAX 200000
#define BYTES_MAX ((size_t)256 << 20) /* of all pages together */

void ra_vs_fetch_path(struct ra_vs_fetch *fetch, const char *path)
{
	for (size_t i = 0; i < fetch->path_count; i++)
		if (strcmp(fetch->paths[i], path) == 0)
			return;
	if (fetch->path_count < RA_VS_PATHS_MAX && strlen(path) < RA_VS_NAME_MAX)
		snprintf(fetch->paths[fetch->path_count++], RA_VS_NAME_MAX, "%s", path);
}

static void forget_items(struct ra_vs_fetch *fetch)
{
	for (size_t i = 0; i < fetch->item_count; i++) {
		cJSON_Delete(fetch->items[i].values);
		cJSON_Delete(fetch->items[i].missing);
	}
	free(fetch->items);
	fetch->items = NULL;
	fetch->item_count = fetch->item_room = 0;
}

void ra_vs_fetch_reset(struct ra_vs_fetch *fetch)
{
	forget_items(fetch);
	*fetch = (struct ra_vs_fetch){0};
}

static int by_id(const void *a, const void *b)
{
	const struct ra_vs_item *left = a, *right = b;

	return strcmp(left->ref.id, right->ref.id);
}

const struct ra_vs_item *ra_vs_item(const struct ra_vs_fetch *fetch, const char *id)
{
	struct ra_vs_item key = {0};

	snprintf(key.ref.id, sizeof(key.ref.id), "%s", id);
	return fetch->item_count ? bsearch(&key, fetch->items, fetch->item_count, sizeof(key), by_id) : NULL;
}

const cJSON *ra_vs_value(const struct ra_vs_fetch *fetch, const char *id, const char *path)
{
	const struct ra_vs_item *item = ra_vs_item(fetch, id);

	return item ? ra_json_get(item->values, path) : NULL;
}

const char *ra_vs_missing(const struct ra_vs_fetch *fetch, const char *id, const char *path)
{
	const struct ra_vs_item *item = ra_vs_item(fetch, id);
	const cJSON *fault = item ? ra_json_get(item->missing, path) : NULL;

	bool asked = false;

	for (size_t i = 0; i < fetch->path_count && !asked; i++) {
		asked = strcmp(fetch->paths[i], path) == 0;
		if (asked && fetch->dropped[i])
			return "InvalidProperty";
	}
	/* What was not asked is not "not set". */
	return cJSON_IsString(fault) ? fault->valuestring : asked ? "" : "NotAsked";
}

/* From the root folder through data centers and folders to every host. Source: PropertyCollector, TraversalSpec (vim25). */
static const char every_host[] =
    "<selectSet xsi:type=\"TraversalSpec\"><name>folders</name><type>Folder</type><path>childEntity</path><skip>false</skip>"
    "<selectSet><name>folders</name></selectSet><selectSet><name>centers</name></selectSet><selectSet><name>computers</name></selectSet>"
    "</selectSet>"
    "<selectSet xsi:type=\"TraversalSpec\"><name>centers</name><type>Datacenter</type><path>hostFolder</path><skip>false</skip>"
    "<selectSet><name>folders</name></selectSet></selectSet>"
    "<selectSet xsi:type=\"TraversalSpec\"><name>computers</name><type>ComputeResource</type><path>host</path><skip>false</skip>"
    "</selectSet>";

static ra_err put_objects(const struct ra_vs *vs, const struct ra_vs_fetch *fetch, struct ra_buf *out)
{
	ra_err err = RA_OK;

	if (!fetch->refs) {
		err = ra_buf_text(out, "<objectSet>");
		err = err ? err : ra_vs_put_ref(out, "obj", &vs->root);
		return err ? err : ra_buf_printf(out, "<skip>true</skip>%s</objectSet>", every_host);
	}
	for (size_t i = 0; i < fetch->ref_count && !err; i++) {
		err = ra_buf_text(out, "<objectSet>");
		err = err ? err : ra_vs_put_ref(out, "obj", &fetch->refs[i]);
		err = err ? err : ra_buf_text(out, "<skip>false</skip></objectSet>");
	}
	return err;
}

static ra_err put_spec(const struct ra_vs *vs, const struct ra_vs_fetch *fetch, struct ra_buf *out)
{
	ra_err err = ra_buf_text(out, "<specSet><propSet>");

	err = err ? err : ra_vs_put(out, "type", fetch->type);
	err = err ? err : ra_buf_text(out, "<all>false</all>");
	for (size_t i = 0; i < fetch->path_count && !err; i++)
		if (!fetch->dropped[i])
			err = ra_vs_put(out, "pathSet", fetch->paths[i]);
	err = err ? err : ra_buf_text(out, "</propSet>");
	err = err ? err : put_objects(vs, fetch, out);
	return err ? err : ra_buf_text(out, "</specSet><options/>");
}

static void ask(struct ra_vs *vs, struct ra_vs_op *op);

static bool is_asked(const struct ra_vs_fetch *fetch, const char *path)
{
	for (size_t i = 0; i < fetch->path_count; i++)
		if (strcmp(fetch->paths[i], path) == 0)
			return true;
	return false;
}

/* One <propSet> or <missingSet> of an object; what was not asked for is left. What cannot be read stands as raw text that is no JSON for a check. */
static ra_err take_property(const struct ra_vs_fetch *fetch, struct ra_vs_item *item, const xmlNode *node)
{
	bool missing = ra_vs_is(node, "missingSet");
	cJSON *tree = missing ? item->missing : item->values, *value = NULL;
	char path[RA_VS_NAME_MAX];
	struct ra_vs_fault fault;
	ra_err err = RA_OK;

	if (!ra_vs_kid_text(node, missing ? "path" : "name", path, sizeof(path)) || !is_asked(fetch, path))
		return RA_OK;
	if (missing) {
		ra_vs_fault_of(ra_vs_kid(node, "fault"), &fault);
		value = cJSON_CreateString(fault.name);
	} else if (ra_vs_kid(node, "val")) {
		err = ra_vs_json(ra_vs_kid(node, "val"), strcmp(path, "config.certificate") == 0, &value);
		if (err == RA_E_INVALID)
			value = cJSON_CreateRaw("unreadable");
	} else {
		return RA_OK;
	}
	cJSON_DeleteItemFromObjectCaseSensitive(tree, path);
	if (value && cJSON_AddItemToObject(tree, path, value))
		return RA_OK;
	cJSON_Delete(value);
	return RA_E_NOMEM;
}

static struct ra_vs_item *more_item(struct ra_vs_fetch *fetch)
{
	if (fetch->item_count == fetch->item_room) {
		size_t room = fetch->item_room ? fetch->item_room * 2 : 16;
		struct ra_vs_item *more = room <= ITEMS_MAX ? realloc(fetch->items, room * sizeof(*more)) : NULL;

		if (!more)
			return NULL;
		fetch->items = more;
		fetch->item_room = room;
	}
	fetch->items[fetch->item_count] = (struct ra_vs_item){.values = cJSON_CreateObject(), .missing = cJSON_CreateObject()};
	return &fetch->items[fetch->item_count++];
}

static ra_err take_object(struct ra_vs_fetch *fetch, const xmlNode *node)
{
	struct ra_vs_ref ref;
	struct ra_vs_item *item;
	ra_err err = RA_OK;

	if (!ra_vs_ref_of(ra_vs_kid(node, "obj"), &ref))
		return RA_OK;
	item = more_item(fetch);
	if (!item || !item->values || !item->missing)
		return RA_E_NOMEM;
	item->ref = ref;
	for (const xmlNode *at = ra_vs_kid(node, NULL); at && !err; at = ra_vs_next(at, NULL))
		if (ra_vs_is(at, "propSet") || ra_vs_is(at, "missingSet"))
			err = take_property(fetch, item, at);
	return err;
}

/* Is one the beginning or the end of the other's path, by whole members? */
static bool is_part(const char *path, const char *part)
{
	size_t own = strlen(path), len = strlen(part);

	return own > len && ((strncmp(path, part, len) == 0 && path[len] == '.') ||
			     (strcmp(path + own - len, part) == 0 && path[own - len - 1] == '.'));
}

/* The path an InvalidProperty names, dropped. Out: false when it is none of ours, or was dropped before. */
static bool drop_path(struct ra_vs_fetch *fetch, const char *named)
{
	for (int exact = 1; *named && exact >= 0; exact--) {
		for (size_t i = 0; i < fetch->path_count; i++) {
			bool fits = exact ? strcmp(fetch->paths[i], named) == 0 : is_part(fetch->paths[i], named);

			if (!fits || fetch->dropped[i])
				continue;
			fetch->dropped[i] = true;
			return true;
		}
	}
	return false;
}

static size_t paths_left(const struct ra_vs_fetch *fetch)
{
	size_t left = 0;

	for (size_t i = 0; i < fetch->path_count; i++)
		left += !fetch->dropped[i];
	return left;
}

/* From the first page on: a token dies with the session it was given in. */
static void restart(struct ra_vs *vs, struct ra_vs_op *op)
{
	forget_items(&op->fetch);
	op->fetch.token[0] = '\0';
	op->fetch.pages = 0;
	op->fetch.bytes = 0;
	op->fetch.restarted = true;
	ask(vs, op);
}

static void take_fault(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	struct ra_vs_fetch *fetch = &op->fetch;

	if (fetch->token[0] && !fetch->restarted && said->why == RA_LINK_ANSWERED) {
		restart(vs, op);
	} else if (strcmp(said->fault.name, "InvalidProperty") == 0 && drop_path(fetch, said->fault.detail)) {
		if (paths_left(fetch))
			ask(vs, op);
		else
			fetch->done(vs, op);
	} else {
		op->fail(vs, op, said);
	}
}

static void take_page(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	struct ra_vs_fetch *fetch = &op->fetch;
	const xmlNode *page = ra_vs_kid(said->result, "returnval");
	const xmlNode *token = ra_vs_kid(page, "token");
	struct ra_vs_said bad = {.why = RA_LINK_CUT, .say = "the answer is larger than this program reads"};
	ra_err err = RA_OK;

	if (!said->result) {
		take_fault(vs, op, said);
		return;
	}
	for (const xmlNode *at = ra_vs_kid(page, "objects"); at && !err; at = ra_vs_next(at, "objects"))
		err = take_object(fetch, at);
	fetch->bytes += said->http->body.len;
	if (!fetch->pages++)
		fetch->began = vs->now;
	/* A token that does not fit is not the end of the list. */
	if (err || fetch->bytes > BYTES_MAX || (!ra_vs_text(token, fetch->token, sizeof(fetch->token)) && token)) {
		op->fail(vs, op, &bad);
		return;
	}
	if (fetch->token[0] && (fetch->pages > PAGES_MAX || vs->now - fetch->began > PAGES_MS)) {
		bad.say = "the answer comes in pages without end";
		op->fail(vs, op, &bad);
		return;
	}
	if (fetch->token[0]) {
		ask(vs, op);
		return;
	}
	if (fetch->item_count)
		qsort(fetch->items, fetch->item_count, sizeof(*fetch->items), by_id);
	fetch->done(vs, op);
}

static void ask(struct ra_vs *vs, struct ra_vs_op *op)
{
	struct ra_vs_fetch *fetch = &op->fetch;
	RA_AUTO(ra_buf_free) struct ra_buf inner = {0};
	struct ra_vs_said bad = {.why = RA_LINK_CUT, .say = "no memory for the request"};
	bool more = fetch->token[0] != '\0';
	ra_err err = more ? ra_vs_put(&inner, "token", fetch->token) : put_spec(vs, fetch, &inner);

	if (err) {
		op->fail(vs, op, &bad);
		return;
	}
	ra_vs_soap(vs, op,
		   &(struct ra_vs_soap){.method = more ? "ContinueRetrievePropertiesEx" : "RetrievePropertiesEx",
					.self = &vs->collector,
					.inner = ra_buf_str(&inner)},
		   take_page);
}

void ra_vs_fetch(struct ra_vs *vs, struct ra_vs_op *op)
{
	if (!op->fetch.path_count || (op->fetch.refs && !op->fetch.ref_count))
		op->fetch.done(vs, op);
	else
		ask(vs, op);
}
